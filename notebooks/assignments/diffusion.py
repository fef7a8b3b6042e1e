# %% [markdown]
# # Assignment: diffusion and flow matching
#
# You write what a diffusion model is made of: how noise gets in, how it is taken out again, the
# loss, guidance by a label, and one step of a sampler. Two more lines, and you have flow matching
# as well. At the end both are trained on pictures with your functions and draw new ones.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. TensorFlow (`tf`), Keras (`keras`, `keras.ops`) and NumPy (`np`)
# are imported; use what you like. The computation must be your own: the course's library has a
# diffusion model too, but it refuses to be called from yours.
#
# **How it is graded.** The points of each function are listed below; a function gets all of them or
# none, and the question at the end is worth 5. Grading runs what `check` runs and further tests of
# the same properties: other inputs, other sizes, extreme values. How you write a function does not
# matter, and neither does a relative difference below 0.0001. A mistake costs points only once:
# `ddim_step` is tested with the course's own version of the functions before it. The experiment
# gives no points.
#
# **From easy to hard.** `flow_target` (2 points) and `guide` (4) are one line of arithmetic.
# `add_noise` (5) holds the one trick of this notebook: a number for each example, by which the whole
# example is multiplied. Once you have it, `predict_clean` (5) and `flow_point` (4) are quick.
# `noise_loss` (4) needs a little thought about axes, and `ddim_step` (6) puts two functions together.
#
# **What every function must do.** An example may be a row of numbers, an image or anything else: the
# arguments have the shape $(B, \dots)$ with at least one axis after the first, and $\bar\alpha$ and
# $t$ have the shape $(B,)$, one number for each example. It works for any batch size $B$, inside
# `tf.function` too, where the number of axes is known but the batch size may not be. Gradients reach
# every tensor, and all tensors are `float32`.
#
# It takes about an hour. The lecture on diffusion and flow matching is all you need. Before you hand
# in, press *Validate* above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. Noise comes in
#
# Take an image $x$ and noise $\varepsilon \sim \mathcal{N}(0, 1)$ of the same shape, and mix them:
#
# $$x_{\text{noisy}} = \sqrt{\bar\alpha}\,x + \sqrt{1 - \bar\alpha}\,\varepsilon.$$
#
# The number $\bar\alpha$ says how much of the variance is signal. At 1 there is no noise yet, near 0
# hardly anything but noise. If $x$ has variance 1, so has the mixture, at every level. (Why are the
# weights square roots?)
#
# Each example of a batch has its own $\bar\alpha$. A tensor of shape $(B,)$ does not multiply one of
# shape $(B, H, W, C)$ as you want it to: TensorFlow lines shapes up from the right. How many axes
# does it lack? `x.shape.rank` tells how many there are in all.
#
# | | shape | |
# |---|---|---|
# | `x`, `epsilon` | $(B, \dots)$ | examples, and noise of the same shape |
# | `alpha_bar` | $(B,)$ | between 0 and 1, 1 included: the share of the signal |
# | result | $(B, \dots)$ | the noisy examples |


# %% solution="add_noise"
def add_noise(x, epsilon, alpha_bar):
    """Examples with noise: √ᾱ x + √(1 − ᾱ) ε.

    Args:
        x: examples, (B, …).
        epsilon: noise of the same shape.
        alpha_bar: the share of the signal in the variance, (B,), in (0, 1].

    Returns:
        The noisy examples, (B, …).
    """
    # BEGIN SOLUTION
    alpha_bar = tf.reshape(alpha_bar, [-1] + [1] * (x.shape.rank - 1))
    return tf.sqrt(alpha_bar) * x + tf.sqrt(1.0 - alpha_bar) * epsilon
    # END SOLUTION


# %% test="add_noise-test" points=5
check(add_noise)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import diffusion

