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
            fresh=fresh,
        )
        for solution, fresh in (
            (solutions.assign, properties.fresh_points),
            (solutions.update, properties.FRESH_UPDATE),
            (solutions.inertia, properties.FRESH_INERTIA),
            (solutions.gaussian_log_density, properties.FRESH_LOG_DENSITY),
            (solutions.fit_gaussian, properties.FRESH_FIT),
        )
    ),
)

grade = ASSIGNMENT.grade
