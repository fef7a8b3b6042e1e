# %% [markdown]
# # Assignment: two players
#
# You write what the players of a generative adversarial network are trained on: the
# discriminator's loss, two losses of the generator, and, for a Wasserstein GAN, the critic's loss
# and the penalty that keeps the critic from being too steep. Then three models are trained on
# pictures of clothes with your functions, and you see what each of them draws.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. TensorFlow (`tf`), Keras (`keras`, `keras.ops`) and NumPy (`np`)
# are imported; use what you like. The computation must be your own: the course's library has these
# functions too (with one value for each example), but it refuses to be called from yours.
#
# **How it is graded.** Each function is worth 5 points, all or nothing, and the question at the end
# is worth 5 more. Grading runs what `check` runs and further tests of the same properties: other
# inputs, other sizes, extreme values. How you write a function does not matter, and neither does a
# relative difference below 0.0001. No function builds on another, so a mistake costs points only
# once. The experiment gives no points.
#
# **From easy to hard.** `critic_loss` is a difference of two means. `generator_loss` is one line
# once you know how to work from logits, `saturating_generator_loss` has one sign to watch, and
# `discriminator_loss` two batches. `gradient_penalty` is by far the hardest: it needs the gradient
# of a network, and suggests steps on the way there.
#
# **What every function must do.** It works for any batch size $B$ from 1 upwards and returns a
# scalar: a tensor without axes. It works inside `tf.function` too, and all tensors are `float32`.
# Gradients reach every argument of the four losses; those of the penalty reach the weights of the
# critic.
#
# It takes about an hour. The lecture on generative adversarial networks prepares you for the first
# three functions; everything else that the last two need is explained where they are asked for.
# Before you hand in, press *Validate* above the notebook: it runs all cells and lists those that do
# not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. Can you tell them apart?
#
# The discriminator gives each image a logit $l$, any real number. Its sigmoid
# $D = 1 / (1 + e^{-l})$ is the probability that the image is real. It is trained like any
# classifier of two classes, with the target 1 for real images and 0 for fake ones:
#
# $$\mathcal{L}_D = -\frac{1}{B}\sum_{b=1}^{B}\log D(x_b)
# - \frac{1}{B'}\sum_{b=1}^{B'}\log\big(1 - D(\tilde x_b)\big).$$
#
# It is a sum of two means, one over the real batch and one over the fake batch. The two may differ
# in size.
#
# A good discriminator gives large logits. In `float32`, the sigmoid of 20 is exactly 1 already, and
# the logarithm of 1 − 1 is not a number you want. A discriminator that is wrong with the logit 1000
# must pay 1000. Can you compute the cost without ever computing the probability?
#
# | | shape | |
# |---|---|---|
# | `real_logits` | $(B, 1)$ | any real numbers |
# | `fake_logits` | $(B', 1)$ | any real numbers |
# | result | $()$ | one number |


# %% solution="discriminator_loss"
def discriminator_loss(real_logits, fake_logits):
    """Mean cross-entropy to 1 on real examples plus mean cross-entropy to 0 on fake ones.

    Args:
        real_logits: the discriminator's output for real examples, (B, 1), before the sigmoid.
        fake_logits: the same for fake examples, (B', 1).

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    on_real = entropy(labels=tf.ones_like(real_logits), logits=real_logits)
    on_fake = entropy(labels=tf.zeros_like(fake_logits), logits=fake_logits)
    return tf.reduce_mean(on_real) + tf.reduce_mean(on_fake)
    # END SOLUTION


# %% test="discriminator_loss-test" points=5
check(discriminator_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import gan

gan.grade(discriminator_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. What does the generator want?
#
# The generator wants its images to be taken for real. So it minimises what a discriminator would
# pay if the fakes were real ones:
#
# $$\mathcal{L}_G = -\frac{1}{B}\sum_{b=1}^{B}\log D(\tilde x_b).$$
#
# It is called the *non-saturating* loss. How large is its gradient with respect to the logit when
# the discriminator is sure that an image is fake? Keep the question in mind until the next section.
#
# | | shape | |
# |---|---|---|
# | `fake_logits` | $(B, 1)$ | any real numbers, ±1000 too |
# | result | $()$ | one number |


# %% solution="generator_loss"
def generator_loss(fake_logits):
    """The non-saturating loss of the generator: the mean of −log D.

    Args:
        fake_logits: the discriminator's output for fake examples, (B, 1), before the sigmoid.

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    return tf.reduce_mean(entropy(labels=tf.ones_like(fake_logits), logits=fake_logits))
    # END SOLUTION


