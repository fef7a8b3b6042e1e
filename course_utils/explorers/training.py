"""Explorer of an adversarial training: its saved steps, played back."""

from collections.abc import Mapping

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.validation import check_array


class TrainingReplay(Explorer):
    """Points drawn by one or more generators, side by side, with a slider through saved steps.

    The curves below show one score of every run at each step. The plane can be shaded by the
    discriminator's probability of "real".

    Args:
        real: (M, 2) points of the data.
        steps: (S,) numbers of the saved training steps, increasing, S at least 2.
        samples: maps each run's name to the points (S, N, 2) that its generator drew.
        scores: maps each run's name to its scores (S,), at least 0.
        score: the name of the score, such as "modes found".
        window: the lowest and highest coordinate to show, on both axes.
        beliefs: maps each run's name to the discriminator's probability of "real" (S, H, H) on a
            regular grid that fills the window, rows from top to bottom; or None.

    Raises:
        ValueError: for no run, runs or arrays that do not fit together, steps that do not increase,
            a negative score, probabilities outside [0, 1], or an empty window.
    """

    script = "training.js"
    function = "trainingReplay"
    title = "A training, step by step"

    def __init__(
        self,
        real: np.ndarray,
        steps: np.ndarray,
        samples: Mapping[str, np.ndarray],
        scores: Mapping[str, np.ndarray],
        *,
        score: str = "score",
        window: tuple[float, float] = (-1.5, 1.5),
        beliefs: Mapping[str, np.ndarray] | None = None,
    ):
        sizes: dict[str, int] = {}
        real = check_array("real", real, ("M", 2))
        steps = check_array("steps", steps, ("S",), sizes, integer=True)
        if len(steps) < 2 or not np.all(np.diff(steps) > 0):
            raise ValueError(f"steps: expected two or more, each after the last, got {steps}")
        low, high = window
        if not low < high:
            raise ValueError(f"window: expected the lower end before the higher, got {window}")
        if not samples:
            raise ValueError("samples: expected at least one run")
        for name, given in (("scores", scores), ("beliefs", beliefs)):
            if given is not None and list(given) != list(samples):
                raise ValueError(
                    f"{name}: expected the runs {list(samples)}, in this order, got {list(given)}"
                )
        runs = []
        for name in samples:
            run = {
                "name": name,
                "samples": check_array("samples", samples[name], ("S", "N", 2), sizes),
                "scores": check_array("scores", scores[name], ("S",), sizes, low=0),
                "beliefs": None,
            }
            if beliefs is not None:
                run["beliefs"] = check_array(
                    "beliefs", beliefs[name], ("S", "H", "H"), sizes, low=0, high=1
                ).reshape(len(steps), -1)
            runs.append({key: _short(value) for key, value in run.items()})
        options = {
            "real": _short(real),
            "steps": steps.tolist(),
            "runs": runs,
            "window": [float(low), float(high)],
            "score": score,
            "side": sizes.get("H", 0),
        }
        super().__init__(None, options)


def _short(value):
    """Arrays as lists of numbers with two decimals, about the width of a pixel in the page."""
    if not isinstance(value, np.ndarray):
        return value
    return value.astype("float64").round(2).tolist()
