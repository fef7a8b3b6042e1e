"""Figures that a screen reader can describe: every figure in a notebook gets an alternative text.

By default JupyterLab shows a Matplotlib figure without one. In a notebook that has imported
`course_utils.plotting`, a figure becomes an HTML image whose alternative text is put together from
the figure's titles, axis labels and legends. A figure that is well labelled is well described.
"""

import base64
import html
import io
import re

from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

WORD = re.compile(r"[^\W\d_]{2}")
SHOWN_NAMES = 12  # curves or panels to name; a longer list would help nobody


def describe(figure: Figure) -> str:
    """What a figure shows, in words.

    Args:
        figure: any Matplotlib figure.

    Returns:
        One line, such as "Training curves; x: epoch, y: loss (nats); drawn: train, validation.";
        empty if the figure has no words.
    """
    title = figure._suptitle.get_text() if figure._suptitle else ""
    panels = [_describe_panel(axes) for axes in figure.axes if axes.get_visible()]
    panels = [text for text in panels if text]
    if len(panels) > SHOWN_NAMES:
        panels = [*panels[:SHOWN_NAMES], f"and {len(panels) - SHOWN_NAMES} panels more"]
    if len(panels) > 1:
        panels = [f"panel {number}: {text}" for number, text in enumerate(panels, start=1)]
    sentences = [_one_line(text) for text in (title, *panels) if text]
    return ". ".join(sentence.rstrip(".") for sentence in sentences) + "." if sentences else ""


def as_image(figure: Figure) -> str:
    """The figure as an HTML image with its description as alternative text."""
    file = io.BytesIO()
    # Twice as many pixels as the page shows, for high-resolution screens and for enlarging.
    figure.savefig(file, format="png", bbox_inches="tight", dpi=2 * figure.dpi)
    file.seek(0)
    width = Image.open(file).width // 2
    pixels = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'<img width="{width}" style="max-width: 100%" '
        f'alt="{html.escape(describe(figure))}" src="data:image/png;base64,{pixels}">'
    )


def describe_figures_in_notebooks() -> None:
    """Make Jupyter show figures by `as_image` from now on. Outside Jupyter nothing happens."""
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    from matplotlib_inline.backend_inline import configure_inline_support
    from matplotlib_inline.config import InlineBackend

    # This sets up Jupyter's own formats now; otherwise it would restore them later.
    configure_inline_support(shell, "inline")
    InlineBackend.instance(parent=shell).figure_formats = set()
    shell.display_formatter.formatters["text/html"].for_type(Figure, as_image)


def _describe_panel(axes: Axes) -> str:
    names = [
        f"{letter}: {label}"
        for letter, label in (("x", axes.get_xlabel()), ("y", axes.get_ylabel()))
        if label and axes.axison
    ]
    # The numbers in the cells of a matrix would bury its labels.
    written = [text.get_text() for text in axes.texts if WORD.search(text.get_text())]
    title = axes.get_title() or axes.get_title(loc="left")
    parts = [title, ", ".join(names), _drawn(axes), ", ".join(written[:SHOWN_NAMES])]
    return "; ".join(part for part in parts if part)


def _drawn(axes: Axes) -> str:
    """The curves or groups by their legend, or else what kind of picture it is."""
    _, labels = axes.get_legend_handles_labels()
    labels = list(dict.fromkeys(labels))
    if labels and len(labels) <= SHOWN_NAMES:
        return "drawn: " + ", ".join(labels)
    if axes.images and not (axes.get_xlabel() or axes.get_title()):
        return "a picture"
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
