"""The exercises of the lecture on evaluation."""

import numpy as np

from course_utils.exercises.exercise import exercise


@exercise(
    {
        "three images, one per cent": (np.array([150.0, 2.0, -5.0]), 0.01),
        "two images, one nearly impossible and one very likely": (np.array([-2000.0, 2000.0]), 0.5),
    }
)
def spoiled_log_density(log_p, share):
    """log q (N,) of q = share·p + (1 − share)·u from log p (N,); the noise u has density 1."""
    return np.logaddexp(np.log(share) + log_p, np.log(1 - share))


@exercise(
    {
        "one feature": (np.array([1.0]), np.array([0.5]), np.array([3.0]), np.array([2.0])),
        "three features": (
            np.array([0.0, 1.0, 2.0]),
            np.array([1.0, 2.0, 0.5]),
            np.array([0.5, 1.0, 4.0]),
            np.array([1.5, 1.0, 0.5]),
        ),
    }
)
def distance_of_normals(mean_1, std_1, mean_2, std_2):
    """The Fréchet distance d² of two normals with D independent features, all (D,): a number."""
    return np.sum((mean_1 - mean_2) ** 2 + (std_1 - std_2) ** 2)
