# %% [markdown]
# # Normalizing flows
#
# A VAE gives a bound on the probability of an image; a GAN gives nothing at all. Can one model draw images
# **and** say exactly how probable each of them is? It can, if every step on the way from noise to image can be
# undone, and if we keep track of how much each step stretches space.
#
# **Afterwards you can**
#
# - say what happens to a density when its variable is transformed, and check it;
# - build an invertible model from networks that cannot be inverted (*coupling layers*, RealNVP, Glow);
# - measure a model in bits per dimension, and say what the number should be compared with;
# - show where an exact likelihood misleads, and why;
# - edit an attribute of an image by moving its code.
#
# **Time**: about 60 minutes to read and play; about a minute to run from top to bottom on two cores.
# **Needs**: Keras basics, the lectures on [densities](02_densities.ipynb) and on
# [variational autoencoders](07_vae.ipynb). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture

from course_utils import bijectors as bj
from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import AttributeEditor, FlowGrid, Playground
from course_utils.metrics.likelihood import bits_per_dimension, dequantize
from course_utils.models.flow import attribute_direction, dense_conditioner, real_nvp
from course_utils.plotting import show_images
from course_utils.pretrained import load_pretrained

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. What happens to a density when its variable is transformed?
#
# Take numbers that are spread evenly between 0 and 1, and square each of them. All results lie between 0 and
# 1 again. **Predict**: are they still spread evenly? If not, where do they crowd?

# %%
prediction = ...  # the share of the squares that are below 0.25, from 0 to 1

# %%
x = np.random.default_rng(0).uniform(size=200_000)
y = x**2

figure, axes = plt.subplots(1, 2, figsize=(7, 2.4), layout="constrained", sharey=True)
axes[0].hist(x, bins=50, density=True, color="#9ecae1")
axes[1].hist(y, bins=50, density=True, color="#9ecae1", label="200,000 squares")
y_axis = np.linspace(0.003, 1, 300)
axes[1].plot(y_axis, 1 / (2 * np.sqrt(y_axis)), color="#08306b", label="1 / (2 √y)")
axes[0].set(xlabel="x", ylabel="density", ylim=(0, 6))
axes[1].set(xlabel="y = x²")
axes[1].legend(frameon=False)
plt.show()

# %%
compare(prediction, np.mean(y < 0.25), within=0.05)

# %% [markdown]
# They crowd near 0. Squaring pushes small numbers together: where the slope $2x$ of the map is below 1, the
# density rises; where it is above 1, the density falls. Probability is neither created nor lost, only spread differently:
#
# $$p_y(y) = p_x(x)\,\left|\frac{dx}{dy}\right|, \qquad
# \log p_x(x) = \log p_y(y) + \log\left|\frac{dy}{dx}\right|.$$
#
# Here $x = \sqrt y$, so the density of $y$ is $1/(2\sqrt y)$. Does the rule hold for other maps too? Let us try
# one picked at random: let $z = \sinh(x)$ be standard normal. Then $\log p(x)$ must be the log-density of $z$
# plus the logarithm of the slope, $\log\cosh x$. If the rule is right, the density of $x$ integrates to 1.

# %% [markdown]
# **Your turn** (about 5 minutes). Write this log-density before you see it.
#
# <details><summary>Hint 1</summary>
#
# The rule reads: log-density of $z$, at the place to which $x$ goes, plus the logarithm of the slope.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `scipy.stats.norm.logpdf` is the log-density of a standard normal variable, `np.sinh` takes you from
# $x$ to $z$.
#
# </details>


# %%
@your_turn
def log_density_of_x(x):
    """The log-density of x (N,) if z = sinh(x) is standard normal: (N,)."""
    return ...


# %%
x_axis = np.linspace(-5, 5, 100_001)
log_density = scipy.stats.norm.logpdf(np.sinh(x_axis)) + np.log(np.cosh(x_axis))
with_slope = np.trapezoid(np.exp(log_density), x_axis)
without_slope = np.trapezoid(scipy.stats.norm.pdf(np.sinh(x_axis)), x_axis)
print(f"integral with the slope {with_slope:.6f}, without it {without_slope:.3f}")
assert abs(with_slope - 1) < 1e-6

