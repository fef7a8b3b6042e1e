import numpy as np
import pytest
from sklearn.datasets import make_swiss_roll

from course_utils.metrics.manifold import maximum_likelihood_dimension, two_nearest_dimension

ESTIMATORS = [maximum_likelihood_dimension, two_nearest_dimension]


def flat(dimension, rng):
    return rng.normal(size=(2000, dimension)) @ rng.normal(size=(dimension, 20))


def sphere(dimension, rng):
    points = rng.normal(size=(2000, dimension + 1))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def swiss_roll(dimension, rng):
    return make_swiss_roll(2000, random_state=0)[0]


@pytest.mark.parametrize("estimate", ESTIMATORS)
@pytest.mark.parametrize(
    ("draw", "dimension"),
    [(flat, 1), (flat, 2), (flat, 4), (sphere, 1), (sphere, 2), (sphere, 3), (swiss_roll, 2)],
)
def test_finds_the_dimension_of_known_surfaces(estimate, draw, dimension):
    points = draw(dimension, np.random.default_rng(0))
    # TwoNN on 2,000 points has a standard error of about 2.5%.
    assert estimate(points) == pytest.approx(dimension, rel=0.1)


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_does_not_depend_on_scale_position_or_direction(estimate):
    rng = np.random.default_rng(0)
    points = sphere(2, rng)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    assert estimate(1000 * points @ turn + 5) == pytest.approx(estimate(points), rel=1e-6)


def test_maximum_likelihood_against_loops():
    points = np.random.default_rng(0).normal(size=(30, 3))
    logs = []
    for i in range(30):
        nearest = sorted(np.linalg.norm(points[i] - points[j]) for j in range(30) if j != i)[:4]
        logs += [np.log(nearest[3] / nearest[j]) for j in range(3)]
    assert maximum_likelihood_dimension(points, neighbors=4) == pytest.approx(1 / np.mean(logs))


def test_two_nearest_against_loops():
    points = np.random.default_rng(0).normal(size=(40, 3))
    ratios = []
    for i in range(40):
        nearest = sorted(np.linalg.norm(points[i] - points[j]) for j in range(40) if j != i)
        ratios.append(nearest[1] / nearest[0])
    x = np.log(sorted(ratios))[:36]
    y = -np.log(1 - np.arange(1, 37) / 40)
    slope = np.linalg.lstsq(x[:, None], y, rcond=None)[0][0]
    assert two_nearest_dimension(points) == pytest.approx(slope)


@pytest.mark.parametrize("estimate", ESTIMATORS)
@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros(30), "points: expected shape"),
        (np.full((30, 2), np.nan), "points: expected finite"),
        (np.zeros((30, 2)), "points: expected all different, got 30 with a copy"),
        (np.random.default_rng(0).normal(size=(3, 2)), "points: expected at least"),
    ],
)
def test_bad_points_are_named(estimate, points, message):
    with pytest.raises(ValueError, match=message):
        estimate(points)


def test_bad_options_are_named():
    points = np.random.default_rng(0).normal(size=(30, 2))
    with pytest.raises(ValueError, match="neighbors: expected"):
        maximum_likelihood_dimension(points, neighbors=1)
    with pytest.raises(ValueError, match="discard: expected"):
        two_nearest_dimension(points, discard=1)
