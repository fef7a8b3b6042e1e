"""Each check passes here, and fails when what it looks for is broken."""

import dataclasses
import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest

from course_utils import cli, doctor


@pytest.mark.slow
@pytest.mark.parametrize("check", doctor.CHECKS)
def test_all_is_well_where_the_tests_run(check):
    finding = check()
    assert finding.is_well or not finding.needed, finding


def test_an_old_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    finding = doctor.check_python()
    assert not finding.is_well
    assert finding.found == "3.9.1"


def test_a_missing_and_an_old_package(monkeypatch):
    real = importlib.metadata.version

    def version(name):
        if name == "anywidget":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0" if name == "keras" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    finding = doctor.check_packages()
    assert "anywidget is missing; keras 1.0 instead of" in finding.found
    assert "uv sync" in finding.advice


def test_the_course_is_not_installed(monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGE", "no-such-course")
    assert "not installed" in doctor.check_packages().found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "signal 4"),
        ("import no_such_tensorflow", "No module named 'no_such_tensorflow'"),
    ],
)
def test_tensorflow_that_does_not_work(monkeypatch, code, found):
    monkeypatch.setattr(doctor, "TRY_TENSORFLOW", code)
    finding = doctor.check_tensorflow()
    assert not finding.is_well
    assert found in finding.found


def test_tensorflow_that_does_not_answer(monkeypatch):
    def run(*arguments, **options):
        raise subprocess.TimeoutExpired(arguments, options["timeout"])

    monkeypatch.setattr(subprocess, "run", run)
    assert "no answer" in doctor.check_tensorflow().found


def test_a_tensorboard_that_is_not_there(monkeypatch):
    monkeypatch.setenv("TENSORBOARD_BINARY", "/no/such/tensorboard")
    finding = doctor.check_tensorboard()
    assert not finding.is_well
    assert finding.found == "/no/such/tensorboard"


def test_a_missing_extension(monkeypatch):
    monkeypatch.setitem(doctor.EXTENSIONS, "magic", "@no/such")
    assert "no extension for magic" in doctor.check_jupyterlab().found


def test_an_extension_that_is_switched_off(monkeypatch):
    from jupyterlab_server import config

    monkeypatch.setattr(
        config, "get_page_config", lambda paths: {"disabledExtensions": ["anywidget"]}
    )
    finding = doctor.check_jupyterlab()
    assert finding.found == "switched off: anywidget"
    assert "jupyter labextension enable anywidget" in finding.advice


def test_a_server_without_validate(monkeypatch):
    monkeypatch.setattr(doctor, "VALIDATE", "no.such.extension")
    assert "jupyter server extension enable" in doctor.check_nbgrader().advice


def test_a_sandbox_is_for_instructors_alone(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *arguments, **options: None)
    finding = doctor.check_sandbox()
    assert not finding.is_well
    assert not finding.needed


def test_a_sandbox_that_may_not_run(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *arguments, **options: "/bin/bwrap")
    failed = subprocess.CompletedProcess([], 1, "", "bwrap: No permissions to create namespace\n")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: failed)
    finding = doctor.check_sandbox()
    assert "No permissions" in finding.found
    assert "on another" in finding.advice


def test_another_numpy_on_the_python_path_is_named(monkeypatch, tmp_path):
    (tmp_path / "numpy").mkdir()
    monkeypatch.setenv("PYTHONPATH", f"/nowhere{os.pathsep}{tmp_path}")
    finding = doctor.check_python_path()
    assert finding.found == f"it takes numpy from {tmp_path}"
    assert "unset PYTHONPATH" in finding.advice
    # What it breaks is no matter of installing anything.
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.0")
    monkeypatch.setattr(doctor, "TRY_TENSORFLOW", "1 / 0")
    for check in (doctor.check_packages, doctor.check_tensorflow):
        assert "unset PYTHONPATH" in check().advice
        assert "uv sync" not in check().advice


def test_a_python_path_of_ones_own_is_no_trouble(monkeypatch, tmp_path):
    (tmp_path / "my_project").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert doctor.check_python_path().is_well


def test_another_backend_of_keras(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert doctor.check_backend().is_well
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    finding = doctor.check_backend()
    assert finding.found == "runs on jax"
    assert "unset KERAS_BACKEND" in finding.advice


def test_a_folder_with_a_percent_sign(monkeypatch, tmp_path):
    (tmp_path / "100% mine").mkdir()
    monkeypatch.chdir(tmp_path / "100% mine")
    finding = doctor.check_folder()
    assert "100% mine" in finding.found
    assert "without it" in finding.advice


def test_a_folder_that_cannot_be_written(monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    finding = doctor.check_folder()
    assert "cannot be written" in finding.found
    assert "Copy the course" in finding.advice


def test_a_full_disk(monkeypatch):
    usage = namedtuple("usage", "total used free")(2**40, 2**40, 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert not doctor.check_disk().is_well


def test_full_memory(monkeypatch):
    memory = namedtuple("memory", "available")(2**28)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    finding = doctor.check_memory()
    assert finding.found == "0.2 GiB free"
    assert "Shut Down All Kernels" in finding.advice


FINDING = doctor.Finding("disk", "full", "Make room.")


@pytest.mark.parametrize(
    ("finding", "status", "mark", "verdict"),
    [
        (FINDING, 1, "✗", "Start with what is marked"),
        (dataclasses.replace(FINDING, needed=False), 0, "–", "Everything is in place"),
        (dataclasses.replace(FINDING, advice=""), 0, "✓", "Everything is in place"),
    ],
)
def test_the_command_tells_it(monkeypatch, capsys, finding, status, mark, verdict):
    monkeypatch.setattr(doctor, "diagnose", lambda: iter([finding]))
    assert cli.main(["doctor"]) == status
    printed = capsys.readouterr().out
    assert printed.startswith(f"{mark} disk")
    assert verdict in printed
    assert ("Make room." in printed) == (not finding.is_well)
