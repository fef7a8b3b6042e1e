"""The assignment `vae` through stock nbgrader: the same verdicts as within one process."""

import html
import re
from itertools import zip_longest
from pathlib import Path

import pytest

from course_utils.grader.box import sandbox
from course_utils.grading.assignments.vae import ASSIGNMENT
from tests.grading.assignments.vae_variants import RIGHT
from tests.grading.stock_nbgrader import StockCourse, graded_by_the_course

ROOT = Path(__file__).parents[2]
POINTS = {f"{function.name}-test": 5 for function in ASSIGNMENT.functions}
NOTHING = dict.fromkeys(POINTS, 0)
# Each submission makes a mistake in every function. Every third one is enough here: all mistakes
# are graded by the same calls in tests/grading/assignments/test_vae.py, without a kernel for each.
WRONG = [
    [mistake for mistake in mistakes if mistake is not None]
    for mistakes in zip_longest(
        *(
            [(function, misconception) for misconception in function.misconceptions]
            for function in ASSIGNMENT.functions
        )
    )
][::3]
LIBRARY = """
from course_utils.losses import kl_to_standard_normal

def kl_divergence(mu, sigma):
    return kl_to_standard_normal(mu, 2 * tf.math.log(sigma))
"""


def cell(function, misconception):
    return function.cells(misconception)[0]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = StockCourse(ROOT, tmp_path_factory.mktemp("course"), "vae")
    course.submit_solution("perfect")
    course.submit("blank")
    course.submit(
        "half",
        {
            "reparameterize": RIGHT["reparameterize"]["static shape"],
            "kl_divergence": cell(*WRONG[0][1]),
            "vae_loss": RIGHT["vae_loss"]["a helper and another name"],
        },
    )
    course.submit("library", {"kl_divergence": LIBRARY})
    for number, mistakes in enumerate(WRONG):
        answers = {function.name: cell(function, mistake) for function, mistake in mistakes}
        course.submit(f"wrong-{number}", answers)
    course.grade()
    return course


def text_of(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


def automatic(course, student):
    scores = course.scores()[student]
    return {name: scores[name] for name in POINTS}


@pytest.mark.slow
def test_the_solution_gets_every_point(course):
    assert automatic(course, "perfect") == POINTS


@pytest.mark.slow
def test_the_release_gets_none(course):
    assert automatic(course, "blank") == NOTHING
    assert course.scores()["blank"]["question"] == 0


@pytest.mark.slow
def test_half_right_gets_half(course):
    assert automatic(course, "half") == NOTHING | {"reparameterize-test": 5, "vae_loss-test": 5}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_gets_nothing_and_reads_why(course, number):
    assert automatic(course, f"wrong-{number}") == NOTHING
    page = text_of(course.feedback(f"wrong-{number}"))
    for _, misconception in WRONG[number]:
        assert misconception.sentence in page
    assert "vae.grade" not in page


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.why_unavailable()), reason="bubblewrap does not work here")
def test_the_class_grader_gives_the_same_scores(course, tmp_path):
    ours = graded_by_the_course(course, ROOT, tmp_path)
    assert ours.scores() == course.scores()
    ours.nbgrader("export")
    keys = ("score", "max_score", "raw_score")
    assert {s: [row[k] for k in keys] for s, row in ours.exported().items()} == {
        s: [row[k] for k in keys] for s, row in course.exported().items()
    }


@pytest.mark.slow
def test_the_library_is_refused(course):
    assert automatic(course, "library") == NOTHING
    assert "calls the course's library" in text_of(course.feedback("library"))


@pytest.mark.slow
def test_validate_gives_the_verdict_of_the_self_checks(course):
    submission = course.folder / "submitted" / "half" / "vae" / "vae.ipynb"
    said = re.sub(r"\s+", " ", course.validate(submission))
    # The divergence is wrong, the reconstruction is not written, the question is not answered.
    assert "VALIDATION FAILED ON 3 CELL(S)" in said
    assert WRONG[0][1][1].sentence in said
    assert "reconstruction_loss is not written yet" in said
