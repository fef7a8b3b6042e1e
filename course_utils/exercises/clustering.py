"""The exercises of the lecture on clustering."""

import numpy as np

from course_utils.exercises.exercise import exercise

_ON_A_LINE = np.array([[0.0, 0.0], [1.0, 0.0], [4.0, 3.0]])


@exercise(
    {
        "three points, one of them chosen": (_ON_A_LINE, _ON_A_LINE[:1]),
        "three points, two of them chosen": (_ON_A_LINE, _ON_A_LINE[:2]),
    }
)
def chances(points, chosen):
    """How probable each point (N, F) is as the next center, given those chosen (K, F): (N,)."""
    squares = ((points[:, None] - chosen) ** 2).sum(axis=-1)  # (N, K)
    to_nearest = squares.min(axis=1)
    return to_nearest / to_nearest.sum()


@exercise(
    {
        "three points and two components": (
            np.array([0.7, 0.3]),
            np.array([[0.2, 0.2], [0.01, 0.4], [0.5, 0.0]]),
        ),
        "one point and three components": (np.array([0.2, 0.3, 0.5]), np.array([[1.0, 2.0, 3.0]])),
    }
)
def responsibilities(weights, densities):
    """Weights (K,) and the density of each component at each point (N, K) → r, (N, K)."""
    joint = weights * densities
    return joint / joint.sum(axis=1, keepdims=True)
