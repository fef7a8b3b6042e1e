# %% [markdown]
# # How good is a generative model?
#
# A classifier is right or wrong, and we count. A generative model draws a digit that nobody wrote: where is the right answer to
# compare with? There are several numbers for it. Each answers a question; none answers all; and every one of them can be made
# perfect by a model that is useless. In this lecture you build those models.
#
# **Afterwards you can**
#
# - say what likelihood, Fréchet distance, kernel distance, precision, recall and a test of copying each measure;
# - build a model with a good likelihood and worthless samples, and the other way round;
# - tell from the numbers *what* is wrong with samples: noise, missing kinds, repetition, copying;
# - name what each number hides, and what the number of samples does to it.
#
# **Time**: about 60 minutes to read and play; less than a minute to run from top to bottom on two cores.
# **Needs**: the lectures on [densities](02_densities.ipynb) and on [GANs](08_gans.ipynb). No network, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
from scipy.spatial.distance import cdist
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from course_utils.data import load, toy
from course_utils.explorers import Defect, MetricExplorer
from course_utils.metrics.likelihood import dequantize
from course_utils.metrics.sample_quality import (
    density_coverage,
    digit_classes,
    digit_features,
    frechet_distance,
    gaussian_frechet_distance,
    kernel_distance,
    mode_coverage,
    precision_recall,
)
from course_utils.plotting import show_images
from course_utils.pretrained import load_pretrained

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#999999"
rng = np.random.default_rng(0)

# %% [markdown]
# ## 1. What do we ask of samples?
#
# Three things, which one number will not tell apart: that each looks **real**, that together they are as **varied** as the
# data, and that they are **new**. Here are seven "models" of the digits. Some are honest work, some
# were made to cheat or to fail. Only one is a neural network: *diffusion*, the subject of the [next lecture](14_diffusion.ipynb).

# %%
digits = load("digits")
train, test = digits.train.x, digits.test.x
flat = dequantize(train, 17, seed=0).reshape(len(train), 64)  # grey levels spread over their bins


def as_images(rows):
    return rows.reshape(-1, 8, 8, 1).clip(0, 1)


COUNT = 1000
keras.utils.set_random_seed(0)
drawn = np.asarray(load_pretrained("digits_diffusion").sample(2 * COUNT))
mixture = GaussianMixture(10, reg_covar=1e-3, random_state=0).fit(flat)
mixed = rng.permutation(as_images(mixture.sample(COUNT)[0]))  # else sorted by component
kernels = KernelDensity(bandwidth=0.1).fit(flat)
noise = rng.random((COUNT, 8, 8, 1))
one_percent = (np.arange(COUNT) % 100 == 0)[:, None, None, None]
samples = {
    "diffusion": drawn[:COUNT],
    "mixture of normals": mixed,
    "kernel density": as_images(kernels.sample(COUNT, random_state=0)),
    "one normal": as_images(rng.multivariate_normal(flat.mean(0), np.cov(flat.T), COUNT)),
    "1 % mixture, 99 % noise": np.where(one_percent, mixed, noise),
    "copies of training images": train[rng.choice(len(train), COUNT, replace=False)],
    "diffusion, three digits only": drawn[digit_classes(drawn) < 3],
}
figure, axes = plt.subplots(len(samples), 14, figsize=(9.5, 4.6))
for line, (name, images) in zip(axes, samples.items(), strict=True):
    for axis, image in zip(line, images[:14], strict=True):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    line[0].text(-1.5, 3.5, name, ha="right", va="center", fontsize=9)
