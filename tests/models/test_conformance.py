"""What Keras users do with a model, done with every model class of the library.

It works for every member of `ZOO`, or fails with one sentence that names the way that works. Steps
run eagerly here, since compiling every class for each test would take minutes; for compiled ones,
and all other ways to train, see `test_conformance_training.py`.
"""

import course_utils.quiet

import copy
import functools
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from course_utils.training import InMemoryModel
from tests.models.zoo import (
    BATCH,
    COUNT,
    ZOO,
    assert_finite,
    assert_same_weights,
    compiled,
    every_class,
    fit,
)

ROOT = Path(__file__).resolve().parents[2]
ABSTRACT = {"InMemoryModel", "TwoPlayers", "TotalCorrelationVAE"}


class Hooks(keras.callbacks.Callback):
    """Writes down which of its hooks are called."""

    def __init__(self):
        super().__init__()
        self.heard = []


def writes_down(hook):
    return lambda self, *args, **kwargs: self.heard.append(hook)


for part in ("train", "epoch", "train_batch", "test", "test_batch", "predict", "predict_batch"):
    for moment in ("begin", "end"):
        setattr(Hooks, f"on_{part}_{moment}", writes_down(f"{part} {moment}"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """name → a model after two epochs, and what callbacks of every kind left of the first."""

    @functools.cache
    def train(name: str) -> SimpleNamespace:
        folder = tmp_path_factory.mktemp(name)
        hooks = Hooks()
        callbacks = [
            hooks,
            keras.callbacks.ModelCheckpoint(folder / "model.keras"),
            keras.callbacks.BackupAndRestore(folder / "backup", delete_checkpoint=False),
            keras.callbacks.TerminateOnNaN(),
        ]
        model = compiled(name)
        history = fit(name, model, batch_size=BATCH, callbacks=callbacks)
        second = fit(name, model, batch_size=BATCH, epochs=2, initial_epoch=1)
        return SimpleNamespace(
            model=model, history=history, second=second, hooks=hooks, folder=folder
        )

    return train


def assert_close(history: dict, expected: dict):
    assert history.keys() == expected.keys()
    for key, values in history.items():
        np.testing.assert_allclose(values, expected[key], rtol=1e-3, atol=1e-4, err_msg=key)


def kinds(of=InMemoryModel):
    """All subclasses that the library defines."""
    for kind in of.__subclasses__():
        if kind.__module__.startswith("course_utils."):
            yield kind
        yield from kinds(kind)


def test_the_zoo_is_complete():
    assert {kind.__name__ for kind in kinds()} - ABSTRACT == set(ZOO)


@every_class
def test_training_reports_finite_numbers_and_calls_every_hook(name, trained):
    run = trained(name)
    assert_finite(run.history)
    batch = ["train_batch begin", "train_batch end"]
    assert run.hooks.heard == [
        "train begin", "epoch begin", *batch, *batch, "epoch end", "train end",
    ]  # fmt: skip


@every_class
def test_a_checkpoint_is_loaded_and_trained_on_to_the_same_numbers(name, trained):
    run = trained(name)
    loaded = keras.models.load_model(run.folder / "model.keras")
    assert type(loaded) is type(run.model)
    assert_close(fit(name, loaded, batch_size=BATCH), run.second)


@every_class
def test_training_is_resumed_from_a_backup_to_the_same_numbers(name, trained):
    run = trained(name)
    model = compiled(name)
    backup = keras.callbacks.BackupAndRestore(run.folder / "backup", delete_checkpoint=False)
    resumed = fit(name, model, batch_size=BATCH, epochs=2, callbacks=[backup])
    assert model.history.epoch == [1]
    assert_close(resumed, run.second)


@every_class
def test_copies(name, trained):
    model = trained(name).model
    clone = keras.models.clone_model(model)
    assert type(clone) is type(model)
    twin = copy.deepcopy(model)
    assert twin.compiled
    assert_same_weights(twin, model)
    path = trained(name).folder / "model.weights.h5"
    model.save_weights(path)
    clone.load_weights(path)
    assert_same_weights(clone, model)


@every_class
def test_predictions(name, trained):
    member, model = ZOO[name], trained(name).model
    hooks = Hooks()
    options = {"batch_size": 4, "verbose": 0, "callbacks": [hooks]}
    outputs = keras.tree.flatten(model.predict(member.called_with(), **options))
    batch = ["predict_batch begin", "predict_batch end"]
    assert hooks.heard == ["predict begin", *batch, *batch, "predict end"]
    assert outputs
    for output in outputs:
        assert len(output) == COUNT and np.isfinite(output).all()


@every_class
def test_a_single_batch(name, trained):
    run = trained(name)
    found = run.model.train_on_batch(*ZOO[name].arrays, return_dict=True)
    assert found.keys() == run.history.keys()
    assert_finite(found)


NO_LOSS_TO_EVALUATE = {
    "GAN",
    "WGAN",
    "ConditionalGAN",
    "InfoGAN",
    "BigGAN",
    "ProgressiveGAN",
    "StyleGAN",
    "CycleGAN",
    "Spade",
}


@every_class
def test_evaluation_gives_a_number_or_names_the_way(name, trained):
    member, model = ZOO[name], trained(name).model
    if name in NO_LOSS_TO_EVALUATE:
        with pytest.raises(ValueError, match=r"Compare .* course_utils\.metrics"):
            model.evaluate(member.x, member.y, verbose=0)
    else:
        hooks = Hooks()
        found = model.evaluate(member.x, member.y, verbose=0, callbacks=[hooks])
        assert np.isfinite(found).all()
        batch = ["test_batch begin", "test_batch end"]
        assert hooks.heard == ["test begin", *batch, "test end"]


@every_class
def test_weights_of_examples_are_refused_in_words(name, trained):
    model = trained(name).model
    with pytest.raises(
        ValueError, match=r"sample_weight: the loss of .* counts every example once"
    ):
        fit(name, model, sample_weight=np.ones(COUNT))
    with pytest.raises(ValueError, match=r"class_weight: the loss of .* counts every example once"):
        fit(name, model, class_weight={0: 1.0, 1: 2.0})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda x: x * 255, r"got float32 from .* to .*; scale them: x / 255$"),
        (lambda x: (x * 255).astype("uint8"), r'got uint8 .*: x.astype\("float32"\) / 255$'),
        (lambda x: x > 0.5, r'got bool from 0 to 1; scale them: x.astype\("float32"\)$'),
        (lambda x: 2 * x - 1, r"got float32 from .*; scale them: \(x \+ 1\) / 2$"),
        (lambda x: np.where(x > 0.9, np.nan, x), "got NaN or infinity"),
    ],
)
@every_class
def test_pixels_that_the_loss_cannot_mean_are_refused(name, trained, spoil, words):
    model = trained(name).model
    with pytest.raises(ValueError, match=words):
        model.fit(keras.tree.map_structure(spoil, ZOO[name].x), ZOO[name].y, verbose=0)