# %% [markdown]
# In $D$ dimensions the slope becomes the Jacobian matrix, and what counts is how much it changes volumes: the
# absolute value of its determinant. A **flow** is an invertible map $f$ from data $x$ to a code $z$ that should
# look like a draw from a standard normal distribution. We train it by making the data probable:
#
# $$\log p(x) = \log \mathcal N\big(f(x); 0, I\big) + \log\left|\det \frac{\partial f}{\partial x}\right|.$$
#
# This is exact: there is no bound, and no second network to play against. To draw a sample, take $z$ from the
# normal distribution and compute $x = f^{-1}(z)$. Two obstacles remain. An ordinary network cannot be inverted,
# and the determinant of a $D \times D$ matrix costs about $D^3$ operations.

# %% [markdown]
# ## 2. How can a network be inverted?
#
# It does not have to be. Let half of the numbers **pass** unchanged, and let a network look at them. Its
# outputs $s$ and $t$ scale and shift the other half (Dinh et al. 2017):
#
# $$y_1 = x_1, \qquad y_2 = x_2 \odot e^{s(x_1)} + t(x_1).$$
#
# On the way back $x_1 = y_1$ is known, so we can evaluate the network again and undo what it did:
# $x_2 = \big(y_2 - t(x_1)\big) \odot e^{-s(x_1)}$. The network itself is
# never inverted. The Jacobian is triangular, so its determinant is the product of its diagonal, and
# $\log|\det| = \sum_i s_i$ comes for free.
#
# (Our library shifts before it scales, $y_2 = \big(x_2 + t(x_1)\big) \odot e^{s(x_1)}$, as the published code
# of Glow does. The determinant is the same, and so are the maps that can be expressed. In the assignment,
# follow the equation above.)
#
# Both claims, that the map can be undone and that its log-determinant is $\sum_i s_i$, can be checked on a
# network with random weights.

# %%
conditioner = dense_conditioner((6,), hidden=(32,))
for weight in conditioner.weights:
    weight.assign(keras.random.normal(weight.shape, stddev=0.5, seed=1))
coupling = bj.AffineCoupling(conditioner, bj.half_mask((6,)))
coupling.build((None, 6))

x = tf.random.normal([4, 6], seed=0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y, log_det = coupling(x)
jacobians = tape.batch_jacobian(y, x).numpy()

figure, axis = plt.subplots(figsize=(2.8, 2.4), layout="constrained")
image = axis.imshow(np.abs(jacobians[0]), cmap="cividis")
axis.set(xlabel="entry of x", ylabel="entry of y", title="size of ∂y/∂x")
figure.colorbar(image)
plt.show()

by_determinant = np.linalg.slogdet(jacobians)[1]
back = coupling.inverse(y)
print("log |det|, sum of s:         ", log_det.numpy().round(4))
print("log |det|, by the determinant:", by_determinant.round(4))
print(f"there and back: largest error {np.abs(back - x).max():.1e}")
np.testing.assert_allclose(log_det, by_determinant, atol=1e-3)
np.testing.assert_allclose(back, x, atol=1e-3)

# %% [markdown]
# The upper left block is the identity: that half passes. One coupling does not get far, since half of the
# numbers stay as they are. So the two halves **take turns**, and a chain of couplings makes a flow.

# %% [markdown]
# ## 3. What does a flow do in the plane?
#
# We take the two moons. Our RealNVP chains eight couplings. Between them, each coordinate is scaled and shifted by
# two learnt numbers, which keeps the values in a range that the networks can handle (this step is called
# *actnorm*; we meet it again in section 4). The loss is $-\log p(x)$ and nothing else.

# %%
moons = load("moons", count=4000)
flow = real_nvp((2,), steps=8, hidden=(64, 64))
flow.compile(keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99), jit_compile=True)
history = flow.fit(
    moons.train.x,
    batch_size=200,
    epochs=120,
    validation_data=(moons.validation.x,),
    patience=30,
)
print(
    f"after {len(history.history['loss'])} epochs: {history.history['loss'][-1]:.2f} nats per point"
)

# %% [markdown]
# Press *Play*, or move the slider: at 0 you see the moons, at the end noise, and in between what each layer does. The grid is
# straight on the noise side. **Find** where it is squeezed together on the data side, and where it is stretched.


# %%
def couplings(chain):
    """The bijectors of a chain in groups that each end with a coupling; the rest joins the last."""
    groups = [[]]
    for bijector in chain.bijectors:
        groups[-1].append(bijector)
        if isinstance(bijector, bj.AffineCoupling):
            groups.append([])
    *groups, rest = groups
    groups[-1] += rest
    return groups


