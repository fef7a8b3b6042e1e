"""The report on a class as a page: how the points are spread, what went wrong, what to reteach."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from course_utils.grader import page
from course_utils.grader.tasks import Verdict

BINS = 10
WIDTH, HEIGHT = 600, 180
# If a smaller share of the class than this has a function right, it is worth going through again.
TO_RETEACH = 0.7


@dataclass(frozen=True)
class Mistake:
    """A misconception and the students who have it.

    Attributes:
        verdict: one of their verdicts.
        students: the students.
        code: one of their functions, as an example.
    """

    verdict: Verdict
    students: list[str]
    code: str = ""


@dataclass(frozen=True)
class ClassReport:
    """The data of a class's report.

    Attributes:
        name: the assignment.
        tried: how many handed in something that ran.
        scores: the points of each of these students.
        most: the maximum number of points.
        right: for each function, how many have it right.
        mistakes: the misconceptions, the commonest first.
        statuses: how many students have each status, and what it means.
        notes: what an instructor should look at: the student and a sentence.
    """

    name: str
    tried: int
    scores: list[float]
    most: float
    right: dict[str, int]
    mistakes: list[Mistake]
    statuses: list[tuple[int, str, str]]
    notes: list[tuple[str, str]] = field(default_factory=list)


def page_of(report: ClassReport) -> str:
    """The page."""
    body = "".join(
        (
            f"<h1>{page.escaped(report.name)}: the class</h1>",
            "<table>",
            *(
                f"<tr><td class=number>{count}</td><td>{page.escaped(status)}</td>"
                f"<td>{page.escaped(meaning)}</td></tr>"
                for count, status, meaning in report.statuses
            ),
            "</table>",
            *_distribution(report),
            *_functions(report),
            *_mistakes(report),
            *_notes(report),
        )
    )
    return page.whole(f"{report.name}: the class", body)


def _distribution(report: ClassReport) -> Iterator[str]:
    if not report.scores or not report.most:
        return
    last = BINS - 1
    bins = Counter(min(last, max(0, int(BINS * s / report.most))) for s in report.scores)
    tallest = max(bins.values())
    step = WIDTH / BINS
    bars, labels = [], []
    for number in range(BINS):
        tall = bins[number] / tallest * (HEIGHT - 40)
        top = HEIGHT - 20 - tall
        low, high = (report.most * edge / BINS for edge in (number, number + 1))
        bars.append(
            f'<rect x="{number * step + 2:.0f}" y="{top:.0f}" width="{step - 4:.0f}" '
            f'height="{tall:.0f}" fill="#0072b2"/>'
        )
        labels.append(f'<text x="{number * step + 4:.0f}" y="{HEIGHT - 4}">{low:g}–{high:g}</text>')
        if bins[number]:
            labels.append(
                f'<text x="{number * step + 4:.0f}" y="{top - 4:.0f}">{bins[number]}</text>'
            )
    mean = sum(report.scores) / len(report.scores)
    said = f"Points of {len(report.scores)} students, {mean:.1f} of {report.most:g} on average"
    yield (
        f"<h2>How the points are spread</h2><p>{said}.</p>"
        f'<svg role="img" aria-label="{said}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-size="12">{"".join(bars)}{"".join(labels)}</svg>'
    )


def _functions(report: ClassReport) -> Iterator[str]:
    if not report.right:
        return
    yield "<h2>What to reteach</h2><table><tr><th>function</th><th>right</th><th></th></tr>"
    for function, right in sorted(report.right.items(), key=lambda item: item[1]):
        advice = "worth going through again" if right < TO_RETEACH * report.tried else ""
        yield (
            f"<tr><td><code>{page.escaped(function)}</code></td>"
            f"<td class=number>{right} of {report.tried}</td><td>{advice}</td></tr>"
        )
    yield "</table>"


def _mistakes(report: ClassReport) -> Iterator[str]:
    if report.mistakes:
        yield "<h2>Misconceptions</h2>"
    for mistake in report.mistakes:
        verdict = mistake.verdict
        what = (
            f"<code>{page.escaped(verdict.function)}</code>: {page.escaped(verdict.misconception)}"
        )
        example = (
            f"<details><summary>How one student wrote it</summary><pre>{page.escaped(mistake.code)}"
            "</pre></details>"
            if mistake.code
            else ""
        )
        yield (
            f"<section class=wrong><span class=score>{len(mistake.students)} of {report.tried}"
            f"</span><strong>{what}</strong>"
            f"<p>{page.escaped(verdict.message)}</p>{example}</section>"
        )


def _notes(report: ClassReport) -> Iterator[str]:
    if not report.notes:
        return
    yield "<h2>Please look at</h2><ul>"
    for student, note in report.notes:
        yield f"<li>{page.escaped(student)}: {page.escaped(note)}</li>"
    yield "</ul>"
