import numpy as np
import pytest
from scipy.linalg import sqrtm
from sklearn.metrics import accuracy_score

from course_utils.data import load
from course_utils.metrics.sample_quality import (
    _digit_classifier,
    density_coverage,
    digit_classes,
    digit_features,
    frechet_distance,
    gaussian_frechet_distance,
    kernel_distance,
    mode_coverage,
    precision_recall,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def random_covariance(rng, size, rank):
    factor = rng.normal(size=(size, rank))
    return factor @ factor.T


# ------------------------------------------------------------------------------- distances


def test_frechet_of_gaussians_that_share_axes():
    # Commuting covariances: Σ (μ₁ − μ₂)² + (σ₁ − σ₂)² along the shared axes.
    mean_1, mean_2 = np.array([0.0, 1.0]), np.array([3.0, 1.0])
    std_1, std_2 = np.array([1.0, 2.0]), np.array([0.5, 4.0])
    distance = gaussian_frechet_distance(mean_1, np.diag(std_1**2), mean_2, np.diag(std_2**2))
    assert distance == pytest.approx(9 + 0.25 + 4)
    assert gaussian_frechet_distance([1.0], 4.0, [0.0], 9.0) == pytest.approx(1 + 1)


def test_frechet_against_scipys_matrix_root(rng):
    means = rng.normal(size=(2, 6))
    covariances = [random_covariance(rng, 6, 6) for _ in range(2)]
    root = sqrtm(covariances[0] @ covariances[1]).real
    expected = np.sum((means[0] - means[1]) ** 2) + np.trace(sum(covariances) - 2 * root)
    distance = gaussian_frechet_distance(means[0], covariances[0], means[1], covariances[1])
    assert distance == pytest.approx(expected)


def test_frechet_of_singular_covariances(rng):
    # Lines along two axes share no direction: the root of the product vanishes.
    assert gaussian_frechet_distance(
        [0, 0, 0], np.diag([4, 0, 0]), [0, 0, 0], np.diag([0, 9, 0])
    ) == pytest.approx(13)
    flat = random_covariance(rng, 40, 3)
    assert gaussian_frechet_distance(np.zeros(40), flat, np.zeros(40), flat) < 1e-9


def test_frechet_of_samples(rng):
    features = rng.normal(size=(50, 4))
    assert frechet_distance(features, features) < 1e-12
    assert frechet_distance(features, features + 2) == pytest.approx(16)
    other = rng.normal(size=(70, 4))
    assert frechet_distance(features, other) == pytest.approx(frechet_distance(other, features))
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    assert frechet_distance(features @ turn, other @ turn) == pytest.approx(
        frechet_distance(features, other)
    )


def test_kernel_distance_against_loops(rng):
    real, fake = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)) + 1

    def k(a, b):
        return (sum(a[i] * b[i] for i in range(3)) / 3 + 1) ** 3

    within_real = [k(real[i], real[j]) for i in range(5) for j in range(5) if i != j]
    within_fake = [k(fake[i], fake[j]) for i in range(4) for j in range(4) if i != j]
    between = [k(a, b) for a in real for b in fake]
    expected = np.mean(within_real) + np.mean(within_fake) - 2 * np.mean(between)
    assert kernel_distance(real, fake) == pytest.approx(expected)


def test_kernel_distance_is_unbiased(rng):
    values = [kernel_distance(*rng.normal(size=(2, 10, 4))) for _ in range(2000)]
    # Within four standard errors: a false alarm in 16,000 seeds, and the seed is fixed.
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))
    assert np.min(values) < 0


# ------------------------------------------------------------------------ quality, variety


def test_one_distribution_is_precise_and_covered(rng):
    real, fake = rng.normal(size=(2, 1000, 3))
    precision, recall = precision_recall(real, fake)
    assert precision > 0.9 and recall > 0.9
    density, coverage = density_coverage(real, fake)
    assert density == pytest.approx(1, abs=0.1)
    assert coverage == pytest.approx(1 - 2**-5, abs=0.02)


def test_far_samples_have_neither(rng):
    real, fake = rng.normal(size=(2, 100, 3))
    assert precision_recall(real, fake + 100) == (0, 0)
    assert density_coverage(real, fake + 100) == (0, 0)


def test_collapse_keeps_precision_and_loses_recall(rng):
    real = rng.normal(size=(500, 2))
    fake = 0.01 * rng.normal(size=(500, 2))
    precision, recall = precision_recall(real, fake)
    assert precision == 1 and recall < 0.05
    density, coverage = density_coverage(real, fake)
    assert density > 0.8 and coverage < 0.1


def test_scattering_keeps_recall_and_loses_precision(rng):
    real = rng.normal(size=(500, 2))
    fake = rng.uniform(-20, 20, size=(2000, 2))
    precision, recall = precision_recall(real, fake)
    assert precision < 0.1 and recall > 0.9


