"""Handwritten digits, 8×8, bundled with scikit-learn: real images without a download.

Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
Repository, 1998. These are the 1,797 images of its test part, with 17 grey levels.
"""

import numpy as np
from sklearn import datasets

from course_utils.data.dataset import Dataset, Split

GREY_LEVELS = 17
TRAIN, VALIDATION, TEST = 1350, 150, 297


def load_digits() -> Dataset:
    """The digits, scaled to [0, 1] and always split the same way.

    Returns:
        A `Dataset` of images (N, 8, 8, 1): 1,350 for training, 150 for validation, 297 for testing.
    """
    bunch = datasets.load_digits()
    images = (bunch.images / (GREY_LEVELS - 1)).astype("float32")[..., None]
    labels = bunch.target.astype("int64")
    order = np.random.default_rng(1234).permutation(TRAIN + VALIDATION + TEST)

    def split(start: int, count: int) -> Split:
        chosen = order[start : start + count]
        return Split(images[chosen], {"digit": labels[chosen]})

    return Dataset(
        name="digits",
        source="UCI handwritten digits (Alpaydin and Kaynak, 1998), bundled with scikit-learn",
        train=split(0, TRAIN),
        validation=split(TRAIN, VALIDATION),
        test=split(TRAIN + VALIDATION, TEST),
        levels={"digit": tuple(range(10))},
    )
