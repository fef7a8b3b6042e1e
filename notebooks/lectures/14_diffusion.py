# %% [markdown]
# # Diffusion and flow matching
#
# Spoiling an image is easy: add noise until nothing is left. Could a network learn the way back? Nobody can rebuild an image
# from pure noise in one go. But to take away **a little** noise is a modest task, and a thousand modest tasks in a row lead
# from nothing to a digit. Most pictures that machines draw today come about in this way.
#
# **Afterwards you can**
#
# - spoil data along a schedule, and say what the distribution is at every moment;
# - say what a network that removes noise must learn (a mean), and how the *score* follows from it;
# - draw samples step by step, with and without new noise, and say what the number of steps buys;
# - tell diffusion and flow matching apart: another path, the same regression;
# - place both beside the VAE and the normalizing flows.
#
# **Time**: about 60 minutes to read and play; one minute to run from top to bottom on two cores.
# **Needs**: the lectures on [variational autoencoders](07_vae.ipynb) and on [flows](11_flows.ipynb). No network, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.special
import scipy.stats

from course_utils.data import load
from course_utils.explorers import DiffusionSteps
from course_utils.metrics.sample_quality import digit_classes, digit_features, frechet_distance
from course_utils.models.diffusion import Diffusion, point_diffusion
from course_utils.models.flow_matching import point_flow_matching
from course_utils.plotting import show_images
from course_utils.pretrained import load_pretrained

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#999999"

# %% [markdown]
# ## 1. How do we spoil an image, a little at a time?
#
# Time $t$ runs from 0, the data, to 1, nothing but noise. In between lies a mixture of the image $x$ and noise
# $\varepsilon \sim \mathcal N(0, I)$. Here are three digits on that way.

# %%
digits = load("digits")
rng = np.random.default_rng(0)


def noised(x, epsilon, t):
    """The mixture at time t."""
    phi = np.pi * t / 2
    return np.cos(phi) * x + np.sin(phi) * epsilon


x = 2 * digits.train.x - 1  # pixels from -1 to 1, so that their mean is near 0
epsilon = rng.normal(size=x.shape)
times = np.linspace(0, 1, 9)
rows = [(noised(x[i], epsilon[i], t) + 1) / 2 for i in (0, 1, 5) for t in times]
show_images(np.clip(rows, 0, 1), titles=[f"t = {t:.2f}" for t in times] * 3, columns=9)

# %% [markdown]
# The mixture is
#
# $$z_t = \cos\varphi \; x + \sin\varphi \; \varepsilon, \qquad \varphi = \tfrac{\pi}{2} t .$$
#
# Why cosine and sine? Because $\cos^2 + \sin^2 = 1$: what the image loses in variance the noise brings. **Predict**: what
# are the mean and the standard deviation of a pixel of $z_t$ at $t = \tfrac12$, over all images? And at $t = 1$?
#
# The claim to check: mean $\cos\varphi \cdot m$ and variance $\cos^2\varphi \cdot s^2 + \sin^2\varphi$, when the pixel has
# mean $m$ and variance $s^2$; and at $t = 1$ a standard normal, whatever the image was.

# %%
m, s = x.mean(), x.std()
print("   t    mean  expected    std  expected")
for t in (0.0, 0.25, 0.5, 0.75, 1.0):
    z, phi = noised(x, epsilon, t), np.pi * t / 2
    mean, std = np.cos(phi) * m, np.sqrt(np.cos(phi) ** 2 * s**2 + np.sin(phi) ** 2)
    print(f"{t:4.2f} {z.mean():7.3f} {mean:9.3f} {z.std():6.3f} {std:9.3f}")
    assert abs(z.mean() - mean) < 0.01 and abs(z.std() - std) < 0.01

# %% [markdown]
# No network so far, nothing to train. In the words of the VAE: this is an **encoder that is fixed**, with a code as large as
# the image, and its prior holds exactly at $t = 1$.

