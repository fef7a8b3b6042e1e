# %% [markdown]
# # Disentanglement
#
# Someone draws a small heart, high up on the left. You describe the picture with four words. A VAE describes it
# with six numbers, and if you ask which of them is the size, the honest answer is usually: each of them, a
# little. Can a model find *our* words by itself, from pictures alone? Sometimes it comes close. In this lecture
# you see it happen, measure it, and then prove that the likelihood alone could not have led it there.
#
# **Afterwards you can**
#
# - say what a disentangled code is, and what four different scores (MIG, FactorVAE, DCI, SAP) measure;
# - read a latent traversal, and tell a dimension that carries information from a dead one;
# - say what β does to a VAE, what the total correlation is, and what InfoGAN does instead;
# - show with a rotation why disentanglement is impossible without assumptions, and name assumptions that help.
#
# **Time**: about 60 minutes to read and play; about two minutes to run from top to bottom on two cores. **Needs**: Keras
# basics, the lectures on [VAEs](07_vae.ipynb), [GANs](08_gans.ipynb) and [flows](11_flows.ipynb). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.special
import scipy.stats
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mutual_info_score

from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import LatentSliders, export_network
from course_utils.losses import (
    bernoulli_cross_entropy,
    kl_per_dimension,
    normal_log_prob,
)
from course_utils.metrics.clustering import clustering_accuracy
from course_utils.metrics.disentanglement import (
    dci,
    factor_vae_score,
    mutual_information_gap,
    sap_score,
)
from course_utils.metrics.likelihood import dequantize
from course_utils.metrics.sample_quality import digit_classes
from course_utils.models.flow import attribute_direction
from course_utils.models.vae import dense_vae
from course_utils.plotting import image_grid, show_images
from course_utils.pretrained import load_pretrained
from course_utils.pretrained.sprites_tcvae import FACTORS, codes_and_factors, load_upright
from course_utils.training import progress

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#08519c", "#e6850e", "#777777"

# %% [markdown]
# ## 1. What could it mean?
#
# Unsupervised learning can use far more data than supervised learning, because nobody has to label them. But is
# the representation that it learns of any use to us? Six numbers that work well inside a network need not mean
# anything to a human. The hope is for dimensions that stand for different meaningful aspects of the data: size,
# position, shape. A machine that found them from raw data would have learnt something like *symbols*, words
# with which to describe the world and to think about it. That is why disentanglement has been called a holy
# grail of machine learning.
#
# To see whether a model finds such aspects, we need pictures for which they are known. Ours are drawn from four
# **factors**: three shapes, six scales, 32 positions across and 32 positions down. (They are the sprites of
# [dSprites](https://github.com/google-deepmind/dsprites-dataset), not rotated.) All 18,432 combinations occur.
# Below, each row changes one factor and keeps the other three fixed.

# %%
sprites = load_upright()
images = np.concatenate([s.x for s in (sprites.train, sprites.validation, sprites.test)])
factors = np.concatenate(
    [
        np.stack([s.factors[name] for name in FACTORS], axis=1)
        for s in (sprites.train, sprites.validation, sprites.test)
    ]
)
in_order = np.lexsort(factors.T[::-1])  # shape, scale, position across, position down


def on_grid(values):
    """Values of all sprites (18,432, …), laid out by their factors: (3, 6, 32, 32, …)."""
    return values[in_order].reshape(3, 6, 32, 32, *values.shape[1:])


drawn = on_grid(images)
rows = [
    drawn[[0, 1, 2, 0, 1, 2], 4, 16, 16],
    drawn[2, :, 16, 16],
    drawn[2, 4, [0, 6, 12, 19, 25, 31], 16],
    drawn[2, 4, 16, [0, 6, 12, 19, 25, 31]],
]
figure, axes = plt.subplots(4, 1, figsize=(5.6, 3.9), layout="constrained")
for axis, row, name in zip(axes, rows, FACTORS, strict=True):
    axis.imshow(image_grid(row, columns=6, padding=2), cmap="gray", vmin=0, vmax=1)
    axis.set_ylabel(name, rotation=0, ha="right", va="center")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# We call a code **disentangled** if each of its numbers belongs to one factor, and each factor to one number
# (Bengio et al. 2013). Which number belongs to which factor is left open, and so are the direction and the
# scale of each number. This is not the only definition: Higgins et al. (2018), for example, define it by the
# symmetries of the world, such as moving and rotating. Whatever the definition, one kind of picture helps us
# to see what a model has learnt, and we begin with it.

# %% [markdown]
# ## 2. What did the model find?
#
# Here is a VAE with six latent dimensions that was trained on the pictures alone, without any factors. It is a
# **β-TCVAE** (Chen et al. 2018); section 4 explains what that adds to a VAE. We take the code of one sprite,
# move one of its numbers from −2.5 to 2.5, and decode. Such a row of pictures is called a **traversal**. The
# rows are sorted by KL, the number of nats of information that a dimension carries about an average picture.
#
# **Predict**: a picture has four factors, the code six dimensions. How many rows will show no change at all?
# What will happen in the row for shape?

# %% [markdown]
# **Your turn** (about 5 minutes). Make the codes of one row of a traversal.
#
# <details><summary>Hint 1</summary>
#
# Begin with T copies of the code, one below the other: `np.tile(code, (T, 1))`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Then write the values into one column.
#
# </details>


# %%
@your_turn
def traverse(code, dimension, values):
    """Codes (T, D), like the code (D,) but with each of the values (T,) in one dimension."""
    return ...


# %%
print(traverse(np.zeros(6), 2, np.linspace(-2.5, 2.5, 5)))

# %%
prediction = ...  # how many of the six rows will show no change?

# %%
vae = load_pretrained("sprites_tcvae")
mu, log_var = (np.asarray(part) for part in vae.encode(images))
nats = kl_per_dimension(mu, log_var).numpy().mean(axis=0)
by_nats = np.argsort(-nats)


def traversals(decode, code, dimensions, steps=11, reach=2.5):
    """One row a dimension: the code with this number moved from −reach to reach, decoded."""
    moved = np.tile(code, (len(dimensions), steps, 1)).astype("float32")
    for row, dimension in enumerate(dimensions):
        moved[row, :, dimension] = np.linspace(-reach, reach, steps)
    return [np.asarray(decode(row)) for row in moved]


