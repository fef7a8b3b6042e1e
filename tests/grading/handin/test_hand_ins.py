"""Honest hand-ins of every form: the work in them is found, and so are the pictures."""

import base64
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.utils import determine_grade
from traitlets.config import Config

from course_utils.grader import submissions
from course_utils.grader.handin import Refused, answers
from tests.grading.attacks import cell_of
from tests.grading.hand_ins import CODE, ENCODED, PICTURES, PNG, READ, WORDS, text_of, worked

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def release():
    return nbformat.read(ROOT / "assignments" / "vae" / "vae.ipynb", as_version=4)


@pytest.fixture
def hand_in(tmp_path, release):
    """Write a hand-in and read it."""

    def read(write):
        shutil.rmtree(tmp_path / "vae", ignore_errors=True)
        (tmp_path / "vae").mkdir()
        write(tmp_path / "vae", worked(release))
        return submissions.read(tmp_path / "vae", "ada", "vae", release)

    return read


def raw(content, name="vae.ipynb"):
    return lambda folder, _: (folder / name).write_bytes(content)


@pytest.mark.parametrize("name", READ)
def test_the_work_is_found(hand_in, release, name):
    read = hand_in(READ[name])
    nbformat.validate(read.notebook)
    answer = cell_of(read.notebook, "question")
    assert all(word in answer.source for word in WORDS.split()[:6])
    assert determine_grade(answer) == (None, 5)  # it waits for a person
    code = [cell.source for cell in read.notebook.cells if cell.cell_type == "code"]
    defining = next(n for n, source in enumerate(code) if CODE.strip() in source)
    assert defining < code.index("check(kl_divergence)")
    for ours in release.cells:
        if ours.metadata.get("nbgrader", {}).get("grade"):
            assert cell_of(read.notebook, ours.metadata.nbgrader.grade_id).metadata == ours.metadata


@pytest.mark.parametrize(
    "name", ["as it should be", "the lines of Windows", "formatted by an editor", "lines as lists"]
)
def test_what_is_as_it_was_is_no_repair(hand_in, name):
    assert hand_in(READ[name]).repairs == ()


def test_whoever_lost_marks_deleted_nothing(hand_in):
    (said,) = hand_in(READ["all marks lost"]).repairs
    assert "lost the marks" in said


def shown(read):
    """The bytes of the pictures in the answer."""
    attached = cell_of(read.notebook, "question").get("attachments", {})
    return [base64.b64decode(next(iter(bundle.values()))) for bundle in attached.values()]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_comes_along(hand_in, name):
    read = hand_in(PICTURES[name])
    nbformat.validate(read.notebook)
    answer = cell_of(read.notebook, "question")
    assert WORDS in answer.source
    assert len(shown(read)) == 1
    (attached,) = answer.attachments
    assert answer.source.count(f"](attachment:{attached})") == 1
    assert not any("missing" in sentence for sentence in read.repairs)


def test_formgrader_shows_the_picture(hand_in):
    notebook = hand_in(PICTURES["pasted"]).notebook
    settings = Config()
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    place = {"index": 0, "total": 1}
    page, _ = HTMLExporter(config=settings).from_notebook_node(notebook, place)
    assert f'src="data:image/png;base64,{ENCODED}"' in page


def test_a_picture_of_megabytes_comes_along_with_its_words(hand_in):
    large = PNG + bytes(4 * 2**20)
    address = "data:image/png;base64," + base64.b64encode(large).decode()

    def write(folder, notebook):
        cell_of(notebook, "question").source = f"{WORDS} ![a]({address}) the end"
        (folder / "vae.ipynb").write_text(text_of(notebook), encoding="utf-8")

    read = hand_in(write)
    assert shown(read) == [large]
    assert cell_of(read.notebook, "question").source.endswith("the end")


