# %% [markdown]
# # Autoencoders
#
# Tell someone over the telephone how to draw a particular digit. You will not read out 64 pixels. You will say: a seven,
# leaning right, with a bar. A few words, and the other person can draw it. An **autoencoder** learns such a description by
# itself, from images alone: one network finds the words, another draws from them.
#
# **Afterwards you can**
#
# - build an autoencoder, and say what the narrow place in its middle is for;
# - choose between squared error and cross-entropy, and say what each has to do with the gradient;
# - see overfitting and know two things that help;
# - ask more of the code than to be short: robust against noise (*denoising*), mostly silent (*sparse*), calm (*contractive*),
#   and measure whether you got it.
#
# **Time**: about 60 minutes to read and play; under two minutes to run from top to bottom on two cores.
# **Needs**: Keras basics, gradients. No network, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.decomposition import PCA

from course_utils.data import load
from course_utils.explorers import DenoisingSlider, LatentMap, export_network
from course_utils.losses import bernoulli_cross_entropy, jacobian_norm, squared_error
from course_utils.models.autoencoder import (
    Autoencoder,
    ContractiveAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    dense_autoencoder,
)
from course_utils.networks import dense_decoder, dense_encoder
from course_utils.plotting import show_images

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE = "#08519c", "#e6850e"

digits = load("digits")
test = digits.test.x

# %% [markdown]
# ## 1. What is an autoencoder?
#
# $$\underset{64 \text{ pixels}}{x} \;\xrightarrow{\;\text{encoder}\;}\; \underset{D \text{ numbers}}{z}
# \;\xrightarrow{\;\text{decoder}\;}\; \underset{64 \text{ pixels}}{\hat x}$$
#
# The **encoder** turns an image into a **code** $z$ of $D$ numbers, the **decoder** draws an image from it. The target is
# the input itself: no labels. If $D$ were 64, both could simply copy. With $D = 8$ all that is drawn has to pass through
# eight numbers, the **bottleneck**, and copying is impossible. The networks have to find out what digits have in common.
#
# In Keras it is a model that is given the same array twice.

# %%
keras.utils.set_random_seed(0)
encoder = dense_encoder(digits.shape, latent=8)  # 64 → 256 → 128 → 8
decoder = dense_decoder(8, digits.shape)  # 8 → 128 → 256 → 64 logits

image = keras.Input(digits.shape)
reconstruction = layers.Activation("sigmoid")(decoder(encoder(image)))
autoencoder = keras.Model(image, reconstruction)
autoencoder.compile(keras.optimizers.Adam(2e-3), loss=squared_error)
autoencoder.fit(
    digits.train.x,
    digits.train.x,
    batch_size=50,
    epochs=40,
    validation_data=(digits.validation.x, digits.validation.x),
    verbose=0,
)
show_images(
    np.concatenate([test[:12], autoencoder(test[:12])]),
    columns=12,
    title="test images, and what is drawn again from 8 numbers",
)

# %% [markdown]
# `squared_error` is the loss: $\sum_i (x_i - \hat x_i)^2$ over the pixels, averaged over images.
#
# Are eight numbers from a deep network better than eight numbers found without one? **Principal component analysis** (PCA)
# is the best *linear* encoder and decoder for squared error. It sets the bar.
#
# **Predict**: where will the autoencoder win by more, with 2 numbers or with 32?

# %%
sizes = (2, 4, 8, 16, 32)
flat_train, flat_test = digits.train.x.reshape(-1, 64), test.reshape(-1, 64)


def train(kind, latent, epochs=60, x=digits.train.x, patience=20, **options):
    """A trained autoencoder of one kind, always from the same seed."""
    keras.utils.set_random_seed(0)
    model = dense_autoencoder(digits.shape, latent, kind=kind, **options)
    model.compile(keras.optimizers.Adam(2e-3), jit_compile=True)
    model.fit(
        x,
        batch_size=50,
        epochs=epochs,
        validation_data=(digits.validation.x,),
        patience=patience,
        verbose=0,
    )
    return model


def error(model, seen=test, wanted=test):
    """Squared error of an image, mean over images."""
    return float(np.mean(squared_error(wanted, model(seen).reconstruction)))


