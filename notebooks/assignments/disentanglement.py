# %% [markdown]
# # Assignment: disentanglement
#
# A code is disentangled when each of its numbers means one thing. You write two losses that push a
# model that way, the β-VAE's and InfoGAN's, and the two functions that tell whether it worked:
# mutual information and the mutual information gap. Then both models are trained on handwritten
# digits with your functions.
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
# **From easy to hard.** `mutual_information_gap` sorts and subtracts. `code_loss` is a
# cross-entropy, this time with categories. `beta_vae_loss` puts together what you know of the VAE,
# and `discrete_mutual_information` has to count pairs and to mind those that never occur.
#
# **What every function must do.** The two losses get `float32` tensors of any batch size $B$, from
# 1 upwards, and return a scalar: a `float32` tensor without axes. They work inside `tf.function`
# too, and their gradients reach every tensor that a network made. The two functions on mutual
# information get NumPy arrays and may return an array, a tensor or a plain number.
#
# It takes about an hour. The lectures on variational autoencoders and on disentanglement are all
# you need. Before you hand in, press *Validate* above the notebook: it runs all cells and lists
# those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. A tighter bottleneck
#
# A VAE pays for two things: for what it cannot rebuild, and for straying from the prior. What if
# straying cost $\beta$ times as much? The code must then be spent on what matters most, and each
# number of the code is pushed to carry something of its own (Higgins et al. 2017):
#
# $$\mathcal{L} = \frac{1}{B}\sum_{b=1}^{B}\Big(
# \underbrace{-\sum_{p=1}^{P}\big(x_p \log s(l_p) + (1 - x_p)\log(1 - s(l_p))\big)}_{\text{rebuilding}}
# + \beta\,\underbrace{\tfrac{1}{2}\sum_{d=1}^{D}\big(\mu_d^2 + \sigma_d^2 - 1 - \log\sigma_d^2\big)
# }_{\text{straying}}\Big).$$
#
# Here $s(l) = 1 / (1 + e^{-l})$ is the sigmoid. Both sums are sums, over all pixels and over all
# latent dimensions: a mean would silently change $\beta$. A decoder that is wrong with the logit
# 1000 must pay 1000.
#
# | | shape | |
# |---|---|---|
# | `x` | $(B, P)$ | pixels between 0 and 1, grey ones too |
# | `logits` | $(B, P)$ | any real numbers |
# | `mu` | $(B, D)$ | means |
# | `sigma` | $(B, D)$ | standard deviations, positive |
# | `beta` | | a plain number, 0 or larger |
# | result | $()$ | one number: the mean over the batch |


# %% solution="beta_vae_loss"
def beta_vae_loss(x, logits, mu, sigma, beta):
    """Reconstruction plus beta times the KL divergence, averaged over the batch.

    Args:
        x: pixels, (B, P), in [0, 1].
        logits: the decoder's output before the sigmoid, (B, P).
        mu: means, (B, D).
        sigma: standard deviations, (B, D), positive.
        beta: weight of the KL divergence, a number of at least 0.

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    per_pixel = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
    per_dimension = 0.5 * (mu**2 + sigma**2 - 1.0) - tf.math.log(sigma)
    kl = tf.reduce_sum(per_dimension, axis=-1)
    return tf.reduce_mean(tf.reduce_sum(per_pixel, axis=-1) + beta * kl)
    # END SOLUTION


# %% test="beta_vae_loss-test" points=5
check(beta_vae_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import disentanglement

disentanglement.grade(beta_vae_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. A code that can be read back
#
# InfoGAN's generator gets noise and a code $c$: one of $K$ categories, drawn at random. Nothing
# forces it to use the code. So a second network looks at the image and guesses which code it was
# made from. Both networks are rewarded when the guess is right (Chen et al. 2016). With the logits
# $l$ of the guess,
#
# $$\mathcal{L} = -\frac{1}{B}\sum_{b=1}^{B}\sum_{k=1}^{K} c_{bk}\,
# \log\frac{e^{l_{bk}}}{\sum_j e^{l_{bj}}}.$$
#
# The code is one-hot: a 1 at its category, 0 elsewhere. Up to a constant, the negative of this loss
# is a lower bound on the mutual information of the image and the code. Logits of ±1000 must give
# the right number: not infinity, and not the 16 that clipped probabilities give. The gradient must
# reach the logits; the code is drawn, not made by a network, and needs none.
#
# | | shape | |
# |---|---|---|
# | `code` | $(B, K)$ | one-hot |
# | `code_logits` | $(B, K)$ | any real numbers |
# | result | $()$ | one number: the mean over the batch, in nats |


# %% solution="code_loss"
def code_loss(code, code_logits):
    """The cross-entropy of guessing a categorical code, averaged over the batch.

    Args:
        code: the codes that were drawn, one-hot, (B, K).
        code_logits: the output of the guessing network, before the softmax, (B, K).

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    return -tf.reduce_mean(tf.reduce_sum(code * tf.nn.log_softmax(code_logits), axis=-1))
    # END SOLUTION


