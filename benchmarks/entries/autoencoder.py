"""Autoencoders of the digits with an 8-dimensional code."""

import course_utils.quiet

from functools import partial

import keras
import numpy as np

from course_utils.data import load
from course_utils.models.autoencoder import (
    Autoencoder,
    ContractiveAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    dense_autoencoder,
)
from entries import Entry, Measurement
from recipes import fit_twice

METRIC = "test MSE"


def measure(seed: int, kind: type[Autoencoder], **options) -> Measurement:
    """Mean squared error per pixel of reconstructed test images."""
    digits = load("digits")

    def build():
        model = dense_autoencoder((8, 8, 1), 8, kind=kind, **options)
        optimizer = keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99)
        model.compile(optimizer, jit_compile=True)
        return model

    model, watch = fit_twice(build, digits, seed=seed, epochs=100, batch_size=50, patience=10)
    x = digits.test.x
    metrics = {METRIC: float(np.mean((model(x).reconstruction - x) ** 2))}
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, model.count_params())


def entry(name, kind, references=None, **options) -> Entry:
    return Entry(name, "digits", partial(measure, kind=kind, **options), references or {})


ENTRIES = [
    entry("autoencoder", Autoencoder, {METRIC: "≤ 0.0117"}),
    entry("denoising_autoencoder", DenoisingAutoencoder, drop_rate=0.1),
    entry("sparse_autoencoder", SparseAutoencoder, target=0.2, weight=0.1),
    entry("contractive_autoencoder", ContractiveAutoencoder, weight=1e-3),
]
