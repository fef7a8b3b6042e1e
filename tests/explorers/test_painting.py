import course_utils.quiet

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.explorers import LabelPainter, export_network

MAPS = np.arange(2 * 4 * 6).reshape(2, 4, 6) % 3
STYLES = np.linspace(-1, 1, 10).reshape(2, 5)
CLASSES = ("sky", "land", "sea")


def network(latent=5, shape=(4, 6), classes=3, channels=3):
    z, label_map = keras.Input((latent,)), keras.Input((*shape, classes))
    colors = layers.Conv2D(channels, 1, activation="sigmoid")(label_map)
    tint = layers.Reshape((*shape, channels))(layers.Dense(channels * shape[0] * shape[1])(z))
    return export_network(keras.Model([z, label_map], layers.Add()([colors, tint])))


def test_the_page_holds_network_maps_and_styles():
    explorer = LabelPainter(network(), MAPS, STYLES, CLASSES, brush="sea")
    assert explorer.options["maps"][0] == "012" * 8
    np.testing.assert_allclose(explorer.options["styles"], STYLES, atol=1e-3)
    assert explorer.options["brush"] == 2
    html = explorer.to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html and "http" not in html


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: LabelPainter(network(), MAPS + 1, STYLES, CLASSES), "maps: expected values"),
        (lambda: LabelPainter(network(), MAPS / 1, STYLES, CLASSES), "maps: expected integers"),
        (lambda: LabelPainter(network(), MAPS[:, :3], STYLES, CLASSES), "maps: expected shape"),
        (lambda: LabelPainter(network(), MAPS, STYLES[:, :4], CLASSES), "styles: expected shape"),
        (lambda: LabelPainter(network(), MAPS, STYLES, CLASSES[:2]), "classes: expected 3 names"),
        (lambda: LabelPainter(network(), MAPS, STYLES, CLASSES, brush="fog"), "brush"),
        (lambda: LabelPainter(network(channels=1), MAPS, STYLES, CLASSES), "to come out"),
        (
            lambda: LabelPainter(
                export_network(keras.Sequential([keras.Input((5,)), layers.Dense(2)])),
                MAPS,
                STYLES,
                CLASSES,
            ),
            "network: expected two inputs",
        ),
    ],
)
def test_what_does_not_fit_is_named(build, words):
    with pytest.raises(ValueError, match=words):
        build()
