"""The assignments there are."""

from course_utils.grading.assignments import (
    autoencoder,
    clustering,
    cyclegan,
    diffusion,
    disentanglement,
    evaluation,
    flow,
    gan,
    training,
    transposed_convolution,
    vae,
)
from course_utils.grading.assignments.specification import Assignment
from course_utils.validation import check_known

ASSIGNMENTS: tuple[Assignment, ...] = (
    autoencoder.ASSIGNMENT,
    clustering.ASSIGNMENT,
    cyclegan.ASSIGNMENT,
    diffusion.ASSIGNMENT,
    disentanglement.ASSIGNMENT,
    evaluation.ASSIGNMENT,
    flow.ASSIGNMENT,
    gan.ASSIGNMENT,
    training.ASSIGNMENT,
    transposed_convolution.ASSIGNMENT,
    vae.ASSIGNMENT,
)


def find(name: str) -> Assignment:
    """The assignment of this name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    by_name = {assignment.name: assignment for assignment in ASSIGNMENTS}
    check_known("assignment", name, by_name)
    return by_name[name]
