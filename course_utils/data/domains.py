"""Two domains for translation without pairs: portraits, and drawings in pencil and thin wash.

A drawing colours the face evenly. Hair, clothes and background are lines in their colours along
their edges, and a thin wash over the paper inside. So translation needs the surroundings of a pixel
in both directions: to draw, it has to find the edges and to distinguish the face from the rest; to
paint, it has to distinguish pale wash from pale skin, and the lit side from the shaded one. No map
from pixel to pixel can do that.

The true pairing is known here, but not to a model: no face of the training portraits is among the
training drawings. In validation and test, row i of both domains is the same face.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from course_utils.data.dataset import Dataset, Split
from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import (
    GRID,
    SMALLEST,
    cover_of_classes,
    covers,
    draw_faces,
    paint,
    palette,
)
from course_utils.data.factors import check_size

PAPER = (0.98, 0.96, 0.91)
# How far a pencil line reaches from an edge, as a fraction of the picture's width.
REACH = 0.02
PRESSURE = 2.2
# How much colour there is far from any line.
WASH = 0.35
BLANK = [CLASSES.index(name) for name in ("background", "clothes", "hair")]


class Domains(NamedTuple):
    """The two domains; see the module for what is paired and what is not."""

    portraits: Dataset
    drawings: Dataset


def draw_in_pencil(factors: Mapping[str, np.ndarray], size: int = 32) -> np.ndarray:
    """The drawings of faces; `course_utils.data.faces.draw_faces` has their portraits.

    Args:
        factors: level indices of every factor of the faces; the arrays broadcast.
        size: pixels per side, 16 or more.

    Returns:
        RGB images, float32 in [0, 1], shape `(..., size, size, 3)`.

    Raises:
        ValueError: for a factor, level or size that does not exist.
    """
    check_size(size, SMALLEST)
    flat, shape = GRID.flatten(factors)
    colors = palette(flat, shaded=False)
    images = np.empty((len(colors), size, size, 3), "float32")
    for pictures, cover in covers(flat, size):
        line = _lines(cover_of_classes(cover))
        colored = paint(cover, colors[pictures])
        images[pictures] = line * colored + (1 - line) * np.float32(PAPER)
    return images.reshape(*shape, size, size, 3)


def _lines(classes: np.ndarray) -> np.ndarray:
    """How strongly each pixel is coloured, (size, size, 1): the face, and edges between classes."""
    down, right = np.gradient(classes, axis=(0, 1))
    edge = np.sqrt((down**2 + right**2).sum(-1))
    spread = ndimage.gaussian_filter(edge, REACH * len(edge))
    line = np.clip(PRESSURE * spread - 0.1, 0, 1)
    blank = classes[..., BLANK].sum(-1)
    return (1 - (1 - WASH) * blank * (1 - line))[..., None]


def load_domains(count: int = 12_000, size: int = 32, seed: int = 0) -> Domains:
    """Portraits and drawings of different faces for training, of the same faces for evaluation.

    Args:
        count: the number of faces: 40% to train each domain, 10% to validate, 10% to test.
        size: pixels per side, 16 or more.
        seed: the same seed gives the same faces and the same split.

    Returns:
        Two `Dataset`s of RGB images (N, size, size, 3) in [0, 1].

    Raises:
        ValueError: for a size below 16, or a count out of range.
    """
    check_size(size, SMALLEST)
    train, validation, test = GRID.split(count, None, seed)
    half = len(train) // 2

    def domain(name: str, source: str, draw, mine: np.ndarray) -> Dataset:
        def split(indices: np.ndarray) -> Split:
            factors = GRID.factors(indices)
            return Split(draw(factors, size), factors)

        return Dataset(name, source, split(mine), split(validation), split(test), GRID.levels)

    return Domains(
        portraits=domain("portraits", "faces, painted and shaded", draw_faces, train[:half]),
        drawings=domain(
            "drawings", "faces in coloured pencil and a thin wash", draw_in_pencil, train[half:]
        ),
    )
