"""The pages that students get: what they contain, and what they never contain."""

import base64
import datetime
import html
import re

import nbformat
import pytest

from course_utils.grader import feedback, report, tasks
from course_utils.grader.recording import Status
from course_utils.grader.report_page import ClassReport, Mistake, page_of
from course_utils.grader.tasks import Verdict

SPY = "<script>alert('x')</script>"


def status(**changes):
    fields = {
        "student": "ada",
        "status": tasks.GRADED,
        "sentence": "",
        "repairs": ["The cell setup was changed; it was restored."],
        "verdicts": [
            verdict("kl_divergence", 0.0, f"The factor ½ is missing. {SPY}", "½ missing"),
            verdict("vae_loss", 5.0, "vae_loss is right."),
        ],
        "isolation": tasks.BUBBLEWRAP,
        "fingerprint": "0",
    }
    return Status(**fields | changes)


def verdict(function, points, message, misconception="", tampered=""):
    return Verdict(f"{function}-test", function, points, 5.0, message, misconception, tampered)


def notebook(*outputs, answer="Because $\\beta = 64$ and $\\notacommand{x}$."):
    cells = [
        nbformat.v4.new_code_cell("print(1)", outputs=list(outputs)),
        nbformat.v4.new_markdown_cell(
            answer,
            metadata={"nbgrader": {"grade": True, "solution": True, "grade_id": "question"}},
        ),
    ]
    return nbformat.v4.new_notebook(cells=cells)


GRADES = {
    "kl_divergence-test": {"score": 0.0, "most": 5.0, "waits": False, "comment": ""},
    "vae_loss-test": {"score": 5.0, "most": 5.0, "waits": False, "comment": ""},
    "question": {"score": 3.0, "most": 5.0, "waits": False, "comment": f"Nearly {SPY}"},
}


def shown(page):
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_score_and_message_by_function():
    text = shown(feedback.page("vae", status(), notebook(), GRADES))
    assert "8 / 15" in text
    assert re.search(r"0 / 5\s+✗\s+kl_divergence\s+The factor ½ is missing", text)
    assert re.search(r"5 / 5\s+✓\s+vae_loss\s+vae_loss is right", text)
    assert "The cell setup was changed" in text
    assert "Nearly" in text


def test_what_waits_is_no_point_lost():
    grades = GRADES | {"question": GRADES["question"] | {"score": 0.0, "waits": True}}
    text = shown(feedback.page("vae", status(), notebook(), grades))
    assert re.search(r"5 / 10\s+and 5 not graded yet", text)
    assert "/ 15" not in text


def test_being_late_stands_there_with_its_reason():
    late = feedback.Late(8.0, datetime.timedelta(hours=27), datetime.datetime(2026, 3, 1, 12))
    text = shown(feedback.page("vae", status(), notebook(), GRADES, late))
    assert "0 / 15" in text
    assert "1 day, 3:00:00 after it was due (2026-03-01 12:00 UTC): 8 points" in text


def test_a_cell_that_stopped_is_named_first():
    error = nbformat.v4.new_output("error", ename="UsageError", evalue="no %foo", traceback=["x"])
    graded = notebook(error)
    metadata = {"nbgrader": {"grade": True, "solution": False, "grade_id": "kl_divergence-test"}}
    graded.cells.append(nbformat.v4.new_code_cell("check(f)", metadata=metadata))
    graded.cells.append(nbformat.v4.new_code_cell("later", outputs=[error]))
    text = shown(feedback.page("vae", status(), graded, GRADES))
    assert text.count("stopped: UsageError: no %foo") == 1
    assert text.index("Cell number 1 stopped") < text.index("½ is missing")


def test_a_picture_of_an_answer_is_in_its_place():
    graded = notebook(answer="Before ![my sketch](attachment:picture-1.png) and $x$ after.")
    graded.cells[-1]["attachments"] = {"picture-1.png": {"image/png": "AAAA"}}
    page = feedback.page("vae", status(), graded, GRADES)
    picture = page.index('<img alt="my sketch" src="data:image/png;base64,AAAA">')
    assert page.index("Before") < picture < page.index("after.")


