# %% [markdown]
# # Diffusion and flow matching
#
# It is easy to spoil an image: add noise until nothing of it is left. Could a network learn the way back?
# Nobody can rebuild an image from pure noise in one go. But removing **a little** noise is a modest task, and
# many modest tasks in a row lead from noise to a picture. Most of today's image generators work in this way.
#
# **Afterwards you can**
#
# - spoil data along a schedule, and say what their distribution is at every moment;
# - say what a network that removes noise has to learn (a mean), and how the *score* follows from it;
# - draw samples step by step, with and without fresh noise, and say what more steps buy;
# - explain the difference between diffusion and flow matching: another path, the same kind of regression;
# - compare both with the VAE and with normalizing flows.
#
# **Time**: about 60 minutes to read and play; under two minutes to run from top to bottom on two cores.
# **Needs**: the lectures on [variational autoencoders](07_vae.ipynb) and on [flows](11_flows.ipynb). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.special
import scipy.stats
from sklearn.metrics import pairwise_distances_argmin_min

from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import DiffusionSteps, Playground
from course_utils.metrics.sample_quality import frechet_distance
from course_utils.models.diffusion import Diffusion, dense_diffusion, point_diffusion
from course_utils.models.flow_matching import point_flow_matching
from course_utils.plotting import show_images
from course_utils.pretrained import judge, load_pretrained

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#999999"

# %% [markdown]
# ## 1. How do we spoil an image, a little at a time?
#
# Time $t$ runs from 0, the data, to 1, nothing but noise. In between lies a mixture of the image $x$ and noise
# $\varepsilon \sim \mathcal N(0, I)$. Here are three images on their way.
#
# **Which images?** One word decides; sizes, networks and training times follow from it.
#
# | `DATASET` | images | running this lecture | training in section 5 |
# |---|---|---|---|
# | `"fashion"` | 10,000 photographs of clothes, 28×28 pixels | about 90 seconds | 4 epochs |
# | `"digits"` | 1,350 handwritten digits, 8×8 pixels | about a minute | 100 epochs |

# %%
DATASET = "fashion"  # or "digits"

images = load(DATASET)
PIXELS = int(np.prod(images.shape))
WIDTH, EPOCHS, SAMPLES = {"fashion": (512, 4, 2_000), "digits": (256, 100, 2_000)}[DATASET]
features_of, classes_of = judge(DATASET).features, judge(DATASET).classes
rng = np.random.default_rng(0)


def noised(x, epsilon, t):
    """The mixture at time t."""
    phi = np.pi * t / 2
    return np.cos(phi) * x + np.sin(phi) * epsilon


x = 2 * images.train.x[:2000] - 1  # pixels from -1 to 1, so that their mean is nearer to 0
epsilon = rng.normal(size=x.shape)
times = np.linspace(0, 1, 9)
rows = [(noised(x[i], epsilon[i], t) + 1) / 2 for i in (0, 1, 5) for t in times]
show_images(np.clip(rows, 0, 1), titles=[f"t = {t:.2f}" for t in times] * 3, columns=9)

# %% [markdown]
# The mixture is
#
# $$z_t = \cos\varphi \; x + \sin\varphi \; \varepsilon, \qquad \varphi = \tfrac{\pi}{2} t .$$
#
# Why cosine and sine? Because $\cos^2\varphi + \sin^2\varphi = 1$: the noise supplies the variance that the
# image loses. **Predict**: what are the mean and the standard deviation of a pixel of $z_t$ at $t = \tfrac12$,
# over all images? And at $t = 1$?
#
# The claim to check: if a pixel of $x$ has mean $m$ and variance $s^2$, then the same pixel of $z_t$ has mean
# $\cos\varphi \cdot m$ and variance $\cos^2\varphi \cdot s^2 + \sin^2\varphi$. At $t = 1$ it is a standard
# normal variable, whatever the image was.

# %%
predicted_mean = ...  # the mean of a pixel at t = 1
predicted_std = ...  # and its standard deviation

# %%
m, s = x.mean(), x.std()
print("   t    mean  expected    std  expected")
for t in (0.0, 0.25, 0.5, 0.75, 1.0):
    z, phi = noised(x, epsilon, t), np.pi * t / 2
    mean, std = np.cos(phi) * m, np.sqrt(np.cos(phi) ** 2 * s**2 + np.sin(phi) ** 2)
    print(f"{t:4.2f} {z.mean():7.3f} {mean:9.3f} {z.std():6.3f} {std:9.3f}")
    assert abs(z.mean() - mean) < 0.01 and abs(z.std() - std) < 0.01

# %%
compare(predicted_mean, noised(x, epsilon, 1.0).mean(), within=0.02)
compare(predicted_std, noised(x, epsilon, 1.0).std(), within=0.02)

# %% [markdown]
# There has been no network so far, and nothing to train. In the language of the VAE, this is a **fixed
# encoder**, with a code as large as the image, and at $t = 1$ the codes have exactly the distribution of the
# prior.

# %% [markdown]
# ## 2. What is the best answer to "what was it before?"
#
# Many images could have become the same $z$. If you must give *one* answer and are judged by the squared error,
# the best answer is their **mean**, $\hat x(z) = \mathbb E[x \mid z_t = z]$. For the true distribution of images nobody can compute it.
# For a few thousand points in the plane we can: it is an average of the data, weighted by how well each point
# explains $z$.

