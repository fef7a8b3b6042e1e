# %% [markdown]
# # Transposed convolutions
#
# A network that recognises images makes them smaller, layer by layer. A network that *draws* them has to go
# the other way: from a few numbers to many pixels. Which layer makes an image larger, and learns how? The usual
# answer has a clumsy name and is often misunderstood. It becomes simple once we write a convolution as a matrix.
#
# **Afterwards you can**
#
# - write a convolution as a matrix, and say what multiplying by its transpose does;
# - say why this is no "deconvolution": what comes back and what does not;
# - predict the size of the output from kernel, stride and padding;
# - see a checkerboard coming before any training, and avoid it.
#
# **Time**: about 45 minutes to read and play; half a minute to run from top to bottom on two cores.
# **Needs**: Keras basics (`Conv2D`), matrix multiplication. No network, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

import course_utils.plotting  # gives figures a text for screen readers
from course_utils.data import load
from course_utils.explorers import PixelConnections
from course_utils.models.convolution import (
    checkerboard,
    convolution_matrix,
    convolve,
    convolve_transpose,
    feed_counts,
)

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
# It slides a small window, the **kernel**, over an image. At each place it multiplies what lies under the window
# with the kernel's weights and adds up. That sum is one pixel of the result.
#
# Below, the kernel is white on the left and black on the right. **Predict**: where in the 0 will the result be
# brightest?

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
# Where white on the left meets black on the right. The result is smaller than the image: the window must
# fit inside, and a 3×3 window has only six places in a row of eight.
#
# (Mathematicians turn the kernel round first and call what we did a *cross-correlation*. Every deep learning
# library leaves it unturned, and so do we.)

# %% [markdown]
# ## 2. Can a matrix do the same?
#
# Each result is a sum of pixels times fixed weights. That makes the whole operation **linear**, and a
# linear operation is a matrix. Write the image as one long column $x$ and the result as a column $y$:
#
# $$y = C\,x.$$
#
# **Predict** for a 4×4 image and a 3×3 kernel: how many rows and columns has $C$? How many of its entries are not zero?

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
    title="C: each row is the kernel, laid where that result looks",
)
axis.set_xticks(np.arange(-0.5, 16), minor=True)
axis.set_yticks(np.arange(-0.5, 4), minor=True)
axis.grid(which="minor", color="lightgrey")
axis.tick_params(which="minor", length=0)
plt.show()
print("C has the shape", C.shape, "and", np.count_nonzero(C), "entries that are not zero")

# %% [markdown]
# Four rows, one for each pixel of the 2×2 result; sixteen columns, one for each pixel of the image; nine weights a row.
# A layer that could learn *any* 4×16 matrix would have 64 weights. The convolution has 9, used again in each row.
#
# Is it really what Keras computes? With several channels and a stride as well? Check.

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
# $C$ leads from 16 numbers to 4. A matrix that leads from 4 numbers to 16 lies before our eyes: turn $C$ on its side.
#
# $$\text{transposed convolution:}\qquad x = C^{\mathsf T} y.$$
#
# Look at the picture of $C$ again, column by column this time. Multiplying by $C^{\mathsf T}$ takes each **row** of $C$,
# which is a whole kernel, times one number of $y$, and adds them all up. So:
#
# - a convolution **gathers**: each output looks at a window of inputs;
# - its transpose **stamps**: each input presses the kernel onto the output, as strongly as it is bright, and where
#   stamps overlap they add.
#
# **Predict**: a 2×2 image, a 3×3 kernel, stride 2. How large is the result, and where do stamps overlap?

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
print("the sum of the stamps is C'y, and that is what Conv2DTranspose computes")

# %% [markdown]
# 5×5, and the stamps overlap in the middle row and the middle column. Remember that cross; it comes back in section 7.
#
# You have used this operation before, without seeing it. To train a convolution, gradients must flow from
# its output to its input, and the chain rule for $y = Cx$ says: multiply by $C^{\mathsf T}$. The **backward pass of a
# convolution is a transposed convolution**. Check it with TensorFlow's gradient, which knows nothing of ours.

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

# %% [markdown]
# The **size** comes back, the 0 does not: it is blurred twice. Nothing could bring it back for certain.
# Rank 36 means that 64 − 36 = 28 independent changes of the image leave no trace at all in the result. Check it: build an
# image that the convolution cannot see.

