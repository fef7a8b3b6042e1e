# %% [markdown]
# # Assignment: normalizing flows
#
# A flow bends data into noise and can bend noise back into data. Because it knows how much it
# stretches on the way, it knows the exact probability of every image. You write the coupling layer,
# there and back, the log-density, and the unit in which it is reported. Then a flow made of your
# functions learns handwritten digits.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. TensorFlow (`tf`), Keras (`keras`, `keras.ops`) and NumPy (`np`)
# are imported; use what you like. The computation must be your own: the course's library has such
# functions too, but it refuses to be called from yours.
#
# **How it is graded.** Each function is worth 5 points, all or nothing, and the question at the end
# is worth 5 more. Grading runs what `check` runs and further tests of the same properties: other
# inputs, other sizes, extreme values. How you write a function does not matter, and neither does a
# relative difference below 0.0001. No function builds on another. The experiment gives no points.
#
# **From easy to hard.** `bits_per_dimension` is a change of units. `coupling_forward` is short, and
# `coupling_inverse` undoes it, one operation after the other. `log_prob` adds two terms, of which
# one has a constant for each dimension.
#
# **What every function must do.** It works for any batch size $B$ from 1 upwards. It works inside
# `tf.function` too. Gradients reach every tensor that goes in, and the weights of the networks that
# are given. All tensors are `float32`.
#
# It takes about an hour. The lecture on flows is all you need. Before you hand in, press *Validate*
# above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. A step that can be undone
#
# How can a network of any shape be inverted? It need not be. Let half of the numbers pass
# unchanged, and let them decide what happens to the other half (Dinh et al. 2017):
#
# $$y_1 = x_1, \qquad y_2 = x_2 \odot e^{s} + t, \qquad (s, t) = \mathrm{scale\_shift}(x_1).$$
#
# Here $x_1$ is the first half of the entries of $x$ and $x_2$ the second, in that order. The function
# `scale_shift` is given: it takes a tensor of shape $(B, D/2)$ and returns the tuple $(s, t)$, both of
# that shape.
#
# How much does the step stretch? Its Jacobian is triangular, so the determinant is the product of the
# diagonal: ones for the half that passes, factors $e^{s}$ for the other. You are asked for the
# logarithm of its absolute value. For $s = -200$ the factor is too small for a `float32`; the
# logarithm of the determinant is not.
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, D)$ | $D$ even |
# | `scale_shift` | | a function, $(B, D/2) \to (B, D/2), (B, D/2)$ |
# | result | $(B, D)$, $(B,)$ | the tuple of $y$ and log_det, one number for each example |


# %% solution="coupling_forward"
def coupling_forward(x, scale_shift):
    """An affine coupling: the first half passes, the second is scaled and shifted.

    Args:
        x: points, (B, D), D even.
        scale_shift: a function of the first half, (B, D/2), that gives the tuple (s, t).

    Returns:
        The tuple (y, log_det): y (B, D), and log |det ∂y/∂x| of each example, (B,).
    """
    # BEGIN SOLUTION
    half = x.shape[1] // 2
    first, second = x[:, :half], x[:, half:]
    s, t = scale_shift(first)
    y = tf.concat([first, second * tf.exp(s) + t], axis=1)
    return y, tf.reduce_sum(s, axis=1)
    # END SOLUTION


# %% test="coupling_forward-test" points=5
check(coupling_forward)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import flow

flow.grade(coupling_forward)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. The way back
#
# Now $y$ is given and $x$ is asked for. One half is known at once. What does it tell you about $s$
# and $t$, and which of the two steps has to be undone first?
#
# | | shape | |
# |---|---|---|
# | `y` | $(B, D)$ | $D$ even |
# | `scale_shift` | | the function that was used on the way there |
# | result | $(B, D)$ | the $x$ that `coupling_forward` turns into $y$ |


# %% solution="coupling_inverse"
def coupling_inverse(y, scale_shift):
    """The x that an affine coupling turns into y.

    Args:
        y: points, (B, D), D even.
        scale_shift: the function that the coupling used, (B, D/2) → (s, t).

    Returns:
        x, (B, D).
    """
    # BEGIN SOLUTION
    half = y.shape[1] // 2
    first, second = y[:, :half], y[:, half:]
    s, t = scale_shift(first)
    return tf.concat([first, (second - t) * tf.exp(-s)], axis=1)
    # END SOLUTION


