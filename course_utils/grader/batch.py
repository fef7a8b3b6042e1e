"""Grade an assignment for a class: who has to be graded, hand it out, record what comes back."""

import concurrent.futures
import multiprocessing
import re
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tqdm import tqdm

from course_utils.grader import recording, sandbox, submissions, work
from course_utils.grader.assigned import assigned
from course_utils.grader.recording import Recorder, Status
from course_utils.grader.sandbox import Limits
from course_utils.grader.submissions import Submission
from course_utils.grader.work import Result, Task

AUTO = "auto"
ISOLATIONS = (AUTO, work.BUBBLEWRAP, work.NONE)
STUDENT = re.compile(r"[^/\\\0]{1,200}")


def choose_isolation(wanted: str) -> str:
    """What to use, or a loud refusal.

    Raises:
        ValueError: there can be no sandbox here and none was not asked for.
    """
    if wanted == work.NONE:
        return work.NONE
    reason = sandbox.why_unavailable()
    if reason is None:
        return work.BUBBLEWRAP
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
        jobs: how many at once.
        isolation: one of `ISOLATIONS`.
        limits: for each submission.
        force: grade also those that have not changed.
        scheduler: address of a Dask scheduler whose workers do the work.

    Returns:
        The status of each student, those included that did not have to be graded again.
    """
    limits = limits or Limits()
    isolation = choose_isolation(isolation)
    assignment = assigned(root, name)
    recorder = Recorder(root, name)
    tasks: dict[str, Task] = {}
    read: dict[str, tuple[str, Submission]] = {}
    done: dict[str, Status] = {}
    for student in students or _everybody(root, name, recorder):
        if not STUDENT.fullmatch(student) or student.startswith("."):
            raise ValueError(f"{student!r} cannot be the name of a student's folder")
        folder = root / "submitted" / student / name
        print_of_it = submissions.fingerprint(folder)
        before = recording.read_status(recording.status_path(root, name, student))
        unchanged = before and before.fingerprint == print_of_it
        if unchanged and before.status != work.INFRASTRUCTURE and not force:
            done[student] = before
            continue
        try:
            submission = submissions.read(folder, student, name, assignment.release)
        except submissions.Missing:
            result = Result(student, work.MISSING, "Nothing was handed in.")
        except submissions.Refused as refusal:
            result = Result(student, work.INVALID, str(refusal))
        except Exception as error:  # one file that we did not foresee must not stop a class
            result = Result(student, work.INVALID, f"It cannot be read ({type(error).__name__}).")
        else:
            read[student] = (print_of_it, submission)
            tasks[student] = assignment.task(submission, limits, isolation)
            continue
        done[student] = recorder.record(result, print_of_it, None)
    with tqdm(total=len(tasks), unit="submission", desc=name, disable=not tasks) as progress:
        run = _on_cluster(scheduler) if scheduler else _on_this_machine(jobs)
        for result in run(list(tasks.values())):
            done[result.student] = recorder.record(result, *read.pop(result.student))
            progress.set_postfix_str(f"{result.student}: {result.status}")
            progress.update()
    return [done[student] for student in sorted(done)]


def _everybody(root: Path, name: str, recorder: Recorder) -> list[str]:
    handed_in = [path.parent.name for path in (root / "submitted").glob(f"*/{name}")]
    handed_in = [student for student in handed_in if not student.startswith(".")]
    return sorted({*handed_in, *recorder.students()})


Run = Callable[[list[Task]], Iterator[Result]]


def _on_this_machine(jobs: int) -> Run:
    def run(tasks: list[Task]) -> Iterator[Result]:
        """Results as they come. A worker that dies takes nobody else's result with it."""
        left = {task.student: task for task in tasks}
        died: dict[str, int] = dict.fromkeys(left, 0)
        while left:
            # Not forked: the grader may have threads, and a worker needs a TensorFlow of its own.
            pool = concurrent.futures.ProcessPoolExecutor(
                min(jobs, len(left)), multiprocessing.get_context("spawn"), work.prepare
            )
            try:
                running = {pool.submit(work.grade, task): task for task in left.values()}
                for future in concurrent.futures.as_completed(running):
                    result = future.result()
                    del left[result.student]
                    yield result
            except BrokenProcessPool:
                for student in list(left):
                    died[student] += 1
                    if died[student] >= work.ATTEMPTS:
                        task = left.pop(student)
                        yield Result(
                            student,
                            work.INFRASTRUCTURE,
                            "The process that graded it was killed, three times.",
                            isolation=task.isolation,
                        )
            finally:
                pool.shutdown(cancel_futures=True)

    return run


def _on_cluster(address: str) -> Run:
    def run(tasks: list[Task]) -> Iterator[Result]:
        """Results from the workers of a Dask cluster; it repeats what a lost worker had."""
        from distributed import Client, as_completed

        with Client(address) as client:
            futures = [client.submit(work.grade, task, pure=False, retries=2) for task in tasks]
            students = dict(zip([future.key for future in futures], tasks, strict=True))
            for future in as_completed(futures):
                task = students[future.key]
                if future.status == "finished":
                    yield future.result()
                else:
                    sentence = f"The cluster failed: {future.exception()}"
                    yield Result(
                        task.student, work.INFRASTRUCTURE, sentence, isolation=task.isolation
                    )
                future.release()

    return run
