"""The progressive GAN: what fades in, what goes on learning, what is kept."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils import losses
from course_utils.data import load
from course_utils.models.progressive_gan import (
    ProgressiveGAN,
    growing_discriminators,
    growing_generator,
    progressive_gan,
)

LATENT, CHANNELS = 6, (8, 8, 4)
SIZES = (4, 8, 16)


def small(**options) -> ProgressiveGAN:
    keras.utils.set_random_seed(0)
    gan = progressive_gan(LATENT, CHANNELS, **options)
    gan.compile()
    return gan


def grown(**options) -> ProgressiveGAN:
    gan = small(**options)
    while gan.size < gan.full_size:
        gan.grow()
    return gan


@pytest.fixture(scope="module")
def faces():
    return load("faces", size=16, count=60).train.x


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(size=(5, LATENT)).astype("float32")


def twice_as_wide(images):
    return np.asarray(images).repeat(2, axis=1).repeat(2, axis=2)


def test_it_grows_from_4_pixels_to_its_full_size(z):
    gan = small(ema_decay=0.9)
    for size in SIZES:
        assert gan.size == size
        images = np.asarray(gan.generate(z))
        assert images.shape == (5, size, size, 3)
        assert images.min() >= 0 and images.max() <= 1
        assert gan.discriminator(images).shape == (5, 1)
        if size < 16:
            gan.grow()
    with pytest.raises(ValueError, match="full size already, 16 pixels"):
        gan.grow()


@pytest.mark.parametrize("ema_decay", [0.0, 0.9])
def test_growing_changes_no_picture_until_the_new_layers_fade_in(ema_decay, z):
    gan = small(ema_decay=ema_decay)
    before = np.asarray(gan.generate(z))
    gan.grow()
    np.testing.assert_allclose(gan.generate(z), twice_as_wide(before), atol=1e-6)
    gan.fades[0].alpha.assign(0.5)
    assert np.abs(gan.generator(z) - twice_as_wide(before)).max() > 1e-3


def test_growing_changes_no_judgement_until_the_new_layers_fade_in():
    gan, images = small(), np.random.default_rng(0).random((5, 4, 4, 3)).astype("float32")
    before = gan.discriminator(images)
    gan.grow()
    np.testing.assert_allclose(gan.discriminator(twice_as_wide(images)), before, atol=1e-5)
    gan.fades[1].alpha.assign(0.5)
    assert np.abs(gan.discriminator(twice_as_wide(images)) - before).max() > 1e-4


def test_real_images_are_shrunk_and_faded_like_the_fakes(faces):
    gan = grown()
    mean = faces.reshape(-1, 8, 2, 8, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(gan.shrink(faces), twice_as_wide(mean), atol=1e-6)
    gan.fades[1].alpha.assign(0.25)
    expected = 0.75 * twice_as_wide(mean) + 0.25 * faces
    np.testing.assert_allclose(gan.shrink(faces), expected, atol=1e-6)
    np.testing.assert_allclose(
        small().shrink(faces), faces.reshape(-1, 4, 4, 4, 4, 3).mean(axis=(2, 4)), atol=1e-6
    )


def test_alpha_rises_by_one_share_a_step_and_stays_at_1(faces):
    gan = small(fade_steps=4)
    gan.grow()
    for expected in (0.5, 1.0, 1.0):
        gan.fit(faces[:16], batch_size=8, epochs=1, verbose=0)
        np.testing.assert_allclose([fade.alpha for fade in gan.fades], [expected] * 2)


def test_old_layers_go_on_learning_and_new_ones_start(faces):
    gan = small(r1_weight=0.1, ema_decay=0.9, fade_steps=2)
    gan.fit(faces, batch_size=16, epochs=1, verbose=0)
    gan.grow()
    whole = gan.whole_generator, gan.all_discriminators[1]
    before = [network.get_weights() for network in whole]
    gan.fit(faces, batch_size=16, epochs=2, verbose=0)
    for network, old in zip(whole, before, strict=True):
        for variable, value in zip(network.weights, old, strict=True):
            later = "fade_2" in variable.path or variable.path.split("/")[0] in _of_16_pixels(gan)
            assert (variable.numpy() == value).all() == later, variable.path


def _of_16_pixels(gan):
    now = {layer.name for layer in gan.generator.layers}
    return {layer.name for layer in gan.whole_generator.layers} - now


def test_the_penalty_is_that_of_the_discriminator_of_the_day(faces):
    gan = grown(r1_weight=2.0)
    expected = losses.r1_penalty(gan.all_discriminators[-1], faces)
    np.testing.assert_allclose(gan.penalty(faces, None, None), expected, rtol=1e-4)


@pytest.mark.parametrize("growths", [0, 1, 2])
def test_saved_weights_come_back_with_their_size(growths, z, tmp_path):
    gan = small(ema_decay=0.9)
    for _ in range(growths):
        gan.grow()
    gan.save_weights(tmp_path / "gan.weights.h5")
    keras.utils.set_random_seed(1)
    other = progressive_gan(LATENT, CHANNELS, ema_decay=0.9)
    other.load_weights(tmp_path / "gan.weights.h5")
    assert other.size == gan.size
    np.testing.assert_array_equal(other.generate(z), gan.generate(z))


def test_a_subclass_with_a_build_of_its_own_grows():
    class Built(ProgressiveGAN):
        def build(self, input_shape):
            self.extra = self.add_weight(shape=(), name="extra")

    gan = Built(growing_generator(LATENT, CHANNELS), growing_discriminators(CHANNELS))
    gan.build((None, 16, 16, 3))
    gan.grow()
    assert gan.size == 8


def test_same_seed_same_samples(faces):
    def train():
        gan = small(ema_decay=0.5)
        gan.grow()
        gan.fit(faces, batch_size=16, epochs=2, verbose=0)
        return np.asarray(gan.sample(3))

    # Two threads add up in an order of their own: the last digits may differ.
    np.testing.assert_allclose(train(), train(), atol=1e-3)


def test_a_short_training_finds_the_mean_colours_of_4_pixels():
    faces = load("faces", count=1000)
    keras.utils.set_random_seed(0)
    gan = progressive_gan(16, (32, 16, 8, 8), r1_weight=0.2, ema_decay=0.98)
    gan.compile()
    real = np.asarray(gan.shrink(faces.train.x))

    def distance():
        samples = np.asarray(gan.sample(500))
        return np.abs(samples.mean(axis=0) - real.mean(axis=0)).mean()

    before = distance()
    gan.fit(faces.train.x, batch_size=16, epochs=8, verbose=0)
    assert distance() < before / 2
    spread = np.asarray(gan.sample(500)).std(axis=0).mean() / real.std(axis=0).mean()
    assert 0.5 < spread < 1.5


def test_bad_arguments_are_refused_in_words():
    with pytest.raises(ValueError, match="fade_steps: expected a whole number of at least 1"):
        small(fade_steps=0)
    with pytest.raises(ValueError, match="generator's largest output: expected shape"):
        ProgressiveGAN(growing_generator(LATENT, (8, 8)), growing_discriminators(CHANNELS))
