# %% [markdown]
# # Densities
#
# How likely is this image? The question sounds odd. Yet a machine that could answer it for every image would know what images
# look like, and so would a machine that could draw images in the right proportions. These are the two ways to model a
# distribution. With a single number in place of an image, you can see both in full.
#
# **Afterwards you can**
#
# - say what a density is, and why the probability of a single point is zero;
# - fit a Gaussian, a mixture and a kernel density, and use unseen data to tell which is best;
# - explain how an implicit model can draw samples without knowing any density;
# - say why none of this works on photographs as it stands.
#
# **Time**: about 45 minutes to read and play; half a minute to run from top to bottom on two cores.
# **Needs**: the lecture on [clustering](01_clustering.ipynb), for Gaussian mixtures. No internet, no GPU.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import BoundaryNorm
from sklearn.datasets import load_wine

from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import DensityExplorer
from course_utils.metrics.clustering import clustering_accuracy
from course_utils.models.clustering import GaussianMixture
from course_utils.models.density import (
    Gaussian,
    ImplicitSampler,
    KernelDensity,
    Mixture,
    energy_distance,
)
from course_utils.plotting import show_images

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. What do we have?
#
# Data first. We take all handwritten zeros and ones, and for each image we keep one number: how **wide** the digit is. (To be
# exact: the standard deviation of its ink from left to right, in pixels.)
#
# **Predict**: what will the histogram look like?


# %%
def width(images):
    """How far the ink of images (N, 8, 8, 1) spreads from left to right, in pixels: (N,)."""
    ink = images.sum(axis=(1, 3)) / images.sum(axis=(1, 2, 3))[:, None]  # (N, 8), rows sum to 1
    column = np.arange(8)
    middle = ink @ column
    return np.sqrt(ink @ column**2 - middle**2).astype("float64")


digits = load("digits")


def widths(split):
    return width(split.x[split.labels < 2])


x = widths(digits.train)
held_out = np.concatenate([widths(digits.validation), widths(digits.test)])

order = np.argsort(x)
chosen = order[np.linspace(0, len(x) - 1, 10).astype(int)]
zeros_and_ones = digits.train.x[digits.train.labels < 2]
show_images(zeros_and_ones[chosen], columns=10, titles=[f"{x[i]:.2f}" for i in chosen])

bins = np.linspace(0.4, 1.8, 29)
plt.figure(figsize=(5.5, 2.5), layout="constrained")
plt.hist(x, bins, density=True, color="0.8")
plt.xlabel("width, pixels")
plt.ylabel("density")
plt.show()
print(f"{len(x)} widths to fit, {len(held_out)} held out")
is_zero = digits.train.labels[digits.train.labels < 2] == 0
print(f"median width of a one {np.median(x[~is_zero]):.2f}, of a zero {np.median(x[is_zero]):.2f}")
assert np.quantile(x[~is_zero], 0.75) < np.quantile(x[is_zero], 0.25)

# %% [markdown]
# There are two hills: ones are narrow, zeros are wide. Call the width of a digit $x$. We assume that all widths were drawn
# at random from one **distribution**, which says how often each value comes up. We do not know the distribution; we only
# have the data. To model the distribution is to infer it from the data.
#
# ## 2. What does the height of the curve mean?
#
# **Predict**: what is the probability that the next digit is exactly 1.2 pixels wide, to infinitely many decimals?
#
# It is zero: a total probability of 1 is spread over a continuum of numbers, and none of them gets a share. Only an
# **interval** can have a probability above zero, and that probability is an area:
#
# $$P(a < x < b) = \int_a^b p(x)\,dx.$$
#
# $p$ is the **density**: probability *per pixel of width*. The whole area under it is 1. A density may well be larger
# than 1, and here it is. It is useful for comparing: where $p$ is twice as high, values are twice as common.

