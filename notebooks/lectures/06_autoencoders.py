# %% [markdown]
# # Autoencoders
#
# Describe a piece of clothing to someone over the telephone. You will not read out 784 grey levels. You will say: an ankle
# boot, flat heel, dark leather. A few words, and the other person can draw it. An **autoencoder** learns such a description by
# itself, from images alone: one network finds the words, and another draws from them.
#
# **Afterwards you can**
#
# - build an autoencoder, and say what the narrow layer in its middle is for;
# - choose between squared error and cross-entropy, and say how their gradients differ;
# - recognise overfitting, and name three things that help against it;
# - ask more of a code than that it be short: that it withstand noise (*denoising*), that most of its units be silent
#   (*sparse*), that it change little when the image changes little (*contractive*), and measure whether it does.
#
# **Time**: about 60 minutes to read and play; under two minutes to run from top to bottom on two cores.
# **Needs**: Keras basics, gradients. No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.decomposition import PCA

from course_utils.data import load
from course_utils.exercises import compare, your_turn
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
from course_utils.training import EpochProgress, progress

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE = "#08519c", "#e6850e"

# %% [markdown]
# **Which images?** One word decides; sizes, networks and training times follow from it.
#
# | `DATASET` | images | running this lecture | squared error on new images (section 1) |
# |---|---|---|---|
# | `"fashion"` | 10,000 photographs of clothes, 28×28 pixels | about 110 seconds | about 12 with 16 numbers |
# | `"digits"` | 1,350 handwritten digits, 8×8 pixels | about 40 seconds | about 0.4 with 16 numbers |

# %%
DATASET = "fashion"  # or "digits"

data = load(DATASET)
print(data)
LATENT, SIZES, HIDDEN, EPOCHS, BATCH = {  # numbers in the code, widths of the hidden layers
    "fashion": (16, (2, 4, 16, 64), (256, 128), 8, 100),
    "digits": (16, (2, 4, 16, 32), (128, 64), 60, 50),
}[DATASET]
train_x, new_x = data.train.x, data.validation.x
pixels = math.prod(data.shape)

# %% [markdown]
# ## 1. What is an autoencoder?
#
# First, what is an image to a computer? A list of pixels, each with one of 256 grey levels from 0 to 255: a point of the
# **pixel space** $\{0, \dots, 255\}^{28 \times 28}$. Networks prefer small numbers, so `load` has divided by 255.

