import numpy as np
import pytest

from course_utils.metrics.disentanglement import (
    dci,
    factor_vae_score,
    mutual_information_gap,
    sap_score,
)

LEVELS = [3, 4, 8]
SCORES = {
    "MIG": mutual_information_gap,
    "FactorVAE": factor_vae_score,
    "D": lambda codes, factors: dci(codes, factors).disentanglement,
    "C": lambda codes, factors: dci(codes, factors).completeness,
    "I": lambda codes, factors: dci(codes, factors).informativeness,
    "SAP": sap_score,
}
CHANCE = {"FactorVAE": 1 / 3, "I": np.mean([1 / n for n in LEVELS])}


@pytest.fixture(scope="module")
def drawn():
    """Factors (4000, 3) and noise (4000, 3)."""
    rng = np.random.default_rng(0)
    return np.stack([rng.integers(n, size=4000) for n in LEVELS], axis=1), rng.normal(
        size=(4000, 3)
    )


def standardized(factors):
    return (factors - factors.mean(axis=0)) / factors.std(axis=0)


@pytest.mark.parametrize("score", SCORES)
def test_perfect_codes_score_one(score, drawn):
    factors, noise = drawn
    # Order, scale and further, collapsed axes must not matter.
    codes = np.concatenate([0.01 * noise, standardized(factors)[:, ::-1]], axis=1)
    assert SCORES[score](codes, factors) == pytest.approx(1, abs=0.03)
    assert SCORES[score](100 * codes, factors) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("score", SCORES)
def test_noise_scores_no_better_than_chance(score, drawn):
    factors, noise = drawn
    assert SCORES[score](noise, factors) == pytest.approx(CHANCE.get(score, 0), abs=0.05)


@pytest.mark.parametrize("score", ["MIG", "D", "C", "SAP"])
def test_mixing_the_axes_lowers_the_score(score, drawn):
    factors, _ = drawn
    # A reflection that shares every factor between all axes, by squares 1/9, 4/9 and 4/9.
    mirror = np.eye(3) - 2 / 3
    assert SCORES[score](standardized(factors) @ mirror, factors) < 0.3


def test_two_copies_of_each_code_are_disentangled_but_not_complete(drawn):
    factors, noise = drawn
    codes = standardized(factors)
    twice = np.concatenate([codes, codes + 1e-3 * noise], axis=1)
    disentanglement, completeness, informativeness = dci(twice, factors)
    assert disentanglement > 0.99 and informativeness > 0.99
    assert completeness < 0.8
    assert mutual_information_gap(twice, factors) < 0.01
    assert sap_score(twice, factors) < 0.01


def test_one_code_for_two_factors_is_complete_but_not_disentangled(drawn):
    factors, noise = drawn
    both = factors[:, :1] * 4 + factors[:, 1:2]
    codes = np.concatenate([both, factors[:, 2:], noise[:, :1]], axis=1)
    disentanglement, completeness, _ = dci(codes, factors)
    assert completeness > 0.99
    # Of three equal parts of importance, two share a code that serves 2 of 3 factors evenly.
    assert disentanglement == pytest.approx(2 / 3 * (1 - np.log(2) / np.log(3)) + 1 / 3, abs=0.02)


def test_mutual_information_gap_in_closed_form():
    # A full table of 4 bits in two factors; the code shows one of the two bits of the first, and
    # both of the second: gaps ½ and 1.
    first, second = (grid.ravel() for grid in np.meshgrid(range(4), range(4)))
    codes = np.stack([first // 2, second], axis=1)
    factors = np.stack([first, second], axis=1)
    assert mutual_information_gap(codes, factors) == pytest.approx(0.75)


def test_sap_of_a_partly_informative_code():
    # The code tells level 0 from {1, 2}, which stay alike: balanced accuracy 2/3, adjusted ½.
    rng = np.random.default_rng(0)
    levels = rng.integers(3, size=6000)
    codes = np.stack([np.minimum(levels, 1), rng.normal(size=6000)], axis=1)
    assert sap_score(codes, levels[:, None]) == pytest.approx(0.5, abs=0.05)


def test_factor_vae_score_forgives_a_little_mixing_and_the_gap_does_not(drawn):
    factors, _ = drawn
    codes = standardized(factors)
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    codes[:, :2] = codes[:, :2] @ [[cos, -sin], [sin, cos]]
    assert factor_vae_score(codes, factors) == 1
    assert mutual_information_gap(codes, factors) < 0.8


def test_collapsed_codes_do_not_vote(drawn):
    factors, noise = drawn
    # A tiny axis that follows factor 0 exactly would win every vote on it.
    codes = np.concatenate([noise, 0.01 * standardized(factors)[:, :1]], axis=1)
    assert factor_vae_score(codes, factors) < 0.45


@pytest.mark.parametrize("score", [mutual_information_gap, factor_vae_score, dci, sap_score])
@pytest.mark.parametrize(
    ("codes", "factors", "message"),
    [
        (np.zeros((5, 2)), np.zeros((4, 2), int), r"factors: expected shape \(N=5, F\)"),
        (np.zeros((5, 2)), np.zeros((5, 2)), "factors: expected integers"),
        (np.zeros((5, 2)), np.zeros((5, 2), int), "factors: expected levels that change"),
        (np.zeros((5, 1)), np.eye(5, dtype=int), "codes: expected at least 2 columns"),
        (np.full((5, 2), np.nan), np.eye(5, dtype=int), "codes: expected finite"),
        (np.zeros((0, 2)), np.zeros((0, 2), int), "codes: expected shape"),
    ],
)
def test_bad_input_is_named(score, codes, factors, message):
    with pytest.raises(ValueError, match=message):
        score(codes, factors)


def test_factor_vae_score_asks_for_enough_examples(drawn):
    factors, noise = drawn
    with pytest.raises(ValueError, match="batch_size = 64 examples of every level"):
        factor_vae_score(noise[:90], factors[:90])
    with pytest.raises(ValueError, match="codes: expected values that change"):
        factor_vae_score(np.ones((4000, 3)), factors)
