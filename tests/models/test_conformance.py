"""What Keras users do with a model, done with every model class of the library.

It works for every member of `ZOO`, or fails with one sentence that names the way that works. Steps
run eagerly, since compiling 21 models for each test would take minutes; what a compiled `fit` does
is tested with each family and in `tests/test_training.py`.
"""

import course_utils.quiet

import copy
import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils.models.autoencoder import (
    Autoencoder,
    ContractiveAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    dense_autoencoder,
)
from course_utils.models.biggan import big_gan
from course_utils.models.conditional_gan import dense_conditional_gan
from course_utils.models.cyclegan import residual_cyclegan
from course_utils.models.deepfake import Faces, conv_deepfake
from course_utils.models.diffusion import dense_diffusion
from course_utils.models.disentangled_vae import BetaTCVAE, FactorVAE
from course_utils.models.factor_classifier import FactorClassifier
from course_utils.models.flow import glow
from course_utils.models.flow_matching import dense_flow_matching
from course_utils.models.gan import conv_gan
from course_utils.models.infogan import dense_infogan
from course_utils.models.progressive_gan import progressive_gan
from course_utils.models.spade import conv_spade
from course_utils.models.stylegan import style_gan
from course_utils.models.vae import dense_vae
from course_utils.models.wgan import dense_wgan
from course_utils.training import InMemoryModel

ROOT = Path(__file__).resolve().parents[2]
COUNT = 6
GREY, COLOUR = (8, 8, 1), (8, 8, 3)
ABSTRACT = {"InMemoryModel", "TwoPlayers", "TotalCorrelationVAE"}


def numbers(*shape):
    return np.random.default_rng(0).uniform(0.05, 0.95, (COUNT, *shape)).astype("float32")


def labels(*shape, below=3):
    return np.random.default_rng(1).integers(0, below, (COUNT, *shape)).astype("int32")


class Member(NamedTuple):
    """One class of the zoo: a small model, what it is trained on and what it is called with."""

    build: Callable
    x: object
    y: np.ndarray | None = None
    inputs: object = None  # None: x
    players: int = 1

    def called_with(self):
        return self.x if self.inputs is None else self.inputs


def autoencoder(kind, **options):
    return Member(lambda: dense_autoencoder(GREY, 2, kind=kind, **options), numbers(*GREY))


def vae(**options):
    return Member(lambda: dense_vae(GREY, 2, hidden=(6,), **options), numbers(*GREY))


def gan(build, shape=GREY, y=None, inputs=None):
    z = numbers(4)
    return Member(build, numbers(*shape), y, z if inputs is None else inputs, players=2)


ZOO = {
    "Autoencoder": autoencoder(Autoencoder),
    "DenoisingAutoencoder": autoencoder(DenoisingAutoencoder, drop_rate=0.3),
    "SparseAutoencoder": autoencoder(SparseAutoencoder, target=0.2),
    "ContractiveAutoencoder": autoencoder(ContractiveAutoencoder, weight=0.2),
    "VAE": vae(beta=2.0),
    "BetaTCVAE": vae(kind=BetaTCVAE, gamma=2.0, examples=COUNT),
    "FactorVAE": vae(kind=FactorVAE, gamma=2.0)._replace(players=2),
    "GAN": gan(lambda: conv_gan(GREY, 4, r1_weight=1.0, ema_decay=0.9)),
    "WGAN": gan(lambda: dense_wgan(GREY, 4, critic_steps=2, ema_decay=0.9)),
    "ConditionalGAN": gan(
        lambda: dense_conditional_gan(GREY, 4, 3), y=labels(), inputs=[numbers(4), labels()]
    ),
    "InfoGAN": gan(lambda: dense_infogan(GREY, 4, 3, 1), inputs=numbers(8)),
    "BigGAN": gan(lambda: big_gan(6, 3, width=8), y=labels(), inputs=[numbers(6), labels()]),
    "ProgressiveGAN": gan(lambda: progressive_gan(4, (4, 4), ema_decay=0.9), COLOUR),
    "StyleGAN": gan(lambda: style_gan(4, 4, (4, 4), ema_decay=0.9), COLOUR),
    "CycleGAN": Member(
        lambda: residual_cyclegan(COLOUR, width=4, blocks=1),
        numbers(*COLOUR),
        numbers(*COLOUR),
        players=2,
    ),
    "Spade": gan(
        lambda: conv_spade(COLOUR, 3, latent=2),
        COLOUR,
        y=labels(8, 8),
        inputs=[numbers(2), labels(8, 8)],
    ),
    "Deepfake": Member(
        lambda: conv_deepfake(COLOUR, 2, filters=2), Faces(numbers(*COLOUR), numbers(*COLOUR))
    ),
    "FactorClassifier": Member(
        lambda: FactorClassifier(COLOUR, {"a": 2, "b": 3}, (4,), 5),
        numbers(*COLOUR),
        labels(2, below=2),
    ),
    "Flow": Member(lambda: glow(GREY, width=4, scales=1, steps=1), numbers(*GREY)),
    "Diffusion": Member(lambda: dense_diffusion(GREY, width=8, blocks=1), numbers(*GREY)),
    "FlowMatching": Member(lambda: dense_flow_matching(GREY, width=8, blocks=1), numbers(*GREY)),
}