figure.subplots_adjust(left=0.26, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

# %% [markdown]
# **Write down** your own order, best to worst, before you go on.
#
# ## 2. Likelihood: is a new image expected?
#
# The oldest measure: the mean of $\log p(x)$ over **test** images. It asks whether the model would have bet on them. It cannot be
# cheated by copying, and it needs no features. Is it enough?
#
# Take any model $p$ and spoil it: with probability 0.99 draw pure noise $u$, else draw from $p$.
#
# $$q(x) = 0.01\, p(x) + 0.99\, u(x) \quad\Rightarrow\quad \log q(x) \ge \log p(x) - \log 100 .$$
#
# **Predict**: 99 of 100 samples are noise. How much likelihood is lost? (Theis, van den Oord and Bethge, 2016.)

# %%
held_out = dequantize(test, 17, seed=1).reshape(len(test), 64)
narrow = KernelDensity(bandwidth=0.005).fit(flat)  # all but copies
one_normal = scipy.stats.multivariate_normal(flat.mean(0), np.cov(flat.T))
good = mixture.score_samples(held_out)
uniform = 0.0  # log-density of the noise: 1 in each of 64 dimensions
log_likelihood = {
    "mixture of normals": good,
    "1 % mixture, 99 % noise": np.logaddexp(np.log(0.01) + good, np.log(0.99) + uniform),
    "kernel density": kernels.score_samples(held_out),
    "one normal": one_normal.logpdf(held_out),
    "copies, blurred by 0.005": narrow.score_samples(held_out),
}
for name, values in log_likelihood.items():
    print(f"{name:25} {values.mean():10.1f} nats an image")

lost = (good - log_likelihood["1 % mixture, 99 % noise"]).mean()
print(f"\nspoiling 99 of 100 samples costs {lost:.2f} nats; log 100 = {np.log(100):.2f}")
assert 0 < lost <= np.log(100) + 1e-6

# %% [markdown]
# Less than five nats, and less than lies between two sensible models: by this measure the spoiled mixture is ahead of the next two. In 64 dimensions $\log p$ is
# large, and a factor of 100 is nothing to it. A megapixel image would not notice a factor of $10^{1000}$.
#
# And the other way round: the last line draws perfect digits, since it all but copies training images. Its likelihood is a disaster,
# because it is certain that nothing else exists. **Good samples and good likelihood are two different things.**

# %%
spoiled_mean = log_likelihood["1 % mixture, 99 % noise"].mean()
assert spoiled_mean > log_likelihood["one normal"].mean()
assert spoiled_mean > log_likelihood["kernel density"].mean()
assert log_likelihood["copies, blurred by 0.005"].mean() < -1000

# %% [markdown]
# ## 3. The Fréchet distance: do mean and spread agree?
#
# GANs have no likelihood at all. So compare samples with data, not pixel by pixel but in **features**: what a classifier sees. Fit one normal
# distribution to the features of the data, one to those of the samples, and take the distance between the two:
#
# $$d^2 = |\mu_1 - \mu_2|^2 + \operatorname{tr}\big(\Sigma_1 + \Sigma_2 - 2 (\Sigma_1 \Sigma_2)^{1/2}\big).$$
#
# In one dimension this is $(\mu_1 - \mu_2)^2 + (\sigma_1 - \sigma_2)^2$. Check it:

# %%
one_dimension = gaussian_frechet_distance([1.0], [[0.5**2]], [3.0], [[2.0**2]])
print(f"{one_dimension:.4f} = (1 − 3)² + (0.5 − 2)² = {(1 - 3) ** 2 + (0.5 - 2) ** 2}")
assert np.isclose(one_dimension, 6.25)

# %% [markdown]
# With the features of Inception, a network trained on photographs, this is the FID of the papers (Heusel et al. 2017). Ours are the 32 units of a small
# classifier of digits: **our numbers are not FIDs** and compare only with each other.
#
# What does it see of a distribution? Its mean and covariance, and nothing else. **Predict** the distance between the ring of eight
# Gaussians and one single normal with the same mean and covariance.

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
assert frechet_distance(ring, blob) < 0.01
assert near.high_quality < 0.01

# %% [markdown]
# Zero, for samples of which hardly any would pass for data. The **kernel distance** (KID, Bińkowski et al. 2018) compares all moments up to the
# third; a ring is as symmetric as a normal, so its first difference is in the fourth. It sees nothing either. The features must make
# such differences visible. **A distance is only as good as its features.**
#
# ## 4. How many samples?
#
# Two papers report 12.1 and 11.8. Who is better? First ask how many samples each drew. Take *real* digits against other
# *real* digits: the true distance is 0. **Predict**: what will be measured with 50 images? With 600?

# %%
every = digit_features(np.concatenate([train, digits.validation.x]))
counts = (50, 100, 200, 400, 700)
measured = {"Fréchet distance": frechet_distance, "kernel distance": kernel_distance}
results = {name: [] for name in measured}
for count in counts:
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
    f"Fréchet distance of real to real: {frechet[0].mean():.2f} with {counts[0]} images, ", end=""
)
print(f"{frechet[-1].mean():.2f} with {counts[-1]}")
error = kernel.std(1) / np.sqrt(20)
print(f"kernel distance: at most {np.abs(kernel.mean(1) / error).max():.1f} standard errors from 0")
assert frechet[0].mean() > 5 * frechet[-1].mean()
assert (np.abs(kernel.mean(1)) < 4 * error).all()

