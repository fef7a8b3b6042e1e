"""Read a notebook from its text: jupytext's percent format, read strictly.

A text is a Python file. Each cell begins with a marker line, which the file's first line is, too::

    # %% [markdown]
    # # Autoencoders
    # Text, every line a comment. Formulas: $x = 1$.

    # %%
    import numpy as np

    # %% tags=["hide-input"]
    # %matplotlib inline

Magics and shell commands are written as comments, so that the file stays Python: `# %%time`,
`# %matplotlib inline`, `# !ls`. In a code cell, every comment that begins with % or ! and a letter
is taken for one.

For a cell of an assignment, the marker says what nbgrader does with it. NAME is the cell's
grade_id, unique in the notebook (letters, digits, - and _); it also becomes the cell's id.

    # %% solution="NAME"
        code that the student replaces. The part between the comments `# BEGIN SOLUTION` and
        `# END SOLUTION` is removed from the release; the rest (signature, docstring) stays.
    # %% test="NAME" points=3
        graded by running it, locked. The part between `# BEGIN HIDDEN TESTS` and
        `# END HIDDEN TESTS` is removed from the release. With points=0 it is a self-check: it gives
        no points, but nbgrader's Validate reports when it fails.
    # %% [markdown] answer="NAME" points=2
        a written answer, graded by hand. The whole text is the model answer and is removed; or only
        the part between the lines `BEGIN SOLUTION` and `END SOLUTION`, if there are any.
    # %% locked="NAME"
        read-only for the student (code or markdown) and restored before grading: set-up cells.

Any other metadata of nbgrader is written in full and passed on unchanged, for example a task::

    # %% [markdown] nbgrader={"grade": false, "grade_id": "essay", "locked": false, "points": 2,
    (on one line)            "schema_version": 3, "solution": false, "task": true}

Apart from these and `tags`, nothing is allowed in a marker. jupytext itself takes a marker with a
missing brace for that of a plain cell, so that a test in it would silently be ungraded; here it is
an error with file and line.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext
from nbformat import NotebookNode, v4
from nbformat.validator import NotebookValidationError

MARKER = re.compile(r"# %%( \[markdown\])?( \S.*)?\s*")
MAGIC = re.compile(r"\s*# %%?[A-Za-z]\w*(\s.*)?")
COMMENTED_MAGIC = re.compile(r"^(\s*)# (?=%{1,2}[A-Za-z]|![A-Za-z])", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MARKER_LIKE = re.compile(r"\s*#\s*%|%%?(\s|$)")

KERNEL = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}

# jupytext would also uncomment commands that IPython knows without a sign: a comment that starts
# with the word "cat" would become code. So `read` does it, for explicit magics only.
FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}

# What each short form stands for: (grade, solution, locked), and the cells that may carry it.
SHORT_FORMS = {
    "solution": (False, True, False),
    "test": (True, False, True),
    "answer": (True, True, False),
    "locked": (False, False, True),
}
CELL_TYPES = {
    "solution": {"code"},
    "test": {"code"},
    "answer": {"markdown"},
    "locked": {"code", "markdown"},
}
KEPT_METADATA = ("nbgrader", "tags")


class SourceError(ValueError):
    """A text that cannot become a notebook; the message names the file and the line."""

    def __init__(self, path: str | Path, line: int, message: str):
        super().__init__(f"{path}:{line}: {message}")


@dataclass(frozen=True)
class Source:
    """A notebook, and where in its text each cell is.

    Attributes:
        path: the text file, as errors name it.
        notebook: the notebook, with grading metadata and stable cell ids, without outputs.
        markers: the number of each cell's marker line, counted from 1.
    """

    path: str | Path
    notebook: NotebookNode
    markers: list[int]

    def error(self, cell: int, message: str, line: int = 0) -> SourceError:
        """An error about one cell; `line` counts from its marker."""
        return SourceError(self.path, self.markers[cell] + line, message)


def read(text: str, path: str | Path) -> Source:
    """Read the text of a notebook.

    Args:
        text: the content of the file, in the format at the top of this module.
        path: the name of the file, for errors.

    Returns:
        The `Source`. Equal texts give equal notebooks. The id of a cell with a grade_id is that;
        any other id is a hash of the cell's content, so that an edit or a new cell changes no other
        id, except those of equal cells after it.

    Raises:
        SourceError: for a malformed marker, unknown or wrong metadata, or stray text.
    """
    lines = text.splitlines()
    markers = _marker_lines(lines, path)
    parsed = _parse(text, path, markers)
    if len(parsed.cells) != len(markers):
        raise SourceError(
            path,
            markers[0] if markers else 1,
            f"there are {len(markers)} cell markers but jupytext reads {len(parsed.cells)} cells; "
            "look for text before the first marker or a marker inside a string",
        )
    source = Source(path, v4.new_notebook(metadata=KERNEL), markers)
    seen: dict[str, int] = {}
    for index, cell in enumerate(parsed.cells):
        metadata = _metadata(source, index, cell)
        if cell.cell_type == "markdown":
            _check_commented(source, index, lines)
        else:
            cell.source = COMMENTED_MAGIC.sub(r"\1", cell.source)
        content = f"{cell.cell_type}\n{cell.source}"
        seen[content] = seen.get(content, 0) + 1
        digest = hashlib.sha256(f"{seen[content]}\n{content}".encode()).hexdigest()[:12]
        new_cell = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}[cell.cell_type]
        source.notebook.cells.append(
            new_cell(
                cell.source,
                id=metadata.get("nbgrader", {}).get("grade_id", digest),
                metadata=metadata,
            )
        )
    return source


def _marker_lines(lines: list[str], path: str | Path) -> list[int]:
    """The numbers of all marker lines; a line that only resembles one is an error."""
    markers = []
    for number, line in enumerate(lines, start=1):
        if MARKER.fullmatch(line):
            markers.append(number)
        elif MARKER_LIKE.match(line) and not MAGIC.fullmatch(line):
            raise SourceError(
                path, number, f'malformed cell marker {line.strip()!r}; write "# %%" and a space'
            )
    return markers


def _parse(text: str, path: str | Path, markers: list[int]) -> NotebookNode:
    try:
        return jupytext.reads(text, fmt=FORMAT)
    except NotebookValidationError:
        # jupytext does not say where, so each marker is tried separately.
        lines = text.splitlines()
        for number in markers:
            try:
                jupytext.reads(lines[number - 1], fmt=FORMAT)
            except NotebookValidationError as error:
                raise SourceError(path, number, f"wrong metadata: {error.message}") from error
        raise


def _metadata(source: Source, index: int, cell: NotebookNode) -> dict:
    """The metadata of the cell in the notebook, with short forms written in full."""
    given = {key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
    if "incorrectly_encoded_metadata" in given:
        raise source.error(
            index,
            f"cannot read {given['incorrectly_encoded_metadata']!r}; "
            "is a quote, a bracket or a brace missing?",
        )
    unknown = set(given) - set(KEPT_METADATA) - set(SHORT_FORMS) - {"points"}
    if unknown:
        raise source.error(
            index,
            f"unknown in a cell marker: {', '.join(sorted(unknown))}; "
            f"known are {', '.join((*SHORT_FORMS, 'points', *KEPT_METADATA))}",
        )
    kept = {key: given[key] for key in KEPT_METADATA if key in given}
    forms = [form for form in SHORT_FORMS if form in given]
    if len(forms) + ("nbgrader" in given) > 1:
        raise source.error(index, "more than one of " + ", ".join((*SHORT_FORMS, "nbgrader")))
    if not forms:
        if "points" in given:
            raise source.error(index, "points belong to a test or an answer")
        if not isinstance(kept.get("nbgrader", {}), dict):
            raise source.error(index, f"nbgrader={kept['nbgrader']!r}: expected braces")
        if "grade_id" in kept.get("nbgrader", {}):
            _check_name(source, index, kept["nbgrader"]["grade_id"])
        return kept
    form = forms[0]
    grade, solution, locked = SHORT_FORMS[form]
    if cell.cell_type not in CELL_TYPES[form]:
        raise source.error(index, f"a {cell.cell_type} cell cannot be {form}={given[form]!r}")
    _check_name(source, index, given[form])
    if grade != ("points" in given):
        raise source.error(
            index, f"{form}={given[form]!r} {'needs' if grade else 'takes no'} points"
        )
    kept["nbgrader"] = {
        "grade": grade,
        "grade_id": given[form],
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if grade:
        kept["nbgrader"]["points"] = given["points"]
    return kept


def _check_name(source: Source, index: int, name: object) -> None:
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise source.error(
            index, f"{name!r} is not a grade_id: up to 64 letters, digits, - and _, in quotes"
        )


def _check_commented(source: Source, index: int, lines: list[str]) -> None:
    """Refuse markdown that is not commented, since jupytext would take every # for text."""
    start = source.markers[index]
    end = source.markers[index + 1] - 1 if index + 1 < len(source.markers) else len(lines)
    body = lines[start:end]
    if body and body[0].startswith('"""'):
        return
    for offset, line in enumerate(body, start=1):
        if line.strip() and not line.startswith("#"):
            raise source.error(index, f"markdown must be commented: {line!r}", offset)
