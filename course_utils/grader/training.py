"""Grade the project: a student's model is trained in the student's process and judged here.

The process gets the garments and a budget of processor time, which is measured from outside. It
sends back images. Only their values count, and nothing that the process says about them.
"""

import base64
import io

import numpy as np
from PIL import Image

from course_utils.grader.box.wire import ProtocolError
from course_utils.grader.process import Process
from course_utils.grader.tasks import BUNDLED, COPIED, GRADED, NO_SAMPLES, Ending, Task, Verdict
from course_utils.project import SAMPLES, SAMPLING_SECONDS, TOLERANCE, bundled

# The images that are drawn at once, and the rows and columns of a picture of samples.
BATCH = 1000
ROWS, COLUMNS = 6, 12


def refusal(task: Task) -> Ending | None:
    """Why a project is not going to be trained, judging by its cells and files; None if it is."""
    reason = bundled.refusal([source for _, source in task.cells], task.files)
    return Ending(BUNDLED, reason) if reason else None


def train(student: Process, task: Task) -> tuple[Verdict, Ending]:
    """Train, draw and judge.

    Args:
        student: the student's process, in which the cells have run.
        task: the project's task.

    Returns:
        The verdict, and the status with a sentence.

    Raises:
        WireError: the process has ended, is out of time, or sends something that is not an answer.
    """
    # Not at the top: the process that hands out the work imports this module without TensorFlow.
    from course_utils.data import load
    from course_utils.grading.project import ContractBroken, images
    from course_utils.project import judging

    [test] = task.tests.values()

    def verdict(points: float, sentence: str, **more) -> Verdict:
        return Verdict(test.grade_id, test.function, points, test.points, sentence, **more)

    def ask(question: dict, arrays: list = ()) -> tuple[dict, list]:
        student.channel.send(question, arrays)
        answer, arrays = student.channel.receive()
        if "error" in answer:
            raise ContractBroken(str(answer["error"])[:1000])
        return answer, arrays

    try:
        student.allow(TOLERANCE * task.training)
        before = student.processor_seconds()
        answer, _ = ask({"train": task.training}, [load("fashion").train.x])
        used = student.processor_seconds() - before
        student.allow(SAMPLING_SECONDS)
        parts = []
        for _ in range(SAMPLES // BATCH):
            _, arrays = ask({"sample": BATCH})
            if len(arrays) != 1:
                raise ProtocolError("no images")
            parts.append(images(arrays[0], BATCH))
    except ContractBroken as error:
        return verdict(0.0, str(error)), Ending(NO_SAMPLES, str(error))
    samples = np.concatenate(parts)
    found = judging.judge(samples)
    size = f" with {answer['weights']:,} weights" if type(answer.get("weights")) is int else ""
    sentence = f"{found.sentence} The model{size} was trained for {used:.0f} s."
    status = COPIED if found.is_copy else GRADED
    shown = verdict(
        round(found.share * test.points, 2),
        sentence,
        distance=found.distance,
        picture=picture_of(samples),
    )
    return shown, Ending(status, "" if status == GRADED else found.sentence)


def picture_of(samples: np.ndarray) -> str:
    """The first samples (N, 28, 28, 1) side by side, as a PNG file in base64."""
    tiles = samples[: ROWS * COLUMNS, ..., 0].reshape(ROWS, COLUMNS, 28, 28)
    grid = 1 - tiles.swapaxes(1, 2).reshape(ROWS * 28, COLUMNS * 28)
    file = io.BytesIO()
    Image.fromarray((255 * grid).astype("uint8")).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
