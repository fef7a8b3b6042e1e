"""Grade one submission: run its cells in a sandbox, judge its functions, say how it ended.

A `Task` holds all that is needed and a `Result` all that is found. Workers write no files.

One attempt runs the cells (`_run_cells`), judges the functions (`_judge_functions`) and records
what happens; `_outcome` turns the record into a result. If one cell ended the process, there is a
second attempt without it. For the project the functions are not judged: its model is trained.
"""

import dataclasses
import threading
import time
from dataclasses import dataclass, field

import numpy as np

from course_utils.grader import process, training
from course_utils.grader.box.wire import (
    LARGEST_MESSAGE,
    Channel,
    Gone,
    Late,
    ProtocolError,
)
from course_utils.grader.outputs import plain_outputs
from course_utils.grader.tasks import (
    CRASHED,
    DIFFERS,
    FAILED_CELL,
    GRADED,
    INFRASTRUCTURE,
    OUT_OF_MEMORY,
    TAMPERED,
    TIMEOUT,
    Ending,
    Result,
    SelfCheck,
    Task,
    Verdict,
)

ATTEMPTS = 3
# JSON's escapes make a text longer in transit.
BYTES_A_CHARACTER = 12
# These end a submission's process before everything is judged.
CUT_SHORT = (TIMEOUT, OUT_OF_MEMORY, CRASHED)


class _Starved(Exception):
    """The machine had no time for a student's process."""


@dataclass
class _Happened:
    """A record of one attempt, filled in as it runs.

    Attributes:
        outputs: the outputs of each cell that ran to its end, by its index.
        said: what the notebook's self-check said at each test, by the test's index.
        verdicts: the verdicts, by the test's index.
        running: the cell that is running; None between cells and after them.
        calling: the test whose function is being called; None before and after.
        ending: how the process ended if it was not asked to.
        found: what came of a project's model.
        memory: see `Result`.
    """

    outputs: dict[int, list[dict]] = field(default_factory=dict)
    said: dict[int, SelfCheck] = field(default_factory=dict)
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    running: int | None = None
    calling: int | None = None
    ending: Ending | None = None
    found: Ending | None = None
    memory: int = 0

    @property
    def culprit(self) -> int | None:
        """The cell at which the process ended; None if it ended at no cell or only when asked."""
        if self.ending is None:
            return None
        return self.running if self.calling is None else self.calling


_busy = threading.Lock()


def grade(task: Task) -> Result:
    """Grade one submission. Never raises: what goes wrong is a status.

    A worker's process grades one submission at a time.
    """
    with _busy:
        return _grade_with_patience(task)


def _grade_with_patience(task: Task) -> Result:
    start = time.monotonic()
    attempts, result = 0, None
    while result is None:
        attempts += 1
        try:
            result = _grade(task)
        except _Starved:  # trying again at once would not help
            sentence = "The machine was too busy to run it in time. Use fewer --jobs."
            result = Result(task.student, INFRASTRUCTURE, sentence)
        except Exception as error:  # the grader's own; a student's are caught where they arise
            process.forget_zygote()
            if attempts == ATTEMPTS:
                sentence = f"The grader itself failed: {type(error).__name__}: {error}"
                result = Result(task.student, INFRASTRUCTURE, sentence)
    seconds = round(time.monotonic() - start, 2)
    return dataclasses.replace(result, isolation=task.isolation, seconds=seconds, attempts=attempts)


def _grade(task: Task) -> Result:
    """Run and judge; if one cell ends the process, try once more without it."""
    if task.training and (refused := training.refusal(task)):
        verdicts = [_not_tested(task, index, refused.sentence) for index in task.tests]
        return Result(task.student, *refused, verdicts)
    first = _attempt(task)
    result = _outcome(task, first)
    left_out = first.culprit
    if task.training and left_out in task.tests:  # nothing else is tested
        return result
    if left_out is None or not task.tests or left_out > max(task.tests):
        return result
    second = _attempt(task, left_out, first.said)
    again = _outcome(task, second)
    if second.ending:
        return dataclasses.replace(result, verdicts=again.verdicts)
    verdicts = second.verdicts
    if left_out in task.tests:
        verdicts = verdicts | {left_out: _not_tested(task, left_out, result.sentence)}
    sentence = f"{result.sentence} The rest was graded without this cell. {again.sentence}"
    return dataclasses.replace(
        again,
        status=TAMPERED if again.status == TAMPERED else result.status,
        sentence=sentence.strip(),
        outputs=again.outputs | {left_out: first.outputs.get(left_out, [])},
        verdicts=_in_order(task, verdicts),
    )


def _attempt(
    task: Task, left_out: int | None = None, said: dict[int, SelfCheck] | None = None
) -> _Happened:
    """Run the cells, then judge the functions.

    Args:
        task: what to grade.
        left_out: the cell that ended the first attempt. If it is a test, a function of the
            student's is to blame. Other self-checks may call it too, so none of them runs.
        said: what the self-checks said in the first attempt.
    """
    happened = _Happened()
    silent = task.tests if left_out in task.tests else {}
    sources = {i: "" if i in silent else text for i, text in task.cells if i != left_out}
    with process.process_of(task) as student:
        try:
            _run_cells(student.channel, task, sources, happened)
            happened.said |= {cell: (said or {}).get(cell, SelfCheck()) for cell in silent}
            if task.training:
                _train(student, task, happened)
            else:
                _judge_functions(student.channel, task, left_out, happened)
        except Late:
            if student.was_starved():
                raise _Starved from None
            sentence = f"It did not finish within {task.limits.seconds:g} s."
            happened.ending = Ending(TIMEOUT, sentence)
        except Gone:
            happened.ending = student.how_it_ended()
        except ProtocolError as error:
            happened.ending = Ending(CRASHED, f"Its process sent {error} to the grader.")
        happened.memory = student.peak_memory
    return happened


