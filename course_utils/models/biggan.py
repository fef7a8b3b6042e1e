"""A small BigGAN: the methods that made conditional GANs scale to a thousand classes, here for ten.

Brock, Donahue and Simonyan, *Large Scale GAN Training for High Fidelity Natural Image Synthesis*,
2019. The label enters every block of the generator through batch normalisation, together with a
separate part of z for each block. Both networks are spectrally normalised and have self-attention,
and the loss is the hinge loss.

    truncation   z is drawn from N(0, I), and every entry beyond ±τ is drawn again; a small τ makes
                 images better and less varied
"""

import course_utils.quiet

import math
from collections.abc import Sequence
from functools import partial

import keras
import numpy as np
from keras import layers
from keras.config import floatx

from course_utils.gan_layers import (
    ConditionalBatchNormalization,
    SelfAttention,
    SpectralConv2D,
    SpectralDense,
)
from course_utils.models.conditional_gan import ConditionalGAN
from course_utils.networks import halvings
from course_utils.validation import check_number

LARGEST_ATTENDED = 16  # pixels per side

_same = partial(SpectralConv2D, padding="same")
_relu = partial(layers.Activation, "relu")


class BigGAN(ConditionalGAN):
    """A conditional GAN with the hinge loss, whose samples can be truncated.

    Arguments as for `ConditionalGAN`.
    """

    def __init__(self, generator, discriminator, classes: int, **kwargs):
        super().__init__(generator, discriminator, classes, objective="hinge", **kwargs)

    def sample(self, labels, truncation: float | None = None):
        """One example for each label, each from its own z.

        Args:
            labels: (B,), whole numbers from 0 to K − 1.
            truncation: τ, above 0: all entries of z lie within ±τ. None means z ~ N(0, I).

        Returns:
            (B, …).

        Raises:
            ValueError: for labels or a τ out of range.
        """
        if truncation is None:
            return super().sample(labels)
        labels = self._check_labels(labels, {})
        return self([truncated_normal((len(labels), self.latent), truncation, self.noise), labels])


def truncated_normal(shape, threshold: float, seed=None):
    """Draws from N(0, 1) truncated to ±threshold.

    They are computed by the inverse of the cumulative distribution function. Drawing again every
    entry beyond ±τ has the same distribution, but takes very long for a threshold near 0.

    Args:
        shape: of the draws.
        threshold: τ, above 0.
        seed: an integer or a `keras.random.SeedGenerator`.

    Returns:
        A tensor of that shape, in `floatx`.

    Raises:
        ValueError: for a threshold that is not a positive number.

    Source: Brock et al. 2019, section 3.1.
    """
    threshold = check_number("truncation", threshold, above=0)
    # P(|z| < τ) = erf(τ / √2)
    reach = keras.ops.erf(threshold / np.sqrt(2))
    return np.sqrt(2) * keras.ops.erfinv(keras.random.uniform(shape, -reach, reach, seed=seed))


def _block(x, condition, width: int):
    """A residual block: norm, ReLU and convolution, twice, with a 1×1 convolution as shortcut."""
    h = _relu()(ConditionalBatchNormalization()([x, condition]))
    h = _same(width, 3)(h)
    h = _relu()(ConditionalBatchNormalization()([h, condition]))
    return layers.Add()([_same(width, 3)(h), _same(width, 1)(x)])


