"""The project's contract, and a trial run for students.

`build()` returns the untrained model. `train(x, seconds)` gets the garments and a budget of
processor time; it returns `sample`, and `sample(n)` draws n images. Grading calls all three in the
same way, but in another process and with another budget.
"""

import course_utils.quiet

import time
from collections.abc import Callable, Iterator, Mapping

import keras
import numpy as np

SHAPE = (28, 28, 1)
TRIED = 100  # images


class ContractBroken(AssertionError):
    """A function does not keep the contract; the message says what it returned instead."""

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows: only the message, without a traceback."""
        return [f"✗ {self}"]


def try_out(train: Callable, build: Callable, garments: np.ndarray, seconds: float = 5) -> None:
    """Build and train a model for a few seconds, draw images, and check that all is in order.

    Args:
        train: your function `train`.
        build: your function `build`.
        garments: the images to train on, (N, 28, 28, 1) in [0, 1].
        seconds: the budget, in seconds of processor time.

    Raises:
        ContractBroken: something is not in order; the message says what to change.
    """
    weights = count_weights(build())
    began = time.process_time()
    sample = trained(train, garments, seconds)
    used = time.process_time() - began
    drawn(sample, TRIED)
    print(
        f"✓ A model of {weights:,} weights was trained: {used:.1f} s of processor time, and "
        f"{seconds:g} s were allowed. {TRIED} samples are images as they should be."
    )


def trained(train: Callable, garments: np.ndarray, seconds: float) -> Callable:
    """Train a model; return the function that draws samples.

    Raises:
        ContractBroken: `train` does not return a function.
    """
    sample = train(garments, seconds)
    if not callable(sample):
        raise ContractBroken(
            f"train returns {_kind(sample)}. It should return a function: sample(n) draws n images."
        )
    return sample


def drawn(sample: Callable, count: int) -> np.ndarray:
    """Images drawn by `sample`, (count, 28, 28, 1) float32 in [0, 1].

    Raises:
        ContractBroken: `sample` does not give such images.
    """
    return images(sample(count), count)


def images(given: object, count: int) -> np.ndarray:
    """What `sample(count)` gave, as a float32 array (count, 28, 28, 1).

    Args:
        given: an array of real numbers, (count, 28, 28, 1) or (count, 28, 28), in [0, 1].
        count: the number of images.

    Raises:
        ContractBroken: it is not such an array.
    """
    try:
        x = np.asarray(given)
        x = x.astype("float32") if x.dtype.kind in "fiub" else None
    except (TypeError, ValueError):
        x = None
    if x is None:
        raise ContractBroken(f"sample({count}) gives {_kind(given)}. It should give an array.")
    if x.shape == (count, *SHAPE[:2]):
        x = x[..., None]
    if x.shape != (count, *SHAPE):
        raise ContractBroken(
            f"sample({count}) gives an array of shape {x.shape}. It should be {(count, *SHAPE)}."
        )
    if not np.isfinite(x).all():
        raise ContractBroken(
            f"sample({count}) gives values that are not finite (NaN or infinite). Training has "
            "diverged: a smaller learning rate often helps."
        )
    if x.min() < 0 or x.max() > 1:
        raise ContractBroken(
            f"sample({count}) gives values from {x.min():.3g} to {x.max():.3g}. They should be "
            "between 0 and 1, as those of the garments: end with a sigmoid, or clip them."
        )
    return x


def count_weights(model: object) -> int:
    """How many weights a model has.

    Args:
        model: a Keras model, or several of them in a list, tuple or dictionary.

    Raises:
        ContractBroken: it contains no Keras model.
    """
    networks = list(_networks(model))
    if not networks:
        raise ContractBroken(
            f"build returns {_kind(model)}. It should return your untrained Keras model, or "
            "several in a list, a tuple or a dictionary."
        )
    return sum(int(np.prod(w.shape)) for network in networks for w in network.weights)


def _networks(model: object) -> Iterator:
    if isinstance(model, keras.layers.Layer):
        yield model
    elif isinstance(model, Mapping):
        yield from _networks(list(model.values()))
    elif isinstance(model, list | tuple):
        for part in model:
            yield from _networks(part)


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a value of type {type(value).__name__}"