# %%
heights, edges = np.histogram(x, bins, density=True)
area = np.sum(heights * np.diff(edges))
inside = np.mean((x > 1.3) & (x < 1.6))
print(f"area of the histogram {area:.3f}, its highest bar {heights.max():.2f}")
print(f"P(1.3 < x < 1.6) is about {inside:.2f}")
assert np.isclose(area, 1) and heights.max() > 1

# %% [markdown]
# ## 3. Can we do it with two numbers?
#
# A histogram is already a model, but a ragged one. The simplest smooth model is the **Gaussian**: a hill with mean $\mu$
# and standard deviation $\sigma$,
#
# $$p(x) = \frac{1}{\sigma\sqrt{2\pi}} \exp\!\Big(-\frac{(x - \mu)^2}{2\sigma^2}\Big).$$
#
# Which $\mu$ and $\sigma$ should we choose? Those under which our data are most probable. We assume that each digit was drawn
# independently of the others; then their densities multiply. Products of many small numbers are awkward, so we take logarithms and average. This is the
# **log-likelihood**:
#
# $$\frac1N \sum_i \log p(x_i).$$
#
# Choosing the parameters that make it largest is called **maximum likelihood**. Most models in this course that have a
# density are trained this way, or with a bound in place of the log-likelihood. (The others are trained differently;
# section 6 shows one way.) Here is the log-likelihood for every pair of $\mu$ and $\sigma$:

# %%
mean_axis, std_axis = np.meshgrid(np.linspace(0.9, 1.6, 141), np.linspace(0.15, 0.6, 91))
log_likelihood = (
    -0.5 * np.mean((x - mean_axis[..., None]) ** 2, axis=-1) / std_axis**2
    - np.log(std_axis)
    - 0.5 * np.log(2 * np.pi)
)
best = np.unravel_index(log_likelihood.argmax(), log_likelihood.shape)

plt.figure(figsize=(5, 3), layout="constrained")
levels = [-4, -2, -1, -0.7, -0.5, -0.4, -0.3, -0.2, -0.15, -0.1]
contours = plt.contourf(
    mean_axis, std_axis, log_likelihood, levels, cmap="cividis", norm=BoundaryNorm(levels, 256)
)
plt.colorbar(contours, label="log-likelihood, nats")
plt.plot(mean_axis[best], std_axis[best], "k+", markersize=12)
plt.xlabel("mean μ")
plt.ylabel("standard deviation σ")
plt.show()

# %% [markdown]
# The top is where you may have expected it: at the mean and the standard deviation of the data. Calculus agrees (set both
# derivatives to zero).

# %%
gaussian = Gaussian().fit(x)
print(f"top of the map   μ = {mean_axis[best]:.3f}   σ = {std_axis[best]:.3f}")
print(f"data             μ = {x.mean():.3f}   σ = {x.std():.3f}")
print(f"fitted           μ = {gaussian.mean:.3f}   σ = {gaussian.std:.3f}")
assert abs(mean_axis[best] - x.mean()) < 0.005 and abs(std_axis[best] - x.std()) < 0.005

# %% [markdown]
# This is the best of all Gaussians, but is it good? **Predict** what it says about $x = 1.25$, the gap between the hills.
# Then look for yourself.
#
# ## 4. What if one hill is not enough?
#
# Here are two more models:
#
# - A **mixture** of Gaussians has several hills with weights. You know it from clustering.
# - A **kernel density** puts a small Gaussian on *every* data point and averages them. Their width, the **bandwidth** $h$, is the only thing to choose:
#
# $$p(x) = \frac1N \sum_i \mathcal N(x;\, x_i,\, h^2).$$
#
# Each of these models assumes something before it sees any data: that there is one hill, or $K$ hills, or that the density is smooth on the scale of $h$. No
# density can be inferred from data without such an assumption.
#
# The explorer has all three models. Move over the chart to read $p(x)$. Draw samples. **Find** the number of components and
# the bandwidth that are best on the *data*. Then find those that are best on the *held-out* data, to which no model was fitted.

