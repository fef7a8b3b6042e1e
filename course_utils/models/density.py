"""Models of one number x: three with an explicit density, and one that can only be sampled.

An explicit model has `log_prob(x)`; it is fitted by making the data probable. An implicit model
turns noise into samples and has no density; it is fitted by making its samples hard to tell from
the data. In one dimension everything about both can be plotted. All have `fit(x)`, for x of shape
(N,), and `sample(count, seed)`, where the same seed gives the same samples. All methods raise a
ValueError for another rank, NaN, or a count below 1.
"""

from typing import Self

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, ndtri

from course_utils.models.clustering import GaussianMixture
from course_utils.validation import check_array, check_count, check_number

LOG_SQRT_2_PI = 0.5 * np.log(2 * np.pi)

# ------------------------------------------------------------------------- explicit models


class Gaussian:
    """One Gaussian, fitted by maximum likelihood.

        log N(x; μ, σ²) = −½ ((x − μ)/σ)² − log σ − ½ log 2π
        μ = mean of x,    σ² = mean of (x − μ)²        (divided by N, not N − 1)

    Attributes, after `fit`:
        mean, std: floats.
    """

    def fit(self, x) -> Self:
        """Fit to x (N,). Returns itself.

        Raises:
            ValueError: for another rank, NaN, or numbers that are all equal.
        """
        x = _check_varied(x)
        self.mean, self.std = float(x.mean()), float(x.std())
        return self

    def log_prob(self, x) -> np.ndarray:
        """Log-density of x (N,) → (N,), in nats."""
        standard = (_check(x) - self.mean) / self.std
        return -0.5 * standard**2 - np.log(self.std) - LOG_SQRT_2_PI

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Draw (count,) numbers."""
        noise = np.random.default_rng(seed).standard_normal(check_count("count", count))
        return self.mean + self.std * noise


class Mixture:
    """A mixture of Gaussians on the line: `GaussianMixture` with one feature.

        p(x) = Σ_k π_k N(x; μ_k, σ_k²)

    Args:
        components: K.
        seed: of the initial responsibilities.

    Attributes, after `fit`:
        weights, means, stds: (K,) each.
    """

    def __init__(self, components: int, seed: int = 0):
        self.mixture = GaussianMixture(components, seed=seed)

    def fit(self, x) -> Self:
        """Fit to x (N,) by expectation-maximisation. Returns itself.

        Raises:
            ValueError: for another rank, NaN, or fewer points than components.
        """
        self.mixture.fit(_check(x)[:, None])
        self.weights = self.mixture.weights
        self.means = self.mixture.means[:, 0]
        self.stds = np.sqrt(self.mixture.covariances[:, 0, 0])
        return self

    def log_prob(self, x) -> np.ndarray:
        """Log-density of x (N,) → (N,), in nats."""
        return self.mixture.log_prob(_check(x)[:, None])

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Draw (count,) numbers."""
        return self.mixture.sample(count, seed)[:, 0]


