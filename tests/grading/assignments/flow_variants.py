"""Correct answers to the assignment `flow`, in many styles: cells as students write them."""

COUPLING_FORWARD = {
    "tf.split": """
def coupling_forward(x, scale_shift):
    x1, x2 = tf.split(x, 2, axis=-1)
    s, t = scale_shift(x1)
    return tf.concat([x1, x2 * tf.exp(s) + t], axis=-1), tf.reduce_sum(s, axis=-1)
""",
    "slices and the static shape": """
def coupling_forward(x, scale_shift):
    half = x.shape[1] // 2
    s, t = scale_shift(x[:, :half])
    y2 = tf.exp(s) * x[:, half:] + t
    return tf.concat([x[:, :half], y2], 1), tf.math.reduce_sum(s, 1)
""",
    "keras.ops": """
def coupling_forward(x, scale_shift):
    ops = keras.ops
    first, second = ops.split(x, 2, axis=1)
    scale, shift = scale_shift(first)
    y = ops.concatenate([first, ops.add(ops.multiply(second, ops.exp(scale)), shift)], axis=1)
    return y, ops.sum(scale, axis=1)
""",
    "a mask": """
def coupling_forward(x, scale_shift):
    half = x.shape[-1] // 2
    s, t = scale_shift(x[..., :half])
    s = tf.concat([tf.zeros_like(s), s], axis=-1)
    t = tf.concat([tf.zeros_like(t), t], axis=-1)
    return x * tf.exp(s) + t, tf.einsum("bd->b", s)
""",
    "padding": """
def coupling_forward(x, scale_shift):
    x1, x2 = tf.unstack(tf.reshape(x, (tf.shape(x)[0], 2, x.shape[1] // 2)), axis=1)
    s, t = scale_shift(x1)
    change = tf.math.expm1(s) * x2 + t
    return x + tf.pad(change, [[0, 0], [x1.shape[1], 0]]), tf.reduce_sum(s, axis=[1])
""",
    "a named tuple": """
from typing import NamedTuple

class Output(NamedTuple):
    y: tf.Tensor
    log_det: tf.Tensor

def coupling_forward(x, scale_shift):
    passed, changed = tf.split(x, num_or_size_splits=2, axis=1)
    s, t = scale_shift(passed)
    changed = changed * tf.exp(s) + t
    return Output(tf.concat([passed, changed], axis=1), tf.add_n(tf.unstack(s, axis=1)))
""",
    "a loop over the batch": """
def coupling_forward(x, scale_shift):
    ys, log_dets = [], []
    for row in tf.unstack(x):
        x1, x2 = tf.split(row[None], 2, axis=1)
        s, t = scale_shift(x1)
        ys.append(tf.concat([x1, x2 * tf.exp(s) + t], axis=1))
        log_dets.append(tf.reduce_sum(s))
    return tf.concat(ys, axis=0), tf.stack(log_dets)
""",
}

COUPLING_INVERSE = {
    "tf.split": """
def coupling_inverse(y, scale_shift):
    y1, y2 = tf.split(y, 2, axis=-1)
    s, t = scale_shift(y1)
    return tf.concat([y1, (y2 - t) * tf.exp(-s)], axis=-1)
""",
    "a quotient": """
def coupling_inverse(y, scale_shift):
    half = y.shape[1] // 2
    s, t = scale_shift(y[:, :half])
    return tf.concat([y[:, :half], (y[:, half:] - t) / tf.exp(s)], axis=1)
""",
    "keras.ops": """
def coupling_inverse(y, scale_shift):
    ops = keras.ops
    first, second = ops.split(y, 2, axis=1)
    s, t = scale_shift(first)
    return ops.concatenate([first, ops.divide(second - t, ops.exp(s))], axis=-1)
""",
    "multiplied out": """
def coupling_inverse(y, scale_shift):
    y1, y2 = tf.split(y, 2, axis=1)
    s, t = scale_shift(y1)
    shrink = tf.exp(tf.negative(s))
    return tf.concat([y1, y2 * shrink - t * shrink], axis=1)
""",
    "a mask": """
def coupling_inverse(y, scale_shift):
    half = tf.shape(y)[1] // 2
    s, t = scale_shift(y[:, :half])
    s, t = (tf.pad(v, [[0, 0], [half, 0]]) for v in (s, t))
    return (y - t) * tf.exp(-s)
""",
    "decorated": """
@tf.function
def coupling_inverse(y, scale_shift):
    y1, y2 = tf.split(y, 2, axis=1)
    s, t = scale_shift(y1)
    return tf.concat([y1, tf.math.divide(tf.subtract(y2, t), tf.exp(s))], axis=1)
""",
}

