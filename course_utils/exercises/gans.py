"""The exercises of the lecture on generative adversarial networks."""

import numpy as np

from course_utils.exercises.exercise import exercise

_CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


@exercise(
    {
        "three places": (np.array([0.4, 0.1, 0.0]), np.array([0.4, 0.3, 0.2])),
        "one place": (np.array([0.9]), np.array([0.1])),
    }
)
def best_discriminator(p_real, p_fake):
    """Densities of real and fake at each place, (N,) → the best probability of "real", (N,)."""
    return p_real / (p_real + p_fake)


@exercise(
    {
        # The number is another with squared distances, with |x| + |y|, and with max(|x|, |y|).
        "four samples and three modes": (
            np.array([[0.1, 0.0], [0.0, 0.2], [3.7, 0.3], [0.4, 3.6]]),
            _CORNERS,
            0.5,
        ),
        "one sample far away": (np.array([[9.0, 9.0]]), _CORNERS, 20.0),
    }
)
def modes_reached(samples, centers, radius):
    """How many of the modes (K, 2) have a sample (N, 2) within the radius: an integer."""
    distances = np.linalg.norm(samples[:, None] - centers, axis=-1)  # (N, K)
    return np.sum(distances.min(axis=0) <= radius)
