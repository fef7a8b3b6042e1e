"""The conditional GAN: both players are given the label, so that one can ask for images of a class.

Mirza and Osindero, *Conditional Generative Adversarial Nets*, 2014.

    objective    min_G max_D  E log D(x | y) + E log(1 − D(G(z | y) | y))

In training, one fake is drawn for the label of each real example and judged together with that
label, so it is not enough that a fake looks real.
"""

import course_utils.quiet

from collections.abc import Sequence

import keras
from keras import layers
from keras.config import floatx

from course_utils.models.gan import GAN
from course_utils.networks import conv_encoder, conv_generator, dense_generator
from course_utils.validation import check_array, check_shape


class ConditionalGAN(GAN):
    """A GAN that is trained by `fit(x, labels)`.

    Args:
        generator: [z (B, D), label (B,)] → examples (B, …).
        discriminator: [examples (B, …), label (B,)] → logits (B, 1).
        classes: number K of labels, which run from 0 to K − 1.
        kwargs: as for `GAN`.

    Raises:
        ValueError: as for `GAN`; in `fit`, for missing labels.
    """

    def __init__(self, generator, discriminator, classes: int, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.classes = classes

    @staticmethod
    def _check_players(generator, discriminator):
        if len(generator.inputs) != 2 or len(discriminator.inputs) != 2:
            raise ValueError(
                "generator and discriminator: expected two inputs each, of which the second is "
                f"the label; got {len(generator.inputs)} and {len(discriminator.inputs)}"
            )
        example, _ = discriminator.input_shape
        check_shape("generator's output", generator.output_shape, example)
        check_shape("discriminator's output", discriminator.output_shape, (None, 1))

    @property
    def latent(self) -> int:
        z, _ = self.generator.input_shape
        return z[-1]

    def train_step(self, data):
        if keras.utils.unpack_x_y_sample_weight(data)[1] is None:
            raise ValueError("y: a conditional GAN needs labels; call fit(x, labels)")
        return super().train_step(data)

    def draw(self, z, y):
        return self.generator([z, y], training=True)

    def judge(self, x, y):
        return self.discriminator([x, y], training=True)

    def generate(self, z, labels):
        """The examples that belong to latent vectors z (B, D) and labels (B,), (B, …).

        Raises:
            ValueError: for another shape or range of either.
        """
        sizes = {}
        z = check_array("z", z, ("B", self.latent), sizes)
        return self([z, self._check_labels(labels, sizes)])

    def sample(self, labels):
        """One example for each label (B,), each from its own z ~ N(0, I), (B, …).

        Raises:
            ValueError: for labels that are not whole numbers from 0 to K − 1.
        """
        labels = self._check_labels(labels, {})
        return self([self.latent_noise(len(labels)), labels])

    def _check_labels(self, labels, sizes):
        return check_array(
            "labels", labels, ("B",), sizes, integer=True, low=0, high=self.classes - 1
        )


def conditional_generator(
    latent: int,
    classes: int,
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (128, 256),
    activation: str = "gelu",
) -> keras.Model:
    """A dense generator whose input is the latent vector and the one-hot label.

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
    generator = dense_generator(latent + classes, shape, hidden=hidden, activation=activation)
    return _told_the_label(generator, classes)


def conv_conditional_generator(
    latent: int, classes: int, shape: Sequence[int], *, filters: int = 32
) -> keras.Model:
    """A convolutional generator whose input is the latent vector and the one-hot label.

    Args:
        latent: size D of the latent vector.
        classes: number K of labels.
        shape, filters: as for `networks.conv_generator`.

    Returns:
        A Functional model: [z (B, D), label (B,)] → pixels (B, *shape) in [0, 1].
    """
    return _told_the_label(conv_generator(latent + classes, shape, filters=filters), classes)


def _told_the_label(generator: keras.Model, classes: int) -> keras.Model:
    """A model [z (B, D), label (B,)] → examples, from a generator of vectors (B, D + K)."""
    z = keras.Input((generator.input_shape[-1] - classes,))
    label = keras.Input((), dtype="int32")
    one_hot = layers.CategoryEncoding(classes, output_mode="one_hot")(label)
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
    """A dense discriminator that compares the features of an example with a vector for its label.

    logit = w · φ(x) + b + v_label · φ(x). The first part judges whether x looks real at all, the
    second whether it belongs to the class.

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
    return _projection(x, label, phi, classes)


def conv_projection_discriminator(
    shape: Sequence[int], classes: int, *, filters: int = 32, features: int = 128
) -> keras.Model:
    """A convolutional `projection_discriminator`.

    Args:
        shape: shape of one image, such as (28, 28, 1).
        classes: number K of labels.
        filters: channels of the first layer; twice as many at each halving.
        features: the size of φ and v.

    Returns:
        A Functional model: [x (B, *shape), label (B,)] → logits (B, 1).
    """
    encoder = conv_encoder(shape, features, filters=filters)
    label = keras.Input((), dtype="int32")
    phi = layers.Activation("leaky_relu")(encoder.output)
    return _projection(encoder.input, label, phi, classes)


def _projection(x, label, phi, classes: int) -> keras.Model:
    """logit = w · φ(x) + b + v_label · φ(x), with a vector v learnt for each label."""
    v = layers.Embedding(classes, phi.shape[-1])(label)
    logit = layers.Add(dtype=floatx())([layers.Dense(1)(phi), layers.Dot(axes=-1)([phi, v])])
    return keras.Model([x, label], logit, name="projection_discriminator")


def dense_conditional_gan(
    shape: Sequence[int], latent: int, classes: int, **options
) -> ConditionalGAN:
    """A conditional GAN of fully connected networks, for images as small as the digits.

    Args:
        shape: shape of one image with values in [0, 1], such as (8, 8, 1).
        latent: size D of the latent space.
        classes: number K of labels.
        options: as for `GAN`.
    """
    return ConditionalGAN(
        conditional_generator(latent, classes, shape),
        projection_discriminator(shape, classes),
        classes,
        **options,
    )


def conv_conditional_gan(
    shape: Sequence[int], latent: int, classes: int, *, filters: int = 32, **options
) -> ConditionalGAN:
    """A conditional GAN of convolutional networks.

    Args:
        shape, latent, classes, options: as for `dense_conditional_gan`.
        filters: channels next to the image in both networks; twice as many at each halving.
    """
    return ConditionalGAN(
        conv_conditional_generator(latent, classes, shape, filters=filters),
        conv_projection_discriminator(shape, classes, filters=filters),
        classes,
        **options,
    )
