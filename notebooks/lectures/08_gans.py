# %% [markdown]
# # Generative adversarial networks
#
# A forger paints, an expert tells forgeries from originals. Whenever the expert finds a new telltale sign, the forger learns
# to avoid it; whenever the forger improves, the expert looks closer. Nobody ever says what a good painting *is*. A
# **generative adversarial network** (GAN) is this game between two networks, and its forger draws sharper pictures than a VAE
# of the same size. The price: a game can go wrong in ways that a minimisation cannot.
#
# **Afterwards you can**
#
# - write the losses of both players, and say what the best discriminator is and what loss it has;
# - say why one loss of the generator saturates, and measure it;
# - make gradients vanish and modes collapse on purpose, and cure both;
# - judge a training, though no loss goes down.
#
# **Time**: about 75 minutes to read and play; under two minutes to run from top to bottom on two cores.
# **Needs**: Keras basics, the lectures on [densities](02_densities.ipynb) and [VAEs](07_vae.ipynb). No network, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import inspect

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from scipy import integrate, stats

from course_utils import losses
from course_utils.data import load, toy
from course_utils.explorers import Interpolation, TrainingReplay, export_network
from course_utils.metrics.sample_quality import (
    digit_classes,
    digit_features,
    frechet_distance,
    mode_coverage,
)
from course_utils.models.gan import GAN, conv_gan, dense_gan
from course_utils.networks import dense_discriminator, dense_generator
from course_utils.plotting import show_images

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#08519c", "#e6850e", "#777777"

digits = load("digits")

# %% [markdown]
# ## 1. What does the expert learn?
#
# Begin with the expert alone, the **discriminator** $D$. It sees a number $x$ and gives the probability that $x$ is real. Real
# numbers come from one normal distribution, $p$; fakes come from another, $q$, and do not change for now. That is ordinary
# classification, and we train it as such: label 1 for real, 0 for fake, cross-entropy.
#
# **Predict**: draw $D(x)$ into the picture of the two densities. Where is it ½? Far to the left, where neither has points?

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

# %% [markdown]
# The best answer is Bayes' rule for two equally likely sources (Goodfellow et al. 2014, proposition 1):
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}.$$
#
# The expert never saw a density, only labelled numbers, and found the *ratio* of the two densities. Check it where the
# numbers are. And check what loss is left: with the best $D$ the two cross-entropies together are
# $2 \log 2 - 2\,\mathrm{JSD}(p, q)$, where the **Jensen–Shannon divergence** is 0 if $p = q$ and at most $\log 2$.

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
# So the discriminator *measures* how far the fakes are from the data, without either density. Whoever wants better fakes can
# follow its gradient.

# %% [markdown]
# ## 2. What is the game?
#
# $$z \sim \mathcal N(0, I) \;\xrightarrow{\;\text{generator } G\;}\; \text{fake} \;\xrightarrow{\;\text{discriminator } D\;}\; \text{real or not?}$$
#
# The **generator** $G$ is a decoder without an encoder: it turns noise $z$ into an example. The players want opposite things,
#
# $$\min_G \max_D \;\; \mathbb E_{x \sim \text{data}} \log D(x) + \mathbb E_{z} \log\big(1 - D(G(z))\big).$$
#
# The discriminator's last number is a **logit** $l$, with $D = \sigma(l)$. Its loss has one part for real input and one for
# generated, each a cross-entropy:
#
# $$\underbrace{-\log D(x)}_{\text{real, label 1}} \;+\; \underbrace{-\log\big(1 - D(G(z))\big)}_{\text{generated, label 0}}.$$
#
# **Predict**: what is the loss of a discriminator that always says ½?

# %%
real_logits = tf.constant([[2.0], [-1.0], [0.5]])
fake_logits = tf.constant([[-3.0], [0.0], [1.0]])
ours = losses.logistic_discriminator_loss(real_logits, fake_logits)
keras_loss = keras.losses.BinaryCrossentropy(from_logits=True)
theirs = keras_loss(tf.ones((3, 1)), real_logits) + keras_loss(tf.zeros((3, 1)), fake_logits)
print(f"ours {np.mean(ours):.4f}, Keras's cross-entropy to 1 and to 0 {theirs:.4f}")
np.testing.assert_allclose(np.mean(ours), theirs, rtol=1e-5)

