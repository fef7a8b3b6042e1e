"""The hidden tests of the assignment `flow`.

Correct values are computed in other ways than students compute them: couplings by NumPy in float64,
the density by SciPy. Besides, log_det is compared with the Jacobian that TensorFlow finds by
differentiating the student's own y, and the density has to integrate to 1.
"""

from course_utils.quiet import tf

import functools
from collections.abc import Callable

import numpy as np
from scipy import stats

from course_utils.grading.assignments.common import (
    Arrays,
    as_tensor,
    equals,
    fresh_values,
    traced,
    treats_examples_alike,
)
from course_utils.grading.given import GivenFunction

BOTH = ("y", "log_det")


def scales_and_shifts(first: np.ndarray, scale_shift: GivenFunction) -> list[np.ndarray]:
    return np.split(first @ scale_shift.weights[:-1] + scale_shift.weights[-1], 2, axis=1)


def true_forward(x: np.ndarray, scale_shift: GivenFunction) -> tuple[np.ndarray, np.ndarray]:
    half = x.shape[1] // 2
    s, t = scales_and_shifts(x[:, :half], scale_shift)
    y = x.copy()
    y[:, half:] *= np.exp(s)
    y[:, half:] += t
    return y, s.sum(axis=1)


def true_inverse(y: np.ndarray, scale_shift: GivenFunction) -> np.ndarray:
    half = y.shape[1] // 2
    s, t = scales_and_shifts(y[:, :half], scale_shift)
    x = y.copy()
    x[:, half:] -= t
    x[:, half:] /= np.exp(s)
    return x


def through(first: np.ndarray, scale_shift: GivenFunction, by_s, by_t) -> tuple:
    """Backpropagate derivatives through scale_shift, to the first half and to the weights.

    Args:
        first: the half that passes unchanged, (B, D/2).
        scale_shift: the function that gives s and t.
        by_s, by_t: the derivatives with respect to s and t, (B, D/2).

    Returns:
        Derivatives (B, D/2) and (D/2 + 1, D).
    """
    by_both = np.hstack([by_s, by_t])
    extended = np.hstack([first, np.ones((len(first), 1))])
    return by_both @ scale_shift.weights[:-1].T, extended.T @ by_both


def true_forward_gradients(x: np.ndarray, scale_shift: GivenFunction) -> dict:
    first, second = np.split(x, 2, axis=1)
    s, _ = scales_and_shifts(first, scale_shift)
    ones, zeros = np.ones_like(s), np.zeros_like(s)
    of_y, weights_of_y = through(first, scale_shift, second * np.exp(s), ones)
    of_log_det, weights_of_log_det = through(first, scale_shift, ones, zeros)
    return {
        ("y", "x"): np.hstack([1 + of_y, np.exp(s)]),
        ("y", "scale_shift"): weights_of_y,
        ("log_det", "x"): np.hstack([of_log_det, zeros]),
        ("log_det", "scale_shift"): weights_of_log_det,
    }


def true_inverse_gradients(y: np.ndarray, scale_shift: GivenFunction) -> dict:
    first, second = np.split(y, 2, axis=1)
    s, t = scales_and_shifts(first, scale_shift)
    shrink = np.exp(-s)
    by_first, by_weights = through(first, scale_shift, (t - second) * shrink, -shrink)
    return {"y": np.hstack([1 + by_first, shrink]), "scale_shift": by_weights}


def true_log_prob(x: np.ndarray, flow: GivenFunction) -> np.ndarray:
    a, b = flow.weights
    slope = a + 3 * b * x**2
    return (stats.norm.logpdf(a * x + b * x**3) + np.log(slope)).sum(axis=1)


def true_log_prob_gradients(x: np.ndarray, flow: GivenFunction) -> Arrays:
    a, b = flow.weights
    slope = a + 3 * b * x**2
    return {"x": 6 * b * x / slope - (a * x + b * x**3) * slope}


def true_bits(nll_nats: np.ndarray, dimensions: int) -> np.ndarray:
    return nll_nats * np.log2(np.e) / dimensions


def true_bits_gradients(nll_nats: np.ndarray, dimensions: int) -> Arrays:
    return {"nll_nats": np.full(len(nll_nats), np.log2(np.e) / dimensions)}