# %% [markdown]
# **Your turn** (about 12 minutes). Compute the best answer. A data point $x$ explains $z$ as well as the density of
# $\mathcal N(\cos\varphi\, x, \sin^2\varphi)$ at $z$ says, with $\varphi = \frac{\pi}{2} t$.
#
# <details><summary>Hint 1</summary>
#
# Begin with the squared distances between every $z$ and every $\cos\varphi\, x$: an array (Z, N).
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The exponent of the normal density is minus the squared distance, divided by twice the variance. What all data points have
# in common drops out, since the weights of each $z$ must add up to 1: `scipy.special.softmax` with
# `axis=1`.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# A weighted mean of the rows of `data` is a product of matrices.
#
# </details>


# %%
@your_turn
def best_answer(z, data, t):
    """The mean of the data (N, D), each weighted by how well it explains z (Z, D) at t: (Z, D)."""
    return ...


# %%
two = np.array([[-1.0, 0.0], [1.0, 0.0]])  # a world of two images
for t in (0.9, 0.5, 0.1):
    guess = best_answer(np.array([[0.3, 0.0]]), two, t)
    print(f"t = {t}: the best answer for z = (0.3, 0) is ({guess[0, 0]:.2f}, {guess[0, 1]:.2f})")

# %%
moons = load("moons")
data = moons.train.x[:2000]


def log_weights(z, t):
    """log of how well each data point explains each z, up to a constant: (Z, N)."""
    phi = np.pi * t / 2
    distances = ((z[:, None] - np.cos(phi) * data) ** 2).sum(-1)
    return -distances / (2 * np.sin(phi) ** 2)


def best_guess(z, t):
    """E[x | z_t = z], (Z, 2)."""
    return scipy.special.softmax(log_weights(z, t), axis=1) @ data


figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained", sharey=True)
side = np.linspace(-2, 2, 15)
grid = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
for axis, t in zip(axes, (0.8, 0.5, 0.2), strict=True):
    cloud = noised(data, rng.normal(size=data.shape), t)
    way = best_guess(grid, t) - grid
    axis.plot(*cloud[:800].T, ".", color=GREY, markersize=2, alpha=0.5)
    axis.quiver(*grid.T, *way.T, color=BLUE, angles="xy", scale=14, width=0.004)
    axis.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), xlabel="z₁", title=f"t = {t}")
axes[0].set_ylabel("z₂")
figure.suptitle("from z towards the mean of the data that could have become z (arrows shortened)")
plt.show()

# %% [markdown]
# At $t = 0.8$ all arrows point to the middle: with so much noise, $z$ could have come from almost any data
# point. At $t = 0.2$ each arrow points to the nearest piece of a moon. Here is the same in numbers.

# %%
narrow, near = {}, {}
for t in (0.8, 0.2):
    guesses = best_guess(grid, t)
    narrow[t] = np.mean(guesses.std(0) / data.std(0))
    near[t] = np.median(np.linalg.norm(guesses[:, None] - data, axis=-1).min(axis=1))
    print(f"t = {t}: the answers spread {narrow[t]:.2f} times as far as the data; ", end="")
    print(f"median distance from an answer to the nearest data point {near[t]:.3f}")
assert narrow[0.8] < 0.5 < narrow[0.2] and near[0.2] < near[0.8] / 3

# %% [markdown]
# **The score.** The direction in which the log-density of $z_t$ rises fastest is its gradient
# $\nabla_z \log p(z_t)$, called the *score*. It follows directly from the mean, by a formula that Robbins
# (1956) credits to Tweedie:
#
# $$\nabla_z \log p(z_t) = \frac{\cos\varphi \; \hat x(z) - z}{\sin^2\varphi} = -\frac{\hat\varepsilon(z)}{\sin\varphi}.$$
#
# So whoever can remove noise knows the slope of the log-density, without ever knowing the density itself. Is
# that true? Here we *have* the density, a sum of normal densities, and can compute the slope of its
# logarithm by finite differences.

# %%
t, phi, small = 0.3, np.pi * 0.3 / 2, 1e-4
z = noised(data[:200], rng.normal(size=(200, 2)), t)


def log_density(z):
    return scipy.special.logsumexp(log_weights(z, t), axis=1)


by_steps = np.stack(
    [(log_density(z + small * e) - log_density(z - small * e)) / (2 * small) for e in np.eye(2)], 1
)
by_denoising = (np.cos(phi) * best_guess(z, t) - z) / np.sin(phi) ** 2
print(f"largest score {np.abs(by_steps).max():.2f}, ", end="")
print(f"largest difference {np.abs(by_steps - by_denoising).max():.1e}")
np.testing.assert_allclose(by_denoising, by_steps, atol=1e-3)

