"""The assignment `transposed_convolution`: conv_matrix, conv2d, conv2d_transpose.

Source: V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016,
section 4.1.
"""

from course_utils.grading.assignments import cells
from course_utils.grading.assignments.specification import Assignment
from course_utils.grading.assignments.transposed_convolution import (
    misconceptions,
    probes,
    properties,
    questions,
)

solutions = cells.solutions_of("transposed_convolution")
ASSIGNMENT = Assignment.gathered(
    "transposed_convolution",
    solutions,
    probes,
    properties,
    misconceptions,
    questions,
    builds_on={"conv2d": ("conv_matrix",), "conv2d_transpose": ("conv_matrix",)},
)
grade = ASSIGNMENT.grade
