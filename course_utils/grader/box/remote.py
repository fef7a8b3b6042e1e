"""Functions on the other side of a socket.

There is an `Exchange` at each end. It offers functions to the other side, and its `function(name)`
is a `RemoteFunction`. Called like any function of tensors, that sends the arrays across; the other
side calls the function that it offers under this name, and arrays come back. Gradients come back
too, for the same call (a random function does not draw its noise again), and inside `tf.function`
the function on the other side is traced as well. While one side waits for an answer, it serves the
other's questions: a student's loss may call the course's divergence, which stays outside the
sandbox.
"""

from course_utils.quiet import tf

import json
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from tensorflow.python.ops import gradients_util

from course_utils.grader.box.wire import DTYPES, Channel, ProtocolError
from course_utils.grading import probes, steps
from course_utils.grading.given import KINDS, GivenFunction, PassedFunction

# How many of the latest calls can still be differentiated; a test needs only the last one or two.
CALLS_KEPT = 16
MOST_GRAPHS = 200
# The bytes that all calls may keep, arguments and results together, and that all graphs may keep. A
# student's process can send any number of questions to a worker that must last for a whole class.
LARGEST_KEPT = 2**27
# How often a call will be differentiated. OFTEN needs a persistent tape, for which TensorFlow also
# builds the gradient of a graph's gradient; that takes three times as long.
NEVER, ONCE, OFTEN = "never", "once", "often"

# Only these types of results are called by their names in messages to the student.
NAMED = frozenset(("dict", "set", "str", "function", "generator", "SparseTensor", "RaggedTensor"))

Describe = Callable[[Exception, Callable], dict]


class RemoteError(Exception):
    """The function on the other side raised an error.

    Attributes:
        description: what the other side says about the error.
    """

    def __init__(self, description: dict) -> None:
        super().__init__(str(description.get("details", "an error")))
        self.description = description


def make_graph(function: Callable, specs: list) -> Callable:
    """A function inside a `tf.function` with an input signature."""
    return tf.function(function, input_signature=specs)


