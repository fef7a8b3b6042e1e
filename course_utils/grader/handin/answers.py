"""Gather what a person will grade, so that nothing that a student wrote or drew is lost.

An answer may be in its cell, in new cells around it, in the cell of the question, or in a file
beside the notebook. All of it goes into the cell that the gradebook knows. If an answer might be
somewhere else, its cell gets a note: nbgrader by itself gives 0 points to an unchanged cell, but
leaves a changed one to a person.
"""

from collections.abc import Sequence

from nbformat import NotebookNode

from course_utils.grader.handin.cells import Cell, is_answer, neighbours, same
from course_utils.grader.handin.pictures import Pictures

# Longer texts are cut off, because an instructor's browser has to show them.
LONGEST_TEXT = 500_000


def gather(
    cells: list[Cell], release: NotebookNode, pictures: Pictures, notes: list[str]
) -> list[Cell]:
    """The cells with every answer in its place, and with the pictures of all texts.

    Args:
        cells: all cells, with those of the assignment restored.
        release: the released notebook.
        pictures: the pictures that were handed in.
        notes: gets a sentence for each thing that an instructor should look at.
    """
    for cell in cells:
        if cell.index is not None and not _is_answer(cell, release):
            # The text is the assignment's own, so its links are safe.
            cell.node.source = release.cells[cell.index].source if not cell.is_code else cell.text
        elif not cell.is_code:
            _show(cell, pictures)
    answers = [cell for cell in cells if cell.index is not None and _is_answer(cell, release)]
    for cell in answers:
        moved = _gather_one(cell, cells, release.cells[cell.index].source, notes)
        cells = [other for other in cells if not any(other is one for one in moved)]
    if answers:
        _add_files(answers[-1], cells, release, pictures)
    return cells


def _is_answer(cell: Cell, release: NotebookNode) -> bool:
    return is_answer(release.cells[cell.index]) and not cell.is_code


def _show(cell: Cell, pictures: Pictures) -> None:
    text, shown = pictures.in_text(cell.text, cell.attachments)
    if len(text) > LONGEST_TEXT:
        more = len(text) - LONGEST_TEXT
        text = f"{text[:LONGEST_TEXT]}\n\n*[{more:,} more characters in {pictures.notebook}]*"
    cell.node.source = text
    if shown:
        cell.node["attachments"] = shown


def _gather_one(answer: Cell, cells: list[Cell], stub: str, notes: list[str]) -> list[Cell]:
    """Put an answer together; return the other cells that went into it."""
    grade_id = answer.node.metadata.nbgrader.grade_id
    own = [n for n, cell in enumerate(cells) if cell.index is None and _says_something(cell)]
    near = [n for n in own if _within(neighbours(cells, n), answer.index)]
    texts = [cells[n] for n in near if not cells[n].is_code]
    untouched = same(answer.text, stub)
    parts = [c for c in cells if c is answer or any(c is text for text in texts)]
    if untouched:
        parts.remove(answer)
    if parts:
        answer.node.source = "\n\n".join(cell.text for cell in parts)
        shown = [cell.node.get("attachments", {}) for cell in parts]
        if any(shown):
            answer.node["attachments"] = {k: v for one in shown for k, v in one.items()}
        if untouched:
            notes.append(f"The answer {grade_id} was found in other cells than its own.")
        return texts
    elsewhere = [n + 1 for n in own if n in near or not cells[n].is_code]
    if elsewhere:
        where = ", ".join(map(str, elsewhere[:10]))
        answer.node.source = (
            "*[Nothing was written in this cell. The answer may be in one that was added: number "
            f"{where}.]*"
        )
        notes.append(f"The answer {grade_id} is empty, but there are new cells: {where}.")
    elif answer.is_put_back:
        answer.node.source = "*[This question was not in the notebook that was handed in.]*"
        notes.append(
            f"The notebook has no cell {grade_id}: it was deleted, or came into the assignment "
            "after it was handed out."
        )
    else:
        answer.node.source = stub
    return []


def _within(around: tuple[int, int], index: int) -> bool:
    before, after = around
    return before <= index <= after


def _says_something(cell: Cell) -> bool:
    return bool(cell.text.strip() or cell.node.get("attachments"))


def _add_files(
    answer: Cell, cells: Sequence[Cell], release: NotebookNode, pictures: Pictures
) -> None:
    """Add files that lie beside the notebook and that neither text nor code mentions."""
    code = "\n".join(cell.text for cell in cells if cell.is_code)
    text, shown = pictures.left_over(code)
    if not text:
        return
    if same(answer.text, release.cells[answer.index].source):
        answer.node.source = ""
    answer.node.source = f"{answer.text}\n\n{text}".strip()
    answer.node["attachments"] = answer.node.get("attachments", {}) | shown
