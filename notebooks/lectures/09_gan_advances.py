# %% [markdown]
# # Advances in generative adversarial networks
#
# The first GAN, of 2014, drew grey faces the size of a stamp. Four years later people took a GAN's faces for photographs. What
# led there was not one discovery but a handful of ideas, each of which answers one question. How do I ask for what I want? How far
# from the data is a bad picture? Must everything be learnt at once? Where in the network is the hair decided? This lecture
# takes them in turn.
#
# **Afterwards you can**
#
# - tell both players a label, and check that the generator obeys it;
# - say why a generator can follow a distance where it cannot follow a verdict, and hold a critic's slope near 1;
# - grow a GAN from 4×4 pixels upwards;
# - mix the styles of two faces layer by layer, and say which layer decides what;
# - trade variety for quality by truncation, in two ways, and measure both;
# - paint with labels, and say why ordinary normalisation would erase them.
#
# **Time**: about 90 minutes to read and play; under two minutes to run from top to bottom on two cores. **Needs**: the lecture
# on [generative adversarial networks](08_gans.ipynb). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.special
import scipy.stats
import tensorflow as tf

from course_utils import losses
from course_utils.data import load, toy
from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import label_maps
from course_utils.exercises import compare, your_turn
from course_utils.explorers import LabelPainter, RealOrFake, StyleMixer, export_network
from course_utils.gan_layers import SelfAttention
from course_utils.metrics.sample_quality import (
    frechet_distance,
    mode_coverage,
    precision_recall,
)
from course_utils.models.conditional_gan import (
    ConditionalGAN,
    conditional_generator,
    projection_discriminator,
)
from course_utils.models.gan import GAN
from course_utils.models.progressive_gan import progressive_gan
from course_utils.models.wgan import WGAN
from course_utils.networks import dense_discriminator, dense_generator
from course_utils.plotting import image_grid, show_images
from course_utils.pretrained import judge, load_pretrained
from course_utils.training import progress

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#08519c", "#e6850e", "#777777"


def adam(rate=1e-3, momentum=0.0):
    """As in the last lecture: no momentum, since the opponent moves."""
    return keras.optimizers.Adam(rate, beta_1=momentum, beta_2=0.99)


# %% [markdown]
# **Which images?** One word chooses the images of sections 1, 4 and 9; sizes, networks and training times follow from it.
#
# | `DATASET` | images | time to run this lecture | labels obeyed in section 1 |
# |---|---|---|---|
# | `"fashion"` | 10,000 photographs of clothes, 28×28 pixels | under two minutes | about 80 % |
# | `"digits"` | 1,350 handwritten digits, 8×8 pixels | about a minute and a half | 95 % or more |

# %%
DATASET = "fashion"  # or "digits"

data = load(DATASET)
print(data)
LATENT = 32
HIDDEN, CONDITIONAL_EPOCHS, WGAN_EPOCHS, EVERY = {  # widths of the generator's hidden layers
    "fashion": ((128, 256), 12, 16, 2),
    "digits": ((128, 256), 150, 260, 20),
}[DATASET]
classes = next(iter(data.levels.values()))
classifier = judge(DATASET)
validation_features = classifier.features(data.validation.x)

# %% [markdown]
# ## 1. Can one ask for a bag?
#
# The GAN of the last lecture draws what it likes. To draw what *you* like, tell both players the label $y$ (Mirza and Osindero
# 2014):
#
# $$\min_G \max_D \;\; \mathbb E \log D(x \mid y) + \mathbb E \log\big(1 - D(G(z \mid y) \mid y)\big).$$
#
# The generator gets the label beside $z$. The discriminator asks two questions at once: is this a real image at all, and is it
# one of *this class*? A beautiful sandal, handed in as a bag, is a fake. Ours adds two scores, one for each question,
# $\text{logit} = w \cdot \varphi(x) + b + v_y \cdot \varphi(x)$, with a learnt vector $v_y$ for each label (Miyato and Koyama
# 2018).
#
# **Predict**: below, each row has one $z$ and each column one label. What will the pictures of a row have in common?

# %%
prediction = ...  # what the pictures of a row have in common, in a few words

# %%
keras.utils.set_random_seed(0)
conditional = ConditionalGAN(
    conditional_generator(LATENT, 10, data.shape, hidden=HIDDEN),
    projection_discriminator(data.shape, 10, hidden=HIDDEN[::-1]),
    classes=10,
    r1_weight=1.0,
    ema_decay=0.995,
)
conditional.compile(adam(), adam())
conditional.fit(data.train.x, data.train.labels, batch_size=64, epochs=CONDITIONAL_EPOCHS)

z = np.random.default_rng(0).normal(size=(5, LATENT)).astype("float32")
labels = np.tile(np.arange(10), 5)
show_images(
    conditional.generate(np.repeat(z, 10, axis=0), labels),
    columns=10,
    size=0.6,
    title="one z per row, one label per column",
)

# %% [markdown]
# Two claims, and their checks. **The label is obeyed**: a classifier that took no part in the game recognises the class that
# was asked for about as often as it recognises the class of a real image. **The rest is in $z$**: a $z$ that makes one label's
# image brighter than is usual for its class tends to do so under the other labels, too. If $z$ meant something else under each
# label, the brightness of two labels would not be correlated.

# %%
asked = np.arange(2000) % 10
agreement = np.mean(classifier.classes(np.asarray(conditional.sample(asked))) == asked)
accuracy = np.mean(classifier.classes(data.test.x) == data.test.labels)
print(f"recognised as asked for: {agreement:.1%} of samples; of real test images {accuracy:.1%}")
assert agreement > {"fashion": 0.75, "digits": accuracy - 0.1}[DATASET]

many_z = np.asarray(conditional.latent_noise(200))
drawn = conditional.generate(np.repeat(many_z, 10, axis=0), np.tile(np.arange(10), 200))
brightness = np.mean(drawn, axis=(1, 2, 3)).reshape(200, 10)
between_labels = np.corrcoef(brightness.T)[np.triu_indices(10, k=1)]
print(
    f"correlation of brightness between two labels with the same z: {between_labels.mean():.2f} on average"
)
assert between_labels.mean() > 0.2

# %%
shared = f"brightness, for one: correlation {between_labels.mean():.2f} between two labels"
compare(prediction, shared)

# %% [markdown]
# What would more training buy? The course comes with a conditional GAN of garments. Its networks are convolutional, and it took
# five to ten minutes of computing. **Predict**: will a column below show one garment in five colours, or five garments?

# %%
if DATASET == "fashion":
    shipped = load_pretrained("fashion_conditional_gan")
    obeyed = np.mean(classifier.classes(np.asarray(shipped.sample(asked))) == asked)
    print(f"recognised as asked for: {obeyed:.1%} of samples")
    assert obeyed > 0.85
    show_images(
        shipped.generate(np.repeat(z, 10, axis=0), labels),
        columns=10,
        size=0.8,
        title=", ".join(classes),
    )

