"""Grade one submission: run its cells in a sandbox, judge its functions, say how it ended.

A `Task` holds all that is needed and a `Result` all that came of it. Workers write nothing.
"""

import dataclasses
import threading
import time

import numpy as np

from course_utils.grader import process
from course_utils.grader.box.wire import LARGEST_MESSAGE, Gone, Late, ProtocolError
from course_utils.grader.outputs import plain_outputs
from course_utils.grader.tasks import (
    CRASHED,
    FAILED_CELL,
    GRADED,
    INFRASTRUCTURE,
    OUT_OF_MEMORY,
    TAMPERED,
    TIMEOUT,
    Result,
    Task,
    Verdict,
)

ATTEMPTS = 3
# Escapes make a text longer on its way.
BYTES_A_CHARACTER = 12


class _Starved(Exception):
    """The machine had no time for a student's process."""


_busy = threading.Lock()


def grade(task: Task) -> Result:
    """Grade one submission. Never raises: what goes wrong is a status.

    A process grades one at a time.
    """
    with _busy:
        return _grade_with_patience(task)


def _grade_with_patience(task: Task) -> Result:
    start = time.monotonic()
    attempts, result = 0, None
    while result is None or (result.status == INFRASTRUCTURE and attempts < ATTEMPTS):
        attempts += 1
        try:
            result = _grade(task)
        except _Starved:
            sentence = "The machine was too busy to run it in time. Use fewer --jobs."
            result = Result(task.student, INFRASTRUCTURE, sentence)
        except Exception as error:  # ours, not the student's: those are caught where they arise
            process.forget_zygote()
            sentence = f"The grader itself failed: {type(error).__name__}: {error}"
            result = Result(task.student, INFRASTRUCTURE, sentence)
    seconds = round(time.monotonic() - start, 2)
    return dataclasses.replace(result, isolation=task.isolation, seconds=seconds, attempts=attempts)


def _grade(task: Task) -> Result:
    """Run and judge; when one cell ends everything, once more without it."""
    result = _attempt(task)
    running = result.failed[-1] if result.status in (TIMEOUT, OUT_OF_MEMORY, CRASHED) else None
    if running is None or not task.tests or running > max(task.tests):
        return result
    again = _attempt(task, running, result.outputs)
    if again.status in (INFRASTRUCTURE, TIMEOUT, OUT_OF_MEMORY, CRASHED):
        return dataclasses.replace(result, verdicts=again.verdicts)
    left_out = task.tests[running].grade_id if running in task.tests else None
    outputs = again.outputs | {running: result.outputs.get(running, [])}
    verdicts = [
        dataclasses.replace(one, message=f"Not tested. {result.sentence}")
        if one.test == left_out
        else one
        for one in again.verdicts
    ]
    sentence = f"{result.sentence} The rest was graded without this cell. {again.sentence}"
    status = TAMPERED if again.status == TAMPERED else result.status
    return dataclasses.replace(
        again, status=status, sentence=sentence.strip(), outputs=outputs, verdicts=verdicts
    )


