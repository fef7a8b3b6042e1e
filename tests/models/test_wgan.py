"""The Wasserstein GAN: how often each player moves, and what the critic's gradient becomes."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import losses
from course_utils.data import load
from course_utils.metrics.sample_quality import digit_features, frechet_distance
from course_utils.models.wgan import WGAN, dense_wgan

SHAPE = (8, 8, 1)


def linear_wgan(norm, **options) -> WGAN:
    """Points in the plane and a linear critic, of one slope everywhere."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    critic.set_weights([np.float32([[0.6], [0.8]]) * norm])
    wgan = WGAN(generator, critic, **options)
    wgan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return wgan


@pytest.mark.parametrize(("norm", "expected"), [(1.0, 0.0), (3.0, 4.0 * 7)])
def test_the_penalty_is_nothing_for_slope_1_and_grows_with_the_distance_from_it(norm, expected):
    wgan = linear_wgan(norm, penalty_weight=7.0)
    real, fake = np.random.default_rng(0).normal(size=(2, 6, 2)).astype("float32")
    np.testing.assert_allclose(wgan.penalty(real, fake, None), np.full(6, expected), atol=1e-4)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("critic_steps", [1, 3])
def test_the_generator_moves_once_in_so_many_critic_steps(critic_steps, jit_compile):
    wgan = linear_wgan(1.0, critic_steps=critic_steps)
    wgan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1), jit_compile=jit_compile)
    points = np.random.default_rng(0).normal(size=(70, 2)).astype("float32")
    wgan.fit(points, batch_size=10, epochs=2, verbose=0)
    assert int(wgan.discriminator_optimizer.iterations) == 14
    assert int(wgan.generator_optimizer.iterations) == 14 // critic_steps


def test_the_critic_finds_the_wasserstein_distance_of_two_points():
    """All real points at (3, 4) and all fakes at 0: W₁ = 5, and the best critic has slope 1."""
    wgan = linear_wgan(0.2)
    wgan.generator.set_weights([np.zeros((2, 2)), np.zeros(2)])
    wgan.generator.trainable = False
    wgan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.01))
    real = np.tile(np.float32([3.0, 4.0]), (8 * 300, 1))
    wgan.fit(real, batch_size=8, epochs=2, verbose=0)
    # Where the penalty is finite the slope settles at 1 + W₁ / (2 λ), a little above 1.
    slope = np.linalg.norm(wgan.discriminator.get_weights()[0])
    np.testing.assert_allclose(slope, 1 + 5 / 20, rtol=1e-3)
    np.testing.assert_allclose(-wgan.discriminator_loss.result(), 5 * slope, rtol=1e-3)


def test_a_short_training_brings_samples_closer_and_the_slope_to_1():
    digits = load("digits")
    keras.utils.set_random_seed(0)
    wgan = dense_wgan(SHAPE, 32, ema_decay=0.9)
    wgan.compile()
    real = digit_features(digits.validation.x)
    before = frechet_distance(real, digit_features(wgan.sample(500)))
    wgan.fit(digits.train.x, batch_size=64, epochs=60, verbose=0)
    after = frechet_distance(real, digit_features(wgan.sample(500)))
    assert after < 12 < 50 < before
    weight = np.random.default_rng(0).random((150, 1, 1, 1)).astype("float32")
    between = weight * digits.validation.x + (1 - weight) * wgan.sample(150)
    slopes = tf.sqrt(losses.jacobian_norm(between, wgan.discriminator))
    assert abs(np.mean(slopes) - 1) < 0.25


def test_bad_arguments_are_refused_in_words():
    with pytest.raises(ValueError, match="penalty_weight: expected a number of at least 0, got -1"):
        dense_wgan(SHAPE, 4, penalty_weight=-1)
    with pytest.raises(ValueError, match="critic_steps: expected a whole number of at least 1"):
        dense_wgan(SHAPE, 4, critic_steps=0)
