"""Every combination of the levels of named factors, numbered in a fixed order.

A drawn data set is a function of its factors and needs no storage: an index determines the factors,
and the factors determine the picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

TRAIN_SHARE, VALIDATION_SHARE = 0.8, 0.1


def check_size(size: int, least: int) -> None:
    """Refuse a size that is not a whole number of at least `least` pixels.

    Raises:
        ValueError: saying what was given and what was expected.
    """
    if not isinstance(size, int | np.integer) or size < least:
        raise ValueError(f"size is {size!r}; expected a whole number of pixels, {least} or more")


@dataclass(frozen=True)
class FactorGrid:
    """The grid of all combinations. The last factor varies fastest, as in C order.

    Attributes:
        levels: {name of a factor: what its level indices stand for}, in the order of the grid.
    """

    levels: Mapping[str, tuple]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many levels each factor has."""
        return tuple(len(values) for values in self.levels.values())

    def __len__(self) -> int:
        return int(np.prod(self.shape))

    def factors(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        """The level of every factor at each index; the inverse of `indices`.

        Args:
            indices: integers of any shape, from 0 to `len(self) - 1`.

        Returns:
            {name of a factor: level indices, int64, of the same shape}.

        Raises:
            ValueError: for indices that are not integers or lie outside the grid.
        """
        indices = _integers("indices", indices, len(self))
        return dict(zip(self.levels, np.unravel_index(indices, self.shape), strict=True))

    def indices(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """The index of each combination of levels; the inverse of `factors`.

        Args:
            factors: level indices of every factor; the arrays broadcast against each other.

        Returns:
            int64 indices, of the broadcast shape.

        Raises:
            ValueError: for a missing or unknown factor, or a level that does not exist.
        """
        if set(factors) != set(self.levels):
            raise ValueError(
                f"factors are {', '.join(map(str, factors)) or 'none'}; "
                f"expected {', '.join(self.levels)}"
            )
        levels = [
            _integers(f"factors[{name!r}]", factors[name], len(values))
            for name, values in self.levels.items()
        ]
        return np.ravel_multi_index(np.broadcast_arrays(*levels), self.shape)

    def flatten(
        self, factors: Mapping[str, np.ndarray]
    ) -> tuple[dict[str, np.ndarray], tuple[int, ...]]:
        """Checked level indices as flat arrays of the same length, and their broadcast shape."""
        indices = self.indices(factors)
        return self.factors(indices.ravel()), indices.shape

    def split(
        self, count: int | None, only: Mapping[str, Sequence[int]] | None, seed: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Distinct combinations drawn at random, in three disjoint parts: 80%, 10%, 10%.

        Args:
            count: the number of combinations, 10 or more; `None` for all.
            only: {name of a factor: the level indices it may have}. Other factors have all levels.
            seed: the same seed gives the same split.

        Returns:
            Indices into the grid, int64, for training, validation and testing.

        Raises:
            ValueError: for an unknown factor or level, or for fewer than 10 combinations or more
                than there are.
        """
        allowed = {name: np.arange(len(values)) for name, values in self.levels.items()}
        for name, levels in (only or {}).items():
            if name not in self.levels:
                raise ValueError(
                    f"only names {name!r}; expected factors among {', '.join(self.levels)}"
                )
            allowed[name] = np.unique(
                _integers(f"only[{name!r}]", np.atleast_1d(levels), len(self.levels[name]))
            )
            if not len(allowed[name]):
                raise ValueError(f"only[{name!r}] is empty; expected at least one level")
        sizes = tuple(len(levels) for levels in allowed.values())
        combinations = int(np.prod(sizes))
        count = combinations if count is None else count
        if not isinstance(count, int | np.integer) or not 10 <= count <= combinations:
            raise ValueError(
                f"count is {count!r}; expected a whole number from 10 to {combinations:,}, "
                "the number of different combinations"
            )
        drawn = np.random.default_rng(seed).choice(combinations, count, replace=False)
        chosen = {
            name: levels[position]
            for (name, levels), position in zip(
                allowed.items(), np.unravel_index(drawn, sizes), strict=True
            )
        }
        first = round(count * TRAIN_SHARE)
        second = first + round(count * VALIDATION_SHARE)
        train, validation, test = np.split(self.indices(chosen), [first, second])
        return train, validation, test


def _integers(name: str, values: np.ndarray, below: int) -> np.ndarray:
    array = np.asarray(values)
    if not array.size:
        array = array.astype("int64")
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} has dtype {array.dtype}; expected integers")
    if array.size and (array.min() < 0 or array.max() >= below):
        raise ValueError(
            f"{name} ranges over [{array.min()}, {array.max()}]; expected 0 to {below - 1}"
        )
    return array.astype("int64")
