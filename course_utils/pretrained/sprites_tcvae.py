"""The β-TCVAE of the upright sprites.

It sees no factors, and finds three of the four: position across, position down and scale each have
a dimension to themselves. For shape it has found none.
"""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import Dataset, load
from course_utils.metrics.disentanglement import mutual_information_gap
from course_utils.models.disentangled_vae import BetaTCVAE
from course_utils.models.vae import dense_vae

TOLERANCE = 0.08  # of MIG: three seeds lay within 0.02 of each other
SHAPE, LATENT = (32, 32, 1), 6
FACTORS = ("shape", "scale", "position_x", "position_y")
EXAMPLES, BATCH, EPOCHS = 14_746, 128, 36


def load_upright() -> Dataset:
    """All 18,432 sprites that are not turned: 80% to train, the rest in two halves."""
    return load("sprites", size=32, count=None, only={"orientation": [0]})


def build() -> BetaTCVAE:
    """The model, untrained.

    β falls from 20 to 1½ over the first three quarters of the steps. What is worth the most nats,
    the position, enters the code first and finds room for itself; scale follows.
    """
    steps = EPOCHS * -(-EXAMPLES // BATCH)
    return dense_vae(
        SHAPE,
        LATENT,
        kind=BetaTCVAE,
        hidden=(256, 128),
        activation="relu",
        gamma=3.0,
        beta=keras.optimizers.schedules.PolynomialDecay(20.0, int(0.75 * steps), 1.5),
        examples=EXAMPLES,
    )


def train(seed: int = 0) -> BetaTCVAE:
    """The model, trained on the training sprites without their factors."""
    images = load_upright().train.x
    keras.utils.set_random_seed(seed)
    vae = build()
    steps = EPOCHS * -(-EXAMPLES // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps, alpha=0.1)
    vae.compile(keras.optimizers.Adam(rate), jit_compile=True)
    vae.fit(images, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return vae


def codes_and_factors(vae: BetaTCVAE) -> tuple[np.ndarray, np.ndarray]:
    """Means (18,432, D) and factors (18,432, 4) of the whole grid, training images among them.

    Disentanglement is measured on the whole grid throughout the literature: no factor is ever seen
    in training, and every combination of levels comes once.
    """
    data = load_upright()
    splits = (data.train, data.validation, data.test)
    factors = [np.stack([split.factors[name] for name in FACTORS], axis=1) for split in splits]
    codes = [np.asarray(vae.encode(split.x)[0]) for split in splits]
    return np.concatenate(codes), np.concatenate(factors)


def quality(vae: BetaTCVAE) -> float:
    """Mutual information gap over the whole grid, by histograms of 20 bins."""
    return mutual_information_gap(*codes_and_factors(vae))