# %% test="code_loss-test" points=5
check(code_loss)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import disentanglement

disentanglement.grade(code_loss)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. What one variable tells about another
#
# How much does one number of the code say about a factor, such as the class of a digit? Count how
# often each level of $a$ meets each level of $b$, and compare with how often they would meet if the
# two had nothing to do with each other:
#
# $$I(a; b) = \sum_{i}\sum_{j} p(i, j)\,\log\frac{p(i, j)}{p(i)\,p(j)}.$$
#
# Here $p(i, j)$ is the share of the $N$ pairs in which $a$ is $i$ and $b$ is $j$; $p(i)$ and $p(j)$
# are the shares of the single levels. The logarithm is natural, so the unit is the nat. Levels are
# only names: they may have gaps, and there may be many of them. Some pairs of levels never occur;
# what do they add?
#
# | | shape | |
# |---|---|---|
# | `a`, `b` | $(N,)$ | integers, 0 or larger |
# | result | $()$ | one number, in nats |


# %% solution="discrete_mutual_information"
def discrete_mutual_information(a, b):
    """The mutual information of two discrete variables, from the frequencies of their pairs.

    Args:
        a, b: integers, (N,), 0 or larger.

    Returns:
        A scalar, in nats.
    """
    # BEGIN SOLUTION
    information = 0.0
    for i in np.unique(a):
        for j in np.unique(b):
            both = np.mean((a == i) & (b == j))
            if both > 0:
                information += both * np.log(both / (np.mean(a == i) * np.mean(b == j)))
    return information
    # END SOLUTION


# %% test="discrete_mutual_information-test" points=5
check(discrete_mutual_information)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import disentanglement

disentanglement.grade(discrete_mutual_information)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. The gap
#
# Suppose you know $I(z_d; f)$ for each latent dimension $d$ and each factor $f$. A factor is well
# captured when one dimension knows all about it and no other knows anything. So take the best
# dimension, subtract the second best, and divide by the factor's entropy $H(f)$, the most that
# anybody can know. The mean over the $F$ factors is the mutual information gap (Chen et al. 2018):
#
# $$\mathrm{MIG} = \frac{1}{F}\sum_{f=1}^{F}\frac{1}{H(f)}
# \Big(\max_d I(z_d; f) - \operatorname*{second\,max}_d I(z_d; f)\Big).$$
#
# If two dimensions know a factor equally well, its gap is 0.
#
# | | shape | |
# |---|---|---|
# | `mutual_information` | $(D, F)$ | a row for each latent dimension, at least two; in nats |
# | `entropies` | $(F,)$ | positive, in nats |
# | result | $()$ | one number |


# %% solution="mutual_information_gap"
def mutual_information_gap(mutual_information, entropies):
    """The mean over the factors of (largest − second largest) / entropy.

    Args:
        mutual_information: of each latent dimension and each factor, (D, F), D at least 2.
        entropies: of the factors, (F,), positive.

    Returns:
        A scalar, at most 1.
    """
    # BEGIN SOLUTION
    ordered = np.sort(mutual_information, axis=0)
    return np.mean((ordered[-1] - ordered[-2]) / entropies)
    # END SOLUTION


# %% test="mutual_information_gap-test" points=5
check(mutual_information_gap)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import disentanglement

disentanglement.grade(mutual_information_gap)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. The experiment
#
# Two models, with your functions in place of the course's. First a VAE, once with β = 1 and once
# with β = 4; you see samples of both, and your gap for the class of unseen digits. Then a GAN whose
# generator gets one of ten codes. In the picture each column has one code, and each row one draw of
# noise. Nobody tells the generator what a digit's class is. At the end its code, read from the
# unseen digits, joins the eight numbers of the first VAE as a ninth, and the gap is computed again.
#
# Which of the two VAEs will write better? Will one number of its code know the class? What will the
# digits of a column have in common? Decide first.

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def train_beta_vae(digits, beta, latent=8, epochs=60):
    """The course's VAE, with the loss of this notebook."""
    from course_utils.models.vae import VAE
    from course_utils.networks import dense_decoder, dense_encoder

    class YourVAE(VAE):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            x, logits = (tf.reshape(images, (-1, 64)) for images in (x, y_pred.logits))
            return beta_vae_loss(x, logits, y_pred.mu, tf.exp(0.5 * y_pred.log_var), self.beta)

    keras.utils.set_random_seed(0)
    encoder, decoder = dense_encoder((8, 8, 1), latent, outputs=2), dense_decoder(latent, (8, 8, 1))
    model = YourVAE(encoder, decoder, beta=beta)
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(digits.train.x, batch_size=50, epochs=epochs, verbose=0)
    return model


def gap(codes, classes):
    """Your gap for the class of a digit, from a list of codes in levels, (N,) each."""
    information = np.array([[float(discrete_mutual_information(c, classes))] for c in codes])
    # What a variable tells about itself is all there is to know: its entropy.
    entropies = np.array([float(discrete_mutual_information(classes, classes))])
    return float(mutual_information_gap(information, entropies))


