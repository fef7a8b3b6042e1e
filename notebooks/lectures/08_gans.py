# %% [markdown]
# # Generative adversarial networks
#
# A forger paints, and an expert tells forgeries from originals. Whenever the expert finds a new telltale sign, the forger
# learns to avoid it; whenever the forger improves, the expert looks closer. Nobody ever says what a good painting *is*. A
# **generative adversarial network** (GAN) is this game between two networks. Its forger draws sharper pictures than a VAE of
# the same size, as we shall measure. The price: a game can go wrong in ways that a minimisation cannot.
#
# **Afterwards you can**
#
# - write the losses of both players, and say what the best discriminator is and what loss it has;
# - write the two training steps, and watch the training in TensorBoard;
# - say why one loss of the generator saturates, and measure it;
# - make gradients vanish and modes collapse on purpose, and cure both;
# - judge a training run, although no loss goes down.
#
# **Time**: about 90 minutes to read and play; under two minutes to run from top to bottom on two cores.
# **Needs**: Keras basics, the lectures on [densities](02_densities.ipynb), [TensorBoard](05_tensorboard.ipynb) and
# [VAEs](07_vae.ipynb). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import datetime
import inspect
import math
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from scipy import integrate, stats
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from course_utils import losses
from course_utils.data import load, toy
from course_utils.exercises import compare, your_turn
from course_utils.explorers import Interpolation, Playground, TrainingReplay, export_network
from course_utils.metrics.sample_quality import frechet_distance, mode_coverage
from course_utils.models.gan import GAN
from course_utils.models.vae import dense_vae
from course_utils.networks import (
    conv_discriminator,
    conv_generator,
    dense_discriminator,
    dense_generator,
)
from course_utils.plotting import show_images
from course_utils.pretrained import judge, load_pretrained
from course_utils.tensorboard import RunLogger, prepare_dashboard

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#08519c", "#e6850e", "#777777"

# %% [markdown]
# **Which images?** One word decides; sizes, networks and training times follow from it.
#
# | `DATASET` | images | running this lecture | Fréchet distance in section 4 |
# |---|---|---|---|
# | `"fashion"` | 10,000 photographs of clothes, 28×28 pixels | under two minutes | about 55 |
# | `"digits"` | 1,350 handwritten digits, 8×8 pixels | about a minute and a half | about 2 |

# %%
DATASET = "fashion"  # or "digits"

data = load(DATASET)
print(data)
LATENT = 32
HIDDEN = (128, 256)  # widths of the hidden layers
EPOCHS, EVERY = {"fashion": (9, 3), "digits": (100, 10)}[DATASET]  # and between measurements
STEPS_AN_EPOCH = math.ceil(len(data.train) / 64)
pixels = math.prod(data.shape)
classes = next(iter(data.levels.values()))
show_images(data.train.x[:24], columns=12, title="24 of the training images")

# %% [markdown]
# ## 1. What does the expert learn?
#
# Begin with the expert alone, the **discriminator** $D$. Here it sees a number $x$ and gives the probability that $x$ is real.
# Real numbers come from one normal distribution, $p$; fakes come from another, $q$, which stays the same for now. That is
# ordinary classification, and we train it as such: label 1 for real, label 0 for fake, cross-entropy.
#
# **Predict**: sketch two normal densities, the fake one wider and further to the left, and draw $D(x)$ below.
# Where is it ½? What is it far to the left, where neither distribution has points?

# %% [markdown]
# **Your turn** (about 5 minutes). Suppose that you knew both densities. You get one number, real or fake with equal
# chances. How probable is it that the number is real?
#
# <details><summary>Hint 1</summary>
#
# Bayes' rule: the probability of "real, and this number", divided by the probability of "this number".
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The number may have come from either source. The two chances of ½ cancel.
#
# </details>


# %%
@your_turn
def best_discriminator(p_real, p_fake):
    """Densities of real and fake at each place, (N,) → the best probability of "real", (N,)."""
    return ...


# %%
prediction = ...  # D(x) far to the left, at x = −4

# %%
p, q = stats.norm(1, 0.5), stats.norm(-0.5, 1)
random = np.random.default_rng(0)
x = np.concatenate([p.rvs(20_000, random_state=random), q.rvs(20_000, random_state=random)])
is_real = np.repeat([1.0, 0.0], 20_000)

keras.utils.set_random_seed(0)
expert = keras.Sequential(
    [keras.Input((1,)), keras.layers.Dense(32, "gelu"), keras.layers.Dense(1)]  # a logit
)
expert.compile(keras.optimizers.Adam(1e-2), keras.losses.BinaryCrossentropy(from_logits=True))
expert.fit(x[:, None], is_real, batch_size=500, epochs=6, verbose=0)

line = np.linspace(-4, 3.5, 300)
learnt = tf.sigmoid(expert(line[:, None]))[:, 0].numpy()
best = p.pdf(line) / (p.pdf(line) + q.pdf(line))

figure, axes = plt.subplots(1, 2, figsize=(9, 2.7), layout="constrained")
axes[0].plot(line, p.pdf(line), color=ORANGE, label="p, real")
axes[0].plot(line, q.pdf(line), color=BLUE, label="q, fake")
axes[0].set(xlabel="x", ylabel="density")
axes[1].plot(line, best, color=GREY, linewidth=5, alpha=0.4, label="p / (p + q)")
axes[1].plot(line, learnt, color="black", linewidth=1.2, label="D, trained")
axes[1].set(xlabel="x", ylabel="probability of real")
for axis in axes:
    axis.legend(frameon=False)
plt.show()

# %%
compare(prediction, round(float(learnt[0]), 3), within=0.05)

# %% [markdown]
# The best answer follows from Bayes' rule for two equally likely sources (Goodfellow et al. 2014, proposition 1):
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}.$$
#
# The expert never saw a density, only labelled numbers; and yet it found the share of $p$ in the sum of the two densities.
# Check this in the region where it had numbers to learn from. Check also how much loss is left: with the best $D$ the two
# cross-entropies add up to $2 \log 2 - 2\,\mathrm{JSD}(p, q)$. The **Jensen–Shannon divergence** JSD averages the KL divergences from $p$ and
# from $q$ to the mixture $m = (p + q)/2$ of the two:
#
# $$\mathrm{JSD}(p, q) = \tfrac12\, \mathrm{KL}(p \,\|\, m) + \tfrac12\, \mathrm{KL}(q \,\|\, m).$$
#
# It is 0 if $p = q$, and $\log 2$ at most.

