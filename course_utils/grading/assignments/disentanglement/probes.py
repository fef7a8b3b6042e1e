"""What the self-checks of the assignment `disentanglement` ask."""

import functools

import numpy as np

from course_utils.grading.assignments.common import arrays, inside_tf_function, usual_probes
from course_utils.grading.assignments.elbo import EXTREME_LOGITS, IMAGES, LATENT
from course_utils.grading.probes import GRADIENT, Probe

NumpyProbe = functools.partial(Probe, numpy=True)

FOUR = "a batch of 4 with 5 pixels, 3 latent dimensions and beta 2½"
BATCH = IMAGES | LATENT | {"beta": 2.5}
CALM = arrays(mu=[[0.5], [0], [-1], [2]], sigma=[[1], [0.5], [2], [1]])

BETA_VAE_LOSS = (
    *usual_probes(FOUR, BATCH),
    Probe("beta 0", IMAGES | LATENT | {"beta": 0.0}),
    Probe("logits of ±1000", EXTREME_LOGITS | CALM | {"beta": 2.0}),
)

CODES = arrays(
    code=[[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]],
    code_logits=[[1.5, -0.5, 0.3], [-1, 2, 0.7], [0.2, 1.1, -2], [0.4, -0.6, 3], [-2, 0.9, 1]],
)
SURE = arrays(code=[[1, 0], [0, 1], [0, 1]], code_logits=[[1000, -1000], [1000, -1000], [0, 1000]])
FIVE = "a batch of 5 with 3 categories"

CODE_LOSS = (
    Probe(FIVE, CODES),
    Probe(FIVE, CODES, GRADIENT + "code_logits"),
    Probe(
        "one example with two categories",
        arrays(code=[[0, 1]], code_logits=[[0.5, -1.5]]),
    ),
    Probe("logits of ±1000", SURE),
    Probe("logits of ±1000", SURE, GRADIENT + "code_logits"),
    *inside_tf_function(Probe(FIVE, CODES)),
)


def pairs(table: list[list[int]], a: list[int], b: list[int]) -> dict[str, np.ndarray]:
    """Two arrays in which the levels a[i] and b[j] occur together table[i][j] times."""
    met = [(x, y) for x, row in zip(a, table, strict=True) for y, n in zip(b, row, strict=True)
           for _ in range(n)]  # fmt: skip
    return {"a": np.array([x for x, _ in met]), "b": np.array([y for _, y in met])}


LEVELS = np.arange(16)
DISCRETE_MUTUAL_INFORMATION = (
    NumpyProbe(
        "16 pairs in which all levels meet", pairs([[4, 1], [2, 3], [1, 5]], [0, 1, 2], [0, 1])
    ),
    NumpyProbe(
        "10 pairs in which some levels never meet",
        pairs([[3, 0, 1], [0, 2, 0], [1, 0, 3]], [0, 1, 2], [0, 1, 2]),
    ),
    NumpyProbe(
        "levels that are not numbered one after the other",
        pairs([[3, 1, 1], [1, 2, 1], [1, 2, 3]], [0, 1, 9], [2, 3, 40]),
    ),
    NumpyProbe("16 levels", {"a": LEVELS, "b": LEVELS[::-1].copy()}),
    NumpyProbe("one pair", {"a": np.array([3]), "b": np.array([1])}),
)

SQUARE = arrays(
    mutual_information=[[0.9, 0.1, 0.2], [0.3, 0.25, 0.15], [0.05, 0.7, 0.05]],
    entropies=[1.5, 0.8, 2],
)
TALL = arrays(
    mutual_information=[[0.1, 0.6], [1.2, 0.5], [0.2, 0.4], [0.9, 0.1], [0, 0.3]],
    entropies=[1.6, 0.7],
)
TIED = arrays(
    mutual_information=[[0.6, 0.1], [0.6, 0.8], [0.2, 0.3]],
    entropies=[0.7, 1],
)
ALONE = arrays(mutual_information=[[0.6, 0.3]], entropies=[0.8, 1])

MUTUAL_INFORMATION_GAP = (
    NumpyProbe("3 latent dimensions and 3 factors", SQUARE),
    NumpyProbe("5 latent dimensions and 2 factors", TALL),
    NumpyProbe("two latent dimensions that know a factor equally well", TIED),
    NumpyProbe(
        "a single latent dimension",
        ALONE,
        # As the remark says, a missing second dimension counts as 0. A failure costs nothing here,
        # because the assignment promises at least two dimensions.
        expected=np.mean(ALONE["mutual_information"][0] / ALONE["entropies"]),
        remark="  A remark that costs nothing: with a single latent dimension there is no second "
        "largest. A rival that knows nothing would have 0.",
    ),
)
