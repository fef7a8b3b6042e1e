"""Explorer of a picture of one's own: draw, and see at once what trained networks make of it."""

from collections.abc import Callable, Sequence

import numpy as np

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.explorers.network import Network
from course_utils.validation import check_array

TILES = 13
"""How many pictures stand in each row and column of the latent plane."""

REACH = 3.0
"""The plane shows codes up to three standard deviations of the prior."""


class DrawYourOwn(Explorer):
    """A canvas to draw on. Beside it, four networks say in the page what they make of the drawing.

    It is encoded and decoded again; classified; given its place on a latent plane; and completed
    where a part of it is lost. To complete a picture x that is known where m = 1, the page starts
    from the decoded centre of the prior, x₀ = decode(0), and repeats ten times

        x ← m x + (1 − m) decode(encode(x)),

    the imputation of Rezende, Mohamed and Wierstra (2014, appendix F) with means for draws.

    Args:
        images: (N, height, width, 1) pictures in [0, 1] to begin with. The first is there already.
        labels: (N,) their classes, integers from 0 to K − 1.
        classes: the K names of the classes.
        encode: a `Network` from a picture to its code (D,).
        decode: a `Network` from a code (D,) to a picture in [0, 1].
        classify: a `Network` from a picture to the probabilities of the classes, (K,).
        place: a `Network` from a picture to its place on the latent plane, (2,).
        draw_place: from places (B, 2), float32, to the pictures that lie there,
            (B, height, width, 1) in [0, 1]. It is asked once, in Python.

    Raises:
        ValueError: for pictures outside [0, 1], labels that name no class, or a network whose input
            or output does not fit them.
    """

    script = "drawing.js"
    function = "drawYourOwn"
    title = "Draw your own"

    def __init__(
        self,
        images: np.ndarray,
        labels: Sequence[int],
        classes: Sequence[str],
        *,
        encode: Network,
        decode: Network,
        classify: Network,
        place: Network,
        draw_place: Callable,
    ):
        sizes = {}
        images = check_array("images", images, ("N", "height", "width", 1), sizes, low=0, high=1)
        labels = check_array(
            "labels", labels, ("N",), sizes, integer=True, low=0, high=len(classes) - 1
        )
        shape = images.shape[1:]
        code = encode.output_shape
        for name, network, before, after in (
            ("encode", encode, shape, (int(np.prod(code)),)),
            ("decode", decode, code, shape),
            ("classify", classify, shape, (len(classes),)),
            ("place", place, shape, (2,)),
        ):
            if (network.input_shape, network.output_shape) != (before, after):
                raise ValueError(
                    f"{name}: expected a network from {before} to {after}, "
                    f"got one from {network.input_shape} to {network.output_shape}"
                )
        tiles = check_array(
            "draw_place(…)", draw_place(_places()), (TILES**2, *shape), low=-1e-3, high=1 + 1e-3
        )
        options = {
            "shape": list(shape),
            "images": pack_images(images),
            "names": [str(classes[label]) for label in labels],
            "classes": [str(name) for name in classes],
            "networks": {
                "encode": encode.to_json(),
                "decode": decode.to_json(),
                "classify": classify.to_json(),
                "place": place.to_json(),
            },
            "tiles": pack_images(np.clip(tiles, 0, 1)),
            "reach": REACH,
        }
        super().__init__(None, options)


def _places() -> np.ndarray:
    """The middles of the tiles, (TILES², 2), row by row from the top left."""
    middles = REACH * ((2 * np.arange(TILES) + 1) / TILES - 1)
    across, up = np.meshgrid(middles, middles[::-1])
    return np.stack([across, up], axis=-1).reshape(-1, 2).astype("float32")