# %% [markdown]
# Five garments: the cut and the pattern differ as well as the colour. And a $z$ still means the same for all labels: in the
# second row T-shirt, pullover, dress, coat and shirt are dark with a light pattern across the chest, and even the bag has it.
#
# ## 2. How far, instead of whether
#
# The discriminator of the last lecture says *whether* something is real. Here is the trouble with that. Let the examples be
# single numbers, the real ones narrowly distributed around 2 and the fakes around $\theta$. The generator can move $\theta$.
# What does it learn from the Jensen–Shannon divergence, which the best discriminator measures?
#
# There is another way to compare. Think of the two distributions as heaps of sand. The **Wasserstein distance** $W_1$ is the
# least work that turns one heap into the other, where work is the amount of sand times the distance it is carried. In one
# dimension the best plan is known: the leftmost grain goes to the leftmost place, the next one to the next, and so on.
#
# **Predict** both curves for $\theta$ from −3 to 3.

# %%
prediction = ...  # flat far from the data: "Jensen–Shannon" or "Wasserstein"

# %%
real_place, width = 2.0, 0.15
thetas = np.linspace(-3, 3, 121)
line = np.linspace(-5, 5, 4001)
p = scipy.stats.norm.pdf(line, real_place, width)


def jensen_shannon(q):
    middle = (p + q) / 2
    terms = scipy.special.rel_entr(p, middle) + scipy.special.rel_entr(q, middle)
    return terms.sum() * (line[1] - line[0]) / 2


grains = np.random.default_rng(0).normal(0, width, 2000)
divergence = [jensen_shannon(scipy.stats.norm.pdf(line, theta, width)) for theta in thetas]
wasserstein = [
    scipy.stats.wasserstein_distance(real_place + grains, theta + grains) for theta in thetas
]

figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
axes[0].plot(thetas, divergence, color=ORANGE)
axes[0].set(xlabel="place θ of the fakes", ylabel="nats", title="Jensen–Shannon divergence")
axes[1].plot(thetas, wasserstein, color=BLUE)
axes[1].set(xlabel="place θ of the fakes", ylabel="distance", title="Wasserstein distance")
for axis in axes:
    axis.axvline(real_place, color=GREY, linestyle=":", linewidth=1)
plt.show()

far = thetas < 0.5
there = np.array(divergence)[far]
print(f"far from the data the JSD lies between {there.min():.4f} and {there.max():.4f}; ", end="")
print(f"log 2 = {np.log(2):.4f}")
assert np.ptp(there) < 1e-3 and np.allclose(there, np.log(2), atol=1e-3)
np.testing.assert_allclose(wasserstein, np.abs(real_place - thetas), atol=1e-6)

# %%
rise = {"Jensen–Shannon": np.ptp(there), "Wasserstein": np.ptp(np.array(wasserstein)[far])}
compare(prediction, min(rise, key=rise.get), choices=tuple(rise))

# %% [markdown]
# Far away, one heap is as unlike the data as any other: the divergence stays at its maximum, $\log 2$, and has no slope. The
# Wasserstein distance has slope 1 or −1 everywhere except at the point where the two heaps coincide. Whoever follows it knows
# which way to go, from however far away.
#
# Is the comparison fair? The last lecture had a remedy, the non-saturating loss. For it, too, we can compute what the best
# discriminator
# tells the generator. Between two normal distributions of the same width $s$, the logit of the best discriminator is
# $\log p(x) - \log q(x)$, a straight line of slope $(2 - \theta)/s^2$. The saturating loss multiplies this slope by $D$, the
# non-saturating one by $1 - D$.

# %%
theta = -1.0
print("width s   saturating   non-saturating   Wasserstein")
pulls = {}
for s in (0.6, 0.3, 0.15):
    x = theta + s * np.random.default_rng(0).normal(size=100_000)
    logit_slope = (real_place - theta) / s**2
    log_ratio = scipy.stats.norm.logpdf(x, real_place, s) - scipy.stats.norm.logpdf(x, theta, s)
    verdict = scipy.special.expit(log_ratio)  # D(x) of the best discriminator
    pulls[s] = np.mean(verdict) * logit_slope, np.mean(1 - verdict) * logit_slope
    print(f"{s:7.2f} {pulls[s][0]:12.1e} {pulls[s][1]:16.1f} {1.0:13.1f}")
assert pulls[0.15][0] < 1e-6 and pulls[0.15][1] > 10 * pulls[0.6][1]

# %% [markdown]
# The narrower the distributions are, the less the saturating loss pulls, and the more the non-saturating loss does. The latter
# points the right way, but the size of its pull depends on how narrow they are, and has no bound. The Wasserstein distance
# pulls with the same strength throughout.

# %% [markdown]
# ## 3. A critic of slope 1
#
# For images there is no leftmost grain. But $W_1$ can be computed in a second way (Kantorovich–Rubinstein duality, used by
# Arjovsky et al. 2017):
#
# $$W_1(p, q) = \max_{f \text{ of slope} \,\le\, 1} \;\; \Big[\mathbb E_{x \sim p} f(x) - \mathbb E_{x \sim q} f(x)\Big].$$
#
# Now a network can do the searching: a **critic** $f$ gives scores, as high as it can to real examples and as low as it can
# to fakes. Its output goes through no sigmoid. The bound on the slope matters: without it, doubling $f$ would double the difference.
# Gulrajani et al. (2017) ask for it with a **gradient penalty**, at points $\hat x$ drawn uniformly on the line between a real
# example and a fake, one point for each pair:
#
# $$\text{critic's loss} = \mathbb E f(\text{fake}) - \mathbb E f(\text{real}) + \lambda\, \mathbb E \big( \lVert \nabla f(\hat x) \rVert - 1 \big)^2.$$
#
# Let an ordinary discriminator and a critic learn the same thing: real near 2, fakes near −1. **Predict** the two curves.

# %%
prediction = ...  # the slope of the critic's curve between fakes and data

# %%
random = np.random.default_rng(1)
real = np.float32(random.normal(real_place, width, (2000, 1)))
fake = np.float32(random.normal(-1, width, (2000, 1)))
distance = scipy.stats.wasserstein_distance(real[:, 0], fake[:, 0])


def train_on_line(loss, steps=600):
    """A network R → R that minimises loss(network, real, fake)."""
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(64, "gelu"),
            keras.layers.Dense(64, "gelu"),
            # Flat at the start: to the penalty a slope of −1 is as good as 1, and a trap.
            keras.layers.Dense(1, kernel_initializer="zeros"),
        ]
    )
    optimizer = adam(keras.optimizers.schedules.CosineDecay(5e-3, steps))
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss(network, x, y))
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(value, variables), variables)

    draws = np.random.default_rng(0)
    for _ in range(steps):
        step(real[draws.integers(2000, size=128)], fake[draws.integers(2000, size=128)])
    return network


def train_critic(penalty_weight):
    return train_on_line(
        lambda f, x, y: (
            losses.wasserstein_critic_loss(f(x), f(y))
            + penalty_weight * losses.gradient_penalty(f, x, y)
        )
    )


discriminator = train_on_line(lambda d, x, y: losses.logistic_discriminator_loss(d(x), d(y)))
critic = train_critic(penalty_weight=10.0)

