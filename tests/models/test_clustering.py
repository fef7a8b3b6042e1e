from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn import cluster, mixture
from sklearn.datasets import make_blobs
from sklearn.metrics import v_measure_score
from threadpoolctl import threadpool_limits

from course_utils.data import load
from course_utils.models.clustering import GaussianMixture, KMeans, plus_plus_centers


@pytest.fixture(scope="module")
def digits():
    split = load("digits").train
    return split.x.reshape(len(split), -1).astype("float64"), split.labels


@pytest.fixture(scope="module")
def blobs():
    return make_blobs(600, centers=4, cluster_std=0.7, random_state=3)


# --------------------------------------------------------------------------------- k-means


def test_finds_clear_clusters(blobs):
    x, classes = blobs
    assert v_measure_score(classes, KMeans(4).fit(x).labels) > 0.95


def test_on_digits_no_worse_than_scikit_learn(digits):
    x, classes = digits
    ours, theirs = [], []
    with threadpool_limits(1):
        for seed in range(5):
            model = KMeans(10, restarts=10, seed=seed).fit(x)
            reference = cluster.KMeans(10, n_init=10, random_state=seed).fit(x)
            ours.append((model.inertia, v_measure_score(classes, model.labels)))
            theirs.append((reference.inertia_, v_measure_score(classes, reference.labels_)))
    (inertia, v_measure), (their_inertia, their_v_measure) = (
        np.median(runs, axis=0) for runs in (ours, theirs)
    )
    # Medians of five runs on one data set: local minima of equal rank differ by this much.
    assert inertia <= their_inertia * 1.001
    assert v_measure >= their_v_measure - 0.01


def test_each_round_is_lloyds(digits):
    x, _ = digits
    history = KMeans(10, restarts=1).fit(x).history
    for step in history:
        distances = ((x[:, None] - step.centers) ** 2).sum(axis=2)
        # Grey levels are few, so a point may be as near to two centers: either label is right.
        chosen = distances[np.arange(len(x)), step.labels]
        np.testing.assert_allclose(chosen, distances.min(axis=1), atol=1e-12)
        assert step.inertia == pytest.approx(distances.min(axis=1).sum())
    for step, following in pairwise(history):
        means = [x[step.labels == k].mean(axis=0) for k in range(10)]
        np.testing.assert_allclose(following.centers, means, atol=1e-12)
        assert following.inertia <= step.inertia * (1 + 1e-12)
    np.testing.assert_array_equal(history[-1].labels, history[-2].labels)


def test_same_as_scikit_learn_from_the_same_start(digits):
    x, _ = digits
    model = KMeans(10, restarts=1).fit(x)
    reference = cluster.KMeans(10, init=model.history[0].centers, n_init=1, tol=0).fit(x)
    assert model.inertia == pytest.approx(reference.inertia_)
    np.testing.assert_array_equal(model.labels, reference.labels_)
    np.testing.assert_array_equal(model.predict(x), reference.predict(x))
    assert model.score(x) == pytest.approx(reference.score(x))


def test_a_start_of_ones_own(blobs):
    x, _ = blobs
    start = x[:4]
    model = KMeans(4).fit(x, start=start)
    np.testing.assert_allclose(model.history[0].centers, start, atol=1e-12)
    reference = cluster.KMeans(4, init=start, n_init=1, tol=0).fit(x)
    np.testing.assert_allclose(model.centers, reference.cluster_centers_, atol=1e-9)
    with pytest.raises(ValueError, match=r"start.*\(4, 2\)"):
        KMeans(4).fit(x, start=x[:3])


def test_more_restarts_are_no_worse_and_seeds_repeat(digits):
    x, _ = digits
    one, many = KMeans(10, restarts=1, seed=4).fit(x), KMeans(10, restarts=5, seed=4).fit(x)
    assert many.inertia <= one.inertia
    np.testing.assert_array_equal(KMeans(10, restarts=1, seed=4).fit(x).centers, one.centers)


def test_far_from_the_origin(blobs):
    x, _ = blobs
    near, far = KMeans(4).fit(x), KMeans(4).fit(x + 1e6)
    assert far.inertia == pytest.approx(near.inertia, rel=1e-6)


def test_start_is_spread_out(blobs):
    x, classes = blobs
    # Four of 600 random points lie in four different blobs 9% of the time.
    hits = sum(
        len(set(KMeans(4, restarts=1, seed=s).fit(x).predict(x[classes == k])[0] for k in range(4)))
        == 4
        for s in range(20)
    )
    assert hits >= 18


@pytest.mark.parametrize("clusters", [1, 3])
def test_copies_and_single_clusters(clusters):
    x = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    model = KMeans(clusters).fit(x)
    assert np.isfinite(model.centers).all()
    assert model.inertia == pytest.approx(5.0 if clusters == 1 else 0.0)


