"""IPython without a kernel, and the outputs of its cells in nbformat's format."""

import base64
import contextlib
import io
import json
import os
import subprocess
import sys

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any
from traitlets.config import Config


class CellOutputs:
    """The outputs of the running cell in nbformat's format.

    Args:
        most: the size, in bytes, of all that the notebook's cells may output together.

    Attributes:
        all: the outputs so far; whoever has read them clears the list.
    """

    def __init__(self, most: int) -> None:
        self.all: list[dict] = []
        self._left = most

    def add(self, output: dict, size: int) -> None:
        """Record an output; if it does not fit, record a note instead, and later ones not at all.

        Args:
            output: in nbformat's format.
            size: in bytes.
        """
        if self._left < 0:
            return
        self._left -= size
        if self._left < 0:
            output = stream("stdout", "\n… more output was cut off\n")
        last = self.all[-1] if self.all else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            self.all.append(output)

    def room(self) -> int:
        """How many bytes of output are left."""
        return max(self._left, 0)


def stream(name: str, text: str) -> dict:
    """An output of text that a cell has printed."""
    return {"output_type": "stream", "name": name, "text": text}


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell.

    Args:
        name: "stdout" or "stderr".
        outputs: where to record what is written.
    """

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, outputs: CellOutputs) -> None:
        self.name = name
        self._outputs = outputs

    def write(self, text: str) -> int:
        """Record a text; return its length."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        kept = text[: self._outputs.room() + 1]
        if kept:
            self._outputs.add(stream(self.name, kept), len(kept))
        return len(text)

    def fileno(self) -> int:
        """The descriptor to which programs started by a cell write, as in a kernel."""
        return {"stdout": 1, "stderr": 2}[self.name]

    def writable(self) -> bool:
        """True: a cell can write to it."""
        return True

    def close(self) -> None:
        """Do nothing: a kernel's streams stay open even if a cell closes them."""


class Publisher(DisplayPublisher):
    """Records what a cell shows with `display(…)`."""

    outputs = Any()

    def publish(self, data, metadata=None, **_):
        """Record one displayed object."""
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        self.outputs.add(_plain(output), _size(data))

    def clear_output(self, wait=False):
        """Delete all outputs of the cell so far."""
        self.outputs.all.clear()


class ResultHook(DisplayHook):
    """Records the value of a cell's last expression."""

    outputs = Any()

    def write_output_prompt(self):
        """Do nothing: a notebook's output has no prompt in its text."""

    def write_format_data(self, format_dict, md_dict=None):
        """Record the value."""
        output = {"output_type": "execute_result", "data": format_dict, "metadata": md_dict or {}}
        output["execution_count"] = self.shell.execution_count
        self.outputs.add(_plain(output), _size(format_dict))


class Shell(InteractiveShell):
    """IPython without a terminal and without a kernel."""

    outputs = Any()

    def enable_gui(self, gui=None):
        """Do nothing: there is no graphical interface."""

    def system(self, cmd):
        """Run the command after `!`. IPython would open a terminal; a sandbox does not have one."""
        done = subprocess.run(
            self.var_expand(cmd, depth=1),
            shell=True,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        sys.stdout.write(done.stdout.decode(errors="replace"))
        self.user_ns["_exit_code"] = done.returncode

    def ask_exit(self):
        """End the process: in a notebook, `exit()` ends the kernel."""
        os._exit(0)

    def show_usage_error(self, exc):
        """Let an unknown magic fail its cell. IPython would only print a line."""
        self._showtraceback(type(exc), exc, [f"UsageError: {exc}"])

    def _showtraceback(self, etype, evalue, stb):
        self.outputs.add(
            _plain(
                {
                    "output_type": "error",
                    "ename": str(etype.__name__),
                    "evalue": str(evalue)[:2000],
                    "traceback": [line[:20_000] for line in stb],
                }
            ),
            sum(map(len, stb)),
        )


def start(outputs: CellOutputs) -> Shell:
    """The shell of this process, whose cells write into `outputs`."""
    config = Config()
    config.InteractiveShell.colors = "nocolor"
    config.HistoryManager.enabled = False
    shell = Shell.instance(
        config=config,
        display_pub_class=Publisher,
        displayhook_class=ResultHook,
        outputs=outputs,
    )
    shell.display_pub.outputs = shell.displayhook.outputs = outputs
    sys.stdout, sys.stderr = Stream("stdout", outputs), Stream("stderr", outputs)
    return shell


def _plain(output: dict) -> dict:
    """An output that JSON can hold: bytes become base64, other objects their repr."""

    def fallback(value: object) -> str:
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return repr(value)[:1000]

    with contextlib.suppress(ValueError, TypeError):
        return json.loads(json.dumps(output, default=fallback))
    return stream("stdout", "an output that cannot be shown\n")


def _size(data: dict) -> int:
    return sum(len(value) if isinstance(value, str | bytes) else 1000 for value in data.values())
