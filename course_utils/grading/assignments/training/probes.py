"""What the self-checks of the assignment `training` ask.

A step is judged by its loss and by the weights that it leaves. The noise of a VAE is tested with a
decoder whose weights after one step are the negative draws, see `inputs.revealing`.
"""

import numpy as np

from course_utils.grading.assignments.common import Arrays
from course_utils.grading.assignments.training.inputs import (
    for_average,
    for_players,
    for_vae,
    revealing,
)
from course_utils.grading.probes import AFTER, ALL_AFTER, Probe


def questions(about: str, arguments: Arrays, networks: str) -> tuple[Probe, ...]:
    """The loss and how each network changes; last, the first network inside tf.function.

    Args:
        about: the arguments in words; they follow the word "for".
        arguments: the step's arguments.
        networks: the networks' names, beginning with the one whose change reveals most.
    """
    return (
        Probe(about, arguments),
        *(Probe(about, arguments, AFTER + name) for name in networks.split()),
        Probe(about, arguments, AFTER + networks.split()[0], graph=True),
    )


def drawn(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


ROWS = for_vae("dense", 5, 6, 2, drawn(1))
IMAGES = for_vae("image", 4, 4, 2, drawn(2))
SIDE, MU, SIGMA = 24, 3.0, 0.5
DRAWS = SIDE**2
REVEALING = revealing(SIDE, MU, round(2 * np.log(SIGMA), 6))
ABOUT_DRAWS = f"{DRAWS} draws, all with mu {MU:g} and standard deviation {SIGMA:g},"


def of_draws(statistic: str, expected: object, rtol: float, atol: float, graph: bool = False):
    """A statistic of the decoder's weights after one step, which are −z."""
    return Probe(
        ABOUT_DRAWS,
        REVEALING,
        AFTER + "decoder",
        statistic,
        expected=np.array(expected),
        rtol=rtol,
        atol=atol,
        graph=graph,
    )


# Tolerances are 7 standard errors of a mean, σ/√N, and of a standard deviation, σ/√(2N), but 14 of
# a fourth moment, √(24/N), whose distribution is skewed: a correct step fails by chance less than
# once in 10⁸ runs. Two float32 normals are equal about once in 10⁷ pairs.
REPEATED = of_draws("repetition", [0.0, 0.0, 0.0], 0.0, 0.02)
VAE_STEP = (
    # There is only one probe inside tf.function, the last: each graph takes a fifth of a second.
    *questions("a batch of 5 rows with 6 pixels", ROWS, "decoder encoder")[:-1],
    *questions("a batch of 4 images, 4 by 4", IMAGES, "decoder encoder")[:2],
    REPEATED,
    of_draws("standard deviation", SIGMA, 7 / np.sqrt(2 * DRAWS), 0.0),
    of_draws("mean", -MU, 0.0, 7 * SIGMA / np.sqrt(DRAWS)),
    of_draws("fourth moment", 3.0, 0.0, 14 * np.sqrt(24 / DRAWS)),
    of_draws("repetition", [0.0, 0.0, 0.0], 0.0, 0.02, graph=True),
)

GAME = for_players("dense", 5, 3, 4, 2, drawn(3), "discriminator")
PICTURES = for_players("image", 2, 4, 4, 2, drawn(4), "discriminator")
DISCRIMINATOR_STEP = (
    *questions("5 real rows and 3 fakes", GAME, "discriminator generator"),
    *questions("2 real images and 4 fakes", PICTURES, "discriminator generator")[:2],
)

TURN = for_players("dense", 0, 5, 4, 2, drawn(5), "generator")
SKETCHES = for_players("image", 0, 4, 4, 2, drawn(6), "generator")
GENERATOR_STEP = (
    *questions("5 fake rows", TURN, "generator discriminator"),
    *questions("4 fake images", SKETCHES, "generator discriminator")[:2],
)

PAIR = for_average("dense discriminator", (3,), 0.75, drawn(7))
AVERAGE_WEIGHTS = (
    Probe("two networks and decay ¾", PAIR, ALL_AFTER + "network"),
    Probe("two networks and decay ¾", PAIR, ALL_AFTER + "average"),
    Probe("two networks and decay ¾", PAIR, ALL_AFTER + "average", graph=True),
    Probe(
        "decay 0",
        for_average("linear discriminator", (2,), 0.0, drawn(8)),
        ALL_AFTER + "average",
    ),
)
