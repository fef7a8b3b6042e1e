"""The assignment `gan`: the losses of the two players, a critic's loss, and a gradient penalty.

Sources: Goodfellow et al., *Generative Adversarial Nets*, 2014, equation 1 and section 3;
Arjovsky, Chintala and Bottou, *Wasserstein GAN*, 2017, equation 2; Gulrajani et al., *Improved
Training of Wasserstein GANs*, 2017, equation 3 and algorithm 1.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.gan import misconceptions, probes, properties, questions
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("gan")
ASSIGNMENT = Assignment.gathered(
    "gan",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
)
grade = ASSIGNMENT.grade
