"""The project from hand-in to leaderboard, with budgets of a few seconds."""

import dataclasses
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from course_utils.grader import batch, feedback, recording, report
from course_utils.grader.assigned import Assigned
from course_utils.grader.box import sandbox
from course_utils.grader.box.sandbox import Limits
from course_utils.project import judging
from tests.grading.stock_nbgrader import StockCourse, scores

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "assignments" / "project" / "project.ipynb"
SECONDS = 3.0
# Short trials, so that what is graded takes most of the time.
SETUP = "garments = garments[:200]\n"
BUILD = (
    "def build():\n    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(784)])\n\n"
)
TRAIN = "def train(x, seconds):\n"
DRAWS = "    return lambda n: "
HAND_INS = {
    "honest": None,
    "copier": f"{BUILD}{TRAIN}"
    "    rng = np.random.default_rng(0)\n"
    f"{DRAWS}np.clip(x[rng.permutation(len(x))[:n]] + rng.normal(0, 0.03, (n, 28, 28, 1)), 0, 1)\n",
    "same": f"{BUILD}{TRAIN}{DRAWS}np.repeat(x[:1].mean(0, keepdims=True), n, axis=0)\n",
    "diverged": f"{BUILD}{TRAIN}{DRAWS}np.full((n, 28, 28, 1), np.nan)\n",
    "few": f"{BUILD}{TRAIN}{DRAWS}x[: n // 2]\n",
    "raises": f"{BUILD}{TRAIN}    raise RuntimeError('no convergence')\n",
    "endless": f"{BUILD}{TRAIN}    while len(x) > 1000:\n        pass\n{DRAWS}x[:n]\n",
    "ends": f"{BUILD}{TRAIN}"
    "    import os\n\n    if len(x) > 1000:\n        os._exit(0)\n"
    f"{DRAWS}x[:n]\n",
    "borrowed": f"{BUILD}{TRAIN}"
    "    import importlib\n\n"
    "    models = importlib.import_module('course_utils.pretrained')\n"
    "    return models.load_pretrained('fashion_gan').sample\n",
    "bundled": f"weights = {[7] * 18_000}\n{BUILD}{TRAIN}{DRAWS}x[:n]\n",
    "beside": f"{BUILD}{TRAIN}{DRAWS}x[:n]\n",
    "pasted": f"{BUILD}{TRAIN}"
    "    from pathlib import Path\n\n"
    "    found = [path for path in Path.cwd().rglob('*') if path.suffix != '.py']\n"
    "    raise RuntimeError(f'files here: {found}')\n",
}
# A status, and what the student's page says.
EXPECTED = {
    "honest": ("graded", r"The Fréchet distance of the samples from real garments is \d"),
    "copier": ("copied", r"100% of the samples are copies of images in the data set"),
    "same": ("graded", r"All samples are the same picture"),
    "diverged": ("no-samples", r"gives values that are not finite"),
    "few": (
        "no-samples",
        r"an array of shape \(500, 28, 28, 1\). It should be \(1000, 28, 28, 1\)",
    ),
    "raises": ("no-samples", r"It stopped: RuntimeError in line 2 of the function: no convergence"),
    "endless": ("timeout", r"It used more than 3\.75 s of processor time"),
    "ends": ("crashed", r"Its process ended by itself"),
    "borrowed": ("no-samples", r"course_utils\.pretrained' has no attribute 'load_pretrained'"),
    "bundled": ("bundled", r"bytes of data along"),
    "beside": ("bundled", r"20,000 in files beside it"),
    # The sandbox does not show the notebook, so a picture in it counts as nothing.
    "pasted": ("no-samples", r"files here: \[\]"),
}

pytestmark = pytest.mark.slow


