"""Reference values of the assignment `diffusion`. See also test_assignments.py."""

from course_utils.quiet import tf

import numpy as np
import pytest

from course_utils.grading.assignments.diffusion import properties, solutions
from course_utils.models.diffusion import Diffusion, dense_diffusion
from course_utils.models.flow_matching import FlowMatching

SHAPE = (3, 2, 2, 1)
PAIRS = {
    "add_noise": properties.for_add_noise,
    "predict_clean": properties.for_predict_clean,
    "noise_loss": properties.for_noise_loss,
    "guide": properties.for_guide,
    "ddim_step": properties.for_ddim_step,
    "flow_point": properties.for_flow_point,
    "flow_target": properties.for_flow_target,
}


def exact(arguments):
    return {
        name: value.astype("float64") if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }


@pytest.mark.parametrize("name", PAIRS)
def test_the_true_gradients_are_differences(name):
    truth = getattr(properties, f"true_{name}")
    arguments = exact(PAIRS[name](SHAPE))
    step = 1e-6
    for argument, gradient in getattr(properties, f"true_{name}_gradients")(**arguments).items():
        assert gradient.shape == arguments[argument].shape
        for index in np.ndindex(gradient.shape):
            ends = []
            for sign in (1, -1):
                moved = arguments[argument].copy()
                moved[index] += sign * step
                ends.append(np.sum(truth(**arguments | {argument: moved})))
            slope = (ends[0] - ends[1]) / (2 * step)
            assert slope == pytest.approx(gradient[index], rel=1e-5, abs=1e-5)


def test_the_true_noise_is_that_of_the_library():
    arguments = properties.for_add_noise(SHAPE)
    x, epsilon, alpha_bar = arguments.values()
    model = dense_diffusion(SHAPE[1:], width=4, blocks=1)
    assert isinstance(model, Diffusion)
    t = np.arccos(np.sqrt(alpha_bar)) * 2 / np.pi
    expected = model.noised(x, epsilon, t)
    np.testing.assert_allclose(properties.true_add_noise(**exact(arguments)), expected, rtol=1e-4)


def test_the_true_clean_example_undoes_the_noise():
    x, epsilon, alpha_bar = exact(properties.for_add_noise(SHAPE)).values()
    noisy = properties.true_add_noise(x, epsilon, alpha_bar)
    np.testing.assert_allclose(properties.true_predict_clean(noisy, epsilon, alpha_bar), x)


def test_the_true_step_leads_from_one_level_to_the_next():
    x, epsilon, alpha_bar = exact(properties.for_add_noise(SHAPE)).values()
    there = np.array([0.999, 0.3, 1.0])
    noisy = properties.true_add_noise(x, epsilon, alpha_bar)
    np.testing.assert_allclose(
        properties.true_ddim_step(noisy, epsilon, alpha_bar, there),
        properties.true_add_noise(x, epsilon, there),
    )


def test_noise_keeps_the_variance_of_data_with_variance_1():
    """Over 200,000 draws the standard error of a variance is 0.003; 5 of them fail once in 10⁶."""
    x, epsilon = np.random.default_rng(0).normal(size=(2, 1, 200_000))
    for alpha_bar in (0.1, 0.5, 0.9):
        noisy = properties.true_add_noise(x, epsilon, np.array([alpha_bar]))
        assert np.var(noisy) == pytest.approx(1, abs=5 * np.sqrt(2 / x.size))


def test_the_true_flow_is_that_of_the_library():
    noise, data, t = exact(properties.for_flow_point(SHAPE)).values()
    path = FlowMatching.coefficients
    signal, weight, signal_rate, weight_rate = path(None, 1 - t)
    wide = (slice(None), None, None, None)
    point = np.asarray(signal)[wide] * data + np.asarray(weight)[wide] * noise
    np.testing.assert_allclose(properties.true_flow_point(noise, data, t), point, rtol=1e-5)
    # The library counts time from the data to the noise.
    velocity = -(np.asarray(signal_rate) * data.T + np.asarray(weight_rate) * noise.T).T
    np.testing.assert_allclose(properties.true_flow_target(noise, data), velocity, rtol=1e-5)


def test_guidance_of_the_solution_is_a_line_through_both_predictions():
    with_label, without_label, _ = properties.for_guide(SHAPE).values()
    for scale, expected in ((0, without_label), (1, with_label)):
        guided = solutions.guide(tf.constant(with_label), tf.constant(without_label), scale)
        np.testing.assert_allclose(guided, expected, atol=1e-6)
