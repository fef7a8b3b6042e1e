"""The course's versions of the exercises, against the library and independent sources."""

from functools import partial

import numpy as np
import pytest
import scipy.integrate
import scipy.spatial
import scipy.special
import scipy.stats
import tensorflow as tf
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from course_utils.exercises import (
    autoencoders,
    clustering,
    cyclegan,
    densities,
    diffusion,
    disentanglement,
    evaluation,
    flows,
    gan_advances,
    gans,
    manifolds,
    tensorboard,
    transposed_convolutions,
    vae,
)
from course_utils.exercises.exercise import exercises, what_differs
from course_utils.losses import kl_to_standard_normal
from course_utils.metrics.sample_quality import gaussian_frechet_distance
from course_utils.models.flow import attribute_direction

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", exercises)
def test_an_answer_is_right_and_its_cases_tell_something(name):
    known = exercises[name]
    assert what_differs(known.answer, known) == ""
    results = [np.asarray(known.answer(*arguments)) for arguments in known.cases.values()]
    assert all(np.all(np.isfinite(result)) for result in results)
    assert any(np.any(result != 0) for result in results)
    # A student reads "it should be 0", not "it should be 5.5e-17".
    assert not any(np.any((result != 0) & (np.abs(result) < 1e-6)) for result in results)


def mistaken_neighbours(points, radius, metric):
    return np.mean((pairwise_distances(points, metric=metric) < radius).sum(axis=1) - 1)


def mistaken_neighbour(points, labels, metric):
    distances = pairwise_distances(points, metric=metric)
    np.fill_diagonal(distances, np.inf)
    return np.mean(labels[distances.argmin(axis=1)] == labels)


def mistaken_modes(samples, centers, radius, metric):
    return np.sum(pairwise_distances(samples, centers, metric).min(axis=0) <= radius)


@pytest.mark.parametrize(
    ("name", "mistaken", "metrics"),
    [
        ("mean_neighbours", mistaken_neighbours, ("sqeuclidean", "cityblock", "chebyshev")),
        ("same_label_next_door", mistaken_neighbour, ("cityblock", "chebyshev")),
        ("modes_reached", mistaken_modes, ("sqeuclidean", "cityblock", "chebyshev")),
    ],
)
def test_the_cases_tell_distances_apart(name, mistaken, metrics):
    assert what_differs(partial(mistaken, metric="euclidean"), exercises[name]) == ""
    for metric in metrics:
        assert what_differs(partial(mistaken, metric=metric), exercises[name]), metric


def test_chances_favour_what_is_far():
    points, chosen = RNG.normal(size=(7, 3)), RNG.normal(size=(2, 3))
    squares = pairwise_distances(points, chosen).min(axis=1) ** 2
    np.testing.assert_allclose(clustering.chances(points, chosen), squares / squares.sum())


def test_responsibilities_are_a_softmax():
    weights, densities = np.array([0.2, 0.8]), RNG.uniform(0.1, 2, (5, 2))
    expected = scipy.special.softmax(np.log(weights) + np.log(densities), axis=1)
    np.testing.assert_allclose(clustering.responsibilities(weights, densities), expected)


def test_kernel_density_is_a_mean_of_normals():
    at, data = RNG.normal(size=4), RNG.normal(size=9)
    expected = scipy.stats.norm.pdf(at[:, None], data, 0.3).mean(axis=1)
    np.testing.assert_allclose(densities.kernel_density(at, data, 0.3), expected)


def test_leave_one_out_leaves_one_out():
    x = RNG.normal(size=6)
    one_by_one = [
        np.log(densities.kernel_density(x[i : i + 1], np.delete(x, i), 0.4)) for i in range(6)
    ]
    hills = scipy.stats.norm.pdf(x[:, None], x, 0.4)
    np.testing.assert_allclose(densities.leave_one_out(hills), np.mean(one_by_one))


def test_a_straight_line_has_equal_steps():
    a, b = RNG.normal(size=(2, 3, 4))
    np.testing.assert_allclose(manifolds.straight_line(a, b, 6), np.linspace(a, b, 6))


