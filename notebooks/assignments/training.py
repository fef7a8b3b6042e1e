# %% [markdown]
# # Assignment: training steps
#
# Losses are one half of training a generative model. The other half is the step: which weights
# move, by which gradient, and when. You write one training step of a VAE, the two steps of a GAN,
# and the running average of weights that makes its samples steadier. Then you build the networks
# yourself, from Keras layers, and train both models on pictures of clothes with your steps.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. TensorFlow (`tf`), Keras (`keras`, `keras.ops`) and NumPy (`np`)
# are imported; use what you like. The computation must be your own: the course's library trains
# these models, too, but it refuses to be called from your functions.
#
# **How it is graded.** The points for each step are listed below; a function gets all of them or
# none, and the question at the end has 5. Grading runs what `check` runs and further tests of the
# same properties: other networks, other optimizers, other batches. What counts is the number that
# comes back and what the weights are afterwards. How you write a function does not matter, nor does a
# relative difference below 0.0001. No function builds on another, so a mistake costs points only
# once. The experiment gives no points.
#
# **From easy to hard.** `average_weights` (4 points) needs no gradient. `generator_step` (6) has one
# loss and one player, `discriminator_step` (6) two batches, and `vae_step` (8) noise and two
# networks.
#
# **What every function must do.** It gets Keras models that are built and an optimizer that is built
# for the weights it moves. Each call is one step, and the loss that comes back is the one before the
# step, a scalar. Call networks with `training=True`, and do not add the regularisation losses of
# their layers. It works eagerly and inside `tf.function`, with any optimizer and any architecture,
# and any batch size from 1. Leave every network as trainable as it was.
#
# It takes about an hour and a half. The lectures on variational autoencoders and on generative
# adversarial networks are all you need. Before you hand in, press *Validate* above the notebook: it
# runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. One step of a VAE
#
# The encoder says for each example where its code lies, by a mean $\mu$ and the logarithm of a
# variance, $\log\sigma^2$. Draw $z = \mu + \sigma\varepsilon$ with a new $\varepsilon \sim
# \mathcal{N}(0, 1)$ for each entry. The decoder turns it into logits, and the loss is the batch
# mean of
#
# $$\sum_{\text{pixels}} \mathrm{CE}(x, \text{logits})
# + \tfrac{1}{2}\sum_{d=1}^{D}\big(\mu_d^2 + \sigma_d^2 - 1 - \log\sigma_d^2\big).$$
#
# An example may be a row or an image: sum over every axis but the first. What must a
# `tf.GradientTape` see, and what happens only after it has closed? One step of the optimizer moves
# both networks.
#
# | | | |
# |---|---|---|
# | `x` | $(B, \dots)$ | pixels between 0 and 1 |
# | `encoder` | | gives `[mu, log_var]`, each $(B, D)$ |
# | `decoder` | | gives logits of the shape of `x` |
# | `optimizer` | | built for the trainable weights of both |
# | result | $()$ | the loss before the step |


# %% solution="vae_step"
def vae_step(x, encoder, decoder, optimizer):
    """Move both networks of a VAE by one step; the loss before it.

    Args:
        x: examples, (B, …), in [0, 1].
        encoder: x → [mu, log_var], each (B, D).
        decoder: z (B, D) → logits like x.
        optimizer: built for the trainable weights of the encoder and the decoder.

    Returns:
        A scalar: the mean of cross-entropy plus divergence, in nats.
    """
    # BEGIN SOLUTION
    weights = encoder.trainable_variables + decoder.trainable_variables
    with tf.GradientTape() as tape:
        mu, log_var = encoder(x, training=True)
        z = mu + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mu))
        logits = decoder(z, training=True)
        per_pixel = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
        reconstruction = tf.reduce_sum(per_pixel, axis=list(range(1, x.shape.rank)))
        divergence = 0.5 * (tf.square(mu) + tf.exp(log_var) - 1.0 - log_var)
        loss = tf.reduce_mean(reconstruction + tf.reduce_sum(divergence, axis=-1))
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
    # END SOLUTION


# %% test="vae_step-test" points=8
check(vae_step)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import training

training.grade(vae_step)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. The discriminator's turn
#
# The generator makes fakes from the noise `z`. The discriminator gives logits for the real examples
# and for the fakes, each batch in a call of its own, and its loss is
#
# $$\operatorname{mean}\big(-\log D(\text{real})\big) + \operatorname{mean}\big(-\log(1 - D(\text{fake}))\big),$$
#
# with $D$ the sigmoid of the logit, computed so that it is right for logits of 1000, too. The two
# batches may differ in size. Only the discriminator moves. Does the tape need to see the generator?
#
# | | | |
# |---|---|---|
# | `real` | $(B, \dots)$ | real examples |
# | `z` | $(B', D)$ | noise |
# | `generator` | | $z$ → fakes like `real` |
# | `discriminator` | | examples → logits, $(B, 1)$ |
# | `optimizer` | | built for the discriminator's trainable weights |
# | result | $()$ | the loss before the step |