# %% [markdown]
# **Your turn** (about 8 minutes). Write the kernel density before you see it in the explorer.
#
# <details><summary>Hint 1</summary>
#
# Begin with an array of shape (M, N): how far each place is from each data point, in bandwidths.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Put this array into the formula of section 3, with $h$ for $\sigma$. Then take the mean over the data points.
#
# </details>


# %%
@your_turn
def kernel_density(at, data, bandwidth):
    """The kernel density of data (N,) at each place (M,): p, (M,)."""
    return ...


# %%
places = np.linspace(0.2, 2.0, 400)
area = np.trapezoid(kernel_density(places, x, 0.05), places)
print(f"the area under your curve: {area:.3f}")
assert abs(area - 1) < 0.01

# %%
mixtures = [Mixture(k).fit(x) for k in range(1, 9)]
DensityExplorer(
    x,
    [(mixture.weights, mixture.means, mixture.stds) for mixture in mixtures],
    held_out=held_out,
    name="width, pixels",
)

# %% [markdown]
# ## 5. Which model is best?
#
# On the data it was fitted to, a model with more freedom scores better. A kernel density scores best of all when its bandwidth shrinks to nothing: a
# spike on each data point, and nothing between them. It has learnt the data by heart. That is **overfitting**, and unseen data reveal it.
#
# Next come four curves: for the mixture and for the kernel density, the score on the data and on the held-out data.
# **Predict** their shapes before you look.

# %%
prediction = ...  # how many components does the best mixture on held-out data have?

# %%
bandwidths = np.geomspace(0.005, 0.5, 25)
kernels = [KernelDensity(float(h)).fit(x) for h in bandwidths]

scores = {}
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True, layout="constrained")
for axis, models, knob in ((axes[0], mixtures, range(1, 9)), (axes[1], kernels, bandwidths)):
    for numbers, name, color in ((x, "fitted to", "#08519c"), (held_out, "held out", "#e6850e")):
        scores[axis, name] = np.array([model.log_prob(numbers).mean() for model in models])
        axis.plot(knob, scores[axis, name], "o-", markersize=4, color=color, label=name)
axes[0].set(xlabel="components of the mixture", ylabel="log-likelihood, nats", ylim=(-0.3, 0.3))
axes[1].set(xlabel="bandwidth of the kernel density, pixels", xscale="log")
axes[0].legend(frameon=False)
plt.show()

assert scores[axes[1], "fitted to"].argmax() == 0  # the smallest bandwidth
assert 0 < scores[axes[1], "held out"].argmax() < len(kernels) - 1
assert scores[axes[0], "fitted to"].argmax() == 7  # the most components
assert scores[axes[0], "held out"].argmax() == 1  # two

# %%
compare(prediction, int(scores[axes[0], "held out"].argmax()) + 1)

# %% [markdown]
# The smallest bandwidth wins on the data and loses on held-out data. The best mixture has two components: there are two
# digits. How can you choose a bandwidth without held-out data? Leave out each point in turn and ask how probable it is under
# the kernel density of all the others. This is called **leave-one-out**:

# %% [markdown]
# **Your turn** (about 5 minutes). Compute the leave-one-out score. You are given the $N \times N$ values
# $\mathcal N(x_i;\, x_j,\, h^2)$, row $i$ and column $j$.
#
# <details><summary>Hint 1</summary>
#
# The kernel density at $x_i$ is the mean of row $i$. Which entry is the point's own hill?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Subtract the diagonal from the sums of the rows. Among how many hills is the rest shared? Logarithm first, mean last.
#
# </details>


# %%
@your_turn
def leave_one_out(hills):
    """Hill of point j at point i, (N, N) → mean log-density of a point without its own hill."""
    return ...


# %%
for h in (0.01, 0.05, 0.2):
    hills = np.exp(-0.5 * ((x[:, None] - x) / h) ** 2) / (h * np.sqrt(2 * np.pi))
    with_its_own = np.log(hills.mean(axis=1)).mean()
    print(
        f"h = {h:.2f}: with its own hill {with_its_own:6.3f}, without it {leave_one_out(hills):6.3f}"
    )
    assert leave_one_out(hills) < with_its_own