def show_traversals(rows, names, title):
    figure, axes = plt.subplots(len(rows), 1, figsize=(7.6, 0.66 * len(rows) + 0.5))
    for axis, row, name in zip(axes, rows, names, strict=True):
        warm = plt.get_cmap("inferno")(row[..., 0])[..., :3]
        axis.imshow(image_grid(warm, columns=len(row), padding=2))
        axis.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    axes[-1].set_xlabel("the number moves from −2.5 to 2.5")
    figure.suptitle(title, fontsize=11, x=0.58)
    figure.subplots_adjust(left=0.17, right=0.99, top=0.92, bottom=0.08, hspace=0.06)
    plt.show()


heart = on_grid(mu)[2, 3, 16, 16]

# %%
show_traversals(
    traversals(vae.decode, heart, by_nats),
    [f"z{d + 1}: {nats[d]:.2f} nats" for d in by_nats],
    "one row per latent dimension, starting from a heart in the middle",
)

# %%
compare(prediction, int(np.sum(nats < 0.05)))

# %% [markdown]
# Position across, position down, scale and shape have a row each, although nobody told the model that there are
# such things. Two dimensions are dead. Ellipse, heart and square have no natural order on a line. The model has
# invented one, and between two shapes it draws a compromise. Now try it yourself. **Find** the dimensions that
# do nothing: their bars are empty. Choose an example and change only its size; then turn it into another shape.

# %%
chosen = np.random.default_rng(0).choice(len(images), 40, replace=False)
LatentSliders(export_network(vae.decoder, activation="sigmoid"), kl=nats, codes=mu[chosen])

# %% [markdown]
# A traversal shows the neighbourhood of a single picture, and in it we easily see what we hope to see. A
# stricter test is to lay out the codes of **all** pictures by their factors. The top row shows each dimension
# over the two positions, averaged over shapes and scales; the bottom row shows it over scale, with one line for
# each shape.


# %%
def show_codes(codes, dimensions, title):
    """Where each dimension of the codes (18,432, D) changes, and where it does not."""
    laid_out = on_grid(codes)
    reach = np.abs(codes).max()
    figure, axes = plt.subplots(
        2,
        len(dimensions),
        figsize=(1.62 * len(dimensions), 3.5),
        layout="constrained",
        sharey="row",
    )
    for (above, below), dimension in zip(axes.T, dimensions, strict=True):
        over_place = laid_out[..., dimension].mean(axis=(0, 1))
        image = above.imshow(over_place.T, cmap="PuOr", vmin=-reach, vmax=reach)
        above.set(title=f"z{dimension + 1}", xlabel="position_x", xticks=[], yticks=[])
        for shape, (name, style) in enumerate(
            {"square": "-", "ellipse": "--", "heart": ":"}.items()
        ):
            over_scale = laid_out[shape, ..., dimension].mean(axis=(1, 2))
            below.plot(range(6), over_scale, style, color="black", label=name, linewidth=1.3)
        below.set(xlabel="scale", xlim=(-0.8, 5.8), ylim=(-reach, reach), xticks=[0, 5])
    axes[0, 0].set_ylabel("position_y")
    axes[1, 0].set_ylabel("code")
    axes[1, -1].legend(frameon=False, fontsize=9, bbox_to_anchor=(1.0, 1.0), loc="upper left")
    figure.colorbar(image, ax=axes[0], label="code")
    figure.suptitle(title, fontsize=11)
    plt.show()


show_codes(mu, by_nats, "the β-TCVAE's code over the factors")

# %% [markdown]
# Straight stripes mean that a dimension follows one position and ignores the other. One dimension rises with
# scale. But at the same scale it is lower for an ellipse than for a square: the ellipse covers less area and is
# taken for something smaller. One dimension has a level of its own for each shape; for small sprites the levels
# are closer together, since a tiny heart hardly differs from a tiny square.
#
# A number can say the same as the picture: the **mutual information** $I(z_d; v_f)$ between a dimension and a
# factor. It is 0 if neither tells us anything about the other, and at most the entropy $H(v_f)$, which is all
# there is to know about the factor. For each factor, the **mutual information gap** (MIG) compares the best
# dimension with the second best (Chen et al. 2018):
#
# $$\mathrm{MIG} = \frac{1}{F} \sum_f \frac{I(z_{\text{best}}; v_f) - I(z_{\text{second}}; v_f)}{H(v_f)}.$$
#
# Below we write it out and compare it with the library's version.


# %%
def shares_of_information(codes, bins=20):
    """I(z_d; v_f) / H(v_f), (D, F), with each dimension cut into bins of equal width."""
    cells = [np.digitize(z, np.histogram_bin_edges(z, bins)[1:-1]) for z in codes.T]
    return np.array(
        [
            [mutual_info_score(v, cell) / mutual_info_score(v, v) for v in factors.T]
            for cell in cells
        ]
    )


shares = shares_of_information(mu)
ordered = np.sort(shares, axis=0)
gaps = dict(zip(FACTORS, ordered[-1] - ordered[-2], strict=True))
mig = mutual_information_gap(mu, factors)

figure, axis = plt.subplots(figsize=(5.2, 3.0), layout="constrained")
image = axis.imshow(shares[by_nats], cmap="cividis", vmin=0, vmax=1, aspect="auto")
for row, dimension in enumerate(by_nats):
    for f, share in enumerate(shares[dimension]):
        axis.text(
            f, row, f"{share:.2f}", ha="center", va="center", color="w" if share < 0.6 else "k"
        )
axis.set(xticks=range(4), yticks=range(6), title="share of a factor that a dimension reveals")
axis.set_xticklabels(FACTORS)
axis.set_yticklabels([f"z{d + 1}" for d in by_nats])
axis.spines[:].set_visible(False)
figure.colorbar(image, label="I / H")
plt.show()

