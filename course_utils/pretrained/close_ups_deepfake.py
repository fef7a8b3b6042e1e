"""The deepfake of two drawn characters, Cleo and Bruno."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data.people import SIZE, draw_close_ups, load_people
from course_utils.models.deepfake import Deepfake, Faces, conv_deepfake

EPOCHS, BATCH = 20, 24
TOLERANCE = 0.02  # of a mean absolute error


def build() -> Deepfake:
    """The model, untrained."""
    return conv_deepfake((SIZE, SIZE, 3), latent=24, filters=8, noise=0.1)


def train(seed: int = 0) -> Deepfake:
    """The model, trained on the training close-ups of both people, which are unpaired."""
    people = load_people()
    keras.utils.set_random_seed(seed)
    model = build()
    steps = EPOCHS * len(people.a.train) // BATCH
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps), beta_2=0.99)
    )
    model.fit(Faces(people.a.train.x, people.b.train.x), batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model


def quality(model: Deepfake) -> float:
    """Mean absolute error of swaps of validation close-ups, in both directions."""
    people = load_people()
    errors = [
        np.abs(
            model.swap(source.validation.x, who) - draw_close_ups(source.validation.factors, who)
        )
        for source, who in ((people.a, "b"), (people.b, "a"))
    ]
    return float(np.mean(errors))
