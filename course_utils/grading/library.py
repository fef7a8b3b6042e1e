"""While a graded function runs, the course's own versions of it refuse to be called.

The library contains many of the graded functions, in other conventions. An assignment asks for the
student's own. What is replaced is the functions' code, not their names, so a function that was
imported by name earlier refuses as well.

This is a reminder, not a barrier. The code runs in the student's own process, where anybody can
copy a formula, trace it into a graph beforehand, load the module under another name, put the code
back or ask another process. In any case, students may read the library.
"""

import contextlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType

# Modules that the comparison itself needs, or that hold nothing an assignment asks for.
ALLOWED = ("course_utils.grading", "course_utils.grader", "course_utils.quiet", "course_utils.data")


class LibraryCalled(AssertionError):
    """A graded function called the library's version of what it should compute itself."""

    def __init__(self) -> None:
        super().__init__("This calls the course's library. Here the computation must be your own.")


def _refuse(*_args, **_kwargs):
    # This code is put into functions of other modules and runs with their globals: import here.
    from course_utils.grading.library import LibraryCalled

    raise LibraryCalled


class _NoFurtherModules:
    """An import hook: a module of the library that is not loaded yet is not loaded now either."""

    @staticmethod
    def find_spec(name, _path=None, _target=None):
        if _is_library(name):
            raise LibraryCalled


@contextlib.contextmanager
def refused(also: Iterable[FunctionType] = ()) -> Iterator[None]:
    """Let every function and method of the library raise `LibraryCalled` until the block ends.

    Args:
        also: further functions that must not be called.
    """
    functions = {*also}
    for name, module in list(sys.modules.items()):
        if _is_library(name):
            functions.update(_functions_of(module))
    codes = {function: function.__code__ for function in functions}
    sys.meta_path.insert(0, _NoFurtherModules)
    try:
        for function, code in codes.items():
            # Python refuses to exchange code for code with another number of captured variables.
            function.__code__ = _refuse.__code__.replace(co_freevars=code.co_freevars)
        yield
    finally:
        sys.meta_path.remove(_NoFurtherModules)
        for function, code in codes.items():
            function.__code__ = code


def _is_library(module: str) -> bool:
    return module.startswith("course_utils.") and not module.startswith(ALLOWED)


def _functions_of(module: ModuleType) -> Iterator[FunctionType]:
    """Functions and methods written in a module, also those under a decorator."""
    members = [value for value in vars(module).values() if _written_in(value, module)]
    for owner in [value for value in members if inspect.isclass(value)]:
        members.extend(vars(owner).values())
    for member in members:
        if isinstance(member, property):
            member = member.fget
        member = getattr(member, "__func__", member)  # class and static methods
        member = getattr(member, "python_function", member)  # tf.function
        member = inspect.unwrap(member) if callable(member) else member
        if isinstance(member, FunctionType) and _written_in(member, module):
            yield member


def _written_in(value: object, module: ModuleType) -> bool:
    return getattr(value, "__module__", None) == module.__name__
