"""The page that a student gets back: one HTML file that needs no network.

Everything that a student wrote or printed is escaped, and only verified images are shown. The page
is made from data that contain no hidden test.
"""

import base64
import binascii
import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution

from course_utils.building import gradebook, release
from course_utils.building.formulas import cost, formula_svg
from course_utils.grader import recording, tasks
from course_utils.grader.handin.pictures import shown_in
from course_utils.grader.page import code_of, escaped, samples_of, whole
from course_utils.grader.recording import Status
from course_utils.grader.sections import where_explained
from course_utils.grader.tasks import Verdict

FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)
LONGEST_OUTPUT = 20_000
# A formula takes a few milliseconds to render; those beyond these limits stay as TeX.
MOST_FORMULAS = 200
MOST_COST = 20_000
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Late:
    """The penalty for a late submission.

    Attributes:
        penalty: in points.
        by: how late it was.
        due: the deadline, in UTC.
    """

    penalty: float
    by: datetime.timedelta
    due: datetime.datetime

    def __str__(self) -> str:
        return (
            f"It was handed in {self.by} after it was due ({self.due:%Y-%m-%d %H:%M} UTC): "
            f"{self.penalty:g} points are taken off."
        )


def write(root: Path, name: str, students: list[str] | None = None) -> list[Path]:
    """Write the pages of an assignment to feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html.

    Args:
        root: the course's folder.
        name: the assignment.
        students: only these; by default everybody who was graded.

    Returns:
        The pages.

    Raises:
        ValueError: nobody was graded, or one of `students` was not.
    """
    statuses = {status.student: status for status in recording.statuses(root, name)}
    unknown = set(students or statuses) - set(statuses)
    if unknown or not statuses:
        who = ", ".join(sorted(unknown)) or "nobody"
        raise ValueError(f"no result of {name} for: {who}. Run `course grade {name}` first.")
    course = CourseDirectory(config=release.load_config(root))
    pages = []
    with gradebook.opened(course) as book:
        for student in students or statuses:
            if statuses[student].status == tasks.MISSING:
                continue
            path = root / "autograded" / student / name / f"{name}.ipynb"
            notebook = nbformat.read(path, as_version=4) if path.is_file() else None
            grades, late = _grades(book, name, student), _late(book, name, student)
            content = page(name, statuses[student], notebook, grades, late)
            target = root / "feedback" / student / name / f"{name}.html"
            recording.write_whole(target, content)
            pages.append(target)
    return pages


def _grades(book: Gradebook, name: str, student: str) -> dict[str, dict]:
    """By grade_id: the score, the maximum, whether it still awaits manual grading, the comment."""
    try:
        notebook = book.find_submission_notebook(name, name, student)
    except MissingEntry:
        return {}
    comments = {comment.name: comment.comment for comment in notebook.comments}
    return {
        grade.name: {
            "score": grade.score,
            "most": grade.max_score,
            "waits": bool(grade.needs_manual_grade),
            "comment": comments.get(grade.name) or "",
        }
        for grade in notebook.grades
    }


def _late(book: Gradebook, name: str, student: str) -> Late | None:
    """The late penalty that nbgrader deducted; None if there is none."""
    try:
        submission = book.find_submission(name, student)
    except MissingEntry:
        return None
    if not submission.late_submission_penalty:
        return None
    return Late(
        submission.late_submission_penalty,
        datetime.timedelta(seconds=round(submission.total_seconds_late)),
        submission.duedate,
    )


def page(
    name: str,
    status: Status,
    notebook: NotebookNode | None,
    grades: dict,
    late: Late | None = None,
) -> str:
    """One student's page.

    Args:
        name: the assignment.
        status: what came of the submission.
        notebook: the autograded notebook; None where nothing could be graded.
        grades: by grade_id, with the keys score, most, waits, comment.
        late: the late penalty, if any.
    """
    said = (_told(status), *(_failures(notebook) if notebook else ()), *status.repairs)
    body = "".join(
        (
            f"<h1>{escaped(name)} <span class=score>{_score(grades, late)}</span></h1>",
            f"<p>{escaped(status.student)}</p>",
            f"<p>{escaped(late)}</p>" if late else "",
            *(f"<p>{escaped(sentence)}</p>" for sentence in said if sentence),
            *(_function(verdict, grades, notebook) for verdict in status.verdicts),
            *(_answers(notebook, grades) if notebook else ()),
            *(_outputs(notebook) if notebook else ()),
        )
    )
    return whole(f"{name}: {status.student}", body)


def _score(grades: dict, late: Late | None) -> str:
    """The points and the maximum, both without the answers that still await manual grading."""
    graded = [grade for grade in grades.values() if not grade["waits"]]
    score = sum(grade["score"] or 0 for grade in graded) - (late.penalty if late else 0)
    most = sum(grade["most"] for grade in graded)
    waiting = sum(grade["most"] for grade in grades.values() if grade["waits"])
    more = f" <small>and {waiting:g} not graded yet</small>" if waiting else ""
    return f"{max(0, score):g} / {most:g}{more}"


