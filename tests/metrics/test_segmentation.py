"""Intersection over union, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from course_utils.metrics.segmentation import intersection_over_union


def test_it_is_scikit_learns_jaccard_score_of_all_pixels():
    generator = np.random.default_rng(0)
    real, found = generator.integers(0, 5, (2, 7, 8, 9))
    expected = jaccard_score(real.ravel(), found.ravel(), average=None)
    np.testing.assert_allclose(intersection_over_union(real, found, 5), expected)


def test_by_hand():
    real, found = [[0, 0, 1, 1]], [[0, 1, 1, 1]]
    np.testing.assert_allclose(intersection_over_union(real, found, 3), [1 / 2, 2 / 3, np.nan])


def test_maps_that_agree_score_one_and_small_integers_do_not_overflow():
    maps = np.full((2, 20, 20), 15, "uint8")
    maps[0] = 0
    np.testing.assert_array_equal(intersection_over_union(maps, maps, 16), [1, *[np.nan] * 14, 1])


@pytest.mark.parametrize(
    ("real", "found", "classes", "words"),
    [
        ([[0, 1]], [[0, 2]], 2, "found: expected values in"),
        ([[0, 1]], [[0, 1, 1]], 2, "found: expected shape"),
        ([[0.0, 1.0]], [[0, 1]], 2, "real: expected integers"),
        ([], [], 2, "real"),
        ([[0, 1]], [[0, 1]], 0, "classes"),
    ],
)
def test_bad_maps_are_refused_in_words(real, found, classes, words):
    with pytest.raises(ValueError, match=words):
        intersection_over_union(real, found, classes)
