"""The site: explorers move in it, opened from a file, and it asks no other machine for anything."""

import base64
from pathlib import Path

import build_site
import nbformat
import pytest

from course_utils.explorers import LatentSliders, export_network
from course_utils.pretrained import load_pretrained

PIXEL = base64.b64encode(b"\x89PNG: any bytes will do").decode()


def figure(words: str) -> nbformat.NotebookNode:
    page = f'<img width="1" style="" alt="{words}" src="data:image/png;base64,{PIXEL}">'
    data = {"text/html": page, "text/plain": "<Figure size 640x480 with 1 Axes>"}
    return nbformat.v4.new_output("display_data", data)


def lecture(*outputs, tags=()) -> nbformat.NotebookNode:
    code = [nbformat.v4.new_code_cell("show()", outputs=[output]) for output in outputs]
    if tags:
        code[0].metadata["tags"] = list(tags)
    text = "# Sliders & sums\n\nLet $z \\sim \\mathcal{N}(0, 1)$.\n\n$$x = \\sum_i z_i$$\n"
    link = "[the assignment](../assignments/vae/vae.ipynb)"
    cells = [nbformat.v4.new_markdown_cell(text), *code, nbformat.v4.new_markdown_cell(link)]
    return nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Executed lectures and released assignments, one of each."""
    root = tmp_path_factory.mktemp("site")
    network = export_network(load_pretrained("digits_vae").decoder, "sigmoid")
    explorer = nbformat.v4.new_output(
        "execute_result", LatentSliders(network)._repr_mimebundle_(), execution_count=1
    )
    (root / "lectures").mkdir()
    nbformat.write(lecture(figure("a curve"), explorer), root / "lectures" / "07_vae.ipynb")
    (root / "assignments" / "vae").mkdir(parents=True)
    assignment = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Do it")])
    nbformat.write(assignment, root / "assignments" / "vae" / "vae.ipynb")
    return root


@pytest.fixture(scope="module")
def site(folders) -> Path:
    build_site.write_source(folders / "lectures", folders / "assignments", folders / "source")
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
def test_explorers_move_with_nothing_but_the_file(site, page, asked, slider_times):
    page.goto((site / "lectures" / "07_vae.html").as_uri())
    slider = page.locator("[data-explorer]").get_by_role("slider").first
    times = slider_times(slider, "in the site")
    assert times[int(0.9 * len(times))] < 16
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


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
    assert card.inner_text() == "Sliders & sums"
    assert card.get_by_role("img").get_attribute("alt") == "a curve"
    card.click()
    page.get_by_role("heading", name="Sliders & sums").wait_for()


def test_the_tagged_figure_stands_for_a_lecture():
    assert build_site.picture_of(lecture(figure("one"), figure("two")))[1] == "two"
    tagged = lecture(figure("one"), figure("two"), tags=["gallery"])
    assert build_site.picture_of(tagged)[1] == "one"
    assert build_site.picture_of(lecture()) is None


def test_without_lectures_it_says_what_to_do(tmp_path):
    with pytest.raises(ValueError, match="run `make lectures` first"):
        build_site.write_source(tmp_path, tmp_path, tmp_path / "source")
