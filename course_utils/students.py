"""Which part of the library students have, and which assignments they can check themselves.

It imports the standard library only, because the process that forks for each submission imports it
before TensorFlow has started.
"""

from collections.abc import Iterator
from pathlib import Path

LIBRARY = Path(__file__).parent
# One file for each assignment; the self-checks compare with it.
CHECKS = LIBRARY / "grading" / "checks"
# Relative to course_utils/. The first contains the hidden tests and the misconceptions.
FOR_INSTRUCTORS = ("grading/assignments", "grader", "building", "project")
# nbgrader and git ignore these too.
OVERLOOKED = {".ipynb_checkpoints", "__pycache__"}


def files(library: Path = LIBRARY) -> Iterator[Path]:
    """The files of course_utils that students have: paths relative to it, sorted."""
    for path in files_below(library):
        inside = path.relative_to(library)
        if not any(inside.is_relative_to(part) for part in FOR_INSTRUCTORS):
            yield inside


def files_below(folder: Path) -> Iterator[Path]:
    """All files below a folder, sorted, except caches and checkpoints."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not OVERLOOKED.intersection(path.relative_to(folder).parts):
            yield path
