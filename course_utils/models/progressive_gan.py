"""The progressive GAN: learn 4×4 pixels first, then 8×8, 16×16, 32×32.

Karras, Aila, Laine and Lehtinen, *Progressive Growing of GANs for Improved Quality, Stability, and
Variation*, 2018.

At each new size both players get new layers, and the old ones continue to learn. The new layers are
faded in: for a while the image is (1 − α) times the old one, upsampled, plus α times the new one,
while α rises from 0 to 1. Real images are downsampled to the current size and faded alike.
"""

import course_utils.quiet

from collections.abc import Sequence
from functools import partial

import keras
from keras import layers, ops
from keras.config import floatx

from course_utils.gan_layers import (
    EqualizedConv2D,
    EqualizedDense,
    Fade,
    MinibatchStandardDeviation,
    PixelNorm,
)
from course_utils.keras_internals import unlocked
from course_utils.models.gan import GAN
from course_utils.validation import check_count, check_shape

_lrelu = partial(layers.LeakyReLU, 0.2)


class ProgressiveGAN(GAN):
    """A GAN that starts at 4×4 pixels and is enlarged by `grow`.

        gan.compile()
        gan.fit(x, epochs=5)              # at 4×4 pixels
        while gan.size < gan.full_size:
            gan.grow()                    # 8×8, 16×16, …
            gan.fit(x, epochs=5)          # x keeps its full size: the model downsamples it

    Args:
        generator: z (B, D) → images at every size, the smallest first; see `growing_generator`.
        discriminators: one for each size, images → logits (B, 1); see `growing_discriminators`.
        fade_steps: the number of training steps after each growth until α is 1.
        kwargs: as for `GAN`.

    Raises:
        ValueError: for networks that do not fit, or a number of steps below 1.
    """

    def __init__(self, generator, discriminators, *, fade_steps: int = 250, **kwargs):
        # The averaged copy is of the whole generator, so that it grows with the original.
        super().__init__(generator, discriminators[-1], **kwargs)
        self.fade_steps = check_count("fade_steps", fade_steps)
        self.all_discriminators = discriminators
        self.whole_generator = generator
        self.whole_average = self.averaged_generator
        self._resize(0)

    @staticmethod
    def _check_players(generator, discriminator):
        check_shape(
            "generator's largest output", generator.output_shape[-1], discriminator.input_shape
        )
        check_shape("discriminator's output", discriminator.output_shape, (None, 1))

    @property
    def size(self) -> int:
        """The current number of pixels per side."""
        return self.generator.output_shape[1]

    @property
    def full_size(self) -> int:
        """The number of pixels per side when it is fully grown."""
        return self.whole_generator.output_shape[-1][1]

    def _resize(self, level: int):
        with unlocked(self):  # the model has the weights of all sizes from the start
            self._take_networks(level)

    def _take_networks(self, level: int):
        self.level = level
        self.generator = _at_level(self.whole_generator, level)
        if self.whole_average is not None:
            self.averaged_generator = _at_level(self.whole_average, level)
        self.discriminator = self.all_discriminators[level]
        players = self.generator, self.discriminator
        self.fades = [_newest_fade(network) for network in players] if level else []

    def grow(self):
        """Add the layers of the next size, at α = 0. Optimizers start anew.

        Raises:
            ValueError: if the model has its full size already.
        """
        if self.size == self.full_size:
            raise ValueError(f"the model has its full size already, {self.size} pixels")
        self._resize(self.level + 1)
        if self.compiled:
            # New optimizers: moments of the old layers would not fit the new ones.
            optimizers = [
                type(optimizer).from_config(optimizer.get_config())
                for optimizer in (self.generator_optimizer, self.discriminator_optimizer)
            ]
            self.compile(*optimizers, jit_compile=self.jit_compile)

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        for fade in self.fades:
            fade.alpha.assign(ops.minimum(fade.alpha + 1 / self.fade_steps, 1.0))
        return super().train_step((self.shrink(x), y))

    def shrink(self, x):
        """Real images at the current size, faded like the fakes.

        Args:
            x: (B, full size, full size, C).

        Returns:
            (B, size, size, C).
        """
        x = _halve(x, self.full_size // self.size)
        if self.fades:
            old = ops.repeat(ops.repeat(_halve(x, 2), 2, axis=1), 2, axis=2)
            x = old + self.fades[1].alpha * (x - old)
        return x

    # The size is saved too, because loaded weights need the networks that they were saved from.

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["level"] = self.level

    def load_own_variables(self, store):
        self._resize(int(store["level"][()]))
        names = set(store.keys()) - {"level"}
        super().load_own_variables({name: store[name] for name in names})


def _halve(x, factor: int):
    return ops.average_pool(x, factor, factor) if factor > 1 else x


def _at_level(generator: keras.Model, level: int) -> keras.Model:
    """The part of a generator that generates the images of one size."""
    return keras.Model(generator.input, generator.outputs[level], name="generator")


def _newest_fade(network: keras.Model) -> Fade:
    return max(
        (layer for layer in network.layers if isinstance(layer, Fade)), key=lambda fade: fade.name
    )


def growing_generator(latent: int, channels: Sequence[int], colors: int = 3) -> keras.Model:
    """A generator with an output for every size, each faded in over the one before.

    Args:
        latent: size D of the latent vector.
        channels: feature channels at 4×4 pixels, at 8×8, and so on.
        colors: channels of the images.

    Returns:
        A Functional model: (B, D) → a list of images (B, s, s, colours) in [0, 1], s = 4, 8, ….

    Source: Karras et al. 2018, table 2, with one convolution per size instead of two.
    """
    z = keras.Input((latent,))
    h = PixelNorm()(z)
    h = layers.Reshape((4, 4, channels[0]))(EqualizedDense(16 * channels[0])(h))
    h = PixelNorm()(_lrelu()(h))
    h = PixelNorm()(_lrelu()(EqualizedConv2D(channels[0], 3, padding="same")(h)))
    images = [EqualizedConv2D(colors, 1)(h)]
    for level, width in enumerate(channels[1:], start=1):
        h = EqualizedConv2D(width, 3, padding="same")(layers.UpSampling2D(2)(h))
        h = PixelNorm()(_lrelu()(h))
        old = layers.UpSampling2D(2)(images[-1])
        new = EqualizedConv2D(colors, 1)(h)
        images.append(Fade(name=f"fade_{level}")([old, new]))
    pixels = [layers.Activation("sigmoid", dtype=floatx())(image) for image in images]
    return keras.Model(z, pixels, name="generator")


def growing_discriminators(channels: Sequence[int], colors: int = 3) -> list[keras.Model]:
    """Discriminators for every size, each with one more layer in front than the one before.

    Args:
        channels: feature channels at 4×4 pixels, at 8×8, and so on.
        colors: channels of the images.

    Returns:
        For s = 4, 8, … a Functional model (B, s, s, colours) → (B, 1). They share their layers.

    Source: Karras et al. 2018, table 2, with one convolution per size instead of two.
    """
    from_colors = [EqualizedConv2D(width, 1) for width in channels]
    halving = [EqualizedConv2D(before, 4, strides=2, padding="same") for before in channels[:-1]]
    last = [
        MinibatchStandardDeviation(),
        EqualizedConv2D(channels[0], 3, padding="same"),
        _lrelu(),
        layers.Flatten(),
        EqualizedDense(1, dtype=floatx()),
    ]
    discriminators = []
    for level in range(len(channels)):
        x = keras.Input((4 << level, 4 << level, colors))
        h = _lrelu()(from_colors[level](x))
        for down in reversed(range(level)):
            h = _lrelu()(halving[down](h))
            if down == level - 1:
                old = _lrelu()(from_colors[down](layers.AveragePooling2D(2)(x)))
                h = Fade(name=f"fade_{level}")([old, h])
        for layer in last:
            h = layer(h)
        discriminators.append(keras.Model(x, h, name=f"discriminator_{4 << level}"))
    return discriminators


def progressive_gan(
    latent: int = 64, channels: Sequence[int] = (64, 64, 32, 16), **options
) -> ProgressiveGAN:
    """A progressive GAN of RGB images.

    Args:
        latent: size D of the latent space.
        channels: feature channels at 4×4 pixels, at 8×8, and so on up to the full size; the default
            is for 32×32 images.
        options: as for `ProgressiveGAN`.
    """
    generator = growing_generator(latent, channels)
    return ProgressiveGAN(generator, growing_discriminators(channels), **options)
