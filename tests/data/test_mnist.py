"""The downloads, without a network: made-up files in a cache of their own."""

import functools
import gzip
import hashlib
import io

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
    "mnist": (mnist_file(), "MNIST_HASH", "sha256", "datasets"),
    "fashion_mnist": (fashion_files(), "FASHION_HASHES", "md5", "datasets/fashion-mnist"),
}


@pytest.fixture(params=CASES)
def case(request, monkeypatch, tmp_path):
    """One of the two datasets, made up; Keras' cache is an empty folder and nothing is reachable.

    Returns the dataset's name, its files and the folder where Keras keeps them.
    """
    files, table, algorithm, folder = CASES[request.param]
    hashes = {name: hashlib.new(algorithm, data).hexdigest() for name, data in files.items()}
    monkeypatch.setattr(mnist, table, hashes)
    monkeypatch.setattr(mnist, "VALIDATION", 2)
    monkeypatch.setattr(mnist, "ORIGIN", UNREACHABLE)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    get_file = functools.partial(keras.utils.get_file, cache_dir=str(tmp_path / "keras"))
    monkeypatch.setattr(keras.utils, "get_file", get_file)
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


def test_a_damaged_file_is_reported_and_left_alone(case):
    name, files, folder = case
    victim = list(files)[-1]
    damaged = files[victim][:-1]
    fill(folder, {**files, victim: damaged})
    with pytest.raises(mnist.DamagedFileError, match="Delete the file") as caught:
        load(name)
    algorithm = CASES[name][2]
    for expected in (
        str(folder / victim),
        hashlib.new(algorithm, damaged).hexdigest(),
        hashlib.new(algorithm, files[victim]).hexdigest(),
    ):
        assert expected in str(caught.value)
    assert (folder / victim).read_bytes() == damaged


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
    assert [len(value) for value in mnist.FASHION_HASHES.values()] == [32] * 4
    assert len(mnist.FASHION_CLASSES) == 10
