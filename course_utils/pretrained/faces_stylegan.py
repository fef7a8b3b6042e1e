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
BATCH, EPOCHS = 16, 20


def faces() -> Dataset:
    """The faces on which it is trained."""
    return load("faces", count=10_000)


def build(mixing: float = 0.5) -> StyleGAN:
    """The model, untrained."""
    return style_gan(mixing=mixing, r1_weight=2.0, ema_decay=0.995)


def train(seed: int = 0, epochs: int = EPOCHS, **options) -> StyleGAN:
    """The model of `build(**options)`, trained on the training faces.

    The discriminator has the higher learning rate; both fall to 30% over the epochs.
    """
    x = faces().train.x
    keras.utils.set_random_seed(seed)
    gan = build(**options)
    steps = epochs * -(-len(x) // BATCH)
    gan.compile(_cooling_adam(0.02, steps), _cooling_adam(0.03, steps))
    gan.fit(x, batch_size=BATCH, epochs=epochs, verbose=0)
    return gan


def _cooling_adam(rate: float, steps: int) -> keras.optimizers.Optimizer:
    falling = keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.3)
    return keras.optimizers.Adam(falling, beta_1=0.0, beta_2=0.99)


def quality(gan: StyleGAN) -> float:
    """Fréchet distance of 1,000 samples to the validation faces, in `faces_classifier` features."""
    keras.utils.set_random_seed(0)
    classifier = load_pretrained("faces_classifier")
    real, fake = (
        classifier.features(np.asarray(images))
        for images in (faces().validation.x, gan.sample(1000))
    )
    return frechet_distance(real, fake)
