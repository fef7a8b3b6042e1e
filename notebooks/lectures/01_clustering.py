# %% [markdown]
# # Clustering
#
# Nobody has to tell a child which animals are cats and which are dogs before it notices that some of them look
# alike. Can a machine find groups in data when no example carries a label? And once it knows the groups, can it
# draw a new member of one?
#
# **Afterwards you can**
#
# - run k-means by hand: decide which center each point belongs to, then where the centers go;
# - say why it stops, why it may stop in a bad place, and what k-means++ does about that;
# - recognise data on which k-means must fail, and know when a Gaussian mixture does better;
# - choose the number of clusters with three kinds of evidence, and say what each of them can miss.
#
# **Time**: about 45 minutes to read and play; half a minute to run from top to bottom on two cores.
# **Needs**: Python with NumPy; you should know what a mean and a variance are. No internet, no GPU.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import multivariate_normal
from sklearn.datasets import make_blobs
from sklearn.metrics import normalized_mutual_info_score, silhouette_score

from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import KMeansStepper
from course_utils.metrics.clustering import clustering_accuracy
from course_utils.models.clustering import GaussianMixture, KMeans, plus_plus_centers
from course_utils.plotting import show_images

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
COLORS = np.array(["#4477AA", "#EE7733", "#228833", "#AA3377", "#33BBEE", "#CC3311"])

# %% [markdown]
# ## 1. What is there to learn without labels?
#
# Here are 300 points. Each is one example with two **features**, that is, two measured numbers: think of the
# height and the weight of 300 animals. There are no labels.
#
# **Predict**: how many groups do you see? Where would you put the middle of each?

# %%
points, group, made_at = make_blobs(  # only section 7 uses the groups
    300, centers=5, cluster_std=0.8, center_box=(-6, 6), random_state=7, return_centers=True
)

plt.figure(figsize=(4.6, 4), layout="constrained")
plt.scatter(*points.T, s=12, color="0.35")
plt.xlabel("first feature")
plt.ylabel("second feature")
plt.gca().set_aspect("equal")
plt.show()

# %% [markdown]
# You have just done **unsupervised learning**: you found structure in examples alone. In **supervised** learning,
# each example $x_i$ comes with an answer, its **target** $t_i$, and the machine learns to give that answer itself.
# The difference is easiest to see in what the machine is given:
#
# $$\text{supervised: } (x_i, t_i)_{i=1}^N \qquad\qquad \text{unsupervised: } (x_i)_{i=1}^N$$
#
# Finding groups in unlabelled data is called **clustering**. It is the simplest unsupervised task, so we start
# with it.

# %% [markdown]
# ## 2. What makes one grouping better than another?
#
# Say there are $K$ groups, and group $k$ has a **center** $c_k$. Each point belongs to its nearest center. A
# grouping is good if every point is close to its center, so we add up the squared distances. The sum is called
# the **inertia**:
#
# $$\text{inertia} = \sum_i \min_k \lVert x_i - c_k \rVert^2.$$
#
# In the picture below, square the length of each thin line and add the squares: that is the inertia. Smaller is
# better.

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
# This is a chicken-and-egg problem. If we knew the centers, we could tell which points belong to each. If we
# knew which points belong together, we could compute their centers. So we guess the centers, and then alternate
# between two steps:
#
# 1. **Assign**: every point goes to its nearest center.
# 2. **Move**: every center goes to the mean of its points.
#
# That is **k-means** (Lloyd 1982). Step through it: *Next* does half a round, *Play* all of them, and the arrow keys move the slider.
# **Predict** before each step which way the centers will move. Then choose another start.

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
# Did the curve ever rise? It cannot. *Assign* gives each point the nearest center there is, so no distance grows.
# *Move* puts each center at the mean of its points, and no other place has a smaller sum of squared distances to
# them. Neither step can raise the inertia. And since 300 points can be assigned to five centers in only finitely
# many ways, k-means must stop.
#
# It stops at *a* minimum, though, not necessarily at *the* minimum. Let us check both claims.

# %%
for name, fit in (("spread out", good), ("all in the middle", middle), ("in a corner", bad)):
    print(f"{name:18} inertia {fit.inertia:4.0f} after {len(fit.history)} rounds")
    assert np.all(np.diff([step.inertia for step in fit.history]) <= 1e-9)