def there(x, groups):
    """Where x is before the first group and after each."""
    places = [x]
    for group in groups:
        for bijector in group:
            x = bijector(x)[0]
        places.append(x)
    return np.stack(places)


def back_again(z, groups):
    """Where z comes from: before the first group, and after each."""
    places = [z]
    for group in reversed(groups):
        for bijector in reversed(group):
            z = bijector.inverse(z)
        places.append(z)
    return np.stack(places[::-1])


layers = couplings(flow.bijector)
chosen = moons.test.x[:300]
ticks, fine = np.linspace(-3, 3, 13), np.linspace(-3, 3, 61)
lines = [[(t, f) for f in fine] for t in ticks] + [[(f, t) for f in fine] for t in ticks]
lines = np.array(lines, "float32")
grid = back_again(tf.constant(lines.reshape(-1, 2)), layers).reshape(-1, *lines.shape)
FlowGrid(there(tf.constant(chosen), layers), grid, labels=moons.test.labels[:300])

# %% [markdown]
# Is it a density? A sum over a fine grid of the plane must give 1. And a place where no data lie should be
# improbable: we compare the centre of the plane, between the two moons, with the middles of the moons' arcs.

# %%
reach = 4.0
side = np.linspace(-reach, reach, 301, dtype="float32")
plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
log_p = flow.log_prob(plane).numpy().reshape(301, 301)
total = np.exp(log_p.astype("float64")).sum() * (side[1] - side[0]) ** 2

figure, axes = plt.subplots(1, 2, figsize=(7.6, 3), layout="constrained", sharex=True, sharey=True)
extent = (-reach, reach, -reach, reach)
image = axes[0].imshow(np.exp(log_p), origin="lower", extent=extent, cmap="cividis")
figure.colorbar(image, ax=axes[0], label="density")
axes[1].scatter(*flow.sample(1000).numpy().T, s=2, color="#08519c")
axes[1].set_aspect("equal")
axes[0].set(xlabel="x₁", ylabel="x₂", title="p(x)")
axes[1].set(xlabel="x₁", title="1,000 samples", xlim=(-2.5, 2.5), ylim=(-2.5, 2.5))
plt.show()

z = flow.encode(moons.test.x).numpy()
tops = np.array([[-0.5, 0.75], [0.5, -0.75]], "float32")
on_top, between = flow.log_prob(tops).numpy(), flow.log_prob(np.zeros((1, 2), "float32")).numpy()
print(f"the density sums to {total:.3f}")
print(f"codes of test points: mean {z.mean():.2f}, standard deviation {z.std():.2f}")
print(f"log-density in the middle of each arc {on_top.round(1)}, between them {between.round(1)}")
assert abs(total - 1) < 0.02 and abs(z.std() - 1) < 0.1
assert on_top.min() > between.max() + 3

# %% [markdown]
# There is one thing that a flow cannot do: tear the plane apart. The normal distribution is in one piece and
# the moons are in two, so a thin bridge of probability remains between them. How many samples fall on it? Count
# those that lie further from both half circles than three standard deviations of the noise, and compare with
# real points.

# %%
angle = np.linspace(0, np.pi, 1000)
upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
half_circles = scipy.spatial.cKDTree(np.concatenate([upper, [1, 0.5] - upper]) - [0.5, 0.25])


def share_off_the_moons(points):
    """Share of points (N, 2) that lie more than three standard deviations, 0.15, from the moons."""
    return np.mean(half_circles.query(np.asarray(points))[0] > 3 * 0.05)


of_samples, of_points = share_off_the_moons(flow.sample(20_000)), share_off_the_moons(moons.test.x)
print(f"off the moons: {of_samples:.1%} of the samples, {of_points:.1%} of the real points")
assert of_samples > 2 * of_points

# %% [markdown]
# Watch it happen: below, a flow of eight couplings learns on this page, without Python. The green lines are a straight grid
# of codes, and the shade is the density. Press *Play*.
#
# **Predict**: a flow is continuous and has an inverse, so it cannot tear the plane. What will it do with eight separate spots?
# Look at what lies between the moons, then choose the ring of eight.

# %%
Playground("flow", "moons", learning_rate=0.002, grid=True)

# %% [markdown]
# And here is the playground's flow in Keras: the same networks, the same change of variables, the same loss. (A test of
# this course trains both from the same weights on the same batches, and after 20 steps their weights still agree.) In each
# coupling one coordinate passes and moves the other; then the two change places.


