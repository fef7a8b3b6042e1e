"""Whether numbers could be independent draws of a standard normal variable.

Each function looks at N numbers and says what is wrong with them, or nothing. How often it is wrong
about right numbers is stated as a bound, which tests/grading/assignments/test_false_alarms.py
computes anew.
"""

import functools

import numpy as np
from scipy import fft, special, stats

# Largest probability of a false alarm of one comparison, unless it says otherwise.
ALARM = 1e-10
# Of so many the distribution function is compared: sorting takes the most time.
SORTED = 100_000
# Shares beyond these show tails that are cut, and tails that are heavy.
TAILS = (2.5, 3.0, 3.5)
# Moments are taken of numbers cut here, so that a bound for their means exists: Bernstein's.
CUT = 4.5
POWERS = (2, 4, 6)
# Standard errors of an autocorrelation. By Chernoff's bound it is larger once in 10¹⁵ cases, and
# there are one and a half times as many cases as numbers.
LAG_ERRORS = 8.5


def not_standard_normal(e: np.ndarray) -> bool:
    """By the mean, the distribution function, the tails, and even moments up to the sixth."""
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
    """sup |F_N − Φ|. It is above t with probability 2 exp(−2 N t²) at most (P. Massart)."""
    expected = special.ndtr(np.sort(e))
    steps = np.arange(e.size + 1) / e.size
    return max(np.max(steps[1:] - expected), np.max(expected - steps[:-1]))


def dependent(e: np.ndarray) -> bool:
    """By the correlation with themselves at every lag, around the end, and in reverse order.

    In a row that was drawn in several calls, lags reach from one call to all others. Magnitudes are
    looked at apart from signs, which a function could draw anew.
    """
    e = e.ravel().astype("float32")  # ten digits are not needed here, and it is twice as fast
    large = np.where(np.abs(e) > stats.norm.ppf(0.75), np.float32(1), np.float32(-1))
    return any(largest_correlation(row) > LAG_ERRORS / np.sqrt(e.size) for row in (e, large))


def largest_correlation(row: np.ndarray) -> float:
    """The largest autocorrelation of a row with mean square 1, forwards or backwards.

    r_k = Σ_i e_i e_{i+k} / N for k = 1 … N/2, and backwards s_k = Σ_i e_i e_{k−i} / N. In s_k each
    pair counts twice, so its standard error is √2 times as large, by which it is divided.
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
    """The deviation t of a mean with 2 exp(−N t² / (2 v + 2 M t / 3)) = ALARM.

    v is the variance and M the largest deviation of one number (S. Bernstein).
    """
    mean, variance = cut_moments(power)
    most, needed = CUT**power - mean, np.log(2 / ALARM)
    # N t² − (2 M L / 3) t − 2 v L = 0 with L = log(2 / ALARM)
    linear = 2 * most * needed / 3
    return (linear + np.sqrt(linear**2 + 8 * count * variance * needed)) / (2 * count)
