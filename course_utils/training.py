"""`fit` for data that fits in memory: a whole epoch in one compiled call.

Keras's `fit` hands batches to the model one at a time. For the small models of this course that
bookkeeping, some 50 ms an epoch, costs far more than the arithmetic. `InMemoryModel` keeps the data
in one place as tensors and lets the compiled program shuffle, slice and step through a whole epoch
by itself. To the caller it is the same `fit`: same arguments, callbacks, `History` and logs.

A model of the course overrides `compute_loss` (one objective) or `train_step` (two players), as in
Keras, and inherits from `InMemoryModel` instead of `keras.Model`.
"""

import course_utils.quiet

import sys

import keras
import numpy as np
import tensorflow as tf
from keras import tree
from tqdm import tqdm

from course_utils.keras_internals import averaged_weights, require_compiled

DEFAULT_BATCH_SIZE = 32


class EpochProgress(keras.callbacks.Callback):
    """One progress bar over all epochs, with the latest losses, on standard output."""

    def on_train_begin(self, logs=None):
        self.bar = tqdm(total=self.params["epochs"], unit="epoch", file=sys.stdout, leave=True)

    def on_epoch_end(self, epoch, logs=None):
        losses = {name: f"{value:.4g}" for name, value in (logs or {}).items() if "loss" in name}
        self.bar.set_postfix(losses, refresh=False)
        self.bar.update(1)

    def on_train_end(self, logs=None):
        self.bar.total = self.bar.n  # stopping early is an end too, not a failure half-way
        self.bar.close()


class AveragedWeights(keras.callbacks.Callback):
    """Show the optimizer's averaged weights to validation and to the callbacks after it.

    `keras.callbacks.SwapEMAWeights` does the same one variable at a time, which takes longer than
    an epoch of a small model. Here all variables are exchanged in one compiled call.
    """

    def on_train_begin(self, logs=None):
        self.averaged = False
        self.exchange = None
        if self.model.optimizer.built:
            # Averaging goes on from the weights that an earlier `fit` left.
            for weight, average in averaged_weights(self.model.optimizer):
                average.assign(weight)

    def on_epoch_begin(self, epoch, logs=None):
        if self.averaged:
            self.exchange()
        self.averaged = False

    def on_test_begin(self, logs=None):
        if self.exchange is None:  # only now are all variables sure to exist
            self.exchange = tf.function(self._exchange, autograph=False)
        if not self.averaged:
            self.exchange()
        self.averaged = True

    def on_epoch_end(self, epoch, logs=None):
        self.on_test_begin()

    def _exchange(self):
        for weight, average in averaged_weights(self.model.optimizer):
            current = tf.identity(weight.value)
            weight.assign(average.value)
            average.assign(current)


class InMemoryModel(keras.Model):
    """A `keras.Model` whose `fit` runs a whole epoch in one compiled call.

    Arrays and tensors take the fast path. Everything else that Keras accepts (a `tf.data.Dataset`,
    a generator, class weights, eager mode, …) takes Keras's own.

    Logs are the results of the model's metrics at the end of an epoch, so a `train_step` reports
    what it wants shown through `keras.metrics`.
    """

    def __init__(self, *args, **kwargs):
        if args or {"inputs", "outputs"} & kwargs.keys():
            # Keras would change the class itself: every later model of it would be a Functional.
            raise ValueError(
                f"{type(self).__name__} is not made of inputs and outputs as keras.Model is: keep "
                "a keras.Model of them as an attribute, and call it in `call`"
            )
        super().__init__(**kwargs)
        self.shuffle_seed = keras.random.SeedGenerator()

    def compile(self, *args, **kwargs):
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

        An optimizer with `use_ema=True` is validated, and left, with the averaged weights.

        With validation data, training stops when the validation loss has not fallen for `patience`
        epochs and the best weights are put back. Callbacks that listen to single batches get them:
        then every step is a call of its own, and most of the speed is lost.

        Args:
            verbose: "auto" draws one progress bar over all epochs; 0, 1 and 2 are as in Keras.
            patience: epochs to wait for a better `val_loss`; None trains to the end. Ignored
                without validation data and when `callbacks` brings its own `EarlyStopping`.

        Returns:
            The `keras.callbacks.History`: a list of values per epoch for each metric.

        Raises:
            ValueError: for empty data, or inputs and targets of different lengths.
        """
        validated = validation_data is not None or bool(validation_split)
        callbacks = self._with_defaults(callbacks, verbose, patience if validated else None)
        if verbose == "auto":
            verbose = 0  # for Keras: the progress bar is one of our callbacks
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

    def _with_defaults(self, callbacks, verbose, patience) -> list[keras.callbacks.Callback]:
        """The caller's callbacks, and those that `fit` adds."""
        callbacks = list(tree.flatten(callbacks)) if callbacks else []
        stopping = any(isinstance(c, keras.callbacks.EarlyStopping) for c in callbacks)
        if patience is not None and not stopping:
            # mode is given because Keras cannot guess it before the loss is first reported.
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    monitor="val_loss", mode="min", patience=patience, restore_best_weights=True
                )
            )
        if getattr(self.optimizer, "use_ema", False):
            # First, so that validation and every other callback meet the averaged weights.
            callbacks.insert(0, AveragedWeights())
        if verbose == "auto":
            callbacks.append(EpochProgress())
        return callbacks

    def _keeps(self, data) -> bool:
        """Whether `fit` can keep these arrays as tensors and run whole epochs over them."""
        kinds = (np.ndarray, tf.Tensor, tf.Variable, keras.Variable)
        return (
            all(isinstance(item, kinds) for item in _arrays_in(data))
            and not self.run_eagerly
            and self.distribute_strategy.num_replicas_in_sync == 1
        )

    def _train(self, training, validation, callbacks, epochs, validation_freq):
        """Run the epochs, and validate after those that are due; callbacks hear of all."""
        self.stop_training = False
        logs = None
        callbacks.on_train_begin()
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


