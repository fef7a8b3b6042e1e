"""Explorers used in a browser: in exported HTML opened from a file, and in JupyterLab."""

import course_utils.quiet

import re

import keras
import nbformat
import numpy as np
import pytest
from keras import layers
from nbconvert import HTMLExporter

from course_utils.data.face_drawing import CLASSES
from course_utils.explorers import (
    AttributeEditor,
    Defect,
    DenoisingSlider,
    DensityExplorer,
    DiffusionSteps,
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
    RealOrFake,
    RoundTrip,
    RunCurves,
    StyleMixer,
    TrainingReplay,
    export_network,
)
from course_utils.models.clustering import KMeans
from course_utils.models.convolution import convolution_matrix
from course_utils.models.density import Gaussian, KernelDensity
from course_utils.networks import conv_generator, dense_decoder
from course_utils.pretrained import load_pretrained

pytestmark = pytest.mark.browser


def decoder(latent_size: int, channels: int = 1) -> keras.Model:
    """Untrained, but no latent code leaves its picture as it was."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((latent_size,)),
            layers.Dense(4 * 4 * 8, "tanh"),
            layers.Reshape((4, 4, 8)),
            layers.Conv2DTranspose(channels, 4, 2, padding="same"),
        ]
    )


@pytest.fixture
def codes():
    def draw(count: int, latent_size: int) -> np.ndarray:
        return np.random.default_rng(0).normal(size=(count, latent_size))

    return draw


@pytest.fixture
def open_exported(page, tmp_path):
    """Exports explorers to HTML as nbconvert does, and opens the file."""

    def open_file(*explorers):
        cells = []
        for explorer in explorers:
            result = nbformat.v4.new_output("execute_result", explorer._repr_mimebundle_())
            cells.append(nbformat.v4.new_code_cell("explorer", outputs=[result]))
        html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))
        path = tmp_path / "exported.html"
        path.write_text(html, "utf-8")
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        return page.locator("[data-explorer]")

    return open_file


def large_picture(explorer) -> str:
    """The pixels of an explorer's large picture, once it has been drawn."""
    canvas = explorer.locator("canvas.large[aria-label]").first
    canvas.wait_for()
    return canvas.evaluate("(canvas) => canvas.toDataURL()")


def test_sliders_that_carry_most_stand_first_and_the_unused_last(open_exported):
    network = export_network(decoder(3), "sigmoid")
    explorer = open_exported(LatentSliders(network, kl=np.array([0.001, 0.5, 2.0])))
    names = [slider.get_attribute("aria-label") for slider in explorer.get_by_role("slider").all()]
    assert names == ["z₃", "z₂", "z₁, unused"]


@pytest.mark.latency
def test_sliders_answer_within_a_frame_in_an_exported_file(open_exported, codes, slider_times):
    network = export_network(decoder(8, channels=3), "sigmoid")
    kl = np.array([2.0, 1.0, 0.5, 0.5, 0.3, 0.2, 0.1, 0.001])
    explorer = open_exported(LatentSliders(network, kl=kl, codes=codes(5, 8), labels=range(5)))
    sliders = explorer.get_by_role("slider")
    assert sliders.count() == 8
    assert explorer.get_by_role("slider", name="unused").count() == 1
    times = slider_times(sliders.first, "exported file, in the page")
    assert times[int(0.9 * len(times))] < 16


@pytest.mark.latency
@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("dense layers", lambda: dense_decoder(16, (28, 28, 1), hidden=(128, 256))),
        ("convolutions", lambda: conv_generator(32, (28, 28, 1), filters=16)),
    ],
)
def test_pictures_of_28_pixels_answer_within_a_frame(
    name, network, open_exported, codes, slider_times
):
    keras.utils.set_random_seed(1)
    exported = export_network(network(), "sigmoid")
    explorer = open_exported(LatentSliders(exported, codes=5 * codes(5, *exported.input_shape)))
    slider = explorer.get_by_role("slider").first
    times = slider_times(slider, f"exported file, 28×28 by {name}, in the page")
    # What a busy machine adds is not the explorer's; the 90th percentile is printed.
    assert min(times) < 16