# %% solution="discriminator_step"
def discriminator_step(real, z, generator, discriminator, optimizer):
    """Move the discriminator of a GAN by one step; the loss before it.

    Args:
        real: real examples, (B, …).
        z: noise, (B′, D).
        generator: z → fakes like real.
        discriminator: examples → logits, (B, 1).
        optimizer: built for the trainable weights of the discriminator.

    Returns:
        A scalar: mean cross-entropy to 1 on real plus mean cross-entropy to 0 on fakes.
    """
    # BEGIN SOLUTION
    weights = discriminator.trainable_variables
    fake = generator(z, training=True)
    with tf.GradientTape() as tape:
        on_real = tf.nn.softplus(-discriminator(real, training=True))
        on_fake = tf.nn.softplus(discriminator(fake, training=True))
        loss = tf.reduce_mean(on_real) + tf.reduce_mean(on_fake)
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
    # END SOLUTION


# %% test="discriminator_step-test" points=6
check(discriminator_step)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import training

training.grade(discriminator_step)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. The generator's turn
#
# Now the generator moves, and only the generator, by the non-saturating loss
# $\operatorname{mean}(-\log D(\text{fake}))$. The gradient passes through the discriminator. Must the
# discriminator be frozen for that, or is it enough to say with respect to which weights the gradient
# is taken?
#
# | | | |
# |---|---|---|
# | `z` | $(B, D)$ | noise |
# | `generator`, `discriminator` | | as before |
# | `optimizer` | | built for the generator's trainable weights |
# | result | $()$ | the loss before the step |


# %% solution="generator_step"
def generator_step(z, generator, discriminator, optimizer):
    """Move the generator of a GAN by one step; the loss before it.

    Args:
        z: noise, (B, D).
        generator: z → fakes.
        discriminator: fakes → logits, (B, 1).
        optimizer: built for the trainable weights of the generator.

    Returns:
        A scalar: the mean of −log D of the fakes.
    """
    # BEGIN SOLUTION
    weights = generator.trainable_variables
    with tf.GradientTape() as tape:
        logits = discriminator(generator(z, training=True), training=True)
        loss = tf.reduce_mean(tf.nn.softplus(-logits))
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
    # END SOLUTION


# %% test="generator_step-test" points=6
check(generator_step)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import training

training.grade(generator_step)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. A calmer generator
#
# The two players chase each other, and no single moment is the best one. So a second generator looks
# on; its weights are a running average of the first one's:
#
# $$\bar w \leftarrow d\,\bar w + (1 - d)\,w.$$
#
# Every weight takes part, even those that no gradient moves, such as the moving averages of batch
# normalization: `weights` lists them all. Inside `tf.function` a weight has no value yet that Python
# could get and set, but something can be assigned to it.
#
# | | | |
# |---|---|---|
# | `average` | | the network whose weights are the averages |
# | `network` | | another one of the same architecture; it stays as it is |
# | `decay` | | $d$, a number between 0 and 1 |
# | result | | nothing |


# %% solution="average_weights"
def average_weights(average, network, decay):
    """Let each weight of one network move a little towards that of another.

    Args:
        average: the network whose weights are the averages.
        network: the network that is averaged, of the same architecture.
        decay: the share of the old average, between 0 and 1.
    """
    # BEGIN SOLUTION
    for mean, weight in zip(average.weights, network.weights, strict=True):
        mean.assign(decay * mean + (1.0 - decay) * weight)
    # END SOLUTION


# %% test="average_weights-test" points=4
check(average_weights)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import training

training.grade(average_weights)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. The experiment
#
# Networks from Keras layers, your steps, and nothing else: a VAE and a GAN learn from pictures of
# clothes for a few seconds each. The first row is real. Then come unseen pictures rebuilt by the VAE
# and its samples, the GAN's samples, and those of the average generator from the same noise.
#
# Change the networks as you like: more units, other activations, a convolution. What would happen if
# the discriminator moved in the generator's step, too? Decide first, then try it, and put it back.

# %% tags=["experiment"]
import matplotlib.pyplot as plt
from keras import layers

from course_utils.data import load


def build_vae(pixels, latent):
    """An encoder that gives [mu, log_var], and a decoder that gives logits."""
    x = keras.Input([pixels])
    h = layers.Dense(256, "gelu")(x)
    encoder = keras.Model(x, [layers.Dense(latent)(h), layers.Dense(latent)(h)])
    decoder = keras.Sequential(
        [keras.Input([latent]), layers.Dense(256, "gelu"), layers.Dense(pixels)]
    )
    return encoder, decoder


