import course_utils.quiet

import base64
import json

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.explorers import export_network


def sequential(*stack, shape=(4,)):
    return keras.Sequential([keras.Input(shape), *stack])


def test_the_export_is_json_with_the_weights_in_order():
    model = sequential(layers.Dense(3, "relu"), layers.Dense(2))
    network = export_network(model, "sigmoid")
    content = json.loads(json.dumps(network.to_json()))
    operations = [step["op"] for step in content["steps"]]
    assert operations == ["input", "dense", "activation", "dense", "activation"]
    assert network.input_shape == (4,) and network.output_shape == (2,)
    weights = np.frombuffer(base64.b64decode(content["weights"]), "<f2")
    for step, layer in zip(content["steps"][1::2], model.layers, strict=True):
        for name in ("kernel", "bias"):
            start, length = step[name]
            expected = np.asarray(getattr(layer, name)).ravel()
            np.testing.assert_allclose(weights[start : start + length], expected, rtol=1e-3)


def test_a_layer_called_twice_carries_its_weights_once_more_but_runs_in_order():
    z = keras.Input((4,))
    shared = layers.Dense(4)
    network = export_network(keras.Model(z, shared(shared(z))))
    assert [step["inputs"] for step in network.steps] == [[], [0], [1]]


def test_a_copied_network_is_exported_like_the_original():
    """Copying turns the key of x[:, i] from a tuple into a list."""
    x = keras.Input((3, 2))
    model = keras.Model(x, layers.Add()([x[:, 0], x[:, 2]]))
    copy = keras.models.clone_model(model)
    assert export_network(copy).to_json() == export_network(model).to_json()


def test_several_inputs_keep_their_order():
    a, b = keras.Input((2,)), keras.Input((3,))
    network = export_network(keras.Model([a, b], layers.Concatenate()([b, a])))
    assert network.input_shapes == [(2,), (3,)]
    assert network.steps[-1]["inputs"] == [1, 0]
    with pytest.raises(ValueError, match=r"one input, got one with 2: \(2,\), \(3,\)"):
        network.input_shape  # noqa: B018


class Doubled(layers.Dense):
    pass


REFUSED = {
    "an unknown layer": (lambda: sequential(layers.UnitNormalization()), "UnitNormalization"),
    "a layer of one's own": (lambda: sequential(Doubled(2)), "Doubled"),
    "an activation of one's own": (
        lambda: sequential(layers.Dense(2, activation=lambda x: x**3)),
        "activation '<lambda>'",
    ),
    "dilation": (
        lambda: sequential(layers.Conv2D(2, 3, dilation_rate=2), shape=(8, 8, 1)),
        "dilation_rate",
    ),
    "a bounded relu": (lambda: sequential(layers.ReLU(6)), "max_value"),
    "cubic upsampling": (
        lambda: sequential(layers.UpSampling2D(2, interpolation="bicubic"), shape=(4, 4, 1)),
        "interpolation",
    ),
    "pooling with padding": (
        lambda: sequential(layers.AveragePooling2D(2, padding="same"), shape=(5, 5, 1)),
        "padding",
    ),
    "normalisation over another axis": (
        lambda: sequential(layers.BatchNormalization(axis=1), shape=(4, 4, 2)),
        "axis",
    ),
    "unknown sizes": (
        lambda: sequential(layers.Conv2D(1, 3), shape=(None, None, 1)),
        "fixed sizes",
    ),
    "a model without a graph": (lambda: keras.Sequential([layers.Dense(2)]), "no graph"),
    "too many weights": (lambda: sequential(layers.Dense(200_000)), "500,000"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_page_cannot_run_is_refused_in_words(name):
    build, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        export_network(build())


def test_weights_beyond_float16_are_refused():
    model = sequential(layers.Dense(2))
    model.layers[0].bias.assign([1e6, 0.0])
    with pytest.raises(ValueError, match="float16"):
        export_network(model)


def test_an_unknown_output_activation_is_refused():
    with pytest.raises(ValueError, match="softsign"):
        export_network(sequential(layers.Dense(2)), "softsign")
