"""One question put to a student's function, and what was seen.

A `Probe` says how to call the function and what it should return. `observe` calls it and never
raises: whatever happens, an error included, becomes an `Observation`. Two observations can be
compared, so a known mistake is recognised by what it does rather than by how it is written.
"""

from course_utils.quiet import standard_error_discarded, tf

import contextlib
import inspect
import io
import logging
import re
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from course_utils.grading import steps
from course_utils.grading.given import GivenFunction, PassedFunction

VALUE = "value"
TRACED = "inside tf.function"
BATCH_UNKNOWN = "inside tf.function, batch size unknown"
GRADIENT = "gradient by "
AFTER = "weights of "
ALL_AFTER = "all weights of "

INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (64, 32, 16, 8))
FLOATS = ("float32", "float64")

Argument = np.ndarray | int | float | GivenFunction | steps.GivenNetwork | steps.GivenOptimizer


@dataclass(frozen=True, eq=False)
class Probe:
    """How to call a function, and what should come out.

    Attributes:
        about: the inputs in words, to be read after "for".
        arguments: arrays, plain numbers and functions, by name in the order of the call.
        quantity: what to look at: `VALUE`, `TRACED`, `BATCH_UNKNOWN`, or `GRADIENT` and the name of
            an argument (the gradient of the sum of the returned values; for a function, with
            respect to its weights). For a training step also `AFTER` and the name of a network: its
            trainable weights after the step; or `ALL_AFTER`: all of its weights.
            statistic: for random functions a key of `STATISTICS`; empty for the quantity itself.
        tile: how often each array is repeated along each axis, for random functions.
        expected: what a right function returns.
        rtol, atol: a value passes within atol + rtol·|expected|.
        remark: if set, a failure costs nothing; the student is told this sentence instead.
        numpy: NumPy arrays go in, instead of tensors, and arrays, tensors or plain numbers may come
            out, in single or double precision.
        parts: names of the parts of the result where it is a tuple; empty where it is one array.
        part: the one of them to look at.
        graph: whether a training step is taken inside tf.function.
    """

    about: str
    arguments: dict[str, Argument]
    quantity: str = VALUE
    statistic: str = ""
    tile: tuple[int, ...] = ()
    expected: np.ndarray | None = None
    rtol: float = 1e-4
    atol: float = 1e-5
    remark: str = ""
    numpy: bool = False
    parts: tuple[str, ...] = ()
    part: str = ""
    graph: bool = False

    @property
    def dtypes(self) -> tuple[str, ...]:
        """What a right result may be made of."""
        if not self.statistic and np.asarray(self.expected).dtype.kind == "i":
            return INTEGERS
        return FLOATS if self.numpy else ("float32",)


@dataclass(frozen=True, eq=False)
class Observation:
    """What was seen: an array and its dtype as returned by the function, or a failure.

    Attributes:
        value, dtype: where there is no failure.
        failure: one of `NOT_WRITTEN`, `RAISED`, `NOTHING`, `WRONG_TYPE`, `NO_GRADIENT`; or empty.
        kind: the type of the error, or of what was returned in place of an array.
        details: the same in words, with what the error says and where it arose.
    """

    value: np.ndarray | None = None
    dtype: str = ""
    failure: str = ""
    kind: str = ""
    details: str = ""


class Seen(Exception):
    """An error that says what was observed: a function that runs in another process raises it."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.details)
        self.observation = observation


NOT_WRITTEN = "not written"
RAISED = "raised"
NOTHING = "nothing returned"
WRONG_TYPE = "wrong type"
NO_GRADIENT = "no gradient"


def plain(function: Callable) -> Callable:
    """The Python function under a `tf.function`: its cached graphs must not answer for it."""
    return getattr(function, "python_function", function)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep standard error empty: nbgrader gives 0 points to a test cell that writes to it."""
    disabled_before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stderr(io.StringIO()),
            standard_error_discarded(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled_before)


@contextlib.contextmanager
def same_conditions() -> Iterator[None]:
    """Fix settings that a notebook may have changed and that must not affect an answer.

    NumPy raises no errors, `tf.function` traces, nothing is written to standard error.
    """
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(False)
    try:
        with silence(), np.errstate(all="ignore"):
            yield
    finally:
        tf.config.run_functions_eagerly(eager)


