"""The hidden part of the project's test cell: train, draw and judge in the notebook itself.

nbgrader runs it, without a sandbox, but by the same rules as `course grade`, except that
drawing the samples may take any time.
"""

import course_utils.quiet

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from IPython import get_ipython

from course_utils.data import load
from course_utils.grading import project as contract
from course_utils.project import SAMPLES, SECONDS, TOLERANCE, bundled
from course_utils.project.judging import judge

BATCH = 1000


def grade(train: Callable, build: Callable, points: float, seconds: float = SECONDS) -> float:
    """Train a student's model and judge its samples.

    Args:
        train, build: the student's functions.
        points: what the test cell is worth.
        seconds: the training budget, in seconds of processor time.

    Returns:
        The model's points.

    Raises:
        AssertionError: the model earns no points; the message says why.
    """
    reason = bundled.refusal(_cells(), files_beside())
    assert not reason, reason
    contract.count_weights(build())
    began = time.process_time()
    sample = contract.trained(train, load("fashion").train.x, seconds)
    used = time.process_time() - began
    assert used <= TOLERANCE * seconds, (
        f"train used {used:.0f} s of processor time; {seconds:g} s are allowed."
    )
    samples = np.concatenate([contract.drawn(sample, BATCH) for _ in range(SAMPLES // BATCH)])
    found = judge(samples)
    assert found.share, found.sentence
    print(found.sentence)
    return points * found.share


def _cells() -> list[str]:
    """The sources of the cells that have run in this notebook, without the present one."""
    shell = get_ipython()
    return list(shell.user_ns["In"][:-1]) if shell else []


def files_beside() -> dict[str, int]:
    """The sizes in bytes of all files in the notebook's folder and below, except notebooks."""
    here = Path.cwd()
    found = [path for path in here.rglob("*") if path.is_file() and path.suffix != ".ipynb"]
    return {str(path.relative_to(here)): path.stat().st_size for path in found}
