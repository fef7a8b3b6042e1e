"""In a student's process: train the project's model and draw samples from it.

Two questions are answered, as often as they are asked. `{"train": seconds}` comes with the
garments, and the answer holds how many weights the model has. `{"sample": n}` is answered by n
images. Where a student's function fails, the answer is a sentence about it. What is asked and what
the answers mean is decided outside.
"""

import course_utils.quiet

from collections.abc import Callable

import numpy as np

from course_utils.grader.box.wire import Channel, Gone
from course_utils.grading import probes, project


def serve(channel: Channel, namespace: dict) -> None:
    """Answer until nobody asks.

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
        except Exception as error:  # whatever a student's function raises
            answer = {"error": f"It stopped: {probes.in_one_line(error, train)}"}
        channel.send(answer, images)


def _function(name: str, value: object) -> Callable[..., np.ndarray]:
    """A function of the notebook.

    Raises:
        ContractBroken: there is none of this name.
    """
    if not callable(value):
        raise project.ContractBroken(f"{name} is not there: no cell before the test defines it.")
    return value
