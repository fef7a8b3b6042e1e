"""Grade one submission: run its cells in a sandbox, judge its functions, say how it ended.

A `Task` holds all that is needed and a `Result` all that came of it. Workers write nothing.
"""

import atexit
import contextlib
import dataclasses
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil

from course_utils.grader.box.sandbox import Sandbox
from course_utils.grader.box.wire import LARGEST_MESSAGE, Channel, Gone, Late, ProtocolError
from course_utils.grader.box.zygote import Branch, Zygote
from course_utils.grader.outputs import plain_outputs
from course_utils.grader.tasks import (
    BUBBLEWRAP,
    CRASHED,
    FAILED_CELL,
    GRADED,
    INFRASTRUCTURE,
    OUT_OF_MEMORY,
    TAMPERED,
    TIMEOUT,
    Result,
    Task,
    Verdict,
)

ATTEMPTS = 3
WATCH_SECONDS = 0.1
MOST_FILES = 20_000
# Between closing its socket and ending.
LAST_SECONDS = 5.0
# What one worker may take for itself, in MB: a student's process may ask the course's versions for
# results of any size.
WORKER_MEMORY = 6144
# Escapes make a text longer on its way.
BYTES_A_CHARACTER = 12


class _Starved(Exception):
    """The machine had no time for a student's process."""


# The one of this process.
_running: list[Branch] = []


def _zygote() -> Branch:
    """Started at need where nobody prepared the process, and where one that was given is lost."""
    if not _running:
        _running.append(Zygote())
        atexit.register(_running[0].close)
    return _running[0]


def prepare(control: socket.socket, library: str) -> None:
    """Make a process of the grader's own ready to grade; another one needs nothing.

    Args:
        control: of a branch of the grader's zygote.
        library: of that zygote.
    """
    _running.append(Branch(control, library))
    threading.Thread(target=_die_with_grader, daemon=True).start()
    # Ctrl-C is for the one who hands out the work, and ends us in its own way.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    most = WORKER_MEMORY * 2**20
    _, ceiling = resource.getrlimit(resource.RLIMIT_DATA)
    if ceiling == resource.RLIM_INFINITY or most < ceiling:
        resource.setrlimit(resource.RLIMIT_DATA, (most, ceiling))


def _die_with_grader() -> None:
    # It is not the process that forked this one: that one lives as long as any that it forked.
    multiprocessing.parent_process().join()
    os.kill(os.getpid(), signal.SIGKILL)


_busy = threading.Lock()


def grade(task: Task) -> Result:
    """Grade one submission. Never raises: what goes wrong is a status.

    A process grades one at a time.
    """
    with _busy:
        return _grade_with_patience(task)


def _grade_with_patience(task: Task) -> Result:
    start = time.monotonic()
    attempts, result = 0, None
    while result is None or (result.status == INFRASTRUCTURE and attempts < ATTEMPTS):
        attempts += 1
        try:
            result = _grade(task)
        except _Starved:
            sentence = "The machine was too busy to run it in time. Use fewer --jobs."
            result = Result(task.student, INFRASTRUCTURE, sentence)
        except Exception as error:  # ours, not the student's: those are caught where they arise
            _zygote().close()
            _running.clear()
            sentence = f"The grader itself failed: {type(error).__name__}: {error}"
            result = Result(task.student, INFRASTRUCTURE, sentence)
    seconds = round(time.monotonic() - start, 2)
    return dataclasses.replace(result, isolation=task.isolation, seconds=seconds, attempts=attempts)


def _grade(task: Task) -> Result:
    """Run and judge; when one cell ends everything, once more without it."""
    result = _attempt(task)
    running = result.failed[-1] if result.status in (TIMEOUT, OUT_OF_MEMORY, CRASHED) else None
    if running is None or not task.tests or running > max(task.tests):
        return result
    again = _attempt(task, running, result.outputs)
    if again.status in (INFRASTRUCTURE, TIMEOUT, OUT_OF_MEMORY, CRASHED):
        return dataclasses.replace(result, verdicts=again.verdicts)
    left_out = task.tests[running].grade_id if running in task.tests else None
    outputs = again.outputs | {running: result.outputs.get(running, [])}
    verdicts = [
        dataclasses.replace(one, message=f"Not tested. {result.sentence}")
        if one.test == left_out
        else one
        for one in again.verdicts
    ]
    sentence = f"{result.sentence} The rest was graded without this cell. {again.sentence}"
    status = TAMPERED if again.status == TAMPERED else result.status
    return dataclasses.replace(
        again, status=status, sentence=sentence.strip(), outputs=outputs, verdicts=verdicts
    )


