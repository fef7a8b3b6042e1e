# %% [markdown]
# # Variational autoencoders
#
# An autoencoder squeezes an image into a few numbers and draws it again from them. Can it also draw
# an image that nobody gave it? Only if we know which numbers to choose. The variational autoencoder
# (VAE) settles that question before training begins: it promises that a **standard normal** draw will do.
#
# **Afterwards you can**
#
# - say what the encoder and the decoder of a VAE stand for, as probabilities;
# - sample through a random step and still get gradients (*reparameterization*);
# - write the loss, both terms, and say which constant the short form on slides leaves out;
# - read off a trained model which latent dimensions it uses, and make it stop using them.
#
# **Time**: about 60 minutes to read and play; about a minute to run from top to bottom on two cores.
# **Needs**: Keras basics, the lecture on [autoencoders](06_autoencoders.ipynb), what a normal distribution is. No network, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
import tensorflow as tf
from keras import ops
from matplotlib.colors import ListedColormap

from course_utils.data import load
from course_utils.explorers import Interpolation, LatentMap, LatentSliders, export_network
from course_utils.losses import bernoulli_cross_entropy, kl_per_dimension, kl_to_standard_normal
from course_utils.metrics.likelihood import evidence_lower_bound, importance_weighted_bound
from course_utils.models.vae import dense_vae
from course_utils.plotting import show_images
from course_utils.tensorboard import (
    RunLogger,
    create_writers,
    log_folder,
    prepare_dashboard,
    write_scalars,
)

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
WITHOUT_RED_AND_GREEN = (
    "#4477AA", "#EE7733", "#228833", "#AA3377", "#33BBEE",
    "#CC3311", "#997700", "#7755CC", "#009988", "#888888",
)  # fmt: skip

# %% [markdown]
# ## 1. What do we have?
#
# Real handwritten digits, 8×8 pixels. Each pixel is black or white here: we keep a pixel when it is
# brighter than ½. Three parts: one to train on, one to choose on, one to look at once, at the end.

# %%
digits = load("digits").binarized()
print(digits)
show_images(digits.train.x[:24], columns=12, title="24 of the training images")

# %% [markdown]
# ## 2. What is a generative model with latent variables?
#
# Think of someone who writes a digit. First there is an intention: which digit, how slanted, how bold.
# Then there is ink. We never see the intention. Call it $z$, the **latent variable**, and the image $x$.
#
# | | name | here |
# |---|---|---|
# | $p(z)$ | **prior**: which intentions there are | standard normal, $D$ independent numbers |
# | $p(x \mid z)$ | **decoder**: from intention to ink | a network gives each pixel's probability of being white |
# | $q(z \mid x)$ | **encoder**: from ink back to intention | a network gives a mean $\mu(x)$ and a standard deviation $\sigma(x)$ for each of the $D$ numbers |
#
# To draw a new digit, draw $z$ from the prior and decode it. That is all.
#
# To **train**, we would like to make every training image likely:
#
# $$\log p(x) = \log \int p(x \mid z)\, p(z)\, dz.$$
#
# The integral asks us to try every intention for every image. Almost all of them explain it badly.
# The encoder is there to say which few are worth trying, and it turns the integral into a bound we can compute,
# the **evidence lower bound** (ELBO):
#
# $$\log p(x) \;\ge\; \underbrace{\mathbb{E}_{q(z \mid x)}\big[\log p(x \mid z)\big]}_{\text{how well is } x \text{ drawn again?}}
# \;-\; \underbrace{\mathrm{KL}\big(q(z \mid x)\,\|\,p(z)\big)}_{\text{how far is the code from the prior?}}$$
#
# What is lost by the bound? Exactly one thing. Bayes' rule has an encoder of its own, the **posterior** $p(z \mid x)$: the
# intentions that could have led to this ink. The two sides differ by $\mathrm{KL}\big(q(z \mid x)\,\|\,p(z \mid x)\big)$, which is
# never negative, and zero for an encoder that gives the posterior itself. (Write $\log p(x) = \log p(x, z) - \log p(z \mid x)$ and
# average both sides over $q$.)
#
# The loss is the ELBO with its sign turned. Two terms, two questions, and the next three sections.

