"""Oral questions about `cyclegan`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    either,
    named,
    operator,
)

MEANS = calls(
    "reduce_mean",
    "mean",
    "reduce_sum",
    "mean_absolute_error",
    "mae",
    "MeanSquaredError",
    "mse",
    "add_n",
    "l2_loss",
    "norm",
)
APART = either(
    calls("abs", "absolute", "mae", "mean_absolute_error", "MeanAbsoluteError", "maximum", "norm")
)
SQUARES = either(
    operator(ast.Pow, ast.Mult),
    calls("square", "pow", "squared_difference", "MeanSquaredError", "mse", "l2_loss"),
)

QUESTIONS = (
    Question(
        "cycle_loss",
        "What would translations look like if the difference in this line were squared?",
        (
            "A squared error prefers the mean of all that is possible: blur.",
            "The absolute error prefers the median, which keeps edges sharper.",
        ),
        APART,
        "squared error",
    ),
    Question(
        "cycle_loss",
        "Why is the mean over all pixels taken here and not the sum? What would a cycle weight of "
        "10 mean for larger images?",
        (
            "With a mean the weight means the same for every size.",
            "With a sum the cycle would weigh more the larger the image: 28×28 has about twelve "
            "times as many pixels as 8×8.",
        ),
        MEANS,
        "summed",
    ),
    Question(
        "cycle_loss",
        "The cycle loss is 0. Are the translations right?",
        (
            "Not necessarily: any translation that can be undone has no cycle loss, the identity "
            "and a negative included.",
            "Or the way back is hidden in the translated image as a faint pattern.",
        ),
    ),
    Question(
        "identity_loss",
        "This line looks like that of the cycle loss. What is different about what goes in, and "
        "what would the translator learn without it?",
        (
            "An image that is already in the target domain, and what the translator makes of it.",
            "Without it the translator may change colours or invert them as long as all looks "
            "real.",
        ),
        either(APART, named("y", "y_mapped")),
    ),
    Question(
        "identity_loss",
        "What if the absolute value were missing in this line?",
        (
            "Positive and negative differences cancel: too bright here, too dark there costs "
            "nothing.",
            "The loss could be made negative by images that are brighter throughout.",
        ),
        APART,
        "no absolute value, or one of the mean",
    ),
    Question(
        "identity_loss",
        "For which task would an identity loss do harm?",
        (
            "Where images of the target domain have to be changed by the same network, for example "
            "because both domains overlap in their looks.",
            "It pulls the translator towards changing nothing; with a large weight it wins over "
            "the adversarial loss.",
        ),
    ),
    Question(
        "least_squares_discriminator_loss",
        "Which scores are the targets in this line, and what does the ½ do?",
        (
            "1 for real, 0 for translated images.",
            "It halves the gradient: the discriminator learns more slowly than the translators.",
        ),
        either(SQUARES, operator(ast.Div)),
        "half forgotten",
    ),
    Question(
        "least_squares_discriminator_loss",
        "What would this discriminator do if the two targets were exchanged, with the generator's "
        "loss as it is?",
        (
            "Real images are pushed to 0, fakes to 1.",
            "The generator wants 1 as well: both want the same, and there is no game.",
        ),
        either(SQUARES, named("real", "fake")),
        "targets exchanged",
    ),
    Question(
        "least_squares_discriminator_loss",
        "A score of 5 on a real image: what does it cost here, and what with the cross-entropy?",
        (
            "½ · 16 = 8: least squares also punishes being right by too much.",
            "With the cross-entropy of the logit 5 nearly nothing, 0.007.",
        ),
        probes="cross-entropy",
    ),
    Question(
        "least_squares_generator_loss",
        "A fake has the score −10. How large is the gradient of your loss there, and how large "
        "that of the saturating loss of a GAN?",
        (
            "2 · (−11) = −22, over the number of scores: it grows with the distance.",
            "−D, nearly 0: least squares does not saturate.",
        ),
        SQUARES,
    ),
    Question(
        "least_squares_generator_loss",
        "What if the 1 in this line were a 0?",
        (
            "The translator would want its images to be recognised as fakes.",
            "It is the discriminator's target, not the generator's.",
        ),
        either(operator(ast.Sub), calls("ones_like", "squared_difference")),
        "target 0",
    ),
    Question(
        "least_squares_generator_loss",
        "Why is there no sigmoid before this loss?",
        (
            "Scores are compared with 1 directly; they may be any numbers.",
            "With a sigmoid the gradient would vanish again for scores far from 0.",
        ),
        probes="sigmoid",
    ),
    Question(
        "generator_objective",
        "Leave out the cycle term in this line. What may the translators do then?",
        (
            "Anything that looks real: give every image the same translation, or another's.",
            "Nothing ties a translation to its original any more but the identity loss.",
        ),
        either(named("cycle_weight"), calls("cycle_loss")),
        "cycle term forgotten",
    ),
    Question(
        "generator_objective",
        "What would you see with a cycle weight of 1000 here?",
        (
            "The adversarial term hardly counts: the translators copy, which is undone perfectly.",
            "Images come back exactly, and nothing is translated.",
        ),
        either(named("cycle_weight"), operator(ast.Add)),
    ),
    Question(
        "generator_objective",
        "Which networks does the gradient of this objective move, and which must it not move?",
        (
            "Both translators: the cycle goes through both.",
            "Not the discriminator, though its scores are in it: it has a loss of its own.",
        ),
    ),
)

READINGS = (
    Reading(
        "Pixels are",
        "What does this number measure, why can it be computed here and not with horses and "
        "zebras? What would it be for a translator that answers plain grey, ½ everywhere?",
        (
            "The mean distance of a pixel from the true translation, 1 − x, of unseen digits.",
            "We know the true pairs here; the model never saw them.",
            "For plain grey it is the mean of |½ − x|: at most ½, and about 0.39 for these digits, "
            "of whose pixels many are grey.",
        ),
    ),
    Reading(
        "and ",
        "This number is about the way there and back. Could it be 0 while the one before it is "
        "large?",
        (
            "Yes: two translators that copy, or permute, bring every image back.",
            "A small cycle loss does not show that the translation is right.",
        ),
    ),
)
