"""What the self-checks of the assignment `gan` ask."""

import numpy as np

from course_utils.grading.assignments.common import (
    Arrays,
    arrays,
    inside_tf_function,
    usual_probes,
)
from course_utils.grading.given import GivenFunction
from course_utils.grading.probes import GRADIENT, TRACED, VALUE, Probe

REAL = [[2.0], [-1.0], [0.5], [3.0]]
FAKE = [[-1.5], [0.75], [-3.0], [-0.2]]
FOUR = "4 real and 4 fake examples"
ALL_KINDS = [[1000.0], [-1000.0], [0.5]]


def of_both(real: str, fake: str, *, extreme: bool) -> tuple[Probe, ...]:
    """The probes of a loss of real and fake scores.

    Args:
        real, fake: the names of its two arguments.
        extreme: whether the scores are logits; only the words that describe them depend on it.
    """
    uneven = arrays(**{real: [[2.0], [-1.0], [0.5]], fake: [[-1.5], [0.75], [-3.0], [2.5], [1.0]]})
    mixed = arrays(**{real: ALL_KINDS, fake: [[-1000.0], [2.0], [1000.0]]})
    about = "logits of ±1000" if extreme else "scores of ±1000"
    return (
        *usual_probes(FOUR, arrays(**{real: REAL, fake: FAKE})),
        Probe("3 real and 5 fake examples", uneven),
        Probe(about, mixed),
        Probe(about, mixed, GRADIENT + real),
        Probe(about, mixed, GRADIENT + fake),
    )


def of_fakes() -> tuple[Probe, ...]:
    """The probes of a generator's loss."""
    mixed = arrays(fake_logits=ALL_KINDS)
    return (
        *usual_probes("4 fake examples", arrays(fake_logits=FAKE)),
        Probe("logits of ±1000", mixed),
        Probe("logits of ±1000", mixed, GRADIENT + "fake_logits"),
    )


DISCRIMINATOR_LOSS = of_both("real_logits", "fake_logits", extreme=True)
GENERATOR_LOSS = of_fakes()
SATURATING_GENERATOR_LOSS = of_fakes()
CRITIC_LOSS = (
    # Here the fakes score higher, which tells a wrong sign from an absolute value.
    Probe(
        "4 real and 4 fake examples, the fake ones with the higher scores",
        arrays(real_scores=FAKE, fake_scores=REAL),
    ),
    *of_both("real_scores", "fake_scores", extreme=False),
)

SHAPE = (2, 2, 2)


def linear(norm: float) -> GivenFunction:
    """A critic whose gradient has this norm everywhere."""
    direction = np.array([[1.0], [-2.0], [0.5], [3.0], [-1.0], [0.25], [2.0], [-0.5]])
    return GivenFunction("linear", (norm * direction / np.linalg.norm(direction)).astype("float32"))


def pairs(count: int) -> Arrays:
    """Batches of real and fake images, drawn from multiples of ⅛ between −1 and 1."""
    rng = np.random.default_rng(count)
    names = ("real", "fake")
    return {name: (rng.integers(-8, 9, (count, *SHAPE)) / 8).astype("float32") for name in names}


STEEP = {"critic": linear(1.75)} | pairs(3)
FLAT = {"critic": linear(0.4)} | pairs(2)
CURVED = GivenFunction("quadratic", np.array([[1, -2, 0.5, 1, -1, 0.25, 2, 1]], "float32").T)
ABOUT_STEEP = "3 images and a critic whose gradient has the norm 1.75 everywhere"
SAME = {"critic": CURVED, "real": pairs(4)["real"], "fake": pairs(4)["real"]}

# At which points between real and fake does a function take the slope? Let m be the weight of the
# real image. The critic's slope is 3 for m < 0.4 and 2 above, but has other values near the fake
# image, near the real one and half-way between them. So the mean penalty depends on how m is
# distributed.
BORDER, NEAR = 0.4, 0.001
_SLOPES = [(-10.0, 3.5), (NEAR, 3.0), (BORDER, 2.0), (0.5 - NEAR, 1.0), (0.5 + NEAR, 2.0),
           (1 - NEAR, 4.0)]  # fmt: skip
LEVELS = GivenFunction(
    "piecewise",
    np.array(
        [(m, slope - before) for (m, slope), before in
         zip(_SLOPES, [0.0, *(slope for _, slope in _SLOPES[:-1])], strict=True)],
        "float32",
    ),
)  # fmt: skip
DRAWS = 1000
ALONG = {
    "critic": LEVELS,
    # The sum of the 8 pixels over √8 is 1 for the real image and 0 for the fake one.
    "real": np.full((1, *SHAPE), 1 / np.sqrt(8), "float32"),
    "fake": np.zeros((1, *SHAPE), "float32"),
}
_BOUNDS = np.array([0.0, NEAR, BORDER, 0.5 - NEAR, 0.5 + NEAR, 1 - NEAR, 1.0])
_PENALTIES = np.array([(slope - 1) ** 2 for _, slope in _SLOPES])
_SHARES = np.diff(_BOUNDS)
MEAN = float(_SHARES @ _PENALTIES)
DEVIATION = float(np.sqrt(_SHARES @ _PENALTIES**2 - MEAN**2))
# With correct draws the mean of N penalties has the standard error DEVIATION / √N. The tolerance is
# 7 of these: a correct function fails by chance less than once in 10¹¹ runs.
MEAN_ATOL = 7 * DEVIATION / np.sqrt(DRAWS)
BETWEEN = f"{DRAWS:,} pairs and a critic whose slope changes between real and fake"

# For 4 examples, two calls give the same float32 by chance less than once in 10⁷ cases.
NEVER_THE_SAME = {"expected": np.array([0.0]), "rtol": 0.0, "atol": 0.5}
BEND = {"critic": CURVED} | pairs(4)
ABOUT_BEND = "4 images and a critic whose slope varies"

GRADIENT_PENALTY = (
    Probe(ABOUT_STEEP, STEEP),
    Probe("2 images and a critic whose gradient has the norm 0.4 everywhere", FLAT),
    Probe("4 images, real and fake ones alike, and a critic whose slope varies", SAME),
    Probe(
        BETWEEN,
        ALONG,
        VALUE,
        tile=(DRAWS, 1, 1, 1),
        expected=np.array(MEAN),
        rtol=0.0,
        atol=MEAN_ATOL,
    ),
    Probe(ABOUT_BEND, BEND, statistic="repetition", **NEVER_THE_SAME),
    Probe(ABOUT_STEEP, STEEP, GRADIENT + "critic"),
    *inside_tf_function(Probe(ABOUT_STEEP, STEEP)),
    Probe(ABOUT_BEND, BEND, TRACED, "repetition", **NEVER_THE_SAME),
    Probe("one image", {"critic": linear(1.75)} | pairs(1)),
)
