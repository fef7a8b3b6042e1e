"""The settings with which a playground opens."""

import pytest

from course_utils.explorers import Playground


def test_the_page_holds_all_it_needs():
    page = Playground("flow_matching", "moons", learning_rate=0.002, seed=3).to_html()
    assert "self.onmessage" in page  # the worker's own text
    assert "import " not in page.split("<script")[1].split('"worker"')[0]
    assert len(page) < 150_000


def test_settings_travel_as_they_are():
    settings = Playground(
        "gan", "drawn", drawn=[(0.12345, 1)], objective="hinge", r1=True, average=True, grid=True
    ).options["settings"]
    assert settings["drawn"] == [[0.123, 1.0]]
    assert {name: settings[name] for name in ("objective", "r1", "average", "grid")} == {
        "objective": "hinge",
        "r1": True,
        "average": True,
        "grid": True,
    }


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"model": "gpt"}, "model: expected one of gan, vae"),
        ({"shape": "ball"}, "shape: expected one of ring"),
        ({"objective": "least"}, "objective: expected one of non_saturating"),
        ({"shape": "drawn"}, "drawn: expected"),
        ({"learning_rate": 0}, "learning_rate: expected"),
        ({"beta": -1}, "beta: expected"),
    ],
)
def test_what_cannot_be_is_refused(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        Playground(**settings)