# %%
class PlaneFlow(keras.Model):
    """Eight couplings between points (B, 2) and normal codes; called, it gives log p(x), (B, 1)."""

    def __init__(self):
        super().__init__()
        self.couplings = [dense_conditioner((1,), hidden=(32, 32)) for _ in range(8)]

    def call(self, x):
        a, b = keras.ops.split(x, 2, axis=-1)
        log_det = 0.0
        for coupling in self.couplings:
            shift, raw = keras.ops.split(coupling(a), 2, axis=-1)
            log_scale = 2 * keras.ops.tanh(raw / 2)  # between -2 and 2
            a, b = b * keras.ops.exp(log_scale) + shift, a
            log_det += log_scale
        return log_det - (a**2 + b**2) / 2 - np.log(2 * np.pi)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return -keras.ops.mean(y_pred)


keras.utils.set_random_seed(0)
plane_flow = PlaneFlow()
plane_flow.compile(keras.optimizers.Adam(0.002))
trained = plane_flow.fit(moons.train.x, batch_size=128, epochs=3, verbose=0).history["loss"]
print("−log p, epoch by epoch:", ", ".join(f"{loss:.2f}" for loss in trained))
assert trained[-1] < trained[0]

# %% [markdown]
# ## 4. How many bits does a digit cost?
#
# In this lecture the images are the 8 × 8 digits. They are small enough to let us check an exact likelihood by
# brute force.
#
# A pixel of our digits takes one of 17 grey levels. A density could be made as large as one likes on such
# isolated values, so each level is spread over a small interval by adding uniform noise (*dequantization*,
# Theis et al. 2016). Then the log-density is, on average over the noise, a lower bound on the log-probability of the grey levels, and we can count in **bits
# per dimension**, as a compression program would:
#
# $$b = -\frac{\log p(x)}{D \ln 2} + \log_2 17.$$
#
# A model that knows nothing pays $\log_2 17$ bits for each pixel. **Predict**: how much does a mixture of
# Gaussians pay, and how much a flow?

# %%
predicted_mixture = ...  # bits per pixel that the mixture of Gaussians pays
predicted_flow = ...  # and the better of the two flows

# %%
digits = load("digits")
LEVELS = 17


def bits(log_prob, images, seed=0):
    """Bits per pixel of each image, under log_prob of dequantised images."""
    return bits_per_dimension(
        np.asarray(log_prob(dequantize(images, LEVELS, seed=seed)), "float64"),
        dimensions=64,
        levels=LEVELS,
    )


train = dequantize(digits.train.x, LEVELS, seed=1).reshape(-1, 64)
mixture = GaussianMixture(5, reg_covar=1e-4, random_state=0).fit(train)

keras.utils.set_random_seed(0)
nvp = real_nvp(digits.shape, levels=LEVELS, dropout=0.3)
averaged_adam = keras.optimizers.Adam(1e-3, use_ema=True, ema_momentum=0.99, global_clipnorm=10.0)
nvp.compile(averaged_adam, jit_compile=True)
history = nvp.fit(
    digits.train.x,
    batch_size=50,
    epochs=100,
    validation_data=(digits.validation.x,),
    patience=6,
)

# %% [markdown]
# In our RealNVP, the pixels that pass alternate between checkerboards and rows. The RealNVP of the paper also works
# at **several scales**: now and then each block of 2 × 2 pixels is rearranged into four channels of one pixel,
# and half of the channels leave early and go straight to the code. **Glow** (Kingma and Dhariwal 2018) keeps
# the scales and adds two ideas:
#
# - **actnorm** takes the place of batch normalisation: a learnt scale and shift of each channel, initialised
#   so that the first batch comes out with mean 0 and variance 1;
# - an **invertible 1×1 convolution** takes the place of swapping halves: a learnt mix of the channels. Its
#   determinant is cheap because the matrix is stored as an LU decomposition.
#
# Our Glow was trained beforehand by the recipe in `course_utils/pretrained/digits_glow.py`.

# %%
glow = load_pretrained("digits_glow")
scores = {
    "knows nothing": np.log2(LEVELS),
    "Gaussian mixture": bits(
        lambda x: mixture.score_samples(x.reshape(-1, 64)), digits.test.x
    ).mean(),
    "RealNVP": bits(nvp.log_prob, digits.test.x).mean(),
    "Glow": bits(glow.log_prob, digits.test.x).mean(),
}
for name, value in scores.items():
    print(f"{name:>17}: {value:.2f} bits per pixel")
