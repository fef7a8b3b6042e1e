"""Shapes as signed distances, and pictures made from them.

A shape is a function on the plane: negative inside, zero on the edge, positive outside, and near
the edge equal to the distance from it. Then union is a minimum, intersection a maximum, and the
fraction of a pixel that a shape covers can be computed from the distance at the pixel's centre, so
that edges are smooth without drawing at a higher resolution.
"""

import numpy as np


def pixel_centers(size: int) -> tuple[np.ndarray, np.ndarray]:
    """The centres of the pixels of a square picture that spans [-1, 1] in both directions.

    Args:
        size: pixels per side.

    Returns:
        x, (1, size), increasing to the right, and y, (size, 1), increasing upwards; both float32.
    """
    middle = ((np.arange(size) + 0.5) / size * 2 - 1).astype("float32")
    return middle[None, :], -middle[:, None]


def coverage(distance: np.ndarray, pixel: float) -> np.ndarray:
    """The fraction of each pixel inside a shape, as if a straight edge ran parallel to a side.

    Args:
        distance: signed distance of the pixel centres from the edge, negative inside.
        pixel: the width of a pixel, in the same unit.

    Returns:
        Values in [0, 1], of the same shape.
    """
    return np.clip(0.5 - distance / pixel, 0.0, 1.0)


def ellipse(x: np.ndarray, y: np.ndarray, radius_x: float, radius_y: float) -> np.ndarray:
    """Signed distance to an ellipse around the origin, exact to first order at its edge.

    With f = |(x / a, y / b)|, the ellipse is f = 1 and the distance is about f (f − 1) / |∇(f²/2)|.
    """
    u, v = x / radius_x, y / radius_y
    f = np.sqrt(u * u + v * v)
    u, v = u / radius_x, v / radius_y
    return f * (f - 1) / np.maximum(np.sqrt(u * u + v * v), 1e-6)


def box(x: np.ndarray, y: np.ndarray, half_x: float, half_y: float, corner: float = 0.0):
    """Signed distance to a rectangle around the origin, with corners rounded by a radius."""
    u, v = np.abs(x) - (half_x - corner), np.abs(y) - (half_y - corner)
    outside = np.hypot(np.maximum(u, 0), np.maximum(v, 0))
    return outside + np.minimum(np.maximum(u, v), 0) - corner


def segment(x: np.ndarray, y: np.ndarray, start, end, radius) -> np.ndarray:
    """Signed distance to a line from `start` to `end`, drawn with a round pen of that radius."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = np.maximum(along_x * along_x + along_y * along_y, 1e-12)
    t = np.clip(((x - start[0]) * along_x + (y - start[1]) * along_y) / length, 0, 1)
    return np.hypot(x - start[0] - t * along_x, y - start[1] - t * along_y) - radius
