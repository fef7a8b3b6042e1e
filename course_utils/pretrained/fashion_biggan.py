"""The BigGAN of the garments, conditioned on the kind of garment, for truncation in its lecture."""

import course_utils.quiet

import keras

from course_utils.data import load
from course_utils.models.biggan import BigGAN, big_gan
from course_utils.pretrained import fashion_gan

LEFT_OUT, TOLERANCE = fashion_gan.LEFT_OUT, fashion_gan.TOLERANCE
EPOCHS, BATCH = 6, 32
RATES = 1e-3, 2e-3  # of the generator and the discriminator, at the start
quality = fashion_gan.quality


def build() -> BigGAN:
    """The model, untrained."""
    return big_gan(40, shape=(28, 28, 1), width=16, ema_decay=0.99)


def train(seed: int = 0, epochs: int = EPOCHS) -> BigGAN:
    """The model, trained on the training garments.

    Args:
        seed: of weights, order and noise.
        epochs: how many; both learning rates fall to 0 over them.
    """
    garments = load("fashion").train
    keras.utils.set_random_seed(seed)
    gan = build()
    steps = epochs * -(-len(garments) // BATCH)
    schedules = (keras.optimizers.schedules.CosineDecay(rate, steps) for rate in RATES)
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for rate in schedules))
    gan.fit(garments.x, garments.labels, batch_size=BATCH, epochs=epochs, verbose=0)
    return gan
