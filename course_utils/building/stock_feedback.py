"""Feedback pages of nbgrader that show no hidden tests and need no network.

nbgrader's own feedback shows every test cell in full, and its tracebacks quote the line that
failed. nbgrader_config.py puts `HideTests` among the steps that make the page. nbgrader's page
loads MathJax from the network; in that of `Page`, formulas are drawings.

Two things stay visible: the message of a failed test, which is meant for the student, and whatever
the student's own code prints about the values with which it was called.
"""

import re

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from course_utils.building.formulas import formula_svg
from course_utils.building.release import HIDDEN_TESTS, regions

MATHJAX = re.compile(r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->", re.DOTALL)
QUOTED_LINE = re.compile(r"\s*(?:-+>)?\s*\d+\s*(?P<code>.*)")


class HideTests(ClearHiddenTests):
    """Remove hidden tests from a cell and from the tracebacks in its outputs."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """nbgrader's hook: returns the cell without its hidden tests, and the resources."""
        hidden = {line.strip() for region, line in regions(cell) if region == HIDDEN_TESTS}
        for output in cell.get("outputs", []) if hidden else []:
            if output.output_type == "error":
                output.traceback = [_without(hidden, entry) for entry in output.traceback]
        return super().preprocess_cell(cell, resources, cell_index)


def _without(hidden: set[str], entry: str) -> str:
    """An entry of a traceback without the lines that quote a hidden test."""
    kept = []
    for line in entry.split("\n"):
        quoted = QUOTED_LINE.fullmatch(strip_ansi(line))
        if quoted is None or quoted["code"].strip() not in hidden:
            kept.append(line)
    return "\n".join(kept)


class Page(HTMLExporter):
    """nbgrader's feedback page, which needs no network."""

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **options):
        """nbconvert's hook: returns the page of a notebook, and the resources."""
        page, resources = super().from_notebook_node(nb, resources, **options)
        return MATHJAX.sub("", page), resources

    @pass_context
    def markdown2html(self, _context: Context, source: str) -> str:
        """nbconvert's filter for the text of a cell or of a comment."""
        return MarkdownWithMath(renderer=_Renderer(escape=False)).render(source)


class _Renderer(IPythonRenderer):
    def inline_math(self, body: str) -> str:
        return formula_svg(body)

    def block_math(self, body: str) -> str:
        return formula_svg(body, display=True)

    def latex_environment(self, name: str, body: str) -> str:
        return formula_svg(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)
