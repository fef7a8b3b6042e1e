"""Whether the self-check is still the course's, or whether a notebook has replaced parts of it.

Nobody replaces these parts by accident. So a replacement counts as evidence of tampering, whereas a
function that gives another result does not. Code is compared rather than objects, so that
reloading a module does not count as a replacement.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType

import numpy as np

from course_utils.grading import given, library, probes, selfcheck

# The functions with which the self-check compares numbers.
COMPARISONS = ("allclose", "isclose")


def parts() -> dict[str, object]:
    """The parts of the self-check as they are now, by name."""
    found: dict[str, object] = {f"numpy.{name}": getattr(np, name, None) for name in COMPARISONS}
    for module in (selfcheck, probes, library, given):
        found |= {f"{module.__name__}.{name}": code for name, code in _codes(module)}
    return found


@functools.cache
def _at_first() -> dict[str, object]:
    return parts()


def remember() -> None:
    """Record the present self-check as the course's own, before any of a student's code runs."""
    _at_first()


def altered() -> list[str]:
    """The names of the parts that have been replaced since `remember` was called."""
    now = parts()
    return [name for name, part in _at_first().items() if now.get(name) != part]


def is_own_check(function: object) -> bool:
    """Whether a notebook's `check` is the course's."""
    return _code(function) == _at_first()[f"{selfcheck.__name__}.check"]


def _codes(module: ModuleType) -> Iterator[tuple[str, CodeType]]:
    """The code of the functions and methods that a module defines."""
    for name, member in vars(module).items():
        if getattr(member, "__module__", None) == module.__name__:
            inner = vars(member).items() if inspect.isclass(member) else [("", member)]
            for attribute, one in inner:
                if code := _code(one):
                    yield f"{name}.{attribute}".rstrip("."), code


def _code(function: object) -> CodeType | None:
    function = inspect.unwrap(function) if isinstance(function, Callable) else function
    return getattr(function, "__code__", None)
