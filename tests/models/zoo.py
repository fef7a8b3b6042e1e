"""Every model class of the library, as small as it can be, and how to train it.

For what holds for all of them: see `test_conformance.py` and `test_conformance_training.py`.
"""

import course_utils.quiet

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import pytest

from course_utils.models.autoencoder import (
    Autoencoder,
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
from course_utils.models.flow import glow
from course_utils.models.flow_matching import dense_flow_matching
from course_utils.models.gan import conv_gan
from course_utils.models.infogan import dense_infogan
from course_utils.models.progressive_gan import progressive_gan
from course_utils.models.spade import Spade, map_discriminator, spade_generator, style_encoder
from course_utils.models.stylegan import style_gan
from course_utils.models.vae import dense_vae
from course_utils.models.wgan import dense_wgan

COUNT = 6
BATCH = COUNT // 2
GREY, COLOUR = (4, 4, 1), (4, 4, 3)
TWICE_AS_WIDE = (8, 8, 3)  # for those who have two sizes at least


def numbers(*shape):
    return np.random.default_rng(0).uniform(0.05, 0.95, (COUNT, *shape)).astype("float32")


def labels(*shape, below=3):
    return np.random.default_rng(1).integers(0, below, (COUNT, *shape)).astype("int32")


class Member(NamedTuple):
    """One class of the zoo: a small model, what it is trained on and what it is called with."""

    build: Callable
    x: object
    y: np.ndarray | None = None
    inputs: object = None  # None: x
    players: int = 1

    def called_with(self):
        return self.x if self.inputs is None else self.inputs

    @property
    def arrays(self) -> tuple:
        """What a batch of a dataset or of a generator consists of."""
        return (self.x,) if self.y is None else (self.x, self.y)


def autoencoder(kind, **options):
    return Member(
        lambda: dense_autoencoder(GREY, 2, kind=kind, hidden=(6,), **options), numbers(*GREY)
    )


def vae(**options):
    return Member(lambda: dense_vae(GREY, 2, hidden=(6,), **options), numbers(*GREY))


def gan(build, shape=GREY, y=None, inputs=None):
    z = numbers(4)
    return Member(build, numbers(*shape), y, z if inputs is None else inputs, players=2)


def spade():
    return Spade(
        spade_generator(2, (*COLOUR[:2], 3), filters=(4, 4)),
        map_discriminator(COLOUR, 3, filters=(4,)),
        style_encoder(COLOUR, 2),
    )


ZOO = {
    "Autoencoder": autoencoder(Autoencoder),
    "DenoisingAutoencoder": autoencoder(DenoisingAutoencoder, drop_rate=0.3),
    "SparseAutoencoder": autoencoder(SparseAutoencoder, target=0.2),
    "ContractiveAutoencoder": autoencoder(ContractiveAutoencoder, weight=0.2),
    "VAE": vae(beta=2.0),
    "BetaTCVAE": vae(kind=BetaTCVAE, gamma=2.0, examples=COUNT),
    "FactorVAE": vae(kind=FactorVAE, gamma=2.0)._replace(players=2),
    "GAN": gan(lambda: conv_gan(GREY, 4, filters=4, r1_weight=1.0, ema_decay=0.9)),
    "WGAN": gan(lambda: dense_wgan(GREY, 4, critic_steps=2, ema_decay=0.9)),
    "ConditionalGAN": gan(
        lambda: dense_conditional_gan(GREY, 4, 3), y=labels(), inputs=[numbers(4), labels()]
    ),
    "InfoGAN": gan(lambda: dense_infogan(GREY, 4, 3, 1), inputs=numbers(8)),
    "BigGAN": gan(
        lambda: big_gan(4, 3, shape=GREY, width=2), y=labels(), inputs=[numbers(4), labels()]
    ),
    "ProgressiveGAN": gan(lambda: progressive_gan(4, (2, 2), ema_decay=0.9), TWICE_AS_WIDE),
    "StyleGAN": gan(lambda: style_gan(4, 4, (2, 2), ema_decay=0.9), TWICE_AS_WIDE),
    "CycleGAN": Member(
        lambda: residual_cyclegan(COLOUR, width=2, blocks=1),
        numbers(*COLOUR),
        numbers(*COLOUR),
        players=2,
    ),
    "Spade": gan(spade, COLOUR, y=labels(4, 4), inputs=[numbers(2), labels(4, 4)]),
    "Deepfake": Member(
        lambda: conv_deepfake(COLOUR, 2, filters=2), Faces(numbers(*COLOUR), numbers(*COLOUR))
    ),
    "FactorClassifier": Member(
        lambda: FactorClassifier(COLOUR, {"a": 2, "b": 3}, (4,), 5),
        numbers(*COLOUR),
        labels(2, below=2),
    ),
    "Flow": Member(lambda: glow(GREY, width=4, scales=1, steps=1), numbers(*GREY)),
    "Diffusion": Member(lambda: dense_diffusion(GREY, width=8, blocks=1), numbers(*GREY)),
    "FlowMatching": Member(lambda: dense_flow_matching(GREY, width=8, blocks=1), numbers(*GREY)),
}

every_class = pytest.mark.parametrize("name", ZOO)


def compiled(name: str, model=None, optimizer="adam", run_eagerly=True, **options):
    """A new model of the class, or the one given, compiled with an optimizer a player."""
    keras.utils.set_random_seed(0)
    model = ZOO[name].build() if model is None else model
    model.compile(*[optimizer] * ZOO[name].players, run_eagerly=run_eagerly, **options)
    return model


def fit(name: str, model, **options) -> dict:
    """One step on all the data, unless told otherwise; returns the history."""
    member = ZOO[name]
    options = {"batch_size": COUNT, "verbose": 0, "shuffle": False, **options}
    return model.fit(member.x, member.y, **options).history


def assert_finite(history: dict):
    assert history
    for values in history.values():
        assert np.isfinite(values).all()


def assert_same_weights(one, other):
    for a, b in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)
