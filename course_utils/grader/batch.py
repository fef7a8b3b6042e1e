"""Grade an assignment for a class: who has to be graded, hand it out, record what comes back."""

import contextlib
import fcntl
import itertools
import multiprocessing
import multiprocessing.util
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tqdm import tqdm

from course_utils.grader import process, recording, submissions, tasks, work
from course_utils.grader.assigned import Assigned, assigned
from course_utils.grader.box import sandbox
from course_utils.grader.box.sandbox import Limits
from course_utils.grader.box.zygote import Zygote
from course_utils.grader.handin import Missing, Refused, files
from course_utils.grader.recording import Recorder, Status
from course_utils.grader.submissions import Submission
from course_utils.grader.tasks import Result, Task

AUTO = "auto"
ISOLATIONS = (AUTO, tasks.BUBBLEWRAP, tasks.NONE)
STUDENT = re.compile(r"[^/\\]{1,255}")
# Tasks that wait at a cluster, at least: more workers may come.
AHEAD = 64
# A socket's path has at most 107 bytes, and the folder and name of one take 36.
LONGEST_TMPDIR = 70
SHORT_PLACES = ("/tmp", "/var/tmp", "/dev/shm")


def choose_isolation(wanted: str) -> str:
    """What to use, or a loud refusal.

    Raises:
        ValueError: there can be no sandbox here and none was not asked for.
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
        jobs: how many at once.
        isolation: one of `ISOLATIONS`.
        limits: for each submission.
        force: grade also those that have not changed.
        scheduler: address of a Dask scheduler whose workers do the work.

    Returns:
        The status of each student, those included that did not have to be graded again.
    """
    limits = limits or Limits()
    if scheduler:
        # The sandbox is the workers' affair; one that has none grades nothing.
        isolation = tasks.NONE if isolation == tasks.NONE else tasks.BUBBLEWRAP
    else:
        isolation = choose_isolation(isolation)
    assignment = assigned(root, name)
    with _alone(root, name):
        return _grade(root, assignment, students, jobs, isolation, limits, force, scheduler)


