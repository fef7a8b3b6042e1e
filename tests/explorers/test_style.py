"""The style mixer reports what does not fit in Python, before it reaches the page."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.explorers import StyleMixer, export_network


@pytest.fixture(scope="module")
def network():
    """Two layers of three numbers."""
    flat = [keras.layers.Flatten(), keras.layers.Dense(16), keras.layers.Reshape((4, 4, 1))]
    return export_network(keras.Sequential([keras.Input((2, 3)), *flat]))


STYLES, MEAN, LAYERS = np.eye(4, 3), np.zeros(3), ("4 × 4", "8 × 8")


def test_a_page_holds_styles_and_network(network):
    explorer = StyleMixer(network, STYLES, MEAN, LAYERS, ends=(2, 3))
    assert explorer.in_page and explorer.options["ends"] == [2, 3]
    html = explorer.to_html()
    assert "8 × 8" in html or "8 \\u00d7 8" in html
    assert "import " not in html and "http" not in html


def test_a_callable_becomes_a_widget():
    explorer = StyleMixer(lambda codes: np.zeros((len(codes), 4, 4, 1)), STYLES, MEAN, LAYERS)
    assert not explorer.in_page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((STYLES, np.zeros(2), LAYERS), r"mean: expected shape \(D=3,\), got \(2,\)"),
        ((STYLES + np.nan, MEAN, LAYERS), "styles: expected finite numbers"),
        ((STYLES, MEAN, ("4 × 4",)), "network of 1 layers × 3 numbers"),
    ],
)
def test_arguments_that_disagree_are_named(network, arguments, words):
    with pytest.raises(ValueError, match=words):
        StyleMixer(network, *arguments)


def test_an_end_that_is_no_picture_is_refused(network):
    with pytest.raises(ValueError, match="expected two numbers from 0 to 3"):
        StyleMixer(network, STYLES, MEAN, LAYERS, ends=(0, 4))
