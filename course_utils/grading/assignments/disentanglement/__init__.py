"""The assignment `disentanglement`: two losses, and the gap that scores the codes they produce.

Sources: I. Higgins et al., *beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
Framework*, 2017, equation 4; X. Chen et al., *InfoGAN*, 2016, equation 5; R. T. Q. Chen et al.,
*Isolating Sources of Disentanglement in Variational Autoencoders*, 2018, equation 6. `sigma` is the
standard deviation here.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.disentanglement import (
    misconceptions,
    probes,
    properties,
    questions,
)
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("disentanglement")
ASSIGNMENT = Assignment.gathered(
    "disentanglement",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
)
grade = ASSIGNMENT.grade