# %% [markdown]
# The Fréchet distance is **biased**: it never falls below a floor that shrinks like one over the number of images (Chong and
# Forsyth, 2020). The kernel distance is not; it is only uncertain. So: same number of samples for everyone, always say how many, and
# give the score of real data beside it.
#
# And it is **uncertain**, the more so the fewer samples. Take one model, the copier, which draws training digits at random. Measure
# it twenty times, with new draws each time. The model is the same, so its distance from the test digits is the same. **Predict** the
# lowest and the highest of the twenty numbers with 1,500 draws, and with 30,000.

# %%
real, copier = digit_features(test), np.random.default_rng(0)
spread = {}
for draws in (1500, 30_000):
    copies = [every[copier.integers(len(every), size=draws)] for _ in range(20)]
    again = [frechet_distance(real, drawn) for drawn in copies]
    spread[draws] = np.std(again)
    print(f"{draws:6,} draws: {min(again):.2f} to {max(again):.2f}")
assert spread[1500] > 2 * spread[30_000]

# %% [markdown]
# Whoever compares two models by 1,500 samples each, once, compares two draws. Before you believe that one setting is better than another,
# measure the *same* model twice. For this reason FID is taken from 50,000 samples, and the benchmark of this course from 30,000.
#
# ## 5. Precision and recall: how good, and how varied?
#
# One distance cannot say *what* is wrong. Widen the data to a region, a ball around each point that reaches to its $k$-th neighbour.
# **Precision** is the share of samples in the region of the data. **Recall** is the share of the data in the region of the
# samples (Kynkäänniemi et al. 2019).

# %%
data, _ = toy.sample_moons(rng, 60)
left = data[data[:, 0] < 0]
fakes = left + 0.12 * rng.normal(size=left.shape)
figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained", sharey=True)
found = precision_recall(data, fakes)
for axis, centre, color, title in (
    (axes[0], data, BLUE, f"precision {found.precision:.2f}: samples in the data's region"),
    (axes[1], fakes, ORANGE, f"recall {found.recall:.2f}: data in the samples' region"),
):
    radii = np.sort(cdist(centre, centre), axis=1)[:, 3]
    for place, radius in zip(centre, radii, strict=True):
        axis.add_patch(plt.Circle(place, radius, color=color, alpha=0.12, linewidth=0))
    axis.plot(*data.T, "o", color=BLUE, markersize=4, label="data")
    axis.plot(*fakes.T, "^", color=ORANGE, markersize=4, label="samples")
    axis.set(title=title, xlabel="x₁", aspect="equal")
    axis.title.set_fontsize(9)
axes[0].set_ylabel("x₂")
axes[0].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# The samples stand for the left half only. Most of them are good. A quarter of the data lies out of reach, and it would be half if the balls
# of a few stray samples were not so large: with few points, recall is kind. Are faults told apart on digits as
# well? Two faults of known kind: digits with noise on them, and perfect digits of three classes only.

# %%
noisy = (train + 0.3 * rng.normal(size=train.shape)).clip(0, 1)
faults = {"real digits": train, "noise": noisy, "three digits only": train[digits.train.labels < 3]}
rows = {name: precision_recall(real, digit_features(images)) for name, images in faults.items()}
for name, row in rows.items():
    print(f"{name:20} precision {row.precision:.2f}  recall {row.recall:.2f}")
assert rows["noise"].precision < rows["real digits"].precision - 0.1
assert rows["three digits only"].precision > rows["noise"].precision
assert rows["three digits only"].recall < 0.5

# %% [markdown]
# ## 6. Is anything new?
#
# The test digits are a sample of the world. So are the *training* digits. What does a model score that simply hands out its training
# set? **Predict** its place among the seven of section 1 in the Fréchet distance.
#
# To catch it, ask: are samples **nearer** to the training images than new real images are? Take one sample and one test image; which is
# nearer to its nearest training image? If the sample is nearer half of the time, it is as new as a new digit. If always, it is a copy (after
# Meehan, Chaudhuri and Dasgupta, 2020).

# %%
fresh = cdist(test.reshape(len(test), 64), train.reshape(len(train), 64)).min(axis=1)


def copying(images, training=train, fresh=fresh):
    """Probability that a sample is nearer to a training image than a test image is; ties count ½."""
    near = cdist(images.reshape(len(images), 64), training.reshape(len(training), 64)).min(axis=1)
    return scipy.stats.mannwhitneyu(fresh, near).statistic / (len(fresh) * len(near))


