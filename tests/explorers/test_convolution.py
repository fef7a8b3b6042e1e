import pytest

from course_utils.explorers import PixelConnections


def test_a_page_holds_everything_it_needs():
    html = PixelConnections(strides=3).to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html and "http" not in html
    assert '"stride":3' in html


def test_it_needs_no_kernel():
    explorer = PixelConnections()
    assert set(explorer._repr_mimebundle_()) == {"text/html", "text/plain"}
    assert "in the page" in repr(explorer)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 6}, "size: expected a whole number from 2 to 5, got 6"),
        ({"kernel_size": 0}, "kernel_size"),
        ({"strides": 4}, "strides: expected a whole number from 1 to 3"),
        ({"strides": 1.5}, "strides"),
        ({"padding": "full"}, "'valid' or 'same'"),
    ],
)
def test_what_the_page_does_not_offer_is_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        PixelConnections(**settings)
