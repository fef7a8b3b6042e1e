"""The exercises of the lecture on transposed convolutions."""

import numpy as np

from course_utils.exercises.exercise import exercise

_PIXELS = np.arange(24.0).reshape(2, 3, 4)


@exercise(
    {
        "three values, a stamp of three, stride 2": (
            np.array([1.0, 3.0, 2.0]),
            np.array([1.0, 10.0, 100.0]),
            2,
        ),
        "stride 1": (np.array([1.0, 2.0]), np.array([1.0, 1.0, 5.0]), 1),
    }
)
def stamp_row(values, stamp, stride):
    """A transposed convolution of one row: values (n,), stamp (k,) → ((n − 1)·stride + k,)."""
    row = np.zeros((len(values) - 1) * stride + len(stamp))
    for i, value in enumerate(values):
        row[i * stride : i * stride + len(stamp)] += value * stamp
    return row


@exercise(
    {
        "one pixel": (np.array([[[1.0, 2.0, 3.0, 4.0]]]),),
        "2 × 3 pixels": (_PIXELS,),
    }
)
def deal_out(channels):
    """(H, W, 4) → (2H, 2W): the four channels of a pixel become a square, row by row."""
    image = np.zeros((2 * channels.shape[0], 2 * channels.shape[1]))
    image[0::2, 0::2] = channels[..., 0]
    image[0::2, 1::2] = channels[..., 1]
    image[1::2, 0::2] = channels[..., 2]
    image[1::2, 1::2] = channels[..., 3]
    return image
