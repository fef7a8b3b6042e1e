"""The deepfake: which parts are shared, who draws whom, and a swap that is known."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.models.deepfake import Deepfake, Faces, conv_deepfake

SHAPE, LATENT = (8, 8, 1), 4


def people(count, seed=0):
    """Two 'people': a bright square on black paper or on grey, at one of two places."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, 2, (2, count))
    faces = np.zeros((2, count, *SHAPE), "float32")
    for person in range(2):
        for i, place in enumerate(places[person]):
            faces[person, i, 2:6, 4 * place : 4 * place + 4] = 1.0
    return Faces(faces[0], np.maximum(faces[1], 0.4)), places


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    return conv_deepfake(SHAPE, LATENT, filters=8)


def test_each_decoder_draws_its_own_person_from_the_shared_code(model):
    faces, _ = people(5)
    drawn = model(faces)
    codes_a, codes_b = (model.encode(x, who) for x, who in zip(faces, "ab", strict=True))
    np.testing.assert_allclose(drawn.a, model.decoder_a(codes_a), atol=1e-6)
    np.testing.assert_allclose(drawn.b, model.decoder_b(codes_b), atol=1e-6)
    np.testing.assert_allclose(model.swap(faces.a, "b"), model.decode(codes_a, "b"), atol=1e-6)
    assert model.swap(faces.b, "a").shape == (5, *SHAPE)


def test_the_loss_is_the_squared_error_of_both(model):
    model.compile("sgd")
    faces, _ = people(5)
    a, b = model(faces)
    expected = np.mean(
        [np.sum((faces.a[i] - a[i]) ** 2 + (faces.b[i] - b[i]) ** 2) for i in range(5)]
    )
    np.testing.assert_allclose(model.evaluate(faces, verbose=0), expected, rtol=1e-5)


def test_noise_on_the_codes_is_for_training_alone():
    """Decoders that draw the code itself show what they were given."""
    encoder = keras.Sequential([keras.Input((1, 1, 1)), keras.layers.Flatten()])
    decoders = [
        keras.Sequential([keras.Input((1,)), keras.layers.Reshape((1, 1, 1))]) for _ in range(2)
    ]
    model = Deepfake(encoder, *decoders, noise=0.2)
    x = np.full((20_000, 1, 1, 1), 0.5, "float32")
    for drawn in model(Faces(x, x), training=True):
        noise = np.ravel(drawn)  # all codes are equal, so each is the mean
        # Five standard errors.
        assert abs(noise.mean()) < 5 * 0.2 / np.sqrt(2e4)
        assert abs(noise.std() - 0.2) < 5 * 0.2 / np.sqrt(4e4)
    for drawn in model(Faces(x, x)):
        assert np.ptp(np.ravel(drawn)) < 1e-6


def test_a_short_training_swaps_who_and_keeps_what(model):
    faces, _ = people(256)
    model.compile(keras.optimizers.Adam(5e-3))
    model.fit(faces, batch_size=16, epochs=20, verbose=0)
    test, places = people(32, seed=1)
    for source, who, paper in ((0, "b", 0.4), (1, "a", 0.0)):
        swapped = np.asarray(model.swap(test[source], who))
        left, right = swapped[:, 2:6, :4].mean((1, 2, 3)), swapped[:, 2:6, 4:].mean((1, 2, 3))
        np.testing.assert_array_equal(right > left, places[source] == 1)
        assert abs(swapped[:, :2].mean() - paper) < 0.1


def test_weights_can_be_saved_and_loaded(model, tmp_path):
    faces, _ = people(4)
    model.save_weights(tmp_path / "model.weights.h5")
    copy = conv_deepfake(SHAPE, LATENT, filters=8)
    copy.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(copy.swap(faces.a, "b"), model.swap(faces.a, "b"))


def test_bad_arguments_are_refused_in_words(model):
    faces, _ = people(4)
    narrow = conv_deepfake(SHAPE, 3)
    for call, message in (
        (lambda: conv_deepfake(SHAPE, LATENT, noise=-0.1), "noise: expected a number"),
        (
            lambda: Deepfake(model.encoder, model.decoder_a, narrow.decoder_b),
            "decoder_b's input: expected shape",
        ),
        (lambda: model.encode(faces.a[:, :4], "a"), "faces: expected shape"),
        (lambda: model.encode(2 * faces.a, "a"), r"faces: expected values in \[0, 1\]"),
        (lambda: model.decode(np.zeros((2, 3)), "a"), "codes: expected shape"),
        (lambda: model.swap(faces.a, "c"), "who: expected 'a' or 'b', got 'c'"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