# %% test="generator_loss-test" points=5
check(generator_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import gan

gan.grade(generator_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. What the formula of the game says
#
# The game, as it was first written, has one value, which the discriminator makes large and the
# generator small. Only one of its two terms depends on the generator:
#
# $$\mathcal{L}_G^{\text{sat}} = \frac{1}{B}\sum_{b=1}^{B}\log\big(1 - D(\tilde x_b)\big).$$
#
# It is minimised, like the other loss, and it has the same optimum. But when the discriminator is
# sure of a fake, $D \approx 0$, the curve is flat: the loss *saturates*, and the generator that
# needs help most gets none.
#
# | | shape | |
# |---|---|---|
# | `fake_logits` | $(B, 1)$ | any real numbers, ±1000 too |
# | result | $()$ | one number |


# %% solution="saturating_generator_loss"
def saturating_generator_loss(fake_logits):
    """The generator's side of the minimax game: the mean of log(1 − D), to be minimised.

    Args:
        fake_logits: the discriminator's output for fake examples, (B, 1), before the sigmoid.

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    return -tf.reduce_mean(entropy(labels=tf.zeros_like(fake_logits), logits=fake_logits))
    # END SOLUTION


# %% test="saturating_generator_loss-test" points=5
check(saturating_generator_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import gan

gan.grade(saturating_generator_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. A critic instead of a judge
#
# A Wasserstein GAN replaces the probability by a score $f(x)$ without a sigmoid. The critic makes
# the scores of real images higher than those of fake ones; how far apart it can bring them, without
# being too steep, measures how different the two kinds are. Written as a loss, to be made small:
#
# $$\mathcal{L}_f = \frac{1}{B'}\sum_{b=1}^{B'} f(\tilde x_b) - \frac{1}{B}\sum_{b=1}^{B} f(x_b).$$
#
# | | shape | |
# |---|---|---|
# | `real_scores` | $(B, 1)$ | any real numbers |
# | `fake_scores` | $(B', 1)$ | any real numbers |
# | result | $()$ | one number, of either sign |


# %% solution="critic_loss"
def critic_loss(real_scores, fake_scores):
    """What a critic minimises: the mean score of fake examples minus that of real ones.

    Args:
        real_scores: the critic's output for real examples, (B, 1).
        fake_scores: the same for fake examples, (B', 1).

    Returns:
        A scalar.
    """
    # BEGIN SOLUTION
    return tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)
    # END SOLUTION


# %% test="critic_loss-test" points=5
check(critic_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import gan

gan.grade(critic_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. Not too steep
#
# A critic that may be as steep as it likes can bring any two images infinitely far apart. Among the
# critics whose slope is nowhere larger than 1, the best has slope 1 along the lines on which fake
# images would be moved to become real ones (Gulrajani et al. 2017). We do not know these lines, so
# take one point on the line between a real and a fake image, for each pair of the batch,
#
# $$\hat x_b = \epsilon_b\,x_b + (1 - \epsilon_b)\,\tilde x_b,
# \qquad \epsilon_b \sim \mathcal{U}(0, 1),$$
#
# and punish the critic where the length of its gradient is not 1:
#
# $$\mathcal{P} = \frac{1}{B}\sum_{b=1}^{B}\Big(\big\lVert\nabla_{\hat x} f(\hat x_b)\big\rVert_2
# - 1\Big)^2.$$
#
# Each pair of a real and a fake image has one $\epsilon_b$ of its own, drawn anew at each call. The
# norm runs over all of an image: height, width and channels. The critic has to learn from the
# penalty, so the penalty must be differentiable with respect to the critic's weights: a gradient of
# a gradient.
#
# `critic` is any callable, such as a Keras model: `critic(images)` gives scores of shape $(B, 1)$.
# Whether you let $\epsilon$ weigh the real or the fake image makes no difference.
#
# | | shape | |
# |---|---|---|
# | `critic` | | images $(B, H, W, C)$ → scores $(B, 1)$ |
# | `real`, `fake` | $(B, H, W, C)$ | as many real as fake images |
# | result | $()$ | one number |
#
# **Suggested steps.** Write one, look at it in a cell of your own, then go on.
#
# 1. Draw the $\epsilon_b$ and look at their shape. It should let one number multiply a whole image.
# 2. Mix the images. What do you expect where $\epsilon_b$ is 1, and where it is 0? Try both.
# 3. Let a gradient tape follow the critic, and ask it for the gradient with respect to the mixed
#    images. It should have their shape. If it is `None`, nobody told the tape to follow them.
# 4. Take one norm for each image and look at the shape, $(B,)$. Try a critic whose slope you
#    know: with `lambda images: 3.0 * images[:, 0, 0]` and one channel, every norm is 3.
# 5. Only the distance from 1 is left. The penalty of this critic is 4, and that of
#    `lambda images: images[:, 0, 0]` is 0.


# %% solution="gradient_penalty"
def gradient_penalty(critic, real, fake):
    """How far the critic's slope is from 1 between real and fake: the mean of (‖∇f‖ − 1)².

    Args:
        critic: a callable, images (B, H, W, C) → scores (B, 1).
        real: real images, (B, H, W, C).
        fake: fake images, (B, H, W, C).

    Returns:
        A scalar, differentiable in the critic's weights.
    """
    # BEGIN SOLUTION
    weight = tf.random.uniform((tf.shape(real)[0], 1, 1, 1))
    between = weight * real + (1.0 - weight) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        scores = critic(between)
    slope = tape.gradient(scores, between)
    norm = tf.sqrt(tf.reduce_sum(tf.square(slope), axis=(1, 2, 3)))
    return tf.reduce_mean(tf.square(norm - 1.0))
    # END SOLUTION


# %% test="gradient_penalty-test" points=5
check(gradient_penalty)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import gan

gan.grade(gradient_penalty)
# END HIDDEN TESTS

# %% [markdown]
# ## 6. The experiment
#
# Three of the course's models learn from 10,000 pictures of garments, with your functions in place
# of their own. The first two are the same GAN, once with each of your generator losses; its
# discriminator is held back, so that it is never quite sure. Will you be able to say which loss is
# which? The third is a Wasserstein GAN with your critic's loss and your penalty. They train for a
# few seconds each, too short for the best pictures but long enough to see whether anything is
# learned.
#
# What would the WGAN draw without the penalty? Decide first, then let `gradient_penalty` return 0
# times the penalty, run this cell, and put it back.

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def experiment(latent=16, epochs=4, samples=12):
    """Train with the functions above; show what each model draws."""
    from course_utils.models.gan import Objective, dense_gan
    from course_utils.models.wgan import WGAN
    from course_utils.networks import dense_discriminator, dense_generator

    class YourWGAN(WGAN):
        """The course's WGAN, calling the penalty of this notebook."""

        def penalty(self, real, fake, y):
            return self.penalty_weight * gradient_penalty(self.discriminator, real, fake)

    def your_gan(loss):
        model = dense_gan((28, 28, 1), latent, r1_weight=1.0, ema_decay=0.99)
        model.objective = Objective(discriminator_loss, loss)
        return model

    def your_wgan():
        networks = dense_generator(latent, (28, 28, 1)), dense_discriminator((28, 28, 1))
        model = YourWGAN(*networks, critic_steps=3, ema_decay=0.99)
        model.objective = Objective(critic_loss, lambda scores: -tf.reduce_mean(scores))
        return model

    garments = load("fashion").train.x
    builders = {
        "−log D": lambda: your_gan(generator_loss),
        "log(1 − D)": lambda: your_gan(saturating_generator_loss),
        "WGAN-GP": your_wgan,
    }
    rows = {"real": garments[:samples]}
    for name, build in builders.items():
        keras.utils.set_random_seed(0)
        model = build()
        model.compile()
        model.fit(garments, batch_size=64, epochs=epochs, verbose=0)
        rows[name] = model.sample(samples)

    _, axes = plt.subplots(len(rows), samples, figsize=(9, 3.2))
    for (name, images), row in zip(rows.items(), axes, strict=True):
        for image, axis in zip(images, row, strict=True):
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
# A friend trains a GAN with the saturating loss. After a while her discriminator is right about
# every image: it gives fakes the logit −10. Her generator stops learning. "Then I make the
# generator's learning rate a thousand times larger," she says. How large is the gradient of the
# saturating loss with respect to the logit there, and how large is that of the non-saturating loss?
# Would her remedy work? Which one would you advise, and why? Five sentences are enough.

# %% [markdown] answer="question" points=5
# The derivative of log(1 − D) with respect to the logit is −D, and D = sigmoid(−10) ≈ 0.000045:
# nothing arrives at the generator. The derivative of −log D is −(1 − D) ≈ −1, full strength exactly
# where it is needed. A larger learning rate multiplies every gradient alike. At the logit −10 even
# a thousand is too little (it would take 22,000), but as soon as some fake gets better, D there is
# thousands of times larger and the step tears the generator apart. And with Adam, which divides by
# the size of recent gradients, small gradients were not the trouble: its steps keep their length,
# and a thousand times that is far too much. Better to change the loss to −log D, which has the same
# best answer, or to hold the discriminator back, with a penalty on its slope or a Wasserstein
# critic.
#
# **Rubric.** The saturating gradient is about −D, 4.5 · 10⁻⁵ (1 point). The non-saturating one is
# about −1 (1). The remedy does not work well, because the factor is right at one logit only and far
# too large elsewhere, or because Adam's steps do not shrink with the gradient and would become a
# thousand times too long (1). The non-saturating loss, a penalty or a Wasserstein critic as advice
# (1), with a reason that speaks of the gradient (1).
