"""The hidden tests of the assignment `cyclegan`.

Correct values are computed in float64 and in other ways than students compute them: absolute errors
as city-block distances between flattened images, squared errors from the mean and the variance of
the scores.
"""

from collections.abc import Mapping

import numpy as np
from scipy.spatial import distance

from course_utils.grading.assignments.common import Arrays, Property, equals, fresh_values


def true_absolute_error(one: np.ndarray, other: np.ndarray) -> float:
    return distance.cityblock(one.ravel(), other.ravel()) / one.size


def absolute_error_slopes(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    slope = np.where(one > other, 1.0, -1.0) / one.size
    return slope, -slope


def true_cycle_loss(x: np.ndarray, x_cycled: np.ndarray) -> float:
    return true_absolute_error(x, x_cycled)


def true_cycle_gradients(x: np.ndarray, x_cycled: np.ndarray) -> Arrays:
    return dict(zip(("x", "x_cycled"), absolute_error_slopes(x, x_cycled), strict=True))


def true_identity_loss(y: np.ndarray, y_mapped: np.ndarray) -> float:
    return true_absolute_error(y, y_mapped)


def true_identity_gradients(y: np.ndarray, y_mapped: np.ndarray) -> Arrays:
    return dict(zip(("y", "y_mapped"), absolute_error_slopes(y, y_mapped), strict=True))


def mean_squared_distance(scores: np.ndarray, target: float) -> float:
    """E (s − t)² = Var s + (E s − t)²."""
    return scores.var() + (scores.mean() - target) ** 2


def true_discriminator_loss(real: np.ndarray, fake: np.ndarray) -> float:
    return (mean_squared_distance(real, 1) + mean_squared_distance(fake, 0)) / 2


def true_discriminator_gradients(real: np.ndarray, fake: np.ndarray) -> Arrays:
    return {"real": (real - 1) / real.size, "fake": fake / fake.size}


def true_generator_loss(fake: np.ndarray) -> float:
    return mean_squared_distance(fake, 1)


def true_generator_gradients(fake: np.ndarray) -> Arrays:
    return {"fake": 2 * (fake - 1) / fake.size}


def true_objective(
    fake_scores, x, x_cycled, y, y_mapped, cycle_weight: float, identity_weight: float
) -> float:
    return (
        true_generator_loss(fake_scores)
        + cycle_weight * true_absolute_error(x, x_cycled)
        + identity_weight * true_absolute_error(y, y_mapped)
    )


def true_objective_gradients(
    fake_scores, x, x_cycled, y, y_mapped, cycle_weight: float, identity_weight: float
) -> Arrays:
    cycle, identity = absolute_error_slopes(x, x_cycled), absolute_error_slopes(y, y_mapped)
    return {
        "fake_scores": true_generator_gradients(fake_scores)["fake"],
        "x": cycle_weight * cycle[0],
        "x_cycled": cycle_weight * cycle[1],
        "y": identity_weight * identity[0],
        "y_mapped": identity_weight * identity[1],
    }


def images(one: str, other: str, shape: tuple[int, ...], rng=None) -> Arrays:
    """Two batches of images that differ in every pixel."""
    rng = rng or np.random.default_rng(shape)
    first = rng.uniform(0, 1, shape)
    return {one: first, other: first + rng.choice([-1, 1], shape) * rng.uniform(0.01, 1, shape)}


def scores(shape: tuple[int, ...], rng=None) -> np.ndarray:
    rng = rng or np.random.default_rng(shape)
    return rng.normal(0.5, 2, shape)


SHAPES = {
    "one image with one pixel": (1, 1, 1, 1),
    "5 images of 4×3 pixels with 3 channels": (5, 4, 3, 3),
}


def of_images(name: str, truth, gradients, one: str, other: str) -> tuple[Property, ...]:
    batches = {about: images(one, other, shape) for about, shape in SHAPES.items()}
    far = {one: np.full((2, 2, 2, 1), 800.0), other: np.full((2, 2, 2, 1), -200.0)}
    same = {one: np.full((2, 2, 2, 1), 0.3), other: np.full((2, 2, 2, 1), 0.3)}
    return (
        equals(name, truth, batches | {"pixels 1000 apart": far}, gradients),
        equals(name, truth, {"an image that comes back exactly": same}),
    )


CYCLE_LOSS = of_images("cycle_loss", true_cycle_loss, true_cycle_gradients, "x", "x_cycled")
IDENTITY_LOSS = of_images(
    "identity_loss", true_identity_loss, true_identity_gradients, "y", "y_mapped"
)

LEAST_SQUARES_DISCRIMINATOR_LOSS = (
    equals(
        "least_squares_discriminator_loss",
        true_discriminator_loss,
        {
            "one real and one fake score": {"real": scores((1, 1)), "fake": -scores((1, 1))},
            "7 real and 4 fake scores": {"real": scores((7, 1)), "fake": scores((4, 1))},
            "3 real and 5 fake images with 4×4 scores": {
                "real": scores((3, 4, 4, 1)),
                "fake": scores((5, 4, 4, 1)),
            },
            "scores of ±1000": {
                "real": np.array([[1e3], [-1e3]]),
                "fake": np.array([[-1e3], [1e3]]),
            },
            "scores that are all right": {"real": np.ones((3, 1)), "fake": np.zeros((2, 1))},
        },
        true_discriminator_gradients,
    ),
)

LEAST_SQUARES_GENERATOR_LOSS = (
    equals(
        "least_squares_generator_loss",
        true_generator_loss,
        {
            "one fake score": {"fake": scores((1, 1))},
            "7 fake scores": {"fake": scores((7, 1))},
            "5 fake images with 4×4 scores": {"fake": scores((5, 4, 4, 1))},
            "scores of ±1000": {"fake": np.array([[-1e3], [1e3], [-1e3]])},
            "scores that are all 1": {"fake": np.ones((3, 1))},
        },
        true_generator_gradients,
    ),
)


def whole(shape: tuple[int, ...], weights: Mapping[str, float], rng=None) -> Arrays:
    """All arguments of the objective."""
    rng = rng or np.random.default_rng(shape)
    of_domains = images("x", "x_cycled", shape, rng) | images("y", "y_mapped", shape, rng)
    return {"fake_scores": scores((shape[0], 2, 2, 1), rng)} | of_domains | dict(weights)


def weights(cycle: float, identity: float) -> dict[str, float]:
    # Plain numbers, as a student would pass: TensorFlow does not cast NumPy's to float32.
    return {"cycle_weight": float(cycle), "identity_weight": float(identity)}


GENERATOR_OBJECTIVE = (
    equals(
        "generator_objective",
        true_objective,
        {
            "one image of each domain": whole((1, 1, 1, 1), weights(10.0, 5.0)),
            "4 images of each domain": whole((4, 4, 4, 3), weights(2.0, 0.25)),
        },
        true_objective_gradients,
    ),
    equals(
        "generator_objective",
        true_objective,
        {
            "both weights 0": whole((2, 2, 2, 1), weights(0.0, 0.0)),
            "the cycle weight 1000": whole((2, 2, 2, 1), weights(1000.0, 0.0)),
        },
    ),
)

FRESH_CYCLE_LOSS = fresh_values(
    "cycle_loss", true_cycle_loss, lambda rng: images("x", "x_cycled", (4, 3, 3, 2), rng)
)
FRESH_IDENTITY_LOSS = fresh_values(
    "identity_loss", true_identity_loss, lambda rng: images("y", "y_mapped", (4, 3, 3, 2), rng)
)
FRESH_LEAST_SQUARES_DISCRIMINATOR_LOSS = fresh_values(
    "least_squares_discriminator_loss",
    true_discriminator_loss,
    lambda rng: {"real": scores((4, 2, 2, 1), rng), "fake": scores((6, 2, 2, 1), rng)},
)
FRESH_LEAST_SQUARES_GENERATOR_LOSS = fresh_values(
    "least_squares_generator_loss",
    true_generator_loss,
    lambda rng: {"fake": scores((4, 2, 2, 1), rng)},
)
FRESH_GENERATOR_OBJECTIVE = fresh_values(
    "generator_objective",
    true_objective,
    lambda rng: whole((3, 3, 3, 2), weights(*rng.uniform(0.5, 5, 2)), rng),
)
