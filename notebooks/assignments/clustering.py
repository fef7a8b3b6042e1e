# %% [markdown]
# # Assignment: clustering
#
# You write k-means in three functions, and the simplest model of all in two more: a Gaussian that
# is fitted by maximum likelihood. Then k-means sorts handwritten digits with your functions,
# without being told which digit is which, and you watch its ten centers turn into numerals.
#
# **What to do.** Replace each line that raises `NotImplementedError`. Run the cell, then the cell
# below it: `check` tells you at once whether the function is right and, if it is not, what is
# different. It never shows code. NumPy (`np`) is imported, and TensorFlow (`tf`) and Keras
# (`keras`) too; use what you like. The computation must be your own: the course's library has
# k-means as well, and refuses to be called from yours.
#
# **How it is graded.** Each function is worth 5 points, all or nothing, and the question at the end
# is worth 5 more. Grading runs what `check` runs and further tests of the same properties: other
# inputs, other sizes, extreme values. How you write a function does not matter, and neither does a
# relative difference below 0.0001. Each function is tested by itself: a mistake in one costs
# nothing in another. The experiment gives no points.
#
# **From easy to hard.** `inertia` is one line once you see how labels pick centers, and
# `fit_gaussian` is two. `gaussian_log_density` is a formula to write out with care. `assign` needs
# one trick, broadcasting, or a loop, and `update` has a special case: the cluster without points.
#
# **What every function must do.** It gets NumPy arrays of `float32`, labels as integers, and works
# for any number of points $N$, features $F$ and clusters $K$, from 1 upwards. It may return NumPy
# arrays or tensors, in single or double precision.
#
# It takes less than an hour. The lecture on clustering is all you need. Before you hand in, press
# *Validate* above the notebook: it runs all cells and lists those that do not pass.

# %% locked="setup"
import course_utils.quiet  # before TensorFlow, so that it starts quietly

import keras
import numpy as np
import tensorflow as tf

from course_utils.grading import check

# %% [markdown]
# ## 1. To which cluster does a point belong?
#
# Suppose that somebody tells you where $K$ centers are. Then each point $x_i$ belongs to the one
# that is nearest:
#
# $$l_i = \arg\min_k \, \lVert x_i - c_k \rVert^2
# = \arg\min_k \sum_{f=1}^{F} (x_{if} - c_{kf})^2.$$
#
# Where two centers are equally near, either will do. Can you compute all $N \times K$ distances
# without a loop?
#
# | | shape | |
# |---|---|---|
# | `points` | $(N, F)$ | one point per row |
# | `centers` | $(K, F)$ | one center per row |
# | result | $(N,)$ | integers from 0 to $K - 1$: the row of the nearest center |


# %% solution="assign"
def assign(points, centers):
    """The nearest center of each point.

    Args:
        points: (N, F).
        centers: (K, F).

    Returns:
        Integer labels, (N,), from 0 to K − 1.
    """
    # BEGIN SOLUTION
    differences = points[:, None, :] - centers[None, :, :]  # (N, K, F)
    return np.argmin(np.sum(differences**2, axis=-1), axis=-1)
    # END SOLUTION


# %% test="assign-test" points=5
check(assign)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import clustering

clustering.grade(assign)
# END HIDDEN TESTS

# %% [markdown]
# ## 2. Where does a cluster lie?
#
# Now turn the question round. Somebody tells you which points belong together. Where is the center
# that is nearest to all of them, in squared distance? At their mean:
#
# $$c_k \leftarrow \frac{1}{|\{i : l_i = k\}|} \sum_{i \,:\, l_i = k} x_i.$$
#
# A cluster that has lost all its points has no mean. It keeps the center that it had.
#
# | | shape | |
# |---|---|---|
# | `points` | $(N, F)$ | |
# | `labels` | $(N,)$ | integers from 0 to $K - 1$; some of these may not occur |
# | `centers` | $(K, F)$ | where the centers were |
# | result | $(K, F)$ | where they are now |