def _attempt(
    task: Task, leave_out: int | None = None, before: dict[int, list[dict]] | None = None
) -> Result:
    """Run the cells, then judge the functions.

    Args:
        task: what to grade.
        leave_out: the cell that ended everything before. If it is a test, a function of the
            student's is to blame, and the self-checks of others may call it too: they are silent.
        before: the outputs until then.
    """
    from course_utils.grader import judging
    from course_utils.grading.assignments import registry

    assignment = registry.find(task.assignment)
    tests, before = task.tests, before or {}
    silent = tests if leave_out in tests else {}
    verdicts: dict[int, Verdict] = {}
    outputs: dict[int, list[dict]] = {}
    failed: list[int] = []
    running: int | None = None
    finished = False
    status, sentence = GRADED, ""
    with process.process_of(task) as running_process:
        channel = running_process.channel
        try:
            cells = [
                {
                    "index": index,
                    "source": "" if index in silent else source,
                    "test": index in tests,
                }
                for index, source in task.cells
                if index != leave_out
            ]
            contents = [np.frombuffer(content, "uint8") for content in task.files.values()]
            channel.send({"cells": cells, "files": list(task.files)}, contents)
            while True:
                message, _ = channel.receive()
                if "starts" in message:
                    running = _index(message["starts"], task)
                elif "cell" in message:
                    index = _index(message["cell"], task)
                    if channel.received > BYTES_A_CHARACTER * task.limits.output + LARGEST_MESSAGE:
                        raise ProtocolError("too many outputs")
                    try:
                        outputs[index] = plain_outputs(message.get("outputs"))
                    except ValueError as error:
                        raise ProtocolError(str(error)) from error
                    if index not in tests and _errors(outputs[index]):
                        failed.append(index)
                elif message.get("finished"):
                    running, finished = None, True
                    break
                elif "failed" in message and running is None and not outputs:
                    raise RuntimeError(message["failed"])
                else:
                    raise ProtocolError("an unknown message")
            judge = judging.Judge(assignment, channel)
            # In the assignment's order, whatever the notebook's: what a later function may be given
            # of the course's own must not be there to learn from while an earlier one is judged.
            order = [function.name for function in assignment.functions]
            wanted = sorted(
                (order.index(test.function), index)
                for index, test in tests.items()
                if index != leave_out
            )
            for _, running in wanted:
                printed = (before if running in silent else outputs).get(running, [])
                claims = claims_to_be_right(tests[running].function, printed)
                judge.check(tests[running], running, claims)
            for _, running in wanted:
                verdicts[running] = judge.judge(tests[running], running)
            running = None
        except Late:
            if running_process.was_starved():
                raise _Starved from None
            status = TIMEOUT
            sentence = f"It did not finish within {task.limits.seconds:g} s."
        except Gone:
            status, sentence = running_process.how_it_ended()
        except ProtocolError as error:
            status, sentence = CRASHED, f"Its process sent {error} to the grader."
    memory = running_process.peak_memory
    if status != GRADED:
        if running is not None:
            failed.append(running)
            sentence += (
                f" The grader was calling {tests[running].function}."
                if finished
                else f" It was running the cell {_name(running)}."
            )
        elif not verdicts and not outputs:
            failed.append(-1)
    for index, test in tests.items():
        if index not in verdicts:
            verdicts[index] = Verdict(
                test.grade_id, test.function, 0.0, test.points, f"Not tested. {sentence}".strip()
            )
    tampered = [verdict for verdict in verdicts.values() if verdict.tampered]
    if tampered:
        status = TAMPERED
        sentence = " ".join(f"{verdict.function}: {verdict.tampered}" for verdict in tampered)
    elif status == GRADED and any(_ran_out_of_memory(o) for o in outputs.values()):
        status, sentence = OUT_OF_MEMORY, f"A cell asked for more than {task.limits.memory} MB."
    elif status == GRADED and failed:
        names = ", ".join(_name(index) for index in failed)
        status, sentence = FAILED_CELL, f"These cells raised an error: {names}."
    return Result(
        task.student,
        status,
        sentence,
        [*verdicts.values()],
        outputs,
        failed,
        memory=memory,
    )


def _name(index: int) -> str:
    """How people count cells."""
    return f"number {index + 1}"


def _index(value: object, task: Task) -> int:
    if type(value) is not int or value not in [index for index, _ in task.cells]:
        raise ProtocolError("the number of no cell")
    return value


def claims_to_be_right(function: str, outputs: list[dict]) -> bool:
    """Whether the self-check in the student's notebook said that a function is right."""
    printed = "".join(o["text"] for o in outputs if o["output_type"] == "stream")
    return f"✓ {function} is right." in printed and not _errors(outputs)


def _errors(outputs: list[dict]) -> bool:
    return any(output["output_type"] == "error" for output in outputs)


def _ran_out_of_memory(outputs: list[dict]) -> bool:
    kinds = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")
    return any(o["output_type"] == "error" and o["ename"] in kinds for o in outputs)
