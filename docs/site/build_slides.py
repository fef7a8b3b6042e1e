"""Build the slides: a deck for each executed lecture, with working explorers, for a projector.

    make slides    runs the lectures, then calls this
    python docs/site/build_slides.py    uses the executed copies in build/lectures/ as they are

The decks need neither a server nor a network: open build/slides/index.html. reveal.js comes from
the installed package sphinx-revealjs; `deck.py` describes what becomes a slide.
"""

import dataclasses
import html
import re
import shutil
import sys
from importlib.resources import files
from pathlib import Path

import nbformat
from build_site import WITHOUT_DASHBOARD, settled
from deck import CODE, MARKDOWN, Slide, Topic, highlighted, minutes, topics

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXECUTED, SLIDES = ROOT / "build" / "lectures", ROOT / "build" / "slides"
COURSE = ROOT / "docs" / "slides.md"
REVEAL = files("sphinx_revealjs") / "_static" / "revealjs"
FROM_REVEAL = (
    "LICENSE",
    "dist/reset.css",
    "dist/reveal.css",
    "dist/reveal.js",
    "plugin/notes/notes.js",
)
FIRST = "00_session"
# A row of the table in docs/slides.md, a lecture named in it, and a section of that lecture.
ROW = re.compile(r"^\| (?!slide \|)(?P<slide>[^-|](?:[^|$]|\$[^$]*\$)*) \| (?P<where>.+) \|$", re.M)
LECTURE = re.compile(r"\[[^\]]+\]\(\.\./lectures/(\w+)\.ipynb\): ((?:\*[^*]+\*(?:; )?)+)")
SECTION = re.compile(r"\*([^*]+)\*")
# A formula with the bracket before and the punctuation after it, which a line must not separate.
FORMULA = re.compile(
    r'(\(?<span class="math inline">(?:(?!</svg>).)*</svg></span>[.,;:!?)]+)', re.S
)
LINK = re.compile(r'<a href="(?P<target>[^"]*)">(?P<text>.*?)</a>', re.S)


def read_lectures(executed: Path) -> dict[str, nbformat.NotebookNode]:
    """The executed lectures by name, with their outputs in their final state.

    Raises:
        ValueError: there are no executed lectures.
    """
    paths = sorted(path for path in executed.glob("*.ipynb") if path.stem != "00_welcome")
    if not paths:
        raise ValueError(f"{executed} holds no executed lecture: run `make lectures` first")
    lectures = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    for notebook in lectures.values():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [
                    output
                    for output in settled(cell.outputs)
                    if output.get("data", {}).get("text/html") != WITHOUT_DASHBOARD
                ]
    return lectures


def session(table: str, read: dict[str, list[Topic]]) -> list[Topic]:
    """A deck that follows docs/slides.md, the list of the slides from which the course was made.

    Each row of the table becomes a topic. From each section that the row names, it takes the slides
    that no earlier row has shown, up to the section's next figure. If none are left, those up to
    the first section's first figure are shown again.

    Args:
        table: the text of docs/slides.md.
        read: the topics of each lecture, by the lecture's name.

    Raises:
        ValueError: a lecture does not have a section that the table names.
    """
    sections = {(name, topic.name): topic.slides for name, found in read.items() for topic in found}
    left = {place: list(slides) for place, slides in sections.items()}
    opening = MARKDOWN.render("From data without labels to pictures that nobody has seen.")
    deck = [Topic("Generative models", "Generative models", [Slide("opening", [opening])])]
    for part in re.split(r"^## ", table, flags=re.M)[1:]:
        heading = part.partition("\n")[0].strip()
        deck.append(Topic(heading, heading, [Slide("opening", [])]))
        for row in ROW.finditer(part):
            places = [
                (lecture, section)
                for lecture, named in LECTURE.findall(row["where"])
                for section in SECTION.findall(named)
            ]
            for lecture, section in places:
                if (lecture, section) not in left:
                    raise ValueError(f"docs/slides.md: {lecture} has no section {section!r}")
            slides = [slide for place in places for slide in _up_to_a_figure(left[place], place[1])]
            if not slides:
                slides = _up_to_a_figure(list(sections[places[0]]), places[0][1])
            title = MARKDOWN.renderInline(row["slide"])
            deck.append(Topic(row["slide"], title, slides))
    return deck