def test_formulas_that_take_long_keep_nobody_waiting():
    nested = "\\frac{1}{" * 30 + "x" + "}" * 30
    text = " ".join([f"${nested}$", "$\\frac{1}{\\frac{1}{\\frac{1}{x}}}$"] * 400)
    page = feedback.page("vae", status(), notebook(answer=text), GRADES)
    assert page.count("<svg") <= feedback.MOST_FORMULAS / 2
    assert "frac" in shown(page)


def test_nothing_of_a_student_is_markup():
    page = feedback.page(
        SPY,
        status(student=SPY, sentence=SPY),
        notebook(
            nbformat.v4.new_output("stream", text=SPY),
            nbformat.v4.new_output("display_data", {"text/html": SPY, "text/plain": SPY}),
            nbformat.v4.new_output("display_data", {"image/png": f'"><b>{SPY}', "text/plain": ""}),
            nbformat.v4.new_output("display_data", {"image/svg+xml": f"<svg>{SPY}</svg>"}),
            nbformat.v4.new_output("error", ename="E", evalue=SPY, traceback=[SPY]),
            answer=f"{SPY} ${SPY}$ $$x{SPY}$$",
        ),
        GRADES,
    )
    assert "<script" not in page
    assert "<svg><" not in page
    assert page.count(html.escape(SPY)) >= 6


def test_pictures_are_shown_if_they_are_pictures():
    picture = base64.b64encode(feedback.PNG + b"content").decode()
    output = nbformat.v4.new_output("display_data", {"image/png": picture})
    assert f"data:image/png;base64,{picture}" in feedback.page(
        "vae", status(), notebook(output), GRADES
    )


def test_an_answer_of_formulas_alone_keeps_nobody_waiting():
    page = feedback.page("vae", status(), notebook(answer="$x_1$ " * 100_000), GRADES)
    assert page.count("<svg") == feedback.MOST_FORMULAS
    assert "$x_1$ $x_1$" in page


def test_formulas_need_no_network():
    page = feedback.page("vae", status(), notebook(), GRADES)
    assert 'aria-label="\\beta = 64"' in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/", "")


def test_long_output_is_cut():
    output = nbformat.v4.new_output("stream", text="x" * 10**6)
    page = feedback.page("vae", status(), notebook(output), GRADES)
    assert len(page) < 50_000


def test_a_suspicion_is_not_told_in_detail():
    accused = status(
        status=tasks.TAMPERED,
        sentence="kl_divergence: the evidence",
        verdicts=[verdict("kl_divergence", 0.0, "It gives 0.", tampered="the evidence")],
    )
    text = shown(feedback.page("vae", accused, notebook(), GRADES))
    assert "Your instructor will look at it" in text
    assert "the evidence" not in text


def test_a_sentence_is_said_once():
    sentence = "It stopped: ValueError in line 3."
    stopped = verdict("train", 0.0, sentence)
    failed = status(status=tasks.NO_SAMPLES, sentence=sentence, verdicts=[stopped])
    assert shown(feedback.page("project", failed, notebook(), GRADES)).count(sentence) == 1


KL = "def kl_divergence(mu, sigma):\n    return tf.reduce_sum(mu, axis=1)  # <b>"


def with_code(*sources):
    """A graded notebook whose test of kl_divergence comes after the first of these cells."""
    first, *later = map(nbformat.v4.new_code_cell, sources)
    metadata = {"nbgrader": {"grade": True, "solution": False, "grade_id": "kl_divergence-test"}}
    test = nbformat.v4.new_code_cell("check(kl_divergence)", metadata=metadata)
    return nbformat.v4.new_notebook(cells=[first, test, *later])


def test_the_students_own_code_stands_beside_the_sentence():
    graded = with_code(f"import this\n{KL}\nprint('more')", "def kl_divergence(): pass")
    page = feedback.page("vae", status(), graded, GRADES)
    assert f"<details open><summary>Your code</summary><pre>{html.escape(KL[:-7])}" in page
    assert "import this" not in page
    assert "def kl_divergence(): pass" not in page
    assert page.index("½ is missing") < page.index("reduce_sum") < page.index("vae_loss is right")
    assert page.count("explains it in its section “How far is a code from the prior?”") == 1
    assert page.count("explains it") == 1  # what is right needs no explanation


@pytest.mark.parametrize("source", ["def kl_divergence(:\n    <b>", "kl_divergence = <b>"])
def test_code_that_python_cannot_read_is_shown_whole(source):
    page = feedback.page("vae", status(), with_code(source), GRADES)
    assert html.escape(source) in page


