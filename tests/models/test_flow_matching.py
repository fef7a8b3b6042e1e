"""Flow matching: its solvers and its density; what it shares with diffusion is tested there."""

import course_utils.quiet

import keras
import numpy as np
import pytest
from scipy import stats

from course_utils.models.diffusion import Diffusion, dense_diffusion, last
from course_utils.models.flow_matching import FlowMatching, dense_flow_matching, point_flow_matching


@pytest.fixture
def noise():
    return np.random.default_rng(0).normal(size=(200, 2)).astype("float32")


@pytest.mark.parametrize(("method", "order", "least"), [("euler", 1, 0.15), ("heun", 2, 1e-3)])
def test_solvers_reach_the_data_with_their_order(gaussian, method, order, least, noise):
    model = gaussian.model(FlowMatching)
    errors = [
        np.abs(
            last(model.denoise(noise, steps, method)).x - (gaussian.mean + gaussian.std * noise)
        ).max()
        for steps in (40, 80)
    ]
    assert errors[1] < least
    assert 0.8 * 2**order < errors[0] / errors[1] < 1.25 * 2**order


def test_euler_is_the_diffusion_sampler_without_new_noise(gaussian, noise):
    model = gaussian.model(FlowMatching)
    ours, _ = model.step(noise, 0.8, 0.6, "euler")
    theirs, _ = Diffusion.step(model, noise, 0.8, 0.6, 0.0)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_samples_are_gaussian_where_the_data_are(gaussian):
    keras.utils.set_random_seed(1)
    samples = np.asarray(gaussian.model(FlowMatching).sample(20_000, 50))
    for i in range(2):
        assert (
            stats.kstest(samples[:, i], stats.norm(gaussian.mean[i], gaussian.std[i]).cdf).pvalue
            > 1e-4
        )


def test_density_of_gaussian_data(gaussian, noise):
    x = gaussian.mean + 2 * gaussian.std * noise
    expected = stats.norm(gaussian.mean, gaussian.std).logpdf(x).sum(-1)
    np.testing.assert_allclose(gaussian.model(FlowMatching).log_prob(x, 100), expected, atol=5e-3)


@pytest.mark.slow
def test_density_of_a_trained_model_sums_to_one_and_rises_on_the_data():
    rng = np.random.default_rng(3)
    x = np.sign(rng.normal(size=(4000, 1))) * np.float32([[1.0, 0.0]])
    x = (x + 0.3 * rng.normal(size=x.shape)).astype("float32")
    keras.utils.set_random_seed(0)
    model = point_flow_matching(width=64, blocks=2)
    model.compile(keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.98), jit_compile=True)
    model.fit(x, batch_size=200, epochs=40, verbose=0)
    side = np.linspace(-3, 3, 41, dtype="float32")
    plane = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    density = np.exp(np.asarray(model.log_prob(plane, 20)))
    assert abs(density.sum() * (side[1] - side[0]) ** 2 - 1) < 0.02
    truth = stats.norm(0, 0.3).pdf(plane[:, 1])
    truth *= stats.norm(1, 0.3).pdf(plane[:, 0]) / 2 + stats.norm(-1, 0.3).pdf(plane[:, 0]) / 2
    assert np.mean(np.abs(density - truth)) < 0.2 * truth.mean()


def test_bad_input_is_refused_in_words(gaussian, noise):
    model = gaussian.model(FlowMatching)
    with pytest.raises(ValueError, match="method: expected one of euler, heun; got 'midpoint'"):
        model.sample(2, 3, "midpoint")
    with pytest.raises(ValueError, match=r"x: expected shape \(B, 2\), got \(200, 1\)"):
        model.log_prob(noise[:, :1])
    with pytest.raises(ValueError, match="x: expected finite numbers"):
        model.log_prob(np.full((2, 2), np.inf))
    with pytest.raises(ValueError, match="steps: expected a whole number of at least 1, got 0"):
        model.log_prob(noise, 0)
    images = dense_flow_matching((2, 2, 1), width=8, blocks=1)
    with pytest.raises(ValueError, match=r"expected a model without bounds, got bounds=\(0, 1\)"):
        images.log_prob(np.zeros((1, 2, 2, 1)))


def test_both_builders_make_the_same_network():
    sizes = {build((8, 8, 1)).count_params() for build in (dense_diffusion, dense_flow_matching)}
    assert len(sizes) == 1
