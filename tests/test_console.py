"""Everything can be printed on every console, if need be in plainer characters."""

import io
import subprocess
import sys

import pytest

from course_utils import cli, doctor
from course_utils.console import speak_plainly

SAID = "✓ KL(q ‖ p) ≤ ½ – größer … → 学 \U0001f600"


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", SAID),
        ("cp1252", "+ KL(q || p) <= ½ – größer … -> ? ?"),
        ("cp437", "+ KL(q || p) ≤ ½ - größer ... -> ? ?"),
        ("ascii", "+ KL(q || p) <= 1/2 - gro?er ... -> ? ?"),
    ],
)
def test_what_an_encoding_lacks_is_written_plainly(monkeypatch, encoding, written):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    speak_plainly()
    print(SAID, flush=True)
    assert stream.buffer.getvalue().decode(encoding).strip() == written


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_the_doctor_speaks_to_a_file_of_windows(monkeypatch, encoding):
    findings = [doctor.Finding("a", "well"), doctor.Finding("b", "ill – 学", "Do … → this.")]
    monkeypatch.setattr(doctor, "diagnose", lambda: iter(findings))
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    assert cli.main(["doctor"]) == 1
    stream.flush()
    written = stream.buffer.getvalue().decode(encoding)
    assert written.startswith("+ a")
    assert "x b" in written


@pytest.mark.parametrize("command", [["misconceptions", "vae"], ["--help"], ["grade", "--help"]])
def test_the_other_commands_do_too(command):
    done = subprocess.run(
        [sys.executable, "-m", "course_utils.cli", *command],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": "", "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
