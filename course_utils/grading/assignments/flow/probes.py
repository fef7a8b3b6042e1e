"""What the self-checks of the assignment `flow` ask."""

import numpy as np

from course_utils.grading.assignments.common import arrays, inside_tf_function, usual_probes
from course_utils.grading.given import GivenFunction
from course_utils.grading.probes import GRADIENT, VALUE, Probe


def given(kind: str, weights: list) -> GivenFunction:
    return GivenFunction(kind, np.array(weights, "float32"))


# The last row is the bias. The first columns give s, the others t.
MIXED = given("scale_shift", [[0.5, -0.4, 1, 0.3], [-0.2, 0.6, -0.5, 0.8], [0.1, 0.3, -1, 0.5]])
SINGLE = given("scale_shift", [[0.7, -1.5], [-0.2, 0.4]])
SHRINKING = given("scale_shift", [[0.5, 1], [-200, 0.5]])
SMALL = given("scale_shift", [[0.1, -0.2], [-20, 0.5]])

POINTS = [[1, -0.5, 2, 0.3], [0.2, 1.5, -1, 0.8], [-1.2, 0.4, 0.6, -2]]
PAIR = [[1.5, -0.8]]
SEVERAL = [[0.5, 1.5], [-1, 2], [2, -3]]
THREE = "a batch of 3 with 4 entries"
ONE = "one example with two entries"
FORWARD = arrays(x=POINTS) | {"scale_shift": MIXED}
INVERSE = arrays(y=POINTS) | {"scale_shift": MIXED}
BOTH = ("y", "log_det")


def of_both(about: str, arguments: dict, quantity: str = VALUE) -> tuple[Probe, ...]:
    return tuple(Probe(about, arguments, quantity, parts=BOTH, part=part) for part in BOTH)


COUPLING_FORWARD = (
    *of_both(THREE, FORWARD),
    *of_both(THREE, FORWARD, f"{GRADIENT}x"),
    *of_both(THREE, FORWARD, f"{GRADIENT}scale_shift"),
    *of_both(ONE, arrays(x=PAIR) | {"scale_shift": SINGLE}),
    *of_both("s around −200", arrays(x=SEVERAL) | {"scale_shift": SHRINKING}),
    *inside_tf_function(*of_both(THREE, FORWARD)),
)

COUPLING_INVERSE = (
    Probe(THREE, INVERSE),
    Probe(THREE, INVERSE, f"{GRADIENT}y"),
    Probe(THREE, INVERSE, f"{GRADIENT}scale_shift"),
    Probe(ONE, arrays(y=PAIR) | {"scale_shift": SINGLE}),
    Probe("s around −20", arrays(y=SEVERAL) | {"scale_shift": SMALL}),
    *inside_tf_function(Probe(THREE, INVERSE)),
)

CUBIC = given("cubic_flow", [[0.5, 1.2, 0.8], [0.3, 0.1, 0.6]])
ODD = arrays(x=[[1, -0.5, 2], [0.2, 1.5, -1], [-1.2, 0.4, 0.6], [0, 2.2, -0.3]])
DENSITY = ODD | {"flow": CUBIC}
FOUR = "a batch of 4 with 3 dimensions"

LOG_PROB = (
    Probe(FOUR, DENSITY),
    Probe(FOUR, DENSITY, f"{GRADIENT}x"),
    Probe(FOUR, DENSITY, f"{GRADIENT}flow"),
    Probe(
        "one example with one dimension",
        arrays(x=[[0.7]]) | {"flow": given("cubic_flow", [[2], [0.5]])},
    ),
    Probe(
        "codes 50 standard deviations out",
        arrays(x=[[50, 0], [-25, 50]]) | {"flow": given("cubic_flow", [[1, 0.5], [0, 0]])},
    ),
    *inside_tf_function(Probe(FOUR, DENSITY)),
)

NATS = arrays(nll_nats=[130, 95.5, -20, 210.25])
BITS_PER_DIMENSION = usual_probes("a batch of 4 with 64 dimensions", NATS | {"dimensions": 64})
