"""The misconceptions about `clustering`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

DISTANCES = "((points[:, None] - centers[None])**2).sum(axis=-1)"
MEAN = "points[labels == k].mean(axis=0)"
EACH = "for k in range(len(centers))"
OFFSETS = "(points - centers[labels])"
STANDARD = "((x - mean) / std)"
CONSTANT = "0.5 * np.log(2 * np.pi)"

ASSIGN = (
    Misconception(
        "farthest center",
        "Every point goes to the center that is farthest away; it should be the nearest.",
        f"{DISTANCES}.argmax(axis=1)",
    ),
    Misconception(
        "nearest point of each center",
        "There is one number for each center: the point that is nearest to it. It should be the "
        "other way round: for each point, which center is nearest?",
        f"{DISTANCES}.argmin(axis=0)",
    ),
    Misconception(
        "distance instead of label",
        "The result is the distance of the nearest center. It should be the number of that center, "
        "counted from 0.",
        f"{DISTANCES}.min(axis=1)",
    ),
    Misconception(
        "all distances",
        "There is one number for each pair of point and center. Choose: one label for each point.",
        f"{DISTANCES}",
        f"{DISTANCES}.argsort(axis=1)",
    ),
    Misconception(
        "labels counted from 1",
        "Labels start at 0, as positions in Python do; here they start at 1.",
        f"{DISTANCES}.argmin(axis=1) + 1",
    ),
    Misconception(
        "one position in the whole table",
        "There is a single number for all points: the search ran over the whole table of "
        "distances. Search each point's row by itself.",
        f"{DISTANCES}.argmin()",
    ),
    Misconception(
        "one column instead of a vector",
        "The labels are in a column of shape (N, 1). Return a vector with one label per point, of "
        "shape (N,).",
        f"{DISTANCES}.argmin(axis=1, keepdims=True)",
        f"{DISTANCES}.argmin(axis=1)[:, None]",
    ),
    Misconception(
        "labels that are not integers",
        "The labels are right, but they are floating-point numbers. They are used as positions in "
        "an array, so they must be integers.",
        f'{DISTANCES}.argmin(axis=1).astype("float32")',
    ),
    Misconception(
        "sum of absolute differences",
        "The differences are added without their signs but not squared (Manhattan distance). The "
        "Euclidean distance squares them: one large difference weighs more than two small ones.",
        "np.abs(points[:, None] - centers[None]).sum(axis=-1).argmin(axis=1)",
    ),
    Misconception(
        "largest difference alone",
        "Only the largest of a point's differences counts. All of them belong in the distance, "
        "squared and summed.",
        "np.abs(points[:, None] - centers[None]).max(axis=-1).argmin(axis=1)",
    ),
    Misconception(
        "signed differences added",
        "The differences are added with their signs, so a step up cancels a step down. Square each "
        "one before you add.",
        "(points[:, None] - centers[None]).sum(axis=-1).argmin(axis=1)",
        "((points[:, None] - centers[None]).sum(axis=-1)**2).argmin(axis=1)",
    ),
    Misconception(
        "inner product as nearness",
        "The largest inner product wins, not the smallest distance. A center far from the origin "
        "then attracts points that lie near another: the distance also depends on the center's "
        "own length.",
        "(points @ centers.T).argmax(axis=1)",
    ),
    Misconception(
        "first feature alone",
        "Only the first number of each point is looked at. All features belong in the distance.",
        "((points[:, None, 0] - centers[None, :, 0])**2).argmin(axis=1)",
    ),
    Misconception(
        "inner product counted once",
        "The squared distance is written as a sum of three terms, and one of them is not right: "
        "the inner product of point and center should count twice.",
        "(np.sum(centers**2, axis=1) - points @ centers.T).argmin(axis=1)",
    ),
    Misconception(
        "one-hot rows",
        "Each point has a row with a 1 at its center. Return the position of that 1: one integer "
        "per point.",
        f"np.eye(len(centers))[{DISTANCES}.argmin(axis=1)]",
        f"np.eye(len(centers), dtype=int)[{DISTANCES}.argmin(axis=1)]",
    ),
    Misconception(
        "the centers themselves",
        "The result is the nearest center itself. It should be the center's number: the row it is "
        "in.",
        f"centers[{DISTANCES}.argmin(axis=1)]",
    ),
)

UPDATE = (
    Misconception(
        "empty cluster divided by zero",
        "A cluster without points gets a center that is not a number: the mean of nothing is 0 "
        "divided by 0. Such a center should stay where it was.",
        f"np.stack([{MEAN} {EACH}])",
    ),
    Misconception(
        "empty cluster moved to the origin",
        "A cluster without points is moved to the origin. It keeps its center: next round some "
        "point may come back to it.",
        f"np.stack([{MEAN} if (labels == k).any() else 0 * centers[k] {EACH}])",
        "one_hot = np.eye(len(centers))[labels]\n"
        "return one_hot.T @ points / np.maximum(one_hot.sum(axis=0), 1)[:, None]",
    ),
    Misconception(
        "empty cluster dropped",
        "A cluster without points is left out, and fewer centers come back than went in. It should "
        "keep its center, and every other cluster its number.",
        "np.stack([points[labels == k].mean(axis=0) for k in np.unique(labels)])",
    ),
    Misconception(
        "empty cluster moved to the mean of all points",
        "A cluster without points is moved to the middle of all points. It keeps its center.",
        f"np.stack([{MEAN} if (labels == k).any() else points.mean(axis=0) {EACH}])",
    ),
    Misconception(
        "sum instead of mean",
        "The points of a cluster are added up but not divided by their number.",
        f"np.stack([points[labels == k].sum(axis=0) {EACH}])",
    ),
    Misconception(
        "divided by the number of all points",
        "Each sum is divided by the number of all points. Divide by the number of points in the "
        "cluster.",
        f"np.stack([points[labels == k].sum(axis=0) / len(points) {EACH}])",
    ),
    Misconception(
        "divided by the number of clusters",
        "Each sum is divided by the number of clusters. Divide by the number of points in the "
        "cluster.",
        f"np.stack([points[labels == k].sum(axis=0) / len(centers) {EACH}])",
    ),
    Misconception(
        "median",
        "This is the median of each cluster. It makes the sum of absolute differences small; the "
        "sum of squares is smallest at the mean.",
        f"np.stack([np.median(points[labels == k], axis=0) {EACH}])",
    ),
    Misconception(
        "old center counted as a point",
        "The old center counts as one more point of its cluster. Where the center was does not "
        "matter, unless the cluster is empty.",
        f"np.stack([np.vstack([points[labels == k], centers[k]]).mean(axis=0) {EACH}])",
    ),
    Misconception(
        "half a step",
        "The centers go only half of the way to the mean. They should go all the way.",
        f"np.stack([({MEAN} + centers[k]) / 2 {EACH}])",
    ),
    Misconception(
        "centers not moved",
        "The centers come back as they were.",
        "centers",
    ),
    Misconception(
        "mean over the features too",
        "Each center is a single number: the features are averaged too. Average over the points "
        "of a cluster and keep the features apart.",
        f"np.stack([points[labels == k].mean() {EACH}])",
    ),
    Misconception(
        "mean of all points for each cluster",
        "Every center is the mean of all points: the labels are not used.",
        "np.stack([points.mean(axis=0) for center in centers])",
    ),
    Misconception(
        "as many clusters as the largest label says",
        "The number of clusters is taken from the largest label. The last clusters may be empty; "
        "the array of centers says how many there are.",
        f"np.stack([{MEAN} if (labels == k).any() else centers[k]\n"
        "                 for k in range(labels.max() + 1)])",
    ),
    Misconception(
        "empty cluster moved to a point",
        "A cluster without points is moved to one of the points. Some programs do that to save it; "
        "here it keeps its center.",
        f"np.stack([{MEAN} if (labels == k).any() else points[0] {EACH}])",
        f"np.stack([{MEAN} if (labels == k).any() else points[-1] {EACH}])",
    ),
    Misconception(
        "rounded to integers",
        "The centers are whole numbers: everything after the decimal point was cut off. The mean "
        "of floating-point numbers is a floating-point number.",
        "new = np.zeros(centers.shape, int)\n"
        f"{EACH}:\n    new[k] = {MEAN} if (labels == k).any() else centers[k]\n"
        "return new",
    ),
)

INERTIA = (
    Misconception(
        "mean over the points",
        "The points are averaged; they should be summed.",
        f"np.mean(np.sum({OFFSETS}**2, axis=1))",
    ),
    Misconception(
        "mean over points and features",
        "Everything is averaged. The squares should be summed, over the features and over the "
        "points.",
        f"np.mean({OFFSETS}**2)",
    ),
    Misconception(
        "distances not squared",
        "The distances are summed as they are. Inertia is the sum of their squares.",
        f"np.linalg.norm({OFFSETS}, axis=1).sum()",
    ),
    Misconception(
        "absolute differences",
        "The differences are added without their signs but not squared.",
        f"np.abs{OFFSETS}.sum()",
    ),
    Misconception(
        "square root of the sum",
        "A square root is taken at the end. Inertia is the sum of squares itself.",
        f"np.sqrt(np.sum({OFFSETS}**2))",
        f"np.linalg.norm{OFFSETS}",
    ),
    Misconception(
        "one number a point",
        "There is one number for each point. Add them up: inertia is a single number.",
        f"np.sum({OFFSETS}**2, axis=1)",
    ),
    Misconception(
        "one number a feature",
        "There is one number for each feature. Add them up: inertia is a single number.",
        f"np.sum({OFFSETS}**2, axis=0)",
    ),
    Misconception(
        "one number a cluster",
        "There is one number for each cluster. Add them up: inertia is a single number.",
        "np.array([np.sum((points[labels == k] - centers[k])**2) for k in range(len(centers))])",
    ),
    Misconception(
        "labels ignored",
        "Every point is measured from the center that is nearest now. Measure it from the center "
        "that its label names, nearest or not: only then can you see what each half of a round "
        "gains.",
        f"{DISTANCES}.min(axis=1).sum()",
    ),
    Misconception(
        "every center counted",
        "Every point is measured from all centers. Only the one that its label names counts.",
        f"{DISTANCES}.sum()",
    ),
    Misconception(
        "centers ignored",
        "Points are measured from the mean of their cluster instead of the center that was given. "
        "The two differ until the centers have been updated.",
        f"sum(((points[labels == k] - {MEAN})**2).sum() for k in np.unique(labels))",
    ),
    Misconception(
        "factor ½",
        "The result is half of what it should be: there is no ½ in front of this sum.",
        f"0.5 * np.sum({OFFSETS}**2)",
    ),
    Misconception(
        "squared after summing",
        "The differences are added first and then squared, so they cancel each other. Square each "
        "one before you add.",
        f"np.sum{OFFSETS}**2",
        f"np.sum(np.sum{OFFSETS[:-1]}, axis=1)**2)",
    ),
    Misconception(
        "last cluster left out",
        "The points of the last cluster are missing. There are as many clusters as centers, "
        "counted from 0.",
        "sum(np.sum((points[labels == k] - centers[k])**2) for k in range(len(centers) - 1))",
        "sum(np.sum((points[labels == k] - centers[k])**2) for k in range(labels.max()))",
    ),
)

GAUSSIAN_LOG_DENSITY = (
    Misconception(
        "density instead of its logarithm",
        "This is the density itself; return its logarithm.",
        f"np.exp(-0.5 * {STANDARD}**2) / (std * np.sqrt(2 * np.pi))",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed: this is the negative log-density, a cost. The log-density is "
        "largest at the mean.",
        f"0.5 * {STANDARD}**2 + np.log(std) + {CONSTANT}",
    ),
    Misconception(
        "constant dropped",
        "Every value is too large by the same constant. Without it the density does not integrate "
        "to 1.",
        f"-0.5 * {STANDARD}**2 - np.log(std)",
    ),
    Misconception(
        "π without its 2",
        "The constant has the logarithm of π in it; it should be that of 2π.",
        f"-0.5 * {STANDARD}**2 - np.log(std) - 0.5 * np.log(np.pi)",
    ),
    Misconception(
        "constant not halved",
        "Every value is too small by the same constant: a square root, in the density, is a "
        "factor ½ in its logarithm.",
        f"-0.5 * {STANDARD}**2 - np.log(std) - np.log(2 * np.pi)",
    ),
    Misconception(
        "½ of the square missing",
        "The square of the distance from the mean has no ½ in front of it.",
        f"-{STANDARD}**2 - np.log(std) - {CONSTANT}",
    ),
    Misconception(
        "logarithm of std missing",
        "The logarithm of std is missing: a wide density must be low everywhere, or it would "
        "integrate to more than 1.",
        f"-0.5 * {STANDARD}**2 - {CONSTANT}",
    ),
    Misconception(
        "logarithm of the variance",
        "The logarithm is of the variance, twice as much as that of the standard deviation.",
        f"-0.5 * {STANDARD}**2 - np.log(std**2) - {CONSTANT}",
    ),
    Misconception(
        "sign of the logarithm wrong",
        "The logarithm of std enters with the wrong sign: the wider a density, the lower it is.",
        f"-0.5 * {STANDARD}**2 + np.log(std) - {CONSTANT}",
    ),
    Misconception(
        "std taken for the variance",
        "std is treated as the variance. It is the standard deviation, its square root.",
        f"-0.5 * (x - mean)**2 / std - 0.5 * np.log(std) - {CONSTANT}",
    ),
    Misconception(
        "std not squared",
        "The square of the distance is divided by std; it should be divided by the square of std. "
        "The logarithm is right.",
        f"-0.5 * (x - mean)**2 / std - np.log(std) - {CONSTANT}",
    ),
    Misconception(
        "distance not squared",
        "The distance from the mean is not squared, so the two sides of the mean differ.",
        f"-0.5 * {STANDARD} - np.log(std) - {CONSTANT}",
    ),
    Misconception(
        "std taken for a log-variance",
        "std is treated as a log-variance. It is the standard deviation itself.",
        f"-0.5 * (x - mean)**2 / np.exp(std) - 0.5 * std - {CONSTANT}",
    ),
    Misconception(
        "summed over the points",
        "The points are summed into one number. Return one number for each point.",
        f"np.sum(-0.5 * {STANDARD}**2 - np.log(std) - {CONSTANT})",
    ),
    Misconception(
        "averaged over the points",
        "The points are averaged into one number. Return one number for each point.",
        f"np.mean(-0.5 * {STANDARD}**2 - np.log(std) - {CONSTANT})",
    ),
    Misconception(
        "logarithm of a rounded density",
        "It is right near the mean but not 50 standard deviations out: there the density is too "
        "small for a computer and becomes 0 before the logarithm is taken. Take the logarithm of "
        "the formula first, on paper.",
        f"np.log(np.exp(-0.5 * {STANDARD}**2) / (std * np.sqrt(2 * np.pi)))",
    ),
    Misconception(
        "logarithm with a cushion",
        "It is right near the mean but not 50 standard deviations out: a small constant inside the "
        "logarithm, or a clipped density, puts a floor under it. Take the logarithm of the formula "
        "first, on paper.",
        f"np.log(np.exp(-0.5 * {STANDARD}**2) / (std * np.sqrt(2 * np.pi)) + 1e-12)",
        f"np.log(np.maximum(np.exp(-0.5 * {STANDARD}**2) / (std * np.sqrt(2 * np.pi)), 1e-9))",
    ),
    Misconception(
        "logarithm to another base",
        "The logarithm is not the natural one. The result should be in nats, so the base is e.",
        f"(-0.5 * {STANDARD}**2 - np.log(std) - {CONSTANT}) / np.log(10)",
        f"(-0.5 * {STANDARD}**2 - np.log(std) - {CONSTANT}) / np.log(2)",
    ),
    Misconception(
        "½ of the logarithm of std",
        "The logarithm of std is halved. That would be right for the logarithm of the variance.",
        f"-0.5 * {STANDARD}**2 - 0.5 * np.log(std) - {CONSTANT}",
    ),
)

FIT_GAUSSIAN = (
    Misconception(
        "divided by N − 1",
        "The sum of squares is divided by N − 1. That makes the variance unbiased; the one that "
        "makes the data most probable divides by N.",
        "np.mean(x), np.std(x, ddof=1)",
    ),
    Misconception(
        "variance instead of standard deviation",
        "The second part is the variance; it should be the standard deviation.",
        "np.mean(x), np.var(x)",
    ),
    Misconception(
        "standard deviation first",
        "The two parts are in the wrong order: the mean comes first.",
        "np.std(x), np.mean(x)",
    ),
    Misconception(
        "mean alone",
        "One number comes back. Return two, the mean and the standard deviation.",
        "np.mean(x)",
        "np.std(x)",
    ),
    Misconception(
        "an array of two",
        "The two numbers come back in one array. Return a tuple: end the function with two values "
        "and a comma between them.",
        "np.array([np.mean(x), np.std(x)])",
    ),
    Misconception(
        "mean absolute difference",
        "The second part is the mean distance from the mean. The standard deviation averages the "
        "squares of the distances and takes the root of that.",
        "np.mean(x), np.mean(np.abs(x - np.mean(x)))",
    ),
    Misconception(
        "spread about zero",
        "The second part is the spread about 0. Subtract the mean before you square.",
        "np.mean(x), np.sqrt(np.mean(x**2))",
    ),
    Misconception(
        "median",
        "The first part is the median. The center that makes the data most probable under a "
        "Gaussian is the mean.",
        "np.median(x), np.std(x)",
    ),
    Misconception(
        "standard error",
        "The second part is the standard error of the mean, smaller by the root of N. The spread "
        "of the data does not shrink when there are more of them.",
        "np.mean(x), np.std(x) / np.sqrt(len(x))",
    ),
    Misconception(
        "root of the sum of squares",
        "The squares are summed and never divided by N: the more data, the wider this gets.",
        "np.mean(x), np.sqrt(np.sum((x - np.mean(x))**2))",
    ),
    Misconception(
        "one number a point",
        "The second part holds one distance for each point. Their squares are averaged, and the "
        "root of that is one number.",
        "np.mean(x), np.abs(x - np.mean(x))",
        "np.mean(x), np.sqrt((x - np.mean(x))**2)",
    ),
    Misconception(
        "difference of two large numbers",
        "It is right near 0 but not for numbers around 5000: the mean of the squares and the "
        "square of the mean are then nearly equal, and rounding wipes out their difference. "
        "Subtract the mean before you square.",
        "np.mean(x), np.sqrt(np.mean(x**2) - np.mean(x)**2)",
    ),
)
