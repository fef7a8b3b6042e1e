"""Hand out work, to processes on this machine or to a cluster, and collect the results."""

import contextlib
import itertools
import multiprocessing
import multiprocessing.util
import os
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

from course_utils.grader import process, tasks, work
from course_utils.grader.box.zygote import Zygote
from course_utils.grader.tasks import Result, Task

# At least this many tasks are kept waiting at a cluster, since more workers may join.
AHEAD = 64
# A socket's path has at most 107 bytes, and the folder and name of one take 36.
LONGEST_TMPDIR = 70
SHORT_PLACES = ("/tmp", "/var/tmp", "/dev/shm")

Submit = Callable[[Task], Future]


def results(submit: Submit, waiting: Iterator[Task], most: int) -> Iterator[Result]:
    """Results as they arrive, with at most `most` tasks handed out at a time."""
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
            except Exception as error:  # from a worker; the next run grades it again
                sentence = f"The worker that had it failed ({type(error).__name__}: {error})."
                yield Result(
                    task.student,
                    tasks.INFRASTRUCTURE,
                    sentence[:500],
                    isolation=task.isolation,
                    attempts=work.ATTEMPTS,
                )


def _keep_sockets_short() -> None:
    """Put multiprocessing's sockets, which are temporary files, where their paths are short enough.

    Raises:
        ValueError: there is no folder with a short enough path.
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
        multiprocessing.util.get_temp_dir()  # multiprocessing remembers it
    finally:
        tempfile.tempdir = before


@contextlib.contextmanager
def processes(jobs: int) -> Iterator[tuple[Submit, int]]:
    """Processes on this machine. One that dies takes nobody else's result with it."""
    # The workers are forked from a process that has TensorFlow imported, not from this one, which
    # has threads. The students' processes are forked from another one, which holds no secret.
    _keep_sockets_short()
    zygote = Zygote()
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["course_utils.grader.box.imported"])
    mine = threading.local()
    pools: list[ProcessPoolExecutor] = []
    # Held while a process is started, so that the code which stops all processes misses none.
    starting = threading.Lock()
    stopped = False

    def hand_over(task: Task) -> Future:
        """Give the task to this thread's process, starting the process if necessary."""
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
def cluster(address: str) -> Iterator[tuple[Submit, int]]:
    """The workers of a Dask cluster. Another worker redoes the task of one that is lost."""
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