plain = {latent: train(Autoencoder, latent) for latent in sizes}
errors = [error(model) for model in plain.values()]
linear_errors = []
for latent in sizes:
    pca = PCA(latent).fit(flat_train)
    rebuilt = pca.inverse_transform(pca.transform(flat_test))
    linear_errors.append(np.sum((rebuilt - flat_test) ** 2, axis=1).mean())

plt.figure(figsize=(5.5, 2.8), layout="constrained")
plt.semilogx(sizes, linear_errors, "s--", color=ORANGE, base=2, label="linear (PCA)")
plt.semilogx(sizes, errors, "o-", color=BLUE, base=2, label="autoencoder")
plt.xticks(sizes, sizes)
plt.xlabel("size of the code D")
plt.ylabel("squared error an image")
plt.ylim(0)
plt.legend(frameon=False)
plt.show()

print(
    "autoencoder / PCA:",
    {d: round(float(a / b), 2) for d, a, b in zip(sizes, errors, linear_errors, strict=True)},
)
assert all(np.diff(errors) < 0) and errors[0] < 0.75 * linear_errors[0]

# %% [markdown]
# The narrower the place, the more it pays to be able to bend. With 32 numbers for 64 pixels a linear map does just as well or
# better, and needs no training.

# %% [markdown]
# ## 2. What lies in the code?
#
# With $D = 2$ we can look at all codes at once. The colours are classes, which the model never saw. **Drag the point**: from
# digits into the empty places between them.

# %%
codes = plain[2].encode(test).numpy()
LatentMap(export_network(plain[2].decoder), codes=codes[:150], labels=digits.test.labels[:150])

# %% [markdown]
# Similar images lie together, though nobody asked for that. But the plane is odd: islands and gaps, of any size, anywhere.
#
# **Predict**: can we make new digits by decoding codes of our own choice? Take the 16-number code: draw each number from a
# normal distribution with the mean and spread that the training codes have.

# %%
model = plain[16]
train_codes = model.encode(digits.train.x).numpy()
random = np.random.default_rng(0)
drawn = random.normal(train_codes.mean(0), train_codes.std(0), size=(24, 16)).astype("float32")
show_images(model.decode(drawn), columns=12, title="decoded from random codes", size=0.6)

# %% [markdown]
# Some hint at digits, most are scribbles. An autoencoder learns which codes *its images* have, and nothing about the rest.
# To make it a generative model, the codes must be made to fill a known distribution. That is the next lecture's idea, the
# variational autoencoder.

# %% [markdown]
# ## 3. Squared error or cross-entropy?
#
# If $\hat x_i$ is a probability, "how likely is this pixel white?", another loss suggests itself, the **cross-entropy**
#
# $$-\sum_i x_i \log \hat x_i + (1 - x_i) \log (1 - \hat x_i).$$
#
# Both are smallest at $\hat x = x$. The difference is the way there. The decoder's last numbers are **logits** $l$, any
# real number, and $\hat x = \sigma(l) = 1/(1 + e^{-l})$. **Predict**: a pixel is white ($x = 1$) and the decoder is sure
# that it is black ($l = -8$). Which of the two losses pulls harder?

# %%
logits = tf.Variable(np.linspace(-8, 8, 161, dtype="float32")[:, None])
white = tf.ones_like(logits)
with tf.GradientTape(persistent=True) as tape:
    squared = squared_error(white, tf.sigmoid(logits))
    cross_entropy = bernoulli_cross_entropy(white, logits)
pulls = {
    "squared error": (squared, -tape.gradient(squared, logits)),
    "cross-entropy": (cross_entropy, -tape.gradient(cross_entropy, logits)),
}

figure, axes = plt.subplots(1, 2, figsize=(8.5, 2.8), layout="constrained")
for (name, curves), color in zip(pulls.items(), (ORANGE, BLUE), strict=True):
    for axis, curve in zip(axes, curves, strict=True):
        axis.plot(logits.numpy(), np.ravel(curve), color=color, label=name)
axes[0].set(xlabel="logit l", ylabel="loss for a white pixel")
axes[1].set(xlabel="logit l", ylabel="pull towards white, −dloss/dl")
axes[0].legend(frameon=False)
plt.show()

sigma = tf.sigmoid(logits).numpy()
np.testing.assert_allclose(pulls["cross-entropy"][1], 1 - sigma, atol=1e-5)
np.testing.assert_allclose(
    pulls["squared error"][1], 2 * (1 - sigma) * sigma * (1 - sigma), atol=1e-5
)
at_minus_8 = [float(pull[0, 0]) for _, pull in pulls.values()]
print(f"pull at l = −8: squared error {at_minus_8[0]:.5f}, cross-entropy {at_minus_8[1]:.5f}")

