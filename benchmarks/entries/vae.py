"""The VAE of the binarised digits: its bound and a tighter one on held-out data."""

import course_utils.quiet

import keras

from course_utils.data import load
from course_utils.metrics.likelihood import evidence_lower_bound, importance_weighted_bound
from course_utils.models.vae import dense_vae
from entries import Entry, Measurement
from recipes import fit_twice

ELBO, IWAE = "test ELBO", "test IWAE bound"
ELBO_SAMPLES, IWAE_SAMPLES = 16, 1000


def measure(seed: int) -> Measurement:
    """Both bounds, in nats an image."""
    digits = load("digits").binarized()

    def build():
        vae = dense_vae((8, 8, 1), 8)
        optimizer = keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99)
        vae.compile(optimizer, jit_compile=True)
        return vae

    vae, watch = fit_twice(build, digits, seed=seed, epochs=200, batch_size=50, patience=20)
    log_weights = vae.log_weights(digits.test.x, IWAE_SAMPLES)
    metrics = {
        ELBO: float(evidence_lower_bound(log_weights[:ELBO_SAMPLES]).mean()),
        IWAE: float(importance_weighted_bound(log_weights).mean()),
    }
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, vae.count_params())


ENTRIES = [Entry("vae", "digits, binarised", measure, {ELBO: "≥ -18.2"})]
