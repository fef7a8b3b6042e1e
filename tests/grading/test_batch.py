"""Handing out and recording, without students' code: no single failure stops the batch."""

import contextlib
import csv
import dataclasses
import functools
import html
import multiprocessing
import multiprocessing.util
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbgrader import api
from nbgrader.api import Gradebook
from sqlalchemy.exc import OperationalError

from course_utils.building import gradebook as building_gradebook
from course_utils.grader import (
    batch,
    feedback,
    recording,
    report,
    roster,
    tasks,
    work,
    workers,
)
from course_utils.grader.assigned import assigned
from course_utils.grader.box import sandbox
from course_utils.grader.handin import files
from course_utils.grader.tasks import Result, Task, Verdict

ROOT = Path(__file__).parents[2]
NOBODY = 65534


@pytest.fixture(scope="module", autouse=True)
def one_look_for_the_version():
    """nbgrader starts a program for every new gradebook, to ask for the version of its tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "get_alembic_version", functools.cache(api.get_alembic_version))
        yield


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

    monkeypatch.setattr(workers, "processes", lambda jobs: Workers())
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


def test_names_that_are_not_utf_8_are_read(course, graded, capsys):
    hand_in(course, "ada", "bob")
    os.rename(course / "submitted" / "bob", bytes(course / "submitted") + b"/M\x81ller")
    with open(bytes(course / "submitted" / "ada" / "vae") + b"/gr\xf6\xdfe.csv", "wb") as file:
        file.write(b"1")
    statuses = run(course)
    assert {s: one.status for s, one in statuses.items()} == dict.fromkeys(
        ["ada", "Müller"], tasks.GRADED
    )
    assert "M\\udc81ller is not named in UTF-8; it is taken for Müller." in capsys.readouterr().err
    assert run(course) == statuses
    assert len(feedback.write(course, "vae")) == 2
    report.write(course, "vae")


@pytest.mark.parametrize("name", ["x" * 252, "é" * 126, "学" * 84])
def test_a_name_as_long_as_a_disk_takes_it_has_a_status(course, graded, name):
    hand_in(course, name, "ada")
    statuses = run(course)
    assert statuses[name].status == statuses["ada"].status == tasks.GRADED
    assert run(course) == statuses
    assert len(feedback.write(course, "vae")) == 2


def test_names_are_compared_in_one_normal_form(course, graded):
    composed, decomposed = "Jos\u00e9", "Jose\u0301"
    with gradebook(course) as grades:
        grades.add_student(decomposed)
    hand_in(course, composed)
    assert list(run(course)) == [decomposed]
    assert run(course, students=[composed], force=True)[decomposed].status == tasks.GRADED


@pytest.fixture
def as_somebody_else():
    """A folder, and what makes this a process of somebody whose rights count."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)

        @contextlib.contextmanager
        def switched():
            before = os.geteuid()
            os.seteuid(before or NOBODY)
            try:
                yield
            finally:
                os.seteuid(before)

        yield Path(folder), switched


def test_what_cannot_be_read_is_that_students_own_status(as_somebody_else):
    course, switched = as_somebody_else
    hand_in(course, "ada", "bob", "cleo", "dora")
    submitted = course / "submitted"
    (submitted / "ada" / "vae" / "data.csv").write_bytes(b"1")
    sealed = [submitted / name for name in ("ada/vae/data.csv", "bob/vae/vae.ipynb")]
    sealed += [submitted / name for name in ("cleo/vae", "dora")]
    for path in sealed:
        path.chmod(0)
    assignment = assigned(ROOT, "vae")
    read = {}
    with switched():
        folders = roster.handed_in(course, "vae", [])
        prints = {student: files.fingerprint(folder) for student, folder in folders.items()}
        results = {s: batch._read(folder, assignment, s, read) for s, folder in folders.items()}
    assert all(prints.values())
    assert results["ada"] is None
    assert "data.csv (cannot be read: Permission denied)" in read["ada"].repairs[0]
    for student in ("bob", "cleo", "dora"):
        assert results[student].status == tasks.INVALID
        assert "chmod -R a+rX" in results[student].sentence
    for path in sealed:
        path.chmod(0o755)
    assert all(files.fingerprint(folders[s]) != prints[s] for s in ("bob", "cleo", "dora"))


