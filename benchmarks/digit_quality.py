"""How good drawn digits are, measured for all models alike.

A distance from few samples says more about these few than about the model: 1,500 digits drawn, with
replacement, from the 1,500 that the models learn from are 1.90 ± 0.23 from the test digits, 30,000
are 1.73 ± 0.06 (mean and standard deviation of 20 draws). So we draw 30,000, much as FID is taken
from 50,000. `quality.py --models copied-digits` measures that copying: no model can be much better.
"""

import course_utils.quiet

from collections.abc import Callable

import numpy as np

from course_utils.data import load
from course_utils.metrics.sample_quality import digit_classes, digit_features, frechet_distance

FRECHET, DIGITS = "Fréchet, digits", "digits drawn"
SAMPLES, BATCH = 30_000, 3_000


def training_digits() -> tuple[np.ndarray, np.ndarray]:
    """All digits but the test ones, (1500, 8, 8, 1), and their classes."""
    parts = load("digits").train, load("digits").validation
    return np.concatenate([part.x for part in parts]), np.concatenate([p.labels for p in parts])


def draw(sample: Callable) -> np.ndarray:
    """`sample(BATCH)` until there are `SAMPLES` images, (SAMPLES, 8, 8, 1)."""
    return np.concatenate([sample(BATCH) for _ in range(SAMPLES // BATCH)])


def scores(samples: np.ndarray) -> dict[str, float]:
    """Fréchet distance to the test digits, and how many of the ten digits are drawn."""
    real, fake = digit_features(load("digits").test.x), digit_features(samples)
    return {
        FRECHET: frechet_distance(real, fake),
        DIGITS: len(np.unique(digit_classes(samples))),
    }