# %% [markdown]
# ## 3. How does a gradient pass through a dice throw?
#
# The first term needs $z \sim \mathcal N(\mu, \sigma^2)$. The encoder makes $\mu$ and $\sigma$, so the
# gradient has to get from $z$ back to them. What is the derivative of a dice throw?
#
# **Predict**: NumPy can draw $z$ with `np.random.normal(mu, sigma)`. What gradient will TensorFlow find?

# %%
mu, sigma = tf.Variable([1.0]), tf.Variable([0.5])

with tf.GradientTape(persistent=True) as tape:
    z_thrown = tf.convert_to_tensor(np.random.normal(mu.numpy(), sigma.numpy()), tf.float32)
    epsilon = tf.random.normal([1])
    z_reparameterized = mu + sigma * epsilon

print("thrown:           dz/dmu =", tape.gradient(z_thrown, mu))
print("reparameterized:  dz/dmu =", tape.gradient(z_reparameterized, mu).numpy())
print(
    "                  dz/dsigma =",
    tape.gradient(z_reparameterized, sigma).numpy(),
    " epsilon =",
    epsilon.numpy(),
)

# %% [markdown]
# None for the first: it came out of a black box. The second draws the **same distribution** in two steps:
# a throw $\varepsilon \sim \mathcal N(0, 1)$ that depends on nothing we train, and arithmetic that does:
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \frac{\partial z}{\partial \mu} = 1, \qquad \frac{\partial z}{\partial \sigma} = \varepsilon.$$
#
# That is the **reparameterization trick**. The claim that both draw the same distribution can be checked.

# %%
z = (mu + sigma * tf.random.normal([100_000])).numpy()

x_axis = np.linspace(-1.5, 3.5, 200)
plt.figure(figsize=(5, 2.4), layout="constrained")
plt.hist(z, bins=100, density=True, color="#9ecae1", label="μ + σ ε, 100,000 draws")
plt.plot(
    x_axis, scipy.stats.norm(1.0, 0.5).pdf(x_axis), color="#08306b", label="density of N(1, 0.5²)"
)
plt.xlabel("z")
plt.ylabel("density")
plt.legend(frameon=False, fontsize=8)
plt.show()

assert abs(z.mean() - 1.0) < 0.01 and abs(z.std() - 0.5) < 0.01

# %% [markdown]
# ## 4. How far is a code from the prior?
#
# The second term is a Kullback–Leibler divergence. Between two normals it needs no sampling
# (Kingma and Welling 2014, appendix B). For one latent dimension
#
# $$\mathrm{KL}\big(\mathcal N(\mu, \sigma^2)\,\|\,\mathcal N(0, 1)\big) = \tfrac12\left(\mu^2 + \sigma^2 - 1 - \log \sigma^2\right).$$
#
# It is zero for $\mu = 0, \sigma = 1$ and grows when the code moves away or becomes too sure of itself.
# For $D$ dimensions it is the **sum** over dimensions.

# %%
mu_axis, sigma_axis = np.meshgrid(np.linspace(-2.5, 2.5, 101), np.linspace(0.05, 2.5, 99))
kl = kl_per_dimension(mu_axis.astype("float32"), 2 * np.log(sigma_axis).astype("float32")).numpy()

plt.figure(figsize=(5, 3), layout="constrained")
contours = plt.contourf(
    mu_axis, sigma_axis, kl, levels=[0, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5], cmap="cividis"
)
plt.colorbar(contours, label="KL in nats")
plt.plot(0, 1, "w+", markersize=12)
plt.xlabel("mean μ")
plt.ylabel("standard deviation σ")
plt.show()

