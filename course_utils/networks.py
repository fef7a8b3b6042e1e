"""Builders for the networks inside the models: plain Keras, no training logic."""

import course_utils.quiet

import math
from collections.abc import Sequence

import keras
from keras import layers, ops


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
        dropout: share of hidden units dropped while training.

    Returns:
        A Functional model: (B, *shape) → (B, D), or a list of such when `outputs` > 1.
    """
    x = keras.Input(shape)
    h = layers.Flatten()(x)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
        if dropout:
            h = layers.Dropout(dropout)(h)
    heads = [layers.Dense(latent)(h) for _ in range(outputs)]
    return keras.Model(x, heads[0] if outputs == 1 else heads, name="encoder")


def dense_decoder(
    latent: int,
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (64, 128),
    activation: str = "gelu",
) -> keras.Model:
    """Fully connected network from a latent vector to one number a pixel.

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
    logits = layers.Reshape(tuple(shape))(layers.Dense(math.prod(shape))(h))
    return keras.Model(z, logits, name="decoder")


def dense_conditioner(
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (128, 128),
    activation: str = "relu",
    dropout: float = 0.0,
) -> keras.Model:
    """Fully connected network that tells a coupling how to shift and scale.

    Args:
        shape: shape of one example.
        hidden: widths of the hidden layers.
        activation: of the hidden layers.
        dropout: share of hidden units dropped while training.

    Returns:
        A Functional model: (B, *shape) → (B, *shape but twice the last axis). It starts at 0, so
        that the coupling starts as the identity.
    """
    x = keras.Input(shape)
    h = layers.Flatten()(x)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
        if dropout:
            h = layers.Dropout(dropout)(h)
    outputs = layers.Dense(2 * math.prod(shape), kernel_initializer="zeros")(h)
    return keras.Model(x, layers.Reshape((*shape[:-1], 2 * shape[-1]))(outputs), name="conditioner")


def convolutional_conditioner(
    shape: Sequence[int], *, width: int = 64, activation: str = "relu"
) -> keras.Model:
    """Convolutions 3×3, 1×1, 3×3 that tell a coupling how to shift and scale (Glow, appendix B).

    Args:
        shape: shape of one image, (H, W, C).
        width: channels of the two hidden layers.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, H, W, C) → (B, H, W, 2C). It starts at 0, so that the coupling
        starts as the identity.
    """
    x = keras.Input(shape)
    h = layers.Conv2D(width, 3, padding="same", activation=activation)(x)
    h = layers.Conv2D(width, 1, activation=activation)(h)
    outputs = layers.Conv2D(2 * shape[-1], 3, padding="same", kernel_initializer="zeros")(h)
    return keras.Model(x, outputs, name="conditioner")


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
        output_activation: "sigmoid" for pixels in [0, 1], "linear" for points of any size.

    Returns:
        A Functional model: (B, D) → (B, *shape).
    """
    decoder = dense_decoder(latent, shape, hidden=hidden, activation=activation)
    x = layers.Activation(output_activation)(decoder.output)
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
    """x and its waves sin(B x), cos(B x), whose frequencies B are drawn once from N(0, scale²).

    From x alone a network learns what varies slowly long before what varies fast. Given waves, it
    tells apart points that lie close together: a narrow Gaussian from the empty space around it.

    Args:
        features: how many frequency vectors.
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


def fourier_discriminator(
    dimensions: int,
    *,
    features: int = 64,
    scale: float = 2.0,
    hidden: Sequence[int] = (128, 128, 128),
) -> keras.Model:
    """Fully connected network from points to one logit, by way of Fourier features.

    Args:
        dimensions: of the space in which the points lie.
        features, scale: of the Fourier features; the scale suits points of unit variance.
        hidden: widths of the hidden layers.

    Returns:
        A Functional model: (B, dimensions) → (B, 1).
    """
    x = keras.Input((dimensions,))
    network = dense_discriminator((dimensions + 2 * features,), hidden=hidden)
    return keras.Model(x, network(FourierFeatures(features, scale)(x)), name="discriminator")


