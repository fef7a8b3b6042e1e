"""An explorer of diffusion: from noise to data, one step at a time."""

import numpy as np

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.validation import check_array


class DiffusionSteps(Explorer):
    """A slider through the steps that turn noise into images, with points that move beside them.

    The upper row shows the noised images at the chosen time, the lower row the network's estimates
    of the clean images. Every step moves the noised images a little towards these estimates.

    Args:
        times: (T,) decreasing, within [0, 1]: 1 is noise, 0 is data; T at least 2.
        noised: (T, N, height, width, channels) images in [0, 1], channels 1 or 3.
        clean: the network's estimates of the clean images, of the same shape as `noised`.
        points: (T, M, 2) points in the plane on their way from noise to data, or None.

    Raises:
        ValueError: for times that do not decrease, arrays whose shapes do not fit, images outside
            [0, 1], or a number of channels other than 1 or 3.
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
