# %% [markdown]
# # Assignment: the variational autoencoder
#
# You write the four functions that make an autoencoder variational: a sample that gradients can
# pass through, the divergence from the prior, the reconstruction loss, and their sum. Then a model
# is trained on pictures of clothes with your functions, and you see whether it can draw.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. TensorFlow (`tf`), Keras (`keras`, `keras.ops`) and NumPy (`np`)
# are imported; use what you like. The computation must be your own: the course's library has these
# functions too, in another convention, and refuses to be called from yours.
#
# **How it is graded.** Each function is worth 5 points, all or nothing, and the question at the end
# is worth 5 more. Grading runs what `check` runs and further tests of the same properties: other
# inputs, other sizes, extreme values. How you write a function does not matter, and neither does a
# relative difference below 0.0001. A mistake costs points only once: `vae_loss` is tested with the
# course's own version of the functions before it. The experiment gives no points.
#
# **From easy to hard.** `reparameterize` is two lines, and `vae_loss` is one when its parts are
# there. `kl_divergence` is a formula to write out, with an eye on what `sigma` is.
# `reconstruction_loss` is short, too, but has to survive logits of 1000.
#
# **What every function must do.** It works for any batch size $B$, any latent size $D$ and any
# number of pixels $P$, from 1 upwards. It works inside `tf.function` too, its gradients reach every
# argument, and all tensors are `float32`.
#
# It takes about an hour. The lecture on variational autoencoders is all you need. Before you hand
# in, press *Validate* above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. A sample that gradients can pass through
#
# The encoder says for each image where its code lies: a normal distribution with mean $\mu$ and
# standard deviation $\sigma$ for each of the $D$ latent dimensions. The decoder needs a sample from
# it. But how would you change $\mu$ to make a sample better, if the sample comes out of a random
# number generator?
#
# Draw the randomness first, from a distribution that does not depend on anything:
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \varepsilon \sim \mathcal{N}(0, 1).$$
#
# Now $z$ is plain arithmetic in $\mu$ and $\sigma$. Every entry of $z$ needs its own $\varepsilon$,
# and every call needs new ones, inside `tf.function` too.
#
# | | shape | |
# |---|---|---|
# | `mu` | $(B, D)$ | means |
# | `sigma` | $(B, D)$ | standard deviations, positive |
# | result | $(B, D)$ | one sample for each entry |


# %% solution="reparameterize"
def reparameterize(mu, sigma):
    """A sample z of N(mu, sigma²), differentiable in mu and sigma.

    Args:
        mu: means, (B, D).
        sigma: standard deviations, (B, D), positive.

    Returns:
        The sample, (B, D).
    """
    # BEGIN SOLUTION
    epsilon = tf.random.normal(tf.shape(mu))
    return mu + sigma * epsilon
    # END SOLUTION


# %% test="reparameterize-test" points=5
check(reparameterize)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import vae

vae.grade(reparameterize)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. How far from the prior?
#
# New images will be decoded from $z \sim \mathcal{N}(0, 1)$, so the codes of real images must not
# stray far from there. The cost of straying is the Kullback–Leibler divergence. For normal
# distributions it has a closed form, and independent dimensions add up:
#
# $$\mathrm{KL}\big(\mathcal{N}(\mu, \sigma^2)\,\|\,\mathcal{N}(0, 1)\big)
# = -\tfrac{1}{2}\sum_{d=1}^{D}\big(1 + \log\sigma_d^2 - \mu_d^2 - \sigma_d^2\big).$$
#
# You will often see it without the constant $1$. Training does not notice, because a constant has
# no gradient. But only with it is the number a divergence: 0 where the two distributions agree,
# positive everywhere else. Return the true divergence.
#
# | | shape | |
# |---|---|---|
# | `mu` | $(B, D)$ | means |
# | `sigma` | $(B, D)$ | standard deviations, not variances or logarithms |
# | result | $(B,)$ | one number for each example |


# %% solution="kl_divergence"
def kl_divergence(mu, sigma):
    """KL(N(mu, sigma²) ‖ N(0, 1)) of each example, summed over the latent dimensions.

    Args:
        mu: means, (B, D).
        sigma: standard deviations, (B, D), positive.

    Returns:
        The divergence in nats, (B,).
    """
    # BEGIN SOLUTION
    terms = 1.0 + 2.0 * tf.math.log(sigma) - tf.square(mu) - tf.square(sigma)
    return -0.5 * tf.reduce_sum(terms, axis=-1)
    # END SOLUTION


# %% test="kl_divergence-test" points=5
check(kl_divergence)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import vae

vae.grade(kl_divergence)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. How well is the image rebuilt?
#
# The decoder gives a logit $l$ for each pixel: any real number. Its sigmoid
# $s(l) = 1 / (1 + e^{-l})$ is the probability that the pixel is bright. An image $x$ then costs its
# cross-entropy, the negative log-likelihood of $P$ independent pixels:
#
# $$-\log p(x \mid l) = -\sum_{p=1}^{P}\big(x_p \log s(l_p) + (1 - x_p)\log(1 - s(l_p))\big).$$
#
# A confident decoder gives large logits. In `float32`, $s(20)$ is exactly 1 already, and the
# logarithm of $1 - s(20)$ is not a number you want. A decoder that is wrong with the logit 1000
# must pay 1000: not infinity, and not 16 either, which is what it costs if probabilities are
# clipped at $10^{-7}$. Can you compute the cost without ever computing the probability?
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, P)$ | pixels between 0 and 1, grey ones too |
# | `logits` | $(B, P)$ | any real numbers |
# | result | $(B,)$ | one number for each example, summed over the pixels |


