"""Errors for people: say which argument is wrong, what was expected and what was given.

It needs NumPy only, so that models, metrics and losses can all use it.
"""

import math
import numbers
from collections.abc import Iterable

import numpy as np

Sizes = dict[str, int]


def check_shape(name: str, given: tuple, expected: tuple, sizes: Sizes | None = None) -> None:
    """Refuse a shape that does not fit a pattern such as `("N", 8, 8, 1)`.

    A number must match exactly. A name stands for any size of at least 1, the same wherever the
    name occurs. A final `...` allows any further dimensions of at least 1. A size of None in
    `given`, which Keras uses for "not known yet", always fits.

    Args:
        name: of the argument, for the message.
        given: the shape that was given.
        expected: the pattern.
        sizes: what the names stand for. If several calls get the same dictionary, their arrays must
            agree: the first to use a name fixes its size. The dictionary is filled in place.

    Raises:
        ValueError: naming the argument, the shape given and the shape expected.
    """
    sizes = {} if sizes is None else sizes
    known = dict(sizes)
    pattern = expected
    if expected[-1:] == (...,):
        pattern = expected[:-1] + (...,) * (len(given) - len(expected) + 1)
    fits = len(given) == len(pattern)
    for size, wanted in zip(given, pattern, strict=False):
        if size is None:
            continue
        if isinstance(wanted, str):
            wanted = sizes.setdefault(wanted, size)
        fits &= size >= 1 and wanted in (..., size)
    if not fits:
        raise ValueError(
            f"{name}: expected shape {_describe(expected, known)}, got {tuple(given)}"
            + (" (it is empty)" if 0 in given else "")
        )


def check_same_shape(**tensors) -> None:
    """Refuse arrays or tensors that differ in shape: broadcasting would silently give a wrong sum.

    Args:
        tensors: two or more, by the names of the arguments. A size or rank that TensorFlow does not
            know yet matches any other.

    Raises:
        ValueError: naming both arguments and their shapes.
    """
    (first, expected), *others = ((name, _shape(tensor)) for name, tensor in tensors.items())
    for name, given in others:
        if expected is None or given is None:
            continue
        fits = len(given) == len(expected) and all(
            None in (size, wanted) or size == wanted
            for size, wanted in zip(given, expected, strict=True)
        )
        if not fits:
            raise ValueError(f"{name}: expected the shape of {first}, {expected}, got {given}")


def _shape(tensor) -> tuple | None:
    """The shape as far as it is known; None if not even the rank is."""
    shape = getattr(tensor, "shape", None)
    if shape is None:
        return np.shape(tensor)
    return None if getattr(shape, "rank", 0) is None else tuple(shape)


