"""Explorers of flows: a plane bent layer by layer, and images moved along a direction."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.validation import check_array


class FlowGrid(Explorer):
    """A slider through the layers of a flow in the plane, from data to noise and back.

    Between two layers everything moves in a straight line.

    Args:
        points: (S, N, 2), the position of each point before the first layer and after each layer;
            S at least 2.
        grid: (S, lines, M, 2), the same for the lines of a grid, M points on each.
        labels: (N,) labels of the points, integers from 0; they choose the colour.

    Raises:
        ValueError: for shapes that do not fit together, or fewer than two stages.
    """

    script = "flow.js"
    function = "flowGrid"
    title = "A flow bends the plane"

    def __init__(self, points: np.ndarray, grid: np.ndarray, *, labels: np.ndarray | None = None):
        sizes = {}
        points = check_array("points", points, ("S", "N", 2), sizes).astype("float64")
        grid = check_array("grid", grid, ("S", "lines", "M", 2), sizes).astype("float64")
        if len(points) < 2:
            raise ValueError(f"points: expected at least 2 stages, got {len(points)}")
        if labels is not None:
            labels = check_array("labels", labels, ("N",), sizes, integer=True, low=0).tolist()
        options = {
            "points": points.round(3).tolist(),
            "grid": grid.round(3).tolist(),
            "labels": labels,
            "reach": float(np.ceil(np.abs(points).max())),
        }
        super().__init__(None, options)


class AttributeEditor(Explorer):
    """Examples moved along directions in code space; one slider sets how far.

    Args:
        edits: maps the name of each attribute to the edited images, (N, S, height, width, channels)
            in [0, 1], channels 1 or 3.
        strengths: (S,) how far the examples were moved, increasing, with 0 among them.
        labels: (N,) labels of the examples, integers.

    Raises:
        ValueError: for no attribute, shapes that do not fit together, images outside [0, 1], or
            strengths that do not increase or leave out 0.
    """

    script = "flow.js"
    function = "attributeEditor"
    title = "Attribute directions"

    def __init__(
        self,
        edits: Mapping[str, np.ndarray],
        strengths: Sequence[float],
        *,
        labels: np.ndarray | None = None,
    ):
        if not edits:
            raise ValueError("edits: expected at least one attribute")
        strengths = check_array("strengths", strengths, ("strengths",)).astype("float64")
        if (np.diff(strengths) <= 0).any() or 0 not in strengths:
            raise ValueError(f"strengths: expected numbers that rise through 0, got {strengths}")
        sizes = {"strengths": len(strengths)}
        shape = ("N", "strengths", "height", "width", "C")
        arrays = {
            name: check_array(f"edits[{name!r}]", images, shape, sizes, low=0, high=1)
            for name, images in edits.items()
        }
        if sizes["C"] not in (1, 3):
            raise ValueError(f"edits: expected 1 or 3 channels, got {sizes['C']}")
        if labels is not None:
            labels = check_array("labels", labels, ("N",), sizes, integer=True).tolist()
        options = {
            "attributes": [
                {
                    "name": name,
                    "images": images.reshape(*images.shape[:2], -1)
                    .astype("float64")
                    .round(3)
                    .tolist(),
                }
                for name, images in arrays.items()
            ],
            "shape": [sizes["height"], sizes["width"], sizes["C"]],
            "strengths": strengths.round(4).tolist(),
            "labels": labels,
        }
        super().__init__(None, options)