# %% [markdown]
# ## 3. How does a network learn it?
#
# By regression, and nothing else. Take an example, draw a time and some noise, mix noise and example, ask the
# network, and take the squared error. There is no second player, no bound and no determinant:
#
# $$\text{loss} = \mathbb E_{x, t, \varepsilon} \big\| v_\theta(z_t, t) - v \big\|^2, \qquad v = \cos\varphi\; \varepsilon - \sin\varphi\; x .$$
#
# Why $v$ and not $x$ or $\varepsilon$? Near $t = 1$, $z$ is nothing but noise, so predicting $\varepsilon$
# amounts to copying $z$. Near $t = 0$, $z$ is nearly the image, and predicting $x$ amounts to copying. $v$ is
# whatever is missing: it is $-x$ at $t = 1$ and $\varepsilon$ at $t = 0$ (Salimans and Ho 2022). Given $z$, each
# of the three follows from any other: $\hat x = \cos\varphi\, z - \sin\varphi\, v$ and
# $\hat\varepsilon = \sin\varphi\, z + \cos\varphi\, v$. Ho et al. (2020) let their network predict
# $\varepsilon$.
#
# Our network gets some help: we add the $v$ that would be right if the data followed a single normal distribution.
# This $v$ is linear in $z$. The network learns the rest. (See the top of `course_utils/models/diffusion.py`; Karras et
# al. 2022.)
#
# **Predict**: will the loss go to zero?


# %%
prediction = ...  # does the loss go to zero: "yes" or "no"


# %%
def train(model):
    """Fit a model of points to the moons."""
    steps = keras.optimizers.schedules.CosineDecay(4e-3, 40 * 40)
    adam = keras.optimizers.Adam(steps, use_ema=True, ema_momentum=0.99)
    model.compile(adam, jit_compile=True)
    return model.fit(moons.train.x, batch_size=250, epochs=40).history["loss"]


def least_loss():
    """The loss of the exact mean of section 2, on test points noised at times evenly spread."""
    x = moons.test.x[:1000]
    errors = []
    for t in (np.arange(20) + 0.5) / 20:
        z = noised(x, rng.normal(size=x.shape), t)
        # v − v̂ = (x̂ − x) / sin φ, since both agree on z.
        errors.append(((best_guess(z, t) - x) ** 2).sum(1).mean() / np.sin(np.pi * t / 2) ** 2)
    return np.mean(errors)


points = point_diffusion(width=64, blocks=2)
losses = train(points)
least = least_loss()

plt.figure(figsize=(5, 2.6), layout="constrained")
plt.plot(np.arange(1, len(losses) + 1), losses, color=BLUE, label="network")
plt.axhline(least, color=ORANGE, linestyle="--", label="exact mean")
plt.xlabel("epoch")
plt.ylabel("squared error of v")
plt.legend(frameon=False)
plt.show()
print(
    f"loss: {losses[0]:.2f} at first, {np.mean(losses[-5:]):.2f} at last; least possible {least:.2f}"
)
assert losses[0] > 1.05 * least
assert abs(np.mean(losses[-5:]) - least) < 0.5 * (losses[0] - least)

# %%
compare(prediction, "yes" if losses[-1] < 0.01 * losses[0] else "no", choices=("yes", "no"))

# %% [markdown]
# It does not. Many pairs of $x$ and $\varepsilon$ lead to the same $z$, and one answer cannot be right for all
# of them. What remains is not a failure of the network: the exact mean has the same error (the dashed line).
# Does the network agree with the exact mean of section 2 point by point?

# %%
print("  t   error of the network's guess, as a share of the variance of the data")
for t in (0.1, 0.3, 0.5, 0.7, 0.9):
    z = noised(moons.test.x[:500], rng.normal(size=(500, 2)), t).astype("float32")
    t_each = np.full(500, t, "float32")
    guess = np.asarray(points.clean(z, points.velocity(z, t_each), t_each))
    error = np.mean((guess - best_guess(z, t)) ** 2) / data.var(0).mean()
    print(f"{t:4.1f} {error:8.4f}")
    assert error < 0.05

# %% [markdown]
# ## 4. How do we get from noise to data?
#
# Start from noise at $t = 1$. Ask for $\hat x$. Do **not** jump there: it is a mean, and a mean of points on
# the moons lies on neither moon. Go a short way, then ask again. A step from $t$ to an earlier time $s$ takes
# the network's guesses of image and noise and mixes them anew:
#
# $$z_s = \cos\varphi_s\; \hat x + \sin\varphi_s \; \hat\varepsilon .$$
#
# This is DDIM (Song et al. 2021): all randomness is in the first draw. The **ancestral** sampler of Ho et al.
# replaces part of $\hat\varepsilon$ by fresh noise at each step. One argument turns one sampler into the other:
# `stochasticity`.

