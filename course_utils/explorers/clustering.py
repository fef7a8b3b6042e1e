"""An explorer of k-means: half a round at a time."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.validation import check_array


class KMeansStepper(Explorer):
    """Points, centers and cluster labels, with a slider through the half rounds of k-means.

    Odd half rounds assign every point to its nearest center; even ones move every center to the
    mean of its points. A curve shows the inertia after each half round: the sum of the squared
    distances between the points and the centers of their clusters.

    Args:
        points: (N, 2) points in the plane.
        runs: maps the name of each start to its rounds, in order. A round has `centers` (K, 2) and
            `labels` (N,), the index of the nearest center; `KMeans.history` is such a list.

    Raises:
        ValueError: for points that are not in the plane, no run, a run without rounds, or rounds
            that do not fit the points.
    """

    script = "clustering.js"
    function = "kMeansStepper"
    title = "K-means, step by step"

    def __init__(self, points: np.ndarray, runs: Mapping[str, Sequence]):
        points = check_array("points", points, ("N", 2)).astype("float64")
        if not runs or not all(len(history) for history in runs.values()):
            raise ValueError("runs: expected at least one start, each with at least one round")
        # Both axes share one scale; otherwise the nearest center might not look nearest.
        low, high = points.min(axis=0), points.max(axis=0)
        reach = 0.54 * (high - low).max() + 1e-3
        bounds = np.add.outer((low + high) / 2, [-reach, reach])
        options = {
            "points": points.round(4).tolist(),
            "bounds": bounds.round(4).tolist(),
            "runs": [_run(name, points, history) for name, history in runs.items()],
        }
        super().__init__(None, options)


def _run(name: str, points: np.ndarray, history: Sequence) -> dict:
    """Rounds as lists, with the inertia after each half round except the initial placement."""
    sizes = {"N": len(points)}
    centers = [check_array("centers", step.centers, ("K", 2), sizes) for step in history]
    labels = [
        check_array("labels", step.labels, ("N",), sizes, integer=True, low=0, high=sizes["K"] - 1)
        for step in history
    ]
    inertias = []
    for i, current in enumerate(labels):
        inertias.append(_inertia(points, centers[i], current))
        if i + 1 < len(labels):
            inertias.append(_inertia(points, centers[i + 1], current))
    return {
        "name": name,
        "centers": [array.round(4).tolist() for array in centers],
        "labels": [array.tolist() for array in labels],
        "inertias": np.round(inertias, 4).tolist(),
    }


def _inertia(points: np.ndarray, centers: np.ndarray, labels: np.ndarray) -> float:
    return float(((points - centers[labels]) ** 2).sum())