# %%
error = np.mean(np.abs(learnt - best)[(line > -2.5) & (line < 2.5)])
print(f"mean distance from p/(p+q): {error:.3f}")
assert error < 0.03


def divergence(t):
    middle = (p.pdf(t) + q.pdf(t)) / 2
    return 0.5 * (p.pdf(t) * np.log(p.pdf(t) / middle) + q.pdf(t) * np.log(q.pdf(t) / middle))


jensen_shannon = integrate.quad(divergence, -6, 6)[0]
fresh = np.float32([p.rvs(20_000, random_state=random), q.rvs(20_000, random_state=random)])
loss = losses.logistic_discriminator_loss(expert(fresh[0, :, None]), expert(fresh[1, :, None]))
print(f"loss of the trained expert {np.mean(loss):.3f}, ", end="")
print(f"2 log 2 − 2 JSD = {2 * np.log(2) - 2 * jensen_shannon:.3f}")
assert abs(np.mean(loss) - (2 * np.log(2) - 2 * jensen_shannon)) < 0.03

# %% [markdown]
# So the discriminator *measures* how far the fakes are from the data, without knowing either density. Whoever wants better
# fakes can follow its gradient.

# %% [markdown]
# ## 2. What is the game?
#
# $$z \sim \mathcal N(0, I) \;\xrightarrow{\;\text{generator } G\;}\; \text{fake} \;\xrightarrow{\;\text{discriminator } D\;}\; \text{real or not?}$$
#
# The **generator** $G$ is a decoder without an encoder: it turns noise $z$ into an example. The players want opposite things,
#
# $$\min_G \max_D \;\; \mathbb E_{x \sim \text{data}} \log D(x) + \mathbb E_{z} \log\big(1 - D(G(z))\big).$$
#
# The discriminator's output is a **logit** $l$, with $D = \sigma(l)$. Its loss has one part for real input and one for
# generated input, each a cross-entropy:
#
# $$\underbrace{-\log D(x)}_{\text{real, label 1}} \;+\; \underbrace{-\log\big(1 - D(G(z))\big)}_{\text{generated, label 0}}.$$
#
# **Predict**: what is the loss of a discriminator that always says ½?

# %%
prediction = ...  # the loss of a discriminator that always says ½

# %%
real_logits = tf.constant([[2.0], [-1.0], [0.5]])
fake_logits = tf.constant([[-3.0], [0.0], [1.0]])
ours = losses.logistic_discriminator_loss(real_logits, fake_logits)
keras_loss = keras.losses.BinaryCrossentropy(from_logits=True)
theirs = keras_loss(tf.ones((3, 1)), real_logits) + keras_loss(tf.zeros((3, 1)), fake_logits)
print(f"ours {np.mean(ours):.4f}, Keras's cross-entropy with labels 1 and 0 {theirs:.4f}")
np.testing.assert_allclose(np.mean(ours), theirs, rtol=1e-5)

ignorant = losses.logistic_discriminator_loss(tf.zeros((1, 1)), tf.zeros((1, 1)))[0]
print(f"always ½: {ignorant:.4f} = 2 log 2")
assert np.isclose(ignorant, 2 * np.log(2))

# %%
compare(prediction, float(ignorant), within=0.05)

# %% [markdown]
# Remember $2 \log 2 = 1.386$. It is the loss of a discriminator that knows nothing, *and* that of the best discriminator
# against a perfect generator.

# %% [markdown]
# ## 3. How do we build one, and watch it?
#
# We build it right here, from Keras layers: two networks that mirror each other.

# %%
keras.utils.set_random_seed(0)
generator = keras.Sequential(
    [
        keras.Input((LATENT,)),
        *(layers.Dense(width, activation="gelu") for width in HIDDEN),
        layers.Dense(pixels, activation="sigmoid"),
        layers.Reshape(data.shape),
    ]
)
discriminator = keras.Sequential(
    [
        keras.Input(data.shape),
        layers.Flatten(),
        *(layers.Dense(width, activation="leaky_relu") for width in reversed(HIDDEN)),
        layers.Dense(1),  # a logit
    ]
)

# %% [markdown]
# One step of the game is two steps of gradient descent, one for each player while the other holds still. Note which
# player's variables each gradient is taken with respect to. The generator could minimise $\log(1 - D(G(z)))$, as the game says. We let it
# minimise $-\log D(G(z))$ instead, the cross-entropy of its fakes with the label *real*; section 5 says why.

# %%
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
optimizers = [keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)]
for optimizer, player in zip(optimizers, (discriminator, generator), strict=True):
    optimizer.build(player.trainable_variables)


@tf.function
def discriminator_step(real):
    """Real images to 1, generated ones to 0; the generator holds still."""
    fake = generator(tf.random.normal([64, LATENT]))
    with tf.GradientTape() as tape:
        real_logits, fake_logits = discriminator(real), discriminator(fake)
        loss = cross_entropy(tf.ones_like(real_logits), real_logits) + cross_entropy(
            tf.zeros_like(fake_logits), fake_logits
        )
    variables = discriminator.trainable_variables
    optimizers[0].apply(tape.gradient(loss, variables), variables)
    return loss


@tf.function
def generator_step():
    """Make the discriminator say 1; the discriminator holds still."""
    z = tf.random.normal([64, LATENT])
    with tf.GradientTape() as tape:
        fake_logits = discriminator(generator(z))
        loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
    variables = generator.trainable_variables
    optimizers[1].apply(tape.gradient(loss, variables), variables)
    return loss


# %% [markdown]
# To watch the game, record it: the two losses, and a few fakes. The slides show how TensorFlow does this. Delete the
# logs of earlier runs, name two folders by date and time, and open a **summary writer** for each. (Mind the first line: it
# deletes *everything* in the folder `logs` beside this notebook, other lectures' logs included.)

# %%
# !rm -rf ./logs/
current_time = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
train_log_dir = "logs/gradient_tape/" + current_time + "/train"
test_log_dir = "logs/gradient_tape/" + current_time + "/test"
train_summary_writer = tf.summary.create_file_writer(train_log_dir)
test_summary_writer = tf.summary.create_file_writer(test_log_dir)

# %% [markdown]
# Then train. To store a summary, activate its writer and name what you store.

# %%
same_z = tf.random.normal([8, LATENT], seed=0)
batches = np.random.default_rng(0)
for step in range(1, 601):
    real = data.train.x[batches.integers(len(data.train), size=64)]
    dis_loss = discriminator_step(real)
    gen_loss = generator_step()

    with train_summary_writer.as_default():
        tf.summary.scalar("generator_loss", gen_loss, step=step)
        tf.summary.scalar("discriminator_loss", dis_loss, step=step)
    if step % 100 == 0:
        fake = generator(same_z)
        with test_summary_writer.as_default():
            tf.summary.image("fake_images", fake, step=step, max_outputs=8)

