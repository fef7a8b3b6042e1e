"""Messages through a socket: JSON, followed by the bytes of arrays.

Nothing that arrives is trusted: no pickle, a limit on size, a list of dtypes, a deadline.
"""

import contextlib
import json
import socket
import struct
import time
from collections.abc import Iterator, Sequence

import numpy as np

LENGTH = struct.Struct(">Q")
LARGEST_MESSAGE = 32 * 2**20
LARGEST_ARRAYS = 256 * 2**20
DTYPES = frozenset(
    ["bool"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
    + [f"float{bits}" for bits in (16, 32, 64)]
    + ["complex64", "complex128"]
)


class WireError(BaseException):
    """There is no going on. No `except Exception` for a student's errors may take it for one."""


class Gone(WireError):
    """The other side has closed its end."""


class Late(WireError):
    """The deadline has passed."""


class ProtocolError(WireError):
    """The other side sent something that is no message."""


class Channel:
    """One end of a connected stream socket.

    Attributes:
        deadline: `time.monotonic()` after which everything raises `Late`; None for never.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.deadline: float | None = None

    def send(self, message: dict, arrays: Sequence[np.ndarray] = ()) -> None:
        """Send a message that JSON can hold, and arrays of a dtype in `DTYPES`."""
        arrays = [np.asarray(array, order="C") for array in arrays]
        shapes = [[array.dtype.name, list(array.shape)] for array in arrays]
        header = json.dumps({"message": message, "arrays": shapes}).encode()
        with self._until_the_deadline():
            self._socket.sendall(LENGTH.pack(len(header)) + header)
            for array in arrays:
                self._socket.sendall(array.tobytes())

    def receive(self) -> tuple[dict, list[np.ndarray]]:
        """The next message and its arrays.

        Raises:
            Gone: the other side has closed its end.
            Late: the deadline has passed.
            ProtocolError: what came is no message.
        """
        (length,) = LENGTH.unpack(self._read(LENGTH.size))
        if length > LARGEST_MESSAGE:
            raise ProtocolError(f"a message of {length} bytes")
        try:
            header = json.loads(self._read(length))
            message, shapes = header["message"], header["arrays"]
            layouts = [(np.dtype(name), tuple(shape)) for name, shape in shapes]
            sizes = [int(np.prod(shape, dtype=object)) * dtype.itemsize for dtype, shape in layouts]
            known = all(name in DTYPES for name, _ in shapes)
            counts = [n for _, shape in layouts for n in shape]
            whole = all(isinstance(n, int) and n >= 0 for n in counts)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ProtocolError(f"no message: {type(error).__name__}") from error
        if not (isinstance(message, dict) and known and whole and sum(sizes) <= LARGEST_ARRAYS):
            raise ProtocolError("a message with wrong arrays")
        arrays = [
            np.frombuffer(self._read(size), dtype).reshape(shape)
            for size, (dtype, shape) in zip(sizes, layouts, strict=True)
        ]
        return message, arrays

    def close(self) -> None:
        """Close the socket; the other side reads an end of file."""
        self._socket.close()

    def _read(self, count: int) -> bytes:
        buffer = bytearray(count)
        view = memoryview(buffer)
        while view:
            with self._until_the_deadline():
                got = self._socket.recv_into(view)
            if not got:
                raise Gone("its end of the socket is closed")
            view = view[got:]
        return bytes(buffer)

    @contextlib.contextmanager
    def _until_the_deadline(self) -> Iterator[None]:
        left = None if self.deadline is None else self.deadline - time.monotonic()
        if left is not None and left <= 0:
            raise Late
        try:
            self._socket.settimeout(left)
            yield
        except TimeoutError:
            raise Late from None
        except OSError as error:
            raise Gone(error.strerror) from error
