"""Codes learnt without labels: β-TCVAE on sprites, InfoGAN on digits.

Neither uses factors or labels in training. The scores of the sprites are computed on the whole grid
of factors, including training images, as is usual in the literature; those of InfoGAN on the test
digits.
"""

import course_utils.quiet

from course_utils.data import load
from course_utils.metrics.disentanglement import (
    dci,
    factor_vae_score,
    mutual_information_gap,
    sap_score,
)
from course_utils.pretrained import digits_infogan, sprites_tcvae
from digit_quality import draw, scores
from entries import Entry, Measurement, Stopwatch

MIG, FACTOR_VAE, ACCURACY = "MIG", "FactorVAE score", "clustering accuracy"


def measure_sprites(seed: int) -> Measurement:
    """All four scores, and the mutual information gap of each factor separately."""
    with Stopwatch() as watch:
        vae = sprites_tcvae.train(seed)
    codes, factors = sprites_tcvae.codes_and_factors(vae)
    metrics = {
        MIG: mutual_information_gap(codes, factors),
        FACTOR_VAE: factor_vae_score(codes, factors),
        "DCI disentanglement": dci(codes, factors).disentanglement,
        "SAP": sap_score(codes, factors),
    }
    for index, name in enumerate(sprites_tcvae.FACTORS):
        metrics[f"MIG, {name}"] = mutual_information_gap(codes, factors[:, [index]])
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, vae.count_params())


def measure_digits(seed: int) -> Measurement:
    """How well the code inferred from the test digits agrees with their classes."""
    digits = load("digits")
    with Stopwatch() as watch:
        gan = digits_infogan.train(seed)
    metrics = {ACCURACY: digits_infogan.accuracy(gan, digits.test), **scores(draw(gan.sample))}
    players = gan.generator.count_params() + gan.discriminator.count_params()
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, players)


ENTRIES = [
    Entry(
        "beta-tcvae",
        "sprites, upright, 32×32",
        measure_sprites,
        {MIG: "≥ 0.45", FACTOR_VAE: "≥ 0.82"},
    ),
    Entry("infogan", "digits", measure_digits, {ACCURACY: "≥ 0.75"}),
]
