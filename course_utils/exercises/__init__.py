"""Exercises and predictions inside the lectures: what a student writes, and what the course says.

Nothing here stops a lecture. Where a student's answer is missing or not right yet, the rest of the
lecture uses the course's version.
"""

from course_utils.exercises import (  # noqa: F401 (each registers its exercises)
    autoencoders,
    clustering,
    cyclegan,
    densities,
    diffusion,
    disentanglement,
    evaluation,
    flows,
    gan_advances,
    gans,
    manifolds,
    tensorboard,
    transposed_convolutions,
    vae,
)
from course_utils.exercises.exercise import your_turn
from course_utils.exercises.prediction import compare

__all__ = ["compare", "your_turn"]
