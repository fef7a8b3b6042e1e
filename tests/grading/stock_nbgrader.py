"""A course in a temporary folder, on which the commands of stock nbgrader are run."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook


class StockCourse:
    """One assignment of a course, copied with its nbgrader_config.py, and what students hand in.

    Usage::

        course = StockCourse(root, tmp_path, "vae")
        course.submit_solution("perfect")
        course.submit("blank")
        course.submit("half", {"kl_divergence": "def kl_divergence(mu, sigma): ..."})
        course.grade()
        course.scores()["half"]["kl_divergence_test"]

    Args:
        root: the course's folder, with nbgrader_config.py and built notebooks.
        folder: an empty folder.
        name: the assignment.
    """

    def __init__(self, root: Path, folder: Path, name: str):
        self.folder, self.name = folder, name
        shutil.copy(root / "nbgrader_config.py", folder)
        for built in ("solutions", "assignments"):
            shutil.copytree(root / built / name, folder / built / name)

    def submit(self, student: str, answers: Mapping[str, str] | None = None) -> Path:
        """Hand in the released notebook with some cells filled in.

        Args:
            student: who hands it in.
            answers: for each grade_id of a filled cell, its whole source; none means untouched.
                With answers the experiments are left out: they would take most of the time and
                have no points.

        Returns:
            The path of the notebook.
        """
        release = self.folder / "assignments" / self.name / f"{self.name}.ipynb"
        notebook = nbformat.read(release, as_version=4)
        left = dict(answers or {})
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = left.pop(grade_id, cell.source)
        if left:
            raise ValueError(f"{self.name} has no cell with the grade_id {', '.join(left)}")
        if answers:
            notebook.cells = [
                cell for cell in notebook.cells if "experiment" not in cell.metadata.get("tags", [])
            ]
        return self._hand_in(student, notebook)

    def submit_solution(self, student: str) -> Path:
        """Hand in the notebook with all solutions; returns its path."""
        solution = self.folder / "solutions" / self.name / f"{self.name}.ipynb"
        return self._hand_in(student, nbformat.read(solution, as_version=4))

    def nbgrader(self, *arguments: str) -> str:
        """Run one nbgrader command in the course's folder and return what it printed.

        Raises:
            AssertionError: when the command fails; its output is in the message.
        """
        return self.python("-m", "nbgrader", *arguments)

    def python(self, *arguments: str) -> str:
        """The same with any Python program."""
        environment = os.environ | {
            # Whoever runs the tests may have settings of their own.
            "JUPYTER_CONFIG_DIR": str(self.folder / ".jupyter"),
            "IPYTHONDIR": str(self.folder / ".ipython"),
            "JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter"),
        }
        # The configuration must set these by itself.
        for variable in ("TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND"):
            environment.pop(variable, None)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        command = " ".join(arguments)
        assert done.returncode == 0, f"{command} failed:\n{done.stdout}"
        return done.stdout

    def validate(self, notebook: Path) -> str:
        """What `nbgrader validate`, the student's Validate button, says about a notebook."""
        return self.nbgrader("validate", str(notebook.relative_to(self.folder)))

    def generate(self) -> str:
        """Make the release and enter the assignment into the gradebook."""
        return self.nbgrader("generate_assignment", self.name)

    def grade(self) -> None:
        """Release, grade, give feedback and export, for all who handed in."""
        self.generate()
        self.nbgrader("autograde", self.name)
        self.nbgrader("generate_feedback", self.name)
        self.nbgrader("export")

    def scores(self) -> dict[str, dict[str, float | None]]:
        """For each student, the automatic score by grade_id; None where a person must grade."""
        return scores(self.folder, self.name)

    def feedback(self, student: str) -> str:
        """The HTML page that a student gets."""
        page = self.folder / "feedback" / student / self.name / f"{self.name}.html"
        return page.read_text(encoding="utf-8")

    def exported(self) -> dict[str, dict[str, str]]:
        """For each student, the row of the exported table."""
        with open(self.folder / "exports" / "grades.csv", encoding="utf-8") as table:
            return {row["student_id"]: row for row in csv.DictReader(table)}

    def _hand_in(self, student: str, notebook: nbformat.NotebookNode) -> Path:
        path = self.folder / "submitted" / student / self.name / f"{self.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        return path


def scores(folder: Path, name: str) -> dict[str, dict[str, float | None]]:
    """What the gradebook in a folder says: for each student the automatic score by grade_id."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {
            submission.student_id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(name)
        }


def graded_by_the_course(stock: StockCourse, root: Path, folder: Path) -> StockCourse:
    """The same submissions, graded by `course grade` into a gradebook of their own."""
    from course_utils.grader import batch

    ours = StockCourse(root, folder, stock.name)
    (folder / "notebooks").mkdir()
    shutil.copytree(stock.folder / "submitted", folder / "submitted")
    batch.grade(folder, stock.name)
    return ours
