"""Functions that are passed to graded functions: values, gradients, and storage in check data."""

from course_utils.quiet import tf

import json

import numpy as np
import pytest
from scipy import special

from course_utils.grading import probes as p
from course_utils.grading import selfcheck
from course_utils.grading.assignments import check_files, common, registry
from course_utils.grading.assignments.specification import (
    Assignment,
    GradedFunction,
    Misconception,
)
from course_utils.grading.given import KINDS, GivenFunction, PassedFunction
from course_utils.grading.probes import Probe, observe, passes

X = np.array([[[1.0, -2.0], [0.5, 3.0]], [[0.25, 1.0], [-1.0, 2.0]]])
FLAT = X.reshape(2, 4)
MATRIX = np.array([[1.0, -0.5], [2.0, 0.25], [-1.0, 0.75], [0.5, 1.5]])
KNOTS = np.array([[-10.0, 2.0], [0.5, -1.5], [2.0, 3.0]])
BIAS = np.array([[0.5, -0.25]])
FACTORS = np.array([[0.5, 1.0, 2.0, 0.25], [0.1, 0.0, 0.5, 1.0]])
TRUTH = {
    "linear": (MATRIX, FLAT @ MATRIX),
    "quadratic": (MATRIX, FLAT**2 @ MATRIX / 2),
    "sigmoid": (np.vstack([MATRIX, BIAS]), special.expit(FLAT @ MATRIX + BIAS)),
    # m = Σx/2 is 1.25 and 1.125.
    "piecewise": (KNOTS, [[2 * 11.25 - 1.5 * 0.75], [2 * 11.125 - 1.5 * 0.625]]),
    "scale_shift": (
        np.vstack([MATRIX, BIAS]),
        (FLAT @ MATRIX[:, :1] + 0.5, FLAT @ MATRIX[:, 1:] - 0.25),
    ),
    "cubic_flow": (
        FACTORS,
        (
            FACTORS[0] * FLAT + FACTORS[1] * FLAT**3,
            np.log(FACTORS[0] + 3 * FACTORS[1] * FLAT**2).sum(axis=1),
        ),
    ),
}


def weighted(given, x, factor):
    return factor * tf.reduce_sum(given(x), axis=-1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"training": True}])
def test_a_passed_function_is_its_formula(kind, options):
    weights, expected = TRUTH[kind]
    passed = PassedFunction(GivenFunction(kind, weights.astype("float32")))
    for given in (passed(X, **options), passed(tf.constant(X))):
        assert isinstance(given, tuple) == isinstance(expected, tuple)
        pairs = (
            zip(given, expected, strict=True) if isinstance(given, tuple) else [(given, expected)]
        )
        for part, wanted in pairs:
            np.testing.assert_allclose(part, wanted, rtol=1e-5)


def test_the_slope_of_the_piecewise_is_the_sum_of_its_changes_so_far():
    passed = PassedFunction(GivenFunction("piecewise", KNOTS.astype("float32")))
    x = tf.constant([[[m / 2] * 2] * 2 for m in (0.0, 1.0, 3.0)], "float32")  # Σx/2 = m
    with tf.GradientTape() as tape:
        tape.watch(x)
        f = passed(x)
    slopes = tf.norm(tf.reshape(tape.gradient(f, x), (3, 4)), axis=-1)
    np.testing.assert_allclose(slopes, [2.0, 0.5, 3.5], rtol=1e-5)


QUESTION = {
    "given": GivenFunction("linear", MATRIX.astype("float32")),
    "x": X.astype("float32"),
    "factor": 3.0,
}
VALUES = 3 * (FLAT @ MATRIX).sum(-1)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (p.VALUE, VALUES),
        (p.TRACED, VALUES),
        (p.BATCH_UNKNOWN, VALUES),
        (p.GRADIENT + "x", np.broadcast_to(3 * MATRIX.sum(-1).reshape(2, 2), X.shape)),
        (p.GRADIENT + "given", np.repeat(3 * FLAT.sum(0)[:, None], 2, axis=1)),
    ],
)
def test_a_probe_may_pass_a_function(quantity, expected):
    probe = Probe("", QUESTION, quantity, expected=expected)
    assert passes(probe, observe(weighted, probe))


def test_a_gradient_reaches_the_weights_through_a_graph():
    graph = common.traced(weighted)
    expected = np.repeat(3 * FLAT.sum(0)[:, None], 2, axis=1)
    probe = Probe("", QUESTION, p.GRADIENT + "given", expected=expected)
    assert passes(probe, observe(graph, probe))


def test_no_gradient_is_told_of_the_weights():
    probe = Probe("two examples", QUESTION, p.GRADIENT + "given", expected=np.zeros(1))
    seen = observe(lambda given, x, factor: tf.reduce_sum(given(x).numpy() * x), probe)
    assert seen.failure == p.NO_GRADIENT
    assert "reaches the weights of given" in selfcheck.describe("weighted", probe, seen)


def test_a_tensor_and_a_number_are_told_apart_where_the_batch_size_is_unknown():
    probe = Probe("", QUESTION, p.BATCH_UNKNOWN, expected=VALUES)

    def looks(given, x, factor):
        assert x.shape.as_list() == [None, 2, 2]
        assert isinstance(factor, float)
        return weighted(given, x, factor)

    assert passes(probe, observe(looks, probe))


def test_the_check_data_hold_kind_and_weights(tmp_path, monkeypatch):
    probes = (Probe("two", QUESTION), Probe("two", QUESTION, p.GRADIENT + "given"))
    function = GradedFunction(weighted, probes, (), (Misconception("m", "s", "x"),))
    monkeypatch.setattr(registry, "every", lambda: (Assignment("given", (function,)),))
    contents = check_files.contents()
    (path,) = check_files.write(contents, tmp_path)
    assert check_files.stale(contents, tmp_path) == {}
    data = json.loads(path.read_text(encoding="utf-8"))["weighted"]
    assert data["probes"][0]["arguments"]["given"] == {"kind": "linear", "weights": MATRIX.tolist()}
    checks = selfcheck._function_check("weighted", data)
    assert selfcheck.diagnose(weighted, checks) is None
    assert selfcheck.diagnose(lambda given, x, factor: x, checks).sentence == "s"


def test_examples_are_picked_beside_functions_and_numbers():
    common.treats_examples_alike("weighted", QUESTION)(weighted)
    with pytest.raises(AssertionError, match="depends on the other examples"):
        common.treats_examples_alike("weighted", QUESTION)(
            lambda given, x, factor: weighted(given, x - tf.reduce_mean(x, 0), factor)
        )


def test_a_truth_gets_the_weights_in_double_precision():
    def truth(given, x, factor):
        assert given.weights.dtype == x.dtype == np.float64
        return factor * (x.reshape(len(x), -1) @ given.weights).sum(-1)

    common.equals("weighted", truth, {"two": QUESTION})(weighted)


def test_a_probe_that_the_solution_fails_is_an_error():
    one_entry = QUESTION | {"x": X[:, :1, :1].astype("float32")}
    function = GradedFunction(weighted, (Probe("one entry", one_entry),), (), ())
    with pytest.raises(ValueError, match="weighted has no answer for one entry: raised"):
        Assignment("given", (function,)).checks()
