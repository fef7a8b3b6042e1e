"""The VAE of the binarised digits, trained as in its lecture: two bounds on held-out data."""

import course_utils.quiet

import keras

from course_utils.data import load
from course_utils.metrics.likelihood import evidence_lower_bound, importance_weighted_bound
from course_utils.models.vae import dense_vae
from entries import Entry, Measurement, Stopwatch

ELBO, IWAE = "test ELBO", "test IWAE bound"
ELBO_SAMPLES, IWAE_SAMPLES = 16, 1000


def measure(seed: int) -> Measurement:
    """Both bounds, in nats an image."""
    digits = load("digits").binarized()
    keras.utils.set_random_seed(seed)
    with Stopwatch() as watch:
        vae = dense_vae(digits.shape, latent=8)
        optimizer = keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99)
        vae.compile(optimizer, jit_compile=True)
        vae.fit(
            digits.train.x,
            batch_size=50,
            epochs=200,
            validation_data=(digits.validation.x,),
            verbose=0,
        )
    log_weights = vae.log_weights(digits.test.x, IWAE_SAMPLES)
    metrics = {
        ELBO: float(evidence_lower_bound(log_weights[:ELBO_SAMPLES]).mean()),
        IWAE: float(importance_weighted_bound(log_weights).mean()),
    }
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, vae.count_params())


ENTRIES = [Entry("vae", "digits, binarised", measure, {ELBO: "≥ -18.2"})]