def coupled(
    examples: int, entries: int, name: str = "x", rng: np.random.Generator | None = None
) -> Arrays:
    """Points (B, D) and a scale_shift for D entries."""
    rng = rng or np.random.default_rng([examples, entries])
    half = entries // 2
    weights = rng.normal(0, 0.7 / np.sqrt(half), (half + 1, entries))
    return {
        name: rng.normal(0, 1.5, (examples, entries)),
        "scale_shift": GivenFunction("scale_shift", weights),
    }


def flowing(examples: int, dimensions: int, rng: np.random.Generator | None = None) -> Arrays:
    rng = rng or np.random.default_rng([examples, dimensions])
    weights = rng.uniform(0.1, 1.5, (2, dimensions))
    return {
        "x": rng.normal(0, 1, (examples, dimensions)),
        "flow": GivenFunction("cubic_flow", weights),
    }


def nats(examples: int, rng: np.random.Generator | None = None) -> Arrays:
    rng = rng or np.random.default_rng(examples)
    return {"nll_nats": rng.normal(100, 100, examples)}


def constant(scale: float, shift: float, entries: int = 2) -> GivenFunction:
    """A scale_shift that gives the same s and t at every point."""
    half = entries // 2
    last = [scale] * half + [shift] * half
    return GivenFunction("scale_shift", np.vstack([np.zeros((half, entries)), last]))


def jacobian(function: Callable, x: tf.Tensor) -> np.ndarray:
    """∂function(x)/∂x for each example, (B, D, D), by one gradient for each entry of the result.

    Raises:
        AssertionError: no gradient reaches x.
    """
    rows = []
    for entry in range(x.shape[1]):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(function(x)[:, entry])
        row = tape.gradient(total, x)
        if row is None:
            raise AssertionError("No gradient of coupling_forward reaches x.")
        rows.append(tf.convert_to_tensor(row))
    return np.stack(rows, axis=1)


def log_det_is_that_of_the_jacobian(function: Callable) -> None:
    """log_det = log |det ∂y/∂x|, where TensorFlow differentiates the function's own y."""
    for size in ((1, 2), (4, 2), (3, 6)):
        x, scale_shift = (as_tensor(value) for value in single(coupled(*size)).values())
        for way in (function, traced(function)):
            log_det = np.asarray(way(x, scale_shift)[1])
            matrices = jacobian(lambda x, way=way, ss=scale_shift: way(x, ss)[0], x)
            expected = np.linalg.slogdet(matrices.astype("float64"))[1]
            if not np.allclose(log_det, expected, rtol=1e-3, atol=1e-4):
                raise AssertionError(
                    "The log_det that coupling_forward gives is not the logarithm of the "
                    "determinant of the Jacobian of its y."
                )


def single(arguments: Arrays) -> Arrays:
    return {
        key: value.astype("float32") if isinstance(value, np.ndarray) else value
        for key, value in arguments.items()
    }


def keeps_the_first_half(function: Callable) -> None:
    x, scale_shift = (as_tensor(value) for value in single(coupled(5, 8)).values())
    if not np.array_equal(function(x, scale_shift)[0][:, :4], x[:, :4]):
        raise AssertionError("coupling_forward changes the first half of x.")


def undoes_the_coupling(function: Callable) -> None:
    """The inverse of a y computed by NumPy is the x from which it was computed."""
    for size in ((1, 2), (7, 2), (4, 10)):
        x, scale_shift = coupled(*size).values()
        y = true_forward(x, scale_shift)[0].astype("float32")
        back = np.asarray(function(tf.constant(y), as_tensor(scale_shift)))
        if not np.allclose(back, x, rtol=1e-3, atol=1e-3):
            raise AssertionError("coupling_inverse does not undo the coupling.")


def integrates_to_one(function: Callable) -> None:
    """∫ exp(log_prob(x)) dx = 1, by the trapezoidal rule in one dimension.

    The integrand is smooth and vanishes at both ends, so the rule is exact to float32's precision.
    """
    x = np.linspace(-8, 8, 2001, dtype="float32")[:, None]
    for weights in ([[0.8], [0.2]], [[2.5], [0.0]], [[0.7], [1.5]]):
        flow = as_tensor(GivenFunction("cubic_flow", np.array(weights)))
        density = np.exp(np.asarray(function(tf.constant(x), flow), "float64"))
        if density.shape != (len(x),):
            raise AssertionError(f"log_prob returns another shape than {(len(x),)}.")
        total = np.trapezoid(density, x[:, 0].astype("float64"))
        if not np.isclose(total, 1, rtol=1e-3):
            raise AssertionError("The density does not integrate to 1 in one dimension.")


