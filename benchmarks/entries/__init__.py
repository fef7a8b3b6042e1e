"""The models of `benchmarks/quality.py`, one file a family.

Each file ends with its list `ENTRIES`. A new family is a new file here; nothing else changes.
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
        metrics: what was measured on test data.
        seconds: wall time of the training that made the model, compilation included.
        cpu_seconds: processor time of the same, which other work on the machine does not inflate.
        parameters: how many numbers were trained; 0 where the word has no meaning.
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
        measure: trains with a seed and measures.
        references: for a metric, what it is held to, such as "≤ 2.20"; see `is_met`.
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
    """Whether a value is as good as a reference of the form "≤ 2.20" or "≥ 0.97"."""
    sign, limit = reference.split()
    if sign not in ("≤", "≥"):
        raise ValueError(f"reference: expected it to start with ≤ or ≥, got {reference!r}")
    return value <= float(limit) if sign == "≤" else value >= float(limit)


def all_entries() -> list[Entry]:
    """The entries of every file in this folder, in the order of the files' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return [entry for module in modules for entry in module.ENTRIES]
