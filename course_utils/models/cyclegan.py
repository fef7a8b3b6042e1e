"""CycleGAN: translation between two domains, learnt without paired examples.

Zhu, Park, Isola and Efros, *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks*, 2017.

    translators       G: X → Y  and  F: Y → X
    discriminators    D_X and D_Y, one score for each patch
    objective of      E (D_Y(G(x)) − 1)² + E (D_X(F(y)) − 1)²                 adversarial loss
    the translators   + λ E [|F(G(x)) − x| + |G(F(y)) − y|]                   cycle consistency
                      + μ E [|G(y) − y| + |F(x) − x|]                         identity loss

No pair says which y belongs to x. The adversarial loss makes every translation look like an image
of the other domain, but any such image would do. Cycle consistency makes it keep what is needed to
recover x. The identity loss keeps a translator from changing what need not change.
"""

import course_utils.quiet

import math
from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import layers, ops
from keras.config import floatx

from course_utils import losses
from course_utils.networks import patch_discriminator
from course_utils.players import player_optimizer
from course_utils.training import InMemoryModel
from course_utils.validation import check_array, check_number, check_shape


class CycleGAN(InMemoryModel):
    """Two translators, one in each direction, and a discriminator for each domain.

    It is trained by `fit(x, y)` with equally many images of both domains, in any order: no loss
    compares an x with a y.

    Args:
        translator: G, images of X (B, H, W, C) → images of Y, same shape.
        back_translator: F, the other direction.
        discriminator_x, discriminator_y: images (B, H, W, C) → scores (B, h, w, 1).
        cycle_weight: λ, where errors are means over pixels and scores means over patches.
        identity_weight: μ, likewise.

    Raises:
        ValueError: for a negative weight, or networks that do not fit together.
    """

    has_loss = False  # translators and discriminators have no common loss
    pixel_range = (0, 1)

    def __init__(
        self,
        translator: keras.Model,
        back_translator: keras.Model,
        discriminator_x: keras.Model,
        discriminator_y: keras.Model,
        *,
        cycle_weight: float = 10.0,
        identity_weight: float = 5.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        image = translator.input_shape
        for name, network in (
            ("translator", translator),
            ("back_translator", back_translator),
            ("discriminator_x", discriminator_x),
            ("discriminator_y", discriminator_y),
        ):
            check_shape(f"{name}'s input", network.input_shape, image)
        for name, network in (("translator", translator), ("back_translator", back_translator)):
            check_shape(f"{name}'s output", network.output_shape, image)
        self.translator = translator
        self.back_translator = back_translator
        self.discriminator_x = discriminator_x
        self.discriminator_y = discriminator_y
        self.cycle_weight = check_number("cycle_weight", cycle_weight, low=0)
        self.identity_weight = check_number("identity_weight", identity_weight, low=0)
        self.adversarial_loss = keras.metrics.Mean(name="adversarial_loss")
        self.cycle_loss = keras.metrics.Mean(name="cycle_loss")
        self.identity_loss = keras.metrics.Mean(name="identity_loss")
        self.discriminator_loss = keras.metrics.Mean(name="discriminator_loss")

    def compile(self, optimizer=None, discriminator_optimizer=None, **kwargs):
        """Give the translators one optimizer and the discriminators another.

        Args:
            optimizer: of the translators. With `use_ema=True`, `fit` leaves them with averaged
                weights. None means Adam with β₁ = 0.5, as in the paper, β₂ = 0.99 and a learning
                rate of 10⁻³.
            discriminator_optimizer: of the discriminators; None means the same.
            kwargs: as for `keras.Model.compile`.
        """
        optimizer = player_optimizer(optimizer or _adam(), self._translator_variables)
        self.discriminator_optimizer = player_optimizer(
            discriminator_optimizer or _adam(), self._discriminator_variables
        )
        super().compile(optimizer=optimizer, **kwargs)

    @property
    def _translator_variables(self):
        return self.translator.trainable_variables + self.back_translator.trainable_variables

    @property
    def _discriminator_variables(self):
        return self.discriminator_x.trainable_variables + self.discriminator_y.trainable_variables

    # ------------------------------------------------------------------------ training

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        if y is None:
            raise ValueError("y: a CycleGAN needs images of both domains; call fit(x, y)")
        fake_x, fake_y = self.translator_step(x, y)
        self.discriminator_step(x, y, fake_x, fake_y)
        return self.get_metrics_result()

    def translator_step(self, x, y):
        """Update both translators once; returns their fakes from before, (F(y), G(x))."""
        with tf.GradientTape() as tape:
            # Images to translate and images to leave unchanged go through in one batch.
            fake_y, same_y = ops.split(self.translator(ops.concatenate([x, y])), 2)
            fake_x, same_x = ops.split(self.back_translator(ops.concatenate([y, x])), 2)
            adversarial = self._convince(fake_x, fake_y)
            cycle = self._difference(self.back_translator(fake_y), x) + self._difference(
                self.translator(fake_x), y
            )
            identity = self._difference(same_x, x) + self._difference(same_y, y)
            objective = ops.mean(
                adversarial + self.cycle_weight * cycle + self.identity_weight * identity
            )
        variables = self._translator_variables
        self.optimizer.apply(tape.gradient(objective, variables), variables)
        self.adversarial_loss.update_state(adversarial)
        self.cycle_loss.update_state(cycle)
        self.identity_loss.update_state(identity)
        return fake_x, fake_y

    def discriminator_step(self, x, y, fake_x, fake_y):
        """Update both discriminators once, against given fakes."""
        with tf.GradientTape() as tape:
            loss = 0.0
            for discriminator, real, fake in (
                (self.discriminator_x, x, fake_x),
                (self.discriminator_y, y, fake_y),
            ):
                scores = discriminator(ops.concatenate([real, fake]))
                real_scores, fake_scores = ops.split(scores, 2)
                loss += losses.least_squares_discriminator_loss(real_scores, fake_scores) / _size(
                    real_scores
                )
            objective = ops.mean(loss)
        variables = self._discriminator_variables
        self.discriminator_optimizer.apply(tape.gradient(objective, variables), variables)
        self.discriminator_loss.update_state(loss)

    def _convince(self, fake_x, fake_y):
        """The adversarial loss of both translators, a mean over patches, (B,)."""
        scores_x, scores_y = self.discriminator_x(fake_x), self.discriminator_y(fake_y)
        return (
            losses.least_squares_generator_loss(scores_x)
            + losses.least_squares_generator_loss(scores_y)
        ) / _size(scores_x)

    def _difference(self, a, b):
        """Absolute error, a mean over pixels and channels, (B,)."""
        return losses.absolute_error(a, b) / _size(a)

    def test_step(self, data):
        raise ValueError(
            "validation_data: two sides have no common loss to validate. Compare translations with "
            "validation data in course_utils.metrics instead."
        )

    def pixels(self, x, y):
        return x, y

    # -------------------------------------------------------------------- translations

    def call(self, x, training=None):
        return ops.clip(self.translator(x, training=training), 0, 1)

    def translate(self, x):
        """Translate images of X (B, H, W, C) in [0, 1] into images of Y, same shape and range.

        Raises:
            ValueError: for images of another shape or range.
        """
        return self(self._check_images("x", x))

    def translate_back(self, y):
        """Translate images of Y (B, H, W, C) in [0, 1] into images of X, same shape and range.

        Raises:
            ValueError: for images of another shape or range.
        """
        return ops.clip(self.back_translator(self._check_images("y", y)), 0, 1)

    def _check_images(self, name, images):
        return check_array(name, images, ("B", *self.translator.input_shape[1:]), low=0, high=1)


def _adam() -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.99)


