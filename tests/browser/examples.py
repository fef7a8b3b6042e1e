"""One of every explorer, filled with shipped models and real data where there are any.

Each is built in a second or two, in the tests' process as well as in a notebook's kernel.
"""

import course_utils.quiet

from functools import cache

import keras
import numpy as np
from keras import layers

from course_utils.data import load, load_domains
from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import GRID, label_maps
from course_utils.data.people import TURNS, draw_close_ups, load_people
from course_utils.explorers import (
    AttributeEditor,
    Defect,
    DenoisingSlider,
    DensityExplorer,
    DiffusionSteps,
    DrawYourOwn,
    Explorer,
    FaceSwap,
    Film,
    FlowGrid,
    Interpolation,
    KMeansStepper,
    LabelPainter,
    LatentMap,
    LatentSliders,
    MetricExplorer,
    PixelConnections,
    PixelPath,
    Playground,
    RealOrFake,
    RoundTrip,
    RunCurves,
    StyleMixer,
    TrainingReplay,
    export_network,
)
from course_utils.models.clustering import KMeans
from course_utils.pretrained import load_pretrained

digits = cache(lambda: load("digits"))


def k_means() -> Explorer:
    points = _blobs()
    near, far = KMeans(4).fit(points), KMeans(4).fit(points, start=points[:4] / 10 + 3)
    return KMeansStepper(points, {"spread out": near.history, "in a corner": far.history})


def _blobs() -> np.ndarray:
    rng = np.random.default_rng(0)
    centers = np.array([[0.0, 0.0], [3.0, 0.0], [1.5, 2.6], [4.0, 3.0]])
    return np.concatenate([rng.normal(center, 0.5, (30, 2)) for center in centers])


def densities() -> Explorer:
    x = _blobs()[:, 0]
    mixtures = [([1.0], [x.mean()], [x.std()]), ([0.5, 0.5], [0.0, 3.0], [0.6, 0.9])]
    return DensityExplorer(x, mixtures, held_out=x + 0.1, name="width, pixels")


def pixel_path() -> Explorer:
    t = np.linspace(0, 1, 33)[:, None, None, None]
    train = digits().train
    fours = train.x[train.labels == 4]
    straight = (1 - t) * fours[0] + t * fours[1]
    hopping = fours[np.rint(8 * t.ravel()).astype(int)]
    return PixelPath({"straight": straight, "hopping": hopping}, fours[9:], typical=1.6)


def pixel_connections() -> Explorer:
    return PixelConnections(size=4)


def latent_sliders() -> Explorer:
    vae = load_pretrained("digits_vae")
    mu, log_var = (np.asarray(part) for part in vae.encode(digits().binarized().test.x[:50]))
    kl = (-0.5 * (1 + log_var - mu**2 - np.exp(log_var))).mean(axis=0)
    return LatentSliders(
        export_network(vae.decoder, "sigmoid"), kl=kl, codes=mu, labels=digits().test.labels[:50]
    )


def _plane() -> tuple[keras.Model, np.ndarray]:
    """A decoder from two principal components, and the test digits' codes, of unit spread."""
    train, test = (part.x.reshape(-1, 64) for part in (digits().train, digits().test))
    center = train.mean(axis=0)
    _, sizes, axes = np.linalg.svd(train - center, full_matrices=False)
    spread = sizes[:2, None] / np.sqrt(len(train))
    decoder = keras.Sequential(
        [keras.Input((2,)), layers.Dense(64), layers.Reshape((8, 8, 1)), layers.ReLU()]
    )
    decoder.layers[0].set_weights([spread * axes[:2], center])
    return decoder, (test - center) @ axes[:2].T / spread.T


def latent_map() -> Explorer:
    decoder, codes = _plane()
    return LatentMap(export_network(decoder), codes=codes[:150], labels=digits().test.labels[:150])


def interpolation() -> Explorer:
    vae = load_pretrained("digits_vae")
    mu, _ = vae.encode(digits().binarized().test.x[:50])
    decoder = export_network(vae.decoder, "sigmoid")
    return Interpolation(decoder, np.asarray(mu), labels=digits().test.labels[:50])


