"""Explorer of denoising: spoil an image and see what networks make of it."""

from collections.abc import Mapping

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.explorers.network import Network
from course_utils.validation import check_array, check_number


class DenoisingSlider(Explorer):
    """A slider sets more and more pixels of an image to 0; networks rebuild it, in the page.

    Args:
        networks: maps each name to a `Network` from images to images of the same shape.
        images: (N, height, width, 1 or 3) clean images in [0, 1].
        labels: (N,) their labels, integers.
        drop_rate: the initial share of pixels set to 0, in [0, 1].

    Raises:
        ValueError: for images outside [0, 1] or with a number of channels other than 1 or 3, a
            network whose input or output has another shape, another number of labels than of
            images, or a rate outside [0, 1].
    """

    script = "noise.js"
    function = "denoisingSlider"
    title = "Denoising"

    def __init__(
        self,
        networks: Mapping[str, Network],
        images: np.ndarray,
        *,
        labels: np.ndarray | None = None,
        drop_rate: float = 0.3,
    ):
        images = check_array("images", images, ("N", "height", "width", "C"), low=0, high=1)
        shape = images.shape[1:]
        if shape[-1] not in (1, 3):
            raise ValueError(f"images: expected 1 or 3 channels, got {shape[-1]}")
        for name, network in networks.items():
            if (network.input_shape, network.output_shape) != (shape, shape):
                raise ValueError(
                    f"network {name!r} leads from {network.input_shape} to {network.output_shape}; "
                    f"expected {shape}, the shape of the images, for both"
                )
        if labels is not None and len(labels) != len(images):
            raise ValueError(f"{len(labels)} labels were given for {len(images)} images")
        options = {
            "images": images.reshape(len(images), -1).astype("float64").round(4).tolist(),
            "shape": list(shape),
            "labels": None if labels is None else [int(label) for label in labels],
            "networks": {name: network.to_json() for name, network in networks.items()},
            "dropRate": check_number("drop_rate", drop_rate, low=0, high=1),
        }
        super().__init__(None, options)