places = np.linspace(-3, 4, 281, dtype="float32")[:, None]
figure, axes = plt.subplots(1, 2, figsize=(9, 2.7), layout="constrained")
axes[0].plot(places, tf.sigmoid(discriminator(places)), color=ORANGE)
axes[0].set(xlabel="x", ylabel="probability of real", title="discriminator")
axes[1].plot(places, critic(places), color=BLUE)
axes[1].set(xlabel="x", ylabel="score", title="critic")
for axis in axes:
    low, high = axis.get_ylim()
    for sample, color, name in ((fake, GREY, "fake"), (real, "black", "real")):
        axis.plot(sample[:200], np.full(200, low), "|", color=color, markersize=8)
        axis.text(sample.mean(), low + 0.09 * (high - low), name, color=color, ha="center")
plt.show()


def slope_between(network):
    """The median slope between the fakes and the real numbers."""
    values = network(places).numpy()[:, 0]
    inside = (places[1:, 0] > -0.5) & (places[1:, 0] < 1.5)
    return float(np.median((np.diff(values) / np.diff(places[:, 0]))[inside]))


def score_difference(network):
    return float(np.mean(network(real)) - np.mean(network(fake)))


brief = train_on_line(lambda d, x, y: losses.logistic_discriminator_loss(d(x), d(y)), steps=100)
print(
    f"W₁, by carrying grains {distance:.2f}; difference of the critic's scores {score_difference(critic):.2f}"
)
print(f"slopes between fakes and data: critic {slope_between(critic):.2f}, ", end="")
print(
    f"discriminator's logit {slope_between(brief):.1f} after 100 steps, {slope_between(discriminator):.1f} after 600"
)
assert abs(score_difference(critic) / distance - 1) < 0.25
assert slope_between(discriminator) > 1.5 * slope_between(brief)

fakes_belief = tf.sigmoid(discriminator(fake)).numpy().max()
assert fakes_belief < 0.01  # where the fakes are, the curve on the left is flat

# %%
compare(prediction, slope_between(critic), within=0.2)

# %% [markdown]
# The discriminator's probability is a cliff with a plain on either side: where the fakes are, it has no slope. (Its logit has
# one, which becomes steeper and steeper with training.) The critic is a ramp, and the difference of its scores is close to
# the distance. It is not quite the distance, for its slope is a little over 1: the penalty makes a larger slope expensive,
# not impossible. For a ramp of slope $s$ over a distance $W$ the loss is $-sW + \lambda(s - 1)^2$, which is smallest at
#
# $$s = 1 + \frac{W}{2\lambda}.$$
#
# **Experiment.** Compute the slope for λ = 0.5 by hand (here $W = 3$). Then change the number below and see; try 0.1 and 1,000
# as well.

# %%
penalty_weight = 1.0
slope = slope_between(train_critic(penalty_weight))
print(
    f"λ = {penalty_weight:g}: slope {slope:.2f}, by the formula {1 + distance / 2 / penalty_weight:.2f}"
)
assert abs(slope_between(critic) - (1 + distance / 20)) < 0.08
assert abs(score_difference(critic) - distance * (1 + distance / 20)) < 0.25

# %% [markdown]
# ## 4. A loss that tells something
#
# “You won't see a loss minimisation”, said the last lecture. With a critic you may, for its loss with the sign reversed is a
# distance between fakes and data. So let a **WGAN-GP** learn our images, and every few epochs measure the Fréchet distance in
# the features of our classifier (as before, not in those of Inception, which the FID uses). The critic takes five steps for
# each step of the generator, so that it stays close to the best critic.
#
# **Predict**: will the two curves go the same way?

# %%
prediction = ...  # do they go the same way: "yes" or "no"

# %%
keras.utils.set_random_seed(0)
wgan = WGAN(
    dense_generator(LATENT, data.shape, hidden=HIDDEN),
    dense_discriminator(data.shape, hidden=HIDDEN[::-1]),
    critic_steps=5,
    ema_decay=0.995,
)
wgan.compile(adam(), adam())
watched = {}


def watch(epoch, logs):
    if (epoch + 1) % EVERY == 0:
        samples = classifier.features(np.asarray(wgan.sample(2000)))
        watched[epoch + 1] = frechet_distance(validation_features, samples)


curves = wgan.fit(
    data.train.x,
    batch_size=64,
    epochs=WGAN_EPOCHS,
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=watch)],
).history

critic_distance = -np.array(curves["discriminator_loss"])
figure, axes = plt.subplots(1, 3, figsize=(10, 2.6), layout="constrained")
axes[0].plot(np.arange(1, WGAN_EPOCHS + 1), critic_distance, color=BLUE)
axes[0].set(xlabel="epoch", ylabel="minus the critic's loss", title="the critic's distance")
axes[1].semilogy(list(watched), list(watched.values()), "o-", color=ORANGE, markersize=4)
axes[1].set(xlabel="epoch", ylabel="Fréchet distance", title="distance in features")
axes[2].imshow(image_grid(wgan.sample(24), columns=6), cmap="gray", vmin=0, vmax=1)
axes[2].set(title="samples", xticks=[], yticks=[])
axes[2].spines[:].set_visible(False)
plt.show()

at_watch = [critic_distance[epoch - EVERY : epoch].mean() for epoch in watched]
agreement = scipy.stats.spearmanr(at_watch, list(watched.values())).statistic
print(
    f"rank correlation of the two: {agreement:.2f}; last Fréchet distance {watched[WGAN_EPOCHS]:.2f}"
)
assert agreement > 0.8

# %%
compare(prediction, "yes" if agreement > 0.8 else "no", choices=("yes", "no"))

# %% [markdown]
# On the whole both fall together; look for places where they do not. Having a curve to watch is what practitioners liked about
# the Wasserstein GAN. The curve is no absolute measure, since another critic would have another scale. And there is a price:
# each step of the generator needs five of the critic.
#
# **And the two problems of training a GAN?** The last lecture had both: a discriminator that is too good leaves the generator
# without a gradient, and a generator may end up drawing only one thing. Try the Wasserstein GAN on each.
#
# First, gradients. Train a discriminator and a critic against a generator that stays as it is, and every so often measure the
# gradient that would reach the generator. **Predict** both curves.


# %%
prediction = ...  # after 600 steps the larger gradient: "GAN, saturating" or "Wasserstein GAN"


# %%
def players(hidden):
    """Generator and discriminator of points in the plane, as in the last lecture."""
    generator = dense_generator(
        2, (2,), hidden=hidden, activation="relu", output_activation="linear"
    )
    return generator, dense_discriminator((2,), hidden=hidden)


ring = toy.GaussianModes(toy.GAUSSIAN_RING.centers, std=0.05)
ring_points, _ = ring.sample(np.random.default_rng(0), 5000)


