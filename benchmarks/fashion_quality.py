"""How good drawn garments are, measured for all models alike.

10,000 samples are compared with the 10,000 test images of Fashion-MNIST, in the 64 features of the
classifier that comes with the course. It is not FID: numbers compare models of this course with
each other. What real images come to, the 10,000 that the models learn from, stands beside them.

Where the whole set cannot be had, the 2,000 test images of `load("fashion")` take its place, with a
warning. So few raise every distance, that of real images too: by 0.3 for these.
"""

import course_utils.quiet

import functools
import warnings
from collections.abc import Callable

import numpy as np

from course_utils.data import load
from course_utils.data.mnist import DownloadError
from course_utils.pretrained import judge

FRECHET, AGREEMENT = "Fréchet, garments", "label agreement"
SAMPLES, BATCH, CLASSES = 10_000, 500, 10


@functools.cache
def test_images() -> np.ndarray:
    """The whole test set, (10000, 28, 28, 1), or its first 2,000 where it is out of reach."""
    try:
        return load("fashion_mnist").test.x
    except DownloadError as reason:
        warnings.warn(f"garments are compared with 2,000 test images: {reason}", stacklevel=2)
        return load("fashion").test.x


def draw(sample: Callable) -> np.ndarray:
    """`sample(BATCH)` until there are `SAMPLES` images, (SAMPLES, 28, 28, 1)."""
    return np.concatenate([np.asarray(sample(BATCH)) for _ in range(SAMPLES // BATCH)])


def scores(samples: np.ndarray) -> dict[str, float]:
    """Fréchet distance to the test garments."""
    return {FRECHET: judge("fashion").distance(test_images(), samples)}


def labelled_scores(sample: Callable) -> dict[str, float]:
    """The same of `sample(labels)`, and how often the judge sees the garment that was asked for."""
    asked = np.arange(BATCH) % CLASSES
    samples = draw(lambda count: sample(asked[:count]))
    right = judge("fashion").classes(samples).reshape(-1, BATCH) == asked
    return scores(samples) | {AGREEMENT: float(np.mean(right))}
