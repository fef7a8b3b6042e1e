"""Models of one number x: three that write down a density, and one that can only draw.

An explicit model has `log_prob(x)`; fitting it means making the data probable. An implicit model
turns noise into samples and never says how probable one is; fitting it means making its samples
hard to tell from the data. In one dimension both can be seen whole. All have `fit(x)` and
`sample(count, seed)`, x being (N,).
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
        """Fit to x (N,), not all equal. Returns itself."""
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
        seed: of the start.

    Attributes, after `fit`:
        weights, means, stds: (K,) each.
    """

    def __init__(self, components: int, seed: int = 0):
        self.mixture = GaussianMixture(components, seed=seed)

    def fit(self, x) -> Self:
        """Fit to x (N,), N at least K, by expectation-maximisation. Returns itself."""
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

    The width h is the whole model. Two ways to choose it::

        "silverman"      h = 0.9 min(std, IQR/1.34) N^(−1/5): near the best for data close to one
                         Gaussian, too wide for several clusters
        "leave-one-out"  h maximises Σᵢ log p₋ᵢ(xᵢ), where p₋ᵢ is built without point i. (With it,
                         h → 0 would always win: each point sits on its own spike.)

    Args:
        bandwidth: "silverman", "leave-one-out" or h itself, a positive number.

    Attributes, after `fit`:
        points: (N,), the data. bandwidth: h.

    Source: Silverman, Density Estimation for Statistics and Data Analysis, 1986, eq. 3.31 and
    §3.4.4.
    """

    def __init__(self, bandwidth: str | float = "silverman"):
        if bandwidth not in ("silverman", "leave-one-out"):
            rules = "'silverman', 'leave-one-out'"
            bandwidth = check_number("bandwidth", bandwidth, above=0, alternatives=rules)
        self.rule = bandwidth

    def fit(self, x) -> Self:
        """Keep x (N,), not all equal, and choose the bandwidth. Returns itself.

        "leave-one-out" holds all N² distances at once.
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
        """Log-density of x (M,) → (M,), in nats. All M·N distances are held at once."""
        standard = (_check(x)[:, None] - self.points) / self.bandwidth
        log_sum = logsumexp(-0.5 * standard**2, axis=1)
        return log_sum - np.log(len(self.points) * self.bandwidth) - LOG_SQRT_2_PI

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Draw (count,) numbers: a data point each, and a step of size h away from it."""
        count = check_count("count", count)
        rng = np.random.default_rng(seed)
        return rng.choice(self.points, count) + self.bandwidth * rng.standard_normal(count)


def silverman_bandwidth(x: np.ndarray) -> float:
    """Silverman's rule of thumb (1986, eq. 3.31) for points x (N,)."""
    lower, upper = np.percentile(x, [25, 75])
    spread = min(x.std(ddof=1), (upper - lower) / 1.34) or x.std(ddof=1)
    return float(0.9 * spread * len(x) ** -0.2)


def leave_one_out_bandwidth(x: np.ndarray) -> float:
    """The bandwidth that makes each of the points x (N,) most probable given the others.

    Raises:
        ValueError: if every point has a copy: then ever smaller widths are ever better.
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
    """A generator x = g(ε), ε ~ N(0, 1), that knows no density: GAN training in one dimension.

        g(ε) = w₀ + w₁ ε + Σ_k w_k tanh(4 (ε − c_k)),        c_k at the quantiles of ε

    g need not be monotone, and no log-density is ever formed. In place of a likelihood the fit
    lowers the energy distance between samples y and data x, which asks for draws only:

        D = 2 E|x − y| − E|x − x'| − E|y − y'|,        0 only if both have one distribution

    Its gradient says which way to push each sample. With F_x and F_y, the shares of data and of
    samples below a point,

        ∂D/∂yᵢ = 4/M (F_x(yᵢ) − F_y(yᵢ))

    so a sample with too much data below it moves down, and all come to rest where the shares agree.
    Each step draws fresh noise, asks every sample where it should go and moves g there, as far as a
    g of this form can, by least squares. Being continuous, g cannot jump over a gap between two
    clusters: some samples always fall in between.

    Args:
        bumps: number of tanh steps.
        seed: of the noise while fitting.

    Attributes, after `fit`:
        weights: (2 + bumps,).
        history: list of the energy distance at each step, in units of x.

    Source: Székely and Rizzo, Energy statistics, 2013, §2; as a training signal, Bellemare et
    al., The Cramér Distance as a Solution to Biased Wasserstein Gradients, 2017.
    """

    def __init__(self, bumps: int = 15, seed: int = 0):
        self.bumps = check_count("bumps", bumps)
        self.seed = seed

    def fit(self, x, steps: int = 300, batch: int = 1000) -> Self:
        """Fit to x (N,), not all equal. Returns itself."""
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
            # Long steps first, to cross gaps in the data; short ones last, to settle.
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
        """(N, 2 + bumps): 1, ε and the tanh steps."""
        centers = ndtri(np.arange(1, self.bumps + 1) / (self.bumps + 1))
        return np.column_stack(
            [np.ones_like(noise), noise, np.tanh(4 * (noise[:, None] - centers))]
        )


def energy_distance(x, y) -> float:
    """Energy distance between two sets of numbers, 0 or more, in units of the numbers.

        D = 2 E|x − y| − E|x − x'| − E|y − y'| = 2 ∫ (F_x(t) − F_y(t))² dt

    (`scipy.stats.energy_distance` gives √D.) The integral is exact: between two neighbouring
    numbers both shares are constant.

    Args:
        x, y: (N,) and (M,).

    Source: Székely and Rizzo, Energy statistics, 2013, §2.
    """
    x, y = np.sort(check_array("x", x, ("N",))), np.sort(check_array("y", y, ("M",)))
    edges = np.sort(np.concatenate([x, y]))
    below_x = np.searchsorted(x, edges[:-1], side="right") / len(x)
    below_y = np.searchsorted(y, edges[:-1], side="right") / len(y)
    return float(2 * np.sum((below_x - below_y) ** 2 * np.diff(edges)))


def _share_below(sorted_x: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Share of `sorted_x` below each point; one that is equal counts half."""
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
