"""The assignment `autoencoder`: two reconstruction losses, corruption, and two penalties."""

from course_utils.grading.assignments.autoencoder import (
    misconceptions,
    probes,
    properties,
    solutions,
)
from course_utils.grading.assignments.specification import Assignment, GradedFunction

ASSIGNMENT = Assignment(
    "autoencoder",
    (
        GradedFunction(
            solutions.mse_loss,
            probes.MSE_LOSS,
            properties.MSE_LOSS,
            misconceptions.MSE_LOSS,
            fresh=properties.FRESH_MSE,
        ),
        GradedFunction(
            solutions.cross_entropy_loss,
            probes.CROSS_ENTROPY_LOSS,
            properties.CROSS_ENTROPY_LOSS,
            misconceptions.CROSS_ENTROPY_LOSS,
            fresh=properties.FRESH_CROSS_ENTROPY,
        ),
        GradedFunction(
            solutions.corrupt,
            probes.CORRUPT,
            properties.CORRUPT,
            misconceptions.CORRUPT,
            fresh=properties.fresh_corruption,
        ),
        GradedFunction(
            solutions.sparsity_penalty,
            probes.SPARSITY_PENALTY,
            properties.SPARSITY_PENALTY,
            misconceptions.SPARSITY_PENALTY,
            fresh=properties.FRESH_SPARSITY,
        ),
        GradedFunction(
            solutions.contractive_penalty,
            probes.CONTRACTIVE_PENALTY,
            properties.CONTRACTIVE_PENALTY,
            misconceptions.CONTRACTIVE_PENALTY,
            fresh=properties.FRESH_CONTRACTIVE,
        ),
    ),
)

grade = ASSIGNMENT.grade