def test_what_cannot_be_read_waits_for_a_person(course, graded):
    hand_in(course, "ada")
    (course / "submitted" / "ada" / "vae" / "vae.ipynb").write_bytes(b"{")
    assert run(course)["ada"].status == tasks.INVALID
    with gradebook(course) as grades:
        assert grades.find_grade("question", "vae", "vae", "ada").needs_manual_grade
        assert not grades.find_grade("vae_loss-test", "vae", "vae", "ada").needs_manual_grade
        assert grades.find_submission("vae", "ada").score == 0
    kept = course / "autograded" / "ada" / "vae" / "vae.ipynb"
    assert "breaks off after 1 characters" in kept.read_text(encoding="utf-8")


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


def source_of(course):
    path = course / "solutions" / "vae" / "vae.ipynb"
    return path, nbformat.read(path, as_version=4)


def cells_of(notebook):
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def change(course, points=None, rename=None, add=None, remove=None):
    """What an instructor changes after the first grading."""
    path, notebook = source_of(course)
    cells = cells_of(notebook)
    for grade_id, worth in (points or {}).items():
        cells[grade_id].metadata.nbgrader.points = worth
    for grade_id, new in (rename or {}).items():
        cells[grade_id].metadata.nbgrader.grade_id = new
    if add:
        new = nbformat.from_dict(cells["question"])
        new.metadata.nbgrader.grade_id, new.id = add, add
        notebook.cells.append(new)
    if remove:
        notebook.cells.remove(cells[remove])
    nbformat.write(notebook, path)


def give_points(course, student, score):
    with gradebook(course) as grades:
        grades.find_grade("question", "vae", "vae", student).manual_score = score
        grades.db.commit()


def test_points_that_change_midway_count_for_everybody(course, graded):
    hand_in(course, "Rosa", "Rudi")
    run(course)
    shutil.rmtree(course / "submitted" / "Rudi")
    change(course, points={"vae_loss-test": 2})
    run(course)
    with gradebook(course) as grades:
        assert grades.find_assignment("vae").max_score == 22
        for student in ("Rosa", "Rudi"):  # who is gone cannot be graded again
            assert grades.find_submission("vae", student).score == 17
    assert graded == ["Rosa", "Rudi", "Rosa"]


def test_nobody_has_more_points_than_there_are(course, graded, capsys):
    hand_in(course, "Rosa")
    run(course)
    give_points(course, "Rosa", 5)
    change(course, points={"question": 2})
    run(course)
    with gradebook(course) as grades:
        grade = grades.find_grade("question", "vae", "vae", "Rosa")
        assert (grade.score, grade.max_score, grade.needs_manual_grade) == (2, 2, True)
    assert "Rosa (question: 5)" in capsys.readouterr().err


def test_a_question_that_comes_midway_waits_for_a_person(course, graded):
    hand_in(course, "Rosa")
    run(course)
    give_points(course, "Rosa", 4)
    change(course, add="question-2")
    status = run(course)["Rosa"]
    assert "question-2" in status.notes[0]
    assert not any("delete" in sentence for sentence in status.repairs)
    with gradebook(course) as grades:
        assert grades.find_grade("question-2", "vae", "vae", "Rosa").needs_manual_grade
        submission = grades.find_submission("vae", "Rosa")
        assert (submission.score, submission.max_score) == (24, 30)


@pytest.mark.parametrize("how", [{"remove": "question"}, {"rename": {"question": "essay"}}])
def test_a_question_goes_midway_if_nobody_has_points_for_it(course, graded, how):
    hand_in(course, "Rosa")
    run(course)
    change(course, **how)
    assert run(course)["Rosa"].status == tasks.GRADED
    with gradebook(course) as grades:
        submission = grades.find_submission("vae", "Rosa")
        assert submission.score == 20
        assert submission.max_score == (20 if "remove" in how else 25)


@pytest.mark.parametrize("how", [{"remove": "question"}, {"rename": {"question": "essay"}}])
def test_points_by_hand_are_not_lost_with_their_question(course, graded, how):
    hand_in(course, "Rosa")
    run(course)
    give_points(course, "Rosa", 4)
    change(course, **how)
    with pytest.raises(ValueError, match=r"question is no longer in .*by hand \(Rosa; 1 in all\)"):
        run(course)
    with gradebook(course) as grades:
        assert grades.find_submission("vae", "Rosa").score == 24