@every_class
def test_another_backend_is_refused_in_words(name, trained, monkeypatch):
    model = trained(name).model
    monkeypatch.setenv("KERAS_BACKEND", "jax")  # as keras.config.set_backend does
    with pytest.raises(ValueError, match=r'need "tensorflow", got "jax"; set .* KERAS_BACKEND'):
        fit(name, model)


@every_class
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_precision(name, policy):
    if policy == "float64":
        keras.config.set_floatx(policy)
    keras.config.set_dtype_policy(policy)
    try:
        model = compiled(name)
        assert_finite(fit(name, model))
        assert {w.dtype for w in model.trainable_weights} == {keras.config.floatx()}
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


@every_class
def test_a_subclass_builds_and_measures_and_is_loaded(name, tmp_path):
    kind = type(ZOO[name].build())

    class Mine(kind):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.mine = keras.metrics.Sum(name="mine")

        def build(self, input_shape):
            self.extra = self.add_weight(shape=(1,), name="extra")

        def compute_loss(self, *args, **kwargs):
            return super().compute_loss(*args, **kwargs) + keras.ops.sum(self.extra**2)

        def train_step(self, data):
            super().train_step(data)
            self.mine.update_state(1.0)
            return self.get_metrics_result()

    model = Mine.from_config(ZOO[name].build().get_config())
    assert not model.built
    history = fit(name, compiled(name, model), batch_size=BATCH)
    assert model.built
    assert history["mine"] == [2.0]
    assert_finite(history)
    model.save(tmp_path / "mine.keras")
    assert_same_weights(keras.models.load_model(tmp_path / "mine.keras"), model)


def test_two_devices_are_refused_in_words():
    """In a process of its own, since devices are divided before the first operation."""
    program = """
import tensorflow as tf
one = tf.config.list_physical_devices("CPU")[0]
halves = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(one, halves)
from tests.models.zoo import ZOO, compiled, fit
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
assert strategy.num_replicas_in_sync == 2
for name in ZOO:
    with strategy.scope():
        model = compiled(name, optimizer="sgd")
    try:
        fit(name, model)
    except ValueError as error:
        assert f"{type(model).__name__} trains on one device" in str(error), error
    else:
        raise AssertionError(name)
print("all refused")
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.splitlines()[-1:] == ["all refused"], done.stderr[-2000:]