# %% test="coupling_inverse-test" points=5
check(coupling_inverse)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import flow

flow.grade(coupling_inverse)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. The exact log-density
#
# A flow turns $x$ into a code $z$ that should look like a draw from a standard normal distribution in
# $D$ dimensions. Probability is neither made nor lost on the way, only spread or squeezed:
#
# $$\log p(x) = \log \mathcal{N}(z; 0, I) + \log\left|\det\frac{\partial z}{\partial x}\right|,
# \qquad
# \log \mathcal{N}(z; 0, I) = -\frac{1}{2}\sum_{d=1}^{D}\big(z_d^2 + \log 2\pi\big).$$
#
# The function `flow` is given: `flow(x)` returns the tuple $(z, \text{log\_det})$. In one
# dimension, a code 50 standard deviations out has a log-density of about −1251, not minus infinity.
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, D)$ | |
# | `flow` | | a function, $(B, D) \to (B, D), (B,)$ |
# | result | $(B,)$ | the log-density of each example, in nats |


# %% solution="log_prob"
def log_prob(x, flow):
    """The log-density of each example under a flow with a standard normal base.

    Args:
        x: points, (B, D).
        flow: a function that gives the tuple (z, log_det): z (B, D), log_det (B,).

    Returns:
        log p(x) in nats, (B,).
    """
    # BEGIN SOLUTION
    z, log_det = flow(x)
    log_base = -0.5 * tf.reduce_sum(tf.square(z) + np.log(2 * np.pi), axis=1)
    return log_base + log_det
    # END SOLUTION


# %% test="log_prob-test" points=5
check(log_prob)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import flow

flow.grade(log_prob)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. Bits per dimension
#
# An image with four times the pixels has about four times the negative log-likelihood. To compare
# models over datasets, papers divide by the number of dimensions and count in bits, as a compression
# program would:
#
# $$b = \frac{-\log p(x)}{D \ln 2}.$$
#
# The input is the negative log-likelihood, already in nats.
#
# | | shape | |
# |---|---|---|
# | `nll_nats` | $(B,)$ | $-\log p(x)$ of each example, of either sign |
# | `dimensions` | | $D$, a plain integer |
# | result | $(B,)$ | bits per dimension of each example |


# %% solution="bits_per_dimension"
def bits_per_dimension(nll_nats, dimensions):
    """A negative log-likelihood in bits per dimension.

    Args:
        nll_nats: of each example in nats, (B,).
        dimensions: how many numbers one example has, an integer.

    Returns:
        (B,), in bits per dimension.
    """
    # BEGIN SOLUTION
    return nll_nats / (dimensions * np.log(2))
    # END SOLUTION


# %% test="bits_per_dimension-test" points=5
check(bits_per_dimension)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import flow

flow.grade(bits_per_dimension)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. The experiment
#
# Eight of your couplings make a flow for handwritten digits, with the course's `ActNorm` and a fixed
# shuffle of the 64 pixels between them. It is trained on your log-density. The first row shows unseen
# digits, the second the same digits after they went through your flow to a code and back, the third
# what changed on the way: nothing should. The last row starts from noise: nobody ever wrote these.
#
# Pixels have 17 grey levels, to which the course adds uniform noise. A model that knows nothing
# needs $\log_2 17 \approx 4.09$ bits per pixel. How many will yours need? (A number below 0 would
# be a code of less than no length. If you see one, one of your functions is wrong. Which?)

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def your_flow(couplings=8, width=128):
    """A flow of the course whose couplings and density are those of this notebook."""
    from course_utils import bijectors as bj
    from course_utils.models.flow import Flow

    class YourCoupling(bj.Bijector):
        def build(self, input_shape):
            half = input_shape[-1] // 2
            self.network = keras.Sequential(
                [
                    keras.Input((half,)),
                    keras.layers.Dense(width, activation="relu"),
                    keras.layers.Dropout(0.2),
                    keras.layers.Dense(2 * half, kernel_initializer="zeros"),
                ]
            )

        def scale_shift(self, first):
            s, t = tf.split(self.network(first), 2, axis=1)
            return 2 * tf.tanh(s / 2), t

        def call(self, x):
            return coupling_forward(x, self.scale_shift)

        def inverse(self, y):
            return coupling_inverse(y, self.scale_shift)

    class YourFlow(Flow):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return -tf.reduce_mean(log_prob(x, lambda _: y_pred))

    rng = np.random.default_rng(0)
    chain = [bj.Logit(), bj.Reshape((64,))]
    for _ in range(couplings):
        chain += [bj.ActNorm(), YourCoupling(), bj.Permutation(rng.permutation(64))]
    return YourFlow(bj.Chain(chain), (8, 8, 1), levels=17)


