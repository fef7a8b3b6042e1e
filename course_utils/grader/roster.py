"""Whom to grade: who handed something in or is in the gradebook, and how names are spelt."""

import re
import sys
from pathlib import Path

from course_utils.grader.handin import files

STUDENT = re.compile(r"[^/\\]{1,255}")


def handed_in(root: Path, name: str, known: list[str]) -> dict[str, Path]:
    """The folders of those who handed something in, by the student's name.

    The name is the folder's, decoded, and spelt as in the gradebook.

    Args:
        root: the course's folder.
        name: the assignment.
        known: the students' names in the spelling to use.
    """
    found: dict[str, Path] = {}
    spelt = {files.readable(student): student for student in known}
    top = root / "submitted"
    for folder in sorted(top.iterdir() if top.is_dir() else ()):
        student = files.readable(folder.name)
        if not _is_unicode(folder.name):
            said = f"submitted/{ascii(folder.name)[1:-1]}"
            print(f"{said} is not named in UTF-8; it is taken for {student}.", file=sys.stderr)
        try:
            (folder / name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError:
            pass  # a folder that cannot be read may hold something
        found[spelt.get(student, student)] = folder / name
    return found


def everybody(names: list[str]) -> list[str]:
    """Those that are valid names, in order; the others are reported."""
    found = sorted(set(names))
    for student in found:
        if not _is_name(student) and student[0] != ".":
            print(f"Left out: {student!r} cannot be the name of a student.", file=sys.stderr)
    return [student for student in found if _is_name(student)]


def wanted(students: list[str] | None, everybody: list[str]) -> list[str]:
    """Whom to grade, each once. A mistyped name must not enter the gradebook."""
    if students is None:
        return everybody
    spelt = {files.readable(student): student for student in everybody}
    students = [spelt.get(files.readable(student), student) for student in students]
    for student in students:
        if not _is_name(student):
            raise ValueError(f"{student!r} cannot be the name of a student's folder")
        if student not in everybody:
            raise ValueError(f"{student!r} is neither in the gradebook nor in submitted/")
    return list(dict.fromkeys(students))


def _is_name(student: str) -> bool:
    return bool(STUDENT.fullmatch(student)) and student.isprintable() and student[0] != "."


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