def test_buttons_and_examples_move_every_slider(open_exported, codes):
    network = export_network(decoder(3), "sigmoid")
    chosen = codes(5, 3).clip(-2, 2)
    explorer = open_exported(LatentSliders(network, codes=chosen, labels=[7, 1, 2, 3, 9]))

    def values() -> list[float]:
        return [float(slider.input_value()) for slider in explorer.get_by_role("slider").all()]

    assert values() == pytest.approx(chosen[0], abs=0.03)
    explorer.get_by_role("spinbutton").fill("4")
    assert values() == pytest.approx(chosen[4], abs=0.03)
    assert explorer.get_by_text("label 9").first.is_visible()
    explorer.get_by_role("button", name="All zero").click()
    assert values() == [0, 0, 0]
    zero = large_picture(explorer)
    explorer.get_by_role("button", name="Random").click()
    assert large_picture(explorer) != zero


def test_the_point_of_the_map_moves_by_key_and_by_hand(open_exported, codes):
    network = export_network(decoder(2), "sigmoid")
    explorer = open_exported(LatentMap(network, codes=codes(50, 2), labels=np.arange(50) % 10))
    plane = explorer.get_by_role("application")
    plane.press("Home")
    start = large_picture(explorer)
    plane.press("ArrowRight")
    assert explorer.get_by_text("z = (0.10, 0.00)").first.is_visible()
    moved = large_picture(explorer)
    assert moved != start
    box = plane.bounding_box()
    plane.click(position={"x": box["width"] / 4, "y": box["height"] / 4})
    assert large_picture(explorer) not in (start, moved)
    explorer.get_by_text("Examples").click()
    assert plane.locator("canvas:visible").count() == 1


def test_both_paths_of_an_interpolation_end_at_the_examples(open_exported, codes):
    network = export_network(decoder(4), "sigmoid")
    explorer = open_exported(Interpolation(network, codes(5, 4), ends=(1, 3)))
    slider = explorer.get_by_role("slider")
    seen = {}
    for path in ("straight", "spherical"):
        explorer.get_by_role("radio", name=path).check()
        for t in ("0", "0.5", "1"):
            slider.fill(t)
            seen[path, t] = large_picture(explorer)
    assert seen["straight", "0"] == seen["spherical", "0"]
    assert seen["straight", "1"] == seen["spherical", "1"]
    assert seen["straight", "0.5"] != seen["spherical", "0.5"]
    assert len(set(seen.values())) == 4


def drawing(explorer, number: int = 0) -> str:
    """The marks of an explorer's chart."""
    return explorer.locator("svg.chart").nth(number).inner_html()


def test_k_means_goes_half_a_round_a_step(open_exported):
    points = np.random.default_rng(0).normal(size=(60, 2))
    near, far = KMeans(3).fit(points), KMeans(3).fit(points, start=points[:3] / 10 + 3)
    explorer = open_exported(KMeansStepper(points, {"near": near.history, "far": far.history}))
    slider = explorer.get_by_role("slider")
    assert explorer.get_by_text("nobody belongs to them yet").first.is_visible()
    seen = {drawing(explorer)}
    for words in ("nearest center", "mean of its points"):
        slider.press("ArrowRight")
        assert explorer.get_by_text(words).first.is_visible()
        seen.add(drawing(explorer))
    assert len(seen) == 3
    slider.press("End")
    assert slider.input_value() == str(2 * len(near.history) - 1)
    assert explorer.get_by_text(f"Inertia: {near.inertia:.1f}").first.is_visible()
    explorer.get_by_text("far").click()
    assert slider.input_value() == "0" and drawing(explorer) not in seen
    explorer.get_by_role("button", name="Next").click()
    assert slider.input_value() == "1"
    slider.press("End")
    slider.press("ArrowLeft")
    explorer.get_by_role("button", name="Play").click()  # to the end of this run
    explorer.get_by_role("button", name="Stop").wait_for()
    explorer.get_by_role("button", name="Play").wait_for()
    assert slider.input_value() == str(2 * len(far.history) - 1)


