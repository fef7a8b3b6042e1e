"""The changes to garments from which the features are learned."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.data import load
from course_utils.project import features


def test_each_garment_is_changed_as_its_factors_say():
    garments = load("fashion").train.x[:300]
    before = garments.copy()
    changed, factors = features.changed(garments, np.random.default_rng(0))
    np.testing.assert_array_equal(garments, before)
    for image, original, turns, patched in zip(
        changed, garments, factors["turns"], factors["patched"], strict=True
    ):
        upright = np.rot90(image, -turns)
        differing = np.argwhere(np.any(upright != original, axis=-1))
        assert len(differing) <= features.PATCH**2 * patched
        if len(differing):
            assert np.ptp(differing, axis=0).max() < features.PATCH


def test_kinds_of_garments_are_apart_although_no_label_was_used():
    garments = load("fashion")
    network, _, _ = features._loaded()
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    probe.fit(network.features(garments.train.x[:2000]), garments.train.labels[:2000])
    assert probe.score(network.features(garments.test.x), garments.test.labels) > 0.6
