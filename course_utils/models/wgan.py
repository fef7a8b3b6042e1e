"""The Wasserstein GAN with gradient penalty.

Arjovsky, Chintala and Bottou, *Wasserstein GAN*, 2017; Gulrajani et al., *Improved Training of
Wasserstein GANs*, 2017.

    critic       f(x), a score without a sigmoid, with gradients of norm at most 1
    objective    min_G max_f  E f(x) − E f(G(z))  =  min_G W₁(data, G(z))

The better the critic, the better the gradient for the generator. So the critic is updated several
times for each update of the generator, and a penalty keeps the norm of its gradient close to 1
between real and fake.
"""

import course_utils.quiet

from collections.abc import Sequence

import keras
import tensorflow as tf

from course_utils import losses, networks
from course_utils.models.gan import GAN
from course_utils.validation import check_count, check_number


class WGAN(GAN):
    """A GAN with Wasserstein's objective, a gradient penalty and several critic steps.

    The metric `discriminator_loss` is minus an estimate of the Wasserstein distance, without the
    penalty. It approaches 0 as samples improve, so unlike a GAN's it can be read as a measure of
    progress.

    Args:
        generator: z (B, D) → examples (B, …).
        critic: examples (B, …) → scores (B, 1), without batch normalisation.
        penalty_weight: λ of the gradient penalty.
        critic_steps: the number of critic steps, each with a new batch, per generator step.
        kwargs: as for `GAN`, without `objective`.

    Raises:
        ValueError: for a negative weight or no critic step.
    """

    def __init__(
        self, generator, critic, *, penalty_weight: float = 10.0, critic_steps: int = 5, **kwargs
    ):
        super().__init__(generator, critic, objective="wasserstein", **kwargs)
        self.penalty_weight = check_number("penalty_weight", penalty_weight, low=0)
        self.critic_steps = check_count("critic_steps", critic_steps)

    def penalty(self, real, fake, y):
        return self.penalty_weight * losses.gradient_penalty(
            lambda x: self.judge(x, y), real, fake, seed=self.noise
        )

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.discriminator_step(x, y)
        tf.cond(
            self.discriminator_optimizer.iterations % self.critic_steps == 0,
            lambda: self.generator_step(x, y),
            lambda: None,
        )
        return self.get_metrics_result()


def dense_wgan(shape: Sequence[int], latent: int, **options) -> WGAN:
    """A WGAN of fully connected networks, for images as small as the digits.

    Args:
        shape: shape of one image with values in [0, 1], such as (8, 8, 1).
        latent: size D of the latent space.
        options: as for `WGAN`.
    """
    return WGAN(
        networks.dense_generator(latent, shape), networks.dense_discriminator(shape), **options
    )
