"""The hidden tests of the assignment `clustering`.

Correct values are computed in other ways than students compute them: distances and Gaussians with
SciPy, means from weighted counts.
"""

import functools
from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.spatial import distance

from course_utils.grading.assignments.common import (
    Arrays,
    Property,
    equals,
    fresh_values,
    ignores_the_order,
    in_precision,
    treats_examples_alike,
)

equals = functools.partial(equals, numpy=True)
fresh_values = functools.partial(fresh_values, numpy=True)


def true_update(points: np.ndarray, labels: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """The mean of each cluster, (K, F), from counts and weighted counts.

    An empty cluster keeps its center.
    """
    clusters = len(centers)
    counts = np.bincount(labels, minlength=clusters)[:, None]
    sums = [np.bincount(labels, feature, minlength=clusters) for feature in points.T]
    return np.where(counts == 0, centers, np.stack(sums, axis=1) / np.maximum(counts, 1))


def true_inertia(points: np.ndarray, labels: np.ndarray, centers: np.ndarray) -> np.ndarray:
    distances = distance.cdist(points, centers, "sqeuclidean")
    return distances[np.arange(len(points)), labels].sum()


def true_log_density(x: np.ndarray, mean: float, std: float) -> np.ndarray:
    return stats.norm.logpdf(x, mean, std)


def true_fit(x: np.ndarray) -> tuple[float, float]:
    return stats.norm.fit(x)


def clouds(
    count: int, clusters: int, features: int, rng: np.random.Generator | None = None
) -> Arrays:
    rng = rng or np.random.default_rng([count, clusters, features])
    return {
        "points": rng.normal(0, 3, (count, features)),
        "centers": rng.normal(0, 3, (clusters, features)),
    }


def labelled(
    count: int, clusters: int, features: int, rng: np.random.Generator | None = None
) -> Arrays:
    """Points with random labels, which need not be those of the nearest centers."""
    cloud = clouds(count, clusters, features, rng)
    rng = rng or np.random.default_rng([count, clusters])
    labels = rng.integers(0, clusters, count)
    return {"points": cloud["points"], "labels": labels, "centers": cloud["centers"]}


SIZES = {
    "one point with one number, and one center": (1, 1, 1),
    "6 points and one center": (6, 1, 2),
    "3 points and 8 centers": (3, 8, 2),
    "50 points with 20 numbers each, and 5 centers": (50, 5, 20),
    "one point and 3 centers": (1, 3, 4),
}
TIES = {
    "points": np.array([[0.0, 0], [1, 0], [3, 3], [-2, 0]]),
    "centers": np.array([[1.0, 0], [-1, 0], [1, 0], [3, 3]]),
}


def names_a_nearest_center(arguments: Arrays, function: Callable) -> None:
    """Each label is the position of a nearest center; if several are equally near, any of them."""
    points, centers = arguments.values()
    given = [in_precision("float32", value) for value in (points, centers)]
    labels = np.asarray(function(*given))
    if labels.shape != (len(points),):
        raise AssertionError(f"assign returns another shape than {(len(points),)}.")
    if labels.dtype.kind not in "iu":
        raise AssertionError("assign does not return integers.")
    if labels.min() < 0 or labels.max() >= len(centers):
        raise AssertionError("assign gives a label that is the position of no center.")
    distances = distance.cdist(points, centers, "sqeuclidean")
    chosen = distances[np.arange(len(points)), labels]
    if not (chosen <= distances.min(axis=1) * (1 + 1e-4) + 1e-4).all():
        raise AssertionError("assign gives a point to a center although another one is nearer.")


def renames_with_the_centers(function: Callable) -> None:
    """If the centers are permuted, the clusters stay the same and the labels are permuted."""
    points, centers = (value.astype("float32") for value in clouds(40, 6, 3).values())
    order = np.random.default_rng(0).permutation(len(centers))
    if not np.array_equal(
        order[np.asarray(function(points, centers[order]))], np.asarray(function(points, centers))
    ):
        raise AssertionError("The clusters that assign makes depend on the order of the centers.")


ASSIGN = (
    *(
        functools.partial(names_a_nearest_center, clouds(*size))
        for size in [*SIZES.values(), (200, 12, 64)]
    ),
    functools.partial(names_a_nearest_center, TIES),
    treats_examples_alike("assign", clouds(40, 6, 3), ("points",), numpy=True),
    renames_with_the_centers,
)

WITH_LABELS = {about: labelled(*size) for about, size in SIZES.items()}
EMPTY = {
    "all 6 points in the last of 3 clusters": labelled(6, 3, 2) | {"labels": np.full(6, 2)},
    "all 6 points in the first of 3 clusters": labelled(6, 3, 2) | {"labels": np.full(6, 0)},
}
MEMBERS = ("points", "labels")

UPDATE = (
    equals("update", true_update, WITH_LABELS),
    equals("update", true_update, EMPTY),
    ignores_the_order("update", labelled(30, 4, 3), MEMBERS),
)

INERTIA = (
    equals("inertia", true_inertia, WITH_LABELS),
    equals("inertia", true_inertia, EMPTY),
    equals(
        "inertia",
        true_inertia,
        {
            "points that lie on their centers": {
                "points": TIES["centers"],
                "labels": np.arange(4),
                "centers": TIES["centers"],
            }
        },
    ),
    ignores_the_order("inertia", labelled(30, 4, 3), MEMBERS),
)


def numbers(count: int, mean: float, std: float, rng: np.random.Generator | None = None) -> Arrays:
    return {"x": (rng or np.random.default_rng(count)).normal(mean, std, count)}


GAUSSIAN_LOG_DENSITY = (
    equals(
        "gaussian_log_density",
        true_log_density,
        {
            "one number": numbers(1, 0, 1) | {"mean": 0.0, "std": 1.0},
            "7 numbers, mean −2 and standard deviation 3": numbers(7, -2, 3)
            | {"mean": -2.0, "std": 3.0},
            "100 numbers, mean 1 and standard deviation 0.2": numbers(100, 1, 0.5)
            | {"mean": 1.0, "std": 0.2},
        },
    ),
    equals(
        "gaussian_log_density",
        true_log_density,
        {
            "points 50 standard deviations out": {
                "x": np.array([-50.0, 50, 0]),
                "mean": 0.0,
                "std": 1.0,
            },
            "standard deviation 0.001": {"x": np.array([0.0, 0.002]), "mean": 0.0, "std": 0.001},
            "standard deviation 1000": {"x": np.array([0.0, 5e4]), "mean": 0.0, "std": 1000.0},
        },
    ),
    treats_examples_alike(
        "gaussian_log_density", numbers(7, 0, 1) | {"mean": 0.5, "std": 2.0}, ("x",), numpy=True
    ),
)

FIT_GAUSSIAN = (
    equals(
        "fit_gaussian",
        true_fit,
        {
            "one number": numbers(1, 3, 1),
            "2 numbers": numbers(2, 0, 1),
            "50 numbers": numbers(50, -4, 2.5),
            "5 equal numbers": {"x": np.full(5, 0.75)},
            "20 numbers around 5000": {"x": 5000 + np.arange(20) / 4},
        },
        parts=("mean", "std"),
    ),
    ignores_the_order("fit_gaussian", numbers(30, 1, 2), ("x",)),
)


def fresh_points(rng: np.random.Generator) -> Property:
    """Labels name a nearest center for newly drawn points."""
    return functools.partial(names_a_nearest_center, clouds(20, 4, 3, rng))


def fresh_labelled(rng: np.random.Generator) -> Arrays:
    return labelled(20, 4, 3, rng)


def fresh_density(rng: np.random.Generator) -> Arrays:
    mean, std = float(rng.normal()), float(rng.uniform(0.5, 2))
    return numbers(9, mean, std, rng) | {"mean": mean, "std": std}


FRESH_ASSIGN = fresh_points
FRESH_UPDATE = fresh_values("update", true_update, fresh_labelled)
FRESH_INERTIA = fresh_values("inertia", true_inertia, fresh_labelled)
FRESH_GAUSSIAN_LOG_DENSITY = fresh_values("gaussian_log_density", true_log_density, fresh_density)
FRESH_FIT_GAUSSIAN = fresh_values(
    "fit_gaussian", true_fit, lambda rng: numbers(20, 1, 2, rng), parts=("mean", "std")
)
