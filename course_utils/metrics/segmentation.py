"""How well do two label maps agree?"""

import numpy as np

from course_utils.validation import check_array, check_count


def intersection_over_union(real, found, classes: int) -> np.ndarray:
    """For each class, the pixels that both maps assign to it, over those that either does.

        IoU_k = |{real = k} ∩ {found = k}| / |{real = k} ∪ {found = k}|

    Pixels of all maps are counted together, so each image counts in proportion to its pixels of the
    class. The mean over classes is the mean IoU.

    Args:
        real, found: integer labels from 0 to `classes` − 1, of the same shape (N, …).
        classes: number K of labels.

    Returns:
        (K,) float64 in [0, 1]; NaN for a class that occurs in neither map.

    Raises:
        ValueError: for labels that are not integers, out of range, or of another shape.

    Source: Long, Shelhamer and Darrell, Fully Convolutional Networks for Semantic Segmentation,
    2015, section 5.
    """
    classes = check_count("classes", classes)
    limits = {"integer": True, "low": 0, "high": classes - 1}
    real = check_array("real", real, ("N", ...), **limits)
    found = check_array("found", found, real.shape, **limits)
    pairs = classes * real.ravel().astype("int64") + found.ravel().astype("int64")
    table = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    both = np.diag(table)
    either = table.sum(axis=0) + table.sum(axis=1) - both
    return np.divide(both, either, out=np.full(classes, np.nan), where=either > 0)
