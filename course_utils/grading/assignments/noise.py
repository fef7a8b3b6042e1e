"""Whether numbers could be independent draws of a standard normal variable.

Each function looks at N numbers and says what is wrong with them, or nothing. How often it is wrong
about right numbers is stated as a bound, which tests/grading/assignments/test_false_alarms.py
computes anew.
"""

import functools

import numpy as np
from scipy import stats

# Largest probability of a false alarm of one comparison, unless it says otherwise.
ALARM = 1e-10
# Shares beyond these show tails that are cut, and tails that are heavy.
TAILS = (2.5, 3.0, 3.5)
# Moments are taken of numbers cut here, so that a bound for their means exists: Bernstein's.
CUT = 4.5
POWERS = (4, 6)
# Standard errors of an autocorrelation. By Chernoff's bound it is larger once in 10¹⁵ cases, and
# there are one and a half times as many cases as numbers.
LAG_ERRORS = 8.5


def not_standard_normal(e: np.ndarray) -> bool:
    """By Kolmogorov and Smirnov, by the tails, and by the fourth and sixth moments."""
    e = e.ravel()
    if stats.kstest(e, "norm").pvalue < ALARM:
        return True
    for tail in TAILS:
        count, share = np.sum(np.abs(e) > tail), 2 * stats.norm.sf(tail)
        if min(stats.binom.cdf(count, e.size, share), stats.binom.sf(count - 1, e.size, share)) < (
            ALARM / 2
        ):
            return True
    clipped = np.minimum(np.abs(e), CUT)
    return any(
        abs(np.mean(clipped**power) - cut_moments(power)[0]) > moment_tolerance(power, e.size)
        for power in POWERS
    )


def dependent(e: np.ndarray) -> bool:
    """By the correlation with themselves at every lag, around the end, and in reverse order.

    In a row that was drawn in several calls, lags reach from one call to all others. Magnitudes are
    looked at apart from signs, which a function could draw anew.
    """
    e = e.ravel()
    large = np.where(np.abs(e) > stats.norm.ppf(0.75), 1.0, -1.0)
    return any(largest_correlation(row) > LAG_ERRORS / np.sqrt(e.size) for row in (e, large))


def largest_correlation(row: np.ndarray) -> float:
    """The largest autocorrelation of a row with mean square 1, forwards or backwards.

    r_k = Σ_i e_i e_{i+k} / N for k = 1 … N/2, and backwards s_k = Σ_i e_i e_{k−i} / N. In s_k each
    pair counts twice, so its standard error is √2 times as large, by which it is divided.
    """
    transform = np.fft.rfft(row)
    forwards = np.fft.irfft(np.abs(transform) ** 2, row.size)[1 : row.size // 2 + 1]
    backwards = np.fft.irfft(transform**2, row.size)
    return max(np.abs(forwards).max(), np.abs(backwards).max() / np.sqrt(2)) / row.size


@functools.cache
def cut_moments(power: int) -> tuple[float, float]:
    """Mean and variance of min(|ε|, CUT)^power for a standard normal ε."""

    def moment(of: int) -> float:
        inside = stats.norm.expect(lambda e: np.abs(e) ** of, lb=-CUT, ub=CUT)
        return inside + 2 * CUT**of * stats.norm.sf(CUT)

    mean = moment(power)
    return mean, moment(2 * power) - mean**2


def moment_tolerance(power: int, count: int) -> float:
    """The deviation t of a mean with 2 exp(−N t² / (2 v + 2 M t / 3)) = ALARM.

    v is the variance and M the largest deviation of one number (S. Bernstein).
    """
    mean, variance = cut_moments(power)
    most, needed = CUT**power - mean, np.log(2 / ALARM)
    # N t² − (2 M L / 3) t − 2 v L = 0 with L = log(2 / ALARM)
    linear = 2 * most * needed / 3
    return (linear + np.sqrt(linear**2 + 8 * count * variance * needed)) / (2 * count)
