"""Explorer of the curves of several runs: what a dashboard does to them before drawing."""

from collections.abc import Mapping

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.validation import check_array


class RunCurves(Explorer):
    """Curves of several runs in one chart, with a slider for the smoothing and a logarithmic axis.

    Each original curve is drawn pale behind the smoothed one. Runs can be hidden, as in
    TensorBoard. Smoothing is TensorBoard's, with weight w and m₀ = 0:

        m_t = w m_{t−1} + (1 − w) v_t,        drawn: m_t / (1 − w^t)

    Args:
        runs: maps each run's name to the values of its curves, such as
            {"train": (S,), "test": (S,)}, one value per step, starting at step 1. All runs have the
            same curves.
        quantity: what the values are, such as "loss".

    Raises:
        ValueError: for no run, runs with different curves, or a curve that is empty or not finite.
    """

    script = "runs.js"
    function = "runCurves"
    title = "Curves of several runs"

    def __init__(self, runs: Mapping[str, Mapping[str, np.ndarray]], *, quantity: str = "loss"):
        if not runs:
            raise ValueError("runs: expected at least one run")
        curves = list(next(iter(runs.values())))
        content = []
        for name, values in runs.items():
            if list(values) != curves or not curves:
                raise ValueError(
                    f"runs: expected the curves {curves} in each, got {list(values)} in {name!r}"
                )
            checked = {
                curve: check_array(f"runs[{name!r}][{curve!r}]", values[curve], ("S",))
                for curve in curves
            }
            content.append(
                {
                    "name": name,
                    # Four digits are finer than a pixel of the chart, on either axis.
                    "curves": {
                        curve: [float(f"{value:.4g}") for value in numbers]
                        for curve, numbers in checked.items()
                    },
                }
            )
        super().__init__(None, {"runs": content, "curves": curves, "quantity": quantity})
