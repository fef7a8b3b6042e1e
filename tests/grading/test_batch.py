"""Handing out and recording without a student's code: what breaks on the way stops nothing."""

import dataclasses
import shutil
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from course_utils.grader import batch, recording, sandbox, work
from course_utils.grader.work import Result, Task

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    for built in ("solutions", "assignments"):
        shutil.copytree(ROOT / built / "vae", tmp_path / built / "vae")
    return tmp_path


def hand_in(course, *students):
    for student in students:
        shutil.copytree(ROOT / "assignments" / "vae", course / "submitted" / student / "vae")


@pytest.fixture
def graded(monkeypatch):
    """Who was given to a worker; no worker runs and everybody gets no points."""
    seen = []

    def grade(task):
        seen.append(task.student)
        verdicts = [
            {"test": t.grade_id, "function": t.function, "points": 0.0, "most": t.points}
            | {"message": "", "misconception": "", "tampered": ""}
            for t in task.tests.values()
        ]
        return Result(task.student, work.GRADED, "", verdicts, isolation=task.isolation)

    class Workers:
        def __enter__(self):
            return self.submit, 2

        def __exit__(self, *_):
            pass

        def submit(self, task):
            future = Future()
            try:
                future.set_result(grade(task))
            except Exception as error:
                future.set_exception(error)
            return future

    monkeypatch.setattr(batch, "_workers", lambda jobs: Workers())
    return seen


def run(course, **options):
    return {s.student: s for s in batch.grade(course, "vae", isolation="none", **options)}


def test_only_new_and_changed_are_graded(course, graded):
    hand_in(course, "ada", "bob", "eve")
    first = run(course)
    assert run(course) == first
    assert graded == ["ada", "bob", "eve"]
    with open(course / "submitted" / "bob" / "vae" / "vae.ipynb", "a", encoding="utf-8") as file:
        file.write("\n")
    run(course)
    assert graded[3:] == ["bob"]
    run(course, force=True)
    assert graded[4:] == ["ada", "bob", "eve"]


def test_what_the_grader_broke_is_graded_again(course, graded, monkeypatch):
    hand_in(course, "ada")
    with monkeypatch.context() as patch:
        patch.setattr(recording.Recorder, "_record_scores", lambda *_: 1 / 0)
        assert run(course)["ada"].status == work.INFRASTRUCTURE
    assert run(course)["ada"].status == work.GRADED


def test_a_record_that_fails_stops_nobody_else(course, graded, monkeypatch):
    hand_in(course, "ada", "bob", "eve")
    whole = recording.Recorder._record_scores

    def record(self, student, *rest):
        if student == "bob":
            raise RuntimeError("the database is locked")
        whole(self, student, *rest)

    monkeypatch.setattr(recording.Recorder, "_record_scores", record)
    statuses = {student: status.status for student, status in run(course).items()}
    assert statuses == {"ada": work.GRADED, "bob": work.INFRASTRUCTURE, "eve": work.GRADED}


def test_nobody_else_may_grade_meanwhile(course, graded):
    code = (
        "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('held', flush=True); sys.stdin.read()"
    )
    lock = course / recording.FOLDER / "vae" / ".lock"
    lock.parent.mkdir(parents=True)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, str(lock)], **pipes) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ValueError, match="another `course grade`"):
            run(course)
        other.communicate()
    assert run(course) == {}


def test_odd_names_are_left_out(course, graded, capsys):
    hand_in(course, "ada", "a\nb", ".git")
    assert list(run(course)) == ["ada"]
    assert "cannot be the name of a student" in capsys.readouterr().err
    with pytest.raises(ValueError, match="cannot be the name"):
        run(course, students=["../ada"])


def test_a_missing_submission_has_a_status(course, graded):
    status = run(course, students=["absent"])["absent"]
    assert (status.status, status.verdicts) == (work.MISSING, [])
    assert recording.statuses(course, "vae") == [status]


def test_without_a_sandbox_it_refuses(course, monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    with pytest.raises(ValueError, match=r"not installed.*--isolation none"):
        batch.grade(course, "vae")


def test_an_unknown_assignment_is_refused(course):
    with pytest.raises(ValueError, match=r"no assignment is called 'gans'"):
        batch.grade(course, "gans", isolation="none")


def task(student):
    return Task(student, "vae", (), {})


def test_no_more_than_so_many_are_on_their_way():
    running = []

    def submit(one):
        future = Future()
        running.append(future)
        assert sum(not other.done() for other in running) <= 2
        if len(running) % 2 == 0:
            for number, other in enumerate(running):
                if not other.done():
                    other.set_result(Result(str(number), work.GRADED, ""))
        return future

    results = batch._results(submit, map(task, "abcdef"), 2)
    assert sorted(result.student for result in results) == ["0", "1", "2", "3", "4", "5"]


def test_a_lost_worker_is_no_fault_of_the_student():
    def submit(one):
        future = Future()
        future.set_exception(RuntimeError("killed"))
        return future

    (result,) = batch._results(submit, iter([task("ada")]), 2)
    assert (result.student, result.status) == ("ada", work.INFRASTRUCTURE)
    assert dataclasses.asdict(result)["isolation"] == work.BUBBLEWRAP
