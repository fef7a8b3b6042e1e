"""What is to be graded and what came of it: plain data, for workers here or on other machines."""

from dataclasses import dataclass, field
from typing import NamedTuple

from course_utils.grader.box.sandbox import Limits

GRADED, FAILED_CELL, TIMEOUT, OUT_OF_MEMORY = "graded", "failed-cell", "timeout", "out-of-memory"
CRASHED, INVALID, MISSING, DIFFERS = "crashed", "invalid", "missing", "differs"
TAMPERED, INFRASTRUCTURE = "tampered", "infrastructure"
STATUSES = (
    GRADED,
    FAILED_CELL,
    TIMEOUT,
    OUT_OF_MEMORY,
    CRASHED,
    INVALID,
    MISSING,
    DIFFERS,
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
        points: what it gets.
        most: what it could get.
        message: a sentence or two for the student.
        misconception: the name of the known one that matches, or empty.
        tampered: for the instructor, the evidence that somebody meant to deceive; or empty. Only
            what cannot happen to an honest student is evidence.
        differs: for the instructor, what was seen in the notebook and what here; or empty.
    """

    test: str
    function: str
    points: float
    most: float
    message: str
    misconception: str = ""
    tampered: str = ""
    differs: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the function gets all its points."""
        return self.points == self.most


@dataclass(frozen=True)
class SelfCheck:
    """What a student's process reports of one test cell. It may lie, to the student's own harm.

    Attributes:
        kind: of the diagnosis that `check` came to, see `selfcheck.Diagnosis`; empty if `check` was
            not called for this function.
        passed: whether the cell ran without an error.
        replaced: whether `check` was another function than the course's.
        altered: parts of the course's self-check that had been exchanged by then.
    """

    kind: str = ""
    passed: bool = False
    replaced: bool = False
    altered: tuple[str, ...] = ()

    @classmethod
    def received(cls, given: object) -> "SelfCheck":
        """From what came through the socket; None stands for a cell that tests nothing.

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
        cells: of the code cells up to the last test, the index in the notebook and the source.
        tests: the test cells, by their index in the notebook.
        files: what else was handed in, by its path from the top.
        folder: where the notebook lay, from the top.
        limits: what it may use.
        isolation: `BUBBLEWRAP` or `NONE`.
        course: the course's folder, which no sandbox shows.
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


@dataclass(frozen=True)
class Result:
    """What came of one submission.

    Attributes:
        student: who handed it in.
        status: one of `STATUSES`.
        sentence: what happened, for people.
        verdicts: one for each test.
        outputs: of each cell that ran, by its index.
        isolation: how it was kept apart.
        seconds: wall-clock time.
        memory: most MB that its processes held at once beyond TensorFlow's own.
        attempts: how often it was tried.
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
