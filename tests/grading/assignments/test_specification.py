"""What happens to a student's notebook while one of its functions is graded."""

from course_utils.quiet import tf

import numpy as np
import pytest

from course_utils.grading import SelfCheckFailed, check
from course_utils.grading.assignments import cells
from course_utils.grading.assignments.specification import (
    Assignment,
    GradedFunction,
    Misconception,
)
from course_utils.grading.assignments.vae import ASSIGNMENT, grade, probes, solutions

LOSS = """
def vae_loss(x, logits, mu, sigma):
    return tf.reduce_mean(reconstruction_loss(x, logits) + {kl}(mu, sigma))
"""
HALF_MISSING = """
def kl_divergence(mu, sigma):
    return tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)
"""


@pytest.mark.parametrize(
    ("cell", "kl"),
    [
        (HALF_MISSING, "kl_divergence"),
        (HALF_MISSING + "kl = kl_divergence", "kl"),
        (HALF_MISSING + "def helper(*a):\n    return kl_divergence(*a)", "helper"),
        (HALF_MISSING.replace("def ", "@tf.function\ndef "), "kl_divergence"),
        ("kl_divergence = 3", "kl_divergence"),
        ("del kl_divergence", "kl_divergence"),
        ("def kl_divergence(mu, sigma):\n    return mu", "kl_divergence"),
    ],
)
def test_the_course_s_own_upstream_functions_are_used(cell, kl):
    namespace = ASSIGNMENT.notebook()
    cells.run(cell, namespace)
    cells.run(LOSS.format(kl=kl), namespace)
    before = dict(namespace)
    grade(namespace["vae_loss"])
    assert namespace == before


OWN_NAMES = """
def kl_divergence(m, s, scale=1.0, *more, **named):
    return scale * tf.reduce_sum(m**2 + s**2 - 1 - 2 * tf.math.log(s), axis=1)
"""


@pytest.mark.parametrize(
    "call", ["mu, sigma", "m=mu, s=sigma", "s=sigma, m=mu, scale=2.0", "mu, sigma, 0.5, 7, a=1"]
)
def test_a_replaced_function_is_called_by_the_names_of_the_student(call):
    namespace = ASSIGNMENT.notebook()
    cells.run(
        OWN_NAMES + LOSS.format(kl="kl_divergence").replace("mu, sigma))", f"{call}))"), namespace
    )
    grade(namespace["vae_loss"])


def test_what_the_notebook_has_set_changes_no_verdict():
    """A function that works eagerly alone is told so by the self-check, as by the grader."""
    namespace = ASSIGNMENT.notebook()
    cells.run(
        "def kl_divergence(mu, sigma):\n"
        "    assert mu.numpy().any()\n"
        "    return tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1) / 2",
        namespace,
    )
    tf.config.run_functions_eagerly(True)
    try:
        with np.errstate(all="raise"):
            for judge in (check, grade):
                with pytest.raises(SelfCheckFailed, match=r"inside tf\.function"):
                    judge(namespace["kl_divergence"])
                judge(ASSIGNMENT.notebook()["reconstruction_loss"])
        assert tf.config.functions_run_eagerly()
    finally:
        tf.config.run_functions_eagerly(False)


def test_a_wrong_upstream_function_is_put_back_when_grading_fails():
    namespace = ASSIGNMENT.notebook()
    cells.run(HALF_MISSING + "def vae_loss(*a):\n    raise KeyError('no')", namespace)
    before = dict(namespace)
    with pytest.raises(SelfCheckFailed, match=r"raises an error .* KeyError in line 2"):
        grade(namespace["vae_loss"])
    assert namespace == before


@pytest.mark.parametrize("name", ["kl_divergence", "vae_loss"])
def test_the_solution_itself_is_refused(name):
    namespace = cells.notebook()
    theirs = (
        "from course_utils.grading.assignments.vae import solutions\n"
        "answer = solutions.kl_divergence\n"
    )
    cells.run(theirs + "def kl_divergence(mu, sigma):\n    return answer(mu, sigma)", namespace)
    with pytest.raises(SelfCheckFailed, match="calls the course's library"):
        grade(namespace["kl_divergence"])
    assert solutions.kl_divergence([[0.0]], [[1.0]]).shape == (1,)


def test_two_misconceptions_that_look_alike_are_an_error():
    twins = [Misconception(word, word, "mu[:, 0]") for word in ("one", "other")]
    function = GradedFunction(solutions.kl_divergence, probes.KL_DIVERGENCE, (), tuple(twins))
    with pytest.raises(ValueError, match="cannot tell 'other' from another"):
        Assignment("twins", (function,)).checks()


def test_a_misconception_that_passes_is_an_error():
    right = Misconception("none", "none", "0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1, 1)"
                          " - tf.reduce_sum(tf.math.log(sigma), 1)")  # fmt: skip
    function = GradedFunction(solutions.kl_divergence, probes.KL_DIVERGENCE, (), (right,))
    with pytest.raises(ValueError, match="no probe catches the misconception 'none'"):
        Assignment("right", (function,)).checks()
