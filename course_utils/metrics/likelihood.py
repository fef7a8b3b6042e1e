"""How probable are held-out data under a model? Lower bounds and bits per dimension.

Both bounds are computed from log-weights with z drawn from the approximate posterior q(z|x):

    log w = log p(x, z) − log q(z|x),        z ~ q(z|x)

A single z gives an unbiased estimate w of p(x); its logarithm is too small on average (Jensen). The
two bounds average K weights in different ways, so they are tight to different degrees.
"""

import numpy as np
from scipy.special import logsumexp

from course_utils.validation import check_array, check_count


def evidence_lower_bound(log_weights) -> np.ndarray:
    """ELBO: the mean log-weight.

        ELBO = E_q[log w] ≤ log p(x)

    Args:
        log_weights: (K, N), K draws of log w for each of N examples, in nats. −inf is allowed.

    Returns:
        (N,), in nats: an unbiased estimate of the bound.

    Raises:
        ValueError: for another rank, no draws, NaN or +inf.

    Source: Kingma and Welling, Auto-Encoding Variational Bayes, 2014, eq. 2.
    """
    return _check_log_weights(log_weights).mean(axis=0)


def importance_weighted_bound(log_weights) -> np.ndarray:
    """IWAE bound: the log of the mean weight, which is the tighter the more draws there are.

        L_K = E[log 1/K Σ_k w_k],        ELBO = L_1 ≤ L_K ≤ L_{K+1} ≤ log p(x)

    Args:
        log_weights: (K, N), K draws of log w for each of N examples, in nats. −inf is allowed.

    Returns:
        (N,), in nats: an unbiased estimate of L_K.

    Raises:
        ValueError: for another rank, no draws, NaN or +inf.

    Source: Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016, eq. 8.
    """
    log_weights = _check_log_weights(log_weights)
    return logsumexp(log_weights, axis=0) - np.log(len(log_weights))


def dequantize(images, levels: int, seed: int) -> np.ndarray:
    """Spread grey levels over [0, 1): each level fills a bin of width 1/L.

        y = (k + u) / L,        k = (L − 1) x,        u ~ U[0, 1)

    On isolated grey levels a density can be made arbitrarily large. Uniform noise fills the gaps
    between them, and then the density bounds a probability: E_u[log p(y)] − D log L ≤ log P(x).

    Args:
        images: (N, ...), grey levels scaled to [0, 1]: multiples of 1/(L − 1).
        levels: L, the number of grey levels.
        seed: of the noise.

    Returns:
        The same shape, float32, in [0, 1).

    Raises:
        ValueError: for values outside [0, 1] or between two grey levels.

    Source: Theis, van den Oord and Bethge, A note on the evaluation of generative models, 2016,
    §3.1.
    """
    levels = check_count("levels", levels, low=2)
    images = check_array("images", images, ("N", ...), low=0, high=1)
    level = np.rint(images * (levels - 1))
    if np.abs(images * (levels - 1) - level).max() > 1e-3:
        raise ValueError(f"images: expected multiples of 1/{levels - 1}, got values in between")
    noisy = (level + np.random.default_rng(seed).random(images.shape)) / levels
    # Rounding to float32 may carry the largest value to 1.
    return np.minimum(noisy.astype("float32"), np.float32(1 - 2**-24))


def bits_per_dimension(log_prob, *, dimensions: int, levels: int = 1) -> np.ndarray:
    """Bits per dimension: the code length of one pixel under the model.

        bits = −(log p(y) − D log L) / (D log 2) = −log p(y) / (D log 2) + log₂ L

    A uniform density on [0, 1)ᴰ has log₂ L bits.

    Args:
        log_prob: (N,), log-likelihood of each example in nats.
        dimensions: D, the number of entries of one example.
        levels: L, if `log_prob` is a density of examples dequantised to [0, 1) (see `dequantize`);
            1 if it is already the log of a probability.

    Returns:
        (N,), in bits per dimension; smaller is better.

    Raises:
        ValueError: for NaN, infinity or another rank.

    Source: Theis, van den Oord and Bethge, 2016, §3.1.
    """
    log_prob = check_array("log_prob", log_prob, ("N",))
    dimensions = check_count("dimensions", dimensions)
    levels = check_count("levels", levels)
    return -log_prob / (dimensions * np.log(2)) + np.log2(levels)


def _check_log_weights(log_weights) -> np.ndarray:
    log_weights = check_array("log_weights", log_weights, ("K", "N"), finite=False)
    if not (log_weights < np.inf).all():
        raise ValueError("log_weights: expected numbers below infinity, got NaN or +inf")
    return log_weights.astype("float64")
