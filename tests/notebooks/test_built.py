"""The committed notebooks match the texts, and students get nothing that is secret."""

import json
from pathlib import Path

import nbformat
import pytest

from course_utils import students
from course_utils.building import folders, release

ROOT = Path(__file__).parents[2]
BUILT = [path for folder in folders.BUILT_FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
NOTEBOOKS = [
    path
    for path in BUILT
    if path.suffix == ".ipynb" and not students.OVERLOOKED.intersection(path.parts)
]
SOLUTIONS = [path for path in NOTEBOOKS if path.is_relative_to(ROOT / "solutions")]


def name(path):
    return str(path.relative_to(ROOT))


def test_the_built_folders_equal_a_rebuild():
    found = folders.difference(ROOT)
    assert not found, f"run `course notebooks`: {found.orphans} {found.strays} {list(found.stale)}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebooks_are_clean(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert set(cell.metadata) <= {"nbgrader", "tags", "deletable", "editable"}
    assert path.read_bytes().endswith(b"}\n")


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_no_released_file_holds_a_secret(path):
    source = nbformat.read(path, as_version=4)
    for released in (ROOT / "assignments").rglob("*"):
        if released.is_file() and not students.OVERLOOKED.intersection(released.parts):
            assert release.leaks(source, released.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_every_secret_line_would_be_found(path):
    """The other way: the search knows each line between delimiters, read here without its help."""
    source = nbformat.read(path, as_version=4)
    shown, secret, inside = set(), set(), False
    for cell in source.cells:
        for line in cell.source.split("\n"):
            inside = inside or "BEGIN SOLUTION" in line or "BEGIN HIDDEN TESTS" in line
            (secret if inside else shown).add(line.strip())
            inside = inside and "END SOLUTION" not in line and "END HIDDEN TESTS" not in line
    secret = {
        line
        for line in secret - shown
        if len(line) >= release.TELLING_LENGTH and not line.startswith(("import ", "from "))
    }
    assert secret
    for line in secret:
        leaked = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"see {line}!")])
        assert line in release.leaks(source, nbformat.writes(leaked))


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_a_release_differs_from_its_solution_in_graded_cells_only(path):
    source = json.loads(path.read_text(encoding="utf-8"))["cells"]
    released = json.loads(
        (ROOT / "assignments" / path.parent.name / path.name).read_text(encoding="utf-8")
    )["cells"]
    assert [cell["id"] for cell in source] == [cell["id"] for cell in released]
    for theirs, ours in zip(released, source, strict=True):
        if "nbgrader" not in ours["metadata"]:
            assert theirs == ours
