"""An explorer of densities on a line."""

from collections.abc import Sequence

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.validation import check_array


class DensityExplorer(Explorer):
    """A histogram, and over it a Gaussian, a mixture or a kernel density.

    Sliders choose the number of components or the bandwidth; the density is read off at any point,
    and samples can be drawn.

    Args:
        data: (N,) numbers, not all equal.
        mixtures: the parameters (weights, means, stds) of mixtures of 1, 2, … components fitted to
            `data`; those of K components are arrays of shape (K,). The first is the Gaussian.
        held_out: (M,) numbers on which to score the models, or None.
        name: what the numbers are.

    Raises:
        ValueError: for data that are all equal, no mixture, or a mixture whose number of components
            differs from its position in the list.
    """

    script = "density.js"
    function = "densities"
    title = "Densities on a line"

    def __init__(
        self,
        data: np.ndarray,
        mixtures: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
        *,
        held_out: np.ndarray | None = None,
        name: str = "x",
    ):
        data = check_array("data", data, ("N",)).astype("float64")
        spread = data.std()
        if not spread:
            raise ValueError(f"data: expected numbers that differ, got {len(data)} times {data[0]}")
        if not len(mixtures):
            raise ValueError("mixtures: expected at least one, the Gaussian")
        if held_out is not None:
            held_out = check_array("held_out", held_out, ("M",)).astype("float64").round(4).tolist()
        margin = 0.15 * np.ptp(data)
        options = {
            "name": name,
            "data": data.round(4).tolist(),
            "heldOut": held_out,
            "mixtures": [_mixture(k, *found) for k, found in enumerate(mixtures, start=1)],
            "bandwidths": {"least": spread / 200, "start": spread / 5, "most": 2 * spread},
            "range": [float(data.min() - margin), float(data.max() + margin)],
        }
        super().__init__(None, options)


def _mixture(components: int, weights, means, stds) -> dict:
    parameters = {"weights": weights, "means": means, "stds": stds}
    return {
        name: check_array(name, values, (components,)).astype("float64").round(5).tolist()
        for name, values in parameters.items()
    }
