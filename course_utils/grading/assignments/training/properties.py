"""The hidden tests of the assignment `training`.

A step is taken with newly drawn networks and numbers. Then its loss and all weights are compared
with those of a step whose losses are written differently from those in the solution. This reveals
a loss that does not belong to the step, and steps that move the wrong network.
"""

from course_utils.quiet import tf

import functools
from collections.abc import Callable, Mapping

import numpy as np
from scipy import stats

from course_utils.grading import steps
from course_utils.grading.assignments.common import Arrays, Property
from course_utils.grading.assignments.hidden import Lacking
from course_utils.grading.assignments.training import inputs
from course_utils.grading.probes import AFTER, ALL_AFTER, VALUE, Probe, after_steps, passes


def entropies(logits: tf.Tensor, label: tf.Tensor | float) -> tf.Tensor:
    """−label log s − (1 − label) log(1 − s) with s = sigmoid(logits), entry by entry."""
    return -label * tf.math.log_sigmoid(logits) - (1.0 - label) * tf.math.log_sigmoid(-logits)


def true_vae_step(x, encoder, decoder, optimizer) -> tf.Tensor:
    """A step with z = mu, for encoders from `inputs.without_noise`."""

    def loss() -> tf.Tensor:
        mu, log_var = encoder(x, training=True)
        logits = decoder(mu, training=True)
        rebuilt = tf.reduce_sum(entropies(logits, x)) / len(x)
        # KL = E[log q − log p]: `entropy` is −E[log q], the squares are −E[log p]; log 2π cancels.
        entropy = 0.5 * tf.reduce_sum(1.0 + log_var) / len(x)
        return rebuilt + 0.5 * tf.reduce_sum(mu**2 + tf.exp(log_var)) / len(x) - entropy

    return stepped(loss, encoder.trainable_variables + decoder.trainable_variables, optimizer)


def true_discriminator_step(real, z, generator, discriminator, optimizer) -> tf.Tensor:
    fake = generator(z, training=True)

    def loss() -> tf.Tensor:
        halves = [
            entropies(discriminator(x, training=True), y) for x, y in ((real, 1.0), (fake, 0.0))
        ]
        return tf.add_n([tf.reduce_sum(half) / len(half) for half in halves])

    return stepped(loss, discriminator.trainable_variables, optimizer)


def true_generator_step(z, generator, discriminator, optimizer) -> tf.Tensor:
    def loss() -> tf.Tensor:
        logits = discriminator(generator(z, training=True), training=True)
        return tf.reduce_sum(entropies(logits, 1.0)) / len(z)

    return stepped(loss, generator.trainable_variables, optimizer)


def stepped(loss: Callable[[], tf.Tensor], weights: list, optimizer) -> tf.Tensor:
    """Take one step of the optimizer on a loss; return the loss before the step."""
    with tf.GradientTape() as tape:
        value = loss()
    optimizer.apply(tape.gradient(value, weights), weights)
    return value


def true_average_weights(average, network, decay) -> None:
    new = [
        a + (1 - decay) * (b - a)
        for a, b in zip(average.get_weights(), network.get_weights(), strict=True)
    ]
    average.set_weights(new)


def leaves(name: str, truth: Callable, cases: Mapping[str, Arrays], graph: bool = True) -> Property:
    """The loss and all networks' weights are those of the correct step.

    Args:
        name: the graded function's name.
        truth: the correct step.
        cases: the step's arguments by a description, which follows the word "for".
        graph: whether to try the first case inside tf.function too.
    """

    def has_property(function: Callable) -> None:
        for number, (about, arguments) in enumerate(cases.items()):
            (expected,) = steps.take(truth, arguments)
            for inside in (False, True) if graph and number == 0 else (False,):
                (outcome,) = steps.take(function, arguments, graph=inside)
                for probe in looked_at(about, arguments, expected, inside):
                    seen = after_steps([outcome], probe)
                    if not passes(probe, seen):
                        raise Lacking(name, probe, seen)

    return has_property


def looked_at(about: str, arguments: Arrays, expected: steps.Outcome, graph: bool) -> list[Probe]:
    """What is compared after a step: its result, if it should have one, and all weights."""
    of_all = expected.result is None
    quantities = [ALL_AFTER if of_all else AFTER] if expected.weights else []
    probes = [
        Probe(about, arguments, kind + name, expected=expected.moved(name, of_all), graph=graph)
        for kind in quantities
        for name in expected.weights
    ]
    if not of_all:
        loss = np.asarray(expected.result)
        probes.insert(0, Probe(about, arguments, VALUE, expected=loss, graph=graph))
    return probes


def fresh(
    name: str, truth: Callable, draw: Callable[[np.random.Generator], Arrays]
) -> Callable[[np.random.Generator], Property]:
    """`leaves` for newly drawn networks and numbers, outside tf.function."""
    return lambda rng: leaves(name, truth, {"random networks": draw(rng)}, graph=False)


