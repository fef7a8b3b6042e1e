"""What an instructor writes down about an assignment, and the three uses of it.

An `Assignment` is a list of `GradedFunction`s. Each holds the course's own version, probes,
properties and misconceptions. From these come the hidden tests (`Assignment.grade`), the data of
the self-checks (`Assignment.checks`) and a list to read (`Assignment.list_misconceptions`).
"""

import contextlib
import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import keras
import numpy as np

from course_utils.grading import library, selfcheck
from course_utils.grading.assignments import cells, hidden
from course_utils.grading.assignments.oral import Question, Reading
from course_utils.grading.probes import (
    Probe,
    observe,
    passes,
    plain,
    same,
    same_conditions,
    seen_in,
    silence,
)
from course_utils.grading.selfcheck import (
    DIFFERENT,
    Diagnosis,
    FunctionCheck,
    KnownMistake,
    SelfCheckFailed,
)
from course_utils.grading.stand_in import stand_in

Property = Callable[[Callable], None]

# Hidden tests also ask what is asked with new inputs, so that a function which is wrong for all of
# these only (for their shape, say) is wrong there. Twice, for one that remembers results by shape.
KNOWN_SEEDS = (0, 1)


@dataclass(frozen=True)
class Misconception:
    """One way of being wrong.

    Attributes:
        name: a few words for the instructor's list.
        sentence: what a student who makes it should read. It leads to the mistake and never shows
            the code that mends it.
        bodies: what such a student writes: the lines of the function or, of a single expression,
            what it returns. Each body makes the mistake in another way.
    """

    name: str
    sentence: str
    bodies: tuple[str, ...]

    def __init__(self, name: str, sentence: str, *bodies: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "bodies", bodies)


@dataclass(frozen=True)
class GradedFunction:
    """One function that students write.

    Attributes:
        solution: the course's own version; its name is the function's name.
        probes: the questions of the self-check. Where `expected` is None, the solution answers.
        properties: the hidden tests. Each takes a function and raises AssertionError with a
            sentence if the function lacks the property.
        misconceptions: the known ways of being wrong.
        builds_on: functions of the same assignment that it may call. Where they are wrong they
            are replaced by the course's own while it is graded: a mistake is not charged again.
        fresh: makes a property from a random generator, with inputs that nobody has seen before.
            Every function of an assignment needs one; `common.fresh_values` makes it where one
            compares values.
        known_seeds: from which `fresh` makes further hidden tests. So only a function that
            recognises inputs by their values lacks new ones alone.

    Probes, properties and `fresh` are all put to the function in two ways: in the student's
    notebook, and by `course grade` from another process, where the function is a stand-in that
    passes arguments on and brings results and gradients back. So a property may call the function
    with tensors, arrays, plain numbers, tuples of them and functions of `grading.given`, by whose
    weights it can be differentiated, too; and put it into `probes.in_graph`. It must not look
    inside it, and a lambda or a model as an argument cannot cross.
    """

    solution: Callable
    probes: tuple[Probe, ...]
    properties: tuple[Property, ...]
    misconceptions: tuple[Misconception, ...]
    builds_on: tuple[str, ...] = ()
    fresh: Callable[[np.random.Generator], Property] | None = None
    known_seeds: tuple[int, ...] = KNOWN_SEEDS

    @property
    def name(self) -> str:
        """What students call it."""
        return self.solution.__name__

    @functools.cached_property
    def hidden_tests(self) -> tuple[Property, ...]:
        """The properties, and what is asked with new inputs, too, for inputs of fixed seeds."""
        seeds = self.known_seeds if self.fresh else ()
        return (*self.properties, *(self.fresh(np.random.default_rng(seed)) for seed in seeds))

    def cells(self, misconception: Misconception) -> list[str]:
        """The cells of students who make a mistake."""
        return [cells.cell_with(body, self.solution) for body in misconception.bodies]