LOG_PROB = {
    "as printed": """
def log_prob(x, flow):
    z, log_det = flow(x)
    log_base = -0.5 * tf.reduce_sum(z**2 + np.log(2 * np.pi), axis=1)
    return log_base + log_det
""",
    "the constant times D": """
def log_prob(x, flow):
    z, log_det = flow(x)
    d = tf.cast(tf.shape(z)[1], tf.float32)
    return log_det - (tf.reduce_sum(tf.square(z), axis=-1) + d * tf.math.log(2 * np.pi)) / 2
""",
    "keras.ops": """
def log_prob(x, flow):
    ops = keras.ops
    z, log_det = flow(x)
    return log_det - ops.sum(0.5 * ops.square(z) + 0.5 * ops.log(2 * np.pi), axis=-1)
""",
    "a helper": """
import math

def log_normal(z):
    return -0.5 * z * z - math.log(math.sqrt(2 * math.pi))

def log_prob(x, flow):
    z, log_det = flow(x)
    return tf.math.add(tf.reduce_sum(log_normal(z), axis=1), log_det)
""",
    "an inner product": """
def log_prob(x, flow):
    code, log_det = flow(x)
    return log_det - 0.5 * tf.einsum("bd,bd->b", code, code) - 0.9189385 * code.shape[1]
""",
    "a squared norm": """
def log_prob(x, flow):
    z, log_det = flow(x)
    constant = 0.5 * np.log(2 * np.pi).astype("float32") * z.shape[1]
    return log_det - tf.square(tf.norm(z + 1e-20, axis=1)) / 2 - constant
""",
    "a loop over the dimensions": """
def log_prob(x, flow):
    z, total = flow(x)
    for d in range(z.shape[1]):
        total = total - 0.5 * (z[:, d] ** 2 + np.log(2 * np.pi))
    return total
""",
}

BITS_PER_DIMENSION = {
    "as printed": """
def bits_per_dimension(nll_nats, dimensions):
    return nll_nats / (dimensions * np.log(2))
""",
    "math.log": """
import math

def bits_per_dimension(nll_nats, dimensions):
    return nll_nats / dimensions / math.log(2.0)
""",
    "log2(e)": """
def bits_per_dimension(nll_nats, dimensions):
    return nll_nats * float(np.log2(np.e)) / dimensions
""",
    "TensorFlow's logarithm": """
def bits_per_dimension(nll_nats, dimensions):
    return tf.math.divide(nll_nats, tf.math.log(2.0) * tf.cast(dimensions, tf.float32))
""",
    "keras.ops": """
def bits_per_dimension(nll_nats, dimensions):
    return keras.ops.divide(nll_nats, dimensions * keras.ops.log(2.0))
""",
    "map_fn": """
def bits_per_dimension(nll_nats, dimensions):
    return tf.map_fn(lambda nats: nats / (dimensions * 0.69314718), nll_nats)
""",
}

RIGHT = {
    "coupling_forward": COUPLING_FORWARD,
    "coupling_inverse": COUPLING_INVERSE,
    "log_prob": LOG_PROB,
    "bits_per_dimension": BITS_PER_DIMENSION,
}
