import numpy as np
import pytest

from course_utils.explorers import RealOrFake

PICTURES = np.linspace(0, 1, 3 * 16, dtype="float32").reshape(3, 4, 4, 1)


def test_a_page_holds_both_kinds_and_needs_nothing_else():
    html = RealOrFake(PICTURES, 1 - PICTURES).to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html and "http" not in html
    assert '"shape":[4,4,1]' in html


def test_the_real_one_is_shown_on_either_side():
    """Of 40 pairs between 8 and 32 have the real one on the left; chance fails 3 in 100,000."""
    many = np.zeros((40, 4, 4, 3))
    sides = RealOrFake(many, many, seed=1).options["realIsLeft"]
    assert 8 <= sum(sides) <= 32
    assert sides == RealOrFake(many, many, seed=1).options["realIsLeft"]
    assert sides != RealOrFake(many, many, seed=2).options["realIsLeft"]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: RealOrFake(255 * PICTURES, PICTURES), "real"),
        (lambda: RealOrFake(PICTURES, PICTURES[:2]), "fake"),
        (lambda: RealOrFake(PICTURES, PICTURES[:, :2]), "fake"),
        (lambda: RealOrFake(*2 * [np.zeros((2, 4, 4, 2))]), "1 or 3 channels"),
        (lambda: RealOrFake(PICTURES[:1], PICTURES[:1]), "at least two"),
    ],
)
def test_what_does_not_fit_is_named(build, words):
    with pytest.raises(ValueError, match=words):
        build()
