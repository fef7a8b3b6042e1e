"""β-TCVAE and FactorVAE: what each adds to the VAE's loss, and which weights each step moves."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import losses
from course_utils.data import load
from course_utils.models.disentangled_vae import BetaTCVAE, FactorVAE
from course_utils.models.vae import VAE, VAEOutput, dense_vae
from course_utils.networks import dense_decoder, dense_discriminator, dense_encoder

SHAPE, LATENT = (8, 8, 1), 3
KINDS = {BetaTCVAE: {"gamma": 2.0, "examples": 1000}, FactorVAE: {"gamma": 2.0}}


@pytest.fixture(scope="module")
def images():
    return load("digits").binarized().train.x[:40]


def small(kind, seed=0, **options):
    """Small networks and plain gradient steps, whose size is known by hand."""
    keras.utils.set_random_seed(seed)
    networks = (
        dense_encoder(SHAPE, LATENT, outputs=2, hidden=[9]),
        dense_decoder(LATENT, SHAPE, hidden=[7]),
    )
    model = kind(*networks, **{**KINDS.get(kind, {}), **options})
    if kind is FactorVAE:
        model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.1))
    else:
        model.compile(keras.optimizers.SGD(0.01))
    return model


def weights(network):
    return [w.numpy() for w in network.weights]


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_is_the_vaes_and_gamma_times_the_total_correlation(kind, images):
    model = small(kind, gamma=3.0, beta=1.5)
    output = model(images)
    estimate = model.estimate_total_correlation(output)
    assert estimate.shape == (40,)
    plain = VAE(model.encoder, model.decoder, beta=1.5)
    expected = float(plain.compute_loss(images, y_pred=output)) + 3 * float(np.mean(estimate))
    np.testing.assert_allclose(model.compute_loss(images, y_pred=output), expected, rtol=1e-5)
    np.testing.assert_allclose(model.total_correlation.result(), np.mean(estimate), rtol=1e-5)


def test_a_batch_tells_the_total_correlation_of_a_known_normal():
    """Noisy means on a correlated normal: q(z) is normal too, TC = −½ log(1 − ρ²)."""
    rng = np.random.default_rng(0)
    covariance = np.array([[0.6, 0.5], [0.5, 0.6]])
    mu = rng.multivariate_normal([0, 0], covariance, 4000).astype("float32")
    log_var = np.full_like(mu, np.log(0.4))
    z = (mu + rng.normal(size=mu.shape) * np.sqrt(0.4)).astype("float32")
    exact = -0.5 * np.log(1 - 0.5**2)
    model = small(BetaTCVAE, examples=4000)
    estimate = np.mean(model.estimate_total_correlation(VAEOutput(None, mu, log_var, z)))
    assert abs(estimate - exact) < 0.04  # other seeds lie within 0.02


def test_the_discriminator_learns_the_total_correlation_of_a_known_normal():
    rng = np.random.default_rng(0)
    z = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 2000).astype("float32")
    keras.utils.set_random_seed(0)
    model = FactorVAE(dense_encoder(SHAPE, 2, outputs=2), dense_decoder(2, SHAPE), gamma=1.0)
    model.compile(None, keras.optimizers.Adam(2e-3))
    step = tf.function(model.discriminator_step)
    for _ in range(200):
        step(z)
    estimate = np.mean(model.estimate_total_correlation(VAEOutput(None, None, None, z)))
    assert abs(estimate - -0.5 * np.log(1 - 0.8**2)) < 0.1


def test_each_player_of_the_factor_vae_moves_only_for_its_own_objective(images):
    model = small(FactorVAE)
    model.noise = keras.random.SeedGenerator(3)
    discriminator = weights(model.discriminator)
    variables = model.autoencoder_variables
    state = model.noise.state.numpy()
    with tf.GradientTape() as tape:
        output = model(images)
        loss = model.compute_loss(images, y_pred=output)
    expected = [
        w - 0.01 * g for w, g in zip(variables, tape.gradient(loss, variables), strict=True)
    ]

    shuffled = losses.permute_dimensions(output.z, seed=model.noise)
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(
            losses.logistic_discriminator_loss(
                model.discriminator(output.z), model.discriminator(shuffled)
            )
        )
    gradients = tape.gradient(value, model.discriminator.trainable_variables)

    model.noise.state.assign(state)
    model.train_step((images,))
    for ours, theirs in zip(variables, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    moved = zip(model.discriminator.trainable_variables, discriminator, gradients, strict=True)
    for weight, before, gradient in moved:
        np.testing.assert_allclose(weight, before - 0.1 * gradient, atol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_training_improves_the_loss_and_reports_its_parts(kind, jit_compile, images):
    model = small(kind, gamma=0.5)
    model.compile(keras.optimizers.Adam(3e-3), jit_compile=jit_compile)
    history = model.fit(
        images, batch_size=20, epochs=30, validation_data=(images,), verbose=0
    ).history
    assert history["loss"][-1] < history["loss"][0] - 5
    parts = {"reconstruction", "kl", "total_correlation"}
    assert parts <= history.keys()
    total = (
        np.add(history["reconstruction"], history["kl"])
        + np.array(history["total_correlation"]) * 0.5
    )
    np.testing.assert_allclose(history["loss"], total, rtol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_of_dense_networks(kind, images):
    model = dense_vae(SHAPE, LATENT, kind=kind, hidden=(12, 6), activation="relu", **KINDS[kind])
    output = model(images)
    assert output.logits.shape == images.shape
    assert output.mu.shape == output.log_var.shape == output.z.shape == (40, LATENT)
    assert model.sample(3).shape == (3, *SHAPE)
    widths = [layer.units for layer in model.decoder.layers if hasattr(layer, "units")]
    assert widths == [6, 12, 64]


def test_beta_can_follow_a_schedule(images):
    schedule = keras.optimizers.schedules.PolynomialDecay(10.0, 4, 2.0)
    model = small(VAE, beta=schedule)
    output = model(images)
    for step, beta in ((0, 10.0), (2, 6.0), (4, 2.0), (9, 2.0)):
        model.optimizer.iterations.assign(step)
        model.reset_metrics()
        total = float(model.compute_loss(images, y_pred=output))
        expected = float(model.reconstruction.result()) + beta * float(model.kl.result())
        np.testing.assert_allclose(total, expected, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_saved_weights_give_back_the_same_model(kind, images, tmp_path):
    model = small(kind)
    model.fit(images, batch_size=20, verbose=0)
    file = tmp_path / "model.weights.h5"
    model.save_weights(file)
    other = small(kind, seed=1)
    other.load_weights(file)
    np.testing.assert_array_equal(other.encode(images)[0], model.encode(images)[0])
    z = np.ones((2, LATENT), "float32")
    np.testing.assert_array_equal(other.decode(z), model.decode(z))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gamma", [-1.0, float("nan"), float("inf")])
def test_a_bad_weight_is_refused_in_words(kind, gamma):
    with pytest.raises(ValueError, match="gamma: expected a number of at least 0, got"):
        small(kind, gamma=gamma)


def test_bad_arguments_are_refused_in_words():
    with pytest.raises(ValueError, match="examples: expected a whole number of at least 2, got 1"):
        small(BetaTCVAE, examples=1)
    with pytest.raises(ValueError, match="discriminator's input: expected shape"):
        small(FactorVAE, discriminator=dense_discriminator((LATENT + 1,)))
    wide = keras.Sequential([keras.Input((LATENT,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="discriminator's output: expected shape"):
        small(FactorVAE, discriminator=wide)
