"""`check(function)`: is it right, and if not, what is wrong with it?

The probes, what should come out, and what each known mistake gives instead are read from
`checks/<assignment>.json`. `course checks` writes these files from the instructor's part.
"""

import functools
import inspect
import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras
import numpy as np

from course_utils.grading import library
from course_utils.grading import probes as p
from course_utils.grading.given import GivenFunction
from course_utils.grading.probes import Observation, Probe, observe, passes, same, same_conditions
from course_utils.grading.steps import GivenNetwork, GivenOptimizer
from course_utils.students import CHECKS


class SelfCheckFailed(AssertionError):
    """A function is not right yet; the message says what was found."""

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows: the message alone, since no line of this module helps a student.

        nbgrader's Validate cuts lines that are longer than 84 characters.
        """
        return textwrap.wrap(f"✗ {self}", 80, break_on_hyphens=False)


@dataclass(frozen=True)
class KnownMistake:
    """A misconception's name and sentence, and what it gives at the first probe it fails."""

    name: str
    sentence: str
    probe: int
    seen: Observation


@dataclass(frozen=True)
class FunctionCheck:
    """All that is known of one function.

    Attributes:
        name: what it is called.
        builds_on: functions of the same assignment that it may call.
        probes: the questions, in the order in which they are put.
        mistakes: the known ones.
    """

    name: str
    builds_on: tuple[str, ...]
    probes: tuple[Probe, ...]
    mistakes: tuple[KnownMistake, ...]


RIGHT, WAITS, KNOWN, DIFFERENT = "right", "waits", "known misconception", "different"
# A function that runs out of a resource fails the check, which says nothing about its values.
EXHAUSTION = ("MemoryError", "ArrayMemoryError", "ResourceExhaustedError", "BlockingIOError")


@dataclass(frozen=True)
class Diagnosis:
    """What was found out about a function.

    Attributes:
        function: its name.
        kind: `RIGHT`; `WAITS` for a function that may call others which are wrong; `KNOWN` for a
            misconception with a name; a failure of `probes.Observation`; otherwise `DIFFERENT`.
        sentence: the same for the student.
        misconception: the name of the known one.
        exhausted: whether it ran out of memory, processes or the like.
    """

    function: str
    kind: str
    sentence: str
    misconception: str | None = None
    exhausted: bool = False


# To learn what `check` finds, add a function here; it is called with each diagnosis.
listeners: list[Callable[[Diagnosis], None]] = []


def check(function: Callable) -> None:
    """Tell whether a function of an assignment is right.

    Sets the random seeds, so that the answer is the same each time.

    Args:
        function: the function itself, not its name: `check(kl_divergence)`.

    Raises:
        SelfCheckFailed: it is not right; the message says in what.
        ValueError: it is none of the graded functions.
    """
    known = load_checks()
    namespace = namespace_of(function) or inspect.currentframe().f_back.f_globals
    checks = known[name_of(function, namespace, known)]
    with same_conditions(), library.refused():
        remarks: list[str] = []
        problem = diagnose(function, checks, remarks)
        waiting_for = [
            name
            for name in checks.builds_on
            if problem and name in namespace and diagnose(namespace[name], known[name])
        ]
        waits = waiting_for and observe(function, checks.probes[0]).failure != p.NOT_WRITTEN
    if waits:
        sentence = (
            f"{checks.name} can be judged once what it may call is right: "
            f"{', '.join(waiting_for)}. Grading tests it with the course's own versions of these."
        )
        problem = Diagnosis(checks.name, WAITS, sentence)
    found = problem or Diagnosis(checks.name, RIGHT, f"{checks.name} is right.")
    for listener in listeners:
        listener(found)
    if found.kind == RIGHT:
        print("\n".join([f"✓ {found.sentence}", *remarks]))
    elif found.kind == WAITS:
        print(f"… {found.sentence}")
    else:
        raise SelfCheckFailed(found.sentence)


def diagnose(
    function: Callable,
    checks: FunctionCheck,
    remarks: list[str] | None = None,
    in_words: Callable[[str, Probe, Observation], str] | None = None,
) -> Diagnosis | None:
    """What is wrong with a function; None if nothing is.

    Args:
        function: what a student wrote.
        checks: what is known of it.
        remarks: if given, sentences that cost nothing are added to it.
        in_words: makes the sentence where no known misconception does; by default `describe`.
    """
    keras.utils.set_random_seed(0)
    for_any_size = False
    for index, probe in enumerate(checks.probes):
        if for_any_size and probe.quantity == p.TRACED:
            for_any_size = False  # the next one may ask something else
            continue
        seen = observe(function, probe)
        passed = passes(probe, seen)
        for_any_size = passed and probe.quantity == p.BATCH_UNKNOWN
        if passed:
            continue
        if probe.remark:
            if remarks is not None:
                remarks.append(probe.remark)
            continue
        for mistake in checks.mistakes:
            if mistake.probe == index and same(seen, mistake.seen, probe):
                return Diagnosis(checks.name, KNOWN, mistake.sentence, mistake.name)
        sentence = (in_words or describe)(checks.name, probe, seen)
        return diagnosis_of(checks.name, seen, sentence)
    return None


