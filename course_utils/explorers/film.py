"""Explorer of films: a few of them side by side, played together."""

from collections.abc import Mapping

import numpy as np

from course_utils.explorers.explorer import Explorer, pack_images
from course_utils.validation import check_array, check_number


class Film(Explorer):
    """Films of equal length, side by side, with a slider through their frames and a Play button.

    Args:
        films: maps each film's name to its frames, (T, height, width, channels) in [0, 1], T at
            least 2, channels 1 or 3; all of one shape.
        frames_per_second: how fast they play.

    Raises:
        ValueError: for no film, films of unequal shape or outside [0, 1], fewer than two frames, a
            number of channels other than 1 or 3, or a speed that is not positive.
    """

    script = "film.js"
    function = "film"
    title = "Film"

    def __init__(self, films: Mapping[str, np.ndarray], *, frames_per_second: float = 8):
        if not films:
            raise ValueError("films: expected at least one, got none")
        check_number("frames_per_second", frames_per_second, above=0)
        sizes = {}
        reels = [
            check_array(f"films[{name!r}]", x, ("T", "H", "W", "C"), sizes, low=0, high=1)
            for name, x in films.items()
        ]
        if sizes["T"] < 2:
            raise ValueError(f"films: expected two frames or more, got {sizes['T']}")
        if sizes["C"] not in (1, 3):
            raise ValueError(f"films: expected frames of 1 or 3 channels, got {sizes['C']}")
        options = {
            "names": list(films),
            "shape": list(reels[0].shape[1:]),
            "frames": pack_images(np.stack(reels)),
            "count": sizes["T"],
            "milliseconds": round(1000 / frames_per_second),
        }
        super().__init__(None, options)
