"""Find the assignment's cells in a notebook, even if nbgrader's marks are lost.

nbgrader recognises a cell by its grade_id, which some tools drop and copying duplicates. If it is
lost, a cell is recognised by its text, a function by its name and an answer by its position. The
result contains each of the assignment's graded and locked cells once.
"""

import ast
import copy
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode, from_dict, v4
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from course_utils.grader.handin import Refused
from course_utils.grader.outputs import plain_outputs

MOST_CELLS = 2000
# Characters in all code cells together; more would not fit into a message to the student's process.
MOST_CODE = 4_000_000


@dataclass
class Cell:
    """A cell that was handed in, reduced to what matters for grading.

    Attributes:
        node: the cell; its metadata are empty until `restore` sets those of the release.
        grade_id: its grade_id as it was handed in, or empty.
        attachments: its attachments as they were handed in, unchecked.
        index: which cell of the release it is; None if the student added it.
        is_put_back: whether it was missing and has been put back.
    """

    node: NotebookNode
    grade_id: str = ""
    attachments: dict = field(default_factory=dict)
    index: int | None = None
    is_put_back: bool = False

    @property
    def is_code(self) -> bool:
        return self.node.cell_type == "code"

    @property
    def text(self) -> str:
        return self.node.source


def plain(notebook: dict, repairs: list[str]) -> list[Cell]:
    """The cells of a notebook.

    Args:
        notebook: in format 4, but otherwise unchecked.
        repairs: gets a sentence for each thing that was left out.

    Raises:
        Refused: there is no list of cells, or they are too many.
    """
    given = notebook.get("cells")
    if not isinstance(given, list):
        raise Refused("The notebook has no cells. Hand in the assignment's notebook.")
    if len(given) > MOST_CELLS:
        raise Refused(f"The notebook has {len(given)} cells; up to {MOST_CELLS} are read.")
    cells, left_out, code = [], 0, 0
    for number, cell in enumerate(given, start=1):
        if not isinstance(cell, dict):
            left_out += 1
            continue
        source = _text(cell.get("source"))
        kind = cell.get("cell_type")
        if kind == "code":
            code += len(source)
            if code > MOST_CODE:
                repairs.append(
                    f"The code cell {number} was not run: all code may have "
                    f"{MOST_CODE // 10**6} million characters. Read large data from a file."
                )
                source = f"# {len(source):,} characters, which were not run"
            node = v4.new_code_cell(source, outputs=_outputs(cell.get("outputs")))
        else:
            node = v4.new_markdown_cell(source)
        attachments = cell.get("attachments")
        cells.append(
            Cell(node, _grade_id(cell), attachments if isinstance(attachments, dict) else {})
        )
    if left_out:
        repairs.append(f"{left_out} cells could not be read and were left out.")
    return cells


def _text(source: object) -> str:
    """A cell's text, which may be a list of lines; anything else is converted to a string."""
    if isinstance(source, list):
        source = "".join(line if isinstance(line, str) else str(line) for line in source)
    if source is None:
        source = ""
    # Lone surrogates are valid JSON, but cannot be written to a file.
    text = str(source).encode("utf-8", "replace").decode()
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _grade_id(cell: dict) -> str:
    metadata = cell.get("metadata")
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = grading.get("grade_id") if isinstance(grading, dict) else None
    return grade_id if isinstance(grade_id, str) else ""


def _outputs(given: object) -> list[NotebookNode]:
    """The outputs that were saved with a cell, if they are valid. They do not affect the grade."""
    try:
        return [from_dict(output) for output in plain_outputs(given)]
    except ValueError:
        return []


def is_official(cell: NotebookNode) -> bool:
    """Whether nbgrader knows a cell of the release."""
    return is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)


def is_answer(cell: NotebookNode) -> bool:
    """Whether a person grades a cell of the release."""
    return is_grade(cell) and is_solution(cell)


