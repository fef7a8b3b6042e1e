"""Functions that a graded function is given, such as the critic of a gradient penalty.

A probe names one by its kind and holds its weights, so that the data of a self-check stay numbers.
The weights are a tensor like any other argument: a gradient "by a given function" is the gradient
with respect to its weights. When `course grade` calls a graded function in another process, kind
and weights are sent and the given function is rebuilt there. So every function that a probe or a
hidden test passes must be one of `KINDS`.
"""

from course_utils.quiet import tf

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


def _linear(weights: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """x W; W of shape (P, D)."""
    return _flat(x) @ weights


def _quadratic(weights: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """½ x² W; W of shape (P, D)."""
    return 0.5 * tf.square(_flat(x)) @ weights


def _sigmoid(weights: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """sigmoid(x W + b); b is the last row of the weights (P + 1, D)."""
    return tf.sigmoid(_flat(x) @ weights[:-1] + weights[-1])


def _piecewise(weights: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """Σ_k c_k max(0, m − m_k) with m = Σ x / √P; the weights (K, 2) have rows (m_k, c_k).

    The norm of its gradient with respect to x is |Σ c_k| over those k whose m_k lies below m.
    """
    flat = _flat(x)
    m = tf.reduce_sum(flat, -1, keepdims=True) / tf.sqrt(tf.cast(tf.shape(flat)[-1], flat.dtype))
    return tf.reduce_sum(weights[:, 1] * tf.nn.relu(m - weights[:, 0]), -1, keepdims=True)


def _scale_shift(weights: tf.Tensor, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """(s, t), the two halves of x W + b; b is the last row of the weights (P + 1, 2D)."""
    s, t = tf.split(_flat(x) @ weights[:-1] + weights[-1], 2, axis=-1)
    return s, t


def _cubic_flow(weights: tf.Tensor, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """z = a x + b x³ in each dimension, and log |det ∂z/∂x| (B,); the weights (2, P) are a and b.

    Invertible where both are positive.
    """
    a, b = weights[0], weights[1]
    x = _flat(x)
    return a * x + b * x**3, tf.reduce_sum(tf.math.log(a + 3 * b * x**2), axis=-1)


def _flat(x: tf.Tensor) -> tf.Tensor:
    return tf.reshape(x, (tf.shape(x)[0], -1))


# Each takes weights and a batch (B, …). It flattens the examples; P is the number of their entries.
KINDS: dict[str, Callable[[tf.Tensor, tf.Tensor], object]] = {
    "linear": _linear,
    "quadratic": _quadratic,
    "sigmoid": _sigmoid,
    "piecewise": _piecewise,
    "scale_shift": _scale_shift,
    "cubic_flow": _cubic_flow,
}


@dataclass(frozen=True, eq=False)
class GivenFunction:
    """What a probe says of a function that it passes.

    Attributes:
        kind: a key of `KINDS`.
        weights: an array of the shape that the kind asks for.
    """

    kind: str
    weights: np.ndarray


class PassedFunction:
    """What a graded function gets: it can be called like a Keras model.

    Attributes:
        kind: a key of `KINDS`.
        weights: a tensor that a tape can watch.
    """

    def __init__(self, given: GivenFunction) -> None:
        self.kind = given.kind
        self.weights = tf.convert_to_tensor(given.weights)

    def __call__(self, inputs: object, training: bool | None = None) -> object:
        """Outputs for a batch (B, …) of any precision, in the precision of the weights."""
        return KINDS[self.kind](self.weights, tf.cast(inputs, self.weights.dtype))