def _failures(notebook: NotebookNode) -> Iterator[str]:
    """The errors of the cells up to the last test; later cells were not run again."""
    tests = [n for n, cell in enumerate(notebook.cells) if is_grade(cell) and not is_solution(cell)]
    for number, cell in enumerate(notebook.cells[: max(tests, default=0)], start=1):
        errors = [] if number - 1 in tests else cell.get("outputs", [])
        for error in errors:
            if error.output_type == "error":
                yield f"Cell number {number} stopped: {error.ename}: {error.evalue[:300]}"


def _told(status: Status) -> str:
    """The sentence on the whole submission; empty if a function's own message begins with it."""
    if status.status == tasks.TAMPERED:
        return (
            "A function gave other results in grading than in your notebook. "
            "Your instructor will look at it."
        )
    if status.status == tasks.DIFFERS:
        return "A function gave other results in grading than in your notebook; see below."
    if status.status == tasks.INFRASTRUCTURE:
        return "The grader failed, not you. Your instructor will grade it again."
    said_below = any(verdict.message.startswith(status.sentence) for verdict in status.verdicts)
    return "" if said_below else status.sentence


def _function(verdict: Verdict, grades: dict, notebook: NotebookNode | None) -> str:
    grade = grades.get(verdict.test, {"score": verdict.points, "most": verdict.most})
    kind, mark = ("right", "✓") if verdict.is_right else ("wrong", "✗")
    if verdict.points and not verdict.is_right:
        kind, mark = "open", "~"
    code = code_of(notebook, verdict.function, verdict.test) if notebook else ""
    section = "" if verdict.is_right else where_explained(verdict.function)
    explained = f"<p>{escaped(section)}</p>" if section else ""
    unfolded = "" if verdict.is_right else " open"
    shown = f"<details{unfolded}><summary>Your code</summary>{_pre(code)}</details>" if code else ""
    return (
        f"<section class={kind}><span class=score>{grade['score']:g} / {grade['most']:g}</span>"
        f"<strong>{mark} <code>{escaped(verdict.function)}</code></strong>"
        f"<p>{escaped(verdict.message)}</p>{samples_of(verdict)}{explained}{shown}</section>"
    )


def _answers(notebook: NotebookNode, grades: dict) -> Iterator[str]:
    """The manually graded answers, each with its comment."""
    for cell in notebook.cells:
        if not (is_grade(cell) and is_solution(cell)):
            continue
        grade = grades.get(cell.metadata.nbgrader.grade_id)
        if grade is None:
            continue
        waits = "not graded yet" if grade["waits"] else f"{grade['score']:g}"
        yield (
            f"<section class=open><span class=score>{waits} / {grade['most']:g}</span>"
            "<strong>Your answer</strong>"
        )
        attached = cell.get("attachments", {})
        for text, words, name in shown_in(cell.source):
            yield f"<div class=text>{_with_formulas(text)}</div>"
            for mime, encoded in attached.get(name, {}).items():
                source = f"data:{escaped(mime)};base64,{escaped(encoded)}"
                yield f'<p><img alt="{escaped(words)}" src="{source}"></p>'
        if grade["comment"]:
            yield f"<p><strong>Comment:</strong> {_with_formulas(grade['comment'])}</p>"
        yield "</section>"


def _outputs(notebook: NotebookNode) -> Iterator[str]:
    """The outputs of the student's own cells."""
    shown = []
    for index, cell in enumerate(notebook.cells):
        test = is_grade(cell) and not is_solution(cell)
        if cell.cell_type == "code" and cell.outputs and not test:
            parts = "".join(_output(output) for output in cell.outputs)
            if parts:
                shown.append(f"<p>Cell {index + 1}</p>{parts}")
    if shown:
        yield "<h2>What your other cells printed</h2>"
        yield from shown


def _output(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return _pre(output.text)
    if output.output_type == "error":
        return _pre(strip_ansi("\n".join(output.traceback)))
    picture = output.data.get("image/png")
    if isinstance(picture, str):
        try:
            content = base64.b64decode(picture, validate=False)
        except (binascii.Error, ValueError):
            content = b""
        if content.startswith(PNG):
            encoded = base64.b64encode(content).decode()
            source = f"data:image/png;base64,{encoded}"
            return f'<p><img alt="a figure from your notebook" src="{source}"></p>'
    text = output.data.get("text/plain", "")
    return _pre("".join(text))


def _pre(text: str) -> str:
    cut = text if len(text) <= LONGEST_OUTPUT else text[:LONGEST_OUTPUT] + "\n…"
    return f"<pre>{escaped(cut)}</pre>" if cut.strip() else ""


def _with_formulas(text: str) -> str:
    """A text with its formulas rendered, as many as the limits allow."""
    parts, last, left = [], 0, MOST_COST
    for match in itertools.islice(FORMULA.finditer(text), MOST_FORMULAS):
        tex = match[1] or match[2]
        left -= cost(tex)
        if left < 0:
            break
        parts += [escaped(text[last : match.start()]), formula_svg(tex, bool(match[1]))]
        last = match.end()
    return "".join([*parts, escaped(text[last:])])
