"""The hidden tests of the assignment `diffusion`.

Correct values are computed in other ways than students compute them. A noise level is an angle
here: cos θ is the weight of the signal and sin θ that of the noise, so a step of the sampler is a
rotation. A mean square is computed as the variance plus the squared mean, and a point on a path as
the starting point plus time times velocity.
"""

from collections.abc import Callable, Mapping

import numpy as np

from course_utils.grading.assignments.common import (
    Arrays,
    Property,
    equals,
    fresh_values,
    in_precision,
    treats_examples_alike,
)
from course_utils.grading.assignments.hidden import Lacking
from course_utils.grading.probes import BATCH_UNKNOWN, Probe, observe, passes


def along(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """One number per example, (B,), reshaped to the rank of `like`: (B, 1, …, 1)."""
    return np.expand_dims(values, tuple(range(1, like.ndim)))


def total(values: np.ndarray) -> np.ndarray:
    """The sum of each example's entries, (B,)."""
    return values.sum(axis=tuple(range(1, values.ndim)))


def angle(alpha_bar: np.ndarray, like: np.ndarray) -> np.ndarray:
    """θ with cos² θ = ᾱ, reshaped to the rank of `like`: (B, 1, …, 1)."""
    return along(np.arctan2(np.sqrt(1 - alpha_bar), np.sqrt(alpha_bar)), like)


def by_level(by_angle: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """The derivative with respect to ᾱ, (B,), from that with respect to θ.

    Since ᾱ = cos² θ, dᾱ = −2 cos θ sin θ dθ.
    """
    return total(-by_angle / np.sin(2 * theta))


def true_add_noise(x: np.ndarray, epsilon: np.ndarray, alpha_bar: np.ndarray) -> np.ndarray:
    theta = angle(alpha_bar, x)
    return np.cos(theta) * x + np.sin(theta) * epsilon


def true_add_noise_gradients(x, epsilon, alpha_bar) -> Arrays:
    theta = angle(alpha_bar, x)
    slope = np.cos(theta) * epsilon - np.sin(theta) * x
    return {
        "x": np.cos(theta) + 0 * x,
        "epsilon": np.sin(theta) + 0 * x,
        "alpha_bar": by_level(slope, theta),
    }


def true_predict_clean(x_noisy, epsilon, alpha_bar) -> np.ndarray:
    theta = angle(alpha_bar, x_noisy)
    return x_noisy / np.cos(theta) - np.tan(theta) * epsilon


def true_predict_clean_gradients(x_noisy, epsilon, alpha_bar) -> Arrays:
    theta = angle(alpha_bar, x_noisy)
    slope = (np.sin(theta) * x_noisy - epsilon) / np.cos(theta) ** 2
    return {
        "x_noisy": 1 / np.cos(theta) + 0 * x_noisy,
        "epsilon": -np.tan(theta) + 0 * x_noisy,
        "alpha_bar": by_level(slope, theta),
    }


def true_noise_loss(epsilon: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    difference = (epsilon - predicted).reshape(len(epsilon), -1)
    return difference.var(axis=1) + difference.mean(axis=1) ** 2


def true_noise_loss_gradients(epsilon, predicted) -> Arrays:
    slope = 2 * (epsilon - predicted) / (epsilon.size / len(epsilon))
    return {"epsilon": slope, "predicted": -slope}


def true_guide(with_label: np.ndarray, without_label: np.ndarray, scale: float) -> np.ndarray:
    return np.tensordot([scale, 1 - scale], np.stack([with_label, without_label]), axes=1)


def true_guide_gradients(with_label, without_label, scale) -> Arrays:
    ones = np.ones_like(with_label)
    return {"with_label": scale * ones, "without_label": (1 - scale) * ones}


def true_ddim_step(x_noisy, epsilon, alpha_bar, alpha_bar_next) -> np.ndarray:
    """A rotation by θ′ − θ in the plane of the predicted clean x and ε."""
    here, there = angle(alpha_bar, x_noisy), angle(alpha_bar_next, x_noisy)
    return (np.cos(there) * x_noisy + np.sin(there - here) * epsilon) / np.cos(here)


def true_ddim_step_gradients(x_noisy, epsilon, alpha_bar, alpha_bar_next) -> Arrays:
    here, there = angle(alpha_bar, x_noisy), angle(alpha_bar_next, x_noisy)
    by_here = np.cos(there) * (np.sin(here) * x_noisy - epsilon) / np.cos(here) ** 2
    by_there = (np.cos(there - here) * epsilon - np.sin(there) * x_noisy) / np.cos(here)
    return {
        "x_noisy": np.cos(there) / np.cos(here) + 0 * x_noisy,
        "epsilon": np.sin(there - here) / np.cos(here) + 0 * x_noisy,
        "alpha_bar": by_level(by_here, here),
        "alpha_bar_next": by_level(by_there, there),
    }


def true_flow_point(noise: np.ndarray, data: np.ndarray, t: np.ndarray) -> np.ndarray:
    return noise + along(t, data) * true_flow_target(noise, data)


def true_flow_point_gradients(noise, data, t) -> Arrays:
    weight = along(t, data) + 0 * data
    return {"noise": 1 - weight, "data": weight, "t": total(true_flow_target(noise, data))}


def true_flow_target(noise: np.ndarray, data: np.ndarray) -> np.ndarray:
    return np.diff([noise, data], axis=0)[0]


def true_flow_target_gradients(noise, data) -> Arrays:
    return {"noise": -np.ones_like(noise), "data": np.ones_like(data)}


SHAPES = {
    "5 examples with 20 numbers each": (5, 20),
    "one example with one number": (1, 1),
    "4 images, 4 by 4, with 4 channels": (4, 4, 4, 4),
    "2 sequences of 7 steps with 3 numbers each": (2, 7, 3),
    "3 films of 2 images": (3, 2, 4, 4, 1),
}
LEVELS = (0.02, 0.98)
Draw = Callable[[tuple[int, ...], np.random.Generator | None], Arrays]


def drawn(shape: tuple[int, ...], names: str, rng: np.random.Generator | None = None) -> Arrays:
    """Normally distributed numbers, by name, rounded to what float32 holds exactly."""
    rng = rng or np.random.default_rng(shape)
    draws = {name: rng.normal(0, 1.5, shape) for name in names.split()}
    return {name: in_precision("float32", value) for name, value in draws.items()}


def levels(
    shape: tuple[int, ...],
    names: str,
    rng: np.random.Generator | None = None,
    between: tuple[float, float] = LEVELS,
) -> Arrays:
    """One number per example, (B,), uniformly drawn from a range."""
    rng = rng or np.random.default_rng([*shape, 1])
    return {name: rng.uniform(*between, shape[0]).astype("float32") for name in names.split()}


def for_add_noise(shape, rng=None) -> Arrays:
    return drawn(shape, "x epsilon", rng) | levels(shape, "alpha_bar", rng)


def for_predict_clean(shape, rng=None) -> Arrays:
    return drawn(shape, "x_noisy epsilon", rng) | levels(shape, "alpha_bar", rng)


def for_noise_loss(shape, rng=None) -> Arrays:
    return drawn(shape, "epsilon predicted", rng)


def for_guide(shape, rng=None) -> Arrays:
    scale = float((rng or np.random.default_rng(shape)).uniform(1.5, 4))
    return drawn(shape, "with_label without_label", rng) | {"scale": scale}


def for_ddim_step(shape, rng=None) -> Arrays:
    both = levels(shape, "alpha_bar alpha_bar_next", rng)
    return drawn(shape, "x_noisy epsilon", rng) | both


def for_flow_point(shape, rng=None) -> Arrays:
    return drawn(shape, "noise data", rng) | levels(shape, "t", rng, between=(0, 1))


def for_flow_target(shape, rng=None) -> Arrays:
    return drawn(shape, "noise data", rng)


def has_any_batch_size(name: str, truth: Callable, arguments: Arrays) -> Property:
    """The values are right inside tf.function when the batch size is not known beforehand."""

    def has_property(function: Callable) -> None:
        exact = {key: in_precision("float64", value) for key, value in arguments.items()}
        probe = Probe("7 examples", arguments, BATCH_UNKNOWN, expected=truth(**exact))
        seen = observe(function, probe)
        if not passes(probe, seen):
            raise Lacking(name, probe, seen)

    return has_property


def laws(
    name: str,
    truth: Callable[..., np.ndarray],
    gradients: Callable[..., Arrays],
    draw: Draw,
    extremes: Mapping[str, Arrays],
) -> tuple[Property, ...]:
    """The properties of every function here: values, gradients, any rank, any batch, extremes."""
    return (
        equals(name, truth, {about: draw(s) for about, s in SHAPES.items()}, gradients),
        treats_examples_alike(name, draw((7, 3, 2))),
        has_any_batch_size(name, truth, draw((7, 2, 3))),
        # At the extremes, large terms may almost cancel.
        equals(name, truth, extremes, atol=1e-3),
    )


def at(draw: Draw, **values: float) -> Arrays:
    """Drawn examples for which some of the other arguments have the given values."""
    arguments = draw((3, 4))
    return arguments | {
        name: np.full(3, value, "float32") if isinstance(arguments[name], np.ndarray) else value
        for name, value in values.items()
    }


def large(draw: Draw) -> Arrays:
    """Examples a thousand times as large; the other arguments are unchanged."""
    arguments = draw((3, 4))
    return {k: v * 1e3 if np.ndim(v) > 1 else v for k, v in arguments.items()}


ADD_NOISE = laws(
    "add_noise",
    true_add_noise,
    true_add_noise_gradients,
    for_add_noise,
    {
        "alpha_bar 1": at(for_add_noise, alpha_bar=1),
        "alpha_bar 0.9999": at(for_add_noise, alpha_bar=0.9999),
        "alpha_bar 0.0001": at(for_add_noise, alpha_bar=0.0001),
        "large numbers": large(for_add_noise),
    },
)
PREDICT_CLEAN = laws(
    "predict_clean",
    true_predict_clean,
    true_predict_clean_gradients,
    for_predict_clean,
    {
        "alpha_bar 1": at(for_predict_clean, alpha_bar=1),
        "alpha_bar 0.9999": at(for_predict_clean, alpha_bar=0.9999),
        "alpha_bar 0.0001": at(for_predict_clean, alpha_bar=0.0001),
    },
)
NOISE_LOSS = laws(
    "noise_loss",
    true_noise_loss,
    true_noise_loss_gradients,
    for_noise_loss,
    {
        "large numbers": large(for_noise_loss),
        "a perfect prediction": {
            "epsilon": np.ones((3, 4), "float32"),
            "predicted": np.ones((3, 4), "float32"),
        },
    },
)
GUIDE = laws(
    "guide",
    true_guide,
    true_guide_gradients,
    for_guide,
    {
        "scale 0": at(for_guide, scale=0),
        "scale 1": at(for_guide, scale=1),
        "scale 20": at(for_guide, scale=20.0),
        "a scale that is a tensor": for_guide((3, 4)) | {"scale": np.array(2.5, "float32")},
    },
)
DDIM_STEP = laws(
    "ddim_step",
    true_ddim_step,
    true_ddim_step_gradients,
    for_ddim_step,
    {
        "a step to alpha_bar 1": at(for_ddim_step, alpha_bar_next=1),
        "a step from alpha_bar 0.0001": at(for_ddim_step, alpha_bar=0.0001),
        "a step from 0.0001 to 0.9999": at(for_ddim_step, alpha_bar=0.0001, alpha_bar_next=0.9999),
        "a step from 1 to 1": at(for_ddim_step, alpha_bar=1, alpha_bar_next=1),
        "a step back to 0.0001": at(for_ddim_step, alpha_bar=0.5, alpha_bar_next=0.0001),
    },
)
FLOW_POINT = laws(
    "flow_point",
    true_flow_point,
    true_flow_point_gradients,
    for_flow_point,
    {
        "time 0": at(for_flow_point, t=0),
        "time 1": at(for_flow_point, t=1),
        "large numbers": large(for_flow_point),
    },
)
FLOW_TARGET = laws(
    "flow_target",
    true_flow_target,
    true_flow_target_gradients,
    for_flow_target,
    {"large numbers": large(for_flow_target)},
)


def fresh(name: str, truth: Callable, draw: Draw) -> Callable[[np.random.Generator], Property]:
    """The values for newly drawn examples of shape (3, 4, 2)."""
    return fresh_values(name, truth, lambda rng: draw((5, 3, 4, 2), rng))


FRESH_ADD_NOISE = fresh("add_noise", true_add_noise, for_add_noise)
FRESH_PREDICT_CLEAN = fresh("predict_clean", true_predict_clean, for_predict_clean)
FRESH_NOISE_LOSS = fresh("noise_loss", true_noise_loss, for_noise_loss)
FRESH_GUIDE = fresh("guide", true_guide, for_guide)
FRESH_DDIM_STEP = fresh("ddim_step", true_ddim_step, for_ddim_step)
FRESH_FLOW_POINT = fresh("flow_point", true_flow_point, for_flow_point)
FRESH_FLOW_TARGET = fresh("flow_target", true_flow_target, for_flow_target)
