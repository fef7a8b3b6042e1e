"""What a function can see besides its arguments, saved at its test.

A function is called again after all cells have run. By then, later cells may have reused names,
changed the working directory, or set another precision or another rule of dtype promotion. So
everything of this kind is saved after each test cell and restored before its function is called.
"""

import course_utils.quiet

import contextlib
import copy
import os
import sys

import keras
import numpy as np
from tensorflow.python.framework import ops  # no public function tells the dtype promotion in use

# Containers with more parts, or nested deeper, and arrays of more bytes are shared, not copied.
MOST_PARTS = 10_000
DEEPEST = 20
MOST_BYTES = 2**20
PLAIN = (bool, int, float, complex, str, bytes, type(None))
CONTAINERS = (list, dict, set, tuple)


class State:
    """What a notebook has set so far.

    Lists, dictionaries, sets and arrays that hold only plain values are copied, so that later
    cells cannot change, say, a configuration. Other objects are shared.

    Args:
        namespace: the notebook's global names.
    """

    def __init__(self, namespace: dict) -> None:
        memory: dict = {}
        self._names = {name: _copied(value, memory) for name, value in namespace.items()}
        self._environment = dict(os.environ)
        self._path = list(sys.path)
        self._folder = _folder()
        self._float = keras.config.floatx()
        self._epsilon = keras.config.epsilon()
        self._format = keras.config.image_data_format()
        self._policy = keras.config.dtype_policy()
        self._promotion = ops.promo_mode_enum_to_string(ops.get_dtype_conversion_mode())

    def restore(self, namespace: dict) -> None:
        """Set all of it again.

        Args:
            namespace: the notebook's global names, which are replaced.
        """
        namespace.clear()
        namespace.update(self._names)
        os.environ.clear()
        os.environ.update(self._environment)
        sys.path[:] = self._path
        with contextlib.suppress(OSError):
            os.chdir(self._folder)
        keras.config.set_floatx(self._float)
        keras.config.set_epsilon(self._epsilon)
        keras.config.set_image_data_format(self._format)
        keras.config.set_dtype_policy(self._policy)
        ops.set_dtype_conversion_mode(self._promotion)


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been removed
        return os.path.sep


def _copied(value: object, memory: dict) -> object:
    if type(value) is np.ndarray:
        small = value.nbytes <= MOST_BYTES and not value.dtype.hasobject
        return copy.deepcopy(value, memory) if small else value
    if type(value) in (list, dict, set) and _parts(value, MOST_PARTS) <= MOST_PARTS:
        return copy.deepcopy(value, memory)
    return value


def _parts(value: object, most: int, depth: int = 0) -> int:
    """The number of plain values in a value; more than `most` if it holds anything else."""
    if type(value) in PLAIN:
        return 1
    if type(value) not in CONTAINERS or most <= 0 or depth > DEEPEST:
        return most + 1
    count = 1
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    for item in items:
        count += _parts(item, most - count, depth + 1)
        if count > most:
            break
    return count