def build_gan(pixels, latent):
    """A generator of pixels between 0 and 1, and a discriminator that gives a logit."""
    generator = keras.Sequential(
        [
            keras.Input([latent]),
            layers.Dense(128, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Dense(256, "relu"),
            layers.Dense(pixels, "sigmoid"),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input([pixels]),
            layers.Dense(256, "leaky_relu"),
            layers.Dropout(0.3),
            layers.Dense(64, "leaky_relu"),
            layers.Dense(1),
        ]
    )
    return generator, discriminator


def train_vae(images, latent, steps, batch=100):
    """A VAE, trained by `vae_step`."""
    encoder, decoder = build_vae(images.shape[1], latent)
    optimizer = keras.optimizers.Adam(2e-3)
    optimizer.build(encoder.trainable_variables + decoder.trainable_variables)
    step = tf.function(lambda x: vae_step(x, encoder, decoder, optimizer))
    rng = np.random.default_rng(0)
    losses = [step(tf.constant(images[rng.integers(0, len(images), batch)])) for _ in range(steps)]
    print(f"The VAE's loss went from {losses[0]:.0f} to {np.mean(losses[-50:]):.0f} nats.")
    return encoder, decoder


def train_gan(images, latent, steps, batch=100):
    """A GAN, trained by its two steps, and the running average of its generator."""
    generator, discriminator = build_gan(images.shape[1], latent)
    average = keras.models.clone_model(generator)
    average.set_weights(generator.get_weights())
    ours = keras.optimizers.Adam(1e-3, beta_1=0.5)
    theirs = keras.optimizers.Adam(4e-4, beta_1=0.5)
    ours.build(generator.trainable_variables)
    theirs.build(discriminator.trainable_variables)

    @tf.function
    def step(real):
        discriminator_step(
            real, tf.random.normal([batch, latent]), generator, discriminator, theirs
        )
        generator_step(tf.random.normal([batch, latent]), generator, discriminator, ours)
        average_weights(average, generator, 0.99)

    rng = np.random.default_rng(0)
    for _ in range(steps):
        step(tf.constant(images[rng.integers(0, len(images), batch)]))
    return generator, average


def experiment(latent=16, steps=1200, samples=12):
    """Train both models with the steps above; show what they draw."""
    keras.utils.set_random_seed(0)
    clothes = load("fashion")
    train, test = (part.x.reshape(len(part.x), -1) for part in (clothes.train, clothes.test))
    encoder, decoder = train_vae(train, latent, steps)
    generator, average = train_gan(train, latent, steps)
    noise = tf.random.normal([samples, latent])
    rows = {
        "real": test[:samples],
        "rebuilt": tf.sigmoid(decoder(encoder(test[:samples])[0])),
        "VAE": tf.sigmoid(decoder(noise)),
        "GAN": generator(noise),
        "GAN, average": average(noise),
    }
    _, axes = plt.subplots(len(rows), samples, figsize=(9, 4))
    for (name, images), row in zip(rows.items(), axes, strict=True):
        for image, axis in zip(images, row, strict=True):
            axis.imshow(np.reshape(image, (28, 28)), cmap="gray", vmin=0, vmax=1)
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
# A friend writes both players into one step: one tape, one loss, the discriminator's loss plus the
# generator's, and one optimizer for all weights. "Each weight gets the gradient of the sum," she
# says, "so everybody learns." What does the generator's part of the sum teach the discriminator, and
# what does the discriminator's part teach the generator? What will be left of the game? And why does
# the VAE, which has two networks as well, need no such separation? Five sentences are enough.

# %% [markdown] answer="question" points=5
# The generator's loss is small when the discriminator takes fakes for real, so its gradient teaches the
# discriminator to be fooled. The discriminator's loss is small when fakes are recognised, so through
# the fakes it teaches the generator to be found out. Each player is moved against its own goal by
# the other's part. The sum of the two parts about the fakes is smallest at D = ½, where they
# cancel: it is enough that the discriminator be undecided about fakes, and nothing makes them
# better. The game is gone. In a game each player has a loss of its own, and its gradient may move
# that player only. The encoder and the decoder of a VAE want the same thing, a small value of one
# loss, so one gradient moves both.
#
# **Rubric.** The generator's loss teaches the discriminator to be fooled (1 point). The discriminator's
# loss teaches the generator to be recognised (1). The parts work against each other or cancel (1). Each
# player needs its own loss and moves alone (1). The VAE has one objective that both networks share (1).
