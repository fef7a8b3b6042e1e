"""Every graded function has a section that explains it, and every such section exists."""

import json
import re
from pathlib import Path

import pytest

from course_utils.grader.sections import EXPLAINED, where_explained

ROOT = Path(__file__).parents[2]
LECTURES = {
    re.search(r"^# # (.+)$", text, re.MULTILINE)[1]: re.findall(r"^# ## \d+\. (.+)$", text, re.M)
    for text in (path.read_text("utf-8") for path in (ROOT / "notebooks" / "lectures").glob("*.py"))
}
CHECKS = sorted((ROOT / "course_utils" / "grading" / "checks").glob("*.json"))


@pytest.mark.parametrize("lecture", EXPLAINED)
def test_the_sections_are_there(lecture):
    missing = EXPLAINED[lecture].keys() - set(LECTURES[lecture])
    assert not missing, f"{missing} not in {lecture}: change course_utils/grader/sections.py"


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_every_function_has_its_section(path):
    for function in json.loads(path.read_text("utf-8")):
        assert where_explained(function), function


def test_a_function_of_nobody_has_none():
    assert where_explained("halve") == ""
