"""The weights that come with the course are those that their recipes make."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils import pretrained

QUICKLY_TRAINED = ("digits_vae",)  # in about ten seconds; `course weights --check` trains all


def test_there_are_weights_for_every_recipe_and_no_others():
    files = sorted(path.stem for path in pretrained.FOLDER.glob("*.npz"))
    assert files == pretrained.names()


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"expected one of .*digits_vae.*got 'digit_vae'"):
        pretrained.load_pretrained("digit_vae")


@pytest.mark.parametrize("name", pretrained.names())
def test_files_are_small(name):
    assert (pretrained.FOLDER / f"{name}.npz").stat().st_size < 1.5e6


@pytest.mark.slow
@pytest.mark.parametrize("name", pretrained.names())
def test_loaded_weights_are_as_good_as_when_they_were_made(name):
    quality = pretrained.recipe(name).quality(pretrained.load_pretrained(name))
    tolerance = pretrained.recipe(name).TOLERANCE
    assert quality == pytest.approx(pretrained.recorded_quality(name), abs=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("name", pretrained.names())
def test_untrained_weights_are_not(name):
    """Otherwise the test above could not fail."""
    recipe = pretrained.recipe(name)
    difference = recipe.quality(recipe.build()) - pretrained.recorded_quality(name)
    assert abs(difference) > recipe.TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICKLY_TRAINED)
def test_recipe_and_file_agree(name):
    recipe = pretrained.recipe(name)
    quality = recipe.quality(recipe.train(seed=1))
    assert quality == pytest.approx(pretrained.recorded_quality(name), abs=recipe.TOLERANCE)


def test_the_faces_that_are_drawn_have_no_checkerboard():
    """Among four neighbours the diagonals differ no more than in real faces."""
    keras.utils.set_random_seed(0)
    faces = pretrained.recipe("faces_stylegan").faces().validation.x[:300]
    drawn = np.asarray(pretrained.load_pretrained("faces_stylegan").sample(300))
    real, fake = (
        np.abs(x[:, ::2, ::2] - x[:, 1::2, ::2] - x[:, ::2, 1::2] + x[:, 1::2, 1::2]).mean()
        for x in (faces, drawn)
    )
    assert fake < 1.3 * real  # 2.0 where the last size, too, is made by a transposed convolution


def test_a_file_that_does_not_fit_its_recipe_is_refused(monkeypatch, tmp_path):
    np.savez(tmp_path / "digits_vae.npz", quality=0.0, **{"000": np.zeros((2, 3), "float16")})
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"does not fit the model.*make weights"):
        pretrained.load_pretrained("digits_vae")


def test_parts_that_only_training_needs_are_left_out(monkeypatch):
    recipe = pretrained.recipe("digits_vae")
    model = recipe.build()
    monkeypatch.setattr(recipe, "LEFT_OUT", ("encoder",), raising=False)
    kept = pretrained._kept_variables(model, recipe)
    assert [v.shape for v in kept] == [v.shape for v in model.decoder.weights]