def _attempt(
    task: Task, leave_out: int | None = None, before: dict[int, list[dict]] | None = None
) -> Result:
    """Run the cells, then judge the functions.

    Args:
        task: what to grade.
        leave_out: the cell that ended everything before. If it is a test, a function of the
            student's is to blame, and the self-checks of others may call it too: they are silent.
        before: the outputs until then.
    """
    from course_utils.grader import judging
    from course_utils.grading.assignments import registry

    assignment = registry.find(task.assignment)
    tests, before = task.tests, before or {}
    silent = tests if leave_out in tests else {}
    verdicts: dict[int, Verdict] = {}
    outputs: dict[int, list[dict]] = {}
    failed: list[int] = []
    running: int | None = None
    finished = False
    status, sentence = GRADED, ""
    with _process(task) as process:
        channel = process.channel
        try:
            cells = [
                {
                    "index": index,
                    "source": "" if index in silent else source,
                    "test": index in tests,
                }
                for index, source in task.cells
                if index != leave_out
            ]
            contents = [np.frombuffer(content, "uint8") for content in task.files.values()]
            channel.send({"cells": cells, "files": list(task.files)}, contents)
            while True:
                message, _ = channel.receive()
                if "starts" in message:
                    running = _index(message["starts"], task)
                elif "cell" in message:
                    index = _index(message["cell"], task)
                    if channel.received > BYTES_A_CHARACTER * task.limits.output + LARGEST_MESSAGE:
                        raise ProtocolError("too many outputs")
                    try:
                        outputs[index] = plain_outputs(message.get("outputs"))
                    except ValueError as error:
                        raise ProtocolError(str(error)) from error
                    if index not in tests and _errors(outputs[index]):
                        failed.append(index)
                elif message.get("finished"):
                    running, finished = None, True
                    break
                elif "failed" in message and running is None and not outputs:
                    raise RuntimeError(message["failed"])
                else:
                    raise ProtocolError("an unknown message")
            judge = judging.Judge(assignment, channel)
            # In the assignment's order, whatever the notebook's: what a later function may be given
            # of the course's own must not be there to learn from while an earlier one is judged.
            order = [function.name for function in assignment.functions]
            wanted = sorted(
                (order.index(test.function), index)
                for index, test in tests.items()
                if index != leave_out
            )
            for _, running in wanted:
                printed = (before if running in silent else outputs).get(running, [])
                claims = claims_to_be_right(tests[running].function, printed)
                judge.check(tests[running], running, claims)
            for _, running in wanted:
                verdicts[running] = judge.judge(tests[running], running)
            running = None
        except Late:
            if process.was_starved():
                raise _Starved from None
            status = TIMEOUT
            sentence = f"It did not finish within {task.limits.seconds:g} s."
        except Gone:
            status, sentence = process.how_it_ended()
        except ProtocolError as error:
            status, sentence = CRASHED, f"Its process sent {error} to the grader."
    memory = process.peak_memory
    if status != GRADED:
        if running is not None:
            failed.append(running)
            sentence += (
                f" The grader was calling {tests[running].function}."
                if finished
                else f" It was running the cell {_name(running)}."
            )
        elif not verdicts and not outputs:
            failed.append(-1)
    for index, test in tests.items():
        if index not in verdicts:
            verdicts[index] = Verdict(
                test.grade_id, test.function, 0.0, test.points, f"Not tested. {sentence}".strip()
            )
    tampered = [verdict for verdict in verdicts.values() if verdict.tampered]
    if tampered:
        status = TAMPERED
        sentence = " ".join(f"{verdict.function}: {verdict.tampered}" for verdict in tampered)
    elif status == GRADED and any(_ran_out_of_memory(o) for o in outputs.values()):
        status, sentence = OUT_OF_MEMORY, f"A cell asked for more than {task.limits.memory} MB."
    elif status == GRADED and failed:
        names = ", ".join(_name(index) for index in failed)
        status, sentence = FAILED_CELL, f"These cells raised an error: {names}."
    return Result(
        task.student,
        status,
        sentence,
        [*verdicts.values()],
        outputs,
        failed,
        memory=memory,
    )


def _name(index: int) -> str:
    """How people count cells."""
    return f"number {index + 1}"


def _index(value: object, task: Task) -> int:
    if type(value) is not int or value not in [index for index, _ in task.cells]:
        raise ProtocolError("the number of no cell")
    return value


def claims_to_be_right(function: str, outputs: list[dict]) -> bool:
    """Whether the self-check in the student's notebook said that a function is right."""
    printed = "".join(o["text"] for o in outputs if o["output_type"] == "stream")
    return f"✓ {function} is right." in printed and not _errors(outputs)


def _errors(outputs: list[dict]) -> bool:
    return any(output["output_type"] == "error" for output in outputs)


def _ran_out_of_memory(outputs: list[dict]) -> bool:
    kinds = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")
    return any(o["output_type"] == "error" and o["ename"] in kinds for o in outputs)


