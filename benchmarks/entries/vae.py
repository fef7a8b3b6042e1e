"""The VAE of the binarised digits, trained as in its lecture: two bounds on held-out data."""

import course_utils.quiet

from course_utils.data import load
from course_utils.metrics.likelihood import evidence_lower_bound, importance_weighted_bound
from course_utils.pretrained import digits_vae
from entries import Entry, Measurement, Stopwatch

ELBO, IWAE = "test ELBO", "test IWAE bound"
ELBO_SAMPLES, IWAE_SAMPLES = 16, 1000


def measure(seed: int) -> Measurement:
    """Both bounds, in nats per image."""
    with Stopwatch() as watch:
        vae = digits_vae.train(seed)
    log_weights = vae.log_weights(load("digits").binarized().test.x, IWAE_SAMPLES)
    metrics = {
        ELBO: float(evidence_lower_bound(log_weights[:ELBO_SAMPLES]).mean()),
        IWAE: float(importance_weighted_bound(log_weights).mean()),
    }
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, vae.count_params())


ENTRIES = [Entry("vae", "digits, binarised", measure, {ELBO: "≥ -18.2"})]
