"""Make `nbgrader generate_assignment` check the source before it removes the old release.

nbgrader removes the released notebook and then makes the new one; if that fails, students have
neither. nbgrader_config.py makes `LookFirst` the exporter. It is created before anything is
removed, and tries everything once without writing. If something still fails afterwards (the disk is
full, somebody presses Ctrl-C), the old release is put back at the end.
"""

import atexit
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from traitlets.config import LoggingConfigurable

from course_utils.building import gradebook, release


class LookFirst(NotebookExporter):
    """nbgrader's exporter, which refuses an assignment that cannot be released.

    Raises:
        NbGraderException: saying why it cannot be released; the old release stays.
    """

    def __init__(self, parent: LoggingConfigurable | None = None, **options: Any) -> None:
        super().__init__(parent=parent, **options)
        for folder, notebooks in getattr(parent, "assignments", {}).items():
            assignment = Path(folder).name
            for path in notebooks:
                try:
                    self._try(Path(path), assignment)
                except Exception as error:  # whatever nbgrader's steps raise about a cell
                    why = str(error).rstrip(".")
                    said = f"{path}: {why}. The released notebook stays as it was."
                    parent.log.error(said)
                    raise NbGraderException(said) from error
            names = [Path(path).name for path in notebooks]
            self._keep(Path(parent._format_dest(assignment, ".")).resolve(), names)

    def _try(self, path: Path, assignment: str) -> None:
        source = nbformat.read(path, as_version=4)
        release.released(source, assignment, self.config)
        if not self.parent.no_database and path.stem == assignment:
            gradebook.enter(self.parent.coursedir, self.config, source, assignment)

    def _keep(self, folder: Path, notebooks: list[str]) -> None:
        """At exit, restore the present files of a folder if one of the notebooks is missing."""
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

        def put_back() -> None:
            if not before or all((folder / name).exists() for name in notebooks):
                return
            for path, content in before.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            self.parent.log.error(f"Nothing new was released; {folder} is as it was.")

        atexit.register(put_back)
