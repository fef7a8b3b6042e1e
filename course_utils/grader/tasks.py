"""What is to be graded and what came of it: plain data, for workers here or on other machines."""

from dataclasses import dataclass, field

from course_utils.grader.box.sandbox import Limits

GRADED, FAILED_CELL, TIMEOUT, OUT_OF_MEMORY = "graded", "failed-cell", "timeout", "out-of-memory"
CRASHED, INVALID, MISSING, TAMPERED = "crashed", "invalid", "missing", "tampered"
INFRASTRUCTURE = "infrastructure"
STATUSES = (
    *(GRADED, FAILED_CELL, TIMEOUT, OUT_OF_MEMORY, CRASHED),
    *(INVALID, MISSING, TAMPERED, INFRASTRUCTURE),
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
        tampered: for the instructor, what was seen in the notebook and what here; or empty.
    """

    test: str
    function: str
    points: float
    most: float
    message: str
    misconception: str = ""
    tampered: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the function gets all its points."""
        return self.points == self.most


@dataclass(frozen=True)
class Task:
    """One submission to be graded.

    Attributes:
        student: who handed it in.
        assignment: its name.
        cells: of the code cells up to the last test, the index in the notebook and the source.
        tests: the test cells, by their index in the notebook.
        files: what lay beside the notebook.
        limits: what it may use.
        isolation: `BUBBLEWRAP` or `NONE`.
        course: the course's folder, which no sandbox shows.
    """

    student: str
    assignment: str
    cells: tuple[tuple[int, str], ...]
    tests: dict[int, Test]
    files: dict[str, bytes] = field(default_factory=dict)
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
        failed: indices of the cells that raised an error, tests not counted.
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
    failed: list[int] = field(default_factory=list)
    isolation: str = NONE
    seconds: float = 0.0
    memory: int = 0
    attempts: int = 1
