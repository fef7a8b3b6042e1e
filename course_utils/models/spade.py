"""From a label map to an image: spatially adaptive normalisation, known as GauGAN.

Park et al., *Semantic Image Synthesis with Spatially-Adaptive Normalization*, 2019.

    normalise     ĥ = (h − mean) / std, for each channel, over the batch and all pixels
    modulate      (1 + γ(m)) ⊙ ĥ + β(m), where γ and β depend on the label map m near that pixel
    generator     x = G(z, m): each scale is modulated by the map at its size
    discriminator D(x, m), one logit per patch: does it look real, and does it match the map?
    encoder       z ~ N(μ(x), σ²(x)), what is not in the map: the colours, the style

Normalisation alone would remove the difference between two uniform maps, since it subtracts the
mean in which they differ; γ and β put it back at every scale.

The generator and the encoder minimise the hinge loss, plus a KL divergence, so that a style may
also be drawn from N(0, I), plus the absolute error to the image that the style came from. Park et
al. have a distance between features (of VGG and of the discriminator) instead of the last. The
course's drawn faces have sharp edges exactly where the map changes, and few colours per part, so
that comparing pixels serves as well and needs no other network.
"""

import course_utils.quiet

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from keras.config import floatx

from course_utils import losses
from course_utils.networks import dense_encoder, patch_discriminator
from course_utils.players import TwoPlayers
from course_utils.validation import check_array, check_count, check_number, check_shape


class SpadeLosses(NamedTuple):
    """The terms of the generator's objective, each a mean over the batch, before weighting."""

    adversarial: tf.Tensor
    error: tf.Tensor
    kl: tf.Tensor


