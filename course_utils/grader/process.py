"""A student's process, its sandbox, and what watches both from outside.

`process_of(task)` forks a process into a sandbox and ends it, whatever happens. While it runs, a
thread watches what it uses, and ends it when memory, processes or files exceed the limits.
"""

import atexit
import contextlib
import math
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from course_utils.grader.box.sandbox import Sandbox
from course_utils.grader.box.wire import Channel
from course_utils.grader.box.zygote import Branch, Zygote
from course_utils.grader.tasks import BUBBLEWRAP, CRASHED, OUT_OF_MEMORY, TIMEOUT, Ending, Task

WATCH_SECONDS = 0.1
MOST_FILES = 20_000
# Of the students' library, what can draw garments.
MODELS = ("course_utils/models", "course_utils/pretrained")
# How long a process may take to end after it has closed its socket.
LAST_SECONDS = 5.0
# The memory that one worker may use itself, in MB: a student's process may ask the course's
# versions for results of any size.
WORKER_MEMORY = 6144


# What students' processes are forked from: each grading process has one zygote, or one branch of a
# zygote.
_running: list[Branch] = []


def zygote() -> Branch:
    """The zygote of this grading process, or a branch of one.

    It is started here if `prepare` was not called, or if the one passed to `prepare` has died.
    """
    if not _running:
        _running.append(Zygote())
        atexit.register(_running[0].close)
    return _running[0]


def forget_zygote() -> None:
    """End the zygote; the next submission starts another."""
    zygote().close()
    _running.clear()


def prepare(control: socket.socket, library: str) -> None:
    """Make a worker that the grader started ready to grade; a cluster's worker does not need it.

    Args:
        control: the control socket of a branch of the grader's zygote.
        library: the folder with the library of that zygote.
    """
    _running.append(Branch(control, library))
    threading.Thread(target=_die_with_grader, daemon=True).start()
    # The process that hands out the work handles Ctrl-C, and ends this one itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    most = WORKER_MEMORY * 2**20
    _, ceiling = resource.getrlimit(resource.RLIMIT_DATA)
    if ceiling == resource.RLIM_INFINITY or most < ceiling:
        resource.setrlimit(resource.RLIMIT_DATA, (most, ceiling))


def _die_with_grader() -> None:
    # The operating system's parent of this process is the fork server, not the grader. What
    # multiprocessing calls the parent process is the grader, and this waits for its end.
    multiprocessing.parent_process().join()
    os.kill(os.getpid(), signal.SIGKILL)


