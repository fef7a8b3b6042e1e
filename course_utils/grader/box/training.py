"""In a student's process: train the project's model and draw samples from it.

The process answers two kinds of requests. `{"train": seconds}` comes with the garments; the answer
says how many weights the model has. `{"sample": n}` is answered with n images. If a student's
function fails, the answer is `{"error": sentence}`. What to ask, and how to judge the answers, is
decided outside.
"""

import course_utils.quiet

from collections.abc import Callable

import numpy as np

from course_utils.grader.box.wire import Channel, Gone
from course_utils.grading import probes, project


def serve(channel: Channel, namespace: dict) -> None:
    """Answer requests until the grader closes the connection.

    Args:
        channel: to the grader.
        namespace: the notebook's global names.
    """
    build, train, sample = namespace.get("build"), namespace.get("train"), None
    while True:
        try:
            question, arrays = channel.receive()
        except Gone:
            return
        answer, images = {}, []
        try:
            if "train" in question:
                answer["weights"] = project.count_weights(_function("build", build)())
                sample = project.trained(_function("train", train), arrays[0], question["train"])
            else:
                images = [project.drawn(sample, question["sample"])]
        except project.ContractBroken as error:
            answer = {"error": str(error)}
        except Exception as error:  # a student's function may raise anything
            answer = {"error": f"It stopped: {probes.in_one_line(error, train)}"}
        channel.send(answer, images)


def _function(name: str, value: object) -> Callable[..., np.ndarray]:
    """The notebook's function of this name.

    Args:
        name: its name, for the message.
        value: what has this name in the notebook; None if nothing has.

    Raises:
        ContractBroken: it is not a function.
    """
    if not callable(value):
        raise project.ContractBroken(f"{name} is not there: no cell before the test defines it.")
    return value
