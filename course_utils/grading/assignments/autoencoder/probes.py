"""What the self-checks of the assignment `autoencoder` ask."""

import numpy as np

from course_utils.grading.assignments.common import Arrays, arrays, inside_tf_function, usual_probes
from course_utils.grading.assignments.elbo import EXTREME_LOGITS, IMAGES
from course_utils.grading.given import GivenFunction
from course_utils.grading.probes import GRADIENT, TRACED, VALUE, Probe

FOUR = "a batch of 4 with 5 pixels"
X = {"x": IMAGES["x"]}
REBUILT = arrays(
    y=[
        [0.125, 0.75, 0.5, 1, 0.25],
        [1, 0.5, 0.25, 0.5, 0.125],
        [0.5, 0, 0.125, 0.75, 1],
        [0.75, 0.25, 0.5, 0.875, 0],
    ]
)

MSE_LOSS = (
    *usual_probes(FOUR, X | REBUILT),
    Probe("pixels of ±1000", arrays(x=[[1000, 0], [-1000, 1]], y=[[-1000, 0], [-1000, 1000]])),
)

CROSS_ENTROPY_LOSS = (
    *usual_probes(FOUR, IMAGES),
    Probe("logits of ±1000", EXTREME_LOGITS),
    Probe("logits of ±1000", EXTREME_LOGITS, GRADIENT + "logits"),
)

# A random function is tested on one batch of equal pixels, so that equal results reveal shared
# draws. The batch is square rather than long, for students who loop over examples or pixels.
SIDE = 100
PIXEL, RATE = 0.8, 0.4
EQUAL = arrays(x=[[PIXEL]]) | {"drop_rate": RATE}
ABOUT_EQUAL = f"{SIDE**2:,} pixels of {PIXEL:g} and the drop rate {RATE:g}"
# Tolerances are 7 standard errors for N draws. The standard error of a mean is √(p(1 − p)/N); that
# of the share of equal neighbours, e = p² + (1 − p)², is at most √(3 e(1 − e)/N), because the pairs
# overlap; that of the standard deviation follows from the fourth moment of two values. The sums of
# the SIDE examples are nearly normal, so their deviation has the relative standard error
# 1/√(2 SIDE). Each comparison fails by chance less than once in 10⁹ runs. With the drop rate 0, a
# draw that is exactly 0 (once in 2²³) may drop a pixel; less than once in 10⁶ runs, that happens to
# one of the three pixels that are not black.
_SPREAD = np.sqrt(RATE * (1 - RATE))
_EQUAL = RATE**2 + (1 - RATE) ** 2
_FOURTH_MOMENT = (1 - 3 * _SPREAD**2) / _SPREAD**2
MEAN_ATOL = 7 * PIXEL * _SPREAD / SIDE
EQUAL_ATOL = 7 * np.sqrt(3 * _EQUAL * (1 - _EQUAL)) / SIDE
DEVIATION_RTOL = 7 * np.sqrt((_FOURTH_MOMENT - 1) / 4) / SIDE
SPREAD_RTOL = 7 / np.sqrt(2 * SIDE)


def of_draws(statistic: str, expected: object, rtol: float, atol: float, quantity: str = VALUE):
    return Probe(
        ABOUT_EQUAL,
        EQUAL,
        quantity,
        statistic,
        tile=(SIDE, SIDE),
        expected=np.array(expected),
        rtol=rtol,
        atol=atol,
    )


NOTHING_DROPPED = arrays(x=[[0.25, 1.0], [0.5, 0.0]]) | {"drop_rate": 0.0}
SOME = X | {"drop_rate": RATE}

CORRUPT = (
    Probe(FOUR, SOME, statistic="shape"),
    Probe("the drop rate 0", NOTHING_DROPPED, expected=NOTHING_DROPPED["x"]),
    of_draws("repetition", [_EQUAL] * 3, 0.0, EQUAL_ATOL),
    of_draws("standard deviation", PIXEL * _SPREAD, DEVIATION_RTOL, 0.0),
    of_draws("mean", PIXEL * (1 - RATE), 0.0, MEAN_ATOL),
    of_draws("spread of the examples' sums", PIXEL * _SPREAD * np.sqrt(SIDE), SPREAD_RTOL, 0.0),
    of_draws("mean", 1 - RATE, 0.0, MEAN_ATOL / PIXEL, GRADIENT + "x"),
    *inside_tf_function(Probe(FOUR, SOME, statistic="shape")),
    of_draws("repetition", [_EQUAL] * 3, 0.0, EQUAL_ATOL, TRACED),
)

CODES = arrays(
    codes=[[0.5, 0.125, 0.25], [0.75, 0.0625, 0.9], [0.2, 0.3, 0.6], [0.95, 0.01, 0.8]]
) | {"target": 0.1}
NEARLY_OFF = arrays(codes=[[0.001, 0.999], [0.002, 0.998]]) | {"target": 0.25}

SPARSITY_PENALTY = (
    *usual_probes("a batch of 4 with 3 units and the target 0.1", CODES),
    Probe("units that are nearly off and nearly on, and the target 0.25", NEARLY_OFF),
)

ENCODER = GivenFunction(
    "sigmoid",
    np.array(
        [[1, -0.5, 2], [-1.5, 1, 0.25], [0.5, 2, -1], [-2, 0.75, 1], [0.25, -0.5, 0]], "float32"
    ),
)
TINY = GivenFunction("sigmoid", np.array([[3.0], [0.5]], "float32"))
THREE = "3 images of 4 pixels and an encoder with 3 units"


def images(*rows: list) -> Arrays:
    return arrays(x=list(rows))


ENCODED = {"encoder": ENCODER} | images([0.5, 1, 0, 0.25], [1, -0.5, 0.75, 0], [0, 0.25, 1, -1])

CONTRACTIVE_PENALTY = (
    Probe(THREE, ENCODED),
    Probe(THREE, ENCODED, GRADIENT + "encoder"),
    Probe(THREE, ENCODED, GRADIENT + "x"),
    Probe("one image with one pixel and one unit", {"encoder": TINY} | images([0.75])),
    *inside_tf_function(Probe(THREE, ENCODED)),
)
