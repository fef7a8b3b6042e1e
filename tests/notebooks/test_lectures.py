"""Every lecture runs from top to bottom in a fresh kernel, and prints nothing on standard error.

Every figure in it has a text that a screen reader can read, and no cell leaves people waiting
without a progress bar.
"""

import re
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from course_utils.building import execution

REPOSITORY = Path(__file__).parents[2]
WELCOME, *LECTURES = execution.lecture_paths(REPOSITORY, [])
# What a lecture may compute for each second that it promises on two cores: two, less some room for
# what runs on one core at a time. On a machine that does something else, too, a lecture computes up
# to a third longer than on a quiet one.
CPU_SECONDS_PER_SECOND = 11 / 6
SECONDS = {"half a minute": 30, "a minute": 60, "a minute and a half": 90, "two minutes": 120}
# What a cell may compute without a progress bar. Where other work lengthens the waiting, a cell
# counts with the share of the processors that the whole lecture got.
SILENT_CPU_SECONDS = 25
TOP_TO_BOTTOM = r"; (.+) to run from top to bottom on two cores"
LONGEST = r"takes (.+) on two cores, or less"


def running_time(path, sentence):
    """The seconds that the first cell of a notebook promises in a sentence; None without it."""
    words = " ".join(nbformat.read(path, as_version=4).cells[0].source.split())
    found = re.search(sentence.replace("(.+)", r"(?:about |under )?([^|;]+?)"), words)
    if found is None:
        return None
    number = re.fullmatch(r"(\d+) seconds", found[1])
    return int(number[1]) if number else SECONDS[found[1]]


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_promises_one_running_time(path):
    from_top_to_bottom = running_time(path, TOP_TO_BOTTOM)
    assert from_top_to_bottom <= running_time(WELCOME, LONGEST)
    fashion, digits = (
        running_time(path, rf'`"{dataset}"` \| [^|]+ \| (.+) \|')
        for dataset in ("fashion", "digits")
    )
    if fashion:
        assert from_top_to_bottom / 2 < fashion <= from_top_to_bottom and digits <= fashion


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", execution.lecture_paths(REPOSITORY, []), ids=lambda path: path.stem
)
def test_lecture_runs(path, record_property, monkeypatch):
    monkeypatch.delenv("MPLBACKEND")  # figures appear as in a student's notebook
    copy = REPOSITORY / execution.EXECUTED_FOLDER / path.name
    result = execution.execute(path, copy)
    record_property("seconds", result.seconds)
    record_property("cpu_seconds", result.cpu_seconds)
    print(
        f"{result.name}: {result.seconds:.0f} s, {result.cpu_seconds:.0f} s of computing, "
        f"{result.peak_mebibytes} MiB"
    )
    assert result.failure is None, f"{result.failure}\n\n{result.cell}"
    promised = running_time(path, LONGEST if path == WELCOME else TOP_TO_BOTTOM)
    assert result.cpu_seconds < CPU_SECONDS_PER_SECOND * promised
    notebook = nbformat.read(copy, as_version=4)
    patience = SILENT_CPU_SECONDS * result.seconds / result.cpu_seconds
    assert [source for source, seconds in silent_seconds(notebook) if seconds > patience] == []
    figures = list(figures_of(notebook))
    assert figures
    for figure in figures:
        assert re.search(r'<img [^>]*alt="[^"]{5,}', figure), "a figure without title or labels"


def silent_seconds(notebook):
    """Source and seconds of each cell of an executed notebook that shows no progress bar."""
    for cell in notebook.cells:
        written = "".join(output.get("text", "") for output in cell.get("outputs", []))
        if cell.cell_type == "code" and "%|" not in written:
            moments = cell.metadata["execution"]
            start, end = (
                datetime.fromisoformat(moments[f"iopub.status.{status}"])
                for status in ("busy", "idle")
            )
            yield cell.source, (end - start).total_seconds()


def figures_of(notebook):
    """What the page gets of each Matplotlib figure of an executed notebook."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if data.get("text/plain", "").startswith("<Figure"):
                yield data.get("text/html", "a figure that is no HTML image")