# %% [markdown]
# Is the formula right? The definition is $\mathbb E_q[\log q(z) - \log p(z)]$. Its average over many random draws, a **Monte
# Carlo** estimate, knows nothing of the formula.

# %%
q, p = scipy.stats.norm(1.5, 0.3), scipy.stats.norm()
draws = q.rvs(200_000, random_state=0)
estimate = np.mean(q.logpdf(draws) - p.logpdf(draws))
formula = kl_to_standard_normal(np.float32([[1.5]]), np.float32([[2 * np.log(0.3)]])).numpy()[0]
print(f"Monte Carlo {estimate:.3f} nats, formula {formula:.3f} nats")
assert abs(estimate - formula) < 0.01

# %% [markdown]
# **Variance, standard deviation, log-variance.** A network's output can be any number, but $\sigma$ must be
# positive. So ours gives `log_var` $= \log\sigma^2$. Three names for one thing, and mixing them up is the
# commonest mistake in this lecture: with $\sigma = 0.3$, the variance is 0.09 and the log-variance −2.41.

# %% [markdown]
# ## 5. What do slides leave out of the loss?
#
# Slides, blog posts and this course's own often write the second term without the 1:
#
# $$\text{short form:}\quad -\tfrac12 \sum_d \left(\log \sigma_d^2 - \mu_d^2 - \sigma_d^2\right)
# \qquad \text{full:}\quad -\tfrac12 \sum_d \left(1 + \log \sigma_d^2 - \mu_d^2 - \sigma_d^2\right)$$
#
# **Predict**: will a model trained with the short form come out different?


# %%
def short_form(mu, log_var):
    return -0.5 * ops.sum(log_var - mu**2 - ops.exp(log_var), axis=-1)


mu, log_var = tf.Variable(tf.random.normal([5, 8])), tf.Variable(tf.random.normal([5, 8]))
with tf.GradientTape(persistent=True) as tape:
    full = kl_to_standard_normal(mu, log_var)
    short = short_form(mu, log_var)

print("difference per example:", (short - full).numpy().round(4), "= D/2")
for variable in (mu, log_var):
    np.testing.assert_allclose(
        tape.gradient(full, variable), tape.gradient(short, variable), atol=1e-6
    )
print("the gradients are the same")

# %% [markdown]
# A constant has no gradient, so training cannot tell the two apart. But the short form is not a
# divergence: it is $D/2$ too large, and the ELBO reported from it is wrong. We use the full one.
#
# Two slips that do change the model, and that you will meet in published notebooks:
#
# - **averaging over the latent dimensions** (`mean` instead of `sum` in the KL) divides it by $D$;
# - **averaging over the pixels** in the reconstruction divides that by the number of pixels. For a
#   512-dimensional code or a 28×28 image the balance is then off by a factor of several hundred.
#
# Neither is forbidden; both silently choose another $\beta$, of which more in section 10.

# %%
per_dimension = kl_per_dimension(mu, log_var).numpy()
print("sum over dimensions: ", per_dimension.sum(axis=-1).mean().round(3), "nats an image")
print("mean over dimensions:", per_dimension.mean(axis=-1).mean().round(3), " – 8 times too small")

# %% [markdown]
# **And the reconstruction?** Slides show pixels in $[0, 255]$ and a squared error. Our decoder gives each pixel
# a probability $\pi$ of being white, so $-\log p(x \mid z)$ is the cross-entropy, summed over pixels:
#
# $$-\log p(x \mid z) = -\sum_i x_i \log \pi_i + (1 - x_i) \log (1 - \pi_i).$$
#
# The network gives **logits** $l$, with $\pi = 1/(1 + e^{-l})$, because the formula can then be computed
# without ever taking the logarithm of zero.

# %%
x, logits = (
    np.float32([[1.0]]),
    np.float32([[-1000.0]]),
)  # a white pixel that the decoder calls black
with np.errstate(divide="ignore", over="ignore"):
    naive = -np.log(1 / (1 + np.exp(-logits.astype("float32"))))
