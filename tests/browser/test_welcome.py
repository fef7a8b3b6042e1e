"""The welcome page in JupyterLab, opened from what students get."""

from pathlib import Path

import pytest

from course_utils.building import student_copy


@pytest.mark.slow
@pytest.mark.browser
def test_every_lecture_has_its_picture_and_the_picture_leads_to_it(jupyterlab, page, repository):
    student_copy.write(repository, jupyterlab.folder)
    welcome = jupyterlab.folder / "lectures" / "00_welcome.ipynb"
    jupyterlab.open(page, welcome)
    lectures = [path.stem for path in sorted(welcome.parent.glob("*.ipynb")) if path != welcome]
    pictures = page.locator(".jp-RenderedMarkdown a img")
    pictures.nth(len(lectures) - 1).wait_for()
    seen = pictures.evaluate_all(
        """(all) => Promise.all(all.map(async (image) => {
            await image.decode().catch(() => {});
            return [image.src, image.alt.length > 20, image.naturalWidth];
        }))"""
    )
    assert [Path(source.partition("?")[0]).stem for source, _, _ in seen] == lectures
    assert all(described and width == 480 for _, described, width in seen)
    pictures.last.click()
    page.wait_for_function(f"document.title.startsWith('{lectures[-1]}')")
