"""StyleGAN of the faces, whose styles its lecture mixes and truncates."""

import course_utils.quiet

import keras
import numpy as np

from course_utils.data import Dataset, load
from course_utils.metrics.sample_quality import frechet_distance
from course_utils.models.stylegan import StyleGAN, style_gan
from course_utils.pretrained import load_pretrained

LEFT_OUT = ("generator", "discriminator")  # samples come from the generator's average
TOLERANCE = 100.0  # of the Fréchet distance in the features of `faces_classifier`
BATCH, EPOCHS = 16, 12


def faces() -> Dataset:
    """The faces that it is trained on."""
    return load("faces", count=10_000)


def build() -> StyleGAN:
    """The model, untrained."""
    return style_gan(channels=(128, 64, 32, 16), mixing=0.5, r1_weight=0.2, ema_decay=0.995)


def train(seed: int = 0, epochs: int = EPOCHS) -> StyleGAN:
    """The model, trained on the training faces; learning rates fall over the epochs given."""
    x = faces().train.x
    keras.utils.set_random_seed(seed)
    gan = build()
    steps = epochs * -(-len(x) // BATCH)
    gan.compile(*(_cooling_adam(steps) for _ in range(2)))
    gan.fit(x, batch_size=BATCH, epochs=epochs, verbose=0)
    return gan


def _cooling_adam(steps: int) -> keras.optimizers.Optimizer:
    rate = keras.optimizers.schedules.CosineDecay(0.01, steps, alpha=0.05)
    return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)


def quality(gan: StyleGAN) -> float:
    """The Fréchet distance of 1,000 samples to the validation faces, as `faces_classifier` sees."""
    keras.utils.set_random_seed(0)
    classifier = load_pretrained("faces_classifier")
    real, fake = (
        classifier.features(np.asarray(images))
        for images in (faces().validation.x, gan.sample(1000))
    )
    return frechet_distance(real, fake)
