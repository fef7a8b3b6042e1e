"""The course's own versions of what the assignment `autoencoder` asks for.

Sources: Vincent et al., *Extracting and Composing Robust Features with Denoising Autoencoders*,
2008, section 2; A. Ng, *Sparse autoencoder*, CS294A lecture notes, 2011, section 3; Rifai et al.,
*Contractive Auto-Encoders*, 2011, equation 5.
"""

from course_utils.quiet import tf


def mse_loss(x, y):
    return tf.reduce_sum(tf.square(x - y), axis=-1)


def cross_entropy_loss(x, logits):
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, logits), axis=-1)


def corrupt(x, drop_rate):
    kept = tf.random.uniform(tf.shape(x)) >= drop_rate
    return tf.where(kept, x, 0.0)


def sparsity_penalty(codes, target):
    activation = tf.reduce_mean(codes, axis=0)
    on = target * (tf.math.log(target) - tf.math.log(activation))
    off = (1.0 - target) * (tf.math.log(1.0 - target) - tf.math.log(1.0 - activation))
    return tf.reduce_sum(on + off)


def contractive_penalty(encoder, x):
    # A gradient for each unit is traced several times faster than a Jacobian.
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        units = tf.unstack(encoder(x), axis=-1)
    return sum(tf.reduce_sum(tf.square(tape.gradient(unit, x)), axis=-1) for unit in units)
