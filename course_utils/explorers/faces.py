"""Explorer of the face swap: one code, moved by sliders, drawn by every decoder at once."""

from collections.abc import Mapping

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.explorers.network import Network
from course_utils.validation import check_array


class FaceSwap(Explorer):
    """Sliders for the expression and pose of a face; below them, each person's picture.

    All decoders are given the same code, z = start + Σ value · direction.

    Args:
        decoders: maps each person's name to a `Network` from codes (D,) to that person's picture.
        start: (D,) the code with every slider at 0.
        directions: maps each slider's name to the vector (D,) that it adds to the code at 1.
        both_ways: names of the sliders that run from −1 to 1; the others run from 0 to 1.

    Raises:
        ValueError: for no decoder or no slider, directions whose size differs from the code's,
            decoders that take codes of another size or draw pictures of unequal shape, or a name in
            `both_ways` that is no slider's.
    """

    script = "faces.js"
    function = "faceSwap"
    title = "Face swap"

    def __init__(
        self,
        decoders: Mapping[str, Network],
        start: np.ndarray,
        directions: Mapping[str, np.ndarray],
        *,
        both_ways: tuple[str, ...] = (),
    ):
        sizes = {}
        start = check_array("start", start, ("D",), sizes)
        for name, given in (("decoders", decoders), ("directions", directions)):
            if not given:
                raise ValueError(f"{name}: expected at least one, got none")
        shape = next(iter(decoders.values())).output_shape
        for name, network in decoders.items():
            if network.input_shape != start.shape or network.output_shape != shape:
                raise ValueError(
                    f"decoder {name!r} leads from {network.input_shape} to {network.output_shape}; "
                    f"expected from {start.shape} to {shape}, as the others"
                )
        for name in both_ways:
            if name not in directions:
                raise ValueError(
                    f"both_ways: expected names among {', '.join(directions)}; got {name!r}"
                )
        sliders = [
            {
                "name": name,
                "least": -1 if name in both_ways else 0,
                "direction": _round(check_array(f"directions[{name!r}]", step, ("D",), sizes)),
            }
            for name, step in directions.items()
        ]
        options = {
            "start": _round(start),
            "sliders": sliders,
            "decoders": {name: network.to_json() for name, network in decoders.items()},
        }
        super().__init__(None, options)


def _round(values: np.ndarray) -> list[float]:
    return values.astype("float64").round(4).tolist()
