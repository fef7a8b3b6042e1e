"""CycleGAN, measured by the true pairing, which it has not seen, and simpler translators.

The error is the mean absolute difference from the true translation of the test pictures. There are
three translators for comparison: the identity; the linear map of colours that maps the mean and
covariance of one domain to those of the other, which like CycleGAN needs no pairs (Pitié and
Kokaram, *The Linear Monge-Kantorovitch Linear Colour Mapping*, 2007); and a regression tree from
the colour of a pixel to that of its true translation, fitted to pairs, which is about the best that
any map from pixel to pixel can do.
"""

import course_utils.quiet

from functools import partial

import numpy as np
import scipy.linalg
from sklearn.tree import DecisionTreeRegressor

from course_utils.data import load_domains
from course_utils.pretrained import portraits_cyclegan
from entries import Entry, Measurement, Stopwatch

TO_DRAWING, TO_PORTRAIT, ROUND_TRIP = "error to drawing", "error to portrait", "error of the cycle"


def measure(seed, **weights) -> Measurement:
    """Train, and translate the test pictures in both directions."""
    with Stopwatch() as watch:
        model = portraits_cyclegan.train(seed, **weights)
    portraits, drawings = _test_pictures()
    drawn = np.asarray(model.translate(portraits))
    painted = np.asarray(model.translate_back(drawings))
    cycled = np.asarray(model.translate_back(drawn))
    metrics = {**errors(drawn, painted), ROUND_TRIP: float(np.abs(cycled - portraits).mean())}
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, model.count_params())


def measure_map(seed, *, fit) -> Measurement:
    """Fit a map of colours in each direction, and translate the test pictures by it."""
    domains = load_domains(portraits_cyclegan.FACES)
    with Stopwatch() as watch:
        draw = fit(*domains)
        paint = fit(*reversed(domains))
    portraits, drawings = _test_pictures()
    return Measurement(errors(draw(portraits), paint(drawings)), watch.seconds, watch.cpu_seconds)


def errors(drawn, painted) -> dict[str, float]:
    """Mean absolute differences from the true test pictures."""
    portraits, drawings = _test_pictures()
    return {
        TO_DRAWING: float(np.abs(drawn - drawings).mean()),
        TO_PORTRAIT: float(np.abs(painted - portraits).mean()),
    }


def identity_map(source, target):
    """The identity."""
    return lambda images: images


def unpaired_color_map(source, target):
    """x ↦ μ₂ + A (x − μ₁), A = Σ₁^−½ (Σ₁^½ Σ₂ Σ₁^½)^½ Σ₁^−½, from unpaired training pictures."""
    pixels_1, pixels_2 = (
        domain.train.x.reshape(-1, 3).astype("float64") for domain in (source, target)
    )
    covariance_1, covariance_2 = np.cov(pixels_1.T), np.cov(pixels_2.T)
    root = scipy.linalg.sqrtm(covariance_1).real
    inverse = np.linalg.inv(root)
    matrix = inverse @ scipy.linalg.sqrtm(root @ covariance_2 @ root).real @ inverse
    mean_1, mean_2 = pixels_1.mean(0), pixels_2.mean(0)
    return lambda images: np.clip(mean_2 + (images - mean_1) @ matrix.T, 0, 1)


def paired_color_map(source, target):
    """A regression tree from colour to colour, from the true pairs of validation."""
    tree = DecisionTreeRegressor(min_samples_leaf=50, random_state=0)
    tree.fit(source.validation.x.reshape(-1, 3), target.validation.x.reshape(-1, 3))
    return lambda images: tree.predict(images.reshape(-1, 3)).reshape(images.shape)


def _test_pictures():
    return [domain.test.x for domain in load_domains(portraits_cyclegan.FACES)]


DATA = "portraits and drawings"
ENTRIES = [
    Entry("cyclegan", DATA, measure, {TO_DRAWING: "≤ 0.08", TO_PORTRAIT: "≤ 0.09"}),
    Entry("cyclegan-without-cycle", DATA, partial(measure, cycle_weight=0.0)),
    Entry("cyclegan-without-identity", DATA, partial(measure, identity_weight=0.0)),
    *(
        Entry(f"translation-{name}", DATA, partial(measure_map, fit=fit))
        for name, fit in (
            ("identity", identity_map),
            ("unpaired-colors", unpaired_color_map),
            ("paired-colors", paired_color_map),
        )
    ),
]