ignorant = losses.logistic_discriminator_loss(tf.zeros((1, 1)), tf.zeros((1, 1)))[0]
print(f"always ½: {ignorant:.4f} = 2 log 2")
assert np.isclose(ignorant, 2 * np.log(2))

# %% [markdown]
# Remember 1.386. It is the loss of a discriminator that knows nothing, *and* of the best discriminator against a perfect
# generator.
#
# One step of the game is two steps of gradient descent, one for each player, while the other holds still. Here is the first
# of them, from `course_utils/models/gan.py`. Note whose variables the gradient is taken of.

# %%
print(inspect.getsource(GAN.discriminator_step))

# %% [markdown]
# ## 3. What does a game that goes well look like?
#
# A generator and a discriminator of two hidden layers each, on handwritten digits, with the remedies that the rest of this
# lecture explains. After every tenth epoch we draw digits from the same $z$, and measure how far 1,000 of them are from the
# validation digits: the **Fréchet distance** in the features of a small digit classifier (not Inception's FID). Lower is better;
# real training digits are not at 0, since they are other digits.
#
# **Predict** three curves: the discriminator's loss, the generator's loss, the distance.

# %%
validation_features = digit_features(digits.validation.x)


def distance(model):
    """Fréchet distance of 1,000 samples from the validation digits."""
    return frechet_distance(validation_features, digit_features(np.asarray(model.sample(1000))))


def adam(momentum=0.0):
    return keras.optimizers.Adam(1e-3, beta_1=momentum, beta_2=0.99)


keras.utils.set_random_seed(0)
gan = dense_gan(digits.shape, latent=32, objective="non_saturating", r1_weight=1.0, ema_decay=0.995)
gan.compile(adam(), adam())
fixed_z = np.random.default_rng(0).normal(size=(12, 32)).astype("float32")
watched, rows = {0: distance(gan)}, [gan.generate(fixed_z)]


def watch(epoch, logs):
    if (epoch + 1) % 10 == 0:
        watched[epoch + 1] = distance(gan)
        rows.append(gan.generate(fixed_z))


curves = gan.fit(
    digits.train.x,
    batch_size=64,
    epochs=100,
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=watch)],
).history

show_images(
    np.concatenate([rows[i] for i in (0, 1, 3, 10)]),
    columns=12,
    title="the same twelve z after 0, 10, 30 and 100 epochs",
)

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 2.7), layout="constrained")
epochs = np.arange(1, 101)
for axis, player in zip(axes, ("discriminator", "generator"), strict=False):
    axis.plot(epochs, curves[f"{player}_loss"], color=BLUE)
    axis.set(xlabel="epoch", ylabel="loss in nats", title=f"{player}'s loss", ylim=(0, 2))
axes[0].axhline(2 * np.log(2), color=GREY, linestyle=":", linewidth=1)
axes[0].text(100, 1.44, "2 log 2: knows nothing", ha="right", color=GREY, fontsize=9)
axes[2].semilogy(list(watched), list(watched.values()), "o-", color=ORANGE, markersize=4)
axes[2].set(xlabel="epoch", ylabel="Fréchet distance", title="how far the samples are")
plt.show()

early, late = (np.mean(curves["generator_loss"][part]) for part in (slice(15, 25), slice(90, 100)))
print(f"from epoch 20 to 100: generator's loss {early:.3f} → {late:.3f}, ", end="")
print(f"distance {watched[20]:.2f} → {watched[100]:.2f}")
assert abs(late / early - 1) < 0.1 and watched[100] < 0.7 * watched[20] < 0.1 * watched[0]

# %% [markdown]
# **You won't see a loss minimisation.** Both losses all but stand still from the twentieth epoch on while the digits go on getting
# better: each player's loss is measured against an opponent who improves too. Nor would a falling loss be good news. The
# generator's loss falls when its fakes get better, or when the *discriminator* gets worse. So we judge a GAN by its samples,
# with our eyes and with a number, never by its loss.
#
# Are the digits new, or copies of training images? Each sample stands above the training digit nearest to it.

