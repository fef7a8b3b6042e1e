"""All assignments. Each is imported only when it is asked for, as most commands need just one."""

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
    """The assignment with this name.

    Raises:
        ValueError: there is none; the message lists the names that exist.
    """
    if name == "project":
        raise ValueError(
            "the project has no graded functions: it has neither misconceptions nor oral questions"
        )
    check_known("assignment", name, NAMES)
    return importlib.import_module(f"course_utils.grading.assignments.{name}").ASSIGNMENT


def every() -> tuple[Assignment, ...]:
    """All assignments, by name."""
    return tuple(find(name) for name in NAMES)
