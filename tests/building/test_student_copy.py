"""What students get is complete, works without the rest, and contains no secrets."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
import pytest

from course_utils import cli, project, students
from course_utils.building import folders, release, student_copy
from course_utils.grading.assignments import registry

ROOT = Path(__file__).parents[2]
TELLING = 20  # characters; a shorter line of a wrong solution stands in right texts by chance
# The project has no functions whose mistakes are known.
FUNCTIONS_GRADED = sorted({path.stem for path in (ROOT / "solutions").iterdir()} - {project.NAME})
IDIOMS = {  # lines that stand in right and wrong answers and give none away
    "with tf.GradientTape() as tape:",
    "with tf.GradientTape(persistent=True) as tape:",
    "tape.watch(x)",
    "least_squares_generator_loss(fake_scores)",  # in the library it is the function's head
}


@pytest.fixture(scope="module")
def files():
    return student_copy.plan(ROOT)


@pytest.fixture(scope="module")
def texts(files):
    """The files whose whole content is made for students' eyes and teaches no solution."""
    return {
        path: content.decode()
        for path, content in files.items()
        if path.parts[0] not in ("lectures", "course_utils", "docs")
        or path.parent == Path("course_utils", "grading", "checks")
    }


def test_everything_that_students_need_is_there(files):
    names = {path.as_posix() for path in files}
    assert names >= {
        "README.md",
        "LICENSE",
        "Makefile",
        "pyproject.toml",
        "uv.lock",
        "environment.yml",
        "nbgrader_config.py",
        "course_utils/__init__.py",
        "course_utils/data/fashion.LICENSE",
        "course_utils/data/fashion.npz.xz",
        "course_utils/explorers/toolkit.js",
        "course_utils/grading/checks/vae.json",
        "course_utils/pretrained/digits_vae.npz",
    }
    for folder in ("lectures", "assignments"):
        there = {path for path in files if path.parts[0] == folder}
        assert there == {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.ipynb")}


def test_nothing_for_instructors_is_there(files):
    paths = [path.as_posix() for path in files]
    # Compiled Python, Git's history and a checkpoint would hold the hidden parts too.
    assert {path.suffix for path in files} <= {
        ".css",
        ".ipynb",
        ".js",
        ".json",
        ".lock",
        ".md",
        ".npz",
        ".png",
        ".py",
        ".toml",
        ".yml",
        "",
        ".LICENSE",
        ".xz",
    }
    assert [path for path in paths if re.search(r"(^|/)(\.|__pycache__)", path)] == []
    for secret in ("grading/assignments", "solutions", "tests", "grader", "course_utils/project"):
        assert [path for path in paths if re.search(rf"(^|/){secret}(/|\.|$)", path)] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "solutions").rglob("*.ipynb")), ids=lambda p: p.stem
)
def test_no_solution_hidden_test_or_rubric(path, texts):
    source = nbformat.read(path, as_version=4)
    for name, text in texts.items():
        assert release.leaks(source, text) == [], name


@pytest.mark.parametrize(
    "path", sorted((ROOT / "solutions").rglob("*.ipynb")), ids=lambda p: p.stem
)
def test_no_solution_in_the_lectures_and_the_library(path, files):
    """They teach the same matter, so some lines are in both, but none that gives an answer."""
    source = nbformat.read(path, as_version=4)
    for name, content in files.items():
        if name.suffix in (".py", ".ipynb"):
            assert set(release.leaks(source, content.decode())) <= IDIOMS, name


@pytest.mark.parametrize("name", FUNCTIONS_GRADED)
def test_no_code_of_misconceptions(name, texts):
    bodies = [
        body
        for function in registry.find(name).functions
        for misconception in function.misconceptions
        for body in misconception.bodies
    ]
    lines = {line.strip() for body in bodies for line in body.splitlines()}
    telling = {line for line in lines if len(line) >= TELLING} - IDIOMS
    assert telling
    for path, text in texts.items():
        assert {line for line in telling if json.dumps(line)[1:-1] in text} == set(), path


@pytest.mark.parametrize("name", FUNCTIONS_GRADED)
def test_no_oral_question_and_no_key_point(name, files):
    assignment = registry.find(name)
    asked = [*assignment.questions, *assignment.readings]
    telling = {text for one in asked for text in (one.text, *one.points) if len(text) >= TELLING}
    assert telling
    for path, content in files.items():
        if path.suffix in (".py", ".ipynb", ".md", ".json"):
            text = content.decode()
            assert {one for one in telling if json.dumps(one)[1:-1] in text or one in text} == set()


