"""What the classifiers recognize in close-ups, against what was drawn."""

import numpy as np
import pytest

from course_utils.data.people import LOOKS, draw_close_ups, load_people
from course_utils.metrics.close_ups import read_factor


@pytest.mark.parametrize("factor", ["identity", "expression"])
def test_real_pictures_that_were_not_fitted_are_read_right(factor):
    for person in load_people():
        read = read_factor(person.validation.x, factor)
        assert np.mean(read == person.validation.factors[factor]) > 0.98


def test_a_true_swap_reads_as_the_other_person_with_the_same_expression():
    faces = load_people().a.validation
    swapped = draw_close_ups(faces.factors, "b")
    assert np.mean(read_factor(swapped, "identity") == LOOKS["b"]["identity"]) > 0.98
    assert np.mean(read_factor(swapped, "expression") == faces.factors["expression"]) > 0.98


def test_bad_arguments_are_named():
    faces = load_people().a.validation.x[:2]
    with pytest.raises(ValueError, match="factor: expected one of identity, expression"):
        read_factor(faces, "mood")
    with pytest.raises(ValueError, match="images: expected shape"):
        read_factor(faces[:, :16], "identity")
    with pytest.raises(ValueError, match=r"images: expected values in \[0, 1\]"):
        read_factor(2 * faces, "identity")
