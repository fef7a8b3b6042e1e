"""One question put to a student's function, and what was seen.

A `Probe` says how to call the function and what should come out. `observe` calls it and never
raises: whatever happens, an error included, becomes an `Observation`. Two observations can be
compared, so a known mistake is recognised by what it does and not by how it is written.
"""

from course_utils.quiet import standard_error_discarded, tf

import contextlib
import inspect
import io
import logging
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

VALUE = "value"
TRACED = "inside tf.function"
BATCH_UNKNOWN = "inside tf.function, batch size unknown"
GRADIENT = "gradient by "


@dataclass(frozen=True, eq=False)
class Probe:
    """How to call a function, and what should come out.

    Attributes:
        about: the inputs in words, to be read after "for".
        arguments: the arrays by name, in the order of the call.
        quantity: what to look at: `VALUE`, `TRACED`, `BATCH_UNKNOWN`, or `GRADIENT` and the name of
            an argument (the gradient of the sum of what the function returns).
        statistic: for random functions a key of `STATISTICS`; empty for the quantity itself.
        tile: how often each argument is repeated along each axis, for random functions.
        expected: what a right function gives.
        rtol, atol: a value passes within atol + rtol·|expected|.
        remark: if set, a failure costs nothing and this sentence is told instead.
    """

    about: str
    arguments: dict[str, np.ndarray]
    quantity: str = VALUE
    statistic: str = ""
    tile: tuple[int, ...] = ()
    expected: np.ndarray | None = None
    rtol: float = 1e-4
    atol: float = 1e-5
    remark: str = ""


@dataclass(frozen=True, eq=False)
class Observation:
    """What was seen: an array and the dtype the function gave it, or a failure and its details."""

    value: np.ndarray | None = None
    dtype: str = ""
    failure: str = ""
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


def _repetition(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Shares of entries equal to those of the next call, the next example, the next column."""
    shares = [first == second, first[1:] == first[:-1], first[:, 1:] == first[:, :-1]]
    return np.array([share.mean() for share in shares])


# Each takes the results of two calls, (B, D), float64.
STATISTICS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "shape": lambda first, _: np.array(first.shape),
    "repetition": _repetition,
    "standard deviation": lambda first, _: first.std(),
    "mean": lambda first, _: first.mean(),
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
    except Seen as error:
        return error.observation
    except Exception as error:  # whatever a student's function raises is an observation
        if is_not_written(error, function):
            return Observation(failure=NOT_WRITTEN)
        return Observation(failure=RAISED, details=in_one_line(error, function))


def _observe(function: Callable, probe: Probe) -> Observation:
    tensors = [tf.constant(np.tile(array, probe.tile)) for array in probe.arguments.values()]
    if probe.quantity == TRACED:
        function = in_graph(function)
    elif probe.quantity == BATCH_UNKNOWN:
        signature = [tf.TensorSpec([None, *t.shape[1:]], t.dtype) for t in tensors]
        function = in_graph(function, signature)

    def once():
        if not probe.quantity.startswith(GRADIENT):
            return function(*tensors)
        source = tensors[list(probe.arguments).index(probe.quantity.removeprefix(GRADIENT))]
        with tf.GradientTape() as tape:
            tape.watch(source)
            result = function(*tensors)
            total = tf.reduce_sum(result)
        gradient = tape.gradient(total, source)
        # The gradient of picking out rows is not a tensor yet but a list of rows (IndexedSlices).
        return _NO_GRADIENT_TO if gradient is None else tf.convert_to_tensor(gradient)

    first = once()
    if first is _NO_GRADIENT_TO:
        return Observation(failure=NO_GRADIENT)
    if first is None:
        return Observation(failure=NOTHING)
    if not (tf.is_tensor(first) or isinstance(first, np.ndarray | np.generic | tf.Variable)):
        return Observation(failure=WRONG_TYPE, details=type(first).__name__)
    array = np.asarray(first)
    if not probe.statistic:
        return Observation(array, array.dtype.name)
    if probe.statistic != "shape" and array.shape != tensors[0].shape:
        return Observation(array, array.dtype.name)
    second = np.asarray(once()).astype("float64") if probe.statistic == "repetition" else array
    value = STATISTICS[probe.statistic](array.astype("float64"), second)
    return Observation(value, array.dtype.name)


_NO_GRADIENT_TO = object()


def in_graph(function: Callable, signature: list | None = None) -> Callable:
    """The function inside a fresh `tf.function`, wherever it runs."""
    elsewhere = getattr(function, "in_graph", None)
    return elsewhere(signature) if elsewhere else tf.function(function, input_signature=signature)


def is_not_written(error: Exception, function: Callable) -> bool:
    """Whether the function is still the one that students get."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return isinstance(error, NotImplementedError) and _is_in(last, function)


def in_brief(error: Exception, function: Callable) -> str:
    """Type of an error, and the line of the student's function that raised it."""
    kind = type(error).__name__.lstrip("_")
    frames = traceback.extract_tb(error.__traceback__)
    numbers = [frame.lineno for frame in frames if _is_in(frame, function)]
    if not numbers:
        return kind
    number = numbers[-1] - inspect.unwrap(function).__code__.co_firstlineno + 1
    return f"{kind} in line {number} of the function"


def in_one_line(error: Exception, function: Callable) -> str:
    """Type, last line of the message, and the line of the student's function that raised it."""
    if isinstance(error, Seen):
        return error.observation.details
    kind = type(error).__name__.lstrip("_")
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    message = re.sub(r"\{\{.*?\}\}|\[Op:\w*\]|name:\s*$", "", lines[-1] if lines else "").strip()
    message = message.removeprefix(f"{kind}: ")[:300]
    return f"{in_brief(error, function)}: {message}"


def _is_in(frame: traceback.FrameSummary, function: Callable) -> bool:
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return code is not None and (frame.filename, frame.name) == (code.co_filename, code.co_name)


def same(one: Observation, other: Observation, rtol: float, atol: float) -> bool:
    """Whether two observations are the same up to a tolerance around the second."""
    if one.failure or other.failure:
        # The words of an error vary with what was passed; its type does not.
        types = [observation.details.split(" ")[0].rstrip(":") for observation in (one, other)]
        return one.failure == other.failure and types[0] == types[1]
    return (
        one.dtype == other.dtype
        and one.value.shape == other.value.shape
        and bool(np.allclose(one.value, other.value, rtol=rtol, atol=atol, equal_nan=True))
    )


def passes(probe: Probe, seen: Observation) -> bool:
    """Whether what was seen is what a right function gives."""
    return same(seen, Observation(probe.expected, "float32"), probe.rtol, probe.atol)
