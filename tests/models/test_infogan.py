"""InfoGAN: the codes, their terms in both players' losses, and that they become visible."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import losses
from course_utils.data import load
from course_utils.metrics.clustering import clustering_accuracy
from course_utils.models.infogan import InfoGAN, dense_infogan, recognising_discriminator
from course_utils.networks import (
    dense_discriminator,
    dense_generator,
)

SHAPE, LATENT, CLASSES, CONTINUOUS = (8, 8, 1), 3, 5, 2
WEIGHTS = {"information_weight": 0.7, "continuous_weight": 0.3}


@pytest.fixture(scope="module")
def images():
    return load("digits").train.x[:24]


def small_gan(seed=0, **options) -> InfoGAN:
    """Small networks and plain gradient steps, whose size is known by hand."""
    keras.utils.set_random_seed(seed)
    gan = InfoGAN(
        dense_generator(LATENT + CLASSES + CONTINUOUS, SHAPE, hidden=[7]),
        recognising_discriminator(SHAPE, CLASSES, CONTINUOUS, hidden=[6]),
        **{**WEIGHTS, **options},
    )
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return gan


def information_loss(gan, fake, codes):
    """λ E[−log Q(c | x)] + λ' ½ E ‖u − μ(x)‖², by Keras's own losses."""
    _, logits, means = gan.discriminator(fake)
    categorical = keras.losses.categorical_crossentropy(
        codes[:, :CLASSES], logits, from_logits=True
    )
    squared = keras.losses.mean_squared_error(codes[:, CLASSES:], means) * CONTINUOUS
    return tf.reduce_mean(0.7 * categorical + 0.3 * squared / 2)


def test_shapes_and_sizes(images):
    gan = small_gan()
    assert (gan.latent, gan.classes, gan.continuous) == (LATENT, CLASSES, CONTINUOUS)
    samples = np.asarray(gan.sample(4))
    assert samples.shape == (4, *SHAPE)
    assert samples.min() >= 0 and samples.max() <= 1
    probabilities, means = gan.recognize(images)
    assert probabilities.shape == (24, CLASSES) and means.shape == (24, CONTINUOUS)
    np.testing.assert_allclose(np.sum(probabilities, axis=1), 1, rtol=1e-5)


def test_codes_are_one_hot_and_uniform():
    codes = np.asarray(small_gan().draw_codes(20_000))
    c, u = codes[:, :CLASSES], codes[:, CLASSES:]
    assert set(np.unique(c)) == {0, 1} and (c.sum(axis=1) == 1).all()
    # Five standard errors each: a right sampler fails about once in 200,000 seeds.
    np.testing.assert_allclose(c.mean(axis=0), 1 / CLASSES, atol=5 * 0.4 / np.sqrt(20_000))
    assert u.min() >= -1 and u.max() <= 1
    np.testing.assert_allclose(u.mean(axis=0), 0, atol=5 * 0.58 / np.sqrt(20_000))
    np.testing.assert_allclose(u.var(axis=0), 1 / 3, atol=0.02)


def test_both_steps_follow_the_gradients_of_the_objective(images):
    gan = small_gan(r1_weight=2.0)
    z = tf.random.normal((24, LATENT), seed=1)
    gan.latent_noise = lambda count: z[:count]  # the same noise for the step and for the check
    codes = gan.draw_codes(24)
    latent = tf.concat([z, codes], axis=-1)

    def logit(x):
        return gan.discriminator(x)[0]

    with tf.GradientTape() as tape:
        fake = gan.generator(latent)
        value = tf.reduce_mean(
            losses.logistic_discriminator_loss(logit(images), logit(fake))
            + losses.r1_penalty(logit, images)
        ) + information_loss(gan, fake, codes)
    variables = gan.discriminator.trainable_variables
    gradients = tape.gradient(value, variables)
    expected = [w - 0.1 * g for w, g in zip(variables, gradients, strict=True)]
    gan.discriminator_step(images, codes)
    for ours, theirs in zip(variables, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)

    with tf.GradientTape() as tape:
        fake = gan.generator(latent)
        value = tf.reduce_mean(losses.non_saturating_generator_loss(logit(fake)))
        value += information_loss(gan, fake, codes)
    variables = gan.generator.trainable_variables
    gradients = tape.gradient(value, variables)
    expected = [w - 0.1 * g for w, g in zip(variables, gradients, strict=True)]
    gan.generator_step(images, codes)
    for ours, theirs in zip(variables, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_short_training_makes_the_code_visible(jit_compile):
    digits = load("digits")
    keras.utils.set_random_seed(0)
    gan = dense_infogan(SHAPE, 4, 10, 1, r1_weight=0.1, ema_decay=0.99)
    gan.compile(jit_compile=jit_compile)
    before = clustering_accuracy(digits.train.labels, codes_of(gan, digits.train.x))
    history = gan.fit(digits.train.x, batch_size=64, epochs=15, verbose=0).history
    # The bound is at most log K, and 0 for a code that cannot be seen.
    assert history["information"][0] < 1.5 < 2.0 < history["information"][-1] <= np.log(10)
    assert clustering_accuracy(digits.train.labels, codes_of(gan, digits.train.x)) > before

    codes = gan.draw_codes(500)
    drawn = gan.generate(gan.latent_noise(500), codes)
    asked = np.argmax(codes[:, :10], axis=1)
    assert np.mean(codes_of(gan, drawn) == asked) > 0.9


def codes_of(gan, x):
    return np.argmax(gan.recognize(x)[0], axis=1)


def test_saved_weights_give_back_the_same_samples_and_codes(images, tmp_path):
    gan = small_gan(ema_decay=0.9)
    gan.fit(images, batch_size=8, verbose=0)
    file = tmp_path / "gan.weights.h5"
    gan.save_weights(file)
    other = small_gan(1, ema_decay=0.9)
    other.load_weights(file)
    z, codes = gan.latent_noise(3), gan.draw_codes(3)
    np.testing.assert_array_equal(other.generate(z, codes), gan.generate(z, codes))
    np.testing.assert_array_equal(other.recognize(images)[0], gan.recognize(images)[0])


def test_bad_arguments_are_refused_in_words(images):
    for name in WEIGHTS:
        with pytest.raises(ValueError, match=f"{name}: expected a number of at least 0, got -1"):
            small_gan(**{name: -1.0})
    generator = dense_generator(CLASSES + CONTINUOUS, SHAPE)
    with pytest.raises(ValueError, match="discriminator: expected three outputs"):
        InfoGAN(generator, dense_discriminator(SHAPE))
    with pytest.raises(ValueError, match=r"input of more than K \+ C = 7 numbers"):
        InfoGAN(generator, recognising_discriminator(SHAPE, CLASSES, CONTINUOUS))
    with pytest.raises(ValueError, match="generator's output: expected shape"):
        dense = dense_generator(20, (4, 4, 1))
        InfoGAN(dense, recognising_discriminator(SHAPE, CLASSES, CONTINUOUS))


def test_bad_input_is_refused_in_words(images):
    gan = small_gan()
    z, codes = np.zeros((2, LATENT), "float32"), np.zeros((2, CLASSES + CONTINUOUS), "float32")
    with pytest.raises(ValueError, match=r"z: expected shape \(B, 3\), got \(2, 2\)"):
        gan.generate(z[:, :2], codes)
    with pytest.raises(ValueError, match=r"codes: expected shape \(B=2, 7\), got \(3, 7\)"):
        gan.generate(z, np.zeros((3, 7), "float32"))
    with pytest.raises(ValueError, match="x: expected finite numbers"):
        gan.recognize(np.full((2, *SHAPE), np.nan))
    with pytest.raises(ValueError, match="count: expected a whole number of at least 1, got 0"):
        gan.sample(0)
    with pytest.raises(ValueError, match="validation_data: a GAN has no loss to validate"):
        gan.fit(images, validation_data=(images,), verbose=0)


def test_recognising_discriminator_answers_from_one_trunk():
    network = recognising_discriminator((8, 8, 1), 10, 2, hidden=[16, 12])
    images = np.random.default_rng(0).random((4, 8, 8, 1)).astype("float32")
    assert [tuple(answer.shape) for answer in network(images)] == [(4, 1), (4, 10), (4, 2)]
    trunk = 64 * 16 + 16 + 16 * 12 + 12
    assert network.count_params() == trunk + (12 + 1) * (1 + 10 + 2)
