"""What an instructor reads after grading: how it went, who got what, what to reteach."""

import contextlib
import csv
import os
import re
from collections import Counter
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory

from course_utils import project
from course_utils.building import gradebook, release
from course_utils.grader import leaderboard, recording, report_page, tasks
from course_utils.grader.page import code_of
from course_utils.grader.recording import Status
from course_utils.grader.report_page import ClassReport, Mistake
from course_utils.grader.tasks import Verdict

MEANINGS = {
    tasks.GRADED: "all cells ran",
    tasks.FAILED_CELL: "a cell raised an error; the functions were graded",
    tasks.TIMEOUT: "took too long; the rest was graded where possible",
    tasks.OUT_OF_MEMORY: "took too much memory; the rest was graded where possible",
    tasks.CRASHED: "its process died; the rest was graded where possible",
    tasks.INVALID: "cannot be read; the reason is in the status",
    tasks.MISSING: "nothing was handed in",
    tasks.DIFFERS: "gave other results here than in the notebook; the reason is in the status",
    tasks.NO_SAMPLES: "the model was not trained, or drew no images; the reason is in the status",
    tasks.COPIED: "the samples are copies of images in the data set",
    tasks.BUNDLED: "brought models or too much data along, and was not trained",
    tasks.TAMPERED: "a person should look; the evidence is in the status",
    tasks.INFRASTRUCTURE: "the grader failed; the reason is in the status",
}
NOT_RUN = (tasks.INVALID, tasks.MISSING)
COMMONEST = 10
# For a large class the report lists only students whom a person should look at, up to this number.
LONGEST_LIST = 50
MOST_NOTES = 20
# An id of these characters is written unchanged: a quotation mark before it would make it another
# id, and without brackets or a leading = it is no formula that could do harm.
ID = re.compile(r"[\w.+@-]*")


def closing_table(name: str, statuses: list[Status], root: Path | None = None) -> str:
    """A table of how many students have each status, what it means, and where to look.

    Args:
        name: the assignment.
        statuses: the status of each student.
        root: the course's folder; the current folder if None.
    """
    root = root or Path.cwd()
    lines = ["", f"{len(statuses)} students, {name}:"]
    lines += [f"  {count:5}  {status:15} {what}" for count, status, what in _counted(statuses)]
    ran = [status for status in statuses if status.status not in NOT_RUN]
    unprotected = sum(status.isolation == tasks.NONE for status in ran)
    if unprotected:
        lines.append(f"  {unprotected:5}  of them ran without a sandbox (--isolation none)")
    lines += [f"  {why}" for why in _why_the_grader_failed(statuses)]
    lines += _evidence(statuses)
    noted = [(status.student, note) for status in statuses for note in status.notes]
    if noted:
        lines += ["", "Please look at:"]
        lines += [f"  {student}: {note}" for student, note in noted[:MOST_NOTES]]
    if len(noted) > MOST_NOTES:
        lines.append(f"  … and {len(noted) - MOST_NOTES} more, among the notes in the statuses")
    lines += [
        "",
        f"Statuses: {_short(root / recording.FOLDER / name, root)}/   "
        f"Notebooks: {_short(root / 'autograded' / 'STUDENT' / name, root)}/",
        f"Next: course feedback {name}, course report {name}",
    ]
    return "\n".join(lines)


def _counted(statuses: list[Status]) -> list[tuple[int, str, str]]:
    counts = Counter(status.status for status in statuses)
    return [(counts[one], one, what) for one, what in MEANINGS.items() if counts[one]]


def _why_the_grader_failed(statuses: list[Status]) -> list[str]:
    """Each reason once, and what to do: some go away when grading runs again, others do not."""
    failed = [status.sentence for status in statuses if status.status == tasks.INFRASTRUCTURE]
    return list(dict.fromkeys(failed))[:COMMONEST]


