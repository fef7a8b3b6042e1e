"""Models of the garments, 28×28: what a short training reaches, and what comes with the course.

Settings are those of the lectures and of the digits; nothing was searched for. A row named
"…-shipped" draws from the weights that come with the course: there the seed is of the samples
alone, and the seconds are none.
"""

import course_utils.quiet

from functools import partial

import keras
import numpy as np

from course_utils import networks
from course_utils.data import load
from course_utils.models.conditional_gan import conv_conditional_gan
from course_utils.models.flow_matching import dense_flow_matching
from course_utils.models.gan import GAN, conv_gan
from course_utils.models.wgan import WGAN
from course_utils.pretrained import (
    fashion_diffusion,
    fashion_vae,
    load_pretrained,
)
from entries import Entry, Measurement, Stopwatch
from fashion_quality import (
    AGREEMENT,
    CLASSES,
    FRECHET,
    SAMPLES,
    draw,
    labelled_scores,
    scores,
)

SHAPE, LATENT, FILTERS, BATCH, DATA = (28, 28, 1), 32, 16, 64, "fashion"
REMEDIES = {"filters": FILTERS, "r1_weight": 1.0, "ema_decay": 0.995}


def measure_real(seed) -> Measurement:
    """The training garments themselves: no model can be much better."""
    return Measurement(scores(load("fashion").train.x), 0.0, 0.0)


def measure_copies(seed) -> Measurement:
    """Training garments drawn with replacement: what a model that knew no others would draw."""
    x = load("fashion").train.x
    chosen = np.random.default_rng(seed).integers(len(x), size=SAMPLES)
    return Measurement(scores(x[chosen]), 0.0, 0.0)


def measure_training(seed, *, train, labelled=False) -> Measurement:
    """Samples of what a function of the seed trains."""
    with Stopwatch() as watch:
        model = train(seed)
    metrics = labelled_scores(model.sample) if labelled else scores(draw(model.sample))
    return Measurement(metrics, watch.seconds, watch.cpu_seconds, parameters(model))


def measure_shipped(seed, *, name) -> Measurement:
    """Samples of a model that comes with the course."""
    model = load_pretrained(name)
    keras.utils.set_random_seed(seed)
    metrics = scores(draw(model.sample))
    return Measurement(metrics, 0.0, 0.0, parameters(model))


def parameters(model: keras.Model) -> int:
    """How many numbers a training moves: averages and statistics of the data are not among them."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def train_players(seed: int, *, build, epochs: int = 10, labelled: bool = False) -> GAN:
    """A GAN of any family, whose learning rates fall to 0."""
    train = load("fashion").train
    keras.utils.set_random_seed(seed)
    gan = build()
    rate = keras.optimizers.schedules.CosineDecay(2e-3, epochs * -(-len(train) // BATCH))
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for _ in range(2)))
    labels = train.labels if labelled else None
    gan.fit(train.x, labels, batch_size=BATCH, epochs=epochs, verbose=0)
    return gan


def build_wgan() -> WGAN:
    """The convolutional networks of the GAN, with Wasserstein's objective."""
    generator = networks.conv_generator(LATENT, SHAPE, filters=FILTERS)
    critic = networks.conv_discriminator(SHAPE, filters=FILTERS)
    return WGAN(generator, critic, critic_steps=3, ema_decay=0.99)


def trained(name, train, references=None, labelled=False) -> Entry:
    return Entry(
        name, DATA, partial(measure_training, train=train, labelled=labelled), references or {}
    )


# The limits were first set in features of another classifier, in which real images are at 0.07, a
# VAE of 16 latent numbers at 14.8 and one of 2 at 25.6. In those of the judge the same two are 3.2
# times as far away, so the limits are multiplied by 3.2.
ENTRIES = [
    Entry("fashion-real", DATA, measure_real),
    Entry("fashion-copies", DATA, measure_copies),
    trained("fashion-vae", fashion_vae.train, {FRECHET: "≤ 45"}),
    trained(
        "fashion-gan",
        partial(train_players, build=partial(conv_gan, SHAPE, LATENT, **REMEDIES)),
        {FRECHET: "≤ 6.5"},
    ),
    trained("fashion-wgan", partial(train_players, build=build_wgan)),
    trained(
        "fashion-conditional-gan",
        partial(
            train_players,
            build=partial(conv_conditional_gan, SHAPE, LATENT, CLASSES, **REMEDIES),
            labelled=True,
        ),
        {AGREEMENT: "≥ 0.9"},
        labelled=True,
    ),
    trained("fashion-diffusion", partial(fashion_diffusion.train, epochs=6), {FRECHET: "≤ 8"}),
    trained(
        "fashion-flow-matching",
        partial(
            fashion_diffusion.train,
            build=partial(dense_flow_matching, SHAPE, width=512),
            epochs=6,
        ),
    ),
    Entry(
        "fashion-diffusion-shipped",
        DATA,
        partial(measure_shipped, name="fashion_diffusion"),
        {FRECHET: "≤ 3.9"},
    ),
]
