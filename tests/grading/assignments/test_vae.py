"""The assignment `vae`: wrong is wrong, right is right, and the truths are true."""

from course_utils.quiet import tf

import re
import time

import numpy as np
import pytest
from scipy import integrate, stats

from course_utils.grading import SelfCheckFailed, check, selfcheck
from course_utils.grading.assignments import cells, check_files
from course_utils.grading.assignments.specification import broken_property, silence
from course_utils.grading.assignments.vae import ASSIGNMENT, grade, properties, solutions
from tests.grading.assignments.vae_variants import RIGHT

NAMES = [function.name for function in ASSIGNMENT.functions]
UPSTREAM = ASSIGNMENT.function("vae_loss").builds_on
WRONG = [
    pytest.param(function, misconception, cell, id=f"{function.name}-{misconception.name}-{number}")
    for function in ASSIGNMENT.functions
    for misconception in function.misconceptions
    for number, cell in enumerate(function.cells(misconception))
]
VARIANTS = [
    pytest.param(name, cell, id=f"{name}-{style}")
    for name, styles in RIGHT.items()
    for style, cell in styles.items()
]


def notebook_with(cell):
    """A notebook with everything right but for one cell."""
    namespace = ASSIGNMENT.notebook()
    cells.run(cell, namespace)
    return namespace


@pytest.mark.parametrize(("function", "misconception", "cell"), WRONG)
def test_a_misconception_gets_its_sentence_and_no_points(function, misconception, cell):
    theirs = notebook_with(cell)[function.name]
    for judge in (check, grade):
        with pytest.raises(SelfCheckFailed) as failure:
            judge(theirs)
        assert str(failure.value) == misconception.sentence
        shown = " ".join(failure.value._render_traceback_())
        assert shown == f"✗ {misconception.sentence}"


@pytest.mark.parametrize(("function", "misconception", "cell"), WRONG)
def test_hidden_tests_alone_catch_a_misconception(function, misconception, cell):
    with silence():
        assert broken_property(notebook_with(cell)[function.name], function)


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(parameter.values[2], id=parameter.id)
        for parameter in WRONG
        if parameter.values[0].name in UPSTREAM and parameter.id.endswith("-0")
    ],
)
def test_a_mistake_is_not_charged_twice(cell, capsys):
    namespace = notebook_with(cell)
    before = dict(namespace)
    # Some mistakes do not show in the loss: the mean of a batch mean is itself.
    check(namespace["vae_loss"])
    assert capsys.readouterr().out.startswith(("… vae_loss can be judged when", "✓ vae_loss is"))
    grade(namespace["vae_loss"])
    assert namespace == before


@pytest.mark.parametrize("name", NAMES)
def test_a_function_keeps_its_points_when_no_other_is_written(name):
    namespace = ASSIGNMENT.notebook()
    for other in set(NAMES) - {name}:
        cells.run(f"def {other}(*arguments):\n    raise NotImplementedError", namespace)
    grade(namespace[name])


@pytest.mark.parametrize(("name", "cell"), VARIANTS)
def test_right_is_right_however_it_is_written(name, cell, capfd):
    theirs = notebook_with(cell)[name]
    check(theirs)
    assert capfd.readouterr().out.startswith(f"✓ {name} is right.")
    grade(theirs)
    assert capfd.readouterr() == ("", "")


def test_there_are_enough_of_both():
    assert len(WRONG) >= 60
    assert sum(len(function.misconceptions) for function in ASSIGNMENT.functions) >= 50
    assert len(VARIANTS) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_every_misconception_of_a_function_says_something_else(name):
    misconceptions = ASSIGNMENT.function(name).misconceptions
    assert len({m.sentence for m in misconceptions}) == len(misconceptions)
    assert len({m.name for m in misconceptions}) == len(misconceptions)


CODE = re.compile(r"\b(np|keras|tf)\.(?!function\b)|\*\*|\blambda\b|\w\(|==")


def test_no_sentence_shows_code():
    for function in ASSIGNMENT.functions:
        for misconception in function.misconceptions:
            assert not CODE.search(misconception.sentence), misconception.sentence


def test_the_check_data_hold_no_code():
    data = (selfcheck.CHECKS / "vae.json").read_text(encoding="utf-8")
    assert not CODE.search(data.replace("tf.shape gives", ""))


def test_the_check_data_are_up_to_date():
    assert check_files.stale() == {}, "run `course checks`"


def test_the_check_data_are_the_same_each_time(tmp_path):
    first = check_files.stale(tmp_path)
    assert check_files.write(tmp_path) == list(first)
    assert {path: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == first


@pytest.mark.parametrize("name", NAMES)
def test_a_check_takes_less_than_a_second(name):
    theirs = ASSIGNMENT.notebook()[name]
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        check(theirs)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1


def test_the_true_kl_is_an_integral():
    mu, sigma = np.array([[0.7, -2.0]]), np.array([[0.3, 1.8]])

    def integrand(z, mean, deviation):
        q = stats.norm(mean, deviation)
        return q.pdf(z) * (q.logpdf(z) - stats.norm.logpdf(z))

    parts = [
        integrate.quad(integrand, m - 12 * s, m + 12 * s, args=(m, s))[0]
        for m, s in zip(mu[0], sigma[0], strict=True)
    ]
    np.testing.assert_allclose(properties.true_kl(mu, sigma), [sum(parts)], rtol=1e-7)


@pytest.mark.parametrize(
    ("truth", "gradients", "arguments"),
    [
        (properties.true_kl, properties.true_kl_gradients, properties.latent(3, 2)),
        (
            properties.true_reconstruction,
            properties.true_reconstruction_gradients,
            properties.images(3, 2),
        ),
        (
            properties.true_loss,
            properties.true_loss_gradients,
            properties.images(3, 2) | properties.latent(3, 4),
        ),
    ],
)
def test_the_true_gradients_are_differences(truth, gradients, arguments):
    step = 1e-6
    for name, gradient in gradients(**arguments).items():
        for index in np.ndindex(gradient.shape):
            moved = arguments[name].copy()
            moved[index] += step
            there = np.sum(truth(**arguments | {name: moved}))
            slope = (there - np.sum(truth(**arguments))) / step
            assert slope == pytest.approx(gradient[index], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_the_noise_of_a_right_sample_passes_whatever_the_seed(seed):
    tf.random.set_seed(seed)
    for has_property in properties.REPARAMETERIZE:
        has_property(solutions.reparameterize)


def test_an_instructor_can_read_the_list():
    page = ASSIGNMENT.list_misconceptions()
    assert page.startswith("# Misconceptions of the assignment vae\n\n## reparameterize\n")
    assert "- **½ missing**: The result is twice" in page


def test_an_unknown_assignment_is_refused():
    with pytest.raises(ValueError, match="no assignment is called 'gans'; there are: vae"):
        check_files.find("gans")