def _up_to_a_figure(slides: list[Slide], section: str) -> list[Slide]:
    """Remove a section's first slides, up to its first figure, and return copies of them."""
    taken = []
    while slides:
        slide = dataclasses.replace(slides.pop(0), subtitle=html.escape(section))
        taken.append(slide)
        if any("drawn" in block for block in slide.blocks):
            break
    return taken


def page(title: str, deck: list[Topic], minutes: int) -> str:
    """One deck as a page.

    Args:
        title: the deck's title, in HTML.
        deck: its topics.
        minutes: the time from which the speaker's clock counts down.
    """
    template = (HERE / "deck" / "deck.html").read_text("utf-8")
    stacks = "\n".join(
        f"<section>\n{''.join(_section(topic, slide, n) for n, slide in enumerate(topic.slides))}"
        "</section>"
        for topic in deck
    )
    stacks = FORMULA.sub(r'<span class="kept">\1</span>', LINK.sub(_to_decks, stacks))
    return (
        template.replace("TITLE", title)
        .replace("MINUTES", str(minutes))
        .replace("CODE_COLOURS", CODE.get_style_defs(".code pre"))
        .replace("SLIDES", stacks)
    )


def _section(topic: Topic, slide: Slide, number: int) -> str:
    level = "h1" if slide.kind == "opening" else "h2"
    subtitle = f'<p class="subtitle">{slide.subtitle}</p>' if slide.subtitle else ""
    again = " again" if number else ""
    code = "".join(map(highlighted, slide.code))
    folded = f'<details class="code"><summary>Code</summary><div>{code}</div></details>'
    return (
        f'<section><div class="slide {slide.kind}{again}">'
        f"<header><{level}>{topic.title}</{level}>{subtitle}</header>"
        f'<div class="content">{"".join(slide.blocks)}</div>{folded if code else ""}'
        f'<aside class="notes">{"".join(slide.notes)}</aside></div></section>\n'
    )


def _to_decks(link: re.Match) -> str:
    """Let links between lectures lead to decks; links to other files of the course become text."""
    target, text = link["target"], link["text"]
    if target.startswith("http"):
        return link[0]
    lecture = re.fullmatch(r"(\w+)\.ipynb", target)
    return f'<a href="{lecture[1]}.html">{text}</a>' if lecture else text


def write(lectures: dict[str, nbformat.NotebookNode], table: str, folder: Path) -> None:
    """Write all decks, a page that lists them, and reveal.js into a folder, which is emptied first.

    Raises:
        ValueError: as in `session`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in FROM_REVEAL:
        target = folder / "reveal" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((REVEAL / name).read_bytes())
    for name in ("deck.css", "deck.js"):
        shutil.copy(HERE / "deck" / name, folder)
    cards = []
    read = {name: topics(notebook) for name, notebook in lectures.items()}
    for name, deck in read.items():
        title = html.escape(deck[0].name)
        (folder / f"{name}.html").write_text(page(title, deck, minutes(lectures[name])), "utf-8")
        cards.append(f'<li><a href="{name}.html">{title}</a></li>')
    first = page("The session", session(table, read), 90)
    (folder / f"{FIRST}.html").write_text(first, "utf-8")
    index = (HERE / "deck" / "index.html").read_text("utf-8")
    (folder / "index.html").write_text(
        index.replace("FIRST", FIRST).replace("DECKS", "\n".join(cards)), "utf-8"
    )


def main() -> int:
    """Write the decks; return the exit status."""
    try:
        write(read_lectures(EXECUTED), COURSE.read_text("utf-8"), SLIDES)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Open {(SLIDES / 'index.html').relative_to(ROOT)} in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
