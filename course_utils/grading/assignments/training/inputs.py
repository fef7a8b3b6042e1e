"""The arguments of the steps in `training`: networks with random weights, optimizers, batches."""

import functools

import numpy as np

from course_utils.grading.assignments.common import Arrays
from course_utils.grading.steps import KINDS, GivenNetwork, GivenOptimizer

SGD = {"name": "SGD", "settings": {"learning_rate": 0.25}}
# Epsilon is large because Adam would turn the rounding error of a tiny gradient into a full step.
ADAM = {"name": "Adam", "settings": {"learning_rate": 0.05, "epsilon": 0.01}}
MOMENTUM = {"name": "SGD", "settings": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}}
RMSPROP = {"name": "RMSprop", "settings": {"learning_rate": 0.02, "epsilon": 0.01}}
# With this log-variance the noise vanishes beside the mean, and the step is deterministic.
NO_NOISE = -40.0


def network(kind: str, *sizes: int, rng: np.random.Generator) -> GivenNetwork:
    """A network with random weights, rounded to three decimals."""
    weights = []
    for path, shape in _paths_and_shapes(kind, sizes):
        drawn = rng.normal(0, 0.6, shape)
        if path.endswith(("variance", "gamma")):
            drawn = np.exp(0.3 * drawn)
        weights.append(np.round(drawn, 3).astype("float32"))
    return GivenNetwork(kind, sizes, weights)


@functools.cache
def _paths_and_shapes(kind: str, sizes: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
    """The weights' paths and shapes; cached, because building a network takes long."""
    return [(weight.path, tuple(weight.shape)) for weight in KINDS[kind](*sizes).weights]


def without_noise(encoder: GivenNetwork) -> GivenNetwork:
    """The same encoder with a constant log-variance, so small that z equals the mean."""
    *others, kernel, bias = encoder.weights
    weights = [*others, 0 * kernel, np.full_like(bias, NO_NOISE)]
    return GivenNetwork(encoder.kind, encoder.sizes, weights)


def optimizer(moves: tuple[str, ...], name: str, settings: dict) -> GivenOptimizer:
    return GivenOptimizer(name, settings, moves)


def pixels(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Gray levels: 0, ¼, ½, ¾ or 1."""
    return (rng.integers(0, 5, shape) / 4).astype("float32")


def normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return np.round(rng.normal(size=shape), 2).astype("float32")


def for_vae(
    kind: str, examples: int, side: int, latent: int, rng: np.random.Generator, moved_by: dict = SGD
) -> Arrays:
    """A batch, an optimizer and the networks of a VAE whose noise vanishes.

    The batch holds images, (B, S, S, 1), if the kind is "image", otherwise rows, (B, S).
    """
    shape = (side, side, 1) if kind == "image" else (side,)
    return {
        "x": pixels((examples, *shape), rng),
        "encoder": without_noise(network(f"{kind} encoder", side, latent, rng=rng)),
        "decoder": network(f"{kind} decoder", latent, side, rng=rng),
        "optimizer": optimizer(("encoder", "decoder"), **moved_by),
    }


def for_players(
    kind: str,
    reals: int,
    fakes: int,
    side: int,
    latent: int,
    rng: np.random.Generator,
    moves: str,
    moved_by: dict = SGD,
) -> Arrays:
    """Noise, an optimizer and the networks of a GAN; for the discriminator's step, real examples.

    `moves` is the player whose step it is: "discriminator" or "generator".
    """
    shape = (side, side, 1) if kind == "image" else (side,)
    real = {"real": normal((reals, *shape), rng)} if moves == "discriminator" else {}
    return real | {
        "z": normal((fakes, latent), rng),
        "generator": network(f"{kind} decoder", latent, side, rng=rng),
        "discriminator": network(f"{kind} discriminator", side, rng=rng),
        "optimizer": optimizer((moves,), **moved_by),
    }


def for_average(
    kind: str, sizes: tuple[int, ...], decay: float, rng: np.random.Generator
) -> Arrays:
    """Two networks of the same kind, and the decay."""
    return {
        "average": network(kind, *sizes, rng=rng),
        "network": network(kind, *sizes, rng=rng),
        "decay": decay,
    }


def revealing(side: int, mu: float, log_var: float, learning_rate: float | None = None) -> Arrays:
    """A VAE whose decoder weights after one step reveal which z were drawn.

    The decoder's kernel W (D, P) is 0, and so are the logits. Its gradient is then
    1/B Σ_b z_b (½ − x_b)ᵀ. With P = B, x_b = 0 in pixel b and ½ elsewhere, column p of the gradient
    is z_p / (2B), and a step of gradient descent with the learning rate 2B leaves W = −zᵀ.
    """
    zeros = np.zeros((side, side), "float32")
    means, spreads = (np.full(side, value, "float32") for value in (mu, log_var))
    return {
        "x": (0.5 - 0.5 * np.eye(side)).astype("float32"),
        "encoder": GivenNetwork("linear encoder", (side, side), [zeros, means, zeros, spreads]),
        "decoder": GivenNetwork("linear decoder", (side, side), [zeros]),
        "optimizer": GivenOptimizer(
            "SGD", {"learning_rate": learning_rate or 2.0 * side}, ("encoder", "decoder")
        ),
    }
