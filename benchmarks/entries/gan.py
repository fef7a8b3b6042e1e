"""GANs of the digits and of Gaussians whose modes are known, with remedies and without.

Settings were chosen on the validation digits, those of the GAN and of the WGAN by cross-validation
on the 1,500 digits that are not for testing. Here each model is trained on all of these with those
settings, and its samples are compared once with the 297 test digits.
"""

import course_utils.quiet

from functools import partial

import keras
import numpy as np

from course_utils.data import toy
from course_utils.metrics.sample_quality import digit_classes, mode_coverage
from course_utils.models.conditional_gan import dense_conditional_gan
from course_utils.models.gan import GAN, conv_gan, dense_gan, point_gan
from course_utils.models.wgan import dense_wgan
from course_utils.networks import dense_discriminator, dense_generator
from course_utils.pretrained import digits_biggan
from digit_quality import BATCH, DIGITS, FRECHET, draw, scores, training_digits
from entries import Entry, Measurement, Stopwatch

SHAPE, LATENT, CLASSES = (8, 8, 1), 32, 10
AGREEMENT = "label agreement"
MODES, HIGH_QUALITY = "modes", "within 3 std"
POINTS = 2500  # as VEEGAN and PacGAN draw

REMEDIES = {"objective": "non_saturating", "r1_weight": 1.0, "ema_decay": 0.995}
NO_REMEDIES = {"objective": "saturating", "r1_weight": 0.0, "ema_decay": 0.0}


def measure_digits(
    seed, *, build, epochs, rates=(1e-3, 1e-3), momentum=0.0, labelled=False
) -> Measurement:
    """Fréchet distance to the test digits, digits that occur and, with labels, label agreement."""
    x, labels = training_digits()
    keras.utils.set_random_seed(seed)
    with Stopwatch() as watch:
        model = build()
        model.compile(*(_adam(rate, momentum) for rate in rates))
        model.fit(x, labels if labelled else None, batch_size=64, epochs=epochs, verbose=0)
    return _measure_samples(model, watch, labelled)


def measure_copies(seed) -> Measurement:
    """Training digits drawn with replacement, as a model that only copies them would."""
    x, _ = training_digits()
    rng = np.random.default_rng(seed)
    return Measurement(scores(draw(lambda count: x[rng.integers(len(x), size=count)])), 0.0, 0.0)


def measure_biggan(seed) -> Measurement:
    """The same for the BigGAN of the course's recipe."""
    with Stopwatch() as watch:
        model = digits_biggan.train(seed)
    return _measure_samples(model, watch, labelled=True)


def _measure_samples(model, watch, labelled) -> Measurement:
    asked = np.arange(BATCH) % CLASSES
    samples = draw(lambda count: model.sample(asked if labelled else count))
    metrics = scores(samples)
    if labelled:
        right = digit_classes(samples).reshape(-1, BATCH) == asked
        metrics[AGREEMENT] = float(np.mean(right))
    return _measurement(metrics, watch, model)


def measure_modes(seed, *, modes, build, steps, optimizers) -> Measurement:
    """How many modes are found, and the fraction of samples near one, from 2,500 samples."""
    points, _ = modes.sample(np.random.default_rng(seed), 10_000)
    scale = points.std()

    keras.utils.set_random_seed(seed)
    with Stopwatch() as watch:
        model = build()
        model.compile(*optimizers(steps))
        batch = 250
        model.fit(points / scale, batch_size=batch, epochs=steps * batch // len(points), verbose=0)

    samples = np.asarray(model.sample(POINTS)) * scale
    coverage = mode_coverage(samples, modes.centers, modes.std)
    metrics = {MODES: coverage.modes, HIGH_QUALITY: coverage.high_quality}
    return _measurement(metrics, watch, model)


def plain_point_gan() -> GAN:
    """A GAN with the networks of `point_gan`, without Fourier features and remedies."""
    hidden = (128, 128, 128)
    generator = dense_generator(
        2, (2,), hidden=hidden, activation="relu", output_activation="linear"
    )
    return GAN(generator, dense_discriminator((2,), hidden=hidden), **NO_REMEDIES)


def _measurement(metrics, watch, model) -> Measurement:
    players = model.generator.count_params() + model.discriminator.count_params()
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, players)


def _adam(learning_rate, momentum=0.0, beta_2=0.99) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(learning_rate, beta_1=momentum, beta_2=beta_2)


def _cooling(steps) -> list[keras.optimizers.Optimizer]:
    """Optimizers with learning rates that fall to 0; the generator has the higher one.

    So its modes separate better.
    """
    return [
        _adam(keras.optimizers.schedules.CosineDecay(rate, steps), beta_2=0.9)
        for rate in (5e-3, 4e-3)
    ]


def _usual(steps) -> list[keras.optimizers.Optimizer]:
    return [_adam(1e-3, 0.9, 0.999) for _ in range(2)]


ENTRIES = [
    Entry("copied-digits", "digits", measure_copies),
    Entry(
        "gan",
        "digits",
        partial(
            measure_digits,
            build=partial(dense_gan, SHAPE, LATENT, **REMEDIES | {"ema_decay": 0.998}),
            epochs=300,
            rates=(1e-3, 2e-3),
        ),
        {FRECHET: "≤ 2.0", DIGITS: "≥ 10"},
    ),
    Entry(
        "gan-without-remedies",
        "digits",
        partial(
            measure_digits,
            build=partial(dense_gan, SHAPE, LATENT, **NO_REMEDIES),
            epochs=300,
            momentum=0.9,
        ),
    ),
    Entry(
        "gan-convolutional",
        "digits",
        partial(measure_digits, build=partial(conv_gan, SHAPE, LATENT, **REMEDIES), epochs=60),
    ),
    Entry(
        "wgan",
        "digits",
        partial(
            measure_digits,
            build=partial(dense_wgan, SHAPE, 10, critic_steps=3, ema_decay=0.995),
            epochs=600,
        ),
        {FRECHET: "≤ 2.2", DIGITS: "≥ 10"},
    ),
    Entry(
        "conditional-gan",
        "digits",
        partial(
            measure_digits,
            build=partial(dense_conditional_gan, SHAPE, LATENT, CLASSES, **REMEDIES),
            epochs=150,
            labelled=True,
        ),
        {AGREEMENT: "≥ 0.97"},
    ),
    Entry("biggan", "digits", measure_biggan, {AGREEMENT: "≥ 0.97"}),
    *(
        Entry(
            f"gan-{name}",
            f"{len(modes.centers)} Gaussians, {name}",
            partial(
                measure_modes,
                modes=modes,
                build=partial(point_gan, r1_weight=0.1, ema_decay=0.995),
                steps=6000,
                optimizers=_cooling,
            ),
            {MODES: f"≥ {len(modes.centers)}", HIGH_QUALITY: "≥ 0.95"},
        )
        for name, modes in (("ring", toy.GAUSSIAN_RING), ("grid", toy.GAUSSIAN_GRID))
    ),
    Entry(
        "gan-grid-without-remedies",
        "25 Gaussians, grid",
        partial(
            measure_modes,
            modes=toy.GAUSSIAN_GRID,
            build=plain_point_gan,
            steps=6000,
            optimizers=_usual,
        ),
    ),
]
