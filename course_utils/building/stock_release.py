"""Have `nbgrader generate_assignment` look before it removes what was released.

nbgrader removes the released notebook, then makes the new one, and where that fails students have
neither. nbgrader_config.py makes `LookFirst` the exporter: it comes to be before anything is
removed, and tries everything once without writing.
"""

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from traitlets.config import LoggingConfigurable

from course_utils.building import gradebook, release


class LookFirst(NotebookExporter):
    """nbgrader's exporter, which refuses what could not be released."""

    def __init__(self, parent: LoggingConfigurable | None = None, **options: Any) -> None:
        super().__init__(parent=parent, **options)
        for folder, notebooks in getattr(parent, "assignments", {}).items():
            for path in notebooks:
                try:
                    self._try(Path(path), Path(folder).name)
                except Exception as error:  # whatever nbgrader's steps raise about a cell
                    why = str(error).rstrip(".")
                    said = f"{path}: {why}. The released notebook stays as it was."
                    parent.log.error(said)
                    raise NbGraderException(said) from error

    def _try(self, path: Path, assignment: str) -> None:
        source = nbformat.read(path, as_version=4)
        release.released(source, assignment, self.config)
        if not self.parent.no_database and path.stem == assignment:
            gradebook.enter(self.parent.coursedir, self.config, source, assignment)
