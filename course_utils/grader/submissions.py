"""Read what a student handed in; repair it, or refuse it with a sentence.

Nothing here trusts the file: not its size, not its kind, not its JSON, not its metadata. What comes
out is a notebook whose graded and locked cells are the assignment's own, each there once.
"""

import copy
import hashlib
import json
import os
import re
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode, from_dict, v4
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from course_utils.grader.outputs import plain_outputs

LARGEST_NOTEBOOK = 20 * 2**20
LARGEST_FILES = 16 * 2**20
MOST_FILES = 200
# The text of one cell; a notebook is read by people.
LONGEST_CELL = 500_000
MOST_CELLS = 2000
# Where a tag, a link or a picture begins. nbgrader's Formgrader gives the HTML and the links of an
# answer to an instructor's browser as they are. A space makes them text, and leaves formulas alone.
MARKUP = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(:])")
OVERLOOKED = frozenset((".ipynb_checkpoints", "__pycache__", ".git", "__MACOSX", ".DS_Store"))


class Refused(Exception):
    """It cannot be graded; the message tells the student why and what to do."""


class Missing(Exception):
    """Nothing was handed in."""


@dataclass(frozen=True)
class Submission:
    """A repaired submission.

    Attributes:
        student: who handed it in.
        notebook: with the assignment's own graded and locked cells.
        files: what lay beside the notebook, by relative path.
        repairs: a sentence for each thing that was put right.
        timestamp: when it was handed in, as nbgrader writes it; or empty.
    """

    student: str
    notebook: NotebookNode
    files: dict[str, bytes] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    timestamp: str = ""


def fingerprint(folder: Path) -> str:
    """A hash that changes when anything that was handed in changes; empty if there is nothing."""
    digest = hashlib.sha256()
    found = False
    for path in _paths(folder):
        info = path.lstat()
        found = True
        digest.update(f"{path.relative_to(folder)}\0{info.st_mode}\0{info.st_size}\0".encode())
        if stat.S_ISREG(info.st_mode) and info.st_size <= LARGEST_NOTEBOOK:
            with open(path, "rb", opener=_no_link) as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        else:
            digest.update(str(info.st_mtime_ns).encode())
    return digest.hexdigest() if found or folder.is_symlink() else ""


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
    if folder.is_symlink() or folder.parent.is_symlink():
        raise Refused("The folder is a link to another place. Hand in the files themselves.")
    if not folder.is_dir():
        raise Missing
    repairs: list[str] = []
    path = _find_notebook(folder, name, repairs)
    notebook = _parse(_bytes(path), repairs)
    cells = _plain_cells(notebook, repairs)
    _mend(cells, release, repairs)
    files = _other_files(folder, path, repairs)
    timestamp = files.pop("timestamp.txt", b"").decode("utf-8", "replace").strip()
    whole = v4.new_notebook(cells=cells, metadata=release.metadata)
    _unique_ids(whole)
    return Submission(student, whole, files, tuple(repairs), timestamp)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _paths(folder: Path) -> list[Path]:
    """Everything in a folder but folders, links not followed."""
    found: list[Path] = []
    for where, folders, files in os.walk(folder, followlinks=False):
        links = [name for name in folders if Path(where, name).is_symlink()]
        folders[:] = sorted(set(folders) - set(links) - OVERLOOKED)
        found += [Path(where, name) for name in sorted([*files, *links]) if name not in OVERLOOKED]
        if len(found) > 10 * MOST_FILES:
            break
    return found


def _find_notebook(folder: Path, name: str, repairs: list[str]) -> Path:
    expected = folder / f"{name}.ipynb"
    if os.path.lexists(expected):
        return expected
    notebooks = [path for path in _paths(folder) if path.suffix.lower() == ".ipynb"]
    if not notebooks:
        if not _paths(folder):
            raise Missing
        raise Refused(f"There is no notebook. Hand in {name}.ipynb.")
    if len(notebooks) > 1:
        found = ", ".join(str(path.relative_to(folder)) for path in notebooks[:5])
        raise Refused(f"None of the notebooks is called {name}.ipynb: {found}. Hand in one.")
    (path,) = notebooks
    repairs.append(f"{path.relative_to(folder)} was taken for {name}.ipynb.")
    return path


def _bytes(path: Path) -> bytes:
    try:
        info = path.lstat()
        if stat.S_ISLNK(info.st_mode):
            raise Refused(f"{path.name} is a link to another place. Hand in the file itself.")
        if not stat.S_ISREG(info.st_mode):
            raise Refused(f"{path.name} is not a file. Hand in the notebook itself.")
        if info.st_size > LARGEST_NOTEBOOK:
            raise Refused(
                f"{path.name} has {info.st_size / 2**20:.0f} MB; up to "
                f"{LARGEST_NOTEBOOK // 2**20} are read. Clear all outputs, save, hand in again."
            )
        with open(path, "rb", opener=_no_link) as file:
            return file.read(LARGEST_NOTEBOOK + 1)
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}.") from error