def test_a_training_is_scrubbed_by_key_button_and_player(open_exported):
    generator = np.random.default_rng(0)
    runs = {name: generator.normal(0, 0.5, (5, 20, 2)) for name in ("collapse", "cure")}
    scores = {"collapse": np.array([0, 3, 2, 1, 1]), "cure": np.array([0, 2, 5, 8, 8])}
    beliefs = {name: generator.uniform(size=(5, 6, 6)) for name in runs}
    explorer = open_exported(
        TrainingReplay(
            generator.normal(size=(30, 2)),
            np.array([0, 100, 200, 500, 1000]),
            runs,
            scores,
            score="modes found",
            beliefs=beliefs,
        )
    )
    slider = explorer.get_by_role("slider", name="Saved steps of the training")
    collapse, cure = drawing(explorer), drawing(explorer, 1)
    slider.press("ArrowRight")
    assert drawing(explorer) != collapse and drawing(explorer, 1) != cure
    told = "Step 100. collapse: modes found 3; cure: modes found 2."
    assert explorer.get_by_text(told).first.is_visible()
    assert explorer.get_by_role("img", name="Step 100. cure: modes found 2.").is_visible()
    slider.press("End")
    assert explorer.get_by_text("Step 1,000. collapse: modes found 1").first.is_visible()
    explorer.get_by_role("button", name="Back").click()
    assert slider.input_value() == "3"
    slider.press("End")
    explorer.get_by_role("button", name="Play").click()  # at the end it starts anew
    explorer.get_by_role("button", name="Stop").wait_for()
    explorer.get_by_role("button", name="Play").wait_for()
    assert slider.input_value() == "4"


def test_a_film_plays_to_its_end_and_stops_when_a_hand_moves_it(open_exported):
    frames = np.linspace(0, 1, 4)[:, None, None, None] * np.ones((4, 4, 4, 3))
    explorer = open_exported(
        Film({"source": frames, "swapped": frames[::-1]}, frames_per_second=20)
    )
    slider = explorer.get_by_role("slider", name="Frames of the film")
    explorer.get_by_role("button", name="Play").click()
    explorer.get_by_text("Frame 4 of 4").first.wait_for()
    assert explorer.get_by_role("img", name="swapped. Frame 4 of 4.").is_visible()
    explorer.get_by_role("button", name="Play").wait_for()  # it has stopped by itself
    slider.press("ArrowLeft")
    assert explorer.get_by_text("Frame 3 of 4").first.is_visible()


def test_curves_are_smoothed_as_tensorboard_does_and_hidden(open_exported):
    written = {"slow": np.array([2.0, 1.0, 4.0]), "fast": np.array([1.0, 0.1, 2.0])}
    explorer = open_exported(
        RunCurves({name: {"train": v, "test": v + 1} for name, v in written.items()})
    )
    # By hand, for w = 0.5: m = ½, 0.3, 1.15, divided by 1 − w³.
    explorer.get_by_role("slider", name="Smoothing").fill("0.5")
    assert explorer.get_by_text("fast, written 2.000, drawn 1.314").first.is_visible()
    linear = drawing(explorer)
    explorer.get_by_text("logarithmic", exact=True).click()
    assert drawing(explorer) != linear
    assert explorer.locator("svg.chart text").get_by_text("0.1", exact=True).count() == 1
    explorer.get_by_text("test", exact=True).click()
    assert explorer.get_by_text("fast, written 3.000").first.is_visible()
    explorer.get_by_role("checkbox", name="fast").uncheck()
    assert explorer.get_by_text("slow, written 5.000").first.is_visible()
    assert explorer.locator(".drawn path").count() == 1


def test_a_flow_bends_points_and_grid_layer_by_layer(open_exported):
    rng = np.random.default_rng(0)
    points, grid = rng.normal(size=(4, 20, 2)), rng.normal(size=(4, 6, 10, 2))
    explorer = open_exported(FlowGrid(points, grid, labels=np.arange(20) % 2))
    slider = explorer.get_by_role("slider", name="Layers passed")
    circle = explorer.locator(".dots circle").first
    seen = {drawing(explorer)}
    places = []
    for key, words in (
        ("ArrowRight", "Within layer 1 of 3"),
        ("End", "After all 3 layers"),
        ("Home", "The data"),
    ):
        slider.press(key)
        assert explorer.get_by_text(words).first.is_visible()
        seen.add(drawing(explorer))
        places.append(float(circle.get_attribute("cx")))
    assert len(seen) == 3
    across = points[:, 0, 0]
    share = (places[0] - places[2]) / (places[1] - places[2])
    expected = 0.05 * (across[1] - across[0]) / (across[3] - across[0])
    assert share == pytest.approx(expected, abs=1e-3)
    explorer.get_by_role("button", name="Next").click()
    assert slider.input_value() == "1"
    explorer.get_by_role("button", name="Noise").click()
    assert slider.input_value() == "3"
    slider.fill("2.9")
    explorer.get_by_role("button", name="Play").click()
    explorer.get_by_text("After all 3 layers").first.wait_for()
    slider.fill("2.9")
    explorer.get_by_role("button", name="Back").click()
    assert slider.input_value() == "2"


