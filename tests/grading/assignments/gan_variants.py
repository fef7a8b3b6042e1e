"""Correct answers to the assignment `gan`, in many styles: cells as students write them."""

DISCRIMINATOR_LOSS = {
    "as in TensorFlow's tutorial": """
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

def discriminator_loss(real_logits, fake_logits):
    real_loss = cross_entropy(tf.ones_like(real_logits), real_logits)
    fake_loss = cross_entropy(tf.zeros_like(fake_logits), fake_logits)
    return real_loss + fake_loss
""",
    "cross-entropy with logits": """
def discriminator_loss(real_logits, fake_logits):
    bce = tf.nn.sigmoid_cross_entropy_with_logits
    return (tf.reduce_mean(bce(labels=tf.ones_like(real_logits), logits=real_logits))
            + tf.reduce_mean(bce(labels=tf.zeros_like(fake_logits), logits=fake_logits)))
""",
    "log_sigmoid": """
def discriminator_loss(real_logits, fake_logits):
    log_d, log_1_d = tf.math.log_sigmoid(real_logits), tf.math.log_sigmoid(-fake_logits)
    return -(tf.reduce_mean(log_d) + tf.reduce_mean(log_1_d))
""",
    "keras.ops": """
def discriminator_loss(real_logits, fake_logits):
    ops = keras.ops
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
""",
    "binary_crossentropy of Keras": """
def discriminator_loss(real_logits, fake_logits):
    loss = 0.0
    for target, logits in ((1.0, real_logits), (0.0, fake_logits)):
        per_example = keras.losses.binary_crossentropy(
            target * tf.ones_like(logits), logits, from_logits=True)
        loss += tf.reduce_mean(per_example)
    return loss
""",
    "by hand, with the larger exponent taken out": """
def softplus(l):
    return tf.where(l > 0, l, 0.0) + tf.math.log1p(tf.exp(-tf.where(l > 0, l, -l)))

def discriminator_loss(real_logits, fake_logits):
    return tf.reduce_mean(softplus(-real_logits)) + tf.reduce_mean(softplus(fake_logits))
""",
    "sums over sizes": """
def discriminator_loss(real_logits, fake_logits):
    real = tf.reduce_sum(tf.nn.softplus(-real_logits)) / tf.cast(tf.size(real_logits), tf.float32)
    fake = tf.reduce_sum(tf.nn.softplus(fake_logits)) / tf.cast(tf.size(fake_logits), tf.float32)
    return real + fake
""",
    "a weighted mean over both": """
def discriminator_loss(real_logits, fake_logits):
    count = lambda t: tf.cast(tf.shape(t)[0], tf.float32)
    logits = tf.concat([-real_logits, fake_logits], axis=0)
    weights = tf.concat([tf.ones_like(real_logits) / count(real_logits),
                         tf.ones_like(fake_logits) / count(fake_logits)], axis=0)
    return tf.reduce_sum(weights * tf.nn.softplus(logits))
""",
    "decorated, float64 inside": """
@tf.function
def discriminator_loss(real_logits, fake_logits):
    real, fake = tf.cast(real_logits, tf.float64), tf.cast(fake_logits, tf.float64)
    loss = tf.math.softplus(-real)
    return tf.cast(tf.reduce_mean(loss) + tf.reduce_mean(tf.math.softplus(fake)), tf.float32)
""",
}

GENERATOR_LOSS = {
    "as in TensorFlow's tutorial": """
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

def generator_loss(fake_logits):
    return cross_entropy(tf.ones_like(fake_logits), fake_logits)
""",
    "softplus": """
def generator_loss(fake_logits):
    return tf.math.reduce_mean(tf.math.softplus(-fake_logits))
""",
    "log_sigmoid of Keras": """
def generator_loss(fake_logits):
    return -keras.ops.mean(keras.ops.log_sigmoid(fake_logits))
""",
    "logarithm of a sum of exponentials": """
def generator_loss(fake_logits):
    both = tf.concat([tf.zeros_like(fake_logits), -fake_logits], axis=1)
    return tf.reduce_mean(tf.reduce_logsumexp(both, axis=1))
""",
    "a loop over the batch": """
def generator_loss(fake_logits):
    losses = [tf.nn.softplus(-logit[0]) for logit in tf.unstack(fake_logits)]
    return tf.add_n(losses) / len(losses)
""",
    "softmax of two classes": """
def generator_loss(fake_logits):
    two = tf.concat([tf.zeros_like(fake_logits), fake_logits], axis=-1)
    ones = tf.ones(tf.shape(fake_logits)[0], tf.int32)
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ones, logits=two))
""",
}

SATURATING_GENERATOR_LOSS = {
    "minus the cross-entropy to 0": """
def saturating_generator_loss(fake_logits):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return -bce(tf.zeros_like(fake_logits), fake_logits)
""",
    "log_sigmoid": """
def saturating_generator_loss(fake_logits):
    return tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))
""",
    "log D minus the logit": """
def saturating_generator_loss(fake_logits):
    return tf.reduce_mean(tf.math.log_sigmoid(fake_logits) - fake_logits)
""",
    "keras.ops": """
def saturating_generator_loss(fake_logits):
    return keras.ops.mean(keras.ops.negative(keras.ops.softplus(fake_logits)))
""",
    "a helper and einsum": """
def log_one_minus_d(logits):
    return -tf.nn.softplus(logits)

def saturating_generator_loss(fake_logits):
    total = tf.einsum("bk->", log_one_minus_d(fake_logits))
    return total / tf.cast(tf.shape(fake_logits)[0], tf.float32)
""",
    "map_fn": """
def saturating_generator_loss(fake_logits):
    return tf.reduce_mean(tf.map_fn(lambda l: -tf.nn.softplus(l), fake_logits))
""",
}