def test_neighbours_are_those_that_a_tree_finds():
    points = RNG.normal(size=(50, 2))
    pairs = scipy.spatial.cKDTree(points).query_pairs(0.7)
    assert manifolds.mean_neighbours(points, 0.7) == pytest.approx(2 * len(pairs) / 50)


def test_a_stamped_row_is_what_tensorflow_computes():
    values, stamp = RNG.normal(size=5), RNG.normal(size=4)
    expected = tf.nn.conv_transpose(
        values[None, :, None], stamp[:, None, None], [1, 16, 1], strides=3, padding="VALID"
    )
    np.testing.assert_allclose(
        transposed_convolutions.stamp_row(values, stamp, 3), np.ravel(expected)
    )


def test_dealing_out_is_what_tensorflow_computes():
    channels = RNG.normal(size=(3, 5, 4))
    expected = tf.nn.depth_to_space(channels[None], 2)[0, :, :, 0]
    np.testing.assert_array_equal(transposed_convolutions.deal_out(channels), expected)


def test_next_door_is_what_a_classifier_of_one_neighbour_finds():
    points, labels = RNG.normal(size=(40, 3)), RNG.integers(0, 3, 40)
    nearest = KNeighborsClassifier(1)
    right = cross_val_score(nearest, points, labels, cv=LeaveOneOut()).mean()
    assert tensorboard.same_label_next_door(points, labels) == pytest.approx(right)


def test_smoothing_is_a_weighted_mean_of_the_past():
    values = RNG.normal(size=7)
    weights = 0.8 ** np.arange(7)
    expected = [np.average(values[: t + 1], weights=weights[t::-1]) for t in range(7)]
    np.testing.assert_allclose(tensorboard.smooth(values, 0.8), expected)


def test_pca_draws_what_scikit_learn_draws():
    x = RNG.normal(size=(20, 5))
    pca = PCA(2).fit(x)
    expected = pca.inverse_transform(pca.transform(x))
    np.testing.assert_allclose(autoencoders.draw_again(x, pca.mean_, pca.components_), expected)


def test_the_pull_is_minus_the_gradient():
    x, logits = np.float32([0.0, 0.3, 1.0]), tf.constant([2.0, -1.0, -8.0])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)
    np.testing.assert_allclose(
        autoencoders.pull(x, logits), -tape.gradient(loss, logits), atol=1e-6
    )


def test_a_drawn_code_has_the_distribution_asked_for():
    ones = np.ones((50_000, 1), "float32")
    noise = np.random.default_rng(0).normal(size=ones.shape).astype("float32")
    z = vae.draw_code(2 * ones, np.log(9.0, dtype="float32") * ones, noise)
    gap = scipy.stats.kstest(np.ravel(z), scipy.stats.norm(2, 3).cdf).statistic
    assert gap < 0.01


def test_the_estimate_of_kl_comes_near_the_formula():
    z = scipy.stats.norm(1.5, 0.3).rvs(100_000, random_state=0)
    exact = float(kl_to_standard_normal(*np.float32([[[1.5]], [[2 * np.log(0.3)]]]))[0])
    assert vae.kl_by_draws(z, 1.5, 0.3) == pytest.approx(exact, abs=0.02)


def test_there_and_back_is_measured_picture_by_picture():
    x = RNG.normal(size=(3, 4, 4, 1))
    lost = cyclegan.lost_on_the_way(x, lambda x: x + 1, lambda x: 2 * x)
    np.testing.assert_allclose(lost, [np.mean(np.abs(2 * one + 2 - one)) for one in x])


def test_a_swap_uses_the_other_decoder():
    decoders = {"a": lambda z: z - 1, "b": lambda z: z * 2}
    np.testing.assert_allclose(cyclegan.swap(np.ones(3), lambda x: x + 4, decoders, "b"), 10)


def test_the_density_of_x_is_one_in_total():
    x = np.linspace(-5, 5, 20_001)
    assert np.trapezoid(np.exp(flows.log_density_of_x(x)), x) == pytest.approx(1)


def test_the_direction_is_the_librarys():
    codes, has_it = RNG.normal(size=(9, 4)).astype("float32"), np.arange(9) % 3 == 0
    np.testing.assert_allclose(
        flows.direction_between(codes, has_it), attribute_direction(codes, has_it), rtol=1e-5
    )


