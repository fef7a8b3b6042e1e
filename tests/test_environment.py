"""The environment is the same however it is built, and `make` describes itself correctly."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib

import pytest
import yaml
from packaging.specifiers import SpecifierSet

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def makefile(repository):
    return (repository / "Makefile").read_text(encoding="utf-8")


def targets(makefile):
    """The targets that a person calls: not the files that the Makefile makes for itself."""
    return re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE)


def test_conda_installs_what_uv_installs(repository, project):
    conda = yaml.safe_load((repository / "environment.yml").read_text(encoding="utf-8"))
    python, pip, from_pip = conda["dependencies"]
    # Binder builds for the version that stands behind an equals sign, and for an old one otherwise.
    version = re.fullmatch(r"python =(3\.\d+)", python)[1]
    assert version in SpecifierSet(project["project"]["requires-python"])
    assert pip == "pip"
    itself, *packages = from_pip["pip"]
    assert itself == "--editable .[hub]"  # Binder builds from this file
    assert packages == project["project"]["dependencies"] + project["dependency-groups"]["cpu"]


def test_lock_is_up_to_date(repository):
    private = repository / ".uv" / "bin" / "uv"
    # `uv run` names itself in UV.
    uv = os.environ.get("UV") or shutil.which("uv") or (private if private.exists() else None)
    if uv is None:
        pytest.skip("uv is not installed: an environment made by conda has no use for the lock")
    # An up-to-date lock is recognised without a network; any other is wrong anyway.
    check = subprocess.run(
        [uv, "lock", "--check", "--offline"], cwd=repository, capture_output=True, text=True
    )
    assert check.returncode == 0, f"uv.lock does not match pyproject.toml: run `uv lock`\n{check}"


def test_console_scripts_stand_beside_python():
    """`%tensorboard` and nbgrader are started by name, from the folder of this Python."""
    scripts = sysconfig.get_path("scripts")
    for name in ("jupyter", "nbgrader", "tensorboard"):
        assert shutil.which(name, path=scripts), name


def test_tensorboard_magic_loads(tmp_path):
    load = "from IPython.core.interactiveshell import InteractiveShell as Shell; "
    load += "Shell.instance().run_line_magic('load_ext', 'tensorboard')"
    run = subprocess.run([sys.executable, "-c", load], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@needs_make
def test_make_alone_lists_every_target(repository, makefile):
    run = subprocess.run(["make"], cwd=repository, capture_output=True, text=True, check=True)
    listed = re.findall(r"^  ([a-z-]+) +\S", run.stdout, flags=re.MULTILINE)
    assert sorted([*listed, "help"]) == sorted(targets(makefile))


def test_every_target_is_phony(makefile):
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE).group(1).split()
    assert sorted(phony) == sorted(targets(makefile))


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_documents_name_targets_that_exist(repository, makefile, document):
    text = (repository / document).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|exec )make ([a-z][a-z-]*)(?=`|$)", text, flags=re.MULTILINE))
    assert named and named <= set(targets(makefile))


def path_without_uv(folder, python3):
    """A PATH that holds what make's recipes use, `python3` as given, and no uv."""
    for tool in ("sh", "make", "awk", "id", "touch"):
        (folder / tool).symlink_to(shutil.which(tool))
    if python3 is not None:
        (folder / "python3").write_text(f"#!/bin/sh\n{python3}\n")
        (folder / "python3").chmod(0o755)
    return str(folder)


@needs_make
@pytest.mark.parametrize(
    "python3",
    [
        pytest.param(None, id="missing"),
        pytest.param(
            f'exec "{sys.executable}" -c "import sys; sys.version_info = (3, 7); exec(sys.argv[1])"'
            ' "$2"',
            id="too old",
        ),
        pytest.param(
            f'exec "{sys.executable}" -c "import sys; sys.modules[\'ensurepip\'] = None;'
            ' exec(sys.argv[1])" "$2"',
            id="no ensurepip",
        ),
        pytest.param('[ "$1" = -c ] || { echo trouble; exit 1; }', id="venv fails"),
    ],
)
def test_python_that_cannot_make_an_environment_gets_one_sentence(repository, tmp_path, python3):
    shutil.copy(repository / "Makefile", tmp_path)
    for name in ("pyproject.toml", "uv.lock"):
        (tmp_path / name).touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    run = subprocess.run(
        ["make", "test"],
        cwd=tmp_path,
        env={"PATH": path_without_uv(tools, python3)},
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0
    advice = [line for line in run.stderr.splitlines() if not line.startswith("make")]
    assert len(advice) == 1
    assert advice[0].startswith("Please install uv, or a Python")
    assert "python3-venv" in advice[0]
    assert not (tmp_path / ".uv" / "bin" / "uv").exists()
