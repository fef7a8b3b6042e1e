"""Faces follow their factors: each factor changes its part of the picture and nothing else."""

import time

import numpy as np
import pytest
from scipy import ndimage

from course_utils.data import faces, load
from course_utils.data.characters import BACKGROUND, EXPRESSIONS, IDENTITIES
from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import GRID, TURNS, cover_of_classes, covers, draw_faces, label_maps

FRONTAL = TURNS.index(0)
NAMES = [identity.name for identity in IDENTITIES]
# Every character with every expression, in every pose: (identity, expression, turn, 32, 32).
EVERY_GEOMETRY = {
    "identity": np.arange(10).reshape(10, 1, 1),
    "expression": np.arange(6).reshape(6, 1),
    "turn": np.arange(9),
}


def factors(**levels):
    """Level indices: the first character, neutral, frontal, unless told otherwise."""
    return {**dict.fromkeys(GRID.levels, 0), "turn": FRONTAL, **levels}


def mask(maps, *classes):
    return np.isin(maps, [CLASSES.index(name) for name in classes])


def near(region, pixels):
    return ndimage.binary_dilation(region, iterations=pixels)


@pytest.fixture(scope="module")
def every_map():
    return label_maps(factors(**EVERY_GEOMETRY))


@pytest.mark.parametrize("size", [16, 32, 64])
def test_shape_dtype_and_range(size):
    images = draw_faces(factors(identity=np.arange(10).reshape(5, 2)), size)
    assert images.shape == (5, 2, size, size, 3)
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1
    assert draw_faces(factors(), size).shape == (size, size, 3)


def test_a_face_depends_on_its_factors_alone():
    indices = np.random.default_rng(0).integers(len(GRID), size=300)
    levels = GRID.factors(indices)
    images = draw_faces(levels)
    np.testing.assert_array_equal(images, draw_faces(levels))
    for k in (0, 123, 299):
        alone = draw_faces({name: values[k] for name, values in levels.items()})
        np.testing.assert_allclose(images[k], alone, atol=1e-6)


def test_the_materials_of_every_pixel_add_up_to_one():
    levels = {name: np.ravel(level) for name, level in factors(identity=np.arange(10)).items()}
    levels = GRID.flatten(levels)[0]
    for _, cover in covers(levels, 32):
        assert cover.min() >= 0
        np.testing.assert_allclose(cover.sum(-1), 1, atol=1e-5)


@pytest.mark.parametrize("identity", range(10), ids=NAMES)
def test_expression_changes_only_what_is_around_eyes_brows_and_mouth(identity):
    levels = factors(identity=identity, expression=np.arange(6))
    images, maps = draw_faces(levels), label_maps(levels)
    allowed = near(mask(maps, "eyes", "brows", "mouth").any(0), 3)
    assert allowed.mean() < 0.35
    changed = np.abs(images - images[0]).max(-1) > 1e-3
    assert not changed[:, ~allowed].any()
    assert (changed[1:].sum((1, 2)) > 15).all()


@pytest.mark.parametrize(
    ("factor", "classes"),
    [
        ("skin", ("skin", "mouth")),
        ("hair", ("hair", "brows")),
        ("clothes", ("clothes",)),
        ("background", ("background",)),
    ],
)
def test_a_colour_changes_its_own_part_and_no_other(factor, classes):
    own = [CLASSES.index(name) for name in classes]
    for identity in range(10):
        levels = factors(identity=identity)
        ((_, cover),) = covers(GRID.flatten({**levels, "identity": np.array([identity])})[0], 32)
        shown = cover_of_classes(cover)
        changed = np.abs(draw_faces(levels) - draw_faces({**levels, factor: 5})).max(-1) > 1e-3
        assert changed[shown[..., own[0]] > 0.5].all()
        assert not changed[shown[..., own].sum(-1) == 0].any()


def test_every_identity_has_an_outline_of_its_own(every_map):
    frontal = every_map[:, 0, FRONTAL]
    for first in range(10):
        for second in range(first):
            assert (frontal[first] != frontal[second]).mean() > 0.06, (first, second)


@pytest.mark.parametrize("identity", range(10), ids=NAMES)
def test_turning_moves_the_eyes_from_left_to_right(every_map, identity):
    eyes = mask(every_map[identity, 0], "eyes")
    column = (eyes * np.arange(32)).sum((1, 2)) / eyes.sum((1, 2))
    assert (np.diff(column) > 0).all()
    assert column[-1] - column[0] > 3.5
    assert column[FRONTAL] == pytest.approx(15.5, abs=0.6)


def test_expressions_open_the_mouth_lift_the_brows_and_shut_an_eye(every_map):
    expression = {name: level for level, name in enumerate(EXPRESSIONS)}
    area = mask(every_map[:, :, FRONTAL], "mouth").sum((0, 2, 3))
    assert area[expression["smile"]] > 2 * area[expression["neutral"]]
    assert area[expression["surprised"]] > 1.5 * area[expression["neutral"]]
    # Brows under a fringe or a hat are hidden, so those of Bruno stand for all.
    brows = mask(every_map[1, :, FRONTAL], "brows")
    row = (brows * np.arange(32)[:, None]).sum((1, 2)) / brows.sum((1, 2))
    assert row[expression["surprised"]] < row[expression["neutral"]] - 1
    eyes = mask(every_map[:, expression["wink"], FRONTAL], "eyes")
    assert eyes[..., :16].sum() > 2 * eyes[..., 16:].sum()


def test_label_maps_show_every_part_of_every_face(every_map):
    assert every_map.dtype == np.uint8
    for name, least in (("background", 250), ("clothes", 60), ("skin", 90), ("mouth", 5)):
        assert mask(every_map, name).sum((-2, -1)).min() >= least, name
    assert mask(every_map, "eyes").sum((-2, -1)).min() >= 10
    assert mask(every_map, "brows").sum((-2, -1)).mean() > 5
    assert set(np.unique(every_map)) == set(range(len(CLASSES)))


def test_label_maps_and_pictures_agree():
    levels = factors(identity=np.arange(10), background=3)
    background = near(~mask(label_maps(levels), "background"), 1)
    pixels = draw_faces(levels)[~background]
    peach = np.array(BACKGROUND["peach"])
    assert np.abs(pixels - peach).max() < 0.2


def test_ten_thousand_small_faces_are_drawn_fast():
    levels = GRID.factors(np.random.default_rng(0).integers(len(GRID), size=10_000))
    start = time.perf_counter()
    draw_faces(levels)
    seconds = time.perf_counter() - start
    print(f"10,000 faces of 32×32 in {seconds:.2f} s")
    assert seconds < 10


def test_load_takes_a_size_and_the_levels_to_draw():
    data = load("faces", size=64, count=50, only={"identity": [0, 4]})
    assert data.shape == (64, 64, 3)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [40, 5, 5]
    assert set(data.train.labels) == {0, 4}
    np.testing.assert_array_equal(data.test.x, draw_faces(data.test.factors, 64))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_faces(factors(), 8), "size is 8; expected .* 16 or more"),
        (lambda: draw_faces({"identity": 0}), "factors are identity; expected identity, expr"),
        (lambda: draw_faces(factors(turn=9)), r"factors\['turn'\].*expected 0 to 8"),
        (lambda: label_maps(factors(), 8), "size is 8"),
        (lambda: load("faces", count=5), "count is 5; expected a whole number from 10"),
        (lambda: load("faces", size=0), "size is 0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_no_factors_give_no_pictures():
    empty = {name: np.array([], int) for name in faces.GRID.levels}
    assert draw_faces(empty).shape == (0, 32, 32, 3)
