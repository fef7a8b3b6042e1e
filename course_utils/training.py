"""`fit` for data that fits in memory: a whole epoch in one compiled call.

Keras's `fit` hands batches to the model one at a time. For the small models of this course this
overhead takes far longer than the arithmetic. `InMemoryModel` keeps the data in memory as tensors,
and its compiled program shuffles them and runs all steps of an epoch in one call. For the caller it
is the same `fit`: same arguments, callbacks, `History` and logs.

A model of the course overrides `compute_loss` (one objective) or `train_step` (two players), as in
Keras, and inherits from `InMemoryModel` instead of `keras.Model`.
"""

import course_utils.quiet

import sys
import time

import keras
import numpy as np
import tensorflow as tf
from keras import tree
from tqdm import tqdm

from course_utils.keras_internals import (
    averaged_weights,
    first_epoch,
    loss_metric,
    require_compiled,
)
from course_utils.serialization import FromArguments
from course_utils.validation import check_pixels

DEFAULT_BATCH_SIZE = 32
EPOCHS_A_CALL = 64  # at most, if no callback looks at the model between epochs
CALL_SECONDS = 0.25  # about how long the progress bar may stand still during a call
_ARRAYS = (np.ndarray, tf.Tensor, tf.Variable, keras.Variable)


def progress(items, unit: str) -> tqdm:
    """A progress bar over a loop, on standard output like that of `fit`.

    Args:
        items: what the loop goes through, something with a length.
        unit: what one of them is called, such as "model".

    Returns:
        The items, one after another.
    """
    return tqdm(items, unit=unit, file=sys.stdout)


class EpochProgress(keras.callbacks.Callback):
    """One progress bar over all epochs, with the latest losses, on standard output.

    `fit` of the course's models draws it by itself. For a model of Keras's own, give it to `fit` as
    a callback, with `verbose=0`.
    """

    def on_train_begin(self, logs=None):
        self.bar = tqdm(total=self.params["epochs"], unit="epoch", file=sys.stdout, leave=True)

    def on_epoch_end(self, epoch, logs=None):
        losses = {name: f"{value:.4g}" for name, value in (logs or {}).items() if "loss" in name}
        self.bar.set_postfix(losses, refresh=False)
        self.bar.update(1)

    def on_train_end(self, logs=None):
        self.bar.total = self.bar.n  # a full bar also after early stopping, which is no failure
        self.bar.close()


class AveragedWeights(keras.callbacks.Callback):
    """Swap in the optimizer's averaged weights for validation and for the callbacks after it.

    `keras.callbacks.SwapEMAWeights` does the same through Keras's variables, which takes longer
    than an epoch of a small model. Here TensorFlow's own variables are exchanged.

    Args:
        watched: whether validation or a callback uses the weights between two epochs.
    """

    def __init__(self, watched: bool):
        super().__init__()
        self.watched = watched

    def on_train_begin(self, logs=None):
        self.averaged = False
        if self.model.optimizer.built:
            # Averaging starts again from the weights that an earlier `fit` left.
            for weight, average in averaged_weights(self.model.optimizer):
                average.assign(weight)

    def on_epoch_begin(self, epoch, logs=None):
        if self.averaged:
            self.exchange()
        self.averaged = False

    def on_test_begin(self, logs=None):
        if not self.averaged:
            self.exchange()
        self.averaged = True

    def on_epoch_end(self, epoch, logs=None):
        if self.watched:
            self.on_test_begin()

    def on_train_end(self, logs=None):
        self.on_test_begin()

    def exchange(self):
        for weight, average in averaged_weights(self.model.optimizer):
            current = tf.identity(weight.value)
            weight.value.assign(average.value)
            average.value.assign(current)


