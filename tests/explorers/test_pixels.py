import base64

import numpy as np
import pytest

from course_utils.explorers import PixelPath


@pytest.fixture
def images():
    return np.random.default_rng(0).random((6, 4, 5, 3))


def unpack(text, shape):
    return np.frombuffer(base64.b64decode(text), "uint8").reshape(-1, *shape) / 255


def test_the_page_holds_the_paths_and_their_nearest_images(images):
    data = images[3:]
    explorer = PixelPath({"a": images[:3], "b": images[[0, 5]]}, data, typical=1.5)
    options = explorer.options
    shape = options["shape"]
    assert shape == [4, 5, 3] and options["typical"] == 1.5
    neighbours = unpack(options["neighbours"], shape)
    for path, expected in zip(options["paths"], (images[:3], images[[0, 5]]), strict=True):
        np.testing.assert_allclose(unpack(path["images"], shape), expected, atol=0.5 / 255 + 1e-9)
        distances = np.linalg.norm((expected[:, None] - data).reshape(len(expected), 3, -1), axis=2)
        np.testing.assert_allclose(path["distances"], distances.min(axis=1), atol=1e-4)
        nearest = data[distances.argmin(axis=1)]
        np.testing.assert_allclose(neighbours[path["nearest"]], nearest, atol=0.5 / 255 + 1e-9)
    assert options["paths"][1]["distances"][1] == 0
    assert explorer.to_html().count("<script") == 1


@pytest.mark.parametrize(
    ("paths", "data", "words"),
    [
        ({}, np.zeros((2, 4, 4, 1)), "at least one"),
        ({"a": np.zeros((1, 4, 4, 1))}, np.zeros((2, 4, 4, 1)), "at least two images"),
        ({"a": np.zeros((2, 4, 5, 1))}, np.zeros((2, 4, 4, 1)), r"paths\['a'\]"),
        ({"a": np.full((2, 4, 4, 1), 2.0)}, np.zeros((2, 4, 4, 1)), r"\[0, 1\]"),
        ({"a": np.zeros((2, 4, 4, 2))}, np.zeros((2, 4, 4, 2)), "1 or 3 channels"),
        ({"a": np.zeros((2, 4, 4))}, np.zeros((2, 4, 4)), "data"),
    ],
)
def test_what_does_not_fit_is_named(paths, data, words):
    with pytest.raises(ValueError, match=words):
        PixelPath(paths, data)