@dataclass(frozen=True)
class Assignment:
    """The graded functions of one notebook, and what to ask those who wrote them.

    Attributes:
        name: the notebook's.
        functions: in the order of the notebook.
        questions: about the code; each function has some that fit some code, and one in general.
        readings: about what the experiment prints.
    """

    name: str
    functions: tuple[GradedFunction, ...]
    questions: tuple[Question, ...] = ()
    readings: tuple[Reading, ...] = ()

    @classmethod
    def gathered(
        cls,
        name: str,
        solutions: types.SimpleNamespace,
        probes: types.ModuleType,
        properties: types.ModuleType,
        misconceptions: types.ModuleType,
        questions: types.ModuleType,
        builds_on: Mapping[str, tuple[str, ...]] | None = None,
        random: Collection[str] = (),
    ) -> "Assignment":
        """The assignment whose parts lie in modules, under the names of its functions.

        Args:
            name: of the assignment.
            solutions: the course's own versions, see `cells.solutions_of`.
            probes, properties, misconceptions: each holds a tuple for every function. For
                `vae_loss` it is called `VAE_LOSS`; `properties` has `FRESH_VAE_LOSS` too.
            questions: holds `QUESTIONS` and `READINGS`.
            builds_on: for some functions, those that they may call.
            random: functions that draw noise. Their properties ask of it what `fresh` asks.
        """
        functions = tuple(
            GradedFunction(
                solution,
                getattr(probes, key.upper()),
                getattr(properties, key.upper()),
                getattr(misconceptions, key.upper()),
                builds_on=(builds_on or {}).get(key, ()),
                fresh=getattr(properties, f"FRESH_{key.upper()}"),
                known_seeds=() if key in random else KNOWN_SEEDS,
            )
            for key, solution in vars(solutions).items()
        )
        return cls(name, functions, questions.QUESTIONS, questions.READINGS)

    def function(self, name: str) -> GradedFunction:
        """The graded function of this name."""
        return next(function for function in self.functions if function.name == name)

    def grade(self, function: Callable) -> None:
        """The hidden tests of a function, after the self-check that students see.

        Args:
            function: what a student wrote.

        Raises:
            SelfCheckFailed: no points; the message is the sentence of the misconception where one
                matches, otherwise what was found.
        """
        namespace = selfcheck.namespace_of(function) or {}
        name = selfcheck.name_of(function, namespace, selfcheck.load_checks())
        with same_conditions():
            problem = self._problem(name, function, namespace)
        if problem:
            raise SelfCheckFailed(problem.sentence)

    def _problem(self, name: str, function: object, namespace: dict) -> Diagnosis | None:
        """What is wrong with a function of a notebook, apart from what it builds on."""
        graded = self.function(name)
        # A right function stays the student's own: ours may return another type or precision, and
        # what the student wrote around theirs need not run with it.
        wrong = [u for u in graded.builds_on if self._problem(u, namespace.get(u), namespace)]
        with self._course_versions(wrong, namespace), self._library_refused():
            problem = selfcheck.diagnose(function, selfcheck.load_checks()[name])
            return problem or broken_property(function, name, graded.hidden_tests)

    def _library_refused(self) -> contextlib.AbstractContextManager:
        return library.refused(also=[f.solution for f in self.functions])

    @contextlib.contextmanager
    def _course_versions(self, names: list[str], namespace: dict) -> Iterator[None]:
        """Bind names in a student's notebook, and other names for the same, to our versions."""
        before = dict(namespace)
        course = self.notebook()
        ours: dict[str, Callable] = {}
        for upstream in names:
            theirs = before.get(upstream)
            others = [name for name, value in before.items() if callable(value) and value is theirs]
            own = course[upstream]
            one = stand_in(theirs, own, [*inspect.signature(own).parameters])
            ours |= dict.fromkeys([upstream, *others], one)
        namespace.update(ours)
        try:
            yield
        finally:
            for name in ours:
                if name in before:
                    namespace[name] = before[name]
                else:
                    namespace.pop(name, None)

    def checks(self) -> dict[str, FunctionCheck]:
        """What the self-checks need to know, computed from the solutions and misconceptions."""
        with silence():
            return {function.name: self._function_check(function) for function in self.functions}

    def notebook(self) -> dict:
        """The global names of the notebook of a student who has everything right."""
        namespace = cells.notebook()
        for name, solution in ((f.name, f.solution) for f in self.functions):
            # Copies: the solutions themselves refuse to be called while a function is graded.
            namespace[name] = types.FunctionType(solution.__code__, namespace, name)
        return namespace

    def list_misconceptions(self) -> str:
        """Every misconception with its sentence, to read or to print."""
        lines = [f"# Misconceptions of the assignment {self.name}"]
        for function in self.functions:
            lines += ["", f"## {function.name}", ""]
            lines += [f"- **{m.name}**: {m.sentence}" for m in function.misconceptions]
        return "\n".join(lines)

    def _function_check(self, function: GradedFunction) -> FunctionCheck:
        keras.utils.set_random_seed(0)
        probes = tuple(
            probe
            if probe.expected is not None
            else dataclasses.replace(probe, expected=_answer(function, probe))
            for probe in function.probes
        )
        mistakes: list[KnownMistake] = []
        for misconception in function.misconceptions:
            for cell in function.cells(misconception):
                namespace = self.notebook()
                cells.run(cell, namespace)
                mistake = _first_failure(misconception, namespace[function.name], probes)
                twins = [known for known in mistakes if _alike(known, mistake, probes)]
                if any(twin.sentence != mistake.sentence for twin in twins):
                    raise ValueError(
                        f"{function.name}: the probes cannot tell {misconception.name!r} from "
                        "another misconception"
                    )
                mistakes += [] if twins else [mistake]
        return FunctionCheck(function.name, function.builds_on, probes, tuple(mistakes))


def broken_property(
    function: Callable, name: str, properties: Iterable[Property]
) -> Diagnosis | None:
    """The first property that the function of a name lacks; None if it has them all.

    Neither a number nor a word that the function chose is in the sentence: a student could read the
    inputs of the hidden tests from it.
    """
    keras.utils.set_random_seed(0)
    for has_property in properties:
        try:
            with np.errstate(all="ignore"):
                has_property(plain(function))
        except hidden.Lacking as problem:
            return problem.diagnosis
        except AssertionError as problem:
            return Diagnosis(name, DIFFERENT, str(problem))
        except Exception as error:  # a student's function may raise anything
            return hidden.diagnosis(name, seen_in(error, function))
    return None


def _answer(function: GradedFunction, probe: Probe) -> np.ndarray:
    seen = observe(function.solution, probe)
    if seen.failure:
        raise ValueError(
            f"{function.name} has no answer for {probe.about}: {seen.failure}. {seen.details}"
        )
    return seen.value


def _first_failure(misconception: Misconception, function: Callable, probes: tuple) -> KnownMistake:
    keras.utils.set_random_seed(0)
    for index, probe in enumerate(probes):
        seen = observe(function, probe)
        if not passes(probe, seen) and not probe.remark:
            return KnownMistake(misconception.name, misconception.sentence, index, seen)
    raise ValueError(f"no probe catches the misconception {misconception.name!r}")


def _alike(one: KnownMistake, other: KnownMistake, probes: tuple) -> bool:
    probe = probes[one.probe]
    return one.probe == other.probe and same(one.seen, other.seen, probe)
