"""Explorer of deception: a real picture beside a drawn one, and who can tell them apart."""

import numpy as np

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.validation import check_array


class RealOrFake(Explorer):
    """Pairs of a real picture and a fake one; guess which is real, and see the score.

    Args:
        real: (N, height, width, 1 or 3) real pictures in [0, 1].
        fake: as many pictures of a generator, of the same shape.
        seed: seeds the draw of the side on which each real picture is shown.

    Raises:
        ValueError: for pictures outside [0, 1], a number of channels other than 1 or 3, fewer than
            two pairs, or fakes whose number or shape differs from that of the real pictures.
    """

    script = "guessing.js"
    function = "realOrFake"
    title = "Which one is real?"

    def __init__(self, real: np.ndarray, fake: np.ndarray, *, seed: int = 0):
        sizes = {}
        real = check_array("real", real, ("N", "height", "width", "C"), sizes, low=0, high=1)
        fake = check_array("fake", fake, ("N", "height", "width", "C"), sizes, low=0, high=1)
        if sizes["C"] not in (1, 3):
            raise ValueError(f"real: expected 1 or 3 channels, got {sizes['C']}")
        if len(real) < 2:
            raise ValueError(f"real: expected at least two pictures, got {len(real)}")
        options = {
            "real": pack_images(real),
            "fake": pack_images(fake),
            "shape": list(real.shape[1:]),
            "realIsLeft": (np.random.default_rng(seed).random(len(real)) < 0.5).tolist(),
        }
        super().__init__(None, options)
