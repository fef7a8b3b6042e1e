"""The course's own versions of what the assignment `gan` asks for.

Sources: Goodfellow et al., *Generative Adversarial Nets*, 2014, equation 1 and section 3;
Arjovsky, Chintala and Bottou, *Wasserstein GAN*, 2017, equation 2; Gulrajani et al., *Improved
Training of Wasserstein GANs*, 2017, equation 3 and algorithm 1.
"""

from course_utils.quiet import tf


def discriminator_loss(real_logits, fake_logits):
    on_real = tf.reduce_mean(tf.nn.softplus(-real_logits))
    on_fake = tf.reduce_mean(tf.nn.softplus(fake_logits))
    return on_real + on_fake


def generator_loss(fake_logits):
    return tf.reduce_mean(tf.nn.softplus(-fake_logits))


def saturating_generator_loss(fake_logits):
    return -tf.reduce_mean(tf.nn.softplus(fake_logits))


def critic_loss(real_scores, fake_scores):
    return tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)


def gradient_penalty(critic, real, fake):
    weight = tf.random.uniform((tf.shape(real)[0], 1, 1, 1))
    mixed = weight * real + (1.0 - weight) * fake
    with tf.GradientTape() as tape:
        tape.watch(mixed)
        scores = critic(mixed)
    gradient = tape.gradient(scores, mixed)
    norm = tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=(1, 2, 3)))
    return tf.reduce_mean(tf.square(norm - 1.0))
