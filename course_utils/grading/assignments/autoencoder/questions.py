"""Oral questions about `autoencoder`."""

import ast

from course_utils.grading.assignments.cross_entropy import FROM_LOGITS
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
        "mse_loss",
        "Suppose you took the mean over the pixels in this line instead of the sum. What changes "
        "for a plain autoencoder, and what for one with a penalty?",
        (
            "The loss is divided by P; alone, that is only another learning rate, and Adam hardly "
            "notices.",
            "Next to a penalty it is a change: the penalty weighs P times as much.",
        ),
        either(calls("reduce_sum", "sum", "einsum", "map_fn", "mean_squared_error")),
        "mean over the pixels",
    ),
    Question(
        "mse_loss",
        "What would the reconstructions tend to look like if nothing were squared here and the "
        "absolute values were taken?",
        (
            "The best guess is then the median instead of the mean of what a pixel may be.",
            "Where pixels are mostly black, it is black: sharper, and small details vanish.",
        ),
        either(operator(ast.Pow, ast.Mult), calls("square", "squared_difference", "einsum")),
        "absolute error",
    ),
    Question(
        "mse_loss",
        "Why one number for each example and not one for the whole batch?",
        (
            "Losses of examples can be weighted, compared and averaged later; an average cannot be "
            "taken apart again.",
            "One sees which image is rebuilt badly.",
        ),
        probes="scalar instead of per example",
    ),
    Question(
        "cross_entropy_loss",
        "Why does this line work from logits? What would happen at a logit of 1000 if you took the "
        "sigmoid first and its logarithm afterwards?",
        (
            "The sigmoid rounds to exactly 1, the logarithm of 1 − 1 is −∞ (or a clipped constant, "
            "whose gradient is 0).",
            "From the logit the loss is about 1000: finite, with a gradient.",
        ),
        FROM_LOGITS,
        "logarithm of a rounded probability",
    ),
    Question(
        "cross_entropy_loss",
        "For a grey pixel, x = 0.5, which logit makes your loss smallest, and is the loss 0 there?",
        (
            "The logit 0: a probability of ½.",
            "No: the loss is log 2 there, the entropy of the pixel; no logit does better.",
        ),
        named("x"),
        "grey pixels rounded",
    ),
    Question(
        "cross_entropy_loss",
        "What does a decoder that gives the logit 0 for each of 64 pixels pay?",
        (
            "64 · log 2, about 44 nats, whatever the image.",
            "It is what one pays for knowing nothing.",
        ),
    ),
    Question(
        "corrupt",
        "What would a denoising autoencoder learn if this line drew one mask and used it for the "
        "whole batch, or the same at each call?",
        (
            "With the same pixels gone every time, it learns to fill these alone.",
            "It could ignore them and copy the rest; new masks make it use all pixels.",
        ),
        calls(
            "uniform",
            "random",
            "dropout",
            "binomial",
            "numpy_function",
            "floor",
            "where",
            "cast",
        ),
        "the same pixels at each call",
    ),
    Question(
        "corrupt",
        "Which way does this comparison go: what would happen at drop rate 0.1 if it were turned "
        "around?",
        (
            "The drop rate would be the rate of keeping: nine pixels of ten would be lost.",
            "At 0.5 nobody would notice.",
        ),
        compares,
        "drop rate taken for the rate of keeping",
    ),
    Question(
        "corrupt",
        "Dropout divides what is kept by the share that is kept. Why not here?",
        (
            "Dropout keeps the mean of an activation; here the input is to look like a damaged "
            "image, in which the pixels that are left have their true values.",
            "Divided, they would be brighter than in the clean test image.",
        ),
        probes="rescaled",
    ),
    Question(
        "sparsity_penalty",
        "Which axis does the mean in your function go over, and what would be asked of each image "
        "if it were the other one?",
        (
            "Over the batch: each unit must be on rarely, for some images only.",
            "Over the units: each image could switch on few units, and it might always be the "
            "same ones.",
        ),
        calls("reduce_mean", "mean"),
        "average over the units of an example",
    ),
    Question(
        "sparsity_penalty",
        "When is this penalty 0, and what happens to it as a unit falls silent for all images?",
        (
            "When each mean activation equals the target.",
            "It grows without bound as the mean goes to 0: a dead unit is costly, too.",
        ),
        calls("log", "log1p", "KLDivergence", "xlogy"),
        "divergence the other way round",
    ),
    Question(
        "sparsity_penalty",
        "How does this penalty differ from adding the sum of all activations (L1)?",
        (
            "L1 pulls every activation to 0; this one asks for a mean, from both sides.",
            "A unit that is fully on for a tenth of the images costs nothing here at target 0.1.",
        ),
        probes="L1 penalty",
    ),
    Question(
        "contractive_penalty",
        "What does this line differentiate, and what would you get if the units of the code were "
        "summed before the gradient is taken?",
        (
            "The derivative of each unit of the code with respect to each pixel: the Jacobian of "
            "an example.",
            "The gradient of the sum adds the units' slopes before they are squared; opposite ones "
            "cancel, so a code that moves a lot could cost nothing.",
        ),
        calls("gradient", "batch_jacobian", "jacobian"),
        "gradient of the summed code",
    ),
    Question(
        "contractive_penalty",
        "What goes wrong without this call of `watch`?",
        (
            "A tape follows variables by itself, but not a tensor such as x.",
            "The gradient is then None.",
        ),
        calls("watch"),
        "images not watched",
    ),
    Question(
        "contractive_penalty",
        "An encoder is constant. What is its contractive penalty, and what keeps the training from "
        "ending there?",
        (
            "0: nothing moves.",
            "The reconstruction: from a constant code every image comes back the same. The penalty "
            "leaves only those directions that the reconstruction needs.",
        ),
    ),
)

READINGS = (
    Reading(
        "denoising",
        "How should the error in this line compare with that of the plain autoencoder, and why? "
        "What would remain of the difference if nothing were dropped in training?",
        (
            "It should be smaller: this one was trained to give back the clean digit from a "
            "damaged one; the plain one copies the damage.",
            "Trained without damage it is a plain autoencoder, with the cross-entropy as its loss.",
        ),
    ),
    Reading(
        "contractive",
        "What does the second number of this line measure, and what would both become with a "
        "hundred times the penalty?",
        (
            "How far damage moves the code, in units of how far the codes of two digits lie apart.",
            "The code would hardly depend on the image: the error would rise to that of a code "
            "that says nothing.",
        ),
    ),
)