def draws_normal_noise(function: Callable) -> None:
    """z = mu + sigma ε with ε standard normal, independent between examples, dimensions and calls.

    False alarms: each of two Kolmogorov–Smirnov tests fails once in 10⁹ runs, and each of six
    correlations of N independent pairs exceeds 7 of its standard errors, 1/√N, about once in 10¹¹
    runs. Together, less than once in 10⁸ runs.
    """
    side, mu, sigma = 40, -0.5, 1.5
    arguments = inputs.revealing(side, mu, 2 * np.log(sigma))
    for graph in (False, True):
        outcomes = steps.take(function, arguments, times=2, graph=graph)
        first, second = (
            (-outcome.moved("decoder").T.astype("float64") - mu) / sigma for outcome in outcomes
        )
        if first.shape != (side, side) or not np.isfinite([first, second]).all():
            raise AssertionError("The decoder's weights after vae_step are not those of one step.")
        if stats.kstest(first.ravel(), "norm").pvalue < 1e-9:
            raise AssertionError("The noise of many draws of vae_step is not standard normal.")
        pairs = {
            "from call to call": (first, second),
            "from example to example": (first[1:], first[:-1]),
            "from dimension to dimension": (first[:, 1:], first[:, :-1]),
        }
        for about, (a, b) in pairs.items():
            if abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > 7 / np.sqrt(a.size):
                raise AssertionError(f"The noise of vae_step is not independent {about}.")


def drawn(*seed: int) -> np.random.Generator:
    return np.random.default_rng([17, *seed])


def sure(arguments: Arrays, network: str) -> Arrays:
    """The same arguments with logits of ±1000, by the last bias of one network."""
    given = arguments[network]
    *others, bias = given.weights
    signs = np.where(np.arange(bias.size) % 2, 1.0, -1.0).reshape(bias.shape)
    certain = [*others, (1000 * signs).astype("float32")]
    return arguments | {network: steps.GivenNetwork(given.kind, given.sizes, certain)}


VAE_STEP = (
    leaves(
        "vae_step",
        true_vae_step,
        {
            "7 rows with 5 pixels and 3 latent dimensions": inputs.for_vae(
                "dense", 7, 5, 3, drawn(1)
            ),
            "2 rows with one pixel and one latent dimension": inputs.for_vae(
                "dense", 2, 1, 1, drawn(2)
            ),
            "images, and Adam": inputs.for_vae("image", 3, 4, 2, drawn(3), inputs.ADAM),
            "one row, and momentum": inputs.for_vae("linear", 1, 4, 2, drawn(4), inputs.MOMENTUM)
            | {"decoder": inputs.network("linear decoder", 2, 4, rng=drawn(5))},
            "logits of ±1000": sure(inputs.for_vae("dense", 4, 4, 2, drawn(6)), "decoder"),
        },
    ),
    draws_normal_noise,
)


def discriminating(kind: str, reals: int, fakes: int, seed: int, **options) -> Arrays:
    return inputs.for_players(kind, reals, fakes, 4, 3, drawn(seed), "discriminator", **options)


def generating(kind: str, fakes: int, seed: int, **options) -> Arrays:
    return inputs.for_players(kind, 0, fakes, 4, 3, drawn(seed), "generator", **options)


DISCRIMINATOR_STEP = (
    leaves(
        "discriminator_step",
        true_discriminator_step,
        {
            "7 real rows and 4 fakes": discriminating("dense", 7, 4, 11),
            "one real row and 6 fakes": discriminating("dense", 1, 6, 12),
            "images, and Adam": discriminating("image", 3, 5, 13, moved_by=inputs.ADAM),
            "images, and RMSprop": discriminating("image", 4, 4, 14, moved_by=inputs.RMSPROP),
            "logits of 1000": sure(discriminating("dense", 3, 3, 15), "discriminator"),
        },
    ),
)
GENERATOR_STEP = (
    leaves(
        "generator_step",
        true_generator_step,
        {
            "7 fake rows": generating("dense", 7, 21),
            "2 fake rows": generating("dense", 2, 22),
            "images, and Adam": generating("image", 3, 23, moved_by=inputs.ADAM),
            "images, and momentum": generating("image", 5, 24, moved_by=inputs.MOMENTUM),
            "logits of −1000": sure(generating("dense", 3, 25), "discriminator"),
        },
    ),
)
AVERAGE_WEIGHTS = (
    leaves(
        "average_weights",
        true_average_weights,
        {
            "two generators and decay 0.9": inputs.for_average(
                "dense decoder", (2, 5), 0.9, drawn(31)
            ),
            "two encoders of images and decay 0.99": inputs.for_average(
                "image encoder", (4, 2), 0.99, drawn(32)
            ),
            "decay 1": inputs.for_average("dense encoder", (3, 2), 1.0, drawn(33)),
            "decay 0": inputs.for_average("image discriminator", (4,), 0.0, drawn(34)),
        },
    ),
)

FRESH_VAE_STEP = fresh(
    "vae_step", true_vae_step, functools.partial(inputs.for_vae, "dense", 6, 5, 2)
)
FRESH_DISCRIMINATOR_STEP = fresh(
    "discriminator_step",
    true_discriminator_step,
    lambda rng: inputs.for_players("dense", 6, 4, 5, 2, rng, "discriminator"),
)
FRESH_GENERATOR_STEP = fresh(
    "generator_step",
    true_generator_step,
    lambda rng: inputs.for_players("dense", 0, 6, 5, 2, rng, "generator"),
)
FRESH_AVERAGE_WEIGHTS = fresh(
    "average_weights",
    true_average_weights,
    lambda rng: inputs.for_average("dense discriminator", (4,), rng.uniform(0.2, 0.8), rng),
)
