"""StyleGAN: a generator that is told at every size what the picture should look like there.

Karras, Laine and Aila, *A Style-Based Generator Architecture for Generative Adversarial Networks*,
2019; modulated convolutions and colours added up over sizes as in Karras et al., *Analyzing and
Improving the Image Quality of StyleGAN*, 2020.

    mapping      w = f(z),  z ~ N(0, I)
    synthesis    x = g(w₁, …, w_L): a learnt constant, drawn larger size by size; the convolutions
                 of size l are modulated by the style w_l, and each gets noise of its own

All w_l are the same w but where two are mixed: those of one picture in the first layers, of another
in the rest. A layer here is all that happens at one size: 4×4 pixels, 8×8, and so on.
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
        mixing: share of the training images that are drawn from two styles (style mixing
            regularisation, Karras et al. 2019, section 3.1).
        mean_decay: β of the running mean w̄ ← β w̄ + (1 − β) mean w, towards which truncation goes.
        kwargs: as for `GAN`.

    Raises:
        ValueError: for a share or a decay outside [0, 1].
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
            truncation: ψ in w̄ + ψ (w − w̄). Towards 0 the pictures come close to the mean face:
                better ones, and fewer different ones (Karras et al. 2019, appendix B).

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
            fresh_noise: draw the noise of all layers anew, for another picture of the same face.

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
            crossover: from 0, all fine, to L, all coarse.

        Returns:
            (B, …) in [0, 1].

        Raises:
            ValueError: for other shapes, or a layer that is not there.
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
        return self.synthesize(self.map(z, truncation))

    def sample(self, count: int, truncation: float = 1.0):
        """`count` images, each from its own z ~ N(0, I); `truncation` as for `map`."""
        return self.generate(self.latent_noise(check_count("count", count)), truncation)


MAPPING_RATE = 0.1
"""At the speed of the other layers the mapping soon knows two directions of w and no more."""


def mapping_network(latent: int, style: int, depth: int = 3) -> keras.Model:
    """Fully connected network from z, at length √D, to w.

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
    """From one style a size to an image: 4×4 pixels first, then twice as wide at each size.

    Args:
        style: size of w.
        channels: feature channels at 4×4 pixels, at 8×8, and so on: L sizes.

    Returns:
        A Functional model: (B, L, style) → RGB (B, H, W, 3) in [0, 1].

    Source: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, 2020, figures 2
    and 7b. (Theirs has two convolutions at every size, each with a style of its own.)
    """
    w = keras.Input((len(channels), style))
    x, image = Constant((4, 4, channels[0]))(w), None
    for number, width in enumerate(channels):
        own = w[:, number]
        first = ModulatedConv2D(width, 3)
        if 0 < number < len(channels) - 1:
            first = ModulatedConv2DTranspose(width, 4)
        elif number:  # here a checkerboard would stay: nothing comes after to wipe it out
            x = _twice_as_wide()(x)
        x = _styled(first, x, own)
        if number < 2:  # where pixels are few, another convolution costs little
            x = _styled(ModulatedConv2D(width, 3), x, own)
        colors = ModulatedConv2D(3, 1, demodulate=False)([x, own])
        image = layers.Add()([_twice_as_wide()(image), colors]) if number else colors
    # Colours of all sizes add up. A quarter of them leaves the sigmoid its slope at the start.
    image = layers.Activation("sigmoid", dtype=floatx())(layers.Rescaling(0.25)(image))
    return keras.Model(w, image, name="synthesis")


def _styled(convolution: ModulatedConv2D, x, style):
    x = _lrelu()(LayerNoise()(convolution([x, style])))
    return layers.Rescaling(2**0.5)(x)  # the rectifier halves the power that demodulation gave


def style_generator(latent: int, style: int, channels: Sequence[int]) -> keras.Model:
    """Mapping and synthesis in one: z (B, D) → RGB (B, H, W, 3) in [0, 1].

    Arguments as for the two.
    """
    z = keras.Input((latent,))
    w = layers.RepeatVector(len(channels))(mapping_network(latent, style)(z))
    return keras.Model(z, synthesis_network(style, channels)(w), name="generator")


def style_discriminator(size: int, channels: Sequence[int]) -> keras.Model:
    """Equalized convolutions down to 4×4 pixels, the batch's variety, and one logit.

    Args:
        size: pixels a side.
        channels: of the first convolution, the second, and so on: one a halving.

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
        channels: of the generator at 4×4 pixels, at 8×8, and so on; the last is the images' size.
        options: as for `StyleGAN`.
    """
    size = 4 << len(channels) - 1
    discriminator = style_discriminator(size, [3 * width // 2 for width in channels[:0:-1]])
    return StyleGAN(style_generator(latent, style, channels), discriminator, **options)
