"""Write what came of a submission to where nbgrader and people look for it.

In this order: the autograded notebook, nbgrader's gradebook through nbgrader's own steps, and last
the student's status file. Whoever kills the grader in between finds no status, and the submission
is graded again.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import is_grade, parse_utc
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course_utils.building import gradebook, release
from course_utils.grader.submissions import Submission
from course_utils.grader.tasks import INFRASTRUCTURE, INVALID, Result, Verdict

# Where the status of each student is; git ignores it.
FOLDER = "graded"
# What file systems allow for a name, in bytes.
LONGEST_NAME = 255


@dataclasses.dataclass(frozen=True)
class Status:
    """What is known of one student's submission, as it lies in graded/ASSIGNMENT/STUDENT.json.

    Attributes:
        student: who handed it in.
        status: one of `tasks.STATUSES`.
        sentence: what happened, for people.
        repairs: what was put right before it was graded.
        verdicts: one for each test.
        isolation: how the student's code was kept apart from the machine.
        fingerprint: of what was handed in and of what was asked.
        seconds, memory, attempts: see `tasks.Result`.
        notes: what an instructor should look at.
    """

    student: str
    status: str
    sentence: str
    repairs: list[str]
    verdicts: list[Verdict]
    isolation: str
    fingerprint: str
    seconds: float = 0.0
    memory: int = 0
    attempts: int = 1
    notes: list[str] = dataclasses.field(default_factory=list)


class Recorder:
    """Records the results of one assignment. There must be one at a time.

    Args:
        root: the course's folder.
        name: the assignment.
    """

    def __init__(self, root: Path, name: str) -> None:
        # nbgrader's own queries cause them, for every student anew.
        warnings.simplefilter("ignore", SAWarning)
        self.root, self.name = root, name
        self._config = release.load_config(root)
        self._course = CourseDirectory(config=self._config)
        source = nbformat.read(root / "solutions" / name / f"{name}.ipynb", as_version=4)
        self.notes = gradebook.enter(self._course, self._config, source, name)

    def students(self) -> list[str]:
        """Everybody in the gradebook."""
        with gradebook.opened(self._course) as grades:
            return [student.id for student in grades.students]

    def record(self, result: Result, fingerprint: str, submission: Submission | None) -> Status:
        """Write everything about one result.

        Args:
            result: what came of it.
            fingerprint: of what was handed in.
            submission: the repaired submission; None where there is none.
        """
        status = Status(
            result.student,
            result.status,
            result.sentence,
            list(submission.repairs) if submission else [],
            result.verdicts,
            result.isolation,
            fingerprint,
            result.seconds,
            result.memory,
            result.attempts,
            list(submission.notes) if submission else [],
        )
        try:
            self._record_points(result, submission)
        except Exception as error:  # of nbgrader, the database or the disk; the class goes on
            sentence = f"It could not be recorded ({type(error).__name__}: {error})."[:500]
            if isinstance(error, SQLAlchemyError):
                sentence = gradebook.trouble(error, self._course.db_url)
            status = dataclasses.replace(status, status=INFRASTRUCTURE, sentence=sentence)
        content = json.dumps(dataclasses.asdict(status), indent=1, ensure_ascii=False)
        write_whole(status_path(self.root, self.name, result.student), content + "\n")
        return status

    def _record_points(self, result: Result, submission: Submission | None) -> None:
        folder = self.root / "autograded" / result.student / self.name
        if submission is None:
            self._record_nothing(result.student)
            with contextlib.suppress(FileNotFoundError):
                (folder / f"{self.name}.ipynb").unlink()
            return
        if result.status == INFRASTRUCTURE and not result.verdicts:
            # Nothing is known of it; what was known before stays.
            return
        notebook = executed(submission.notebook, result)
        write_whole(folder / f"{self.name}.ipynb", nbformat.writes(notebook) + "\n")
        if submission.timestamp:
            write_whole(folder / "timestamp.txt", submission.timestamp + "\n")
        self._record_scores(result.student, submission.timestamp, notebook)

    def _record_scores(self, student: str, timestamp: str, notebook: NotebookNode) -> None:
        when = {"timestamp": parse_utc(timestamp)} if timestamp else {}
        with gradebook.opened(self._course) as grades:
            grades.update_or_create_student(student)
            grades.update_or_create_submission(self.name, student, **when)
        resources = {
            "nbgrader": {
                "student": student,
                "assignment": self.name,
                "notebook": self.name,
                "db_url": self._course.db_url,
            }
        }
        copy = nbformat.from_dict(notebook)
        for step in (SaveAutoGrades, AssignLatePenalties):
            copy, resources = step(config=self._config).preprocess(copy, resources)

    def _record_nothing(self, student: str) -> None:
        """nbgrader knows a student without a submission."""
        with gradebook.opened(self._course) as grades:
            grades.update_or_create_student(student)


def executed(notebook: NotebookNode, result: Result) -> NotebookNode:
    """The notebook with what its cells printed, and at each test the verdict.

    nbgrader reads the points of a test from its output: an error gives none, anything else all. So
    the output of a test cell is ours; what the student's process wrote there decides nothing.
    """
    notebook = nbformat.from_dict(notebook)
    verdicts = {verdict.test: verdict for verdict in result.verdicts}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if index in result.outputs:
            cell.outputs = [nbformat.from_dict(output) for output in result.outputs[index]]
        verdict = verdicts.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if result.status == INVALID and is_grade(cell):
            cell.outputs = [_as_output(Verdict("", "", 0.0, 1.0, result.sentence))]
        elif verdict:
            cell.outputs = [_as_output(verdict)]
        elif is_grade(cell):
            raise ValueError(f"no verdict for the test {cell.metadata.nbgrader.grade_id}")
    return notebook


def _as_output(verdict: Verdict) -> NotebookNode:
    if verdict.is_right:
        text = f"✓ {verdict.message}\n"
        return nbformat.v4.new_output("stream", name="stdout", text=text)
    return nbformat.v4.new_output(
        "error",
        ename="Wrong",
        evalue=verdict.message,
        traceback=[f"✗ {verdict.message}"],
    )


def status_path(root: Path, name: str, student: str) -> Path:
    """Where the status of one student is."""
    file = f"{student}.json"
    if len(os.fsencode(file)) > LONGEST_NAME:
        digest = hashlib.sha256(os.fsencode(student)).hexdigest()[:16]
        file = f"{student[:40]}-{digest}.json"
    return root / FOLDER / name / file


def read_status(path: Path) -> Status | None:
    """A status, or None if there is none that can be read."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        verdicts = [Verdict(**verdict) for verdict in entries.pop("verdicts")]
        return Status(**entries, verdicts=verdicts)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def statuses(root: Path, name: str) -> list[Status]:
    """The statuses of an assignment, by student."""
    found = [read_status(path) for path in sorted((root / FOLDER / name).glob("*.json"))]
    return [status for status in found if status]


def write_whole(path: Path, content: str) -> None:
    """Write a file at once: whoever reads it finds the old or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
