# %% [markdown]
# # Clustering
#
# Nobody told you that there are cats and dogs. You saw animals, and some looked alike. Can a machine
# find groups in data when no example carries a label? And once it knows the groups, can it draw a new member?
#
# **Afterwards you can**
#
# - run k-means in your head: who belongs to whom, then where the centers go;
# - say why it stops, why it may stop in a bad place, and what k-means++ does about that;
# - recognise data on which k-means must fail, and know when a Gaussian mixture does better;
# - choose the number of clusters with three kinds of evidence, and doubt all three.
#
# **Time**: about 45 minutes to read and play; half a minute to run from top to bottom on two cores.
# **Needs**: Python with NumPy, what a mean and a variance are. No network, no GPU.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import multivariate_normal
from sklearn.datasets import make_blobs
from sklearn.metrics import normalized_mutual_info_score, silhouette_score

from course_utils.data import load
from course_utils.explorers import KMeansStepper
from course_utils.metrics.clustering import clustering_accuracy
from course_utils.models.clustering import GaussianMixture, KMeans, plus_plus_centers
from course_utils.plotting import show_images

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
COLORS = np.array(["#4477AA", "#EE7733", "#228833", "#AA3377", "#33BBEE", "#CC3311"])

# %% [markdown]
# ## 1. What is there to learn without labels?
#
# Here are 300 points. Each is one example with two **features**, two measured numbers: think of the
# height and the weight of 300 animals. There are no labels.
#
# **Predict**: how many groups do you see? Where would you put the middle of each?

# %%
points, _ = make_blobs(300, centers=5, cluster_std=0.8, center_box=(-6, 6), random_state=7)

plt.figure(figsize=(4.6, 4), layout="constrained")
plt.scatter(*points.T, s=12, color="0.35")
plt.xlabel("first feature")
plt.ylabel("second feature")
plt.gca().set_aspect("equal")
plt.show()

# %% [markdown]
# Your eye has just done **unsupervised learning**: it found structure in examples alone. In **supervised**
# learning each example comes with an answer, and the machine learns to repeat it. Finding groups is the oldest unsupervised
# task, and it is called **clustering**.

# %% [markdown]
# ## 2. What makes one grouping better than another?
#
# Say there are $K$ groups, and each has a **center** $c_k$. A point belongs to the center nearest to it. A grouping
# is good if no point has far to go:
#
# $$\text{inertia} = \sum_i \min_k \lVert x_i - c_k \rVert^2.$$
#
# That is the sum of the squared lengths of all the thin lines below. Smaller is better.

# %%
guess = np.array([[-3.0, 4.0], [0.0, 0.0], [4.0, -4.0]])
distances = np.linalg.norm(points[:, None] - guess, axis=-1)  # (300, 3)
nearest = distances.argmin(axis=1)

plt.figure(figsize=(4.6, 4), layout="constrained")
for k, center in enumerate(guess):
    for point in points[nearest == k]:
        plt.plot(*np.stack([center, point]).T, color=COLORS[k], alpha=0.3, linewidth=0.7)
plt.scatter(*points.T, s=12, color=COLORS[nearest])
plt.scatter(*guess.T, s=160, color=COLORS[:3], edgecolor="white", linewidth=2, zorder=3)
plt.xlabel("first feature")
plt.ylabel("second feature")
plt.gca().set_aspect("equal")
plt.show()
print(f"inertia with three guessed centers: {(distances.min(axis=1) ** 2).sum():.0f}")

# %% [markdown]
# ## 3. How do we find good centers?
#
# We have a chicken and an egg. If we knew the centers, we would know who belongs where. If we knew who belongs
# where, we would know the centers. So: guess one, compute the other, and take turns.
#
# 1. **Assign**: every point goes to its nearest center.
# 2. **Move**: every center goes to the mean of its points.
#
# That is **k-means** (Lloyd 1982). Step through it. *Next* does half a round; the arrow keys move the slider.
# **Predict** before each step which way the centers will go. Then choose another start.

# %%
rng = np.random.default_rng(0)
good = KMeans(5).fit(points)
middle = KMeans(5).fit(points, start=rng.normal(0, 0.3, (5, 2)))
corner = points[np.argsort(points.sum(axis=1))[:5]]  # five points at the lower left
bad = KMeans(5).fit(points, start=corner)

