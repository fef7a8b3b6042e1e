"""Training speed: the course's `fit` against Keras's own, for every model of the library.

    python benchmarks/speed.py                      the models of the lectures on VAEs and GANs
    python benchmarks/speed.py --zoo                every model, at batch sizes 16 and 128
    XLA_FLAGS=--xla_cpu_use_fusion_emitters=true python benchmarks/speed.py
                                                    without the flag that `course_utils.quiet` sets

Both fits train the same network with the same optimizer on the same images, dense networks compiled
by XLA as in the lectures. They take turns, so that other work on the machine affects both. "first
epoch" holds the time in which the program is compiled. "of peak" compares the products and
convolutions of the course's fit with one large product, measured in the same run, in operations a
second; it means something only if nothing else runs.
"""

import course_utils.quiet

import argparse
import time
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from course_utils.data import load
from course_utils.models.autoencoder import (
    ContractiveAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    dense_autoencoder,
)
from course_utils.models.biggan import big_gan
from course_utils.models.conditional_gan import dense_conditional_gan
from course_utils.models.cyclegan import residual_cyclegan
from course_utils.models.deepfake import Faces, conv_deepfake
from course_utils.models.diffusion import dense_diffusion
from course_utils.models.disentangled_vae import BetaTCVAE, FactorVAE
from course_utils.models.factor_classifier import FactorClassifier
from course_utils.models.flow import glow, real_nvp
from course_utils.models.flow_matching import dense_flow_matching
from course_utils.models.gan import conv_gan, dense_gan
from course_utils.models.infogan import dense_infogan
from course_utils.models.progressive_gan import progressive_gan
from course_utils.models.spade import conv_spade
from course_utils.models.stylegan import style_gan
from course_utils.models.vae import dense_vae
from course_utils.models.wgan import dense_wgan

DIGIT, GARMENT, COLOUR = (8, 8, 1), (28, 28, 1), (16, 16, 3)
SECONDS = 1.5  # about how long one measurement takes
ARITHMETIC = ("MatMul", "BatchMatMulV2", "Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter")


class Case(NamedTuple):
    """A model, what it is trained on, and how it is compiled."""

    build: Callable[[], keras.Model]
    x: object
    y: np.ndarray | None = None
    players: int = 1  # each with an optimizer
    xla: bool = True  # for convolutions on a processor, XLA takes 30 times as long as TensorFlow


class Speed(NamedTuple):
    """What `measure` found out about one case."""

    plain: np.ndarray  # (rounds,), steps a second
    ours: np.ndarray  # (rounds,)
    first: tuple[float, float]  # seconds of the first epoch: Keras's fit, the course's
    share: float  # of the peak


def images(*shape: int, count: int = 512) -> np.ndarray:
    """Random pixels: the time of a step does not depend on them."""
    return np.random.default_rng(0).uniform(0.05, 0.95, (count, *shape)).astype("float32")


def labels(*shape: int, count: int = 512, below: int = 10) -> np.ndarray:
    """Random labels, int32."""
    return np.random.default_rng(1).integers(0, below, (count, *shape)).astype("int32")


def lecture_cases() -> dict[str, tuple[Case, int]]:
    """The cases of the lectures, each with its batch size."""
    digits = load("digits").binarized().train.x
    garments = load("fashion").train.x[:2000]
    return {
        "VAE, digits": (Case(lambda: dense_vae(DIGIT, 8), digits), 50),
        "VAE, garments": (Case(lambda: dense_vae(GARMENT, 16, hidden=(256, 128)), garments), 100),
        "dense GAN, garments": (Case(lambda: dense_gan(GARMENT, 32), garments, players=2), 64),
        "convolutional GAN, garments": (
            Case(
                lambda: conv_gan(GARMENT, 32, filters=16, r1_weight=1.0),
                garments,
                players=2,
                xla=False,
            ),
            64,
        ),
    }


