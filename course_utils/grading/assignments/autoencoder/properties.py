"""The hidden tests of the assignment `autoencoder`.

Correct values are computed in other ways than students compute them: losses in float64 with NumPy's
norm, SciPy's log_expit and its relative entropy, the Jacobian of a sigmoid encoder by hand.
Corrupted pixels are judged by whether each is dropped independently with the given probability.
"""

from course_utils.quiet import tf

import functools
from collections.abc import Callable

import numpy as np
from scipy import special, stats

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
    true_reconstruction,
    true_reconstruction_gradients,
)
from course_utils.grading.given import GivenFunction


def true_squared_error(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """‖x − y‖², (B,)."""
    return np.linalg.norm(x - y, axis=-1) ** 2


def true_squared_error_gradients(x: np.ndarray, y: np.ndarray) -> Arrays:
    return {"x": 2 * (x - y), "y": 2 * (y - x)}


def true_sparsity(codes: np.ndarray, target: float) -> float:
    """Σ_d KL(Bernoulli(target) ‖ Bernoulli(mean of unit d))."""
    means = codes.mean(axis=0)
    return sum(stats.entropy([target, 1 - target], [mean, 1 - mean]) for mean in means)


def true_sparsity_gradients(codes: np.ndarray, target: float) -> Arrays:
    means = codes.mean(axis=0)
    slope = (means - target) / (means * (1 - means)) / len(codes)
    return {"codes": np.broadcast_to(slope, codes.shape)}


def true_contraction(encoder: GivenFunction, x: np.ndarray) -> np.ndarray:
    """‖∂h/∂x‖²_F of a linear or sigmoid encoder, (B,)."""
    if encoder.kind == "linear":
        return np.full(len(x), np.sum(encoder.weights**2))
    h = special.expit(x @ encoder.weights[:-1] + encoder.weights[-1])
    return (h * (1 - h)) ** 2 @ np.sum(encoder.weights[:-1] ** 2, axis=0)


def true_contraction_gradients(encoder: GivenFunction, x: np.ndarray) -> Arrays:
    """Gradients with respect to the weights and to x, from central differences in float64."""
    arguments, step, gradients = {"encoder": encoder.weights, "x": x}, 1e-6, {}
    for name, value in arguments.items():
        gradients[name] = np.zeros_like(value)
        for index in np.ndindex(value.shape):
            ends = []
            for sign in (1, -1):
                moved = value.copy()
                moved[index] += sign * step
                weights, at = (arguments | {name: moved}).values()
                ends.append(np.sum(true_contraction(GivenFunction(encoder.kind, weights), at)))
            gradients[name][index] = (ends[0] - ends[1]) / (2 * step)
    return gradients


def pictures(examples: int, pixels: int, rng: np.random.Generator | None = None) -> Arrays:
    """Images, and what an autoencoder might make of them."""
    named = images(examples, pixels, rng)
    return {"x": named["x"], "y": special.expit(named["logits"])}


def codes(examples: int, units: int, target: float, rng=None) -> Arrays:
    rng = rng or np.random.default_rng([examples, units])
    return {"codes": special.expit(rng.normal(-1, 2, (examples, units))), "target": target}


def encoded(examples: int, pixels: int, units: int, kind: str, rng=None) -> Arrays:
    rng = rng or np.random.default_rng([examples, pixels, units])
    rows = pixels + (kind == "sigmoid")
    weights = rng.normal(0, 1.5 / np.sqrt(pixels), (rows, units))
    return {"encoder": GivenFunction(kind, weights), "x": rng.normal(0, 1, (examples, pixels))}


MSE_LOSS = (
    equals(
        "mse_loss",
        true_squared_error,
        {about: pictures(*size) for about, size in SIZES.items()},
        true_squared_error_gradients,
    ),
    treats_examples_alike("mse_loss", pictures(7, 6)),
    equals(
        "mse_loss",
        true_squared_error,
        {
            "pixels 1000 apart": {"x": np.full((2, 3), 500.0), "y": np.full((2, 3), -500.0)},
            "an image that is rebuilt exactly": {
                "x": np.full((2, 3), 0.7),
                "y": np.full((2, 3), 0.7),
            },
        },
        true_squared_error_gradients,
    ),
)

CROSS_ENTROPY_LOSS = (
    equals(
        "cross_entropy_loss",
        true_reconstruction,
        {about: images(*size) for about, size in SIZES.items()},
        true_reconstruction_gradients,
    ),
    treats_examples_alike("cross_entropy_loss", images(7, 6)),
    equals(
        "cross_entropy_loss",
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


def kept_of(function: Callable, x: np.ndarray, drop_rate: float) -> np.ndarray:
    """Which pixels were kept, once shape, dtype and the values of the kept pixels are right."""
    corrupted = np.asarray(function(tf.constant(x, "float32"), drop_rate))
    if corrupted.shape != x.shape:
        raise AssertionError(f"corrupt returns another shape than {x.shape}.")
    if corrupted.dtype != np.float32:
        raise AssertionError("corrupt does not return float32.")
    kept = corrupted != 0
    if not np.allclose(corrupted[kept], x[kept], rtol=1e-4):
        raise AssertionError("A pixel that corrupt does not set to 0 should stay as it is.")
    return kept


def drops_independently(function: Callable, rng: np.random.Generator | None = None) -> None:
    """Each pixel is dropped with the given probability, whatever its value and position.

    False alarms: the share of N draws and the correlations of N pairs exceed 7 standard errors less
    than once in 10¹¹ runs; the variance of the counts over 500 rows, which are nearly normal, has
    the standard error √(2/500) and does so once in 10⁹. There are 24 comparisons: together, less
    than once in 10⁸ runs.
    """
    rng = rng or np.random.default_rng(0)
    x = rng.uniform(0.1, 1, (500, 40)).astype("float32")
    for way, rate in ((function, 0.1), (function, 0.5), (function, 0.85), (traced(function), 0.4)):
        first, second = (kept_of(way, x, rate) for _ in range(2))
        if abs(first.mean() - (1 - rate)) > 7 * np.sqrt(rate * (1 - rate) / first.size):
            raise AssertionError(
                f"With the drop rate {rate:g} corrupt drops another share of the pixels."
            )
        pairs = {
            "from call to call": (first, second),
            "from example to example": (first[1:], first[:-1]),
            "from pixel to pixel": (first[:, 1:], first[:, :-1]),
            "of what the pixel is": (first, x),
        }
        for about, (a, b) in pairs.items():
            if abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > 7 / np.sqrt(a.size):
                raise AssertionError(f"What corrupt drops is not independent {about}.")
        spread = first.sum(axis=1).var() / (40 * rate * (1 - rate))
        if abs(spread - 1) > 7 * np.sqrt(2 / 500):
            raise AssertionError(
                "The number of pixels that corrupt drops from an image does not vary as it does "
                "when each pixel is drawn by itself."
            )


def keeps_everything_at_rate_0(function: Callable) -> None:
    """A drop rate of 0 changes nothing.

    False alarms: a uniform float32 is exactly 0 once in 2²³ draws, and a function that keeps only
    pixels whose draw lies above the drop rate then drops one. So each case has a second try:
    together, less than once in 10¹² runs.
    """
    for shape in ((1, 1), (1, 3), (3, 1)):
        x = np.full(shape, 0.6)
        for way in (function, traced(function)):
            if not any(kept_of(way, x, 0.0).all() for _ in range(2)):
                raise AssertionError("With the drop rate 0 corrupt should change nothing.")


def lets_gradients_through_what_is_kept(function: Callable) -> None:
    """∂ result / ∂x is 1 where a pixel is kept and 0 where it is dropped."""
    x = tf.random.uniform((6, 7), 0.1, 1.0)
    for way in (function, traced(function)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            corrupted = way(x, 0.4)
        gradient = tape.gradient(corrupted, x)
        if gradient is None:
            raise AssertionError("No gradient of corrupt reaches x.")
        if not np.allclose(gradient, np.asarray(corrupted) != 0, atol=1e-4):
            raise AssertionError(
                "The gradient of corrupt with respect to a pixel should be 1 where the pixel is "
                "kept and 0 elsewhere."
            )


CORRUPT = (
    drops_independently,
    keeps_everything_at_rate_0,
    lets_gradients_through_what_is_kept,
)

SPARSITY_PENALTY = (
    equals(
        "sparsity_penalty",
        true_sparsity,
        {
            "one example with one unit": codes(1, 1, 0.2),
            "7 examples with one unit": codes(7, 1, 0.5),
            "5 examples with 20 units": codes(5, 20, 0.05),
        },
        true_sparsity_gradients,
    ),
    equals(
        "sparsity_penalty",
        true_sparsity,
        {
            "units that reach the target": {"codes": np.full((3, 4), 0.3), "target": 0.3},
            "units that are nearly off": {"codes": np.full((3, 2), 1e-3), "target": 0.9},
            "units that are nearly on": {"codes": np.full((3, 2), 0.999), "target": 0.01},
        },
        rtol=1e-3,
    ),
)

CONTRACTIVE_PENALTY = (
    equals(
        "contractive_penalty",
        true_contraction,
        {
            "one image with one pixel and one unit": encoded(1, 1, 1, "sigmoid"),
            "5 images with 6 pixels and 4 units": encoded(5, 6, 4, "sigmoid"),
        },
        true_contraction_gradients,
    ),
    equals(
        "contractive_penalty",
        true_contraction,
        {
            "a linear encoder": encoded(3, 5, 2, "linear"),
            "an encoder whose units are all saturated": {
                "encoder": encoded(2, 3, 2, "sigmoid")["encoder"],
                "x": np.full((2, 3), 1e3),
            },
        },
    ),
    treats_examples_alike("contractive_penalty", encoded(6, 4, 3, "sigmoid")),
)


def fresh_corruption(rng: np.random.Generator) -> Property:
    """Newly drawn pixels are dropped independently."""
    return functools.partial(drops_independently, rng=rng)


FRESH_CORRUPT = fresh_corruption
FRESH_MSE_LOSS = fresh_values("mse_loss", true_squared_error, lambda rng: pictures(6, 9, rng))
FRESH_CROSS_ENTROPY_LOSS = fresh_values(
    "cross_entropy_loss", true_reconstruction, lambda rng: images(6, 9, rng)
)
FRESH_SPARSITY_PENALTY = fresh_values(
    "sparsity_penalty", true_sparsity, lambda rng: codes(6, 5, rng.uniform(0.05, 0.5), rng)
)
FRESH_CONTRACTIVE_PENALTY = fresh_values(
    "contractive_penalty", true_contraction, lambda rng: encoded(6, 5, 3, "sigmoid", rng)
)
