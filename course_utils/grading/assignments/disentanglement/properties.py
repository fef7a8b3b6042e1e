"""The hidden tests of the assignment `disentanglement`.

Correct values are computed in other ways than students compute them: the terms of the β-VAE as in
the assignment `vae`, the cross-entropy in float64 with SciPy's log_softmax, mutual information with
scikit-learn and from laws of information theory, the gap by removing the largest value.
"""

from course_utils.quiet import tf

from collections.abc import Callable

import numpy as np
from scipy import special, stats
from sklearn.metrics import mutual_info_score

from course_utils.grading.assignments.common import (
    Arrays,
    equals,
    fresh_values,
    ignores_the_order,
)
from course_utils.grading.assignments.elbo import (
    images,
    latent,
    true_kl,
    true_kl_gradients,
    true_reconstruction,
    true_reconstruction_gradients,
)


def true_beta_loss(x, logits, mu, sigma, beta) -> np.ndarray:
    return np.mean(true_reconstruction(x, logits) + beta * true_kl(mu, sigma))


def true_beta_loss_gradients(x, logits, mu, sigma, beta) -> Arrays:
    weighted = {name: beta * value for name, value in true_kl_gradients(mu, sigma).items()}
    by_argument = true_reconstruction_gradients(x, logits) | weighted
    return {name: gradient / len(x) for name, gradient in by_argument.items()}


def true_code_loss(code: np.ndarray, code_logits: np.ndarray) -> np.ndarray:
    return -np.mean(special.log_softmax(code_logits, axis=1)[code == 1])


def true_code_loss_gradients(code: np.ndarray, code_logits: np.ndarray) -> Arrays:
    """The gradient with respect to the logits only, because a one-hot code is data."""
    return {"code_logits": (special.softmax(code_logits, axis=1) - code) / len(code)}


def true_information(a: np.ndarray, b: np.ndarray) -> float:
    return mutual_info_score(a, b)


def true_gap(mutual_information: np.ndarray, entropies: np.ndarray) -> float:
    gaps = []
    for column, entropy in zip(mutual_information.T, entropies, strict=True):
        others = np.delete(column, column.argmax())
        gaps.append((column.max() - others.max()) / entropy)
    return float(np.mean(gaps))


def coded(examples: int, categories: int, rng: np.random.Generator | None = None) -> Arrays:
    rng = rng or np.random.default_rng([examples, categories])
    return {
        "code": np.eye(categories)[rng.integers(0, categories, examples)],
        "code_logits": rng.normal(0, 3, (examples, categories)),
    }


def levels(count: int, of_a: int, of_b: int, rng: np.random.Generator | None = None) -> Arrays:
    """Two integer arrays with `of_a` and `of_b` levels; b = a % of_b in at least half the pairs."""
    rng = rng or np.random.default_rng([count, of_a, of_b])
    a, b = rng.integers(0, of_a, count), rng.integers(0, of_b, count)
    return {"a": a, "b": np.where(rng.random(count) < 0.5, a % of_b, b)}


def table(latents: int, factors: int, rng: np.random.Generator | None = None) -> Arrays:
    rng = rng or np.random.default_rng([latents, factors])
    entropies = rng.uniform(0.5, 3, factors)
    return {
        "mutual_information": rng.random((latents, factors)) * entropies,
        "entropies": entropies,
    }


def is_a_mean_over_the_batch(name: str, arguments: Arrays) -> Callable:
    """A batch that contains each example twice has the same loss."""

    def has_property(function: Callable) -> None:
        single = {k: v for k, v in arguments.items() if not isinstance(v, np.ndarray)}
        batch = {k: v.astype("float32") for k, v in arguments.items() if k not in single}
        once, twice = (
            function(*(tf.constant(np.tile(v, (n, 1))) for v in batch.values()), *single.values())
            for n in (1, 2)
        )
        if not np.allclose(once, twice, rtol=1e-4):
            raise AssertionError(
                f"What {name} gives for a batch twice over is not what it gives for the batch."
            )

    return has_property


BATCHES = {
    "one example with one pixel, one latent dimension and beta 3": (
        images(1, 1) | latent(1, 1) | {"beta": 3.0}
    ),
    "7 examples with 64 pixels, 5 latent dimensions and beta ¼": (
        images(7, 64) | latent(7, 5) | {"beta": 0.25}
    ),
    "5 examples with 20 pixels, one latent dimension and beta 1": (
        images(5, 20) | latent(5, 1) | {"beta": 1.0}
    ),
    "beta 0": images(3, 4) | latent(3, 2) | {"beta": 0.0},
}

BETA_VAE_LOSS = (
    equals("beta_vae_loss", true_beta_loss, BATCHES, true_beta_loss_gradients),
    is_a_mean_over_the_batch("beta_vae_loss", images(5, 8) | latent(5, 2) | {"beta": 4.0}),
    equals(
        "beta_vae_loss",
        true_beta_loss,
        {
            "logits of ±1000 and mu 50 standard deviations out": {
                "x": np.array([[0.0, 1], [1, 0]]),
                "logits": np.array([[1e3, 2], [-1e3, -1e3]]),
                "mu": np.array([[50.0], [-1]]),
                "sigma": np.array([[1.0], [0.02]]),
                "beta": 4.0,
            }
        },
    ),
)

