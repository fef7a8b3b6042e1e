"""Builders for the networks inside the models: plain Keras, no training logic."""

import course_utils.quiet

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
    size = 1
    for side in shape:
        size *= side
    z = keras.Input((latent,))
    h = z
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
    logits = layers.Reshape(tuple(shape))(layers.Dense(size)(h))
    return keras.Model(z, logits, name="decoder")
