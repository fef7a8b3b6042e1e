"""Formulas as pictures in the page: readable without a network, a script or a font.

MathJax comes from a server; a page that someone opens on a train has none. Here ziamath draws each
formula as SVG. Screen readers get the TeX, as authors of formulas read it.
"""

import html
import re

import ziamath

# With shared glyphs, a formula in a folded answer would hide those of the formulas after it.
ziamath.config.svg2 = False
FONT_SIZE = 17  # pixels, beside text of 16
INK = "currentColor"  # that of the text around it, in dark pages too
# TeX that ziamath misreads (a letter without braces, a tall double bar, extra space below a line)
# and what it reads well.
REWRITTEN = (
    (re.compile(r"\\mathbb (\w)"), r"\\mathbb{\1}"),
    (re.compile(r"\\[bB]igg?[lmr]?(?=\\\|)"), ""),
    (re.compile(r"(?<=\\\\)\[[\d.]+(?:pt|em|ex)\]"), ""),
)
# ziamath's time doubles with each level of nesting. What costs so much takes some seconds.
MOST_COST = 4000
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
DEEPER = {"{": 1, "}": -1, r"\left": 1, r"\right": -1, r"\begin": 2, r"\end": -2}
VIEW = re.compile(r'viewBox="\S+ (\S+) \S+ (\S+)"')


def cost(tex: str) -> int:
    """How long a formula takes to draw, roughly in milliseconds; counted up to `MOST_COST`."""
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
        tex: what stands between the dollar signs.
        display: whether it stands alone on its line.

    Returns:
        An inline <svg> that lies on the baseline of the text; for what ziamath cannot draw, or not
        in a few seconds, the TeX itself in <code>.
    """
    tex = tex.strip()
    words = html.escape(tex)
    if cost(tex) > MOST_COST:
        return f'<code class="formula">{words}</code>'
    for misread, rewritten in REWRITTEN:
        tex = misread.sub(rewritten, tex)
    try:
        drawing = ziamath.Latex(tex, size=FONT_SIZE, color=INK, inline=not display).svg()
    except Exception:  # ziamath raises whatever its parser meets; a formula is no reason to stop
        return f'<code class="formula">{words}</code>'
    top, height = map(float, VIEW.search(drawing).groups())  # the baseline has y = 0
    drawing = drawing.replace(
        "<svg ",
        f'<svg role="img" aria-label="{words}" style="vertical-align: {-(top + height):.2f}px" ',
        1,
    )
    return f'<div style="text-align: center">{drawing}</div>' if display else drawing
