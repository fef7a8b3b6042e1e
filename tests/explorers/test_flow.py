import numpy as np
import pytest

from course_utils.explorers import AttributeEditor, FlowGrid

POINTS = np.random.default_rng(0).normal(size=(3, 5, 2))
GRID = np.zeros((3, 4, 6, 2))
EDITS = np.random.default_rng(0).random((2, 3, 4, 4, 1))
STRENGTHS = [-1, 0, 1]


def test_the_page_holds_every_stage():
    explorer = FlowGrid(POINTS, GRID, labels=np.arange(5))
    np.testing.assert_allclose(explorer.options["points"], POINTS, atol=1e-3)
    np.testing.assert_allclose(explorer.options["grid"], GRID)
    assert explorer.options["reach"] >= np.abs(POINTS).max()
    assert explorer.options["labels"] == [0, 1, 2, 3, 4]
    assert "A flow bends the plane" in explorer.to_html()


def test_the_page_holds_every_edit():
    explorer = AttributeEditor({"bold": EDITS, "slanted": 1 - EDITS}, STRENGTHS, labels=[3, 4])
    assert [attribute["name"] for attribute in explorer.options["attributes"]] == [
        "bold",
        "slanted",
    ]
    images = np.array(explorer.options["attributes"][1]["images"])
    np.testing.assert_allclose(images, 1 - EDITS.reshape(2, 3, 16), atol=1e-3)
    assert explorer.options["shape"] == [4, 4, 1]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: FlowGrid(POINTS[:1], GRID[:1]), "at least 2 stages"),
        (lambda: FlowGrid(POINTS, GRID[:2]), "grid"),
        (lambda: FlowGrid(POINTS[..., :1], GRID), "points"),
        (lambda: FlowGrid(POINTS, GRID, labels=[0, 1]), "labels"),
        (lambda: FlowGrid(np.full_like(POINTS, np.nan), GRID), "points.*finite"),
        (lambda: AttributeEditor({}, STRENGTHS), "at least one"),
        (lambda: AttributeEditor({"bold": EDITS}, [0, 1]), "edits"),
        (lambda: AttributeEditor({"bold": EDITS}, [1, 2, 3]), "through 0"),
        (lambda: AttributeEditor({"bold": EDITS}, [1, 0, -1]), "through 0"),
        (lambda: AttributeEditor({"bold": 2 * EDITS}, STRENGTHS), "edits"),
        (lambda: AttributeEditor({"bold": np.repeat(EDITS, 2, -1)}, STRENGTHS), "channels"),
    ],
)
def test_what_does_not_fit_is_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()
