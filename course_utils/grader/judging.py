"""Decide the points of functions that stay in a student's process.

The self-check and the hidden tests run here, on stand-ins that call the functions across the
sandbox's boundary. Then each function is called with new random inputs.

A wrong function gets no points. Tampering is an accusation, and it needs evidence that an honest
student cannot produce:

- the self-check called a function right in the notebook, the function is wrong here for the same
  numbers, and parts of the self-check had been replaced in the notebook; or
- the function returns the right values for every input that could be known beforehand, both before
  and after the new inputs, and wrong values for many new inputs of the same shapes and from the
  same distribution.

Every other difference from the notebook is only reported as a difference.
"""

import course_utils.quiet
from course_utils.quiet import tf

import contextlib
import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType

import numpy as np

from course_utils.grader.box import integrity
from course_utils.grader.box.remote import Exchange, RemoteFunction, make_graph
from course_utils.grader.box.wire import Channel
from course_utils.grader.tasks import SelfCheck, Test, Verdict
from course_utils.grading import selfcheck
from course_utils.grading.assignments import hidden, registry
from course_utils.grading.assignments.specification import (
    Assignment,
    GradedFunction,
    broken_property,
)
from course_utils.grading.probes import NOT_WRITTEN, RAISED, Observation, Seen, same_conditions
from course_utils.grading.selfcheck import DIFFERENT, Diagnosis

# Graphs of the course's own versions are cached for the next student; the cache is bounded because
# a student's code could ask for any number of them.
MOST_GRAPHS = 500
# How many more new inputs must give wrong values before anybody is accused, after two known inputs
# of the same shapes and distribution (`specification.KNOWN_SEEDS`) gave right ones. For a function
# that is wrong on a share p of such inputs, both happen with probability (1 − p)² p¹¹ < 0.004.
NEW_INPUTS = 10
NOT_THERE = "not there"


@functools.cache
def _course_versions(assignment: Assignment) -> dict:
    return assignment.notebook()


_graphs: dict[tuple, Callable] = {}


def _remembered_graph(function: Callable, specs: list) -> Callable:
    """A cached graph; it serves every student, since the course's own versions do not change."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return make_graph(function, specs)  # made for one call, with its arguments built in
    key = (function, *((spec.dtype.name, tuple(spec.shape or ["?"])) for spec in specs))
    if key not in _graphs:
        if len(_graphs) >= MOST_GRAPHS:
            _graphs.clear()
        _graphs[key] = make_graph(function, specs)
    return _graphs[key]


class Judge:
    """Runs the self-checks and hidden tests on the functions of one student's process.

    Errors that a function raises in its self-check are quoted to the student. Up to then, no
    function may have seen a hidden test, not even another function's; so all self-checks run before
    any hidden test. The exception is a function that is given the course's version of another one,
    from which it could learn: it waits until that other one is judged. Its self-check then comes
    after hidden tests, and its errors are not quoted.

    Args:
        assignment: the name of the assignment.
        channel: to the process, after its cells have run.
        tests: the tests, by the index of their cells.
        said: what the self-check said in the notebook, by the index of the test's cell.

    Attributes:
        calling: the test whose function is being called; None before and after.
    """

    def __init__(
        self,
        assignment: str,
        channel: Channel,
        tests: Mapping[int, Test],
        said: Mapping[int, SelfCheck],
    ) -> None:
        self._assignment = registry.find(assignment)
        self._channel = channel
        self._said = said
        order = [function.name for function in self._assignment.functions]
        self._tests = dict(sorted(tests.items(), key=lambda item: order.index(item[1].function)))
        # The functions that are right as written: those that build on them may call them.
        self._right: set[str] = set()
        self._checked: dict[int, tuple[Verdict, set[str]]] = {}
        self._hidden_tests_seen = False
        self._exchange = Exchange(channel, raising=self._seen, make_graph=_remembered_graph)
        self.calling: int | None = None

    def verdicts(self) -> Iterator[tuple[int, Verdict]]:
        """The verdict about each test's function, with the index of its cell."""
        for cell in self._tests:
            if not self._replaced(cell):
                self._check(cell)
        self._hidden_tests_seen = True
        for cell in sorted(self._tests, key=lambda cell: bool(self._graded(cell).builds_on)):
            if cell not in self._checked or self._checked[cell][1] != self._replaced(cell):
                self._check(cell)
            yield cell, self._judged(cell)
        self.calling = None

    def _check(self, cell: int) -> None:
        """Run a function's self-check."""
        test, said = self._tests[cell], self._said.get(cell, SelfCheck())
        replaced = self._replaced(cell)
        verdict = Verdict(test.grade_id, test.function, 0.0, test.points, "")
        with self._function(cell) as function:
            problem = self._diagnosis(test, function)
            if problem and said.kind == selfcheck.RIGHT:
                # A difference must show twice before anything is concluded from it.
                problem = self._diagnosis(test, function)
        if problem:
            found = {"message": problem.sentence, "misconception": problem.misconception or ""}
            compared = _compared(problem, said, replaced)
            verdict = dataclasses.replace(verdict, **found | compared)
        else:
            self._right.add(test.function)
        self._checked[cell] = verdict, replaced

    def _diagnosis(self, test: Test, function: RemoteFunction | None) -> Diagnosis | None:
        if function is None:
            sentence = f"{test.function} is not there: no cell before the test defines it."
            return Diagnosis(test.function, NOT_THERE, sentence)
        in_words = hidden.outline if self._hidden_tests_seen else selfcheck.describe
        checks = selfcheck.load_checks()[test.function]
        return selfcheck.diagnose(function, checks, in_words=in_words)

    def _judged(self, cell: int) -> Verdict:
        """The verdict about a function that was checked."""
        verdict, replaced = self._checked[cell]
        if verdict.message:
            return verdict
        test, graded = self._tests[cell], self._graded(cell)
        with self._function(cell) as function:
            tampered = ""
            problem = broken_property(function, graded.name, graded.hidden_tests)
            if not problem and graded.fresh:
                problem = _for_new_inputs(function, graded)
                if problem and not replaced and _knows_the_known_alone(function, graded):
                    tampered = (
                        "It passes every test with known inputs, before and afterwards, and fails "
                        f"{NEW_INPUTS + 1} times with new random ones, as if it recognised the "
                        f"known: {problem.sentence}"
                    )
        if problem:
            self._right.discard(test.function)
            return dataclasses.replace(verdict, message=problem.sentence, tampered=tampered)
        return dataclasses.replace(
            verdict, points=test.points, message=f"{test.function} is right."
        )

    def _graded(self, cell: int) -> GradedFunction:
        return self._assignment.function(self._tests[cell].function)

    def _replaced(self, cell: int) -> set[str]:
        """The functions it builds on that are wrong, and so replaced by the course's."""
        return set(self._graded(cell).builds_on) - self._right

    @contextlib.contextmanager
    def _function(self, cell: int) -> Iterator[RemoteFunction | None]:
        """A stand-in for a function as it was at its test; None where there was none."""
        self.calling = cell
        name = self._tests[cell].function
        # Right functions need no replacement, and calls of them stay within the process.
        upstream = {one: _course_versions(self._assignment)[one] for one in self._replaced(cell)}
        parameters = {one: [*inspect.signature(f).parameters] for one, f in upstream.items()}
        self._channel.send({"select": name, "cell": cell, "builds_on": parameters})
        answer, _ = self._channel.receive()
        self._exchange.offer(upstream)
        try:
            with same_conditions():
                yield self._exchange.function(name) if answer.get("selected") else None
        finally:
            self._exchange.offer({})
        # A process that is silent or sends nonsense says nothing about the function.
        self._channel.check()

    def _seen(self, error: dict) -> Exception:
        if error.get("not_written"):
            return Seen(Observation(failure=NOT_WRITTEN))
        details = "" if self._hidden_tests_seen else str(error.get("details"))[:400]
        kind = str(error.get("kind"))[:100]
        return Seen(Observation(failure=RAISED, kind=kind, details=details))


