"""Explorer of a convolution and its transpose: which pixel feeds which."""

from course_utils.explorers.explorer import Explorer
from course_utils.validation import check_count

SIZES = (2, 5)
KERNEL_SIZES = (1, 5)
STRIDES = (1, 3)
"""Smallest and largest of what the page offers; more would not be readable."""


class PixelConnections(Explorer):
    """Input, kernel and output of a convolution; choosing a pixel shows all it is connected to.

    The page needs no network and no kernel. The pixels of the two images are connected in the same
    way for both operations: the convolution goes from the larger image to the smaller one, the
    transposed convolution from the smaller to the larger. Sizes are those of Keras's
    `Conv2DTranspose`, as in `course_utils.models.convolution`.

    Args:
        transposed: whether to begin with the transposed convolution rather than the convolution.
        size: height and width of the smaller image, 2 to 5.
        kernel_size: height and width of the kernel, 1 to 5.
        strides: step in the larger image, in pixels, for one pixel of the smaller, 1 to 3.
        padding: "valid" or "same".

    Raises:
        ValueError: for a setting that the page does not offer.
    """

    script = "convolution.js"
    function = "pixelConnections"
    title = "Which pixel feeds which"

    def __init__(
        self,
        *,
        transposed: bool = True,
        size: int = 4,
        kernel_size: int = 3,
        strides: int = 2,
        padding: str = "valid",
    ):
        if padding not in ("valid", "same"):
            raise ValueError(f"padding: expected 'valid' or 'same', got {padding!r}")
        options = {
            "transposed": bool(transposed),
            "size": check_count("size", size, *SIZES),
            "kernel": check_count("kernel_size", kernel_size, *KERNEL_SIZES),
            "stride": check_count("strides", strides, *STRIDES),
            "padding": padding,
            "ranges": {"sizes": SIZES, "kernels": KERNEL_SIZES, "strides": STRIDES},
        }
        super().__init__(None, options)
