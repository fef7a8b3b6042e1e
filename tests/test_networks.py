"""Network builders: shapes, ranges, and the properties for which each is built."""

import course_utils.quiet

import keras
import numpy as np
import pytest

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


def test_a_discriminator_may_have_a_layer_of_features_before_its_logit():
    keras.utils.set_random_seed(0)
    discriminator = networks.conv_discriminator((8, 8, 1), filters=4, features=6)
    images = np.random.default_rng(0).random((5, 8, 8, 1)).astype("float32")
    *_, hidden, weights, bias = discriminator.weights
    assert (hidden.shape, weights.shape) == ((6,), (6, 1))
    before = keras.Model(discriminator.input, discriminator.layers[-3].output)(images)
    features = np.where(before > 0, before, 0.2 * before)  # Keras's leaky ReLU
    np.testing.assert_allclose(discriminator(images), features @ weights + bias, atol=1e-6)


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


def test_encoder_gives_vectors():
    encoder = networks.conv_encoder((32, 32, 3), LATENT, filters=4)
    assert encoder(np.zeros((2, 32, 32, 3), "float32")).shape == (2, LATENT)


def test_a_score_sees_a_patch_of_18_pixels_and_no_more(pixels_that_matter):
    shape = (48, 48, 3)
    network = networks.patch_discriminator(shape, filters=(4, 8))
    assert network.output_shape == (None, 12, 12, 1)
    seen = pixels_that_matter(network, shape, (6, 6))
    assert seen.any(axis=0).sum() == seen.any(axis=1).sum() == 18