# %%
contenders = {
    "Gaussian": gaussian,
    "mixture of 2": mixtures[1],
    "kernel density, leave-one-out": KernelDensity("leave-one-out").fit(x),
}
print("mean log-likelihood, nats         data   held out")
for name, model in contenders.items():
    print(f"{name:30} {model.log_prob(x).mean():7.3f} {model.log_prob(held_out).mean():10.3f}")

points = np.array([1.45, 1.25, 3.0])
print("\ndensity of single points        " + "".join(f"{f'p({p:g})':>10}" for p in points))
for name, model in contenders.items():
    print(f"{name:30}   " + "".join(f"{p:10.2g}" for p in np.exp(model.log_prob(points))))
assert mixtures[1].log_prob(held_out).mean() > gaussian.log_prob(held_out).mean()
assert abs(gaussian.mean - 1.25) < 0.01

print("\nprobability of 1.3 < x < 1.6      area    samples")
inner = np.linspace(1.3, 1.6, 1001)
for name, model in contenders.items():
    under = np.trapezoid(np.exp(model.log_prob(inner)), inner)
    drawn = model.sample(20_000)
    fallen = np.mean((drawn > 1.3) & (drawn < 1.6))
    print(f"{name:30} {under:7.3f} {fallen:10.3f}")
    assert abs(under - fallen) < 0.015

# %% [markdown]
# The Gaussian takes the gap at 1.25 for the likeliest place of all: it has only one hill, and puts it in the middle.
#
# *Relatively likely, not so much, practically zero*: an **explicit** model can give such a verdict on any single point. It has
# a formula for $p(x)$, or a program that computes it. It can also draw **samples**, and they agree with its density: in the last
# table, the share of samples that fall into the interval is close to the area above it.
#
# A warning about numbers in nats: a density depends on the unit of $x$. Measure the width in tenths of a pixel, and every
# density becomes ten times smaller. The log-likelihood falls by $\log 10$, although the model is no worse. Compare
# log-likelihoods only for data in the same unit.

# %%
in_tenths = Mixture(2).fit(10 * x).log_prob(10 * held_out).mean()
change = in_tenths - mixtures[1].log_prob(held_out).mean()
print(f"in tenths of a pixel: {change:+.3f} nats; −log 10 is {-np.log(10):.3f}")
assert abs(change + np.log(10)) < 0.01

# %% [markdown]
# **One number to change.** A flexible model needs more data, but how much? Fit all three models to the widths of only a few
# digits. **Predict** for 10 digits: which model is best on held-out data now, and does the kernel density choose a wider
# bandwidth or a narrower one? Then change the numbers.

# %%
prediction = ...  # the best for 10 digits: "Gaussian", "mixture" or "kernel density"

# %%
by_count, bandwidth_of = {}, {}
print("fitted to   Gaussian   mixture of 2   kernel density   its bandwidth")
for count in (10, 30, len(x)):
    scores, widest = [], []
    for seed in range(9):  # nine draws, since a single one may be lucky
        few = np.random.default_rng(seed).choice(x, count, replace=False)
        fitted = [Gaussian().fit(few), Mixture(2).fit(few), KernelDensity("leave-one-out").fit(few)]
        scores.append([model.log_prob(held_out).mean() for model in fitted])
        widest.append(fitted[2].bandwidth)
    by_count[count], bandwidth_of[count] = np.median(scores, axis=0), np.median(widest)
    print(f"{count:9}" + "{:11.3f}{:15.3f}{:17.3f}".format(*by_count[count]), end="")
    print(f"{bandwidth_of[count]:16.3f}")
assert by_count[10].argmin() == 1 and by_count[len(x)].argmax() == 1
assert by_count[len(x)][0] - by_count[10][0] < 0.03
assert np.all(np.diff(list(bandwidth_of.values())) < 0)

