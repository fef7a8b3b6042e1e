"""Faces: ten cartoon characters, drawn from named factors, free to use and with known truth.

Who it is, what the face expresses, where it looks and in which colours are separate factors, so a
model's edits can be checked: a changed expression must leave the hair alone. The drawing is a stack
of antialiased shapes. Each shape has a material (skin, hair, ...), each material a colour, so a
picture is the sum over materials of how much of a pixel it covers times its colour. The same cover
gives the label map of what every pixel shows.

The head is a globe: a feature sits at a longitude and moves as the globe turns, which moves it to
the side and makes it narrower.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from course_utils.data import drawing
from course_utils.data.dataset import Dataset, Split
from course_utils.data.factors import FactorGrid, check_size


@dataclass(frozen=True)
class Identity:
    """What stays the same in every picture of a character. Lengths: the picture spans [-1, 1].

    Attributes:
        head: half width, half height, and how much the chin is narrower than the cheeks.
        square: exponent of the outline; 2 is an ellipse, more is squarer.
        eyes: distance of each from the middle, half width, half height.
        iris: colour of the iris, RGB.
        nose: half width and half height.
        brow: thickness.
        hairline: height of the hair's edge over the forehead; `None` for no hair on top.
        slope, arch, fringe: the hairline's tilt, its rise at the middle, the depth of its strands.
        side: how far the hair comes down at the temples.
        volume: how far hair stands out from the head.
        lobes, lobe_depth, spiky: bumps around the hair's outline, round or pointed.
        back: ellipses of hair behind the head: x, y, half width, half height.
        ears: whether the ears show.
        beard, moustache, glasses, hat, earrings, freckles: whether the character has them.
    """

    name: str
    head: tuple[float, float, float] = (0.54, 0.6, 0.18)
    square: float = 2.2
    eyes: tuple[float, float, float] = (0.23, 0.125, 0.14)
    iris: tuple[float, float, float] = (0.32, 0.2, 0.12)
    nose: tuple[float, float] = (0.06, 0.055)
    brow: float = 0.036
    hairline: float | None = 0.3
    slope: float = 0.0
    arch: float = 0.0
    fringe: float = 0.0
    side: float = 0.3
    volume: float = 0.1
    lobes: int = 0
    lobe_depth: float = 0.0
    spiky: bool = False
    back: tuple[tuple[float, float, float, float], ...] = ()
    ears: bool = True
    beard: bool = False
    moustache: bool = False
    glasses: bool = False
    hat: bool = False
    earrings: bool = False
    freckles: bool = False


IDENTITIES = (
    Identity(
        "Ada",
        head=(0.55, 0.56, 0.15),
        hairline=0.27,
        fringe=0.03,
        side=0.75,
        volume=0.12,
        back=((0, -0.12, 0.71, 0.62),),
        ears=False,
        glasses=True,
    ),
    Identity(
        "Bruno",
        head=(0.56, 0.62, 0.06),
        square=2.9,
        eyes=(0.21, 0.11, 0.115),
        nose=(0.085, 0.07),
        brow=0.058,
        hairline=None,
        beard=True,
        moustache=True,
    ),
    Identity(
        "Cleo",
        head=(0.5, 0.58, 0.22),
        eyes=(0.22, 0.13, 0.15),
        nose=(0.07, 0.05),
        hairline=0.36,
        arch=0.06,
        side=0.3,
        volume=0.14,
        back=((0, 0.22, 0.84, 0.7),),
        lobes=13,
        lobe_depth=0.07,
        earrings=True,
    ),
    Identity(
        "Dev",
        head=(0.47, 0.64, 0.12),
        square=2.5,
        eyes=(0.2, 0.11, 0.12),
        nose=(0.05, 0.1),
        brow=0.046,
        hairline=0.33,
        slope=0.3,
        side=0.28,
        volume=0.13,
        moustache=True,
    ),
    Identity(
        "Elin",
        head=(0.53, 0.56, 0.26),
        eyes=(0.24, 0.14, 0.155),
        iris=(0.2, 0.42, 0.34),
        nose=(0.04, 0.04),
        hairline=0.34,
        arch=-0.06,
        side=0.3,
        volume=0.09,
        back=((-0.66, -0.1, 0.2, 0.34), (0.66, -0.1, 0.2, 0.34)),
        freckles=True,
    ),
    Identity(
        "Fay",
        head=(0.5, 0.6, 0.28),
        eyes=(0.22, 0.125, 0.145),
        iris=(0.22, 0.42, 0.62),
        nose=(0.045, 0.05),
        hairline=0.3,
        arch=0.24,
        side=1.1,
        volume=0.11,
        back=((0, -0.25, 0.64, 0.9),),
        ears=False,
    ),
    Identity(
        "Gus",
        head=(0.6, 0.54, 0.02),
        square=2.5,
        eyes=(0.2, 0.11, 0.12),
        nose=(0.11, 0.085),
        brow=0.05,
        hairline=0.36,
        fringe=0.05,
        side=0.3,
        volume=0.04,
        lobes=18,
        lobe_depth=0.26,
        spiky=True,
    ),
    Identity(
        "Hana",
        head=(0.52, 0.57, 0.24),
        eyes=(0.24, 0.12, 0.115),
        nose=(0.045, 0.04),
        brow=0.03,
        hairline=0.42,
        side=0.24,
        volume=0.08,
        back=((0, 0.8, 0.26, 0.22),),
        earrings=True,
    ),
    Identity(
        "Ivo",
        head=(0.53, 0.6, 0.1),
        square=2.4,
        eyes=(0.22, 0.115, 0.125),
        iris=(0.3, 0.45, 0.6),
        nose=(0.07, 0.07),
        brow=0.05,
        hairline=0.22,
        side=0.42,
        volume=0.07,
        hat=True,
    ),
    Identity(
        "Juno",
        head=(0.54, 0.55, 0.2),
        eyes=(0.24, 0.14, 0.15),
        nose=(0.05, 0.05),
        hairline=0.3,
        slope=-0.5,
        side=0.5,
        volume=0.16,
        lobes=7,
        lobe_depth=0.09,
        back=((0, 0.0, 0.66, 0.58),),
        ears=False,
        freckles=True,
    ),
)


@dataclass(frozen=True)
class Expression:
    """What the muscles do. Angles and lengths are those of the drawing.

    Attributes:
        corners: how far the mouth's corners are up.
        upper, lower: how far the lips' middles are above and below the line between the corners.
        width: half the mouth's width.
        round: whether the mouth is an O.
        brow_lift, brow_slant: how far the brows are up, and how much further their inner ends down.
        lids: how far the upper lids are open, 1 for relaxed.
        wink: whether the eye on the picture's right is shut.
    """

    corners: float = 0.0
    upper: float = 0.0
    lower: float = 0.0
    width: float = 0.17
    round: bool = False
    brow_lift: float = 0.0
    brow_slant: float = 0.0
    lids: float = 1.0
    wink: bool = False


EXPRESSIONS = {
    "neutral": Expression(),
    "smile": Expression(corners=0.05, upper=-0.055, lower=0.2, width=0.22, brow_lift=0.02),
    "sad": Expression(
        corners=-0.08, upper=0.04, lower=-0.04, width=0.17, brow_slant=-0.12, lids=0.8
    ),
    "surprised": Expression(
        upper=0.13, lower=0.13, width=0.11, round=True, brow_lift=0.1, lids=1.2
    ),
    "angry": Expression(
        corners=-0.05, upper=0.08, lower=0.02, width=0.19, brow_lift=-0.03, brow_slant=0.12
    ),
    "wink": Expression(corners=0.05, upper=-0.06, lower=0.06, width=0.19, wink=True),
}

SKIN = {
    "porcelain": (0.98, 0.87, 0.79),
    "rose": (0.96, 0.79, 0.70),
    "sand": (0.94, 0.77, 0.61),
    "honey": (0.88, 0.68, 0.48),
    "olive": (0.79, 0.61, 0.42),
    "amber": (0.72, 0.50, 0.32),
    "chestnut": (0.60, 0.40, 0.26),
    "cocoa": (0.48, 0.31, 0.21),
    "umber": (0.41, 0.26, 0.18),
    "ebony": (0.33, 0.21, 0.16),
}
HAIR = {
    "black": (0.11, 0.10, 0.13),
    "espresso": (0.23, 0.15, 0.12),
    "brown": (0.40, 0.25, 0.15),
    "auburn": (0.52, 0.20, 0.13),
    "ginger": (0.82, 0.41, 0.14),
    "blond": (0.91, 0.73, 0.38),
    "platinum": (0.95, 0.90, 0.76),
    "silver": (0.69, 0.71, 0.75),
    "teal": (0.11, 0.52, 0.55),
    "plum": (0.48, 0.21, 0.48),
}
CLOTHES = {
    "red": (0.80, 0.24, 0.24),
    "mustard": (0.90, 0.68, 0.20),
    "green": (0.24, 0.55, 0.36),
    "navy": (0.17, 0.24, 0.45),
    "violet": (0.46, 0.36, 0.69),
    "cream": (0.95, 0.92, 0.85),
    "charcoal": (0.23, 0.24, 0.28),
    "coral": (0.95, 0.52, 0.43),
}
BACKGROUND = {
    "sky": (0.56, 0.78, 0.93),
    "mint": (0.65, 0.87, 0.75),
    "lemon": (0.98, 0.89, 0.56),
    "peach": (0.98, 0.76, 0.62),
    "lilac": (0.78, 0.72, 0.92),
    "teal": (0.23, 0.56, 0.60),
    "dusk": (0.36, 0.38, 0.60),
    "brick": (0.75, 0.42, 0.36),
}
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
GEOMETRY = ("identity", "expression", "turn")

# Each material belongs to one class of the label maps.
CLASSES = ("background", "clothes", "skin", "hair", "eyes", "brows", "mouth", "accessory")
MATERIALS = {
    "backdrop": "background",
    "backdrop_light": "background",
    "clothes": "clothes",
    "clothes_shade": "clothes",
    "skin": "skin",
    "skin_shade": "skin",
    "skin_light": "skin",
    "blush": "skin",
    "hair": "hair",
    "hair_shade": "hair",
    "hair_light": "hair",
    "eye_white": "eyes",
    "iris": "eyes",
    "pupil": "eyes",
    "glint": "eyes",
    "brow": "brows",
    "lip": "mouth",
    "mouth": "mouth",
    "teeth": "mouth",
    "tongue": "mouth",
    "frame": "accessory",
    "gold": "accessory",
}
_MATERIAL_INDEX = {name: index for index, name in enumerate(MATERIALS)}
_MATERIAL_CLASS = np.array([CLASSES.index(label) for label in MATERIALS.values()])

SMALLEST = 16
PIXELS_AT_ONCE = 2**17
HIGHEST_HAIRLINE = 0.44
HEAD_Y, EYE_Y, NOSE_Y, MOUTH_Y, BROW_Y = -0.02, 0.0, -0.17, -0.35, 0.21


class _Stack:
    """Shapes laid over each other, each of one material."""

    def __init__(self, size: int, count: int):
        self.x, self.y = drawing.pixel_centers(size)
        self.pixel = 2 / size
        self.shape = (count, size, size)
        self.layers: list[tuple[str, np.ndarray]] = []

    def cover(self, distance: np.ndarray) -> np.ndarray:
        return drawing.coverage(distance, self.pixel)

    def cover_implicit(self, f: np.ndarray) -> np.ndarray:
        """Cover of the shape f < 0, whose distance is f / |∇f| to first order."""
        f = np.broadcast_to(f, self.shape)
        down, right = np.gradient(f, axis=(1, 2))
        return drawing.coverage(f / np.maximum(np.hypot(down, right), 1e-6), 1.0)

    def add(self, material: str, alpha: np.ndarray) -> None:
        self.layers.append((material, alpha))

    def cover_of_materials(self) -> np.ndarray:
        """How much of each pixel each material shows, (count, size, size, materials); sums to 1."""
        shown = np.zeros((len(MATERIALS), *self.shape), "float32")
        left = np.ones(self.shape, "float32")
        for material, alpha in reversed(self.layers):
            here = left * alpha
            shown[_MATERIAL_INDEX[material]] += here
            left -= here
        return np.moveaxis(shown, 0, -1)


def _cover(identity: Identity, act: Expression, turn: np.ndarray, size: int) -> np.ndarray:
    """Draw one character: `turn` and the fields of `act` have shape (count, 1, 1)."""
    stack = _Stack(size, len(turn))
    x, y, cover, add = stack.x, stack.y, stack.cover, stack.add
    half_width, half_height, taper = identity.head

    def longitude(at: float) -> np.ndarray:
        return np.arcsin(at / half_width) + turn

    def across(at: float) -> np.ndarray:
        """Where a point of the face ends up when the head turns."""
        return half_width * np.sin(longitude(at))

    def narrowed(at: float) -> np.ndarray:
        """How much narrower a feature there looks."""
        return np.cos(longitude(at)) / np.cos(np.arcsin(at / half_width))

    def hair_outline(center_x, center_y, radius_x, radius_y) -> np.ndarray:
        u, v = (x - center_x) / radius_x, (y - center_y) / radius_y
        bumps = np.float32(1.0)
        if identity.lobes:
            wave = np.abs(np.sin(identity.lobes * np.arctan2(u, v) / 2))
            wave = 1 - wave if identity.spiky else wave
            bumps = 1 + identity.lobe_depth * (wave - 0.5 * (not identity.spiky))
        return stack.cover_implicit(np.hypot(u, v) / bumps - 1)

    add("backdrop", np.float32(1.0))
    add("backdrop_light", np.clip(0.55 - 0.6 * np.hypot(x + 0.35, y - 0.35), 0, 1))

    # Behind the head: long hair, buns and pigtails move against the turn.
    for center_x, center_y, radius_x, radius_y in identity.back:
        behind = hair_outline(center_x - 0.12 * np.sin(turn), center_y, radius_x, radius_y)
        add("hair", behind)
        add("hair_shade", behind * np.clip(0.4 - y, 0, 0.75))
    neck = cover(drawing.box(x, y + 0.75, 0.2, 0.3, 0.05))
    shoulders = stack.cover_implicit(np.hypot(x / 0.86, (y + 1.22) / 0.52) - 1)
    add("clothes", shoulders)
    add("clothes_shade", shoulders * np.clip(1.6 * x - 0.3, 0, 0.8))
    add("clothes_shade", cover(drawing.ellipse(x, y + 0.72, 0.31, 0.17)) * shoulders)
    add("skin_shade", cover(drawing.ellipse(x, y + 0.7, 0.24, 0.14)) * (y < -0.55))
    add("skin_shade", neck * (y > -0.75))

    def ears(front: bool) -> None:
        for side in (-1, 1):
            if not identity.ears:
                continue
            seen = (side * turn < -0.05) if front else (side * turn >= -0.05)
            at = side * half_width * (np.cos(turn) - 0.02)
            ear = cover(drawing.ellipse(x - at, y - EYE_Y + 0.06, 0.1, 0.14)) * seen
            add("skin", ear)
            add("skin_shade", cover(drawing.ellipse(x - at, y - EYE_Y + 0.06, 0.05, 0.08)) * seen)
            if identity.earrings:
                add("gold", cover(drawing.ellipse(x - at, y + 0.27, 0.06, 0.075)) * seen)

    ears(front=False)

    # The head, shaded on the side away from the light.
    v = (y - HEAD_Y) / half_height
    u = (x - 0.03 * np.sin(turn)) / (half_width * (1 - taper * np.clip(-v, 0, 1) ** 1.5))
    rim = (np.abs(u) ** identity.square + np.abs(v) ** identity.square) ** (1 / identity.square)
    head = stack.cover_implicit(rim - 1)
    add("skin", head)
    add("skin_light", head * np.clip(0.6 - 1.3 * np.hypot(u + 0.35, v - 0.4), 0, 1))
    add("skin_shade", head * np.clip(1.5 * (0.75 * u - 0.5 * v) - 0.65, 0, 0.8))
    for side in (-1, 1):
        cheek = np.hypot((x - across(side * 0.3)) / narrowed(side * 0.3), y + 0.2)
        add("blush", head * np.clip(0.75 - 4.2 * cheek, 0, 0.55))
    if identity.freckles:
        for at, up in ((-0.3, -0.14), (-0.2, -0.18), (-0.34, -0.23), (-0.25, -0.26)):
            for side in (-1, 1):
                spot = drawing.ellipse(x - across(side * at), y - up, 0.024, 0.024)
                add("skin_shade", cover(spot) * head)

    # Where the hair begins, by the globe's longitude: over the forehead, and lower at the temples.
    parallel = np.sqrt(np.maximum(1 - v * v, 0.05))
    globe = np.arcsin(np.clip(u / parallel, -1, 1)) - turn
    if identity.beard:
        edge = -0.13 - 0.3 * np.cos(globe) ** 2 * (np.abs(globe) < np.pi / 2)
        lip_x = (x - across(0)) / narrowed(0)
        clean = cover(drawing.ellipse(lip_x, y - MOUTH_Y, 0.27, 0.13))
        add("hair", head * stack.cover_implicit(y - edge) * (1 - clean))
    if identity.moustache:
        lip_x = (x - across(0)) / narrowed(0)
        moustache = drawing.ellipse(lip_x, y - MOUTH_Y - 0.11 + 0.8 * lip_x**2, 0.19, 0.045)
        add("hair_shade", head * cover(moustache))

    _mouth(stack, act, head, across, narrowed)
    nose_x, nose_wide = across(0.0) * 1.18, np.maximum(narrowed(0.0), 0.8)
    nose_width, nose_height = identity.nose
    nose = drawing.ellipse((x - nose_x) / nose_wide, y - NOSE_Y, nose_width, nose_height)
    add("skin_shade", cover(nose))
    nose_light = drawing.ellipse(
        (x - nose_x) / nose_wide + 0.15 * nose_width,
        y - NOSE_Y - 0.3 * nose_height,
        0.85 * nose_width,
        0.85 * nose_height,
    )
    add("skin", cover(nose_light))
    for side in (-1, 1):
        _eye(stack, identity, act, side, head, across, narrowed)

    if identity.hairline is not None:
        hair = hair_outline(
            0.03 * np.sin(turn), HEAD_Y + 0.03, half_width + identity.volume,
            half_height + identity.volume,
        )  # fmt: skip
        temple = np.clip((np.abs(globe) - 0.85) / 0.3, 0, 1)
        line = np.minimum(
            identity.hairline
            + identity.slope * np.sin(globe) * half_width
            + identity.arch * np.clip(1 - 1.6 * np.abs(globe), -1, 1)
            - identity.fringe * np.cos(14 * globe),
            HIGHEST_HAIRLINE,
        )
        line = line - identity.side * temple * temple * (3 - 2 * temple)
        front = hair * stack.cover_implicit(line - y)
        add("hair", front)
        add("hair_light", front * np.clip(0.7 - 2.2 * np.hypot(x + 0.25, y - 0.55), 0, 0.7))
        add("hair_shade", front * np.clip(1.4 * x - 0.45, 0, 0.7))
    if identity.hat:
        dome = stack.cover_implicit(np.hypot(x / (half_width + 0.1), (y - 0.15) / 0.68) - 1)
        add("clothes", dome * cover(0.34 - y))
        add("clothes_shade", dome * cover(0.34 - y) * np.clip(1.4 * x - 0.3, 0, 0.8))
        add("clothes_shade", cover(drawing.box(x, y - 0.36, half_width + 0.1, 0.1, 0.08)))
    ears(front=True)
    if identity.glasses:
        for side in (-1, 1):
            at = across(side * identity.eyes[0])
            lens = drawing.ellipse(
                (x - at) / np.maximum(narrowed(side * identity.eyes[0]), 0.55),
                y - EYE_Y, 0.21, 0.21,
            )  # fmt: skip
            add("frame", cover(np.abs(lens) - 0.024) * head)
        bridge = (across(-0.05), EYE_Y + 0.03), (across(0.05), EYE_Y + 0.03)
        add("frame", cover(drawing.segment(x, y, *bridge, 0.025)))
    return stack.cover_of_materials()


def _mouth(stack: _Stack, act: Expression, head, across, narrowed) -> None:
    """A mouth between two parabolas that meet at its corners, or an O."""
    x, y = (stack.x - across(0.0)) / narrowed(0.0), stack.y - MOUTH_Y
    t = np.clip(x / act.width, -1, 1)

    def above(middle: np.ndarray) -> np.ndarray:
        rise = act.corners - middle
        slope = 2 * rise * t / act.width
        return (y - middle - rise * t * t) / np.sqrt(1 + slope * slope)

    top, bottom = above(act.upper), above(-act.lower)
    between = np.maximum(top, -bottom)
    beyond = np.abs(x) - act.width
    lips = np.where(beyond > 0, np.hypot(beyond, y - act.corners), between)
    inside = np.maximum(between, beyond)
    circle = drawing.ellipse(x, y, act.width, np.maximum(act.upper, act.width))
    lips, inside = np.where(act.round, circle, lips), np.where(act.round, circle, inside)
    is_open = act.upper + act.lower > 0.05
    stack.add("lip", head * stack.cover(lips - np.where(is_open, 0.026, 0.038)))
    within = head * stack.cover(inside + 0.01) * is_open
    stack.add("mouth", within)
    tongue = drawing.ellipse(x, y + act.lower, 0.09, 0.07)
    stack.add("tongue", within * stack.cover(tongue))
    stack.add("teeth", within * stack.cover(-0.085 - top) * ~act.round)


def _eye(stack: _Stack, identity: Identity, act: Expression, side, head, across, narrowed) -> None:
    """One eye and its brow; `side` is -1 for the picture's left and 1 for its right."""
    at, half_width, half_height = identity.eyes
    squeeze = np.maximum(narrowed(side * at), 0.45)
    x, y = (stack.x - across(side * at)) / squeeze, stack.y - EYE_Y
    open_height = half_height * act.lids
    lid = y - open_height * 0.9 + side * act.brow_slant * x * 1.4 + np.abs(act.brow_slant) * 0.35
    # Where the eye is shut there is only the line of the lashes.
    shut = act.wink & (side == 1)
    ball = np.maximum(drawing.ellipse(x, y, half_width, open_height), lid)
    opened = head * ~shut
    lash = np.maximum(drawing.ellipse(x, y - 0.03, half_width * 1.15, open_height), lid - 0.04)
    stack.add("pupil", opened * stack.cover(lash))
    white = opened * stack.cover(ball)
    stack.add("eye_white", white)
    iris_x = x - 0.06 * np.sin(across(0.0))
    stack.add("iris", white * stack.cover(drawing.ellipse(iris_x, y, 0.085, 0.09)))
    stack.add("pupil", white * stack.cover(drawing.ellipse(iris_x, y, 0.05, 0.055)))
    stack.add(
        "glint", white * stack.cover(drawing.ellipse(iris_x + 0.035, y - 0.045, 0.028, 0.028))
    )
    closed = np.hypot(
        np.maximum(np.abs(x) - half_width, 0), y + 0.04 - 0.05 * (1 - (x / half_width) ** 2)
    )
    stack.add("pupil", head * shut * stack.cover(closed - 0.03))

    height = EYE_Y + BROW_Y + act.brow_lift
    inner = across(side * (at - 0.11)), height - act.brow_slant * 0.75
    outer = across(side * (at + 0.12)), height + act.brow_slant * 0.4 - 0.015
    brow = drawing.segment(stack.x, stack.y, inner, outer, identity.brow)
    stack.add("brow", head * stack.cover(brow))