def test_start_does_not_repeat_a_point_while_others_are_left():
    x = np.arange(6.0)[:, None]
    for seed in range(20):
        centers = plus_plus_centers(x, 6, np.random.default_rng(seed))
        assert len(np.unique(centers)) == 6


# ------------------------------------------------------------------------- Gaussian mixture


def test_one_component_is_the_maximum_likelihood_gaussian(blobs):
    x, _ = blobs
    model = GaussianMixture(1, regularization=0).fit(x)
    np.testing.assert_allclose(model.means[0], x.mean(axis=0))
    np.testing.assert_allclose(model.covariances[0], np.cov(x.T, ddof=0))
    expected = multivariate_normal(x.mean(axis=0), np.cov(x.T, ddof=0)).logpdf(x)
    np.testing.assert_allclose(model.log_prob(x), expected)


def test_density_against_scipy(blobs):
    x, _ = blobs
    model = GaussianMixture(3).fit(x)
    density = sum(
        w * multivariate_normal(m, c).pdf(x)
        for w, m, c in zip(model.weights, model.means, model.covariances, strict=True)
    )
    np.testing.assert_allclose(model.log_prob(x), np.log(density))
    far = np.array([[1e3, -1e3]])
    assert np.isfinite(model.log_prob(far)).all()
    np.testing.assert_allclose(model.predict_proba(x).sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(x), model.predict_proba(x).argmax(axis=1))


@pytest.mark.parametrize("regularization", [1e-6, 1e-3, 0.1])
@pytest.mark.parametrize("components", [2, 5])
def test_objective_never_decreases(digits, components, regularization):
    x = digits[0][:, 10:30]
    history = GaussianMixture(components, regularization, tolerance=1e-7).fit(x).history
    objective = np.array([step.objective for step in history])
    assert len(history) > 5
    assert (np.diff(objective) > -1e-10).all()


def test_objective_is_the_penalised_log_likelihood(blobs):
    x, _ = blobs
    model = GaussianMixture(3, regularization=0.1).fit(x)
    log_prior = sum(-0.5 * 0.1 * len(x) / 3 * np.trace(np.linalg.inv(c)) for c in model.covariances)
    assert model.history[-1].log_likelihood == pytest.approx(model.score(x))
    assert model.history[-1].objective == pytest.approx(model.score(x) + log_prior / len(x))


def test_no_worse_than_scikit_learn(blobs):
    x, classes = blobs
    model = GaussianMixture(4, tolerance=1e-6).fit(x)
    reference = mixture.GaussianMixture(4, tol=1e-6, random_state=0).fit(x)
    assert model.score(x) >= reference.score(x) - 1e-3
    assert v_measure_score(classes, model.predict(x)) > 0.95


def test_samples_follow_the_mixture(blobs):
    x, _ = blobs
    model = GaussianMixture(4).fit(x)
    drawn = model.sample(50_000, seed=1)
    mean = model.weights @ model.means
    second = sum(
        w * (c + np.outer(m, m))
        for w, m, c in zip(model.weights, model.means, model.covariances, strict=True)
    )
    covariance = second - np.outer(mean, mean)
    # Five standard errors of a mean; covariances to 3%.
    np.testing.assert_allclose(
        drawn.mean(axis=0), mean, atol=5 * np.sqrt(np.diag(covariance).max() / 50_000)
    )
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.03 * np.diag(covariance).max())


def test_singular_data_needs_regularization(digits):
    x, _ = digits
    with pytest.raises(ValueError, match="regularization: expected enough"):
        GaussianMixture(3, regularization=0).fit(x)
    assert np.isfinite(GaussianMixture(3, regularization=1e-3, max_rounds=3).fit(x).score(x))


# ------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("model", [KMeans(3), GaussianMixture(3)])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros(5), "x: expected shape"),
        (np.full((5, 2), np.nan), "x: expected finite"),
        (np.zeros((0, 2)), "x: expected shape .* empty"),
        (np.zeros((2, 2)), "x: expected at least 3 points"),
    ],
)
def test_bad_points_are_named(model, x, message):
    with pytest.raises(ValueError, match=message):
        model.fit(x)


def test_other_bad_input_is_named(blobs):
    x, _ = blobs
    with pytest.raises(ValueError, match="clusters: expected"):
        KMeans(0)
    with pytest.raises(ValueError, match="components: expected"):
        GaussianMixture(0)
    with pytest.raises(ValueError, match="regularization: expected"):
        GaussianMixture(2, regularization=-1)
    for model in (KMeans(2).fit(x), GaussianMixture(2).fit(x)):
        with pytest.raises(ValueError, match=r"x: expected shape \(N, F=2\), got \(4, 3\)"):
            model.predict(np.zeros((4, 3)))