print(
    "through probabilities:",
    naive.ravel(),
    "   from logits:",
    bernoulli_cross_entropy(x, logits).numpy(),
)

# %% [markdown]
# ## 6. Which part of the loss rises?
#
# `dense_vae` puts an encoder and a decoder of two hidden layers each together. Its `compute_loss` is the
# formula above, in two lines: see for yourself in `course_utils/models/vae.py`.
#
# TensorBoard shows the training while it runs. Before there is a curve, give it a line to beat: a model without any
# code, which says for every image the same thing, the mean of all training images.

# %%
mean_image = np.clip(digits.train.x.mean(axis=0), 1e-3, 1 - 1e-3)
mean_logits = np.broadcast_to(np.log(mean_image / (1 - mean_image)), digits.validation.x.shape)
without_code = bernoulli_cross_entropy(digits.validation.x, mean_logits).numpy().mean()
print(f"the mean image costs {without_code:.1f} nats an image")

baseline = create_writers(name="without-code")
for epoch in (1, 100):
    write_scalars(baseline.test, {"loss": without_code}, step=epoch)
baseline.close()

prepare_dashboard()
# %load_ext tensorboard
# %tensorboard --logdir {log_folder()}

# %% [markdown]
# The dashboard shows one line so far. While the next cell trains, press the round arrow at its top right to load what has
# come in since. **Predict**: there will be three curves, `loss`, `reconstruction` and `kl`. Which of them will *rise* at the start?

# %%
vae = dense_vae(digits.shape, latent=8)
averaged_adam = keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99)
vae.compile(averaged_adam, jit_compile=True)

fixed_z = np.random.default_rng(0).normal(size=(32, 8)).astype("float32")
logger = RunLogger(name="vae", images={"samples": lambda: vae.decode(fixed_z)}, every=10)
history = vae.fit(
    digits.train.x,
    batch_size=50,
    epochs=200,
    validation_data=(digits.validation.x,),
    callbacks=[logger],
)

# %%
curves = history.history
figure, axes = plt.subplots(1, 3, figsize=(10, 2.6), layout="constrained")
for axis, name in zip(axes, ("loss", "reconstruction", "kl"), strict=True):
    axis.plot(curves[name], label="train", color="#08519c")
    axis.plot(curves[f"val_{name}"], label="validation", color="#e6850e")
    axis.set(xlabel="epoch", ylabel="nats an image", title=name)
axes[0].set_ylim(15, 30)
axes[0].legend(frameon=False)
plt.show()

assert (
    curves["kl"][5] > curves["kl"][0] and curves["reconstruction"][5] < curves["reconstruction"][0]
)

# %% [markdown]
# The KL rises. At first the code says nothing, and saying nothing is free. Then the decoder learns to
# listen, and every nat spent on the code saves more than a nat of reconstruction.
#
# Training stopped when the validation loss had not fallen for 20 epochs, and the best weights were put
# back: the training loss goes on falling, but by learning the 1,350 images by heart. In the dashboard above
# both curves lie over each other and below the line, and *Images* has a slider through the samples.

# %% [markdown]
# ## 7. Does it work?
#
# First: can it draw again what it has not seen in training?

# %%
x = digits.test.x[:12]
mu, log_var = vae.encode(x)
show_images(
    np.concatenate([x, vae.decode(mu)]),
    columns=12,
    title="test images, and what the decoder makes of their codes",
)

# %% [markdown]
# Second, the question we began with: can it draw digits that nobody wrote?

# %%
show_images(vae.sample(36), columns=12, title="decoded draws from the prior")

# %% [markdown]
# Most are digits, some lie between two. Now a number. The ELBO on test images, and a tighter bound on
# the same $\log p(x)$, the **importance-weighted** bound (Burda et al. 2016): draw many codes for an image and
# average the *weights* $p(x, z)/q(z \mid x)$ before taking the logarithm.