def experiment(epochs=60):
    """Train with the functions above; show digits, the way there and back, and samples."""
    from course_utils.metrics.likelihood import dequantize

    keras.utils.set_random_seed(0)
    digits = load("digits")
    model = your_flow()
    model.compile(keras.optimizers.Adam(2e-3), jit_compile=True)
    model.fit(digits.train.x, batch_size=50, epochs=epochs, verbose=0)

    unseen = dequantize(digits.test.x, 17, seed=0).astype("float32")
    bits = bits_per_dimension(-log_prob(unseen, model.bijector), 64) + np.log2(17)
    print(f"Unseen digits need {np.mean(bits):.2f} bits per pixel.")

    back = np.asarray(model.decode(model.encode(unseen[:12])))
    difference = np.abs(back - unseen[:12])
    print(f"There and back, pixels move by up to {difference.max():.2f}.")
    rows = {
        "unseen": unseen[:12],
        "there and back": back,
        "difference": difference,
        "samples": model.sample(12, temperature=0.7),
    }
    _, axes = plt.subplots(len(rows), 12, figsize=(9, 3.2))
    for (name, images), row in zip(rows.items(), axes, strict=True):
        for image, axis in zip(np.asarray(images), row, strict=True):
            axis.imshow(np.squeeze(image), cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    plt.show()


try:
    experiment()
except NotImplementedError:
    print("The experiment needs all four functions. Come back when they are written.")
except Exception as error:
    print(f"The experiment does not run with these functions yet ({type(error).__name__}).")

# %% [markdown]
# ## 6. A question
#
# A friend trains a flow on handwritten digits and wants to use it as an alarm: an image with a low
# log-density is not a digit. She tries it with an image that is black all over, and finds that it
# has a higher log-density than most digits (so it has under the lecture's Glow, too). Is there a
# mistake in her program? Which of the two terms, $\log \mathcal{N}(z)$ or the log-determinant,
# makes the log-density so high, and why? Would the black image ever be drawn as a sample, and how
# does that go with its high density? What would you tell her about such an alarm? Five sentences
# are enough.

# %% [markdown] answer="question" points=5
# There need be no mistake. In every digit most pixels are black, so the flow has learned to expect
# black: it gives a small range of dark values a large range of codes. Where it stretches like that,
# the log-determinant is large, and a black image collects this for each of its pixels.
# $\log \mathcal{N}(z)$ speaks against the image: its code is longer than the codes of digits (with
# the lecture's Glow about 12, where those of digits are about 8), but the log-determinant outweighs
# that. Draws from a normal distribution in 64 dimensions lie at a distance of about 8 from the
# origin, practically never at 12, so the black image is never drawn. It may well be more probable
# than any one digit, but it is a single image, and digits are so many that together they hold nearly
# all of the probability. So a low density does speak against an image, but a high one does not speak
# for it. An alarm should ask whether an image is typical of what the model draws, for instance
# whether its code has the usual length, or compare two models, one of which knows only what all
# images have in common (Nalisnick et al. 2019).
#
# **Rubric.** Not necessarily a mistake (1 point). The log-determinant makes it high, because the flow
# stretches the dark values that it expects nearly everywhere (1). The image is practically never
# drawn: draws, and the codes of digits, lie at a distance of about 8 from the origin; its code lies
# elsewhere (1). A high density at one image is not a high probability of images like it: the likeliest
# image need not be a typical one (1). The alarm fails in one direction; something better is named:
# typicality, the length of the code, a likelihood ratio, another score (1).
