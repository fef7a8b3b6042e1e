# %% [markdown]
# # How good is a generative model?
#
# A classifier is right or wrong, and we count. A generative model draws a shirt that nobody ever sewed.
# Where is the right answer to compare it with? There are several numbers for the quality of a generative model.
# Each of them answers one question, none answers all of them, and for every one there is a useless model that
# does well on it. In this lecture you will build such models.
#
# **Afterwards you can**
#
# - say what likelihood, Fréchet distance, kernel distance, precision, recall and a test for copying measure;
# - build a model with a good likelihood and worthless samples, and the other way round;
# - tell from the numbers *what* is wrong with samples: noise, missing kinds, repetition, copying;
# - name what each number hides, and say how it depends on the number of samples.
#
# **Time**: about 60 minutes to read and play; under two minutes to run from top to bottom on two cores.
# **Needs**: the lectures on [densities](02_densities.ipynb) and on [GANs](08_gans.ipynb). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.special
import scipy.stats
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.metrics.pairwise import euclidean_distances

from course_utils.data import load, toy
from course_utils.exercises import compare, your_turn
from course_utils.explorers import Defect, MetricExplorer
from course_utils.metrics.likelihood import dequantize
from course_utils.metrics.sample_quality import (
    density_coverage,
    frechet_distance,
    gaussian_frechet_distance,
    kernel_distance,
    mode_coverage,
    precision_recall,
)
from course_utils.plotting import show_images
from course_utils.pretrained import judge, load_pretrained
from course_utils.training import progress

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#999999"
rng = np.random.default_rng(0)

# %% [markdown]
# ## 1. What do we ask of samples?
#
# We ask three things, and one number cannot tell them apart: that each sample looks **real**, that together
# they are as **varied** as the data, and that they are **new**.
#
# **Which images?** One word decides; sizes and settings follow from it. The conclusions are the same with both.
#
# | `DATASET` | images | running this lecture | Fréchet distance of copied training images (section 7) |
# |---|---|---|---|
# | `"fashion"` | 10,000 photographs of clothes, 28×28 pixels | about 80 seconds | about 0.7 |
# | `"digits"` | 1,350 handwritten digits, 8×8 pixels | about half a minute | about 2 |

# %%
DATASET = "fashion"  # or "digits"

data = load(DATASET)
train, test = data.train.x, data.test.x
PIXELS = int(np.prod(data.shape))
GREY_LEVELS, COUNT = {"fashion": (256, 3_000), "digits": (17, 1_000)}[DATASET]
NEAR = 1_000  # samples of each model for whatever looks at neighbours
BANDWIDTH = 0.1
features_of, classes_of = judge(DATASET).features, judge(DATASET).classes


def flat(images):
    return images.reshape(len(images), PIXELS)


def as_images(rows):
    return rows.reshape(-1, *data.shape).clip(0, 1).astype("float32")


print(f"{len(train):,} images to train, {len(test):,} to test, {PIXELS} pixels each")

# %% [markdown]
# Here are seven "models" of these pictures. Some are honest work, some were made to cheat or to fail. Only one
# is a neural network: *diffusion*, the subject of the [next lecture](14_diffusion.ipynb).

# %%
keras.utils.set_random_seed(0)
drawn = np.asarray(load_pretrained(f"{DATASET}_diffusion").sample(COUNT, steps=25))

rows = flat(dequantize(train, GREY_LEVELS, seed=0))  # grey levels spread over their intervals
ridge = 1e-3 * np.eye(PIXELS)
normals = [
    scipy.stats.multivariate_normal(own.mean(0), np.cov(own.T) + ridge)
    for own in (rows[data.train.labels == label] for label in range(10))
]
one_normal = scipy.stats.multivariate_normal(rows.mean(0), np.cov(rows.T) + ridge)


def draws(normal, count):
    """As `normal.rvs`, in a tenth of the time: (count, PIXELS)."""
    return rng.multivariate_normal(normal.mean, normal.cov, count, method="cholesky")


