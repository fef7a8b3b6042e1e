"""The classes of every data set of the course."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Split:
    """Examples and what is known about each of them.

    Attributes:
        x: the examples, float32. Images are (N, height, width, channels) in [0, 1]; points are
            (N, 2).
        factors: {name of a factor: level indices (N,), int64}; empty if there are none.
    """

    x: np.ndarray
    factors: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def labels(self) -> np.ndarray:
        """The first factor, (N,) int64: the class, if the data set has classes."""
        return next(iter(self.factors.values()))


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three splits of one source, and the facts to know before using them.

    Attributes:
        name: the name to give to `load`.
        source: where the examples come from.
        train, validation, test: the splits. Make choices on validation data; use test data once.
        levels: {name of a factor: what its level indices stand for}.
    """

    name: str
    source: str
    train: Split
    validation: Split
    test: Split
    levels: Mapping[str, tuple]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return self.train.x.shape[1:]

    def binarized(self) -> "Dataset":
        """The same data with every pixel above 0.5 set to 1 and every other to 0."""

        def binarize(split: Split) -> Split:
            return dataclasses.replace(split, x=(split.x > 0.5).astype("float32"))

        return dataclasses.replace(
            self,
            train=binarize(self.train),
            validation=binarize(self.validation),
            test=binarize(self.test),
        )

    def __repr__(self) -> str:
        x = self.train.x
        factors = ", ".join(f"{name} ({len(values)})" for name, values in self.levels.items())
        return (
            f"{self.name}: {self.source}\n"
            f"  one example  {self.shape}, {x.dtype}, range [{x.min():g}, {x.max():g}]\n"
            f"  split        {len(self.train)} train, {len(self.validation)} validation, "
            f"{len(self.test)} test\n"
            f"  factors      {factors or 'none'}"
        )