def test_precision_recall_and_density_coverage_by_hand():
    # k = 1 on a line: balls of radius 1 around 0, 1 and of radius 4 around 5.
    real = np.array([[0.0], [1.0], [5.0]])
    fake = np.array([[1.5], [20.0]])
    # 1.5 lies in the balls of 1 and of 5; 20 in none. Fake balls have radius 18.5: all reals.
    assert precision_recall(real, fake, neighbors=1) == (0.5, 1.0)
    density, coverage = density_coverage(real, fake, neighbors=1)
    assert density == pytest.approx(2 / 2) and coverage == pytest.approx(2 / 3)


def test_density_is_not_fooled_by_one_real_outlier(rng):
    real = np.concatenate([rng.normal(size=(200, 2)), [[50.0, 0.0]]])
    fake = rng.normal(size=(200, 2)) + np.array([50, 30])
    assert precision_recall(real, fake)[0] > 0.9
    assert density_coverage(real, fake)[0] < 0.25


# ----------------------------------------------------------------------------------- modes


CENTERS = np.array([[x, y] for x in range(5) for y in range(5)], float)


def test_real_samples_cover_every_mode(rng):
    samples = CENTERS[rng.integers(25, size=20_000)] + 0.05 * rng.normal(size=(20_000, 2))
    modes, high_quality = mode_coverage(samples, CENTERS, 0.05)
    assert modes == 25
    # P(χ² with 2 degrees of freedom ≤ 9), within five standard errors.
    assert high_quality == pytest.approx(1 - np.exp(-4.5), abs=5 * np.sqrt(0.011 / 20_000))


def test_a_mode_needs_one_sample_within_three_standard_deviations():
    samples = np.array([[0.0, 0.14], [0.0, 0.16], [1.0, 1.0], [1.0, 1.01]])
    assert mode_coverage(samples, CENTERS, 0.05) == (2, 0.75)
    assert mode_coverage([[0.5, 0.5]], CENTERS, 0.05) == (0, 0.0)


# ---------------------------------------------------------------------------------- digits


@pytest.fixture(scope="module")
def digits():
    return load("digits")


def test_digit_features_are_the_classifiers_second_hidden_layer(digits):
    features = digit_features(digits.test.x)
    assert features.shape == (297, 32) and (features >= 0).all()
    assert accuracy_score(digits.test.labels, digit_classes(digits.test.x)) > 0.97
    # The output layer on top of these features must read the same digit.
    classifier = _digit_classifier()
    logits = features @ classifier.coefs_[2] + classifier.intercepts_[2]
    np.testing.assert_array_equal(logits.argmax(axis=1), digit_classes(digits.test.x))


def test_frechet_of_real_training_digits(digits):
    real = np.concatenate([digits.train.x, digits.validation.x])
    distance = frechet_distance(digit_features(real), digit_features(digits.test.x))
    # Fitting ends a little differently on other processors.
    assert distance == pytest.approx(1.71, abs=0.15)


def test_frechet_of_wrong_digits_is_far_larger(digits, rng):
    test = digit_features(digits.test.x)
    ones = digits.train.x[digits.train.labels == 1]
    assert frechet_distance(test, digit_features(ones)) > 50
    noise = rng.random((297, 8, 8, 1))
    assert frechet_distance(test, digit_features(noise)) > 50


# ------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "metric", [frechet_distance, kernel_distance, precision_recall, density_coverage]
)
@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.zeros((9, 4)), np.zeros((9, 5)), r"fake: expected shape \(M, D=4\), got \(9, 5\)"),
        (np.zeros(9), np.zeros((9, 5)), "real: expected shape"),
        (np.full((9, 4), np.nan), np.zeros((9, 4)), "real: expected finite"),
        (np.zeros((9, 4)), np.zeros((0, 4)), "fake: expected shape .* empty"),
        (np.zeros((1, 4)), np.zeros((9, 4)), "real: expected"),
    ],
)
def test_features_that_cannot_be_compared(metric, real, fake, message):
    with pytest.raises(ValueError, match=message):
        metric(real, fake)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: digit_features(np.zeros((2, 28, 28, 1))), r"\(N, 8, 8, 1\), got \(2, 28, 28, 1\)"),
        (
            lambda: digit_features(np.full((2, 8, 8, 1), 16.0)),
            r"values in \[0, 1\], got \[16",
        ),
        (lambda: digit_classes(np.zeros((0, 8, 8, 1))), "images: expected shape"),
        (lambda: mode_coverage(np.zeros((2, 3)), CENTERS, 0.1), "centers: expected shape"),
        (lambda: mode_coverage(np.zeros((2, 2)), CENTERS, 0), "std: expected a number above 0"),
        (lambda: precision_recall(CENTERS, CENTERS, neighbors=0), "neighbors: expected"),
        (lambda: gaussian_frechet_distance([0, 0], np.eye(3), [0, 0], np.eye(2)), "covariance_1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