def _palette(factors: Mapping[str, np.ndarray]) -> np.ndarray:
    """The colour of every material in each picture, (N, materials, 3)."""

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
    return np.stack([np.broadcast_to(colors[name], skin.shape) for name in MATERIALS], 1)


def _covers(geometry: Mapping[str, np.ndarray], size: int):
    """Yield (members, cover) for the characters in turn, a part at a time.

    `cover` is (len(members), size, size, materials), float32.
    """
    acts = {
        field.name: np.array([getattr(act, field.name) for act in EXPRESSIONS.values()])
        for field in fields(Expression)
    }
    turns = np.deg2rad(np.array(TURNS, "float32"))
    step = max(1, PIXELS_AT_ONCE // size**2)
    for number, identity in enumerate(IDENTITIES):
        of_identity = np.flatnonzero(geometry["identity"] == number)
        for start in range(0, len(of_identity), step):
            members = of_identity[start : start + step]
            act = Expression(
                **{
                    name: _single(values)[geometry["expression"][members]][:, None, None]
                    for name, values in acts.items()
                }
            )
            turn = turns[geometry["turn"][members]][:, None, None]
            yield members, _cover(identity, act, turn, size)


def _single(values: np.ndarray) -> np.ndarray:
    return values.astype("float32") if values.dtype.kind == "f" else values


def _flat(factors: Mapping[str, np.ndarray]):
    """The factors as flat arrays, the shape they came in, and each picture's distinct geometry."""
    indices = GRID.indices(factors)
    flat = GRID.factors(indices.ravel())
    sizes = tuple(len(GRID.levels[name]) for name in GEOMETRY)
    which, inverse = np.unique(
        np.ravel_multi_index([flat[name] for name in GEOMETRY], sizes), return_inverse=True
    )
    geometry = dict(zip(GEOMETRY, np.unravel_index(which, sizes), strict=True))
    return flat, indices.shape, geometry, inverse


def draw_faces(factors: Mapping[str, np.ndarray], size: int = 32) -> np.ndarray:
    """Faces from their factors.

    Args:
        factors: level indices of every factor in `GRID.levels`; the arrays broadcast.
        size: pixels a side, 16 or more.

    Returns:
        RGB images, float32 in [0, 1], shape `(..., size, size, 3)`.

    Raises:
        ValueError: for a factor, level or size that does not exist.
    """
    check_size(size, SMALLEST)
    flat, shape, geometry, inverse = _flat(factors)
    palette = _palette(flat)
    images = np.empty((len(inverse), size * size, 3), "float32")
    order, starts = _grouped(inverse)
    # Pictures of one geometry differ in colours alone: they share its cover.
    for members, cover in _covers(geometry, size):
        for member, shown in zip(
            members, cover.reshape(len(members), size * size, -1), strict=True
        ):
            same = order[starts[member] : starts[member + 1]]
            images[same] = np.clip(shown @ palette[same], 0, 1)
    return images.reshape(*shape, size, size, 3)


def label_maps(factors: Mapping[str, np.ndarray], size: int = 32) -> np.ndarray:
    """What each pixel of the faces shows: the class that covers most of it.

    Args:
        factors: level indices of every factor in `GRID.levels`; the arrays broadcast.
        size: pixels a side, 16 or more.

    Returns:
        Indices into `CLASSES`, uint8 of shape `(..., size, size)`.

    Raises:
        ValueError: for a factor, level or size that does not exist.
    """
    check_size(size, SMALLEST)
    _, shape, geometry, inverse = _flat(factors)
    maps = np.empty((inverse.max(initial=-1) + 1, size, size), "uint8")
    members_of_class = np.float32(_MATERIAL_CLASS[:, None] == np.arange(len(CLASSES)))
    for members, cover in _covers(geometry, size):
        maps[members] = np.argmax(cover @ members_of_class, -1)
    return maps[inverse].reshape(*shape, size, size)


def load_faces(
    size: int = 32,
    count: int | None = 12_000,
    only: Mapping[str, Sequence[int]] | None = None,
    seed: int = 0,
) -> Dataset:
    """A random part of the faces, no combination of factors twice, split 80% / 10% / 10%.

    `load("faces", only={"identity": [0, 4]})` has two characters, in every mood, pose and colour.

    Args:
        size: pixels a side; 32 and 64 are what the drawing is made for.
        count: how many pictures in all; `None` for every combination that `only` allows.
        only: for a factor, the level indices it may take. A factor not named takes all.
        seed: the same seed gives the same pictures and the same split.

    Returns:
        A `Dataset` of RGB images (N, size, size, 3) in [0, 1]. What each pixel shows is
        `label_maps(split.factors, size)`.

    Raises:
        ValueError: for a size, count or level that does not exist.
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


def _grouped(inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An order that puts equal entries together, and where each group starts."""
    counts = np.bincount(inverse)
    return np.argsort(inverse, kind="stable"), np.concatenate([[0], np.cumsum(counts)])
