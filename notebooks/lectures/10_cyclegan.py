# %% [markdown]
# # Translation without pairs: CycleGAN and deepfakes
#
# Turn a photograph into a painting, a horse into a zebra, one face into another. There is no photograph of
# the same horse with stripes. How can a network learn to translate when no example shows the right answer?
#
# **Afterwards you can**
#
# - say why looking real is not enough for a translation;
# - write the cycle loss and the identity loss, and say what goes wrong without each;
# - measure a translation where the truth is known, and compare it with simpler methods;
# - explain how a deepfake is made, and what that asks of you.
#
# **Time**: about 60 minutes to read and play; about a minute and a half to run from top to bottom on two cores.
# **Needs**: the lectures on [autoencoders](06_autoencoders.ipynb) and
# [generative adversarial networks](08_gans.ipynb). No internet, no GPU.

# %%
import course_utils.quiet  # TensorFlow without its start-up lines

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.ndimage
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.data import load_domains
from course_utils.data.characters import EXPRESSIONS
from course_utils.data.people import LOOKS, NAMES, TURNS, draw_close_ups, load_people
from course_utils.exercises import compare, your_turn
from course_utils.explorers import FaceSwap, Film, RoundTrip, export_network
from course_utils.metrics.close_ups import read_factor
from course_utils.models.cyclegan import CycleGAN
from course_utils.plotting import show_images
from course_utils.pretrained import load_pretrained, portraits_cyclegan
from course_utils.training import progress

