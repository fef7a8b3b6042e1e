"""What a notebook may bring along, and what it may not."""

import base64
import textwrap
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_utils.project import bundled

RELEASE = Path(__file__).parents[2] / "assignments" / "project" / "project.ipynb"

WEIGHTS = np.random.default_rng(0).integers(0, 256, 20_000, dtype="uint8").tobytes()
TEXT = base64.b64encode(WEIGHTS).decode()


def test_the_released_notebook_brings_almost_nothing_along():
    cells = nbformat.read(RELEASE, as_version=4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    before = next(n for n, source in enumerate(sources) if source.startswith("try_out"))
    assert bundled.refusal(sources[: before + 1], {}) == ""
    data = sum(bundled.data_in(bundled._tree(source)) for source in sources)
    assert data < bundled.MOST_DATA / 8


@pytest.mark.parametrize(
    "source",
    [
        f"w = '{TEXT}'",
        f"w = {WEIGHTS!r}",
        "w = " + " ".join(f"'{part}'" for part in textwrap.wrap(TEXT, 60)),
        f"w = {list(WEIGHTS)}",
        f"w = {hex(int.from_bytes(WEIGHTS))}",
        f"w = {np.random.default_rng(0).normal(size=4000).tolist()}",
        f"%%writefile w.txt\n{TEXT}",
    ],
    ids=["string", "bytes", "parts", "list", "number", "floats", "magic"],
)
def test_weights_in_the_code_are_found(source):
    said = bundled.refusal(["import numpy as np", source], {})
    assert "bytes of data along" in said and "16,384 are allowed" in said


def test_weights_that_no_literal_holds_are_found_by_their_length():
    assert "characters; 100,000 are allowed" in bundled.refusal([f"# {TEXT * 4}"], {})


def test_files_beside_the_notebook_count():
    assert "30,000 in files" in bundled.refusal(["x = 1"], {"weights.npz": 30_000})
    assert "20,000 in files" in bundled.refusal(["x = 1"], {"weights.npz": WEIGHTS})
    assert bundled.refusal(["x = 1"], {"helpers.py": b"def f(): ..."}) == ""


def test_text_that_the_code_can_read_counts_like_comments():
    assert "characters; 100,000 are allowed" in bundled.refusal(["x = 1"], {}, TEXT * 4)
    assert bundled.refusal(["x = 1"], {}, "A few sentences.") == ""


@pytest.mark.parametrize(
    "source",
    [
        "from course_utils.models.gan import conv_gan",
        "from course_utils.models import gan",
        "from course_utils import pretrained",
        "import numpy, course_utils.pretrained.fashion_gan as g",
        "def train(x, seconds):\n    from course_utils.pretrained import load_pretrained",
    ],
)
def test_the_courses_models_are_not_the_students_own(source):
    assert "must be your own" in bundled.refusal([source], {})


@pytest.mark.parametrize(
    "source", ["from course_utils import losses", "from models import mine", "import keras.models"]
)
def test_other_imports_are_welcome(source):
    assert bundled.refusal([source], {}) == ""
