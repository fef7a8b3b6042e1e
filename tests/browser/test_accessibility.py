"""No page of the course, light or dark, breaks a rule of WCAG 2.1 A or AA that axe-core checks."""

import datetime

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe

from course_utils.grader import feedback
from course_utils.grader.report_page import ClassReport, Mistake, page_of
from tests.browser.test_every_explorer import THEMES, built, open_all
from tests.browser.test_site import folders, site
from tests.browser.test_slides import decks
from tests.grading import test_feedback_pages as pages

__all__ = ["built", "decks", "folders", "open_all", "site"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
SCHEMES = ("light", "dark")
MISTAKE = Mistake(
    pages.verdict("kl_divergence", 0.0, "The factor ½ is missing.", "½ missing"), ["ada"], "x = 1"
)
REPORT = ClassReport(
    "vae",
    tried=4,
    scores=[0.0, 5.0, 25.0, 25.0],
    most=25.0,
    right={"vae_loss": 4, "kl_divergence": 2},
    mistakes=[MISTAKE],
    statuses=[(4, "graded", "all cells ran")],
    notes=[("ada", "Look.")],
)


@pytest.fixture
def violations(page):
    """What axe-core finds in a page, or in the part of it that a selector names."""

    def find(context: str | None = None) -> list[str]:
        found = Axe().run(page, context=context, options=RULES).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        ]

    return find


def test_axe_finds_what_is_wrong(page, violations):
    page.set_content('<html><body><img src="x.png"><p style="color: #999">pale</p></body></html>')
    assert {line.partition(":")[0] for line in violations()} >= {"image-alt", "color-contrast"}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_of_the_site(site, page, violations, scheme):
    page.emulate_media(color_scheme=scheme)
    names = ("index", "lectures/07_vae", "assignments/vae/vae", "search")
    for name in names:
        page.goto((site / f"{name}.html").as_uri())
        page.locator(f"html[data-theme={scheme}]").wait_for()
        assert violations() == [], name


def test_a_deck_slide_by_slide(decks, page, violations):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto((decks / "index.html").as_uri())
    assert violations() == []
    page.goto((decks / "01_sums.html").as_uri())
    page.wait_for_function("document.body.matches('.started') && Reveal.isReady()")
    page.evaluate("Reveal.configure({ transition: 'none', fragments: false })")
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        assert violations() == [], f"slide {number + 1}"
        page.evaluate("Reveal.next()")


@pytest.mark.parametrize("theme", THEMES)
def test_every_explorer(open_all, violations, theme):
    open_all(theme)
    assert violations("[data-explorer]") == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pages_of_feedback_and_report(page, violations, scheme):
    page.emulate_media(color_scheme=scheme)
    late = feedback.Late(8.0, datetime.timedelta(hours=27), datetime.datetime(2026, 3, 1, 12))
    shown = [nbformat.v4.new_output("stream", name="stdout", text="42\n")]
    student = feedback.page("vae", pages.status(), pages.notebook(*shown), pages.GRADES, late)
    for content in (student, page_of(REPORT)):
        page.set_content(content)
        assert violations() == []


def test_a_lecture_in_jupyterlab(jupyterlab, page, notebook, violations):
    path = notebook("from tests.browser.examples import EXAMPLES", "EXAMPLES['latent_sliders']()")
    book = nbformat.read(path, as_version=4)
    words = "# Sums\n\nLet $x = 1$; see [sums](sums.ipynb).\n\n| n | sum |\n|---|---|\n| 1 | `1` |"
    book.cells.insert(0, nbformat.v4.new_markdown_cell(words))
    nbformat.write(book, path)
    jupyterlab.open(page, path)
    jupyterlab.run_all(page)
    for theme in THEMES.values():
        page.evaluate(
            "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
        )
        page.locator(f"body[data-jp-theme-name='{theme}']").wait_for(state="attached")
        # What JupyterLab draws around them is not ours.
        assert violations(".jp-RenderedMarkdown, .jp-OutputArea-output") == [], theme
