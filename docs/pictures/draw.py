"""Draw the README's gallery: one picture for each lecture, made by models from that lecture.

    python docs/pictures/draw.py [LECTURE …]

Each function below is named after a lecture and draws on axes that fill 480 × 320 pixels. Models
that come with the course are loaded; the others are trained here, which takes a few minutes in all.
"""

import course_utils.quiet

import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
from matplotlib.axes import Axes
from PIL import Image
from scipy.spatial.distance import cdist
from sklearn.datasets import make_blobs
from sklearn.manifold import Isomap

from course_utils.data import load, load_domains, toy
from course_utils.data.people import load_people
from course_utils.losses import kl_per_dimension
from course_utils.models.autoencoder import DenoisingAutoencoder, dense_autoencoder
from course_utils.models.clustering import KMeans
from course_utils.models.convolution import convolve_transpose
from course_utils.models.density import Gaussian, KernelDensity, Mixture
from course_utils.models.flow import real_nvp
from course_utils.plotting import image_grid
from course_utils.pretrained import load_pretrained
from course_utils.pretrained.sprites_tcvae import load_upright

FOLDER = Path(__file__).parent
INCHES, PIXELS_AN_INCH = (4.8, 3.2), 100
COLORS = 128  # in the file: fewer bytes, and no eye sees it
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#999999"


def clustering(axes: Axes) -> None:
    """The paths of five centers, from random starting points to their clusters."""
    points, _ = make_blobs(400, centers=5, cluster_std=0.8, center_box=(-6, 6), random_state=7)
    fit = KMeans(5).fit(points, start=np.random.default_rng(3).normal(0, 1.5, (5, 2)))
    window = _fit_window(axes, points)
    across, down = (np.linspace(*ends, 400) for ends in window)
    plane = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    colors = np.array([BLUE, ORANGE, GREEN, PURPLE, GREY])
    areas = fit.predict(plane).reshape(400, 400)
    axes.contourf(across, down, areas, levels=np.arange(6) - 0.5, colors=colors, alpha=0.25)
    axes.scatter(*points.T, s=9, color=colors[fit.labels])
    for way in np.stack([step.centers for step in fit.history], axis=1):
        axes.plot(*way.T, "k.-", linewidth=1.2, markersize=5)
    axes.scatter(*fit.centers.T, s=90, color="white", edgecolor="black", linewidth=2, zorder=3)


def densities(axes: Axes) -> None:
    """The widths of handwritten zeros and ones: a histogram, and three densities fitted to them."""
    digits = load("digits").train
    ink = digits.x[digits.labels < 2].sum(axis=(1, 3))
    share, column = ink / ink.sum(axis=1, keepdims=True), np.arange(8)
    width = np.sqrt(share @ column**2 - (share @ column) ** 2).astype("float64")
    line = np.linspace(0.35, 1.85, 400)
    axes.hist(width, np.linspace(0.4, 1.8, 29), density=True, color="0.85")
    for model, color in ((Gaussian(), GREY), (KernelDensity(0.05), ORANGE), (Mixture(2), BLUE)):
        axes.plot(line, np.exp(model.fit(width).log_prob(line)), color=color, linewidth=2.5)
    axes.set(xlim=(0.35, 1.85), ylim=(0, 2.9))


def manifolds(axes: Axes) -> None:
    """All fours, arranged by Isomap: handwriting changes gradually across the plane."""
    digits = load("digits").train
    fours = digits.x[digits.labels == 4]
    places = Isomap(n_neighbors=8, n_components=2).fit_transform(fours.reshape(len(fours), -1))
    _fit_window(axes, places)
    axes.scatter(*places.T, s=5, color="0.7")
    shown = []
    for image, place in zip(fours, places, strict=True):
        if all(np.linalg.norm(place - other) > 0.95 for other in shown):
            shown.append(place)
            extent = (place[0] - 0.42, place[0] + 0.42, place[1] - 0.42, place[1] + 0.42)
            axes.imshow(image, cmap="gray", vmin=0, vmax=1, extent=extent, zorder=2)
    _fit_window(axes, places)