CODE_LOSS = (
    equals(
        "code_loss",
        true_code_loss,
        {
            "one example with two categories": coded(1, 2),
            "7 examples with two categories": coded(7, 2),
            "6 examples with 10 categories": coded(6, 10),
        },
        true_code_loss_gradients,
    ),
    is_a_mean_over_the_batch("code_loss", coded(5, 4)),
    equals(
        "code_loss",
        true_code_loss,
        {
            "logits of ±1000": {
                "code": np.eye(3)[[0, 1, 2, 2]],
                "code_logits": np.array(
                    [[1e3, 0, -1e3], [1e3, 0, -1e3], [1e3, 0, -1e3], [1e3, 1e3, 1e3]]
                ),
            },
            "logits of ±50": {
                "code": np.eye(2)[[0, 1]],
                "code_logits": np.array([[-50.0, 50], [50, -50]]),
            },
        },
        true_code_loss_gradients,
    ),
)


def information(function: Callable, a: np.ndarray, b: np.ndarray) -> float:
    return float(function(a.copy(), b.copy()))


def obeys_the_laws(function: Callable) -> None:
    """I(a, b) = I(b, a), I(a, a) = H(a), 0 if independent, and renumbering changes nothing."""
    a, b = levels(60, 5, 4).values()
    entropy = stats.entropy(np.bincount(a))
    one_each, by_turns = np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4)
    renamed = np.array([7, 0, 30, 2, 11])[a]
    for got, expected, law in (
        (information(function, b, a), information(function, a, b), "should not change when a and"
         " b change places"),
        (information(function, a, a), entropy, "of a variable and itself should be its entropy"),
        (information(function, one_each, by_turns), 0.0, "of independent variables should be 0"),
        (information(function, renamed, b), information(function, a, b), "should not depend on"
         " how the levels are numbered"),
        (information(function, a, np.zeros_like(a)), 0.0, "of a variable and a constant should"
         " be 0"),
    ):  # fmt: skip
        if not np.isclose(got, expected, rtol=1e-4, atol=1e-5):
            raise AssertionError(f"The mutual information {law}; it is not.")


SIZES = {
    "one pair": (1, 3, 3),
    "2 pairs": (2, 2, 2),
    "30 pairs with 3 and 7 levels": (30, 3, 7),
    "500 pairs with 40 and 10 levels": (500, 40, 10),
}

DISCRETE_MUTUAL_INFORMATION = (
    equals(
        "discrete_mutual_information",
        true_information,
        {about: levels(*size) for about, size in SIZES.items()},
        numpy=True,
    ),
    obeys_the_laws,
    ignores_the_order("discrete_mutual_information", levels(40, 4, 3), ("a", "b")),
)


def ignores_the_order_of_dimensions(function: Callable) -> None:
    """The order of the latent dimensions and of the factors does not matter."""
    information, entropies = (value.astype("float32") for value in table(6, 4).values())
    rng = np.random.default_rng(0)
    latents, factors = rng.permutation(6), rng.permutation(4)
    whole = np.asarray(function(information, entropies))
    permuted = np.asarray(function(information[latents][:, factors], entropies[factors]))
    if not np.allclose(whole, permuted, rtol=1e-4, atol=1e-5):
        raise AssertionError(
            "The gap depends on the order of the latent dimensions or of the factors."
        )


GAPS = {
    "2 latent dimensions and one factor": table(2, 1),
    "2 latent dimensions and 5 factors": table(2, 5),
    "10 latent dimensions and 5 factors": table(10, 5),
    "a perfect code": {
        "mutual_information": np.diag([1.5, 0.7, 2.0]),
        "entropies": np.array([1.5, 0.7, 2.0]),
    },
    "a code that knows nothing": {
        "mutual_information": np.zeros((4, 3)),
        "entropies": np.array([1.0, 2, 3]),
    },
    "every latent dimension twice": {
        "mutual_information": np.repeat(table(3, 2)["mutual_information"], 2, axis=0),
        "entropies": table(3, 2)["entropies"],
    },
}

MUTUAL_INFORMATION_GAP = (
    equals("mutual_information_gap", true_gap, GAPS, numpy=True),
    ignores_the_order_of_dimensions,
)

FRESH_BETA_VAE_LOSS = fresh_values(
    "beta_vae_loss",
    true_beta_loss,
    lambda rng: images(6, 9, rng) | latent(6, 4, rng) | {"beta": float(rng.uniform(0, 8))},
)
FRESH_CODE_LOSS = fresh_values("code_loss", true_code_loss, lambda rng: coded(6, 5, rng))
FRESH_DISCRETE_MUTUAL_INFORMATION = fresh_values(
    "discrete_mutual_information",
    true_information,
    lambda rng: levels(50, 5, 4, rng),
    numpy=True,
)
FRESH_MUTUAL_INFORMATION_GAP = fresh_values(
    "mutual_information_gap", true_gap, lambda rng: table(5, 3, rng), numpy=True
)
