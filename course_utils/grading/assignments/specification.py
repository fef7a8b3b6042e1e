"""What an instructor writes down about an assignment, and the three things it is used for.

An `Assignment` is a list of `GradedFunction`s. Each holds the course's own version, probes,
properties and misconceptions. From these come the hidden tests (`Assignment.grade`), the data of
the self-checks (`Assignment.checks`) and a readable list (`Assignment.list_misconceptions`).
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

# The hidden tests include the fresh properties with these seeds. So a function that is wrong for
# all fresh inputs, say because of their shape, already fails a hidden test. There are two seeds, to
# catch a function that remembers results by shape.
KNOWN_SEEDS = (0, 1)


@dataclass(frozen=True)
class Misconception:
    """One way of being wrong.

    Attributes:
        name: a few words for the instructor's list.
        sentence: what students who make the mistake read. It points to the mistake but never shows
            the code that corrects it.
        bodies: what such students write, as the lines of the function or as a single expression
            that it returns. Each body makes the mistake in a different way.
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
        probes: the questions of the self-check. Where `expected` is None, the solution's answer is
            the right one.
        properties: the hidden tests. Each takes a function and raises AssertionError with a
            sentence if the function lacks the property.
        misconceptions: the known ways of being wrong.
        builds_on: functions of the same assignment that this one may call. Those that are wrong are
            replaced by the course's own while it is graded, so that no mistake is charged twice.
        fresh: makes a property, with inputs drawn from the given random generator. Every function
            of an assignment needs one; `common.fresh_values` makes one that compares values.
        known_seeds: seeds from which `fresh` makes further hidden tests. If a function passes these
            and fails only with new inputs, it recognises the known inputs by their values.

    Probes, properties and `fresh` are put to the function in two ways: in the student's notebook,
    and by `course grade` from another process, where a stand-in passes the arguments on and returns
    results and gradients. So a property may call the function with tensors, arrays, plain numbers,
    tuples of these, and functions of `grading.given`, with respect to whose weights it can also be
    differentiated; and it may pass the function to `probes.in_graph`. It must not look inside the
    function, nor pass a lambda or a model, which cannot be sent to the other process.
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
        """The properties, followed by those that `fresh` makes from the known seeds."""
        seeds = self.known_seeds if self.fresh else ()
        return (*self.properties, *(self.fresh(np.random.default_rng(seed)) for seed in seeds))

    def cells(self, misconception: Misconception) -> list[str]:
        """The cells of students who have this misconception."""
        return [cells.cell_with(body, self.solution) for body in misconception.bodies]


@dataclass(frozen=True)
class Assignment:
    """The graded functions of one notebook, and what to ask those who wrote them.

    Attributes:
        name: the notebook's name.
        functions: the functions in the order of the notebook.
        questions: oral questions about the code; for each function, some that need certain code and
            a general one.
        readings: oral questions about what the experiment prints.
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
        """An assignment put together from modules, by the names of its functions.

        Args:
            name: the assignment's name.
            solutions: the course's own versions, see `cells.solutions_of`.
            probes, properties, misconceptions: modules with a tuple for each function, called
                `VAE_LOSS` for `vae_loss`; `properties` also has `FRESH_VAE_LOSS`.
            questions: a module with `QUESTIONS` and `READINGS`.
            builds_on: for a function's name, the names of the functions that it may call.
            random: functions that draw noise. Their properties already test it as `fresh` does, so
                they need no known seeds.
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
        """The graded function with this name."""
        return next(function for function in self.functions if function.name == name)

    def grade(self, function: Callable) -> None:
        """Run the self-check that students see, then the hidden tests.

        Args:
            function: what a student wrote.

        Raises:
            SelfCheckFailed: the function earns no points. The message is the sentence of the
                matching misconception, or else says what was found.
        """
        namespace = selfcheck.namespace_of(function) or {}
        name = selfcheck.name_of(function, namespace, selfcheck.load_checks())
        with same_conditions():
            problem = self._problem(name, function, namespace)
        if problem:
            raise SelfCheckFailed(problem.sentence)

    def _problem(self, name: str, function: object, namespace: dict) -> Diagnosis | None:
        """What is wrong with a notebook's function itself, whatever is wrong with what it calls."""
        graded = self.function(name)
        # Correct functions are not replaced: ours may return another type or precision, for which
        # the student's code was not written.
        wrong = [u for u in graded.builds_on if self._problem(u, namespace.get(u), namespace)]
        with self._course_versions(wrong, namespace), self._library_refused():
            problem = selfcheck.diagnose(function, selfcheck.load_checks()[name])
            return problem or broken_property(function, name, graded.hidden_tests)

    def _library_refused(self) -> contextlib.AbstractContextManager:
        return library.refused(also=[f.solution for f in self.functions])

    @contextlib.contextmanager
    def _course_versions(self, names: list[str], namespace: dict) -> Iterator[None]:
        """Bind names in a student's notebook, and their aliases, to the course's versions."""
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
        """The global names of a notebook in which every function is correct."""
        namespace = cells.notebook()
        for name, solution in ((f.name, f.solution) for f in self.functions):
            # Copies, because calling a solution itself raises an error while a function is graded.
            namespace[name] = types.FunctionType(solution.__code__, namespace, name)
        return namespace

    def list_misconceptions(self) -> str:
        """Every misconception with its sentence, as Markdown."""
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
    """The first property that the function lacks; None if it has them all.

    The sentence contains nothing that the function chose, neither a number nor a word: that could
    reveal the inputs of the hidden tests to the student.
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
