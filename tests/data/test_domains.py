"""The two domains: only validation and test hold pairs, and no map of single pixels translates."""

import numpy as np
import pytest

from course_utils.data import load_domains
from course_utils.data.domains import draw_in_pencil
from course_utils.data.faces import GRID, draw_faces, label_maps


@pytest.fixture(scope="module")
def domains():
    return load_domains(count=2_000)


def indices(split):
    return GRID.indices(split.factors)


def best_map_from_pixel_to_pixel(source, target, levels=24):
    """The mean absolute error of the best function of a pixel's colour, fitted to these very data.

    Colours are cut into boxes; each box predicts the median of what it becomes.
    """
    box = (source.reshape(-1, 3) * (levels - 1e-3)).astype(int) @ [1, levels, levels**2]
    target = target.reshape(-1, 3)
    order = np.argsort(box, kind="stable")
    parts = np.split(target[order], np.flatnonzero(np.diff(box[order])) + 1)
    return sum(np.abs(part - np.median(part, 0)).sum() for part in parts) / target.size


def test_no_training_face_is_in_both_domains_or_in_another_split(domains):
    portraits, drawings = domains
    parts = [portraits.train, drawings.train, portraits.validation, portraits.test]
    every = np.concatenate([indices(part) for part in parts])
    assert len(set(every.tolist())) == len(every) == 2_000
    assert [len(part) for part in parts] == [800, 800, 200, 200]


@pytest.mark.parametrize("part", ["validation", "test"])
def test_rows_of_validation_and_test_are_true_pairs(domains, part):
    portrait, drawing = (getattr(domain, part) for domain in domains)
    np.testing.assert_array_equal(indices(portrait), indices(drawing))
    np.testing.assert_array_equal(portrait.x, draw_faces(portrait.factors))
    np.testing.assert_array_equal(drawing.x, draw_in_pencil(portrait.factors))


def test_both_domains_are_colour_pictures(domains):
    for domain in domains:
        assert domain.shape == (32, 32, 3)
        assert domain.train.x.dtype == np.float32
        assert 0 <= domain.train.x.min() < domain.train.x.max() <= 1


def test_neither_copying_nor_any_map_from_pixel_to_pixel_translates(domains):
    portrait, drawing = domains.portraits.test.x, domains.drawings.test.x
    assert np.abs(portrait - drawing).mean() > 0.12
    assert best_map_from_pixel_to_pixel(portrait, drawing) > 0.04
    assert best_map_from_pixel_to_pixel(drawing, portrait) > 0.03


def test_a_drawing_tells_every_colour_of_its_portrait():
    """Each colour factor shows in the drawing, so that there is one right way back."""
    middle = dict.fromkeys(GRID.levels, 4)
    for factor in ("skin", "hair", "clothes", "background"):
        levels = {**middle, factor: np.arange(len(GRID.levels[factor]))}
        drawings = draw_in_pencil(levels)
        for first in range(len(drawings)):
            for second in range(first):
                strongest = np.abs(drawings[first] - drawings[second]).max()
                assert strongest > 0.03, (factor, first, second)


def test_far_from_any_line_there_is_a_thin_wash_on_paper():
    levels = dict.fromkeys(GRID.levels, 4)
    drawing, classes = draw_in_pencil(levels), label_maps(levels)
    assert (classes[0] == 0).all()
    lilac, paper = np.array([0.78, 0.72, 0.92]) * 0.93, np.array([0.98, 0.96, 0.91])
    np.testing.assert_allclose(
        drawing[0, :4], np.tile(0.35 * lilac + 0.65 * paper, (4, 1)), atol=1e-5
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load_domains(count=3), "count is 3"),
        (lambda: load_domains(size=8), "size is 8; expected .* 16 or more"),
        (lambda: draw_in_pencil({}), "factors are none; expected identity"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
