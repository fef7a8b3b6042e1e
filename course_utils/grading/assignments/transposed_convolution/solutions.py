"""The course's own versions of what the assignment `transposed_convolution` asks for.

Source: V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016,
section 4.1.
"""

import numpy as np


def conv_matrix(kernel, height, width, stride):
    size = len(kernel)
    out_height, out_width = (height - size) // stride + 1, (width - size) // stride + 1
    matrix = np.zeros((out_height, out_width, height, width), "float32")
    for i, j in np.ndindex(out_height, out_width):
        top, left = i * stride, j * stride
        matrix[i, j, top : top + size, left : left + size] = kernel
    return matrix.reshape(out_height * out_width, height * width)


def conv2d(image, kernel, stride):
    height, width = image.shape
    size = len(kernel)
    out_height, out_width = (height - size) // stride + 1, (width - size) // stride + 1
    flat = conv_matrix(kernel, height, width, stride) @ np.reshape(image, -1)
    return np.reshape(flat, (out_height, out_width))


def conv2d_transpose(image, kernel, stride, height, width):
    matrix = np.transpose(conv_matrix(kernel, height, width, stride))
    return np.reshape(matrix @ np.reshape(image, -1), (height, width))
