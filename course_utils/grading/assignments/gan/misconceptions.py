"""The misconceptions about `gan`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

ROUNDED = (
    "It is right for small logits but not for logits of ±1000: there the sigmoid rounds to exactly "
    "0 or 1 before the logarithm is taken. Work from the logits without turning them into "
    "probabilities first."
)
NOT_PROBABILITIES = (
    "The logits are used as if they were probabilities. They range over all numbers; a sigmoid "
    "turns them into probabilities, and some functions apply it themselves if told to."
)
TWICE = (
    "The sigmoid is applied twice: the function used here wants logits and was given probabilities."
)
PER_EXAMPLE = (
    "There is one number for each example. Average them over the batch: a loss is one number."
)
SUMMED = (
    "The examples are summed; they should be averaged, so that the loss does not depend on the "
    "size of the batch."
)
KEPT_AXIS = (
    "The batch is averaged, but the last axis stays, so the result is a list with one number. A "
    "loss is a single number: average over every axis."
)
SQUARED = (
    "This is a squared error, as a least-squares GAN has it. Here the loss is the cross-entropy."
)
LOG_OF_MEAN = (
    "The probabilities are averaged first and the logarithm is taken of the mean. Take the "
    "logarithm of each example, then the mean."
)
NO_LOG = (
    "The logarithm is missing: this averages the probabilities themselves. A cross-entropy is the "
    "logarithm of a probability, without bound for a confident mistake."
)
NO_GRADIENT = (
    "The value is right, but it leaves TensorFlow on the way, so no gradient passes and nothing "
    "can be learned. Use operations of TensorFlow or Keras from beginning to end."
)


def log_d(logits: str, guard: str) -> str:
    """−log D as students write it without `softplus`, with one of the `GUARDS` against log 0."""
    return {
        "none": f"-tf.math.log(tf.sigmoid({logits}))",
        "exponential": f"tf.math.log(1 + tf.exp(-({logits})))",
        "clipped": f"-tf.math.log(tf.clip_by_value(tf.sigmoid({logits}), 1e-7, 1 - 1e-7))",
        "cushioned": f"-tf.math.log(tf.sigmoid({logits}) + 1e-7)",
        "cushioned little": f"-tf.math.log(tf.sigmoid({logits}) + 1e-8)",
    }[guard]


GUARDS = ("none", "exponential", "clipped", "cushioned", "cushioned little")


def on_logits(real: str, fake: str) -> str:
    return f"tf.reduce_mean(tf.nn.softplus({real})) + tf.reduce_mean(tf.nn.softplus({fake}))"


DISCRIMINATOR_LOSS = (
    Misconception(
        "labels exchanged",
        "Real and fake are swapped: this discriminator learns to call the real ones fake. The "
        "target is 1 for real examples and 0 for fake ones.",
        on_logits("real_logits", "-fake_logits"),
    ),
    Misconception(
        "fakes labelled real",
        "The fake examples have the target 1, as the real ones do. That is what the generator "
        "wishes for; the discriminator should give them 0.",
        on_logits("-real_logits", "-fake_logits"),
    ),
    Misconception(
        "reals labelled fake",
        "The real examples have the target 0, as the fake ones do. They should have 1.",
        on_logits("real_logits", "fake_logits"),
    ),
    Misconception(
        "one mean over everything",
        "The result is half of what it should be. It is the sum of two means, one over the real "
        "examples and one over the fake ones, and not one mean over all of them.",
        f"({on_logits('-real_logits', 'fake_logits')}) / 2",
        "logits = tf.concat([real_logits, fake_logits], axis=0)\n"
        "labels = tf.concat([tf.ones_like(real_logits), tf.zeros_like(fake_logits)], axis=0)\n"
        "return keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. This is the log-likelihood of the right answers, which the "
        "discriminator makes large; a loss is its negative, and a cross-entropy is never negative.",
        f"-({on_logits('-real_logits', 'fake_logits')})",
    ),
    Misconception(
        "fakes forgotten",
        "Only the real examples count. A discriminator that calls everything real would have no "
        "loss at all; the fake examples must count too.",
        "tf.reduce_mean(tf.nn.softplus(-real_logits))",
    ),
    Misconception(
        "reals forgotten",
        "Only the fake examples count. A discriminator that calls everything fake would have no "
        "loss at all; the real examples must count too.",
        "tf.reduce_mean(tf.nn.softplus(fake_logits))",
    ),
    Misconception(
        "difference of the two terms",
        "One term is subtracted from the other. Both are costs of the discriminator, so they are "
        "added.",
        "on_real, on_fake = tf.nn.softplus(-real_logits), tf.nn.softplus(fake_logits)\n"
        "return tf.reduce_mean(on_real) - tf.reduce_mean(on_fake)",
    ),
    Misconception(
        "batch summed",
        SUMMED,
        "tf.reduce_sum(tf.nn.softplus(-real_logits)) + tf.reduce_sum(tf.nn.softplus(fake_logits))",
    ),
    Misconception(
        "per example",
        PER_EXAMPLE,
        "tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits)",
        "tf.squeeze(tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits), axis=-1)",
    ),
    Misconception(
        "last axis kept",
        KEPT_AXIS,
        "tf.reduce_mean(tf.nn.softplus(-real_logits), axis=0)"
        " + tf.reduce_mean(tf.nn.softplus(fake_logits), axis=0)",
    ),
    Misconception(
        "sigmoid applied twice",
        TWICE,
        on_logits("-tf.sigmoid(real_logits)", "tf.sigmoid(fake_logits)"),
    ),
    Misconception(
        "logits taken for probabilities",
        NOT_PROBABILITIES,
        "-tf.reduce_mean(tf.math.log(real_logits)) - tf.reduce_mean(tf.math.log(1 - fake_logits))",
        "loss = keras.losses.BinaryCrossentropy()\n"
        "return loss(tf.ones_like(real_logits), real_logits) "
        "+ loss(tf.zeros_like(fake_logits), fake_logits)",
    ),
    Misconception(
        "squared error",
        SQUARED,
        "tf.reduce_mean((tf.sigmoid(real_logits) - 1)**2)"
        " + tf.reduce_mean(tf.sigmoid(fake_logits)**2)",
        "tf.reduce_mean((real_logits - 1)**2) + tf.reduce_mean(fake_logits**2)",
        "0.5 * (tf.reduce_mean((real_logits - 1)**2) + tf.reduce_mean(fake_logits**2))",
    ),
    Misconception(
        "a critic's loss",
        "This is the loss of a critic: a difference of scores. A discriminator gives logits, and "
        "its loss is the cross-entropy.",
        "tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)",
    ),
    Misconception(
        "hinge loss",
        "This is the hinge loss, which is exactly 0 for whoever is right by a margin. Here the "
        "loss is the cross-entropy.",
        "tf.reduce_mean(tf.nn.relu(1 - real_logits)) + tf.reduce_mean(tf.nn.relu(1 + fake_logits))",
    ),
    Misconception(
        "logarithm missing",
        NO_LOG,
        "tf.reduce_mean(1 - tf.sigmoid(real_logits)) + tf.reduce_mean(tf.sigmoid(fake_logits))",
        "-tf.reduce_mean(tf.sigmoid(real_logits)) - tf.reduce_mean(1 - tf.sigmoid(fake_logits))",
    ),
    Misconception(
        "logarithm of a mean",
        LOG_OF_MEAN,
        "-tf.math.log(tf.reduce_mean(tf.sigmoid(real_logits)))"
        " - tf.math.log(tf.reduce_mean(1 - tf.sigmoid(fake_logits)))",
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        "real, fake = np.array(real_logits), np.array(fake_logits)\n"
        "loss = np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()\n"
        'return tf.constant(loss, "float32")',
    ),
    Misconception(
        "paired",
        "It works only if there are as many real as fake examples. The two batches may differ in "
        "size: average each of them by itself, then add the means.",
        "tf.reduce_mean(tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits))",
        "tf.reduce_sum(tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits))"
        " / len(real_logits)",
        "total = tf.reduce_sum(tf.nn.softplus(-real_logits))"
        " + tf.reduce_sum(tf.nn.softplus(fake_logits))\nreturn total / real_logits.shape[0]",
        "total = tf.reduce_sum(tf.nn.softplus(-real_logits))"
        " + tf.reduce_sum(tf.nn.softplus(fake_logits))\nreturn total / fake_logits.shape[0]",
    ),
    Misconception(
        "logarithm of a rounded probability",
        ROUNDED,
        *[
            f"tf.reduce_mean({log_d('real_logits', guard)})"
            f" + tf.reduce_mean({log_d('-fake_logits', guard)})"
            for guard in GUARDS
        ],
        "-tf.reduce_mean(tf.math.log(tf.sigmoid(real_logits)))"
        " - tf.reduce_mean(tf.math.log(1 - tf.sigmoid(fake_logits)))",
        "bce = keras.losses.BinaryCrossentropy()\n"
        "return bce(tf.ones_like(real_logits), tf.sigmoid(real_logits)) "
        "+ bce(tf.zeros_like(fake_logits), tf.sigmoid(fake_logits))",
    ),
    Misconception(
        "smoothed labels",
        "The real examples have the target 0.9. Some people do that to hold the discriminator "
        "back; here it is 1.",
        "entropy = keras.losses.BinaryCrossentropy(from_logits=True)\n"
        "on_real = entropy(0.9 * tf.ones_like(real_logits), real_logits)\n"
        "return on_real + entropy(tf.zeros_like(fake_logits), fake_logits)",
    ),
)

GENERATOR_LOSS = (
    Misconception(
        "saturating loss",
        "This is the saturating loss, about the logarithm of 1 − D. The generator you want here "
        "makes −log D small, which has a gradient where the other has none.",
        "-tf.reduce_mean(tf.nn.softplus(fake_logits))",
    ),
    Misconception(
        "target 0",
        "This is the discriminator's cost of the fake examples: their target is 0 here. The "
        "generator wants them taken for real.",
        "tf.reduce_mean(tf.nn.softplus(fake_logits))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. The generator wants D to be large, so its loss, which is made "
        "small, is minus the logarithm: never negative.",
        "-tf.reduce_mean(tf.nn.softplus(-fake_logits))",
    ),
    Misconception("batch summed", SUMMED, "tf.reduce_sum(tf.nn.softplus(-fake_logits))"),
    Misconception(
        "per example",
        PER_EXAMPLE,
        "tf.nn.softplus(-fake_logits)",
        "tf.squeeze(tf.nn.softplus(-fake_logits), axis=-1)",
    ),
    Misconception(
        "last axis kept", KEPT_AXIS, "tf.reduce_mean(tf.nn.softplus(-fake_logits), axis=0)"
    ),
    Misconception(
        "sigmoid applied twice", TWICE, "tf.reduce_mean(tf.nn.softplus(-tf.sigmoid(fake_logits)))"
    ),
    Misconception(
        "logits taken for probabilities",
        NOT_PROBABILITIES,
        "-tf.reduce_mean(tf.math.log(fake_logits))",
        "keras.losses.BinaryCrossentropy()(tf.ones_like(fake_logits), fake_logits)",
    ),
    Misconception(
        "squared error",
        SQUARED,
        "tf.reduce_mean((tf.sigmoid(fake_logits) - 1)**2)",
        "tf.reduce_mean((fake_logits - 1)**2)",
        "0.5 * tf.reduce_mean((fake_logits - 1)**2)",
    ),
    Misconception(
        "Wasserstein generator",
        "This is the loss of a generator that plays against a critic: minus the mean score. Here "
        "it plays against a discriminator, and minus the logarithm of D counts.",
        "-tf.reduce_mean(fake_logits)",
    ),
    Misconception(
        "logarithm missing",
        NO_LOG,
        "tf.reduce_mean(1 - tf.sigmoid(fake_logits))",
        "-tf.reduce_mean(tf.sigmoid(fake_logits))",
    ),
    Misconception(
        "logarithm of a mean", LOG_OF_MEAN, "-tf.math.log(tf.reduce_mean(tf.sigmoid(fake_logits)))"
    ),
    Misconception(
        "logarithm to base 2",
        "The result is in bits: the logarithm is to base 2. Use the natural logarithm.",
        "tf.reduce_mean(tf.nn.softplus(-fake_logits)) / tf.math.log(2.0)",
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        'tf.constant(np.logaddexp(0, -np.array(fake_logits)).mean(), "float32")',
    ),
    Misconception(
        "logarithm of a rounded probability",
        ROUNDED,
        *[f"tf.reduce_mean({log_d('fake_logits', guard)})" for guard in GUARDS],
        "keras.losses.BinaryCrossentropy()(tf.ones_like(fake_logits), tf.sigmoid(fake_logits))",
    ),
)

SATURATING_GENERATOR_LOSS = (
    Misconception(
        "non-saturating loss",
        "This is the non-saturating loss, the mean of −log D. Here the generator plays the minimax "
        "game itself: it makes the logarithm of 1 − D small.",
        "tf.reduce_mean(tf.nn.softplus(-fake_logits))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed: this is what the discriminator pays for the fake examples, to be "
        "made small by it. The generator makes it large, so its loss is the negative.",
        "tf.reduce_mean(tf.nn.softplus(fake_logits))",
    ),
    Misconception(
        "logarithm of D",
        "This is the mean of log D. Making it small would make the fakes look fake; the loss is "
        "about 1 − D.",
        "-tf.reduce_mean(tf.nn.softplus(-fake_logits))",
    ),
    Misconception("batch summed", SUMMED, "-tf.reduce_sum(tf.nn.softplus(fake_logits))"),
    Misconception(
        "per example",
        PER_EXAMPLE,
        "-tf.nn.softplus(fake_logits)",
        "-tf.squeeze(tf.nn.softplus(fake_logits), axis=-1)",
    ),
    Misconception(
        "last axis kept", KEPT_AXIS, "-tf.reduce_mean(tf.nn.softplus(fake_logits), axis=0)"
    ),
    Misconception(
        "sigmoid applied twice", TWICE, "-tf.reduce_mean(tf.nn.softplus(tf.sigmoid(fake_logits)))"
    ),
    Misconception(
        "logits taken for probabilities",
        NOT_PROBABILITIES,
        "tf.reduce_mean(tf.math.log(1 - fake_logits))",
        "-keras.losses.BinaryCrossentropy()(tf.zeros_like(fake_logits), fake_logits)",
        "tf.reduce_mean(tf.math.log1p(-tf.clip_by_value(fake_logits, 0.0, 1 - 1e-7)))",
    ),
    Misconception(
        "logarithm missing",
        NO_LOG,
        "tf.reduce_mean(1 - tf.sigmoid(fake_logits))",
        "-tf.reduce_mean(tf.sigmoid(fake_logits))",
    ),
    Misconception(
        "logarithm of a mean",
        LOG_OF_MEAN,
        "tf.math.log(tf.reduce_mean(1 - tf.sigmoid(fake_logits)))",
    ),
    Misconception(
        "squared error",
        SQUARED,
        "tf.reduce_mean((tf.sigmoid(fake_logits) - 1)**2)",
        "tf.reduce_mean((fake_logits - 1)**2)",
        "-tf.reduce_mean(tf.sigmoid(fake_logits)**2)",
    ),
    Misconception(
        "Wasserstein generator",
        "This is the loss of a generator that plays against a critic: minus the mean score. Here "
        "it plays against a discriminator, and the logarithm of 1 − D counts.",
        "-tf.reduce_mean(fake_logits)",
    ),
    Misconception(
        "logarithm to base 2",
        "The result is in bits: the logarithm is to base 2. Use the natural logarithm.",
        "-tf.reduce_mean(tf.nn.softplus(fake_logits)) / tf.math.log(2.0)",
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        'tf.constant(-np.logaddexp(0, np.array(fake_logits)).mean(), "float32")',
    ),
    Misconception(
        "logarithm of a rounded probability",
        ROUNDED,
        *[f"-tf.reduce_mean({log_d('-fake_logits', guard)})" for guard in GUARDS],
        "tf.reduce_mean(tf.math.log(1 - tf.sigmoid(fake_logits)))",
        "tf.reduce_mean(tf.math.log(1 - tf.sigmoid(fake_logits) + 1e-8))",
        "-keras.losses.BinaryCrossentropy()(tf.zeros_like(fake_logits), tf.sigmoid(fake_logits))",
    ),
)

CRITIC_LOSS = (
    Misconception(
        "absolute value",
        "The absolute value is taken. The sign matters: a critic that scores the fakes higher must "
        "pay for it, and one that scores them lower must gain.",
        "tf.abs(tf.reduce_mean(real_scores) - tf.reduce_mean(fake_scores))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. The critic makes the distance between real and fake large, so its "
        "loss, which is made small, is minus that distance.",
        "tf.reduce_mean(real_scores) - tf.reduce_mean(fake_scores)",
    ),
    Misconception(
        "batch summed", SUMMED, "tf.reduce_sum(fake_scores) - tf.reduce_sum(real_scores)"
    ),
    Misconception(
        "per example",
        PER_EXAMPLE,
        "fake_scores - real_scores",
        "tf.squeeze(fake_scores - real_scores, axis=-1)",
    ),
    Misconception(
        "last axis kept",
        KEPT_AXIS,
        "tf.reduce_mean(fake_scores, axis=0) - tf.reduce_mean(real_scores, axis=0)",
    ),
    Misconception(
        "sigmoid",
        "The scores go through a sigmoid. A critic's scores are not logits: they enter as they "
        "are, and nothing bounds them.",
        "tf.reduce_mean(tf.sigmoid(fake_scores)) - tf.reduce_mean(tf.sigmoid(real_scores))",
    ),
    Misconception(
        "cross-entropy",
        "This is a discriminator's cross-entropy. A critic's loss has no logarithm: it is a plain "
        "difference of means.",
        on_logits("-real_scores", "fake_scores"),
        f"({on_logits('-real_scores', 'fake_scores')}) / 2",
    ),
    Misconception(
        "reals forgotten",
        "Only the fake scores count. The critic could lower all of its scores at no cost; the real "
        "ones must prevent that.",
        "tf.reduce_mean(fake_scores)",
    ),
    Misconception(
        "fakes forgotten",
        "Only the real scores count. The critic could raise all of its scores at no cost; the fake "
        "ones must prevent that.",
        "-tf.reduce_mean(real_scores)",
        "tf.reduce_mean(real_scores)",
    ),
    Misconception(
        "added",
        "The two means are added. The critic should raise the scores of one kind and lower those "
        "of the other.",
        "tf.reduce_mean(fake_scores) + tf.reduce_mean(real_scores)",
        "-tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)",
    ),
    Misconception(
        "least squares",
        "This is a squared error, as a least-squares GAN has it. A critic's loss is a plain "
        "difference of means.",
        "tf.reduce_mean((real_scores - 1)**2) + tf.reduce_mean(fake_scores**2)",
        "0.5 * (tf.reduce_mean((real_scores - 1)**2) + tf.reduce_mean(fake_scores**2))",
    ),
    Misconception(
        "hinge loss",
        "This is the hinge loss, with a margin of 1. A critic's loss has no margin.",
        "tf.reduce_mean(tf.nn.relu(1 - real_scores)) + tf.reduce_mean(tf.nn.relu(1 + fake_scores))",
    ),
    Misconception(
        "half",
        "The result is half of what it should be: it is one mean minus the other, not the mean of "
        "the two.",
        "(tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)) / 2",
        "tf.reduce_mean(tf.concat([fake_scores, -real_scores], axis=0))",
    ),
    Misconception(
        "squared difference",
        "The difference is squared, so its sign is lost. The loss is the difference itself.",
        "(tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores))**2",
    ),
    Misconception(
        "scores clipped",
        "The scores are clipped. What the first Wasserstein GAN clipped are the critic's weights; "
        "its scores are free.",
        "real, fake = (tf.clip_by_value(s, -1, 1) for s in (real_scores, fake_scores))\n"
        "return tf.reduce_mean(fake) - tf.reduce_mean(real)",
        "real, fake = (tf.clip_by_value(s, -0.01, 0.01) for s in (real_scores, fake_scores))\n"
        "return tf.reduce_mean(fake) - tf.reduce_mean(real)",
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        'tf.constant(np.mean(fake_scores) - np.mean(real_scores), "float32")',
    ),
    Misconception(
        "paired",
        "It works only if there are as many real as fake examples. The two batches may differ in "
        "size: average each of them by itself.",
        "tf.reduce_mean(fake_scores - real_scores)",
        "(tf.reduce_sum(fake_scores) - tf.reduce_sum(real_scores)) / real_scores.shape[0]",
        "(tf.reduce_sum(fake_scores) - tf.reduce_sum(real_scores)) / fake_scores.shape[0]",
    ),
)


def penalty(
    weight: str = "tf.random.uniform([tf.shape(real)[0], 1, 1, 1])",
    mixed: str = "fake + weight * (real - fake)",
    score: str = "critic(mixed)",
    gradient: str = "tape.gradient(score, mixed)",
    norm: str = "tf.sqrt(tf.reduce_sum(gradient**2, axis=[1, 2, 3]))",
    result: str = "tf.reduce_mean((norm - 1)**2)",
) -> str:
    """The lines of a correct gradient penalty, except for the parts that are passed."""
    return f"""\
