"""Oral questions: about the student's own lines, and the same each time they are drawn."""

import copy
import functools
import importlib
import shutil
from pathlib import Path

import nbformat
import pytest

from course_utils import cli
from course_utils.grader import questions
from course_utils.grader.assigned import assigned
from course_utils.grading.assignments import registry
from tests.grading.attacks import cell_of
from tests.grading.hand_ins import text_of

ROOT = Path(__file__).parents[2]
NAMES = [*registry.NAMES]
of = functools.cache(functools.partial(assigned, ROOT))


def variants(name):
    module = importlib.import_module(f"tests.grading.assignments.{name}_variants")
    return module.RIGHT


def worked(name, number=0):
    """The release with the right variant of this number in each function's cell."""
    notebook = copy.deepcopy(of(name).release)
    for function, styles in variants(name).items():
        cell_of(notebook, function).source = [*styles.values()][number % len(styles)]
    return notebook


def drawn(name, notebook, student="ada", unreadable=""):
    return questions.draw(registry.find(name), of(name), student, notebook, unreadable)


def stands_in(quote, code):
    return all(line.strip() in code for line in quote.split("\n"))


def code_in(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("name", NAMES)
def test_some_question_fits_every_right_way_to_write_a_function(name):
    unfitting = []
    for function, styles in variants(name).items():
        for style, code in styles.items():
            notebook = copy.deepcopy(of(name).release)
            cell_of(notebook, function).source = code
            asked = questions.candidates(
                registry.find(name), function, f"{function}-test", notebook, ""
            )
            unfitting += [f"{function}, {style}"] if not asked[0].quote else []
            assert all(stands_in(one.quote, code) for one in asked)
    assert unfitting == []


@pytest.mark.parametrize("name", NAMES)
def test_three_questions_about_three_functions_with_lines_of_the_notebook(name):
    for number in range(12):
        notebook = worked(name, number)
        asked = drawn(name, notebook)
        assert len(asked) == len({one.about for one in asked}) == 3
        for one in asked:
            assert one.quote
            assert not one.note
            assert one.points
            assert all(one.points)
            assert stands_in(one.quote, code_in(notebook))


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_hand_in_is_asked_in_general(name):
    asked = drawn(name, of(name).release)
    assert len({one.about for one in asked}) == 3
    for one in asked:
        assert one.quote == ""
        assert one.note.startswith("It was not written. So this asks about the function in general")
        assert one.points


def test_the_draw_depends_on_the_student_and_the_hand_in_alone():
    notebook = worked("vae")
    assert drawn("vae", notebook) == drawn("vae", copy.deepcopy(notebook))
    by_student = {tuple(drawn("vae", notebook, f"student {n}")) for n in range(20)}
    assert len(by_student) > 5
    by_hand_in = set()
    for number in range(20):
        changed = copy.deepcopy(notebook)
        changed.cells[0].source += f"\n\n{number}"
        by_hand_in.add(tuple(drawn("vae", changed)))
    assert len(by_hand_in) > 5


def test_their_own_code_comes_before_questions_in_general():
    notebook = copy.deepcopy(of("vae").release)
    cell_of(notebook, "vae_loss").source = variants("vae")["vae_loss"]["mean of the sum"]
    for student in ("ada", "bob", "eve", "dan"):
        quotes = {one.about: one.quote for one in drawn("vae", notebook, student)}
        assert "reconstruction_loss(x, logits)" in quotes.pop("vae_loss")
        assert [*quotes.values()] == ["", ""]


def test_code_that_is_not_python_is_asked_in_general():
    notebook = worked("vae")
    for function in variants("vae"):
        cell_of(notebook, function).source = f"def {function}(mu, sigma:\n    return 1"
    for one in drawn("vae", notebook):
        assert one.note.startswith("Its cell is not valid Python.")
        assert one.quote == ""


def test_functions_in_one_cell_are_told_apart():
    notebook = worked("vae")
    together = "\n".join(cell_of(notebook, function).source for function in variants("vae"))
    for function in variants("vae"):
        cell_of(notebook, function).source = ""
    cell_of(notebook, "reparameterize").source = together
    bank = registry.find("vae")
    for function, styles in variants("vae").items():
        code = next(iter(styles.values()))
        for one in questions.candidates(bank, function, f"{function}-test", notebook, ""):
            assert one.quote
            assert stands_in(one.quote, code)


@pytest.mark.parametrize(
    "printed", ["The loss went from 45.0 to 22.0.", "The loss went up \x1b[2J"]
)
def test_the_experiments_number_is_read_out_if_it_is_there(printed):
    notebook = worked("vae")
    cell = next(cell for cell in notebook.cells if "def experiment" in cell.source)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"hm\n{printed}\n")]
    asked = drawn("vae", notebook)
    assert len(asked) == 3
    about = {one.about: one.quote for one in asked}
    if printed.isprintable():
        assert about.pop("the experiment") == printed
    assert set(about) <= set(variants("vae"))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The course with the assignment `vae` alone, as working directory."""
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(ROOT / "solutions" / "vae", tmp_path / "solutions" / "vae")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hand_in(course, content, student="ada"):
    folder = course / "submitted" / student / "vae"
    folder.mkdir(parents=True)
    (folder / "vae.ipynb").write_bytes(content)


def test_a_notebook_in_another_encoding_is_read(course, capsys):
    notebook = worked("vae")
    cell_of(notebook, "reparameterize").source = (
        "def reparameterize(mu, sigma):\n    größe = tf.random.normal(tf.shape(mu)) * sigma\n"
        "    return mu + größe\n"
    )
    for function in ("kl_divergence", "reconstruction_loss"):
        cell_of(notebook, function).source = ""
    hand_in(course, text_of(notebook).encode("cp1252", "replace"))
    assert cli.main(["questions", "vae", "ada"]) == 0
    said = capsys.readouterr().out
    assert "größe" in said
    assert said.count("A good answer says:") == 3


def test_nothing_that_was_handed_in_is_run(course, capsys):
    notebook = worked("vae")
    trap = "from pathlib import Path\n\nPath('run').write_text('')\nraise SystemExit\n"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = trap + cell.source
    hand_in(course, text_of(notebook).encode())
    assert cli.main(["questions", "vae", "ada"]) == 0
    assert not list(course.rglob("run"))


def test_a_page_for_the_examiner(course, capsys):
    notebook = worked("vae")
    for function in variants("vae"):
        code = cell_of(notebook, function).source
        cell_of(notebook, function).source = code.replace("return ", "return 1 < 2 > 1 and ")
    hand_in(course, text_of(notebook).encode())
    assert cli.main(["questions", "vae", "ada", "--output", "pages/ada.html"]) == 0
    assert "3 questions in pages/ada.html" in capsys.readouterr().out
    page = Path("pages/ada.html").read_text("utf-8")
    assert page.count("<section") == page.count("A good answer says") == 3
    assert "1 < 2 > 1" not in page


def test_a_notebook_that_cannot_be_read_is_said(course, capsys):
    hand_in(course, b"\x00\x01 no notebook")
    assert cli.main(["questions", "vae", "ada"]) == 0
    said = capsys.readouterr().out
    assert said.count("The notebook cannot be read.") == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vae", "bob"], "'bob' handed in nothing: there is no notebook in submitted/bob/vae"),
        (["vea", "ada"], "no assignment is called 'vea'; there are: "),
        (["vae", "../ada"], "'../ada' handed in nothing"),
    ],
)
def test_what_is_not_there_is_one_sentence(course, capsys, arguments, said):
    hand_in(course, text_of(worked("vae")).encode())
    assert cli.main(["questions", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("course questions: ")
    assert said in error


def test_an_empty_folder_is_no_hand_in(course, capsys):
    (course / "submitted" / "ada" / "vae").mkdir(parents=True)
    assert cli.main(["questions", "vae", "ada"]) == 1
    assert "'ada' handed in nothing" in capsys.readouterr().err
