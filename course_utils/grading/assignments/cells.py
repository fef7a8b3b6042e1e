"""Code as students write it: the text of a notebook's cell, run in a notebook's namespace."""

from course_utils.quiet import tf

import builtins
import inspect
import itertools
import linecache
import re
import textwrap
import types
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

TEXTS = Path(__file__).parents[3] / "notebooks" / "assignments"
SOLUTION_CELL = re.compile(
    r'^# %% solution="(?P<name>\w+)".*?\n(?P<code>.*?)(?=^# %%|\Z)', re.M | re.S
)

_count = itertools.count()


def notebook() -> dict:
    """The global names of an assignment's notebook after its set-up cell."""
    modules = {"tf": tf, "keras": keras, "np": np}
    # NumPy imports some of its parts on first use, and needs the real builtins for that.
    return modules | {"__name__": "__main__", "__builtins__": builtins}


def run(text: str, namespace: dict) -> None:
    """Run a cell. As in Jupyter, `inspect` finds the source of its functions."""
    filename = f"<cell {next(_count)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), namespace)


def cell_with(body: str, function: Callable) -> str:
    """The text of a cell that defines a function.

    Args:
        body: the lines of the function, or a single expression, whose value is then returned.
        function: the function whose name and signature are used.
    """
    try:
        compile(body, "", "eval")
        body = f"return {body}"
    except SyntaxError:
        pass
    head = f"def {function.__name__}{inspect.signature(function)}:\n"
    return head + textwrap.indent(body.strip(), "    ") + "\n"


def solutions_of(name: str) -> types.SimpleNamespace:
    """The course's own versions of an assignment's functions, from the text of its notebook.

    Args:
        name: the assignment's name.

    Returns:
        The functions by name, in the order of the notebook.

    Raises:
        FileNotFoundError: the course is installed without its notebooks.
    """
    path = TEXTS / f"{name}.py"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there, and the solutions are read from it: grade with a course that is "
            "installed from its own folder, by `uv sync` or `pip install --editable .`"
        )
    namespace = notebook()
    cells = [*SOLUTION_CELL.finditer(path.read_text(encoding="utf-8"))]
    for cell in cells:
        run(cell["code"], namespace)
    return types.SimpleNamespace(**{cell["name"]: namespace[cell["name"]] for cell in cells})
