# %% [markdown]
# # Densities
#
# How likely is this image? The question sounds odd, yet a machine that can answer it for every image knows what images look like. And a
# machine that can draw images in the right proportions knows it too. These are the two ways to model a distribution,
# and with one number instead of an image you can see both of them whole.
#
# **Afterwards you can**
#
# - say what a density is, and why the probability of a single point is zero;
# - fit a Gaussian, a mixture and a kernel density, and tell by unseen data which is best;
# - explain how an implicit model can draw without knowing any density;
# - say why none of this works on photographs as it stands.
#
# **Time**: about 45 minutes to read and play; half a minute to run from top to bottom on two cores.
# **Needs**: the lecture on [clustering](01_clustering.ipynb), for Gaussian mixtures. No network, no GPU.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import BoundaryNorm

from course_utils.data import load
from course_utils.explorers import DensityExplorer
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
# Data first. We take all handwritten zeros and ones, and of each image we keep one number: how **wide** the digit is. (Exactly: the
# standard deviation of its ink from left to right, in pixels.)
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

# %% [markdown]
# Two hills. Ones are narrow, zeros are wide. We call a number from this population $x$, and we ask for its **distribution**: which values come how often?
#
# ## 2. What does the height of the curve mean?
#
# **Predict**: what is the probability that the next digit is exactly 1.2 pixels wide, to infinitely many decimals?
#
# Zero. There are too many numbers. Only an **interval** has a probability, and it is an area:
#
# $$P(a < x < b) = \int_a^b p(x)\,dx.$$
#
# $p$ is the **density**: probability *per pixel of width*. All the area together is 1. A density itself can be larger than 1, and it is here.
# It says how much likelier the neighbourhood of one value is than that of another.

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
# A histogram is a model already, but a ragged one. The simplest smooth one is the **Gaussian**: a hill with a mean $\mu$ and a standard deviation $\sigma$,
#
# $$p(x) = \frac{1}{\sigma\sqrt{2\pi}} \exp\!\Big(-\frac{(x - \mu)^2}{2\sigma^2}\Big).$$
#
# Which $\mu$ and $\sigma$? The ones under which our data are most probable. The data are independent, so their densities multiply. Products of many
# small numbers are awkward, so we take logarithms and average: the **log-likelihood**
#
# $$\frac1N \sum_i \log p(x_i).$$
#
# Choosing the parameters that make it largest is **maximum likelihood**. Nearly every model in this course is trained by it or by a
# stand-in for it. Look at the log-likelihood of every $\mu$ and $\sigma$:

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
# The top is where you may have guessed: at the mean and the standard deviation of the data. Calculus says so too (set both derivatives to zero).

# %%
gaussian = Gaussian().fit(x)
print(f"top of the map   μ = {mean_axis[best]:.3f}   σ = {std_axis[best]:.3f}")
print(f"data             μ = {x.mean():.3f}   σ = {x.std():.3f}")
print(f"fitted           μ = {gaussian.mean:.3f}   σ = {gaussian.std:.3f}")
assert abs(mean_axis[best] - x.mean()) < 0.005 and abs(std_axis[best] - x.std()) < 0.005

# %% [markdown]
# Best of all Gaussians, but is it good? **Predict** what the Gaussian says about $x = 1.25$, the gap between the hills. Then look for yourself.
#
# ## 4. What if one hill is not enough?
#
# Two further models:
#
# - A **mixture** of Gaussians has several hills with weights. You know it from clustering.
# - A **kernel density** puts a small Gaussian on *every* data point and averages them. The width of these, the **bandwidth** $h$, is the only choice:
#
# $$p(x) = \frac1N \sum_i \mathcal N(x;\, x_i,\, h^2).$$
#
# All three are here. Move over the chart to read $p(x)$. Draw samples. **Find** the number of components and the bandwidth that are best on the *data*. Then
# find those that are best on the data *held out*, which no model was fitted to.

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
# On the data it was fitted to, more freedom is always better. A kernel density of vanishing bandwidth is best of all: a spike on each data point, nothing between. It has learned by heart.
# That is **overfitting**, and unseen data tell.
#
# **Predict** the shape of both lines, left and right, before you look.

# %%
bandwidths = np.geomspace(0.005, 0.5, 25)
kernels = [KernelDensity(float(h)).fit(x) for h in bandwidths]

figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True, layout="constrained")
for axis, models, knob in ((axes[0], mixtures, range(1, 9)), (axes[1], kernels, bandwidths)):
    for numbers, name, color in ((x, "fitted to", "#08519c"), (held_out, "held out", "#e6850e")):
        scores = [model.log_prob(numbers).mean() for model in models]
        axis.plot(knob, scores, "o-", markersize=4, color=color, label=name)
axes[0].set(xlabel="components of the mixture", ylabel="log-likelihood, nats", ylim=(-0.3, 0.3))
axes[1].set(xlabel="bandwidth of the kernel density, pixels", xscale="log")
axes[0].legend(frameon=False)
plt.show()

fitted = np.array([[m.log_prob(x).mean(), m.log_prob(held_out).mean()] for m in kernels])
assert fitted[:, 0].argmax() == 0 and 0 < fitted[:, 1].argmax() < len(kernels) - 1

# %% [markdown]
# The smallest bandwidth wins on the data and loses on held-out data. Two components are the best mixture: there are two digits. How do you find
# a bandwidth without held-out data? Leave each point out in turn, and ask how probable the others find it. That is **leave-one-out**:

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

# %% [markdown]
# The Gaussian thinks that the gap at 1.25 is the likeliest place of all. It has only one hill, and puts it between the two.
#
# *Relatively likely, not so much, practically zero*: that is what an **explicit** model says of single points. It has a formula for $p(x)$, or a program
# that computes it. It can also **sample**, and the two agree: many samples fall where the density is high.
#
# A warning about numbers in nats. A density depends on the unit. Measure the width in tenths of a pixel, and every density is ten times smaller: the
# log-likelihood falls by $\log 10$, though nothing has become worse. Compare only numbers in equal units.

# %%
in_tenths = Mixture(2).fit(10 * x).log_prob(10 * held_out).mean()
change = in_tenths - mixtures[1].log_prob(held_out).mean()
print(f"in tenths of a pixel: {change:+.3f} nats; −log 10 is {-np.log(10):.3f}")
assert abs(change + np.log(10)) < 0.01

# %% [markdown]
# **One number to change.** How much data does freedom need? Fit all three to the widths of a few digits only. **Predict** for 10 of them: which model is now best on held-out data, and does
# the kernel density choose a wider bandwidth or a narrower one? Then change the numbers.

# %%
by_count = {}
print("fitted to   Gaussian   mixture of 2   kernel density   its bandwidth")
for count in (10, 30, len(x)):
    scores, widest = [], []
    for seed in range(9):  # nine draws of so few, for one may be lucky
        few = np.random.default_rng(seed).choice(x, count, replace=False)
        fitted = [Gaussian().fit(few), Mixture(2).fit(few), KernelDensity("leave-one-out").fit(few)]
        scores.append([model.log_prob(held_out).mean() for model in fitted])
        widest.append(fitted[2].bandwidth)
    by_count[count] = np.median(scores, axis=0)
    print(f"{count:9}" + "{:11.3f}{:15.3f}{:17.3f}".format(*by_count[count]), end="")
    print(f"{np.median(widest):16.3f}")
assert by_count[10].argmin() == 1 and by_count[len(x)].argmax() == 1

# %% [markdown]
# With ten digits the mixture is the worst of the three: two hills for ten points, and one that is fitted to a few close points is far too sure of itself. With all of them it is the best.
# The Gaussian is nearly as good with ten numbers as with all: little freedom needs little data, and cannot make use of more. The kernel density adapts. The fewer points, the wider the hill on each.
#
# ## 6. Can one draw without knowing the density?
#
# Roll ten dice, add the eyes, divide by the largest. You can do that all day. Can you write down the density of the result? You need not. Nature draws
# rain and faces without computing how probable they are.
#
# An **implicit** model is such a machine: noise in, sample out.
#
# $$x = g(\varepsilon), \qquad \varepsilon \sim \mathcal N(0, 1).$$
#
# Training bends the curve $g$ until the samples cannot be told from the data. Ours compares them by the **energy distance**, which needs draws only: it is zero when both have the same distribution.
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
# Where $g$ is flat, a wide range of noise lands on nearly the same $x$: a hill. Where it is steep, samples are spread thin: the valley.
#
# Now ask this model how likely $x = 1.25$ is.

# %%
print("has it a density to ask?", hasattr(sampler, "log_prob"))
share = np.mean(np.abs(samples - 1.25) < 0.05)
print(f"{share:.1%} of 20,000 samples came within 0.05 of it")
assert not hasattr(sampler, "log_prob")

