"""Oral questions about `evaluation`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    compares,
    either,
    named,
    operator,
)

QUESTIONS = (
    Question(
        "frechet_distance",
        "Which spread does this line of yours compute, and what would change if it divided by N?",
        (
            "The covariance, divided by N − 1.",
            "Divided by N it is a little smaller: hardly different for 10,000 samples, half as "
            "large for two.",
        ),
        calls("cov", "covariance", "moments", "matmul", "sqrt"),
        "divided by N",
    ),
    Question(
        "frechet_distance",
        "Why not simply the root of the product of the two covariances? What keeps numbers below 0 "
        "out of the root here?",
        (
            "The product of two symmetric matrices is not symmetric; its eigenvalues are those of "
            "√Σ₁ Σ₂ √Σ₁, which is.",
            "Rounding makes eigenvalues of singular covariances slightly negative: they are taken "
            "as 0.",
        ),
        calls("eigh", "eigvalsh", "eigvals", "svd", "maximum", "clip", "abs"),
        "only for invertible covariances",
    ),
    Question(
        "frechet_distance",
        "The means agree, the covariances do not. What does your function say, and what would one "
        "say that compares means only?",
        (
            "It is larger than 0: a model that always draws the average has the right mean, and "
            "pays for its missing spread.",
            "Means alone would call it perfect.",
        ),
        either(calls("trace", "mean", "reduce_mean"), operator(ast.MatMult)),
        "means only",
    ),
    Question(
        "frechet_distance",
        "Two samples of the same real pictures: is the distance 0? What happens to it with more "
        "samples?",
        (
            "No, above 0: means and covariances are estimated, and their errors add to it.",
            "It shrinks about like one over the number of samples.",
        ),
    ),
    Question(
        "precision",
        "How does your function see to it that a point is not its own neighbour? What would k = 1 "
        "mean otherwise?",
        (
            "A point's distance from itself is 0, the smallest of all.",
            "Counted, k = 1 would be balls of radius 0, and precision about 0.",
        ),
        either(
            calls("sort", "partition", "sorted", "top_k", "query", "fill_diagonal"),
            named("k"),
        ),
        "the point itself counted",
    ),
    Question(
        "precision",
        "What does this line ask of a fake: to be in one ball or in all? What would the other one "
        "mean?",
        (
            "In at least one: it looks like some real picture.",
            "In all balls there is hardly ever anything, if the data have more than one cluster.",
        ),
        calls("any", "reduce_any", "min"),
        "near to all",
    ),
    Question(
        "precision",
        "What happens to this comparison if a fake lies exactly on the border, and when does that "
        "happen?",
        (
            "It counts: ≤.",
            "With a copy of the very neighbour that sets the radius, for example.",
        ),
        compares,
        "border left out",
    ),
    Question(
        "precision",
        "A model draws the same perfect picture each time. What are its precision and recall?",
        (
            "Precision 1: it lies in a ball.",
            "Recall near 0: the balls around the fakes have no size and hold next to no real "
            "pictures.",
        ),
    ),
    Question(
        "recall",
        "Around which points are the balls in this line, and whose share is counted?",
        (
            "Around the fakes; the share of the real points that lie in one.",
            "It asks whether the model covers the data.",
        ),
        either(named("fake"), calls("precision")),
        "coverage",
    ),
    Question(
        "recall",
        "A single fake lies far from everything. What does it do to recall, and why is that a "
        "weakness?",
        (
            "Its ball reaches back to its k-th neighbour among the fakes and is huge: it may hold "
            "many real points.",
            "So recall can be high thanks to outliers.",
        ),
        either(named("fake"), calls("precision")),
    ),
    Question(
        "recall",
        "What does recall say of a model that copies the training set?",
        (
            "About what it says of other real pictures: high.",
            "It does not see memorising.",
        ),
    ),
    Question(
        "nearest_distances",
        "All coordinates are near 10,000. Does this line still find distances of about 1, and "
        "which formula would not?",
        (
            "Subtracting first keeps the digits.",
            "a² − 2ab + b² is the difference of numbers of 10⁸ and more: in float32 nothing is "
            "left of it.",
        ),
        either(operator(ast.Sub), calls("cdist", "norm", "query", "cKDTree")),
        "difference of two large numbers",
    ),
    Question(
        "nearest_distances",
        "Which axis does the minimum here run over, and what would the other one give?",
        (
            "Over the training examples: one distance for each sample.",
            "Over the samples: how well each training example is hit.",
        ),
        calls("min", "minimum", "reduce_min", "query"),
        "nearest sample of each training example",
    ),
    Question(
        "nearest_distances",
        "What do you compare these distances with before you accuse a model of copying?",
        (
            "With those of unseen real pictures from the same training set.",
            "Clearly smaller ones, near 0, are suspicious; a small distance alone need not be.",
        ),
    ),
    Question(
        "log_likelihood_bound",
        "What does this line do about a log-weight of 1000, and what would come out without it?",
        (
            "The largest one is taken out before the exponential and added again after the "
            "logarithm.",
            "exp(1000) is ∞, in double precision too.",
        ),
        calls("max", "logsumexp", "reduce_logsumexp", "logaddexp", "one", "exp"),
        "overflow",
    ),
    Question(
        "log_likelihood_bound",
        "What would you get if you averaged the log-weights instead of taking the logarithm of the "
        "mean weight, and which is larger?",
        (
            "The evidence lower bound with S draws.",
            "The logarithm of the mean is at least the mean of the logarithms (Jensen).",
        ),
        either(calls("log", "logsumexp", "mean"), operator(ast.Sub)),
        "mean of the logarithms",
    ),
    Question(
        "log_likelihood_bound",
        "What happens to the bound with more draws, on average?",
        (
            "It rises, or stays, towards log p(x).",
            "With one draw it is the evidence lower bound.",
        ),
    ),
)

READINGS = (
    Reading(
        "copies of training",
        "Which of the four numbers in this line gives the cheat away, and why do the others "
        "praise it? What would they be for copies of the test pictures themselves?",
        (
            "The nearest distance: 0, because these pictures are among those that are compared.",
            "The others compare clouds, and training pictures are real ones.",
            "Copies of the test pictures would have Fréchet distance 0, precision and recall 1.",
        ),
    ),
    Reading(
        "T-shirts only",
        "Read the precision and the recall of this line. What would you expect of a model that "
        "draws one kind of garment only?",
        (
            "High precision: each picture is a real one. Low recall: other garments are missing.",
            "The Fréchet distance is large, since mean and spread differ.",
        ),
    ),
    Reading(
        "log p(x) of unseen",
        "Why does this bound depend on the number of draws, and what would it be with one draw?",
        (
            "More draws make it tighter: it rises towards log p(x).",
            "With one draw it is the evidence lower bound that the VAE is trained on.",
        ),
    ),
)
