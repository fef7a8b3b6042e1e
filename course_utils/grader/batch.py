"""Grade an assignment for a class: whoever is new or has changed; and record the results."""

import contextlib
import fcntl
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from course_utils.grader import recording, roster, submissions, tasks, workers
from course_utils.grader.assigned import Assigned, assigned
from course_utils.grader.box import sandbox
from course_utils.grader.box.sandbox import Limits
from course_utils.grader.handin import Missing, Refused, files
from course_utils.grader.recording import Recorder, Status
from course_utils.grader.submissions import Submission
from course_utils.grader.tasks import Result, Task

AUTO = "auto"
ISOLATIONS = (AUTO, tasks.BUBBLEWRAP, tasks.NONE)


def choose_isolation(wanted: str) -> str:
    """The kind of isolation in which to run students' code.

    Raises:
        ValueError: no sandbox can be made here, and grading without one was not asked for.
    """
    if wanted == tasks.NONE:
        return tasks.NONE
    reason = sandbox.why_unavailable()
    if reason is None:
        return tasks.BUBBLEWRAP
    raise ValueError(
        f"{reason}. Without a sandbox, students' code can read and change whatever you can: "
        "hidden tests, grades, your files. If you want that, say --isolation none; the results "
        "will say so too."
    )


def grade(
    root: Path,
    name: str,
    students: list[str] | None = None,
    jobs: int = 1,
    isolation: str = AUTO,
    limits: Limits | None = None,
    force: bool = False,
    scheduler: str | None = None,
) -> list[Status]:
    """Grade whoever is new or has changed.

    Args:
        root: the course's folder.
        name: the assignment.
        students: only these; by default everybody in the gradebook or in submitted/.
        jobs: how many submissions to grade at once.
        isolation: one of `ISOLATIONS`.
        limits: for each submission.
        force: grade also those that have not changed.
        scheduler: address of a Dask scheduler whose workers do the work.

    Returns:
        The status of each student, including those who did not have to be graded again.
    """
    limits = limits or Limits()
    if scheduler:
        # The workers make the sandboxes; a worker that cannot make one grades nothing.
        isolation = tasks.NONE if isolation == tasks.NONE else tasks.BUBBLEWRAP
    else:
        isolation = choose_isolation(isolation)
    assignment = assigned(root, name)
    with _alone(root, name):
        return _grade(root, assignment, students, jobs, isolation, limits, force, scheduler)


@contextlib.contextmanager
def _alone(root: Path, name: str) -> Iterator[None]:
    """Hold the assignment's lock, which the system releases however this process ends.

    Raises:
        ValueError: somebody else holds it.
    """
    folder = root / recording.FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"{name} is being graded by another `course grade`") from None
        yield


def _grade(
    root: Path,
    assignment: Assigned,
    students: list[str] | None,
    jobs: int,
    isolation: str,
    limits: Limits,
    force: bool,
    scheduler: str | None,
) -> list[Status]:
    recorder = Recorder(root, assignment.name)
    for note in recorder.notes:
        print(note, file=sys.stderr)
    done: dict[str, Status] = {}
    new: dict[str, str] = {}
    gone: list[str] = []
    known = recorder.students()
    folders = roster.handed_in(root, assignment.name, known)
    for student in roster.wanted(students, roster.everybody([*folders, *known])):
        folder = folders.setdefault(student, root / "submitted" / student / assignment.name)
        print_of_it = files.fingerprint(folder)
        if print_of_it:
            print_of_it += f" {assignment.version}"
        before = recording.read_status(recording.status_path(root, assignment.name, student))
        unchanged = before and before.fingerprint == print_of_it
        if before and before.fingerprint and not print_of_it:
            done[student] = before
            gone.append(student)
        elif unchanged and before.status != tasks.INFRASTRUCTURE and not force:
            done[student] = before
        else:
            new[student] = print_of_it
    if gone:
        print(
            f"No longer in submitted/, results kept: {', '.join(gone[:10])}"
            f"{' and others' if len(gone) > 10 else ''}.",
            file=sys.stderr,
        )
    if not new:  # no worker is started for nothing
        return [done[student] for student in sorted(done)]
    read: dict[str, Submission] = {}
    progress = tqdm(total=len(new), unit="submission", desc=assignment.name)

    def record(result: Result) -> None:
        student = result.student
        done[student] = recorder.record(result, new[student], read.pop(student, None))
        progress.set_postfix_str(f"{student}: {done[student].status}")
        progress.update()

    def all_tasks() -> Iterator[Task]:
        """Read submissions one by one, as needed; record those that cannot be graded."""
        for student in new:
            result = _read(folders[student], assignment, student, read)
            if result:
                record(result)
            else:
                yield assignment.task(read[student], limits, isolation)

    jobs = max(1, min(jobs, len(new)))
    pool = workers.cluster(scheduler) if scheduler else workers.processes(jobs)
    with progress, pool as (submit, most):
        for result in workers.results(submit, all_tasks(), most):
            record(result)
    return [done[student] for student in sorted(done)]


def _read(
    folder: Path, assignment: Assigned, student: str, read: dict[str, Submission]
) -> Result | None:
    """Read a submission into `read`; if it cannot be graded, return its result at once."""
    try:
        read[student] = submissions.read(folder, student, assignment.name, assignment.release)
        return None
    except Missing:
        return Result(student, tasks.MISSING, "Nothing was handed in.")
    except Refused as refusal:
        sentence = str(refusal)
    except Exception as error:  # one unforeseen file must not stop a class
        sentence = f"It cannot be read ({type(error).__name__})."
    read[student] = submissions.unreadable(student, assignment.name, assignment.release, sentence)
    return Result(student, tasks.INVALID, sentence)
