"""Whether numbers could be independent draws from a standard normal distribution.

`not_standard_normal` and `dependent` look at N numbers and are True if something is wrong with
them. The probability of a false alarm, True for numbers that are as they should be, is bounded;
tests/grading/assignments/test_false_alarms.py recomputes these bounds.
"""

import functools

import numpy as np
from scipy import fft, special, stats

# The largest probability that one comparison raises a false alarm, unless stated otherwise.
ALARM = 1e-10
# The distribution function is compared for this many numbers at most: sorting is the slowest part.
SORTED = 100_000
# The shares of numbers beyond these reveal truncated tails as well as heavy ones.
TAILS = (2.5, 3.0, 3.5)
# Numbers are clipped here before their moments are taken, so that Bernstein's bound applies.
CUT = 4.5
POWERS = (2, 4, 6)
# The tolerance of an autocorrelation in standard errors. By Chernoff's bound one of them exceeds it
# less than once in 10¹⁵ cases, and N numbers have 1.5 N autocorrelations.
LAG_ERRORS = 8.5


def not_standard_normal(e: np.ndarray) -> bool:
    """Judged by the mean, the distribution function, the tails and even moments up to the sixth."""
    e = e.ravel()
    if abs(e.mean()) > stats.norm.isf(ALARM / 2) / np.sqrt(e.size):
        return True
    if largest_deviation(e[:SORTED]) > np.sqrt(np.log(2 / ALARM) / (2 * min(e.size, SORTED))):
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


def largest_deviation(e: np.ndarray) -> float:
    """sup |F_N − Φ|. It exceeds t with probability at most 2 exp(−2 N t²) (P. Massart, 1990)."""
    expected = special.ndtr(np.sort(e))
    steps = np.arange(e.size + 1) / e.size
    return max(np.max(steps[1:] - expected), np.max(expected - steps[:-1]))


def dependent(e: np.ndarray) -> bool:
    """Judged by the circular autocorrelation at every lag, also against the reversed numbers.

    If the numbers were drawn in several calls, some lags pair numbers of any two of the calls.
    Magnitudes are compared separately, because a function could reuse them with new signs.
    """
    e = e.ravel().astype("float32")  # float32 is precise enough here, and twice as fast
    large = np.where(np.abs(e) > stats.norm.ppf(0.75), np.float32(1), np.float32(-1))
    return any(largest_correlation(row) > LAG_ERRORS / np.sqrt(e.size) for row in (e, large))


def largest_correlation(row: np.ndarray) -> float:
    """The largest autocorrelation of a row with mean square 1, forwards or backwards.

    Forwards, r_k = Σ_i e_i e_{i+k} / N for k = 1 … N/2; backwards, s_k = Σ_i e_i e_{k−i} / N, with
    indices modulo N. In s_k each pair counts twice, which makes its standard error √2 times as
    large; so s_k is divided by √2.
    """
    transform = fft.rfft(row)
    forwards = fft.irfft(np.abs(transform) ** 2, row.size)[1 : row.size // 2 + 1]
    backwards = fft.irfft(transform**2, row.size)
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
    """The deviation t of a mean for which Bernstein's bound equals ALARM.

    2 exp(−N t² / (2 v + 2 M t / 3)) = ALARM, where v is the variance of one number and M its
    largest deviation from the mean.
    """
    mean, variance = cut_moments(power)
    most, needed = CUT**power - mean, np.log(2 / ALARM)
    # N t² − (2 M L / 3) t − 2 v L = 0 with L = log(2 / ALARM)
    linear = 2 * most * needed / 3
    return (linear + np.sqrt(linear**2 + 8 * count * variance * needed)) / (2 * count)
