"""Convolution as a matrix, and what its transpose does.

A convolution is linear, so for images of one size it is a matrix C: y = C x, with image and result
flattened. A transposed convolution is multiplication by Cᵀ. It maps the shape of y back to that of
x, but it is not an inverse: in general, Cᵀ C is not the identity.

Shapes, strides, padding and kernels are Keras's: images (N, height, width, channels), kernel (kh,
kw, in, out) for `Conv2D` and (kh, kw, out, in) for `Conv2DTranspose`. Both compute a
cross-correlation: the kernel is not flipped.

Sources: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, §4; Odena,
Dumoulin and Olah, Deconvolution and Checkerboard Artifacts, 2016.
"""

import numpy as np

from course_utils.validation import check_array, check_count


def convolution_matrix(
    kernel, image_size: tuple[int, int], *, strides: int = 1, padding: str = "valid"
) -> np.ndarray:
    """The matrix C of `Conv2D` on images of one size.

        y[i, j, o] = Σ_{a, b, c} kernel[a, b, c, o] · x[i s + a − p, j s + b − p, c]

    with stride s and p zeros added before the first row and column. Each row of C belongs to one
    entry of the output and has the kernel in its receptive field; each column belongs to one entry
    of the input. The matrix is dense and meant to be looked at: keep images below about 32 × 32.

    Args:
        kernel: (kh, kw, in, out).
        image_size: (height, width) of the input.
        strides: step between neighbouring outputs, along both axes, in pixels.
        padding: "valid" (none) or "same" (output size is input size / strides, rounded up).

    Returns:
        C: (out_height · out_width · out, height · width · in), rows and columns in the order of
        `reshape(-1)`.

    Raises:
        ValueError: for a kernel of wrong rank or, with "valid", larger than the image, a stride
            below 1, or an unknown padding.
    """
    kernel = check_array("kernel", kernel, ("kh", "kw", "in", "out"))
    kernel_height, kernel_width, channels_in, channels_out = kernel.shape
    rows, row_padding = _output_size("image_size", image_size[0], kernel_height, strides, padding)
    cols, col_padding = _output_size("image_size", image_size[1], kernel_width, strides, padding)
    height, width = image_size
    matrix = np.zeros((rows, cols, channels_out, height, width, channels_in), kernel.dtype)
    for i, j, a, b in np.ndindex(rows, cols, kernel_height, kernel_width):
        y, x = i * strides + a - row_padding, j * strides + b - col_padding
        if 0 <= y < height and 0 <= x < width:
            matrix[i, j, :, y, x, :] = kernel[a, b].T
    return matrix.reshape(rows * cols * channels_out, height * width * channels_in)


def convolve(images, kernel, *, strides: int = 1, padding: str = "valid") -> np.ndarray:
    """What `Conv2D` computes (no bias), through the matrix: y = C x.

    Args:
        images: (N, height, width, in).
        kernel: (kh, kw, in, out).
        strides, padding: as in `convolution_matrix`.

    Returns:
        (N, out_height, out_width, out).

    Raises:
        ValueError: as for `convolution_matrix`, or for images that do not fit the kernel.
    """
    sizes = {}
    kernel = check_array("kernel", kernel, ("kh", "kw", "in", "out"), sizes)
    images = check_array("images", images, ("N", "height", "width", "in"), sizes)
    height, width = images.shape[1:3]
    matrix = convolution_matrix(kernel, (height, width), strides=strides, padding=padding)
    rows, _ = _output_size("images", height, kernel.shape[0], strides, padding)
    cols, _ = _output_size("images", width, kernel.shape[1], strides, padding)
    flat = images.reshape(len(images), -1) @ matrix.T
    return flat.reshape(len(images), rows, cols, kernel.shape[3])


def convolve_transpose(images, kernel, *, strides: int = 1, padding: str = "valid") -> np.ndarray:
    """What `Conv2DTranspose` computes (no bias), through the transposed matrix: x = Cᵀ y.

    C is the convolution that would map the larger result to these images, so its kernel maps `out`
    channels to `in` channels; this is why the kernel has the shape (kh, kw, out, in) in Keras.

    Args:
        images: (N, height, width, in).
        kernel: (kh, kw, out, in).
        strides, padding: as in `convolution_matrix`.

    Returns:
        (N, larger_height, larger_width, out). larger_height is height · strides with "same", and
        height · strides + max(kh − strides, 0) with "valid"; likewise for the width.

    Raises:
        ValueError: for another rank, channels that do not fit, a stride below 1 or an unknown
            padding.
    """
    sizes = {}
    kernel = check_array("kernel", kernel, ("kh", "kw", "out", "in"), sizes)
    images = check_array("images", images, ("N", "height", "width", "in"), sizes)
    _check_strides(strides, padding)
    larger = tuple(
        size * strides + (max(k - strides, 0) if padding == "valid" else 0)
        for size, k in zip(images.shape[1:3], kernel.shape[:2], strict=True)
    )
    matrix = convolution_matrix(kernel, larger, strides=strides, padding=padding)
    return (images.reshape(len(images), -1) @ matrix).reshape(-1, *larger, kernel.shape[2])


def feed_counts(kernel_size: int, image_size: tuple[int, int], *, strides: int) -> np.ndarray:
    """How many inputs feed each output pixel of a transposed convolution with "same" padding.

    It is Cᵀ 1 with a kernel of ones. If the kernel size is not a multiple of the stride,
    neighbouring pixels are fed by different numbers of inputs, which shows as a checkerboard.

    Args:
        kernel_size: k, along both axes.
        image_size: (height, width) of the input.
        strides: s.

    Returns:
        (height · s, width · s) int64.

    Raises:
        ValueError: for sizes or strides that are not whole numbers of at least 1.
    """
    k = check_count("kernel_size", kernel_size)
    ones = np.ones((1, *image_size, 1), int)
    counts = convolve_transpose(ones, np.ones((k, k, 1, 1), int), strides=strides, padding="same")
    return counts[0, :, :, 0]


def checkerboard(kernel_size: int, strides: int) -> float:
    """Unevenness of a transposed convolution away from the borders.

        (largest − smallest) / mean of the feed counts in one period of s × s pixels

    It is 0 exactly when the stride divides the kernel size.

    Args:
        kernel_size: k, along both axes.
        strides: s.

    Returns:
        The unevenness, 0 or more.

    Raises:
        ValueError: for a kernel size or strides that are not whole numbers of at least 1.
    """
    strides = check_count("strides", strides)
    reach = -(-check_count("kernel_size", kernel_size) // strides) + 1
    counts = feed_counts(kernel_size, (2 * reach + 1,) * 2, strides=strides)
    middle = slice(reach * strides, (reach + 1) * strides)
    period = counts[middle, middle]
    return float((period.max() - period.min()) / period.mean())


def _output_size(
    name: str, size: int, kernel_size: int, strides: int, padding: str
) -> tuple[int, int]:
    """(output size, zeros before the first entry) along one axis."""
    _check_strides(strides, padding)
    size = check_count(name, size)
    if padding == "valid":
        if kernel_size > size:
            raise ValueError(f"{name}: expected at least the kernel's {kernel_size}, got {size}")
        return (size - kernel_size) // strides + 1, 0
    output = -(-size // strides)
    return output, max((output - 1) * strides + kernel_size - size, 0) // 2


def _check_strides(strides: int, padding: str) -> None:
    check_count("strides", strides)
    if padding not in ("valid", "same"):
        raise ValueError(f"padding: expected 'valid' or 'same', got {padding!r}")
