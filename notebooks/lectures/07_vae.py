# %% [markdown]
# # Variational autoencoders
#
# An autoencoder squeezes an image into a few numbers and draws it again from them. Can it also draw an image that nobody gave
# it? Only if we know which numbers to choose. The **variational autoencoder** (VAE) settles that question before training
# begins: it arranges its codes so that a draw from a **standard normal distribution** will do.
#
# **Afterwards you can**
#
# - say what the encoder and the decoder of a VAE stand for, as probabilities;
# - derive the evidence lower bound in four lines;
# - sample through a random step and still get gradients (*reparameterization*);
# - write both terms of the loss, say which constant the short form on slides leaves out, and write the training step;
# - read off a trained model which latent dimensions it uses, and make it stop using them.
#
# **Time**: about 75 minutes to read and play; under two minutes to run from top to bottom on two cores. **Needs**: Keras
# basics, the lecture on [autoencoders](06_autoencoders.ipynb), what a normal distribution is. No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
import tensorflow as tf
from keras import layers, ops
from matplotlib.colors import ListedColormap

from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import (
    DrawYourOwn,
    Interpolation,
    LatentMap,
    LatentSliders,
    Playground,
    export_network,
)
from course_utils.losses import bernoulli_cross_entropy, kl_per_dimension, kl_to_standard_normal
from course_utils.metrics.likelihood import evidence_lower_bound, importance_weighted_bound
from course_utils.models.vae import VAE, dense_vae
from course_utils.networks import dense_decoder, dense_encoder
from course_utils.plotting import show_images
from course_utils.pretrained import load_pretrained
from course_utils.tensorboard import (
    RunLogger,
    create_writers,
    log_folder,
    show_dashboard,
    write_scalars,
)
from course_utils.training import progress

keras.utils.set_random_seed(0)
LOGS = log_folder("logs/vae")  # a folder for this lecture alone; git leaves it out
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE = "#08519c", "#e6850e"
WITHOUT_RED_AND_GREEN = (
    "#4477AA", "#EE7733", "#228833", "#AA3377", "#33BBEE",
    "#CC3311", "#997700", "#7755CC", "#009988", "#888888",
)  # fmt: skip

# %% [markdown]
# **Which images?** One word decides; sizes, networks and training times follow from it.
#
# | `DATASET` | images | running this lecture | ELBO on test images (section 8) |
# |---|---|---|---|
# | `"fashion"` | 10,000 photographs of clothes, 28×28 pixels | about 90 seconds | about −238 nats |
# | `"digits"` | 1,350 handwritten digits, 8×8 pixels | about 40 seconds | about −24 nats |

# %%
DATASET = "fashion"  # or "digits"

data = load(DATASET)
print(data)
LATENT, HIDDEN, EPOCHS, BATCH = {  # size of the code, widths of the hidden layers
    "fashion": (16, (256, 128), 20, 100),
    "digits": (8, (128, 64), 100, 50),
}[DATASET]
new_x, new_labels = data.validation.x, data.validation.labels
pixels = math.prod(data.shape)
classes = next(iter(data.levels.values()))

# %% [markdown]
# ## 1. What do we have?
#
# Three sets of images: one to train on; one, *validation*, to look at while we choose and play; and one, *test*, for the number
# that we report in section 8.
#
# A stored image is a list of grey levels: a point of the pixel space $[0, 255]^{28 \times 28}$. (The slides say $[0, 254]$;
# but a byte has 256 levels, and the last of them is 255.) `load` has divided by 255, so pixels range over $[0, 1]$.

# %%
show_images(data.train.x[:24], columns=12, title="24 of the training images")
levels = np.rint(255 * data.train.x).astype(int)
print(f"darkest grey level {levels.min()}, brightest {levels.max()}")
assert (levels.min(), levels.max()) == (0, 255)

# %% [markdown]
# ## 2. What is a generative model with latent variables?
#
# Think of someone who designs a garment. First there is an intention: what kind of garment, how wide, how dark. Then there is
# the picture. We never see the intention. Call it $z$, the **latent variable**, and the image $x$.
#
# | | name | here |
# |---|---|---|
# | $p(z)$ | **prior**: which intentions there are | standard normal, $D$ independent numbers |
# | $p(x \mid z)$ | **decoder**: from intention to picture | a network gives each pixel's probability of being white |
# | $q(z \mid x)$ | **encoder**: from picture back to intention | a network gives a mean $\mu(x)$ and a standard deviation $\sigma(x)$ for each of the $D$ numbers |
#
# To draw a new image, draw $z$ from the prior and decode it. That is all.
#
# To **train**, we would like to make every training image likely, that is, to make this large:
#
# $$\log p(x) = \log \int p(x \mid z)\, p(z)\, dz.$$
#
# The integral runs over every intention. Almost all of them explain a given image badly, and the few that explain it well are
# hard to find by trying. The encoder is there to say which ones are worth trying.
#
# **The derivation, in four lines.** Bayes' rule gives an exact encoder, the **posterior** $p(z \mid x)$: the intentions that
# could have led to this picture. We cannot compute it, but we can write it down. For every $z$,
#
# $$\begin{aligned}
# \log p(x) &= \log \frac{p(x, z)}{p(z \mid x)} && \text{(definition of } p(z \mid x)\text{)} \\[2pt]
# &= \log \frac{p(x, z)}{q(z \mid x)} + \log \frac{q(z \mid x)}{p(z \mid x)} && \text{(multiply and divide by } q(z \mid x)\text{)} \\[2pt]
# &= \mathbb E_{q}\!\left[\log \frac{p(x, z)}{q(z \mid x)}\right] + \mathrm{KL}\big(q(z \mid x)\,\|\,p(z \mid x)\big) && \text{(average over } z \sim q(z \mid x)\text{; the left side has no } z\text{)} \\[2pt]
# &\ge \mathbb E_{q}\!\left[\log \frac{p(x \mid z)\, p(z)}{q(z \mid x)}\right] && \text{(a KL divergence is never negative)}
# \end{aligned}$$
#
# The last line is the **evidence lower bound** (ELBO). Split its logarithm, and it asks two questions:
#
# $$\log p(x) \;\ge\; \underbrace{\mathbb{E}_{q(z \mid x)}\big[\log p(x \mid z)\big]}_{\text{how well is } x \text{ drawn again?}}
# \;-\; \underbrace{\mathrm{KL}\big(q(z \mid x)\,\|\,p(z)\big)}_{\text{how far is the code from the prior?}}$$
#
# What the bound loses is exactly the divergence in the third line. It is zero for an encoder that gives the posterior itself.
#
# Check it where everything can be computed: one number $z \sim \mathcal N(0, 1)$, and an "image" of one pixel, $x \sim
# \mathcal N(z, s^2)$. Then $p(x)$ and the posterior are normal, too. **Predict**: which encoder $\mathcal N(m, v)$ loses
# nothing?

