"""Drawing by hand: what the page says about a drawing agrees with Keras."""

import course_utils.quiet

import numpy as np
import pytest

from course_utils.data import load
from course_utils.explorers.explorer import script
from course_utils.pretrained import load_pretrained
from tests.browser.examples import draw_your_own

pytestmark = pytest.mark.browser

GREY_LEVEL = 1 / 255
SIZE = 28

PIXELS = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data);
}"""
# Turns true once the three pictures belong to the drawing as it is now.
SETTLED = """async (host) => {
    const shown = () => [...host.shadowRoot.querySelectorAll("canvas.large")]
        .map((canvas) => canvas.toDataURL()).join();
    for (let before = "", still = 0; still < 15; ) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        still = shown() === before ? still + 1 : 0;
        before = shown();
    }
}"""


@pytest.fixture(scope="module")
def example():
    return draw_your_own()


@pytest.fixture(scope="module")
def vae():
    return load_pretrained("fashion_vae")


@pytest.fixture
def open_canvas(example, page, tmp_path):
    """Opens the explorer from a file, in light or dark, as wide as is told."""

    def open_file(width: int = 1280, background: str = "white", color: str = "black"):
        path = tmp_path / "canvas.html"
        body = f'<body style="background: {background}; color: {color}">{example.to_html()}</body>'
        path.write_text(f"<!doctype html><meta charset=utf-8>{body}", "utf-8")
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path.as_uri())
        host = page.locator("[data-explorer]")
        host.get_by_role("img", name="completed").wait_for()
        return host

    return open_file


def rgb(canvas) -> np.ndarray:
    """The pixels of a canvas, (28, 28, 3) in [0, 1]."""
    return np.reshape(canvas.evaluate(PIXELS), (SIZE, SIZE, 4))[..., :3] / 255


def drawing(host) -> np.ndarray:
    """What is drawn, (28, 28, 1)."""
    return rgb(host.locator(".drawing canvas"))[..., :1]


def shown(host, name: str) -> np.ndarray:
    """One of the pictures beside it, (28, 28, 1), once it has come to rest."""
    host.evaluate(SETTLED)
    return rgb(host.get_by_role("img", name=name))[..., :1]


def redrawn_by_keras(vae, image: np.ndarray) -> np.ndarray:
    mu, _ = vae.encode(image[None].astype("float32"))
    return np.asarray(vae.decode(mu))[0]


def completed_by_keras(vae, image: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Ten rounds from the decoded centre of the prior; `lost` is (28, 28, 1) of booleans."""
    filled = np.asarray(vae.decode(np.zeros((1, vae.latent), "float32")))[0]
    for _ in range(10):
        filled = redrawn_by_keras(vae, np.where(lost, filled, image))
    return np.where(lost, filled, image)


def trousers(host) -> list[list[tuple[float, float]]]:
    """The strokes of a pair of trousers, in pixels of the page."""
    box = host.get_by_role("application").bounding_box()
    legs = [[(0.5, 0.07), (0.38, 0.07), (0.36, 0.95)], [(0.5, 0.07), (0.62, 0.07), (0.64, 0.95)]]
    return [[_at(box, *point) for point in leg] for leg in legs]


def _at(box: dict, across: float, down: float) -> tuple[float, float]:
    """A point of the page, told in shares of a box."""
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def draw_by_mouse(page, strokes) -> None:
    for stroke in strokes:
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for x, y in stroke[1:]:
            page.mouse.move(x, y, steps=8)
        page.mouse.up()


