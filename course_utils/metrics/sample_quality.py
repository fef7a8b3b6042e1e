"""How good are samples, when the model gives no likelihood? Compare features of real and fake.

Every distance here takes two sets of feature vectors, (N, D) and (M, D). For digits the features
come from `digit_features`, a small classifier trained here. **They are not Inception's**: use them
to compare models of this course with each other, never with a published FID, KID or precision.
"""

import functools
from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.neural_network import MLPClassifier

from course_utils.data import load
from course_utils.validation import check_array, check_count, check_number

# ------------------------------------------------------------------------------- distances


def frechet_distance(real, fake) -> float:
    """Fréchet distance between Gaussians fitted to two sets of features.

    With Inception's features this is the FID; with the course's features it is not (see the top of
    this file).

    Args:
        real, fake: (N, D) and (M, D) features, N and M at least 2. Few examples bias the distance
            upwards, so compare only values for the same N and M.

    Returns:
        The distance, 0 or more, in squared units of the features. (It is the square of a metric,
        although it is usually not called "squared".)

    Raises:
        ValueError: for another rank, fewer than 2 examples, NaN or unequal D.

    Source: Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium, 2017, eq. 6.
    """
    real, fake = _check_pair(real, fake, fewest=2)
    return gaussian_frechet_distance(
        real.mean(axis=0), np.cov(real, rowvar=False), fake.mean(axis=0), np.cov(fake, rowvar=False)
    )


def gaussian_frechet_distance(mean_1, covariance_1, mean_2, covariance_2) -> float:
    """Squared Fréchet (2-Wasserstein) distance between two Gaussians.

        d² = |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½)

    Σ₁Σ₂ is not symmetric, and a general matrix root of it may be complex by rounding if a
    covariance is singular. But tr (Σ₁ Σ₂)^½ is the sum of the singular values of Σ₁^½ Σ₂^½, which
    needs roots of symmetric matrices only and is always real.

    Args:
        mean_1, mean_2: (D,).
        covariance_1, covariance_2: (D, D), symmetric and positive semidefinite; for D = 1 also ().

    Returns:
        The squared distance, 0 or more.

    Raises:
        ValueError: for wrong shapes or NaN.

    Source: Dowson and Landau, The Fréchet distance between multivariate normal distributions, 1982,
    eq. 4.
    """
    sizes = {}
    mean_1 = check_array("mean_1", mean_1, ("D",), sizes)
    mean_2 = check_array("mean_2", mean_2, ("D",), sizes)
    cov_1 = check_array("covariance_1", np.atleast_2d(covariance_1), ("D", "D"), sizes)
    cov_2 = check_array("covariance_2", np.atleast_2d(covariance_2), ("D", "D"), sizes)
    overlap = np.linalg.norm(_symmetric_root(cov_1) @ _symmetric_root(cov_2), ord="nuc")
    distance = np.sum((mean_1 - mean_2) ** 2) + np.trace(cov_1) + np.trace(cov_2) - 2 * overlap
    return max(float(distance), 0.0)


def _symmetric_root(matrix: np.ndarray) -> np.ndarray:
    """The root of a matrix that is symmetric and, up to rounding, positive semidefinite."""
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(eigenvalues, 0))) @ vectors.T


def kernel_distance(real, fake) -> float:
    """Squared maximum mean discrepancy with a cubic kernel, estimated without bias.

        MMD² = mean_{i≠j} k(xᵢ, xⱼ) + mean_{i≠j} k(yᵢ, yⱼ) − 2 mean_{ij} k(xᵢ, yⱼ)
        k(x, y) = (x·y / D + 1)³

    With Inception's features this is the KID; with the course's features it is not. Unlike the
    Fréchet distance it is not biased upwards for few examples, and it can be slightly negative.

    Args:
        real, fake: (N, D) and (M, D) features, N and M at least 2. All (N + M)² kernel values are
            computed in memory.

    Returns:
        The estimate; 0 on average if both come from one distribution.

    Raises:
        ValueError: for another rank, fewer than 2 examples, NaN or unequal D.

    Source: Bińkowski et al., Demystifying MMD GANs, 2018, §4. (They average over blocks of
    examples; here all examples are in one block.)
    """
    real, fake = _check_pair(real, fake, fewest=2)

    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    def mean_of_pairs(a):
        values = kernel(a, a)
        return (values.sum() - np.trace(values)) / (len(a) * (len(a) - 1))

    return float(mean_of_pairs(real) + mean_of_pairs(fake) - 2 * kernel(real, fake).mean())


