"""Draw the pictures of the README from models trained here and now.

python docs/pictures/draw.py
"""

import course_utils.quiet

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load
from course_utils.models.vae import dense_vae

FOLDER = Path(__file__).parent


def draw_digits_vae() -> None:
    """Test digits, their reconstructions, and new digits, of the VAE lecture's model."""
    keras.utils.set_random_seed(0)
    digits = load("digits").binarized()
    vae = dense_vae(digits.shape, latent=8)
    vae.compile(keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99), jit_compile=True)
    vae.fit(digits.train.x, batch_size=50, epochs=300, validation_data=(digits.validation.x,))
    count = 18
    x = digits.test.x[:count]
    rows = {
        "test image": x,
        "drawn again": vae.decode(vae.encode(x)[0]),
        "drawn anew": vae.sample(count),
    }
    figure, axes = plt.subplots(len(rows), count, figsize=(11, 1.75))
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, np.asarray(images), strict=True):
            axis.imshow(image, cmap="gray", vmin=0, vmax=1)
            axis.axis("off")
        line[0].text(-1.5, 3.5, name, ha="right", va="center", fontsize=10)
    figure.subplots_adjust(left=0.09, right=1, top=1, bottom=0, wspace=0.08, hspace=0.08)
    figure.savefig(FOLDER / "digits_vae.png", dpi=120)


if __name__ == "__main__":
    draw_digits_vae()
