"""The assignment `cyclegan`: what two translators and their discriminators are trained on.

Sources: Zhu et al., *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks*, 2017, equations 2 and 3 and section 5.2 (identity); Mao et al., *Least Squares Generative
Adversarial Networks*, 2017, equation 9.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.cyclegan import misconceptions, probes, properties, questions
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("cyclegan")
ASSIGNMENT = Assignment.gathered(
    "cyclegan",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
    builds_on={
        "generator_objective": ("least_squares_generator_loss", "cycle_loss", "identity_loss")
    },
)
grade = ASSIGNMENT.grade
