"""What an instructor reads after grading."""

from collections import Counter

from course_utils.grader import recording, work
from course_utils.grader.recording import Status

MEANINGS = {
    work.GRADED: "all cells ran",
    work.FAILED_CELL: "a cell raised an error; the functions were graded",
    work.TIMEOUT: "took too long; what could be graded was",
    work.OUT_OF_MEMORY: "took too much memory; what could be graded was",
    work.CRASHED: "its process died; what could be graded was",
    work.INVALID: "cannot be read; the reason is in the status",
    work.MISSING: "nothing was handed in",
    work.TAMPERED: "a person should look; the reason is in the status",
    work.INFRASTRUCTURE: "the grader failed; run the command again",
}


def points(status: Status) -> float:
    """The points of all functions."""
    return sum(verdict["points"] for verdict in status.verdicts)


def closing_table(name: str, statuses: list[Status]) -> str:
    """How many of each status, what it means, and where to look."""
    counts = Counter(status.status for status in statuses)
    lines = ["", f"{len(statuses)} students, {name}:"]
    for kind, meaning in MEANINGS.items():
        if counts[kind]:
            lines.append(f"  {counts[kind]:5}  {kind:15} {meaning}")
    unprotected = sum(status.isolation == work.NONE for status in statuses if status.status in _RAN)
    if unprotected:
        lines.append(f"  {unprotected:5}  ran without a sandbox (--isolation none)")
    lines += [
        "",
        f"Statuses: {recording.FOLDER}/{name}/STUDENT.json   Notebooks: autograded/STUDENT/{name}/",
        f"Next: course feedback {name}, course report {name}",
    ]
    return "\n".join(lines)


_RAN = set(work.STATUSES) - {work.INVALID, work.MISSING}