# Each model traces its epoch once. TensorFlow counts traces by the line of code, takes ten models
# for one function that is traced ten times, and warns.
tf.get_logger().addFilter(
    lambda record: not ("_Epoch." in (text := record.getMessage()) and "retracing" in text)
)


class _Epoch:
    """One pass of `step_function` over data, compiled once for each length and batch size.

    The data are arguments of the compiled functions, so that a second `fit` need not compile again.
    """

    def __init__(self, model, step_function):
        self.model = model

        def step(batch):
            step_function(batch)

        options = {"autograph": False, "jit_compile": bool(model.jit_compile)}
        self.step = tf.function(step, **options)
        self.all_steps = tf.function(self._all_steps, **options)

    def run(self, batches, callbacks, batch_begin, batch_end):
        """Take every step of an epoch and return the metrics as floats."""
        data, size = batches.data, batches.size
        if _listen_to_batches(callbacks.callbacks):
            self.model.reset_metrics()
            order = self._order(batches.examples, batches.shuffle)
            for index in range(batches.count):
                batch_begin(index)
                self.step(_gather(data, order[index * size : (index + 1) * size]))
                logs = _as_floats(self.model.get_metrics_result())
                batch_end(index, logs)
        else:
            batch_begin(0)
            if not self.all_steps.experimental_get_tracing_count():
                # Tracing one step makes the variables of optimizers and metrics, which must exist
                # before the loop is traced.
                self.step.get_concrete_function(_gather(data, tf.range(size)))
            logs = _as_floats(self.all_steps(data, size, batches.shuffle))
            batch_end(batches.count - 1, logs)
        return dict(logs)

    def _order(self, examples, shuffle):
        order = tf.range(examples)
        return keras.random.shuffle(order, seed=self.model.shuffle_seed) if shuffle else order

    def _all_steps(self, data, batch_size, shuffle):
        # Batches have a static shape, as XLA needs: the smaller last one is a step of its own.
        self.model.reset_metrics()
        examples = _arrays_in(data)[0].shape[0]
        order = self._order(examples, shuffle)
        full, rest = divmod(examples, batch_size)

        def one_step(index):
            self.step(_gather(data, tf.slice(order, [index * batch_size], [batch_size])))
            return (index + 1,)

        tf.while_loop(lambda index: index < full, one_step, (tf.constant(0),))
        if rest:
            self.step(_gather(data, order[full * batch_size :]))
        return self.model.get_metrics_result()


def _to_tensors(arrays):
    """The same nest of arrays as tensors, floats in Keras's precision; lengths must agree."""

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


def _as_floats(logs):
    return {name: float(value) for name, value in logs.items()}


def _gather(data, chosen):
    """The examples at the indices `chosen`, in the nest that a Keras step takes."""
    return _map_arrays(lambda array: tf.gather(array, chosen), data)


def _arrays_in(data) -> list:
    """The arrays in a nest of tuples, lists and dictionaries, where None stands for a gap."""
    return [item for item in tree.flatten(data) if item is not None]


def _map_arrays(function, data):
    """The same nest with `function` applied to every array."""
    return tree.map_structure(function, data, none_is_leaf=False)


def _split(arrays, validation_split):
    """The last part of every array for validation, the rest for training, as Keras does it."""
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
    """Whether epoch number `epoch`, counted from 0, is one to validate after."""
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    return epoch + 1 in validation_freq


def _listen_to_batches(callbacks) -> bool:
    """Whether any callback but Keras's own bookkeeping has something to do at every batch."""
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
        # LambdaCallback sets its hooks on the instance, where they are no methods.
        method = getattr(getattr(callback, hook), "__func__", None)
        return method is not getattr(keras.callbacks.Callback, hook)

    return any(
        overrides(callback, hook)
        for callback in callbacks
        if not isinstance(callback, bookkeeping)
        for hook in hooks
    )
