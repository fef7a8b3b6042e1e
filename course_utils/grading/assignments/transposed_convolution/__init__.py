"""The assignment `transposed_convolution`: conv_matrix, conv2d, conv2d_transpose."""

from course_utils.grading.assignments.specification import Assignment, GradedFunction
from course_utils.grading.assignments.transposed_convolution import (
    misconceptions,
    probes,
    properties,
    solutions,
)

ASSIGNMENT = Assignment(
    "transposed_convolution",
    (
        GradedFunction(
            solutions.conv_matrix,
            probes.CONV_MATRIX,
            properties.CONV_MATRIX,
            misconceptions.CONV_MATRIX,
            fresh=properties.FRESH_MATRIX,
        ),
        GradedFunction(
            solutions.conv2d,
            probes.CONV2D,
            properties.CONV2D,
            misconceptions.CONV2D,
            builds_on=("conv_matrix",),
            fresh=properties.FRESH_CONV2D,
        ),
        GradedFunction(
            solutions.conv2d_transpose,
            probes.CONV2D_TRANSPOSE,
            properties.CONV2D_TRANSPOSE,
            misconceptions.CONV2D_TRANSPOSE,
            builds_on=("conv_matrix",),
            fresh=properties.FRESH_TRANSPOSE,
        ),
    ),
)

grade = ASSIGNMENT.grade