# %% [markdown]
# As a last step, call the magic command, and TensorBoard opens inside the notebook. *Scalars* has the two losses, *Images* the
# fakes, with a slider through the steps. (`prepare_dashboard` makes sure that the program is found, and that it stops when
# this notebook does.)

# %%
prepare_dashboard()
# %load_ext tensorboard
# %tensorboard --logdir logs

# %% [markdown]
# Or open it from a terminal, in the folder of this notebook:
#
# ```
# $ tensorboard --logdir='./logs'
# TensorBoard 2.21.0 at http://localhost:6006/ (Press CTRL+C to quit)
# ```
#
# and open the address in a browser. The same files can be read by a program, too. Is everything there?

# %%
for writer in (train_summary_writer, test_summary_writer):
    writer.close()
written = EventAccumulator(train_log_dir, size_guidance={"tensors": 0}).Reload()
for tag in ("generator_loss", "discriminator_loss"):
    values = [tf.make_ndarray(event.tensor_proto).item() for event in written.Tensors(tag)]
    print(f"{tag:18} {len(values)} points, the last one {values[-1]:.3f}")
    assert len(values) == 600
show_images(fake, columns=8, title="the fakes at step 600")

# %% [markdown]
# Shapes begin to show. (Do not expect the losses to go down; the next section says why.) From here on the library's `GAN` plays
# the game. Its `fit` runs the same two steps; here is the first of them:

# %%
print(inspect.getsource(GAN.discriminator_step))

# %% [markdown]
# And one callback, `RunLogger`, writes what our loop wrote by hand.


# %% [markdown]
# ## 4. What does a game that goes well look like?
#
# We take the same two networks, with two remedies that the rest of this lecture explains: **R1**, a penalty that keeps the
# discriminator from becoming too steep around the real images, and **EMA**, an *exponential moving average* of the
# generator's weights over its last steps; the samples are drawn with these averaged weights.
#
# How good are the samples? Give images to a small classifier that was trained on real ones, and take its last hidden layer as
# **features** of the image. Fit a normal distribution to the features of real images, and another to those of samples. The
# **Fréchet distance** of the two,
#
# $$|\mu_1 - \mu_2|^2 + \mathrm{tr}\big(\Sigma_1 + \Sigma_2 - 2\,(\Sigma_1 \Sigma_2)^{1/2}\big),$$
#
# is small if samples look like real images to the classifier, and vary as they do. With features of the Inception network it
# is known as FID (*Fréchet Inception distance*). Ours come from another classifier, so its numbers cannot be compared with
# published FIDs. During training, we compare 2,000 samples with the validation images.
#
# **Predict** three curves: the discriminator's loss, the generator's loss, the distance.

# %%
prediction = ...  # the generator's loss late in training: "falls", "rises" or "stays"

# %%
classifier = judge(DATASET)
validation_features = classifier.features(data.validation.x)


def distance(model, count=2000):
    """Fréchet distance of samples from the validation images, in the classifier's features."""
    return frechet_distance(
        validation_features, classifier.features(np.asarray(model.sample(count)))
    )


def adam(momentum=0.0, rate=1e-3):
    return keras.optimizers.Adam(rate, beta_1=momentum, beta_2=0.99)


def dense_players():
    """A generator and a discriminator like those of the last section."""
    return (
        dense_generator(LATENT, data.shape, hidden=HIDDEN),
        dense_discriminator(data.shape, hidden=HIDDEN[::-1]),
    )


def train_and_measure(model, epochs, every, batch_size=64, rate=1e-3):
    """Train; returns `fit`'s curves and, after every few epochs, seconds of computing and distance."""
    model.compile(adam(rate=rate), adam(rate=rate))
    measured = {0: (0.0, distance(model))}
    clock = {"spent": 0.0}

    def start(epoch, logs=None):
        clock["start"] = time.process_time()

    def stop(epoch, logs):
        clock["spent"] += time.process_time() - clock["start"]
        if (epoch + 1) % every == 0:
            measured[epoch + 1] = (clock["spent"], distance(model))
            rows[epoch + 1] = model.generate(fixed_z)

    watch = keras.callbacks.LambdaCallback(on_epoch_begin=start, on_epoch_end=stop)
    logger = RunLogger(name="gan", images={"fake_images": lambda: model.generate(fixed_z)})
    rows = {0: model.generate(fixed_z)}
    curves = model.fit(
        data.train.x, batch_size=batch_size, epochs=epochs, callbacks=[watch, logger]
    ).history
    return curves, measured, rows


keras.utils.set_random_seed(0)
fixed_z = np.random.default_rng(0).normal(size=(12, LATENT)).astype("float32")
gan = GAN(*dense_players(), objective="non_saturating", r1_weight=1.0, ema_decay=0.995)
curves, measured, rows = train_and_measure(gan, EPOCHS, EVERY)

early, middle = EVERY, 2 * EVERY
show_images(
    np.concatenate([rows[epoch] for epoch in (0, early, middle, EPOCHS)]),
    columns=12,
    title=f"the same twelve z after 0, {early}, {middle} and {EPOCHS} epochs",
)

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 2.7), layout="constrained")
epochs = np.arange(1, EPOCHS + 1)
for axis, player in zip(axes, ("discriminator", "generator"), strict=False):
    axis.plot(epochs, curves[f"{player}_loss"], color=BLUE)
    axis.set(xlabel="epoch", ylabel="loss in nats", title=f"{player}'s loss", ylim=(0, 2))
axes[0].axhline(2 * np.log(2), color=GREY, linestyle=":", linewidth=1)
axes[0].text(EPOCHS, 1.44, "2 log 2: knows nothing", ha="right", color=GREY, fontsize=9)
distances = {epoch: far for epoch, (_, far) in measured.items()}
axes[2].semilogy(list(distances), list(distances.values()), "o-", color=ORANGE, markersize=4)
axes[2].set(xlabel="epoch", ylabel="Fréchet distance", title="distance from real images")
plt.show()

