"""How the measured models are trained where their data are few: nothing is chosen on test data."""

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
    """Find on validation data how long to train; then train as long on all but the test data.

    Args:
        build: makes and compiles a new model.
        data: its training and validation examples are used.
        seed: of both trainings.
        epochs: the longest that is tried.
        options: for `fit`, `batch_size` and `patience` among them.

    Returns:
        The model, and the time of the training that made it, which is the second.
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
