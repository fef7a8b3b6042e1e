"""Reference values of the assignment `clustering`. See also test_assignments.py."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats
from scipy.spatial import distance
from sklearn.cluster import KMeans

from course_utils.grading import SelfCheckFailed, check
from course_utils.grading.assignments import cells
from course_utils.grading.assignments.clustering import ASSIGNMENT, grade, probes, properties


def test_a_round_is_that_of_scikit_learn():
    cloud = properties.clouds(60, 4, 3)
    points, centers = cloud["points"], cloud["centers"]
    model = KMeans(4, init=centers, n_init=1, max_iter=1, algorithm="lloyd").fit(points)
    labels = distance.cdist(points, centers).argmin(axis=1)
    moved = properties.true_update(points, labels, centers)
    np.testing.assert_allclose(moved, model.cluster_centers_, rtol=1e-6)
    assert properties.true_inertia(points, model.labels_, moved) == pytest.approx(model.inertia_)


def test_neither_half_of_a_round_raises_the_inertia():
    points, labels, centers = properties.labelled(60, 5, 3).values()
    course = ASSIGNMENT.notebook()
    cost = properties.true_inertia(points, labels, centers)
    for _ in range(10):
        centers = course["update"](points, labels, centers)
        after_update = properties.true_inertia(points, labels, centers)
        labels = course["assign"](points, centers)
        after_assign = properties.true_inertia(points, labels, centers)
        assert after_assign <= after_update <= cost
        cost = after_assign


@pytest.mark.parametrize("probe", probes.ASSIGN[:2])
def test_no_point_of_the_self_check_lies_near_a_border(probe):
    nearest, second = np.sort(distance.cdist(*probe.arguments.values()), axis=1)[:, :2].T
    assert (second > 1.01 * nearest).all()


def test_the_true_density_integrates_to_one():
    def density(x):
        return np.exp(properties.true_log_density(x, 0.7, 0.3))

    assert integrate.quad(density, -3, 4)[0] == pytest.approx(1)


def test_no_gaussian_makes_the_data_more_probable_than_the_true_fit():
    x = properties.numbers(25, 2, 3)["x"]

    def cost(parameters):
        return -stats.norm.logpdf(x, parameters[0], np.exp(parameters[1])).sum()

    best = optimize.minimize(cost, [0.0, 0.0], tol=1e-10).x
    np.testing.assert_allclose(properties.true_fit(x), [best[0], np.exp(best[1])], rtol=1e-4)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("def fit_gaussian(x):\n    return [x.mean(), x.std()]",
         r"returns a list; it should return the tuple \(mean, std\)"),
        ("def fit_gaussian(x):\n    return x.mean(), x.std(), len(x)", "returns a tuple of 3"),
        ("def fit_gaussian(x):\n    return 2 * x.mean(), x.std()",
         r"The mean that fit_gaussian gives is 4.6667 for 6 numbers; it should be 2.3333"),
        ("def fit_gaussian(x):\n    return x.mean(), str(x.std())", "returns a str"),
        ("def assign(points, centers):\n    return [0] * len(points)",
         "returns a list; it should return one array"),
        ("def assign(points, centers):\n    return np.zeros(len(points))",
         "returns float64 .* it should return integers"),
        ("def assign(points, centers):\n    return np.zeros(len(points), int)",
         r"assign gives 0 at position \[2\] .* it should be 1"),
        ("def inertia(points, labels, centers):\n    return 7",
         "returns int64 .* it should return float32 or float64"),
        ("def inertia(points, labels, centers):\n    return inertia",
         "returns a function; it should return one array"),
    ],
)  # fmt: skip
def test_a_difference_is_told(cell, sentence):
    namespace = ASSIGNMENT.notebook()
    cells.run(cell, namespace)
    theirs = namespace[cell[4 : cell.index("(")]]
    for judge in (check, grade):
        with pytest.raises(SelfCheckFailed, match=sentence):
            judge(theirs)


def test_a_mistake_is_known_in_either_precision():
    namespace = ASSIGNMENT.notebook()
    for dtype in ("float32", "float64"):
        cells.run("def inertia(points, labels, centers):\n"
                  "    squares = np.sum((points - centers[labels])**2)\n"
                  f"    return np.array(0.5 * squares, '{dtype}')", namespace)  # fmt: skip
        with pytest.raises(SelfCheckFailed, match="there is no ½"):
            check(namespace["inertia"])