def test_attributes_are_edited_by_key(open_exported):
    edits = {name: np.random.default_rng(i).random((2, 5, 4, 4, 1)) for i, name in enumerate("ab")}
    explorer = open_exported(AttributeEditor(edits, [-2, -1, 0, 1, 2], labels=[7, 8]))
    slider = explorer.get_by_role("slider", name="Strength")
    edited = explorer.locator("canvas.large").nth(1)
    seen = [edited.evaluate("(canvas) => canvas.toDataURL()")]
    assert seen[0] == large_picture(explorer)
    for move in (
        lambda: slider.press("ArrowRight"),
        lambda: explorer.get_by_text("b", exact=True).click(),
        lambda: explorer.get_by_role("spinbutton").fill("1"),
    ):
        move()
        seen.append(edited.evaluate("(canvas) => canvas.toDataURL()"))
    assert len(set(seen)) == 4
    assert explorer.get_by_role("img", name="Example 1, b, strength 1.00").is_visible()
    assert explorer.get_by_text("label 8").first.is_visible()


def test_a_painted_label_changes_the_picture_by_hand_and_by_key(open_exported):
    model = load_pretrained("faces_spade")
    maps = np.zeros((2, 32, 32), int)
    maps[:, 8:24, 8:24] = CLASSES.index("skin")
    styles = np.random.default_rng(0).normal(size=(3, model.latent))
    network = export_network(model.generator)
    explorer = open_exported(LabelPainter(network, maps, styles, CLASSES, brush="hair"))
    pictures = [large_picture(explorer)]

    def changed(frames: int = 100) -> bool:
        """Whether the picture becomes another one within so many frames."""
        for _ in range(frames):
            explorer.page.evaluate("() => new Promise(requestAnimationFrame)")
            if large_picture(explorer) != pictures[-1]:
                explorer.page.evaluate("() => new Promise(requestAnimationFrame)")
                pictures.append(large_picture(explorer))
                return True
        return False

    plane = explorer.get_by_role("application")
    box = plane.bounding_box()
    explorer.page.mouse.move(box["x"] + 20, box["y"] + 20)
    assert not changed(5)  # the pointer alone paints nothing
    explorer.page.mouse.down()
    explorer.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    explorer.page.mouse.up()
    assert changed()
    explorer.get_by_role("button", name="Undo").click()
    assert changed() and pictures[-1] == pictures[0]

    explorer.get_by_text("eyes", exact=True).click()
    plane.press("ArrowDown")
    assert not changed(5) and "Brush: eyes, 2 wide" in plane.get_attribute("aria-label")
    plane.press(" ")
    assert changed()
    plane.press("Shift+ArrowDown")
    assert changed()
    for _ in range(4):
        plane.press("ArrowRight")  # off what was painted: a patch of its own class stays
    plane.press("f")
    assert changed()
    for _ in range(3):
        plane.press("u")
        assert changed()
    assert pictures[-1] == pictures[0]
    explorer.get_by_role("spinbutton", name="Style of face").fill("2")
    assert changed()
    explorer.get_by_role("button", name="Random style").click()
    assert changed()


