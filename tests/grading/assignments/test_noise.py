"""Noise with a wrong distribution is detected; test_false_alarms.py bounds false alarms."""

import numpy as np
import pytest
from scipy import stats

from course_utils.grading.assignments import noise

CALLS, EXAMPLES, DIMENSIONS = 8, 100, 500
SIZE = (CALLS, EXAMPLES, DIMENSIONS)


def right(rng):
    return rng.normal(size=SIZE)


def in_turn(count):
    """A few fixed noises, one call after the other."""

    def draw(rng):
        fixed = rng.normal(size=(count, EXAMPLES, DIMENSIONS))
        return fixed[np.arange(CALLS) % count]

    return draw


def opposite_halves(rng):
    half = rng.normal(size=(CALLS, EXAMPLES // 2, DIMENSIONS))
    return np.concatenate([half, -half], axis=1)


def opposite_columns(rng):
    half = rng.normal(size=(CALLS, EXAMPLES, DIMENSIONS // 2))
    return np.concatenate([half, -half], axis=2)


def mirrored(rng):
    half = rng.normal(size=(CALLS, EXAMPLES // 2, DIMENSIONS))
    return np.concatenate([half, half[:, ::-1, ::-1]], axis=1)


def new_signs(rng):
    """Fixed magnitudes; the signs alone are drawn."""
    return np.abs(rng.normal(size=SIZE[1:])) * rng.choice([-1, 1], size=SIZE)


def drifting(rng):
    e = rng.normal(size=SIZE)
    e[1:] = 0.1 * e[:-1] + np.sqrt(0.99) * e[1:]
    return e


WRONG = {
    "two in turn": in_turn(2),
    "three in turn": in_turn(3),
    "opposite halves": opposite_halves,
    "opposite columns": opposite_columns,
    "mirrored halves": mirrored,
    "new signs alone": new_signs,
    "a little of the call before": drifting,
    "tails cut": lambda rng: np.clip(rng.normal(size=SIZE), -2.5, 2.5),
    "tails drawn again": lambda rng: stats.truncnorm.rvs(-3.2, 3.2, size=SIZE, random_state=rng),
    "a sum of uniforms": lambda rng: sum(rng.random(SIZE) - 0.5 for _ in range(12)),
    "heavy tails": lambda rng: rng.standard_t(30, SIZE) * np.sqrt(28 / 30),
    "steps": lambda rng: np.round(rng.normal(size=SIZE), 1),
    "a logistic": lambda rng: rng.logistic(size=SIZE) * np.sqrt(3) / np.pi,
    "scaled": lambda rng: 1.02 * rng.normal(size=SIZE),
    "shifted": lambda rng: rng.normal(size=SIZE) + 0.02,
}


def found(e):
    return noise.not_standard_normal(e) or noise.dependent(e)


@pytest.mark.parametrize("seed", range(3))
def test_right_noise_passes(seed):
    assert not found(right(np.random.default_rng(seed)))


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_noise_is_found(kind):
    assert found(WRONG[kind](np.random.default_rng(0)))
