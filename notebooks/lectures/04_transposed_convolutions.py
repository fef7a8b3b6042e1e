# %% [markdown]
# # Transposed convolutions
#
# A network that recognises images makes them smaller, layer by layer. A network that *draws* them has to go
# the other way: from a few numbers to many pixels. Which layer makes an image larger, and learns how to do it? The usual
# answer has a clumsy name and is often misunderstood. It becomes simple once we write a convolution as a matrix.
#
# **Afterwards you can**
#
# - write a convolution as a matrix, and say what multiplying by its transpose does;
# - say why this is not a "deconvolution": what comes back and what does not;
# - say what a transposed convolution saves compared with a dense layer, and use one in a model of your own;
# - predict the size of the output from kernel, stride and padding;
# - foresee a checkerboard before any training, and avoid it.
#
# **Time**: about 50 minutes to read and play; a minute to run from top to bottom on two cores.
# **Needs**: Keras basics (`Conv2D`, `Dense`), matrix multiplication. No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import itertools
import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.signal import convolve2d, correlate2d

import course_utils.plotting  # gives figures a text for screen readers
from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import PixelConnections
from course_utils.models.convolution import (
    checkerboard,
    convolution_matrix,
    convolve,
    convolve_transpose,
    feed_counts,
)
from course_utils.training import progress

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})


def draw_pixels(axis, values, title="", numbers=None, cmap="cividis", **limits):
    """One image or matrix with its numbers written into it."""
    image = axis.imshow(values, cmap=cmap, **limits)
    axis.set(title=title, xticks=[], yticks=[])
    if numbers:
        middle = (image.norm.vmin + image.norm.vmax) / 2
        for (row, column), value in np.ndenumerate(values):
            color = "white" if value < middle else "black"
            text = format(value, numbers)
            axis.text(column, row, text, ha="center", va="center", color=color, fontsize=9)


# %% [markdown]
# ## 1. What does a convolution do?
#
# It slides a small window, the **kernel**, over an image. At each place it multiplies the pixels in the window
# by the kernel's weights and adds up the products. That sum is one pixel of the result.
#
# Our kernel adds what lies in its left column and subtracts what lies in its right column. **Predict**: where
# in the 0 will the result be largest?

# %%
digits = load("digits")
zero = digits.train.x[np.argmax(digits.train.labels == 0)][None]  # (1, 8, 8, 1)
kernel = np.float32([[1, 0, -1], [1, 0, -1], [1, 0, -1]]).reshape(3, 3, 1, 1)
edges = convolve(zero, kernel)

figure, axes = plt.subplots(1, 3, figsize=(8, 3), width_ratios=[8, 3, 6], layout="constrained")
draw_pixels(axes[0], zero[0, :, :, 0], "image, 8 × 8", cmap="gray")
draw_pixels(axes[1], kernel[:, :, 0, 0], "kernel, 3 × 3", numbers=".0f")
draw_pixels(axes[2], edges[0, :, :, 0], "result, 6 × 6", numbers=".1f")
plt.show()

# %% [markdown]
# It is largest where a bright stroke ends and the dark background begins to its right. The result is smaller than the image: the window
# must fit inside, and a 3×3 window fits into a row of eight at only six places.
#
# (In mathematics a *convolution* turns the kernel by 180° first, and what we did is called a *cross-correlation*. Deep learning
# libraries leave the kernel as it is, and so do we. SciPy has both, so we can check which one ours is.)

# %%
np.testing.assert_allclose(
    edges[0, :, :, 0], correlate2d(zero[0, :, :, 0], kernel[:, :, 0, 0], mode="valid"), atol=1e-6
)
turned = convolve2d(zero[0, :, :, 0], kernel[:, :, 0, 0], mode="valid")
print("turning this kernel changes the sign:", np.allclose(turned, -edges[0, :, :, 0], atol=1e-6))
assert not np.allclose(turned, edges[0, :, :, 0])

# %% [markdown]
# ## 2. Can a matrix do the same?
#
# Each result is a sum of pixels times fixed weights. That makes the whole operation **linear**, and a
# linear operation can be written as a matrix. Write the image as one long column $x$ and the result as a column $y$:
#
# $$y = C\,x.$$
#
# **Predict** for a 4×4 image and a 3×3 kernel: how many rows and columns does $C$ have? How many of its entries are not zero?

# %%
predicted_rows = ...  # how many rows?
predicted_columns = ...  # how many columns?
predicted_entries = ...  # how many entries that are not zero?

# %%
stamp = np.arange(1, 10, dtype="float32").reshape(3, 3, 1, 1)  # nine weights we can tell apart
C = convolution_matrix(stamp, (4, 4))

