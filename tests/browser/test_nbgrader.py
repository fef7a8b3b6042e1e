"""nbgrader's buttons with the course's assignments: Validate for students, Formgrader for staff."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from course_utils.building import student_copy
from tests.browser.conftest import SCREENSHOTS, JupyterLab

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir())
WRONG = """\
import tensorflow as tf


def kl_divergence(mu, sigma):
    return tf.reduce_sum(tf.square(sigma) + tf.square(mu) - 1 - 2 * tf.math.log(sigma), axis=1)
"""


@pytest.fixture(scope="module")
def student(tmp_path_factory) -> JupyterLab:
    """JupyterLab in a student's copy of the course."""
    folder = tmp_path_factory.mktemp("student")
    student_copy.write(ROOT, folder, ["vae"])
    lab = JupyterLab(folder)
    lab.start(tmp_path_factory.mktemp("student-lab"))
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def instructor(tmp_path_factory) -> JupyterLab:
    """JupyterLab in an instructor's copy of the course."""
    folder = tmp_path_factory.mktemp("instructor")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in ("solutions", "assignments"):
        shutil.copytree(ROOT / name, folder / name)
    lab = JupyterLab(folder)
    lab.start(tmp_path_factory.mktemp("instructor-lab"))
    yield lab
    lab.stop()


def validate(student, page, name, solutions):
    """Put solutions into the released notebook, press Validate, and return what it says."""
    solved = nbformat.read(ROOT / "solutions" / "vae" / "vae.ipynb", as_version=4)
    notebook = nbformat.read(student.folder / "assignments" / "vae" / "vae.ipynb", as_version=4)
    for ours, cell in zip(solved.cells, notebook.cells, strict=True):
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("solution"):
            cell.source = solutions.get(settings["grade_id"], ours.source)
    path = student.folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    student.open(page, path)
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    dialog.wait_for(timeout=300_000)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    return re.sub(r"\s+", " ", dialog.inner_text())


def test_validate_accepts_the_solution(student, page):
    assert "Success! Your notebook passes all the tests." in validate(student, page, "right", {})


def test_validate_tells_the_same_sentence_as_the_self_check(student, page):
    said = validate(student, page, "wrong", {"kl_divergence": WRONG})
    assert "½" in said or "half" in said, said
    assert "reparameterize" not in said


def test_formgrader_lists_every_assignment(instructor, page):
    page.goto(f"{instructor.address}/formgrader?token={instructor.token}")
    for name in ASSIGNMENTS:
        page.get_by_role("link", name=name, exact=True).first.wait_for()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "formgrader.png")
