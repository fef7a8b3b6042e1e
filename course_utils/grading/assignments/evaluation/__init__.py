"""The assignment `evaluation`: how good samples are, and how probable data are under a model.

Sources: M. Heusel et al., *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
Equilibrium*, 2017, equation 6; T. Kynkäänniemi et al., *Improved Precision and Recall Metric for
Assessing Generative Models*, 2019, equations 1 and 2; Y. Burda, R. Grosse and R. Salakhutdinov,
*Importance Weighted Autoencoders*, 2016, equation 8.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.evaluation import (
    misconceptions,
    probes,
    properties,
    questions,
)
from course_utils.grading.assignments.specification import Assignment

solutions = cells.solutions_of("evaluation")
ASSIGNMENT = Assignment.gathered(
    "evaluation",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
    builds_on={"recall": ("precision",)},
)
grade = ASSIGNMENT.grade
