import numpy as np
import pytest

from course_utils.explorers import DensityExplorer
from course_utils.models.density import Mixture

ONE = ([1.0], [0.0], [1.0])


def test_the_page_holds_the_data_and_every_model():
    x = np.random.default_rng(0).normal(size=50)
    fits = [Mixture(k).fit(x) for k in (1, 2, 3)]
    mixtures = [(fit.weights, fit.means, fit.stds) for fit in fits]
    explorer = DensityExplorer(x, mixtures, held_out=x[:5], name="height, m")
    options = explorer.options
    np.testing.assert_allclose(options["data"], x, atol=1e-4)
    np.testing.assert_allclose(options["heldOut"], x[:5], atol=1e-4)
    np.testing.assert_allclose(options["mixtures"][2]["stds"], fits[2].stds, atol=1e-5)
    low, high = options["range"]
    assert low < x.min() and x.max() < high
    assert "height, m" in explorer.to_html()


@pytest.mark.parametrize(
    ("data", "mixtures", "words"),
    [
        (np.ones(4), [ONE], "differ"),
        (np.zeros((4, 2)), [ONE], "data"),
        (np.arange(4), [], "at least one"),
        (np.arange(4), [ONE, ONE], r"weights.*\(2,\)"),
        (np.arange(4), [([1.0], [np.nan], [1.0])], "means.*finite"),
    ],
)
def test_what_does_not_fit_is_named(data, mixtures, words):
    with pytest.raises(ValueError, match=words):
        DensityExplorer(data, mixtures)
