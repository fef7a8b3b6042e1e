"""The VAE's log-likelihood on whole data sets, for a model whose likelihood is known."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.models.vae import dense_vae
from entries.whole_vae import BinarizedVAE, gated_vae, log_likelihoods


def test_a_decoder_that_ignores_z_has_the_log_likelihood_of_independent_pixels():
    vae = dense_vae((2, 3, 1), 4, hidden=(5, 5))
    for weight in vae.weights:
        weight.assign(np.zeros(weight.shape))
    logits = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0], "float32")
    vae.decoder.weights[-1].assign(logits)
    images = (np.random.default_rng(0).random((50, 2, 3, 1)) < 0.5).astype("float32")
    p = 1 / (1 + np.exp(-logits.astype("float64")))
    x = images.reshape(50, 6)
    expected = (x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1)
    np.testing.assert_allclose(log_likelihoods(vae, images, samples=1000), expected, rtol=1e-5)


def test_pixels_are_binarised_anew_with_their_grey_level_as_probability(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "course_utils.models.vae.VAE.train_step",
        lambda self, data: seen.append(np.asarray(data[0])),
    )
    keras.utils.set_random_seed(0)
    vae = dense_vae((4, 1, 1), 2, kind=BinarizedVAE, hidden=(3, 3))
    grey = np.tile(np.float32([0.0, 0.25, 0.75, 1.0]).reshape(1, 4, 1, 1), (2000, 1, 1, 1))
    for _ in range(2):
        vae.train_step((grey,))
    for binary in seen:
        assert set(np.unique(binary)) == {0, 1}
        # Each share has a standard deviation of at most 0.0097: fails once in 30,000.
        assert binary.mean(axis=0).ravel() == pytest.approx([0, 0.25, 0.75, 1], abs=0.04)
    assert (seen[0] != seen[1]).any()


def test_hidden_layers_are_gated_and_as_wide_as_in_the_papers():
    keras.utils.set_random_seed(0)
    vae = gated_vae((2, 3, 1))
    z = np.random.default_rng(0).normal(size=(5, 40)).astype("float32")
    weights = [np.asarray(weight, "float64") for weight in vae.decoder.weights]
    h = z
    for w, b, v, c in (weights[:4], weights[4:8]):
        h = (h @ w + b) / (1 + np.exp(-(h @ v + c)))
    expected = (h @ weights[8] + weights[9]).reshape(5, 2, 3, 1)
    np.testing.assert_allclose(vae.decoder(z), expected, rtol=1e-4, atol=1e-5)
    assert [layer.shape for layer in vae.encoder.weights[::2]] == [
        (6, 300), (6, 300), (300, 300), (300, 300), (300, 40), (300, 40),
    ]  # fmt: skip
