"""The exercises of the lecture on disentanglement."""

import numpy as np

from course_utils.exercises.exercise import exercise


@exercise(
    {
        "a code of three numbers": (np.array([0.5, -1.0, 2.0]), 1, np.array([-2.0, 0.0, 2.0])),
        "its last number": (np.array([0.5, -1.0]), 1, np.array([3.0, 4.0, 5.0, 6.0])),
    }
)
def traverse(code, dimension, values):
    """Codes (T, D), like the code (D,) but with each of the values (T,) in one dimension."""
    moved = np.tile(code, (len(values), 1))
    moved[:, dimension] = values
    return moved


@exercise(
    {
        "a turn by 30°": (
            np.array([[np.sqrt(3), -1.0], [1.0, np.sqrt(3)]]) / 2,
            np.log([0.5, 2.0]),
        ),
        "two numbers that change places": (np.array([[0.0, 1.0], [1.0, 0.0]]), np.log([4.0, 9.0])),
    }
)
def rotated_covariance(rotation, log_var):
    """The covariance (D, D) of a rotated code, from the rotation (D, D) and log-variances (D,)."""
    return rotation @ np.diag(np.exp(log_var)) @ rotation.T
