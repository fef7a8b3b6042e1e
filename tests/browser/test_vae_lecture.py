"""The VAE lecture as a student meets it: JupyterLab, Run All, a slider, TensorBoard.

With the digits, which take less than half the time: tests/notebooks/test_lectures.py runs the
lecture as it comes, and here the word that changes its images is used in earnest.
"""

import io
import re
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LECTURE = Path(__file__).parents[2] / "lectures" / "07_vae.ipynb"
FASHION, DIGITS = (rf"DATASET = \"{name}\"" for name in ("fashion", "digits"))  # as in JSON
PATIENCE = 120_000  # milliseconds, for a machine that is still busy


def cell_with(page, text: str) -> int:
    """The number of the first code cell that holds `text`."""
    return page.evaluate(
        """(text) => jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells
            .findIndex((cell) => cell.cell_type === "code"
                && [].concat(cell.source).join("").includes(text))""",
        text,
    )


def coloured_pixels(chart) -> int:
    """How many pixels of a chart are neither white nor the grey of its grid."""
    image = np.asarray(Image.open(io.BytesIO(chart.screenshot())).convert("RGB"), int)
    return int(np.sum(image.max(axis=-1) - image.min(axis=-1) > 30))


def test_lecture_runs_its_slider_moves_the_picture_and_tensorboard_shows_a_curve(
    jupyterlab, page, tmp_path
):
    with_digits = tmp_path / LECTURE.name
    source = LECTURE.read_text(encoding="utf-8")
    assert source.count(FASHION) == 1
    with_digits.write_text(source.replace(FASHION, DIGITS), encoding="utf-8")
    jupyterlab.open(page, with_digits)
    jupyterlab.run_all(page, seconds=420)

    jupyterlab.show_cell(page, cell_with(page, "LatentSliders("))
    explorer = page.get_by_role("region", name="Latent sliders")
    picture = explorer.locator("canvas.large[aria-label]")
    picture.wait_for()
    seen = set()
    for value in ("-2", "0", "2"):
        explorer.get_by_role("slider").first.fill(value)
        seen.add(picture.evaluate("(canvas) => canvas.toDataURL()"))
    assert len(seen) == 3

    jupyterlab.show_cell(page, cell_with(page, "show_dashboard("))
    dashboard = page.frame_locator("iframe[id^=tensorboard-frame]")
    dashboard.locator(".reload-button").click(timeout=PATIENCE)
    dashboard.get_by_text(re.compile(r"vae/.*train")).first.wait_for(timeout=PATIENCE)
    chart = dashboard.locator("line-chart").first
    chart.wait_for(timeout=PATIENCE)
    deadline = time.monotonic() + PATIENCE / 1000
    while coloured_pixels(chart) < 100:
        assert time.monotonic() < deadline, "the chart stays without a curve"