class Exchange:
    """One end of the connection: it offers functions and calls those of the other end.

    Args:
        channel: connected to an `Exchange` on the other side.
        describe: turns an error of an offered function into what the other side may know about it.
        raising: turns the other side's description of an error into the exception raised here.
        make_graph: puts an offered function into a `tf.function` with an input signature.
    """

    def __init__(
        self,
        channel: Channel,
        describe: Describe = lambda error, function: {"details": type(error).__name__},
        raising: Callable[[dict], Exception] = RemoteError,
        make_graph: Callable[[Callable, list], Callable] = make_graph,
    ) -> None:
        self._channel = channel
        self._describe = describe
        self._raising = raising
        self._make_graph = make_graph
        self._lock = threading.RLock()
        self.offer({})

    def offer(self, functions: Mapping[str, Callable]) -> None:
        """Offer these functions and no others; forget all graphs and tapes."""
        self._offered = dict(functions)
        self._graphs: dict[int, Callable] = {}
        self._taped: dict[int, tuple] = {}
        self._count = 0
        self._traced = 0

    def function(self, name: str, parameters: Sequence[str] = ()) -> "RemoteFunction":
        """The function that the other side offers under this name.

        Args:
            name: the name.
            parameters: the names of its parameters, in order, if they may be passed by name.
        """
        return RemoteFunction(self, name, parameters)

    def ask(self, question: dict, arrays: Sequence[np.ndarray] = ()) -> tuple[dict, list]:
        """Send a question, serve the other side's questions meanwhile, and return its answer.

        Raises:
            ProtocolError: the other side sends neither an answer nor a question.
            Exception: what `raising` makes of an error that the other side describes.
        """
        with self._lock:
            self._channel.send({"ask": question}, arrays)
            while True:
                message, arrays = self._channel.receive()
                if "answer" in message:
                    break
                self.serve(message, arrays)
        answer = message["answer"]
        if not isinstance(answer, dict):
            raise ProtocolError("something that is not an answer")
        if "error" in answer:
            raise self._raising(answer["error"])
        return answer, arrays

    def serve(self, message: dict, arrays: list) -> None:
        """Answer one question from the other side.

        Raises:
            ProtocolError: the message is not a question.
        """
        question = message.get("ask")
        if not isinstance(question, dict):
            raise ProtocolError("neither a question nor an answer")
        name = question.get("function")
        if question.get("do") not in ("call", "differentiate", "take", "trace", "watch") or (
            question["do"] != "differentiate" and name not in self._offered
        ):
            self._channel.send({"answer": {"error": {"details": f"{name} is not offered"}}})
            return
        try:
            answer, arrays = getattr(self, f"_{question['do']}")(question, arrays)
        except Exception as error:  # the caller has to deal with whatever the function raises
            described = self._describe(error, self._offered.get(name))
            answer, arrays = {"error": described}, []
        self._channel.send({"answer": answer}, arrays)

    def _call(self, question: dict, arrays: list) -> tuple[dict, list]:
        arguments = unpack(question["arguments"], arrays)
        tensors = tensors_of(arguments)
        function = self._offered[question["function"]]
        if question.get("graph") is not None:
            # All other arguments were built into the graph.
            function, arguments = self._graphs[question["graph"]], tensors
        self._count += 1
        if question["gradient"] == NEVER:
            tree, arrays = pack(function(*arguments))
            return {"result": tree, "call": self._count}, arrays
        with tf.GradientTape(persistent=question["gradient"] != ONCE) as tape:
            tape.watch([tensor for tensor in tensors if tensor.dtype.is_floating])
            result = function(*arguments)
        tree, arrays = pack(result)
        self._keep(self._count, (tape, tensors, result), _size([*tensors, *arrays]))
        return {"result": tree, "call": self._count}, arrays

    def _keep(self, call: int, taped: tuple, size: int) -> None:
        """Keep a call for differentiation; drop the oldest ones if there is no room."""
        self._taped[call] = (taped, size)
        while len(self._taped) > CALLS_KEPT or (
            len(self._taped) > 1 and sum(s for _, s in self._taped.values()) > LARGEST_KEPT
        ):
            del self._taped[min(self._taped)]

    def _differentiate(self, question: dict, arrays: list) -> tuple[dict, list]:
        tape, tensors, result = self._taped[question["call"]][0]
        leaves = [leaf for leaf in tf.nest.flatten(result) if _is_array(leaf)]
        pairs = [
            (leaf, tf.constant(upstream))
            for leaf, upstream in zip(leaves, arrays, strict=True)
            if tf.is_tensor(leaf) or isinstance(leaf, tf.Variable)
        ]
        gradients = tape.gradient(
            [leaf for leaf, _ in pairs], tensors, output_gradients=[up for _, up in pairs]
        )
        # A gradient may be IndexedSlices rather than a tensor, as after picking rows by index.
        found = [None if g is None else tf.convert_to_tensor(g).numpy() for g in gradients]
        return {"connected": [g is not None for g in found]}, [g for g in found if g is not None]

    def _take(self, question: dict, arrays: list) -> tuple[dict, list]:
        values = unpack(question["arguments"], arrays)
        outcomes = steps.take(
            self._offered[question["function"]],
            dict(zip(question["names"], values, strict=True)),
            question["times"],
            question["graph"],
        )
        packed = [
            pack([outcome.result, *(w for ws in outcome.weights.values() for w in ws)])
            for outcome in outcomes
        ]
        trees = [tree[1] for tree, _ in packed]
        trainable = [outcome.trainable for outcome in outcomes]
        return {"outcomes": trees, "trainable": trainable}, [a for _, sent in packed for a in sent]

    def _watch(self, question: dict, arrays: list) -> tuple[dict, list]:
        values = unpack(question["arguments"], arrays)
        arguments = dict(zip(question["names"], values, strict=True))
        function = self._offered[question["function"]]
        return {"changed": probes.changed_in_place(function, arguments)}, []

    def _trace(self, question: dict, arrays: list) -> tuple[dict, list]:
        if len(self._graphs) >= MOST_GRAPHS:
            raise ValueError("too many graphs")
        function = self._offered[question["function"]]
        specs = [tf.TensorSpec(shape, dtype) for dtype, shape in question["specs"]]
        self._traced += _size(arrays)
        if self._traced > LARGEST_KEPT:
            raise ValueError("graphs with too large arrays built in")
        sample = unpack(question["arguments"], arrays)
        if not all(tf.is_tensor(value) for value in sample):
            function = _of_tensors(function, sample)
        graph = self._make_graph(function, specs)
        outputs = graph.get_concrete_function().structured_outputs
        number = len(self._graphs)
        self._graphs[number] = graph
        leaves = [
            [leaf.dtype.name, None if leaf.shape.rank is None else leaf.shape.as_list()]
            for leaf in tf.nest.flatten(outputs)
            if tf.is_tensor(leaf)
        ]
        return {"graph": number, "single": tf.is_tensor(outputs), "leaves": leaves}, []


