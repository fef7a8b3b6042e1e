"""Diffusion and flow matching: the digits, and Gaussians whose modes are known.

As for the GANs: settings were chosen by cross-validation in the 1,500 digits that are not for
testing, each model trains on all of these, and its samples meet the 297 test digits once.
"""

import course_utils.quiet

from functools import partial

import keras
import numpy as np

from course_utils.data import load, toy
from course_utils.metrics.sample_quality import (
    digit_classes,
    digit_features,
    frechet_distance,
    mode_coverage,
)
from course_utils.models.diffusion import dense_diffusion, point_diffusion
from course_utils.models.flow_matching import dense_flow_matching, point_flow_matching
from course_utils.pretrained import digits_diffusion
from entries import Entry, Measurement, Stopwatch

FRECHET, DIGITS = "Fréchet, digits", "digits drawn"
MODES, HIGH_QUALITY = "modes", "within 3 std"
SAMPLES, POINTS = 1500, 2500  # as for the GANs


def measure_digits(seed, *, build) -> Measurement:
    """Fréchet distance to the test digits, and digits drawn."""
    with Stopwatch() as watch:
        model = digits_diffusion.train(seed, build=partial(build, (8, 8, 1)))
    samples = np.asarray(model.sample(SAMPLES))
    metrics = {
        FRECHET: frechet_distance(digit_features(load("digits").test.x), digit_features(samples)),
        DIGITS: len(np.unique(digit_classes(samples))),
    }
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, model.network.count_params())


def measure_modes(seed, *, modes, build, sampling, steps=6000, batch=256) -> Measurement:
    """Modes found and samples near one, of 2,500."""
    points, _ = modes.sample(np.random.default_rng(seed), 10_000)
    scale = points.std()

    keras.utils.set_random_seed(seed)
    with Stopwatch() as watch:
        model = build()
        rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
        model.compile(
            keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.995), jit_compile=True
        )
        epochs = steps * batch // len(points)
        model.fit(points / scale, batch_size=batch, epochs=epochs, verbose=0)

    samples = np.asarray(model.sample(POINTS, **sampling)) * scale
    coverage = mode_coverage(samples, modes.centers, modes.std)
    metrics = {MODES: coverage.modes, HIGH_QUALITY: coverage.high_quality}
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, model.network.count_params())


ENTRIES = [
    *(
        Entry(
            name,
            "digits",
            partial(measure_digits, build=build),
            {FRECHET: "≤ 2.22", DIGITS: "≥ 10"},  # a GAN's median of five: 2.22, once more 2.00
        )
        for name, build in (
            ("diffusion", dense_diffusion),
            ("flow-matching", dense_flow_matching),
        )
    ),
    *(
        Entry(
            f"{kind}-{name}",
            f"{len(modes.centers)} Gaussians, {name}",
            partial(measure_modes, modes=modes, build=build, sampling=sampling),
            {MODES: f"≥ {len(modes.centers)}", HIGH_QUALITY: "≥ 0.95"},
        )
        for kind, build, sampling in (
            ("diffusion", point_diffusion, {"steps": 100, "stochasticity": 1.0}),
            ("flow-matching", point_flow_matching, {"steps": 50}),
        )
        for name, modes in (("ring", toy.GAUSSIAN_RING), ("grid", toy.GAUSSIAN_GRID))
    ),
]
