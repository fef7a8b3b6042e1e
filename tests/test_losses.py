"""Losses against closed forms, numerical integration, autodiff and SciPy."""

import course_utils.quiet

import re

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


# ------------------------------------------------------------------------- two players

EXTREME = np.float32([[1000.0], [-1000.0], [0.0]])
DISCRIMINATOR_LOSSES = (
    losses.logistic_discriminator_loss,
    losses.hinge_discriminator_loss,
    losses.wasserstein_critic_loss,
)
GENERATOR_LOSSES = (
    losses.saturating_generator_loss,
    losses.non_saturating_generator_loss,
    losses.wasserstein_generator_loss,
)


@pytest.fixture
def logits(rng):
    """Logits of real and of fake examples, (6, 1) each."""
    return rng.normal(size=(2, 6, 1)).astype("float32") * 3


def slope(loss, logit):
    logit = tf.constant([[logit]])
    with tf.GradientTape() as tape:
        tape.watch(logit)
        value = loss(logit)
    return float(tape.gradient(value, logit)[0, 0])


def test_logistic_losses_are_keras_cross_entropies(logits):
    real, fake = logits

    def cross_entropy(target, logit):
        return np.ravel(keras.ops.binary_crossentropy(target + 0 * logit, logit, from_logits=True))

    np.testing.assert_allclose(
        losses.logistic_discriminator_loss(real, fake),
        cross_entropy(1, real) + cross_entropy(0, fake),
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        losses.non_saturating_generator_loss(fake), cross_entropy(1, fake), rtol=1e-5
    )
    np.testing.assert_allclose(
        losses.saturating_generator_loss(fake), -cross_entropy(0, fake), rtol=1e-5
    )


def test_hinge_and_wasserstein_losses_by_hand():
    real, fake = np.float32([[2.0], [0.5], [-1.0]]), np.float32([[-3.0], [0.5], [1.0]])
    np.testing.assert_allclose(losses.hinge_discriminator_loss(real, fake), [0, 0.5 + 1.5, 2 + 2])
    np.testing.assert_allclose(losses.wasserstein_critic_loss(real, fake), [-5, 0, 2])
    np.testing.assert_allclose(losses.wasserstein_generator_loss(fake), [3, -0.5, -1])


@pytest.mark.parametrize("loss", DISCRIMINATOR_LOSSES + GENERATOR_LOSSES)
def test_one_value_for_each_example(loss, logits):
    arguments = logits if loss in DISCRIMINATOR_LOSSES else logits[1:]
    together = loss(*arguments)
    assert together.shape == (6,)
    one_by_one = [float(loss(*(a[i : i + 1] for a in arguments))[0]) for i in range(6)]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-6)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (lambda logit: losses.logistic_discriminator_loss(logit, -logit), [0, 2000, 2 * np.log(2)]),
        (losses.saturating_generator_loss, [-1000, 0, -np.log(2)]),
        (losses.non_saturating_generator_loss, [0, 1000, np.log(2)]),
        (lambda logit: losses.hinge_discriminator_loss(logit, -logit), [0, 2002, 2]),
        (lambda logit: losses.wasserstein_critic_loss(logit, -logit), [-2000, 2000, 0]),
        (losses.wasserstein_generator_loss, [-1000, 1000, 0]),
    ],
)
def test_adversarial_losses_are_right_at_extreme_logits(loss, expected, jit_compile):
    def value_and_slope(logits):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss(logits)
        return value, tape.gradient(value, logits)

    compiled = tf.function(value_and_slope, jit_compile=jit_compile, autograph=False)
    value, gradient = compiled(tf.constant(EXTREME))
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    assert np.isfinite(gradient).all()


def test_the_saturating_slope_vanishes_for_a_sure_discriminator_and_the_other_does_not():
    for logit in (-1.0, -5.0, -20.0, -80.0):
        d = scipy.special.expit(np.float64(logit))
        np.testing.assert_allclose(slope(losses.saturating_generator_loss, logit), -d, rtol=1e-5)
        np.testing.assert_allclose(
            slope(losses.non_saturating_generator_loss, logit), d - 1, rtol=1e-5
        )


@pytest.fixture
def network():
    """A curved score of images (B, 4, 3, 2), smooth so that differences can check its slope."""
    keras.utils.set_random_seed(0)
    x = keras.Input((4, 3, 2))
    h = keras.layers.Dense(8, activation="tanh")(keras.layers.Flatten()(x))
    return keras.Model(x, keras.layers.Dense(1)(h))


def test_r1_is_the_squared_norm_of_each_slope(network, rng):
    x = rng.normal(size=(5, 4, 3, 2)).astype("float32")
    penalty = losses.r1_penalty(network, x)
    assert penalty.shape == (5,)
    for i in range(5):
        one = tf.constant(x[i : i + 1])
        with tf.GradientTape() as tape:
            tape.watch(one)
            score = network(one)
        jacobian = tape.jacobian(score, one)
        np.testing.assert_allclose(penalty[i], np.sum(np.square(jacobian)), rtol=1e-5)


