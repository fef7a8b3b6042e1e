"""Toy distributions against their known properties."""

import numpy as np
import pytest

from course_utils.data import load
from course_utils.data.toy import (
    GAUSSIAN_GRID,
    GAUSSIAN_RING,
    RING_NOISE,
    RING_RADII,
    SPIRAL_NOISE,
    SPIRAL_TURNS,
    TOYS,
    load_toy,
)


@pytest.mark.parametrize("name", TOYS)
def test_every_toy_is_points_of_the_plane_with_a_mode_each(name):
    data = load(name, count=2_000, seed=1)
    assert data.train.x.shape == (2_000, 2)
    assert data.train.x.dtype == np.float32
    assert [len(part) for part in (data.train, data.validation, data.test)] == [2_000, 200, 2_000]
    modes = len(data.levels["mode"])
    # Each mode's share is binomial: 6 standard deviations never fail by chance.
    counts = np.bincount(data.train.labels, minlength=modes)
    share = 1 / modes
    assert np.abs(counts - 2_000 * share).max() < 6 * np.sqrt(2_000 * share * (1 - share))


@pytest.mark.parametrize("name", TOYS)
def test_seeds_repeat_and_splits_differ(name):
    first, again, other = load(name, seed=5), load(name, seed=5), load(name, seed=6)
    np.testing.assert_array_equal(first.train.x, again.train.x)
    assert not np.array_equal(first.train.x, other.train.x)
    assert not np.isin(first.train.x[:, 0], first.test.x[:, 0]).all()


def test_centers_and_deviations_are_the_published_ones():
    angle = np.pi / 4 * np.arange(8)
    np.testing.assert_allclose(
        GAUSSIAN_RING.centers, np.stack([np.cos(angle), np.sin(angle)], 1), atol=1e-6
    )
    assert GAUSSIAN_RING.std == 0.01
    published = {(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)}
    assert set(map(tuple, GAUSSIAN_GRID.centers.tolist())) == published
    assert GAUSSIAN_GRID.std == 0.05


@pytest.mark.parametrize(
    ("name", "modes"), [("gaussian_ring", GAUSSIAN_RING), ("gaussian_grid", GAUSSIAN_GRID)]
)
def test_points_lie_around_their_own_center(name, modes):
    data = load(name, count=20_000)
    np.testing.assert_allclose(data.levels["mode"], modes.centers)
    offset = data.train.x - modes.centers[data.train.labels]
    assert np.abs(offset.mean(0)).max() < 5 * modes.std / np.sqrt(20_000)
    np.testing.assert_allclose(offset.std(0), modes.std, rtol=0.03)
    # A round Gaussian in the plane has 1 - exp(-9/2) of its mass within 3 standard deviations.
    within = (np.linalg.norm(offset, axis=1) < 3 * modes.std).mean()
    assert within == pytest.approx(1 - np.exp(-4.5), abs=0.004)


def test_rings_have_their_radii():
    data = load("rings")
    residual = np.linalg.norm(data.train.x, axis=1) - np.array(RING_RADII)[data.train.labels]
    assert residual.std() == pytest.approx(RING_NOISE, rel=0.1)


def test_moons_are_half_circles_that_interlock():
    data = load("moons")
    x, moon = data.train.x + np.array([0.5, 0.25]), data.train.labels
    center = np.stack([moon, 0.5 * moon], 1)
    assert np.abs(np.linalg.norm(x - center, axis=1) - 1).max() < 0.3
    upper, lower = x[moon == 0], x[moon == 1]
    assert upper[:, 1].min() > -0.3 and lower[:, 1].max() < 0.8


def test_spirals_are_archimedean():
    data = load("spirals")
    radius = np.linalg.norm(data.train.x, axis=1)
    angle = np.arctan2(data.train.x[:, 1], data.train.x[:, 0])
    turn = 2 * np.pi * (SPIRAL_TURNS * radius / 2 + data.train.labels / 2)
    off = np.angle(np.exp(1j * (angle - turn)))
    far = radius > 1
    # Noise moves a point along the circle and, through the radius, the angle it should have.
    assert np.abs(off[far]).mean() < 2 * np.pi * SPIRAL_TURNS * SPIRAL_NOISE


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load_toy("swirl"), "name is 'swirl'; expected one of moons"),
        (lambda: load("moons", count=0), "count is 0; expected .* 1 or more"),
        (lambda: load("moons", count=2.5), "count is 2.5; expected a whole number"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
