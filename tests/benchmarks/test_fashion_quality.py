"""The measure of drawn garments, for images for which the right result is known."""

import course_utils.quiet

import numpy as np
import pytest

import fashion_quality
from course_utils.data import load, mnist
from fashion_quality import AGREEMENT, BATCH, FRECHET, SAMPLES, labelled_scores, scores


@pytest.fixture
def few_test_images(monkeypatch):
    """The bundled test images stand in for the whole set: 2,000 are read faster than 70,000."""
    monkeypatch.setattr(fashion_quality, "test_images", lambda: load("fashion").test.x)


def test_the_test_garments_are_at_no_distance(few_test_images):
    assert scores(load("fashion").test.x)[FRECHET] == pytest.approx(0, abs=1e-6)


def test_agreement_is_the_share_of_garments_that_were_asked_for(few_test_images, monkeypatch):
    """A model that draws real garments, but half of the time another than it was asked for."""
    monkeypatch.setattr(fashion_quality, "SAMPLES", 2 * BATCH)
    train = load("fashion").train
    of_kind = [train.x[train.labels == kind] for kind in range(10)]

    def sample(labels):
        shifted = (labels + (np.arange(len(labels)) % 20 < 10)) % 10
        return np.stack([of_kind[kind][i % 100] for i, kind in enumerate(shifted)])

    # The judge has seen these images, and still takes a few shirts for coats.
    assert 0.45 < labelled_scores(sample)[AGREEMENT] < 0.55


def test_without_the_whole_set_a_warning_says_what_is_compared(monkeypatch):
    def no_network(name):
        if name == "fashion_mnist":
            raise mnist.DownloadError("no network")
        return load(name)

    monkeypatch.setattr(fashion_quality, "load", no_network)
    with pytest.warns(UserWarning, match=r"2,000 test images: no network"):
        images = fashion_quality.test_images.__wrapped__()
    assert len(images) == 2000


def test_draws_are_put_together():
    assert len(fashion_quality.draw(lambda count: np.zeros((count, 1)))) == SAMPLES
