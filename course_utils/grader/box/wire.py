"""Messages through a socket: JSON, followed by the bytes of arrays.

Nothing that arrives is trusted: there is no pickle, size and nesting are limited, only the listed
dtypes are accepted, and there is a deadline.
"""

import contextlib
import json
import math
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

LENGTH = struct.Struct(">Q")
LARGEST_MESSAGE = 32 * 2**20
LARGEST_ARRAYS = 64 * 2**20
DEEPEST_MESSAGE = 40
# A header could ask for more than NumPy and TensorFlow can hold.
MOST_DIMENSIONS = 32
DTYPES = frozenset(
    ["bool"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
    + [f"float{bits}" for bits in (16, 32, 64)]
    + ["complex64", "complex128"]
)


class WireError(BaseException):
    """The connection is lost or useless.

    It is a `BaseException` so that no `except Exception` meant for a student's errors catches it.
    """


class Gone(WireError):
    """The other side has closed its end."""


class Late(WireError):
    """The deadline has passed."""


class ProtocolError(WireError):
    """The other side sent something that is not a message."""


class Channel:
    """One end of a connected stream socket.

    Attributes:
        deadline: the `time.monotonic()` after which sending and receiving raise `Late`; None for
            no deadline.
        grace: called at the deadline; the seconds that it returns are added. 0 adds none.
        received: how many bytes have arrived.
        failure: the first `WireError` that the channel raised. It is kept because TensorFlow turns
            an exception inside a graph into one of its own, which would look like an error of the
            student's function.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.deadline: float | None = None
        self.grace: Callable[[], float] = lambda: 0.0
        self.received = 0
        self.failure: WireError | None = None

    def check(self) -> None:
        """Raise the channel's first error again, if there was one.

        Raises:
            WireError: the first error.
        """
        if self.failure:
            raise self.failure

    def send(self, message: dict, arrays: Sequence[np.ndarray] = ()) -> None:
        """Send a message and arrays.

        Args:
            message: anything that JSON can hold.
            arrays: arrays with dtypes from `DTYPES`.

        Raises:
            ValueError: the arrays have more than `LARGEST_ARRAYS` bytes.
            Gone: the other side has closed its end.
            Late: the deadline has passed.
        """
        arrays = [np.asarray(array, order="C") for array in arrays]
        if sum(array.nbytes for array in arrays) > LARGEST_ARRAYS:
            raise ValueError(f"arrays of more than {LARGEST_ARRAYS} bytes")
        shapes = [[array.dtype.name, list(array.shape)] for array in arrays]
        header = json.dumps({"message": message, "arrays": shapes}).encode()
        with self._noted():
            for part in (LENGTH.pack(len(header)), header, *(a.tobytes() for a in arrays)):
                view = memoryview(part)
                while view:
                    sent = self._in_time(lambda view=view: self._socket.send(view))
                    view = view[sent:]

    def receive(self) -> tuple[dict, list[np.ndarray]]:
        """The next message and its arrays.

        Raises:
            Gone: the other side has closed its end.
            Late: the deadline has passed.
            ProtocolError: what arrived is not a message.
        """
        with self._noted():
            return self._receive()

    def _receive(self) -> tuple[dict, list[np.ndarray]]:
        (length,) = LENGTH.unpack(self._read(LENGTH.size))
        if length > LARGEST_MESSAGE:
            raise ProtocolError(f"a message of {length} bytes")
        try:
            header = _plain(json.loads(self._read(length)))
            message, shapes = header["message"], header["arrays"]
            known = all(name in DTYPES for name, _ in shapes)
            counts = [n for _, shape in shapes for n in shape]
            whole = all(type(n) is int and 0 <= n < 2**31 for n in counts)
            flat = all(len(shape) <= MOST_DIMENSIONS for _, shape in shapes)
            known = known and whole and flat
            layouts = [(np.dtype(name), tuple(shape)) for name, shape in shapes if known]
            sizes = [math.prod(shape) * dtype.itemsize for dtype, shape in layouts]
            # NumPy limits the product of the nonzero dimensions even if the array is empty.
            spans = [math.prod(max(n, 1) for n in s) * dtype.itemsize for dtype, s in layouts]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ProtocolError(f"no message: {type(error).__name__}") from error
        small = sum(sizes) <= LARGEST_ARRAYS and all(n < 2**63 for n in spans)
        if not (isinstance(message, dict) and known and small):
            raise ProtocolError("a message with wrong arrays")
        arrays = [
            # Writable, like the arrays that a function gets in a notebook.
            np.frombuffer(self._read(size), dtype).reshape(shape)
            for size, (dtype, shape) in zip(sizes, layouts, strict=True)
        ]
        return message, arrays

    def close(self) -> None:
        """Close the socket; the other side reads an end of file."""
        self._socket.close()

    def _read(self, count: int) -> bytearray:
        buffer = bytearray(count)
        view = memoryview(buffer)
        while view:
            got = self._in_time(lambda view=view: self._socket.recv_into(view))
            if not got:
                raise Gone("its end of the socket is closed")
            self.received += got
            view = view[got:]
        return buffer

    def _in_time(self, action: Callable[[], int]) -> int:
        while True:
            left = None if self.deadline is None else self.deadline - time.monotonic()
            if left is not None and left <= 0:
                more = self.grace()
                if more <= 0:
                    raise Late
                self.deadline += more
                continue
            try:
                self._socket.settimeout(left)
                return action()
            except TimeoutError:
                continue
            except OSError as error:
                raise Gone(error.strerror) from error

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except WireError as error:
            self.failure = self.failure or error
            raise


def _plain(value: object, depth: int = 0) -> object:
    """A parsed JSON value with a question mark for each lone surrogate, which UTF-8 cannot encode.

    Raises:
        ValueError: it is nested so deeply that later code could fail on it.
    """
    if depth > DEEPEST_MESSAGE:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item, depth + 1) for key, item in value.items()}
    return value
