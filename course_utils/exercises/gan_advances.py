"""The exercises of the lecture on advances in generative adversarial networks."""

import numpy as np

from course_utils.exercises.exercise import exercise


@exercise(
    {
        "two styles, ψ = 0.5": (
            np.array([[2.0, 4.0, -1.0], [0.0, 0.0, 3.0]]),
            np.array([1.0, 1.0, 1.0]),
            0.5,
        ),
        "ψ = −1": (np.array([[2.0, 4.0]]), np.array([1.0, 0.0]), -1.0),
    }
)
def truncate(w, mean, psi):
    """Styles (B, D) moved towards the mean (D,): all the way for ψ = 0, not at all for ψ = 1."""
    return mean + psi * (w - mean)


@exercise(
    {
        "a diagonal matrix": (np.diag([3.0, 1.0]), np.array([1.0, 1.0]), 30),
        "a matrix of 3 × 2": (
            np.array([[1.0, 2.0], [0.0, 1.0], [2.0, 0.5]]),
            np.array([1.0, 0.0]),
            30,
        ),
    }
)
def largest_stretch(matrix, start, rounds):
    """By power iteration from start (D,): how much the matrix (M, D) stretches a vector at most."""
    v = start / np.linalg.norm(start)
    for _ in range(rounds):
        v = matrix.T @ (matrix @ v)
        v = v / np.linalg.norm(v)
    return np.linalg.norm(matrix @ v)
