"""Seconds until a VAE of the garments reaches a bound, by three ways of training it in one run.

- the course's `fit`, with the data in memory and one epoch per call, compiled by XLA
- Keras's own `fit` of the same model, with the same optimizer
- a VAE in plain Keras as in textbooks, with a sampling layer and its own `train_step`

All three have the same layers, batch size and images, and take turns epoch by epoch, so that other
work on the machine affects all. The time to measure the bound is not counted.

    python benchmarks/time_to_quality.py [--bound NATS] [--epochs N]
"""

import course_utils.quiet

import argparse

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from course_utils.data import load
from course_utils.metrics.likelihood import evidence_lower_bound
from course_utils.models.vae import VAE
from course_utils.pretrained import fashion_vae
from entries import Stopwatch

LATENT, HIDDEN, BATCH = 16, (256, 128), fashion_vae.BATCH


class Sampling(layers.Layer):
    """z = μ + σ ε."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs):
        mean, log_var = inputs
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * epsilon


class TextbookVAE(keras.Model):
    """A VAE as in textbooks; it computes the same as `course_utils.models.vae.VAE`."""

    def __init__(self):
        super().__init__()
        x = keras.Input((28, 28, 1))
        h = layers.Flatten()(x)
        for width in HIDDEN:
            h = layers.Dense(width, activation="gelu")(h)
        mean, log_var = layers.Dense(LATENT)(h), layers.Dense(LATENT)(h)
        self.encoder = keras.Model(x, [mean, log_var, Sampling()([mean, log_var])])
        z = h = keras.Input((LATENT,))
        for width in reversed(HIDDEN):
            h = layers.Dense(width, activation="gelu")(h)
        h = layers.Dense(28 * 28, activation="sigmoid")(h)
        self.decoder = keras.Model(z, layers.Reshape((28, 28, 1))(h))
        self.loss_tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.loss_tracker]

    def train_step(self, data):
        with tf.GradientTape() as tape:
            mean, log_var, z = self.encoder(data, training=True)
            reconstruction = self.decoder(z, training=True)
            cross_entropy = ops.sum(
                keras.losses.binary_crossentropy(data, reconstruction), axis=(1, 2)
            )
            kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=1)
            loss = ops.mean(cross_entropy + kl)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}


def bound(model, x: np.ndarray) -> float:
    """Mean evidence lower bound of images, in nats, from four samples of z for each."""
    if isinstance(model, VAE):
        return float(evidence_lower_bound(model.log_weights(x, 4)).mean())
    twin = fashion_vae.build()
    # The textbook's decoder ends in a sigmoid, the course's in logits, with the same weights.
    twin.encoder.set_weights(model.encoder.get_weights()[: len(twin.encoder.weights)])
    twin.decoder.set_weights(model.decoder.get_weights())
    return bound(twin, x)


def contestants() -> dict:
    """{name: (compiled model, its fit)}."""
    keras.utils.set_random_seed(0)
    ours, plain, textbook = fashion_vae.build(), fashion_vae.build(), TextbookVAE()
    ours.compile(keras.optimizers.Adam(2e-3), jit_compile=True)
    plain.compile(keras.optimizers.Adam(2e-3))
    textbook.compile(keras.optimizers.Adam(2e-3))
    return {
        "the course's fit": (ours, ours.fit),
        "Keras's fit, the same model": (plain, lambda *a, **k: keras.Model.fit(plain, *a, **k)),
        "plain Keras, as in textbooks": (textbook, textbook.fit),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bound", type=float, default=-245.0, help="nats to reach on validation")
    parser.add_argument("--epochs", type=int, default=30, help="when to give up")
    options = parser.parse_args()

    fashion = load("fashion")
    models = contestants()
    seconds = {name: [0.0, 0.0] for name in models}
    reached = {}
    for epoch in range(1, options.epochs + 1):
        for name, (model, fit) in models.items():
            if name in reached:
                continue
            with Stopwatch() as watch:
                fit(fashion.train.x, batch_size=BATCH, epochs=1, verbose=0)
            seconds[name][0] += watch.seconds
            seconds[name][1] += watch.cpu_seconds
            found = bound(model, fashion.validation.x)
            if found >= options.bound or epoch == options.epochs:
                reached[name] = (epoch, found)

    print(f"VAE of the garments, until the bound on validation is {options.bound:g} nats\n")
    print(f"{'':30} {'seconds':>8} {'CPU s':>7} {'epochs':>7} {'nats':>8}")
    for name, (epoch, found) in reached.items():
        wall, cpu = seconds[name]
        print(f"{name:30} {wall:8.1f} {cpu:7.1f} {epoch:7} {found:8.1f}")


if __name__ == "__main__":
    main()