diffusion.grade(add_noise)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. And out again
#
# A network looks at the noisy image and says which noise it sees, $\varepsilon$. If it is right,
# which image was there before? Solve the formula above for $x$:
#
# $$\hat x = \frac{x_{\text{noisy}} - \sqrt{1 - \bar\alpha}\,\varepsilon}{\sqrt{\bar\alpha}}.$$
#
# | | shape | |
# |---|---|---|
# | `x_noisy`, `epsilon` | $(B, \dots)$ | noisy examples, and the noise that is seen in them |
# | `alpha_bar` | $(B,)$ | as before |
# | result | $(B, \dots)$ | the clean examples that follow from them |


# %% solution="predict_clean"
def predict_clean(x_noisy, epsilon, alpha_bar):
    """The clean examples that noisy ones and their noise imply.

    Args:
        x_noisy: noisy examples, (B, …).
        epsilon: the noise in them, of the same shape.
        alpha_bar: the share of the signal in the variance, (B,), in (0, 1].

    Returns:
        The clean examples, (B, …).
    """
    # BEGIN SOLUTION
    alpha_bar = tf.reshape(alpha_bar, [-1] + [1] * (x_noisy.shape.rank - 1))
    return (x_noisy - tf.sqrt(1.0 - alpha_bar) * epsilon) / tf.sqrt(alpha_bar)
    # END SOLUTION


# %% test="predict_clean-test" points=5
check(predict_clean)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import diffusion

diffusion.grade(predict_clean)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. What the network is trained on
#
# Nothing but a regression: the mean of the squared differences between the noise that was put in and
# the noise that the network sees,
#
# $$\mathcal{L}_b = \frac{1}{n}\sum_{i=1}^{n}(\varepsilon_{bi} - \hat\varepsilon_{bi})^2,$$
#
# over all $n$ numbers of an example. One number for each example: some levels of noise are harder
# than others, and one may want to look at them.
#
# | | shape | |
# |---|---|---|
# | `epsilon`, `predicted` | $(B, \dots)$ | the noise, and what the network says |
# | result | $(B,)$ | one number for each example |


# %% solution="noise_loss"
def noise_loss(epsilon, predicted):
    """The mean squared error of each example.

    Args:
        epsilon: the noise that was put in, (B, …).
        predicted: what the network sees, of the same shape.

    Returns:
        The mean over all axes but the first, (B,).
    """
    # BEGIN SOLUTION
    axes = list(range(1, epsilon.shape.rank))
    return tf.reduce_mean(tf.square(epsilon - predicted), axis=axes)
    # END SOLUTION


