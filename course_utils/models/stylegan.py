"""StyleGAN: a generator whose convolutions are modulated by a style at every resolution.

Karras, Laine and Aila, *A Style-Based Generator Architecture for Generative Adversarial Networks*,
2019; modulated convolutions, and colours added up over resolutions, as in Karras et al., *Analyzing
and Improving the Image Quality of StyleGAN*, 2020.

    mapping      w = f(z),  z ~ N(0, I)
    synthesis    x = g(w₁, …, w_L): a learnt constant, upsampled step by step; the convolutions at
                 resolution l are modulated by the style w_l, and each has its own noise

All w_l are the same w, except in style mixing: there the first layers have the style of one image,
the rest that of another. A layer here is everything at one resolution: 4×4 pixels, 8×8, and so on.
"""

import course_utils.quiet

from collections.abc import Sequence
from functools import partial

import keras
from keras import layers, ops
from keras.config import floatx

from course_utils.gan_layers import (
    Constant,
    EqualizedConv2D,
    EqualizedDense,
    LayerNoise,
    MinibatchStandardDeviation,
    ModulatedConv2D,
    ModulatedConv2DTranspose,
    PixelNorm,
)
from course_utils.models.gan import GAN
from course_utils.validation import check_array, check_count, check_number

_lrelu = partial(layers.LeakyReLU, 0.2)
_twice_as_wide = partial(layers.UpSampling2D, 2, interpolation="bilinear")


