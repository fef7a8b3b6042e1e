"""A distribution for which the optimal diffusion model is known."""

import course_utils.quiet

from types import SimpleNamespace

import numpy as np
import pytest

from course_utils.models.diffusion import dense_denoiser

MEAN, STD = np.float32([1.0, -2.0]), np.float32([0.5, 1.5])


def exact_model(kind, std=STD):
    """A model of N(MEAN, std²), `kind` being Diffusion or FlowMatching, that needs no training.

    An untrained network is 0, and the rest of the model is what a normal distribution asks for.
    """
    model = kind(dense_denoiser(2, width=8, blocks=1), (2,))
    model.mean.assign(MEAN)
    model.spread.assign(std)
    return model


@pytest.fixture
def gaussian():
    """The mean and standard deviation of 2-D data, and `model(kind)`, which knows both."""
    return SimpleNamespace(mean=MEAN, std=STD, model=exact_model)
