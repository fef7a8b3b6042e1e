"""Oral questions about `gan`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    either,
    named,
    operator,
)

LOGITS = calls(
    "sigmoid_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
    "softplus",
    "log_sigmoid",
    "log1p",
    "log_one_minus_d",
    "reduce_logsumexp",
    "BinaryCrossentropy",
    "binary_crossentropy",
    "cross_entropy",
    "entropy",
    "bce",
)
MEANS = calls("reduce_mean", "mean", "reduce_sum", "add_n", "tensordot", "cross_entropy", "bce")

QUESTIONS = (
    Question(
        "discriminator_loss",
        "Why does this line work from logits: what would it give for a logit of 1000 on a fake if "
        "a sigmoid came first?",
        (
            "The sigmoid is exactly 1 in float32, so 1 − D is 0 and its logarithm −∞, or a clipped "
            "constant without a gradient.",
            "From the logit it is 1000, with a gradient.",
        ),
        LOGITS,
        "logarithm of a rounded probability",
    ),
    Question(
        "discriminator_loss",
        "The two batches may differ in size. What would one mean over all logits do that your two "
        "means do not?",
        (
            "The larger batch would weigh more.",
            "With equal sizes the result would be half of what is asked for.",
        ),
        either(MEANS, operator(ast.Add)),
        "one mean over everything",
    ),
    Question(
        "discriminator_loss",
        "A discriminator gives the logit 0 to everything. What is its loss, and when is that the "
        "best that it can do?",
        (
            "2 · log 2, about 1.39.",
            "When fakes cannot be told from real examples at all.",
        ),
    ),
    Question(
        "generator_loss",
        "The discriminator is sure of a fake: logit −10. How large is the gradient of your loss "
        "with respect to the logit there, and how large that of log(1 − D)?",
        (
            "About −1: −(1 − D).",
            "−D, about −0.000045: the saturating loss teaches nothing just where it is needed.",
        ),
        LOGITS,
        "saturating loss",
    ),
    Question(
        "generator_loss",
        "Which label do fakes have in this line, and why is that not the truth?",
        (
            "1, as if they were real: it is what the generator wants the discriminator to say.",
            "With the true label 0 the generator would learn to be found out.",
        ),
        either(named("fake_logits"), LOGITS),
        "target 0",
    ),
    Question(
        "generator_loss",
        "Does this loss tell how good the pictures are? When is it small?",
        (
            "It is small when this discriminator is fooled, which may be a weak one.",
            "Losses of different moments are measured by different discriminators.",
        ),
    ),
    Question(
        "saturating_generator_loss",
        "What does the minus sign (or the sign of the logit) in this line do, and what would the "
        "generator do with the other one?",
        (
            "log(1 − D) is minus the cross-entropy to 0, and it is minimised.",
            "With the other sign the generator would help the discriminator to recognise fakes.",
        ),
        either(lambda node: isinstance(node, ast.USub), operator(ast.Sub), calls("negative")),
        "sign flipped",
    ),
    Question(
        "saturating_generator_loss",
        "What is your loss of a single fake with the logit 1000, and of one with −1000?",
        (
            "About −1000: without bound below, as the fake passes for real.",
            "0: log(1 − 0), with a gradient of 0.",
        ),
        LOGITS,
        "logarithm of a rounded probability",
    ),
    Question(
        "saturating_generator_loss",
        "Both generator losses want D to be 1 on fakes. In what do they differ?",
        (
            "In the gradient, not in the optimum: −D against −(1 − D) with respect to the logit.",
            "Early on, when fakes are recognised, only the non-saturating one moves.",
        ),
        probes="non-saturating loss",
    ),
    Question(
        "critic_loss",
        "Which way round is the difference in this line, and what does the critic learn if it is "
        "turned around?",
        (
            "Fake minus real, and it is minimised: high scores for real examples.",
            "Turned around, the critic gives high scores to fakes, and the generator runs the "
            "wrong way.",
        ),
        either(operator(ast.Sub), lambda node: isinstance(node, ast.USub)),
        "sign flipped",
    ),
    Question(
        "critic_loss",
        "There is no sigmoid and no logarithm here. What would a sigmoid on the scores spoil?",
        (
            "The scores would be bounded and saturate: the gradient for the generator would vanish "
            "again.",
            "The difference would no longer estimate the Wasserstein distance.",
        ),
        either(MEANS, named("real_scores", "fake_scores")),
        "sigmoid",
    ),
    Question(
        "critic_loss",
        "What keeps the critic from making this loss smaller and smaller by scaling its scores?",
        (
            "Nothing in the loss: twice the scores, twice the difference.",
            "The slope has to be limited: the gradient penalty (or clipped weights).",
        ),
    ),
    Question(
        "gradient_penalty",
        "How many weights does this line draw, and what would change with one weight for the "
        "whole batch or one for each pixel?",
        (
            "One per example, spread over height, width and channels: a point on the straight "
            "line between the two images of a pair.",
            "One for the batch tests the slope at one fraction only; one per pixel leaves the "
            "line: a patchwork of both images.",
        ),
        calls("uniform", "random"),
        "one weight for the batch",
    ),
    Question(
        "gradient_penalty",
        "What would this line give without `watch`?",
        (
            "None: a tape follows variables by itself, but no tensor that was computed.",
            "The gradient is taken with respect to the mixed image, not to the critic's weights.",
        ),
        calls("watch"),
    ),
    Question(
        "gradient_penalty",
        "Over which axes do you take the norm here, and what does the 1 that is subtracted mean?",
        (
            "Over height, width and channels: one norm per example.",
            "The slope is pulled to 1, not to 0: a critic with slope 1 between the pairs measures "
            "the distance at its best.",
        ),
        calls("norm", "sqrt"),
        "norm pulled to 0",
    ),
    Question(
        "gradient_penalty",
        "A critic ignores its input. What is its penalty?",
        (
            "1: the norm of the gradient is 0, and (0 − 1)² is 1.",
            "So a critic that says nothing is not free.",
        ),
    ),
)

READINGS: tuple[Reading, ...] = ()