class KernelDensity:
    """A small Gaussian on every data point.

        p(x) = 1/N Σᵢ N(x; xᵢ, h²)

    The bandwidth h is the only parameter. There are two rules to choose it::

        "silverman"      h = 0.9 min(std, IQR/1.34) N^(−1/5): nearly optimal for data close to one
                         Gaussian, too wide for several clusters
        "leave-one-out"  h maximises Σᵢ log p₋ᵢ(xᵢ), where p₋ᵢ is built without point i. (If point
                         i were included, h → 0 would always be best: a spike on each point.)

    Args:
        bandwidth: "silverman", "leave-one-out" or h itself, a positive number.

    Attributes, after `fit`:
        points: (N,), the data.
        bandwidth: h.

    Raises:
        ValueError: for another rule, or a number that is not positive.

    Source: Silverman, Density Estimation for Statistics and Data Analysis, 1986, eq. 3.31 and
    §3.4.4.
    """

    def __init__(self, bandwidth: str | float = "silverman"):
        if bandwidth not in ("silverman", "leave-one-out"):
            rules = "'silverman', 'leave-one-out'"
            bandwidth = check_number("bandwidth", bandwidth, above=0, alternatives=rules)
        self.rule = bandwidth

    def fit(self, x) -> Self:
        """Keep x (N,) and choose the bandwidth. Returns itself.

        "leave-one-out" keeps all N² distances in memory.

        Raises:
            ValueError: for another rank, NaN, or numbers that are all equal; for "leave-one-out",
                also if every point has a copy.
        """
        self.points = _check_varied(x)
        if self.rule == "silverman":
            self.bandwidth = silverman_bandwidth(self.points)
        elif self.rule == "leave-one-out":
            self.bandwidth = leave_one_out_bandwidth(self.points)
        else:
            self.bandwidth = self.rule
        return self

    def log_prob(self, x) -> np.ndarray:
        """Log-density of x (M,) → (M,), in nats. All M·N distances are kept in memory."""
        standard = (_check(x)[:, None] - self.points) / self.bandwidth
        log_sum = logsumexp(-0.5 * standard**2, axis=1)
        return log_sum - np.log(len(self.points) * self.bandwidth) - LOG_SQRT_2_PI

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Draw (count,) numbers: a random data point each, plus a normal step of scale h."""
        count = check_count("count", count)
        rng = np.random.default_rng(seed)
        return rng.choice(self.points, count) + self.bandwidth * rng.standard_normal(count)


def silverman_bandwidth(x: np.ndarray) -> float:
    """Silverman's rule of thumb (1986, eq. 3.31) for points x (N,).

        h = 0.9 min(std, IQR/1.34) N^(−1/5)

    std is the sample standard deviation (divided by N − 1); it is used alone if the IQR is 0.
    """
    lower, upper = np.percentile(x, [25, 75])
    spread = min(x.std(ddof=1), (upper - lower) / 1.34) or x.std(ddof=1)
    return float(0.9 * spread * len(x) ** -0.2)


def leave_one_out_bandwidth(x: np.ndarray) -> float:
    """The bandwidth that makes each of the points x (N,) most probable given the others.

    It is searched between e⁻⁷ and e times the standard deviation of x.

    Raises:
        ValueError: if every point has a copy, because then the likelihood grows without bound as
            h → 0.
    """
    _, copies = np.unique(x, return_counts=True)
    if copies.min() > 1:
        raise ValueError("x: expected some point without a copy, got none; give the bandwidth")
    squares = (x[:, None] - x) ** 2
    np.fill_diagonal(squares, np.inf)

    def cost(log_bandwidth: float) -> float:
        log_sums = logsumexp(-0.5 * squares / np.exp(2 * log_bandwidth), axis=1)
        return log_bandwidth - log_sums.mean()

    scale = np.log(x.std())
    best = minimize_scalar(cost, bounds=(scale - 7, scale + 1), method="bounded")
    return float(np.exp(best.x))


# -------------------------------------------------------------------------- implicit model


class ImplicitSampler:
    """A generator x = g(ε), ε ~ N(0, 1), without a density: GAN training in one dimension.

        g(ε) = w₀ + w₁ ε + Σ_k w_k tanh(4 (ε − c_k)),        c_k at the quantiles of ε

    g need not be monotone, and no log-density is ever computed. Instead of maximising a likelihood,
    the fit minimises the energy distance between samples y and data x, which needs samples only:

        D = 2 E|x − y| − E|x − x'| − E|y − y'|,        0 only if both have one distribution

    Its gradient says in which direction to move each sample. With F_x and F_y, the fractions of
    data and of samples below a point,

        ∂D/∂yᵢ = 4/M (F_x(yᵢ) − F_y(yᵢ))

    so a sample with too much data below it moves down, and the samples stop moving where the
    fractions agree. Each step draws fresh noise, computes a target for every sample, and fits g to
    the targets by least squares. Since g is continuous, it cannot jump over a gap between two
    clusters, and some samples always fall in between.

    Args:
        bumps: number of tanh terms, at least 1.
        seed: of the noise in `fit`.

    Attributes, after `fit`:
        weights: (2 + bumps,).
        history: list of the energy distance before each step, in units of x.

    Source: Székely and Rizzo, Energy statistics, 2013, §2; as a training signal, Bellemare et
    al., The Cramér Distance as a Solution to Biased Wasserstein Gradients, 2017.
    """

    def __init__(self, bumps: int = 15, seed: int = 0):
        self.bumps = check_count("bumps", bumps)
        self.seed = seed

    def fit(self, x, steps: int = 300, batch: int = 1000) -> Self:
        """Fit to x (N,). Returns itself.

        Args:
            x: (N,).
            steps: how many.
            batch: number M of samples at each step, at least 2.

        Raises:
            ValueError: for another rank, NaN, numbers that are all equal, or counts out of range.
        """
        x = np.sort(_check_varied(x))
        steps, batch = check_count("steps", steps), check_count("batch", batch, low=2)
        rng = np.random.default_rng(self.seed)
        self.weights = np.zeros(2 + self.bumps)
        self.weights[:2] = x.mean(), x.std()
        self.history = []
        for step in range(steps):
            features = self._features(rng.standard_normal(batch))
            samples = features @ self.weights
            self.history.append(energy_distance(x, samples))
            push = -4 * _share_below(x, samples) + 4 * _share_below(np.sort(samples), samples)
            # Long steps first, to cross gaps in the data; short ones last, to converge.
            push *= 0.5 * x.std() * (1 - step / steps)
            ridge = 1e-3 * batch * np.eye(len(self.weights))
            self.weights = self.weights + np.linalg.solve(
                features.T @ features + ridge, features.T @ push
            )
        return self

    def generate(self, noise) -> np.ndarray:
        """g: noise (N,) → samples (N,)."""
        return self._features(check_array("noise", noise, ("N",))) @ self.weights

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Draw (count,) numbers."""
        return self.generate(
            np.random.default_rng(seed).standard_normal(check_count("count", count))
        )

    def _features(self, noise: np.ndarray) -> np.ndarray:
        """1, ε and the tanh terms, (N, 2 + bumps)."""
        centers = ndtri(np.arange(1, self.bumps + 1) / (self.bumps + 1))
        return np.column_stack(
            [np.ones_like(noise), noise, np.tanh(4 * (noise[:, None] - centers))]
        )


