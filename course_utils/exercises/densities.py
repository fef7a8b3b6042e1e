"""The exercises of the lecture on densities."""

import numpy as np

from course_utils.exercises.exercise import exercise

_WIDTHS = np.array([0.6, 0.8, 1.5, 1.6])


@exercise(
    {
        "two places and four data points": (np.array([0.7, 1.2]), _WIDTHS, 0.2),
        "a wider bandwidth": (np.array([0.7, 1.2, 1.5]), _WIDTHS, 0.5),
    }
)
def kernel_density(at, data, bandwidth):
    """The kernel density of data (N,) at each place (M,): p, (M,)."""
    z = (at[:, None] - data) / bandwidth  # (M, N)
    hills = np.exp(-(z**2) / 2) / (bandwidth * np.sqrt(2 * np.pi))
    return hills.mean(axis=1)


@exercise(
    {
        "three data points": (np.array([[2.0, 1.0, 0.1], [1.0, 2.0, 0.3], [0.1, 0.3, 2.0]]),),
        "two data points": (np.array([[4.0, 0.5], [0.5, 4.0]]),),
    }
)
def leave_one_out(hills):
    """Hill of point j at point i, (N, N) → mean log-density of a point without its own hill."""
    count = len(hills)
    others = hills.sum(axis=1) - np.diag(hills)
    return np.log(others / (count - 1)).mean()