def draw_by_touch(page, strokes) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def send(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    for stroke in strokes:
        send("touchStart", stroke[0])
        for point in stroke[1:]:
            send("touchMove", point)
        send("touchEnd")


def test_a_garment_comes_back_as_keras_redraws_it(open_canvas, vae):
    host = open_canvas()
    for name in ("Sneaker", "Dress", "Bag"):
        host.get_by_role("button", name=name).click()
        image = drawing(host)
        test = load("fashion").test
        assert np.abs(test.x - image).max(axis=(1, 2, 3)).min() < 1e-6  # a garment, unchanged
        expected = redrawn_by_keras(vae, image)
        assert np.abs(shown(host, "decoded again") - expected).max() < GREY_LEVEL
        assert np.square(expected - image).mean() < 0.5 * np.square(image - image.mean()).mean()


@pytest.mark.parametrize(("width", "draw"), [(1280, draw_by_mouse), (390, draw_by_touch)])
def test_drawn_trousers_come_back_as_trousers(open_canvas, page, vae, width, draw):
    host = open_canvas(width)
    host.get_by_role("button", name="Clear").click()
    assert drawing(host).max() == 0
    host.get_by_text("Broad").click()
    draw(page, trousers(host))
    drawn = drawing(host)
    assert 0.15 < drawn.mean() < 0.5 and np.mean((drawn > 0.05) & (drawn < 0.95)) > 0  # soft edges
    redrawn = shown(host, "decoded again")
    # The drawing is read back in 256 levels, which may move a pixel by a part of a level more.
    assert np.abs(redrawn - redrawn_by_keras(vae, drawn)).max() < 2 * GREY_LEVEL
    assert host.get_by_role("img", name="The classifier says Trouser").is_visible()
    assert np.corrcoef(redrawn.ravel(), drawn.ravel())[0, 1] > 0.8
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("scrollY") == 0  # the finger drew and did not scroll


@pytest.mark.parametrize(
    "loss", ["Left half", "Right half", "Upper half", "Lower half", "Scattered"]
)
def test_lost_pixels_are_filled_as_keras_fills_them(open_canvas, vae, loss):
    host = open_canvas()
    host.get_by_text(loss).click()
    host.evaluate(SETTLED)
    left = rgb(host.get_by_role("img", name="left of the drawing"))
    lost = np.ptp(left, axis=-1, keepdims=True) > 0  # lost pixels are blue, others grey
    assert abs(lost.mean() - 0.5) < 0.1
    down, across = np.argwhere(lost[..., 0]).mean(axis=0) - (SIZE - 1) / 2
    towards = {"Left half": across < -6, "Right half": across > 6, "Upper half": down < -6}
    towards |= {"Lower half": down > 6, "Scattered": np.hypot(across, down) < 3}
    assert towards[loss]
    image = drawing(host)
    completed = shown(host, "The drawing, completed")
    expected = completed_by_keras(vae, image, lost)
    assert np.abs(completed - expected).max() < GREY_LEVEL
    np.testing.assert_allclose(completed[~lost], image[~lost], atol=1e-6)


def test_networks_of_garments_agree_with_keras(example, browser, vae):
    plane, classifier = map(load_pretrained, ("fashion_vae_plane", "fashion_classifier"))
    images = load("fashion").test.x[:20]
    page = browser.new_page()
    code = f"{script('drawing.js')}window.Network = Network;"
    page.set_content(f'<script type="module">{code}</script>')
    page.wait_for_function("() => window.Network !== undefined")

    def run(name: str) -> np.ndarray:
        rows = page.evaluate(
            "([exported, xs]) => xs.map((x) => Array.from(new Network(exported).run(x)))",
            [example.options["networks"][name], images.reshape(20, -1).tolist()],
        )
        return np.array(rows)

    np.testing.assert_allclose(run("encode"), vae.encode(images)[0], atol=2e-3)
    np.testing.assert_allclose(run("place"), plane.encode(images)[0], atol=2e-3)
    odds = np.exp(np.asarray(classifier(images)[0]))
    odds /= odds.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(run("classify"), odds, atol=0.01)
    page.close()


def test_the_point_lies_where_the_encoder_puts_the_drawing(open_canvas):
    host = open_canvas()
    host.get_by_role("button", name="Trouser").click()
    host.evaluate(SETTLED)
    plane = load_pretrained("fashion_vae_plane")
    z = np.asarray(plane.encode(drawing(host)[None].astype("float32"))[0])[0]
    words = host.locator(".still").get_attribute("aria-label").replace("−", "-")
    told = [float(part) for part in words.split("(")[1].rstrip(")").split(", ")]
    np.testing.assert_allclose(told, z, atol=0.01)
    point, box = (host.locator(f".still{part}").bounding_box() for part in (" .point", ""))
    share = (z.clip(-3, 3) * [1, -1] + 3) / 6
    middle = [point["x"] + point["width"] / 2, point["y"] + point["height"] / 2]
    expected = [box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]]
    np.testing.assert_allclose(middle, expected, atol=1)


