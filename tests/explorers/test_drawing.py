import course_utils.quiet

import base64

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.explorers import DrawYourOwn, export_network

IMAGES = np.linspace(0, 1, 3 * 20, dtype="float32").reshape(3, 4, 5, 1)
LABELS = np.array([2, 0, 1])
CLASSES = ("coat", "bag", "boot")


def to_numbers(count, shape=(4, 5, 1)):
    return export_network(
        keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(count)])
    )


def to_picture(latent=6, shape=(4, 5, 1)):
    stack = [layers.Dense(int(np.prod(shape))), layers.Reshape(shape)]
    return export_network(keras.Sequential([keras.Input((latent,)), *stack]), "sigmoid")


def placed(z):
    """Pictures of which each pixel tells a place: how far right above, how far up below."""
    across, up = (np.clip((z + 3) / 6, 0, 1)).T
    rows = np.stack([across, across, up, up], axis=1)
    return np.repeat(rows[:, :, None, None], 5, axis=2)


def explorer(images=IMAGES, labels=LABELS, classes=CLASSES, **changed):
    parts = {
        "encode": to_numbers(6),
        "decode": to_picture(),
        "classify": to_numbers(3),
        "place": to_numbers(2),
        "draw_place": placed,
    }
    return DrawYourOwn(images, labels, classes, **(parts | changed))


def test_the_page_holds_pictures_names_and_networks():
    shown = explorer()
    assert shown.options["names"] == ["boot", "coat", "bag"]
    sent = np.frombuffer(base64.b64decode(shown.options["images"]), "uint8").reshape(IMAGES.shape)
    np.testing.assert_allclose(sent / 255, IMAGES, atol=1 / 255)
    assert set(shown.options["networks"]) == {"encode", "decode", "classify", "place"}
    html = shown.to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html and "http" not in html


def test_the_plane_is_tiled_from_the_top_left():
    tiles = np.frombuffer(base64.b64decode(explorer().options["tiles"]), "uint8")
    across, up = tiles.reshape(13, 13, 4, 5)[:, :, [0, 3], 0].transpose(2, 0, 1) / 255
    middles = (np.arange(13) + 0.5) / 13
    np.testing.assert_allclose(across, np.tile(middles, (13, 1)), atol=1 / 255)
    np.testing.assert_allclose(up, np.tile(middles[::-1, None], (1, 13)), atol=1 / 255)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"images": 255 * IMAGES}, "images: expected values"),
        ({"images": np.zeros((3, 4, 5, 3))}, "images: expected shape"),
        ({"labels": LABELS[:2]}, "labels: expected shape"),
        ({"labels": LABELS + 1}, "labels: expected values"),
        ({"encode": to_numbers(6, (8, 8, 1))}, r"encode: .*\(4, 5, 1\) to \(6,\).*\(8, 8, 1\)"),
        ({"encode": to_numbers(7)}, r"decode: expected a network from \(7,\)"),
        ({"classify": to_numbers(4)}, r"classify: .*to \(3,\), got .*\(4,\)"),
        ({"place": to_numbers(3)}, r"place: .*to \(2,\)"),
        ({"draw_place": lambda z: placed(z)[:, :3]}, "draw_place.*expected shape"),
        ({"draw_place": lambda z: 255 * placed(z)}, "draw_place.*expected values"),
    ],
)
def test_what_does_not_fit_is_named(changed, words):
    with pytest.raises(ValueError, match=words):
        explorer(**changed)
