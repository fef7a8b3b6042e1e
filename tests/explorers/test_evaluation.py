import base64

import numpy as np
import pytest

from course_utils.explorers import Defect, MetricExplorer

BETTER, REFERENCE = {"distance": "low", "recall": "high"}, {"distance": 1.5, "recall": 0.9}


def defect(levels=(0.0, 0.5, 1.0), metrics=("distance", "recall"), channels=1):
    levels = np.array(levels)
    images = np.broadcast_to(levels[:, None, None, None, None], (len(levels), 4, 8, 8, channels))
    return Defect(levels, images, {name: 2 + levels for name in metrics})


def test_the_page_holds_every_level_and_every_metric():
    defects = {"noise": defect(), "copies": defect((0.0, 0.9))}
    explorer = MetricExplorer(defects, better=BETTER, reference=REFERENCE)
    noise, copies = explorer.options["defects"]
    assert (noise["name"], copies["levels"]) == ("noise", [0.0, 0.9])
    pixels = np.frombuffer(base64.b64decode(noise["images"]), "uint8").reshape(3, 4, 64)
    np.testing.assert_allclose(
        pixels / 255, np.broadcast_to([[[0]], [[0.5]], [[1]]], (3, 4, 64)), atol=0.003
    )
    assert noise["values"]["recall"] == [2, 2.5, 3]
    distance = explorer.options["metrics"][0]
    assert (distance["name"], distance["better"], distance["reference"]) == ("distance", "low", 1.5)
    low, high = distance["range"]
    assert low == 0 and high > 3  # room for every value of every defect
    assert explorer.to_html().count("<script") == 1


@pytest.mark.parametrize(
    ("defects", "better", "words"),
    [
        ({}, BETTER, "defects: expected at least one"),
        ({"noise": defect()}, {"distance": "low"}, "better"),
        ({"noise": defect()}, {"distance": "low", "recall": "up"}, "'low' or 'high'"),
        ({"noise": defect((0.5, 0.0))}, BETTER, "noise: levels"),
        ({"noise": defect(metrics=("distance",))}, BETTER, "noise: values: expected the metrics"),
        ({"noise": defect(channels=2)}, BETTER, "noise: images: expected 1 or 3 channels"),
        ({"noise": defect((0.0, 2.0))}, BETTER, r"noise: images: .*\[0, 1\]"),
    ],
)
def test_what_does_not_fit_is_named(defects, better, words):
    with pytest.raises(ValueError, match=words):
        MetricExplorer(defects, better=better, reference=REFERENCE)
