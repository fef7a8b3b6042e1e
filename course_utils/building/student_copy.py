"""What students get: one folder with the lectures, the assignments and the library, no secrets.

README.md           docs/students/README.md
lectures/           all of them
assignments/        the chosen ones, without solutions and hidden tests
course_utils/       without the parts for instructors
docs/pictures/      those of the welcome page
pyproject.toml …    the environment, without the tools for maintainers
"""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from course_utils import students
from course_utils.building import folders
from course_utils.validation import check_known

# They include nbgrader's settings, without which Validate stops a cell after 30 s.
AS_THEY_ARE = ("LICENSE", "environment.yml", "nbgrader_config.py")
MAKE_SECTIONS_FOR_STUDENTS = ("Use the course", "Tidy up")


def plan(root: Path, assignments: Sequence[str] = ()) -> dict[Path, bytes]:
    """All files of the students' copy.

    Args:
        root: the course's folder.
        assignments: names of those to hand out; empty for all.

    Returns:
        {path relative to the folder of the copy: content}.

    Raises:
        ValueError: for an unknown assignment.
        SourceError: if a text cannot be built, or a release would contain something secret.
    """
    built = folders.planned(root)
    known = sorted(path.stem for path in built if path.parts[0] == "assignments")
    for name in assignments:
        check_known("assignment", name, known)
    chosen = set(assignments or known)

    files = {
        path: content.encode()
        for path, content in built.items()
        if path.parts[0] == "lectures" or (path.parts[0] == "assignments" and path.stem in chosen)
    }
    checks = students.CHECKS.relative_to(students.LIBRARY)
    for inside in students.files(root / "course_utils"):
        if inside.parent != checks or inside.stem in chosen:
            path = Path("course_utils", inside)
            files[path] = (root / path).read_bytes()

    for picture in sorted((root / "docs" / "pictures").glob("*.png")):
        files[picture.relative_to(root)] = picture.read_bytes()

    for name in AS_THEY_ARE:
        files[Path(name)] = (root / name).read_bytes()
    files[Path("README.md")] = (root / "docs" / "students" / "README.md").read_bytes()
    # uv compares the two and refuses a lock with other groups.
    for name in ("pyproject.toml", "uv.lock"):
        files[Path(name)] = _without_development((root / name).read_text("utf-8")).encode()
    files[Path("Makefile")] = _for_students((root / "Makefile").read_text("utf-8")).encode()
    return files


def write(root: Path, output: Path, assignments: Sequence[str] = ()) -> list[Path]:
    """Write the students' copy.

    Args:
        root: the course's folder.
        output: a new or empty folder, or a new file whose name ends in .zip.
        assignments: names of those to hand out; empty for all.

    Returns:
        The paths of its files, relative to it.

    Raises:
        ValueError: if the output exists, or as for `plan`; then nothing is written.
        SourceError: as for `plan`.
    """
    if output.is_file() or (output.is_dir() and any(output.iterdir())):
        raise ValueError(f"{output} already exists: name a new folder or a new .zip file")
    files = plan(root, assignments)
    if output.suffix == ".zip":
        output.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in files.items():
                archive.writestr(str(Path(output.stem, path).as_posix()), content)
    else:
        for path, content in files.items():
            target = output / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return list(files)


def _without_development(project: str) -> str:
    """pyproject.toml or uv.lock without the tools for maintainers among the default groups."""
    shortened, count = re.subn(
        r"^default-groups = .*$", 'default-groups = ["cpu"]', project, flags=re.M
    )
    if count != 1:
        raise ValueError("pyproject.toml and uv.lock: expected one line default-groups = … in each")
    return shortened


def _for_students(makefile: str) -> str:
    """The Makefile with the sections (`##@ TITLE`) of targets that a student can use."""
    before, *sections = re.split(r"(?=^##@ )", makefile, flags=re.M)
    *titled, last = sections
    last, after = re.split(r"(?=^help:)", last, maxsplit=1, flags=re.M)
    kept = [
        section
        for section in [*titled, last]
        if section.splitlines()[0].removeprefix("##@ ") in MAKE_SECTIONS_FOR_STUDENTS
    ]
    targets = re.findall(r"^([a-z-]+):", "".join(kept), flags=re.M)
    before = re.sub(r"^\.PHONY:.*$", f".PHONY: help {' '.join(targets)}", before, flags=re.M)
    return "".join([before, *kept, after])
