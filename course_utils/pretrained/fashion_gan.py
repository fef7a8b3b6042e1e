"""The convolutional GAN of the garments, as in its lecture but trained for longer."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import load
from course_utils.models.conditional_gan import ConditionalGAN
from course_utils.models.gan import GAN, conv_gan
from course_utils.pretrained import judge

LEFT_OUT = ("generator", "discriminator")  # samples come from the generator's average
TOLERANCE = 3.0  # of the Fréchet distance
EPOCHS, BATCH = 20, 32
RATES = 2e-3, 2e-3  # learning rates of the generator and the discriminator, at the start
OPTIONS = {"filters": 16, "features": 128, "r1_weight": 1.0, "ema_decay": 0.995}


def build() -> GAN:
    """The model, untrained."""
    return conv_gan((28, 28, 1), 32, **OPTIONS)


def train(seed: int = 0, build=build, epochs: int = EPOCHS, batch: int = BATCH, rates=RATES) -> GAN:
    """The model, trained on the training garments.

    Args:
        seed: of weights, order and noise.
        build: returns the model; another GAN, conditional or not, can be trained in the same way.
        epochs: how many; both learning rates fall to 0 over them.
        batch: how many images both players are given in each step.
        rates: learning rates of the generator and the discriminator, at the start.
    """
    garments = load("fashion").train
    keras.utils.set_random_seed(seed)
    gan = build()
    steps = epochs * -(-len(garments) // batch)
    schedules = (keras.optimizers.schedules.CosineDecay(rate, steps) for rate in rates)
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for rate in schedules))
    labels = garments.labels if isinstance(gan, ConditionalGAN) else None
    gan.fit(garments.x, labels, batch_size=batch, epochs=epochs, verbose=0)
    return gan


def quality(gan: GAN) -> float:
    """The Fréchet distance of 2,000 samples to the validation garments, in the judge's features."""
    keras.utils.set_random_seed(0)
    wanted = np.arange(2000) % 10 if isinstance(gan, ConditionalGAN) else 2000
    return judge("fashion").distance(load("fashion").validation.x, np.asarray(gan.sample(wanted)))