class _Process:
    """A student's process, its sandbox, and somebody who watches what it uses."""

    def __init__(self, task: Task) -> None:
        self._limits = task.limits
        library = _zygote().library
        self._sandbox = None
        if task.isolation == BUBBLEWRAP:
            self._sandbox = Sandbox(task.limits, library, task.course)
        # A sandbox has a scratch folder of its own.
        self._folder = "" if self._sandbox else tempfile.mkdtemp(prefix="course-grade-")
        ours, theirs = socket.socketpair()
        pid = _zygote().fork(
            theirs, task.limits, self._sandbox and self._sandbox.process, self._folder
        )
        theirs.close()
        self.channel = Channel(ours)
        self.channel.deadline = time.monotonic() + task.limits.seconds
        self.channel.grace = self._grace
        self._granted = 0.0
        self._grader = Path(f"/proc/self/task/{threading.get_native_id()}")
        self._grader_at_first = sum(_scheduled(self._grader))
        self.peak_memory = 0
        self._too_much = self._too_many = self._too_many_files = False
        # These know when a number has gone to another process; numbers alone do not.
        self._first = psutil.Process(pid)
        self._keeper = psutil.Process(self._sandbox.process) if self._sandbox else None
        self._at_first = _memory(self._first)
        self._shared_at_first = _shared_memory(self._first)
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._ended: int | None = None

    def how_it_ended(self) -> tuple[str, str]:
        """Status and sentence for a process that has closed its socket."""
        patience = time.monotonic() + LAST_SECONDS
        while _alive(self._first) and time.monotonic() < patience:
            time.sleep(0.01)
        self._kill()
        ended = self._wait()
        if self._too_much:
            return OUT_OF_MEMORY, f"It used more than {self._limits.memory} MB of memory."
        if self._too_many:
            return CRASHED, f"It started more than {self._limits.processes} processes."
        if self._too_many_files:
            return CRASHED, f"It made more than {MOST_FILES} files."
        if ended == -signal.SIGXCPU:
            return TIMEOUT, "It used up its processor time."
        if ended >= 0:
            return CRASHED, f"Its process ended by itself (exit status {ended})."
        return CRASHED, f"Its process was ended by {signal.Signals(-ended).name}."

    def _grace(self) -> float:
        """How much later it may finish: what it waited for a processor, and for the grader."""
        most = (self._limits.patience - 1) * self._limits.seconds
        threads = Path(f"/proc/{self._first.pid}/task").glob("*")
        waited = max((_scheduled(thread)[1] for thread in threads), default=0.0)
        waited += sum(_scheduled(self._grader)) - self._grader_at_first
        more = min(waited, most) - self._granted
        if more < self._limits.seconds / 20:
            return 0.0
        self._granted += more
        return more

    def was_starved(self) -> bool:
        """Whether the machine hardly had time for it, by no fault of its own."""
        used = 0.0
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                used += sum(process.cpu_times()[:2])
        return self._granted > self._limits.seconds and used < self._limits.seconds / 2

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
            self._ended = _zygote().wait()
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
            used = self._memory(processes)
            self.peak_memory = max(self.peak_memory, used // 2**20)
            self._too_much = used > most
            self._too_many = len(processes) > self._limits.processes
            self._too_many_files = self._files() > MOST_FILES
            if self._too_much or self._too_many or self._too_many_files:
                self._kill()
                return

    def _memory(self, processes: set[psutil.Process]) -> int:
        """Bytes that they have beyond what the first had from the zygote when it was forked."""
        # Pages that several share count for each of them: never too little, and quickly known.
        used = sum(map(_memory, processes)) - self._at_first
        alone = 3 if self._keeper else 1  # with the sandbox's own two
        if used // 2**20 > self.peak_memory and len(processes) > alone:
            used = min(used, sum(map(_shared_memory, processes)) - self._shared_at_first)
        return max(used, 0)

    def _files(self) -> int:
        """How many files it has made. Even empty ones take memory, which no limit counts."""
        try:
            scratch = os.statvfs(f"/proc/{self._keeper.pid}/root/tmp") if self._keeper else None
        except OSError:
            return 0
        return scratch.f_files - scratch.f_ffree if scratch else 0


@contextlib.contextmanager
def _process(task: Task) -> Iterator[_Process]:
    process = _Process(task)
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
    """Seconds for which a thread ran, and for which it was ready and no processor was free."""
    try:
        ran, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(ran) / 1e9, int(waited) / 1e9


def _memory(process: psutil.Process) -> int:
    """Bytes in memory that no file backs, each page in full."""
    return _sum_of(process, "status", ("RssAnon:", "RssShmem:", "VmSwap:"))


def _shared_memory(process: psutil.Process) -> int:
    """The same with each page divided by the number of processes that have it. Takes longer."""
    return _sum_of(process, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:", "SwapPss:"))


def _sum_of(process: psutil.Process, file: str, fields: tuple[str, ...]) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/{file}").read_text(encoding="ascii").splitlines()
    except PermissionError:
        return 0 if file == "status" else _memory(process)
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(fields))
