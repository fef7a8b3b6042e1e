"""Correct answers to the assignment `evaluation`, in many styles: cells as students write them."""

FRECHET_DISTANCE = {
    "eigenvalues of the product": """
def frechet_distance(real, fake):
    real, fake = real.astype(float), fake.astype(float)
    d = real.mean(0) - fake.mean(0)
    s1, s2 = (np.cov(x.T).reshape(x.shape[1], x.shape[1]) for x in (real, fake))
    values = np.linalg.eigvals(s1 @ s2)
    shared = np.sqrt(np.clip(values.real, 0, None)).sum()
    return d @ d + np.trace(s1 + s2) - 2 * shared
""",
    "singular values": """
def frechet_distance(real, fake):
    a, b = ((x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (real.astype("f8"), fake.astype("f8")))
    shared = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    means = np.sum((real.mean(0, dtype="f8") - fake.mean(0, dtype="f8")) ** 2)
    return means + (a**2).sum() + (b**2).sum() - 2 * shared
""",
    "singular vectors and SciPy": """
from scipy import linalg

def frechet_distance(real, fake):
    m1, m2 = real.mean(axis=0, dtype="float64"), fake.mean(axis=0, dtype="float64")
    c1, c2 = (np.atleast_2d(np.cov(x.astype("float64"), rowvar=False)) for x in (real, fake))
    u, s, _ = np.linalg.svd(c1)
    half = (u * np.sqrt(s)) @ u.T
    inner = half @ c2 @ half
    shared = np.sqrt(np.maximum(linalg.eigvalsh((inner + inner.T) / 2), 0)).sum()
    return float(np.sum((m1 - m2) ** 2) + np.trace(c1) + np.trace(c2) - 2 * shared)
""",
    "TensorFlow": """
def frechet_distance(real, fake):
    real, fake = tf.constant(real, tf.float64), tf.constant(fake, tf.float64)
    def moments(x):
        mean = tf.reduce_mean(x, axis=0)
        rest = x - mean
        return mean, tf.matmul(rest, rest, transpose_a=True) / (tf.shape(x)[0] - 1).numpy()
    (m1, c1), (m2, c2) = moments(real), moments(fake)
    values, axes = tf.linalg.eigh(c1)
    root = axes * tf.sqrt(tf.maximum(values, 0.0)) @ tf.transpose(axes)
    shared = tf.sqrt(tf.maximum(tf.linalg.eigvalsh(root @ c2 @ root), 0.0))
    return (tf.reduce_sum((m1 - m2) ** 2) + tf.linalg.trace(c1) + tf.linalg.trace(c2)
            - 2 * tf.reduce_sum(shared))
""",
    "covariances by hand": """
def covariance(x):
    rest = x - x.mean(axis=0)
    return rest.T.dot(rest) / (len(x) - 1)

def frechet_distance(real, fake):
    real, fake = np.float64(real), np.float64(fake)
    a, b = covariance(real), covariance(fake)
    w, v = np.linalg.eigh(b)
    half = v @ np.diag(np.sqrt(np.abs(w))) @ v.T
    roots = np.sqrt(np.abs(np.linalg.eigvalsh(half @ a @ half)))
    gap = real.mean(axis=0) - fake.mean(axis=0)
    return gap.dot(gap) + a.trace() + b.trace() - 2 * roots.sum()
""",
}

PRECISION = {
    "whole matrices": """
def precision(real, fake, k):
    real, fake = real.astype("float64"), fake.astype("float64")
    among = np.sqrt(((real[:, None] - real[None]) ** 2).sum(-1))
    np.fill_diagonal(among, np.inf)
    radius = np.sort(among, axis=1)[:, k - 1]
    apart = np.sqrt(((fake[:, None] - real[None]) ** 2).sum(-1))
    return (apart <= radius).any(axis=1).mean()
""",
    "SciPy's cdist and partition": """
from scipy.spatial.distance import cdist

def precision(real, fake, k):
    radii = np.partition(cdist(real, real), k, axis=1)[:, k]
    return float(np.mean(np.any(cdist(fake, real) <= radii[None, :], axis=1)))
""",
    "a tree": """
from scipy.spatial import KDTree

def precision(real, fake, k):
    radii = KDTree(real).query(real, k=k + 1)[0][:, -1]
    good = sum(bool((np.linalg.norm(np.float64(real) - f, axis=1) <= radii).any()) for f in fake)
    return good / len(fake)
""",
    "squares on both sides": """
def precision(real, fake, k):
    def squares(a, b):
        return np.square(a[:, None].astype("f8") - b[None].astype("f8")).sum(axis=2)
    radii = np.sort(squares(real, real))[:, k]
    return np.mean(np.min(squares(fake, real) - radii, axis=1) <= 0)
""",
    "plain loops": """
import math

def precision(real, fake, k):
    radii = []
    for i, a in enumerate(real.tolist()):
        others = [math.dist(a, b) for j, b in enumerate(real.tolist()) if j != i]
        radii.append(sorted(others)[k - 1])
    good = 0
    for f in fake.tolist():
        good += any(math.dist(f, a) <= r for a, r in zip(real.tolist(), radii))
    return good / len(fake)
""",
    "TensorFlow": """
def precision(real, fake, k):
    real, fake = tf.constant(real, tf.float64), tf.constant(fake, tf.float64)
    among = tf.norm(real[:, None] - real[None], axis=-1)
    radius = -tf.math.top_k(-among, k + 1).values[:, k]
    near = tf.norm(fake[:, None] - real[None], axis=-1) <= radius
    return tf.reduce_mean(tf.cast(tf.reduce_any(near, axis=1), tf.float64))
""",
}

