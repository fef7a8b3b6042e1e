import numpy as np
import pytest
from scipy.stats import norm

from course_utils.metrics.likelihood import (
    bits_per_dimension,
    dequantize,
    evidence_lower_bound,
    importance_weighted_bound,
)

# p(z) = N(0, 1), p(x|z) = N(z, 1), so p(x) = N(0, 2) and p(z|x) = N(x/2, 1/2).
X = np.array([-1.0, 0.3, 2.5])


def log_weights(mean, std, draws, seed=0):
    z = mean + std * np.random.default_rng(seed).standard_normal((draws, len(X)))
    return norm.logpdf(z) + norm.logpdf(X, z, 1) - norm.logpdf(z, mean, std)


@pytest.mark.parametrize("bound", [evidence_lower_bound, importance_weighted_bound])
def test_exact_posterior_gives_exact_likelihood(bound):
    np.testing.assert_allclose(
        bound(log_weights(X / 2, np.sqrt(0.5), draws=5)), norm.logpdf(X, 0, np.sqrt(2))
    )


def test_elbo_falls_short_by_the_kl_divergence():
    # KL(N(0, 1) ‖ N(x/2, ½)) = ½ (2 + x²/2 − 1 − log 2)
    kl = 0.5 * (1 + X**2 / 2 - np.log(2))
    bound = evidence_lower_bound(log_weights(0.0, 1.0, draws=400_000))
    # Standard errors are below 0.01; five of them.
    np.testing.assert_allclose(bound, norm.logpdf(X, 0, np.sqrt(2)) - kl, atol=0.05)


def test_more_draws_tighten_the_bound():
    weights = log_weights(0.0, 1.0, draws=64_000)
    bounds = [
        importance_weighted_bound(weights[:, i].reshape(k, -1)).mean()
        for i in range(3)
        for k in (1, 4, 64)
    ]
    bounds = np.reshape(bounds, (3, 3))
    assert (np.diff(bounds, axis=1) > 0).all()
    np.testing.assert_allclose(bounds[:, -1], norm.logpdf(X, 0, np.sqrt(2)), atol=0.05)


def test_one_draw_makes_the_bounds_equal():
    weights = log_weights(0.0, 1.0, draws=1)
    np.testing.assert_allclose(evidence_lower_bound(weights), importance_weighted_bound(weights))


def test_importance_weighting_is_right_at_extremes():
    weights = np.array([[-1000.0, 1000.0, -np.inf], [-1000.0, -1000.0, -np.inf]])
    np.testing.assert_allclose(
        importance_weighted_bound(weights), [-1000.0, 1000.0 - np.log(2), -np.inf]
    )


@pytest.mark.parametrize("bound", [evidence_lower_bound, importance_weighted_bound])
@pytest.mark.parametrize(
    "bad", [np.zeros(3), np.zeros((0, 3)), [[np.nan]], [[np.inf]], np.zeros((2, 2, 2))]
)
def test_bounds_refuse_bad_log_weights(bound, bad):
    with pytest.raises(ValueError, match="log_weights: expected"):
        bound(bad)


def test_knowing_nothing_costs_log2_of_the_levels():
    uniform_density = np.zeros(4)
    np.testing.assert_allclose(
        bits_per_dimension(uniform_density, dimensions=64, levels=17), np.log2(17)
    )
    uniform_probability = np.full(4, -64 * np.log(17))
    np.testing.assert_allclose(bits_per_dimension(uniform_probability, dimensions=64), np.log2(17))


def test_bits_of_a_dequantised_histogram_are_its_entropy():
    # The best density on dequantised data is constant on each bin; its cost is the entropy.
    share = np.array([0.5, 0.25, 0.125, 0.125])
    levels = np.repeat(np.arange(4), (share * 8000).astype(int))
    y = dequantize(levels[:, None] / 3, levels=4, seed=0)
    log_density = np.log(share[(y[:, 0] * 4).astype(int)] * 4)
    bits = bits_per_dimension(log_density, dimensions=1, levels=4)
    assert bits.mean() == pytest.approx(1.75)


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_dequantised_values_stay_in_their_bin(levels):
    level = np.repeat(np.arange(levels), 500)
    y = dequantize((level / (levels - 1)).astype("float32").reshape(-1, 1, 1), levels, seed=1)
    assert y.dtype == "float32" and y.max() < 1 and y.min() >= 0
    share_in_bin = np.mean((y * levels).astype(int)[:, 0, 0] == level)
    assert share_in_bin > 0.999  # float32 may round a value up to the edge of its bin
    inside = y[:, 0, 0] * levels - level
    # Uniform: mean ½ and variance 1/12, each within five standard errors.
    assert inside.mean() == pytest.approx(0.5, abs=5 * np.sqrt(1 / 12 / len(level)))
    assert inside.var() == pytest.approx(1 / 12, abs=5 * np.sqrt(1 / 180 / len(level)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bits_per_dimension([np.nan], dimensions=4), "log_prob: expected finite"),
        (lambda: bits_per_dimension([[1.0]], dimensions=4), "log_prob: expected shape"),
        (lambda: bits_per_dimension([1.0], dimensions=0), "dimensions: expected"),
        (lambda: bits_per_dimension([1.0], dimensions=4, levels=0), "levels: expected"),
        (lambda: dequantize(np.full((1, 2), 16), 17, seed=0), r"images: expected values in"),
        (lambda: dequantize(np.full((1, 2), 0.52), 17, seed=0), "multiples of 1/16"),
        (lambda: dequantize(np.zeros((1, 2)), 1, seed=0), "levels: expected"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
