"""The exercises of the lecture on normalizing flows."""

import numpy as np
import scipy.stats

from course_utils.exercises.exercise import exercise


@exercise({"five places": (np.array([-2.0, -0.5, 0.0, 1.0, 2.0]),), "one": (np.array([0.3]),)})
def log_density_of_x(x):
    """The log-density of x (N,) if z = sinh(x) is standard normal: (N,)."""
    return scipy.stats.norm.logpdf(np.sinh(x)) + np.log(np.cosh(x))


@exercise(
    {
        "four codes": (
            np.array([[1.0, 0.0], [3.0, 1.0], [0.0, 5.0], [0.0, 1.0]]),
            np.array([True, True, False, False]),
        ),
        "more thin ones than bold ones": (
            np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 0.0], [2.0, 0.0, 4.0]]),
            np.array([False, True, False]),
        ),
    }
)
def direction_between(codes, has_it):
    """From the mean code of images without an attribute to the mean of those with it: (D,)."""
    return codes[has_it].mean(axis=0) - codes[~has_it].mean(axis=0)