# %%
start = points.latent_noise(300)
walks = {
    "no fresh noise (DDIM)": [moment.z for moment in points.denoise(start, 100)],
    "fresh noise (ancestral)": [
        moment.z for moment in points.denoise(start, 100, stochasticity=1.0)
    ],
}
FOLLOWED = 40  # walks that are drawn from start to end, if they are smooth
figure, axes = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained", sharey=True)
for axis, (name, walk), followed in zip(axes, walks.items(), (FOLLOWED, 3), strict=True):
    walk = np.asarray(walk)  # (moments, points, 2)
    axis.plot(*walk[0].T, ".", color=ORANGE, markersize=3, label="noise, t = 1")
    axis.plot(*walk[-1].T, ".", color=BLUE, markersize=3, label="samples, t = 0")
    smooth = followed == FOLLOWED
    for number, path in enumerate(walk[:, :followed].swapaxes(0, 1)):
        color = "black" if smooth else f"C{number + 2}"
        shown = path if smooth else path[::4]  # a line through every moment would be a scribble
        axis.plot(*shown.T, color=color, linewidth=0.5 if smooth else 1.2, alpha=0.8)
        axis.plot(*path[[0, -1]].T, "o", color=color, markersize=2 if smooth else 5)
    axis.set(title=name, xlabel="z₁", xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
axes[0].set_ylabel("z₂")
axes[0].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# Without fresh noise the walks are smooth (on the left, 40 of them are drawn as lines). With fresh noise a walk
# wanders, and the start no longer decides where it ends (on the right, three walks, every fourth step).
#
# **How many steps?** **Predict** what a *single* step gives. Then two, and five. The number above each picture
# is the share of samples within three standard deviations of the noise-free half circles.

# %%
prediction = ...  # the share of samples on the moons after a single step, from 0 to 1

# %%
angle = np.linspace(0, np.pi, 500)
upper = np.stack([np.cos(angle), np.sin(angle)], 1)
curves = np.concatenate([upper, [1, 0.5] - upper]) - [0.5, 0.25]
nearest = scipy.spatial.cKDTree(curves)


def share_on_moons(samples):
    return np.mean(nearest.query(samples)[0] < 3 * 0.05)


figure, axes = plt.subplots(1, 5, figsize=(11, 2.5), layout="constrained", sharey=True)
shares = {}
for axis, steps in zip(axes, (1, 2, 5, 20, 100), strict=True):
    samples = np.asarray(points.sample(1000, steps))
    shares[steps] = share_on_moons(samples)
    axis.plot(*samples.T, ".", color=BLUE, markersize=2)
    axis.set(
        title=f"{steps} step{'s' if steps > 1 else ''}: {shares[steps]:.2f}",
        xlim=(-2, 2),
        ylim=(-1.5, 1.5),
        xlabel="x₁",
    )
axes[0].set_ylabel("x₂")
plt.show()

print(f"real points: {share_on_moons(moons.test.x):.2f}")
one_step = np.asarray(points.sample(1000, 1))
from_mean = np.median(np.linalg.norm(one_step - data.mean(0), axis=1))
spread = np.median(np.linalg.norm(data - data.mean(0), axis=1))
print(f"median distance from the mean of all data: one step {from_mean:.2f}, data {spread:.2f}")
assert from_mean < 0.25 * spread
assert shares[100] > 0.9 > shares[2]

# %%
compare(prediction, shares[1], within=0.1)

# %% [markdown]
# A single step gives the mean of all data, whatever the start: pure noise says nothing about the image. That is
# why such a network needs many passes to draw a sample, where a GAN needs one.

# %% [markdown]
# ## 5. When is it decided what an image shows?
#
# Now images. The method is the same, the network larger, and one thing is different. Images lie near a
# [manifold](03_manifolds.ipynb) of few dimensions, while noise fills all dimensions. A network that predicts
# $v$ must account for the noise in every pixel, and whatever it misses remains in the picture as grey. So for
# bounded data our network predicts $\hat x$ itself (Li and He 2025), with one logit for each pixel, and is trained
# with the cross-entropy, like the decoder of the [VAE](07_vae.ipynb). The minimum is the same, the mean of $x$
# given $z$, and no prediction leaves the range from black to white.
#
# We train it here, for a minute or less. Then we load a model that was trained for longer by the recipe in
# `course_utils/pretrained/`, and compare.

# %%
keras.utils.set_random_seed(0)
brief = dense_diffusion(images.shape, width=WIDTH)
steps = EPOCHS * -(-len(images.train) // 128)
rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
brief.compile(keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.99), jit_compile=True)
brief.fit(images.train.x, batch_size=128, epochs=EPOCHS)
diffusion = load_pretrained(f"{DATASET}_diffusion")

panels = [np.asarray(model.sample(24)) for model in (brief, diffusion)]
show_images(
    np.concatenate(panels),
    columns=12,
    title="two rows of samples after the training above, two rows after the longer training",
)

# %% [markdown]
# In the explorer, the upper pictures are the noised images and the lower ones are what the network sees in
# them. On the right, the moons of section 4 make the same journey.
#
# **Press *Play***, then move the slider by hand. At which step can you tell what an image will show? At which step can the network?

# %%
STEPS = 50
moments = list(diffusion.denoise(diffusion.latent_noise(12), STEPS))
moving = list(points.denoise(points.latent_noise(250), STEPS))
DiffusionSteps(
    np.array([moment.t for moment in moments]),
    np.asarray([moment.z for moment in moments]),
    np.asarray([moment.x for moment in moments]),
    points=np.asarray([moment.z for moment in moving]),
)

# %% [markdown]
# First you see a blur that could still become several things, then a decision, and in the end the details. Are the
# coarse features really settled before the fine ones? Take 500
# walks. Split what the network sees into a coarse part (means over blocks a quarter of the image wide) and the
# rest, and measure at each time how far each part is from what it will be in the end. The classifier of the
# lecture on evaluation tells us when the kind of image is decided.

# %%
walk = list(diffusion.denoise(diffusion.latent_noise(500), STEPS))
seen = np.asarray([moment.x for moment in walk])  # (moments, walks, height, width, 1)
side = images.shape[0] // 4
blocks = seen.reshape(len(walk), 500, 4, side, 4, side).mean((3, 5))
coarse = blocks.repeat(side, axis=2).repeat(side, axis=3)
fine = seen[..., 0] - coarse
when = np.array([moment.t for moment in walk])
settled = {
    name: 1 - ((part - part[-1]) ** 2).mean((1, 2, 3)) / part[-1].var(axis=0).mean()
    for name, part in (("coarse part", coarse), ("details", fine))
}
ends = classes_of(seen[-1])
settled["kind, by the classifier"] = np.array([np.mean(classes_of(x) == ends) for x in seen])

figure, axis = plt.subplots(figsize=(6, 2.8), layout="constrained")
for (name, values), style in zip(settled.items(), ("-", "--", ":"), strict=True):
    axis.plot(
        when,
        values,
        style,
        color=BLUE if style == "-" else ORANGE if style == "--" else "black",
        label=name,
    )
axis.set(
    xlabel="time t, from noise on the left to data",
    ylabel="share settled",
    xlim=(1, 0),
    ylim=(-0.05, 1.05),
)
axis.legend(frameon=False)
plt.show()

settled_at = {name: when[np.argmax(values > 0.9)] for name, values in settled.items()}
for name, t in settled_at.items():
    print(f"{name:24} 90% settled at time {t:.2f}")
assert settled_at["coarse part"] > settled_at["details"]

# %% [markdown]
# Are the samples good? We use a number from the [lecture on evaluation](13_evaluation.ipynb): the Fréchet
# distance to the test images in the features of a small classifier (not Inception's FID), from 2,000 samples; the
# tables of this course use 10,000 or more. For comparison we also measure real images, and a single normal
# distribution fitted to the pixels.

# %%
pixels = images.train.x.reshape(-1, PIXELS)
normal = scipy.stats.multivariate_normal(pixels.mean(0), np.cov(pixels.T), allow_singular=True)
compared = {
    "real training images": images.train.x,
    "diffusion, trained above": np.asarray(brief.sample(SAMPLES, steps=25)),
    "diffusion, trained for longer": np.asarray(diffusion.sample(SAMPLES, steps=25)),
    "one normal distribution": normal.rvs(SAMPLES, random_state=rng)
    .clip(0, 1)
    .reshape(-1, *images.shape),
}
real = features_of(images.test.x)
scores = {name: frechet_distance(real, features_of(x)) for name, x in compared.items()}
print(f"Fréchet distance, {SAMPLES:,} samples")
for name, score in scores.items():
    print(f"{name:30} {score:6.2f}")
samples = compared["diffusion, trained for longer"]
print("how often each kind was drawn:", np.bincount(classes_of(samples), minlength=10))
assert scores["diffusion, trained for longer"] < scores["diffusion, trained above"]
assert scores["diffusion, trained above"] < 0.6 * scores["one normal distribution"]
assert len(np.unique(classes_of(samples))) == 10

# %% [markdown]
# Or did the model memorise the training images? In section 2 the exact answer was an average *of the training
# data*. A network that learnt this answer perfectly would end every walk at a training image! What saves us is
# that the network is smoother than that. Find the training image nearest to each sample, and compare the distance
# with that of a *new* image.


# %%
def nearest_training(x):
    """Number of the nearest training image of each image, and the distance to it."""
    return pairwise_distances_argmin_min(x.reshape(len(x), PIXELS), pixels)


number, distance = nearest_training(samples[:1000])
_, fresh = nearest_training(images.test.x[:1000])
show_images(
    np.concatenate([samples[:12], images.train.x[number[:12]]]),
    columns=12,
    title="samples, and below each the nearest training image",
)
print(f"median distance to a training image: samples {np.median(distance):.2f}, ", end="")
print(f"test images {np.median(fresh):.2f}")
assert np.median(distance) > 0.6 * np.median(fresh)

# %% [markdown]
# ## 6. Flow matching: why not go straight?
#
# Look again at the walks without fresh noise: each start has one end, and the walks are smooth curves. They
# solve a differential equation, $dz/dt = $ velocity. Then why not choose the path first, the simplest there is,
# and learn its velocity?
#
# $$z_t = (1 - t)\, x + t\, \varepsilon, \qquad \frac{dz}{dt} = \varepsilon - x, \qquad
# \text{loss} = \mathbb E \big\| u_\theta(z_t, t) - (\varepsilon - x) \big\|^2 .$$
#
# This is **flow matching** (Lipman et al. 2023), or rectified flow (Liu et al. 2023). Compare it with section
# 3, where $v$ was the velocity $dz/d\varphi$ of a *curved* path. In the code, `FlowMatching` in
# `course_utils/models/flow_matching.py` is `Diffusion` with another path and another solver.

# %% [markdown]
# **Your turn** (about 8 minutes). Write Euler's method, which follows a velocity from noise, $t = 1$, to data, $t = 0$.
#
# <details><summary>Hint 1</summary>
#
# One step goes from $t$ to $t - \frac1n$. Along the velocity, or against it?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Ask for the velocity where the step *begins*: at 1, then at $1 - \frac1n$, and so on. The last step begins at
# $\frac1n$.
#
# </details>


# %%
@your_turn
def euler(z, velocity, steps):
    """Follow dz/dt = velocity(z, t) from t = 1 to t = 0 in equal steps: (B, D) → (B, D)."""
    return ...


# %%
for steps in (1, 4, 100):  # dz/dt = z leads from 1 to 1/e
    end = euler(np.ones((1, 1)), lambda z, t: z, steps)
    print(f"{steps:3} steps from 1 along dz/dt = z: {end[0, 0]:.4f}; 1/e = {np.exp(-1):.4f}")

# %%
keras.utils.set_random_seed(0)
flow = point_flow_matching(width=64, blocks=2)
train(flow)

start = flow.latent_noise(300)
learned = np.asarray([moment.z for moment in flow.denoise(start, 50)])
ends = moons.train.x[:FOLLOWED]
figure, axes = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained", sharey=True)
axes[0].plot(*np.stack([start[:FOLLOWED], ends]).transpose(2, 0, 1), color="black", linewidth=0.5)
axes[0].plot(*np.asarray(start[:FOLLOWED]).T, ".", color=ORANGE, label="noise, t = 1")
axes[0].plot(*ends.T, ".", color=BLUE, label="data, t = 0")
axes[0].set(title="what it is shown: random pairs", ylabel="z₂")
axes[1].plot(*learned[0].T, ".", color=ORANGE, markersize=3)
axes[1].plot(*learned[-1].T, ".", color=BLUE, markersize=3)
axes[1].plot(*learned[:, :FOLLOWED].transpose(2, 0, 1), color="black", linewidth=0.5, alpha=0.6)
axes[1].set(title="what it learns: their mean velocity")
for axis in axes:
    axis.set(xlabel="z₁", xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
axes[0].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# The straight lines on the left cross. The paths on the right cannot cross: at each place and time there is one
# velocity, the mean over all pairs that pass there. So the learnt paths are *not* straight: they first move
# towards the middle, where everything mixes, and then out to the moons. **Predict**: which needs fewer steps,
# diffusion or flow matching?
#
# For each path we divide its length by the distance between its ends. A straight line gives 1.


# %%
prediction = ...  # "diffusion" or "flow matching" needs fewer steps


# %%
def bend(walk):
    """Length of all paths together, divided by the distances between their ends."""
    walk = np.asarray(walk)
    length = np.linalg.norm(np.diff(walk, axis=0), axis=-1).sum()
    return length / np.linalg.norm(walk[-1] - walk[0], axis=-1).sum()


curved = bend([moment.z for moment in points.denoise(start, 50)])
print(f"length / distance: diffusion {curved:.3f}, flow matching {bend(learned):.3f}")
from_centre = np.linalg.norm(learned, axis=-1).mean(axis=1)
print("mean distance from the centre: ", end="")
print(f"start {from_centre[0]:.2f}, halfway {from_centre[25]:.2f}, end {from_centre[-1]:.2f}")

print("\nshare of samples on the moons")
print("steps   diffusion   flow matching (Euler)")
few = {}
for steps in (2, 3, 5, 10, 20):
    few[steps] = [
        share_on_moons(points.sample(2000, steps)),
        share_on_moons(flow.sample(2000, steps, method="euler")),
    ]
    print(f"{steps:5d} {few[steps][0]:11.2f} {few[steps][1]:12.2f}")
assert bend(learned) > 1.05 and curved > 1.05
assert from_centre[25] < min(from_centre[0], from_centre[-1])
assert sum(few[steps][1] - few[steps][0] for steps in (3, 5, 10)) > 0

# %%
paths = ("diffusion", "flow matching")
ahead = paths[int(sum(few[steps][1] - few[steps][0] for steps in (3, 5, 10)) > 0)]
compare(prediction, ahead, choices=paths)

# %% [markdown]
# Pairs joined by straight lines do not make straight paths. Still, over three, five and ten steps together flow matching is
# slightly ahead here. (To straighten the paths, train again, on pairs of a start and the end to which the model
# itself took it. This is the "rectified" in rectified flow.)

# %% [markdown]
# One claim is left: **Euler's step along the velocity is the same as the step of section 4**. For the straight path,
# $z_s = (1 - s)\,\hat x + s\,\hat\varepsilon = z_t + (s - t)\, u$. Two papers, one line of algebra.

# %%
z = np.asarray(flow.latent_noise(100))
euler, _ = flow.step(z, 0.8, 0.6, "euler")
ddim, _ = Diffusion.step(flow, z, 0.8, 0.6, 0.0)
print(f"largest difference {np.abs(euler - ddim).max():.1e}")
np.testing.assert_allclose(euler, ddim, atol=1e-5)

# %% [markdown]
# Watch the velocity being learnt: below, flow matching learns on this page, without Python. The points run from
# noise to data again and again, and the arrows show where they are sent at each time. Press *Play*, then *Pause*, and
# change the time by hand.
#
# **Predict**: when, on the way from noise to data, do the arrows begin to point at single modes? And with *diffusion*?

# %%
Playground("flow_matching", "ring", learning_rate=0.003, average=True)

# %% [markdown]
# In Keras, what the page trains is this model. The network is told the time by three numbers: $t$, $\sin \pi t$ and
# $\cos \pi t$. (A test of this course trains both from the same weights on the same batches, and after 20 steps their
# weights still agree.)


# %%
class PlaneVelocity(keras.Model):
    """The velocity of points (B, 2); called with data, it gives the squared errors (B,)."""

    def __init__(self):
        super().__init__()
        hidden = [keras.layers.Dense(64, "silu") for _ in range(3)]
        self.network = keras.Sequential([keras.Input((5,)), *hidden, keras.layers.Dense(2)])

    def error(self, x, epsilon, t):
        z = (1 - t) * x + t * epsilon
        time = [t, keras.ops.sin(np.pi * t), keras.ops.cos(np.pi * t)]
        velocity = self.network(keras.ops.concatenate([z, *time], axis=-1))
        return keras.ops.sum((velocity - (epsilon - x)) ** 2, axis=-1)

    def call(self, x):
        t = keras.random.uniform((keras.ops.shape(x)[0], 1))
        return self.error(x, keras.random.normal(keras.ops.shape(x)), t)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return keras.ops.mean(y_pred)


keras.utils.set_random_seed(0)
plane_velocity = PlaneVelocity()
plane_velocity.compile(keras.optimizers.Adam(0.003))
trained = plane_velocity.fit(moons.train.x, batch_size=128, epochs=3, verbose=0).history["loss"]
print("squared error, epoch by epoch:", ", ".join(f"{loss:.2f}" for loss in trained))
assert trained[-1] < trained[0]

# %% [markdown]
# ## 7. Is it a normalizing flow?
#
# The paths do not cross, so noise and data are paired one to one: flow matching *is* a normalizing flow, with time in
# place of layers. The change of variables becomes an integral. Along a path from noise to data, the log-density
# changes by the divergence of the velocity (Chen et al. 2018):
#
# $$\log p(x) = \log \mathcal N(z_1; 0, I) + \int_0^1 \operatorname{div} u(z_t, t)\, dt .$$
#
# There are two checks. A density must **integrate to 1**. And for the moons we know the true density: points
# spread evenly over two half circles, plus normal noise with standard deviation 0.05.


# %%
def true_log_density(x):
    """Of the moons: the mean of the normals around 1,000 places on the half circles."""
    squared = ((x[:, None] - curves) ** 2).sum(-1)
    normals = -squared / (2 * 0.05**2) - np.log(2 * np.pi * 0.05**2)
    return scipy.special.logsumexp(normals, axis=1) - np.log(len(curves))


side = np.linspace(-2, 2, 81)
plane = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
densities = {
    "true density": np.exp(true_log_density(plane)),
    "by flow matching": np.exp(np.asarray(flow.log_prob(plane, steps=25))),
}
figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained", sharey=True)
for axis, (name, density) in zip(axes, densities.items(), strict=True):
    mesh = axis.pcolormesh(side, side, density.reshape(81, 81), cmap="cividis", vmin=0, vmax=1.6)
    axis.set(title=name, xlabel="x₁", aspect="equal")
    total = density.sum() * (side[1] - side[0]) ** 2
    print(f"{name}: integrates to {total:.3f}")
    assert abs(total - 1) < 0.05
axes[0].set_ylabel("x₂")
figure.colorbar(mesh, label="density")
plt.show()

held_out = moons.test.x[:1000]
truth = true_log_density(held_out).mean()
model = np.asarray(flow.log_prob(held_out, steps=25)).mean()
print(
    f"mean log-density of held-out points: truth {truth:.3f} nats, flow matching {model:.3f} nats"
)
assert truth - 0.5 < model < truth + 0.05

# %% [markdown]
# On average, no model can beat the truth on new points. How far a model falls short is a Kullback–Leibler divergence.
#
# ## 8. How does it compare with other models?
#
# | | VAE | normalizing flow | diffusion | flow matching |
# |---|---|---|---|---|
# | from data to code | learnt encoder, random | learnt bijector | **fixed**: mix with noise along a curve | **fixed**: mix with noise along a straight line |
# | size of the code | small | that of the data | that of the data | that of the data |
# | trained by | a bound on $\log p(x)$ | $\log p(x)$ itself | regression (a weighted bound) | regression |
# | network | any | invertible, cheap determinant | any | any |
# | to draw a sample | one pass | one pass | many passes | many passes, often fewer than diffusion |
# | $\log p(x)$ | bound | exact | bound, or an integral | an integral |
#
# Diffusion is a VAE with very many layers and a fixed encoder (Kingma et al. 2021). Without fresh noise, it
# is a flow whose layers are infinitely thin. Is the pairing of noise and data really one to one? We take test
# points to the noise and bring them back.

# %%
z = held_out
for t in np.linspace(0, 1, 100, endpoint=False, dtype="float32"):
    early, late = (np.full(len(z), t + shift, "float32") for shift in (0, 0.005))
    middle = z + 0.005 * np.asarray(flow.velocity(z, early))
    z = z + 0.01 * np.asarray(flow.velocity(middle, late))
*_, back = flow.denoise(z, 100)
error = np.linalg.norm(back.x - held_out, axis=1)
print(f"as noise: mean {z.mean(0).round(2)}, standard deviation {z.std(0).round(2)}")
print(f"back again: off by {np.median(error):.4f} (median), {error.max():.3f} (worst)")
assert np.median(error) < 0.01 and np.abs(z.std(0) - 1).max() < 0.15

# %% [markdown]
# ## 9. Experiment
#
# `STOCHASTICITY` lies between 0 (no fresh noise) and 1 (ancestral). All four rows begin with the **same** noise.
# **Predict**: which rows will show the same images? Then change the number, and `FEW` as well.

# %%
prediction = ...  # the same images in few steps and in many: "without" or "with" fresh noise

# %%
STOCHASTICITY = 1.0
FEW = 10
start = diffusion.latent_noise(12)
rows = {
    f"{steps} steps, η = {eta:g}": list(diffusion.denoise(start, steps, stochasticity=eta))[-1].x
    for eta in (0.0, STOCHASTICITY)
    for steps in (FEW, 100)
}
figure, axes = plt.subplots(4, 12, figsize=(9, 2.7))
for line, (name, row) in zip(axes, rows.items(), strict=True):
    for axis, image in zip(line, np.asarray(row), strict=True):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    line[0].text(-0.2, 0.5, name, ha="right", va="center", fontsize=9, transform=line[0].transAxes)
figure.subplots_adjust(left=0.2, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

# %%
few, many = np.reshape(list(rows.values()), (2, 2, 12, -1)).swapaxes(0, 1)
apart = dict(zip(("without", "with"), np.mean((few - many) ** 2, axis=(1, 2)), strict=True))
print("mean squared difference between few steps and many:", end=" ")
print(", ".join(f"{name} fresh noise {value:.3f}" for name, value in apart.items()))
compare(prediction, min(apart, key=apart.get), choices=tuple(apart))

# %% [markdown]
# ## Summary
#
# - Adding noise needs no training, and the distribution is known at every time.
# - The best denoiser is a conditional mean. The score, the noise and the velocity are the same knowledge in other units.
# - Training is regression. The loss does not reach zero, and does not need to.
# - Samples are drawn in many small steps. A single step gives the mean.
# - Flow matching chooses straight paths and learns their mean velocity. The learnt paths are not straight, but
#   often need fewer steps, and they give a density by an integral.
#
# ## Check yourself
#
# <details><summary>1. The network is perfect and the data are 1,500 images. What will it draw?</summary>
#
# Those 1,500 images and no others. The exact conditional mean is an average of the training data, and at the
# end of a walk one of them has all the weight. New images are possible because the network is smoother than
# that.</details>
#
# <details><summary>2. You have a network that predicts the noise. How do you get the score at time t?</summary>
#
# Divide by the noise level and change the sign: −ε̂ / sin φ. This does not work at t = 0, where there is no
# noise to predict.</details>
#
# <details><summary>3. Two straight lines between noise and data cross at one place and time. What does the model predict there?</summary>
#
# The mean of the two velocities, weighted by how likely the pairs are, because that is the best answer to a
# squared error. Its own paths therefore do not cross.</details>
#
# ## Do it yourself
#
# The assignment [diffusion](../assignments/diffusion/diffusion.ipynb) asks for the noise and the way back,
# guidance by a label, a step of a sampler and the straight path of a flow. You then draw garments with your functions.
#
# ## Papers
#
# - B. Efron, [Tweedie's Formula and Selection Bias](https://doi.org/10.1198/jasa.2011.tm11181), 2011 (the formula of Robbins and Tweedie)
# - J. Sohl-Dickstein et al., [Deep Unsupervised Learning using Nonequilibrium
#   Thermodynamics](https://arxiv.org/abs/1503.03585), 2015
# - J. Ho, A. Jain and P. Abbeel, [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239), 2020
# - J. Song, C. Meng and S. Ermon, [Denoising Diffusion Implicit Models](https://arxiv.org/abs/2010.02502), 2021
# - Y. Song et al., [Score-Based Generative Modeling through Stochastic Differential
#   Equations](https://arxiv.org/abs/2011.13456), 2021
# - D. P. Kingma et al., [Variational Diffusion Models](https://arxiv.org/abs/2107.00630), 2021
# - T. Salimans and J. Ho, [Progressive Distillation for Fast Sampling of Diffusion
#   Models](https://arxiv.org/abs/2202.00512), 2022 (the prediction of $v$)
# - T. Karras et al., [Elucidating the Design Space of Diffusion-Based Generative
#   Models](https://arxiv.org/abs/2206.00364), 2022
# - Y. Lipman et al., [Flow Matching for Generative Modeling](https://arxiv.org/abs/2210.02747), 2023
# - X. Liu, C. Gong and Q. Liu, [Flow Straight and Fast](https://arxiv.org/abs/2209.03003), 2023
# - R. T. Q. Chen et al., [Neural Ordinary Differential Equations](https://arxiv.org/abs/1806.07366), 2018
# - T. Li and K. He, [Back to Basics: Let Denoising Generative Models
#   Denoise](https://arxiv.org/abs/2511.13720), 2025 (the prediction of $x$)