def test_densities_in_the_page_are_the_models(open_exported):
    x = np.random.default_rng(0).normal(size=80)
    mixtures = [([1.0], [x.mean()], [x.std()]), ([0.5, 0.5], [-1.0, 1.0], [0.3, 0.3])]
    explorer = open_exported(DensityExplorer(x, mixtures, held_out=x / 2, name="x"))

    def scores(model):
        data, held_out = (f"{model.log_prob(part).mean():.3f}" for part in (x, x / 2))
        text = f"{data} nats on the data, {held_out} on data held out".replace("-", "−")
        return explorer.get_by_text(text)

    curve = explorer.locator(".density path")
    seen = {curve.get_attribute("d")}
    assert scores(Gaussian().fit(x)).is_visible()
    point = explorer.get_by_role("slider", name="x", exact=True)
    point.press("ArrowRight")
    at = float(point.input_value())
    density = np.exp(Gaussian().fit(x).log_prob(np.array([at]))[0])
    text = f"p({at:.2f}) = {density:.3f}".replace("-", "−")
    assert explorer.get_by_text(text).first.is_visible()

    explorer.get_by_text("Mixture").click()
    seen.add(curve.get_attribute("d"))
    explorer.get_by_text("Kernel density").click()
    bandwidth = explorer.get_by_role("slider", name="Bandwidth")
    for power in ("-1.0", "0.0"):
        bandwidth.fill(power)
        value = float(bandwidth.input_value())
        assert scores(KernelDensity(10**value).fit(x)).is_visible()
        seen.add(curve.get_attribute("d"))
    assert len(seen) == 4

    samples = explorer.locator(".samples path")
    assert not samples.is_visible()
    explorer.get_by_role("button", name="Draw samples").click()
    assert samples.is_visible()


def test_a_path_through_pixel_space_shows_picture_and_neighbour(open_exported):
    images = np.linspace(0, 1, 5 * 16).reshape(5, 4, 4, 1)
    paths = {"straight": images, "around": images[:, ::-1]}
    explorer = open_exported(PixelPath(paths, images[:2] / 2))
    slider = explorer.get_by_role("slider")
    seen = set()
    for path in ("straight", "around"):
        explorer.get_by_role("radio", name=path).check()
        for t in ("0", "0.5", "1"):
            slider.fill(t)
            seen.add((large_picture(explorer), drawing(explorer)))
    assert len(seen) == 6
    distance = np.linalg.norm(images[4, ::-1] - images[1] / 2)
    assert explorer.get_by_text(f"{distance:.2f}").first.is_visible()


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("operation", ["Convolution", "Transposed"])
def test_pixels_are_connected_as_the_matrix_says(open_exported, operation, padding):
    explorer = open_exported(PixelConnections(size=4))

    def choose(setting: str, value) -> None:
        group = explorer.get_by_role("radiogroup", name=setting)
        group.get_by_text(str(value), exact=True).click()

    def cells(image: str) -> list[str]:
        grid = explorer.get_by_role("application", name=image)
        return grid.locator("span").all_inner_texts()

    choose("Operation", operation)
    choose("Padding", padding)
    for kernel_size, strides in [(3, 2), (4, 2), (2, 3), (5, 1)]:
        choose("Kernel size", kernel_size)
        choose("Stride", strides)
        weights = np.arange(1, kernel_size**2 + 1).reshape(kernel_size, kernel_size, 1, 1)
        large = 4 * strides + (max(kernel_size - strides, 0) if padding == "valid" else 0)
        matrix = convolution_matrix(weights, (large, large), strides=strides, padding=padding)
        if operation == "Transposed":
            matrix = matrix.T

        output = explorer.get_by_role("application", name="Output")
        output.locator("span").nth(6).hover()
        assert cells("Output") == [str(count) for count in (matrix > 0).sum(axis=1)]
        assert cells("Input") == [" abcdefghijklmnopqrstuvwxy"[tap].strip() for tap in matrix[6]]
        before = cells("Input")
        output.press("ArrowRight")
        assert cells("Input") == [" abcdefghijklmnopqrstuvwxy"[tap].strip() for tap in matrix[7]]
        assert cells("Input") != before


