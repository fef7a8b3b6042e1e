"""The whole data sets, found or downloaded without a network: made-up files in a separate cache.

The real 70,000 images of Fashion-MNIST are read if Debian's package is installed.
"""

import functools
import gzip
import hashlib
import io
import os

import course_utils.quiet  # isort: skip
import keras
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_utils.data import load, mnist

UNREACHABLE = "http://127.0.0.1:9/"
TRAIN, TEST = 7, 4


def images_and_labels(count):
    rng = np.random.default_rng(count)
    return rng.integers(256, size=(count, 28, 28)).astype("uint8"), np.arange(count) % 10


def mnist_file():
    buffer = io.BytesIO()
    (x_train, y_train), (x_test, y_test) = images_and_labels(TRAIN), images_and_labels(TEST)
    np.savez(buffer, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return {"mnist.npz": buffer.getvalue()}


def fashion_files():
    """The IDX format: a header of 16 bytes before images and of 8 before labels."""
    files = {}
    for stem, count in (("train", TRAIN), ("t10k", TEST)):
        images, labels = images_and_labels(count)
        header = np.array([2051, count, 28, 28], ">u4").tobytes()
        files[f"{stem}-images-idx3-ubyte.gz"] = gzip.compress(header + images.tobytes())
        header = np.array([2049, count], ">u4").tobytes()
        files[f"{stem}-labels-idx1-ubyte.gz"] = gzip.compress(
            header + labels.astype("uint8").tobytes()
        )
    return files


CASES = {
    "mnist": (mnist_file(), "MNIST_HASH", "datasets"),
    "fashion_mnist": (fashion_files(), "FASHION_HASHES", "datasets/fashion-mnist"),
}


def unpacked(name, data):
    return gzip.decompress(data) if name.endswith(".gz") else data


def content_hash(name, data):
    return hashlib.sha256(unpacked(name, data)).hexdigest()


def packed(name, contents):
    """The contents as a file of that name, packed in another way than the published one."""
    return gzip.compress(contents, compresslevel=1) if name.endswith(".gz") else contents


@pytest.fixture(params=CASES)
def case(request, monkeypatch, tmp_path):
    """One of the two datasets, made up; Keras' cache is an empty folder and nothing is reachable.

    Returns the dataset's name, its files and the folder where Keras keeps them.
    """
    files, table, folder = CASES[request.param]
    hashes = {name: content_hash(name, data) for name, data in files.items()}
    monkeypatch.setattr(mnist, table, hashes)
    monkeypatch.setattr(mnist, "DEBIAN_FOLDERS", ())
    monkeypatch.setattr(mnist, "VALIDATION", 2)
    monkeypatch.setattr(mnist, "ORIGIN", UNREACHABLE)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    get_file = functools.partial(keras.utils.get_file, cache_dir=str(tmp_path / "keras"))
    monkeypatch.setattr(keras.utils, "get_file", get_file)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "keras").mkdir()
    return request.param, files, tmp_path / "keras" / folder


def fill(folder, files):
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def assert_is_the_made_up_data(data):
    images, labels = images_and_labels(TRAIN)
    np.testing.assert_allclose(data.train.x[..., 0] * 255, images[:5], rtol=1e-6)
    np.testing.assert_array_equal(data.validation.labels, labels[5:])
    np.testing.assert_array_equal(data.test.labels, images_and_labels(TEST)[1])
    assert data.train.x.dtype == np.float32
    assert data.shape == (28, 28, 1)
    assert data.train.labels.dtype == np.int64


def test_a_cached_copy_needs_no_network(case):
    name, files, folder = case
    fill(folder, files)
    assert_is_the_made_up_data(load(name))


def test_what_is_missing_is_downloaded(case, monkeypatch, tmp_path):
    name, files, _ = case
    fill(tmp_path / "origin", files)
    monkeypatch.setattr(mnist, "ORIGIN", (tmp_path / "origin").as_uri() + "/")
    assert_is_the_made_up_data(load(name))


def test_without_a_network_one_sentence_names_the_bundled_alternative(case):
    name, _, folder = case
    with pytest.raises(mnist.DownloadError, match=r'load\("digits"\)') as caught:
        load(name)
    assert isinstance(caught.value, ConnectionError)
    assert caught.value.__suppress_context__
    assert name in str(caught.value) and UNREACHABLE in str(caught.value)
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("place", ["argument", "COURSE_DATA", "Debian's package"])
def test_a_folder_needs_no_network(case, place, monkeypatch, tmp_path):
    name, files, folder = case
    held = tmp_path / "held"
    fill(held, files)
    options = {}
    if place == "argument":
        # What is asked for comes first, whatever else there is.
        fill(folder, dict.fromkeys(files, b"something else"))
        options = {"folder": str(held)}
    elif place == "COURSE_DATA":
        fill(folder, dict.fromkeys(files, b"something else"))
        monkeypatch.setenv("COURSE_DATA", str(held))
    else:
        monkeypatch.setattr(mnist, "DEBIAN_FOLDERS", (held,))
    assert_is_the_made_up_data(load(name, **options))


