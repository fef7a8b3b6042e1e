# %% [markdown]
# # Manifolds
#
# An 8×8 image is 64 numbers. But does it take 64 numbers to describe a handwritten 4? How slanted it is, how wide, how open at
# the top: perhaps a handful will do. The **manifold hypothesis** says that the images we care about fill only a thin, curved,
# low-dimensional part of the space of all images. If it is true, then generating images means finding that part and walking
# on it.
#
# **Afterwards you can**
#
# - think of an image as a point, and say why most points are not images of anything;
# - show that the straight line between two faces leaves the set of faces;
# - describe a curve by a mapping φ, and say what a latent variable is;
# - estimate how many dimensions a data set has, test the estimator, and say when it is wrong.
#
# **Time**: about 45 minutes to read and play; half a minute to run from top to bottom on two cores.
# **Needs**: the lectures on [clustering](01_clustering.ipynb) and on [densities](02_densities.ipynb). No internet, no GPU.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.special import gammaln
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from sklearn.manifold import Isomap
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import KNeighborsRegressor, kneighbors_graph

from course_utils.data import load
from course_utils.exercises import compare, your_turn
from course_utils.explorers import PixelPath
from course_utils.metrics.manifold import maximum_likelihood_dimension, two_nearest_dimension
from course_utils.plotting import show_images

rng = np.random.default_rng(0)
plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. How much of pixel space is images?
#
# **Pixel space** has one axis for each pixel, and an image is a point in it. A digit of 8×8 pixels is a point in a cube with 64 axes, each from 0 (black) to 1 (white).
#
# **Predict**: choose points in this cube at random. How many must you draw before one looks like a digit?

# %%
prediction = ...  # as a power of ten: 6 stands for a million

# %%
digits = load("digits")
everything = (digits.train, digits.validation, digits.test)
images = np.concatenate([split.x for split in everything])  # (1797, 8, 8, 1)
labels = np.concatenate([split.labels for split in everything])
pixels = images.reshape(-1, 64).astype("float64")

random_points = rng.random((1000, 64))
show_images(
    np.concatenate([random_points[:12].reshape(-1, 8, 8, 1), images[:12]]),
    columns=12,
    title="twelve random points, and twelve digits",
)


def to_nearest_other(points):
    """Distance from each of (N, F) points to its nearest other: (N,)."""
    distances = pairwise_distances(points)
    np.fill_diagonal(distances, np.inf)
    return distances.min(axis=1)


noise_to_digit = np.median(pairwise_distances(random_points, pixels).min(axis=1))
digit_to_digit = np.median(to_nearest_other(pixels))
print(f"from a digit to the nearest other digit: {digit_to_digit:.2f}")
print(f"from a random point to the nearest digit: {noise_to_digit:.2f}")
assert pairwise_distances(random_points, pixels).min() > 2 * digit_to_digit

# %% [markdown]
# Of a thousand random points, every one was more than twice as far from the nearest digit as a digit typically is.
# How many points would it take? Around each of our 1,797 digits, imagine a ball whose radius is the typical distance to the
# nearest other digit. Together these balls have at most this share of the cube's volume:

# %%
log_ball = 32 * np.log(np.pi) - gammaln(33) + 64 * np.log(digit_to_digit)  # of 64 dimensions
share = len(pixels) * np.exp(log_ball)
print(f"share of the cube: at most {share:.0e}")
print(f"at one point a second, it takes {1 / share / (365 * 24 * 3600):.0e} years to hit a ball")
assert share < 1e-15

# %%
compare(prediction, -np.log10(share), within=3)

# %% [markdown]
# Pixel space is almost empty, and the images lie close together somewhere in it.
#
# ## 2. What lies between two images?
#
# Take two points, $a$ and $b$: two faces of the same person, one looking to the left and one to the right. The straight line between them is
#
# $$x(t) = (1 - t)\,a + t\,b, \qquad 0 \le t \le 1.$$
#
# **Predict**: what is the picture at $t = ½$? A face that looks straight ahead?

