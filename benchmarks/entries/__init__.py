"""The models of `benchmarks/quality.py`, one file per family.

Each file ends with its list `ENTRIES`. To add a family, add a file; nothing else changes.
"""

import importlib
import pkgutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measurement:
    """One model, trained once.

    Attributes:
        metrics: {name of a metric: its value on test data}.
        seconds: wall-clock time of the training that made the model, including compilation.
        cpu_seconds: processor time of that training, which other work on the machine hardly
            changes.
        parameters: the number of parameters; 0 for a model without any.
    """

    metrics: dict[str, float]
    seconds: float
    cpu_seconds: float
    parameters: int = 0


@dataclass(frozen=True)
class Entry:
    """A model to be measured.

    Attributes:
        name: one word, for `--models`.
        data: what it is trained on.
        measure: trains with a given seed and returns the measurement.
        references: {name of a metric: what it should reach, such as "≤ 2.20"}; see `is_met`.
    """

    name: str
    data: str
    measure: Callable[[int], Measurement]
    references: dict[str, str] = field(default_factory=dict)


class Stopwatch:
    """`with Stopwatch() as watch: …`, then `watch.seconds` and `watch.cpu_seconds`."""

    def __enter__(self):
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *exception):
        self.seconds = time.perf_counter() - self._wall
        self.cpu_seconds = time.process_time() - self._cpu


def is_met(value: float, reference: str) -> bool:
    """Whether a value is as good as a reference of the form "≤ 2.20" or "≥ 0.97".

    Raises:
        ValueError: for a reference of another form.
    """
    sign, limit = reference.split()
    if sign not in ("≤", "≥"):
        raise ValueError(f"reference: expected it to start with ≤ or ≥, got {reference!r}")
    return value <= float(limit) if sign == "≤" else value >= float(limit)


def all_entries() -> list[Entry]:
    """The entries of every file in this folder, in the order of the files' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return [entry for module in modules for entry in module.ENTRIES]
