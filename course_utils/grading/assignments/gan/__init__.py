"""The assignment `gan`: the losses of two players, a critic's loss, and a gradient penalty."""

from course_utils.grading.assignments.gan import misconceptions, probes, properties, solutions
from course_utils.grading.assignments.specification import Assignment, GradedFunction

ASSIGNMENT = Assignment(
    "gan",
    (
        GradedFunction(
            solutions.discriminator_loss,
            probes.DISCRIMINATOR_LOSS,
            properties.DISCRIMINATOR_LOSS,
            misconceptions.DISCRIMINATOR_LOSS,
            fresh=properties.FRESH_DISCRIMINATOR,
        ),
        GradedFunction(
            solutions.generator_loss,
            probes.GENERATOR_LOSS,
            properties.GENERATOR_LOSS,
            misconceptions.GENERATOR_LOSS,
            fresh=properties.FRESH_GENERATOR,
        ),
        GradedFunction(
            solutions.saturating_generator_loss,
            probes.SATURATING_GENERATOR_LOSS,
            properties.SATURATING_GENERATOR_LOSS,
            misconceptions.SATURATING_GENERATOR_LOSS,
            fresh=properties.FRESH_SATURATING,
        ),
        GradedFunction(
            solutions.critic_loss,
            probes.CRITIC_LOSS,
            properties.CRITIC_LOSS,
            misconceptions.CRITIC_LOSS,
            fresh=properties.FRESH_CRITIC,
        ),
        GradedFunction(
            solutions.gradient_penalty,
            probes.GRADIENT_PENALTY,
            properties.GRADIENT_PENALTY,
            misconceptions.GRADIENT_PENALTY,
            fresh=properties.FRESH_PENALTY,
        ),
    ),
)

grade = ASSIGNMENT.grade
