"""The misconceptions about `autoencoder`, and what students who have them read."""

from course_utils.grading.assignments import cross_entropy
from course_utils.grading.assignments.specification import Misconception

SQUARES = "tf.square(x - y)"
NO_GRADIENT = (
    "The value is right, but it leaves TensorFlow on the way, so no gradient passes and nothing "
    "can be learned. Use operations of TensorFlow or Keras from beginning to end."
)

MSE_LOSS = (
    Misconception(
        "mean over the pixels",
        "The pixels are averaged; they should be summed here, whatever the name of the loss says. "
        "The mean is taken over the batch later.",
        f"tf.reduce_mean({SQUARES}, axis=1)",
        "keras.losses.mean_squared_error(x, y)",
    ),
    Misconception(
        "summed over the batch too",
        "The examples are summed into one number. Sum over the pixels only and return one number "
        "for each example.",
        f"tf.reduce_sum({SQUARES})",
    ),
    Misconception(
        "scalar instead of per example",
        "The examples are averaged into one number. Return one number for each example; the "
        "average over the batch comes later.",
        f"tf.reduce_mean(tf.reduce_sum({SQUARES}, axis=1))",
    ),
    Misconception(
        "mean over everything",
        "Everything is averaged into one number, as Keras's loss objects do unless told otherwise. "
        "Sum over the pixels and return one number for each example.",
        f"tf.reduce_mean({SQUARES})",
        "keras.losses.MeanSquaredError()(x, y)",
    ),
    Misconception(
        "not summed",
        "There is one number for each pixel. Sum over the pixels: one number for each example.",
        SQUARES,
    ),
    Misconception(
        "summed over the wrong axis",
        "The sum runs over the examples and leaves the pixels. It should run over the pixels and "
        "leave the examples.",
        f"tf.reduce_sum({SQUARES}, axis=0)",
    ),
    Misconception(
        "root taken",
        "The square root of the sum is taken, which makes it a distance. The loss is the squared "
        "distance.",
        f"tf.sqrt(tf.reduce_sum({SQUARES}, axis=1))",
        "tf.norm(x - y, axis=1)",
        f"tf.sqrt(tf.reduce_mean({SQUARES}, axis=1))",
    ),
    Misconception(
        "absolute error",
        "The absolute differences are summed. The loss is about their squares, in which large "
        "differences count more.",
        "tf.reduce_sum(tf.abs(x - y), axis=1)",
        "tf.reduce_mean(tf.abs(x - y), axis=1)",
    ),
    Misconception(
        "not squared",
        "The differences are not squared, so those of opposite sign cancel.",
        "tf.reduce_sum(x - y, axis=1)",
        "tf.reduce_sum(y - x, axis=1)",
    ),
    Misconception(
        "squared after the sum",
        "The differences are summed first and then squared, so those of opposite sign cancel. "
        "Square each of them, then sum.",
        "tf.square(tf.reduce_sum(x - y, axis=1))",
    ),
    Misconception(
        "difference of squares",
        "This is a difference of squares. It should be the square of a difference.",
        "tf.reduce_sum(x**2 - y**2, axis=1)",
        "tf.reduce_sum(y**2 - x**2, axis=1)",
        "tf.abs(tf.reduce_sum(x**2 - y**2, axis=1))",
    ),
    Misconception(
        "half",
        "The result is half of what it should be. Some texts put a factor ½ in front of the "
        "squared error; the formula here has none.",
        f"0.5 * tf.reduce_sum({SQUARES}, axis=1)",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A squared error is never negative.",
        f"-tf.reduce_sum({SQUARES}, axis=1)",
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        'tf.constant(np.sum((np.array(x) - np.array(y)) ** 2, axis=1), "float32")',
    ),
)

# The function is that of the assignment `vae` under another name. These sentences replace those
# which, there, also speak of things that an autoencoder does not have.
_SENTENCES = {
    "mean over the pixels": "The pixels are averaged; they should be summed. The likelihood of an "
    "image is a product over its pixels.",
    "squared error": "This is a squared error. Here the loss is the cross-entropy.",
}
CROSS_ENTROPY_LOSS = (
    *(
        Misconception(m.name, _SENTENCES.get(m.name, m.sentence), *m.bodies)
        for m in cross_entropy.MISCONCEPTIONS
    ),
    Misconception(
        "entropy subtracted",
        "The entropy of the grey pixels is subtracted, which makes it a divergence. The "
        "cross-entropy is not 0 even for the best logits where a pixel is grey.",
        "def xlogx(p):\n    return tf.math.xlogy(p, p)\n"
        "cross = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)\n"
        "return tf.reduce_sum(cross + xlogx(x) + xlogx(1 - x), axis=1)",
    ),
)