def test_a_traversal_moves_one_number():
    code = RNG.normal(size=4)
    moved = disentanglement.traverse(code, 2, np.array([7.0, 8.0]))
    np.testing.assert_array_equal(np.delete(moved, 2, axis=1), [np.delete(code, 2)] * 2)
    np.testing.assert_array_equal(moved[:, 2], [7, 8])


def test_the_rotated_covariance_is_that_of_rotated_draws():
    rotation = scipy.stats.ortho_group.rvs(3, random_state=0)
    log_var = np.log([0.25, 1.0, 4.0])
    draws = np.random.default_rng(0).normal(size=(200_000, 3)) * np.exp(log_var / 2)
    found = np.cov((draws @ rotation.T).T)
    np.testing.assert_allclose(
        disentanglement.rotated_covariance(rotation, log_var), found, atol=0.05
    )


def test_the_best_discriminator_follows_from_bayes_rule():
    """Of pairs drawn from two coins, what share of each face comes from the first coin?"""
    faces = np.concatenate([RNG.random(200_000) < 0.9, RNG.random(200_000) < 0.3])
    is_real = np.repeat([True, False], 200_000)
    found = [is_real[faces == face].mean() for face in (True, False)]
    expected = gans.best_discriminator(np.array([0.9, 0.1]), np.array([0.3, 0.7]))
    np.testing.assert_allclose(expected, found, atol=0.01)


def test_modes_are_those_that_a_tree_reaches():
    samples, centers = RNG.normal(size=(30, 2)), RNG.normal(size=(8, 2))
    reached = scipy.spatial.cKDTree(samples).query(centers)[0] <= 0.4
    assert gans.modes_reached(samples, centers, 0.4) == reached.sum()


def test_truncation_shrinks_the_distance_to_the_mean():
    w, mean = RNG.normal(size=(3, 5)), RNG.normal(size=5)
    np.testing.assert_allclose(gan_advances.truncate(w, mean, 1.0), w)
    np.testing.assert_allclose(gan_advances.truncate(w, mean, 0.0), np.tile(mean, (3, 1)))
    half = gan_advances.truncate(w, mean, 0.5)
    np.testing.assert_allclose(2 * half, w + mean)


def test_power_iteration_finds_the_largest_singular_value():
    matrix = RNG.normal(size=(6, 4))
    found = gan_advances.largest_stretch(matrix, np.ones(4), 300)
    assert found == pytest.approx(np.linalg.norm(matrix, 2))


def test_a_spoiled_model_is_a_mixture():
    p = np.array([0.01, 1.0, 50.0])
    found = evaluation.spoiled_log_density(np.log(p), 0.3)
    np.testing.assert_allclose(np.exp(found), 0.3 * p + 0.7)


def test_the_distance_of_normals_is_the_librarys():
    mean_1, mean_2 = RNG.normal(size=(2, 4))
    std_1, std_2 = RNG.uniform(0.5, 2, (2, 4))
    expected = gaussian_frechet_distance(mean_1, np.diag(std_1**2), mean_2, np.diag(std_2**2))
    found = evaluation.distance_of_normals(mean_1, std_1, mean_2, std_2)
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_best_answer_is_the_mean_of_what_led_here():
    """Noise data many times, and average those that came near z."""
    data = np.array([[-1.0], [0.5], [1.0]])
    t, z = 0.4, 0.3
    rng = np.random.default_rng(0)
    x = rng.choice(data[:, 0], 1_000_000)
    noisy = np.cos(np.pi * t / 2) * x + np.sin(np.pi * t / 2) * rng.normal(size=x.shape)
    expected = x[np.abs(noisy - z) < 0.02].mean()
    found = diffusion.best_answer(np.array([[z]]), data, t)
    assert found[0, 0] == pytest.approx(expected, abs=0.02)


def test_euler_comes_near_what_scipy_integrates():
    def velocity(z, t):
        return np.cos(5 * t) - z

    z = np.array([[1.0], [-2.0]])
    solved = scipy.integrate.solve_ivp(lambda t, z: velocity(z, t), (1, 0), z[:, 0], rtol=1e-8)
    np.testing.assert_allclose(diffusion.euler(z, velocity, 4000)[:, 0], solved.y[:, -1], atol=0.01)
