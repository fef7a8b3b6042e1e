"""What the self-checks of the assignment `clustering` ask."""

import functools

import numpy as np

from course_utils.grading.assignments.common import arrays
from course_utils.grading.probes import Probe

NumpyProbe = functools.partial(Probe, numpy=True)

# Each misconception about what "nearest" means gives different labels here.
POINTS = arrays(
    points=[[1, 2], [6, 1], [2, 7], [-4, 3], [5, -6], [3, 3], [-2, -5], [8, 4]],
    centers=[[2, 1], [7, 5], [-3, 4], [1, -7]],
)
SCATTERED = arrays(
    points=[[0, 3, 1], [4, -1, 2], [5, 5, -2], [1, 0, 7], [-3, 2, 2.5], [6, 1, 0], [2, 8, -4]],
    centers=[[1, 1, 1], [4, 2, 0], [-6, 9, 3], [0, 5, -1]],
)
LABELS = {"labels": np.array([3, 1, 0, 1, 0, 1, 3])}
GROUPED = {"points": SCATTERED["points"]} | LABELS | {"centers": SCATTERED["centers"]}
ONE = arrays(points=[[1.5]], centers=[[-0.5]])
ONE_GROUPED = {"points": ONE["points"], "labels": np.array([0]), "centers": ONE["centers"]}
ALONE = "one point with one number, and one center"
EMPTY = "7 points, 4 clusters and nobody in cluster 2"

ASSIGN = (
    NumpyProbe("8 points and 4 centers in the plane", POINTS),
    NumpyProbe("7 points and 4 centers with 3 numbers each", SCATTERED),
    NumpyProbe(ALONE, ONE),
)

UPDATE = (
    NumpyProbe(
        "7 points in 4 clusters, none of them empty",
        GROUPED | {"labels": np.array([3, 1, 0, 1, 2, 1, 3])},
    ),
    NumpyProbe(EMPTY, GROUPED),
    NumpyProbe(
        "7 points, 4 clusters and nobody in the last one",
        GROUPED | {"labels": np.array([2, 1, 0, 1, 0, 1, 2])},
    ),
    NumpyProbe(ALONE, ONE_GROUPED),
)

INERTIA = (
    NumpyProbe("7 points in 4 clusters, some nearer to another center", GROUPED),
    NumpyProbe(ALONE, ONE_GROUPED),
)

GAUSSIAN_LOG_DENSITY = (
    NumpyProbe(
        "5 numbers, mean 0.5 and standard deviation 1.5",
        arrays(x=[-3, 0.5, 1, 2.5, 6]) | {"mean": 0.5, "std": 1.5},
    ),
    NumpyProbe("one number", arrays(x=[1.5]) | {"mean": -1.0, "std": 0.3}),
    NumpyProbe(
        "points up to 50 standard deviations out",
        arrays(x=[-49, 3.5, 51]) | {"mean": 1.0, "std": 1.0},
    ),
)

NUMBERS = arrays(x=[0.5, 3, -1, 2.5, 8, 1])
FAR = arrays(x=[4999, 5000.5, 5001, 5002.5, 4998])
BOTH = ("mean", "std")
FIT_GAUSSIAN = tuple(
    NumpyProbe(about, numbers, parts=BOTH, part=part)
    for about, numbers in (
        ("6 numbers", NUMBERS),
        ("numbers around 5000", FAR),
        ("one number", arrays(x=[1.5])),
    )
    for part in BOTH
)
