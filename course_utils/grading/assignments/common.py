"""What many graded functions share: usual probes for self-checks, makers of hidden tests.

A hidden test takes a student's function and raises AssertionError with a sentence. Inputs come from
fixed seeds, and the functions compared by `equals` are not random: a right one passes at every run
or at none, and the tests show that it passes in many styles.
"""

from course_utils.quiet import tf

from collections.abc import Callable, Mapping

import numpy as np

from course_utils.grading import selfcheck
from course_utils.grading.probes import (
    BATCH_UNKNOWN,
    GRADIENT,
    TRACED,
    VALUE,
    Probe,
    in_graph,
    observe,
    passes,
)

Arrays = dict[str, np.ndarray]
Property = Callable[[Callable], None]

KNOWN_BATCH_SIZE = (
    "  A remark that costs nothing: inside tf.function it needs a batch size that is known "
    "beforehand. Keras's fit leaves it open; tf.shape gives a tensor's shape while it runs."
)


def arrays(**nested: list) -> Arrays:
    """Named float32 arrays from nested lists."""
    return {name: np.array(values, "float32") for name, values in nested.items()}


def usual_probes(about: str, arguments: Arrays) -> tuple[Probe, ...]:
    """Value, gradient by each argument, one example alone, and the value inside tf.function.

    Args:
        about: the arguments in words, to be read after "for".
        arguments: arrays with the examples along the first axis, two-dimensional.
    """
    one = {name: value[:1, :1] for name, value in arguments.items()}
    return (
        Probe(about, arguments),
        *(Probe(about, arguments, GRADIENT + name) for name in arguments),
        Probe("one example with one entry", one),
        Probe(about, arguments, TRACED),
        Probe(about, arguments, BATCH_UNKNOWN, remark=KNOWN_BATCH_SIZE),
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
    rtol: float = 1e-4,
    atol: float = 1e-5,
) -> Property:
    """The values of `truth`, eagerly and inside tf.function; and its gradients.

    Args:
        name: of the graded function.
        truth: from float64 arrays, by another way than a student's.
        batches: inputs by a description that reads well after "for".
        gradients: from the same arrays the derivative of the sum of `truth` by each argument.
        rtol, atol: see `Probe`.
    """

    def has_property(function: Callable) -> None:
        ways = {"": function, ", inside tf.function": traced(function)}
        for about, arguments in batches.items():
            arguments = {key: value.astype("float32") for key, value in arguments.items()}
            exact = {key: value.astype("float64") for key, value in arguments.items()}
            expected = {VALUE: truth(**exact)}
            for argument, gradient in (gradients(**exact) if gradients else {}).items():
                expected[GRADIENT + argument] = gradient
            for quantity, value in expected.items():
                for where, way in ways.items():
                    probe = Probe(
                        about + where, arguments, quantity, expected=value, rtol=rtol, atol=atol
                    )
                    seen = observe(way, probe)
                    if not passes(probe, seen):
                        raise AssertionError(selfcheck.describe(name, probe, seen))

    return has_property


def treats_examples_alike(name: str, arguments: Arrays) -> Property:
    """Per example: a permuted batch gives permuted results, and one example alone the same."""

    def has_property(function: Callable) -> None:
        tensors = [tf.constant(value, "float32") for value in arguments.values()]
        whole = np.asarray(function(*tensors))
        order = np.random.default_rng(0).permutation(len(whole))
        permuted = np.asarray(function(*[tf.gather(t, order) for t in tensors]))
        first = np.asarray(function(*[t[:1] for t in tensors]))
        for got, expected in ((permuted, whole[order]), (first, whole[:1])):
            if not np.allclose(got, expected, rtol=1e-4, atol=1e-5):
                raise AssertionError(
                    f"What {name} gives for one example depends on the other examples of the batch."
                )

    return has_property
