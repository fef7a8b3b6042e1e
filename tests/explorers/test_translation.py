import base64

import keras
import numpy as np
import pytest

from course_utils.explorers import RoundTrip, export_network


def affine(scale, shape=(4, 5, 3)):
    return export_network(keras.Sequential([keras.Input(shape), keras.layers.Rescaling(scale)]))


@pytest.fixture
def domains():
    bright = np.random.default_rng(0).random((6, 4, 5, 3))
    return {"bright": bright, "dark": bright / 2}


def test_the_page_holds_both_domains_and_both_networks(domains):
    there, back = affine(0.5), affine(2.0)
    options = RoundTrip(domains, there, back).options
    assert options["names"] == ["bright", "dark"]
    assert (options["count"], options["shape"]) == (6, [4, 5, 3])
    for text, images in zip(options["images"], domains.values(), strict=True):
        packed = np.frombuffer(base64.b64decode(text), "uint8").reshape(images.shape) / 255
        np.testing.assert_allclose(packed, images, atol=0.5 / 255 + 1e-9)
    assert options["networks"] == [there.to_json(), back.to_json()]


def test_what_does_not_fit_is_named(domains):
    there, back = affine(0.5), affine(2.0)
    one = {"bright": domains["bright"]}
    for given, networks, words in (
        (one, (there, back), "domains: expected two, got 1"),
        ({**one, "dark": domains["dark"][:3]}, (there, back), r"domains\['dark'\]: expected shape"),
        ({**one, "dark": domains["dark"] + 1}, (there, back), r"\[0, 1\]"),
        ({name: x[..., :2] for name, x in domains.items()}, (there, back), "1 or 3 channels"),
        (domains, (there, affine(2.0, (4, 4, 3))), "back leads from"),
    ):
        with pytest.raises(ValueError, match=words):
            RoundTrip(given, *networks)
