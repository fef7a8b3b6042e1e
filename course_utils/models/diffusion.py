"""Diffusion: learn to remove noise, then start from pure noise.

Ho, Jain and Abbeel, *Denoising Diffusion Probabilistic Models*, 2020; in continuous time, Kingma,
Salimans, Poole and Ho, *Variational Diffusion Models*, 2021.

    noising      z_t = α(t) x + σ(t) ε,   ε ~ N(0, I),   t from 0 (data) to 1 (noise)
    schedule     α = cos φ,  σ = sin φ,  φ = π t / 2          (Nichol and Dhariwal, 2021, eq. 17
                                                              with s = 0)
    prediction   v = dz/dφ = cos φ ε − sin φ x                (Salimans and Ho, 2022, section 4)
    objective    E ‖v(z_t, t) − v‖² over x, t and ε

From v and z follow a clean example, the noise and the score:

    x̂ = cos φ z − sin φ v,      ε̂ = sin φ z + cos φ v,      ∇ log p(z_t) = −ε̂ / σ

At the minimum of the objective, x̂ is the posterior mean E[x | z_t]. A sample is drawn in many small
steps, each a little way towards the current x̂.

The network need not learn what can be computed. If the data were normal with mean m and covariance
U diag(s²) Uᵀ, the best v would be linear in z. So the model adds this v. The network is given z
along the axes U, scaled to unit variance, and learns the rest, also scaled to unit variance (after
Karras, Aittala, Aila and Laine, *Elucidating the Design Space of Diffusion-Based Generative
Models*, 2022, section 5, who use one variance for all axes):

    y = Uᵀ (z − α m),      d = α² s² + σ²
    v = α' m + U [ (α' α s² + σ' σ) y / d  +  s / √d · network(y / √d, t) ]

Pixels are far from normal: most of them are black or white. A network that predicts v must predict
the noise in every pixel, which has no information about the image, and its errors show as grey. So
if the data have bounds, the network predicts x̂ itself, by one logit per pixel (Li and He, *Back to
Basics: Let Denoising Generative Models Denoise*, 2025, who predict x̂ without a bound; the logit is
the course's own), and v follows:

    x̂ = sigmoid(network(y / √d, t))          objective    E CE(x, x̂)
    v = (σ' z − (2 x̂ − 1)) / σ

Here x and x̂ lie in [0, 1], and 2 x − 1 is noised. The cross-entropy CE, like the squared error, is
smallest at the mean of x given z.
"""

import course_utils.quiet

import collections
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from keras.config import floatx

from course_utils.losses import bernoulli_cross_entropy, squared_error
from course_utils.networks import FourierFeatures
from course_utils.training import InMemoryModel
from course_utils.validation import (
    check_array,
    check_count,
    check_number,
    check_pixels,
    check_shape,
)

TIME_DENSITIES = ("uniform", "logit_normal")
LEAST_SPREAD = 0.01  # of the scaled data along an axis, since a pixel may be black in every image
LEAST_NOISE = 1e-6  # to divide by; far below the noise level before the last step of sampling


class Coefficients(NamedTuple):
    """The coefficients of a path z = signal · x + noise · ε at one time, and their derivatives.

    On every path here signal · noise_rate − signal_rate · noise = 1, so that solving position and
    velocity for x and ε needs no division. The derivatives are with respect to φ on the cosine path
    of `Diffusion`, and to t on the straight one of `FlowMatching`.
    """

    signal: keras.KerasTensor
    noise: keras.KerasTensor
    signal_rate: keras.KerasTensor
    noise_rate: keras.KerasTensor


class DiffusionOutput(NamedTuple):
    """The result of one pass through the network, at newly drawn times."""

    guess: keras.KerasTensor  # (B, *example): v or, for data with bounds, the logits of x̂
    target: keras.KerasTensor  # (B, *example): v or, for data with bounds, x between 0 and 1


class Moment(NamedTuple):
    """One moment on the way from noise to data."""

    t: float
    z: keras.KerasTensor  # (B, *example), noisy as at time t
    x: keras.KerasTensor  # (B, *example), x̂, the clean example predicted from z