def gradient_while_the_opponent_learns(model, checkpoints):
    """Norm of the generator's gradient after so many steps of the discriminator alone."""
    model.compile(adam(), adam())
    model.generator.weights[-1].assign([4.0, 0.0])  # the last bias: all fakes far from the ring
    z, batches = model.latent_noise(256), np.random.default_rng(0)
    step = tf.function(lambda x: model.discriminator_step(x, None))
    norms = []
    for i in range(max(checkpoints) + 1):
        if i in checkpoints:
            with tf.GradientTape() as tape:
                verdict = model.discriminator(model.generator(z))
                loss = tf.reduce_mean(model.objective.generator(verdict))
            weights = model.generator.trainable_variables
            norms.append(float(tf.linalg.global_norm(tape.gradient(loss, weights))))
        step(ring_points[batches.integers(len(ring_points), size=250)])
    return np.array(norms)


checkpoints = [10, 30, 100, 300, 600]
gradients = {}
opponents = (
    ("GAN, saturating", GAN, {"objective": "saturating"}),
    ("Wasserstein GAN", WGAN, {}),
)
for name, kind, options in progress(opponents, "game"):
    keras.utils.set_random_seed(0)
    model = kind(*players((64, 64)), **options)
    gradients[name] = gradient_while_the_opponent_learns(model, checkpoints)

plt.figure(figsize=(5.5, 2.7), layout="constrained")
for (name, norms), color in zip(gradients.items(), (ORANGE, BLUE), strict=True):
    plt.loglog(checkpoints, norms, "o-", color=color, label=name)
plt.xlabel("steps of the discriminator or critic alone")
plt.ylabel("generator's gradient")
plt.legend(frameon=False)
plt.show()
for name, norms in gradients.items():
    print(f"{name:16} gradient after 10 steps {norms[0]:.1e}, after 600 {norms[-1]:.1e}")
assert gradients["GAN, saturating"][-1] < 0.01 * gradients["GAN, saturating"][0]
assert gradients["Wasserstein GAN"][-1] > 0.3 * gradients["Wasserstein GAN"][0]

# %%
compare(prediction, max(gradients, key=lambda name: gradients[name][-1]), choices=tuple(gradients))

# %% [markdown]
# A better critic does the generator no harm. Second, modes: again the eight modes on a circle, and Adam with Keras's
# default momentum of 0.9, under which the GAN of the last lecture collapsed. Both games have the same networks, and their
# generators take the same number of steps.
#
# **Predict** how many of the eight modes each will find.

# %%
predicted_gan = ...  # how many of the eight modes will the GAN find?
predicted_wasserstein = ...  # and the Wasserstein GAN?

# %%
games = {}
for name, kind, epochs, options in (
    ("GAN", GAN, 40, {}),
    ("Wasserstein GAN", WGAN, 200, {"penalty_weight": 0.1}),  # five critic steps to one: as many
):
    keras.utils.set_random_seed(0)
    model = kind(*players((64, 64)), **options)
    model.compile(adam(momentum=0.9), adam(momentum=0.9))
    model.fit(ring_points, batch_size=250, epochs=epochs)
    games[name] = np.asarray(model.sample(1000))

figure, axes = plt.subplots(1, 2, figsize=(6, 2.9), layout="constrained", sharex=True, sharey=True)
coverages = {}
for axis, (name, samples) in zip(axes, games.items(), strict=True):
    coverages[name] = mode_coverage(samples, ring.centers, ring.std)
    axis.plot(*ring_points[:400].T, ".", color=GREY, markersize=2)
    axis.plot(*samples[:400].T, ".", color=BLUE, markersize=2)
    axis.set(
        title=f"{name}: {coverages[name].modes} of 8 modes", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6)
    )
    axis.set_aspect("equal")
plt.show()
for name, coverage in coverages.items():
    print(f"{name:16} {coverage.modes} of 8 modes, {coverage.high_quality:.0%} of samples in modes")
assert coverages["GAN"].modes < 8 and coverages["Wasserstein GAN"].modes == 8

# %%
compare(predicted_gan, coverages["GAN"].modes, within=1)
compare(predicted_wasserstein, coverages["Wasserstein GAN"].modes, within=1)

# %% [markdown]
# Both problems are gone here, though many samples lie between the modes. The likely reason is that a critic of bounded slope
# tells neighbouring points apart less sharply than a discriminator does.

# %% [markdown]
# ## 5. Small pictures first
#
# From here on most pictures are faces in colour, 32×32 pixels, 3,072 numbers. A program of this course draws them, so we know
# what each of them is made of: one of ten characters, one of six expressions, one of nine directions in which to look, and the
# colours of skin, hair, clothes and background.
#
# Where does a painter begin? Not with an eyelash. The **progressive GAN** (Karras et al. 2018) first learns to draw 4×4
# pixels. At that size there are only a few colours to place. Once it can do that, both players get another layer and go on at
# 8×8, and so on. So that the new layer does not break what is there, it **fades in**: for a while the picture is
#
# $$(1 - \alpha) \cdot (\text{old one, enlarged}) + \alpha \cdot (\text{new one}), \qquad \alpha \text{ from 0 to 1}.$$
#
# **Predict**: you train for the same number of steps at 4, 8 and 16 pixels. How do the times compare?

# %%
prediction = ...  # the time at 16×16 pixels divided by the time at 4×4

# %%
faces = load("faces", count=10_000)
keras.utils.set_random_seed(0)
growing = progressive_gan(fade_steps=150, r1_weight=0.2, ema_decay=0.99)
growing.compile(adam(1.5e-2), adam(1.5e-2))
z = np.random.default_rng(0).normal(size=(14, growing.latent)).astype("float32")
stages = []


def learn(steps):
    """Train at the current size and keep what it draws from the same z."""
    started = time.perf_counter()
    growing.fit(faces.train.x[: 16 * steps], batch_size=16)
    seconds = time.perf_counter() - started
    stages.append((growing.size, seconds, np.asarray(growing.generate(z))))


learn(300)
growing.grow()
before = np.asarray(growing.generate(z))
learn(300)
growing.grow()
learn(300)

