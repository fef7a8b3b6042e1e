"""Checks of what students write.

`check(function)` is for students: it says whether a function of an assignment is right and, if not,
what is wrong. It compares with precomputed values (`checks/*.json`), so it contains no solution.
`assignments` is for instructors only and not part of what students get: the course's own versions,
the hidden tests and the list of misconceptions.
"""

import course_utils.quiet

from course_utils.grading.selfcheck import SelfCheckFailed, check

__all__ = ["SelfCheckFailed", "check"]
