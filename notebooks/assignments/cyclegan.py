# %% [markdown]
# # Assignment: translation without pairs
#
# Two heaps of pictures: digits in chalk on a blackboard, and digits in ink on paper. Nobody says
# which belongs to which, and no digit is in both. A CycleGAN learns to turn one kind into the other
# all the same. You write what it is trained on: what the two discriminators pay, what a translator
# pays for being found out, for not finding its way back, and for changing what needs no change.
# Then two translators are trained with your functions, and you see what they make of chalk and ink.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. TensorFlow (`tf`), Keras (`keras`, `keras.ops`) and NumPy (`np`)
# are imported; use what you like. The computation must be your own: the course's library refuses to
# be called from your functions.
#
# **How it is graded.** The points of each function are listed below; a function gets all of them or
# none, and the question at the end is worth 5. Grading runs what `check` runs and further tests of
# the same properties: other inputs, other sizes, extreme values. How you write a function does not
# matter, and neither does a relative difference below 0.0001. A mistake costs points only once:
# `generator_objective` is tested with the course's own version of the functions before it. The
# experiment gives no points.
#
# **From easy to hard.** `cycle_loss` (4 points) is one line, and `identity_loss` (2) the same line
# about other images. `least_squares_generator_loss` (5) and `least_squares_discriminator_loss` (6)
# are short as well, if you look twice at which scores should become what. `generator_objective` (8)
# puts three functions together, each with its own weight and its own images.
#
# **What every function must do.** It works for any batch size $B$ from 1 upwards and for images of any
# size, and returns a scalar: a tensor without axes. It works inside `tf.function` too, its
# gradients reach every tensor that it is given, and all tensors are `float32`.
#
# It takes about an hour. The lecture on CycleGAN is all you need. Before you hand in, press
# *Validate* above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. There and back again
#
# One translator, $G$, turns images $x$ of the first domain into images of the second. Another, $F$,
# turns those into images of the first. Without pairs nobody can say whether $G(x)$ is the right
# image of the other domain. But one can ask that nothing be lost on the way: translated there and
# back, an image should come out as it went in.
#
# $$\mathcal{L}_{\text{cycle}} = \frac{1}{B H W C}\sum_{b, h, w, c}
# \big|\,x_{bhwc} - F(G(x))_{bhwc}\big|.$$
#
# It is a mean over everything: batch, rows, columns and channels. The absolute value blurs less
# than a square would.
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, H, W, C)$ | images |
# | `x_cycled` | $(B, H, W, C)$ | the same images, translated there and back |
# | result | $()$ | one number |


# %% solution="cycle_loss"
def cycle_loss(x, x_cycled):
    """Mean absolute error between images and what comes back of them.

    Args:
        x: images, (B, H, W, C).
        x_cycled: the same after both translations, (B, H, W, C).

    Returns:
        A scalar.
    """
    # BEGIN SOLUTION
    return tf.reduce_mean(tf.abs(x - x_cycled))
    # END SOLUTION


