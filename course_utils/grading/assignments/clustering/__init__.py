"""The assignment `clustering`: assign, update, inertia, gaussian_log_density, fit_gaussian."""

from course_utils.grading.assignments.clustering import (
    misconceptions,
    probes,
    properties,
    solutions,
)
from course_utils.grading.assignments.specification import Assignment, GradedFunction

ASSIGNMENT = Assignment(
    "clustering",
    tuple(
        GradedFunction(
            solution,
            getattr(probes, solution.__name__.upper()),
            getattr(properties, solution.__name__.upper()),
            getattr(misconceptions, solution.__name__.upper()),
        )
        for solution in (
            solutions.assign,
            solutions.update,
            solutions.inertia,
            solutions.gaussian_log_density,
            solutions.fit_gaussian,
        )
    ),
)

grade = ASSIGNMENT.grade
