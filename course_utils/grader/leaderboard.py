"""The project's leaderboard: how far each model of a class is from real garments, without names.

Students find their own place by the distance on their feedback page. The distances with which the
course compares are listed among theirs.
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
        distance: the Fréchet distance from real garments.
        place: the place among the students; None for one of the course's comparisons.
        name: the name of the course's comparison; empty for a student.
        verdict: the student's verdict; None for one of the course's comparisons.
    """

    distance: float
    place: int | None = None
    name: str = ""
    verdict: Verdict | None = None


def rows(statuses: list[Status]) -> list[Row]:
    """The leaderboard, smallest distance first; empty if no student has a distance."""
    verdicts = [v for status in statuses for v in status.verdicts if v.distance is not None]
    verdicts.sort(key=lambda verdict: verdict.distance)
    distances = [verdict.distance for verdict in verdicts]
    students = [Row(v.distance, distances.index(v.distance) + 1, verdict=v) for v in verdicts]
    anchors = [Row(distance, name=name) for name, distance in ANCHORS.items()]
    return sorted([*students, *anchors], key=lambda row: row.distance) if students else []


def as_text(board: list[Row]) -> list[str]:
    """The leaderboard as lines of the report; no lines if it is empty."""
    if not board:
        return []
    lines = ["", "Leaderboard (Fréchet distance, without names):"]
    for row in board:
        place = "" if row.place is None else f"{row.place}."
        points = f"{row.verdict.points:g} points" if row.verdict else row.name
        lines.append(f"  {place:>4} {row.distance:9.3g}  {points}")
    return lines


def as_page(name: str, board: list[Row]) -> str:
    """The leaderboard as a page to show in class, with a picture of each model's samples."""
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
