import course_utils.quiet

import re

import numpy as np
import pytest
import tensorflow as tf

from course_utils.validation import (
    check_array,
    check_count,
    check_number,
    check_same_shape,
    check_shape,
)


def test_returns_the_array_with_its_dtype():
    assert check_array("x", [[1, 2]], ("N", 2)).dtype.kind == "i"
    assert check_array("x", np.ones((3, 2), "float32"), ("N", 2)).dtype == "float32"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((3, 8, 8, 1), ("N", 8, 8, 1)),
        ((3, 4, 5), ("N", ...)),
        ((3,), ("N", ...)),
        ((None, 2), ("N", 2)),
        ((), ()),
    ],
)
def test_accepts_shapes_that_fit(given, expected):
    check_shape("x", given, expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((8, 8, 1), ("N", 8, 8, 1)),
        ((3, 8, 8, 3), ("N", 8, 8, 1)),
        ((0, 2), ("N", 2)),
        ((2, 3), ("D", "D")),
        ((), ("N", ...)),
        ((2, 0), ("N", ...)),
    ],
)
def test_refuses_shapes_that_do_not_fit(given, expected):
    with pytest.raises(ValueError, match=r"^x: expected shape \(.*\), got \("):
        check_shape("x", given, expected)


def test_named_sizes_must_agree_between_arrays():
    sizes = {}
    check_array("real", np.ones((4, 32)), ("N", "D"), sizes)
    check_array("fake", np.ones((7, 32)), ("M", "D"), sizes)
    with pytest.raises(ValueError, match=r"labels: expected shape \(N=4,\), got \(5,\)"):
        check_array("labels", np.ones(5), ("N",), sizes)


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        ([np.nan, 1.0], {}, "x: expected finite numbers, got 1 NaN"),
        ([np.inf, 1.0], {}, "x: expected finite numbers, got 1 NaN or infinite"),
        ([0.0, 255.0], {"low": 0, "high": 1}, r"x: expected values in \[0, 1\], got \[0, 255\]"),
        ([1.0], {"integer": True}, "x: expected integers, got dtype float64"),
        (["a"], {}, "x: expected real numbers, got dtype"),
        ([1j], {}, "x: expected real numbers, got dtype complex"),
        ([[1], [1, 2]], {}, "x: expected one array, got rows of unequal length"),
        ([], {}, r"got \(0,\) \(it is empty\)"),
    ],
)
def test_says_what_came_and_what_was_expected(value, options, message):
    with pytest.raises(ValueError, match=message):
        check_array("x", value, ("N",), **options)


@pytest.mark.parametrize("value", [0, 6, 2.0, "2", True, None])
def test_count_refuses_all_but_whole_numbers_in_range(value):
    with pytest.raises(ValueError, match="k: expected a whole number from 1 to 5, got"):
        check_count("k", value, 1, 5)
    assert check_count("k", np.int64(5), 1, 5) == 5


@pytest.mark.parametrize(
    ("limits", "fits", "refused", "words"),
    [
        ({"low": 0}, [0, 2.5, np.float32(1)], [-0.1, np.inf], "a number of at least 0"),
        ({"above": 0}, [1e-9], [0, -1], "a number above 0"),
        ({"high": 1}, [1, -5], [1.1, -np.inf], "a number of at most 1"),
        ({"below": 1}, [0.9, -5], [1], "a number below 1"),
        ({"low": 0, "high": 1}, [0, 1], [-0.1, 1.1], "a number in [0, 1]"),
        ({"low": 0, "below": 1}, [0, 0.9], [-0.1, 1], "a number in [0, 1)"),
        ({"above": 0, "high": 1}, [0.1, 1], [0, 1.1], "a number in (0, 1]"),
        ({"above": 0, "below": 0.5}, [0.1], [0, 0.5], "a number between 0 and 0.5"),
        ({}, [-3, 7], [np.inf, -np.inf], "a finite number"),
        ({"above": 0, "alternatives": "'auto'"}, [2], ["best"], "'auto' or a number above 0"),
    ],
)
def test_number_refuses_all_but_real_numbers_in_range(limits, fits, refused, words):
    for value in fits:
        assert check_number("k", value, **limits) == value
        assert type(check_number("k", value, **limits)) is float
    for value in [*refused, np.nan, None, "2", True, 1j, np.zeros(2)]:
        with pytest.raises(ValueError, match=re.escape(f"k: expected {words}, got {value!r}")):
            check_number("k", value, **limits)


def test_sizes_that_are_not_known_yet_fit():
    seen = []

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 3)),
            tf.TensorSpec(None),
            tf.TensorSpec((4, None)),
        ]
    )
    def trace(x, y, z):
        check_same_shape(x=x, y=y, z=z)
        seen.append((x.shape, y.shape, z.shape))
        return x

    trace(tf.zeros((4, 3)), tf.zeros(()), tf.zeros((4, 3)))
    assert len(seen) == 1
    check_same_shape(x=[[1, 2]], y=np.zeros((1, 2)), z=tf.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"y: expected the shape of x, \(2,\), got \(3,\)"):
        check_same_shape(x=[1, 2], y=[1, 2, 3])
