"""Reading and repairing what was handed in, without running any of it."""

import json
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from course_utils.grader import submissions
from course_utils.grader.handin import Missing, Refused, files
from tests.grading.attacks import ATTACKS, cell_of, hand_in

ROOT = Path(__file__).parents[2]
INVALID = [name for name, attack in ATTACKS.items() if attack.statuses == ("invalid",)]
READ = [name for name in ATTACKS if name not in INVALID]


@pytest.fixture
def release():
    return nbformat.read(ROOT / "assignments" / "vae" / "vae.ipynb", as_version=4)


def graded(notebook):
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


@pytest.mark.parametrize("name", READ)
def test_what_is_read_has_the_assignments_own_cells(tmp_path, release, name):
    hand_in(ATTACKS[name], tmp_path / "vae", release)
    read = submissions.read(tmp_path / "vae", "eve", "vae", release)
    nbformat.validate(read.notebook)
    ids = [cell.id for cell in read.notebook.cells]
    assert len(set(ids)) == len(ids)
    for grade_id, cell in graded(release).items():
        if cell.metadata.nbgrader.solution and not cell.metadata.nbgrader.grade:
            continue
        ours = graded(read.notebook)[grade_id]
        assert ours.metadata == cell.metadata
        if cell.metadata.nbgrader.locked:
            assert ours.source == cell.source


@pytest.mark.parametrize("name", INVALID)
def test_a_refusal_tells_what_to_do(tmp_path, release, name):
    folder = tmp_path / "vae"
    hand_in(ATTACKS[name], folder, release)
    with pytest.raises(Refused) as refusal:
        submissions.read(folder, "eve", "vae", release)
    assert str(refusal.value).endswith(".")
    assert files.fingerprint(folder)


def test_nothing_is_missing(tmp_path, release):
    (tmp_path / "vae").mkdir()
    for folder in (tmp_path / "vae", tmp_path / "nowhere"):
        with pytest.raises(Missing):
            submissions.read(folder, "eve", "vae", release)
        assert files.fingerprint(folder) == ""


def test_another_name_is_taken(tmp_path, release):
    (tmp_path / "vae").mkdir()
    nbformat.write(release, tmp_path / "vae" / "vae (2).ipynb")
    read = submissions.read(tmp_path / "vae", "eve", "vae", release)
    assert "vae (2).ipynb was taken" in read.repairs[0]


def test_the_last_of_two_answers_counts(tmp_path, release):
    cell = cell_of(release, "kl_divergence")
    copy = nbformat.from_dict(cell)
    copy.source = "second = 2"
    notebook = nbformat.from_dict(release)
    notebook.cells.insert(notebook.cells.index(cell) + 1, copy)
    (tmp_path / "vae").mkdir()
    (tmp_path / "vae" / "vae.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    read = submissions.read(tmp_path / "vae", "eve", "vae", release)
    assert graded(read.notebook)["kl_divergence"].source == "second = 2"


def test_an_untouched_answer_is_known_as_such(tmp_path, release):
    (tmp_path / "vae").mkdir()
    nbformat.write(release, tmp_path / "vae" / "vae.ipynb")
    read = submissions.read(tmp_path / "vae", "eve", "vae", release)
    answer = graded(read.notebook)["question"]
    assert answer.metadata.nbgrader.checksum == compute_checksum(answer)


def test_a_fingerprint_changes_with_the_files(tmp_path):
    (tmp_path / "vae").mkdir()
    seen = {files.fingerprint(tmp_path / "vae")}
    for name, content in (("vae.ipynb", "1"), ("vae.ipynb", "2"), ("data.csv", "2")):
        (tmp_path / "vae" / name).write_text(content, encoding="utf-8")
        seen.add(files.fingerprint(tmp_path / "vae"))
    assert len(seen) == 4
