"""Tasks and results of grading: plain data, for workers on this machine or on others."""

from dataclasses import dataclass, field
from typing import NamedTuple

from course_utils.grader.box.sandbox import Limits

GRADED, FAILED_CELL, TIMEOUT, OUT_OF_MEMORY = "graded", "failed-cell", "timeout", "out-of-memory"
CRASHED, INVALID, MISSING, DIFFERS = "crashed", "invalid", "missing", "differs"
TAMPERED, INFRASTRUCTURE = "tampered", "infrastructure"
NO_SAMPLES, COPIED, BUNDLED = "no-samples", "copied", "bundled"
STATUSES = (
    GRADED,
    FAILED_CELL,
    TIMEOUT,
    OUT_OF_MEMORY,
    CRASHED,
    INVALID,
    MISSING,
    DIFFERS,
    NO_SAMPLES,
    COPIED,
    BUNDLED,
    TAMPERED,
    INFRASTRUCTURE,
)
BUBBLEWRAP, NONE = "bubblewrap", "none"


@dataclass(frozen=True)
class Test:
    """A test cell of an assignment: which function it grades, and for how many points."""

    grade_id: str
    function: str
    points: float


@dataclass(frozen=True)
class Verdict:
    """What a function is worth, and why.

    Attributes:
        test: the test cell's grade_id.
        function: its name.
        points: how many points it gets.
        most: how many it could get.
        message: a sentence or two for the student.
        misconception: the name of the known one that matches, or empty.
        tampered: for the instructor, the evidence of deliberate deception; or empty. Only what
            cannot happen to an honest student is evidence.
        differs: for the instructor, how the result in the notebook and the one here differ; or
            empty.
        distance: of a project's samples from real garments; None for anything else.
        picture: of some of the samples, a PNG file in base64; or empty.
    """

    test: str
    function: str
    points: float
    most: float
    message: str
    misconception: str = ""
    tampered: str = ""
    differs: str = ""
    distance: float | None = None
    picture: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the function gets all its points."""
        return self.points == self.most


@dataclass(frozen=True)
class SelfCheck:
    """What a student's process reports of one test cell. A false report harms only the student.

    Attributes:
        kind: the kind of diagnosis that `check` made, see `selfcheck.Diagnosis`; empty if `check`
            was not called for this function.
        passed: whether the cell ran without an error.
        replaced: whether `check` was another function than the course's.
        altered: parts of the course's self-check that had been replaced by then.
    """

    kind: str = ""
    passed: bool = False
    replaced: bool = False
    altered: tuple[str, ...] = ()

    @classmethod
    def received(cls, given: object) -> "SelfCheck":
        """Check what came through the socket; None means a cell that tests nothing.

        Raises:
            ValueError: it is not such a report.
        """
        match given:
            case None:
                return cls()
            case {
                "kind": str() as kind,
                "passed": bool() as passed,
                "replaced": bool() as replaced,
                "altered": [*names],
            } if all(isinstance(name, str) for name in names):
                return cls(kind, passed, replaced, tuple(names))
        raise ValueError("something that is not a report of a self-check")


class Ending(NamedTuple):
    """How a process ended: one of `STATUSES`, and a sentence for people."""

    status: str
    sentence: str


@dataclass(frozen=True)
class Task:
    """One submission to be graded.

    Attributes:
        student: who handed it in.
        assignment: its name.
        cells: the code cells up to the last test, as pairs of index in the notebook and source.
        tests: the test cells, by their index in the notebook.
        files: the content of the other files, by their path in the submission's folder.
        folder: the notebook's folder, as a path in the submission's folder.
        limits: what it may use.
        isolation: `BUBBLEWRAP` or `NONE`.
        course: the course's folder, which no sandbox shows.
        training: for the project, the seconds of processor time that training may use; None for an
            assignment of functions.
    """

    student: str
    assignment: str
    cells: tuple[tuple[int, str], ...]
    tests: dict[int, Test]
    files: dict[str, bytes] = field(default_factory=dict)
    folder: str = "."
    limits: Limits = field(default_factory=Limits)
    isolation: str = BUBBLEWRAP
    course: str = ""
    training: float | None = None


@dataclass(frozen=True)
class Result:
    """The result of one submission.

    Attributes:
        student: who handed it in.
        status: one of `STATUSES`.
        sentence: what happened, for people.
        verdicts: one for each test.
        outputs: of each cell that ran, by its index.
        isolation: how it was isolated.
        seconds: wall-clock time.
        memory: the peak memory of its processes beyond TensorFlow's own, in MB.
        attempts: the number of attempts.
    """

    student: str
    status: str
    sentence: str
    verdicts: list[Verdict] = field(default_factory=list)
    outputs: dict[int, list[dict]] = field(default_factory=dict)
    isolation: str = NONE
    seconds: float = 0.0
    memory: int = 0
    attempts: int = 1