def energy_distance(x, y) -> float:
    """Energy distance between two sets of numbers, 0 or more, in units of the numbers.

        D = 2 E|x − y| − E|x − x'| − E|y − y'| = 2 ∫ (F_x(t) − F_y(t))² dt

    (`scipy.stats.energy_distance` gives √D.) F_x and F_y are the empirical distribution functions,
    which are constant between two neighbouring numbers, so the integral is exact.

    Args:
        x, y: (N,) and (M,).

    Raises:
        ValueError: for another rank or NaN.

    Source: Székely and Rizzo, Energy statistics, 2013, §2.
    """
    x, y = np.sort(check_array("x", x, ("N",))), np.sort(check_array("y", y, ("M",)))
    edges = np.sort(np.concatenate([x, y]))
    below_x = np.searchsorted(x, edges[:-1], side="right") / len(x)
    below_y = np.searchsorted(y, edges[:-1], side="right") / len(y)
    return float(2 * np.sum((below_x - below_y) ** 2 * np.diff(edges)))


def _share_below(sorted_x: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Fraction of `sorted_x` below each point; an equal number counts half."""
    left = np.searchsorted(sorted_x, at, side="left")
    right = np.searchsorted(sorted_x, at, side="right")
    return (left + right) / (2 * len(sorted_x))


def _check(x) -> np.ndarray:
    return check_array("x", x, ("N",)).astype("float64")


def _check_varied(x) -> np.ndarray:
    x = _check(x)
    if x.min() == x.max():
        raise ValueError(f"x: expected numbers that differ, got {len(x)} times {x[0]:g}")
    return x
