"""`course grade` on hostile, broken and honest submissions to `vae`, in one batch."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from course_utils.grader import batch, recording, sandbox
from course_utils.grader.sandbox import Limits
from tests.grading.assignments import vae_variants
from tests.grading.attacks import ATTACKS, cell_of, hand_in
from tests.grading.stock_nbgrader import StockCourse, scores

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
    assert not any(scores(folder, "vae").get(name, {}).values())


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


HONEST = {
    f"{function}_{number}": {function: source}
    for function, variants in (
        ("reparameterize", vae_variants.REPARAMETERIZE),
        ("kl_divergence", vae_variants.KL_DIVERGENCE),
        ("reconstruction_loss", vae_variants.RECONSTRUCTION_LOSS),
        ("vae_loss", vae_variants.VAE_LOSS),
    )
    for number, source in enumerate(variants.values())
}


def test_no_honest_submission_is_flagged(tmp_path):
    """Every way of being right gets its points, and no status but `graded`."""
    assert len(HONEST) >= 40
    copy_course(tmp_path)
    for student, answers in HONEST.items():
        hand_in_answers(tmp_path, student, answers)
    for status in batch.grade(tmp_path, "vae", jobs=2):
        (answered,) = HONEST[status.student]
        points = {verdict["function"]: verdict["points"] for verdict in status.verdicts}
        assert status.status == "graded", status
        assert points.pop(answered) == 5, status
        assert not any(points.values())


def first(variants, number=0):
    return list(variants.values())[number]


WHOLE = {
    "reparameterize": first(vae_variants.REPARAMETERIZE),
    "kl_divergence": first(vae_variants.KL_DIVERGENCE),
    "reconstruction_loss": first(vae_variants.RECONSTRUCTION_LOSS),
    "vae_loss": first(vae_variants.VAE_LOSS),
}


def test_the_same_scores_as_stock_nbgrader(tmp_path):
    """On right, half right, reused names and untouched work; a mistake is charged once by both."""
    for folder in ("stock", "ours"):
        (tmp_path / folder).mkdir()
    stock = StockCourse(ROOT, tmp_path / "stock", "vae")
    submissions = {
        "right": WHOLE,
        "blank": {},
        "wrong_kl": WHOLE
        | {"kl_divergence": "def kl_divergence(mu, sigma):\n    return tf.reduce_sum(mu, axis=1)"},
        "names_reused": WHOLE
        | {
            "kl_divergence": "scale = 0.5\n\ndef kl_divergence(mu, sigma):\n    return scale * "
            "tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)",
            "reconstruction_loss": "scale = 'grey'\n" + WHOLE["reconstruction_loss"],
            "question": "It is β = 64.",
        },
    }
    for student, answers in submissions.items():
        path = stock.submit(student, answers)
        # The experiment gives no points and takes long.
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [
            c for c in notebook.cells if "experiment" not in c.metadata.get("tags", ())
        ]
        nbformat.write(notebook, path)
    ours = StockCourse(ROOT, tmp_path / "ours", "vae")
    shutil.copytree(stock.folder / "submitted", ours.folder / "submitted")
    (ours.folder / "notebooks").mkdir()
    batch.grade(ours.folder, "vae", jobs=2)
    stock.generate()
    stock.nbgrader("autograde", "vae")
    assert ours.scores() == stock.scores()
    for course in (ours, stock):
        course.nbgrader("export")
        course.nbgrader("generate_feedback", "vae")
    for student in submissions:
        keys = ("score", "max_score", "raw_score")
        assert [ours.exported()[student][key] for key in keys] == [
            stock.exported()[student][key] for key in keys
        ]
        assert "HIDDEN TESTS" not in ours.feedback(student)


def test_killing_the_grader_loses_nothing(tmp_path):
    copy_course(tmp_path)
    students = [f"s{number}" for number in range(5)]
    for student in students:
        hand_in_answers(tmp_path, student, {"kl_divergence": WHOLE["kl_divergence"]})
    command = [sys.executable, "-m", "course_utils.cli", "grade", "vae", "--jobs", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as run:
        patience = time.monotonic() + 300
        while not recording.statuses(tmp_path, "vae") and time.monotonic() < patience:
            assert run.poll() is None
            time.sleep(0.05)
        workers = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(signal.SIGKILL)
    before = {status.student: status for status in recording.statuses(tmp_path, "vae")}
    assert 0 < len(before) < len(students)
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive
    done = {status.student: status for status in batch.grade(tmp_path, "vae")}
    assert set(done) == set(students)
    assert {student: done[student] for student in before} == before
    assert all(sum(v["points"] for v in status.verdicts) == 5 for status in done.values())
    with open(tmp_path / "submitted" / "s1" / "vae" / "vae.ipynb", "a", encoding="utf-8") as file:
        file.write("\n")
    graded_anew = []
    original = recording.Recorder.record
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            recording.Recorder,
            "record",
            lambda self, result, *rest: (
                graded_anew.append(result.student) or original(self, result, *rest)
            ),
        )
        batch.grade(tmp_path, "vae")
    assert graded_anew == ["s1"]


def test_without_a_sandbox_it_refuses(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    with pytest.raises(ValueError, match=r"not installed.*--isolation none"):
        batch.choose_isolation("auto")
    assert batch.choose_isolation("none") == "none"


def test_isolation_none_is_recorded(tmp_path):
    copy_course(tmp_path)
    hand_in_answers(tmp_path, "s", {"kl_divergence": WHOLE["kl_divergence"]})
    (status,) = batch.grade(tmp_path, "vae", isolation="none")
    assert (status.status, status.isolation) == ("graded", "none")
    assert sum(verdict["points"] for verdict in status.verdicts) == 5


def test_a_missing_submission_has_a_status(tmp_path):
    copy_course(tmp_path)
    (status,) = batch.grade(tmp_path, "vae", students=["absent"])
    assert (status.status, status.verdicts) == ("missing", [])
    assert recording.statuses(tmp_path, "vae") == [status]
