"""IPython without a kernel, and the outputs of its cells as nbformat writes them."""

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
    """The outputs of the cell that runs, as nbformat writes them, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.all: list[dict] = []
        self._left = most

    def add(self, output: dict, size: int) -> None:
        """Record an output unless there are too many."""
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
        """How many bytes are left."""
        return max(self._left, 0)


def stream(name: str, text: str) -> dict:
    """What a cell prints."""
    return {"output_type": "stream", "name": name, "text": text}


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell.

    Args:
        name: "stdout" or "stderr".
        outputs: what is written is recorded there.
    """

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, outputs: CellOutputs) -> None:
        self.name = name
        self._outputs = outputs

    def write(self, text: str) -> int:
        """Record a text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        kept = text[: self._outputs.room() + 1]
        if kept:
            self._outputs.add(stream(self.name, kept), len(kept))
        return len(text)

    def fileno(self) -> int:
        """Where programs started by a cell write, as a kernel's streams say."""
        return {"stdout": 1, "stderr": 2}[self.name]

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def close(self) -> None:
        """A kernel's streams stay open, whoever closes them."""


class Publisher(DisplayPublisher):
    """display(…)"""

    outputs = Any()

    def publish(self, data, metadata=None, **_):
        """Record what is shown."""
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        self.outputs.add(_plain(output), _size(data))

    def clear_output(self, wait=False):
        """Forget what the cell showed."""
        self.outputs.all.clear()


class ResultHook(DisplayHook):
    """The value of a cell's last expression."""

    outputs = Any()

    def write_output_prompt(self):
        """A notebook writes none."""

    def write_format_data(self, format_dict, md_dict=None):
        """Record the value."""
        output = {"output_type": "execute_result", "data": format_dict, "metadata": md_dict or {}}
        output["execution_count"] = self.shell.execution_count
        self.outputs.add(_plain(output), _size(format_dict))


class Shell(InteractiveShell):
    """IPython without a terminal and without a kernel."""

    outputs = Any()

    def enable_gui(self, gui=None):
        """There is no window to open."""

    def system(self, cmd):
        """Run what stands after `!`. IPython would give it a terminal, and a sandbox has none."""
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
        """A notebook's exit() ends its kernel."""
        os._exit(0)

    def show_usage_error(self, exc):
        """An unknown magic stops its cell, as an error does. IPython would only print a line."""
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
    """Texts for bytes, and nothing that JSON cannot hold."""

    def fallback(value: object) -> str:
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return repr(value)[:1000]

    with contextlib.suppress(ValueError, TypeError):
        return json.loads(json.dumps(output, default=fallback))
    return stream("stdout", "an output that cannot be shown\n")


def _size(data: dict) -> int:
    return sum(len(value) if isinstance(value, str | bytes) else 1000 for value in data.values())
