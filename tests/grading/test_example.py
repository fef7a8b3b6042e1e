"""The made-up class: an instructor's whole workflow, by the commands that instructors use."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from course_utils import cli
from course_utils.grader import example
from course_utils.grader.box import sandbox

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(sandbox.why_unavailable()), reason="bubblewrap does not work here"),
]


def rows(path):
    with open(path, encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def test_what_somebody_solved_in_assignments_is_not_handed_out(tmp_path):
    course, made = tmp_path / "course", tmp_path / "class"
    for file in ("nbgrader_config.py", "notebooks/assignments/vae.py"):
        (course / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, course / file)
    worked = course / "assignments" / "vae" / "vae.ipynb"
    worked.parent.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "vae" / "vae.ipynb", worked)
    example.make(course, made)
    released = (ROOT / "assignments" / "vae" / "vae.ipynb").read_bytes()
    assert (made / "assignments" / "vae" / "vae.ipynb").read_bytes() == released
    for notebook in made.glob("submitted/*/vae/vae.ipynb"):
        assert "She is not right" not in notebook.read_text("utf-8")


def test_grade_feedback_and_report(tmp_path, monkeypatch, capsys):
    course = tmp_path / "class"
    example.make(ROOT, course)
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
