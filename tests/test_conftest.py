"""Tests have their own home; without a browser its tests are skipped with advice, or fail in CI."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

BROWSER_TEST = """
import pytest

@pytest.mark.browser
def test_browser(chromium_path):
    assert chromium_path
"""


def run_browser_test(repository, folder, **variables):
    """Run one browser test beside a copy of conftest.py, with `folder` as the only PATH."""
    shutil.copy(repository / "tests" / "conftest.py", folder)
    (folder / "test_one.py").write_text(BROWSER_TEST)
    inherited = {name: value for name, value in os.environ.items() if name != "CI"}
    settings = ["-c", repository / "pyproject.toml", "-p", "no:cacheprovider", "--rootdir", folder]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *settings, folder],
        env=inherited | {"PATH": str(folder)} | variables,
        capture_output=True,
        text=True,
    )


def test_without_chromium_browser_tests_are_skipped_with_advice(repository, tmp_path):
    run = run_browser_test(repository, tmp_path)
    assert run.returncode == 0
    assert "1 skipped" in run.stdout
    assert "apt install chromium" in run.stdout


def test_without_chromium_browser_tests_fail_in_ci(repository, tmp_path):
    run = run_browser_test(repository, tmp_path, CI="true")
    assert run.returncode == 1
    assert "apt install chromium" in run.stdout


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_chromium_is_found_under_each_of_its_names(repository, tmp_path, name):
    browser = tmp_path / name
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    run = run_browser_test(repository, tmp_path, CI="true")
    assert "1 passed" in run.stdout


def test_home_is_private():
    from jupyter_core import paths

    home = Path.home()
    assert home.is_relative_to(tempfile.gettempdir())
    for folder in (
        paths.jupyter_config_dir(),
        paths.jupyter_data_dir(),
        paths.jupyter_runtime_dir(),
    ):
        assert Path(folder).is_relative_to(home)
