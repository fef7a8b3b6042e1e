"""What the self-checks of the assignment `evaluation` ask."""

import functools

import numpy as np

from course_utils.grading.assignments.common import Arrays, arrays
from course_utils.grading.probes import Probe

NumpyProbe = functools.partial(Probe, numpy=True)


def clouds(seed: int, reals: int, fakes: int, spread: tuple[float, ...]) -> Arrays:
    """Two partly overlapping clouds of points, with one decimal.

    The seeds are chosen so that every known mistake gives a different number.

    Args:
        seed: of the random generator.
        reals, fakes: the numbers of points.
        spread: the standard deviation of the fake points along each axis; 2 for the real points.
    """
    rng = np.random.default_rng(seed)
    real = rng.normal(0, 2, (reals, len(spread)))
    fake = rng.normal(0.5, 1, (fakes, len(spread))) * spread
    return {name: np.round(x, 1).astype("float32") for name, x in (("real", real), ("fake", fake))}


# As many real as fake points, so that mixing up rows and columns gives a number, not an error.
PLANE = clouds(1, 6, 6, (1.0, 2.5))
FLAT = clouds(2, 3, 4, (1, 2, 1, 0.5, 1))
CONSTANT = arrays(
    real=[[1, 2, 5], [3, 1, 5], [0, 4, 5], [2, 2.5, 5]],
    fake=[[2, 0, 5], [1, 1, 5], [4, 3, 5], [0, 1.5, 5], [1, 0.5, 5]],
)

FRECHET_DISTANCE = (
    NumpyProbe("6 real and 6 fake points in the plane", PLANE),
    NumpyProbe("one feature", arrays(real=[[1], [3], [4]], fake=[[2], [7], [3], [0.5]])),
    NumpyProbe("3 real and 4 fake points with 5 features, more features than points", FLAT),
    NumpyProbe("a feature that is the same for every point", CONSTANT),
    NumpyProbe(
        "the same 6 points as real and as fake", {"real": PLANE["real"]} | {"fake": PLANE["real"]}
    ),
)

CROWD = clouds(2111, 17, 23, (1.5, 4))
SPACE = clouds(6, 9, 7, (1.5, 2, 1.5, 1))
# The radii are 5, and fake points lie at distances of exactly 5 from real ones.
BORDER = arrays(real=[[0, 0], [3, 4], [30, 0], [33, 4]], fake=[[-3, -4], [30, 5], [100, 0]])
TWINS = arrays(real=[[0, 0], [0, 0], [10, 0], [30, 0]], fake=[[-1, 0], [0, 0], [50, 1]])


def shares(turned: bool) -> tuple[Probe, ...]:
    """The probes of precision; if `turned`, real and fake points swap roles, for recall."""

    def roles(points: Arrays) -> Arrays:
        return {"real": points["fake"], "fake": points["real"]} if turned else points

    kind = "fake" if turned else "real"
    return (
        NumpyProbe("17 and 23 points in the plane and k 3", roles(CROWD) | {"k": 3}),
        NumpyProbe("7 and 9 points with 4 features and k 1", roles(SPACE) | {"k": 1}),
        NumpyProbe("points exactly on the border", roles(BORDER) | {"k": 1}),
        NumpyProbe(f"a {kind} point that is there twice", roles(TWINS) | {"k": 1}),
        NumpyProbe(
            "two points of each kind and k 1",
            arrays(real=[[0], [2]], fake=[[1], [5]]) | {"k": 1},
        ),
    )


PRECISION = shares(turned=False)
RECALL = shares(turned=True)

SAMPLES = arrays(
    samples=[[0, 3, 1], [4, -1, 2], [5, 5, -2], [1, 0, 7], [-3, 2, 2.5]],
    training=[[1, 1, 1], [4, 2, 0], [-6, 9, 3], [0, 5, -1], [4, -1, 4]],
)
COPY = arrays(samples=[[1, 1], [0.5, 2]], training=[[3, 0], [1, 1], [0.5, 2.25], [0.5, 4]])
FAR = arrays(
    samples=[[10000, 9999.5], [10001, 10002], [9998.5, 10003]],
    training=[[10000, 9999.5], [10001.5, 10000], [9997, 10001], [10003, 10003]],
)

NEAREST_DISTANCES = (
    NumpyProbe("5 samples and 5 training examples with 3 features", SAMPLES),
    NumpyProbe("one of 2 samples a copy of a training example", COPY),
    NumpyProbe("one sample and one training example", arrays(samples=[[1.5]], training=[[-2]])),
    NumpyProbe("coordinates near 10,000, one sample an exact copy", FAR, atol=1e-6),
)

WEIGHTS = arrays(
    log_weights=[[-1.5, 0.5, -3], [-2, 1, -0.25], [-0.5, -1, -4], [-3, 0, -1], [-1, 0.25, -2]],
)
EXTREME = arrays(
    log_weights=[[1000, -1000, 1000], [999, -1001, -1000], [998, -1000.5, 0.5]],
)
NOTHING = -np.inf
IMPOSSIBLE = arrays(
    log_weights=[[0.5, NOTHING, -1], [NOTHING, NOTHING, 2], [-1, NOTHING, NOTHING]],
)

LOG_LIKELIHOOD_BOUND = (
    NumpyProbe("5 draws for each of 3 examples", WEIGHTS),
    NumpyProbe("one draw for each of 2 examples", arrays(log_weights=[[-2.5, 0.75]])),
    NumpyProbe("log-weights of ±1000", EXTREME),
    NumpyProbe("draws of probability 0, and one example with no others", IMPOSSIBLE),
)
