# %% [markdown]
# # Normalizing flows
#
# A VAE gives a bound on the probability of an image, and a GAN gives nothing. Can a model draw images
# **and** say exactly how probable each one is? It can, if every step on the way from noise to image can be
# undone, and if we keep account of how much each step stretches.
#
# **Afterwards you can**
#
# - say what happens to a density when its variable is bent, and check it;
# - build a network that can be inverted although its parts cannot (*coupling layers*, RealNVP, Glow);
# - measure a model in bits per dimension, and say what the number is compared with;
# - show where an exact likelihood misleads, and why;
# - edit an attribute of an image by moving its code.
#
# **Time**: about 60 minutes to read and play; about a minute to run from top to bottom on two cores.
# **Needs**: Keras basics, the lectures on [densities](02_densities.ipynb) and on [variational autoencoders](07_vae.ipynb). No network, no GPU.

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
from course_utils.explorers import AttributeEditor, FlowGrid
from course_utils.metrics.likelihood import bits_per_dimension, dequantize
from course_utils.models.flow import attribute_direction, dense_conditioner, real_nvp
from course_utils.plotting import show_images
from course_utils.pretrained import load_pretrained

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. What happens to a density when its variable is bent?
#
# Take numbers that are spread evenly between 0 and 1 and square each of them. All results lie between 0 and
# 1 again. **Predict**: are they still spread evenly? If not, where do they crowd?

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

# %% [markdown]
# They crowd near 0. Squaring squeezes small numbers together: where the slope $2x$ of the map is below 1, the
# density rises; where it is above, the density falls. Probability is neither made nor lost, only spread:
#
# $$p_y(y) = p_x(x)\,\left|\frac{dx}{dy}\right|, \qquad
# \log p_x(x) = \log p_y(y) + \log\left|\frac{dy}{dx}\right|.$$
#
# Here $x = \sqrt y$, so the density of $y$ is $1/(2\sqrt y)$. Does the rule hold for a map that you choose by
# accident? Let $z = \sinh(x)$ be standard normal. Then $\log p(x)$ must be that of $z$ plus the logarithm of the slope,
# $\log\cosh x$. If so, the density integrates to 1.

# %%
x_axis = np.linspace(-5, 5, 100_001)
log_density = scipy.stats.norm.logpdf(np.sinh(x_axis)) + np.log(np.cosh(x_axis))
with_slope = np.trapezoid(np.exp(log_density), x_axis)
without_slope = np.trapezoid(scipy.stats.norm.pdf(np.sinh(x_axis)), x_axis)
print(f"integral with the slope {with_slope:.6f}, without it {without_slope:.3f}")
assert abs(with_slope - 1) < 1e-6

# %% [markdown]
# In $D$ dimensions the slope becomes the Jacobian matrix, and what counts is by how much it changes volumes: the
# absolute value of its determinant. A **flow** is an invertible map $f$ from data $x$ to a code $z$ that should look like a
# standard normal draw. It is trained by making the data probable:
#
# $$\log p(x) = \log \mathcal N\big(f(x); 0, I\big) + \log\left|\det \frac{\partial f}{\partial x}\right|.$$
#
# Exact, without a bound and without a game. To draw, take $z$ from the normal and compute $x = f^{-1}(z)$. Two things are
# in the way: an ordinary network cannot be inverted, and a determinant of $D \times D$ numbers costs $D^3$.

# %% [markdown]
# ## 2. How can a network be inverted?
#
# It need not be. Let half of the numbers **pass** and let a network look at them. What it says scales and shifts the other half
# (Dinh et al. 2017):
#
# $$y_1 = x_1, \qquad y_2 = \big(x_2 + t(x_1)\big) \odot e^{s(x_1)}.$$
#
# On the way back $x_1 = y_1$ is known, so the network can be asked again, and what it says is undone. The network itself is
# never inverted. The Jacobian is triangular: its determinant is the product of its diagonal, and
# $\log|\det| = \sum_i s_i$ costs nothing.
#
# Both claims can be checked, with a network that has random weights.

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
# The upper left block is the identity: that half passes. One coupling does not get far, since half of the numbers stay as they
# are. So the halves **take turns**, and many couplings make a flow.