# %% [markdown]
# ## 2. What is the best answer to "what was it before?"
#
# Many images could have become the same $z$. Asked for *one* answer and punished by the squared error, the best you can say is
# their **mean**, $\hat x(z) = \mathbb E[x \mid z_t = z]$. For digits nobody can compute it. For a few thousand points
# in the plane we can: it is an average of the data, weighted by how well each explains $z$.

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
# At $t = 0.8$ all arrows point to the middle: with so much noise any data point is possible. At $t = 0.2$ each points to
# the near piece of a moon.
#
# **The score.** The direction in which the density of $z_t$ rises fastest is $\nabla_z \log p(z_t)$, the *score*.
# Robbins (1956) and Tweedie knew that it comes with the mean for free:
#
# $$\nabla_z \log p(z_t) = \frac{\cos\varphi \; \hat x(z) - z}{\sin^2\varphi} = -\frac{\hat\varepsilon(z)}{\sin\varphi}.$$
#
# So whoever can denoise knows the slope of the density, without ever knowing the density. Is it true? Here we *have* the
# density, a sum of normals, and can take its slope by small steps.

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
# By regression, and nothing else. Draw an example, a time and noise; mix; ask the network; take the squared error. No
# second player, no bound, no determinant:
#
# $$\text{loss} = \mathbb E_{x, t, \varepsilon} \big\| v_\theta(z_t, t) - v \big\|^2, \qquad v = \cos\varphi\; \varepsilon - \sin\varphi\; x .$$
#
# Why $v$ and not $x$ or $\varepsilon$? To name the noise is trivial when all is noise, and to name the image is trivial when
# there is none. $v$ asks for what is missing, at every time (Salimans and Ho 2022). Each follows from the others:
# $\hat x = \cos\varphi\, z - \sin\varphi\, v$ and $\hat\varepsilon = \sin\varphi\, z + \cos\varphi\, v$. Ho et al. (2020)
# let their network name $\varepsilon$.
#
# Our network gets one hint: the $v$ that would be right if the data were one normal distribution, a straight line in $z$. It learns
# what is left. (See the top of `course_utils/models/diffusion.py`; Karras et al. 2022.)
#
# **Predict**: will the loss go to zero?


# %%
def train(model):
    """Fit a model of points to the moons."""
    steps = keras.optimizers.schedules.CosineDecay(4e-3, 40 * 40)
    adam = keras.optimizers.Adam(steps, use_ema=True, ema_momentum=0.99)
    model.compile(adam, jit_compile=True)
    return model.fit(moons.train.x, batch_size=250, epochs=40, verbose=0).history["loss"]


points = point_diffusion(width=64, blocks=2)
losses = train(points)

plt.figure(figsize=(5, 2.4), layout="constrained")
plt.plot(losses, color=BLUE)
plt.ylim(0)
plt.xlabel("epoch")
plt.ylabel("squared error of v")
plt.show()
assert 0.2 * losses[0] < losses[-1] < losses[0]

# %% [markdown]
# It does not. Many $x$ and $\varepsilon$ lead to one $z$, and the mean cannot be right for all of them. What is left is not a
# failure of the network. So look at what it should be: does it agree with the exact mean of section 2?

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
# Start from noise at $t = 1$. Ask for $\hat x$. Do **not** jump there: it is a mean, and a mean of moons is no moon. Go a
# short way, ask again. A step from $t$ to an earlier $s$ mixes anew what the network sees:
#
# $$z_s = \cos\varphi_s\; \hat x + \sin\varphi_s \; \hat\varepsilon .$$
#
# That is DDIM (Song et al. 2021): all chance lies in the first draw. The **ancestral** sampler of Ho et al. replaces part of
# $\hat\varepsilon$ by fresh noise at each step. One argument turns the one into the other: `stochasticity`.

