"""`course grade` on hostile, broken and honest submissions to `vae`, in one batch."""

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from itertools import zip_longest
from pathlib import Path

import nbformat
import psutil
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from course_utils.grader import batch, feedback, recording, report
from course_utils.grader.assigned import Assigned
from course_utils.grader.box import sandbox
from course_utils.grader.box.sandbox import Limits
from tests.grading.assignments import vae_variants
from tests.grading.attacks import ATTACKS, cell_of, hand_in
from tests.grading.habits import CHANGED_LATER, GONE_LATER, HABITS
from tests.grading.stock_nbgrader import scores

ROOT = Path(__file__).parents[2]
# Patience, since the machine that runs the tests may do much else.
LIMITS = Limits(seconds=60, patience=30, memory=600, scratch=64)
# For those who use all the time they get.
SHORT = Limits(seconds=8, patience=60, memory=600, scratch=64)
SECRETS = (
    "roots_hermitenorm",
    "BEGIN HIDDEN TESTS",
    "true_kl",
    "root:x:0:0",
    "Misconception(",
    "LEAKED",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(sandbox.why_unavailable()), reason="bubblewrap does not work here"),
]


def release():
    return nbformat.read(ROOT / "assignments" / "vae" / "vae.ipynb", as_version=4)


def copy_course(folder):
    """The part of the course that grading needs."""
    (folder / "notebooks").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for built in ("solutions", "assignments"):
        shutil.copytree(ROOT / built / "vae", folder / built / "vae")


def hand_in_answers(course, student, answers):
    """The released notebook with some cells filled in."""
    notebook = release()
    for grade_id, source in answers.items():
        cell_of(notebook, grade_id).source = source
    path = course / "submitted" / student / "vae" / "vae.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


