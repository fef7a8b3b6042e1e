"""The site: its explorers work when it is opened from a file, and it contacts no other machine."""

import shutil
from pathlib import Path

import build_site
import nbformat
import pytest

from course_utils.tensorboard import STILL
from tests.browser.examples import EXAMPLES

ROOT = Path(__file__).parents[2]
FIGURE = '<img width="1" alt="a curve" src="data:image/png;base64,iVBORw0KGgo=">'


def shown(page: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", {"text/html": page, "text/plain": "something"})


def written(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def lecture(*outputs) -> nbformat.NotebookNode:
    code = [nbformat.v4.new_code_cell("show()", outputs=[output]) for output in outputs]
    text = "# Sliders & sums\n\n**Time**: about 20 minutes.\n"
    text += "\nLet $z \\sim \\mathcal{N}(0, 1)$.\n\n$$x = \\sum_i z_i$$\n"
    text += "\n## Disentanglement\n\nSee `course_utils/pretrained/a_file_of_a_long_name.py`.\n"
    link = "[the assignment](../assignments/vae/vae.ipynb)"
    cells = [nbformat.v4.new_markdown_cell(text), *code, nbformat.v4.new_markdown_cell(link)]
    return nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Executed lectures."""
    root = tmp_path_factory.mktemp("site")
    explorers = [
        nbformat.v4.new_output("execute_result", build()._repr_mimebundle_(), execution_count=1)
        for build in EXAMPLES.values()
    ]
    (root / "lectures").mkdir()
    nbformat.write(lecture(shown(FIGURE), *explorers), root / "lectures" / "07_vae.ipynb")
    nbformat.write(lecture(), root / "lectures" / "00_welcome.ipynb")  # the index says it
    return root


@pytest.fixture(scope="module")
def site(folders) -> Path:
    assignment = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Do it")])
    assignments = {"vae": nbformat.writes(assignment)}
    build_site.write_source(folders / "lectures", assignments, folders / "source")
    assert build_site.build(folders / "source", folders / "site") == 0
    return folders / "site"


@pytest.fixture
def asked(context):
    """All addresses that the pages ask for."""
    addresses = []
    context.on("request", lambda request: addresses.append(request.url))
    return addresses


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.latency
def test_explorers_answer_within_a_frame(site, page, slider_times):
    page.goto((site / "lectures" / "07_vae.html").as_uri())
    sliders = page.get_by_role("region", name="Latent sliders").get_by_role("slider")
    times = slider_times(sliders.first, "site, in the page")
    assert times[int(0.9 * len(times))] < 16


@pytest.mark.slow
@pytest.mark.browser
def test_every_explorer_moves_with_nothing_but_the_file(site, page, asked, move):
    page.goto((site / "lectures" / "07_vae.html").as_uri())
    explorers = page.locator("[data-explorer]")
    assert explorers.count() == len(EXAMPLES)
    for explorer in explorers.all():
        move(explorer)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.slow
@pytest.mark.browser
def test_in_the_dark_an_explorer_stands_on_the_dark_page(site, page):
    page.emulate_media(color_scheme="dark")
    page.goto((site / "lectures" / "07_vae.html").as_uri())
    paper, ink, room = page.locator("[data-explorer]").first.evaluate(
        """(host) => {
            const here = getComputedStyle(host.closest(".text_html"));
            return [here.backgroundColor, here.color, here.padding];
        }"""
    )
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert paper == "rgba(0, 0, 0, 0)" and room == "0px"
    assert ink == page.evaluate("getComputedStyle(document.body).color")


@pytest.mark.slow
@pytest.mark.browser
def test_formulas_are_drawn_and_links_lead_on(site, page, asked):
    page.goto((site / "lectures" / "07_vae.html").as_uri())
    assert page.get_by_role("img", name="x = \\sum_i z_i").is_visible()
    page.get_by_role("link", name="the assignment").click()
    page.get_by_role("heading", name="Do it").wait_for()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.slow
@pytest.mark.browser
def test_the_gallery_shows_every_lecture(site, page):
    page.goto((site / "index.html").as_uri())
    card = page.locator(".gallery a")
    assert card.count() == 1
    assert card.inner_text() == "7. Sliders & sums\n20 minutes"
    picture = card.get_by_role("img")
    assert "VAE" in picture.get_attribute("alt")
    assert picture.evaluate("(image) => image.naturalWidth") == 480
    card.click()
    page.get_by_role("heading", name="Sliders & sums").wait_for()


@pytest.mark.slow
@pytest.mark.browser
def test_nothing_is_wider_than_a_phone(site, page):
    page.set_viewport_size({"width": 360, "height": 740})
    for name in ("index.html", "lectures/07_vae.html"):
        page.goto((site / name).as_uri())
        page.get_by_role("heading").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_what_somebody_solved_in_assignments_is_not_published(folders, tmp_path, monkeypatch):
    for file in (
        "nbgrader_config.py",
        "notebooks/assignments/vae.py",
        "docs/pictures/07_vae.png",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    worked = tmp_path / "assignments" / "vae" / "vae.ipynb"
    worked.parent.mkdir(parents=True)
    solved = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("SOLVED = 1")])
    nbformat.write(solved, worked)
    monkeypatch.setattr(build_site, "ROOT", tmp_path)
    monkeypatch.setattr(build_site, "EXECUTED", folders / "lectures")
    monkeypatch.setattr(build_site, "SOURCE", tmp_path / "source")
    monkeypatch.setattr(build_site, "build", lambda *_: 1)
    build_site.main()
    published = (tmp_path / "source" / "assignments" / "vae" / "vae.ipynb").read_text("utf-8")
    assert "SOLVED" not in published
    assert published == (ROOT / "assignments" / "vae" / "vae.ipynb").read_text("utf-8")


def test_of_a_progress_bar_the_end_is_left():
    pieces = [
        written("start\n"),
        written("\r 0%|   |"),
        written("\r 50%|## |\r"),
        written("\r100%\n"),
    ]
    [output] = build_site.settled(pieces)
    assert output.text == "start\n100%\n"
    assert build_site.settled([written(" \n"), written("\n")]) == []
    apart = [written("a\n"), shown(FIGURE), written("b\n")]
    assert build_site.settled(apart) == apart


def test_a_dashboard_becomes_a_sentence():
    frame = shown(
        '<iframe id="tensorboard-frame-1"></iframe><script>"http://localhost:6006"</script>'
    )
    address = "If the dashboard does not appear, open http://localhost:6006/\n"
    outputs = build_site.settled([written("24.1 nats\n"), frame, written(address)])
    assert outputs[0].text == "24.1 nats\n"
    assert "localhost" not in str(outputs) and "TensorBoard opens here" in str(outputs[1:])
    assert len(outputs) == 2


def test_a_still_picture_of_a_dashboard_is_unfolded():
    folded = shown(STILL.format('<img alt="loss" src="data:image/png;base64,AA==">'))
    [output] = build_site.settled([folded])
    assert output.data["text/html"] == '<img alt="loss" src="data:image/png;base64,AA==">'


def test_without_lectures_it_says_what_to_do(tmp_path):
    with pytest.raises(ValueError, match="run `make lectures` first"):
        build_site.write_source(tmp_path, {}, tmp_path / "source")
