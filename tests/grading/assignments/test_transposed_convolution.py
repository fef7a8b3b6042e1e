"""Reference values of the assignment `transposed_convolution`, against TensorFlow and Keras."""

from course_utils.quiet import tf

import keras
import numpy as np
import pytest

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.transposed_convolution import ASSIGNMENT, grade, properties

SIZES = pytest.mark.parametrize("size", properties.SIZES.values(), ids=properties.SIZES)


def layer(kind, kernel, stride, **options):
    """A layer of Keras with a given kernel, for one image with one channel."""
    weights = keras.initializers.Constant(kernel[:, :, None, None])
    made = kind(
        1, len(kernel), stride, "valid", use_bias=False, kernel_initializer=weights, **options
    )
    return lambda image: np.asarray(made(image[None, :, :, None].astype("float32")))[0, :, :, 0]


@SIZES
def test_the_true_convolution_is_that_of_keras(size):
    image, kernel, stride = properties.for_conv2d(*size).values()
    expected = layer(keras.layers.Conv2D, kernel, stride)(image)
    truth = properties.true_conv2d(image, kernel, stride)
    np.testing.assert_allclose(truth, expected, rtol=1e-4, atol=1e-4)
    matrix = properties.true_conv_matrix(kernel, *image.shape, stride)
    np.testing.assert_allclose(matrix @ image.ravel(), truth.ravel())


@SIZES
def test_the_true_transpose_is_that_of_tensorflow(size):
    image, kernel, stride, height, width = properties.for_transpose(*size).values()
    expected = tf.nn.conv2d_transpose(
        image[None, :, :, None].astype("float32"),
        kernel[:, :, None, None].astype("float32"),
        (1, height, width, 1),
        stride,
        "VALID",
    )[0, :, :, 0]
    truth = properties.true_conv2d_transpose(image, kernel, stride, height, width)
    np.testing.assert_allclose(truth, expected, rtol=1e-4, atol=1e-4)
    matrix = properties.true_conv_matrix(kernel, height, width, stride)
    np.testing.assert_allclose(matrix.T @ image.ravel(), truth.ravel())


@pytest.mark.parametrize(("kernel_size", "stride"), [(1, 1), (2, 2), (3, 2), (4, 3)])
def test_the_true_transpose_is_that_of_keras_where_keras_chooses_the_size(kernel_size, stride):
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(3, 5)), rng.normal(size=(kernel_size, kernel_size))
    expected = layer(keras.layers.Conv2DTranspose, kernel, stride)(image)
    truth = properties.true_conv2d_transpose(image, kernel, stride, *expected.shape)
    np.testing.assert_allclose(truth, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("factor", "stays"), [(1, True), (2, False)])
def test_upstream_a_right_function_stays_and_a_wrong_one_does_not(factor, stays):
    namespace, calls = ASSIGNMENT.notebook(), []
    namespace["record"] = calls.append
    cells.run(
        "course = conv_matrix\n"
        "def conv_matrix(*arguments):\n"
        "    record(arguments)\n"
        f"    return {factor} * course(*arguments)",
        namespace,
    )
    grade(namespace["conv2d"])
    # A wrong one is called once, to find that it is wrong.
    assert len(calls) > 20 if stays else len(calls) == 1
