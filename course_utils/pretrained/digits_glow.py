"""Glow of the dequantised digits, as in its lecture and its benchmark."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import load
from course_utils.metrics.likelihood import bits_per_dimension, dequantize
from course_utils.models.flow import Flow, glow

LEVELS = 17
TOLERANCE = 0.05  # bits per pixel


def build() -> Flow:
    """The model, untrained."""
    return glow((8, 8, 1), steps=3, levels=LEVELS)


def train(seed: int = 0) -> Flow:
    """The model, trained on the training digits with early stopping on the validation digits."""
    digits = load("digits")
    keras.utils.set_random_seed(seed)
    flow = build()
    flow.compile(keras.optimizers.Adam(5e-3, use_ema=True, ema_momentum=0.99, global_clipnorm=10.0))
    flow.fit(
        digits.train.x,
        batch_size=50,  # divides both sets, so that no smaller last batch has to be compiled
        epochs=100,
        validation_data=(digits.validation.x,),
        patience=6,
        verbose=0,
    )
    return flow


def quality(flow: Flow) -> float:
    """Mean bits per pixel of the validation digits, over four draws of the noise."""
    x = load("digits").validation.x
    draws = [flow.log_prob(dequantize(x, LEVELS, seed=draw)) for draw in range(4)]
    mean = np.mean(np.asarray(draws, "float64"), axis=0)
    return float(bits_per_dimension(mean, dimensions=x[0].size, levels=LEVELS).mean())
