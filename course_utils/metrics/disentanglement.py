"""Does each dimension of a code represent one factor of the data? Four scores, 1 is best.

Every score takes codes (N, D), such as the means that an encoder gives for N images, and factors
(N, F), the levels from which the images were drawn, as integers. Codes may have any scale. In the
following, "a code" is one dimension of them::

    mutual_information_gap   does one code have far more information on a factor than the others?
    factor_vae_score         with one factor held fixed, does the same code always vary least?
    dci                      does each code predict one factor, and each factor need one code?
    sap_score                does one code alone predict a factor far better than the others?
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import entropy
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score, mutual_info_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from course_utils.validation import check_array, check_count


def mutual_information_gap(codes, factors, bins: int = 20) -> float:
    """MIG: how much more information the best code has on a factor than the second best.

        MIG = 1/F Σ_f (I(z_best; v_f) − I(z_second; v_f)) / H(v_f)

    A code that mixes factors lowers the first term; a factor spread over two codes raises the
    second. The mutual information I is computed from a histogram with bins of equal width.

    Args:
        codes: (N, D), D at least 2.
        factors: (N, F) integers, each factor with 2 levels or more.
        bins: number of bins per code; 20, as in Locatello et al. (2019). With few examples per bin
            every I is overestimated; 10,000 examples are enough.

    Returns:
        The mean gap, from 0 to 1. (A factor with more levels than `bins` cannot quite reach 1.)

    Raises:
        ValueError: for wrong shapes, NaN, negative levels or a factor that never changes.

    Source: Chen et al., Isolating Sources of Disentanglement in VAEs, 2018, eq. 6. They integrate
    over q(z|x); the histogram is that of Locatello et al., Challenging Common Assumptions, 2019.
    """
    codes, factors = _check(codes, factors)
    bins = check_count("bins", bins, low=2)
    cells = [np.digitize(z, np.histogram_bin_edges(z, bins)[1:-1]) for z in codes.T]
    information = np.array([[mutual_info_score(v, cell) for v in factors.T] for cell in cells])
    entropies = np.array([entropy(np.bincount(v)) for v in factors.T])
    return float(np.mean(_gap(information) / entropies))


def factor_vae_score(
    codes, factors, *, votes: int = 800, batch_size: int = 64, seed: int = 0
) -> float:
    """FactorVAE score: with one factor fixed, does the code that varies least identify the factor?

    A vote: choose a factor k and one of its levels, take `batch_size` examples that have it, and
    find the code whose variance, relative to its variance over all data, is smallest:

        d* = argmin_d Var_batch(z_d) / Var_all(z_d)

    A majority vote then assigns a factor to each d*; the score is the fraction of new votes for
    which this factor is right. Chance is about 1/F. The score requires only that a different code
    varies least for each factor, so codes that mix factors a little can still score 1. Codes with
    less than 5% of the largest variance have collapsed to the prior and are left out.

    Args:
        codes: (N, D), D at least 2.
        factors: (N, F) integers, drawn independently of each other; at least `batch_size` examples
            of every level.
        votes: number of votes for the assignment, and again for the score.
        batch_size: L, examples per vote, at least 2.
        seed: of the choices.

    Returns:
        The accuracy, from 0 to 1.

    Raises:
        ValueError: for wrong shapes, NaN, codes or factors that never change, or a level with too
            few examples.

    Source: Kim and Mnih, Disentangling by Factorising, 2018, §4 and fig. 2. The limit of 5% is the
    course's own and independent of scale; Locatello et al. (2019) use a variance of 0.05 under a
    standard normal prior.
    """
    codes, factors = _check(codes, factors)
    votes = check_count("votes", votes)
    batch_size = check_count("batch_size", batch_size, low=2)
    rng = np.random.default_rng(seed)
    variance = codes.var(axis=0)
    if not variance.any():
        raise ValueError("codes: expected values that change, got all rows alike")
    codes = codes[:, variance > 0.05 * variance.max()]
    scaled = codes / codes.std(axis=0)
    groups = [[np.flatnonzero(v == level) for level in np.unique(v)] for v in factors.T]
    for index, levels in enumerate(groups):
        if min(map(len, levels)) < batch_size:
            raise ValueError(
                f"factors: expected at least batch_size = {batch_size} examples of every level, "
                f"got {min(map(len, levels))} for a level of factor {index}; give more examples "
                "or a smaller batch_size"
            )

    def ballot() -> np.ndarray:
        counts = np.zeros((scaled.shape[1], len(groups)), int)
        for _ in range(votes):
            factor = rng.integers(len(groups))
            examples = groups[factor][rng.integers(len(groups[factor]))]
            batch = scaled[rng.choice(examples, batch_size, replace=False, shuffle=False)]
            counts[batch.var(axis=0).argmin(), factor] += 1
        return counts

    named = ballot().argmax(axis=1)
    return float(ballot()[np.arange(len(named)), named].sum() / votes)


class DCI(NamedTuple):
    """Three scores in [0, 1]."""

    disentanglement: float
    completeness: float
    informativeness: float


def dci(codes, factors, seed: int = 0) -> DCI:
    """Disentanglement, completeness and informativeness, from the feature importances of a forest.

    A random forest predicts each factor from all codes. R[d, f] is the importance of code d for
    factor f; each column sums to 1.

        disentanglement = Σ_d ρ_d (1 − H_F(R[d, :])),    ρ_d = Σ_f R[d, f] / Σ R
        completeness    = 1/F Σ_f (1 − H_D(R[:, f]))
        informativeness = mean accuracy on a quarter of the examples, held out

    H_F and H_D are entropies of the normalised row or column, to base F and D. Every leaf of the
    trees has at least 1% of the examples.

    Args:
        codes: (N, D), D at least 2.
        factors: (N, F) integers, F at least 2.
        seed: of the forest and of the held-out choice.

    Returns:
        `DCI(disentanglement, completeness, informativeness)`.

    Raises:
        ValueError: for wrong shapes, NaN, fewer than 2 factors or a factor that never changes.

    Source: Eastwood and Williams, A Framework for the Quantitative Evaluation of Disentangled
    Representations, 2018, §2. They also use lasso, and measure informativeness by an error; here it
    is an accuracy, because factors are levels.
    """
    codes, factors = _check(codes, factors)
    if factors.shape[1] < 2:
        raise ValueError("factors: expected at least 2 columns, got 1")
    train, test = _held_out(len(codes), seed)
    importance = np.zeros((codes.shape[1], factors.shape[1]))
    accuracy = np.zeros(factors.shape[1])
    for f, levels in enumerate(factors.T):
        # Every split may choose among all codes. If some were left out at each split, as usual, the
        # forest would have to use worse codes, which lowers the scores. Smaller leaves would split
        # on noise.
        forest = RandomForestClassifier(
            n_estimators=10, max_features=None, min_samples_leaf=0.01, random_state=seed
        )
        forest.fit(codes[train], levels[train])
        importance[:, f] = forest.feature_importances_
        accuracy[f] = forest.score(codes[test], levels[test])
    total = importance.sum(axis=1)
    used = total > 0
    purity = 1 - entropy(importance[used], base=importance.shape[1], axis=1)
    return DCI(
        disentanglement=float(purity @ total[used] / total.sum()),
        completeness=float(np.mean(1 - entropy(importance, base=importance.shape[0], axis=0))),
        informativeness=float(accuracy.mean()),
    )


def sap_score(codes, factors, seed: int = 0) -> float:
    """SAP: how much better the best single code predicts a factor than the second best.

        SAP = 1/F Σ_f (S[best, f] − S[second, f])

    S[d, f] is the balanced accuracy, on a held-out quarter of the examples, of thresholds on code d
    alone that separate the levels of factor f. It is adjusted for chance, (accuracy − 1/L) /
    (1 − 1/L) for L levels, so that a perfect code scores 1; the paper does not adjust, so its
    scores are smaller by a factor of 1 − 1/L.

    Args:
        codes: (N, D), D at least 2.
        factors: (N, F) integers, each factor with 2 levels or more.
        seed: of the held-out choice.

    Returns:
        The mean gap, from 0 to about 1.

    Raises:
        ValueError: for wrong shapes, NaN, negative levels or a factor that never changes.

    Source: Kumar, Sattigeri and Balakrishnan, Variational Inference of Disentangled Latent Concepts
    from Unlabeled Observations, 2018, §3.
    """
    codes, factors = _check(codes, factors)
    train, test = _held_out(len(codes), seed)
    scores = np.zeros((codes.shape[1], factors.shape[1]))
    for f, levels in enumerate(factors.T):
        for d in range(codes.shape[1]):
            code = codes[:, [d]]
            thresholds = DecisionTreeClassifier(
                max_leaf_nodes=len(np.unique(levels)), class_weight="balanced", random_state=seed
            ).fit(code[train], levels[train])
            scores[d, f] = balanced_accuracy_score(
                levels[test], thresholds.predict(code[test]), adjusted=True
            )
    return float(np.mean(_gap(scores)))


def _gap(scores: np.ndarray) -> np.ndarray:
    """The largest minus the second largest entry of each column, (D, F) → (F,)."""
    second, best = np.sort(scores, axis=0)[-2:]
    return best - second


def _held_out(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return train_test_split(np.arange(count), test_size=0.25, random_state=seed)


def _check(codes, factors) -> tuple[np.ndarray, np.ndarray]:
    sizes = {}
    codes = check_array("codes", codes, ("N", "D"), sizes).astype("float64")
    factors = check_array("factors", factors, ("N", "F"), sizes, integer=True, low=0)
    if codes.shape[1] < 2:
        raise ValueError("codes: expected at least 2 columns, got 1")
    for index, levels in enumerate(factors.T):
        if levels.min() == levels.max():
            raise ValueError(f"factors: expected levels that change, got one in column {index}")
    return codes, factors
