"""Points in the plane with a known distribution, which show what a model misses.

The functions `sample_…` take a random generator and the number of points, and return the points,
(count, 2) float32, and for each the index of its part, (count,) int64.

Sources: the ring of 8 and the grid of 25 Gaussians are the tasks of A. Srivastava et al.,
*VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational Learning*, 2017, section 4, with
the centres and standard deviations of Z. Lin et al., *PacGAN: The power of two samples in
generative adversarial networks*, 2018, section 4.1. Moons are scikit-learn's `make_moons`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_utils.data.dataset import Dataset, Split


@dataclass(frozen=True, eq=False)
class GaussianModes:
    """A mixture of equally likely round Gaussians.

    Attributes:
        centers: (K, 2) float32.
        std: the standard deviation of each mode along each axis.
    """

    centers: np.ndarray
    std: float

    def sample(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw points, (count, 2) float32, and the mode of each, (count,) int64."""
        mode = rng.integers(len(self.centers), size=count)
        return _noisy(rng, self.centers[mode], self.std), mode


def _ring_centers() -> np.ndarray:
    angle = 2 * np.pi * np.arange(8) / 8
    return np.stack([np.cos(angle), np.sin(angle)], 1).astype("float32")


def _grid_centers() -> np.ndarray:
    side = np.arange(-4.0, 5.0, 2.0, dtype="float32")
    return np.stack(np.meshgrid(side, side, indexing="ij"), -1).reshape(25, 2)


GAUSSIAN_RING = GaussianModes(_ring_centers(), std=0.01)
GAUSSIAN_GRID = GaussianModes(_grid_centers(), std=0.05)

MOON_NOISE, RING_NOISE, SPIRAL_NOISE = 0.05, 0.05, 0.05
RING_RADII = (0.5, 1.0, 1.5)
SPIRAL_ARMS, SPIRAL_TURNS = 2, 1.5


def sample_moons(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaved half circles of radius 1 with Gaussian noise."""
    moon = rng.integers(2, size=count)
    angle = np.pi * rng.random(count)
    side = 1 - 2 * moon
    points = np.stack([side * np.cos(angle) + moon, side * np.sin(angle) + 0.5 * moon], 1)
    return _noisy(rng, points - np.array([0.5, 0.25]), MOON_NOISE), moon


def sample_rings(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Three concentric, equally likely circles with Gaussian noise."""
    ring = rng.integers(len(RING_RADII), size=count)
    angle = 2 * np.pi * rng.random(count)
    radius = np.array(RING_RADII)[ring]
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return _noisy(rng, points, RING_NOISE), ring


def sample_spirals(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two spirals r = 2 t, one rotated by half a turn against the other, with Gaussian noise."""
    arm = rng.integers(SPIRAL_ARMS, size=count)
    t = np.sqrt(rng.random(count))
    angle = 2 * np.pi * (SPIRAL_TURNS * t + arm / SPIRAL_ARMS)
    points = 2 * t[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return _noisy(rng, points, SPIRAL_NOISE), arm


def _noisy(rng: np.random.Generator, points: np.ndarray, std: float) -> np.ndarray:
    return (points + std * rng.standard_normal(points.shape)).astype("float32")


@dataclass(frozen=True)
class _Toy:
    sample: Callable
    source: str
    levels: tuple


TOYS = {
    "moons": _Toy(sample_moons, "two half circles with Gaussian noise", ("upper", "lower")),
    "rings": _Toy(sample_rings, "three circles with Gaussian noise", RING_RADII),
    "spirals": _Toy(sample_spirals, "two spirals with Gaussian noise", tuple(range(SPIRAL_ARMS))),
    "gaussian_ring": _Toy(
        GAUSSIAN_RING.sample,
        f"8 Gaussians on the unit circle, standard deviation {GAUSSIAN_RING.std} (VEEGAN, PacGAN)",
        tuple(map(tuple, GAUSSIAN_RING.centers.tolist())),
    ),
    "gaussian_grid": _Toy(
        GAUSSIAN_GRID.sample,
        f"25 Gaussians on a grid, 2 apart, standard deviation {GAUSSIAN_GRID.std} (VEEGAN, PacGAN)",
        tuple(map(tuple, GAUSSIAN_GRID.centers.tolist())),
    ),
}


def load_toy(name: str, count: int = 10_000, seed: int = 0) -> Dataset:
    """Points of one toy distribution; the only factor, `mode`, is the part that each came from.

    Args:
        name: one of the keys of `TOYS`.
        count: the number of points for training and for testing; a tenth as many, but at least
            one, are for validation.
        seed: the same seed gives the same points; the three splits are drawn independently.

    Returns:
        A `Dataset` of points (N, 2), float32.

    Raises:
        ValueError: for a name that is not known or a count below 1.
    """
    if name not in TOYS:
        raise ValueError(f"name is {name!r}; expected one of {', '.join(TOYS)}")
    if not isinstance(count, int | np.integer) or count < 1:
        raise ValueError(f"count is {count!r}; expected a whole number of points, 1 or more")
    toy = TOYS[name]
    streams = np.random.default_rng(seed).spawn(3)

    def split(rng: np.random.Generator, size: int) -> Split:
        points, mode = toy.sample(rng, size)
        return Split(points, {"mode": mode})

    return Dataset(
        name=name,
        source=toy.source,
        train=split(streams[0], count),
        validation=split(streams[1], max(1, count // 10)),
        test=split(streams[2], count),
        levels={"mode": toy.levels},
    )


TOY_LOADERS = {name: partial(load_toy, name) for name in TOYS}