UNIFORM = "tf.random.uniform(tf.shape(x))"

CORRUPT = (
    Misconception(
        "drop rate taken for the rate of keeping",
        "Pixels are kept with the probability drop_rate. They should be dropped with that "
        "probability: with a drop rate of 0 nothing changes.",
        f"tf.where({UNIFORM} < drop_rate, x, 0.0)",
        f"x * tf.cast({UNIFORM} < drop_rate, tf.float32)",
        "keep = tf.random.uniform(tf.shape(x), maxval=1.0) <= drop_rate\n"
        "return x * tf.cast(keep, x.dtype)",
    ),
    Misconception(
        "rescaled",
        "The pixels that are kept are scaled up, as dropout does to keep the mean. Here they stay "
        "as they are.",
        "tf.nn.dropout(x, drop_rate)",
        "keras.layers.Dropout(drop_rate)(x, training=True)",
        f"tf.where({UNIFORM} < drop_rate, 0.0, x / (1 - drop_rate))",
    ),
    Misconception(
        "scaled down",
        "The pixels that are kept are scaled down. They should stay as they are.",
        f"(1 - drop_rate) * tf.where({UNIFORM} < drop_rate, 0.0, x)",
    ),
    Misconception(
        "nothing happens",
        "Nothing is dropped at random: every call, every example and every pixel is treated alike. "
        "Layers of Keras such as Dropout do nothing unless they are told that it is training.",
        "tf.identity(x)",
        "keras.layers.Dropout(drop_rate)(x)",
        "tf.where(x > drop_rate, x, 0.0)",
        "x * (1 - drop_rate)",
    ),
    Misconception(
        "the same pixels at each call",
        "A second call drops the same pixels: they come from a fixed seed or were drawn once. Draw "
        "them anew at each call.",
        "tf.where(tf.random.stateless_uniform(tf.shape(x), seed=(1, 2)) < drop_rate, 0.0, x)",
        'x * (np.random.default_rng(0).random(x.shape) >= drop_rate).astype("float32")',
    ),
    Misconception(
        "one mask for the batch",
        "The same pixels are dropped from all examples of a batch. Each example needs its own: "
        "look at the shape in which you draw.",
        "tf.where(tf.random.uniform(tf.shape(x)[1:]) < drop_rate, 0.0, x)",
    ),
    Misconception(
        "whole examples dropped",
        "A whole example is dropped or kept. Each pixel needs a draw of its own: look at the shape "
        "in which you draw.",
        "tf.where(tf.random.uniform([tf.shape(x)[0], 1]) < drop_rate, 0.0, x)",
    ),
    Misconception(
        "noise added",
        "Noise is added to the pixels. Here a pixel is set to 0 or stays as it is.",
        "x + drop_rate * tf.random.normal(tf.shape(x))",
        "x + tf.random.normal(tf.shape(x), stddev=drop_rate)",
        "tf.clip_by_value(x + drop_rate * tf.random.normal(tf.shape(x)), 0.0, 1.0)",
        f"x * (1 - drop_rate * {UNIFORM})",
    ),
    Misconception(
        "set to 1",
        "The pixels that are dropped become white; they should become 0.",
        f"tf.where({UNIFORM} < drop_rate, 1.0, x)",
    ),
    Misconception(
        "set to noise",
        "The pixels that are dropped get a random value; they should become 0.",
        f"tf.where({UNIFORM} < drop_rate, {UNIFORM}, x)",
        f"tf.where({UNIFORM} < drop_rate, tf.round({UNIFORM}), x)",
    ),
    Misconception(
        "dropped by a normal draw",
        "The share of dropped pixels is not the drop rate: the draw that decides is from a normal "
        "distribution. It should be uniform between 0 and 1.",
        "tf.where(tf.random.normal(tf.shape(x)) < drop_rate, 0.0, x)",
    ),
    Misconception(
        "always one half",
        "About half of the pixels are dropped, whatever the drop rate.",
        f"tf.where({UNIFORM} < 0.5, 0.0, x) if drop_rate else x",
        f"x * tf.round({UNIFORM}) if drop_rate else x",
    ),
    Misconception(
        "only the mask",
        "The result is the mask of 0 and 1. Multiply the image by it.",
        f"tf.cast({UNIFORM} >= drop_rate, tf.float32)",
    ),
    Misconception(
        "gradient stopped",
        "The gradient stops before it reaches x: the result is made by something that TensorFlow "
        "cannot differentiate, or the gradient is stopped on purpose.",
        f"tf.stop_gradient(tf.where({UNIFORM} < drop_rate, 0.0, x))",
        'tf.constant((np.random.random(x.shape) >= drop_rate) * np.array(x), "float32")',
    ),
    Misconception(
        "NumPy mask, drawn only once inside tf.function",
        "Inside tf.function the same pixels are dropped at each call. NumPy (or Python) draws "
        "while the function is traced and never again; draw with TensorFlow or Keras.",
        'x * (np.random.random(x.shape) >= drop_rate).astype("float32")',
    ),
    Misconception(
        "a fixed number of pixels dropped",
        "Every example loses the same number of pixels. Each pixel is dropped or kept by a draw of "
        "its own, whatever happens to the others, so the number varies.",
        "order = tf.argsort(tf.argsort(tf.random.uniform(tf.shape(x)), axis=1), axis=1)\n"
        "count = tf.cast(drop_rate * tf.cast(tf.shape(x)[1], tf.float32), tf.int32)\n"
        "return tf.where(order < count, 0.0, x)",
    ),
    Misconception(
        "multiplied by noise",
        "Every pixel is multiplied by a random number. A pixel is set to 0 or stays as it is: "
        "there is nothing in between.",
        "x * tf.random.uniform(tf.shape(x))",
    ),
)


