"""The classifier of factors learns each factor, and refuses what is not a picture."""

import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.data import load
from course_utils.models.factor_classifier import FactorClassifier, codes


@pytest.fixture(scope="module")
def faces():
    return load("faces", size=16, count=600, only={"identity": [0, 4], "turn": [4]})


@pytest.fixture(scope="module")
def classifier(faces):
    keras.utils.set_random_seed(0)
    model = FactorClassifier((16, 16, 3), {"identity": 10, "background": 8}, (16, 16), 32)
    model.compile(keras.optimizers.Adam(3e-3))
    wanted = {name: faces.train.factors[name] for name in model.levels}
    model.fit(faces.train.x, codes(wanted), batch_size=32, epochs=30, verbose=0)
    return model


def test_it_reads_every_factor_of_pictures_it_has_not_seen(classifier, faces):
    # Guessing is right half and an eighth of the time.
    accuracy = classifier.accuracy(faces.test.x, faces.test.factors)
    assert accuracy["identity"] > 0.9 and accuracy["background"] > 0.9
    read = classifier.classify(faces.test.x)
    assert set(read["identity"]) == {0, 4}


def test_features_come_before_the_classes(classifier, faces):
    features = classifier.features(faces.test.x)
    assert features.shape == (60, 32)
    logits = features @ classifier.heads[1].kernel + classifier.heads[1].bias
    np.testing.assert_array_equal(
        np.argmax(logits, axis=1), classifier.classify(faces.test.x)["background"]
    )


def test_the_loss_is_the_sum_of_the_cross_entropies(classifier, faces):
    x, labels = faces.test.x[:7], np.array([[0, 1]] * 7)
    logits = classifier(x)
    expected = 0
    for column, values in enumerate(logits):
        log_probabilities = np.asarray(values) - np.log(np.exp(values).sum(axis=1, keepdims=True))
        expected -= log_probabilities[np.arange(7), labels[:, column]].mean()
    loss = classifier.compute_loss(x=x, y=labels, y_pred=logits)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_another_trunk_takes_the_place_of_the_convolutions():
    trunk = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.GlobalMaxPooling2D()])
    model = FactorClassifier((16, 16, 3), {"identity": 10}, trunk=trunk)
    images = np.random.default_rng(0).random((2, 16, 16, 3)).astype("float32")
    np.testing.assert_array_equal(model.features(images), images.max(axis=(1, 2)))
    with pytest.raises(ValueError, match=r"trunk's input: expected shape \(None, 8, 8, 3\)"):
        FactorClassifier((8, 8, 3), {"identity": 10}, trunk=trunk)


def test_bad_input_is_refused_in_words(classifier):
    with pytest.raises(ValueError, match=r"images: expected shape \(N, 16, 16, 3\)"):
        classifier.classify(np.zeros((2, 8, 8, 3)))
    with pytest.raises(ValueError, match=r"images: expected values in \[0, 1\]"):
        classifier.features(np.full((2, 16, 16, 3), 2.0))