keras.utils.set_random_seed(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. What can two unpaired collections teach?
#
# One collection holds painted portraits with shading, the other drawings with coloured lines and a thin wash.
# No face appears in both. We can check that, because every picture is drawn from known factors.

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
# | we ask that | loss | without it |
# |---|---|---|
# | the result looks like the other domain | **adversarial**: a discriminator for each domain | returning every picture unchanged costs nothing |
# | translating there and back returns the original | **cycle**: $\lvert F(G(x)) - x\rvert$ | any face of the other domain would do |
# | a picture that is already in the target domain stays as it is | **identity**: $\lvert G(y) - y\rvert$ | the translator may repaint what needs no change |
#
# $G$ translates from $X$ to $Y$, $F$ translates back, and each domain has a discriminator. A discriminator does
# not give one verdict on the whole picture. It gives a score for every **patch**: it judges texture and colour,
# and the cycle loss has to take care of the whole (Isola et al. 2017 call it PatchGAN). Least squares replace
# the logarithms (Mao et al. 2017). The objective of the two translators is
#
# $$\mathbb E (D_Y(G(x)) - 1)^2 + \mathbb E (D_X(F(y)) - 1)^2
# + \lambda\,\mathbb E\big[|F(G(x)) - x| + |G(F(y)) - y|\big]
# + \mu\,\mathbb E\big[|G(y) - y| + |F(x) - x|\big].$$
#
# The first entry of the last column can be checked at once: if $G$ and $F$ change nothing, the cycle loss and the
# identity loss are exactly zero. Only the discriminators object.
#
# The authors' [project page](https://junyanz.github.io/CycleGAN/) shows what the method did with photographs:
# horses and zebras, summer and winter, and photographs in the manner of Monet, with failures at the end. We
# cannot reprint those pictures, so we build a world of our own, where the right answer is known.

# %% [markdown]
# **Your turn** (about 5 minutes). How much is lost on the way there and back? Measure it for each picture of a batch,
# whatever shape the pictures have.
#
# <details><summary>Hint 1</summary>
#
# `there` and `back` are functions: the picture that returns is `back(there(x))`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Take the mean over all axes but the first. `reshape(len(x), -1)` leaves two axes, whatever the shape was.
#
# </details>


# %%
@your_turn
def lost_on_the_way(x, there, back):
    """Mean absolute difference of x (B, …) and x translated there and back, per picture: (B,)."""
    return ...


# %%
ramp = np.linspace(0, 1, 8).reshape(1, 8, 1)
for name, there, back in (
    ("both change nothing", np.positive, np.positive),
    ("negative, twice", lambda x: 1 - x, lambda x: 1 - x),
    ("black and white, nothing", np.round, np.positive),
):
    print(f"{name:25} {lost_on_the_way(ramp, there, back)[0]:.3f}")

# %% [markdown]
# ## 3. What goes wrong without them?
#
# We begin with a world so small that we can train four models in it while you watch. A picture is a strip of
# eight pixels: red or blue paper with a white mark at one of eight places. The right translation changes the
# colour of the paper and leaves the mark where it is.
#
# The networks here are dense: they know nothing of left and right, and a freshly initialised one has no
# preference for leaving the mark in place. Anything that keeps it there must come from the losses.
#
# **Predict**: where does the mark go if we use neither loss, so that all that counts is to look like a blue strip?

# %%
prediction = ...  # the mark without either loss: "stays", "moves" or "always the same place"

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
games = {name: play(*pair) for name, pair in progress(weights.items(), "game")}

# %%
panels = {"given": on_red, "right": on_blue}
panels |= {name: np.asarray(game.translate(on_red)) for name, game in games.items()}
figure, axes = plt.subplots(1, len(panels), figsize=(10, 2.1), layout="constrained")
for axis, (name, panel) in zip(axes, panels.items(), strict=True):
    axis.imshow(panel[:, 0])
    axis.set(title=name, xticks=[], yticks=[], xlabel="place")
axes[0].set_ylabel("one strip per row")
plt.show()

results = {}
usual_spread = on_blue.std(axis=0).mean()
print(f"{'':14} error versus truth  cycle loss  identity loss  variety")
for name, game in games.items():
    there = np.asarray(game.translate(on_red))
    results[name] = {
        "error": error(there, on_blue),
        "cycle": error(game.translate_back(there), on_red),
        "identity": error(game.translate(on_blue), on_blue),
        "variety": there.std(axis=0).mean() / usual_spread,  # 1: as varied as the true strips
    }
    print(
        f"{name:14} {results[name]['error']:18.3f}  {results[name]['cycle']:10.3f}"
        f"  {results[name]['identity']:13.3f}  {results[name]['variety']:7.2f}"
    )
assert results["neither"]["variety"] < 0.2 and results["cycle only"]["variety"] > 0.5
assert results["both"]["error"] == min(row["error"] for row in results.values())
for loss, name in (("cycle", "identity only"), ("identity", "cycle only")):
    assert results["both"][loss] < results[name][loss] / 2

# %%
places = np.asarray(games["neither"].translate(on_red)).mean(axis=-1)[:, 0].argmax(axis=1)
if np.array_equal(places, np.arange(PLACES)):
    happened = "stays"
else:
    happened = "moves" if len(set(places)) > 1 else "always the same place"
compare(prediction, happened, choices=("stays", "moves", "always the same place"))

# %% [markdown]
# - **Neither**: nearly the same strip, whatever goes in. One convincing picture satisfies a discriminator. This
#   is the mode collapse of the lecture on [GANs](08_gans.ipynb), and the way back is lost.
# - **Cycle only**: the strips differ again, since each of them has to lead back to its original. But the losses
#   do not say *which* strip stands for which. A translator may permute the strips, or encode them in odd
#   colours, as long as the other translator knows the code.
# - **Identity only**: a blue strip stays as it is. Several red ones may still get the same answer.
# - **Both**: the smallest error. Do not expect a perfect diagonal, though. If two marks trade places and the
#   way back trades them back, neither the discriminators nor the cycle loss notices, and the identity loss only
#   looks at blue strips.
#
# So the three losses do not determine the translation. Among the translations that satisfy them, the network
# decides: a network that changes little unless it has to (because of its convolutions and shortcuts) tends
# towards the translation that we would call right. The authors report that the identity loss preserves colours: without
# it, paintings of daylight scenes came out as photographs of sunsets.

# %% [markdown]
# ## 4. Does it translate faces?
#
# Here is a larger model of the same kind, trained on the two collections of section 1. Its translators are
# convolutional, and before training they return the picture unchanged. Training takes about a minute and
# follows the recipe in `course_utils/pretrained/portraits_cyclegan.py`; here we load the weights. We compare
# the model with two methods that need no network: leaving the picture alone, and shifting its colours so that
# their mean and spread match those of the other collection.
#
# **Predict**: how does a drawing get its background back? Skin and paper are both pale; how does the model know
# which of them to paint as skin?

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
print(f"{'error versus':16} drawing  portrait")
print(f"{'left alone':16} {error(x, y):7.3f} {error(y, x):9.3f}")
print(f"{'colours matched':16} {error(shifted, y):7.3f} {error(shifted_back, x):9.3f}")
print(f"{'CycleGAN':16} {error(drawn, y):7.3f} {error(painted, x):9.3f}")
assert error(drawn, y) < 0.8 * error(shifted, y)
assert error(painted, x) < 0.8 * error(shifted_back, x)

# %% [markdown]
# The model beats both methods that need no network. It is not perfect: look at the filled-in hair and the
# speckled background. A discriminator this small overlooks them.
#
# What if we leave out a loss, as in section 3? We train the same model three times, each time for one epoch, a
# fifth of the full training. **Predict**: which loss matters more here?

# %%
prediction = ...  # costs more when it is left out: "cycle loss" or "identity loss"

# %%
left_out = {
    "nothing": {},
    "cycle loss": {"cycle_weight": 0.0},
    "identity loss": {"identity_weight": 0.0},
}
short = {}
for name, weights in progress(left_out.items(), "model"):
    trained = portraits_cyclegan.train(epochs=1, **weights)
    short[name] = error(trained.translate(x), y), error(trained.translate_back(y), x)

print(f"{'left out':14} drawing  portrait")
for name, (to_drawing, to_portrait) in short.items():
    print(f"{name:14} {to_drawing:7.3f} {to_portrait:9.3f}")
assert short["cycle loss"][0] > 1.1 * short["nothing"][0]
assert short["identity loss"][0] < short["cycle loss"][0]

# %%
omitted = ("cycle loss", "identity loss")
compare(prediction, max(omitted, key=lambda name: short[name][0]), choices=omitted)

# %% [markdown]
# Leaving out the cycle loss hurts most. Without the identity loss little is lost: translators that start by
# returning every picture unchanged are already close to what that loss asks for. (Numbers after full
# training: `python benchmarks/quality.py --models cyclegan cyclegan-without-cycle cyclegan-without-identity`.)

# %% [markdown]
# ## 5. Does the way back prove anything?
#
# Does a small cycle loss show that the drawing is right? Take two drawings of each face, the model's own and
# the true one, and translate both back. Then add noise to both drawings, at first so faint that you would
# hardly notice it.

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
# A translator reads its partner's drawings better than it reads the true ones. The two seem to have agreed on
# small marks of their own, and noise wipes out part of that advantage. In larger models this goes as far as hiding
# the whole input in details that are invisible to us (Chu et al. 2017). So a small cycle loss says that the way
# back is known. It does not say that the translation is right.
#
# Choose a face and a direction. The slider adds noise to the picture in the middle. **Find out** how much noise
# it takes to spoil the way back.

# %%
RoundTrip(
    {"portrait": x[:20], "drawing": y[:20]},
    export_network(model.translator),
    export_network(model.back_translator),
)

# %% [markdown]
# ## 6. How is a deepfake made?
#
# We train one encoder for two people, and one decoder for each of them. Each decoder learns to draw its own person.
# Then comes the swap: encode a picture of one person and decode it as the other.

# %% [markdown]
# **Your turn** (about 3 minutes). Write the swap.
#
# <details><summary>Hint 1</summary>
#
# There is one encoder, and it takes pictures of either person.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `decoders` is a dictionary: `decoders[person]` is a function of a code.
#
# </details>


# %%
@your_turn
def swap(x, encoder, decoders, person):
    """Pictures (B, …), drawn as this person: decoders holds one for each name."""
    return ...


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
# A deepfake is usually a video, so here is ours. The film on the left is drawn: she turns her head and changes
# her expression. Each of its frames was swapped by itself to make the film in the middle. The film on the right
# shows what he would really look like. Press **Play**, and look for frames that give the fake away.

# %%
turns = [2, 3, 4, 5, 6, 5, 4, 3]  # numbers of levels: to one side and back again
moods = [list(EXPRESSIONS).index(name) for name in ("neutral", "smile", "surprised", "wink", "sad")]
scene = {name: values[0] for name, values in factors.items()}  # one coat and one background
scene |= {"turn": np.tile(turns, len(moods)), "expression": np.repeat(moods, len(turns))}
source = draw_close_ups(scene, "a")
Film(
    {
        f"{NAMES['a']}, drawn": source,
        f"swapped to {NAMES['b']}": np.asarray(fake.swap(source, "b")),
        f"{NAMES['b']}, drawn": draw_close_ups(scene, "b"),
    }
)

# %% [markdown]
# If the decoder knows who it is drawing, what is left for the code to say? Fit a linear map from the expression
# and the turn of a face to its code, and move along each direction. Both decoders get the same code.

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
# **Can you tell them apart?** Look at the swaps again. Their skin and background are never quite even: the
# decoder leaves a fine grain. Count how many neighbouring pixels are almost equal, in a drawn face and in a
# swapped one, and let a classifier decide.


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
# Do not rely on a detector. It learns the traces of the fakes it has seen. The next generator can be trained
# against it, as in every adversarial game, and some traces can be removed without any training. **Predict**:
# what will the detector say of fakes in which every pixel is replaced by the median of its 3 × 3 neighbourhood?
# And what of real pictures that are slightly out of focus?

# %%
prediction = ...  # the share of the smoothed fakes that the detector still calls fake, from 0 to 1

# %%
real, fakes = (
    draw_close_ups(people.a.test.factors, "b"),
    np.asarray(fake.swap(people.a.test.x, "b")),
)
cases = {
    "fakes": fakes,
    "fakes, medians of 3 × 3": scipy.ndimage.median_filter(fakes, (1, 3, 3, 1)),
    "real": real,
    "real, out of focus": scipy.ndimage.gaussian_filter(real, (0, 1, 1, 0)),
}
show_images(
    np.concatenate([images[:12] for images in cases.values()]),
    columns=12,
    title="from the top: " + "; ".join(cases),
)
called_fake = {name: np.mean(detector.predict(evenness(x)) == 1) for name, x in cases.items()}
for name, share in called_fake.items():
    print(f"{name:24} called fake: {share:4.0%}")
assert called_fake["fakes"] > 0.9 and called_fake["real"] < 0.1
assert called_fake["fakes, medians of 3 × 3"] < 0.5 < called_fake["real, out of focus"]

# %%
compare(prediction, called_fake["fakes, medians of 3 × 3"], within=0.15)

# %% [markdown]
# One line of code fools the detector, and most pictures that are merely out of focus are taken for fakes. No
# classifier settles the matter. Here is what remains:
#
# - **Consent.** The face is somebody's. A count in 2019 found that 96% of the deepfake videos on the web were
#   pornography, made without the consent of the women in them (Ajder et al. 2019). In many countries, making or
#   sharing such pictures is a crime.
# - **Labels.** Label what you make, and keep the source. A cryptographic signature can say where a picture comes from; a
#   detector cannot.
# - **Doubt in both directions.** When anything can be faked, the guilty will call genuine recordings fake: the
#   “liar's dividend” (Chesney and Citron 2019).
# - **Good uses** exist: dubbing a film with the actor's consent, or hiding the face of a witness but not the expression.
#
# The faces here belong to nobody.
#
# Translation between kinds of pictures has other uses, too. GauGAN turns a painted map of labels into a
# landscape (the lecture on [advances in GANs](09_gan_advances.ipynb) does so for faces); NVIDIA shows it, with
# other demonstrations, in its [AI playground](https://www.nvidia.com/en-us/research/ai-playground/). These
# examples are all pictures, and that is no accident: most of this field began there. But nothing in the three
# losses asks for pixels.

# %% [markdown]
# ## 7. Experiment
#
# Back to the strips, with both losses. **Predict** first: what happens to the paper and to the marks if the
# cycle loss gets a weight of 1,000, so that looking real hardly matters? And does another seed put the marks in
# the same places? Change one number and run the cell again.

# %%
game = play(cycle_weight=10, identity_weight=5, seed=1)  # try cycle_weight=1000, or seed=2
there = np.asarray(game.translate(on_red))
back = np.asarray(game.translate_back(there))
figure, axes = plt.subplots(1, 3, figsize=(5, 2.1), layout="constrained")
for axis, name, panel in zip(axes, ("given", "there", "back"), (on_red, there, back), strict=True):
    axis.imshow(panel[:, 0])
    axis.set(title=name, xticks=[], yticks=[], xlabel="place")
plt.show()
print(f"error versus truth {error(there, on_blue):.3f}, cycle loss {error(back, on_red):.3f}")

# %% [markdown]
# ## Summary
#
# - Translation without pairs asks for three things: look like the target domain, lead back to the original, and
#   leave alone what is already there.
# - Where the truth is known, compare with it, and with methods that learn nothing.
# - A deepfake is an autoencoder with two decoders: the code says what a face does, the decoder says whose face it is.
# - Detectors go out of date. Consent and provenance do not.
#
# ## Check yourself
#
# <details><summary>1. Why is a perfect discriminator not enough for a CycleGAN to translate correctly?</summary>
#
# It judges whether a picture belongs to the domain, not whether it belongs to this input. A translator that
# returned the same beautiful drawing for every portrait would fool it, one picture at a time.</details>
#
# <details><summary>2. Can the cycle loss be zero while every translation is wrong?</summary>
#
# Yes: if G swaps two colours and F swaps them back, the cycle loss is zero. The identity loss may catch it if
# colours mean the same in both domains. Translators that start close to the identity help as well.</details>
#
# <details><summary>3. Why must both people share the encoder of a deepfake?</summary>
#
# With two encoders the same smile would have two unrelated codes, and B's decoder could not read A's.</details>
#
# ## Do it yourself
#
# In the assignment [cyclegan](../assignments/cyclegan/cyclegan.ipynb) you write the cycle loss, the identity
# loss and both players' least-squares losses, and train translators between chalk and ink with them.
#
# ## Papers
#
# - J.-Y. Zhu, T. Park, P. Isola and A. A. Efros, [Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
#   Networks](https://arxiv.org/abs/1703.10593), 2017, and their [project page](https://junyanz.github.io/CycleGAN/)
# - P. Isola et al., [Image-to-Image Translation with Conditional Adversarial
#   Networks](https://arxiv.org/abs/1611.07004), 2017
# - X. Mao et al., [Least Squares Generative Adversarial Networks](https://arxiv.org/abs/1611.04076), 2017
# - C. Chu, A. Zhmoginov and M. Sandler, [CycleGAN, a Master of Steganography](https://arxiv.org/abs/1712.02950), 2017
# - I. Perov et al., [DeepFaceLab](https://arxiv.org/abs/2005.05535), 2020
# - B. Chesney and D. Citron, [Deep Fakes: A Looming Challenge for Privacy, Democracy, and National
#   Security](https://papers.ssrn.com/sol3/papers.cfm?abstract_id=3213954), 2019
# - H. Ajder, G. Patrini, F. Cavalli and L. Cullen, [The State of Deepfakes: Landscape, Threats, and
#   Impact](https://regmedia.co.uk/2019/10/08/deepfake_report.pdf), Deeptrace, 2019
#
# **Next**: [Normalizing flows](11_flows.ipynb), translations with an exact way back