def compiled(name: str, model=None, optimizer="adam", run_eagerly=True, **options):
    """A new model of the class, or the one given, compiled with an optimizer a player."""
    keras.utils.set_random_seed(0)
    model = ZOO[name].build() if model is None else model
    model.compile(*[optimizer] * ZOO[name].players, run_eagerly=run_eagerly, **options)
    return model


def fit(name: str, model, **options) -> dict:
    """One step on all the data, unless told otherwise; returns the history."""
    member = ZOO[name]
    options = {"batch_size": COUNT, "verbose": 0, "shuffle": False, **options}
    return model.fit(member.x, member.y, **options).history


def assert_finite(history: dict):
    assert history
    for values in history.values():
        assert np.isfinite(values).all()


def assert_same_weights(one, other):
    for a, b in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)


class Hooks(keras.callbacks.Callback):
    """Writes down what it hears of."""

    def on_train_begin(self, logs=None):
        self.heard = ["train"]

    def on_epoch_begin(self, epoch, logs=None):
        self.heard.append("epoch")

    def on_train_batch_begin(self, batch, logs=None):
        self.heard.append("batch")

    def on_train_batch_end(self, batch, logs=None):
        self.heard.append("batch done")

    def on_epoch_end(self, epoch, logs=None):
        self.heard.append("epoch done")

    def on_train_end(self, logs=None):
        self.heard.append("trained")


@pytest.fixture(params=ZOO)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """name → a model after two epochs with every kind of callback, and what these left."""

    @functools.cache
    def train(name: str) -> SimpleNamespace:
        folder = tmp_path_factory.mktemp(name)
        hooks = Hooks()
        model = compiled(name)
        callbacks = [
            hooks,
            keras.callbacks.ModelCheckpoint(folder / "epoch_{epoch}.keras"),
            keras.callbacks.BackupAndRestore(folder / "backup", delete_checkpoint=False),
            keras.callbacks.TerminateOnNaN(),
        ]
        history = fit(name, model, epochs=2, callbacks=callbacks)
        return SimpleNamespace(model=model, history=history, hooks=hooks, folder=folder)

    return train


def every_class(of=InMemoryModel):
    for kind in of.__subclasses__():
        if kind.__module__.startswith("course_utils."):
            yield kind
        yield from every_class(kind)


def test_the_zoo_is_complete():
    names = {kind.__name__ for kind in every_class()}
    assert names - ABSTRACT == set(ZOO)


def test_training_reports_finite_numbers_and_calls_every_hook(name, trained):
    run = trained(name)
    assert_finite(run.history)
    epoch = ["epoch", "batch", "batch done", "epoch done"]
    assert run.hooks.heard == ["train", *epoch, *epoch, "trained"]


def test_a_checkpoint_is_loaded_and_trained_on_to_the_same_numbers(name, trained):
    run = trained(name)
    loaded = keras.models.load_model(run.folder / "epoch_1.keras")
    assert type(loaded) is type(run.model)
    found = fit(name, loaded)
    assert found.keys() == run.history.keys()
    for key, (value,) in found.items():
        np.testing.assert_allclose(value, run.history[key][1], rtol=1e-3, atol=1e-4, err_msg=key)


def test_training_is_resumed_from_a_backup(name, trained):
    run = trained(name)
    model = compiled(name)
    backup = keras.callbacks.BackupAndRestore(run.folder / "backup", delete_checkpoint=False)
    model.fit(ZOO[name].x, ZOO[name].y, epochs=2, verbose=0, callbacks=[backup])  # both are done
    assert_same_weights(model, run.model)


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


def test_predictions(name, trained):
    member, model = ZOO[name], trained(name).model
    outputs = keras.tree.flatten(model.predict(member.called_with(), batch_size=4, verbose=0))
    assert outputs
    for output in outputs:
        assert len(output) == COUNT and np.isfinite(output).all()


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


