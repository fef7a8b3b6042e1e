"""What many assignments share: the usual probes of self-checks, and builders of hidden tests.

A hidden test takes a student's function and raises AssertionError with a sentence if it fails.
Inputs come from fixed seeds, and the functions that `equals` compares draw no random numbers, so
the outcome is the same in every run; the tests of this package show that correct functions written
in many styles pass.
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
    """An array of real numbers in another precision; integers and plain numbers are unchanged."""
    if isinstance(value, GivenFunction):
        return dataclasses.replace(value, weights=value.weights.astype(dtype))
    real = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(dtype) if real else value


def usual_probes(about: str, arguments: Arrays) -> tuple[Probe, ...]:
    """Value, gradient with respect to each array, one example alone, value inside tf.function.

    Args:
        about: the arguments in words; they follow the word "for".
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
    """Each probe inside tf.function: with an unknown batch size, then with a known one.

    Failing the first costs nothing if the second passes.
    """
    return tuple(
        inside
        for probe in probes
        for inside in (
            dataclasses.replace(probe, quantity=BATCH_UNKNOWN, remark=KNOWN_BATCH_SIZE),
            dataclasses.replace(probe, quantity=TRACED),
        )
    )


def traced(function: Callable) -> Callable:
    """The function inside a fresh `tf.function`, wrapped so that it looks like a plain function."""
    graph = in_graph(function)
    return lambda *arguments: graph(*arguments)


def equals(
    name: str,
    truth: Callable[..., np.ndarray],
    batches: Mapping[str, Arrays],
    gradients: Callable[..., Mapping[str, np.ndarray]] | None = None,
    **options: object,
) -> Property:
    """The function has the values of `truth` and, if given, these gradients.

    If gradients are given, the first batch is also tried inside tf.function. It is the only one
    that is: tracing takes most of the grading time, and a graph hardly depends on the numbers.

    Args:
        name: the graded function's name.
        truth: the correct values in float64, computed in another way than students do; a tuple of
            them if there are `parts`.
        batches: the inputs by a description, which follows the word "for".
        gradients: from the same inputs as `truth`, the derivatives of its sum with respect to each
            argument, by the argument's name; by (part, argument) if there are `parts`.
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
    """The values for newly drawn inputs, with a tolerance that rounding errors never reach.

    See `equals` for the options.
    """

    def property_of(rng: np.random.Generator) -> Property:
        inputs = {"random inputs": draw(rng)}
        return equals(name, truth, inputs, rtol=2e-3, atol=1e-3, **options)

    return property_of


def treats_examples_alike(
    name: str, arguments: Arrays, examples: tuple[str, ...] = (), numpy: bool = False
) -> Property:
    """The result for an example does not depend on the rest of the batch.

    A permuted batch gives permuted results, and one example alone gives the same as in the batch.

    Args:
        name: the graded function's name.
        arguments: what to call it with.
        examples: the arguments that have one entry per example; by default all arrays.
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
    """For functions of NumPy arrays: a permuted batch gives the same result.

    The arguments are those of `treats_examples_alike`.
    """

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
    """The arguments as the function gets them, with only these rows of the examples."""
    single = {key: in_precision("float32", value) for key, value in arguments.items()}
    examples = examples or tuple(k for k, v in single.items() if isinstance(v, np.ndarray))
    chosen = [value[rows] if key in examples else value for key, value in single.items()]
    return chosen if numpy else [as_tensor(value) for value in chosen]


def as_tensor(value: Argument) -> object:
    """An argument as a graded function of tensors gets it; plain numbers are unchanged."""
    value = in_precision("float32", value)
    if isinstance(value, GivenFunction):
        return PassedFunction(value)
    return tf.constant(value) if isinstance(value, np.ndarray) else value