# ------------------------------------------------------------- quality and variety, apart


class PrecisionRecall(NamedTuple):
    """Fraction of fakes in the real region, and of reals in the fake region, each in [0, 1]."""

    precision: float
    recall: float


def precision_recall(real, fake, neighbors: int = 3) -> PrecisionRecall:
    """How many fakes lie among the reals, and how many reals among the fakes.

    The region of each set consists of one ball per point, which reaches to its k-th nearest
    neighbour in the same set. Precision is the fraction of fakes in the real region (quality);
    recall is the fraction of reals in the fake region (variety).

    Args:
        real, fake: (N, D) and (M, D) features, more than `neighbors` of each. All pairwise
            distances are kept in memory.
        neighbors: k.

    Returns:
        `PrecisionRecall(precision, recall)`, each in [0, 1].

    Raises:
        ValueError: for another rank, too few examples, NaN or unequal D.

    Source: Kynkäänniemi et al., Improved Precision and Recall Metric for Assessing Generative
    Models, 2019, eqs. 1 and 2.
    """
    neighbors = check_count("neighbors", neighbors)
    real, fake = _check_pair(real, fake, fewest=neighbors + 1)
    distances = cdist(real, fake)
    in_real = (distances <= _radii(real, neighbors)[:, None]).any(axis=0)
    in_fake = (distances <= _radii(fake, neighbors)[None, :]).any(axis=1)
    return PrecisionRecall(float(in_real.mean()), float(in_fake.mean()))


class DensityCoverage(NamedTuple):
    """How densely fakes fill the real region (0 or more), and the fraction of reals they reach."""

    density: float
    coverage: float


def density_coverage(real, fake, neighbors: int = 5) -> DensityCoverage:
    """Precision and recall, made robust to outliers: only balls around reals are used.

        density  = 1/(k M) Σ_j (number of real balls that contain fake j)
        coverage = 1/N Σ_i [ball of real i contains a fake]

    A real outlier has a huge ball, and every fake in it counts fully for precision; for density it
    counts as one ball of k. A fake outlier can raise recall, but not coverage.

    Args:
        real, fake: (N, D) and (M, D) features, more than `neighbors` reals. All pairwise distances
            are kept in memory.
        neighbors: k.

    Returns:
        `DensityCoverage(density, coverage)`. If both sets come from one distribution, density is 1
        on average and coverage about 1 − 2⁻ᵏ for N = M.

    Raises:
        ValueError: for another rank, too few examples, NaN or unequal D.

    Source: Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, 2020, §3.
    """
    neighbors = check_count("neighbors", neighbors)
    real, fake = _check_pair(real, fake, fewest=1)
    if len(real) <= neighbors:
        raise ValueError(f"real: expected more than {neighbors} examples, got {len(real)}")
    inside = cdist(real, fake) <= _radii(real, neighbors)[:, None]
    return DensityCoverage(
        float(inside.sum() / (neighbors * len(fake))), float(inside.any(axis=1).mean())
    )


def _radii(points: np.ndarray, neighbors: int) -> np.ndarray:
    """The distance from each point to its k-th nearest neighbour, itself not counted, (N,)."""
    return np.partition(cdist(points, points), neighbors, axis=1)[:, neighbors]


