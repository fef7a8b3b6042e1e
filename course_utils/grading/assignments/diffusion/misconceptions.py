"""The misconceptions about `diffusion`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

LOST = (
    "The value is right, but it leaves TensorFlow on the way, so that no gradient passes and "
    "nothing could be learned. Use operations of TensorFlow or Keras from beginning to end."
)
SIZE_FIXED = (
    "Inside a graph it needs a batch size that is known beforehand. Keras leaves it open while it "
    "trains. Let one axis of the new shape be worked out from the rest."
)


def for_each(names: str, like: str, axes: str = "[-1] + [1] * ({like}.shape.rank - 1)") -> str:
    """The lines that reshape arguments with one number per example to the rank of `like`.

    Args:
        names: the arguments to reshape, separated by spaces.
        like: the argument whose rank they need.
        axes: the new shape, an expression in `like`.
    """
    shape = axes.format(like=like)
    return "".join(f"{name} = tf.reshape({name}, {shape})\n" for name in names.split())


LEVEL = for_each("alpha_bar", "x")
NOISY_LEVEL = for_each("alpha_bar", "x_noisy")
BOTH_LEVELS = for_each("alpha_bar alpha_bar_next", "x_noisy")
TIME = for_each("t", "data")
MIXTURE = "return tf.sqrt(alpha_bar) * x + tf.sqrt(1 - alpha_bar) * epsilon"
ESTIMATE = "(x_noisy - tf.sqrt(1 - alpha_bar) * epsilon) / tf.sqrt(alpha_bar)"
POINT = "return (1 - t) * noise + t * data"
IMAGES_ONLY = "[-1, 1, 1, 1]"
ROWS_ONLY = "[-1, 1]"
FIXED = "[{like}.shape[0]] + [1] * ({like}.shape.rank - 1)"


def of_the_axes(names: str, like: str, rest: str, what: str) -> tuple[Misconception, ...]:
    """What goes wrong where a whole example is multiplied by its own number.

    Args:
        names: the arguments with one number per example, separated by spaces.
        like: the argument whose rank they need.
        rest: the lines that follow when they have it.
        what: the words for these arguments, with which a sentence begins.
    """
    return (
        Misconception(
            "along the last axis",
            f"{what} meets the last axis of the examples. There is one number for each example: it "
            "needs further axes of size 1, so that it meets the first axis.",
            rest,
        ),
        Misconception(
            "rows only",
            f"It is right where an example is a row and wrong for images: {what[0].lower()}"
            f"{what[1:]} gets one further axis, however many there are. Ask how many it needs.",
            for_each(names, like, ROWS_ONLY) + rest,
        ),
        Misconception(
            "images only",
            f"{what} gets three further axes, as images need them. An example may also be a row; "
            "ask how many axes there are.",
            for_each(names, like, IMAGES_ONLY) + rest,
        ),
        Misconception("batch size fixed", SIZE_FIXED, for_each(names, like, FIXED) + rest),
    )


ADD_NOISE = (
    Misconception(
        "shares instead of their roots",
        "The shares of the variance are used as weights. Variances add up; weights are their "
        "square roots.",
        LEVEL + "return alpha_bar * x + (1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "root missing at the signal",
        "The signal is weighted by its share of the variance. Its weight is the square root of "
        "that.",
        LEVEL + "return alpha_bar * x + tf.sqrt(1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "root missing at the noise",
        "The noise is weighted by its share of the variance. Its weight is the square root of "
        "that.",
        LEVEL + "return tf.sqrt(alpha_bar) * x + (1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "weights exchanged",
        "The two weights have changed places: ᾱ is the share of the signal, so that there is no "
        "noise where it is 1.",
        LEVEL + "return tf.sqrt(1 - alpha_bar) * x + tf.sqrt(alpha_bar) * epsilon",
    ),
    Misconception(
        "weights that add up to 1",
        "The two weights add up to 1. Their squares should, because variances add up and not "
        "standard deviations.",
        LEVEL + "return tf.sqrt(alpha_bar) * x + (1 - tf.sqrt(alpha_bar)) * epsilon",
    ),
    Misconception(
        "noise not weighted",
        "The noise enters at full strength whatever ᾱ is.",
        LEVEL + "return tf.sqrt(alpha_bar) * x + epsilon",
    ),
    Misconception(
        "signal not weighted",
        "The signal enters at full strength whatever ᾱ is, so that the variance grows with the "
        "noise. Here signal and noise share a variance of 1.",
        LEVEL + "return x + tf.sqrt(1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "noise subtracted",
        "The noise is subtracted. That is as good for one noisy example, but here the noise is "
        "given, and the network will be asked for its sign, too.",
        LEVEL + "return tf.sqrt(alpha_bar) * x - tf.sqrt(1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "one level for the whole batch",
        "All examples get the same amount of noise, the average. Each has its own ᾱ.",
        "a = tf.reduce_mean(alpha_bar)\nreturn tf.sqrt(a) * x + tf.sqrt(1 - a) * epsilon",
    ),
    Misconception(
        "the first level for all",
        "All examples get the amount of noise of the first. Each has its own ᾱ.",
        "a = alpha_bar[0]\nreturn tf.sqrt(a) * x + tf.sqrt(1 - a) * epsilon",
    ),
    Misconception(
        "noise drawn anew",
        "It draws noise of its own. Use epsilon, the noise that is given: the network will be "
        "compared with it.",
        LEVEL
        + "noise = tf.random.normal(tf.shape(x))\n"
        + "return tf.sqrt(alpha_bar) * x + tf.sqrt(1 - alpha_bar) * noise",
    ),
    Misconception(
        "ᾱ squared",
        "The weight of the signal is ᾱ and the squares of the weights add up to 1. So ᾱ is taken "
        "for the weight itself; it is the weight's square.",
        LEVEL + "return alpha_bar * x + tf.sqrt(1 - alpha_bar**2) * epsilon",
    ),
    Misconception(
        "sample and noise",
        "A tuple comes back. Return the noisy example alone.",
        LEVEL + MIXTURE + ", epsilon",
    ),
    Misconception(
        "gradient lost",
        LOST,
        "a = np.reshape(alpha_bar, [-1] + [1] * (len(x.shape) - 1))\n"
        "noisy = np.sqrt(a) * np.array(x) + np.sqrt(1 - a) * np.array(epsilon)\n"
        'return tf.constant(noisy, "float32")',
    ),
    *of_the_axes("alpha_bar", "x", MIXTURE, "ᾱ"),
)

PREDICT_CLEAN = (
    Misconception(
        "not divided",
        "The noise is taken away, but what is left is still as faint as it was: the signal had the "
        "weight √ᾱ, and this must be undone, too.",
        NOISY_LEVEL + "return x_noisy - tf.sqrt(1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "divided by ᾱ",
        "It is divided by ᾱ. The weight of the signal is the square root of that.",
        NOISY_LEVEL + "return (x_noisy - tf.sqrt(1 - alpha_bar) * epsilon) / alpha_bar",
    ),
    Misconception(
        "multiplied",
        "It is multiplied by √ᾱ once more. To undo a weight, divide by it.",
        NOISY_LEVEL + "return (x_noisy - tf.sqrt(1 - alpha_bar) * epsilon) * tf.sqrt(alpha_bar)",
    ),
    Misconception(
        "root missing at the noise",
        "The noise is weighted by its share of the variance. Its weight is the square root of "
        "that.",
        NOISY_LEVEL + "return (x_noisy - (1 - alpha_bar) * epsilon) / tf.sqrt(alpha_bar)",
    ),
    Misconception(
        "noise not weighted",
        "The noise is taken away at full strength, more than there is of it.",
        NOISY_LEVEL + "return (x_noisy - epsilon) / tf.sqrt(alpha_bar)",
    ),
    Misconception(
        "noise added",
        "The noise is added once more. It should be taken away.",
        NOISY_LEVEL + "return (x_noisy + tf.sqrt(1 - alpha_bar) * epsilon) / tf.sqrt(alpha_bar)",
    ),
    Misconception(
        "only the noise divided",
        "Only the noise is divided by √ᾱ. The noisy example must be divided, too.",
        NOISY_LEVEL + "return x_noisy - tf.sqrt(1 - alpha_bar) * epsilon / tf.sqrt(alpha_bar)",
    ),
    Misconception(
        "only the example divided",
        "Only the noisy example is divided by √ᾱ. The noise must be divided, too.",
        NOISY_LEVEL + "return x_noisy / tf.sqrt(alpha_bar) - tf.sqrt(1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "weights exchanged",
        "The two weights have changed places: ᾱ is the share of the signal, not of the noise.",
        NOISY_LEVEL + "return (x_noisy - tf.sqrt(alpha_bar) * epsilon) / tf.sqrt(1 - alpha_bar)",
    ),
    Misconception(
        "weights that add up to 1",
        "The noise is weighted as if the two weights added up to 1. Their squares do.",
        NOISY_LEVEL + "return (x_noisy - (1 - tf.sqrt(alpha_bar)) * epsilon) / tf.sqrt(alpha_bar)",
    ),
    Misconception(
        "shares instead of their roots",
        "The shares of the variance are used as weights; weights are their square roots.",
        NOISY_LEVEL + "return (x_noisy - (1 - alpha_bar) * epsilon) / alpha_bar",
    ),
    Misconception(
        "clipped",
        "The result is clipped to a range. Some samplers do that to an image; here nothing says "
        "what range the data have.",
        NOISY_LEVEL + f"return tf.clip_by_value({ESTIMATE}, -1, 1)",
        NOISY_LEVEL + f"return tf.clip_by_value({ESTIMATE}, 0, 1)",
        NOISY_LEVEL + f"return tf.tanh({ESTIMATE})",
    ),
    Misconception(
        "noise added again",
        "This adds noise to the noisy example. The way back subtracts the noise first and then "
        "undoes the weight of the signal.",
        NOISY_LEVEL + "return tf.sqrt(alpha_bar) * x_noisy + tf.sqrt(1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "gradient lost",
        LOST,
        "a = np.reshape(alpha_bar, [-1] + [1] * (len(x_noisy.shape) - 1))\n"
        "clean = (np.array(x_noisy) - np.sqrt(1 - a) * np.array(epsilon)) / np.sqrt(a)\n"
        'return tf.constant(clean, "float32")',
    ),
    *of_the_axes("alpha_bar", "x_noisy", f"return {ESTIMATE}", "ᾱ"),
)

SQUARES = "tf.square(epsilon - predicted)"
BUT_THE_FIRST = "list(range(1, len(epsilon.shape)))"
NOISE_LOSS = (
    Misconception(
        "sum instead of mean",
        "The entries of an example are summed; they should be averaged, so that small and large "
        "images have losses of similar size.",
        f"tf.reduce_sum({SQUARES}, axis={BUT_THE_FIRST})",
    ),
    Misconception(
        "scalar instead of per example",
        "The examples are averaged into one number. Return one number for each example: the noise "
        "levels differ, and somebody may want to look at them one by one.",
        f"tf.reduce_mean({SQUARES})",
        "keras.losses.MeanSquaredError()(epsilon, predicted)",
    ),
    Misconception(
        "summed into one number",
        "Everything is summed into one number. Average over the entries of each example, and "
        "return one number for each.",
        f"tf.reduce_sum({SQUARES})",
    ),
    Misconception(
        "not averaged",
        "There is one number for each entry. Average over the entries of each example.",
        SQUARES,
    ),
    Misconception(
        "averaged over the examples",
        "The average runs over the examples and leaves the entries. It should be the other way "
        "round.",
        f"tf.reduce_mean({SQUARES}, axis=0)",
    ),
    Misconception(
        "last axis only",
        "It is right where an example is a row. Of an image it averages along the last axis only: "
        "average over every axis but the first.",
        f"tf.reduce_mean({SQUARES}, axis=-1)",
        "keras.losses.mean_squared_error(epsilon, predicted)",
    ),
    Misconception(
        "images only",
        "It expects images, with three axes after the first. An example may also be a row; ask how "
        "many axes there are.",
        f"tf.reduce_mean({SQUARES}, axis=[1, 2, 3])",
    ),
    Misconception(
        "absolute error",
        "These are absolute differences; they should be squared.",
        f"tf.reduce_mean(tf.abs(epsilon - predicted), axis={BUT_THE_FIRST})",
    ),
    Misconception(
        "root of the mean",
        "This is the root of the mean of the squares. The loss is the mean itself.",
        f"tf.sqrt(tf.reduce_mean({SQUARES}, axis={BUT_THE_FIRST}))",
    ),
    Misconception(
        "root of the sum",
        "This is the distance of the two, the root of a sum. The loss is the mean of the squares.",
        f"tf.sqrt(tf.reduce_sum({SQUARES}, axis={BUT_THE_FIRST}))",
    ),
    Misconception(
        "half",
        "The result is half of what it should be: the formula here has no factor ½.",
        f"0.5 * tf.reduce_mean({SQUARES}, axis={BUT_THE_FIRST})",
    ),
    Misconception(
        "square of the mean",
        "The differences are averaged first and squared then, so that they cancel each other. "
        "Square first.",
        f"tf.square(tf.reduce_mean(epsilon - predicted, axis={BUT_THE_FIRST}))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A squared error is never negative.",
        f"-tf.reduce_mean({SQUARES}, axis={BUT_THE_FIRST})",
    ),
    Misconception(
        "difference of squares",
        "Each is squared and the squares are subtracted. Square the difference.",
        f"tf.reduce_mean(tf.square(epsilon) - tf.square(predicted), axis={BUT_THE_FIRST})",
    ),
    Misconception(
        "gradient lost",
        LOST,
        "d = np.array(epsilon) - np.array(predicted)\n"
        'return tf.constant(np.mean(d.reshape(len(d), -1) ** 2, axis=1), "float32")',
    ),
)

GUIDE = (
    Misconception(
        "the paper's weight",
        "The result is one step further than it should be. In the paper's form a weight of 0 is "
        "conditional; here scale 0 is unconditional and scale 1 conditional, as in most programs.",
        "(1 + scale) * with_label - scale * without_label",
        "with_label + scale * (with_label - without_label)",
    ),
    Misconception(
        "predictions exchanged",
        "The two predictions have changed places: scale 0 should give the one without a label.",
        "with_label + scale * (without_label - with_label)",
        "(1 - scale) * with_label + scale * without_label",
    ),
    Misconception(
        "away from the label",
        "The step goes the wrong way, from the label to no label: the difference has the wrong "
        "sign.",
        "without_label - scale * (with_label - without_label)",
        "without_label + scale * (without_label - with_label)",
    ),
    Misconception(
        "difference missing",
        "The prediction with the label is added whole. What the label changes is the difference of "
        "the two; scale this.",
        "without_label + scale * with_label",
    ),
    Misconception(
        "start missing",
        "Only the scaled difference comes back. It is to be added to the prediction without a "
        "label.",
        "scale * (with_label - without_label)",
    ),
    Misconception(
        "scaled prediction",
        "The prediction with the label is scaled and the other one is not used. Guidance needs "
        "both.",
        "scale * with_label",
    ),
    Misconception(
        "scale not used",
        "The scale has no effect: this is the conditional prediction, whatever is asked for.",
        "with_label",
    ),
    Misconception(
        "average",
        "This is the average of the two predictions, whatever the scale is.",
        "(with_label + without_label) / 2",
    ),
    Misconception(
        "scale limited to 1",
        "A scale above 1 is treated as 1. Guidance is what happens beyond 1: the step is made "
        "longer than the way from one prediction to the other.",
        "without_label + tf.clip_by_value(scale, 0.0, 1.0) * (with_label - without_label)",
    ),
    Misconception(
        "divided by the scale",
        "The difference is divided by the scale; it should be multiplied by it.",
        "without_label + (with_label - without_label) / scale",
    ),
    Misconception(
        "weights normalised",
        "The sum of the two is divided by the sum of their weights. A step beyond the second "
        "prediction is no average any more.",
        "(scale * with_label + without_label) / (1 + scale)",
    ),
    Misconception(
        "gradient lost",
        LOST,
        "w, o = np.array(with_label), np.array(without_label)\n"
        'return tf.constant(o + scale * (w - o), "float32")',
    ),
)

CLEAN = f"clean = {ESTIMATE}\n"
STEP = f"{CLEAN}return tf.sqrt(alpha_bar_next) * clean + tf.sqrt(1 - alpha_bar_next) * epsilon"
DDIM_STEP = (
    Misconception(
        "all the way",
        "This is the clean estimate itself, all the way in one step. Put it back to the next noise "
        "level.",
        BOTH_LEVELS + CLEAN + "return clean",
    ),
    Misconception(
        "no step",
        "The result is the example that came in. Both halves of the step use the same ᾱ: the first "
        "needs the present one, the second the next.",
        BOTH_LEVELS
        + CLEAN
        + "return tf.sqrt(alpha_bar) * clean + tf.sqrt(1 - alpha_bar) * epsilon",
        "x_noisy",
    ),
    Misconception(
        "levels exchanged",
        "The present and the next ᾱ have changed places: the clean estimate belongs to the present "
        "noise level, and the result to the next.",
        BOTH_LEVELS
        + "clean = (x_noisy - tf.sqrt(1 - alpha_bar_next) * epsilon) / tf.sqrt(alpha_bar_next)\n"
        + "return tf.sqrt(alpha_bar) * clean + tf.sqrt(1 - alpha_bar) * epsilon",
    ),
    Misconception(
        "noise missing",
        "The clean estimate is weighted, but no noise is put back. At the next level there is "
        "still some.",
        BOTH_LEVELS + CLEAN + "return tf.sqrt(alpha_bar_next) * clean",
    ),
    Misconception(
        "clean estimate not weighted",
        "Noise is put back, but the clean estimate keeps its full strength.",
        BOTH_LEVELS + CLEAN + "return clean + tf.sqrt(1 - alpha_bar_next) * epsilon",
    ),
    Misconception(
        "noise not weighted",
        "The noise is put back at full strength. At the next level there is less of it.",
        BOTH_LEVELS + CLEAN + "return tf.sqrt(alpha_bar_next) * clean + epsilon",
    ),
    Misconception(
        "shares instead of their roots",
        "In the second half the shares of the variance are used as weights; weights are their "
        "square roots.",
        BOTH_LEVELS + CLEAN + "return alpha_bar_next * clean + (1 - alpha_bar_next) * epsilon",
    ),
    Misconception(
        "noise added to the noisy example",
        "The second half starts from the noisy example. It should start from the clean estimate.",
        BOTH_LEVELS
        + "return tf.sqrt(alpha_bar_next) * x_noisy + tf.sqrt(1 - alpha_bar_next) * epsilon",
    ),
    Misconception(
        "noise subtracted",
        "The noise is subtracted a second time. In the second half it is put back.",
        BOTH_LEVELS
        + CLEAN
        + "return tf.sqrt(alpha_bar_next) * clean - tf.sqrt(1 - alpha_bar_next) * epsilon",
    ),
    Misconception(
        "new noise",
        "The noise that is put back is drawn anew. This sampler draws none: it puts back the noise "
        "that it has just taken away, so that one start leads to one image.",
        BOTH_LEVELS
        + CLEAN
        + "noise = tf.random.normal(tf.shape(x_noisy))\n"
        + "return tf.sqrt(alpha_bar_next) * clean + tf.sqrt(1 - alpha_bar_next) * noise",
    ),
    Misconception(
        "mean of the ancestral step",
        "This is the mean of the step of Ho et al., which adds new noise afterwards. The step "
        "asked for here adds none and keeps more of the old.",
        BOTH_LEVELS
        + "ratio = alpha_bar / alpha_bar_next\n"
        + "share = (1 - ratio) / tf.sqrt(1 - alpha_bar)\n"
        + "return (x_noisy - share * epsilon) / tf.sqrt(ratio)",
    ),
    Misconception(
        "clipped",
        "The clean estimate is clipped to a range on the way. Here nothing says what range the "
        "data have.",
        BOTH_LEVELS + STEP.replace("clean + ", "tf.clip_by_value(clean, -1, 1) + "),
        BOTH_LEVELS + STEP.replace("clean + ", "tf.clip_by_value(clean, 0, 1) + "),
    ),
    Misconception(
        "step and estimate",
        "A tuple comes back. Return the example at the next level alone.",
        BOTH_LEVELS + STEP + ", clean",
    ),
    Misconception(
        "gradient lost",
        LOST,
        "shape = [-1] + [1] * (len(x_noisy.shape) - 1)\n"
        "now, then = np.reshape(alpha_bar, shape), np.reshape(alpha_bar_next, shape)\n"
        "noise = np.array(epsilon)\n"
        "clean = (np.array(x_noisy) - np.sqrt(1 - now) * noise) / np.sqrt(now)\n"
        'return tf.constant(np.sqrt(then) * clean + np.sqrt(1 - then) * noise, "float32")',
    ),
    *of_the_axes("alpha_bar alpha_bar_next", "x_noisy", STEP, "ᾱ"),
)

FLOW_POINT = (
    Misconception(
        "ends exchanged",
        "The path runs the other way. Here time 0 is noise and time 1 is data; diffusion counts "
        "the other way round.",
        TIME + "return t * noise + (1 - t) * data",
    ),
    Misconception(
        "noise does not fade",
        "The noise stays at full strength along the whole way. Its weight is 1 − t.",
        TIME + "return noise + t * data",
    ),
    Misconception(
        "data do not grow",
        "The data are there at full strength from the beginning. Their weight is t.",
        TIME + "return (1 - t) * noise + data",
    ),
    Misconception(
        "roots as weights",
        "The weights are square roots, as in diffusion. This path is a straight line: the weights "
        "are t and 1 − t themselves.",
        TIME + "return tf.sqrt(1 - t) * noise + tf.sqrt(t) * data",
    ),
    Misconception(
        "an arc",
        "The path is an arc, as in diffusion with a cosine schedule. It should be a straight line.",
        TIME + "return tf.cos(np.pi / 2 * t) * noise + tf.sin(np.pi / 2 * t) * data",
    ),
    Misconception(
        "start missing",
        "This is only how far the point has come. Add the noise, where the path starts.",
        TIME + "return t * (data - noise)",
    ),
    Misconception(
        "away from the data",
        "The path leads away from the data: the difference has the wrong sign.",
        TIME + "return noise + t * (noise - data)",
    ),
    Misconception(
        "one time for the whole batch",
        "All examples get the same time, the average. Each has its own.",
        "s = tf.reduce_mean(t)\nreturn (1 - s) * noise + s * data",
    ),
    Misconception(
        "in the middle",
        "The point lies in the middle, whatever t is.",
        "(noise + data) / 2",
    ),
    Misconception(
        "a time drawn anew",
        "It draws a time of its own. Use t, which is given.",
        "s = tf.random.uniform([data.shape[0]] + [1] * (data.shape.rank - 1))\n"
        "return (1 - s) * noise + s * data",
    ),
    Misconception(
        "point and velocity",
        "A tuple comes back. Return the point alone.",
        TIME + POINT + ", data - noise",
    ),
    Misconception(
        "gradient lost",
        LOST,
        "s = np.reshape(t, [-1] + [1] * (len(data.shape) - 1))\n"
        'return tf.constant((1 - s) * np.array(noise) + s * np.array(data), "float32")',
    ),
    *of_the_axes("t", "data", POINT, "The time"),
)

FLOW_TARGET = (
    Misconception(
        "backwards",
        "The velocity points from the data to the noise. Time runs from noise to data, and so "
        "does the path.",
        "noise - data",
    ),
    Misconception(
        "the data",
        "These are the data. The velocity is how the point moves while time passes.",
        "data",
    ),
    Misconception(
        "the noise",
        "This is the noise, which diffusion asks its network for. A flow asks for the velocity.",
        "noise",
        "-noise",
    ),
    Misconception(
        "sum",
        "The two are added. A velocity is a difference of two points over a difference of times.",
        "data + noise",
    ),
    Misconception(
        "half",
        "The velocity is half of what it should be: the whole way is covered in the time from 0 "
        "to 1.",
        "(data - noise) / 2",
    ),
    Misconception(
        "squared",
        "The difference is squared. The loss will do that; the velocity has a direction.",
        "tf.square(data - noise)",
    ),
    Misconception(
        "length",
        "The difference has lost its sign. A velocity has a direction.",
        "tf.abs(data - noise)",
    ),
    Misconception(
        "unit length",
        "The velocity is scaled to length 1. The farther the data are from the noise, the faster "
        "the point must move.",
        "d = tf.reshape(data - noise, [tf.shape(data)[0], -1])\n"
        "return tf.reshape(tf.math.l2_normalize(d, axis=1), tf.shape(data))",
    ),
    Misconception(
        "point in the middle",
        "This is the point in the middle of the way, not the velocity.",
        "(data + noise) / 2",
    ),
    Misconception(
        "gradient lost",
        LOST,
        'tf.constant(np.array(data) - np.array(noise), "float32")',
    ),
)
