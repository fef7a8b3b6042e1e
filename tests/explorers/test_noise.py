import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.explorers import DenoisingSlider, export_network

IMAGES = np.linspace(0, 1, 3 * 16, dtype="float32").reshape(3, 4, 4, 1)


def network(shape=(4, 4, 1)):
    return export_network(keras.Sequential([keras.Input(shape), keras.layers.Rescaling(0.5)]))


def test_a_page_holds_images_and_networks():
    html = DenoisingSlider({"half": network()}, IMAGES, labels=[4, 5, 6]).to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html and "http" not in html
    assert '"half":{"steps"' in html and '"labels":[4,5,6]' in html


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: DenoisingSlider({}, 255 * IMAGES), "images"),
        (lambda: DenoisingSlider({}, np.zeros((2, 4, 4, 2))), "1 or 3 channels"),
        (lambda: DenoisingSlider({"large": network((8, 8, 1))}, IMAGES), r"'large'.*\(4, 4, 1\)"),
        (lambda: DenoisingSlider({}, IMAGES, labels=[1]), "1 labels were given for 3 images"),
        (lambda: DenoisingSlider({}, IMAGES, drop_rate=30), "drop_rate"),
    ],
)
def test_what_does_not_fit_is_named(build, words):
    with pytest.raises(ValueError, match=words):
        build()
