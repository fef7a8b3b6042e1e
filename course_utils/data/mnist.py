"""The whole of MNIST and Fashion-MNIST, from this machine or the network, checked by a hash.

A folder given as an argument must contain the files. Otherwise each file is looked for in the
folder that the environment variable COURSE_DATA names, in Keras's cache and in Debian's package
`dataset-fashion-mnist`, in this order, and downloaded if none of them has it. A file is
decompressed before it is checked, because the same data can be compressed in more than one way.

Sources: Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*, 1998;
H. Xiao, K. Rasul and R. Vollgraf, *Fashion-MNIST*, 2017.
"""

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from course_utils.data.dataset import Dataset, Split

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
# SHA-256 of the decompressed contents of each file.
MNIST_HASH = {"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"}
FASHION_HASHES = {
    "train-images-idx3-ubyte.gz": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
    ),
    "train-labels-idx1-ubyte.gz": (
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
    ),
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
DEBIAN_FOLDERS = (Path("/usr/share/datasets/fashion-mnist"),)
IMAGE_HEADER_BYTES, LABEL_HEADER_BYTES = 16, 8


class _Unavailable(OSError):
    """Data that cannot be obtained. IPython shows the message alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class DownloadError(_Unavailable, ConnectionError):
    """A dataset could not be downloaded."""


class MissingFileError(_Unavailable, FileNotFoundError):
    """The folder that was given lacks a file of the data set."""


class DamagedFileError(_Unavailable):
    """The contents of a file are not the published ones: it is incomplete or another file."""


def load_mnist(folder: str | Path | None = None) -> Dataset:
    """MNIST: handwritten digits.

    Args:
        folder: the folder of `mnist.npz`. If None, the usual places are searched, and the file is
            downloaded if none has it; see the top of this file.

    Returns:
        A `Dataset` of images (N, 28, 28, 1) in [0, 1]: the first 55,000 of the published training
        images for training, the last 5,000 for validation, and the published 10,000 for testing.

    Raises:
        MissingFileError: if the folder lacks the file.
        DownloadError: if the file is not on this machine and cannot be downloaded.
        DamagedFileError: if the contents of the file are not the published ones.
    """
    (contents,) = _contents("mnist", MNIST_HASH, "", folder).values()
    with np.load(io.BytesIO(contents), allow_pickle=False) as arrays:
        return _dataset(
            "mnist",
            "MNIST (LeCun, Cortes and Burges, 1998)",
            "digit",
            tuple(range(10)),
            lambda part: (arrays[f"x_{part}"], arrays[f"y_{part}"]),
        )


def load_fashion_mnist(folder: str | Path | None = None) -> Dataset:
    """Fashion-MNIST: articles of clothing, in the format of MNIST; see `load_mnist`.

    Args:
        folder: the folder of the four files `…-ubyte.gz`, as for `load_mnist`.

    Returns:
        A `Dataset` as that of `load_mnist`.

    Raises:
        MissingFileError, DownloadError, DamagedFileError: as for `load_mnist`.
    """
    contents = _contents("fashion_mnist", FASHION_HASHES, "fashion-mnist", folder)

    def read(part: str) -> tuple[np.ndarray, np.ndarray]:
        stem = {"train": "train", "test": "t10k"}[part]
        images = contents[f"{stem}-images-idx3-ubyte.gz"]
        labels = contents[f"{stem}-labels-idx1-ubyte.gz"]
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


def to_split(images: np.ndarray, labels: np.ndarray, factor: str) -> Split:
    """A `Split` of images (N, 28, 28) uint8 and their labels (N,), with pixels in [0, 1]."""
    return Split(images[..., None].astype("float32") / 255, {factor: labels.astype("int64")})


def _dataset(name: str, source: str, factor: str, classes: tuple, read: Callable) -> Dataset:
    images, labels = read("train")
    return Dataset(
        name=name,
        source=source,
        train=to_split(images[:-VALIDATION], labels[:-VALIDATION], factor),
        validation=to_split(images[-VALIDATION:], labels[-VALIDATION:], factor),
        test=to_split(*read("test"), factor),
        levels={factor: classes},
    )


def _contents(
    dataset: str, hashes: dict[str, str], subfolder: str, folder: str | Path | None
) -> dict[str, bytes]:
    """The decompressed contents of each file, checked to be the published ones."""
    contents = {}
    for file, expected in hashes.items():
        if folder is not None:
            path = Path(folder, file)
            remedy = "Put an intact copy in its place."
            if not path.is_file():
                raise MissingFileError(
                    f"{path} does not exist. {dataset} is {', '.join(hashes)}: give a folder that "
                    f'holds all of it, or none, as in load("{dataset}").'
                )
        else:
            path = _on_this_machine(file, subfolder) or _downloaded(dataset, file, subfolder)
            remedy = f'Delete the file and load("{dataset}") again to have it anew.'
        contents[file] = _checked(path, expected, remedy)
    return contents


def _on_this_machine(file: str, subfolder: str) -> Path | None:
    """The first copy of a file in the usual places."""
    keras_home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    places = [keras_home / "datasets" / subfolder, *DEBIAN_FOLDERS]
    if os.environ.get("COURSE_DATA"):
        places.insert(0, Path(os.environ["COURSE_DATA"]))
    return next((place / file for place in places if (place / file).is_file()), None)


def _downloaded(dataset: str, file: str, subfolder: str) -> Path:
    """The path of a file, downloaded into Keras's cache."""
    import course_utils.quiet

    # isort: split
    import keras

    # Keras would silently replace a cached file that has the wrong hash. So it is asked for the
    # file without a hash, and the contents are checked here.
    try:
        return Path(
            keras.utils.get_file(file, ORIGIN + file, cache_subdir=Path("datasets", subfolder))
        )
    except Exception as reason:  # Keras raises bare Exception for an unreachable address.
        raise DownloadError(
            f"{dataset} is not on this machine and could not be downloaded ({reason}). "
            "Try again with a network, name a folder that holds it in COURSE_DATA, or use "
            'load("fashion") or load("digits"), which are bundled.'
        ) from None


def _checked(path: Path, expected: str, remedy: str) -> bytes:
    """The decompressed contents of a file, if their SHA-256 is `expected`."""
    contents = path.read_bytes()
    if path.suffix == ".gz":
        try:
            contents = gzip.decompress(contents)
        except (EOFError, OSError, zlib.error) as reason:
            raise DamagedFileError(
                f"{path} is damaged: it cannot be decompressed ({reason}). {remedy}"
            ) from None
    found = hashlib.sha256(contents).hexdigest()
    if found != expected:
        raise DamagedFileError(
            f"{path} is damaged: the hash of its contents is {found}, expected {expected}. {remedy}"
        )
    return contents
