"""Reference values of the assignment `cyclegan`. See also test_assignments.py."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, mean_squared_error

from course_utils.grading.assignments.cyclegan import probes, properties


def test_the_true_losses_are_those_of_scikit_learn():
    x, cycled = properties.images("x", "y", (3, 4, 2, 1)).values()
    expected = mean_absolute_error(x.ravel(), cycled.ravel())
    assert properties.true_cycle_loss(x, cycled) == pytest.approx(expected)
    assert properties.true_identity_loss(x, cycled) == pytest.approx(expected)
    real, fake = properties.scores((4, 2)).ravel(), properties.scores((3, 2)).ravel()
    on_fake = mean_squared_error(np.zeros(6), fake)
    expected = (mean_squared_error(np.ones(8), real) + on_fake) / 2
    assert properties.true_discriminator_loss(real, fake) == pytest.approx(expected)
    expected = mean_squared_error(np.ones(6), fake)
    assert properties.true_generator_loss(fake) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("truth", "gradients", "arguments"),
    [
        (
            properties.true_cycle_loss,
            properties.true_cycle_gradients,
            properties.images("x", "x_cycled", (2, 2, 1, 1)),
        ),
        (
            properties.true_identity_loss,
            properties.true_identity_gradients,
            properties.images("y", "y_mapped", (2, 2, 1, 1)),
        ),
        (
            properties.true_discriminator_loss,
            properties.true_discriminator_gradients,
            {"real": properties.scores((3, 2)), "fake": properties.scores((4, 1))},
        ),
        (
            properties.true_generator_loss,
            properties.true_generator_gradients,
            {"fake": properties.scores((3, 2))},
        ),
        (
            properties.true_objective,
            properties.true_objective_gradients,
            properties.whole((2, 2, 1, 1), properties.weights(3.0, 0.5)),
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


def test_no_pixel_of_the_self_check_lies_where_an_absolute_value_has_no_slope():
    for first, second in (("x", "x_cycled"), ("y", "y_mapped")):
        assert np.abs(probes.ALL[first] - probes.ALL[second]).min() > 0.05
