"""What many graded functions share: usual probes for self-checks, makers of hidden tests.

A hidden test takes a student's function and raises AssertionError with a sentence. Inputs come from
fixed seeds, and the functions compared by `equals` are not random: a right one passes at every run
or at none, and the tests show that it passes in many styles.
"""

from course_utils.quiet import tf

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from course_utils.grading.assignments.hidden import Lacking
from course_utils.grading.given import GivenFunction, PassedFunction
from course_utils.grading.probes import (
    BATCH_UNKNOWN,
    GRADIENT,
    TRACED,
    VALUE,
    Argument,
    Probe,
    in_graph,
    observe,
    passes,
)

Arrays = dict[str, Argument]
Property = Callable[[Callable], None]

KNOWN_BATCH_SIZE = (
    "  A remark that costs nothing: inside tf.function it needs a batch size that is known "
    "beforehand. Keras's fit leaves it open; tf.shape gives a tensor's shape while it runs."
)


def arrays(**nested: list) -> Arrays:
    """Named float32 arrays from nested lists."""
    return {name: np.array(values, "float32") for name, values in nested.items()}


def in_precision(dtype: str, value: Argument) -> Argument:
    """An array of real numbers in another precision; whole and single numbers as they are."""
    if isinstance(value, GivenFunction):
        return dataclasses.replace(value, weights=value.weights.astype(dtype))
    real = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(dtype) if real else value


def usual_probes(about: str, arguments: Arrays) -> tuple[Probe, ...]:
    """Value, gradient by each argument, one example alone, and the value inside tf.function.

    Args:
        about: the arguments in words, to be read after "for".
        arguments: arrays with the examples along the first axis, and plain numbers.
    """
    arrays = [name for name, value in arguments.items() if isinstance(value, np.ndarray)]
    first = {name: arguments[name][(slice(1),) * arguments[name].ndim] for name in arrays}
    one = arguments | first
    return (
        Probe(about, arguments),
        *(Probe(about, arguments, GRADIENT + name) for name in arrays),
        Probe("one example with one entry", one),
        *inside_tf_function(Probe(about, arguments)),
    )


def inside_tf_function(*probes: Probe) -> tuple[Probe, ...]:
    """Each inside tf.function: for a batch of any size and, where that fails, of a known size."""
    return tuple(
        inside
        for probe in probes
        for inside in (
            dataclasses.replace(probe, quantity=BATCH_UNKNOWN, remark=KNOWN_BATCH_SIZE),
            dataclasses.replace(probe, quantity=TRACED),
        )
    )


def traced(function: Callable) -> Callable:
    """The function inside a fresh `tf.function`, looking like any other function."""
    graph = in_graph(function)
    return lambda *arguments: graph(*arguments)


def equals(
    name: str,
    truth: Callable[..., np.ndarray],
    batches: Mapping[str, Arrays],
    gradients: Callable[..., Mapping[str, np.ndarray]] | None = None,
    **options: object,
) -> Property:
    """The values of `truth` and its gradients; with these, the first batch inside tf.function too.

    Tracing takes most of the time of a grading, and a graph hardly depends on the numbers.

    Args:
        name: of the graded function.
        truth: from float64 arrays, by another way than a student's; with `parts` a tuple.
        batches: inputs by a description that reads well after "for".
        gradients: from the same arrays the derivative of the sum of `truth` by each argument; with
            `parts` by (part, argument).
        options: rtol, atol, numpy and parts of `Probe`.
    """

    def has_property(function: Callable) -> None:
        for number, (about, arguments) in enumerate(batches.items()):
            ways = {"": function}
            if number == 0 and gradients:
                ways[", inside tf.function"] = traced(function)
            arguments = {key: in_precision("float32", value) for key, value in arguments.items()}
            exact = {key: in_precision("float64", value) for key, value in arguments.items()}
            value = truth(**exact)
            parts = options.get("parts") or ("",)
            expected = [
                (VALUE, part, np.asarray(one))
                for part, one in zip(parts, value if parts[0] else (value,), strict=True)
            ]
            for of, gradient in (gradients(**exact) if gradients else {}).items():
                part, argument = of if isinstance(of, tuple) else ("", of)
                expected.append((GRADIENT + argument, part, gradient))
            for quantity, part, value in expected:
                for where, way in ways.items():
                    probe = Probe(
                        about + where, arguments, quantity, expected=value, part=part, **options
                    )
                    seen = observe(way, probe)
                    if not passes(probe, seen):
                        raise Lacking(name, probe, seen)

    return has_property


def fresh_values(
    name: str,
    truth: Callable[..., object],
    draw: Callable[[np.random.Generator], Arrays],
    **options: object,
) -> Callable[[np.random.Generator], Property]:
    """The values for inputs that nobody has seen, with a tolerance that no rounding reaches.

    See `equals` for the options.
    """

    def property_of(rng: np.random.Generator) -> Property:
        inputs = {"random inputs": draw(rng)}
        return equals(name, truth, inputs, rtol=2e-3, atol=1e-3, **options)

    return property_of


def treats_examples_alike(
    name: str, arguments: Arrays, examples: tuple[str, ...] = (), numpy: bool = False
) -> Property:
    """Per example: a permuted batch gives permuted results, and one example alone the same.

    Args:
        name: of the graded function.
        arguments: what to call it with.
        examples: the arguments that hold one entry an example; by default all arrays.
        numpy: see `Probe`.
    """

    def has_property(function: Callable) -> None:
        arrays = [key for key, value in arguments.items() if isinstance(value, np.ndarray)]
        count = len(arguments[(examples or arrays)[0]])
        order = np.random.default_rng(0).permutation(count)
        whole, permuted, first = (
            np.asarray(function(*_picked(arguments, rows, examples, numpy)))
            for rows in (np.arange(count), order, [0])
        )
        for got, expected in ((permuted, whole[order]), (first, whole[:1])):
            if not np.allclose(got, expected, rtol=1e-4, atol=1e-5):
                raise AssertionError(
                    f"What {name} gives for one example depends on the other examples of the batch."
                )

    return has_property


def ignores_the_order(name: str, arguments: Arrays, examples: tuple[str, ...]) -> Property:
    """Of NumPy arrays: a permuted batch gives the same result. See `treats_examples_alike`."""

    def has_property(function: Callable) -> None:
        count = len(arguments[examples[0]])
        order = np.random.default_rng(0).permutation(count)
        whole, permuted = (
            np.asarray(function(*_picked(arguments, rows, examples, numpy=True)))
            for rows in (np.arange(count), order)
        )
        if not np.allclose(whole, permuted, rtol=1e-4, atol=1e-5):
            raise AssertionError(f"What {name} gives depends on the order of the examples.")

    return has_property


def _picked(arguments: Arrays, rows: object, examples: tuple[str, ...], numpy: bool) -> list:
    """The arguments as they are passed, with these rows of the examples."""
    single = {key: in_precision("float32", value) for key, value in arguments.items()}
    examples = examples or tuple(k for k, v in single.items() if isinstance(v, np.ndarray))
    chosen = [value[rows] if key in examples else value for key, value in single.items()]
    return chosen if numpy else [as_tensor(value) for value in chosen]


def as_tensor(value: Argument) -> object:
    """An argument as a graded function of tensors gets it; plain numbers stay what they are."""
    value = in_precision("float32", value)
    if isinstance(value, GivenFunction):
        return PassedFunction(value)
    return tf.constant(value) if isinstance(value, np.ndarray) else value
