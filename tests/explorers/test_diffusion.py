import base64

import numpy as np
import pytest

from course_utils.explorers import DiffusionSteps

TIMES = np.array([1.0, 0.4, 0.0])


@pytest.fixture
def images():
    return np.random.default_rng(0).random(
        (2, 3, 4, 5, 4, 1)
    )  # noised and clean; 3 times, 4 images


def unpack(text, shape):
    return np.frombuffer(base64.b64decode(text), "uint8").reshape(shape) / 255


def test_the_page_holds_every_moment(images):
    noised, clean = images
    points = np.random.default_rng(1).normal(size=(3, 7, 2))
    explorer = DiffusionSteps(TIMES, noised, clean, points=points)
    options = explorer.options
    assert options["times"] == [1.0, 0.4, 0.0] and options["shape"] == [5, 4, 1]
    for name, expected in (("noised", noised), ("clean", clean)):
        found = unpack(options[name], expected.shape)
        np.testing.assert_allclose(found, expected, atol=0.5 / 255 + 1e-9)
    np.testing.assert_allclose(options["points"], points, atol=0.006)
    assert np.abs(points).max() < options["reach"]
    assert explorer.to_html().count("<script") == 1


@pytest.mark.parametrize(
    ("times", "noised", "points", "words"),
    [
        ([1.0, 0.5, 0.5], np.zeros((3, 2, 4, 4, 1)), None, "times: .*smaller"),
        ([1.0], np.zeros((1, 2, 4, 4, 1)), None, "times: expected at least two"),
        (TIMES, np.zeros((2, 2, 4, 4, 1)), None, r"noised: expected shape \(T=3"),
        (TIMES, np.full((3, 2, 4, 4, 1), 1.2), None, r"noised: .*\[0, 1\]"),
        (TIMES, np.zeros((3, 2, 4, 4, 2)), None, "noised: expected 1 or 3 channels"),
        (TIMES, np.zeros((3, 2, 4, 4, 1)), np.zeros((3, 5, 3)), "points"),
    ],
)
def test_what_does_not_fit_is_named(times, noised, points, words):
    with pytest.raises(ValueError, match=words):
        DiffusionSteps(times, noised, noised, points=points)
