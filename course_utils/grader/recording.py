"""Record the result of a submission where nbgrader and people look for it.

The order is: the autograded notebook, nbgrader's gradebook (through nbgrader's own steps), and last
the student's status file. If the grader is killed in between, there is no status, and the
submission is graded again.
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
from nbformat import NotebookNode, v4
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import is_grade, parse_utc
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course_utils.building import gradebook, release
from course_utils.grader.submissions import Submission
from course_utils.grader.tasks import INFRASTRUCTURE, INVALID, Result, Verdict

# The folder of the students' status files; git ignores it.
FOLDER = "graded"
# The longest file name that common file systems allow, in bytes.
LONGEST_NAME = 255


@dataclasses.dataclass(frozen=True)
class Status:
    """The status of one student's submission, as stored in graded/ASSIGNMENT/STUDENT.json.

    Attributes:
        student: who handed it in.
        status: one of `tasks.STATUSES`.
        sentence: what happened, for people.
        repairs: what was put right before it was graded.
        verdicts: one for each test.
        isolation: how the student's code was isolated from the machine.
        fingerprint: a hash of the submission and of the assignment's version.
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
    """Records the results of one assignment. Only one may exist at a time.

    Args:
        root: the course's folder.
        name: the assignment.
    """

    def __init__(self, root: Path, name: str) -> None:
        # nbgrader's own queries cause these warnings, again for every student.
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
            result: the result.
            fingerprint: a hash of the submission and of the assignment's version.
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
        except Exception as error:  # from nbgrader, the database or the disk; go on
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
            # Grading failed, so there is nothing to record; earlier points stay.
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
        """Enter a student without a submission into the gradebook."""
        with gradebook.opened(self._course) as grades:
            grades.update_or_create_student(student)


def executed(notebook: NotebookNode, result: Result) -> NotebookNode:
    """The notebook with the outputs of its cells, and at each test the verdict.

    nbgrader reads the points of a test from its output: an error gives none, a number that the cell
    ends with so many, anything else all. So the grader writes the output of a test cell; the
    student's process has no say in it.
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
            cell.outputs = _as_outputs(Verdict("", "", 0.0, 1.0, result.sentence))
        elif verdict:
            cell.outputs = _as_outputs(verdict)
        elif is_grade(cell):
            raise ValueError(f"no verdict for the test {cell.metadata.nbgrader.grade_id}")
    return notebook


def _as_outputs(verdict: Verdict) -> list[NotebookNode]:
    if not verdict.points:
        error = {"ename": "Wrong", "evalue": verdict.message}
        return [v4.new_output("error", **error, traceback=[f"✗ {verdict.message}"])]
    mark = "✓ " if verdict.is_right else ""
    outputs = [v4.new_output("stream", name="stdout", text=f"{mark}{verdict.message}\n")]
    if not verdict.is_right:
        number = {"text/plain": f"{verdict.points:g}"}
        outputs.append(v4.new_output("execute_result", number, execution_count=None))
    return outputs


def status_path(root: Path, name: str, student: str) -> Path:
    """The path of one student's status file."""
    file = f"{student}.json"
    if len(os.fsencode(file)) > LONGEST_NAME:
        digest = hashlib.sha256(os.fsencode(student)).hexdigest()[:16]
        file = f"{student[:40]}-{digest}.json"
    return root / FOLDER / name / file


def read_status(path: Path) -> Status | None:
    """The status in a file, or None if the file is missing or unreadable."""
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
    """Write a file atomically: a reader finds the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
