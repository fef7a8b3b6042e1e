"""Formulas are rendered into the page itself, including all those in the course's notebooks."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course_utils.building import formulas
from course_utils.building.formulas import formula_svg
from course_utils.building.stock_feedback import Page

ROOT = Path(__file__).parents[2]
TEXTS = sorted((ROOT / "notebooks").rglob("*.py"))


def test_a_formula_is_a_picture_with_words():
    drawn = formula_svg(r"\mu < \sigma^2")
    assert drawn.startswith("<svg ")
    assert 'role="img"' in drawn
    assert r'aria-label="\mu &lt; \sigma^2"' in drawn
    assert drawn.count("<path") == 4  # μ, <, σ, 2


def test_it_lies_on_the_baseline():
    """A letter with a descender hangs lower than one without."""

    def below(tex):
        return -float(re.search(r"vertical-align: (-?[\d.]+)px", formula_svg(tex))[1])

    assert 0 <= below("x") < 2 < below("y") < below(r"\frac{1}{2}")


def test_a_formula_on_its_own_line_is_larger():
    def height(display):
        return float(re.search(r'height="([\d.]+)"', formula_svg(r"\sum_i x_i", display))[1])

    assert height(display=True) > height(display=False)


@pytest.mark.parametrize(
    ("written", "drawn_as"),
    [
        (r"\mathbb E_q x \in \mathbb R^2", r"\mathbb{E}_q x \in \mathbb{R}^2"),
        (r"\big\| x \big\|^2", r"\| x \|^2"),
        (r"q \,\Bigl\|\, p", r"q \,\|\, p"),
        (
            r"\begin{aligned} a &= b \\[2pt] &= c \end{aligned}",
            r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        ),
    ],
)
def test_what_ziamath_misreads_is_drawn_right(written, drawn_as):
    def shapes(tex):
        return re.findall(r'<path d="[^"]+"', formula_svg(tex))

    assert shapes(written) == shapes(drawn_as) != []
    assert f'aria-label="{html.escape(written)}"' in formula_svg(written)


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        (r"\frac{1}{", "}"),
        (r"\left(\frac{1}{", r"}\right)"),
        ("x_{1}^{", "}"),
        (r"\begin{cases}", r"\end{cases}"),
        ("{", "}"),
        (r"\left(", ""),
    ],
)
def test_a_formula_that_would_take_long_stays_text(monkeypatch, opens, closes):
    """ziamath's time doubles with each level: at thirty it would not end."""
    drawn = []
    monkeypatch.setattr(
        formulas.ziamath, "Latex", lambda tex, **_: drawn.append(tex) or pytest.fail(tex)
    )
    tex = opens * 30 + "x" + closes * 30
    assert formula_svg(tex).startswith('<code class="formula">')
    assert drawn == []


def test_what_cannot_be_drawn_stays_readable():
    assert formula_svg(r"\frac{1") == r'<code class="formula">\frac{1</code>'


def test_hidden_formulas_do_not_take_glyphs_with_them():
    assert "<use" not in formula_svg("x + x")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_formula_of_the_course_can_be_drawn(path):
    lines = path.read_text("utf-8").splitlines()
    prose = "\n".join(line[2:] for line in lines if line.startswith("#"))
    drawn = Page().markdown2html(None, prose)
    assert 'class="formula"' not in drawn
    assert "$$" not in drawn
    HTMLParser().feed(drawn)
