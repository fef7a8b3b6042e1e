# %% [markdown]
# # Assignment: how good is a generative model?
#
# You write the numbers that papers report: the Fréchet distance between two clouds of features,
# precision and recall, the distance to the nearest training example, and a bound on the
# log-likelihood. Then you use them on a model that learns while you watch, and on models that
# cheat.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. NumPy (`np`) is imported, and TensorFlow (`tf`) and Keras
# (`keras`) too; use what you like. The computation must be your own: the course's library has these
# numbers as well, but it refuses to be called from your functions.
#
# **How it is graded.** The points of each function are listed below; a function gets all of them or
# none, and the question at the end is worth 5. Grading runs what `check` runs and further tests of
# the same properties: other inputs, other sizes, extreme values. How you write a function does not
# matter, and neither does a relative difference below 0.0001. A mistake costs points only once:
# `recall` is tested with the course's own version of `precision`. The experiment gives no points.
#
# **From easy to hard.** `nearest_distances` (4 points) needs one distance matrix and some care.
# `precision` (6) is built on such a matrix, in three lines, and `recall` (3) on `precision`.
# `log_likelihood_bound` (5) is one formula that a computer must not be given as it stands, and
# `frechet_distance` (7) needs the root of a matrix.
#
# **What every function must do.** It gets NumPy arrays of `float32` or `float64` and does not change
# them. It may return NumPy arrays or plain numbers, in single or double precision; compute in double
# precision where you can. It works for any number of points and features from 1 upwards (at least 2
# points where a covariance or a neighbour is asked for).
#
# It takes about an hour and a half. The lecture on evaluation is all you need. Before you hand in,
# press *Validate* above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. The distance of two clouds
#
# Turn every picture into a row of features. Then there are two clouds of points, the real ones and
# the fakes. Describe each by its mean $\mu$ and its covariance $\Sigma$ (divided by $N - 1$). The
# Fréchet distance between the two normal distributions is
#
# $$d = \lVert \mu_1 - \mu_2 \rVert^2
# + \operatorname{tr}\big(\Sigma_1 + \Sigma_2 - 2(\Sigma_1\Sigma_2)^{1/2}\big).$$
#
# The root of a matrix is not the root of its entries: $R = A^{1/2}$ means $RR = A$. Note that only its
# trace is needed, the sum of its eigenvalues. $\Sigma_1\Sigma_2$ is not symmetric, but it has the same
# eigenvalues as $\Sigma_1^{1/2}\,\Sigma_2\,\Sigma_1^{1/2}$, which is. And how does one take the
# root of a symmetric matrix? `np.linalg.eigh` gives its eigenvalues and eigenvectors.
#
# With fewer points than features a covariance is singular: some eigenvalues are 0, and rounding may
# make them a little less. The distance exists all the same.
#
# | | shape | |
# |---|---|---|
# | `real` | $(N, D)$ | a point in each row, at least 2 |
# | `fake` | $(M, D)$ | as many features, any number of points from 2 |
# | result | | one number |


# %% solution="frechet_distance"
def frechet_distance(real, fake):
    """‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½) of two clouds.

    Args:
        real: (N, D).
        fake: (M, D).

    Returns:
        A number, not below 0 but for rounding.
    """
    # BEGIN SOLUTION
    real, fake = real.astype("float64"), fake.astype("float64")
    shift = real.mean(axis=0) - fake.mean(axis=0)
    first, second = (np.atleast_2d(np.cov(cloud, rowvar=False)) for cloud in (real, fake))
    values, axes = np.linalg.eigh(first)
    root = axes * np.sqrt(np.maximum(values, 0.0)) @ axes.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0.0))
    return shift @ shift + np.trace(first) + np.trace(second) - 2.0 * np.sum(shared)
    # END SOLUTION


# %% test="frechet_distance-test" points=7
check(frechet_distance)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import evaluation

evaluation.grade(frechet_distance)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. Do the fakes look real?
#
# One number cannot tell whether samples are bad or whether some kinds of them are missing. Two can.
# Give every real point a ball that reaches to its $k$-th nearest neighbour *among the real points*,
# without counting the point itself. A fake is good if it lies in at least one of these balls (on the
# border counts). The precision is the share of the good fakes.
#
# What if a point is there twice? Its duplicate is another point, at distance 0.
#
# | | shape | |
# |---|---|---|
# | `real` | $(N, D)$ | |
# | `fake` | $(M, D)$ | |
# | `k` | | a whole number, at least 1 and less than $N$ |
# | result | | one number between 0 and 1 |


