"""Every relative link leads to a file: in pages, in notebooks, and in the students' copy."""

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from course_utils.building import student_copy

ROOT = Path(__file__).parents[1]
BUILT = ("lectures", "assignments", "solutions")
LINK = re.compile(r'\]\(\s*([^)\s]+)|\b(?:href|src)="([^"]+)"')
PAGES = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *(path for folder in BUILT for path in ROOT.glob(f"{folder}/**/*.ipynb")),
]


def relative_links(name: str, content: str) -> list[str]:
    """The links of a Markdown page or of a notebook's text that lead to another file."""
    if name.endswith(".ipynb"):
        cells = nbformat.reads(content, as_version=4).cells
        content = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    # What stands in a block of code is for readers to copy.
    content = re.sub(r"^```.*?^```", "", content, flags=re.MULTILINE | re.DOTALL)
    links = ["".join(match) for match in LINK.findall(content)]
    return [
        unquote(link.partition("#")[0])
        for link in links
        if not re.match(r"[a-z]+:", link) and not link.startswith("#")
    ]


def test_links_are_found():
    page = (
        "[a](b.md) [c](https://x.org) [d](#e) ![f](g%20h.png) [i](j.md#k)\n"
        '<a href="l.md">m</a> <img src="n.png"> [o](mailto:p)'
    )
    found = ["b.md", "g h.png", "j.md", "l.md", "n.png"]
    assert relative_links("page.md", page) == found
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(page), nbformat.v4.new_code_cell("f[0](x)")]
    )
    assert relative_links("page.ipynb", nbformat.writes(notebook)) == found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_a_file(path):
    links = relative_links(path.name, path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize(
    "path", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda p: p.name
)
def test_links_to_a_heading_find_it(path):
    text = path.read_text("utf-8")
    for page, heading in re.findall(r"\]\((?![a-z]+:)([^)#\s]*\.md)#([^)\s]+)\)", text):
        headings = re.findall(r"^#+ (.+)$", (path.parent / page).read_text("utf-8"), re.MULTILINE)
        # An address has hyphens for spaces, small letters and no marks.
        names = [re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in headings]
        assert heading in names


def test_every_slide_is_treated_in_a_section_that_exists():
    text = (ROOT / "docs" / "slides.md").read_text("utf-8")
    rows = re.findall(r"^\| (?!slide |---)(.+?) \| (.+) \|$", text, re.MULTILINE)
    treated_in = set()
    for slide, places in rows:
        sections = re.findall(r"\[[^\]]+\]\(\.\./lectures/(\w+)\.ipynb\): (.+?)(?= · |$)", places)
        assert sections, slide
        for lecture, names in sections:
            cells = nbformat.read(ROOT / "lectures" / f"{lecture}.ipynb", as_version=4).cells
            headings = re.findall(
                r"^## \d+\. (.+)$", "\n".join(c.source for c in cells), re.MULTILINE
            )
            assert set(re.findall(r"\*(.+?)\*", names)) <= set(headings), slide
            treated_in.add(lecture)
    # The last two lectures go beyond the slides, and the first page welcomes.
    assert len(rows) > 40 and len(treated_in) == len(list(ROOT.glob("lectures/*.ipynb"))) - 3


def test_the_notebooks_link_to_each_other():
    """Otherwise the tests above and below would pass for want of links."""
    welcome = ROOT / "lectures" / "00_welcome.ipynb"
    linked = set(relative_links(welcome.name, welcome.read_text("utf-8")))
    lectures = {path.name for path in ROOT.glob("lectures/*.ipynb")} - {welcome.name}
    assignments = {f"../{path.relative_to(ROOT)}" for path in ROOT.glob("assignments/*/*.ipynb")}
    pictures = {f"../{path.relative_to(ROOT)}" for path in ROOT.glob("docs/pictures/*.png")}
    assert linked == lectures | assignments | pictures
    assert {f"lectures/{name}" for name in lectures} <= set(
        relative_links("README.md", (ROOT / "README.md").read_text("utf-8"))
    )


def test_links_in_the_students_copy_stay_inside():
    files = student_copy.plan(ROOT)
    dead = []
    for path, content in files.items():
        if path.suffix in (".md", ".ipynb"):
            for link in relative_links(path.name, content.decode()):
                target = (ROOT / path.parent / link).resolve().relative_to(ROOT)
                if target not in files and not any(f.is_relative_to(target) for f in files):
                    dead.append(f"{path}: {link}")
    assert dead == []


def test_the_gallery_shows_one_small_picture_a_lecture():
    cell = re.compile(
        r'<a href="(lectures/\w+)\.ipynb"><img src="docs/pictures/(\w+)\.png"'
        r'[^>]* alt="([^"]{20,})">'
    )
    shown = cell.findall((ROOT / "README.md").read_text("utf-8"))
    lectures = sorted(f"lectures/{path.stem}" for path in ROOT.glob("lectures/*.ipynb"))
    assert [lecture for lecture, _, _ in shown] == lectures[1:]  # all but the welcome
    assert [f"lectures/{picture}" for _, picture, _ in shown] == lectures[1:]
    sizes = [path.stat().st_size for path in ROOT.glob("docs/pictures/*.png")]
    assert len(sizes) == len(shown) and max(sizes) < 60_000 and sum(sizes) < 400_000


def test_the_welcome_page_and_the_readme_describe_each_picture_alike():
    described = re.compile(r'docs/pictures/(\w+)\.png"[^>]* alt="([^"]+)"')
    welcome, readme = (
        described.findall((ROOT / name).read_text("utf-8"))
        for name in ("notebooks/lectures/00_welcome.py", "README.md")
    )
    assert len(welcome) == 14 and welcome == readme
