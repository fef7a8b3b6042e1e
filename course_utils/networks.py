"""Builders for the networks inside the models: plain Keras, no training logic.

The last layer of each computes in `floatx`, so that losses are computed in full precision even
under a mixed precision policy.
"""

import course_utils.quiet

import math
from collections.abc import Sequence

import keras
from keras import layers, ops
from keras.config import floatx


def dense_encoder(
    shape: Sequence[int],
    latent: int,
    *,
    outputs: int = 1,
    hidden: Sequence[int] = (128, 64),
    activation: str = "gelu",
    dropout: float = 0.0,
) -> keras.Model:
    """Fully connected network from an example to `outputs` vectors of size `latent`.

    Args:
        shape: shape of one example, such as (8, 8, 1).
        latent: size D of each output.
        outputs: how many outputs; two for a Gaussian's mean and log-variance.
        hidden: widths of the hidden layers.
        activation: of the hidden layers.
        dropout: fraction of hidden units dropped in training, in [0, 1).

    Returns:
        A Functional model: (B, *shape) → (B, D), or a list of such when `outputs` > 1.
    """
    x = keras.Input(shape)
    h = layers.Flatten()(x)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
        if dropout:
            h = layers.Dropout(dropout)(h)
    heads = [layers.Dense(latent, dtype=floatx())(h) for _ in range(outputs)]
    return keras.Model(x, heads[0] if outputs == 1 else heads, name="encoder")


def dense_decoder(
    latent: int,
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (64, 128),
    activation: str = "gelu",
) -> keras.Model:
    """Fully connected network from a latent vector to one logit per pixel.

    Args:
        latent: size D of the latent vector.
        shape: shape of one example, such as (8, 8, 1).
        hidden: widths of the hidden layers.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, D) → (B, *shape), without an output activation (logits).
    """
    z = keras.Input((latent,))
    h = z
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
    logits = layers.Dense(math.prod(shape), dtype=floatx())(h)
    logits = layers.Reshape(tuple(shape), dtype=floatx())(logits)
    return keras.Model(z, logits, name="decoder")


def dense_generator(
    latent: int,
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (128, 256),
    activation: str = "gelu",
    output_activation: str = "sigmoid",
) -> keras.Model:
    """Fully connected network from a latent vector to an example.

    Args:
        latent: size D of the latent vector.
        shape: shape of one example, such as (8, 8, 1).
        hidden: widths of the hidden layers.
        activation: of the hidden layers.
        output_activation: "sigmoid" for pixels in [0, 1], "linear" for unbounded values.

    Returns:
        A Functional model: (B, D) → (B, *shape).
    """
    decoder = dense_decoder(latent, shape, hidden=hidden, activation=activation)
    x = layers.Activation(output_activation, dtype=floatx())(decoder.output)
    return keras.Model(decoder.input, x, name="generator")


def dense_discriminator(
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (256, 128),
    activation: str = "leaky_relu",
) -> keras.Model:
    """Fully connected network from an example to one logit (or a critic's score).

    Args:
        shape: shape of one example, such as (8, 8, 1).
        hidden: widths of the hidden layers.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, *shape) → (B, 1).
    """
    encoder = dense_encoder(shape, 1, hidden=hidden, activation=activation)
    return keras.Model(encoder.input, encoder.output, name="discriminator")