# %%
predicted_mean = ...  # m, for x = 1.5 and s² = 0.5
predicted_variance = ...  # and v

# %%
x, s2 = 1.5, 0.5  # the pixel, and the variance s² of its noise
log_evidence = scipy.stats.norm(0, np.sqrt(1 + s2)).logpdf(x)
posterior_mean, posterior_variance = x / (1 + s2), s2 / (1 + s2)


def kl_of_normals(m_1, v_1, m_2, v_2):
    """KL(N(m₁, v₁) ‖ N(m₂, v₂)); v₁ and v₂ are variances."""
    return 0.5 * (np.log(v_2 / v_1) + (v_1 + (m_1 - m_2) ** 2) / v_2 - 1)


print("encoder          ELBO   + KL to the posterior = log p(x)")
for m, v in ((0.0, 1.0), (1.0, 0.1), (posterior_mean, posterior_variance)):
    drawn_again = -0.5 * (np.log(2 * np.pi * s2) + ((x - m) ** 2 + v) / s2)  # E_q log N(x; z, s²)
    elbo = drawn_again - kl_of_normals(m, v, 0, 1)
    lost = kl_of_normals(m, v, posterior_mean, posterior_variance)
    print(f"N({m:.2f}, {v:.2f})   {elbo:7.3f} + {lost:6.3f} = {elbo + lost:.3f}")
    assert np.isclose(elbo + lost, log_evidence)

# %%
compare(predicted_mean, posterior_mean, within=0.05)
compare(predicted_variance, posterior_variance, within=0.05)

# %% [markdown]
# The loss of a VAE is the ELBO with its sign flipped. Its two terms, and the two questions they ask, are the subject of the
# next three sections.

# %% [markdown]
# ## 3. How does a gradient pass through a throw of dice?
#
# The first term needs $z \sim \mathcal N(\mu, \sigma^2)$. The encoder makes $\mu$ and $\sigma$, so the gradient has to get
# from $z$ back to them. But what is the derivative of a throw of dice?
#
# **Predict**: NumPy can draw $z$ with `np.random.normal(mu, sigma)`. What gradient will TensorFlow find?

# %%
prediction = ...  # the gradient with respect to mu: "0", "1" or "None"

# %%
mu, sigma = tf.Variable([1.0]), tf.Variable([0.5])

with tf.GradientTape(persistent=True) as tape:
    z_thrown = tf.convert_to_tensor(np.random.normal(mu.numpy(), sigma.numpy()), tf.float32)
    epsilon = tf.random.normal([1])
    z_reparameterized = mu + sigma * epsilon

thrown_gradient = tape.gradient(z_thrown, mu)
to_mu, to_sigma = (tape.gradient(z_reparameterized, v).numpy() for v in (mu, sigma))
print("thrown:           dz/dmu =", thrown_gradient)
print("reparameterized:  dz/dmu =", to_mu)
print("                  dz/dsigma =", to_sigma, " epsilon =", epsilon.numpy())
assert thrown_gradient is None and to_mu == 1 and to_sigma == epsilon

# %%
compare(prediction, str(thrown_gradient), choices=("0", "1", "None"))

# %% [markdown]
# The first gets `None`: NumPy's draw is a black box. The second draws from the **same distribution** in two steps: a throw
# $\varepsilon \sim \mathcal N(0, 1)$ that depends on nothing we train, and arithmetic that does:
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \frac{\partial z}{\partial \mu} = 1, \qquad \frac{\partial z}{\partial \sigma} = \varepsilon.$$
#
# That is the **reparameterization trick**. The claim that both draw from the same distribution can be checked.

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

# The largest gap between the two cumulative distributions: 0.0062 in one of a thousand seeds.
gap = scipy.stats.kstest(z, scipy.stats.norm(1.0, 0.5).cdf).statistic
print(f"the cumulative distributions differ by at most {gap:.4f}")
assert gap < 0.0062

# %% [markdown]
# ## 4. How far is a code from the prior?
#
# The second term is a Kullback–Leibler divergence. Between two normal distributions it needs no sampling (Kingma and Welling
# 2014, appendix B). For one latent dimension
#
# $$\mathrm{KL}\big(\mathcal N(\mu, \sigma^2)\,\|\,\mathcal N(0, 1)\big) = \tfrac12\left(\mu^2 + \sigma^2 - 1 - \log \sigma^2\right).$$
#
# It is zero for $\mu = 0, \sigma = 1$, and grows when the mean moves away, or when the standard deviation leaves 1 in either
# direction. For $D$ dimensions it is the **sum** over dimensions.

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
# Is the formula right? The definition is $\mathbb E_q[\log q(z) - \log p(z)]$. An average over many random draws from $q$,
# a **Monte Carlo** estimate, makes no use of the formula.