figure, axis = plt.subplots(figsize=(8, 2.6), layout="constrained")
draw_pixels(axis, np.where(C == 0, np.nan, C), numbers=None)
for (row, column), weight in np.ndenumerate(C):
    if weight:
        color = "white" if weight < 5 else "black"
        axis.text(column, row, f"{weight:.0f}", ha="center", va="center", color=color)
axis.set(
    xticks=range(16),
    yticks=range(4),
    xlabel="pixel of the image, row by row",
    ylabel="pixel of\nthe result",
    title="C: each row holds the kernel, placed where that result pixel looks",
)
axis.set_xticks(np.arange(-0.5, 16), minor=True)
axis.set_yticks(np.arange(-0.5, 4), minor=True)
axis.grid(which="minor", color="lightgrey")
axis.tick_params(which="minor", length=0)
plt.show()
print("C has the shape", C.shape, "and", np.count_nonzero(C), "entries that are not zero")

# %%
compare(predicted_rows, len(C))
compare(predicted_columns, C.shape[1])
compare(predicted_entries, np.count_nonzero(C))

# %% [markdown]
# Four rows, one for each pixel of the 2×2 result; sixteen columns, one for each pixel of the image; nine weights in each row.
# A layer that could learn *any* 4×16 matrix would have 64 weights. The convolution has 9, used again in each row.
#
# Is this really what Keras computes, even with several channels and a stride? Let us check.

# %%
random = np.random.default_rng(0)
images = random.normal(size=(2, 7, 7, 3)).astype("float32")
weights = random.normal(size=(3, 3, 3, 5)).astype("float32")
for strides, padding in itertools.product((1, 2, 3), ("valid", "same")):
    ours = convolve(images, weights, strides=strides, padding=padding)
    kerass = keras.ops.conv(images, weights, strides=strides, padding=padding)
    np.testing.assert_allclose(ours, kerass, atol=1e-4)
print("y = C x is what Conv2D computes, for every stride and padding tried")

# %% [markdown]
# ## 3. What does the transpose do?
#
# $C$ takes us from 16 numbers to 4. We already have a matrix that takes us from 4 numbers to 16: turn $C$ on its side.
#
# $$\text{transposed convolution:}\qquad x = C^{\mathsf T} y.$$
#
# Look at the picture of $C$ again. Multiplying by $C^{\mathsf T}$ takes each **row** of $C$, which holds a whole kernel,
# multiplies it by one number of $y$, and adds up the results. So:
#
# - a convolution **gathers**: each output looks at a window of inputs;
# - its transpose **stamps**: each input presses the kernel onto the output, multiplied by the input's value, and where
#   stamps overlap they add up.
#
# **Predict**: a 2×2 image, a 3×3 kernel, stride 2. How large is the result, and where do stamps overlap?

# %%
prediction = ...  # how many pixels along each side of the result?

# %% [markdown]
# **Your turn** (about 8 minutes). Write a transposed convolution of a single row of pixels by stamping.
#
# <details><summary>Hint 1</summary>
#
# Begin with a row of zeros. How long must it be, if the last value is stamped at $(n - 1)$ times the stride?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# In a loop over the values, *add* value times stamp to the part of the row that begins at $i$ times the stride.
#
# </details>


# %%
@your_turn
def stamp_row(values, stamp, stride):
    """A transposed convolution of one row: values (n,), stamp (k,) → ((n − 1)·stride + k,)."""
    return ...


# %%
by_keras = keras.ops.conv_transpose(
    np.ones((1, 4, 1)), np.ones((3, 1, 1)), strides=2, padding="valid"
)
print("four ones, a stamp of three ones, stride 2:", stamp_row(np.ones(4), np.ones(3), 2))
np.testing.assert_allclose(stamp_row(np.ones(4), np.ones(3), 2), np.ravel(by_keras))

# %%
small = np.float32([[1, 0], [2, 3]]).reshape(1, 2, 2, 1)
stamps = []
for row, column in np.ndindex(2, 2):
    single = np.zeros_like(small)
    single[0, row, column] = small[0, row, column]
    stamps.append(convolve_transpose(single, stamp, strides=2)[0, :, :, 0])
result = convolve_transpose(small, stamp, strides=2)[0, :, :, 0]

figure, axes = plt.subplots(1, 6, figsize=(11, 2.4), layout="constrained")
draw_pixels(axes[0], small[0, :, :, 0], "input", numbers=".0f", vmin=0, vmax=3)
for axis, image, value in zip(axes[1:5], stamps, small.ravel(), strict=True):
    draw_pixels(axis, image, f"stamp × {value:.0f}", numbers=".0f", vmin=0, vmax=27)
