"""The weights that come with the course agree with their recipes."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils import pretrained
from course_utils.data import load
from course_utils.metrics.sample_quality import digit_classes, digit_features, frechet_distance

QUICKLY_TRAINED = ("digits_vae",)  # in about ten seconds; `course weights --check` trains all


def test_there_are_weights_for_every_recipe_and_no_others():
    files = sorted(path.stem for path in pretrained.FOLDER.glob("*.npz"))
    assert files == pretrained.names()


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"expected one of .*digits_vae.*got 'digit_vae'"):
        pretrained.load_pretrained("digit_vae")


def size(name):
    return (pretrained.FOLDER / f"{name}.npz").stat().st_size


@pytest.mark.parametrize("name", pretrained.names())
def test_files_are_small(name):
    assert size(name) < (7e6 if name == "fashion_diffusion" else 1.5e6)


def test_the_models_of_garments_are_small_together():
    assert sum(size(name) for name in pretrained.names() if name.startswith("fashion")) < 12e6


def test_the_judge_of_garments_reads_what_it_has_not_seen():
    test = load("fashion").test
    judge = pretrained.judge("fashion")
    # 2,000 images: a judge that is right on 91.5% of all is below 90% here once in 100.
    assert np.mean(judge.classes(test.x) == test.labels) > 0.9
    assert judge.features(test.x).shape == (2000, 64)


def test_the_judge_of_digits_is_the_classifier_of_the_metrics():
    x = load("digits").test.x
    judge = pretrained.judge("digits")
    np.testing.assert_array_equal(judge.features(x), digit_features(x))
    np.testing.assert_array_equal(judge.classes(x), digit_classes(x))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least"), [("fashion_biggan", 0.78), ("fashion_conditional_gan", 0.85)]
)
def test_a_garment_asked_for_is_drawn(name, least):
    keras.utils.set_random_seed(0)
    asked = np.arange(1000) % 10
    samples = np.asarray(pretrained.load_pretrained(name).sample(asked))
    # Of real garments the judge reads 92% as what they are.
    assert np.mean(pretrained.judge("fashion").classes(samples) == asked) > least


def test_a_judge_puts_real_garments_near_and_one_kind_far():
    fashion, judge = load("fashion"), pretrained.judge("fashion")
    real, other = fashion.test.x[:1000], fashion.test.x[1000:]
    assert judge.distance(real, real) == pytest.approx(0, abs=1e-6)
    near = judge.distance(real, other)
    assert near == pytest.approx(frechet_distance(judge.features(real), judge.features(other)))
    boots = fashion.train.x[fashion.train.labels == 9]
    assert judge.distance(real, boots) > 10 * near


def test_data_without_a_judge_is_refused_in_words():
    with pytest.raises(ValueError, match="data: expected digits or fashion, got 'faces'"):
        pretrained.judge("faces")


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
