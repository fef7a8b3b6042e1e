"""The explorer of a style-based generator: mix two styles, and truncate."""

import math
from collections.abc import Callable

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.explorers.network import Network
from course_utils.validation import check_array


class StyleMixer(Explorer):
    """For each layer a choice between the styles of two pictures, and a slider of truncation ψ.

    Args:
        decode: a synthesis network exported by `export_network`, from styles (L, D) to an image, or
            a callable from the concatenated styles of all layers, (B, L·D) float32, to images
            (B, height, width[, channels]) in [0, 1].
        styles: (N, D) styles of the pictures to choose from.
        mean: (D,) mean style w̄, which ψ = 0 shows: w̄ + ψ (w − w̄).
        layers: the L names of the layers, such as "4 × 4".
        ends: the numbers of the two pictures to begin with.

    Raises:
        ValueError: for styles, mean, layers or a network that do not fit together, or an end that
            is no picture's number.
    """

    script = "style.js"
    function = "styleMixer"
    title = "Style mixing"

    def __init__(
        self,
        decode: Network | Callable,
        styles: np.ndarray,
        mean: np.ndarray,
        layers: tuple[str, ...],
        *,
        ends: tuple[int, int] = (0, 1),
    ):
        sizes = {}
        styles = check_array("styles", styles, ("N", "D"), sizes)
        mean = check_array("mean", mean, ("D",), sizes)
        wanted = len(layers) * len(mean)
        if isinstance(decode, Network) and math.prod(decode.input_shape) != wanted:
            raise ValueError(
                f"decode: expected a network of {len(layers)} layers × {len(mean)} numbers, "
                f"got one of input {decode.input_shape}"
            )
        if not all(0 <= end < len(styles) for end in ends):
            raise ValueError(f"ends={ends}: expected two numbers from 0 to {len(styles) - 1}")
        options = {
            "styles": styles.astype("float64").round(3).tolist(),
            "mean": mean.astype("float64").round(3).tolist(),
            "layers": list(layers),
            "ends": [int(end) for end in ends],
        }
        super().__init__(decode, options)