class RemoteFunction:
    """A function on the other side, made by `Exchange.function`."""

    def __init__(
        self,
        exchange: Exchange,
        name: str,
        parameters: Sequence[str] = (),
        graph: int | None = None,
    ) -> None:
        self.__name__ = name
        self._exchange = exchange
        self._parameters = parameters
        self._graph = graph

    def __call__(self, *arguments: object, **named: object) -> object:
        """Call it with tensors, arrays, plain numbers, tuples of these, and given functions."""
        arguments += tuple(named[key] for key in self._parameters[len(arguments) :] if key in named)
        inputs = tensors_of(arguments)
        if any(not hasattr(tensor, "numpy") for tensor in inputs):
            return self._symbolic(arguments)
        tree, sent = pack(arguments)
        differentiated = _times_differentiated(inputs)
        question = {"do": "call", "function": self.__name__, "graph": self._graph}
        answer, arrays = self._exchange.ask(
            question | {"gradient": differentiated, "arguments": tree[1]}, sent
        )
        result = unpack([answer["result"]], arrays)[0]
        if differentiated == NEVER:
            return result
        leaves = [leaf for leaf in tf.nest.flatten(result) if tf.is_tensor(leaf)]
        if not (inputs and leaves):
            return result

        @tf.custom_gradient
        def with_gradient(*inputs: tf.Tensor):
            def gradient(*upstream: tf.Tensor) -> list:
                return self._gradient(answer["call"], [u.numpy() for u in upstream], len(inputs))

            return tuple(tf.identity(leaf) for leaf in leaves), gradient

        attached = iter(tf.nest.flatten(with_gradient(*inputs)))
        return tf.nest.map_structure(
            lambda leaf: next(attached) if tf.is_tensor(leaf) else leaf, result
        )

    def take(
        self, arguments: Mapping[str, object], times: int = 1, graph: bool = False
    ) -> list[steps.Outcome]:
        """Take a training step on the other side; see `steps.take`."""
        tree, sent = pack([*arguments.values()])
        question = {"do": "take", "function": self.__name__, "names": [*arguments]}
        answer, arrays = self._exchange.ask(
            question | {"arguments": tree[1], "times": times, "graph": graph}, sent
        )
        networks = {k: v for k, v in arguments.items() if isinstance(v, steps.GivenNetwork)}
        trees, flags = answer["outcomes"], answer["trainable"]
        values = unpack([tree for outcome in trees for tree in outcome], arrays)
        size = 1 + sum(len(network.weights) for network in networks.values())
        if len(trees) != times or len(flags) != times or len(values) != times * size:
            raise ProtocolError("the outcomes of another step")
        return [
            _outcome(values[i * size : (i + 1) * size], networks, flags[i]) for i in range(times)
        ]

    def changed_in_place(self, arguments: Mapping[str, object]) -> list[str]:
        """The names of the arguments that it changes in place; see `probes.changed_in_place`."""
        tree, sent = pack([*arguments.values()])
        question = {"do": "watch", "function": self.__name__, "names": [*arguments]}
        answer, _ = self._exchange.ask(question | {"arguments": tree[1]}, sent)
        if not isinstance(answer["changed"], list):
            raise ProtocolError("no list of what was changed")
        return [name for name in arguments if name in answer["changed"]]

    def in_graph(self, signature: Sequence | None = None) -> Callable:
        """The function inside a `tf.function` on the other side, called eagerly on this one.

        Args:
            signature: for each argument, a `tf.TensorSpec` if it is a tensor, otherwise the
                argument itself. By default, the specs are those of each call's arguments.
        """
        graphs: dict[str, RemoteFunction] = {}

        def traced(*arguments: object) -> object:
            question, sent = self._traceable(arguments, signature)
            key = json.dumps(question) + "".join(repr(array) for array in sent)
            if key not in graphs:
                number = self._exchange.ask(question, sent)[0]["graph"]
                graphs[key] = RemoteFunction(self._exchange, self.__name__, graph=number)
            return graphs[key](*arguments)

        return traced

    def _traceable(
        self, arguments: Sequence, signature: Sequence | None = None
    ) -> tuple[dict, list]:
        """The question that asks for a graph: the specs of its tensors, and all other arguments."""
        tensors = tensors_of(arguments)
        specs: list[tf.TensorSpec] = []
        for argument, wanted in zip(arguments, signature or arguments, strict=True):
            if isinstance(wanted, tf.TensorSpec):
                specs.append(wanted)
            else:
                specs += [tf.TensorSpec(t.shape, t.dtype) for t in tensors_of([argument])]
        described = [
            [spec.dtype.name, None if spec.shape.rank is None else spec.shape.as_list()]
            for spec in specs
        ]
        # Empty tensors stand in for the tensors that come with each call.
        with tf.init_scope():
            sample = replaced(arguments, [tf.zeros([0], tensor.dtype) for tensor in tensors])
        tree, sent = pack(sample)
        question = {"do": "trace", "function": self.__name__}
        return question | {"specs": described, "arguments": tree[1]}, sent

    def _gradient(self, call: int, upstream: list, count: int) -> list:
        answer, arrays = self._exchange.ask({"do": "differentiate", "call": call}, upstream)
        connected, arrays = answer["connected"], iter(arrays)
        if len(connected) != count:
            raise ProtocolError("a gradient by other arguments")
        return [tf.constant(next(arrays)) if one else None for one in connected]

    def _symbolic(self, arguments: tuple) -> object:
        """Call it inside a tf.function on this side."""
        tensors = tensors_of(arguments)
        traced, _ = self._exchange.ask(*self._traceable(arguments))
        number = traced["graph"]
        dtypes = [tf.as_dtype(dtype) for dtype, _ in traced["leaves"]]

        def forward(*arrays: np.ndarray) -> list:
            tree, sent = pack(replaced(arguments, [tf.constant(array) for array in arrays]))
            question = {"do": "call", "function": self.__name__, "graph": number}
            answer, results = self._exchange.ask(
                question | {"gradient": OFTEN, "arguments": tree[1]}, sent
            )
            return [*results, np.int64(answer["call"])]

        def backward(call: np.ndarray, *arrays: np.ndarray) -> list:
            upstream, inputs = arrays[: len(dtypes)], arrays[len(dtypes) :]
            gradients = self._gradient(int(call), list(upstream), len(inputs))
            # Whether an argument is connected is known only when the graph runs, too late for None.
            return [
                np.full_like(array, np.nan) if gradient is None else gradient.numpy()
                for gradient, array in zip(gradients, inputs, strict=True)
            ]

        @tf.custom_gradient
        def with_gradient(*inputs: tf.Tensor):
            *results, call = tf.numpy_function(forward, inputs, [*dtypes, tf.int64])
            for result, (_, shape) in zip(results, traced["leaves"], strict=True):
                result.set_shape(shape)

            def gradient(*upstream: tf.Tensor) -> list:
                kinds = [tensor.dtype for tensor in inputs]
                found = tf.numpy_function(backward, [call, *upstream, *inputs], kinds)
                for one, tensor in zip(found, inputs, strict=True):
                    one.set_shape(tensor.shape)
                return found

            return tuple(results), gradient

        results = with_gradient(*tensors)
        return tf.nest.flatten(results)[0] if traced["single"] else results


