"""What the library assumes about Keras's internals, checked against Keras."""

import course_utils.quiet

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import gan_layers, keras_internals


def test_checked_with_this_keras():
    """A new release of Keras: run this file, then add the version to CHECKED_VERSIONS."""
    assert keras.__version__.rpartition(".")[0] in keras_internals.CHECKED_VERSIONS


def test_producer_is_the_layer_that_was_called_with_what_it_was_given():
    x = keras.Input((3, 2))
    layer = layers.Dense(4)
    first = layer(x)
    second = layers.Add()([first, layer(layers.Dense(2)(x))])
    operation, inputs, arguments = keras_internals.producer_of(first)
    assert operation is layer
    assert inputs[0] is arguments[0] is x
    assert keras_internals.producer_of(second).inputs[0] is first
    assert keras_internals.producer_of(first[:, 1]).arguments == (first, (slice(None), 1))


def test_layers_and_activations_of_keras_are_told_from_others():
    class Mine(layers.Dense):
        pass

    assert keras_internals.is_keras_layer(layers.Dense(1))
    assert not keras_internals.is_keras_layer(Mine(1))
    assert not keras_internals.is_keras_layer(gan_layers.PixelNorm())
    assert keras_internals.is_keras_activation(layers.Dense(1, "gelu").activation)
    assert not keras_internals.is_keras_activation(lambda x: x)
    assert not keras_internals.is_keras_activation(layers.PReLU())


def test_averaged_weights_are_the_optimizers():
    """After the first step the average is the weight; after the second it lags by m of the way."""
    weight = keras.Variable(np.float32([1.0, 2.0]))
    optimizer = keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.75)
    optimizer.build([weight])
    for _ in range(2):
        optimizer.apply([keras.ops.ones(2)])
    ((found, average),) = keras_internals.averaged_weights(optimizer)
    assert found is weight
    np.testing.assert_allclose(average, 0.75 * np.array([0, 1]) + 0.25 * np.array([-1, 0]))


def test_a_model_that_is_not_compiled_is_refused_in_keras_words():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    with pytest.raises(ValueError, match=r"You must call `compile\(\)`"):
        keras_internals.require_compiled(model, "fit")
    model.compile("sgd", "mse")
    keras_internals.require_compiled(model, "fit")


def test_the_loss_metric_is_the_one_that_is_shown():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    keras_internals.loss_metric(model).update_state(3.0)
    assert float(model.get_metrics_result()["loss"]) == 3.0


def test_a_built_layer_takes_layers_only_while_it_is_unlocked():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    outer = layers.Dense(1)
    outer.build((None, 1))
    with keras_internals.unlocked(outer):
        outer.first = model
    with pytest.raises(ValueError, match="already built"):
        outer.second = layers.Dense(1)


def test_a_layer_that_is_not_built_stays_open():
    layer = layers.Dense(1)
    with keras_internals.unlocked(layer):
        pass
    layer.first = layers.Dense(1)