# What the figures above showed: where the ellipse stands, and how far apart the shapes are.
kind, size = shares[:, 0].argmax(), shares[:, 1].argmax()
over_scale = on_grid(mu).mean(
    axis=(2, 3)
)  # (shape, scale, dimension); shapes as drawn in section 1
growth = np.sign(over_scale[:, -1, size].mean() - over_scale[:, 0, size].mean())
square, ellipse = growth * over_scale[0, :, size], growth * over_scale[1, :, size]
apart = np.ptp(over_scale[..., kind], axis=0)
print(f"size code: ellipses lie {np.mean(square - ellipse):.2f} below squares on average")
print(f"shape code: {apart[0]:.1f} apart at the smallest scale, {apart[-1]:.1f} at the largest")
assert np.all(ellipse < square) and apart[0] < apart[-1]

print("gap of each factor:", ", ".join(f"{name} {gap:.2f}" for name, gap in gaps.items()))
print(f"MIG: their mean {np.mean(list(gaps.values())):.3f}, the library's {mig:.3f}")
np.testing.assert_allclose(np.mean(list(gaps.values())), mig, rtol=1e-6)
assert min(gaps.values()) > 0.4
assert np.sum(nats > 0.05) == 4

# %% [markdown]
# Each factor has its dimension, and each active dimension has its factor. Why is the score not 1? A position has 32
# levels and is known only to within a few of them, and scale and shape share some information.

# %% [markdown]
# ## 3. Is that not simply what a VAE does?
#
# We train a plain VAE on the same pictures, with layers of the same sizes, for ten epochs. **Predict**: will
# the stripes be straight?

# %%
prediction = ...  # the MIG of the plain VAE, from 0 to 1


# %%
def train_vae(beta, seed=0, epochs=10):
    keras.utils.set_random_seed(seed)
    model = dense_vae(sprites.shape, 6, hidden=(256, 128), activation="relu", beta=beta)
    model.compile(keras.optimizers.Adam(2e-3), jit_compile=True)
    model.fit(sprites.train.x, batch_size=128, epochs=epochs)
    return model


models = {"β = 1": train_vae(1.0)}
plain = np.asarray(models["β = 1"].encode(images)[0])
show_codes(plain, range(6), "the plain VAE's code over the factors")
print(f"MIG: plain VAE {mutual_information_gap(plain, factors):.3f}, β-TCVAE {mig:.3f}")
assert mutual_information_gap(plain, factors) < mig / 2

# %%
compare(prediction, mutual_information_gap(plain, factors), within=0.05)

# %% [markdown]
# No. The code holds much of what there is to know (section 5 measures how much), but each dimension is a blend
# of several factors.

# %% [markdown]
# ## 4. What does β do?
#
# The **β-VAE** (Higgins et al. 2017) multiplies the KL term by β:
#
# $$\mathcal L = \mathbb E_{q(z|x)}[-\log p(x|z)] + \beta\, \mathrm{KL}\big(q(z|x)\,\|\,p(z)\big).$$
#
# Information in the code becomes expensive, so the model keeps what helps the reconstruction most and drops the
# rest. The hope is that what it keeps, it keeps in separate dimensions.
#
# **Experiment.** **Predict** for β = 16, compared with β = 1: the reconstructions, the number of active dimensions,
# the MIG. Then change the number in `betas` and see.

# %%
prediction = ...  # the MIG, from β = 1 to β = 16: "rises" or "falls"

# %%
betas = (16.0,)
for beta in betas:
    models[f"β = {beta:g}"] = train_vae(beta)

shown = np.random.default_rng(3).choice(len(sprites.test), 12, replace=False)
originals = sprites.test.x[shown]
rebuilt = {name: model(originals).logits for name, model in models.items()}
rows = {"pictures": originals} | {
    name: keras.ops.sigmoid(logits).numpy() for name, logits in rebuilt.items()
}
figure, axes = plt.subplots(len(rows), 1, figsize=(7.6, 2.05))
for axis, (name, row) in zip(axes, rows.items(), strict=True):
    axis.imshow(image_grid(row, columns=12, padding=2), cmap="gray", vmin=0, vmax=1)
    axis.set_ylabel(name, rotation=0, ha="right", va="center")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
figure.subplots_adjust(left=0.12, right=0.99, top=0.99, bottom=0.01, hspace=0.06)
plt.show()

codes, spent, lost = {}, {}, {}
for name, model in (models | {"β-TCVAE": vae}).items():
    means, log_variances = model.encode(sprites.test.x)
    used = kl_per_dimension(means, log_variances).numpy().mean(axis=0)
    spent[name] = used.sum()
    lost[name] = np.mean(bernoulli_cross_entropy(sprites.test.x, model(sprites.test.x).logits))
    codes[name] = np.asarray(model.encode(images)[0])
    print(
        f"{name:8} lost in the picture {lost[name]:5.1f} nats, kept in the code {spent[name]:4.1f}, "
        f"{np.sum(used > 0.05)} dimensions in use, MIG {mutual_information_gap(codes[name], factors):.3f}"
    )
strongest = f"β = {max(betas):g}"
assert spent[strongest] < spent["β = 1"] and lost[strongest] > lost["β = 1"]
assert mutual_information_gap(codes[strongest], factors) > mutual_information_gap(
    codes["β = 1"], factors
)

# %%
migs = [mutual_information_gap(codes[name], factors) for name in ("β = 1", strongest)]
compare(prediction, "rises" if migs[1] > migs[0] else "falls", choices=("rises", "falls"))

# %% [markdown]
# The trade-off is plain: fewer nats in the code, more lost in the picture. A larger β also disentangles, and we
# can now say why. Averaged over the data, the KL term is the sum of three parts (Chen et al. 2018), where
# $q(z)$ is the mixture of the codes of all pictures:
#
# $$\mathbb E_x \mathrm{KL}\big(q(z|x) \,\|\, p(z)\big) = \underbrace{I(z; x)}_{\text{information}}
# + \underbrace{\mathrm{KL}\Big(q(z) \,\Big\|\, \prod_d q(z_d)\Big)}_{\text{total correlation}}
# + \sum_d \underbrace{\mathrm{KL}\big(q(z_d) \,\|\, p(z_d)\big)}_{\text{distance from the prior}}.$$
#
# The **total correlation** says how much the dimensions tell us about each other. A large β makes it expensive,
# but makes information just as expensive. Do the three parts really add up? And which of them did β reduce?
# (Below, $q(z)$ is exact, the mixture of all 18,432 codes; the averages are over 512 draws from it.)


