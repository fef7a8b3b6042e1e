"""The VAE against closed forms, numerical integration and its documented properties."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import tensorflow as tf

from course_utils.data import load
from course_utils.models.vae import VAE, dense_vae

SHAPE, LATENT = (8, 8, 1), 3


@pytest.fixture(scope="module")
def images():
    return load("digits").binarized().test.x[:20]


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    return dense_vae(SHAPE, LATENT)


def linear_vae(weight=1.5, bias=-0.3):
    """One pixel, one latent dimension: log p(x) and the ELBO can be integrated numerically."""
    x, z = keras.Input((1,)), keras.Input((1,))
    encoder = keras.Model(x, [keras.layers.Dense(1)(x), keras.layers.Dense(1)(x)])
    decoder = keras.Model(z, keras.layers.Dense(1)(z))
    vae = VAE(encoder, decoder)
    encoder.set_weights([np.array(w) for w in ([[0.8]], [-0.4], [[-0.5]], [-0.2])])
    decoder.set_weights([np.array([[weight]]), np.array([bias])])
    return vae


def test_shapes(model, images):
    output = model(images)
    assert output.logits.shape == images.shape
    assert output.mu.shape == output.log_var.shape == output.z.shape == (20, LATENT)
    assert model.decode(output.z).shape == model.sample(20).shape == images.shape
    assert model.latent == LATENT


def test_reparameterized_samples_have_the_mean_and_deviation_asked_for(model):
    mu, log_var = tf.constant([[2.0, -1.0, 0.0]]), tf.constant([[0.0, -2.0, 1.0]])
    z = model.reparameterize(tf.repeat(mu, 100_000, 0), tf.repeat(log_var, 100_000, 0)).numpy()
    sigma = np.exp(0.5 * log_var[0])
    # Five standard errors: a right sampler fails about once in 300,000 seeds.
    np.testing.assert_array_less(np.abs(z.mean(0) - mu[0]), 5 * sigma / np.sqrt(1e5))
    np.testing.assert_array_less(np.abs(z.std(0) - sigma), 5 * sigma / np.sqrt(2e5))


def test_gradients_reach_mean_and_log_variance(model):
    mu, log_var = tf.zeros((4, LATENT)), tf.zeros((4, LATENT))
    with tf.GradientTape() as tape:
        tape.watch([mu, log_var])
        z = model.reparameterize(mu, log_var)
    to_mu, to_log_var = tape.gradient(z, [mu, log_var])
    np.testing.assert_array_equal(to_mu, np.ones((4, LATENT)))
    # dz/d log σ² = ½ σ ε, and here z = ε.
    np.testing.assert_allclose(to_log_var, 0.5 * z, rtol=1e-6)


def test_loss_is_minus_the_evidence_lower_bound(images):
    """With β = 1 the loss averages to −E log weight; both are estimates over the same noise law."""
    keras.utils.set_random_seed(0)
    vae = linear_vae()
    x = np.ones((50_000, 1), "float32")
    loss = float(vae.compute_loss(x, y_pred=vae(x)))
    bound = float(np.mean(vae.log_weights(x[:1], 50_000)))
    np.testing.assert_allclose(-loss, bound, atol=0.02)  # 5 standard errors of their difference


@pytest.mark.parametrize("pixel", [0.0, 1.0])
def test_log_weights_average_to_the_integrals(pixel):
    keras.utils.set_random_seed(1)
    vae = linear_vae()
    x = np.float32([[pixel]])
    log_weights = vae.log_weights(x, 100_000).numpy()[:, 0]

    def likelihood(z):
        probability = scipy.special.expit(1.5 * z - 0.3)
        return probability if pixel else 1 - probability

    mu, log_var = (float(v[0, 0]) for v in vae.encode(x))
    prior, posterior = scipy.stats.norm(), scipy.stats.norm(mu, np.exp(0.5 * log_var))
    evidence, _ = scipy.integrate.quad(lambda z: prior.pdf(z) * likelihood(z), -12, 12)
    bound, _ = scipy.integrate.quad(
        lambda z: (
            posterior.pdf(z) * (np.log(likelihood(z)) + prior.logpdf(z) - posterior.logpdf(z))
        ),
        -12,
        12,
    )
    error = 5 * log_weights.std() / np.sqrt(len(log_weights))
    assert abs(log_weights.mean() - bound) < error
    weights = np.exp(log_weights)
    assert abs(weights.mean() - evidence) < 5 * weights.std() / np.sqrt(len(weights))


@pytest.mark.parametrize("beta", [0.0, 4.0])
def test_beta_weighs_the_kl_term(images, beta):
    model = dense_vae(SHAPE, LATENT, beta=beta)
    output = model(images)
    total = float(model.compute_loss(images, y_pred=output))
    expected = float(model.reconstruction.result()) + beta * float(model.kl.result())
    np.testing.assert_allclose(total, expected, rtol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_training_improves_the_bound_and_reports_its_two_terms(jit_compile):
    digits = load("digits").binarized()
    keras.utils.set_random_seed(0)
    model = dense_vae(SHAPE, 8)
    model.compile(optimizer=keras.optimizers.Adam(2e-3), jit_compile=jit_compile)
    before = float(np.mean(model.log_weights(digits.validation.x, 4)))
    history = model.fit(
        digits.train.x,
        epochs=15,
        batch_size=50,
        validation_data=(digits.validation.x,),
        verbose=0,
    ).history
    after = float(np.mean(model.log_weights(digits.validation.x, 4)))
    assert before < -40 < -26 < after
    np.testing.assert_allclose(
        history["loss"], np.add(history["reconstruction"], history["kl"]), rtol=1e-4
    )
    assert {"val_loss", "val_reconstruction", "val_kl"} <= history.keys()


def test_saved_weights_give_back_the_same_model(model, images, tmp_path):
    file = tmp_path / "vae.weights.h5"
    model.save_weights(file)
    other = dense_vae(SHAPE, LATENT)
    other.load_weights(file)
    np.testing.assert_array_equal(other.encode(images)[0], model.encode(images)[0])
    z = np.ones((2, LATENT), "float32")
    np.testing.assert_array_equal(other.decode(z), model.decode(z))