def linear_critic(norm):
    direction = np.random.default_rng(1).normal(size=24).astype("float32")
    direction *= norm / np.linalg.norm(direction)
    return lambda x: tf.reshape(x, (-1, 24)) @ direction[:, None]


@pytest.mark.parametrize("norm", [0.0, 1.0, 3.0])
def test_gradient_penalty_of_a_linear_critic_is_its_distance_from_slope_1(norm, rng):
    real, fake = rng.normal(size=(2, 5, 4, 3, 2)).astype("float32")
    penalty = losses.gradient_penalty(linear_critic(norm), real, fake)
    np.testing.assert_allclose(penalty, np.full(5, (norm - 1) ** 2), atol=2e-6)


def test_gradient_penalty_mixes_each_pair_by_one_uniform_weight():
    """With f(x) = ½ |x|² the slope at x̂ is x̂ itself, so the penalty tells where x̂ was."""
    seen = []

    def critic(x):
        seen.append(np.array(x))
        return 0.5 * tf.reduce_sum(tf.square(x), axis=(1, 2, 3))[:, None]

    real, fake = np.ones((4000, 2, 2, 1), "float32"), np.zeros((4000, 2, 2, 1), "float32")
    penalty = losses.gradient_penalty(critic, real, fake, seed=0)
    weight = seen[0][:, 0, 0, 0]
    np.testing.assert_array_equal(seen[0], weight[:, None, None, None] * real)
    np.testing.assert_allclose(penalty, (2 * weight - 1) ** 2, atol=1e-5)
    # A seed fixes the outcome; a right sampler fails this for one seed in a thousand.
    assert scipy.stats.kstest(weight, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("penalty", ["r1", "gradient"])
def test_penalties_are_differentiable_in_the_weights(penalty, network, rng):
    real, fake = rng.normal(size=(2, 5, 4, 3, 2)).astype("float32")
    kernel = network.trainable_variables[0]

    def value():
        if penalty == "r1":
            return tf.reduce_mean(losses.r1_penalty(network, real))
        return tf.reduce_mean(losses.gradient_penalty(network, real, fake, seed=3))

    with tf.GradientTape() as tape:
        loss = value()
    gradient = tape.gradient(loss, kernel).numpy()
    step = np.zeros_like(gradient)
    step[2, 5] = 1e-2
    original = kernel.numpy()
    kernel.assign(original + step)
    above = float(value())
    kernel.assign(original - step)
    below = float(value())
    np.testing.assert_allclose((above - below) / 2e-2, gradient[2, 5], rtol=0.01)


def test_absolute_error_sums_over_pixels(rng):
    x, y = rng.normal(size=(2, 5, 4, 4, 3)).astype("float32")
    expected = np.abs(x.astype("float64") - y).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(losses.absolute_error(x, y), expected, rtol=1e-5)


def test_least_squares_losses_by_hand():
    real, fake = np.float32([[[1.0, 3.0]], [[0.0, 0.0]]]), np.float32([[[0.0, 1.0]], [[2.0, 0.5]]])
    expected = [0.5 * (0 + 4 + 0 + 1), 0.5 * (1 + 1 + 4 + 0.25)]
    np.testing.assert_allclose(losses.least_squares_discriminator_loss(real, fake), expected)
    np.testing.assert_allclose(losses.least_squares_generator_loss(fake), [1 + 0, 1 + 0.25])
    half = np.full((1, 1), 0.5, "float32")
    np.testing.assert_allclose(losses.least_squares_discriminator_loss(half, half), [0.25])


def test_the_best_least_squares_score_is_the_probability_of_being_real():
    """For densities p and q at a point the loss p (s − 1)² + q s² is least at s = p / (p + q)."""
    score = tf.constant([[0.3 / (0.3 + 0.5)]])
    with tf.GradientTape() as tape:
        tape.watch(score)
        # real and fake parts of the loss, each by a score at which the other is zero
        real = losses.least_squares_discriminator_loss(score, tf.zeros_like(score))
        fake = losses.least_squares_discriminator_loss(tf.ones_like(score), score)
        expected_loss = 0.3 * real + 0.5 * fake
    np.testing.assert_allclose(tape.gradient(expected_loss, score), [[0.0]], atol=1e-7)


# ------------------------------------------------------------------------- disentangled codes


def gaussian_codes(rng, count=6, dimensions=3):
    mu, log_var = rng.normal(size=(2, count, dimensions))
    z = mu + np.exp(0.5 * log_var) * rng.normal(size=mu.shape)
    return [array.astype("float32") for array in (z, mu, log_var)]


def test_aggregate_posterior_of_all_examples_is_their_mixture(rng):
    """A batch of all N examples leaves nothing to estimate."""
    z, mu, log_var = gaussian_codes(rng)
    joint, marginals = losses.log_aggregate_posterior(z, mu, log_var, examples=6)
    density = scipy.stats.norm.pdf(z[:, None], mu, np.exp(0.5 * log_var))  # (6, 6, 3)
    np.testing.assert_allclose(joint, np.log(density.prod(axis=-1).mean(axis=1)), rtol=1e-4)
    np.testing.assert_allclose(marginals, np.log(density.mean(axis=1)), rtol=1e-4, atol=1e-6)


def test_aggregate_posterior_from_batches_is_unbiased(rng):
    """Over all batches with example 0 in them, the estimates of q(z₀) average to q(z₀)."""
    z, mu, log_var = gaussian_codes(rng)
    joint, marginals = losses.log_aggregate_posterior(z, mu, log_var, examples=6)
    estimates = [
        losses.log_aggregate_posterior(*(a[[0, i, j]] for a in (z, mu, log_var)), examples=6)
        for i in range(1, 6)
        for j in range(i + 1, 6)
    ]
    np.testing.assert_allclose(
        np.mean([np.exp(e[0][0]) for e in estimates]), np.exp(joint[0]), rtol=1e-4
    )
    np.testing.assert_allclose(
        np.mean([np.exp(e[1][0]) for e in estimates], axis=0), np.exp(marginals[0]), rtol=1e-4
    )


def test_total_correlation_is_zero_for_a_code_of_one_dimension_but_not_for_two_alike(rng):
    z, mu, log_var = gaussian_codes(rng, count=50, dimensions=1)
    np.testing.assert_allclose(losses.total_correlation(z, mu, log_var, 900), 0, atol=1e-5)
    # The same codes on a diagonal of the plane: what one coordinate says, the other repeats.
    z, mu, log_var = (np.tile(a, 2) for a in (z, mu, log_var))
    assert np.mean(losses.total_correlation(z, mu, log_var, 900)) > 0.5


def test_permuted_columns_keep_their_values_and_lose_their_order(rng):
    z = rng.normal(size=(400, 2)).astype("float32")
    z[:, 1] = z[:, 0]
    permuted = np.asarray(losses.permute_dimensions(z, seed=1))
    np.testing.assert_array_equal(np.sort(permuted, axis=0), np.sort(z, axis=0))
    assert abs(np.corrcoef(permuted.T)[0, 1]) < 5 / np.sqrt(400)  # five standard errors


def test_code_cross_entropy_is_kerass_and_right_at_extreme_logits(rng):
    code = np.eye(5, dtype="float32")[rng.integers(5, size=7)]
    logits = rng.normal(size=(7, 5)).astype("float32")
    np.testing.assert_allclose(
        losses.code_cross_entropy(code, logits),
        keras.losses.categorical_crossentropy(code, logits, from_logits=True),
        rtol=1e-5,
    )
    extreme = losses.code_cross_entropy(
        np.eye(2, dtype="float32"), np.float32([[1000, -1000], [1000, -1000]])
    )
    np.testing.assert_array_equal(extreme, [0, 2000])


PAIRS = {
    losses.bernoulli_cross_entropy: ("x", "logits"),
    losses.squared_error: ("x", "y"),
    losses.absolute_error: ("x", "y"),
    losses.kl_per_dimension: ("mu", "log_var"),
    losses.kl_to_standard_normal: ("mu", "log_var"),
    losses.logistic_discriminator_loss: ("real_logits", "fake_logits"),
    losses.hinge_discriminator_loss: ("real_logits", "fake_logits"),
    losses.least_squares_discriminator_loss: ("real_scores", "fake_scores"),
    losses.wasserstein_critic_loss: ("real_scores", "fake_scores"),
    losses.code_cross_entropy: ("code", "code_logits"),
}


@pytest.mark.parametrize("loss", PAIRS, ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("shape", [(4,), (1, 3), (4, 1), (4, 3, 1)])
def test_what_would_broadcast_is_refused(loss, shape):
    """Instead of a number that means nothing."""
    first, second = PAIRS[loss]
    one, other = np.full((4, 3), 0.5, "float32"), np.full(shape, 0.5, "float32")
    message = rf"{second}: expected the shape of {first}, \(4, 3\), got {re.escape(str(shape))}"
    with pytest.raises(ValueError, match=message):
        loss(one, other)
    with pytest.raises(ValueError, match=message):
        tf.function(loss)(tf.constant(one), tf.constant(other))


def test_other_losses_refuse_it_too():
    one, other = np.zeros((4, 3), "float32"), np.zeros((4, 1), "float32")
    with pytest.raises(ValueError, match="fake: expected the shape of real"):
        losses.gradient_penalty(lambda x: x, one, other)
    for arguments in ((one, other, one), (one, one, other)):
        with pytest.raises(ValueError, match="expected the shape of z"):
            losses.total_correlation(*arguments, examples=10)
