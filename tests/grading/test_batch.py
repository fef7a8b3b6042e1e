"""Handing out and recording without a student's code: what breaks on the way stops nothing."""

import csv
import dataclasses
import html
import multiprocessing
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from course_utils.grader import batch, feedback, recording, report, tasks, work
from course_utils.grader.box import sandbox
from course_utils.grader.tasks import Result, Task, Verdict

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
    """Who was given to a worker; none runs. Whose name begins with R is right, nobody else."""
    seen = []

    def grade(task):
        seen.append(task.student)
        verdicts = [
            Verdict(
                t.grade_id,
                t.function,
                points=t.points if task.student.startswith("R") else 0.0,
                most=t.points,
                message="",
            )
            for t in task.tests.values()
        ]
        return Result(task.student, tasks.GRADED, "", verdicts, isolation=task.isolation)

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
        assert run(course)["ada"].status == tasks.INFRASTRUCTURE
    assert run(course)["ada"].status == tasks.GRADED


def test_a_record_that_fails_stops_nobody_else(course, graded, monkeypatch):
    hand_in(course, "ada", "bob", "eve")
    whole = recording.Recorder._record_scores

    def record(self, student, *rest):
        if student == "bob":
            raise RuntimeError("the database is locked")
        whole(self, student, *rest)

    monkeypatch.setattr(recording.Recorder, "_record_scores", record)
    statuses = {student: status.status for student, status in run(course).items()}
    assert statuses == {"ada": tasks.GRADED, "bob": tasks.INFRASTRUCTURE, "eve": tasks.GRADED}


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


def test_names_with_odd_characters_go_all_the_way(course, graded, monkeypatch):
    odd = ["<b>", "=1+1", "Rosé 'n' \"Ñ\"", "R%s; drop table student", "[ada]*", "学生"]
    hand_in(course, *odd)
    assert {student: one.status for student, one in run(course).items()} == dict.fromkeys(
        odd, tasks.GRADED
    )
    assert list(run(course)) == sorted(odd)
    assert len(graded) == len(odd)
    for page in feedback.write(course, "vae"):
        assert html.escape(page.parts[-3]) in page.read_text(encoding="utf-8")
    monkeypatch.setattr(report, "LONGEST_LIST", 3)
    said = report.write(course, "vae")
    # All are graded, none needs a look.
    assert "… and 6 more in exports/vae.csv" in said
    with open(course / "exports" / "vae_lms.csv", encoding="utf-8", newline="") as table:
        scores = {row["id"].removeprefix("'"): row["score"] for row in csv.DictReader(table)}
    assert scores == {student: "20.0" if student[0] == "R" else "0.0" for student in odd}