# %% test="cycle_loss-test" points=4
check(cycle_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import cyclegan

cyclegan.grade(cycle_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. What is already right should stay
#
# Give $G$, which makes images of the second domain, an image $y$ that already belongs there. $G$
# should leave it as it is:
#
# $$\mathcal{L}_{\text{identity}} = \frac{1}{B H W C}\sum_{b, h, w, c}
# \big|\,y_{bhwc} - G(y)_{bhwc}\big|.$$
#
# The formula has the same form as the last one, but it compares something else.
#
# | | shape | |
# |---|---|---|
# | `y` | $(B, H, W, C)$ | images of the domain that the translator makes |
# | `y_mapped` | $(B, H, W, C)$ | what it makes of them |
# | result | $()$ | one number |


# %% solution="identity_loss"
def identity_loss(y, y_mapped):
    """Mean absolute error between images of the target domain and their translations.

    Args:
        y: images of the domain that the translator makes, (B, H, W, C).
        y_mapped: what it makes of them, (B, H, W, C).

    Returns:
        A scalar.
    """
    # BEGIN SOLUTION
    return tf.reduce_mean(tf.abs(y - y_mapped))
    # END SOLUTION


# %% test="identity_loss-test" points=2
check(identity_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import cyclegan

cyclegan.grade(identity_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. A judge who measures distances
#
# Each domain has a discriminator $D$. In a CycleGAN it gives a score without a sigmoid, or a small
# image of scores, one for each patch. Real images should get 1 and translated ones 0, and the loss
# is the squared distance from that:
#
# $$\mathcal{L}_D = \tfrac{1}{2}\Big(\operatorname{mean}\big((D(y) - 1)^2\big)
# + \operatorname{mean}\big(D(G(x))^2\big)\Big).$$
#
# Each mean runs over all scores of its batch. The two batches may differ in size.
#
# | | shape | |
# |---|---|---|
# | `real` | $(B, \dots)$ | scores of real images, of any shape |
# | `fake` | $(B', \dots)$ | scores of translated images |
# | result | $()$ | one number |


# %% solution="least_squares_discriminator_loss"
def least_squares_discriminator_loss(real, fake):
    """½ (mean (real − 1)² + mean fake²).

    Args:
        real: scores of real images, (B, …).
        fake: scores of translated images, (B', …).

    Returns:
        A scalar.
    """
    # BEGIN SOLUTION
    return 0.5 * (tf.reduce_mean(tf.square(real - 1.0)) + tf.reduce_mean(tf.square(fake)))
    # END SOLUTION


# %% test="least_squares_discriminator_loss-test" points=6
check(least_squares_discriminator_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import cyclegan

cyclegan.grade(least_squares_discriminator_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. What the translator pays for being found out
#
# The translator wants its images to get the score that real ones get:
#
# $$\mathcal{L}_G = \operatorname{mean}\big((D(G(x)) - 1)^2\big).$$
#
# There is no ½ here. How does the slope of this loss change as the discriminator gets surer that an
# image is translated? Compare it with a cross-entropy.
#
# | | shape | |
# |---|---|---|
# | `fake` | $(B, \dots)$ | scores of translated images, of any shape |
# | result | $()$ | one number |


# %% solution="least_squares_generator_loss"
def least_squares_generator_loss(fake):
    """Mean (fake − 1)².

    Args:
        fake: scores of translated images, (B, …).

    Returns:
        A scalar.
    """
    # BEGIN SOLUTION
    return tf.reduce_mean(tf.square(fake - 1.0))
    # END SOLUTION


# %% test="least_squares_generator_loss-test" points=5
check(least_squares_generator_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import cyclegan

cyclegan.grade(least_squares_generator_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. All of it
#
# The translator $G$ minimises the sum of three costs, two of them with a weight:
#
# $$\mathcal{L}_G\big(D(G(x))\big) + \lambda_{\text{cycle}}\,\mathcal{L}_{\text{cycle}}(x, F(G(x)))
# + \lambda_{\text{identity}}\,\mathcal{L}_{\text{identity}}(y, G(y)).$$
#
# Call your own functions. Get these right first: `check` cannot judge the sum until its parts are
# right.
#
# | | shape | |
# |---|---|---|
# | `fake_scores` | $(B, \dots)$ | scores of the translated images, $D(G(x))$ |
# | `x`, `x_cycled` | $(B, H, W, C)$ | as in `cycle_loss` |
# | `y`, `y_mapped` | $(B, H, W, C)$ | as in `identity_loss` |
# | `cycle_weight`, `identity_weight` | | Python numbers, 0 or more |
# | result | $()$ | one number |


# %% solution="generator_objective"
def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    """What one translator minimises: adversarial, cycle and identity loss, weighted.

    Args:
        fake_scores: the discriminator's scores of the translated images, (B, …).
        x, x_cycled: images, and the same translated there and back, (B, H, W, C).
        y, y_mapped: images of the target domain, and their translations, (B, H, W, C).
        cycle_weight, identity_weight: numbers, 0 or more.

    Returns:
        A scalar.
    """
    # BEGIN SOLUTION
    return (
        least_squares_generator_loss(fake_scores)
        + cycle_weight * cycle_loss(x, x_cycled)
        + identity_weight * identity_loss(y, y_mapped)
    )
    # END SOLUTION


# %% test="generator_objective-test" points=8
check(generator_objective)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import cyclegan

cyclegan.grade(generator_objective)
# END HIDDEN TESTS

# %% [markdown]
# ## 6. The experiment
#
# Half of the training digits are in chalk, white on black. The other half are in ink, black on
# white. Two small translators and two of the course's discriminators learn from these two piles
# with your functions. Then digits that neither has seen are translated and brought back.
#
# We, not the model, know what the right translation would be, so the cell can print how far the
# pixels are from it. What would happen if the cycle weight were 0? Decide first, then call
# `experiment(cycle_weight=0.0)`.

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def experiment(cycle_weight=10.0, identity_weight=1.0, epochs=25, shown=12):
    """Train two translators with the functions above; show both ways, and back again."""
    from course_utils.networks import dense_discriminator

    def translator():
        layers = [keras.layers.Conv2D(24, 3, padding="same", activation="gelu") for _ in range(3)]
        last = keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")
        return keras.Sequential([keras.Input((8, 8, 1)), *layers, last])

    keras.utils.set_random_seed(0)
    digits = load("digits")
    half = len(digits.train.x) // 2
    chalk, ink = digits.train.x[:half], 1 - digits.train.x[half:]
    to_ink, to_chalk = translator(), translator()
    judge_ink, judge_chalk = dense_discriminator((8, 8, 1)), dense_discriminator((8, 8, 1))
    translating = to_ink.trainable_variables + to_chalk.trainable_variables
    judging = judge_ink.trainable_variables + judge_chalk.trainable_variables
    optimizers = [keras.optimizers.Adam(2e-3, beta_1=0.5) for _ in range(2)]
    for optimizer, variables in zip(optimizers, (translating, judging), strict=True):
        optimizer.build(variables)
    weights = cycle_weight, identity_weight

    @tf.function(autograph=False)
    def step(x, y):
        with tf.GradientTape(persistent=True) as tape:
            fake_y, fake_x = to_ink(x), to_chalk(y)
            scores_y, scores_x = judge_ink(fake_y), judge_chalk(fake_x)
            objective = generator_objective(
                scores_y, x, to_chalk(fake_y), y, to_ink(y), *weights
            ) + generator_objective(scores_x, y, to_ink(fake_x), x, to_chalk(x), *weights)
            judgement = least_squares_discriminator_loss(
                judge_ink(y), scores_y
            ) + least_squares_discriminator_loss(judge_chalk(x), scores_x)
        optimizers[0].apply(tape.gradient(objective, translating), translating)
        optimizers[1].apply(tape.gradient(judgement, judging), judging)

    rng = np.random.default_rng(0)
    for _ in range(epochs):
        orders = [rng.permutation(half)[: half - half % 64].reshape(-1, 64) for _ in range(2)]
        for one, other in zip(*orders, strict=True):
            step(tf.constant(chalk[one]), tf.constant(ink[other]))

    unseen = digits.test.x
    translated, back = to_ink(unseen), to_chalk(to_ink(unseen))
    print(f"Pixels are {np.mean(np.abs(translated - (1 - unseen))):.2f} from the right translation")
    print(f"and {np.mean(np.abs(back - unseen)):.2f} from where they were, there and back.")
    rows = {
        "chalk": unseen,
        "to ink": translated,
        "and back": back,
        "ink": 1 - unseen,
        "to chalk": to_chalk(1 - unseen),
    }
    _, axes = plt.subplots(len(rows), shown, figsize=(9, 4))
    for (name, images), row in zip(rows.items(), axes, strict=True):
        for image, axis in zip(images, row, strict=False):
            axis.imshow(np.squeeze(image), cmap="gray", vmin=0, vmax=1)
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
# A friend trains a CycleGAN between photographs of horses and of zebras. The cycle loss is almost 0,
# and both discriminators are fooled. "Then every horse has become its own zebra," she says. Why do the
# two losses not show that? Give two ways in which both could be small although the translations are
# wrong: one that you would notice if you laid each horse beside its translation, and one that hides
# something in the translated image. How could she uncover the hidden one? And what could she measure
# if, as in our experiment, she knew the true pairs? Five sentences are enough.

# %% [markdown] answer="question" points=5
# The two losses only ask that translations look real as a whole and can be undone. G could give
# each horse the zebra of another horse, or a mirrored one, if F undoes it: every zebra looks real,
# every horse comes back, and no pair is right. A page of zebras alone would look perfect; one notices
# it only by looking at each horse beside its translation, and even then only if the poses differ. Or
# G can hide what F needs for the way back in a faint pattern that no eye and no discriminator notices,
# so that the zebra shows less of the horse than the cycle loss suggests. A little noise on the
# translated image uncovers that: it drowns the pattern, and the way back fails. With true pairs she
# would measure the error of the translation itself, pixel by pixel, on pairs that the model never saw
# as pairs.
#
# **Rubric.** The losses do not ask for the right pair (1 point). A reversible wrong assignment, such
# as a permutation or a mirror image (1). Information hidden in the translated image (1). It is
# uncovered by a change that should not matter, such as a little noise on the translation or rounding
# it to fewer grey levels: then the way back fails (1). With pairs: the error against the true
# translation on held-out data (1).
