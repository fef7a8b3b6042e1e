"""Find samples that are copies of images that the student has.

A sample's distance to the nearest known image says little by itself: a blurred T-shirt is close to
hundreds of T-shirts, whereas a copy is close to only one image. So a sample is judged by a ratio:
its distance to the nearest known image, divided by its mean distance to the next few. The ratio is
well below 1 for a copy and near 1 for anything new (after Carlini et al., Extracting Training Data
from Diffusion Models, 2023, who also compare with the mean distance to the neighbours).

Mirrored and shifted copies are found too. Images are compared at half their resolution and scaled
to norm 1, so that a little noise, a little blur or another brightness hides nothing.
"""

import functools
import itertools
from typing import NamedTuple

import numpy as np

from course_utils.data import load

# How many of the samples are examined.
LOOKED_AT = 500
NEIGHBORS = 20
SHIFTS = (-2, -1, 0, 1, 2)  # pixels, down and to the right
# A sample with a smaller ratio counts as a copy.
RATIO = 0.5
# The share of unseen published garments that count as copies, because some have near-duplicates.
# Among garments of a single kind it is up to 5%.
HELD_OUT = 0.02
# A larger share is refused. Among 500 new garments, so many count as copies by chance once in 10¹⁵
# cases, and once in 10⁵ if all of them are of the kind with the most near-duplicates.
MOST_COPIES = 0.1


class Copies(NamedTuple):
    """The share of the examined samples that are copies, and the ratio of each."""

    share: float
    ratios: np.ndarray


def find(samples: np.ndarray, known: np.ndarray | None = None) -> Copies:
    """Compare samples with the images that students have.

    Args:
        samples: (N, 28, 28, 1) in [0, 1]; `LOOKED_AT` of them, evenly spaced, are examined.
        known: (M, 28, 28, 1) in [0, 1]; by default every image of `load("fashion")`.
    """
    references = _codes_of_known() if known is None else _codes(known)
    step = max(1, len(samples) // LOOKED_AT)
    ratios = _ratios(np.squeeze(samples, -1)[::step][:LOOKED_AT], references)
    return Copies(float(np.mean(ratios < RATIO)), ratios)


def _ratios(samples: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Each sample's ratio, (N,), mirrored and shifted so that it is closest to a known image."""
    closest = np.full(len(samples), -np.inf)
    codes = np.empty((len(samples), references.shape[1]), "float32")
    for mirrored in (samples, samples[:, :, ::-1]):
        for down, right in itertools.product(SHIFTS, SHIFTS):
            moved = _codes(_shifted(mirrored, down, right))
            similarity = (moved @ references.T).max(axis=1)
            closer = similarity > closest
            closest[closer], codes[closer] = similarity[closer], moved[closer]
    squares = np.maximum(2 - 2 * codes @ references.T, 0)
    nearest = np.sqrt(np.sort(np.partition(squares, NEIGHBORS)[:, : NEIGHBORS + 1]))
    return nearest[:, 0] / np.maximum(nearest[:, 1:].mean(axis=1), 1e-6)


def _codes(images: np.ndarray) -> np.ndarray:
    """Images (N, 28, 28) or (N, 28, 28, 1) at half resolution, as vectors (N, 196) of norm 1."""
    small = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    return small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6)


@functools.cache
def _codes_of_known() -> np.ndarray:
    garments = load("fashion")
    parts = (garments.train, garments.validation, garments.test)
    return np.concatenate([_codes(part.x) for part in parts])


def _shifted(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Images (N, 28, 28), shifted by at most 2 pixels and padded with zeros."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    return padded[:, 2 - down : 30 - down, 2 - right : 30 - right]