def _run_cells(channel: Channel, task: Task, sources: dict[int, str], happened: _Happened) -> None:
    """Have the cells run, and record their outputs and what the self-checks said."""
    cells = [
        {"index": index, "source": source, "test": _function(task, index)}
        for index, source in sources.items()
    ]
    contents = [np.frombuffer(content, "uint8") for content in task.files.values()]
    order = {"cells": cells, "files": list(task.files), "folder": task.folder}
    order["trains"] = task.training is not None
    channel.send(order, contents)
    while True:
        message, _ = channel.receive()
        if "starts" in message:
            happened.running = _index(message["starts"], task)
        elif "cell" in message:
            index = _index(message["cell"], task)
            if channel.received > BYTES_A_CHARACTER * task.limits.output + LARGEST_MESSAGE:
                raise ProtocolError("too many outputs")
            try:
                happened.outputs[index] = plain_outputs(message.get("outputs"))
                happened.said[index] = SelfCheck.received(message.get("self_check"))
            except ValueError as error:
                raise ProtocolError(str(error)) from error
        elif message.get("finished"):
            happened.running = None
            return
        elif "failed" in message and happened.running is None and not happened.outputs:
            raise RuntimeError(message["failed"])
        else:
            raise ProtocolError("an unknown message")


def _judge_functions(
    channel: Channel, task: Task, left_out: int | None, happened: _Happened
) -> None:
    """Judge the functions of all tests but one."""
    # Imported here since the process that hands out the work imports this module and needs no
    # TensorFlow.
    from course_utils.grader.judging import Judge

    tests = {index: test for index, test in task.tests.items() if index != left_out}
    judge = Judge(task.assignment, channel, tests, happened.said)
    try:
        for index, verdict in judge.verdicts():
            happened.verdicts[index] = verdict
    finally:
        happened.calling = judge.calling


def _train(student: process.Process, task: Task, happened: _Happened) -> None:
    """Train a project's model and judge its samples."""
    [happened.calling] = task.tests
    happened.verdicts[happened.calling], happened.found = training.train(student, task)
    happened.calling = None


def _outcome(task: Task, happened: _Happened) -> Result:
    """The result of an attempt, from its record alone."""
    status, sentence = happened.ending or Ending(GRADED, "")
    failed = [i for i, o in happened.outputs.items() if i not in task.tests and _errors(o)]
    if happened.calling is not None:
        sentence += f" The grader was calling {task.tests[happened.calling].function}."
    elif happened.running is not None:
        sentence += f" It was running the cell {_name(happened.running)}."
    verdicts = {i: _not_tested(task, i, sentence) for i in task.tests} | happened.verdicts
    tampered = [f"{v.function}: {v.tampered}" for v in verdicts.values() if v.tampered]
    differing = [f"{v.function}: {v.differs}" for v in verdicts.values() if v.differs]
    if tampered:
        status, sentence = TAMPERED, " ".join(tampered)
    elif status == GRADED and any(map(_ran_out_of_memory, happened.outputs.values())):
        status, sentence = OUT_OF_MEMORY, f"A cell asked for more than {task.limits.memory} MB."
    elif happened.found and happened.found.status != GRADED:
        status, sentence = happened.found
    elif status == GRADED and differing:
        status, sentence = DIFFERS, " ".join(differing)
    elif status == GRADED and failed:
        names = ", ".join(map(_name, failed))
        status, sentence = FAILED_CELL, f"These cells raised an error: {names}."
    return Result(
        task.student,
        status,
        sentence,
        _in_order(task, verdicts),
        happened.outputs,
        memory=happened.memory,
    )


def _in_order(task: Task, verdicts: dict[int, Verdict]) -> list[Verdict]:
    return [verdicts[index] for index in task.tests]


def _not_tested(task: Task, index: int, sentence: str) -> Verdict:
    test = task.tests[index]
    message = f"Not tested. {sentence}".strip()
    return Verdict(test.grade_id, test.function, 0.0, test.points, message)


def _function(task: Task, index: int) -> str | None:
    """The function that a cell tests; None for a cell that tests none."""
    return task.tests[index].function if index in task.tests else None


def _name(index: int) -> str:
    """A cell's name for people, who count from 1."""
    return f"number {index + 1}"


def _index(value: object, task: Task) -> int:
    if type(value) is not int or value not in [index for index, _ in task.cells]:
        raise ProtocolError("the number of no cell")
    return value


def _errors(outputs: list[dict]) -> bool:
    return any(output["output_type"] == "error" for output in outputs)


def _ran_out_of_memory(outputs: list[dict]) -> bool:
    kinds = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")
    return any(o["output_type"] == "error" and o["ename"] in kinds for o in outputs)
