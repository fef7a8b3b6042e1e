"""The assignment `training`: the correct steps are correct. See test_assignments.py."""

import numpy as np
import pytest
from scipy import special

from course_utils.grading import SelfCheckFailed, steps
from course_utils.grading.assignments import cells
from course_utils.grading.assignments.training import ASSIGNMENT, grade, inputs, properties


def forward(arguments, encoder, decoder):
    """The loss of a linear VAE without noise, by NumPy."""
    x = arguments["x"].astype("float64")
    mean_kernel, mean_bias, spread_kernel, spread_bias = encoder
    mu, log_var = x @ mean_kernel + mean_bias, x @ spread_kernel + spread_bias
    logits = mu @ decoder[0]
    rebuilt = -(x * special.log_expit(logits) + (1 - x) * special.log_expit(-logits)).sum(axis=1)
    kl = 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).sum(axis=1)
    return np.mean(rebuilt + kl)


def test_the_true_step_of_a_vae_goes_down_the_slope_of_its_loss():
    rng = np.random.default_rng(0)
    arguments = inputs.for_vae("linear", 3, 4, 2, rng)
    arguments["decoder"] = inputs.network("linear decoder", 2, 4, rng=rng)
    before = [[w.astype("float64") for w in arguments[n].weights] for n in ("encoder", "decoder")]
    (outcome,) = steps.take(properties.true_vae_step, arguments)
    assert float(outcome.result) == pytest.approx(forward(arguments, *before), rel=1e-5)
    rate, size = inputs.SGD["settings"]["learning_rate"], 1e-5
    for network, name in enumerate(("encoder", "decoder")):
        for index, weight in enumerate(before[network]):
            for where in np.ndindex(weight.shape):
                ends = []
                for sign in (1, -1):
                    moved = [[w.copy() for w in weights] for weights in before]
                    moved[network][index][where] += sign * size
                    ends.append(forward(arguments, *moved))
                slope = (ends[0] - ends[1]) / (2 * size)
                change = outcome.weights[name][index][where] - weight[where]
                assert change == pytest.approx(-rate * slope, rel=1e-3, abs=1e-4)


def test_the_true_players_move_against_each_other():
    """In a small step each lowers its own loss, and the other stays where it was."""
    for name, truth, mover, stayer in (
        ("discriminator", properties.true_discriminator_step, "discriminator", "generator"),
        ("generator", properties.true_generator_step, "generator", "discriminator"),
    ):
        arguments = inputs.for_players(
            "dense", 6 if name == "discriminator" else 0, 5, 4, 2, np.random.default_rng(1), name
        )
        (outcome,) = steps.take(truth, arguments)
        again = dict(arguments)
        given = arguments[mover]
        again[mover] = steps.GivenNetwork(given.kind, given.sizes, outcome.weights[mover])
        assert float(steps.take(truth, again)[0].result) < float(outcome.result)
        before = dict(zip(outcome.trainable[stayer], arguments[stayer].weights, strict=False))
        assert outcome.trainable[stayer].count(True) >= len(before) - 1
        np.testing.assert_array_equal(
            outcome.moved(stayer),
            steps.Outcome(None, {stayer: arguments[stayer].weights}, outcome.trainable).moved(
                stayer
            ),
        )


def test_what_a_step_reveals_is_what_was_drawn():
    """The decoder of `revealing` holds −z afterwards, whatever z is."""
    side, mu = 8, 0.75
    (outcome,) = steps.take(
        ASSIGNMENT.notebook()["vae_step"], inputs.revealing(side, mu, inputs.NO_NOISE)
    )
    np.testing.assert_allclose(outcome.moved("decoder"), np.full((side, side), -mu), rtol=1e-5)


CHEATS = {
    "weights swapped": """
def generator_step(z, generator, discriminator, optimizer):
    loss = right(z, generator, discriminator, optimizer)
    first, *_, last = generator.trainable_variables
    first.assign(-first)
    return loss
""",
    "a loss that does not belong to them": """
def generator_step(z, generator, discriminator, optimizer):
    return 0.9 * right(z, generator, discriminator, optimizer)
""",
    "another optimizer": """
def generator_step(z, generator, discriminator, optimizer):
    own = keras.optimizers.SGD(0.25)
    return right(z, generator, discriminator, own)
""",
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_is_caught(cheat):
    """Even one that does the right thing for plain gradient descent, as in the self-check."""
    namespace = ASSIGNMENT.notebook()
    namespace["right"] = namespace["generator_step"]
    cells.run(CHEATS[cheat], namespace)
    with pytest.raises(SelfCheckFailed):
        grade(namespace["generator_step"])


def test_frozen_networks_are_whole_again_at_the_next_step():
    """A step that leaves a network frozen does not spoil the next one's."""
    arguments = inputs.for_players("dense", 0, 4, 3, 2, np.random.default_rng(2), "generator")

    def freezes(z, generator, discriminator, optimizer):
        discriminator.trainable = False
        return z[0, 0]

    (frozen,) = steps.take(freezes, arguments)
    assert not any(frozen.trainable["discriminator"])
    (after,) = steps.take(properties.true_generator_step, arguments)
    assert any(after.trainable["discriminator"])