class Diffusion(InMemoryModel):
    """A network that is given noised examples and predicts v, or x̂ if the data have bounds.

    Args:
        network: [y / √d (B, P), t (B,)] → (B, P), where P is the number of entries of one example;
            see the top of this file.
        shape: of one example.
        time_density: how training times are drawn: "uniform" on [0, 1), or "logit_normal", which is
            1 / (1 + e^−n) for a standard normal n. The latter draws most times in the middle, where
            it is decided what an image shows (Esser et al., *Scaling Rectified Flow Transformers*,
            2024, section 3.1).
        bounds: lowest and highest value of the data, such as (0, 1) for pixels; every x̂ lies
            between them. Inside the model they become −1 and 1. None for unbounded data, which
            should be scaled to about unit variance.

    Raises:
        ValueError: for a network that does not fit the shape, an unknown density, or bounds that
            are not finite and in order.
    """

    def __init__(
        self,
        network: keras.Model,
        shape: Sequence[int],
        *,
        bounds: tuple[float, float] | None = None,
        time_density: str = "uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if time_density not in TIME_DENSITIES:
            known = ", ".join(TIME_DENSITIES)
            raise ValueError(f"time_density: expected one of {known}; got {time_density!r}")
        size = math.prod(shape)
        check_shape("network's input", network.input_shape[0], (None, size))
        check_shape("network's output", network.output_shape, (None, size))
        if bounds is not None and not -np.inf < bounds[0] < bounds[1] < np.inf:
            raise ValueError(f"bounds: expected (lowest, highest), got {bounds!r}")
        self.network = network
        self.shape = tuple(shape)
        self.bounds = bounds
        self.time_density = time_density
        self.mean, self.axes, self.spread = (
            self.add_weight(shape=size, initializer=initializer, trainable=False, name=name)
            for name, size, initializer in (
                ("mean", (size,), "zeros"),
                ("axes", (size, size), "identity"),
                ("spread", (size,), "ones"),
            )
        )
        self.noise = keras.random.SeedGenerator()
        self._compiled_step = tf.function(self.step, autograph=False)

    # --------------------------------------------------------------------------- the path

    def coefficients(self, t) -> Coefficients:
        """The coefficients of the path at times t in [0, 1] of any shape, each of that shape."""
        phi = ops.convert_to_tensor(t, keras.config.floatx()) * (math.pi / 2)
        cos, sin = ops.cos(phi), ops.sin(phi)
        return Coefficients(cos, sin, -sin, cos)

    def _at(self, t) -> Coefficients:
        """The coefficients at times (B,), shaped to multiply examples."""
        shape = (-1, *(1 for _ in self.shape))
        return Coefficients(*(ops.reshape(c, shape) for c in self.coefficients(t)))

    def noised(self, x, epsilon, t):
        """z_t = α(t) x + σ(t) ε, for scaled examples and noise (B, *example), and t (B,)."""
        path = self._at(t)
        return path.signal * x + path.noise * epsilon

    def guess(self, z, t, training=False):
        """The model's prediction, (B, *example): v or, with bounds, the logits of x̂."""
        path = Coefficients(*(c[:, None] for c in self.coefficients(t)))
        y = ops.matmul(
            ops.reshape(z, (-1, math.prod(self.shape))) - path.signal * self.mean, self.axes
        )
        variance = path.signal**2 * self.spread**2 + path.noise**2
        guess = self.network([y / ops.sqrt(variance), t], training=training)
        if self.bounds is None:
            gain = path.signal_rate * path.signal * self.spread**2 + path.noise_rate * path.noise
            along = gain * y / variance + self.spread / ops.sqrt(variance) * guess
            guess = path.signal_rate * self.mean + ops.matmul(along, ops.transpose(self.axes))
        return ops.reshape(guess, ops.shape(z))

    def velocity(self, z, t, training=False):
        """The velocity v of the model, (B, *example), at z (B, *example) and t (B,)."""
        z, t = (ops.convert_to_tensor(value, keras.config.floatx()) for value in (z, t))
        guess = self.guess(z, t, training)
        if self.bounds is None:
            return guess
        path = self._at(t)
        x = 2 * ops.sigmoid(guess) - 1
        return (path.noise_rate * z - x) / ops.maximum(path.noise, LEAST_NOISE)

    def clean(self, z, velocity, t):
        """x̂, the clean example in the model's scale that z and a velocity imply, (B, *example)."""
        path = self._at(t)
        x = path.noise_rate * z - path.noise * velocity
        return x if self.bounds is None else ops.clip(x, -1, 1)

    def score(self, z, t):
        """∇ log p(z_t), (B, *example), for z (B, *example) and t (B,) in (0, 1].

        It is −E[ε | z_t] / σ: the direction of more probable z is opposite to the noise (Vincent,
        2011, eq. 9). z is in the model's scale, where data with bounds lie in [−1, 1].

        Raises:
            ValueError: for another shape, NaN, or times outside (0, 1]; at t = 0 there is no noise
                to divide by.
        """
        z = check_array("z", z, ("B", *self.shape)).astype(keras.config.floatx())
        t = check_array("t", t, (len(z),), high=1).astype(keras.config.floatx())
        if t.min() <= 0:
            raise ValueError(f"t: expected values in (0, 1], got {t.min():g}")
        path, velocity = self._at(t), self.velocity(z, t)
        return -(path.signal * velocity - path.signal_rate * z) / path.noise

    # --------------------------------------------------------------------------- training

    def adapt(self, x):
        """Compute and keep mean and covariance of examples (N, *example); `fit` calls this.

        Raises:
            ValueError: for examples of another shape or out of bounds, NaN, or fewer than two
                examples.
        """
        if self.bounds is not None:
            check_pixels("x", x, *self.bounds)
        x = check_array("x", x, ("N", *self.shape)).astype("float64")
        if len(x) < 2:
            raise ValueError("x: expected at least two examples, got one")
        x = np.asarray(self._scaled(x)).reshape(len(x), -1)
        variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(x, rowvar=False)))
        self.mean.assign(x.mean(axis=0))
        self.axes.assign(axes)
        self.spread.assign(np.sqrt(np.maximum(variances, LEAST_SPREAD**2)))

    def is_adapted(self) -> bool:
        """Whether mean and covariance are not those of a new model, 0 and the identity."""
        return bool(np.any(self.mean) or np.any(ops.not_equal(self.spread, 1)))

    def call(self, x, training=None):
        x = self._scaled(x)
        t = self._times(ops.shape(x)[0])
        epsilon = keras.random.normal(ops.shape(x), seed=self.noise)
        guess = self.guess(self.noised(x, epsilon, t), t, training)
        if self.bounds is not None:
            return DiffusionOutput(guess, (x + 1) / 2)
        path = self._at(t)
        return DiffusionOutput(guess, path.signal_rate * x + path.noise_rate * epsilon)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        error = squared_error if self.bounds is None else bernoulli_cross_entropy
        return ops.mean(error(y_pred.target, y_pred.guess))

    def _times(self, count):
        """`count` times, evenly spread over their density (Kingma et al. 2021, appendix I.1)."""
        start = keras.random.uniform((), seed=self.noise)
        share = (
            start
            + ops.arange(count, dtype=keras.config.floatx())
            / ops.cast(count, keras.config.floatx())
        ) % 1.0
        if self.time_density == "uniform":
            return share
        return ops.sigmoid(math.sqrt(2) * ops.erfinv(ops.clip(2 * share - 1, -0.9999, 0.9999)))

    def _scaled(self, x):
        if self.bounds is None:
            return x
        low, high = self.bounds
        return (x - low) * (2 / (high - low)) - 1

    def _unscaled(self, x):
        if self.bounds is None:
            return x
        low, high = self.bounds
        return low + (ops.clip(x, -1, 1) + 1) * ((high - low) / 2)

    # --------------------------------------------------------------------------- samples

    def step(self, z, t, s, stochasticity: float):
        """From z_t to z_s, s < t: x̂ and ε̂ are mixed as at time s, with part of ε̂ drawn anew.

            z_s = α_s x̂ + √(σ_s² − τ²) ε̂ + τ ε,      τ = η (σ_s / σ_t) √(σ_t² − (α_t / α_s)² σ_s²)

        η = 0 is DDIM, which is deterministic; η = 1 is the ancestral sampler of Ho et al., which
        draws from the posterior q(z_s | z_t, x = x̂) (Song, Meng and Ermon, 2021, eqs. 12 and 16).

        Args:
            z: z_t, (B, *example), in the model's scale.
            t, s: times, scalars.
            stochasticity: η in [0, 1].

        Returns:
            (z_s, x̂), each (B, *example).
        """
        times = ops.full((ops.shape(z)[0],), t)
        now, then = self._at(times), self._at(ops.full_like(times, s))
        x = self.clean(z, self.velocity(z, times), times)
        # From x̂, not from v, so that ε̂ is consistent with the clipped x̂.
        epsilon = (z - now.signal * x) / now.noise
        forgotten = now.noise**2 - (now.signal / then.signal * then.noise) ** 2
        tau = stochasticity * then.noise / now.noise * ops.sqrt(ops.maximum(forgotten, 0))
        kept = ops.sqrt(ops.maximum(then.noise**2 - tau**2, 0))
        z = then.signal * x + kept * epsilon
        if stochasticity:
            z = z + tau * keras.random.normal(ops.shape(z), seed=self.noise)
        return z, x

    def denoise(self, z, steps: int, stochasticity: float = 0.0) -> Iterator[Moment]:
        """From noise at t = 1 to data at t = 0 in equal steps of time, moment by moment.

        Args:
            z: (B, *example), drawn from N(0, I).
            steps: how many.
            stochasticity: η in [0, 1]; see `step`.

        Returns:
            An iterator over `steps` + 1 moments, t = 1 first, t = 0 last. Their x and z are in the
            range of the data; with `bounds`, z is clipped to it.

        Raises:
            ValueError: for z of another shape, or numbers out of range.
        """
        return self._walk(z, steps, check_number("stochasticity", stochasticity, low=0, high=1))

    def _walk(self, z, steps, how) -> Iterator[Moment]:
        """The moments of `steps` calls of `step` with its last argument `how`."""
        z = ops.convert_to_tensor(check_array("z", z, ("B", *self.shape)), keras.config.floatx())
        times = np.linspace(1, 0, check_count("steps", steps) + 1, dtype=keras.config.floatx())

        def moments(z):
            for t, s in itertools.pairwise(times):
                next_z, x = self._compiled_step(z, tf.constant(t), tf.constant(s), how)
                yield Moment(float(t), self._unscaled(z), self._unscaled(x))
                z = next_z
            yield Moment(0.0, self._unscaled(z), self._unscaled(z))

        return moments(z)

    def latent_noise(self, count: int):
        """z ~ N(0, I), (count, *example).

        Raises:
            ValueError: for anything but a whole number of at least 1.
        """
        return keras.random.normal((check_count("count", count), *self.shape), seed=self.noise)

    def sample(self, count: int, steps: int = 50, stochasticity: float = 0.0):
        """`count` examples, (count, *example), each from its own noise.

        Args:
            count: how many.
            steps, stochasticity: as for `denoise`.

        Raises:
            ValueError: for numbers out of range.
        """
        return last(self.denoise(self.latent_noise(count), steps, stochasticity)).x


