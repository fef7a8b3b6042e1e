"""The measure of drawn digits, for images for which the right result is known."""

import course_utils.quiet

import numpy as np
import pytest

from course_utils.data import load
from digit_quality import BATCH, DIGITS, FRECHET, SAMPLES, draw, scores
from entries.gan import measure_copies


def test_draws_are_put_together_in_their_order():
    asked = np.arange(BATCH) % 10
    drawn = draw(lambda count: asked[:count, None])
    np.testing.assert_array_equal(drawn[:, 0], np.arange(SAMPLES) % 10)


def test_the_test_digits_are_at_no_distance():
    found = scores(load("digits").test.x)
    assert found[FRECHET] == pytest.approx(0, abs=1e-6)
    assert found[DIGITS] == 10


def test_one_digit_is_counted_once_and_far_away():
    digits = load("digits").train
    found = scores(digits.x[digits.labels == 3])
    assert found[DIGITS] == 1
    assert found[FRECHET] > 30


def test_two_sets_of_copies_differ_little():
    """The standard deviation of one is 0.06: fails for one pair of seeds in 10,000 by chance."""
    first, second = (measure_copies(seed).metrics for seed in range(2))
    assert first[DIGITS] == second[DIGITS] == 10
    assert abs(first[FRECHET] - second[FRECHET]) < 4 * 2**0.5 * 0.062
