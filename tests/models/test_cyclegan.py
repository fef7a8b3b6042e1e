"""CycleGAN: losses by hand, which network each loss trains, and a translation that is known."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils.models.cyclegan import CycleGAN, residual_cyclegan, residual_translator

SHAPE = (8, 8, 3)


@pytest.fixture
def images():
    return np.random.default_rng(0).random((2, 6, *SHAPE)).astype("float32")


def affine(scale, offset):
    """A translator that does the same to every pixel."""
    return keras.Sequential([keras.Input(SHAPE), keras.layers.Rescaling(scale, offset)])


def scores(kernel):
    """A discriminator of two scores an image: the mean red of either half, times a number."""
    layer = keras.layers.Conv2D(1, (8, 4), (8, 4), use_bias=False)
    network = keras.Sequential([keras.Input(SHAPE), layer])
    weights = np.zeros((8, 4, 3, 1))
    weights[:, :, 0] = kernel / 32
    network.set_weights([weights])
    return network


def test_the_losses_are_those_of_the_paper(images):
    x, y = images
    model = CycleGAN(affine(0.5, 0.1), affine(3.0, 0.0), scores(1.0), scores(2.0))
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    logs = model.fit(x, y, batch_size=6, verbose=0).history

    def read(image, kernel):
        return kernel * image[..., 0].reshape(6, 8, 2, 4).mean(axis=(1, 3))

    fake_y, fake_x = 0.5 * x + 0.1, 3 * y
    expected = {
        "adversarial_loss": np.mean((read(fake_x, 1) - 1) ** 2)
        + np.mean((read(fake_y, 2) - 1) ** 2),
        "cycle_loss": np.mean(np.abs(3 * fake_y - x)) + np.mean(np.abs(0.5 * fake_x + 0.1 - y)),
        "identity_loss": np.mean(np.abs(3 * x - x)) + np.mean(np.abs(0.5 * y + 0.1 - y)),
        "discriminator_loss": 0.5
        * (
            np.mean((read(x, 1) - 1) ** 2 + read(fake_x, 1) ** 2)
            + np.mean((read(y, 2) - 1) ** 2 + read(fake_y, 2) ** 2)
        ),
    }
    assert {name: value[0] for name, value in logs.items()} == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("player", "moved"), [("translators", (True, False)), ("discriminators", (False, True))]
)
def test_each_side_moves_its_own_networks(images, player, moved):
    keras.utils.set_random_seed(0)
    model = residual_cyclegan(SHAPE, width=4, blocks=1)
    model.compile(
        keras.optimizers.SGD(0.1 if player == "translators" else 0.0),
        keras.optimizers.SGD(0.1 if player == "discriminators" else 0.0),
    )
    sides = (
        (model.translator, model.back_translator),
        (model.discriminator_x, model.discriminator_y),
    )
    before = [[network.get_weights() for network in side] for side in sides]
    model.fit(*images, batch_size=3, verbose=0)
    for side, old, expected in zip(sides, before, moved, strict=True):
        for network, weights in zip(side, old, strict=True):
            same = [
                np.array_equal(a, b) for a, b in zip(network.get_weights(), weights, strict=True)
            ]
            assert all(same) is not expected


@pytest.mark.parametrize("weight", ["cycle_weight", "identity_weight"])
def test_a_heavier_loss_falls_further(weight):
    """The same game twice, one term off and on."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0.5, 1, (64, *SHAPE)), rng.uniform(0, 0.5, (64, *SHAPE))
    finals = []
    for value in (0.0, 20.0):
        keras.utils.set_random_seed(0)
        options = {"cycle_weight": 0.0, "identity_weight": 0.0, weight: value}
        model = residual_cyclegan(SHAPE, width=4, blocks=1, **options)
        model.compile()
        logs = model.fit(x, y, batch_size=16, epochs=15, verbose=0).history
        finals.append(logs[weight.replace("weight", "loss")][-1])
    assert finals[1] < 0.5 * finals[0]


def test_it_finds_a_translation_without_pairs():
    """Bright stripes at the left or at the right, on red or on blue paper: only the paper differs.

    The right translation keeps the stripe where it is, which no loss ever says of a pair.
    """
    rng = np.random.default_rng(0)

    def draw(places, paper):
        images = np.tile(np.float32(paper), (len(places), 8, 8, 1))
        images[np.arange(len(places)), :, places] = 1.0
        return images

    red, blue = (0.8, 0.2, 0.2), (0.2, 0.2, 0.8)
    x, y = draw(rng.integers(0, 8, 256), red), draw(rng.integers(0, 8, 256), blue)
    keras.utils.set_random_seed(0)
    model = residual_cyclegan(SHAPE, width=8, blocks=1)
    model.compile()
    model.fit(x, y, batch_size=16, epochs=30, verbose=0)
    places = np.arange(8)
    for translated, truth, source in (
        (model.translate(draw(places, red)), draw(places, blue), draw(places, red)),
        (model.translate_back(draw(places, blue)), draw(places, red), draw(places, blue)),
    ):
        assert np.abs(source - truth).mean() > 0.3
        assert np.abs(translated - truth).mean() < 0.1


def test_averaged_weights_translate_and_all_weights_can_be_saved(images, tmp_path):
    x, y = images
    keras.utils.set_random_seed(0)
    model = residual_cyclegan(SHAPE, width=4, blocks=1)
    model.compile(keras.optimizers.Adam(1e-2, use_ema=True, ema_momentum=0.5))
    model.fit(x, y, batch_size=2, epochs=2, verbose=0)
    assert np.abs(model.translate(x) - x).max() > 1e-3
    model.save_weights(tmp_path / "model.weights.h5")
    copy = residual_cyclegan(SHAPE, width=4, blocks=1)
    copy.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(copy.translate(x), model.translate(x))
    np.testing.assert_array_equal(copy.translate_back(y), model.translate_back(y))
    assert tf.reduce_max(copy(x)) <= 1


def test_bad_arguments_are_refused_in_words(images):
    x, y = images
    model = residual_cyclegan(SHAPE, width=4, blocks=1)
    model.compile()
    for call, message in (
        (lambda: residual_cyclegan(SHAPE, cycle_weight=-1), "cycle_weight: expected a number"),
        (lambda: residual_cyclegan(SHAPE, identity_weight=np.inf), "identity_weight: expected"),
        (
            lambda: CycleGAN(
                affine(1.0, 0.0),
                residual_translator((4, 4, 3)),
                scores(1.0),
                scores(1.0),
            ),
            "back_translator's input: expected shape",
        ),
        (lambda: model.translate(x[..., :1]), "x: expected shape"),
        (lambda: model.translate_back(2 * y + 1), r"y: expected values in \[0, 1\]"),
        (lambda: model.translate(x * np.nan), "x: expected finite numbers"),
        (lambda: model.fit(x, verbose=0), r"y: .*call fit\(x, y\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_a_translator_starts_by_changing_nothing():
    images = np.random.default_rng(0).random((2, 16, 24, 3)).astype("float32")
    translator = residual_translator((16, 24, 3))
    np.testing.assert_array_equal(translator(images), images)
    with pytest.raises(ValueError, match="shape: expected sides that are multiples of 4"):
        residual_translator((16, 18, 3))


def test_each_residual_block_lets_a_translator_look_further(pixels_that_matter):
    shape = (64, 64, 3)
    widths = [
        pixels_that_matter(residual_translator(shape, width=4, blocks=blocks), shape, (32, 32))
        .any(axis=0)
        .sum()
        for blocks in (0, 1, 2)
    ]
    assert np.diff(widths).tolist() == [16, 16]