def big_generator(
    latent: int,
    classes: int,
    width: int = 24,
    embedding: int = 16,
    shape: Sequence[int] = (8, 8, 1),
) -> keras.Model:
    """From z and a label to an image, by residual blocks with upsampling, and self-attention.

    Self-attention comes before the last upsampling.

    Args:
        latent: size D of z, divisible by the number of its parts: one is the input of the first
            layer, and one goes to each block. There is one block for each resolution: two for 8×8
            images (4 and 8 pixels per side), three for 28×28 (7, 14 and 28).
        classes: number K of labels.
        width: channels at the full resolution; twice as many at each halving.
        embedding: size of the class vector that all blocks share.
        shape: of one image, (H, W, C).

    Returns:
        A Functional model: [z (B, D), label (B,)] → (B, *shape) in [0, 1].

    Raises:
        ValueError: for a D that is not divisible by the number of parts.

    Source: Brock et al. 2019, figure 15.
    """
    height, breadth, channels = shape
    doublings = halvings(height, breadth)
    parts = doublings + 2
    if latent % parts:
        raise ValueError(f"latent: expected a size divisible by {parts}, got {latent}")
    z, label = keras.Input((latent,)), keras.Input((), dtype="int32")
    part = latent // parts
    shared = layers.Embedding(classes, embedding)(label)
    first, *rest = (z[:, start : start + part] for start in range(0, latent, part))
    conditions = [layers.Concatenate()([shared, own]) for own in rest]
    smallest = (height >> doublings, breadth >> doublings, width << doublings)
    h = layers.Reshape(smallest)(SpectralDense(math.prod(smallest))(first))
    h = _block(h, conditions[0], width << doublings)
    for level, condition in zip(reversed(range(doublings)), conditions[1:], strict=True):
        if level == 0:
            h = SelfAttention()(h)
        h = _block(layers.UpSampling2D(2)(h), condition, width << level)
    h = _relu()(layers.BatchNormalization(momentum=0.9)(h))
    x = layers.Activation("sigmoid", dtype=floatx())(_same(channels, 3)(h))
    return keras.Model([z, label], x, name="generator")


def big_discriminator(
    classes: int, width: int = 24, shape: Sequence[int] = (8, 8, 1)
) -> keras.Model:
    """From an image and a label to a logit, by residual blocks with pooling, and self-attention.

    logit = w · φ(x) + b + v_label · φ(x) (Miyato and Koyama 2018), φ summed over the pixels.

    Args:
        classes: number K of labels.
        width: channels at the full resolution; twice as many at each halving.
        shape: of one image, (H, W, C). Self-attention compares all pairs of pixels, so it is
            applied at the first resolution of at most 16×16 pixels.

    Returns:
        A Functional model: [x (B, *shape), label (B,)] → logits (B, 1).

    Source: Brock et al. 2019, figure 15.
    """
    x, label = keras.Input(shape), keras.Input((), dtype="int32")
    h = _relu()(_same(width, 3)(x))
    h = layers.Add()([_same(width, 3)(h), _same(width, 1)(x)])
    attended = False
    for level in range(1, halvings(*shape[:2]) + 1):
        if not attended and max(h.shape[1:3]) <= LARGEST_ATTENDED:
            h, attended = SelfAttention()(h), True
        h = layers.AveragePooling2D(2)(h)
        around = _same(width << level, 1)(h)
        h = _same(width << level, 3)(_relu()(h))
        h = layers.Add()([_same(width << level, 3)(_relu()(h)), around])
    phi = keras.ops.sum(_relu()(h), axis=(1, 2))
    one_hot = layers.CategoryEncoding(classes, output_mode="one_hot")(label)
    v = SpectralDense(phi.shape[-1], use_bias=False)(one_hot)
    logit = layers.Add(dtype=floatx())([SpectralDense(1)(phi), layers.Dot(axes=-1)([phi, v])])
    return keras.Model([x, label], logit, name="discriminator")


def big_gan(
    latent: int = 24,
    classes: int = 10,
    *,
    shape: Sequence[int] = (8, 8, 1),
    width: int = 24,
    **options,
) -> BigGAN:
    """A BigGAN of small images.

    Args:
        latent: size D of z; see `big_generator` for what must divide it.
        classes: number K of labels.
        shape: of one image, (H, W, C), with values in [0, 1].
        width: channels at the full resolution in both networks.
        options: as for `BigGAN`.

    Raises:
        ValueError: as for `big_generator`.
    """
    return BigGAN(
        big_generator(latent, classes, width, shape=shape),
        big_discriminator(classes, width, shape),
        classes,
        **options,
    )
