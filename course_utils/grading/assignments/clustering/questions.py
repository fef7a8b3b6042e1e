"""Oral questions about `clustering`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    chooses,
    compares,
    either,
    indexed,
    keyword,
    operator,
)

QUESTIONS = (
    Question(
        "assign",
        "What would this line give if the smallest were replaced by the largest, and how would "
        "k-means behave then?",
        (
            "Each point would be given to its farthest center.",
            "The update would move centers towards points far away; the inertia need not fall any "
            "more, and nothing guarantees that the rounds come to an end.",
        ),
        calls("argmin", "pairwise_distances_argmin", "query"),
        "farthest center",
    ),
    Question(
        "assign",
        "What does the axis in this line run over, and what would come out if the minimum were "
        "taken over the points instead of the centers?",
        (
            "Squares are added over the features; the minimum is over the K centers, so one label "
            "is left for each point: (N,).",
            "A minimum over the points gives the nearest point of each center: K numbers.",
        ),
        keyword("axis"),
        "nearest point of each center",
    ),
    Question(
        "assign",
        "Would any label change if you compared the distances themselves instead of their squares? "
        "And if you added absolute differences?",
        (
            "The root grows with its argument, so the nearest center stays the nearest.",
            "Absolute differences are another distance: labels can change, and the mean is no "
            "longer the best center for it.",
        ),
        either(operator(ast.Pow), calls("square", "norm")),
        "sum of absolute differences",
    ),
    Question(
        "assign",
        "What does `assign` return if there is a single center, and what if two centers are "
        "equally near to a point?",
        (
            "With one center every label is 0.",
            "Either of the two is right; which one comes out is a convention (argmin takes the "
            "first), and the inertia is the same.",
        ),
    ),
    Question(
        "update",
        "Suppose no point has the label of one of the centers. What happens from this line on, and "
        "what would the mean of no points be?",
        (
            "The mean of nothing is 0/0, not a number.",
            "A center that is not a number is never the nearest again, so the cluster would be "
            "lost; here it keeps its old center.",
        ),
        either(compares, chooses, calls("unique", "bincount", "maximum")),
        "empty cluster divided by zero",
    ),
    Question(
        "update",
        "If you put the median of each feature here instead of the mean, would the inertia still "
        "never rise?",
        (
            "No: the mean is the point with the smallest sum of squared distances, so any other "
            "center can only have more.",
            "The median minimises the sum of absolute differences: another algorithm, k-medians.",
        ),
        calls("mean", "unsorted_segment_mean", "average"),
        "median",
    ),
    Question(
        "update",
        "Why does `update` get the old centers at all, when it computes new ones from the points?",
        (
            "For a cluster without points there is no mean: it keeps its old center.",
            "Their number also says how many clusters there are, which the labels may not show.",
        ),
        probes="as many clusters as the largest label says",
    ),
    Question(
        "inertia",
        "What is the shape of the centers that the labels pick here, and why are labels an "
        "argument at all: why does `inertia` not look for the nearest center itself?",
        (
            "(N, F): for each point the center of its own cluster.",
            "Right after an update the labels are not always those of the nearest centers; only "
            "with labels as an argument can one see that each half of a round lowers the inertia.",
        ),
        either(indexed("centers"), calls("gather", "take"), compares),
        "labels ignored",
    ),
    Question(
        "inertia",
        "What would k-means be minimising if nothing were squared in this line, and which of its "
        "two steps would no longer be right?",
        (
            "The sum of the distances; far points would count for less.",
            "The update: the mean is best for squared distances only.",
        ),
        either(operator(ast.Pow), calls("square", "norm", "dot", "einsum", "l2_loss")),
        "distances not squared",
    ),
    Question(
        "inertia",
        "All coordinates are multiplied by 10. What happens to the inertia and to the labels?",
        (
            "The inertia is a sum of squares, so it grows a hundredfold.",
            "The labels stay: all distances grow by the same factor.",
        ),
    ),
    Question(
        "gaussian_log_density",
        "What would go wrong if you computed the density first and took its logarithm at the end, "
        "for a point 50 standard deviations out?",
        (
            "The density is about exp(−1250), which rounds to 0, and the logarithm of 0 is −∞.",
            "Written out, the logarithm is just about −1250.",
        ),
        calls("log", "logpdf"),
        "logarithm of a rounded density",
    ),
    Question(
        "gaussian_log_density",
        "Can your log-density be positive? Which part of the formula decides that?",
        (
            "Yes: a density may be larger than 1, where std is below 1/√(2π), about 0.4.",
            "The term −log std grows without bound as std goes to 0.",
        ),
        calls("log", "logpdf"),
    ),
    Question(
        "gaussian_log_density",
        "Both std and the distance of x from the mean are doubled. By how much does the "
        "log-density change?",
        (
            "By −log 2: the square stays as it is.",
            "The same probability is spread over twice the width.",
        ),
    ),
    Question(
        "fit_gaussian",
        "Where does this line divide by N, and when would N − 1 be right?",
        (
            "Maximum likelihood divides by N.",
            "N − 1 makes the estimate of the variance unbiased. The two differ by the factor "
            "√(N/(N − 1)) in std, and for one point only the first exists.",
        ),
        calls("mean", "std", "fit", "moments", "reduce_mean", "sum", "sqrt"),
        "divided by N − 1",
    ),
    Question(
        "fit_gaussian",
        "What does `fit_gaussian` give for a single number, and why is that dangerous?",
        (
            "That number as the mean, and 0 as the standard deviation.",
            "The density becomes infinitely high there: maximum likelihood overfits.",
        ),
    ),
)

READINGS = (
    Reading(
        "The inertia went from",
        "What does the last number measure? What would it be with as many centers as different "
        "digits, and could it ever rise from one half of a round to the next?",
        (
            "The sum, over all digits, of the squared distance from their own center.",
            "With a center on every digit it is 0, and nothing has been learned.",
            "It never rises: each half of a round minimises it, with the other half held fixed.",
        ),
    ),
)