# %% [markdown]
# The cross-entropy's gradient is $\hat x - x$: the more wrong, the stronger. The squared error's has a further factor
# $2\,\hat x (1 - \hat x)$, the sigmoid's slope, and where the decoder is surest of a mistake it hardly pulls at all.
#
# One surprise: with grey pixels, the cross-entropy of a **perfect** reconstruction is not 0. Its smallest value is the
# entropy of the pixels. Look at differences, not at the height.

# %%
grey = np.float32([[0.5]])
least = bernoulli_cross_entropy(grey, np.float32([[0.0]])).numpy()[0]  # logit 0 is x̂ = ½, perfect
print(f"cross-entropy of a perfect grey pixel: {least:.4f} = log 2")
assert np.isclose(least, np.log(2))

# %% [markdown]
# Now train the network of section 1 with either loss, and measure **both** on test images. **Predict** who wins which.

# %%
table = {}
for name in pulls:
    keras.utils.set_random_seed(0)
    logits_of = dense_decoder(8, digits.shape)(dense_encoder(digits.shape, 8)(image))
    outputs = layers.Activation("sigmoid")(logits_of) if name == "squared error" else logits_of
    model = keras.Model(image, outputs)
    loss = squared_error if name == "squared error" else bernoulli_cross_entropy
    model.compile(keras.optimizers.Adam(2e-3), loss=loss)
    x, v = digits.train.x, digits.validation.x
    model.fit(x, x, batch_size=50, epochs=40, validation_data=(v, v), verbose=0)
    test_logits = keras.Model(image, logits_of)(test)
    table[name] = [
        float(np.mean(squared_error(test, tf.sigmoid(test_logits)))),
        float(np.mean(bernoulli_cross_entropy(test, test_logits))),
    ]

print(f"{'trained with':15} {'squared error':>14} {'cross-entropy':>14}")
for name, (first, second) in table.items():
    print(f"{name:15} {first:14.3f} {second:14.3f}")
inside = test.clip(1e-6, 1 - 1e-6)
perfect = float(np.mean(bernoulli_cross_entropy(test, np.log(inside / (1 - inside)))))
print(f"{'(perfect)':15} {0:14.3f} {perfect:14.3f}")
for one, other in zip(*table.values(), strict=True):
    assert 0.75 < one / other < 1.33

# %% [markdown]
# Each loss is a fair guide to the other: the two networks end close together by either measure. What differs is how hard it
# is to get out of a confident mistake. For pixels that are probabilities, cross-entropy is the natural choice, and the VAE
# will need it. The models below use squared error, whose numbers are easy to read: 0 is perfect.

# %% [markdown]
# ## 4. What does overfitting look like?
#
# 1,350 images are not many; take only 50 of them and train for long. **Predict** both curves, for the 50 and for images
# that the model never saw.

# %%
keras.utils.set_random_seed(0)
few = digits.train.x[:50]
overfitted = dense_autoencoder(digits.shape, 16)
overfitted.compile(keras.optimizers.Adam(2e-3), jit_compile=True)
curves = overfitted.fit(
    few,
    batch_size=50,
    epochs=600,
    validation_data=(digits.validation.x,),
    patience=None,  # do not stop, whatever the validation says
    verbose=0,
).history

plt.figure(figsize=(5.5, 2.6), layout="constrained")
plt.semilogy(curves["error"], color=BLUE, label="50 training images")
plt.semilogy(curves["val_error"], color=ORANGE, label="validation images")
best = int(np.argmin(curves["val_error"]))
plt.plot(best, curves["val_error"][best], "k+", markersize=10)
plt.xlabel("epoch")
plt.ylabel("squared error an image")
plt.legend(frameon=False)
plt.show()

show_images(
    np.concatenate([few[:6], test[:6], overfitted(few[:6])[0], overfitted(test[:6])[0]]),
    columns=12,
    title="left: training images, right: test images; below, what is drawn again",
)
print(f"training {curves['error'][-1]:.2f}, validation {curves['val_error'][-1]:.2f}", end="; ")
print(f"with all 1,350 images, test {error(plain[16]):.2f}")
assert curves["val_error"][-1] > 10 * curves["error"][-1]