def test_losing_pixels_changes_what_is_rebuilt(open_exported):
    half = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(0.5)])
    images = np.random.default_rng(0).uniform(0.1, 1, (3, 8, 8, 1)).astype("float32")
    explorer = open_exported(DenoisingSlider({"half": export_network(half)}, images))
    slider = explorer.get_by_role("slider")

    def errors() -> list[float]:
        told = explorer.get_by_text(re.compile(r"^error \d")).all_inner_texts()
        return [float(text.removeprefix("error ")) for text in told]

    def rebuilt() -> str:
        canvas = explorer.get_by_role("img", name="Rebuilt by half")
        return canvas.evaluate("(canvas) => canvas.toDataURL()")

    energy = np.sum(images[0] ** 2)
    slider.fill("0")
    assert errors() == pytest.approx([0, energy / 4], abs=0.2)
    whole = rebuilt()
    slider.press("ArrowRight")
    slider.fill("0.5")
    spoiled = rebuilt()
    assert spoiled != whole
    explorer.get_by_role("button", name="Other pixels").click()
    assert rebuilt() not in (whole, spoiled)
    slider.fill("1")
    assert errors() == pytest.approx([energy, energy], abs=0.1)
    empty = rebuilt()
    explorer.get_by_role("spinbutton").fill("1")
    assert errors()[0] == pytest.approx(np.sum(images[1] ** 2), abs=0.1)
    assert rebuilt() == empty


def diffusion_steps() -> DiffusionSteps:
    """Random images and points, other ones at each of four moments."""
    rng = np.random.default_rng(0)
    noised, clean = rng.random((2, 4, 6, 8, 8, 1))
    return DiffusionSteps([1.0, 0.6, 0.3, 0.0], noised, clean, points=rng.normal(size=(4, 20, 2)))


def test_diffusion_goes_a_step_at_a_time(open_exported):
    explorer = open_exported(diffusion_steps())
    slider = explorer.get_by_role("slider", name="Steps taken")
    seen = {(large_picture(explorer), drawing(explorer))}
    assert explorer.get_by_text("Step 0 of 3, t = 1.00").first.is_visible()
    for t in ("0.60", "0.30"):
        slider.press("ArrowRight")
        assert explorer.get_by_role("img", name=f"Noised image, number 6, at t = {t}").is_visible()
        seen.add((large_picture(explorer), drawing(explorer)))
    explorer.get_by_role("button", name="Next").click()
    seen.add((large_picture(explorer), drawing(explorer)))
    assert slider.input_value() == "3" and len(seen) == 4
    explorer.get_by_role("button", name="Back").click()
    assert (large_picture(explorer), drawing(explorer)) in seen
    assert explorer.get_by_role("img", name="20 points at t = 0.30").is_visible()
    explorer.get_by_role("button", name="Play").click()
    explorer.get_by_text("Step 3 of 3").first.wait_for()


def test_an_image_of_more_than_a_few_pixels_is_enlarged_smoothly(open_exported):
    for side, rendering in ((8, "pixelated"), (28, "auto")):
        frames = np.random.default_rng(0).random((3, side, side, 1))
        explorer = open_exported(Film({"film": frames}, frames_per_second=20))
        style = "(canvas) => getComputedStyle(canvas).imageRendering"
        assert explorer.locator("canvas.large").evaluate(style) == rendering


def metric_explorer() -> MetricExplorer:
    """Two defects of noise images and two metrics."""
    rng, levels = np.random.default_rng(0), np.array([0.0, 0.5, 1.0])

    def defect(slope):
        values = {"distance": slope * levels, "recall": 1 - levels / 2}
        return Defect(levels, rng.random((3, 6, 8, 8, 1)), values)

    return MetricExplorer(
        {"noise": defect(3), "copies": defect(0.2)},
        better={"distance": "low", "recall": "high"},
        reference={"distance": 0.1, "recall": 0.95},
    )


def test_every_metric_follows_the_defect(open_exported):
    explorer = open_exported(metric_explorer())
    slider = explorer.get_by_role("slider", name="How much of it")
    seen = set()
    for defect, distance in (("noise", "3.00"), ("copies", "0.20")):
        explorer.get_by_role("radiogroup").get_by_text(defect).click()
        assert slider.input_value() == "0"
        seen.add((large_picture(explorer), drawing(explorer)))
        slider.press("End")
        assert explorer.get_by_text(f"{distance} · real data 0.10").first.is_visible()
        assert explorer.get_by_text("0.50 · real data 0.95").first.is_visible()
        seen.add((large_picture(explorer), drawing(explorer)))
        explorer.get_by_role("button", name="Less").click()
        assert slider.input_value() == "1"
    assert len(seen) == 4


