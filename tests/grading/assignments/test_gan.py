"""Reference values of the assignment `gan`; correct draws pass. See test_assignments.py."""

from course_utils.quiet import tf

import re

import numpy as np
import pytest
from scipy import stats

from course_utils.grading.assignments import cells, common
from course_utils.grading.assignments.gan import probes, properties, solutions
from course_utils.grading.given import GivenFunction, PassedFunction
from course_utils.grading.probes import observe, passes


def as_probabilities(logits):
    return 1 / (1 + np.exp(-logits))


def test_the_true_losses_are_bernoulli_likelihoods():
    real, fake = properties.scores("real", "fake", (5, 3)).values()
    on_real = stats.bernoulli.logpmf(1, as_probabilities(real)).mean()
    on_fake = stats.bernoulli.logpmf(0, as_probabilities(fake)).mean()
    taken_for_real = stats.bernoulli.logpmf(1, as_probabilities(fake)).mean()
    assert properties.true_discriminator_loss(real, fake) == pytest.approx(-on_real - on_fake)
    assert properties.true_saturating_loss(fake) == pytest.approx(on_fake)
    assert properties.true_generator_loss(fake) == pytest.approx(-taken_for_real)


@pytest.mark.parametrize(
    ("truth", "gradients", "arguments"),
    [
        (
            properties.true_discriminator_loss,
            properties.true_discriminator_gradients,
            properties.scores("real_logits", "fake_logits", (4, 2)),
        ),
        (
            properties.true_generator_loss,
            properties.true_generator_gradients,
            properties.fakes(3),
        ),
        (
            properties.true_saturating_loss,
            properties.true_saturating_gradients,
            properties.fakes(3),
        ),
        (
            properties.true_critic_loss,
            properties.true_critic_gradients,
            properties.scores("real_scores", "fake_scores", (4, 2)),
        ),
    ],
)
def test_the_true_gradients_are_differences(truth, gradients, arguments):
    step = 1e-6
    for name, gradient in gradients(**arguments).items():
        for index in np.ndindex(gradient.shape):
            moved = arguments[name].copy()
            moved[index] += step
            slope = (truth(**arguments | {name: moved}) - truth(**arguments)) / step
            assert slope == pytest.approx(gradient[index], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("kind", ["linear", "quadratic", "sigmoid"])
def test_the_slopes_of_the_critics_are_those_of_autodiff(kind):
    x = properties.images(3, (2, 2, 1)).astype("float32")
    weights = properties.images(1, (4 + (kind == "sigmoid"), 1))[0].astype("float32")
    critic = PassedFunction(GivenFunction(kind, weights))
    with tf.GradientTape() as tape:
        inputs = tf.constant(x)
        tape.watch(inputs)
        scores = critic(inputs)
    expected = tf.reshape(tape.gradient(scores, inputs), (3, 4))
    slopes = properties.slopes(GivenFunction(kind, weights), x)
    np.testing.assert_allclose(slopes, expected, rtol=1e-4, atol=1e-6)


def test_a_penalty_that_depends_on_chance_has_no_closed_form():
    real, fake = probes.BEND["real"], probes.BEND["fake"]
    with pytest.raises(ValueError, match="critic: the penalty depends on chance"):
        properties.true_penalty(probes.CURVED, real, fake)
    with pytest.raises(ValueError, match="no closed form for the kind 'piecewise'"):
        properties.true_penalty(probes.LEVELS, real, real)


def test_the_expected_penalty_between_real_and_fake_is_an_integral():
    m = (np.arange(10**6) + 0.5) / 10**6
    critic = PassedFunction(probes.LEVELS)
    x = tf.constant((m[:, None] * probes.ALONG["real"].reshape(1, -1)).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        scores = critic(x)
    penalties = (np.linalg.norm(tape.gradient(scores, x).numpy(), axis=-1) - 1) ** 2
    assert penalties.mean() == pytest.approx(probes.MEAN, abs=1e-3)
    assert penalties.std() == pytest.approx(probes.DEVIATION, abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_a_right_penalty_passes_whatever_the_seed(seed):
    tf.random.set_seed(seed)
    for probe in probes.GRADIENT_PENALTY:
        if probe.expected is not None:
            assert passes(probe, observe(solutions.gradient_penalty, probe))
    properties.has_a_uniform_weight(solutions.gradient_penalty)
    properties.draws_anew(solutions.gradient_penalty)


@pytest.mark.parametrize(
    "weight",
    [
        "tf.random.uniform([tf.shape(real)[0], 1, 1, real.shape[3]])",
        "tf.random.uniform([tf.shape(real)[0], real.shape[1], 1, 1])",
        "tf.random.uniform([tf.shape(real)[0], 1, 1, 1]) ** 1.2",
        "tf.repeat(tf.random.uniform([20, 1, 1, 1]), tf.shape(real)[0] // 20, axis=0)",
    ],
)
def test_weights_that_are_a_little_wrong_are_found(weight):
    def gradient_penalty(critic, real, fake):
        mixed = fake + eval(weight) * (real - fake)
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            scores = critic(mixed)
        norm = tf.norm(tf.reshape(tape.gradient(scores, mixed), (len(real), -1)), axis=-1)
        return tf.reduce_mean((norm - 1) ** 2)

    with pytest.raises(AssertionError, match="do not lie uniformly between"):
        properties.has_a_uniform_weight(gradient_penalty)


def test_a_gradient_penalty_may_be_traced_with_its_critic():
    arguments = [common.as_tensor(value) for value in probes.STEEP.values()]
    graph = common.traced(solutions.gradient_penalty)
    assert float(graph(*arguments)) == pytest.approx(0.75**2, rel=1e-4)


def test_the_critics_of_the_suggested_steps_have_the_penalties_that_stand_there():
    text = (cells.TEXTS / "gan.py").read_text("utf-8")
    critics = [eval(code) for code in re.findall(r"`(lambda images: [^`]+)`", text)]
    real, fake = tf.random.stateless_uniform((2, 5, 8, 8, 1), (1, 2))
    penalties = [float(solutions.gradient_penalty(critic, real, fake)) for critic in critics]
    assert penalties == pytest.approx([4, 0])
