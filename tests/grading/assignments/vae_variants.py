"""Correct answers to the assignment `vae`, in many styles: cells as students write them."""

REPARAMETERIZE = {
    "shape of the tensor": """
def reparameterize(mu, sigma):
    eps = tf.random.normal(shape=tf.shape(mu))
    return mu + sigma * eps
""",
    "static shape": """
def reparameterize(mu, sigma):
    return mu + sigma * tf.random.normal(mu.shape)
""",
    "mean and stddev as arguments": """
def reparameterize(mu, sigma):
    return tf.random.normal(tf.shape(mu), mean=mu, stddev=sigma)
""",
    "keras.random and keras.ops": """
def reparameterize(mu, sigma):
    epsilon = keras.random.normal(keras.ops.shape(mu))
    return keras.ops.add(mu, keras.ops.multiply(sigma, epsilon))
""",
    "a seed generator of Keras": """
seeds = keras.random.SeedGenerator(7)

def reparameterize(mu, sigma):
    return mu + sigma * keras.random.normal(keras.ops.shape(mu), seed=seeds)
""",
    "a generator of TensorFlow": """
generator = tf.random.Generator.from_seed(3)

def reparameterize(mu, sigma):
    return generator.normal(tf.shape(mu)) * sigma + mu
""",
    "the global generator": """
def reparameterize(mu, sigma):
    noise = tf.random.get_global_generator().normal(tf.shape(sigma), dtype=sigma.dtype)
    return mu - sigma * noise
""",
    "NumPy inside numpy_function": """
rng = np.random.default_rng()

def reparameterize(mu, sigma):
    draw = lambda shape: rng.standard_normal(shape).astype("float32")
    epsilon = tf.numpy_function(draw, [tf.shape(mu)], tf.float32)
    return mu + sigma * tf.reshape(epsilon, tf.shape(mu))
""",
    "decorated, Box and Muller": """
@tf.function
def reparameterize(mu, sigma):
    u, v = (1.0 - tf.random.uniform(tf.shape(mu)) for _ in range(2))
    return mu + sigma * tf.sqrt(-2.0 * tf.math.log(u)) * tf.cos(2.0 * np.pi * v)
""",
    "a draw for each example": """
def reparameterize(mu, sigma):
    return tf.stack([m + s * tf.random.normal(m.shape)
                     for m, s in zip(tf.unstack(mu), tf.unstack(sigma))])
""",
}

KL_DIVERGENCE = {
    "as printed": """
def kl_divergence(mu, sigma):
    return -0.5 * tf.reduce_sum(
        1 + tf.math.log(tf.square(sigma)) - tf.square(mu) - tf.square(sigma), axis=1)
""",
    "keras.ops": """
def kl_divergence(mu, sigma):
    ops = keras.ops
    return 0.5 * ops.sum(mu**2 + sigma**2 - 1.0 - 2.0 * ops.log(sigma), axis=-1)
""",
    "through the log-variance": """
def kl_divergence(mu, sigma):
    log_var = 2 * tf.math.log(sigma)
    return -0.5 * tf.math.reduce_sum(1 + log_var - mu * mu - tf.exp(log_var), axis=[1])
""",
    "a loop over the dimensions": """
def kl_divergence(mu, sigma):
    total = 0.0
    for d in range(mu.shape[1]):
        m, s = mu[:, d], sigma[:, d]
        total += (m * m + s * s - 1) / 2 - tf.math.log(s)
    return total
""",
    "a loop over the batch": """
def kl_divergence(mu, sigma):
    rows = []
    for m, s in zip(tf.unstack(mu), tf.unstack(sigma)):
        rows.append(0.5 * tf.reduce_sum(m**2 + s**2 - 1 - tf.math.log(s**2)))
    return tf.stack(rows)
""",
    "map_fn": """
def kl_divergence(mu, sigma):
    def one(pair):
        m, s = pair
        return tf.reduce_sum(m**2 + s**2 - tf.math.log(s**2) - 1) / 2
    return tf.map_fn(one, (mu, sigma), fn_output_signature=tf.float32)
""",
    "einsum and a helper": """
def terms(mu, sigma):
    return mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma)

def kl_divergence(mu, sigma):
    return tf.einsum("bd->b", terms(mu, sigma)) / 2
""",
    "a cautious constant in the logarithm": """
def kl_divergence(mu, sigma):
    return -0.5 * tf.reduce_sum(1 + tf.math.log(sigma**2 + 1e-8) - mu**2 - sigma**2, axis=-1)
""",
    "mean times D": """
def kl_divergence(mu, sigma):
    d = tf.cast(tf.shape(mu)[-1], tf.float32)
    return d * tf.reduce_mean(0.5 * (mu**2 + sigma**2 - 1) - tf.math.log(sigma), axis=-1)
""",
    "float64 inside": """
def kl_divergence(mu, sigma):
    mu, sigma = tf.cast(mu, tf.float64), tf.cast(sigma, tf.float64)
    kl = tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1) / 2
    return tf.cast(kl, tf.float32)
""",
    "a lambda": """
kl_divergence = lambda mu, sigma: tf.reduce_sum(
    0.5 * (mu**2 + sigma**2 - 1) - tf.math.log(sigma), axis=1)
""",
    "cross-entropy minus entropy": """
def kl_divergence(mu, sigma):
    log_2_pi = tf.math.log(2 * np.pi)
    cross = 0.5 * tf.reduce_sum(log_2_pi + mu**2 + sigma**2, axis=1)
    entropy = 0.5 * tf.reduce_sum(log_2_pi + 1 + 2 * tf.math.log(sigma), axis=1)
    return cross - entropy
""",
}