assert bad.inertia > 1.5 * good.inertia

# %% [markdown]
# ## 4. Where should the centers start?
#
# The obvious choice is to start at randomly chosen points. But two of them may fall into the same group, and then
# another group has none. **k-means++** (Arthur and Vassilvitskii 2007) chooses the points one at a time and
# prefers those far from all centers chosen so far: the probability of choosing a point is proportional to its squared
# distance from the nearest center. (Ours draws a few candidates each time and keeps the best of them, as section 7
# of the paper suggests.)
#
# **Predict**: out of 200 random starts, how many end at the best inertia? And out of 200 starts with k-means++?

# %% [markdown]
# **Your turn** (about 5 minutes). Write a function for the probabilities with which k-means++ chooses the next
# center. Replace the three dots, and run the cell as often as you like.
#
# <details><summary>Hint 1</summary>
#
# Begin with an array of shape (N, K) of squared distances, from each point to each center. Section 2 has its square roots.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Take the smallest number of each row. Chances add up to 1: what must you divide by?
#
# </details>


# %%
@your_turn
def chances(points, chosen):
    """The chance of each point (N, F) to be the next center, after those chosen (K, F): (N,)."""
    return ...


# %%
first = points[:1]  # the first center, in the group of the first point
same_group = chances(points, first)[group == group[0]].sum()
print(f"chance that the second center is in the same group: {same_group:.4f}")

# %%
predicted_random = ...  # of 200 random starts, how many end at the best inertia? A number
predicted_plus_plus = ...  # and of 200 starts with k-means++?

# %%
random_ends = [
    KMeans(5).fit(points, start=rng.choice(points, 5, replace=False)).inertia for _ in range(200)
]
plus_plus_ends = [
    KMeans(5).fit(points, start=plus_plus_centers(points, 5, rng)).inertia for _ in range(200)
]

bins = np.linspace(300, 1300, 51)
figure, axes = plt.subplots(2, 1, figsize=(6, 3), sharex=True, sharey=True, layout="constrained")
reached = {}
for axis, name, ends in zip(
    axes, ("random points", "k-means++"), (random_ends, plus_plus_ends), strict=True
):
    reached[name] = np.mean(np.array(ends) < 1.01 * good.inertia)
    axis.hist(ends, bins, color="#4477AA")
    axis.set(title=f"{name}: {reached[name]:.0%} reach the best inertia", ylabel="starts")
axes[1].set_xlabel("inertia at the end")
plt.show()

assert reached["random points"] < reached["k-means++"] < 1

# %%
compare(predicted_random, 200 * reached["random points"], within=20)
compare(predicted_plus_plus, 200 * reached["k-means++"], within=20)

# %% [markdown]
# That is better, but no guarantee. So it is usual to start several times, too, and to keep the best result. Our
# `KMeans` does both: it tries ten starts with k-means++.

# %% [markdown]
# ## 5. Where does k-means fail?
#
# Inertia depends only on distances to centers. So a cluster is always *the set of points that are nearer to this
# center than to any other*. Here are three data sets whose groups you can see at once.
#
# **Predict** for each of them how k-means will divide it, and which of them will go most wrong.

# %%
prediction = ...  # the case that goes most wrong: "rings", "unequal sizes" or "stretched"

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

# %%
compare(prediction, min(k_means_accuracy, key=k_means_accuracy.get), choices=tuple(cases))

# %% [markdown]
# *Right* means: pair each cluster with one group as well as possible, then count the points on which the two agree.
# (The clusters are numbered arbitrarily, so any pairing is allowed.)
#
# - **Rings** all have the same middle. No choice of centers separates them.
# - **Unequal sizes**: the border lies halfway between two centers, however wide one of the groups is.
# - **Stretched** groups: a point at the far end of its own group may be nearer to the middle of the next one.