# %%
example = train_x[0]
show_images(train_x[:24], columns=12, title="24 of the training images")
print(
    "the middle row of the first one:", *np.rint(255 * example[len(example) // 2, :, 0]).astype(int)
)
print(
    f"{pixels} pixels of 256 levels: 256^{pixels}, about 10^{pixels * math.log10(256):.0f}, possible images"
)

# %% [markdown]
# Hardly any of those possible images looks like one of ours. An autoencoder looks for a short description of those that do:
#
# $$\underset{\text{pixels}}{x} \;\xrightarrow{\;\text{encoder } g_\phi\;}\; \underset{D \text{ numbers}}{z}
# \;\xrightarrow{\;\text{decoder } f_\theta\;}\; \underset{\text{pixels}}{\hat x}$$
#
# The **encoder** turns an image into a **code** $z$ of $D$ numbers, and the **decoder** draws an image from it. The target is
# the input itself: training pairs are $(x, x)$, without labels, and the goal is $f_\theta(g_\phi(x)) = x$. If $D$ were as
# large as the number of pixels, both networks could simply copy. With a much smaller $D$ everything that is drawn has to pass
# through this **bottleneck**, and copying is impossible. The networks have to find out what the images have in common.
#
# In Keras, an autoencoder is a model that is given the same array twice: as input and as target.

# %%
keras.utils.set_random_seed(0)
encoder = dense_encoder(data.shape, LATENT, hidden=HIDDEN)
decoder = dense_decoder(LATENT, data.shape, hidden=HIDDEN[::-1])  # gives logits
print("encoder:", " → ".join(str(layer.output.shape[1:]) for layer in encoder.layers))
print("decoder:", " → ".join(str(layer.output.shape[1:]) for layer in decoder.layers))

image = keras.Input(data.shape)
reconstruction = layers.Activation("sigmoid")(decoder(encoder(image)))
autoencoder = keras.Model(image, reconstruction)
autoencoder.compile(keras.optimizers.Adam(2e-3), loss=squared_error)
autoencoder.fit(
    train_x,
    train_x,
    batch_size=BATCH,
    epochs=EPOCHS // 2,
    callbacks=[EpochProgress()],
    verbose=0,
)
show_images(
    np.concatenate([new_x[:12], autoencoder(new_x[:12])]),
    columns=12,
    title=f"images not trained on, and their reconstructions from {LATENT} numbers",
)

# %% [markdown]
# `squared_error` is the loss: $\sum_i (x_i - \hat x_i)^2$ over the pixels, averaged over images. We rebuild
# *validation* images: the model did not train on them, and we shall look at them throughout. The *test* images wait for the
# table at the end.
#
# Does the network have to be deep? **Principal component analysis** (PCA) is the best *linear* encoder and decoder for squared
# error. It sets the bar.
#
# **Predict**: by how much will the autoencoder win with a narrow code, and by how much with a wide one?


# %% [markdown]
# **Your turn** (about 5 minutes). Write PCA as an encoder and a decoder. It knows the mean image and $D$ directions in pixel
# space, of length 1 and at right angles to each other.
#
# <details><summary>Hint 1</summary>
#
# The code of an image says how far it lies from the mean along each direction: an inner product, (B, D).
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The decoder starts at the mean and goes as far along each direction as the code says. `@` does both.
#
# </details>


# %%
@your_turn
def draw_again(x, mean, directions):
    """PCA as encoder and decoder: images (B, P), mean (P,), directions (D, P) → (B, P)."""
    return ...


# %%
pca = PCA(LATENT, random_state=0).fit(train_x.reshape(-1, pixels))
drawn_again = draw_again(new_x[:12].reshape(-1, pixels), pca.mean_, pca.components_)
show_images(
    np.concatenate([new_x[:12], drawn_again.reshape(-1, *data.shape).clip(0, 1)]),
    columns=12,
    title=f"images not trained on, and what PCA makes of them with {LATENT} numbers",
)

# %%
prediction = ...  # for the narrowest code, the autoencoder's error divided by PCA's


# %%
def train(kind, latent, epochs=EPOCHS, **options):
    """A trained autoencoder of one kind, always from the same seed."""
    keras.utils.set_random_seed(0)
    model = dense_autoencoder(data.shape, latent, kind=kind, hidden=HIDDEN, **options)
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(train_x, batch_size=BATCH, epochs=epochs, validation_data=(new_x,))
    return model


def error(model, seen=new_x, wanted=new_x):
    """Squared error of an image, mean over images."""
    return float(np.mean(squared_error(wanted, model(seen).reconstruction)))


plain = {latent: train(Autoencoder, latent) for latent in SIZES}
errors = {latent: error(model) for latent, model in plain.items()}
flat_train, flat_new = train_x.reshape(-1, pixels), new_x.reshape(-1, pixels)
linear_errors = {}
for latent in SIZES:
    pca = PCA(latent, random_state=0).fit(flat_train)
    rebuilt = pca.inverse_transform(pca.transform(flat_new))
    linear_errors[latent] = float(np.sum((rebuilt - flat_new) ** 2, axis=1).mean())

plt.figure(figsize=(5.5, 2.8), layout="constrained")
plt.semilogx(SIZES, linear_errors.values(), "s--", color=ORANGE, base=2, label="linear (PCA)")
plt.semilogx(SIZES, errors.values(), "o-", color=BLUE, base=2, label="autoencoder")
plt.xticks(SIZES, SIZES)
plt.xlabel("numbers in the code, D")
plt.ylabel("squared error of an image")
plt.ylim(0)
plt.legend(frameon=False)
plt.show()

ratios = [errors[latent] / linear_errors[latent] for latent in SIZES]
for latent, ratio in zip(SIZES, ratios, strict=True):
    print(f"D = {latent:2}: PCA {linear_errors[latent]:5.2f}, ", end="")
    print(f"autoencoder {errors[latent]:5.2f}, {ratio:.2f} times PCA's")
assert ratios[0] < 0.75 and ratios[-1] > ratios[0] and ratios[-1] > 0.9

# %%
compare(prediction, ratios[0], within=0.1)

# %% [markdown]
# The narrower the bottleneck, the more it pays off that a deep network is not linear and can bend. With a wide code a
# linear map does about as well or better, and fitting it takes no gradient descent.

# %% [markdown]
# ## 2. What lies in the code?
#
# With $D = 2$ we can look at all codes at once. **Drag the point**: from images into the empty regions between them. Press
# *Examples* to see the codes of 150 images; their colours are classes, which the model never saw.

# %%
classes = next(iter(data.levels.values()))
print(*(f"{number} {name}" for number, name in enumerate(classes)), sep=", ")
codes = plain[2].encode(new_x).numpy()
LatentMap(export_network(plain[2].decoder), codes=codes[:150], labels=data.validation.labels[:150])

# %% [markdown]
# Similar images lie close together, though nobody asked for that. Is it true, or does it only look that way? Count: how often does an
# image's nearest neighbour among the codes belong to the same class? With shuffled labels it would be one in ten.

# %%
squared_distances = np.sum((codes[:, None] - codes[None]) ** 2, axis=-1)
nearest = np.argmin(squared_distances + 1e9 * np.eye(len(codes)), axis=1)
labels = data.validation.labels
same = np.mean(labels[nearest] == labels)
print(f"the nearest neighbour is of the same class for {same:.0%} of the images")
assert same > 0.4

# %% [markdown]
# But the plane is odd: islands and gaps, of any size, anywhere.
#
# **Predict**: can we make new images by decoding codes of our own choice? Take the longer code of section 1 and draw each
# number from a normal distribution with the mean and the spread that it has among the training codes.

# %%
prediction = ...  # squared distance from training images, divided by that of reconstructions

# %%
model = plain[LATENT]
train_codes = model.encode(train_x).numpy()
random = np.random.default_rng(0)
drawn_codes = random.normal(train_codes.mean(0), train_codes.std(0), size=(200, LATENT))
drawn = model.decode(drawn_codes.astype("float32")).numpy()
show_images(drawn[:24], columns=12, title="decoded from random codes", size=0.6)


def to_nearest_training_image(images):
    """Squared distance to the training image most like it, mean over images."""
    flat = np.asarray(images).reshape(-1, pixels)
    squares = np.sum(flat**2, axis=1)[:, None] + np.sum(flat_train**2, axis=1)
    return float(np.mean(np.min(squares - 2 * flat @ flat_train.T, axis=1)))


rebuilt = model(new_x[:200]).reconstruction
print(
    f"squared distance to the nearest training image: rebuilt {to_nearest_training_image(rebuilt):.1f}",
    end="",
)
print(f", from random codes {to_nearest_training_image(drawn):.1f}")
assert to_nearest_training_image(drawn) > 1.2 * to_nearest_training_image(rebuilt)

# %%
farther = to_nearest_training_image(drawn) / to_nearest_training_image(rebuilt)
compare(prediction, farther, within=0.5)

# %% [markdown]
# Some hint at something you know; many are ghosts of several things at once. An autoencoder learns which codes *its images* have, and nothing
# about the rest. To turn it into a generative model, we must make the codes fill a known distribution. That is the idea of the
# next lecture, the variational autoencoder.

# %% [markdown]
# ## 3. Squared error or cross-entropy?
#
# If $\hat x_i$ is a probability ("how likely is this pixel to be white?"), another loss suggests itself: the **cross-entropy**
#
# $$-\sum_i \big[x_i \log \hat x_i + (1 - x_i) \log (1 - \hat x_i)\big].$$
#
# Both losses are smallest at $\hat x = x$. They differ in how they get there. The decoder's last layer gives **logits** $l$,
# which can be any real numbers, and $\hat x = \sigma(l) = 1/(1 + e^{-l})$. **Predict**: a pixel is white ($x = 1$), and the
# decoder is sure that it is black ($l = -8$). Which of the two losses pulls harder?

# %% [markdown]
# **Your turn** (about 8 minutes). Work out on paper how hard the cross-entropy pulls: minus its derivative
# with respect to the logit.
#
# <details><summary>Hint 1</summary>
#
# Written in logits, the cross-entropy of a pixel is $\log(1 + e^l) - x\,l$.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The derivative of $\log(1 + e^l)$ is $\sigma(l)$, and `tf.sigmoid` computes it.
#
# </details>


# %%
@your_turn
def pull(x, logits):
    """Minus d(cross-entropy)/d(logit) of each pixel: (P,), (P,) → (P,)."""
    return ...


# %%
prediction = ...  # the one that pulls harder: "squared error" or "cross-entropy"

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

# %%
compare(prediction, tuple(pulls)[int(np.argmax(at_minus_8))], choices=tuple(pulls))

# %% [markdown]
# The gradient of the cross-entropy is $\hat x - x$: the larger the mistake, the stronger the pull. The squared error has the
# further factor $2\,\hat x (1 - \hat x)$ from the slope of the sigmoid, and where the decoder is surest of a mistake this
# factor is nearly 0.
#
# One surprise: for a grey pixel, even a **perfect** reconstruction has a cross-entropy above 0. The smallest possible value is
# the entropy of the pixel. So compare values with each other, not with 0.

# %%
grey = np.float32([[0.5]])
least = bernoulli_cross_entropy(grey, np.float32([[0.0]])).numpy()[0]  # logit 0 is x̂ = ½, perfect
print(f"cross-entropy of a perfect grey pixel: {least:.4f} = log 2")
assert np.isclose(least, np.log(2))

# %% [markdown]
# Now train the network of section 1 with each of the losses, and measure **both**. **Predict** which network wins by which
# measure.

# %%
prediction = ...  # trained with squared error, how many times as large is the cross-entropy?

# %%
table = {}
for name in progress(pulls, "network"):
    keras.utils.set_random_seed(0)
    logits_of = dense_decoder(LATENT, data.shape, hidden=HIDDEN[::-1])(
        dense_encoder(data.shape, LATENT, hidden=HIDDEN)(image)
    )
    outputs = layers.Activation("sigmoid")(logits_of) if name == "squared error" else logits_of
    model = keras.Model(image, outputs)
    loss = squared_error if name == "squared error" else bernoulli_cross_entropy
    model.compile(keras.optimizers.Adam(2e-3), loss=loss)
    model.fit(train_x, train_x, batch_size=BATCH, epochs=EPOCHS // 2, verbose=0)
    new_logits = keras.Model(image, logits_of)(new_x)
    table[name] = [
        float(np.mean(squared_error(new_x, tf.sigmoid(new_logits)))),
        float(np.mean(bernoulli_cross_entropy(new_x, new_logits))),
    ]

print(f"{'trained with':15} {'squared error':>14} {'cross-entropy':>14}")
for name, (first, second) in table.items():
    print(f"{name:15} {first:14.2f} {second:14.2f}")
inside = new_x.clip(1e-6, 1 - 1e-6)
perfect = float(np.mean(bernoulli_cross_entropy(new_x, np.log(inside / (1 - inside)))))
print(f"{'(perfect)':15} {0:14.2f} {perfect:14.2f}")
for one, other in zip(*table.values(), strict=True):
    assert 0.75 < one / other < 1.33

# %%
compare(prediction, table["squared error"][1] / table["cross-entropy"][1], within=0.05)

# %% [markdown]
# Each loss is a fair guide to the other: by either measure, the two networks end close together. What differs is how hard it
# is to get out of a confident mistake. Where pixels are probabilities, cross-entropy is the natural choice, and the VAE will
# need it. The models below use squared error, whose values are easy to read: 0 is perfect.

# %% [markdown]
# ## 4. What does overfitting look like?
#
# Take only 50 of the training images, and train for a long time. **Predict** both curves: for the 50, and for images that
# the model never saw.

# %%
prediction = ...  # at the end, the validation error divided by the training error

# %%
keras.utils.set_random_seed(0)
few = train_x[:50]
overfitted = dense_autoencoder(data.shape, LATENT, hidden=HIDDEN)
overfitted.compile(keras.optimizers.Adam(2e-3))
curves = overfitted.fit(
    few,
    batch_size=50,
    epochs=400,
    validation_data=(new_x[:150],),
    patience=None,  # do not stop, whatever the validation images say
).history

plt.figure(figsize=(5.5, 2.6), layout="constrained")
plt.semilogy(curves["error"], color=BLUE, label="50 training images")
plt.semilogy(curves["val_error"], color=ORANGE, label="validation images")
best = int(np.argmin(curves["val_error"]))
plt.plot(best, curves["val_error"][best], "k+", markersize=10)
plt.xlabel("epoch")
plt.ylabel("squared error of an image")
plt.legend(frameon=False)
plt.show()

show_images(
    np.concatenate([few[:6], new_x[:6], overfitted(few[:6])[0], overfitted(new_x[:6])[0]]),
    columns=12,
    title="six training images and six others; below, their reconstructions",
)
last, smallest = curves["val_error"][-1], curves["val_error"][best]
print(f"50 images: training {curves['error'][-1]:.2f}, ", end="")
print(f"validation {last:.2f}, at its smallest {smallest:.2f}")
print(f"all training images: validation {error(plain[LATENT]):.2f}")
assert last > 10 * curves["error"][-1]
assert error(plain[LATENT]) < smallest < last

# %%
compare(prediction, last / curves["error"][-1], within=20)

# %% [markdown]
# The 50 are drawn almost without a mistake, and new images come out like clumsy copies of them: the networks have learnt
# *those images*, not what all images have in common. The bottleneck does not prevent this: a code of this length has more than
# enough room to tell 50 images apart. Two things help: more data, and stopping where the validation error is smallest (the
# cross in the plot; `fit` does it for you unless told otherwise). A third is to make the task harder, as in the next section.

# %% [markdown]
# ## 5. Denoising: can it rebuild what is missing?
#
# Set pixels of the input to zero at random, but ask for the **clean** image (Vincent et al. 2008). Copying no longer helps;
# to fill the holes, the network must know what the images look like.
#
# **Predict**: one model is trained on clean images, another on images that have lost half of their pixels. Both are shown new
# images with more and more pixels lost. Where does each of them win? Then **change the one number** `drop_rate`, and see how
# the crossing moves.

# %%
prediction = ...  # the share of pixels lost where the denoising model begins to win, 0 to 1

# %%
drop_rate = 0.5
denoising = train(DenoisingAutoencoder, LATENT, drop_rate=drop_rate)


def lose_pixels(x, rate, seed=0):
    lost = np.random.default_rng(seed).uniform(size=x.shape) < rate
    return np.where(lost, np.float32(0), x)


spoiled = lose_pixels(new_x, drop_rate)
rows = [new_x, spoiled, plain[LATENT](spoiled)[0], denoising(spoiled)[0]]
show_images(
    np.concatenate([row[:12] for row in rows]),
    columns=12,
    title=f"clean; {drop_rate:.0%} of pixels lost; rebuilt by the plain model; by the denoising one",
)

rates, noisy_errors = np.linspace(0, 0.8, 9), {}
plt.figure(figsize=(5.5, 2.8), layout="constrained")
for name, model, color in (("plain", plain[LATENT], ORANGE), ("denoising", denoising, BLUE)):
    noisy_errors[name] = np.array([error(model, seen=lose_pixels(new_x, r)) for r in rates])
    plt.plot(rates, noisy_errors[name], "o-", color=color, label=name)
plt.xlabel("share of pixels lost")
plt.ylabel("squared error to the clean image")
plt.ylim(0)
plt.legend(frameon=False)
plt.show()

spoiled_errors = [error(model, seen=spoiled) for model in (plain[LATENT], denoising)]
print(f"{drop_rate:.0%} lost: plain {spoiled_errors[0]:.2f}, denoising {spoiled_errors[1]:.2f}")
print(f"clean:    plain {error(plain[LATENT]):.2f}, denoising {error(denoising):.2f}")
assert spoiled_errors[1] < 0.6 * spoiled_errors[0] and error(denoising) > error(plain[LATENT])

# %%
wins = noisy_errors["denoising"] < noisy_errors["plain"]
compare(prediction, rates[np.argmax(wins)], within=0.1)

# %% [markdown]
# Where half of the pixels are missing, the denoising model makes a fraction of the plain one's error; on clean input, which
# it was never given in training, it pays a price. Move the slider, choose other images, press *Other pixels*. **Find** an image
# that the denoiser turns into another kind of thing: then it has not repaired but *invented*, and convincingly.

# %%
DenoisingSlider(
    {
        name: export_network(keras.Model(m.encoder.input, m.decoder(m.encoder.output)))
        for name, m in (("plain", plain[LATENT]), ("denoising", denoising))
    },
    new_x[:60],
    labels=data.validation.labels[:60],
)

# %% [markdown]
# ## 6. Sparse: what if most units are silent?
#
# Must a code be short? It may be *long*, if only few of its numbers are used for any one image, just as a dictionary holds
# many words and a sentence few. Take 64 units, each between 0 and 1, and ask that the mean activation of every unit over the
# images be only 0.05 (Ng 2011).
#
# That needs a measure of how far one distribution is from another. The usual one is the **Kullback–Leibler divergence**, KL:
# how many nats (units of the natural logarithm) of log-likelihood one loses on average by believing in the second
# distribution when the first is true. Let $\hat\rho_d$ be the mean activation of unit $d$ over the batch, and $\rho = 0.05$
# the activation we ask for. The second term of the loss is
#
# $$\sum_d \mathrm{KL}\big(\rho \,\|\, \hat\rho_d\big) = \sum_d \left[\rho \log \frac{\rho}{\hat\rho_d} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_d}\right].$$
#
# Each summand is 0 when $\hat\rho_d = \rho$, and grows on either side of it. The plain model here is the same model with
# weight 0 on that term.
#
# **Predict**: will the sparse model draw much worse?

# %%
prediction = ...  # the sparse model's error divided by the plain one's

# %%
sparse = {
    name: train(SparseAutoencoder, 64, target=0.05, weight=weight)
    for name, weight in (("plain", 0.0), ("sparse", 1.0))
}
activations = {name: model.encode(new_x).numpy() for name, model in sparse.items()}

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
    active = np.sum(activations[name] > 0.1, axis=1).mean()
    print(f"{name:7} mean activation {activations[name].mean():.3f}, ", end="")
    print(f"on average {active:.0f} of 64 units above 0.1, squared error {error(model):.2f}")
quieter = activations["plain"].mean() / activations["sparse"].mean()
print(f"the sparse code is {quieter:.0f} times quieter")
assert quieter > 5 and abs(activations["sparse"].mean() - 0.05) < 0.02
most = {"fashion": 2, "digits": 3}[DATASET]
assert error(sparse["plain"]) < error(sparse["sparse"]) < most * error(sparse["plain"])

# %%
compare(prediction, error(sparse["sparse"]) / error(sparse["plain"]), within=0.1)

# %% [markdown]
# Most units are silent now, at the price of a larger error. What does silence buy? A unit that seldom speaks up can
# stand for something in particular. For eight units of each model, here are the images that excite the unit most.

# %%
figure, axes = plt.subplots(8, 17, figsize=(9.5, 4.6))
for start, (name, values) in zip((0, 9), activations.items(), strict=True):
    busiest = np.argsort(-values.std(0))[:8]
    for line, unit in enumerate(busiest):
        top = new_x[np.argsort(-values[:, unit])[:8]]
        for axis, picture in zip(axes[line, start:], top, strict=False):
            axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes[0, start].set_title(f"{name}: one unit per row", loc="left", fontsize=10)
for axis in axes.flat:
    axis.axis("off")
figure.subplots_adjust(left=0, right=1, top=0.93, bottom=0, wspace=0.06, hspace=0.06)
plt.show()


# %% [markdown]
# Does a row of the sparse model show more of one kind? As a number: what share of a unit's eight images belongs to the commonest
# class among them, on average over **all** units? **Predict** which of the two models wins.


# %%
prediction = ...  # "plain" or "sparse"


# %%
def purity(values):
    """Mean share of the commonest class among the eight images that excite a unit most."""
    top = data.validation.labels[np.argsort(-values, axis=0)[:8]]  # (8, units)
    return np.mean([np.bincount(column).max() / 8 for column in top.T])


shuffled = np.random.default_rng(0).permuted(activations["plain"], axis=0)
for name, values in activations.items():
    print(f"{name}: {purity(values):.2f}")
print(f"if units knew nothing of the image: {purity(shuffled):.2f}")
assert purity(activations["sparse"]) > purity(activations["plain"]) > purity(shuffled)

# %%
choosier = max(activations, key=lambda name: purity(activations[name]))
compare(prediction, choosier, choices=tuple(activations))

# %% [markdown]
# Units of either code respond to some classes more than to others; those of the sparse code are choosier.
#
# ## 7. Contractive: does a small change get a small answer?
#
# Change an image a little: its code should hardly move. How the code moves with the pixels is given by the **Jacobian**
# $\partial z / \partial x$, a table of slopes with a row for each number of the code and a column for each pixel. Rifai et
# al. (2011) add the sum of their squares to the loss:
#
# $$\text{loss} = \text{error} + \lambda \sum_{d, i} \left(\frac{\partial z_d}{\partial x_i}\right)^2 .$$
#
# Is the function that computes this sum right? Compare it with finite differences, for one image: change each pixel by a small
# step, up and down, and see how the code moves.

# %%
model, x, step = plain[LATENT], new_x[:1], 1e-2
nudges = step * np.eye(pixels, dtype="float32").reshape(pixels, *data.shape)
slopes = (model.encode(x + nudges) - model.encode(x - nudges)).numpy() / (2 * step)
by_steps, exact = np.sum(np.square(slopes)), jacobian_norm(x, model.encoder).numpy()[0]
print(f"by finite differences {by_steps:.1f}, exact {exact:.1f}")
assert np.isclose(by_steps, exact, rtol=0.02)

# %% [markdown]
# **Predict**: how many times smaller will the Jacobian become? And is there a cheap way to make it small that changes nothing
# of substance?

# %%
prediction = ...  # how many times smaller the Jacobian becomes

# %%
contractive = train(ContractiveAutoencoder, LATENT, weight=0.1, epochs=EPOCHS // 2)


def spread(model):
    """Variance of the code over images, summed over its numbers."""
    return float(np.sum(np.var(model.encode(new_x), axis=0)))


def movement(model, x=new_x, noise=0.05):
    """How far a code moves when pixels get a little noise, relative to how far apart codes lie."""
    shaken = x + np.random.default_rng(0).normal(0, noise, x.shape).astype("float32")
    codes = model.encode(x).numpy()
    return np.linalg.norm(model.encode(shaken) - codes, axis=1).mean() / np.sqrt(codes.var(0).sum())


compared = {"plain": plain[LATENT], "contractive": contractive}
jacobians = {
    name: jacobian_norm(new_x[:300], m.encoder).numpy().mean() for name, m in compared.items()
}
moves = {name: movement(m) for name, m in compared.items()}
print("             squared Jacobian  spread of codes  relative movement  squared error")
for name, m in compared.items():
    print(f"{name:12}{jacobians[name]:17.3f}{spread(m):17.3f}{moves[name]:19.3f}{error(m):15.2f}")
smaller = jacobians["plain"] / jacobians["contractive"]
by_scale = spread(plain[LATENT]) / spread(contractive)
print(f"the Jacobian is {smaller:.0f} times smaller;")
print(f"codes that lie closer together explain a factor of {by_scale:.0f}")
assert smaller > 20 and moves["contractive"] < 0.8 * moves["plain"]
assert by_scale > smaller / by_scale > 1  # most of the factor is scale, but not all

# %%
compare(prediction, smaller, within=10)

# %% [markdown]
# Dozens of times smaller! But halve all codes, let the decoder double them, and the squared Jacobian is a quarter of what it
# was, with nothing gained. That is the cheap way, and it accounts for most of the factor. The honest measure is the
# **relative movement**: how far a little noise moves the code, divided by the spread of the codes. It fell too, though by
# much less. (Rifai et al. use the same weights, transposed, in the decoder, which bars the cheap way.)
#
# When a penalty falls, ask whether what you *wanted* improved.

# %% [markdown]
# ## 8. Which code is best?
#
# One table: each variant on its own measure and on those of the others. Here are the **test images** at last. **Predict** the
# winner of each column.

# %%
predicted_clean = ...  # the smallest error: "plain", "denoising", "contractive" or "sparse"
predicted_lost = ...  # and with pixels lost?
predicted_movement = ...  # the smallest relative movement?

# %%
models = {
    "plain": plain[LATENT],
    "denoising": denoising,
    "contractive": contractive,
    "plain, 64 sigmoids": sparse["plain"],
    "sparse, 64 sigmoids": sparse["sparse"],
}
test = data.test.x
clean = {name: error(m, test, test) for name, m in models.items()}
lost = {name: error(m, lose_pixels(test, drop_rate), test) for name, m in models.items()}
moves = {name: movement(m, test) for name, m in models.items()}
print(f"{'':20} {'error':>6} {f'{drop_rate:.0%} lost':>10} {'movement':>9} {'mean activation':>16}")
for name, m in models.items():
    activation = f"{m.encode(test).numpy().mean():.3f}" if "sigmoids" in name else "–"
    print(f"{name:20} {clean[name]:6.2f} {lost[name]:10.2f} {moves[name]:9.3f} {activation:>16}")
assert min(lost, key=lost.get) == "denoising" and min(moves, key=moves.get) == "contractive"
assert "plain" in min(clean, key=clean.get)
assert min(clean["denoising"], clean["contractive"]) > clean["plain"]
assert clean["sparse, 64 sigmoids"] > clean["plain, 64 sigmoids"]

# %%
columns = (clean, lost, moves)
winners = [min(column, key=column.get).removesuffix(", 64 sigmoids") for column in columns]
kinds = ("plain", "denoising", "contractive", "sparse")
compare(predicted_clean, winners[0], choices=kinds)
compare(predicted_lost, winners[1], choices=kinds)
compare(predicted_movement, winners[2], choices=kinds)

# %% [markdown]
# Each variant wins where it was asked to, and has a larger plain error than its plain counterpart. (The contractive one was also
# trained for half as long.) None wins everywhere: there is no best code, only a code for a purpose.

# %% [markdown]
# ## Summary
#
# - Encoder, bottleneck, decoder; the target is the input. With a narrow code the deep model beats PCA; with a wide one it
#   need not.
# - Cross-entropy pulls hardest where the decoder is surest of a mistake; squared error through a sigmoid hardly pulls there.
# - Overfitting: training images drawn perfectly, others not. More data, early stopping or a harder task help.
# - Denoising, sparse and contractive autoencoders each ask one thing more of the code. Measure that thing in a way that
#   cannot be satisfied cheaply.
# - An autoencoder does not know which codes are good to draw from. It is not yet a generative model.
#
# ## Check yourself
#
# <details><summary>1. A code as long as the image, no penalty, no noise, perfect reconstructions. What has been learnt?</summary>
#
# Perhaps nothing: copying is enough. A code that is not narrow needs some other constraint, such as noise or sparsity.</details>
#
# <details><summary>2. A denoising autoencoder's training error is higher than the plain one's. Is it a worse model?</summary>
#
# Its task is harder: it is shown spoiled images. Compare both on the same input, clean or spoiled.</details>
#
# <details><summary>3. You ask for a mean activation of 0.05. Half of the units are always at 0.1, the other half always at 0, and the mean over all units is 0.05. Is the penalty 0?</summary>
#
# No. The penalty looks at each unit separately: one that is always at 0.1 is penalised, and so is one at 0. But a unit that is
# always at 0.05 costs nothing and says nothing; only the reconstruction error speaks against it.</details>
#
# ## Do it yourself
#
# The assignment [autoencoder](../assignments/autoencoder/autoencoder.ipynb) asks for the losses, the corruption and the
# penalties of the four kinds, and trains all four with what you wrote.
#
# ## Papers and posts
#
# - J. Jordan, [Introduction to autoencoders](https://www.jeremyjordan.me/autoencoders/), 2018, a blog post with many pictures
# - L. Weng, [From Autoencoder to Beta-VAE](https://lilianweng.github.io/posts/2018-08-12-vae/), 2018, an overview of the four
#   kinds and of the next lecture
# - G. E. Hinton and R. R. Salakhutdinov, [Reducing the Dimensionality of Data with Neural
#   Networks](https://www.cs.toronto.edu/~hinton/absps/science.pdf), 2006
# - P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, [Extracting and Composing Robust Features with Denoising
#   Autoencoders](https://www.cs.toronto.edu/~larocheh/publications/icml-2008-denoising-autoencoders.pdf), 2008
# - A. Ng, [Sparse autoencoder](https://web.stanford.edu/class/cs294a/sparseAutoencoder.pdf), CS294A lecture notes, 2011
# - S. Rifai, P. Vincent, X. Muller, X. Glorot and Y. Bengio, [Contractive Auto-Encoders: Explicit Invariance During Feature
#   Extraction](https://icml.cc/2011/papers/455_icmlpaper.pdf), 2011
#
# **Next**: [Variational autoencoders](07_vae.ipynb)
