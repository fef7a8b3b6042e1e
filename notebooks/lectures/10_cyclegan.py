# %% [markdown]
# # Translation without pairs: CycleGAN and deepfakes
#
# A photograph into a painting, a horse into a zebra, one face into another. Nobody has the same horse
# both ways. How can a network learn to translate when no example says what is right?
#
# **Afterwards you can**
#
# - say why looking real is not enough for a translation;
# - write the cycle loss and the identity loss, and say what goes wrong without each;
# - measure a translation where the truth is known, and compare it with simpler methods;
# - explain how a deepfake is made, and what that asks of you.
#
# **Time**: about 60 minutes to read and play; about a minute to run from top to bottom on two cores.
# **Needs**: the lectures on [autoencoders](06_autoencoders.ipynb) and [generative adversarial networks](08_gans.ipynb). No
# network, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.data import load_domains
from course_utils.data.characters import EXPRESSIONS
from course_utils.data.people import LOOKS, NAMES, TURNS, draw_close_ups, load_people
from course_utils.explorers import FaceSwap, RoundTrip, export_network
from course_utils.metrics.close_ups import read_factor
from course_utils.models.cyclegan import CycleGAN
from course_utils.plotting import show_images
from course_utils.pretrained import load_pretrained

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. What can two piles of pictures teach?
#
# Portraits, painted and shaded; and drawings, with coloured lines and a thin wash. The faces are other
# faces: nobody is in both piles. That can be checked, because every picture is drawn from its factors.

# %%
domains = load_domains(count=6_000)
portraits, drawings = domains
show_images(portraits.train.x[:12], columns=12, title="portraits")
show_images(drawings.train.x[:12], columns=12, title="drawings of other faces")


def faces_in(split):
    return set(zip(*split.factors.values(), strict=True))


common = faces_in(portraits.train) & faces_in(drawings.train)
print(
    f"{len(portraits.train)} portraits, {len(drawings.train)} drawings, {len(common)} faces in both"
)
assert not common

# %% [markdown]
# For the test pictures we do know the pairs. The model never sees them; we use them to score it.

# %%
x, y = portraits.test.x, drawings.test.x
show_images(
    np.concatenate([x[:12], y[:12]]), columns=12, title="test: portraits, and their true drawings"
)


def error(a, b):
    """Mean absolute difference."""
    return float(np.abs(np.asarray(a) - b).mean())


print(f"a portrait left as it is: error {error(x, y):.3f}")

# %% [markdown]
# ## 2. What do we ask of a translation?
#
# | ask | loss | without it |
# |---|---|---|
# | the result looks like the other domain | a discriminator for each domain | leaving all as it is would be best |
# | the way back leads to where you began | **cycle**: $\lvert F(G(x)) - x\rvert$ | any face of the domain would do |
# | what is in the domain already is left alone | **identity**: $\lvert G(y) - y\rvert$ | colours may be swapped for others |
#
# $G$ goes there, $F$ comes back, and each has a discriminator. It gives no single verdict but a score for every **patch** of the
# picture, so that it looks at texture and leaves the whole to the cycle. With least squares instead of logarithms the objective of the translators is
#
# $$\mathbb E (D_Y(G(x)) - 1)^2 + \mathbb E (D_X(F(y)) - 1)^2
# + \lambda\,\mathbb E\big[|F(G(x)) - x| + |G(F(y)) - y|\big]
# + \mu\,\mathbb E\big[|G(y) - y| + |F(x) - x|\big].$$

# %% [markdown]
# ## 3. What goes wrong without them?
#
# A game small enough to be trained four times in front of you. A picture is a strip of eight pixels: red or blue paper, and a
# white mark at one of eight places. The right translation changes the paper and keeps the mark where it is.
#
# The networks here are dense: to them the eight places have no order, and at the start no output has anything to do with its
# input. So whatever keeps the mark in its place must come from the losses.
#
# **Predict**: where does the mark go with neither loss, so that all that counts is to look like a blue strip?

# %%
PLACES = 8
RED, BLUE = (0.8, 0.2, 0.2), (0.2, 0.2, 0.8)


def strips(places, paper):
    """Pictures (N, 1, 8, 3) with a white mark at the given places (N,)."""
    images = np.tile(np.float32(paper), (len(places), 1, PLACES, 1))
    images[np.arange(len(places)), 0, places] = 1.0
    return images


