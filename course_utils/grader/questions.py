"""Three short oral questions about what one student handed in, for the person who examines.

They are drawn by a hash of the student's name and of the submission: the same submission always
gets the same three, and a changed one gets a new draw. A student's code is parsed and never run.
"""

import ast
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_utils.grader import roster, submissions
from course_utils.grader.assigned import Assigned, assigned
from course_utils.grader.handin import Missing, Refused
from course_utils.grader.handin.cells import tree
from course_utils.grader.page import LONGEST_CODE, cell_of, escaped, whole
from course_utils.grading.assignments import registry
from course_utils.grading.assignments.oral import Question, Reading, quoted
from course_utils.grading.assignments.specification import Assignment

HOW_MANY = 3
IN_GENERAL = "So this asks about the function in general."


@dataclass(frozen=True)
class Asked:
    """One question, ready to be asked.

    Attributes:
        about: the function's name, or "the experiment".
        quote: the student's own lines that it is about; empty for a general question.
        note: why nothing is quoted; empty if something is.
        text: the question.
        points: the key points of a good answer.
    """

    about: str
    quote: str
    note: str
    text: str
    points: tuple[str, ...]


def ask(root: Path, name: str, student: str) -> list[Asked]:
    """Three questions to a student.

    Args:
        root: the course's folder.
        name: the assignment.
        student: who is asked.

    Raises:
        ValueError: there is no such assignment, it is the project, which has no questions, or the
            student handed nothing in.
    """
    bank = registry.find(name)
    assignment = assigned(root, name)
    notebook, unreadable = _notebook(root, assignment, student)
    return draw(bank, assignment, student, notebook, unreadable)


def draw(
    bank: Assignment, assignment: Assigned, student: str, notebook: NotebookNode, unreadable: str
) -> list[Asked]:
    """Three questions about a notebook: about three functions, or two and the experiment.

    Args:
        bank: the assignment with its questions.
        assignment: the same, as it was released.
        student: who is asked.
        notebook: what was handed in, repaired.
        unreadable: why it could not be read; empty if it could.
    """
    ranks = _ranks(student, notebook)
    of_experiment = sorted(_readings(bank.readings, notebook), key=ranks)[:1]
    of_functions = [
        min(candidates(bank, test.function, test.grade_id, notebook, unreadable), key=ranks)
        for test in assignment.tests
    ]
    # Questions about the student's own code come first.
    chosen = sorted(of_functions, key=lambda asked: (not asked.quote, ranks(asked)))
    chosen = chosen[: HOW_MANY - len(of_experiment)]
    return [asked for asked in of_functions if asked in chosen] + of_experiment


def as_text(name: str, student: str, questions: Sequence[Asked]) -> str:
    """The questions as text for a terminal."""
    lines = [f"{name}, {student}: {len(questions)} questions"]
    for number, asked in enumerate(questions, start=1):
        lines += ["", f"{number}. {asked.about}"]
        lines += [f"   {asked.note}"] if asked.note else []
        lines += [f"       {line}" for line in asked.quote.split("\n") if asked.quote]
        lines += [f"   {asked.text}", "   A good answer says:"]
        lines += [f"   - {point}" for point in asked.points]
    return "\n".join(lines)


def as_page(name: str, student: str, questions: Sequence[Asked]) -> str:
    """The questions as an HTML page."""
    title = f"{name}, {student}: questions"
    sections = [
        f"<section class=open><strong>{escaped(asked.about)}</strong>"
        + (f"<p>{escaped(asked.note)}</p>" if asked.note else "")
        + (f"<pre>{escaped(asked.quote)}</pre>" if asked.quote else "")
        + f"<p>{escaped(asked.text)}</p><details><summary>A good answer says</summary><ul>"
        + "".join(f"<li>{escaped(point)}</li>" for point in asked.points)
        + "</ul></details></section>"
        for asked in questions
    ]
    return whole(title, f"<h1>{escaped(title)}</h1>{''.join(sections)}")


def _notebook(root: Path, assignment: Assigned, student: str) -> tuple[NotebookNode, str]:
    """The notebook that a student handed in, and why it cannot be read; empty if it can."""
    name = assignment.name
    folder = roster.handed_in(root, name, [student]).get(student)
    try:
        if folder is None:
            raise Missing
        return submissions.read(folder, student, name, assignment.release).notebook, ""
    except Missing:
        raise ValueError(
            f"{student!r} handed in nothing: there is no notebook in submitted/{student}/{name}"
        ) from None
    except Refused as refusal:
        return assignment.release, str(refusal)


def _ranks(student: str, notebook: NotebookNode) -> Callable[[Asked], str]:
    """A function that gives a question its place in this student's draw."""
    work = [(cell.source, cell.get("outputs")) for cell in notebook.cells]
    seed = hashlib.sha256(json.dumps([student, work], sort_keys=True).encode()).hexdigest()
    return lambda asked: hashlib.sha256(f"{seed} {asked.text}".encode()).hexdigest()


def _readings(readings: Sequence[Reading], notebook: NotebookNode) -> Iterator[Asked]:
    """Questions about the experiments' printed output in the submission."""
    printed = [
        line
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
        for line in output.text.splitlines()
        if line.isprintable()
    ]
    for reading in readings:
        lines = [line for line in printed if line.startswith(reading.begins)]
        if lines:
            yield Asked("the experiment", lines[-1], "", reading.text, reading.points)


def candidates(
    bank: Assignment, function: str, test: str, notebook: NotebookNode, unreadable: str
) -> list[Asked]:
    """The questions about a function that fit its code; if none does, the general ones."""
    questions = [question for question in bank.questions if question.function == function]
    code = cell_of(notebook, function, test)
    others = {graded.name for graded in bank.functions} - {function}
    body, note = _own_code(code, function, others)
    note = f"The notebook cannot be read. {unreadable}" if unreadable else note
    fitting = [
        Asked(function, quote, "", question.text, _points(bank, question))
        for question in questions
        if question.about and body and not note
        for quote in [quoted(code, body, question.about)]
        if quote
    ]
    note = f"{note or 'No question of the bank fits how it is written.'} {IN_GENERAL}"
    return fitting or [
        Asked(function, "", note, question.text, _points(bank, question))
        for question in questions
        if question.about is None
    ]


def _own_code(code: str, function: str, others: set[str]) -> tuple[ast.Module | None, str]:
    """A cell's syntax tree without other graded functions, or why it gives nothing to ask about."""
    if len(code) > LONGEST_CODE:
        return None, "Its cell is too long to be read out."
    body = tree(code)
    if body is None:
        return None, "Its cell is not valid Python."
    body.body = [node for node in body.body if getattr(node, "name", "") not in others]
    definitions = [
        node
        for node in body.body
        if isinstance(node, ast.FunctionDef) and node.name == function and not _is_blank(node)
    ]
    if not definitions and not any(isinstance(node, ast.Assign) for node in body.body):
        return None, "It was not written."
    return body, ""


def _is_blank(definition: ast.FunctionDef) -> bool:
    """Whether a function consists of a docstring and at most a `raise` or a placeholder."""
    return all(
        isinstance(node, ast.Raise | ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in definition.body
    )


def _points(bank: Assignment, question: Question) -> tuple[str, ...]:
    """The key points, and the self-check's sentence on the mistake that the question is about."""
    return question.points + tuple(
        f"The self-check says of this mistake ({known.name}): {known.sentence}"
        for known in bank.function(question.function).misconceptions
        if known.name == question.probes
    )
