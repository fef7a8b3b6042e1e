"""How samples are turned into points."""

import re
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.ndimage import gaussian_filter

from course_utils.data import load
from course_utils.pretrained import load_pretrained
from course_utils.project import ANCHORS, copies, features, judging

REAL = load("fashion").train.x[:2000]


def drawn(name, n=2000):
    keras.utils.set_random_seed(0)
    return np.clip(np.asarray(load_pretrained(name).sample(n)), 0, 1)


def test_the_distance_is_the_one_of_the_definition():
    network, mean, covariance = features._loaded()
    h = network.features(REAL).astype("float64")
    root = sqrtm(covariance @ np.cov(h, rowvar=False)).real
    by_definition = np.sum((h.mean(0) - mean) ** 2)
    by_definition += np.trace(covariance + np.cov(h, rowvar=False) - 2 * root)
    assert features.distance(REAL) == pytest.approx(by_definition, abs=1e-3)


def test_worse_images_are_further_away():
    rng = np.random.default_rng(0)
    noise = np.clip(REAL + rng.normal(0, 0.1, REAL.shape), 0, 1).astype("float32")
    blurred = gaussian_filter(REAL, (0, 1, 1, 0))
    slightly = gaussian_filter(REAL, (0, 0.5, 0.5, 0))
    distances = [features.distance(x) for x in (REAL, slightly, blurred)]
    assert distances == sorted(distances)
    assert features.distance(noise) > 10 * distances[0]
    boots = load("fashion").train.x[load("fashion").train.labels == 9]
    assert features.distance(boots) > 10 * distances[0]


def test_the_anchors_are_what_the_measure_gives():
    # 2,000 images instead of 5,000 raise the distance of real ones a little.
    assert ANCHORS["real garments"] <= features.distance(REAL) < ANCHORS["real garments"] + 0.1
    # Of 6 draws of 5,000 samples the mean was 0.42 and the standard deviation 0.035. This draw is
    # the same each time, so that chance cannot take it out of the bounds, three deviations away.
    distance = features.distance(drawn("fashion_gan", 5000))
    assert 0.75 < distance / ANCHORS["the course's GAN, trained for longer"] < 1.35


def test_the_levels_go_from_real_garments_to_far_away():
    distances, shares = zip(*judging.LEVELS, strict=True)
    assert list(distances) == sorted(distances) and list(shares) == sorted(shares, reverse=True)
    assert shares[0] == 1 and ANCHORS["real garments"] < distances[0] < max(ANCHORS.values())
    assert judging.share_for(0.0) == 1 and judging.share_for(1e9) == shares[-1] > 0
    for distance, share in judging.LEVELS:
        assert judging.share_for(distance) == share


def test_copies_get_nothing_and_a_sentence():
    found = judging.judge(REAL)
    assert found.is_copy and found.share == 0 and found.distance is None
    assert "100% of the samples are copies" in found.sentence
    assert found.copied > copies.MOST_COPIES


def test_one_picture_again_and_again_gets_nothing():
    found = judging.judge(np.repeat(REAL[:1], 600, axis=0))
    assert found.share == 0 and found.sentence == "All samples are the same picture."


def test_a_model_is_worth_the_share_of_its_distance():
    found = judging.judge(drawn("fashion_gan"))
    assert found.share == judging.share_for(found.distance) > 0
    assert f"{found.distance:.3g}" in found.sentence and not found.is_copy


def test_the_notebook_publishes_these_levels():
    path = Path(__file__).parents[2] / "assignments" / "project" / "project.ipynb"
    text = "".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    table = re.findall(r"^\| (\d+|any other new images) \| (\d+) \|", text, flags=re.M)
    published = [(float(d) if d.isdigit() else np.inf, float(p)) for d, p in table]
    assert published == [(d, pytest.approx(25 * share)) for d, share in judging.LEVELS]
