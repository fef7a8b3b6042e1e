"""Reference values of the assignment `evaluation`. See also test_assignments.py."""

import numpy as np
import pytest
from scipy import linalg, special

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.evaluation import ASSIGNMENT, grade, properties, solutions
from course_utils.metrics import likelihood, sample_quality


@pytest.mark.parametrize("size", [(30, 40, 3), (9, 5, 1), (200, 100, 8)])
def test_the_true_frechet_distance_is_that_of_the_matrix_root(size):
    real, fake = (x.astype("float64") for x in properties.points(*size).values())
    first, second = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (real, fake))
    root = linalg.sqrtm(first @ second)
    means = np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2)
    expected = means + np.trace(first + second - 2 * root.real)
    assert properties.true_frechet_distance(real, fake) == pytest.approx(expected)
    library = sample_quality.frechet_distance(real, fake)
    assert properties.true_frechet_distance(real, fake) == pytest.approx(library, rel=1e-6)


def test_the_true_frechet_distance_of_one_feature_has_a_closed_form():
    real, fake = (x.astype("float64") for x in properties.points(7, 9, 1).values())
    expected = (real.mean() - fake.mean()) ** 2 + (real.std(ddof=1) - fake.std(ddof=1)) ** 2
    assert properties.true_frechet_distance(real, fake) == pytest.approx(expected)


@pytest.mark.parametrize("about", properties.PAIRS)
def test_the_true_shares_are_those_of_the_library(about):
    real, fake, k = properties.PAIRS[about].values()
    if k < min(len(real), len(fake)):
        expected = sample_quality.precision_recall(real, fake, k)
        assert properties.true_precision(real, fake, k) == pytest.approx(expected[0])
        assert properties.true_recall(real, fake, k) == pytest.approx(expected[1])


@pytest.mark.parametrize("about", properties.EXACT)
def test_the_true_precision_counts_what_one_can_count_by_hand(about):
    """Squares of distances between whole numbers are whole: nothing is rounded."""
    real, fake, k = properties.EXACT[about].values()
    real, fake = real.astype(int), fake.astype(int)
    good = 0
    for f in fake:
        for i, r in enumerate(real):
            others = sorted(int(np.sum((r - o) ** 2)) for j, o in enumerate(real) if j != i)
            if np.sum((f - r) ** 2) <= others[k - 1]:
                good += 1
                break
    assert properties.true_precision(real, fake, k) == pytest.approx(good / len(fake))


def test_the_exact_points_tell_a_closed_ball_from_an_open_one():
    real, fake, k = properties.EXACT["points exactly on the border"].values()
    wrong = next(
        m for m in ASSIGNMENT.function("precision").misconceptions if m.name == "border left out"
    )
    namespace = ASSIGNMENT.notebook()
    cells.run(ASSIGNMENT.function("precision").cells(wrong)[0], namespace)
    assert namespace["precision"](real, fake, k) < properties.true_precision(real, fake, k)


def test_the_true_bound_is_that_of_the_library():
    log_weights = properties.DRAWS["log_weights"].astype("float64")
    expected = likelihood.importance_weighted_bound(log_weights)
    np.testing.assert_allclose(properties.true_log_likelihood_bound(log_weights), expected)
    np.testing.assert_allclose(expected, special.logsumexp(log_weights, 0) - np.log(6))


def test_what_changes_its_arguments_is_refused():
    """The value is right, but whoever calls it has other points afterwards."""
    namespace = ASSIGNMENT.notebook()
    cells.run(
        "def nearest_distances(samples, training):\n"
        "    found = [np.linalg.norm(training - s, axis=1).min() for s in samples]\n"
        "    samples -= samples.mean(axis=0)\n"
        "    return np.array(found)\n",
        namespace,
    )
    with pytest.raises(AssertionError, match="changes its argument samples in place"):
        grade(namespace["nearest_distances"])


def test_the_solution_takes_what_it_is_given():
    """Neither does it write into its arguments, nor does it mind single precision."""
    arguments = properties.points(20, 30, 5)
    before = {key: value.copy() for key, value in arguments.items()}
    single = solutions.frechet_distance(**arguments)
    double = solutions.frechet_distance(**{k: v.astype("float64") for k, v in arguments.items()})
    assert single == pytest.approx(double)
    assert all(np.array_equal(arguments[key], before[key]) for key in before)
