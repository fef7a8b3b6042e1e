"""The slides: which slides a lecture becomes, and how a deck looks and works in a browser."""

import re
from pathlib import Path

import build_slides
import nbformat
import pytest
from deck import shown_part, topics
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.browser.examples import EXAMPLES

ROOT = Path(__file__).parents[2]
OPENING = (
    "# Sums\n\nWhat is a sum?\n\n**Afterwards you can**\n\n- add.\n\n**Time**: about 20 minutes."
)
SENTENCE = "A sentence that goes on for a while, so that the paragraph becomes long. "
FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<rect width="100%" height="100%"/></svg>'
)


def figure(width: int, height: int) -> nbformat.NotebookNode:
    picture = FIGURE.format(width=width, height=height).replace('"', "%22").replace("#", "%23")
    source = f'<img alt="a figure" src="data:image/svg+xml,{picture}">'
    return new_output("display_data", {"text/html": source})


def printed(text: str) -> nbformat.NotebookNode:
    return new_output("stream", name="stdout", text=text)


def code(*outputs, source: str = "show()", tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def text(source: str, *tags: str) -> nbformat.NotebookNode:
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def lecture(*cells) -> nbformat.NotebookNode:
    return new_notebook(cells=[text(OPENING), code(source="import sums"), *cells])


def slides(*cells):
    """The slides of a lecture after its opening."""
    return [slide for topic in topics(lecture(*cells))[1:] for slide in topic.slides]


# ---- What becomes a slide -----------------------------------------------------------------------


def test_a_lecture_opens_with_its_title_and_what_one_will_be_able_to_do():
    opening, afterwards = topics(lecture())[0].slides
    assert opening.kind == "opening" and "What is a sum?" in opening.blocks[0]
    assert "add." in "".join(afterwards.blocks)
    assert "20 minutes" in "".join(opening.notes)
    assert build_slides.minutes(lecture()) == 20


def test_a_numbered_heading_begins_a_topic_and_a_smaller_one_a_slide():
    found = topics(lecture(text("## 1. Why?\n\nFirst.\n\n### Because\n\nSecond.")))
    assert [topic.name for topic in found] == ["Sums", "Why?"]
    first, second = found[1].slides
    assert ("First." in first.blocks[0], first.subtitle) == (True, "")
    assert ("Second." in second.blocks[0], second.subtitle) == (True, "Because")


def test_a_short_paragraph_stands_with_its_figure_and_longer_text_before_it():
    [shown] = slides(text("## 1. Why?\n\nLook."), code(figure(8, 4), source="draw()"))
    assert shown.kind == "shown" and "Look." in shown.blocks[0] and shown.code[-1] == "draw()"
    before, shown = slides(text("## 1. Why?\n\nLook.\n\nAgain."), code(figure(8, 4)))
    assert (before.kind, len(before.blocks), len(shown.blocks)) == ("text", 2, 1)


def test_what_comes_after_a_prediction_waits_for_a_click():
    [shown] = slides(text("## 1. Why?\n\n**Predict** it."), code(figure(8, 4)))
    assert shown.blocks[1].startswith('<div class="fragment')
    asked, after = slides(
        text("## 1. Why?\n\nCan you **predict** it?"), code(printed("42\n")), text("Indeed.")
    )
    assert "fragment" in asked.blocks[1] and "42" in asked.blocks[1]
    assert "Indeed." in after.blocks[0]


def test_each_figure_has_a_slide_and_printed_lines_stand_below():
    outputs = [printed("3 sums\n"), figure(8, 4), figure(4, 8), printed("100%|███| 3/3\n")]
    first, second = slides(text("## 1. Why?"), code(*outputs))
    assert ["<img" in block for block in first.blocks] == [True, False]
    assert "3 sums" in first.blocks[1]
    assert len(second.blocks) == 1  # a progress bar has had its time


def test_code_that_shows_nothing_is_on_the_next_slide_that_shows_something():
    [before, shown] = slides(
        text("## 1. Why?\n\nA.\n\nB."), code(source="x = 1"), code(figure(8, 4), source="draw(x)")
    )
    assert (before.code, shown.code) == ([], ["import sums", "x = 1", "draw(x)"])


def test_a_question_is_asked_before_it_is_answered():
    folded = "<details><summary>1. Why $x$?</summary>\n\nSo.</details>"
    first, second = slides(text(f"## Check yourself\n\n{folded}\n\n{folded.replace('1', '2')}"))
    assert first.kind == second.kind == "question"
    assert "1. Why" in first.blocks[0] and "<svg" in first.blocks[0]
    assert first.blocks[1].startswith('<div class="fragment"><p>So.')


def test_an_exercise_has_its_solution_below_its_hints_and_says_nothing_of_who_did_not_do_it():
    solution = "<details><summary>Solution</summary><pre>x</pre></details>"
    turn = code(
        printed("○ f: nothing written yet. The course's version steps in.\n"),
        new_output("display_data", {"text/html": solution}),
    )
    hint = "<details><summary>Hint 1</summary>\n\nThink.\n\n</details>"
    [slide] = slides(text(f"## 1. Why?\n\n**Your turn**.\n\n{hint}"), turn)
    assert "Hint 1" in "".join(slide.blocks) and slide.blocks[-1] == solution
    assert "nothing written" not in "".join(slide.blocks)


def test_of_a_prediction_that_nobody_wrote_the_outcome_is_left():
    [slide] = slides(
        text("## 1. Why?"), code(printed("○ No prediction written. What happened: 93\n"))
    )
    assert "<pre>What happened: 93</pre>" in slide.blocks[0]


def test_an_explorer_has_its_slide_to_itself_but_for_one_line():
    explorer = new_output("display_data", {"text/html": "<div data-explorer></div>"})
    for lead, count in (("Drag the point.", 1), (f"Drag the point. {2 * SENTENCE}", 2)):
        assert len(slides(text(f"## 1. Why?\n\n{lead}"), code(explorer))) == count


def test_one_printed_line_stands_above_the_next_figure():
    [shown] = slides(text("## 1. Why?"), code(printed("3 sums\n")), code(figure(8, 4)))
    assert "3 sums" in shown.blocks[0] and "<img" in shown.blocks[1]


def test_tags_break_slides_and_take_text_from_them():
    first, second = slides(
        text("## 1. Why?\n\nOne."),
        text("Say hello.", "notes"),
        text("Two.", "slide"),
        text("Three.", "no-slide"),
    )
    assert ("One." in first.blocks[0], "Two." in second.blocks[0]) == (True, True)
    assert "Say hello." in "".join(first.notes)
    assert "Three." not in "".join(second.blocks + second.notes)


def test_of_a_long_paragraph_the_rest_is_in_the_notes():
    long = "This is a **term** of the field. " + 5 * SENTENCE
    [slide] = slides(text(f"## 1. Why?\n\n{long}"))
    assert slide.blocks[0].count("A sentence") < 5
    assert slide.notes[0].count("A sentence") == 5


@pytest.mark.parametrize(
    ("paragraph", "shown"),
    [
        ("Short. Really.", "Short. Really."),
        (5 * SENTENCE + "As follows:", 5 * SENTENCE + "As follows:"),
        (5 * SENTENCE + "It is a **term**. End.", 5 * SENTENCE + "It is a **term**."),
        (5 * SENTENCE + "Is it? End.", 5 * SENTENCE + "Is it?"),
        (f"Take $a.\\ B$ and `c. D` here. {5 * SENTENCE}", None),
    ],
)
def test_the_beginning_of_a_paragraph_reaches_to_its_last_term_or_question(paragraph, shown):
    found = shown_part(paragraph)
    if shown is None:
        assert found.startswith("Take $a.\\ B$ and `c. D` here. A sentence")
    else:
        assert found == shown


# ---- The deck of the session --------------------------------------------------------------------

TABLE = """\
## Numbers

| slide | lecture and section |
|---|---|
| Sums | [Sums](../lectures/01_sums.ipynb): *Why?*; *How?* |
| Sums again | [Sums](../lectures/01_sums.ipynb): *Why?* |
"""


def test_the_session_shows_the_slides_in_their_order_and_nothing_twice():
    cells = [
        text("## 1. Why?"),
        code(figure(8, 4)),
        text("### More\n\nMore."),
        text("## 2. How?\n\nSo."),
    ]
    deck = build_slides.session(TABLE, {"01_sums": topics(lecture(*cells))})
    assert [topic.name for topic in deck][1:] == ["Numbers", "Sums", "Sums again"]
    assert [slide.subtitle for slide in deck[2].slides] == ["Why?", "How?"]
    assert "More." in deck[3].slides[0].blocks[0]


def test_the_session_names_a_section_that_is_not_there():
    with pytest.raises(ValueError, match=r"01_sums has no section 'How\?'"):
        build_slides.session(TABLE, {"01_sums": topics(lecture(text("## 1. Why?\n\nSo.")))})


def test_every_slide_that_the_course_comes_from_has_its_place():
    lectures = {
        path.stem: topics(nbformat.read(path, as_version=4))
        for path in sorted((ROOT / "lectures").glob("[01]*.ipynb"))
        if path.stem != "00_welcome"
    }
    table = (ROOT / "docs" / "slides.md").read_text("utf-8")
    deck = build_slides.session(table, lectures)
    rows = re.findall(r"^\| (?!slide |---)(.+?) \| \[", table, re.MULTILINE)
    assert len(rows) > 40
    assert [topic.name for topic in deck if topic.name in rows] == rows


# ---- In a browser -------------------------------------------------------------------------------

LONG_LIST = "\n".join(f"- {SENTENCE}" for _ in range(14))
TABLE_OF_WORDS = "| a | b | c |\n|---|---|---|\n" + "\n".join(
    f"| {SENTENCE[:40]} | $x^{n}$ | {SENTENCE[:60]} |" for n in range(12)
)
FORMULA = "$$" + " + ".join(f"x_{{{n}}}" for n in range(60)) + "$$"
CLIPPED = """() => [...document.querySelectorAll(".slide")].flatMap((slide) => {
    const content = slide.querySelector(".content");
    const room = slide.getBoundingClientRect();
    const out = [...content.querySelectorAll("*"), content].filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width && (box.right > room.right + 1 || box.bottom > room.bottom + 1
            || box.left < room.left - 1 || box.top < room.top - 1);
    });
    const high = content.scrollHeight - content.clientHeight;
    const wide = content.scrollWidth - content.clientWidth;
    if (content.matches(".scrolls")) return [];
    return out.length || high > 1 || wide > 1
        ? [`${slide.innerText.slice(0, 60)}: ${high} too high, ${wide} too wide`] : [];
})"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory) -> Path:
    """A deck with everything that could be too much for a slide."""
    folder = tmp_path_factory.mktemp("slides")
    explorers = [
        code(new_output("execute_result", EXAMPLES[name]()._repr_mimebundle_(), execution_count=1))
        for name in ("latent_sliders", "training_replay", "playground", "pixel_connections")
    ]
    cells = [
        text("## 1. Why?\n\nLook."),
        code(figure(800, 80), printed("one line\n"), source="draw()"),
        code(figure(300, 900), printed("wide " * 60)),
        *explorers,
        text(f"## 2. What is a very long heading of a section that asks whether {SENTENCE[:60]}?"),
        text(f"{5 * SENTENCE}**end**.\n\n{5 * SENTENCE}**end**.\n\n{5 * SENTENCE}**end**."),
        text(f"{LONG_LIST}\n\n{TABLE_OF_WORDS}\n\n{FORMULA}"),
        text("One.", "slide"),
        code(printed("\n".join(f"line {n}" for n in range(40)))),
        text("Unseen.", "notes"),
        text("**Predict** the number."),
        code(printed("42\n")),
    ]
    table = TABLE.replace("Why?*; *How?", "Why?")
    build_slides.write({"01_sums": lecture(*cells)}, table, folder)
    return folder


@pytest.fixture
def deck(decks, page):
    """Opens the deck; returns once it is ready."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 720})

    def open_deck(query: str = ""):
        page.goto((decks / "01_sums.html").as_uri() + query)
        page.wait_for_function("document.body.matches('.started') && Reveal.isReady()")
        return page

    yield open_deck
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []


def go_to(page, words: str) -> None:
    """Turn to the slide that holds these words."""
    page.evaluate(
        """(words) => {
            const slide = [...document.querySelectorAll("section:not(.stack)")]
                .find((section) => section.textContent.includes(words));
            const { h, v } = Reveal.getIndices(slide);
            Reveal.slide(h, v);
        }""",
        words,
    )


@pytest.mark.slow
@pytest.mark.browser
def test_nothing_is_clipped_or_has_to_be_scrolled(deck):
    page = deck("?transition=none")
    page.evaluate(
        "document.querySelectorAll('section').forEach((s) => (s.style.display = 'block'))"
    )
    assert page.evaluate(CLIPPED) == []


@pytest.mark.slow
@pytest.mark.browser
def test_only_what_is_printed_at_great_length_scrolls_and_the_keys_reach_it(deck):
    page = deck()
    [scrolls] = page.locator(".scrolls").all()
    go_to(page, "line 39")
    scrolls.focus()
    before = page.evaluate("Reveal.getIndices()")
    page.keyboard.press("End")
    page.wait_for_function("document.activeElement.scrollTop > 100")
    assert page.evaluate("Reveal.getIndices()") == before


@pytest.mark.slow
@pytest.mark.browser
def test_text_that_has_no_room_goes_on_and_none_of_it_is_lost(deck):
    page = deck()
    words = page.locator(".slide .content").all_text_contents()
    assert sum(text.count("A sentence that goes on for a while") for text in words) >= 14 + 3
    assert (
        sum(
            "x_{59}" in label
            for label in page.locator("svg[role=img]").evaluate_all(
                "(all) => all.map((svg) => svg.ariaLabel)"
            )
        )
        == 1
    )
    sizes = page.locator(".slide.text").evaluate_all(
        "(all) => all.map((slide) => parseFloat(slide.style.getPropertyValue('--size')))"
    )
    assert min(sizes) >= 20


@pytest.mark.slow
@pytest.mark.browser
def test_code_is_folded_until_it_is_asked_for(deck):
    page = deck()
    go_to(page, "Look.")
    source = page.locator("section.present:not(.stack)").get_by_text("draw()")
    assert not source.is_visible()
    page.keyboard.press("c")
    source.wait_for()
    page.keyboard.press("c")
    source.wait_for(state="hidden")


@pytest.mark.slow
@pytest.mark.browser
def test_an_explorer_fills_its_slide_and_keeps_its_keys(deck, move):
    page = deck()
    page.evaluate(
        """() => {
            const host = [...document.querySelectorAll("[data-explorer]")].find((host) =>
                host.shadowRoot.querySelector("[aria-label='Latent sliders']"));
            const { h, v } = Reveal.getIndices(host.closest("section"));
            Reveal.slide(h, v);
        }"""
    )
    here = page.evaluate("Reveal.getIndices()")
    host = page.locator("section.present:not(.stack) [data-explorer]").last
    move(host)
    assert page.evaluate("Reveal.getIndices()") == here
    box = host.bounding_box()
    assert box["width"] > 900 or box["height"] > 500


@pytest.mark.slow
@pytest.mark.browser
def test_a_prediction_comes_before_its_answer(deck):
    page = deck()
    go_to(page, "Predict")
    answer = page.locator("section.present:not(.stack)").get_by_text("42")
    assert answer.evaluate("(node) => getComputedStyle(node).visibility") == "hidden"
    page.keyboard.press("Space")
    page.wait_for_function(
        "document.querySelector('section.present:not(.stack) .fragment.visible')"
    )
    assert answer.evaluate("(node) => getComputedStyle(node).visibility") == "visible"


@pytest.mark.slow
@pytest.mark.browser
def test_the_presenter_sees_notes_and_time(deck, context):
    page = deck()
    go_to(page, "Predict")
    with context.expect_page() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    speaker.get_by_text("Unseen.").wait_for()
    assert speaker.locator(".timer").first.is_visible()
    assert not page.get_by_text("Unseen.").first.is_visible()


@pytest.mark.slow
@pytest.mark.browser
def test_a_print_has_one_page_a_slide(deck):
    page = deck("?print-pdf")
    page.wait_for_function("document.querySelectorAll('.pdf-page').length > 0")
    count = page.evaluate("Reveal.getTotalSlides()")
    assert page.locator(".pdf-page").count() == count
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == count


@pytest.mark.slow
@pytest.mark.browser
def test_the_first_page_leads_to_every_deck(decks, page):
    page.goto((decks / "index.html").as_uri())
    page.get_by_role("link", name="Sums").click()
    page.get_by_role("heading", name="Sums").first.wait_for()
    assert (decks / f"{build_slides.FIRST}.html").is_file()


def test_without_lectures_it_says_what_to_do(tmp_path):
    with pytest.raises(ValueError, match="run `make lectures` first"):
        build_slides.read_lectures(tmp_path)