# %% solution="precision"
def precision(real, fake, k):
    """The share of the fakes that lie in the k-neighbour ball of at least one real point.

    Args:
        real: (N, D).
        fake: (M, D).
        k: which neighbour the balls reach to, from 1 to N − 1.

    Returns:
        A number between 0 and 1.
    """
    # BEGIN SOLUTION
    real, fake = real.astype("float64"), fake.astype("float64")
    among = np.stack([np.linalg.norm(real - point, axis=1) for point in real])
    radii = np.sort(among, axis=1)[:, k]  # at 0 stands the point itself
    inside = [np.any(np.linalg.norm(real - point, axis=1) <= radii) for point in fake]
    return np.mean(inside)
    # END SOLUTION


# %% test="precision-test" points=6
check(precision)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import evaluation

evaluation.grade(precision)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. And is anything missing?
#
# Now swap the roles. Every fake gets a ball that reaches to its $k$-th nearest neighbour among the
# fakes, and the recall is the share of the real points that lie in at least one of them. A model
# that draws one perfect T-shirt again and again has a good precision and no recall. You may call
# `precision`.
#
# | | shape | |
# |---|---|---|
# | `real` | $(N, D)$ | |
# | `fake` | $(M, D)$ | |
# | `k` | | a whole number, at least 1 and less than $M$ |
# | result | | one number between 0 and 1 |


# %% solution="recall"
def recall(real, fake, k):
    """The share of the real points that lie in the k-neighbour ball of at least one fake.

    Args:
        real: (N, D).
        fake: (M, D).
        k: which neighbour the balls reach to, from 1 to M − 1.

    Returns:
        A number between 0 and 1.
    """
    # BEGIN SOLUTION
    return precision(fake, real, k)
    # END SOLUTION


# %% test="recall-test" points=3
check(recall)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import evaluation

evaluation.grade(recall)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. Has it learned by heart?
#
# A model that hands out its training pictures gets perfect marks from all the numbers above. To catch
# it, look for each sample's nearest training example and say how far away it is.
#
# The square of a difference, $(a - b)^2 = a^2 + b^2 - 2ab$, is often computed in its second form,
# because that is one matrix product. Try it by hand, to six digits, for $a = 10000.5$ and
# $b = 10000$. What is left of the distance? Your function must be right there, too.
#
# | | shape | |
# |---|---|---|
# | `samples` | $(N, D)$ | |
# | `training` | $(M, D)$ | |
# | result | $(N,)$ | the Euclidean distance of each sample to the nearest training example |


# %% solution="nearest_distances"
def nearest_distances(samples, training):
    """How far each sample is from the nearest training example.

    Args:
        samples: (N, D).
        training: (M, D).

    Returns:
        Euclidean distances, (N,).
    """
    # BEGIN SOLUTION
    training = training.astype("float64")
    return np.array([np.linalg.norm(training - sample, axis=1).min() for sample in samples])
    # END SOLUTION


# %% test="nearest_distances-test" points=4
check(nearest_distances)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import evaluation

evaluation.grade(nearest_distances)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. How probable are the data?
#
# A VAE does not give the probability of a picture, but it can estimate it: draw $S$ codes from the
# encoder, and average the weights $w_s = p(x, z_s) / q(z_s \mid x)$. On average, the logarithm of
# this mean is a lower bound on $\log p(x)$, and it gets closer with more draws:
#
# $$\hat L = \log\Big(\frac{1}{S}\sum_{s=1}^{S} w_s\Big).$$
#
# What you get are the logarithms of the weights, because the weights of pictures are numbers like
# $e^{-1000}$. Such a number is 0 to a computer, and $e^{1000}$ is infinite. What happens to the
# formula if you take one factor out of all weights of an example? Which factor would you take? And
# what if all weights of an example are 0, so that every logarithm is $-\infty$? Then so is the bound.
#
# | | shape | |
# |---|---|---|
# | `log_weights` | $(S, B)$ | a draw in each row, an example in each column; $-\infty$ is allowed |
# | result | $(B,)$ | one number for each example |


# %% solution="log_likelihood_bound"
def log_likelihood_bound(log_weights):
    """The logarithm of the mean weight of each example.

    Args:
        log_weights: logarithms of the weights, (S, B), a draw in each row; −∞ is allowed.

    Returns:
        (B,), in nats.
    """
    # BEGIN SOLUTION
    largest = np.max(log_weights.astype("float64"), axis=0)
    taken_out = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):  # the logarithm of 0 is meant
        return taken_out + np.log(np.mean(np.exp(log_weights - taken_out), axis=0))
    # END SOLUTION