# %% solution="update"
def update(points, labels, centers):
    """The mean of each cluster; an empty cluster keeps its center.

    Args:
        points: (N, F).
        labels: integers, (N,), from 0 to K − 1.
        centers: (K, F), before the update.

    Returns:
        The new centers, (K, F).
    """
    # BEGIN SOLUTION
    new = np.array(centers)
    for k in np.unique(labels):
        new[k] = points[labels == k].mean(axis=0)
    return new
    # END SOLUTION


# %% test="update-test" points=5
check(update)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import clustering

clustering.grade(update)
# END HIDDEN TESTS

# %% [markdown]
# ## 3. How good is it?
#
# K-means makes one number small, the inertia: every point pays its squared distance from the center
# that its label names.
#
# $$J = \sum_{i=1}^{N} \lVert x_i - c_{l_i} \rVert^2.$$
#
# A round of k-means is `assign`, then `update`, and neither half can make the inertia larger:
# `assign` picks the cheapest label for every point, `update` the cheapest center for every cluster.
# To see this, one must be able to compute the inertia between the two halves. So use the labels as
# they are given, even where another center is nearer.
#
# | | shape | |
# |---|---|---|
# | `points` | $(N, F)$ | |
# | `labels` | $(N,)$ | integers from 0 to $K - 1$ |
# | `centers` | $(K, F)$ | |
# | result | $()$ | one number |


# %% solution="inertia"
def inertia(points, labels, centers):
    """The sum of squared distances of the points from the centers that their labels name.

    Args:
        points: (N, F).
        labels: integers, (N,), from 0 to K − 1.
        centers: (K, F).

    Returns:
        A scalar.
    """
    # BEGIN SOLUTION
    return np.sum((points - centers[labels]) ** 2)
    # END SOLUTION


# %% test="inertia-test" points=5
check(inertia)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import clustering

clustering.grade(inertia)
# END HIDDEN TESTS

# %% [markdown]
# ## 4. How probable is a number?
#
# A cluster center says where points lie, but not how likely each place is. A density does. The
# Gaussian's is
#
# $$p(x) = \frac{1}{\sqrt{2\pi}\,s} \exp\!\Big(\!-\frac{(x - m)^2}{2 s^2}\Big),$$
#
# with the mean $m$ and the standard deviation $s$. Return its natural logarithm. Fifty standard
# deviations out, the density is about $10^{-543}$, smaller than any positive number that a computer
# usually handles. Its logarithm is a harmless −1251. What must you do on paper so that the computer
# never has to handle the density itself?
#
# | | shape | |
# |---|---|---|
# | `x` | $(N,)$ | numbers |
# | `mean`, `std` | $()$ | plain numbers, `std` positive |
# | result | $(N,)$ | the log-density of each, in nats |


# %% solution="gaussian_log_density"
def gaussian_log_density(x, mean, std):
    """log N(x; mean, std²) of each number.

    Args:
        x: (N,).
        mean: a number.
        std: the standard deviation, a positive number.

    Returns:
        The log-density in nats, (N,).
    """
    # BEGIN SOLUTION
    return -0.5 * ((x - mean) / std) ** 2 - np.log(std) - 0.5 * np.log(2 * np.pi)
    # END SOLUTION


# %% test="gaussian_log_density-test" points=5
check(gaussian_log_density)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import clustering

clustering.grade(gaussian_log_density)
# END HIDDEN TESTS

# %% [markdown]
# ## 5. Which Gaussian?
#
# Of all Gaussians, choose the one under which the data are most probable. The log-density of all
# points together, $\sum_i \log p(x_i)$, is largest at
#
# $$m = \frac{1}{N}\sum_{i=1}^{N} x_i, \qquad
# s^2 = \frac{1}{N}\sum_{i=1}^{N} (x_i - m)^2.$$
#
# Set the derivatives to zero and you will find them. Mind the $N$: the $N - 1$ that you may know
# from statistics answers another question. For a single number, $s$ is 0.
#
# | | shape | |
# |---|---|---|
# | `x` | $(N,)$ | numbers |
# | result | $()$, $()$ | a tuple of two numbers, $m$ and $s$ (not $s^2$) |


# %% solution="fit_gaussian"
def fit_gaussian(x):
    """Mean and standard deviation by maximum likelihood.

    Args:
        x: (N,).

    Returns:
        The tuple (mean, std) of two scalars.
    """
    # BEGIN SOLUTION
    mean = np.mean(x)
    return mean, np.sqrt(np.mean((x - mean) ** 2))
    # END SOLUTION


