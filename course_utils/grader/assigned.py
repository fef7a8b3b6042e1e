"""What an assignment demands of every submission: the release, its tests, the work they make."""

import ast
import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_locked

from course_utils import project
from course_utils.building import release
from course_utils.building.release import HIDDEN_TESTS, regions
from course_utils.grader.box.sandbox import Limits
from course_utils.grader.handin.cells import is_official
from course_utils.grader.submissions import Submission
from course_utils.grader.tasks import Task, Test
from course_utils.students import CHECKS
from course_utils.validation import check_known


@dataclass(frozen=True)
class Assigned:
    """One assignment.

    Attributes:
        root: the course's folder.
        name: its name.
        release: the notebook that students got.
        tests: its tests, in order.
    """

    root: Path
    name: str
    release: NotebookNode
    tests: tuple[Test, ...]

    @property
    def version(self) -> str:
        """A hash of the graded and locked cells; when it changes, everybody is graded again."""
        asked = [
            (
                cell.metadata.nbgrader.grade_id,
                cell.metadata.nbgrader.get("points"),
                cell.source if is_locked(cell) else "",
            )
            for cell in self.release.cells
            if is_official(cell)
        ]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]

    def task(self, submission: Submission, limits: Limits, isolation: str) -> Task:
        """The grading task of a submission.

        Cells after the last test, which hold the experiments, earn no points. They are not run
        again and keep the outputs with which they were handed in.
        """
        cells = submission.notebook.cells
        by_id = {test.grade_id: test for test in self.tests}
        tests = {index: by_id[cell.id] for index, cell in enumerate(cells) if cell.id in by_id}
        training = project.SECONDS if self.name == project.NAME else None
        if training:
            more = project.TOLERANCE * training + project.SAMPLING_SECONDS
            limits = dataclasses.replace(limits, seconds=limits.seconds + more)
        code = [(i, cell.source) for i, cell in enumerate(cells) if cell.cell_type == "code"]
        return Task(
            submission.student,
            self.name,
            tuple((index, source) for index, source in code if index <= max(tests)),
            tests,
            submission.files,
            submission.folder,
            limits,
            isolation,
            str(self.root),
            training,
        )


def assigned(root: Path, name: str) -> Assigned:
    """Read an assignment from the course's folder.

    Raises:
        ValueError: there is no assignment of this name, or one of its tests names no function.
    """
    known = [*(path.stem for path in CHECKS.glob("*.json")), project.NAME]
    check_known("assignment", name, sorted(known))
    functions = [project.FUNCTION]
    if name != project.NAME:
        functions = [*json.loads((CHECKS / f"{name}.json").read_text(encoding="utf-8"))]
    source = nbformat.read(root / "solutions" / name / f"{name}.ipynb", as_version=4)
    # Not from assignments/: somebody may have worked there, and it may be older than the tests.
    text = release.released(source, name, release.load_config(root))
    released = nbformat.reads(text, as_version=4)
    return Assigned(root.resolve(), name, released, tuple(tests_of(source, functions)))


def tests_of(source: NotebookNode, functions: list[str]) -> list[Test]:
    """The test cells of an assignment, in order.

    Args:
        source: the notebook with solutions and hidden tests.
        functions: the names of its graded functions.

    Raises:
        ValueError: a test cell does not say in its hidden part which function it grades.
    """
    found = []
    for cell in source.cells:
        data = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not data.get("grade"):
            continue
        hidden = "\n".join(line for region, line in regions(cell) if region == HIDDEN_TESTS)
        names = [
            node.args[0].id
            for node in ast.walk(ast.parse(hidden))
            if isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith(".grade")
            and isinstance(node.args[0], ast.Name)
        ]
        if len(names) != 1 or names[0] not in functions:
            raise ValueError(
                f"the test {data['grade_id']} must hold one call of grade with one of "
                f"{', '.join(functions)} among its hidden tests"
            )
        found.append(Test(data["grade_id"], names[0], float(data["points"])))
    return found
