"""Flows against SciPy, numerical integration, scikit-learn and their own documented properties."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import scipy.stats
from sklearn.datasets import make_moons
from sklearn.mixture import GaussianMixture

from course_utils import bijectors as bj
from course_utils.data import load
from course_utils.metrics.likelihood import bits_per_dimension, dequantize
from course_utils.models.flow import Flow, attribute_direction, glow, real_nvp

FAMILIES = {
    "real_nvp on points": (lambda: real_nvp((2,), steps=2, hidden=(8,)), (2,)),
    "real_nvp on images": (lambda: real_nvp((4, 4, 1), hidden=(8,)), (4, 4, 1)),
    "glow": (lambda: glow((8, 8, 1), steps=1, width=8), (8, 8, 1)),
    "glow in colour": (lambda: glow((8, 8, 3), steps=1, scales=3, width=8), (8, 8, 3)),
}


@pytest.fixture(params=FAMILIES)
def case(request):
    """A flow away from its start, and how to make it again."""
    keras.utils.set_random_seed(0)
    make, shape = FAMILIES[request.param]
    flow = make()
    for weight in flow.trainable_weights:
        weight.assign(weight + 0.1 * keras.random.normal(weight.shape))
    return flow, make, keras.random.uniform((5, *shape), 0.05, 0.95)


@pytest.fixture(scope="module")
def moons():
    points = make_moons(2000, noise=0.1, random_state=0)[0].astype("float32")
    keras.utils.set_random_seed(0)
    flow = real_nvp((2,), steps=6, hidden=(64, 64))
    flow.compile(keras.optimizers.Adam(3e-3, use_ema=True), jit_compile=True)
    flow.fit(points, epochs=150, batch_size=200, verbose=0)
    return flow


def affine_flow():
    """x = 3 + [2, 0.5] (z) up to a rotation: a Gaussian whose density SciPy knows."""
    actnorm, rotation = bj.ActNorm(), bj.InvertibleConvolution(seed=1)
    flow = Flow(bj.Chain([actnorm, rotation]), (2,))
    actnorm.bias.assign([3.0, -1.0])
    actnorm.log_scale.assign([-np.log(2.0), np.log(2.0)])
    return flow, scipy.stats.multivariate_normal([3.0, -1.0], np.diag([4.0, 0.25]))


def test_decode_undoes_encode(case):
    flow, _, x = case
    z = flow.encode(x)
    assert z.shape[1:] == flow.code_shape
    np.testing.assert_allclose(flow.decode(z), x, atol=1e-4)


def test_samples_and_densities_have_their_shapes(case):
    flow, _, x = case
    assert flow.sample(3).shape == (3, *x.shape[1:])
    assert flow.log_prob(x).shape == (5,)


def test_saved_weights_give_back_the_same_model(case, tmp_path):
    flow, make, x = case
    flow.save_weights(tmp_path / "flow.weights.h5")
    other = make()
    other.load_weights(tmp_path / "flow.weights.h5")
    np.testing.assert_array_equal(other.log_prob(x), flow.log_prob(x))


def test_it_starts_as_a_map_without_couplings(case):
    """The last layer of each conditioner starts at 0."""
    _, make, _ = case
    for layer in make().bijector.bijectors:
        if isinstance(layer, bj.AffineCoupling):
            x = keras.random.normal((2, *layer.mask.shape))
            np.testing.assert_array_equal(layer(x)[0], x)


def test_log_prob_of_an_affine_flow_is_that_of_a_normal():
    flow, normal = affine_flow()
    x = np.float32([[0.0, 0.0], [3.0, -1.0], [100.0, 20.0]])  # the last 50 deviations out
    np.testing.assert_allclose(flow.log_prob(x), normal.logpdf(x), rtol=1e-5)


def test_samples_of_an_affine_flow_are_distributed_as_asked():
    keras.utils.set_random_seed(0)
    flow, normal = affine_flow()
    x = flow.sample(20_000).numpy()
    for axis in range(2):
        marginal = scipy.stats.norm(normal.mean[axis], np.sqrt(normal.cov[axis, axis]))
        assert scipy.stats.kstest(x[:, axis], marginal.cdf).pvalue > 1e-4
    assert abs(np.corrcoef(x.T)[0, 1]) < 5 / np.sqrt(20_000)


def test_temperature_scales_the_deviation_of_the_code():
    keras.utils.set_random_seed(0)
    flow, normal = affine_flow()
    x = flow.sample(20_000, temperature=0.5).numpy()
    np.testing.assert_allclose(x.std(axis=0), 0.5 * np.sqrt(np.diag(normal.cov)), rtol=0.03)


def test_a_trained_density_integrates_to_1(moons):
    axis = np.linspace(-4, 5, 451)
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    mass = np.sum(np.exp(moons.log_prob(grid))) * (axis[1] - axis[0]) ** 2
    np.testing.assert_allclose(mass, 1, atol=0.01)


def test_moons_are_fitted_better_than_by_a_gaussian_mixture(moons):
    points, held_out = (make_moons(2000, noise=0.1, random_state=seed)[0] for seed in (0, 1))
    mixture = GaussianMixture(4, random_state=0).fit(points)
    assert np.mean(moons.log_prob(held_out)) > mixture.score(held_out)


def test_samples_of_trained_moons_lie_on_the_moons(moons):
    samples = moons.sample(1000).numpy()
    points = make_moons(2000, noise=0.0, random_state=0)[0]
    distance = np.sqrt(((samples[:, None] - points[None]) ** 2).sum(-1).min(1))
    assert np.mean(distance < 0.4) > 0.95  # four standard deviations of the noise


@pytest.mark.slow
@pytest.mark.parametrize(("build", "jit_compile"), [(real_nvp, True), (glow, False)])
def test_training_on_digits_beats_one_gaussian_and_reports_the_negative_log_likelihood(
    build, jit_compile
):
    digits = load("digits")
    keras.utils.set_random_seed(0)
    flow = build((8, 8, 1), steps=2, levels=17)
    flow.compile(keras.optimizers.Adam(2e-3), jit_compile=jit_compile)
    history = flow.fit(
        digits.train.x, epochs=15, batch_size=64, validation_data=(digits.validation.x,), verbose=0
    ).history
    images = dequantize(digits.test.x, 17, seed=1)
    log_prob = flow.log_prob(images).numpy()
    bits = bits_per_dimension(log_prob, dimensions=64, levels=17).mean()
    gaussian = GaussianMixture(1).fit(dequantize(digits.train.x, 17, seed=0).reshape(-1, 64))
    baseline = gaussian.score_samples(images.reshape(-1, 64))
    assert bits < bits_per_dimension(baseline, dimensions=64, levels=17).mean()
    # Validation uses other images and other noise; an average over pixels or a sign would show.
    assert abs(history["val_loss"][-1] + log_prob.mean()) < 12
    samples = flow.sample(8).numpy()
    assert samples.shape == (8, 8, 8, 1) and samples.min() > -0.011 and samples.max() < 1.011


def test_fit_starts_from_the_data_once():
    keras.utils.set_random_seed(0)
    x = 5 + 2 * np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
    flow = real_nvp((2,), steps=2, hidden=(8,))
    flow.compile(keras.optimizers.SGD(0.0))
    flow.fit(x, epochs=1, verbose=0)
    np.testing.assert_allclose(np.mean(flow.encode(x), axis=0), [0, 0], atol=1e-3)
    np.testing.assert_allclose(np.std(flow.encode(x), axis=0), [1, 1], atol=1e-2)
    before = flow.log_prob(x)
    flow.fit(x - 5, epochs=1, verbose=0)
    np.testing.assert_array_equal(flow.log_prob(x), before)


def test_dequantized_pixels_fill_their_bins():
    flow = real_nvp((4, 4, 1), hidden=(8,), levels=17)
    x = np.full((500, 4, 4, 1), 5 / 16, "float32")
    y = np.asarray(flow.dequantize(x)).ravel()
    assert scipy.stats.kstest(y, scipy.stats.uniform(5 / 17, 1 / 17).cdf).pvalue > 1e-4


def test_attribute_direction_finds_the_way_that_was_put_in():
    rng = np.random.default_rng(0)
    labels = rng.random(4000) < 0.3
    way = np.array([2.0, 0.0, -1.0])
    codes = rng.normal(size=(4000, 3)) + labels[:, None] * way
    # Each entry's standard error is 0.035.
    np.testing.assert_allclose(attribute_direction(codes, labels), way, atol=0.18)


def test_moving_along_a_direction_changes_the_attribute():
    """In the space of an affine flow the shift is that of the class means, exactly."""
    flow, _ = affine_flow()
    x = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
    labels = x[:, 0] > 0
    direction = attribute_direction(flow.encode(x), labels)
    moved = flow.decode(flow.encode(x) + direction)
    expected = x + x[labels].mean(axis=0) - x[~labels].mean(axis=0)
    np.testing.assert_allclose(moved, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: real_nvp((2,)).log_prob(np.zeros((3, 4))), r"x: .*\(B, 2\), got \(3, 4\)"),
        (lambda: real_nvp((2,)).log_prob(np.zeros((0, 2))), "x: .*empty"),
        (lambda: real_nvp((2,)).encode(np.full((1, 2), np.nan)), "x: expected finite"),
        (lambda: real_nvp((2,)).decode(np.zeros(2)), r"z: .*got \(2,\)"),
        (lambda: real_nvp((2,)).sample(0), "count: .* at least 1, got 0"),
        (lambda: glow((8, 8, 1)).log_prob(np.full((1, 8, 8, 1), 255.0)), "x: .*got .*255"),
        (lambda: glow((8, 8, 1)).fit(np.full((1, 8, 8, 1), 255.0)), "x: .*got .*255"),
        (lambda: real_nvp((2,)).fit(np.full((1, 2), np.nan)), "x: expected finite"),
        (lambda: real_nvp((8, 8)), r"shape: .*\(H, W, C\), got \(8, 8\)"),
        (lambda: real_nvp((1,)), "at least 2 entries .* got 1"),
        (lambda: glow((6, 8, 1)), r"2 scales .* divisible by 4, got \(6, 8, 1\)"),
        (lambda: glow((64,)), r"shape: expected .* got \(64,\)"),
        (lambda: attribute_direction(np.zeros((2, 3)), [1, 1]), "labels: .* with and without"),
        (lambda: attribute_direction(np.zeros((2, 3)), [1]), "labels: expected shape"),
    ],
)
def test_mistakes_are_named(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()
