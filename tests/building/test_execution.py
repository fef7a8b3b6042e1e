"""What running a lecture measures."""

import subprocess
import sys

import psutil

from course_utils.building import execution


def test_a_kernel_that_has_not_started_has_used_nothing():
    assert execution._used(None) == (0, 0.0)


def test_a_process_and_its_children_are_measured_until_they_have_ended():
    inner = "sum(range(10**6)); print(0, flush=True); input()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    running = subprocess.Popen(
        [sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    running.stdout.readline()
    memory, computed = execution._used(running.pid)
    alone = psutil.Process(running.pid)
    assert memory > alone.memory_info().rss > 0
    assert computed > sum(alone.cpu_times()[:4])
    running.communicate("\n")
    assert execution._used(running.pid) == (0, 0.0)
