"""An explorer of pixel space: paths between two images, and how far they stray from real ones."""

from collections.abc import Mapping

import numpy as np
from sklearn.metrics import pairwise_distances_argmin

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.validation import check_array


class PixelPath(Explorer):
    """A slider along paths of images, with the nearest real image and the distance to it.

    The distance between images is Euclidean: the root of the sum of squared pixel differences.

    Args:
        paths: maps the name of each path to its images in order, (T, height, width, channels) in
            [0, 1], T at least 2; paths may differ in T.
        data: (N, height, width, channels) real images in [0, 1], channels 1 or 3.
        typical: a distance to compare with, such as the typical distance between a real image and
            its nearest neighbour.

    Raises:
        ValueError: for no path, a path of one image, or images of unequal shape or outside [0, 1].
    """

    script = "pixels.js"
    function = "pixelPath"
    title = "A path through pixel space"

    def __init__(
        self, paths: Mapping[str, np.ndarray], data: np.ndarray, *, typical: float | None = None
    ):
        sizes = {}
        data = check_array("data", data, ("N", "H", "W", "C"), sizes, low=0, high=1)
        if sizes["C"] not in (1, 3):
            raise ValueError(f"data: expected 1 or 3 channels, got {sizes['C']}")
        if not paths:
            raise ValueError("paths: expected at least one")
        rows = data.reshape(len(data), -1)
        found = []
        for name, images in paths.items():
            shape = ("T", *data.shape[1:])
            images = check_array(f"paths[{name!r}]", images, shape, low=0, high=1)
            if len(images) < 2:
                raise ValueError(f"paths[{name!r}]: expected at least two images, got one")
            pixels = images.reshape(len(images), -1)
            nearest = pairwise_distances_argmin(pixels, rows)
            found.append((name, images, nearest, np.linalg.norm(pixels - rows[nearest], axis=1)))
        used, places = np.unique(
            np.concatenate([near for _, _, near, _ in found]), return_inverse=True
        )
        starts = np.cumsum([len(near) for _, _, near, _ in found])[:-1]
        options = {
            "shape": list(data.shape[1:]),
            "neighbours": pack_images(data[used]),
            "typical": None if typical is None else float(typical),
            "paths": [
                {
                    "name": name,
                    "images": pack_images(images),
                    "nearest": place.tolist(),
                    "distances": distances.astype("float64").round(4).tolist(),
                }
                for (name, images, _, distances), place in zip(
                    found, np.split(places, starts), strict=True
                )
            ],
        }
        super().__init__(None, options)
