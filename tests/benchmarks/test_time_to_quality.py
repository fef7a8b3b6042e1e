"""The three ways of training a VAE train the same model."""

import course_utils.quiet

import numpy as np
import pytest

from course_utils.data import load
from time_to_quality import bound, contestants


@pytest.fixture(scope="module")
def models():
    return contestants()


def test_the_textbooks_model_has_the_same_weights_and_the_same_loss(models):
    (ours, _), _, (textbook, _) = models.values()
    weights = [*ours.encoder.get_weights(), *ours.decoder.get_weights()]
    for model in (textbook.encoder, textbook.decoder):
        for variable in model.trainable_weights:
            variable.assign(weights.pop(0))
    assert not weights
    x = load("fashion").validation.x[:100]
    # Both bounds are means of 4 · 100 draws of z, which hardly differ before any training.
    assert bound(textbook, x) == pytest.approx(bound(ours, x), abs=1.0)
    assert float(textbook.train_step(x)["loss"]) == pytest.approx(-bound(ours, x), abs=2.0)


def test_every_contestant_trains(models):
    x = load("fashion").train.x[:200]
    for model, fit in models.values():
        before = np.mean([np.abs(w).sum() for w in model.get_weights()])
        fit(x, batch_size=100, epochs=1, verbose=0)
        assert np.mean([np.abs(w).sum() for w in model.get_weights()]) != before