# %%
kinds = ("Gaussian", "mixture", "kernel density")
compare(prediction, kinds[by_count[10].argmax()], choices=kinds)

# %% [markdown]
# With ten digits the mixture is the worst of the three. It spends two hills on ten points, and a hill that is fitted to a few
# points close together is far too narrow. With all the digits the mixture is the best. The Gaussian is almost as good with ten
# numbers as with all of them: a model with little freedom needs little data, and cannot make use of more. The kernel density
# adapts: the fewer the points, the wider the hill on each.
#
# ## 6. Can one draw without knowing the density?
#
# Take ten random numbers between 0 and 1, add them up, and divide by the largest. A program can do that all day, and one line
# of code is enough. Can you write down the density of the result? You do not have to, if all you want is to draw from it.
#
# An **implicit** model is a machine of that kind. Noise goes in, a sample comes out:
#
# $$x = g(\varepsilon), \qquad \varepsilon \sim \mathcal N(0, 1).$$
#
# Training bends the curve $g$ until the samples cannot be told apart from the data. Ours compares the two by their **energy
# distance**. This can be estimated from samples alone, and it is zero only if both have the same distribution.
#
# **Predict**: where must $g$ be steep, and where flat, so that two hills come out?

# %%
sampler = ImplicitSampler().fit(x)
noise = np.random.default_rng(1).normal(size=20_000)
samples = sampler.generate(noise)
axis_noise = np.linspace(-3, 3, 300)

figure, axes = plt.subplots(1, 3, figsize=(10, 2.7), layout="constrained")
axes[0].hist(noise, 60, density=True, color="0.8")
axes[0].set(xlabel="noise ε", ylabel="density", title="in")
axes[1].plot(axis_noise, sampler.generate(axis_noise), color="#08519c")
axes[1].set(xlabel="noise ε", ylabel="x = g(ε), pixels", title="the generator")
axes[2].hist(x, bins, density=True, color="0.8", label="data")
axes[2].hist(samples, bins, density=True, histtype="step", color="#d98200", label="samples")
axes[2].set(xlabel="width, pixels", ylabel="density", title="out")
axes[2].legend(frameon=False)
plt.show()

distance = energy_distance(held_out, samples)
gaussian_distance = energy_distance(held_out, gaussian.sample(20_000))
print(
    f"energy distance to held-out data: {distance:.4f} pixels; of the Gaussian {gaussian_distance:.4f}"
)
assert distance < gaussian_distance

# %% [markdown]
# Where $g$ is flat, a wide range of noise lands on nearly the same $x$, and that makes a hill. Where it is steep, the samples are spread thin: that is the valley.

# %%
noise_axis = np.linspace(-3, 3, 6001)
path = sampler.generate(noise_axis)
slope = {at: np.gradient(path, noise_axis)[np.abs(path - at).argmin()] for at in (1.0, 1.25, 1.45)}
print("slope of g:", ", ".join(f"{value:.2f} at x = {at:g}" for at, value in slope.items()))
assert slope[1.25] > 2 * max(slope[1.0], slope[1.45])

# %% [markdown]
# Now ask this model what the densities at 1.25 and at 3 are. It has no formula, so we can only draw samples and count how many come near.

# %%
print("20,000 samples              density at 1.25   at 3")
for seed in (1, 2, 3):
    drawn = sampler.sample(20_000, seed)
    counted = [np.mean(np.abs(drawn - at) < 0.05) / 0.1 for at in (1.25, 3)]
    print(f"  counted within 0.05, seed {seed}{counted[0]:14.2f}{counted[1]:7.1g}")
    assert abs(counted[0] - np.exp(mixtures[1].log_prob(np.array([1.25])))[0]) < 0.1
    assert counted[1] == 0
explicit = np.exp(mixtures[1].log_prob(np.array([1.25, 3])))
print(f"  mixture of 2, by formula  {explicit[0]:14.2f}{explicit[1]:9.1g}")