def _repetition(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Shares of entries equal to those of the next call, the next example, the next column."""
    shares = [first == second]
    if first.ndim:
        shares += [first[1:] == first[:-1], first[:, 1:] == first[:, :-1]]
    return np.array([np.mean(share) for share in shares])


# Each takes the results of two calls, (B, D) or one number, float64.
STATISTICS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "shape": lambda first, _: np.array(first.shape),
    "repetition": _repetition,
    "standard deviation": lambda first, _: first.std(),
    "mean": lambda first, _: first.mean(),
    "spread of the examples' sums": lambda first, _: first.sum(axis=1).std(),
    "fourth moment": lambda first, _: np.mean(((first - first.mean()) / first.std()) ** 4),
}


def observe(function: Callable, probe: Probe) -> Observation:
    """Call a function as a probe says.

    Args:
        function: what a student wrote; anything callable.
        probe: how to call it and what to look at.

    Returns:
        What was seen. Errors of the function are observations too.
    """
    function = plain(function)
    try:
        with np.errstate(all="ignore"):
            return _observe(function, probe)
    except Exception as error:  # whatever a student's function raises is an observation
        return seen_in(error, function)


def seen_in(error: Exception, function: Callable) -> Observation:
    """What is seen of a function that raises an error."""
    if isinstance(error, Seen):
        return error.observation
    if is_not_written(error, function):
        return Observation(failure=NOT_WRITTEN)
    return Observation(failure=RAISED, kind=kind_of(error), details=in_one_line(error, function))


def _observe(function: Callable, probe: Probe) -> Observation:
    if steps.has_networks(probe.arguments):
        times = 2 if probe.statistic == "repetition" else 1
        return after_steps(steps.take(function, probe.arguments, times, probe.graph), probe)
    passed = [_as_passed(value, probe) for value in probe.arguments.values()]
    if probe.quantity == TRACED:
        function = in_graph(function)
    elif probe.quantity == BATCH_UNKNOWN:
        signature = [
            tf.TensorSpec([None, *value.shape[1:]], value.dtype) if tf.is_tensor(value) else value
            for value in passed
        ]
        function = in_graph(function, signature)

    def once():
        if not probe.quantity.startswith(GRADIENT):
            return function(*passed)
        source = passed[list(probe.arguments).index(probe.quantity.removeprefix(GRADIENT))]
        source = source.weights if isinstance(source, PassedFunction) else source
        with tf.GradientTape() as tape:
            tape.watch(source)
            result = function(*passed)
            total = tf.reduce_sum(result[_index(probe)] if probe.parts else result)
        gradient = tape.gradient(total, source)
        # The gradient of picking out rows is not a tensor yet but a list of rows (IndexedSlices).
        return _NO_GRADIENT_TO if gradient is None else tf.convert_to_tensor(gradient)

    first = once()
    if first is _NO_GRADIENT_TO:
        return Observation(failure=NO_GRADIENT)
    if first is None:
        return Observation(failure=NOTHING)
    if probe.parts and not probe.quantity.startswith(GRADIENT):
        if not (isinstance(first, tuple) and len(first) == len(probe.parts)):
            return _wrong_type(first)
        first = first[_index(probe)]
    if not (_is_array(first) or (probe.numpy and isinstance(first, int | float))):
        kind = type(first).__name__
        return Observation(failure=WRONG_TYPE, kind=kind, details=kind)
    array = np.asarray(first)
    if not probe.statistic:
        return Observation(array, array.dtype.name)
    if probe.statistic != "shape" and array.ndim and array.shape != passed[0].shape:
        return Observation(array, array.dtype.name)
    second = np.asarray(once()).astype("float64") if probe.statistic == "repetition" else array
    value = STATISTICS[probe.statistic](array.astype("float64"), second)
    return Observation(value, array.dtype.name)


def after_steps(outcomes: list[steps.Outcome], probe: Probe) -> Observation:
    """What a probe looks at in the outcomes of one training step, or of two."""
    values = []
    for outcome in outcomes:
        if probe.quantity.startswith((AFTER, ALL_AFTER)):
            network = probe.quantity.removeprefix("all ").removeprefix(AFTER)
            value = outcome.moved(network, probe.quantity.startswith(ALL_AFTER))
        elif outcome.result is None:
            return Observation(failure=NOTHING)
        elif not _is_array(outcome.result):
            return _wrong_type(outcome.result)
        else:
            value = np.asarray(outcome.result)
        values.append(value)
    first, last = values[0], values[-1]
    if probe.statistic:
        statistic = STATISTICS[probe.statistic](first.astype("float64"), last.astype("float64"))
        return Observation(statistic, first.dtype.name)
    return Observation(first, first.dtype.name)


_NO_GRADIENT_TO = object()


def in_graph(function: Callable, signature: list | None = None) -> Callable:
    """The function inside a fresh `tf.function`, wherever it runs.

    Args:
        function: anything callable.
        signature: a `tf.TensorSpec` for each tensor, and any other argument itself. By default it
            is taken from each call.
    """
    elsewhere = getattr(function, "in_graph", None)
    if elsewhere:
        return elsewhere(signature)
    if signature is None:
        return tf.function(function)

    if all(isinstance(s, tf.TensorSpec) for s in signature):
        return tf.function(function, input_signature=signature)

    def of_tensors(*tensors: tf.Tensor) -> object:
        given = iter(tensors)
        return function(*[next(given) if isinstance(s, tf.TensorSpec) else s for s in signature])

    specs = [s for s in signature if isinstance(s, tf.TensorSpec)]
    graph = tf.function(of_tensors, input_signature=specs)
    return lambda *passed: graph(*[value for value in passed if tf.is_tensor(value)])


def changed_in_place(function: Callable, arguments: Mapping[str, object]) -> list[str]:
    """The names of the arrays into which a function writes, wherever it runs.

    Args:
        function: anything callable.
        arguments: by name, in the order of the call; the function gets copies.
    """
    elsewhere = getattr(function, "changed_in_place", None)
    if elsewhere:
        return elsewhere(arguments)
    passed = {k: np.copy(v) if isinstance(v, np.ndarray) else v for k, v in arguments.items()}
    function(*passed.values())
    arrays = [name for name, value in arguments.items() if isinstance(value, np.ndarray)]
    return [name for name in arrays if not np.array_equal(passed[name], arguments[name])]


def is_not_written(error: Exception, function: Callable) -> bool:
    """Whether the function is still the one that students get."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return isinstance(error, NotImplementedError) and _is_in(last, function)


def kind_of(error: Exception) -> str:
    """The type of an error, by the name under which it is known."""
    return type(error).__name__.lstrip("_")


def line_of(error: Exception, function: Callable) -> int | None:
    """The line of the student's function that raised an error, counted from 1; None if none did."""
    frames = traceback.extract_tb(error.__traceback__)
    numbers = [frame.lineno for frame in frames if _is_in(frame, function)]
    return numbers[-1] - inspect.unwrap(function).__code__.co_firstlineno + 1 if numbers else None


def _as_passed(value: Argument, probe: Probe) -> object:
    """An argument as the function gets it, in a copy: a function may write into an array."""
    if isinstance(value, GivenFunction):
        return PassedFunction(value)
    if not isinstance(value, np.ndarray):
        return value
    array = np.tile(value, probe.tile)
    return array if probe.numpy else tf.constant(array)


def _index(probe: Probe) -> int:
    return list(probe.parts).index(probe.part)


def _is_array(value: object) -> bool:
    return tf.is_tensor(value) or isinstance(value, np.ndarray | np.generic | tf.Variable)


def _wrong_type(value: object) -> Observation:
    """What was returned instead of a tuple."""
    kind = type(value).__name__
    if _is_array(value):
        kind = "array" if np.ndim(value) else "number"
    details = f"tuple of {len(value)}" if isinstance(value, tuple) else kind
    return Observation(failure=WRONG_TYPE, kind=kind, details=details)


def in_one_line(error: Exception, function: Callable) -> str:
    """Type, last line of the message, and the line of the student's function that raised it."""
    kind, number = kind_of(error), line_of(error, function)
    where = f" in line {number} of the function" if number else ""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    message = re.sub(r"\{\{.*?\}\}|\[Op:\w*\]|name:\s*$", "", lines[-1] if lines else "").strip()
    message = message.removeprefix(f"{kind}: ")[:300]
    return f"{kind}{where}: {message}"


def _is_in(frame: traceback.FrameSummary, function: Callable) -> bool:
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return code is not None and (frame.filename, frame.name) == (code.co_filename, code.co_name)


def same(one: Observation, other: Observation, probe: Probe) -> bool:
    """Whether two observations are the same up to a probe's tolerance around the second."""
    if one.failure or other.failure:
        # An error's message varies with what was passed; its type does not.
        return (one.failure, one.kind) == (other.failure, other.kind)
    tolerance = {"rtol": probe.rtol, "atol": probe.atol, "equal_nan": True}
    return (
        (one.dtype == other.dtype or {one.dtype, other.dtype} <= set(probe.dtypes))
        and one.value.shape == other.value.shape
        and bool(np.allclose(one.value, other.value, **tolerance))
    )


def passes(probe: Probe, seen: Observation) -> bool:
    """Whether what was seen is what a right function gives."""
    return same(seen, Observation(probe.expected, probe.dtypes[0]), probe)
