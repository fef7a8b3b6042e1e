"""Every lecture has the parts that students expect: an opening, checks, an explorer, an end."""

import re
from pathlib import Path

import nbformat
import pytest

from course_utils import explorers

ROOT = Path(__file__).parents[2]
WELCOME, *LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))
EXPLORERS = [
    name
    for name in explorers.__all__
    if isinstance(kind := getattr(explorers, name), type) and issubclass(kind, explorers.Explorer)
]
QUESTION = re.compile(r"<details><summary>(\d)\. .+?</summary>\n(.+?)</details>", re.DOTALL)


def sources(path: Path, kind: str) -> list[str]:
    return [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"no section {heading}"
    return found[1]


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_has_the_form_of_the_others(path):
    prose = sources(path, "markdown")
    text, code = "\n\n".join(prose), sources(path, "code")
    for words in ("**Afterwards you can**", "**Time**: about ", "**Needs**: "):
        assert words in prose[0], words
    assert text.count("**Predict**") >= 3
    assert sum("assert" in cell for cell in code) >= 3
    assert re.search(rf"^({'|'.join(EXPLORERS)})\(", "\n".join(code), re.MULTILINE)

    assert len(section(text, "Summary").split()) >= 40
    numbers, answers = zip(*QUESTION.findall(section(text, "Check yourself")), strict=True)
    assert numbers == ("1", "2", "3")
    assert min(len(answer.split()) for answer in answers) >= 8
    assert len(re.findall(r"\]\(https?://", section(text, "Papers.*?"))) >= 3

    minutes = re.search("about ([0-9]+) minutes", prose[0])[1]
    welcome = sources(WELCOME, "markdown")[0]
    card = re.search(rf'<td[^>]*><a href="{path.name}">(.+?)</td>', welcome, re.DOTALL)[1]
    assert re.search(rf"\b{int(path.stem[:2])}\. [^<]+</a><br>{minutes} minutes", card)
    for assignment in re.findall('href="(.+?)"', card):
        assert f"({assignment})" in section(text, "Do it yourself")


@pytest.mark.parametrize("path", [WELCOME, *LECTURES], ids=lambda path: path.stem)
def test_no_cell_begins_or_ends_with_a_blank_line(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.source == cell.source.strip("\n")
