"""Correct answers to the assignment `autoencoder`, in many styles: cells as students write them."""

from tests.grading.assignments.vae_variants import RECONSTRUCTION_LOSS

MSE_LOSS = {
    "reduce_sum of squares": """
def mse_loss(x, y):
    return tf.reduce_sum((x - y) ** 2, axis=1)
""",
    "squared_difference": """
def mse_loss(x, y):
    return tf.reduce_sum(tf.math.squared_difference(y, x), axis=-1)
""",
    "mean times the pixels": """
def mse_loss(x, y):
    pixels = tf.cast(tf.shape(x)[-1], tf.float32)
    return pixels * keras.losses.mean_squared_error(x, y)
""",
    "keras.ops": """
def mse_loss(x, y):
    return keras.ops.sum(keras.ops.square(keras.ops.subtract(x, y)), axis=1)
""",
    "expanded": """
def mse_loss(x, y):
    x, y = tf.cast(x, tf.float64), tf.cast(y, tf.float64)
    return tf.cast(tf.reduce_sum(x * x - 2 * x * y + y * y, axis=1), tf.float32)
""",
    "einsum": """
def mse_loss(x, y):
    d = x - y
    return tf.einsum("bp,bp->b", d, d)
""",
    "map_fn": """
def mse_loss(x, y):
    one = lambda pair: tf.reduce_sum(tf.square(pair[0] - pair[1]))
    return tf.map_fn(one, (x, y), fn_output_signature=tf.float32)
""",
}

CROSS_ENTROPY_LOSS = {
    style: cell.replace("reconstruction_loss", "cross_entropy_loss")
    for style, cell in RECONSTRUCTION_LOSS.items()
}

CORRUPT = {
    "a mask from a comparison": """
def corrupt(x, drop_rate):
    mask = tf.random.uniform(tf.shape(x)) >= drop_rate
    return x * tf.cast(mask, tf.float32)
""",
    "where": """
def corrupt(x, drop_rate):
    return tf.where(tf.random.uniform(x.shape) < drop_rate, tf.zeros_like(x), x)
""",
    "dropout, scaled back": """
def corrupt(x, drop_rate):
    return (1 - drop_rate) * tf.nn.dropout(x, rate=drop_rate)
""",
    "dropout of Keras, scaled back": """
def corrupt(x, drop_rate):
    return keras.random.dropout(x, drop_rate) * (1.0 - drop_rate)
""",
    "keras.random and keras.ops": """
seeds = keras.random.SeedGenerator(11)

def corrupt(x, drop_rate):
    draw = keras.random.uniform(keras.ops.shape(x), seed=seeds)
    return keras.ops.where(draw > drop_rate, x, 0.0)
""",
    "a Bernoulli mask of Keras": """
def corrupt(x, drop_rate):
    return x * keras.random.binomial(keras.ops.shape(x), 1, 1.0 - drop_rate)
""",
    "subtracted": """
generator = tf.random.Generator.from_seed(4)

def corrupt(x, drop_rate):
    dropped = tf.cast(generator.uniform(tf.shape(x)) < drop_rate, x.dtype)
    return x - dropped * x
""",
    "ceiling of a shifted draw": """
def corrupt(x, drop_rate):
    return x * tf.floor(tf.random.uniform(tf.shape(x)) + (1 - drop_rate))
""",
    "NumPy inside numpy_function, decorated": """
rng = np.random.default_rng()

@tf.function
def corrupt(x, drop_rate):
    draw = lambda shape: (rng.random(shape) >= drop_rate).astype("float32")
    mask = tf.numpy_function(draw, [tf.shape(x)], tf.float32)
    return x * tf.reshape(mask, tf.shape(x))
""",
}