def is_worked(notebook: dict, release: NotebookNode) -> bool:
    """Whether a notebook is the assignment's, with something of the student's own in it."""
    try:
        cells = plain(notebook, [])
    except Refused:
        return False
    ours = {_squeezed(cell.source) for cell in release.cells}
    ids = {cell.metadata.nbgrader.grade_id for cell in release.cells if is_official(cell)}
    known = [_squeezed(cell.text) in ours for cell in cells]
    resembles = any(known) or any(cell.grade_id in ids for cell in cells)
    return resembles and any(
        cell.text.strip() and not same for cell, same in zip(cells, known, strict=True)
    )


def find(cells: list[Cell], release: NotebookNode, repairs: list[str]) -> None:
    """Find out which cell of the release each cell is.

    Args:
        cells: the cells that were handed in; their `index` is set.
        release: the released notebook.
        repairs: gets a sentence for each thing that was repaired.
    """
    official = {
        cell.metadata.nbgrader.grade_id: index
        for index, cell in enumerate(release.cells)
        if is_official(cell)
    }
    functions = set().union(*(defined(c.source) for c in release.cells if is_solution(c)))
    for grade_id, index in official.items():
        _find_by_mark(cells, release.cells[index], grade_id, index, functions, repairs)
    marked = sum(cell.index is not None for cell in cells)
    _find_by_text(cells, release)
    _find_by_name(cells, release)
    found = sum(cell.index in official.values() for cell in cells)
    if found > marked:
        repairs.append(
            f"{found - marked} cells had lost the marks by which nbgrader knows them; they were "
            "found by their text."
        )


def _find_by_mark(
    cells: list[Cell],
    ours: NotebookNode,
    grade_id: str,
    index: int,
    functions: set[str],
    repairs: list[str],
) -> None:
    """Find a cell by its grade_id. If several have it, the last one counts, as in nbgrader.

    But a cell whose content was replaced by something else does not count if another one fits, and
    neither does an answer's unchanged cell if another one was changed.
    """
    marked = [cell for cell in cells if cell.grade_id == grade_id]
    fitting = [cell for cell in marked if _fits(cell, ours, functions)]
    worked = [cell for cell in fitting if not same(cell.text, ours.source)]
    candidates = (is_answer(ours) and worked) or fitting
    candidates = candidates or [cell for cell in marked if cell.node.cell_type == ours.cell_type]
    if not candidates:
        return
    candidates[-1].index = index
    if len(marked) > 1:
        repairs.append(f"The cell {grade_id} was there more than once; the last one counts.")


def _fits(cell: Cell, ours: NotebookNode, functions: set[str]) -> bool:
    """Whether a cell can be what its mark says: neither prose nor another function in its place."""
    if ours.cell_type != "code":
        return True
    if not cell.is_code:
        return _parsed(cell.text) is not None
    here = defined(cell.text) & functions
    return not is_solution(ours) or not here or bool(here & defined(ours.source))


def _find_by_text(cells: list[Cell], release: NotebookNode) -> None:
    taken = {cell.index for cell in cells}
    places: dict[tuple[bool, str], list[int]] = {}
    for index, ours in enumerate(release.cells):
        if index not in taken:
            key = (ours.cell_type == "code", _squeezed(ours.source))
            places.setdefault(key, []).append(index)
    for cell in cells:
        same = places.get((cell.is_code, _squeezed(cell.text)))
        if cell.index is None and same:
            cell.index = same.pop(0)


def _find_by_name(cells: list[Cell], release: NotebookNode) -> None:
    """Find functions whose marks are lost: the last cell that defines a function is its cell."""
    taken = {cell.index for cell in cells}
    for index, ours in enumerate(release.cells):
        if index in taken or ours.cell_type != "code" or not is_solution(ours):
            continue
        names = defined(ours.source)
        for cell in reversed(cells):
            if cell.index is None and cell.is_code and names & defined(cell.text):
                cell.index = index
                break