# %% [markdown]
# **Your turn** (about 5 minutes). Write the straight line from one picture to another.
#
# <details><summary>Hint 1</summary>
#
# `np.linspace(0, 1, steps)` gives the values of $t$.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Compute one picture for each $t$ and put them into a list; `np.stack` makes one array of it.
#
# </details>


# %%
@your_turn
def straight_line(a, b, steps):
    """Evenly spaced pictures on the way from a to b, ends included: (steps, *shape of a)."""
    return ...


# %%
show_images(straight_line(images[0], images[1], 9), columns=9, title="from one digit to another")

# %%
faces = load("faces", count=None, only={k: [0] for k in ("skin", "hair", "clothes", "background")})
print(faces)
parts = (faces.train, faces.validation, faces.test)
portraits = np.concatenate([split.x for split in parts])
factors = {name: np.concatenate([split.factors[name] for split in parts]) for name in faces.levels}

chosen = (factors["identity"] == 0) & (factors["expression"] == 1)
turning = portraits[chosen][np.argsort(factors["turn"][chosen])]  # nine turns of the head
others = portraits[~chosen]  # all that the paths are compared with

t = np.linspace(0, 1, 17)[:, None, None, None]
straight = ((1 - t) * turning[0] + t * turning[-1]).clip(0, 1)
show_images(
    np.concatenate([straight[::2], turning]), columns=9, title="straight line; turning the head"
)

# %% [markdown]
# It is a ghost with four eyes. There *is* a path of faces from $a$ to $b$: the person turns. In pixel space that path is a curve, and the straight line cuts the corner.
#
# Move along both paths. On the right you see the nearest real face (the nine above are left out) and how far away it is.

# %%
typical = np.median(to_nearest_other(portraits.reshape(len(portraits), -1)))
PixelPath({"straight": straight, "turning": turning}, others, typical=typical)


# %%
def to_data(path, data):
    """Distance from each image of a path to the nearest in the data."""
    return pairwise_distances(path.reshape(len(path), -1), data.reshape(len(data), -1)).min(axis=1)


print(f"farthest from real faces: straight {to_data(straight, others).max():.2f}, ", end="")
print(f"turning {to_data(turning, others).max():.2f}; typical for a face {typical:.2f}")
assert to_data(turning, others).max() < typical < to_data(straight, others).max()

# %% [markdown]
# ## 3. Is it the same for handwriting?
#
# Nobody can tell us how to turn one 4 into another. But we can find a way by going only from one real 4 to a similar one. Connect each 4 with its five nearest neighbours, and
# look for the path with the shortest steps between two 4s that lie far apart.
#
# **Predict**: how many hops does it take? And will the straight line look wrong, although both ends are 4s?

# %%
prediction = ...  # how many hops?

# %%
fours = np.flatnonzero(labels == 4)
graph = kneighbors_graph(pixels[fours], 5, mode="distance")
graph = graph.maximum(graph.T)
graph.data **= 2  # many short steps are better than one long one
lengths, before = dijkstra(graph, directed=False, return_predecessors=True)
start, end = np.unravel_index(np.where(np.isinf(lengths), 0, lengths).argmax(), lengths.shape)
hops = [end]
while hops[-1] != start:
    hops.append(before[start, hops[-1]])
stations = pixels[fours[hops[::-1]]]  # real images, from start to end

travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(stations, axis=0), axis=1))])
t = np.linspace(0, 1, 33)
through_fours = np.stack([np.interp(t * travelled[-1], travelled, p) for p in stations.T], axis=1)
straight_four = (1 - t[:, None]) * stations[0] + t[:, None] * stations[-1]
rest = np.delete(images, fours[hops], axis=0)  # without the stations

paths = {
    "straight": straight_four.reshape(-1, 8, 8, 1),
    "hopping": through_fours.reshape(-1, 8, 8, 1),
}
print(f"{len(hops) - 1} hops from one 4 to the other")
PixelPath(paths, rest, typical=digit_to_digit)

