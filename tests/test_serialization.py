"""Constructor arguments survive saving: numbers, networks, and layers shared by networks."""

import course_utils.quiet

import json

import keras
import numpy as np

from course_utils.serialization import FromArguments


class Scaled(FromArguments, keras.layers.Layer):
    """A network whose output is scaled."""

    def __init__(self, network, *, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.network = network
        self.scale = scale

    def call(self, x):
        return self.scale * self.network(x)


class Renamed(Scaled):
    """A subclass that passes most arguments on."""

    def __init__(self, network, sizes=(), **kwargs):
        super().__init__(network, **kwargs)
        self.sizes = tuple(sizes)


class Several(FromArguments, keras.layers.Layer):
    """Networks in a list."""

    def __init__(self, networks, **kwargs):
        super().__init__(**kwargs)
        self.networks = networks


def network(*layers):
    return keras.Sequential([keras.Input((2,)), *layers])


def through_json(layer):
    """The layer made anew from its configuration, which JSON must be able to hold."""
    return type(layer).from_config(json.loads(json.dumps(layer.get_config())))


def test_networks_numbers_and_the_name_come_back():
    layer = Renamed(network(keras.layers.Dense(3, "tanh")), [4, 5], scale=2.0, name="mine")
    again = through_json(layer)
    assert type(again) is Renamed
    assert (again.name, again.scale, again.sizes) == ("mine", 2.0, (4, 5))
    again.network.set_weights(layer.network.get_weights())
    x = np.ones((1, 2), "float32")
    np.testing.assert_array_equal(again(x), layer(x))


def test_a_number_that_was_changed_since_is_kept():
    layer = Scaled(network(keras.layers.Dense(1)), scale=2.0)
    layer.scale = 3.0
    assert through_json(layer).scale == 3.0


def test_layers_that_networks_share_are_shared_again():
    shared = keras.layers.Dense(3, name="shared")
    x, y = keras.Input((2,)), keras.Input((2,))
    one = keras.Model(x, shared(x), name="one")
    two = keras.Model(y, keras.layers.Dense(1)(shared(y)), name="two")
    again = through_json(Several([one, two]))
    first, second = again.networks
    assert (first.name, second.name) == ("one", "two")
    assert first.get_layer("shared") is second.get_layer("shared")
    assert second.output_shape == (None, 1)


def test_the_dtype_comes_back():
    assert through_json(Scaled(network(), dtype="float64")).dtype == "float64"


def test_keras_finds_the_class_by_the_name_of_its_module():
    assert keras.saving.get_registered_object(f"{Scaled.__module__}>Scaled") is Scaled