# %% [markdown]
# ## 3. What does a flow do in the plane?
#
# Two moons. RealNVP chains eight couplings, and between them a scale and shift of each channel (*actnorm*). The loss is
# $-\log p(x)$, nothing else.

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
    verbose=0,
)
print(
    f"after {len(history.history['loss'])} epochs: {history.history['loss'][-1]:.2f} nats a point"
)

# %% [markdown]
# Move the slider. On the left are the moons, on the right is noise, and in between one sees what each layer does. The grid is
# straight on the noise side. **Find**: where is it pulled together on the data side, and where is it torn wide?


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
# Is it a density? A sum over a fine grid of the plane must give 1. And what was never seen must be improbable: the
# point between the moons against a point on one of them.

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
print(f"the density sums to {total:.3f}")
print(f"codes of test points: mean {z.mean():.2f}, standard deviation {z.std():.2f}")
assert abs(total - 1) < 0.02 and abs(z.std() - 1) < 0.1

# %% [markdown]
# One thing a flow cannot do: tear the plane. The normal is one piece and the moons are two, so a thin bridge remains between them.

# %% [markdown]
# ## 4. How many bits does a digit cost?
#
# A pixel of our digits has 17 grey levels. On isolated values a density could be made as large as one likes, so each level is
# spread over a small bin with uniform noise (*dequantization*, Theis et al. 2016). Then the log-density bounds the probability
# of the grey levels, and we count in **bits per dimension**, as a compression program would:
#
# $$b = -\frac{\log p(x)}{D \ln 2} + \log_2 17.$$
#
# A model that knows nothing pays $\log_2 17$ for each pixel. **Predict**: how much does a mixture of Gaussians pay, and how much
# a flow?

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
nvp.fit(
    digits.train.x,
    batch_size=50,
    epochs=100,
    validation_data=(digits.validation.x,),
    patience=6,
    verbose=0,
)

# %% [markdown]
# RealNVP lets pixels pass in checkerboards and in rows. **Glow** (Kingma and Dhariwal 2018) adds three ideas:
#
# - **actnorm** instead of batch normalisation: scale and shift of each channel, started from the first batch;
# - an **invertible 1×1 convolution** instead of a fixed exchange of halves: a learned mix of the channels, whose determinant is
#   kept at hand by an LU decomposition;
# - and, from RealNVP, **several scales**: 2×2 pixels are squeezed into channels, and half of them leave early.
#
# Ours was trained beforehand by the recipe in `course_utils/pretrained/digits_glow.py`.

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

# %% [markdown]
# Is Glow's determinant right as well? Its Jacobian has 64 × 64 numbers: small enough to compute once by brute force.

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
# **The experiment.** Samples are $f^{-1}(\tau\varepsilon)$ with $\varepsilon$ normal; $\tau$ is called the temperature. At 1 the model
# draws as it believes. **Predict**: what will $\tau = 0.5$ do to the digits, and what $\tau = 0$? Then change the numbers.

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
assert np.all(np.diff(spread[np.argsort(temperatures)]) > 0)

# %% [markdown]
# Cooler samples have less noise in them and are more alike. At 0 all are the same: the image of the densest code, which is not a digit
# but something between all of them. Remember it: the densest place and the places where draws fall are not the same.

# %% [markdown]
# ## 5. What does an exact likelihood not see?
#
# Now use Glow as an alarm: an image with many bits per pixel is no digit. Set it off at the bits that 95% of the validation digits stay
# below. Then show it images that are no digits: pure noise, digits turned left to right, digits so faint that hardly any ink is left, and
# a black page. **Predict** which of them it will report.

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
    xlabel="bits per pixel (few: more likely); 6 stands for more", ylabel="images", ylim=(0, 90)
)
axis.legend(frameon=False)
plt.show()

less_likely = np.mean(scored["test digits"] > scored["black page"].mean())
print(f"a black page is more likely than {less_likely:.0%} of the real digits")
assert reported["noise"] == 1 and reported["black page"] < 0.05
assert less_likely > 0.5 and scored["faint digits"].mean() < scored["test digits"].mean()

