"""Oral questions about `transposed_convolution`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    either,
    indexed,
    keyword,
    named,
    operator,
)

QUESTIONS = (
    Question(
        "conv_matrix",
        "What becomes of a last window that does not fit into the image, by this line? What if "
        "the size were rounded up?",
        (
            "A window that does not fit entirely is left out: 'valid'.",
            "Rounded up, there would be a window that hangs over the edge and sees too few pixels.",
        ),
        either(operator(ast.FloorDiv), named("stride"), keyword("strides", "padding")),
        "windows that hang over the edge",
    ),
    Question(
        "conv_matrix",
        "Where in your function would the kernel have to be flipped to make it the convolution "
        "of mathematics, and why does TensorFlow do without?",
        (
            "The weights would stand in each row in reverse order, in both directions.",
            "The weights are learned: flipped or not, the network can learn the same. TensorFlow "
            "computes a cross-correlation and calls it convolution.",
        ),
        named("kernel"),
        "kernel flipped",
    ),
    Question(
        "conv_matrix",
        "Why do you flatten row by row here? Would column by column be wrong in itself?",
        (
            "A row of the matrix is laid over the image flattened row by row, so both must agree.",
            "Any order would do, if the image and the result used it, too; by itself it mixes up "
            "the pixels.",
        ),
        calls("reshape", "ravel", "flatten", "kron"),
        "flattened column by column",
    ),
    Question(
        "conv_matrix",
        "How many numbers of one row of the matrix are not zero, and how many of one column?",
        (
            "k² in each row: the weights of one window.",
            "In a column as many as there are windows that see this pixel: with stride 1, k² in "
            "the middle, 1 in a corner.",
        ),
    ),
    Question(
        "conv2d",
        "How large is this matrix for a picture of 1000 × 1000 pixels and a 3×3 kernel, and how "
        "many of its numbers matter?",
        (
            "About a million times a million numbers, 4 terabytes in float32.",
            "Nine in each row: nobody stores it. It is there to understand, not to compute with.",
        ),
        calls("conv_matrix"),
    ),
    Question(
        "conv2d",
        "What would a network learn differently if this line divided by the number of weights: a "
        "mean instead of a sum?",
        (
            "Nothing in principle: the weights would be k² times as large.",
            "But it is not the convolution: no value would agree, and learning rates and "
            "initialisation are meant for the sum.",
        ),
        either(
            operator(ast.MatMult), calls("dot", "matvec", "matmul", "einsum", "conv2d", "reshape")
        ),
        "mean instead of sum",
    ),
    Question(
        "conv2d",
        "What would the size of the result be with zeros around the image, and which pixels of "
        "the result would change?",
        (
            "With stride 1 and enough zeros ('same'), that of the image.",
            "Inside nothing changes; new pixels at the rim are added, in which the image fades "
            "into black.",
        ),
        either(indexed("image"), named("image")),
        "zeros around the image",
    ),
    Question(
        "conv2d",
        "An image is convolved with a kernel whose weights sum to 0. What comes out where the "
        "image is plain, and what is such a kernel good for?",
        (
            "0: every output is the grey times the sum of the weights.",
            "It finds edges.",
        ),
    ),
    Question(
        "conv2d_transpose",
        "Does this undo the convolution? What would the inverse be, and why is there none here?",
        (
            "No. The transpose has the shape of the way back, not its values.",
            "The matrix is wide, not square: different images have the same result, so no inverse "
            "can tell them apart.",
        ),
        either(calls("conv_matrix", "conv2d_transpose", "gradient"), operator(ast.Add)),
        "inverse instead of transpose",
    ),
    Question(
        "conv2d_transpose",
        "Where in this line do stamps that overlap meet, and what would the checkerboard look like "
        "if they overwrote each other instead?",
        (
            "Overlaps are added, here in the sum that the product with the transpose takes.",
            "Overwritten, the last stamp would win: there would be seams instead of bright "
            "squares, and it would no longer be a linear map's transpose.",
        ),
        either(
            operator(ast.MatMult, ast.Add),
            calls("matvec", "matmul", "conv2d_transpose", "gradient"),
        ),
        "overlaps overwritten",
    ),
    Question(
        "conv2d_transpose",
        "Why does this function need `height` and `width` as arguments, when it knows the small "
        "image, the kernel and the stride?",
        (
            "Rounding down loses something: images of several sizes have results of the same size.",
            "With stride 2 and a 3×3 kernel, an image of 7 and one of 8 pixels both give 3.",
        ),
        named("height", "width"),
        "height and width ignored",
    ),
    Question(
        "conv2d_transpose",
        "A transposed convolution with stride 2 and a 2×2 kernel: does it make a checkerboard?",
        (
            "Stamps do not overlap: every pixel is fed by one input.",
            "So there is no uneven overlap; but a pattern of period 2 still comes if the four "
            "weights differ.",
        ),
    ),
)

READINGS: tuple[Reading, ...] = ()
