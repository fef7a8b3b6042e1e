"""The misconceptions about a cross-entropy from logits, which several assignments ask for.

`FROM_LOGITS` is the pattern by which an oral question recognises such a cross-entropy in code.
"""

from course_utils.grading.assignments.oral import calls
from course_utils.grading.assignments.specification import Misconception

FROM_LOGITS = calls(
    "sigmoid_cross_entropy_with_logits",
    "softplus",
    "log_sigmoid",
    "log1p",
    "binary_crossentropy",
    "BinaryCrossentropy",
)

CROSS_ENTROPIES = "tf.nn.sigmoid_cross_entropy_with_logits(x, logits)"
CLIPPED = """\
p = tf.clip_by_value(tf.sigmoid(logits), {0}, 1 - {0})
return -tf.reduce_sum(x * tf.math.log(p) + (1 - x) * tf.math.log(1 - p), axis=1)
"""
CUSHIONED = """\
p = tf.sigmoid(logits)
return -tf.reduce_sum(x * tf.math.log(p + {0}) + (1 - x) * tf.math.log(1 - p + {0}), axis=1)
"""

MISCONCEPTIONS = (
    Misconception(
        "mean over the pixels",
        "The pixels are averaged; they should be summed. The likelihood of an image is a "
        "product over its pixels, and an average would make the KL term weigh P times as much.",
        f"tf.reduce_mean({CROSS_ENTROPIES}, axis=1)",
        "keras.losses.binary_crossentropy(x, logits, from_logits=True)",
    ),
    Misconception(
        "summed over the batch too",
        "The examples are summed into one number. Sum over the pixels only and return one "
        "number for each example.",
        f"tf.reduce_sum({CROSS_ENTROPIES})",
    ),
    Misconception(
        "scalar instead of per example",
        "The examples are averaged into one number. Return one number for each example; the "
        "average over the batch comes later, in the loss.",
        f"tf.reduce_mean(tf.reduce_sum({CROSS_ENTROPIES}, axis=1))",
    ),
    Misconception(
        "mean over everything",
        "Everything is averaged into one number, as Keras's loss objects do unless told otherwise. "
        "Sum over the pixels and return one number for each example.",
        f"tf.reduce_mean({CROSS_ENTROPIES})",
        "keras.losses.BinaryCrossentropy(from_logits=True)(x, logits)",
    ),
    Misconception(
        "not summed",
        "There is one number for each pixel. Sum over the pixels: one number for each example.",
        f"{CROSS_ENTROPIES}",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. This is the log-likelihood, to be made large; a loss is its "
        "negative, and a cross-entropy is never negative.",
        f"-tf.reduce_sum({CROSS_ENTROPIES}, axis=1)",
    ),
    Misconception(
        "image and logits exchanged",
        "x and the logits are swapped: x is the target, between 0 and 1, and the logits are what "
        "the decoder gives.",
        "tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(logits, x), axis=1)",
    ),
    Misconception(
        "sigmoid applied twice",
        "The sigmoid is applied twice: the function used here wants logits and was given "
        "probabilities.",
        "tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, tf.sigmoid(logits)), axis=1)",
    ),
    Misconception(
        "logits taken for probabilities",
        "The logits are used as if they were probabilities. They range over all numbers; a "
        "sigmoid turns them into probabilities, and some functions apply it themselves if told to.",
        "keras.losses.binary_crossentropy(x, logits) * x.shape[1]",
        "keras.losses.binary_crossentropy(x, logits)",
        "-tf.reduce_sum(x * tf.math.log(logits) + (1 - x) * tf.math.log(1 - logits), axis=1)",
    ),
    Misconception(
        "squared error",
        "This is a squared error. For a Bernoulli decoder the loss is the cross-entropy.",
        "tf.reduce_sum((x - tf.sigmoid(logits))**2, axis=1)",
        "tf.reduce_sum((x - logits)**2, axis=1)",
        "tf.reduce_mean((x - tf.sigmoid(logits))**2, axis=1)",
    ),
    Misconception(
        "dark pixels forgotten",
        "Only the bright pixels count. A dark pixel that the decoder paints bright must cost "
        "something too: the cross-entropy has a second term, with 1 − x.",
        "-tf.reduce_sum(x * tf.math.log_sigmoid(logits), axis=1)",
    ),
    Misconception(
        "softmax over the pixels",
        "The pixels compete with each other, as the classes of a softmax do. Each pixel is a "
        "Bernoulli variable of its own.",
        "tf.nn.softmax_cross_entropy_with_logits(x, logits)",
    ),
    Misconception(
        "logarithm of a rounded probability",
        "It is right for small logits but not for logits of ±1000: there the sigmoid rounds to "
        "exactly 0 or 1 before the logarithm is taken. Work from the logits without turning them "
        "into probabilities first.",
        "-tf.reduce_sum(x * tf.math.log(tf.sigmoid(logits)) + (1 - x) * tf.math.log(1 - "
        "tf.sigmoid(logits)), axis=1)",
        "tf.reduce_sum(tf.math.log(1 + tf.exp(logits)) - x * logits, axis=1)",
        "keras.losses.binary_crossentropy(x, tf.sigmoid(logits)) * x.shape[1]",
        *[CLIPPED.format(epsilon) for epsilon in ("1e-5", "1e-6", "1e-7")],
        *[CUSHIONED.format(epsilon) for epsilon in ("1e-6", "1e-7", "1e-8", "1e-10", "1e-12")],
    ),
    Misconception(
        "grey pixels rounded",
        "The pixels are rounded to black or white first. A grey pixel counts as it is: partly "
        "bright, partly dark.",
        "tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(tf.round(x), logits), axis=1)",
    ),
    Misconception(
        "bits instead of nats",
        "The logarithm has base 2. The course counts in nats, with the natural logarithm.",
        f"tf.reduce_sum({CROSS_ENTROPIES}, axis=1) / np.log(2)",
    ),
)