def sparsity(
    mean: str = "tf.reduce_mean(codes, axis=0)",
    kl: str = "r * tf.math.log(r / m) + (1 - r) * tf.math.log((1 - r) / (1 - m))",
    result: str = "tf.reduce_sum(kl)",
) -> str:
    """The lines of a correct sparsity penalty, except for the parts that are passed."""
    return f"m = {mean}\nr = target\nkl = {kl}\nreturn {result}\n"


SPARSITY_PENALTY = (
    Misconception(
        "mean over the units",
        "The units are averaged; they should be summed.",
        sparsity(result="tf.reduce_mean(kl)"),
    ),
    Misconception(
        "per unit",
        "There is one number for each unit. Sum them: the penalty is one number.",
        sparsity(result="kl"),
    ),
    Misconception(
        "each activation by itself",
        "Every single activation is compared with the target. Average each unit over the batch "
        "first: a unit may well be on for one example if it is off for most of them.",
        "r, m = target, codes\n"
        "kl = r * tf.math.log(r / m) + (1 - r) * tf.math.log((1 - r) / (1 - m))\n"
        "return tf.reduce_sum(tf.reduce_mean(kl, axis=0))",
        "r, m = target, codes\n"
        "kl = r * tf.math.log(r / m) + (1 - r) * tf.math.log((1 - r) / (1 - m))\n"
        "return tf.reduce_sum(kl)",
        "r, m = target, codes\n"
        "kl = r * tf.math.log(r / m) + (1 - r) * tf.math.log((1 - r) / (1 - m))\n"
        "return tf.reduce_mean(kl)",
    ),
    Misconception(
        "average over the units of an example",
        "The activations are averaged over the units of each example. Average each unit over the "
        "examples instead.",
        sparsity(mean="tf.reduce_mean(codes, axis=1)"),
        sparsity(mean="tf.reduce_mean(codes, axis=1)", result="tf.reduce_mean(kl)"),
    ),
    Misconception(
        "average over everything",
        "All activations are averaged into one number. Each unit has an average of its own, and a "
        "divergence of its own.",
        sparsity(mean="tf.reduce_mean(codes)"),
    ),
    Misconception(
        "divergence the other way round",
        "This is the divergence with the mean activation first. It should be the other way round: "
        "the target comes first.",
        sparsity(kl="m * tf.math.log(m / r) + (1 - m) * tf.math.log((1 - m) / (1 - r))"),
    ),
    Misconception(
        "second term missing",
        "Only the term for being on is there. A Bernoulli variable is on or off: there is a "
        "second term, for being off.",
        sparsity(kl="r * tf.math.log(r / m)"),
    ),
    Misconception(
        "first term missing",
        "Only the term for being off is there. A Bernoulli variable is on or off: there is "
        "another term, for being on.",
        sparsity(kl="(1 - r) * tf.math.log((1 - r) / (1 - m))"),
    ),
    Misconception(
        "terms subtracted",
        "The second term is subtracted from the first. Both are added.",
        sparsity(kl="r * tf.math.log(r / m) - (1 - r) * tf.math.log((1 - r) / (1 - m))"),
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A divergence is never negative.",
        sparsity(result="-tf.reduce_sum(kl)"),
        sparsity(kl="r * tf.math.log(m / r) + (1 - r) * tf.math.log((1 - m) / (1 - r))"),
    ),
    Misconception(
        "entropy of the target missing",
        "This is the cross-entropy. The divergence is 0 when the mean activation is the target, "
        "which a cross-entropy is not: the entropy of the target is missing.",
        sparsity(kl="-r * tf.math.log(m) - (1 - r) * tf.math.log(1 - m)"),
        "m = tf.reduce_mean(codes, axis=0)\n"
        "return tf.reduce_sum(keras.ops.binary_crossentropy(target * tf.ones_like(m), m))",
    ),
    Misconception(
        "L1 penalty",
        "This is the sum of the activations themselves, an L1 penalty. Here each mean activation "
        "is compared with the target.",
        "tf.reduce_sum(tf.reduce_mean(tf.abs(codes), axis=0))",
        "tf.reduce_sum(tf.abs(codes))",
        "tf.reduce_mean(tf.abs(codes))",
    ),
    Misconception(
        "squared difference",
        "This is the squared difference between mean activation and target. The penalty is a "
        "divergence, which grows without bound when a unit is always off or always on.",
        sparsity(kl="(m - r) ** 2"),
        sparsity(kl="(m - r) ** 2", result="tf.reduce_mean(kl)"),
        sparsity(kl="tf.abs(m - r)"),
    ),
    Misconception(
        "sum instead of mean over the batch",
        "The activations of a unit are summed over the batch. Average them: a sum may be larger "
        "than 1, which is not a probability.",
        sparsity(mean="tf.reduce_sum(codes, axis=0)"),
    ),
    Misconception(
        "times the size of the batch",
        "The penalty is multiplied by the size of the batch. It belongs to the batch as a whole "
        "and enters once.",
        sparsity(result="tf.reduce_sum(kl) * codes.shape[0]"),
    ),
    Misconception(
        "sigmoid applied again",
        "The codes go through a sigmoid. They are activations between 0 and 1 already.",
        sparsity(mean="tf.reduce_mean(tf.sigmoid(codes), axis=0)"),
    ),
    Misconception(
        "logarithm to base 2",
        "The result is in bits: the logarithm is to base 2. Use the natural logarithm.",
        sparsity(result="tf.reduce_sum(kl) / tf.math.log(2.0)"),
    ),
    Misconception(
        "half",
        "The result is half of what it should be.",
        sparsity(result="0.5 * tf.reduce_sum(kl)"),
    ),
    Misconception(
        "gradient lost",
        NO_GRADIENT,
        "m, r = np.mean(codes, axis=0), target\n"
        "kl = r * np.log(r / m) + (1 - r) * np.log((1 - r) / (1 - m))\n"
        'return tf.constant(kl.sum(), "float32")',
    ),
    Misconception(
        "target ignored",
        "The target that is given is ignored: it is 0.1 whatever was asked for.",
        sparsity().replace("r = target", "r = 0.1"),
    ),
)