assert max(scores["RealNVP"], scores["Glow"]) < scores["Gaussian mixture"]

# %%
compare(predicted_mixture, scores["Gaussian mixture"], within=0.2)
compare(predicted_flow, min(scores["RealNVP"], scores["Glow"]), within=0.2)

# %% [markdown]
# Is Glow's determinant right as well? Its Jacobian has 64 × 64 entries, which is small enough to compute by brute force.

# %%
x = tf.constant(dequantize(digits.test.x[:2], LEVELS, seed=0))
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    z, log_det = glow.bijector(x)
jacobians = tape.batch_jacobian(z, x, experimental_use_pfor=False).numpy().reshape(2, 64, 64)
by_determinant = np.linalg.slogdet(jacobians.astype("float64"))[1]
error = np.abs(glow.decode(z) - x).max()
print("log |det|:", log_det.numpy().round(2), "by brute force:", by_determinant.round(2))
print(f"there and back: largest error of a pixel {error:.1e}")
np.testing.assert_allclose(log_det, by_determinant, rtol=1e-3)
assert error < 1e-2

# %% [markdown]
# **Experiment.** A sample is $f^{-1}(\tau\varepsilon)$ with $\varepsilon$ drawn from a standard normal
# distribution; $\tau$ is called the temperature. At $\tau = 1$ we draw from the model as it was trained.
# **Predict** what $\tau = 0.5$ will do to the digits, and $\tau = 0$. Then change the numbers.

# %%
prediction = ...  # how many different images will the twelve samples show at τ = 0?

# %%
temperatures = (1.0, 0.7, 0.4, 0.0)
keras.utils.set_random_seed(1)
rows = [np.clip(glow.sample(12, temperature=t), 0, 1) for t in temperatures]
show_images(
    np.concatenate(rows),
    columns=12,
    title="Glow, temperature " + ", ".join(f"{t:g}" for t in temperatures) + " (from top)",
)
spread = np.array([row.std(axis=0).mean() for row in rows])
for temperature, value in zip(temperatures, spread, strict=True):
    print(f"temperature {temperature:g}: standard deviation of a pixel {value:.3f}")
assert np.all(np.diff(spread[np.argsort(temperatures)]) > 0)

# %%
coldest = np.reshape(rows[np.argmin(temperatures)], (12, -1)).round(2)
compare(prediction, len(np.unique(coldest, axis=0)))

# %% [markdown]
# Samples at a lower temperature are less noisy and more alike. At 0 they are all the same: the image of the
# code 0, where the base density is highest. Does it look like a typical digit to you? Keep this in mind: the
# place where a density is highest need not be where its samples fall.

# %% [markdown]
# ## 5. What does an exact likelihood not see?
#
# Now let us use Glow as an alarm: it reports an image that costs too many bits per pixel. We set the threshold
# so that 95% of the validation digits stay below it. Then we show it images unlike those it knows: pure noise,
# digits mirrored left to right, digits so faint that hardly any ink is left, and a black page. **Predict**
# which of them it will report.

# %%
predicted_noise = ...  # noise: "reported" or "let pass"
predicted_faint = ...  # faint digits?
predicted_black = ...  # and a black page?

# %%
rng = np.random.default_rng(0)
x = digits.test.x
shown = {
    "test digits": x,
    "noise": rng.integers(0, LEVELS, x.shape) / (LEVELS - 1),
    "mirrored digits": x[:, :, ::-1],
    "faint digits": np.rint(0.1 * x * (LEVELS - 1)) / (LEVELS - 1),
    "black page": np.zeros_like(x),
}
show_images(
    np.concatenate([images[:12] for images in shown.values()]),
    columns=12,
    title="from the top: " + ", ".join(shown),
)

scored = {name: bits(glow.log_prob, images) for name, images in shown.items()}
threshold = np.quantile(bits(glow.log_prob, digits.validation.x), 0.95)
reported = {name: np.mean(values > threshold) for name, values in scored.items()}
for name, values in scored.items():
    print(f"{name:>15}: {values.mean():5.2f} bits per pixel, {reported[name]:4.0%} reported")