# %%
compare(prediction, len(hops) - 1, within=2)

# %%
mean_distance = {name: to_data(path, rest)[8:25].mean() for name, path in paths.items()}
print("mean distance to real digits in the middle half of the way:", end=" ")
print(", ".join(f"{name} {distance:.2f}" for name, distance in mean_distance.items()))
assert mean_distance["hopping"] < mean_distance["straight"]

# %% [markdown]
# It is the same story, only milder. In the middle of the straight line, you see both 4s at once, each half faded. Hop by hop,
# the strokes *move* instead of fading: pixels fade, digits move.
#
# So the 4s are **connected**: you can get from one to another by small steps, each from a real 4 to a similar real 4. Does this hold for every pair of 4s, and for the other digits?

# %%
pieces = {}
for digit in range(10):
    neighbours = kneighbors_graph(pixels[labels == digit], 5)
    pieces[digit] = connected_components(neighbours, directed=False)[0]
print("pieces of each digit's graph:", ", ".join(f"{d} in {n}" for d, n in pieces.items()))
assert pieces[1] == 2 and sorted(pieces.values()) == [1] * 9 + [2]

# %% [markdown]
# Nine of the ten classes are in one piece; the 1s fall into two.
#
# ## 4. How can we describe a curved set?
#
# We can describe it by a mapping. Take a line, and bend it into the plane:
#
# $$\varphi: (0, \infty) \to \mathbb R^2, \qquad \varphi(z) = \big(z \cos z,\; z \sin z\big).$$
#
# It takes two numbers to write down a point of the plane, but a single one, $z$, says which point of the curve it is. The set of
# all points that such a mapping reaches is a **manifold** if it has no kinks and does not cross itself. Its **dimension** is how
# many numbers go in. And $z$ is a **latent variable**: it is not in the data, but it explains them. (Why only positive $z$? With
# all of $\mathbb R$, the curve would cross itself: try $z = \pm\pi/2$.)
#
# **Predict**: two points lie on the spiral, at $z = 9$ and $z = 13$. Where is the point halfway between them in the plane? Where is the point at the middle $z$?


# %%
predicted_halfway = ...  # halfway in the plane: "on the spiral" or "off it"
predicted_middle = ...  # and at the middle z?


# %%
def phi(z):
    """A spiral: z (N,) → (N, 2)."""
    return np.stack([z * np.cos(z), z * np.sin(z)], axis=1)


# For positive z, the distance from the origin is z: no two z share a point. For all z, some do.
np.testing.assert_allclose(np.linalg.norm(phi(np.linspace(0.1, 20)), axis=1), np.linspace(0.1, 20))
np.testing.assert_allclose(*phi(np.array([np.pi / 2, -np.pi / 2])), atol=1e-12)


z = rng.uniform(3, 14, 600)
spiral = phi(z) + 0.15 * rng.normal(size=(600, 2))
ends, t = phi(np.array([9.0, 13.0])), np.linspace(0, 1, 50)[:, None]

plt.figure(figsize=(4.6, 4.2), layout="constrained")
dots = plt.scatter(*spiral.T, c=z, s=8, cmap="cividis")
plt.colorbar(dots, label="latent z")
plt.plot(*((1 - t) * ends[0] + t * ends[1]).T, color="#d55e00", label="straight in the plane")
plt.plot(*phi((1 - t[:, 0]) * 9 + t[:, 0] * 13).T, color="black", label="straight in z")
plt.plot(*ends.T, "ko")
plt.xlabel("first coordinate")
plt.ylabel("second coordinate")
plt.legend(frameon=False, loc="upper left", fontsize=8)
plt.gca().set_aspect("equal")
plt.show()

gap = pairwise_distances((ends[:1] + ends[1:]) / 2, spiral).min()
on_curve = pairwise_distances(phi(np.array([11.0])), spiral).min()
print(f"distance to the data: middle of the line {gap:.2f}, middle in z {on_curve:.2f}")
assert on_curve < 0.5 < gap

