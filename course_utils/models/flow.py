"""Normalizing flows: densities that can be evaluated exactly and sampled from in one pass.

    z = f(x),        log p(x) = log N(z; 0, I) + log |det ∂z/∂x|,        x = f⁻¹(z)

RealNVP (Dinh, Sohl-Dickstein and Bengio, 2017) and Glow (Kingma and Dhariwal, 2018) are chains of
the layers in `course_utils.bijectors`; they differ in which layers, and in what order.
"""

import course_utils.quiet

import math
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from keras.config import floatx

from course_utils import bijectors as bj
from course_utils.losses import normal_log_prob
from course_utils.training import InMemoryModel
from course_utils.validation import check_array, check_count, check_pixels, check_shape

INITIAL_BATCH = 500  # examples from which data-dependent layers are initialised


class FlowOutput(NamedTuple):
    """The result of one pass from data to code."""

    z: keras.KerasTensor  # (B, *code)
    log_det: keras.KerasTensor  # (B,)


class Flow(InMemoryModel):
    """A bijector between data and a standard normal, trained by maximum likelihood.

        loss = −mean over examples of log p(x), in nats

    Args:
        bijector: from data to code.
        shape: of one example.
        levels: the number L of grey levels of images in [0, 1]; None for continuous data. `fit` and
            `evaluate` then take images with grey levels and dequantize them anew at each step, so
            that the flow cannot memorise the noise. `log_prob` and `encode` take points of the
            continuous space: give them images from `course_utils.metrics.likelihood.dequantize`.
    """

    def __init__(
        self, bijector: bj.Bijector, shape: Sequence[int], levels: int | None = None, **kwargs
    ):
        super().__init__(**kwargs)
        self.levels = levels
        self.bijector = bijector
        self.shape = tuple(shape)
        self.bijector.build((None, *self.shape))
        self.code_shape = self.bijector.compute_output_shape((None, *self.shape))[1:]
        self.noise = keras.random.SeedGenerator()

    def dequantize(self, x):
        """Grey levels in [0, 1] plus noise within each bin: (x (L − 1) + u) / L, u ~ U[0, 1)."""
        noise = keras.random.uniform(ops.shape(x), seed=self.noise)
        return (x * (self.levels - 1) + noise) / self.levels

    def call(self, x):
        return FlowOutput(*self.bijector(self.dequantize(x) if self.levels else x))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return -ops.mean(base_log_prob(y_pred.z) + y_pred.log_det)

    def adapt(self, x):
        """Initialise the data-dependent layers from examples (N, *shape); `fit` calls this.

        Layers that are initialised already stay as they are.

        Raises:
            ValueError: for examples of another shape or range, NaN, or no examples.
        """
        low, high = (0, 1) if self.levels else self.bijector.domain
        if np.isfinite(high):
            check_pixels("x", x, low, high)
        check_array("x", x, ("N", *self.shape), low=low, high=high)
        batch = ops.convert_to_tensor(x[:INITIAL_BATCH], dtype=keras.config.floatx())
        self.bijector.initialize(self.dequantize(batch) if self.levels else batch)

    def is_adapted(self) -> bool:
        """Whether every data-dependent layer is initialised."""
        return all(ops.any(w) for w in self.bijector.weights if w.name == "initialized")

    def log_prob(self, x):
        """Log-density of each example, (B,), in nats, for x of shape (B, *shape).

        Raises:
            ValueError: for another shape, NaN, or values outside the bijector's domain.
        """
        z, log_det = self.bijector(_checked("x", x, self.shape, self.bijector.domain))
        return base_log_prob(z) + log_det

    def encode(self, x):
        """The code z = f(x), (B, *code), of x (B, *shape).

        Raises:
            ValueError: as for `log_prob`.
        """
        return self.bijector(_checked("x", x, self.shape, self.bijector.domain))[0]

    def decode(self, z):
        """The example x = f⁻¹(z), (B, *shape), of z (B, *code).

        Raises:
            ValueError: for another shape or NaN.
        """
        return self.bijector.inverse(_checked("z", z, self.code_shape))

    def sample(self, count: int, temperature: float = 1.0):
        """`count` examples, (count, *shape).

        Args:
            count: how many.
            temperature: standard deviation of z. Below 1 the samples are more typical and less
                varied (Kingma and Dhariwal 2018, §6).

        Raises:
            ValueError: for a count that is not a whole number of at least 1.
        """
        count = check_count("count", count)
        z = keras.random.normal((count, *self.code_shape), seed=self.noise)
        return self.bijector.inverse(temperature * z)


def dense_conditioner(
    shape: Sequence[int],
    *,
    hidden: Sequence[int] = (128, 128),
    activation: str = "relu",
    dropout: float = 0.0,
) -> keras.Model:
    """Fully connected network that computes shift and log_scale of a coupling.

    Args:
        shape: shape of one example.
        hidden: widths of the hidden layers.
        activation: of the hidden layers.
        dropout: fraction of hidden units dropped in training, in [0, 1).

    Returns:
        A Functional model: (B, *shape) → the same shape with twice as many entries on the last
        axis. Its output is 0 before training, so that the coupling starts as the identity.
    """
    x = keras.Input(shape)
    h = layers.Flatten()(x)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
        if dropout:
            h = layers.Dropout(dropout)(h)
    h = layers.Dense(2 * math.prod(shape), kernel_initializer="zeros", dtype=floatx())(h)
    outputs = layers.Reshape((*shape[:-1], 2 * shape[-1]), dtype=floatx())(h)
    return keras.Model(x, outputs, name="conditioner")