def test_a_locked_cell_that_is_mended_midway_accuses_nobody(course, graded):
    hand_in(course, "Rosa")
    run(course)
    path, notebook = source_of(course)
    cells_of(notebook)["setup"].source += "\nimport math"
    nbformat.write(notebook, path)
    (said,) = run(course)["Rosa"].repairs
    assert "is not as the assignment has it" in said
    assert graded == ["Rosa", "Rosa"]


def sql(course, *statements):
    with sqlite3.connect(course / "gradebook.db") as database:
        for statement in statements:
            database.execute(statement)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda c: sql(c, "ALTER TABLE grade DROP COLUMN extra_credit"), "nbgrader db upgrade"),
        (lambda c: sql(c, "DROP TABLE source_cell"), "nbgrader db upgrade"),
        (lambda c: (c / "gradebook.db").write_bytes(b"x" * 5000), "not a gradebook, or a damaged"),
        (
            lambda c: (
                (c / "gradebook.db").unlink(),
                sql(c, "CREATE TABLE songs (name TEXT)"),
            ),
            "not a gradebook of nbgrader",
        ),
        (
            lambda c: ((c / "gradebook.db").unlink(), (c / "gradebook.db").mkdir()),
            "cannot be written",
        ),
    ],
)
def test_what_is_wrong_with_the_gradebook_is_one_sentence(course, graded, spoil, said):
    hand_in(course, "Rosa")
    run(course)
    spoil(course)
    building_gradebook._check.cache_clear()
    for command in (run, lambda c: feedback.write(c, "vae"), lambda c: report.write(c, "vae")):
        with pytest.raises(ValueError, match=said) as refusal:
            command(course)
        assert "\n" not in str(refusal.value)


def test_a_locked_gradebook_is_one_sentence(course, graded, monkeypatch):
    hand_in(course, "Rosa")
    run(course)
    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, timeout=0.1))
    hand_in_again(course, "Rosa")
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ValueError, match="another program is writing to it"):
            run(course)


def test_a_gradebook_that_fills_the_disk_is_one_sentence(course, graded, monkeypatch):
    hand_in(course, "Rosa")
    run(course)
    hand_in_again(course, "Rosa")

    def record(*_):
        raise OperationalError("UPDATE …", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(recording.Recorder, "_record_scores", record)
    status = run(course)["Rosa"]
    assert status.sentence.startswith("gradebook.db: the disk is full. Make room")
    assert "UPDATE" not in status.sentence


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

    results = workers.results(submit, map(task, "abcdef"), 2)
    assert sorted(result.student for result in results) == ["0", "1", "2", "3", "4", "5"]


def test_a_lost_worker_is_no_fault_of_the_student():
    def submit(one):
        future = Future()
        future.set_exception(RuntimeError("killed"))
        return future

    (result,) = workers.results(submit, iter([task("ada")]), 2)
    assert (result.student, result.status) == ("ada", tasks.INFRASTRUCTURE)
    assert dataclasses.asdict(result)["isolation"] == tasks.BUBBLEWRAP


def test_sockets_have_a_short_path_wherever_temporary_files_lie(tmp_path, monkeypatch):
    place = tmp_path / ("x" * 100)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.delitem(multiprocessing.current_process()._config, "tempdir", raising=False)
    with monkeypatch.context() as patch, pytest.raises(ValueError, match=r"TMPDIR is .*short"):
        patch.setattr(workers, "SHORT_PLACES", ("/nowhere",))
        workers._keep_sockets_short()
    workers._keep_sockets_short()
    assert len(multiprocessing.util.get_temp_dir()) < workers.LONGEST_TMPDIR
    assert tempfile.tempdir == str(place)


def test_nobody_waits_for_what_runs_when_somebody_stops_it(monkeypatch):
    monkeypatch.setattr(work, "grade", time.sleep)
    with pytest.raises(KeyboardInterrupt), workers.processes(2) as (submit, _):
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

    monkeypatch.setattr(workers, "ThreadPoolExecutor", SlowThreads)
    monkeypatch.setattr(multiprocessing, "active_children", lambda: killed.set() or [])
    monkeypatch.setattr(work, "grade", time.sleep)
    with pytest.raises(KeyboardInterrupt), workers.processes(1) as (submit, _):
        late = submit(0)
        about_to_start.wait()
        raise KeyboardInterrupt
    with pytest.raises(CancelledError):
        late.result()