def _compared(problem: Diagnosis, said: SelfCheck, replaced: set[str]) -> dict[str, str]:
    """Fields of a verdict that compare a function, wrong here, with the notebook's self-check."""
    if problem.exhausted or problem.kind in (NOT_THERE, NOT_WRITTEN):
        return {}
    if said.replaced and said.passed:
        sentence = (
            "In the notebook `check` is not the course's function, so the cell after "
            f"{problem.function} did not check it."
        )
        return {"message": f"{problem.sentence} {sentence}", "differs": sentence}
    if said.kind != selfcheck.RIGHT:
        return {}
    what = f"Called from outside with the same numbers: {problem.sentence}"
    altered = [name for name in said.altered if name in integrity.parts()]
    if altered and not replaced:
        evidence = (
            "In the notebook the self-check called it right, and these parts of the self-check had "
            f"been exchanged there: {', '.join(altered)}. {what}"
        )
        return {"tampered": evidence}
    how = f"In the notebook the self-check called it right. {what}"
    advice = (
        "In your notebook the self-check called it right. Grading calls it again after all cells "
        "have run, and then it gave something else. Restart the kernel, run all cells, and check "
        "it again. A function should use its arguments, and nothing that a later cell changes."
    )
    if replaced:
        advice = (
            f"It was called with the course's own version of {', '.join(sorted(replaced))}, since "
            "yours is not right."
        )
    return {"message": f"{problem.sentence} {advice}", "differs": how}


def _for_new_inputs(function: Callable, graded: GradedFunction) -> Diagnosis | None:
    """The diagnosis for newly drawn inputs; None if the function is right for them."""
    fresh = graded.fresh(np.random.default_rng())
    return broken_property(function, graded.name, [fresh])


def _knows_the_known_alone(function: Callable, graded: GradedFunction) -> bool:
    """Whether a function that failed for new inputs does so again and again, by wrong values.

    An error proves nothing. Nor does a change of state; so the known inputs must still give the
    right values.
    """
    again = [_for_new_inputs(function, graded) for _ in range(NEW_INPUTS)]
    wrong_values = all(problem and problem.kind == DIFFERENT for problem in again)
    return wrong_values and not broken_property(function, graded.name, graded.hidden_tests)