def denoising() -> Explorer:
    blur = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(1, 3, padding="same", use_bias=False)]
    )
    blur.layers[0].set_weights([np.full((3, 3, 1, 1), 1 / 9)])
    same = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(1.0)])
    networks = {"left alone": export_network(same), "blurred": export_network(blur)}
    test = digits().test
    return DenoisingSlider(networks, test.x[:20], labels=test.labels[:20])


def run_curves() -> Explorer:
    rng, steps = np.random.default_rng(0), np.arange(1, 41)
    return RunCurves(
        {
            f"rate {rate:g}": {
                split: gap + np.exp(-rate * steps) + rng.uniform(0, 0.1, 40)
                for split, gap in (("train", 0.05), ("test", 0.15))
            }
            for rate in (0.03, 0.1, 0.3)
        }
    )


def training_replay() -> Explorer:
    rng = np.random.default_rng(0)
    angles = 2 * np.pi * rng.integers(0, 8, 200) / 8
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) + rng.normal(0, 0.05, (200, 2))
    steps = np.array([0, 100, 200, 500, 1000])
    share = np.linspace(0, 1, 5)[:, None, None]
    samples = {
        "collapse": share * [1.0, 0.0] + (1.1 - share) * rng.normal(0, 0.3, (5, 150, 2)),
        "cure": share * ring[:150] + (1 - share) * rng.normal(0, 0.3, (5, 150, 2)),
    }
    scores = {"collapse": np.array([0, 3, 2, 1, 1]), "cure": np.array([0, 2, 5, 8, 8])}
    beliefs = {name: rng.uniform(size=(5, 24, 24)) for name in samples}
    return TrainingReplay(ring, steps, samples, scores, score="modes found", beliefs=beliefs)


def style_mixer() -> Explorer:
    gan = load_pretrained("faces_stylegan")
    z = np.random.default_rng(0).normal(size=(40, gan.latent)).astype("float32")
    styles = np.asarray(gan.map(z))
    synthesis = export_network(gan.generator.get_layer("synthesis"))
    names = tuple(f"{size} × {size}" for size in (4, 8, 16, 32))
    return StyleMixer(synthesis, styles, styles.mean(axis=0), names)


def real_or_fake() -> Explorer:
    faces = load("faces", count=100).test.x[:8]
    style = load_pretrained("faces_stylegan")
    z = np.random.default_rng(3).normal(size=(8, style.latent)).astype("float32")
    return RealOrFake(faces, np.asarray(style.generate(z)).clip(0, 1))


def round_trip() -> Explorer:
    model = load_pretrained("portraits_cyclegan")
    domains = load_domains(200)
    return RoundTrip(
        {"portrait": domains.portraits.test.x[:10], "drawing": domains.drawings.test.x[:10]},
        export_network(model.translator),
        export_network(model.back_translator),
    )


def face_swap() -> Explorer:
    model = load_pretrained("close_ups_deepfake")
    start, *others = np.asarray(model.encode(load_people().a.test.x[:3], "a"))
    directions = {name: z - start for name, z in zip(("smile", "turn"), others, strict=True)}
    decoders = {"Cleo": model.decoder_a, "Bruno": model.decoder_b}
    return FaceSwap(
        {name: export_network(decoder) for name, decoder in decoders.items()},
        start,
        directions,
        both_ways=("turn",),
    )


def film() -> Explorer:
    """A face that turns, and the same in black and white."""
    frames = draw_close_ups({**dict.fromkeys(GRID.levels, 0), "turn": np.array(TURNS)}, "a")
    return Film({"colour": frames, "grey": np.repeat(frames.mean(-1, keepdims=True), 3, -1)})


def label_painter() -> Explorer:
    model = load_pretrained("faces_spade")
    maps = label_maps(load("faces", count=80).test.factors, 32)
    styles = np.random.default_rng(0).normal(size=(5, model.latent))
    return LabelPainter(export_network(model.generator), maps[:5], styles, CLASSES, brush="hair")


