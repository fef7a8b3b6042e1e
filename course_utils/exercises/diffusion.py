"""The exercises of the lecture on diffusion and flow matching."""

import numpy as np
import scipy.special

from course_utils.exercises.exercise import exercise

_POINTS = np.array([[1.0, 0.0], [-1.0, 0.5], [0.0, 2.0]])


def _turning(z, t):
    return np.stack([-z[:, 1], z[:, 0]], axis=1) * (1 + t)


@exercise(
    {
        "two z and three data points": (np.array([[0.5, 0.0], [-1.0, 1.0]]), _POINTS, 0.5),
        "little noise": (np.array([[0.9, 0.1]]), _POINTS, 0.3),
    }
)
def best_answer(z, data, t):
    """The mean of the data (N, D), each weighted by how well it explains z (Z, D) at t: (Z, D)."""
    phi = np.pi * t / 2
    squares = ((z[:, None] - np.cos(phi) * data) ** 2).sum(axis=-1)  # (Z, N)
    weights = scipy.special.softmax(-squares / (2 * np.sin(phi) ** 2), axis=1)
    return weights @ data


@exercise(
    {
        "a constant velocity, eight steps": (_POINTS, lambda z, t: np.ones_like(z), 8),
        "a velocity that turns and depends on t, four steps": (_POINTS, _turning, 4),
    }
)
def euler(z, velocity, steps):
    """Follow dz/dt = velocity(z, t) from t = 1 to t = 0 in equal steps: (B, D) → (B, D)."""
    for step in range(steps):
        z = z - velocity(z, 1 - step / steps) / steps
    return z
