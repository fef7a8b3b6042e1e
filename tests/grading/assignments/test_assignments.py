"""Every assignment: wrong functions fail, correct ones pass, and the check data are right."""

import importlib
import re
import time

import numpy as np
import pytest

from course_utils import students
from course_utils.grading import SelfCheckFailed, check, selfcheck
from course_utils.grading.assignments import cells, check_files, registry
from course_utils.grading.assignments.specification import broken_property, silence
from course_utils.grading.probes import observe

ASSIGNMENTS = {assignment.name: assignment for assignment in registry.every()}
FUNCTIONS = [
    pytest.param(assignment, function, id=function.name)
    for assignment in ASSIGNMENTS.values()
    for function in assignment.functions
]
WRONG = [
    pytest.param(
        assignment,
        function,
        misconception,
        cell,
        id=f"{function.name}-{misconception.name}-{number}",
    )
    for assignment in ASSIGNMENTS.values()
    for function in assignment.functions
    for misconception in function.misconceptions
    for number, cell in enumerate(function.cells(misconception))
]
VARIANTS = [
    pytest.param(assignment, name, cell, id=f"{name}-{style}")
    for assignment in ASSIGNMENTS.values()
    for name, styles in importlib.import_module(
        f"tests.grading.assignments.{assignment.name}_variants"
    ).RIGHT.items()
    for style, cell in styles.items()
]
# How many wrong cells, misconceptions and right variants there are at least.
FEWEST = {
    "autoencoder": (145, 85, 35),
    "clustering": (85, 75, 28),
    "cyclegan": (140, 95, 34),
    "diffusion": (110, 100, 38),
    "disentanglement": (125, 82, 28),
    "evaluation": (95, 85, 25),
    "flow": (115, 85, 26),
    "gan": (160, 95, 30),
    "training": (95, 85, 20),
    "transposed_convolution": (45, 40, 18),
    "vae": (85, 65, 30),
}


def notebook_with(assignment, cell):
    """A notebook with everything right but for one cell."""
    namespace = assignment.notebook()
    cells.run(cell, namespace)
    return namespace


@pytest.fixture
def looked_at_once(monkeypatch):
    """Both judges ask the same questions after the same seed: the second gets the first answers."""
    answers = {}

    def observe_once(function, probe):
        key = (id(function), id(probe))
        if key not in answers:
            answers[key] = observe(function, probe)
        return answers[key]

    monkeypatch.setattr(selfcheck, "observe", observe_once)


@pytest.mark.usefixtures("looked_at_once")
@pytest.mark.parametrize(("assignment", "function", "misconception", "cell"), WRONG)
def test_a_misconception_gets_its_sentence_and_no_points(assignment, function, misconception, cell):
    theirs = notebook_with(assignment, cell)[function.name]
    for judge in (check, assignment.grade):
        with pytest.raises(SelfCheckFailed) as failure:
            judge(theirs)
        assert str(failure.value) == misconception.sentence
        shown = " ".join(failure.value._render_traceback_())
        assert shown == f"✗ {misconception.sentence}"


@pytest.mark.parametrize(("assignment", "function", "misconception", "cell"), WRONG)
def test_hidden_tests_alone_catch_a_misconception(assignment, function, misconception, cell):
    with silence():
        wrong = notebook_with(assignment, cell)[function.name]
        assert broken_property(wrong, function.name, function.hidden_tests)


@pytest.mark.parametrize(("assignment", "function"), FUNCTIONS)
def test_new_inputs_tell_right_from_wrong(assignment, function):
    """They catch a function that has learnt the other tests by heart."""
    rng = np.random.default_rng()
    new = [function.fresh(rng) for _ in range(3)]
    right = assignment.notebook()[function.name]

    def learnt(*arguments):
        result = right(*arguments)
        return tuple(2 * part for part in result) if isinstance(result, tuple) else 2 * result

    with silence():
        assert broken_property(right, function.name, new) is None
        assert all(broken_property(learnt, function.name, [one]) for one in new)