figure, axes = plt.subplots(3, 1, figsize=(9, 2.3), layout="constrained")
for axis, (size, seconds, images) in zip(axes, stages, strict=True):
    enlarged = np.kron(images, np.ones((1, 16 // size, 16 // size, 1)))
    axis.imshow(image_grid(enlarged, columns=14))
    axis.set_ylabel(f"{size}×{size}\n{seconds:.0f} s", rotation=0, ha="right", va="center")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
plt.show()

# %%
_, times, _ = zip(*stages, strict=True)
compare(prediction, times[-1] / times[0], within=1)

# %% [markdown]
# Small pictures are cheap, and what was learnt on them is kept. (Each time includes compiling the program for that size.)
# Two claims to check. **At α = 0 growing changes nothing**: right after `grow`, the 8×8 pictures are the 4×4 ones, each pixel
# drawn as four. **Real pictures are treated alike**: they are shrunk to the current size; otherwise the discriminator
# could recognise them by their sharpness.

# %%
_, _, smallest = stages[0]
np.testing.assert_allclose(before, np.kron(smallest, np.ones((1, 2, 2, 1))), atol=1e-5)
shrunk = np.asarray(growing.shrink(faces.validation.x[:14]))
by_hand = faces.validation.x[:14].reshape(14, 16, 2, 16, 2, 3).mean(axis=(2, 4))
print(f"real pictures that the discriminator sees now: {shrunk.shape[1:]}, α = 1")
np.testing.assert_allclose(shrunk, by_hand, atol=1e-3)

# %% [markdown]
# ## 6. A style for every size
#
# So far the generator has been given $z$ at its first layer and has had to carry everything that $z$ says through all the
# others. **StyleGAN** (Karras et al. 2019, 2020) turns that around:
#
# $$z \;\xrightarrow{\text{mapping}}\; w \;\xrightarrow{\text{at every layer}}\; \text{style}, \qquad
# \text{learnt constant} \;\to\; 4{\times}4 \;\to\; 8{\times}8 \;\to\; 16{\times}16 \;\to\; 32{\times}32.$$
#
# - Every picture starts from the **same constant**.
# - A **mapping network** turns $z$ into $w$. Nothing forces $w$ into the round shape of a normal distribution.
# - At each size, $w$ decides how much each input channel of the convolutions counts: its **style**.
# - Each layer gets fresh **noise**, one number per pixel, for details that are left to chance.
#
# Ours was trained in advance, on 8,000 faces (`course_utils/pretrained/faces_stylegan.py`).

# %%
style = load_pretrained("faces_stylegan")
reader = load_pretrained("faces_classifier")  # reads the factors of a face
z = np.random.default_rng(3).normal(size=(500, style.latent)).astype("float32")
w = np.asarray(style.map(z))
drawn = np.asarray(style.synthesize(w))
show_images(drawn[:42], columns=14, size=0.65, title="faces that nobody drew")
show_images(faces.train.x[:14], columns=14, size=0.65, title="faces from the training set")

# %% [markdown]
# Do they pass? Below are pairs of one real face and one that StyleGAN drew. **Which face is real?** (With photographs the
# game is at [whichfaceisreal.com](https://www.whichfaceisreal.com/).)

# %%
RealOrFake(faces.test.x[:40], drawn[100:140])

# %% [markdown]
# Does it draw everything there is? A classifier reads the factors off the samples.

# %%
read = reader.classify(drawn)
print(f"{'factor':12} levels found   real pictures have")
for name, levels in faces.levels.items():
    print(f"{name:12} {len(np.unique(read[name])):6d} {len(levels):17d}")
found = sum(len(np.unique(read[name])) for name in faces.levels)
assert found == sum(len(levels) for levels in faces.levels.values())

# %% [markdown]
# ## 7. Whose layers are these?
#
# Every size has a style of its own, so two faces can be **mixed**: the first layers, 4×4 and 8×8, take the style of face A,
# the rest the style of face B. In training, half of the pictures are made of two styles, so that the layers learn not to rely
# on each other.
#
# **Predict**: A gives the coarse layers, B the fine ones. Who gives the pose? Who gives the colour of the background?

# %%
predicted_pose = ...  # who gives the pose: "A" or "B"
predicted_background = ...  # and who the colour of the background?

# %%
across, down = w[:9], w[20:25]
coarse, fine = np.repeat(down, 9, axis=0), np.tile(across, (5, 1))
mixed = np.asarray(style.mix(coarse, fine, crossover=2)).reshape(5, 9, 32, 32, 3)
blank = np.ones((1, 32, 32, 3), "float32")
on_top = np.concatenate([blank, style.synthesize(across)])[None]
on_the_left = np.asarray(style.synthesize(down))[:, None]
table = np.concatenate([on_top, np.concatenate([on_the_left, mixed], axis=1)])
figure, axis = plt.subplots(figsize=(8, 4.9), layout="constrained")
axis.imshow(image_grid(table.reshape(-1, 32, 32, 3), columns=10))
axis.set(xticks=[], yticks=[], xlabel="fine layers from the face above", title="style mixing")
axis.set_ylabel("coarse layers from the face on the left")
axis.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# With photographs one can only look. We know the factors, so we can count. Mix 500 pairs of faces, crossing over after each
# of the layers in turn, and ask the classifier: of the pairs that differ in a factor, how often does the mixture show A's
# level, and how often B's? Faces that show neither are left out of the count.

# %%
LAYERS = ("4 × 4", "8 × 8", "16 × 16", "32 × 32")
partner = np.roll(np.arange(len(w)), 1)
from_a = np.zeros((len(faces.levels), len(LAYERS) + 1))
for crossover in range(len(LAYERS) + 1):
    seen = reader.classify(np.asarray(style.mix(w, w[partner], crossover)))
    for row, name in enumerate(faces.levels):
        a, b = read[name], read[name][partner]
        like_a, like_b = (np.sum((seen[name] == x) & (a != b)) for x in (a, b))
        from_a[row, crossover] = like_a / (like_a + like_b)

figure, axis = plt.subplots(figsize=(6.4, 3.3), layout="constrained")
mesh = axis.imshow(from_a, cmap="cividis", vmin=0, vmax=1, aspect="auto")
axis.set_xticks(range(5), ["none", "4 × 4", "to 8 × 8", "to 16 × 16", "all"])
axis.set_yticks(range(len(faces.levels)), faces.levels)
axis.set(xlabel="layers that A gives; B gives the rest", title="how often the mixture is like A")
for row, column in np.ndindex(*from_a.shape):
    color = "black" if from_a[row, column] > 0.5 else "white"
    axis.text(column, row, f"{from_a[row, column]:.0%}", ha="center", va="center", color=color)
axis.spines[:].set_visible(False)
figure.colorbar(mesh, label="share like A")
plt.show()

assert np.all(from_a[:, 0] == 0) and np.all(from_a[:, -1] == 1)
shares = dict(zip(faces.levels, from_a[:, 2], strict=True))
assert min(shares["identity"], shares["turn"], shares["background"]) > 0.85
assert max(shares["hair"], shares["skin"]) < 0.7

# %%
pose, background = ("A" if shares[name] > 0.5 else "B" for name in ("turn", "background"))
compare(predicted_pose, pose, choices=("A", "B"))
compare(predicted_background, background, choices=("A", "B"))

# %% [markdown]
# The background is decided early; the character and the direction of the face, by 8×8 pixels; the colours of skin and hair
# come later. In photographs Karras et al. found the same order: pose and the shape of the face in the coarse layers, colours
# in the finest. Only our background breaks the order: it is one plain colour, which sixteen pixels show as well as a thousand.
# Nobody told the layers what to do: each has taken what can be drawn at its size.

# %% [markdown]
# Now mix yourself. For each size choose whose style it takes. **Find** two faces and give one the other's hair, and nothing
# else.

# %%
StyleMixer(
    export_network(style.averaged_generator.get_layer("synthesis")),
    w[:40],
    np.asarray(style.mean_style),
    LAYERS,
    ends=(4, 17),
)

# %% [markdown]
# ## 8. Towards the mean: truncation
#
# Some samples are poor, often those with an unusual $w$, of which training saw few. StyleGAN's remedy is to pull every $w$
# towards the mean style $\bar w$, a running average kept during training:
#
# $$w' = \bar w + \psi\,(w - \bar w).$$
#
# **Predict**: what does ψ = 0 show? What becomes of quality, and what of variety, on the way there?

# %% [markdown]
# **Your turn** (about 3 minutes). Write the truncation.
#
# <details><summary>Hint 1</summary>
#
# First the way from the mean to each style, then the share ψ of it.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# For ψ = 0 every row must be the mean, for ψ = 1 nothing may change.
#
# </details>


# %%
@your_turn
def truncate(w, mean, psi):
    """Styles (B, D) moved towards the mean (D,): all the way for ψ = 0, not at all for ψ = 1."""
    return ...


# %%
prediction = ...  # precision at ψ = 0.5, compared with ψ = 1: "higher", "lower" or "the same"

# %%
psis = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
shown = np.concatenate([style.generate(z[:14], psi) for psi in psis])
figure, axis = plt.subplots(figsize=(8.6, 3.9), layout="constrained")
axis.imshow(image_grid(shown, columns=14))
axis.set_yticks([16 + 33 * row for row in range(len(psis))], [f"ψ = {psi:g}" for psi in psis])
axis.set(xticks=[], title="the same fourteen z, truncated more and less")
axis.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# To measure quality and variety apart, take **precision**, the share of samples that lie among real pictures, and **recall**,
# the share of real pictures that lie among samples (Kynkäänniemi et al. 2019; the lecture on [evaluation](13_evaluation.ipynb)
# says more). Both are computed from the classifier's features.

# %%
real_features = reader.features(faces.validation.x)
trade = {}
print("ψ      precision  recall")
for psi in (0.25, 0.5, 0.75, 1.0):
    pictures = np.asarray(style.sample(len(real_features), truncation=psi))
    trade[psi] = precision_recall(real_features, reader.features(pictures))
    print(f"{psi:4.2f} {trade[psi].precision:10.2f} {trade[psi].recall:9.2f}")
real = precision_recall(real_features, reader.features(faces.train.x[: len(real_features)]))
print(f"real {real.precision:10.2f} {real.recall:9.2f}")

figure, axis = plt.subplots(figsize=(4.6, 3), layout="constrained")
axis.plot(
    [t.recall for t in trade.values()], [t.precision for t in trade.values()], "o-", color=BLUE
)
for psi, pair in trade.items():
    axis.annotate(f"{psi:g}", (pair.recall, pair.precision), (-8, 8), textcoords="offset points")
axis.plot(real.recall, real.precision, "*", color=ORANGE, markersize=12)
axis.annotate("real faces", (real.recall, real.precision), (-60, -16), textcoords="offset points")
axis.set(xlabel="recall: variety", ylabel="precision: quality", title="truncation, by ψ")
axis.set(xlim=(0, 1.05), ylim=(0.8, 1.02))
plt.show()

mean_faces = np.asarray(style.generate(z[:5], truncation=0.0))
assert np.ptp(mean_faces, axis=0).max() < 1e-4  # ψ = 0: one face for all
assert trade[0.25].recall < trade[0.5].recall < trade[1.0].recall < real.recall
assert abs(trade[1.0].precision - real.precision) < 0.05

# %%
change = trade[0.5].precision - trade[1.0].precision
happened = "the same" if abs(change) < 0.05 else "higher" if change > 0 else "lower"
compare(prediction, happened, choices=("higher", "lower", "the same"))

# %% [markdown]
# Variety shrinks, as it must. But there is no precision to gain: at ψ = 1 our samples lie among real faces about as often as
# other real faces do. And yet, to the eye, blemishes vanish towards the mean. The classifier, which looks for factors, does not
# see the blemishes: a measure sees what its features see. With BigGAN, in the next section, there is something to gain.
#
# Published pictures of StyleGAN's faces are often truncated, to ψ = 0.7 for instance. Whoever shows samples should say which ψ,
# and whoever reports a Fréchet distance should not truncate at all.
#
# **Experiment.** Nothing says that ψ must be positive. With ψ = −1 the formula gives $w' = \bar w - (w - \bar w)$, the
# *opposite* of a face. **Predict** what the opposite of a dark-haired face on a blue background looks like. Then change the
# number: −1, −0.5, 2.

# %%
prediction = ...  # the share of faces that keep the colour of their background, from 0 to 1

# %%
PSI = -1.0
opposite = np.asarray(style.generate(z[:14], PSI))
show_images(
    np.concatenate([drawn[:14], opposite]),
    columns=14,
    size=0.65,
    title=f"faces, and the same with ψ = {PSI:g}",
)
kept = reader.classify(np.asarray(style.generate(z, PSI)))
chance = {name: np.mean(read[name] == read[name][partner]) for name in read}
print(f"{'':12} kept   two faces at random")
for name in read:
    print(f"{name:12} {np.mean(kept[name] == read[name]):4.0%} {chance[name]:14.0%}")

# %%
compare(prediction, np.mean(kept["background"] == read["background"]), within=0.05)

# %% [markdown]
# ## 9. BigGAN: large batches, large networks, and truncation again
#
# A GAN for the thousand classes of ImageNet has to be large, and large GANs used to break down in training. **BigGAN** (Brock
# et al. 2019) puts together four ideas that keep one alive.
#
# **Class-conditional batch normalisation.** Batch normalisation, as in the last lecture's convolutional generator, brings
# every channel to mean 0 and variance 1 over the batch, then multiplies it by a learnt scale and adds a learnt offset. Here
# scale and offset depend on the label, and on a part of $z$. So the label and $z$ reach **every block** of the generator, and
# not only its first layer.
#
# **Spectral normalisation** (Miyato et al. 2018). Every weight matrix of both players is divided by its largest singular
# value $\sigma$. A matrix with $\sigma = 1$ never enlarges the distance between two inputs, and so a discriminator made of
# such layers cannot become steep. A convolution's kernel is reshaped into a matrix first; we shall check what that is worth.
#
# **The hinge loss.** The discriminator minimises
#
# $$\max(0,\, 1 - f(\text{real})) + \max(0,\, 1 + f(\text{fake})),$$
#
# and the generator $-f(\text{fake})$. An example that the discriminator already judges correctly, by a margin of 1 or more,
# adds nothing to its loss or its gradient: the discriminator works on those that are still in doubt.
#
# **Self-attention** (Zhang et al. 2019). A convolution sees 3×3 pixels, so two distant places learn of each other only many
# layers later. In a layer of attention, each place $i$ sends out a question $q_i$, and each place $j$ offers an answer $v_j$
# under a heading $k_j$; all three are linear in what the place holds. Place $i$ then adds what it is told, each answer
# weighted by how well its heading fits the question:
#
# $$y_i = x_i + \gamma\, W_o \sum_j a_{ij}\, v_j, \qquad a_{ij} = \frac{e^{q_i \cdot k_j}}{\sum_{j'} e^{q_i \cdot k_{j'}}}.$$
#
# The learnt number $\gamma$ starts at 0: the network begins with what is near, and learns to look further.
#
# First two quick checks: the hinge loss has no gradient beyond the margin, and attention starts as the identity.

# %%
scores = tf.Variable([[-2.0], [0.0], [0.99], [1.01], [3.0]])
with tf.GradientTape() as tape:
    hinge = tf.reduce_sum(losses.hinge_discriminator_loss(scores, tf.fill((5, 1), -9.0)))
slopes = tape.gradient(hinge, scores).numpy()[:, 0]
print("scores of real examples", scores.numpy()[:, 0], "→ slopes", slopes)
np.testing.assert_array_equal(slopes, [-1, -1, -1, 0, 0])

attention = SelfAttention()
h = np.random.default_rng(0).normal(size=(2, 7, 7, 16)).astype("float32")
np.testing.assert_array_equal(attention(h), h)

# %% [markdown]
# Now look at a trained BigGAN: the course comes with one of the garments and one of the digits. **Check** the claim about
# singular values with NumPy: reshape the kernel of each layer and decompose it. Then ask how much the *convolution* itself can
# enlarge a difference between two images. That is its operator norm, which we find by applying the convolution and its
# transpose over and over to a random image, so that only the direction that grows most is left (*power iteration*).
# **Predict**: is it 1, too?

# %% [markdown]
# **Your turn** (about 8 minutes). Write the power iteration for a matrix.
#
# <details><summary>Hint 1</summary>
#
# One round applies the matrix and then its transpose to a vector, and makes its length 1 again.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# After all rounds the vector has length 1 and points where the matrix stretches most. How long does the matrix make it?
#
# </details>


# %%
@your_turn
def largest_stretch(matrix, start, rounds):
    """By power iteration from start (D,): how much the matrix (M, D) stretches a vector at most."""
    return ...


# %%
matrix = np.random.default_rng(0).normal(size=(6, 4))
print(f"by power iteration {largest_stretch(matrix, np.ones(4), 200):.4f}, ", end="")
print(f"by NumPy {np.linalg.svd(matrix)[1][0]:.4f}")

# %%
prediction = ...  # the largest operator norm of the 3×3 convolutions

# %%
big = load_pretrained(f"{DATASET}_biggan")


def operator_norm(kernel, side, rounds=60):
    """By how much a convolution with this kernel can enlarge an image of side × side pixels."""
    x = tf.random.stateless_normal((1, side, side, kernel.shape[2]), seed=(0, 0))
    for _ in range(rounds):
        x = x / tf.norm(x)
        y = tf.nn.conv2d(x, kernel, 1, "SAME")
        x = tf.nn.conv2d_transpose(y, kernel, x.shape, 1, "SAME")
    return float(tf.norm(y))


reshaped, enlarged = [], []
for layer in big.averaged_generator.layers:
    if type(layer).__name__ in ("SpectralConv2D", "SpectralDense"):
        kernel = np.asarray(layer.kernel)
        reshaped.append(np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]))[1][0])
        if kernel.ndim == 4 and kernel.shape[0] == 3:
            enlarged.append(operator_norm(kernel, layer.output.shape[1]))
