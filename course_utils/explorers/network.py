"""A Keras network as a plain list of steps that `network.js` runs in the page.

Weights are stored as float16, which halves their size and changes a pixel by less than one of 256
grey levels. The steps are JSON, so an exported network needs neither Keras nor Python to draw.
"""

import base64
from dataclasses import dataclass

import numpy as np

from course_utils.keras_internals import is_keras_activation, is_keras_layer, producer_of

MAX_WEIGHTS = 500_000
"""What a notebook can carry: half a million weights are 1 MB, 1.3 MB as text."""

ACTIVATIONS = {
    "linear", "relu", "elu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid", "softplus", "softmax",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Network:
    """A network that runs in the page.

    Attributes:
        steps: one dictionary per step, in execution order: `op`, `inputs` (the indices of earlier
            steps), the `shape` of the result without the batch, and the operation's settings. A
            weight is given as [start, length] within `weights`.
        output: the index of the step whose result is the network's output.
        weights: all weights, one after another, float16.
    """

    steps: tuple[dict, ...]
    output: int
    weights: np.ndarray

    @property
    def input_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all inputs, in order, without the batch."""
        return [tuple(step["shape"]) for step in self.steps if step["op"] == "input"]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of the one input, without the batch.

        Raises:
            ValueError: if there are several.
        """
        if len(self.input_shapes) > 1:
            raise ValueError(
                f"expected a network with one input, got one with {len(self.input_shapes)}: "
                + ", ".join(map(str, self.input_shapes))
            )
        return self.input_shapes[0]

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of one output, without the batch."""
        return tuple(self.steps[self.output]["shape"])

    def to_json(self) -> dict:
        """The network as a dictionary that JSON can hold; the weights are base64, little-endian."""
        weights = base64.b64encode(self.weights.astype("<f2").tobytes()).decode("ascii")
        return {"steps": list(self.steps), "output": self.output, "weights": weights}


def export_network(model, activation: str = "linear") -> Network:
    """Turn a Keras network into steps and weights that a page can run.

    Args:
        model: a built keras.Sequential or Functional model with one output, from Input, Dense,
            Conv2D, Conv2DTranspose, UpSampling2D, AveragePooling2D, MaxPooling2D, Reshape, Flatten,
            BatchNormalization, LayerNormalization, GroupNormalization, Activation, ReLU, LeakyReLU,
            Rescaling, RepeatVector, Add, Multiply, Concatenate, x[:, i], and the layers of
            `course_utils.gan_layers` that a style-based generator uses. Keras's dropout and noise
            layers do nothing at inference and are left out. Nested models are exported too.
        activation: applied to the output: "sigmoid" for a decoder that returns logits.

    Returns:
        The `Network`.

    Raises:
        ValueError: for a layer, a setting or an activation that the page cannot run, naming it; for
            a model that is not built, has several outputs, is too large, or has a weight beyond
            float16's range.
    """
    if not getattr(model, "outputs", None):
        raise ValueError(
            f"{type(model).__name__} {getattr(model, 'name', '')!r} has no graph to export: "
            "give a Functional model, or a Sequential one that begins with keras.Input"
        )
    if len(model.outputs) != 1:
        raise ValueError(
            f"{model.name!r} has {len(model.outputs)} outputs; the page runs networks with one"
        )
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"no activation is called {activation!r} in the page; there are: "
            + ", ".join(sorted(ACTIVATIONS))
        )
    return _Exporter().export(model, activation)


class _Exporter:
    """Follows a model from its output back to its input and records the steps in order."""

    def __init__(self):
        self.steps: list[dict] = []
        self.weights: list[np.ndarray] = []
        self.size = 0

    def export(self, model, activation: str) -> Network:
        starts = [self.add("input", [], tensor.shape[1:]) for tensor in model.inputs]
        output = self.follow(model, *starts)
        output = self.add_activation(activation, output)
        weights = np.concatenate([np.zeros(0, "float16"), *self.weights])
        return Network(tuple(self.steps), output, weights)

    def follow(self, model, *inputs: int) -> int:
        """The step that gives `model`'s output, when the steps `inputs` give its inputs."""
        known = {id(tensor): step for tensor, step in zip(model.inputs, inputs, strict=True)}

        def step_of(tensor) -> int:
            if id(tensor) not in known:
                layer, given, arguments = producer_of(tensor)
                before, shape = [step_of(t) for t in given], tensor.shape[1:]
                if type(layer).__name__ == "GetItem":
                    known[id(tensor)] = self.take(arguments[1], before, shape)
                else:
                    known[id(tensor)] = self.convert(layer, before, shape)
            return known[id(tensor)]

        return step_of(model.outputs[0])

    def convert(self, layer, inputs: list[int], shape: tuple) -> int:
        """Add the steps of one layer and return the index of the last."""
        name = type(layer).__name__
        ours = type(layer).__module__ == "course_utils.gan_layers"
        if getattr(layer, "inputs", None) and getattr(layer, "outputs", None):
            return self.follow(layer, *inputs)
        if not (ours or is_keras_layer(layer)) or name not in {*CONVERTERS, *IDENTITIES}:
            raise ValueError(
                f"the page cannot run {name} (layer {layer.name!r}); it knows "
                + ", ".join([*CONVERTERS, *IDENTITIES])
            )
        if name in IDENTITIES:
            return inputs[0]
        if getattr(layer, "data_format", "channels_last") != "channels_last":
            raise _unsupported(layer, "data_format", layer.data_format, "'channels_last'")
        return CONVERTERS[name](self, layer, inputs, shape)

    def take(self, key, inputs: list[int], shape: tuple) -> int:
        """Add the step of x[key], where key is [:, i]: row i of every example."""
        simple = isinstance(key, (tuple, list)) and len(key) == 2 and key[0] == slice(None)
        if not simple or not isinstance(key[1], int) or key[1] < 0:
            raise ValueError(f"the page takes x[:, i] with i of at least 0 only, not x[{key}]")
        length = int(np.prod(shape))
        return self.add("take", inputs, shape, start=key[1] * length)

    def add(self, op: str, inputs: list[int], shape: tuple, **settings) -> int:
        if None in shape:
            raise ValueError(
                f"the page needs fixed sizes, but a {op} step has the shape {tuple(shape)}: "
                "give keras.Input a shape without None"
            )
        settings = {
            key: self.store(value) if isinstance(value, np.ndarray) else value
            for key, value in settings.items()
        }
        step = {"op": op, "inputs": inputs, "shape": [int(n) for n in shape], **settings}
        self.steps.append(step)
        return len(self.steps) - 1

    def add_activation(self, activation, before: int, **settings) -> int:
        name = activation if isinstance(activation, str) else _activation_name(activation)
        if name == "linear":
            return before
        shape = self.steps[before]["shape"]
        return self.add("activation", [before], shape, activation=name, **settings)

    def store(self, weight: np.ndarray) -> list[int]:
        """Append a weight; returns [start, length]."""
        with np.errstate(over="ignore"):
            half = np.asarray(weight, "float32").ravel().astype("float16")
        if not np.isfinite(half).all():
            largest = np.abs(weight).max()
            raise ValueError(
                f"a weight of size {largest:g} does not fit in float16 (at most 65504): "
                "the network has probably diverged, or holds a constant that belongs outside it"
            )
        start, self.size = self.size, self.size + half.size
        if self.size > MAX_WEIGHTS:
            raise ValueError(
                f"the network has more than {MAX_WEIGHTS:,} weights, too many for a notebook: "
                "export a smaller one, or give the explorer a callable that decodes in the kernel"
            )
        self.weights.append(half)
        return [start, half.size]


def _activation_name(function) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    if name not in ACTIVATIONS or not is_keras_activation(function):
        raise ValueError(
            f"the page cannot run the activation {name!r}; it knows "
            + ", ".join(sorted(ACTIVATIONS))
        )
    return name


def _unsupported(layer, setting: str, given, expected: str) -> ValueError:
    return ValueError(
        f"the page runs {type(layer).__name__} only with {setting}={expected}, "
        f"but layer {layer.name!r} has {setting}={given!r}"
    )


def _require(layer, **expected) -> None:
    """Refuse a layer whose settings differ from what the page computes."""
    for setting, value in expected.items():
        if getattr(layer, setting) != value:
            raise _unsupported(layer, setting, getattr(layer, setting), repr(value))


def _bias(layer, channels: int) -> np.ndarray:
    return np.asarray(layer.bias) if layer.use_bias else np.zeros(channels, "float32")


def _dense(exporter, layer, inputs, shape):
    kernel, bias = np.asarray(layer.kernel), _bias(layer, layer.units)
    step = exporter.add("dense", inputs, shape, kernel=kernel, bias=bias)
    return exporter.add_activation(layer.activation, step)


def _convolution(exporter, layer, inputs, shape):
    _require(layer, dilation_rate=(1, 1))
    kernel = np.asarray(layer.kernel)
    if type(layer).__name__ != "Conv2DTranspose":
        _require(layer, groups=1)
        op = "convolution"
    else:
        _require(layer, output_padding=None)
        op = "transposed_convolution"
        # Keras stores (height, width, out, in); the page needs the output channels last.
        kernel = kernel.transpose(0, 1, 3, 2)
    step = exporter.add(
        op,
        inputs,
        shape,
        kernel=kernel,
        bias=_bias(layer, layer.filters),
        kernel_size=[int(n) for n in layer.kernel_size],
        strides=[int(n) for n in layer.strides],
        padding=layer.padding,
    )
    return exporter.add_activation(layer.activation, step)


def _upsampling(exporter, layer, inputs, shape):
    if layer.interpolation not in ("nearest", "bilinear"):
        raise _unsupported(layer, "interpolation", layer.interpolation, "'nearest' or 'bilinear'")
    return exporter.add("upsampling", inputs, shape, interpolation=layer.interpolation)


def _pooling(exporter, layer, inputs, shape):
    _require(layer, padding="valid")
    return exporter.add(
        "max_pooling" if type(layer).__name__ == "MaxPooling2D" else "average_pooling",
        inputs,
        shape,
        kernel_size=[int(n) for n in layer.pool_size],
        strides=[int(n) for n in layer.strides],
        padding=layer.padding,
    )


def _reshape(exporter, layer, inputs, shape):
    return exporter.add("reshape", inputs, shape)


def _scale_and_offset(layer, channels: int) -> tuple[np.ndarray, np.ndarray]:
    scale = np.asarray(layer.gamma) if layer.scale else np.ones(channels, "float32")
    offset = np.asarray(layer.beta) if layer.center else np.zeros(channels, "float32")
    return scale, offset


def _batch_normalization(exporter, layer, inputs, shape):
    _require_last_axis(layer, shape)
    scale, offset = _scale_and_offset(layer, shape[-1])
    scale = scale / np.sqrt(np.asarray(layer.moving_variance) + layer.epsilon)
    offset = offset - np.asarray(layer.moving_mean) * scale
    return exporter.add("affine", inputs, shape, scale=scale, offset=offset)


def _layer_normalization(exporter, layer, inputs, shape):
    _require_last_axis(layer, shape)
    _require(layer, rms_scaling=False)
    # Every position is normalised separately: one group of all channels per position.
    scale, offset = _scale_and_offset(layer, shape[-1])
    return exporter.add(
        "normalization", inputs, shape, scale=scale, offset=offset,
        epsilon=layer.epsilon, groups=1, positions=1,
    )  # fmt: skip


def _group_normalization(exporter, layer, inputs, shape):
    _require_last_axis(layer, shape)
    scale, offset = _scale_and_offset(layer, shape[-1])
    groups = shape[-1] if layer.groups == -1 else layer.groups
    return exporter.add(
        "normalization", inputs, shape, scale=scale, offset=offset,
        epsilon=layer.epsilon, groups=groups, positions=int(np.prod(shape[:-1])),
    )  # fmt: skip


def _require_last_axis(layer, shape) -> None:
    axis = layer.axis[0] if isinstance(layer.axis, (list, tuple)) else layer.axis
    several = isinstance(layer.axis, (list, tuple)) and len(layer.axis) > 1
    if several or axis not in (-1, len(shape)):
        raise _unsupported(layer, "axis", layer.axis, "-1")


def _rescaling(exporter, layer, inputs, shape):
    scale, offset = (
        np.broadcast_to(np.asarray(value, "float32"), shape[-1:]).copy()
        for value in (layer.scale, layer.offset)
    )
    return exporter.add("affine", inputs, shape, scale=scale, offset=offset)


def _activation(exporter, layer, inputs, shape):
    return exporter.add_activation(layer.activation, inputs[0])


def _relu(exporter, layer, inputs, shape):
    _require(layer, max_value=None, negative_slope=0.0, threshold=0.0)
    return exporter.add_activation("relu", inputs[0])


def _leaky_relu(exporter, layer, inputs, shape):
    slope = float(layer.negative_slope)
    return exporter.add_activation("leaky_relu", inputs[0], slope=slope)


def _elementwise(op):
    def convert(exporter, layer, inputs, shape):
        shapes = {tuple(exporter.steps[i]["shape"]) for i in inputs}
        if len(shapes) > 1:
            raise ValueError(
                f"the page runs {type(layer).__name__} only on equal shapes, "
                f"but layer {layer.name!r} joins {' and '.join(map(str, sorted(shapes)))}"
            )
        return exporter.add(op, inputs, shape)

    return convert


def _concatenate(exporter, layer, inputs, shape):
    _require_last_axis(layer, shape)
    return exporter.add("concatenate", inputs, shape)


def _modulated_convolution(exporter, layer, inputs, shape):
    x, w = inputs
    kernel = np.asarray(layer.kernel)
    style = exporter.add(
        "dense",
        [w],
        (kernel.shape[2],),
        kernel=np.asarray(layer.style.kernel),
        bias=np.asarray(layer.style.bias),
    )
    return exporter.add(
        "modulated_transposed_convolution" if layer.strides > 1 else "modulated_convolution",
        [x, style],
        shape,
        kernel=kernel,
        power=np.asarray(layer.power) if layer.demodulate else np.zeros(0, "float32"),
        bias=np.asarray(layer.bias),
        kernel_size=[layer.kernel_size] * 2,
        strides=[layer.strides] * 2,
        padding="same",
    )


def _layer_noise(exporter, layer, inputs, shape):
    noise = np.asarray(layer.strength) * np.asarray(layer.noise)
    return exporter.add("noise", inputs, shape, noise=noise)


def _constant(exporter, layer, inputs, shape):
    return exporter.add("constant", [], shape, value=np.asarray(layer.value))


def _step(op):
    return lambda exporter, layer, inputs, shape: exporter.add(op, inputs, shape)


CONVERTERS = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "Conv2DTranspose": _convolution,
    "UpSampling2D": _upsampling,
    "AveragePooling2D": _pooling,
    "MaxPooling2D": _pooling,
    "Reshape": _reshape,
    "Flatten": _reshape,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "GroupNormalization": _group_normalization,
    "Rescaling": _rescaling,
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "Add": _elementwise("add"),
    "Multiply": _elementwise("multiply"),
    "Concatenate": _concatenate,
    "RepeatVector": _step("repeat"),
    "EqualizedDense": _dense,
    "EqualizedConv2D": _convolution,
    "PixelNorm": _step("pixel_norm"),
    "ModulatedConv2D": _modulated_convolution,
    "ModulatedConv2DTranspose": _modulated_convolution,
    "LayerNoise": _layer_noise,
    "Constant": _constant,
}

IDENTITIES = ("Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout")
