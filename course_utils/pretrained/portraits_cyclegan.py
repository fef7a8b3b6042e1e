"""The CycleGAN between painted portraits and drawings of faces."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import load_domains
from course_utils.models.cyclegan import CycleGAN, residual_cyclegan

FACES = 6_000
EPOCHS, BATCH = 5, 8
LEFT_OUT = ("discriminator_x", "discriminator_y")
TOLERANCE = 0.02  # of a mean absolute error


def build(**weights) -> CycleGAN:
    """The model, untrained; `cycle_weight` or `identity_weight` may be given to switch one off."""
    return residual_cyclegan((32, 32, 3), **{"cycle_weight": 3.0, "identity_weight": 2.0} | weights)


def train(seed: int = 0, epochs: int = EPOCHS, **weights) -> CycleGAN:
    """The model, trained on portraits and drawings of different faces; `weights` as for `build`."""
    domains = load_domains(FACES)
    x, y = domains.portraits.train.x, domains.drawings.train.x
    keras.utils.set_random_seed(seed)
    model = build(**weights)
    steps = epochs * len(x) // BATCH

    def adam(learning_rate, **options):
        schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
        return keras.optimizers.Adam(schedule, beta_1=0.5, beta_2=0.99, **options)

    model.compile(adam(1.5e-3, use_ema=True, ema_momentum=0.98), adam(2e-3))
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
    return model


def quality(model: CycleGAN) -> float:
    """Mean absolute error of validation translations, in both directions."""
    portraits, drawings = (domain.validation.x for domain in load_domains(FACES))
    return float(
        np.mean(
            [
                np.abs(model.translate(portraits) - drawings).mean(),
                np.abs(model.translate_back(drawings) - portraits).mean(),
            ]
        )
    )