# %% [markdown]
# ## 6. What if clusters had shapes?
#
# Give each cluster a width, a direction and a share of the points. A **Gaussian** is a bell-shaped hill of
# probability; in the plane its contours are ellipses. A **Gaussian mixture** is a weighted sum of $K$ of them:
#
# $$p(x) = \sum_k \pi_k\, \mathcal N(x; \mu_k, \Sigma_k).$$
#
# | symbol | name | what it says |
# |---|---|---|
# | $\pi_k$ | weight | which share of the points comes from component $k$ |
# | $\mu_k$ | mean | where the component lies, as the center did in k-means |
# | $\Sigma_k$ | covariance | how wide it is, and in which direction |
#
# Now no point has to choose one cluster. It belongs to component $k$ with a probability, the **responsibility**
# $r_{ik}$. Of two neighbours on a border, one may be shared 51 : 49 and the other 49 : 51, where k-means would put them
# into different clusters altogether. The two steps of k-means become **expectation-maximisation** (EM; Dempster,
# Laird and Rubin 1977):
#
# 1. **E-step**: compute the responsibilities from the Gaussians, $r_{ik} \propto \pi_k\,\mathcal N(x_i; \mu_k, \Sigma_k)$.
# 2. **M-step**: compute weights, means and covariances from the points, where point $i$ counts $r_{ik}$ times for
#    component $k$.
#
# **Predict**: which of the three cases will the mixture solve?

# %% [markdown]
# **Your turn** (about 5 minutes). Write the E-step. The densities $\mathcal N(x_i; \mu_k, \Sigma_k)$ are given; you turn
# them into responsibilities.
#
# <details><summary>Hint 1</summary>
#
# Multiply each column by its weight. The sign $\propto$ means that a factor is missing, a different one for each point.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Each point belongs to the $K$ components with probabilities that add up to 1. `keepdims=True` keeps the sum
# of each row in a column, ready to divide by.
#
# </details>


# %%
@your_turn
def responsibilities(weights, densities):
    """Weights (K,) and the density of each component at each point (N, K) → r, (N, K)."""
    return ...


# %%
on_the_border = np.array([[0.51, 0.49], [0.49, 0.51]])  # the densities of two neighbours
print("equal weights:", *responsibilities(np.array([0.5, 0.5]), on_the_border).round(2))
print(
    "one weighs three times as much:",
    *responsibilities(np.array([0.75, 0.25]), on_the_border).round(2),
)

# %%
prediction = ...  # not solved: "rings", "unequal sizes" or "stretched"

# %%
mixture_accuracy = draw_cases(lambda x, k: GaussianMixture(k, tolerance=1e-6).fit(x).predict(x))
assert mixture_accuracy["unequal sizes"] > 0.97 and mixture_accuracy["stretched"] > 0.97
assert mixture_accuracy["rings"] < 0.6

# %%
compare(prediction, min(mixture_accuracy, key=mixture_accuracy.get), choices=tuple(cases))

# %% [markdown]
# It solves two of the three, but not the rings: a ring is not an ellipse. Watch EM at work on the stretched groups. The
# colour of each point mixes the colours of the components, in the proportions of its responsibilities. The ellipses are
# drawn at 1.5 standard deviations, where they hold about two thirds of a component.

# %%
x, _ = cases["stretched"]
mixture = GaussianMixture(3, tolerance=1e-6).fit(x)
circle = np.stack([np.cos(np.linspace(0, 2 * np.pi, 100)), np.sin(np.linspace(0, 2 * np.pi, 100))])
rgb = np.array([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in COLORS[:3]])
inside = np.mean(np.sum(rng.normal(size=(100_000, 2)) ** 2, axis=1) < 1.5**2)
assert abs(inside - 2 / 3) < 0.02  # what an ellipse of 1.5 standard deviations holds

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
# The number above each picture is the **mean log-likelihood**: the logarithm of $p(x)$, averaged over the points.
# Its unit is the **nat**, the unit of natural logarithms. EM makes the data more and more probable, just as k-means makes
# the distances shorter and shorter. (To be exact: what EM never lowers here is the log-likelihood plus a small penalty
# that keeps a component from shrinking onto a single point.) What $p(x)$ means is the subject of the next lecture.
#
# **And the rings?** They need no better algorithm, only a better feature. Replace the two coordinates by
# the distance from the middle:

# %%
radius = np.linalg.norm(rings.x, axis=1, keepdims=True)
accuracy = clustering_accuracy(rings.labels, KMeans(3).fit(radius).labels)
print(f"k-means on the radius alone: {accuracy:.1%} right")
assert accuracy > 0.99

