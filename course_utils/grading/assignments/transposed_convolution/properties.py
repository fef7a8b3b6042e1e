"""The hidden tests of the assignment `transposed_convolution`.

Correct values are computed without a matrix product: the convolution with SciPy, subsampled for a
stride, and its transpose by stamping the kernel once for each pixel.
"""

import functools
from collections.abc import Callable

import numpy as np
from scipy import signal

from course_utils.grading.assignments.common import Arrays, equals, fresh_values, in_precision

equals = functools.partial(equals, numpy=True)
fresh_values = functools.partial(fresh_values, numpy=True)


def true_conv2d(image: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """'Valid' cross-correlation, (out_height, out_width)."""
    return signal.correlate2d(image, kernel, "valid")[::stride, ::stride]


def true_conv_matrix(kernel: np.ndarray, height: int, width: int, stride: int) -> np.ndarray:
    """Each column is the convolution of an image with a single bright pixel."""
    pixels = np.eye(height * width).reshape(-1, height, width)
    return np.stack([true_conv2d(pixel, kernel, stride).ravel() for pixel in pixels], axis=1)


def true_conv2d_transpose(
    image: np.ndarray, kernel: np.ndarray, stride: int, height: int, width: int
) -> np.ndarray:
    """For each pixel, the kernel times its value is added to the result."""
    result = np.zeros((height, width))
    size = len(kernel)
    for (i, j), pixel in np.ndenumerate(image):
        top, left = i * stride, j * stride
        result[top : top + size, left : left + size] += pixel * kernel
    return result


# Kernel size, height and width of the larger image, and stride.
SIZES = {
    "a 1×1 kernel, 1×1 pixels and stride 1": (1, 1, 1, 1),
    "a 3×3 kernel, 3×3 pixels and stride 2": (3, 3, 3, 2),
    "a 2×2 kernel, 2×7 pixels and stride 1": (2, 2, 7, 1),
    "a 3×3 kernel, 9×6 pixels and stride 1": (3, 9, 6, 1),
    "a 3×3 kernel, 8×11 pixels and stride 2": (3, 8, 11, 2),
    "a 4×4 kernel, 10×9 pixels and stride 3": (4, 10, 9, 3),
    "a 2×2 kernel, 8×7 pixels and stride 4": (2, 8, 7, 4),
    "a 5×5 kernel, 12×5 pixels and stride 2": (5, 12, 5, 2),
    "a 1×1 kernel, 5×4 pixels and stride 2": (1, 5, 4, 2),
}


def inputs(
    size: int, height: int, width: int, stride: int, rng: np.random.Generator | None = None
) -> tuple[Arrays, np.ndarray]:
    """All arguments by name except for the image, and an image of the smaller size."""
    rng = rng or np.random.default_rng([size, height, width, stride])
    kernel = rng.normal(0, 2, (size, size))
    out = [(n - size) // stride + 1 for n in (height, width)]
    named = {"kernel": kernel, "height": height, "width": width, "stride": stride}
    return named, rng.normal(0, 1, out)


def for_matrix(*size: int, rng: np.random.Generator | None = None) -> Arrays:
    return inputs(*size, rng=rng)[0]


def for_conv2d(*size: int, rng: np.random.Generator | None = None) -> Arrays:
    named, _ = inputs(*size, rng=rng)
    shape = named["height"], named["width"]
    image = (rng or np.random.default_rng(shape)).normal(0, 1, shape)
    return {"image": image, "kernel": named["kernel"], "stride": named["stride"]}


def for_transpose(*size: int, rng: np.random.Generator | None = None) -> Arrays:
    named, image = inputs(*size, rng=rng)
    return {"image": image} | {k: named[k] for k in ("kernel", "stride", "height", "width")}


def is_adjoint(function: Callable) -> None:
    """⟨A x, y⟩ = ⟨x, Aᵀ y⟩, the definition of the transpose, for a random x and y of each size."""
    for size in SIZES.values():
        to_conv, to_transpose = for_conv2d(*size), for_transpose(*size)
        x, y = to_conv["image"], to_transpose["image"]
        single = [in_precision("float32", value) for value in to_transpose.values()]
        back = np.asarray(function(*single), "float64")
        there = np.sum(true_conv2d(**to_conv) * y)
        scale = np.linalg.norm(x) * np.linalg.norm(back)
        if back.shape != x.shape or abs(np.sum(x * back) - there) > 1e-4 * (scale + 1e-3):
            raise AssertionError(
                "conv2d_transpose is not the transpose of the convolution: ⟨A x, y⟩ and ⟨x, Aᵀ y⟩ "
                f"differ for a kernel of size {size[0]}, {size[1]}×{size[2]} pixels and stride "
                f"{size[3]}."
            )


CONV_MATRIX = (
    equals(
        "conv_matrix",
        true_conv_matrix,
        {about: for_matrix(*size) for about, size in SIZES.items()},
    ),
)

CONV2D = (
    equals("conv2d", true_conv2d, {about: for_conv2d(*size) for about, size in SIZES.items()}),
)

CONV2D_TRANSPOSE = (
    equals(
        "conv2d_transpose",
        true_conv2d_transpose,
        {about: for_transpose(*size) for about, size in SIZES.items()},
    ),
    is_adjoint,
)

FRESH_CONV_MATRIX = fresh_values(
    "conv_matrix", true_conv_matrix, lambda rng: for_matrix(3, 7, 6, 2, rng=rng)
)
FRESH_CONV2D = fresh_values("conv2d", true_conv2d, lambda rng: for_conv2d(3, 7, 6, 2, rng=rng))
FRESH_CONV2D_TRANSPOSE = fresh_values(
    "conv2d_transpose", true_conv2d_transpose, lambda rng: for_transpose(3, 7, 6, 2, rng=rng)
)