class Spade(TwoPlayers):
    """A model that draws images for label maps; trained by `fit(images, label_maps)`.

    Images are (B, H, W, C) in [0, 1], label maps (B, H, W) whole numbers from 0 to K − 1.

    Args:
        generator: [z (B, D), map (B, H, W, K), one-hot] → images (B, H, W, C) in [0, 1].
        discriminator: [images, maps] → logits (B, …), one for each patch.
        encoder: images → μ and log σ² of the style, (B, D) each.
        error_weight: weight of the absolute error, mean over pixels and channels.
        kl_weight: weight of the KL divergence, summed over D.

    Raises:
        ValueError: for a negative weight, or networks that do not fit together.
    """

    pixel_range = (0, 1)

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        encoder: keras.Model,
        *,
        error_weight: float = 20.0,
        kl_weight: float = 0.01,
        **kwargs,
    ):
        super().__init__(**kwargs)
        (_, latent), maps = generator.input_shape
        image, maps_judged = discriminator.input_shape
        check_shape("generator's output", generator.output_shape, image)
        check_shape("discriminator's map", maps_judged, maps)
        check_shape("encoder's input", encoder.input_shape, image)
        check_shape("encoder's first output", encoder.output_shape[0], (None, latent))
        self.generator = generator
        self.discriminator = discriminator
        self.encoder = encoder
        self.error_weight = check_number("error_weight", error_weight, low=0)
        self.kl_weight = check_number("kl_weight", kl_weight, low=0)
        self.noise = keras.random.SeedGenerator()
        names = ("discriminator_loss", *SpadeLosses._fields)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    @property
    def latent(self) -> int:
        """The size D of the style."""
        return self.generator.input_shape[0][-1]

    @property
    def map_shape(self) -> tuple[int, int, int]:
        """Height and width of a label map, and the number K of its classes."""
        return self.generator.input_shape[1][1:]

    @property
    def generator_variables(self):
        # The encoder is trained together with the generator, on the same objective.
        return self.generator.trainable_variables + self.encoder.trainable_variables

    @staticmethod
    def default_optimizer() -> keras.optimizers.Optimizer:
        """Adam with β₁ = 0.5 and a learning rate of 2 · 10⁻³."""
        return keras.optimizers.Adam(2e-3, beta_1=0.5)

    # --------------------------------------------------------------------------- training

    def train_step(self, data):
        x, label_maps, _ = keras.utils.unpack_x_y_sample_weight(data)
        if label_maps is None:
            raise ValueError("y: label maps are needed; call fit(images, label_maps)")
        maps = self._one_hot(label_maps)
        with tf.GradientTape() as tape:
            fake, mu, log_var = self._draw_again(x, maps)
            terms = SpadeLosses(
                adversarial=ops.mean(losses.wasserstein_generator_loss(self._judge(fake, maps))),
                error=ops.mean(ops.absolute(x - fake)),
                kl=ops.mean(losses.kl_to_standard_normal(mu, log_var)),
            )
            objective = (
                terms.adversarial + self.error_weight * terms.error + self.kl_weight * terms.kl
            )
        variables = self.generator_variables
        self.generator_optimizer.apply(tape.gradient(objective, variables), variables)

        # The same fakes are used for the discriminator.
        fake = ops.stop_gradient(fake)
        with tf.GradientTape() as tape:
            loss = ops.mean(
                losses.hinge_discriminator_loss(self._judge(x, maps), self._judge(fake, maps))
            )
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(loss, variables), variables)

        for name, value in {"discriminator_loss": loss, **terms._asdict()}.items():
            self.trackers[name].update_state(value)
        return self.get_metrics_result()

    def _draw_again(self, x, maps):
        mu, log_var = self.encoder(x, training=True)
        z = mu + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mu), seed=self.noise)
        return self.generator([z, maps], training=True), mu, log_var

    def _judge(self, x, maps):
        """One logit per patch, (B · patches, 1)."""
        return ops.reshape(self.discriminator([x, maps], training=True), (-1, 1))

    def _one_hot(self, label_maps):
        return ops.one_hot(ops.cast(label_maps, "int32"), self.map_shape[-1])

    def test_step(self, data):
        raise ValueError(
            "validation_data: two players have no common loss to validate. Compare the maps that a "
            "segmenter finds in the images instead; see course_utils.metrics.segmentation."
        )

    # --------------------------------------------------------------------------- drawing

    def call(self, inputs, training=None):
        z, label_maps = inputs
        return self.generator([z, self._one_hot(label_maps)], training=False)

    def generate(self, z, label_maps):
        """The images that belong to styles z (B, D) and label maps (B, H, W), (B, H, W, C).

        Raises:
            ValueError: for another shape or range of either.
        """
        sizes = {}
        z = check_array("z", z, ("B", self.latent), sizes)
        return self([z, self._check_maps(label_maps, sizes)])

    def sample(self, label_maps):
        """One image for each label map (B, H, W), each in its own style z ~ N(0, I).

        Returns:
            (B, H, W, C) in [0, 1].

        Raises:
            ValueError: for maps of another shape, or labels that are not whole numbers from 0 to
                K − 1.
        """
        label_maps = self._check_maps(label_maps, {})
        z = keras.random.normal((len(label_maps), self.latent), seed=self.noise)
        return self([z, label_maps])

    def encode(self, images):
        """The styles of images (B, H, W, C): the means of their posteriors, (B, D).

        Raises:
            ValueError: for another shape, NaN or values outside [0, 1].
        """
        shape = ("B", *self.encoder.input_shape[1:])
        return self.encoder(check_array("images", images, shape, low=0, high=1))[0]

    def _check_maps(self, label_maps, sizes):
        height, width, classes = self.map_shape
        return check_array(
            "label_maps", label_maps, ("B", height, width), sizes, integer=True, low=0,
            high=classes - 1,
        )  # fmt: skip


# --------------------------------------------------------------------------- networks


SEEN_CHANNELS = 16  # of the convolution of the map that γ and β share


def modulate(h, label_map):
    """SPADE: normalise h without any learnt parameter, then scale and shift it by the map.

        (1 + γ(m)) ⊙ ĥ + β(m)   (Park et al., eq. 1)

    Args:
        h: symbolic activations, (B, H, W, C).
        label_map: symbolic, (B, H, W, K), the fraction of each class in each pixel.

    Returns:
        Symbolic, (B, H, W, C).
    """
    channels = h.shape[-1]
    normalised = layers.BatchNormalization(center=False, scale=False, momentum=0.9)(h)
    seen = layers.Conv2D(SEEN_CHANNELS, 3, padding="same", activation="relu")(label_map)
    gamma = layers.Conv2D(channels, 1)(seen)
    beta = layers.Conv2D(channels, 1)(seen)
    return layers.Add()([normalised, layers.Multiply()([normalised, gamma]), beta])


