"""The in-memory `fit` against Keras's own."""

import course_utils.quiet

import logging

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils.training import InMemoryModel


class Regression(InMemoryModel):
    """A linear model: the smallest thing that `fit` can train."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer="zeros")

    def call(self, x):
        return self.dense(x)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(70, 3)).astype("float32")
    return x, x @ np.float32([[1.0], [-2.0], [0.5]]) + 0.3


def compiled(**options):
    model = Regression()
    model.compile(keras.optimizers.SGD(0.05), loss="mse", **options)
    return model


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("batch_size", [10, 16, 1000])  # divides 70; leaves a rest; more than all
def test_same_history_and_weights_as_keras(data, batch_size, jit_compile):
    x, y = data
    options = {
        "batch_size": batch_size,
        "epochs": 4,
        "shuffle": False,
        "verbose": 0,
        "validation_split": 0.2,
        "sample_weight": np.linspace(0.1, 1, len(x)).astype("float32"),
    }
    ours, theirs = compiled(jit_compile=jit_compile), compiled()
    history = ours.fit(x, y, **options, patience=None)
    expected = keras.Model.fit(theirs, x, y, **options)
    assert history.epoch == expected.epoch
    assert history.history.keys() == expected.history.keys()
    for name, values in expected.history.items():
        np.testing.assert_allclose(history.history[name], values, rtol=1e-4)
    np.testing.assert_allclose(ours.dense.kernel, theirs.dense.kernel, rtol=1e-4)


def test_every_example_is_seen_once_an_epoch_in_a_new_order():
    class Recorder(InMemoryModel):
        def __init__(self):
            super().__init__()
            self.seen = self.add_weight(shape=(12,), initializer="zeros", trainable=False)
            self.last = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def train_step(self, data):
            (x,) = data[:1]
            self.seen.assign_add(tf.reduce_sum(tf.one_hot(tf.cast(x, tf.int32), 12), axis=0))
            self.last.assign(x[-1])
            return {}

        def call(self, x):
            return x

    model = Recorder()
    model.compile()
    last = []
    for epoch in range(1, 7):
        model.fit(np.arange(12, dtype="float32"), batch_size=5, verbose=0)
        np.testing.assert_array_equal(model.seen, np.full(12, epoch))
        last.append(float(model.last))
    assert len(set(last)) > 1  # all six alike happens once in 12⁵ runs


def test_same_seed_same_weights(data):
    def train():
        keras.utils.set_random_seed(7)
        model = compiled()
        model.fit(*data, epochs=3, batch_size=8, verbose=0)
        return model.dense.kernel.numpy()

    # Two threads add up in an order of their own: the last digits may differ.
    np.testing.assert_allclose(train(), train(), atol=1e-5)


def test_stops_early_and_restores_the_best_weights(data):
    x, y = data
    model = compiled()
    # Training on targets of the wrong sign makes every epoch worse than the first.
    history = model.fit(x, -y, epochs=50, validation_data=(x, y), patience=3, verbose=0)
    assert len(history.epoch) == 4
    loss = model.evaluate(x, y, verbose=0)
    np.testing.assert_allclose(loss, history.history["val_loss"][0], rtol=1e-4)


def test_callers_own_early_stopping_replaces_the_default(data):
    x, y = data
    own = keras.callbacks.EarlyStopping(monitor="loss", patience=100)
    model = compiled()
    history = model.fit(
        x, -y, epochs=9, validation_data=(x, y), patience=1, callbacks=[own], verbose=0
    )
    assert len(history.epoch) == 9


def test_batch_callbacks_hear_every_batch_and_the_result_is_the_same(data):
    heard = []
    listener = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: heard.append((batch, logs["loss"]))
    )
    silent, listened = compiled(), compiled()
    options = {"epochs": 2, "batch_size": 32, "shuffle": False, "verbose": 0}
    expected = silent.fit(*data, **options).history["loss"]
    history = listened.fit(*data, **options, callbacks=[listener]).history["loss"]
    assert [batch for batch, _ in heard] == [0, 1, 2, 0, 1, 2]
    np.testing.assert_allclose(history, expected, rtol=1e-5)


def test_epoch_callbacks_can_change_the_learning_rate(data):
    model = compiled()
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.0)
    before = model.predict(data[0], verbose=0)
    model.fit(*data, epochs=2, callbacks=[schedule], verbose=0)
    np.testing.assert_array_equal(model.predict(data[0], verbose=0), before)


def test_what_is_not_in_memory_takes_keras_own_path(data):
    model = compiled()
    history = model.fit(tf.data.Dataset.from_tensor_slices(data).batch(10), epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_second_fit_does_not_compile_again(data):
    model = compiled()
    model.fit(*data, verbose=0)
    traces = model._train_epoch.all_epochs.experimental_get_tracing_count()
    model.fit(*data, verbose=0)
    assert model._train_epoch.all_epochs.experimental_get_tracing_count() == traces == 1


def test_progress_is_drawn_on_standard_output(data, capsys):
    compiled().fit(*data, epochs=2)
    shown = capsys.readouterr()
    assert "2/2" in shown.out and "loss=" in shown.out
    assert not shown.err


def test_bad_data_is_refused_in_words(data):
    x, y = data
    with pytest.raises(ValueError, match=r"one length; got lengths \[60, 70\]"):
        compiled().fit(x, y[:60], verbose=0)
    with pytest.raises(ValueError, match="there are no examples"):
        compiled().fit(x[:0], y[:0], verbose=0)
    with pytest.raises(ValueError, match=r"validation_split=0.999 of 70 examples"):
        compiled().fit(x, y, validation_split=0.999, verbose=0)


@pytest.mark.parametrize("validated", [False, True])
def test_an_optimizer_that_averages_leaves_the_averaged_weights(data, validated):
    """w̄ ← m w̄ + (1 − m) w, started at the first w, as Keras defines it."""
    x, y = data
    weights = []
    recorder = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: weights.append(model.dense.kernel.numpy())
    )
    options = {"epochs": 3, "batch_size": 70, "shuffle": False, "verbose": 0}
    if validated:
        options |= {"validation_data": data, "patience": None}
    model = Regression()
    model.compile(keras.optimizers.SGD(0.05), loss="mse")
    model.fit(x, y, callbacks=[recorder], **options)

    average = weights[0]
    for weight in weights[1:]:
        average = 0.6 * average + 0.4 * weight
    averaged = Regression()
    averaged.compile(keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.6), loss="mse")
    history = averaged.fit(x, y, **options).history
    np.testing.assert_allclose(averaged.dense.kernel, average, rtol=1e-4)
    # Training itself is not touched by the averaging.
    np.testing.assert_allclose(history["loss"], model.history.history["loss"], rtol=1e-4)
    if validated:
        loss = averaged.evaluate(x, y, verbose=0)
        np.testing.assert_allclose(history["val_loss"][-1], loss, rtol=1e-4)


@pytest.mark.parametrize("by_name", [False, True])
def test_a_functional_model_is_refused_and_the_class_stays_as_it_was(by_name):
    x = keras.Input((3,))
    y = keras.layers.Dense(1)(x)
    bases = InMemoryModel.__bases__
    with pytest.raises(ValueError, match="not made of inputs and outputs"):
        InMemoryModel(inputs=x, outputs=y) if by_name else InMemoryModel(x, y)
    assert InMemoryModel.__bases__ == bases
    assert Regression()(np.ones((2, 3))).shape == (2, 1)


def test_many_models_of_one_epoch_each_are_no_reason_to_warn(data):
    heard = []
    listener = logging.Handler()
    listener.emit = lambda record: heard.append(record.getMessage())
    tf.get_logger().addHandler(listener)
    try:
        for _ in range(7):
            compiled().fit(*data, verbose=0)
    finally:
        tf.get_logger().removeHandler(listener)
    assert heard == []


@pytest.mark.parametrize("use_ema", [False, True])
def test_nothing_is_said_about_retracing(data, caplog, use_ema):
    """Neither for models in a loop, as a search over settings makes them, nor for fits in a row."""
    tf.get_logger().addHandler(caplog.handler)
    try:
        for _ in range(6):
            model = Regression()
            model.compile(keras.optimizers.SGD(0.05, use_ema=use_ema), loss="mse")
            for _ in range(2):
                model.fit(*data, verbose=0)
    finally:
        tf.get_logger().removeHandler(caplog.handler)
    assert "retracing" not in caplog.text


def test_many_epochs_in_a_call_report_each(data):
    """More epochs than fit into one call, and as many logs; a listener gets the same numbers."""
    listener = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None)
    options = {"epochs": 70, "batch_size": 35, "shuffle": False, "verbose": 0}
    many = compiled().fit(*data, **options)
    single = compiled().fit(*data, callbacks=[listener], **options)
    assert many.epoch == single.epoch == list(range(70))
    np.testing.assert_allclose(many.history["loss"], single.history["loss"], rtol=1e-4)


def test_a_strategy_of_one_device_takes_keras_own_path(data):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = compiled()
    assert len(model.fit(*data, epochs=2, verbose=0).history["loss"]) == 2


def test_several_devices_are_refused_in_words(data):
    class Several(tf.distribute.MirroredStrategy):
        """A strategy that says it has two replicas, on a machine with one device."""

        num_replicas_in_sync = 2

    with Several(["CPU:0"]).scope():
        model = compiled()
    with pytest.raises(ValueError, match="Regression trains on one device"):
        model.fit(*data, verbose=0)
