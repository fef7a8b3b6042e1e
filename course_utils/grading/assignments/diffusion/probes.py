"""What the self-checks of the assignment `diffusion` ask.

Batch size, height and width are equal. So a number per example that meets the wrong axis gives
wrong values rather than an error, and the values tell this mistake from others.
"""

import dataclasses

import numpy as np

from course_utils.grading.assignments.common import Arrays, arrays, usual_probes
from course_utils.grading.probes import BATCH_UNKNOWN, GRADIENT, Probe

ROWS = arrays(
    x=[[0.5, -1, 2], [1.5, 0.25, -0.75], [-2, 1, 0.125]],
    epsilon=[[1, 0.5, -1.5], [-0.25, 2, 0.75], [0.375, -1, 1.25]],
)
OTHER = arrays(predicted=[[0.5, 1, -1], [-0.75, 1, 1.5], [1.375, -0.25, 0.5]])
LEVELS = arrays(alpha_bar=[0.81, 0.25, 0.5])
NEXT = arrays(alpha_bar_next=[0.9, 0.64, 0.7])
TIMES = arrays(t=[0.25, 0.5, 0.875])
ROW_WORDS = "a batch of 3 with 3 numbers each"
IMAGE_WORDS = "a batch of 3 images, 3 by 3"
CLEAN = "alpha_bar 1, where there is no noise,"


def as_images(rows: Arrays) -> Arrays:
    """Batches of small images, (B, 3, 3, 1), made from rows, (B, 3)."""
    factors = np.array([[1, -2, 0.5]], "float32")
    return {name: (a[:, :, None] * factors)[..., None] for name, a in rows.items()}


def renamed(rows: Arrays, **names: str) -> Arrays:
    """The same arrays under other names: `renamed(ROWS, x="noise")` gives `x` the name `noise`."""
    return {new: rows[old] for old, new in names.items()}


def of_both_ranks(rows: Arrays, others: Arrays) -> tuple[Probe, ...]:
    """The usual probes for rows and for images; inside tf.function with an unknown batch size.

    Args:
        rows: arguments with one row per example, (3, 3).
        others: arguments that are the same for both: one number per example, or one for all.
    """
    images = Probe(IMAGE_WORDS, as_images(rows) | others)
    value, *gradients, one, _, _ = usual_probes(ROW_WORDS, rows | others)
    inside = [dataclasses.replace(p, quantity=BATCH_UNKNOWN) for p in (value, images)]
    return (value, images, *gradients, one, *inside)


ADD_NOISE = (
    *of_both_ranks(ROWS, LEVELS),
    Probe(CLEAN, ROWS | arrays(alpha_bar=[1, 1, 1])),
)

NOISY = renamed(ROWS, x="x_noisy", epsilon="epsilon")
PREDICT_CLEAN = (
    *of_both_ranks(NOISY, LEVELS),
    Probe(CLEAN, NOISY | arrays(alpha_bar=[1, 1, 1])),
)

NOISE_LOSS = of_both_ranks({"epsilon": ROWS["epsilon"]} | OTHER, {})

GUIDED = renamed(ROWS, x="with_label", epsilon="without_label")
GUIDE = (
    Probe("scale ½", GUIDED | {"scale": 0.5}),
    *of_both_ranks(GUIDED, {"scale": 3.0}),
    Probe("scale 0", GUIDED | {"scale": 0.0}),
    Probe("scale 1", GUIDED | {"scale": 1.0}),
)

DDIM_STEP = (
    *of_both_ranks(NOISY, LEVELS | NEXT),
    Probe("a step to alpha_bar 1", NOISY | LEVELS | arrays(alpha_bar_next=[1, 1, 1])),
)

PATH = renamed(ROWS, epsilon="noise", x="data")
FLOW_POINT = (
    *of_both_ranks(PATH, TIMES),
    Probe("the times 0 and 1", PATH | arrays(t=[0, 1, 0])),
    Probe("the times 0 and 1", PATH | arrays(t=[0, 1, 0]), GRADIENT + "t"),
)

FLOW_TARGET = of_both_ranks(PATH, {})