RECONSTRUCTION_LOSS = {
    "tf.nn": """
def reconstruction_loss(x, logits):
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
    return tf.reduce_sum(ce, axis=1)
""",
    "Keras's loss object, unreduced": """
bce = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)

def reconstruction_loss(x, logits):
    return bce(x, logits) * x.shape[1]
""",
    "Keras's loss function": """
def reconstruction_loss(x, logits):
    pixels = tf.cast(tf.shape(x)[-1], tf.float32)
    return keras.losses.binary_crossentropy(x, logits, from_logits=True) * pixels
""",
    "keras.ops.binary_crossentropy": """
def reconstruction_loss(x, logits):
    return keras.ops.sum(keras.ops.binary_crossentropy(x, logits, from_logits=True), axis=-1)
""",
    "softplus": """
def reconstruction_loss(x, logits):
    return tf.reduce_sum(tf.nn.softplus(logits) - x * logits, axis=-1)
""",
    "log_sigmoid": """
def reconstruction_loss(x, logits):
    bright, dark = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    return -tf.reduce_sum(x * bright + (1 - x) * dark, axis=1)
""",
    "keras.ops.log_sigmoid": """
def reconstruction_loss(x, logits):
    ops = keras.ops
    return -ops.sum(x * ops.log_sigmoid(logits) + (1 - x) * ops.log_sigmoid(-logits), axis=1)
""",
    "by hand": """
def reconstruction_loss(x, logits):
    loss = tf.maximum(logits, 0) - logits * x + tf.math.log1p(tf.exp(-tf.abs(logits)))
    return tf.reduce_sum(loss, axis=1)
""",
    "a loop over the pixels": """
def reconstruction_loss(x, logits):
    total = tf.zeros_like(x[:, 0])
    for p in range(x.shape[1]):
        total = total + tf.math.softplus(logits[:, p]) - x[:, p] * logits[:, p]
    return total
""",
    "vectorized_map": """
def reconstruction_loss(x, logits):
    def one(pair):
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(pair[0], pair[1]))
    return tf.vectorized_map(one, (x, logits))
""",
}

VAE_LOSS = {
    "mean of the sum": """
def vae_loss(x, logits, mu, sigma):
    return tf.reduce_mean(reconstruction_loss(x, logits) + kl_divergence(mu, sigma))
""",
    "sum of the means": """
def vae_loss(x, logits, mu, sigma):
    reconstruction = keras.ops.mean(reconstruction_loss(x, logits))
    return reconstruction + keras.ops.mean(kl_divergence(mu, sigma))
""",
    "sum over the batch size": """
def vae_loss(x, logits, mu, sigma):
    kl = kl_divergence(mu, sigma)
    per_example = reconstruction_loss(x, logits) + kl
    return tf.math.divide(tf.reduce_sum(per_example), tf.cast(tf.shape(kl)[0], tf.float32))
""",
    "a helper and another name": """
kl = kl_divergence

def elbo(x, logits, mu, sigma):
    return -reconstruction_loss(x, logits) - kl(mu, sigma)

def vae_loss(x, logits, mu, sigma):
    return -tf.reduce_mean(elbo(x, logits, mu, sigma))
""",
    "all written out": """
def vae_loss(x, logits, mu, sigma):
    reconstruction = tf.reduce_sum(tf.nn.softplus(logits) - x * logits, axis=1)
    divergence = 0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - 2 * tf.math.log(sigma), axis=1)
    return tf.reduce_mean(reconstruction + divergence)
""",
    "decorated": """
@tf.function
def vae_loss(x, logits, mu, sigma):
    return tf.reduce_mean(reconstruction_loss(x, logits) + kl_divergence(mu, sigma))
""",
    "annotated and stacked": """
def vae_loss(x: tf.Tensor, logits: tf.Tensor, mu: tf.Tensor, sigma: tf.Tensor) -> tf.Tensor:
    '''Negative evidence lower bound, averaged over the batch.'''
    terms = tf.stack([reconstruction_loss(x, logits), kl_divergence(mu, sigma)], axis=1)
    return tf.reduce_mean(tf.reduce_sum(terms, axis=1))
""",
    "equal weights": """
def vae_loss(x, logits, mu, sigma):
    per_example = reconstruction_loss(x, logits) + kl_divergence(mu, sigma)
    weights = tf.ones_like(per_example) / tf.cast(tf.size(per_example), tf.float32)
    return tf.tensordot(per_example, weights, axes=1)
""",
}

RIGHT = {
    "reparameterize": REPARAMETERIZE,
    "kl_divergence": KL_DIVERGENCE,
    "reconstruction_loss": RECONSTRUCTION_LOSS,
    "vae_loss": VAE_LOSS,
}
