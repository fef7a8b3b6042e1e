# %% [markdown]
# # Project: draw clothes
#
# Make the best generative model of `fashion` that 120 seconds of training buy. Which kind of model is
# your choice: a VAE, a GAN, a flow, diffusion, or something of your own. Below stands a small VAE that
# works. Change it, or throw it away.
#
# **What you hand in** is two functions.
#
# | function | takes | returns |
# |---|---|---|
# | `build()` | nothing | your untrained Keras model, or several in a list, a tuple or a dictionary |
# | `train(x, seconds)` | garments (10000, 28, 28, 1), `float32` in [0, 1], and the seconds that training may take | a function `sample` |
# | `sample(n)` | how many images to draw | new images (n, 28, 28, 1) with values in [0, 1] |
#
# **The budget.** Seconds are seconds of processor time, of all threads together, as
# `time.process_time()` counts them: a faster computer does more in them, a second core does not help.
# TensorFlow runs in one thread when it is graded, and `seconds` is 120. Watch the clock inside your
# training loop and stop in time. Up to 150 s are let pass; a training that takes longer is ended and
# gets no points. Drawing 5,000 images, in parts of 1,000, may take 60 s.
#
# **How it is graded.** 5,000 of your samples are compared with real garments that nobody in the course
# has: a small network describes each image by 64 numbers, and the Fréchet distance tells how far
# the two clouds of numbers are apart. The network has learned without labels, and you do not have it,
# so nobody can train towards it. The lecture on evaluation explains the distance. It is worth 25
# points in these steps:
#
# | Fréchet distance up to | points | to compare with |
# |---|---|---|
# | 1 | 25 | real garments: 0.05; the course's GAN, trained for longer: 0.42 |
# | 2 | 22 | |
# | 4 | 19 | |
# | 8 | 16 | the course's GAN, trained for 120 s: 5.9 |
# | 16 | 12 | |
# | 25 | 8 | |
# | any other new images | 4 | the VAE below: 29; the course's VAE, trained for 120 s: 35 |
#
# **What is not allowed.** Samples that are copies of images in the data set, also shifted, mirrored
# or with a little noise, get no points. The model must be built and trained here: the course's
# models (`course_utils.models`, `course_utils.pretrained`) may not be imported, though you may read
# them; the rest of the library is yours to use. The strings and numbers in your code, the files
# beside the notebook and the pictures pasted into it may hold 16 KB together. When it is graded,
# there is no network.
#
# The points for the distance are 25 of 30; the question at the end is worth 5. Your class will see an
# anonymous list of all distances, with a picture of samples for each.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import time

import keras
import numpy as np
import tensorflow as tf

from course_utils import losses
from course_utils.data import load
from course_utils.grading.project import try_out

garments = load("fashion").train.x

# %% [markdown]
# ## 1. Your model
#
# Whatever both functions need stands in cells above the test below; you can add cells. This small
# VAE is a start. It is trained until its time is up.

# %%
LATENT = 16


def build():
    """The untrained networks: x → [mu, log_var] side by side, and z → logits of the pixels."""
    encoder = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(2 * LATENT),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((LATENT,)),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(28 * 28),
            keras.layers.Reshape((28, 28, 1)),
        ]
    )
    return encoder, decoder


def train(x, seconds):
    """Train for so many seconds of processor time and return a function that draws n images."""
    end = time.process_time() + seconds
    encoder, decoder = build()
    optimizer = keras.optimizers.Adam(1e-3)
    weights = encoder.trainable_weights + decoder.trainable_weights
    optimizer.build(weights)

    @tf.function(reduce_retracing=True)
    def step(batch):
        with tf.GradientTape() as record:
            mu, log_var = tf.split(encoder(batch), 2, axis=-1)
            z = mu + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mu))
            misfit = losses.bernoulli_cross_entropy(batch, decoder(z))
            loss = tf.reduce_mean(misfit + losses.kl_to_standard_normal(mu, log_var))
        optimizer.apply_gradients(zip(record.gradient(loss, weights), weights, strict=True))

    batches = iter(tf.data.Dataset.from_tensor_slices(x).repeat().shuffle(10_000).batch(100))
    while time.process_time() < end:
        step(next(batches))

    def sample(n):
        return tf.sigmoid(decoder(tf.random.normal((n, LATENT))))

    return sample


# %% [markdown]
# ## 2. A trial
#
# The next cell builds your model, trains it for 5 seconds and draws 100 images. It tells whether
# everything fits together. Grading does the same with 120 seconds and 5,000 images.

# %% test="project-test" points=25
try_out(train, build, garments)
# BEGIN HIDDEN TESTS
from course_utils.project import stock

stock.grade(train, build, points=25)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. What does it draw?
#
# A picture of samples after 20 seconds, and a distance that you can measure yourself: in the features
# of the classifier that comes with the course, to the 1,000 validation garments. It is not the
# distance that counts, but a model that gets better in one usually gets better in the other.

# %% tags=["experiment"]
from course_utils.plotting import show_images
from course_utils.pretrained import judge

sample = train(garments, 20)
show_images(np.asarray(sample(60)), columns=12)
fake = np.concatenate([np.asarray(sample(500)) for _ in range(4)])
distance = judge("fashion").distance(load("fashion").validation.x, fake)
print(f"Fréchet distance in the features of the course's classifier: {distance:.1f}")

# %% [markdown]
# ## 4. A question
#
# Describe your model and how you came to it: what did you change first, what helped most, and what
# did not help? For one change give the distances before and after, and say how large the difference
# between two trainings of the same model is. What would you try with ten times the budget? Six
# sentences are enough.

# %% [markdown] answer="question" points=5
# Any model will do, if it is described so that somebody could build it again.
#
# **Rubric.** The model and its loss are named and fit the code (1 point). At least one change with
# distances before and after (1). The spread between trainings was measured, or the change is compared
# with it (1). Something that did not help, with a reason that could be tested (1). A plan for a larger
# budget that follows from what limited the model (1).