def dense_network(shape, activation=None):
    return keras.Sequential(
        [
            keras.Input((1, PLACES, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(64, "leaky_relu"),
            keras.layers.Dense(64, "leaky_relu"),
            keras.layers.Dense(int(np.prod(shape)), activation),
            keras.layers.Reshape(shape),
        ]
    )


def play(cycle_weight, identity_weight, seed=0):
    """A CycleGAN of strips, trained."""
    keras.utils.set_random_seed(seed)
    translators = [dense_network((1, PLACES, 3), "sigmoid") for _ in range(2)]
    discriminators = [dense_network((1, 1, 1)) for _ in range(2)]
    game = CycleGAN(
        *translators,
        *discriminators,
        cycle_weight=cycle_weight,
        identity_weight=identity_weight,
    )
    game.compile()
    game.fit(red, blue, batch_size=16, epochs=60, verbose=0)
    return game


random = np.random.default_rng(0)
red = strips(random.integers(0, PLACES, 512), RED)
blue = strips(random.integers(0, PLACES, 512), BLUE)
on_red, on_blue = strips(np.arange(PLACES), RED), strips(np.arange(PLACES), BLUE)

weights = {
    "neither": (0, 0),
    "cycle only": (10, 0),
    "identity only": (0, 5),
    "both": (10, 5),
}
games = {name: play(*pair) for name, pair in weights.items()}

# %%
panels = {"given": on_red, "right": on_blue}
panels |= {name: np.asarray(game.translate(on_red)) for name, game in games.items()}
figure, axes = plt.subplots(1, len(panels), figsize=(10, 2.1), layout="constrained")
for axis, (name, panel) in zip(axes, panels.items(), strict=True):
    axis.imshow(panel[:, 0])
    axis.set(title=name, xticks=[], yticks=[], xlabel="place")
axes[0].set_ylabel("one strip a row")
plt.show()

results = {}
print(f"{'':14} error to the truth  cycle loss  identity loss")
for name, game in games.items():
    there = np.asarray(game.translate(on_red))
    results[name] = {
        "error": error(there, on_blue),
        "cycle": error(game.translate_back(there), on_red),
        "identity": error(game.translate(on_blue), on_blue),
    }
    print(
        f"{name:14} {results[name]['error']:18.3f}  {results[name]['cycle']:10.3f}"
        f"  {results[name]['identity']:13.3f}"
    )
assert results["both"]["error"] < results["neither"]["error"]
for loss, name in (("cycle", "identity only"), ("identity", "cycle only")):
    assert results["both"][loss] < results[name][loss] / 2

# %% [markdown]
# - **Neither**: all but the same strip for all. One convincing picture satisfies a discriminator; this is the mode collapse of the lecture on
#   [GANs](08_gans.ipynb), and the way back is lost.
# - **Cycle only**: the strips differ again, since from each of them the way must lead back. But *which* strip stands for which is
#   free: a translator may shuffle them, or keep its secrets in odd colours, as long as the other one knows the code.
# - **Identity only**: a blue strip stays itself. Red ones may still share an answer.
# - **Both**: the least error. Do not expect a perfect diagonal. If some marks trade places and the way back trades them back,
#   the discriminators and the cycle are content, and the identity loss speaks of blue strips only.
#
# So the three losses do not make the translation unique. What chooses among those that are left is the network: one that changes little
# unless it must (convolutions, shortcuts) gives the translation that we call right. The original authors say that the identity
# loss keeps colours: without it their paintings of daylight became photographs of sunset.

# %% [markdown]
# ## 4. Does it translate faces?
#
# A larger model of the same kind, trained on the two piles of section 1. Its translators are convolutional and begin by leaving the
# picture as it is. Training takes about a minute, by the recipe in `course_utils/pretrained/portraits_cyclegan.py`; here the weights
# are loaded. What is it to be compared
# with? Two things that need no network: leaving the picture alone, and moving the colours of one pile to the other's mean and
# spread.
#
# **Predict**: how does a drawing get its background back, and how does the model know which pale is skin?

# %%
model = load_pretrained("portraits_cyclegan")
drawn, painted = np.asarray(model.translate(x)), np.asarray(model.translate_back(y))
show_images(
    np.concatenate([x[:12], drawn[:12], y[:12]]),
    columns=12,
    title="portraits, their drawings by the model, the true drawings",
)
show_images(
    np.concatenate([y[:12], painted[:12], x[:12]]),
    columns=12,
    title="drawings, their portraits by the model, the true portraits",
)


# %%
def match_colors(images, source, target):
    """Each channel moved to the other domain's mean and standard deviation."""
    scale = target.std((0, 1, 2)) / source.std((0, 1, 2))
    return np.clip((images - source.mean((0, 1, 2))) * scale + target.mean((0, 1, 2)), 0, 1)


shifted = match_colors(x, portraits.train.x, drawings.train.x)
shifted_back = match_colors(y, drawings.train.x, portraits.train.x)
print(f"{'error to a':16} drawing  portrait")
print(f"{'left alone':16} {error(x, y):7.3f} {error(y, x):9.3f}")
print(f"{'colours matched':16} {error(shifted, y):7.3f} {error(shifted_back, x):9.3f}")
print(f"{'CycleGAN':16} {error(drawn, y):7.3f} {error(painted, x):9.3f}")
assert error(drawn, y) < 0.8 * error(shifted, y)
assert error(painted, x) < 0.8 * error(shifted_back, x)

# %% [markdown]
# It beats what needs no network, and it is not perfect: look at the filled hair and the speckled background. A discriminator
# this small does not mind them much.
#
# And without the losses of section 3? Here that takes a training of a minute each; the course's benchmark does it
# (`python benchmarks/quality.py --models cyclegan cyclegan-without-cycle cyclegan-without-identity`). Guess first. Without the cycle the error rises, most on the way to the portraits. Without the identity loss hardly anything changes:
# a translator that begins by leaving everything as it is has no colours to swap back.

# %% [markdown]
# ## 5. Does the way back prove anything?
#
# Is a small cycle loss a sign that the drawing is right? Send two drawings of each face back: the model's own, and the true one.
# Then add a little noise to both, too faint to matter to you.

# %%
noise = random.normal(size=y.shape).astype("float32")
returned = {}
print("noise   back from its own drawing   back from the true one")
for level in (0.0, 0.02, 0.05, 0.1):
    returned[level] = [
        error(model.translate_back(np.clip(middle + level * noise, 0, 1)), x)
        for middle in (drawn, y)
    ]
    print(f"{level:5.2f} {returned[level][0]:27.3f} {returned[level][1]:24.3f}")
own, true = returned[0.0]
assert own < true
assert returned[0.1][1] - returned[0.1][0] < true - own

# %% [markdown]
# A translator reads its partner better than it reads the truth: the two agree on marks of their own, and noise
# takes part of the advantage away. In larger models this goes as far as
# hiding the whole input in details that no eye sees (Chu et al. 2017). So the cycle loss says that the way back is known, not
# that the translation is right.
#
# Choose a face and a direction. The slider adds noise to the picture in the middle. **Find out** how much it takes to spoil the
# way back.

# %%
RoundTrip(
    {"portrait": x[:20], "drawing": y[:20]},
    export_network(model.translator),
    export_network(model.back_translator),
)

# %% [markdown]
# ## 6. How is a deepfake made?
#
# One encoder for two people, one decoder for each. Trained, each decoder draws its own person again.
# The swap: encode a picture of one, decode it as the other.

# %%
people = load_people()
fake = load_pretrained("close_ups_deepfake")
faces, factors = people.a.test.x, people.a.test.factors
swapped = np.asarray(fake.swap(faces, "b"))
show_images(
    np.concatenate([faces[:12], swapped[:12], draw_close_ups(factors, "b")[:12]]),
    columns=12,
    title=f"{NAMES['a']}; swapped to {NAMES['b']}; what {NAMES['b']} would really look like",
)
kept = np.mean(read_factor(swapped, "expression") == factors["expression"])
changed = np.mean(read_factor(swapped, "identity") == LOOKS["b"]["identity"])
print(f"expression kept {kept:.0%}, person changed {changed:.0%}")
assert kept >= 0.9 and changed >= 0.9

# %% [markdown]
# What does the code say, if the decoder knows who it is? Fit a line from what the face does to its
# code, and move along it. Both decoders are given the same code.

# %%
train = people.a.train
columns = [train.factors["expression"] == level for level in range(1, len(EXPRESSIONS))]
columns.append((train.factors["turn"] - np.mean(TURNS)) / 2)
design = np.stack([np.ones(len(train)), *columns], 1).astype("float32")
codes = np.asarray(fake.encode(train.x, "a"))
start, *steps = np.linalg.lstsq(design, codes, rcond=None)[0]
FaceSwap(
    {NAMES["a"]: export_network(fake.decoder_a), NAMES["b"]: export_network(fake.decoder_b)},
    start,
    dict(zip([*list(EXPRESSIONS)[1:], "turn"], steps, strict=True)),
    both_ways=("turn",),
)

# %% [markdown]
# **Can one tell?** Look at the swaps again. Skin and background are never quite even: a decoder leaves a fine grain. Count how many
# neighbouring pixels differ by next to nothing, in a drawn face and in a swapped one, and let a classifier decide.


# %%
def evenness(images):
    """The shares of neighbouring pixels that differ by less than a few small steps, (N, 6)."""
    steps = [
        np.abs(np.diff(images, axis=axis)).reshape(len(images), -1)
        for axis in (1, 2)  # down, to the right
    ]
    steps = np.concatenate(steps, axis=1)
    limits = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
    return np.stack([(steps < limit).mean(1) for limit in limits], axis=1)


def real_and_fake(split):
    made = np.asarray(fake.swap(split.x, "b"))
    real = draw_close_ups(split.factors, "b")
    return evenness(np.concatenate([real, made])), np.repeat([0, 1], len(made))


detector = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5_000))
detector.fit(*real_and_fake(people.a.validation))
accuracy = detector.score(*real_and_fake(people.a.test))
print(f"real or fake? right for {accuracy:.0%} of the test pictures")
assert accuracy > 0.9

