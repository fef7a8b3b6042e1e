"""What runs in a student's process: the notebook's cells, then calls to its functions.

First the cells run, as in a notebook. Their outputs are sent to the grader and, after each test
cell, also what the self-check found. Then the functions are called with the grader's arrays; for
the project, the model is trained instead. From then on nothing that is printed is recorded, so that
no value from a hidden test can reach an output.

No points are decided in this process, so nothing is gained by tampering with it.
"""

import course_utils.quiet

import contextlib
import os
import socket
import sys
from pathlib import Path

import keras

from course_utils.grader.box import integrity, training
from course_utils.grader.box.remote import Exchange
from course_utils.grader.box.shell import CellOutputs, Shell, start
from course_utils.grader.box.state import State
from course_utils.grader.box.wire import Channel, Gone
from course_utils.grading import library, probes, selfcheck
from course_utils.grading.selfcheck import Diagnosis
from course_utils.grading.stand_in import stand_in


def serve(connection: socket.socket, most_output: int) -> None:
    """Run a submission's cells, then answer requests until the grader closes the connection.

    Args:
        connection: to the grader. Its first message says which files to write and which cells run.
        most_output: bytes of everything that the cells may print and show.
    """
    channel = Channel(connection)
    order, arrays = channel.receive()
    for name, content in zip(order["files"], arrays, strict=True):
        # If a file cannot be written, the cell that needs it will report that it is missing.
        with contextlib.suppress(OSError):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(content.tobytes())
    with contextlib.suppress(OSError):
        Path(order["folder"]).mkdir(parents=True, exist_ok=True)
        os.chdir(order["folder"])
    sys.path.insert(0, os.getcwd())
    integrity.remember()
    diagnoses: list[Diagnosis] = []
    selfcheck.listeners.append(diagnoses.append)
    outputs = CellOutputs(most_output)
    shell = start(outputs)
    run_cell = shell.run_cell  # a cell may replace the shell's attribute
    states: dict[int, State] = {}
    for cell in order["cells"]:
        channel.send({"starts": cell["index"]})
        diagnoses.clear()
        passed = run_cell(cell["source"], store_history=True).success
        report = None
        if cell["test"]:
            report = _report(cell["test"], diagnoses, shell) | {"passed": passed}
            states[cell["index"]] = State(shell.user_ns)
        channel.send({"cell": cell["index"], "outputs": outputs.all, "self_check": report})
        outputs.all.clear()
    channel.send({"finished": True})
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        if order["trains"]:
            training.serve(channel, shell.user_ns)
            return
        _answer(channel, shell.user_ns, states)


def _report(function: str, diagnoses: list[Diagnosis], shell: Shell) -> dict:
    """What the self-check said about a function, and whether it was still the course's."""
    kinds = [one.kind for one in diagnoses if one.function == function]
    return {
        "kind": kinds[-1] if kinds else "",
        "replaced": not integrity.is_own_check(shell.user_ns.get("check")),
        "altered": integrity.altered(),
    }


def _answer(channel: Channel, namespace: dict, states: dict[int, State]) -> None:
    """Offer one function after another, each with the notebook's state restored to its test."""

    def describe(error: Exception, function: object) -> dict:
        return {
            "not_written": probes.is_not_written(error, function),
            "kind": probes.kind_of(error),
            "details": probes.in_one_line(error, function),
        }

    exchange = Exchange(channel, describe)
    with library.refused(), probes.same_conditions():
        while True:
            try:
                message, arrays = channel.receive()
            except Gone:
                return
            if "select" not in message:
                exchange.serve(message, arrays)
                continue
            name = message["select"]
            states[message["cell"]].restore(namespace)
            for upstream, parameters in message["builds_on"].items():
                theirs = namespace.get(upstream)
                ours = stand_in(theirs, exchange.function(upstream), parameters)
                same = [n for n, v in namespace.items() if callable(v) and v is theirs]
                namespace.update(dict.fromkeys([upstream, *same], ours))
            keras.utils.set_random_seed(0)
            function = namespace.get(name)
            offered = probes.plain(function) if callable(function) else None
            exchange.offer({name: offered} if offered else {})
            channel.send({"selected": offered is not None})