# %% [markdown]
# Remember this. Much of this course is about finding coordinates in which a problem becomes easy.

# %% [markdown]
# ## 7. How many clusters are there?
#
# Inertia cannot tell us. With more centers its minimum only gets smaller, until every point is its own center and the
# inertia is zero. There are three common kinds of evidence:
#
# - **Elbow**: plot the inertia against $K$ and look for the bend beyond which another center gains little.
# - **Silhouette** (Rousseeuw 1987): for each point, compare the mean distance to the points of its own cluster with the
#   mean distance to those of the nearest other cluster. A value of 1 is perfect; 0 means that the point is on a border.
#   Take the $K$ with the highest average.
# - **Held-out likelihood**: fit a mixture to half of the points and ask how probable it finds the other half. Take the
#   $K$ beyond which this stops rising.
#
# **Predict** which $K$ each of them will suggest for the 300 points from section 1.

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

silhouette = dict(zip(counts[1:], silhouettes, strict=True))
print(f"silhouette of 3 clusters {silhouette[3]:.3f}, of 5 clusters {silhouette[5]:.3f}")
assert set(sorted(silhouette, key=silhouette.get)[-2:]) == {3, 5}
assert abs(silhouette[3] - silhouette[5]) < 0.01

gains = np.diff(held_out)  # the first is the gain of a second component
print("each further component adds, in nats", gains.round(2))
assert gains[:3].min() > 0.2 and np.abs(gains[3:6]).max() < 0.05

coarse = fits[2].labels  # three clusters
ends_in = [np.unique(coarse[group == k]) for k in range(5)]  # the clusters that each group is in
upper_left = np.argsort(made_at[:, 0] - made_at[:, 1])[:3]
assert len(np.unique(np.concatenate([ends_in[k] for k in upper_left]))) == 1

# %% [markdown]
# We made five groups. The elbow does show five, if you look closely. The silhouette cannot decide between three and
# five: from a distance, the three groups at the upper left are one. The held-out likelihood rises up to four
# components and is then flat for a while, so it does not decide between four, five and more. **Three clusters from
# afar, five from close up**: both are true. With real data the honest answer is usually that it depends on what you
# want the clusters for.

# %% [markdown]
# ## 8. Does it find the ten digits?
#
# Now real data: 1,350 handwritten digits of 8×8 pixels. One image is a list of 64 numbers, so it is a point in a space
# of 64 dimensions. The distance between two images is the square root of the sum of squared differences, pixel by pixel.
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
print("no center of their own:", sorted(set(range(10)) - set(commonest)))
assert 4 in commonest and len(set(commonest)) < 10

# %% [markdown]
# Each center is a mean of images, so it is a blurred image itself. Nobody said what a 4 looks like, and yet there is a
# 4. But not every digit has a center of its own, and another digit has two: k-means has found ways of writing, not
# names.
#
# How good is it? We hide the labels while clustering, and use them only to name the centers above and to score the
# result here. Besides the accuracy there is **normalised mutual information** (NMI). It asks how much the cluster tells
# you about the digit, and how much the digit tells you about the cluster: 0 means nothing, and 1 means that the two
# groupings are the same, however the clusters are numbered. For comparison we also take ten means computed **with** the
# labels.
#
# **Predict**: if every test image were a cluster of its own, what would the NMI be? Each cluster would then tell you its
# digit exactly.

# %%
prediction = ...  # the NMI, from 0 to 1

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

alone = normalized_mutual_info_score(test_labels, np.arange(len(test_labels)))
print(f"{'one cluster per image':25} {'':9} {alone:7.2f}")
assert alone < normalized_mutual_info_score(test_labels, found)

# %%
compare(prediction, alone, within=0.1)

# %% [markdown]
# One cluster for each image does not get full marks, because the digit says next to nothing about which cluster the image
# is in.
#
# **One number to change.** With 30 clusters instead of 10, what happens to the accuracy? And to the *purity*, the share
# of images that show the commonest digit of their cluster? **Predict**, run the cell, then try a $K$ of your own.

# %%
predicted_accuracy = ...  # the accuracy with 30 clusters, from 0 to 1
predicted_purity = ...  # and the purity

