"""The VAE lecture as a student meets it: JupyterLab, Run All, a slider, TensorBoard."""

import shutil
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LECTURE = Path(__file__).parents[2] / "lectures" / "07_vae.ipynb"


def cell_with(page, text: str) -> int:
    """The number of the first code cell that holds `text`."""
    return page.evaluate(
        """(text) => jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells
            .findIndex((cell) => cell.cell_type === "code"
                && [].concat(cell.source).join("").includes(text))""",
        text,
    )


def test_lecture_runs_its_slider_moves_the_picture_and_tensorboard_shows_a_curve(
    jupyterlab, page, slider_times, tmp_path
):
    shutil.copy(LECTURE, tmp_path)
    jupyterlab.open(page, tmp_path / LECTURE.name)
    jupyterlab.run_all(page, seconds=420)

    jupyterlab.show_cell(page, cell_with(page, "LatentSliders("))
    explorer = page.locator("[data-explorer]").filter(has=page.get_by_text("Latent sliders"))
    times = slider_times(explorer.first.get_by_role("slider").first, "digits VAE, in JupyterLab")
    assert times[len(times) // 2] < 16

    jupyterlab.show_cell(page, cell_with(page, "%tensorboard"))
    dashboard = page.frame_locator("iframe[id^=tensorboard-frame]")
    dashboard.get_by_text("loss", exact=True).first.wait_for(timeout=60_000)
    curve = dashboard.locator("line-chart svg path, line-chart canvas").first
    curve.wait_for(state="attached", timeout=60_000)
    page.screenshot(path=tmp_path / "tensorboard.png")