draw_pixels(axes[5], result, "sum: the output", numbers=".0f", vmin=0, vmax=27)
plt.show()

np.testing.assert_allclose(sum(stamps), result)
layer = layers.Conv2DTranspose(1, 3, strides=2, use_bias=False)
layer.build((None, 2, 2, 1))
layer.set_weights([stamp])
np.testing.assert_allclose(result, layer(small)[0, :, :, 0])
print("the sum of the stamps is Cᵀy, and that is what Conv2DTranspose computes")

# %%
compare(prediction, len(result))

# %% [markdown]
# The result has 5×5 pixels, and the stamps overlap in the middle row and the middle column. Remember that cross; it comes back in section 8.
#
# You have used this operation before without noticing. To train a convolution, gradients must flow from
# its output to its input, and the chain rule for $y = Cx$ says: multiply by $C^{\mathsf T}$. The **backward pass of a
# convolution is a transposed convolution**. We check this against TensorFlow's gradient, which does not use our code.

# %%
x = tf.Variable(random.normal(size=(1, 5, 5, 1)).astype("float32"))
upstream = random.normal(size=(1, 2, 2, 1)).astype("float32")
with tf.GradientTape() as tape:
    y = keras.ops.conv(x, stamp, strides=2, padding="valid")
gradient = tape.gradient(y, x, output_gradients=upstream)
np.testing.assert_allclose(gradient, convolve_transpose(upstream, stamp, strides=2), atol=1e-4)
print("gradient of a convolution = transposed convolution of the gradient")

# %% [markdown]
# ## 4. Does it undo a convolution?
#
# Some libraries and papers call the layer "deconvolution". **Predict**: we blur the 0 by averaging 3×3 windows, then apply
# the transpose of the very same matrix. Do we get the 0 back?

# %%
prediction = ...  # do we get the 0 back: "yes" or "no"

# %%
blur = np.full((3, 3, 1, 1), 1 / 9, "float32")
blurred = convolve(zero, blur)
returned = convolve_transpose(blurred, blur)

figure, axes = plt.subplots(1, 3, figsize=(7.5, 2.8), layout="constrained")
for axis, image, title in zip(
    axes,
    (zero, blurred, returned),
    ("x, 8 × 8", "C x, 6 × 6", "Cᵀ C x, 8 × 8"),
    strict=True,
):
    draw_pixels(axis, image[0, :, :, 0], title, cmap="gray", vmin=0, vmax=1)
plt.show()

C = convolution_matrix(blur, (8, 8))
distance = np.linalg.norm(C.T @ C - np.eye(64))
print(f"C has {C.shape[1]} columns but only rank {np.linalg.matrix_rank(C)}")
print(f"distance of CᵀC from the identity: {distance:.1f}; relative error of the image:", end=" ")
print(f"{np.linalg.norm(returned - zero) / np.linalg.norm(zero):.2f}")

# %%
compare(prediction, "yes" if np.allclose(returned, zero) else "no", choices=("yes", "no"))

# %% [markdown]
# The **size** comes back, but the 0 does not: it has been blurred twice. No layer could bring it back for certain.
# Rank 36 means that 64 − 36 = 28 independent changes of the image leave no trace at all in the result. To check this, we build an
# image that the convolution cannot see.

# %%
invisible = np.linalg.svd(C)[2][-1].reshape(1, 8, 8, 1).astype("float32")
seen = convolve(invisible, blur)
print(f"largest pixel of the change: {np.abs(invisible).max():.2f}")
print(f"largest trace of it after the convolution: {np.abs(seen).max():.7f}")
assert np.linalg.matrix_rank(C) == 36 and np.abs(seen).max() < 1e-6

# %% [markdown]
# So a `Conv2DTranspose` in a decoder is not there to invert anything. It is a linear layer with **the shapes and the
# connections of a convolution run backwards**. What it draws depends on its own weights, and it has to learn them.

# %% [markdown]
# ## 5. Why not a dense layer?
#
# You could use one. A dense layer can produce as many numbers as you like, and `Reshape` arranges them as an image. You could stack
# ever larger dense layers until the image is large enough. What does that cost?
#
# **Predict**: 7×7 pixels with 64 channels are to become 14×14 pixels with 32 channels. How many weights does a dense layer need,
# and how many does a transposed convolution with a 4×4 kernel need?

# %%
prediction = ...  # how many times as many weights does the dense layer need?