# %%
elbo = evidence_lower_bound(vae.log_weights(digits.test.x, samples=16).numpy()).mean()
iwae = importance_weighted_bound(vae.log_weights(digits.test.x, samples=1000).numpy()).mean()
print(
    f"log p(x) on test images: at least {elbo:.2f} nats (ELBO), at least {iwae:.2f} nats (1,000 samples)"
)
assert iwae > elbo

# %% [markdown]
# The difference is part of what the encoder's simple normal costs: the true posterior has another shape.

# %% [markdown]
# ## 8. What do the eight numbers mean?
#
# Move the sliders. Each is one latent dimension; the digit is decoded in this page, at once. Below each
# name stands how many nats that dimension carries on average. **Find** a slider that changes the slant.

# %%
mu, log_var = vae.encode(digits.test.x)
nats = kl_per_dimension(mu, log_var).numpy().mean(axis=0)
decoder = export_network(vae.decoder, activation="sigmoid")
LatentSliders(decoder, kl=nats, codes=mu.numpy()[:50], labels=digits.test.labels[:50])

# %% [markdown]
# **A walk between two digits.** Halfway between two codes lies a code. Halfway between two images lies a
# double exposure.

# %%
a, b = mu[np.argmax(digits.test.labels == 1)], mu[np.argmax(digits.test.labels == 0)]
t = np.linspace(0, 1, 12, dtype="float32")[:, None]
image_a, image_b = vae.decode(a[None]), vae.decode(b[None])
fade = (1 - t[..., None, None]) * image_a + t[..., None, None] * image_b
show_images(
    np.concatenate([fade, vae.decode((1 - t) * a + t * b)]),
    columns=12,
    title="a 1 becomes a 0: mixed in pixels (top), mixed in codes (bottom)",
)

# %% [markdown]
# Choose two digits of your own. *Straight* is what the row above does; *spherical* keeps the code's length
# as long as the codes at both ends, where most of a normal's draws lie.

# %%
Interpolation(decoder, mu.numpy()[:50], labels=digits.test.labels[:50], ends=(0, 1))

# %% [markdown]
# ## 9. Do all digits fit on one map?
#
# With two latent dimensions, the whole latent space fits on a page. It costs likelihood: **predict** by how
# much the ELBO falls when eight numbers become two.

# %%
keras.utils.set_random_seed(0)
flat_vae = dense_vae(digits.shape, latent=2)
flat_vae.compile(keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99), jit_compile=True)
flat_vae.fit(
    digits.train.x, batch_size=50, epochs=200, validation_data=(digits.validation.x,), verbose=0
)

flat_elbo = evidence_lower_bound(flat_vae.log_weights(digits.test.x, samples=16).numpy()).mean()
print(f"ELBO on test: {flat_elbo:.2f} nats with 2 latent dimensions, {elbo:.2f} with 8")
assert flat_elbo < elbo

# %% [markdown]
# Left, the decoder's drawing at each point of a grid: equal steps of *probability*, not of $z$, so that every
# picture stands for an equal share of the prior. Right, where the encoder puts the test images. The colours are
# classes, which the model never saw.

# %%
quantiles = scipy.stats.norm.ppf(np.linspace(0.03, 0.97, 15)).astype("float32")
grid = np.stack(np.meshgrid(quantiles, quantiles[::-1]), axis=-1).reshape(-1, 2)
show_images(flat_vae.decode(grid), columns=15, size=0.4, title="the latent plane, decoded")

codes = flat_vae.encode(digits.test.x)[0].numpy()
plt.figure(figsize=(5.4, 4.4), layout="constrained")
points = plt.scatter(
    *codes.T,
    c=digits.test.labels,
    cmap=ListedColormap(WITHOUT_RED_AND_GREEN),
    vmin=-0.5,
    vmax=9.5,
    s=6,
)
for digit in range(10):
    plt.text(
        *np.median(codes[digits.test.labels == digit], axis=0),
        str(digit),
        fontsize=13,
        weight="bold",
    )
