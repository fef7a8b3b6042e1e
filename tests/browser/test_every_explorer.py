"""Properties of every explorer; `examples.py` has one of each.

An explorer works in an exported page and in JupyterLab, by keyboard alone and with a screen reader;
it fits a phone, and is as readable on black as on white. The screenshots are kept.
"""

import nbformat
import pytest
from nbconvert import HTMLExporter

from course_utils.explorers import __all__ as public
from tests.browser.conftest import SCREENSHOTS
from tests.browser.examples import EXAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURES = SCREENSHOTS / "explorers"
WIDTHS = {"desktop": 900, "phone": 360}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
NO_EXPLORERS = {"Defect", "Explorer", "Network", "export_network"}

# What a person who tabs through an explorer, or hears it, would stumble over.
OBSTACLES = """(host) => {
    const root = host.shadowRoot;
    const seen = (node) => !node.closest("[hidden], [aria-hidden]");
    const all = (selector) => [...root.querySelectorAll(selector)].filter(seen);
    const written = (node) => (node.type === "button" ? node : node.labels?.[0])?.textContent;
    const name = (node) => node.ariaLabel ?? written(node);
    const controls = all("input, [role=application]");
    return [
        ...all("input, button, [role=img], [role=radiogroup], [role=application]")
            .filter((node) => !name(node)?.trim())
            .map((node) => `no name: ${node.outerHTML.slice(0, 200)}`),
        ...controls.filter((node) => !node.hasAttribute("data-lm-suppress-shortcuts"))
            .map((node) => `JupyterLab would take its keys: ${node.outerHTML.slice(0, 200)}`),
        ...all("canvas:not(.layer), svg").filter((node) => node.role !== "img")
            .map((node) => `a picture without a role: ${node.outerHTML.slice(0, 200)}`),
        ...controls.filter((node) => node.tabIndex < 0).map((node) => "out of reach of Tab"),
    ];
}"""


# The least contrast of a text with the page, by the definition of WCAG 2.2.
CONTRAST = """(host) => {
    const draw = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const over = (colors) => {
        draw.clearRect(0, 0, 1, 1);
        for (const color of colors) {
            draw.fillStyle = color;
            draw.fillRect(0, 0, 1, 1);
        }
        return [...draw.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb) => rgb
        .map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const page = getComputedStyle(document.body).backgroundColor;
    let least = Infinity;
    for (const node of host.shadowRoot.querySelectorAll("p, span, label, button, output, text")) {
        const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
        if (!own || !node.checkVisibility() || node.closest(".pixels, .centers")) continue;
        const behind = [page];
        for (let at = node, around = []; at; at = at.parentElement) {
            around = [getComputedStyle(at).backgroundColor, ...around];
            if (!at.parentElement) behind.push(...around);
        }
        const style = getComputedStyle(node);
        const text = node instanceof SVGElement ? style.fill : style.color;
        const [a, b] = [over(behind), over([...behind, text])].map(luminance);
        least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    }
    return least;
}"""


# The height of the smallest letters of a chart, in pixels of the page.
LETTERS = """(host) => {
    const height = (text) => {
        const { a, b } = text.getScreenCTM(); // b: the vertical axis is named sideways
        return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    };
    return Math.min(...[...host.shadowRoot.querySelectorAll("svg.chart text")].map(height));
}"""


@pytest.fixture(scope="module")
def built() -> dict[str, object]:
    """Every explorer by its name."""
    return {name: build() for name, build in EXAMPLES.items()}


@pytest.fixture
def open_all(built, page, tmp_path):
    """Exports all explorers as one page and opens it from its file; gives each by its name."""

    def open_page(theme: str = "light", width: int = WIDTHS["desktop"]):
        cells = [
            nbformat.v4.new_code_cell(
                name,
                outputs=[nbformat.v4.new_output("execute_result", explorer._repr_mimebundle_())],
            )
            for name, explorer in built.items()
        ]
        html, _ = HTMLExporter(theme=theme).from_notebook_node(
            nbformat.v4.new_notebook(cells=cells)
        )
        path = tmp_path / "exported.html"
        path.write_text(html, "utf-8")
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        hosts = page.locator("[data-explorer]")
        hosts.last.locator(".explorer").wait_for()
        return {name: hosts.nth(i) for i, name in enumerate(built)}

    return open_page


def test_there_is_an_example_of_every_explorer(built):
    assert {type(explorer).__name__ for explorer in built.values()} == set(public) - NO_EXPLORERS


def test_each_moves_by_key_and_tells_what_it_shows(open_all, move):
    for host in open_all().values():
        move(host)


def test_each_can_be_used_without_a_mouse_and_without_eyes(open_all):
    obstacles = {name: host.evaluate(OBSTACLES) for name, host in open_all().items()}
    assert {name: found for name, found in obstacles.items() if found} == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("device", WIDTHS)
def test_each_fits_and_is_readable(open_all, device, theme):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, host in open_all(theme, WIDTHS[device]).items():
        frame = host.locator(".explorer")
        assert frame.evaluate("(frame) => frame.clientWidth - frame.scrollWidth") >= 0, name
        frame.screenshot(path=PICTURES / f"{name}-{device}-{theme}.png")
        assert host.evaluate(CONTRAST) >= 4.5, name
        assert host.evaluate(LETTERS) >= 8, f"{name}: the letters of a chart are too small"


def test_each_moves_in_jupyterlab(jupyterlab, page, notebook, move):
    cells = ["from tests.browser.examples import EXAMPLES"]
    cells += [f'EXAMPLES["{name}"]()' for name in EXAMPLES]
    jupyterlab.open(page, notebook(*cells))
    jupyterlab.run_all(page, seconds=300)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for theme, title in THEMES.items():
        page.evaluate(
            "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", title
        )
        page.locator(f"body[data-jp-theme-name='{title}']").wait_for(state="attached")
        for number, name in enumerate(EXAMPLES, start=1):
            jupyterlab.show_cell(page, number)
            host = page.locator(".jp-CodeCell", has_text=f'EXAMPLES["{name}"]').locator(
                "[data-explorer]"
            )
            move(host)
            chosen = page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex")
            assert chosen == number, f"JupyterLab took the keys of {name}"
            host.screenshot(path=PICTURES / f"{name}-jupyterlab-{theme}.png")
