"""Close-ups: crops of a larger drawing, each person's own appearance, and the true swap."""

import numpy as np
import pytest

from course_utils.data.faces import draw_faces
from course_utils.data.people import LOOKS, NAMES, draw_close_ups, load_people


@pytest.fixture(scope="module")
def people():
    return load_people()


def test_each_person_looks_the_same_in_every_picture(people):
    assert NAMES == {"a": "Cleo", "b": "Bruno"}
    for who, person in people._asdict().items():
        for part in (person.train, person.validation, person.test):
            for factor, level in LOOKS[who].items():
                assert set(part.factors[factor]) == {level}
        assert person.shape == (32, 32, 3)
        assert [len(person.train), len(person.validation), len(person.test)] == [1536, 192, 192]
        assert set(person.test.factors["expression"]) == set(range(6))


def test_rows_are_no_pairs(people):
    for factor, levels in (("expression", 6), ("turn", 5), ("clothes", 8), ("background", 8)):
        agree = np.mean(people.a.train.factors[factor] == people.b.train.factors[factor])
        # Five standard errors around chance.
        assert abs(agree - 1 / levels) < 5 * np.sqrt((1 - 1 / levels) / levels / 1536), factor


def test_close_ups_are_cut_out_of_the_larger_drawing(people):
    test = people.a.test
    np.testing.assert_array_equal(draw_close_ups(test.factors), test.x)
    np.testing.assert_array_equal(draw_faces(test.factors, 48)[:, 9:41, 8:40], test.x)


def test_the_true_swap_changes_the_looks_alone(people):
    test = people.a.test
    swapped = draw_close_ups(test.factors, "b")
    as_b = draw_close_ups({**test.factors, **LOOKS["b"]})
    np.testing.assert_array_equal(swapped, as_b)
    np.testing.assert_array_equal(draw_close_ups(test.factors, "a"), test.x)
    assert np.abs(swapped - test.x).mean() > 0.1


def test_nobody_else_is_known(people):
    with pytest.raises(ValueError, match="who: expected 'a', 'b' or None, got 'c'"):
        draw_close_ups(people.a.test.factors, "c")