# ------------------------------------------------------------------- modes that are known


class ModeCoverage(NamedTuple):
    """How many modes were found, and the fraction of samples that lie near one."""

    modes: int
    high_quality: float


def mode_coverage(samples, centers, std: float) -> ModeCoverage:
    """Count the modes of a mixture of round Gaussians that samples reach.

    A sample is of high quality if its Euclidean distance from the nearest mode is at most 3
    standard deviations. A mode is covered if it is the nearest mode of at least one such sample.
    One sample is enough, so state the number of samples (the papers below draw 2,500). In two
    dimensions exp(−9/2) = 1.1% of *real* points lie further out, so a perfect model has 98.9%.

    Args:
        samples: (N, D).
        centers: (K, D), the means of the mixture.
        std: standard deviation of each component, the same along every axis.

    Returns:
        `ModeCoverage(modes, high_quality)`: an integer from 0 to K and a fraction in [0, 1].

    Raises:
        ValueError: for another rank, NaN, unequal D or a `std` that is not positive.

    Source: Srivastava et al., VEEGAN, 2017, §5.1; Lin et al., PacGAN, 2018, §4.1.
    """
    sizes = {}
    samples = check_array("samples", samples, ("N", "D"), sizes)
    centers = check_array("centers", centers, ("K", "D"), sizes)
    std = check_number("std", std, above=0)
    distances = cdist(samples, centers)
    nearest = distances.argmin(axis=1)
    good = distances.min(axis=1) <= 3 * std
    return ModeCoverage(len(np.unique(nearest[good])), float(good.mean()))


# ---------------------------------------------------------------------- features of digits


def digit_features(images) -> np.ndarray:
    """Features of digits: the 32 units of the second hidden layer of a small classifier.

    The classifier is scikit-learn's MLPClassifier with hidden layers of 64 and 32 rectified units,
    fitted to the 1,500 training and validation digits of `load("digits")` at the first call (about
    two seconds) and kept. It is not Inception.

    Args:
        images: (N, 8, 8, 1) in [0, 1]. Clip the images of a model that exceeds this range.

    Returns:
        (N, 32), float64, 0 or more.

    Raises:
        ValueError: for another shape, NaN or values outside [0, 1].
    """
    classifier = _digit_classifier()
    hidden = _flat_digits(images)
    for weights, biases in zip(classifier.coefs_[:2], classifier.intercepts_[:2], strict=True):
        hidden = np.maximum(hidden @ weights + biases, 0)
    return hidden


def digit_classes(images) -> np.ndarray:
    """The digit that the classifier of `digit_features` reads in each image.

    Args:
        images: (N, 8, 8, 1) in [0, 1].

    Returns:
        (N,), int64, from 0 to 9.

    Raises:
        ValueError: for another shape, NaN or values outside [0, 1].
    """
    return _digit_classifier().predict(_flat_digits(images))


@functools.cache
def _digit_classifier() -> MLPClassifier:
    digits = load("digits")
    images = np.concatenate([digits.train.x, digits.validation.x])
    labels = np.concatenate([digits.train.labels, digits.validation.labels])
    classifier = MLPClassifier((64, 32), max_iter=300, alpha=1e-2, random_state=0)
    return classifier.fit(_flat_digits(images), labels)


def _flat_digits(images) -> np.ndarray:
    images = check_array("images", images, ("N", 8, 8, 1), low=0, high=1)
    return images.reshape(len(images), 64).astype("float64")


def _check_pair(real, fake, fewest: int) -> tuple[np.ndarray, np.ndarray]:
    sizes = {}
    real = check_array("real", real, ("N", "D"), sizes).astype("float64")
    fake = check_array("fake", fake, ("M", "D"), sizes).astype("float64")
    for name, features in (("real", real), ("fake", fake)):
        if len(features) < fewest:
            raise ValueError(f"{name}: expected at least {fewest} examples, got {len(features)}")
    return real, fake
