"""Clusters of the digits, compared with scikit-learn's from the same number of starts.

Neither uses labels. Clusters are scored on the 1,500 digits to which they are fitted, as is usual;
the log-density of a mixture is measured on the 297 test digits.
"""

import time

import numpy as np
from sklearn import cluster, mixture
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, v_measure_score
from threadpoolctl import threadpool_limits

from course_utils.data import load
from course_utils.metrics.clustering import clustering_accuracy
from course_utils.models.clustering import GaussianMixture, KMeans
from digit_quality import training_digits
from entries import Entry, Measurement, Stopwatch

CLUSTERS, STARTS, ROUNDS_OF_TIMING = 10, 10, 5
REGULARIZATION = 0.003  # as in the lecture
INERTIA, TIME = "inertia / scikit-learn's", "time / scikit-learn's"
V_MEASURE, ADVANTAGE = "V-measure", "V-measure − scikit-learn's"
LOG_DENSITY = "test nats − scikit-learn's"


def measure_k_means(seed: int) -> Measurement:
    """Inertia, agreement with the classes, and time, compared with scikit-learn's."""
    x, classes = digits()
    # Both are timed on one thread, so that the number of cores does not matter.
    with threadpool_limits(1), Stopwatch() as watch:
        ours = [timed(KMeans(CLUSTERS, STARTS, seed), x) for _ in range(ROUNDS_OF_TIMING)]
    with threadpool_limits(1):
        theirs = [
            timed(cluster.KMeans(CLUSTERS, n_init=STARTS, random_state=seed), x)
            for _ in range(ROUNDS_OF_TIMING)
        ]
    model, reference = ours[0][0], theirs[0][0]
    agreement = v_measure_score(classes, model.labels)
    metrics = {
        INERTIA: model.inertia / reference.inertia_,
        V_MEASURE: agreement,
        ADVANTAGE: agreement - v_measure_score(classes, reference.labels_),
        "NMI": normalized_mutual_info_score(classes, model.labels),
        "ARI": adjusted_rand_score(classes, model.labels),
        "clustering accuracy": clustering_accuracy(classes, model.labels),
        TIME: min(seconds for _, seconds in ours) / min(seconds for _, seconds in theirs),
    }
    rounds = ROUNDS_OF_TIMING
    return Measurement(metrics, watch.seconds / rounds, watch.cpu_seconds / rounds)


def measure_mixture(seed: int) -> Measurement:
    """Agreement with the classes and log-density, compared with scikit-learn's."""
    x, classes = digits()
    with Stopwatch() as watch:
        model = GaussianMixture(CLUSTERS, REGULARIZATION, seed=seed).fit(x)
    reference = mixture.GaussianMixture(
        CLUSTERS, reg_covar=REGULARIZATION, tol=1e-4, max_iter=200, random_state=seed
    ).fit(x)
    agreement = v_measure_score(classes, model.predict(x))
    test = load("digits").test.x.reshape(-1, x.shape[1])
    metrics = {
        V_MEASURE: agreement,
        ADVANTAGE: agreement - v_measure_score(classes, reference.predict(x)),
        LOG_DENSITY: model.score(test) - reference.score(test),
    }
    parameters = model.weights.size + model.means.size + model.covariances.size
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, parameters)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """All digits except the test digits, (1500, 64), and their classes."""
    x, classes = training_digits()
    return x.reshape(len(x), -1), classes


def timed(model, x: np.ndarray):
    """The fitted model, and how many seconds the fit took."""
    start = time.perf_counter()
    return model.fit(x), time.perf_counter() - start


ENTRIES = [
    Entry(
        "k_means",
        "digits",
        measure_k_means,
        # Equally good local minima differ by this much from seed to seed.
        {INERTIA: "≤ 1.001", ADVANTAGE: "≥ -0.01", TIME: "≤ 1.0"},
    ),
    Entry("em_mixture", "digits", measure_mixture, {ADVANTAGE: "≥ -0.01", LOG_DENSITY: "≥ 0"}),
]