def _evidence(statuses: list[Status]) -> list[str]:
    """What was seen of functions that gave other results here than in the notebook."""
    seen = [(s.student, v) for s in statuses for v in s.verdicts if v.tampered or v.differs]
    if not seen:
        return []
    lines = []
    for student, verdict in seen[:MOST_NOTES]:
        kind = tasks.TAMPERED if verdict.tampered else tasks.DIFFERS
        # A student chooses an error's message, and some characters control a terminal.
        said = "".join(c if c.isprintable() else " " for c in verdict.tampered or verdict.differs)
        lines.append(f"  {student}, {verdict.function}, {kind}: {said}")
    more = len(seen) - len(lines)
    return ["", "What was seen:", *lines, *([f"  … and {more} more"] if more else [])]


def write(root: Path, name: str) -> str:
    """Write the tables of an assignment to exports/ and return the report to read.

    exports/ASSIGNMENT.html is the report as a page. exports/ASSIGNMENT.csv has a row for each
    student with status and points by function, exports/ASSIGNMENT_misconceptions.csv one for each
    misconception, the commonest first, and exports/ASSIGNMENT_lms.csv what learning platforms
    import: the student, the points and the maximum. For the project there is also a
    page without names, exports/project_leaderboard.html.

    Raises:
        ValueError: nobody was graded.
    """
    statuses = recording.statuses(root, name)
    if not statuses:
        raise ValueError(f"no result of {name}. Run `course grade {name}` first.")
    students = _students(root, name)
    table = root / "exports" / f"{name}.csv"
    table.parent.mkdir(exist_ok=True)
    functions = list(dict.fromkeys(v.function for s in statuses for v in s.verdicts))
    header = ["student", "status", *functions, "late_penalty", "score", "most"]
    header += ["isolation", "sentence"]
    rows = []
    for status in statuses:
        by_function = {v.function: v.points for v in status.verdicts}
        known = students.get(status.student, {})
        rows.append(
            [
                status.student,
                status.status,
                *(by_function.get(function, 0) for function in functions),
                known.get("late_penalty", 0),
                known.get("score", 0),
                known.get("max_score", ""),
                status.isolation,
                status.sentence,
            ]
        )
    _write_csv(table, header, rows)
    platform = table.with_name(f"{name}_lms.csv")
    columns = ["id", "last_name", "first_name", "email", "score", "max_score"]
    people = [[one[key] for key in columns] for one in students.values()]
    _write_csv(platform, columns, people)
    lines = [closing_table(name, statuses, root).partition("\nStatuses")[0].strip(), ""]
    lines += [f"{'student':24} {'status':15} " + " ".join(f"{f[:14]:>14}" for f in functions)]
    shown = rows if len(rows) <= LONGEST_LIST else [r for r in rows if r[1] != tasks.GRADED]
    for row in shown[:LONGEST_LIST]:
        points = row[2 : 2 + len(functions)]
        lines.append(f"{row[0][:24]:24} {row[1]:15} " + " ".join(f"{p:14g}" for p in points))
    if left := len(rows) - len(shown[:LONGEST_LIST]):
        lines.append(f"… and {left} more in {_short(table, root)}")
    misconceptions = table.with_name(f"{name}_misconceptions.csv")
    tried = sum(status.status not in NOT_RUN for status in statuses)
    _write_csv(
        misconceptions,
        ["function", "misconception", "students", "of", "sentence"],
        [[v.function, v.misconception, n, tried, v.message] for v, n in _common(statuses)],
    )
    page = table.with_suffix(".html")
    recording.write_whole(page, report_page.page_of(_summary(root, name, statuses, students)))
    if board := leaderboard.rows(statuses):
        lines += leaderboard.as_text(board)
        to_show = table.with_name(f"{name}_leaderboard.html")
        recording.write_whole(to_show, leaderboard.as_page(name, board))
        lines += [f"To show to the class: {_short(to_show, root)}"]
    else:
        lines += ["", *_to_reteach(statuses)]
    lines += ["", f"The same as a page: {_short(page, root)}"]
    lines += ["Tables:"]
    lines += [f"  {_short(path, root)}" for path in (table, misconceptions, platform)]
    return "\n".join(lines)


