"""The hidden part of the project's test cell: what it looks at before it trains, and the time."""

import json
import re

import nbformat
import numpy as np
import pytest
from nbformat import v4

from course_utils.project import bundled, stock

PICTURE = {"image/png": "A" * 20_000}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path, *cells):
    nbformat.write(v4.new_notebook(cells=list(cells)), path)


def test_files_of_one_name_count_in_every_folder(folder):
    for place in ("", "left", "right/deep"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "weights.npz").write_bytes(b"12345")
    (folder / "project.ipynb").write_text("{}")
    assert sorted(stock.files_beside().values()) == [5, 5, 5]


def test_another_notebook_beside_it_counts_but_no_checkpoint(folder):
    checkpoint = ".ipynb_checkpoints/project-checkpoint.ipynb"
    for name in ("project.ipynb", "weights.ipynb", "old/project.ipynb", checkpoint):
        (folder / name).parent.mkdir(exist_ok=True)
        write(folder / name, v4.new_markdown_cell("w" * 5000))
    assert {*stock.files_beside()} == {"weights.ipynb", "old/project.ipynb"}


def test_pictures_pasted_into_the_notebook_count_each(folder):
    pasted = [v4.new_markdown_cell("![]()", attachments={"image.png": PICTURE}) for _ in range(2)]
    write(folder / "project.ipynb", *pasted)
    text, pictures = stock.around_the_code(folder / "project.ipynb")
    assert sum(pictures.values()) == 2 * len(json.dumps(PICTURE))
    assert "AAAA" not in text
    assert re.search(r"40,\d{3} in files beside it or pictures", bundled.refusal([], pictures))


def test_texts_and_metadata_of_the_notebook_are_read_but_neither_its_code_nor_its_outputs(folder):
    drawn = v4.new_output("display_data", {"image/png": "drawn"})
    code = v4.new_code_cell("source = 1", metadata={"weights": "metadata"}, outputs=[drawn])
    write(folder / "project.ipynb", code, v4.new_markdown_cell("answer"), v4.new_raw_cell("raw"))
    text, pictures = stock.around_the_code(folder / "project.ipynb")
    assert [word in text for word in ("metadata", "answer", "raw")] == [True] * 3
    assert "source = 1" not in text and "drawn" not in text and pictures == {}


def test_no_file_holds_nothing(folder):
    assert stock.around_the_code(folder / "project.ipynb") == ("", {})


def test_drawing_is_stopped_when_its_time_is_up(monkeypatch):
    clock = iter(range(0, 1000, 25))
    monkeypatch.setattr(stock.time, "process_time", lambda: next(clock))
    asked = []

    def sample(n):
        asked.append(n)
        return np.zeros((n, 28, 28, 1))

    with pytest.raises(AssertionError, match=r"sample used 75 s .* 3,000 images; 60 s are allowed"):
        stock.drawn_in_time(sample)
    assert asked == [1000] * 3


def test_all_samples_are_drawn_in_time():
    assert stock.drawn_in_time(lambda n: np.zeros((n, 28, 28))).shape == (5000, 28, 28, 1)
