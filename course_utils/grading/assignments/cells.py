"""Code as students write it: the text of a notebook's cell, run in a notebook's namespace."""

from course_utils.quiet import tf

import builtins
import inspect
import itertools
import linecache
import textwrap
from collections.abc import Callable

import keras
import numpy as np

_count = itertools.count()


def notebook() -> dict:
    """The global names of an assignment's notebook after its set-up cell."""
    modules = {"tf": tf, "keras": keras, "np": np}
    # NumPy imports parts of itself when they are first used, with these builtins.
    return modules | {"__name__": "__main__", "__builtins__": builtins}


def run(text: str, namespace: dict) -> None:
    """Run a cell. Its functions can show their source, as they can in Jupyter."""
    filename = f"<cell {next(_count)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), namespace)


def cell_with(body: str, function: Callable) -> str:
    """The text of a cell that defines a function.

    Args:
        body: the lines of the function; of a single expression the value is returned.
        function: lends its name and signature.
    """
    try:
        compile(body, "", "eval")
        body = f"return {body}"
    except SyntaxError:
        pass
    head = f"def {function.__name__}{inspect.signature(function)}:\n"
    return head + textwrap.indent(body.strip(), "    ") + "\n"