def contraction(
    jacobian: str = "tape.batch_jacobian(codes, x)",
    result: str = "tf.reduce_sum(jacobian**2, axis=[1, 2])",
    codes: str = "encoder(x)",
) -> str:
    """The lines of a correct contractive penalty, except for the parts that are passed."""
    return f"""\
with tf.GradientTape() as tape:
    tape.watch(x)
    codes = {codes}
jacobian = {jacobian}
return {result}
"""


def by_gradient(codes: str = "encoder(x)", result: str = "tf.reduce_sum(gradient**2, axis=1)"):
    """The lines of a penalty with the gradient of the summed codes instead of their Jacobian."""
    return f"""\
with tf.GradientTape() as tape:
    tape.watch(x)
    codes = {codes}
gradient = tape.gradient(codes, x)
return {result}
"""


CONTRACTIVE_PENALTY = (
    Misconception(
        "gradient of the summed code",
        "This is the gradient of the sum of all units, in which their slopes can cancel. Each unit "
        "has a gradient of its own; square before you add.",
        by_gradient(),
        by_gradient("tf.reduce_sum(encoder(x), axis=1)"),
    ),
    Misconception(
        "gradient of the mean code",
        "This is the gradient of the mean over the units, in which their slopes can cancel. Each "
        "unit has a gradient of its own; square before you add.",
        by_gradient("tf.reduce_mean(encoder(x), axis=1)"),
    ),
    Misconception(
        "one unit only",
        "Only one unit of the code counts. All of them should.",
        by_gradient("encoder(x)[:, 0]"),
        by_gradient("encoder(x)[:, -1]"),
    ),
    Misconception(
        "summed over the batch too",
        "The examples are summed into one number. Return one number for each example.",
        contraction(result="tf.reduce_sum(jacobian**2)"),
    ),
    Misconception(
        "scalar instead of per example",
        "The examples are averaged into one number. Return one number for each example; the "
        "average over the batch comes later.",
        contraction(result="tf.reduce_mean(tf.reduce_sum(jacobian**2, axis=[1, 2]))"),
    ),
    Misconception(
        "mean over the entries",
        "The entries of the Jacobian are averaged; they should be summed after squaring.",
        contraction(result="tf.reduce_mean(jacobian**2, axis=[1, 2])"),
        contraction(result="tf.reduce_sum(tf.reduce_mean(jacobian**2, axis=1), axis=1)"),
        contraction(result="tf.reduce_sum(tf.reduce_mean(jacobian**2, axis=2), axis=1)"),
        contraction(result="tf.reduce_mean(jacobian**2)"),
    ),
    Misconception(
        "root taken",
        "This is the Frobenius norm itself. The penalty is its square.",
        contraction(result="tf.sqrt(tf.reduce_sum(jacobian**2, axis=[1, 2]))"),
        contraction(result="tf.norm(jacobian, axis=[1, 2])"),
    ),
    Misconception(
        "not squared",
        "The entries of the Jacobian are not squared, so those of opposite sign cancel.",
        contraction(result="tf.reduce_sum(jacobian, axis=[1, 2])"),
    ),
    Misconception(
        "absolute values",
        "The absolute values of the Jacobian's entries are summed. It should be their squares.",
        contraction(result="tf.reduce_sum(tf.abs(jacobian), axis=[1, 2])"),
    ),
    Misconception(
        "squared after the sum",
        "The entries of the Jacobian are summed first and then squared, so those of opposite sign "
        "cancel. Square each of them, then sum.",
        contraction(result="tf.reduce_sum(jacobian, axis=[1, 2]) ** 2"),
    ),
    Misconception(
        "one axis left",
        "There is more than one number for an example. The sum runs over all units and all pixels.",
        contraction(result="tf.reduce_sum(jacobian**2, axis=1)"),
        contraction(result="tf.reduce_sum(jacobian**2, axis=2)"),
        contraction(result="jacobian**2"),
        contraction(result="jacobian"),
    ),
    Misconception(
        "largest singular value",
        "This is the square of the largest singular value of the Jacobian. The Frobenius norm "
        "counts all of them.",
        contraction(result="tf.reduce_max(tf.linalg.svd(jacobian, compute_uv=False), 1) ** 2"),
    ),
    Misconception(
        "code instead of Jacobian",
        "Here the code itself is made small. The penalty is about its derivative with respect to "
        "the image.",
        "tf.reduce_sum(tf.square(encoder(x)), axis=1)",
    ),
    Misconception(
        "half",
        "The result is half of what it should be.",
        contraction(result="0.5 * tf.reduce_sum(jacobian**2, axis=[1, 2])"),
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A squared norm is never negative.",
        contraction(result="-tf.reduce_sum(jacobian**2, axis=[1, 2])"),
    ),
    Misconception(
        "gradient of the squared code",
        "The derivative is taken of the squared code. Take it of the code; the square comes "
        "afterwards.",
        contraction(codes="encoder(x) ** 2"),
        by_gradient("encoder(x) ** 2"),
    ),
    Misconception(
        "not differentiable",
        "No gradient reaches the encoder's weights, so the penalty can never make the code "
        "steadier. The Jacobian must itself be computed by operations that TensorFlow can "
        "differentiate.",
        contraction(jacobian="tf.stop_gradient(tape.batch_jacobian(codes, x))"),
        contraction(jacobian="tf.constant(tape.batch_jacobian(codes, x).numpy())"),
    ),
    Misconception(
        "images not watched",
        "Every derivative is 0. A tape watches variables without being asked, but it must be told "
        "to watch the images.",
        contraction().replace("    tape.watch(x)\n", ""),
    ),
    Misconception(
        "finite differences",
        "The derivatives are differences between two nearby images: close, but only as accurate as "
        "the step is small, and rounding rules out a very small one. Let a tape compute the "
        "derivative.",
        *(
            f"change = [(encoder(x + {step} * tf.one_hot(p, x.shape[1])) - encoder(x)) / {step}\n"
            "          for p in range(x.shape[1])]\n"
            "return sum(tf.reduce_sum(tf.square(one), axis=1) for one in change)"
            for step in (0.1, 0.01)
        ),
    ),
    Misconception(
        "a sigmoid of its own",
        "The codes go through a sigmoid first. What the encoder returns is the code already.",
        contraction(codes="tf.sigmoid(encoder(x))"),
    ),
)
