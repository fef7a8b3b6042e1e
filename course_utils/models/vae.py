"""The variational autoencoder.

Kingma and Welling, *Auto-Encoding Variational Bayes*, 2014; Rezende, Mohamed and Wierstra,
*Stochastic Backpropagation and Approximate Inference in Deep Generative Models*, 2014.

    prior        p(z)     = N(0, I)
    decoder      p(x | z) = Bernoulli(sigmoid(decoder(z)))
    encoder      q(z | x) = N(μ(x), diag σ²(x))
    objective    ELBO     = E_q[log p(x | z)] − KL(q(z | x) ‖ p(z)) ≤ log p(x)
"""

import course_utils.quiet

from collections.abc import Sequence
from typing import NamedTuple

import keras
from keras import ops

from course_utils.losses import (
    bernoulli_cross_entropy,
    kl_to_standard_normal,
    normal_log_prob,
)
from course_utils.networks import dense_decoder, dense_encoder
from course_utils.training import InMemoryModel
from course_utils.validation import check_number


class VAEOutput(NamedTuple):
    """The result of one pass through the autoencoder."""

    logits: keras.KerasTensor  # (B, *image)
    mu: keras.KerasTensor  # (B, D)
    log_var: keras.KerasTensor  # (B, D)
    z: keras.KerasTensor  # (B, D)


class VAE(InMemoryModel):
    """A Gaussian encoder and a Bernoulli decoder, trained on the evidence lower bound.

        loss = mean over examples of −log p(x | z) + β KL(q(z | x) ‖ p(z)), z ~ q(z | x), in nats

    Args:
        encoder: (B, *image) → [mu (B, D), log_var (B, D)].
        decoder: (B, D) → logits (B, *image).
        beta: weight of the KL term; 1 gives the evidence lower bound, other values the β-VAE
            (Higgins et al. 2017). A schedule of `keras.optimizers.schedules` makes it change from
            step to step.

    Raises:
        ValueError: for a negative beta.
    """

    pixel_range = (0, 1)  # as a Bernoulli likelihood needs

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        beta: float | keras.optimizers.schedules.LearningRateSchedule = 1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        if not callable(beta):
            self.beta = check_number("beta", beta, low=0, alternatives="a schedule")
        self.noise = keras.random.SeedGenerator()
        self.reconstruction = keras.metrics.Mean(name="reconstruction")
        self.kl = keras.metrics.Mean(name="kl")

    @property
    def latent(self) -> int:
        """The size D of the latent space."""
        return self.decoder.input_shape[-1]

    def reparameterize(self, mu, log_var):
        """z = μ + σ ε with ε ~ N(0, I), (B, D): a sample through which gradients reach μ and σ."""
        epsilon = keras.random.normal(ops.shape(mu), seed=self.noise)
        return mu + ops.exp(0.5 * log_var) * epsilon

    def call(self, x, training=None):
        mu, log_var = self.encoder(x, training=training)
        z = self.reparameterize(mu, log_var)
        return VAEOutput(self.decoder(z, training=training), mu, log_var, z)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        reconstruction = bernoulli_cross_entropy(x, y_pred.logits)
        kl = kl_to_standard_normal(y_pred.mu, y_pred.log_var)
        self.reconstruction.update_state(reconstruction)
        self.kl.update_state(kl)
        return ops.mean(reconstruction + self.regularizer(y_pred, kl))

    def regularizer(self, output: VAEOutput, kl):
        """The term added to the reconstruction loss, (B,); `kl` (B,) is KL(q(z | x) ‖ p(z))."""
        beta = self.beta(self.optimizer.iterations) if callable(self.beta) else self.beta
        return beta * kl

    def encode(self, x):
        """Mean and log-variance of q(z | x), each (B, D), for images x (B, *image)."""
        return self.encoder(x, training=False)

    def decode(self, z):
        """Pixel probabilities, (B, *image) in [0, 1], for latent vectors z (B, D)."""
        return ops.sigmoid(self.decoder(z, training=False))

    def sample(self, count: int):
        """Pixel probabilities of `count` draws from the prior, (count, *image)."""
        return self.decode(keras.random.normal((count, self.latent), seed=self.noise))

    def log_weights(self, x, samples: int):
        """Log importance weights log p(x, z) − log q(z | x) with z drawn from q(z | x).

        Their mean over the samples estimates the ELBO, and their log-mean-exp the tighter bound of
        Burda, Grosse and Salakhutdinov (2016, eq. 8); see `course_utils.metrics.likelihood`.

        Args:
            x: images, (B, *image).
            samples: how many draws of z for each image.

        Returns:
            (samples, B), in nats.
        """
        mu, log_var = self.encode(x)
        mu = ops.repeat(mu, samples, axis=0)  # (B·samples, D)
        log_var = ops.repeat(log_var, samples, axis=0)
        z = self.reparameterize(mu, log_var)
        log_likelihood = -bernoulli_cross_entropy(
            ops.repeat(x, samples, axis=0), self.decoder(z, training=False)
        )
        log_ratio = normal_log_prob(z) - normal_log_prob(z, mu, log_var)
        return ops.transpose(ops.reshape(log_likelihood + log_ratio, (-1, samples)))


def dense_vae(
    shape: Sequence[int],
    latent: int,
    *,
    kind: type[VAE] = VAE,
    hidden: Sequence[int] = (128, 64),
    activation: str = "gelu",
    **options,
) -> VAE:
    """A VAE of fully connected networks, for images as small as the digits.

    Args:
        shape: shape of one image, such as (8, 8, 1).
        latent: size D of the latent space.
        kind: `VAE` or one of its variants.
        hidden: widths of the encoder's hidden layers; the decoder has them in reverse order.
        activation: of the hidden layers.
        options: further arguments of `kind`, such as `beta`.
    """
    return kind(
        dense_encoder(shape, latent, outputs=2, hidden=hidden, activation=activation),
        dense_decoder(latent, shape, hidden=hidden[::-1], activation=activation),
        **options,
    )
