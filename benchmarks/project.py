"""What the project's distances mean: real garments and models of the course, by the same measure.

Each draws the project's 5,000 samples. Trained here, from the start and for the project's budget of
processor time, are the model in the released notebook, and the course's VAE and GAN; beside them
stand the two as they come with the course, trained for as long as it took. The levels that
`course_utils/project/judging.py` publishes lie between these numbers.

    TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 python benchmarks/project.py [SEEDS]

One thread each, as in the grader's sandbox. A seed takes seven minutes.
"""

import course_utils.quiet

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import nbformat
import numpy as np

from course_utils.data import load
from course_utils.models.gan import conv_gan
from course_utils.models.vae import dense_vae
from course_utils.pretrained import load_pretrained
from course_utils.project import SAMPLES, SECONDS, copies, features

RELEASE = Path(__file__).parents[1] / "assignments" / "project" / "project.ipynb"


def real_garments() -> np.ndarray:
    """So many garments to train from as samples are drawn."""
    return load("fashion").train.x[:SAMPLES]


def released(seconds: float) -> Callable:
    """The sampling function of the model that students start from."""
    notebook = nbformat.read(RELEASE, as_version=4)
    namespace: dict = {}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            break
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    return namespace["train"](load("fashion").train.x, seconds)


def vae(seconds: float) -> Callable:
    """The course's dense VAE."""
    model = dense_vae((28, 28, 1), latent=16)
    model.compile(keras.optimizers.Adam(1e-3))
    return _fitted(model, 100, seconds)


def gan(seconds: float) -> Callable:
    """The course's GAN with a constant learning rate, since nobody knows how far it will come.

    Its discriminator is the plain one, without a layer of features.
    """
    model = conv_gan((28, 28, 1), 32, filters=16, r1_weight=0.1, ema_decay=0.995)
    model.compile(*(keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)))
    return _fitted(model, 64, seconds)


def _fitted(model: keras.Model, batch: int, seconds: float) -> Callable:
    """Trained epoch by epoch, until another one would take too long."""
    end, took = time.process_time() + seconds, 0.0
    while (began := time.process_time()) + took < end:
        model.fit(load("fashion").train.x, batch_size=batch, epochs=1, verbose=0)
        took = time.process_time() - began
    return model.sample


def rows(seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """What is measured, and its samples (SAMPLES, 28, 28, 1)."""
    for name, train in (("released", released), ("VAE", vae), ("GAN", gan)):
        keras.utils.set_random_seed(seed)
        began = time.process_time()
        sample = train(SECONDS)
        yield f"{name}, {time.process_time() - began:.0f} s", _drawn(sample)
    for name in ("fashion_vae", "fashion_gan"):
        keras.utils.set_random_seed(seed)
        yield f"{name}, as it comes", _drawn(load_pretrained(name).sample)
    yield "real garments", real_garments()


def _drawn(sample: Callable) -> np.ndarray:
    parts = [np.asarray(sample(1000)) for _ in range(SAMPLES // 1000)]
    return np.clip(np.concatenate(parts), 0, 1)


def main() -> None:
    """Print a row for each."""
    print(f"{'':28} distance  copies")
    for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        for name, samples in rows(seed):
            copied = copies.find(samples).share
            print(f"{name:28} {features.distance(samples):8.3f}  {copied:6.1%}", flush=True)


if __name__ == "__main__":
    main()
