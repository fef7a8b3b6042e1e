"""The cast of the faces: ten characters, six expressions, and their colours.

Lengths are in the units of the drawing, in which the picture spans [-1, 1] in both directions.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """What stays the same in every picture of a character. Lengths: the picture spans [-1, 1].

    Attributes:
        head: half width, half height, and by what fraction the chin is narrower than the cheeks.
        square: exponent of the outline; 2 gives an ellipse, a larger one a squarer shape.
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
    """What changes with the expression. Lengths: the picture spans [-1, 1].

    Attributes:
        corners: height of the corners of the mouth, 0 for a straight mouth.
        upper, lower: height of the upper edge of the mouth, and depth of its lower edge, both in
            the middle and from where the corners of a straight mouth are.
        width: half the width of the mouth.
        round: whether the mouth is an O.
        brow_lift, brow_slant: how far the brows are raised, and how steeply they fall inwards.
        lids: opening of the upper lids, 1 for relaxed.
        wink: whether the eye on the right of the picture is shut.
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
