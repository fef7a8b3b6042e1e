"""The assignment `cyclegan`: what two translators and their discriminators are trained on."""

from course_utils.grading.assignments.cyclegan import (
    misconceptions,
    probes,
    properties,
    solutions,
)
from course_utils.grading.assignments.specification import Assignment, GradedFunction

ASSIGNMENT = Assignment(
    "cyclegan",
    (
        GradedFunction(
            solutions.cycle_loss,
            probes.CYCLE_LOSS,
            properties.CYCLE_LOSS,
            misconceptions.CYCLE_LOSS,
            fresh=properties.FRESH_CYCLE,
        ),
        GradedFunction(
            solutions.identity_loss,
            probes.IDENTITY_LOSS,
            properties.IDENTITY_LOSS,
            misconceptions.IDENTITY_LOSS,
            fresh=properties.FRESH_IDENTITY,
        ),
        GradedFunction(
            solutions.least_squares_discriminator_loss,
            probes.DISCRIMINATOR_LOSS,
            properties.DISCRIMINATOR_LOSS,
            misconceptions.DISCRIMINATOR_LOSS,
            fresh=properties.FRESH_DISCRIMINATOR,
        ),
        GradedFunction(
            solutions.least_squares_generator_loss,
            probes.GENERATOR_LOSS,
            properties.GENERATOR_LOSS,
            misconceptions.GENERATOR_LOSS,
            fresh=properties.FRESH_GENERATOR,
        ),
        GradedFunction(
            solutions.generator_objective,
            probes.GENERATOR_OBJECTIVE,
            properties.GENERATOR_OBJECTIVE,
            misconceptions.GENERATOR_OBJECTIVE,
            builds_on=("least_squares_generator_loss", "cycle_loss", "identity_loss"),
            fresh=properties.FRESH_OBJECTIVE,
        ),
    ),
)

grade = ASSIGNMENT.grade
