"""Oral questions about `disentanglement`."""

import ast

from course_utils.grading.assignments.oral import (
    Question,
    Reading,
    calls,
    compares,
    either,
    indexed,
    named,
    operator,
)

QUESTIONS = (
    Question(
        "beta_vae_loss",
        "What becomes of reconstructions and codes as beta in this line grows, and what is the "
        "model with beta = 0?",
        (
            "Large: the code says less and less, reconstructions blur, and at last the posterior "
            "is the prior.",
            "With 0 there is no prior: nearly an autoencoder, whose samples are poor.",
        ),
        named("beta"),
        "beta on the reconstruction",
    ),
    Question(
        "beta_vae_loss",
        "Which effective beta would you train with if the pixels were averaged instead of summed?",
        (
            "P times beta: 64 times as much here.",
            "The two terms must be summed alike; that is where papers differ tacitly.",
        ),
        either(
            calls("reduce_sum", "sum", "binary_crossentropy", "reduce_mean", "mean"),
            operator(ast.Mult),
        ),
        "reconstruction averaged over the pixels",
    ),
    Question(
        "beta_vae_loss",
        "The logarithm of sigma in your code: what does it keep the encoder from?",
        (
            "From sigma = 0, a code without noise: there the KL term is infinite.",
            "Without it the encoder would shrink sigma, and the code could carry any amount of "
            "information.",
        ),
        calls("log"),
        "constant of the KL term dropped",
    ),
    Question(
        "beta_vae_loss",
        "Is this loss with beta = 4 still a bound on −log p(x)?",
        (
            "Yes, a looser one: it is the negative evidence lower bound plus three times the KL "
            "term, which is not negative.",
            "With beta below 1 it need not be one.",
        ),
    ),
    Question(
        "code_loss",
        "Why is the softmax in this line taken from the logits and within one step? What happens "
        "at a logit of 1000 otherwise?",
        (
            "The probability of another category rounds to 0, and its logarithm is −∞.",
            "log-softmax subtracts instead: about −1000, with a gradient.",
        ),
        calls(
            "log_softmax",
            "softmax_cross_entropy_with_logits",
            "sparse_softmax_cross_entropy_with_logits",
            "CategoricalCrossentropy",
            "categorical_crossentropy",
            "reduce_logsumexp",
            "reduce_max",
            "loss",
        ),
        "logarithm of a rounded probability",
    ),
    Question(
        "code_loss",
        "Over which axis is the softmax here, and what would it mean over the batch?",
        (
            "Over the K categories: probabilities of one example add up to 1.",
            "Over the batch the examples would compete for each category.",
        ),
        either(
            named("code_logits"),
            calls("log_softmax", "reduce_logsumexp", "softmax_cross_entropy_with_logits"),
        ),
        "softmax over the batch",
    ),
    Question(
        "code_loss",
        "What is this loss when the reader guesses blindly among ten codes, and what does the "
        "generator learn from it?",
        (
            "log 10, about 2.3 nats.",
            "To draw images from which the code can be read: a lower bound of the mutual "
            "information of code and image rises.",
        ),
    ),
    Question(
        "discrete_mutual_information",
        "What happens here with a pair of levels that never occurs, and what would the logarithm "
        "of 0 do?",
        (
            "It adds nothing: p log p goes to 0 with p.",
            "Computed blindly, 0 · (−∞) is not a number, and the whole sum with it.",
        ),
        either(
            compares,
            calls(
                "log", "xlogy", "rel_entr", "mutual_info_score", "Counter", "entropy", "argwhere"
            ),
        ),
        "0 times the logarithm of 0",
    ),
    Question(
        "discrete_mutual_information",
        "What does this line compare the joint frequencies with, and when is your result 0?",
        (
            "With the product of the two frequencies: what independent variables would have.",
            "When each pair is as frequent as that product says: independent.",
        ),
        calls("log", "xlogy", "rel_entr", "outer", "mutual_info_score", "entropy"),
        "one marginal missing",
    ),
    Question(
        "discrete_mutual_information",
        "What is the mutual information of a variable with itself, and what is the largest that it "
        "can be with another?",
        (
            "Its entropy.",
            "The smaller of the two entropies.",
        ),
        probes="entropy of one variable",
    ),
    Question(
        "mutual_information_gap",
        "What does this line do for a code in which two dimensions know a factor equally well, and "
        "why is that wanted?",
        (
            "The gap of this factor is 0, however much they know.",
            "A disentangled code has one dimension for a factor, not two.",
        ),
        either(
            operator(ast.Sub), calls("sort", "partition", "top_k", "sorted"), indexed("ordered")
        ),
        "largest alone",
    ),
    Question(
        "mutual_information_gap",
        "Why is there a division by the entropies here?",
        (
            "No dimension can know more about a factor than its entropy: so each gap lies between "
            "0 and 1.",
            "Without it factors with many levels would weigh more.",
        ),
        named("entropies"),
        "not divided by the entropies",
    ),
    Question(
        "mutual_information_gap",
        "Which axis does your sort run along, and what would the other one compare?",
        (
            "Along the D latent dimensions: which dimension knows this factor best.",
            "Along the factors it would ask which factor a dimension knows best: another measure.",
        ),
        calls("sort", "partition", "argmax", "max", "top_k", "sorted"),
        "one gap a latent dimension",
    ),
    Question(
        "mutual_information_gap",
        "A perfect code is rotated by 45° in two of its dimensions. What happens to the gap?",
        (
            "It falls to 0, or near it: both dimensions know both factors equally well.",
            "The model's samples and likelihood stay the same.",
        ),
    ),
)

READINGS = (
    Reading(
        "β = 1: your gap is",
        "How large could this number be at most, and what would it be for a code that knows "
        "nothing of the class of a digit?",
        (
            "1: one dimension knows the class, the others nothing.",
            "0, or a little above it: estimated from few digits, even independent variables seem "
            "to share some information.",
        ),
    ),
    Reading(
        "With InfoGAN's code",
        "Why should this number be larger than the one of the β-VAE alone, and what would it be if "
        "the reader guessed blindly?",
        (
            "The code has ten values and was trained to be readable; if they fall together with "
            "the digits' classes, one variable knows the class far better than the rest.",
            "A blind guess knows nothing, so the gap would stay what it was without it.",
        ),
    ),
)