@contextlib.contextmanager
def _alone(root: Path, name: str) -> Iterator[None]:
    """Hold the assignment's lock, which the system lifts when this process ends, however it ends.

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
    folders = submissions.handed_in(root, assignment.name, known)
    for student in _wanted(students, _everybody([*folders, *known])):
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
        """Read one after the other, as they are wanted; what cannot be graded is recorded."""
        for student in new:
            result = _read(folders[student], assignment, student, read)
            if result:
                record(result)
            else:
                yield assignment.task(read[student], limits, isolation)

    jobs = max(1, min(jobs, len(new)))
    with progress, _cluster(scheduler) if scheduler else _workers(jobs) as (submit, most):
        for result in _results(submit, all_tasks(), most):
            record(result)
    return [done[student] for student in sorted(done)]


def _read(
    folder: Path, assignment: Assigned, student: str, read: dict[str, Submission]
) -> Result | None:
    """Read a submission into `read`, or say what came of it at once."""
    try:
        read[student] = submissions.read(folder, student, assignment.name, assignment.release)
        return None
    except Missing:
        return Result(student, tasks.MISSING, "Nothing was handed in.")
    except Refused as refusal:
        sentence = str(refusal)
    except Exception as error:  # one file that we did not foresee must not stop a class
        sentence = f"It cannot be read ({type(error).__name__})."
    read[student] = submissions.unreadable(student, assignment.name, assignment.release, sentence)
    return Result(student, tasks.INVALID, sentence)


def _is_name(student: str) -> bool:
    return bool(STUDENT.fullmatch(student)) and student.isprintable() and student[0] != "."


def _wanted(students: list[str] | None, everybody: list[str]) -> list[str]:
    """Whom to grade, each once. A name with a slip of the pen must not enter the gradebook."""
    if students is None:
        return everybody
    spelt = {files.readable(student): student for student in everybody}
    students = [spelt.get(files.readable(student), student) for student in students]
    for student in students:
        if not _is_name(student):
            raise ValueError(f"{student!r} cannot be the name of a student's folder")
        if student not in everybody:
            raise ValueError(f"{student!r} is neither in the gradebook nor in submitted/")
    return list(dict.fromkeys(students))


def _everybody(names: list[str]) -> list[str]:
    found = sorted(set(names))
    for student in found:
        if not _is_name(student) and student[0] != ".":
            print(f"Left out: {student!r} cannot be the name of a student.", file=sys.stderr)
    return [student for student in found if _is_name(student)]


Submit = Callable[[Task], Future]


def _results(submit: Submit, waiting: Iterator[Task], most: int) -> Iterator[Result]:
    """Results as they come, with at most so many tasks on their way."""
    running: dict[Future, Task] = {}
    while True:
        for task in itertools.islice(waiting, most - len(running)):
            running[submit(task)] = task
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task = running.pop(future)
            try:
                yield future.result()
            except Exception as error:  # of a worker; the next run grades it again
                sentence = f"The worker that had it failed ({type(error).__name__}: {error})."
                yield Result(
                    task.student,
                    tasks.INFRASTRUCTURE,
                    sentence[:500],
                    isolation=task.isolation,
                    attempts=work.ATTEMPTS,
                )


def _keep_sockets_short() -> None:
    """Give multiprocessing's sockets, which lie among temporary files, a path that they can have.

    Raises:
        ValueError: there is no place with a short path.
    """
    place = tempfile.gettempdir()
    if len(os.fsencode(place)) <= LONGEST_TMPDIR:
        return
    short = next((one for one in SHORT_PLACES if os.access(one, os.W_OK)), None)
    if short is None:
        raise ValueError(
            f"TMPDIR is {place}. Sockets lie there, whose paths must be short: set TMPDIR to a "
            f"folder whose path has at most {LONGEST_TMPDIR} bytes."
        )
    before, tempfile.tempdir = tempfile.tempdir, short
    try:
        multiprocessing.util.get_temp_dir()  # which it keeps
    finally:
        tempfile.tempdir = before


@contextlib.contextmanager
def _workers(jobs: int) -> Iterator[tuple[Submit, int]]:
    """Processes on this machine. One that dies takes nobody else's result with it."""
    # All are forked from one that has TensorFlow imported; not from this one, which has threads.
    # The students' processes are forked from another, which has nothing in it that is secret.
    _keep_sockets_short()
    zygote = Zygote()
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["course_utils.grader.box.imported"])
    mine = threading.local()
    pools: list[ProcessPoolExecutor] = []
    # Held while a process is started: none may start unseen by who stops them all.
    starting = threading.Lock()
    stopped = False

    def hand_over(task: Task) -> Future:
        """Give the task to this thread's process, and start that if need be."""
        with starting:
            if stopped:
                raise CancelledError
            if not hasattr(mine, "pool"):
                branch = zygote.branch(), zygote.library
                mine.pool = ProcessPoolExecutor(1, server, process.prepare, branch)
                pools.append(mine.pool)
            return mine.pool.submit(work.grade, task)

    def grade(task: Task) -> Result:
        """In a thread that has a process of its own."""
        for attempt in range(work.ATTEMPTS):
            try:
                return hand_over(task).result()
            except BrokenProcessPool:
                pools.remove(mine.pool)
                del mine.pool
                if attempt == work.ATTEMPTS - 1:
                    raise
        raise AssertionError

    threads = ThreadPoolExecutor(jobs)
    try:
        yield lambda task: threads.submit(grade, task), 2 * jobs
    except BaseException:  # Ctrl-C, too: nobody waits for what is running
        with starting:
            stopped = True
            for worker in multiprocessing.active_children():
                worker.kill()
        raise
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for pool in list(pools):
            pool.shutdown(cancel_futures=True)
        threads.shutdown()
        zygote.close()


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[tuple[Submit, int]]:
    """The workers of a Dask cluster. What a lost one had is done again by another."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(
            "--scheduler needs the extra `cluster`: uv sync --extra cluster"
        ) from error
    with Client(address) as client:
        executor = client.get_executor(pure=False, retries=work.ATTEMPTS - 1)
        threads = sum(client.nthreads().values())
        yield lambda task: executor.submit(work.grade, task), max(AHEAD, 2 * threads)
