"""Write what the self-checks need to know into `course_utils/grading/checks/`.

The files are committed: students check their functions against them without having the solutions
and misconceptions from which they were computed.
"""

import dataclasses
import json
from pathlib import Path

import numpy as np

from course_utils.grading.assignments import registry
from course_utils.grading.assignments.specification import Assignment
from course_utils.grading.given import GivenFunction
from course_utils.grading.probes import Observation, Probe
from course_utils.grading.selfcheck import FunctionCheck
from course_utils.grading.steps import GivenNetwork, GivenOptimizer
from course_utils.students import CHECKS

# Significant digits of the numbers in a file; the checks' tolerance is a hundred times wider.
DIGITS = 6


def contents() -> dict[str, str]:
    """What each assignment's file should contain, by the assignment's name."""
    return {assignment.name: _content(assignment) for assignment in registry.every()}


def stale(contents: dict[str, str], folder: Path = CHECKS) -> dict[Path, str]:
    """The files that are out of date, each with the content it should have.

    Numbers count as equal if they differ by no more than another machine's rounding explains.
    """
    found = {}
    for name, content in contents.items():
        path = folder / f"{name}.json"
        written = path.read_text(encoding="utf-8") if path.is_file() else "null"
        if not _agree(json.loads(written), json.loads(content)):
            found[path] = content
    return found


def write(contents: dict[str, str], folder: Path = CHECKS) -> list[Path]:
    """Write the files that are out of date; return their paths."""
    found = stale(contents, folder)
    for path, content in found.items():
        path.write_text(content, encoding="utf-8")
    return list(found)


def _content(assignment: Assignment) -> str:
    data = {name: _as_data(checks) for name, checks in assignment.checks().items()}
    return _as_json(data) + "\n"


def _as_data(checks: FunctionCheck) -> dict:
    return {
        "builds_on": checks.builds_on,
        "probes": [_entries(probe) for probe in checks.probes],
        "mistakes": [
            {
                "name": known.name,
                "sentence": known.sentence,
                "probe": known.probe,
                # An error's message varies and may contain code; its type is enough.
                "seen": _entries(dataclasses.replace(known.seen, details="")),
            }
            for known in checks.mistakes
        ],
    }


def _entries(record: Probe | Observation) -> dict:
    """The fields that are not at their defaults."""
    fields = {field.name: field.default for field in dataclasses.fields(record)}
    values = {name: getattr(record, name) for name in fields}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, np.ndarray) or value != fields[name]
    }


def _as_json(value: object, indent: str = "") -> str:
    """JSON with one line for each array, so that a diff shows which one has changed."""
    deeper = indent + " "
    if isinstance(value, dict):
        items = [f"{deeper}{json.dumps(key)}: {_as_json(v, deeper)}" for key, v in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, GivenFunction | GivenNetwork | GivenOptimizer):
        return _as_json(dataclasses.asdict(value), indent)
    if isinstance(value, tuple):
        return json.dumps(value)
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + _as_json(v, deeper) for v in value) + f"\n{indent}]"
    if isinstance(value, np.ndarray | np.generic | float):
        # Integers are written without a decimal point; the reader tells them from floats by it.
        array = np.asarray(value)
        return json.dumps(array.tolist() if array.dtype.kind in "iub" else _rounded(array.tolist()))
    return json.dumps(value, ensure_ascii=False)


def _rounded(value: float | list) -> float | list:
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return float(f"{value:.{DIGITS}g}")


def _agree(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_agree(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_agree, one, other))
    return one == other
