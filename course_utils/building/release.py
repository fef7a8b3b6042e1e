"""Make the students' version of an assignment, and prove that nothing secret is in it.

nbgrader removes solutions and hidden tests, with the course's own nbgrader_config.py; the result
is, byte for byte, what `nbgrader generate_assignment` writes. But nbgrader trusts its input: with a
misspelt delimiter or an END without a BEGIN it silently releases a hidden test. So the source is
checked before, and the release is searched afterwards.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from jsonschema import ValidationError
from nbformat import NotebookNode, from_dict
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator, SchemaTooNewError, SchemaTooOldError
from nbgrader.utils import is_grade, is_solution, is_task
from traitlets.config import Config, PyFileConfigLoader

from course_utils.building.text import Source

SOLUTION, HIDDEN_TESTS, MARK_SCHEME = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"
DELIMITER = re.compile(rf"(BEGIN|END) ({SOLUTION}|{HIDDEN_TESTS}|{MARK_SCHEME})\b")
DELIMITER_LIKE = re.compile(r"\W*(begin|end)\W*(solution|hidden|tests?\b|mark\W*scheme)", re.I)
ALLOWED = {
    SOLUTION: ("a solution or an answer", is_solution),
    HIDDEN_TESTS: ("a test", lambda cell: is_grade(cell) and not is_solution(cell)),
    MARK_SCHEME: ("a task", is_task),
}
# Shorter lines, such as `return x`, reveal nothing and occur in many places by chance.
TELLING_LENGTH = 12


def load_config(root: Path) -> Config:
    """The course's nbgrader configuration."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def check_source(source: Source) -> None:
    """Check that nbgrader will remove exactly what the author meant.

    Args:
        source: an assignment with its solutions and hidden tests.

    Raises:
        SourceError: for a repeated grade_id, wrong metadata, a delimiter that is misspelt, unpaired
            or in the wrong kind of cell, a solution without delimiters, or no graded cell.
    """
    first_use: dict[str, int] = {}
    for index, cell in enumerate(source.notebook.cells):
        _check_metadata(source, index)
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in first_use:
            first_line = source.markers[first_use[grade_id]]
            raise source.error(index, f"grade_id {grade_id!r} is taken, see line {first_line}")
        if grade_id is not None:
            first_use[grade_id] = index
        regions = _check_delimiters(source, index)
        if is_solution(cell) and cell.cell_type == "code" and SOLUTION not in regions:
            raise source.error(index, "a solution needs # BEGIN SOLUTION and # END SOLUTION")
    if not any(is_grade(cell) for cell in source.notebook.cells):
        raise source.error(0, 'an assignment needs a graded cell, such as # %% test="…" points=1')


def released(source: NotebookNode, name: str, config: Config, gradebook: str = "") -> str:
    """The students' version, as `nbgrader generate_assignment` writes it.

    Args:
        source: the notebook with solutions and hidden tests; it is not changed.
        name: the assignment's name.
        config: the course's nbgrader configuration.
        gradebook: address of the gradebook in which to enter the cells; empty for none.

    Returns:
        The content of the released .ipynb file.
    """
    config = Config(config, SaveCells={"enabled": bool(gradebook)})
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    exporter = converter.exporter_class(parent=converter, config=converter.config)
    for preprocessor in converter.preprocessors:
        exporter.register_preprocessor(preprocessor)
    names = {"student": ".", "assignment": name, "notebook": name, "db_url": gradebook}
    resources = {"nbgrader": names}
    output, _ = exporter.from_notebook_node(from_dict(source), resources)
    return output


def leaks(source: NotebookNode, release: str) -> list[str]:
    """Lines of the source's solutions and hidden tests that occur in the release.

    Args:
        source: the notebook with solutions and hidden tests.
        release: the content of the released file.

    Returns:
        Sorted: every line of a solution, a model answer or a mark scheme that occurs anywhere in
        the release, even in a text or a docstring; and every such line of a hidden test, unless the
        source also has it outside the hidden part. Delimiters count; lines of fewer than 12
        characters and imports do not.
    """
    secrets, tests, shown = set(), set(), set()
    for cell in source.cells:
        parts = list(regions(cell))
        whole = is_solution(cell) and not any(region for region, _ in parts)
        for region, line in parts:
            line = line.strip()
            if region == HIDDEN_TESTS:
                tests.add(line)
            elif region or whole:
                secrets.add(line)
            else:
                shown.add(line)
    telling = {
        line
        for line in secrets | (tests - shown)
        if len(line) >= TELLING_LENGTH and not re.match(r"(from \S+ )?import ", line)
    }
    return sorted(line for line in telling if json.dumps(line, ensure_ascii=False)[1:-1] in release)


def regions(cell: NotebookNode) -> Iterator[tuple[str | None, str]]:
    """Each line of a cell as (region, line); delimiters belong to it, and None is no region."""
    region = None
    for line in cell.source.split("\n"):
        delimiter = DELIMITER.search(line)
        if delimiter:
            region = delimiter[2]
        yield region, line
        if delimiter and delimiter[1] == "END":
            region = None


def _check_metadata(source: Source, index: int) -> None:
    try:
        MetadataValidator().validate_cell(source.notebook.cells[index])
    except (ValidationError, SchemaTooOldError, SchemaTooNewError) as error:
        message = getattr(error, "message", str(error))
        raise source.error(index, f"nbgrader refuses this cell: {message}") from error


def _check_delimiters(source: Source, index: int) -> set[str]:
    """Check that delimiters come in pairs; return the regions of the cell."""
    cell = source.notebook.cells[index]
    found, region, begun = set(), None, 0
    for number, line in enumerate(cell.source.split("\n"), start=1):
        delimiter = DELIMITER.search(line)
        if delimiter is None:
            if DELIMITER_LIKE.match(line):
                raise source.error(
                    index, f"is {line.strip()!r} meant as a delimiter? It is misspelt", number
                )
            continue
        word, kind = delimiter.groups()
        if word == "BEGIN":
            if region is not None:
                raise source.error(index, f"BEGIN {kind} inside {region}", number)
            where, allowed = ALLOWED[kind]
            if not allowed(cell):
                raise source.error(index, f"BEGIN {kind} belongs in {where}", number)
            region, begun = kind, number
            found.add(kind)
        elif kind != region:
            raise source.error(index, f"END {kind} without BEGIN {kind}", number)
        else:
            region = None
    if region is not None:
        raise source.error(index, f"BEGIN {region} without END {region}", begun)
    return found