CRITIC_LOSS = {
    "two means": """
def critic_loss(real_scores, fake_scores):
    return tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)
""",
    "minus the difference, Keras": """
def critic_loss(real_scores, fake_scores):
    return -(keras.ops.mean(real_scores) - keras.ops.mean(fake_scores))
""",
    "signed targets": """
def critic_loss(real_scores, fake_scores):
    wasserstein = lambda target, scores: tf.reduce_mean(target * scores)
    return wasserstein(-1.0, real_scores) + wasserstein(1.0, fake_scores)
""",
    "one after the other": """
def critic_loss(real_scores, fake_scores):
    real = tf.squeeze(tf.reduce_mean(real_scores, axis=0))
    fake = tf.squeeze(tf.reduce_mean(fake_scores, axis=0))
    return fake - real
""",
    "sums over sizes": """
def critic_loss(real_scores, fake_scores):
    mean = lambda s: tf.reduce_sum(s) / tf.cast(tf.size(s), s.dtype)
    return mean(fake_scores) - mean(real_scores)
""",
    "tensordot": """
def critic_loss(real_scores, fake_scores):
    scores = tf.concat([fake_scores, real_scores], axis=0)[:, 0]
    signs = tf.concat([tf.ones_like(fake_scores) / len(fake_scores),
                       -tf.ones_like(real_scores) / len(real_scores)], axis=0)[:, 0]
    return tf.tensordot(scores, signs, 1)
""",
}

GRADIENT_PENALTY = {
    "as in Keras's example": """
def gradient_penalty(critic, real, fake):
    batch_size = tf.shape(real)[0]
    alpha = tf.random.uniform([batch_size, 1, 1, 1], 0.0, 1.0)
    diff = fake - real
    interpolated = real + alpha * diff
    with tf.GradientTape() as gp_tape:
        gp_tape.watch(interpolated)
        pred = critic(interpolated, training=True)
    grads = gp_tape.gradient(pred, [interpolated])[0]
    norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]))
    return tf.reduce_mean((norm - 1.0) ** 2)
""",
    "a norm of flat gradients": """
def gradient_penalty(critic, real, fake):
    e = tf.random.uniform((real.shape[0], 1, 1, 1))
    x = e * real + (1 - e) * fake
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(critic(x))
    g = tf.reshape(tape.gradient(y, x), (tf.shape(x)[0], -1))
    return tf.reduce_mean((tf.norm(g, axis=1) - 1) ** 2)
""",
    "Keras draws and measures": """
seeds = keras.random.SeedGenerator(3)

def gradient_penalty(critic, real, fake):
    ops = keras.ops
    e = keras.random.uniform((ops.shape(real)[0], 1, 1, 1), seed=seeds)
    x = e * fake + (1 - e) * real
    with tf.GradientTape() as tape:
        tape.watch(x)
        scores = critic(x)
    gradient = ops.reshape(tape.gradient(scores, x), (ops.shape(real)[0], -1))
    return ops.mean(ops.square(ops.norm(gradient, axis=-1) - 1))
""",
    "a cautious constant under the root": """
def gradient_penalty(critic, real, fake):
    e = tf.random.uniform(tf.concat([tf.shape(real)[:1], [1, 1, 1]], axis=0))
    x = fake + e * (real - fake)
    with tf.GradientTape() as tape:
        tape.watch(x)
        scores = critic(x)
    g = tape.gradient(scores, x)
    norm = tf.sqrt(tf.reduce_sum(g * g, axis=(1, 2, 3)) + 1e-12)
    return tf.reduce_mean(tf.math.squared_difference(norm, 1.0))
""",
    "tf.gradients inside tf.function": """
def gradient_penalty(critic, real, fake):
    e = tf.random.uniform((len(real), 1, 1, 1))
    x = e * real + (1.0 - e) * fake

    @tf.function
    def slope(x):
        return tf.gradients(tf.reduce_sum(critic(x)), x)[0]

    norms = tf.norm(tf.reshape(slope(x), (len(real), -1)), axis=-1)
    return tf.reduce_mean(tf.square(norms - 1))
""",
    "a generator, the Frobenius norm in two steps": """
generator = tf.random.Generator.from_seed(5)

def gradient_penalty(critic, real, fake):
    e = generator.uniform((tf.shape(real)[0],))[:, tf.newaxis, tf.newaxis, tf.newaxis]
    x = real * e + fake * (1 - e)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        scores = critic(x)[:, 0]
    per_channel = tf.reduce_sum(tape.gradient(scores, x) ** 2, axis=[1, 2])
    return tf.reduce_mean((tf.sqrt(tf.reduce_sum(per_channel, axis=-1)) - 1) ** 2)
""",
}

RIGHT = {
    "discriminator_loss": DISCRIMINATOR_LOSS,
    "generator_loss": GENERATOR_LOSS,
    "saturating_generator_loss": SATURATING_GENERATOR_LOSS,
    "critic_loss": CRITIC_LOSS,
    "gradient_penalty": GRADIENT_PENALTY,
}
