"""Oral questions about `training`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    attribute,
    calls,
    either,
    keyword,
    named,
    operator,
)

APPLIED = calls("apply", "apply_gradients")
WEIGHTS = attribute("trainable_variables", "trainable_weights")

QUESTIONS = (
    Question(
        "vae_step",
        "Whose weights are in this line, and what would the model learn if only the decoder's were "
        "there?",
        (
            "Those of the encoder and the decoder: both want the same loss small.",
            "With the decoder's alone the codes stay random projections; it learns to decode what "
            "an untrained encoder gives.",
        ),
        WEIGHTS,
        "only the decoder moves",
    ),
    Question(
        "vae_step",
        "Why does the noise here come in as a factor of the standard deviation, inside the tape?",
        (
            "So the gradient passes through z to mu and log_var: the reparameterization.",
            "Drawn as a sample of its own, or stopped, the encoder would learn from the KL term "
            "alone.",
        ),
        calls("normal"),
        "gradient stopped at the sample",
    ),
    Question(
        "vae_step",
        "What does the exponential in this line make of log_var, and what if its half were "
        "missing?",
        (
            "exp(½ log σ²) = σ, the standard deviation.",
            "Without the half the noise would be scaled by the variance, which is not what the KL "
            "term charges for.",
        ),
        calls("exp"),
        "scaled by the variance",
    ),
    Question(
        "vae_step",
        "What is returned: the loss before the step or after it? How would you get the other one?",
        (
            "The one before: it was computed to take the gradient.",
            "After it one would have to call both networks again.",
        ),
        probes="loss after the step",
    ),
    Question(
        "discriminator_step",
        "The generator is called in this step, too. Why does it not move?",
        (
            "The gradient is taken with respect to the discriminator's weights only, and applied "
            "to them.",
            "Whether the call stands on the tape decides only how much is computed.",
        ),
        either(WEIGHTS, calls("generator")),
        "generator moves, too",
    ),
    Question(
        "discriminator_step",
        "Real examples and fakes are two calls of the discriminator here. What would change if "
        "they were joined to one batch?",
        (
            "With BatchNorm each would be normalised by statistics of both: reals and fakes would "
            "give each other away.",
            "And one mean over both would weigh them by their numbers.",
        ),
        calls("discriminator"),
        "one call for both",
    ),
    Question(
        "discriminator_step",
        "What would this line do if the loss had its sign turned around?",
        (
            "The discriminator would learn to call reals fake and fakes real.",
            "An optimizer always steps against the gradient that it is given.",
        ),
        APPLIED,
        "uphill",
    ),
    Question(
        "discriminator_step",
        "What is the loss that is returned for a discriminator that knows nothing?",
        (
            "2 · log 2, about 1.39.",
            "Below that it tells the two apart better than by guessing.",
        ),
    ),
    Question(
        "generator_step",
        "This line stands inside a tape. What would happen if the fakes were made outside of it?",
        (
            "The path from the loss to the generator's weights would be missing: the gradients "
            "would be None.",
            "In the discriminator's step the same call may stand outside.",
        ),
        calls("generator"),
        "gradient cut off",
    ),
    Question(
        "generator_step",
        "The gradient passes through the discriminator in this step. Why is it not moved, and what "
        "would go wrong if it were?",
        (
            "Only the generator's weights are given to the optimizer.",
            "The discriminator would learn to be fooled, which is the generator's goal, not its "
            "own.",
        ),
        either(WEIGHTS, APPLIED),
        "discriminator moves, too",
    ),
    Question(
        "generator_step",
        "What does `training=True` do in this line with BatchNorm and with dropout?",
        (
            "BatchNorm normalises by the batch and moves its running statistics; dropout drops.",
            "Otherwise the generator would be trained as another function than the one that the "
            "discriminator was trained on.",
        ),
        keyword("training"),
        "discriminator not called as in training",
    ),
    Question(
        "generator_step",
        "Why is the mean of −log D taken and not that of log(1 − D)?",
        (
            "Where fakes are recognised, the gradient of log(1 − D) vanishes.",
            "−log D has its largest gradient just there.",
        ),
        probes="saturating",
    ),
    Question(
        "average_weights",
        "What would this line do with the shares exchanged, at a decay of 0.99?",
        (
            "The average would be nearly a copy of the present network: 99 parts of 100 new.",
            "At 0.5 nobody would notice.",
        ),
        either(named("decay"), operator(ast.Mult)),
        "shares exchanged",
    ),
    Question(
        "average_weights",
        "Why `assign` in this line, and not a plain = or `set_weights`?",
        (
            "= only gives a name to a new tensor; the variable stays as it was.",
            "`set_weights` reads values by NumPy, which does not work inside tf.function.",
        ),
        calls("assign", "assign_add", "assign_sub", "move"),
        "not assigned",
    ),
    Question(
        "average_weights",
        "Over how many steps does an average with the decay 0.99 reach, and what does it look like "
        "right after the start?",
        (
            "About 1/(1 − 0.99) = 100 steps.",
            "Like the untrained network that it was copied from: after 100 steps a third of that "
            "is still in it (0.99¹⁰⁰ ≈ 0.37).",
        ),
    ),
)

READINGS = (
    Reading(
        "The VAE's loss went from",
        "What would the first number be for a decoder that gives the logit 0 everywhere, and which "
        "part of the last number would vanish without the KL term?",
        (
            "784 · log 2, about 543 nats, with a KL term near 0: the start of the training.",
            "The KL term itself; the reconstruction would get smaller, too, since the code is "
            "free. The samples would get worse.",
        ),
    ),
)
