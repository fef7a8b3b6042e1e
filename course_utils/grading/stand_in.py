"""The course's version of a function in place of a student's that is not right.

A mistake is not charged twice: functions that build on a wrong one are tested with the course's.
They call it as they would call the student's version, whose parameters may have other names, and of
which there may be more.
"""

import inspect
from collections.abc import Callable, Sequence


def stand_in(theirs: object, ours: Callable, parameters: Sequence[str]) -> Callable:
    """Our function, to be called like theirs.

    Args:
        theirs: what a student wrote; anything.
        ours: the course's version; takes its parameters by position.
        parameters: the names of our parameters, in order. Their parameters are matched to ours by
            position, as in the self-check, and further ones are ignored.
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
