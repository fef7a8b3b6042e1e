"""Reference values of the assignment `flow`. See also test_assignments.py."""

from course_utils.quiet import tf

import numpy as np
import pytest
from scipy import integrate

from course_utils.grading import SelfCheckFailed, check
from course_utils.grading.assignments import cells
from course_utils.grading.assignments.flow import ASSIGNMENT, grade, properties
from course_utils.grading.given import GivenFunction, PassedFunction


def test_the_true_inverse_undoes_the_true_coupling():
    x, scale_shift = properties.coupled(5, 6).values()
    y, _ = properties.true_forward(x, scale_shift)
    np.testing.assert_allclose(properties.true_inverse(y, scale_shift), x)


def test_the_true_log_det_is_that_of_differences():
    x, scale_shift = properties.coupled(1, 4).values()
    step = 1e-6
    y, log_det = properties.true_forward(x, scale_shift)
    rows = [
        (properties.true_forward(x + step * unit, scale_shift)[0] - y)[0] / step
        for unit in np.eye(4)
    ]
    assert log_det == pytest.approx(np.linalg.slogdet(np.array(rows))[1], abs=1e-4)


@pytest.mark.parametrize("size", [(3, 4), (2, 2)])
def test_the_true_gradients_are_differences(size):
    step = 1e-6
    for name, truth, gradients, parts in (
        ("x", properties.true_forward, properties.true_forward_gradients, ("y", "log_det")),
        ("y", properties.true_inverse, properties.true_inverse_gradients, ()),
    ):
        arguments = properties.coupled(*size, name=name)
        for of, gradient in gradients(**arguments).items():
            part, argument = of if parts else ("", of)
            for index in np.ndindex(gradient.shape):
                sums = []
                for sign in (1, -1):
                    moved = dict(arguments)
                    if argument == "scale_shift":
                        weights = moved[argument].weights.copy()
                        weights[index] += sign * step
                        moved[argument] = GivenFunction("scale_shift", weights)
                    else:
                        moved[argument] = moved[argument].copy()
                        moved[argument][index] += sign * step
                    result = truth(**moved)
                    sums.append(np.sum(result[parts.index(part)] if parts else result))
                slope = (sums[0] - sums[1]) / (2 * step)
                assert slope == pytest.approx(gradient[index], rel=1e-5, abs=1e-6)


def test_the_true_density_integrates_to_one():
    flow = GivenFunction("cubic_flow", np.array([[0.5, 1.0], [0.4, 0.1]]))

    def density(a, b):
        return np.exp(properties.true_log_prob(np.array([[a, b]]), flow))[0]

    total, _ = integrate.dblquad(density, -6, 6, -6, 6, epsabs=1e-4)
    assert total == pytest.approx(1, abs=1e-3)


def test_the_flow_that_is_passed_says_its_own_log_det():
    given = GivenFunction("cubic_flow", np.array([[0.5, 1.0], [0.4, 0.1]], "float32"))
    x = tf.constant([[0.3, -1.2], [2.0, 0.1]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        z, log_det = PassedFunction(given)(x)
    matrices = tape.batch_jacobian(z, x)
    np.testing.assert_allclose(log_det, np.linalg.slogdet(matrices)[1], rtol=1e-5)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("def coupling_forward(x, scale_shift):\n    return [x, x[:, 0]]",
         r"returns a list; it should return the tuple \(y, log_det\)"),
        ("def coupling_forward(x, scale_shift):\n    s, t = scale_shift(x)\n    return x, s",
         "raises an error for a batch of 3 with 4 entries"),
        ("def coupling_inverse(y, scale_shift):\n    return y + 7", "it should be"),
        ("def log_prob(x, flow):\n    z, log_det = flow(x)\n    return log_det - 3",
         "log_prob gives .* it should be"),
        ("def bits_per_dimension(nll_nats, dimensions):\n    return nll_nats / 100",
         "bits_per_dimension gives 0.4436 times what it should be"),
    ],
)  # fmt: skip
def test_a_difference_is_told(cell, sentence):
    namespace = ASSIGNMENT.notebook()
    cells.run(cell, namespace)
    theirs = namespace[cell[4 : cell.index("(")]]
    for judge in (check, grade):
        with pytest.raises(SelfCheckFailed, match=sentence):
            judge(theirs)
