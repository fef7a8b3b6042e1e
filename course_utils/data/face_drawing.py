"""How a face is drawn: a stack of antialiased shapes, each of one material.

The head is a globe. A feature sits at a longitude and moves as the globe turns, which carries it
to the side and makes it narrower.
"""

import numpy as np

from course_utils.data import drawing
from course_utils.data.characters import Expression, Identity

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
_INDEX = {name: index for index, name in enumerate(MATERIALS)}

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

    def flatten(self) -> np.ndarray:
        """How much of each pixel each material shows, (count, size, size, materials); sums to 1."""
        shown = np.zeros((len(MATERIALS), *self.shape), "float32")
        left = np.ones(self.shape, "float32")
        for material, alpha in reversed(self.layers):
            here = left * alpha
            shown[_INDEX[material]] += here
            left -= here
        return np.moveaxis(shown, 0, -1)


def cover_of_materials(
    identity: Identity, act: Expression, turn: np.ndarray, size: int
) -> np.ndarray:
    """Draw one character in several expressions and poses.

    Args:
        identity: the character.
        act: the expressions; each field holds an array (count, 1, 1).
        turn: how far the head is turned to the picture's right, radians, (count, 1, 1).
        size: pixels a side.

    Returns:
        How much of each pixel each material shows, (count, size, size, materials) float32; the
        materials of a pixel sum to 1.
    """
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
    return stack.flatten()


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
    stack.add("pupil", white * stack.cover(drawing.ellipse(iris_x, y, 0.06, 0.065)))
    stack.add(
        "glint", white * stack.cover(drawing.ellipse(iris_x + 0.035, y - 0.045, 0.026, 0.026))
    )
    closed = np.hypot(
        np.maximum(np.abs(x) - half_width, 0), y + 0.04 - 0.05 * (1 - (x / half_width) ** 2)
    )
    stack.add("pupil", head * shut * stack.cover(closed - 0.04))

    height = EYE_Y + BROW_Y + act.brow_lift
    inner = across(side * (at - 0.11)), height - act.brow_slant * 0.75
    outer = across(side * (at + 0.12)), height + act.brow_slant * 0.4 - 0.015
    brow = drawing.segment(stack.x, stack.y, inner, outer, identity.brow)
    stack.add("brow", head * stack.cover(brow))
