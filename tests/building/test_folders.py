"""The building of the notebooks' folders, with made-up texts."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from course_utils.building import folders, release, stock_feedback
from course_utils.building.text import SourceError, read

ROOT = Path(__file__).parents[2]
LECTURE = """\
# %% [markdown] tags=["intro"]
# # Title
#
# Formula $\\mu$.

# %% tags=["hide-input"]
# %matplotlib inline
x = 1

# %%
# %%time
x
"""
ASSIGNMENT = '''\
# %% [markdown]
# # Twice

# %% solution="double"
def double(x):
    """Twice x."""
    # BEGIN SOLUTION
    doubled = x + x
    return doubled
    # END SOLUTION


# %% test="double-test" points=3
assert double(2) == 4
# BEGIN HIDDEN TESTS
assert double(-7) == -14
# END HIDDEN TESTS

# %% [markdown] answer="why" points=2
# Since two times x is x plus x.
'''


@pytest.fixture
def course(tmp_path):
    """A course of one lecture and one assignment; returns its root."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    for kind, name, text in (
        ("lectures", "01_start", LECTURE),
        ("assignments", "twice", ASSIGNMENT),
    ):
        (tmp_path / "notebooks" / kind).mkdir(parents=True)
        (tmp_path / "notebooks" / kind / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def built(root):
    """The content of each file in the built folders."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for folder in folders.BUILT_FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file()
    }


def source_cells(text):
    return read(text, "a.py").notebook.cells


# text → notebook


def test_cells_metadata_and_magics_survive():
    cells = source_cells(LECTURE)
    assert [cell.cell_type for cell in cells] == ["markdown", "code", "code"]
    assert [dict(cell.metadata) for cell in cells] == [
        {"tags": ["intro"]},
        {"tags": ["hide-input"]},
        {},
    ]
    assert cells[0].source == "# Title\n\nFormula $\\mu$."
    assert cells[1].source == "%matplotlib inline\nx = 1"
    assert cells[2].source == "%%time\nx"


def test_only_what_looks_like_a_magic_becomes_one():
    text = "# %%\n# cat pictures\n# !ls\n# 5 % of x\nif x:\n    # %timeit x\n    y = 1  # %z\n"
    [cell] = source_cells(text)
    assert cell.source == ("# cat pictures\n!ls\n# 5 % of x\nif x:\n    %timeit x\n    y = 1  # %z")


def test_a_header_that_would_drop_the_metadata_does_not():
    header = "# ---\n# jupyter:\n#   jupytext:\n#     cell_metadata_filter: -all\n# ---\n\n"
    assert source_cells(header + ASSIGNMENT) == source_cells(ASSIGNMENT)


@pytest.mark.parametrize(
    ("marker", "grade", "solution", "locked", "points"),
    [
        ('# %% solution="a"', False, True, False, None),
        ('# %% test="a" points=1.5', True, False, True, 1.5),
        ('# %% test="a" points=0', True, False, True, 0),
        ('# %% [markdown] answer="a" points=2', True, True, False, 2),
        ('# %% locked="a"', False, False, True, None),
        ('# %% [markdown] locked="a"', False, False, True, None),
    ],
)
def test_short_forms(marker, grade, solution, locked, points):
    [cell] = source_cells(f"{marker}\n# text\n")
    expected = {
        "grade": grade,
        "grade_id": "a",
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        expected["points"] = points
    assert cell.metadata == {"nbgrader": expected}
    assert cell.id == "a"


def test_metadata_written_out_passes_unchanged():
    metadata = {
        "grade": True,
        "grade_id": "a",
        "locked": True,
        "points": 3,
        "schema_version": 3,
        "solution": False,
    }
    [cell] = source_cells(f'# %% tags=["x"] nbgrader={json.dumps(metadata)}\n1\n')
    assert cell.metadata == {"nbgrader": metadata, "tags": ["x"]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('# %% nbgrader={"grade": true, "points": 2', "a brace missing"),
        ('# %% tags=["a"', "a bracket or a brace missing"),
        ('# %% test="a points=3', "missing"),
        ('#%% test="a" points=3', "malformed"),
        ('# % % test="a" points=3', "malformed"),
        ('# %%test="a" points=3', "malformed"),
        ('%% test="a" points=3', "malformed"),
        ('    # %% test="a" points=3', "malformed"),
        ("# %%% deeper", "malformed"),
        ("# %% [md]", "unknown"),
        ("# %% Some title", "unknown"),
        ('# %% tets="a" points=3', "unknown in a cell marker: tets"),
        ('# %% test="a"', "needs points"),
        ('# %% solution="a" points=3', "takes no points"),
        ("# %% points=3", "points belong to"),
        ('# %% test="a" points=3 solution="b"', "more than one of"),
        ("# %% test=3 points=3", "3 is not a grade_id"),
        ('# %% test="a b" points=3', "'a b' is not a grade_id"),
        ('# %% nbgrader={"grade_id": ""}', "'' is not a grade_id"),
        ('# %% [markdown] test="a" points=3', "a markdown cell cannot be"),
        ('# %% answer="a" points=3', "a code cell cannot be"),
        ('# %% tags="hide"', "'hide' is not of type 'array'"),
        ("# %% nbgrader=3", "expected braces"),
    ],
)
def test_a_malformed_marker_is_refused_with_its_line(line, message):
    text = f"# %%\nx = 1\n\n{line}\n# text\n"
    with pytest.raises(SourceError, match=re.escape(message)) as error:
        read(text, "notebooks/a.py")
    assert str(error.value).startswith("notebooks/a.py:4: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import os\n\n# %%\nx\n", 3),  # text before the first marker
        ('# %%\ns = """\n# %%\n"""\n', 1),  # a marker inside a string
        ("x = 1\n", 1),  # no marker
        ("# %% [markdown]\n# a\nb\n", 3),  # markdown that is not commented
    ],
)
def test_stray_text_is_refused(text, line):
    with pytest.raises(SourceError, match=rf"^a\.py:{line}: "):
        read(text, "a.py")