# %%
def parts_of_kl(model):
    """The three parts of the KL term, and the KL term in closed form, in nats."""
    mu, log_var = (np.asarray(part) for part in model.encode(images))
    output = model(images[::36])
    joint, product = [], []
    for z in np.array_split(np.asarray(output.z), 16):
        squared = (z[:, None] - mu) ** 2 * np.exp(-log_var)
        log_q = -0.5 * (np.log(2 * np.pi) + log_var + squared)  # (draws, pictures, dimensions)
        joint.append(scipy.special.logsumexp(log_q.sum(axis=-1), axis=1))
        product.append(scipy.special.logsumexp(log_q, axis=1).sum(axis=-1))
    joint = np.concatenate(joint) - np.log(len(images))
    product = np.concatenate(product) - 6 * np.log(len(images))
    parts = {
        "information": normal_log_prob(output.z, output.mu, output.log_var) - joint,
        "total correlation": joint - product,
        "distance from the prior": product - normal_log_prob(output.z),
    }
    whole = kl_per_dimension(mu, log_var).numpy().sum(axis=1).mean()
    return {name: float(np.mean(part)) for name, part in parts.items()}, whole


parts, wholes = {}, {}
for name, model in progress((models | {"β-TCVAE": vae}).items(), "model"):
    parts[name], wholes[name] = parts_of_kl(model)

figure, axis = plt.subplots(figsize=(8.5, 2.1), layout="constrained")
start = np.zeros(len(parts))
for part, color in zip(parts["β = 1"], (BLUE, ORANGE, "#bbbbbb"), strict=True):
    lengths = np.array([values[part] for values in parts.values()])
    axis.barh(list(parts), lengths, left=start, color=color, label=part)
    start += lengths
