"""The two terms of the evidence lower bound, which several assignments ask for.

The correct values are computed in float64 and in other ways than students do: the divergence
KL(N(mu, sigma²) ‖ N(0, 1)) by quadrature of SciPy's densities, the cross-entropy by SciPy's
log_expit. There are also inputs: fixed ones for the probes of self-checks, drawn ones for hidden
tests.
"""

import numpy as np
from scipy import special, stats

from course_utils.grading.assignments.common import Arrays, arrays

LATENT = arrays(
    mu=[[0.5, -1.0, 2.0], [0.0, 0.25, -0.5], [1.5, 3.0, -2.0], [-0.75, 0.1, 1.0]],
    sigma=[[0.5, 1.5, 0.8], [1.0, 2.0, 0.25], [0.7, 0.4, 1.2], [3.0, 0.9, 0.6]],
)
IMAGES = arrays(
    x=[[0, 1, 0.25, 1, 0], [1, 1, 0, 0.5, 0], [0, 0, 0, 1, 1], [0.75, 0, 1, 1, 0]],
    logits=[
        [-2, 1.5, 0.3, 4, -0.5],
        [0.7, -1.2, 2.5, -0.4, -3],
        [1, -0.6, -5, 2.2, 0.9],
        [-1.5, 3.5, 0.2, -0.8, 1.1],
    ],
)
EXTREME_LOGITS = arrays(
    x=[[1, 0], [0, 1], [1, 1], [0, 0]],
    logits=[[1000, -1000], [1000, 2], [-1000, 1000], [1000, 1000]],
)


def true_kl(mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """KL(q ‖ p) = E_q[log q(z) − log p(z)] by Gauss–Hermite quadrature, (B,).

    The log-ratio is a quadratic in z, for which three nodes are exact.
    """
    nodes, weights = special.roots_hermitenorm(3)
    mu, sigma = mu[..., None], sigma[..., None]
    z = mu + sigma * nodes
    log_ratio = stats.norm.logpdf(z, mu, sigma) - stats.norm.logpdf(z)
    return (log_ratio @ (weights / weights.sum())).sum(axis=-1)


def true_kl_gradients(mu: np.ndarray, sigma: np.ndarray) -> Arrays:
    return {"mu": mu, "sigma": sigma - 1 / sigma}


def true_reconstruction(x: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """−log p(x | logits) of independent Bernoulli pixels, (B,)."""
    return -(x * special.log_expit(logits) + (1 - x) * special.log_expit(-logits)).sum(axis=-1)


def true_reconstruction_gradients(x: np.ndarray, logits: np.ndarray) -> Arrays:
    return {"x": -logits, "logits": special.expit(logits) - x}


def latent(examples: int, dimensions: int, rng: np.random.Generator | None = None) -> Arrays:
    rng = rng or np.random.default_rng([examples, dimensions])
    mu = rng.normal(0, 2, (examples, dimensions))
    return {"mu": mu, "sigma": np.exp(rng.normal(0, 0.7, mu.shape))}


def images(examples: int, pixels: int, rng: np.random.Generator | None = None) -> Arrays:
    rng = rng or np.random.default_rng([examples, pixels])
    logits = rng.normal(0, 3, (examples, pixels))
    grey = rng.integers(0, 17, logits.shape) / 16
    return {"x": np.where(rng.random(logits.shape) < 0.5, grey, np.round(grey)), "logits": logits}


SIZES = {
    "one example with one entry": (1, 1),
    "7 examples with one entry each": (7, 1),
    "5 examples with 20 entries each": (5, 20),
}
