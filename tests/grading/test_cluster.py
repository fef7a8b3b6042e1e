"""Grading by a Dask cluster: a real scheduler and real workers, one of which is killed."""

import collections
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from course_utils.grader import batch, recording
from course_utils.grader.box import sandbox
from tests.grading.assignments import vae_variants
from tests.grading.test_course_grade import copy_course, hand_in_answers

ROOT = Path(__file__).parents[2]
STUDENTS = [f"s{number}" for number in range(8)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(sandbox.why_unavailable()), reason="bubblewrap does not work here"),
]


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own; the address and the workers."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    file = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    command += ["--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    options = {"env": environment, "cwd": tmp_path, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen(command, **options)]
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file)]
    command += ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    processes += [subprocess.Popen(command, **options) for _ in range(2)]
    yield str(file), processes[1:]
    for process in processes:
        process.kill()
        process.wait()


def test_a_killed_worker_loses_no_result_and_doubles_none(cluster, tmp_path, monkeypatch):
    file, workers = cluster
    course = tmp_path / "course"
    copy_course(course)
    right = next(iter(vae_variants.KL_DIVERGENCE.values()))
    wrong = "def kl_divergence(mu, sigma):\n    return tf.reduce_sum(mu, axis=1)\n"
    for number, student in enumerate(STUDENTS):
        hand_in_answers(course, student, {"kl_divergence": wrong if number % 2 else right})
    recorded = collections.Counter()
    original = recording.Recorder.record

    def record(self, result, *rest):
        recorded[result.student] += 1
        if sum(recorded.values()) == 1:
            # The one that works on something now: it has a student's process.
            busy = max(workers, key=lambda worker: len(psutil.Process(worker.pid).children(True)))
            busy.send_signal(signal.SIGKILL)
        return original(self, result, *rest)

    monkeypatch.setattr(recording.Recorder, "record", record)
    patience = time.monotonic() + 600
    while not Path(file).exists() and time.monotonic() < patience:
        time.sleep(0.1)
    address = json.loads(Path(file).read_text(encoding="utf-8"))["address"]
    statuses = batch.grade(course, "vae", scheduler=address)
    assert sum(worker.poll() is not None for worker in workers) == 1
    assert recorded == dict.fromkeys(STUDENTS, 1)
    for number, status in enumerate(statuses):
        points = {verdict.function: verdict.points for verdict in status.verdicts}
        assert (status.status, status.isolation) == ("graded", "bubblewrap")
        assert points["kl_divergence"] == (0 if number % 2 else 5)
        assert sum(points.values()) == points["kl_divergence"]
