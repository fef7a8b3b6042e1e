"""Close-ups of two characters for the face swap, with known factors and a known true swap.

As in face-swapping software, the picture is cropped to the face. Skin and hair are fixed for each
person; expression, turn of the head, clothes and background change from picture to picture.
"""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from course_utils.data.dataset import Dataset, Split
from course_utils.data.faces import GRID, draw_faces, load_faces

LOOKS = {
    "a": {"identity": 2, "skin": 2, "hair": 2},
    "b": {"identity": 1, "skin": 0, "hair": 0},
}
NAMES = {who: GRID.levels["identity"][look["identity"]] for who, look in LOOKS.items()}
TURNS = (2, 3, 4, 5, 6)  # 12° to either side at most
SIZE, DRAWN = 32, 48
TOP, LEFT = 9, 8


class People(NamedTuple):
    """Close-ups of the two characters. They are unpaired: equal rows have nothing in common."""

    a: Dataset
    b: Dataset


def draw_close_ups(factors: Mapping[str, np.ndarray], who: str | None = None) -> np.ndarray:
    """The close-ups of faces from their factors, if wanted with another person in their place.

    Args:
        factors: level indices of every factor of the faces; the arrays broadcast.
        who: "a" or "b" gives every face that person's identity, skin and hair; None keeps them.

    Returns:
        RGB images, float32 in [0, 1], shape `(..., 32, 32, 3)`.

    Raises:
        ValueError: for a factor, level or person that does not exist.
    """
    if who is not None and who not in LOOKS:
        raise ValueError(f"who: expected 'a', 'b' or None, got {who!r}")
    return _cut(draw_faces({**factors, **LOOKS.get(who, {})}, DRAWN))


def load_people(seed: int = 0) -> People:
    """All close-ups of both people: of each, 1,536 to train, 192 to validate, 192 to test.

    Args:
        seed: the same seed gives the same split.

    Returns:
        Two `Dataset`s of RGB images (N, 32, 32, 3) in [0, 1].
    """

    def person(who: str, seed: int) -> Dataset:
        look = {name: [level] for name, level in LOOKS[who].items()}
        faces = load_faces(DRAWN, count=None, only={**look, "turn": TURNS}, seed=seed)

        def cut(split: Split) -> Split:
            return dataclasses.replace(split, x=_cut(split.x))

        return dataclasses.replace(
            faces,
            name=f"close-ups of {NAMES[who]}",
            train=cut(faces.train),
            validation=cut(faces.validation),
            test=cut(faces.test),
        )

    # The same seed for both would put the same expressions and poses in the same rows, as pairs.
    return People(person("a", 2 * seed), person("b", 2 * seed + 1))


def _cut(images: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(images[..., TOP : TOP + SIZE, LEFT : LEFT + SIZE, :])