@keras.saving.register_keras_serializable("course_utils")
class FourierFeatures(layers.Layer):
    """x with sin(B x) and cos(B x), whose frequencies B are drawn once from N(0, scale²).

    From x alone a network learns low frequencies long before high ones. With these features it can
    also fit functions that change over short distances, such as the density of narrow Gaussians.

    Args:
        features: the number of frequency vectors.
        scale: standard deviation of the frequencies, in radians per unit of x.

    Returns:
        (B, D) → (B, D + 2 · features).

    Source: Tancik et al., Fourier Features Let Networks Learn High Frequency Functions in Low
    Dimensional Domains, 2020, section 5.
    """

    def __init__(self, features: int, scale: float, **kwargs):
        super().__init__(**kwargs)
        self.features = features
        self.scale = scale

    def build(self, input_shape):
        self.frequencies = self.add_weight(
            shape=(input_shape[-1], self.features),
            initializer=keras.initializers.RandomNormal(stddev=self.scale),
            trainable=False,
        )

    def call(self, x):
        phase = ops.matmul(x, self.frequencies)
        return ops.concatenate([x, ops.sin(phase), ops.cos(phase)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 2 * self.features)

    def get_config(self):
        return {**super().get_config(), "features": self.features, "scale": self.scale}


def conv_generator(latent: int, shape: Sequence[int], *, filters: int = 32) -> keras.Model:
    """Transposed convolutions from a latent vector to an image, each doubling height and width.

    Args:
        latent: size D of the latent vector.
        shape: shape of one image, such as (8, 8, 1).
        filters: channels of the layer before the image; twice as many at each halving.

    Returns:
        A Functional model: (B, D) → pixels (B, *shape) in [0, 1].

    Source: Radford, Metz and Chintala, Unsupervised Representation Learning with Deep Convolutional
    Generative Adversarial Networks, 2016, section 3 and figure 1.
    """
    height, width, channels = shape
    doublings = halvings(height, width)
    height, width = height >> doublings, width >> doublings
    z = keras.Input((latent,))
    depth = filters << doublings
    h = layers.Dense(height * width * depth, use_bias=False)(z)
    h = layers.Reshape((height, width, depth))(h)
    h = layers.Activation("relu")(layers.BatchNormalization()(h))
    for level in reversed(range(doublings)):
        # The stride divides the kernel's size: every pixel is covered equally often.
        h = layers.Conv2DTranspose(filters << level, 4, 2, padding="same", use_bias=False)(h)
        h = layers.Activation("relu")(layers.BatchNormalization()(h))
    x = layers.Conv2D(channels, 3, padding="same", activation="sigmoid", dtype=floatx())(h)
    return keras.Model(z, x, name="generator")


def conv_encoder(
    shape: Sequence[int], latent: int, *, filters: int = 32, activation: str = "leaky_relu"
) -> keras.Model:
    """Convolutions from an image to a vector; all but the first halve height and width.

    Args:
        shape: shape of one image, such as (8, 8, 1).
        latent: size D of the vector.
        filters: channels of the first layer; twice as many at each halving.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, *shape) → (B, D).
    """
    x = keras.Input(shape)
    options = {"padding": "same", "activation": activation}
    h = layers.Conv2D(filters, 3, **options)(x)
    for level in range(halvings(*shape[:2])):
        h = layers.Conv2D(filters << level + 1, 4, 2, **options)(h)
    return keras.Model(x, layers.Dense(latent, dtype=floatx())(layers.Flatten()(h)), name="encoder")


def conv_discriminator(
    shape: Sequence[int], *, filters: int = 32, features: int = 0
) -> keras.Model:
    """Convolutions from an image to one logit (or a critic's score); see `conv_encoder`.

    There is no batch normalisation: it makes the examples of a batch depend on each other, and a
    penalty on the gradient at each example would no longer be correct.

    Args:
        shape: shape of one image, such as (8, 8, 1).
        filters: channels of the first layer; twice as many at each halving.
        features: the size of a hidden dense layer before the logit; 0 for none.

    Returns:
        A Functional model: (B, *shape) → (B, 1).
    """
    encoder = conv_encoder(shape, features or 1, filters=filters)
    logit = encoder.output
    if features:
        logit = layers.Dense(1, dtype=floatx())(layers.Activation("leaky_relu")(logit))
    return keras.Model(encoder.input, logit, name="discriminator")


def patch_discriminator(shape: Sequence[int], *, filters: Sequence[int] = (32, 64)) -> keras.Model:
    """Convolutions from an image to a score for each of its patches, of 18×18 pixels by default.

    Each score depends on its patch only, so it judges local texture and style.

    Args:
        shape: shape of one image, (H, W, C).
        filters: channels of the strided convolutions, each of which halves height and width. The
            patches have 18×18 pixels with two of them, 38×38 with three.

    Returns:
        A Functional model: (B, H, W, C) → scores (B, h, w, 1), where h and w are H / 2ⁿ and W / 2ⁿ,
        rounded up, for n filters.

    Source: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017,
    section 3.2.2.
    """
    x = h = keras.Input(shape)
    for width in filters:
        h = layers.Conv2D(width, 4, 2, padding="same", activation="leaky_relu")(h)
    return keras.Model(
        x, layers.Conv2D(1, 3, padding="same", dtype=floatx())(h), name="discriminator"
    )


def halvings(height: int, width: int) -> int:
    """How often both sides can be divided by 2 without remainder and stay at least 4 pixels."""
    count = 0
    while height % 2 == 0 and width % 2 == 0 and min(height, width) >= 8:
        height, width, count = height // 2, width // 2, count + 1
    return count
