"""The GAN: which player moves in each step, what the remedies add, and that training helps."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import losses
from course_utils.data import load, toy
from course_utils.metrics.sample_quality import (
    digit_features,
    frechet_distance,
    mode_coverage,
)
from course_utils.models.gan import GAN, OBJECTIVES, conv_gan, dense_gan, point_gan
from course_utils.networks import dense_discriminator, dense_generator

SHAPE, LATENT = (8, 8, 1), 5
REMEDIES = {"r1_weight": 1.0, "ema_decay": 0.9}


@pytest.fixture(scope="module")
def images():
    return load("digits").train.x[:24]


def small_gan(seed=0, **options) -> GAN:
    """Small networks and plain gradient steps, whose size is known by hand."""
    keras.utils.set_random_seed(seed)
    gan = GAN(
        dense_generator(LATENT, SHAPE, hidden=[7]),
        dense_discriminator(SHAPE, hidden=[6]),
        **options,
    )
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return gan


def weights(network):
    return [w.numpy() for w in network.weights]


def assert_same(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("build", [dense_gan, conv_gan])
def test_shapes_and_range(build):
    gan = build(SHAPE, LATENT)
    z = np.random.default_rng(0).normal(size=(3, LATENT)).astype("float32")
    samples = np.asarray(gan.sample(4))
    assert gan.latent == LATENT
    assert samples.shape == (4, *SHAPE)
    assert samples.min() >= 0 and samples.max() <= 1
    assert gan.generate(z).shape == (3, *SHAPE)
    np.testing.assert_allclose(gan.predict(z, verbose=0), gan.generate(z), atol=1e-6)
    assert gan.discriminator(samples).shape == (4, 1)


@pytest.mark.parametrize("remedies", [{}, REMEDIES])
def test_each_player_moves_only_in_its_own_step(remedies, images):
    gan = small_gan(**remedies)
    generator, discriminator = weights(gan.generator), weights(gan.discriminator)
    gan.discriminator_step(images, None)
    assert_same(weights(gan.generator), generator)
    moved = weights(gan.discriminator)
    assert all((a != b).any() for a, b in zip(moved, discriminator, strict=True))
    gan.generator_step(images, None)
    assert_same(weights(gan.discriminator), moved)
    assert all((a != b).any() for a, b in zip(weights(gan.generator), generator, strict=True))


@pytest.mark.parametrize("r1_weight", [0.0, 2.0])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_steps_follow_the_gradients_of_the_objective(objective, r1_weight, images):
    gan = small_gan(objective=objective, r1_weight=r1_weight)
    z = tf.random.normal((24, LATENT), seed=1)
    gan.latent_noise = lambda count: z[:count]  # the same noise for the step and for the check
    loss = OBJECTIVES[objective]

    with tf.GradientTape() as tape:
        fake = gan.generator(z)
        value = tf.reduce_mean(
            loss.discriminator(gan.discriminator(images), gan.discriminator(fake))
        )
        value += r1_weight / 2 * tf.reduce_mean(losses.r1_penalty(gan.discriminator, images))
    variables = gan.discriminator.trainable_variables
    expected = [
        w - 0.1 * g for w, g in zip(variables, tape.gradient(value, variables), strict=True)
    ]
    gan.discriminator_step(images, None)
    for ours, theirs in zip(variables, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)

    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss.generator(gan.discriminator(gan.generator(z))))
    variables = gan.generator.trainable_variables
    gradients = tape.gradient(value, variables)
    expected = [w - 0.1 * g for w, g in zip(variables, gradients, strict=True)]
    gan.generator_step(images, None)
    for ours, theirs in zip(variables, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    np.testing.assert_allclose(gan.generator_loss.result(), value, rtol=1e-5)
    np.testing.assert_allclose(
        gan.generator_gradient.result(), tf.linalg.global_norm(gradients), rtol=1e-5
    )


def test_samples_come_from_the_running_average_of_the_weights(images):
    gan = small_gan(ema_decay=0.75)
    average = weights(gan.generator)
    for _ in range(3):
        gan.train_step((images,))
        average = [
            0.75 * a + 0.25 * w for a, w in zip(average, weights(gan.generator), strict=True)
        ]
    for ours, by_hand in zip(weights(gan.averaged_generator), average, strict=True):
        np.testing.assert_allclose(ours, by_hand, atol=1e-6)
    z = np.ones((2, LATENT), "float32")
    np.testing.assert_array_equal(gan.generate(z), gan.averaged_generator(z))
    assert np.abs(gan.generate(z) - gan.generator(z)).max() > 1e-6


def test_without_averaging_samples_come_from_the_latest_weights(images):
    gan = small_gan()
    gan.train_step((images,))
    z = np.ones((2, LATENT), "float32")
    np.testing.assert_array_equal(gan.generate(z), gan.generator(z))


def test_same_seed_same_samples(images):
    def train(seed):
        gan = small_gan(seed, **REMEDIES)
        gan.fit(images, batch_size=8, epochs=2, verbose=0)
        return np.asarray(gan.sample(3))

    # Two threads add up in an order of their own: the last digits may differ.
    np.testing.assert_allclose(train(1), train(1), atol=1e-4)
    assert np.abs(train(1) - train(2)).max() > 1e-3


@pytest.mark.parametrize("compiled", [True, False])
def test_saved_weights_give_back_the_same_samples(compiled, images, tmp_path):
    gan = small_gan(0, **REMEDIES)
    gan.fit(images, batch_size=8, epochs=2, verbose=0)
    file = tmp_path / "gan.weights.h5"
    gan.save_weights(file)
    other = small_gan(1, **REMEDIES)
    if not compiled:
        other = GAN(other.generator, other.discriminator, **REMEDIES)
    other.load_weights(file)
    z = np.ones((2, LATENT), "float32")
    np.testing.assert_array_equal(other.generate(z), gan.generate(z))
    np.testing.assert_array_equal(other.generator(z), gan.generator(z))
    np.testing.assert_array_equal(other.discriminator(images), gan.discriminator(images))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_short_training_brings_samples_closer_to_the_digits(jit_compile):
    digits = load("digits")
    keras.utils.set_random_seed(0)
    gan = dense_gan(SHAPE, 32, **REMEDIES)
    gan.compile(jit_compile=jit_compile)
    real = digit_features(digits.validation.x)

    def distance():
        return frechet_distance(real, digit_features(gan.sample(500)))

    before = distance()
    history = gan.fit(digits.train.x, batch_size=64, epochs=25, verbose=0).history
    assert history.keys() == {"discriminator_loss", "generator_loss", "generator_gradient"}
    assert before > 50
    assert distance() < 8


def test_the_discriminator_of_a_convolutional_gan_may_have_features():
    kernels = conv_gan(SHAPE, LATENT, features=6).discriminator.layers[-1].weights
    assert [weight.shape for weight in kernels] == [(6, 1), (1,)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_convolutional_networks_learn_too(seed):
    digits = load("digits")
    keras.utils.set_random_seed(seed)
    gan = conv_gan(SHAPE, 32, r1_weight=1.0, ema_decay=0.99)
    gan.compile()
    gan.fit(digits.train.x, batch_size=64, epochs=25, verbose=0)
    features = digit_features(gan.sample(500))
    assert frechet_distance(digit_features(digits.validation.x), features) < 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_every_mode_of_the_ring_is_found(seed):
    modes = toy.GAUSSIAN_RING
    points, _ = modes.sample(np.random.default_rng(seed), 10_000)
    scale = points.std()
    keras.utils.set_random_seed(seed)
    gan = point_gan(r1_weight=0.1, ema_decay=0.995)
    gan.compile(
        *(
            keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(rate, 3000), beta_1=0.0, beta_2=0.9
            )
            for rate in (5e-3, 4e-3)
        )
    )
    gan.fit(points / scale, batch_size=250, epochs=75, verbose=0)
    coverage = mode_coverage(np.asarray(gan.sample(2500)) * scale, modes.centers, modes.std)
    assert coverage.modes == 8
    assert coverage.high_quality > 0.8


def test_bad_arguments_are_refused_in_words(images):
    players = small_gan().generator, small_gan().discriminator
    for options, message in [
        ({"objective": "least_squares"}, "objective: expected one of saturating"),
        ({"r1_weight": -1.0}, "r1_weight: expected a number of at least 0, got -1.0"),
        ({"r1_weight": float("nan")}, "r1_weight"),
        ({"ema_decay": 1.0}, r"ema_decay: expected a number in \[0, 1\), got 1.0"),
    ]:
        with pytest.raises(ValueError, match=message):
            GAN(*players, **options)
    with pytest.raises(ValueError, match="generator's output: expected shape"):
        GAN(dense_generator(LATENT, (4, 4, 1)), players[1])
    with pytest.raises(ValueError, match="discriminator's output: expected shape"):
        GAN(players[0], keras.Sequential([keras.Input(SHAPE), keras.layers.Conv2D(1, 3)]))


def test_bad_input_is_refused_in_words(images):
    gan = small_gan()
    with pytest.raises(ValueError, match=r"z: expected shape \(B, 5\), got \(2, 4\)"):
        gan.generate(np.zeros((2, 4), "float32"))
    with pytest.raises(ValueError, match="z: expected finite numbers"):
        gan.generate(np.full((2, LATENT), np.nan, "float32"))
    with pytest.raises(ValueError, match="count: expected a whole number of at least 1, got 0"):
        gan.sample(0)
    with pytest.raises(ValueError, match="validation_data: a GAN has no loss to validate"):
        gan.fit(images, validation_data=(images,), verbose=0)