class StyleGAN(GAN):
    """A GAN whose generator has a mapping network, `mapping`, and a synthesis network, `synthesis`.

    Args:
        generator: z (B, D) → images, made of these two; see `style_generator`.
        discriminator: images → logits (B, 1).
        mixing: fraction of the training images that are drawn from two styles (style mixing
            regularisation, Karras et al. 2019, section 3.1).
        mean_decay: β of the running mean w̄ ← β w̄ + (1 − β) mean w, which truncation uses.
        kwargs: as for `GAN`.

    Raises:
        ValueError: as for `GAN`, or for `mixing` or `mean_decay` outside [0, 1].
    """

    def __init__(self, generator, discriminator, *, mixing=0.9, mean_decay=0.99, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.mixing = check_number("mixing", mixing, low=0, high=1)
        self.mean_decay = check_number("mean_decay", mean_decay, low=0, high=1)
        _, self.style_layers, self.style_size = generator.get_layer("synthesis").input_shape
        self.mean_style = self.add_weight(
            shape=(self.style_size,), initializer="zeros", trainable=False, name="mean_style"
        )

    def draw(self, z, y):
        mapping = self.generator.get_layer("mapping")
        first = mapping(z, training=True)
        second = mapping(self.latent_noise(ops.shape(z)[0]), training=True)
        self.mean_style.assign(
            self.mean_decay * self.mean_style + (1 - self.mean_decay) * ops.mean(first, axis=0)
        )
        count = ops.shape(z)[0]
        crossover = keras.random.randint((count, 1, 1), 1, self.style_layers, seed=self.noise)
        mixed = keras.random.uniform((count, 1, 1), seed=self.noise) < self.mixing
        layer = ops.arange(self.style_layers, dtype="int32")[None, :, None]
        styles = ops.where(mixed & (layer >= crossover), second[:, None], first[:, None])
        return self.generator.get_layer("synthesis")(styles, training=True)

    # ----------------------------------------------------------------------- samples

    def _part(self, name: str) -> keras.Model:
        return (self.averaged_generator or self.generator).get_layer(name)

    def map(self, z, truncation: float = 1.0):
        """The styles of latent vectors z (B, D), (B, style size).

        Args:
            z: (B, D).
            truncation: ψ in w̄ + ψ (w − w̄). Towards 0, the images approach that of the mean style:
                they become better and less varied (Karras et al. 2019, appendix B).

        Raises:
            ValueError: for z of another shape, or numbers that are not finite.
        """
        truncation = check_number("truncation", truncation)
        w = self._part("mapping")(check_array("z", z, ("B", self.latent)))
        return self.mean_style + truncation * (w - self.mean_style)

    def synthesize(self, styles, fresh_noise: bool = False):
        """The images of styles.

        Args:
            styles: (B, style size), or (B, L, style size) with one for each layer.
            fresh_noise: draw the noise of all layers anew, for another image of the same face.

        Returns:
            (B, …) in [0, 1].

        Raises:
            ValueError: for another shape, or not finite.
        """
        size = self.style_size
        if len(getattr(styles, "shape", ())) == 2:
            styles = check_array("styles", styles, ("B", size))
            styles = styles[:, None].repeat(self.style_layers, axis=1)
        styles = check_array("styles", styles, ("B", self.style_layers, size))
        return self._part("synthesis")(styles, training=fresh_noise)

    def mix(self, coarse, fine, crossover: int):
        """The images whose first `crossover` layers have one style and the rest another.

        Args:
            coarse, fine: styles (B, style size).
            crossover: number of layers with the coarse style, from 0 to L.

        Returns:
            (B, …) in [0, 1].

        Raises:
            ValueError: for other shapes, or a crossover outside 0 to L.
        """
        sizes = {}
        pair = [
            check_array(name, styles, ("B", self.style_size), sizes)[:, None]
            for name, styles in (("coarse", coarse), ("fine", fine))
        ]
        crossover = check_count("crossover", crossover, 0, self.style_layers)
        layer = ops.arange(self.style_layers, dtype="int32")[None, :, None]
        return self.synthesize(ops.where(layer < crossover, *pair))

    def generate(self, z, truncation: float = 1.0):
        """The images of latent vectors z (B, D), (B, …) in [0, 1]; arguments as for `map`."""
        return self.synthesize(self.map(z, truncation))

    def sample(self, count: int, truncation: float = 1.0):
        """`count` images, (count, …) in [0, 1], each from its own z ~ N(0, I).

        Args:
            count: how many.
            truncation: as for `map`.

        Raises:
            ValueError: for anything but a whole number of at least 1, or a truncation that is not
                a finite number.
        """
        return self.generate(self.latent_noise(check_count("count", count)), truncation)


MAPPING_RATE = 0.1
"""If the mapping learnt as fast as the other layers, w would collapse to two directions."""


def mapping_network(latent: int, style: int, depth: int = 3) -> keras.Model:
    """Fully connected network from z, normalised to length √D, to w.

    Args:
        latent: size D of z.
        style: size of w.
        depth: number of layers.

    Returns:
        A Functional model: (B, D) → (B, style).

    Source: Karras et al., A Style-Based Generator Architecture for GANs, 2019, section 2.
    """
    z = keras.Input((latent,))
    w = PixelNorm()(z)
    for _ in range(depth):
        w = _lrelu(dtype=floatx())(EqualizedDense(style, rate=MAPPING_RATE, use_bias=False)(w))
    return keras.Model(z, w, name="mapping")


def synthesis_network(style: int, channels: Sequence[int]) -> keras.Model:
    """From one style per resolution to an image: first 4×4 pixels, then doubled at each layer.

    Args:
        style: size of w.
        channels: feature channels at 4×4 pixels, at 8×8, and so on: L resolutions.

    Returns:
        A Functional model: (B, L, style) → RGB (B, s, s, 3) in [0, 1], where s = 4 · 2^(L − 1).

    Source: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, 2020, figures 2
    and 7b. (Theirs has two convolutions at every resolution, each with its own style.)
    """
    w = keras.Input((len(channels), style))
    x, image = Constant((4, 4, channels[0]))(w), None
    for number, width in enumerate(channels):
        own = w[:, number]
        first = ModulatedConv2D(width, 3)
        if 0 < number < len(channels) - 1:
            first = ModulatedConv2DTranspose(width, 4)
        elif number:  # at the last layer no later convolution would remove a checkerboard
            x = _twice_as_wide()(x)
        x = _styled(first, x, own)
        if number < 2:  # at low resolution another convolution takes little time
            x = _styled(ModulatedConv2D(width, 3), x, own)
        colors = ModulatedConv2D(3, 1, demodulate=False)([x, own])
        image = layers.Add()([_twice_as_wide()(image), colors]) if number else colors
    # The colours of all resolutions add up; the factor keeps the sigmoid from saturating early.
    image = layers.Activation("sigmoid", dtype=floatx())(layers.Rescaling(0.25)(image))
    return keras.Model(w, image, name="synthesis")


def _styled(convolution: ModulatedConv2D, x, style):
    x = _lrelu()(LayerNoise()(convolution([x, style])))
    return layers.Rescaling(2**0.5)(x)  # the rectifier halves the power of its input


def style_generator(latent: int, style: int, channels: Sequence[int]) -> keras.Model:
    """Mapping and synthesis in one: z (B, D) → RGB (B, s, s, 3) in [0, 1].

    Arguments as for `mapping_network` and `synthesis_network`.
    """
    z = keras.Input((latent,))
    w = layers.RepeatVector(len(channels))(mapping_network(latent, style)(z))
    return keras.Model(z, synthesis_network(style, channels)(w), name="generator")


def style_discriminator(size: int, channels: Sequence[int]) -> keras.Model:
    """Equalized convolutions, `MinibatchStandardDeviation`, and one logit.

    Args:
        size: pixels per side.
        channels: of the strided convolutions, each of which halves height and width.

    Returns:
        A Functional model: RGB (B, size, size, 3) → (B, 1).
    """
    x = keras.Input((size, size, 3))
    h = x
    for width in channels:
        h = _lrelu()(EqualizedConv2D(width, 4, strides=2, padding="same")(h))
    h = MinibatchStandardDeviation()(h)
    h = _lrelu()(EqualizedConv2D(channels[-1], 3, padding="same")(h))
    return keras.Model(
        x, EqualizedDense(1, dtype=floatx())(layers.Flatten()(h)), name="discriminator"
    )


def style_gan(
    latent: int = 32, style: int = 64, channels: Sequence[int] = (64, 64, 32, 16), **options
) -> StyleGAN:
    """A StyleGAN of RGB images.

    Args:
        latent, style: sizes of z and w.
        channels: of the generator at 4×4 pixels, at 8×8, and so on up to the full size; the default
            is for 32×32 images.
        options: as for `StyleGAN`.
    """
    size = 4 << len(channels) - 1
    discriminator = style_discriminator(size, [3 * width // 2 for width in channels[:0:-1]])
    return StyleGAN(style_generator(latent, style, channels), discriminator, **options)
