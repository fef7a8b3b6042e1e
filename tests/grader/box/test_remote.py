"""Functions called through a socket give the same values and gradients, also inside tf.function."""

import course_utils.quiet  # isort: skip

import json
import socket
import struct
import threading

import numpy as np
import pytest
import tensorflow as tf

from course_utils.grader.box.remote import LARGEST_KEPT, Exchange, RemoteError
from course_utils.grader.box.wire import Channel, Gone, Late, ProtocolError
from course_utils.grading.given import GivenFunction, PassedFunction


@pytest.fixture
def offer():
    """Offers functions at the other end; gives the exchange at this one."""
    ours, theirs = (Channel(end) for end in socket.socketpair())
    here, there = Exchange(ours), Exchange(theirs)

    def serve():
        try:
            while True:
                there.serve(*theirs.receive())
        except Gone:
            return

    def offering(**functions):
        there.offer(functions)
        return here

    thread = threading.Thread(target=serve)
    thread.start()
    yield offering
    ours.close()
    thread.join()


def cubes(x, y):
    return tf.reduce_sum(x**3 * y, axis=1)


X = tf.constant([[1.0, -2.0], [0.5, 3.0]])
Y = tf.constant([[2.0, 1.0], [-1.0, 0.25]])


@pytest.mark.parametrize("way", ["eager", "traced there", "traced here"])
def test_values_and_gradients(offer, way):
    remote = offer(cubes=cubes).function("cubes", ["x", "y"])
    function = {
        "eager": remote,
        "traced there": remote.in_graph(),
        "traced here": tf.function(lambda x, y: remote(x, y)),
    }[way]
    with tf.GradientTape() as tape:
        tape.watch([X, Y])
        result = function(X, Y)
    np.testing.assert_allclose(result, cubes(X, Y))
    by_x, by_y = tape.gradient(result, [X, Y])
    np.testing.assert_allclose(by_x, 3 * X**2 * Y)
    np.testing.assert_allclose(by_y, X**3)


@pytest.mark.parametrize("way", ["eager", "traced there"])
def test_a_tape_may_ask_again(offer, way):
    remote = offer(cubes=cubes).function("cubes")
    function = remote if way == "eager" else remote.in_graph()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([X, Y])
        result = function(X, Y)
    np.testing.assert_allclose(tape.gradient(result, X), 3 * X**2 * Y)
    np.testing.assert_allclose(tape.gradient(result, Y), X**3)


@pytest.mark.parametrize("way", ["eager", "traced there", "traced here", "any batch"])
def test_plain_numbers_and_tuples_are_built_in(offer, way):
    def scaled(x, factor, pair):
        assert isinstance(factor, int)
        return factor * x * pair[0]

    remote = offer(scaled=scaled).function("scaled")
    spec = tf.TensorSpec([None, 2], "float32")
    function = {
        "eager": remote,
        "traced there": remote.in_graph(),
        "traced here": tf.function(lambda x, factor, pair: remote(x, 3, (pair[0], None))),
        "any batch": remote.in_graph([spec, 3, (Y, None)]),
    }[way]
    with tf.GradientTape() as tape:
        tape.watch(X)
        result = function(X, 3, (Y, None))
    np.testing.assert_allclose(result, 3 * X * Y)
    np.testing.assert_allclose(tape.gradient(result, X), 3 * Y)


