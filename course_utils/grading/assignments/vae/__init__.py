"""The assignment `vae`: reparameterize, kl_divergence, reconstruction_loss, vae_loss.

A hidden test in the notebook is `vae.grade(kl_divergence)`.
"""

from course_utils.grading.assignments.specification import Assignment, GradedFunction
from course_utils.grading.assignments.vae import misconceptions, probes, properties, solutions

ASSIGNMENT = Assignment(
    "vae",
    (
        GradedFunction(
            solutions.reparameterize,
            probes.REPARAMETERIZE,
            properties.REPARAMETERIZE,
            misconceptions.REPARAMETERIZE,
            fresh=properties.fresh_noise,
        ),
        GradedFunction(
            solutions.kl_divergence,
            probes.KL_DIVERGENCE,
            properties.KL_DIVERGENCE,
            misconceptions.KL_DIVERGENCE,
            fresh=properties.FRESH_KL,
        ),
        GradedFunction(
            solutions.reconstruction_loss,
            probes.RECONSTRUCTION_LOSS,
            properties.RECONSTRUCTION_LOSS,
            misconceptions.RECONSTRUCTION_LOSS,
            fresh=properties.FRESH_RECONSTRUCTION,
        ),
        GradedFunction(
            solutions.vae_loss,
            probes.VAE_LOSS,
            properties.VAE_LOSS,
            misconceptions.VAE_LOSS,
            builds_on=("reconstruction_loss", "kl_divergence"),
            fresh=properties.FRESH_LOSS,
        ),
    ),
)

grade = ASSIGNMENT.grade
