import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")
import matplotlib.pyplot as plt

from course_utils.plotting import image_grid, show_images


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def images(count, height=3, width=4, channels=1):
    return np.random.default_rng(0).random((count, height, width, channels), "float32")


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize(("count", "columns"), [(1, 1), (6, 3), (5, 3), (2, 5), (7, 1)])
def test_every_image_stands_in_its_place_and_the_rest_is_white(count, columns, padding, channels):
    x = images(count, channels=channels)
    grid = image_grid(x, columns, padding)
    rows = -(-count // columns)
    shape = (rows * (3 + padding) - padding, columns * (4 + padding) - padding, channels)
    expected = np.ones(shape, "float32")
    for i in range(count):
        top, left = (i // columns) * (3 + padding), (i % columns) * (4 + padding)
        expected[top : top + 3, left : left + 4] = x[i]
    assert grid.dtype == np.float32
    np.testing.assert_array_equal(grid, expected)


@pytest.mark.parametrize(("count", "shape"), [(9, (11, 14)), (10, (11, 19)), (2, (3, 9))])
def test_without_columns_the_grid_is_nearly_square(count, shape):
    assert image_grid(images(count)).shape[:2] == shape


def test_rounding_is_forgiven_and_clipped():
    x = np.array([-1e-4, 1 + 1e-4]).reshape(2, 1, 1, 1)
    np.testing.assert_array_equal(image_grid(x, 2, 0).ravel(), [0, 1])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((5, 8, 8)), r"\(5, 8, 8\)"),
        (np.zeros((0, 8, 8, 1)), r"\(0, 8, 8, 1\)"),
        (np.zeros((5, 8, 8, 2)), r"C = 1 or 3"),
        (np.full((5, 8, 8, 1), 255), r"\[255, 255\]"),
        (np.full((5, 8, 8, 1), -1.0), r"\[-1, -1\]"),
        (np.full((5, 8, 8, 1), np.nan), "nan"),
    ],
)
@pytest.mark.parametrize("function", [image_grid, show_images])
def test_wrong_images_are_named(function, wrong, message):
    with pytest.raises(ValueError, match=message):
        function(wrong)


@pytest.mark.parametrize(("columns", "padding"), [(0, 1), (1, -1)])
def test_wrong_settings_are_named(columns, padding):
    with pytest.raises(ValueError, match=r"0|-1"):
        image_grid(images(2), columns, padding)


def test_shown_without_titles_is_the_grid_sharp_and_grey():
    x = images(5)
    show_images(x, columns=2, title="five images")
    [axes] = plt.gcf().axes
    [picture] = axes.images
    np.testing.assert_array_equal(np.squeeze(picture.get_array()), image_grid(x, 2)[..., 0])
    assert picture.get_interpolation() == "nearest"
    assert picture.get_cmap().name == "gray"
    assert picture.get_clim() == (0, 1)
    assert plt.gcf().get_suptitle() == "five images"


def test_shown_with_titles_each_image_has_its_own():
    x = images(3, channels=3)
    show_images(x, columns=2, titles=[7, 1, "seven"])
    drawn = [axes for axes in plt.gcf().axes if axes.images]
    assert [axes.get_title() for axes in drawn] == ["7", "1", "seven"]
    for axes, image in zip(drawn, x, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), image)
    assert not any(axes.axison for axes in plt.gcf().axes)


def test_as_many_titles_as_images():
    with pytest.raises(ValueError, match="got 2 for 3 images"):
        show_images(images(3), titles=["a", "b"])