early = 2 * EVERY
losses_then, losses_now = (
    [np.mean(curves[f"{player}_loss"][part]) for player in ("discriminator", "generator")]
    for part in (slice(early - EVERY, early), slice(EPOCHS - EVERY, EPOCHS))
)
real_distance = frechet_distance(validation_features, classifier.features(data.train.x[:2000]))
print(f"from epoch {early} to {EPOCHS}: ", end="")
print(f"discriminator's loss {losses_then[0]:.3f} → {losses_now[0]:.3f}, ", end="")
print(f"generator's {losses_then[1]:.3f} → {losses_now[1]:.3f}")
print(f"distance {distances[early]:.2f} → {distances[EPOCHS]:.2f}, ", end="")
print(f"of real training images {real_distance:.2f}")
assert np.all(np.abs(np.divide(losses_now, losses_then) - 1) < 0.2)
assert distances[EPOCHS] < 0.9 * distances[early] < 0.3 * distances[0]

# %%
change = losses_now[1] / losses_then[1]
happened = "stays" if 0.8 < change < 1.2 else "rises" if change > 1 else "falls"
compare(prediction, happened, choices=("falls", "rises", "stays"))

# %% [markdown]
# **You won't see a loss minimisation.** Both losses hardly move after the first few epochs, while the samples go on getting
# better: each player's loss is measured against an opponent who improves, too. Nor would a falling loss be good news. The
# generator's loss falls when its fakes get better, or when the *discriminator* gets worse. So we judge a GAN by its samples,
# with our eyes and with a number, never by its loss.
#
# Are the samples new, or copies of training images? Here each sample stands above the training image nearest to it.

# %%
samples = np.asarray(gan.sample(1000))
flat_train = data.train.x.reshape(-1, pixels)


def nearest_training_images(images):
    """For each image the number of the nearest training image, and the squared distance to it."""
    flat = images.reshape(-1, pixels)
    squares = np.sum(flat**2, axis=1)[:, None] + np.sum(flat_train**2, axis=1)
    squared = squares - 2 * flat @ flat_train.T
    return squared.argmin(axis=1), squared.min(axis=1)


nearest, to_train = nearest_training_images(samples)
show_images(
    np.concatenate([samples[:12], data.train.x[nearest[:12]]]),
    columns=12,
    title="samples, and the nearest training image to each",
)
_, unseen = nearest_training_images(data.validation.x)
print(
    f"mean squared distance to the nearest training image: samples {to_train.mean():.2f}, ", end=""
)
print(f"real images that the model never saw {unseen.mean():.2f}")
assert 0.7 < to_train.mean() / unseen.mean() < 2

# %% [markdown]
# If the samples were copies, their distance would be near 0. It is of the same size as for real images that the model never
# saw.
#
# Now the claim of the first paragraph: **sharper than a VAE of the same size**. As a measure, take the mean squared difference
# between neighbouring pixels. Our VAE has a decoder built like the generator, and an encoder of the discriminator's
# size.