def test_the_library_does_without_the_instructors_part(files):
    hidden = [part.replace("/", ".") for part in students.FOR_INSTRUCTORS]
    for path, content in files.items():
        if path.suffix == ".py" and path.name not in ("cli.py",):
            for part in hidden:
                pattern = rf"^\s*(from|import) course_utils\.{re.escape(part)}\b"
                assert not re.search(pattern, content.decode(), flags=re.MULTILINE), path


def test_one_assignment_can_be_handed_out_alone():
    files = student_copy.plan(ROOT, ["vae"])
    assert [p.stem for p in files if p.parts[0] == "assignments"] == ["vae"]
    assert [p.stem for p in files if p.parts[:3] == ("course_utils", "grading", "checks")] == [
        "vae"
    ]


def test_an_unknown_assignment_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no assignment is called 'vea'; there are: .*vae"):
        student_copy.write(ROOT, tmp_path / "copy", ["vea"])
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "homework.txt").write_text("mine")
    with pytest.raises(ValueError, match="already exists"):
        student_copy.write(ROOT, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["homework.txt"]


def test_make_offers_students_what_they_can_do(files):
    makefile = files[Path("Makefile")].decode()
    targets = re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE)
    assert targets == ["lab", "doctor", "clean", "help"]


def test_the_environment_has_no_tools_of_maintainers(files):
    for name in ("pyproject.toml", "uv.lock"):
        groups = re.findall(r"^default-groups = (.*)$", files[Path(name)].decode(), flags=re.M)
        assert groups == ['["cpu"]'], name


def test_uv_accepts_the_lock(tmp_path):
    """`make lab` asks for the locked versions and stops where the lock does not fit."""
    uv = shutil.which("uv") or shutil.which("uv", path=ROOT / ".uv" / "bin")
    if uv is None:
        pytest.skip("uv is not installed")
    student_copy.write(ROOT, tmp_path / "copy")
    check = [uv, "lock", "--check", "--offline"]
    done = subprocess.run(check, cwd=tmp_path / "copy", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A student's copy, unpacked and installed where the repository is unknown."""
    folder = tmp_path_factory.mktemp("student")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        assert cli.main(["release", "--output", str(folder / "course.zip")]) == 0
    with zipfile.ZipFile(folder / "course.zip") as archive:
        archive.extractall(folder)
    copy = folder / "course"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib"))
    # The dependencies come from here; the course itself is hidden by the copy that is installed.
    build = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr
    target = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(target)
    (Path(target) / "dependencies.pth").write_text(f"{packages}\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {
        "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter")),
        "VIRTUAL_ENV": str(folder / "env"),
        "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
    }

    def run(*arguments):
        return subprocess.run(
            [str(python), *arguments], cwd=copy, env=environment, capture_output=True, text=True
        )

    run.folder = copy
    return run


@pytest.mark.slow
def test_the_copy_that_is_imported_is_the_students(installed):
    done = installed("-c", "import course_utils; print(course_utils.__file__)")
    assert str(ROOT) not in done.stdout
    done = installed("-c", "import course_utils.grading.assignments")
    assert "No module named 'course_utils.grading.assignments'" in done.stderr
    done = installed("-m", "course_utils.cli", "--help")
    assert "doctor" in done.stdout
    assert "misconceptions" not in done.stdout


EXECUTE = """\
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=300, resources={"metadata": {"path": "lectures"}}).execute()
print(len(notebook.cells))
"""


@pytest.mark.slow
def test_a_lecture_runs_there(installed):
    done = installed("-c", EXECUTE, "lectures/00_welcome.ipynb")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1


@pytest.mark.slow
def test_an_assignment_is_validated_there(installed):
    path = installed.folder / "assignments" / "vae" / "vae.ipynb"
    validate = ("-m", "nbgrader", "validate", str(path))
    done = installed(*validate)
    assert "VALIDATION FAILED ON 5 CELL(S)" in done.stdout
    solved = nbformat.read(ROOT / "solutions" / "vae" / "vae.ipynb", as_version=4)
    released = nbformat.read(path, as_version=4)
    for ours, cell in zip(solved.cells, released.cells, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = ours.source
    nbformat.write(released, path)
    done = installed(*validate)
    assert "Success" in done.stdout, done.stdout


def test_the_plan_is_made_from_the_texts(monkeypatch):
    """A release never holds a notebook that is out of date."""
    monkeypatch.setattr(folders, "planned", lambda root: {Path("lectures", "99.ipynb"): "{}"})
    files = student_copy.plan(ROOT)
    assert [path for path in files if path.suffix == ".ipynb"] == [Path("lectures", "99.ipynb")]