# %% [markdown]
# **Your turn** (about 5 minutes). Write the Monte Carlo estimate.
#
# <details><summary>Hint 1</summary>
#
# `scipy.stats.norm(mu, sigma).logpdf(z)` is the log-density of $q$ at each draw.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Which of the two log-densities is subtracted? The estimate is a mean, and it must be positive for many draws.
#
# </details>


# %%
@your_turn
def kl_by_draws(z, mu, sigma):
    """An estimate of KL(N(mu, sigma²) ‖ N(0, 1)) from draws z (N,) of N(mu, sigma²): a number."""
    return ...


# %%
q, p = scipy.stats.norm(1.5, 0.3), scipy.stats.norm()
draws = q.rvs(200_000, random_state=0)
estimate = np.mean(q.logpdf(draws) - p.logpdf(draws))
formula = kl_to_standard_normal(np.float32([[1.5]]), np.float32([[2 * np.log(0.3)]])).numpy()[0]
print(f"Monte Carlo {estimate:.3f} nats, formula {formula:.3f} nats")
assert abs(estimate - formula) < 0.01

# %% [markdown]
# **Variance, standard deviation, log-variance.** A network's output can be any number, but $\sigma$ must be positive. So ours
# gives `log_var` $= \log\sigma^2$. All three say the same thing, and mixing them up is an easy mistake to make: for
# $\sigma = 0.3$ the variance is 0.09 and the log-variance −2.41.

# %% [markdown]
# **Your turn** (about 3 minutes). Draw a code from what our encoder gives, with noise that was drawn before.
#
# <details><summary>Hint 1</summary>
#
# The noise has to be multiplied by the standard deviation, which you must make from $\log \sigma^2$.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# $\sigma = e^{\log \sigma} = e^{\frac12 \log \sigma^2}$. In TensorFlow, `tf.exp`.
#
# </details>


# %%
@your_turn
def draw_code(mu, log_var, noise):
    """What the encoder gives, and standard normal noise, all (B, D) → z, (B, D)."""
    return ...


# %%
zeros = np.zeros((10_000, 1), "float32")
noise = np.random.default_rng(0).normal(size=zeros.shape).astype("float32")
drawn = draw_code(zeros, zeros - 2.41, noise)
print(f"log-variance −2.41: your draws have the standard deviation {np.std(drawn):.3f}")
assert abs(np.std(drawn) - 0.3) < 0.01

# %% [markdown]
# ## 5. What do slides leave out of the loss?
#
# Many blog posts, and the slides of this course, write the second term without the 1:
#
# $$\text{short form:}\quad -\tfrac12 \sum_d \left(\log \sigma_d^2 - \mu_d^2 - \sigma_d^2\right)
# \qquad \text{full:}\quad -\tfrac12 \sum_d \left(1 + \log \sigma_d^2 - \mu_d^2 - \sigma_d^2\right)$$
#
# **Predict**: will a model trained with the short form come out different?


# %%
prediction = ...  # will it come out different: "yes" or "no"


# %%
def short_form(mu, log_var):
    return -0.5 * ops.sum(log_var - mu**2 - ops.exp(log_var), axis=-1)


mu, log_var = tf.Variable(tf.random.normal([5, 8])), tf.Variable(tf.random.normal([5, 8]))
with tf.GradientTape(persistent=True) as tape:
    full = kl_to_standard_normal(mu, log_var)
    short = short_form(mu, log_var)

print("difference for each example:", (short - full).numpy().round(4), "= D/2")
np.testing.assert_allclose(short - full, 4, atol=1e-5)
for variable in (mu, log_var):
    np.testing.assert_allclose(
        tape.gradient(full, variable), tape.gradient(short, variable), atol=1e-6
    )
print("the gradients are the same")

# %%
pulls = [(tape.gradient(full, v), tape.gradient(short, v)) for v in (mu, log_var)]
happened = "no" if all(np.allclose(*pair, atol=1e-6) for pair in pulls) else "yes"
compare(prediction, happened, choices=("yes", "no"))

# %% [markdown]
# A constant has no gradient, so training cannot tell the two apart. But the short form is not a divergence: it is $D/2$ too
# large, and an ELBO reported from it is wrong. We use the full one.
#
# Two slips that do change the model, and that you will meet in published notebooks:
#
# - **averaging over the latent dimensions** (`mean` instead of `sum` in the KL) divides it by $D$;
# - **averaging over the pixels** in the reconstruction divides that by the number of pixels, 784 for a 28×28 image.
#
# Neither is forbidden; both silently give the KL another weight, $\beta$, of which more in section 11.

# %%
per_dimension = kl_per_dimension(mu, log_var).numpy()
print("sum over dimensions: ", per_dimension.sum(axis=-1).mean().round(3), "nats an image")
print("mean over dimensions:", per_dimension.mean(axis=-1).mean().round(3), " – 8 times too small")

# %% [markdown]
# **And the reconstruction?** The slides use the cross-entropy. Here is why. Our decoder gives each pixel a probability
# $\pi$ of being white; so for pixels that are black or white, $-\log p(x \mid z)$ is the cross-entropy, summed over pixels:
#
# $$-\log p(x \mid z) = -\sum_i \big[x_i \log \pi_i + (1 - x_i) \log (1 - \pi_i)\big].$$
#
# Our pixels are grey. Read a grey level $x_i = 0.3$ as a biased coin: the pixel is white in 30 % of all throws. The formula is
# linear in $x_i$, so with grey levels in it, it is exactly the *average* over all such black-and-white images. Check:

# %%
random = np.random.default_rng(0)
image = data.train.x[:1]
logits = random.normal(size=image.shape).astype("float32")  # what some decoder might say
thrown = (random.uniform(size=(2000, *data.shape)) < image).astype("float32")
of_thrown = bernoulli_cross_entropy(thrown, np.repeat(logits, 2000, axis=0)).numpy()
of_grey = bernoulli_cross_entropy(image, logits).numpy()[0]
print(f"grey image {of_grey:.2f} nats; 2,000 black-and-white throws of it {of_thrown.mean():.2f}")
assert abs(of_thrown.mean() - of_grey) < 4 * of_thrown.std() / np.sqrt(2000)

