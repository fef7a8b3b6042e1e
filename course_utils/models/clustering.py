"""Clustering: k-means and the Gaussian mixture, step by step.

Both alternate between two questions. To which cluster does each point belong? Where does each
cluster lie? K-means answers the first with a label, the mixture with probabilities. No round can
make the objective worse, so both converge. `history` keeps every round of a fit.

Sources: Lloyd, Least squares quantization in PCM, 1982; Arthur and Vassilvitskii, k-means++: The
Advantages of Careful Seeding, 2007; Dempster, Laird and Rubin, Maximum Likelihood from Incomplete
Data via the EM Algorithm, 1977; Fraley and Raftery, Bayesian Regularization for Normal Mixture
Estimation and Model-Based Clustering, 2007.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp

from course_utils.validation import check_array, check_count, check_number

# --------------------------------------------------------------------------------- k-means


class KMeansStep(NamedTuple):
    """One round: the centers, the label of each point under them, and their inertia."""

    centers: np.ndarray  # (K, F)
    labels: np.ndarray  # (N,) int64
    inertia: float


class KMeans:
    """K-means: each point belongs to the nearest of K centers, and each center is a mean.

        inertia = Σᵢ min_k |xᵢ − c_k|²

    Args:
        clusters: K.
        restarts: the number of starts; the result with the smallest inertia is kept.
        seed: of the starts.
        max_rounds: the largest number of rounds from one start.

    Attributes, after `fit`:
        history: list of `KMeansStep` of the best start. The first has the initial centers; the
            last two have the same labels, unless `max_rounds` was reached.
        centers: (K, F), the last ones.
        labels: (N,) int64, of the points that it was fitted to.
        inertia: the last one.

    Raises:
        ValueError: for counts that are not whole numbers of at least 1.
    """

    def __init__(self, clusters: int, restarts: int = 10, seed: int = 0, max_rounds: int = 300):
        self.clusters = check_count("clusters", clusters)
        self.restarts = check_count("restarts", restarts)
        self.max_rounds = check_count("max_rounds", max_rounds)
        self.seed = seed

    def fit(self, x, start=None) -> "KMeans":
        """Find centers for points x (N, F), N at least K. Returns itself.

        Args:
            x: (N, F).
            start: (K, F) initial centers; None draws them `restarts` times by k-means++.

        Raises:
            ValueError: for another shape of x or `start`, NaN, or fewer points than clusters.
        """
        x = _check_points(x, fewest=self.clusters)
        # Distances do not change, and near the origin they lose less precision.
        origin = x.mean(axis=0)
        x = x - origin
        if start is None:
            rng = np.random.default_rng(self.seed)
            starts = (plus_plus_centers(x, self.clusters, rng) for _ in range(self.restarts))
        else:
            shape = (self.clusters, x.shape[1])
            starts = [check_array("start", start, shape).astype("float64") - origin]
        best = min(
            (self._descend(x, centers) for centers in starts),
            key=lambda history: history[-1].inertia,
        )
        self.history = [step._replace(centers=step.centers + origin) for step in best]
        self.centers, self.labels, self.inertia = self.history[-1]
        return self

    def predict(self, x) -> np.ndarray:
        """The nearest center of each point: x (N, F) → (N,) int64.

        Raises:
            ValueError: for another shape or NaN; so do the methods below.
        """
        return _squared_distances(self._check(x), self.centers).argmin(axis=1)

    def score(self, x) -> float:
        """Minus the inertia of points x (N, F); larger is better, as in scikit-learn."""
        return -float(_squared_distances(self._check(x), self.centers).min(axis=1).sum())

    def _check(self, x) -> np.ndarray:
        return check_array("x", x, ("N", "F"), {"F": self.centers.shape[1]})

    def _descend(self, x: np.ndarray, centers: np.ndarray) -> list[KMeansStep]:
        """Lloyd's algorithm from one start, until no point changes its cluster."""
        squares = np.einsum("nf,nf->n", x, x)
        history = []
        for _ in range(self.max_rounds):
            # |x − c|² without |x|², which every center shares.
            relative = np.einsum("kf,kf->k", centers, centers) - x @ (2 * centers.T)
            labels = relative.argmin(axis=1)
            distances = squares + relative[np.arange(len(x)), labels]
            history.append(KMeansStep(centers, labels, max(float(distances.sum()), 0.0)))
            if len(history) > 1 and np.array_equal(labels, history[-2].labels):
                break
            centers = _means(x, labels, distances, self.clusters)
        return history


