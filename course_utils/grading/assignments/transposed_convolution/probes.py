"""What the self-checks of the assignment `transposed_convolution` ask."""

import functools

import numpy as np

from course_utils.grading.assignments.common import Arrays, arrays
from course_utils.grading.probes import Probe

NumpyProbe = functools.partial(Probe, numpy=True)

KERNELS = {
    1: arrays(kernel=[[-1.5]]),
    2: arrays(kernel=[[1, 2], [-3, 5]]),
    3: arrays(kernel=[[1, -2, 3], [0.5, 4, -1], [2, 7, -5]]),
}


def image(height: int, width: int) -> Arrays:
    """An image of random multiples of ¼ between −5 and 5."""
    values = np.random.default_rng([height, width]).integers(-20, 21, (height, width)) / 4
    return {"image": values.astype("float32")}


def size_of(height: int, width: int) -> dict[str, int]:
    return {"height": height, "width": width}


def stride_of(stride: int) -> dict[str, int]:
    return {"stride": stride}


CONV_MATRIX = (
    NumpyProbe(
        "a 2×2 kernel, an image of 3 rows and 4 columns, and stride 1",
        KERNELS[2] | size_of(3, 4) | stride_of(1),
    ),
    NumpyProbe(
        "a 2×2 kernel, an image of 4 rows and 6 columns, and stride 2",
        KERNELS[2] | size_of(4, 6) | stride_of(2),
    ),
    NumpyProbe(
        "a 3×3 kernel, an image of 6 rows and 4 columns, and stride 2, which leaves a row and a "
        "column over",
        KERNELS[3] | size_of(6, 4) | stride_of(2),
    ),
    NumpyProbe(
        "a 2×2 kernel, an image of 5 rows and 4 columns, and stride 3, larger than the kernel",
        KERNELS[2] | size_of(5, 4) | stride_of(3),
    ),
    NumpyProbe(
        "a 1×1 kernel and an image of a single pixel", KERNELS[1] | size_of(1, 1) | stride_of(1)
    ),
)

CONV2D = (
    NumpyProbe(
        "an image of 4 rows and 5 columns, a 3×3 kernel and stride 1",
        image(4, 5) | KERNELS[3] | stride_of(1),
    ),
    NumpyProbe(
        "an image of 6 rows and 4 columns, a 2×2 kernel and stride 2",
        image(6, 4) | KERNELS[2] | stride_of(2),
    ),
    NumpyProbe(
        "an image of 6 rows and 8 columns, a 3×3 kernel and stride 2, which leaves a row and a "
        "column over",
        image(6, 8) | KERNELS[3] | stride_of(2),
    ),
    NumpyProbe(
        "an image of a single pixel and a 1×1 kernel", image(1, 1) | KERNELS[1] | stride_of(1)
    ),
)

CONV2D_TRANSPOSE = (
    NumpyProbe(
        "an image of 2 rows and 3 columns, a 3×3 kernel, stride 1 and a result of 4×5",
        image(2, 3) | KERNELS[3] | stride_of(1) | size_of(4, 5),
    ),
    NumpyProbe(
        "an image of 3 rows and 2 columns, a 3×3 kernel, stride 2 and a result of 7×5",
        image(3, 2) | KERNELS[3] | stride_of(2) | size_of(7, 5),
    ),
    NumpyProbe(
        "an image of 2 rows and 3 columns, a 2×2 kernel, stride 3 and a result of 7×9, with rows "
        "and columns that no kernel reaches",
        image(2, 3) | KERNELS[2] | stride_of(3) | size_of(7, 9),
    ),
    NumpyProbe(
        "an image of a single pixel and a 1×1 kernel",
        image(1, 1) | KERNELS[1] | stride_of(1) | size_of(1, 1),
    ),
)
