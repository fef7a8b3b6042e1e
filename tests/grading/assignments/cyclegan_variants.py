"""Correct answers to the assignment `cyclegan`, in many styles: cells as students write them."""

ABSOLUTE_ERROR = {
    "mean of absolute values": """
def NAME(ONE, OTHER):
    return tf.reduce_mean(tf.abs(ONE - OTHER))
""",
    "a loss object of Keras": """
mae = keras.losses.MeanAbsoluteError()

def NAME(ONE, OTHER):
    return mae(ONE, OTHER)
""",
    "a loss function of Keras, then the mean": """
def NAME(ONE, OTHER):
    return tf.reduce_mean(keras.losses.mean_absolute_error(ONE, OTHER))
""",
    "keras.ops": """
def NAME(ONE, OTHER):
    return keras.ops.mean(keras.ops.absolute(keras.ops.subtract(OTHER, ONE)))
""",
    "the larger minus the smaller": """
def NAME(ONE, OTHER):
    return tf.reduce_mean(tf.maximum(ONE, OTHER) - tf.minimum(ONE, OTHER))
""",
    "a sum over its size": """
def NAME(ONE, OTHER):
    total = tf.reduce_sum(tf.abs(ONE - OTHER))
    return total / tf.cast(tf.size(ONE), tf.float32)
""",
    "a mean for each image": """
def NAME(ONE, OTHER):
    images = [tf.reduce_mean(tf.math.abs(a - b)) for a, b in
              zip(tf.unstack(ONE), tf.unstack(OTHER))]
    return tf.add_n(images) / len(images)
""",
    "the L1 norm of a flat difference": """
def NAME(ONE, OTHER):
    d = tf.reshape(ONE - OTHER, [-1])
    return tf.norm(d, ord=1) / tf.cast(tf.shape(d)[0], d.dtype)
""",
}


def of_images(name: str, one: str, other: str) -> dict[str, str]:
    return {
        style: cell.replace("NAME", name).replace("ONE", one).replace("OTHER", other)
        for style, cell in ABSOLUTE_ERROR.items()
    }


DISCRIMINATOR_LOSS = {
    "as printed": """
def least_squares_discriminator_loss(real, fake):
    return 0.5 * (tf.reduce_mean((real - 1) ** 2) + tf.reduce_mean(fake ** 2))
""",
    "Keras's mean squared error": """
mse = keras.losses.MeanSquaredError()

def least_squares_discriminator_loss(real, fake):
    return (mse(tf.ones_like(real), real) + mse(tf.zeros_like(fake), fake)) / 2
""",
    "squared_difference": """
def least_squares_discriminator_loss(real, fake):
    on_real = tf.reduce_mean(tf.math.squared_difference(real, 1.0)) / 2
    on_fake = tf.reduce_mean(tf.math.squared_difference(fake, 0.0)) / 2
    return on_real + on_fake
""",
    "keras.ops": """
def least_squares_discriminator_loss(real, fake):
    ops = keras.ops
    return ops.divide(ops.mean(ops.square(1 - real)) + ops.mean(ops.square(fake)), 2)
""",
    "tf.nn.l2_loss, which has the ½": """
def least_squares_discriminator_loss(real, fake):
    size = lambda t: tf.cast(tf.size(t), tf.float32)
    return tf.nn.l2_loss(real - 1) / size(real) + tf.nn.l2_loss(fake) / size(fake)
""",
    "float64 inside": """
def least_squares_discriminator_loss(real, fake):
    real, fake = (tf.cast(t, tf.float64) for t in (real, fake))
    loss = tf.reduce_mean(real * real - 2 * real + 1) + tf.reduce_mean(fake * fake)
    return tf.cast(loss / 2, tf.float32)
""",
}

GENERATOR_LOSS = {
    "as printed": """
def least_squares_generator_loss(fake):
    return tf.reduce_mean((fake - 1) ** 2)
""",
    "Keras's mean squared error": """
def least_squares_generator_loss(fake):
    return keras.losses.MeanSquaredError()(tf.ones_like(fake), fake)
""",
    "keras.ops": """
def least_squares_generator_loss(fake):
    return keras.ops.mean(keras.ops.square(1.0 - fake))
""",
    "tf.nn.l2_loss": """
def least_squares_generator_loss(fake):
    return 2 * tf.nn.l2_loss(fake - 1) / tf.cast(tf.size(fake), tf.float32)
""",
    "axis by axis": """
def least_squares_generator_loss(fake):
    loss = tf.math.squared_difference(fake, tf.ones_like(fake))
    while len(loss.shape):
        loss = tf.reduce_mean(loss, axis=-1)
    return loss
""",
    "decorated": """
@tf.function
def least_squares_generator_loss(fake):
    return tf.reduce_mean(tf.pow(fake - 1.0, 2))
""",
}

GENERATOR_OBJECTIVE = {
    "the three functions": """
def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    adversarial = least_squares_generator_loss(fake_scores)
    cycle = cycle_loss(x, x_cycled)
    identity = identity_loss(y, y_mapped)
    return adversarial + cycle_weight * cycle + identity_weight * identity
""",
    "everything anew": """
def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    return (tf.reduce_mean((fake_scores - 1) ** 2)
            + cycle_weight * tf.reduce_mean(tf.abs(x - x_cycled))
            + identity_weight * tf.reduce_mean(tf.abs(y - y_mapped)))
""",
    "one absolute error for both": """
def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    terms = [(1.0, least_squares_generator_loss(fake_scores)),
             (cycle_weight, cycle_loss(x, x_cycled)),
             (identity_weight, cycle_loss(y, y_mapped))]
    return sum(weight * term for weight, term in terms)
""",
    "weights inside the mean": """
def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    cycle = tf.reduce_mean(cycle_weight * tf.abs(x_cycled - x))
    identity = tf.reduce_mean(identity_weight * tf.abs(y_mapped - y))
    return tf.add_n([least_squares_generator_loss(fake_scores), cycle, identity])
""",
    "a dot product, keras.ops": """
def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    terms = keras.ops.stack([least_squares_generator_loss(fake_scores),
                             cycle_loss(x, x_cycled), identity_loss(y, y_mapped)])
    weights = tf.constant([1.0, cycle_weight, identity_weight])
    return keras.ops.dot(weights, terms)
""",
    "by name, decorated": """
@tf.function
def generator_objective(fake_scores, x, x_cycled, y, y_mapped, cycle_weight, identity_weight):
    loss = least_squares_generator_loss(fake=fake_scores)
    loss += cycle_weight * cycle_loss(x=x, x_cycled=x_cycled)
    loss += identity_weight * identity_loss(y=y, y_mapped=y_mapped)
    return loss
""",
}

RIGHT = {
    "cycle_loss": of_images("cycle_loss", "x", "x_cycled"),
    "identity_loss": of_images("identity_loss", "y", "y_mapped"),
    "least_squares_discriminator_loss": DISCRIMINATOR_LOSS,
    "least_squares_generator_loss": GENERATOR_LOSS,
    "generator_objective": GENERATOR_OBJECTIVE,
}