def flow_grid() -> Explorer:
    """A plane that is turned and stretched, not a trained flow."""
    points = _blobs()[:, ::-1] / 2 - 1
    side = np.linspace(-3, 3, 13)
    rows = np.stack(np.meshgrid(np.linspace(-3, 3, 40), side), axis=-1)
    grid = np.concatenate([rows, rows[..., ::-1]])
    stages = [(points, grid)]
    for layer in range(4):
        bent = []
        for x in stages[-1]:
            x = x.copy()
            x[..., layer % 2] += 0.7 * np.sin(2 * x[..., 1 - layer % 2])
            bent.append(x)
        stages.append(tuple(bent))
    points, grid = map(np.stack, zip(*stages, strict=True))
    return FlowGrid(points, grid, labels=np.arange(len(points[0])) // 60)


def attribute_editor() -> Explorer:
    strengths = np.linspace(-2, 2, 9)
    images = digits().test.x[:10]
    ink = np.stack([np.clip(images * (1 + 0.4 * s), 0, 1) for s in strengths], axis=1)
    slant = np.stack([np.roll(images, round(s), axis=2) for s in strengths], axis=1)
    return AttributeEditor(
        {"bold": ink, "moved": slant}, strengths, labels=digits().test.labels[:10]
    )


def diffusion_steps() -> Explorer:
    keras.utils.set_random_seed(0)
    model = load_pretrained("digits_diffusion")
    moments = list(model.denoise(model.latent_noise(8), 10))
    z, x = (np.asarray([getattr(moment, name) for moment in moments]) for name in "zx")
    points = np.random.default_rng(0).normal(size=(len(moments), 60, 2))
    return DiffusionSteps(np.array([moment.t for moment in moments]), z, x, points=points)


def draw_your_own() -> Explorer:
    vae, plane, classifier = map(
        load_pretrained, ("fashion_vae", "fashion_vae_plane", "fashion_classifier")
    )
    garments = load("fashion")
    test, classes = garments.test, garments.levels["article"]
    first = [int(np.argmax(test.labels == k)) for k in (9, 7, 5, 0, 2, 3, 4, 6, 1, 8)]
    trunk = classifier.trunk
    return DrawYourOwn(
        test.x[first],
        test.labels[first],
        classes,
        encode=export_network(keras.Model(vae.encoder.input, vae.encoder.outputs[0])),
        decode=export_network(vae.decoder, "sigmoid"),
        classify=export_network(
            keras.Model(trunk.input, classifier.heads[0](trunk.output)), "softmax"
        ),
        place=export_network(keras.Model(plane.encoder.input, plane.encoder.outputs[0])),
        draw_place=plane.decode,
    )


def metrics() -> Explorer:
    levels = np.linspace(0, 1, 5)
    images = digits().test.x[:12]
    noise = np.random.default_rng(0).random(images.shape)
    noisy = np.stack([(1 - level) * images + level * noise for level in levels])
    faint = np.stack([(1 - level) * images for level in levels])
    return MetricExplorer(
        {
            "noise": Defect(levels, noisy, {"distance": 3 * levels, "recall": 1 - levels / 2}),
            "faint": Defect(levels, faint, {"distance": levels, "recall": 1 - levels / 4}),
        },
        better={"distance": "low", "recall": "high"},
        reference={"distance": 0.1, "recall": 0.95},
    )


def playground() -> Explorer:
    return Playground("gan", "ring", grid=True)


EXAMPLES = {
    build.__name__: build
    for build in (
        k_means,
        densities,
        pixel_path,
        pixel_connections,
        latent_sliders,
        latent_map,
        interpolation,
        denoising,
        run_curves,
        training_replay,
        style_mixer,
        real_or_fake,
        round_trip,
        face_swap,
        film,
        label_painter,
        flow_grid,
        attribute_editor,
        diffusion_steps,
        draw_your_own,
        metrics,
        playground,
    )
}