def diagnosis_of(name: str, seen: Observation, sentence: str) -> Diagnosis:
    """The diagnosis of a function that gave this observation instead of the expected one."""
    kind = seen.failure or DIFFERENT
    return Diagnosis(name, kind, sentence, exhausted=seen.kind in EXHAUSTION)


def describe(name: str, probe: Probe, seen: Observation) -> str:
    """Say what differs between what was seen and what was expected.

    Args:
        name: of the function.
        probe: what was asked, with its expected value.
        seen: what came instead.

    Returns:
        One or two sentences on the most basic difference: an error first, a wrong value last.
    """
    subject, situation = f"{name} gives", f"for {probe.about}"
    if probe.part:
        subject = f"The {probe.part} that {name} gives is"
    if probe.quantity.startswith(p.GRADIENT):
        subject = f"The gradient of {name} with respect to {_source(probe)} is"
    elif probe.quantity.startswith((p.AFTER, p.ALL_AFTER)):
        subject = f"After {name} one of the {probe.quantity} is"
    elif probe.quantity != p.VALUE:
        situation = f"{probe.quantity}, {situation}"

    if probe.graph:
        situation = f"{p.TRACED}, {situation}"

    if seen.failure:
        return _describe_failure(name, probe, seen, situation)
    if seen.dtype not in probe.dtypes:
        wanted = "integers" if probe.dtypes is p.INTEGERS else " or ".join(probe.dtypes)
        return f"{name} returns {seen.dtype} {situation}; it should return {wanted}."
    got, expected = np.asarray(seen.value, "float64"), np.asarray(probe.expected, "float64")
    if probe.statistic == "shape":
        shapes = [tuple(int(n) for n in numbers) for numbers in (got, expected)]
        return _wrong_shape(name, *shapes, situation)
    if got.shape != expected.shape and probe.quantity.startswith((p.AFTER, p.ALL_AFTER)):
        return f"After {name} other {probe.quantity} are trainable than before {situation}."
    if got.shape != expected.shape:
        return _wrong_shape(name, got.shape, expected.shape, situation)
    finite = np.isfinite(got) | ~np.isfinite(expected)
    if not finite.all():
        return f"{subject} {_first_unlike(finite, got)[1]:g} {situation}: not finite."
    if probe.statistic == "repetition":
        most = expected + probe.atol
        found = [words for words, g, m in zip(REPETITION, got, most, strict=False) if g > m]
        return f"The random numbers in {name} are not drawn anew {situation}: {found[0]}."
    if probe.statistic:
        subject = f"The {probe.statistic} of what {name} gives is"

    return _describe_values(subject, situation, probe, got, expected)


def _describe_failure(name: str, probe: Probe, seen: Observation, situation: str) -> str:
    """Say why there is nothing to compare."""
    match seen.failure:
        case p.NOT_WRITTEN:
            return (
                f"{name} is not written yet: replace the line that raises NotImplementedError "
                "with your own code."
            )
        case p.RAISED if seen.kind == library.LibraryCalled.__name__:
            return str(library.LibraryCalled())
        case p.RAISED if probe.graph or probe.quantity in (p.TRACED, p.BATCH_UNKNOWN):
            # TensorFlow's own advice, to use tf.function, comes in the second sentence.
            return (
                f"{name} raises an error {situation}. A tensor has a shape there but no values "
                "yet: Python can neither loop over it nor ask what is in it, and NumPy cannot "
                f"compute with it. {seen.details.split('. ')[0]}"
            )
        case p.RAISED:
            return f"{name} raises an error {situation}. {seen.details}"
        case p.NOTHING:
            return f"{name} returns nothing. Does it end with `return`?"
        case p.WRONG_TYPE:
            wanted = "one array" if probe.numpy else "one tensor"
            if probe.parts:
                wanted = f"the tuple ({', '.join(probe.parts)})"
            return f"{name} returns a {seen.details}; it should return {wanted}."
        case p.NO_GRADIENT:
            argument = _source(probe)
            return (
                f"No gradient of {name} reaches {argument}, so nothing can be learned through "
                f"it. Either something between {argument} and the result is not a TensorFlow "
                f"operation or stops the gradient, or {argument} is not used at all."
            )
    raise ValueError(f"an unknown failure: {seen.failure!r}")


