"""The assignment `clustering`: assign, update, inertia, gaussian_log_density, fit_gaussian.

Sources: S. Lloyd, *Least squares quantization in PCM*, 1982; C. Bishop, *Pattern Recognition and
Machine Learning*, 2006, equations 1.46, 1.55, 1.56 and 9.1.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.clustering import (
    misconceptions,
    probes,
    properties,
    questions,
)
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("clustering")
ASSIGNMENT = Assignment.gathered(
    "clustering",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
)
grade = ASSIGNMENT.grade