# %%
invisible = np.linalg.svd(C)[2][-1].reshape(1, 8, 8, 1).astype("float32")
seen = convolve(invisible, blur)
print(f"largest pixel of the change: {np.abs(invisible).max():.2f}")
print(f"largest trace of it after the convolution: {np.abs(seen).max():.7f}")
assert np.linalg.matrix_rank(C) == 36 and np.abs(seen).max() < 1e-6

# %% [markdown]
# So a `Conv2DTranspose` in a decoder is not there to invert anything. It is a linear layer with **the shapes and the
# wiring of the way back**. What it draws, its own weights have to learn.

# %% [markdown]
# ## 5. How large is the output?
#
# Call the smaller image's side $n$, the larger's $N$, the kernel $k$ and the **stride** $s$: the window's step in
# the larger image for one pixel of the smaller. **Padding** says what happens at the border.
#
# | padding | convolution, $N \to n$ | transposed, $n \to N$ |
# |---|---|---|
# | `"valid"`: the window stays inside | $n = \lfloor (N - k) / s \rfloor + 1$ | $N = (n - 1)\,s + k$, but at least $n s$ |
# | `"same"`: zeros are added around | $n = \lceil N / s \rceil$ | $N = n\,s$ |
#
# **Predict** before you run: `Conv2DTranspose(kernel_size=4, strides=2, padding="same")` on 7×7 pixels, twice.

# %%
sizes = [7]
for _ in range(2):
    layer = layers.Conv2DTranspose(1, kernel_size=4, strides=2, padding="same")
    sizes.append(layer(np.zeros((1, sizes[-1], sizes[-1], 1), "float32")).shape[1])
print(" → ".join(map(str, sizes)))

for n, k, s in itertools.product((2, 3, 5), (1, 2, 3, 4, 5), (1, 2, 3)):
    for padding, expected in (("valid", max((n - 1) * s + k, n * s)), ("same", n * s)):
        layer = layers.Conv2DTranspose(1, k, s, padding=padding)
        assert layer.compute_output_shape((1, n, n, 1))[1] == expected
print("the formulas hold for 90 combinations")

# %% [markdown]
# 7 → 14 → 28: the usual way to a 28×28 image. With `"same"` the kernel does not matter for the size, which is why
# decoders use it.
#
# The floor in the table hides a trap. **Question**: with $k = 3$ and $s = 2$, which sizes $N$ lead to $n = 3$?

