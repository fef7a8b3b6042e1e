"""The grid of factor combinations: a bijection, and splits that never overlap."""

import numpy as np
import pytest

from course_utils.data import faces, sprites
from course_utils.data.factors import FactorGrid

GRIDS = {
    "sprites": sprites.GRID,
    "faces": faces.GRID,
    "small": FactorGrid({"a": ("x", "y"), "b": tuple(range(12))}),
}


@pytest.mark.parametrize("name", GRIDS)
def test_index_to_factors_and_back_is_the_identity(name):
    grid = GRIDS[name]
    step = max(1, len(grid) // 10**6)
    indices = np.arange(0, len(grid), step)
    factors = grid.factors(indices)
    np.testing.assert_array_equal(grid.indices(factors), indices)
    for level, values in zip(factors.values(), grid.levels.values(), strict=True):
        assert level.dtype == np.int64
        assert level.min() == 0
        assert level.max() == len(values) - 1


def test_levels_broadcast_and_any_shape_of_indices_is_kept():
    grid = GRIDS["small"]
    indices = grid.indices({"a": np.array([[0], [1]]), "b": np.arange(3)})
    np.testing.assert_array_equal(indices, [[0, 1, 2], [12, 13, 14]])
    assert grid.factors(indices)["b"].shape == (2, 3)
    assert grid.factors(13) == {"a": 1, "b": 1}


@pytest.mark.parametrize("count", [10, 23, None])
def test_split_parts_are_disjoint_and_of_the_stated_sizes(count):
    grid = GRIDS["small"]
    parts = grid.split(count, None, seed=3)
    every = np.concatenate(parts)
    total = len(grid) if count is None else count
    assert len(every) == len(set(every.tolist())) == total
    assert len(parts[0]) == round(0.8 * total)
    for part, again in zip(parts, grid.split(count, None, seed=3), strict=True):
        np.testing.assert_array_equal(part, again)
    assert not np.array_equal(parts[0], grid.split(count, None, seed=4)[0])


def test_only_restricts_the_levels_named_and_no_others():
    grid = GRIDS["sprites"]
    parts = grid.split(None, {"orientation": [0], "shape": (0, 2), "position_x": [5]}, seed=0)
    factors = grid.factors(np.concatenate(parts))
    assert len(factors["shape"]) == 2 * 6 * 32
    assert set(factors["shape"]) == {0, 2}
    assert set(factors["orientation"]) == {0}
    assert set(factors["position_y"]) == set(range(32))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda grid: grid.factors([24]), r"indices ranges over \[24, 24\]; expected 0 to 23"),
        (lambda grid: grid.factors([-1]), "expected 0 to 23"),
        (lambda grid: grid.factors([0.5]), "indices has dtype float64; expected integers"),
        (lambda grid: grid.indices({"a": 0}), "factors are a; expected a, b"),
        (lambda grid: grid.indices({"a": 2, "b": 0}), r"factors\['a'\].*expected 0 to 1"),
        (lambda grid: grid.split(25, None, 0), "count is 25; expected .* from 10 to 24"),
        (lambda grid: grid.split(12.5, None, 0), "count is 12.5; expected a whole number"),
        (lambda grid: grid.split(10, {"c": [0]}, 0), "only names 'c'; expected .* a, b"),
        (lambda grid: grid.split(10, {"b": [12]}, 0), r"only\['b'\].*expected 0 to 11"),
        (lambda grid: grid.split(10, {"b": []}, 0), r"only\['b'\] is empty"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(GRIDS["small"])
