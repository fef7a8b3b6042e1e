"""The assignments there are, each imported when it is asked for: most commands need one."""

import importlib

from course_utils.grading.assignments.specification import Assignment
from course_utils.validation import check_known

NAMES = (
    "autoencoder",
    "clustering",
    "cyclegan",
    "diffusion",
    "disentanglement",
    "evaluation",
    "flow",
    "gan",
    "training",
    "transposed_convolution",
    "vae",
)


def find(name: str) -> Assignment:
    """The assignment of this name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    check_known("assignment", name, NAMES)
    return importlib.import_module(f"course_utils.grading.assignments.{name}").ASSIGNMENT


def every() -> tuple[Assignment, ...]:
    """All assignments, by name."""
    return tuple(find(name) for name in NAMES)
