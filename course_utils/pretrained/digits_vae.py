"""The VAE of the binarised digits, as in its lecture."""

import course_utils.quiet

import keras

from course_utils.data import load
from course_utils.metrics.likelihood import evidence_lower_bound
from course_utils.models.vae import VAE, dense_vae

TOLERANCE = 0.3  # nats; five seeds were within 0.1 of each other


def build() -> VAE:
    """The model, untrained."""
    return dense_vae((8, 8, 1), latent=8)


def train(seed: int = 0) -> VAE:
    """The model, trained on the training digits with early stopping on the validation digits."""
    digits = load("digits").binarized()
    keras.utils.set_random_seed(seed)
    vae = build()
    optimizer = keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99)
    vae.compile(optimizer, jit_compile=True)
    vae.fit(
        digits.train.x,
        batch_size=50,
        epochs=200,
        validation_data=(digits.validation.x,),
        verbose=0,
    )
    return vae


def quality(vae: VAE) -> float:
    """The evidence lower bound on the validation digits, in nats per image."""
    x = load("digits").binarized().validation.x
    return float(evidence_lower_bound(vae.log_weights(x, 16)).mean())