KMeansStepper(
    points,
    {"spread out": good.history, "all in the middle": middle.history, "in a corner": bad.history},
)

# %% [markdown]
# Did the curve ever rise? It cannot. *Assign* gives each point the shortest way there is. *Move* is the best place for
# given points, because the mean is the point with the smallest sum of squared distances. Both halves can only
# lower the inertia. And there are finitely many ways to assign 300 points, so k-means must stop.
#
# It stops at *a* bottom, not at *the* bottom. Check both claims.

# %%
for name, fit in (("spread out", good), ("all in the middle", middle), ("in a corner", bad)):
    print(f"{name:18} inertia {fit.inertia:4.0f} after {len(fit.history)} rounds")
    assert np.all(np.diff([step.inertia for step in fit.history]) <= 1e-9)
assert bad.inertia > 1.5 * good.inertia

# %% [markdown]
# ## 4. Where should the centers start?
#
# Random points are the obvious start. But two of them may fall into one group, and then another group has none.
# **k-means++** (Arthur and Vassilvitskii 2007) draws them one after the other, and prefers points far from all centers so far: the
# probability is proportional to the squared distance.
#
# **Predict**: out of 200 random starts, how many end at the best inertia? And out of 200 by k-means++?

# %%
random_ends = [
    KMeans(5).fit(points, start=rng.choice(points, 5, replace=False)).inertia for _ in range(200)
]
plus_plus_ends = [
    KMeans(5).fit(points, start=plus_plus_centers(points, 5, rng)).inertia for _ in range(200)
]

bins = np.linspace(300, 1300, 51)
figure, axes = plt.subplots(2, 1, figsize=(6, 3), sharex=True, sharey=True, layout="constrained")
for axis, name, ends in zip(
    axes, ("random points", "k-means++"), (random_ends, plus_plus_ends), strict=True
):
    reached = np.mean(np.array(ends) < 1.01 * good.inertia)
    axis.hist(ends, bins, color="#4477AA")
    axis.set(title=f"{name}: {reached:.0%} reach the best", ylabel="starts")
axes[1].set_xlabel("inertia at the end")
plt.show()

assert np.mean(plus_plus_ends) < np.mean(random_ends)

# %% [markdown]
# Better, but no promise. So everybody also starts several times and keeps the best. Our `KMeans` does both: ten starts by
# k-means++.

# %% [markdown]
# ## 5. Where does k-means fail?
#
# Inertia knows nothing but the distance to a center. So a cluster can only be *whatever lies nearest to one point*. Here are
# three data sets in which you see the groups at once.
#
# **Predict** for each one how k-means will cut it.

# %%
rings = load("rings", count=450).train
unequal = np.concatenate([rng.normal([0, 0], 2, (400, 2)), rng.normal([5, 0], 0.4, (60, 2))])
stretched = np.concatenate([rng.normal([0, 1.8 * k], [3, 0.35], (150, 2)) for k in range(3)])
turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
cases = {  # name: points, the groups we made
    "rings": (rings.x, rings.labels),
    "unequal sizes": (unequal, np.repeat([0, 1], [400, 60])),
    "stretched": (stretched @ turn, np.repeat([0, 1, 2], 150)),
}


def draw_cases(fit):
    """Cluster each case, draw it, and return the accuracy."""
    accuracies = {}
    _, axes = plt.subplots(1, 3, figsize=(10, 3.3), layout="constrained")
    for axis, (name, (x, groups)) in zip(axes, cases.items(), strict=True):
        found = fit(x, len(np.unique(groups)))
        accuracies[name] = clustering_accuracy(groups, found)
        axis.scatter(*x.T, s=7, color=COLORS[found])
        axis.set(title=f"{name}: {accuracies[name]:.0%} right", xlabel="first feature")
        axis.set_aspect("equal")
    axes[0].set_ylabel("second feature")
    plt.show()
    return accuracies


k_means_accuracy = draw_cases(lambda x, k: KMeans(k).fit(x).labels)
assert max(k_means_accuracy.values()) < 0.9

# %% [markdown]
# *Right* means: pair each cluster with one group as well as possible, then count the points that agree. (The names of clusters
# mean nothing, so the pairing is free.)
#
# - **Rings** share one middle. Nearest-to-a-point cannot tell them apart.
# - **Unequal sizes**: the border lies halfway between two centers, however wide one group is.
# - **Stretched** groups: a point may be nearer to the neighbour's middle than to its own far end.

