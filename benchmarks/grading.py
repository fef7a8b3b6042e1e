"""Submissions per minute: stock nbgrader against `course grade`, on the same submissions.

    python benchmarks/grading.py --submissions 40
    python benchmarks/grading.py --submissions 500 --memory

Both grade the same correct submissions of `vae` into separate gradebooks, from the command line,
including start-up. Stock nbgrader also runs the experiment at the end of the notebook, which gives
no points; `course grade` does not run what comes after the last test. So both are measured with the
experiment and without it. A machine may be faster in one minute than in another, so `course grade`
runs before and after nbgrader and its mean counts. Other work on the machine makes the ratio
worthless, so the load at each start is printed. With --memory only `course grade` runs, and the
memory of all its processes is sampled.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil

ROOT = Path(__file__).resolve().parents[1]
NAME = "vae"
SAMPLING_SECONDS = 1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=40, metavar="N")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--memory", action="store_true", help="sample memory; leave nbgrader out")
    arguments = parser.parse_args()
    ours = [sys.executable, "-m", "course_utils.cli", "grade", NAME, "--jobs", str(arguments.jobs)]
    if arguments.memory:
        run("course grade", ours, arguments, experiment=True)
        return
    stock = [sys.executable, "-m", "nbgrader", "autograde", NAME]
    for experiment in (True, False):
        kind = "with" if experiment else "without"
        print(f"notebooks {kind} the experiment at their end:")
        before = run("course grade", ours, arguments, experiment)
        seconds = run("nbgrader autograde", stock, arguments, experiment)
        after = run("course grade", ours, arguments, experiment)
        times = f"{2 * seconds / (before + after):.1f} times"
        print(f"course grade is {times} as fast, {kind} the experiment")


def run(label: str, command: list[str], arguments: argparse.Namespace, experiment: bool) -> float:
    """Measure a command on new submissions, print what was found, and return the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        course = make(Path(folder), arguments.submissions, experiment)
        load = os.getloadavg()[0]
        seconds, processor, samples = measure(command, course, arguments.memory)
        full = full_marks(course)
    print(
        f"{label:20} {arguments.submissions:4} submissions  {seconds:7.1f} s  "
        f"{processor:7.1f} s of processors  {60 * arguments.submissions / seconds:6.1f} a minute  "
        f"{full} with full marks, load {load:.1f} at the start",
        flush=True,
    )
    if samples:
        quarter = -(-len(samples) // 4)
        for part, share in (("first", samples[:quarter]), ("last", samples[-quarter:])):
            print(f"  most memory in the {part} quarter: {max(share) / 2**20:,.0f} MiB")
    return seconds


def make(folder: Path, submissions: int, experiment: bool) -> Path:
    """Make a course in a folder, with the solution handed in many times; returns the folder.

    Args:
        folder: an empty folder.
        submissions: how many.
        experiment: whether the cells after the last test keep their code.
    """
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for built in ("solutions", "assignments"):
        shutil.copytree(ROOT / built / NAME, folder / built / NAME)
    handed_in = nbformat.read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    tests = [index for index, cell in enumerate(handed_in.cells) if is_test(cell)]
    for cell in handed_in.cells[tests[-1] + 1 :] if not experiment else []:
        if cell.cell_type == "code":
            cell.source = ""
    for number in range(submissions):
        path = folder / "submitted" / f"s{number:04}" / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(handed_in, path)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", NAME]
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)
    return folder


def is_test(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell is graded by running it."""
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade", False)


def environment() -> dict[str, str]:
    """The environment of the subprocesses, in which they find the course's library."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def measure(command: list[str], course: Path, sampled: bool) -> tuple[float, float, list[int]]:
    """Run a command in a course's folder.

    Returns:
        Wall-clock seconds, processor seconds of the whole machine, and samples of the memory of
        the command's processes, in bytes, if `sampled`.
    """
    start, before = time.perf_counter(), busy_seconds()
    process = subprocess.Popen(
        command,
        cwd=course,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    done, samples = threading.Event(), []

    def sample() -> None:
        while not done.wait(SAMPLING_SECONDS):
            total = 0
            for one in family(process.pid):
                try:
                    total += one.memory_full_info().pss
                except psutil.Error:
                    continue
            samples.append(total)

    if sampled:
        threading.Thread(target=sample, daemon=True).start()
    status = process.wait()
    done.set()
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return time.perf_counter() - start, busy_seconds() - before, samples


def busy_seconds() -> float:
    """Processor seconds of the whole machine, since those of a command omit some descendants."""
    times = psutil.cpu_times()
    return times.user + times.system


def family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants; empty if it has ended."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def full_marks(course: Path) -> int:
    """How many submissions have all 20 points of the tests."""
    query = """
        select count(*) from (
            select n.id from submitted_notebook n join grade g on g.notebook_id = n.id
            group by n.id having sum(g.auto_score) = 20)
    """
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        return gradebook.execute(query).fetchone()[0]


if __name__ == "__main__":
    main()
