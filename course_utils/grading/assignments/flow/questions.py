"""Oral questions about `flow`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    either,
    named,
    operator,
)

LOG_2_PI = either(calls("log", "log_normal"), operator(ast.Pow, ast.Mult))

QUESTIONS = (
    Question(
        "coupling_forward",
        "Why is the scale exponentiated in this line? What could go wrong with s itself as the "
        "factor?",
        (
            "exp(s) is positive: it can never be 0, so the coupling can always be undone, and s is "
            "the logarithm of the factor.",
            "With s itself the factor may be 0 or negative, and the log-determinant would need "
            "log |s|.",
        ),
        calls("exp", "expm1"),
        "scale not exponentiated",
    ),
    Question(
        "coupling_forward",
        "Scale and shift come from the first half in this line. What if they came from the half "
        "that is changed?",
        (
            "On the way back that half is not known any more, so s and t cannot be computed again.",
            "The Jacobian would not be triangular: its determinant would no longer be exp(Σ s).",
        ),
        calls("scale_shift"),
        "scale and shift from the changed half",
    ),
    Question(
        "coupling_forward",
        "Why does the shift not occur in your log-determinant, and over which axis are the scales "
        "added?",
        (
            "A shift moves volumes and does not stretch them.",
            "Over the D/2 dimensions: factors multiply, so their logarithms add up, for each "
            "example alone.",
        ),
        calls("reduce_sum", "sum", "einsum", "add_n"),
        "shift in log_det",
    ),
    Question(
        "coupling_forward",
        "The first half passes unchanged. How does a flow change all dimensions all the same?",
        (
            "By permuting dimensions, or exchanging halves, between couplings.",
            "One coupling alone leaves half of the dimensions as they are.",
        ),
    ),
    Question(
        "coupling_inverse",
        "What if this line divided first and subtracted the shift afterwards?",
        (
            "Steps have to be undone in the reverse order: the shift came last, so it goes first.",
            "The result would be off by t − t·exp(−s): right only where s or t is 0.",
        ),
        either(calls("exp", "divide", "subtract"), operator(ast.Sub)),
        "steps undone in the wrong order",
    ),
    Question(
        "coupling_inverse",
        "You call `scale_shift` in this line, a network. Why need it not be invertible?",
        (
            "It is called with the half that passed unchanged, so forward and back it sees the "
            "same input and gives the same s and t.",
            "Only the affine map of the other half is inverted.",
        ),
        calls("scale_shift"),
        "scale and shift from the changed half",
    ),
    Question(
        "coupling_inverse",
        "What is the log-determinant of the inverse?",
        (
            "Minus that of the way there: −Σ s.",
            "Volumes that were stretched are shrunk by the same factor.",
        ),
    ),
    Question(
        "log_prob",
        "Leave out the log-determinant in this function. What does training do to the codes, "
        "and to the number?",
        (
            "The loss is smallest where every code is 0: the flow shrinks everything to a point.",
            "The number is no density any more: it does not integrate to 1.",
        ),
        named("log_det", "total"),
        "log_det forgotten",
    ),
    Question(
        "log_prob",
        "How often does ½ log 2π enter here for one example, and does training notice if it does "
        "not?",
        (
            "D times: once for each dimension of the code.",
            "Training does not notice, since it has no gradient; bits per dimension would be wrong "
            "by 1.33.",
        ),
        LOG_2_PI,
        "constant once instead of for each dimension",
    ),
    Question(
        "log_prob",
        "Can the log-probability be positive? What does that say?",
        (
            "Yes: it is a density, which is larger than 1 where the data are narrow.",
            "It depends on the unit of x: pixels over 0–255 instead of 0–1 change it by log 255 "
            "per dimension.",
        ),
        probes="density instead of its logarithm",
    ),
    Question(
        "bits_per_dimension",
        "What would this line say if you left out the logarithm of 2?",
        (
            "Nats per dimension: smaller by the factor 0.69.",
            "Papers report bits; the two cannot be compared.",
        ),
        either(operator(ast.Div), calls("divide", "log", "log2", "map_fn")),
        "nats per dimension",
    ),
    Question(
        "bits_per_dimension",
        "Why divide by the number of dimensions here and not by that of the examples?",
        (
            "The log-likelihood adds up over dimensions; so images of different sizes become "
            "comparable.",
            "There is one number per example; their mean is taken later.",
        ),
        either(named("dimensions"), operator(ast.Div)),
        "divided by the number of examples",
    ),
    Question(
        "bits_per_dimension",
        "What are the bits per dimension of a model that takes each of 256 grey levels for equally "
        "probable?",
        (
            "8: log₂ 256, for every image.",
            "A model that is worse than that has learned less than nothing.",
        ),
    ),
)

READINGS = (
    Reading(
        "Unseen digits need",
        "What would this number be for a model that knows nothing: all 17 grey levels equally "
        "probable? And why does the experiment add log₂ 17?",
        (
            "log₂ 17, about 4.09 bits per pixel.",
            "The flow's density is one of pixels scaled to [0, 1]; each level is 1/17 wide, which "
            "costs log₂ 17 bits more.",
        ),
    ),
    Reading(
        "There and back",
        "What should this number be, and what does it mean if it is not?",
        (
            "0, but for rounding: a flow is invertible.",
            "Anything larger is a mistake in the inverse, or factors so large that float32 loses "
            "digits; no training makes it right.",
        ),
    ),
)
