"""Keep lectures/, solutions/ and assignments/ equal to the texts in notebooks/.

    notebooks/lectures/NAME.py     →  lectures/NAME.ipynb
    notebooks/assignments/NAME.py  →  solutions/NAME/NAME.ipynb    with solutions and hidden tests
                                      assignments/NAME/NAME.ipynb  what students get

The built folders contain nothing else, because nbgrader would copy any other file in
solutions/NAME/ into the release.
"""

from dataclasses import dataclass
from pathlib import Path

import nbformat

from course_utils import students
from course_utils.building import release
from course_utils.building.text import Source, SourceError, read

BUILT_FOLDERS = ("lectures", "solutions", "assignments")


@dataclass(frozen=True)
class Difference:
    """How the built folders differ from the texts; paths are relative to the root.

    Attributes:
        stale: built files that are missing or differ, with the content that they should have.
        orphans: notebooks without a text.
        strays: other files that must not be in a built folder.
    """

    stale: dict[Path, str]
    orphans: list[Path]
    strays: list[Path]

    def __bool__(self) -> bool:
        return bool(self.stale or self.orphans or self.strays)


def find_root(start: Path) -> Path:
    """The course's folder: `start`, or the nearest one above it that is the root of the course.

    That is a folder that contains notebooks/ and nbgrader_config.py.

    Raises:
        ValueError: if there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "notebooks").is_dir() and (folder / "nbgrader_config.py").is_file():
            return folder
    raise ValueError(
        f"{start} is not inside the course: no folder there or above holds notebooks/ and "
        "nbgrader_config.py. Change into the course's folder first."
    )


def planned(root: Path) -> dict[Path, str]:
    """All files that should be in the built folders.

    Args:
        root: the course's folder.

    Returns:
        {path relative to the root: content}.

    Raises:
        SourceError: if a text cannot be built, or its release would contain something secret.
    """
    files = {}
    for path in sorted((root / "notebooks" / "lectures").glob("*.py")):
        notebook = _read(path, root).notebook
        files[Path("lectures", f"{path.stem}.ipynb")] = _content(notebook)
    config = release.load_config(root)
    for path in sorted((root / "notebooks" / "assignments").glob("*.py")):
        name = path.stem
        source = _read(path, root)
        release.check_source(source)
        released = release.released(source.notebook, name, config)
        for secret in release.leaks(source.notebook, released):
            lines = path.read_text(encoding="utf-8").splitlines()
            number = next((n for n, line in enumerate(lines, start=1) if secret in line), 1)
            raise SourceError(
                source.path,
                number,
                f"the release would show {secret!r}, which stands in a solution or a hidden test",
            )
        files[Path("solutions", name, f"{name}.ipynb")] = _content(source.notebook)
        files[Path("assignments", name, f"{name}.ipynb")] = released
    return files


def released(root: Path) -> dict[str, str]:
    """The assignments as students get them: {name: content of the notebook}.

    They are built from the texts, not read from assignments/, where somebody may have worked.

    Raises:
        SourceError: see `planned`.
    """
    files = planned(root).items()
    return {path.stem: content for path, content in files if path.parts[0] == "assignments"}


def difference(root: Path) -> Difference:
    """Compare the built folders with the texts; nothing is written."""
    files = planned(root)
    stale = {
        path: content
        for path, content in files.items()
        if not (root / path).is_file() or (root / path).read_bytes() != content.encode()
    }
    found = [
        path.relative_to(root)
        for folder in BUILT_FOLDERS
        for path in students.files_below(root / folder)
    ]
    extra = [path for path in found if path not in files]
    orphans = [path for path in extra if path.suffix == ".ipynb"]
    strays = [path for path in extra if path.suffix != ".ipynb" and path.parts[0] != "lectures"]
    return Difference(stale, orphans, strays)


def build(root: Path) -> Difference:
    """Write stale files and remove orphans.

    Returns:
        The difference before.

    Raises:
        SourceError: if a text cannot be built; then nothing is written.
        ValueError: if a stray file is in solutions/ or assignments/; then nothing is written.
    """
    before = difference(root)
    if before.strays:
        raise ValueError(
            f"{', '.join(map(str, before.strays))}: solutions/ and assignments/ hold built "
            "notebooks only, because nbgrader copies every other file to the students. "
            "Move or remove it."
        )
    for path, content in before.stale.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode())
    for path in before.orphans:
        (root / path).unlink()
        folder = (root / path).parent
        if not any(folder.iterdir()):
            folder.rmdir()
    return before


def _read(path: Path, root: Path) -> Source:
    return read(path.read_text(encoding="utf-8"), path.relative_to(root))


def _content(notebook: nbformat.NotebookNode) -> str:
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"
