"""The misconceptions about `evaluation`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

MOMENTS = """\
real, fake = real.astype("float64"), fake.astype("float64")
means = real.mean(axis=0) - fake.mean(axis=0)
first, second = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (real, fake))
"""
ROOT = """\
def root(matrix):
    values, axes = np.linalg.eigh(matrix)
    return axes * np.sqrt(np.maximum(values, 0)) @ axes.T
"""
SHARED = "np.trace(root(root(first) @ second @ root(first)))"
TRACES = "np.trace(first) + np.trace(second)"
WHOLE = MOMENTS + ROOT

FRECHET_DISTANCE = (
    Misconception(
        "distance of the means not squared",
        "The distance of the means is not squared.",
        WHOLE + f"return np.linalg.norm(means) + {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "means only",
        "This is the distance of the means alone. Two clouds of one mean can have very different "
        "shapes: the covariances belong to it, too.",
        WHOLE + "return means @ means",
    ),
    Misconception(
        "means forgotten",
        "The covariances are compared, but not the means.",
        WHOLE + f"return {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "factor 2 missing",
        "The root of the product is subtracted once; it should be subtracted twice, so that a "
        "cloud has distance 0 from itself.",
        WHOLE + f"return means @ means + {TRACES} - {SHARED}",
    ),
    Misconception(
        "no root",
        "The product of the covariances is subtracted without its root.",
        WHOLE + f"return means @ means + {TRACES} - 2 * np.trace(first @ second)",
    ),
    Misconception(
        "root added",
        "The root of the product is added; it should be subtracted.",
        WHOLE + f"return means @ means + {TRACES} + 2 * {SHARED}",
    ),
    Misconception(
        "root of each entry",
        "The root is taken of each entry of the product. The root of a matrix is another matrix, "
        "which gives it when multiplied by itself.",
        WHOLE + f"return means @ means + {TRACES} - 2 * np.trace(np.sqrt(np.abs(first @ second)))",
    ),
    Misconception(
        "variances only",
        "Only the variances of the single features are compared. How features vary together "
        "counts, too.",
        WHOLE
        + "v, w = np.diag(first), np.diag(second)\n"
        + "return means @ means + np.sum(v + w - 2 * np.sqrt(v * w))",
        WHOLE
        + "return means @ means + np.sum((np.sqrt(np.diag(first)) - np.sqrt(np.diag(second)))**2)",
    ),
    Misconception(
        "product of the roots",
        "Each covariance gets its own root before the two are multiplied. That is the root of the "
        "product only where the two have the same axes.",
        WHOLE + f"return means @ means + {TRACES} - 2 * np.trace(root(first) @ root(second))",
    ),
    Misconception(
        "distance of the covariances",
        "The covariances are compared entry by entry, by squares of differences.",
        WHOLE + "return means @ means + np.sum((first - second)**2)",
    ),
    Misconception(
        "distance of the roots",
        "The roots of the covariances are compared entry by entry. This is another distance.",
        WHOLE + "return np.linalg.norm(means) + np.linalg.norm(root(first) - root(second))",
    ),
    Misconception(
        "divided by N",
        "The covariances are divided by the number of points; here by one less.",
        WHOLE.replace("rowvar=False", "rowvar=False, ddof=0")
        + f"return means @ means + {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "root of the whole",
        "This is the square root of what is asked for: the formula gives the square of a distance.",
        WHOLE + f"return np.sqrt(np.maximum(means @ means + {TRACES} - 2 * {SHARED}, 0))",
    ),
    Misconception(
        "moments about zero",
        "The second moments are about 0 and not about the means. Then the means count twice.",
        'real, fake = real.astype("float64"), fake.astype("float64")\n'
        "means = real.mean(axis=0) - fake.mean(axis=0)\n"
        "first, second = (x.T @ x / (len(x) - 1) for x in (real, fake))\n"
        + ROOT
        + f"return means @ means + {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "points taken for features",
        "Rows and columns have changed places: a row is a point, a column is a feature.",
        WHOLE.replace("rowvar=False", "rowvar=True")
        + f"return means @ means + {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "mean instead of sum",
        "The squared differences of the means are averaged over the features; they should be "
        "summed, as the traces are.",
        WHOLE + f"return np.mean(means**2) + {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "one feature is a special case",
        "With one feature the covariance comes out as a plain number and not as a matrix, and what "
        "follows fails. Make a matrix of it.",
        WHOLE.replace("np.atleast_2d(np.cov(x, rowvar=False))", "np.cov(x, rowvar=False)")
        + f"return means @ means + {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "only for invertible covariances",
        "It fails where a covariance has no inverse, as with fewer points than features. The "
        "distance exists all the same; find a way that works for singular matrices, too.",
        WHOLE
        + "lower = np.linalg.cholesky(first)\n"
        + "shared = np.linalg.eigvalsh(lower.T @ second @ lower)\n"
        + f"return means @ means + {TRACES} - 2 * np.sum(np.sqrt(shared))",
        WHOLE
        + "np.linalg.inv(np.linalg.cholesky(first))\n"
        + f"return means @ means + {TRACES} - 2 * {SHARED}",
    ),
    Misconception(
        "three parts",
        "A tuple comes back. Add its parts and return one number.",
        WHOLE + f"return means @ means, {TRACES}, -2 * {SHARED}",
    ),
)

# The parts of precision: distances between the real points, the radius of each real point, and the
# distances of the fake points from the real ones.
AMONG = "among = np.linalg.norm(real[:, None] - real[None], axis=-1)\n"
RADIUS = "radius = np.sort(among, axis=1)[:, k]\n"
APART = "apart = np.linalg.norm(fake[:, None] - real[None], axis=-1)\n"
PARTS = AMONG + RADIUS + APART
TURNED = """\
among = np.linalg.norm(fake[:, None] - fake[None], axis=-1)
radius = np.sort(among, axis=1)[:, k]
apart = np.linalg.norm(real[:, None] - fake[None], axis=-1)
"""

PRECISION = (
    Misconception(
        "recall",
        "This is the recall: the share of the real points that lie near fakes. Precision is the "
        "share of the fakes that lie near real points.",
        TURNED + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "the point itself counted",
        "A point is counted as its own first neighbour, so every radius reaches to neighbour k − "
        "1 instead of k.",
        PARTS.replace("[:, k]", "[:, k - 1]") + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "one neighbour too many",
        "Every radius reaches to neighbour k + 1 instead of k.",
        PARTS.replace("[:, k]", "[:, np.minimum(k + 1, len(real) - 1)]")
        + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "border left out",
        "A fake exactly on the border is not counted. It should be: the border belongs to the "
        "ball.",
        PARTS + "return np.mean(np.any(apart < radius, axis=1))",
    ),
    Misconception(
        "nearest real only",
        "Only the real point nearest to a fake is looked at. Any real point may have the fake "
        "within its radius; one farther away may have a larger radius.",
        PARTS
        + "nearest = np.argmin(apart, axis=1)\n"
        + "return np.mean(apart[np.arange(len(fake)), nearest] <= radius[nearest])",
    ),
    Misconception(
        "coverage",
        "This is the share of the real points that have a fake within their radius, which is known "
        "as coverage. Precision counts the fakes.",
        PARTS + "return np.mean(np.any(apart <= radius, axis=0))",
    ),
    Misconception(
        "mean over all pairs",
        "Every pair of a fake and a real point is counted. A fake counts once, however many real "
        "points have it within their radius.",
        PARTS + "return np.mean(apart <= radius)",
    ),
    Misconception(
        "near to all",
        "A fake is counted only if it is within the radius of every real point. One is enough.",
        PARTS + "return np.mean(np.all(apart <= radius, axis=1))",
    ),
    Misconception(
        "number instead of share",
        "The fakes are counted; divide by their number.",
        PARTS + "return np.sum(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "divided by the number of reals",
        "The number of fakes that count is divided by the number of real points. Divide by the "
        "number of fakes.",
        PARTS + "return np.sum(np.any(apart <= radius, axis=1)) / len(real)",
    ),
    Misconception(
        "per cent",
        "The share is given in per cent; it should be a number between 0 and 1.",
        PARTS + "return 100 * np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "the others",
        "This is the share of the fakes that do not count.",
        PARTS + "return np.mean(~np.any(apart <= radius, axis=1))",
        PARTS + "return np.mean(np.any(apart > radius, axis=1) & ~np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "one answer a fake",
        "There is one answer for each fake. Return the share of those that count, one number.",
        PARTS + "return np.any(apart <= radius, axis=1).astype(float)",
    ),
    Misconception(
        "one radius for all",
        "All real points get the same radius, the average. Each has its own, so that sparse "
        "regions get large ones.",
        PARTS + "return np.mean(np.any(apart <= radius.mean(), axis=1))",
    ),
    Misconception(
        "the largest radius for all",
        "All real points get the largest radius of all. Each has its own.",
        PARTS + "return np.mean(np.any(apart <= radius.max(), axis=1))",
    ),
    Misconception(
        "radius of the fakes",
        "The radius is taken among the fakes. It tells how dense the real points are, and must be "
        "taken among them.",
        "among = np.linalg.norm(fake[:, None] - fake[None], axis=-1)\n"
        + RADIUS
        + APART
        + "return np.mean(np.any(apart <= radius[:, None], axis=1))",
    ),
    Misconception(
        "radius among all points",
        "The radius is taken among real and fake points together. It must be taken among the real "
        "points alone.",
        "together = np.concatenate([real, fake])\n"
        "among = np.linalg.norm(real[:, None] - together[None], axis=-1)\n"
        + RADIUS
        + APART
        + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "squares compared with distances",
        "Squared distances are compared with a radius that is not squared.",
        PARTS + "return np.mean(np.any(apart**2 <= radius, axis=1))",
    ),
    Misconception(
        "city-block distance",
        "The distance is the sum of the differences. It should be Euclidean: the root of the sum "
        "of their squares.",
        PARTS.replace("np.linalg.norm(", "np.sum(np.abs(").replace(
            "[None], axis=-1)", "[None]), axis=-1)"
        )
        + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "k forgotten",
        "The radius reaches to the nearest neighbour, whatever k is.",
        PARTS.replace("[:, k]", "[:, 1]") + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "duplicates taken for the point itself",
        "A point that is there twice loses its twin: every distance of 0 is left out. Only the "
        "point itself is to be left out; its duplicate is another point.",
        AMONG
        + "among[among == 0] = np.inf\n"
        + "radius = np.sort(among, axis=1)[:, k - 1]\n"
        + APART
        + "return np.mean(np.any(apart <= radius, axis=1))",
        "real = np.unique(real, axis=0)\n"
        + PARTS
        + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
)

RECALL = (
    Misconception(
        "precision",
        "This is the precision. Recall asks how many real points lie near fakes: the roles are "
        "exchanged.",
        PARTS + "return np.mean(np.any(apart <= radius, axis=1))",
        "return precision(real, fake, k)",
    ),
    Misconception(
        "coverage",
        "This is the share of the real points that have a fake within their own radius, which is "
        "known as coverage. For recall the radii are those of the fakes.",
        PARTS + "return np.mean(np.any(apart <= radius, axis=0))",
    ),
    Misconception(
        "1 minus precision",
        "This is 1 minus the precision, the share of bad fakes. It does not tell what is missing "
        "among the fakes.",
        "return 1 - precision(real, fake, k)",
    ),
    Misconception(
        "the point itself counted",
        "A point is counted as its own first neighbour, so every radius reaches to neighbour k − "
        "1 instead of k.",
        TURNED.replace("[:, k]", "[:, k - 1]") + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "border left out",
        "A real point exactly on the border is not counted. It should be.",
        TURNED + "return np.mean(np.any(apart < radius, axis=1))",
    ),
    Misconception(
        "nearest fake only",
        "Only the fake nearest to a real point is looked at. Any fake may have it within its "
        "radius.",
        TURNED
        + "nearest = np.argmin(apart, axis=1)\n"
        + "return np.mean(apart[np.arange(len(real)), nearest] <= radius[nearest])",
    ),
    Misconception(
        "mean over all pairs",
        "Every pair of a real point and a fake is counted. A real point counts once.",
        TURNED + "return np.mean(apart <= radius)",
    ),
    Misconception(
        "near to all",
        "A real point is counted only if it is within the radius of every fake. One is enough.",
        TURNED + "return np.mean(np.all(apart <= radius, axis=1))",
    ),
    Misconception(
        "number instead of share",
        "The real points are counted; divide by their number.",
        TURNED + "return np.sum(np.any(apart <= radius, axis=1))",
    ),
    Misconception(
        "one answer a point",
        "There is one answer for each real point. Return the share of those that count.",
        TURNED + "return np.any(apart <= radius, axis=1).astype(float)",
    ),
    Misconception(
        "one radius for all",
        "All fakes get the same radius, the average. Each has its own.",
        TURNED + "return np.mean(np.any(apart <= radius.mean(), axis=1))",
    ),
    Misconception(
        "k forgotten",
        "The radius reaches to the nearest neighbour, whatever k is.",
        TURNED.replace("[:, k]", "[:, 1]") + "return np.mean(np.any(apart <= radius, axis=1))",
        "return precision(fake, real, 1)",
    ),
    Misconception(
        "duplicates taken for the point itself",
        "A fake that is there twice loses its twin: every distance of 0 is left out. Only the "
        "point itself is to be left out; its duplicate is another point.",
        "return precision(np.unique(fake, axis=0), real, k)",
        TURNED.replace(
            "radius = np.sort(among, axis=1)[:, k]",
            "among[among == 0] = np.inf\nradius = np.sort(among, axis=1)[:, k - 1]",
        )
        + "return np.mean(np.any(apart <= radius, axis=1))",
    ),
)

BETWEEN = "np.linalg.norm(samples[:, None] - training[None], axis=-1)"
EXPANDED = """\
a, b = np.sum(samples**2, axis=1)[:, None], np.sum(training**2, axis=1)
squares = a + b - 2 * samples @ training.T
"""
NEAREST_DISTANCES = (
    Misconception(
        "squared",
        "The distances are squared. Take the root.",
        f"np.min({BETWEEN}, axis=1)**2",
    ),
    Misconception(
        "farthest",
        "This is the distance to the farthest training example.",
        f"np.max({BETWEEN}, axis=1)",
    ),
    Misconception(
        "average",
        "This is the average distance to all training examples. A copy is near to one of them and "
        "far from the others.",
        f"np.mean({BETWEEN}, axis=1)",
    ),
    Misconception(
        "position instead of distance",
        "This is the position of the nearest training example; its distance is asked for.",
        f"np.argmin({BETWEEN}, axis=1)",
    ),
    Misconception(
        "nearest sample of each training example",
        "The roles have changed places: for each training example this is the nearest sample.",
        f"np.min({BETWEEN}, axis=0)",
    ),
    Misconception(
        "one number for all",
        "The samples are averaged into one number. Return one for each sample, so that a single "
        "copy can be found.",
        f"np.mean(np.min({BETWEEN}, axis=1))",
        f"np.min({BETWEEN})",
    ),
    Misconception(
        "all distances",
        "All distances come back. Return the smallest one of each sample.",
        BETWEEN,
    ),
    Misconception(
        "copies left out",
        "An exact copy is left out and the next nearest taken: distances of 0 are ignored. A copy "
        "is what this function is meant to find.",
        f"d = {BETWEEN}\nd[d == 0] = np.inf\nreturn np.min(d, axis=1)",
    ),
    Misconception(
        "second nearest",
        "This is the second nearest training example. No sample is its own neighbour here: the two "
        "sets are different ones.",
        f"d = {BETWEEN}\nreturn np.sort(d, axis=1)[:, min(1, len(training) - 1)]",
    ),
    Misconception(
        "city-block distance",
        "The distance is the sum of the differences. It should be Euclidean.",
        "np.min(np.sum(np.abs(samples[:, None] - training[None]), axis=-1), axis=1)",
    ),
    Misconception(
        "largest difference",
        "The distance is the largest difference of a feature. It should be Euclidean.",
        "np.min(np.max(np.abs(samples[:, None] - training[None]), axis=-1), axis=1)",
    ),
    Misconception(
        "averaged over the features",
        "The squares are averaged over the features; for a Euclidean distance they are summed.",
        "np.min(np.sqrt(np.mean((samples[:, None] - training[None])**2, axis=-1)), axis=1)",
    ),
    Misconception(
        "nearest in each feature",
        "The nearest value is looked for in each feature by itself. The features of one distance "
        "belong to one training example.",
        "np.linalg.norm(np.min(np.abs(samples[:, None] - training[None]), axis=1), axis=-1)",
    ),
    Misconception(
        "row by row",
        "Each sample is compared with the training example in the same row. Compare it with all.",
        "rows = np.arange(len(samples)) % len(training)\n"
        "return np.linalg.norm(samples - training[rows], axis=1)",
    ),
    Misconception(
        "difference of two large numbers",
        "It is not right far from the origin: the squares of the coordinates are large, and "
        "rounding wipes out the small difference of their sums. Subtract the coordinates before "
        "you square.",
        EXPANDED + "return np.sqrt(np.maximum(squares.min(axis=1), 0))",
        'samples, training = samples.astype("float64"), training.astype("float64")\n'
        + EXPANDED
        + "return np.sqrt(np.abs(squares.min(axis=1)) + 1e-9)",
    ),
)

BY_MAX = "m = np.max(log_weights, axis=0)\nm = np.where(np.isfinite(m), m, 0.0)\n"
MEAN = "np.mean(np.exp(log_weights - m), axis=0)"
LOG_LIKELIHOOD_BOUND = (
    Misconception(
        "mean of the logarithms",
        "The log-weights themselves are averaged. That is the evidence lower bound; this one is "
        "the logarithm of the average weight and lies closer to the likelihood.",
        "np.mean(log_weights, axis=0)",
    ),
    Misconception(
        "sum instead of mean",
        "The weights are summed; they should be averaged. More draws must not make the data more "
        "probable.",
        BY_MAX + "return m + np.log(np.sum(np.exp(log_weights - m), axis=0))",
    ),
    Misconception(
        "the largest weight",
        "This is the largest log-weight. The others count, too.",
        "np.max(log_weights, axis=0)",
    ),
    Misconception(
        "averaged over the examples",
        "The examples are averaged into one number. Return one for each example.",
        BY_MAX + f"return np.mean(m + np.log({MEAN}))",
    ),
    Misconception(
        "wrong axis",
        "The average runs over the examples and leaves the draws. The draws are the rows.",
        "m = np.max(log_weights, axis=1)\n"
        "m = np.where(np.isfinite(m), m, 0.0)\n"
        "return m + np.log(np.mean(np.exp(log_weights.T - m), axis=0))",
    ),
    Misconception(
        "logarithm forgotten",
        "This is the average weight itself. Return its logarithm.",
        "np.mean(np.exp(log_weights), axis=0)",
    ),
    Misconception(
        "exponential forgotten",
        "The logarithm is taken of the average log-weight. The average is of the weights.",
        "np.log(np.mean(log_weights, axis=0))",
        "np.log(np.abs(np.mean(log_weights, axis=0)))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A bound of the log-likelihood is asked for, not of the loss.",
        BY_MAX + f"return -(m + np.log({MEAN}))",
    ),
    Misconception(
        "divided by S − 1",
        "The sum is divided by one less than the number of draws. A mean divides by their number.",
        BY_MAX
        + "n = max(len(log_weights) - 1, 1)\n"
        + "return m + np.log(np.sum(np.exp(log_weights - m), axis=0) / n)",
    ),
    Misconception(
        "divided by the number of examples",
        "The sum is divided by the number of examples. Divide by the number of draws.",
        BY_MAX
        + "n = log_weights.shape[1]\n"
        + "return m + np.log(np.sum(np.exp(log_weights - m), axis=0) / n)",
    ),
    Misconception(
        "logarithm to another base",
        "The logarithm does not have base e: take the natural logarithm.",
        BY_MAX + f"return (m + np.log({MEAN})) / np.log(2)",
        BY_MAX + f"return (m + np.log({MEAN})) / np.log(10)",
    ),
    Misconception(
        "median",
        "This is the median of the log-weights.",
        "np.median(log_weights, axis=0)",
    ),
    Misconception(
        "overflow",
        "It is not right for log-weights of ±1000: their exponentials are too large or too small "
        "for a computer. Take the largest log-weight out of the mean first.",
        "np.log(np.mean(np.exp(log_weights), axis=0))",
        'np.log(np.mean(np.exp(log_weights.astype("float64")), axis=0))',
    ),
    Misconception(
        "limited",
        "Large or small log-weights are cut off, so that it is right only in a middle range.",
        "np.log(np.mean(np.exp(np.clip(log_weights, -80, 80)), axis=0))",
    ),
    Misconception(
        "something added in the logarithm",
        "A small number is added inside the logarithm. It swamps the weights of examples that are "
        "very improbable.",
        'w = np.exp(np.minimum(log_weights.astype("float64"), 700))\n'
        "return np.log(np.mean(w, axis=0) + 1e-30)",
    ),
    Misconception(
        "one shift for all examples",
        "The largest log-weight of the whole batch is taken out. Beside it the weights of a very "
        "improbable example vanish; take out the largest of each example.",
        "m = np.max(log_weights)\n" + f"return m + np.log({MEAN})",
    ),
    Misconception(
        "minus infinity minus itself",
        "Where all draws of an example have the log-weight −∞ the result should be −∞; here the "
        "difference of two infinities is taken, which is not a number.",
        f"m = np.max(log_weights, axis=0)\nreturn m + np.log({MEAN})",
    ),
    Misconception(
        "draws of weight 0 left out",
        "Draws of the log-weight −∞ are left out of the mean. Their weight is 0, and they count.",
        BY_MAX
        + "n = np.maximum(np.sum(np.isfinite(log_weights), axis=0), 1)\n"
        + "return m + np.log(np.sum(np.exp(log_weights - m), axis=0) / n)",
    ),
)
