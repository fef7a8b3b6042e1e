"""What `load` promises of every dataset."""

import numpy as np
import pytest

from course_utils.data import LOADERS, load

BUNDLED = [name for name in LOADERS if "mnist" not in name]


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_dataset_is_what_it_says(name):
    data = load(name)
    assert data.name == name
    for part in (data.train, data.validation, data.test):
        assert part.x.dtype == np.float32
        assert part.x.shape[1:] == data.shape
        assert np.isfinite(part.x).all()
        assert set(part.factors) == set(data.levels)
        for factor, levels in data.levels.items():
            assert part.factors[factor].dtype == np.int64
            assert part.factors[factor].shape == (len(part),)
            assert 0 <= part.factors[factor].min() <= part.factors[factor].max() < len(levels)
    for fact in (name, data.source, str(data.shape), "float32", f"{len(data.train)} train"):
        assert fact in repr(data)


def test_an_unknown_name_lists_the_names():
    with pytest.raises(
        ValueError, match="no dataset is called 'cifar'; there are: digits, fashion"
    ):
        load("cifar")


def test_digits_are_split_as_documented():
    data = load("digits")
    assert [len(part) for part in (data.train, data.validation, data.test)] == [1350, 150, 297]
    first = np.random.default_rng(1234).permutation(1797)[0]
    from sklearn.datasets import load_digits

    np.testing.assert_array_equal(data.train.x[0, ..., 0] * 16, load_digits().images[first])
    assert set(np.unique(data.binarized().train.x)) == {0, 1}


def test_fashion_is_split_as_documented():
    data = load("fashion")
    parts = (data.train, data.validation, data.test)
    assert [len(part) for part in parts] == [10_000, 1_000, 2_000]
    assert data.shape == (28, 28, 1)
    assert data.levels["article"][data.train.labels[0]] == "Ankle boot"
    for part in parts:
        assert set(part.labels) == set(range(10))
        assert (part.x * 255 == np.round(part.x * 255)).all()
