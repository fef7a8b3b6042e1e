import base64

import numpy as np
import pytest

from course_utils.explorers import Film

RISING = np.linspace(0, 1, 3)[:, None, None, None] * np.ones((3, 2, 4, 3))


def test_the_page_holds_every_frame_of_every_film():
    explorer = Film({"there": RISING, "back": RISING[::-1]}, frames_per_second=4)
    options = explorer.options
    packed = np.frombuffer(base64.b64decode(options["frames"]), "uint8").reshape(2, 3, 2, 4, 3)
    np.testing.assert_allclose(packed[0] / 255, RISING, atol=1 / 255)
    np.testing.assert_allclose(packed[1] / 255, RISING[::-1], atol=1 / 255)
    assert options["names"] == ["there", "back"] and options["shape"] == [2, 4, 3]
    assert options["count"] == 3 and options["milliseconds"] == 250
    assert explorer.to_html().count("<script") == 1


@pytest.mark.parametrize(
    ("films", "speed", "words"),
    [
        ({}, 8, "films: expected at least one"),
        ({"still": RISING[:1]}, 8, "films: expected two frames or more, got 1"),
        ({"two": RISING[..., :2]}, 8, "expected frames of 1 or 3 channels, got 2"),
        ({"a": RISING, "b": RISING[:2]}, 8, r"films\['b'\]: expected shape"),
        ({"bright": 2 * RISING}, 8, r"films\['bright'\]: expected"),
        ({"a": RISING}, 0, "frames_per_second: expected a number above 0, got 0"),
    ],
)
def test_what_does_not_fit_is_named(films, speed, words):
    with pytest.raises(ValueError, match=words):
        Film(films, frames_per_second=speed)