def answered(text, *files):
    def write(folder, notebook):
        cell_of(notebook, "question").source = text
        (folder / "vae.ipynb").write_text(text_of(notebook), encoding="utf-8")
        for name, content in files:
            (folder / name).write_bytes(content)

    return write


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("![x](https://example.org/x.png)", "on another machine"),
        ("![x](sketch.png)", "not handed in"),
        ("![x](attachment:image.png)", "not handed in"),
        ("![x](data:image/png;base64,bm90IGEgcGljdHVyZQ==)", "not a picture"),
        ("![x](data:image/png;base64,!!!)", "not a picture"),
        ("<img src='http://example.org/x.png'>", "on another machine"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told(hand_in, text, said):
    read = hand_in(answered(text))
    assert said in "".join(read.repairs)
    assert shown(read) == []


def test_what_no_page_shows_is_named_and_waits(hand_in, release):
    read = hand_in(answered("*Your answer goes here.*", ("answer.pdf", b"%PDF-1.7")))
    answer = cell_of(read.notebook, "question")
    assert "submitted/ada/vae/answer.pdf" in answer.source
    assert determine_grade(answer) == (None, 5)


def test_what_code_reads_is_no_answer(hand_in):
    def write(folder, notebook):
        cell_of(notebook, "kl_divergence").source = "image = plt.imread('digit.png')"
        cell_of(notebook, "question").source = WORDS
        (folder / "vae.ipynb").write_text(text_of(notebook), encoding="utf-8")
        (folder / "digit.png").write_bytes(PNG)

    read = hand_in(write)
    assert shown(read) == []
    assert "digit.png" in read.files


def test_of_a_very_long_answer_the_beginning_is_shown(hand_in):
    read = hand_in(answered(WORDS * 20_000))
    answer = cell_of(read.notebook, "question")
    assert answer.source.startswith(WORDS)
    assert "more characters in submitted/ada/vae/vae.ipynb" in answer.source
    assert len(answer.source) < answers.LONGEST_TEXT + 200


@pytest.mark.parametrize(
    "text",
    [
        "[" * 300_000,
        "![a](" * 60_000,
        "<img " * 60_000,
        "[a](x)(" * 20_000,
        "![a][" * 60_000,
        f"![a]({' ' * 300_000}",
        "[a]: b\n" * 40_000,
        "data:image/png;base64," * 10_000,
        "![a](b.png) " * 10_000,
        "![a](sketch.png) " * 10_000,
        f"![a](data:image/png;base64,{ENCODED}) " * 5_000,
    ],
    ids=range(11),
)
def test_a_text_made_to_take_long_does_not(hand_in, text):
    read = hand_in(answered(text, ("sketch.png", PNG), *((f"{n}.csv", b"") for n in range(150))))
    assert cell_of(read.notebook, "question").source
    assert len(shown(read)) <= 1
    assert len(read.repairs) <= 11


def test_code_that_is_too_deep_to_compare_is_no_trouble(hand_in):
    def write(folder, notebook):
        cell_of(notebook, "setup").source = "x = " + "+".join("1" * 50_000)
        cell_of(notebook, "kl_divergence").source = "(" * 5000
        (folder / "vae.ipynb").write_text(text_of(notebook), encoding="utf-8")

    assert "setup is not as the assignment has it" in hand_in(write).repairs[0]


def test_an_empty_answer_with_new_cells_elsewhere_waits(hand_in):
    def write(folder, notebook):
        cell_of(notebook, "question").source = "*Your answer goes here.*"
        notebook.cells.append(nbformat.v4.new_code_cell("print('The prior wins.')"))
        (folder / "vae.ipynb").write_text(text_of(notebook), encoding="utf-8")

    read = hand_in(write)
    answer = cell_of(read.notebook, "question")
    assert "number 19" in answer.source
    assert determine_grade(answer) == (None, 5)
    assert "question" in read.notes[0]


def test_a_question_that_was_never_there_waits(hand_in):
    def write(folder, notebook):
        notebook.cells.remove(cell_of(notebook, "question"))
        (folder / "vae.ipynb").write_text(text_of(notebook), encoding="utf-8")

    read = hand_in(write)
    answer = cell_of(read.notebook, "question")
    assert determine_grade(answer) == (None, 5)
    assert "after it was handed out" in read.notes[0]
    assert not any("delete" in sentence for sentence in read.repairs)


def test_an_empty_answer_without_anything_else_gets_nothing(hand_in):
    read = hand_in(answered("*Your  answer goes here.*\r\n"))
    assert determine_grade(cell_of(read.notebook, "question")) == (0, 5)


def test_files_lie_where_the_notebook_finds_them(hand_in):
    def write(folder, notebook):
        (folder / "homework" / "data").mkdir(parents=True)
        (folder / "homework" / "vae.ipynb").write_text(text_of(notebook), encoding="utf-8")
        (folder / "homework" / "helpers.py").write_bytes(b"half = 0.5")
        (folder / "homework" / "data" / "x.csv").write_bytes(b"1")
        (folder / "y.csv").write_bytes(b"1")
        (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC", encoding="utf-8")

    read = hand_in(write)
    assert set(read.files) == {"homework/helpers.py", "homework/data/x.csv", "y.csv"}
    assert read.folder == "homework"
    assert read.timestamp == "2026-03-01 12:00:00 UTC"


def test_a_large_file_takes_no_room_from_small_ones(hand_in):
    def write(folder, notebook):
        READ["as it should be"](folder, notebook)
        with open(folder / "a.bin", "wb") as file:
            file.truncate(30 * 2**20)
        (folder / "b.csv").write_bytes(b"1")

    read = hand_in(write)
    assert set(read.files) == {"b.csv"}
    assert read.repairs == ("Left out: a.bin (too large: up to 16 MB are read in all).",)


def test_each_reason_to_leave_something_out_is_told(hand_in):
    def write(folder, notebook):
        READ["as it should be"](folder, notebook)
        (folder / "numpy.py").write_bytes(b"")
        os.symlink("/etc/passwd", folder / "data.csv")
        os.mkfifo(folder / "pipe")

    said = " ".join(hand_in(write).repairs)
    assert "numpy.py (a module whose name hides one" in said
    assert "data.csv (a link" in said
    assert "pipe (not a file" in said


BROKEN = {
    "broken off": (text_of({"cells": ["x" * 500]})[:300].encode(), "breaks off after 300"),
    "a zip": (b"PK\x03\x04...", "a zip archive. Unpack it"),
    "a web page": (b"\n<!DOCTYPE html>\n<html>", "a web page.*File → Download"),
    "a PDF": (b"%PDF-1.4", "a PDF file"),
    "zeros": (bytes(5000), "nothing but zeros"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "AppleDouble": (b"\0\5\x16\7\0\2\0\0Mac OS X", "not a notebook"),
    "a program": (b"import keras\n", "line 1 is not valid JSON"),
    "spaces": (b" \r\n ", "is empty"),
    "a list": (b"[1, 2]", "JSON but not a notebook"),
    "a number for cells": (b'{"nbformat": 4, "cells": 3}', "has no cells"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_refusal_says_what_was_found(hand_in, name):
    content, said = BROKEN[name]
    with pytest.raises(Refused, match=said):
        hand_in(raw(content))


def test_a_conflict_of_two_answers_is_left_to_the_student(hand_in):
    def write(folder, notebook):
        text = text_of(notebook)
        other = text.replace("64 times", "32 times").splitlines()
        lines = text.splitlines()
        at = next(n for n, (a, b) in enumerate(zip(lines, other, strict=True)) if a != b)
        both = ["<<<<<<< HEAD", lines[at], "=======", other[at], ">>>>>>> main"]
        text = "\r\n".join([*lines[:at], *both, *lines[at + 1 :]])
        (folder / "vae.ipynb").write_text(text, encoding="utf-8")

    with pytest.raises(Refused, match=r"from line \d+ .*git checkout --ours vae.ipynb"):
        hand_in(write)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"vae.zip": b"PK\x03\x04"}, "vae.zip is a zip archive. Unpack it"),
        ({"vae.html": b"<html>"}, "a web page"),
        ({"vae.pdf": b"%PDF", "notes.txt": b"see"}, "vae.pdf is a PDF"),
        ({"vae.py": b"print(1)"}, "There is no notebook among what was handed in: vae.py"),
    ],
)
def test_without_a_notebook_it_says_what_there_is(hand_in, files, said):
    def write(folder, _):
        for name, content in files.items():
            (folder / name).write_bytes(content)

    with pytest.raises(Refused, match=said):
        hand_in(write)


def test_two_that_were_worked_in_are_named(hand_in):
    def write(folder, notebook):
        for name in ("a.ipynb", "b.ipynb"):
            (folder / name).write_text(text_of(notebook), encoding="utf-8")

    with pytest.raises(Refused, match=r"a\.ipynb, b\.ipynb.*vae\.ipynb"):
        hand_in(write)


def test_a_copy_that_was_worked_in_is_told(hand_in):
    def write(folder, notebook):
        for name in ("vae.ipynb", "vae-Copy1.ipynb"):
            (folder / name).write_text(text_of(notebook), encoding="utf-8")

    assert "vae-Copy1.ipynb was not" in hand_in(write).repairs[0]


@pytest.mark.parametrize(
    ("content", "timestamp", "noted"),
    [
        (b"\xef\xbb\xbf2026-03-02 09:00:00 UTC\r\n", "2026-03-02 09:00:00 UTC", False),
        ("2026-03-02 09:00:00 UTC\r\n".encode("utf-16"), "2026-03-02 09:00:00 UTC", False),
        ("2026-03-02 09:00:00 UTC".encode("utf-16-le"), "2026-03-02 09:00:00 UTC", False),
        (b"2026-03-02T09:00:00+01:00", "2026-03-02T09:00:00+01:00", False),
        (b"when it was done", "", True),
        (b"\xff\xfe\xff", "", True),
        (b"  \n", "", False),
    ],
)
def test_a_time_is_read_or_told(hand_in, content, timestamp, noted):
    def write(folder, notebook):
        READ["as it should be"](folder, notebook)
        (folder / "timestamp.txt").write_bytes(content)

    read = hand_in(write)
    assert read.timestamp == timestamp
    assert any("holds no time" in note for note in read.notes) == noted