def test_evaluation_gives_a_number_or_names_the_way(name, trained):
    member, model = ZOO[name], trained(name).model
    if name in NO_LOSS_TO_EVALUATE:
        with pytest.raises(ValueError, match=r"Compare .* course_utils\.metrics"):
            model.evaluate(member.x, member.y, verbose=0)
    else:
        assert np.isfinite(model.evaluate(member.x, member.y, verbose=0)).all()


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


def test_a_subclass_builds_and_measures_and_is_trained_from_a_generator(name, tmp_path):
    kind = type(ZOO[name].build())

    class Mine(kind):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.mine = keras.metrics.Sum(name="mine")

        def build(self, input_shape):
            self.extra = self.add_weight(shape=(1,), name="extra")

        def train_step(self, data):
            super().train_step(data)
            self.mine.update_state(1.0)
            return self.get_metrics_result()

    model = Mine.from_config(ZOO[name].build().get_config())
    assert not model.built
    adam = {"class_name": "Adam", "config": {"learning_rate": 0.002}}
    compiled(name, model, adam)
    history = fit(name, model)
    assert model.built
    assert history["mine"] == [1.0]
    assert_finite(history)
    member = ZOO[name]
    batch = (member.x,) if member.y is None else (member.x, member.y)
    more = model.fit((batch for _ in range(2)), steps_per_epoch=2, verbose=0).history
    assert more["mine"] == [2.0]
    if name == "ProgressiveGAN":
        return  # loading would give it the networks of its size, and Keras lets none in after build
    model.save(tmp_path / "mine.keras")
    assert_same_weights(keras.models.load_model(tmp_path / "mine.keras"), model)


NEED_EXAMPLES_FIRST = {"Flow", "Diffusion", "FlowMatching"}


def test_a_dataset_trains_as_arrays_do(name):
    member = ZOO[name]
    arrays = (member.x,) if member.y is None else (member.x, member.y)
    dataset = tf.data.Dataset.from_tensor_slices(arrays).batch(2)
    model = compiled(name, steps_per_execution=2)
    if name in NEED_EXAMPLES_FIRST:
        with pytest.raises(ValueError, match=r"Dataset is read only in training; call adapt\("):
            model.fit(dataset, verbose=0)
        model.adapt(member.x)
    found = model.fit(dataset, epochs=2, shuffle=False, verbose=0).history
    expected = fit(name, compiled(name), batch_size=2, epochs=2)
    assert found.keys() == expected.keys()
    for key, values in found.items():
        np.testing.assert_allclose(values, expected[key], rtol=1e-4, atol=1e-5, err_msg=key)


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
def test_pixels_that_the_loss_cannot_mean_are_refused(name, trained, spoil, words):
    model = trained(name).model
    with pytest.raises(ValueError, match=words):
        model.fit(keras.tree.map_structure(spoil, ZOO[name].x), ZOO[name].y, verbose=0)


def test_another_backend_is_refused_in_words(name, trained, monkeypatch):
    model = trained(name).model
    monkeypatch.setenv("KERAS_BACKEND", "jax")  # as keras.config.set_backend does
    with pytest.raises(ValueError, match=r'need "tensorflow", got "jax"; set .* KERAS_BACKEND'):
        fit(name, model)


def test_two_devices_are_refused_in_words():
    """In a process of its own, since devices are divided before the first operation."""
    program = """
import tensorflow as tf
one = tf.config.list_physical_devices("CPU")[0]
halves = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(one, halves)
from tests.models.test_conformance import ZOO, compiled, fit
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
assert strategy.num_replicas_in_sync == 2
for name in ZOO:
    with strategy.scope():
        model = compiled(name)
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


TWO_PLAYERS = [name for name, member in ZOO.items() if member.players == 2]


@pytest.mark.parametrize("name", TWO_PLAYERS)
def test_one_optimizer_for_two_players_is_copied_or_refused(name):
    adam = keras.optimizers.Adam(0.01)
    model = compiled(name, optimizer=adam)
    main = getattr(model, "generator_optimizer", model.optimizer)
    assert main is not model.discriminator_optimizer
    assert float(main.learning_rate) == float(model.discriminator_optimizer.learning_rate)
    assert_finite(fit(name, model))
    if model.optimizer is None:
        with pytest.raises(ValueError, match="optimizer: two players need one each; call compile"):
            model.compile(optimizer="adam")
