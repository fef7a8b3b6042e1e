"""The exercises of the lecture on manifolds."""

import numpy as np

from course_utils.exercises.exercise import exercise

_IMAGES = np.arange(12.0).reshape(2, 2, 3)


@exercise(
    {
        "two images and five steps": (_IMAGES[0], _IMAGES[1], 5),
        "two numbers and three steps": (np.array([0.0]), np.array([8.0]), 3),
    }
)
def straight_line(a, b, steps):
    """Evenly spaced pictures on the way from a to b, ends included: (steps, *shape of a)."""
    return np.stack([(1 - t) * a + t * b for t in np.linspace(0, 1, steps)])


@exercise(
    {
        "four points on a line": (np.array([[0.0], [1.0], [2.0], [4.0]]), 1.5),
        # The number is another with squared distances, with |x| + |y|, and with max(|x|, |y|).
        "six points in the plane": (
            np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [5.0, 5.0], [6.2, 6.2]]),
            1.5,
        ),
    }
)
def mean_neighbours(points, radius):
    """How many others lie closer than the radius to a point (N, F), mean over points."""
    distances = np.linalg.norm(points[:, None] - points, axis=-1)  # (N, N)
    return np.mean((distances < radius).sum(axis=1) - 1)
