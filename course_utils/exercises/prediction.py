"""`compare(prediction, happened)`: a student's prediction beside the result."""

from collections.abc import Sequence
from types import EllipsisType


def compare(
    prediction: float | str | EllipsisType,
    happened: float | str,
    *,
    within: float = 0.0,
    choices: Sequence[str] = (),
) -> None:
    """Print a prediction beside what happened.

    Args:
        prediction: what the student wrote; `...` if nothing.
        happened: the result: a number, one of the choices, or a sentence, which is shown for the
            student to compare.
        within: the largest absolute error at which a predicted number counts as right.
        choices: the words to choose from; empty for a number or free text.
    """
    shown = happened if isinstance(happened, str) else _number(happened)
    if prediction is ...:
        print(f"○ No prediction written. What happened: {shown}")
        return
    print(f"You predicted: {prediction}\nWhat happened: {shown}")
    if choices and prediction not in choices:
        quoted = ", ".join(f'"{choice}"' for choice in choices)
        print(f"Please choose one of {quoted}.")
    elif choices:
        print("✓ As predicted." if prediction == happened else "✗ A surprise: what explains it?")
    elif not isinstance(happened, str) and not isinstance(prediction, int | float):
        print("Please predict a number, without quotation marks.")
    elif not isinstance(happened, str):
        print(_verdict_on_number(prediction - happened, within))


def _verdict_on_number(off: float, within: float) -> str:
    if off == 0:
        return "✓ As predicted."
    if abs(off) <= within:
        return f"✓ Close enough (within {within:g})."
    return f"✗ Too {'high' if off > 0 else 'low'} by {_number(abs(off))}."


def _number(value: float) -> str:
    """Whole numbers in full, others to four digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
