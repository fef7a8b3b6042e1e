"""The hidden tests of the assignment `evaluation`.

Correct values are computed in other ways than students compute them: the Fréchet distance from
singular values, with neither a covariance nor a matrix root; neighbours with the trees of
scikit-learn and SciPy, which subtract before they square; the bound with NumPy's logaddexp.
"""

import functools
from collections.abc import Callable

import numpy as np
from scipy.spatial import KDTree, distance
from sklearn.neighbors import NearestNeighbors

from course_utils.grading.assignments.common import (
    Arrays,
    Property,
    equals,
    fresh_values,
    ignores_the_order,
    in_precision,
    treats_examples_alike,
)
from course_utils.grading.assignments.hidden import Lacking
from course_utils.grading.probes import Probe, changed_in_place, observe, passes

equals = functools.partial(equals, numpy=True)
fresh_values = functools.partial(fresh_values, numpy=True)


def true_frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """‖A‖² + ‖B‖² − 2 ‖A Bᵀ‖₁ + ‖μ₁ − μ₂‖², where AᵀA = Σ₁ and BᵀB = Σ₂ are the covariances.

    ‖A Bᵀ‖₁ is the sum of the singular values of A Bᵀ, which are the nonzero eigenvalues of
    (Σ₁Σ₂)^½.
    """
    factors = [(x - x.mean(axis=0)) / np.sqrt(len(x) - 1) for x in (real, fake)]
    spread = sum(np.sum(factor**2) for factor in factors)
    shared = np.linalg.svd(factors[0] @ factors[1].T, compute_uv=False).sum()
    return np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2) + spread - 2 * shared


def true_precision(real: np.ndarray, fake: np.ndarray, k: int) -> float:
    among, _ = NearestNeighbors(n_neighbors=k, algorithm="kd_tree").fit(real).kneighbors()
    return np.mean((distance.cdist(fake, real) <= among[:, -1]).any(axis=1))


def true_recall(real: np.ndarray, fake: np.ndarray, k: int) -> float:
    return true_precision(fake, real, k)


def true_nearest_distances(samples: np.ndarray, training: np.ndarray) -> np.ndarray:
    return KDTree(training).query(samples)[0]


def true_log_likelihood_bound(log_weights: np.ndarray) -> np.ndarray:
    return np.logaddexp.reduce(log_weights, axis=0) - np.log(len(log_weights))


def points(reals: int, fakes: int, features: int, rng: np.random.Generator | None = None) -> Arrays:
    """Two overlapping clouds of points, rounded to what float32 holds exactly."""
    rng = rng or np.random.default_rng([reals, fakes, features])
    mixing = rng.normal(size=(features, features)) / np.sqrt(features)
    clouds = {
        "real": rng.normal(0, 2, (reals, features)),
        "fake": rng.normal(0.5, 1.5, (fakes, features)) @ mixing + rng.normal(size=features),
    }
    return {name: in_precision("float32", cloud) for name, cloud in clouds.items()}


def between(
    samples: int, training: int, features: int, rng: np.random.Generator | None = None
) -> Arrays:
    """Samples and training examples, as two overlapping clouds of points."""
    cloud = points(samples, training, features, rng)
    return {"samples": cloud["real"], "training": cloud["fake"]}


def weights(draws: int, examples: int, rng: np.random.Generator | None = None) -> Arrays:
    rng = rng or np.random.default_rng([draws, examples])
    return {"log_weights": rng.normal(-5, 3, (draws, examples)).astype("float32")}


def works_in_double_precision(name: str, truth: Callable, arguments: Arrays) -> Property:
    """The values are also right for float64 arrays."""

    def has_property(function: Callable) -> None:
        exact = {key: in_precision("float64", value) for key, value in arguments.items()}
        probe = Probe("arrays of float64", exact, expected=np.asarray(truth(**exact)), numpy=True)
        seen = observe(function, probe)
        if not passes(probe, seen):
            raise Lacking(name, probe, seen)

    return has_property


def leaves_its_arguments_alone(name: str, arguments: Arrays) -> Property:
    """The arrays that are passed are not changed."""

    def has_property(function: Callable) -> None:
        for changed in changed_in_place(function, arguments):
            raise AssertionError(
                f"{name} changes its argument {changed} in place. Somebody may still need it: work "
                "on a copy."
            )

    return has_property


