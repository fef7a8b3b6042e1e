import numpy as np
import pytest
from scipy import stats

from course_utils.models.density import (
    Gaussian,
    ImplicitSampler,
    KernelDensity,
    Mixture,
    energy_distance,
    leave_one_out_bandwidth,
    silverman_bandwidth,
)

EXPLICIT = [Gaussian(), Mixture(2), KernelDensity(), KernelDensity("leave-one-out")]


def two_bumps(count, seed):
    rng = np.random.default_rng(seed)
    left = rng.random(count) < 0.35
    return np.where(left, rng.normal(-2, 0.4, count), rng.normal(1.5, 0.8, count))


@pytest.fixture(scope="module")
def x():
    return two_bumps(1000, seed=0)


def name(model):
    return f"{type(model).__name__}-{getattr(model, 'rule', '')}"


# ------------------------------------------------------------------------- explicit models


@pytest.mark.parametrize("model", EXPLICIT, ids=name)
def test_density_integrates_to_one(model, x):
    grid = np.linspace(-15, 15, 2001)
    density = np.exp(model.fit(x).log_prob(grid))
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("model", EXPLICIT, ids=name)
def test_samples_follow_the_density(model, x):
    drawn = model.fit(x).sample(5000, seed=1)
    grid = np.linspace(-15, 15, 2001)
    density = np.exp(model.log_prob(grid))
    cumulative = np.cumsum(density) * (grid[1] - grid[0])
    # Kolmogorov-Smirnov: a false alarm in 1,000 seeds, and the seed is fixed.
    assert stats.kstest(drawn, lambda t: np.interp(t, grid, cumulative)).pvalue > 1e-3


@pytest.mark.parametrize("model", EXPLICIT, ids=name)
def test_density_is_right_far_out(model, x):
    far = np.array([-1e4, 1e4])
    log_prob = model.fit(x).log_prob(far)
    assert (np.isfinite(log_prob) & (log_prob < -1e6)).all()


def test_gaussian_against_scipy(x):
    model = Gaussian().fit(x)
    mean, std = stats.norm.fit(x)
    assert (model.mean, model.std) == pytest.approx((mean, std))
    np.testing.assert_allclose(model.log_prob(x), stats.norm.logpdf(x, mean, std))


def test_mixture_finds_both_bumps(x):
    model = Mixture(2).fit(x)
    left = model.means.argmin()
    assert model.means[left] == pytest.approx(-2, abs=0.1)
    assert model.stds[left] == pytest.approx(0.4, abs=0.1)
    assert model.weights[left] == pytest.approx(0.35, abs=0.05)
    expected = np.log(
        sum(
            w * stats.norm.pdf(x, m, s)
            for w, m, s in zip(model.weights, model.means, model.stds, strict=True)
        )
    )
    np.testing.assert_allclose(model.log_prob(x), expected)


def test_kernel_density_against_scipy(x):
    model = KernelDensity().fit(x)
    reference = stats.gaussian_kde(x, bw_method=model.bandwidth / x.std(ddof=1))
    at = np.linspace(-4, 5, 50)
    np.testing.assert_allclose(model.log_prob(at), reference.logpdf(at))


def test_silverman_bandwidth_of_normal_data():
    normal = np.random.default_rng(0).normal(3, 2, 10_000)
    # Both spreads estimate the standard deviation, here 2.
    assert silverman_bandwidth(normal) == pytest.approx(0.9 * 2 * 10_000**-0.2, rel=0.05)


def test_leave_one_out_bandwidth_is_the_best_on_a_grid(x):
    x = x[:200]

    def left_out(bandwidth):
        return np.mean(
            [
                KernelDensity(bandwidth).fit(np.delete(x, i)).log_prob(x[i : i + 1])
                for i in range(200)
            ]
        )

    chosen = leave_one_out_bandwidth(x)
    best = left_out(chosen)
    assert all(best >= left_out(chosen * factor) for factor in (0.5, 0.8, 1.25, 2.0))


def test_on_two_bumps_one_gaussian_is_worst_and_silverman_too_wide(x):
    held_out = two_bumps(1000, seed=1)
    gaussian, mixture, silverman, left_out = (
        model.fit(x).log_prob(held_out).mean() for model in EXPLICIT
    )
    assert gaussian < silverman < left_out
    assert gaussian < mixture


# -------------------------------------------------------------------------- implicit model


def test_energy_distance_against_scipy_and_its_definition():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=30), rng.normal(1, 2, size=40)
    assert energy_distance(x, y) == pytest.approx(stats.energy_distance(x, y) ** 2)

    def mean_gap(a, b):
        return np.abs(a[:, None] - b).mean()

    by_definition = 2 * mean_gap(x, y) - mean_gap(x, x) - mean_gap(y, y)
    assert energy_distance(x, y) == pytest.approx(by_definition)
    assert energy_distance(x, x) == 0


def test_energy_gradient_is_a_difference_of_shares():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=30), rng.normal(1, 2, size=20)
    for i in range(20):
        up, down = y.copy(), y.copy()
        up[i] += 1e-7
        down[i] -= 1e-7
        slope = (energy_distance(x, up) - energy_distance(x, down)) / 2e-7
        share_x = np.mean(x < y[i])
        share_y = (np.sum(y < y[i]) + 0.5) / 20
        assert slope == pytest.approx(4 / 20 * (share_x - share_y), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_implicit_samples_come_close_to_the_data(x, seed):
    held_out = two_bumps(5000, seed=7)
    model = ImplicitSampler(seed=seed).fit(x)
    one_gaussian = energy_distance(held_out, Gaussian().fit(x).sample(5000))
    distance = energy_distance(held_out, model.sample(5000))
    assert distance < 0.1 * one_gaussian
    assert np.mean(model.history[-50:]) < 0.1 * model.history[0]


def test_implicit_sampler_fits_a_skewed_law():
    x = np.random.default_rng(0).exponential(size=2000)
    drawn = ImplicitSampler().fit(x).sample(5000)
    assert np.mean(drawn) == pytest.approx(1, abs=0.1)
    assert np.median(drawn) == pytest.approx(np.log(2), abs=0.1)


def test_implicit_sampler_gives_no_density_and_repeats(x):
    model = ImplicitSampler().fit(x)
    assert not hasattr(model, "log_prob")
    np.testing.assert_array_equal(model.sample(10, seed=3), model.sample(10, seed=3))
    noise = np.random.default_rng(3).standard_normal(10)
    np.testing.assert_array_equal(model.sample(10, seed=3), model.generate(noise))


# ------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("model", [*EXPLICIT, ImplicitSampler()], ids=name)
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros((3, 2)), "x: expected shape"),
        ([np.nan, 1.0], "x: expected finite"),
        ([], "x: expected shape"),
    ],
)
def test_bad_numbers_are_named(model, bad, message):
    with pytest.raises(ValueError, match=message):
        model.fit(bad)


@pytest.mark.parametrize("model", [Gaussian(), KernelDensity(), ImplicitSampler()], ids=name)
def test_equal_numbers_have_no_density(model):
    with pytest.raises(ValueError, match="x: expected numbers that differ, got 4 times 2"):
        model.fit([2.0, 2.0, 2.0, 2.0])


def test_bad_bandwidths_are_named():
    for bad in ("scott", 0, -1.0, None, np.nan):
        with pytest.raises(ValueError, match="bandwidth: expected 'silverman'"):
            KernelDensity(bad)
    with pytest.raises(ValueError, match="x: expected some point without a copy"):
        KernelDensity("leave-one-out").fit([0.0, 0.0, 1.0, 1.0])