# %%
answers = ("on the spiral", "off it")
compare(predicted_halfway, answers[int(gap > 0.5)], choices=answers)
compare(predicted_middle, answers[int(on_curve > 0.5)], choices=answers)

# %% [markdown]
# A path that is straight in $z$ stays on the curve. This is the whole idea of latent-variable models: **find φ, then do everything
# in $z$**. Draw there, walk there, compare there.
#
# ## 5. How many numbers does it take?
#
# How could you tell the dimension of a set without knowing φ? Count neighbours. On a line, a ball of twice the radius holds twice
# as many neighbours. In a plane it holds four times as many, and on a $d$-dimensional manifold $2^d$ times as many:
#
# $$\text{neighbours within } r \;\propto\; r^d.$$
#
# On logarithmic axes that is a straight line with slope $d$. **Predict** the slopes for the spiral and for a filled square.

# %% [markdown]
# **Your turn** (about 5 minutes). Count the neighbours within a radius.
#
# <details><summary>Hint 1</summary>
#
# An array (N, N) of distances, compared with the radius, is an array of `True` and `False`, and a sum
# counts the `True`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Is a point its own neighbour? The task says *others*.
#
# </details>


# %%
@your_turn
def mean_neighbours(points, radius):
    """How many others lie closer than the radius to a point (N, F), mean over points."""
    return ...


# %%
square = np.random.default_rng(1).uniform(-10, 10, (1000, 2))
ratio = mean_neighbours(square, 1.0) / mean_neighbours(square, 0.5)
print(f"in a filled square, twice the radius holds {ratio:.1f} times as many neighbours")

# %%
predicted_spiral = ...  # the slope for the spiral
predicted_square = ...  # and for a filled square

# %%
radii = np.geomspace(0.3, 1.5, 10)
sets = {
    "spiral": spiral,
    "spiral, no noise": phi(z),
    "filled square": rng.uniform(-10, 10, (3000, 2)),
}
plt.figure(figsize=(4.6, 2.8), layout="constrained")
slopes = {}
for (name, points), color in zip(sets.items(), ("#08519c", "#56b4e9", "#e6850e"), strict=True):
    distances = pairwise_distances(points)
    neighbours = [(distances < r).sum(axis=1).mean() - 1 for r in radii]
    slopes[name] = np.polyfit(np.log(radii), np.log(neighbours), 1)[0]
    plt.loglog(radii, neighbours, "o-", color=color, label=f"{name}: slope {slopes[name]:.2f}")
plt.minorticks_off()
plt.xticks([0.3, 0.5, 1, 1.5], ["0.3", "0.5", "1", "1.5"])
plt.yticks([2, 5, 10, 20, 50], [2, 5, 10, 20, 50])
plt.xlabel("radius r")
plt.ylabel("neighbours within r")
plt.legend(frameon=False)
plt.show()
assert abs(slopes["spiral, no noise"] - 1) < 0.1 and abs(slopes["filled square"] - 2) < 0.1
assert slopes["spiral"] > slopes["spiral, no noise"] + 0.1

# %%
compare(predicted_spiral, slopes["spiral"], within=0.3)
compare(predicted_square, slopes["filled square"], within=0.2)

# %% [markdown]
# One and two. (The noisy spiral has a slope a little above one: from close up, a noisy line looks like a piece of a plane.)
#
# The slope is called the **intrinsic dimension**: the number of parameters it takes to describe one example. With real data it cannot be calculated, only estimated. Two better estimators use only the distances to the nearest neighbours: maximum likelihood (Levina and Bickel 2004) and TwoNN (Facco et al. 2017).
# Before we trust them, let us test them where we know the answer. Some of the test sets are pictures of 256 pixels: a blob of light, described by one, two or three numbers (across, up, size).