def test_a_folder_that_lacks_a_file_is_never_replaced_by_another_place(case, tmp_path):
    name, files, folder = case
    fill(folder, files)
    fill(tmp_path / "held", dict(list(files.items())[1:]))
    with pytest.raises(mnist.MissingFileError, match="does not exist") as caught:
        load(name, folder=tmp_path / "held")
    assert isinstance(caught.value, FileNotFoundError)
    assert str(tmp_path / "held" / next(iter(files))) in str(caught.value)


def test_the_contents_count_not_how_they_are_packed(case):
    name, files, folder = case
    repacked = {file: packed(file, unpacked(file, data)) for file, data in files.items()}
    fill(folder, repacked)
    assert_is_the_made_up_data(load(name))


def test_a_damaged_file_is_reported_and_left_alone(case):
    name, files, folder = case
    victim = list(files)[-1]
    damaged = packed(victim, unpacked(victim, files[victim])[:-1])
    fill(folder, {**files, victim: damaged})
    with pytest.raises(mnist.DamagedFileError, match="Delete the file") as caught:
        load(name)
    for expected in (
        str(folder / victim),
        content_hash(victim, damaged),
        content_hash(victim, files[victim]),
    ):
        assert expected in str(caught.value)
    assert (folder / victim).read_bytes() == damaged


@pytest.mark.parametrize("cut", [1, 30])
def test_a_file_that_ends_too_early_is_damaged(case, cut):
    name, files, folder = case
    victim = list(files)[-1]
    fill(folder, {**files, victim: files[victim][:-cut]})
    with pytest.raises(mnist.DamagedFileError, match="Delete the file") as caught:
        load(name)
    assert str(folder / victim) in str(caught.value)


def test_a_download_with_the_wrong_content_is_refused(case, monkeypatch, tmp_path):
    name, files, _ = case
    fill(tmp_path / "origin", dict.fromkeys(files, b"<html>Please log in</html>"))
    monkeypatch.setattr(mnist, "ORIGIN", (tmp_path / "origin").as_uri() + "/")
    with pytest.raises(mnist.DamagedFileError):
        load(name)


def test_a_notebook_shows_the_sentence_alone(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell()
    shell.user_ns["error"] = mnist.DownloadError("no network")
    shell.run_cell("raise error")
    assert capsys.readouterr().out.strip() == "DownloadError: no network"


def test_the_published_hashes_are_whole():
    assert [len(value) for value in mnist.MNIST_HASH.values()] == [64]
    assert [len(value) for value in mnist.FASHION_HASHES.values()] == [64] * 4
    assert len(mnist.FASHION_CLASSES) == 10


@pytest.fixture(scope="module")
def real_fashion():
    """The real Fashion-MNIST, from Debian's package."""
    if not any(folder.is_dir() for folder in mnist.DEBIAN_FOLDERS):
        word = (
            "the real Fashion-MNIST is not here; please install it "
            "(on Debian and Ubuntu: apt install dataset-fashion-mnist)"
        )
        # A machine that is there to run the tests must not pass by leaving some out.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(word)
    return load("fashion_mnist", folder=mnist.DEBIAN_FOLDERS[0])


def test_the_real_fashion_mnist_has_70000_images_of_ten_kinds(real_fashion):
    parts = (real_fashion.train, real_fashion.validation, real_fashion.test)
    assert [len(part) for part in parts] == [55_000, 5_000, 10_000]
    labels = np.concatenate([real_fashion.train.labels, real_fashion.validation.labels])
    np.testing.assert_array_equal(np.bincount(labels), [6_000] * 10)
    np.testing.assert_array_equal(np.bincount(real_fashion.test.labels), [1_000] * 10)
    # The first images that the publishers show: an ankle boot and a T-shirt.
    names = [real_fashion.levels["article"][label] for label in labels[:2]]
    assert names == ["Ankle boot", "T-shirt/top"]
    # Published mean and standard deviation of the training pixels.
    x = np.concatenate([real_fashion.train.x, real_fashion.validation.x])
    assert x.mean() == pytest.approx(0.2860, abs=1e-4)
    assert x.std(dtype="float64") == pytest.approx(0.3530, abs=1e-4)


def test_the_bundled_part_is_the_first_images_of_the_real_set(real_fashion):
    bundled = load("fashion")
    for part, whole, start in (
        (bundled.train, real_fashion.train, 0),
        (bundled.validation, real_fashion.train, 10_000),
        (bundled.test, real_fashion.test, 0),
    ):
        same = slice(start, start + len(part))
        np.testing.assert_array_equal(part.x, whole.x[same])
        np.testing.assert_array_equal(part.labels, whole.labels[same])