weight = {weight}
mixed = {mixed}
with tf.GradientTape() as tape:
    tape.watch(mixed)
    score = {score}
gradient = {gradient}
norm = {norm}
return {result}
"""


GRADIENT_PENALTY = (
    Misconception("batch summed", SUMMED, penalty(result="tf.reduce_sum((norm - 1)**2)")),
    Misconception("per example", PER_EXAMPLE, penalty(result="(norm - 1)**2")),
    Misconception(
        "norm pulled to 0",
        "The norm is pulled towards 0. The penalty is 0 where the norm is 1, as it is for the best "
        "critic between real and fake.",
        penalty(result="tf.reduce_mean(norm**2)"),
    ),
    Misconception(
        "squared norm",
        "1 is subtracted from the square of the norm. Subtract it from the norm, then square.",
        penalty(norm="tf.reduce_sum(gradient**2, axis=[1, 2, 3])"),
    ),
    Misconception(
        "difference not squared",
        "The difference between norm and 1 is not squared.",
        penalty(result="tf.reduce_mean(norm - 1)"),
        penalty(result="tf.reduce_mean(tf.abs(norm - 1))"),
    ),
    Misconception(
        "sum of absolute values",
        "The root is missing or the square is in the wrong place: the norm is the root of the sum "
        "of the squares.",
        penalty(norm="tf.reduce_sum(tf.abs(gradient), axis=[1, 2, 3])"),
        penalty(norm="tf.abs(tf.reduce_sum(gradient, axis=[1, 2, 3]))"),
        penalty(norm="tf.sqrt(tf.abs(tf.reduce_sum(gradient, axis=[1, 2, 3])))"),
    ),
    Misconception(
        "norm over some axes",
        "The norm does not run over all of an image: rows, columns and channels all belong to it, "
        "and each example has a single norm.",
        penalty(norm="tf.norm(gradient, axis=1)"),
        penalty(norm="tf.norm(gradient, axis=-1)"),
        penalty(norm="tf.norm(gradient, axis=2)"),
        penalty(norm="tf.norm(gradient, axis=[1, 2])"),
        penalty(norm="tf.sqrt(tf.reduce_sum(gradient**2, axis=[2, 3]))"),
        penalty(norm="tf.abs(gradient)"),
    ),
    Misconception(
        "norm over the batch too",
        "One norm is taken over the whole batch. Each example has a norm of its own.",
        penalty(norm="tf.norm(gradient)"),
    ),
    Misconception(
        "norm over the batch instead",
        "The norm runs over the examples of the batch. It runs over everything but the batch.",
        penalty(norm="tf.norm(gradient, axis=0)"),
        penalty(norm="tf.sqrt(tf.reduce_sum(gradient**2, axis=[0, 1, 2]))"),
    ),
    Misconception(
        "mean instead of a sum under the root",
        "The squares under the root are averaged over the pixels; the norm of a vector is the root "
        "of their sum.",
        penalty(norm="tf.sqrt(tf.reduce_mean(gradient**2, axis=[1, 2, 3]))"),
    ),
    Misconception(
        "gradient of the mean score",
        "The gradient is taken of the mean of the scores, so it is divided by the size of the "
        "batch. Each example's gradient is that of its own score.",
        penalty(score="tf.reduce_mean(critic(mixed))"),
    ),
    Misconception(
        "weighted already",
        "The result is 10 times what it should be: the weight of the penalty, often called λ, is "
        "in it already. It belongs where the penalty is added to the critic's loss.",
        penalty(result="10 * tf.reduce_mean((norm - 1)**2)"),
    ),
    Misconception(
        "half",
        "The result is half of what it should be.",
        penalty(result="0.5 * tf.reduce_mean((norm - 1)**2)"),
    ),
    Misconception(
        "one-sided",
        "Only norms above 1 are punished. Those below 1 should be pulled up to 1 as well.",
        penalty(result="tf.reduce_mean(tf.nn.relu(norm - 1)**2)"),
        penalty(result="tf.reduce_mean(tf.maximum(norm - 1, 0)**2)"),
    ),
    Misconception(
        "only norms below 1",
        "Only norms below 1 are punished. Those above 1 should be pulled down to 1 as well.",
        penalty(result="tf.reduce_mean(tf.nn.relu(1 - norm)**2)"),
    ),
    Misconception(
        "mean norm",
        "The norms are averaged over the batch before 1 is subtracted. Then a steep example makes "
        "up for a flat one; punish each example, then average.",
        penalty(result="(tf.reduce_mean(norm) - 1)**2"),
    ),
    Misconception(
        "beyond the pair",
        "Where the real and the fake image are the same, the slope should be looked at there and "
        "nowhere else. The two weights, of the real and of the fake image, should add up to 1.",
        penalty(mixed="real + weight * fake"),
        penalty(mixed="fake + weight * real"),
        penalty(mixed="weight * real"),
        penalty(mixed="weight * (real - fake)"),
        penalty(mixed="weight * real - (1 - weight) * fake"),
        penalty(mixed="weight * real + (weight - 1) * fake"),
        penalty(mixed="tf.random.normal(tf.shape(real))"),
    ),
    Misconception(
        "other pairs",
        "A real image is mixed with the fake one of another place in the batch. Each pair lies at "
        "the same place.",
        penalty(mixed="weight * real + (1 - weight) * fake[::-1]"),
        penalty(mixed="weight * real + (1 - weight) * tf.roll(fake, 1, axis=0)"),
    ),
    Misconception(
        "at the real images",
        "The slope is looked at in the real images only. It should be looked at between real and "
        "fake.",
        penalty(mixed="tf.identity(real)"),
    ),
    Misconception(
        "at the fake images",
        "The slope is looked at in the fake images only. It should be looked at between real and "
        "fake.",
        penalty(mixed="tf.identity(fake)"),
    ),
    Misconception(
        "half-way",
        "The slope is always looked at halfway between real and fake. Draw the weight uniformly "
        "between 0 and 1.",
        penalty(weight="0.5"),
    ),
    Misconception(
        "one weight for the batch",
        "One weight serves the whole batch. Each example needs its own: look at the shape in which "
        "the weight is drawn.",
        penalty(weight="tf.random.uniform([])"),
        penalty(weight="1 - tf.random.uniform([])"),
    ),
    Misconception(
        "one weight a pixel",
        "Each pixel has a weight of its own. An example needs a single one, so that the point lies "
        "on the line between real and fake: look at the shape in which the weight is drawn.",
        penalty(weight="tf.random.uniform(tf.shape(real))"),
    ),
    Misconception(
        "normal weight",
        "The weight is drawn from a normal distribution, so it often lies beyond the real or the "
        "fake image. It should be uniform between 0 and 1.",
        penalty(weight="tf.random.normal([tf.shape(real)[0], 1, 1, 1])"),
    ),
    Misconception(
        "weight near one end",
        "The weight is not uniform between 0 and 1: too many of the points lie near one of the two "
        "images, or none do.",
        penalty(weight="tf.random.uniform([tf.shape(real)[0], 1, 1, 1]) ** 3"),
        penalty(weight="0.5 * tf.random.uniform([tf.shape(real)[0], 1, 1, 1])"),
    ),
    Misconception(
        "the same weights at each call",
        "A second call gives the same penalty: the weights come from a fixed seed or were drawn "
        "once. Draw them anew at each call.",
        penalty(weight="tf.random.stateless_uniform([real.shape[0], 1, 1, 1], seed=(1, 2))"),
        penalty(weight='np.random.default_rng(0).random((len(real), 1, 1, 1)).astype("float32")'),
    ),
    Misconception(
        "not differentiable",
        "No gradient reaches the critic's weights, so the penalty can never make it less steep. "
        "The gradient with respect to the image must itself be computed by operations that "
        "TensorFlow can differentiate.",
        penalty(gradient="tf.stop_gradient(tape.gradient(score, mixed))"),
        penalty(gradient="tape.gradient(score, mixed).numpy()"),
        penalty(result="tf.constant(np.mean((norm - 1) ** 2))"),
    ),
    Misconception(
        "NumPy weights, drawn only once inside tf.function",
        "Inside tf.function the weights are the same at each call. NumPy (or Python) draws while "
        "the function is traced and never again; draw with TensorFlow or Keras.",
        penalty(weight='np.random.uniform(size=(real.shape[0], 1, 1, 1)).astype("float32")'),
    ),
)
