"""`course grade` on hostile, broken and honest submissions to `vae`, in one batch."""

import json
import shutil
import sqlite3
from pathlib import Path

import nbformat
import psutil
import pytest

from course_utils.grader import batch, recording, sandbox
from course_utils.grader.sandbox import Limits
from tests.grading.assignments import vae_variants
from tests.grading.attacks import ATTACKS, cell_of, hand_in

ROOT = Path(__file__).parents[2]
LIMITS = Limits(seconds=30, memory=600, scratch=64)
SECRETS = ("roots_hermitenorm", "BEGIN HIDDEN TESTS", "true_kl", "root:x:0:0", "Misconception(")

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


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class of attackers between two honest students, graded."""
    folder = tmp_path_factory.mktemp("attacked")
    copy_course(folder)
    for student in ("aaa_honest", "zzz_honest"):
        kl = next(iter(vae_variants.KL_DIVERGENCE.values()))
        hand_in_answers(folder, student, {"kl_divergence": kl})
    for name, attack in ATTACKS.items():
        hand_in(attack, folder / "submitted" / name / "vae", release())
    for path in folder.glob("submitted/*/vae/vae.ipynb"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 10**6:
            path.write_bytes(path.read_bytes().replace(b"COURSE", str(folder).encode()))
    statuses = batch.grade(folder, "vae", jobs=2, limits=LIMITS)
    return folder, {status.student: status for status in statuses}


def test_the_corpus_is_large():
    assert len(ATTACKS) >= 40


def test_every_submission_ends_in_a_status(course):
    _, statuses = course
    assert set(statuses) == {*ATTACKS, "aaa_honest", "zzz_honest"}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_as_expected(course, name):
    status = course[1][name]
    assert status.status in ATTACKS[name].statuses, status
    assert status.isolation == "bubblewrap" or status.status == "invalid"
    if status.status != "graded":
        assert status.sentence
    if status.status == "tampered":
        assert any(verdict["tampered"] for verdict in status.verdicts)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_no_point(course, name):
    folder, statuses = course
    assert sum(verdict["points"] for verdict in statuses[name].verdicts) == 0
    with sqlite3.connect(folder / "gradebook.db") as gradebook:
        query = "select max(g.auto_score), max(g.manual_score) from grade g join submitted_notebook n on g.notebook_id = n.id join submitted_assignment a on n.assignment_id = a.id where a.student_id = ?"  # noqa: E501
        automatic, manual = gradebook.execute(query, (name,)).fetchone()
    assert not automatic
    assert not manual


@pytest.mark.parametrize("student", ["aaa_honest", "zzz_honest"])
def test_nobody_else_is_touched(course, student):
    status = course[1][student]
    assert status.status == "graded"
    points = {verdict["function"]: verdict["points"] for verdict in status.verdicts}
    assert points == {
        "reparameterize": 0,
        "kl_divergence": 5,
        "reconstruction_loss": 0,
        "vae_loss": 0,
    }


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_hidden_is_in_what_a_student_gets(course, name):
    folder, statuses = course
    seen = json.dumps([*statuses[name].verdicts, statuses[name].sentence])
    path = folder / "autograded" / name / "vae" / "vae.ipynb"
    if path.exists():
        seen += path.read_text(encoding="utf-8")
    for secret in SECRETS:
        source = ATTACKS[name].code
        assert seen.count(secret) <= source.count(secret)


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