def _outcome(
    values: list, networks: Mapping[str, steps.GivenNetwork], flags: dict
) -> steps.Outcome:
    """A step's result and weights.

    Raises:
        ProtocolError: the weights do not have the shapes of the networks' weights.
    """
    result, rest = values[0], iter(values[1:])
    weights = {name: [next(rest) for _ in n.weights] for name, n in networks.items()}
    for name, network in networks.items():
        shapes = [np.shape(weight) for weight in network.weights]
        if [np.shape(weight) for weight in weights[name]] != shapes or not (
            isinstance(flags.get(name), list) and len(flags[name]) == len(shapes)
        ):
            raise ProtocolError("the weights of another network")
    return steps.Outcome(result, weights, flags)


def tensors_of(values: Sequence) -> list[tf.Tensor]:
    """The tensors among some arguments, in order; for a given function, its weights."""
    leaves = [
        leaf.weights if isinstance(leaf, PassedFunction) else leaf
        for leaf in tf.nest.flatten(list(values))
    ]
    return [leaf for leaf in leaves if tf.is_tensor(leaf)]


def replaced(values: Sequence, tensors: Sequence[tf.Tensor]) -> tuple:
    """Some arguments with their tensors replaced by others, in order."""
    others = iter(tensors)

    def other(leaf: object) -> object:
        if isinstance(leaf, PassedFunction):
            return PassedFunction(GivenFunction(leaf.kind, next(others)))
        return next(others) if tf.is_tensor(leaf) else leaf

    return tuple(tf.nest.map_structure(other, value) for value in values)


