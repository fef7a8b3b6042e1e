"""Flow matching: straight paths from noise to data, and the velocity along them.

Lipman, Chen, Ben-Hamu, Nickel and Le, *Flow Matching for Generative Modeling*, 2023; the same idea
as rectified flow: Liu, Gong and Liu, *Flow Straight and Fast*, 2023.

    path         z_t = (1 − t) x + t ε,   ε ~ N(0, I),   t from 0 (data) to 1 (noise)
    velocity     dz/dt = ε − x
    objective    E ‖u(z_t, t) − (ε − x)‖² over x, t and ε
    samples      solve dz/dt = u(z, t) from z ~ N(0, I) at t = 1 back to t = 0
    density      log p(x) = log N(z₁; 0, I) + ∫₀¹ div u(z_t, t) dt along the solution through x

Time has the direction of `course_utils.models.diffusion`, of which this is a variant with another
path; in Lipman et al. it has the opposite one.
"""

import course_utils.quiet

import math
from collections.abc import Iterator, Sequence

import keras
import tensorflow as tf
from keras import ops

from course_utils.losses import normal_log_prob
from course_utils.models.diffusion import Coefficients, Diffusion, Moment, dense_denoiser, last
from course_utils.validation import check_array, check_count

METHODS = ("euler", "heun")


class FlowMatching(Diffusion):
    """A network that learns the mean velocity of straight paths, and a solver that follows it.

    At the minimum of the objective, u(z, t) is the mean of ε − x over all pairs (x, ε) whose path
    passes through z at time t. The straight paths cross, but the solutions of dz/dt = u do not. So
    they map the normal distribution to that of the data, as a normalizing flow does, but without an
    architecture that is invertible by construction.

    Args and Raises are those of `Diffusion`.
    """

    def coefficients(self, t) -> Coefficients:
        t = ops.convert_to_tensor(t, keras.config.floatx())
        return Coefficients(1 - t, t, -ops.ones_like(t), ops.ones_like(t))

    def step(self, z, t, s, method: str):
        """From z_t to z_s along the velocity: Euler's step, or Heun's of second order.

            Euler   z_s = z + (s − t) u(z, t)
            Heun    z_s = z + (s − t) ½ (u(z, t) + u(Euler's z_s, s))

        The last step, to s = 0, is always Euler's and leads to x̂ (Karras et al. 2022, algorithm 1),
        because the velocity of a model with bounds is undefined at s = 0.

        Args:
            z: z_t, (B, *example), in the model's scale.
            t, s: times, scalars.
            method: "euler" or "heun".

        Returns:
            (z_s, x̂), each (B, *example).
        """
        times = ops.full((ops.shape(z)[0],), t)
        start = mean = self.velocity(z, times)
        if method == "heun":
            mean = ops.cond(
                s > 0,
                lambda: (start + self.velocity(z + (s - t) * start, ops.full_like(times, s))) / 2,
                lambda: start,
            )
        return z + (s - t) * mean, self.clean(z, start, times)

    def denoise(self, z, steps: int, method: str = "heun") -> Iterator[Moment]:
        """As `Diffusion.denoise`, by the solver `method`: "euler" or "heun".

        Raises:
            ValueError: for z of another shape, a number of steps below 1, or another method.
        """
        if method not in METHODS:
            raise ValueError(f"method: expected one of {', '.join(METHODS)}; got {method!r}")
        return self._walk(z, steps, method)

    def sample(self, count: int, steps: int = 50, method: str = "heun"):
        """`count` examples, (count, *example), each from its own noise.

        Args:
            count: how many.
            steps, method: as for `denoise`.

        Raises:
            ValueError: for numbers out of range, or another method.
        """
        return last(self.denoise(self.latent_noise(count), steps, method)).x

    def log_prob(self, x, steps: int = 50):
        """Log-density of each example, (B,), in nats, for x (B, *example).

            d/dt log p(z_t) = −div u(z_t, t)        (Chen et al., Neural ODEs, 2018, theorem 1)

        The equation is solved by Heun's method from the data to the noise. The divergence is exact
        and takes one backward pass for each dimension, so use this in few dimensions only. The
        remaining error is the solver's; compare with twice as many steps to estimate it.

        Args:
            x: (B, *example).
            steps: of the solver.

        Raises:
            ValueError: for x of another shape or not finite, a number of steps below 1, or a model
                with bounds: data that lie on a bound, as black pixels do, have no density.
        """
        if self.bounds is not None:
            raise ValueError(
                f"log_prob: expected a model without bounds, got bounds={self.bounds}: data that "
                "lie on a bound, as black pixels do, have no density"
            )
        x = check_array("x", x, ("B", *self.shape))
        steps = check_count("steps", steps)
        z = ops.convert_to_tensor(x, keras.config.floatx())
        z, integral = self._integrate(z, tf.constant(1 / steps), tf.constant(steps))
        return normal_log_prob(ops.reshape(z, (len(x), -1))) + integral

    @tf.function(autograph=False)
    def _integrate(self, z, size, steps):
        """z at t = 1, (B, *example), and ∫ div u dt, (B,), from z at t = 0."""

        def one_step(i, z, integral):
            t = ops.cast(i, keras.config.floatx()) * size
            start, start_divergence = self._with_divergence(z, t)
            end, end_divergence = self._with_divergence(z + size * start, t + size)
            z = z + size * (start + end) / 2
            return i + 1, z, integral + size * (start_divergence + end_divergence) / 2

        state = (tf.constant(0), z, ops.zeros(ops.shape(z)[:1]))
        _, z, integral = tf.while_loop(lambda i, *_: i < steps, one_step, state)
        return z, integral

    def _with_divergence(self, z, t):
        """u, (B, *example), and div u = Σᵢ ∂uᵢ/∂zᵢ, (B,), at z and a single time t."""
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(z)
            u = self.velocity(z, ops.full((ops.shape(z)[0],), t))
            parts = tf.unstack(ops.reshape(u, (-1, math.prod(self.shape))), axis=-1)
        slopes = (
            ops.reshape(tape.gradient(part, z), (-1, len(parts)))[:, i]
            for i, part in enumerate(parts)
        )
        return u, sum(slopes)


def dense_flow_matching(shape: Sequence[int], *, width: int = 256, blocks: int = 3) -> FlowMatching:
    """Flow matching with a fully connected network; arguments as for `dense_diffusion`."""
    network = dense_denoiser(math.prod(shape), width=width, blocks=blocks)
    return FlowMatching(network, shape, bounds=(0, 1), time_density="logit_normal")


def point_flow_matching(dimensions: int = 2, *, width: int = 128, blocks: int = 3) -> FlowMatching:
    """Flow matching for points of about unit variance; arguments as for `point_diffusion`."""
    network = dense_denoiser(dimensions, width=width, blocks=blocks, fourier_features=64)
    return FlowMatching(network, (dimensions,))
