# %% [markdown]
# # Assignment: four autoencoders
#
# You write what four kinds of autoencoder are trained on: two losses that say how well an image is
# rebuilt, the damage that a denoising autoencoder learns to undo, and the penalties of a sparse and
# of a contractive one. Then all four are trained on handwritten digits with your functions, and you
# see what each of them is good for.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. TensorFlow (`tf`), Keras (`keras`, `keras.ops`) and NumPy (`np`)
# are imported; use what you like. The computation must be your own: the course's library has these
# functions too, but it refuses to be called from yours.
#
# **How it is graded.** Each function is worth 5 points, all or nothing, and the question at the end
# is worth 5 more. Grading runs what `check` runs and further tests of the same properties: other
# inputs, other sizes, extreme values. How you write a function does not matter, and neither does a
# relative difference below 0.0001. No function builds on another, so a mistake costs points only
# once. The experiment gives no points.
#
# **From easy to hard.** `mse_loss` is one line of arithmetic, and `cross_entropy_loss` asks what
# becomes of large logits. `corrupt` needs a random mask, and `sparsity_penalty` a formula and the
# right axis. `contractive_penalty` is the hardest: it needs the derivative of a network, and
# suggests steps on the way there.
#
# **What every function must do.** It works for any batch size $B$, any code size $D$ and any number
# of pixels $P$, from 1 upwards. It works inside `tf.function` too, its gradients reach every tensor
# that it is given, and all tensors are `float32`.
#
# It takes about an hour. The lecture on autoencoders is all you need. Before you hand in, press
# *Validate* above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. How far is the copy from the image?
#
# An autoencoder squeezes an image $x$ through a short code and rebuilds it as $y$. The simplest
# question is how far apart the two are, pixel by pixel:
#
# $$L(x, y) = \sum_{p=1}^{P}(x_p - y_p)^2.$$
#
# It is a sum over the pixels, one number for each image. The mean over the batch is taken later.
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, P)$ | images |
# | `y` | $(B, P)$ | their reconstructions |
# | result | $(B,)$ | one number for each example |


# %% solution="mse_loss"
def mse_loss(x, y):
    """Squared error of each example, summed over the pixels.

    Args:
        x: images, (B, P).
        y: reconstructions, (B, P).

    Returns:
        (B,).
    """
    # BEGIN SOLUTION
    return tf.reduce_sum(tf.square(x - y), axis=-1)
    # END SOLUTION