# %% [markdown]
# ## 6. What if clusters had shapes?
#
# Give each cluster a size, a direction and a share of the points. A **Gaussian** is a bell-shaped hill of probability; in the
# plane its contours are ellipses. A **Gaussian mixture** is a sum of $K$ of them:
#
# $$p(x) = \sum_k \pi_k\, \mathcal N(x; \mu_k, \Sigma_k).$$
#
# | symbol | name | says |
# |---|---|---|
# | $\pi_k$ | weight | which share of the points comes from component $k$ |
# | $\mu_k$ | mean | where it lies: the old center |
# | $\Sigma_k$ | covariance | how wide it is, and in which direction |
#
# Now no point has to decide. It belongs to component $k$ with a probability, the **responsibility** $r_{ik}$. Two neighbours on
# a border may be 51 : 49 and 49 : 51 instead of all or nothing. The two turns of k-means become
# **expectation-maximisation** (EM; Dempster, Laird and Rubin 1977):
#
# 1. **E-step**: compute the responsibilities from the Gaussians, $r_{ik} \propto \pi_k\,\mathcal N(x_i; \mu_k, \Sigma_k)$.
# 2. **M-step**: compute weights, means and covariances from the points, each counted $r_{ik}$ times.
#
# **Predict**: which of the three cases will it solve?

# %%
mixture_accuracy = draw_cases(lambda x, k: GaussianMixture(k, tolerance=1e-6).fit(x).predict(x))
assert mixture_accuracy["unequal sizes"] > 0.97 and mixture_accuracy["stretched"] > 0.97
assert mixture_accuracy["rings"] < 0.6

# %% [markdown]
# Two of three. A ring is no ellipse. Watch EM at work on the stretched groups: the ellipses hold two thirds of each component
# or so (they are drawn at 1.5 standard deviations), and a point takes the mixed colour of its responsibilities.

# %%
x, _ = cases["stretched"]
mixture = GaussianMixture(3, tolerance=1e-6).fit(x)
circle = np.stack([np.cos(np.linspace(0, 2 * np.pi, 100)), np.sin(np.linspace(0, 2 * np.pi, 100))])
rgb = np.array([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in COLORS[:3]])

climbed = np.array([step.log_likelihood for step in mixture.history])
shares = (climbed - climbed[0]) / (climbed[-1] - climbed[0])
figure, axes = plt.subplots(1, 4, figsize=(11, 3), sharey=True, layout="constrained")
for axis, share in zip(axes, (0, 0.25, 0.5, 1), strict=True):
    number = np.argmax(shares >= share)
    step = mixture.history[number]
    densities = [
        weight * multivariate_normal(mean, covariance).pdf(x)
        for weight, mean, covariance in zip(*step[:3], strict=True)
    ]
    responsibility = np.transpose(densities / np.sum(densities, axis=0))  # (450, 3)
    axis.scatter(*x.T, s=5, color=responsibility @ rgb)
    for mean, covariance in zip(step.means, step.covariances, strict=True):
        axis.plot(*(mean[:, None] + 1.5 * np.linalg.cholesky(covariance) @ circle), color="black")
    axis.set(title=f"round {number + 1}: {step.log_likelihood:.2f} nats", xlabel="first feature")
    axis.set_aspect("equal")
axes[0].set_ylabel("second feature")
plt.show()

objective = [step.objective for step in mixture.history]
assert np.all(np.diff(objective) > -1e-9)
print(f"{len(objective)} rounds; the objective never fell")

# %% [markdown]
# The number above each picture is the **mean log-likelihood**: the logarithm of $p(x)$, averaged over the points. EM makes
# the data ever more probable, just as k-means makes the ways ever shorter. (The unit of a natural logarithm is the **nat**. The objective that never falls is
# the log-likelihood with a small penalty that keeps a component from shrinking onto a single point.) What $p(x)$ means is the next lecture's subject.
#
# **And the rings?** No better algorithm is needed, only a better feature. Replace the two coordinates by
# the distance from the middle:

# %%
radius = np.linalg.norm(rings.x, axis=1, keepdims=True)
accuracy = clustering_accuracy(rings.labels, KMeans(3).fit(radius).labels)
print(f"k-means on the radius alone: {accuracy:.1%} right")
assert accuracy > 0.99

