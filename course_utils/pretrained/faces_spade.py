"""SPADE on the faces: label map and style to portrait."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import Dataset, load
from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import label_maps
from course_utils.models.spade import Spade, conv_spade

LEFT_OUT = ("discriminator",)
TOLERANCE = 0.02  # of the mean absolute error

SIZE, LATENT, BATCH, EPOCHS = 32, 16, 16, 3


def faces() -> Dataset:
    """The faces on which it is trained."""
    return load("faces", size=SIZE, count=9000)


def build() -> Spade:
    """The model, untrained."""
    return conv_spade((SIZE, SIZE, 3), len(CLASSES), LATENT)


def train(seed: int = 0) -> Spade:
    """The model, trained on the training faces. Settings were chosen on the validation faces."""
    data = faces().train
    keras.utils.set_random_seed(seed)
    model = build()
    steps = EPOCHS * -(-len(data) // BATCH)
    model.compile(*(_cooling_adam(steps) for _ in range(2)))
    maps = label_maps(data.factors, SIZE)
    model.fit(data.x, maps, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model


def _cooling_adam(steps: int) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps), beta_1=0.5)


def quality(model: Spade) -> float:
    """Mean absolute error of validation faces, reconstructed from their own map and style."""
    data = faces().validation
    drawn = model.generate(model.encode(data.x), label_maps(data.factors, SIZE))
    return float(np.mean(np.abs(data.x - np.asarray(drawn))))