# %% test="mse_loss-test" points=5
check(mse_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import autoencoder

autoencoder.grade(mse_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. How surprised is the decoder?
#
# Let the decoder say instead how probable it is that a pixel is bright. It gives a logit $l$ for
# each pixel, any real number; its sigmoid $s(l) = 1 / (1 + e^{-l})$ is the probability. An image
# then costs its cross-entropy:
#
# $$L(x, l) = -\sum_{p=1}^{P}\big(x_p \log s(l_p) + (1 - x_p)\log(1 - s(l_p))\big).$$
#
# In `float32`, $s(20)$ is exactly 1 already. A decoder that is wrong with the logit 1000 must pay
# 1000: not infinity, and not 16 either, which is what it costs if probabilities are clipped at
# $10^{-7}$. Can you compute the cost without ever computing the probability?
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, P)$ | pixels between 0 and 1, grey ones too |
# | `logits` | $(B, P)$ | any real numbers |
# | result | $(B,)$ | one number for each example, summed over the pixels |


# %% solution="cross_entropy_loss"
def cross_entropy_loss(x, logits):
    """Cross-entropy −log p(x | logits) of each example, summed over the pixels.

    Args:
        x: pixels, (B, P), in [0, 1].
        logits: the decoder's output before the sigmoid, (B, P).

    Returns:
        The cross-entropy in nats, (B,).
    """
    # BEGIN SOLUTION
    per_pixel = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
    return tf.reduce_sum(per_pixel, axis=-1)
    # END SOLUTION


# %% test="cross_entropy_loss-test" points=5
check(cross_entropy_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import autoencoder

autoencoder.grade(cross_entropy_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. Damage to be undone
#
# A denoising autoencoder sees a damaged image and must rebuild the clean one. The damage: each
# pixel is set to 0 with probability $r$, independently of all others, and stays as it is otherwise.
#
# $$\tilde x_p = \begin{cases} 0 & \text{with probability } r \\ x_p & \text{otherwise.}
# \end{cases}$$
#
# Dropout does something similar, but it also scales up the pixels that are left, to keep the mean.
# Here nothing is made brighter. Every pixel of every image needs a draw of its own, and every call
# needs new ones, inside `tf.function` too.
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, P)$ | images |
# | `drop_rate` | | a Python number $r$, at least 0 and less than 1 |
# | result | $(B, P)$ | damaged images |


# %% solution="corrupt"
def corrupt(x, drop_rate):
    """Set each pixel to 0 with probability `drop_rate`; the others stay as they are.

    Args:
        x: images, (B, P).
        drop_rate: a number in [0, 1).

    Returns:
        The damaged images, (B, P).
    """
    # BEGIN SOLUTION
    kept = tf.random.uniform(tf.shape(x)) >= drop_rate
    return tf.where(kept, x, 0.0)
    # END SOLUTION


# %% test="corrupt-test" points=5
check(corrupt)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import autoencoder

autoencoder.grade(corrupt)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. Few units at a time
#
# In a sparse autoencoder each unit of the code, a number between 0 and 1, should be on for only a
# few images: its mean over the batch should be a given target $\rho$, such as 0.1. With
#
# $$\hat\rho_d = \frac{1}{B}\sum_{b=1}^{B} h_{bd}$$
#
# for the mean activation of unit $d$, the penalty is the divergence between two Bernoulli
# distributions, one with the target as its mean and one with the mean activation, added up over the
# units:
#
# $$\mathcal{P} = \sum_{d=1}^{D}\mathrm{KL}\big(\rho\,\|\,\hat\rho_d\big)
# = \sum_{d=1}^{D}\Big(\rho\log\frac{\rho}{\hat\rho_d}
# + (1 - \rho)\log\frac{1 - \rho}{1 - \hat\rho_d}\Big).$$
#
# | | shape | |
# |---|---|---|
# | `codes` | $(B, D)$ | activations $h$, between 0 and 1 |
# | `target` | | a Python number $\rho$ between 0 and 1 |
# | result | $()$ | one number for the batch |


# %% solution="sparsity_penalty"
def sparsity_penalty(codes, target):
    """KL(Bernoulli(target) ‖ Bernoulli(mean activation)), summed over the units.

    Args:
        codes: activations, (B, D), in (0, 1).
        target: the mean activation asked for, in (0, 1).

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    activation = tf.reduce_mean(codes, axis=0)
    on = target * (tf.math.log(target) - tf.math.log(activation))
    off = (1.0 - target) * (tf.math.log(1.0 - target) - tf.math.log(1.0 - activation))
    return tf.reduce_sum(on + off)
    # END SOLUTION


# %% test="sparsity_penalty-test" points=5
check(sparsity_penalty)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import autoencoder

autoencoder.grade(sparsity_penalty)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. A code that stands still
#
# The code of a contractive autoencoder should hardly move when the image changes a little. How much
# it moves is given by the Jacobian, which holds the derivative of each of the $D$ units with
# respect to each of the $P$ pixels. The penalty is its squared Frobenius norm, the sum of the
# squares of all its entries:
#
# $$\mathcal{P}(x) = \sum_{d=1}^{D}\sum_{p=1}^{P}
# \left(\frac{\partial h_d(x)}{\partial x_p}\right)^2.$$
#
# The encoder has to learn from the penalty, so the penalty must be differentiable with respect to
# the encoder's weights: a derivative of a derivative. `encoder` is any callable, such as a Keras
# model. It treats each image of a batch by itself.
#
# | | shape | |
# |---|---|---|
# | `encoder` | | images $(B, P)$ → codes $(B, D)$ |
# | `x` | $(B, P)$ | images |
# | result | $(B,)$ | one number for each example |
#
# **Suggested steps.** Write one, look at it in a cell of your own, then go on.
#
# 1. Let a gradient tape follow the encoder, and ask it for the gradient of one unit of the code with
#    respect to the images. It should have their shape. If it is `None`, nobody told the tape to
#    follow them.
# 2. Go from one unit to all $D$ of them, each by itself: that makes $D \cdot P$ derivatives for each
#    image. You can go through the units, or look up what else a tape can do.
# 3. Square and add, and look at the shape: $(B,)$.
# 4. Try encoders whose derivatives you know. With `lambda x: 2.0 * x`, each image should cost $4P$.
#    With `lambda x: tf.concat([x, -x], 1)` it should cost $2P$. If you get 0 there, two derivatives
#    have met before they were squared.


# %% solution="contractive_penalty"
def contractive_penalty(encoder, x):
    """Squared Frobenius norm of ∂encoder(x)/∂x of each example.

    Args:
        encoder: a callable, images (B, P) → codes (B, D).
        x: images, (B, P).

    Returns:
        (B,), differentiable in the encoder's weights.
    """
    # BEGIN SOLUTION
    # A gradient for each unit is traced several times faster than a Jacobian.
    with tf.GradientTape(persistent=True) as record:
        record.watch(x)
        units = tf.unstack(encoder(x), axis=-1)
    return sum(tf.reduce_sum(tf.square(record.gradient(unit, x)), axis=-1) for unit in units)
    # END SOLUTION


# %% test="contractive_penalty-test" points=5
check(contractive_penalty)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import autoencoder

autoencoder.grade(contractive_penalty)
# END HIDDEN TESTS

# %% [markdown]
# ## 6. The experiment
#
# Four of the course's autoencoders learn from 1,350 digits, with your functions in place of their
# own. Then all of them see the same damaged digits, which they have never met before.
#
# The denoising autoencoder learns with your cross-entropy and your damage, the others with your
# squared error. Which of the four will clean up best? And whose code moves least when pixels go
# missing? Decide first, then run the cell: it shows the pictures and prints, for each model, how far
# its code moves, in units of how far apart the codes of two digits are.

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def experiment(latent=16, epochs=40, drop_rate=0.3, shown=12):
    """Train with the functions above; show what each model makes of damaged digits."""
    from course_utils.models.autoencoder import Autoencoder
    from course_utils.networks import dense_decoder, dense_encoder

    class Yours(Autoencoder):
        """The course's autoencoder for 64 pixels, calling the functions of this notebook."""

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            rebuilt = tf.sigmoid(y_pred.reconstruction)
            return tf.reduce_mean(mse_loss(x, rebuilt)) + self.penalty(x, y_pred.code)

    class Denoising(Yours):
        def call(self, x, training=None):
            return super().call(corrupt(x, drop_rate) if training else x, training=training)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return tf.reduce_mean(cross_entropy_loss(x, y_pred.reconstruction))

    class Sparse(Yours):
        def penalty(self, x, code):
            return sparsity_penalty(code, 0.1)

    class Contractive(Yours):
        def penalty(self, x, code):
            return tf.reduce_mean(contractive_penalty(self.encoder, x))

    digits = load("digits")
    train, unseen = (split.x.reshape(-1, 64) for split in (digits.train, digits.test))
    keras.utils.set_random_seed(0)
    damaged = corrupt(tf.constant(unseen), drop_rate)
    rows = {"unseen": unseen, "damaged": damaged}
    for kind in (Yours, Denoising, Sparse, Contractive):
        keras.utils.set_random_seed(0)
        encoder = dense_encoder((64,), latent)
        encoder = keras.Model(encoder.input, keras.ops.sigmoid(encoder.output))
        model = kind(encoder, dense_decoder(latent, (64,)))
        model.compile(keras.optimizers.Adam(3e-3))
        model.fit(train, batch_size=64, epochs=epochs, verbose=0)
        name = "plain" if kind is Yours else kind.__name__.lower()
        rows[name] = tf.sigmoid(model(damaged).reconstruction)

        clean, moved = model.encode(unseen), model.encode(damaged)
        step = tf.reduce_mean(tf.norm(moved - clean, axis=1))
        apart = tf.reduce_mean(tf.norm(clean[1:] - clean[:-1], axis=1))
        error = tf.reduce_mean(tf.reduce_sum((rows[name] - unseen) ** 2, axis=1))
        print(f"{name:12} squared error {error:4.1f}, code moves {step / apart:.2f}")

    _, axes = plt.subplots(len(rows), shown, figsize=(9, 4.8))
    for (name, images), row in zip(rows.items(), axes, strict=True):
        for image, axis in zip(images, row, strict=False):
            axis.imshow(np.reshape(image, (8, 8)), cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    plt.show()


try:
    experiment()
except NotImplementedError:
    print("The experiment needs all five functions. Come back when they are written.")
except Exception as error:
    print(f"The experiment does not run with these functions yet ({type(error).__name__}).")

# %% [markdown]
# ## 7. A question
#
# A friend gives her autoencoder a code of 64 numbers for images of 64 pixels, and trains it with the
# squared error alone. It rebuilds unseen digits almost perfectly. "So it has learned what digits
# are," she says. Why does her result not show that? Then she feeds it random noise, which comes back
# badly distorted. What does this show, and what does it not show? The other three kinds can use such
# a long code and learn something all the same. What keeps each of them from merely copying? Five
# sentences are enough.

# %% [markdown] answer="question" points=5
# With as many code numbers as pixels nothing needs to be thrown away: the identity would rebuild
# every digit without any error and know nothing about digits, so a small error does not show that
# anything has been learned. That noise comes back distorted shows that her network is not the
# identity. It was fitted only where digits are, and anything may happen elsewhere. But this does not
# show that it knows what a digit is: failing far from its data is not knowledge about the data,
# and if she decodes random codes, she will see that they are mostly not digits. The others can afford
# a long code, because copying is not their best answer. A denoising autoencoder that copies would copy
# the damage; to fill the gaps it must know what digits look like. A sparse one may switch each unit
# on for only a few images, so that copying every number is expensive. A contractive one pays for
# each direction in which its code moves, and keeps only those that it needs for the digits.
#
# **Rubric.** The identity fits through a code that long, and has no error without knowing anything
# (1 point). Noise that comes back distorted shows only that the network is not the identity, or that
# it was fitted to digits alone (1). Denoising: the copy of a damaged image is not the clean one (1).
# Sparse: units have to be off most of the time (1). Contractive: every direction that moves the code
# costs (1).
