"""Keep hidden tests out of the pages that students get back.

nbgrader's own feedback prints every test cell whole, and its tracebacks quote the line that failed.
nbgrader_config.py puts `HideTests` among the steps that make the page.

What stays visible: the message of a failed test, which is meant for the student, and whatever the
student's own code prints about the values that it was called with.
"""

import re

from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from course_utils.notebooks.release import HIDDEN_TESTS, regions

QUOTED_LINE = re.compile(r"\s*(?:-+>)?\s*\d+\s*(?P<code>.*)")


class HideTests(ClearHiddenTests):
    """Cut hidden tests from a cell and from the tracebacks that it left."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """nbgrader's hook: one cell in, the same cell without its hidden tests out."""
        hidden = {line.strip() for region, line in regions(cell) if region == HIDDEN_TESTS}
        for output in cell.get("outputs", []) if hidden else []:
            if output.output_type == "error":
                output.traceback = [_without(hidden, entry) for entry in output.traceback]
        return super().preprocess_cell(cell, resources, cell_index)


def _without(hidden: set[str], entry: str) -> str:
    """A traceback's entry without the lines that quote a hidden test."""
    kept = []
    for line in entry.split("\n"):
        quoted = QUOTED_LINE.fullmatch(strip_ansi(line))
        if quoted is None or quoted["code"].strip() not in hidden:
            kept.append(line)
    return "\n".join(kept)
