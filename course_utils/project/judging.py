"""Turn samples into points: by their distance from real garments, and none for copies."""

import course_utils.quiet

import math
from dataclasses import dataclass

import numpy as np

from course_utils.project import copies, features

# Fréchet distances in the project's features, and the share of the points for a model that does not
# exceed them. `benchmarks/project.py` prints what real garments and the course's models reach.
LEVELS = (
    (1.0, 1.0),
    (2.0, 0.88),
    (4.0, 0.76),
    (8.0, 0.64),
    (16.0, 0.48),
    (25.0, 0.32),
    (math.inf, 0.16),
)
# If pixels have a smaller standard deviation over the samples, on average, all samples count as one
# picture.
LEAST_SPREAD = 0.01


@dataclass(frozen=True)
class Judgement:
    """What samples are worth.

    Attributes:
        share: the share of the points, from 0 to 1.
        distance: the Fréchet distance to real garments in the project's features; None if too many
            samples are copies, or if all are the same.
        sentence: what the student reads.
        copied: the share of the samples that are copies of images that the student has.
    """

    share: float
    distance: float | None
    sentence: str
    copied: float = 0.0

    @property
    def is_copy(self) -> bool:
        """Whether too many samples are copies."""
        return self.copied > copies.MOST_COPIES


def judge(samples: np.ndarray) -> Judgement:
    """Judge samples, (N, 28, 28, 1) float32 in [0, 1] with N = `project.SAMPLES`."""
    if float(np.mean(np.std(samples, axis=0))) < LEAST_SPREAD:
        return Judgement(0.0, None, "All samples are the same picture.")
    copied = copies.find(samples).share
    if copied > copies.MOST_COPIES:
        sentence = (
            f"{copied:.0%} of the samples are copies of images in the data set, perhaps shifted, "
            "mirrored or with a little noise. A generative model should draw garments that nobody "
            "has seen. Real garments that were never seen come to "
            f"{copies.HELD_OUT:.0%}, and up to {copies.MOST_COPIES:.0%} are let pass."
        )
        return Judgement(0.0, None, sentence, copied)
    distance = features.distance(samples)
    share = share_for(distance)
    return Judgement(share, distance, _in_words(distance), copied)


def share_for(distance: float) -> float:
    """The share of the points, from 0 to 1, for a Fréchet distance."""
    return next(share for most, share in LEVELS if distance <= most)


def _in_words(distance: float) -> str:
    missed = [most for most, _ in LEVELS if most < distance]
    further = f" The next level begins at {missed[-1]:g}." if missed else ""
    return f"The Fréchet distance of the samples from real garments is {distance:.3g}.{further}"
