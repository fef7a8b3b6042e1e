"""A student's function is used if it is right, otherwise the course's version is."""

import numpy as np
import pytest
import tensorflow as tf

from course_utils.exercises import exercise as module
from course_utils.exercises import your_turn

X = np.arange(6.0, dtype="float32").reshape(2, 3)


def row_sums(x):
    """Sum of each row: (B, D) → (B,)."""
    return x.sum(axis=1)


def tensor_sums(x):
    return tf.reduce_sum(x, axis=1)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    shown = []
    cases = {"two rows": (X,)}
    registered = {f.__name__: module.Exercise(f, cases) for f in (row_sums, tensor_sums)}
    monkeypatch.setattr(module, "exercises", registered)
    monkeypatch.setattr(module, "display", shown.append)
    return shown


def named(name, function):
    function.__name__ = name
    return function


def raising(x):
    total = x.sum(axis=1)
    return total.no_such_thing


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (lambda x: ..., "○ row_sums: nothing written yet."),
        (lambda x: None, "✗ row_sums returns nothing. Does it end with `return`?"),
        (lambda x: -x.sum(axis=1), "opposite sign for two rows."),
        (lambda x: 2 * x.sum(axis=1), "2 times what it should be for two rows."),
        (lambda x: x.sum(axis=0), "returns shape (3,) for two rows; it should return shape (2,)."),
        (lambda x: x.sum(), "returns a single number for two rows; it should return shape (2,)."),
        (lambda x: x.sum(axis=1).astype(int), "returns int64 for two rows"),
        (lambda x: "12", "returns a str; it should return one array."),
        (
            lambda x: x.sum(axis=1) + np.arange(2),
            "13 at position [1] for two rows; it should be 12.",
        ),
        (lambda: 1, "raises an error for two rows. TypeError"),
        (raising, "AttributeError in line 3 of the function"),
    ],
)
def test_the_courses_version_steps_in(written, said, capsys):
    assert your_turn(named("row_sums", written)) is row_sums
    printed = capsys.readouterr()
    assert said in printed.out
    assert printed.out.endswith(" The course's version steps in.\n")
    assert printed.out.count("\n") == 1
    assert printed.err == ""


@pytest.mark.parametrize("written", [lambda x: np.einsum("bd->b", x), lambda x: x @ np.ones(3)])
def test_a_right_function_goes_on(written, capsys):
    assert your_turn(named("row_sums", written)) is written
    expected = "✓ row_sums is right. The lecture goes on with your version.\n"
    assert capsys.readouterr().out == expected


def test_tensors_go_where_tensors_come_out(capsys):
    written = named("tensor_sums", lambda x: tf.linalg.matvec(x, tf.ones(3)))
    assert your_turn(written) is written
    assert your_turn(named("tensor_sums", lambda x: x.numpy().sum(axis=0))) is tensor_sums
    assert "returns shape (3,)" in capsys.readouterr().out


def test_a_function_cannot_spoil_the_case():
    def spoils(x):
        x *= 0
        return x.sum(axis=1)

    your_turn(named("row_sums", spoils))
    assert X.sum() == 15


def test_the_solution_is_folded(known):
    your_turn(named("row_sums", lambda x: ...))
    (shown,) = known
    assert shown.data.startswith("<details><summary>Solution</summary><pre>def row_sums(x):\n")
    assert "(B, D) → (B,)" in shown.data and "-&gt;" not in shown.data
    assert "@" not in shown.data


def test_what_is_no_exercise_is_refused():
    with pytest.raises(ValueError, match="no exercise is called 'column_sums'"):
        your_turn(named("column_sums", lambda x: ...))
