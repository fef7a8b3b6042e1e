"""A class of honest students: whether anybody is accused, and whether stock nbgrader agrees.

    python benchmarks/honest_class.py
    python benchmarks/honest_class.py vae gan --each 5 --stock 5

In each hand-in, every function is written in one of the correct ways that the tests have, or with
one of the known mistakes, and one function has some code before it that people leave in their
notebooks. All hand-ins are graded by `course grade`, the first few of each assignment also by
`nbgrader autograde`, and the scores are compared. The exit status is 1 if somebody is accused or a
score differs.
"""

import argparse
import importlib
import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from course_utils.grader import batch, tasks
from course_utils.grading.assignments import registry
from course_utils.grading.assignments.specification import Assignment, GradedFunction
from course_utils.validation import check_known
from tests.grading.habits import HABITS, RIGHT
from tests.grading.stock_nbgrader import StockCourse

ROOT = Path(__file__).resolve().parents[1]
MISTAKES = 0.2
# Code that may come before any function.
BEFORE = [code.removesuffix(RIGHT) for code in HABITS.values() if code.endswith(RIGHT)]


def main() -> None:
    """Hand in, grade, compare and print."""
    names = [*registry.NAMES]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", default=names)
    parser.add_argument("--each", type=int, default=19, metavar="N", help="hand-ins of each")
    parser.add_argument("--stock", type=int, default=3, metavar="N", help="of these by nbgrader")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    arguments = parser.parse_args()
    for name in arguments.assignments:
        check_known("assignment", name, names)
    statuses: Counter[str] = Counter()
    compared, differing = 0, []
    habits = itertools.cycle(BEFORE)
    for name in arguments.assignments:
        answers = dict(hand_ins(registry.find(name), arguments.each, habits))
        some = dict(itertools.islice(answers.items(), arguments.stock))
        with tempfile.TemporaryDirectory() as folder:
            ours, found = graded(Path(folder), name, answers, arguments.jobs)
        with tempfile.TemporaryDirectory() as folder:
            stock = graded_by_nbgrader(Path(folder), name, some) if some else {}
        unlike = [
            f"{name}, {student}, {test}: {ours[student].get(test)} here, {score} by nbgrader"
            for student, given in stock.items()
            for test, score in given.items()
            if ours[student].get(test) != score
        ]
        statuses += found
        compared += sum(len(given) for given in stock.values())
        differing += unlike
        print(
            f"{name:24} {len(answers):3} hand-ins  {_listed(found):40}  {len(some)} compared with "
            f"nbgrader, {len(unlike)} scores differ",
            flush=True,
        )
    accused = statuses[tasks.TAMPERED]
    print(*differing, sep="\n")
    print(
        f"{statuses.total()} hand-ins: {accused} accused ({_listed(statuses)}). {compared} scores "
        f"compared with stock nbgrader: {len(differing)} differ."
    )
    sys.exit(bool(accused or differing))


def hand_ins(
    assignment: Assignment, count: int, habits: Iterator[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Students, and what each writes into the cell of each function.

    Args:
        assignment: the assignment.
        count: the number of students.
        habits: code to put before one function of each student.

    Yields:
        (student, {function: cell}).
    """
    variants = importlib.import_module(f"tests.grading.assignments.{assignment.name}_variants")
    rng = np.random.default_rng([len(assignment.name), len(assignment.functions)])
    for number in range(count):
        cells = {f.name: _cell(f, variants.RIGHT[f.name], rng) for f in assignment.functions}
        first = str(rng.choice([*cells]))
        yield f"s{number:03}", cells | {first: f"{next(habits)}\n{cells[first]}"}


def _cell(function: GradedFunction, right: dict[str, str], rng: np.random.Generator) -> str:
    """A cell that is correct or, with probability `MISTAKES`, has a known mistake."""
    if rng.random() >= MISTAKES:
        return list(right.values())[rng.integers(len(right))]
    wrong = function.cells(function.misconceptions[rng.integers(len(function.misconceptions))])
    return wrong[rng.integers(len(wrong))]


def graded(
    folder: Path, name: str, answers: dict[str, dict[str, str]], jobs: int
) -> tuple[dict[str, dict], Counter[str]]:
    """The scores of each student by `course grade`, and how often each status occurs."""
    course = _handed_in(folder, name, answers)
    (folder / "notebooks").mkdir()
    found = batch.grade(folder, name, jobs=jobs)
    for status in found:
        if status.status != tasks.GRADED:
            print(f"  {name}, {status.student}: {status.status}. {status.sentence}", flush=True)
    return course.scores(), Counter(status.status for status in found)


def graded_by_nbgrader(folder: Path, name: str, answers: dict[str, dict[str, str]]) -> dict:
    """The scores of each student by stock nbgrader."""
    course = _handed_in(folder, name, answers)
    course.generate()
    course.nbgrader("autograde", name)
    return course.scores()


def _handed_in(folder: Path, name: str, answers: dict[str, dict[str, str]]) -> StockCourse:
    course = StockCourse(ROOT, folder, name)
    for student, cells in answers.items():
        course.submit(student, cells)
    return course


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{number} {status}" for status, number in counted.items())


if __name__ == "__main__":
    main()
