"""How often a correct random function fails by chance: each less than once in 10⁶ runs.

The probabilities are exact where the distribution is known, and bounds elsewhere. The tolerances
are those of the probes and properties themselves.
"""

import numpy as np
import pytest
from scipy import optimize, special, stats

from course_utils.grading.assignments import noise
from course_utils.grading.assignments.autoencoder import probes as autoencoder
from course_utils.grading.assignments.gan import probes as gan
from course_utils.grading.assignments.vae import probes as vae
from course_utils.grading.assignments.vae import properties as vae_properties

ERRORS = 7  # standard errors that a property allows


def share(count, p, tolerance):
    """That the share among independent draws is off by more, exactly."""
    low, high = count * (p - tolerance), count * (p + tolerance)
    return stats.binom.cdf(low, count, p) + stats.binom.sf(np.ceil(high) - 1, count, p)


def standard_error(count, p):
    return np.sqrt(p * (1 - p) / count)


def deviation(count, rtol):
    """That the deviation of normal draws is off by more, exactly."""
    low, high = (count * (1 + sign * rtol) ** 2 for sign in (-1, 1))
    return stats.chi2.cdf(low, count - 1) + stats.chi2.sf(high, count - 1)


def correlation(count, errors=ERRORS):
    """That of independent normal variables, exactly."""
    r = errors / np.sqrt(count)
    return 2 * stats.t.sf(r * np.sqrt((count - 2) / (1 - r**2)), count - 2)


def chernoff(log_moments, threshold, largest):
    """A bound for P(X ≥ threshold), from log E exp(tX) for 0 < t < largest."""
    best = optimize.minimize_scalar(
        lambda t: log_moments(t) - t * threshold, bounds=(0, largest), method="bounded"
    )
    return np.exp(best.fun)


def fourth_moment(count, tolerance):
    """By Anscombe and Glynn's transform, for samples that lie on the border."""
    quantiles = special.ndtri((np.arange(count) + 0.5) / count)

    def sample(power):
        return np.sign(quantiles) * np.abs(quantiles) ** power

    def p_value(kurtosis):
        power = optimize.brentq(
            lambda power: stats.kurtosis(sample(power), fisher=False) - kurtosis, 0.5, 2
        )
        return stats.kurtosistest(sample(power)).pvalue

    return p_value(3 - tolerance) + p_value(3 + tolerance)


def lags(count):
    """Autocorrelations at all lags, forwards and backwards, by Chernoff's bound for each.

    Σ e_i e_{i+k} around a circle is a quadratic form with the eigenvalues cos θ; the mean of
    log(1 − 2t cos θ) is log((1 + √(1 − 4t²)) / 2). Of signs it is smaller: cosh t ≤ exp(t²/2).
    """
    one = 2 * chernoff(
        lambda t: -count / 2 * np.log((1 + np.sqrt(1 - 4 * t**2)) / 2),
        noise.LAG_ERRORS * np.sqrt(count),
        0.499,
    )
    return 2 * 1.5 * count * one


def standard_normal(count):
    return [*[noise.ALARM] * (2 + len(noise.TAILS) + len(noise.POWERS)), lags(count)]


def noise_and_sigma():
    """ε² against sigma: a weighted sum of chi-squares, by Chernoff's bound."""
    size = (vae_properties.EXAMPLES, vae_properties.DIMENSIONS)
    sigma = vae_properties.latent(*size)["sigma"].ravel()
    w = sigma - sigma.mean()
    w /= np.sqrt(2 * np.sum(w**2))
    both = [
        chernoff(
            lambda t, w=sign * w: np.sum(-0.5 * np.log1p(-2 * t * w) - t * w),
            # The deviation of ε² itself is 1% below or above √2 at most.
            0.99 * ERRORS,
            0.499 / np.max(sign * w),
        )
        for sign in (1, -1)
    ]
    return sum(both)


