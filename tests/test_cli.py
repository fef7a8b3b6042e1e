"""The command line: exit statuses, and readable errors."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_utils import cli, students
from course_utils.grading.assignments import check_files

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one lecture, as working directory."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "notebooks" / "lectures").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    write_lecture(tmp_path, "01_start", "# %%\nx = 1\n")
    return tmp_path


def write_lecture(root, name, text):
    (root / "notebooks" / "lectures" / f"{name}.py").write_text(text, encoding="utf-8")


def test_help_answers_without_heavy_imports():
    program = "import sys; from course_utils import cli; cli._parser(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    heavy = {"tensorflow", "numpy", "nbgrader", "nbclient", "jupytext", "matplotlib"}
    assert not heavy.intersection(done.stdout.split())


def test_commands_validate_notebooks_without_a_grammar_that_takes_seconds():
    program = (
        "import sys; from course_utils import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    import jsonschema, nbformat.v4\n"
        "nbformat.validate(nbformat.v4.new_notebook())\n"
        "print('jsonschema' in sys.modules, 'lark' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "True False"


def test_notebooks_builds_then_checks(course, capsys):
    assert cli.main(["notebooks", "--check"]) == 1
    assert "lectures/01_start.ipynb differs" in capsys.readouterr().out
    assert not (course / "lectures").exists()
    assert cli.main(["notebooks"]) == 0
    assert "wrote lectures/01_start.ipynb" in capsys.readouterr().out
    assert cli.main(["notebooks", "--check"]) == 0
    (course / "notebooks" / "lectures" / "01_start.py").unlink()
    assert cli.main(["notebooks", "--check"]) == 1
    assert "lectures/01_start.ipynb has no text" in capsys.readouterr().out
    assert cli.main(["notebooks"]) == 0
    assert "removed lectures/01_start.ipynb" in capsys.readouterr().out


def test_an_error_in_a_text_is_one_sentence(course, capsys):
    write_lecture(course, "02_bad", '# %% tags=["a"\nx = 1\n')
    assert cli.main(["notebooks"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("course notebooks: notebooks/lectures/02_bad.py:1: cannot read")
    assert "Traceback" not in said


def test_outside_the_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["notebooks"]) == 1
    assert "not inside the course" in capsys.readouterr().err


def test_a_wrong_command_line_exits_with_2(capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(["notebook"])
    assert exit.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_lectures_without_a_lecture(course, capsys):
    assert cli.main(["lectures"]) == 1
    assert "run `course notebooks` first" in capsys.readouterr().err
    cli.main(["notebooks"])
    assert cli.main(["lectures", "gans"]) == 1
    assert "there are: 01_start" in capsys.readouterr().err
    assert cli.main(["lectures", "--jobs", "0"]) == 1


@pytest.mark.slow
def test_lectures_tells_what_failed(course, capsys):
    write_lecture(
        course,
        "01_start",
        "# %%\nfrom pathlib import Path\n\nassert Path('01_start.ipynb').exists()\n"
        "x = bytearray(200 * 2**20)\n\n# %%\nimport time\n\ntime.sleep(0.5)\n"
        "while time.process_time() < 3:\n    pass\n",
    )
    write_lecture(course, "02_raises", "# %%\nx = 1\n\n# %%\nx / 0\n\n# %%\nx / 1\n")
    write_lecture(course, "03_noisy", "# %%\nimport sys\n\nprint('hm', file=sys.stderr)\n")
    write_lecture(course, "04_dies", "# %%\nx = 1\n\n# %%\nimport os\n\nos._exit(1)\n")
    cli.main(["notebooks"])
    assert cli.main(["lectures", "--jobs", "2", "--json", "build/results.json"]) == 1
    good, *bad = json.loads(Path("build/results.json").read_text())
    assert good["failure"] is None
    assert good["cell"] is None
    assert 0.5 < good["seconds"] < 120
    assert 2.8 < good["cpu_seconds"] < 10
    assert 200 < good["peak_mebibytes"] < 600
    assert [(result["name"], result["failure"], result["cell"]) for result in bad] == [
        ("02_raises", "ZeroDivisionError: division by zero", "x / 0"),
        (
            "03_noisy",
            "written to standard error: hm",
            "import sys\n\nprint('hm', file=sys.stderr)",
        ),
        ("04_dies", "Kernel died", "import os\n\nos._exit(1)"),
    ]
    said = capsys.readouterr().out
    assert "02_raises: ZeroDivisionError: division by zero\nin the cell\n    x / 0\n" in said
    executed = nbformat.read("build/lectures/02_raises.ipynb", as_version=4)
    assert executed.cells[1].outputs[0].ename == "ZeroDivisionError"
    assert nbformat.read("lectures/02_raises.ipynb", as_version=4).cells[1].outputs == []

    assert cli.main(["lectures", "start"]) == 0


def written_checks() -> dict[str, str]:
    """What lies there; that it is what it should be is tested with the assignments."""
    return {path.stem: path.read_text("utf-8") for path in students.CHECKS.glob("*.json")}


def test_checks_are_up_to_date(monkeypatch, capsys):
    monkeypatch.setattr(check_files, "contents", written_checks)
    assert cli.main(["checks", "--check"]) == 0
    assert capsys.readouterr().out == "Every self-check is up to date.\n"


def test_checks_writes_what_is_stale(tmp_path, monkeypatch, capsys):
    path = tmp_path / "vae.json"
    monkeypatch.setattr(check_files, "contents", written_checks)
    monkeypatch.setattr(check_files, "stale", lambda *_: {path: "{}"})
    assert cli.main(["checks", "--check"]) == 1
    assert not path.exists()
    assert cli.main(["checks"]) == 0
    assert path.read_text() == "{}"
    assert "vae.json differs" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["misconceptions"], ["questions", "ada"]])
def test_the_project_has_no_functions_to_ask_about(command, capsys):
    name, *student = command
    assert cli.main([name, "project", *student]) == 1
    said = f"course {name}: the project has no graded functions: it has neither misconceptions nor"
    assert said in capsys.readouterr().err


def test_misconceptions_prints_the_list(capsys):
    assert cli.main(["misconceptions", "vae"]) == 0
    assert "## kl_divergence" in capsys.readouterr().out
    assert cli.main(["misconceptions", "no"]) == 1
    assert (
        "no assignment is called 'no'; there are: autoencoder, clustering, "
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("option", ["--jobs", "--timeout", "--memory"])
def test_grade_refuses_limits_that_are_none(course, capsys, option):
    assert cli.main(["grade", "vae", option, "0"]) == 1
    assert f"{option} 0" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["feedback", "report"])
def test_nothing_graded_is_said(course, capsys, command):
    assert cli.main([command, "vae"]) == 1
    assert "course grade vae" in capsys.readouterr().err
