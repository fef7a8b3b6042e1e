import numpy as np
import pytest

from course_utils.explorers import TrainingReplay

REAL = np.zeros((5, 2))
STEPS = np.array([0, 10, 30])
SAMPLES = np.linspace(-1, 1, 3 * 4 * 2).reshape(3, 4, 2)
SCORES = np.array([0.0, 1.0, 8.0])
BELIEFS = np.linspace(0, 1, 3 * 6 * 6).reshape(3, 6, 6)


def test_the_page_holds_every_run_in_order():
    samples = {"collapse": SAMPLES, "cure": -SAMPLES}
    scores = {"collapse": SCORES[::-1], "cure": SCORES}
    beliefs = {"collapse": BELIEFS, "cure": 1 - BELIEFS}
    explorer = TrainingReplay(REAL, STEPS, samples, scores, score="modes", beliefs=beliefs)
    collapse, cure = explorer.options["runs"]
    assert (collapse["name"], cure["name"]) == ("collapse", "cure")
    np.testing.assert_allclose(cure["samples"], -SAMPLES, atol=0.006)
    assert cure["scores"] == SCORES.tolist()
    # A row from the top of the grid stays a row: the page fills its picture in this order.
    np.testing.assert_allclose(collapse["beliefs"][1], BELIEFS[1].ravel(), atol=0.006)
    assert explorer.options["side"] == 6
    html = explorer.to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html


def test_without_beliefs_the_planes_stay_unshaded():
    explorer = TrainingReplay(REAL, STEPS, {"a": SAMPLES}, {"a": SCORES})
    assert explorer.options["side"] == 0 and explorer.options["runs"][0]["beliefs"] is None


def replay(real=REAL, steps=STEPS, samples=SAMPLES, scores=SCORES, **options):
    return TrainingReplay(real, steps, {"a": samples}, {"a": scores}, **options)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: replay(real=np.zeros((5, 3))), "real"),
        (lambda: replay(steps=np.array([0, 30, 10])), "steps: expected two or more"),
        (lambda: replay(steps=np.array([0.0, 1.0, 2.0])), "steps: expected integers"),
        (lambda: replay(samples=SAMPLES[:2]), r"samples: expected shape \(S=3, N, 2\)"),
        (lambda: replay(samples=np.full_like(SAMPLES, np.nan)), "samples: expected finite"),
        (lambda: replay(scores=-SCORES), "scores"),
        (lambda: replay(beliefs={"a": BELIEFS + 1}), "beliefs: expected values in"),
        (lambda: replay(beliefs={"a": BELIEFS[:, :3]}), "beliefs: expected shape"),
        (lambda: replay(beliefs={"b": BELIEFS}), r"beliefs: expected the runs \['a'\]"),
        (lambda: replay(window=(1, 1)), "window"),
        (lambda: TrainingReplay(REAL, STEPS, {}, {}), "at least one run"),
        (lambda: TrainingReplay(REAL, STEPS, {"a": SAMPLES}, {}), "scores: expected the runs"),
    ],
)
def test_what_does_not_fit_is_named(build, words):
    with pytest.raises(ValueError, match=words):
        build()
