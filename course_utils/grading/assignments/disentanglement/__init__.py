"""The assignment `disentanglement`: two losses and the gap that scores what they lead to."""

from course_utils.grading.assignments.disentanglement import (
    misconceptions,
    probes,
    properties,
    solutions,
)
from course_utils.grading.assignments.specification import Assignment, GradedFunction

ASSIGNMENT = Assignment(
    "disentanglement",
    tuple(
        GradedFunction(
            solution,
            getattr(probes, solution.__name__.upper()),
            getattr(properties, solution.__name__.upper()),
            getattr(misconceptions, solution.__name__.upper()),
            fresh=getattr(properties, f"FRESH_{solution.__name__.upper()}"),
        )
        for solution in (
            solutions.beta_vae_loss,
            solutions.code_loss,
            solutions.discrete_mutual_information,
            solutions.mutual_information_gap,
        )
    ),
)

grade = ASSIGNMENT.grade