half = digits.validation.x  # real, and not among the training images
print(f"new real digits {copying(half):.2f}, training images {copying(train):.2f}")
assert abs(copying(half) - 0.5) < 0.1 and copying(train) > 0.999

# %% [markdown]
# ## 7. What do all numbers say of all models?
#
# The table at last. Same number of samples where possible; the score of real data on top; each column's best value among the seven is marked.
# One column is new. **Coverage** (Naeem et al. 2020) is recall with the balls around the *data*: the share of test images whose ball holds a sample.
# A few wild samples cannot raise it.

# %%
METRICS = {
    "Fréchet": ("low", lambda f, images: frechet_distance(real, f)),
    "kernel": ("low", lambda f, images: kernel_distance(real, f)),
    "precision": ("high", lambda f, images: precision_recall(real, f).precision),
    "recall": ("high", lambda f, images: precision_recall(real, f).recall),
    "coverage": ("high", lambda f, images: density_coverage(real, f).coverage),
    "copying": ("low", lambda f, images: copying(images)),
}


def measure(images):
    features = digit_features(images)
    return {name: metric(features, images) for name, (_, metric) in METRICS.items()}


table = {name: measure(images) for name, images in samples.items()}
best = {
    name: (min if better == "low" else max)(row[name] for row in table.values())
    for name, (better, _) in METRICS.items()
}
print(" " * 29 + "".join(f"{name:>11}" for name in METRICS) + "   log p, nats")
for name, row in {"(new real digits)": measure(half), **table}.items():
    cells = "".join(
        f"{value:10.2f}{'*' if name in table and value == best[metric] else ' '}"
        for metric, value in row.items()
    )
    likelihood = log_likelihood.get(name)
    print(f"{name:29}{cells}" + (f"{likelihood.mean():11.1f}" if likelihood is not None else ""))

# %% [markdown]
# Find, in your table: the model with the best recall, and one of the two best Fréchet distances. It drew nothing at all; only the
# column *copying* knows (and the kernel density, which is training images with noise on them, gives itself away there too).
# Diffusion's distance is as good, with images of its own; yet they lie nearer to the training images than new digits do, more
# often than not. Find the model whose likelihood is fine and whose every other number is terrible. And the one with high
# precision and little recall.

# %%
scores = {name: row["Fréchet"] for name, row in table.items()}
assert set(sorted(scores, key=scores.get)[:2]) <= {"copies of training images", "diffusion"}
recalls = {name: row["recall"] for name, row in table.items()}
assert max(recalls, key=recalls.get) == "copies of training images"
assert table["copies of training images"]["copying"] > 0.99 > table["diffusion"]["copying"]
assert table["1 % mixture, 99 % noise"]["precision"] < 0.2
three = table["diffusion, three digits only"]
assert three["recall"] < 0.5 < three["precision"]

# %% [markdown]
# ## 8. Which number sees what?
#
# Begin with perfect samples: real digits that the "model" has not seen. Then spoil them, in one of five ways, more and more. **Choose** a
# defect, **predict** which curves will move, then move the slider. For each defect find one number that sees it at once and one that is
# blind to it.

# %%
seen, perfect, labels = train[:675], train[675:], digits.train.labels[675:]
fresh_half = cdist(test.reshape(len(test), 64), seen.reshape(len(seen), 64)).min(axis=1)
order, partner = rng.permutation(len(perfect)), rng.permutation(len(perfect))
grain = rng.normal(size=perfect.shape)
LEVELS = np.linspace(0, 0.9, 10)


def replaced(share, by):
    """Perfect samples, a share of them replaced by others."""
    chosen = np.arange(len(perfect)) < share * len(perfect)
    return np.where(chosen[order][:, None, None, None], by, perfect)


def spoiled(defect, level):
    """The samples with so much of one defect."""
    match defect:
        case "noise":
            return (perfect + level * grain).clip(0, 1)
        case "double exposures":
            return replaced(level, (perfect + perfect[partner]) / 2)
        case "missing classes":
            return perfect[labels >= round(10 * level)]
        case "repetition":
            few = max(4, round((1 - level) ** 2 * len(perfect)))
            return perfect[np.arange(len(perfect)) % few]
        case "copies":
            return replaced(level, seen)


def values(images):
    row = measure(images)
    return row | {"copying": copying(images, seen, fresh_half)}


