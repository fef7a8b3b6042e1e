"""Training steps: networks and an optimizer go in, and the weights after the step count.

A probe says what a network is by its kind, its sizes and its weights, and an optimizer by its name
and settings, so that the data of a self-check stay numbers. `take` builds both, calls the step and
reports what it returned and the weights after it. If the step is in another process, the
descriptions are sent, `take` runs there, and the weights come back.
"""

import course_utils.quiet
from course_utils.quiet import tf

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers


def _dense_encoder(pixels: int, latent: int) -> keras.Model:
    x = keras.Input([pixels])
    h = layers.Dense(4, "tanh", kernel_regularizer="l2")(x)
    return keras.Model(x, [layers.Dense(latent)(h), layers.Dense(latent)(h)])


def _linear_encoder(pixels: int, latent: int) -> keras.Model:
    x = keras.Input([pixels])
    return keras.Model(x, [layers.Dense(latent)(x), layers.Dense(latent)(x)])


def _image_encoder(side: int, latent: int) -> keras.Model:
    x = keras.Input([side, side, 1])
    h = layers.Conv2D(2, 3, 2, "same", use_bias=False, kernel_regularizer="l2")(x)
    h = layers.Flatten()(layers.Activation("tanh")(layers.BatchNormalization()(h)))
    return keras.Model(x, [layers.Dense(latent)(h), layers.Dense(latent)(h)])


def _dense_decoder(latent: int, pixels: int) -> keras.Model:
    """Also a generator."""
    h = [layers.Dense(5, use_bias=False), layers.BatchNormalization(), layers.Activation("tanh")]
    return keras.Sequential([keras.Input([latent]), *h, layers.Dense(pixels)])


def _linear_decoder(latent: int, pixels: int) -> keras.Model:
    return keras.Sequential([keras.Input([latent]), layers.Dense(pixels, use_bias=False)])


def _image_decoder(latent: int, side: int) -> keras.Model:
    """Also a generator."""
    half = side // 2
    start = [layers.Dense(2 * half * half, use_bias=False), layers.BatchNormalization()]
    middle = [layers.Activation("tanh"), layers.Reshape([half, half, 2])]
    end = layers.Conv2DTranspose(1, 4, 2, "same")
    return keras.Sequential([keras.Input([latent]), *start, *middle, end])


def _dense_discriminator(pixels: int) -> keras.Model:
    h = [layers.Dense(4, use_bias=False, kernel_regularizer="l2"), layers.BatchNormalization()]
    return keras.Sequential([keras.Input([pixels]), *h, layers.Activation("tanh"), layers.Dense(1)])


def _linear_discriminator(pixels: int) -> keras.Model:
    return keras.Sequential([keras.Input([pixels]), layers.Dense(1)])


def _image_discriminator(side: int) -> keras.Model:
    h = [layers.Conv2D(3, 3, 2, "same", use_bias=False), layers.BatchNormalization()]
    return keras.Sequential(
        [
            keras.Input([side, side, 1]),
            *h,
            layers.Activation("tanh"),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


# Encoders return [mu, log_var]; rows have that many pixels, images that many per side.
KINDS: dict[str, Callable[..., keras.Model]] = {
    "dense encoder": _dense_encoder,
    "linear encoder": _linear_encoder,
    "image encoder": _image_encoder,
    "dense decoder": _dense_decoder,
    "linear decoder": _linear_decoder,
    "image decoder": _image_decoder,
    "dense discriminator": _dense_discriminator,
    "linear discriminator": _linear_discriminator,
    "image discriminator": _image_discriminator,
}
OPTIMIZERS = {
    "SGD": keras.optimizers.SGD,
    "Adam": keras.optimizers.Adam,
    "RMSprop": keras.optimizers.RMSprop,
}


@dataclass(frozen=True, eq=False)
class GivenNetwork:
    """What a probe says of a network.

    Attributes:
        kind: a key of `KINDS`.
        sizes: what the kind asks for.
        weights: one array for each of its `weights`, in order.
    """

    kind: str
    sizes: tuple[int, ...]
    weights: list[np.ndarray]

    def build(self, name: str) -> keras.Model:
        """The network, for an argument of this name."""
        network = _built(name, self.kind, self.sizes)
        network.trainable = True
        return network


@functools.lru_cache(maxsize=64)
def _built(name: str, kind: str, sizes: tuple[int, ...]) -> keras.Model:
    """A network of these sizes, built once and reused: building takes longer than a step."""
    return KINDS[kind](*sizes)


@dataclass(frozen=True, eq=False)
class GivenOptimizer:
    """What a probe says of an optimizer.

    Attributes:
        name: a key of `OPTIMIZERS`.
        settings: its arguments.
        moves: the arguments whose trainable weights it is built for.
    """

    name: str
    settings: dict[str, float]
    moves: tuple[str, ...]

    def build(self, networks: Mapping[str, keras.Model]) -> keras.optimizers.Optimizer:
        """The optimizer, built."""
        optimizer = OPTIMIZERS[self.name](**self.settings)
        optimizer.build([v for name in self.moves for v in networks[name].trainable_variables])
        return optimizer


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a step returned, and what became of the networks.

    Attributes:
        result: whatever was returned.
        weights: of each network, by the argument's name, as arrays in order.
        trainable: of each network, whether each of these weights is trainable.
    """

    result: object
    weights: dict[str, list[np.ndarray]]
    trainable: dict[str, list[bool]]

    def moved(self, name: str, all_of_them: bool = False) -> np.ndarray:
        """The trainable weights of a network, or all; several of them in one row."""
        chosen = [
            weight
            for weight, trainable in zip(self.weights[name], self.trainable[name], strict=True)
            if trainable or all_of_them
        ]
        return (
            chosen[0] if len(chosen) == 1 else np.concatenate([np.ravel(w) for w in chosen] or [[]])
        )


def has_networks(arguments: Mapping[str, object]) -> bool:
    """Whether these are the arguments of a step."""
    return any(isinstance(value, GivenNetwork) for value in arguments.values())


def take(
    function: Callable, arguments: Mapping[str, object], times: int = 1, graph: bool = False
) -> list[Outcome]:
    """Call a step, each time with the networks as they are given.

    Args:
        function: what a student wrote.
        arguments: by name, in the order of the call.
        times: how often; with one optimizer, and in one graph.
        graph: whether inside a `tf.function`.
    """
    elsewhere = getattr(function, "take", None)
    if elsewhere:
        return elsewhere(arguments, times, graph)
    given = {name: v for name, v in arguments.items() if isinstance(v, GivenNetwork)}
    networks = {name: network.build(name) for name, network in given.items()}
    passed = [networks.get(name, value) for name, value in arguments.items()]
    for index, value in enumerate(passed):
        if isinstance(value, GivenOptimizer):
            passed[index] = value.build(networks)
        elif isinstance(value, np.ndarray):
            passed[index] = tf.constant(value)
    step = _in_graph(function) if graph else function
    outcomes = []
    for _ in range(times):
        for name, network in given.items():
            networks[name].set_weights(network.weights)
        result = step(*passed)
        outcomes.append(
            Outcome(
                result,
                {name: network.get_weights() for name, network in networks.items()},
                {name: [bool(w.trainable) for w in n.weights] for name, n in networks.items()},
            )
        )
    return outcomes


def _in_graph(function: Callable) -> Callable:
    """The step inside a `tf.function`. A graph cannot give back a network, and need not."""

    def step(*passed: object) -> object:
        result = function(*passed)
        return None if isinstance(result, keras.Model) else result

    return tf.function(step)
