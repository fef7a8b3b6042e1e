"""The course's version of a function in the place of a student's that is not right.

A mistake is not charged twice: functions that build on a wrong one are tested with the course's.
They call it as their own, which may have other names for its parameters, and more of them.
"""

import inspect
from collections.abc import Callable, Sequence


def stand_in(theirs: object, ours: Callable, parameters: Sequence[str]) -> Callable:
    """Our function, to be called like theirs.

    Args:
        theirs: what a student wrote; anything.
        ours: takes the parameters by position.
        parameters: the names of ours, in order. Theirs are taken in their own order, in which the
            self-check passes them, and what they have beyond is left out.
    """

    def called(*arguments: object, **named: object) -> object:
        values = _bound(theirs, arguments, named)
        if values is None:
            values = [*arguments, *(named[name] for name in parameters[len(arguments) :])]
        return ours(*values[: len(parameters)])

    called.__name__ = getattr(ours, "__name__", "function")
    return called


def _bound(theirs: object, arguments: tuple, named: dict) -> list | None:
    """The arguments of a call in the order of their parameters; None if they do not fit."""
    try:
        bound = inspect.signature(theirs).bind(*arguments, **named)
    except (TypeError, ValueError):  # not callable, no signature, or another one
        return None
    bound.apply_defaults()
    values: list = []
    for name, parameter in bound.signature.parameters.items():
        if parameter.kind == inspect.Parameter.VAR_POSITIONAL:
            values += bound.arguments[name]
        elif parameter.kind != inspect.Parameter.VAR_KEYWORD:
            values.append(bound.arguments[name])
    return values