# %%
keras.utils.set_random_seed(0)
vae = dense_vae(data.shape, latent=LATENT, hidden=HIDDEN[::-1])
vae.compile(keras.optimizers.Adam(2e-3))
vae.fit(data.train.x, batch_size=64, epochs=EPOCHS * 2 // 5, verbose=0)
vae_samples = np.asarray(vae.sample(1000))
show_images(
    np.concatenate([samples[12:24], vae_samples[:12]]),
    columns=12,
    title="samples of the GAN (top) and of the VAE (bottom)",
)


def sharpness(images):
    """Mean squared difference between neighbouring pixels, across and down."""
    return float(np.mean([np.mean(np.diff(images, axis=axis) ** 2) for axis in (1, 2)]))


for name, images in (("real", data.validation.x), ("GAN", samples), ("VAE", vae_samples)):
    print(f"{name:5} {sharpness(images):.4f}")
real_sharpness = sharpness(data.validation.x)
assert abs(sharpness(samples) - real_sharpness) < abs(sharpness(vae_samples) - real_sharpness)
assert sharpness(vae_samples) < sharpness(samples)

# %% [markdown]
# The VAE hedges: where a code could mean two things, cross-entropy is smallest for the average of both. A discriminator would
# call that average a fake. (The measure cannot tell edges from grain, however, and these samples are grainy. Section 11 does
# something about it.)
#
# Between two codes there are images too, although no encoder ever assigned a code to an image. The generator had to fill the
# whole normal distribution with plausible pictures. Choose from thirty codes. We begin with two whose images are
# close to real ones, and of different classes.

# %%
codes = np.random.default_rng(1).normal(size=(30, LATENT)).astype("float32")
decoded = np.asarray(gan.generate(codes))
_, to_real = nearest_training_images(decoded)
brightness = np.sum(decoded**2, axis=(1, 2, 3))  # a dark image is close to anything dark
ranking = np.argsort(to_real / brightness)
kinds = classifier.classes(decoded)
ends = (ranking[0], next(code for code in ranking if kinds[code] != kinds[ranking[0]]))
Interpolation(export_network(gan.averaged_generator), codes, ends=ends)

# %% [markdown]
# ## 5. Which loss should the generator have?
#
# The game says that the generator minimises $\log(1 - D(G(z)))$. In the same paper, Goodfellow et al. recommend another loss,
# which pulls in the same direction:
#
# | | loss of a fake | its slope in the logit |
# |---|---|---|
# | **saturating** | $\log(1 - D)$ | $-D$ |
# | **non-saturating** | $-\log D$ | $-(1 - D)$ |
#
# At the start every fake is bad, and the discriminator is sure of it: $D \approx 0$. **Predict** which slope is left then.

# %%
prediction = ...  # the loss that still has a slope: "saturating" or "non-saturating"

# %%
logits = tf.Variable(np.linspace(-8, 8, 161, dtype="float32")[:, None])
generator_losses = {
    "saturating": losses.saturating_generator_loss,
    "non-saturating": losses.non_saturating_generator_loss,
}
figure, axes = plt.subplots(1, 2, figsize=(9, 2.7), layout="constrained")
slopes = {}
for (name, function), color in zip(generator_losses.items(), (ORANGE, BLUE), strict=True):
    with tf.GradientTape() as tape:
        values = function(logits)
    slopes[name] = tape.gradient(values, logits).numpy()
    axes[0].plot(logits.numpy(), values, color=color, label=name)
    axes[1].plot(logits.numpy(), -slopes[name], color=color, label=name)
axes[0].set(xlabel="logit of a fake", ylabel="generator's loss")
axes[1].set(xlabel="logit of a fake", ylabel="pull towards “real”")
axes[0].legend(frameon=False)
plt.show()

np.testing.assert_allclose(slopes["saturating"], -tf.sigmoid(logits), atol=1e-6)
np.testing.assert_allclose(slopes["non-saturating"], tf.sigmoid(logits) - 1, atol=1e-6)
for name, slope in slopes.items():
    print(f"slope at logit −8, {name}: {float(slope[0, 0]):.5f}")

# %%
steepness = {name: abs(float(slope[0, 0])) for name, slope in slopes.items()}
compare(prediction, max(steepness, key=steepness.get), choices=tuple(steepness))

# %% [markdown]
# Does this matter in a real network? Freeze the untrained generator, train the discriminator against it, and every few steps
# measure the gradient that *would* reach the generator's weights. For a third curve, we add R1 to the discriminator's loss.
# Written out, R1 is the penalty
#
# $$\tfrac{\gamma}{2} \, \mathbb E_{x \sim \text{data}} \lVert \nabla_x l(x) \rVert^2$$
#
# on the slope of the logit $l$ at real images (Mescheder et al. 2018).


# %%
def gradients_while_the_expert_learns(r1_weight, checkpoints):
    """Norm of the generator's gradient under both losses, after so many steps of D alone."""
    keras.utils.set_random_seed(0)
    model = GAN(*dense_players(), r1_weight=r1_weight)
    model.compile(adam(), adam())
    z, batches = model.latent_noise(256), np.random.default_rng(0)
    step = tf.function(lambda x: model.discriminator_step(x, None))
    norms = []
    for i in range(max(checkpoints) + 1):
        if i in checkpoints:
            with tf.GradientTape(persistent=True) as tape:
                verdict = model.discriminator(model.generator(z))
                values = [tf.reduce_mean(f(verdict)) for f in generator_losses.values()]
            weights = model.generator.trainable_variables
            norms.append([float(tf.linalg.global_norm(tape.gradient(v, weights))) for v in values])
        step(data.train.x[batches.integers(len(data.train), size=64)])
    return np.array(norms)


checkpoints = [0, 10, 25, 50, 100, 200, 300]
R1_WEIGHT = {"fashion": 3.0, "digits": 1.0}[DATASET]  # γ in this section and the next
unpenalised = gradients_while_the_expert_learns(0.0, checkpoints)
penalised = gradients_while_the_expert_learns(R1_WEIGHT, checkpoints)

plt.figure(figsize=(7.5, 3), layout="constrained")
plt.semilogy(checkpoints, unpenalised[:, 1], "o-", color=BLUE, label="non-saturating")
plt.semilogy(checkpoints, penalised[:, 0], "s--", color=GREY, label="saturating, with R1")
plt.semilogy(checkpoints, unpenalised[:, 0], "o-", color=ORANGE, label="saturating")
plt.xlabel("steps of the discriminator alone")
plt.ylabel("generator's gradient")
plt.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

print("gradients after 300 steps, as multiples of what they were:")
print(f"saturating {unpenalised[-1, 0] / unpenalised[0, 0]:.1e}, ", end="")
print(f"with R1 (γ = {R1_WEIGHT:g}) {penalised[-1, 0] / penalised[0, 0]:.2f}, ", end="")
print(f"non-saturating {unpenalised[-1, 1] / unpenalised[0, 1]:.0f}")
assert unpenalised[-1, 0] < 0.01 * unpenalised[0, 0]
assert unpenalised[-1, 1] > unpenalised[0, 1] and penalised[-1, 0] > 5 * unpenalised[-1, 0]

# %% [markdown]
# ## 6. Too good a discriminator: how do gradients vanish?
#
# Give the discriminator a head start of 200 steps, then let both play: with the saturating loss, with the non-saturating one,
# and with the saturating one and R1. The generator takes plain gradient steps here. (Adam divides a gradient by its own size and so
# hides much of the trouble; but even Adam cannot tell the direction of a tiny gradient from noise.)
#
# **Predict**: which of the three generators will have begun to draw?

# %%
prediction = ...  # hardly moves: "saturating", "non-saturating" or "saturating, R1"

# %%
STEPS = {"fashion": 400, "digits": 800}[DATASET]  # rounded up to whole epochs
contests = {}
for name, objective, r1_weight in (
    ("saturating", "saturating", 0.0),
    ("non-saturating", "non_saturating", 0.0),
    ("saturating, R1", "saturating", R1_WEIGHT),
):
    keras.utils.set_random_seed(0)
    model = GAN(*dense_players(), objective=objective, r1_weight=r1_weight)
    model.compile(keras.optimizers.SGD(0.3), adam())
    if not contests:  # all three begin with the same weights
        before = distance(model, 1000)
    step, batches = tf.function(model.discriminator_step), np.random.default_rng(0)
    for _ in range(200):
        step(data.train.x[batches.integers(len(data.train), size=64)], None)
    log = model.fit(data.train.x, batch_size=64, epochs=math.ceil(STEPS / STEPS_AN_EPOCH)).history
    contests[name] = distance(model, 1000), log["generator_gradient"][-1], model.generate(fixed_z)

figure, axes = plt.subplots(3, 12, figsize=(8.5, 2))
for line_of_axes, (name, (*_, drawn)) in zip(axes, contests.items(), strict=True):
    for axis, picture in zip(line_of_axes, np.asarray(drawn), strict=True):
        axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    middle = data.shape[0] / 2 - 0.5
    line_of_axes[0].text(-0.2 * data.shape[1], middle, name, ha="right", va="center", fontsize=10)
figure.subplots_adjust(left=0.22, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

print(f"distance before: {before:.1f}")
print(f"{'':20} {'distance after':>14} {'gradient':>10}")
for name, (after, gradient, _) in contests.items():
    print(f"{name:20} {after:14.1f} {gradient:10.1e}")
after, gradient, _ = contests["saturating"]
assert gradient < 1e-2 and after > 0.9 * before
assert max(v[0] for n, v in contests.items() if n != "saturating") < 0.9 * after

# %%
farthest = max(contests, key=lambda name: contests[name][0])
compare(prediction, farthest, choices=tuple(contests))

# %% [markdown]
# The saturating generator hardly moved. Its discriminator is sure, a sure discriminator gives no gradient, and without a
# gradient nothing will ever make it less sure. Either remedy works: a loss that pulls hardest where the other player is
# surest, or a discriminator that is kept from becoming too steep.

# %% [markdown]
# ## 7. Too bad a discriminator: how do modes collapse?
#
# Nothing in the game asks the generator for *variety*. A forger who has found one painting that passes may paint it again and
# again, until the expert learns to recognise it. What if the expert learns too slowly?
#
# In the plane we can watch. The data come from eight narrow normal distributions on a circle, eight **modes**. A mode counts as
# found when at least one of 1,000 samples lies within 3 standard deviations of it. The generator is the same in both
# runs; in the first its discriminator learns 100 times more slowly.
#
# **Predict**: where will the slow discriminator's generator put its samples?

# %% [markdown]
# **Your turn** (about 5 minutes). Count the modes that samples reach.
#
# <details><summary>Hint 1</summary>
#
# Begin with the distance of every sample from every mode: an array (N, K).
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A mode is reached if the sample *nearest to it* is near enough. Which axis belongs to the samples?
#
# </details>


# %%
@your_turn
def modes_reached(samples, centers, radius):
    """How many of the modes (K, 2) have a sample (N, 2) within the radius: an integer."""
    return ...


# %%
one_place = np.tile(toy.GAUSSIAN_RING.centers[:1], (1000, 1))
everywhere = np.random.default_rng(0).uniform(-1.2, 1.2, (1000, 2))
for name, cloud in (("all in one place", one_place), ("spread evenly", everywhere)):
    print(f"{name}: {modes_reached(cloud, toy.GAUSSIAN_RING.centers, 0.15)} of 8 modes")

# %%
prediction = ...  # the modes found against the slow discriminator, at the end

# %%
ring = toy.GaussianModes(toy.GAUSSIAN_RING.centers, std=0.05)
ring_points, _ = ring.sample(np.random.default_rng(0), 5000)
window, side = (-1.6, 1.6), 24
cells = np.linspace(*window, 2 * side + 1)[1::2]
grid = np.stack(np.meshgrid(cells, cells[::-1]), axis=-1).reshape(-1, 2).astype("float32")
same_z = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")


def play_on_the_ring(momentum=0.0, rate=2e-3, discriminator_rate=None, epochs=75, **remedies):
    """Train on the ring and keep, after every other epoch, what there is to see."""
    keras.utils.set_random_seed(0)
    generator = dense_generator(
        2, (2,), hidden=(64, 64), activation="relu", output_activation="linear"
    )
    model = GAN(generator, dense_discriminator((2,), hidden=(64, 64)), **remedies)
    rates = (rate, discriminator_rate or rate)
    model.compile(*(keras.optimizers.Adam(one, momentum, 0.99) for one in rates))
    steps, samples, beliefs, coverages = [], [], [], []

    def keep(epoch, logs=None):
        if epoch % 2 == 0:
            steps.append(20 * (epoch + 1) if logs else 0)
            samples.append(np.asarray(model(same_z)))
            belief = tf.sigmoid(model.discriminator(grid)).numpy()
            beliefs.append(belief.reshape(side, side))
            drawn = np.asarray(model.sample(1000))
            coverages.append(mode_coverage(drawn, ring.centers, ring.std))

    keep(0)
    saving = keras.callbacks.LambdaCallback(on_epoch_end=keep)
    model.fit(ring_points, batch_size=250, epochs=epochs, callbacks=[saving], verbose=0)
    return np.array(steps), np.array(samples), np.array(beliefs), coverages


def show_moments(runs):
    """Six moments of each run: samples over what the discriminator believes."""
    _, axes = plt.subplots(
        len(runs), 6, figsize=(10, 1.75 * len(runs)), layout="constrained", sharex=True, sharey=True
    )
    for line_of_axes, (name, (steps, samples, beliefs, coverages)) in zip(
        axes, runs.items(), strict=True
    ):
        moments = (1, 4, 8, 15, 25, len(steps) - 1)
        for axis, at in zip(line_of_axes, moments, strict=True):
            axis.imshow(beliefs[at], extent=(*window, *window), cmap="YlOrBr", vmin=0, vmax=2.2)
            axis.plot(*ring.centers.T, "o", markerfacecolor="none", color=GREY, markersize=7)
            axis.plot(*samples[at].T, ".", color=BLUE, markersize=2.5)
            axis.set(xticks=[], yticks=[], xlim=window, ylim=window)
            axis.set_title(f"step {steps[at]}: {coverages[at].modes} of 8", fontsize=9)
        line_of_axes[0].set_ylabel(name, fontsize=9)
    plt.show()
    for name, (_, samples, _, coverages) in runs.items():
        print(f"{name:24} {coverages[-1].modes} of 8 modes, ", end="")
        print(f"{coverages[-1].high_quality:.0%} of samples in one, ", end="")
        print(f"standard deviation of samples {samples[-1].std(axis=0).mean():.2f}")


remedies = {"r1_weight": 0.1, "ema_decay": 0.98}
both = {
    "slow discriminator": play_on_the_ring(discriminator_rate=2e-5, **remedies),
    "equal rates": play_on_the_ring(**remedies),
}
show_moments(both)
slow, equal = (run[3][-1] for run in both.values())
assert slow.modes <= 2 and equal.modes == 8 and equal.high_quality > 0.8
heap = both["slow discriminator"][1].mean(axis=1)  # its centre, moment by moment
assert np.abs(heap).max() > window[1]  # at times outside the picture
spreads = [run[1][-10:].std(axis=1).mean() for run in both.values()]  # of the last ten moments
assert spreads[0] < 0.5 * spreads[1]

# %%
compare(prediction, slow.modes, within=1)

# %% [markdown]
# In one heap. The heap moves about, at times far outside the picture, towards whatever place the discriminator happens to
# believe in most. (The yellow background is darker where it believes more.) A quick discriminator would notice the heap and
# stop believing in its place. This one notices too late, and so the generator has no reason to spread its samples.

# %% [markdown]
# ## 8. And if both learn at the same rate?
#
# Modes can collapse then, too. We compare two runs with the same networks. The first takes Adam with Keras's default momentum,
# $\beta_1 = 0.9$, and no remedy. The second is the successful run of section 7: no momentum, R1, averaged weights, and twice the
# learning rate.

# %%
ring_runs = {
    "as Keras's Adam comes": play_on_the_ring(momentum=0.9, rate=1e-3),
    "with remedies": both["equal rates"],
}

# %% [markdown]
# Play the two runs. The dots are 200 samples, always from the same $z$; the data are grey. **Look** for the chase in the left
# picture: the generator puts everything into one place, the discriminator learns to disbelieve that place, the generator
# moves on.

# %%
TrainingReplay(
    ring_points[:300],
    ring_runs["with remedies"][0],
    samples={name: run[1] for name, run in ring_runs.items()},
    beliefs={name: run[2] for name, run in ring_runs.items()},
    scores={name: np.array([c.modes for c in run[3]]) for name, run in ring_runs.items()},
    score="modes found",
    window=window,
)

# %% [markdown]
# In print, the same runs at six moments:

# %%
show_moments(ring_runs)
collapsed = ring_runs["as Keras's Adam comes"][3][-1]
assert collapsed.modes < 8 and collapsed.high_quality < 0.5

# %% [markdown]
# ## 9. Which remedy did it?
#
# The second run changed several things at once: no momentum, R1, and samples from averaged weights (EMA). To know what
# mattered, we change the first two in the first run, one at a time. (The comparison is not perfectly clean. On its own, R1 has
# a weight of 10, in the second run 0.1; and the second run, the last of the bars, has twice the learning rate of the
# others.)
#
# **Predict** an order, from what helps least to what helps most.

# %%
prediction = ...  # brings more samples into modes: "R1" or "no momentum"

# %%
one_at_a_time = {
    "none": ring_runs["as Keras's Adam comes"][3],
    "R1": play_on_the_ring(0.9, rate=1e-3, r1_weight=10.0)[3],
    "no momentum": play_on_the_ring(0.0, rate=1e-3)[3],
    "all of them": ring_runs["with remedies"][3],
}
shares = {name: np.mean([c.high_quality for c in v[-5:]]) for name, v in one_at_a_time.items()}
found = {name: np.mean([c.modes for c in v[-5:]]) for name, v in one_at_a_time.items()}

figure, axes = plt.subplots(1, 2, figsize=(9, 2), layout="constrained", sharey=True)
for axis, values, label in zip(
    axes, (found, shares), ("modes found, of 8", "share of samples in a mode"), strict=True
):
    axis.barh(list(values), list(values.values()), color=BLUE)
    axis.set_xlabel(label)
axes[0].invert_yaxis()
plt.show()
for name in found:
    print(f"{name:18} {found[name]:.1f} of 8 modes, {shares[name]:.0%} of the samples in a mode")
assert shares["no momentum"] > 1.5 * max(shares["none"], shares["R1"])
assert found["R1"] > found["none"]

# %%
single = ("R1", "no momentum")
compare(prediction, max(single, key=shares.get), choices=single)

# %% [markdown]
# Here the culprit is momentum. It carries a player on in a direction that was good *against the opponent of some steps ago*,
# and the two swing around each other (Gidel et al. 2019). With R1 the generator finds more modes but, with this momentum, does
# not come to rest in them. All this holds for this game and is no law: in section 6 there was no momentum to blame, and R1
# alone let the saturating generator learn.
#
# **Experiment.** Is there a momentum at which the game tips over? And do averaged weights help on their own, without the other
# two remedies? Predict, and then try it in a cell of your own, a few seconds each:
#
# ```
# play_on_the_ring(momentum=0.5, rate=1e-3)[3][-1]
# play_on_the_ring(momentum=0.9, rate=1e-3, ema_decay=0.98)[3][-1]
# ```
#
# Now play the game yourself: a generator and a discriminator learn on this page, without Python. They are the networks
# of `play_on_the_ring`, and their steps are those of our `GAN`: a test of this course trains both from the same weights on the
# same batches, and after 20 steps their weights still agree. Press *Play* and wait until all eight modes are found.
#
# **Predict**: let the discriminator rest, so that only the generator learns. Where will the samples go? Then let nobody rest
# and watch the cure. Draw data of your own, too, and see whether the game can follow.

# %%
Playground("gan", "ring", average=True)

# %% [markdown]
# ## 10. Does it happen to images?
#
# Our images have ten obvious modes, their classes. A classifier tells us which class each sample belongs to. **Predict** both
# histograms: for a GAN without remedies early in its training, and for the one of section 4.

# %%
prediction = ...  # without remedies: how many classes make up less than 1 % each?

# %%
keras.utils.set_random_seed(0)
bare = GAN(*dense_players())
bare.compile(adam(momentum=0.9), adam(momentum=0.9))
bare.fit(data.train.x, batch_size=64, epochs=math.ceil(420 / STEPS_AN_EPOCH), verbose=0)
show_images(bare.sample(24), columns=12, title="without remedies")

counts = {
    name: np.bincount(classifier.classes(np.asarray(model.sample(1000))), minlength=10)
    for name, model in (("without remedies", bare), ("with remedies", gan))
}
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained", sharey=True)
for axis, (name, count), color in zip(axes, counts.items(), (ORANGE, BLUE), strict=True):
    axis.bar(range(10), count / 10, color=color)
    axis.axhline(10, color=GREY, linestyle=":", linewidth=1)
    axis.set(xlabel="class", title=name)
    axis.set_xticks(range(10), classes, rotation=60, fontsize=8)
axes[0].set_ylabel("% of samples")
plt.show()

commonest, rarest = counts["without remedies"].max() / 10, counts["with remedies"].min() / 10
rare = np.sum(counts["without remedies"] < 10)
print(f"without: the commonest class makes up {commonest:.0f} % of all samples, ", end="")
print(f"{rare} classes less than 1 % each")
print(f"with:    the rarest makes up {rarest:.1f} %")
assert counts["with remedies"].max() / 10 < 0.7 * commonest

# %%
compare(prediction, int(rare), within=1)

# %% [markdown]
# A histogram of classes shows only whether whole classes are missing. A generator may also draw every class, but always the
# same few pictures of each. The lecture on [evaluation](13_evaluation.ipynb) has numbers for that.

# %% [markdown]
# ## 11. Do convolutions pay?
#
# A dense layer does not know which pixels are neighbours. **DCGAN** (Radford et al. 2016) set the pattern for networks that
# do: the generator goes from $z$ to a small, deep image and enlarges it by [transposed
# convolutions](04_transposed_convolutions.ipynb); the discriminator mirrors it with strided ones.
#
# One more ingredient makes such a generator trainable, **batch normalisation**. For each channel, subtract the mean over all
# images of the batch and all positions, divide by the standard deviation, then multiply by a learnt scale and add a learnt
# offset. Signals keep their size on the way through the layers, however the weights before them change. Our discriminator has
# none: it would make the score of one image depend on the others in its batch, and R1 could no longer be the slope *at that
# image*.
#
# **Predict** which of the two generators has more weights, dense or convolutional. And which is better after the same time
# spent computing?

# %%
prediction = ...  # more weights: "dense" or "convolutional"

# %%
FILTERS, CONV_EPOCHS, BATCH, RATE, CONV_R1 = {
    "fashion": (16, 2, 32, 2e-3, 0.0),
    "digits": (32, 25, 64, 1e-3, 1.0),
}[DATASET]
keras.utils.set_random_seed(0)
players = (
    conv_generator(LATENT, data.shape, filters=FILTERS),
    conv_discriminator(data.shape, filters=FILTERS),
)
for layer in players[0].layers:
    print(f"{type(layer).__name__:20} {layer.output.shape[1:]}")
dcgan = GAN(*players, r1_weight=CONV_R1, ema_decay=0.99)
_, conv_measured, _ = train_and_measure(dcgan, CONV_EPOCHS, max(1, CONV_EPOCHS // 6), BATCH, RATE)
show_images(
    dcgan.sample(24), columns=12, title=f"a convolutional generator, after {CONV_EPOCHS} epochs"
)

plt.figure(figsize=(5.5, 2.8), layout="constrained")
for name, points, color in (("dense", measured, ORANGE), ("convolutional", conv_measured, BLUE)):
    seconds, far = np.transpose(list(points.values())[1:])
    plt.semilogy(seconds, far, "o-", color=color, markersize=4, label=name)
plt.xlabel("seconds of computing")
plt.ylabel("Fréchet distance")
plt.legend(frameon=False)
plt.show()

final = {}
for name, model, points in (("dense", gan, measured), ("convolutional", dcgan, conv_measured)):
    weights, (seconds, final[name]) = model.generator.count_params(), points[max(points)]
    print(f"{name:14} {weights:9,} weights, {max(points):3} epochs, {seconds:3.0f} s: ", end="")
    print(f"distance {final[name]:.2f}")
print(f"sharpness: dense {sharpness(samples):.4f}, ", end="")
print(f"convolutional {sharpness(np.asarray(dcgan.sample(1000))):.4f}, real {real_sharpness:.4f}")
assert final["convolutional"] < {"fashion": 0.8 * final["dense"], "digits": 12}[DATASET]
dense_second, conv_second = (
    points[max(points)][0] / max(points) for points in (measured, conv_measured)
)
assert conv_second > 2 * dense_second  # for each epoch

# %%
sizes = {"dense": gan.generator.count_params(), "convolutional": dcgan.generator.count_params()}
compare(prediction, max(sizes, key=sizes.get), choices=tuple(sizes))

# %% [markdown]
# An epoch of the convolutional networks takes many times as long as one of the dense ones. It also teaches more: on garments of
# 28×28 pixels, two epochs bring the convolutional generator nearer to real images than nine bring the dense one, with fewer
# weights and less grain. (The comparison is not perfectly clean: the convolutional networks take smaller batches and a higher
# learning rate, and for so short a training they do without R1.) Is it better after the same time, too? The dense curve ends
# before the convolutional one begins. **Try** it: set the dense networks' `EPOCHS` to 36, and see how far they come in that
# time. Then choose the other word at the top, and compare the curves and the samples again at 8×8 pixels.
#
# What would more training buy? The course comes with a convolutional GAN of garments whose generator is the same. It was trained
# for 20 epochs, with R1 and learning rates that fall to 0, against a discriminator with one more layer, of 128 features.

# %%
if DATASET == "fashion":
    shipped = load_pretrained("fashion_gan")
    final["shipped"] = distance(shipped)
    print(f"distance: trained here {final['convolutional']:.2f}, for longer {final['shipped']:.2f}")
    assert final["shipped"] < 0.7 * final["convolutional"]
    show_images(
        shipped.sample(36), columns=12, title="samples of the GAN that was trained for longer"
    )

# %% [markdown]
# ## Summary
#
# - The discriminator learns the ratio $p/(p + q)$; its best loss is $2 \log 2 - 2\,\mathrm{JSD}$. The generator follows its gradient.
# - The losses of the players do not go down. Judge samples, not losses.
# - Too good a discriminator: the slope of $\log(1 - D)$ is $-D$ and vanishes when the discriminator is sure; the slope of
#   $-\log D$ is $-(1 - D)$ and does not vanish. Too bad a discriminator: the generator has no reason to draw more than one thing.
# - Momentum makes the players chase each other; R1 keeps the discriminator from being steep; averaged weights smooth what is left.
# - Convolutions know which pixels are neighbours. They take longer for each step, and need fewer steps.
#
# ## Check yourself
#
# <details><summary>1. The discriminator's loss is 1.386 from the first step to the last. Is the generator perfect?</summary>
#
# Perhaps; but it is much likelier that the discriminator has learnt nothing (a learning rate of 0, too strong a penalty, labels mixed
# up). 2 log 2 is the loss of always saying ½. Look at samples.</details>
#
# <details><summary>2. Why is the gradient of the saturating loss small exactly when the generator is bad?</summary>
#
# Its slope in the logit is −D. Bad fakes are recognised, so D is near 0.</details>
#
# <details><summary>3. Your samples are flawless, and all of them are boots. Which loss tells you?</summary>
#
# Neither. The generator's loss looks at one sample at a time. Count classes, or use a distance between whole sets.</details>
#
# ## Do it yourself
#
# The assignment [gan](../assignments/gan/gan.ipynb) asks for both players' losses, saturating and not, and for the Wasserstein
# critic's, which the [next lecture](09_gan_advances.ipynb) explains; it trains a model with what you wrote.
# In the assignment [training](../assignments/training/training.ipynb) you write whole training steps: of a VAE, and of both players.
#
# ## Papers
#
# - I. Goodfellow et al., [Generative Adversarial Nets](https://arxiv.org/abs/1406.2661), 2014
# - M. Arjovsky and L. Bottou, [Towards Principled Methods for Training Generative Adversarial
#   Networks](https://arxiv.org/abs/1701.04862), 2017
# - M. Heusel et al., [GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
#   Equilibrium](https://arxiv.org/abs/1706.08500), 2017, where FID comes from
# - L. Mescheder, A. Geiger and S. Nowozin, [Which Training Methods for GANs do actually
#   Converge?](https://arxiv.org/abs/1801.04406), 2018
# - A. Radford, L. Metz and S. Chintala, [Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
#   Networks](https://arxiv.org/abs/1511.06434), 2016
# - G. Gidel et al., [Negative Momentum for Improved Game Dynamics](https://arxiv.org/abs/1807.04740), 2019
# - Y. Yazıcı et al., [The Unusual Effectiveness of Averaging in GAN Training](https://arxiv.org/abs/1806.04498), 2019
# - A. Srivastava et al., [VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational
#   Learning](https://arxiv.org/abs/1705.07761), 2017
#
# **Next**: [Advances in generative adversarial networks](09_gan_advances.ipynb)