def neighbours(e):
    """Every other pair is independent; one half of them must be off for all to be."""
    return 2 * share(autoencoder.SIDE * (autoencoder.SIDE // 2 - 1), e, autoencoder.EQUAL_ATOL)


def mean_penalty(sign):
    """Chernoff's bound for a mean of the levels' penalties."""
    values = sign * (gan._PENALTIES - gan.MEAN)
    return chernoff(
        lambda t: gan.DRAWS * special.logsumexp(t * values, b=gan._SHARES),
        gan.DRAWS * gan.MEAN_ATOL,
        5,
    )


def same_penalty():
    """That two float32 penalties are equal: ∫ density² × spacing."""
    weights = gan.CURVED.weights[:, 0].astype("float64")
    real, fake = (gan.BEND[name].reshape(4, -1) for name in ("real", "fake"))
    share = np.random.default_rng(0).random((100_000, 4, 1))
    norms = np.linalg.norm((share * real + (1 - share) * fake) * weights, axis=-1)
    density, edges = np.histogram(np.mean((norms - 1) ** 2, axis=1), 200, density=True)
    spacing = np.spacing(edges[1:].astype("float32"))
    return np.sum(density**2 * spacing * np.diff(edges))


def reparameterize():
    size = vae_properties.EXAMPLES * vae_properties.DIMENSIONS
    pairs = (vae_properties.EXAMPLES - 1) * vae_properties.DIMENSIONS
    return [
        2 * stats.norm.sf(vae.MEAN_ATOL * np.sqrt(vae.DRAWS) / vae.SIGMA),
        *[deviation(vae.DRAWS, vae.DEVIATION_RTOL)] * 2,
        fourth_moment(vae.DRAWS, vae.FOURTH_MOMENT_ATOL),
        *[share(vae.DRAWS, 1e-6, vae.EQUAL_SHARE_ATOL)] * 6,
        *standard_normal(vae_properties.CALLS * size),
        *standard_normal(vae_properties.FEW_CALLS * size),
        *[correlation(pairs)] * 6,
        *[noise_and_sigma()] * 2,
    ]


def corrupt():
    draws, rate = autoencoder.SIDE**2, autoencoder.RATE
    dropped = np.arange(draws + 1)
    off = np.abs(np.sqrt(dropped / draws * (1 - dropped / draws)) / autoencoder._SPREAD - 1)
    rates = (0.1, 0.5, 0.85, 0.4)
    return [
        3 * 2**-23,  # a uniform number that is exactly 0
        *[share(draws, rate, autoencoder.MEAN_ATOL / autoencoder.PIXEL)] * 2,
        stats.binom.pmf(dropped, draws, rate) @ (off > autoencoder.DEVIATION_RTOL),
        *[share(draws, autoencoder._EQUAL, autoencoder.EQUAL_ATOL)] * 2,
        *[neighbours(autoencoder._EQUAL)] * 4,
        deviation(autoencoder.SIDE, autoencoder.SPREAD_RTOL),
        *[share(20_000, p, ERRORS * standard_error(20_000, p)) for p in rates],
        *[correlation(20_000 - 500)] * 16,
        # The variance of 500 counts, which is the square of their deviation.
        *[deviation(500, np.sqrt(1 + ERRORS * np.sqrt(2 / 500)) - 1)] * 4,
    ]


def gradient_penalty():
    borders = (0.05, 0.3, 0.5, 0.7, 0.95)
    return [
        mean_penalty(1),
        mean_penalty(-1),
        *[same_penalty()] * 2,
        *[share(4000, 1 - b, ERRORS * standard_error(4000, b)) for b in borders],
        share(100, 0.7, ERRORS * standard_error(100, 0.7)),
    ]


@pytest.mark.parametrize("alarms", [reparameterize, corrupt, gradient_penalty])
def test_a_right_function_fails_less_than_once_in_a_million_runs(alarms):
    probabilities = np.array(alarms())
    assert (probabilities >= 0).all()
    assert probabilities.sum() < 1e-6


def test_a_cut_moment_stays_within_its_bound():
    """Bernstein's bound holds, at a probability that can be counted."""
    rng, runs, count, alarm = np.random.default_rng(0), 20_000, 2000, 0.02
    e = np.minimum(np.abs(rng.normal(size=(runs, count))), noise.CUT)
    for power in noise.POWERS:
        mean, variance = noise.cut_moments(power)
        assert mean == pytest.approx(np.mean(e**power), rel=0.01)
        assert variance == pytest.approx(np.var(e**power), rel=0.05)
        t, most = noise.moment_tolerance(power, count), noise.CUT**power - mean
        bound = 2 * np.exp(-count * t**2 / (2 * variance + 2 * most * t / 3))
        assert bound == pytest.approx(noise.ALARM)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(noise, "ALARM", alarm)
            off = np.abs(np.mean(e**power, axis=1) - mean) > noise.moment_tolerance(power, count)
        assert np.mean(off) < alarm


def test_autocorrelations_of_right_noise_are_as_large_as_they_should_be():
    """The largest of 1.5 N has a known median; Monte Carlo of 200 rows, fixed seed."""
    rng, count = np.random.default_rng(0), 1000
    largest = [noise.largest_correlation(rng.normal(size=count)) for _ in range(200)]
    median = stats.norm.isf((1 - 0.5 ** (1 / (1.5 * count))) / 2) / np.sqrt(count)
    assert np.median(largest) == pytest.approx(median, rel=0.1)


@pytest.mark.parametrize(("errors", "p"), [(2, 0.0455), (3, 0.0027)])
def test_the_distributions_are_those_of_simulated_draws(errors, p):
    """The same calculations at fewer standard errors, where one can count."""
    rng, runs, count = np.random.default_rng(0), 20_000, 400
    x = rng.normal(size=(runs, count))
    rtol = errors / np.sqrt(2 * count)
    for probability, off in (
        (deviation(count, rtol), np.abs(x.std(axis=1) - 1) > rtol),
        (
            share(count, 0.3, errors * standard_error(count, 0.3)),
            np.abs(rng.binomial(count, 0.3, runs) / count - 0.3)
            >= errors * standard_error(count, 0.3),
        ),
        (
            fourth_moment(count, errors * np.sqrt(24 / count)) / 2,
            np.abs(stats.kurtosis(x, axis=1)) > errors * np.sqrt(24 / count),
        ),
        (correlation(count, errors), np.abs(np.mean(x[:, ::2] * x[:, 1::2], axis=1))
         > errors / np.sqrt(count / 2)),
    ):  # fmt: skip
        assert np.mean(off) == pytest.approx(probability, rel=0.35, abs=1e-3)
        assert np.mean(off) == pytest.approx(p, rel=1.5)
