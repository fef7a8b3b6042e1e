"""Every way to train a model, taken with every class of the library.

They lead to the same numbers: those of Keras's own `fit` in eager mode, after one epoch of two
batches. What is refused is refused in one sentence that names the way that works.
"""

import course_utils.quiet

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.models.zoo import (
    BATCH,
    COUNT,
    ZOO,
    assert_finite,
    compiled,
    every_class,
    fit,
)

SGD = {"optimizer": "sgd"}  # compiled in half the time that Adam takes


def uniform(shape, seed, minval=0.0, maxval=1.0, dtype="float32"):
    """Numbers that depend on the seed and the place alone, by a multiplicative hash."""
    shape = tf.cast(shape, "int32")
    bits = tf.cast(tf.range(tf.reduce_prod(shape)) + 7919 * seed[1] + seed[0], "uint32")
    for factor in (2654435769, 2246822507):  # odd numbers, so that no two places collide
        bits = factor * tf.bitwise.bitwise_xor(bits, tf.bitwise.right_shift(bits, 15))
    share = tf.cast(tf.reshape(bits, shape), "float64") / 2**32
    low, high = (tf.cast(bound, "float64") for bound in (minval, maxval))
    return tf.cast(low + share * (high - low), dtype)


def normal(shape, seed, mean=0.0, stddev=1.0, dtype="float32"):
    """As `uniform`, with this mean and standard deviation, which is all that matters here."""
    return uniform(shape, seed, mean - 3**0.5 * stddev, mean + 3**0.5 * stddev, dtype)


@pytest.fixture
def same_draws(monkeypatch):
    """Random numbers that are the same with and without XLA, which has generators of its own."""
    monkeypatch.setattr(tf.random, "stateless_uniform", uniform)
    monkeypatch.setattr(tf.random, "stateless_normal", normal)


@pytest.fixture(scope="module")
def expected():
    """name → the metrics of the first epoch."""

    @functools.cache
    def train(name: str) -> dict[str, float]:
        return last(fit(name, compiled(name, **SGD), batch_size=BATCH))

    return train


def last(history: dict) -> dict[str, float]:
    return {key: values[-1] for key, values in history.items()}


def batches(name: str):
    """The two batches of an epoch, one after the other."""
    for start in range(0, COUNT, BATCH):
        yield keras.tree.map_structure(
            lambda array, start=start: array[start : start + BATCH], ZOO[name].arrays
        )


def dataset(name: str) -> tf.data.Dataset:
    """The same batches."""
    return tf.data.Dataset.from_tensor_slices(ZOO[name].arrays).batch(BATCH)


def adapted(name: str, model):
    """The model, after it has seen the examples, which the `fit` of some would ask for first."""
    model.adapt(ZOO[name].x)
    return model


def in_memory(name):
    return last(fit(name, compiled(name, run_eagerly=False, **SGD), batch_size=BATCH))


def in_memory_with_xla(name):
    model = compiled(name, run_eagerly=False, jit_compile=True, **SGD)
    return last(fit(name, model, batch_size=BATCH))


def from_a_dataset_with_a_strategy(name):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = adapted(name, compiled(name, steps_per_execution=2, **SGD))
    return last(model.fit(dataset(name), shuffle=False, verbose=0).history)


def from_a_generator_in_a_search(name):
    """As KerasTuner does it: forget the last model, and build the next from a configuration."""
    keras.backend.clear_session()
    by_config = {"class_name": "SGD", "config": {"learning_rate": 0.01}}
    model = adapted(name, compiled(name, optimizer=by_config))
    return last(model.fit(batches(name), steps_per_epoch=2, shuffle=False, verbose=0).history)


WAYS = (
    in_memory,
    in_memory_with_xla,
    from_a_dataset_with_a_strategy,
    from_a_generator_in_a_search,
)


@every_class
@pytest.mark.parametrize("way", WAYS)
def test_every_way_leads_to_the_same_numbers(name, way, expected, same_draws):
    found = way(name)
    assert found.keys() == expected(name).keys()
    for key, value in expected(name).items():
        np.testing.assert_allclose(found[key], value, rtol=1e-3, atol=1e-4, err_msg=key)


@pytest.mark.parametrize("name", ["Flow", "Diffusion", "FlowMatching"])
def test_models_that_start_from_examples_ask_for_them_before_a_dataset(name):
    with pytest.raises(ValueError, match=r"Dataset is read only in training; call adapt\("):
        compiled(name).fit(dataset(name), verbose=0)


@pytest.mark.parametrize("name", [name for name, member in ZOO.items() if member.players == 2])
def test_one_optimizer_for_two_players_is_copied_or_refused(name):
    model = compiled(name, optimizer=keras.optimizers.Adam(0.01))
    main = getattr(model, "generator_optimizer", model.optimizer)
    assert main is not model.discriminator_optimizer
    assert float(main.learning_rate) == float(model.discriminator_optimizer.learning_rate)
    assert_finite(fit(name, model))
    if model.optimizer is None:
        with pytest.raises(ValueError, match="optimizer: two players need one each; call compile"):
            model.compile(optimizer="adam")