def spade_generator(
    latent: int, map_shape: Sequence[int], *, filters: Sequence[int] = (64, 48, 32, 16)
) -> keras.Model:
    """From a style and a label map to an image, by upsampling from scale to scale.

    Unlike Park et al. it has no residual blocks, and the map is downsampled by averaging instead of
    leaving out pixels, so that an eye of two pixels is not lost.

    Args:
        latent: size D of the style.
        map_shape: (H, W, K).
        filters: channels of each scale, from the smallest to the size of the map. H and W must be
            divisible by 2ⁿ⁻¹ for n filters.

    Returns:
        A Functional model: [z (B, D), map (B, H, W, K)] → images (B, H, W, 3) in [0, 1].

    Raises:
        ValueError: for a map that cannot be halved that often.
    """
    height, width, _ = map_shape
    shrink = 2 ** (len(filters) - 1)
    check_count("latent", latent)
    if height % shrink or width % shrink:
        raise ValueError(
            f"map_shape: expected sides divisible by {shrink}, got {height} by {width}"
        )
    z, label_map = keras.Input((latent,)), keras.Input(tuple(map_shape))
    maps = [label_map]
    for _ in filters[1:]:
        maps.append(layers.AveragePooling2D(2)(maps[-1]))
    first = (height // shrink, width // shrink, filters[0])
    h = layers.Reshape(first)(layers.Dense(int(np.prod(first)))(z))
    for scale, (width_now, small_map) in enumerate(zip(filters, reversed(maps), strict=True)):
        if scale:
            h = layers.Conv2D(width_now, 3, padding="same")(layers.UpSampling2D(2)(h))
        h = layers.LeakyReLU(0.2)(modulate(h, small_map))
    h = layers.Conv2D(filters[-1], 3, padding="same")(h)
    h = layers.LeakyReLU(0.2)(modulate(h, label_map))
    x = layers.Conv2D(3, 3, padding="same", activation="sigmoid", dtype=floatx())(h)
    return keras.Model([z, label_map], x, name="spade_generator")


def map_discriminator(
    shape: Sequence[int], classes: int, *, filters: Sequence[int] = (32, 64)
) -> keras.Model:
    """From an image and its label map to a logit for each patch.

    Args:
        shape: of the images, (H, W, C).
        classes: number K of labels.
        filters: of `course_utils.networks.patch_discriminator`.

    Returns:
        A Functional model: [images (B, H, W, C), maps (B, H, W, K)] → logits (B, h, w, 1).
    """
    x, label_map = keras.Input(tuple(shape)), keras.Input((*shape[:2], classes))
    both = layers.Concatenate()([x, label_map])
    logits = patch_discriminator(both.shape[1:], filters=filters)(both)
    return keras.Model([x, label_map], logits, name="patches")


def style_encoder(shape: Sequence[int], latent: int) -> keras.Model:
    """From an image, downsampled to a quarter of its size, to μ and log σ² of its style.

    Args:
        shape: of the images, (H, W, C), sides divisible by 4.
        latent: size D of the style.

    Returns:
        A Functional model: (B, H, W, C) → two outputs (B, D).
    """
    x = keras.Input(tuple(shape))
    small = layers.AveragePooling2D(4)(x)  # the style is mainly colours, which this preserves
    outputs = dense_encoder(small.shape[1:], latent, outputs=2)(small)
    return keras.Model(x, outputs, name="style_encoder")


def conv_spade(shape: Sequence[int], classes: int, latent: int = 16, **options) -> Spade:
    """SPADE for small pictures.

    Args:
        shape: of one image with values in [0, 1], (H, W, 3); sides divisible by 8.
        classes: number K of labels.
        latent: size D of the style.
        options: as for `Spade`.

    Raises:
        ValueError: for sides not divisible by 8.
    """
    return Spade(
        spade_generator(latent, (*shape[:2], classes)),
        map_discriminator(shape, classes),
        style_encoder(shape, latent),
        **options,
    )
