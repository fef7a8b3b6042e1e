"""Every lecture runs from top to bottom in a fresh kernel, without a word on standard error."""

from pathlib import Path

import pytest

from course_utils.notebooks import execution

REPOSITORY = Path(__file__).parents[2]
# Two minutes are promised on two cores; a machine that does something else gets as much again.
SECONDS = 240


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", execution.lecture_paths(REPOSITORY, []), ids=lambda path: path.stem
)
def test_lecture_runs(path, record_property):
    result = execution.execute(path, REPOSITORY / execution.EXECUTED_FOLDER / path.name)
    record_property("seconds", result.seconds)
    print(f"{result.name}: {result.seconds:.0f} s, {result.peak_mebibytes} MiB")
    assert result.failure is None, f"{result.failure}\n\n{result.cell}"
    assert result.seconds < SECONDS
