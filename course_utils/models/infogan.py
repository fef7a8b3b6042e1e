"""InfoGAN: a GAN whose code can be recognised in the generated images.

Chen et al., *InfoGAN: Interpretable Representation Learning by Information Maximizing Generative
Adversarial Nets*, 2016.

    generator        x = G(z, c, u),  z ~ N(0, I),  c one of K,  u ~ U[−1, 1]^C
    recognition      Q(c, u | x) = Categorical(c) N(u; μ, I), from the discriminator's trunk
    objective        min_{G,Q} max_D  V(D, G) − λ L(G, Q)
    information      L = H(c, u) + E log Q(c, u | x) ≤ I(c, u; x)

A generator may ignore any of its inputs. Here the loss is larger if c and u cannot be recovered
from the image, so it must use them. What they come to represent is not prescribed.
"""

import course_utils.quiet

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops
from keras.config import floatx

from course_utils import losses, networks
from course_utils.models.gan import GAN
from course_utils.validation import check_array, check_count, check_number, check_shape


class InfoGAN(GAN):
    """A GAN with a code that can be recovered from its images.

    Args:
        generator: [z, c one-hot, u] as one vector (B, D + K + C) → examples (B, …).
        discriminator: examples (B, …) → [logits (B, 1), code logits (B, K), means of u (B, C)].
        information_weight: λ for the categorical code.
        continuous_weight: λ for the continuous codes, whose loss is ½ Σ (u − μ)².
        kwargs: as for `GAN`.

    Raises:
        ValueError: for a negative weight, or networks that do not fit together.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        information_weight: float = 1.0,
        continuous_weight: float = 0.1,
        **kwargs,
    ):
        super().__init__(generator, discriminator, **kwargs)
        self.information_weight = check_number("information_weight", information_weight, low=0)
        self.continuous_weight = check_number("continuous_weight", continuous_weight, low=0)
        self.information = keras.metrics.Mean(name="information")

    @staticmethod
    def _check_players(generator, discriminator):
        if len(discriminator.outputs) != 3:
            raise ValueError(
                "discriminator: expected three outputs, the logit, the code's logits and the means "
                f"of the continuous codes; got {len(discriminator.outputs)}"
            )
        logit, code, means = discriminator.output_shape
        check_shape("generator's output", generator.output_shape, discriminator.input_shape)
        check_shape("discriminator's logit", logit, (None, 1))
        if generator.input_shape[-1] <= code[-1] + means[-1]:
            raise ValueError(
                f"generator: expected an input of more than K + C = {code[-1] + means[-1]} "
                f"numbers, so that some are left for z; got {generator.input_shape[-1]}"
            )

    @property
    def classes(self) -> int:
        """The number K of values of the categorical code."""
        return self.discriminator.output_shape[1][-1]

    @property
    def continuous(self) -> int:
        """The number C of continuous codes."""
        return self.discriminator.output_shape[2][-1]

    @property
    def latent(self) -> int:
        """The size D of the noise z, which is not recovered."""
        return self.generator.input_shape[-1] - self.classes - self.continuous

    # --------------------------------------------------------------------------- the game
    #
    # The code has the place of the label in a conditional GAN, except that it is drawn.

    def draw_codes(self, count: int):
        """c, one-hot, and u ~ U[−1, 1], concatenated: (count, K + C)."""
        classes = keras.random.randint((count,), 0, self.classes, seed=self.noise)
        u = keras.random.uniform((count, self.continuous), -1, 1, seed=self.noise)
        return ops.concatenate([ops.one_hot(classes, self.classes), u], axis=-1)

    def train_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        codes = self.draw_codes(ops.shape(x)[0])
        self.discriminator_step(x, codes)
        self.generator_step(x, codes)
        return self.get_metrics_result()

    def draw(self, z, y):
        return self.generator(ops.concatenate([z, y], axis=-1), training=True)

    def judge(self, x, y):
        return self.discriminator(x, training=True)[0]

    def penalty(self, real, fake, y):
        # The weights of Q belong to the discriminator, which learns from the same fakes.
        return super().penalty(real, fake, y) + self.generator_penalty(fake, y)

    def generator_penalty(self, fake, y):
        _, logits, means = self.discriminator(fake, training=True)
        c, u = y[:, : self.classes], y[:, self.classes :]
        surprise = losses.code_cross_entropy(c, logits)
        self.information.update_state(float(np.log(self.classes)) - surprise)
        return (
            self.information_weight * surprise
            + self.continuous_weight * losses.squared_error(u, means) / 2
        )

    # --------------------------------------------------------------------------- codes and samples

    def recognize(self, x):
        """The codes that the recognition network infers from examples x (B, …), real or generated.

        Returns:
            Probabilities of the categorical code (B, K) and means of the continuous ones (B, C).

        Raises:
            ValueError: for x of another shape, or not finite.
        """
        x = check_array("x", x, ("B", *self.discriminator.input_shape[1:]))
        _, logits, means = self.discriminator(x, training=False)
        return ops.softmax(logits), means

    def generate(self, z, codes):
        """The examples that belong to noise z (B, D) and codes (B, K + C), (B, …).

        Args:
            z: the noise.
            codes: c, one-hot or a mixture that sums to 1, and u, concatenated.

        Raises:
            ValueError: for another shape, or numbers that are not finite.
        """
        sizes = {}
        z = check_array("z", z, ("B", self.latent), sizes).astype(keras.config.floatx())
        codes = check_array("codes", codes, ("B", self.classes + self.continuous), sizes)
        return self(np.concatenate([z, codes.astype(keras.config.floatx())], axis=-1))

    def sample(self, count: int):
        """`count` examples, each from noise and a code of its own, (count, …).

        Raises:
            ValueError: for anything but a whole number of at least 1.
        """
        count = check_count("count", count)
        return self.generate(self.latent_noise(count), self.draw_codes(count))


def recognising_discriminator(
    shape: Sequence[int],
    classes: int,
    continuous: int,
    *,
    hidden: Sequence[int] = (256, 128),
    activation: str = "leaky_relu",
) -> keras.Model:
    """A dense discriminator that also predicts from which code an image was generated.

    All three outputs come from one trunk, so that recognition takes hardly any extra time.

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
    heads = [layers.Dense(size, dtype=floatx())(h) for size in (1, classes, continuous)]
    return keras.Model(x, heads, name="recognising_discriminator")


def dense_infogan(
    shape: Sequence[int], latent: int, classes: int, continuous: int, **options
) -> InfoGAN:
    """An InfoGAN of fully connected networks, for images as small as the digits.

    Args:
        shape: shape of one image with values in [0, 1], such as (8, 8, 1).
        latent: size D of the noise.
        classes: number K of values of the categorical code.
        continuous: number C of continuous codes, 1 or more.
        options: as for `InfoGAN`.
    """
    return InfoGAN(
        networks.dense_generator(latent + classes + continuous, shape),
        recognising_discriminator(shape, classes, continuous),
        **options,
    )