def _parse(content: bytes, repairs: list[str]) -> dict:
    if not content.strip():
        raise Refused("The notebook is empty: a file of 0 bytes. Save it and hand in again.")
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused(
            "The file is not a notebook: it is not valid JSON "
            f"({str(error)[:100]}). Open it in JupyterLab, save it, hand in again."
        ) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise Refused("The file is JSON but no notebook. Hand in the notebook itself.")
    if notebook["nbformat"] > 4:
        raise Refused(f"The notebook's format {notebook['nbformat']} is newer than the grader's.")
    if notebook["nbformat"] < 4:
        try:
            notebook = nbformat.convert(nbformat.from_dict(notebook), 4)
        except Exception as error:  # old formats break in many ways
            raise Refused(
                "The notebook is of an old format that cannot be converted. Open it in JupyterLab, "
                "save it, hand in again."
            ) from error
        repairs.append("The notebook was of an old format and was converted.")
    kernel = notebook.get("metadata")
    kernel = kernel.get("kernelspec") if isinstance(kernel, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    if isinstance(language, str) and language.lower() != "python":
        repairs.append(f"The notebook's kernel was for {language[:30]}; it was run as Python.")
    return notebook


def _plain_cells(notebook: dict, repairs: list[str]) -> list[NotebookNode]:
    """The cells, rebuilt from the little that matters of each."""
    given = notebook.get("cells")
    if not isinstance(given, list):
        raise Refused("The notebook has no cells. Hand in the assignment's notebook.")
    if len(given) > MOST_CELLS:
        raise Refused(f"The notebook has {len(given)} cells; up to {MOST_CELLS} are read.")
    cells, broken = [], 0
    for cell in given:
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str) or len(source) > LONGEST_CELL:
            broken += 1
            continue
        # Lone surrogates are valid JSON and cannot be written to any file.
        source = source.encode("utf-8", "replace").decode()
        if cell.get("cell_type") == "code":
            new = v4.new_code_cell(source, outputs=_outputs(cell.get("outputs")))
        else:
            new = v4.new_markdown_cell(MARKUP.sub(r"\g<0> ", source))
        metadata = cell.get("metadata")
        grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = grading.get("grade_id") if isinstance(grading, dict) else None
        if isinstance(grade_id, str):
            new.metadata["nbgrader"] = {"grade_id": grade_id}
        cells.append(new)
    if broken:
        repairs.append(f"{broken} cells could not be read and were left out.")
    return cells


def _outputs(given: object) -> list[NotebookNode]:
    """What was saved with a cell, if it is valid; it decides nothing."""
    try:
        return [from_dict(output) for output in plain_outputs(given)]
    except ValueError:
        return []


def _mend(cells: list[NotebookNode], release: NotebookNode, repairs: list[str]) -> None:
    """Make the graded and locked cells those of the release, each once and in its place."""
    official = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in release.cells
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)
    }
    seen: set[str] = set()
    # As nbgrader does: of several cells with the same grade_id the last one counts.
    for cell in reversed(cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id is None:
            continue
        if grade_id not in official:
            cell.metadata.pop("nbgrader")
            continue
        if grade_id in seen:
            cell.metadata.pop("nbgrader")
            repairs.append(f"The cell {grade_id} was there more than once; the last one counts.")
            continue
        seen.add(grade_id)
        ours = official[grade_id]
        if cell.cell_type != ours.cell_type:
            source = cell.source
            cell.clear()
            cell.update(v4.new_code_cell() if ours.cell_type == "code" else v4.new_markdown_cell())
            cell.source = source
            repairs.append(f"The cell {grade_id} had become another kind of cell.")
        cell.metadata = copy.deepcopy(ours.metadata)
        if is_locked(ours) and cell.source != ours.source:
            cell.source = ours.source
            repairs.append(f"The cell {grade_id} was changed; it was restored.")
    order = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    place = 0
    for grade_id, ours in official.items():
        if grade_id in order:
            place = order.index(grade_id) + 1
            continue
        if is_solution(ours) and not is_grade(ours):
            # The student's code may stand in any other cell; the stub must not come after it.
            place = len(cells)
            continue
        cells.insert(place, copy.deepcopy(ours))
        order.insert(place, grade_id)
        place += 1
        repairs.append(f"The cell {grade_id} was deleted; it was put back.")


def _unique_ids(notebook: NotebookNode) -> None:
    """Cell ids of our own: those that were handed in can be doubled or malformed."""
    for index, cell in enumerate(notebook.cells):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{index}")


def _other_files(folder: Path, notebook: Path, repairs: list[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left_out = []
    size = 0
    for path in _paths(folder):
        name = str(path.relative_to(folder))
        info = path.lstat()
        if path == notebook:
            continue
        size += info.st_size
        shadow = path.suffix == ".py" and _hides_a_module(path.relative_to(folder))
        regular = stat.S_ISREG(info.st_mode)
        if shadow or not regular or size > LARGEST_FILES or len(files) >= MOST_FILES:
            left_out.append(name)
            continue
        with open(path, "rb", opener=_no_link) as file:
            files[name] = file.read(LARGEST_FILES)
    if left_out:
        repairs.append(
            f"Left out: {', '.join(left_out[:10])} (a link, too large, or a module whose name "
            "hides one that is installed)."
        )
    return files


def _hides_a_module(path: Path) -> bool:
    """Whether a file beside the notebook would be imported in place of an installed module."""
    top = path.parts[0].removesuffix(".py")
    if top in sys.stdlib_module_names or top == "course_utils":
        return True
    return any(
        (Path(entry) / top).is_dir() or (Path(entry) / f"{top}.py").is_file()
        for entry in sys.path
        if entry.endswith(("site-packages", "dist-packages"))
    )