def does_not_change_with(name: str, what: str, move: Callable, arguments: Arrays) -> Property:
    """The result stays the same when all arrays are moved in the same way.

    Args:
        name: the graded function's name.
        what: the words for the movement, for the message.
        move: what moves one array.
        arguments: what to call the function with.
    """

    def has_property(function: Callable) -> None:
        moved = {k: move(v).astype("float32") if np.ndim(v) else v for k, v in arguments.items()}
        before, after = (function(*some.values()) for some in (arguments, moved))
        if not np.allclose(before, after, rtol=1e-3, atol=1e-3):
            raise AssertionError(f"What {name} gives changes with {what} of both clouds.")

    return has_property


def is_not_negative(function: Callable) -> None:
    """The distance of a cloud from itself is 0 up to rounding, whatever the cloud's size."""
    for size in ((40, 3), (5, 12), (2, 1), (300, 20)):
        cloud = points(size[0], 2, size[1])["real"]
        traces = 2 * np.sum(cloud.var(axis=0, ddof=1))
        distance_of_itself = float(function(cloud, np.copy(cloud)))
        if not abs(distance_of_itself) <= 1e-5 * traces:
            raise AssertionError(
                f"frechet_distance does not give 0 for a cloud of {size[0]} points with "
                f"{size[1]} features and itself."
            )


def rotated(features: int) -> Callable[[np.ndarray], np.ndarray]:
    """A function that applies the same random rotation (or reflection) to all points."""
    axes = np.linalg.qr(np.random.default_rng(0).normal(size=(features, features)))[0]
    return lambda cloud: cloud @ axes


def laws(name: str, truth: Callable, batches: dict[str, Arrays], **options) -> tuple[Property, ...]:
    """The properties of every function here: values in both precisions, arguments unchanged."""
    some = next(iter(batches.values()))
    return (
        equals(name, truth, batches, **options),
        works_in_double_precision(name, truth, some),
        leaves_its_arguments_alone(name, some),
    )


CLOUDS = points(30, 30, 4)
FRECHET_DISTANCE = (
    *laws(
        "frechet_distance",
        true_frechet_distance,
        {
            "30 real and 30 fake points with 4 features": CLOUDS,
            "2 points each with one feature": points(2, 2, 1),
            "200 and 150 points with 16 features": points(200, 150, 16),
            "9 and 60 points with 3 features": points(9, 60, 3),
        },
    ),
    # Wide enough for the 1e-6 that cautious students add to a covariance.
    equals(
        "frechet_distance",
        true_frechet_distance,
        {
            "5 and 6 points with 20 features": points(5, 6, 20),
            "fake points on a line": {
                "real": points(20, 2, 3)["real"],
                "fake": np.outer(np.linspace(-2, 3, 12), [1, 2, -1]).astype("float32"),
            },
            "two equal features": {
                key: np.concatenate([cloud, cloud], axis=1) for key, cloud in CLOUDS.items()
            },
        },
        rtol=2e-3,
        atol=2e-3,
    ),
    is_not_negative,
    ignores_the_order("frechet_distance", CLOUDS, ("real",)),
    does_not_change_with("frechet_distance", "a rotation", rotated(4), CLOUDS),
    does_not_change_with("frechet_distance", "a shift", lambda cloud: cloud + 3, CLOUDS),
)

PAIRS = {
    "40 real and 50 fake points in the plane": points(40, 50, 2) | {"k": 3},
    "2 and 2 points on a line": points(2, 2, 1) | {"k": 1},
    "60 and 30 points with 8 features": points(60, 30, 8) | {"k": 5},
    "7 real points and k 6": points(7, 9, 3) | {"k": 6},
}
# Integers, so that the distances from Pythagorean triples are exact: (3, 4), (5, 12) and (8, 15).
GRID = np.array([[0, 0], [3, 4], [8, 15], [5, 12], [-3, -4], [20, 0], [20, 5]], "float32")
EXACT = {
    "points exactly on the border": {
        "real": GRID,
        "fake": GRID[::-1] + np.float32([0, 10]),
        "k": 1,
    },
    "every point twice": {
        "real": np.repeat(GRID, 2, axis=0),
        "fake": GRID + np.float32([0, 1]),
        "k": 1,
    },
    "every point three times and k 2": {
        "real": np.repeat(GRID, 3, axis=0),
        "fake": np.concatenate([GRID, GRID + np.float32([1, 0])]),
        "k": 2,
    },
    "fakes that are all real points": {"real": GRID, "fake": GRID[:3], "k": 2},
    "fakes far away": {"real": GRID, "fake": GRID[:4] + np.float32([1000, 0]), "k": 2},
}