# %% test="noise_loss-test" points=4
check(noise_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import diffusion

diffusion.grade(noise_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. Guidance
#
# One network can be asked twice: which noise do you see in this picture of a shirt, and which noise
# do you see if I do not say what it is? The difference of the two answers is what the label changes.
# Classifier-free guidance makes more of it:
#
# $$\hat\varepsilon = \varepsilon_{\text{without}}
# + w\,(\varepsilon_{\text{with}} - \varepsilon_{\text{without}}).$$
#
# At $w = 0$ the label plays no part, at $w = 1$ it plays the part that the network learned. Beyond
# 1 the pictures become more typical of their label, and more alike. (The paper counts from the
# conditional prediction, so its $w$ is one less. Most programs count as we do here.)
#
# | | shape | |
# |---|---|---|
# | `with_label`, `without_label` | $(B, \dots)$ | two predictions |
# | `scale` | | $w$, a plain number or a scalar tensor, one for the whole batch |
# | result | $(B, \dots)$ | the guided prediction |


# %% solution="guide"
def guide(with_label, without_label, scale):
    """Classifier-free guidance: 0 is unconditional, 1 conditional, more is more of the label.

    Args:
        with_label: the conditional prediction, (B, …).
        without_label: the unconditional one, of the same shape.
        scale: a number or a scalar tensor.

    Returns:
        The guided prediction, (B, …).
    """
    # BEGIN SOLUTION
    return without_label + scale * (with_label - without_label)
    # END SOLUTION


# %% test="guide-test" points=4
check(guide)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import diffusion

diffusion.grade(guide)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. One step towards an image
#
# A picture is drawn in small steps, from a level with much noise, $\bar\alpha$, to one with a
# little less, $\bar\alpha'$. Guess the clean picture as in section 2, then put the same noise back,
# but only as much as the next level has:
#
# $$x' = \sqrt{\bar\alpha'}\,\hat x + \sqrt{1 - \bar\alpha'}\,\varepsilon.$$
#
# This sampler, DDIM with $\eta = 0$, draws no new noise on the way: the noise you start from decides
# which picture comes out. You may call functions that you have already written.
#
# | | shape | |
# |---|---|---|
# | `x_noisy`, `epsilon` | $(B, \dots)$ | as in section 2 |
# | `alpha_bar` | $(B,)$ | the present level |
# | `alpha_bar_next` | $(B,)$ | the next level, in $(0, 1]$ too |
# | result | $(B, \dots)$ | the examples at the next level |


# %% solution="ddim_step"
def ddim_step(x_noisy, epsilon, alpha_bar, alpha_bar_next):
    """One step of DDIM without new noise (η = 0).

    Args:
        x_noisy: examples at the present level, (B, …).
        epsilon: the noise that the network sees in them, of the same shape.
        alpha_bar: the present level, (B,), in (0, 1].
        alpha_bar_next: the next level, (B,), in (0, 1].

    Returns:
        The examples at the next level, (B, …).
    """
    # BEGIN SOLUTION
    clean = predict_clean(x_noisy, epsilon, alpha_bar)
    return add_noise(clean, epsilon, alpha_bar_next)
    # END SOLUTION


# %% test="ddim_step-test" points=6
check(ddim_step)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import diffusion

diffusion.grade(ddim_step)
# END HIDDEN TESTS

# %% [markdown]
# ## 6. A straight line
#
# Diffusion travels along an arc. Why not along a straight line? Flow matching joins noise and data
# by one, and counts time the other way round: at $t = 0$ there is noise, at $t = 1$ there are data.
#
# $$x_t = (1 - t)\cdot\text{noise} + t\cdot\text{data}$$
#
# | | shape | |
# |---|---|---|
# | `noise`, `data` | $(B, \dots)$ | the two ends |
# | `t` | $(B,)$ | times between 0 and 1, both included |
# | result | $(B, \dots)$ | the point on the way |


# %% solution="flow_point"
def flow_point(noise, data, t):
    """Where an example is at time t on the straight line from noise to data.

    Args:
        noise: where the line begins, (B, …).
        data: where it ends, of the same shape.
        t: times, (B,), in [0, 1].

    Returns:
        The points, (B, …).
    """
    # BEGIN SOLUTION
    t = tf.reshape(t, [-1] + [1] * (data.shape.rank - 1))
    return (1.0 - t) * noise + t * data
    # END SOLUTION


# %% test="flow_point-test" points=4
check(flow_point)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import diffusion

diffusion.grade(flow_point)
# END HIDDEN TESTS

# %% [markdown]
# ## 7. And how fast
#
# The network of a flow is not asked for noise but for the velocity: how does $x_t$ change as $t$
# grows? On a straight line the answer does not depend on $t$.
#
# | | shape | |
# |---|---|---|
# | `noise`, `data` | $(B, \dots)$ | as in section 6 |
# | result | $(B, \dots)$ | the velocity $\mathrm{d}x_t/\mathrm{d}t$ |


# %% solution="flow_target"
def flow_target(noise, data):
    """The velocity on the straight line from noise to data.

    Args:
        noise: where the line begins, (B, …).
        data: where it ends, of the same shape.

    Returns:
        The velocity, (B, …).
    """
    # BEGIN SOLUTION
    return data - noise
    # END SOLUTION


# %% test="flow_target-test" points=2
check(flow_target)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import diffusion

diffusion.grade(flow_target)
# END HIDDEN TESTS

# %% [markdown]
# ## 8. The experiment
#
# Two models learn from pictures of clothes with your functions, each for about ten seconds: diffusion
# with `add_noise`, `noise_loss`, `guide` and `ddim_step`, and a flow with `flow_point` and
# `flow_target`. Their networks are the same, four dense layers that guess the clean picture; the
# noise and the velocity follow from it. Every column asks for one label. Diffusion draws three rows,
# with the guidance scales 0, 1 and 4, and the flow the last.
#
# What will the row with scale 0 look like? And what changes from 1 to 4? Decide first.

# %% tags=["experiment"]
import itertools

import matplotlib.pyplot as plt

from course_utils.data import load


def denoiser(pixels, labels, width=320):
    """A network that guesses clean pixels from noisy ones, a time in [0, 1], and a label or none."""
    noisy = keras.Input([pixels])
    time = keras.Input([1])
    label = keras.Input([], dtype="int32")
    waves = keras.ops.concatenate([keras.ops.sin(k * np.pi * time) for k in (0.5, 1, 2, 4)], -1)
    known = keras.ops.concatenate([waves, keras.layers.Embedding(labels + 1, 32)(label)], -1)
    h = keras.layers.Dense(width)(noisy)
    for _ in range(3):
        h = keras.ops.silu(h + keras.layers.Dense(width)(known))
        h = h + keras.layers.Dense(width, "silu")(h)
    return keras.Model([noisy, time, label], keras.layers.Dense(pixels, "tanh")(h))


def level(time):
    """ᾱ of a time from 0 (data) to 1 (noise)."""
    return tf.clip_by_value(tf.square(tf.cos(0.5 * np.pi * time)), 0.0001, 0.9999)


def seen_noise(network, noisy, time, label):
    """The noise that a network sees, from its guess of the clean pixels."""
    signal = level(time)[:, None]
    clean = network([noisy, time[:, None], label])
    return (noisy - tf.sqrt(signal) * clean) / tf.sqrt(1.0 - signal)


def velocity(network, point, time, label):
    """The velocity that a network sees, from its guess of where the way ends."""
    data = network([point, time[:, None], label])
    return (data - point) / tf.maximum(1.0 - time[:, None], 0.02)


# An error in the clean picture makes a large error in the noise where there is little of it, and a
# small one where there is much. The weights undo this. Without them the network would hardly learn
# the levels with much noise, where drawing begins.
def losses_of_diffusion(network, x, label):
    noise, time = tf.random.normal(tf.shape(x)), tf.random.uniform(tf.shape(x)[:1])
    signal = level(time)
    seen = seen_noise(network, add_noise(x, noise, signal), time, label)
    return (1.0 - signal) / signal * noise_loss(noise, seen)


def losses_of_flow(network, x, label):
    noise, time = tf.random.normal(tf.shape(x)), tf.random.uniform(tf.shape(x)[:1])
    seen = velocity(network, flow_point(noise, x, time), time, label)
    return tf.square(1.0 - time) * noise_loss(flow_target(noise, x), seen)


def trained(losses, images, labels, steps, batch=128):
    """A network trained on the mean of some losses; one label in ten is withheld, as 0."""
    keras.utils.set_random_seed(0)
    network = denoiser(images.shape[1], int(labels.max()) + 1)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, steps))

    @tf.function(jit_compile=True)
    def step(x, label):
        label = tf.where(tf.random.uniform(tf.shape(label)) < 0.1, 0, label + 1)
        with tf.GradientTape() as recording:
            loss = tf.reduce_mean(losses(network, x, label))
        optimizer.apply(
            recording.gradient(loss, network.trainable_weights), network.trainable_weights
        )
        return loss

    rng = np.random.default_rng(0)
    for _ in range(steps):
        rows = rng.integers(0, len(images), batch)
        step(images[rows], labels[rows])
    return network


