import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.models.convolution import (
    checkerboard,
    convolution_matrix,
    convolve,
    convolve_transpose,
    feed_counts,
)

CASES = [
    pytest.param(
        height, width, kernel, strides, padding, id=f"{height}x{width}-{kernel}-{strides}-{padding}"
    )
    for height, width in [(5, 6), (8, 8)]
    for kernel in [(1, 1), (3, 3), (2, 4)]
    for strides in [1, 2, 3]
    for padding in ["valid", "same"]
]


def keras_layer(layer, kernel, strides, padding, images):
    """What a Keras layer with this kernel and no bias computes."""
    filters = kernel.shape[3] if layer is keras.layers.Conv2D else kernel.shape[2]
    built = layer(filters, kernel.shape[:2], strides=strides, padding=padding, use_bias=False)
    built.build(images.shape)
    built.set_weights([kernel])
    return np.asarray(built(images))


@pytest.mark.parametrize(("height", "width", "size", "strides", "padding"), CASES)
def test_matrix_equals_conv2d(height, width, size, strides, padding):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, height, width, 3)).astype("float32")
    kernel = rng.normal(size=(*size, 3, 4)).astype("float32")
    expected = keras_layer(keras.layers.Conv2D, kernel, strides, padding, images)
    ours = convolve(images, kernel, strides=strides, padding=padding)
    assert ours.shape == expected.shape
    np.testing.assert_allclose(ours, expected, atol=1e-4)


@pytest.mark.parametrize(("height", "width", "size", "strides", "padding"), CASES)
def test_transposed_matrix_equals_conv2d_transpose(height, width, size, strides, padding):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, height, width, 3)).astype("float32")
    kernel = rng.normal(size=(*size, 4, 3)).astype("float32")
    expected = keras_layer(keras.layers.Conv2DTranspose, kernel, strides, padding, images)
    ours = convolve_transpose(images, kernel, strides=strides, padding=padding)
    assert ours.shape == expected.shape
    np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_matrix_by_hand():
    kernel = np.array([[1, 2], [3, 4]])[:, :, None, None]
    np.testing.assert_array_equal(
        convolution_matrix(kernel, (2, 3)), [[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]]
    )


def test_transpose_is_the_adjoint_and_no_inverse():
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 3, 2, 4))
    x, y = rng.normal(size=(1, 9, 9, 2)), rng.normal(size=(1, 4, 4, 4))
    forward = convolve(x, kernel, strides=2)
    back = convolve_transpose(y, kernel, strides=2)
    assert np.vdot(forward, y) == pytest.approx(np.vdot(x, back))
    assert np.abs(convolve_transpose(forward, kernel, strides=2) - x).max() > 1


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5, 6])
def test_no_checkerboard_exactly_where_the_stride_divides_the_kernel(kernel_size, strides):
    unevenness = checkerboard(kernel_size, strides)
    assert (unevenness == 0) == (kernel_size % strides == 0)


def test_feed_counts_by_hand():
    # Kernel 3, stride 2: along one axis pixels are fed by 1 and 2 inputs in turn.
    counts = feed_counts(3, (4, 4), strides=2)
    assert counts.shape == (8, 8)
    np.testing.assert_array_equal(counts[2:6, 2:6] % 3, np.tile(counts[2:4, 2:4] % 3, (2, 2)))
    assert sorted(counts[2:4, 2:4].ravel()) == [1, 2, 2, 4]
    assert checkerboard(3, 2) == pytest.approx((4 - 1) / 2.25)


KERNEL = np.ones((3, 3, 1, 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convolution_matrix(np.ones((3, 3)), (8, 8)), "kernel: expected shape"),
        (
            lambda: convolution_matrix(KERNEL, (2, 8)),
            "image_size: expected at least the kernel's 3",
        ),
        (lambda: convolution_matrix(KERNEL, (8, 8), strides=0), "strides: expected"),
        (lambda: convolution_matrix(KERNEL, (8, 8), padding="full"), "padding: expected"),
        (lambda: convolve(np.ones((1, 8, 8, 3)), KERNEL), r"in=1\), got \(1, 8, 8, 3\)"),
        (lambda: convolve(np.full((1, 8, 8, 1), np.nan), KERNEL), "images: expected finite"),
        (lambda: convolve_transpose(np.ones((0, 8, 8, 1)), KERNEL), "images: expected shape"),
        (lambda: checkerboard(0, 2), "kernel_size: expected"),
        (lambda: checkerboard(3, 0), "strides: expected"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
