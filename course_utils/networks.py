"""Builders for the networks inside the models: plain Keras, no training logic."""

import course_utils.quiet

import math
from collections.abc import Sequence

import keras
from keras import layers


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
