"""Densities of dequantized images, in bits per dimension.

For the digits, with 17 grey levels, there are two flows and two classical density estimates; for
the garments, with 256, a Glow that is small compared with those in papers.
"""

import course_utils.quiet

import keras
import numpy as np
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from course_utils.data import load
from course_utils.metrics.likelihood import bits_per_dimension, dequantize
from course_utils.models.flow import Flow, glow, real_nvp
from course_utils.pretrained import digits_glow
from entries import Entry, Measurement, Stopwatch

DATA, LEVELS = "digits, dequantized", 17
GARMENTS, GARMENT_LEVELS = "fashion, dequantized", 256
METRIC = "test bits/dim"
NOISE_DRAWS = 4  # the log-density of an image is the mean over these


def bits(log_prob, images, levels: int = LEVELS) -> float:
    """Mean bits per dimension of images under a function (N, H, W, 1) → log-densities (N,)."""
    draws = [log_prob(dequantize(images, levels, seed=draw)) for draw in range(NOISE_DRAWS)]
    mean = np.mean(np.asarray(draws, "float64"), axis=0)
    return float(bits_per_dimension(mean, dimensions=images[0].size, levels=levels).mean())


def trained_real_nvp(seed: int) -> Flow:
    """RealNVP with early stopping on validation data and averaged weights."""
    digits = load("digits")
    keras.utils.set_random_seed(seed)
    flow = real_nvp((8, 8, 1), levels=LEVELS, dropout=0.3)
    optimizer = keras.optimizers.Adam(1e-3, use_ema=True, ema_momentum=0.99, global_clipnorm=10.0)
    flow.compile(optimizer, jit_compile=True)
    flow.fit(
        digits.train.x,
        batch_size=50,  # divides both sets, so that no smaller last batch has to be compiled
        epochs=100,
        validation_data=(digits.validation.x,),
        patience=6,
        verbose=0,
    )
    return flow


def trained_garment_glow(seed: int) -> Flow:
    """Glow of two scales with early stopping on validation data and averaged weights."""
    fashion = load("fashion")
    keras.utils.set_random_seed(seed)
    flow = glow((28, 28, 1), steps=4, levels=GARMENT_LEVELS)
    flow.compile(keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99, global_clipnorm=10.0))
    flow.fit(
        fashion.train.x,
        batch_size=100,
        epochs=15,
        validation_data=(fashion.validation.x,),
        patience=4,
        verbose=0,
    )
    return flow


def of_flow(train, data: str = "digits", levels: int = LEVELS):
    """A function of the seed that measures the flow returned by `train(seed)`."""

    def measure(seed: int) -> Measurement:
        with Stopwatch() as watch:
            flow = train(seed)
        metrics = {METRIC: bits(flow.log_prob, load(data).test.x, levels)}
        return Measurement(metrics, watch.seconds, watch.cpu_seconds, flow.count_params())

    return measure


def best_estimate(candidates):
    """A function of the seed that measures the best of scikit-learn's estimates on validation data.

    Args:
        candidates: a function of the seed that returns the estimates to try.
    """

    def measure(seed: int) -> Measurement:
        digits = load("digits")
        # With four draws of the noise per image there are four times as many examples.
        train = np.concatenate(
            [dequantize(digits.train.x, LEVELS, seed=(seed + 1) * 100 + k) for k in range(4)]
        )

        def log_prob(estimate):
            return lambda images: estimate.score_samples(images.reshape(len(images), -1))

        with Stopwatch() as watch:
            fitted = [estimate.fit(train.reshape(len(train), -1)) for estimate in candidates(seed)]
            best = min(fitted, key=lambda e: bits(log_prob(e), digits.validation.x))
        return Measurement(
            {METRIC: bits(log_prob(best), digits.test.x)}, watch.seconds, watch.cpu_seconds
        )

    return measure


def mixtures(seed: int) -> list[GaussianMixture]:
    """Mixtures from few components with full covariances to many with diagonal ones."""
    return [
        GaussianMixture(components, covariance_type=kind, reg_covar=1e-4, random_state=seed)
        for kind, counts in (("full", (5, 10)), ("diag", (50, 100, 200)))
        for components in counts
    ]


def kernels(seed: int) -> list[KernelDensity]:
    """Gaussian kernels of several widths; only the noise of the data depends on the seed."""
    return [KernelDensity(bandwidth=width) for width in (0.07, 0.08, 0.09, 0.1, 0.11)]


TARGET = {METRIC: "≤ 2.20"}
ENTRIES = [
    Entry("gaussian_mixture", DATA, best_estimate(mixtures)),
    Entry("kernel_density", DATA, best_estimate(kernels)),
    Entry("real_nvp", DATA, of_flow(trained_real_nvp), TARGET),
    Entry("glow", DATA, of_flow(digits_glow.train), TARGET),
    Entry(
        "fashion-glow",
        GARMENTS,
        of_flow(trained_garment_glow, data="fashion", levels=GARMENT_LEVELS),
    ),
]