# %%
samples = np.asarray(gan.sample(1000))
flat, flat_train = samples.reshape(-1, 64), digits.train.x.reshape(-1, 64)
squared = (flat**2).sum(1)[:, None] + (flat_train**2).sum(1) - 2 * flat @ flat_train.T
nearest = digits.train.x[np.argmin(squared[:12], axis=1)]
show_images(
    np.concatenate([samples[:12], nearest]), columns=12, title="samples, and the nearest real digit"
)

flat_test = digits.test.x.reshape(-1, 64)
to_train = (flat_test**2).sum(1)[:, None] + (flat_train**2).sum(1) - 2 * flat_test @ flat_train.T
print(
    f"squared distance to the nearest training digit: samples {squared.min(1).mean():.2f}", end=""
)
print(f", test digits {to_train.min(1).mean():.2f}")
assert squared.min(1).mean() > 0.7 * to_train.min(1).mean()

# %% [markdown]
# The samples are no nearer to the training digits than real digits that the model never saw: it does not copy.
#
# Between two codes lie digits too, though no encoder ever put any digit anywhere. The generator had to fill the whole normal
# distribution with plausible drawings.

# %%
Interpolation(
    export_network(gan.averaged_generator),
    np.random.default_rng(1).normal(size=(30, 32)),
    ends=(0, 1),
)

# %% [markdown]
# ## 4. Which loss should the generator have?
#
# The game says that the generator minimises $\log(1 - D(G(z)))$. In the same breath the inventors recommend another loss,
# which is smallest at the same place:
#
# | | loss of a fake | its slope by the logit |
# |---|---|---|
# | **saturating** | $\log(1 - D)$ | $-D$ |
# | **non-saturating** | $-\log D$ | $-(1 - D)$ |
#
# At the start every fake is bad, and the discriminator is sure of it: $D \approx 0$. **Predict** which slope is left then.

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
print("slopes at logit −8:", {name: round(float(s[0, 0]), 5) for name, s in slopes.items()})

# %% [markdown]
# Does this matter in a real network? Freeze the untrained generator, train the discriminator against it, and measure after every
# few steps the gradient that *would* reach the generator's weights. A third curve adds **R1** to the discriminator's loss: a
# penalty $\tfrac{\gamma}{2} \lVert \nabla_x l(x) \rVert^2$ on how steep the logit is at real images (Mescheder et al. 2018).


# %%
def gradients_while_the_expert_learns(r1_weight, checkpoints):
    """Norm of the generator's gradient under both losses, after so many steps of D alone."""
    keras.utils.set_random_seed(0)
    model = dense_gan(digits.shape, latent=32, r1_weight=r1_weight)
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
        step(digits.train.x[batches.integers(len(digits.train), size=64)])
    return np.array(norms)


checkpoints = [0, 10, 25, 50, 100, 200, 300]
unpenalised = gradients_while_the_expert_learns(0.0, checkpoints)
penalised = gradients_while_the_expert_learns(1.0, checkpoints)

plt.figure(figsize=(6, 3), layout="constrained")
plt.semilogy(checkpoints, unpenalised[:, 1], "o-", color=BLUE, label="non-saturating")
plt.semilogy(checkpoints, penalised[:, 0], "s--", color=GREY, label="saturating, with R1")
plt.semilogy(checkpoints, unpenalised[:, 0], "o-", color=ORANGE, label="saturating")
plt.xlabel("steps of the discriminator alone")
plt.ylabel("generator's gradient")
plt.legend(frameon=False)
plt.show()

print(
    f"after 300 steps the saturating gradient is {unpenalised[-1, 0] / unpenalised[0, 0]:.1e}",
    end="",
)
print(f" of what it was, with R1 {penalised[-1, 0] / penalised[0, 0]:.2f}; ", end="")
print(f"the non-saturating one is {unpenalised[-1, 1] / unpenalised[0, 1]:.0f} times larger")
assert unpenalised[-1, 0] < 0.01 * unpenalised[0, 0]
assert unpenalised[-1, 1] > unpenalised[0, 1] and penalised[-1, 0] > 0.1 * penalised[0, 0]

