"""Undocumented names of Keras that the course uses, each behind a function of its own.

Keras may change them in any release. Then `tests/test_keras_internals.py` says which one changed,
and this is the only file to mend. It does not import Keras, so that modules that only draw need not
load it.
"""

import contextlib
from typing import NamedTuple

CHECKED_VERSIONS = ("3.15",)
"""The releases of Keras with which the tests of this file passed."""


class Producer(NamedTuple):
    """What made a symbolic tensor of a Functional model."""

    operation: object  # a keras.Operation, mostly a layer
    inputs: list  # the symbolic tensors that it was given
    arguments: tuple  # all positional arguments of that call, among them its inputs


def producer_of(tensor) -> Producer:
    """The call of a layer or operation that made a symbolic tensor."""
    operation, index, _ = tensor._keras_history
    node = operation._inbound_nodes[index]
    return Producer(operation, node.input_tensors, node.arguments.args)


def is_keras_layer(layer) -> bool:
    """Whether a layer's class is one of Keras's own, not a subclass defined elsewhere."""
    return type(layer).__module__.startswith("keras.src.layers.")


def is_keras_activation(function) -> bool:
    """Whether a function is one of `keras.activations`."""
    return getattr(function, "__module__", "").startswith("keras.src.activations")


def ends_in_sigmoid(model) -> bool:
    """Whether the last layer of a Functional or Sequential model is, or applies, a sigmoid."""
    layer = producer_of(model.outputs[0]).operation
    if getattr(layer, "outputs", None):
        return ends_in_sigmoid(layer)
    activation = getattr(layer, "activation", None)
    return getattr(activation, "__name__", type(layer).__name__.lower()) == "sigmoid"


def averaged_weights(optimizer) -> list[tuple]:
    """Pairs (weight, its average) of an optimizer with `use_ema=True` that has been built."""
    return list(
        zip(optimizer._trainable_variables, optimizer._model_variables_moving_average, strict=True)
    )


def require_compiled(model, method: str) -> None:
    """Raise Keras's own ValueError if a model is not compiled; `method` is what was called."""
    model._assert_compile_called(method)


def loss_metric(model):
    """The metric that Keras shows as "loss"; None before a model is compiled."""
    return getattr(model, "_loss_tracker", None)


def optimized_variables(optimizer) -> list:
    """The variables for which an optimizer was built."""
    return optimizer._trainable_variables


def first_epoch(model) -> int:
    """The epoch from which a callback such as `BackupAndRestore` resumes training, or 0."""
    return model._initial_epoch or 0


@contextlib.contextmanager
def unlocked(layer):
    """Within it, a built layer takes layers as attributes, which Keras refuses after `build`."""
    tracker = layer._tracker
    locked = tracker.locked
    tracker.unlock()
    try:
        yield
    finally:
        if locked:
            tracker.lock()
