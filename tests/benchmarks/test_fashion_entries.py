"""Rows for garments whose models are built only for the table: what a row says after few steps."""

import course_utils.quiet

import dataclasses

import numpy as np
import pytest

import fashion_quality
from course_utils.data import load
from course_utils.data.dataset import Split
from course_utils.pretrained import fashion_diffusion, fashion_gan
from entries.fashion import ENTRIES, sample_scores
from fashion_quality import AGREEMENT, BATCH, FRECHET


@pytest.fixture
def few_garments(monkeypatch):
    """One batch to learn from, and few to be compared with."""
    fashion = load("fashion")
    few = {name: values[:64] for name, values in fashion.train.factors.items()}
    small = dataclasses.replace(fashion, train=Split(fashion.train.x[:64], few))
    for recipe in (fashion_gan, fashion_diffusion):
        monkeypatch.setattr(recipe, "load", lambda name: small)
    monkeypatch.setattr(fashion_quality, "test_images", lambda: fashion.test.x[:BATCH])
    monkeypatch.setattr(fashion_quality, "SAMPLES", BATCH)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("fashion-wgan", {FRECHET}),
        ("fashion-flow-matching", {FRECHET}),
        ("fashion-biggan", {FRECHET, AGREEMENT}),
    ],
)
def test_a_row_measures_what_its_training_made(name, metrics, few_garments):
    (entry,) = (entry for entry in ENTRIES if entry.name == name)
    measurement = entry.measure(0)
    assert set(measurement.metrics) == metrics
    assert np.isfinite(list(measurement.metrics.values())).all()
    assert measurement.metrics[FRECHET] > 10  # after five steps no model draws garments


def test_the_options_of_a_row_reach_its_sampler(few_garments):
    asked = []

    class Recorder:
        def sample(self, count, **options):
            asked.append((count, options))
            return load("fashion").validation.x[:count]

    sample_scores(Recorder(), False, {"steps": 3})
    assert asked == [(BATCH, {"steps": 3})]