axis.plot(list(wholes.values()), list(wholes), "k|", markersize=22, label="KL, in closed form")
axis.set(xlabel="nats", ylim=(2.6, -0.6))
axis.legend(frameon=False, fontsize=9, markerscale=0.4, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
for name, values in parts.items():
    print(f"{name:8}", ", ".join(f"{part} {value:.2f}" for part, value in values.items()), "nats")
    assert abs(sum(values.values()) - wholes[name]) < 0.4
for name in (strongest, "β-TCVAE"):
    assert parts[name]["total correlation"] < parts["β = 1"]["total correlation"] / 2
assert parts[strongest]["information"] < parts["β = 1"]["information"] / 2
assert parts["β-TCVAE"]["distance from the prior"] > parts["β = 1"]["distance from the prior"]
assert parts["β-TCVAE"]["information"] > 0.9 * parts["β = 1"]["information"]

# %% [markdown]
# They add up. A larger β buys a smaller total correlation and pays for it with information. The β-TCVAE has
# little total correlation and all the information. Both the β-TCVAE and **FactorVAE** (Kim and Mnih 2018) put a
# weight on the total correlation alone. The first estimates it from the batch; the second trains a discriminator
# to tell real codes from codes whose columns have been shuffled.
#
# Chen et al. leave the weight of the other two parts at 1. Our recipe goes further: the loss is −ELBO with a β
# that falls from 30 to 0.1, plus 1.5 times the total correlation. At the end, then, information and distance
# from the prior cost a tenth of what they cost in a VAE, and the distance from the prior is large, as the
# figure shows. The idea of the falling β is to let the factors into the code one after the other. (The recipe
# is `course_utils/pretrained/sprites_tcvae.py`. It trains ten times as long as the other two models here, so
# the comparison illustrates the idea; it is not a contest.)

# %% [markdown]
# ## 5. Which score should we use?
#
# MIG is one way to turn "one number for each factor" into a score. Here it is with three others:
#
# | score | the question it asks |
# |---|---|
# | **MIG** | does one dimension tell much more about a factor than any other dimension? |
# | **FactorVAE** | does the dimension that varies least tell which factor was held fixed? |
# | **DCI** | if decision trees predict the factors, does each dimension serve only one of them? |
# | **SAP** | does one dimension predict a factor much better than the next best? |
#
# A ruler is checked on objects of known length. So we score the factors themselves, the factors *rotated* (each
# number a mixture of all four, nothing lost), and the six leading principal components of the pixels.
# **Predict** their four scores.


# %%
prediction = ...  # the MIG of the rotated factors, from 0 to 1


# %%
def random_rotation(size, seed):
    return scipy.stats.ortho_group.rvs(size, random_state=seed)


truth = factors / factors.max(axis=0)
truth = (truth - truth.mean(axis=0)) / truth.std(axis=0)
candidates = {
    "the factors": truth,
    "the factors, rotated": truth @ random_rotation(4, seed=0).T,
    "PCA of pixels": PCA(6, random_state=0).fit_transform(images.reshape(len(images), -1)),
} | codes


def scores(code):
    return {
        "MIG": mutual_information_gap(code, factors),
        "FactorVAE": factor_vae_score(code, factors),
        "DCI": dci(code, factors).disentanglement,
        "SAP": sap_score(code, factors),
        "linear R²": LinearRegression().fit(code, truth).score(code, truth),
    }


table = {name: scores(code) for name, code in progress(candidates.items(), "code")}


def show_scores(table, title):
    values = np.array([list(row.values()) for row in table.values()])
    _, axis = plt.subplots(figsize=(7, 0.36 * len(table) + 1), layout="constrained")
    axis.imshow(values, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        color = "w" if value < 0.6 else "k"
        axis.text(column, row, f"{value:.2f}", ha="center", va="center", color=color)
    axis.set(xticks=range(values.shape[1]), yticks=range(len(table)))
    axis.set_xticklabels(next(iter(table.values())))
    axis.set_yticklabels(list(table))
    axis.xaxis.tick_top()
    axis.set_title(title, fontsize=11)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    plt.show()


show_scores(table, "what four scores and a regression say")
exact = mutual_information_gap(truth, factors, bins=32)
print(f"MIG of the factors with 32 bins instead of 20: {exact:.3f}")
assert np.isclose(exact, 1)
for score in ("FactorVAE", "DCI", "SAP"):
    assert table["the factors"][score] > 0.95
for score in ("MIG", "FactorVAE", "DCI", "SAP"):
    assert table["the factors, rotated"][score] < table["the factors"][score]
assert table["the factors, rotated"]["MIG"] < 0.3
assert np.isclose(table["the factors, rotated"]["linear R²"], 1)

# %%
compare(prediction, table["the factors, rotated"]["MIG"], within=0.1)

# %% [markdown]
# The scores agree about the true factors but much less about the rest: a code can look decent by one score and
# poor by another. Four remarks:
#
# - MIG cuts each dimension into 20 bins, and 20 bins cannot tell 32 positions apart. So even the true factors
#   do not reach 1 until there are enough bins.
# - SAP is measured relative to guessing. If the second-best dimension does worse than chance, the score comes out
#   slightly above 1.
# - The FactorVAE score only asks *which* dimension varies least. It forgives a code that blends a little.
# - The last column is not a score of disentanglement. It says how well the factors can be read from **all**
#   numbers together by a linear regression (the share of variance explained). The rotated factors have **lost
#   nothing**, and yet every one of the four scores is lower. Remember this column.

# %% [markdown]
# ## 6. Why is it impossible?
#
# A VAE's objective never mentions factors. So here is a question that should worry us: is there *another*
# model, just as good in everything that training can see, whose code is entangled?
#
# There is, and it takes one line (Locatello et al. 2019). Take any rotation $Q$. Rotate each code when it
# leaves the encoder, and rotate it back before it enters the decoder:
#
# $$z' = Qz, \qquad p'(x \mid z') = p(x \mid Q^{\top} z'), \qquad q'(z' \mid x) = \mathcal N\big(Q\mu(x),\; Q \Sigma(x) Q^{\top}\big).$$
#
# The prior looks the same from every side: if $z \sim \mathcal N(0, I)$, then $Qz$ has the same distribution. The second
# model draws the same pictures with the same probabilities. **Predict**: what happens to its traversals, and to its
# MIG? (We draw thirty random rotations and look at the one that entangles most.)

# %%
prediction = ...  # the MIG of the rotated model, from 0 to 1

# %% [markdown]
# **Your turn** (about 5 minutes). What does the second encoder say about its uncertainty? Work out the covariance
# $Q \Sigma Q^\top$ from what the first one gives.
#
# <details><summary>Hint 1</summary>
#
# Σ is diagonal, with the variances on its diagonal. You are given their logarithms.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.diag` makes a matrix of a vector, `.T` transposes, `@` multiplies matrices.
#
# </details>


# %%
@your_turn
def rotated_covariance(rotation, log_var):
    """The covariance (D, D) of a rotated code, from the rotation (D, D) and log-variances (D,)."""
    return ...


# %%
print("the prior, rotated:\n", rotated_covariance(random_rotation(3, seed=0), np.zeros(3)).round(3))

# %%
rotations = [random_rotation(6, seed) for seed in range(30)]
at_random = [
    mutual_information_gap(mu @ rotation.T, factors) for rotation in progress(rotations, "rotation")
]
Q = rotations[np.argmin(at_random)]
rotated_decoder = keras.Sequential(
    [keras.Input((6,)), keras.layers.Dense(6, use_bias=False), vae.decoder]
)
rotated_decoder.layers[0].set_weights([Q])  # z' as a row, times Q, is Qᵀ z'


def decode_rotated(z):
    return keras.ops.sigmoid(rotated_decoder(z, training=False))


rotated = mu @ Q.T
show_traversals(
    traversals(decode_rotated, Q @ heart, range(6)),
    [f"z′{d + 1}" for d in range(6)],
    "the rotated model, from the same heart",
)

# %%
LatentSliders(export_network(rotated_decoder, activation="sigmoid"), codes=rotated[chosen])

# %% [markdown]
# Now every slider changes several factors at once. Is this model really as good? We check what the likelihood
# depends on: the density of the prior, the pictures, and bounds on $\log p(x)$ for test sprites, with the same
# noise $\epsilon$ in both models. The first bound is the evidence lower bound (ELBO). The second averages 50
# importance weights inside the logarithm (Burda et al. 2016) and is tighter.

# %%
SAMPLES = 50
few = sprites.test.x[:150]
few_mu, few_log_var = (np.asarray(part, "float64") for part in vae.encode(few))
few_sigma = np.exp(0.5 * few_log_var)
epsilon = np.random.default_rng(0).normal(size=(SAMPLES, *few_mu.shape))
standard = scipy.stats.multivariate_normal(np.zeros(6))


def log_likelihood(decoder, z):
    """log p(x | z) of the few test sprites, for z (SAMPLES, B, 6)."""
    repeated = np.tile(few, (len(z), 1, 1, 1))
    logits = decoder(z.reshape(-1, 6).astype("float32"), training=False)
    return -bernoulli_cross_entropy(repeated, logits).numpy().reshape(z.shape[:2])


def log_normal(z, means, covariances):
    """log N(z; mean, covariance), one of each for each of B, z (SAMPLES, B, 6)."""
    away = z - means
    distance = np.einsum("sbi,bij,sbj->sb", away, np.linalg.inv(covariances), away)
    return -0.5 * (distance + np.linalg.slogdet(2 * np.pi * covariances)[1])


def bounds(decoder, z, means, covariances):
    """Evidence lower bound and importance-weighted bound, in nats, averaged over the sprites."""
    log_weight = log_likelihood(decoder, z) + standard.logpdf(z) - log_normal(z, means, covariances)
    tighter = scipy.special.logsumexp(log_weight, axis=0) - np.log(len(z))
    return log_weight.mean(), tighter.mean()


covariances = np.einsum("bi,ij->bij", few_sigma**2, np.eye(6))
z = few_mu + few_sigma * epsilon
original = bounds(vae.decoder, z, few_mu, covariances)
turned = bounds(rotated_decoder, z @ Q.T, few_mu @ Q.T, Q @ covariances @ Q.T)

draws = np.random.default_rng(1).normal(size=(500, 6))
prior_error = np.abs(standard.logpdf(draws) - standard.logpdf(draws @ Q.T)).max()
picture_error = np.abs(vae.decode(mu[:500]).numpy() - decode_rotated(rotated[:500]).numpy()).max()
rotated_mig = mutual_information_gap(rotated, factors)
print(f"largest difference: in the prior's log-density {prior_error:.0e}, ", end="")
print(f"in a decoded pixel {picture_error:.0e}")
print(f"ELBO                 {original[0]:.3f} and {turned[0]:.3f} nats")
print(f"50-weight bound      {original[1]:.3f} and {turned[1]:.3f} nats")
print(f"MIG                  {mig:.3f} and {rotated_mig:.3f}")
assert prior_error < 1e-9 and picture_error < 1e-3
np.testing.assert_allclose(turned, original, atol=0.02)
assert rotated_mig < 0.1

# %%
compare(prediction, rotated_mig, within=0.05)

# %% [markdown]
# Same prior, same pictures, same likelihood; one code is disentangled and the other is not. So **no amount of
# data and no likelihood can choose between them**. But do all scores notice the difference? **Predict** the
# second row.

# %%
prediction = ...  # the score that falls least: "MIG", "FactorVAE", "DCI" or "SAP"

# %%
turned_scores = scores(rotated)
show_scores({"β-TCVAE": table["β-TCVAE"], "the same, rotated": turned_scores}, "equally likely")
for score in ("MIG", "DCI", "SAP"):
    assert turned_scores[score] < 0.7 * table["β-TCVAE"][score]
assert turned_scores["FactorVAE"] > 0.6
assert np.isclose(turned_scores["linear R²"], table["β-TCVAE"]["linear R²"], atol=1e-3)

# %%
kept = {s: turned_scores[s] / table["β-TCVAE"][s] for s in ("MIG", "FactorVAE", "DCI", "SAP")}
compare(prediction, max(kept, key=kept.get), choices=tuple(kept))

# %% [markdown]
# All four drop; the linear regression does not. But look at the second number: the entangled code keeps
# more than half of its **FactorVAE score**. That score asks only which dimension varies least when a factor is
# held fixed, and for each factor that is often the same one of the six blends. One score is never enough.
#
# Now rotate the code slowly, in the plane of the two dimensions that hold the positions, and watch MIG and the ELBO.

# %%
angles = np.linspace(0, 180, 25)
across, down = shares[:, 2].argmax(), shares[:, 3].argmax()
along = {"MIG": [], "ELBO": []}
for angle in progress(np.deg2rad(angles), "angle"):
    turn = np.eye(6)
    turn[[across, down], [across, down]] = np.cos(angle)
    turn[across, down], turn[down, across] = -np.sin(angle), np.sin(angle)
    along["MIG"].append(mutual_information_gap(mu @ turn.T, factors))
    few_turned = turn @ covariances @ turn.T
    z_turned = z[:5] @ turn.T
    log_weight = log_likelihood(vae.decoder, z_turned @ turn) + standard.logpdf(z_turned)
    log_weight -= log_normal(z_turned, few_mu @ turn.T, few_turned)
    along["ELBO"].append(log_weight.mean())

figure, axes = plt.subplots(1, 3, figsize=(10, 2.7), layout="constrained")
axes[0].plot(angles, along["MIG"], "o-", color=BLUE, markersize=3)
axes[0].set(xlabel="angle (degrees)", ylabel="MIG", ylim=(0, 0.8), xticks=range(0, 181, 45))
axes[1].plot(angles, along["ELBO"], "o-", color=ORANGE, markersize=3)
middle = np.mean(along["ELBO"])
axes[1].set(xlabel="angle (degrees)", ylabel="ELBO (nats)", ylim=(middle - 5, middle + 5))
axes[1].set_xticks(range(0, 181, 45))
axes[2].hist(at_random, bins=np.linspace(0, 0.8, 41), color=GREY)
axes[2].axvline(mig, color=BLUE)
axes[2].text(mig - 0.015, axes[2].get_ylim()[1], "as trained", color=BLUE, ha="right", va="top")
axes[2].set(xlabel="MIG", ylabel="models", title="30 random rotations")
plt.show()

print(
    f"the ELBO moves by {np.ptp(along['ELBO']):.4f} nats while MIG falls from {along['MIG'][0]:.2f}",
    end="",
)
print(f" to {min(along['MIG']):.2f} and comes back to {along['MIG'][12]:.2f} at 90 degrees")
print(f"random rotations: MIG {np.mean(at_random):.3f} on average, at most {max(at_random):.3f}")
assert abs(along["MIG"][12] - along["MIG"][0]) < 0.02
assert np.ptp(along["ELBO"]) < 0.05 and min(along["MIG"]) < 0.75 * mig
assert np.mean(at_random) < mig / 2 and max(at_random) < mig

# %% [markdown]
# At 90° the two dimensions have traded places and nothing is lost: the order of the dimensions does not matter,
# mixing them does. Rotations are only the simplest case. Locatello et al. prove that for *any* prior with
# independent dimensions there are infinitely many bijections that mix all dimensions and leave the prior unchanged.
#
# **Then why did it work?** Because training was not free to choose among all these models. The rotated model
# needs an encoder with correlated noise, $Q \Sigma Q^\top$, and a VAE's encoder can only produce a diagonal
# covariance. Let us force the rotated model to use the best diagonal one (whose inverse is the diagonal of
# $(Q \Sigma Q^\top)^{-1}$).

# %%
precisions = np.linalg.inv(Q @ covariances @ Q.T)
diagonal = 1 / np.einsum("bii->bi", precisions)
z_diagonal = few_mu @ Q.T + np.sqrt(diagonal) * epsilon
forced = bounds(
    rotated_decoder, z_diagonal, few_mu @ Q.T, np.einsum("bi,ij->bij", diagonal, np.eye(6))
)
print(f"ELBO as trained {original[0]:.2f}, rotated {turned[0]:.2f}, ", end="")
print(f"rotated with a diagonal covariance {forced[0]:.2f} nats")
assert forced[0] < original[0] - 0.5

# %% [markdown]
# So an ordinary VAE does prefer some axes, by an accident of its encoder (Rolínek et al. 2019). The weight on
# the total correlation, the schedule of β and the sizes of the layers add preferences of their own. These are
# **inductive biases**: assumptions made by whoever built the model. Ours were chosen by looking at MIG, that
# is, with the help of the factors. And they guarantee nothing. How much is left to chance? Train the same β-VAE
# with another seed and compare.

# %%
again = train_vae(max(betas), seed=1)
by_seed = [
    mutual_information_gap(np.asarray(model.encode(images)[0]), factors)
    for model in (models[strongest], again)
]
print(f"{strongest}: MIG {by_seed[0]:.2f} with one seed, {by_seed[1]:.2f} with another")
assert abs(by_seed[0] - by_seed[1]) > 0.01

# %% [markdown]
# In a large study of more than 12,000 models, Locatello et al. (2019) found that the seed and the weights of the loss
# mattered more than the method.

# %% [markdown]
# ## 7. InfoGAN: what if a code must be visible?
#
# A GAN has no encoder. **InfoGAN** (Chen et al. 2016) gives its generator a code besides the noise $z$: here
# one of ten values $c$, and two numbers $u_1, u_2$ in [−1, 1]. A generator is free to ignore its inputs. So a
# second head of the discriminator has to guess the code from the picture, and generator and head are both
# rewarded when the guess is right. What they maximise is a lower bound on the mutual information
# $I(c; G(z, c))$.
#
# **Predict**: ten values, ten digits, no labels. What will the ten columns show? Where will it go wrong?

# %%
prediction = ...  # the share of test digits in the group of their class, from 0 to 1

# %%
digits = load("digits")
gan = load_pretrained("digits_infogan")
read = np.argmax(gan.recognize(digits.validation.x)[0], axis=1)
commonest = [
    np.bincount(digits.validation.labels[read == c], minlength=10).argmax() for c in range(10)
]
columns = np.argsort(commonest, kind="stable")
values = np.linspace(-1, 1, 6)


def drawn_with(u1, u2, z):
    """One row of ten digits, one for each value of the code, in the order of the columns."""
    continuous = np.tile([u1, u2], (10, 1))
    return gan.generate(np.tile(z, (10, 1)), np.hstack([np.eye(10)[columns], continuous]))


noise = np.random.default_rng(1).normal(size=(6, 2))
still = np.zeros(2)
panels = {
    "rows: other noise z": [drawn_with(0, 0, z) for z in noise],
    "rows: u₁ from −1 to 1": [drawn_with(u, 0, still) for u in values],
    "rows: u₂ from −1 to 1": [drawn_with(0, u, still) for u in values],
}
figure, axes = plt.subplots(1, 3, figsize=(11, 2.6), layout="constrained")
figure.get_layout_engine().set(wspace=0.15)
for axis, (name, rows) in zip(axes, panels.items(), strict=True):
    grid = image_grid(np.concatenate(rows), columns=10, padding=2)
    axis.imshow(grid, cmap="gray", vmin=0, vmax=1)
    axis.set_title(name, fontsize=10)
    axis.set(xticks=3.5 + 10 * np.arange(10), yticks=[], xlabel="value of c")
    axis.set_xticklabels(columns)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# Most columns keep to one digit, whatever the noise. The head can now read real digits, and sorts them into ten
# groups. How many test digits are in the group that belongs to their class? And what do $u_1$ and $u_2$ mean?
# On 2,000 generated digits we measure the ink and the slant of the strokes, relative to the other digits with
# the same value $c$.


# %%
def ink(pictures):
    return pictures.sum(axis=(1, 2, 3))


def slant(pictures):
    """How far the ink moves to the right for each row further up."""
    weights = pictures[..., 0] + 1e-6
    rows, columns = np.mgrid[0:8, 0:8]
    total = weights.sum(axis=(1, 2))[:, None, None]
    up = -(rows - (weights * rows).sum(axis=(1, 2))[:, None, None] / total)
    right = columns - (weights * columns).sum(axis=(1, 2))[:, None, None] / total
    return (weights * up * right).sum(axis=(1, 2)) / (weights * up**2).sum(axis=(1, 2))


def within(values, classes):
    """Values less the mean of their class."""
    means = np.array([values[classes == c].mean() for c in range(10)])
    return values - means[classes]


heaps = np.argmax(gan.recognize(digits.test.x)[0], axis=1)
accuracy = clustering_accuracy(digits.test.labels, heaps)
kmeans = KMeans(10, n_init=10, random_state=0).fit(digits.train.x.reshape(-1, 64))
kmeans_heaps = kmeans.predict(digits.test.x.reshape(-1, 64))
kmeans_accuracy = clustering_accuracy(digits.test.labels, kmeans_heaps)
print(f"clustering accuracy on test digits: InfoGAN {accuracy:.2f}, k-means {kmeans_accuracy:.2f}")

random = np.random.default_rng(0)
c, u = random.integers(10, size=2000), random.uniform(-1, 1, (2000, 2))
drawn_digits = gan.generate(random.normal(size=(2000, 2)), np.hstack([np.eye(10)[c], u])).numpy()
for name, measure in (("ink", ink), ("slant", slant)):
    centred = within(measure(drawn_digits), c)
    by_u = [np.corrcoef(centred, u[:, i])[0, 1] for i in range(2)]
    print(f"correlation of {name:5} with u₁ {by_u[0]:+.2f}, with u₂ {by_u[1]:+.2f}")
    assert np.abs(by_u).max() < 0.9  # related, and not the same
one_digit = clustering_accuracy(digit_classes(drawn_digits), c)
print(f"share of drawn digits that a classifier takes for their column's digit: {one_digit:.2f}")
_, guessed = gan.recognize(drawn_digits)
read_back = [np.corrcoef(guessed[:, i], u[:, i])[0, 1] for i in range(2)]
print(f"correlation of u with what is read off the digit: {read_back[0]:.2f}, {read_back[1]:.2f}")
assert accuracy > 0.7 and one_digit > 0.8 and min(read_back) > 0.5

# %%
compare(prediction, accuracy, within=0.1)

# %% [markdown]
# Nobody told the model what a digit is. But we did tell it that there are **ten** kinds, equally common: again
# an assumption, and a good one. As for $u_1$ and $u_2$: they can be read back from the generated digit, which
# is all that the loss asks for. Neither of them is simply ink or slant. A code that is visible in the picture
# need not be one that we have a word for.

# %% [markdown]
# ## 8. Glow: axes or directions?
#
# A flow's code has as many numbers as the picture has pixels, and no single one of them is meant to mean
# anything. [The lecture on flows](11_flows.ipynb) took another route: it gave up on axes and *asked* for a
# direction, with the help of labels, as the difference between two mean codes. Here are the directions for bold
# and for slanted digits once more. Are they disentangled? Move along one of them and measure **both**
# attributes, in units of their standard deviation within a class.

# %%
glow = load_pretrained("digits_glow")
measures = {"bold": ink, "slanted": slant}
train_codes = glow.encode(dequantize(digits.train.x, 17, seed=0)).numpy()
test_codes = glow.encode(dequantize(digits.test.x, 17, seed=0)).numpy()
directions = {
    name: attribute_direction(train_codes, within(measure(digits.train.x), digits.train.labels) > 0)
    for name, measure in measures.items()
}

effects = np.zeros((2, 2))
for i, direction in enumerate(directions.values()):
    low, high = (np.clip(glow.decode(test_codes + s * direction), 0, 1) for s in (-1, 1))
    for j, measure in enumerate(measures.values()):
        usual = within(measure(digits.test.x), digits.test.labels).std()
        effects[i, j] = np.mean(measure(high) - measure(low)) / usual

figure, axis = plt.subplots(figsize=(4, 2.1), layout="constrained")
axis.imshow(effects, cmap="PuOr", vmin=-5, vmax=5, aspect="auto")
for (row, column), value in np.ndenumerate(effects):
    axis.text(column, row, f"{value:+.2f}", ha="center", va="center")
axis.set(xticks=range(2), yticks=range(2), title="change, in standard deviations")
axis.set_xticklabels(["ink", "slant"])
axis.set_yticklabels([f"towards {name}" for name in directions])
axis.spines[:].set_visible(False)
plt.show()
assert effects[0, 0] > 5 * abs(effects[0, 1]) and effects[1, 1] > 5 * abs(effects[1, 0])

# %% [markdown]
# Yes: each direction changes its own attribute many times as much as the other one. Labels achieved what no
# objective without labels can promise.

# %% [markdown]
# ## Summary
#
# - A code is disentangled if each of its numbers belongs to one factor, up to order, sign and scale. Several
#   scores say how close a code comes to this, and they do not always agree.
# - β makes the whole code expensive. It is the total correlation that measures dependence between dimensions;
#   β-TCVAE and FactorVAE put a weight on it alone.
# - InfoGAN requires the code to be visible in the picture, and finds the kinds if it is told how many there are.
# - Rotate the latent space, and prior, pictures and likelihood stay the same while disentanglement is lost.
#   Without assumptions there is no reason to prefer one model to the other.
# - What remains is to make the assumptions explicit: **inductive biases** (checked on known factors, even if only
#   a few); a *few labels*; *pairs* of pictures in which only some factors changed; several environments, or time.
#
# ## Check yourself
#
# <details><summary>1. A code has MIG 0.02. Has the model failed to learn the factors?</summary>
#
# Not necessarily. The rotated factors contain everything and score low, too. MIG looks at single axes; a regression
# tells whether the factors can be read from the whole code.</details>
#
# <details><summary>2. You raise β until only two dimensions are active. What happens to the third and the fourth factor?</summary>
#
# They are missing from the code, or blended into the two dimensions that are left. A weight on the total
# correlation can separate dimensions without throwing information away.</details>
#
# <details><summary>3. A paper trains 50 models without labels and reports the best MIG. What is wrong with calling this
# "unsupervised"?</summary>
# Choosing among the 50 models used the factors. Without the factors there was no telling which
# one is best; Locatello et al. found that the seed mattered more than the method.</details>
#
# ## Do it yourself
#
# In the assignment [disentanglement](../assignments/disentanglement/disentanglement.ipynb) you write the
# β-VAE's loss, InfoGAN's loss for the code, the mutual information and its gap, and train both models.
#
# ## Papers
#
# - Y. Bengio, A. Courville and P. Vincent, [Representation Learning: A Review and New
#   Perspectives](https://arxiv.org/abs/1206.5538), 2013
# - I. Higgins et al., [Towards a Definition of Disentangled Representations](https://arxiv.org/abs/1812.02230), 2018
# - I. Higgins et al., [β-VAE: Learning Basic Visual Concepts with a Constrained Variational
#   Framework](https://openreview.net/forum?id=Sy2fzU9gl), 2017
# - R. T. Q. Chen et al., [Isolating Sources of Disentanglement in Variational
#   Autoencoders](https://arxiv.org/abs/1802.04942), 2018
# - H. Kim and A. Mnih, [Disentangling by Factorising](https://arxiv.org/abs/1802.05983), 2018
# - C. Eastwood and C. K. I. Williams, [A Framework for the Quantitative Evaluation of Disentangled
#   Representations](https://openreview.net/forum?id=By-7dz-AZ), 2018
# - A. Kumar, P. Sattigeri and A. Balakrishnan, [Variational Inference of Disentangled Latent Concepts from Unlabeled
#   Observations](https://arxiv.org/abs/1711.00848), 2018
# - X. Chen et al., [InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial
#   Nets](https://arxiv.org/abs/1606.03657), 2016
# - F. Locatello et al., [Challenging Common Assumptions in the Unsupervised Learning of Disentangled
#   Representations](https://arxiv.org/abs/1811.12359), 2019, the large study of different methods
# - F. Locatello et al., [Weakly-Supervised Disentanglement Without Compromises](https://arxiv.org/abs/2002.02886), 2020
# - M. Rolínek, D. Zietlow and G. Martius, [Variational Autoencoders Pursue PCA Directions (by
#   Accident)](https://arxiv.org/abs/1812.06775), 2019
# - Y. Burda, R. Grosse and R. Salakhutdinov, [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519), 2016
# - D. P. Kingma and P. Dhariwal, [Glow: Generative Flow with Invertible 1×1
#   Convolutions](https://arxiv.org/abs/1807.03039), 2018
#
# **Next**: [How good is a generative model?](13_evaluation.ipynb)
