"""Run built lectures as a student would: in a fresh kernel, from top to bottom, in their folder.

A lecture fails when a cell raises, when anything is written to standard error, or when the kernel
dies. The executed copies, up to the failing cell, are kept in build/lectures/.
"""

import concurrent.futures
import contextlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbconvert.filters import strip_ansi
from tqdm import tqdm

EXECUTED_FOLDER = Path("build", "lectures")
CELL_TIMEOUT = 600
SAMPLING_SECONDS = 0.1


@dataclass(frozen=True)
class Execution:
    """The result of running one lecture.

    Attributes:
        name: the lecture's name.
        seconds: wall-clock time, including the start of the kernel.
        cpu_seconds: processor time of the kernel and its child processes, summed over cores. Other
            work on the machine lengthens `seconds`, but hardly this.
        peak_mebibytes: the largest memory of the kernel and its child processes together, in MiB
            (resident set, sampled ten times per second).
        failure: why the lecture failed, or None.
        cell: the source of the first cell that failed, or None.
    """

    name: str
    seconds: float
    cpu_seconds: float
    peak_mebibytes: int
    failure: str | None = None
    cell: str | None = None


def lecture_paths(root: Path, names: list[str]) -> list[Path]:
    """The paths of the built lectures with these names, or of all.

    Args:
        root: the course's folder.
        names: full names ("07_vae"), or names without the number ("vae"); empty for all.

    Raises:
        ValueError: for an unknown name, or if no lecture has been built.
    """
    known = sorted((root / "lectures").glob("*.ipynb"))
    if not known:
        raise ValueError("lectures/ holds no notebook; run `course notebooks` first")
    if not names:
        return known
    chosen = []
    for name in names:
        matching = [path for path in known if name in (path.stem, path.stem.lstrip("0123456789_"))]
        if not matching:
            raise ValueError(
                f"no lecture is called {name!r}; there are: {', '.join(p.stem for p in known)}"
            )
        chosen += matching
    return chosen


def execute_all(root: Path, paths: list[Path], jobs: int = 1) -> list[Execution]:
    """Run lectures, `jobs` at a time, behind a progress bar.

    Args:
        root: the course's folder; executed copies go to build/lectures/ in it.
        paths: the notebooks.
        jobs: how many kernels run at once. Each uses all cores, so more than one lengthens the
            times.

    Returns:
        One `Execution` for each path, in the order given.
    """
    with (
        concurrent.futures.ThreadPoolExecutor(jobs) as pool,
        tqdm(total=len(paths), unit="lecture", desc="lectures") as progress,
    ):
        running = [pool.submit(execute, path, root / EXECUTED_FOLDER / path.name) for path in paths]
        for future in concurrent.futures.as_completed(running):
            progress.set_postfix_str(future.result().name)
            progress.update()
    return [future.result() for future in running]


def execute(path: Path, copy: Path) -> Execution:
    """Run one notebook in a fresh kernel, its own folder as working directory.

    Args:
        path: the notebook; it is not changed.
        copy: where the executed notebook is written, whether or not it fails.

    Returns:
        The result; a failure is recorded in it and not raised.
    """
    notebook = nbformat.read(path, as_version=4)
    latest = {"cell": None}
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        startup_timeout=120,
        # nbclient waits 4 s for a cell's last output, which is too short on a busy machine.
        iopub_timeout=60,
        # Otherwise each kernel prints its connection settings to the terminal.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=lambda cell, cell_index: latest.update(cell=cell),
    )
    failure = None
    start = time.perf_counter()
    with _usage(client) as usage:
        try:
            client.execute()
        except CellExecutionError as error:
            failure = f"{error.ename}: {error.evalue}"
        except CellTimeoutError:
            failure = f"the cell took longer than {CELL_TIMEOUT} s"
        except RuntimeError as error:
            failure = str(error)
    seconds = time.perf_counter() - start
    copy.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, copy)

    failing = latest["cell"] if failure else None
    for cell in notebook.cells:
        written = "".join(
            output.text
            for output in cell.get("outputs", [])
            if output.output_type == "stream" and output.name == "stderr"
        )
        if written:
            failing, failure = cell, f"written to standard error: {written.strip()}"
            break
    return Execution(
        name=path.stem,
        seconds=round(seconds, 1),
        cpu_seconds=round(usage["cpu_seconds"], 1),
        peak_mebibytes=round(usage["peak"] / 2**20),
        failure=strip_ansi(failure) if failure else None,
        cell=failing.source if failing else None,
    )


@contextlib.contextmanager
def _usage(client: NotebookClient):
    """Sample the kernel and its children; yields a dictionary with `peak`, bytes, `cpu_seconds`."""
    usage = {"peak": 0, "cpu_seconds": 0.0}
    done = threading.Event()

    def sample() -> None:
        while not done.wait(SAMPLING_SECONDS):
            memory, computed = _used(getattr(getattr(client.km, "provisioner", None), "pid", None))
            usage["peak"] = max(usage["peak"], memory)
            usage["cpu_seconds"] = max(usage["cpu_seconds"], computed)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield usage
    finally:
        done.set()
        thread.join()


def _used(number: int | None) -> tuple[int, float]:
    """Memory in bytes and computing in seconds of a process and its children.

    Zeros without a process: a kernel has no number before it starts, and for None psutil would look
    at this process.
    """
    if number is None:
        return 0, 0.0
    try:
        kernel = psutil.Process(number)
        processes = [kernel, *kernel.children(recursive=True)]
        memory = sum(process.memory_info().rss for process in processes)
        # User and system time of each, then of its children that have ended.
        computed = sum(sum(process.cpu_times()[:4]) for process in processes)
    except psutil.Error:  # a process may end after it was listed
        return 0, 0.0
    return memory, computed
