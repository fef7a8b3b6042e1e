"""Diffusion of the digits, as its lecture and its explorer show it."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import load
from course_utils.metrics.sample_quality import digit_features, frechet_distance
from course_utils.models.diffusion import Diffusion, dense_diffusion

TOLERANCE = 1.0  # of the Fréchet distance, which varies by several tenths with samples and seeds
EPOCHS, BATCH = 200, 128


def build() -> Diffusion:
    """The model, untrained."""
    return dense_diffusion((8, 8, 1))


def train(seed: int = 0, build=build) -> Diffusion:
    """The model, trained on all but the test digits; its settings were chosen on validation.

    Args:
        seed: of weights, order and noise.
        build: returns the model; another model of the family can be trained in the same way.
    """
    digits = load("digits")
    x = np.concatenate([digits.train.x, digits.validation.x])
    keras.utils.set_random_seed(seed)
    model = build()
    rate = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * -(-len(x) // BATCH))
    model.compile(keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.998), jit_compile=True)
    model.fit(x, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model


def quality(diffusion: Diffusion) -> float:
    """The Fréchet distance of 1,500 samples to the validation digits, in digit features.

    The model has seen these digits in training.
    """
    keras.utils.set_random_seed(0)
    real = digit_features(load("digits").validation.x)
    return frechet_distance(real, digit_features(diffusion.sample(1500)))
