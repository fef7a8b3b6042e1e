"""The misconceptions about `cyclegan`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

NO_GRADIENT = (
    "The value is right, but it leaves TensorFlow on the way, so no gradient passes and nothing "
    "can be learned. Use operations of TensorFlow or Keras from beginning to end."
)


def of_images(one: str, other: str, about: str) -> tuple[Misconception, ...]:
    """The ways of getting a mean absolute error wrong.

    Args:
        one, other: the names of the two arguments.
        about: what the second argument is to the first, for the sentences.
    """
    return (
        *_of_the_distance(one, other),
        *_of_the_mean(one, other),
        *_of_sign_and_size(one, other),
        *_of_the_role(one, other, about),
    )


def _of_the_distance(one: str, other: str) -> tuple[Misconception, ...]:
    """Another distance than the sum of absolute differences."""
    return (
        Misconception(
            "squared error",
            "The differences are squared. Use the absolute error, which blurs less.",
            f"tf.reduce_mean(tf.square({one} - {other}))",
            f"tf.reduce_sum(tf.square({one} - {other}))",
            f"0.5 * tf.reduce_mean(tf.square({one} - {other}))",
        ),
        Misconception(
            "root of the mean square",
            "This is the root of the mean squared error. Return the mean of the absolute "
            "differences.",
            f"tf.sqrt(tf.reduce_mean(tf.square({one} - {other})))",
        ),
        Misconception(
            "distance",
            "This is the Euclidean distance between the images. Return the mean of the absolute "
            "differences.",
            f"tf.norm({one} - {other})",
            f"tf.reduce_mean(tf.norm({one} - {other}, axis=-1))",
            f"tf.reduce_mean(tf.sqrt(tf.reduce_sum(tf.square({one} - {other}), [1, 2, 3])))",
        ),
    )


def _of_the_mean(one: str, other: str) -> tuple[Misconception, ...]:
    """Sums in place of means, and means over some of the axes only."""
    apart = f"tf.abs({one} - {other})"
    return (
        Misconception(
            "summed",
            "The pixels are summed; they should be averaged, all of them: over the batch, rows, "
            "columns and channels.",
            f"tf.reduce_sum({apart})",
        ),
        Misconception(
            "summed over an image",
            "The pixels of an image are summed and only the batch is averaged. Average over rows, "
            "columns and channels too.",
            f"tf.reduce_mean(tf.reduce_sum({apart}, axis=[1, 2, 3]))",
        ),
        Misconception(
            "summed over the batch",
            "The images of the batch are summed; they should be averaged, so that the loss does "
            "not depend on the size of the batch.",
            f"tf.reduce_sum(tf.reduce_mean({apart}, axis=[1, 2, 3]))",
        ),
        Misconception(
            "summed over the channels",
            "The channels are summed; they should be averaged like rows and columns.",
            f"tf.reduce_mean(tf.reduce_sum({apart}, axis=-1))",
        ),
        Misconception(
            "per example",
            "There is one number for each example. Average over the batch too: the loss is one "
            "number.",
            f"tf.reduce_mean({apart}, axis=[1, 2, 3])",
        ),
        Misconception(
            "per pixel",
            "There is more than one number for each example. Average over everything: the loss is "
            "one number.",
            apart,
            f"keras.losses.mean_absolute_error({one}, {other})",
            f"tf.reduce_mean({apart}, axis=0)",
        ),
    )


def _of_sign_and_size(one: str, other: str) -> tuple[Misconception, ...]:
    """Signs that cancel or are reversed, and results that are a multiple of the right one."""
    apart = f"tf.abs({one} - {other})"
    return (
        Misconception(
            "no absolute value, or one of the mean",
            "Differences of opposite sign cancel: the absolute value is missing, or it is taken "
            "after the mean. Take it of each difference, then average.",
            f"tf.reduce_mean({one} - {other})",
            f"tf.reduce_mean({other} - {one})",
            f"tf.abs(tf.reduce_mean({one}) - tf.reduce_mean({other}))",
            f"tf.reduce_mean(tf.abs(tf.reduce_mean({one} - {other}, axis=[1, 2, 3])))",
        ),
        Misconception(
            "sign flipped",
            "The sign is reversed. An absolute error is never negative.",
            f"-tf.reduce_mean({apart})",
        ),
        Misconception(
            "weighted already",
            "The result is 10 times what it should be: the weight of the term is in it already. It "
            "belongs in the objective.",
            f"10.0 * tf.reduce_mean({apart})",
        ),
        Misconception(
            "half",
            "The result is half of what it should be.",
            f"0.5 * tf.reduce_mean({apart})",
        ),
    )


def _of_the_role(one: str, other: str, about: str) -> tuple[Misconception, ...]:
    """Losses that take images for probabilities, teach no translator, or stop growing."""
    apart = f"tf.abs({one} - {other})"
    return (
        Misconception(
            "cross-entropy",
            f"This is a cross-entropy. {about} is an image, to be compared pixel by pixel.",
            f"tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits({one}, {other}))",
            f"tf.reduce_mean(keras.losses.binary_crossentropy({one}, {other}))",
        ),
        Misconception(
            "gradient stopped on one side",
            f"No gradient reaches {other}, so that no translator could learn from the loss.",
            f"tf.reduce_mean(tf.abs({one} - tf.stop_gradient({other})))",
        ),
        Misconception(
            "gradient lost",
            NO_GRADIENT,
            f'tf.constant(np.abs(np.array({one}) - np.array({other})).mean(), "float32")',
        ),
        Misconception(
            "bounded for large differences",
            "It is right for small differences and too small for large ones. The absolute error "
            "grows in proportion, however far apart two pixels are.",
            f"tf.reduce_mean(tf.clip_by_value({apart}, 0.0, 1.0))",
        ),
    )


CYCLE_LOSS = of_images("x", "x_cycled", "What comes back")
IDENTITY_LOSS = of_images("y", "y_mapped", "What comes out")

SUMMED = (
    "The scores are summed; they should be averaged, so that the loss does not depend on how many "
    "there are."
)
PER_EXAMPLE = (
    "There is more than one number. Average over the batch and over all scores of an image: a loss "
    "is one number."
)
NOT_SQUARED = "The distances from the targets are not squared."
LOGITS = (
    "The scores go through a sigmoid. A least-squares GAN does without: the scores themselves are "
    "pulled to their targets."
)
CROSS_ENTROPY = (
    "This is a cross-entropy. Here the loss is a squared distance between scores and targets."
)
CRITIC = (
    "This is what a Wasserstein GAN has: plain means of scores. Here the loss is a squared "
    "distance between scores and targets."
)


def squares(real: str = "(real - 1)**2", fake: str = "fake**2", join: str = "{r} + {f}") -> str:
    r, f = f"tf.reduce_mean({real})", f"tf.reduce_mean({fake})"
    return f"0.5 * ({join.format(r=r, f=f)})"


LEAST_SQUARES_DISCRIMINATOR_LOSS = (
    Misconception(
        "half forgotten",
        "The result is twice what it should be: the factor ½ in front of the sum is missing.",
        "tf.reduce_mean((real - 1)**2) + tf.reduce_mean(fake**2)",
    ),
    Misconception(
        "halved twice",
        "The result is half of what it should be: the sum of the two means is halved once.",
        "0.25 * (tf.reduce_mean((real - 1)**2) + tf.reduce_mean(fake**2))",
    ),
    Misconception(
        "targets exchanged",
        "Real and fake are swapped. The target is 1 for real images and 0 for fake ones.",
        squares("real**2", "(fake - 1)**2"),
    ),
    Misconception(
        "fakes pulled to 1",
        "The fake scores have the target 1, as the real ones do. That is what the generator wishes "
        "for; the discriminator should give them 0.",
        squares(fake="(fake - 1)**2"),
    ),
    Misconception(
        "reals pulled to 0",
        "The real scores have the target 0, as the fake ones do. They should have 1.",
        squares("real**2"),
    ),
    Misconception(
        "fakes pulled to −1",
        "The fake scores have the target −1. Some least-squares GANs do that; here it is 0.",
        squares(fake="(fake + 1)**2"),
    ),
    Misconception(
        "fakes forgotten",
        "Only the real images count. A discriminator that gives everything the score 1 would have "
        "no loss at all; the fake images must count too.",
        "0.5 * tf.reduce_mean((real - 1)**2)",
        "tf.reduce_mean((real - 1)**2)",
    ),
    Misconception(
        "reals forgotten",
        "Only the fake images count. A discriminator that gives everything the score 0 would have "
        "no loss at all; the real images must count too.",
        "0.5 * tf.reduce_mean(fake**2)",
        "tf.reduce_mean(fake**2)",
    ),
    Misconception(
        "terms subtracted",
        "One term is subtracted from the other. Both are costs of the discriminator, so they are "
        "added.",
        squares(join="{r} - {f}"),
        squares(join="{f} - {r}"),
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A squared error is never negative.",
        f"-{squares()}",
    ),
    Misconception(
        "summed",
        SUMMED,
        "0.5 * (tf.reduce_sum((real - 1)**2) + tf.reduce_sum(fake**2))",
        "tf.reduce_sum((real - 1)**2) + tf.reduce_sum(fake**2)",
    ),
    Misconception(
        "per example",
        PER_EXAMPLE,
        "0.5 * ((real - 1)**2 + fake**2)",
        "0.5 * (tf.reduce_mean((real - 1)**2, axis=[1, 2, 3])"
        " + tf.reduce_mean(fake**2, axis=[1, 2, 3]))",
        "0.5 * (tf.reduce_mean((real - 1)**2, axis=0) + tf.reduce_mean(fake**2, axis=0))",
    ),
    Misconception(
        "absolute values",
        NOT_SQUARED,
        squares("tf.abs(real - 1)", "tf.abs(fake)"),
        squares("real - 1", "fake"),
    ),
    Misconception(
        "squared after the mean",
        "The scores are averaged before they are compared with the target. Square each distance, "
        "then average: scores that are right only on average are not right.",
        "0.5 * ((tf.reduce_mean(real) - 1)**2 + tf.reduce_mean(fake)**2)",
    ),
    Misconception(
        "sigmoid",
        LOGITS,
        squares("(tf.sigmoid(real) - 1)**2", "tf.sigmoid(fake)**2"),
    ),
    Misconception(
        "cross-entropy",
        CROSS_ENTROPY,
        "tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))",
        "0.5 * (tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake)))",
    ),
    Misconception(
        "a critic's loss",
        CRITIC,
        "tf.reduce_mean(fake) - tf.reduce_mean(real)",
        "0.5 * (tf.reduce_mean(fake) - tf.reduce_mean(real))",
    ),
    Misconception(
        "hinge loss",
        "This is the hinge loss, which has a margin. Here the loss is a squared distance between "
        "scores and targets.",
        "tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))",
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        "real, fake = np.array(real), np.array(fake)\n"
        'return tf.constant(0.5 * (((real - 1) ** 2).mean() + (fake**2).mean()), "float32")',
    ),
    Misconception(
        "paired",
        "It works only if there are as many real as fake images. The two batches may differ in "
        "size: average each of them by itself, then add the means.",
        "0.5 * tf.reduce_mean((real - 1)**2 + fake**2)",
        "tf.reduce_mean(tf.concat([(real - 1)**2, fake**2], axis=0))",
        "total = tf.reduce_sum((real - 1)**2) + tf.reduce_sum(fake**2)\n"
        "return 0.5 * total / tf.cast(tf.size(real), tf.float32)",
        "total = tf.reduce_sum((real - 1)**2) + tf.reduce_sum(fake**2)\n"
        "return 0.5 * total / tf.cast(tf.size(fake), tf.float32)",
    ),
    Misconception(
        "½ on one term only",
        "The ½ weighs one of the two terms. It should weigh their sum.",
        "0.5 * tf.reduce_mean((real - 1)**2) + tf.reduce_mean(fake**2)",
        "tf.reduce_mean((real - 1)**2) + 0.5 * tf.reduce_mean(fake**2)",
    ),
    Misconception(
        "smoothed target",
        "The real scores are pulled to 0.9. Some people do that to hold the discriminator back; "
        "here the target is 1.",
        "0.5 * (tf.reduce_mean((real - 0.9)**2) + tf.reduce_mean(fake**2))",
    ),
)

LEAST_SQUARES_GENERATOR_LOSS = (
    Misconception(
        "target 0",
        "The fake scores are pulled to 0, which is what the discriminator wants. The generator "
        "wants them at 1.",
        "tf.reduce_mean(fake**2)",
    ),
    Misconception(
        "half",
        "The result is half of what it should be: the factor ½ is the discriminator's alone.",
        "0.5 * tf.reduce_mean((fake - 1)**2)",
    ),
    Misconception(
        "target −1",
        "The fake scores are pulled to −1. The target is 1.",
        "tf.reduce_mean((fake + 1)**2)",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A squared error is never negative.",
        "-tf.reduce_mean((fake - 1)**2)",
    ),
    Misconception(
        "the discriminator's cost reversed",
        "This is minus what the discriminator pays for the fakes. It would drive the scores away "
        "from 0 in either direction; the generator pulls them to 1.",
        "-tf.reduce_mean(fake**2)",
        "-0.5 * tf.reduce_mean(fake**2)",
    ),
    Misconception("summed", SUMMED, "tf.reduce_sum((fake - 1)**2)"),
    Misconception(
        "summed over an image",
        "The scores of an image are summed and only the batch is averaged. Average over all "
        "scores.",
        "tf.reduce_mean(tf.reduce_sum((fake - 1)**2, axis=[1, 2, 3]))",
    ),
    Misconception(
        "per example",
        PER_EXAMPLE,
        "(fake - 1)**2",
        "tf.reduce_mean((fake - 1)**2, axis=[1, 2, 3])",
        "tf.reduce_mean((fake - 1)**2, axis=0)",
    ),
    Misconception("absolute values", NOT_SQUARED, "tf.reduce_mean(tf.abs(fake - 1))"),
    Misconception(
        "not squared",
        "The distances from the target are not squared and cancel.",
        "tf.reduce_mean(fake - 1)",
        "tf.reduce_mean(1 - fake)",
    ),
    Misconception(
        "squared after the mean",
        "The scores are averaged before they are compared with 1. Square each distance, then "
        "average: scores that are right only on average are not right.",
        "(tf.reduce_mean(fake) - 1)**2",
    ),
    Misconception("sigmoid", LOGITS, "tf.reduce_mean((tf.sigmoid(fake) - 1)**2)"),
    Misconception(
        "cross-entropy",
        CROSS_ENTROPY,
        "tf.reduce_mean(tf.nn.softplus(-fake))",
        "-tf.reduce_mean(tf.nn.softplus(fake))",
    ),
    Misconception("Wasserstein generator", CRITIC, "-tf.reduce_mean(fake)"),
    Misconception(
        "root taken",
        "The root of the mean square is taken. The loss is the mean square itself.",
        "tf.sqrt(tf.reduce_mean((fake - 1)**2))",
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        'tf.constant(((np.array(fake) - 1) ** 2).mean(), "float32")',
    ),
)


def objective(
    adversarial: str = "least_squares_generator_loss(fake_scores)",
    cycle: str = "cycle_weight * cycle_loss(x, x_cycled)",
    identity: str = "identity_weight * identity_loss(y, y_mapped)",
) -> str:
    """A correct objective, except for the terms that are passed."""
    return f"{adversarial} + {cycle} + {identity}"


GENERATOR_OBJECTIVE = (
    Misconception(
        "adversarial term forgotten",
        "The scores do not count. Without them a translator that changes nothing would be perfect: "
        "nothing pulls its images into the other domain.",
        objective(adversarial="0.0"),
    ),
    Misconception(
        "cycle term forgotten",
        "The cycle does not count. Without it the translator could answer with any image of the "
        "other domain.",
        objective(cycle="0.0"),
    ),
    Misconception(
        "identity term forgotten",
        "The identity term is missing.",
        objective(identity="0.0"),
    ),
    Misconception(
        "weights exchanged",
        "The two weights are swapped.",
        objective(
            cycle="identity_weight * cycle_loss(x, x_cycled)",
            identity="cycle_weight * identity_loss(y, y_mapped)",
        ),
    ),
    Misconception(
        "weights ignored",
        "The weights are not used: each term enters as it is.",
        objective(cycle="cycle_loss(x, x_cycled)", identity="identity_loss(y, y_mapped)"),
    ),
    Misconception(
        "cycle weight ignored",
        "The cycle enters without its weight.",
        objective(cycle="cycle_loss(x, x_cycled)"),
    ),
    Misconception(
        "identity weight ignored",
        "The identity term enters without its weight.",
        objective(identity="identity_loss(y, y_mapped)"),
    ),
    Misconception(
        "identity weight on top of the cycle weight",
        "The identity term is multiplied by both weights. In the paper its weight is a share of "
        "the cycle's; here it is a weight of its own.",
        objective(identity="cycle_weight * identity_weight * identity_loss(y, y_mapped)"),
        objective(identity="identity_weight * cycle_weight * identity_loss(y, y_mapped)"),
    ),
    Misconception(
        "half the identity weight",
        "The identity term enters with half its weight. The paper has such a factor; here it is in "
        "the weight already.",
        objective(identity="0.5 * identity_weight * identity_loss(y, y_mapped)"),
    ),
    Misconception(
        "adversarial term halved",
        "The adversarial term enters with half its weight. It should enter in full.",
        objective(adversarial="0.5 * least_squares_generator_loss(fake_scores)"),
    ),
    Misconception(
        "adversarial term weighted too",
        "The adversarial term is multiplied by a weight. It enters as it is; the weights are those "
        "of the two other terms.",
        objective(adversarial="cycle_weight * least_squares_generator_loss(fake_scores)"),
        objective(adversarial="identity_weight * least_squares_generator_loss(fake_scores)"),
    ),
    Misconception(
        "adversarial term subtracted",
        "The adversarial term is subtracted. It is a cost of the translator, so it is added.",
        objective(adversarial="-least_squares_generator_loss(fake_scores)"),
    ),
    Misconception(
        "cycle term subtracted",
        "The cycle term is subtracted. It is a cost of the translator, so it is added.",
        objective(cycle="-cycle_weight * cycle_loss(x, x_cycled)"),
    ),
    Misconception(
        "identity term subtracted",
        "The identity term is subtracted. It is a cost of the translator, so it is added.",
        objective(identity="-identity_weight * identity_loss(y, y_mapped)"),
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. All three terms are costs, so their sum is never negative.",
        f"-({objective()})",
    ),
    Misconception(
        "domains mixed up in the cycle",
        "The cycle compares images of two domains with each other. What comes back is compared "
        "with the image that it came from.",
        objective(cycle="cycle_weight * cycle_loss(y, x_cycled)"),
        objective(cycle="cycle_weight * cycle_loss(x, y)"),
        objective(cycle="cycle_weight * cycle_loss(x, y_mapped)"),
    ),
    Misconception(
        "domains mixed up in the identity term",
        "The identity term compares images of two domains with each other. It compares an image "
        "with what the translator makes of that same image.",
        objective(identity="identity_weight * identity_loss(x, y_mapped)"),
        objective(identity="identity_weight * identity_loss(y, x_cycled)"),
    ),
    Misconception(
        "cycle in place of the identity",
        "The cycle counts twice and the identity term not at all.",
        objective(identity="identity_weight * cycle_loss(x, x_cycled)"),
    ),
    Misconception(
        "identity in place of the cycle",
        "The identity term counts twice and the cycle not at all.",
        objective(cycle="cycle_weight * identity_loss(y, y_mapped)"),
    ),
    Misconception(
        "the discriminator's loss",
        "The scores of the fakes are pulled to 0 here, which is what the discriminator wants. Use "
        "the generator's loss.",
        objective(
            adversarial="least_squares_discriminator_loss(tf.ones_like(fake_scores), fake_scores)"
        ),
        objective(adversarial="tf.reduce_mean(fake_scores**2)"),
    ),
    Misconception(
        "mean of the terms",
        "The terms are averaged; they should be added.",
        f"({objective()}) / 3",
    ),
    Misconception(
        "divided by the weights",
        "The sum is divided by the weights. The weights multiply their terms and nothing more.",
        f"({objective()}) / (cycle_weight + identity_weight)",
        f"({objective()}) / (1 + cycle_weight + identity_weight)",
    ),
    Misconception(
        "weights fixed",
        "The weights are those of the paper, 10 and 5, whatever was asked for. Use those that are "
        "given.",
        objective(cycle="10 * cycle_loss(x, x_cycled)", identity="5 * identity_loss(y, y_mapped)"),
    ),
    Misconception(
        "weights multiplied with each other",
        "Both weights weigh both terms. Each of the two has a weight of its own.",
        objective(
            cycle="identity_weight * cycle_weight * cycle_loss(x, x_cycled)",
            identity="cycle_weight * identity_weight * identity_loss(y, y_mapped)",
        ),
    ),
    Misconception(
        "discriminator's loss",
        "The translator is charged what the discriminator pays. It has a loss of its own, in which "
        "its scores have the target 1.",
        objective("least_squares_discriminator_loss(fake_scores, fake_scores)"),
    ),
    Misconception(
        "results of the two domains exchanged",
        "The translated images are swapped: each of the two terms compares an image with what was "
        "made of another one.",
        objective(
            cycle="cycle_weight * cycle_loss(x, y_mapped)",
            identity="identity_weight * identity_loss(y, x_cycled)",
        ),
    ),
)