def last(moments: Iterator[Moment]) -> Moment:
    """The last of the moments: the data."""
    return collections.deque(moments, maxlen=1).pop()


def dense_denoiser(
    size: int,
    *,
    width: int = 256,
    blocks: int = 3,
    fourier_features: int = 0,
    activation: str = "gelu",
) -> keras.Model:
    """Fully connected residual network from a noised vector and its time to a vector of its size.

    Each block adds W₂ gelu(W₁ h + U e(t)) to its input h, where e(t) is the embedded time. It has
    no normalisation layers, so its input should have unit variance.

    Args:
        size: P, of the vector.
        width: of h.
        blocks: how many.
        fourier_features: the number of frequencies of the vector's Fourier features; see
            `FourierFeatures`. Points in the plane need them, images do not.
        activation: of the hidden layers.

    Returns:
        A Functional model: [z (B, P), t (B,)] → (B, P). Its output is 0 before training.
    """
    z, t = keras.Input((size,)), keras.Input(())
    time = FourierFeatures(16, scale=6.0)(layers.Reshape((1,))(t))
    time = layers.Dense(32, activation=activation)(time)
    h = FourierFeatures(fourier_features, scale=2.0)(z) if fourier_features else z
    h = layers.Dense(width)(h)
    for _ in range(blocks):
        hidden = layers.Dense(width, use_bias=False)(h) + layers.Dense(width)(time)
        h = h + layers.Dense(width)(layers.Activation(activation)(hidden))
    output = layers.Dense(size, kernel_initializer="zeros", dtype=floatx())(h)
    return keras.Model([z, t], output, name="denoiser")


def dense_diffusion(shape: Sequence[int], *, width: int = 256, blocks: int = 3) -> Diffusion:
    """A diffusion model of a fully connected network, for images as small as the digits.

    Args:
        shape: shape of one image with values in [0, 1], such as (8, 8, 1).
        width, blocks: of the network; see `dense_denoiser`.
    """
    network = dense_denoiser(math.prod(shape), width=width, blocks=blocks)
    return Diffusion(network, shape, bounds=(0, 1), time_density="logit_normal")


def point_diffusion(dimensions: int = 2, *, width: int = 128, blocks: int = 3) -> Diffusion:
    """A diffusion model of points in the plane, or in a few more dimensions, of unit variance.

    Args:
        dimensions: of the space in which the points lie.
        width, blocks: of the network; see `dense_denoiser`.
    """
    network = dense_denoiser(dimensions, width=width, blocks=blocks, fourier_features=64)
    return Diffusion(network, (dimensions,))