def in_levels(values, count=10):
    """Numbers as levels that are equally frequent."""
    return np.searchsorted(np.quantile(values, np.arange(1, count) / count), values)


def train_info_gan(digits, codes=10, noise=6, epochs=60):
    """The course's GAN, with a code that a third network must be able to read."""
    from course_utils.models.gan import GAN
    from course_utils.networks import dense_discriminator, dense_generator

    class YourInfoGAN(GAN):
        def __init__(self):
            super().__init__(
                dense_generator(codes + noise, (8, 8, 1)),
                dense_discriminator((8, 8, 1)),
                r1_weight=0.3,
                ema_decay=0.99,
            )
            self.reader = keras.Sequential(
                [
                    keras.Input((8, 8, 1)),
                    keras.layers.Flatten(),
                    keras.layers.Dense(128, activation="leaky_relu"),
                    keras.layers.Dense(codes),
                ]
            )
            self.players = self.generator.trainable_variables + self.reader.trainable_variables
            self.code_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
            self.code_optimizer.build(self.players)

        def latent_noise(self, count):
            chosen = keras.random.randint((count,), 0, codes, seed=self.noise)
            rest = keras.random.normal((count, noise), seed=self.noise)
            return tf.concat([tf.one_hot(chosen, codes), rest], axis=1)

        def generator_step(self, x, y):
            super().generator_step(x, y)
            z = self.latent_noise(tf.shape(x)[0])
            with tf.GradientTape() as recording:
                loss = code_loss(z[:, :codes], self.reader(self.draw(z, y)))
            gradients = recording.gradient(loss, self.players)
            self.code_optimizer.apply(gradients, self.players)

    keras.utils.set_random_seed(0)
    model = YourInfoGAN()
    model.compile()
    model.fit(digits.train.x, batch_size=50, epochs=epochs, verbose=0)
    return model


def show(rows, columns, title):
    """Images in a grid, with a name to the left of each row."""
    figure, axes = plt.subplots(len(rows), columns, figsize=(8, 0.8 * len(rows) + 0.4))
    figure.suptitle(title, fontsize=10)
    for (name, images), row in zip(rows.items(), axes, strict=True):
        for image, axis in zip(np.asarray(images), row, strict=True):
            axis.imshow(np.squeeze(image), cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    plt.show()


def experiment():
    """Train both models with the functions above; show what they write."""
    digits = load("digits")
    binary = digits.binarized()
    classes = digits.test.labels
    samples, codes = {}, {}
    for beta in (1, 4):
        model = train_beta_vae(binary, beta)
        codes[beta] = [in_levels(code) for code in np.asarray(model.encode(binary.test.x)[0]).T]
        samples[f"β = {beta}"] = model.sample(10)
        print(f"β = {beta}: your gap is {gap(codes[beta], classes):.2f}.")
    show(samples, 10, "samples of the β-VAE")

    model = train_info_gan(digits)
    read = np.argmax(model.reader(digits.test.x), axis=1)
    print(f"With InfoGAN's code as a ninth number it is {gap([*codes[1], read], classes):.2f}.")
    noise = np.random.default_rng(0).normal(size=(4, 6))
    by_noise = {
        f"noise {row + 1}": model.generate(
            np.hstack([np.eye(10), np.tile(one, (10, 1))]).astype("float32")
        )
        for row, one in enumerate(noise)
    }
    show(by_noise, 10, "InfoGAN: one code per column")


try:
    experiment()
except NotImplementedError:
    print("The experiment needs all four functions. Come back when they are written.")
except Exception as error:
    print(f"The experiment does not run with these functions yet ({type(error).__name__}).")

# %% [markdown]
# ## 6. A question
#
# A friend has a VAE with two latent dimensions whose code is perfectly disentangled: the first
# number is the slant of a digit, the second its thickness. For fun she puts a rotation by 45° after
# the encoder's sample and undoes it before the decoder. What happens to the images that the model
# samples, and to the probability that it gives to an image? What happens to its MIG? Why? And what
# does this say about learning a disentangled code from images alone? Five sentences are enough.

# %% [markdown] answer="question" points=5
# Nothing happens to the samples: the prior is a standard normal, which looks the same from every
# side, so a rotated code that is drawn from it is rotated back into another draw from it. For the
# same reason the probability $p(x)$ of every image is exactly what it was. But each of the new
# numbers is a mixture of slant and thickness in equal parts. So for each factor the two dimensions
# know equally much, and the gap between the best and the second best falls to 0. Two models that
# differ in nothing that the images can show are thus as different as can be in their MIG: the images
# alone, without assumptions about the model or a few labels, cannot tell which code is the
# disentangled one (Locatello et al. 2019). In practice a diagonal encoder and a large β do prefer
# some axes, but that is such an assumption, and it need not agree with what we call slant.
#
# **Rubric.** The samples stay the same, with the reason: the prior looks the same from every side (1
# point). The probability of an image stays the same (1). The MIG falls to 0, or near it (1), because
# both dimensions now know both factors equally well (1). From images alone a disentangled code cannot
# be told from a rotated one: some assumption or supervision is needed (1).
