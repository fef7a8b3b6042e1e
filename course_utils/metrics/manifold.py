"""Intrinsic dimension: how many numbers are needed to say where a point lies on a surface?

The number of points within a small distance r of a point on a d-dimensional surface grows like rᵈ,
however many coordinates the points have. Both estimators here compute d from the distances to
nearest neighbours. They are accurate if points are dense. In high dimensions, where no point has a
near neighbour, they underestimate d; and if the distances are as small as the noise, they count the
noise as further dimensions.
"""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from course_utils.validation import check_array, check_count, check_number


def maximum_likelihood_dimension(points, neighbors: int = 10) -> float:
    """Intrinsic dimension by maximum likelihood, from the k nearest neighbours of each point.

        1/d = 1/(N (k−1)) Σᵢ Σ_{j<k} log(T_k(xᵢ) / T_j(xᵢ))

    T_j(x) is the distance from x to its j-th nearest neighbour. Levina and Bickel average the
    estimates d of single points. MacKay and Ghahramani average 1/d, as here, which maximises the
    joint likelihood of all points.

    Args:
        points: (N, F), all different; more than `neighbors` of them.
        neighbors: k, 2 or more. A small k makes the estimate noisy; a large k makes it biased by
            curvature and edges.

    Returns:
        The dimension, a positive real number.

    Raises:
        ValueError: for another rank, NaN, repeated points or too few points.

    Source: Levina and Bickel, Maximum Likelihood Estimation of Intrinsic Dimension, 2004,
    §3; MacKay and Ghahramani, Comments on 'Maximum Likelihood Estimation of Intrinsic Dimension',
    2005.
    """
    neighbors = check_count("neighbors", neighbors, low=2)
    distances = _neighbor_distances(points, neighbors)
    return float(1 / np.log(distances[:, -1:] / distances[:, :-1]).mean())


def two_nearest_dimension(points, discard: float = 0.1) -> float:
    """Intrinsic dimension by TwoNN, from the two nearest neighbours of each point.

        μ = r₂/r₁,        P(μ ≤ m) = 1 − m^(−d)        so        −log(1 − F(μ)) = d log μ

    The ratio of the two distances has this distribution for any density that is constant up to the
    second neighbour. d is the slope of a line through the origin, fitted to the empirical F without
    the largest ratios.

    Args:
        points: (N, F), all different; 20 or more of them.
        discard: fraction of the largest ratios to leave out, in [0, 1); 0.1 as in the paper.

    Returns:
        The dimension, a positive real number.

    Raises:
        ValueError: for another rank, NaN, repeated points or too few points.

    Source: Facco et al., Estimating the intrinsic dimension of datasets by a minimal neighborhood
    information, 2017.
    """
    discard = check_number("discard", discard, low=0, below=1)
    distances = _neighbor_distances(points, neighbors=2, fewest=20)
    log_ratio = np.sort(np.log(distances[:, 1] / distances[:, 0]))
    count = len(log_ratio)
    # F reaches 1 at the last ratio, where log(1 − F) is infinite, so that one is always left out.
    kept = min(round(count * (1 - discard)), count - 1)
    tail = -np.log1p(-np.arange(1, kept + 1) / count)
    x = log_ratio[:kept]
    return float(x @ tail / (x @ x))


def _neighbor_distances(points, neighbors: int, fewest: int = 0) -> np.ndarray:
    """Distances from each point to its nearest neighbours, increasing, (N, neighbors)."""
    points = check_array("points", points, ("N", "F")).astype("float64")
    fewest = max(fewest, neighbors + 1)
    if len(points) < fewest:
        raise ValueError(f"points: expected at least {fewest} of them, got {len(points)}")
    distances, _ = NearestNeighbors(n_neighbors=neighbors).fit(points).kneighbors()
    if not distances[:, 0].all():
        repeated = np.count_nonzero(distances[:, 0] == 0)
        raise ValueError(
            f"points: expected all different, got {repeated} with a copy; "
            "np.unique(points, axis=0) keeps one of each"
        )
    return distances
