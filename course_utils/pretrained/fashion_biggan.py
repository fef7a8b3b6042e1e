"""The BigGAN of the garments, conditioned on the kind of garment, for truncation in its lecture."""

import course_utils.quiet

from course_utils.models.biggan import BigGAN, big_gan
from course_utils.pretrained import fashion_gan

LEFT_OUT, TOLERANCE = fashion_gan.LEFT_OUT, fashion_gan.TOLERANCE
EPOCHS, BATCH = 12, 32
RATES = 1e-3, 2e-3  # of the generator and the discriminator, at the start
quality = fashion_gan.quality


def build() -> BigGAN:
    """The model, untrained."""
    return big_gan(40, shape=(28, 28, 1), width=16, ema_decay=0.99)


def train(seed: int = 0, epochs: int = EPOCHS) -> BigGAN:
    """The model, trained like the GAN without labels, but with a quicker discriminator."""
    return fashion_gan.train(seed, build, epochs, BATCH, RATES)
