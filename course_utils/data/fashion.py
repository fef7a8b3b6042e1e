"""Articles of clothing, 28×28: a part of Fashion-MNIST that comes with the course.

Source: H. Xiao, K. Rasul and R. Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking
Machine Learning Algorithms*, 2017. Copyright 2017 Zalando SE, under the MIT licence in
`fashion.LICENSE`, beside the data file.
"""

import io
import lzma
from pathlib import Path

import numpy as np

from course_utils.data.dataset import Dataset
from course_utils.data.mnist import FASHION_CLASSES, to_split

FILE = Path(__file__).with_name("fashion.npz.xz")
TRAIN, VALIDATION, TEST = 10_000, 1_000, 2_000


def load_fashion() -> Dataset:
    """Ten kinds of garment, always split the same way; `load("fashion_mnist")` is the whole set.

    Returns:
        A `Dataset` of images (N, 28, 28, 1) in [0, 1]: the first 10,000 of the published training
        images to train, the next 1,000 to validate, the first 2,000 of the published test images
        to test.
    """
    with np.load(io.BytesIO(lzma.decompress(FILE.read_bytes())), allow_pickle=False) as arrays:
        ends = (TRAIN, TRAIN + VALIDATION)
        images, labels = (np.split(arrays[name], ends) for name in ("images", "labels"))
    train, validation, test = (
        to_split(*part, "article") for part in zip(images, labels, strict=True)
    )
    return Dataset(
        name="fashion",
        source="a part of Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017), bundled",
        train=train,
        validation=validation,
        test=test,
        levels={"article": FASHION_CLASSES},
    )