def _describe_values(
    subject: str, situation: str, probe: Probe, got: np.ndarray, expected: np.ndarray
) -> str:
    """Say how finite values of the right shape differ from what was expected."""

    def close(values: np.ndarray) -> bool:
        return np.allclose(values, expected, rtol=probe.rtol, atol=probe.atol)

    if close(-got):
        return f"{subject} the right size but the opposite sign {situation}."
    factor = np.sum(got * expected) / max(np.sum(expected**2), 1e-30)
    is_scale = got.size > 1 and probe.dtypes is not p.INTEGERS and abs(factor) > 1e-3
    if is_scale and close(got / factor):
        return f"{subject} {factor:.4g} times what it should be {situation}."
    right = np.isclose(got, expected, rtol=probe.rtol, atol=probe.atol)
    index, value = _first_unlike(right, got)
    at = f" at position {list(index)}" if index else ""
    return f"{subject} {value:.5g}{at} {situation}; it should be {expected[index]:.5g}."


REPETITION = (
    "a second call gives the same values",
    "all examples of a batch get the same",
    "all entries of an example get the same",
)


def _source(probe: Probe) -> str:
    """What a gradient is taken with respect to, in words."""
    argument = probe.quantity.removeprefix(p.GRADIENT)
    is_function = isinstance(probe.arguments[argument], GivenFunction)
    return f"the weights of {argument}" if is_function else argument


def _wrong_shape(name: str, got: tuple, expected: tuple, situation: str) -> str:
    return f"{name} returns {_shape(got)} {situation}; it should return {_shape(expected)}."


def _shape(shape: tuple) -> str:
    return f"shape {shape}" if shape else "a single number"


def _first_unlike(right: np.ndarray, values: np.ndarray) -> tuple[tuple[int, ...], float]:
    index = tuple(int(i) for i in np.argwhere(~right)[0])
    return index, values[index]


def namespace_of(function: Callable) -> dict | None:
    """The global names that a function sees; None where it has none of its own."""
    function = p.plain(function)
    function = inspect.unwrap(function) if callable(function) else function
    return getattr(function, "__globals__", None)


def name_of(function: Callable, namespace: Mapping, known: Mapping) -> str:
    """The graded name of a function: what it is bound to, or else what it calls itself.

    Raises:
        ValueError: it has none.
    """
    bound = [name for name in known if namespace.get(name) is function]
    name = bound[0] if bound else getattr(function, "__name__", None)
    if name not in known:
        wanted = [name for name in known if name in namespace] or known
        raise ValueError(
            f"check was given {function!r}; it wants one of the functions {', '.join(wanted)}."
        )
    return name


@functools.cache
def load_checks() -> dict[str, FunctionCheck]:
    """The checks of every assignment, by the name of the function."""
    return {
        name: _function_check(name, data)
        for path in sorted(CHECKS.glob("*.json"))
        for name, data in json.loads(path.read_text(encoding="utf-8")).items()
    }


def _function_check(name: str, data: dict) -> FunctionCheck:
    def observation(entry: dict) -> Observation:
        value = entry.pop("value", None)
        return Observation(value if value is None else np.array(value), **entry)

    def given(value: dict) -> p.Argument:
        if "moves" in value:
            return GivenOptimizer(value["name"], value["settings"], tuple(value["moves"]))
        if "sizes" in value:
            weights = [np.array(weight, "float32") for weight in value["weights"]]
            return GivenNetwork(value["kind"], tuple(value["sizes"]), weights)
        return GivenFunction(value["kind"], np.array(value["weights"], "float32"))

    def argument(value: list | int | float | dict) -> p.Argument:
        if isinstance(value, dict):
            return given(value)
        if not isinstance(value, list):
            return value
        array = np.array(value)
        return array.astype("float32") if array.dtype.kind == "f" else array

    def probe(entry: dict) -> Probe:
        arguments = entry.pop("arguments")
        return Probe(
            arguments={key: argument(value) for key, value in arguments.items()},
            expected=np.array(entry.pop("expected")),
            **entry,
        )

    return FunctionCheck(
        name=name,
        builds_on=tuple(data["builds_on"]),
        probes=tuple(probe(entry) for entry in data["probes"]),
        mistakes=tuple(
            KnownMistake(m["name"], m["sentence"], m["probe"], observation(m["seen"]))
            for m in data["mistakes"]
        ),
    )
