"""Keras objects that can be saved, loaded and copied, because they know how they were made.

Keras itself records the arguments of a constructor only if they are plain values such as numbers
and strings. The models of this course take networks. `FromArguments` records these as well, so that
`save`, `load_model`, `clone_model`, `deepcopy` and `ModelCheckpoint` work as for any model of
Keras, and no class needs a `get_config` of its own.
"""

import course_utils.quiet

import inspect

import keras

JOINED = "names of the networks in the whole"


class FromArguments:
    """A base class whose configuration is what its constructor was given; put it before Keras's.

    Example::

        class VAE(FromArguments, keras.Model): ...
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # Keras loads only registered classes; it looks them up under this name.
        keras.saving.register_keras_serializable(cls.__module__)(cls)

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls, *args, **kwargs)
        # Not by `self.… =`, with which Keras would track the networks among them as layers.
        vars(instance)["_given"] = lambda: (args, kwargs)
        return instance

    def _arguments(self) -> dict:
        """The arguments by name; a number that is also an attribute has its present value."""
        args, kwargs = self._given()
        signature = inspect.signature(self.__init__)
        arguments = signature.bind(*args, **kwargs).arguments
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                arguments |= arguments.pop(parameter.name, {})
        for name, given in arguments.items():
            now = getattr(self, name, given)
            if isinstance(given, int | float) and isinstance(now, int | float):
                arguments[name] = now
        return arguments

    def get_config(self):
        config = self._arguments() | {"name": self.name, "dtype": self.dtype_policy}
        return {name: _written(value) for name, value in config.items()}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**{name: _read(value, custom_objects) for name, value in config.items()})


# Keras cannot save two networks that share layers, but one network may have several inputs and
# outputs. So a list of networks is saved as one.


def _written(value):
    """An argument as a configuration that can be written as JSON."""
    if isinstance(value, list) and value and all(isinstance(v, keras.Model) for v in value):
        whole = keras.Model([v.input for v in value], [v.output for v in value])
        return {
            JOINED: [v.name for v in value],
            "whole": keras.saving.serialize_keras_object(whole),
        }
    return keras.saving.serialize_keras_object(value)


def _read(value, custom_objects):
    """The inverse of `_written`."""
    if isinstance(value, dict) and JOINED in value:
        whole = keras.saving.deserialize_keras_object(value["whole"], custom_objects)
        return [
            keras.Model(x, y, name=name)
            for x, y, name in zip(whole.inputs, whole.outputs, value[JOINED], strict=True)
        ]
    return keras.saving.deserialize_keras_object(value, custom_objects)