def restore(cells: list[Cell], release: NotebookNode, repairs: list[str]) -> list[Cell]:
    """The cells with all of the assignment's own in their places.

    A locked cell gets its text back; what a student defined in it is kept in a cell before it.

    Args:
        cells: the cells after `find`.
        release: the released notebook.
        repairs: gets a sentence for each thing that was repaired.
    """
    whole: list[Cell] = []
    for cell in cells:
        ours = None if cell.index is None else release.cells[cell.index]
        if ours is None or not is_official(ours):
            whole.append(cell)
            continue
        grade_id = ours.metadata.nbgrader.grade_id
        if cell.node.cell_type != ours.cell_type:
            new = v4.new_code_cell if ours.cell_type == "code" else v4.new_markdown_cell
            cell.node = new(cell.text)
            repairs.append(f"The cell {grade_id} had become another kind of cell.")
        cell.node.metadata = copy.deepcopy(ours.metadata)
        if is_locked(ours) and not same(cell.text, ours.source, cell.is_code):
            if cell.is_code and defined(cell.text) - defined(ours.source):
                whole.append(Cell(v4.new_code_cell(cell.text)))
            repairs.append(f"The cell {grade_id} is not as the assignment has it; it was restored.")
        if is_locked(ours):
            cell.node.source = ours.source
        whole.append(cell)
    _put_back(whole, release, repairs)
    return whole


def _put_back(cells: list[Cell], release: NotebookNode, repairs: list[str]) -> None:
    anywhere = False
    for index, ours in enumerate(release.cells):
        there = any(cell.index == index for cell in cells)
        if is_solution(ours) and not is_grade(ours):
            # The student's code may be in any other cell; no stub may come after it.
            anywhere = not there
        elif is_official(ours) and not there:
            place = len(cells) if anywhere else _place(cells, index)
            cells.insert(place, Cell(copy.deepcopy(ours), index=index, is_put_back=True))
            if is_answer(ours):
                continue  # `answers` says what became of it
            grade_id = ours.metadata.nbgrader.grade_id
            repairs.append(
                f"The cell {grade_id} was not in the notebook that was handed in; it was put back."
            )


def _place(cells: list[Cell], index: int) -> int:
    """Where a cell of the release belongs: after its predecessors and cells added after them."""
    before = [n for n, cell in enumerate(cells) if cell.index is not None and cell.index < index]
    place = before[-1] + 1 if before else 0
    while place < len(cells) and cells[place].index is None:
        place += 1
    return place


def neighbours(cells: Sequence[Cell], number: int) -> tuple[int, int]:
    """Between which cells of the release a student's own cell lies.

    Returns:
        The index of the last one before it, −1 if there is none, and of the first one after it,
        `MOST_CELLS` if there is none.
    """
    before = [cell.index for cell in cells[:number] if cell.index is not None]
    after = [cell.index for cell in cells[number + 1 :] if cell.index is not None]
    return (before[-1] if before else -1), (after[0] if after else MOST_CELLS)


def same(text: str, ours: str, is_code: bool = False) -> bool:
    """Whether a text is the assignment's, whatever its white space and, if code, its formatting."""
    if _squeezed(text) == _squeezed(ours):
        return True
    return is_code and _parsed(text) is not None and _parsed(text) == _parsed(ours)


def _squeezed(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def defined(code: str) -> set[str]:
    """The functions, classes and variables that code defines, even if Python cannot parse it."""
    found = re.findall(
        r"^[ \t]*(?:async )?(?:def|class) +(\w+)|^(\w+) *(?::[^=\n]*)?=(?!=)", code, re.MULTILINE
    )
    return {one or other for one, other in found}


def tree(code: str) -> ast.Module | None:
    """The syntax tree of code; None if Python cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about backslashes in a student's strings
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _parsed(code: str) -> str | None:
    """Code as Python parses it, without white space and comments; None if it does not."""
    parsed = tree(code)
    try:
        return None if parsed is None else ast.dump(parsed)
    except RecursionError:
        return None
