"""The made-up class: an instructor's whole workflow, by the commands that instructors use."""

import csv
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import is_solution

from course_utils import cli, project
from course_utils.grader import example
from course_utils.grader.box import sandbox
from course_utils.grading.assignments import registry

ROOT = Path(__file__).parents[2]

grades = pytest.mark.skipif(bool(sandbox.why_unavailable()), reason="bubblewrap does not work here")


def course_of(folder, *names):
    """A course's folder with the texts of some assignments and nothing built."""
    (folder / "notebooks" / "assignments").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in names:
        shutil.copy(
            ROOT / "notebooks" / "assignments" / f"{name}.py", folder / "notebooks" / "assignments"
        )
    return folder


def solutions_in(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code" and is_solution(cell)]


def rows(path):
    with open(path, encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def test_what_somebody_solved_in_assignments_is_not_handed_out(tmp_path):
    course, made = course_of(tmp_path / "course", "vae"), tmp_path / "class"
    worked = course / "assignments" / "vae" / "vae.ipynb"
    worked.parent.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "vae" / "vae.ipynb", worked)
    example.make(course, made, ["vae"])
    released = (ROOT / "assignments" / "vae" / "vae.ipynb").read_bytes()
    assert (made / "assignments" / "vae" / "vae.ipynb").read_bytes() == released
    for notebook in made.glob("submitted/*/vae/vae.ipynb"):
        assert "She is not right" not in notebook.read_text("utf-8")


def test_every_assignment_has_its_class():
    written = {path.stem for path in (ROOT / "notebooks" / "assignments").glob("*.py")}
    assert set(example.NAMES) == written == {*registry.NAMES, project.NAME}


@pytest.mark.parametrize("name", sorted({*registry.NAMES} - {"vae"}))
def test_a_few_students_are_right_wrong_in_each_function_or_blank(name, tmp_path):
    students = example.make(course_of(tmp_path / "course", name), tmp_path / "class", [name])
    functions = [function.name for function in registry.find(name).functions]
    assert len(students[name]) == len(functions) + 2
    right, *mistaken, blank = (
        {cell.metadata.nbgrader.grade_id: cell.source for cell in solutions_in(path)}
        for path in sorted(tmp_path.glob(f"class/submitted/*/{name}/{name}.ipynb"))
    )
    for function, answers in zip(functions, mistaken, strict=True):
        assert {key for key in functions if answers[key] != right[key]} == {function}
    for function in functions:
        assert "NotImplementedError" in blank[function]
        assert "NotImplementedError" not in right[function] and "SOLUTION" not in right[function]


def test_an_unknown_assignment_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"'fae'.*vae"):
        example.make(ROOT, tmp_path / "class", ["fae"])


@grades
@pytest.mark.slow
def test_two_assignments_are_shown(tmp_path, monkeypatch, capsys):
    names = ["transposed_convolution", "clustering"]
    monkeypatch.chdir(course_of(tmp_path / "course", *names))
    monkeypatch.setattr(sys, "argv", ["example", *names])
    example.main()
    said = capsys.readouterr().out
    assert "1 of 2: transposed_convolution, 5 students" in said
    assert "2 of 2: clustering, 7 students" in said
    shown = [Path(path) for path in re.findall(r"build/\S+\.html", said)]
    assert len(shown) == 4 and all(path.is_file() for path in shown)
    for name in names:
        most = len(registry.find(name).functions)
        table = rows(f"build/class/exports/{name}.csv")
        assert [float(row["score"]) / 5 for row in table] == [most, *[most - 1] * most, 0]


@grades
@pytest.mark.slow
def test_grade_feedback_and_report(tmp_path, monkeypatch, capsys):
    course = tmp_path / "class"
    example.make(ROOT, course, ["vae"])
    monkeypatch.chdir(course)
    command = ["grade", "vae", "--jobs", "2", "--timeout", "20", "--json", "results.json"]
    assert cli.main(command) == 0
    closing = capsys.readouterr().out
    statuses = json.loads(Path("results.json").read_text(encoding="utf-8"))
    points = [sum(verdict["points"] for verdict in one["verdicts"]) for one in statuses]
    assert points[:10] == [20] * 10
    assert all(5 <= value < 20 for value in points[10:19])
    kinds = [one["status"] for one in statuses]
    assert kinds == ["graded"] * 19 + ["tampered", "failed-cell", "timeout", "invalid", "missing"]
    assert "19  graded" in closing
    assert "graded/vae/" in closing

    assert cli.main(["feedback", "vae"]) == 0
    pages = sorted(Path("feedback").glob("*/vae/vae.html"))
    assert len(pages) == 23
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'<script|(src|href)="(?!data:)', text)
        assert "HIDDEN TESTS" not in text

    assert cli.main(["report", "vae"]) == 0
    said = capsys.readouterr().out
    assert "What to reteach:" in said
    named = re.findall(r"\S*exports/\S+", said)
    assert len(named) == 4
    assert all(Path(path).is_file() for path in named)
    assert len(rows("exports/vae.csv")) == 24
    common = rows("exports/vae_misconceptions.csv")
    assert common[0]["function"] == "kl_divergence"
    assert [int(row["students"]) for row in common] == sorted(
        (int(row["students"]) for row in common), reverse=True
    )
    scores = {row["id"]: float(row["score"]) for row in rows("exports/vae_lms.csv")}
    assert [scores[f"student{n + 1:02}"] for n in range(24)] == [*points[:22], 0, 0]
