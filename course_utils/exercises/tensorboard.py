"""The exercises of the lecture on TensorBoard."""

import numpy as np

from course_utils.exercises.exercise import exercise


@exercise(
    {
        "five points": (
            np.array([[0.0], [1.0], [1.2], [5.0], [5.1]]),
            np.array([7, 3, 3, 3, 1]),
        ),
        # The share is another with |x| + |y|, and with max(|x|, |y|).
        "four points in the plane": (
            np.array([[6.0, 0.0], [6.0, 6.0], [0.0, 4.0], [1.0, 2.0]]),
            np.array([1, 1, 1, 2]),
        ),
    }
)
def same_label_next_door(points, labels):
    """Of points (N, F) with labels (N,), the share whose nearest other point has the same label."""
    distances = np.linalg.norm(points[:, None] - points, axis=-1)  # (N, N)
    np.fill_diagonal(distances, np.inf)  # a point is not its own neighbour
    return np.mean(labels[distances.argmin(axis=1)] == labels)


@exercise(
    {
        "a constant": (np.full(4, 3.0), 0.9),
        "a step upwards": (np.array([1.0, 1.0, 5.0, 5.0]), 0.6),
    }
)
def smooth(values, weight):
    """The curve that the dashboard draws for values (T,): (T,)."""
    m, drawn = 0.0, []
    for t, value in enumerate(values, start=1):
        m = weight * m + (1 - weight) * value
        drawn.append(m / (1 - weight**t))
    return np.array(drawn)
