# %% [markdown]
# # Assignment: transposed convolution
#
# A decoder must turn a few numbers into many pixels. Its favourite layer has a name that sounds like
# magic. You write it in three functions: convolution as a matrix, convolution through the matrix,
# and what comes out when the matrix is transposed. Then you enlarge a digit with it and see where
# the notorious checkerboards come from.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. NumPy (`np`) is imported, and TensorFlow (`tf`) and Keras
# (`keras`) too; use what you like. The computation must be your own: the course's library has these
# functions as well, for images with channels, and refuses to be called from yours.
#
# **How it is graded.** Each function is worth 5 points, all or nothing, and the question at the end
# is worth 5 more. Grading runs what `check` runs and further tests of the same properties: other
# kernels, other sizes, other strides. How you write a function does not matter, and neither does a
# relative difference below 0.0001. A mistake costs points only once: where your `conv_matrix` is
# wrong, the other two are tested with the course's own. The experiment gives no points.
#
# **From easy to hard.** Here the hardest comes first: `conv_matrix` has to put every weight into
# its place, window by window. Begin with stride 1 and a kernel of a single weight, then let both
# grow. With the matrix, `conv2d` takes two lines, and `conv2d_transpose` two more.
#
# **What every function must do.** Images and kernels are NumPy arrays of `float32` with two axes:
# there is one image and one channel. Images need not be square; kernels are, with $k$ rows and $k$
# columns. Sizes and strides are plain integers, from 1 upwards. The result may be a NumPy array or a
# tensor, in single or double precision.
#
# It takes about an hour. The lecture on transposed convolutions is all you need. Before you hand
# in, press *Validate* above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. A convolution is a matrix
#
# Lay a kernel $w$ on an image $x$, multiply, add up, move on by the stride $s$:
#
# $$y_{ij} = \sum_{a=0}^{k-1} \sum_{b=0}^{k-1} w_{ab}\; x_{si+a,\; sj+b}.$$
#
# This is what TensorFlow computes under the name of convolution. The kernel is not flipped, and
# with padding 'valid' it never hangs over the edge: an image of height $H$ gives
# $\lfloor (H - k) / s \rfloor + 1$ rows, and what the last step does not reach is left out.
#
# Nothing here is more than a weighted sum. So, once image and result are laid out as vectors, row
# by row, there is a matrix $C$ with $y = C x$. Each of its rows makes one pixel of the result. Which
# of its entries are not zero?
#
# | | shape | |
# |---|---|---|
# | `kernel` | $(k, k)$ | the weights $w$ |
# | `height`, `width` | | of the image, each at least $k$ |
# | `stride` | | $s$, the same in both directions |
# | result | $(H' W', H W)$ | $C$; $H'$ and $W'$ are height and width of the result |


# %% solution="conv_matrix"
def conv_matrix(kernel, height, width, stride):
    """The matrix of a 'valid' convolution on images of one size.

    Args:
        kernel: (k, k).
        height, width: of the image.
        stride: the step between windows, down and to the right.

    Returns:
        (out_height · out_width, height · width).
    """
    # BEGIN SOLUTION
    k = len(kernel)
    out_height, out_width = (height - k) // stride + 1, (width - k) // stride + 1
    matrix = np.zeros((out_height, out_width, height, width), "float32")
    for i in range(out_height):
        for j in range(out_width):
            y, x = i * stride, j * stride
            matrix[i, j, y : y + k, x : x + k] = kernel
    return matrix.reshape(out_height * out_width, height * width)
    # END SOLUTION


# %% test="conv_matrix-test" points=5
check(conv_matrix)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import transposed_convolution

transposed_convolution.grade(conv_matrix)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. Convolution through the matrix
#
# Flatten the image, multiply, and turn the result into an image again. It should be what
# `tf.nn.conv2d` gives with padding 'VALID'.
#
# Call your own `conv_matrix`. Get it right first: `check` cannot judge what is built on it until
# then.
#
# | | shape | |
# |---|---|---|
# | `image` | $(H, W)$ | |
# | `kernel` | $(k, k)$ | |
# | `stride` | | $s$ |
# | result | $(H', W')$ | $H' = \lfloor (H - k) / s \rfloor + 1$, and likewise for $W'$ |


