"""`@your_turn`: what a student wrote if it is right, the course's version otherwise."""

import course_utils.quiet

import html
import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from IPython.display import HTML, display

from course_utils.grading.probes import Probe, observe, passes, same_conditions
from course_utils.grading.selfcheck import describe
from course_utils.validation import check_known


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise of a lecture.

    Attributes:
        answer: the course's version.
        cases: the arguments of each call; the keys describe them, in words to be read after "for".
    """

    answer: Callable
    cases: dict[str, tuple]


exercises: dict[str, Exercise] = {}  # by the name of the function


def exercise(cases: dict[str, tuple]) -> Callable:
    """Make the function below the course's version of an exercise.

    Args:
        cases: the arguments of each call on which the two versions are compared; the keys describe
            them, in words to be read after "for". If the course's version returns a tensor, a
            student's function gets tensors in place of arrays.
    """

    def register(answer: Callable) -> Callable:
        exercises[answer.__name__] = Exercise(answer, cases)
        return answer

    return register


def your_turn(function: Callable) -> Callable:
    """Compare what a student wrote with the course's version, and say what differs; a decorator.

    Displays the course's version below, folded.

    Args:
        function: one of the functions of `exercises`. If it returns `...`, it counts as not written
            yet.

    Returns:
        The function if it agrees with the course's version, the course's version otherwise.

    Raises:
        ValueError: for a function that is no exercise.
    """
    name = function.__name__
    check_known("exercise", name, sorted(exercises))
    known = exercises[name]
    found = what_differs(function, known)
    if found:
        print(f"{found} The course's version steps in.")
    else:
        print(f"✓ {name} is right. The lecture goes on with your version.")
    source = html.escape(source_of(known.answer))
    display(HTML(f"<details><summary>Solution</summary><pre>{source}</pre></details>"))
    return known.answer if found else function


def what_differs(function: Callable, known: Exercise) -> str:
    """A sentence on the first case in which a function differs from the answer; empty if none."""
    name = known.answer.__name__
    for about, arguments in known.cases.items():
        result = known.answer(*arguments)
        probe = Probe(
            about,
            {str(position): argument for position, argument in enumerate(arguments)},
            expected=np.asarray(result),
            numpy=not tf.is_tensor(result),
        )
        with same_conditions():
            seen = observe(function, probe)
        if seen.kind == type(...).__name__:
            return f"○ {name}: nothing written yet."
        if not passes(probe, seen):
            return f"✗ {describe(name, probe, seen)}"
    return ""


def source_of(answer: Callable) -> str:
    """The text of an answer, without the decorator."""
    source = inspect.getsource(answer)
    return source[source.index("def ") :].rstrip()
