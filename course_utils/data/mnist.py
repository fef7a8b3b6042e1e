"""MNIST and Fashion-MNIST, downloaded by Keras and checked against their published hashes.

Sources: Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*, 1998;
H. Xiao, K. Rasul and R. Vollgraf, *Fashion-MNIST*, 2017, with the MD5 sums of its README.
"""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from course_utils.data.dataset import Dataset, Split

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
MNIST_HASH = {"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"}
FASHION_HASHES = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}
FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
VALIDATION = 5_000
IMAGE_HEADER_BYTES, LABEL_HEADER_BYTES = 16, 8


class _Unavailable(OSError):
    """Data that cannot be had. IPython shows the sentence alone, without the way that led to it."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class DownloadError(_Unavailable, ConnectionError):
    """A dataset could not be downloaded."""


class DamagedFileError(_Unavailable):
    """A file's hash is not the published one: it is incomplete, or not what it says it is."""


def load_mnist() -> Dataset:
    """MNIST: handwritten digits.

    Returns:
        A `Dataset` of images (N, 28, 28, 1) in [0, 1]: the first 55,000 of the published training
        images to train, its last 5,000 to validate, the published 10,000 to test.

    Raises:
        DownloadError: where the file is not in Keras' cache and cannot be downloaded.
        DamagedFileError: where the file has another hash than the published one.
    """
    (path,) = _fetch("mnist", MNIST_HASH, "datasets")
    with np.load(path, allow_pickle=False) as arrays:
        return _dataset(
            "mnist",
            "MNIST (LeCun, Cortes and Burges, 1998)",
            "digit",
            tuple(range(10)),
            lambda part: (arrays[f"x_{part}"], arrays[f"y_{part}"]),
        )


def load_fashion_mnist() -> Dataset:
    """Fashion-MNIST: articles of clothing, in the format of MNIST; see `load_mnist`."""
    files = {
        path.name: path
        for path in _fetch("fashion_mnist", FASHION_HASHES, "datasets/fashion-mnist")
    }

    def read(part: str) -> tuple[np.ndarray, np.ndarray]:
        stem = {"train": "train", "test": "t10k"}[part]
        images = gzip.decompress(files[f"{stem}-images-idx3-ubyte.gz"].read_bytes())
        labels = gzip.decompress(files[f"{stem}-labels-idx1-ubyte.gz"].read_bytes())
        return (
            np.frombuffer(images, "uint8", offset=IMAGE_HEADER_BYTES).reshape(-1, 28, 28),
            np.frombuffer(labels, "uint8", offset=LABEL_HEADER_BYTES),
        )

    return _dataset(
        "fashion_mnist",
        "Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017)",
        "article",
        FASHION_CLASSES,
        read,
    )


def _dataset(name: str, source: str, factor: str, classes: tuple, read: Callable) -> Dataset:
    def split(images: np.ndarray, labels: np.ndarray) -> Split:
        return Split(images[..., None].astype("float32") / 255, {factor: labels.astype("int64")})

    images, labels = read("train")
    return Dataset(
        name=name,
        source=source,
        train=split(images[:-VALIDATION], labels[:-VALIDATION]),
        validation=split(images[-VALIDATION:], labels[-VALIDATION:]),
        test=split(*read("test")),
        levels={factor: classes},
    )


def _fetch(dataset: str, hashes: dict[str, str], folder: str) -> list[Path]:
    """The paths of the files, each with the right hash, downloaded where Keras' cache lacks it."""
    import course_utils.quiet

    # isort: split
    import keras

    paths = []
    for file, expected in hashes.items():
        # Keras replaces a cached file of the wrong hash without a word to the caller. So it is
        # asked for the file without a hash, and the hash is checked here.
        try:
            path = Path(keras.utils.get_file(file, ORIGIN + file, cache_subdir=folder))
        except Exception as reason:  # Keras raises bare Exception for an unreachable address.
            raise DownloadError(
                f"{dataset} is not on this machine and could not be downloaded ({reason}). "
                'Try again with a network, or use load("digits"), which is bundled.'
            ) from None
        found = hashlib.new("sha256" if len(expected) == 64 else "md5", path.read_bytes())
        if found.hexdigest() != expected:
            raise DamagedFileError(
                f"{path} is damaged: its hash is {found.hexdigest()}, expected {expected}. "
                f'Delete the file and load("{dataset}") again to download it anew.'
            )
        paths.append(path)
    return paths