print("largest singular values of the kernels, reshaped:", np.round(reshaped, 2))
print("operator norms of the 3×3 convolutions:          ", np.round(enlarged, 2))
np.testing.assert_allclose(reshaped, 1, atol=0.1)
assert max(enlarged) > 1.2 and max(enlarged) < 3

# %%
compare(prediction, max(enlarged), within=0.5)

# %% [markdown]
# The reshaped kernels have a largest singular value of 1, as promised. But a 3×3 kernel is applied at overlapping places, so
# the convolution can still enlarge a difference, by a factor of at most 3 (Sedghi et al. 2019 compute such norms exactly).
# Spectral normalisation does bound the slope of a convolutional network, but not at 1.

# %% [markdown]
# Truncation is simpler here: draw $z$ from a normal distribution, and draw every entry beyond ±τ again. **Predict** the lower
# two rows.

# %%
prediction = ...  # rises as τ falls: "precision" or "recall"

# %%
asked = np.repeat(np.arange(10), 2)
figure, axes = plt.subplots(3, 1, figsize=(9, 1.6), layout="constrained")
taus = {"z ~ N(0, I)": None, "τ = 1": 1.0, "τ = 0.1": 0.1}
for axis, (name, tau) in zip(axes, taus.items(), strict=True):
    axis.imshow(image_grid(big.sample(asked, tau), columns=20), cmap="gray", vmin=0, vmax=1)
    axis.set_ylabel(name, rotation=0, ha="right", va="center")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
