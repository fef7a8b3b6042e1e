"""How well do clusters match known classes?

Normalised mutual information, the adjusted Rand index and the V-measure are scikit-learn's:
`sklearn.metrics.normalized_mutual_info_score`, `adjusted_rand_score`, `v_measure_score`. This
module has the accuracy, which scikit-learn does not have.
"""

from scipy.optimize import linear_sum_assignment
from sklearn.metrics.cluster import contingency_matrix

from course_utils.validation import check_array


def clustering_accuracy(classes, clusters) -> float:
    """Fraction of examples whose cluster is paired with their class, under the best pairing.

        accuracy = max over one-to-one pairings m of 1/N Σᵢ [m(clusterᵢ) = classᵢ]

    The names of clusters do not matter. A class is paired with at most one cluster, so if a class
    is split into two clusters, the smaller one counts as wrong. The best pairing is found by the
    Hungarian method.

    Args:
        classes: (N,) integers, the known classes.
        clusters: (N,) integers, the clusters found; their number need not be that of the classes.

    Returns:
        The accuracy, above 0 and up to 1. As many random clusters as classes of equal size score
        somewhat more than 1 / number of classes, because the best pairing is chosen afterwards.

    Raises:
        ValueError: for a wrong rank, unequal lengths or numbers that are not integers.

    Source: Kuhn, The Hungarian method for the assignment problem, 1955; as a score: Xie, Girshick
    and Farhadi, Unsupervised Deep Embedding for Clustering Analysis, 2016, eq. 10.
    """
    sizes = {}
    classes = check_array("classes", classes, ("N",), sizes, integer=True)
    clusters = check_array("clusters", clusters, ("N",), sizes, integer=True)
    counts = contingency_matrix(classes, clusters)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return float(counts[rows, columns].sum() / len(classes))