class InMemoryModel(FromArguments, keras.Model):
    """A `keras.Model` whose `fit` runs whole epochs in one compiled call.

    Arrays and tensors take the fast path. Everything else that Keras accepts (a `tf.data.Dataset`,
    a generator, eager mode, …) goes to Keras's own `fit`.

    Logs are the results of the model's metrics at the end of an epoch, so a `train_step` reports
    values by updating `keras.metrics`.

    `save` records the arguments of the constructor; see `course_utils.serialization`. A model
    computes in Keras's `floatx`. Under a mixed precision policy its networks compute in lower
    precision except for their last layers, as those of `course_utils.networks` do.

    Attributes that a model may set:
        has_loss: whether there is one loss to report; two players have no common loss.
        pixel_range: (lowest, highest) value of x if x has to be pixels, otherwise None.

    Raises:
        ValueError: for inputs and outputs as of a Functional model.
    """

    has_loss = True
    pixel_range = None

    def __init__(self, *args, **kwargs):
        if args or {"inputs", "outputs"} & kwargs.keys():
            # Keras would change the class itself, making every later instance a Functional model.
            raise ValueError(
                f"{type(self).__name__} is not made of inputs and outputs as keras.Model is: keep "
                "a keras.Model of them as an attribute, and call it in `call`"
            )
        super().__init__(**{"dtype": keras.config.floatx(), **kwargs})
        self.shuffle_seed = keras.random.SeedGenerator()

    # --------------------------------------------------------------------------- what Keras asks

    @property
    def built(self) -> bool:
        """Whether all weights exist.

        A model without a `build` of its own is built as soon as all its networks are; any other
        after `build`. Keras would wait for the first call; here weights can be saved and loaded
        before it.
        """
        if not self._built and type(self).build is InMemoryModel.build:
            self._built = bool(self.layers) and all(layer.built for layer in self.layers)
        return self._built

    @built.setter
    def built(self, value: bool):
        self._built = value

    def build(self, input_shape):
        """Create what needs the shape of x, (None, …); here nothing."""

    @property
    def metrics(self):
        """Keras's metrics and those of the model, without "loss" if there is no common loss."""
        metrics = super().metrics
        return metrics if self.has_loss else [m for m in metrics if m is not loss_metric(self)]

    def save_own_variables(self, store):
        """Also save the state of the random generators, so that training continues exactly."""
        super().save_own_variables(store)
        for index, seed in enumerate(_seeds(self)):
            store[f"seed_{index}"] = seed.state

    def load_own_variables(self, store):
        seeds = {f"seed_{index}": seed for index, seed in enumerate(_seeds(self))}
        for name in seeds.keys() & store.keys():
            seeds[name].state.assign(store[name])
        super().load_own_variables({name: store[name] for name in store.keys() - seeds.keys()})

    def get_compile_config(self):
        """Keras's own configuration, and every further optimizer under its attribute's name."""
        others = {
            name: keras.optimizers.serialize(value)
            for name, value in vars(self).items()
            if isinstance(value, keras.optimizers.Optimizer) and name != "optimizer"
        }
        return {**super().get_compile_config(), **others}

    def compile_from_config(self, config):
        config = keras.saving.deserialize_keras_object(config)
        if config.get("optimizer") is None:
            config.pop("optimizer", None)
        self.compile(**config)
        if self.optimizer is not None and self.built and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)

    def adapt(self, x):
        """Set what follows from the examples x (N, …) without training; here nothing."""

    def is_adapted(self) -> bool:
        """Whether training can start without a call of `adapt`."""
        return True

    # --------------------------------------------------------------------------- training

    def compile(self, *args, **kwargs):
        """As `keras.Model.compile`.

        Raises:
            ValueError: for a network whose output does not have the precision `floatx`.
        """
        _check_precision(self)
        super().compile(*args, **kwargs)
        self._train_epoch = _Epoch(self, self.train_step)
        self._validation_epoch = _Epoch(self, self.test_step)

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        patience=20,
    ):
        """Train the model; see `keras.Model.fit` for the arguments that the two share.

        With validation data, training stops when the validation loss has not fallen for `patience`
        epochs, and the best weights are restored. If a callback listens to single batches, every
        step is a separate call, and most of the speed is lost. An optimizer with `use_ema=True`
        leaves the model with the averaged weights, which validation uses too.

        Args:
            verbose: "auto" draws one progress bar over all epochs; 0, 1 and 2 are as in Keras.
            patience: epochs to wait for a better `val_loss`; None trains to the end. Ignored
                without validation data, or if `callbacks` has an `EarlyStopping`.

        Returns:
            The `keras.callbacks.History`: a list of values per epoch for each metric.

        Raises:
            ValueError: for data with which training would go wrong, such as pixels out of range.
        """
        self._check_machine()
        self._prepare(x, y, class_weight, sample_weight)
        validated = validation_data is not None or bool(validation_split)
        callbacks = self._with_defaults(callbacks, verbose, patience, validated)
        verbose = 0 if verbose == "auto" else verbose  # the bar is one of our callbacks
        arrays = (x, y, sample_weight)
        only_keras = (class_weight, steps_per_epoch, validation_steps)
        if any(a is not None for a in only_keras) or not self._keeps((arrays, validation_data)):
            return super().fit(
                x,
                y,
                batch_size=batch_size,
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=shuffle,
                class_weight=class_weight,
                sample_weight=sample_weight,
                initial_epoch=initial_epoch,
                steps_per_epoch=steps_per_epoch,
                validation_steps=validation_steps,
                validation_batch_size=validation_batch_size,
                validation_freq=validation_freq,
            )
        require_compiled(self, "fit")
        if validation_split and validation_data is None:
            arrays, validation_data = _split(arrays, validation_split)
        training = _Batches(arrays, batch_size, shuffle)
        validation = _validation_batches(validation_data, validation_batch_size or training.size)
        callbacks = keras.callbacks.CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=epochs,
            steps=training.count,
            model=self,
        )
        self._train(training, validation, callbacks, range(initial_epoch, epochs), validation_freq)
        return self.history

    def train_on_batch(self, x, y=None, *args, **kwargs):
        """As `keras.Model.train_on_batch`, which in eager mode leaves NumPy arrays as they are."""
        return super().train_on_batch(*_to_tensors((x, y)), *args, **kwargs)

    def _with_defaults(
        self, callbacks, verbose, patience, validated
    ) -> list[keras.callbacks.Callback]:
        """The caller's callbacks, and those that `fit` adds."""
        callbacks = list(tree.flatten(callbacks)) if callbacks else []
        stopping = any(isinstance(c, keras.callbacks.EarlyStopping) for c in callbacks)
        if validated and patience is not None and not stopping:
            # mode is given because Keras cannot guess it before the loss is first reported.
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    monitor="val_loss", mode="min", patience=patience, restore_best_weights=True
                )
            )
        if getattr(self.optimizer, "use_ema", False):
            # First, so that validation and every other callback see the averaged weights.
            watched = validated or any(type(c) not in _BOOKKEEPING for c in callbacks)
            callbacks.insert(0, AveragedWeights(watched))
        if verbose == "auto":
            callbacks.append(EpochProgress())
        return callbacks

    def _keeps(self, data) -> bool:
        """Whether `fit` can keep these arrays as tensors and run whole epochs over them."""
        return (
            all(isinstance(item, _ARRAYS) for item in _arrays_in(data))
            and not self.run_eagerly
            and not tf.distribute.has_strategy()
            and self.distribute_strategy is tf.distribute.get_strategy()
        )

    def _check_machine(self):
        """Refuse another backend of Keras, and more than one device."""
        course_utils.quiet.require_tensorflow()
        if self.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError(
                f"strategy: {type(self).__name__} trains on one device, since its losses are means "
                "over the whole batch; build and compile it outside of strategy.scope()"
            )

    def _adapt_to(self, x):
        """Let the model adapt to an array; refuse other data if it must see an array first."""
        if isinstance(x, _ARRAYS):
            self.adapt(x)
        elif not self.is_adapted():
            raise ValueError(
                f"x: {type(self).__name__} starts from examples, and a {type(x).__name__} is read "
                "only in training; call adapt(examples) with an array of some hundred first"
            )

    def _prepare(self, x, y, class_weight, sample_weight):
        """Refuse data with which training would go wrong; adapt and build the model to x."""
        self._adapt_to(x)
        own_loss = type(self).compute_loss is not keras.Model.compute_loss or not self.has_loss
        if own_loss and (class_weight is not None or sample_weight is not None):
            raise ValueError(
                f"{'class' if sample_weight is None else 'sample'}_weight: the loss of "
                f"{type(self).__name__} counts every example once; instead draw the examples with "
                "those probabilities, x[np.random.choice(len(x), len(x), p=weights)]"
            )
        for array in _arrays_in(self.pixels(x, y)):
            if self.pixel_range is not None and isinstance(array, _ARRAYS):
                check_pixels("x", array, *self.pixel_range)
        if not self.built and isinstance(x, _ARRAYS):
            self.build((None, *x.shape[1:]))

    def pixels(self, x, y):
        """The part of the data given to `fit` that must lie in `pixel_range`."""
        return x

    def _train(self, training, validation, callbacks, epochs, validation_freq):
        """Run the epochs, validate after those that are due, and call the callbacks."""
        self.stop_training = False
        logs = None
        callbacks.on_train_begin()
        epochs = range(first_epoch(self) or epochs.start, epochs.stop)
        if validation is None and all(type(c) in _BOOKKEEPING for c in callbacks.callbacks):
            logs = self._train_unwatched(training, callbacks, epochs)
            epochs = ()
        for epoch in epochs:
            callbacks.on_epoch_begin(epoch)
            logs = self._train_epoch.run(
                training, callbacks, callbacks.on_train_batch_begin, callbacks.on_train_batch_end
            )
            if validation is not None and _is_due(epoch, validation_freq):
                callbacks.on_test_begin()
                validation_logs = self._validation_epoch.run(
                    validation,
                    callbacks,
                    callbacks.on_test_batch_begin,
                    callbacks.on_test_batch_end,
                )
                callbacks.on_test_end(validation_logs)
                logs |= {f"val_{name}": value for name, value in validation_logs.items()}
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        callbacks.on_train_end(logs)

    def _train_unwatched(self, training, callbacks, epochs):
        """Run the epochs, many in a call: no callback looks at the model between them."""
        logs, count, epoch = None, 1, epochs.start
        while epoch < epochs.stop:
            start = time.perf_counter()
            rows = self._train_epoch.run_epochs(training, min(count, epochs.stop - epoch))
            seconds = (time.perf_counter() - start) / len(rows)
            count = min(max(int(CALL_SECONDS / seconds), 1), EPOCHS_A_CALL)
            for logs in rows:
                callbacks.on_epoch_end(epoch, logs)
                epoch += 1
        return logs