SPARSITY_PENALTY = {
    "as printed": """
def sparsity_penalty(codes, target):
    rho_hat = tf.reduce_mean(codes, axis=0)
    kl = (target * tf.math.log(target / rho_hat)
          + (1 - target) * tf.math.log((1 - target) / (1 - rho_hat)))
    return tf.reduce_sum(kl)
""",
    "keras.ops": """
def sparsity_penalty(codes, target):
    ops = keras.ops
    m = ops.mean(codes, axis=0)
    return ops.sum(target * (np.log(target) - ops.log(m))
                   + (1 - target) * (np.log(1 - target) - ops.log(1 - m)))
""",
    "cross-entropy minus entropy": """
def sparsity_penalty(codes, target):
    m = tf.reduce_mean(codes, axis=0)
    cross = -(target * tf.math.log(m) + (1 - target) * tf.math.log1p(-m))
    entropy = -(target * np.log(target) + (1 - target) * np.log1p(-target))
    return tf.reduce_sum(cross - entropy)
""",
    "a loop over the units": """
def sparsity_penalty(codes, target):
    total = 0.0
    for d in range(codes.shape[1]):
        m = tf.reduce_mean(codes[:, d])
        for p, q in ((target, m), (1 - target, 1 - m)):
            total += p * tf.math.log(p / q)
    return total
""",
    "a cautious constant in the logarithm": """
def sparsity_penalty(codes, target):
    m = tf.reduce_mean(codes, 0)
    on = target * tf.math.log(target / (m + 1e-8))
    off = (1 - target) * tf.math.log((1 - target) / (1 - m + 1e-8))
    return tf.reduce_sum(on) + tf.reduce_sum(off)
""",
    "Keras's divergence of two outcomes": """
def sparsity_penalty(codes, target):
    m = tf.reduce_mean(codes, axis=0)
    q = tf.stack([m, 1 - m], axis=1)
    p = tf.stack([target * tf.ones_like(m), (1 - target) * tf.ones_like(m)], axis=1)
    return tf.reduce_sum(keras.losses.KLDivergence(reduction="none")(p, q))
""",
    "xlogy": """
def sparsity_penalty(codes, target):
    m = tf.reduce_mean(codes, axis=0)
    r = tf.fill(tf.shape(m), tf.constant(target, tf.float32))
    kl = tf.math.xlogy(r, r / m) + tf.math.xlogy(1 - r, (1 - r) / (1 - m))
    return tf.tensordot(kl, tf.ones_like(kl), 1)
""",
}

CONTRACTIVE_PENALTY = {
    "batch_jacobian": """
def contractive_penalty(encoder, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = encoder(x)
    return tf.reduce_sum(tape.batch_jacobian(h, x) ** 2, axis=[1, 2])
""",
    "the whole Jacobian": """
def contractive_penalty(encoder, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = encoder(x, training=True)
    j = tape.jacobian(h, x)  # (B, D, B, P)
    return tf.reduce_sum(tf.square(j), axis=[1, 2, 3])
""",
    "a gradient for each unit": """
def contractive_penalty(encoder, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        units = tf.unstack(encoder(x), axis=1)
    return sum(tf.reduce_sum(tape.gradient(u, x) ** 2, axis=1) for u in units)
""",
    "a tape for each unit": """
def contractive_penalty(encoder, x):
    total = tf.zeros_like(x[:, 0])
    for d in range(encoder(x).shape[1]):
        with tf.GradientTape() as tape:
            tape.watch(x)
            unit = encoder(x)[:, d]
        total += tf.reduce_sum(tf.square(tape.gradient(unit, x)), axis=-1)
    return total
""",
    "a loop over the examples": """
def contractive_penalty(encoder, x):
    norms = []
    for i in range(x.shape[0]):
        one = x[i:i + 1]
        with tf.GradientTape() as tape:
            tape.watch(one)
            h = encoder(one)
        norms.append(tf.norm(tape.jacobian(h, one)) ** 2)
    return tf.stack(norms)
""",
    "a direction for each unit": """
def contractive_penalty(encoder, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        h = encoder(x)
    rows = []
    for d in range(h.shape[1]):
        direction = tf.one_hot(tf.fill(tf.shape(h)[:1], d), h.shape[1])
        rows.append(tape.gradient(h, x, output_gradients=direction))
    return tf.reduce_sum(tf.square(tf.stack(rows)), axis=[0, 2])
""",
    "the trace of J Jᵀ": """
def contractive_penalty(encoder, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = encoder(x)
    j = tape.batch_jacobian(h, x)
    return tf.linalg.trace(j @ tf.linalg.matrix_transpose(j))
""",
}

RIGHT = {
    "mse_loss": MSE_LOSS,
    "cross_entropy_loss": CROSS_ENTROPY_LOSS,
    "corrupt": CORRUPT,
    "sparsity_penalty": SPARSITY_PENALTY,
    "contractive_penalty": CONTRACTIVE_PENALTY,
}
