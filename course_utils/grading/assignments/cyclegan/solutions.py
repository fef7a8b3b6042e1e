"""The course's own versions of what the assignment `cyclegan` asks for.

Sources: Zhu et al., *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks*, 2017, equations 2 and 3 and section 5.2 (identity); Mao et al., *Least Squares Generative
Adversarial Networks*, 2017, equation 9.
"""

from course_utils.quiet import tf


def cycle_loss(x, x_cycled):
    return tf.reduce_mean(tf.abs(x - x_cycled))


def identity_loss(y, y_mapped):
    return tf.reduce_mean(tf.abs(y - y_mapped))


def least_squares_discriminator_loss(real, fake):
    return 0.5 * (tf.reduce_mean(tf.square(real - 1.0)) + tf.reduce_mean(tf.square(fake)))


def least_squares_generator_loss(fake):
    return tf.reduce_mean(tf.square(fake - 1.0))


def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    return (
        least_squares_generator_loss(fake_scores)
        + cycle_weight * cycle_loss(x, x_cycled)
        + identity_weight * identity_loss(y, y_mapped)
    )
