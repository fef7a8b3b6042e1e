"""nbgrader's gradebook: problems with it in one sentence, and assignments that change later.

nbgrader itself refuses to add or remove a cell once there are submissions. Here cells can be added
and removed as long as nobody's work is lost: a cell for which a person has given points or comments
is not removed.
"""

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Base, Comment, Grade, Gradebook, MissingEntry, Notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from traitlets.config import Config

from course_utils.building import release

# Words in a database's error, what they mean, and what to do.
TROUBLE = (
    (
        ("database is locked",),
        "another program is writing to it. Close Formgrader and other graders, then run the "
        "command again",
    ),
    (
        ("no such column", "no such table", "has no column", "UndefinedColumn"),
        "another version of nbgrader made it. Keep a copy of it, then run `nbgrader db upgrade`",
    ),
    (
        ("file is not a database", "malformed"),
        "it is not a gradebook, or a damaged one. Move it away, or put back a copy of it",
    ),
    (("disk is full", "disk I/O error"), "the disk is full. Make room, then run the command again"),
    (
        ("readonly", "unable to open"),
        "it cannot be written. Look whose file and folder it is (`ls -l`), and who you are",
    ),
)
FOREIGN = "it is a database, but not a gradebook of nbgrader. Move it away, or put back a copy"
OLD = TROUBLE[1][1]


class GradebookError(ValueError):
    """One sentence on what is wrong with the gradebook and what to do."""


def trouble(error: Exception, url: str) -> str:
    """What an error of the database at `url` means for the person who grades, in one sentence."""
    said = str(getattr(error, "orig", None) or error)
    for patterns, meaning in TROUBLE:
        if any(pattern in said for pattern in patterns):
            return f"{_named(url)}: {meaning}."
    return f"{_named(url)}: {said.splitlines()[0][:200]}."


def _named(url: str) -> str:
    """The name of the gradebook's file, or its address without user and password."""
    path = url.removeprefix("sqlite:///")
    return Path(path).name if path != url else "The gradebook at " + url.rpartition("@")[2]


@contextlib.contextmanager
def opened(course: CourseDirectory) -> Iterator[Gradebook]:
    """Open the gradebook of a course, as a context manager.

    Raises:
        GradebookError: if it cannot be opened, read or written.
    """
    url = course.db_url
    try:
        _check(url)
        with Gradebook(url, course.course_id) as gradebook:
            yield gradebook
    except (SQLAlchemyError, DatabaseError) as error:
        raise GradebookError(trouble(error, url)) from error


@functools.cache
def _check(url: str) -> None:
    """Refuse a database that is not a gradebook before nbgrader creates its tables in it."""
    engine = create_engine(url)
    try:
        there = inspect(engine)
        names = set(there.get_table_names())
        if names and "submitted_assignment" not in names:
            raise GradebookError(f"{_named(url)}: {FOREIGN}.")
        for name, table in Base.metadata.tables.items():
            missing = name not in names or {column.name for column in table.columns} - {
                column["name"] for column in there.get_columns(name)
            }
            if names and missing:
                raise GradebookError(f"{_named(url)}: {OLD}.")
    finally:
        engine.dispose()


def enter(course: CourseDirectory, config: Config, source: NotebookNode, name: str) -> list[str]:
    """Enter an assignment in the gradebook, or update its entry.

    Args:
        course: the course of the gradebook.
        config: the course's nbgrader configuration.
        source: the assignment with its solutions and hidden tests.
        name: of the assignment and of its notebook.

    Returns:
        A sentence for each thing that somebody should look at.

    Raises:
        GradebookError: if points or comments given by a person would be lost, or the gradebook
            cannot be used.
    """
    notes = []
    with opened(course) as gradebook:
        try:
            notebook = gradebook.find_notebook(name, name)
        except MissingEntry:
            gradebook.update_or_create_assignment(name)
        else:
            if notebook.submissions:
                _follow(gradebook, notebook, source)
                notes = _rescale(gradebook, notebook, source)
        release.released(source, name, config, course.db_url)
    return notes


def _follow(gradebook: Gradebook, notebook: Notebook, source: NotebookNode) -> None:
    """Add and remove cells, with their grades and comments in all submissions."""
    name = notebook.name
    kinds = (
        ("grade", is_grade, notebook.grade_cells),
        ("solution", is_solution, notebook.solution_cells),
        ("task", is_task, notebook.task_cells),
        ("source", _is_kept, notebook.source_cells),
    )
    for kind, belongs, known in kinds:
        wanted = {c.metadata.nbgrader.grade_id: c for c in source.cells if belongs(c)}
        for cell in list(known):
            if cell.name not in wanted:
                _remove(gradebook, cell, name)
        for grade_id in wanted.keys() - {cell.name for cell in known}:
            given = {}
            if kind in ("grade", "task"):
                given["max_score"] = float(wanted[grade_id].metadata.nbgrader.points)
            if kind != "solution":
                given["cell_type"] = wanted[grade_id].cell_type
            cell = getattr(gradebook, f"add_{kind}_cell")(grade_id, name, name, **given)
            for submitted in notebook.submissions if kind != "source" else ():
                if kind in ("grade", "task"):
                    gradebook.db.add(Grade(cell_id=cell.id, notebook=submitted))
                if kind in ("solution", "task"):
                    gradebook.db.add(Comment(cell_id=cell.id, notebook=submitted))
    gradebook.db.commit()


def _is_kept(cell: NotebookNode) -> bool:
    return is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)


def _remove(gradebook: Gradebook, cell: object, name: str) -> None:
    grades, comments = getattr(cell, "grades", []), getattr(cell, "comments", [])
    given = [g for g in grades if g.manual_score is not None or g.extra_credit]
    given += [comment for comment in comments if comment.manual_comment]
    if given:
        gradebook.db.rollback()
        students = sorted({one.student.id for one in given})
        raise GradebookError(
            f"{cell.name} is no longer in solutions/{name}/{name}.ipynb, but points or comments "
            f"were given for it by hand ({', '.join(students[:5])}; {len(students)} in all). Put "
            "the cell back under that name, or take back in Formgrader what was given for it."
        )
    for one in [*grades, *comments, cell]:
        gradebook.db.delete(one)


def _rescale(gradebook: Gradebook, notebook: Notebook, source: NotebookNode) -> list[str]:
    """Adapt scores to the present points of the cells; returns a note if points by hand changed."""
    points = {c.metadata.nbgrader.grade_id: c for c in source.cells if is_grade(c)}
    capped = []
    for cell in notebook.grade_cells:
        before, now = cell.max_score, float(points[cell.name].metadata.nbgrader.points)
        if before == now:
            continue
        for grade in cell.grades:
            if grade.auto_score:
                grade.auto_score *= now / before if before else 0
            if grade.manual_score is not None and grade.manual_score > now:
                capped.append(f"{grade.student.id} ({cell.name}: {grade.manual_score:g})")
                grade.manual_score = now
            grade.needs_manual_grade |= grade.manual_score is not None
    gradebook.db.commit()
    if not capped:
        return []
    return [
        "The points of a cell were lowered below what had been given by hand; it has the most it "
        f"can have now, and waits in Formgrader: {', '.join(capped)}."
    ]
