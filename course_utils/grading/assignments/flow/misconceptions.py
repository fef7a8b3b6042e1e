"""The misconceptions about `flow`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

HALVES = "x1, x2 = tf.split(x, 2, axis=1)\ns, t = scale_shift(x1)\n"
RETURN = "return tf.concat([x1, y2], axis=1), tf.reduce_sum(s, axis=1)\n"


def forward(y2: str, log_det: str = "tf.reduce_sum(s, axis=1)") -> str:
    """The lines of a coupling with these expressions for y2 and log_det."""
    return f"{HALVES}y2 = {y2}\nreturn tf.concat([x1, y2], axis=1), {log_det}"


RIGHT = "x2 * tf.exp(s) + t"

COUPLING_FORWARD = (
    Misconception(
        "scale not exponentiated",
        "The second half is multiplied by s itself. The factor is the exponential of s, which is "
        "never 0 and never negative, so that the step can be undone.",
        forward("x2 * s + t"),
        forward("x2 * s + t", "tf.reduce_sum(tf.math.log(tf.abs(s)), axis=1)"),
    ),
    Misconception(
        "shift before scale",
        "The shift is added before the scaling and scaled too. Scale first, then shift.",
        forward("(x2 + t) * tf.exp(s)"),
    ),
    Misconception(
        "divided instead of multiplied",
        "The second half is divided by the exponential of s; it should be multiplied by it. "
        "Dividing is what the way back does.",
        forward("x2 * tf.exp(-s) + t"),
    ),
    Misconception(
        "the way back instead of the way there",
        "This is the inverse of the coupling. Here x goes in: scale, then shift.",
        forward("(x2 - t) * tf.exp(-s)", "-tf.reduce_sum(s, axis=1)"),
        forward("(x2 - t) * tf.exp(-s)"),
    ),
    Misconception(
        "shift subtracted",
        "The shift is subtracted; it should be added.",
        forward("x2 * tf.exp(s) - t"),
    ),
    Misconception(
        "shift forgotten",
        "The shift t is missing.",
        forward("x2 * tf.exp(s)"),
    ),
    Misconception(
        "scale forgotten",
        "The second half is only shifted; the factor with s is missing.",
        forward("x2 + t"),
        forward("x2 + t", "tf.zeros_like(x[:, 0])"),
    ),
    Misconception(
        "scale and shift exchanged",
        "s and t are swapped: scale_shift gives the scale first.",
        f"x1, x2 = tf.split(x, 2, axis=1)\nt, s = scale_shift(x1)\ny2 = {RIGHT}\n{RETURN}",
    ),
    Misconception(
        "halves exchanged",
        "The second half passes and the first one is changed. It should be the other way round.",
        "x2, x1 = tf.split(x, 2, axis=1)\ns, t = scale_shift(x1)\n"
        f"y2 = {RIGHT}\nreturn tf.concat([y2, x1], axis=1), tf.reduce_sum(s, axis=1)",
    ),
    Misconception(
        "scale and shift from the changed half",
        "scale_shift looks at the half that is being changed. Then nobody could undo the step: on "
        "the way back only the half that passed is known.",
        f"x1, x2 = tf.split(x, 2, axis=1)\ns, t = scale_shift(x2)\ny2 = {RIGHT}\n{RETURN}",
    ),
    Misconception(
        "halves put together in the wrong order",
        "The halves come back in the wrong order: the one that passed stays in front.",
        f"{HALVES}y2 = {RIGHT}\nreturn tf.concat([y2, x1], axis=1), tf.reduce_sum(s, axis=1)",
    ),
    Misconception(
        "both halves changed",
        "Both halves are scaled and shifted. The first half must pass unchanged: the way back "
        "computes s and t from it.",
        f"{HALVES}y2 = {RIGHT}\n"
        "return tf.concat([x1 * tf.exp(s) + t, y2], axis=1), tf.reduce_sum(s, axis=1)",
    ),
    Misconception(
        "even and odd entries",
        "Every other entry is taken. Here the halves are the first half of the entries and the "
        "second half.",
        f"x1, x2 = x[:, ::2], x[:, 1::2]\ns, t = scale_shift(x1)\ny2 = {RIGHT}\n{RETURN}",
        "x1, x2 = x[:, ::2], x[:, 1::2]\ns, t = scale_shift(x1)\n"
        f"y2 = {RIGHT}\n"
        "y = tf.reshape(tf.stack([x1, y2], axis=2), tf.shape(x))\n"
        "return y, tf.reduce_sum(s, axis=1)",
    ),
    Misconception(
        "only the changed half",
        "Only the changed half comes back. y has as many entries as x: the half that passed belongs"
        " to it.",
        f"{HALVES}return {RIGHT}, tf.reduce_sum(s, axis=1)",
    ),
    Misconception(
        "log_det not returned",
        "Only y comes back. Return the tuple of y and log_det.",
        f"{HALVES}return tf.concat([x1, {RIGHT}], axis=1)",
    ),
    Misconception(
        "parts of the result exchanged",
        "log_det comes back first. Return y first, then log_det.",
        f"{HALVES}return tf.reduce_sum(s, axis=1), tf.concat([x1, {RIGHT}], axis=1)",
    ),
    Misconception(
        "log_det summed over the batch",
        "log_det is one number for the whole batch. Return one for each example.",
        forward(RIGHT, "tf.reduce_sum(s)"),
        forward(RIGHT, "tf.reduce_mean(tf.reduce_sum(s, axis=1))"),
    ),
    Misconception(
        "log_det averaged",
        "log_det is averaged over the entries; it should be summed. A determinant of a triangular "
        "matrix is the product of its diagonal.",
        forward(RIGHT, "tf.reduce_mean(s, axis=1)"),
    ),
    Misconception(
        "log_det not summed",
        "log_det has one number for each entry. Sum them: one for each example.",
        forward(RIGHT, "s"),
    ),
    Misconception(
        "log_det in a column",
        "log_det is a column of shape (B, 1). Return one number for each example, of shape (B,).",
        forward(RIGHT, "tf.reduce_sum(s, axis=1, keepdims=True)"),
    ),
    Misconception(
        "sign of log_det flipped",
        "log_det has the wrong sign: it is that of the way back. Where the step stretches, it is "
        "positive.",
        forward(RIGHT, "-tf.reduce_sum(s, axis=1)"),
    ),
    Misconception(
        "determinant instead of its logarithm",
        "log_det is the determinant itself; it should be its logarithm.",
        forward(RIGHT, "tf.reduce_prod(tf.exp(s), axis=1)"),
        forward(RIGHT, "tf.exp(tf.reduce_sum(s, axis=1))"),
    ),
    Misconception(
        "factors summed",
        "log_det sums the factors. The determinant is their product, so its logarithm sums their "
        "logarithms.",
        forward(RIGHT, "tf.reduce_sum(tf.exp(s), axis=1)"),
    ),
    Misconception(
        "shift in log_det",
        "t enters log_det. A shift does not change volumes.",
        forward(RIGHT, "tf.reduce_sum(s + t, axis=1)"),
        forward(RIGHT, "tf.reduce_sum(t, axis=1)"),
    ),
    Misconception(
        "absolute values in log_det",
        "log_det sums the sizes of s without their signs. Where s is negative the step shrinks, "
        "and log_det must fall.",
        forward(RIGHT, "tf.reduce_sum(tf.abs(s), axis=1)"),
    ),
    Misconception(
        "log_det left at zero",
        "log_det is 0 whatever s is. Only a step without scaling keeps every volume.",
        forward(RIGHT, "tf.zeros_like(x[:, 0])"),
    ),
    Misconception(
        "gradient stopped",
        "The gradient stops on its way: scale_shift could not learn. Every step from x and from s "
        "and t to the result must be one that TensorFlow can differentiate.",
        "x1, x2 = tf.split(x, 2, axis=1)\n"
        "s, t = (tf.stop_gradient(v) for v in scale_shift(x1))\n"
        f"y2 = {RIGHT}\n{RETURN}",
        forward(RIGHT, "tf.stop_gradient(tf.reduce_sum(s, axis=1))"),
    ),
    Misconception(
        "logarithm of a rounded factor",
        "log_det is right for small s but not for s around −200: there the factor is too small "
        "for a computer and becomes 0 before the logarithm is taken. The logarithm of an "
        "exponential can be taken on paper.",
        forward(RIGHT, "tf.reduce_sum(tf.math.log(tf.exp(s)), axis=1)"),
        forward(RIGHT, "tf.math.log(tf.reduce_prod(tf.exp(s), axis=1))"),
        forward(RIGHT, "tf.reduce_sum(tf.math.log(tf.exp(s) + 1e-12), axis=1)"),
    ),
    Misconception(
        "log_det counted twice",
        "log_det is twice what it should be. Only half of the entries are stretched: the others "
        "add the logarithm of 1.",
        forward(RIGHT, "2 * tf.reduce_sum(s, axis=1)"),
    ),
)

BACK = "y1, y2 = tf.split(y, 2, axis=1)\ns, t = scale_shift(y1)\n"


def back(x2: str) -> str:
    """The lines of an inverse with this expression for x2."""
    return f"{BACK}return tf.concat([y1, {x2}], axis=1)"


COUPLING_INVERSE = (
    Misconception(
        "steps undone in the wrong order",
        "The steps are undone in the wrong order. The way there scales first and shifts last; the "
        "way back begins with what came last.",
        back("y2 * tf.exp(-s) - t"),
    ),
    Misconception(
        "the way there again",
        "This is the way there again. The way back takes the shift away and undoes the scaling.",
        back("y2 * tf.exp(s) + t"),
    ),
    Misconception(
        "multiplied instead of divided",
        "The second half is multiplied by the exponential of s; the way back divides by it.",
        back("(y2 - t) * tf.exp(s)"),
    ),
    Misconception(
        "shift added",
        "The shift is added once more; the way back subtracts it.",
        back("(y2 + t) * tf.exp(-s)"),
        back("y2 * tf.exp(-s) + t"),
    ),
    Misconception(
        "divided by s",
        "The second half is divided by s itself; the factor is the exponential of s.",
        back("(y2 - t) / s"),
    ),
    Misconception(
        "shift forgotten",
        "The shift is not undone: t is missing.",
        back("y2 * tf.exp(-s)"),
    ),
    Misconception(
        "scale forgotten",
        "The scaling is not undone: s is missing.",
        back("y2 - t"),
    ),
    Misconception(
        "sign of the difference wrong",
        "The second half is subtracted from the shift; it should be the other way round.",
        back("(t - y2) * tf.exp(-s)"),
    ),
    Misconception(
        "scale and shift exchanged",
        "s and t are swapped: scale_shift gives the scale first.",
        "y1, y2 = tf.split(y, 2, axis=1)\nt, s = scale_shift(y1)\n"
        "return tf.concat([y1, (y2 - t) * tf.exp(-s)], axis=1)",
    ),
    Misconception(
        "scale and shift from the changed half",
        "scale_shift looks at the half that was changed. On the way there it looked at the half "
        "that passed.",
        "y1, y2 = tf.split(y, 2, axis=1)\ns, t = scale_shift(y2)\n"
        "return tf.concat([y1, (y2 - t) * tf.exp(-s)], axis=1)",
    ),
    Misconception(
        "halves exchanged",
        "The first half is changed and the second one passes. It was the other way round.",
        "y2, y1 = tf.split(y, 2, axis=1)\ns, t = scale_shift(y1)\n"
        "return tf.concat([(y2 - t) * tf.exp(-s), y1], axis=1)",
    ),
    Misconception(
        "halves put together in the wrong order",
        "The halves come back in the wrong order: the one that passed stays in front.",
        f"{BACK}return tf.concat([(y2 - t) * tf.exp(-s), y1], axis=1)",
    ),
    Misconception(
        "even and odd entries",
        "Every other entry is taken. Here the halves are the first half of the entries and the "
        "second half.",
        "y1, y2 = y[:, ::2], y[:, 1::2]\ns, t = scale_shift(y1)\n"
        "return tf.concat([y1, (y2 - t) * tf.exp(-s)], axis=1)",
        "y1, y2 = y[:, ::2], y[:, 1::2]\ns, t = scale_shift(y1)\n"
        "x2 = (y2 - t) * tf.exp(-s)\n"
        "return tf.reshape(tf.stack([y1, x2], axis=2), tf.shape(y))",
    ),
    Misconception(
        "both halves changed",
        "Both halves are unscaled and unshifted. The first half passed unchanged.",
        f"{BACK}return tf.concat([(y1 - t) * tf.exp(-s), (y2 - t) * tf.exp(-s)], axis=1)",
    ),
    Misconception(
        "only the changed half",
        "Only the changed half comes back. x has as many entries as y: the half that passed belongs"
        " to it.",
        f"{BACK}return (y2 - t) * tf.exp(-s)",
    ),
    Misconception(
        "log_det returned too",
        "A tuple comes back. Return x alone.",
        f"{BACK}return tf.concat([y1, (y2 - t) * tf.exp(-s)], axis=1), -tf.reduce_sum(s, axis=1)",
    ),
    Misconception(
        "gradient stopped",
        "The gradient stops on its way. Every step from y and from s and t to the result must be "
        "one that TensorFlow can differentiate.",
        "y1, y2 = tf.split(y, 2, axis=1)\n"
        "s, t = (tf.stop_gradient(v) for v in scale_shift(y1))\n"
        "return tf.concat([y1, (y2 - t) * tf.exp(-s)], axis=1)",
        f"{BACK}return tf.stop_gradient(tf.concat([y1, (y2 - t) * tf.exp(-s)], axis=1))",
    ),
    Misconception(
        "factor with a cushion",
        "It is right for moderate s but not for s around −20: a small constant is added to the "
        "factor, or the factor is clipped. The exponential of s is never 0, so neither is needed.",
        back("(y2 - t) / (tf.exp(s) + 1e-6)"),
        back("(y2 - t) / (tf.exp(s) + 1e-8)"),
        back("(y2 - t) / tf.maximum(tf.exp(s), 1e-6)"),
    ),
)

BASE = "0.5 * tf.reduce_sum(z**2 + np.log(2 * np.pi), axis=1)"


def density(result: str) -> str:
    """The lines of a log-density with this result, an expression in z and log_det."""
    return f"z, log_det = flow(x)\nreturn {result}"


LOG_PROB = (
    Misconception(
        "log_det forgotten",
        "log_det is missing: this is the density of the code, not of x. Where the flow stretches, "
        "the density of x is higher than that of its code.",
        density(f"-{BASE}"),
    ),
    Misconception(
        "log_det subtracted",
        "log_det is subtracted; it should be added. Where the flow stretches, the points of a "
        "large piece of the normal distribution come from a small piece of data space.",
        density(f"-{BASE} - log_det"),
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed: this is the negative log-likelihood, a cost. Return the "
        "log-density.",
        density(f"{BASE} - log_det"),
    ),
    Misconception(
        "constant dropped",
        "The constant of the normal distribution is dropped. The gradient is the same without it, "
        "but the density does not integrate to 1.",
        density("log_det - 0.5 * tf.reduce_sum(z**2, axis=1)"),
    ),
    Misconception(
        "constant once instead of for each dimension",
        "The constant of the normal distribution enters once. Every dimension has its own.",
        density("log_det - 0.5 * tf.reduce_sum(z**2, axis=1) - 0.5 * np.log(2 * np.pi)"),
    ),
    Misconception(
        "sign of the constant wrong",
        "The constant of the normal distribution enters with the wrong sign.",
        density("log_det - 0.5 * tf.reduce_sum(z**2 - np.log(2 * np.pi), axis=1)"),
    ),
    Misconception(
        "π without its 2",
        "The constant has the logarithm of π in it; it should be that of 2π.",
        density("log_det - 0.5 * tf.reduce_sum(z**2 + np.log(np.pi), axis=1)"),
    ),
    Misconception(
        "constant not halved",
        "The constant of the normal distribution is twice what it should be: a square root, in the "
        "density, is a factor ½ in its logarithm.",
        density("log_det - tf.reduce_sum(0.5 * z**2 + np.log(2 * np.pi), axis=1)"),
    ),
    Misconception(
        "½ of the square missing",
        "The square of the code has no ½ in front of it.",
        density("log_det - tf.reduce_sum(z**2 + 0.5 * np.log(2 * np.pi), axis=1)"),
    ),
    Misconception(
        "length not squared",
        "The length of the code is not squared.",
        density(
            "log_det - 0.5 * tf.norm(z, axis=1) - 0.5 * z.shape[1] * np.log(2 * np.pi)"
        ),
    ),
    Misconception(
        "density of x instead of its code",
        "The normal density is taken of x itself. It is that of the code z, which the flow gives.",
        "z, log_det = flow(x)\n"
        "return log_det - 0.5 * tf.reduce_sum(x**2 + np.log(2 * np.pi), axis=1)",
    ),
    Misconception(
        "averaged over the dimensions",
        "The dimensions of the code are averaged; they should be summed. The density of independent"
        " dimensions is a product.",
        density("log_det - 0.5 * tf.reduce_mean(z**2 + np.log(2 * np.pi), axis=1)"),
    ),
    Misconception(
        "everything divided by the dimensions",
        "Everything is divided by the number of dimensions. That comes later, in the bits per "
        "dimension.",
        density(f"(log_det - {BASE}) / z.shape[1]"),
    ),
    Misconception(
        "not summed over the dimensions",
        "There is one number for each dimension. Sum over the dimensions: one for each example.",
        density("log_det[:, None] - 0.5 * (z**2 + np.log(2 * np.pi))"),
    ),
    Misconception(
        "summed over the batch",
        "The examples are summed or averaged into one number. Return one number for each example.",
        density(f"tf.reduce_sum(log_det - {BASE})"),
        density(f"tf.reduce_mean(log_det - {BASE})"),
        density("log_det - 0.5 * tf.reduce_sum(z**2 + np.log(2 * np.pi))"),
    ),
    Misconception(
        "density instead of its logarithm",
        "This is the density itself; return its logarithm.",
        density(f"tf.exp(log_det - {BASE})"),
    ),
    Misconception(
        "determinant added instead of its logarithm",
        "The determinant itself is added. The logarithm of a product is the sum of the logarithms, "
        "and log_det is one already.",
        density(f"tf.exp(log_det) - {BASE}"),
    ),
    Misconception(
        "log_det multiplied",
        "log_det multiplies the log-density; the determinant multiplies the density, so its "
        "logarithm is added.",
        density(f"-log_det * {BASE}"),
    ),
    Misconception(
        "bits instead of nats",
        "The result is in bits. It should be in nats, with the natural logarithm.",
        density(f"(log_det - {BASE}) / np.log(2)"),
    ),
    Misconception(
        "gradient stopped",
        "The gradient stops on its way from the result to x or to the flow: nothing could be "
        "learned. Every step must be one that TensorFlow can differentiate.",
        density(f"tf.stop_gradient(log_det - {BASE})"),
        density(f"tf.stop_gradient(log_det) - {BASE}"),
        density("log_det - 0.5 * tf.reduce_sum("
                "tf.stop_gradient(z)**2 + np.log(2 * np.pi), axis=1)"),
    ),
    Misconception(
        "logarithm of a rounded density",
        "It is right near the origin but not 50 standard deviations out: there the density is too "
        "small for a computer and becomes 0 before the logarithm is taken. Take the logarithm of "
        "the formula first, on paper.",
        density("log_det + tf.reduce_sum(tf.math.log("
                "tf.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)), axis=1)"),
        density("log_det + tf.math.log(tf.reduce_prod("
                "tf.exp(-0.5 * z**2) / np.sqrt(2 * np.pi), axis=1))"),
        density("log_det + tf.reduce_sum(tf.math.log("
                "tf.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) + 1e-12), axis=1)"),
    ),
    Misconception(
        "logarithm of log_det",
        "A logarithm of log_det is taken. It is one already: that of the determinant.",
        density(f"tf.math.log(tf.abs(log_det)) - {BASE}"),
    ),
    Misconception(
        "log_det once for each dimension",
        "log_det enters once for each dimension. It belongs to the example as a whole: add it "
        "after the sum over the dimensions.",
        density("tf.reduce_sum(log_det[:, None] - 0.5 * (z**2 + np.log(2 * np.pi)), axis=1)"),
    ),
)  # fmt: skip

BITS_PER_DIMENSION = (
    Misconception(
        "nats per dimension",
        "These are nats for each dimension. A bit is less than a nat: change the unit.",
        "nll_nats / dimensions",
    ),
    Misconception(
        "bits of the whole image",
        "These are the bits of the whole example. Divide them by the number of dimensions.",
        "nll_nats / np.log(2)",
    ),
    Misconception(
        "multiplied by ln 2",
        "The result is multiplied by the logarithm of 2; it should be divided by it. A bit is less "
        "than a nat, so there are more bits than nats.",
        "nll_nats * np.log(2) / dimensions",
        "nll_nats / dimensions * np.log(2)",
    ),
    Misconception(
        "logarithm of the nats",
        "A logarithm of the nats is taken. They are a logarithm already; only the unit changes, by "
        "a constant factor.",
        "keras.ops.log2(nll_nats) / dimensions",
        "tf.math.log(nll_nats) / np.log(2) / dimensions",
        "tf.math.log(nll_nats) / dimensions",
    ),
    Misconception(
        "base 10",
        "The logarithm has base 10. A bit goes with base 2.",
        "nll_nats / (dimensions * np.log(10))",
        "nll_nats / (dimensions * np.log10(2))",
    ),
    Misconception(
        "averaged over the batch",
        "The examples are averaged or summed into one number. Return one number for each example.",
        "tf.reduce_mean(nll_nats) / (dimensions * np.log(2))",
        "tf.reduce_sum(nll_nats) / (dimensions * np.log(2))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. What comes in is a negative log-likelihood already: a cost.",
        "-nll_nats / (dimensions * np.log(2))",
    ),
    Misconception(
        "divided by the number of examples",
        "The result is divided by the number of examples; it should be divided by the number of "
        "dimensions.",
        "nll_nats / (len(nll_nats) * np.log(2))",
    ),
    Misconception(
        "multiplied by the dimensions",
        "The result is multiplied by the number of dimensions; it should be divided by it.",
        "nll_nats * dimensions / np.log(2)",
    ),
    Misconception(
        "upside down",
        "Numerator and denominator are swapped: bits go up when nats do.",
        "dimensions * np.log(2) / nll_nats",
    ),
    Misconception(
        "square root of the dimensions",
        "The result is divided by the square root of the number of dimensions. Nats add up over "
        "dimensions, so divide by their number.",
        "nll_nats / (np.sqrt(dimensions).astype('float32') * np.log(2))",
    ),
    Misconception(
        "offset for grey levels",
        "The bits of grey levels are added. That is right where pixels were scaled to [0, 1] "
        "beforehand; here only the unit is changed.",
        "nll_nats / (dimensions * np.log(2)) + 8",
        "nll_nats / (dimensions * np.log(2)) + np.log2(17).astype('float32')",
    ),
    Misconception(
        "perplexity",
        "An exponential is taken: this is a perplexity. Bits are a logarithm.",
        "tf.exp(nll_nats / dimensions)",
        "2.0**(nll_nats / (dimensions * np.log(2)))",
    ),
    Misconception(
        "rounded",
        "The result is rounded to whole numbers. Bits per dimension are a mean and need not be "
        "whole.",
        "tf.round(nll_nats / (dimensions * np.log(2)))",
        "tf.floor(nll_nats / (dimensions * np.log(2)))",
    ),
    Misconception(
        "never below zero",
        "Negative values are set to 0, or lose their sign. A density can be larger than 1, so its "
        "negative logarithm can be negative.",
        "tf.maximum(nll_nats / (dimensions * np.log(2)), 0)",
        "tf.abs(nll_nats) / (dimensions * np.log(2))",
    ),
    Misconception(
        "gradient stopped",
        "The gradient stops on its way: a flow could not be trained on this. Only arithmetic is "
        "needed.",
        "tf.stop_gradient(nll_nats / (dimensions * np.log(2)))",
    ),
)
