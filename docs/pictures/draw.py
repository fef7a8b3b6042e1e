"""Draw the pictures of the README from the models that come with the course.

python docs/pictures/draw.py
"""

import course_utils.quiet

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load, load_domains
from course_utils.data.faces import label_maps
from course_utils.data.people import load_people
from course_utils.pretrained import load_pretrained

FOLDER = Path(__file__).parent


def draw_digits_vae() -> None:
    """Test digits, their reconstructions, and new digits, of the VAE lecture's model."""
    keras.utils.set_random_seed(0)
    digits = load("digits").binarized()
    vae = load_pretrained("digits_vae")
    count = 18
    x = digits.test.x[:count]
    rows = {
        "test image": x,
        "drawn again": vae.decode(vae.encode(x)[0]),
        "drawn anew": vae.sample(count),
    }
    _draw(rows, "digits_vae.png")


def draw_faces() -> None:
    """What three models of the course make of a portrait, a person and a label map."""
    keras.utils.set_random_seed(0)
    count = 14
    portraits = load_domains(1000).portraits.test.x[:count]
    cleo = load_people().a.test.x[:count]
    factors = {name: values[:count] for name, values in load("faces").test.factors.items()}
    maps = label_maps(factors)
    colors = plt.get_cmap("tab20")(np.asarray(maps) % 20)[..., :3]
    rows = {
        "a portrait": portraits,
        "as a drawing (CycleGAN)": load_pretrained("portraits_cyclegan").translate(portraits),
        "Cleo": cleo,
        "as Bruno (deepfake)": load_pretrained("close_ups_deepfake").swap(cleo, "b"),
        "a label map": colors,
        "painted (SPADE)": load_pretrained("faces_spade").sample(maps),
    }
    _draw(rows, "faces.png")


def _draw(rows: dict[str, np.ndarray], name: str) -> None:
    """One row of images below the other, with its words to the left."""
    count = len(next(iter(rows.values())))
    size = 10 / count
    figure, axes = plt.subplots(len(rows), count, figsize=(12, len(rows) * size))
    for line, (words, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, np.clip(images, 0, 1), strict=True):
            axis.imshow(image, cmap="gray", vmin=0, vmax=1)
            axis.axis("off")
        line[0].text(
            -0.15, 0.5, words, ha="right", va="center", fontsize=10, transform=line[0].transAxes
        )
    figure.subplots_adjust(left=2 / 12, right=1, top=1, bottom=0, wspace=0.06, hspace=0.06)
    figure.savefig(FOLDER / name, dpi=100)


if __name__ == "__main__":
    draw_digits_vae()
    draw_faces()
