"""VAEs that make the dimensions of their code independent: β-TCVAE and FactorVAE.

Averaged over data, the KL term of a VAE is a sum of three (Chen et al. 2018, eq. 2):

    E KL(q(z | x) ‖ p(z)) =  I(z; x)                      mutual information of code and example
                           + KL(q(z) ‖ Π_d q(z_d))        total correlation, TC
                           + Σ_d KL(q(z_d) ‖ p(z_d))      each dimension's distance from the prior

The β-VAE (Higgins et al. 2017), which is `VAE(…, beta=β)`, multiplies all three by β; with β > 1
its code becomes more independent, but also less informative. The two models here increase the
weight of the second alone:

    objective    ELBO − γ TC

They differ in how they estimate TC, which needs q(z), a mixture over all examples. β-TCVAE
estimates the mixture from the batch: Chen, Li, Grosse and Duvenaud, *Isolating Sources of
Disentanglement in Variational Autoencoders*, 2018; their β is 1 + γ. FactorVAE trains a
discriminator: Kim and Mnih, *Disentangling by Factorising*, 2018.
"""

import course_utils.quiet

import keras
import tensorflow as tf
from keras import ops

from course_utils import losses
from course_utils.keras_internals import loss_metric
from course_utils.models.vae import VAE
from course_utils.networks import dense_discriminator
from course_utils.players import player_optimizer
from course_utils.validation import check_count, check_number, check_shape


class TotalCorrelationVAE(VAE):
    """A VAE with γ times the total correlation of its code added to its loss.

    Args:
        encoder, decoder, beta: as for `VAE`.
        gamma: γ, the weight of the total correlation.

    Raises:
        ValueError: for a negative weight.
    """

    def __init__(self, encoder, decoder, *, gamma: float, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        self.gamma = check_number("gamma", gamma, low=0)
        self.total_correlation = keras.metrics.Mean(name="total_correlation")

    def regularizer(self, output, kl):
        estimate = self.estimate_total_correlation(output)
        self.total_correlation.update_state(estimate)
        return super().regularizer(output, kl) + self.gamma * estimate

    def estimate_total_correlation(self, output):
        """An estimate of log q(z) − Σ_d log q(z_d) at the sampled codes, (B,), in nats."""
        raise NotImplementedError


class BetaTCVAE(TotalCorrelationVAE):
    """β-TCVAE: total correlation estimated from the batch; see `losses.total_correlation`.

    The batch must be large enough that posteriors of different examples overlap. If they do not,
    only its own example contributes to q(z) at a code, and the estimate cannot distinguish total
    correlation from mutual information.

    Args:
        encoder, decoder: as for `VAE`.
        examples: N, the number of training examples, at least 2.
        kwargs: as for `TotalCorrelationVAE`.

    Raises:
        ValueError: for fewer than 2 examples, or a negative weight.
    """

    def __init__(self, encoder, decoder, *, examples: int, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        self.examples = check_count("examples", examples, low=2)

    def estimate_total_correlation(self, output):
        return losses.total_correlation(output.z, output.mu, output.log_var, self.examples)


class FactorVAE(TotalCorrelationVAE):
    """FactorVAE: total correlation estimated by a discriminator.

    The discriminator learns to tell codes from codes whose dimensions were shuffled over the batch.
    Its logit then estimates log [q(z) / Π_d q(z_d)], whose mean is TC (Kim and Mnih 2018, eq. 3).

    Args:
        encoder, decoder: as for `VAE`.
        discriminator: codes (B, D) → logits (B, 1), positive for codes that were not shuffled. None
            means a dense network with two hidden layers of 128 units.
        kwargs: as for `TotalCorrelationVAE`.

    Raises:
        ValueError: for a negative weight, or a discriminator that does not fit.
    """

    def __init__(self, encoder, decoder, *, discriminator: keras.Model | None = None, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        if discriminator is None:
            discriminator = dense_discriminator((self.latent,), hidden=(128, 128))
        check_shape("discriminator's input", discriminator.input_shape, (None, self.latent))
        check_shape("discriminator's output", discriminator.output_shape, (None, 1))
        self.discriminator = discriminator
        self.discriminator_loss = keras.metrics.Mean(name="discriminator_loss")

    def compile(self, optimizer=None, discriminator_optimizer=None, **kwargs):
        """Give each player an optimizer of its own.

        Args:
            optimizer: of encoder and decoder; None means Adam with a learning rate of 10⁻³.
            discriminator_optimizer: None means the same with β₁ = 0.5, as in the paper.
            kwargs: as for `keras.Model.compile`.
        """
        self.discriminator_optimizer = player_optimizer(
            discriminator_optimizer or keras.optimizers.Adam(1e-3, beta_1=0.5),
            self.discriminator.trainable_variables,
        )
        optimizer = player_optimizer(
            optimizer or keras.optimizers.Adam(1e-3), self.autoencoder_variables
        )
        super().compile(optimizer, **kwargs)

    @property
    def autoencoder_variables(self) -> list:
        """The variables of encoder and decoder, without those of the discriminator."""
        return self.encoder.trainable_variables + self.decoder.trainable_variables

    def estimate_total_correlation(self, output):
        return self.discriminator(output.z)[:, 0]

    def train_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            output = self(x, training=True)
            loss = self.compute_loss(x, y_pred=output)
        variables = self.autoencoder_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        loss_metric(self).update_state(loss)
        self.discriminator_step(tf.stop_gradient(output.z))
        return self.get_metrics_result()

    def discriminator_step(self, z):
        """Update the discriminator once, to tell codes z (B, D) from shuffled ones."""
        shuffled = losses.permute_dimensions(z, seed=self.noise)
        with tf.GradientTape() as tape:
            value = losses.logistic_discriminator_loss(
                self.discriminator(z), self.discriminator(shuffled)
            )
            objective = ops.mean(value)
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(objective, variables), variables)
        self.discriminator_loss.update_state(value)
