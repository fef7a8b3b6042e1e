"""Network builders: shapes, ranges and what each is built for."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import networks

LATENT = 5


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (32, 32, 3), (12, 8, 2), (5, 7, 1)])
@pytest.mark.parametrize("kind", ["dense", "conv"])
def test_generator_draws_pixels_of_the_shape_that_the_discriminator_takes(kind, shape):
    generator = getattr(networks, f"{kind}_generator")(LATENT, shape)
    discriminator = getattr(networks, f"{kind}_discriminator")(shape)
    z = np.random.default_rng(0).normal(size=(3, LATENT)).astype("float32")
    images = np.asarray(generator(z))
    assert images.shape == (3, *shape)
    assert images.min() >= 0 and images.max() <= 1
    assert discriminator(images).shape == (3, 1)


def test_convolutions_start_from_4_pixels_where_the_size_allows():
    layers = networks.conv_generator(LATENT, (32, 32, 3)).layers
    sizes = [layer.output.shape[1] for layer in layers if isinstance(layer, keras.layers.Reshape)]
    assert sizes == [4]


@pytest.mark.parametrize("build", [networks.dense_discriminator, networks.conv_discriminator])
def test_discriminators_judge_each_example_by_itself(build):
    """R1 and the gradient penalty take the slope of a sum for the slope of each."""
    keras.utils.set_random_seed(0)
    discriminator = build((8, 8, 1))
    images = np.random.default_rng(0).random((6, 8, 8, 1)).astype("float32")
    together = discriminator(images, training=True)
    alone = [discriminator(images[i : i + 1], training=True) for i in range(6)]
    np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-5)


def test_linear_output_is_not_bounded():
    keras.utils.set_random_seed(0)
    generator = networks.dense_generator(LATENT, (2,), output_activation="linear")
    points = generator(np.random.default_rng(0).normal(size=(500, LATENT)) * 20)
    assert np.min(points) < 0 and np.max(points) > 1


def test_fourier_features_are_the_point_and_its_waves():
    layer = networks.FourierFeatures(3, 2.0)
    x = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
    features = layer(x)
    phase = x @ layer.frequencies.numpy()
    expected = np.concatenate([x, np.sin(phase), np.cos(phase)], axis=1)
    np.testing.assert_allclose(features, expected, atol=1e-5)
    assert layer.compute_output_shape((None, 2)) == (None, 8)
    assert not layer.trainable_weights


def test_fourier_frequencies_have_the_scale_asked_for():
    keras.utils.set_random_seed(0)
    layer = networks.FourierFeatures(50_000, 3.0)
    layer.build((None, 1))
    np.testing.assert_allclose(np.std(layer.frequencies), 3.0, rtol=0.02)


@pytest.mark.parametrize(("size", "fourier_features"), [(64, 0), (2, 5)])
def test_denoiser_answers_in_the_size_of_its_question_and_sees_the_time(size, fourier_features):
    keras.utils.set_random_seed(0)
    denoiser = networks.dense_denoiser(size, width=16, blocks=2, fourier_features=fourier_features)
    z = np.random.default_rng(0).normal(size=(3, size)).astype("float32")
    t = np.float32([0.1, 0.5, 0.5])
    np.testing.assert_array_equal(denoiser([z, t]), np.zeros_like(z))  # it starts at 0
    kernel = denoiser.layers[-1].kernel
    kernel.assign(keras.random.normal(kernel.shape, seed=0))
    early, late = denoiser([z[:1], t[:1]]), denoiser([z[:1], t[1:2]])
    assert early.shape == (1, size)
    assert np.abs(early - late).max() > 1e-3


def test_blocks_of_a_denoiser_add_to_their_input():
    """Width 16, embedded time 32: each block is 16 → 16, 32 → 16 and 16 → 16."""
    one, two = (networks.dense_denoiser(3, width=16, blocks=n) for n in (1, 2))
    block = 16 * 16 + (32 + 1) * 16 + (16 + 1) * 16
    assert two.count_params() - one.count_params() == block


def test_encoder_gives_vectors():
    encoder = networks.conv_encoder((32, 32, 3), LATENT, filters=4)
    assert encoder(np.zeros((2, 32, 32, 3), "float32")).shape == (2, LATENT)


def test_a_translator_starts_by_changing_nothing():
    images = np.random.default_rng(0).random((2, 16, 24, 3)).astype("float32")
    translator = networks.residual_translator((16, 24, 3))
    np.testing.assert_array_equal(translator(images), images)
    with pytest.raises(ValueError, match="shape: expected sides that are multiples of 4"):
        networks.residual_translator((16, 18, 3))


def pixels_that_matter(network, shape, place):
    """Which pixels of an image the output at `place` depends on, (H, W)."""
    keras.utils.set_random_seed(0)
    network.set_weights([np.random.normal(size=w.shape) for w in network.get_weights()])
    image = tf.constant(np.random.default_rng(0).random((1, *shape)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(image)
        output = tf.reduce_sum(network(image)[(0, *place)])
    return np.abs(tape.gradient(output, image)[0]).sum(axis=-1) > 0


def test_a_score_sees_a_patch_of_18_pixels_and_no_more():
    shape = (48, 48, 3)
    network = networks.patch_discriminator(shape, filters=4)
    assert network.output_shape == (None, 12, 12, 1)
    seen = pixels_that_matter(network, shape, (6, 6))
    assert seen.any(axis=0).sum() == seen.any(axis=1).sum() == 18


def test_each_residual_block_lets_a_translator_look_further():
    shape = (64, 64, 3)
    widths = [
        pixels_that_matter(
            networks.residual_translator(shape, width=4, blocks=blocks), shape, (32, 32)
        )
        .any(axis=0)
        .sum()
        for blocks in (0, 1, 2)
    ]
    assert np.diff(widths).tolist() == [16, 16]


def test_recognising_discriminator_answers_from_one_trunk():
    network = networks.recognising_discriminator((8, 8, 1), 10, 2, hidden=[16, 12])
    images = np.random.default_rng(0).random((4, 8, 8, 1)).astype("float32")
    assert [tuple(answer.shape) for answer in network(images)] == [(4, 1), (4, 10), (4, 2)]
    trunk = 64 * 16 + 16 + 16 * 12 + 12
    assert network.count_params() == trunk + (12 + 1) * (1 + 10 + 2)
