"""The assignment `vae`: reparameterize, kl_divergence, reconstruction_loss, vae_loss.

A hidden test in the notebook is `vae.grade(kl_divergence)`.

Source: D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014, section 2.4,
equation 10 and appendix B. `sigma` is the standard deviation here.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.specification import Assignment
from course_utils.grading.assignments.vae import misconceptions, probes, properties, questions

solutions = cells.solutions_of("vae")
ASSIGNMENT = Assignment.gathered(
    "vae",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
    builds_on={"vae_loss": ("reconstruction_loss", "kl_divergence")},
    random=("reparameterize",),
)
grade = ASSIGNMENT.grade