# %%
print("  K   accuracy   purity")
accuracies, purities = [], []
for k in (5, 10, 20, 30):
    labels = KMeans(k, restarts=5).fit(flat(digits.train)).labels
    commonest = [np.bincount(digits.train.labels[labels == c]).max() for c in range(k)]
    purities.append(np.sum(commonest) / len(labels))
    accuracies.append(clustering_accuracy(digits.train.labels, labels))
    print(f"{k:3} {accuracies[-1]:10.1%} {purities[-1]:8.1%}")
assert np.all(np.diff(purities) > 0) and np.all(np.diff(accuracies[1:]) < 0)

# %%
compare(predicted_accuracy, accuracies[-1], within=0.1)
compare(predicted_purity, purities[-1], within=0.05)

# %% [markdown]
# The two part ways. Purity rises, because a small cluster is easily pure. Accuracy falls beyond ten clusters, because it
# pairs each digit with *one* cluster and counts the images in all others as wrong. Neither of them is the truth: know
# what your score rewards.

# %% [markdown]
# ## 9. Can a cluster draw?
#
# A center of k-means is a single image. A component of a Gaussian mixture is more: it also says how its members *vary*.
# So we can draw from it. Choose a component with probability $\pi_k$, then draw a point from its Gaussian. **Predict**:
# will you see sharp digits, blurred digits or noise?

# %%
mixture = GaussianMixture(10, regularization=0.003).fit(flat(digits.train))
drawn = mixture.sample(24, seed=1).clip(0, 1)
show_images(
    drawn.reshape(-1, 8, 8, 1),
    columns=12,
    title="drawn from a Gaussian mixture: digits that nobody wrote",
)


def to_training_data(images):
    """Distance of each image from its nearest training image."""
    return np.linalg.norm(images[:, None] - flat(digits.train), axis=-1).min(axis=1)


copies = flat(digits.train)[:24] + 0.05 * rng.normal(size=(24, 64))
from_training = {
    "drawn": to_training_data(drawn),
    "new digits that people wrote": to_training_data(test_x),
    "copies with faint noise": to_training_data(copies),
}
print("distance from the nearest training image, median:")
for name, distances in from_training.items():
    print(f"  {name:30}{np.median(distances):.2f}")
written = from_training["new digits that people wrote"]
assert np.median(from_training["drawn"]) > np.median(written)
assert from_training["drawn"].min() > from_training["copies with faint noise"].max()

# %% [markdown]
# They are grainy; count how many you can read. And they are not copies: they lie at least as far from the training
# images as new digits that people wrote. This is your first **generative model**: it has learnt a distribution from
# examples, and it draws new ones from it. Its weakness is that, within a component, digits can vary only along straight
# lines, the axes of an ellipse.
# The rest of the course is about models that do better.

# %% [markdown]
# ## Summary
#
# - Supervised learning has pairs $(x, t)$, unsupervised learning only $x$. Clustering finds groups among the $x$.
# - K-means alternates: assign points, move centers. Inertia never rises, so it stops, but perhaps at a local minimum.
#   Spread-out starts (k-means++) and several tries help.
# - It fails where groups are not round and of similar size. A Gaussian mixture gives them width, direction and weight,
#   and turns labels into probabilities.
# - No score chooses $K$ for you. The elbow, the silhouette and the held-out likelihood are evidence.
# - A mixture is a generative model: it can draw.
#
# ## Check yourself
#
# <details><summary>1. You fit k-means with K = 8 twice and get different clusters. Is there a bug?</summary>
#
# Not necessarily. Two starts may end in two local minima. Keep the one with the smaller inertia.</details>
#
# <details><summary>2. One feature is measured in metres and another in millimetres. What does k-means do?</summary>
#
# It hardly notices the one in metres: for equal lengths, squared differences in millimetres are a million times larger.
# Scale the features first.</details>
#
# <details><summary>3. When does a Gaussian mixture become k-means?</summary>
#
# When all components have the same weight and the same round covariance, and that covariance shrinks to zero. Then the
# responsibilities become 0 and 1.</details>
#
# ## Do it yourself
#
# In the assignment [clustering](../assignments/clustering/clustering.ipynb) you write both steps of k-means, the
# inertia, and a Gaussian fitted by maximum likelihood (which the next lecture explains). Then your own functions sort
# handwritten digits.
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
