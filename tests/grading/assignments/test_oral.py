"""To which code an oral question applies, and which questions each assignment has."""

import ast
import re

import pytest

from course_utils.grading.assignments import cells, oral, registry
from course_utils.grading.assignments.oral import quoted

ASSIGNMENTS = pytest.mark.parametrize("assignment", registry.every(), ids=lambda one: one.name)
CODE = '''
def f(x, y):
    """A call of exp(x) in a docstring is none."""
    total = 0
    for row in tf.unstack(x):
        total += tf.reduce_sum(
            tf.exp(row), axis=-1
        )
    wide = 1 if y else 2
    if total[0] > 3:
        return keras.ops.mean(y.T) / 2
    return total - 1 + y
'''


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (oral.calls("unstack"), "for row in tf.unstack(x):"),
        (oral.calls("exp"), "total += tf.reduce_sum(\n    tf.exp(row), axis=-1\n)"),
        (oral.calls("log", "mean"), "return keras.ops.mean(y.T) / 2"),
        (oral.keyword("axis"), "total += tf.reduce_sum(\n    tf.exp(row), axis=-1\n)"),
        (oral.operator(ast.Sub), "return total - 1 + y"),
        (oral.operator(ast.Add), "total += tf.reduce_sum(\n    tf.exp(row), axis=-1\n)"),
        (oral.indexed("total"), "if total[0] > 3:"),
        (oral.compares, "if total[0] > 3:"),
        (oral.term(1), "return total - 1 + y"),
        (oral.term(2), None),
        (oral.chooses, "wide = 1 if y else 2"),
        (oral.attribute("T"), "return keras.ops.mean(y.T) / 2"),
        (oral.named("y"), "wide = 1 if y else 2"),
        (oral.either(oral.calls("log"), oral.operator(ast.Div)), "return keras.ops.mean(y.T) / 2"),
        (oral.calls("log"), None),
        (oral.named("z"), None),
        (oral.indexed("y"), None),
    ],
)
def test_the_first_statement_that_fits_is_quoted(pattern, line):
    assert quoted(CODE, ast.parse(CODE), pattern) == line


@pytest.mark.parametrize(
    "line",
    [
        "a = tf.exp(x)  # \x1b[2J",
        "a = tf.exp('\u202e')",
        "a = tf.exp(x) + " + "1 + " * 200 + "1",
        "a = tf.exp(\n" + "\n" * 9 + ")",
    ],
    ids=["an escape", "a change of direction", "a long line", "many lines"],
)
def test_what_no_terminal_should_show_is_not_quoted(line):
    after = "\nb = tf.exp(y)"
    assert quoted(line + after, ast.parse(line + after), oral.calls("exp")) == "b = tf.exp(y)"


@ASSIGNMENTS
def test_every_function_has_questions_that_fit_code_and_one_in_general(assignment):
    of_code = [question for question in assignment.questions if question.about]
    assert len(of_code) >= 8
    names = [function.name for function in assignment.functions]
    assert {question.function for question in of_code} == set(names)
    general = [question.function for question in assignment.questions if question.about is None]
    assert sorted(general) == sorted(names)


@ASSIGNMENTS
def test_every_question_has_key_points(assignment):
    asked = [*assignment.questions, *assignment.readings]
    assert len({one.text for one in asked}) == len(asked)
    for one in asked:
        assert one.text.endswith("?"), one.text
        assert len(one.points) >= 2
        assert all(re.search(r"\w.*[.]$", point) for point in one.points), one.points


@ASSIGNMENTS
def test_a_question_probes_a_known_misconception(assignment):
    for question in assignment.questions:
        known = [m.name for m in assignment.function(question.function).misconceptions]
        assert question.probes in ["", *known], question.probes
    probing = [question for question in assignment.questions if question.probes]
    assert len(probing) >= 6


@ASSIGNMENTS
def test_a_reading_is_about_what_the_experiment_prints(assignment):
    text = (cells.TEXTS / f"{assignment.name}.py").read_text("utf-8")
    experiment = text.partition('tags=["experiment"]')[2]
    for reading in assignment.readings:
        assert reading.begins.split()[0].lower() in experiment.lower(), reading.begins
    assert bool(assignment.readings) == ("print(f" in experiment.partition("try:\n")[0])
