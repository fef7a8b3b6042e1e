from itertools import permutations

import numpy as np
import pytest

from course_utils.metrics.clustering import clustering_accuracy


def test_names_of_clusters_do_not_matter():
    classes = np.array([0, 0, 1, 1, 2, 2])
    assert clustering_accuracy(classes, np.array([7, 7, 3, 3, 5, 5])) == 1


def test_against_trying_every_pairing():
    rng = np.random.default_rng(0)
    for _ in range(20):
        classes, clusters = rng.integers(4, size=(2, 30))
        best = max(np.mean(np.array(p)[clusters] == classes) for p in permutations(range(4)))
        assert clustering_accuracy(classes, clusters) == pytest.approx(best)


def test_a_class_cut_in_two_costs_its_smaller_part():
    assert clustering_accuracy([0, 0, 0, 0, 1], [0, 0, 0, 2, 1]) == pytest.approx(0.8)
    assert clustering_accuracy([0, 0, 1, 1], [0, 0, 0, 0]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("classes", "clusters", "message"),
    [
        ([0, 1], [0, 1, 2], r"clusters: expected shape \(N=2,\), got \(3,\)"),
        ([0.5, 1.0], [0, 1], "classes: expected integers"),
        ([], [], "classes: expected"),
        ([[0, 1]], [0, 1], "classes: expected shape"),
    ],
)
def test_bad_input_is_named(classes, clusters, message):
    with pytest.raises(ValueError, match=message):
        clustering_accuracy(classes, clusters)