def plus_plus_centers(x: np.ndarray, clusters: int, rng: np.random.Generator) -> np.ndarray:
    """Choose K of the points as initial centers, far from each other, by greedy k-means++.

    The first center is drawn uniformly. Each further one is drawn with a probability proportional
    to its squared distance from the nearest center so far; of 2 + ⌊ln K⌋ such candidates the one
    with the smallest resulting inertia is kept (Arthur and Vassilvitskii, 2007, §7).

    Args:
        x: (N, F) points.
        clusters: K, at most N.
        rng: the random generator.

    Returns:
        (K, F).
    """
    squares = np.einsum("nf,nf->n", x, x)

    def distances(chosen):
        """(candidates, N), never below 0 by rounding."""
        relative = squares[chosen, None] - (2 * x[chosen]) @ x.T
        return np.maximum(relative + squares, 0)

    first = rng.integers(len(x))
    centers = [first]
    nearest = distances([first])[0]
    for _ in range(clusters - 1):
        cumulative = np.cumsum(nearest)
        draws = rng.random(2 + int(np.log(clusters))) * cumulative[-1]
        candidates = np.minimum(np.searchsorted(cumulative, draws, side="right"), len(x) - 1)
        reached = np.minimum(nearest, distances(candidates))
        best = reached.sum(axis=1).argmin()
        centers.append(candidates[best])
        nearest = reached[best]
    return x[centers]


def _means(x, labels, distances, clusters: int) -> np.ndarray:
    """The mean of each cluster, (K, F). An empty one gets the point farthest from its center."""
    members = (labels == np.arange(clusters)[:, None]).astype("float64")
    counts = members.sum(axis=1)
    means = members @ x / np.maximum(counts, 1)[:, None]
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        means[empty] = x[np.argsort(distances)[::-1][: len(empty)]]
    return means


