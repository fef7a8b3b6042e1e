"""Explorer of translation between two domains: there, and back again."""

from collections.abc import Mapping

import numpy as np

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.explorers.network import Network
from course_utils.validation import check_array


class RoundTrip(Explorer):
    """An image is translated to the other domain and back, in the page, from either domain.

    The true translation stands beside the network's. A slider adds noise to the translated image,
    to show how much the way back depends on fine detail in it.

    Args:
        domains: maps the names of two domains to their images, (N, height, width, channels) in
            [0, 1]; images with the same index show the same thing.
        there: a `Network` from images of the first domain to the second.
        back: a `Network` from images of the second domain to the first.

    Raises:
        ValueError: for other than two domains, images of unequal number or shape or outside [0, 1],
            or a network that does not fit them.
    """

    script = "translation.js"
    function = "roundTrip"
    title = "There and back again"

    def __init__(self, domains: Mapping[str, np.ndarray], there: Network, back: Network):
        if len(domains) != 2:
            raise ValueError(f"domains: expected two, got {len(domains)}")
        sizes = {}
        images = [
            check_array(f"domains[{name!r}]", x, ("N", "H", "W", "C"), sizes, low=0, high=1)
            for name, x in domains.items()
        ]
        shape = images[0].shape[1:]
        if shape[-1] not in (1, 3):
            raise ValueError(f"domains: expected images of 1 or 3 channels, got {shape[-1]}")
        for name, network in (("there", there), ("back", back)):
            if (network.input_shape, network.output_shape) != (shape, shape):
                raise ValueError(
                    f"{name} leads from {network.input_shape} to {network.output_shape}; "
                    f"expected {shape}, the shape of the images, for both"
                )
        options = {
            "shape": list(shape),
            "names": list(domains),
            "images": [pack_images(x) for x in images],
            "count": len(images[0]),
            "networks": [there.to_json(), back.to_json()],
        }
        super().__init__(None, options)
