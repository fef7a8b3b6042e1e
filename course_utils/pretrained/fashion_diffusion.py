"""Diffusion of the garments, trained for longer than in its lecture and in smaller batches."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import load
from course_utils.models.diffusion import Diffusion, dense_diffusion
from course_utils.pretrained import judge

TOLERANCE = 2.0  # of the Fréchet distance
EPOCHS, BATCH = 40, 64


def build() -> Diffusion:
    """The model, untrained."""
    return dense_diffusion((28, 28, 1), width=512)


def train(seed: int = 0, build=build, epochs: int = EPOCHS) -> Diffusion:
    """The model, trained on the training garments.

    Args:
        seed: of weights, order and noise.
        build: returns the model; another model of the family can be trained in the same way.
        epochs: how many; the learning rate falls to 0 over them, and the weights are averaged over
            about the last sixth of them.
    """
    x = load("fashion").train.x
    keras.utils.set_random_seed(seed)
    model = build()
    steps = epochs * -(-len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps)
    momentum = 1 - 6 / (steps + 6)
    optimizer = keras.optimizers.Adam(rate, use_ema=True, ema_momentum=momentum)
    model.compile(optimizer, jit_compile=True)
    model.fit(x, batch_size=BATCH, epochs=epochs, verbose=0)
    return model


def quality(diffusion: Diffusion) -> float:
    """The Fréchet distance of 2,000 samples to the validation garments, in the judge's features."""
    keras.utils.set_random_seed(0)
    samples = np.asarray(diffusion.sample(2000, steps=25))
    return judge("fashion").distance(load("fashion").validation.x, samples)
