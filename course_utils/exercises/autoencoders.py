"""The exercises of the lecture on autoencoders."""

import course_utils.quiet

import numpy as np
import tensorflow as tf

from course_utils.exercises.exercise import exercise

_DIRECTIONS = np.array([[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])


@exercise(
    {
        "two images of three pixels": (
            np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 5.0]]),
            np.array([0.5, 0.5, 1.0]),
            _DIRECTIONS,
        ),
        "a code of one number": (np.eye(3), np.zeros(3), _DIRECTIONS[:1]),
    }
)
def draw_again(x, mean, directions):
    """PCA as encoder and decoder: images (B, P), mean (P,), directions (D, P) → (B, P)."""
    codes = (x - mean) @ directions.T  # (B, D)
    return mean + codes @ directions


@exercise(
    {
        "a white pixel, a black one and a grey one": (
            np.float32([1.0, 0.0, 0.5]),
            np.float32([-8.0, 2.0, 0.3]),
        ),
        "logits of ±30": (np.float32([1.0, 1.0]), np.float32([-30.0, 30.0])),
    }
)
def pull(x, logits):
    """Minus d(cross-entropy)/d(logit) of each pixel: (P,), (P,) → (P,)."""
    return x - tf.sigmoid(logits)