# %%
def blobs(count, numbers):
    """Pictures (count, 256) of a blob that 1, 2 or 3 numbers place and size."""
    row, column = np.mgrid[:16, :16]
    free = rng.random((count, 3, 1, 1))
    across = 4 + 8 * free[:, 0]
    up = 4 + 8 * free[:, 1] if numbers > 1 else 8.0
    size = 1.5 + 1.5 * free[:, 2] if numbers > 2 else 2.0
    squares = (column - across) ** 2 + (row - up) ** 2
    return np.exp(-squares / (2 * size**2)).reshape(count, 256)


directions = rng.normal(size=(1000, 3))
known = {
    "spiral, no noise": (phi(rng.uniform(3, 14, 1000)), 1),
    "sphere": (directions / np.linalg.norm(directions, axis=1, keepdims=True), 2),
    "blob: across": (blobs(1000, 1), 1),
    "blob: across, up": (blobs(1000, 2), 2),
    "blob: across, up, size": (blobs(1000, 3), 3),
    "cube of 10 dimensions": (rng.random((1000, 10)), 10),
    "cube of 20 dimensions": (rng.random((1000, 20)), 20),
}
show_images(blobs(12, 3).reshape(-1, 16, 16, 1), columns=12, title="blobs of three numbers")

print("                          true   likelihood   TwoNN")
estimates = {}
for name, (points, truth) in known.items():
    estimates[name] = maximum_likelihood_dimension(points), two_nearest_dimension(points)
    print("{:26}{:4}{:13.2f}{:8.2f}".format(name, truth, *estimates[name]))

for name, (_, truth) in known.items():
    if truth <= 3:
        assert np.allclose(estimates[name], truth, atol=0.3)
assert max(estimates["cube of 20 dimensions"]) < 17 and max(estimates["cube of 10 dimensions"]) < 10

# %% [markdown]
# The estimates are right for small dimensions, whatever the number of pixels. For large dimensions they come out too low: a
# thousand points cannot fill twenty dimensions, and no point has close neighbours there.
#
# **Predict**: now the digits. They have 64 pixels; how many dimensions? And does one class need as many as all ten together?

# %%
prediction = ...  # the dimension of all digits together

# %%
print("           images   likelihood   TwoNN")
rows = {"all digits": np.ones(len(labels), bool)} | {f"only {c}": labels == c for c in (0, 1, 4, 8)}
estimated = {}
for name, members in rows.items():
    members = np.unique(pixels[members], axis=0)
    estimated[name] = maximum_likelihood_dimension(members), two_nearest_dimension(members)
    print("{:10}{:7}{:13.1f}{:8.1f}".format(name, len(members), *estimated[name]))

both = np.array(list(estimated.values()))  # (5, 2): a row for each set, a column for each estimator
assert both.min() > 5 and both.max() < 13 and np.ptp(both, axis=1).max() < 3
assert np.all(both[1:].min(axis=0) < both[0]) and np.all(both[0] < both[1:].max(axis=0))

# %%
compare(prediction, np.mean(estimated["all digits"]), within=3)

# %% [markdown]
# Between six and twelve, not 64. Even if these estimates are somewhat too low, as they were for the cube of ten dimensions, ten or fifteen numbers should be enough to describe a handwritten digit.
# And one class needs about as many as all ten: *which* digit it is adds another piece of manifold, not another dimension.
# Do not take the decimals seriously. There are few images, their grey levels are coarse, and the two estimators differ by up to
# three. But the order of magnitude is a real finding.
#
# **One number to change.** Add noise to every pixel. **Predict** what happens to the dimension, then try a noise level of your own.

# %%
prediction = ...  # the dimension: "rises", "falls" or "stays"

# %%
dimension_by_noise = []
for strength in (0.0, 0.02, 0.1, 0.3):
    noisy = blobs(1000, 2) + strength * rng.normal(size=(1000, 256))
    dimension_by_noise.append(two_nearest_dimension(noisy))
    print(f"blob of 2 numbers, noise {strength:4}: dimension {dimension_by_noise[-1]:5.1f}")
assert np.all(np.diff(dimension_by_noise) > 5)

# %%
change = dimension_by_noise[-1] - dimension_by_noise[0]
happened = "rises" if change > 1 else "falls" if change < -1 else "stays"
compare(prediction, happened, choices=("rises", "falls", "stays"))