# %% [markdown]
# The network gives **logits** $l$, with $\pi = 1/(1 + e^{-l})$, because the formula can then be computed without ever taking
# the logarithm of zero. A white pixel that the decoder is sure is black:

# %%
white, logit = np.float32([[1.0]]), np.float32([[-1000.0]])
with np.errstate(divide="ignore", over="ignore"):
    naive = -np.log(1 / (1 + np.exp(-logit)))
from_logits = bernoulli_cross_entropy(white, logit).numpy()
print("through probabilities:", naive.ravel(), "   from logits:", from_logits)
assert np.isinf(naive) and from_logits == 1000

# %% [markdown]
# ## 6. How do we build one?
#
# We build both networks from Keras layers, right here. The **encoder** has one stem and two heads, for $\mu$ and $\log \sigma^2$; the **decoder**
# leads back to one logit for each pixel.

# %%
image = keras.Input(data.shape)
h = layers.Flatten()(image)
for width in HIDDEN:
    h = layers.Dense(width, activation="gelu")(h)
encoder = keras.Model(
    image, [layers.Dense(LATENT, name="mu")(h), layers.Dense(LATENT, name="log_var")(h)]
)

code = keras.Input((LATENT,))
h = code
for width in reversed(HIDDEN):
    h = layers.Dense(width, activation="gelu")(h)
decoder = keras.Model(code, layers.Reshape(data.shape)(layers.Dense(pixels)(h)))

print(f"encoder {encoder.count_params():,} weights, decoder {decoder.count_params():,} weights")

# %% [markdown]
# The **training step** follows the formulas of the last three sections, line by line: sums within an image, means over
# images.

# %%
optimizer = keras.optimizers.Adam(2e-3)


@tf.function
def train_step(x):
    """One step of gradient descent on the negative ELBO; returns both of its terms."""
    with tf.GradientTape() as tape:
        mu, log_var = encoder(x)
        noise = tf.random.normal(tf.shape(mu))
        logits = decoder(mu + noise * tf.exp(0.5 * log_var))
        of_pixels = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)
        reconstruction = tf.reduce_sum(of_pixels, axis=(1, 2, 3))
        kl = 0.5 * tf.reduce_sum(mu**2 + tf.exp(log_var) - 1 - log_var, axis=1)
        loss = tf.reduce_mean(reconstruction + kl)
    variables = encoder.trainable_variables + decoder.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return tf.reduce_mean(reconstruction), tf.reduce_mean(kl)


# %% [markdown]
# Train it for a few epochs, and keep both terms after each step. **Predict**: the sum of the two falls. One of the two terms
# *rises*. Which?

# %%
prediction = ...  # the term that rises: "reconstruction" or "KL"

