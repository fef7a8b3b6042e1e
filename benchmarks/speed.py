"""Training speed: the course's in-memory `fit` against Keras's plain `fit`, in one run.

Both train the digits VAE of the lecture, with the same network, optimizer, batch size and data,
after a warm-up that excludes compilation. They take turns, so that other work on the machine
affects both.

    python benchmarks/speed.py [--rounds N]
"""

import course_utils.quiet

import argparse
import time

import keras
import numpy as np
from tqdm import tqdm

from course_utils.data import load
from course_utils.models.vae import VAE, dense_vae

BATCH_SIZE = 50
EPOCHS = {"plain Keras fit": 4, "in-memory fit": 20, "in-memory fit, XLA": 20}


def compiled_vae(jit_compile: bool | str) -> VAE:
    keras.utils.set_random_seed(0)
    vae = dense_vae((8, 8, 1), latent=8)
    vae.compile(keras.optimizers.Adam(3e-3), jit_compile=jit_compile)
    return vae


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each (default 9)")
    rounds = parser.parse_args().rounds

    x = load("digits").binarized().train.x
    steps_per_epoch = -(-len(x) // BATCH_SIZE)
    plain, in_memory, xla = compiled_vae("auto"), compiled_vae(False), compiled_vae(True)
    fits = {
        "plain Keras fit": lambda **kwargs: keras.Model.fit(plain, **kwargs),
        "in-memory fit": in_memory.fit,
        "in-memory fit, XLA": xla.fit,
    }
    for fit in fits.values():
        fit(x=x, batch_size=BATCH_SIZE, epochs=1, verbose=0)

    speeds = {name: [] for name in fits}
    for _ in tqdm(range(rounds), desc="rounds"):
        for name, fit in fits.items():
            start = time.perf_counter()
            fit(x=x, batch_size=BATCH_SIZE, epochs=EPOCHS[name], verbose=0)
            seconds = time.perf_counter() - start
            speeds[name].append(EPOCHS[name] * steps_per_epoch / seconds)

    print(f"digits VAE, batch size {BATCH_SIZE}, {rounds} rounds; steps per second\n")
    print(f"{'':20} {'median':>7} {'lowest':>7} {'highest':>8} {'times plain, by round':>24}")
    for name, values in speeds.items():
        ratios = np.divide(values, speeds["plain Keras fit"])
        print(
            f"{name:20} {np.median(values):7.0f} {min(values):7.0f} {max(values):8.0f} "
            f"{np.median(ratios):9.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        )


if __name__ == "__main__":
    main()
