import keras
import numpy as np
import pytest

from course_utils.explorers import FaceSwap, export_network

SMILE, TURN = np.array([0.5, 0.0, 0.25]), np.array([0.0, -1.0, 0.125])


def decoder(latent=3, height=4):
    return export_network(
        keras.Sequential(
            [
                keras.Input((latent,)),
                keras.layers.Dense(height * 12),
                keras.layers.Reshape((height, 4, 3)),
            ]
        )
    )


def test_the_page_holds_start_directions_and_decoders():
    decoders = {"Ann": decoder(), "Ben": decoder()}
    directions = {"smile": SMILE, "turn": TURN}
    explorer = FaceSwap(decoders, np.full(3, 0.1), directions, both_ways=("turn",))
    assert explorer.options["start"] == [0.1, 0.1, 0.1]
    assert explorer.options["sliders"] == [
        {"name": "smile", "least": 0, "direction": SMILE.tolist()},
        {"name": "turn", "least": -1, "direction": TURN.tolist()},
    ]
    assert explorer.options["decoders"]["Ben"] == decoders["Ben"].to_json()
    assert explorer.to_html().count("<script") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decoders": {}}, "decoders: expected at least one"),
        ({"directions": {}}, "directions: expected at least one"),
        ({"decoders": {"Ann": decoder(4)}}, "decoder 'Ann' leads from"),
        ({"decoders": {"Ann": decoder(), "Ben": decoder(height=5)}}, "decoder 'Ben' leads from"),
        ({"directions": {"smile": SMILE[:2]}}, r"directions\['smile'\]: expected shape \(D=3,\)"),
        ({"start": np.array([0.0, np.nan, 0.0])}, "start: expected finite"),
        ({"both_ways": ("nod",)}, "both_ways: expected names among smile; got 'nod'"),
    ],
)
def test_what_does_not_fit_is_named(changes, words):
    arguments = {
        "decoders": {"Ann": decoder()},
        "start": np.zeros(3),
        "directions": {"smile": SMILE},
        **changes,
    }
    with pytest.raises(ValueError, match=words):
        FaceSwap(**arguments)