figure, axis = plt.subplots(figsize=(7, 2.6), layout="constrained")
colors = ("#08519c", "#888888", "#33BBEE", "#e6850e", "#000000")
for (name, values), color in zip(scored.items(), colors, strict=True):
    axis.hist(
        np.clip(values, 1, 6), bins=np.linspace(1, 6, 101), histtype="step", lw=1.8, color=color,
        label=name,
    )  # fmt: skip
axis.axvline(threshold, color="black", linestyle=":")
axis.set(
    xlabel="bits per pixel (few: more likely); 6 means 6 or more", ylabel="images", ylim=(0, 90)
)
axis.legend(frameon=False)
plt.show()

less_likely = np.mean(scored["test digits"] > scored["black page"].mean())
print(f"a black page is more likely than {less_likely:.0%} of the real digits")
assert reported["noise"] == 1 and reported["black page"] < 0.05
assert less_likely > 0.5 and scored["faint digits"].mean() < scored["test digits"].mean()

# %%
fate = {name: "reported" if share > 0.5 else "let pass" for name, share in reported.items()}
compare(predicted_noise, fate["noise"], choices=("reported", "let pass"))
compare(predicted_faint, fate["faint digits"], choices=("reported", "let pass"))
compare(predicted_black, fate["black page"], choices=("reported", "let pass"))

# %% [markdown]
# Noise is caught. But the black page passes. To Glow it is more probable than most of the test digits,
# although not one training image is black. Nalisnick et al. (2019) found something similar with large flows: trained on
# photographs of objects, they give pictures of house numbers a higher likelihood than the photographs
# themselves.
#
# How can that be? The bits are not wrong. They bound the probability of one image, and this *one* image,
# the black page, may well be more probable than any *one* digit. But there is only one black page, and there
# are enormously many digits, each slightly different. Think of a coin that shows heads in 60% of all throws.
# Throw it 64 times: no single sequence is more probable than 64 heads, and yet you will never see it.

# %%
tosses, heads = 64, 0.6
all_heads = tosses * np.log2(heads)
usual_heads = round(tosses * heads)
usual = usual_heads * np.log2(heads) + (tosses - usual_heads) * np.log2(1 - heads)
between_30_and_46 = np.diff(scipy.stats.binom.cdf([29, 46], tosses, heads))[0]
print(f"64 heads: one sequence of probability 2^{all_heads:.0f}")
print(
    f"{usual_heads} heads, in a given order: 2^{usual:.0f}; all sequences of 30 to 46 heads: {between_30_and_46:.2f}"
)
assert all_heads > usual + 10 and between_30_and_46 > 0.95

ink_of_samples = np.clip(glow.sample(5000), 0, 1).sum(axis=(1, 2, 3))
ink_of_digits = digits.train.x.sum(axis=(1, 2, 3))
print(f"\nleast ink: {ink_of_digits.min():.1f} in a training digit, ", end="")
print(f"{ink_of_samples.min():.1f} in 5,000 samples of Glow; a black page has 0")
assert min(ink_of_digits.min(), ink_of_samples.min()) > 3

# %% [markdown]
# It is the same with Glow: in thousands of draws it never comes near a black page. An image that is like the usual
# samples of a distribution is called **typical**, and the most probable image need not be typical at all.
#
# Where does the black page get its high likelihood from? The two terms of the log-likelihood can be looked at
# separately. In a digit many pixels are black, and the flow has learnt to expect it: it stretches the space
# near black strongly on the way to the code, so every black pixel adds to log_det. **Predict**: which of the
# two terms is higher for the black page than for digits, and which is lower?

# %%
prediction = ...  # higher for the black page: "log N(z)" or "log_det"

# %%
terms, lengths = {}, {}
for name, images in shown.items():
    z, log_det = glow.bijector(tf.constant(dequantize(images, LEVELS, seed=0)))
    lengths[name] = np.linalg.norm(z.numpy().reshape(len(images), -1), axis=1)
    log_base = scipy.stats.norm.logpdf(z.numpy().reshape(len(images), -1)).sum(axis=1)
    terms[name] = log_base.mean(), log_det.numpy().mean()
    print(
        f"{name:>15}: log N(z) {terms[name][0]:7.1f}, log_det {terms[name][1]:6.1f} nats; "
        f"length of z {lengths[name].mean():4.1f}"
    )