def check_array(
    name: str,
    value,
    shape: tuple,
    sizes: Sizes | None = None,
    *,
    finite: bool = True,
    integer: bool = False,
    low: float = -np.inf,
    high: float = np.inf,
) -> np.ndarray:
    """Turn a value into a NumPy array, or say why it cannot be used.

    Args:
        name: of the argument, for the message.
        value: an array, an eager tensor or nested lists of numbers.
        shape, sizes: the pattern and its named sizes, as in `check_shape`.
        finite: refuse NaN and infinity.
        integer: refuse any dtype but the integers; otherwise booleans, integers and floats pass.
        low, high: the closed range in which every entry must lie.

    Returns:
        The array, with its dtype unchanged.

    Raises:
        ValueError: naming the argument, what was expected and what was given.

    Example::

        sizes = {}
        real = check_array("real", real, ("N", "D"), sizes)
        fake = check_array("fake", fake, ("M", "D"), sizes)  # the same D, any number of rows
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name}: expected one array, got rows of unequal length") from error
    if array.dtype.kind not in ("iu" if integer else "biuf"):
        kind = "integers" if integer else "real numbers"
        raise ValueError(f"{name}: expected {kind}, got dtype {array.dtype}")
    check_shape(name, array.shape, shape, sizes)
    if finite and not np.isfinite(array).all():
        bad = np.count_nonzero(~np.isfinite(array))
        raise ValueError(f"{name}: expected finite numbers, got {bad} NaN or infinite entries")
    smallest, largest = array.min(), array.max()
    if smallest < low or largest > high:
        raise ValueError(
            f"{name}: expected values in [{low:g}, {high:g}], got [{smallest:g}, {largest:g}]"
        )
    return array


def check_pixels(name: str, images, low: float, high: float) -> None:
    """Refuse images whose pixels are not floats in [low, high], and say how to scale them.

    Args:
        name: of the argument, for the message.
        images: an array or an eager tensor of any shape; an empty one passes.
        low, high: the lowest and the highest value that a pixel may have.

    Raises:
        ValueError: showing the dtype or range found, with the line of code that scales them.
    """
    array = np.asarray(images)
    if not array.size:
        return
    smallest, largest = array.min(), array.max()
    if array.dtype.kind == "f" and low <= smallest and largest <= high:
        return
    if array.dtype.kind == "f" and not (np.isfinite(smallest) and np.isfinite(largest)):
        raise ValueError(f"{name}: expected pixels in [{low:g}, {high:g}], got NaN or infinity")
    code = name if array.dtype.kind == "f" else f'{name}.astype("float32")'
    start, end = float(smallest), float(largest)
    unit = abs(low) < 0.1 and abs(high - 1) < 0.1
    if low <= start and end <= high:
        scaled = code
    elif unit and start >= 0 and 1 < end <= 255:
        scaled = f"{code} / 255"
    elif unit and start >= -1 and end <= 1:
        scaled = f"({code} + 1) / 2"
    else:
        scaled = f"({code} - {start:g}) / {end - start:g}"
    raise ValueError(
        f"{name}: expected pixels as floats in [{low:g}, {high:g}], got {array.dtype} from "
        f"{start:g} to {end:g}; scale them: {scaled}"
    )


def check_count(name: str, value, low: int = 1, high: int | None = None) -> int:
    """Refuse anything but a whole number from `low` to `high`, both included.

    Args:
        name: of the argument, for the message.
        value: what was given; a NumPy integer passes, a bool or a float does not.
        low, high: the ends of the range; None for no upper end.

    Returns:
        The number as an int.

    Raises:
        ValueError: naming the argument, what was expected and what was given.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < low or (high is not None and value > high):
        limits = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name}: expected a whole number {limits}, got {value!r}")
    return int(value)


def check_known(what: str, name: str, known: Iterable[str]) -> None:
    """Refuse an unknown name.

    Args:
        what: the kind of thing that it names, such as "assignment".
        name: the name that was given.
        known: the known names, in the order in which the message lists them.

    Raises:
        ValueError: listing the known names.
    """
    known = [*known]
    if name not in known:
        raise ValueError(f"no {what} is called {name!r}; there are: {', '.join(known)}")


def check_number(
    name: str,
    value,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    above: float = -math.inf,
    below: float = math.inf,
    alternatives: str = "",
) -> float:
    """Refuse anything but a finite real number in a range.

    Args:
        name: of the argument, for the message.
        value: what was given.
        low, high: the ends of a closed range.
        above, below: the ends of an open range.
        alternatives: what else the caller accepts and has already checked for, for the message.

    Returns:
        The number as a float.

    Raises:
        ValueError: naming the argument, what was expected and what was given.
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (real and math.isfinite(value) and low <= value <= high and above < value < below):
        expected = f"{alternatives} or " * bool(alternatives) + _range(low, high, above, below)
        raise ValueError(f"{name}: expected {expected}, got {value!r}")
    return float(value)


def _range(low: float, high: float, above: float, below: float) -> str:
    """The range of `check_number` in words."""
    start, end = max(low, above), min(high, below)
    with_start, with_end = low == start, high == end
    if math.isfinite(start) and math.isfinite(end):
        if not with_start and not with_end:
            return f"a number between {start:g} and {end:g}"
        opening, closing = "[" if with_start else "(", "]" if with_end else ")"
        return f"a number in {opening}{start:g}, {end:g}{closing}"
    if math.isfinite(start):
        return f"a number {'of at least' if with_start else 'above'} {start:g}"
    if math.isfinite(end):
        return f"a number {'of at most' if with_end else 'below'} {end:g}"
    return "a finite number"


def _describe(pattern: tuple, sizes: Sizes) -> str:
    """Write a pattern with the sizes that are already fixed: (N, D=32)."""
    parts = [
        "..." if p is ... else f"{p}={sizes[p]}" if isinstance(p, str) and p in sizes else str(p)
        for p in pattern
    ]
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
