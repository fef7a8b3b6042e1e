"""What the self-checks of the assignment `cyclegan` ask."""

import numpy as np

from course_utils.grading.assignments.common import Arrays, arrays, usual_probes
from course_utils.grading.probes import GRADIENT, Probe

SHAPE = (2, 3, 2)
THREE = "3 images of 2×3 pixels with 2 channels"


def pair(image: str, other: str, seed: int, count: int = 3) -> Arrays:
    """Two batches of images that differ in every pixel.

    Where pixels agree, the absolute error has no derivative.
    """
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 9, (count, *SHAPE)) / 8
    apart = rng.choice([-1, 1], first.shape) * rng.integers(1, 7, first.shape) / 16
    return {image: first.astype("float32"), other: (first + apart).astype("float32")}


def of_images(image: str, other: str, seed: int) -> tuple[Probe, ...]:
    """The probes of a mean absolute error whose arguments have these names."""
    return (
        *usual_probes(THREE, pair(image, other, seed)),
        Probe("pixels 1000 apart", arrays(**{image: [[[[500.0]]]], other: [[[[-500.0]]]]})),
    )


CYCLE_LOSS = of_images("x", "x_cycled", 1)
IDENTITY_LOSS = of_images("y", "y_mapped", 2)

# A patch discriminator gives a small image of scores, here (1, 2, 1).
REAL = [[[[0.5], [1.25]]], [[[2.0], [-0.5]]]]
FAKE = [[[[0.25], [-1.0]]], [[[0.75], [1.5]]]]
TWO = "2 images with 1×2 scores each"
UNEVEN = {"real": REAL, "fake": [*FAKE, [[[3.0], [0.125]]]]}

LEAST_SQUARES_DISCRIMINATOR_LOSS = (
    *usual_probes(TWO, arrays(real=REAL, fake=FAKE)),
    Probe("2 real and 3 fake images", arrays(**UNEVEN)),
    Probe("scores of ±1000", arrays(real=[[1000.0], [-1000.0]], fake=[[1000.0], [2.0]])),
)

LEAST_SQUARES_GENERATOR_LOSS = (
    *usual_probes(TWO, arrays(fake=FAKE)),
    Probe("scores of ±1000", arrays(fake=[[1000.0], [-1000.0], [0.5]])),
)

ALL = arrays(fake_scores=FAKE) | pair("x", "x_cycled", 3, 2) | pair("y", "y_mapped", 4, 2)


def weighted(cycle_weight: float, identity_weight: float) -> Arrays:
    return ALL | {"cycle_weight": cycle_weight, "identity_weight": identity_weight}


ABOUT_ALL = "2 images of each domain, the cycle weight 10 and the identity weight 3"

GENERATOR_OBJECTIVE = (
    *usual_probes(ABOUT_ALL, weighted(10.0, 3.0)),
    Probe("the identity weight 0", weighted(4.0, 0.0)),
    Probe("the cycle weight 0", weighted(0.0, 2.0), GRADIENT + "fake_scores"),
)