def dense_denoiser(
    size: int,
    *,
    width: int = 256,
    blocks: int = 3,
    fourier_features: int = 0,
    activation: str = "gelu",
) -> keras.Model:
    """Fully connected residual network from a noised vector and its time to one of its size.

    Each block adds W₂ gelu(W₁ h + U e(t)) to its input h, where e(t) is the embedded time. There is
    no normalisation in it: the vector should come with unit variance.

    Args:
        size: P, of the vector.
        width: of h.
        blocks: how many.
        fourier_features: how many frequencies the vector is shown in beside itself; see
            `FourierFeatures`. Points in the plane need them, images do not.
        activation: of the hidden layers.

    Returns:
        A Functional model: [z (B, P), t (B,)] → (B, P). It starts at 0.
    """
    z, t = keras.Input((size,)), keras.Input(())
    time = FourierFeatures(16, scale=6.0)(layers.Reshape((1,))(t))
    time = layers.Dense(32, activation=activation)(time)
    h = FourierFeatures(fourier_features, scale=2.0)(z) if fourier_features else z
    h = layers.Dense(width)(h)
    for _ in range(blocks):
        hidden = layers.Dense(width, use_bias=False)(h) + layers.Dense(width)(time)
        h = h + layers.Dense(width)(layers.Activation(activation)(hidden))
    output = layers.Dense(size, kernel_initializer="zeros")(h)
    return keras.Model([z, t], output, name="denoiser")


def conditional_generator(
    latent: int,
    classes: int,
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (128, 256),
    activation: str = "gelu",
) -> keras.Model:
    """A dense generator that sees the label, one-hot, beside the latent vector.

    Args:
        latent: size D of the latent vector.
        classes: number K of labels.
        shape: shape of one example, such as (8, 8, 1).
        hidden: widths of the hidden layers.
        activation: of the hidden layers.

    Returns:
        A Functional model: [z (B, D), label (B,)] → pixels (B, *shape) in [0, 1].

    Source: Mirza and Osindero, Conditional Generative Adversarial Nets, 2014, section 3.2.
    """
    z, label = keras.Input((latent,)), keras.Input((), dtype="int32")
    one_hot = layers.CategoryEncoding(classes, output_mode="one_hot")(label)
    generator = dense_generator(latent + classes, shape, hidden=hidden, activation=activation)
    return keras.Model(
        [z, label], generator(layers.Concatenate()([z, one_hot])), name="conditional_generator"
    )


def projection_discriminator(
    shape: Sequence[int],
    classes: int,
    *,
    hidden: Sequence[int] = (256, 128),
    activation: str = "leaky_relu",
) -> keras.Model:
    """A dense discriminator that compares what it sees with a vector learnt for the label.

    logit = w · φ(x) + b + v_label · φ(x): is it a real image at all, and one of this class?

    Args:
        shape: shape of one example, such as (8, 8, 1).
        classes: number K of labels.
        hidden: widths of the hidden layers; the last is the size of φ and v.
        activation: of the hidden layers.

    Returns:
        A Functional model: [x (B, *shape), label (B,)] → logits (B, 1).

    Source: Miyato and Koyama, cGANs with Projection Discriminator, 2018, eq. 3.
    """
    x, label = keras.Input(shape), keras.Input((), dtype="int32")
    phi = layers.Flatten()(x)
    for width in hidden:
        phi = layers.Dense(width, activation=activation)(phi)
    v = layers.Embedding(classes, hidden[-1])(label)
    logit = layers.Add()([layers.Dense(1)(phi), layers.Dot(axes=-1)([phi, v])])
    return keras.Model([x, label], logit, name="projection_discriminator")


def recognising_discriminator(
    shape: Sequence[int],
    classes: int,
    continuous: int,
    *,
    hidden: Sequence[int] = (256, 128),
    activation: str = "leaky_relu",
) -> keras.Model:
    """A dense discriminator that also says which code an image was drawn from.

    All three answers come from one trunk, so that recognising costs next to nothing.

    Args:
        shape: shape of one example, such as (8, 8, 1).
        classes: number K of values of the categorical code.
        continuous: number C of continuous codes.
        hidden: widths of the hidden layers.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, *shape) → [logits (B, 1), code logits (B, K), means (B, C)].

    Source: Chen et al., InfoGAN, 2016, section 5 and appendix C.
    """
    x = keras.Input(shape)
    h = layers.Flatten()(x)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
    heads = [layers.Dense(size)(h) for size in (1, classes, continuous)]
    return keras.Model(x, heads, name="recognising_discriminator")


def conv_generator(latent: int, shape: Sequence[int], *, filters: int = 32) -> keras.Model:
    """Transposed convolutions from a latent vector to an image, twice as wide at each.

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
    halvings = _halvings(height, width)
    height, width = height >> halvings, width >> halvings
    z = keras.Input((latent,))
    depth = filters << halvings
    h = layers.Dense(height * width * depth, use_bias=False)(z)
    h = layers.Reshape((height, width, depth))(h)
    h = layers.Activation("relu")(layers.BatchNormalization()(h))
    for level in reversed(range(halvings)):
        # The stride divides the kernel's size: every pixel is covered equally often.
        h = layers.Conv2DTranspose(filters << level, 4, 2, padding="same", use_bias=False)(h)
        h = layers.Activation("relu")(layers.BatchNormalization()(h))
    x = layers.Conv2D(channels, 3, padding="same", activation="sigmoid")(h)
    return keras.Model(z, x, name="generator")


def conv_encoder(
    shape: Sequence[int], latent: int, *, filters: int = 32, activation: str = "leaky_relu"
) -> keras.Model:
    """Convolutions from an image to a vector, half as wide at each.

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
    for level in range(_halvings(*shape[:2])):
        h = layers.Conv2D(filters << level + 1, 4, 2, **options)(h)
    return keras.Model(x, layers.Dense(latent)(layers.Flatten()(h)), name="encoder")