# %% [markdown]
# ## 5. Vanishing gradients: how to make them, how to cure them?
#
# Give the discriminator a head start of 200 steps, then let both play. The generator takes plain gradient steps here. (Adam
# divides a gradient by its own size and so hides much of the trouble: what it cannot do is tell a tiny gradient's direction from
# noise.)
#
# **Predict**: which of the four will have learnt to draw after 40 epochs?

# %%
contests = {}
for r1_weight in (0.0, 1.0):
    for objective in ("saturating", "non_saturating"):
        keras.utils.set_random_seed(0)
        model = dense_gan(digits.shape, latent=32, objective=objective, r1_weight=r1_weight)
        model.compile(keras.optimizers.SGD(0.3), adam())
        step, batches = tf.function(model.discriminator_step), np.random.default_rng(0)
        for _ in range(200):
            step(digits.train.x[batches.integers(len(digits.train), size=64)], None)
        log = model.fit(digits.train.x, batch_size=64, epochs=40, verbose=0).history
        name = objective.replace("_", "-") + (", R1" if r1_weight else "")
        contests[name] = (distance(model), log["generator_gradient"][-1], model.generate(fixed_z))

figure, axes = plt.subplots(4, 12, figsize=(8.5, 2.6))
for line_of_axes, (name, (_, _, drawn)) in zip(axes, contests.items(), strict=True):
    for axis, picture in zip(line_of_axes, np.asarray(drawn), strict=True):
        axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
    line_of_axes[0].text(-1.5, 3.5, name, ha="right", va="center", fontsize=10)
