"""Sprites follow their factors: positions, areas and directions have closed forms."""

import time

import numpy as np
import pytest

from course_utils.data import load
from course_utils.data.drawing import pixel_centers
from course_utils.data.sprites import (
    ELLIPSE_RADII,
    GRID,
    HEART_SIDE,
    SHAPES,
    SQUARE_HALF,
    TRAVEL,
    Sprites,
)

SQUARE, ELLIPSE, HEART = range(3)
AREAS = (
    (2 * SQUARE_HALF) ** 2,
    np.pi * ELLIPSE_RADII[0] * ELLIPSE_RADII[1],
    HEART_SIDE**2 * (1 + np.pi / 4),
)


def factors(**levels):
    """Level indices, in the middle of the picture and of scale 1 unless told otherwise."""
    middle = {"shape": 0, "scale": 5, "orientation": 0, "position_x": 16, "position_y": 16}
    return {**middle, **levels}


def moments(images):
    """Mass, centroid (x, y) and second central moments (xx, xy, yy) of each picture."""
    size = images.shape[1]
    x, y = pixel_centers(size)
    mass = images[..., 0]
    total = mass.sum((1, 2))
    mean_x, mean_y = (mass * x).sum((1, 2)) / total, (mass * y).sum((1, 2)) / total
    dx, dy = x - mean_x[:, None, None], y - mean_y[:, None, None]
    second = [(mass * d).sum((1, 2)) / total for d in (dx * dx, dx * dy, dy * dy)]
    return total * (2 / size) ** 2, (mean_x, mean_y), second


def test_there_are_as_many_as_in_dsprites_and_in_its_order():
    sprites = Sprites()
    assert len(sprites) == 737_280
    assert tuple(GRID.levels) == ("shape", "scale", "orientation", "position_x", "position_y")
    for name, base in zip(GRID.levels, (245_760, 40_960, 1_024, 32, 1), strict=True):
        zero = dict.fromkeys(GRID.levels, 0)
        assert GRID.indices({**zero, name: 1}) == base


@pytest.mark.parametrize("size", [16, 32, 64])
def test_shape_dtype_and_range(size):
    images = Sprites(size)[[0, 300_000, 737_279]]
    assert images.shape == (3, size, size, 1)
    assert images.dtype == np.float32
    assert images.min() == 0
    assert images.max() == 1


def test_integers_slices_and_arrays_address_the_same_pictures():
    sprites = Sprites(16)
    three = sprites[700_000:700_003]
    np.testing.assert_array_equal(three[1], sprites[700_001])
    grid = sprites[np.array([[700_000], [700_002]])]
    np.testing.assert_array_equal(grid[:, 0], three[::2])
    assert sprites[737_270:].shape == (10, 16, 16, 1)


@pytest.mark.parametrize("shape", range(3), ids=SHAPES)
def test_centroid_follows_the_positions(shape):
    level = np.arange(32)
    expected = TRAVEL * (2 * level / 31 - 1)
    _, (x, y), _ = moments(Sprites(64).draw(factors(shape=shape, position_x=level)))
    np.testing.assert_allclose(x, expected, atol=3e-3)
    assert np.ptp(y) < 1e-3
    _, (x, y), _ = moments(Sprites(64).draw(factors(shape=shape, position_y=level)))
    np.testing.assert_allclose(y, -expected, atol=3e-3)  # downwards, as rows are counted
    assert np.ptp(x) < 1e-3


@pytest.mark.parametrize("shape", range(3), ids=SHAPES)
def test_area_follows_the_scale_squared_and_nothing_else(shape):
    area, _, _ = moments(Sprites(64).draw(factors(shape=shape, scale=np.arange(6))))
    scale = np.array(GRID.levels["scale"])
    np.testing.assert_allclose(area, AREAS[shape] * scale**2, rtol=0.03)
    area, _, _ = moments(Sprites(64).draw(factors(shape=shape, orientation=np.arange(40))))
    np.testing.assert_allclose(area, AREAS[shape], rtol=0.03)