# %%
print({N: (N - 3) // 2 + 1 for N in range(5, 12)})

# %% [markdown]
# 7 and 8 both. On the way back the layer cannot know where it came from. It takes 7, the smallest that fits; Keras's argument
# `output_padding=1` chooses 8.

# %% [markdown]
# ## 6. Which pixel feeds which?
#
# Point at a pixel. Orange shows all it is connected to, and through which weight. *Convolution* and *Transposed*
# have the **same** connections: only the direction changes. That is what transposing a matrix means.
#
# **Find**
#
# 1. with kernel 3, stride 2, an output of the transpose that is fed by a single input, and one that is fed by four;
# 2. a kernel size and a stride above 1 where all outputs, away from the border, are fed by equally many;
# 3. a setting where some outputs are fed by nobody.

# %%
PixelConnections(kernel_size=3, strides=2, padding="valid")

# %% [markdown]
# ## 7. Where do checkerboards come from?
#
# You have seen the pattern 1, 2, 1, 2 in the explorer. Pixels that are fed by four inputs will, with random weights, be
# stronger than those that are fed by one. **Predict**: for stride 2, which of the kernel sizes 2, 3, 4 and 5 give an even
# pattern?

# %%
figure, axes = plt.subplots(1, 4, figsize=(11, 3.1), layout="constrained")
for axis, k in zip(axes, (2, 3, 4, 5), strict=True):
    unevenness = checkerboard(k, strides=2)
    title = f"kernel {k}, stride 2\nunevenness {unevenness:.2f}"
    draw_pixels(axis, feed_counts(k, (5, 5), strides=2), title, numbers="d", vmin=0, vmax=9)
plt.show()

assert all((checkerboard(k, s) == 0) == (k % s == 0) for k in range(1, 10) for s in range(1, 5))

# %% [markdown]
# 2 and 4. The pattern is even (away from the border) exactly when **the stride divides the kernel size**. The assertion
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
# Do counts of inputs really show in the *values*? With independent random weights of mean 0, variances add. So the
# mean of $y^2$ at a pixel should be **proportional to its count**. Check it with 4,000 random layers on a plain grey image.

# %%
grey = np.ones((1, 5, 5, 1), "float32")
for k in (3, 4):
    kernels = random.normal(size=(k, k, 4000, 1)).astype("float32")  # 4,000 layers, one a channel
    strength = (convolve_transpose(grey, kernels, strides=2, padding="same") ** 2).mean((0, 3))
    np.testing.assert_allclose(strength, feed_counts(k, (5, 5), strides=2), rtol=0.15)
    print(f"kernel {k}: mean of y² in the middle\n{strength[4:6, 4:6].round(2)}")

# %% [markdown]
# ## 8. What helps?
#
# Two remedies (Odena et al. 2016):
#
# 1. a kernel size that the stride divides, such as 4 and 2;
# 2. **resize, then convolve**: first enlarge the image by repeating pixels (`UpSampling2D`), then an ordinary convolution.
#
# The second is stricter. Under remedy 1, each place in the 2×2 pattern still has weights *of its own* (see them in the
# explorer: neighbouring outputs use different letters), so one unlucky kernel can still draw a checkerboard.
# Under remedy 2 every output uses *all* weights.
#
# **Predict**: a plain grey image goes through one random layer of each kind. Which of the three outputs is plain?


# %%
def enlarge(kind, filters):
    """Layers that double height and width."""
    if kind == "resize":
        return [layers.UpSampling2D(2), layers.Conv2D(filters, 3, padding="same")]
    return [layers.Conv2DTranspose(filters, kind, strides=2, padding="same")]


KINDS = {
    3: "transposed, kernel 3",
    4: "transposed, kernel 4",
    "resize": "resize, then convolve",
}
figure, axes = plt.subplots(1, 3, figsize=(8, 2.9), layout="constrained")
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

assert spread[3] > 0.1 and spread[4] > 0.1 and spread["resize"] < 1e-6

# %% [markdown]
# Only the last. So much for random weights: does **training** wash the pattern out? Let a small network
# enlarge faces from 8×8 to 32×32 pixels, in two steps of two. The three networks differ in their enlarging layers alone.
#
# **Predict**: will you still be able to tell, after training, which is which?

# %%
faces = load("faces", size=32)
large = faces.train.x[:800], faces.validation.x[:200]
shrunk = [x.reshape(-1, 8, 4, 8, 4, 3).mean((2, 4)) for x in large]  # means of 4×4 pixels


def enlarging_network(kind):
    image = keras.Input((8, 8, 3))
    h = layers.Conv2D(16, 3, padding="same", activation="gelu")(image)
    for layer in enlarge(kind, filters=16):
        h = layer(h)
    h = layers.Activation("gelu")(h)
    for layer in enlarge(kind, filters=3):
        h = layer(h)
    return keras.Model(image, h)


enlarged, errors = {}, {}
for kind, name in KINDS.items():
    keras.utils.set_random_seed(0)
    model = enlarging_network(kind)
    model.compile(keras.optimizers.Adam(3e-3), loss="mse")
    model.fit(
        shrunk[0],
        large[0],
        batch_size=20,
        epochs=12,
        validation_data=(shrunk[1], large[1]),
        verbose=0,
    )
    enlarged[kind] = model(shrunk[1]).numpy()
    errors[kind] = np.mean((enlarged[kind] - large[1]) ** 2)
    print(f"{name:22} {model.count_params():6,} weights, squared error {errors[kind]:.4f} a pixel")

# %%
rows = {"input": shrunk[1], "truth": large[1]} | {KINDS[kind]: enlarged[kind] for kind in KINDS}
figure, axes = plt.subplots(5, 5, figsize=(8.5, 6.9))
for line, (name, images) in zip(axes, rows.items(), strict=True):
    for axis, image in zip(line, images, strict=False):
        axis.imshow(image.clip(0, 1))
        axis.axis("off")
    place = {"ha": "right", "va": "center", "transform": line[0].transAxes}
    line[0].text(-0.08, 0.5, name, fontsize=10, **place)
figure.subplots_adjust(left=0.2, right=1, top=1, bottom=0, wspace=0.04, hspace=0.04)
plt.show()

# %% [markdown]
# Look at the plain backgrounds. Both transposed convolutions draw a grid on them: kernel 3 a coarse one, kernel 4 a finer
# one, for even wiring does not oblige the weights to be even. Resizing leaves no grid. So training did not wash the pattern
# out, though the loss could see it.
#
# Now as a number. Where the *true* image is plain, any difference between neighbours is made up. Measure how
# far each pixel lies from the mean of its four neighbours there.


# %%
def ripple(images, truth):
    """Mean distance of a pixel from its four neighbours' mean, in grey levels, where truth is plain."""

    def distance(x):
        around = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
        return np.abs(x[:, 1:-1, 1:-1] - around / 4).max(-1)

    plain = distance(truth) < 1e-3
    return 255 * distance(images)[plain].mean()


ripples = {kind: ripple(enlarged[kind], large[1]) for kind in KINDS}
for kind, name in KINDS.items():
    print(f"{name:22} ripple of {ripples[kind]:.1f} grey levels on plain ground")
assert ripples["resize"] < min(ripples[3], ripples[4])
assert errors["resize"] < errors[3]

# %% [markdown]
# Resizing is smoothest and, in this small trial, closest to the truth. Even wiring (kernel 4) helped the error, not the
# ripple. Resizing has a price: 9 multiplications for each output pixel and pair of channels, where kernel 4 with stride 2
# needs 4. Many decoders use kernel 4 and stride 2 all the same, as a compromise.
#
# And the other direction? The gradient of a strided *convolution* is a transposed one (section 3). So a network that *judges*
# images with kernel 3 and stride 2 hands **checkerboard gradients** back to the image, and a decoder that learns from such a
# judge may learn to draw them. (You will meet that pair of networks in the lecture on adversarial networks.)

# %% [markdown]
# ## Summary
#
# - A convolution is a matrix $C$ with few weights, used again and again. `Conv2DTranspose` multiplies by $C^{\mathsf T}$:
#   each input stamps the kernel onto the output.
# - It brings back the size, not the content. Backpropagation through `Conv2D` uses the same operation.
# - Size: $(n-1)s + k$ for `"valid"`, $n s$ for `"same"`.
# - Where the stride does not divide the kernel size, outputs are fed unequally and checkerboards appear. Choose kernel 4
#   with stride 2, or resize and convolve.
#
# ## Check yourself
#
# <details><summary>1. You need 5×5 → 15×15 pixels in one layer, without a checkerboard. Which stride, kernel and padding?</summary>
# Stride 3 and padding "same" give 15. Kernel 3 or 6: the stride must divide it.</details>
#
# <details><summary>2. With kernel 2 and stride 2, do stamps overlap? What is Cᵀ then good for?</summary>
# They lie side by side and never overlap: each input draws its own 2×2 tile. The counts are even, but no output
# depends on two inputs, so tiles cannot be smoothed against each other within this layer.</details>
#
# <details><summary>3. Why is the order of the channels in the kernel of Conv2DTranspose (kh, kw, out, in) and not (kh, kw, in, out)?</summary>
# It is the kernel of the convolution C that leads from the larger image to the smaller. What is input for C is output
# for its transpose.</details>
#
# ## Do it yourself
#
# The assignment [transposed_convolution](../assignments/transposed_convolution/transposed_convolution.ipynb) asks for the
# matrix, the convolution and its transpose, and tries yours on a digit.
#
# ## Papers
#
# - V. Dumoulin and F. Visin, [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285), 2016
# - A. Odena, V. Dumoulin and C. Olah, [Deconvolution and Checkerboard
#   Artifacts](https://distill.pub/2016/deconv-checkerboard/), 2016
# - J. Long, E. Shelhamer and T. Darrell, [Fully Convolutional Networks for Semantic
#   Segmentation](https://arxiv.org/abs/1411.4038), 2015: where enlarging layers became usual
# - W. Shi et al., [Is the deconvolution layer the same as a convolutional layer?](https://arxiv.org/abs/1609.07009), 2016
#
# **Next**: [Watching a training: TensorBoard](05_tensorboard.ipynb)
