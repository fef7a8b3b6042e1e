"""The misconceptions about `disentanglement`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

PIXELS = "tf.nn.sigmoid_cross_entropy_with_logits(x, logits)"
REBUILT = f"tf.reduce_sum({PIXELS}, axis=1)"
TERMS = "(mu**2 + sigma**2 - 1 - tf.math.log(sigma**2))"
KL = f"0.5 * tf.reduce_sum({TERMS}, axis=1)"
CLIPPED_PIXELS = """\
p = tf.clip_by_value(tf.sigmoid(logits), {0}, 1 - {0})
rebuilt = -tf.reduce_sum(x * tf.math.log(p) + (1 - x) * tf.math.log(1 - p), axis=1)
return tf.reduce_mean(rebuilt + beta * 0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1
                      - tf.math.log(sigma**2), axis=1))
"""

BETA_VAE_LOSS = (
    Misconception(
        "beta forgotten",
        "beta does nothing: this is the loss of a plain VAE.",
        f"tf.reduce_mean({REBUILT} + {KL})",
    ),
    Misconception(
        "beta on the reconstruction",
        "beta weighs the reconstruction; it should weigh the KL term.",
        f"tf.reduce_mean(beta * {REBUILT} + {KL})",
    ),
    Misconception(
        "beta on both terms",
        "beta weighs both terms, which only makes the whole loss larger. It should weigh the KL "
        "term alone.",
        f"beta * tf.reduce_mean({REBUILT} + {KL})",
    ),
    Misconception(
        "divided by beta",
        "The KL term is divided by beta, so a large beta frees the code instead of constraining "
        "it.",
        f"tf.reduce_mean({REBUILT} + {KL} / beta)",
    ),
    Misconception(
        "beta added to the KL term's own weight",
        "The KL term enters with the weight 1 + beta: once by itself and beta times more.",
        f"tf.reduce_mean({REBUILT} + (1 + beta) * {KL})",
        f"tf.reduce_mean({REBUILT} + {KL}) + beta * tf.reduce_mean({KL})",
    ),
    Misconception(
        "beta as an average of the two terms",
        "The two terms are mixed with the weights 1 − beta and beta. The reconstruction keeps the "
        "weight 1.",
        f"tf.reduce_mean((1 - beta) * {REBUILT} + beta * {KL})",
    ),
    Misconception(
        "beta not multiplied but added",
        "beta is added to the loss; it should multiply the KL term.",
        f"tf.reduce_mean({REBUILT} + beta + {KL})",
    ),
    Misconception(
        "KL averaged over the latent dimensions",
        "The latent dimensions are averaged; they should be summed. Dividing by D is a smaller "
        "beta in disguise.",
        f"tf.reduce_mean({REBUILT} + beta * 0.5 * tf.reduce_mean({TERMS}, axis=1))",
    ),
    Misconception(
        "reconstruction averaged over the pixels",
        "The pixels are averaged; they should be summed. Dividing by P is a larger beta in "
        "disguise.",
        f"tf.reduce_mean(tf.reduce_mean({PIXELS}, axis=1) + beta * {KL})",
        f"tf.reduce_mean({PIXELS}) + beta * tf.reduce_mean({KL})",
    ),
    Misconception(
        "everything averaged",
        "Pixels and latent dimensions are averaged; both should be summed. Only the examples are "
        "averaged.",
        f"tf.reduce_mean({PIXELS}) + beta * 0.5 * tf.reduce_mean({TERMS})",
    ),
    Misconception(
        "batch summed",
        "The batch is summed; it should be averaged, so that the loss does not depend on the "
        "size of the batch.",
        f"tf.reduce_sum({REBUILT} + beta * {KL})",
    ),
    Misconception(
        "per example instead of scalar",
        "There is one number for each example. Average them over the batch: a loss is one number.",
        f"{REBUILT} + beta * {KL}",
    ),
    Misconception(
        "only one term averaged over the batch",
        "One of the two terms is averaged over the batch, the other summed. Treat them alike.",
        f"tf.reduce_mean({REBUILT}) + beta * tf.reduce_sum({KL})",
        f"tf.reduce_sum({REBUILT}) + beta * tf.reduce_mean({KL})",
    ),
    Misconception(
        "KL subtracted",
        "The KL term is subtracted, so straying from the prior would be rewarded. It is a cost: it "
        "is added.",
        f"tf.reduce_mean({REBUILT} - beta * {KL})",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed: this is a bound to be made large. A loss is to be made small.",
        f"-tf.reduce_mean({REBUILT} + beta * {KL})",
    ),
    Misconception(
        "½ of the KL term missing",
        "The KL term is twice what it should be: its factor ½ is missing.",
        f"tf.reduce_mean({REBUILT} + beta * tf.reduce_sum({TERMS}, axis=1))",
    ),
    Misconception(
        "constant of the KL term dropped",
        "The constant of the KL term is dropped. The gradient is the same without it, but the "
        "value is not a divergence: it must be 0 when mu is 0 and sigma is 1.",
        f"tf.reduce_mean({REBUILT} + beta * 0.5 * tf.reduce_sum("
        "mu**2 + sigma**2 - tf.math.log(sigma**2), axis=1))",
    ),
    Misconception(
        "sigma taken for the variance",
        "sigma is treated as the variance. Here it is the standard deviation; the formula speaks "
        "of its square.",
        f"tf.reduce_mean({REBUILT} + beta * 0.5 * tf.reduce_sum("
        "mu**2 + sigma - 1 - tf.math.log(sigma), axis=1))",
    ),
    Misconception(
        "sigma taken for the log-variance",
        "sigma is treated as a log-variance. Many programs let the encoder give log-variances; "
        "here sigma is the standard deviation itself.",
        f"tf.reduce_mean({REBUILT} + beta * 0.5 * tf.reduce_sum("
        "mu**2 + tf.exp(sigma) - 1 - sigma, axis=1))",
    ),
    Misconception(
        "squared error",
        "The reconstruction is a squared error. For a Bernoulli decoder it is the cross-entropy.",
        f"tf.reduce_mean(tf.reduce_sum((x - tf.sigmoid(logits))**2, axis=1) + beta * {KL})",
        f"tf.reduce_mean(tf.reduce_sum((x - logits)**2, axis=1) + beta * {KL})",
    ),
    Misconception(
        "logits taken for probabilities",
        "The logits are used as if they were probabilities. They range over all numbers; some "
        "functions apply the sigmoid themselves if told to.",
        f"tf.reduce_mean(keras.losses.binary_crossentropy(x, logits) * x.shape[1] + beta * {KL})",
    ),
    Misconception(
        "logarithm of a rounded probability",
        "It is right for small logits but not for logits of ±1000: there the sigmoid rounds to "
        "exactly 0 or 1 before the logarithm is taken. Work from the logits without turning them "
        "into probabilities first.",
        CLIPPED_PIXELS.format("0.0"),
        *[CLIPPED_PIXELS.format(epsilon) for epsilon in ("1e-6", "1e-7")],
    ),
    Misconception(
        "reconstruction divided by beta",
        "The reconstruction is divided by beta. That has the same best model, but it is another "
        "number, and beta 0 is not allowed then: beta multiplies the KL term.",
        f"tf.reduce_mean({REBUILT} / beta + {KL})",
    ),
    Misconception(
        "distance of the KL term from a target",
        "The KL term is not made small but held near a target, as in a later variant with a "
        "growing capacity. Here it enters as it is, times beta.",
        f"tf.reduce_mean({REBUILT}) + beta * tf.abs(tf.reduce_mean({KL}) - 1)",
    ),
)

SOFTMAX = "tf.nn.softmax(code_logits)"
CROSS = "tf.nn.softmax_cross_entropy_with_logits(code, code_logits)"

CODE_LOSS = (
    Misconception(
        "batch summed",
        "The batch is summed; it should be averaged, so that the loss does not depend on the "
        "size of the batch.",
        f"tf.reduce_sum({CROSS})",
    ),
    Misconception(
        "per example instead of scalar",
        "There is one number for each example. Average them over the batch: a loss is one number.",
        f"{CROSS}",
        "keras.losses.categorical_crossentropy(code, code_logits, from_logits=True)",
    ),
    Misconception(
        "mean over the categories",
        "The categories are averaged; they should be summed. Only one entry of a one-hot code "
        "counts, and it counts in full.",
        "-tf.reduce_mean(code * tf.nn.log_softmax(code_logits))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed: this is the log-likelihood of the code, to be made large. A "
        "cross-entropy is never negative.",
        f"-tf.reduce_mean({CROSS})",
    ),
    Misconception(
        "softmax applied twice",
        "The softmax is applied twice: the function used here wants logits and was given "
        "probabilities.",
        f"tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(code, {SOFTMAX}))",
    ),
    Misconception(
        "logits taken for probabilities",
        "The logits are used as if they were probabilities. A softmax turns them into "
        "probabilities, and some functions apply it themselves if told to.",
        "tf.reduce_mean(keras.losses.categorical_crossentropy(code, code_logits))",
        "-tf.reduce_mean(tf.reduce_sum(code * tf.math.log(code_logits), axis=1))",
    ),
    Misconception(
        "logits themselves",
        "The logit of the right category is used as it is. How probable the category is depends "
        "on the other logits too.",
        "-tf.reduce_mean(tf.reduce_sum(code * code_logits, axis=1))",
    ),
    Misconception(
        "each category by itself",
        "Each category is treated as a yes-or-no question of its own. The categories exclude each "
        "other: a softmax, not a sigmoid.",
        "tf.reduce_mean(tf.reduce_sum("
        "tf.nn.sigmoid_cross_entropy_with_logits(code, code_logits), axis=1))",
        "tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(code, code_logits))",
        "keras.losses.BinaryCrossentropy(from_logits=True)(code, code_logits)",
    ),
    Misconception(
        "softmax over the batch",
        "The softmax runs over the examples; it should run over the categories of each example.",
        "-tf.reduce_mean(tf.reduce_sum(code * tf.nn.log_softmax(code_logits, axis=0), axis=1))",
    ),
    Misconception(
        "code and logits exchanged",
        "The code and the logits are swapped: the code is the target, the logits are what the "
        "network gives.",
        "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(code_logits, code))",
    ),
    Misconception(
        "probability instead of its logarithm",
        "The probability of the right category is used; it should be its logarithm. A network that "
        "is sure and wrong must pay more and more.",
        f"-tf.reduce_mean(tf.reduce_sum(code * {SOFTMAX}, axis=1))",
        f"1 - tf.reduce_mean(tf.reduce_sum(code * {SOFTMAX}, axis=1))",
    ),
    Misconception(
        "squared error",
        "This is a squared error. For a category the loss is the cross-entropy.",
        f"tf.reduce_mean(tf.reduce_sum((code - {SOFTMAX})**2, axis=1))",
        f"tf.reduce_mean((code - {SOFTMAX})**2)",
    ),
    Misconception(
        "bits instead of nats",
        "The logarithm has base 2. The course counts in nats, with the natural logarithm.",
        f"tf.reduce_mean({CROSS}) / np.log(2)",
    ),
    Misconception(
        "entropy of the code subtracted",
        "The entropy of the code is subtracted. This turns the loss into minus a bound on the "
        "mutual information; the entropy is a constant, and the loss is the cross-entropy alone.",
        f"tf.reduce_mean({CROSS}) - tf.math.log(float(code.shape[1]))",
    ),
    Misconception(
        "gradient stopped",
        "The gradient stops before it reaches the logits. Counting right answers is such a dead "
        "end, and so is a detour through NumPy.",
        f"tf.stop_gradient(tf.reduce_mean({CROSS}))",
    ),
    Misconception(
        "logarithm of a rounded probability",
        "It is right for small logits but not for logits of ±1000: there the softmax rounds to "
        "exactly 0 or 1 before the logarithm is taken. Work from the logits without turning them "
        "into probabilities first.",
        f"-tf.reduce_mean(tf.reduce_sum(code * tf.math.log({SOFTMAX}), axis=1))",
        "tf.reduce_mean(tf.math.log(tf.reduce_sum(tf.exp(code_logits), axis=1))"
        " - tf.reduce_sum(code * code_logits, axis=1))",
        *[
            f"-tf.reduce_mean(tf.reduce_sum(code * tf.math.log({SOFTMAX} + {cushion}), axis=1))"
            for cushion in ("1e-7", "1e-8", "1e-12")
        ],
        f"tf.reduce_mean(keras.losses.categorical_crossentropy(code, {SOFTMAX}))",
    ),
    Misconception(
        "accuracy",
        "This counts how many guesses are right or wrong. It has no slope, so nothing can be "
        "learned from it: the loss is the cross-entropy.",
        "tf.reduce_mean(tf.cast(tf.argmax(code, 1) == tf.argmax(code_logits, 1), tf.float32))",
        "tf.reduce_mean(tf.cast(tf.argmax(code, 1) != tf.argmax(code_logits, 1), tf.float32))",
    ),
)

COUNTED = """\
_, i = np.unique(a, return_inverse=True)
_, j = np.unique(b, return_inverse=True)
joint = np.zeros((i.max() + 1, j.max() + 1))
np.add.at(joint, (i, j), 1 / len(a))
pa, pb = joint.sum(axis=1, keepdims=True), joint.sum(axis=0, keepdims=True)
seen = joint > 0
ratio = np.where(seen, joint, 1) / np.where(seen, pa * pb, 1)
"""
INFORMATION = f"{COUNTED}information = np.sum(joint * np.log(ratio))\n"
ENTROPIES = f"{INFORMATION}h_a, h_b = -np.sum(pa * np.log(pa)), -np.sum(pb * np.log(pb))\n"

DISCRETE_MUTUAL_INFORMATION = (
    Misconception(
        "bits instead of nats",
        "The logarithm has base 2. The course counts in nats, with the natural logarithm.",
        f"{COUNTED}return np.sum(joint * np.log2(ratio))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. Mutual information is never negative.",
        f"{COUNTED}return -np.sum(joint * np.log(ratio))",
    ),
    Misconception(
        "entropy of the pairs",
        "This is the entropy of the pairs. Compare how often two levels meet with how often they "
        "would if a and b were independent.",
        f"{COUNTED}return -np.sum(joint[seen] * np.log(joint[seen]))",
    ),
    Misconception(
        "entropy of one variable",
        "This is the entropy of one of the two. How much they share depends on both.",
        f"{ENTROPIES}return h_a",
        f"{ENTROPIES}return h_b",
    ),
    Misconception(
        "conditional entropy",
        "This is what remains uncertain of one when the other is known. Return the opposite: how "
        "much of the uncertainty goes away.",
        f"{ENTROPIES}return h_a - information",
        f"{ENTROPIES}return h_b - information",
    ),
    Misconception(
        "normalised",
        "The mutual information is divided by an entropy. Such a score lies between 0 and 1; "
        "return the number of nats itself.",
        f"{ENTROPIES}return information / h_a",
        f"{ENTROPIES}return information / h_b",
        f"{ENTROPIES}return information / np.sqrt(h_a * h_b)",
        f"{ENTROPIES}return 2 * information / (h_a + h_b)",
        f"{ENTROPIES}return information / max(h_a, h_b)",
    ),
    Misconception(
        "adjusted for chance",
        "The value is adjusted for chance, as a score of clusterings is. Return the number of nats "
        "itself.",
        "from sklearn.metrics import adjusted_mutual_info_score\n"
        "return adjusted_mutual_info_score(a, b)",
    ),
    Misconception(
        "counts instead of probabilities",
        "The counts are used as they are. Divide them by the number of pairs: probabilities add "
        "up to 1.",
        f"{COUNTED}return len(a) * np.sum(joint * np.log(ratio))",
        f"{COUNTED}return np.sum(len(a) * joint * np.log(ratio / len(a)))",
    ),
    Misconception(
        "one marginal missing",
        "The joint probability is divided by the probability of one level only. If the two were "
        "independent, the joint probability would be the product of both.",
        f"{COUNTED}return np.sum(joint[seen] * np.log((joint / pa)[seen]))",
        f"{COUNTED}return np.sum(joint[seen] * np.log((joint / pb)[seen]))",
    ),
    Misconception(
        "not weighted",
        "Every pair of levels counts alike. Weigh each by how often it occurs.",
        f"{COUNTED}return np.sum(np.log(ratio))",
        f"{COUNTED}return np.mean(np.log(ratio))",
    ),
    Misconception(
        "averaged over the table",
        "The entries of the table are averaged; they should be summed. Their weights are the joint "
        "probabilities already.",
        f"{COUNTED}return np.mean(joint * np.log(ratio))",
    ),
    Misconception(
        "weighted by independence",
        "The logarithms are weighted as if a and b were independent. Weigh them by how often two "
        "levels really meet.",
        f"{COUNTED}return np.sum(pa * pb * np.log(ratio))",
        f"{COUNTED}return -np.sum(pa * pb * np.log(ratio))",
    ),
    Misconception(
        "correlation",
        "This measures whether one grows with the other. Mutual information asks whether one says "
        "anything about the other, and the numbering of the levels does not matter.",
        "np.corrcoef(a, b)[0, 1]",
        "np.cov(a, b)[0, 1]",
        "-0.5 * np.log(1 - np.corrcoef(a, b)[0, 1]**2)",
    ),
    Misconception(
        "squared difference from independence",
        "This is how far the table is from independence in squares (as in a χ² test). Mutual "
        "information takes the logarithm of the ratio.",
        f"{COUNTED}return np.sum((joint - pa * pb)**2 / (pa * pb))",
        f"{COUNTED}return np.sum((joint - pa * pb)**2)",
    ),
    Misconception(
        "share of equal labels",
        "This is how often a and b have the same number. Which number a level has does not matter; "
        "what matters is which levels go together.",
        "np.mean(a == b)",
    ),
    Misconception(
        "one number a level",
        "There is one number for each level. Sum over both levels of a pair: mutual information is "
        "a single number.",
        f"{COUNTED}return np.sum(joint * np.log(ratio), axis=1)",
        f"{COUNTED}return np.sum(joint * np.log(ratio), axis=0)",
        f"{COUNTED}return joint * np.log(ratio)",
    ),
    Misconception(
        "0 times the logarithm of 0",
        "Levels that never meet give 0 times the logarithm of 0, which the computer cannot work "
        "out. In the limit it is 0: such pairs add nothing.",
        f"{COUNTED}return np.sum(joint * np.log(joint / (pa * pb)))",
    ),
    Misconception(
        "bins that join levels",
        "Different levels fall into one bin. That happens when levels are not numbered one after "
        "the other, or when there are more of them than bins. Give every level its own row or "
        "column.",
        "joint, _, _ = np.histogram2d(a, b, bins=(len(np.unique(a)), len(np.unique(b))))\n"
        "joint = joint / joint.sum()\n"
        "outer = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)\n"
        "seen = joint > 0\n"
        "return np.sum(joint[seen] * np.log(joint[seen] / outer[seen]))",
        "joint, _, _ = np.histogram2d(a, b)\n"
        "joint = joint / joint.sum()\n"
        "outer = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)\n"
        "seen = joint > 0\n"
        "return np.sum(joint[seen] * np.log(joint[seen] / outer[seen]))",
    ),
    Misconception(
        "last level left out",
        "The largest level of each variable is left out. Levels count from 0, so there is one more "
        "of them than the largest number.",
        "information = 0.0\nfor i in range(a.max()):\n    for j in range(b.max()):\n"
        "        both = np.mean((a == i) & (b == j))\n        if both > 0:\n"
        "            information += both * np.log(both / np.mean(a == i) / np.mean(b == j))\n"
        "return information",
    ),
    Misconception(
        "joint probability alone",
        "The logarithm is of the joint probability alone. Divide it by what it would be if a and b "
        "were independent.",
        f"{COUNTED}return np.sum(joint * np.log(np.where(seen, joint, 1)))",
    ),
    Misconception(
        "a cushion in the counts",
        "Something is added to every count, so that pairs of levels that never meet count too. "
        "They add nothing: leave them out.",
        "counts = np.full((a.max() + 1, b.max() + 1), 1e-3)\nnp.add.at(counts, (a, b), 1)\n"
        "p = counts / counts.sum()\n"
        "return np.sum(p * np.log(p / np.outer(p.sum(axis=1), p.sum(axis=0))))",
    ),
)

SORTED = "ordered = np.sort(mutual_information, axis=0)\n"

MUTUAL_INFORMATION_GAP = (
    Misconception(
        "not divided by the entropies",
        "The gaps are not divided by the entropies, so a factor with many levels counts more than "
        "one with few.",
        f"{SORTED}return np.mean(ordered[-1] - ordered[-2])",
    ),
    Misconception(
        "one gap a latent dimension",
        "The largest and the second largest are taken among the factors of each latent dimension. "
        "Take them among the latent dimensions, for each factor.",
        "ordered = np.sort(mutual_information, axis=1)\n"
        "return np.mean((ordered[:, -1] - ordered[:, -2]) / entropies)",
        "ordered = np.sort(mutual_information, axis=1)\n"
        "return np.mean(ordered[:, -1] - ordered[:, -2]) / np.mean(entropies)",
    ),
    Misconception(
        "one gap of the whole table",
        "The two largest numbers of the whole table are compared. Every factor has its own gap.",
        "ordered = np.sort(mutual_information, axis=None)\n"
        "return np.mean((ordered[-1] - ordered[-2]) / entropies)",
    ),
    Misconception(
        "divided by the mean entropy",
        "The mean gap is divided by the mean entropy (or the sum by the sum). Divide each gap by "
        "the entropy of its own factor first.",
        f"{SORTED}return np.sum(ordered[-1] - ordered[-2]) / np.sum(entropies)",
    ),
    Misconception(
        "divided by the sum of the entropies",
        "The gaps are divided by the sum of all entropies. Divide each gap by the entropy of its "
        "own factor.",
        f"{SORTED}return np.mean((ordered[-1] - ordered[-2]) / np.sum(entropies))",
    ),
    Misconception(
        "divided by the largest information",
        "The gap is divided by the largest mutual information. Divide it by the entropy: otherwise "
        "a code that knows almost nothing of a factor could still score 1.",
        f"{SORTED}return np.mean((ordered[-1] - ordered[-2]) / ordered[-1])",
    ),
    Misconception(
        "divided by the information of all dimensions",
        "The gap is divided by the sum of the mutual informations. Divide it by the entropy: "
        "otherwise a code that knows almost nothing of a factor could still score 1.",
        f"{SORTED}return np.mean((ordered[-1] - ordered[-2]) / ordered.sum(axis=0))",
    ),
    Misconception(
        "multiplied by the entropies",
        "The gaps are multiplied by the entropies; they should be divided by them.",
        f"{SORTED}return np.mean((ordered[-1] - ordered[-2]) * entropies)",
    ),
    Misconception(
        "summed over the factors",
        "The factors are summed; they should be averaged. A perfect code scores 1, however many "
        "factors there are.",
        f"{SORTED}return np.sum((ordered[-1] - ordered[-2]) / entropies)",
    ),
    Misconception(
        "divided by the number of latent dimensions",
        "The sum over the factors is divided by the number of latent dimensions. Divide it by the "
        "number of factors.",
        "ordered = np.sort(mutual_information, axis=0)\n"
        "gaps = (ordered[-1] - ordered[-2]) / entropies\n"
        "return np.sum(gaps) / len(mutual_information)",
    ),
    Misconception(
        "one number a factor",
        "There is one number for each factor. Average them.",
        f"{SORTED}return (ordered[-1] - ordered[-2]) / entropies",
    ),
    Misconception(
        "median of the factors",
        "This is the median of the factors' gaps; it should be their mean.",
        f"{SORTED}return np.median((ordered[-1] - ordered[-2]) / entropies)",
    ),
    Misconception(
        "largest minus smallest",
        "The smallest is subtracted; it should be the second largest. A factor that is spread over "
        "two of many latent dimensions is not disentangled.",
        f"{SORTED}return np.mean((ordered[-1] - ordered[0]) / entropies)",
    ),
    Misconception(
        "largest minus mean",
        "The mean of the latent dimensions is subtracted; it should be the second largest.",
        f"{SORTED}return np.mean((ordered[-1] - ordered.mean(axis=0)) / entropies)",
        f"{SORTED}return np.mean((ordered[-1] - ordered[:-1].mean(axis=0)) / entropies)",
    ),
    Misconception(
        "largest alone",
        "Nothing is subtracted: this is how well the best latent dimension knows each factor. If "
        "another one knows it as well, that must cost something.",
        f"{SORTED}return np.mean(ordered[-1] / entropies)",
    ),
    Misconception(
        "second largest alone",
        "This is how well the second best latent dimension knows each factor. Subtract it from "
        "what the best one knows.",
        f"{SORTED}return np.mean(ordered[-2] / entropies)",
    ),
    Misconception(
        "ratio instead of difference",
        "The largest is divided by the second largest (or the other way round). The gap is their "
        "difference.",
        f"{SORTED}return np.mean(ordered[-1] / ordered[-2])",
        f"{SORTED}return np.mean(ordered[-2] / ordered[-1])",
        f"{SORTED}return np.mean(ordered[-1] / ordered[-2] / entropies)",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed: the second largest comes first.",
        f"{SORTED}return np.mean((ordered[-2] - ordered[-1]) / entropies)",
    ),
    Misconception(
        "not sorted",
        "The first two latent dimensions (or the last two) are compared. Find out for each factor "
        "which ones know it best.",
        "np.mean((mutual_information[0] - mutual_information[1]) / entropies)",
        "np.mean((mutual_information[-1] - mutual_information[-2]) / entropies)",
        "np.mean(abs(mutual_information[0] - mutual_information[1]) / entropies)",
    ),
    Misconception(
        "equal values counted once",
        "Where two latent dimensions know a factor equally well, one of them is overlooked. The "
        "gap is 0 there: finding this is its purpose.",
        "gaps = []\n"
        "for column, entropy in zip(mutual_information.T, entropies):\n"
        "    levels = np.unique(column)\n"
        "    gaps.append((levels[-1] - levels[-2]) / entropy)\n"
        "return np.mean(gaps)",
        "top = mutual_information.max(axis=0)\n"
        "rest = np.where(mutual_information == top, -np.inf, mutual_information).max(axis=0)\n"
        "return np.mean((top - rest) / entropies)",
    ),
    Misconception(
        "the two smallest",
        "The smallest and the second smallest are compared. Sorting puts the largest last.",
        f"{SORTED}return np.mean((ordered[1] - ordered[0]) / entropies)",
    ),
    Misconception(
        "divided by the largest entropy",
        "All gaps are divided by the largest entropy. Divide each by the entropy of its own "
        "factor.",
        f"{SORTED}return np.mean((ordered[-1] - ordered[-2]) / np.max(entropies))",
    ),
)