@pytest.mark.parametrize("way", ["eager", "traced there", "traced here", "any batch"])
def test_given_functions_cross_with_gradients_by_their_weights(offer, way):
    """A penalty on a gradient, differentiated by the critic's weights: two derivatives deep."""

    def penalty(critic, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            scores = critic(x)
        return tf.reduce_sum(tf.square(tape.gradient(scores, x)), axis=1)

    remote = offer(penalty=penalty).function("penalty")
    critic = PassedFunction(GivenFunction("quadratic", np.array([[2.0], [-3.0]], "float32")))
    function = {
        "eager": remote,
        "traced there": remote.in_graph(),
        "traced here": tf.function(lambda critic, x: remote(critic, x)),
        "any batch": remote.in_graph([critic, tf.TensorSpec([None, 2], "float32")]),
    }[way]
    with tf.GradientTape() as tape:
        tape.watch([critic.weights, X])
        result = function(critic, X)
    weights = tf.transpose(critic.weights)
    np.testing.assert_allclose(result, tf.reduce_sum((X * weights) ** 2, axis=1))
    by_weights, by_x = tape.gradient(result, [critic.weights, X])
    np.testing.assert_allclose(by_x, 2 * X * weights**2)
    np.testing.assert_allclose(by_weights, tf.transpose(tf.reduce_sum(2 * X**2 * weights, 0)[None]))


def test_gradients_belong_to_the_same_draw(offer):
    noisy = offer(noisy=lambda s: s * tf.random.normal([3])).function("noisy")
    scale = tf.constant([2.0, 3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(scale)
        result = noisy(scale)
    np.testing.assert_allclose(tape.gradient(result, scale), result / scale, rtol=1e-6)


def test_no_gradient_is_none(offer):
    stopped = offer(stopped=tf.stop_gradient).function("stopped")
    with tf.GradientTape() as tape:
        tape.watch(X)
        result = stopped(X)
    assert tape.gradient(result, X) is None


def test_a_batch_of_unknown_size(offer):
    remote = offer(rows=lambda x: tf.zeros([x.shape[0]])).function("rows")
    with pytest.raises(RemoteError):
        remote.in_graph([tf.TensorSpec([None, 2])])(X)
    assert remote.in_graph()(X).shape == (2,)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, type(None)), (2.5, float), (np.ones(2), np.ndarray), ((X, None), tuple), ([X], list)],
)
def test_results_keep_their_kind(offer, value, kind):
    assert type(offer(f=lambda x: value).function("f")(X)) is kind


def test_arrays_may_be_written_into_as_in_a_notebook(offer):
    def centred(points):
        points -= points.mean(axis=0)
        points.sort(axis=0)
        points[0] = 0
        return points

    points = np.array([[1.0, 4.0], [3.0, 0.0], [2.0, 2.0]])
    result = offer(centred=centred).function("centred")(points.copy())
    np.testing.assert_array_equal(result, centred(points))
    result += 1


def test_large_arrays_are_not_kept_without_end(offer):
    """A student's process may ask the worker, which is to last for a class."""
    remote = offer(first=lambda x, large: x + large[0]).function("first")
    with pytest.raises(RemoteError, match="ValueError"):
        for number in range(20):
            large = np.full(4_000_000, number, "float32")
            remote.in_graph([tf.TensorSpec([None, 2]), large])(X, large)


def test_calls_that_could_be_differentiated_are_forgotten_when_they_are_large():
    ours, theirs = socket.socketpair()
    exchange = Exchange(Channel(ours))
    exchange.offer({"same": tf.identity})
    large = tf.zeros([5_000_000])
    for _ in range(8):
        question = {"function": "same", "gradient": "once", "arguments": [["tensor"]]}
        exchange._call(question, [large.numpy()])
    assert sum(size for _, size in exchange._taped.values()) <= LARGEST_KEPT
    ours.close()
    theirs.close()


def test_what_cannot_cross_keeps_its_name_only(offer):
    hidden = type("secret_12345", (), {})
    functions = offer(f=lambda x: hidden(), g=lambda x: {"a": 1})
    assert type(functions.function("f")(X)).__name__ == "object"
    assert type(functions.function("g")(X)).__name__ == "dict"


def test_only_what_is_offered_can_be_called(offer):
    with pytest.raises(RemoteError, match="not offered"):
        offer(f=tf.identity).function("g")(X)


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff" * 64,
        struct.pack(">Q", 3) + b"{}x",
        struct.pack(">Q", 2) + b"[]",
        struct.pack(">Q", 40) + b'{"message": 1, "arrays": []}            ',
        struct.pack(">Q", 49) + b'{"message": {}, "arrays": [["object", [1]]]}     ',
        struct.pack(">Q", 52) + b'{"message": {}, "arrays": [["float32", [-1]]]}      ',
        struct.pack(">Q", 60) + b'{"message": {}, "arrays": [["float64", [99999999999]]]}     ',
        struct.pack(">Q", 100_000) + b"[" * 100_000,
        *(
            struct.pack(">Q", len(header)) + header
            for shape in ([0, *[2**31 - 1] * 3], [1] * 100, [0] * 40)
            for header in [json.dumps({"message": {}, "arrays": [["float64", shape]]}).encode()]
        ),
    ],
)
def test_garbage_is_refused(sent):
    ours, theirs = socket.socketpair()
    threading.Thread(target=lambda: (theirs.sendall(sent), theirs.close())).start()
    with pytest.raises(ProtocolError):
        Channel(ours).receive()
    ours.close()


def test_silence_ends_at_the_deadline():
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    channel.deadline = 0.0
    # Not an Exception: what catches a student's errors must not catch this.
    assert not issubclass(Late, Exception)
    with pytest.raises(Late):
        channel.receive()
    ours.close()
    theirs.close()
