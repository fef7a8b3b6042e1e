"""The deepfake of two drawn characters: is the expression kept, and the person another one?

Both are recognised by classifiers fitted to real close-ups; their accuracy on real test close-ups
is reported too. The true swap is also known, since the faces are drawn.
"""

import course_utils.quiet

import numpy as np

from course_utils.data.people import LOOKS, draw_close_ups, load_people
from course_utils.metrics.close_ups import read_factor
from course_utils.pretrained import close_ups_deepfake
from entries import Entry, Measurement, Stopwatch

EXPRESSION, IDENTITY = "expression kept", "identity changed"
READ_EXPRESSION, READ_IDENTITY = "expression read, real faces", "identity read, real faces"
ERROR, UNCHANGED = "error of the swap", "error of the unchanged face"


def measure(seed: int) -> Measurement:
    """Train, and score swaps of the test close-ups."""
    with Stopwatch() as watch:
        model = close_ups_deepfake.train(seed)
    return Measurement(score(model), watch.seconds, watch.cpu_seconds, model.count_params())


def score(model) -> dict[str, float]:
    """Accuracies and mean absolute errors on the test close-ups, the mean of both directions."""
    people = load_people()
    metrics = []
    for source, who in ((people.a, "b"), (people.b, "a")):
        faces, factors = source.test.x, source.test.factors
        swapped = np.asarray(model.swap(faces, who))
        truth = draw_close_ups(factors, who)
        metrics.append(
            {
                EXPRESSION: np.mean(read_factor(swapped, "expression") == factors["expression"]),
                IDENTITY: np.mean(read_factor(swapped, "identity") == LOOKS[who]["identity"]),
                READ_EXPRESSION: np.mean(read_factor(faces, "expression") == factors["expression"]),
                READ_IDENTITY: np.mean(read_factor(faces, "identity") == factors["identity"]),
                ERROR: np.abs(swapped - truth).mean(),
                UNCHANGED: np.abs(faces - truth).mean(),
            }
        )
    return {name: float(np.mean([way[name] for way in metrics])) for name in metrics[0]}


ENTRIES = [
    Entry(
        "deepfake",
        "close-ups of two faces",
        measure,
        {EXPRESSION: "≥ 0.90", IDENTITY: "≥ 0.90"},
    )
]