WHOLE = {
    function: next(iter(variants.values())) for function, variants in vae_variants.RIGHT.items()
}
ENDLESS_KL = "def kl_divergence(mu, sigma):\n    while True:\n        pass\n"
# Each is right in all that it answers, in a way of its own.
HONEST = {
    f"{'akrz'[number % 4]}_honest_{number}": {
        function: source for function, source in zip(WHOLE, sources, strict=True) if source
    }
    for number, sources in enumerate(
        zip_longest(*(variants.values() for variants in vae_variants.RIGHT.values()))
    )
} | {f"h_habit_{number}": {"kl_divergence": code} for number, code in enumerate(HABITS.values())}
# Right in one function; later cells stand where another should.
LATER = {
    f"l_later_{number}": {"kl_divergence": code, "vae_loss": later}
    for number, (code, later) in enumerate(CHANGED_LATER.values())
}
GONE = {
    f"m_gone_{number}": {"kl_divergence": code, "vae_loss": later}
    for number, (code, later) in enumerate(GONE_LATER.values())
}
# A wrong function that another calls in the student's own way.
OWN_NAMES = {
    "kl_divergence": "def kl_divergence(m, s, scale=1.0):\n"
    "    return tf.reduce_sum(m**2 + s**2 - 1 - 2 * tf.math.log(s), axis=1)\n",
    "reconstruction_loss": WHOLE["reconstruction_loss"],
    "vae_loss": "def vae_loss(x, logits, mu, sigma):\n"
    "    kl = kl_divergence(s=sigma, m=mu, scale=2.0)\n"
    "    return tf.reduce_mean(reconstruction_loss(x, logits) + kl)\n",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Attackers among honest students, graded as one class: workers take seconds to start."""
    folder = tmp_path_factory.mktemp("attacked")
    copy_course(folder)
    for student, answers in (HONEST | LATER | GONE | {"own_names": OWN_NAMES}).items():
        hand_in_answers(folder, student, answers)
    hand_in_answers(folder, "endless_by_mistake", WHOLE | {"kl_divergence": ENDLESS_KL})
    for name, attack in ATTACKS.items():
        hand_in(attack, folder / "submitted" / name / "vae", release())
    for path in folder.glob("submitted/*/vae/vae.ipynb"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 10**6:
            path.write_bytes(path.read_bytes().replace(b"COURSE", str(folder).encode()))
    original = Assigned.task

    def task(self, submission, limits, isolation):
        return original(
            self, submission, SHORT if "endless" in submission.student else limits, isolation
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Assigned, "task", task)
        statuses = batch.grade(folder, "vae", jobs=2, limits=LIMITS)
    return folder, {status.student: status for status in statuses}


def test_the_corpus_is_large():
    assert len(ATTACKS) >= 100
    assert len(HONEST | LATER) >= 80


def test_every_submission_ends_in_a_status(course):
    _, statuses = course
    assert set(statuses) == {*ATTACKS, *HONEST, *LATER, *GONE, "own_names", "endless_by_mistake"}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_as_expected(course, name):
    status = course[1][name]
    assert status.status in ATTACKS[name].statuses, status
    assert status.isolation == "bubblewrap" or status.status == "invalid"
    if status.status != "graded":
        assert status.sentence
    if status.status == "tampered":
        assert any(verdict.tampered for verdict in status.verdicts)


@pytest.fixture(scope="module")
def gradebook(course):
    return scores(course[0], "vae")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_no_point(course, gradebook, name):
    assert sum(verdict.points for verdict in course[1][name].verdicts) == 0
    assert not any(gradebook.get(name, {}).values())


@pytest.mark.parametrize("student", HONEST | LATER)
def test_no_honest_submission_is_flagged(course, student):
    """Every way of being right gets its points, whoever else is in the class."""
    status = course[1][student]
    answered = HONEST.get(student, ["kl_divergence"])
    points = {verdict.function: verdict.points for verdict in status.verdicts}
    assert status.status == "graded", status
    assert points == dict.fromkeys(WHOLE, 0) | dict.fromkeys(answered, 5), status


@pytest.mark.parametrize("student", GONE)
def test_what_changes_after_the_self_check_is_told_and_accuses_nobody(course, student):
    status = course[1][student]
    assert status.status == "differs", status
    verdict = next(v for v in status.verdicts if v.function == "kl_divergence")
    assert (verdict.points, verdict.tampered) == (0, "")
    assert "Restart the kernel" in verdict.message


def test_a_mistake_is_not_charged_twice_whatever_the_parameters_are_called(course):
    status = course[1]["own_names"]
    points = {verdict.function: verdict.points for verdict in status.verdicts}
    assert points == {"kl_divergence": 0, "reconstruction_loss": 5, "vae_loss": 5} | {
        "reparameterize": 0
    }
    assert status.status == "graded"


def test_an_endless_function_costs_its_own_points_alone(course):
    status = course[1]["endless_by_mistake"]
    assert status.status == "timeout"
    points = {verdict.function: verdict.points for verdict in status.verdicts}
    assert points == dict.fromkeys(WHOLE, 5) | {"kl_divergence": 0}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_hidden_is_in_what_a_student_gets(course, name):
    folder, statuses = course
    seen = json.dumps(dataclasses.asdict(statuses[name]))
    path = folder / "autograded" / name / "vae" / "vae.ipynb"
    if path.exists():
        seen += path.read_text(encoding="utf-8")
    for secret in SECRETS:
        source = ATTACKS[name].code
        assert seen.count(secret) <= source.count(secret)


def test_no_markup_of_a_student_reaches_an_instructors_browser(course):
    """nbgrader's Formgrader shows the graded notebook with the rights of whoever looks at it."""
    folder, _ = course
    path = folder / "autograded" / "scripts_everywhere" / "vae" / "vae.ipynb"
    notebook = nbformat.read(path, as_version=4)
    settings = Config()
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = ""
    place = {"index": 0, "total": 1}
    page, _ = HTMLExporter(config=settings).from_notebook_node(notebook, place)
    assert page.count("MARKUP") == 6
    assert not re.search(r"<(script|img|svg|a)\b[^>]*>?MARKUP", page)


def test_feedback_and_report_take_everybody(course):
    folder, statuses = course
    pages = feedback.write(folder, "vae")
    assert len(pages) == sum(status.status != "missing" for status in statuses.values())
    for page in pages:
        assert not re.search(r"<(script|img (?!alt)|a )", page.read_text(encoding="utf-8"))
    # Attackers have no misconceptions.
    assert "kl_divergence: wrong in another way" in report.write(folder, "vae")


def test_no_process_is_left(course):
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert ["/usr/bin/sleep", "98765"] not in commands


def test_output_is_cut(course):
    folder, _ = course
    for name in ("floods_the_output", "shows_a_huge_page"):
        path = folder / "autograded" / name / "vae" / "vae.ipynb"
        assert path.stat().st_size < 3 * LIMITS.output


def test_repairs_are_told(course):
    _, statuses = course
    assert "more than once" in str(statuses["test_copied"].repairs)
    assert "put back" in str(statuses["test_deleted"].repairs)
    assert "restored" in str(statuses["test_altered"].repairs)
    assert "old format" in str(statuses["version_3"].repairs)
    assert "for R" in str(statuses["kernel_of_another_language"].repairs)
    assert "numpy.py" in str(statuses["module_named_numpy"].repairs)
    assert "200 MB" in statuses["two_hundred_megabytes"].sentence


def test_a_second_run_grades_nobody_again(course, monkeypatch):
    folder, statuses = course
    monkeypatch.setattr(recording.Recorder, "record", lambda *_: pytest.fail("graded again"))
    again = batch.grade(folder, "vae", jobs=2, limits=LIMITS)
    assert {status.student: status for status in again} == statuses


def test_killing_the_grader_loses_nothing(tmp_path, monkeypatch):
    copy_course(tmp_path)
    students = [f"s{number}" for number in range(5)]
    for student in students:
        hand_in_answers(tmp_path, student, {"kl_divergence": WHOLE["kl_divergence"]})
    command = [sys.executable, "-m", "course_utils.cli", "grade", "vae", "--jobs", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as run:
        patience = time.monotonic() + 900
        while len(recording.statuses(tmp_path, "vae")) < 2 and time.monotonic() < patience:
            assert run.poll() is None
            time.sleep(0.05)
        workers = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(signal.SIGKILL)
    before = {status.student: status for status in recording.statuses(tmp_path, "vae")}
    assert 1 < len(before) < len(students)
    _, alive = psutil.wait_procs(workers, timeout=120)
    assert not alive
    changed = next(iter(before))
    path = tmp_path / "submitted" / changed / "vae" / "vae.ipynb"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    graded = []
    original = recording.Recorder.record

    def record(self, result, *rest):
        graded.append(result.student)
        return original(self, result, *rest)

    monkeypatch.setattr(recording.Recorder, "record", record)
    done = {status.student: status for status in batch.grade(tmp_path, "vae")}
    assert set(done) == set(students)
    assert set(graded) == {*students} - {*before} | {changed}
    assert {student: done[student] for student in before if student != changed} == {
        student: status for student, status in before.items() if student != changed
    }
    assert all(sum(v.points for v in status.verdicts) == 5 for status in done.values())


def test_a_notebook_runs_in_the_folder_where_it_lay(tmp_path):
    copy_course(tmp_path)
    notebook = release()
    cell_of(notebook, "kl_divergence").source = (
        "import helpers\nfactor = helpers.half * float(open('../data/factor.txt').read())\n"
        + WHOLE["kl_divergence"].replace("0.5 *", "factor *")
    )
    folder = tmp_path / "submitted" / "s" / "vae"
    (folder / "homework").mkdir(parents=True)
    (folder / "data").mkdir()
    nbformat.write(notebook, folder / "homework" / "vae.ipynb")
    (folder / "homework" / "helpers.py").write_text("half = 0.5", encoding="utf-8")
    (folder / "data" / "factor.txt").write_text("1", encoding="utf-8")
    (status,) = batch.grade(tmp_path, "vae")
    assert status.status == "graded", status
    assert sum(verdict.points for verdict in status.verdicts) == 5


def test_isolation_none_is_recorded(tmp_path):
    copy_course(tmp_path)
    hand_in_answers(tmp_path, "s", {"kl_divergence": WHOLE["kl_divergence"]})
    (status,) = batch.grade(tmp_path, "vae", isolation="none")
    assert (status.status, status.isolation) == ("graded", "none")
    assert sum(verdict.points for verdict in status.verdicts) == 5
