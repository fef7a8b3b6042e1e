"""Checks of what students write.

`check(function)` is for students: it says whether a function of an assignment is right and, where
it is not, what is wrong. It compares with values that were computed beforehand (`checks/*.json`),
so no formula is in it. `assignments` is for instructors alone and not in what students get: the
course's own versions, the hidden tests and the list of misconceptions.
"""

import course_utils.quiet

from course_utils.grading.selfcheck import SelfCheckFailed, check

__all__ = ["SelfCheckFailed", "check"]
