"""The generative adversarial network, and three methods that stabilise it.

Goodfellow et al., *Generative Adversarial Nets*, 2014.

    generator        x = G(z),  z ~ N(0, I)
    discriminator    D(x) = sigmoid(logit), the probability that x is real
    objective        min_G max_D  E log D(x) + E log(1 − D(G(z)))

The three methods are arguments: a generator loss that does not saturate, a penalty on the gradient
of the discriminator at the data (R1: Mescheder, Geiger and Nowozin, 2018), and samples from a
moving average of the generator's weights (Yazıcı et al., *The Unusual Effectiveness of Averaging in
GAN Training*, 2019).
"""

import course_utils.quiet

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf
from keras import ops

from course_utils import losses, networks
from course_utils.keras_internals import ends_in_sigmoid
from course_utils.players import TwoPlayers
from course_utils.validation import check_array, check_count, check_number, check_shape


class Objective(NamedTuple):
    """What each player minimises, one value per example."""

    discriminator: Callable  # (real logits (B, 1), fake logits (B, 1)) → (B,)
    generator: Callable  # fake logits (B, 1) → (B,)


OBJECTIVES = {
    "saturating": Objective(losses.logistic_discriminator_loss, losses.saturating_generator_loss),
    "non_saturating": Objective(
        losses.logistic_discriminator_loss, losses.non_saturating_generator_loss
    ),
    "hinge": Objective(losses.hinge_discriminator_loss, losses.wasserstein_generator_loss),
    "wasserstein": Objective(losses.wasserstein_critic_loss, losses.wasserstein_generator_loss),
}


class GAN(TwoPlayers):
    """A generator and a discriminator that learn by playing against each other.

    Args:
        generator: z (B, D) → examples (B, …).
        discriminator: examples (B, …) → logits (B, 1).
        objective: a key of `OBJECTIVES`.
        r1_weight: γ. The discriminator's loss has the additional term γ/2 ‖∇ₓ logit(x)‖² at real x.
            It needs a discriminator without batch normalisation.
        ema_decay: β in w̄ ← β w̄ + (1 − β) w, which is computed after each step of the generator.
            Samples are drawn with w̄, or with the latest weights w if β = 0. A Keras optimizer with
            `use_ema=True` and `ema_momentum` β computes the same average, and `fit` leaves other
            models with it. A GAN keeps w as well, because training has to continue from w.

    Raises:
        ValueError: for an unknown objective, a negative weight, a decay outside [0, 1), or networks
            that do not fit together; in `fit`, for validation data.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        objective: str = "non_saturating",
        r1_weight: float = 0.0,
        ema_decay: float = 0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if objective not in OBJECTIVES:
            known = ", ".join(OBJECTIVES)
            raise ValueError(f"objective: expected one of {known}; got {objective!r}")
        self._check_players(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.objective = OBJECTIVES[objective]
        self.r1_weight = check_number("r1_weight", r1_weight, low=0)
        self.ema_decay = check_number("ema_decay", ema_decay, low=0, below=1)
        self.averaged_generator = _frozen_copy(generator) if ema_decay else None
        self.noise = keras.random.SeedGenerator()
        self.discriminator_loss = keras.metrics.Mean(name="discriminator_loss")
        self.generator_loss = keras.metrics.Mean(name="generator_loss")
        self.generator_gradient = keras.metrics.Mean(name="generator_gradient")

    @staticmethod
    def _check_players(generator, discriminator):
        check_shape("generator's output", generator.output_shape, discriminator.input_shape)
        check_shape("discriminator's output", discriminator.output_shape, (None, 1))

    @property
    def latent(self) -> int:
        """The size D of the latent space."""
        return self.generator.input_shape[-1]

    @property
    def pixel_range(self):
        """(0, 1) if the generator ends in a sigmoid and so draws no other values, else None."""
        return (0, 1) if ends_in_sigmoid(self.generator) else None

    @staticmethod
    def default_optimizer() -> keras.optimizers.Optimizer:
        """Adam with β₁ = 0, β₂ = 0.99 and a learning rate of 10⁻³.

        There is no momentum, because the other player changes too and makes past gradients
        outdated.
        """
        return keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)

    # --------------------------------------------------------------------------- the game

    def draw(self, z, y):
        """The generator's examples in training, (B, …), for z (B, D) and the y given to `fit`."""
        return self.generator(z, training=True)

    def judge(self, x, y):
        """The discriminator's logits in training, (B, 1), for x (B, …) and the y given to `fit`."""
        return self.discriminator(x, training=True)

    def penalty(self, real, fake, y):
        """The term added to the discriminator's loss, (B,) or 0."""
        if not self.r1_weight:
            return 0.0
        return self.r1_weight / 2 * losses.r1_penalty(lambda x: self.judge(x, y), real)

    def generator_penalty(self, fake, y):
        """The term added to the generator's loss, (B,) or 0."""
        return 0.0

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.discriminator_step(x, y)
        self.generator_step(x, y)
        return self.get_metrics_result()

    def discriminator_step(self, x, y):
        """Update the discriminator once, with the generator held fixed."""
        fake = self.draw(self.latent_noise(ops.shape(x)[0]), y)
        with tf.GradientTape() as tape:
            loss = self.objective.discriminator(self.judge(x, y), self.judge(fake, y))
            objective = ops.mean(loss + self.penalty(x, fake, y))
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(objective, variables), variables)
        self.discriminator_loss.update_state(loss)

    def generator_step(self, x, y):
        """Update the generator once, then its average. Only the batch size of x matters."""
        z = self.latent_noise(ops.shape(x)[0])
        with tf.GradientTape() as tape:
            fake = self.draw(z, y)
            loss = self.objective.generator(self.judge(fake, y))
            objective = ops.mean(loss + self.generator_penalty(fake, y))
        variables = self.generator.trainable_variables
        gradients = tape.gradient(objective, variables)
        self.generator_optimizer.apply(gradients, variables)
        self.generator_loss.update_state(loss)
        self.generator_gradient.update_state(tf.linalg.global_norm(gradients))
        if self.averaged_generator is not None:
            pairs = zip(self.averaged_generator.weights, self.generator.weights, strict=True)
            for average, weight in pairs:
                average.assign(self.ema_decay * average + (1 - self.ema_decay) * weight)

    def test_step(self, data):
        raise ValueError(
            "validation_data: a GAN has no loss to validate, since each player's loss depends on "
            "the other. Compare samples with validation data in course_utils.metrics instead."
        )

    # --------------------------------------------------------------------------- samples

    def latent_noise(self, count: int):
        """z ~ N(0, I), (count, D)."""
        return keras.random.normal((count, self.latent), seed=self.noise)

    def call(self, z, training=None):
        generator = self.averaged_generator or self.generator
        return generator(z, training=False)

    def generate(self, z):
        """The examples that belong to latent vectors z (B, D), (B, …).

        Raises:
            ValueError: for z of another shape, or not finite.
        """
        return self(check_array("z", z, ("B", self.latent)))

    def sample(self, count: int):
        """`count` examples, each from its own z ~ N(0, I), (count, …).

        Raises:
            ValueError: for anything but a whole number of at least 1.
        """
        return self(self.latent_noise(check_count("count", count)))


