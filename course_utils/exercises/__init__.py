"""Exercises and predictions inside the lectures: what a student writes, and what the course says.

Nothing here stops a lecture. Where a student has written nothing, or something that is not right
yet, the course's version is used from there on.
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