validation_codes = glow.encode(dequantize(digits.validation.x, LEVELS, seed=0)).numpy()
longest = np.quantile(np.linalg.norm(validation_codes.reshape(150, -1), axis=1), 0.95)
print(f"reported if the code is longer than {longest:.1f}:")
for name, values in lengths.items():
    print(f"{name:>15}: {np.mean(values > longest):4.0%}")
assert terms["black page"][0] < terms["test digits"][0] - 10
assert terms["black page"][1] > terms["test digits"][1] + 10
assert np.mean(lengths["faint digits"] > longest) < 0.5 < np.mean(lengths["black page"] > longest)

# %%
parts = ("log N(z)", "log_det")
gains = np.subtract(terms["black page"], terms["test digits"])
compare(prediction, parts[gains.argmax()], choices=parts)

# %% [markdown]
# Draws from a standard normal distribution in 64 dimensions lie about $\sqrt{64} = 8$ from the centre, and so do
# the codes of digits. The code of the black page lies further out, where draws hardly ever fall. So do not ask
# only whether a likelihood is high; ask also whether an image is **typical** of what the model draws (Nalisnick et
# al. 2019b). Typicality is no perfect alarm either: the last table shows that most faint digits still pass it.

# %% [markdown]
# ## 6. Can we edit an attribute?
#
# Every image has a code, and every code an image. So take the mean code of bold digits and subtract the mean
# code of thin ones: the difference is a **direction** (Kingma and Dhariwal 2018, section 6). Add it to the code
# of any digit. On the authors' [page with its interactive demonstration](https://openai.com/index/glow/), such
# directions make photographed faces smile, age or change the colour of their hair; ours make digits bolder, and
# slant them. We measure both attributes on the image itself: its ink, and the slope of its strokes. To keep the
# digit's class out of it, we compare each digit only with others of its class.


# %% [markdown]
# **Your turn** (about 3 minutes). Write the direction.
#
# <details><summary>Hint 1</summary>
#
# An array of `True` and `False` picks rows: `codes[has_it]`. The sign `~` turns it round.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A mean code has shape (D,): the mean over the first axis. The direction leads *from* those without.
#
# </details>


# %%
@your_turn
def direction_between(codes, has_it):
    """From the mean code of images without an attribute to the mean of those with it: (D,)."""
    return ...


# %%
moved = direction_between(
    np.array([[1.0, 0.0], [3.0, 1.0], [0.0, 5.0]]), np.array([True, True, False])
)
print("from one code without it to the middle of two codes with it:", moved)


# %%
def ink(images):
    return images.sum(axis=(1, 2, 3))


def slant(images):
    """How far the ink moves to the right for each row further up."""
    weights = images[..., 0] + 1e-6
    rows, columns = np.mgrid[0:8, 0:8]
    total = weights.sum(axis=(1, 2))
    up = -(rows - (weights * rows).sum(axis=(1, 2))[:, None, None] / total[:, None, None])
    right = columns - (weights * columns).sum(axis=(1, 2))[:, None, None] / total[:, None, None]
    return (weights * up * right).sum(axis=(1, 2)) / (weights * up**2).sum(axis=(1, 2))


def extremes(values, labels):
    """Which lie in the upper and lower third of their class: True, False; the rest are left out."""
    rank = np.zeros(len(values))
    for label in range(10):
        members = labels == label
        rank[members] = scipy.stats.rankdata(values[members]) / members.sum()
    chosen = (rank < 1 / 3) | (rank > 2 / 3)
    return chosen, rank[chosen] > 0.5


codes = glow.encode(dequantize(digits.train.x, LEVELS, seed=0)).numpy()
directions = {}
for name, measure in (("bold", ink), ("slanted", slant)):
    chosen, high = extremes(measure(digits.train.x), digits.train.labels)
    directions[name] = attribute_direction(codes[chosen], high)

strengths = np.linspace(-2, 2, 9)
test_codes = glow.encode(dequantize(digits.test.x, LEVELS, seed=0)).numpy()
edits = {
    name: np.stack(
        [np.clip(glow.decode(test_codes + s * direction), 0, 1) for s in strengths], axis=1
    )
    for name, direction in directions.items()
}
first_of_each = [np.argmax(digits.test.labels == label) for label in range(10)]
AttributeEditor(
    {name: images[first_of_each] for name, images in edits.items()}, strengths, labels=range(10)
)

# %% [markdown]
# Does the edit do what it promises, and nothing else? For all 297 test digits we plot how both measures move
# with the strength, and for how many a classifier still sees the original digit. The dotted line is its
# accuracy on the unedited images.