plt.colorbar(points, ticks=range(10), label="class of the digit")
plt.xlabel("first latent dimension")
plt.ylabel("second latent dimension")
plt.show()

# %% [markdown]
# Drag the point.

# %%
LatentMap(
    export_network(flat_vae.decoder, activation="sigmoid"),
    codes=codes[:150],
    labels=digits.test.labels[:150],
)

# %% [markdown]
# ## 10. What if one term weighs more?
#
# The two terms pull against each other. Put a weight on one (Higgins et al. 2017):
#
# $$\text{loss} = \text{reconstruction} + \beta\,\mathrm{KL}.$$
#
# **Predict** for β = 4: what happens to the reconstructions? What to the samples? How many of the eight
# dimensions will carry anything at all?

# %%
betas = (0.1, 1.0, 2.0, 4.0)
rows, table = [digits.test.x[:12]], []
for beta in betas:
    keras.utils.set_random_seed(0)
    model = dense_vae(digits.shape, latent=8, beta=beta)
    model.compile(keras.optimizers.Adam(3e-3), jit_compile=True)
    model.fit(
        digits.train.x, batch_size=50, epochs=40, validation_data=(digits.validation.x,), verbose=0
    )
    mu, log_var = model.encode(digits.test.x)
    carried = kl_per_dimension(mu, log_var).numpy().mean(axis=0)
    reconstruction = (
        bernoulli_cross_entropy(digits.test.x, model(digits.test.x).logits).numpy().mean()
    )
    table.append((reconstruction, carried.sum(), np.sum(carried > 0.05)))
    rows += [model.decode(mu[:12]), model.sample(12)]

reconstructions, kls, used = np.array(table).T
print(f"{'β':>5} {'reconstruction':>15} {'KL':>7} {'dimensions used':>16}")
for row in zip(betas, reconstructions, kls, used, strict=True):
    print("{:5g} {:15.1f} {:7.1f} {:16.0f}".format(*row))

# %%
names = ["test images"] + [
    f"β = {beta:g}: {what}" for beta in betas for what in ("reconstructed", "sampled")
]
figure, axes = plt.subplots(len(rows), 12, figsize=(8, 4.5))
for line, (name, images) in enumerate(zip(names, rows, strict=True)):
    for axis, image in zip(axes[line], np.asarray(images), strict=True):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    axes[line, 0].text(-1.5, 3.5, name, ha="right", va="center", fontsize=9)
figure.subplots_adjust(left=0.25, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

assert np.all(np.diff(kls) < 0) and np.all(np.diff(reconstructions) > 0)

# %% [markdown]
# With a small β the code may be as far from the prior as it likes. Reconstructions are crisp, and samples are poor:
# draws from the prior land where no code ever was. With a large β the code is squeezed until little
# is left to tell, and everything looks like an average. **Try** a β of your own in the cell above.

# %% [markdown]
# ## 11. Does it use all its dimensions?
#
# At β = 4 hardly any dimension is left: for the others the encoder answers $\mu = 0, \sigma = 1$ whatever the image, the
# prior itself. That is **posterior collapse**. It is not only a matter of β. Give an ordinary VAE more dimensions than
# it needs: **predict** how many of 32 it will use.

# %%
keras.utils.set_random_seed(0)
wide_vae = dense_vae(digits.shape, latent=32)
wide_vae.compile(keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99), jit_compile=True)
wide_vae.fit(
    digits.train.x, batch_size=50, epochs=200, validation_data=(digits.validation.x,), verbose=0
)

