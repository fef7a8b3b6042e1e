"""Sprites: one white shape on black, drawn from the five factors of dSprites.

Shape, scale, orientation and two positions combine to 3 · 6 · 40 · 32 · 32 = 737,280 pictures.
They are drawn on demand, so that all can be addressed and none has to be stored.

Source of the factors, their levels and their order: L. Matthey, I. Higgins, D. Hassabis and
A. Lerchner, *dSprites: Disentanglement testing Sprites dataset*, 2017. The drawing is the course's
own: edges are antialiased, while dSprites has only 0 and 1. As there, the orientations run from 0
to 2π, so the first and the last of them look the same.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.data import drawing
from course_utils.data.dataset import Dataset, Split
from course_utils.data.factors import FactorGrid, check_size

SHAPES = ("square", "ellipse", "heart")
GRID = FactorGrid(
    {
        "shape": SHAPES,
        "scale": tuple(np.linspace(0.5, 1.0, 6).tolist()),
        "orientation": tuple(np.linspace(0.0, 2 * np.pi, 40).tolist()),
        "position_x": tuple(np.linspace(0.0, 1.0, 32).tolist()),
        "position_y": tuple(np.linspace(0.0, 1.0, 32).tolist()),
    }
)

# The picture spans [-1, 1]. Centres stay within TRAVEL, and no shape of scale 1 reaches further
# than 0.46 from its centre, so that one pixel stays black along the border at 32 pixels per side.
TRAVEL = 0.47
SQUARE_HALF = 0.325
ELLIPSE_RADII = (0.46, 0.25)
HEART_SIDE = 0.49
SMALLEST = 8
PIXELS_AT_ONCE = 2**18


class Sprites:
    """All 737,280 pictures, drawn when indexed: `Sprites(size=64)[indices]`.

    The order is that of dSprites: shape, scale, orientation, position x, position y, with the last
    varying fastest.

    Args:
        size: pixels per side, 8 or more.

    Raises:
        ValueError: for another size.
    """

    grid = GRID

    def __init__(self, size: int = 64):
        check_size(size, SMALLEST)
        self.size = size

    def __len__(self) -> int:
        return len(self.grid)

    def __getitem__(self, indices) -> np.ndarray:
        """Pictures by index.

        Args:
            indices: an integer, a slice, or integers of any shape.

        Returns:
            float32 in [0, 1], shape `indices.shape + (size, size, 1)`.

        Raises:
            ValueError: for indices that are not integers or lie outside the grid.
        """
        if isinstance(indices, slice):
            indices = np.arange(*indices.indices(len(self)))
        return self.draw(self.grid.factors(indices))

    def draw(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Pictures from level indices of every factor; the arrays broadcast.

        Returns:
            float32 in [0, 1], (..., size, size, 1).

        Raises:
            ValueError: for a missing or unknown factor, or a level that does not exist.
        """
        flat, leading = self.grid.flatten(factors)
        images = np.empty((len(flat["shape"]), self.size, self.size), "float32")
        step = max(1, PIXELS_AT_ONCE // self.size**2)
        for level, shape in enumerate(SHAPES):
            members = np.flatnonzero(flat["shape"] == level)
            for start in range(0, len(members), step):
                chunk = members[start : start + step]
                images[chunk] = self._draw(shape, {name: flat[name][chunk] for name in flat})
        return images.reshape(*leading, self.size, self.size, 1)

    def label_maps(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """What each pixel shows: 0 for the background, 1 + level of the shape for the shape.

        Args:
            factors: level indices, one array for each factor.

        Returns:
            uint8 of shape `(..., size, size)`.
        """
        inside = self.draw(factors)[..., 0] > 0.5
        return inside * (1 + np.asarray(factors["shape"], "uint8")[..., None, None])

    def _draw(self, shape: str, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        def value(name: str) -> np.ndarray:
            levels = np.array(self.grid.levels[name], "float32")
            return levels[factors[name]][:, None, None]

        scale, angle = value("scale"), value("orientation")
        x, y = drawing.pixel_centers(self.size)
        x = (x - TRAVEL * (2 * value("position_x") - 1)) / scale
        y = (y + TRAVEL * (2 * value("position_y") - 1)) / scale
        x, y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
        if shape == "square":
            distance = drawing.box(x, y, SQUARE_HALF, SQUARE_HALF)
        elif shape == "ellipse":
            distance = drawing.ellipse(x, y, *ELLIPSE_RADII)
        else:
            distance = _heart(x, y, HEART_SIDE)
        return drawing.coverage(distance * scale, 2 / self.size)


def load_sprites(
    size: int = 64,
    count: int | None = 12_000,
    only: Mapping[str, Sequence[int]] | None = None,
    seed: int = 0,
) -> Dataset:
    """A random part of the sprites, no picture twice, split 80% / 10% / 10%.

    `load("sprites", size=32, count=None, only={"orientation": [0]})` has every shape, scale and
    position, upright.

    Args:
        size: pixels per side, 8 or more.
        count: the number of pictures; `None` for every combination that `only` allows.
        only: {name of a factor: the level indices it may have}. Other factors have all levels.
        seed: the same seed gives the same pictures and the same split.

    Returns:
        A `Dataset` of images (N, size, size, 1) in [0, 1]. What each pixel shows is
        `Sprites(size).label_maps(split.factors)`.

    Raises:
        ValueError: for a size below 8, an unknown factor or level, or a count out of range.
    """
    sprites = Sprites(size)
    train, validation, test = (
        Split(sprites[indices], GRID.factors(indices)) for indices in GRID.split(count, only, seed)
    )
    return Dataset(
        name="sprites",
        source="drawn here from the factors of dSprites (Matthey et al., 2017)",
        train=train,
        validation=validation,
        test=test,
        levels=GRID.levels,
    )


def _heart(x: np.ndarray, y: np.ndarray, side: float) -> np.ndarray:
    """Distance to a heart: a square on its corner, and a half disc on each of its upper sides."""
    half = side / 2
    # The centre of mass of the square and the two half discs, above the centre of the square.
    centroid = side * (np.sqrt(2) * np.pi / 16 + np.sqrt(2) / 12) / (1 + np.pi / 4)
    x, y = np.abs(x), y + centroid
    root = np.float32(np.sqrt(0.5))
    along, across = (x + y) * root, (x - y) * root
    square = np.maximum(np.abs(along), np.abs(across)) - half
    disc = np.hypot(along - half, across) - half
    return np.minimum(square, disc)