figure.subplots_adjust(left=0.22, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
plt.show()

print(f"{'':20} {'distance':>9} {'gradient':>10}")
for name, (far, gradient, _) in contests.items():
    print(f"{name:20} {far:9.1f} {gradient:10.1e}")
assert contests["saturating"][1] < 1e-3
assert contests["saturating"][0] > 3 * max(v[0] for n, v in contests.items() if n != "saturating")

# %% [markdown]
# The saturating generator never moved. Its discriminator is sure, a sure discriminator gives no gradient, and without a gradient
# nothing will ever make it less sure. Either remedy works: a loss that pulls hardest where the other player is surest, or a
# discriminator that is not allowed to become so steep.

# %% [markdown]
# ## 6. Mode collapse: why draw more than one thing?
#
# Nothing in the game asks the generator for *variety*. A forger who has found one painting that passes may paint it again and
# again. In the plane we can watch: eight small Gaussians on a circle. A **mode** counts as found when at least one of 1,000
# samples lies within 3 standard deviations of it.
#
# Both runs below have the same networks and the same loss. The first takes Adam as Keras comes, with momentum $\beta_1 = 0.9$.

# %%
ring = toy.GaussianModes(toy.GAUSSIAN_RING.centers, std=0.05)
ring_points, _ = ring.sample(np.random.default_rng(0), 5000)
window, side = (-1.6, 1.6), 24
cells = np.linspace(*window, 2 * side + 1)[1::2]
grid = np.stack(np.meshgrid(cells, cells[::-1]), axis=-1).reshape(-1, 2).astype("float32")
same_z = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")


def play_on_the_ring(momentum, rate=1e-3, epochs=75, **remedies):
    """Train on the ring and keep, after every other epoch, what there is to see."""
    keras.utils.set_random_seed(0)
    generator = dense_generator(
        2, (2,), hidden=(64, 64), activation="relu", output_activation="linear"
    )
    model = GAN(generator, dense_discriminator((2,), hidden=(64, 64)), **remedies)
    model.compile(*(keras.optimizers.Adam(rate, momentum, 0.99) for _ in range(2)))
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


ring_runs = {
    "as Keras's Adam comes": play_on_the_ring(momentum=0.9),
    "with remedies": play_on_the_ring(momentum=0.0, rate=2e-3, r1_weight=0.1, ema_decay=0.98),
}

# %% [markdown]
# Play it. The dots are 200 samples, always from the same $z$; grey is the data; the yellow ground is where the discriminator
# believes. **Look** in the left picture for the chase: the generator puts everything into one place, the discriminator learns
# to disbelieve that place, the generator moves on.

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
# Without a page that moves, the same in six moments:

# %%
figure, axes = plt.subplots(2, 6, figsize=(10, 3.5), layout="constrained", sharex=True, sharey=True)
for line_of_axes, (name, (steps, samples, beliefs, coverages)) in zip(
    axes, ring_runs.items(), strict=True
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

collapsed, cured = (run[3][-1] for run in ring_runs.values())
for name, coverage in zip(ring_runs, (collapsed, cured), strict=True):
    print(f"{name:22} {coverage.modes} of 8 modes, {coverage.high_quality:.0%} of samples in one")
assert collapsed.modes < 8 and collapsed.high_quality < 0.5
assert cured.modes == 8 and cured.high_quality > 0.8

# %% [markdown]
# ## 7. Which remedy did it?
#
# The second run changed several things at once: no momentum, a penalty on steepness (R1), samples from a running **average** of the
# generator's weights (EMA). To know which mattered, change one at a time.
#
# **Predict** an order, from what helps least to what helps most.

# %%
one_at_a_time = {
    "none": ring_runs["as Keras's Adam comes"][3],
    "averaged weights": play_on_the_ring(0.9, ema_decay=0.98)[3],
    "R1": play_on_the_ring(0.9, r1_weight=10.0)[3],
    "no momentum": play_on_the_ring(0.0)[3],
    "all of them": ring_runs["with remedies"][3],
}
shares = {name: np.mean([c.high_quality for c in v[-5:]]) for name, v in one_at_a_time.items()}
found = {name: np.mean([c.modes for c in v[-5:]]) for name, v in one_at_a_time.items()}

figure, axes = plt.subplots(1, 2, figsize=(9, 2.4), layout="constrained", sharey=True)
for axis, values, label in zip(
    axes, (found, shares), ("modes found, of 8", "share of samples in a mode"), strict=True
):
    axis.barh(list(values), list(values.values()), color=BLUE)
    axis.set_xlabel(label)
axes[0].invert_yaxis()
plt.show()
print({name: (float(found[name]), round(float(shares[name]), 2)) for name in found})
assert shares["no momentum"] > 1.5 * max(shares[n] for n in ("none", "averaged weights", "R1"))

# %% [markdown]
# Here the culprit is momentum. It carries a player on in a direction that was good *against the opponent of some steps
# ago*, and the two swing around each other (Gidel et al. 2019). Averaging cannot repair a generator that runs around the circle: the
# mean of its positions is nowhere. R1 finds the modes but, with this momentum, does not come to rest in them. That is this game,
# not a law: in section 5 there was no momentum to blame, and R1 alone let the saturating generator learn.
#
# **Experiment.** Predict, change one number, see. Is there a momentum at which it tips? Try 0.3, 0.7, 0.8.

# %%
momentum = 0.5
coverages = play_on_the_ring(momentum)[3]
print(f"momentum {momentum}: {coverages[-1].modes} of 8 modes, ", end="")
print(f"{coverages[-1].high_quality:.0%} of samples in one")

# %% [markdown]
# ## 8. Does it happen to images?
#
# Digits have ten obvious modes. A classifier tells us which digit each sample is. **Predict** both histograms: a GAN without
# remedies after 20 epochs, and the one of section 3.

# %%
keras.utils.set_random_seed(0)
bare = dense_gan(digits.shape, latent=32)
bare.compile(adam(momentum=0.9), adam(momentum=0.9))
bare.fit(digits.train.x, batch_size=64, epochs=20, verbose=0)
show_images(bare.sample(24), columns=12, title="without remedies, after 20 epochs")

counts = {
    name: np.bincount(digit_classes(np.asarray(model.sample(1000))), minlength=10)
    for name, model in (("without remedies", bare), ("with remedies", gan))
}
figure, axes = plt.subplots(1, 2, figsize=(9, 2.4), layout="constrained", sharey=True)
for axis, (name, count), color in zip(axes, counts.items(), (ORANGE, BLUE), strict=True):
    axis.bar(range(10), count / 10, color=color)
    axis.axhline(10, color=GREY, linestyle=":", linewidth=1)
    axis.set(xlabel="digit", title=name, xticks=range(10))
axes[0].set_ylabel("% of samples")
plt.show()

commonest, rarest = counts["without remedies"].max() / 10, counts["with remedies"].min() / 10
print(f"without: the commonest digit makes {commonest:.0f} % of all samples, ", end="")
print(
    f"{np.sum(counts['without remedies'] < 10)} digits hardly occur; with: the rarest {rarest:.1f} %"
)
assert commonest > 20 and rarest > 2

# %% [markdown]
# A histogram of classes sees only whole digits that are missing. A generator may also draw every digit, but always the same seven.
# The lecture on evaluation has numbers for that.

# %% [markdown]
# ## 9. Do convolutions pay?
#
# Dense layers do for 64 pixels. For larger images **DCGAN** (Radford et al. 2016) set the pattern: the generator goes from $z$ to a
# small, deep image and enlarges it by [transposed convolutions](04_transposed_convolutions.ipynb); the discriminator mirrors it
# with strided ones. **Predict** which of the two generators, dense or convolutional, has more weights.

# %%
keras.utils.set_random_seed(0)
dcgan = conv_gan(digits.shape, latent=32, r1_weight=1.0, ema_decay=0.99)
dcgan.compile(adam(), adam())
for layer in dcgan.generator.layers:
    print(f"{type(layer).__name__:20} {layer.output.shape[1:]}")
dcgan.fit(digits.train.x, batch_size=64, epochs=25, verbose=0)
show_images(dcgan.sample(24), columns=12, title="a convolutional generator, after 25 epochs")

print(f"Fréchet distance {distance(dcgan):.2f}; weights: ", end="")
print(f"convolutional {dcgan.generator.count_params():,}, dense {gan.generator.count_params():,}")
assert distance(dcgan) < 12

# %% [markdown]
# It needs fewer epochs than the dense one, each of which takes several times longer: on images this small it does not pay. From
# 32×32 pixels on it is the only way, as the [next lecture](09_gan_advances.ipynb) shows.

# %% [markdown]
# ## Summary
#
# - The discriminator learns the ratio $p/(p + q)$; its best loss is $2 \log 2 - 2\,\mathrm{JSD}$. The generator follows its gradient.
# - The losses of the players do not go down. Judge samples, not losses.
# - $\log(1 - D)$ has slope $-D$ and vanishes when the discriminator is sure; $-\log D$ has slope $-(1 - D)$ and does not.
# - Nothing in the game asks for variety. Momentum makes the players chase each other; R1 keeps the discriminator from being steep;
#   averaged weights smooth what is left.
#
# ## Check yourself
#
# <details><summary>1. The discriminator's loss is 1.386 from the first step to the last. Is the generator perfect?</summary>
# Perhaps; but much likelier the discriminator has learnt nothing (a learning rate of 0, too strong a penalty, labels mixed up).
# 2 log 2 is the loss of saying ½ always. Look at samples.</details>
#
# <details><summary>2. Why is the gradient of the saturating loss small exactly when the generator is bad?</summary>
# Its slope by the logit is −D. Bad fakes are recognised, so D is near 0.</details>
#
# <details><summary>3. Your samples are flawless, and all of them are sevens. Which loss tells you?</summary>
# Neither. The generator is paid for each sample alone. Count classes, or use a distance between whole sets.</details>
#
# ## Do it yourself
#
# The assignment [gan](../assignments/gan/gan.ipynb) asks for both players' losses, saturating and not, and for the Wasserstein
# critic's, which the [next lecture](09_gan_advances.ipynb) explains; it trains a model with yours.
#
# ## Papers
#
# - I. Goodfellow et al., [Generative Adversarial Nets](https://arxiv.org/abs/1406.2661), 2014
# - M. Arjovsky and L. Bottou, [Towards Principled Methods for Training Generative Adversarial
#   Networks](https://arxiv.org/abs/1701.04862), 2017
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
