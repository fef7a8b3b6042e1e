import numpy as np
import pytest

from course_utils.explorers import KMeansStepper
from course_utils.models.clustering import KMeans, KMeansStep


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(size=(60, 2))


def step(centers, labels):
    return KMeansStep(np.asarray(centers, "float64"), np.asarray(labels), 0.0)


def test_the_page_holds_every_round(points):
    model = KMeans(3).fit(points)
    explorer = KMeansStepper(points, {"start": model.history})
    [run] = explorer.options["runs"]
    np.testing.assert_allclose(explorer.options["points"], points, atol=1e-4)
    np.testing.assert_allclose(run["centers"][-1], model.centers, atol=1e-4)
    np.testing.assert_array_equal(run["labels"][-1], model.labels)
    assert len(run["labels"]) == len(model.history)
    assert explorer.to_html().count("<script") == 1
    assert "text/html" in explorer._repr_mimebundle_()


def test_inertia_after_each_half_round_meets_the_models_and_never_rises(points):
    model = KMeans(4).fit(points)
    [run] = KMeansStepper(points, {"start": model.history}).options["runs"]
    np.testing.assert_allclose(
        run["inertias"][::2], [round.inertia for round in model.history], atol=1e-3
    )
    assert len(run["inertias"]) == 2 * len(model.history) - 1
    assert np.all(np.diff(run["inertias"]) <= 1e-4)


def test_the_window_is_a_square_around_all_points(points):
    (left, right), (low, high) = KMeansStepper(
        points * [5, 1], {"a": KMeans(2).fit(points).history}
    ).options["bounds"]
    assert right - left == pytest.approx(high - low, abs=1e-3)
    assert left < 5 * points[:, 0].min() and 5 * points[:, 0].max() < right


@pytest.mark.parametrize(
    ("points", "runs", "words"),
    [
        (np.zeros((5, 3)), {"a": [step(np.zeros((1, 2)), [0] * 5)]}, "points"),
        (np.zeros((5, 2)), {}, "at least one start"),
        (np.zeros((5, 2)), {"a": []}, "at least one round"),
        (np.zeros((5, 2)), {"a": [step(np.zeros((1, 3)), [0] * 5)]}, "centers"),
        (np.zeros((5, 2)), {"a": [step(np.zeros((1, 2)), [0] * 4)]}, "labels"),
        (np.zeros((5, 2)), {"a": [step(np.zeros((1, 2)), [0, 0, 0, 0, 1])]}, r"\[0, 0\]"),
    ],
)
def test_what_does_not_fit_is_named(points, runs, words):
    with pytest.raises(ValueError, match=words):
        KMeansStepper(points, runs)
