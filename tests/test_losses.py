"""Losses against closed forms, numerical integration, autodiff and SciPy."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import tensorflow as tf

from course_utils import losses


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_bernoulli_cross_entropy_is_the_sum_of_keras_cross_entropies(rng):
    x = rng.random((5, 4, 4, 1)).astype("float32")
    logits = rng.normal(size=x.shape).astype("float32") * 3
    per_pixel = keras.ops.binary_crossentropy(x, logits, from_logits=True)
    np.testing.assert_allclose(
        losses.bernoulli_cross_entropy(x, logits), np.sum(per_pixel, axis=(1, 2, 3)), rtol=1e-5
    )


def test_bernoulli_cross_entropy_is_right_at_extreme_logits():
    x = np.array([[1.0], [0.0], [0.0], [1.0]], "float32")
    logits = np.array([[1000.0], [1000.0], [-1000.0], [-1000.0]], "float32")
    np.testing.assert_array_equal(losses.bernoulli_cross_entropy(x, logits), [0, 1000, 0, 1000])


def test_bernoulli_cross_entropy_gradient_is_probability_minus_pixel(rng):
    x = rng.random((3, 7)).astype("float32")
    logits = rng.normal(size=(3, 7)).astype("float32") * 5
    logits[0] = 0  # where an untrained or switched-off layer begins
    logits = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = losses.bernoulli_cross_entropy(x, logits)
    expected = scipy.special.expit(logits) - x
    np.testing.assert_allclose(tape.gradient(loss, logits), expected, atol=1e-6)


def test_squared_error_sums_over_pixels(rng):
    x, y = rng.normal(size=(2, 6, 3, 2))
    np.testing.assert_allclose(losses.squared_error(x, y), ((x - y) ** 2).sum((1, 2)), rtol=1e-5)


@pytest.mark.parametrize(("mu", "sigma"), [(0.0, 1.0), (1.5, 0.3), (-2.0, 2.5)])
def test_kl_equals_the_integral_that_defines_it(mu, sigma):
    q, p = scipy.stats.norm(mu, sigma), scipy.stats.norm()
    integral, _ = scipy.integrate.quad(
        lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), mu - 12 * sigma, mu + 12 * sigma
    )
    mu, log_var = np.float32([[mu]]), np.float32([[2 * np.log(sigma)]])
    np.testing.assert_allclose(losses.kl_to_standard_normal(mu, log_var), [integral], atol=2e-6)


def test_kl_sums_over_dimensions_and_not_over_the_batch(rng):
    mu, log_var = rng.normal(size=(2, 5, 3)).astype("float32")
    per_dimension = losses.kl_per_dimension(mu, log_var)
    assert per_dimension.shape == (5, 3)
    np.testing.assert_allclose(
        losses.kl_to_standard_normal(mu, log_var), np.sum(per_dimension, axis=1), rtol=1e-6
    )


def test_kl_keeps_its_digits_near_the_prior():
    # KL = μ²/2 + ¼ log_var² to leading order; computed naively in float32 it is 0 here.
    kl = losses.kl_to_standard_normal(np.float32([[0.0]]), np.float32([[1e-4]]))
    np.testing.assert_allclose(kl, [0.25e-8], rtol=0.05)


def test_normal_log_prob_agrees_with_scipy_far_from_the_mean(rng):
    x = rng.normal(size=(6, 4)).astype("float32") * 50
    mu, log_var = rng.normal(size=(2, 6, 4)).astype("float32")
    expected = scipy.stats.norm(mu, np.exp(0.5 * log_var)).logpdf(x).sum(axis=1)
    np.testing.assert_allclose(losses.normal_log_prob(x, mu, log_var), expected, rtol=1e-5)
    standard = scipy.stats.norm().logpdf(x).sum(axis=1)
    np.testing.assert_allclose(losses.normal_log_prob(x), standard, rtol=1e-5)


def test_sparsity_is_the_kl_of_bernoullis_for_each_unit(rng):
    code = rng.random((50, 6)).astype("float32")
    activation = code.astype("float64").mean(axis=0)
    expected = [
        scipy.stats.entropy([0.1, 0.9], [probability, 1 - probability])
        for probability in activation
    ]
    np.testing.assert_allclose(losses.sparsity_per_unit(code, 0.1), expected, rtol=1e-5)


@pytest.mark.parametrize("activation", [0.0, 1.0])
def test_sparsity_stays_finite_for_a_unit_that_is_always_off_or_on(activation):
    penalty = losses.sparsity_per_unit(np.full((4, 2), activation, "float32"), 0.1)
    assert np.all(np.isfinite(penalty)) and np.all(penalty > 1)


def test_jacobian_norm_of_one_dense_layer_has_a_closed_form(rng):
    """∂h_d/∂x_i = (1 − h_d²) W_id for h = tanh(W x)."""
    weights = rng.normal(size=(5, 3)).astype("float32")
    x = rng.normal(size=(7, 5)).astype("float32")
    h = np.tanh(x @ weights)
    expected = np.einsum("bd,id->b", (1 - h**2) ** 2, weights**2)
    norm = losses.jacobian_norm(x, lambda x: tf.tanh(x @ weights))
    np.testing.assert_allclose(norm, expected, rtol=1e-4)


def test_gradient_of_the_jacobian_norm_reaches_the_weights(rng):
    """For a linear map the norm is ΣW², whatever x is, and its gradient 2W."""
    weights = tf.Variable(rng.normal(size=(4, 3)), dtype=tf.float32)
    with tf.GradientTape() as tape:
        norm = losses.jacobian_norm(np.ones((2, 2, 2), "float32"), lambda x: linear(x, weights))
    np.testing.assert_allclose(tape.gradient(norm, weights), 2 * 2 * weights, rtol=1e-5)


def linear(x, weights):
    return tf.reshape(x, (-1, weights.shape[0])) @ weights