# %%
optimizer.build(encoder.trainable_variables + decoder.trainable_variables)
random, terms = np.random.default_rng(0), []
for _ in progress(range(EPOCHS // 4), "epoch"):
    order = random.permutation(len(data.train) // BATCH * BATCH).reshape(-1, BATCH)
    terms += [train_step(data.train.x[batch]) for batch in order]
terms = np.array(terms)  # (steps, 2)

figure, axes = plt.subplots(1, 2, figsize=(8.5, 2.6), layout="constrained")
for axis, values, name in zip(axes, terms.T, ("reconstruction", "KL"), strict=True):
    axis.semilogx(np.arange(1, len(values) + 1), values, color=BLUE)
    axis.set(xlabel="step", ylabel="nats an image", title=name)
plt.show()

start, end = terms[:3].mean(axis=0), terms[-50:].mean(axis=0)
print(f"KL {start[1]:.1f} → {end[1]:.1f} nats, reconstruction {start[0]:.0f} → {end[0]:.0f} nats")
assert end[1] > start[1] and start[0] - end[0] > end[1] - start[1]

# %%
names = ("reconstruction", "KL")
compare(prediction, names[int(np.argmax(end - start))], choices=names)

# %% [markdown]
# The KL rises. At first the code says nothing, and saying nothing costs nothing. Then the decoder learns to make use of the
# code, and every nat spent on it saves more than a nat of reconstruction.
#
# Draw from the prior, decode, and you have images that nobody gave it:

# %%
z = np.random.default_rng(1).normal(size=(24, LATENT)).astype("float32")
show_images(
    tf.sigmoid(decoder(z)),
    columns=12,
    title="decoded draws from the prior, by the model built on this page",
)

# %% [markdown]
# ## 7. How does the training go?
#
# From here on we use the library's `VAE`, which has `fit`, callbacks and the bounds of the next section; read it in
# `course_utils/models/vae.py`. `dense_vae` builds networks like ours. Is the loss of `VAE` the one that we wrote?
# Give it our two networks and compare.

# %%
same = VAE(encoder, decoder)
same.compile()
library_loss = same.evaluate(data.validation.x, verbose=0, return_dict=True)["loss"]
mu, log_var = encoder(data.validation.x)
z = mu + tf.exp(0.5 * log_var) * tf.random.normal(mu.shape)
page_loss = float(
    np.mean(
        bernoulli_cross_entropy(data.validation.x, decoder(z)) + kl_to_standard_normal(mu, log_var)
    )
)
print(f"validation loss: the library's {library_loss:.2f}, this page's {page_loss:.2f} nats")
assert abs(library_loss / page_loss - 1) < 0.005  # not equal: each draws its own ε

# %% [markdown]
# TensorBoard shows the training while it runs. Before there is a curve, give it a line to beat: a model without any code,
# which draws the same picture for every image, the mean of all training images.

# %%
mean_image = np.clip(data.train.x.mean(axis=0), 1e-3, 1 - 1e-3)
mean_logits = np.broadcast_to(np.log(mean_image / (1 - mean_image)), data.validation.x.shape)
without_code = bernoulli_cross_entropy(data.validation.x, mean_logits).numpy().mean()
print(f"the mean image costs {without_code:.1f} nats an image")

baseline = create_writers(LOGS, name="without-code")
for epoch in (1, EPOCHS):
    write_scalars(baseline.test, {"loss": without_code}, step=epoch)
baseline.close()

show_dashboard(LOGS)

# %% [markdown]
# The dashboard shows one line so far. While the next cell trains, press the round arrow at its top right to load what has come
# in since. Besides `loss` there will be its two terms, `reconstruction` and `kl`.

# %%
vae = dense_vae(data.shape, latent=LATENT, hidden=HIDDEN)
averaged_adam = keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99)
vae.compile(averaged_adam)

fixed_z = np.random.default_rng(0).normal(size=(32, LATENT)).astype("float32")
logger = RunLogger(LOGS, name="vae", images={"samples": lambda: vae.decode(fixed_z)}, every=5)
history = vae.fit(
    data.train.x,
    batch_size=BATCH,
    epochs=EPOCHS,
    validation_data=(new_x,),
    callbacks=[logger],
)

# %%
curves = history.history
figure, axes = plt.subplots(1, 3, figsize=(10, 2.6), layout="constrained")
for axis, name in zip(axes, ("loss", "reconstruction", "kl"), strict=True):
    axis.plot(curves[name], label="train", color=BLUE)
    axis.plot(curves[f"val_{name}"], label="validation", color=ORANGE)
    axis.set(xlabel="epoch", ylabel="nats an image", title=name)
axes[0].legend(frameon=False)
plt.show()
assert curves["val_loss"][-1] < without_code

# %% [markdown]
# In the dashboard, both `loss` curves now lie below the line of the mean image, and *Images* has a slider through the
# samples. (The validation curves come from weights that are averaged over the last steps, which is why they may lie *below* the
# training curves at first. And `fit` watches the validation loss: had it not fallen for 20 epochs, training would have stopped,
# and the best weights would have been put back.)

# %% [markdown]
# ## 8. Does it work?
#
# First: can it redraw images that it has not seen in training?

# %%
mu, log_var = vae.encode(new_x)
show_images(
    np.concatenate([new_x[:12], vae.decode(mu[:12])]),
    columns=12,
    title="images not trained on, and what the decoder makes of their codes",
)

# %% [markdown]
# Second, the question we began with: can it draw images that nobody gave it?

# %%
show_images(vae.sample(36), columns=12, title="decoded draws from the prior")

# %% [markdown]
# Look for garments that you could name, and for some that lie between two kinds. All are a little blurred: where the code
# leaves a detail open, the decoder draws the average.
#
# Now a number, on the **test** images: the ELBO, and a tighter bound on the same $\log p(x)$, the **importance-weighted** bound
# (Burda et al. 2016). It draws $K$ codes for an image and averages the *weights* $p(x, z)/q(z \mid x)$ before it takes the
# logarithm:
#
# $$\log p(x) \;\ge\; \mathbb E \log \frac1K \sum_{k=1}^K \frac{p(x, z_k)}{q(z_k \mid x)}, \qquad z_k \sim q(z \mid x).$$


# %%
def bounds(model, x, samples=500, at_once=20):
    """ELBO and importance-weighted bound of images x, both in nats, mean over images."""
    parts = [
        model.log_weights(x[i : i + at_once], samples).numpy() for i in range(0, len(x), at_once)
    ]
    weights = np.concatenate(parts, axis=1)  # (samples, B)
    return evidence_lower_bound(weights).mean(), importance_weighted_bound(weights).mean()


elbo, iwae = bounds(vae, data.test.x[:200])
print(f"log p(x) of 200 test images: at least {elbo:.2f} nats (ELBO), ", end="")
print(f"at least {iwae:.2f} nats (500 samples)")
assert iwae > elbo

# %% [markdown]
# The difference is part of what the encoder's simple normal distribution costs: the true posterior has another shape. (For grey
# images both numbers are bounds for the average over black-and-white throws of them, as in section 5.)
#
# What would more training buy? The course comes with a VAE of garments that was trained twice as long, with a learning rate
# that falls to 0.

# %%
if DATASET == "fashion":
    shipped = load_pretrained("fashion_vae")
    shipped_elbo, _ = bounds(shipped, data.test.x[:200], samples=50)
    print(f"ELBO on the same images: {shipped_elbo:.2f} nats")
    assert shipped_elbo > elbo
    show_images(
        shipped.sample(36), columns=12, title="the same, by the model that was trained for longer"
    )

# %% [markdown]
# ## 9. What do the numbers of the code mean?
#
# Move the sliders. Each is one latent dimension; the image is decoded on this page, at once. Below each name you can read how
# many nats that dimension carries on average. Can you find a slider that makes the picture brighter, and little else?

# %%
print(*(f"{number} {name}" for number, name in enumerate(classes)), sep=", ")
nats = kl_per_dimension(mu, log_var).numpy().mean(axis=0)
exported = export_network(vae.decoder, activation="sigmoid")
LatentSliders(exported, kl=nats, codes=mu.numpy()[:50], labels=new_labels[:50])

# %% [markdown]
# **A walk between two images.** Halfway between two codes lies another code. Halfway between two images lies a double
# exposure.

# %%
ENDS = {"fashion": (7, 9), "digits": (1, 0)}[DATASET]  # a sneaker and an ankle boot
a, b = (mu[int(np.argmax(new_labels == label))] for label in ENDS)
t = np.linspace(0, 1, 12, dtype="float32")[:, None]
image_a, image_b = vae.decode(a[None]), vae.decode(b[None])
fade = (1 - t[..., None, None]) * image_a + t[..., None, None] * image_b
show_images(
    np.concatenate([fade, vae.decode((1 - t) * a + t * b)]),
    columns=12,
    title="from one image to another: mixed in pixels (top), mixed in codes (bottom)",
)

# %% [markdown]
# Choose two images of your own. *Straight* is what the bottom row has just shown; *spherical* moves along an arc and changes the
# length of the code evenly on the way. Does the length matter? In many dimensions nearly
# all draws from a standard normal distribution have a length close to $\sqrt D$, and the middle of a straight line between two
# of them is shorter:

# %%
draws = np.random.default_rng(0).normal(size=(2, 10_000, LATENT))
length, middle = np.linalg.norm(draws[0], axis=1), np.linalg.norm(draws.mean(axis=0), axis=1)
print(
    f"√D = {np.sqrt(LATENT):.2f}; draws are {length.mean():.2f} ± {length.std():.2f} long, ", end=""
)
print(f"the middle between two of them {middle.mean():.2f} ± {middle.std():.2f}")
assert middle.mean() < length.mean() - length.std()

# %%
ends = [int(np.argmax(new_labels[:50] == label)) for label in ENDS]
Interpolation(exported, mu.numpy()[:50], labels=new_labels[:50], ends=ends)

# %% [markdown]
# ## 10. Do all images fit on one map?
#
# With two latent dimensions, the whole latent space fits on a page. It costs likelihood: **predict** by how much the ELBO
# falls.

# %%
prediction = ...  # by how many nats does the ELBO fall?

# %%
keras.utils.set_random_seed(0)
flat_vae = dense_vae(data.shape, latent=2, hidden=HIDDEN)
flat_vae.compile(keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99))
flat_vae.fit(data.train.x, batch_size=BATCH, epochs=EPOCHS, validation_data=(new_x,))

flat_elbo, _ = bounds(flat_vae, data.test.x[:200], samples=50)
print(
    f"ELBO on test images: {flat_elbo:.2f} nats with 2 latent dimensions, {elbo:.2f} with {LATENT}"
)
assert flat_elbo < elbo

# %%
compare(prediction, elbo - flat_elbo, within=5)

# %% [markdown]
# First, what the decoder draws at each point of a grid: the steps are equal in *probability*, not in $z$, so that every picture
# stands for about the same share of the prior. Then, where the encoder puts the validation images. The colours are classes, which the
# model never saw.

# %%
quantiles = scipy.stats.norm.ppf(np.linspace(0.03, 0.97, 15)).astype("float32")
grid = np.stack(np.meshgrid(quantiles, quantiles[::-1]), axis=-1).reshape(-1, 2)
show_images(flat_vae.decode(grid), columns=15, size=0.45, title="the latent plane, decoded")

codes = flat_vae.encode(new_x)[0].numpy()
plt.figure(figsize=(6.2, 4.4), layout="constrained")
colors = ListedColormap(WITHOUT_RED_AND_GREEN)
points = plt.scatter(*codes.T, c=new_labels, cmap=colors, vmin=-0.5, vmax=9.5, s=6)
for number in range(10):
    middle = np.median(codes[new_labels == number], axis=0)
    plt.text(*middle, str(number), fontsize=13, weight="bold")
bar = plt.colorbar(points, ticks=range(10), label="class")
bar.set_ticklabels(
    [
        f"{number} {name}" if str(number) != str(name) else name
        for number, name in enumerate(classes)
    ]
)
plt.xlabel("first latent dimension")
plt.ylabel("second latent dimension")
plt.show()

# %% [markdown]
# Drag the point.

# %%
LatentMap(
    export_network(flat_vae.decoder, activation="sigmoid"),
    codes=codes[:150],
    labels=new_labels[:150],
)

# %% [markdown]
# What does a VAE do with a picture that nobody photographed? **Predict**: how will the VAE of garments redraw a ring?

# %%
shipped_vae, shipped_plane, classifier = (
    load_pretrained(f"fashion_{name}") for name in ("vae", "vae_plane", "classifier")
)
garments = load("fashion")
kinds = garments.levels["article"]


def redraw(images):
    return shipped_vae.decode(shipped_vae.encode(images)[0]).numpy()


def squared_error(images):
    """The squared error of each image's reconstruction, summed over its pixels."""
    return np.sum((redraw(images) - images) ** 2, axis=(1, 2, 3))


radius = np.hypot(*(np.mgrid[:28, :28] - 13.5))
ring = (np.abs(radius - 8) < 1.5).astype("float32")[None, :, :, None]
show_images(np.concatenate([ring, redraw(ring)]), columns=2, title="a ring, and the ring redrawn")
usual, of_ring = squared_error(garments.test.x), squared_error(ring)[0]
print(
    f"error of the ring {of_ring:.0f}; of the test garments {usual.mean():.0f} on average, ", end=""
)
print(f"{usual.max():.0f} at most")
assert of_ring > np.quantile(usual, 0.999)

# %% [markdown]
# The decoder has only ever drawn garments, so what comes back is one. Now **draw your own**. Every stroke goes through four
# networks on this page, all trained in advance, all for garments, whatever images you chose at the start:
#
# - a VAE with 16 latent numbers redraws your picture, and fills in the part that is lost: it redraws the picture, puts the pixels
#   that are known back in their place, and repeats that ten times (Rezende et al. 2014, appendix F, draw the codes; here they
#   are means);
# - a VAE with two latent numbers gives it a place on its map;
# - a classifier names it.
#
# **Try it**: begin with the T-shirt, erase its sleeves, and make it narrower until the classifier says *dress*. Which way does
# the point move on the map? Then clear the canvas: with how few strokes can you draw trousers that come back as trousers?


# %%
def means_of(encoder):
    """The encoder's first output alone: the mean of q(z | x)."""
    return keras.Model(encoder.input, encoder.outputs[0])


read = keras.Model(classifier.trunk.input, classifier.heads[0](classifier.trunk.output))
first = [int(np.argmax(garments.test.labels == k)) for k in (9, 7, 5, 0, 2, 3, 4, 6, 1, 8)]
DrawYourOwn(
    garments.test.x[first],
    garments.test.labels[first],
    kinds,
    encode=export_network(means_of(shipped_vae.encoder)),
    decode=export_network(shipped_vae.decoder, activation="sigmoid"),
    classify=export_network(read, activation="softmax"),
    place=export_network(means_of(shipped_plane.encoder)),
    draw_place=shipped_plane.decode,
)

# %% [markdown]
# <details><summary>What you may have seen</summary>
#
# On the map dresses lie above the T-shirts, on the way to the trousers, so the point moves up while the shape becomes narrower.
# Two broad strokes are enough for trousers: where they say nothing about a detail, the decoder draws the average.
#
# </details>
#
# The same with the eraser in Python: the T-shirt loses its sleeves, then its sides.

# %%
shirt = garments.test.x[first[3]]
for width in (28, 14, 10):
    erased = np.abs(np.arange(28) - 13.5) > width / 2
    narrow = np.where(erased[:, None], 0, shirt)[None].astype("float32")
    across, up = shipped_plane.encode(narrow)[0].numpy()[0]
    kind = kinds[classifier.classify(narrow)["article"][0]]
    print(
        f"{width} columns wide: at ({across:.2f}, {up:.2f}) on the map; the classifier says {kind}"
    )
assert kind == "Dress"

# %% [markdown]
# What does such a map look like while it is being learnt? The next VAE, with two latent numbers, learns on this page, without
# Python, from the points of a spiral. The green lines are a straight grid of codes, decoded. Press *Play*.
#
# **Predict**: how will the grid lie along the spiral? And what is left of it when the KL weighs β = 10 times as much?

# %%
Playground("vae", "spiral", grid=True)

# %% [markdown]
# And here is the playground's model in Keras: our `VAE`, but with a normal likelihood of standard deviation 0.1 in place of
# Bernoulli's, since points are no pixels. (A test of this course trains both from the same weights on the same batches, and
# after 20 steps their weights still agree.)


# %%
class PlaneVAE(VAE):
    """A VAE of points in the plane, −log p(x | z) = ‖x − x̂‖² / (2 · 0.1²) up to a constant."""

    pixel_range = None

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        error = ops.sum((x - y_pred.logits) ** 2, axis=-1) / (2 * 0.1**2)
        kl = kl_to_standard_normal(y_pred.mu, y_pred.log_var)
        self.reconstruction.update_state(error)
        self.kl.update_state(kl)
        return ops.mean(error + self.regularizer(y_pred, kl))


keras.utils.set_random_seed(0)
plane_vae = PlaneVAE(
    dense_encoder((2,), 2, outputs=2, hidden=(64, 64), activation="relu"),
    dense_decoder(2, (2,), hidden=(64, 64), activation="relu"),
)
plane_vae.compile(keras.optimizers.Adam(0.001))
turns = np.sqrt(np.random.default_rng(0).uniform(size=2560))
angle = 3 * np.pi * turns
spiral = 1.2 * (turns * [np.cos(angle), np.sin(angle)]).T
learnt = plane_vae.fit(spiral.astype("float32"), batch_size=128, epochs=3, verbose=0).history[
    "loss"
]
print("loss, epoch by epoch:", ", ".join(f"{loss:.1f}" for loss in learnt))
assert learnt[-1] < learnt[0]

# %% [markdown]
# ## 11. What if one term weighs more?
#
# The two terms pull against each other. Put a weight on one (Higgins et al. 2017):
#
# $$\text{loss} = \text{reconstruction} + \beta\,\mathrm{KL}.$$
#
# **Predict** for the largest β: what happens to the reconstructions? What to the samples? How many of the dimensions will carry
# anything at all?

# %%
prediction = ...  # how many dimensions carry anything at the largest β?

# %%
betas = {"fashion": (0.1, 1.0, 4.0, 20.0), "digits": (0.1, 1.0, 2.0, 4.0)}[DATASET]
rows, table = [new_x[:12]], []
for beta in betas:
    keras.utils.set_random_seed(0)
    model = dense_vae(data.shape, latent=LATENT, hidden=HIDDEN, beta=beta)
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(data.train.x, batch_size=BATCH, epochs=EPOCHS * 2 // 5)
    mu, log_var = model.encode(new_x)
    carried = kl_per_dimension(mu, log_var).numpy().mean(axis=0)
    reconstruction = bernoulli_cross_entropy(new_x, model(new_x).logits).numpy().mean()
    spread = np.mean(mu.numpy() ** 2 + np.exp(log_var))  # of z over all images; 1 for the prior
    table.append((reconstruction, carried.sum(), np.sum(carried > 0.05), spread))
    rows += [model.decode(mu[:12]), model.sample(12)]

reconstructions, kls, used, spreads = np.array(table).T
print(f"{'β':>5} {'reconstruction':>15} {'KL':>7} {'dimensions used':>16} {'mean of z²':>11}")
for row in zip(betas, reconstructions, kls, used, spreads, strict=True):
    print("{:5g} {:15.1f} {:7.1f} {:16.0f} {:11.2f}".format(*row))

# %%
compare(prediction, int(used[-1]), within=1)

# %%
names = ["new images"] + [
    f"β = {beta:g}: {what}" for beta in betas for what in ("reconstructed", "sampled")
]
figure, axes = plt.subplots(len(rows), 12, figsize=(8, 4.9))
for line, (name, images) in enumerate(zip(names, rows, strict=True)):
    for axis, picture in zip(axes[line], np.asarray(images), strict=True):
        axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    middle = data.shape[0] / 2 - 0.5
    axes[line, 0].text(-0.2 * data.shape[1], middle, name, ha="right", va="center", fontsize=9)
figure.subplots_adjust(left=0.25, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

assert np.all(np.diff(kls) < 0) and np.all(np.diff(reconstructions) > 0) and used[-1] < used[0]
wider = {"fashion": 1.2, "digits": 1.05}[DATASET]
assert spreads[0] > wider * spreads[1]  # with a small β, codes lie further out than the prior

# %% [markdown]
# With a small β the codes may lie far from the prior. Reconstructions are crisp, and samples are poor: draws from the prior
# land where few codes are. With a large β the code is squeezed until it has little left to tell, and everything looks like an
# average. **Try** a β of your own: add it to `betas`.

# %% [markdown]
# ## 12. Does it use all its dimensions?
#
# At the largest β few dimensions are left: for the others the encoder answers $\mu = 0, \sigma = 1$, the prior itself,
# whatever the image. That is **posterior collapse**. It is not only a matter of β. Give an ordinary VAE more dimensions than it
# needs: **predict** how many of 32 it will use.

# %%
prediction = ...  # how many of the 32 dimensions?

# %%
keras.utils.set_random_seed(0)
wide_vae = dense_vae(data.shape, latent=32, hidden=HIDDEN)
wide_vae.compile(keras.optimizers.Adam(2e-3, use_ema=True, ema_momentum=0.99))
wide_vae.fit(data.train.x, batch_size=BATCH, epochs=EPOCHS * 3 // 4, validation_data=(new_x,))

mu, log_var = wide_vae.encode(new_x)
carried = kl_per_dimension(mu, log_var).numpy().mean(axis=0)
order = np.argsort(-carried)
plt.figure(figsize=(7, 2.4), layout="constrained")
plt.bar(range(32), carried[order], color=np.where(carried[order] > 0.05, BLUE, ORANGE))
plt.axhline(0.05, color="black", linewidth=0.8, linestyle=":")
plt.xlabel("latent dimension, sorted")
plt.ylabel("KL in nats")
plt.show()
print(f"{np.sum(carried > 0.05)} of 32 dimensions carry more than 0.05 nats")
assert 2 < np.sum(carried > 0.05) < 32

# %%
compare(prediction, int(np.sum(carried > 0.05)), within=4)

# %% [markdown]
# A dimension that carries nothing must not matter to the decoder either. Check it: replace a dimension by noise from the prior,
# and see how much worse the reconstruction becomes.

# %%
noise = np.random.default_rng(0).normal(size=mu.shape).astype("float32")
base = bernoulli_cross_entropy(new_x, wide_vae.decoder(mu)).numpy().mean()


def cost_of_losing(dimension):
    """How many nats more an image costs when this dimension of its code is noise."""
    z = mu.numpy()
    z[:, dimension] = noise[:, dimension]
    return bernoulli_cross_entropy(new_x, wide_vae.decoder(z)).numpy().mean() - base


first, last = cost_of_losing(order[0]), cost_of_losing(order[-1])
print(f"losing the busiest dimension costs {first:.1f} nats, losing the idlest {last:.2f}")
assert first > 10 * abs(last)

# %% [markdown]
# Here collapse is harmless, even useful: the model prunes itself. It is harmful when a decoder is so strong that it does
# without the code altogether, as happens in models of text. Remedies are to raise β slowly from 0 (*KL annealing*, Bowman et
# al. 2016), to leave each dimension a few nats free of charge (*free bits*, Kingma et al. 2016), or to weaken the decoder.

# %% [markdown]
# ## Summary
#
# - A VAE is a prior, a decoder and an encoder; its loss is the negative ELBO: reconstruction plus KL, both **summed** within
#   an image and averaged over images. What the bound loses is the KL from the encoder to the true posterior.
# - $z = \mu + \sigma\varepsilon$ lets gradients through a random draw.
# - The short form of the KL drops $D/2$: same gradients, wrong number.
# - β trades faithful reconstructions against a code that matches the prior; dimensions that do not earn their keep collapse.
#
# ## Check yourself
#
# <details><summary>1. Your KL is negative. What happened?</summary>
#
# A KL divergence is never negative. Most likely a sign is wrong, or something else stands in one of the two places
# where the formula has the log-variance.</details>
#
# <details><summary>2. Reconstructions are perfect, samples are noise. Which term is too weak, and what do you change?</summary>
#
# The KL is too weak: the codes lie far from the prior that you sample from. Look for a mean where the KL should have a
# sum; otherwise raise β.</details>
#
# <details><summary>3. Why does the ELBO of a test image change a little each time you compute it?</summary>
#
# Its first term is an expectation over the encoder's distribution, estimated from a few draws of ε.</details>
#
# ## Do it yourself
#
# The assignment [vae](../assignments/vae/vae.ipynb) asks for the four functions behind this lecture and trains a model with
# what you wrote. After the next lecture comes the assignment [training](../assignments/training/training.ipynb): in it you
# write whole training steps, of this model and of a GAN.
#
# ## Papers and posts
#
# - D. P. Kingma and M. Welling, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114), 2014, the original paper
# - D. J. Rezende, S. Mohamed and D. Wierstra, [Stochastic Backpropagation and Approximate Inference in Deep Generative
#   Models](https://arxiv.org/abs/1401.4082), 2014
# - J. Altosaar, [What is a variational autoencoder?](https://jaan.io/what-is-variational-autoencoder-vae-tutorial/), a blog post
#   that tells the story twice, once in terms of networks and once in terms of probability
# - L. Weng, [From Autoencoder to Beta-VAE](https://lilianweng.github.io/posts/2018-08-12-vae/), 2018, a blog post with the
#   derivation spelled out
# - Y. Burda, R. Grosse and R. Salakhutdinov, [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519), 2016
# - I. Higgins et al., [β-VAE: Learning Basic Visual Concepts with a Constrained Variational
#   Framework](https://openreview.net/forum?id=Sy2fzU9gl), 2017
# - S. R. Bowman et al., [Generating Sentences from a Continuous Space](https://arxiv.org/abs/1511.06349), 2016
# - D. P. Kingma et al., [Improved Variational Inference with Inverse Autoregressive Flow](https://arxiv.org/abs/1606.04934), 2016
#
# **Next**: [Generative adversarial networks](08_gans.ipynb)