# %% [markdown]
# Where samples are plentiful, counting works: it is a histogram again, and it agrees with the explicit mixture. Where none has ever landed, counting says nothing: it cannot tell $10^{-9}$ from $10^{-20}$.
# In many dimensions almost every place is of that kind.
#
# So there are two families, and this course visits both:
#
# | | explicit | implicit |
# |---|---|---|
# | gives | $p(x)$, or a bound on it, and samples | samples only |
# | is trained by | maximum likelihood, or something close to it | making samples hard to tell from data |
# | here | Gaussian, mixture, kernel density | `ImplicitSampler` |
# | later | variational autoencoders, flows, diffusion | generative adversarial networks |

# %% [markdown]
# ## 7. Why not simply do this with pixels?
#
# An image is a data point too, and images also come from some distribution. The classic data set of handwritten digits, MNIST,
# has images $x \in [0, 255]^{28 \times 28}$, that is, 784 numbers each; our 8×8 images have 64, and a small photograph has a
# million. Let us try a histogram of $d$ pixels. Call every pixel dark, grey or bright (three levels), and give each combination
# one bar. We have 1,350 training images to fill the bars.
#
# **Predict**: for $d = 4, 8, 16, 64$, what share of new images falls where there was no training image?

# %%
prediction = ...  # the share for d = 8, from 0 to 1

# %%
dimensions = np.array([1, 2, 4, 8, 16, 32, 64])
from_the_middle = np.argsort(np.hypot(*(np.indices((8, 8)).reshape(2, 64) - 3.5)), kind="stable")


def grey_levels(split):
    return np.digitize(split.x.reshape(-1, 64)[:, from_the_middle], [1 / 3, 2 / 3])


never_seen = []
for d in dimensions:
    seen = {tuple(image) for image in grey_levels(digits.train)[:, :d]}
    never_seen.append(
        np.mean([tuple(image) not in seen for image in grey_levels(digits.test)[:, :d]])
    )

plt.figure(figsize=(5, 2.6), layout="constrained")
plt.plot(dimensions, never_seen, "o-", color="#08519c")
plt.xscale("log", base=2)
plt.xticks(dimensions, dimensions)
plt.xlabel("pixels d, from the middle outwards")
plt.ylabel("share in empty bars")
plt.show()
print(f"64 pixels: 3^64 = {3.0**64:.1e} bars, {never_seen[-1]:.1%} of new images in empty ones")
assert never_seen[0] == 0 and never_seen[-1] > 0.99

# %%
compare(prediction, never_seen[list(dimensions).index(8)], within=0.1)

# %% [markdown]
# With 64 pixels practically *every* new image lands in an empty bar, and the histogram calls it impossible. This is the **curse of dimensionality**: each additional pixel triples the number of bars, while the data stay the same.
# Collecting more data does not help. There are more bars than grains of sand on Earth.
#
# A Gaussian needs no bars, but it needs a covariance for each pair of pixel values. For a colour photograph of 1024×1024 pixels that means:

# %%
numbers = 1024 * 1024 * 3
parameters = numbers * (numbers + 1) // 2
print(f"{parameters:.1e} numbers in one covariance, {4 * parameters / 1e12:.0f} TB in float32")

# %% [markdown]
# ## 8. How likely is a digit?
#
# With 8×8 pixels it can just about be done: 64 numbers have 2,080 variances and covariances. Fit a mixture of ten Gaussians to
# the training images, and let it judge images that it has never seen. Some of them are not digits.
#
# **Predict** the order: a plain digit, a mirrored digit, a digit with its pixels shuffled, noise.

# %%
prediction = ...  # the likelier: "mirrored" or "shuffled pixels"

# %%
flat = {name: getattr(digits, name).x.reshape(-1, 64) for name in ("train", "test")}
model = GaussianMixture(10, regularization=0.003).fit(flat["train"])

