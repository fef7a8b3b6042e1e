"""`benchmarks/speed.py`: its table has every model, and each case can be built and trained."""

import keras
import numpy as np
import pytest

from course_utils.models.vae import dense_vae
from speed import Case, compiled, lecture_cases, measure, zoo
from tests.models.zoo import ZOO


def test_the_table_has_every_class():
    assert {type(case.build()).__name__ for case in zoo().values()} == set(ZOO)


@pytest.mark.parametrize("name", zoo())
def test_a_case_takes_a_step(name):
    case = zoo()[name]
    model = compiled(case)
    model.run_eagerly = True  # compiling all of them would take minutes
    first = keras.tree.map_structure(lambda array: array[:2], (case.x, case.y), none_is_leaf=False)
    losses = model.fit(*first, batch_size=2, verbose=0).history
    assert np.isfinite([*losses.values()]).all()


def test_lectures_networks_are_compiled_as_there():
    assert {name: case.xla for name, (case, _) in lecture_cases().items()} == {
        "VAE, digits": True,
        "VAE, garments": True,
        "dense GAN, garments": True,
        "convolutional GAN, garments": False,
    }


def test_both_fits_are_measured():
    images = np.full((32, 4, 4, 1), 0.5, "float32")
    case = Case(lambda: dense_vae((4, 4, 1), 2, hidden=(4,)), images)
    found = measure(case, batch_size=16, rounds=2, machine=1e12)
    assert found.plain.shape == found.ours.shape == (2,)
    assert (found.plain > 0).all() and (found.ours > 0).all()
    assert all(seconds > 0 for seconds in found.first)
    assert found.share > 0
