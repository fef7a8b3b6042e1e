"""The course's versions of the exercises, against the library and independent sources."""

import numpy as np
import pytest
import scipy.spatial
import scipy.special
import scipy.stats
import tensorflow as tf
from sklearn.metrics import pairwise_distances

from course_utils.exercises import clustering, densities, manifolds, transposed_convolutions
from course_utils.exercises.exercise import exercises, what_differs

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", exercises)
def test_an_answer_is_right_and_its_cases_tell_something(name):
    known = exercises[name]
    assert what_differs(known.answer, known) == ""
    for arguments in known.cases.values():
        result = np.asarray(known.answer(*arguments))
        assert np.all(np.isfinite(result)) and np.any(result != 0)


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