def _short(path: Path, root: Path) -> Path:
    """A path relative to the current folder, or else to the course's folder."""
    here = Path.cwd()
    path, root = path.resolve(), root.resolve()
    if path.is_relative_to(here):
        return path.relative_to(here)
    return Path(os.path.relpath(path, here if here.is_relative_to(root) else root))


def _summary(root: Path, name: str, statuses: list[Status], students: dict) -> ClassReport:
    """The data of the report's page."""
    tried = [status for status in statuses if status.status not in NOT_RUN]
    verdicts = [verdict for status in tried for verdict in status.verdicts]
    right = {v.function: 0 for v in verdicts} | Counter(v.function for v in verdicts if v.is_right)
    if name == project.NAME:  # a model that falls short of the best is no function done wrong
        right = {}
    known = [students[status.student] for status in tried if status.student in students]
    return ClassReport(
        name,
        len(tried),
        [one["score"] for one in known],
        max((one["max_score"] for one in known), default=0.0),
        right,
        [_mistake(root, name, verdict, tried) for verdict, _ in _common(statuses)],
        _counted(statuses),
        [(status.student, note) for status in statuses for note in status.notes],
    )


def _mistake(root: Path, name: str, verdict: Verdict, tried: list[Status]) -> Mistake:
    who = [
        status.student
        for status in tried
        for other in status.verdicts
        if (other.function, other.misconception) == (verdict.function, verdict.misconception)
    ]
    path = root / "autograded" / who[0] / name / f"{name}.ipynb"
    code = ""
    if path.is_file():
        code = code_of(nbformat.read(path, as_version=4), verdict.function, verdict.test)
    return Mistake(verdict, who, code)


def _common(statuses: list[Status]) -> list[tuple[Verdict, int]]:
    """For each misconception one verdict and the number of students, the commonest first."""
    tried = [s for s in statuses if s.status not in NOT_RUN]
    found = [v for s in tried for v in s.verdicts if v.misconception]
    examples = {(v.function, v.misconception): v for v in found}
    counts = Counter((v.function, v.misconception) for v in found)
    return [(examples[key], count) for key, count in counts.most_common()]


def _to_reteach(statuses: list[Status]) -> list[str]:
    """The commonest misconceptions, and how often each function was wrong in another way."""
    tried = [s for s in statuses if s.status not in NOT_RUN]
    verdicts = [v for s in tried for v in s.verdicts]
    common = _common(statuses)[:COMMONEST]
    lines = ["What to reteach:" if common else "No known misconception was found."]
    for verdict, count in common:
        about = f"{verdict.function}: {verdict.misconception}"
        lines.append(f"  {count:4} of {len(tried)}  {about}")
    for function in dict.fromkeys(v.function for v in verdicts):
        others = sum(
            v.function == function and not v.is_right and not v.misconception for v in verdicts
        )
        if others:
            lines.append(f"  {others:4} of {len(tried)}  {function}: wrong in another way")
    return lines


def _students(root: Path, name: str) -> dict[str, dict]:
    """Everybody in the gradebook, with the points that nbgrader computes."""
    course = CourseDirectory(config=release.load_config(root))
    found = {}
    with gradebook.opened(course) as book:
        most = book.find_assignment(name).max_score
        for student in book.students:
            one = {key: getattr(student, key) or "" for key in ("last_name", "first_name", "email")}
            score = penalty = 0.0
            with contextlib.suppress(MissingEntry):
                submission = book.find_submission(name, student.id)
                penalty = submission.late_submission_penalty or 0.0
                score = max(0.0, submission.score - penalty)
            one |= {"id": student.id, "score": score, "late_penalty": penalty, "max_score": most}
            found[student.id] = one
    return found


def _write_csv(path: Path, header: list[str], rows: list[list]) -> None:
    ids = [name in ("id", "student") for name in header]
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(header)
        for row in rows:
            cells = zip(row, ids, strict=True)
            table.writerow(v if is_id and ID.fullmatch(v) else _harmless(v) for v, is_id in cells)


def _harmless(value: object) -> object:
    """The value, quoted if a spreadsheet would run it as a formula."""
    dangerous = isinstance(value, str) and value[:1] in "=+-@\t\r" and value
    return f"'{value}" if dangerous else value