def gradebook(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def test_a_missing_submission_has_a_status(course, graded):
    assert run(course) == {}
    with gradebook(course) as grades:
        grades.add_student("absent")
    status = run(course)["absent"]
    assert (status.status, status.verdicts) == (tasks.MISSING, [])
    assert recording.statuses(course, "vae") == [status]
    hand_in(course, "absent")
    assert run(course, students=["absent"])["absent"].status == tasks.GRADED


def test_a_name_that_nobody_has_enters_no_gradebook(course, graded):
    hand_in(course, "ada")
    with pytest.raises(ValueError, match=r"'adda' is neither in the gradebook nor in submitted/"):
        run(course, students=["ada", "adda"])
    assert graded == []
    with gradebook(course) as grades:
        assert grades.students == []


def test_results_stay_when_the_submissions_have_gone(course, graded, capsys):
    hand_in(course, "Rosa")
    before = run(course)
    shutil.rmtree(course / "submitted")
    for force in (False, True):
        assert run(course, force=force) == before
        assert "results kept: Rosa" in capsys.readouterr().err
    assert (course / "autograded" / "Rosa" / "vae" / "vae.ipynb").exists()


def test_who_and_what_the_gradebook_does_not_know_is_entered(course, graded):
    hand_in(course, "Rosa")
    run(course)
    with gradebook(course) as grades:
        assert grades.find_assignment("vae").max_score == 25
        assert [student.id for student in grades.students] == ["Rosa"]
        assert grades.find_submission("vae", "Rosa").score == 20


def hand_in_again(course, student, timestamp=""):
    path = course / "submitted" / student / "vae" / "vae.ipynb"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    if timestamp:
        path.with_name("timestamp.txt").write_text(timestamp, encoding="utf-8")


def test_what_a_person_gave_stays_when_it_is_graded_again(course, graded):
    hand_in(course, "Rosa")
    run(course)
    with gradebook(course) as grades:
        grades.find_grade("question", "vae", "vae", "Rosa").manual_score = 3
        grades.find_grade("kl_divergence-test", "vae", "vae", "Rosa").extra_credit = 2
        grades.find_comment("question", "vae", "vae", "Rosa").manual_comment = "Why?"
        grades.db.commit()
    hand_in_again(course, "Rosa")
    run(course)
    with gradebook(course) as grades:
        assert grades.find_submission("vae", "Rosa").score == 25
        assert grades.find_comment("question", "vae", "vae", "Rosa").comment == "Why?"
        # As nbgrader does: somebody should look whether it still fits.
        assert grades.find_grade("question", "vae", "vae", "Rosa").needs_manual_grade


def test_a_broken_resubmission_takes_the_points_and_a_mended_one_brings_them_back(course, graded):
    hand_in(course, "Rosa")
    run(course)
    path = course / "submitted" / "Rosa" / "vae" / "vae.ipynb"
    whole = path.read_bytes()
    for content, status, score in ((b"{", tasks.INVALID, 0), (whole, tasks.GRADED, 20)):
        path.write_bytes(content)
        assert run(course)["Rosa"].status == status
        with gradebook(course) as grades:
            assert grades.find_submission("vae", "Rosa").score == score


def test_late_is_what_nbgrader_calls_late(course, graded):
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    hand_in(course, "Rosa", "Rudi", "Rana")
    hand_in_again(course, "Rosa", "2026-03-01 11:59:00 UTC")
    hand_in_again(course, "Rudi", "2026-03-01 12:00:01 UTC")
    hand_in_again(course, "Rana", "when it was done")
    run(course, students=["Rana"])
    with gradebook(course) as grades:
        grades.update_or_create_assignment("vae", duedate="2026-03-01 12:00:00")

    def scores():
        run(course)
        report.write(course, "vae")
        with open(course / "exports" / "vae_lms.csv", encoding="utf-8", newline="") as table:
            return {row["id"]: float(row["score"]) for row in csv.DictReader(table)}

    assert scores() == {"Rosa": 20, "Rudi": 0, "Rana": 20}
    hand_in_again(course, "Rosa", "2026-03-02 09:00:00 UTC")
    assert scores() == {"Rosa": 0, "Rudi": 0, "Rana": 20}


def test_what_somebody_solved_in_assignments_is_nobodys_answer(course, graded):
    hand_in(course, "ada")
    worked = course / "assignments" / "vae" / "vae.ipynb"
    shutil.copy(course / "solutions" / "vae" / "vae.ipynb", worked)
    path = course / "submitted" / "ada" / "vae" / "vae.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    nbformat.write(notebook, path)
    run(course)
    kept = course / "autograded" / "ada" / "vae" / "vae.ipynb"
    assert "She is not right" not in kept.read_text(encoding="utf-8")


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
                    other.set_result(Result(str(number), tasks.GRADED, ""))
        return future

    results = batch._results(submit, map(task, "abcdef"), 2)
    assert sorted(result.student for result in results) == ["0", "1", "2", "3", "4", "5"]


def test_a_lost_worker_is_no_fault_of_the_student():
    def submit(one):
        future = Future()
        future.set_exception(RuntimeError("killed"))
        return future

    (result,) = batch._results(submit, iter([task("ada")]), 2)
    assert (result.student, result.status) == ("ada", tasks.INFRASTRUCTURE)
    assert dataclasses.asdict(result)["isolation"] == tasks.BUBBLEWRAP


def test_nobody_waits_for_what_runs_when_somebody_stops_it(monkeypatch):
    monkeypatch.setattr(work, "grade", time.sleep)
    with pytest.raises(KeyboardInterrupt), batch._workers(2) as (submit, _):
        futures = [submit(120) for _ in range(4)]
        while not multiprocessing.active_children():
            time.sleep(0.05)
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()
    assert all(future.cancelled() or future.exception() for future in futures)


def test_no_worker_starts_once_somebody_has_stopped_them(monkeypatch):
    about_to_start, killed = threading.Event(), threading.Event()

    class SlowThreads(ThreadPoolExecutor):
        def submit(self, grade, task):
            def grade_late():
                about_to_start.set()
                killed.wait()
                return grade(task)

            return super().submit(grade_late)

    monkeypatch.setattr(batch, "ThreadPoolExecutor", SlowThreads)
    monkeypatch.setattr(multiprocessing, "active_children", lambda: killed.set() or [])
    monkeypatch.setattr(work, "grade", time.sleep)
    with pytest.raises(KeyboardInterrupt), batch._workers(1) as (submit, _):
        late = submit(0)
        about_to_start.wait()
        raise KeyboardInterrupt
    with pytest.raises(CancelledError):
        late.result()
