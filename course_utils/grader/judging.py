"""Decide the points of functions that stay in a student's process.

The self-check and the hidden tests run here, on stand-ins that call the functions across the
sandbox's wall. Then each function is called with new random inputs.

Who is wrong gets no points. Tampering is an accusation and needs more, something that cannot happen
to an honest student:

- the self-check called a function right in the notebook, it is wrong here for the same numbers, and
  parts of the self-check had been exchanged in the notebook; or
- it gives the right values for every input that could be known beforehand, before and afterwards,
  and wrong ones for many new inputs of the same shapes and from the same distribution.

Everything else that comes out differently here is said as that: it differs, here is how.
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

# The graph of a course's own version is kept for the next student; one could ask for any number.
MOST_GRAPHS = 500
# So many more new inputs must be answered wrong before somebody is accused, after two known ones of
# the same shapes and distribution (`specification.KNOWN_SEEDS`) were answered right. To a function
# that is wrong for a share p of such inputs both happen with probability (1 − p)² p¹¹ < 0.004.
NEW_INPUTS = 10
NOT_THERE = "not there"


@functools.cache
def _course_versions(assignment: Assignment) -> dict:
    return assignment.notebook()


_graphs: dict[tuple, Callable] = {}


def _remembered_graph(function: Callable, specs: list) -> Callable:
    """The same for every student: the course's own versions do not change."""
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

    What a function raises in its self-check is quoted to the student. By then no function may have
    seen a hidden test, not even another's: first all are checked, then they are judged. A function
    that needs the course's version of another waits until that other one is judged, since it could
    learn from it. Its self-check comes after hidden tests and is not quoted.

    Args:
        assignment: the name of the assignment.
        channel: to the process, after its cells have run.
        tests: by the index of their cells.
        said: for each test, what the self-check in the notebook said.

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
        # Functions whose own version is right: those that build on them may call it.
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
        """Ask a function what its self-check asks."""
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
        """The functions that it is given in the course's version: their own is not right."""
        return set(self._graded(cell).builds_on) - self._right

    @contextlib.contextmanager
    def _function(self, cell: int) -> Iterator[RemoteFunction | None]:
        """A stand-in for a function as it was at its test; None where there was none."""
        self.calling = cell
        name = self._tests[cell].function
        # Their own are as good if they are right, and need not be called across the wall.
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
        # Silence or nonsense from the process is no answer of the function.
        self._channel.check()

    def _seen(self, error: dict) -> Exception:
        if error.get("not_written"):
            return Seen(Observation(failure=NOT_WRITTEN))
        details = "" if self._hidden_tests_seen else str(error.get("details"))[:400]
        kind = str(error.get("kind"))[:100]
        return Seen(Observation(failure=RAISED, kind=kind, details=details))


def _compared(problem: Diagnosis, said: SelfCheck, replaced: set[str]) -> dict[str, str]:
    """What a verdict says of a function that is wrong here, compared with the notebook."""
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
    """What is wrong for inputs that nobody has seen before."""
    fresh = graded.fresh(np.random.default_rng())
    return broken_property(function, graded.name, [fresh])


def _knows_the_known_alone(function: Callable, graded: GradedFunction) -> bool:
    """Whether a function that failed for new inputs does so again and again, by wrong values.

    An error is no proof, and neither is a state that has changed: the known inputs must still work.
    """
    again = [_for_new_inputs(function, graded) for _ in range(NEW_INPUTS)]
    wrong_values = all(problem and problem.kind == DIFFERENT for problem in again)
    return wrong_values and not broken_property(function, graded.name, graded.hidden_tests)