def test_keys_draw_erase_and_take_back(open_canvas):
    host = open_canvas()
    host.get_by_role("button", name="Clear").click()
    surface = host.get_by_role("application")
    host.get_by_text("Fine").click()
    surface.press("ArrowDown")
    assert drawing(host).max() == 0  # the arrow alone draws nothing
    surface.press(" ")
    assert drawing(host)[15, 14] == 1
    assert "column 15, row 16, value 1.00" in surface.get_attribute("aria-label")
    surface.press("Shift+ArrowRight")
    assert drawing(host)[15, 15] == 1
    host.get_by_text("Eraser").click()
    surface.press("Enter")
    assert drawing(host)[15, 15] == 0
    surface.press("u")
    assert drawing(host)[15, 15] == 1
    for _ in range(3):
        host.get_by_role("button", name="Undo").click()
    assert drawing(host).max() > 0  # the garment that was cleared


def test_a_grey_stroke_that_crosses_itself_stays_grey(open_canvas, page):
    host = open_canvas()
    host.get_by_role("button", name="Clear").click()
    host.get_by_text("Dark grey").click()
    box = host.get_by_role("application").bounding_box()
    corners = [(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8), (0.21, 0.79)]
    stroke = [_at(box, *corner) for corner in corners]
    draw_by_mouse(page, [stroke])
    assert drawing(host).max() == pytest.approx(0.35, abs=GREY_LEVEL)


@pytest.mark.parametrize(
    ("background", "color"), [("white", "black"), ("#111", "#eee")], ids=["light", "dark"]
)
def test_everything_fits_a_phone_in_light_and_dark(open_canvas, background, color):
    host = open_canvas(390, background, color)
    frame = host.locator(".explorer")
    assert frame.evaluate("(frame) => frame.clientWidth - frame.scrollWidth") >= 0
    box, around = host.get_by_role("application").bounding_box(), frame.bounding_box()
    assert around["x"] + around["width"] - box["x"] - box["width"] > 40  # a strip to scroll by


TIMES = """(host) => {
    const [redrawn, , completed] = host.shadowRoot.querySelectorAll("canvas.large");
    const times = { redrawn: [], completed: [] };
    let moved = 0;
    host.shadowRoot.querySelector("[role=application]")
        .addEventListener("pointermove", () => (moved = performance.now()), { capture: true });
    for (const [name, canvas] of Object.entries({ redrawn, completed })) {
        new MutationObserver(() => times[name].push(performance.now() - moved))
            .observe(canvas, { attributeFilter: ["aria-label"] });
    }
    window.times = times;
}"""


@pytest.mark.latency
def test_a_stroke_is_answered_within_a_frame(open_canvas, page, report_line):
    host = open_canvas()
    host.evaluate(TIMES)
    box = host.get_by_role("application").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for i in range(100):
        across, down = 0.5 + 0.4 * np.sin(i / 9), 0.1 + 0.8 * i / 100
        page.mouse.move(*_at(box, across, down))
    page.mouse.up()
    host.evaluate(SETTLED)
    for name, times in page.evaluate("times").items():
        median, ninety = np.percentile(times, [50, 90])
        report_line(
            f"a stroke on the canvas of 28×28 pixels: milliseconds until it is {name}: "
            f"median {median:.1f}, 90th percentile {ninety:.1f} ({len(times)} pictures)"
        )
        # What a busy machine adds is not the explorer's; the 90th percentile is printed.
        assert name == "completed" or min(times) < 16
