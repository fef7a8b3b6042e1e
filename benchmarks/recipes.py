"""How models are trained on small data sets for the benchmarks, with no choice on test data."""

import course_utils.quiet

from collections.abc import Callable

import keras
import numpy as np

from course_utils.data import Dataset
from course_utils.training import InMemoryModel
from entries import Stopwatch


def fit_twice(
    build: Callable[[], InMemoryModel], data: Dataset, *, seed: int, epochs: int, **options
) -> tuple[InMemoryModel, Stopwatch]:
    """Choose the number of epochs on validation data; then train on training and validation data.

    Args:
        build: returns a new compiled model.
        data: the data set; its test examples are not used.
        seed: of both trainings.
        epochs: the largest number to try.
        options: for `fit`, such as `batch_size` and `patience`.

    Returns:
        The model, and the stopwatch of the second training, which made it.
    """
    keras.utils.set_random_seed(seed)
    history = (
        build()
        .fit(
            data.train.x, epochs=epochs, validation_data=(data.validation.x,), verbose=0, **options
        )
        .history
    )
    best = 1 + int(np.argmin(history["val_loss"]))

    everything = np.concatenate([data.train.x, data.validation.x])
    with Stopwatch() as watch:
        keras.utils.set_random_seed(seed)
        model = build()
        model.fit(everything, epochs=best, verbose=0, **options)
    return model, watch