# %% [markdown]
# The 50 are drawn almost without a mistake, new images like clumsy copies of them: the networks have learned *those
# images*, not what digits have in common. A small bottleneck does not prevent it, since sixteen numbers are plenty to tell
# 50 images apart. Two things help at once: more data, and stopping where the validation error is smallest (the cross in the
# plot; `fit` does it for you unless told otherwise). A third way is to make the task harder.

# %% [markdown]
# ## 5. Denoising: can it rebuild what is missing?
#
# Set pixels of the input to zero at random, but ask for the **clean** image (Vincent et al. 2008). Copying no longer helps;
# the network must know what digits look like to fill the holes.
#
# **Predict**: one model is trained on clean images, one with 30 % of the pixels lost, and both are shown test images with
# more and more pixels lost. Where does either win? Then **change the one number** `drop_rate` and see how the crossing
# moves.

# %%
drop_rate = 0.3
denoising = train(DenoisingAutoencoder, 16, drop_rate=drop_rate)


def lose_pixels(x, rate, seed=0):
    lost = np.random.default_rng(seed).uniform(size=x.shape) < rate
    return np.where(lost, np.float32(0), x)


rates = np.linspace(0, 0.8, 9)
plt.figure(figsize=(5.5, 2.8), layout="constrained")
for name, model, color in (("plain", plain[16], ORANGE), ("denoising", denoising, BLUE)):
    noisy_errors = [error(model, seen=lose_pixels(test, rate)) for rate in rates]
    plt.plot(rates, noisy_errors, "o-", color=color, label=name)
plt.xlabel("share of pixels lost")
plt.ylabel("squared error to the clean image")
plt.ylim(0)
plt.legend(frameon=False)
plt.show()

at_30 = [error(model, seen=lose_pixels(test, 0.3)) for model in (plain[16], denoising)]
print(f"30 % lost: plain {at_30[0]:.2f}, denoising {at_30[1]:.2f}")
print(f"clean:     plain {error(plain[16]):.2f}, denoising {error(denoising):.2f}")
assert at_30[1] < at_30[0]

# %% [markdown]
# About half the error where 30 % of the pixels are missing, and a price where none are. Move the slider, choose other
# images, throw the dice again. **Find** an image that the denoiser turns into another digit: then it has not repaired but
# *invented*, convincingly.

# %%
DenoisingSlider(
    {
        name: export_network(keras.Model(m.encoder.input, m.decoder(m.encoder.output)))
        for name, m in (("plain", plain[16]), ("denoising", denoising))
    },
    test[:60],
    labels=digits.test.labels[:60],
)

# %% [markdown]
# ## 6. Sparse: what if most units are silent?
#
# Must a code be short? It may be *long*, if only few of its numbers are used for any one image, as a dictionary has many
# words and a sentence few. Take 64 units for 64 pixels, each between 0 and 1, and ask that every unit be on 5 % of the time
# only (Ng 2011). How far is one distribution from another? The usual measure is the **Kullback–Leibler divergence**, KL: how
# many nats of log-likelihood it costs, on average, to believe the second where the first is true. With $\hat\rho_d$ the mean
# activation of unit $d$ over the batch and $\rho = 0.05$, it is the second term of the loss:
#
# $$\sum_d \mathrm{KL}\big(\rho \,\|\, \hat\rho_d\big) = \sum_d \rho \log \frac{\rho}{\hat\rho_d} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_d}.$$
#
# It is 0 when $\hat\rho_d = \rho$ and grows on both sides. The plain model here is the same one with weight 0 on that term.
#
# **Predict**: will the sparse code draw much worse?

# %%
sparse = {
    name: train(SparseAutoencoder, 64, target=0.05, weight=weight)
    for name, weight in (("plain", 0.0), ("sparse", 1.0))
}
activations = {name: model.encode(test).numpy() for name, model in sparse.items()}

figure, axes = plt.subplots(1, 2, figsize=(8.5, 2.8), layout="constrained")
for (name, values), color in zip(activations.items(), (ORANGE, BLUE), strict=True):
    options = {"histtype": "step", "color": color, "linewidth": 1.8, "label": name}
    axes[0].hist(values.mean(0), bins=np.linspace(0, 1, 41), **options)
    axes[1].hist(values.ravel(), bins=np.linspace(0, 1, 41), log=True, **options)