SIZES = {
    "one example with two entries": (1, 2),
    "7 examples with two entries": (7, 2),
    "5 examples with 20 entries": (5, 20),
}

COUPLING_FORWARD = (
    equals(
        "coupling_forward",
        true_forward,
        {about: coupled(*size) for about, size in SIZES.items()},
        true_forward_gradients,
        parts=BOTH,
    ),
    log_det_is_that_of_the_jacobian,
    keeps_the_first_half,
    equals(
        "coupling_forward",
        true_forward,
        {
            "s −200": {"x": np.array([[1.0, 2], [3, -4]]), "scale_shift": constant(-200, 0.5)},
            "s 0 and t 0": {"x": coupled(4, 6)["x"], "scale_shift": constant(0, 0, 6)},
            "s 50": {"x": np.array([[1.0, 2]]), "scale_shift": constant(50, 3)},
            "t 10,000": {"x": np.array([[1.0, 2, 3, 4]]), "scale_shift": constant(-1, 1e4, 4)},
        },
        parts=BOTH,
    ),
)

COUPLING_INVERSE = (
    equals(
        "coupling_inverse",
        true_inverse,
        {about: coupled(*size, name="y") for about, size in SIZES.items()},
        true_inverse_gradients,
    ),
    undoes_the_coupling,
    equals(
        "coupling_inverse",
        true_inverse,
        {
            "s 0 and t 0": {"y": coupled(4, 6)["x"], "scale_shift": constant(0, 0, 6)},
            "s −50": {"y": np.array([[1.0, 2]]), "scale_shift": constant(-50, 3)},
            "s 50": {"y": np.array([[1.0, 2]]), "scale_shift": constant(50, 3)},
        },
    ),
    treats_examples_alike("coupling_inverse", coupled(7, 4, name="y"), ("y",)),
)

LOG_PROB = (
    equals(
        "log_prob",
        true_log_prob,
        {
            "one example with one dimension": flowing(1, 1),
            "7 examples with one dimension": flowing(7, 1),
            "5 examples with 20 dimensions": flowing(5, 20),
        },
        true_log_prob_gradients,
        # The codes are cubic in x, so gradients reach several thousand.
        rtol=3e-4,
    ),
    integrates_to_one,
    equals(
        "log_prob",
        true_log_prob,
        {
            "codes 50 standard deviations out": {
                "x": np.array([[50.0, 50, -50], [0, 0, 0]]),
                "flow": GivenFunction("cubic_flow", np.array([[1.0, 1, 1], [0, 0, 0]])),
            },
            "a flow that shrinks 64 dimensions by 1000": {
                "x": np.random.default_rng(0).normal(0, 1000, (3, 64)),
                "flow": GivenFunction("cubic_flow", np.repeat([[1e-3], [0.0]], 64, axis=1)),
            },
        },
    ),
    treats_examples_alike("log_prob", flowing(7, 3), ("x",)),
)

BITS_PER_DIMENSION = (
    equals(
        "bits_per_dimension",
        true_bits,
        {
            "one example with one dimension": nats(1) | {"dimensions": 1},
            "7 examples with 3,072 dimensions": nats(7) | {"dimensions": 3072},
            "5 examples with 64 dimensions": nats(5) | {"dimensions": 64},
            "as many nats as a fair coin has": {
                "nll_nats": np.full(2, np.log(2)),
                "dimensions": 1,
            },
            "a million nats": {"nll_nats": np.array([1e6, -1e6, 0]), "dimensions": 64},
        },
        true_bits_gradients,
    ),
    treats_examples_alike("bits_per_dimension", nats(7) | {"dimensions": 12}),
)


FRESH_COUPLING_FORWARD = fresh_values(
    "coupling_forward", true_forward, functools.partial(coupled, 6, 8, "x"), parts=BOTH
)
FRESH_COUPLING_INVERSE = fresh_values(
    "coupling_inverse", true_inverse, functools.partial(coupled, 6, 8, "y")
)
FRESH_LOG_PROB = fresh_values("log_prob", true_log_prob, functools.partial(flowing, 6, 4))
FRESH_BITS_PER_DIMENSION = fresh_values(
    "bits_per_dimension", true_bits, lambda rng: nats(6, rng) | {"dimensions": 784}
)