# %% [markdown]
# Remember this. Much of what follows in this course is about finding the coordinates in which a problem is easy.

# %% [markdown]
# ## 7. How many clusters are there?
#
# Inertia cannot tell. More centers make it smaller, until every point is a center and it is zero. Three kinds of evidence:
#
# - **Elbow**: draw inertia against $K$ and look for the bend after which a further center gains little.
# - **Silhouette** (Rousseeuw 1987): for each point, how much nearer is its own cluster than the next one? 1 is perfect, 0 is on
#   a border. Take the $K$ with the highest average.
# - **Held-out likelihood**: fit a mixture on half of the points, and ask how probable it finds the other half. Take the $K$ after
#   which this stops rising.
#
# **Predict** which $K$ each will name for the 300 points from the beginning.

# %%
counts = np.arange(1, 10)
fits = [KMeans(k).fit(points) for k in counts]
silhouettes = [silhouette_score(points, fit.labels) for fit in fits[1:]]
half, other = points[::2], points[1::2]
held_out = [GaussianMixture(k).fit(half).score(other) for k in counts]

figure, axes = plt.subplots(1, 3, figsize=(10, 2.7), layout="constrained")
axes[0].plot(counts, [fit.inertia for fit in fits], "o-", color="#4477AA")
axes[1].plot(counts[1:], silhouettes, "o-", color="#4477AA")
axes[2].plot(counts, held_out, "o-", color="#4477AA")
for axis, label in zip(
    axes, ("inertia", "mean silhouette", "held-out log-likelihood, nats"), strict=True
):
    axis.set(xlabel="number of clusters K", ylabel=label, xticks=counts)
    axis.axvline(5, color="0.7", linestyle=":")
plt.show()

inertias = np.array([fit.inertia for fit in fits])
print("each further cluster lowers the inertia by", (1 - inertias[1:] / inertias[:-1]).round(2))
assert inertias[4] < 0.6 * inertias[3] and inertias[5] > 0.8 * inertias[4]

# %% [markdown]
# We made five groups. The elbow shows five to those who look closely. The silhouette cannot decide between three and five: from far away, the three
# groups at the upper left are one. Held-out likelihood rises to four, then is flat for a while: the data do not tell. **Three clusters seen
# from afar, five from near**; both are true. On real data the honest answer is mostly: it depends on what the clusters are for.

# %% [markdown]
# ## 8. Does it find the ten digits?
#
# Real data now: 1,350 handwritten digits, 8×8 pixels. One image is a list of 64 numbers, so it is a point in a space of 64 dimensions. The
# distance between two images is the root of the sum of squared differences, pixel by pixel.
#
# **Predict**: ask for ten clusters. What will the ten centers look like?

# %%
digits = load("digits")
print(digits)


def flat(split):
    return split.x.reshape(len(split), 64)


k_means = KMeans(10).fit(flat(digits.train))
commonest = [np.bincount(digits.train.labels[k_means.labels == k]).argmax() for k in range(10)]
order = np.argsort(commonest)
show_images(
    k_means.centers[order].reshape(-1, 8, 8, 1),
    columns=10,
    titles=[f"mostly {commonest[k]}" for k in order],
)

# %% [markdown]
# Each center is a mean of images, so it is a blurred image itself. Nobody said what a 4 is, and there is a 4. Some digits are missing
# and others come twice: k-means has found ways of writing, not names.
#
# How good is it? We hide the labels while clustering and use them once, to score. Besides the accuracy there is
# **normalised mutual information** (NMI): how much the cluster tells of the digit, 0 for nothing, 1 for all. For comparison, ten means made **with** labels.

# %%
test_x, test_labels = flat(digits.test), digits.test.labels
found = k_means.predict(test_x)
class_means = np.stack(
    [flat(digits.train)[digits.train.labels == digit].mean(axis=0) for digit in range(10)]
)
with_labels = np.linalg.norm(test_x[:, None] - class_means, axis=-1).argmin(axis=1)

print("on 297 test images         accuracy    NMI")
for name, answer in (("k-means, no labels", found), ("class means, with labels", with_labels)):
    accuracy = clustering_accuracy(test_labels, answer)
    information = normalized_mutual_info_score(test_labels, answer)
    print(f"{name:25} {accuracy:9.1%} {information:7.2f}")