carried = np.sort(kl_per_dimension(*wide_vae.encode(digits.test.x)).numpy().mean(axis=0))[::-1]
plt.figure(figsize=(7, 2.4), layout="constrained")
plt.bar(range(32), carried, color=np.where(carried > 0.05, "#08519c", "#e6850e"))
plt.axhline(0.05, color="black", linewidth=0.8, linestyle=":")
plt.xlabel("latent dimension, sorted")
plt.ylabel("KL in nats")
plt.show()
print(f"{np.sum(carried > 0.05)} of 32 dimensions carry more than 0.05 nats")

# %% [markdown]
# A dimension that carries nothing must not matter to the decoder either. Check it: replace each dimension by noise from
# the prior and see how much worse the reconstruction becomes.

# %%
mu, log_var = wide_vae.encode(digits.test.x)
order = np.argsort(-kl_per_dimension(mu, log_var).numpy().mean(axis=0))
noise = np.random.default_rng(0).normal(size=mu.shape).astype("float32")
base = bernoulli_cross_entropy(digits.test.x, wide_vae.decoder(mu)).numpy().mean()


def cost_of_losing(dimension):
    z = mu.numpy()
    z[:, dimension] = noise[:, dimension]
    return bernoulli_cross_entropy(digits.test.x, wide_vae.decoder(z)).numpy().mean() - base


first, last = cost_of_losing(order[0]), cost_of_losing(order[-1])
print(f"losing the busiest dimension costs {first:.1f} nats, losing the idlest {last:.2f}")
assert first > 10 * abs(last)

# %% [markdown]
# Here collapse is harmless, even useful: the model prunes itself. It is harmful when a decoder is so strong that it
# does without the code altogether, as in models of text. Remedies raise β slowly from 0 (*KL annealing*,
# Bowman et al. 2016), leave each dimension a few free nats (*free bits*, Kingma et al. 2016), or weaken the decoder.

# %% [markdown]
# ## Summary
#
# - A VAE is a prior, a decoder and an encoder; its loss is the negative ELBO: reconstruction plus KL, both **summed**
#   within an image and averaged over images.
# - $z = \mu + \sigma\varepsilon$ lets gradients through a random draw.
# - The short form of the KL drops $D/2$: same gradients, wrong number.
# - β trades faithful reconstructions against a code that matches the prior; dimensions that do not pay collapse.
#
# ## Check yourself
#
# <details><summary>1. Your KL is negative. What happened?</summary>
# A KL divergence is never negative. Most likely the sign is turned, or a standard deviation stands where the formula wants
# a log-variance.</details>
#
# <details><summary>2. Reconstructions are perfect, samples are noise. Which term is too weak, and what do you change?</summary>
# The KL is too weak: codes lie far from the prior that you sample from. Look for a mean where a sum should be; else raise β.</details>
#
# <details><summary>3. Why does the ELBO of a test image change a little each time you compute it?</summary>
# Its first term is an expectation over the encoder's distribution, estimated from a few draws of ε.</details>
#
# ## Do it yourself
#
# The assignment [vae](../assignments/vae/vae.ipynb) asks for the four functions behind this lecture and trains a model with yours.
#
# ## Papers
#
# - D. P. Kingma and M. Welling, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114), 2014
# - D. J. Rezende, S. Mohamed and D. Wierstra, [Stochastic Backpropagation and Approximate Inference in Deep Generative
#   Models](https://arxiv.org/abs/1401.4082), 2014
# - Y. Burda, R. Grosse and R. Salakhutdinov, [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519), 2016
# - I. Higgins et al., [β-VAE: Learning Basic Visual Concepts with a Constrained Variational
#   Framework](https://openreview.net/forum?id=Sy2fzU9gl), 2017
# - S. R. Bowman et al., [Generating Sentences from a Continuous Space](https://arxiv.org/abs/1511.06349), 2016
# - D. P. Kingma et al., [Improved Variational Inference with Inverse Autoregressive Flow](https://arxiv.org/abs/1606.04934), 2016
#
# **Next**: [Generative adversarial networks](08_gans.ipynb)