def conv_discriminator(shape: Sequence[int], *, filters: int = 32) -> keras.Model:
    """Convolutions from an image to one logit (or a critic's score), half as wide at each.

    No batch normalisation: it mixes the examples of a batch, and a penalty on the slope at each
    example would no longer be what it says.

    Args:
        shape: shape of one image, such as (8, 8, 1).
        filters: channels of the first layer; twice as many at each halving.

    Returns:
        A Functional model: (B, *shape) → (B, 1).
    """
    encoder = conv_encoder(shape, 1, filters=filters)
    return keras.Model(encoder.input, encoder.output, name="discriminator")


def residual_translator(
    shape: Sequence[int], *, width: int = 16, blocks: int = 2, activation: str = "leaky_relu"
) -> keras.Model:
    """From an image to an image of the same size: the image plus a change.

    y = x + c(x), where c halves the sides twice, runs through residual blocks and doubles the sides
    again, with a shortcut at half the size. It starts as y = x: a translation keeps all that it has
    no reason to change.

    Args:
        shape: shape of one image, (H, W, C), H and W multiples of 4.
        width: channels at half the size; twice as many at a quarter.
        blocks: residual blocks at a quarter of the size; each lets a pixel depend on 8 more pixels
            to each side.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, H, W, C) in [0, 1] → (B, H, W, C), which may lie a little outside
        [0, 1]: a sigmoid there would leave no gradient where paper is white.

    Raises:
        ValueError: for sides that are no multiples of 4.

    Source: encoder, residual blocks and decoder as in Johnson, Alahi and Fei-Fei, Perceptual Losses
    for Real-Time Style Transfer and Super-Resolution, 2016, which Zhu et al. use; the shortcut as
    in Ronneberger, Fischer and Brox, U-Net, 2015.
    """
    height, breadth, channels = shape
    if height % 4 or breadth % 4:
        raise ValueError(f"shape: expected sides that are multiples of 4, got {tuple(shape)}")
    options = {"padding": "same", "activation": activation}
    x = keras.Input(shape)
    scaled = layers.Rescaling(2.0, -1.0)(x)
    half = layers.Conv2D(width, 4, 2, **options)(scaled)
    h = layers.Conv2D(2 * width, 4, 2, **options)(half)
    for _ in range(blocks):
        change = layers.Conv2D(2 * width, 3, **options)(h)
        change = layers.Conv2D(2 * width, 3, padding="same", kernel_initializer="zeros")(change)
        h = layers.Add()([h, change])
    h = layers.Conv2DTranspose(width, 4, 2, **options)(h)
    h = layers.Concatenate()([h, half])
    change = layers.Conv2DTranspose(
        channels, 4, 2, padding="same", kernel_initializer="zeros", use_bias=False
    )(h)
    return keras.Model(x, layers.Add()([x, change]), name="translator")


def patch_discriminator(shape: Sequence[int], *, filters: int = 32) -> keras.Model:
    """Convolutions from an image in [0, 1] to a score for each of its patches, 18 pixels a side.

    A score sees no further than its patch: it judges style, and leaves to the cycle what the whole
    image shows.

    Args:
        shape: shape of one image, (H, W, C), H and W multiples of 4.
        filters: channels of the first layer; twice as many in the second.

    Returns:
        A Functional model: (B, H, W, C) → scores (B, H/4, W/4, 1).

    Source: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017,
    section 3.2.2.
    """
    x = keras.Input(shape)
    h = layers.Rescaling(2.0, -1.0)(x)
    h = layers.Conv2D(filters, 4, 2, padding="same", activation="leaky_relu")(h)
    h = layers.Conv2D(2 * filters, 4, 2, padding="same", activation="leaky_relu")(h)
    return keras.Model(x, layers.Conv2D(1, 3, padding="same")(h), name="discriminator")


def _halvings(height: int, width: int) -> int:
    """How often both sides can be halved without becoming odd or smaller than 4 pixels."""
    halvings = 0
    while height % 2 == 0 and width % 2 == 0 and min(height, width) >= 8:
        height, width, halvings = height // 2, width // 2, halvings + 1
    return halvings