class Process:
    """A student's process, its sandbox, and a thread that watches what it uses."""

    def __init__(self, task: Task) -> None:
        self._limits = task.limits
        library = zygote().library
        self._sandbox = None
        if task.isolation == BUBBLEWRAP:
            # A project's model is the student's own: the course's are not there.
            hidden = [f"{library}/{path}" for path in MODELS] if task.training else []
            self._sandbox = Sandbox(task.limits, library, [task.course, *hidden])
        # A sandbox has a scratch folder of its own.
        self._folder = "" if self._sandbox else tempfile.mkdtemp(prefix="course-grade-")
        ours, theirs = socket.socketpair()
        pid = zygote().fork(theirs, task.limits, self._sandbox, self._folder)
        theirs.close()
        self.channel = Channel(ours)
        self.channel.deadline = time.monotonic() + task.limits.seconds
        self.channel.grace = self._grace
        self._granted = 0.0
        self._grader = Path(f"/proc/self/task/{threading.get_native_id()}")
        self._grader_at_first = sum(_scheduled(self._grader))
        self.peak_memory = 0
        self._too_much = self._too_many = self._too_many_files = self._too_long = False
        self._most_seconds = math.inf
        # psutil notices when a process number has been reused; a bare number does not.
        self._first = psutil.Process(pid)
        self._keeper = psutil.Process(self._sandbox.process) if self._sandbox else None
        self._at_first = _memory(self._first)
        self._shared_at_first = _shared_memory(self._first)
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._ended: int | None = None

    def how_it_ended(self) -> Ending:
        """How a process that has closed its socket ended, and why, for people."""
        patience = time.monotonic() + LAST_SECONDS
        while _alive(self._first) and time.monotonic() < patience:
            time.sleep(0.01)
        self._kill()
        ended = self._wait()
        if self._too_much:
            return Ending(OUT_OF_MEMORY, f"It used more than {self._limits.memory} MB of memory.")
        if self._too_many:
            return Ending(CRASHED, f"It started more than {self._limits.processes} processes.")
        if self._too_many_files:
            return Ending(CRASHED, f"It made more than {MOST_FILES} files.")
        if self._too_long:
            return Ending(TIMEOUT, f"It used more than {self._budget:g} s of processor time.")
        if ended == -signal.SIGXCPU:
            return Ending(TIMEOUT, "It used up its processor time.")
        if ended >= 0:
            return Ending(CRASHED, f"Its process ended by itself (exit status {ended}).")
        return Ending(CRASHED, f"Its process was ended by {signal.Signals(-ended).name}.")

    def _grace(self) -> float:
        """Extra time, in seconds: how long it waited for a processor or for the grader.

        Waiting for its own threads and children does not count.
        """
        most = (self._limits.patience - 1) * self._limits.seconds
        threads = map(_scheduled, Path(f"/proc/{self._first.pid}/task").glob("*"))
        ran, waited = max(threads, key=lambda times: times[1], default=(0.0, 0.0))
        waited = max(waited - max(self.processor_seconds() - ran, 0.0), 0.0)
        waited += sum(_scheduled(self._grader)) - self._grader_at_first
        more = min(waited, most) - self._granted
        if more < self._limits.seconds / 20:
            return 0.0
        self._granted += more
        return more

    def allow(self, seconds: float) -> None:
        """From now on it may use so many seconds of processor time, and no more."""
        self._budget = seconds
        self._most_seconds = self.processor_seconds() + seconds

    def was_starved(self) -> bool:
        """Whether it hardly got processor time, by no fault of its own."""
        used = self.processor_seconds()
        return self._granted > self._limits.seconds and used < self._limits.seconds / 2

    def processor_seconds(self) -> float:
        """Processor time of all its processes since it began, including those that have ended."""
        return _processor_seconds(self._processes())

    def close(self) -> None:
        """Kill everything and tidy up."""
        self._done.set()
        self._watcher.join()
        self.channel.close()
        self._kill()
        self._wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> int:
        if self._ended is None:
            self._ended = zygote().wait()
        return self._ended

    def _kill(self) -> None:
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self._sandbox:
            self._sandbox.close()

    def _processes(self) -> set[psutil.Process]:
        """Its processes; inside a sandbox everything there, whatever it calls itself."""
        found = {self._first}
        with contextlib.suppress(psutil.Error):
            found.update(self._first.children(recursive=True))
        if self._keeper:
            found.add(self._keeper)
            with contextlib.suppress(psutil.Error):
                # Also those that lost their parents.
                found.update(self._keeper.children(recursive=True))
        return found

    def _watch(self) -> None:
        most = self._limits.memory * 2**20
        while not self._done.wait(WATCH_SECONDS):
            processes = self._processes()
            used = self._used_by(processes)
            self.peak_memory = max(self.peak_memory, used // 2**20)
            self._too_much = used > most
            self._too_many = len(processes) > self._limits.processes
            self._too_many_files = self._files() > MOST_FILES
            self._too_long = _processor_seconds(processes) > self._most_seconds
            if self._too_much or self._too_many or self._too_many_files or self._too_long:
                self._kill()
                return

    def _used_by(self, processes: set[psutil.Process]) -> int:
        """Bytes that they hold beyond what the first inherited from the zygote by the fork."""
        # Pages that several processes share count for each: fast, and never an underestimate.
        used = sum(map(_memory, processes)) - self._at_first
        alone = 3 if self._keeper else 1  # with the sandbox's own two
        if used // 2**20 > self.peak_memory and len(processes) > alone:
            used = min(used, sum(map(_shared_memory, processes)) - self._shared_at_first)
        return max(used, 0)

    def _files(self) -> int:
        """How many files it has made. Even empty ones take memory, which the other limits miss."""
        try:
            scratch = os.statvfs(f"/proc/{self._keeper.pid}/root/tmp") if self._keeper else None
        except OSError:
            return 0
        return scratch.f_files - scratch.f_ffree if scratch else 0


@contextlib.contextmanager
def process_of(task: Task) -> Iterator[Process]:
    process = Process(task)
    try:
        yield process
    finally:
        process.close()


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _scheduled(thread: Path) -> tuple[float, float]:
    """Seconds that a thread ran, and seconds that it was ready but had no processor."""
    try:
        ran, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(ran) / 1e9, int(waited) / 1e9


def _processor_seconds(processes: Iterable[psutil.Process]) -> float:
    """Processor time of some processes and of their children that have ended."""
    used = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            used += sum(process.cpu_times()[:4])
    return used


def _memory(process: psutil.Process) -> int:
    """Bytes of resident memory not backed by a file, each shared page counted in full."""
    return _sum_of(process, "status", ("RssAnon:", "RssShmem:", "VmSwap:"))


def _shared_memory(process: psutil.Process) -> int:
    """The same with each page divided by the number of processes that share it. Slower."""
    return _sum_of(process, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:", "SwapPss:"))


def _sum_of(process: psutil.Process, file: str, fields: tuple[str, ...]) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/{file}").read_text(encoding="ascii").splitlines()
    except PermissionError:
        return 0 if file == "status" else _memory(process)
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(fields))