rng = np.random.default_rng(0)
kinds = {
    "test digits": flat["test"],
    "mirrored": digits.test.x[:, :, ::-1].reshape(-1, 64),
    "shuffled pixels": rng.permuted(flat["test"], axis=1),
    "noise": rng.random((297, 64)),
}
scores = {name: model.log_prob(images) for name, images in kinds.items()}

figure, axes = plt.subplots(
    4, 9, figsize=(9, 4), width_ratios=[4.6] + 8 * [1], layout="constrained"
)
for row, (name, images) in enumerate(kinds.items()):
    axes[row, 0].axis("off")
    axes[row, 0].text(
        1,
        0.5,
        f"{name}\nmedian log p = {np.median(scores[name]):.0f} nats",
        ha="right",
        va="center",
    )
    for axis, image, score in zip(axes[row, 1:], images, scores[name], strict=False):
        axis.imshow(image.reshape(8, 8), cmap="gray", vmin=0, vmax=1)
        axis.set_title(f"{score:.0f}", fontsize=9)
        axis.axis("off")
plt.show()

medians = [np.median(score) for score in scores.values()]
assert medians[0] > medians[1] > medians[2] > medians[3]

# %%
pair = ("mirrored", "shuffled pixels")
compare(prediction, max(pair, key=lambda kind: np.median(scores[kind])), choices=pair)

# %% [markdown]
# Again: relatively likely, not so much, practically zero. How far apart are the two ends?

# %%
gap = medians[0] - medians[3]
print(f"from noise to digits: {gap:.0f} nats, a factor of 10^{gap / np.log(10):.0f}")
print(f"the largest numbers: 10^{np.log10(np.finfo('float32').max):.1f} in float32,", end=" ")
print(f"10^{np.log10(np.finfo('float64').max):.1f} in float64")
assert np.log(np.finfo("float32").max) < gap < np.log(np.finfo("float64").max)

# %% [markdown]
# Such a factor is far beyond the range of float32, in which neural networks usually compute, and close to the limit of
# float64. So we always compute with logarithms.
#
# The model has preferences among real digits too. Here are the test digits that it finds most and least likely.

# %%
order = np.argsort(-scores["test digits"])
extremes = np.concatenate([order[:10], order[-10:]])
show_images(
    digits.test.x[extremes],
    columns=10,
    titles=[f"{scores['test digits'][i]:.0f}" for i in extremes],
)

# %% [markdown]
# **Likely is not typical.** One more prediction: which image does this model find *likeliest of all*, and is it a good digit? Look at the means of its ten Gaussians, the tops of its ten hills.

# %%
prediction = ...  # the likeliest: "a test digit", "a sample" or "a mean"

# %%
peaks = model.means[np.argsort(-model.log_prob(model.means))]
best_scores = np.sort(model.log_prob(model.means))[::-1]
show_images(
    peaks.clip(0, 1).reshape(-1, 8, 8, 1), columns=10, titles=[f"{s:.0f}" for s in best_scores]
)
likeliest_sample = model.log_prob(model.sample(10_000)).max()
print(f"log p of the highest mean {best_scores[0]:.0f}, of the likeliest", end=" ")
print(f"test digit {scores['test digits'].max():.0f}, of 10,000 samples {likeliest_sample:.0f}")
assert best_scores[0] > max(scores["test digits"].max(), likeliest_sample)

# %%
highest = {
    "a test digit": scores["test digits"].max(),
    "a sample": likeliest_sample,
    "a mean": best_scores[0],
}
compare(prediction, max(highest, key=highest.get), choices=tuple(highest))

# %% [markdown]
# A blurred average is likelier than every test digit, and likelier than each of ten thousand samples. In one dimension, samples crowd around the top of a hill. In 64 dimensions hardly any sample lies there: all 64 numbers
# would have to be close to average at once. So do not ask a density for "the best image". Ask it for samples, or compare *data sets* rather than single images.
#
# ## 9. Is this only about images?
#
# No. We use images because you can see at once whether a sample is good. Nothing in these models knows what a pixel is; they take lists of numbers. (The public successes of generative
# models were mostly visual at first; sound, text and molecules followed, with the same ideas.) Here is the same mixture on 13 chemical measurements of 178 wines from three kinds of grape.
#
# **Predict**: will held-out wines be likelier than "wines" whose 13 numbers come from different bottles?

