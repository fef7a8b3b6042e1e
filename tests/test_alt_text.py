"""Every figure in a notebook has an alternative text made from its own labels."""

import base64
import io
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from course_utils import alt_text

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def no_figures_are_left():
    yield
    plt.close("all")


def test_titles_labels_and_legends_are_told():
    figure, (left, right) = plt.subplots(1, 2)
    figure.suptitle("two views\nof a training")
    left.plot([1, 2], label="train")
    left.plot([2, 3], label="validation")
    left.set(xlabel="epoch", ylabel="loss (nats)")
    right.imshow([[0, 1]])
    assert alt_text.describe(figure) == (
        "two views of a training. panel 1: x: epoch, y: loss (nats); drawn: train, validation. "
        "panel 2: a picture."
    )


def test_hidden_axes_have_no_labels():
    figure, axes = plt.subplots()
    axes.set(xlabel="pixels", title="a digit")
    axes.set_axis_off()
    assert alt_text.describe(figure) == "a digit."


def test_words_written_beside_a_picture_are_told():
    figure, axes = plt.subplots()
    axes.imshow([[0, 1]])
    axes.text(-1, 0, "kernel density")
    axes.text(0, 0, "0.25")
    axes.set_axis_off()
    assert alt_text.describe(figure) == "a picture; kernel density."


def test_an_empty_figure_has_no_text():
    assert alt_text.describe(plt.figure()) == ""


def test_many_panels_are_counted():
    figure, axes = plt.subplots(4, 5)
    for number, place in enumerate(axes.flat):
        place.set_title(f"digit {number}")
    text = alt_text.describe(figure)
    assert "panel 12: digit 11." in text
    assert "digit 12" not in text
    assert "and 8 panels more" in text


def test_the_image_is_sharp_and_its_text_is_escaped():
    figure, axes = plt.subplots(figsize=(4, 3))
    axes.set_title('x < "y" & z')
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
    parser.feed(alt_text.as_image(figure))
    [(tag, attributes)] = tags
    assert tag == "img"
    assert attributes["alt"] == 'x < "y" & z.'
    pixels = base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(pixels)).width == pytest.approx(
        2 * int(attributes["width"]), abs=1
    )


def test_outside_jupyter_nothing_changes():
    program = "import course_utils.plotting, matplotlib; print(matplotlib.get_backend())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "inline" not in done.stdout


def test_in_jupyter_every_figure_is_told(monkeypatch):
    monkeypatch.delenv("MPLBACKEND")  # so that the kernel chooses its own
    cells = [
        "import course_utils.plotting, matplotlib.pyplot as plt",
        "figure, axes = plt.subplots(); axes.set_title('shown at the end of the cell')",
        "figure, axes = plt.subplots(); axes.set_title('shown by hand'); plt.show()",
        "figure",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, resources={"metadata": {"path": str(ROOT)}}).execute()
    pages = [
        output.data.get("text/html", "")
        for cell in notebook.cells
        for output in cell.outputs
        if "Figure" in output.get("data", {}).get("text/plain", "")
    ]
    assert len(pages) == 3
    for page, words in zip(pages, ["at the end", "by hand", "by hand"], strict=True):
        assert 'alt="shown ' in page
        assert words in page
