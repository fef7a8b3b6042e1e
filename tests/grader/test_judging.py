"""Every graded function gets the same verdict through a socket as in the notebook."""

import course_utils.quiet  # isort: skip
from course_utils.quiet import tf

import contextlib
import socket
import threading

import numpy as np
import pytest

from course_utils.grader.box.remote import Exchange
from course_utils.grader.box.wire import Channel, Gone
from course_utils.grader.judging import Judge
from course_utils.grader.tasks import SelfCheck
from course_utils.grader.tasks import Test as GradedTest
from course_utils.grading import probes, selfcheck
from course_utils.grading.assignments import cells, registry
from course_utils.grading.assignments.specification import broken_property

FUNCTIONS = [
    pytest.param(assignment, function, id=function.name)
    for assignment in registry.every()
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
                "kind": probes.kind_of(error),
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


RIGHT = SelfCheck(selfcheck.RIGHT, passed=True)


def judged(assignment, name, function, said=RIGHT):
    """The verdict about a function at the other end of a socket."""
    ours, theirs = (Channel(end) for end in socket.socketpair())
    student = Student(theirs, function)
    student.start()
    try:
        judge = Judge(assignment.name, ours, {0: GradedTest(f"{name}-test", name, 5.0)}, {0: said})
        judge._right.update(assignment.function(name).builds_on)
        return dict(judge.verdicts())[0]
    finally:
        ours.close()
        student.join()


@pytest.mark.parametrize(("assignment", "function"), FUNCTIONS)
def test_right_is_right_and_wrong_gets_its_sentence(assignment, function):
    right = judged(assignment, function.name, assignment.notebook()[function.name])
    assert (right.points, right.tampered, right.differs) == (5.0, "", ""), right
    mistake = function.misconceptions[0]
    notebook = assignment.notebook()
    cells.run(function.cells(mistake)[0], notebook)
    wrong = judged(assignment, function.name, notebook[function.name], SelfCheck())
    assert (wrong.points, wrong.message) == (0.0, mistake.sentence)
    assert (wrong.misconception, wrong.tampered) == (mistake.name, "")


ASSIGNMENT = registry.find("vae")
KL = ASSIGNMENT.notebook()["kl_divergence"]


def twice(mu, sigma):
    return 2 * KL(mu, sigma)


def test_what_the_notebook_called_right_and_is_not_is_no_proof():
    """A file may be gone, a dictionary changed. It is told, with what to do."""
    verdict = judged(ASSIGNMENT, "kl_divergence", twice)
    assert (verdict.points, verdict.tampered) == (0, "")
    assert "self-check called it right" in verdict.differs
    assert "Restart the kernel" in verdict.message


def test_what_an_exchanged_self_check_called_right_is_tampering():
    said = SelfCheck(selfcheck.RIGHT, passed=True, altered=("numpy.allclose", "a student's words"))
    verdict = judged(ASSIGNMENT, "kl_divergence", twice, said)
    assert verdict.points == 0
    assert "exchanged there: numpy.allclose." in verdict.tampered


def test_another_function_called_check_is_no_proof():
    said = SelfCheck(passed=True, replaced=True)
    verdict = judged(ASSIGNMENT, "kl_divergence", twice, said)
    assert (verdict.points, verdict.tampered) == (0, "")
    assert "`check` is not the course's function" in verdict.message
    right = judged(ASSIGNMENT, "kl_divergence", KL, said)
    assert (right.points, right.differs) == (5.0, "")


def test_what_knows_the_known_inputs_only_is_tampering():
    known = set()

    def contents(mu):
        return mu.numpy().tobytes() if tf.executing_eagerly() else None

    def learn(mu, sigma):
        known.add(contents(mu))
        return KL(mu, sigma)

    assert asked_all(learn, ASSIGNMENT, "kl_divergence") == (None, None)

    def by_heart(mu, sigma):
        return KL(mu, sigma) if contents(mu) in known else 2 * KL(mu, sigma)

    verdict = judged(ASSIGNMENT, "kl_divergence", by_heart)
    assert verdict.points == 0
    assert "new random" in verdict.tampered


def asked_all(function, assignment, name):
    """What the self-check and the hidden tests find."""
    problem = selfcheck.diagnose(function, selfcheck.load_checks()[name])
    return problem, broken_property(function, name, assignment.function(name).hidden_tests)


@pytest.mark.parametrize(
    ("assignment", "name"),
    [
        ("vae", "kl_divergence"),
        ("transposed_convolution", "conv_matrix"),
        ("clustering", "update"),
        ("diffusion", "guide"),
    ],
)
def test_to_be_wrong_for_the_shape_of_the_new_inputs_alone_is_no_proof(assignment, name):
    assignment = registry.find(assignment)
    right = assignment.notebook()[name]
    new = []

    def note(*arguments):
        new.append([np.shape(argument) for argument in arguments])
        return right(*arguments)

    assignment.function(name).fresh(np.random.default_rng())(note)

    def wrong_for_these(*arguments):
        factor = 2 if [np.shape(argument) for argument in arguments] == new[0] else 1
        return factor * right(*arguments)

    verdict = judged(assignment, name, wrong_for_these, SelfCheck())
    assert (verdict.points, verdict.tampered) == (0, "")


def test_remembering_results_by_shape_is_no_proof():
    remembered = {}

    def hasty(mu, sigma):
        if not tf.executing_eagerly():
            return KL(mu, sigma)
        return remembered.setdefault(tuple(mu.shape), KL(mu, sigma))

    verdict = judged(ASSIGNMENT, "kl_divergence", hasty)
    assert (verdict.points, verdict.tampered) == (0, "")


EVALUATION = registry.find("evaluation")


@pytest.mark.parametrize("function", EVALUATION.functions, ids=lambda function: function.name)
def test_an_argument_changed_in_place_is_seen_across_the_wall(function):
    right = EVALUATION.notebook()[function.name]

    def in_place(*arguments):
        result = right(*arguments)
        arguments[0][...] = 0
        return result

    verdict = judged(EVALUATION, function.name, in_place, SelfCheck())
    assert verdict.points == 0
    assert "in place" in verdict.message
    problem = broken_property(in_place, function.name, function.hidden_tests)
    assert problem.sentence == verdict.message


@pytest.mark.parametrize("function", EVALUATION.functions, ids=lambda function: function.name)
def test_arguments_can_be_written_to_on_both_sides(function):
    """Whoever puts back what was there changes nothing."""
    right = EVALUATION.notebook()[function.name]

    def puts_back(*arguments):
        result = right(*arguments)
        for array in arguments[:2] if function.name != "log_likelihood_bound" else arguments:
            array += 0
        return result

    assert asked_all(puts_back, EVALUATION, function.name) == (None, None)
    assert judged(EVALUATION, function.name, puts_back).points == 5


def test_what_fails_for_new_inputs_by_its_state_or_an_error_is_no_proof():
    calls = []

    def count(mu, sigma):
        calls.append(1)
        return KL(mu, sigma)

    assert judged(ASSIGNMENT, "kl_divergence", count).points == 5
    # The last calls are those with new inputs.
    most = len(calls) - 3

    def tires(mu, sigma):
        calls.append(1)
        return KL(mu, sigma) * (2 if len(calls) > most else 1)

    calls.clear()
    verdict = judged(ASSIGNMENT, "kl_divergence", tires)
    assert (verdict.points, verdict.tampered) == (0, "")


def test_running_out_of_memory_is_no_tampering():
    def exhausted(mu, sigma):
        raise MemoryError("no more")

    verdict = judged(ASSIGNMENT, "kl_divergence", exhausted)
    assert (verdict.points, verdict.tampered, verdict.differs) == (0, "", "")
    assert "MemoryError" in verdict.message


def test_a_broken_socket_is_no_answer():
    """Not even where TensorFlow or a `try` around a student's function would swallow it."""
    ours, theirs = (Channel(end) for end in socket.socketpair())

    def dies(mu, sigma):
        theirs.close()
        return np.zeros(len(mu), "float32")

    student = Student(theirs, dies)
    student.start()
    with pytest.raises(Gone):
        list(Judge("vae", ours, {0: GradedTest("t", "kl_divergence", 5.0)}, {}).verdicts())
    student.join()
    with pytest.raises(Gone):
        ours.check()
    ours.close()


NAMES = {function.name for function in ASSIGNMENT.functions}


class Notebook(threading.Thread):
    """A student's process with all functions of vae, which says when it was asked what."""

    def __init__(self, channel, functions):
        super().__init__(daemon=True)
        self.channel, self.functions, self.asked = channel, functions, []

    def run(self):
        exchange = Exchange(
            self.channel, lambda error, _: {"kind": "ValueError", "details": f"ValueError: {error}"}
        )
        with contextlib.suppress(Gone):
            while True:
                message, arrays = self.channel.receive()
                if "select" not in message:
                    exchange.serve(message, arrays)
                    continue
                name = message["select"]
                self.asked.append((name, {*message["builds_on"]}))
                exchange.offer({name: self.functions[name]})
                self.channel.send({"selected": True})


def judged_notebook(**theirs):
    ours, channel = (Channel(end) for end in socket.socketpair())
    tests = {cell: GradedTest(name, name, 5.0) for cell, name in enumerate(sorted(NAMES))}
    notebook = Notebook(channel, ASSIGNMENT.notebook() | theirs)
    notebook.start()
    try:
        verdicts = dict(Judge("vae", ours, tests, {}).verdicts())
    finally:
        ours.close()
        notebook.join()
    return {verdict.function: verdict for verdict in verdicts.values()}, notebook.asked


def test_no_course_version_is_handed_out_before_all_that_needs_none_is_judged():
    """Whoever asks it could learn from it and answer with that where something else is judged."""
    verdicts, asked = judged_notebook(kl_divergence=twice)
    assert verdicts["vae_loss"].points == 5
    first = next(number for number, (_, given) in enumerate(asked) if given)
    assert asked[first] == ("vae_loss", {"kl_divergence"})
    assert {name for name, _ in asked[first:]} == {"vae_loss"}
    counts = {name: sum(name == other for other, _ in asked[:first]) for name in NAMES}
    assert counts == {"kl_divergence": 1, "vae_loss": 0} | dict.fromkeys(
        NAMES - {"kl_divergence", "vae_loss"}, 2
    )


def test_what_a_function_says_after_a_hidden_test_is_not_quoted():
    def leaks(x, logits, mu, sigma):
        raise ValueError("4711")

    for theirs in ({"kl_divergence": twice}, {}):
        verdicts, _ = judged_notebook(vae_loss=leaks, **theirs)
        message = verdicts["vae_loss"].message
        assert ("4711" in message) == (not theirs), message
        assert "ValueError" in message
