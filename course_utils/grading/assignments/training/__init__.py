"""The assignment `training`: a training step of a VAE, the two of a GAN, averaged weights.

Sources: D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014, algorithm 1;
I. Goodfellow et al., *Generative Adversarial Nets*, 2014, algorithm 1 and section 3; Y. Yazıcı et
al., *The Unusual Effectiveness of Averaging in GAN Training*, 2019, equation 1.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.specification import Assignment
from course_utils.grading.assignments.training import misconceptions, probes, properties, questions

solutions = cells.solutions_of("training")
ASSIGNMENT = Assignment.gathered(
    "training", solutions, probes, properties, misconceptions, questions
)
grade = ASSIGNMENT.grade
