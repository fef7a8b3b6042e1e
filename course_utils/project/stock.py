"""The hidden part of the project's test cell: train, draw and judge in the notebook itself.

nbgrader runs it, without a sandbox, but by the same rules as `course grade`. There are two
differences. Processor time is only looked at when a function has returned; what never returns is
ended by nbgrader's own limit for a cell. And the code could open its own notebook's file, so that
what else is in it is counted, too.
"""

import course_utils.quiet

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from IPython import get_ipython

from course_utils.data import load
from course_utils.grading import project as contract
from course_utils.project import NAME, SAMPLES, SAMPLING_SECONDS, SECONDS, TOLERANCE, bundled
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
    text, pictures = around_the_code(Path(f"{NAME}.ipynb"))
    reason = bundled.refusal(_cells(), files_beside() | pictures, text)
    assert not reason, reason
    contract.count_weights(build())
    began = time.process_time()
    sample = contract.trained(train, load("fashion").train.x, seconds)
    used = time.process_time() - began
    assert used <= TOLERANCE * seconds, (
        f"train used {used:.0f} s of processor time; {seconds:g} s are allowed."
    )
    found = judge(drawn_in_time(sample))
    assert found.share, found.sentence
    print(found.sentence)
    return points * found.share


def drawn_in_time(sample: Callable) -> np.ndarray:
    """`SAMPLES` images, drawn in parts.

    Args:
        sample: the function that draws n images.

    Raises:
        AssertionError: that takes too much processor time, or gives no images.
    """
    began, parts = time.process_time(), []
    for _ in range(SAMPLES // BATCH):
        parts.append(contract.drawn(sample, BATCH))
        used = time.process_time() - began
        assert used <= SAMPLING_SECONDS, (
            f"sample used {used:.0f} s of processor time for {len(parts) * BATCH:,} images; "
            f"{SAMPLING_SECONDS:g} s are allowed for {SAMPLES:,}."
        )
    return np.concatenate(parts)


def _cells() -> list[str]:
    """The sources of the cells that have run in this notebook, without the present one."""
    shell = get_ipython()
    return list(shell.user_ns["In"][:-1]) if shell else []


def files_beside() -> dict[str, int]:
    """The sizes in bytes of all files in the notebook's folder and below, except the notebook.

    Jupyter's checkpoints do not count: nbgrader does not take them along.
    """
    here = Path.cwd()
    found = [path for path in here.rglob("*") if path.is_file()]
    found = [path for path in found if path.parent.name != ".ipynb_checkpoints"]
    sizes = {str(path.relative_to(here)): path.stat().st_size for path in found}
    sizes.pop(f"{NAME}.ipynb", None)
    return sizes


def around_the_code(path: Path) -> tuple[str, dict[str, int]]:
    """What a notebook's file holds beside its code and outputs. (nbgrader clears the outputs.)

    Args:
        path: the file; nothing is in one that does not exist.

    Returns:
        Texts and metadata, and the sizes of the pictures that were pasted, by cell and name, as
        they are written in the file.
    """
    if not path.is_file():
        return "", {}
    notebook = json.loads(path.read_text(encoding="utf-8"))
    pictures = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        for name, picture in cell.pop("attachments", {}).items():
            pictures[f"cell {number}: {name}"] = len(json.dumps(picture))
        if cell["cell_type"] == "code":
            cell["source"], cell["outputs"] = "", []
    return json.dumps(notebook, ensure_ascii=False), pictures
