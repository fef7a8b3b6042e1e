"""Optimizers for two players: by name, by config, one for both, and what is refused."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.players import TwoPlayers, player_optimizer


class Game(TwoPlayers):
    """Two linear players."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
        self.discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])

    @staticmethod
    def default_optimizer():
        return keras.optimizers.SGD(0.5)


@pytest.fixture
def variables():
    return [keras.Variable(np.zeros(2, "float32"))]


@pytest.mark.parametrize(
    "given",
    ["adam", {"class_name": "Adam", "config": {"learning_rate": 0.001}}, keras.optimizers.Adam()],
)
def test_an_optimizer_is_given_by_name_config_or_itself(variables, given):
    optimizer = player_optimizer(given, variables)
    assert type(optimizer) is keras.optimizers.Adam
    optimizer.apply([np.ones(2, "float32")])
    np.testing.assert_allclose(variables[0], -0.001, rtol=1e-4)


def test_an_optimizer_that_knows_these_variables_is_kept(variables):
    optimizer = player_optimizer("adam", variables)
    assert player_optimizer(optimizer, variables) is optimizer


def test_an_optimizer_of_other_variables_is_copied(variables):
    first = player_optimizer(keras.optimizers.Adam(0.25), variables)
    other = player_optimizer(first, [keras.Variable(np.zeros(3, "float32"))])
    assert other is not first
    assert float(other.learning_rate) == 0.25


def test_each_player_has_the_default_or_its_own():
    game = Game()
    game.compile(None, "adam")
    assert float(game.generator_optimizer.learning_rate) == 0.5
    assert type(game.discriminator_optimizer) is keras.optimizers.Adam


def test_what_two_players_cannot_use_is_refused_in_words():
    with pytest.raises(ValueError, match="optimizer: two players need one each"):
        Game().compile(optimizer="adam")
    averaging = keras.optimizers.Adam(use_ema=True)
    with pytest.raises(ValueError, match="generator_optimizer: nobody would see its average"):
        Game().compile(averaging)
    with pytest.raises(ValueError, match="discriminator_optimizer: nobody would see its average"):
        Game().compile(None, averaging)


def test_there_is_no_loss_to_report():
    game = Game()
    game.compile()
    assert "loss" not in [metric.name for metric in game.metrics]
