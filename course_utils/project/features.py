"""The features in which the project's garments are compared. Students do not have them.

Without any labels, a network learns to tell how a garment was changed: by how many quarter turns it
was rotated, and whether a patch comes from another garment. For that it has to look at outlines, at
fine structure and at how the parts fit together (Gidaris et al., Unsupervised Representation
Learning by Predicting Image Rotations, 2018). Its last hidden layer gives 64 features, of which two
dozen vary among upright garments. **They are not Inception's features**, nor those of
`judge("fashion")`, which students have.

The network is trained on published images that are not in `load("fashion")`, and the statistics of
real garments come from others of these. Both are stored in `features.npz`, which
`python -m course_utils.project.features` writes.
"""

import course_utils.quiet

import functools
from pathlib import Path

import keras
import numpy as np

from course_utils.data import fashion, load
from course_utils.metrics.sample_quality import gaussian_frechet_distance
from course_utils.models.factor_classifier import FactorClassifier, codes
from course_utils.pretrained.fashion_classifier import build as judge_of_garments

FILE = Path(__file__).with_name("features.npz")
TURNS = 4  # 0 to 3 quarter turns
PATCH = 12  # pixels along a side
EPOCHS, BATCH = 3, 64


def build() -> FactorClassifier:
    """The untrained network: the convolutions of the garments' classifier with other outputs."""
    trunk = judge_of_garments().trunk
    levels = {"turns": TURNS, "patched": 2}
    return FactorClassifier((28, 28, 1), levels, trunk=trunk)


def train(seed: int = 0) -> FactorClassifier:
    """The network, trained on 49,000 published garments that students do not have."""
    garments = load("fashion_mnist").train.x[fashion.TRAIN + fashion.VALIDATION :]
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    network = build()
    rate = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * -(-len(garments) // BATCH))
    network.compile(keras.optimizers.Adam(rate))
    for _ in range(EPOCHS):
        x, factors = changed(garments, rng)
        network.fit(x, codes(factors), batch_size=BATCH, verbose=0)
    return network


def changed(garments: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, dict]:
    """Change each garment at random.

    Args:
        garments: (N, 28, 28, 1).
        rng: the source of randomness.

    Returns:
        The changed garments, (N, 28, 28, 1), and what was changed: for "turns", the number of
        quarter turns, and for "patched", 1 if there is a patch from another garment; (N,) each.
    """
    x, count = garments.copy(), len(garments)
    factors = {
        "turns": rng.integers(TURNS, size=count),
        "patched": rng.integers(2, size=count),
    }
    others = garments[rng.permutation(count)]
    corners = rng.integers(2, 28 - PATCH - 1, (count, 2))
    for i in np.flatnonzero(factors["patched"]):
        top, left = corners[i]
        window = (i, slice(top, top + PATCH), slice(left, left + PATCH))
        x[window] = others[window]
    for level in range(TURNS):
        chosen = factors["turns"] == level
        x[chosen] = np.rot90(x[chosen], level, axes=(1, 2))
    return x, factors


def distance(images: np.ndarray) -> float:
    """Fréchet distance between images and 8,000 published garments that students do not have.

    Args:
        images: (N, 28, 28, 1) in [0, 1]. A smaller N gives a larger distance, so only sets of the
            same size can be compared.

    Returns:
        0 or more, in squared units of the features.
    """
    network, mean, covariance = _loaded()
    h = network.features(images).astype("float64")
    return gaussian_frechet_distance(mean, covariance, h.mean(0), np.cov(h, rowvar=False))


@functools.cache
def _loaded() -> tuple[FactorClassifier, np.ndarray, np.ndarray]:
    """The network, and the mean (64,) and covariance (64, 64) of real garments' features."""
    network = build()
    with np.load(FILE) as arrays:
        for index, variable in enumerate(network.trunk.weights):
            variable.assign(arrays[f"{index:03d}"].astype("float32"))
        return network, arrays["mean"], arrays["covariance"]


def main() -> None:
    """Train the network, store it with the statistics of real garments, and print its accuracy."""
    network = train()
    weights = {f"{i:03d}": np.asarray(v, "float16") for i, v in enumerate(network.trunk.weights)}
    for index, variable in enumerate(network.trunk.weights):
        variable.assign(weights[f"{index:03d}"].astype("float32"))
    real = load("fashion_mnist").test.x[fashion.TEST :]
    h = network.features(real).astype("float64")
    np.savez_compressed(FILE, mean=h.mean(0), covariance=np.cov(h, rowvar=False), **weights)
    x, factors = changed(real, np.random.default_rng(1))
    print({name: round(share, 3) for name, share in network.accuracy(x, factors).items()})


if __name__ == "__main__":
    main()