# %% test="fit_gaussian-test" points=5
check(fit_gaussian)
# BEGIN HIDDEN TESTS
from course_utils.grading.assignments import clustering

clustering.grade(fit_gaussian)
# END HIDDEN TESTS

# %% [markdown]
# ## 6. The experiment
#
# K-means with your functions, on 1,350 handwritten digits of 64 pixels. It starts from ten digits
# drawn at random and never sees a label. Each row shows the ten centers after a round. Below them
# you see how your inertia falls, and your Gaussian, fitted to the amount of ink in each digit.
#
# Which numerals will share a center? Which will get two? Decide first.

# %% tags=["experiment"]
import matplotlib.pyplot as plt

from course_utils.data import load


def experiment(clusters=10, most_rounds=30, seed=0):
    """Run k-means with the functions above; show the centers round by round."""
    digits = load("digits").train.x.reshape(-1, 64)
    rng = np.random.default_rng(seed)
    centers = digits[rng.choice(len(digits), clusters, replace=False)]
    history, costs, before = [centers], [], None
    for _ in range(most_rounds):
        labels = np.asarray(assign(digits, centers))
        costs.append(float(inertia(digits, labels, centers)))
        centers = np.asarray(update(digits, labels, centers))
        costs.append(float(inertia(digits, labels, centers)))
        history.append(centers)
        if before is not None and np.array_equal(labels, before):
            break
        before = labels
    rounds = len(history) - 1
    print(f"The inertia went from {costs[0]:.0f} to {costs[-1]:.0f} in {rounds} rounds.")

    shown = sorted({0, 1, 2, min(5, rounds), rounds})
    _, axes = plt.subplots(len(shown), clusters, figsize=(8, 0.9 * len(shown)))
    for number, row in zip(shown, axes, strict=True):
        for center, axis in zip(history[number], row, strict=True):
            axis.imshow(center.reshape(8, 8), cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(f"round {number}", rotation=0, ha="right", va="center")

    _, (left, right) = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
    left.plot(np.arange(len(costs)) / 2, costs, marker=".")
    left.set(xlabel="round", ylabel="inertia")
    ink = digits.sum(axis=1)
    grid = np.linspace(ink.min(), ink.max(), 200, dtype="float32")
    right.hist(ink, bins=30, density=True, color="lightgray", label="digits")
    right.plot(grid, np.exp(gaussian_log_density(grid, *fit_gaussian(ink))), label="Gaussian")
    right.set(xlabel="ink (sum of the pixels)", ylabel="density")
    right.legend()
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
# A friend tries K = 1, 2, 3, … and keeps the K with the smallest inertia on the digits that the
# centers were fitted to. Which K will she end up with, and why? Would it help to measure the inertia
# on digits that were left out? What else could she look at to choose K? And if two starts with the
# same K end at different inertias, is there a mistake in her program? Five sentences are enough.

# %% [markdown] answer="question" points=5
# The more centers, the smaller the best inertia: a further center can always be put on a point that
# has none yet, and then no point is farther from its nearest center than before. So she ends with
# as many centers as there are different digits, K = N, and inertia 0: every digit is its own
# cluster, and nothing has been learned. Digits that were left out do not help. Their inertia stays
# above 0, but it keeps falling too (in our data from 2.7 per digit at K = 10 to 1.2 at K = N),
# because more centers cover the space more densely. She could look for a bend in the curve, for
# clusters that come back from other starts or subsets (stability), at the silhouette, or take a
# model with a density and compare held-out likelihoods or a criterion that charges for parameters.
# Two starts may well end differently without any mistake: no round makes the inertia larger, so
# k-means stops at a local minimum, and which one depends on the start.
#
# **Rubric.** She ends with K = N, or as many as there are different digits (1 point). Because the
# best inertia never grows with K, and is 0 there (1). Held-out inertia does not vanish, but mostly
# keeps falling, so it does not settle K (1). Something better is named: bend, stability,
# silhouette, held-out likelihood, penalty (1). Different ends are local minima and no mistake (1).