def _squared_distances(x: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """|x − c|² = |x|² − 2 x·c + |c|², (N, K)."""
    squares = np.einsum("nf,nf->n", x, x)[:, None] + np.einsum("kf,kf->k", centers, centers)
    return np.maximum(squares - x @ (2 * centers.T), 0)


# ------------------------------------------------------------------------- Gaussian mixture


class MixtureStep(NamedTuple):
    """One round of EM: the parameters, and how well they fit the points (nats per example)."""

    weights: np.ndarray  # (K,)
    means: np.ndarray  # (K, F)
    covariances: np.ndarray  # (K, F, F)
    log_likelihood: float
    objective: float


class GaussianMixture:
    """A mixture of Gaussians with full covariances, fitted by expectation-maximisation.

        p(x) = Σ_k π_k N(x; μ_k, Σ_k)

        E:  r_ik ∝ π_k N(xᵢ; μ_k, Σ_k)            responsibility of component k for point i
        M:  n_k = Σᵢ r_ik,    π_k = n_k / N,    μ_k = Σᵢ r_ik xᵢ / n_k,
            Σ_k = Σᵢ r_ik (xᵢ − μ_k)(xᵢ − μ_k)ᵀ / n_k + ε N / (K n_k) I

    Without the last term a component could shrink onto one point, and its density would grow
    without bound. The term comes from the prior log p(Σ_k) = −½ ε N/K tr Σ_k⁻¹ + const, so EM
    maximises

        objective = 1/N (Σᵢ log p(xᵢ) + Σ_k log p(Σ_k))

    without the constant, and never decreases it; for ε → 0 it is the mean log-likelihood.
    (scikit-learn adds ε I instead, which is the same for components of equal weight, but then no
    objective is guaranteed to increase.)

    Args:
        components: K.
        regularization: ε, a variance: the square of the smallest relevant standard deviation.
        seed: of the k-means that gives the first responsibilities.
        tolerance: stop when the objective increases by less than this, in nats per example.
        max_rounds: the largest number of rounds.

    Attributes, after `fit`:
        history: list of `MixtureStep`.
        weights, means, covariances: (K,), (K, F), (K, F, F), the last ones.

    Raises:
        ValueError: for counts that are not whole numbers of at least 1, or a negative
            regularization.
    """

    def __init__(
        self,
        components: int,
        regularization: float = 1e-6,
        seed: int = 0,
        tolerance: float = 1e-4,
        max_rounds: int = 200,
    ):
        self.components = check_count("components", components)
        self.max_rounds = check_count("max_rounds", max_rounds)
        self.regularization = check_number("regularization", regularization, low=0)
        self.seed = seed
        self.tolerance = tolerance

    def fit(self, x) -> "GaussianMixture":
        """Find weights, means and covariances for points x (N, F), N at least K. Returns itself.

        Raises:
            ValueError: for another rank, NaN, fewer points than components, or covariances that are
                singular because `regularization` is too small.
        """
        x = _check_points(x, fewest=self.components)
        start = KMeans(self.components, restarts=1, seed=self.seed).fit(x)
        responsibilities = np.eye(self.components)[start.labels]
        self.history = []
        while len(self.history) < self.max_rounds:
            self._maximize(x, responsibilities)
            joint = self._joint_log_prob(x)
            log_prob = logsumexp(joint, axis=1)
            log_likelihood = float(log_prob.mean())
            penalty = np.trace(np.linalg.inv(self.covariances), axis1=1, axis2=2).mean() / 2
            objective = log_likelihood - self.regularization * float(penalty)
            self.history.append(
                MixtureStep(self.weights, self.means, self.covariances, log_likelihood, objective)
            )
            if len(self.history) > 1 and objective - self.history[-2].objective < self.tolerance:
                break
            responsibilities = np.exp(joint - log_prob[:, None])
        return self

    def log_prob(self, x) -> np.ndarray:
        """Log-density of points x (N, F) → (N,), in nats.

        Raises:
            ValueError: for another shape or NaN; so do the methods below.
        """
        return logsumexp(self._joint_log_prob(self._check(x)), axis=1)

    def predict_proba(self, x) -> np.ndarray:
        """Responsibilities of points x (N, F) → (N, K), rows summing to 1."""
        joint = self._joint_log_prob(self._check(x))
        return np.exp(joint - logsumexp(joint, axis=1, keepdims=True))

    def predict(self, x) -> np.ndarray:
        """The most probable component of points x (N, F) → (N,) int64."""
        return self._joint_log_prob(self._check(x)).argmax(axis=1)

    def score(self, x) -> float:
        """Mean log-density of points x (N, F), in nats; larger is better."""
        return float(self.log_prob(x).mean())

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Draw a component for each point, then the point from it: (count, F) float64.

        Args:
            count: how many, at least 1.
            seed: the same seed gives the same points.
        """
        count = check_count("count", count)
        rng = np.random.default_rng(seed)
        component = rng.choice(self.components, count, p=self.weights)
        noise = rng.standard_normal((count, self.means.shape[1]))
        roots = np.linalg.cholesky(self.covariances)
        return self.means[component] + np.einsum("nij,nj->ni", roots[component], noise)

    def _check(self, x) -> np.ndarray:
        return check_array("x", x, ("N", "F"), {"F": self.means.shape[1]}).astype("float64")

    def _maximize(self, x: np.ndarray, responsibilities: np.ndarray) -> None:
        """The M-step."""
        # The constant avoids a division by zero for a component that has lost all its points.
        counts = responsibilities.sum(axis=0) + 10 * np.finfo(float).eps
        self.weights = counts / counts.sum()
        self.means = responsibilities.T @ x / counts[:, None]
        prior = self.regularization * len(x) / self.components
        self.covariances = np.empty((self.components, x.shape[1], x.shape[1]))
        for k, mean in enumerate(self.means):
            centered = x - mean
            scatter = (responsibilities[:, k, None] * centered).T @ centered
            self.covariances[k] = (scatter + prior * np.eye(x.shape[1])) / counts[k]

    def _joint_log_prob(self, x: np.ndarray) -> np.ndarray:
        """log π_k + log N(x; μ_k, Σ_k), (N, K), by Cholesky factors Σ_k = L Lᵀ."""
        try:
            roots = np.linalg.cholesky(self.covariances)
        except np.linalg.LinAlgError as error:
            raise ValueError(
                f"regularization: expected enough to keep covariances regular, got "
                f"{self.regularization:g}; some direction has no variance left"
            ) from error
        joint = np.empty((len(x), self.components))
        for k, (root, mean) in enumerate(zip(roots, self.means, strict=True)):
            whitened = solve_triangular(root, (x - mean).T, lower=True)
            log_det = 2 * np.log(np.diagonal(root)).sum()
            squares = np.einsum("fn,fn->n", whitened, whitened)
            joint[:, k] = -0.5 * (squares + log_det + x.shape[1] * np.log(2 * np.pi))
        return joint + np.log(self.weights)


def _check_points(x, fewest: int) -> np.ndarray:
    x = check_array("x", x, ("N", "F")).astype("float64")
    if len(x) < fewest:
        raise ValueError(f"x: expected at least {fewest} points, one per cluster, got {len(x)}")
    return x
