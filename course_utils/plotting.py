"""Pictures of images: a grid as an array, and the same grid drawn with labels."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike

from course_utils.alt_text import describe_figures_in_notebooks

describe_figures_in_notebooks()

# For rounding errors in a decoder's output; logits and grey levels up to 255 are still refused.
TOLERANCE = 1e-3


def image_grid(images: ArrayLike, columns: int | None = None, padding: int = 1) -> np.ndarray:
    """Tile images row by row into one image.

    Args:
        images: (N, H, W, C) floats in [0, 1], N ≥ 1, with C = 1 for grey or 3 for colour.
        columns: images in a row; ⌈√N⌉ if None.
        padding: white pixels between two images.

    Returns:
        The grid, (rows·(H + padding) − padding, columns·(W + padding) − padding, C), float32 in
        [0, 1]. Places left over in the last row are white.

    Raises:
        ValueError: for another shape, for values outside [0, 1] or NaN, for columns < 1 or
            padding < 0.
    """
    images = _checked(images)
    count, height, width, channels = images.shape
    columns = _columns(count, columns)
    if padding < 0:
        raise ValueError(f"padding is a number of pixels, 0 or more; got {padding}")
    rows = math.ceil(count / columns)
    cells = np.ones((rows * columns, height + padding, width + padding, channels), "float32")
    cells[:count, :height, :width] = images
    grid = cells.reshape(rows, columns, height + padding, width + padding, channels)
    grid = grid.swapaxes(1, 2)  # (rows, height, columns, width, channels)
    grid = grid.reshape(rows * (height + padding), columns * (width + padding), channels)
    return grid[: rows * (height + padding) - padding, : columns * (width + padding) - padding]


def show_images(
    images: ArrayLike,
    columns: int | None = None,
    titles: Sequence[object] | None = None,
    title: str | None = None,
    size: float = 0.9,
) -> None:
    """Draw images in a grid on a new Matplotlib figure.

    Pixels are drawn as sharp squares, and grey always runs from 0 (black) to 1 (white), so that two
    figures can be compared.

    Args:
        images: (N, H, W, C) floats in [0, 1], with C = 1 for grey or 3 for colour.
        columns: images in a row; ⌈√N⌉ if None.
        titles: N labels, one above each image.
        title: one line above all images.
        size: the width of one image in inches.

    Raises:
        ValueError: as for `image_grid`, or if there are not as many titles as images.
    """
    images = _checked(images)
    count, height, width, _ = images.shape
    columns = _columns(count, columns)
    if titles is not None and len(titles) != count:
        raise ValueError(f"give one title per image: got {len(titles)} for {count} images")
    rows = math.ceil(count / columns)
    row_height = size * height / width + (0 if titles is None else 0.25)
    figsize = (size * columns, rows * row_height + (0 if title is None else 0.35))
    if titles is None:
        figure, axes = plt.subplots(figsize=figsize, layout="constrained")
        # One picture of the whole grid is drawn far faster than one pair of axes for each image.
        _draw(axes, image_grid(images, columns))
    else:
        figure, axes = plt.subplots(
            rows, columns, figsize=figsize, layout="constrained", squeeze=False
        )
        for place in axes.flat:
            place.set_axis_off()
        for place, image, label in zip(axes.flat, images, titles, strict=False):
            _draw(place, image)
            place.set_title(str(label), fontsize=9, pad=3)
    if title is not None:
        figure.suptitle(title, fontsize=11)


def _draw(axes: plt.Axes, image: np.ndarray) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def _columns(count: int, columns: int | None) -> int:
    if columns is None:
        return math.ceil(math.sqrt(count))
    if columns < 1:
        raise ValueError(f"columns is the number of images in a row, 1 or more; got {columns}")
    return columns


def _checked(images: ArrayLike) -> np.ndarray:
    images = np.asarray(images, "float32")
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape:
        raise ValueError(
            f"images have the shape (N, H, W, C) with C = 1 or 3; got {images.shape}. "
            "Grey images without a channel axis get one by images[..., None]"
        )
    low, high = images.min(), images.max()
    if not (low >= -TOLERANCE and high <= 1 + TOLERANCE):  # a NaN fails too
        raise ValueError(
            f"images hold floats in [0, 1]; these range over [{low:g}, {high:g}]. Divide grey "
            "levels by 255, put logits through a sigmoid, turn [-1, 1] into (images + 1) / 2"
        )
    return images.clip(0, 1)