defects = {}
for defect in ("noise", "double exposures", "missing classes", "repetition", "copies"):
    sets = [spoiled(defect, level) for level in LEVELS]
    rows = [values(images) for images in sets]
    defects[defect] = Defect(
        LEVELS,
        np.stack([images[:20] for images in sets]),
        {name: np.array([row[name] for row in rows]) for name in METRICS},
    )

MetricExplorer(
    defects,
    better={name: better for name, (better, _) in METRICS.items()},
    reference=values(perfect),
)

# %% [markdown]
# Did you find them? Checked here: copies leave every number but one where it was; repetition leaves precision where it was and takes recall away.


# %%
def change(defect, metric):
    curve = defects[defect].values[metric]
    return curve[-1] - curve[0]


print("from the first level to the last")
print(" " * 18 + "".join(f"{name:>11}" for name in METRICS))
for defect in defects:
    print(f"{defect:18}" + "".join(f"{change(defect, name):+11.2f}" for name in METRICS))
assert abs(change("copies", "Fréchet")) < 1 and abs(change("copies", "recall")) < 0.1
assert change("copies", "copying") > 0.3
assert change("repetition", "precision") > -0.2 and change("repetition", "recall") < -0.4

# %% [markdown]
# ## 9. Experiment: one distance, two faults
#
# Drop some classes and read the Fréchet distance. Then find how much noise on *all* classes gives the same distance. **Predict** whether
# precision and recall will agree too. Then change `MISSING` to 0.2, and to 0.6.

# %%
MISSING = 0.4
target = np.interp(MISSING, LEVELS, defects["missing classes"].values["Fréchet"])
noise_level = np.interp(target, defects["noise"].values["Fréchet"], LEVELS)
pair = {
    f"{MISSING:.0%} of the classes missing": values(spoiled("missing classes", MISSING)),
    f"noise of {noise_level:.2f} on all": values(spoiled("noise", noise_level)),
}
for name, row in pair.items():
    print(f"{name:28}" + "  ".join(f"{metric} {row[metric]:.2f}" for metric in list(row)[:4]))

# %% [markdown]
# The same distance for two opposite faults. Whoever reports that number alone does not know which of the two they have.
#
# ## Summary
#
# | number | its question | what it hides |
# |---|---|---|
# | likelihood | would the model have bet on new data? | whether samples are any good: 99 % noise costs 4.6 nats |
# | Fréchet distance | are mean and covariance of the features right? | what is wrong; all that is not in two moments; copying; it falls with the number of samples |
# | kernel distance | the same for moments up to the third, without bias | the same but the bias |
# | precision | are samples like data? | what is missing |
# | recall, coverage | are all data within reach? | how often each kind is drawn |
# | copying | are samples nearer to training data than new data are? | copies with small changes, in another space than pixels |
#
# Report several, with the score of real data, the number of samples, the features, and pictures **not chosen by hand**.
#
# ## Check yourself
#
# <details><summary>1. A model has a better test likelihood than yours by 3 nats an image. Are its samples better?</summary>
# Nobody knows. Three nats are less than it costs to replace 95 of 100 samples by noise.</details>
#
# <details><summary>2. Your Fréchet distance to the training set is lower than that of held-out real data. Good news?</summary>
# No. Real data are as good as it gets. To be nearer to the training set than new real data are is the mark of copying.</details>
#
# <details><summary>3. Precision 0.95, recall 0.2. What do you expect to see in a grid of samples, and which lecture had that picture?</summary>
# Good pictures that repeat themselves, or kinds that never come: mode collapse, in the lecture on GANs.</details>
#
# ## Do it yourself
#
# The assignment [evaluation](../assignments/evaluation/evaluation.ipynb) asks for the Fréchet distance, precision and recall, the
# test for copies and the bound of the likelihood, and uses yours to watch a model learn and to find five that cheat.
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
# - M. F. Naeem et al., [Reliable Fidelity and Diversity Metrics for Generative Models](https://arxiv.org/abs/2002.09797), 2020
# - M. J. Chong and D. Forsyth, [Effectively Unbiased FID and Inception Score and where to find
#   them](https://arxiv.org/abs/1911.07023), 2020
# - C. Meehan, K. Chaudhuri and S. Dasgupta, [A Non-Parametric Test to Detect Data-Copying in Generative
#   Models](https://arxiv.org/abs/2004.05675), 2020
#
# **Next**: [Diffusion and flow matching](14_diffusion.ipynb)