# %% [markdown]
# Do not take comfort in it. A detector learns the traces of the fakes it has seen. The next generator can be trained against it,
# as in every adversarial game, and a little blur may be enough to wash the traces out. What lasts is not a classifier:
#
# - **Consent.** The face is somebody's. A count of 2019 found that nearly all deepfake videos on the web were pornography, made
#   without asking the women in it (Ajder et al. 2019). In many countries making or sharing such pictures is a crime.
# - **Label** what you make, and keep the source. Signed provenance says where a picture comes from; no
#   detector can.
# - **Doubt both ways.** When anything can be faked, the guilty will call true recordings fake as well: the
#   “liar's dividend” (Chesney and Citron 2019).
# - **Good uses** exist: dubbing with the actor's consent, hiding a witness's face but not the expression.
#
# The faces here belong to nobody.

# %% [markdown]
# ## 7. Experiment
#
# The strips once more, with both losses. **Predict** first: what becomes of the paper and of the marks if the cycle loss weighs
# 1,000, far more than looking real? And does another seed put the marks in the same places? Change one number, run, see.

# %%
game = play(cycle_weight=10, identity_weight=5, seed=1)  # try cycle_weight=1000, or seed=2
there = np.asarray(game.translate(on_red))
back = np.asarray(game.translate_back(there))
figure, axes = plt.subplots(1, 3, figsize=(5, 2.1), layout="constrained")
for axis, name, panel in zip(axes, ("given", "there", "back"), (on_red, there, back), strict=True):
    axis.imshow(panel[:, 0])
    axis.set(title=name, xticks=[], yticks=[], xlabel="place")
