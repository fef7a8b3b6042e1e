"""What a close-up of the two characters shows, read by classifiers fitted on real ones."""

import functools

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC

from course_utils.data.people import SIZE, load_people
from course_utils.validation import check_array

FACTORS = ("identity", "expression")


def read_factor(images, factor: str) -> np.ndarray:
    """The level of a factor that each close-up shows.

    The classifier is scikit-learn's support vector machine on the first 100 principal components of
    the pixels, fitted to the real training close-ups of both people. Classify real test pictures as
    well, to know how far it can be trusted.

    Args:
        images: close-ups (N, 32, 32, 3) in [0, 1].
        factor: "identity" or "expression".

    Returns:
        Level indices (N,), int64.

    Raises:
        ValueError: for images of another shape or range, or another factor.
    """
    if factor not in FACTORS:
        raise ValueError(f"factor: expected one of {', '.join(FACTORS)}; got {factor!r}")
    images = check_array("images", images, ("N", SIZE, SIZE, 3), low=0, high=1)
    return _classifier(factor).predict(images.reshape(len(images), -1))


@functools.cache
def _classifier(factor: str) -> Pipeline:
    people = load_people()
    x = np.concatenate([person.train.x for person in people])
    levels = np.concatenate([person.train.factors[factor] for person in people])
    classifier = make_pipeline(PCA(100, svd_solver="randomized", random_state=0), SVC(C=10.0))
    return classifier.fit(x.reshape(len(x), -1), levels)