# %%
small_shape, large_shape = (7, 7, 64), (14, 14, 32)
dense = keras.Sequential(
    [
        keras.Input(small_shape),
        layers.Flatten(),
        layers.Dense(math.prod(large_shape), use_bias=False),
        layers.Reshape(large_shape),
    ]
)
transposed = keras.Sequential(
    [
        keras.Input(small_shape),
        layers.Conv2DTranspose(32, 4, strides=2, padding="same", use_bias=False),
    ]
)
assert dense.output_shape == transposed.output_shape

weights_of = {"dense, reshaped": dense.count_params(), "transposed": transposed.count_params()}
# The dense layer uses each weight once; the transposed convolution once for each small pixel.
multiplications = {
    "dense, reshaped": weights_of["dense, reshaped"],
    "transposed": 7 * 7 * weights_of["transposed"],
}
for name, count in weights_of.items():
    print(f"{name:16}{count:12,} weights{multiplications[name]:12,} multiplications an image")
factor = {
    "weights": weights_of["dense, reshaped"] / weights_of["transposed"],
    "multiplications": multiplications["dense, reshaped"] / multiplications["transposed"],
}
print("the dense layer needs", ", ".join(f"{v:.0f} times the {k}" for k, v in factor.items()))
assert 590 < factor["weights"] < 610 and factor["multiplications"] > 10

# %%
compare(prediction, factor["weights"], within=100)

# %% [markdown]
# The dense layer has 600 times as many weights and takes more than ten times as many multiplications. If input and output were
# both twice as wide and twice as high, it would need 16 times the weights it has now; the transposed convolution would need
# no more than it has. The dense layer also has to learn everything separately for each place. What it has learnt about drawing
# a stroke at the top left is of no use to it at the bottom right. The transposed convolution stamps the same kernel everywhere.

# %% [markdown]
# ## 6. How large is the output?
#
# Call the smaller image's side $n$, the larger image's side $N$, the kernel's side $k$, and the **stride** $s$: the window's step in
# the larger image for one pixel of the smaller. **Padding** says what happens at the border.
#
# | padding | convolution, $N \to n$ | transposed, $n \to N$ |
# |---|---|---|
# | `"valid"`: the window stays inside | $n = \lfloor (N - k) / s \rfloor + 1$ | $N = (n - 1)\,s + k$, but at least $n s$ |
# | `"same"`: zeros are added around the image | $n = \lceil N / s \rceil$ | $N = n\,s$ |
#
# **Predict** before you run: `Conv2DTranspose(kernel_size=4, strides=2, padding="same")` on 7×7 pixels, twice.

# %%
prediction = ...  # how many pixels along each side, after both layers?

# %%
sizes = [7]
for _ in range(2):
    layer = layers.Conv2DTranspose(1, kernel_size=4, strides=2, padding="same")
    sizes.append(layer(np.zeros((1, sizes[-1], sizes[-1], 1), "float32")).shape[1])
print(" → ".join(map(str, sizes)))