plt.show()

asked = np.arange(1000) % 10
reals = classifier.features(data.train.x[:1000])
trade, distances = {}, {}
print("τ       label obeyed  precision  recall  Fréchet distance")
for tau in (None, 1.5, 1.0, 0.5, 0.1):
    pictures = np.asarray(big.sample(asked, tau))
    features = classifier.features(pictures)
    obeyed = np.mean(classifier.classes(pictures) == asked)
    trade[tau] = precision_recall(reals, features)
    distances[tau] = frechet_distance(reals, features)
    print(
        f"{tau or '∞':<6} {obeyed:13.1%} {trade[tau].precision:10.2f} {trade[tau].recall:7.2f} "
        f"{distances[tau]:17.1f}"
    )
    assert obeyed > {"fashion": 0.78, "digits": 0.95}[DATASET]
assert trade[0.5].recall < trade[None].recall and trade[0.5].precision > trade[None].precision
assert distances[0.5] > 1.2 * distances[None]

# %%
gain = dict(zip(("precision", "recall"), np.subtract(trade[0.5], trade[None]), strict=True))
compare(prediction, max(gain, key=gain.get), choices=tuple(gain))

# %% [markdown]
# Here truncation buys something: at τ = 0.5 more samples lie among real images than without truncation, and more of the labels
# are obeyed. The price is variety: far fewer real images lie among the samples, and the Fréchet distance, which asks for both,
# is larger.
#
# If you chose the garments, you may wonder why they are worse than those of the convolutional GAN in section 1. BigGAN was made
# for large networks and long training. Ours has 16 channels at the full resolution, and took ten to twenty minutes of computing.

# %% [markdown]
# ## 10. GauGAN: a label for every pixel
#
# So far each picture had one label. Now each **pixel** has one: here is skin, there is hair. How should a generator be told?
# Giving the map to its first layer, as an image, has a flaw, and the reason is normalisation. Take a map that has the same label
# everywhere. After a convolution each channel is constant, and normalisation subtracts the mean: nothing is left. **Check** it
# on three maps: all background, all skin, all hair.

# %%
keras.utils.set_random_seed(0)
uniform_maps = np.stack(
    [np.full((16, 16), CLASSES.index(c)) for c in ("background", "skin", "hair")]
)
one_hot = tf.one_hot(uniform_maps, len(CLASSES))
convolved = keras.layers.Conv2D(4, 1)(one_hot)
normalised = keras.layers.GroupNormalization(groups=-1)(convolved)  # each channel of each image

scale = keras.layers.Conv2D(4, 1)(one_hot)  # γ and β: read off the map, at every pixel
offset = keras.layers.Conv2D(4, 1)(one_hot)
modulated = (1 + scale) * normalised + offset
for name, values in (("normalised", normalised), ("and modulated", modulated)):
    spread = np.ptp(np.mean(values, axis=(1, 2)), axis=0).max()
    print(f"{name:14} differs between the three maps by {spread:.3f}")
