"""The exercises of the lecture on variational autoencoders."""

import course_utils.quiet

import numpy as np
import scipy.stats
import tensorflow as tf

from course_utils.exercises.exercise import exercise

_NUMBERS = np.float32([[0.5, -1.0, 2.0], [0.0, 1.5, -0.5]])


@exercise(
    {
        "two codes of three numbers": (_NUMBERS, _NUMBERS[::-1].copy(), _NUMBERS + 1),
        "no noise": (_NUMBERS, _NUMBERS + 1, np.zeros_like(_NUMBERS)),
    }
)
def draw_code(mu, log_var, noise):
    """What the encoder gives, and standard normal noise, all (B, D) → z, (B, D)."""
    return mu + noise * tf.exp(log_var / 2)


@exercise(
    {
        "three draws": (np.array([1.0, 1.4, 2.0]), 1.5, 0.3),
        "draws from the prior itself": (np.array([-1.0, 0.3, 0.8]), 0.0, 2.0),
    }
)
def kl_by_draws(z, mu, sigma):
    """An estimate of KL(N(mu, sigma²) ‖ N(0, 1)) from draws z (N,) of N(mu, sigma²): a number."""
    q, p = scipy.stats.norm(mu, sigma), scipy.stats.norm()
    return np.mean(q.logpdf(z) - p.logpdf(z))
