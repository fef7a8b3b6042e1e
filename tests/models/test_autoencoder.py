"""The autoencoders: what each variant promises, and that it learns."""

import course_utils.quiet

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.decomposition import PCA

from course_utils.data import load
from course_utils.models.autoencoder import (
    Autoencoder,
    ContractiveAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    dense_autoencoder,
)

SHAPE, LATENT = (8, 8, 1), 4
KINDS = [Autoencoder, DenoisingAutoencoder, SparseAutoencoder, ContractiveAutoencoder]
OPTIONS = {
    DenoisingAutoencoder: {"drop_rate": 0.3},
    SparseAutoencoder: {"target": 0.2, "weight": 10.0},
    ContractiveAutoencoder: {"weight": 0.1},
}


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def trained(digits):
    """kind, options → a model of that kind; each is trained once for all tests that look at it."""

    @functools.cache
    def train(kind, **options):
        keras.utils.set_random_seed(0)
        model = dense_autoencoder(SHAPE, LATENT, kind=kind, **options)
        model.compile(optimizer=keras.optimizers.Adam(2e-3), jit_compile=True)
        model.history_of_fit = model.fit(digits.train.x, epochs=40, verbose=0).history
        return model

    return train


def pixel_error(model, x):
    return float(np.mean((model(x).reconstruction - x) ** 2))


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_and_ranges(kind, digits):
    model = dense_autoencoder(SHAPE, LATENT, kind=kind)
    x = digits.test.x[:5]
    reconstruction, code = model(x)
    assert model.latent == LATENT
    assert code.shape == (5, LATENT)
    np.testing.assert_array_equal(model.encode(x), code)
    np.testing.assert_array_equal(model.decode(code), reconstruction)
    assert reconstruction.shape == x.shape
    assert np.min(reconstruction) >= 0 and np.max(reconstruction) <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns(kind, trained, digits):
    model = trained(kind, **OPTIONS.get(kind, {}))
    mean_image = digits.train.x.mean(axis=0)
    assert pixel_error(model, digits.test.x) < 0.8 * np.mean((digits.test.x - mean_image) ** 2)
    assert model.history_of_fit["error"][-1] < model.history_of_fit["error"][0]


def test_it_beats_the_best_linear_code(trained, digits):
    model = trained(Autoencoder)
    pca = PCA(LATENT).fit(digits.train.x.reshape(-1, 64))
    x = digits.test.x.reshape(-1, 64)
    linear = np.mean((pca.inverse_transform(pca.transform(x)) - x) ** 2)
    assert pixel_error(model, digits.test.x) < 0.8 * linear


def test_the_loss_is_the_squared_error_summed_over_pixels(digits):
    model = dense_autoencoder(SHAPE, LATENT)
    x = digits.test.x[:7]
    np.testing.assert_allclose(
        model.compute_loss(x, y_pred=model(x)), 64 * pixel_error(model, x), rtol=1e-5
    )


def test_corruption_clears_pixels_at_the_rate_asked_for_and_spares_the_rest():
    model = dense_autoencoder(SHAPE, LATENT, kind=DenoisingAutoencoder, drop_rate=0.3)
    x = np.full((2000, *SHAPE), 0.7, "float32")
    spoiled = np.asarray(model.corrupt(x))
    assert set(np.unique(spoiled)) == {np.float32(0), np.float32(0.7)}
    # 128,000 pixels: five standard deviations of the share are 0.0064.
    assert abs(np.mean(spoiled == 0) - 0.3) < 0.0064
    assert np.any(spoiled != np.asarray(model.corrupt(x)))


def test_denoising_spoils_the_input_only_while_training_and_compares_with_the_clean_one(digits):
    x = digits.test.x[:5]
    model = dense_autoencoder(SHAPE, LATENT, kind=DenoisingAutoencoder, drop_rate=0.5)
    np.testing.assert_array_equal(model(x).code, model.encoder(x))
    assert np.any(model(x, training=True).code != model.encoder(x))
    output = model(x, training=True)
    np.testing.assert_allclose(
        model.compute_loss(x, y_pred=output),
        np.mean(np.sum((output.reconstruction - x) ** 2, axis=(1, 2, 3))),
        rtol=1e-5,
    )


@pytest.mark.slow
def test_denoising_repairs_better_than_a_plain_autoencoder(trained, digits):
    x = digits.test.x
    plain = trained(Autoencoder)
    denoising = trained(DenoisingAutoencoder, **OPTIONS[DenoisingAutoencoder])
    spoiled = np.asarray(denoising.corrupt(x))
    error = [np.mean((m(spoiled).reconstruction - x) ** 2) for m in (plain, denoising)]
    assert error[1] < 0.85 * error[0]


def test_sparse_codes_are_as_active_as_asked(trained, digits):
    model = trained(SparseAutoencoder, **OPTIONS[SparseAutoencoder])
    activation = np.mean(model.encode(digits.test.x), axis=0)
    np.testing.assert_allclose(activation, np.full(LATENT, 0.2), atol=0.06)


def test_contraction_shrinks_the_jacobian(trained, digits):
    x = tf.constant(digits.test.x[:50])

    def stretch(model):
        with tf.GradientTape() as tape:
            tape.watch(x)
            code = model.encoder(x)
        return float(tf.reduce_mean(tf.reduce_sum(tape.batch_jacobian(code, x) ** 2, (1, 2, 3, 4))))

    contractive = trained(ContractiveAutoencoder, **OPTIONS[ContractiveAutoencoder])
    assert stretch(contractive) < 0.5 * stretch(trained(Autoencoder))


@pytest.mark.parametrize("kind", KINDS)
def test_saved_weights_give_back_the_same_model(kind, digits, tmp_path):
    model = dense_autoencoder(SHAPE, LATENT, kind=kind)
    model.save_weights(tmp_path / "model.weights.h5")
    other = dense_autoencoder(SHAPE, LATENT, kind=kind)
    other.load_weights(tmp_path / "model.weights.h5")
    x = digits.test.x[:3]
    np.testing.assert_array_equal(other(x).reconstruction, model(x).reconstruction)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (DenoisingAutoencoder, {"drop_rate": 1.0}, r"drop_rate: .* \[0, 1\), got 1.0"),
        (SparseAutoencoder, {"target": 0.0}, "target: .* between 0 and 1, got 0.0"),
    ],
)
def test_mistakes_are_named(kind, options, message):
    with pytest.raises(ValueError, match=message):
        dense_autoencoder(SHAPE, LATENT, kind=kind, **options)
