"""The conditional GAN: both players use the label, and the images match it."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.data import load
from course_utils.metrics.sample_quality import digit_classes
from course_utils.models.conditional_gan import (
    ConditionalGAN,
    conv_conditional_gan,
    dense_conditional_gan,
)
from course_utils.networks import dense_discriminator

SHAPE, LATENT, CLASSES = (8, 8, 1), 6, 10


def built(build, **options) -> ConditionalGAN:
    keras.utils.set_random_seed(0)
    gan = build(SHAPE, LATENT, CLASSES, r1_weight=1.0, ema_decay=0.9, **options)
    gan.compile()
    return gan


@pytest.fixture
def gan() -> ConditionalGAN:
    return built(dense_conditional_gan)


FAMILY = pytest.mark.parametrize("build", [dense_conditional_gan, conv_conditional_gan])


@FAMILY
def test_shapes(build):
    gan, z = built(build), np.zeros((4, LATENT), "float32")
    assert gan.latent == LATENT
    assert gan.generate(z, [0, 1, 9, 9]).shape == (4, *SHAPE)
    assert gan.sample(np.arange(10)).shape == (10, *SHAPE)


@FAMILY
def test_both_players_look_at_the_label(build):
    gan = built(build)
    z, images = np.ones((2, LATENT), "float32"), load("digits").test.x[[0, 0]]
    first, second = np.asarray(gan.generate(z, [3, 4]))
    assert np.abs(first - second).max() > 1e-3
    first, second = np.asarray(gan.judge(images, np.array([3, 4])))
    assert abs(first - second) > 1e-3
    np.testing.assert_array_equal(*np.asarray(gan.judge(images, np.array([3, 3]))))


def test_projection_adds_the_features_along_the_label():
    """With every other weight at zero the logit is v_label · φ(x), by hand."""
    gan = dense_conditional_gan((2,), LATENT, 3)
    dense_1, bias_1, dense_2, bias_2, v, out, bias = (
        np.zeros_like(w) for w in gan.discriminator.get_weights()
    )
    dense_1[0, 0] = dense_2[0, 0] = 1.0
    v[:, 0] = [2.0, 3.0, 5.0]
    gan.discriminator.set_weights([dense_1, bias_1, dense_2, bias_2, v, out, bias])
    x = np.float32([[7.0, 1.0], [7.0, 1.0], [1.0, 0.0]])
    logits = gan.judge(x, np.array([0, 2, 1]))
    np.testing.assert_allclose(np.ravel(logits), [14, 35, 3], rtol=1e-6)


def test_convolutional_features_are_compared_with_the_label_as_dense_ones_are():
    """The difference of two labels' logits is (v_a − v_b) · φ(x), with φ read off the network."""
    discriminator = built(conv_conditional_gan, filters=2).discriminator
    phi = next(layer for layer in discriminator.layers if isinstance(layer, keras.layers.Dot))
    features = keras.Model(discriminator.inputs[0], phi.input[0])
    (v,) = next(
        layer for layer in discriminator.layers if isinstance(layer, keras.layers.Embedding)
    ).get_weights()
    x = load("digits").test.x[:5]
    logits = [np.ravel(discriminator([x, np.full(5, label)])) for label in (7, 2)]
    expected = np.asarray(features(x)) @ (v[7] - v[2])
    np.testing.assert_allclose(logits[0] - logits[1], expected, atol=1e-5)


def test_saved_weights_give_back_the_same_images(gan, tmp_path):
    gan.save_weights(tmp_path / "gan.weights.h5")
    other = dense_conditional_gan(SHAPE, LATENT, CLASSES, r1_weight=1.0, ema_decay=0.9)
    other.load_weights(tmp_path / "gan.weights.h5")
    z, labels = np.ones((10, LATENT), "float32"), np.arange(10)
    np.testing.assert_array_equal(other.generate(z, labels), gan.generate(z, labels))


def test_a_short_training_makes_the_images_obey_the_label(gan):
    digits = load("digits").train
    gan.fit(digits.x, digits.labels, batch_size=64, epochs=30, verbose=0)
    labels = np.arange(500) % 10
    # Guessing is right one time in ten.
    assert np.mean(digit_classes(gan.sample(labels)) == labels) > 0.8


def test_bad_input_is_refused_in_words(gan):
    z = np.zeros((2, LATENT), "float32")
    with pytest.raises(ValueError, match=r"labels: expected values in \[0, 9\], got \[0, 10\]"):
        gan.generate(z, [0, 10])
    with pytest.raises(ValueError, match=r"labels: expected shape \(B=2,\), got \(3,\)"):
        gan.generate(z, [0, 1, 2])
    with pytest.raises(ValueError, match="labels: expected integers"):
        gan.sample([0.5])
    with pytest.raises(ValueError, match="labels"):
        gan.sample([])
    with pytest.raises(ValueError, match="generator and discriminator: expected two inputs each"):
        ConditionalGAN(gan.generator, dense_discriminator(SHAPE), CLASSES)
    with pytest.raises(ValueError, match="needs labels"):
        gan.fit(load("digits").test.x, verbose=0)
