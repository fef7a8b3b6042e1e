"""Invertible layers: forward, inverse and how much they stretch volume.

A bijector maps x to y and back, and computes the logarithm of the absolute value of its Jacobian
determinant, `log_det`. That is all that the change of variables needs:

    log p_x(x) = log p_y(y) + log |det ∂y/∂x|        (Dinh et al. 2017, eq. 2-3)

Call a bijector to go forward, and its `inverse` to go back:

    y, log_det = bijector(x)
    x = bijector.inverse(y)

Papers: Dinh, Sohl-Dickstein and Bengio, *Density estimation using Real NVP*, 2017; Kingma and
Dhariwal, *Glow: Generative Flow with Invertible 1×1 Convolutions*, 2018.
"""

import course_utils.quiet

from collections.abc import Sequence

import keras
import numpy as np
import scipy.linalg
from keras import layers, ops

from course_utils.losses import sum_per_example
from course_utils.serialization import FromArguments
from course_utils.validation import check_number, check_shape


class Bijector(FromArguments, layers.Layer):
    """An invertible layer.

    A subclass defines `call`, x → (y, log_det), and `inverse`, y → x. x and y have the shape
    (B, …), and log_det has the shape (B,): one value per example, in nats.
    """

    domain = (-np.inf, np.inf)  # where every entry of x must lie

    def __init__(self, **kwargs):
        # Densities are computed in full precision, even under a mixed precision policy.
        super().__init__(**{"dtype": keras.config.floatx(), **kwargs})

    def get_build_config(self):
        """None, so that Keras does not build a loaded bijector; the model that contains it does."""
        return None

    def call(self, x):
        raise NotImplementedError

    def inverse(self, y):
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        """The shape of y for an x of shape `input_shape`, (B, …)."""
        return tuple(input_shape)

    def initialize(self, x):
        """Set the initial weights from data, as `ActNorm` does; most bijectors change nothing.

        Args:
            x: a batch of examples, (B, …).

        Returns:
            y: the transformed batch, which is the input of the next bijector.
        """
        return self(x)[0]


class Chain(Bijector):
    """One bijector after another; their log-determinants add up.

    Args:
        bijectors: one or more, in the order from data to latent vector.
    """

    def __init__(self, bijectors: Sequence[Bijector], **kwargs):
        super().__init__(**kwargs)
        self.bijectors = list(bijectors)

    @property
    def domain(self):
        return self.bijectors[0].domain

    def build(self, input_shape):
        for bijector in self.bijectors:
            bijector.build(input_shape)
            input_shape = bijector.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape):
        for bijector in self.bijectors:
            input_shape = bijector.compute_output_shape(input_shape)
        return input_shape

    def call(self, x):
        total = ops.zeros(ops.shape(x)[:1])
        for bijector in self.bijectors:
            x, log_det = bijector(x)
            total += log_det
        return x, total

    def inverse(self, y):
        for bijector in reversed(self.bijectors):
            y = bijector.inverse(y)
        return y

    def initialize(self, x):
        for bijector in self.bijectors:
            x = bijector.initialize(x)
        return x


class Logit(Bijector):
    """Pixels of the unit interval, stretched over the whole line.

        y = logit(α + (1 − 2α) x)        (Dinh et al. 2017, §4.1, who use α + (1 − α) x)
        log_det = Σ [log(1 − 2α) − log p − log(1 − p)],        p = α + (1 − 2α) x

    Args:
        margin: α, between 0 and ½, which keeps the logits of black and white finite.

    Raises:
        ValueError: for a margin outside (0, ½).
    """

    def __init__(self, margin: float = 0.01, **kwargs):
        super().__init__(**kwargs)
        self.margin = margin = check_number("margin", margin, above=0, below=0.5)
        # p must lie in (0, 1), so x may leave the unit interval by this much, as samples do.
        overhang = margin / (1 - 2 * margin)
        self.domain = (-overhang, 1 + overhang)

    def call(self, x):
        p = self.margin + (1 - 2 * self.margin) * x
        log_p, log_rest = ops.log(p), ops.log1p(-p)
        return log_p - log_rest, sum_per_example(np.log(1 - 2 * self.margin) - log_p - log_rest)

    def inverse(self, y):
        return (ops.sigmoid(y) - self.margin) / (1 - 2 * self.margin)


