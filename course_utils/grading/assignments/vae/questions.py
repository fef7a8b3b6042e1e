"""Oral questions about `vae`."""

import ast

from course_utils.grading.assignments.cross_entropy import FROM_LOGITS
from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    either,
    keyword,
    named,
    operator,
    term,
)

QUESTIONS = (
    Question(
        "reparameterize",
        "What would the model lose if the gradient were stopped at this draw: if z came out of "
        "the random number generator without a path back to mu and sigma?",
        (
            "The encoder would get no gradient from the reconstruction, only from the KL term.",
            "It would answer mu = 0 and sigma = 1 for every image: the posterior collapses.",
        ),
        calls("normal", "standard_normal", "numpy_function", "uniform"),
        "gradient stopped",
    ),
    Question(
        "reparameterize",
        "What if the noise in this line had one number per example instead of one per entry?",
        (
            "The D entries of z would move together: their deviations would be fully correlated.",
            "The KL term assumes independent dimensions, so the loss would no longer be a bound "
            "for the model that is sampled.",
        ),
        calls("normal", "standard_normal", "numpy_function", "uniform"),
        "one noise number an example",
    ),
    Question(
        "reparameterize",
        "Here sigma multiplies the noise. What would z be if sigma were squared, and for which "
        "sigma would nobody notice?",
        (
            "The spread of z would be the variance instead of the standard deviation: too small "
            "for sigma below 1.",
            "For sigma = 1, where an untrained encoder often is.",
        ),
        either(operator(ast.Mult), keyword("stddev"), calls("multiply")),
        "scaled by the variance",
    ),
    Question(
        "reparameterize",
        "What becomes of z as sigma goes to 0, and what is a VAE then?",
        (
            "z becomes mu: no noise.",
            "A plain autoencoder, whose KL term grows without bound.",
        ),
        probes="no noise",
    ),
    Question(
        "kl_divergence",
        "Over which axis does your function add, and what would a mean over the latent dimensions "
        "do to the training?",
        (
            "Over the D latent dimensions: divergences of independent dimensions add up.",
            "A mean divides the KL term by D: that trains a β-VAE with β = 1/D, and its samples "
            "get worse.",
        ),
        either(calls("reduce_sum", "sum", "einsum", "reduce_mean", "map_fn"), operator(ast.Add)),
        "mean over the latent dimensions",
    ),
    Question(
        "kl_divergence",
        "The logarithm in this line: what happens to the divergence as sigma goes to 0, and what "
        "would happen if its sign were wrong?",
        (
            "It grows without bound: a code without noise is infinitely far from the prior.",
            "With the wrong sign the loss would reward sigma = 0, without any lower limit.",
        ),
        calls("log"),
        "sign of the logarithm wrong",
    ),
    Question(
        "kl_divergence",
        "Leave out the 1 in this line. Does the training change? Does the number still mean "
        "something?",
        (
            "The gradient is the same, so the training is, too.",
            "But it is no divergence any more: at mu = 0, sigma = 1 it is not 0 (without the 1 it "
            "is D/2 there), and the loss bounds −log p(x) more loosely, by D/2.",
        ),
        term(1),
        "constant dropped",
    ),
    Question(
        "kl_divergence",
        "For which mu and sigma is the divergence 0, and what does it cost to move mu by one "
        "standard deviation of the prior in one dimension?",
        (
            "mu = 0 and sigma = 1.",
            "½ nat: ½ mu².",
        ),
    ),
    Question(
        "reconstruction_loss",
        "Why does this line work from logits, and what would a confident mistake at the logit "
        "1000 cost if you turned it into a probability first?",
        (
            "It has to cost 1000 nats.",
            "In float32 the sigmoid is exactly 1 from about 17 on, so the logarithm of 1 − 1 is "
            "−∞, or about −16 if something clips it, without a gradient.",
        ),
        FROM_LOGITS,
        "logarithm of a rounded probability",
    ),
    Question(
        "reconstruction_loss",
        "Here the pixels are added up. Which β would you be training with if you averaged them?",
        (
            "The reconstruction is divided by P, the KL term is not: β = P, here 64.",
            "The posterior collapses; all samples are the average garment.",
        ),
        either(calls("reduce_sum", "sum", "cast", "vectorized_map", "shape"), operator(ast.Add)),
        "mean over the pixels",
    ),
    Question(
        "reconstruction_loss",
        "Your decoder gives the logit 0 for every pixel. What is the loss of an image with 64 "
        "pixels, and does it depend on the image?",
        (
            "64 · log 2, about 44 nats.",
            "No: at probability ½ bright and dark cost the same.",
        ),
    ),
    Question(
        "vae_loss",
        "Put a 0 in front of the KL term in this line. What will reconstructions and samples look "
        "like?",
        (
            "Reconstructions get sharper: the code may use as much room as it likes.",
            "Samples from the prior get worse: the codes of garments lie elsewhere.",
        ),
        calls("kl_divergence", "kl"),
        "KL forgotten",
    ),
    Question(
        "vae_loss",
        "If you summed over the batch instead of averaging in this line, what would change with a "
        "batch twice as large?",
        (
            "Loss and gradient would double; with plain gradient descent the step would, too.",
            "Adam divides the factor out again, but losses of different batch sizes could not be "
            "compared.",
        ),
        calls("reduce_mean", "mean", "reduce_sum", "tensordot", "divide"),
        "batch summed",
    ),
    Question(
        "vae_loss",
        "Of what is this loss a bound, and in which direction?",
        (
            "It is the negative evidence lower bound: at least −log p(x), on average.",
            "The gap is the divergence of the encoder's distribution from the true posterior.",
        ),
        named("mu", "sigma"),
        "sign flipped",
    ),
    Question(
        "vae_loss",
        "Which of the two terms would win with β = 1000 in front of the KL term, and what would "
        "the model draw?",
        (
            "The KL term: mu = 0 and sigma = 1 for every image, the code says nothing.",
            "The average garment, grey and blurred, each time.",
        ),
    ),
)

READINGS = (
    Reading(
        "The loss went from",
        "In what unit is the last number, what are its two parts, and what would it be for a model "
        "that gives every pixel the probability ½?",
        (
            "Nats for each image: reconstruction plus KL, averaged over the images.",
            "784 · log 2, about 543 nats, with a KL term of 0.",
        ),
    ),
    Reading(
        "The loss went from",
        "What would become of this number without the KL term? Would the model be better?",
        (
            "It would be smaller, because one cost is left out and the code is free.",
            "No: the numbers measure different things, and its samples from the prior are worse.",
        ),
    ),
)
