"""The assignment `diffusion`: adding and removing noise, guidance, a sampler's step, a flow.

Sources: J. Ho, A. Jain and P. Abbeel, *Denoising Diffusion Probabilistic Models*, 2020, equations
4, 14 and 15; J. Ho and T. Salimans, *Classifier-Free Diffusion Guidance*, 2022; J. Song, C. Meng
and S. Ermon, *Denoising Diffusion Implicit Models*, 2021, equation 12 with η = 0; Y. Lipman et al.,
*Flow Matching for Generative Modeling*, 2023, equations 20 to 23 with σ_min = 0.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.diffusion import misconceptions, probes, properties, questions
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("diffusion")
ASSIGNMENT = Assignment.gathered(
    "diffusion",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
    builds_on={"ddim_step": ("add_noise", "predict_clean")},
)
grade = ASSIGNMENT.grade
