"""Every lecture has exercises, with hints and a solution, and predictions to write down."""

import ast
import inspect
import itertools
import re
from pathlib import Path

import nbformat
import pytest

from course_utils.exercises.exercise import exercises, source_of, what_differs

ROOT = Path(__file__).parents[2]
_, *LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))  # the first is the welcome page


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def stubs(path):
    """(the cell before, the function) of every exercise of a lecture."""
    cells = cells_of(path)
    for before, cell in itertools.pairwise(cells):
        if cell.cell_type == "code" and "@your_turn" in cell.source:
            (function,) = ast.parse(cell.source).body
            yield before, function


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_has_exercises_that_nobody_has_solved(path):
    found = list(stubs(path))
    assert len(found) >= 2
    for before, function in found:
        assert before.cell_type == "markdown"
        assert re.search(r"\*\*Your turn\*\* \(about \d+ minutes\)", before.source), function.name
        assert before.source.count("<details><summary>Hint") >= 2, function.name
        assert "Solution" not in before.source
        last = function.body[-1]
        assert len(function.body) == 2
        assert ast.get_docstring(function)
        assert ast.unparse(last) == "return ..."
        answer = inspect.signature(exercises[function.name].answer)
        assert [argument.arg for argument in function.args.args] == list(answer.parameters)


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_each_folded_solution_solves_its_exercise(path):
    """With nothing but what the lecture imports, and with the name of the exercise."""
    first = next(cell.source for cell in cells_of(path) if cell.cell_type == "code")
    imports = [n for n in ast.parse(first).body if isinstance(n, ast.Import | ast.ImportFrom)]
    for _, function in stubs(path):
        known = exercises[function.name]
        namespace = {}
        exec("\n".join([*map(ast.unparse, imports), source_of(known.answer)]), namespace)
        assert what_differs(namespace[function.name], known) == ""
        assert "nothing written yet" in what_differs(lambda *_: ..., known)


def test_every_exercise_is_asked():
    asked = [function.name for path in LECTURES for _, function in stubs(path)]
    assert sorted(asked) == sorted(exercises)


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_every_prediction_is_compared(path):
    written = []
    for cell in cells_of(path):
        if cell.cell_type == "code":
            compared = re.findall(r"^compare\((predict\w+),", cell.source, flags=re.MULTILINE)
            assert compared == [name for name in written if name in compared], "first a place"
            written = [name for name in written if name not in compared]
            written += re.findall(r"^(predict\w+) = \.\.\.  # .", cell.source, re.MULTILINE)
    assert written == []
    assert "compare(predict" in path.read_text("utf-8")
