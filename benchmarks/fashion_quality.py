"""How good generated garments are, measured in the same way for all models.

10,000 samples are compared with the 10,000 test images of Fashion-MNIST, in the 64 features of the
classifier that comes with the course. This is not FID: use it to compare models of this course with
each other. For comparison, the 10,000 training images are measured too (`fashion-real`).

If the whole data set is not available, the 2,000 test images of `load("fashion")` are used, with a
warning. With so few, every distance is larger, also that of real images, for which it is by 0.3.
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
    """The whole test set, (10000, 28, 28, 1), or its first 2,000 images if it is not available."""
    try:
        return load("fashion_mnist").test.x
    except DownloadError as reason:
        warnings.warn(f"garments are compared with 2,000 test images: {reason}", stacklevel=2)
        return load("fashion").test.x


def draw(sample: Callable) -> np.ndarray:
    """`SAMPLES` images, (SAMPLES, 28, 28, 1), from repeated calls of `sample(BATCH)`."""
    return np.concatenate([np.asarray(sample(BATCH)) for _ in range(SAMPLES // BATCH)])


def scores(samples: np.ndarray) -> dict[str, float]:
    """Fréchet distance to the test garments."""
    return {FRECHET: judge("fashion").distance(test_images(), samples)}


def labelled_scores(sample: Callable) -> dict[str, float]:
    """The same for `sample(labels)`, and how often the judge recognises the requested garment."""
    asked = np.arange(BATCH) % CLASSES
    samples = draw(lambda count: sample(asked[:count]))
    right = judge("fashion").classes(samples).reshape(-1, BATCH) == asked
    return scores(samples) | {AGREEMENT: float(np.mean(right))}
