"""Signed distances for points at known distances, and coverage against areas."""

import numpy as np
import pytest

from course_utils.data import drawing


def cover_area(distance_at, size=200):
    x, y = drawing.pixel_centers(size)
    cover = drawing.coverage(np.broadcast_to(distance_at(x, y), (size, size)), 2 / size)
    return cover.sum() * (2 / size) ** 2


def test_pixel_centers_grow_right_and_up():
    x, y = drawing.pixel_centers(4)
    np.testing.assert_allclose(x, [[-0.75, -0.25, 0.25, 0.75]])
    np.testing.assert_allclose(y[:, 0], [0.75, 0.25, -0.25, -0.75])


def test_box_distance_is_exact_on_sides_corners_and_inside():
    x, y = np.array([1.0, 0.6, 0.0]), np.array([0.0, 0.7, 0.0])
    np.testing.assert_allclose(drawing.box(x, y, 0.3, 0.3), [0.7, 0.5, -0.3])


def test_segment_distance_is_exact_beside_and_beyond_its_ends():
    x, y = np.array([0.0, 2.0]), np.array([0.5, 0.0])
    np.testing.assert_allclose(drawing.segment(x, y, (-1, 0), (1, 0), 0.1), [0.4, 0.9])


@pytest.mark.parametrize("radii", [(0.5, 0.5), (0.7, 0.2)])
def test_ellipse_distance_is_exact_to_first_order_at_its_edge(radii):
    angle = np.linspace(0, 2 * np.pi, 50)
    edge = np.stack([radii[0] * np.cos(angle), radii[1] * np.sin(angle)])
    normal = np.stack([np.cos(angle) / radii[0], np.sin(angle) / radii[1]])
    out = edge + 1e-3 * normal / np.linalg.norm(normal, axis=0)
    np.testing.assert_allclose(drawing.ellipse(*out, *radii), 1e-3, rtol=0.05)


@pytest.mark.parametrize(
    ("distance", "area"),
    [
        (lambda x, y: drawing.ellipse(x, y, 0.6, 0.3), np.pi * 0.18),
        (lambda x, y: drawing.box(x, y, 0.4, 0.25), 0.4),
        (lambda x, y: drawing.box(x, y, 0.4, 0.25, 0.1), 0.4 - 0.04 + np.pi * 0.01),
        (lambda x, y: drawing.segment(x, y, (-0.5, 0), (0.5, 0), 0.1), 0.2 + np.pi * 0.01),
    ],
)
def test_cover_adds_up_to_the_area(distance, area):
    assert cover_area(distance) == pytest.approx(area, rel=2e-3)
