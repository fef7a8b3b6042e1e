"""Explorers of a latent space: a slider per dimension, a plane, a line between two examples."""

import math
from collections.abc import Callable

import numpy as np

from course_utils.explorers.explorer import Explorer
from course_utils.explorers.network import Network

PRIOR_REACH = 3.0
"""Sliders reach three standard deviations of the prior, or as far as the codes given."""

DEAD_BELOW = 0.05
"""A dimension whose KL is below this, in nats, tells the decoder nothing worth a slider."""


class LatentSliders(Explorer):
    """One slider per latent dimension, and the decoded image beside them.

    Args:
        decode: an exported `Network`, or a callable: codes (B, D) float32 → images
            (B, height, width[, channels]) in [0, 1].
        kl: (D,) KL divergence of each dimension in nats, averaged over examples; dimensions below
            `DEAD_BELOW` are marked as unused.
        codes: (N, D) codes of examples; the student can jump to one by its number.
        labels: (N,) their labels, integers.
        latent_size: D; needed when `decode` is a callable and neither `kl` nor `codes` is given.

    Raises:
        ValueError: when the latent size is unknown, the arguments disagree about it, or `codes` are
            not finite or have another number of labels.
    """

    script = "latent.js"
    function = "latentSliders"
    title = "Latent sliders"

    def __init__(
        self,
        decode: Network | Callable,
        *,
        kl: np.ndarray | None = None,
        codes: np.ndarray | None = None,
        labels: np.ndarray | None = None,
        latent_size: int | None = None,
    ):
        kl = None if kl is None else np.asarray(kl, "float64").ravel()
        examples = _examples(codes, labels)
        size = _latent_size(decode, latent_size=latent_size, kl=kl, codes=codes)
        options = {
            "size": size,
            "range": _reach(codes),
            "kl": None if kl is None else kl.round(4).tolist(),
            "deadBelow": DEAD_BELOW,
        }
        super().__init__(decode, options | examples)


class LatentMap(Explorer):
    """A plane of two latent dimensions with a point to drag, and the image decoded there.

    The background shows the decoded image for each part of the plane or, where codes are given,
    the examples, each drawn as its label.

    Args:
        decode: an exported `Network`, or a callable: codes (B, 2) float32 → images
            (B, height, width[, channels]) in [0, 1].
        codes: (N, 2) codes of examples.
        labels: (N,) their labels, integers.

    Raises:
        ValueError: for a latent size other than 2.
    """

    script = "latent.js"
    function = "latentMap"
    title = "Latent plane"

    def __init__(
        self,
        decode: Network | Callable,
        *,
        codes: np.ndarray | None = None,
        labels: np.ndarray | None = None,
    ):
        examples = _examples(codes, labels)
        _latent_size(decode, latent_size=2, codes=codes)
        super().__init__(decode, {"range": _reach(codes)} | examples)


class Interpolation(Explorer):
    """Interpolation between the codes of two examples, straight or spherical.

    Straight: z(t) = (1 − t) a + t b. Spherical (K. Shoemake, 1985, "Animating rotation with
    quaternion curves"): the direction moves along the great circle at constant angular speed, while
    the length changes linearly from ‖a‖ to ‖b‖.

    Args:
        decode: an exported `Network`, or a callable: codes (B, D) float32 → images
            (B, height, width[, channels]) in [0, 1].
        codes: (N, D) codes of examples.
        labels: (N,) their labels, integers.
        ends: the numbers of the two examples to begin with.

    Raises:
        ValueError: for codes that are not finite or whose size is not the network's, another number
            of labels than of codes, or an end that is no example's number.
    """

    script = "latent.js"
    function = "interpolation"
    title = "Interpolation"

    def __init__(
        self,
        decode: Network | Callable,
        codes: np.ndarray,
        *,
        labels: np.ndarray | None = None,
        ends: tuple[int, int] = (0, 1),
    ):
        examples = _examples(codes, labels)
        _latent_size(decode, codes=codes)
        if not all(0 <= end < len(codes) for end in ends):
            raise ValueError(f"ends={ends}: expected two numbers from 0 to {len(codes) - 1}")
        super().__init__(decode, {"ends": [int(end) for end in ends]} | examples)


def _examples(codes, labels) -> dict:
    if codes is None:
        return {"codes": None, "labels": None}
    codes = np.asarray(codes, "float64")
    if codes.ndim != 2 or not np.isfinite(codes).all():
        raise ValueError(f"codes must be finite and of shape (N, D), not {codes.shape}")
    if labels is not None and len(labels) != len(codes):
        raise ValueError(f"{len(labels)} labels were given for {len(codes)} codes")
    return {
        "codes": codes.round(3).tolist(),
        "labels": None if labels is None else [int(label) for label in labels],
    }


def _latent_size(decode, *, latent_size=None, kl=None, codes=None) -> int:
    in_page = isinstance(decode, Network)
    told = {
        "the network's input": math.prod(decode.input_shape) if in_page else None,
        "latent_size": latent_size,
        "kl": None if kl is None else len(kl),
        "codes": None if codes is None else np.shape(codes)[1],
    }
    told = {name: size for name, size in told.items() if size is not None}
    if not told:
        raise ValueError("the latent size of a callable is unknown: give latent_size, kl or codes")
    if len(set(told.values())) > 1:
        raise ValueError(
            "the arguments disagree about the latent size: "
            + ", ".join(f"{name} says {size}" for name, size in told.items())
        )
    return next(iter(told.values()))


def _reach(codes) -> float:
    largest = 0.0 if codes is None else float(np.abs(codes).max())
    return max(PRIOR_REACH, math.ceil(largest))
