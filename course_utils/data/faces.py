"""Faces: ten cartoon characters, drawn from named factors, free to use and with known truth.

Identity, expression, turn of the head and colours are separate factors, so a model's edits can be
checked: a change of expression must not change the hair. A picture is the sum over materials (skin,
hair, …) of the fraction of a pixel that each covers times its colour. From the same fractions
follows the label map of what every pixel shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

import numpy as np

from course_utils.data.characters import (
    BACKGROUND,
    CLOTHES,
    EXPRESSIONS,
    HAIR,
    IDENTITIES,
    SKIN,
    Expression,
)
from course_utils.data.dataset import Dataset, Split
from course_utils.data.face_drawing import CLASSES, MATERIALS, cover_of_materials
from course_utils.data.factors import FactorGrid, check_size

TURNS = tuple(range(-24, 25, 6))


GRID = FactorGrid(
    {
        "identity": tuple(identity.name for identity in IDENTITIES),
        "expression": tuple(EXPRESSIONS),
        "turn": TURNS,
        "skin": tuple(SKIN),
        "hair": tuple(HAIR),
        "clothes": tuple(CLOTHES),
        "background": tuple(BACKGROUND),
    }
)
# Pictures that agree in these factors differ in their colours only.
GEOMETRY = ("identity", "expression", "turn")
SMALLEST = 16
PIXELS_AT_ONCE = 2**17
_CLASS_OF_MATERIAL = np.array([CLASSES.index(label) for label in MATERIALS.values()])
_IN_CLASS = np.float32(_CLASS_OF_MATERIAL[:, None] == np.arange(len(CLASSES)))


def draw_faces(factors: Mapping[str, np.ndarray], size: int = 32) -> np.ndarray:
    """Faces from their factors.

    Args:
        factors: level indices of every factor in `GRID.levels`; the arrays broadcast.
        size: pixels per side, 16 or more.

    Returns:
        RGB images, float32 in [0, 1], shape `(..., size, size, 3)`.

    Raises:
        ValueError: for a factor, level or size that does not exist.
    """
    check_size(size, SMALLEST)
    flat, shape = GRID.flatten(factors)
    colors = palette(flat)
    images = np.empty((len(colors), size, size, 3), "float32")
    for pictures, cover in covers(flat, size):
        images[pictures] = paint(cover, colors[pictures])
    return images.reshape(*shape, size, size, 3)


def label_maps(factors: Mapping[str, np.ndarray], size: int = 32) -> np.ndarray:
    """What each pixel of the faces shows: the class that covers most of it.

    Args:
        factors: level indices of every factor in `GRID.levels`; the arrays broadcast.
        size: pixels per side, 16 or more.

    Returns:
        Indices into `CLASSES`, uint8 of shape `(..., size, size)`.

    Raises:
        ValueError: for a factor, level or size that does not exist.
    """
    check_size(size, SMALLEST)
    flat, shape = GRID.flatten(factors)
    maps = np.empty((len(flat["identity"]), size, size), "uint8")
    for pictures, cover in covers(flat, size):
        maps[pictures] = np.argmax(cover_of_classes(cover), -1)
    return maps.reshape(*shape, size, size)


def load_faces(
    size: int = 32,
    count: int | None = 12_000,
    only: Mapping[str, Sequence[int]] | None = None,
    seed: int = 0,
) -> Dataset:
    """A random part of the faces, no combination of factors twice, split 80% / 10% / 10%.

    `load("faces", only={"identity": [0, 4]})` has two characters, in all expressions, turns and
    colours.

    Args:
        size: pixels per side, 16 or more; the drawing is made for 32 and 64.
        count: the number of pictures; `None` for every combination that `only` allows.
        only: {name of a factor: the level indices it may have}. Other factors have all levels.
        seed: the same seed gives the same pictures and the same split.

    Returns:
        A `Dataset` of RGB images (N, size, size, 3) in [0, 1]. What each pixel shows is
        `label_maps(split.factors, size)`.

    Raises:
        ValueError: for a size below 16, an unknown factor or level, or a count out of range.
    """

    def split(indices: np.ndarray) -> Split:
        factors = GRID.factors(indices)
        return Split(draw_faces(factors, size), factors)

    check_size(size, SMALLEST)
    train, validation, test = map(split, GRID.split(count, only, seed))
    return Dataset(
        name="faces",
        source="cartoon characters drawn here from their factors",
        train=train,
        validation=validation,
        test=test,
        levels=GRID.levels,
    )


def covers(factors: Mapping[str, np.ndarray], size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw every distinct geometry of some faces once.

    Args:
        factors: level indices, flat arrays.
        size: pixels per side.

    Yields:
        The indices of the faces that share one geometry, and the fraction of each pixel that each
        material covers in it, (size, size, materials).
    """
    sizes = tuple(len(GRID.levels[name]) for name in GEOMETRY)
    geometry = np.ravel_multi_index([factors[name] for name in GEOMETRY], sizes)
    distinct, counts = np.unique(geometry, return_counts=True)
    pictures = np.split(np.argsort(geometry, kind="stable"), np.cumsum(counts)[:-1])
    identities, expressions, turns = np.unravel_index(distinct, sizes)
    acts = {
        field.name: np.array([getattr(act, field.name) for act in EXPRESSIONS.values()])
        for field in fields(Expression)
    }
    step = max(1, PIXELS_AT_ONCE // size**2)
    for number, identity in enumerate(IDENTITIES):
        of_identity = np.flatnonzero(identities == number)
        for start in range(0, len(of_identity), step):
            chunk = of_identity[start : start + step]
            act = Expression(
                **{
                    name: _single(values[expressions[chunk], None, None])
                    for name, values in acts.items()
                }
            )
            turn = _single(np.deg2rad(np.array(TURNS)[turns[chunk], None, None]))
            for member, cover in zip(
                chunk, cover_of_materials(identity, act, turn, size), strict=True
            ):
                yield pictures[member], cover


def paint(cover: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Colour one geometry: cover (size, size, M) and colours (N, M, 3) to (N, size, size, 3)."""
    size = len(cover)
    return np.clip(cover.reshape(size * size, -1) @ colors, 0, 1).reshape(-1, size, size, 3)


def cover_of_classes(cover: np.ndarray) -> np.ndarray:
    """The fraction of each pixel that each class of `CLASSES` covers, (..., classes)."""
    return cover @ _IN_CLASS


def palette(factors: Mapping[str, np.ndarray], shaded: bool = True) -> np.ndarray:
    """The colour of every material in each face, (N, materials, 3).

    Args:
        factors: level indices, flat arrays.
        shaded: whether there is light and shade; otherwise each part has one colour.
    """

    def color(factor: str, table: Mapping[str, tuple]) -> np.ndarray:
        return np.array(list(table.values()), "float32")[factors[factor]]

    def mix(a, b, share: float) -> np.ndarray:
        return (1 - share) * a + share * np.float32(b)

    white, black = np.ones(3), np.array([0.08, 0.06, 0.08])
    skin, hair = color("skin", SKIN), color("hair", HAIR)
    clothes, backdrop = color("clothes", CLOTHES), color("background", BACKGROUND)
    iris = np.array([identity.iris for identity in IDENTITIES], "float32")[factors["identity"]]
    colors = {
        "backdrop": backdrop * np.float32(0.93),
        "backdrop_light": mix(backdrop, white, 0.45),
        "clothes": clothes,
        "clothes_shade": clothes * np.float32(0.72),
        "skin": skin,
        "skin_shade": skin * np.float32([0.80, 0.70, 0.68]),
        "skin_light": mix(skin, white, 0.3),
        "blush": mix(skin, (0.92, 0.36, 0.33), 0.45),
        "hair": hair,
        "hair_shade": hair * np.float32(0.66),
        "hair_light": mix(hair, white, 0.35),
        "eye_white": (0.99, 0.98, 0.96),
        "iris": iris,
        "pupil": black,
        "glint": white,
        "brow": mix(hair, black, 0.5),
        "lip": mix(skin * np.float32([0.45, 0.28, 0.26]), (0.36, 0.07, 0.09), 0.5),
        "mouth": (0.38, 0.07, 0.11),
        "teeth": (0.99, 0.98, 0.95),
        "tongue": (0.87, 0.38, 0.40),
        "frame": (0.66, 0.20, 0.18),
        "gold": (0.96, 0.77, 0.26),
    }
    if not shaded:
        for name in colors:
            plain = name.removesuffix("_shade").removesuffix("_light")
            colors[name] = colors[plain]
    return np.stack([np.broadcast_to(colors[name], skin.shape) for name in MATERIALS], 1)


def _single(values: np.ndarray) -> np.ndarray:
    return values.astype("float32") if values.dtype.kind == "f" else values
