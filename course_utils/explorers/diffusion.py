"""An explorer of diffusion: from noise to data, one step at a time."""

import numpy as np

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.validation import check_array


class DiffusionSteps(Explorer):
    """A slider through the steps that turn noise into images, with points that move beside them.

    Above are the noised images of the moment, below them the clean images that the network sees in
    them. At every step the first are moved a little towards the second.

    Args:
        times: (T,) falling from 1, noise, to 0, data; T at least 2.
        noised: (T, N, height, width, channels) images in [0, 1], channels 1 or 3.
        clean: as `noised`: what the network makes of them.
        points: (T, M, 2) points in the plane on the same way, or None.

    Raises:
        ValueError: for times that do not fall, or arrays that do not fit them.
    """

    script = "diffusion.js"
    function = "diffusionSteps"
    title = "Diffusion, step by step"

    def __init__(
        self,
        times: np.ndarray,
        noised: np.ndarray,
        clean: np.ndarray,
        *,
        points: np.ndarray | None = None,
    ):
        sizes = {}
        times = check_array("times", times, ("T",), sizes, low=0, high=1).astype("float64")
        if len(times) < 2 or (np.diff(times) >= 0).any():
            raise ValueError("times: expected at least two, each smaller than the one before")
        shape = ("T", "N", "height", "width", "channels")
        noised = check_array("noised", noised, shape, sizes, low=0, high=1)
        clean = check_array("clean", clean, shape, sizes, low=0, high=1)
        if sizes["channels"] not in (1, 3):
            raise ValueError(f"noised: expected 1 or 3 channels, got {sizes['channels']}")
        if points is not None:
            points = check_array("points", points, ("T", "M", 2), sizes).astype("float64")
        options = {
            "times": times.round(4).tolist(),
            "shape": list(noised.shape[2:]),
            "noised": pack_images(noised),
            "clean": pack_images(clean),
            "points": None if points is None else points.round(2).tolist(),
            "reach": None if points is None else float(1.05 * np.abs(points).max()),
        }
        super().__init__(None, options)
