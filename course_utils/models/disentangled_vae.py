"""VAEs that ask the dimensions of their code to be independent: β-TCVAE and FactorVAE.

Averaged over data, the KL term of a VAE is a sum of three (Chen et al. 2018, eq. 2):

    E KL(q(z | x) ‖ p(z)) =  I(z; x)                      what the code tells about the example
                           + KL(q(z) ‖ Π_d q(z_d))        total correlation, TC
                           + Σ_d KL(q(z_d) ‖ p(z_d))      each dimension's distance from the prior

The β-VAE (Higgins et al. 2017), which is `VAE(…, beta=β)`, weighs all three with β, and so pays for
independence with information. The two models here weigh the second alone:

    objective    ELBO − γ TC

They differ in how they know TC, which needs q(z), a mixture over all examples. β-TCVAE takes the
batch for the mixture: Chen, Li, Grosse and Duvenaud, *Isolating Sources of Disentanglement in
Variational Autoencoders*, 2018; their β is 1 + γ. FactorVAE asks a discriminator: Kim and Mnih,
*Disentangling by Factorising*, 2018.
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
    """A VAE whose loss is raised by γ times the total correlation of its code.

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
        """log q(z) − Σ_d log q(z_d) at the codes drawn, (B,)."""
        raise NotImplementedError


class BetaTCVAE(TotalCorrelationVAE):
    """The total correlation from the batch itself; see `losses.total_correlation`.

    The batch must be large enough that codes have neighbours in it. Where each code is alone, its
    own example is all that is known of q(z), and the estimate cannot tell TC from information.

    Args:
        examples: N, how many examples it is trained on.
        kwargs: as for `TotalCorrelationVAE`.
    """

    def __init__(self, encoder, decoder, *, examples: int, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        self.examples = check_count("examples", examples, low=2)

    def estimate_total_correlation(self, output):
        return losses.total_correlation(output.z, output.mu, output.log_var, self.examples)


class FactorVAE(TotalCorrelationVAE):
    """The total correlation from a discriminator.

    It learns to tell codes from codes whose dimensions were shuffled over the batch. Its logit is
    then log q(z) / Π_d q(z_d), whose mean is TC (Kim and Mnih 2018, eq. 3).

    Args:
        discriminator: codes (B, D) → logits (B, 1), above 0 for codes that were not shuffled. None
            is a dense network with two hidden layers of 128.
        kwargs: as for `TotalCorrelationVAE`.
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
            optimizer: of the autoencoder; None is Adam.
            discriminator_optimizer: None is Adam with β₁ = 0.5, as in the paper.
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
        """What the ELBO trains: not the discriminator's."""
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
        """Move the discriminator once, towards telling codes z (B, D) from shuffled ones."""
        shuffled = losses.permute_dimensions(z, seed=self.noise)
        with tf.GradientTape() as tape:
            value = losses.logistic_discriminator_loss(
                self.discriminator(z), self.discriminator(shuffled)
            )
            objective = ops.mean(value)
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(objective, variables), variables)
        self.discriminator_loss.update_state(value)
