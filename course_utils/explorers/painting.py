"""Explorer of semantic image synthesis: paint a label map, and the picture follows."""

from collections.abc import Sequence

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.explorers.network import Network
from course_utils.validation import check_array

MOST_CLASSES = 10
"""As many as the page has colours that can be told apart."""


class LabelPainter(Explorer):
    """A label map to paint on, and beside it the picture that a network draws from it.

    Args:
        network: a `Network` from two inputs, a style (D,) and a one-hot label map (H, W, K), to an
            image (H, W, 3) in [0, 1].
        maps: (N, H, W) integers from 0 to K − 1, label maps to begin with.
        styles: (S, D) styles to choose from.
        classes: the K names of the labels, K at most 10.
        brush: the name of the class to paint first; None means the first class.

    Raises:
        ValueError: for a network with other inputs or another output, maps or styles that do not
            fit it, a number of names other than K or above 10, or a brush that is no class.
    """

    script = "painting.js"
    function = "labelPainter"
    title = "Paint a label map"

    def __init__(
        self,
        network: Network,
        maps: np.ndarray,
        styles: np.ndarray,
        classes: Sequence[str],
        *,
        brush: str | None = None,
    ):
        shapes = network.input_shapes
        if [len(shape) for shape in shapes] != [1, 3]:
            raise ValueError(
                f"network: expected two inputs, a style (D,) and a map (H, W, K); got {shapes}"
            )
        (latent,), (height, width, kinds) = shapes
        if network.output_shape != (height, width, 3):
            raise ValueError(
                f"network: expected images of shape {(height, width, 3)} to come out, "
                f"got {network.output_shape}"
            )
        if len(classes) != kinds or kinds > MOST_CLASSES:
            raise ValueError(
                f"classes: expected {kinds} names, at most {MOST_CLASSES}, got {len(classes)}"
            )
        if brush is not None and brush not in classes:
            raise ValueError(f"brush: expected one of {', '.join(classes)}, got {brush!r}")
        maps = check_array(
            "maps", maps, ("N", height, width), integer=True, low=0, high=kinds - 1
        ).reshape(len(maps), -1)
        styles = check_array("styles", styles, ("S", latent)).astype("float64")
        options = {
            # One digit per pixel.
            "maps": ["".join(map(str, pixels)) for pixels in maps.tolist()],
            "styles": styles.round(3).tolist(),
            "classes": list(classes),
            "brush": 0 if brush is None else list(classes).index(brush),
            "network": network.to_json(),
        }
        super().__init__(None, options)
