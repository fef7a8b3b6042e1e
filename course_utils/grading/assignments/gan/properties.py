"""The hidden tests of the assignment `gan`.

Correct values are computed in other ways than students compute them: cross-entropies by SciPy's
log_expit in float64, gradients and norms by hand for critics that have them in closed form. The
interpolation weight is judged by the share of its draws that lie below a border.
"""

from course_utils.quiet import tf

from collections.abc import Callable

import numpy as np
from scipy import special

from course_utils.grading.assignments.common import (
    Arrays,
    Property,
    as_tensor,
    equals,
    fresh_values,
    traced,
)
from course_utils.grading.given import GivenFunction


def true_discriminator_loss(real_logits: np.ndarray, fake_logits: np.ndarray) -> float:
    return -special.log_expit(real_logits).mean() - special.log_expit(-fake_logits).mean()


def true_discriminator_gradients(real_logits: np.ndarray, fake_logits: np.ndarray) -> Arrays:
    return {
        "real_logits": -special.expit(-real_logits) / len(real_logits),
        "fake_logits": special.expit(fake_logits) / len(fake_logits),
    }


def true_generator_loss(fake_logits: np.ndarray) -> float:
    return -special.log_expit(fake_logits).mean()


def true_generator_gradients(fake_logits: np.ndarray) -> Arrays:
    return {"fake_logits": -special.expit(-fake_logits) / len(fake_logits)}


def true_saturating_loss(fake_logits: np.ndarray) -> float:
    return special.log_expit(-fake_logits).mean()


def true_saturating_gradients(fake_logits: np.ndarray) -> Arrays:
    return {"fake_logits": -special.expit(fake_logits) / len(fake_logits)}


def true_critic_loss(real_scores: np.ndarray, fake_scores: np.ndarray) -> float:
    return fake_scores.mean() - real_scores.mean()


def true_critic_gradients(real_scores: np.ndarray, fake_scores: np.ndarray) -> Arrays:
    return {
        "real_scores": np.full_like(real_scores, -1 / len(real_scores)),
        "fake_scores": np.full_like(fake_scores, 1 / len(fake_scores)),
    }


def slopes(critic: GivenFunction, x: np.ndarray) -> np.ndarray:
    """∂ critic(x) / ∂x in closed form, (B, P).

    Raises:
        ValueError: there is no closed form for this kind of critic.
    """
    flat, weights = x.reshape(len(x), -1), critic.weights
    match critic.kind:
        case "linear":
            return np.broadcast_to(weights[:, 0], flat.shape)
        case "quadratic":
            return flat * weights[:, 0]
        case "sigmoid":
            s = special.expit(flat @ weights[:-1] + weights[-1])
            return s * (1 - s) * weights[:-1, 0]
    raise ValueError(f"no closed form for the kind {critic.kind!r}")


def true_penalty(critic: GivenFunction, real: np.ndarray, fake: np.ndarray) -> float:
    """The penalty where it does not depend on chance.

    Raises:
        ValueError: the critic is not linear, and real and fake differ.
    """
    if critic.kind != "linear" and not np.array_equal(real, fake):
        raise ValueError("critic: the penalty depends on chance")
    return np.mean((np.linalg.norm(slopes(critic, real), axis=-1) - 1) ** 2)


def true_penalty_gradients(critic: GivenFunction, real: np.ndarray, fake: np.ndarray) -> Arrays:
    """The gradient with respect to the critic's weights, from central differences in float64."""
    step, gradient = 1e-6, np.zeros_like(critic.weights)
    for index in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            weights = critic.weights.copy()
            weights[index] += sign * step
            ends.append(true_penalty(GivenFunction(critic.kind, weights), real, fake))
        gradient[index] = (ends[0] - ends[1]) / (2 * step)
    return {"critic": gradient}


def scores(real: str, fake: str, sizes: tuple[int, int], rng=None) -> Arrays:
    rng = rng or np.random.default_rng(sizes)
    return {
        name: rng.normal(0, 3, (size, 1)) for name, size in zip((real, fake), sizes, strict=True)
    }


def fakes(size: int, rng=None) -> Arrays:
    rng = rng or np.random.default_rng(size)
    return {"fake_logits": rng.normal(0, 3, (size, 1))}


SIZES = {
    "one real and one fake example": (1, 1),
    "7 real and 7 fake examples": (7, 7),
    "one real and 5 fake examples": (1, 5),
    "64 real and 33 fake examples": (64, 33),
}


def extremes(real: str, fake: str, *unit: str) -> dict[str, Arrays]:
    """Scores of ±1000, right and wrong, for real and fake; and ±30, where a sigmoid rounds to 1.

    Args:
        real, fake: the names of the two arguments.
        unit: what they hold, for the descriptions: "logits" or "scores".
    """
    sure = np.array([[1e3], [1e3], [-1e3], [-1e3]])
    return {
        f"{unit[0]} of ±1000": {real: sure, fake: sure[::-1]},
        f"{unit[0]} of ±1000, all wrong": {real: -np.abs(sure), fake: np.abs(sure)},
        f"{unit[0]} of ±30": {real: 0.03 * sure, fake: 0.03 * sure},
    }


def of_both(name, truth, gradients, real: str, fake: str, unit: str) -> tuple[Property, ...]:
    batches = {about: scores(real, fake, size) for about, size in SIZES.items()}
    return (
        equals(name, truth, batches, gradients),
        equals(name, truth, extremes(real, fake, unit), gradients),
    )