def _frozen_copy(network: keras.Model) -> keras.Model:
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def fourier_discriminator(
    dimensions: int,
    *,
    features: int = 64,
    scale: float = 2.0,
    hidden: Sequence[int] = (128, 128, 128),
) -> keras.Model:
    """Fully connected network from the Fourier features of points to one logit.

    Args:
        dimensions: of the space in which the points lie.
        features, scale: as for `FourierFeatures`; the default suits points of unit variance.
        hidden: widths of the hidden layers.

    Returns:
        A Functional model: (B, dimensions) → (B, 1).
    """
    x = keras.Input((dimensions,))
    network = networks.dense_discriminator((dimensions + 2 * features,), hidden=hidden)
    return keras.Model(
        x, network(networks.FourierFeatures(features, scale)(x)), name="discriminator"
    )


def dense_gan(shape: Sequence[int], latent: int, **options) -> GAN:
    """A GAN of fully connected networks, for images as small as the digits.

    Args:
        shape: shape of one image with values in [0, 1], such as (8, 8, 1).
        latent: size D of the latent space.
        options: as for `GAN`.
    """
    return GAN(
        networks.dense_generator(latent, shape), networks.dense_discriminator(shape), **options
    )


def conv_gan(
    shape: Sequence[int], latent: int, *, filters: int = 32, features: int = 0, **options
) -> GAN:
    """A GAN of convolutional networks in the manner of DCGAN.

    Args:
        shape, latent, options: as for `dense_gan`.
        filters: channels next to the image in both networks; twice as many at each halving.
        features: as for `networks.conv_discriminator`.

    Source: Radford, Metz and Chintala, *Unsupervised Representation Learning with Deep
    Convolutional Generative Adversarial Networks*, 2016. Unlike theirs, this discriminator has no
    batch normalisation, with which R1 and the gradient penalty would not be correct.
    """
    return GAN(
        networks.conv_generator(latent, shape, filters=filters),
        networks.conv_discriminator(shape, filters=filters, features=features),
        **options,
    )


def point_gan(dimensions: int = 2, latent: int = 2, **options) -> GAN:
    """A GAN for points in the plane, or in a few more dimensions, scaled to unit variance.

    Args:
        dimensions: of the space in which the points lie.
        latent: size D of the latent space.
        options: as for `GAN`.
    """
    generator = networks.dense_generator(
        latent,
        (dimensions,),
        hidden=(128, 128, 128),
        activation="relu",
        output_activation="linear",
    )
    return GAN(generator, fourier_discriminator(dimensions), **options)
