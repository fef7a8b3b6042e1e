"""Formulas as pictures in the page: readable without a network, a script or a font.

MathJax is loaded from a server, so a page opened offline would have no formulas. Here ziamath draws
each formula as SVG. Screen readers get the TeX.
"""

import html
import re

import ziamath

# With shared glyphs, a formula in a folded answer would hide those of the formulas after it.
ziamath.config.svg2 = False
FONT_SIZE = 17  # pixels, in text of 16
INK = "currentColor"  # that of the surrounding text, also in dark pages
# TeX that ziamath misreads (a letter without braces, a tall double bar, extra space below a line)
# and equivalent TeX that it reads correctly.
REWRITTEN = (
    (re.compile(r"\\mathbb (\w)"), r"\\mathbb{\1}"),
    (re.compile(r"\\[bB]igg?[lmr]?(?=\\\|)"), ""),
    (re.compile(r"(?<=\\\\)\[[\d.]+(?:pt|em|ex)\]"), ""),
)
# ziamath's time doubles with each level of nesting. A formula of this cost takes a few seconds.
MOST_COST = 4000
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
DEEPER = {"{": 1, "}": -1, r"\left": 1, r"\right": -1, r"\begin": 2, r"\end": -2}
VIEW = re.compile(r'viewBox="\S+ (\S+) \S+ (\S+)"')


def cost(tex: str) -> int:
    """How long a formula takes to draw, roughly in ms; counting stops above `MOST_COST`."""
    total = depth = 0
    for token in TOKEN.finditer(tex):
        depth = max(0, depth + DEEPER.get(token[0], 0))
        total += 2 ** min(depth, 20)
        if total > MOST_COST:
            break
    return total


def formula_svg(tex: str, display: bool = False) -> str:
    """A formula as an HTML element.

    Args:
        tex: the formula, without dollar signs.
        display: whether it is on a line of its own.

    Returns:
        An inline <svg> on the baseline of the text, in a centred <div> if `display`. For a formula
        that ziamath cannot draw in a few seconds, the TeX itself in <code>.
    """
    tex = tex.strip()
    words = html.escape(tex)
    if cost(tex) > MOST_COST:
        return f'<code class="formula">{words}</code>'
    for misread, rewritten in REWRITTEN:
        tex = misread.sub(rewritten, tex)
    try:
        drawing = ziamath.Latex(tex, size=FONT_SIZE, color=INK, inline=not display).svg()
    except Exception:  # ziamath's parser raises errors of many kinds; a page must not fail for one
        return f'<code class="formula">{words}</code>'
    top, height = map(float, VIEW.search(drawing).groups())  # the baseline has y = 0
    drawing = drawing.replace(
        "<svg ",
        f'<svg role="img" aria-label="{words}" style="vertical-align: {-(top + height):.2f}px" ',
        1,
    )
    return f'<div style="text-align: center">{drawing}</div>' if display else drawing
