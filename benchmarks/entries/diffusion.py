"""Diffusion and flow matching: the digits, and Gaussians whose modes are known.

As for the GANs, settings were chosen by cross-validation on the 1,500 digits that are not for
testing. Each model is trained on all of these, and its samples are compared once with the 297 test
digits.
"""

import course_utils.quiet

from functools import partial

import keras
import numpy as np

from course_utils.data import toy
from course_utils.metrics.sample_quality import mode_coverage
from course_utils.models.diffusion import dense_diffusion, point_diffusion
from course_utils.models.flow_matching import dense_flow_matching, point_flow_matching
from course_utils.pretrained import digits_diffusion
from digit_quality import DIGITS, FRECHET, draw, scores
from entries import Entry, Measurement, Stopwatch

MODES, HIGH_QUALITY = "modes", "within 3 std"
POINTS = 2500  # as for the GANs


def measure_digits(seed, *, build) -> Measurement:
    """Fréchet distance to the test digits, and how many of the ten digits occur."""
    with Stopwatch() as watch:
        model = digits_diffusion.train(seed, build=partial(build, (8, 8, 1)))
    metrics = scores(draw(model.sample))
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, model.network.count_params())


def measure_modes(seed, *, modes, build, sampling, steps=6000, batch=256) -> Measurement:
    """How many modes are found, and the fraction of samples near one, from 2,500 samples."""
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
            {FRECHET: "≤ 1.80", DIGITS: "≥ 10"},  # the GAN's median of nine seeds
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
