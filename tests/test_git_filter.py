"""A notebook that was run is, for git, the one that was not."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_utils.git_filter import let_git_look, without_run

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted([*ROOT.glob("lectures/*.ipynb"), *ROOT.glob("assignments/*/*.ipynb")])


def run(notebook):
    """Leave the traces that JupyterLab leaves when it runs and saves a notebook."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="3.14\n")]
        cell.metadata["scrolled"] = True
    notebook.metadata["widgets"] = {}
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_run_leaves_no_trace_and_a_notebook_without_one_stays_as_it_is(path):
    built = path.read_text("utf-8")
    assert without_run(built) == built
    ran = nbformat.writes(run(nbformat.reads(built, as_version=4))) + "\n"
    assert ran != built and without_run(ran) == built


def test_what_is_no_notebook_stays_as_it_is():
    for text in ("", "<<<<<<< HEAD\n{}\n", "{}", "[]", '{"cells": [{}]}'):
        assert without_run(text) == text


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_sees_edits_and_no_runs(tmp_path):
    def git(*words):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    git("init", "--quiet")
    git("config", "filter.course.clean", f'"{sys.executable}" -m course_utils.git_filter')
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    path = tmp_path / "lectures" / NOTEBOOKS[0].name
    path.parent.mkdir()
    shutil.copy(NOTEBOOKS[0], path)
    git("add", ".")
    git("commit", "--quiet", "-m", "a lecture")

    notebook = run(nbformat.read(path, as_version=4))
    nbformat.write(notebook, path)
    let_git_look(path)
    assert git("status", "--porcelain") == ""
    assert "3.14" in path.read_text("utf-8")
    notebook.cells[0].source += "!"
    nbformat.write(notebook, path)
    let_git_look(path)
    assert "3.14" not in git("diff") and git("diff", "--cached") == ""
    assert git("status", "--porcelain").split() == ["M", f"lectures/{path.name}"]


@pytest.mark.parametrize("told", [True, False])
def test_elsewhere_nothing_happens(tmp_path, monkeypatch, told):
    if not told:
        monkeypatch.setenv("PATH", "")  # no git
    let_git_look(tmp_path / "a.ipynb")
    assert list(tmp_path.iterdir()) == []