def zoo() -> dict[str, Case]:
    """Every model class, with the sizes that its builder proposes where that is not too slow."""
    grey, colour = images(*DIGIT), images(*COLOUR)
    kinds = {
        "DenoisingAutoencoder": {"kind": DenoisingAutoencoder, "drop_rate": 0.3},
        "SparseAutoencoder": {"kind": SparseAutoencoder, "target": 0.2},
        "ContractiveAutoencoder": {"kind": ContractiveAutoencoder, "weight": 0.2},
        "Autoencoder": {},
    }
    return {
        **{
            name: Case(lambda options=options: dense_autoencoder(DIGIT, 8, **options), grey)
            for name, options in kinds.items()
        },
        "VAE": Case(lambda: dense_vae(DIGIT, 8), grey),
        "BetaTCVAE": Case(
            lambda: dense_vae(DIGIT, 8, kind=BetaTCVAE, gamma=2.0, examples=len(grey)), grey
        ),
        "FactorVAE": Case(lambda: dense_vae(DIGIT, 8, kind=FactorVAE, gamma=2.0), grey, players=2),
        "GAN": Case(
            lambda: conv_gan(DIGIT, 8, r1_weight=1.0, ema_decay=0.9), grey, players=2, xla=False
        ),
        "WGAN": Case(lambda: dense_wgan(DIGIT, 8), grey, players=2),
        "ConditionalGAN": Case(lambda: dense_conditional_gan(DIGIT, 8, 10), grey, labels(), 2),
        "InfoGAN": Case(lambda: dense_infogan(DIGIT, 8, 10, 2), grey, players=2),
        "BigGAN": Case(lambda: big_gan(24, 10, width=8), grey, labels(), 2, xla=False),
        "ProgressiveGAN": Case(
            lambda: progressive_gan(16, (16, 16, 8)), colour, players=2, xla=False
        ),
        "StyleGAN": Case(lambda: style_gan(16, 16, (16, 16, 8)), colour, players=2, xla=False),
        "CycleGAN": Case(
            lambda: residual_cyclegan(COLOUR, width=8), colour, colour, players=2, xla=False
        ),
        "Spade": Case(
            lambda: conv_spade(COLOUR, 3, latent=8),
            colour,
            labels(16, 16, below=3),
            players=2,
            xla=False,
        ),
        "Deepfake": Case(lambda: conv_deepfake(COLOUR, 16), Faces(colour, colour), xla=False),
        "FactorClassifier": Case(
            lambda: FactorClassifier(COLOUR, {"a": 2, "b": 3}, (16,), 32),
            colour,
            labels(2, below=2),
            xla=False,
        ),
        "Flow (RealNVP)": Case(lambda: real_nvp((2,)), np.float32(images(2) * 4 - 2)),
        "Flow (Glow)": Case(lambda: glow(DIGIT, width=16, scales=2, steps=2), grey, xla=False),
        "Diffusion": Case(lambda: dense_diffusion(DIGIT), grey),
        "FlowMatching": Case(lambda: dense_flow_matching(DIGIT), grey),
    }


def compiled(case: Case) -> keras.Model:
    """A new model with an optimizer of Adam a player."""
    keras.utils.set_random_seed(0)
    model = case.build()
    adams = [keras.optimizers.Adam(1e-3) for _ in range(case.players)]
    model.compile(*adams, jit_compile=case.xla)
    return model


def peak() -> float:
    """Operations a second in a product of two float32 matrices of 2048 × 2048; the best of ten."""
    size = 2048
    a = tf.random.normal((size, size), seed=0)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        tf.linalg.matmul(a, a).numpy()
        times.append(time.perf_counter() - start)
    return 2 * size**3 / min(times)


def operations(case: Case, batch_size: int) -> int:
    """Operations of the products and convolutions of one training step, as TensorFlow counts them.

    A multiplication and an addition are two. Loops count once, so a step that loops counts too low.
    """
    model = compiled(case)
    data = (case.x,) if case.y is None else (case.x, case.y)
    batch = keras.tree.map_structure(lambda array: tf.constant(array[:batch_size]), data)
    model.fit(*batch, batch_size=batch_size, verbose=0)  # creates all variables
    step = tf.function(model.train_step, autograph=False)
    graph = step.get_concrete_function(batch).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder(
        tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    ).with_empty_output()
    with graph.as_default():
        kinds = tf.compat.v1.profiler.profile(graph, cmd="op", options=options.build()).children
    counted = 0
    while kinds:  # each kind of operation has the next one as its child
        counted += sum(kind.float_ops for kind in kinds if kind.name in ARITHMETIC)
        kinds = [child for kind in kinds for child in kind.children]
    return counted


def measure(case: Case, batch_size: int, rounds: int, machine: float) -> Speed:
    """Train by both fits in turn; `machine` is the peak in operations a second."""
    plain, ours = compiled(case), compiled(case)
    fits = [lambda **kwargs: keras.Model.fit(plain, **kwargs), ours.fit]
    examples = len(keras.tree.flatten(case.x)[0])
    steps = -(-examples // batch_size)

    def seconds(fit, epochs) -> float:
        start = time.perf_counter()
        fit(x=case.x, y=case.y, batch_size=batch_size, epochs=epochs, verbose=0)
        return time.perf_counter() - start

    first = tuple(seconds(fit, 1) for fit in fits)
    epochs = [max(1, int(SECONDS / min(seconds(fit, 2) / 2 for _ in range(2)))) for fit in fits]
    speeds = np.array(
        [
            [steps * n / seconds(fit, n) for fit, n in zip(fits, epochs, strict=True)]
            for _ in range(rounds)
        ]
    ).T
    share = operations(case, batch_size) * np.median(speeds[1]) / machine
    return Speed(*speeds, first, share)


def main() -> None:
    """Measure and print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each (default 5)")
    parser.add_argument("--zoo", action="store_true", help="every model, in 15 minutes")
    arguments = parser.parse_args()
    cases = [(name, *pair) for name, pair in lecture_cases().items()]
    if arguments.zoo:
        cases = [(name, case, size) for size in (16, 128) for name, case in zoo().items()]

    machine = peak()
    print(
        f"Steps a second, medians of {arguments.rounds} rounds; peak {machine / 1e9:.0f} GFLOP/s\n"
    )
    columns = "batch  first epoch, s   Keras  course  of peak  times"
    print(f"{'':28} {columns}")
    for name, case, batch_size in tqdm(cases):
        found = measure(case, batch_size, arguments.rounds, machine)
        ratios = found.ours / found.plain
        tqdm.write(
            f"{name:28} {batch_size:5} {found.first[0]:7.1f} {found.first[1]:7.1f} "
            f"{np.median(found.plain):7.0f} {np.median(found.ours):7.0f} {found.share:7.1%}  "
            f"{np.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        )


if __name__ == "__main__":
    main()
