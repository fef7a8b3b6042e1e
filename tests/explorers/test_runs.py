import numpy as np
import pytest

from course_utils.explorers import RunCurves

LOSS = np.array([2.0, 1.0, 0.51234567])


def test_a_page_holds_every_curve():
    slow, fast = {"train": LOSS, "test": LOSS + 1}, {"train": LOSS / 2, "test": LOSS}
    explorer = RunCurves({"slow": slow, "fast": fast}, quantity="error")
    assert [run["name"] for run in explorer.options["runs"]] == ["slow", "fast"]
    assert explorer.options["curves"] == ["train", "test"]
    np.testing.assert_allclose(
        explorer.options["runs"][1]["curves"]["train"], LOSS / 2, rtol=1e-3, atol=0
    )
    html = explorer.to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ({}, "runs: expected at least one run"),
        ({"a": {}}, r"runs: expected the curves \[\]"),
        ({"a": {"train": LOSS}, "b": {"test": LOSS}}, r"curves \['train'\].*\['test'\] in 'b'"),
        ({"a": {"train": LOSS[:0]}}, r"runs\['a'\]\['train'\]: expected shape"),
        ({"a": {"train": LOSS * np.nan}}, r"runs\['a'\]\['train'\]: expected finite"),
    ],
)
def test_what_does_not_fit_is_named(runs, words):
    with pytest.raises(ValueError, match=words):
        RunCurves(runs)