assert 0.5 < clustering_accuracy(test_labels, found) < np.mean(with_labels == test_labels)

# %% [markdown]
# **One number to change.** With 30 clusters instead of 10, what happens to the accuracy? And to the *purity*, the share of
# images that belong to their cluster's commonest digit? **Predict**, run, then try a $K$ of your own.

# %%
print("  K   accuracy   purity")
for k in (5, 10, 20, 30):
    labels = KMeans(k, restarts=5).fit(flat(digits.train)).labels
    commonest = [np.bincount(digits.train.labels[labels == c]).max() for c in range(k)]
    purity = np.sum(commonest) / len(labels)
    print(f"{k:3} {clustering_accuracy(digits.train.labels, labels):10.1%} {purity:8.1%}")

# %% [markdown]
# They part ways. Purity rises, because small clusters are easily pure. Accuracy falls beyond ten, because it pairs each digit with *one* cluster and counts
# every other piece as wrong. Neither is the truth; know what your number rewards.

# %% [markdown]
# ## 9. Can a cluster draw?
#
# A center of k-means is one image. A component of a Gaussian mixture is more: it says how its members *vary*. So we can draw from it. Choose a component with
# probability $\pi_k$, then a point of its Gaussian. **Predict**: sharp digits, blurred digits or noise?

# %%
mixture = GaussianMixture(10, regularization=0.003).fit(flat(digits.train))
drawn = mixture.sample(24, seed=1).clip(0, 1).reshape(-1, 8, 8, 1)
show_images(drawn, columns=12, title="drawn from a Gaussian mixture: digits that nobody wrote")

nearest_real = np.linalg.norm(drawn.reshape(24, 1, 64) - flat(digits.train), axis=-1).min(axis=1)
assert nearest_real.min() > 0.1  # none is a copy

# %% [markdown]
# Grainy, but many can be read. This is your first **generative model**: it has learned a distribution from examples, and it draws
# new ones. Its flaw is plain. It believes that digits vary in straight lines, as ellipses do. The rest of the course does better.

# %% [markdown]
# ## Summary
#
# - Clustering finds groups without labels. K-means takes turns: assign points, move centers. Inertia never rises.
# - It stops at a local minimum. Spread-out starts (k-means++) and several tries help.
# - It fails where groups are not round and alike. A Gaussian mixture gives them size, direction and weight, and turns labels into probabilities.
# - No score chooses $K$ for you. The elbow, the silhouette and held-out likelihood are evidence.
# - A mixture is a generative model: it can draw.
#
# ## Check yourself
#
# <details><summary>1. You fit k-means with K = 8 twice and get different clusters. Is there a bug?</summary>
# Not necessarily. Two starts may end in two local minima. Compare the inertia, and keep the smaller.</details>
#
# <details><summary>2. One feature is measured in metres and another in millimetres. What does k-means do?</summary>
# It sees hardly anything but the millimetres, because their squared differences are a million times larger. Scale the features first.</details>
#
# <details><summary>3. When does a Gaussian mixture become k-means?</summary>
# When all components have the same weight and the same round covariance, and that covariance shrinks to zero. Then the
# responsibilities become 0 and 1.</details>
#
# ## Do it yourself
#
# The assignment [clustering](../assignments/clustering/clustering.ipynb) asks for the two turns of k-means, its inertia, and a Gaussian
# fitted by maximum likelihood, which the next lecture explains; it sorts digits with yours.
#
# ## Papers
#
# - S. P. Lloyd, [Least squares quantization in PCM](https://doi.org/10.1109/TIT.1982.1056489), 1982
# - D. Arthur and S. Vassilvitskii, [k-means++: The Advantages of Careful Seeding](https://theory.stanford.edu/~sergei/papers/kMeansPP-soda.pdf), 2007
# - A. P. Dempster, N. M. Laird and D. B. Rubin, [Maximum Likelihood from Incomplete Data via the EM
#   Algorithm](https://doi.org/10.1111/j.2517-6161.1977.tb01600.x), 1977
# - P. J. Rousseeuw, [Silhouettes: a graphical aid to the interpretation and validation of cluster
#   analysis](https://doi.org/10.1016/0377-0427(87)90125-7), 1987
#
# **Next**: [Densities](02_densities.ipynb)