plt.show()
print(f"error to the truth {error(there, on_blue):.3f}, cycle loss {error(back, on_red):.3f}")

# %% [markdown]
# ## Summary
#
# - Unpaired translation asks for three things: look real there, lead back, leave alone what is there already.
# - Where the truth is known, compare with it, and with what needs no learning.
# - A deepfake is an autoencoder with two decoders: the code says what a face does, the decoder who it is.
# - Detectors age. Consent and provenance do not.
#
# ## Check yourself
#
# <details><summary>1. Why does a perfect discriminator not make a CycleGAN translate rightly?</summary>
# It judges whether a picture belongs to the domain, not whether it belongs to this input. A translator that gave the same
# beautiful drawing for every portrait would fool it, one picture at a time.</details>
#
# <details><summary>2. Could the cycle loss be zero and every translation wrong?</summary>
# Yes: if G swaps two colours and F swaps them back. No loss of the cycle objects. The identity loss may, if colours mean the
# same in both domains; so does starting near the identity.</details>
#
# <details><summary>3. Why must both people share the encoder of a deepfake?</summary>
# With two encoders the same smile would have two unrelated codes, and B's decoder could not read A's.</details>
#
# ## Do it yourself
#
# The assignment [cyclegan](../assignments/cyclegan/cyclegan.ipynb) asks for the cycle loss, the identity loss and both players'
# least-squares losses, and trains translators between chalk and ink with yours.
#
# ## Papers
#
# - J.-Y. Zhu, T. Park, P. Isola and A. A. Efros, [Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
#   Networks](https://arxiv.org/abs/1703.10593), 2017
# - P. Isola et al., [Image-to-Image Translation with Conditional Adversarial Networks](https://arxiv.org/abs/1611.07004), 2017
# - X. Mao et al., [Least Squares Generative Adversarial Networks](https://arxiv.org/abs/1611.04076), 2017
# - C. Chu, A. Zhmoginov and M. Sandler, [CycleGAN, a Master of Steganography](https://arxiv.org/abs/1712.02950), 2017
# - I. Perov et al., [DeepFaceLab](https://arxiv.org/abs/2005.05535), 2020
# - B. Chesney and D. Citron, [Deep Fakes: A Looming Challenge for Privacy, Democracy, and National
#   Security](https://papers.ssrn.com/sol3/papers.cfm?abstract_id=3213954), 2019
# - H. Ajder, G. Patrini, F. Cavalli and L. Cullen, [The State of Deepfakes: Landscape, Threats, and
#   Impact](https://regmedia.co.uk/2019/10/08/deepfake_report.pdf), Deeptrace, 2019
#
# **Next**: [Normalizing flows](11_flows.ipynb), translations with an exact way back
