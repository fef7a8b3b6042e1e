"""Autoencoders: a code from which the input can be reconstructed, and three variants.

    objective    Σ_pixels (x − decoder(encoder(x)))² + penalty

Plain (Hinton and Salakhutdinov 2006), denoising (Vincent et al. 2008), sparse (Ng 2011, *Sparse
autoencoder*, CS294A lecture notes) and contractive (Rifai et al. 2011). Each variant overrides the
one thing that it changes.
"""

import course_utils.quiet

from collections.abc import Sequence
from typing import NamedTuple

import keras
from keras import layers, ops
from keras.config import floatx

from course_utils.keras_internals import ends_in_sigmoid
from course_utils.losses import jacobian_norm, sparsity_per_unit, squared_error
from course_utils.networks import dense_decoder, dense_encoder
from course_utils.training import InMemoryModel
from course_utils.validation import check_number


class AutoencoderOutput(NamedTuple):
    """The result of one pass through the autoencoder."""

    reconstruction: keras.KerasTensor  # (B, *image)
    code: keras.KerasTensor  # (B, D)


class Autoencoder(InMemoryModel):
    """An encoder and a decoder, trained to reconstruct the input.

        loss = mean over examples of Σ_pixels (x − decoder(encoder(x)))² + penalty

    Args:
        encoder: (B, *image) → codes (B, D).
        decoder: (B, D) → images (B, *image).
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.error = keras.metrics.Mean(name="error")

    @property
    def latent(self) -> int:
        """The size D of the code."""
        return self.decoder.input_shape[-1]

    @property
    def pixel_range(self):
        """(0, 1) if the decoder ends in a sigmoid, which gives no other values; otherwise None."""
        return (0, 1) if ends_in_sigmoid(self.decoder) else None

    def call(self, x, training=None):
        code = self.encoder(x, training=training)
        return AutoencoderOutput(self.decoder(code, training=training), code)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        error = squared_error(x, y_pred.reconstruction)
        self.error.update_state(error)
        return ops.mean(error) + self.penalty(x, y_pred.code)

    def penalty(self, x, code):
        """The term that a variant adds to the reconstruction error, a scalar; here 0."""
        return 0.0

    def encode(self, x):
        """Codes (B, D) of images x (B, *image)."""
        return self.encoder(x, training=False)

    def decode(self, z):
        """Images (B, *image) of codes z (B, D)."""
        return self.decoder(z, training=False)


class DenoisingAutoencoder(Autoencoder):
    """Reconstructs the clean input from a corrupted one (Vincent et al. 2008, §2.3).

    Args:
        encoder, decoder: as for `Autoencoder`.
        drop_rate: the probability with which each pixel is set to 0 in training, in [0, 1).

    Raises:
        ValueError: for a drop rate outside [0, 1).
    """

    def __init__(self, encoder, decoder, drop_rate: float = 0.2, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        self.drop_rate = check_number("drop_rate", drop_rate, low=0, below=1)
        self.noise = keras.random.SeedGenerator()

    def corrupt(self, x):
        """x, (B, *image), with each pixel set to 0 with probability `drop_rate`."""
        kept = keras.random.uniform(ops.shape(x), seed=self.noise) >= self.drop_rate
        return ops.where(kept, x, 0.0)

    def call(self, x, training=None):
        return super().call(self.corrupt(x) if training else x, training=training)


class SparseAutoencoder(Autoencoder):
    """Each unit of the code is active for few examples only.

        penalty = weight · Σ_d KL(target ‖ mean activation of unit d)        (Ng 2011, §3)

    Args:
        encoder: as for `Autoencoder`, with codes in (0, 1).
        decoder: as for `Autoencoder`.
        target: the mean activation aimed for, in (0, 1).
        weight: of the penalty.

    Raises:
        ValueError: for a target outside (0, 1).
    """

    def __init__(self, encoder, decoder, target: float = 0.1, weight: float = 1.0, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        self.target = check_number("target", target, above=0, below=1)
        self.weight = weight

    def penalty(self, x, code):
        return self.weight * ops.sum(sparsity_per_unit(code, self.target))


class ContractiveAutoencoder(Autoencoder):
    """The code hardly changes when the input changes a little.

        penalty = weight · mean over examples of ‖∂code/∂x‖²_F        (Rifai et al. 2011, eq. 5-6)

    Args:
        encoder, decoder: as for `Autoencoder`.
        weight: of the penalty.
    """

    def __init__(self, encoder, decoder, weight: float = 0.1, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        self.weight = weight

    def penalty(self, x, code):
        return self.weight * ops.mean(jacobian_norm(x, self.encoder))


def dense_autoencoder(
    shape: Sequence[int],
    latent: int,
    *,
    kind: type[Autoencoder] = Autoencoder,
    hidden: Sequence[int] = (128, 64),
    **options,
) -> Autoencoder:
    """An autoencoder of fully connected networks, for small images.

    Args:
        shape: shape of one image, such as (8, 8, 1), pixels in [0, 1].
        latent: size D of the code.
        kind: `Autoencoder` or one of its variants.
        hidden: widths of the encoder's hidden layers; the decoder has them in reverse order.
        options: further arguments of `kind`.

    Returns:
        A model of that kind. A `SparseAutoencoder` gets an encoder that ends in a sigmoid.
    """
    encoder = dense_encoder(shape, latent, hidden=hidden)
    if issubclass(kind, SparseAutoencoder):
        encoder = keras.Model(encoder.input, ops.sigmoid(encoder.output), name="encoder")
    decoder = dense_decoder(latent, shape, hidden=hidden[::-1])
    decoder = keras.Model(
        decoder.input, layers.Activation("sigmoid", dtype=floatx())(decoder.output), name="decoder"
    )
    return kind(encoder, decoder, **options)
