"""The conditional GAN of the garments, conditioned on the kind of garment."""

import course_utils.quiet

from course_utils.models.conditional_gan import ConditionalGAN, conv_conditional_gan
from course_utils.pretrained import fashion_gan

LEFT_OUT, TOLERANCE = fashion_gan.LEFT_OUT, fashion_gan.TOLERANCE
EPOCHS, BATCH = 20, 64
quality = fashion_gan.quality


def build() -> ConditionalGAN:
    """The model, untrained."""
    return conv_conditional_gan((28, 28, 1), 32, 10, filters=16, r1_weight=0.1, ema_decay=0.995)


def train(seed: int = 0, epochs: int = EPOCHS) -> ConditionalGAN:
    """The model, trained like the GAN without labels, but in larger batches."""
    return fashion_gan.train(seed, build, epochs, BATCH)
