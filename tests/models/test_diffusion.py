"""Diffusion against closed forms: of the noising, of Gaussian data, and of a single point."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import scipy.special
import tensorflow as tf
from scipy import stats

from course_utils.data import load
from course_utils.metrics.sample_quality import digit_features, frechet_distance
from course_utils.models.diffusion import (
    Diffusion,
    dense_denoiser,
    dense_diffusion,
    last,
    point_diffusion,
)
from course_utils.models.flow_matching import FlowMatching, dense_flow_matching, point_flow_matching

FAMILY = [Diffusion, FlowMatching]
TIMES = np.linspace(0, 1, 21, dtype="float32")


def _logit_normal(t):
    return stats.norm.cdf(np.log(t / (1 - t)))


@pytest.mark.parametrize("kind", FAMILY)
def test_the_path_leads_from_data_to_noise_and_knows_its_rates(gaussian, kind):
    model = gaussian.model(kind)
    path = [np.asarray(c) for c in model.coefficients(TIMES)]
    np.testing.assert_allclose([c[0] for c in path[:2]], [1, 0], atol=1e-6)
    np.testing.assert_allclose([c[-1] for c in path[:2]], [0, 1], atol=1e-6)
    np.testing.assert_allclose(path[0] * path[3] - path[2] * path[1], 1, atol=1e-6)
    with tf.GradientTape(persistent=True) as tape:
        t = tf.Variable(TIMES)
        moving = model.coefficients(t)
    rates = np.array([tape.gradient(c, t) for c in moving[:2]])
    speed = {Diffusion: np.pi / 2, FlowMatching: 1}[kind]  # dφ/dt
    np.testing.assert_allclose(rates, speed * np.array(path[2:]), atol=1e-5)


def test_cosine_noising_keeps_the_variance(gaussian):
    path = gaussian.model(Diffusion).coefficients(TIMES)
    np.testing.assert_allclose(path.signal**2 + path.noise**2, 1, atol=1e-6)


@pytest.mark.parametrize("kind", FAMILY)
@pytest.mark.parametrize("t", [0.2, 0.7])
def test_noised_data_have_the_stated_distribution(gaussian, kind, t):
    model, rng = gaussian.model(kind), np.random.default_rng(0)
    x = np.full((20_000, 2), gaussian.mean)
    epsilon = rng.normal(size=x.shape).astype("float32")
    z = np.asarray(model.noised(x, epsilon, np.full(len(x), t, "float32")))
    path = model.coefficients(t)
    for i in range(2):
        law = stats.norm(path.signal * gaussian.mean[i], path.noise)
        assert stats.kstest(z[:, i], law.cdf).pvalue > 1e-4


@pytest.mark.parametrize("kind", FAMILY)
def test_velocity_and_position_give_back_the_clean_example_and_the_noise(gaussian, kind):
    model, rng = gaussian.model(kind), np.random.default_rng(1)
    x, epsilon = rng.normal(size=(2, 21, 2)).astype("float32")
    path = model._at(TIMES)
    velocity = path.signal_rate * x + path.noise_rate * epsilon
    z = model.noised(x, epsilon, TIMES)
    np.testing.assert_allclose(model.clean(z, velocity, TIMES), x, atol=1e-5)
    model.velocity = lambda z, t: velocity[1:]  # a network that knows the very x and ε
    expected = -epsilon[1:] / path.noise[1:]
    np.testing.assert_allclose(model.score(z[1:], TIMES[1:]), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", FAMILY)
@pytest.mark.parametrize("t", [0.1, 0.5, 1.0])
def test_score_of_gaussian_data_is_the_gradient_of_its_log_density(gaussian, kind, t):
    model = gaussian.model(kind)
    z = np.random.default_rng(2).normal(size=(30, 2)).astype("float32")
    path = model.coefficients(t)
    variance = path.signal**2 * gaussian.std**2 + path.noise**2
    expected = -(z - path.signal * gaussian.mean) / variance
    np.testing.assert_allclose(model.score(z, np.full(30, t)), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", FAMILY)
def test_training_target_is_the_velocity_and_the_loss_its_squared_error(gaussian, kind):
    keras.utils.set_random_seed(0)
    model = gaussian.model(kind)
    x = (gaussian.mean + gaussian.std * np.random.default_rng(3).normal(size=(50_000, 2))).astype(
        "float32"
    )
    output = model(x)
    loss = float(model.compute_loss(x, None, output))
    np.testing.assert_allclose(
        loss, np.mean(np.sum((output.guess - output.target) ** 2, -1)), rtol=1e-5
    )
    # The smallest possible loss: the variance of the target given z, over all t.
    path = [np.asarray(c)[:, None] for c in model.coefficients(np.linspace(0, 1, 2001))]
    least = gaussian.std**2 / (path[0] ** 2 * gaussian.std**2 + path[1] ** 2)
    np.testing.assert_allclose(loss, least.mean(0).sum(), rtol=0.02)


@pytest.mark.parametrize("stochasticity", [0.0, 0.5, 1.0])
def test_exact_scores_give_exact_samples(gaussian, stochasticity):
    keras.utils.set_random_seed(4)
    samples = np.asarray(gaussian.model(Diffusion).sample(20_000, 400, stochasticity))
    for i in range(2):
        assert (
            stats.kstest(samples[:, i], stats.norm(gaussian.mean[i], gaussian.std[i]).cdf).pvalue
            > 1e-4
        )
    assert abs(np.corrcoef(samples.T)[0, 1]) < 0.03


def test_without_new_noise_the_sampler_is_the_map_from_noise_to_data(gaussian):
    z = np.random.default_rng(5).normal(size=(100, 2)).astype("float32")
    model = gaussian.model(Diffusion)
    errors = [
        np.abs(last(model.denoise(z, steps)).x - (gaussian.mean + gaussian.std * z)).max()
        for steps in (50, 200)
    ]
    assert errors[1] < 0.05
    assert 3 < errors[0] / errors[1] < 5  # of first order


def test_ancestral_steps_are_exact_when_the_clean_example_is_known(gaussian):
    """All data in one point: x̂ is x, and every step draws from the true posterior."""
    keras.utils.set_random_seed(6)
    model = gaussian.model(Diffusion, std=np.full(2, 1e-3, "float32"))
    z = model.noised(
        np.full((20_000, 2), gaussian.mean), tf.random.normal((20_000, 2)), [0.9] * 20_000
    )
    for t, s in [(0.9, 0.5), (0.5, 0.3)]:
        z, x = model.step(z, t, s, 1.0)
        np.testing.assert_allclose(x, np.full((20_000, 2), gaussian.mean), atol=1e-3)
        path = model.coefficients(s)
        for i in range(2):
            law = stats.norm(path.signal * gaussian.mean[i], path.noise)
            assert stats.kstest(z[:, i], law.cdf).pvalue > 1e-4


@pytest.mark.parametrize("kind", FAMILY)
def test_a_walk_starts_at_the_noise_and_ends_at_the_data(gaussian, kind):
    z = np.random.default_rng(7).normal(size=(3, 2)).astype("float32")
    moments = list(gaussian.model(kind).denoise(z, 5))
    np.testing.assert_allclose([m.t for m in moments], np.linspace(1, 0, 6), atol=1e-6)
    np.testing.assert_array_equal(moments[0].z, z)
    np.testing.assert_allclose(moments[0].x, np.full((3, 2), gaussian.mean), atol=1e-5)
    np.testing.assert_array_equal(moments[-1].z, moments[-1].x)


@pytest.mark.parametrize(
    ("time_density", "law"), [("uniform", stats.uniform.cdf), ("logit_normal", _logit_normal)]
)
def test_times_are_evenly_spread_over_their_density(time_density, law):
    model = Diffusion(dense_denoiser(2, width=8, blocks=1), (2,), time_density=time_density)
    shares = law(np.asarray(model._times(1000)))
    np.testing.assert_allclose(np.histogram(shares, 100, (0, 1))[0], 10, atol=1)


@pytest.mark.parametrize("build", [dense_diffusion, dense_flow_matching])
def test_images_stay_in_bounds(build):
    model = build((8, 8, 1), width=16, blocks=1)
    model.network.layers[-1].bias.assign(np.linspace(-9, 9, 64))  # far beyond
    for moment in model.denoise(np.ones((2, 8, 8, 1), "float32"), 3):
        for values in (moment.z, moment.x):
            assert np.min(values) >= 0 and np.max(values) <= 1
    samples = np.asarray(model.sample(4, 3))
    assert samples.shape == (4, 8, 8, 1)
    assert samples.min() >= 0 and samples.max() <= 1


@pytest.mark.parametrize("build", [point_diffusion, point_flow_matching])
def test_training_learns_a_gaussian_and_saved_weights_give_the_same_samples(
    gaussian, build, tmp_path
):
    x = (gaussian.mean / 2 + gaussian.std * np.random.default_rng(8).normal(size=(4000, 2))).astype(
        "float32"
    )
    keras.utils.set_random_seed(0)
    model = build(width=32, blocks=1)
    model.compile(keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.98), jit_compile=True)
    model.fit(x, batch_size=200, epochs=20, verbose=0)
    samples = np.asarray(model.sample(2000, 50))
    np.testing.assert_allclose(samples.mean(0), gaussian.mean / 2, atol=0.15)
    np.testing.assert_allclose(samples.std(0), gaussian.std, rtol=0.12)

    model.save_weights(tmp_path / "model.weights.h5")
    other = build(width=32, blocks=1)
    other.load_weights(tmp_path / "model.weights.h5")
    z = np.ones((3, 2), "float32")
    np.testing.assert_array_equal(last(other.denoise(z, 4)).x, last(model.denoise(z, 4)).x)


def test_a_short_training_finds_more_than_a_normal_distribution():
    digits = load("digits")
    keras.utils.set_random_seed(0)
    model = dense_diffusion((8, 8, 1), width=128, blocks=2)
    model.compile(keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99), jit_compile=True)
    real = digit_features(digits.validation.x)

    def distance():
        return frechet_distance(real, digit_features(model.sample(1000, 20)))

    model.adapt(digits.train.x)
    before = distance()
    model.fit(digits.train.x, batch_size=64, epochs=40, verbose=0)
    assert distance() < 0.9 * before


@pytest.mark.parametrize("kind", FAMILY)
def test_with_bounds_the_network_learns_the_mean_clean_pixel_by_cross_entropy(kind):
    """One pixel that is white in 3 images of 10: E[x | z] follows from Bayes."""
    keras.utils.set_random_seed(12)
    x = (np.arange(10_000) % 10 < 3).astype("float32")[:, None, None, None]
    model = kind(dense_denoiser(1, width=64, blocks=2), (1, 1, 1), bounds=(0, 1))
    output = model(x[:50])
    np.testing.assert_array_equal(output.target, x[:50])
    p = scipy.special.expit(np.asarray(output.guess, "float64"))
    cross_entropy = -scipy.special.xlogy(x[:50], p) - scipy.special.xlog1py(1 - x[:50], -p)
    np.testing.assert_allclose(model.compute_loss(x, None, output), cross_entropy.mean(), rtol=1e-5)

    rate = keras.optimizers.schedules.CosineDecay(3e-3, 60 * 40)
    model.compile(keras.optimizers.Adam(rate), jit_compile=True)
    model.fit(x, batch_size=250, epochs=60, verbose=0)
    z = np.linspace(-2, 2, 41, dtype="float32").reshape(-1, 1, 1, 1)
    for t in (0.3, 0.6, 0.9):
        times = np.full(len(z), t, "float32")
        path = model.coefficients(t)
        black, white = (stats.norm(path.signal * side, path.noise).pdf(z) for side in (-1, 1))
        expected = 2 * 0.3 * white / (0.3 * white + 0.7 * black) - 1
        guess = model.clean(z, model.velocity(z, times), times)
        assert np.mean(np.abs(guess - expected)) < 0.05  # of 2, from black to white

    white = np.asarray(model.sample(5000)) > 0.5
    assert abs(white.mean() - 0.3) < 0.04


@pytest.mark.parametrize("steps", [5, 400])
@pytest.mark.parametrize("kind", FAMILY)
def test_with_bounds_no_clean_example_leaves_them(kind, steps):
    network = dense_denoiser(4, width=8, blocks=1)
    network.layers[-1].bias.assign([-50.0, -1.0, 1.0, 50.0])
    model = kind(network, (2, 2, 1), bounds=(0, 255))
    images = np.asarray(model.sample(10, steps)).reshape(10, 4)
    expected = 255 * scipy.special.expit([-50, -1, 1, 50])
    np.testing.assert_allclose(images, np.tile(expected, (10, 1)), atol=1e-2)


@pytest.mark.parametrize("kind", FAMILY)
def test_velocity_of_correlated_normal_data_is_the_regression_of_the_target_on_z(kind):
    rng = np.random.default_rng(9)
    x = rng.normal(size=(50_000, 3)) @ rng.normal(size=(3, 3)) + [1, 2, 3]
    model = kind(dense_denoiser(3, width=8, blocks=1), (3,))
    model.adapt(x)
    t = np.full(len(x), 0.4, "float32")
    epsilon = rng.normal(size=x.shape)
    z = np.asarray(model.noised(x.astype("float32"), epsilon.astype("float32"), t))
    path = [np.asarray(c) for c in model.coefficients(0.4)]
    inputs = np.column_stack([z, np.ones(len(z))])
    best = inputs @ np.linalg.lstsq(inputs, path[2] * x + path[3] * epsilon, rcond=None)[0]
    np.testing.assert_allclose(model.velocity(z[:100], t[:100]), best[:100], atol=0.1)


def test_a_pixel_that_is_always_black_does_no_harm():
    x = np.random.default_rng(10).random((50, 2, 2, 1)).astype("float32")
    x[:, 0, 0] = 0
    keras.utils.set_random_seed(13)
    model = dense_diffusion((2, 2, 1), width=32, blocks=1)
    model.compile(keras.optimizers.Adam(1e-2), jit_compile=True)
    model.fit(x, batch_size=50, epochs=300, verbose=0)
    samples = np.asarray(model.sample(200, 50))
    assert samples[:, 0, 0].max() < 0.03
    assert samples[:, 1, 1].std() > 0.2


def test_bad_arguments_are_refused_in_words():
    network = dense_denoiser(2, width=8, blocks=1)
    with pytest.raises(ValueError, match=r"network's input: expected shape \(None, 3\)"):
        Diffusion(network, (3,))
    with pytest.raises(ValueError, match=r"bounds: expected \(lowest, highest\), got \(1, 0\)"):
        Diffusion(network, (2,), bounds=(1, 0))
    with pytest.raises(ValueError, match="time_density: expected one of uniform, logit_normal"):
        Diffusion(network, (2,), time_density="normal")


def test_bad_input_is_refused_in_words(gaussian):
    model = gaussian.model(Diffusion)
    z = np.zeros((2, 2), "float32")
    for call, words in [
        (lambda: model.denoise(np.zeros((2, 3)), 4), r"z: expected shape \(B, 2\), got \(2, 3\)"),
        (lambda: model.denoise(np.full((2, 2), np.nan), 4), "z: expected finite numbers"),
        (lambda: model.denoise(z, 0), "steps: expected a whole number of at least 1, got 0"),
        (lambda: model.denoise(z, 4, 1.5), r"stochasticity: expected a number in \[0, 1\]"),
        (lambda: model.fit(np.zeros((9, 3))), r"x: expected shape \(N, 2\), got \(9, 3\)"),
        (lambda: model.fit(np.zeros((1, 2))), "x: expected at least two examples, got one"),
        (lambda: model.fit(np.full((9, 2), np.nan)), "x: expected finite numbers"),
        (lambda: model.sample(0), "count: expected a whole number of at least 1, got 0"),
        (lambda: model.score(z, np.zeros(2)), r"t: expected values in \(0, 1\], got 0"),
        (lambda: model.score(z, np.ones(3)), r"t: expected shape \(2,\), got \(3,\)"),
    ]:
        with pytest.raises(ValueError, match=words):
            call()


@pytest.mark.parametrize(("size", "fourier_features"), [(64, 0), (2, 5)])
def test_denoiser_answers_in_the_size_of_its_question_and_sees_the_time(size, fourier_features):
    keras.utils.set_random_seed(0)
    denoiser = dense_denoiser(size, width=16, blocks=2, fourier_features=fourier_features)
    z = np.random.default_rng(0).normal(size=(3, size)).astype("float32")
    t = np.float32([0.1, 0.5, 0.5])
    np.testing.assert_array_equal(denoiser([z, t]), np.zeros_like(z))  # it starts at 0
    kernel = denoiser.layers[-1].kernel
    kernel.assign(keras.random.normal(kernel.shape, seed=0))
    early, late = denoiser([z[:1], t[:1]]), denoiser([z[:1], t[1:2]])
    assert early.shape == (1, size)
    assert np.abs(early - late).max() > 1e-3


def test_blocks_of_a_denoiser_add_to_their_input():
    """Width 16, embedded time 32: each block is 16 → 16, 32 → 16 and 16 → 16."""
    one, two = (dense_denoiser(3, width=16, blocks=n) for n in (1, 2))
    block = 16 * 16 + (32 + 1) * 16 + (16 + 1) * 16
    assert two.count_params() - one.count_params() == block
