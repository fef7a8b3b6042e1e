"""The assignment `autoencoder`: two reconstruction losses, corruption, and two penalties.

Sources: Vincent et al., *Extracting and Composing Robust Features with Denoising Autoencoders*,
2008, section 2; A. Ng, *Sparse autoencoder*, CS294A lecture notes, 2011, section 3; Rifai et al.,
*Contractive Auto-Encoders*, 2011, equation 5.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.autoencoder import (
    misconceptions,
    probes,
    properties,
    questions,
)
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("autoencoder")
ASSIGNMENT = Assignment.gathered(
    "autoencoder",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
    random=("corrupt",),
)
grade = ASSIGNMENT.grade