def of_fakes(name, truth, gradients) -> tuple[Property, ...]:
    batches = {f"{count} fake examples": fakes(count) for count in (1, 2, 7, 64)}
    sure = {
        f"logits of {value:g}": {"fake_logits": np.full((3, 1), value)}
        for value in (1e3, -1e3, 30.0, -30.0)
    }
    return equals(name, truth, batches, gradients), equals(name, truth, sure, gradients)


DISCRIMINATOR_LOSS = of_both(
    "discriminator_loss",
    true_discriminator_loss,
    true_discriminator_gradients,
    "real_logits",
    "fake_logits",
    "logits",
)
GENERATOR_LOSS = of_fakes("generator_loss", true_generator_loss, true_generator_gradients)
SATURATING_GENERATOR_LOSS = of_fakes(
    "saturating_generator_loss", true_saturating_loss, true_saturating_gradients
)
CRITIC_LOSS = of_both(
    "critic_loss",
    true_critic_loss,
    true_critic_gradients,
    "real_scores",
    "fake_scores",
    "scores",
)


def images(count: int, shape: tuple[int, ...], rng=None) -> np.ndarray:
    rng = rng or np.random.default_rng([count, *shape])
    return rng.normal(0, 0.5, (count, *shape))


def steady(count: int, shape: tuple[int, ...], norm: float) -> Arrays:
    """A linear critic with a gradient of this norm, and pairs of images."""
    direction = images(1, shape).reshape(-1, 1)
    weights = norm * direction / np.linalg.norm(direction)
    real, fake = images(2 * count, shape).reshape(2, count, *shape)
    return {"critic": GivenFunction("linear", weights), "real": real, "fake": fake}


def alike(count: int, shape: tuple[int, ...], rng=None) -> Arrays:
    """A sigmoid critic, whose slope varies from image to image; real and fake are the same."""
    x = images(count, shape, rng)
    weights = 4 * images(1, (x[0].size + 1, 1), rng)[0]
    return {"critic": GivenFunction("sigmoid", weights), "real": x, "fake": x}


def has_a_uniform_weight(function: Callable) -> None:
    """The weight of the real image is uniform in [0, 1] and drawn anew for each example.

    The critic's slope is 2 where the weight lies above a border and 1 below it, so the penalty is
    the share of examples above the border. False alarms: each of the six shares exceeds 7 standard
    errors less than once in 10¹⁰ runs. Inside tf.function the batch is small, because a loop over
    its examples is unrolled there.
    """
    shape = (2, 3, 2)
    ways = [(function, border, 4000) for border in (0.05, 0.3, 0.5, 0.7, 0.95)]
    for way, border, count in [*ways, (traced(function), 0.3, 100)]:
        real = tf.fill((count, *shape), tf.constant(1 / np.sqrt(12), tf.float32))
        fake = tf.zeros_like(real)
        weights = np.array([[-10.0, 1.0], [border, 1.0]])
        share = float(way(as_tensor(GivenFunction("piecewise", weights)), real, fake))
        if not abs(share - (1 - border)) < 7 * np.sqrt(border * (1 - border) / count):
            raise AssertionError(
                "The points at which gradient_penalty looks do not lie uniformly between each "
                "real image and its fake one, independently for each pair."
            )


def draws_anew(function: Callable) -> None:
    """The points differ from call to call, inside tf.function too.

    False alarms: three float32 penalties of 5 examples are equal about once in 10¹² runs.
    """
    critic = as_tensor(GivenFunction("quadratic", np.array([[1.0], [-2.0], [0.5], [3.0]])))
    real, fake = (as_tensor(images(5, (2, 2, 1), np.random.default_rng(n))) for n in range(2))
    for way in (function, traced(function)):
        if len({float(way(critic, real, fake)) for _ in range(3)}) == 1:
            raise AssertionError("gradient_penalty looks at the same points at each call.")


GRADIENT_PENALTY = (
    equals(
        "gradient_penalty",
        true_penalty,
        {
            "one image with one pixel": steady(1, (1, 1, 1), 3.0),
            "5 images of 3×2 pixels with 4 channels": steady(5, (3, 2, 4), 0.5),
            "a critic whose gradient has the norm 1000": steady(3, (2, 2, 1), 1000.0),
        },
    ),
    equals(
        "gradient_penalty",
        true_penalty,
        {"6 images of 2×3 pixels, real and fake ones alike": alike(6, (2, 3, 1))},
        true_penalty_gradients,
    ),
    has_a_uniform_weight,
    draws_anew,
)

FRESH_DISCRIMINATOR_LOSS = fresh_values(
    "discriminator_loss",
    true_discriminator_loss,
    lambda rng: scores("real_logits", "fake_logits", (6, 9), rng),
)
FRESH_GENERATOR_LOSS = fresh_values(
    "generator_loss", true_generator_loss, lambda rng: fakes(6, rng)
)
FRESH_SATURATING_GENERATOR_LOSS = fresh_values(
    "saturating_generator_loss", true_saturating_loss, lambda rng: fakes(6, rng)
)
FRESH_CRITIC_LOSS = fresh_values(
    "critic_loss",
    true_critic_loss,
    lambda rng: scores("real_scores", "fake_scores", (6, 9), rng),
)
FRESH_GRADIENT_PENALTY = fresh_values(
    "gradient_penalty", true_penalty, lambda rng: alike(6, (3, 3, 1), rng)
)
