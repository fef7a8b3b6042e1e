"""Stock nbgrader's commands, with the course's configuration, on a small assignment."""

import html
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from course_utils.building import folders
from tests.grading.stock_nbgrader import StockCourse

ROOT = Path(__file__).parents[2]
TINY = '''\
# %% [markdown]
# # Twice

# %% locked="setup"
import os

import numpy as np

assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"

# %% solution="double"
def double(x):
    """Twice x."""
    # BEGIN SOLUTION
    return np.multiply(x, 2)
    # END SOLUTION


# %% test="double-test" points=3
assert double(2) == 4, "twice 2 is 4"
# BEGIN HIDDEN TESTS
assert double(-1.5) == -3, "negative numbers can be doubled too"
# END HIDDEN TESTS

# %% solution="half"
def half(x):
    """Half of x."""
    # BEGIN SOLUTION
    return np.divide(x, 2)
    # END SOLUTION


# %% test="half-test" points=2
assert half(2) == 1, "half of 2 is 1"

# %% [markdown] answer="why" points=4
# Because halving undoes doubling.
'''


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    (root / "notebooks" / "assignments").mkdir(parents=True)
    (root / "notebooks" / "assignments" / "twice.py").write_text(TINY, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    folders.build(root)
    course = StockCourse(root, tmp_path_factory.mktemp("course"), "twice")
    course.submit_solution("perfect")
    course.submit("blank")
    course.submit("hidden_wrong", {"double": "def double(x):\n    return 4"})
    course.submit("noisy", {"double": "import sys\ndef double(x):\n    return 2 * x",
                            "half": "def half(x):\n    print('?', file=sys.stderr)\n"
                                    "    return x / 2"})  # fmt: skip
    built = (course.folder / "assignments" / "twice" / "twice.ipynb").read_bytes()
    course.grade()
    course.built = built
    return course


def shown(page):
    """The text that a browser shows of an HTML page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


@pytest.mark.slow
def test_scores(course):
    assert course.scores() == {
        "perfect": {"double-test": 3, "half-test": 2, "why": None},
        "blank": {"double-test": 0, "half-test": 0, "why": 0},
        "hidden_wrong": {"double-test": 0, "half-test": 0, "why": 0},
        # A test cell that writes to standard error gets nothing, however right the value is.
        "noisy": {"double-test": 3, "half-test": 0, "why": 0},
    }


@pytest.mark.slow
def test_export_has_a_row_for_each_student(course):
    scores = {student: float(row["score"]) for student, row in course.exported().items()}
    assert scores == {"perfect": 5, "blank": 0, "hidden_wrong": 0, "noisy": 3}


@pytest.mark.slow
def test_the_builder_releases_what_nbgrader_releases(course):
    released = course.folder / "assignments" / "twice" / "twice.ipynb"
    assert released.read_bytes() == course.built


@pytest.mark.slow
def test_validate_tells_a_student_where_things_stand(course):
    submitted = course.folder / "submitted"
    assert "Success!" in course.validate(submitted / "perfect" / "twice" / "twice.ipynb")
    said = course.validate(submitted / "blank" / "twice" / "twice.ipynb")
    assert "VALIDATION FAILED ON 3 CELL(S)" in said
    assert "Your code goes here." in said


@pytest.mark.slow
def test_feedback_shows_the_score_and_the_reason(course):
    page = shown(course.feedback("hidden_wrong"))
    assert "AssertionError: negative numbers can be doubled too" in page
    assert "Score: 0.0 / 9.0" in page


@pytest.mark.slow
@pytest.mark.parametrize("student", ["perfect", "blank", "hidden_wrong"])
def test_feedback_does_not_show_hidden_tests(course, student):
    page = shown(course.feedback(student))
    assert "assert double(2) == 4" in page
    assert "assert double(-1.5)" not in page
    assert "HIDDEN TESTS" not in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cell: cell.update(source="# BEGIN SOLUTION\nreturn 1"), "no end solution"),
        (lambda cell: cell.metadata.nbgrader.update(grade_id="half-test"), "half-test"),
    ],
)
def test_a_release_that_fails_leaves_the_one_before(course, change, said):
    path = course.folder / "solutions" / "twice" / "twice.ipynb"
    released = course.folder / "assignments" / "twice" / "twice.ipynb"
    whole, before = path.read_bytes(), released.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    change(next(c for c in notebook.cells if c.source.startswith("def double")))
    nbformat.write(notebook, path)
    try:
        with pytest.raises(AssertionError, match=said):
            course.generate()
    finally:
        path.write_bytes(whole)
    assert released.read_bytes() == before


# nbgrader's writer, which breaks off in the middle of the notebook.
BREAKS_OFF = """
from nbconvert.writers import FilesWriter
from nbgrader.apps import NbGraderApp

def write(self, output, resources, notebook_name):
    with open(f"{self.build_directory}/{notebook_name}.ipynb", "w") as file:
        file.write(output[:100])
    raise ERROR

FilesWriter.write = write
NbGraderApp.launch_instance(["generate_assignment", "twice"])
"""


@pytest.mark.slow
@pytest.mark.parametrize("error", ["OSError(28, 'No space left on device')", "KeyboardInterrupt"])
def test_a_release_that_breaks_off_leaves_the_one_before(course, error):
    folder = course.folder / "assignments" / "twice"
    (folder / "table.csv").write_bytes(b"1")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(AssertionError, match="is as it was"):
        course.python("-c", BREAKS_OFF.replace("ERROR", error))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.slow
def test_a_question_that_comes_after_grading_is_released(course):
    path = course.folder / "solutions" / "twice" / "twice.ipynb"
    whole = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    question = nbformat.from_dict(notebook.cells[-1])
    question.metadata.nbgrader.grade_id = question.id = "why-not"
    notebook.cells.append(question)
    nbformat.write(notebook, path)
    course.generate()
    released = course.folder / "assignments" / "twice" / "twice.ipynb"
    assert "why-not" in released.read_text(encoding="utf-8")
    assert course.scores()["perfect"] == {"double-test": 3, "half-test": 2, "why": None} | {
        "why-not": None
    }
    path.write_bytes(whole)
    course.generate()
    assert "why-not" not in course.scores()["perfect"]


def test_an_answer_to_no_cell_is_refused(course):
    with pytest.raises(ValueError, match="no cell with the grade_id double_test"):
        course.submit("typo", {"double_test": ""})
