"""The course's own versions of what the assignment `disentanglement` asks for.

Sources: I. Higgins et al., *beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
Framework*, 2017, equation 4; X. Chen et al., *InfoGAN*, 2016, equation 5; R. T. Q. Chen et al.,
*Isolating Sources of Disentanglement in Variational Autoencoders*, 2018, equation 6. `sigma` is the
standard deviation here.
"""

from course_utils.quiet import tf

import numpy as np


def beta_vae_loss(x, logits, mu, sigma, beta):
    cross_entropies = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)
    divergences = 0.5 * (tf.square(mu) + tf.square(sigma) - 1.0) - tf.math.log(sigma)
    return tf.reduce_mean(
        tf.reduce_sum(cross_entropies, axis=-1) + beta * tf.reduce_sum(divergences, axis=-1)
    )


def code_loss(code, code_logits):
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(code, code_logits))


def discrete_mutual_information(a, b):
    _, rows = np.unique(a, return_inverse=True)
    _, columns = np.unique(b, return_inverse=True)
    joint = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(joint, (rows, columns), 1 / len(rows))
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return np.sum(joint[seen] * np.log(joint[seen] / independent[seen]))


def mutual_information_gap(mutual_information, entropies):
    # A single latent dimension has no rival: a row of zeros stands in for it.
    rival = np.zeros((1, mutual_information.shape[1]))
    ordered = np.sort(np.concatenate([mutual_information, rival]), axis=0)
    return np.mean((ordered[-1] - ordered[-2]) / entropies)