# %% solution="reconstruction_loss"
def reconstruction_loss(x, logits):
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


# %% test="reconstruction_loss-test" points=5
check(reconstruction_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import vae

vae.grade(reconstruction_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. The loss
#
# Together they are the negative evidence lower bound: what it costs to rebuild the image from the
# sample, plus what it costs to stray from the prior. One number for the batch, the mean over its
# examples:
#
# $$\mathcal{L} = \frac{1}{B}\sum_{b=1}^{B}\Big(-\log p(x_b \mid l_b)
# + \mathrm{KL}\big(\mathcal{N}(\mu_b, \sigma_b^2)\,\|\,\mathcal{N}(0, 1)\big)\Big).$$
#
# Call your own `reconstruction_loss` and `kl_divergence`. Get these two right first: `check` cannot
# judge the sum until its parts are right.
#
# | | shape | |
# |---|---|---|
# | `x`, `logits` | $(B, P)$ | as in `reconstruction_loss` |
# | `mu`, `sigma` | $(B, D)$ | as in `kl_divergence` |
# | result | $()$ | one number |


# %% solution="vae_loss"
def vae_loss(x, logits, mu, sigma):
    """The negative evidence lower bound, averaged over the batch.

    Args:
        x: pixels, (B, P), in [0, 1].
        logits: the decoder's output before the sigmoid, (B, P).
        mu: means, (B, D).
        sigma: standard deviations, (B, D), positive.

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    return tf.reduce_mean(reconstruction_loss(x, logits) + kl_divergence(mu, sigma))
    # END SOLUTION


# %% test="vae_loss-test" points=5
check(vae_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import vae

vae.grade(vae_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. The experiment
#
# This is the course's VAE with your four functions in place of its own. It trains on 10,000 pictures
# of garments for a few seconds. The first row shows garments that the model has never seen, the
# second what it makes of them. The third is decoded from codes drawn from the prior: nobody ever
# sewed these.
#
# What would you see if the KL term were missing? Decide first, then try it, and put it back.

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def experiment(latent=16, epochs=6):
    """Train with the functions above; show garments, reconstructions and samples."""
    from course_utils.models.vae import VAE
    from course_utils.networks import dense_decoder, dense_encoder

    class YourVAE(VAE):
        """The course's VAE, calling the functions of this notebook."""

        def reparameterize(self, mu, log_var):
            return reparameterize(mu, tf.exp(0.5 * log_var))

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            x, logits = (tf.reshape(images, (-1, 784)) for images in (x, y_pred.logits))
            mu, sigma = y_pred.mu, tf.exp(0.5 * y_pred.log_var)
            self.reconstruction.update_state(reconstruction_loss(x, logits))
            self.kl.update_state(kl_divergence(mu, sigma))
            return vae_loss(x, logits, mu, sigma)

    keras.utils.set_random_seed(0)
    garments = load("fashion")
    encoder = dense_encoder((28, 28, 1), latent, outputs=2)
    model = YourVAE(encoder, dense_decoder(latent, (28, 28, 1)))
    model.compile(keras.optimizers.Adam(1e-3))
    history = model.fit(garments.train.x, batch_size=64, epochs=epochs, verbose=0)
    losses = history.history["loss"]
    print(f"The loss went from {losses[0]:.1f} to {losses[-1]:.1f}.")

    unseen = garments.test.x[:12]
    rebuilt = tf.sigmoid(model(unseen).logits)
    rows = {"unseen": unseen, "rebuilt": rebuilt, "samples": model.sample(12)}
    _, axes = plt.subplots(len(rows), 12, figsize=(9, 2.4))
    for (name, images), row in zip(rows.items(), axes, strict=True):
        for image, axis in zip(images, row, strict=True):
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
# A friend averages the cross-entropy over the 784 pixels instead of summing it, and leaves the KL
# term as it is. "It is only a constant factor," she says, "the optimizer will not care." Is she
# right? Say which β-VAE she trains, and what her reconstructions and samples will look like. Five
# sentences are enough.

# %% [markdown] answer="question" points=5
# She is not right. A constant factor on the whole loss would not matter, but hers is on one of the
# two terms. Multiply her loss by 784: it is the summed cross-entropy plus 784 times the KL term, so
# she trains a β-VAE with β = 784. Straying from the prior becomes so expensive that the encoder
# gives up: for every image it answers μ ≈ 0 and σ ≈ 1 (posterior collapse). The code then tells the
# decoder nothing, and the decoder does the best it can without it: every reconstruction is the
# average garment, a grey blur, and so is every sample.
#
# **Rubric.** Not right, because the factor is on one term only (1 point). β = 784, or P (1). The KL
# term wins and the posterior collapses to the prior (1). Reconstructions are all alike: blurred,
# the average garment (1). Samples look the same, because the decoder ignores z (1).