# %% test="log_likelihood_bound-test" points=5
check(log_likelihood_bound)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import evaluation

evaluation.grade(log_likelihood_bound)
# END HIDDEN TESTS

# %% [markdown]
# ## 6. The experiment
#
# A VAE learns from pictures of clothes, and your functions watch it: after the first epoch and after
# fifteen. Beside it stand five "models" that somebody might show you: other real pictures, the same
# with a little noise, blurred ones, T-shirts only, and copies of training pictures. The features are
# the first 20 principal components of the pixels. Below the table your bound tells how probable unseen
# pictures are under the VAE, with 1, 10 and 100 draws.
#
# Decide first: which number will give each of the five away?

# %% tags=["experiment"]
from scipy.ndimage import gaussian_filter

from course_utils.data import load


def principal_features(training, count=20):
    """A function that gives pictures as coordinates along the training set's principal axes."""
    pixels = training.reshape(len(training), -1)
    center = pixels.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(pixels, rowvar=False))
    return lambda pictures: (np.reshape(pictures, (len(pictures), -1)) - center) @ axes[:, -count:]


def experiment(count=500, k=3):
    """Measure a VAE while it learns, and models that cheat."""
    from course_utils.models.vae import dense_vae

    clothes = load("fashion")
    train, labels = clothes.train.x, clothes.train.factors["article"]
    test, others = clothes.test.x[:count], clothes.test.x[count : 2 * count]
    features = principal_features(train)
    rng = np.random.default_rng(0)
    noisy = np.clip(others + rng.normal(0, 0.2, others.shape), 0, 1)
    rows = {
        "other real pictures": others,
        "with noise": noisy,
        "blurred": gaussian_filter(others, (0, 1.5, 1.5, 0)),
        "T-shirts only": train[labels == 0][-count:],
        "copies of training": train[:count],
    }
    keras.utils.set_random_seed(0)
    model = dense_vae((28, 28, 1), latent=16)
    model.compile(keras.optimizers.Adam(1e-3))
    for epochs in (1, 14):
        model.fit(train, batch_size=100, epochs=epochs, verbose=0)
        rows[f"VAE, {'one epoch' if epochs == 1 else '15 epochs'}"] = np.asarray(
            model.sample(count)
        )

    real, seen = features(test), features(train[: 4 * count])
    print(f"{'':20}  Fréchet  precision  recall  nearest (median)")
    for name, pictures in rows.items():
        fake = features(pictures)
        print(
            f"{name:20}  {frechet_distance(real, fake):7.2f}  {precision(real, fake, k):9.2f}  "
            f"{recall(real, fake, k):6.2f}  {np.median(nearest_distances(fake, seen)):16.2f}"
        )
    print()
    for draws in (1, 10, 100):
        log_weights = np.asarray(model.log_weights(test[:100], draws))
        bound = np.mean(log_likelihood_bound(log_weights))
        print(f"log p(x) of unseen pictures is at least {bound:.1f} nats (draws: {draws})")


try:
    experiment()
except NotImplementedError:
    print("The experiment needs all five functions. Come back when they are written.")
except Exception as error:
    print(f"The experiment does not run with these functions yet ({type(error).__name__}).")

# %% [markdown]
# ## 7. A question
#
# A paper reports for its model a Fréchet distance that is smaller than that of other real pictures,
# a precision of 1 and a recall of 1. You review it and may ask for one more number. Which one do
# you ask for, and what do you expect? Why can the other three not see it? And why should a Fréchet
# distance from 500 samples not be compared with one from 50,000, and what can be compared? Five
# sentences are enough.

# %% [markdown] answer="question" points=5
# I would ask for the distance of the samples to their nearest training example, compared with that
# of unseen real pictures: if it is close to 0, the model hands out its training set. The other
# numbers compare two clouds, and training pictures are real pictures: they lie in every ball, leave
# none out, and have the right mean and covariance, so copying is the best that a model can do by
# these numbers. The Fréchet distance estimates means and covariances from the samples. With few
# samples their error adds to the distance, so that even two sets of real pictures are some way
# apart, and it shrinks as samples are added. So only distances from equal numbers of samples can be
# compared.
#
# **Rubric.** The nearest training distance, or another test of memorising (1 point). Expectation: near
# 0, or smaller than that of unseen pictures (1). The others compare distributions, and copies come from
# the right one (1). Few samples bias the distance upwards (1), so compare equal numbers of samples (1).