def _size(values) -> int:
    """How many entries an example has."""
    return math.prod(values.shape[1:])


def residual_translator(
    shape: Sequence[int], *, width: int = 16, blocks: int = 2, activation: str = "leaky_relu"
) -> keras.Model:
    """From an image to an image of the same size: the image plus a change.

    y = x + c(x), where c halves height and width twice, applies residual blocks and doubles height
    and width twice, with a shortcut at half the resolution. It starts as the identity, so that a
    translation keeps whatever it has no reason to change.

    Args:
        shape: shape of one image, (H, W, C), H and W multiples of 4.
        width: channels at half the resolution; twice as many at a quarter.
        blocks: number of residual blocks at a quarter of the resolution; each widens the receptive
            field by 8 pixels on every side.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, H, W, C) in [0, 1] → (B, H, W, C), which may lie a little outside
        [0, 1]: a sigmoid would have a vanishing gradient where the image is white.

    Raises:
        ValueError: for sides that are not multiples of 4.

    Source: encoder, residual blocks and decoder as in Johnson, Alahi and Fei-Fei, Perceptual Losses
    for Real-Time Style Transfer and Super-Resolution, 2016, which Zhu et al. use; the shortcut as
    in Ronneberger, Fischer and Brox, U-Net, 2015.
    """
    height, breadth, channels = shape
    if height % 4 or breadth % 4:
        raise ValueError(f"shape: expected sides that are multiples of 4, got {tuple(shape)}")
    options = {"padding": "same", "activation": activation}
    x = keras.Input(shape)
    scaled = layers.Rescaling(2.0, -1.0)(x)
    half = layers.Conv2D(width, 4, 2, **options)(scaled)
    h = layers.Conv2D(2 * width, 4, 2, **options)(half)
    for _ in range(blocks):
        change = layers.Conv2D(2 * width, 3, **options)(h)
        change = layers.Conv2D(2 * width, 3, padding="same", kernel_initializer="zeros")(change)
        h = layers.Add()([h, change])
    h = layers.Conv2DTranspose(width, 4, 2, **options)(h)
    h = layers.Concatenate()([h, half])
    change = layers.Conv2DTranspose(
        channels, 4, 2, padding="same", kernel_initializer="zeros", use_bias=False
    )(h)
    return keras.Model(x, layers.Add(dtype=floatx())([x, change]), name="translator")


def domain_discriminator(shape: Sequence[int]) -> keras.Model:
    """From an image (B, H, W, C) in [0, 1] to a score for each of its patches (B, H/4, W/4, 1).

    Each score depends on its patch only, so it judges local style; the content of the whole image
    is left to cycle consistency.
    """
    x = keras.Input(shape)
    scores = patch_discriminator(shape)(layers.Rescaling(2.0, -1.0)(x))
    return keras.Model(x, scores, name="discriminator")


def residual_cyclegan(shape: Sequence[int], *, width: int = 16, blocks: int = 2, **options):
    """A CycleGAN of small residual translators and patch discriminators.

    Args:
        shape: shape of one image with values in [0, 1], such as (32, 32, 3).
        width, blocks: of `residual_translator`.
        options: as for `CycleGAN`.

    Raises:
        ValueError: as for `residual_translator` and `CycleGAN`.
    """
    translators = (residual_translator(shape, width=width, blocks=blocks) for _ in range(2))
    discriminators = (domain_discriminator(shape) for _ in range(2))
    return CycleGAN(*translators, *discriminators, **options)