def transposed_convolutions(axes: Axes) -> None:
    """Digits enlarged threefold with equal weights: kernel size 5 gives a checkerboard, 6 none."""
    digits = load("digits").train.x[[3, 8, 10]]
    rows = [
        convolve_transpose(digits, np.ones((k, k, 1, 1), "float32"), strides=3, padding="same")
        for k in (5, 6)
    ]
    _show_rows(axes, *(row / row.max(axis=(1, 2, 3), keepdims=True) for row in rows))


def tensorboard(axes: Axes) -> None:
    """The loss of a classifier of digits at five learning rates."""
    digits = load("digits")
    rates = (0.001, 0.01, 0.1, 1.0, 10.0)
    for rate, color in zip(rates, plt.colormaps["cividis"](np.linspace(0, 0.9, 5)), strict=True):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input(digits.shape),
                keras.layers.Flatten(),
                keras.layers.Dense(24, "relu"),
                keras.layers.Dense(10),
            ]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(rate), loss)
        seen = model.fit(digits.train.x, digits.train.labels, batch_size=50, epochs=25, verbose=0)
        axes.semilogy(seen.history["loss"], color=color, linewidth=2.5)


def autoencoders(axes: Axes) -> None:
    """Garments that lost 30% of their pixels and, below each, its reconstruction by a denoiser."""
    garments = load("fashion")
    keras.utils.set_random_seed(0)
    model = dense_autoencoder(garments.shape, 32, kind=DenoisingAutoencoder, drop_rate=0.3)
    model.compile(keras.optimizers.Adam(2e-3), jit_compile=True)
    model.fit(garments.train.x, batch_size=50, epochs=20, verbose=0)
    x = garments.test.x[:12]
    lost = np.where(np.random.default_rng(0).random(x.shape) < 0.3, np.float32(0), x)
    repaired = np.asarray(model(lost).reconstruction)
    _show_rows(axes, lost[:6], repaired[:6], lost[6:], repaired[6:])


def vae(axes: Axes) -> None:
    """The latent plane of a VAE of garments, decoded."""
    model = load_pretrained("fashion_vae_plane")
    across, down = (scipy.stats.norm.ppf(np.linspace(0.03, 0.97, n)) for n in (12, 8))
    codes = np.stack(np.meshgrid(across, down), axis=-1).reshape(8, 12, 2).astype("float32")
    _show_rows(axes, *(np.asarray(model.decode(row)) for row in codes))


def gans(axes: Axes) -> None:
    """Garments that a GAN drew."""
    keras.utils.set_random_seed(0)
    samples = np.asarray(load_pretrained("fashion_gan").sample(54))
    _show_rows(axes, *samples.reshape(6, 9, 28, 28, 1))


def gan_advances(axes: Axes) -> None:
    """Faces that a StyleGAN drew with truncation 0.8."""
    model = load_pretrained("faces_stylegan")
    z = np.random.default_rng(3).normal(size=(24, model.latent)).astype("float32")
    _show_rows(axes, *np.asarray(model.generate(z, truncation=0.8)).reshape(4, 6, 32, 32, 3))


def cyclegan(axes: Axes) -> None:
    """Portraits and a CycleGAN's drawings of them; one person, and the deepfake as another."""
    keras.utils.set_random_seed(0)
    portraits = load_domains(1000).portraits.test.x[:6]
    cleo = load_people().a.test.x[:6]
    drawings = np.asarray(load_pretrained("portraits_cyclegan").translate(portraits))
    bruno = np.asarray(load_pretrained("close_ups_deepfake").swap(cleo, "b"))
    _show_rows(axes, portraits, drawings, cleo, bruno)


def flows(axes: Axes) -> None:
    """A square grid in the space of the noise, bent by a flow into two moons."""
    moons = load("moons", count=4000)
    keras.utils.set_random_seed(0)
    model = real_nvp((2,), steps=8, hidden=(64, 64))
    model.compile(keras.optimizers.Adam(3e-3, use_ema=True, ema_momentum=0.99), jit_compile=True)
    model.fit(moons.train.x, batch_size=200, epochs=80, verbose=0)
    ticks, fine = np.linspace(-2.5, 2.5, 21), np.linspace(-2.5, 2.5, 301)
    lines = [[(t, f) for f in fine] for t in ticks] + [[(f, t) for f in fine] for t in ticks]
    lines = np.array(lines, "float32")
    bent = np.asarray(model.decode(lines.reshape(-1, 2))).reshape(lines.shape)
    axes.scatter(*moons.test.x[:1000].T, s=6, color=ORANGE)
    axes.plot(*bent.transpose(2, 1, 0), color=BLUE, linewidth=0.8)
    _fit_window(axes, moons.test.x)


