"""Correct answers to the assignment `clustering`, in many styles: cells as students write them."""

ASSIGN = {
    "broadcasting, norms": """
def assign(points, centers):
    return np.linalg.norm(points[:, None] - centers[None], axis=2).argmin(axis=1)
""",
    "the square expanded": """
def assign(points, centers):
    return np.argmin((centers**2).sum(axis=1) - 2 * points @ centers.T, axis=1)
""",
    "two loops": """
def assign(points, centers):
    labels = []
    for point in points:
        best, nearest = None, None
        for k, center in enumerate(centers):
            distance = sum((p - c) ** 2 for p, c in zip(point, center))
            if best is None or distance < best:
                best, nearest = distance, k
        labels.append(nearest)
    return np.array(labels)
""",
    "the last of equally near centers": """
def assign(points, centers):
    labels = np.zeros(len(points), dtype=int)
    best = np.full(len(points), np.inf)
    for k in range(len(centers)):
        distance = ((points - centers[k]) ** 2).sum(axis=1)
        labels[distance <= best] = k
        best = np.minimum(best, distance)
    return labels
""",
    "TensorFlow": """
def assign(points, centers):
    differences = tf.expand_dims(points, 1) - tf.expand_dims(centers, 0)
    return tf.argmin(tf.reduce_sum(tf.square(differences), axis=-1), axis=-1)
""",
    "keras.ops": """
def assign(points, centers):
    ops = keras.ops
    distances = ops.sum(ops.square(ops.expand_dims(points, 1) - centers), axis=-1)
    return ops.cast(ops.argmin(distances, axis=-1), "int32")
""",
    "SciPy": """
from scipy.spatial import KDTree

def assign(points, centers):
    return KDTree(centers).query(points)[1]
""",
    "scikit-learn": """
from sklearn.metrics import pairwise_distances_argmin

def assign(points, centers):
    return pairwise_distances_argmin(points, centers)
""",
}

UPDATE = {
    "a loop that writes into the centers": """
def update(points, labels, centers):
    for k in range(len(centers)):
        if (labels == k).any():
            centers[k] = points[labels == k].mean(axis=0)
    return centers
""",
    "one-hot labels": """
def update(points, labels, centers):
    members = np.eye(len(centers))[labels]
    counts = members.sum(axis=0)[:, None]
    return np.where(counts > 0, members.T @ points / np.maximum(counts, 1), centers)
""",
    "added point by point": """
def update(points, labels, centers):
    sums, counts = np.zeros(centers.shape), np.zeros(len(centers))
    for point, label in zip(points, labels):
        sums[label] += point
        counts[label] += 1
    return np.array([s / n if n else c for s, n, c in zip(sums, counts, centers)])
""",
    "np.add.at": """
def update(points, labels, centers):
    new = np.zeros_like(centers)
    np.add.at(new, labels, points)
    counts = np.bincount(labels, minlength=len(centers))
    new[counts > 0] /= counts[counts > 0, None]
    new[counts == 0] = centers[counts == 0]
    return new
""",
    "segments of TensorFlow": """
def update(points, labels, centers):
    clusters = tf.shape(centers)[0]
    means = tf.math.unsorted_segment_mean(points, labels, clusters)
    counts = tf.math.bincount(tf.cast(labels, tf.int32), minlength=clusters)
    return tf.where(counts[:, None] > 0, means, centers)
""",
}

INERTIA = {
    "norms": """
def inertia(points, labels, centers):
    return (np.linalg.norm(points - centers[labels], axis=1) ** 2).sum()
""",
    "a loop and a plain number": """
def inertia(points, labels, centers):
    total = 0.0
    for point, label in zip(points, labels):
        total += float(np.dot(point - centers[label], point - centers[label]))
    return total
""",
    "cluster by cluster": """
def inertia(points, labels, centers):
    return sum(((points[labels == k] - centers[k]) ** 2).sum() for k in range(len(centers)))
""",
    "einsum": """
def inertia(points, labels, centers):
    offsets = points - np.take(centers, labels, axis=0)
    return np.einsum("nf,nf->", offsets, offsets)
""",
    "TensorFlow": """
def inertia(points, labels, centers):
    return tf.reduce_sum(tf.square(points - tf.gather(centers, labels)))
""",
    "twice TensorFlow's half": """
def inertia(points, labels, centers):
    return 2 * tf.nn.l2_loss(points - centers[labels])
""",
}

GAUSSIAN_LOG_DENSITY = {
    "one logarithm": """
def gaussian_log_density(x, mean, std):
    variance = std**2
    return -(x - mean)**2 / (2 * variance) - np.log(2 * np.pi * variance) / 2
""",
    "SciPy": """
from scipy.stats import norm

def gaussian_log_density(x, mean, std):
    return norm(mean, std).logpdf(x)
""",
    "TensorFlow": """
def gaussian_log_density(x, mean, std):
    z = (x - mean) / std
    return -0.5 * tf.square(z) - tf.math.log(std) - 0.5 * tf.math.log(2.0 * np.pi)
""",
    "keras.ops": """
def gaussian_log_density(x, mean, std):
    ops = keras.ops
    return -0.5 * (ops.square((x - mean) / std) + ops.log(2 * np.pi * std**2))
""",
    "a number at a time": """
import math

def gaussian_log_density(x, mean, std):
    def one(value):
        return -0.5 * ((value - mean) / std) ** 2 - math.log(std * math.sqrt(2 * math.pi))
    return np.array([one(float(value)) for value in x])
""",
}

FIT_GAUSSIAN = {
    "NumPy": """
def fit_gaussian(x):
    return x.mean(), x.std()
""",
    "SciPy": """
from scipy.stats import norm

def fit_gaussian(x):
    return norm.fit(x)
""",
    "plain numbers": """
import math

def fit_gaussian(x):
    n = len(x)
    mean = sum(float(v) for v in x) / n
    return mean, math.sqrt(sum((float(v) - mean) ** 2 for v in x) / n)
""",
    "moments of TensorFlow": """
def fit_gaussian(x):
    mean, variance = tf.nn.moments(tf.constant(x), axes=[0])
    return mean, tf.sqrt(variance)
""",
    "a named tuple, mean of squares in double precision": """
from typing import NamedTuple

class Gaussian(NamedTuple):
    mean: float
    std: float

def fit_gaussian(x):
    x = x.astype("float64")
    return Gaussian(np.mean(x), np.sqrt(max(np.mean(x**2) - np.mean(x)**2, 0)))
""",
}

RIGHT = {
    "assign": ASSIGN,
    "update": UPDATE,
    "inertia": INERTIA,
    "gaussian_log_density": GAUSSIAN_LOG_DENSITY,
    "fit_gaussian": FIT_GAUSSIAN,
}