def drawn_by_diffusion(network, noise, label, scale, steps=40):
    """Pictures from noise by `guide` and `ddim_step`."""
    x, times = noise, np.linspace(1.0, 0.0, steps + 1, dtype="float32")
    for here, there in itertools.pairwise(times):
        now, then = (tf.fill([len(x)], time) for time in (here, there))
        with_label, without = (seen_noise(network, x, now, y) for y in (label, 0 * label))
        x = ddim_step(x, guide(with_label, without, scale), level(now), level(then))
    return x


def drawn_by_flow(network, noise, label, steps=40):
    """Pictures from noise by steps along the velocity."""
    x = noise
    for time in np.linspace(0.0, 1.0, steps, endpoint=False, dtype="float32"):
        x = x + velocity(network, x, tf.fill([len(x)], time), label) / steps
    return x


def experiment(steps=800):
    """Train with the functions above and draw one picture for each label."""
    clothes = load("fashion")
    images = 2.0 * clothes.train.x.reshape(len(clothes.train.x), -1) - 1.0
    labels = clothes.train.factors["article"].astype("int32")
    names = clothes.levels["article"]
    wanted = 1 + tf.range(len(names))  # 0 stands for no label
    noise = tf.random.stateless_normal([len(names), images.shape[1]], seed=(1, 2))
    diffusing = trained(losses_of_diffusion, images, labels, steps)
    flowing = trained(losses_of_flow, images, labels, steps)
    rows = {"real": [images[labels == label][0] for label in range(len(names))]}
    for scale in (0.0, 1.0, 4.0):
        rows[f"diffusion, w = {scale:g}"] = drawn_by_diffusion(diffusing, noise, wanted, scale)
    rows["flow"] = drawn_by_flow(flowing, noise, wanted)

    _, axes = plt.subplots(len(rows), len(names), figsize=(9, 4.8))
    for (name, pictures), row in zip(rows.items(), axes, strict=True):
        for picture, axis in zip(pictures, row, strict=True):
            axis.imshow(np.reshape(picture, (28, 28)), cmap="gray", vmin=-1, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for name, axis in zip(names, axes[0], strict=True):
        axis.set_title(name, fontsize=7)
    plt.show()


try:
    experiment()
except NotImplementedError:
    print("The experiment needs all seven functions. Come back when they are written.")
except Exception as error:
    print(f"The experiment does not run with these functions yet ({type(error).__name__}).")

# %% [markdown]
# ## 9. A question
#
# A friend trains her network on `noise_loss` and reports: "At $\bar\alpha = 0.0001$ my loss is
# almost 0, so in nearly pure noise my network sees the picture best of all." How can the loss be so
# small there? What does `predict_clean` make of a small error in the noise at that level: by what
# factor does it grow? So does a small loss mean a good picture? Say which guess of the picture is the
# best that anybody can make there. Five sentences are enough.

# %% [markdown] answer="question" points=5
# At ᾱ = 0.0001 the noisy example is the noise itself but for a hundredth of the picture: a network
# that passes its input on has a loss near 0 without having seen anything. `predict_clean` divides
# by √ᾱ = 0.01, so an error in the noise comes out a hundred times as large in the picture (and its
# square ten thousand times). So a small loss there says little about the picture: the same loss at
# ᾱ = 0.5 would mean a much better guess. From nearly pure noise nobody can tell which picture it
# was. The best guess in squared error is the mean of all that it could have been: a blur of all
# pictures.
#
# **Rubric.** The input is nearly the noise, so it is enough to copy it (1 point). The error is
# divided by √ᾱ and grows a hundredfold (1). A small loss does not mean a good picture, since the
# levels cannot be compared (1). The best guess is an average (1), over all pictures, blurred,
# because nearly nothing is known (1).