def hand_in(folder, student, code=None):
    """Hand in the released notebook with other code for the starting model, if there is any.

    The student `beside` adds a file, and `pasted` a picture in the notebook, of 20,000 bytes each.
    """
    path = folder / "submitted" / student / "project" / "project.ipynb"
    path.parent.mkdir(parents=True)
    notebook = nbformat.read(RELEASE, as_version=4)
    for cell in notebook.cells:
        if cell.source.startswith("LATENT") and code:
            cell.source = SETUP + code
        elif "experiment" in cell.metadata.get("tags", []):
            cell.source = ""
    if student == "pasted":
        notebook.cells[0]["attachments"] = {"image.png": {"image/png": "A" * 20_000}}
    elif student == "beside":
        path.with_name("weights.npz").write_bytes(bytes(20_000))
    nbformat.write(notebook, path)


def copy_course(folder):
    (folder / "notebooks").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for built in ("solutions", "assignments"):
        shutil.copytree(ROOT / built / "project", folder / built / "project")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class whose models are trained for `SECONDS`, and the levels moved to what these buy."""
    if reason := sandbox.why_unavailable():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("project")
    copy_course(folder)
    for student, code in HAND_INS.items():
        hand_in(folder, student, code)
    original = Assigned.task

    def task(self, submission, limits, isolation):
        made = original(self, submission, limits, isolation)
        return dataclasses.replace(made, training=SECONDS)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Assigned, "task", task)
        batch.grade(folder, "project", limits=Limits(seconds=100, patience=20))

    feedback.write(folder, "project")
    return folder


@pytest.fixture
def statuses(course):
    return {status.student: status for status in recording.statuses(course, "project")}


@pytest.mark.parametrize("student", EXPECTED)
def test_each_ends_with_its_own_status_and_sentence(statuses, student):
    status, sentence = EXPECTED[student]
    assert statuses[student].status == status, statuses[student]
    [verdict] = statuses[student].verdicts
    assert re.search(sentence, verdict.message), verdict.message
    assert not verdict.tampered and not verdict.differs


def test_points_follow_the_distance_and_reach_the_gradebook(course, statuses):
    [verdict] = statuses["honest"].verdicts
    assert verdict.points == pytest.approx(25 * judging.share_for(verdict.distance), abs=0.01)
    for student, row in scores(course, "project").items():
        expected = statuses[student].verdicts[0].points
        assert row["project-test"] == pytest.approx(expected), student
        assert (expected > 0) == (student == "honest")


def test_every_trained_model_is_shown_on_its_page(course, statuses):
    for student in ("honest", "copier"):
        page = (course / "feedback" / student / "project" / "project.html").read_text("utf-8")
        assert page.count("data:image/png;base64,") == 1
        assert EXPECTED[student][0] == statuses[student].status
    page = (course / "feedback" / "bundled" / "project" / "project.html").read_text("utf-8")
    assert "bytes of data along" in page and "data:image" not in page


def test_the_leaderboard_has_no_names(course, statuses):
    text = report.write(course, "project")
    board = (course / "exports" / "project_leaderboard.html").read_text("utf-8")
    distance = f"{statuses['honest'].verdicts[0].distance:.3g}"
    for shown in (board, text.partition("Leaderboard")[2].partition("\n\n")[0]):
        assert distance in shown and "real garments" in shown
        assert not [student for student in HAND_INS if student in shown]
    assert board.count("data:image/png;base64,") == 1
    assert "reteach" not in (course / "exports" / "project.html").read_text("utf-8")


def test_stock_nbgrader_gives_points_by_the_same_rules(tmp_path):
    stock = StockCourse(ROOT, tmp_path, "project")
    source = stock.folder / "solutions" / "project" / "project.ipynb"
    text = source.read_text("utf-8")
    assert "points=25)" in text
    source.write_text(text.replace("points=25)", f"points=25, seconds={SECONDS})"), "utf-8")
    for student, code in {"honest": "honest", "bundled": "bundled", "pasted": "beside"}.items():
        hand_in(tmp_path, student, HAND_INS[code])
    stock.grade()
    found = stock.scores()
    assert found["honest"]["project-test"] in [25 * share for _, share in judging.LEVELS]
    assert found["bundled"]["project-test"] == found["pasted"]["project-test"] == 0
    assert re.search(EXPECTED["bundled"][1], stock.feedback("bundled"))
    assert re.search(r"20,\d{3} in files beside it or pictures pasted", stock.feedback("pasted"))