# %% [markdown]
# Noise has as many dimensions as there are pixels, and from close up there is nothing but noise to see. Real data never lie
# exactly *on* a manifold, only near one.
#
# ## 6. How do we find the mapping?
#
# Now the other way round. Given only the points, find a $z$ for each of them, and φ. The simplest attempt is **principal component analysis** (PCA): the line, plane or hyperplane that lies closest to the
# data. **Isomap** (Tenenbaum et al. 2000) measures distances by hopping from neighbour to neighbour instead, as we did with the 4s, and
# arranges the points so that these distances are kept.
#
# **Predict**: which of them recovers the $z$ of the spiral?

# %%
prediction = ...  # "PCA", "Isomap", "both" or "neither"

# %%
found = {
    "PCA": PCA(1).fit_transform(spiral)[:, 0],
    "Isomap": Isomap(n_neighbors=8, n_components=1).fit_transform(spiral)[:, 0],
}
figure, axes = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
agreement = {}
for axis, (name, code) in zip(axes, found.items(), strict=True):
    agreement[name] = abs(spearmanr(z, code).statistic)
    axis.scatter(z, code, s=5, color="#08519c")
    axis.set(
        xlabel="true z", ylabel="found z", title=f"{name}: rank correlation {agreement[name]:.2f}"
    )
plt.show()
assert agreement["Isomap"] > 0.99 and agreement["PCA"] < 0.6

# %%
recovered = [name for name, value in agreement.items() if value > 0.95]
happened = recovered[0] if len(recovered) == 1 else ("both" if recovered else "neither")
compare(prediction, happened, choices=("PCA", "Isomap", "both", "neither"))

# %% [markdown]
# Isomap gets the order right. (Whether its $z$ rises or falls along the spiral, and how fast, does not matter.) Now φ: which
# point belongs to a given $z$? Call the $z$ that Isomap found for a data point its **code**, and take the average of the data
# points whose codes are nearest to the given $z$. With that we can **generate**: choose a new $z$ and decode it.

# %%
decoder = KNeighborsRegressor(10).fit(found["Isomap"][:, None], spiral)
new_z = rng.uniform(found["Isomap"].min(), found["Isomap"].max(), 200)
new_points = decoder.predict(new_z[:, None])

plt.figure(figsize=(4, 3.6), layout="constrained")
plt.scatter(*spiral.T, s=5, color="0.75", label="data")
plt.scatter(*new_points.T, s=8, color="#d55e00", label="generated from new z")
plt.xlabel("first coordinate")
plt.ylabel("second coordinate")
plt.legend(frameon=False, fontsize=8, loc="upper left")
plt.gca().set_aspect("equal")
plt.show()
assert np.median(pairwise_distances(new_points, phi(np.linspace(3, 14, 2000))).min(axis=1)) < 0.15

# %% [markdown]
# **And digits?** We take the same two steps for the 4s, with two latent numbers. First you see where Isomap puts the 4s, and then
# what a grid of new codes decodes to: pictures of 4s that nobody wrote.

# %%
map_of_fours = Isomap(n_neighbors=8, n_components=2).fit_transform(pixels[fours])
figure, axis = plt.subplots(figsize=(6, 5), layout="constrained")
axis.scatter(*map_of_fours.T, s=4, color="0.7")
shown = []
for index in rng.permutation(len(fours)):
    place = map_of_fours[index]
    if all(np.linalg.norm(place - other) > 0.75 for other in shown):
        shown.append(place)
        half = 0.3
        extent = (place[0] - half, place[0] + half, place[1] - half, place[1] + half)
        axis.imshow(
            images[fours[index], ..., 0], cmap="gray", extent=extent, vmin=0, vmax=1, zorder=2
        )
low, high = map_of_fours.min(axis=0) - 0.4, map_of_fours.max(axis=0) + 0.4
axis.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
axis.set(xlabel="first latent number", ylabel="second latent number")
plt.show()