def test_a_guess_counts_once_and_tells_the_truth(open_exported):
    real, fake = np.ones((4, 8, 8, 3)), np.zeros((4, 8, 8, 3))
    explorer = open_exported(RealOrFake(real, fake))
    left = explorer.get_by_role("button", name="The left one")
    right = explorer.get_by_role("button", name="The right one")
    white = "(canvas) => canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0] === 255"

    def real_is_left() -> bool:
        return explorer.locator("canvas.large").first.evaluate(white)

    def tells(text: str) -> bool:
        return explorer.locator("output", has_text=text).first.is_visible()

    assert tells("Which one is real?") and tells("0 of 0 right")
    (left if real_is_left() else right).click()
    assert tells("Right: the") and tells("1 of 1 right")
    (right if real_is_left() else left).click()  # too late to change
    assert tells("Right: the") and tells("1 of 1 right")
    explorer.get_by_role("button", name="Next pair").click()
    assert tells("pair 2 of 4") and tells("Which one is real?")
    (right if real_is_left() else left).click()
    assert tells("Wrong: the") and tells("1 of 2 right")
    explorer.get_by_role("slider").fill("0")
    assert tells("pair 1 of 4") and tells("Right: the") and tells("1 of 2 right")


def test_explorers_on_one_page_do_not_mix(open_exported, page):
    network = export_network(decoder(2), "sigmoid")
    explorers = open_exported(LatentSliders(network), LatentMap(network))
    pictures = [large_picture(explorer) for explorer in explorers.all()]
    assert pictures[0] == pictures[1]
    explorers.nth(0).get_by_role("slider").first.fill("2")
    assert large_picture(explorers.nth(0)) != pictures[0]
    assert large_picture(explorers.nth(1)) == pictures[1]


SETUP = """
import numpy as np
from course_utils.explorers import *

def draw(z):
    rows = 1 / (1 + np.exp(-z.sum(1)))
    return np.linspace(0, 1, 64).reshape(1, 8, 8, 1) * rows[:, None, None, None]

def broken(z):
    raise RuntimeError("the student's own mistake")
"""

IN_PAGE = """
import course_utils.quiet
import keras
decoder = keras.Sequential([
    keras.Input((2,)), keras.layers.Dense(64), keras.layers.Reshape((8, 8, 1))])
LatentSliders(export_network(decoder, "sigmoid"))
"""


