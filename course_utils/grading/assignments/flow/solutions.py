"""The course's own versions of what the assignment `flow` asks for.

Source: L. Dinh, J. Sohl-Dickstein and S. Bengio, *Density estimation using Real NVP*, 2017,
equations 2 to 8.
"""

from course_utils.quiet import tf

import numpy as np


def coupling_forward(x, scale_shift):
    passed, changed = tf.split(x, 2, axis=-1)
    s, t = scale_shift(passed)
    return tf.concat([passed, changed * tf.exp(s) + t], axis=-1), tf.reduce_sum(s, axis=-1)


def coupling_inverse(y, scale_shift):
    passed, changed = tf.split(y, 2, axis=-1)
    s, t = scale_shift(passed)
    return tf.concat([passed, (changed - t) * tf.exp(-s)], axis=-1)


def log_prob(x, flow):
    z, log_det = flow(x)
    return log_det - 0.5 * tf.reduce_sum(tf.square(z) + np.log(2.0 * np.pi), axis=-1)


def bits_per_dimension(nll_nats, dimensions):
    return nll_nats / (dimensions * np.log(2.0))