tried = 0
for side, k, s in itertools.product((5, 6, 7, 11), (1, 2, 3, 4, 5), (1, 2, 3)):
    down = {"valid": (side - k) // s + 1, "same": math.ceil(side / s)}
    up = {"valid": max((side - 1) * s + k, side * s), "same": side * s}
    for padding in ("valid", "same"):
        for kind, expected in ((layers.Conv2D, down), (layers.Conv2DTranspose, up)):
            shape = kind(1, k, s, padding=padding).compute_output_shape((1, side, side, 1))
            assert shape[1] == expected[padding]
            tried += 1
print(f"the formulas hold for {tried} combinations")

# %%
compare(prediction, sizes[-1])

# %% [markdown]
# 7 → 14 → 28 is the usual way to a 28×28 image. With `"same"` the size of the kernel does not affect the size of the image, which is convenient
# in a decoder.
#
# The brackets $\lfloor\;\rfloor$ in the table, which round down, hide a trap. **Question**: with $k = 3$ and $s = 2$, which sizes $N$ lead to $n = 3$?

# %%
for N in range(5, 12):
    print(f"N = {N:2}: n = {(N - 3) // 2 + 1}")

back = {}
for extra in (None, 1):
    layer = layers.Conv2DTranspose(1, 3, strides=2, padding="valid", output_padding=extra)
    back[extra] = layer.compute_output_shape((1, 3, 3, 1))[1]
for extra, size in back.items():
    print(f"the way back from 3 with output_padding={extra}: {size}")
assert back == {None: 7, 1: 8}

# %% [markdown]
# Both 7 and 8 do. On the way back the layer cannot know which of them it was. It takes 7, the smaller one; with Keras's argument
# `output_padding=1` it takes 8.
#
# **In a model of your own**, the layer is one line among others. Here is a subclassed model whose layer has kernel size 5 and
# stride 1. **Predict**: what does it do to the size, and how many weights does it have for an input with 16 channels?


# %%
predicted_side = ...  # how many pixels along each side, for an input of 7 × 7?
predicted_weights = ...  # how many weights?


# %%
class OneLayer(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.convT_1 = tf.keras.layers.Conv2DTranspose(
            filters=32,
            kernel_size=5,
            strides=1,
            padding="SAME",
            activation=None,
            use_bias=False,
        )  # the same as Conv2DTranspose(32, 5, 1, "SAME", use_bias=False)

    def call(self, x):
        return self.convT_1(x)


model = OneLayer()
feature_map = random.normal(size=(1, 7, 7, 16)).astype("float32")
drawn = model(feature_map)
kernel_5 = model.convT_1.kernel.numpy()  # (height, width, out, in)
print(feature_map.shape, "→", tuple(drawn.shape), "with", f"{model.count_params():,} weights")

turned = kernel_5[::-1, ::-1].transpose(0, 1, 3, 2)
np.testing.assert_allclose(drawn, keras.ops.conv(feature_map, turned, padding="same"), atol=1e-4)
assert drawn.shape == (1, 7, 7, 32) and model.count_params() == 5 * 5 * 16 * 32

# %%
compare(predicted_side, drawn.shape[1])
compare(predicted_weights, model.count_params())

# %% [markdown]
# With stride 1 and `"SAME"` padding the size stays as it is. The `assert_allclose` shows more: at stride 1 a transposed convolution
# *is* an ordinary convolution, with the kernel turned by 180° and its channels swapped. Only a stride above 1 makes the image larger.

# %% [markdown]
# ## 7. Which pixel feeds which?
#
# Point at a pixel. Everything it is connected to turns orange, with the weight of each connection. *Convolution* and *Transposed*
# have the **same** connections; only their direction changes. That is what transposing a matrix means.
#
# **Find**
#
# 1. with kernel 3 and stride 2, an output of the transpose that is fed by a single input, and one that is fed by four;
# 2. a kernel size and a stride above 1 for which all outputs, away from the border, are fed by equally many inputs;
# 3. a setting in which some outputs are fed by no input at all.

# %%
PixelConnections(kernel_size=3, strides=2, padding="valid")

# %% [markdown]
# ## 8. Where do checkerboards come from?
#
# You have seen the pattern 1, 2, 1, 2 in the explorer. With random weights, pixels that are fed by four inputs tend to have
# larger values, positive or negative, than pixels that are fed by one. **Predict**: for stride 2, which of the kernel sizes
# 2, 3, 4 and 5 give an even pattern?

# %%
prediction = ...  # how many of the four kernel sizes give an even pattern?

# %%
figure, axes = plt.subplots(1, 4, figsize=(11, 3.1), layout="constrained")
for axis, k in zip(axes, (2, 3, 4, 5), strict=True):
    unevenness = checkerboard(k, strides=2)
    title = f"kernel {k}, stride 2\nunevenness {unevenness:.2f}"
    draw_pixels(axis, feed_counts(k, (5, 5), strides=2), title, numbers="d", vmin=0, vmax=9)
plt.show()

assert all((checkerboard(k, s) == 0) == (k % s == 0) for k in range(1, 10) for s in range(1, 5))

# %%
compare(prediction, sum(checkerboard(k, strides=2) == 0 for k in (2, 3, 4, 5)))

# %% [markdown]
# 2 and 4 do. The pattern is even, away from the border, exactly when **the stride divides the kernel size**. The assertion
# tried 36 pairs. The *unevenness* is (largest − smallest) / mean of the counts.
#
# **Your turn.** Choose numbers that you think are bad, and predict the pattern before you run the cell.

# %%
my_kernel_size, my_stride = 5, 3

figure, axis = plt.subplots(figsize=(4.2, 4.2), layout="constrained")
counts = feed_counts(my_kernel_size, (4, 4), strides=my_stride)
title = f"unevenness {checkerboard(my_kernel_size, my_stride):.2f}"
draw_pixels(axis, counts, title, numbers="d")
plt.show()

# %% [markdown]
# Do the counts really show in the *values*? With independent random weights of mean 0, variances add up. So the
# mean of $y^2$ at a pixel should be **proportional to its count**. We check this with 4,000 random layers on a plain grey image.

# %%
grey = np.ones((1, 5, 5, 1), "float32")
for k in (3, 4):
    kernels = random.normal(size=(k, k, 4000, 1)).astype("float32")  # 4,000 layers, one a channel
    strength = (convolve_transpose(grey, kernels, strides=2, padding="same") ** 2).mean((0, 3))
    np.testing.assert_allclose(strength, feed_counts(k, (5, 5), strides=2), rtol=0.15)
    print(f"kernel {k}: mean of y² in the middle\n{strength[4:6, 4:6].round(2)}")

# %% [markdown]
# ## 9. What helps?
#
# Two remedies are common (Odena et al. 2016):
#
# 1. a kernel size that the stride divides, such as 4 with stride 2;
# 2. **resize, then convolve**: first enlarge the image by repeating pixels (`UpSampling2D`), then apply an ordinary convolution.
#
# A third way is a **pixel shuffle** (Shi et al. 2016): an ordinary convolution makes four channels, and their pixels are
# dealt out to the four places of a 2×2 square.
#
# In ways 1 and 3, each place of the 2×2 square has weights *of its own*. (You can see it in the
# explorer: neighbouring outputs use different letters.) So one unlucky kernel can still draw a checkerboard.
# With resizing, every output away from the border uses *all* weights.
#
# **Predict**: a plain grey image goes through one random layer of each kind. Which of the four outputs are plain?


# %% [markdown]
# **Your turn** (about 8 minutes). Write the pixel shuffle for one image with four channels.
#
# <details><summary>Hint 1</summary>
#
# Begin with an image of zeros, twice as high and twice as wide.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `image[0::2, 0::2]` holds every second pixel of every second row. Channel 0 goes there. Where do the other
# three go? Read the square like a text: upper left, upper right, lower left, lower right.
#
# </details>


# %%
@your_turn
def deal_out(channels):
    """(H, W, 4) → (2H, 2W): the four channels of a pixel become a square, row by row."""
    return ...


# %%
four_channels = np.arange(36.0).reshape(3, 3, 4)
by_tensorflow = tf.nn.depth_to_space(four_channels[None], 2)[0, :, :, 0]
np.testing.assert_array_equal(deal_out(four_channels), by_tensorflow)
print("that is what TensorFlow's depth_to_space computes")

# %%
prediction = ...  # how many of the four outputs are plain?


# %%
def enlarge(kind, filters):
    """Layers that double height and width."""
    if kind == "resize":
        return [layers.UpSampling2D(2), layers.Conv2D(filters, 3, padding="same")]
    if kind == "shuffle":
        deal_out = layers.Lambda(lambda x: tf.nn.depth_to_space(x, 2))
        return [layers.Conv2D(4 * filters, 3, padding="same"), deal_out]
    return [layers.Conv2DTranspose(filters, kind, strides=2, padding="same")]


KINDS = {
    3: "transposed, kernel 3",
    4: "transposed, kernel 4",
    "shuffle": "pixel shuffle",
    "resize": "resize, then convolve",
}
figure, axes = plt.subplots(1, 4, figsize=(10, 2.8), layout="constrained")
spread = {}
for axis, (kind, name) in zip(axes, KINDS.items(), strict=True):
    keras.utils.set_random_seed(3)
    output = grey
    for layer in enlarge(kind, filters=1):
        output = layer(output)
    output = np.asarray(output)[0, 2:-2, 2:-2, 0]  # away from the border
    spread[kind] = np.ptp(output)
    draw_pixels(axis, output, f"{name}\nspread {spread[kind]:.2f}", vmin=-2, vmax=2)
plt.show()

assert min(spread[3], spread[4], spread["shuffle"]) > 0.1 and spread["resize"] < 1e-6

# %%
compare(prediction, sum(value < 1e-3 for value in spread.values()))

# %% [markdown]
# Only the last one is plain. (A pixel shuffle, too, can start without the pattern, if its four channels are given the same
# weights: Aitken et al. 2017.) So much for random weights. Does **training** remove the pattern? We let small networks enlarge faces from 8×8 to
# 32×32 pixels, doubling the size twice. Four of the networks differ only in their enlarging layers. For comparison, a fifth one
# is a single dense layer, reshaped.
#
# **Predict**: will you still be able to tell, after training, which is which? And how will the dense layer do?

# %%
prediction = ...  # the dense layer's error among the five: "smallest", "largest" or "in between"

# %%
faces = load("faces", size=32)
large = faces.train.x[:800], faces.validation.x[:200]
shrunk = [x.reshape(-1, 8, 4, 8, 4, 3).mean((2, 4)) for x in large]  # means of 4×4 pixels
TRAINED = KINDS | {"dense": "dense, reshaped"}


def enlarging_network(kind):
    image = keras.Input((8, 8, 3))
    if kind == "dense":
        h = layers.Dense(32 * 32 * 3)(layers.Flatten()(image))
        return keras.Model(image, layers.Reshape((32, 32, 3))(h))
    h = layers.Conv2D(16, 3, padding="same", activation="gelu")(image)
    for layer in enlarge(kind, filters=16):
        h = layer(h)
    h = layers.Activation("gelu")(h)
    for layer in enlarge(kind, filters=3):
        h = layer(h)
    return keras.Model(image, h)


networks, enlarged, errors = {}, {}, {}
for kind in progress(TRAINED, "network"):
    keras.utils.set_random_seed(0)
    model = enlarging_network(kind)
    model.compile(keras.optimizers.Adam(3e-3), loss="mse")
    model.fit(shrunk[0], large[0], batch_size=20, epochs=12, verbose=0)
    enlarged[kind] = model(shrunk[1]).numpy()
    errors[kind] = np.mean((enlarged[kind] - large[1]) ** 2)
    networks[kind] = model
for kind, name in TRAINED.items():
    weights = networks[kind].count_params()
    print(f"{name:22} {weights:8,} weights, squared error {errors[kind]:.4f} a pixel")
assert errors["dense"] < 0.85 * min(errors[kind] for kind in KINDS)

# %%
ends = {min(errors, key=errors.get): "smallest", max(errors, key=errors.get): "largest"}
happened = ends.get("dense", "in between")
compare(prediction, happened, choices=("smallest", "largest", "in between"))

# %%
rows = {"input": shrunk[1], "truth": large[1]} | {TRAINED[kind]: enlarged[kind] for kind in TRAINED}
figure, axes = plt.subplots(7, 9, figsize=(9.5, 6.2))
for line, (name, images) in zip(axes, rows.items(), strict=True):
    for axis, image in zip(line, images, strict=False):
        axis.imshow(image.clip(0, 1))
        axis.axis("off")
    place = {"ha": "right", "va": "center", "transform": line[0].transAxes}
    line[0].text(-0.08, 0.5, name, fontsize=10, **place)
figure.subplots_adjust(left=0.17, right=1, top=1, bottom=0, wspace=0.04, hspace=0.04)
plt.show()

# %% [markdown]
# Look at the plain backgrounds: transposed convolutions draw a grid on them, even with kernel 4, because even
# connections do not force the weights to be even. The pixel shuffle draws a grid, too.
#
# The dense layer is a surprise: its faces look the sharpest, and its error is the smallest. It has over a hundred times as many
# weights as the transposed convolutions, and since all faces are in the middle of the picture, it can learn what belongs at each place. (Look
# closely, though: does it give anybody glasses who has none?) **Predict**: what happens if we move the faces 8 pixels to the right?

# %%
prediction = ...  # whose error grows most: "dense" or "convolutions"

# %%
moved = np.roll(large[1], 8, axis=2)  # two of the small image's pixels
moved_small = moved.reshape(-1, 8, 4, 8, 4, 3).mean((2, 4))
moved_errors = {}
print("squared error a pixel        in place   moved")
for kind, name in TRAINED.items():
    moved_errors[kind] = np.mean((networks[kind](moved_small).numpy() - moved) ** 2)
    print(f"{name:28}{errors[kind]:9.4f}{moved_errors[kind]:8.4f}")
convolutions = [kind for kind in KINDS if moved_errors[kind] < 1.3 * errors[kind]]
assert convolutions == list(KINDS) and moved_errors["dense"] > 2 * max(
    moved_errors[k] for k in KINDS
)

# %%
growth = {kind: moved_errors[kind] / errors[kind] for kind in TRAINED}
happened = "dense" if max(growth, key=growth.get) == "dense" else "convolutions"
compare(prediction, happened, choices=("dense", "convolutions"))

# %% [markdown]
# The dense layer fails: it knows faces in one place only. A convolution does the same everywhere, so what it has learnt moves
# with the face.
#
# Now let us put a number on the grid. Where the *true* image is plain, any difference between neighbouring pixels is the
# network's invention. There we measure how far each pixel lies from the mean of its four neighbours.


# %%
def ripple(images, truth):
    """Mean distance of a pixel from its four neighbours' mean, in grey levels, where truth is plain."""

    def distance(x):
        around = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
        return np.abs(x[:, 1:-1, 1:-1] - around / 4).max(-1)

    plain = distance(truth) < 1e-3
    return 255 * distance(images)[plain].mean()


ripples = {kind: ripple(enlarged[kind], large[1]) for kind in TRAINED}
for kind, name in TRAINED.items():
    print(f"{name:22} ripple of {ripples[kind]:.1f} grey levels on plain ground")
assert ripples["resize"] < 0.8 * min(ripples[kind] for kind in KINDS if kind != "resize")
assert errors["resize"] == min(errors[kind] for kind in KINDS) and errors[4] < errors[3]
assert ripples[4] > 0.85 * ripples[3]  # even connections hardly helped

# %% [markdown]
# Resizing is the smoothest, and of the four convolutional ways it is the closest to the truth in this small trial. Even
# connections (kernel 4) reduced the error, but not the ripple. Resizing has its price: 9 multiplications for each output pixel
# and pair of channels, where kernel 4 with stride 2 needs 4. Many decoders use kernel 4 and stride 2 all the same, as a
# compromise.
#
# And the other direction? The gradient of a strided *convolution* is a transposed convolution (section 3). So a network that
# *judges* images with kernel 3 and stride 2 sends **checkerboard gradients** back to the image: for some pixels the mean square
# of the gradient is four times as large as for others. A decoder that learns from such a judge may learn to draw checkerboards.
# (You will meet such a pair of networks in the lecture on adversarial networks.)

# %%
judged = tf.Variable(tf.zeros((4000, 10, 10, 1)))
with tf.GradientTape() as tape:
    verdict = keras.ops.conv(judged, np.ones((3, 3, 1, 1), "float32"), strides=2, padding="same")
noise = random.normal(size=verdict.shape).astype("float32")  # what the judge's loss says
told = np.mean(tape.gradient(verdict, judged, output_gradients=noise) ** 2, axis=(0, 3))
np.testing.assert_allclose(told, feed_counts(3, (5, 5), strides=2), rtol=0.15)
print("mean of the squared gradient, in the middle\n", told[4:8, 4:8].round(2))

# %% [markdown]
# ## Summary
#
# - A convolution is a matrix $C$ with few weights, used again and again. `Conv2DTranspose` multiplies by $C^{\mathsf T}$:
#   each input stamps the kernel onto the output.
# - It brings back the size, not the content. Backpropagation through `Conv2D` uses the same operation.
# - A dense layer could enlarge images too, but it needs many times as many weights, and learns each place separately.
# - Size: $(n-1)s + k$ for `"valid"`, $n s$ for `"same"`.
# - Where the stride does not divide the kernel size, outputs are fed unequally and checkerboards appear. Choose kernel 4
#   with stride 2, or resize and convolve. Only resizing is free of a pattern from the start.
#
# ## Check yourself
#
# <details><summary>1. You need 5×5 → 15×15 pixels in one layer, with evenly fed pixels. Which stride, kernel and padding?</summary>
#
# Stride 3 and padding "same" give 15. Take kernel 3 or 6: the stride must divide it.</details>
#
# <details><summary>2. With kernel 2 and stride 2, do stamps overlap? What does that mean for the picture?</summary>
#
# They lie side by side and never overlap: each input draws its own 2×2 tile. The counts are even, but no output
# depends on two inputs, so this layer cannot make the tiles blend into each other.</details>
#
# <details><summary>3. Why is the order of the channels in the kernel of Conv2DTranspose (kh, kw, out, in) and not (kh, kw, in, out)?</summary>
#
# It is the kernel of the convolution C that leads from the larger image to the smaller. What is input for C is output
# for its transpose.</details>
#
# ## Do it yourself
#
# In the assignment [transposed_convolution](../assignments/transposed_convolution/transposed_convolution.ipynb) you write the
# matrix, the convolution and its transpose, and try them on a digit.
#
# ## Papers
#
# - V. Dumoulin and F. Visin, [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285), 2016
# - A. Odena, V. Dumoulin and C. Olah, [Deconvolution and Checkerboard
#   Artifacts](https://distill.pub/2016/deconv-checkerboard/), 2016
# - J. Long, E. Shelhamer and T. Darrell, [Fully Convolutional Networks for Semantic
#   Segmentation](https://arxiv.org/abs/1411.4038), 2015: where enlarging layers became usual
# - W. Shi et al., [Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural
#   Network](https://arxiv.org/abs/1609.05158), 2016: the pixel shuffle; and their companion note, [Is the deconvolution layer the same as a convolutional layer?](https://arxiv.org/abs/1609.07009), 2016
# - A. Aitken et al., [Checkerboard artifact free sub-pixel convolution](https://arxiv.org/abs/1707.02937), 2017
# - N. Shibuya, [Up-sampling with Transposed
#   Convolution](https://medium.com/activating-robotic-minds/up-sampling-with-transposed-convolution-9ae4f2df52d0), 2017: a
#   blog post that works through the matrix with numbers
#
# **Next**: [Watching a model train: TensorBoard](05_tensorboard.ipynb)