@pytest.mark.latency
def test_explorers_move_in_jupyterlab(jupyterlab, page, notebook, slider_times):
    cells = [
        SETUP,
        IN_PAGE,
        "LatentSliders(draw, latent_size=3)",
        "LatentSliders(broken, latent_size=1)",
        "LatentSliders(lambda z: 5 * draw(z) - 1, latent_size=1)",
    ]
    jupyterlab.open(page, notebook(*cells))
    jupyterlab.run_all(page)
    outputs = page.locator(".jp-CodeCell")

    in_page = outputs.nth(1).get_by_role("slider").first
    times = slider_times(in_page, "JupyterLab, in the page")
    assert times[int(0.9 * len(times))] < 16

    in_kernel = outputs.nth(2).get_by_role("slider").first
    times = slider_times(in_kernel, "JupyterLab, in the kernel")
    # 50 ms is the aim on a quiet machine; tests share theirs.
    assert times[len(times) // 2] < 300

    # JupyterLab would move to another cell.
    for slider in (in_page, in_kernel):
        slider.fill("0")
        slider.press("ArrowRight")
        assert float(slider.input_value()) == pytest.approx(0.05)

    assert "the student's own mistake" in outputs.nth(3).get_by_role("alert").inner_text()
    assert "Put logits through a sigmoid" in outputs.nth(4).get_by_role("alert").inner_text()


def test_one_code_moves_both_faces(open_exported):
    directions = {"smile": np.array([1.0, 0.0, 0.0]), "turn": np.array([0.0, 1.0, 0.0])}
    decoders = {name: export_network(decoder(3, channels=3), "sigmoid") for name in ("Ann", "Ben")}
    explorer = open_exported(FaceSwap(decoders, np.zeros(3), directions, both_ways=("turn",)))

    def faces() -> list[str]:
        canvases = explorer.locator("canvas.large[aria-label]")
        canvases.nth(1).wait_for()
        return [canvas.evaluate("(c) => c.toDataURL()") for canvas in canvases.all()]

    still = faces()
    explorer.get_by_role("slider", name="smile").fill("1")
    smiling = faces()
    assert all(a != b for a, b in zip(still, smiling, strict=True))
    assert explorer.get_by_role("img", name="Ben: smile 1.00").is_visible()
    turn = explorer.get_by_role("slider", name="turn")
    turn.press("ArrowLeft")
    assert float(turn.input_value()) == pytest.approx(-0.05)
    assert faces() != smiling
    explorer.get_by_role("button", name="All zero").click()
    assert faces() == still


def test_a_round_trip_leads_both_ways(open_exported):
    def halve_or_double(scale):
        return export_network(
            keras.Sequential([keras.Input((8, 8, 3)), layers.Rescaling(float(scale))])
        )

    bright = np.random.default_rng(0).random((3, 8, 8, 3)).astype("float32")
    domains = {"bright": bright, "dark": bright / 2}
    explorer = open_exported(RoundTrip(domains, halve_or_double(0.5), halve_or_double(2)))

    def told() -> list[float]:
        texts = explorer.get_by_text(re.compile(r"^error \d")).all_inner_texts()
        return [float(text.removeprefix("error ")) for text in texts]

    assert told() == pytest.approx([0, 0], abs=0.003)
    before = large_picture(explorer)
    explorer.get_by_role("radio", name="dark → bright").check(force=True)
    assert large_picture(explorer) != before
    assert told() == pytest.approx([0, 0], abs=0.003)
    slider = explorer.get_by_role("slider", name="Noise on the way back")
    slider.fill("0.1")
    # The translation is still right; only the way back is spoiled.
    assert told()[0] == pytest.approx(0, abs=0.003) and told()[1] > 0.01
    slider.press("ArrowLeft")
    assert float(slider.input_value()) == pytest.approx(0.09)
    explorer.get_by_role("spinbutton").fill("2")
    assert large_picture(explorer) != before


def test_styles_are_mixed_layer_by_layer_and_truncated(open_exported, codes):
    keras.utils.set_random_seed(0)
    synthesis = keras.Sequential(
        [
            keras.Input((2, 3)),
            layers.Flatten(),
            layers.Dense(48, "tanh"),
            layers.Reshape((4, 4, 3)),
        ]
    )
    network = export_network(synthesis, "sigmoid")
    styles = codes(5, 3)
    explorer = open_exported(StyleMixer(network, styles, styles.mean(axis=0), ("4 × 4", "8 × 8")))
    seen = {large_picture(explorer)}
    coarse = explorer.get_by_role("radiogroup", name="Style at 4 × 4 pixels")
    coarse.get_by_text("B").click()
    seen.add(large_picture(explorer))
    parents = [
        frame.evaluate("(c) => c.toDataURL()") for frame in explorer.locator(".parent").all()
    ]
    assert large_picture(explorer) == parents[1] != parents[0]
    psi = explorer.get_by_role("slider", name="Truncation ψ")
    psi.fill("0.5")
    seen.add(large_picture(explorer))
    psi.fill("0")
    mean = large_picture(explorer)
    seen.add(mean)
    explorer.get_by_role("spinbutton").first.fill("4")
    assert large_picture(explorer) == mean
    assert len(seen) == 4


def test_the_styles_of_shipped_faces_are_mixed_in_the_page(open_exported):
    gan = load_pretrained("faces_stylegan")
    styles = np.asarray(gan.map(np.random.default_rng(0).normal(size=(4, gan.latent))))
    synthesis = gan.averaged_generator.get_layer("synthesis")
    layer_names = ("4 × 4", "8 × 8", "16 × 16", "32 × 32")
    explorer = open_exported(
        StyleMixer(export_network(synthesis), styles, np.asarray(gan.mean_style), layer_names)
    )
    large_picture(explorer)
    canvas = explorer.locator("canvas.large")
    shown = np.array(
        canvas.evaluate("(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]")
    )
    side = int(np.sqrt(len(shown) / 4))
    pixels = shown.reshape(side, side, 4)[:: side // 32, :: side // 32, :3] / 255
    expected = np.asarray(gan.mix(styles[:1], styles[1:2], crossover=2))[0]
    assert np.abs(pixels - expected).max() < 3 / 255