# %%
prediction = ...  # the likelier: "real" or "blended"

# %%
wine = load_wine()
mixed_up = rng.permutation(len(wine.data))
fit_to, held = mixed_up[:120], mixed_up[120:]
center, scale = wine.data[fit_to].mean(axis=0), wine.data[fit_to].std(axis=0)
measurements = (wine.data - center) / scale
wines = GaussianMixture(3, regularization=0.1).fit(measurements[fit_to])

real = wines.log_prob(measurements[held])
blended = wines.log_prob(rng.permuted(measurements[held], axis=0))
drawn = wines.sample(1000)
phenols = [wine.feature_names.index(name) for name in ("total_phenols", "flavanoids")]
together = [np.corrcoef(part[:, phenols].T)[0, 1] for part in (measurements[held], drawn)]
kinds_found = clustering_accuracy(wine.target[held], wines.predict(measurements[held]))
print(f"median log p: real wines {np.median(real):.0f} nats, blends {np.median(blended):.0f} nats")
print(f"correlation of phenols and flavanoids: real {together[0]:.2f}, drawn {together[1]:.2f}")
print(f"grapes found without labels: {kinds_found:.0%} of the held-out wines")
assert np.median(real) > np.median(blended) + 5
assert abs(together[0] - together[1]) < 0.15 and kinds_found > 0.9

# %%
likelihoods = {"real": np.median(real), "blended": np.median(blended)}
compare(prediction, max(likelihoods, key=likelihoods.get), choices=tuple(likelihoods))

# %% [markdown]
# ## Summary
#
# - To model a distribution is to say how densely the values lie, or to draw values with the right frequencies. Explicit models do both, implicit models only draw.
# - Maximum likelihood chooses the parameters that make the data most probable. For a Gaussian, these are the mean and the standard deviation of the data.
# - A flexible model fits the data better, and may fit nothing but the data. Held-out data decide.
# - With many pixels practically every new image falls into an empty bar. Counting is hopeless there, so a model must assume something about images.
# - The likeliest point is not a typical one.
# - None of this is special to images.
#
# ## Check yourself
#
# <details><summary>1. Your colleague reports a log-likelihood of +2 and worries: "a probability above 1?" What do you answer?</summary>
#
# It is the logarithm of a density, not of a probability. A density may exceed 1 where values lie close together; only areas may not.</details>
#
# <details><summary>2. A kernel density has a wonderful log-likelihood on the training data. What do you ask first?</summary>
#
# The bandwidth, and the log-likelihood on data it has not seen. As the bandwidth shrinks, the likelihood of the training data grows without limit.</details>
#
# <details><summary>3. Someone gives you a program that draws faces. How do you find out how likely your own face is under its model?</summary>
#
# You cannot, directly: the model is implicit. You can draw samples and see how close they come, but in many dimensions hardly any come close.</details>
#
# ## Papers
#
# - B. W. Silverman, [Density Estimation for Statistics and Data Analysis](https://doi.org/10.1201/9781315140919), 1986
# - P. J. Diggle and R. J. Gratton, [Monte Carlo Methods of Inference for Implicit Statistical
#   Models](https://doi.org/10.1111/j.2517-6161.1984.tb01290.x), 1984
# - S. Mohamed and B. Lakshminarayanan, [Learning in Implicit Generative Models](https://arxiv.org/abs/1610.03483), 2016
# - G. J. Székely and M. L. Rizzo, [Energy statistics: A class of statistics based on
#   distances](https://doi.org/10.1016/j.jspi.2013.03.018), 2013
# - L. Theis, A. van den Oord and M. Bethge, [A note on the evaluation of generative models](https://arxiv.org/abs/1511.01844), 2016
#
# **Next**: [Manifolds](03_manifolds.ipynb)