# %% solution="conv2d"
def conv2d(image, kernel, stride):
    """'Valid' convolution of one image with one channel.

    Args:
        image: (height, width).
        kernel: (k, k).
        stride: the step between windows, down and to the right.

    Returns:
        (out_height, out_width).
    """
    # BEGIN SOLUTION
    height, width = image.shape
    flat = conv_matrix(kernel, height, width, stride) @ np.reshape(image, -1)
    return np.reshape(flat, ((height - len(kernel)) // stride + 1, -1))
    # END SOLUTION


# %% test="conv2d-test" points=5
check(conv2d)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import transposed_convolution

transposed_convolution.grade(conv2d)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. The transpose
#
# $C$ turns a large image into a small one. Its transpose turns a small one into a large one:
#
# $$x = C^{\mathsf T} y.$$
#
# That is all. It is not an inverse: $C^{\mathsf T} C$ is not the identity, and nothing is undone.
# Column by column it reads as follows. Each pixel of $y$ stamps the kernel, times its own value,
# into $x$; stamps lie a stride apart, and where they overlap they add up.
#
# Images of several sizes can give results of the same size: with stride 2 and a 3×3 kernel, 7
# rows and 8 rows both give 3. So the size has to be given. Rows and columns that no stamp reaches
# stay 0.
#
# | | shape | |
# |---|---|---|
# | `image` | $(H', W')$ | the small one |
# | `kernel` | $(k, k)$ | |
# | `stride` | | $s$ |
# | `height`, `width` | | $H$ and $W$, with $\lfloor (H - k) / s \rfloor + 1 = H'$, and likewise for $W$ |
# | result | $(H, W)$ | the large one |


# %% solution="conv2d_transpose"
def conv2d_transpose(image, kernel, stride, height, width):
    """The transpose of a 'valid' convolution, of one image with one channel.

    Args:
        image: (small_height, small_width).
        kernel: (k, k).
        stride: the step between stamps, down and to the right.
        height, width: of the result.

    Returns:
        (height, width).
    """
    # BEGIN SOLUTION
    matrix = np.transpose(conv_matrix(kernel, height, width, stride))
    return np.reshape(matrix @ np.reshape(image, -1), (height, width))
    # END SOLUTION


# %% test="conv2d_transpose-test" points=5
check(conv2d_transpose)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import transposed_convolution

transposed_convolution.grade(conv2d_transpose)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. The experiment
#
# First your matrix, as a picture, and what it makes of a handwritten digit of 8×8 pixels. Then the
# digit is enlarged by your transposed convolution with stride 2, and below it a plain square, every
# pixel 1, in the same way. Within each of the first two kernels all weights are equal, so nothing
# but the geometry of the stamps can make a pattern.
#
# One of the three kernels draws a checkerboard. Which, and why? Decide first. The kernel on the
# right weights its middle more: what does it remind you of?

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def experiment(stride=2):
    """Show the matrix, and images enlarged with three kernels, by the functions above."""
    ramp = np.array([1, 3, 3, 1], "float32") / 4
    kernels = {
        "2×2, equal": np.full((2, 2), 1, "float32"),
        "3×3, equal": np.full((3, 3), 4 / 9, "float32"),
        "4×4, a hill": np.outer(ramp, ramp),
    }
    edges = np.array([[-1, 0, 1]] * 3, "float32")
    digit = load("digits").train.x[0, :, :, 0]
    _, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 2.4), layout="constrained")
    left.imshow(conv_matrix(edges, 8, 8, 1), cmap="RdBu", vmin=-1, vmax=1, aspect="auto")
    left.set(
        title="the matrix of a 3×3 kernel", xlabel="pixel of the image", ylabel="of the result"
    )
    middle.imshow(digit, cmap="gray", vmin=0, vmax=1)
    middle.set(title="an image", xticks=[], yticks=[])
    right.imshow(conv2d(digit, edges, 1), cmap="RdBu", vmin=-3, vmax=3)
    right.set(title="its vertical edges", xticks=[], yticks=[])

    _, axes = plt.subplots(2, 3, figsize=(7, 5), layout="constrained")
    for image, row in zip((digit, np.ones((8, 8), "float32")), axes, strict=True):
        for (name, kernel), axis in zip(kernels.items(), row, strict=True):
            size = (len(image) - 1) * stride + len(kernel)
            large = np.asarray(conv2d_transpose(image, kernel, stride, size, size))
            axis.imshow(large, cmap="gray", vmin=0, vmax=2)
            inside = large[4:-4, 4:-4]
            label = f"{name}: from {inside.min():.2f} to {inside.max():.2f} inside"
            axis.set_title(label, fontsize=8)
            axis.set(xticks=[], yticks=[])
    plt.show()


try:
    experiment()
except NotImplementedError:
    print("The experiment needs all three functions. Come back when they are written.")
except Exception as error:
    print(f"The experiment does not run with these functions yet ({type(error).__name__}).")

# %% [markdown]
# ## 5. A question
#
# A decoder doubles its images with a transposed convolution: a 3×3 kernel and stride 2. Its samples
# show a fine checkerboard. From how many pixels of the small image does each pixel of the large one
# get its value, away from the edges, and how does that make the pattern? Could training remove the
# pattern? One friend suggests a 4×4 kernel; another suggests repeating each pixel of the small
# image in a 2×2 square and then applying an ordinary 3×3 convolution. Which of the two is sure to
# turn a plain grey image into a plain one, whatever the weights are, and why is the other not? Five
# sentences are enough.

# %% [markdown] answer="question" points=5
# Along one axis, stamps of length 3 that lie 2 apart overlap in one pixel of every two: pixels are
# fed by 2 and by 1 in turn. In two dimensions the counts multiply, so neighbours are fed by 4, 2 and 1
# pixels. With weights of similar size those fed by 4 come out strongest: a checkerboard with a period
# of 2. Training can weaken it, since there are weights for which the overlaps add up to the same
# value everywhere (small ones at the rim, where stamps overlap), but nothing forces the weights to be
# so, and a random start begins with the pattern. Repeating the pixels and then convolving is sure to
# keep a plain image plain away from the edges: every output adds up all nine weights, times the same
# grey. A 4×4 kernel feeds every pixel by the same number of inputs, 4, which helps. But each of the four
# places in a 2×2 square has four weights of its own, and unless their sums happen to agree, the grey
# image gets a grid. (The same is true of a pixel shuffle, where four channels with weights of their
# own are dealt out to the four places: Aitken et al. 2017.)
#
# **Rubric.** 4, 2 and 1 in the plane, or 2 and 1 along each axis (1 point). Pixels with more inputs
# come out stronger, in turn with those that have fewer (1). Training can weaken the pattern, but
# has to learn it, and nothing enforces it (1). Repeating and convolving keeps grey plain, because
# every output uses all weights (1). The 4×4 kernel feeds pixels evenly, but places next to each
# other use different weights (1).
