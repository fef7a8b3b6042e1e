"""The assignment `flow`: a coupling layer and its inverse, exact likelihoods, and their unit.

Source: L. Dinh, J. Sohl-Dickstein and S. Bengio, *Density estimation using Real NVP*, 2017,
equations 2 to 8.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.flow import misconceptions, probes, properties, questions
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("flow")
ASSIGNMENT = Assignment.gathered(
    "flow",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
)
grade = ASSIGNMENT.grade