class _Batches:
    """Arrays of one length as tensors, to be taken `size` examples at a time."""

    def __init__(self, arrays, size: int | None, shuffle: bool):
        self.data = _to_tensors(arrays)
        self.examples = int(_arrays_in(self.data)[0].shape[0])
        self.size = min(size or DEFAULT_BATCH_SIZE, self.examples)
        self.count = -(-self.examples // self.size)
        self.shuffle = shuffle


def _validation_batches(validation_data, size: int) -> _Batches | None:
    if validation_data is None:
        return None
    return _Batches(keras.utils.unpack_x_y_sample_weight(validation_data), size, shuffle=False)


# Each model traces its epoch once. TensorFlow counts traces by line of code, takes ten models for
# one function that is traced ten times, and warns.
tf.get_logger().addFilter(
    lambda record: not ("_Epoch." in (text := record.getMessage()) and "retracing" in text)
)


class _Epoch:
    """One pass of `step_function` over data, compiled once for each length and batch size.

    The data are arguments of the compiled functions, so that a second `fit` on data of the same
    shapes need not compile again.
    """

    def __init__(self, model, step_function):
        self.model = model

        def step(batch):
            step_function(batch)

        options = {"autograph": False, "jit_compile": bool(model.jit_compile)}
        self.step = tf.function(step, **options)
        self.all_epochs = tf.function(self._all_epochs, **options)

    def run(self, batches, callbacks, batch_begin, batch_end) -> dict[str, float]:
        """Run every step of an epoch and return the metrics as floats."""
        if not _listen_to_batches(callbacks.callbacks):
            batch_begin(0)
            (logs,) = self.run_epochs(batches, 1)
            batch_end(batches.count - 1, logs)
            return logs
        self.model.reset_metrics()
        data, size = self._ordered(batches.data, batches.shuffle), batches.size
        for index in range(batches.count):
            batch_begin(index)
            start = index * size
            self.step(_slice(data, start, min(size, batches.examples - start)))
            results = self.model.get_metrics_result()
            logs = {name: float(value) for name, value in results.items()}
            batch_end(index, logs)
        return dict(logs)

    def run_epochs(self, batches, count: int) -> list[dict[str, float]]:
        """Run up to `EPOCHS_A_CALL` epochs in one call; returns the metrics of each."""
        if not self.all_epochs.experimental_get_tracing_count():
            # Tracing one step creates the variables of optimizers and metrics, which must exist
            # before the loop is traced.
            self.step.get_concrete_function(_slice(batches.data, 0, batches.size))
        table = self.all_epochs(batches.data, batches.size, batches.shuffle, tf.constant(count))
        return [dict(zip(self.names, row, strict=True)) for row in table.numpy()[:count].tolist()]

    def _ordered(self, data, shuffle: bool):
        """The data in the order of an epoch. A batch is then a slice, cheaper than a gather."""
        if not shuffle:
            return data
        order = tf.range(_arrays_in(data)[0].shape[0])
        order = keras.random.shuffle(order, seed=self.model.shuffle_seed)
        return _map_arrays(lambda array: tf.gather(array, order), data)

    def _all_epochs(self, data, size, shuffle, count):
        """A row of metrics for each epoch, (EPOCHS_A_CALL, metrics), zeros after row `count`."""
        self.names = list(self.model.get_metrics_result())

        def one_epoch(epoch, table):
            results = self._all_steps(data, size, shuffle)
            row = tf.stack([tf.cast(results[name], tf.float32) for name in self.names])
            return epoch + 1, tf.tensor_scatter_nd_update(table, [[epoch]], [row])

        table = tf.zeros((EPOCHS_A_CALL, len(self.names)))
        return tf.while_loop(lambda epoch, _: epoch < count, one_epoch, (0, table))[1]

    def _all_steps(self, data, size, shuffle):
        # XLA needs batches of static shape, so a smaller last batch is a separate step.
        self.model.reset_metrics()
        examples = _arrays_in(data)[0].shape[0]
        data = self._ordered(data, shuffle)
        full, rest = divmod(examples, size)

        def one_step(index):
            self.step(_slice(data, index * size, size))
            return (index + 1,)

        tf.while_loop(lambda index: index < full, one_step, (tf.constant(0),))
        if rest:
            self.step(_slice(data, full * size, rest))
        return self.model.get_metrics_result()


# Callbacks that do not look at the model between epochs.
_BOOKKEEPING = {keras.callbacks.History, EpochProgress, AveragedWeights}


def _seeds(model) -> list[keras.random.SeedGenerator]:
    """The random generators of a model and of all layers in it."""
    own = [v for v in vars(model).values() if isinstance(v, keras.random.SeedGenerator)]
    return own + [seed for layer in getattr(model, "layers", ()) for seed in _seeds(layer)]


def _check_precision(model):
    """Refuse networks whose output does not have the precision in which the loss is computed."""
    expected = keras.config.floatx()
    for network in model.layers:
        for output in getattr(network, "outputs", None) or ():
            if output.dtype.startswith(("float", "bfloat")) and output.dtype != expected:
                raise ValueError(
                    f"{network.name}: its output is {output.dtype}, but the loss is computed in "
                    f"{expected}; give its last layer dtype={expected!r}, or call "
                    f"keras.config.set_floatx({output.dtype!r}) before you build the model"
                )


def _to_tensors(arrays):
    """The same nest of arrays as tensors, NumPy floats cast to `floatx`; lengths must agree."""

    def convert(array):
        if isinstance(array, np.ndarray) and np.issubdtype(array.dtype, np.floating):
            array = array.astype(keras.config.floatx(), copy=False)
        return tf.convert_to_tensor(array)

    data = _map_arrays(convert, arrays)
    lengths = {int(array.shape[0]) for array in _arrays_in(data)}
    if len(lengths) != 1:
        raise ValueError(
            f"inputs, targets and weights must have one length; got lengths {sorted(lengths)}"
        )
    if lengths == {0}:
        raise ValueError("there are no examples: every array has length 0")
    return data


def _slice(data, start, count: int):
    """The `count` examples from `start` on; XLA needs to know how many there are."""

    def cut(array):
        others = array.shape[1:]
        return tf.slice(array, [start, *(0 for _ in others)], [count, *others])

    return _map_arrays(cut, data)


def _arrays_in(data) -> list:
    """The arrays in a nest of tuples, lists and dictionaries, without the entries that are None."""
    return [item for item in tree.flatten(data) if item is not None]


def _map_arrays(function, data):
    """The same nest with `function` applied to every array."""
    return tree.map_structure(function, data, none_is_leaf=False)


def _split(arrays, validation_split):
    """Split every array as Keras does: (training, validation), the last part for validation."""
    examples = len(_arrays_in(arrays)[0])
    boundary = int(examples * (1 - validation_split))
    if not 0 < boundary < examples:
        raise ValueError(
            f"validation_split={validation_split} of {examples} examples leaves one part empty"
        )

    def part(start, stop):
        return _map_arrays(lambda array: array[start:stop], arrays)

    return part(0, boundary), part(boundary, examples)


def _is_due(epoch, validation_freq) -> bool:
    """Whether to validate after epoch number `epoch`, counted from 0."""
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    return epoch + 1 in validation_freq


def _listen_to_batches(callbacks) -> bool:
    """Whether any callback has a hook for batches, apart from Keras's progress bar and logger."""
    hooks = (
        "on_batch_begin",
        "on_batch_end",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_test_batch_begin",
        "on_test_batch_end",
    )
    bookkeeping = (keras.callbacks.ProgbarLogger, keras.callbacks.TensorBoard)

    def overrides(callback, hook):
        # LambdaCallback sets its hooks on the instance, where they are plain functions.
        method = getattr(getattr(callback, hook), "__func__", None)
        return method is not getattr(keras.callbacks.Callback, hook)

    return any(
        overrides(callback, hook)
        for callback in callbacks
        if not isinstance(callback, bookkeeping)
        for hook in hooks
    )