def disentanglement(axes: Axes) -> None:
    """One sprite; each row varies one of the four latent dimensions with the largest divergence."""
    model = load_pretrained("sprites_tcvae")
    codes, log_var = (np.asarray(part) for part in model.encode(load_upright().test.x))
    live = np.argsort(-kl_per_dimension(codes, log_var).numpy().mean(axis=0))[:4]
    rows = []
    for dimension in live:
        moved = np.tile(codes[5], (6, 1))
        moved[:, dimension] = np.linspace(-2.5, 2.5, 6)
        images = np.asarray(model.decode(moved))[..., 0]
        rows.append(plt.get_cmap("inferno")(images)[..., :3])
    _show_rows(axes, *rows)


def evaluation(axes: Axes) -> None:
    """Precision and recall: balls around data points, and samples that cover only half of them."""
    rng = np.random.default_rng(1)
    points, _ = toy.sample_moons(rng, 70)
    left = points[points[:, 0] < 0]
    samples = left + 0.12 * rng.normal(size=left.shape)
    radii = np.sort(cdist(points, points), axis=1)[:, 3]
    for place, radius in zip(points, radii, strict=True):
        axes.add_patch(plt.Circle(place, radius, color=BLUE, alpha=0.12, linewidth=0))
    axes.scatter(*points.T, s=26, color=BLUE)
    axes.scatter(*samples.T, s=30, marker="^", color=ORANGE, edgecolor="white", linewidth=0.5)
    _fit_window(axes, 1.15 * points)


def diffusion(axes: Axes) -> None:
    """From noise to garments, step by step."""
    keras.utils.set_random_seed(1)
    model = load_pretrained("fashion_diffusion")
    moments = [moment.z for moment in model.denoise(model.latent_noise(6), 50)]
    chosen = np.linspace(0, len(moments) - 1, 9).astype(int)
    _show_rows(axes, *np.stack([moments[i] for i in chosen], axis=1))


def _fit_window(axes: Axes, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Show all points (N, 2) at the same scale on both axes; return the limits of both axes."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.54 * max((high[0] - low[0]) / INCHES[0], (high[1] - low[1]) / INCHES[1])
    middle = (low + high) / 2
    window = tuple(
        m + half * inches * np.array([-1, 1]) for m, inches in zip(middle, INCHES, strict=True)
    )
    axes.set(xlim=window[0], ylim=window[1])
    return window


def _show_rows(axes: Axes, *rows: np.ndarray) -> None:
    """Show rows of images, each row (N, H, W, C) in [0, 1] and of the same shape."""
    images = np.clip(np.concatenate(rows), 0, 1)
    padding = max(1, images.shape[1] // 16)
    grid = image_grid(images, columns=len(rows[0]), padding=padding)
    axes.imshow(grid, cmap="gray", vmin=0, vmax=1, aspect="auto", interpolation="nearest")


PICTURES = {
    "01_clustering": clustering,
    "02_densities": densities,
    "03_manifolds": manifolds,
    "04_transposed_convolutions": transposed_convolutions,
    "05_tensorboard": tensorboard,
    "06_autoencoders": autoencoders,
    "07_vae": vae,
    "08_gans": gans,
    "09_gan_advances": gan_advances,
    "10_cyclegan": cyclegan,
    "11_flows": flows,
    "12_disentanglement": disentanglement,
    "13_evaluation": evaluation,
    "14_diffusion": diffusion,
}


def main(names: list[str]) -> None:
    """Draw the pictures of these lectures, or of all lectures if none is named."""
    if unknown := set(names) - set(PICTURES):
        raise SystemExit(f"{', '.join(sorted(unknown))}: expected some of {', '.join(PICTURES)}")
    for name in names or PICTURES:
        figure = plt.figure(figsize=INCHES, dpi=PIXELS_AN_INCH)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        PICTURES[name](axes)
        figure.canvas.draw()
        picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
        picture.quantize(COLORS).save(FOLDER / f"{name}.png", optimize=True)
        plt.close(figure)


if __name__ == "__main__":
    main(sys.argv[1:])