def test_ids_stay_when_another_cell_is_inserted_or_edited():
    before = [cell.id for cell in source_cells(ASSIGNMENT)]
    inserted = "# %%\nnew = 1\n\n" + ASSIGNMENT
    assert [cell.id for cell in source_cells(inserted)][1:] == before
    edited = ASSIGNMENT.replace("doubled = x + x", "doubled = 2 * x").replace("# # Twice", "# # 2")
    after = [cell.id for cell in source_cells(edited)]
    assert after[1:] == before[1:]
    assert after[0] != before[0]


def test_equal_cells_have_different_ids():
    ids = [cell.id for cell in source_cells("# %%\nx\n\n# %%\nx\n\n# %% [markdown]\n# x\n")]
    assert len(set(ids)) == 3


# what an author may get wrong in an assignment


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ('"double-test"', '"double"', 13, "taken, see line 4"),
        ("points=3", "points=-3", 13, "nbgrader refuses"),
        ("    # BEGIN SOLUTION\n", "", 9, "END SOLUTION without BEGIN"),
        ("    # END SOLUTION\n", "", 7, "BEGIN SOLUTION without END"),
        ("    # BEGIN SOLUTION\n", "    # BEGIN SOLUTON\n", 10, "END SOLUTION without BEGIN"),
        ("# END HIDDEN TESTS", "", 15, "BEGIN HIDDEN TESTS without END"),
        ("# BEGIN HIDDEN TESTS\n", "", 16, "END HIDDEN TESTS without BEGIN"),
        ("BEGIN HIDDEN TESTS", "begin hidden tests", 15, "misspelt"),
        ("BEGIN HIDDEN TESTS", "BEGIN HIDDEN TEST", 15, "misspelt"),
        ("# BEGIN HIDDEN", "# BEGIN HIDDEN TESTS\n# BEGIN HIDDEN", 16, "inside HIDDEN TESTS"),
        ("END HIDDEN TESTS", "END SOLUTION", 17, "END SOLUTION without BEGIN"),
        ("HIDDEN TESTS", "SOLUTION", 15, "belongs in a solution or an answer"),
        ("SOLUTION", "HIDDEN TESTS", 7, "belongs in a test"),
        ("SOLUTION", "MARK SCHEME", 7, "belongs in a task"),
    ],
)
def test_a_wrong_assignment_is_refused_with_its_line(right, wrong, line, message):
    assert right in ASSIGNMENT
    with pytest.raises(SourceError, match=message) as error:
        release.check_source(read(ASSIGNMENT.replace(right, wrong), "a.py"))
    assert str(error.value).startswith(f"a.py:{line}: ")


def test_a_solution_without_delimiters_is_refused():
    text = '# %% solution="a"\nx = 1\n\n# %% test="b" points=1\nassert x == 1\n'
    with pytest.raises(SourceError, match="needs # BEGIN SOLUTION"):
        release.check_source(read(text, "a.py"))


def test_an_assignment_without_a_graded_cell_is_refused():
    with pytest.raises(SourceError, match="needs a graded cell"):
        release.check_source(read("# %%\nx = 1\n", "a.py"))


