"""The hidden tests of the assignment `vae`.

Correct values are computed in other ways than students compute them: the divergence and the
cross-entropy as `elbo` describes. A sample is judged by whether its noise is standard normal.
"""

from course_utils.quiet import tf

import functools
from collections.abc import Callable

import numpy as np

from course_utils.grading.assignments import noise
from course_utils.grading.assignments.common import (
    Arrays,
    Property,
    equals,
    fresh_values,
    traced,
    treats_examples_alike,
)
from course_utils.grading.assignments.elbo import (
    SIZES,
    images,
    latent,
    true_kl,
    true_kl_gradients,
    true_reconstruction,
    true_reconstruction_gradients,
)


def true_loss(x, logits, mu, sigma) -> np.ndarray:
    return np.mean(true_reconstruction(x, logits) + true_kl(mu, sigma))


def true_loss_gradients(x, logits, mu, sigma) -> Arrays:
    by_argument = true_reconstruction_gradients(x, logits) | true_kl_gradients(mu, sigma)
    return {name: gradient / len(x) for name, gradient in by_argument.items()}


def noise_of(function: Callable, mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """ε = (z − mu) / sigma in float64, once z has the right shape and dtype and is finite."""
    z = np.asarray(function(tf.constant(mu, "float32"), tf.constant(sigma, "float32")))
    if z.shape != mu.shape:
        raise AssertionError(f"reparameterize returns another shape than {mu.shape}.")
    if z.dtype != np.float32:
        raise AssertionError("reparameterize does not return float32.")
    if not np.isfinite(z).all():
        raise AssertionError("reparameterize returns values that are not finite.")
    return (z.astype("float64") - mu) / sigma


# Not one long axis, for the sake of students who loop over examples or dimensions.
EXAMPLES, DIMENSIONS = 100, 500
CALLS, FEW_CALLS = 8, 2


def has_standard_normal_noise(
    function: Callable, rng: np.random.Generator | None = None, calls: int = CALLS
) -> None:
    """ε is standard normal whatever mu and sigma are, and independent between entries and calls.

    False alarms: the comparisons of `noise` fail less than once in 10⁸ runs for each of the two
    ways of calling. There are eight correlations. That of N independent pairs has the standard
    error 1/√N and exceeds 7 of them about once in 10¹¹ runs; that of ε² and sigma, which is skewed,
    less than once in 10⁸. Together, less than once in 10⁷ runs.
    """
    inputs = latent(EXAMPLES, DIMENSIONS, rng)
    inputs = {key: value.astype("float32") for key, value in inputs.items()}
    for way, count in ((function, calls), (traced(function), FEW_CALLS)):
        draws = np.stack([noise_of(way, **inputs) for _ in range(count)])
        if noise.not_standard_normal(draws):
            raise AssertionError(
                "(z − mu) / sigma of many samples of reparameterize is not standard normal."
            )
        first = draws[0]
        pairs = {
            "from example to example": (first[1:], first[:-1]),
            "from entry to entry": (first[:, 1:], first[:, :-1]),
            "of mu": (first, inputs["mu"]),
            "of sigma": (first**2, inputs["sigma"]),
        }
        for about, (a, b) in pairs.items():
            if abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > 7 / np.sqrt(a.size):
                raise AssertionError(f"The noise of reparameterize is not independent {about}.")
        if noise.dependent(draws):
            raise AssertionError(
                "The noise of reparameterize is not independent from entry to entry or from call "
                "to call."
            )


def works_for_any_size(function: Callable) -> None:
    """Right shapes, and new noise at each call, for small batches and extreme scales.

    False alarms: four float32 normals are all equal about once in 10²⁰ cases.
    """
    for shape in ((1, 1), (1, 5), (7, 1), (7, 3)):
        for sigma in (1e-3, 1.0, 1e3):
            draws = [noise_of(function, np.zeros(shape), np.full(shape, sigma)) for _ in range(4)]
            if all(np.array_equal(draws[0], draw) for draw in draws):
                raise AssertionError("reparameterize gives the same sample at each call.")


def is_differentiable(function: Callable) -> None:
    """∂z/∂mu = 1 and ∂z/∂sigma = ε, entry by entry."""
    mu, sigma = (tf.constant(value, "float32") for value in latent(7, 3).values())
    for way in (function, traced(function)):
        with tf.GradientTape() as tape:
            tape.watch([mu, sigma])
            z = way(mu, sigma)
            total = tf.reduce_sum(z)
        expected = {"mu": tf.ones_like(mu), "sigma": (z - mu) / sigma}
        for gradient, (name, value) in zip(
            tape.gradient(total, [mu, sigma]), expected.items(), strict=True
        ):
            if gradient is None:
                raise AssertionError(f"No gradient of reparameterize reaches {name}.")
            if not np.allclose(tf.convert_to_tensor(gradient), value, rtol=1e-3, atol=1e-4):
                raise AssertionError(
                    f"The gradient of reparameterize with respect to {name} is wrong."
                )


def is_a_mean_over_the_batch(function: Callable) -> None:
    """A batch that contains each example twice has the same loss."""
    once = [tf.constant(value, "float32") for value in (images(5, 8) | latent(5, 2)).values()]
    twice = [tf.concat([value, value[::-1]], axis=0) for value in once]
    if not np.allclose(function(*once), function(*twice), rtol=1e-4):
        raise AssertionError("The loss of a batch given twice over is not the loss of the batch.")


REPARAMETERIZE = (has_standard_normal_noise, works_for_any_size, is_differentiable)

KL_DIVERGENCE = (
    equals(
        "kl_divergence",
        true_kl,
        {about: latent(*size) for about, size in SIZES.items()},
        true_kl_gradients,
    ),
    treats_examples_alike("kl_divergence", latent(7, 3)),
    equals(
        "kl_divergence",
        true_kl,
        {
            "mu 0 and sigma 1": {"mu": np.zeros((3, 2)), "sigma": np.ones((3, 2))},
            "mu 50 standard deviations out": {
                "mu": np.array([[50.0], [-50.0], [0.5]]),
                "sigma": np.array([[1.0], [1.0], [0.01]]),
            },
            "sigma 1000": {"mu": np.zeros((2, 3)), "sigma": np.full((2, 3), 1000.0)},
        },
    ),
    equals(
        "kl_divergence",
        true_kl,
        {"sigma 0.001": {"mu": np.ones((2, 3)), "sigma": np.full((2, 3), 0.001)}},
        # Wide enough for the 1e-8 that cautious students add inside a logarithm.
        rtol=2e-3,
    ),
)

RECONSTRUCTION_LOSS = (
    equals(
        "reconstruction_loss",
        true_reconstruction,
        {about: images(*size) for about, size in SIZES.items()},
        true_reconstruction_gradients,
    ),
    treats_examples_alike("reconstruction_loss", images(7, 6)),
    equals(
        "reconstruction_loss",
        true_reconstruction,
        {
            "logits of ±1000": {
                "x": np.array([[0, 1, 0, 1, 0.5], [1, 1, 1, 0.25, 1]]),
                "logits": np.array([[1e3, 1e3, -1e3, -1e3, 1e3], [-1e3] * 4 + [5]]),
            },
            "logits of ±50": {
                "x": np.array([[0, 1, 0, 1.0]]),
                "logits": np.array([[50, 50, -50, -50.0]]),
            },
        },
        true_reconstruction_gradients,
    ),
)

VAE_LOSS = (
    equals(
        "vae_loss",
        true_loss,
        {
            "one example with one pixel and one latent dimension": images(1, 1) | latent(1, 1),
            "7 examples with 64 pixels and 5 latent dimensions": images(7, 64) | latent(7, 5),
        },
        true_loss_gradients,
    ),
    is_a_mean_over_the_batch,
    equals(
        "vae_loss",
        true_loss,
        {
            "logits of ±1000 and mu 50 standard deviations out": {
                "x": np.array([[0.0, 1], [1, 0]]),
                "logits": np.array([[1e3, 2], [-1e3, -1e3]]),
                "mu": np.array([[50.0], [-1]]),
                "sigma": np.array([[1.0], [0.02]]),
            }
        },
    ),
)


def fresh_noise(rng: np.random.Generator) -> Property:
    """The noise is standard normal for newly drawn mu and sigma."""
    return functools.partial(has_standard_normal_noise, rng=rng, calls=FEW_CALLS)


FRESH_REPARAMETERIZE = fresh_noise
FRESH_KL_DIVERGENCE = fresh_values("kl_divergence", true_kl, lambda rng: latent(6, 4, rng))
FRESH_RECONSTRUCTION_LOSS = fresh_values(
    "reconstruction_loss", true_reconstruction, lambda rng: images(6, 9, rng)
)
FRESH_VAE_LOSS = fresh_values(
    "vae_loss", true_loss, lambda rng: images(6, 9, rng) | latent(6, 4, rng)
)