@pytest.mark.parametrize(
    ("assignment", "downstream", "cell"),
    [
        pytest.param(assignment, downstream, cell, id=f"{downstream.name}-{parameter.id}")
        for parameter in WRONG
        for assignment, function, _, cell in [parameter.values]
        for downstream in assignment.functions
        if function.name in downstream.builds_on and parameter.id.endswith("-0")
    ],
)
def test_a_mistake_is_not_charged_twice(assignment, downstream, cell, capsys):
    name = downstream.name
    namespace = notebook_with(assignment, cell)
    before = dict(namespace)
    # Some mistakes do not show downstream: the mean of a batch mean is itself.
    check(namespace[name])
    assert capsys.readouterr().out.startswith((f"… {name} can be judged once", f"✓ {name} is"))
    assignment.grade(namespace[name])
    assert namespace == before


@pytest.mark.parametrize(("assignment", "function"), FUNCTIONS)
def test_a_function_keeps_its_points_when_no_other_is_written(assignment, function):
    namespace = assignment.notebook()
    for other in {other.name for other in assignment.functions} - {function.name}:
        cells.run(f"def {other}(*arguments):\n    raise NotImplementedError", namespace)
    assignment.grade(namespace[function.name])


@pytest.mark.parametrize(("assignment", "name", "cell"), VARIANTS)
def test_right_is_right_however_it_is_written(assignment, name, cell, capfd):
    theirs = notebook_with(assignment, cell)[name]
    check(theirs)
    assert capfd.readouterr().out.startswith(f"✓ {name} is right.")
    assignment.grade(theirs)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=ASSIGNMENTS)
def test_there_are_enough_of_both(assignment):
    wrong, right = (
        sum(parameter.values[0] is assignment for parameter in parameters)
        for parameters in (WRONG, VARIANTS)
    )
    misconceptions = sum(len(function.misconceptions) for function in assignment.functions)
    fewest = FEWEST[assignment.name]
    assert all(n >= least for n, least in zip((wrong, misconceptions, right), fewest, strict=True))


@pytest.mark.parametrize(("assignment", "function"), FUNCTIONS)
def test_every_misconception_of_a_function_says_something_else(assignment, function):
    misconceptions = function.misconceptions
    assert len({m.sentence for m in misconceptions}) == len(misconceptions)
    assert len({m.name for m in misconceptions}) == len(misconceptions)


CODE = re.compile(r"\b(np|keras|tf)\.(?!function\b)|\*\*|\blambda\b|\w\(|==")


@pytest.mark.parametrize(("assignment", "function"), FUNCTIONS)
def test_no_sentence_shows_code(assignment, function):
    for misconception in function.misconceptions:
        assert not CODE.search(misconception.sentence), misconception.sentence


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_check_data_hold_no_code(name):
    data = (students.CHECKS / f"{name}.json").read_text(encoding="utf-8")
    assert not CODE.search(data.replace("tf.shape gives", ""))


@pytest.fixture(scope="module")
def contents() -> dict[str, str]:
    """What each assignment's check data should say; computing it takes a minute."""
    return check_files.contents()


def test_the_check_data_are_up_to_date(contents):
    assert check_files.stale(contents) == {}, "run `course checks`"


def test_the_check_data_are_the_same_each_time(contents, tmp_path):
    again = check_files.contents()
    assert again == contents
    written = check_files.write(again, tmp_path)
    assert {path.stem: path.read_text(encoding="utf-8") for path in written} == contents


@pytest.mark.parametrize(("assignment", "function"), FUNCTIONS)
def test_a_check_takes_less_than_a_second(assignment, function):
    theirs = assignment.notebook()[function.name]
    seconds = []
    for _ in range(3):
        # Of the processor, so that a busy machine does not count.
        start = time.process_time()
        check(theirs)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1


def test_an_instructor_can_read_the_list():
    page = ASSIGNMENTS["vae"].list_misconceptions()
    assert page.startswith("# Misconceptions of the assignment vae\n\n## reparameterize\n")
    assert "- **½ missing**: The result is twice" in page


def test_an_unknown_assignment_is_refused():
    with pytest.raises(ValueError, match=r"no assignment is called 'gans'; there are: .*\bvae"):
        registry.find("gans")