axes[0].axvline(0.05, color="grey", linewidth=0.8, linestyle=":")
axes[0].set(xlabel="mean activation of a unit", ylabel="units")
axes[1].set(xlabel="activation, one unit and one image", ylabel="count (logarithmic)")
axes[0].legend(frameon=False)
plt.show()

for name, model in sparse.items():
    print(f"{name:7} mean activation {activations[name].mean():.3f}", end=", ")
    print(
        f"on average {np.sum(activations[name] > 0.1, axis=1).mean():.0f} of 64 units above 0.1",
        end=", ",
    )
    print(f"squared error {error(model):.2f}")
assert abs(activations["sparse"].mean() - 0.05) < 0.02 < activations["plain"].mean() - 0.2

# %% [markdown]
# About ten times quieter, for a higher but still small error. What does silence buy? A unit that speaks up rarely can stand for
# something. Here are, for eight units of each model, the test images that excite the unit most.

# %%
figure, axes = plt.subplots(8, 17, figsize=(9.5, 4.6))
for start, (name, values) in zip((0, 9), activations.items(), strict=True):
    busiest = np.argsort(-values.std(0))[:8]
    for line, unit in enumerate(busiest):
        top = test[np.argsort(-values[:, unit])[:8]]
        for axis, picture in zip(axes[line, start:], top, strict=False):
            axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes[0, start].set_title(f"{name}: one unit a row", loc="left", fontsize=10)
for axis in axes.flat:
    axis.axis("off")
figure.subplots_adjust(left=0, right=1, top=0.93, bottom=0, wspace=0.06, hspace=0.06)
plt.show()


# %% [markdown]
# Are the rows on the right more of one kind? As a number: in how many of the eight images does the commonest class of the
# row occur, on average over **all** units?


# %%
def purity(values):
    """Mean share of the commonest class among the eight images that excite a unit most."""
    top = digits.test.labels[np.argsort(-values, axis=0)[:8]]  # (8, units)
    return np.mean([np.bincount(column).max() / 8 for column in top.T])


shuffled = np.random.default_rng(0).permuted(activations["plain"], axis=0)
for name, values in activations.items():
    print(f"{name}: {purity(values):.2f}")
print(f"if units knew nothing of the image: {purity(shuffled):.2f}")
assert purity(activations["sparse"]) > purity(shuffled)

# %% [markdown]
# ## 7. Contractive: does a small change get a small answer?
#
# Shift an image by a hair: its code should hardly move. How the code moves with the pixels is the **Jacobian** $\partial z
# / \partial x$, a table of $D \times 64$ slopes. Rifai et al. (2011) add its squared length to the loss:
#
# $$\text{loss} = \text{error} + \lambda \sum_{d, i} \left(\frac{\partial z_d}{\partial x_i}\right)^2 .$$
#
# Is the function that computes it right? Compare with small steps by hand, for one image.

# %%
model, x, step = plain[16], test[:1].astype("float64"), 1e-3
slopes = [
    (model.encode(x + step * pixel) - model.encode(x - step * pixel)) / (2 * step)
    for pixel in np.eye(64).reshape(64, 1, 8, 8, 1)
]
by_hand, exact = np.sum(np.square(slopes)), jacobian_norm(test[:1], model.encoder).numpy()[0]
print(f"by small steps {by_hand:.1f}, exact {exact:.1f}")
assert np.isclose(by_hand, exact, rtol=0.02)

# %% [markdown]
# **Predict**: how many times smaller will the Jacobian be? And is there a cheap way to make it small that changes nothing
# of substance?

# %%
contractive = train(ContractiveAutoencoder, 16, weight=0.1, epochs=40)


def movement(model, noise=0.05):
    """How far a code moves when pixels get a little noise, relative to how far apart codes lie."""
    shaken = test + np.random.default_rng(0).normal(0, noise, test.shape).astype("float32")
    codes = model.encode(test).numpy()
    return np.linalg.norm(model.encode(shaken) - codes, axis=1).mean() / np.sqrt(codes.var(0).sum())


compared = {"plain": plain[16], "contractive": contractive}
lengths = {name: jacobian_norm(test, m.encoder).numpy().mean() for name, m in compared.items()}
moves = {name: movement(m) for name, m in compared.items()}
for name, m in compared.items():
    print(f"{name:12} squared Jacobian {lengths[name]:7.2f}", end=", ")
    print(f"relative movement {moves[name]:.3f}, squared error {error(m):.2f}")