# the release


def test_the_release_holds_stubs_and_visible_tests_only(course):
    folders.build(course)
    notebook = nbformat.read(course / "assignments" / "twice" / "twice.ipynb", as_version=4)
    assert [cell.source for cell in notebook.cells] == [
        "# Twice",
        'def double(x):\n    """Twice x."""\n    raise NotImplementedError("Your code goes here.")',
        "assert double(2) == 4",
        "*Your answer goes here.*",
    ]
    assert notebook.cells[2].metadata["editable"] is False
    assert re.fullmatch("[0-9a-f]{32}", notebook.cells[2].metadata["nbgrader"]["checksum"])


@pytest.mark.parametrize(
    "secret",
    ["doubled = x + x", "assert double(-7) == -14", "Since two times x is x plus x."],
)
@pytest.mark.parametrize("place", ["# %%\n{}\n", "# %% [markdown]\n# Like this: `{}`\n"])
def test_a_planted_leak_is_caught(course, secret, place):
    source = read(ASSIGNMENT, "a.py").notebook
    config = release.load_config(course)
    released = release.released(source, "twice", config)
    assert release.leaks(source, released) == []
    leaking = read(place.format(secret) + "\n" + ASSIGNMENT, "a.py").notebook
    assert release.leaks(source, release.released(leaking, "twice", config)) == [secret]


def test_a_leaking_assignment_is_not_built(course):
    path = course / "notebooks" / "assignments" / "twice.py"
    path.write_text("# %%\ndoubled = x + x\n\n" + ASSIGNMENT, encoding="utf-8")
    with pytest.raises(SourceError, match=r"the release would show 'doubled = x \+ x'"):
        folders.build(course)
    assert not (course / "assignments").exists()


def test_feedback_cuts_hidden_tests_from_tracebacks():
    cell = read(ASSIGNMENT, "a.py").notebook.cells[2]
    traceback = (
        "\x1b[32m      1\x1b[39m assert double(\x1b[32m2\x1b[39m) == 4\n"
        "\x1b[32m      2\x1b[39m # BEGIN HIDDEN TESTS\n"
        "\x1b[32m----> 3\x1b[39m assert double(-\x1b[32m7\x1b[39m) == -\x1b[32m14\x1b[39m"
    )
    cell.outputs = [
        nbformat.v4.new_output(
            "error", ename="E", evalue="", traceback=[traceback, "AssertionError: negative"]
        )
    ]
    cell, _ = stock_feedback.HideTests().preprocess_cell(cell, {}, 2)
    assert cell.source == "assert double(2) == 4"
    assert cell.outputs[0].traceback == [traceback.split("\n")[0], "AssertionError: negative"]


# the built folders


def test_building_twice_gives_the_same_bytes(course):
    folders.build(course)
    first = built(course)
    assert sorted(first) == [
        "assignments/twice/twice.ipynb",
        "lectures/01_start.ipynb",
        "solutions/twice/twice.ipynb",
    ]
    shutil.rmtree(course / "lectures")
    assert folders.build(course)
    assert built(course) == first
    assert not folders.build(course)


def test_difference_tells_stale_orphaned_and_stray_files(course):
    folders.build(course)
    (course / "lectures" / "01_start.ipynb").write_text("{}")
    (course / "lectures" / "02_gone.ipynb").write_text("{}")
    (course / "solutions" / "gone").mkdir()
    (course / "solutions" / "gone" / "gone.ipynb").write_text("{}")
    (course / "solutions" / "twice" / "answers.csv").write_text("1")
    (course / "lectures" / ".ipynb_checkpoints").mkdir()
    (course / "lectures" / ".ipynb_checkpoints" / "x-checkpoint.ipynb").write_text("{}")
    found = folders.difference(course)
    assert list(found.stale) == [Path("lectures/01_start.ipynb")]
    assert found.orphans == [Path("lectures/02_gone.ipynb"), Path("solutions/gone/gone.ipynb")]
    assert found.strays == [Path("solutions/twice/answers.csv")]

    before = built(course)
    with pytest.raises(ValueError, match=r"answers\.csv.*copies every other file"):
        folders.build(course)
    assert built(course) == before

    (course / "solutions" / "twice" / "answers.csv").unlink()
    folders.build(course)
    assert not folders.difference(course)
    assert not (course / "solutions" / "gone").exists()


def test_find_root(course, tmp_path_factory):
    assert folders.find_root(course / "notebooks" / "lectures") == course
    with pytest.raises(ValueError, match="not inside the course"):
        folders.find_root(tmp_path_factory.mktemp("elsewhere"))