mixed = as_images(
    np.concatenate([draws(normal, COUNT // 10) for normal in progress(normals, "class")])
)
mixed = rng.permutation(mixed)
any_training = np.resize(rng.permutation(len(train)), COUNT)
one_percent = (np.arange(COUNT) % 100 == 0)[:, None, None, None]
samples = {
    "diffusion": drawn,
    "mixture of normals": mixed,
    "kernel density": as_images(rows[any_training] + BANDWIDTH * rng.normal(size=(COUNT, PIXELS))),
    "one normal": as_images(draws(one_normal, COUNT)),
    "1 % mixture, 99 % noise": np.where(one_percent, mixed, rng.random(mixed.shape)),
    "copies of training images": train[any_training],
    "diffusion, three kinds only": drawn[classes_of(drawn) < 3],
}
figure, axes = plt.subplots(len(samples), 14, figsize=(9.5, 4.6))
for line, (name, images) in zip(axes, samples.items(), strict=True):
    for axis, image in zip(line, images[:14], strict=True):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    line[0].text(-0.2, 0.5, name, ha="right", va="center", fontsize=9, transform=line[0].transAxes)
figure.subplots_adjust(left=0.26, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

# %% [markdown]
# **Write down** your own ranking, best to worst, before you go on.
#
# ## 2. Likelihood: did the model expect a new image?
#
# The oldest measure is the mean of $\log p(x)$ over **test** images. It asks how much probability the model
# gave to images that it had not seen. Copying does not help, and no features (section 3) are needed.
# Is the likelihood enough?
#
# Take any model $p$ and spoil it: with probability 0.99 draw pure noise $u$, otherwise draw from $p$.
#
# $$q(x) = 0.01\, p(x) + 0.99\, u(x) \quad\Rightarrow\quad \log q(x) \ge \log p(x) - \log 100 .$$
#
# **Predict**: 99 of 100 samples are noise. How much log-likelihood is lost? (Theis, van den Oord and Bethge, 2016.)

# %% [markdown]
# **Your turn** (about 8 minutes). Write the log-density of such a spoiled model, for noise whose density is 1. It
# should be right for a $\log p(x)$ of any size, 2,000 and −2,000 included.
#
# <details><summary>Hint 1</summary>
#
# $p(x)$ itself may be too small or too large for a computer's numbers. Stay with logarithms:
# $\log\big(0.01\,p\big) = \log 0.01 + \log p$.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.logaddexp(a, b)` is $\log(e^a + e^b)$, also where $e^a$ alone would overflow.
#
# </details>


# %%
@your_turn
def spoiled_log_density(log_p, share):
    """log q (N,) of q = share·p + (1 − share)·u from log p (N,); the noise u has density 1."""
    return ...


# %%
for log_p in (100.0, -100.0):
    print(f"log p = {log_p:4.0f}: log q = {spoiled_log_density(log_p, 0.01):.2f}")

# %%
prediction = ...  # the median loss in nats over the test images

# %%
held_out = flat(dequantize(test, GREY_LEVELS, seed=1))


def kernel_log_density(x, width):
    """log of the mean of normals of this width around all training images, at x (N, D): (N,)."""
    squared = euclidean_distances(x, rows, squared=True)
    exponent = scipy.special.logsumexp(-squared / (2 * width**2), axis=1)
    return exponent - np.log(len(rows)) - PIXELS / 2 * np.log(2 * np.pi * width**2)


good = scipy.special.logsumexp([normal.logpdf(held_out) for normal in normals], axis=0)
good -= np.log(len(normals))
uniform = 0.0  # log-density of the noise: 1 in each dimension
log_likelihood = {
    "mixture of normals": good,
    "1 % mixture, 99 % noise": np.logaddexp(np.log(0.01) + good, np.log(0.99) + uniform),
    "kernel density": kernel_log_density(held_out, BANDWIDTH),
    "one normal": one_normal.logpdf(held_out),
    "copies, blurred by 0.005": kernel_log_density(held_out, 0.005),
}
for name, values in log_likelihood.items():
    print(f"{name:25} {values.mean():12.1f} nats an image")

lost = good - log_likelihood["1 % mixture, 99 % noise"]
print(
    f"\nspoiling 99 of 100 samples costs at most {lost.max():.2f} nats; log 100 = {np.log(100):.2f}"
)
print(f"median {np.median(lost):.2f}, mean {lost.mean():.2f}; ", end="")
print(f"noise explains {np.mean(good < uniform):.1%} of the test images better than the mixture")
assert lost.max() <= np.log(100) + 1e-6 and np.median(lost) > 4

# %%
compare(prediction, np.median(lost), within=0.5)

# %% [markdown]
# No image loses more than five nats. That is less than the difference between two sensible models: measured by
# its likelihood, the spoiled mixture beats the next two models in the table. (The few images that the mixture considers
# nearly impossible even gain, since noise gives a little probability to everything. On the garments this outweighs
# the loss on all the others: on average the spoiled mixture is *better* than the one it was made from.) With
# hundreds of pixels $\log p$ is large, and a factor of 100 in the density makes little difference to it. With a
# million pixels you would not notice it at all.
#
# It works the other way round, too. The model in the last line of the table draws perfect images, because it copies
# training images and adds hardly any noise. Its likelihood is a disaster, because it gives hardly any probability to
# anything else.
# **Good samples and a good likelihood are two different things.**

# %%
spoiled_mean = log_likelihood["1 % mixture, 99 % noise"].mean()
assert spoiled_mean > log_likelihood["one normal"].mean()
assert spoiled_mean > log_likelihood["kernel density"].mean()
assert log_likelihood["copies, blurred by 0.005"].mean() < -1000

# %% [markdown]
# ## 3. The Fréchet distance: do mean and covariance agree?
#
# GANs have no likelihood at all. So we compare samples with data, not pixel by pixel but in **features**, the
# activations of a hidden layer of a classifier. Fit one normal distribution to the features of the data and
# another to those of the samples, and take the distance between the two:
#
# $$d^2 = |\mu_1 - \mu_2|^2 + \operatorname{tr}\big(\Sigma_1 + \Sigma_2 - 2 (\Sigma_1 \Sigma_2)^{1/2}\big).$$
#
# In one dimension this is $(\mu_1 - \mu_2)^2 + (\sigma_1 - \sigma_2)^2$. The cell after the exercise checks that.

# %% [markdown]
# **Your turn** (about 5 minutes). Let there be $D$ features, each independent of the others. Then both covariances are
# diagonal. What is left of the formula?
#
# <details><summary>Hint 1</summary>
#
# For diagonal matrices the square root is taken entry by entry: $(\Sigma_1 \Sigma_2)^{1/2}$ has the entries
# $\sigma_1 \sigma_2$.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# $\sigma_1^2 + \sigma_2^2 - 2 \sigma_1 \sigma_2$ is a square.
#
# </details>


# %%
@your_turn
def distance_of_normals(mean_1, std_1, mean_2, std_2):
    """The Fréchet distance d² of two normals with D independent features, all (D,): a number."""
    return ...


# %%
one_dimension = gaussian_frechet_distance([1.0], [[0.5**2]], [3.0], [[2.0**2]])
print(f"{one_dimension:.4f} = (1 − 3)² + (0.5 − 2)² = {(1 - 3) ** 2 + (0.5 - 2) ** 2}")
assert np.isclose(one_dimension, 6.25)

# %% [markdown]
# With the features of Inception, a network trained on photographs, this is the **FID** (Fréchet inception
# distance) that papers report (Heusel et al. 2017). Our features come from a small classifier that was trained
# on our own data, so **our numbers are not FIDs** and can only be compared with each other.
#
# What does the distance see of a distribution? Its mean and its covariance, and nothing else. **Predict** the
# distance between a ring of eight Gaussians and a single normal distribution with the same mean and
# covariance.

# %%
prediction = ...  # the distance between ring and normal distribution, where the ring has radius 1

# %%
ring, _ = toy.GAUSSIAN_RING.sample(rng, 2000)
blob = rng.multivariate_normal(ring.mean(0), np.cov(ring.T), 2000)

figure, axes = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained", sharey=True)
for axis, points, name in zip(axes, (ring, blob), ("data", "samples"), strict=True):
    axis.plot(*points.T, ".", color=BLUE if name == "data" else ORANGE, markersize=3)
    axis.set(title=name, xlabel="x₁", xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
axes[0].set_ylabel("x₂")
plt.show()

near = mode_coverage(blob, toy.GAUSSIAN_RING.centers, toy.GAUSSIAN_RING.std)
print(f"Fréchet distance {frechet_distance(ring, blob):.4f}")
print(f"kernel distance  {kernel_distance(ring, blob):.4f}")
print(f"precision        {precision_recall(ring, blob).precision:.4f}")
print(f"within three standard deviations of a mode: {near.high_quality:.4f}")
assert frechet_distance(ring, blob) < 0.01 and abs(kernel_distance(ring, blob)) < 0.05
assert near.high_quality < 0.01

# %%
compare(prediction, frechet_distance(ring, blob), within=0.05)

# %% [markdown]
# The distance is almost zero, although hardly any of the samples would pass for data. The **kernel distance** (KID,
# Bińkowski et al. 2018) compares all moments up to the third. But a ring is so symmetric that it first differs
# from a normal distribution in the fourth moment, so the kernel distance does not see it either. The features
# have to make such differences visible. **A distance is only as good as its features.**
#
# ## 4. How many samples?
#
# Two papers report 12.1 and 11.8. Which model is better? Ask first how many samples each of them used. Let us
# compare *real* images with other *real* images: the true distance is 0. **Predict** what we will measure with 50
# images in each set, and with many more.

# %%
prediction = ...  # the Fréchet distance with 50 images, divided by that with the most

# %%
every = features_of(np.concatenate([train, data.validation.x]))
counts = np.geomspace(50, min(2_000, len(every) // 2), 5).round(-1).astype(int)
measured = {"Fréchet distance": frechet_distance, "kernel distance": kernel_distance}
results = {name: [] for name in measured}
for count in progress(counts, "size"):
    draws = [rng.permutation(len(every))[: 2 * count] for _ in range(20)]
    for name, distance in measured.items():
        results[name].append([distance(every[d[:count]], every[d[count:]]) for d in draws])

figure, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
for axis, (name, values) in zip(axes, results.items(), strict=True):
    mean, spread = np.mean(values, 1), np.std(values, 1)
    axis.errorbar(counts, mean, spread, fmt="o-", color=BLUE, capsize=3)
    axis.axhline(0, color=GREY, linewidth=0.8, linestyle=":")
    axis.set(xlabel="images in each set", ylabel=name, xscale="log")
    axis.set_xticks(counts, counts)
    axis.minorticks_off()
plt.show()

frechet, kernel = (np.array(results[name]) for name in measured)
print(
    f"Fréchet distance from real to real: {frechet[0].mean():.2f} with {counts[0]} images, ", end=""
)
print(f"{frechet[-1].mean():.2f} with {counts[-1]}")
error = kernel.std(1) / np.sqrt(20)
print(f"kernel distance: at most {np.abs(kernel.mean(1) / error).max():.1f} standard errors from 0")
assert frechet[0].mean() > 5 * frechet[-1].mean()
assert (np.abs(kernel.mean(1)) < 4 * error).all()

# %%
compare(prediction, frechet[0].mean() / frechet[-1].mean(), within=10)

# %% [markdown]
# The Fréchet distance is **biased** upwards: with few images it is too large, and the excess shrinks like one
# over their number (Chong and Forsyth, 2020). The kernel distance has no bias, only noise. So use the same
# number of samples for every model, always say how many, and put the score of real data beside it.
#
# The Fréchet distance is also **uncertain**, the more so the fewer samples there are. Take one model, the
# copier, which draws training images at random, and measure its distance from the test images twenty times,
# with new draws each time. The model stays the same, and so does its true distance. **Predict** the lowest and
# the highest of the twenty numbers with 1,500 draws, and with 30,000.

# %%
prediction = ...  # how many times as widely they scatter with 1,500 draws as with 30,000

# %%
real, copier = features_of(test), np.random.default_rng(0)
spread = {}
for draws in (1500, 30_000):
    copies = [every[copier.integers(len(train), size=draws)] for _ in range(20)]
    again = [frechet_distance(real, drawn) for drawn in copies]
    spread[draws] = np.std(again)
    print(f"{draws:6,} draws: {min(again):.2f} to {max(again):.2f}")
assert spread[1500] > 2 * spread[30_000]

# %%
compare(prediction, spread[1500] / spread[30_000], within=1)

# %% [markdown]
# If you compare two models only once, with 1,500 samples each, you are comparing two rolls of the dice. Before you
# believe that one setting is better than another, measure the *same* model twice. For this reason FID is usually
# computed from 50,000 samples, and the tables of this course from 10,000 or more. (This lecture uses fewer,
# and so does the next one, to be quick. Keep that in mind in section 7.)
#
# ## 5. Precision and recall: how good, and how varied?
#
# One distance cannot say *what* is wrong. So turn the data into a region: around each point, draw a ball that
# reaches to its $k$-th nearest neighbour. **Precision** is the share of samples inside the region of the data.
# **Recall** is the share of the data inside the region of the samples (Kynkäänniemi et al. 2019).

# %%
points, _ = toy.sample_moons(rng, 60)
left = points[points[:, 0] < 0]
fakes = left + 0.12 * rng.normal(size=left.shape)
figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained", sharex=True, sharey=True)
found = precision_recall(points, fakes)
for axis, centre, color, title in (
    (axes[0], points, BLUE, f"precision {found.precision:.2f}: samples in the data's region"),
    (axes[1], fakes, ORANGE, f"recall {found.recall:.2f}: data in the samples' region"),
):
    radii = np.sort(cdist(centre, centre), axis=1)[:, 3]
    for place, radius in zip(centre, radii, strict=True):
        axis.add_patch(plt.Circle(place, radius, color=color, alpha=0.12, linewidth=0))
    axis.plot(*points.T, "o", color=BLUE, markersize=4, label="data")
    axis.plot(*fakes.T, "^", color=ORANGE, markersize=4, label="samples")
    axis.set(title=title, xlabel="x₁", aspect="equal")
    axis.title.set_fontsize(9)
axes[0].set_ylabel("x₂")
axes[0].legend(frameon=False, fontsize=8)
plt.show()
assert found.precision > 0.7 and 0.5 < found.recall < 0.75

# %% [markdown]
# The samples cover the left half only. Most of them are good, so precision is high. Part of the data
# is out of reach; it would be half of the data if the balls around a few stray samples were not so large: with few
# points, recall is too generous. Can precision and recall tell faults apart on images as well? We try two known
# faults: images with noise on them, and perfect images of only three kinds.

# %%
noisy = (train[:NEAR] + 0.3 * rng.normal(size=train[:NEAR].shape)).clip(0, 1)
three_kinds = train[data.train.labels < 3][:NEAR]
faults = {"real images": train[:NEAR], "noise": noisy, "three kinds only": three_kinds}
results = {name: precision_recall(real, features_of(images)) for name, images in faults.items()}
for name, row in results.items():
    print(f"{name:20} precision {row.precision:.2f}  recall {row.recall:.2f}")
assert results["noise"].precision < results["real images"].precision - 0.1
assert results["three kinds only"].precision > results["noise"].precision
assert results["three kinds only"].recall < results["real images"].recall - 0.2

# %% [markdown]
# ## 6. Is anything new?
#
# The test images are a sample of the world. So are the *training* images. How does a model fare if it simply
# hands out its training set? **Predict** its rank in the Fréchet distance among the seven models of section 1.
#
# To catch it, ask whether the samples are **nearer** to the training images than new real images are. Take one
# sample and one test image. Which of them is nearer to its nearest training image? If it is the sample in half
# of all cases, the samples are as new as real images are. If it is always the sample, the model copies (after Meehan,
# Chaudhuri and Dasgupta, 2020).


# %%
predicted_rank = ...  # 1 for the lowest distance of the seven, 7 for the highest


# %%
def nearest(images, training=train):
    """Distance of each image to the nearest training image, in pixels: (N,)."""
    return pairwise_distances_argmin_min(flat(images), flat(training))[1]


fresh = nearest(test)


def copying(images, training=train, fresh=fresh):
    """Probability that a sample is nearer to a training image than a test image is; ties count ½."""
    near = nearest(images, training)
    return scipy.stats.mannwhitneyu(fresh, near).statistic / (len(fresh) * len(near))


new = data.validation.x  # real, and not among the training images
print(f"copying: new real images {copying(new):.2f}, training images {copying(train[:NEAR]):.2f}")
assert abs(copying(new) - 0.5) < 0.1 and copying(train[:NEAR]) > 0.999

# %% [markdown]
# ## 7. What do all numbers say about all models?
#
# Now the whole table. The best of the seven models in each column has a star, and real images stand in the
# first row. One column is new: **coverage** (Naeem et al. 2020) is recall with the balls around the *data*: the
# share of test images whose ball contains a sample. A few stray samples cannot raise it.

# %%
BETTER = {
    "Fréchet": "low",
    "kernel": "low",
    "precision": "high",
    "recall": "high",
    "coverage": "high",
    "copying": "low",
}


def measure(images, training=train, fresh=fresh):
    features = features_of(images)
    near = features[:NEAR]
    precision, recall = precision_recall(real, near)
    return {
        "Fréchet": frechet_distance(real, features),
        "kernel": kernel_distance(real, near),
        "precision": precision,
        "recall": recall,
        "coverage": density_coverage(real, near).coverage,
        "copying": copying(images[:NEAR], training, fresh),
    }


table = {name: measure(images) for name, images in progress(samples.items(), "model")}
best = {
    name: (min if better == "low" else max)(row[name] for row in table.values())
    for name, better in BETTER.items()
}
print(" " * 29 + "".join(f"{name:>11}" for name in BETTER) + "   log p, nats")
for name, row in {"(new real images)": measure(new), **table}.items():
    cells = "".join(
        f"{value:10.2f}{'*' if name in table and value == best[metric] else ' '}"
        for metric, value in row.items()
    )
    likelihood = log_likelihood.get(name)
    print(f"{name:29}{cells}" + (f"{likelihood.mean():11.1f}" if likelihood is not None else ""))
print(f"Fréchet: by {COUNT:,} samples ({len(new):,} new real images); neighbours: by {NEAR:,}")

# %% [markdown]
# Look for the following in your table. The lowest Fréchet distance belongs to a model that drew nothing of its own:
# it copies, and only the column *copying* shows it. (The kernel density, which is training images with noise on
# them, is caught by that column, too.) Diffusion makes images of its own, and of the models that do not copy it
# has the lowest distance; yet its samples lie nearer to the training images than new images do, more often than
# not. The model with 99% noise has a fine likelihood and by far the worst distance. Compare its recall with its
# coverage: the noise samples lie so far from everything that their balls are huge and contain data that no sample
# resembles. And find the model with high precision that leaves most of the data out of reach.

# %%
scores = {name: row["Fréchet"] for name, row in table.items()}
honest = {name: value for name, value in scores.items() if table[name]["copying"] < 0.85}
spoiled_row, three = table["1 % mixture, 99 % noise"], table["diffusion, three kinds only"]
assert min(scores, key=scores.get) == "copies of training images"
assert min(honest, key=honest.get) == "diffusion"
assert set(table) - set(honest) == {"copies of training images", "kernel density"}
second, worst = sorted(scores.values())[-2:]
assert scores["1 % mixture, 99 % noise"] == worst > 1.3 * second
assert table["diffusion"]["copying"] > 0.5 and spoiled_row["recall"] > spoiled_row["coverage"] + 0.2
assert three["precision"] > 0.7 and three["coverage"] < table["diffusion"]["coverage"] - 0.2

# %%
compare(predicted_rank, sorted(scores, key=scores.get).index("copies of training images") + 1)

# %% [markdown]
# ## 8. Which number sees what?
#
# Start from perfect samples: real images that the "model" has not seen. Then spoil them in one of five ways,
# more and more. **Choose** a defect, **predict** which curves will move, then move the slider. For each defect,
# find one number that responds at once and one that does not respond at all.

# %%
half = len(train) // 2
seen, perfect, labels = train[:half], train[half:][:NEAR], data.train.labels[half:][:NEAR]
fresh_half = nearest(test, seen)
order, partner = rng.permutation(len(perfect)), rng.permutation(len(perfect))
grain = rng.normal(size=perfect.shape)
AMOUNTS = 0.9 * np.linspace(0, 1, 7) ** 2  # closer together where a little does much


def replaced(share, by):
    """Perfect samples, a share of them replaced by others."""
    chosen = np.arange(len(perfect)) < share * len(perfect)
    return np.where(chosen[order][:, None, None, None], by, perfect)


def spoiled(defect, amount):
    """The samples with so much of one defect."""
    match defect:
        case "noise":
            return (perfect + amount * grain).clip(0, 1)
        case "double exposures":
            return replaced(amount, (perfect + perfect[partner]) / 2)
        case "missing kinds":
            return perfect[labels >= round(10 * amount)]
        case "repetition":
            few = max(4, round((1 - amount) ** 2 * len(perfect)))
            return perfect[np.arange(len(perfect)) % few]
        case "copies":
            return replaced(amount, seen[: len(perfect)])


defects = {}
kinds_of_defect = ("noise", "double exposures", "missing kinds", "repetition", "copies")
for defect in progress(kinds_of_defect, "defect"):
    sets = [spoiled(defect, amount) for amount in AMOUNTS]
    rows_of_values = [measure(images, seen, fresh_half) for images in sets]
    defects[defect] = Defect(
        AMOUNTS,
        np.stack([images[:20] for images in sets]),
        {name: np.array([row[name] for row in rows_of_values]) for name in BETTER},
    )

MetricExplorer(defects, better=BETTER, reference=measure(perfect, seen, fresh_half))

# %% [markdown]
# Did you find them? Here are two, as a check. Copies hardly change any number except one. Repetition hardly changes
# precision and destroys recall.


# %%
def change(defect, metric):
    curve = defects[defect].values[metric]
    return curve[-1] - curve[0]


print("from the least to the most of a defect")
print(" " * 18 + "".join(f"{name:>11}" for name in BETTER))
for defect in defects:
    print(f"{defect:18}" + "".join(f"{change(defect, name):+11.2f}" for name in BETTER))
for name in ("Fréchet", "kernel"):
    assert abs(change("copies", name)) < 0.15 * change("noise", name)
for name in ("precision", "recall", "coverage"):
    assert abs(change("copies", name)) < 0.1
assert change("copies", "copying") > 0.3
assert abs(change("repetition", "precision")) < 0.15 and change("repetition", "recall") < -0.6

# %% [markdown]
# ## 9. Experiment: one distance, two faults
#
# Remove some of the kinds and read the Fréchet distance. Then find how much noise on *all* images gives the
# same distance, roughly. **Predict** whether precision and recall will agree as well. Then change `MISSING` to 0.3, and
# to 0.6.

# %%
prediction = ...  # will precision and recall agree: "yes" or "no"

# %%
MISSING = 0.45
missing = measure(spoiled("missing kinds", MISSING), seen, fresh_half)
noise_level = np.interp(missing["Fréchet"], defects["noise"].values["Fréchet"], AMOUNTS)
noise = measure(spoiled("noise", noise_level), seen, fresh_half)
for name, row in (
    (f"{round(10 * MISSING)} of 10 kinds missing", missing),
    (f"noise of {noise_level:.2f} on all", noise),
):
    print(f"{name:28}" + "  ".join(f"{metric} {row[metric]:.2f}" for metric in list(row)[:4]))
assert abs(np.log(noise["Fréchet"] / missing["Fréchet"])) < 0.3
assert missing["precision"] > noise["precision"] + 0.1

# %%
apart = max(abs(missing[name] - noise[name]) for name in ("precision", "recall"))
compare(prediction, "yes" if apart < 0.1 else "no", choices=("yes", "no"))

# %% [markdown]
# The distance is about the same for two opposite faults. Whoever reports that number alone cannot say which of the
# two faults the samples have.
#
# ## Summary
#
# | number | its question | what it hides |
# |---|---|---|
# | likelihood | did the model expect new data? | whether samples are any good: 99% noise costs 4.6 nats |
# | Fréchet distance | do mean and covariance of the features agree? | what is wrong; whatever mean and covariance do not show; copying. It is too large with few samples |
# | kernel distance | do moments up to the third agree? (without bias) | the same, except for the bias |
# | precision | are samples like data? | what is missing |
# | recall, coverage | are all data within reach? | how often each kind is drawn |
# | copying | are samples nearer to training data than new data are? | copies with small changes; copies that only a comparison of something other than pixels would show |
#
# Report several of them, with the score of real data, the number of samples, the features, and pictures that
# were **not chosen by hand**.
#
# ## Check yourself
#
# <details><summary>1. A model has a better test likelihood than yours by 3 nats an image. Are its samples better?</summary>
#
# Nobody knows. Take that better model and replace 95 of every 100 samples by noise. It loses at most log 20 =
# 2.996 nats, and still beats yours.</details>
#
# <details><summary>2. Your model's Fréchet distance to the training set is lower than that of held-out real data. Good news?</summary>
#
# No. Real data are as good as it gets. Samples that are nearer to the training set than new real data are a sign
# of copying.</details>
#
# <details><summary>3. Precision 0.95, recall 0.2. What do you expect to see in a grid of samples, and which lecture showed such a picture?</summary>
#
# Good pictures that repeat themselves, or kinds that never appear: mode collapse, in the lecture on GANs.</details>
#
# ## Do it yourself
#
# The assignment [evaluation](../assignments/evaluation/evaluation.ipynb) asks for the Fréchet distance,
# precision and recall, the test for copies and the bound on the likelihood. You then use your own functions to watch
# a model learn and to find five models that cheat.
#
# ## Papers
#
# - L. Theis, A. van den Oord and M. Bethge, [A Note on the Evaluation of Generative
#   Models](https://arxiv.org/abs/1511.01844), 2016
# - M. Heusel et al., [GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
#   Equilibrium](https://arxiv.org/abs/1706.08500), 2017 (FID)
# - M. Bińkowski et al., [Demystifying MMD GANs](https://arxiv.org/abs/1801.01401), 2018 (KID)
# - T. Kynkäänniemi et al., [Improved Precision and Recall Metric for Assessing Generative
#   Models](https://arxiv.org/abs/1904.06991), 2019
# - M. F. Naeem et al., [Reliable Fidelity and Diversity Metrics for Generative
#   Models](https://arxiv.org/abs/2002.09797), 2020
# - M. J. Chong and D. Forsyth, [Effectively Unbiased FID and Inception Score and where to find
#   them](https://arxiv.org/abs/1911.07023), 2020
# - C. Meehan, K. Chaudhuri and S. Dasgupta, [A Non-Parametric Test to Detect Data-Copying in Generative
#   Models](https://arxiv.org/abs/2004.05675), 2020
#
# **Next**: [Diffusion and flow matching](14_diffusion.ipynb)