RECALL = {
    "precision the other way round": """
def recall(real, fake, k):
    return precision(fake, real, k)
""",
    "by name": """
def recall(real, fake, k):
    return precision(k=k, real=fake, fake=real)
""",
    "written out": """
def recall(real, fake, k):
    real, fake = np.float64(real), np.float64(fake)
    among = np.linalg.norm(fake[:, None] - fake, axis=2)
    radius = np.sort(among, axis=1)[:, k]
    apart = np.linalg.norm(fake[:, None] - real, axis=2)
    return np.mean((apart <= radius[:, None]).any(axis=0))
""",
    "scikit-learn": """
from sklearn.neighbors import NearestNeighbors

def recall(real, fake, k):
    search = NearestNeighbors(n_neighbors=k, algorithm="kd_tree").fit(fake)
    radius = search.kneighbors()[0][:, -1]
    found = [np.any(np.linalg.norm(fake.astype("f8") - r, axis=1) <= radius) for r in real]
    return sum(found) / len(found)
""",
}

NEAREST_DISTANCES = {
    "one sample at a time": """
def nearest_distances(samples, training):
    return np.array([np.sqrt(((training - s) ** 2).sum(axis=1)).min() for s in samples])
""",
    "whole matrix": """
def nearest_distances(samples, training):
    return np.linalg.norm(samples[:, None] - training[None], axis=-1).min(axis=1)
""",
    "cdist": """
from scipy.spatial.distance import cdist

def nearest_distances(samples, training):
    return cdist(samples, training).min(axis=1)
""",
    "a tree": """
from scipy.spatial import cKDTree

def nearest_distances(samples, training):
    distances, _ = cKDTree(training).query(samples)
    return distances
""",
    "one training example at a time": """
def nearest_distances(samples, training):
    best = np.full(len(samples), np.inf)
    for example in training.astype("float64"):
        best = np.minimum(best, np.sqrt(np.sum((samples - example) ** 2, axis=1)))
    return best
""",
    "TensorFlow": """
def nearest_distances(samples, training):
    difference = tf.constant(samples)[:, None] - tf.constant(training)[None]
    return tf.reduce_min(tf.norm(difference, axis=-1), axis=1)
""",
}

LOG_LIKELIHOOD_BOUND = {
    "SciPy's logsumexp": """
from scipy.special import logsumexp

def log_likelihood_bound(log_weights):
    return logsumexp(log_weights, axis=0) - np.log(len(log_weights))
""",
    "with weights": """
from scipy.special import logsumexp

def log_likelihood_bound(log_weights):
    return logsumexp(log_weights, axis=0, b=1 / log_weights.shape[0])
""",
    "logaddexp": """
def log_likelihood_bound(log_weights):
    total = log_weights[0].astype("float64")
    for row in log_weights[1:]:
        total = np.logaddexp(total, row)
    return total - np.log(log_weights.shape[0])
""",
    "TensorFlow": """
def log_likelihood_bound(log_weights):
    draws = float(log_weights.shape[0])
    return tf.reduce_logsumexp(tf.constant(log_weights), axis=0) - tf.math.log(
        tf.constant(draws, log_weights.dtype))
""",
    "keras.ops": """
def log_likelihood_bound(log_weights):
    return keras.ops.logsumexp(log_weights, axis=0) - float(np.log(len(log_weights)))
""",
    "by hand": """
def log_likelihood_bound(log_weights):
    m = log_weights.max(axis=0)
    m[m == -np.inf] = 0
    return m + np.log(np.exp(log_weights - m).mean(axis=0))
""",
    "one example at a time": """
def one(column):
    m = max(column)
    if m == -np.inf:
        return m
    return m + np.log(sum(np.exp(w - m) for w in column) / len(column))

def log_likelihood_bound(log_weights):
    return np.array([one(column) for column in log_weights.T])
""",
}

RIGHT = {
    "frechet_distance": FRECHET_DISTANCE,
    "precision": PRECISION,
    "recall": RECALL,
    "nearest_distances": NEAREST_DISTANCES,
    "log_likelihood_bound": LOG_LIKELIHOOD_BOUND,
}
