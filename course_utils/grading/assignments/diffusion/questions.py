"""Oral questions about `diffusion`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    either,
    named,
    operator,
)

ROOTS = either(calls("sqrt", "rsqrt", "weights", "level"), operator(ast.Pow))
RESHAPED = either(
    calls("reshape", "expand_dims", "transpose", "einsum", "map_fn", "wide", "level"),
    lambda node: isinstance(node, ast.Subscript),
)

QUESTIONS = (
    Question(
        "add_noise",
        "Why are there roots in this line? What would the variance of the noisy examples be with "
        "the shares themselves as weights?",
        (
            "Weights enter a variance squared: ᾱ + (1 − ᾱ) = 1, so the variance stays 1.",
            "With the shares it would be ᾱ² + (1 − ᾱ)²: only ½ in the middle.",
        ),
        ROOTS,
        "shares instead of their roots",
    ),
    Question(
        "add_noise",
        "What does this line do about the shape of `alpha_bar`, and what would happen with (B,) as "
        "it is on images (B, H, W, C)?",
        (
            "It gives it axes of length 1, so that each example has its own level.",
            "Broadcasting lines up the last axes: an error, or, worse, if C or W equals B, a level "
            "for each channel or column.",
        ),
        RESHAPED,
        "along the last axis",
    ),
    Question(
        "add_noise",
        "What comes out at ᾱ = 1, what near ᾱ = 0, and at which level is the example half noise?",
        (
            "The example itself; pure noise.",
            "ᾱ = ½: half of the variance each.",
        ),
    ),
    Question(
        "predict_clean",
        "At ᾱ = 0.0001 the network is off by a little in the noise. What does the division in "
        "this line make of it?",
        (
            "It divides by √ᾱ = 0.01: the error in the picture is a hundred times as large (times "
            "√(1 − ᾱ), nearly 1).",
            "So in nearly pure noise a small loss does not mean a good picture.",
        ),
        either(operator(ast.Div), calls("divide", "rsqrt", "weights")),
        "not divided",
    ),
    Question(
        "predict_clean",
        "What if the noise in this line had the weight 1 instead of a root?",
        (
            "Too much noise would be taken away: √ᾱ x − (1 − √(1 − ᾱ)) ε would be left.",
            "Near ᾱ = 0 nobody would notice; near 1 it would add noise to a clean picture.",
        ),
        ROOTS,
        "noise not weighted",
    ),
    Question(
        "predict_clean",
        "You give it the true noise. What comes back, and does it depend on the level?",
        (
            "The clean example, exactly, at every level above 0 (but for rounding).",
            "It is the inverse of `add_noise` for known noise.",
        ),
    ),
    Question(
        "noise_loss",
        "Over which axes is the mean in your function, and why does the first stay?",
        (
            "Over all but the first: one number per example, whatever the rank.",
            "Levels are drawn for each example: their losses can be weighted and compared.",
        ),
        calls("reduce_mean", "mean", "mean_squared_error", "reduce_sum"),
        "scalar instead of per example",
    ),
    Question(
        "noise_loss",
        "What would a sum do here instead of a mean, compared with a VAE, where we do sum?",
        (
            "The loss would be as many times larger as there are pixels; nothing else is added to "
            "it, so the optimum stays.",
            "In a VAE a second term stands beside it, and its weight would change.",
        ),
        calls("reduce_mean", "mean", "mean_squared_error", "reduce_sum"),
        "sum instead of mean",
    ),
    Question(
        "noise_loss",
        "What is the loss of a network that always answers 0?",
        (
            "About 1: the variance of the noise.",
            "Anything above that is worse than no answer.",
        ),
    ),
    Question(
        "guide",
        "What does this line give at scale 0, 1 and 4, and why not always 4?",
        (
            "The unconditional prediction; the conditional one; the difference exaggerated "
            "fourfold.",
            "More guidance: clearer, but all alike, and at last overdriven.",
        ),
        named("scale", "w"),
        "the paper's weight",
    ),
    Question(
        "guide",
        "What would be drawn if the two predictions in this line were exchanged?",
        (
            "Scale 0 would be conditional, 1 unconditional.",
            "Above 1 it would lead away from the label.",
        ),
        named("with_label", "without_label", "both", "difference"),
        "predictions exchanged",
    ),
    Question(
        "guide",
        "How does one network give both predictions?",
        (
            "In training the label is withheld now and then, here one time in ten.",
            "So it learns both, with an extra label that means none.",
        ),
    ),
    Question(
        "ddim_step",
        "Which of the two levels is used for what here, and what happens if both are equal?",
        (
            "The present one to guess the clean example, the next one to put noise back in.",
            "With equal levels the example comes back as it was.",
        ),
        named("alpha_bar", "alpha_bar_next", "a", "b", "now", "then", "ratio", "signal"),
        "levels exchanged",
    ),
    Question(
        "ddim_step",
        "What if you drew new noise here instead of using the predicted one?",
        (
            "Sampling would no longer be deterministic: the same start gives another picture.",
            "The example would be the clean guess with fresh noise: what the predicted noise knew "
            "of it would be lost.",
        ),
        named("epsilon"),
        "new noise",
    ),
    Question(
        "ddim_step",
        "Why not go all the way to the clean example in one step?",
        (
            "From nearly pure noise the best guess is an average over all pictures: a blur.",
            "Each step commits to a little, and the next guess is better.",
        ),
        probes="all the way",
    ),
    Question(
        "flow_point",
        "In which direction does t run in your function, and what would sampling have to change if "
        "it ran the other way?",
        (
            "t = 0 is noise, t = 1 is data.",
            "Turned around, one would start at t = 1 and go along minus the velocity.",
        ),
        named("t", "left", "weights"),
        "ends exchanged",
    ),
    Question(
        "flow_point",
        "Diffusion has roots as weights and your function has none. Why may it?",
        (
            "The path is a straight line between two points; it need not keep the variance at 1.",
            "In the middle the variance is only ½ (for data of variance 1), and the network learns "
            "with that.",
        ),
        either(operator(ast.Mult), calls("einsum")),
        "roots as weights",
    ),
    Question(
        "flow_point",
        "Where does the point lie at t = 0.25?",
        (
            "A quarter of the way from the noise to the example.",
            "¾ noise + ¼ data.",
        ),
    ),
    Question(
        "flow_target",
        "The velocity in this line does not depend on t. Why must the network's answer depend on "
        "t and on the point all the same?",
        (
            "Many lines cross at a point: the network learns the mean of their velocities there.",
            "This mean differs from place to place and from time to time.",
        ),
        either(named("data", "noise"), operator(ast.Sub)),
    ),
    Question(
        "flow_target",
        "What would sampling do with the sign of this line turned around?",
        (
            "It would lead from the noise away from the data.",
            "One would have to subtract the velocity at each step.",
        ),
        either(named("data", "noise"), operator(ast.Sub)),
        "backwards",
    ),
    Question(
        "flow_target",
        "Is the path that is sampled a straight line, too?",
        (
            "No: the network's velocity is an average, so the paths of samples bend.",
            "That is why sampling takes several steps.",
        ),
    ),
)

READINGS: tuple[Reading, ...] = ()
