"""The assignment `flow`: a coupling layer there and back, exact likelihoods, and their unit."""

from course_utils.grading.assignments.flow import misconceptions, probes, properties, solutions
from course_utils.grading.assignments.specification import Assignment, GradedFunction

ASSIGNMENT = Assignment(
    "flow",
    tuple(
        GradedFunction(
            solution,
            getattr(probes, solution.__name__.upper()),
            getattr(properties, solution.__name__.upper()),
            getattr(misconceptions, solution.__name__.upper()),
            fresh=getattr(properties, f"FRESH_{solution.__name__.upper()}"),
        )
        for solution in (
            solutions.coupling_forward,
            solutions.coupling_inverse,
            solutions.log_prob,
            solutions.bits_per_dimension,
        )
    ),
)

grade = ASSIGNMENT.grade