# %% [markdown]
# It cannot say. We can only draw and count, which is a histogram again. So there are two families, and this course walks through both:
#
# | | explicit | implicit |
# |---|---|---|
# | gives | $p(x)$, or a bound on it | samples only |
# | is trained by | maximum likelihood | making samples hard to tell from data |
# | here | Gaussian, mixture, kernel density | `ImplicitSampler` |
# | later | variational autoencoders, flows, diffusion | generative adversarial networks |

# %% [markdown]
# ## 7. Why not simply do this with pixels?
#
# One number was easy. An 8×8 image has 64, a small photograph a million. Try the histogram on $d$ pixels: make every pixel dark, grey or bright (three levels), and each combination
# is one bar. We have 1,350 training images to fill the bars with.
#
# **Predict**: for $d = 4, 8, 16, 64$, what share of new images falls where no training image ever was?

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

# %% [markdown]
# At 64 pixels practically *every* new image lands in an empty bar, and the histogram calls it impossible. This is the **curse of dimensionality**: each further pixel triples the number of bars, and the data stay as they are.
# More data cannot win. There are more bars than grains of sand.
#
# A Gaussian needs no bars, but it needs a covariance between each pair of pixels. For a colour photograph of 1024×1024 pixels:

# %%
numbers = 1024 * 1024 * 3
parameters = numbers * (numbers + 1) // 2
print(f"{parameters:.1e} numbers in one covariance, {4 * parameters / 1e12:.0f} TB in float32")

# %% [markdown]
# ## 8. How likely is a digit?
#
# On 8×8 pixels it can just be done: 64 numbers have 2,080 covariances. Fit a mixture of ten Gaussians to the training images, and let it judge images that it has never seen, some of which
# are no digits.
#
# **Predict** the order: a plain digit, a mirrored digit, a digit with its pixels shuffled, noise.

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

# %% [markdown]
# Relatively likely, not so much, zero. A difference of nearly 700 nats is a factor of $e^{700}$, more than a computer's floating-point number can hold. Among real digits it has preferences
# too. Here are the test digits that it finds most and least likely.

# %%
order = np.argsort(-scores["test digits"])
extremes = np.concatenate([order[:10], order[-10:]])
show_images(
    digits.test.x[extremes],
    columns=10,
    titles=[f"{scores['test digits'][i]:.0f}" for i in extremes],
)

# %% [markdown]
# **Likely is not typical.** One last prediction: what is the *most likely image of all*, according to this model? Is it a good digit?

# %%
peaks = model.means[np.argsort(-model.log_prob(model.means))]
best_scores = np.sort(model.log_prob(model.means))[::-1]
show_images(
    peaks.clip(0, 1).reshape(-1, 8, 8, 1), columns=10, titles=[f"{s:.0f}" for s in best_scores]
)
beaten = np.mean(scores["test digits"] < best_scores[0])
print(f"the smoothest of them is likelier than {beaten:.0%} of all real digits")
assert beaten == 1

# %% [markdown]
# A blurred average is likelier than every real digit, and no sample ever looks like it. In one dimension the top of a hill is where most samples lie. In 64 dimensions hardly any lie
# there: to be at the top, all 64 numbers must be average at once. So do not ask a density for "the best image". Ask it for samples, or compare *data sets*, not pictures.

# %% [markdown]
# ## Summary
#
# - To model a distribution is to say how densely the values lie, or to draw values with the right frequencies. Explicit models do both, implicit models only draw.
# - Maximum likelihood chooses the parameters that make the data most probable. For a Gaussian: mean and standard deviation of the data.
# - Freedom fits the data and may fit only them. Held-out data decide.
# - In many dimensions all new points are far from all old ones. Counting is hopeless, and models must know something about images.
# - The likeliest point is not a typical one.
#
# ## Check yourself
#
# <details><summary>1. Your colleague reports a log-likelihood of +2 and worries: "a probability above 1?" What do you answer?</summary>
# It is a density, not a probability. A density may exceed 1 where values lie close together; only areas must not.</details>
#
# <details><summary>2. A kernel density has a wonderful log-likelihood on the training data. What do you ask first?</summary>
# The bandwidth, and the log-likelihood on data it has not seen. With a tiny bandwidth the training data are infinitely likely.</details>
#
# <details><summary>3. Someone gives you a program that draws faces. How do you find out how likely your own face is to it?</summary>
# You cannot, directly: the model is implicit. You can draw samples and look how close they come, but in many dimensions none comes close.</details>
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
