"""What the self-checks of the assignment `vae` ask."""

import numpy as np

from course_utils.grading.assignments.common import arrays, inside_tf_function, usual_probes
from course_utils.grading.assignments.elbo import EXTREME_LOGITS, IMAGES, LATENT
from course_utils.grading.probes import GRADIENT, TRACED, VALUE, Probe

FOUR = "a batch of 4 with 3 latent dimensions"
FAR = arrays(mu=[[50, 0], [0.5, -50], [0, 3]], sigma=[[1, 100], [0.01, 0.05], [1, 30]])

KL_DIVERGENCE = (
    *usual_probes(FOUR, LATENT),
    Probe("means and scales far from 0 and 1", FAR),
)

RECONSTRUCTION_LOSS = (
    *usual_probes("a batch of 4 with 5 pixels", IMAGES),
    Probe("logits of ±1000", EXTREME_LOGITS),
    Probe("logits of ±1000", EXTREME_LOGITS, GRADIENT + "logits"),
)

VAE_LOSS = usual_probes("a batch of 4 with 5 pixels and 3 latent dimensions", IMAGES | LATENT)

# A random function is tested on one batch of equal entries, so that equal results reveal shared
# noise. The batch is square rather than long, for students who loop over examples or dimensions.
SIDE = 100
DRAWS = SIDE**2
MU, SIGMA = 3.0, 0.5
EQUAL = arrays(mu=[[MU]], sigma=[[SIGMA]])
ABOUT_EQUAL = f"{DRAWS:,} draws, all with mu {MU:g} and sigma {SIGMA:g}"
# With N draws the mean, standard deviation and standardized fourth moment of a correct sample have
# the standard errors σ/√N, σ/√(2N) and √(24/N). The first two tolerances are 7 standard errors; the
# last is 14, because its distribution is skewed. Each of the four comparisons (the gradient is
# compared as well) fails by chance less than once in 10¹⁰ runs.
MEAN_ATOL = 7 * SIGMA / np.sqrt(DRAWS)
DEVIATION_RTOL = 7 / np.sqrt(2 * DRAWS)
FOURTH_MOMENT_ATOL = 14 * np.sqrt(24 / DRAWS)
# Two float32 normals are equal about once in 10⁷ pairs; 1% of 10,000 are not equal by chance.
EQUAL_SHARE_ATOL = 0.01


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


REPARAMETERIZE = (
    Probe(FOUR, LATENT, statistic="shape"),
    of_draws("repetition", [0.0, 0.0, 0.0], 0.0, EQUAL_SHARE_ATOL),
    of_draws("standard deviation", SIGMA, DEVIATION_RTOL, 0.0),
    of_draws("mean", MU, 0.0, MEAN_ATOL),
    of_draws("fourth moment", 3.0, 0.0, FOURTH_MOMENT_ATOL),
    Probe(FOUR, LATENT, GRADIENT + "mu", expected=np.ones((4, 3))),
    of_draws("standard deviation", 1.0, DEVIATION_RTOL, 0.0, GRADIENT + "sigma"),
    *inside_tf_function(Probe(FOUR, LATENT, statistic="shape")),
    of_draws("repetition", [0.0, 0.0, 0.0], 0.0, EQUAL_SHARE_ATOL, TRACED),
)