def convolutional_conditioner(
    shape: Sequence[int], *, width: int = 64, activation: str = "relu"
) -> keras.Model:
    """Convolutions 3×3, 1×1, 3×3 that compute shift and log_scale of a coupling (Glow, appendix B).

    Args:
        shape: shape of one image, (H, W, C).
        width: channels of the two hidden layers.
        activation: of the hidden layers.

    Returns:
        A Functional model: (B, H, W, C) → (B, H, W, 2C). Its output is 0 before training, so that
        the coupling starts as the identity.
    """
    x = keras.Input(shape)
    h = layers.Conv2D(width, 3, padding="same", activation=activation)(x)
    h = layers.Conv2D(width, 1, activation=activation)(h)
    outputs = layers.Conv2D(
        2 * shape[-1], 3, padding="same", kernel_initializer="zeros", dtype=floatx()
    )(h)
    return keras.Model(x, outputs, name="conditioner")


def real_nvp(
    shape: Sequence[int],
    *,
    steps: int = 4,
    hidden: Sequence[int] = (128, 128),
    dropout: float = 0.0,
    levels: int | None = None,
) -> Flow:
    """RealNVP: affine couplings with alternating masks and fully connected conditioners.

    For points, the two masks are the two halves. For images, which go through a logit first, they
    are the two checkerboards, then the even and the odd rows. Glow's ActNorm replaces batch
    normalisation.

    Args:
        shape: of one example: (D,) for points, (H, W, C) for images in [0, 1).
        steps: the number of couplings.
        hidden: widths of the hidden layers of each conditioner.
        dropout: fraction of their hidden units dropped in training, in [0, 1).
        levels: see `Flow`.

    Raises:
        ValueError: for points of fewer than 2 dimensions, or a shape of neither kind.
    """
    if len(shape) == 1:
        masks, chain = [bj.half_mask(shape)], []
    else:
        masks, chain = [bj.checkerboard_mask(shape), bj.row_mask(shape)], [bj.Logit()]
    turns = [turn for mask in masks for turn in (mask, ~mask)]
    for step in range(steps):
        conditioner = dense_conditioner(shape, hidden=hidden, dropout=dropout)
        chain += [bj.ActNorm(), bj.AffineCoupling(conditioner, turns[step % len(turns)])]
    return Flow(bj.Chain([*chain, bj.ActNorm()]), shape, levels)


def glow(
    shape: Sequence[int],
    *,
    scales: int = 2,
    steps: int = 2,
    width: int = 32,
    levels: int | None = None,
) -> Flow:
    """Glow: multiscale, each step ActNorm → invertible 1×1 convolution → coupling by channels.

        one scale = squeeze → steps × step → split off half of the channels

    (Kingma and Dhariwal 2018, figure 2). The last scale has no split.

    Args:
        shape: of one image, (H, W, C), pixels in [0, 1).
        scales: the number of scales; H and W must be divisible by 2^scales.
        steps: steps at each scale.
        width: hidden channels of each conditioner.
        levels: see `Flow`.

    Raises:
        ValueError: for a shape that is not (H, W, C), or sides not divisible by 2^scales.
    """
    check_shape("shape", tuple(shape), ("H", "W", "C"))

    def scale(shape, below):
        """The layers for images of `shape`, with `below` scales after this one."""
        chain = [bj.Squeeze()]
        shape = chain[0].compute_output_shape((None, *shape))[1:]
        for _ in range(steps):
            conditioner = convolutional_conditioner(shape, width=width)
            coupling = bj.AffineCoupling(conditioner, bj.half_mask(shape))
            chain += [bj.ActNorm(), bj.InvertibleConvolution(), coupling]
        if below:
            rest = (*shape[:-1], shape[-1] // 2)
            chain.append(bj.Split(bj.Chain(scale(rest, below - 1))))
        return [*chain, bj.ActNorm()]

    for side in shape[:2]:
        if side % 2**scales:
            raise ValueError(
                f"shape: {scales} scales need height and width divisible by {2**scales}, "
                f"got {tuple(shape)}"
            )
    return Flow(bj.Chain([bj.Logit(), *scale(shape, scales - 1)]), shape, levels)


def attribute_direction(codes, labels) -> np.ndarray:
    """The direction in code space from examples without an attribute to those with it.

        direction = mean of z with it − mean of z without it        (Kingma and Dhariwal 2018, §6)

    Args:
        codes: (N, …).
        labels: (N,) booleans, or 0 and 1: whether an example has the attribute.

    Returns:
        (…), to be added to codes: `flow.decode(flow.encode(x) + strength * direction)`.

    Raises:
        ValueError: for other shapes or labels, or if no example, or every example, has the
            attribute.
    """
    sizes = {}
    codes = check_array("codes", codes, ("N", ...), sizes)
    labels = check_array("labels", labels, ("N",), sizes, low=0, high=1).astype(bool)
    if labels.all() or not labels.any():
        raise ValueError("labels: expected examples with and without the attribute, got one kind")
    return codes[labels].mean(axis=0) - codes[~labels].mean(axis=0)


def base_log_prob(z):
    """log N(z; 0, I) of each code, (B,), for z of shape (B, …)."""
    return normal_log_prob(ops.reshape(z, (ops.shape(z)[0], -1)))


def _checked(name, value, shape, domain=(-np.inf, np.inf)):
    """The value as a tensor. Its shape is always checked, its entries if they are known."""
    if not tf.is_symbolic_tensor(value):
        value = check_array(name, value, ("B", *shape), low=domain[0], high=domain[1])
    check_shape(name, value.shape, ("B", *shape))
    return ops.convert_to_tensor(value, dtype=keras.config.floatx())