def test_the_class_on_a_page():
    mistake = Mistake(verdict("kl_divergence", 0.0, f"The ½. {SPY}", "½ missing"), ["a", "b"], KL)
    report = ClassReport(
        "vae",
        tried=4,
        scores=[0.0, 5.0, 25.0, 25.0],
        most=25.0,
        right={"vae_loss": 4, "kl_divergence": 2},
        mistakes=[mistake],
        statuses=[(4, "graded", "all cells ran")],
        notes=[("ada", f"Look. {SPY}")],
    )
    page = page_of(report)
    text = shown(page)
    assert "Points of 4 students, 13.8 of 25 on average" in text
    assert page.count("<rect") == 10
    assert re.search(r"kl_divergence\s+2 of 4\s+worth going through again", text)
    assert "vae_loss 4 of 4 worth" not in " ".join(text.split())
    assert re.search(r"2 of 4\s+kl_divergence\s*: ½ missing", text)
    assert html.escape(KL) in page
    assert "<script" not in page
    assert "ada: Look." in text
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_a_report_without_functions_reteaches_nothing():
    page = page_of(ClassReport("project", 1, [4.0], 30.0, {}, [], [(1, "graded", "")], []))
    assert "1 students, 4.0 of 30 on average" in shown(page) and "reteach" not in page


def test_paths_are_those_from_where_one_is(tmp_path, monkeypatch):
    course = tmp_path / "build" / "class"
    (course / "lectures").mkdir(parents=True)
    table = course / "exports" / "vae.csv"
    for where, said in (
        (tmp_path, "build/class/exports/vae.csv"),
        (course, "exports/vae.csv"),
        (course / "lectures", "../exports/vae.csv"),
    ):
        monkeypatch.chdir(where)
        assert str(report._short(table, course)) == said


def test_what_to_reteach():
    statuses = [status(), status(student="bob"), status(student="eve", status=tasks.INVALID)]
    lines = "\n".join(report._to_reteach(statuses))
    assert "2 of 2  kl_divergence: ½ missing" in lines
    assert "vae_loss" not in lines


def test_the_closing_table_is_loud_about_a_missing_sandbox():
    statuses = [status(), status(student="bob", isolation=tasks.NONE)]
    table = report.closing_table("vae", statuses)
    assert "2 students" in table
    assert "1  of them ran without a sandbox" in table
    assert "sandbox" not in report.closing_table("vae", [status()])


def test_an_id_stays_as_it_is(tmp_path):
    path = tmp_path / "table.csv"
    rows = [[one, one] for one in ("+49170", "-x_1", "@ada", "=1+1")]
    report._write_csv(path, ["id", "last_name"], rows)
    written = path.read_text(encoding="utf-8").split()
    assert written == ["id,last_name", "+49170,'+49170", "-x_1,'-x_1", "@ada,'@ada", "'=1+1,'=1+1"]


def test_what_the_grader_could_not_do_is_said_once_with_what_to_do():
    failed = status(status=tasks.INFRASTRUCTURE, sentence="gradebook.db: the disk is full.")
    table = report.closing_table("vae", [failed, failed, status(notes=["No time was given."])])
    assert table.count("the disk is full") == 1
    assert "run the command again" not in table
    assert "ada: No time was given." in table


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_spreadsheet_runs_nothing(value):
    assert report._harmless(value) == f"'{value}"
    assert report._harmless("ada") == "ada"
    assert report._harmless(-1.5) == -1.5


def test_the_report_shows_the_evidence_and_obeys_no_terminal_code():
    verdicts = [
        Verdict("a", "kl_divergence", 0.0, 5.0, "", tampered="numpy.allclose was exchanged"),
        Verdict("b", "vae_loss", 0.0, 5.0, "", differs="ValueError: \x1b[2J gone\nnot there"),
    ]
    table = report.closing_table("vae", [status(status=tasks.TAMPERED, verdicts=verdicts)])
    assert "ada, kl_divergence, tampered: numpy.allclose was exchanged" in table
    assert "ada, vae_loss, differs: ValueError:  [2J gone not there" in table
    assert "\x1b" not in table
    assert "What was seen" not in report.closing_table("vae", [status()])