def exchanged(pairs: dict[str, Arrays]) -> dict[str, Arrays]:
    """The same pairs of clouds with real and fake points exchanged."""
    return {
        about: {"real": pair["fake"], "fake": pair["real"], "k": pair["k"]}
        for about, pair in pairs.items()
    }


def of_neighbours(name: str, truth: Callable, pairs: dict, exact: dict) -> tuple[Property, ...]:
    """The properties of precision and of recall."""
    some = next(iter(pairs.values()))
    return (
        *laws(name, truth, pairs),
        equals(name, truth, exact),
        ignores_the_order(name, some, ("real",)),
        ignores_the_order(name, some, ("fake",)),
        does_not_change_with(name, "a shift", lambda cloud: cloud + 3, some),
    )


PRECISION = of_neighbours("precision", true_precision, PAIRS, EXACT)
RECALL = of_neighbours("recall", true_recall, exchanged(PAIRS), exchanged(EXACT))

APART = between(8, 15, 3)
NEAREST_DISTANCES = (
    *laws(
        "nearest_distances",
        true_nearest_distances,
        {
            "8 samples and 15 training examples with 3 features": APART,
            "one sample and one training example": between(1, 1, 1),
            "30 samples and 4 training examples": between(30, 4, 2),
            "5 samples and 200 training examples with 64 features": between(5, 200, 64),
        },
    ),
    equals(
        "nearest_distances",
        true_nearest_distances,
        {"samples that are all copies": {"samples": GRID[:3], "training": GRID}},
        atol=1e-6,
    ),
    equals(
        "nearest_distances",
        true_nearest_distances,
        {
            "coordinates near 10,000": {
                key: np.round(value * 8) / 8 + np.float32(1e4) for key, value in APART.items()
            },
            "coordinates near −10,000, all samples copies": {
                "samples": np.round(APART["training"][:6] * 8) / 8 - np.float32(1e4),
                "training": np.round(APART["training"] * 8) / 8 - np.float32(1e4),
            },
        },
        atol=1e-6,
    ),
    treats_examples_alike("nearest_distances", APART, ("samples",), numpy=True),
    ignores_the_order("nearest_distances", APART, ("training",)),
)

NOTHING = -np.inf
DRAWS = weights(6, 4)
LOG_LIKELIHOOD_BOUND = (
    *laws(
        "log_likelihood_bound",
        true_log_likelihood_bound,
        {
            "6 draws for each of 4 examples": DRAWS,
            "one draw for one example": weights(1, 1),
            "100 draws for one example": weights(100, 1),
            "one draw for each of 20 examples": weights(1, 20),
        },
    ),
    equals(
        "log_likelihood_bound",
        true_log_likelihood_bound,
        {
            "log-weights of ±1000": {
                "log_weights": np.array([[1000.0, -1000, 1000], [1000, -1000, -1000]])
            },
            "log-weights of −1000 beside 1000 in another example": {
                "log_weights": np.array([[-1000.0, 1000], [-1003, 998], [-1001, 1001]])
            },
            "a draw of probability 0": {"log_weights": np.array([[NOTHING, 1.0], [2.0, -900]])},
            "nothing but draws of probability 0": {"log_weights": np.full((3, 2), NOTHING)},
            "one draw, of probability 0": {"log_weights": np.array([[NOTHING, -1000.0]])},
        },
    ),
    ignores_the_order("log_likelihood_bound", DRAWS, ("log_weights",)),
)

FRESH_FRECHET_DISTANCE = fresh_values(
    "frechet_distance", true_frechet_distance, lambda rng: points(20, 25, 3, rng)
)
FRESH_PRECISION = fresh_values(
    "precision", true_precision, lambda rng: points(20, 25, 2, rng) | {"k": 3}
)
FRESH_RECALL = fresh_values("recall", true_recall, lambda rng: points(25, 20, 2, rng) | {"k": 3})
FRESH_NEAREST_DISTANCES = fresh_values(
    "nearest_distances", true_nearest_distances, lambda rng: between(9, 20, 4, rng)
)
FRESH_LOG_LIKELIHOOD_BOUND = fresh_values(
    "log_likelihood_bound", true_log_likelihood_bound, lambda rng: weights(5, 6, rng)
)