assert lengths["contractive"] < 0.05 * lengths["plain"]
assert moves["contractive"] < 0.8 * moves["plain"]

# %% [markdown]
# Hundreds of times smaller! But halve all codes, let the decoder double them, and the Jacobian is smaller by half with
# nothing gained. That is the cheap way, and most of the factor is just that. The honest number is the **relative
# movement**: the code's answer to a little noise, divided by the spread of codes. It fell too, by much less. (Rifai et al.
# tie the decoder's weights to the encoder's, which closes the cheap way.)
#
# When a penalty falls, ask whether what you *wanted* improved.

# %% [markdown]
# ## 8. Which code is best?
#
# One table: each variant against the plain model on its own number and on the others'. All on test images.

# %%
models = {
    "plain": plain[16],
    "denoising": denoising,
    "contractive": contractive,
    "plain, 64 sigmoids": sparse["plain"],
    "sparse, 64 sigmoids": sparse["sparse"],
}
lost = {name: error(m, seen=lose_pixels(test, 0.3)) for name, m in models.items()}
moves = {name: movement(m) for name, m in models.items()}
print(f"{'':20} {'error':>6} {'30 % lost':>10} {'movement':>9} {'mean activation':>16}")
for name, m in models.items():
    activation = f"{m.encode(test).numpy().mean():.3f}" if "sigmoids" in name else "–"
    print(f"{name:20} {error(m):6.2f} {lost[name]:10.2f} {moves[name]:9.3f} {activation:>16}")
assert min(moves, key=moves.get) == "contractive"

# %% [markdown]
# Each wins where it was asked to, and pays in plain error. None wins everywhere: there is no best code, only a code
# for a purpose.

# %% [markdown]
# ## Summary
#
# - Encoder, bottleneck, decoder; the target is the input. With a narrow code the deep model beats PCA; with a wide one it
#   need not.
# - Cross-entropy pulls hardest where the decoder is surest of a mistake; through a sigmoid, squared error hardly pulls there.
# - Overfitting: training images drawn perfectly, others not. More data, early stopping, or a harder task.
# - Denoising, sparse and contractive autoencoders each ask one thing more of the code. Measure that thing, in a way that
#   cannot be had cheaply.
# - An autoencoder does not know which codes are good to draw from. It is not yet a generative model.
#
# ## Check yourself
#
# <details><summary>1. Code of 64 numbers, 64 pixels, no penalty, no noise, perfect reconstructions. What has been learned?</summary>
# Perhaps nothing: a copy suffices. A code that is not narrow needs another demand, such as noise or sparsity.</details>
#
# <details><summary>2. A denoising autoencoder's training error is higher than the plain one's. Is it a worse model?</summary>
# Its task is harder: it is shown spoiled images. Compare both on the same input, clean or spoiled.</details>
#
# <details><summary>3. Your sparse model's mean activation is 0.05, but half of its units are always at 0.1 and the other half always at 0. Is the penalty content?</summary>
# No. It looks at each unit by itself: one that is always at 0.1 pays, and one at 0 pays too. But a unit that is constantly
# at 0.05 would cost nothing, and say nothing; only the reconstruction error speaks against it.</details>
#
# ## Do it yourself
#
# The assignment [autoencoder](../assignments/autoencoder/autoencoder.ipynb) asks for the losses, the damage and the penalties
# of the four kinds, and trains all of them with yours.
#
# ## Papers
#
# - G. E. Hinton and R. R. Salakhutdinov, [Reducing the Dimensionality of Data with Neural
#   Networks](https://www.cs.toronto.edu/~hinton/absps/science.pdf), 2006
# - P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, [Extracting and Composing Robust Features with Denoising
#   Autoencoders](https://www.cs.toronto.edu/~larocheh/publications/icml-2008-denoising-autoencoders.pdf), 2008
# - A. Ng, [Sparse autoencoder](https://web.stanford.edu/class/cs294a/sparseAutoencoder.pdf), CS294A lecture notes, 2011
# - S. Rifai, P. Vincent, X. Muller, X. Glorot and Y. Bengio, [Contractive Auto-Encoders: Explicit Invariance During Feature
#   Extraction](https://icml.cc/2011/papers/455_icmlpaper.pdf), 2011
#
# **Next**: [Variational autoencoders](07_vae.ipynb)