class Reshape(Bijector):
    """The same numbers in another shape; volume is unchanged.

    Args:
        shape: of one example after the bijector.

    Raises:
        ValueError: when it is built for examples with another number of entries.
    """

    def __init__(self, shape: Sequence[int], **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape):
        self.shape_before = tuple(input_shape[1:])
        if np.prod(self.shape_before) != np.prod(self.shape):
            raise ValueError(f"shape: {self.shape} does not hold an example of {self.shape_before}")

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def call(self, x):
        return ops.reshape(x, (-1, *self.shape)), ops.zeros(ops.shape(x)[:1])

    def inverse(self, y):
        return ops.reshape(y, (-1, *self.shape_before))


class Squeeze(Bijector):
    """Space to depth: each block of 2×2 pixels becomes one pixel of four times the channels.

    (B, H, W, C) → (B, H/2, W/2, 4C) (Dinh et al. 2017, §3.6). Volume is unchanged.

    Raises:
        ValueError: when it is built for anything but images of even height and width.
    """

    def build(self, input_shape):
        if len(input_shape) != 4 or input_shape[1] % 2 or input_shape[2] % 2:
            raise ValueError(
                "input_shape: expected images (B, height, width, channels) of even height and "
                f"width, got {tuple(input_shape)}"
            )

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, 4 * channels)

    def call(self, x):
        _, height, width, channels = x.shape
        blocks = ops.reshape(x, (-1, height // 2, 2, width // 2, 2, channels))
        y = ops.reshape(
            ops.transpose(blocks, (0, 1, 3, 2, 4, 5)),
            (-1, height // 2, width // 2, 4 * channels),
        )
        return y, ops.zeros(ops.shape(x)[:1])

    def inverse(self, y):
        _, height, width, channels = y.shape
        blocks = ops.reshape(y, (-1, height, width, 2, 2, channels // 4))
        return ops.reshape(
            ops.transpose(blocks, (0, 1, 3, 2, 4, 5)),
            (-1, 2 * height, 2 * width, channels // 4),
        )


class Permutation(Bijector):
    """The entries of the last axis in another order; volume is unchanged.

    Args:
        order: the indices such that y[..., i] = x[..., order[i]], each once. None reverses the
            entries.

    Raises:
        ValueError: when it is built, if `order` is not a permutation of the last axis.
    """

    def __init__(self, order: Sequence[int] | None = None, **kwargs):
        super().__init__(**kwargs)
        self.order = None if order is None else np.array(order)

    def build(self, input_shape):
        size = input_shape[-1]
        if self.order is None:
            self.order = np.arange(size)[::-1].copy()
        if not np.array_equal(np.sort(self.order), np.arange(size)):
            raise ValueError(
                f"order: expected each index from 0 to {size - 1} once, got {self.order.tolist()}"
            )

    def call(self, x):
        return ops.take(x, self.order, axis=-1), ops.zeros(ops.shape(x)[:1])

    def inverse(self, y):
        return ops.take(y, np.argsort(self.order), axis=-1)


class ActNorm(Bijector):
    """Scale and shift of each channel, normalised by data once, before training.

        y = (x − bias) · exp(log_scale),        log_det = positions · Σ_c log_scale_c

    Until `initialize` is called, it is the identity. `initialize` sets bias and log_scale so that
    the given batch is mapped to mean 0 and variance 1 per channel; from then on both are ordinary
    weights (Kingma and Dhariwal 2018, §3.1). `positions` is the number of pixels, 1 for vectors.
    """

    def build(self, input_shape):
        channels = input_shape[-1:]
        self.positions = int(np.prod(input_shape[1:-1]))
        self.bias = self.add_weight(shape=channels, initializer="zeros", name="bias")
        self.log_scale = self.add_weight(shape=channels, initializer="zeros", name="log_scale")
        # A weight, so that a loaded model is not initialised again when training continues.
        self.initialized = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="initialized"
        )

    def call(self, x):
        log_det = self.positions * ops.sum(self.log_scale)
        return (x - self.bias) * ops.exp(self.log_scale), ops.full(ops.shape(x)[:1], log_det)

    def inverse(self, y):
        return y * ops.exp(-self.log_scale) + self.bias

    def initialize(self, x):
        if not ops.any(self.initialized):
            mean, variance = ops.moments(x, axes=tuple(range(len(x.shape) - 1)))
            self.bias.assign(mean)
            # The constant keeps the scale of a constant channel finite.
            self.log_scale.assign(-0.5 * ops.log(variance + 1e-6))
            self.initialized.assign(1.0)
        return self(x)[0]


class InvertibleConvolution(Bijector):
    """A linear mix of the channels, the same at every position: an invertible 1×1 convolution.

        y = W x,        W = P L (U + diag(sign · exp(log_scale)))
        log_det = positions · Σ_c log_scale_c        (Kingma and Dhariwal 2018, §3.2, eq. 10-11)

    P is a fixed permutation, L lower triangular with ones on its diagonal, U strictly upper
    triangular, so that log |det W| is just a sum. W starts as a random orthogonal matrix. On
    vectors (B, D) the layer is an invertible linear map of all D entries. `positions` is the number
    of pixels, 1 for vectors.

    Args:
        seed: of the initial matrix.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.initializer = keras.initializers.Orthogonal(seed=seed)

    def build(self, input_shape):
        size = input_shape[-1]
        self.positions = int(np.prod(input_shape[1:-1]))
        rotation = ops.convert_to_numpy(self.initializer((size, size)))
        permutation, lower, upper = scipy.linalg.lu(rotation)
        diagonal = np.diag(upper)

        def weight(name, value, trainable=True):
            return self.add_weight(
                name=name,
                shape=value.shape,
                initializer=lambda shape, dtype=None: ops.convert_to_tensor(value, dtype=dtype),
                trainable=trainable,
            )

        self.permutation = weight("permutation", permutation, trainable=False)
        self.sign = weight("sign", np.sign(diagonal), trainable=False)
        self.lower = weight("lower", np.tril(lower, -1))
        self.upper = weight("upper", np.triu(upper, 1))
        self.log_scale = weight("log_scale", np.log(np.abs(diagonal)))

    def factors(self):
        """The triangular matrices L and U + diag(sign · exp(log_scale)), each (C, C)."""
        lower = ops.tril(self.lower, -1) + ops.eye(self.lower.shape[0])
        upper = ops.triu(self.upper, 1) + ops.diag(self.sign * ops.exp(self.log_scale))
        return lower, upper

    def call(self, x):
        lower, upper = self.factors()
        weights = ops.matmul(self.permutation, ops.matmul(lower, upper))
        log_det = self.positions * ops.sum(self.log_scale)
        return ops.matmul(x, ops.transpose(weights)), ops.full(ops.shape(x)[:1], log_det)

    def inverse(self, y):
        lower, upper = self.factors()
        columns = ops.transpose(ops.reshape(y, (-1, y.shape[-1])))  # (C, B·positions)
        columns = ops.matmul(ops.transpose(self.permutation), columns)
        columns = ops.solve_triangular(lower, columns, lower=True)
        columns = ops.solve_triangular(upper, columns)
        return ops.reshape(ops.transpose(columns), ops.shape(y))


def half_mask(shape: Sequence[int]) -> np.ndarray:
    """The first half of the last axis passes a coupling; where its size is odd, the larger part.

    Args:
        shape: of one example, at least two entries on the last axis.

    Returns:
        Booleans of that shape.

    Raises:
        ValueError: for fewer than two entries on the last axis.
    """
    size = shape[-1]
    if size < 2:
        raise ValueError(
            f"shape: a coupling needs at least 2 entries on the last axis, got {size} in "
            f"{tuple(shape)}; squeeze images first, or use checkerboard_mask"
        )
    return np.broadcast_to(np.arange(size) < (size + 1) // 2, shape)


def checkerboard_mask(shape: Sequence[int]) -> np.ndarray:
    """Every other pixel passes a coupling (Dinh et al. 2017, figure 3, left).

    Args:
        shape: of one image, (height, width, channels).

    Returns:
        Booleans of that shape.

    Raises:
        ValueError: for a shape that is not of three dimensions.
    """
    check_shape("shape", tuple(shape), ("H", "W", "C"))
    height, width, _ = shape
    return np.broadcast_to(
        (np.add.outer(np.arange(height), np.arange(width)) % 2 == 0)[..., None], shape
    )


def row_mask(shape: Sequence[int]) -> np.ndarray:
    """Every other row passes a coupling.

    Args:
        shape: of one image, (height, width, channels).

    Returns:
        Booleans of that shape.

    Raises:
        ValueError: for a shape that is not of three dimensions.
    """
    check_shape("shape", tuple(shape), ("H", "W", "C"))
    return np.broadcast_to((np.arange(shape[0]) % 2 == 0)[:, None, None], shape)


class AffineCoupling(Bijector):
    """Some entries pass unchanged; the others are shifted and scaled as a function of them.

        shift, log_scale = network(m ⊙ x), both set to 0 where m = 1
        y = (x + shift) ⊙ exp(log_scale),        log_det = Σ log_scale

    m is 1 where an entry passes. The inverse needs no inverse of the network, since m ⊙ y = m ⊙ x
    (Dinh et al. 2017, eq. 7-9, who scale before they shift; the order here is that of Glow's code).
    A tanh keeps log_scale within ±`limit`, so that training cannot make it explode.

    Args:
        network: (B, *shape) → the same shape with twice as many entries on the last axis: shift
            and unbounded log_scale.
        mask: booleans of the shape of one example; True passes.
        limit: the largest |log_scale|.

    Raises:
        ValueError: for a mask that is all True or all False; when it is built, for a mask whose
            shape is not that of one example.
    """

    def __init__(self, network: keras.Model, mask, limit: float = 2.0, **kwargs):
        super().__init__(**kwargs)
        mask = np.array(mask, bool)
        if mask.all() or not mask.any():
            raise ValueError("mask: expected some True and some False, got only one of them")
        self.network = network
        self.mask = mask
        self.limit = limit

    def build(self, input_shape):
        if tuple(input_shape[1:]) != self.mask.shape:
            raise ValueError(
                f"mask: its shape {self.mask.shape} is not that of one example, "
                f"{tuple(input_shape[1:])}"
            )

    def shift_and_log_scale(self, passing):
        """shift and log_scale for the passing entries m ⊙ x, both (B, …) and 0 where m = 1."""
        shift, raw = ops.split(self.network(passing), 2, axis=-1)
        moved = ops.cast(~self.mask, shift.dtype)
        return shift * moved, self.limit * ops.tanh(raw / self.limit) * moved

    def call(self, x):
        shift, log_scale = self.shift_and_log_scale(ops.where(self.mask, x, 0.0))
        return (x + shift) * ops.exp(log_scale), sum_per_example(log_scale)

    def inverse(self, y):
        shift, log_scale = self.shift_and_log_scale(ops.where(self.mask, y, 0.0))
        return y * ops.exp(-log_scale) - shift


class Split(Bijector):
    """Half of the channels are done; the other half goes through more bijectors.

        x = (x_a, x_b) by channels,        y = (x_a, bijector(x_b)), flattened

    This makes a flow multiscale: half of the variables are factored out early, and only the rest
    goes through the deeper layers (Dinh et al. 2017, §3.6, figure 4b).

    Args:
        bijector: for the second half.

    Raises:
        ValueError: when it is built for an odd number of channels.
    """

    def __init__(self, bijector: Bijector, **kwargs):
        super().__init__(**kwargs)
        self.bijector = bijector

    def build(self, input_shape):
        *positions, channels = input_shape[1:]
        if channels % 2:
            raise ValueError(f"input_shape: cannot halve {channels} channels; squeeze first")
        self.half_shape = (*positions, channels // 2)
        self.bijector.build((input_shape[0], *self.half_shape))
        self.inner_shape = self.bijector.compute_output_shape((None, *self.half_shape))[1:]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], int(np.prod(input_shape[1:])))

    def join(self, done, rest):
        """Both halves flattened and concatenated, (B, entries)."""
        size = int(np.prod(self.half_shape))
        return ops.concatenate([ops.reshape(done, (-1, size)), ops.reshape(rest, (-1, size))], -1)

    def call(self, x):
        done, rest = ops.split(x, 2, axis=-1)
        rest, log_det = self.bijector(rest)
        return self.join(done, rest), log_det

    def inverse(self, y):
        done, rest = ops.split(y, 2, axis=-1)
        rest = self.bijector.inverse(ops.reshape(rest, (-1, *self.inner_shape)))
        return ops.concatenate([ops.reshape(done, (-1, *self.half_shape)), rest], axis=-1)

    def initialize(self, x):
        done, rest = ops.split(x, 2, axis=-1)
        return self.join(done, self.bijector.initialize(rest))
