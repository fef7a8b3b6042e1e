"""Reference values of the assignment `vae`; correct noise passes. See test_assignments.py."""

from course_utils.quiet import tf

import numpy as np
import pytest

from course_utils.grading.assignments.vae import properties, solutions


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