# %% [markdown]
# Noise is caught. But a black page passes, and is more likely than most digits that were ever written, although not one training image
# is black. Nalisnick et al. (2019) found the same with large flows: trained on photographs of objects, they give house numbers a
# higher likelihood than the photographs.
#
# There is no mistake. A density says how much probability there is *for each unit of volume*, not how often an image occurs. In a digit
# many pixels are nearly black, and the flow has learned to expect it: black is squeezed hard, and log_det pays for each black pixel. The two
# terms of the likelihood can be told apart. **Predict**: which of them speaks for the black page, and which against it?

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

# %% [markdown]
# Draws of a normal in 64 dimensions lie near $\sqrt{64} = 8$ from the centre, and so do the codes of digits. The code of a black page lies
# further out: the model itself would hardly ever draw it. So do not ask only whether a likelihood is high; ask whether an image is
# **typical** of what the model draws (Nalisnick et al. 2019b). And see in the table what this alarm misses in its turn.

# %% [markdown]
# ## 6. Can we edit an attribute?
#
# Every image has a code, and every code an image. So take the mean code of bold digits, subtract that of thin ones,
# and you have a **direction** (Kingma and Dhariwal 2018, section 6). Add it to the code of any digit. The published pictures
# make faces smile; ours make digits bold, and slant them. We measure both attributes on the image itself: its ink, and the slope of
# its strokes. Which class a digit belongs to must not count, so we compare digits of a class with each other.


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
# Does it do what it says, and only that? For all 297 test digits: how both measures move with the strength, and on how many a
# classifier still sees the digit that was there. The dotted line is its rate on the images as they are.

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
# - When a variable is bent, its density is multiplied by the slope of the way back. In many dimensions the slope is a determinant.
# - A coupling lets half of the numbers pass and changes the other half: inverse and log-determinant cost one pass.
# - RealNVP and Glow are chains of couplings. Both give exact likelihoods, counted in bits per dimension.
# - A high likelihood does not mean typical: an empty page can score higher than most of the data.
# - A direction between mean codes edits an attribute, and whether it does is a matter of measurement.
#
# ## Check yourself
#
# <details><summary>1. A friend forgets log_det in her loss. What will the flow learn?</summary>
# To send every image to the code 0, where the normal is highest. Nothing charges for squeezing all volume to a point.</details>
#
# <details><summary>2. Why must the half that a coupling changes not be seen by its network?</summary>
# On the way back that half is not known yet, so the network could not be asked again; and the Jacobian would no longer be
# triangular.</details>
#
# <details><summary>3. Flow A has 2.1 bits per pixel on digits with 17 grey levels, flow B 3.0 on photographs with 256. Which is
# better?</summary>
# One cannot say: other data, another number of grey levels. On a common data set fewer bits are better.</details>
#
# ## Do it yourself
#
# The assignment [flow](../assignments/flow/flow.ipynb) asks for a coupling there and back, the log-density and its unit, and
# trains a flow made of yours.
#
# ## Papers
#
# - L. Dinh, J. Sohl-Dickstein and S. Bengio, [Density estimation using Real NVP](https://arxiv.org/abs/1605.08803), 2017
# - D. P. Kingma and P. Dhariwal, [Glow: Generative Flow with Invertible 1×1 Convolutions](https://arxiv.org/abs/1807.03039), 2018
# - L. Theis, A. van den Oord and M. Bethge, [A note on the evaluation of generative models](https://arxiv.org/abs/1511.01844), 2016
# - E. Nalisnick et al., [Do Deep Generative Models Know What They Don't Know?](https://arxiv.org/abs/1810.09136), 2019
# - E. Nalisnick et al., [Detecting Out-of-Distribution Inputs to Deep Generative Models Using
#   Typicality](https://arxiv.org/abs/1906.02994), 2019
# - G. Papamakarios et al., [Normalizing Flows for Probabilistic Modeling and Inference](https://arxiv.org/abs/1912.02762), 2021
#
# **Next**: [Disentanglement](12_disentanglement.ipynb)
