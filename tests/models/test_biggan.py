"""BigGAN: the label and each part of z reach their block, and truncation does what it says."""

import course_utils.quiet

import keras
import numpy as np
import pytest
from scipy.stats import kstest, truncnorm

from course_utils.data import load
from course_utils.gan_layers import SelfAttention
from course_utils.metrics.sample_quality import digit_classes
from course_utils.models.biggan import (
    BigGAN,
    big_discriminator,
    big_gan,
    big_generator,
    truncated_normal,
)
from course_utils.models.gan import OBJECTIVES

LATENT, CLASSES = 6, 10


def small(**options) -> BigGAN:
    keras.utils.set_random_seed(0)
    gan = BigGAN(
        big_generator(LATENT, CLASSES, width=8), big_discriminator(CLASSES, 8), CLASSES, **options
    )
    gan.compile()
    return gan


@pytest.fixture(scope="module")
def digits():
    return load("digits").train


def test_shapes_and_range():
    gan = small()
    for truncation in (None, 0.5):
        images = np.asarray(gan.sample(np.arange(10), truncation))
        assert images.shape == (10, 8, 8, 1)
        assert images.min() >= 0 and images.max() <= 1
    assert gan.objective == OBJECTIVES["hinge"]


@pytest.mark.parametrize(("shape", "parts"), [((8, 8, 1), 3), ((28, 28, 1), 4)])
def test_the_label_and_every_part_of_z_change_the_picture(shape, parts):
    keras.utils.set_random_seed(0)
    gan = big_gan(2 * parts, CLASSES, shape=shape, width=4)
    z = np.ones((1, gan.latent), "float32")
    before = np.asarray(gan.generate(z, [3]))
    assert before.shape == (1, *shape)
    assert np.abs(gan.generate(z, [4]) - before).max() > 1e-3
    for part in range(parts):
        changed = z.copy()
        changed[:, 2 * part : 2 * part + 2] *= -2
        assert np.abs(gan.generate(changed, [3]) - before).max() > 1e-3


def test_the_discriminator_compares_the_image_with_the_label(digits):
    gan = small()
    logits = np.asarray(gan.judge(digits.x[[0, 0, 0]], np.array([3, 4, 4])))
    assert abs(logits[0] - logits[1]) > 1e-4
    np.testing.assert_array_equal(logits[1], logits[2])


@pytest.mark.parametrize("threshold", [0.02, 0.5, 2.0])
def test_truncated_draws_are_normal_within_the_threshold(threshold):
    draws = np.ravel(truncated_normal((4000, 2), threshold, seed=1))
    assert np.abs(draws).max() <= threshold * 1.001
    # A true draw fails with probability 1e-4; the seed is fixed.
    assert kstest(draws, truncnorm(-threshold, threshold).cdf).pvalue > 1e-4


def test_training_moves_both_players_and_keeps_the_average(digits):
    gan = small(ema_decay=0.9)
    before = gan.generator.get_weights(), gan.discriminator.get_weights()
    gan.fit(digits.x[:64], digits.labels[:64], batch_size=32, epochs=1, verbose=0)
    for network, old in zip((gan.generator, gan.discriminator), before, strict=True):
        for variable, value in zip(network.weights, old, strict=True):
            # Behind attention's γ = 0 no gradient comes at the first step.
            assert (variable.numpy() != value).any(), variable.path
    z = np.ones((2, LATENT), "float32")
    assert np.abs(gan.generate(z, [1, 2]) - gan.generator([z, np.array([1, 2])])).max() > 1e-6


def test_saved_weights_give_back_the_same_images(tmp_path):
    gan = small(ema_decay=0.9)
    gan.save_weights(tmp_path / "gan.weights.h5")
    keras.utils.set_random_seed(5)
    other = BigGAN(
        big_generator(LATENT, CLASSES, width=8),
        big_discriminator(CLASSES, 8),
        CLASSES,
        ema_decay=0.9,
    )
    other.load_weights(tmp_path / "gan.weights.h5")
    z, labels = np.ones((10, LATENT), "float32"), np.arange(10)
    np.testing.assert_array_equal(other.generate(z, labels), gan.generate(z, labels))


@pytest.mark.slow
@pytest.mark.parametrize(("size", "attended"), [(8, 8), (28, 14)])
def test_the_discriminator_attends_where_there_are_not_too_many_pixels(size, attended):
    discriminator = big_discriminator(CLASSES, 4, (size, size, 1))
    (layer,) = (layer for layer in discriminator.layers if isinstance(layer, SelfAttention))
    assert layer.output.shape[1:3] == (attended, attended)


def test_a_training_makes_the_images_obey_the_label(digits):
    keras.utils.set_random_seed(0)
    gan = big_gan(ema_decay=0.99)
    gan.compile()
    gan.fit(digits.x, digits.labels, batch_size=64, epochs=20, verbose=0)
    labels = np.arange(500) % 10
    assert np.mean(digit_classes(gan.sample(labels)) == labels) > 0.8


def test_bad_input_is_refused_in_words():
    gan = small()
    with pytest.raises(ValueError, match=r"labels: expected values in \[0, 9\], got \[0, 10\]"):
        gan.sample([0, 10], 0.5)
    for truncation in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="truncation: expected a number above 0, got"):
            gan.sample([0], truncation)
    with pytest.raises(ValueError, match="latent: expected a size divisible by 3, got 8"):
        big_generator(8, 10)
    with pytest.raises(ValueError, match="latent: expected a size divisible by 4, got 6"):
        big_generator(6, 10, shape=(28, 28, 1))
