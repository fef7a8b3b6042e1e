"""Reference values of the assignment `autoencoder`; correct draws pass. See test_assignments.py."""

from course_utils.quiet import tf

import re

import numpy as np
import pytest
from scipy import integrate

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.autoencoder import probes, properties, solutions
from course_utils.grading.given import PassedFunction
from course_utils.grading.probes import observe, passes


def test_the_true_sparsity_is_an_integral_of_its_slope():
    """From the target, where the divergence is 0, along the true gradient."""
    target, means = 0.2, np.array([0.05, 0.7])

    def slope(t):
        codes = (target + t * (means - target))[None, :]
        return properties.true_sparsity_gradients(codes, target)["codes"][0] @ (means - target)

    expected = integrate.quad(slope, 0, 1)[0]
    assert properties.true_sparsity(means[None, :], target) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("truth", "gradients", "arguments"),
    [
        (
            properties.true_squared_error,
            properties.true_squared_error_gradients,
            properties.pictures(3, 2),
        ),
        (
            properties.true_sparsity,
            properties.true_sparsity_gradients,
            properties.codes(3, 2, 0.1),
        ),
    ],
)
def test_the_true_gradients_are_differences(truth, gradients, arguments):
    step = 1e-7
    for name, gradient in gradients(**arguments).items():
        for index in np.ndindex(gradient.shape):
            moved = arguments[name].copy()
            moved[index] += step
            there = np.sum(truth(**arguments | {name: moved}))
            slope = (there - np.sum(truth(**arguments))) / step
            assert slope == pytest.approx(gradient[index], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("kind", ["linear", "sigmoid"])
def test_the_true_contraction_is_a_sum_of_squared_differences(kind):
    given, x = properties.encoded(2, 3, 4, kind).values()
    encoder, step = PassedFunction(given), 1e-5
    total = np.zeros(2)
    for pixel in range(3):
        there, here = x.copy(), x.copy()
        there[:, pixel] += step
        here[:, pixel] -= step
        slope = (encoder(there).numpy() - encoder(here).numpy()) / (2 * step)
        total += np.sum(slope**2, axis=1)
    np.testing.assert_allclose(properties.true_contraction(given, x), total, rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_a_right_corruption_passes_whatever_the_seed(seed):
    tf.random.set_seed(seed)
    for probe in probes.CORRUPT:
        if probe.expected is not None:
            assert passes(probe, observe(solutions.corrupt, probe))
    for has_property in properties.CORRUPT:
        has_property(solutions.corrupt)


def exactly_as_many(x, drop_rate):
    """Drops the same number of pixels from every image."""
    rank = tf.argsort(tf.argsort(tf.random.uniform(tf.shape(x)), axis=1), axis=1)
    count = tf.cast(tf.round(drop_rate * x.shape[1]), tf.int32)
    return tf.where(rank < count, 0.0, x)


def bright_pixels_sooner(x, drop_rate):
    return tf.where(tf.random.uniform(tf.shape(x)) < 2 * drop_rate * x, 0.0, x)


def in_pairs(x, drop_rate):
    half = tf.random.uniform([x.shape[0], (x.shape[1] + 1) // 2])
    return tf.where(tf.repeat(half, 2, axis=1)[:, : x.shape[1]] < drop_rate, 0.0, x)


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (exactly_as_many, "independent|does not vary"),
        (bright_pixels_sooner, "drops|of what the pixel is"),
        (in_pairs, "from pixel to pixel"),
        (lambda x, rate: solutions.corrupt(x, rate + 0.02), "corrupt drops"),
        (lambda x, rate: solutions.corrupt(0.999 * x, rate), "should stay as it is"),
    ],
)
def test_drops_that_are_a_little_wrong_are_found(function, problem):
    with pytest.raises(AssertionError, match=problem):
        properties.drops_independently(function)


def test_the_encoders_of_the_suggested_steps_cost_what_stands_there():
    text = (cells.TEXTS / "autoencoder.py").read_text("utf-8")
    encoders = [eval(code, {"tf": tf}) for code in re.findall(r"`(lambda x: [^`]+)`", text)]
    x = tf.random.stateless_uniform((3, 7), (1, 2))
    costs = [solutions.contractive_penalty(encoder, x).numpy() for encoder in encoders]
    np.testing.assert_allclose(costs, [[4 * 7] * 3, [2 * 7] * 3], rtol=1e-6)
