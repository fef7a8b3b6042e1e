"""Read what a student handed in; repair it, or refuse it with a sentence.

Nothing here trusts the file: not its size, its kind, its JSON or its metadata. The result is a
notebook that holds each of the assignment's own graded and locked cells once.
"""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode, from_dict, v4
from nbgrader.utils import parse_utc

from course_utils.grader.handin import (
    Missing,
    Refused,
    answers,
    cells,
    files,
    notebook_file,
    reading,
)
from course_utils.grader.handin.cells import Cell
from course_utils.grader.handin.pictures import Pictures, meant_in

TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class Submission:
    """A repaired submission.

    Attributes:
        student: who handed it in.
        notebook: the notebook, with the assignment's own graded and locked cells.
        files: the content of the other files, by their path in the submission's folder.
        folder: the notebook's folder, as a path in the submission's folder.
        repairs: a sentence for each thing that was put right.
        timestamp: when it was handed in, as nbgrader writes it; or empty.
        notes: a sentence for each thing that an instructor should look at.
    """

    student: str
    notebook: NotebookNode
    files: dict[str, bytes] = field(default_factory=dict)
    folder: str = "."
    repairs: tuple[str, ...] = ()
    timestamp: str = ""
    notes: tuple[str, ...] = ()


def read(folder: Path, student: str, name: str, release: NotebookNode) -> Submission:
    """Read one student's folder.

    Args:
        folder: submitted/STUDENT/ASSIGNMENT.
        student: who handed it in.
        name: the assignment.
        release: the released notebook.

    Raises:
        Missing: there is nothing.
        Refused: it cannot be graded.
    """
    try:
        if folder.is_symlink() or folder.parent.is_symlink():
            raise Refused("The folder is a link to another place. Hand in the files themselves.")
        if not folder.is_dir():
            raise Missing
    except OSError as error:
        raise Refused(files.unreadable(student, folder.parent, error)) from error
    repairs: list[str] = []
    notes: list[str] = []
    found = files.entries(folder)
    chosen = notebook_file.find(found, name, lambda one: cells.is_worked(one, release), repairs)
    handed_in = cells.plain(chosen.content, repairs)
    cells.find(handed_in, release, repairs)
    whole = cells.restore(handed_in, release, repairs)
    place = PurePosixPath("submitted", student, name, chosen.entry.name)
    others = [entry for entry in found if entry != chosen.entry]
    meant = {name for cell in handed_in for name in meant_in(cell.text) if not cell.is_code}
    pictures = Pictures(others, place, _attachments(handed_in), meant)
    whole = answers.gather(whole, release, pictures, notes)
    repairs += pictures.sentences
    beside = files.beside(others, chosen.entry, repairs)
    timestamp = _timestamp(beside.pop(TIMESTAMP, b""), notes)
    return Submission(
        student,
        _notebook([cell.node for cell in whole], release),
        beside,
        str(PurePosixPath(chosen.entry.name).parent),
        tuple(repairs),
        timestamp,
        tuple(notes),
    )


def unreadable(student: str, name: str, release: NotebookNode, sentence: str) -> Submission:
    """A placeholder for a submission that cannot be read, so that somebody looks at it.

    Args:
        student: who handed it in.
        name: the assignment.
        release: the released notebook.
        sentence: why it cannot be read.
    """
    note = f"*[It could not be read: see submitted/{student}/{name}/. {sentence}]*"
    nodes = [from_dict(cell) for cell in release.cells]
    for cell in nodes:
        if cells.is_answer(cell):
            cell.source = note
    return Submission(student, _notebook(nodes, release))


def _attachments(handed_in: list[Cell]) -> dict[str, object]:
    return {name: bundle for cell in handed_in for name, bundle in cell.attachments.items()}


def _timestamp(content: bytes, notes: list[str]) -> str:
    """When it was handed in: the content of timestamp.txt, if it is a time."""
    text = reading.decoded(content).strip("\0 \t\r\n")
    if not text:
        return ""
    try:
        parse_utc(text)
    except (ValueError, OverflowError, TypeError, AttributeError):
        notes.append(f"{TIMESTAMP} holds no time ({text[:50]!r}): it counts as handed in in time.")
        return ""
    return text


def _notebook(nodes: list[NotebookNode], release: NotebookNode) -> NotebookNode:
    """A notebook with cell ids of our own: those handed in can be doubled or malformed."""
    for index, cell in enumerate(nodes):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{index}")
    return v4.new_notebook(cells=nodes, metadata=release.metadata)
