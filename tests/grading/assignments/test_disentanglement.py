"""Reference values of the assignment `disentanglement`. See also test_assignments.py."""

import numpy as np
import pytest
from scipy import stats

from course_utils.grading import SelfCheckFailed, check
from course_utils.grading.assignments import cells
from course_utils.grading.assignments.disentanglement import ASSIGNMENT, grade, properties


@pytest.mark.parametrize(
    ("truth", "gradients", "arguments"),
    [
        (
            properties.true_beta_loss,
            properties.true_beta_loss_gradients,
            properties.images(3, 2) | properties.latent(3, 4) | {"beta": 3.0},
        ),
        (
            properties.true_code_loss,
            properties.true_code_loss_gradients,
            properties.coded(3, 4),
        ),
    ],
)
def test_the_true_gradients_are_differences(truth, gradients, arguments):
    step = 1e-6
    for name, gradient in gradients(**arguments).items():
        for index in np.ndindex(gradient.shape):
            moved = arguments[name].copy()
            moved[index] += step
            slope = (truth(**arguments | {name: moved}) - truth(**arguments)) / step
            assert slope == pytest.approx(gradient[index], rel=1e-4, abs=1e-4)


def test_the_true_information_is_a_divergence_from_independence():
    joint = np.array([[3, 1, 0], [1, 2, 5]]) / 12
    a, b = (np.repeat(index, (12 * joint).astype(int).ravel()) for index in
            np.indices(joint.shape).reshape(2, -1))  # fmt: skip
    expected = stats.entropy(joint.ravel(), np.outer(joint.sum(1), joint.sum(0)).ravel())
    assert properties.true_information(a, b) == pytest.approx(expected)


def test_a_perfect_code_scores_one_and_a_blind_one_nothing():
    gaps = [properties.true_gap(**properties.GAPS[about])
            for about in ("a perfect code", "a code that knows nothing",
                          "every latent dimension twice")]  # fmt: skip
    assert gaps == pytest.approx([1, 0, 0])


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("def beta_vae_loss(x, logits, mu, sigma, beta):\n    return tf.reduce_mean(mu)",
         "beta_vae_loss gives .* it should be"),
        ("def code_loss(code, code_logits):\n    return float(0)",
         "returns a float; it should return one tensor"),
        ("def discrete_mutual_information(a, b):\n    return len(a)",
         "returns int64 .* it should return float32 or float64"),
        ("def mutual_information_gap(mutual_information, entropies):\n"
         "    return mutual_information.max()", "it should be 0.32917"),
    ],
)  # fmt: skip
def test_a_difference_is_told(cell, sentence):
    namespace = ASSIGNMENT.notebook()
    cells.run(cell, namespace)
    theirs = namespace[cell[4 : cell.index("(")]]
    for judge in (check, grade):
        with pytest.raises(SelfCheckFailed, match=sentence):
            judge(theirs)


def test_one_latent_dimension_costs_nothing(capsys):
    namespace = ASSIGNMENT.notebook()
    cells.run("def mutual_information_gap(mutual_information, entropies):\n"
              "    ordered = np.sort(mutual_information, axis=0)\n"
              "    return np.mean((ordered[-1] - ordered[-2]) / entropies)", namespace)  # fmt: skip
    check(namespace["mutual_information_gap"])
    assert "A remark that costs nothing" in capsys.readouterr().out
    grade(namespace["mutual_information_gap"])
