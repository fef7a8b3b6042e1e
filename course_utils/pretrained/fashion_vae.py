"""The VAE of the garments, as in its lecture: 16 latent numbers."""

import course_utils.quiet

import keras

from course_utils.data import load
from course_utils.metrics.likelihood import evidence_lower_bound
from course_utils.models.vae import VAE, dense_vae

TOLERANCE = 1.0  # nats
EPOCHS, BATCH = 40, 100


def build(latent: int = 16) -> VAE:
    """The model, untrained."""
    return dense_vae((28, 28, 1), latent, hidden=(256, 128))


def train(seed: int = 0, build=build) -> VAE:
    """The model, trained on the training garments.

    Args:
        seed: of weights, order and noise.
        build: returns the model; another model of the family can be trained in the same way.
    """
    x = load("fashion").train.x
    keras.utils.set_random_seed(seed)
    vae = build()
    rate = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * -(-len(x) // BATCH))
    vae.compile(keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.99), jit_compile=True)
    vae.fit(x, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return vae


def quality(vae: VAE) -> float:
    """The evidence lower bound on the validation garments, in nats per image."""
    keras.utils.set_random_seed(0)
    return float(evidence_lower_bound(vae.log_weights(load("fashion").validation.x, 4)).mean())