# %%
reader = LogisticRegression(max_iter=2000).fit(digits.train.x.reshape(-1, 64), digits.train.labels)
labels = digits.test.labels
untouched = reader.score(digits.test.x.reshape(-1, 64), labels)

figure, axes = plt.subplots(1, 3, figsize=(9, 2.6), layout="constrained")
moved, kept = {}, {}
for (name, images), color in zip(edits.items(), ("#08519c", "#e6850e"), strict=True):
    by_strength = np.moveaxis(images, 1, 0)
    moved[name] = {
        "bold": np.array([ink(batch).mean() for batch in by_strength]),
        "slanted": np.array([slant(batch).mean() for batch in by_strength]),
    }
    kept[name] = np.array([reader.score(batch.reshape(-1, 64), labels) for batch in by_strength])
    axes[0].plot(strengths, moved[name]["bold"], color=color, marker="o", label=name)
    axes[1].plot(strengths, moved[name]["slanted"], color=color, marker="o", label=name)
    axes[2].plot(strengths, kept[name], color=color, marker="o", label=name)
axes[2].axhline(untouched, color="black", linestyle=":")
axes[0].set(xlabel="strength", ylabel="mean ink")
axes[1].set(xlabel="strength", ylabel="mean slant")
axes[2].set(xlabel="strength", ylabel="still read as the same digit", ylim=(0, 1.02))
axes[0].legend(frameon=False, title="direction")
plt.show()

one = np.searchsorted(strengths, 1.0)
for name in directions:
    print(f"{name}: at strength 1, {kept[name][one]:.0%} are still read as the same digit")
for name in directions:
    assert np.all(np.diff(moved[name][name]) > 0)
    assert kept[name][one] > 0.75

# %% [markdown]
# ## Summary
#
# - When a variable is transformed, its density is multiplied by the slope of the inverse map. In many
#   dimensions the slope becomes a determinant.
# - A coupling lets half of the numbers pass and changes the other half. Its inverse costs one evaluation of the
#   network, and its log-determinant comes for free.
# - RealNVP and Glow are chains of couplings. Both give exact likelihoods, which we count in bits per dimension.
# - A high likelihood does not make an image typical: a black page can score higher than most of the data.
# - A difference between mean codes is a direction that edits an attribute. Whether it edits that attribute
#   alone has to be measured.
#
# ## Check yourself
#
# <details><summary>1. A friend forgets log_det in her loss. What will the flow learn?</summary>
#
# To send every image to the code 0, where the normal density is highest. Nothing in her loss makes it costly to
# squeeze all of space into one point.</details>
#
# <details><summary>2. Why must the network of a coupling not see the half that it changes?</summary>
#
# On the way back that half is not known yet, so the network could not be evaluated again; and the Jacobian
# would no longer be triangular.</details>
#
# <details><summary>3. Flow A needs 2.1 bits per pixel on digits with 17 grey levels, flow B 3.0 on photographs with 256. Which is
# better?</summary>
# We cannot say: the data differ, and so does the number of grey levels. On a common data set,
# fewer bits are better.</details>
#
# ## Do it yourself
#
# In the assignment [flow](../assignments/flow/flow.ipynb) you write a coupling in both directions, the
# log-density and its conversion to bits, and train a flow built from your own parts.
#
# ## Papers
#
# - L. Dinh, J. Sohl-Dickstein and S. Bengio, [Density estimation using Real NVP](https://arxiv.org/abs/1605.08803), 2017
# - D. P. Kingma and P. Dhariwal, [Glow: Generative Flow with Invertible 1×1
#   Convolutions](https://arxiv.org/abs/1807.03039), 2018
# - L. Theis, A. van den Oord and M. Bethge, [A note on the evaluation of generative
#   models](https://arxiv.org/abs/1511.01844), 2016
# - E. Nalisnick et al., [Do Deep Generative Models Know What They Don't Know?](https://arxiv.org/abs/1810.09136), 2019
# - E. Nalisnick et al., [Detecting Out-of-Distribution Inputs to Deep Generative Models Using
#   Typicality](https://arxiv.org/abs/1906.02994), 2019
# - G. Papamakarios et al., [Normalizing Flows for Probabilistic Modeling and
#   Inference](https://arxiv.org/abs/1912.02762), 2021
#
# **Next**: [Disentanglement](12_disentanglement.ipynb)
