"""Decide the points of a function that stays in a student's process.

The self-check and the hidden tests run here, on a stand-in that calls the function across the
sandbox's wall. Then the function is called with new random inputs. It is tampered with if it was
called right in the student's notebook but is wrong here for the same numbers, or if it is right for
every number that could be known beforehand and wrong for new ones.
"""

import course_utils.quiet
from course_utils.quiet import tf

import builtins
import contextlib
import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Iterator

import numpy as np

from course_utils.grader.box.remote import Exchange, RemoteFunction, make_graph
from course_utils.grader.box.wire import Channel
from course_utils.grader.tasks import Test, Verdict
from course_utils.grading import selfcheck
from course_utils.grading.assignments.specification import Assignment, broken_property
from course_utils.grading.probes import NOT_WRITTEN, RAISED, Observation, Seen, silence

# The graph of a course's own version is kept for the next student; one could ask for any number.
MOST_GRAPHS = 500
# A function that ran out of something is not right, but nobody tampered with it.
EXHAUSTED = re.compile(r"MemoryError|ArrayMemoryError|ResourceExhaustedError|BlockingIOError")
BRIEF = re.compile(r"(?P<kind>[A-Z]\w*)( in line \d{1,3} of the function)?")


@functools.cache
def _course_versions(assignment: Assignment) -> dict:
    return assignment.notebook()


_graphs: dict[tuple, Callable] = {}


def _remembered_graph(function: Callable, specs: list) -> Callable:
    """The same for every student: the course's own versions do not change."""
    key = (function, *((spec.dtype.name, tuple(spec.shape or ["?"])) for spec in specs))
    if key not in _graphs:
        if len(_graphs) >= MOST_GRAPHS:
            _graphs.clear()
        _graphs[key] = make_graph(function, specs)
    return _graphs[key]


class Judge:
    """Runs hidden tests on the functions of one student's process.

    All functions are checked before one is judged. What a function raises in its self-check is
    quoted to the student, and by then it must not have seen a hidden test, not even another's.

    Args:
        assignment: its graded functions.
        channel: to the process, after its cells have run.
    """

    def __init__(self, assignment: Assignment, channel: Channel) -> None:
        self._assignment = assignment
        self._channel = channel
        self._checked: dict[str, Verdict] = {}
        self._claims: dict[str, bool] = {}
        # What a function that builds on them is given: their own if right, else the course's.
        self._right: set[str] = set()
        self._fallen: set[str] = set()
        self._quote = True
        self._exchange = Exchange(channel, raising=self._seen, make_graph=_remembered_graph)

    def check(self, test: Test, cell: int, claims_to_be_right: bool) -> None:
        """Ask a function what its self-check asks, before anything is judged.

        Args:
            test: its test cell.
            cell: where the test cell stands in the student's notebook.
            claims_to_be_right: whether the self-check in the notebook said so.
        """
        self._claims[test.function] = claims_to_be_right
        verdict = Verdict(test.grade_id, test.function, 0.0, test.points, "")
        checks = selfcheck.load_checks()[test.function]
        with self._function(test, cell) as function:
            if function is None:
                problem = f"{test.function} is not there: no cell before the test defines it."
                claims_to_be_right = False
            else:
                problem = selfcheck.diagnose(function, checks)
                if problem and claims_to_be_right:
                    # Nobody is accused after one look.
                    problem = selfcheck.diagnose(function, checks)
        if problem:
            known = self._assignment.function(test.function).misconceptions
            accused = claims_to_be_right and not EXHAUSTED.search(problem)
            verdict = dataclasses.replace(
                verdict,
                message=problem,
                misconception=next((m.name for m in known if m.sentence == problem), ""),
                tampered="In the notebook the self-check called it right. Called from outside "
                f"with the same numbers: {problem}"
                if accused
                else "",
            )
        else:
            self._right.add(test.function)
        self._checked[test.function] = verdict

    def judge(self, test: Test, cell: int) -> Verdict:
        """Decide about a function that was checked."""
        self._quote = False
        graded = self._assignment.function(test.function)
        if self._fallen.intersection(graded.builds_on):
            # It was checked with a function that is wrong after all.
            self.check(test, cell, self._claims[test.function])
        verdict = self._checked[test.function]
        if verdict.message:
            return verdict
        with self._function(test, cell) as function:
            tampered = ""
            problem = broken_property(function, graded)
            if not problem and graded.fresh:
                fresh = graded.fresh(np.random.default_rng())
                problem = broken_property(
                    function, dataclasses.replace(graded, properties=(fresh,))
                )
                if problem and not EXHAUSTED.search(problem):
                    tampered = (
                        "It passes every test with known inputs and fails with new random ones, "
                        f"as if it recognised the known: {problem}"
                    )
        if problem:
            self._right.discard(test.function)
            self._fallen.add(test.function)
            return dataclasses.replace(verdict, message=problem, tampered=tampered)
        return dataclasses.replace(
            verdict, points=test.points, message=f"{test.function} is right."
        )

    @contextlib.contextmanager
    def _function(self, test: Test, cell: int) -> Iterator[RemoteFunction | None]:
        """A stand-in for a function as it was at its test; None where there was none."""
        replaced = set(self._assignment.function(test.function).builds_on) - self._right
        # Their own are as good if they are right, and need not be called across the wall.
        upstream = {name: _course_versions(self._assignment)[name] for name in replaced}
        parameters = {name: [*inspect.signature(f).parameters] for name, f in upstream.items()}
        self._channel.send({"select": test.function, "cell": cell, "builds_on": parameters})
        answer, _ = self._channel.receive()
        self._exchange.offer(upstream)
        try:
            with silence():
                yield self._exchange.function(test.function) if answer.get("selected") else None
        finally:
            self._exchange.offer({})
        # Silence or nonsense from the process is no answer of the function.
        self._channel.check()

    def _seen(self, error: dict) -> Exception:
        if error.get("not_written"):
            return Seen(Observation(failure=NOT_WRITTEN))
        if self._quote:
            return Seen(Observation(failure=RAISED, details=str(error.get("details"))[:400]))
        brief = BRIEF.fullmatch(str(error.get("brief")))
        known = brief and (hasattr(builtins, brief["kind"]) or hasattr(tf.errors, brief["kind"]))
        return Seen(Observation(failure=RAISED, details=f"{brief[0] if known else 'An error'}."))
