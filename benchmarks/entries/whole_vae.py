"""The VAE with which papers compare priors: 2×300 hidden units, 40 latent dimensions, all images.

Pixels are binarised anew at each step, those of the test images once, with the grey level as the
probability of white. The log-likelihood is estimated by importance weighting with 5,000 samples, as
in Tomczak and Welling, *VAE with a VampPrior*, 2018, and Norouzi, Fleet and Norouzi, *Exemplar
VAE*, 2020. For this model the latter reports 228.70 ± 0.15 nats on Fashion-MNIST and 84.45 on MNIST
(quoted second-hand), after training on 50,000 images for many more epochs. As there, the hidden
layers are gated (Dauphin, Fan, Auli and Grangier, *Language Modeling with Gated Convolutional
Networks*, 2017). Learning rate, batch size and gates were chosen by trainings of 20 epochs on the
first 50,000 images, by the log-likelihood of the next 1,000.
"""

import course_utils.quiet

import math
from functools import partial

import keras
import numpy as np
from keras import layers, ops

from course_utils.data import load
from course_utils.metrics.likelihood import importance_weighted_bound
from course_utils.models.vae import VAE
from entries import Entry, Measurement, Stopwatch

NATS = "test −log p(x), nats"
SAMPLES, AT_ONCE = 5_000, 500
IMAGES_AT_ONCE = 20
LATENT, WIDTH, DEPTH = 40, 300, 2
EPOCHS, BATCH, RATE = 100, 64, 2e-3


class BinarizedVAE(VAE):
    """A VAE that is given grey images and binarises them anew at each training step."""

    def train_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        white = keras.random.uniform(ops.shape(x), seed=self.noise) < x
        return super().train_step((ops.cast(white, "float32"),))


def measure(seed: int, *, data: str) -> Measurement:
    """Negative log-likelihood per image of the whole test set, in nats."""
    whole = load(data)
    with Stopwatch() as watch:
        vae = train(whole.train.x, seed)
    binarized = (np.random.default_rng(0).random(whole.test.x.shape) < whole.test.x).astype(
        "float32"
    )
    nats = -float(log_likelihoods(vae, binarized).mean())
    return Measurement({NATS: nats}, watch.seconds, watch.cpu_seconds, vae.count_params())


def train(x: np.ndarray, seed: int, epochs: int = EPOCHS) -> VAE:
    """The model, trained on grey images (N, 28, 28, 1)."""
    keras.utils.set_random_seed(seed)
    vae = gated_vae(x.shape[1:])
    rate = keras.optimizers.schedules.CosineDecay(RATE, epochs * -(-len(x) // BATCH))
    vae.compile(keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.999), jit_compile=True)
    vae.fit(x, batch_size=BATCH, epochs=epochs, verbose=0)
    return vae


def gated_vae(shape: tuple[int, ...]) -> BinarizedVAE:
    """The VAE of the papers for images of a shape: both its networks have two gated layers."""
    x, z = keras.Input(shape), keras.Input((LATENT,))
    h = gated_layers(layers.Flatten()(x))
    heads = [layers.Dense(LATENT, name=name)(h) for name in ("mu", "log_var")]
    encoder = keras.Model(x, heads, name="encoder")
    logits = layers.Dense(math.prod(shape))(gated_layers(z))
    decoder = keras.Model(z, layers.Reshape(shape)(logits), name="decoder")
    return BinarizedVAE(encoder, decoder)


def gated_layers(h):
    """(W h + b) · sigmoid(V h + c) for each layer, (B, ·) → (B, WIDTH)."""
    for _ in range(DEPTH):
        h = layers.Dense(WIDTH)(h) * layers.Dense(WIDTH, activation="sigmoid")(h)
    return h


def log_likelihoods(vae: VAE, images: np.ndarray, samples: int = SAMPLES) -> np.ndarray:
    """Estimates of log p(x) of binary images (N, …), (N,), in nats."""
    estimates = []
    for start in range(0, len(images), IMAGES_AT_ONCE):
        part = images[start : start + IMAGES_AT_ONCE]
        weights = [np.asarray(vae.log_weights(part, AT_ONCE)) for _ in range(samples // AT_ONCE)]
        estimates.append(importance_weighted_bound(np.concatenate(weights)))
    return np.concatenate(estimates)


ENTRIES = [
    Entry(
        "vae-fashion-mnist",
        "Fashion-MNIST, binarised anew",
        partial(measure, data="fashion_mnist"),
        {NATS: "≤ 229"},
    ),
    Entry("vae-mnist", "MNIST, binarised anew", partial(measure, data="mnist"), {NATS: "≤ 84.5"}),
]
