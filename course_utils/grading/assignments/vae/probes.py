"""The questions that the self-checks of the assignment `vae` put."""

import numpy as np

from course_utils.grading.assignments.common import KNOWN_BATCH_SIZE, arrays, usual_probes
from course_utils.grading.probes import BATCH_UNKNOWN, GRADIENT, TRACED, Probe

LATENT = arrays(
    mu=[[0.5, -1.0, 2.0], [0.0, 0.25, -0.5], [1.5, 3.0, -2.0], [-0.75, 0.1, 1.0]],
    sigma=[[0.5, 1.5, 0.8], [1.0, 2.0, 0.25], [0.7, 0.4, 1.2], [3.0, 0.9, 0.6]],
)
IMAGES = arrays(
    x=[[0, 1, 0.25, 1, 0], [1, 1, 0, 0.5, 0], [0, 0, 0, 1, 1], [0.75, 0, 1, 1, 0]],
    logits=[
        [-2, 1.5, 0.3, 4, -0.5],
        [0.7, -1.2, 2.5, -0.4, -3],
        [1, -0.6, -5, 2.2, 0.9],
        [-1.5, 3.5, 0.2, -0.8, 1.1],
    ],
)
EXTREME_LOGITS = arrays(
    x=[[1, 0], [0, 1], [1, 1], [0, 0]],
    logits=[[1000, -1000], [1000, 2], [-1000, 1000], [1000, 1000]],
)
FAR = arrays(mu=[[50, 0], [0.5, -50], [0, 3]], sigma=[[1, 100], [0.01, 0.05], [1, 30]])

KL_DIVERGENCE = (
    *usual_probes("a batch of 4 with 3 latent dimensions", LATENT),
    Probe("means and scales far from 0 and 1", FAR),
)

RECONSTRUCTION_LOSS = (
    *usual_probes("a batch of 4 with 5 pixels", IMAGES),
    Probe("logits of ±1000", EXTREME_LOGITS),
    Probe("logits of ±1000", EXTREME_LOGITS, GRADIENT + "logits"),
)

VAE_LOSS = usual_probes("a batch of 4 with 5 pixels and 3 latent dimensions", IMAGES | LATENT)

DRAWS = 50_000
ROW = arrays(mu=[[-1, 0, 3]], sigma=[[0.5, 0.25, 2]])
# Over N draws the mean, standard deviation and standardised fourth moment of a right sample have
# the standard errors σ/√N, σ/√(2N) and √(96/N). The tolerances are 7 of them, which is passed by
# chance less than once in 10¹¹ runs for each of the 12 numbers compared.
DEVIATION_RTOL = 7 / np.sqrt(2 * DRAWS)
MEAN_ATOL = 7 * ROW["sigma"][0] / np.sqrt(DRAWS)
FOURTH_MOMENT_ATOL = 7 * np.sqrt(96 / DRAWS)


def not_repeated(quantity: str) -> Probe:
    """All entries have the same mu and sigma here, so that equal results betray shared noise.

    Two float32 normals are equal about once in 10⁷ pairs: 1% of 3,000 are not by chance.
    """
    alike = arrays(mu=[[0.5, 0.5, 0.5]], sigma=[[2, 2, 2]])
    about = "1,000 examples that are all alike"
    return Probe(
        about, alike, quantity, "repetition", repeat=1000, expected=np.zeros(3), rtol=0, atol=0.01
    )


def of_many_draws(statistic: str, expected: np.ndarray, rtol: float, atol: float) -> Probe:
    about = f"{DRAWS:,} draws with mu −1, 0, 3 and sigma 0.5, 0.25, 2"
    return Probe(
        about, ROW, statistic=statistic, repeat=DRAWS, expected=expected, rtol=rtol, atol=atol
    )


_FOUR = "a batch of 4 with 3 latent dimensions"

REPARAMETERIZE = (
    Probe(_FOUR, LATENT, statistic="shape"),
    not_repeated("value"),
    of_many_draws("standard deviation", ROW["sigma"][0], DEVIATION_RTOL, 0.0),
    of_many_draws("mean", ROW["mu"][0], 0.0, MEAN_ATOL),
    of_many_draws("fourth moment", np.full(3, 3.0), 0.0, FOURTH_MOMENT_ATOL),
    Probe(_FOUR, LATENT, GRADIENT + "mu", expected=np.ones((4, 3))),
    Probe(
        f"{DRAWS:,} draws",
        ROW,
        GRADIENT + "sigma",
        "standard deviation",
        repeat=DRAWS,
        expected=np.ones(3),
        rtol=DEVIATION_RTOL,
        atol=0.0,
    ),
    Probe(_FOUR, LATENT, TRACED, "shape"),
    not_repeated(TRACED),
    Probe(_FOUR, LATENT, BATCH_UNKNOWN, "shape", remark=KNOWN_BATCH_SIZE),
)
