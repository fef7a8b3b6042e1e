"""The project's leaderboard: how far each model of a class is from real garments, without names.

Everybody finds their own place by the distance on their page. The course's own measures stand
between the students'.
"""

from dataclasses import dataclass

from course_utils.grader import page
from course_utils.grader.recording import Status
from course_utils.grader.tasks import Verdict
from course_utils.project import ANCHORS


@dataclass(frozen=True)
class Row:
    """A line of the leaderboard.

    Attributes:
        distance: from real garments.
        place: counted among students; None for what the course compares with.
        name: of what the course compares with; empty for a student.
        verdict: a student's.
    """

    distance: float
    place: int | None = None
    name: str = ""
    verdict: Verdict | None = None


def rows(statuses: list[Status]) -> list[Row]:
    """The leaderboard, the smallest distance first; empty where nobody has a distance."""
    verdicts = [v for status in statuses for v in status.verdicts if v.distance is not None]
    verdicts.sort(key=lambda verdict: verdict.distance)
    distances = [verdict.distance for verdict in verdicts]
    students = [Row(v.distance, distances.index(v.distance) + 1, verdict=v) for v in verdicts]
    anchors = [Row(distance, name=name) for name, distance in ANCHORS.items()]
    return sorted([*students, *anchors], key=lambda row: row.distance) if students else []


def as_text(board: list[Row]) -> list[str]:
    """The lines of the report; none for an empty leaderboard."""
    if not board:
        return []
    lines = ["", "Leaderboard (Fréchet distance, without names):"]
    for row in board:
        place = "" if row.place is None else f"{row.place}."
        points = f"{row.verdict.points:g} points" if row.verdict else row.name
        lines.append(f"  {place:>4} {row.distance:9.3g}  {points}")
    return lines


def as_page(name: str, board: list[Row]) -> str:
    """A page to show to the class, with a picture of each model's samples."""
    return page.whole(f"{name}: leaderboard", "".join([_introduction(), *map(_section, board)]))


def _introduction() -> str:
    return (
        "<h1>Leaderboard</h1><p>The Fréchet distance of 5,000 samples from real garments; smaller "
        "is better. Your own distance is on your feedback page.</p>"
    )


def _section(row: Row) -> str:
    if row.verdict is None:
        return f"<p><span class=score>{row.distance:.3g}</span>{page.escaped(row.name)}</p>"
    return (
        f"<section class=open><span class=score>{row.distance:.3g}</span>"
        f"<strong>{row.place}.</strong> {row.verdict.points:g} of {row.verdict.most:g} points"
        f"{page.samples_of(row.verdict)}</section>"
    )