def _times_differentiated(tensors: Sequence[tf.Tensor]) -> str:
    """How often the tapes that watch these tensors can ask for a gradient."""
    kinds = {
        gradients_util.POSSIBLE_GRADIENT_TYPES_NONE: NEVER,
        gradients_util.POSSIBLE_GRADIENT_TYPES_FIRST_ORDER: ONCE,
    }
    return kinds.get(gradients_util.PossibleTapeGradientTypes(tensors), OFTEN)


def _of_tensors(function: Callable, sample: Sequence) -> Callable:
    """A function of the tensors alone; the other arguments are fixed to those of a sample."""
    return lambda *tensors: function(*replaced(sample, tensors))


def _size(arrays: Sequence) -> int:
    """The bytes of some arrays or tensors together."""
    return sum(np.asarray(array).nbytes for array in arrays)


def pack(value: object) -> tuple[object, list[np.ndarray]]:
    """A value as a tree for JSON, and its arrays in the order of the tree."""
    if isinstance(value, tuple | list):
        items = [pack(item) for item in value]
        kind = "tuple" if isinstance(value, tuple) else "list"
        return [kind, [tree for tree, _ in items]], [a for _, arrays in items for a in arrays]
    if isinstance(value, PassedFunction):
        return ["given", value.kind], [np.asarray(value.weights)]
    if isinstance(value, steps.GivenNetwork):
        return ["network", value.kind, list(value.sizes), len(value.weights)], [*value.weights]
    if isinstance(value, steps.GivenOptimizer):
        return ["optimizer", value.name, value.settings, list(value.moves)], []
    if value is None:
        return ["none"], []
    if _is_array(value):  # before plain numbers, since np.float64 is a Python float too
        array = np.asarray(value)
        if array.dtype.name in DTYPES:
            kind = "array" if isinstance(value, np.ndarray | np.generic) else "tensor"
            return [kind], [array]
    if isinstance(value, bool | int | float):
        return ["python", value], []
    return ["other", type(value).__name__], []


def unpack(trees: Sequence, arrays: Sequence[np.ndarray]) -> list:
    """The values of a list of trees.

    A value that cannot be sent becomes an empty object whose type has the same name.

    Raises:
        ProtocolError: a tree is malformed, or its arrays are missing.
    """
    arrays = iter(arrays)

    def value(tree: Sequence) -> object:
        match tree:
            case ["tuple", items]:
                return tuple(value(item) for item in items)
            case ["list", items]:
                return [value(item) for item in items]
            case ["none"]:
                return None
            case ["python", bool() | int() | float() as number]:
                return number
            case ["tensor"]:
                return tf.constant(next(arrays))
            case ["array"]:
                return next(arrays)
            case ["given", str() as kind] if kind in KINDS:
                weights = tf.constant(next(arrays))
                return PassedFunction(GivenFunction(kind, weights))
            case ["network", str() as kind, list() as sizes, int() as count]:
                weights = [next(arrays) for _ in range(count)]
                return steps.GivenNetwork(kind, tuple(sizes), weights)
            case ["optimizer", str() as name, dict() as settings, list() as moves]:
                return steps.GivenOptimizer(name, settings, tuple(moves))
            case ["other", str() as name]:
                # A name that the student chose could carry anything.
                return type(name if name in NAMED else "object", (), {})()
        raise ProtocolError("something that is not a result")

    try:
        return [value(tree) for tree in trees]
    except (StopIteration, RecursionError, TypeError) as error:
        raise ProtocolError("a result without its arrays") from error


def _is_array(value: object) -> bool:
    return tf.is_tensor(value) or isinstance(value, np.ndarray | np.generic | tf.Variable)
