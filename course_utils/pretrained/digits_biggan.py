"""The BigGAN of the digits, conditioned on their labels, for truncation in its lecture."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import load
from course_utils.metrics.sample_quality import digit_features, frechet_distance
from course_utils.models.biggan import BigGAN, big_gan

LEFT_OUT = ("generator", "discriminator")  # samples come from the generator's average
TOLERANCE = 2.0  # of the Fréchet distance, which varies by as much from seed to seed
EPOCHS, BATCH = 30, 64


def build() -> BigGAN:
    """The model, untrained."""
    return big_gan(ema_decay=0.99)


def train(seed: int = 0) -> BigGAN:
    """The model, trained on all but the test digits; its settings were chosen on validation."""
    digits = load("digits")
    x = np.concatenate([digits.train.x, digits.validation.x])
    labels = np.concatenate([digits.train.labels, digits.validation.labels])
    keras.utils.set_random_seed(seed)
    gan = build()
    gan.compile(*(keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)))
    gan.fit(x, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return gan


def quality(gan: BigGAN) -> float:
    """The Fréchet distance of 1,500 samples to the validation digits, in digit features.

    The model has seen these digits in training.
    """
    keras.utils.set_random_seed(0)
    real = digit_features(load("digits").validation.x)
    samples = np.asarray(gan.sample(np.arange(1500) % gan.classes))
    return frechet_distance(real, digit_features(samples))