# %%
start = points.latent_noise(300)
walks = {
    "no new noise (DDIM)": [moment.z for moment in points.denoise(start, 100)],
    "new noise (ancestral)": [moment.z for moment in points.denoise(start, 100, stochasticity=1.0)],
}
FOLLOWED = 40  # walks that are drawn from start to end
figure, axes = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained", sharey=True)
for axis, (name, walk) in zip(axes, walks.items(), strict=True):
    walk = np.asarray(walk)  # (moments, points, 2)
    axis.plot(*walk[0].T, ".", color=ORANGE, markersize=3, label="noise, t = 1")
    axis.plot(*walk[-1].T, ".", color=BLUE, markersize=3, label="samples, t = 0")
    axis.plot(*walk[:, :FOLLOWED].transpose(2, 0, 1), color="black", linewidth=0.5, alpha=0.6)
    axis.set(title=name, xlabel="z₁", xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
axes[0].set_ylabel("z₂")
axes[0].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# **How many steps?** Predict what a *single* step gives. Then two, five.
#
# The number above each picture is the share of samples within three standard deviations of the noise-free half circles.

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
print(f"from the mean of all data: one step {from_mean:.2f}, data {spread:.2f} (medians)")
assert from_mean < 0.25 * spread
assert shares[100] > 0.9 > shares[2]

# %% [markdown]
# One step gives the mean of all data, for every start: from pure noise nothing can be told. That is also why a network of
# this kind needs *time* to draw, where a GAN needs one pass.

# %% [markdown]
# ## 5. When is a digit decided?
#
# Now images, with more units, trained in advance (about half a minute; `course_utils/pretrained/digits_diffusion.py`). One
# thing is different. Digits lie near a [manifold](03_manifolds.ipynb) of few dimensions, noise fills all 64. To name $v$ is to
# name the noise in every pixel, and whatever a network misses of it stays in the picture as grey. So where data have bounds,
# ours names $\hat x$ itself (Li and He 2025), by one logit a pixel, and learns by the cross-entropy, like the decoder of the
# [VAE](07_vae.ipynb). It has the same minimum, the mean of $x$ given $z$, and no guess leaves the range from black to white.
#
# Above: the noised images. Below: what the network sees in them. On the right, the moons of section 4 on the same way.
#
# **Move the slider.** At which step can you tell which digit it will be? At which can the network?

# %%
diffusion = load_pretrained("digits_diffusion")
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
# First the mean of all digits, then a blur that might be a 3 or an 8, then the decision, at last the edges. What is coarse is settled
# first, what is fine at the end.

# %%
samples = np.asarray(diffusion.sample(1500))
show_images(samples[:36], columns=12, title="samples, 50 steps")

# %% [markdown]
# Are they good? A number from the [lecture on evaluation](13_evaluation.ipynb): the Fréchet distance in the features of a small digit classifier (not
# Inception's FID), against the test digits. For comparison: real digits, and a single normal distribution fitted to the pixels.

# %%
pixels = digits.train.x.reshape(-1, 64)
gaussian = rng.multivariate_normal(pixels.mean(0), np.cov(pixels.T), 1500).clip(0, 1)
compared = {
    "real training digits": digits.train.x,
    "diffusion": samples,
    "one normal distribution": gaussian.reshape(-1, 8, 8, 1),
}
real = digit_features(digits.test.x)
scores = {name: frechet_distance(real, digit_features(images)) for name, images in compared.items()}
for name, score in scores.items():
    print(f"{name:25} {score:6.2f}")
print("digits drawn:", np.bincount(digit_classes(samples), minlength=10))
assert scores["diffusion"] < 0.6 * scores["one normal distribution"]
assert len(np.unique(digit_classes(samples))) == 10

# %% [markdown]
# Or did it learn the training images by heart? In section 2 the exact answer was an average *of the training data*. A
# network that reached it would end every walk at a training image! It is the smoothness of the network that saves us.
# Look for the training image that is nearest to each sample, and compare with the distance that a *new* digit has.


# %%
def nearest_distance(images):
    """Distance to the nearest training image, and its number."""
    tree = scipy.spatial.cKDTree(pixels)
    return tree.query(np.asarray(images).reshape(len(images), 64))


distance, number = nearest_distance(samples)
fresh = nearest_distance(digits.test.x)[0]
show_images(
    np.concatenate([samples[:12], digits.train.x[number[:12]]]),
    columns=12,
    title="samples, and below each the nearest training image",
)
print(f"median distance to a training image: samples {np.median(distance):.2f}, ", end="")
print(f"test digits {np.median(fresh):.2f}")
assert np.median(distance) > 0.6 * np.median(fresh)

# %% [markdown]
# ## 6. Flow matching: why not straight on?
#
# Look again at the walks without new noise: each start has one end, and the walks are smooth curves. They solve
# a differential equation, $dz/dt = $ velocity. Then why not choose the path first, the simplest there is, and learn its velocity?
#
# $$z_t = (1 - t)\, x + t\, \varepsilon, \qquad \frac{dz}{dt} = \varepsilon - x, \qquad
# \text{loss} = \mathbb E \big\| u_\theta(z_t, t) - (\varepsilon - x) \big\|^2 .$$
#
# That is **flow matching** (Lipman et al. 2023), or rectified flow (Liu et al. 2023). Compare with section 3: $v$ was
# $dz/d\varphi$ of the *curved* path. One word changed, nothing else: `FlowMatching` in `course_utils/models/flow_matching.py` is
# `Diffusion` with another path and another solver.

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
axes[0].set(title="what it is shown: pairs by chance", ylabel="z₂")
axes[1].plot(*learned[0].T, ".", color=ORANGE, markersize=3)
axes[1].plot(*learned[-1].T, ".", color=BLUE, markersize=3)
axes[1].plot(*learned[:, :FOLLOWED].transpose(2, 0, 1), color="black", linewidth=0.5, alpha=0.6)
axes[1].set(title="what it learns: their mean velocity")
for axis in axes:
    axis.set(xlabel="z₁", xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
axes[0].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# The straight lines on the left cross. Those on the right cannot: at one place and time there is one velocity, the mean over all pairs
# that pass. So the learned paths are *not* straight: all first head for the middle, where everything mixes, and then out to the moons.
# **Predict**: who needs fewer steps, diffusion or flow matching?
#
# A length divided by the distance between its ends is 1 for a straight line.


# %%
def bend(walk):
    """Length of all paths together, divided by the distances between their ends."""
    walk = np.asarray(walk)
    length = np.linalg.norm(np.diff(walk, axis=0), axis=-1).sum()
    return length / np.linalg.norm(walk[-1] - walk[0], axis=-1).sum()


curved = bend([moment.z for moment in points.denoise(start, 50)])
print(f"length / distance: diffusion {curved:.3f}, flow matching {bend(learned):.3f}")

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
assert sum(few[steps][1] - few[steps][0] for steps in (3, 5, 10)) > 0

# %% [markdown]
# Straight pairs do not make straight paths. Still, at a handful of steps flow matching is ahead here, by a little. (To straighten the
# paths, train anew on pairs of a start and the end that the model itself took it to: the "rectified" in rectified flow.)

# %% [markdown]
# One claim is left: **Euler's step along the velocity is the step of section 4**. For the straight path,
# $z_s = (1 - s)\,\hat x + s\,\hat\varepsilon = z_t + (s - t)\, u$. Two papers, one line of algebra.

# %%
z = np.asarray(flow.latent_noise(100))
euler, _ = flow.step(z, 0.8, 0.6, "euler")
ddim, _ = Diffusion.step(flow, z, 0.8, 0.6, 0.0)
print(f"largest difference {np.abs(euler - ddim).max():.1e}")
np.testing.assert_allclose(euler, ddim, atol=1e-5)

# %% [markdown]
# ## 7. Is it a normalizing flow?
#
# The paths do not cross, so noise and data are paired one to one: it *is* a normalizing flow, whose layers are time. The change of
# variables becomes an integral. Along a path the log-density falls by the divergence of the velocity (Chen et al. 2018):
#
# $$\log p(x) = \log \mathcal N(z_1; 0, I) + \int_0^1 \operatorname{div} u(z_t, t)\, dt .$$
#
# Two checks. A density must **integrate to 1**. And for the moons we know the true one: points evenly on two half circles, plus normal
# noise of 0.05.


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
# On held-out points no model can beat the truth on average; how far it stays behind is a Kullback–Leibler divergence.
#
# ## 8. Where does it belong?
#
# | | VAE | normalizing flow | diffusion | flow matching |
# |---|---|---|---|---|
# | from data to code | learned encoder, random | learned bijector | **fixed** noising | fixed straight path |
# | size of the code | small | that of the data | that of the data | that of the data |
# | trained by | a bound on $\log p(x)$ | $\log p(x)$ itself | regression (a weighted bound) | regression |
# | network | any | invertible, cheap determinant | any | any |
# | to draw | one pass | one pass | many passes | many, often fewer |
# | $\log p(x)$ | bound | exact | bound, or an integral | an integral |
#
# Read by column, diffusion is a VAE with very many layers whose encoder is given (Kingma et al. 2021); without new noise it
# is a flow whose layers are infinitely thin. Is the pairing of noise and data really one to one? Take test points to the noise and
# bring them back.

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
# `STOCHASTICITY` lies between 0 (no new noise) and 1 (ancestral). All four rows begin with the **same** noise.
# **Predict**: which rows will show the same digits? Then change the number, and `FEW` as well.

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
for line, (name, images) in zip(axes, rows.items(), strict=True):
    for axis, image in zip(line, np.asarray(images), strict=True):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    line[0].text(-1.5, 3.5, name, ha="right", va="center", fontsize=9)
figure.subplots_adjust(left=0.2, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

# %% [markdown]
# ## Summary
#
# - Noising needs no training; the distribution at every time is known.
# - The best denoiser is a conditional mean. The score, the noise and the velocity are the same knowledge in other units.
# - Training is regression. The loss does not reach zero, and need not.
# - Samples come by many small steps. A single step gives the mean.
# - Flow matching chooses straight paths and learns their mean velocity, which is not straight: often fewer steps, and a density by an
#   integral.
#
# ## Check yourself
#
# <details><summary>1. The network is perfect and the data are 1,500 images. What will it draw?</summary>
# These 1,500 images, and no other: the exact conditional mean is an average of the training data, and at the end of a walk one
# of them has all the weight. New images come from the network's being smoother than that.</details>
#
# <details><summary>2. You have a network that names the noise. How do you get the score at time t?</summary>
# Divide by the noise level and turn the sign: −ε̂ / sin φ. Not at t = 0, where there is no noise to name.</details>
#
# <details><summary>3. Two straight paths from pairs of noise and data cross at one place and time. What does the model say there?</summary>
# The mean of the two velocities (weighted by how likely the pairs are), as the best answer to a squared error. Its own paths
# therefore do not cross.</details>
#
# ## Do it yourself
#
# The assignment [diffusion](../assignments/diffusion/diffusion.ipynb) asks for the noise and the way back, guidance by a label, a
# step of a sampler and the straight path of a flow, and draws garments with yours.
#
# ## Papers
#
# - B. Efron, [Tweedie's Formula and Selection Bias](https://doi.org/10.1198/jasa.2011.tm11181), 2011 (Robbins' and Tweedie's
#   mean)
# - J. Sohl-Dickstein et al., [Deep Unsupervised Learning using Nonequilibrium Thermodynamics](https://arxiv.org/abs/1503.03585), 2015
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
# - T. Li and K. He, [Back to Basics: Let Denoising Generative Models Denoise](https://arxiv.org/abs/2511.13720), 2025 (the
#   prediction of $x$)
