"""The classifier of garments, whose 64 features are used to compare pictures of them.

It is trained on most of Fashion-MNIST, so that it knows more garments than the models that it
judges. So its recipe needs the whole data set; its weights come with the course.
"""

import course_utils.quiet

import keras
import numpy as np
from keras import layers

from course_utils.data import Split, fashion, load
from course_utils.models.factor_classifier import FactorClassifier, codes

TOLERANCE = 0.02
EPOCHS, BATCH = 3, 64


def build() -> FactorClassifier:
    """The model, untrained: four convolutions with batch normalisation, on 28, 14 and 7 pixels."""
    x = keras.Input((28, 28, 1))
    h = x
    for convolutions, width in ((1, 16), (2, 32), (1, 64)):
        for _ in range(convolutions):
            h = layers.Conv2D(width, 3, padding="same", use_bias=False)(h)
            h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
        h = layers.MaxPooling2D(2)(h)
    h = layers.Dropout(0.3)(layers.Flatten()(h))
    trunk = keras.Model(x, layers.Dense(64, activation="relu")(h), name="trunk")
    return FactorClassifier((28, 28, 1), {"article": 10}, trunk=trunk)


def train(seed: int = 0) -> FactorClassifier:
    """The model, trained on 54,000 of the published training garments.

    In each epoch a random half of them is mirrored, since a shoe may point either way.
    """
    train = unseen_by_validation(load("fashion_mnist").train)
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    model = build()
    rate = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * -(-len(train) // BATCH))
    model.compile(keras.optimizers.Adam(rate))
    for _ in range(EPOCHS):
        mirrored = rng.random(len(train)) < 0.5
        x = np.where(mirrored[:, None, None, None], train.x[:, :, ::-1], train.x)
        model.fit(x, codes(train.factors), batch_size=BATCH, verbose=0)
    return model


def unseen_by_validation(train: Split) -> Split:
    """The published training garments without the validation garments of `load("fashion")`."""
    kept = np.r_[: fashion.TRAIN, fashion.TRAIN + fashion.VALIDATION : len(train)]
    return Split(train.x[kept], {"article": train.labels[kept]})


def quality(model: FactorClassifier) -> float:
    """The accuracy on the validation garments of `load("fashion")`, in [0, 1]."""
    validation = load("fashion").validation
    return model.accuracy(validation.x, validation.factors)["article"]
