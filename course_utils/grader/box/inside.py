"""What runs in a student's process: the cells, and then whatever is asked of its functions.

First the cells run, as in a notebook, and what they print and show is sent out. Then the functions
are called with the grader's arrays. By then nothing that they say is recorded any more, so that no
value of a hidden test can find its way into an output.

Whoever reads this looking for a way to points: this process has none to give.
"""

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any
from traitlets.config import Config

from course_utils.grader.box.remote import Exchange
from course_utils.grader.box.wire import Channel, Gone


class Recorder:
    """The outputs of the cell that runs, as nbformat writes them, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.outputs: list[dict] = []
        self._left = most

    def add(self, output: dict, size: int) -> None:
        """Record an output unless there are too many."""
        if self._left < 0:
            return
        self._left -= size
        if self._left < 0:
            output = stream("stdout", "\n… more output was cut off\n")
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(output)

    def room(self) -> int:
        """How many bytes are left."""
        return max(self._left, 0)


def stream(name: str, text: str) -> dict:
    """What a cell prints."""
    return {"output_type": "stream", "name": name, "text": text}


class Stream:
    """sys.stdout or sys.stderr of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, recorder: Recorder) -> None:
        self.name, self._recorder = name, recorder

    def write(self, text: str) -> int:
        """Record a text."""
        kept = text[: self._recorder.room() + 1]
        if kept:
            self._recorder.add(stream(self.name, kept), len(kept))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Record some texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing waits to be written."""

    def isatty(self) -> bool:
        """A notebook is no terminal."""
        return False

    def writable(self) -> bool:
        """It can be written to."""
        return True


class Publisher(DisplayPublisher):
    """display(…)"""

    recorder = Any()

    def publish(self, data, metadata=None, **_):
        """Record what is shown."""
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        self.recorder.add(_plain(output), _size(data))

    def clear_output(self, wait=False):
        """Forget what the cell showed."""
        self.recorder.outputs.clear()


class ResultHook(DisplayHook):
    """The value of a cell's last expression."""

    recorder = Any()

    def write_output_prompt(self):
        """A notebook writes none."""

    def write_format_data(self, format_dict, md_dict=None):
        """Record the value."""
        output = {"output_type": "execute_result", "data": format_dict, "metadata": md_dict or {}}
        output["execution_count"] = self.shell.execution_count
        self.recorder.add(_plain(output), _size(format_dict))


class Shell(InteractiveShell):
    """IPython without a terminal and without a kernel."""

    recorder = Any()

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

    def _showtraceback(self, etype, evalue, stb):
        self.recorder.add(
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


def serve(connection: socket.socket, most_output: int) -> None:
    """Run a submission's cells, then answer questions about its functions until nobody asks."""
    channel = Channel(connection)
    order, arrays = channel.receive()
    for name, content in zip(order["files"], arrays, strict=True):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content.tobytes())
    sys.path.insert(0, os.getcwd())

    recorder = Recorder(most_output)
    config = Config()
    config.InteractiveShell.colors = "nocolor"
    config.HistoryManager.enabled = False
    shell = Shell.instance(
        config=config,
        display_pub_class=Publisher,
        displayhook_class=ResultHook,
        recorder=recorder,
    )
    shell.display_pub.recorder = shell.displayhook.recorder = recorder
    sys.stdout, sys.stderr = Stream("stdout", recorder), Stream("stderr", recorder)
    snapshots = {}
    for cell in order["cells"]:
        channel.send({"starts": cell["index"]})
        shell.run_cell(cell["source"], store_history=True)
        channel.send({"cell": cell["index"], "outputs": recorder.outputs})
        recorder.outputs.clear()
        if cell["test"]:
            # Later cells may use the same names for other things.
            snapshots[cell["index"]] = dict(shell.user_ns)
    channel.send({"finished": True})
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        _answer(channel, shell.user_ns, snapshots)


def _answer(channel: Channel, namespace: dict, snapshots: dict[int, dict]) -> None:
    """Offer the functions one after the other, each as it was at its test."""
    import keras

    from course_utils.grading import library, probes

    def describe(error: Exception, function: object) -> dict:
        return {
            "not_written": probes.is_not_written(error, function),
            "brief": probes.in_brief(error, function),
            "details": probes.in_one_line(error, function),
        }

    exchange = Exchange(channel, describe)
    with library.refused(), probes.silence():
        while True:
            try:
                message, arrays = channel.receive()
            except Gone:
                return
            if "select" not in message:
                exchange.serve(message, arrays)
                continue
            name, wanted = message["select"], message["builds_on"]
            namespace.clear()
            namespace.update(snapshots[message["cell"]])
            for upstream, parameters in wanted.items():
                theirs = namespace.get(upstream)
                ours = exchange.function(upstream, parameters)
                same = [n for n, v in namespace.items() if callable(v) and v is theirs]
                namespace.update(dict.fromkeys([upstream, *same], ours))
            keras.utils.set_random_seed(0)
            function = namespace.get(name)
            offered = probes.plain(function) if callable(function) else None
            exchange.offer({name: offered} if offered else {})
            channel.send({"selected": offered is not None})


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
