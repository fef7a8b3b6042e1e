"""GANs of RGB faces at 32 × 32 pixels, all trained for about the same time.

Settings were chosen on the validation faces; here samples are compared once with 1,000 test faces.
Distances are computed in the features of the course's classifier of factors
(`course_utils.pretrained.faces_classifier`), which recognises 98% of the factors of test faces.
They are not Inception's FID. In the same features the distance of 1,000 real training faces to the
validation faces is 63.

The reference for the progressive GAN and the StyleGAN is the plain GAN without remedies. In so
short a time, the plain GAN with the same remedies is the best of all.
"""

import course_utils.quiet

from functools import partial

import keras
import numpy as np

from course_utils import networks
from course_utils.data import load
from course_utils.metrics.sample_quality import frechet_distance
from course_utils.models.gan import GAN
from course_utils.models.progressive_gan import ProgressiveGAN, progressive_gan
from course_utils.pretrained import faces_stylegan, load_pretrained
from entries import Entry, Measurement, Stopwatch

FRECHET, LEVELS = "Fréchet, faces", "levels drawn"
SAMPLES = 1000  # as many as there are test faces
REMEDIES = {"r1_weight": 0.2, "ema_decay": 0.995}
STEPS_A_ROUND = 500  # 8,000 faces in batches of 16


def train_plain(seed, rounds, **remedies) -> GAN:
    """A GAN with the networks of DCGAN; a round has 500 steps."""
    keras.utils.set_random_seed(seed)
    gan = GAN(
        networks.conv_generator(64, (32, 32, 3), filters=16),
        networks.conv_discriminator((32, 32, 3), filters=16),
        **remedies,
    )
    _fit(gan, 1e-3, rounds)
    return gan


def train_progressive(seed) -> ProgressiveGAN:
    """A progressive GAN: one round of 500 steps each at 4, 8 and 16 pixels, and two at 32."""
    keras.utils.set_random_seed(seed)
    gan = progressive_gan(fade_steps=STEPS_A_ROUND // 2, **REMEDIES)
    _fit(gan, 1.5e-2, rounds=1)
    while gan.size < gan.full_size:
        gan.grow()
        _fit(gan, 1.5e-2, rounds=2 if gan.size == gan.full_size else 1)
    return gan


def _fit(gan: GAN, rate: float, rounds: int) -> None:
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for _ in range(2)))
    gan.fit(load("faces", count=10_000).train.x, batch_size=16, epochs=rounds, verbose=0)


def measure_faces(seed, *, train) -> Measurement:
    """Fréchet distance to the test faces, and how many levels of all factors occur in samples."""
    faces, classifier = load("faces", count=10_000), load_pretrained("faces_classifier")
    with Stopwatch() as watch:
        model = train(seed)
    samples = np.asarray(model.sample(SAMPLES))
    real, fake = (classifier.features(images) for images in (faces.test.x, samples))
    found = classifier.classify(samples).values()
    metrics = {
        FRECHET: frechet_distance(real, fake),
        LEVELS: sum(len(np.unique(levels)) for levels in found),
    }
    players = model.generator.count_params() + model.discriminator.count_params()
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, players)


REFERENCES = {
    FRECHET: "≤ 846",  # the plain GAN without remedies in the same time, its median
    LEVELS: "≥ 61",  # of the seven factors together
}
ENTRIES = [
    Entry(f"faces-{name}", "faces", partial(measure_faces, train=train), references)
    for name, train, references in (
        # Without the remedies a step takes two thirds of the time.
        ("gan-without-remedies", partial(train_plain, rounds=6), {}),
        ("gan", partial(train_plain, rounds=4, **REMEDIES), {}),
        ("progressive-gan", train_progressive, REFERENCES),
        # Without style mixing, which reduces quality and is not used here.
        ("stylegan", partial(faces_stylegan.train, epochs=4, mixing=0.0), REFERENCES),
    )
]
