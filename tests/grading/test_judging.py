"""Every graded function is judged through a socket as it is in the notebook."""

import course_utils.quiet  # isort: skip

import contextlib
import socket
import threading

import numpy as np
import pytest

from course_utils.grader.box.remote import Exchange
from course_utils.grader.box.wire import Channel, Gone
from course_utils.grader.judging import EXHAUSTED, Judge
from course_utils.grader.tasks import Test as GradedTest
from course_utils.grading import probes, selfcheck
from course_utils.grading.assignments import cells, registry
from course_utils.grading.assignments.specification import broken_property

FUNCTIONS = [
    pytest.param(assignment, function, id=function.name)
    for assignment in registry.ASSIGNMENTS
    for function in assignment.functions
]


class Student(threading.Thread):
    """A student's process, but for the process."""

    def __init__(self, channel, function):
        super().__init__(daemon=True)
        self.channel, self.function = channel, function

    def run(self):
        exchange = Exchange(
            self.channel,
            lambda error, function: {
                "not_written": probes.is_not_written(error, function),
                "brief": probes.in_brief(error, function),
                "details": probes.in_one_line(error, function),
            },
        )
        with contextlib.suppress(Gone):
            while True:
                message, arrays = self.channel.receive()
                if "select" in message:
                    exchange.offer({message["select"]: self.function})
                    self.channel.send({"selected": True})
                else:
                    exchange.serve(message, arrays)


def judged(assignment, name, function, claims=False):
    """The verdict about a function at the other end of a socket."""
    ours, theirs = (Channel(end) for end in socket.socketpair())
    student = Student(theirs, function)
    student.start()
    try:
        judge = Judge(assignment, ours)
        judge._right.update(assignment.function(name).builds_on)
        test = GradedTest(f"{name}-test", name, 5.0)
        judge.check(test, 0, claims)
        return judge.judge(test, 0)
    finally:
        ours.close()
        student.join()


@pytest.mark.parametrize(("assignment", "function"), FUNCTIONS)
def test_right_is_right_and_wrong_gets_its_sentence(assignment, function):
    right = judged(assignment, function.name, assignment.notebook()[function.name], claims=True)
    assert (right.points, right.tampered) == (5.0, ""), right
    mistake = function.misconceptions[0]
    notebook = assignment.notebook()
    cells.run(function.cells(mistake)[0], notebook)
    wrong = judged(assignment, function.name, notebook[function.name])
    assert (wrong.points, wrong.message) == (0.0, mistake.sentence)
    assert (wrong.misconception, wrong.tampered) == (mistake.name, "")


ASSIGNMENT = registry.find("vae")
KL = ASSIGNMENT.notebook()["kl_divergence"]


def test_what_the_notebook_called_right_and_is_not_is_tampering():
    verdict = judged(ASSIGNMENT, "kl_divergence", lambda mu, sigma: 2 * KL(mu, sigma), claims=True)
    assert verdict.points == 0
    assert "self-check called it right" in verdict.tampered


def test_what_knows_the_known_inputs_only_is_tampering():
    function = ASSIGNMENT.function("kl_divergence")
    known = []

    def learn(mu, sigma):
        known.append(mu.shape)
        return KL(mu, sigma)

    checks = selfcheck.load_checks()["kl_divergence"]
    assert selfcheck.diagnose(learn, checks) is None
    assert broken_property(learn, function) is None

    def by_heart(mu, sigma):
        return KL(mu, sigma) if mu.shape in known else 2 * KL(mu, sigma)

    verdict = judged(ASSIGNMENT, "kl_divergence", by_heart)
    assert verdict.points == 0
    assert "new random" in verdict.tampered


def test_running_out_of_memory_is_no_tampering():
    def exhausted(mu, sigma):
        raise MemoryError("no more")

    verdict = judged(ASSIGNMENT, "kl_divergence", exhausted, claims=True)
    assert (verdict.points, verdict.tampered) == (0, "")
    assert EXHAUSTED.search(verdict.message)


def test_a_broken_socket_is_no_answer():
    """Not even where TensorFlow or a `try` around a student's function would swallow it."""
    ours, theirs = (Channel(end) for end in socket.socketpair())

    def dies(mu, sigma):
        theirs.close()
        return np.zeros(len(mu), "float32")

    student = Student(theirs, dies)
    student.start()
    with pytest.raises(Gone):
        Judge(ASSIGNMENT, ours).check(GradedTest("t", "kl_divergence", 5.0), 0, True)
    student.join()
    with pytest.raises(Gone):
        ours.check()
    ours.close()
