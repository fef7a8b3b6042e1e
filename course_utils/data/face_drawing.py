"""How a face is drawn: a stack of antialiased shapes, each of one material.

The head is a globe. Each feature has a longitude; when the globe turns, the feature moves to the
side and becomes narrower.
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
FRECKLES = ((-0.3, -0.14), (-0.2, -0.18), (-0.34, -0.23), (-0.25, -0.26))


class _Face:
    """One character in several expressions and poses, drawn from back to front.

    `turn` and the fields of `act` have shape (count, 1, 1), pixels have (count, size, size).
    """

    def __init__(self, identity: Identity, act: Expression, turn: np.ndarray, size: int):
        self.identity, self.act, self.turn = identity, act, turn
        self.x, self.y = drawing.pixel_centers(size)
        self.pixel = 2 / size
        self.shape = (len(turn), size, size)
        self.layers: list[tuple[str, np.ndarray]] = []

        # The head's outline is the power mean |u|^p + |v|^p = 1; below, it narrows to the chin.
        half_width, half_height, taper = identity.head
        self.v = (self.y - HEAD_Y) / half_height
        width = half_width * (1 - taper * np.clip(-self.v, 0, 1) ** 1.5)
        self.u = (self.x - 0.03 * np.sin(turn)) / width
        power = identity.square
        rim = (np.abs(self.u) ** power + np.abs(self.v) ** power) ** (1 / power)
        self.head = self.cover_implicit(rim - 1)
        # The longitude that each pixel shows, 0 in the middle of the face.
        parallel = np.sqrt(np.maximum(1 - self.v**2, 0.05))
        self.longitude = np.arcsin(np.clip(self.u / parallel, -1, 1)) - turn

    def add(self, material: str, alpha: np.ndarray) -> None:
        self.layers.append((material, alpha))

    def flatten(self) -> np.ndarray:
        """The visible part of each layer, added up by material: (count, size, size, materials)."""
        shown = np.zeros((len(MATERIALS), *self.shape), "float32")
        left = np.ones(self.shape, "float32")
        for material, alpha in reversed(self.layers):
            here = left * alpha
            shown[_INDEX[material]] += here
            left -= here
        return np.moveaxis(shown, 0, -1)

    def cover(self, distance: np.ndarray) -> np.ndarray:
        return drawing.coverage(distance, self.pixel)

    def cover_implicit(self, f: np.ndarray) -> np.ndarray:
        """Coverage of the shape f < 0, whose distance is f / |∇f| to first order."""
        f = np.broadcast_to(f, self.shape)
        down, right = np.gradient(f, axis=(1, 2))
        return drawing.coverage(f / np.maximum(np.hypot(down, right), 1e-6), 1.0)

    def ellipse(self, x: np.ndarray, y: np.ndarray, radius_x, radius_y) -> np.ndarray:
        return self.cover(drawing.ellipse(x, y, radius_x, radius_y))

    def across(self, at: float) -> np.ndarray:
        """The x of a point of the face after the turn; `at` is its x before."""
        half_width = self.identity.head[0]
        return half_width * np.sin(np.arcsin(at / half_width) + self.turn)

    def narrowed(self, at: float) -> np.ndarray:
        """By what factor a feature at x = `at` is narrower after the turn."""
        longitude = np.arcsin(at / self.identity.head[0])
        return np.cos(longitude + self.turn) / np.cos(longitude)

    def draw_background(self) -> None:
        self.add("backdrop", np.float32(1.0))
        glow = np.hypot(self.x + 0.35, self.y - 0.35)
        self.add("backdrop_light", np.clip(0.55 - 0.6 * glow, 0, 1))

    def draw_behind_the_head(self) -> None:
        """Long hair, buns and pigtails, which move opposite to the turn; neck and shoulders."""
        x, y = self.x, self.y
        for center_x, center_y, radius_x, radius_y in self.identity.back:
            hair = self.hair_outline(
                center_x - 0.12 * np.sin(self.turn), center_y, radius_x, radius_y
            )
            self.add("hair", hair)
            self.add("hair_shade", hair * np.clip(0.4 - y, 0, 0.75))
        shoulders = self.cover_implicit(np.hypot(x / 0.86, (y + 1.22) / 0.52) - 1)
        self.add("clothes", shoulders)
        self.add("clothes_shade", shoulders * np.clip(1.6 * x - 0.3, 0, 0.8))
        self.add("clothes_shade", shoulders * self.ellipse(x, y + 0.72, 0.31, 0.17))
        self.add("skin_shade", self.ellipse(x, y + 0.7, 0.24, 0.14) * (y < -0.55))
        self.add("skin_shade", self.cover(drawing.box(x, y + 0.75, 0.2, 0.3, 0.05)) * (y > -0.75))

    def draw_ears(self, front: bool) -> None:
        """The ear that is turned to the front is drawn over the head, the other one behind it."""
        if not self.identity.ears:
            return
        for side in (-1, 1):
            seen = (side * self.turn < -0.05) == front
            x = self.x - side * self.identity.head[0] * (np.cos(self.turn) - 0.02)
            y = self.y - EYE_Y + 0.06
            self.add("skin", self.ellipse(x, y, 0.1, 0.14) * seen)
            self.add("skin_shade", self.ellipse(x, y, 0.05, 0.08) * seen)
            if self.identity.earrings:
                self.add("gold", self.ellipse(x, self.y + 0.27, 0.06, 0.075) * seen)

    def draw_head(self) -> None:
        """Skin, lit from the upper left, with cheeks and freckles."""
        u, v, head = self.u, self.v, self.head
        self.add("skin", head)
        self.add("skin_light", head * np.clip(0.6 - 1.3 * np.hypot(u + 0.35, v - 0.4), 0, 1))
        self.add("skin_shade", head * np.clip(1.5 * (0.75 * u - 0.5 * v) - 0.65, 0, 0.8))
        for side in (-1, 1):
            cheek_x = (self.x - self.across(side * 0.3)) / self.narrowed(side * 0.3)
            cheek = np.hypot(cheek_x, self.y + 0.2)
            self.add("blush", head * np.clip(0.75 - 4.2 * cheek, 0, 0.55))
            if self.identity.freckles:
                for at, up in FRECKLES:
                    spot = self.ellipse(self.x - self.across(side * at), self.y - up, 0.024, 0.024)
                    self.add("skin_shade", head * spot)

    def draw_beard_and_moustache(self) -> None:
        x, y = (self.x - self.across(0.0)) / self.narrowed(0.0), self.y - MOUTH_Y
        if self.identity.beard:
            ahead = np.cos(self.longitude) ** 2 * (np.abs(self.longitude) < np.pi / 2)
            beard = self.cover_implicit(self.y + 0.13 + 0.3 * ahead)
            self.add("hair", self.head * beard * (1 - self.ellipse(x, y, 0.27, 0.13)))
        if self.identity.moustache:
            moustache = self.ellipse(x, y - 0.11 + 0.8 * x**2, 0.19, 0.045)
            self.add("hair_shade", self.head * moustache)

    def draw_mouth(self) -> None:
        """A mouth between two parabolas that meet at its corners, or an O."""
        act, head = self.act, self.head
        x, y = (self.x - self.across(0.0)) / self.narrowed(0.0), self.y - MOUTH_Y
        t = np.clip(x / act.width, -1, 1)

        def above(middle: np.ndarray) -> np.ndarray:
            """Distance above the parabola through both corners and this height in the middle."""
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
        self.add("lip", head * self.cover(lips - np.where(is_open, 0.026, 0.038)))
        within = head * self.cover(inside + 0.01) * is_open
        self.add("mouth", within)
        self.add("tongue", within * self.ellipse(x, y + act.lower, 0.09, 0.07))
        self.add("teeth", within * self.cover(-0.085 - top) * ~act.round)

    def draw_nose(self) -> None:
        """The nose stands out from the globe, so it moves further than the rest."""
        width, height = self.identity.nose
        x = (self.x - 1.18 * self.across(0.0)) / np.maximum(self.narrowed(0.0), 0.8)
        y = self.y - NOSE_Y
        self.add("skin_shade", self.ellipse(x, y, width, height))
        lit_x, lit_y = x + 0.15 * width, y - 0.3 * height
        self.add("skin", self.ellipse(lit_x, lit_y, 0.85 * width, 0.85 * height))

    def draw_eye(self, side: int) -> None:
        """One eye; `side` is -1 for the picture's left and 1 for its right."""
        act, head = self.act, self.head
        at, half_width, half_height = self.identity.eyes
        x = (self.x - self.across(side * at)) / np.maximum(self.narrowed(side * at), 0.45)
        y = self.y - EYE_Y
        height = half_height * act.lids
        slant = act.brow_slant
        lid = y - 0.9 * height + 1.4 * side * slant * x + 0.35 * np.abs(slant)
        shut = act.wink & (side == 1)
        lash = np.maximum(drawing.ellipse(x, y - 0.03, 1.15 * half_width, height), lid - 0.04)
        self.add("pupil", head * ~shut * self.cover(lash))
        ball = np.maximum(drawing.ellipse(x, y, half_width, height), lid)
        white = head * ~shut * self.cover(ball)
        self.add("eye_white", white)
        gaze_x = x - 0.06 * np.sin(self.across(0.0))
        self.add("iris", white * self.ellipse(gaze_x, y, 0.085, 0.09))
        self.add("pupil", white * self.ellipse(gaze_x, y, 0.06, 0.065))
        self.add("glint", white * self.ellipse(gaze_x + 0.035, y - 0.045, 0.026, 0.026))
        # Of a shut eye only the arc of the lashes is drawn.
        arc = y + 0.04 - 0.05 * (1 - (x / half_width) ** 2)
        closed = np.hypot(np.maximum(np.abs(x) - half_width, 0), arc) - 0.04
        self.add("pupil", head * shut * self.cover(closed))

    def draw_brow(self, side: int) -> None:
        at = self.identity.eyes[0]
        height = EYE_Y + BROW_Y + self.act.brow_lift
        inner = self.across(side * (at - 0.11)), height - 0.75 * self.act.brow_slant
        outer = self.across(side * (at + 0.12)), height + 0.4 * self.act.brow_slant - 0.015
        brow = drawing.segment(self.x, self.y, inner, outer, self.identity.brow)
        self.add("brow", self.head * self.cover(brow))

    def hair_outline(self, center_x, center_y, radius_x, radius_y) -> np.ndarray:
        """An ellipse with round or pointed bumps all around."""
        u, v = (self.x - center_x) / radius_x, (self.y - center_y) / radius_y
        bumps = np.float32(1.0)
        if self.identity.lobes:
            wave = np.abs(np.sin(self.identity.lobes * np.arctan2(u, v) / 2))
            bump = 1 - wave if self.identity.spiky else wave - 0.5
            bumps = 1 + self.identity.lobe_depth * bump
        return self.cover_implicit(np.hypot(u, v) / bumps - 1)

    def draw_hair(self) -> None:
        """Hair on top, down to the hairline over the forehead and further at the temples."""
        identity, longitude = self.identity, self.longitude
        if identity.hairline is None:
            return
        half_width, half_height, _ = identity.head
        outline = self.hair_outline(
            0.03 * np.sin(self.turn),
            HEAD_Y + 0.03,
            half_width + identity.volume,
            half_height + identity.volume,
        )
        forehead = (
            identity.hairline
            + identity.slope * np.sin(longitude) * half_width
            + identity.arch * np.clip(1 - 1.6 * np.abs(longitude), -1, 1)
            - identity.fringe * np.cos(14 * longitude)
        )
        temple = np.clip((np.abs(longitude) - 0.85) / 0.3, 0, 1)
        fall = identity.side * temple * temple * (3 - 2 * temple)
        line = np.minimum(forehead, HIGHEST_HAIRLINE) - fall
        hair = outline * self.cover_implicit(line - self.y)
        self.add("hair", hair)
        shine = np.hypot(self.x + 0.25, self.y - 0.55)
        self.add("hair_light", hair * np.clip(0.7 - 2.2 * shine, 0, 0.7))
        self.add("hair_shade", hair * np.clip(1.4 * self.x - 0.45, 0, 0.7))

    def draw_hat(self) -> None:
        if not self.identity.hat:
            return
        x, y, half_width = self.x, self.y, self.identity.head[0] + 0.1
        dome = self.cover_implicit(np.hypot(x / half_width, (y - 0.15) / 0.68) - 1)
        dome = dome * self.cover(0.34 - y)
        self.add("clothes", dome)
        self.add("clothes_shade", dome * np.clip(1.4 * x - 0.3, 0, 0.8))
        self.add("clothes_shade", self.cover(drawing.box(x, y - 0.36, half_width, 0.1, 0.08)))

    def draw_glasses(self) -> None:
        if not self.identity.glasses:
            return
        for side in (-1, 1):
            at = side * self.identity.eyes[0]
            x = (self.x - self.across(at)) / np.maximum(self.narrowed(at), 0.55)
            lens = drawing.ellipse(x, self.y - EYE_Y, 0.21, 0.21)
            self.add("frame", self.head * self.cover(np.abs(lens) - 0.024))
        left, right = (self.across(-0.05), EYE_Y + 0.03), (self.across(0.05), EYE_Y + 0.03)
        self.add("frame", self.cover(drawing.segment(self.x, self.y, left, right, 0.025)))


def cover_of_materials(
    identity: Identity, act: Expression, turn: np.ndarray, size: int
) -> np.ndarray:
    """Draw one character in several expressions and poses.

    Args:
        identity: the character.
        act: the expressions; each field is an array (count, 1, 1).
        turn: angle by which the head is turned to the right of the picture, in radians,
            (count, 1, 1).
        size: pixels per side.

    Returns:
        The fraction of each pixel that each material covers, (count, size, size, materials)
        float32; the fractions of a pixel sum to 1.
    """
    face = _Face(identity, act, turn, size)
    face.draw_background()
    face.draw_behind_the_head()
    face.draw_ears(front=False)
    face.draw_head()
    face.draw_beard_and_moustache()
    face.draw_mouth()
    face.draw_nose()
    for side in (-1, 1):
        face.draw_eye(side)
        face.draw_brow(side)
    face.draw_hair()
    face.draw_hat()
    face.draw_ears(front=True)
    face.draw_glasses()
    return face.flatten()