def test_orientation_turns_the_long_axis_of_the_ellipse_counter_clockwise():
    _, _, (xx, xy, yy) = moments(
        Sprites(64).draw(factors(shape=ELLIPSE, orientation=np.arange(40)))
    )
    axis = 0.5 * np.arctan2(2 * xy, xx - yy)
    turned = np.array(GRID.levels["orientation"])
    np.testing.assert_allclose(np.cos(2 * (axis - turned)), 1, atol=2e-3)


def test_orientation_turns_the_tip_of_the_heart():
    images = Sprites(64).draw(factors(shape=HEART, orientation=np.arange(40)))[..., 0]
    x, y = pixel_centers(64)
    middle = TRAVEL * (2 * 16 / 31 - 1)
    x, y = x - middle, y + middle
    # The third moment of a three-sided shape turns with it; upright, the tip points down.
    third = (images * (x + 1j * y) ** 3).sum((1, 2))
    turned = np.exp(3j * np.array(GRID.levels["orientation"]))
    np.testing.assert_allclose(third / np.abs(third) / turned, third[0] / abs(third[0]), atol=0.05)
    assert images[0, 40:].any(1).sum() > images[0, :24].any(1).sum()


@pytest.mark.parametrize("shape", range(3), ids=SHAPES)
def test_upright_shapes_are_mirror_symmetric_and_a_full_turn_changes_nothing(shape):
    center_right = Sprites(64).draw(factors(shape=shape, position_x=np.array([15, 16])))
    np.testing.assert_allclose(center_right[0], center_right[1][:, ::-1], atol=1e-4)
    first, last = Sprites(64).draw(factors(shape=shape, orientation=np.array([0, 39])))
    np.testing.assert_allclose(first, last, atol=1e-4)


@pytest.mark.parametrize("size", [32, 64])
def test_every_shape_stays_inside_the_frame(size):
    images = Sprites(size).draw(
        factors(
            shape=np.arange(3).reshape(3, 1, 1, 1),
            orientation=np.arange(40).reshape(40, 1, 1),
            position_x=np.array([[0], [31]]),
            position_y=np.array([0, 31]),
        )
    )
    border = np.ones((size, size), bool)
    border[1:-1, 1:-1] = False
    assert images[..., border, :].max() == 0


def test_edges_are_smooth_and_only_edges_are():
    image = Sprites(64).draw(factors(shape=ELLIPSE, orientation=5))
    grey = (image > 0) & (image < 1)
    assert 30 < grey.sum() < 200


def test_label_maps_name_the_shape_where_it_is():
    sprites = Sprites(32)
    levels = factors(shape=np.arange(3))
    maps = sprites.label_maps(levels)
    assert maps.dtype == np.uint8
    for shape in range(3):
        assert set(np.unique(maps[shape])) == {0, shape + 1}
    np.testing.assert_array_equal(maps > 0, sprites.draw(levels)[..., 0] > 0.5)


def test_ten_thousand_small_pictures_are_drawn_fast():
    sprites = Sprites(32)
    indices = np.random.default_rng(0).integers(len(sprites), size=10_000)
    start = time.perf_counter()
    sprites[indices]
    seconds = time.perf_counter() - start
    print(f"10,000 sprites of 32×32 in {seconds:.2f} s")
    assert seconds < 10


def test_load_takes_a_size_and_the_factors_that_vary():
    data = load("sprites", size=32, count=None, only={"orientation": [0]})
    assert data.shape == (32, 32, 1)
    assert len(data.train) + len(data.validation) + len(data.test) == 3 * 6 * 32 * 32
    sprites = Sprites(32)
    np.testing.assert_array_equal(data.test.x[:9], sprites[GRID.indices(data.test.factors)[:9]])
    np.testing.assert_array_equal(data.test.labels, data.test.factors["shape"])
    taken = [set(GRID.indices(part.factors)) for part in (data.train, data.validation, data.test)]
    assert not taken[0] & taken[1] and not taken[0] & taken[2] and not taken[1] & taken[2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Sprites(4), "size is 4; expected .* 8 or more"),
        (lambda: Sprites(32.0), "size is 32.0; expected a whole number"),
        (lambda: Sprites(16)[737_280], "expected 0 to 737279"),
        (lambda: load("sprites", only={"colour": [0]}), "only names 'colour'"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