decoder = KNeighborsRegressor(5).fit(map_of_fours, pixels[fours])
across, up = (np.quantile(map_of_fours[:, k], np.linspace(0.05, 0.95, 9)) for k in (0, 1))
grid = np.stack(np.meshgrid(across, up[::-1]), axis=-1).reshape(-1, 2)
show_images(
    decoder.predict(grid).reshape(-1, 8, 8, 1),
    columns=9,
    size=0.5,
    title="decoded from a grid of codes",
)

# %%
on_the_map = pairwise_distances(map_of_fours)
np.fill_diagonal(on_the_map, np.inf)
in_pixels = pairwise_distances(pixels[fours])
nearest = np.argsort(on_the_map, axis=1)[:, :5]
beside = np.take_along_axis(in_pixels, nearest, axis=1).mean()
anywhere = in_pixels[np.triu_indices(len(fours), k=1)].mean()
contrast = decoder.predict(grid).std(axis=1).mean() / pixels[fours].std(axis=1).mean()
print(f"distance in pixels: neighbours on the map {beside:.2f}, any two 4s {anywhere:.2f}")
print(f"contrast of the decoded 4s: {contrast:.0%} of that of real ones")
assert beside < 0.75 * anywhere and contrast < 1

# %% [markdown]
# Neighbours on the map look alike, and the style of writing changes smoothly from one side to the other. It works, but it is crude. Averages are blurred, and to place a single new image Isomap must compare it with all the old ones. A neural network can learn
# both mappings: an **encoder** from image to $z$, and a **decoder** from $z$ to image. That is the autoencoder, which comes soon.

# %% [markdown]
# ## Summary
#
# - An image is a point in pixel space, and almost no point is an image of anything.
# - The straight line between two images mixes them and leaves the data. Curved paths through real images join them.
# - A manifold is the set of points that a mapping φ reaches from a few latent numbers. A straight line in $z$ is a curve in pixel space.
# - The intrinsic dimension can be estimated from distances to neighbours: the estimate is good if the dimension is small, too low if it is large, and too high if there is noise.
# - The models of this course learn φ, and often its inverse, from data.
#
# ## Check yourself
#
# <details><summary>1. A video shows one rigid toy on a turntable, 1,000 frames of a million pixels. What is the intrinsic dimension of its frames?</summary>
#
# One: the angle says which frame it is. (The frames form a closed curve, so two latent numbers are convenient, but only one is free.)</details>
#
# <details><summary>2. You estimate dimension 14 from 500 images. Is the true dimension more likely to be larger or smaller?</summary>
#
# Larger: with so few points in so many dimensions the estimators come out too low. But pixel noise drives the estimate up, so if the images are noisy, it may be smaller.</details>
#
# <details><summary>3. Two pictures show the same patch of sky, each with one star, in different places. You fade from one to the other. What do you see halfway, and what would a latent path show?</summary>
#
# Halfway you see two stars, each half as bright. On the manifold, you see a single star that has moved half the way.</details>
#
# ## Papers
#
# - J. B. Tenenbaum, V. de Silva and J. C. Langford, [A Global Geometric Framework for Nonlinear Dimensionality
#   Reduction](https://doi.org/10.1126/science.290.5500.2319), 2000
# - E. Levina and P. J. Bickel, [Maximum Likelihood Estimation of Intrinsic
#   Dimension](https://papers.nips.cc/paper/2577-maximum-likelihood-estimation-of-intrinsic-dimension), 2004
# - E. Facco et al., [Estimating the intrinsic dimension of datasets by a minimal neighborhood information](https://arxiv.org/abs/1803.06992), 2017
# - C. Fefferman, S. Mitter and H. Narayanan, [Testing the Manifold Hypothesis](https://arxiv.org/abs/1310.0425), 2016
# - Y. Bengio, A. Courville and P. Vincent, [Representation Learning: A Review and New Perspectives](https://arxiv.org/abs/1206.5538), 2013
#
# **Next**: [Transposed convolutions](04_transposed_convolutions.ipynb)
