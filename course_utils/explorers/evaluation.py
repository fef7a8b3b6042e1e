"""An explorer of sample metrics: spoil samples in one way and watch which metric sees it."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.validation import check_array


class Defect(NamedTuple):
    """Samples with one defect, at increasing levels."""

    levels: np.ndarray  # (L,) how much of it, rising
    images: np.ndarray  # (L, N, height, width, channels), a few of the samples at each level
    values: Mapping[str, np.ndarray]  # for each metric its value at each level, (L,)


class MetricExplorer(Explorer):
    """Choose a defect of samples, move its slider, and watch all metrics at once.

    Args:
        defects: maps the name of each defect to its `Defect`. All have the same metrics.
        better: maps each metric to "low" or "high": which values are better.
        reference: maps each metric to its value on real data, drawn as a dashed line.

    Raises:
        ValueError: for no defect, levels that do not increase, metrics that differ, or images that
            do not fit.
    """

    script = "evaluation.js"
    function = "metricExplorer"
    title = "What each metric sees"

    def __init__(
        self,
        defects: Mapping[str, Defect],
        *,
        better: Mapping[str, str],
        reference: Mapping[str, float],
    ):
        if not defects:
            raise ValueError("defects: expected at least one")
        if set(better) != set(reference) or not set(better.values()) <= {"low", "high"}:
            raise ValueError("better: expected 'low' or 'high' for each metric of reference")
        checked = [_checked(name, defect, better) for name, defect in defects.items()]
        metrics = []
        for name, direction in better.items():
            seen = np.concatenate([[reference[name]], *(d["values"][name] for d in checked)])
            metrics.append(
                {
                    "name": name,
                    "better": direction,
                    "reference": float(reference[name]),
                    "range": [min(0.0, float(seen.min())), float(1.08 * seen.max()) or 1.0],
                }
            )
        super().__init__(None, {"metrics": metrics, "defects": checked})


def _checked(name: str, defect: Defect, metrics: Mapping[str, str]) -> dict:
    sizes = {}
    levels = check_array(f"{name}: levels", defect.levels, ("L",), sizes).astype("float64")
    if len(levels) < 2 or (np.diff(levels) <= 0).any():
        raise ValueError(f"{name}: levels: expected at least two, each larger than the one before")
    shape = ("L", "N", "height", "width", "C")
    images = check_array(f"{name}: images", defect.images, shape, sizes, low=0, high=1)
    if sizes["C"] not in (1, 3):
        raise ValueError(f"{name}: images: expected 1 or 3 channels, got {sizes['C']}")
    if set(defect.values) != set(metrics):
        raise ValueError(
            f"{name}: values: expected the metrics {sorted(metrics)}, got {sorted(defect.values)}"
        )
    values = {
        metric: check_array(f"{name}: {metric}", defect.values[metric], ("L",), sizes)
        .astype("float64")
        .round(4)
        .tolist()
        for metric in metrics
    }
    return {
        "name": name,
        "levels": levels.round(4).tolist(),
        "shape": list(images.shape[2:]),
        "images": pack_images(images),
        "values": values,
    }