assert np.abs(normalised).max() < 1e-3 < np.ptp(np.mean(modulated, axis=(1, 2)), axis=0).max()

# %% [markdown]
# **SPADE** (Park et al. 2019; its demo is known as GauGAN) puts the map back after every normalisation:
#
# $$h' = \big(1 + \gamma(m)\big) \odot \hat h + \beta(m),$$
#
# where $\gamma$ and $\beta$ are convolutions of the label map $m$, shrunk to the size of the layer. For the third time in this
# lecture, scales carry the message: a style in StyleGAN, a class in BigGAN, a place here. What the map does not tell, the
# colours, is in $z$, and an encoder can read it off a picture.
#
# **Predict**: how does one map look in three styles?

# %%
spade = load_pretrained("faces_spade")
test = faces.test
maps = label_maps(test.factors, 32)
styles = np.asarray(spade.encode(test.x[:40]))
columns = np.arange(10, 22)
rows = [np.asarray(spade.generate(np.tile(styles[s], (12, 1)), maps[columns])) for s in (0, 1, 6)]
colors = plt.get_cmap("tab10")(np.arange(len(CLASSES)))[:, :3]
figure, axis = plt.subplots(figsize=(8.4, 3.3), layout="constrained")
axis.imshow(image_grid(np.concatenate([colors[maps[columns]], *rows]), columns=12))
axis.set_yticks([16 + 33 * row for row in range(4)], ["label map", "style 1", "style 2", "style 3"])
axis.set(xticks=[], title="twelve label maps, each painted in three styles")
axis.spines[:].set_visible(False)
for color, name in zip(colors, CLASSES, strict=True):
    axis.plot([], [], "s", color=color, label=name)
figure.legend(loc="outside lower center", ncols=len(CLASSES), frameon=False, fontsize=9)
plt.show()

# %% [markdown]
# Does the picture obey the map? Paint test faces in their own style, once with their own map and once with another face's, and
# compare with the true picture.

# %%
own = np.asarray(spade.generate(spade.encode(test.x), maps))
others = np.asarray(spade.generate(spade.encode(test.x), np.roll(maps, 1, axis=0)))
errors = [np.abs(images - test.x).mean() for images in (own, others)]
print(f"mean absolute error: own map {errors[0]:.3f}, another face's map {errors[1]:.3f}")
assert errors[0] < 0.5 * errors[1]

# %% [markdown]
# Now paint. Choose a brush and draw hair where there is none. **Try** three eyes.

# %%
LabelPainter(export_network(spade.generator), maps[15:27], styles[5:17], CLASSES, brush="hair")

# %% [markdown]
# ## Summary
#
# - A conditional GAN tells both players the label; a fake must look real *and* be what was asked for.
# - The Wasserstein distance has a slope where the Jensen–Shannon divergence is flat. A critic of slope 1 measures it; the gradient
#   penalty asks for that slope, and gets $1 + W/2\lambda$. On the ring the critic cured both vanishing gradients and collapsed
#   modes.
# - Progressive growing learns coarse before fine, and keeps what it has by fading in each new layer.
# - StyleGAN gives every layer a style. Mix the layers of two faces, and you can count what each layer decides.
# - Truncation pays for quality with variety, where there is quality to gain: $w$ moves towards its mean, or $z$ towards 0.
# - Normalisation wipes out what is constant. Scale and offset bring it back: by class, by style, or by pixel.
#
# ## Check yourself
#
# <details><summary>1. A conditional GAN's discriminator is not told the label. What does the generator do with it?</summary>
#
# Whatever it likes: nothing rewards the right class. It may well ignore the label. Both players must be told.</details>
#
# <details><summary>2. Why must the critic of a WGAN-GP do without batch normalisation?</summary>
#
# The penalty is on the slope of the score of each example by itself. Batch normalisation makes each score depend on all
# examples of the batch.</details>
#
# <details><summary>3. A paper shows wonderful faces at ψ = 0.5 and a Fréchet distance at ψ = 1. Is anything wrong?</summary>
#
# Not if it says so. The faces show quality at the expense of variety, and the distance asks for both. It would be wrong to credit
# one setting of the model with both.</details>
#
# ## Do it yourself
#
# The assignment [gan](../assignments/gan/gan.ipynb) asks for the critic's loss and the gradient penalty of this lecture, along
# with the losses of the last one, and trains a model with yours. The next lecture [translates without pairs](10_cyclegan.ipynb).
#
# ## Papers and posts
#
# - M. Mirza and S. Osindero, [Conditional Generative Adversarial Nets](https://arxiv.org/abs/1411.1784), 2014
# - J. Brownlee, [How to Develop a Conditional GAN From
#   Scratch](https://machinelearningmastery.com/how-to-develop-a-conditional-generative-adversarial-network-from-scratch/), a blog post
# - T. Miyato and M. Koyama, [cGANs with Projection Discriminator](https://arxiv.org/abs/1802.05637), 2018
# - M. Arjovsky, S. Chintala and L. Bottou, [Wasserstein GAN](https://arxiv.org/abs/1701.07875), 2017
# - L. Weng, [From GAN to WGAN](https://lilianweng.github.io/posts/2017-08-20-gan/), 2017, a blog post
# - V. Herrmann, [Wasserstein GAN and the Kantorovich-Rubinstein Duality](https://vincentherrmann.github.io/blog/wasserstein/), 2017,
#   a blog post that derives the second way to compute $W_1$
# - I. Gulrajani et al., [Improved Training of Wasserstein GANs](https://arxiv.org/abs/1704.00028), 2017
# - T. Karras, T. Aila, S. Laine and J. Lehtinen, [Progressive Growing of GANs for Improved Quality, Stability, and
#   Variation](https://arxiv.org/abs/1710.10196), 2018
# - T. Karras, S. Laine and T. Aila, [A Style-Based Generator Architecture for Generative Adversarial
#   Networks](https://arxiv.org/abs/1812.04948), 2019
# - T. Karras et al., [Analyzing and Improving the Image Quality of StyleGAN](https://arxiv.org/abs/1912.04958), 2020
# - T. Kynkäänniemi et al., [Improved Precision and Recall Metric for Assessing Generative
#   Models](https://arxiv.org/abs/1904.06991), 2019
# - T. Miyato et al., [Spectral Normalization for Generative Adversarial Networks](https://arxiv.org/abs/1802.05957), 2018
# - H. Sedghi, V. Gupta and P. M. Long, [The Singular Values of Convolutional Layers](https://arxiv.org/abs/1805.10408), 2019
# - H. Zhang et al., [Self-Attention Generative Adversarial Networks](https://arxiv.org/abs/1805.08318), 2019
# - A. Brock, J. Donahue and K. Simonyan, [Large Scale GAN Training for High Fidelity Natural Image
#   Synthesis](https://arxiv.org/abs/1809.11096), 2019
# - T. Park, M.-Y. Liu, T.-C. Wang and J.-Y. Zhu, [Semantic Image Synthesis with Spatially-Adaptive
#   Normalization](https://arxiv.org/abs/1903.07291), 2019
#
# **Next**: [Translation without pairs: CycleGAN and deepfakes](10_cyclegan.ipynb)
