"""Correct answers to the assignment `training`, in many styles: cells as students write them."""

VAE_STEP = {
    "one list of weights": """
def vae_step(x, encoder, decoder, optimizer):
    variables = encoder.trainable_weights + decoder.trainable_weights
    with tf.GradientTape() as tape:
        mu, log_var = encoder(x, training=True)
        z = mu + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mu))
        logits = decoder(z, training=True)
        ce = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)
        ce = tf.reduce_sum(tf.reshape(ce, [tf.shape(x)[0], -1]), axis=1)
        kl = -0.5 * tf.reduce_sum(1 + log_var - mu**2 - tf.exp(log_var), axis=1)
        loss = tf.reduce_mean(ce + kl)
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss
""",
    "keras.ops and keras.random": """
def vae_step(x, encoder, decoder, optimizer):
    ops = keras.ops
    with tf.GradientTape() as tape:
        mu, log_var = encoder(x, training=True)
        z = mu + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mu))
        logits = decoder(z, training=True)
        ce = ops.sum(ops.binary_crossentropy(x, logits, from_logits=True)) / len(x)
        kl = ops.sum(ops.square(mu) + ops.exp(log_var) - 1.0 - log_var) / (2 * len(x))
        loss = ce + kl
    weights = [*encoder.trainable_variables, *decoder.trainable_variables]
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
""",
    "two gradients, the decoder first": """
def vae_step(x, encoder, decoder, optimizer):
    with tf.GradientTape() as tape:
        mean, log_variance = encoder(x, training=True)
        noise = tf.random.normal(tf.shape(mean))
        logits = decoder(mean + noise * tf.sqrt(tf.exp(log_variance)), training=True)
        loss = tf.reduce_sum(tf.nn.softplus(logits) - x * logits)
        loss += tf.reduce_sum(mean**2 + tf.exp(log_variance) - 1 - log_variance) / 2
        loss /= tf.cast(tf.shape(x)[0], tf.float32)
    both = decoder.trainable_variables, encoder.trainable_variables
    first, second = tape.gradient(loss, both)
    optimizer.apply_gradients([*zip(first, both[0]), *zip(second, both[1])])
    return loss
""",
    "decorated, with a helper": """
def losses(x, encoder, decoder):
    mu, log_var = encoder(x, training=True)
    z = tf.random.normal(tf.shape(mu), mean=mu, stddev=tf.exp(0.5 * log_var))
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=decoder(z, training=True))
    axes = tuple(range(1, len(x.shape)))
    kl = 0.5 * (mu**2 + tf.exp(log_var) - log_var - 1)
    return tf.reduce_sum(entropy, axis=axes) + tf.reduce_sum(kl, axis=1)

@tf.function
def vae_step(x, encoder, decoder, optimizer):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(losses(x, encoder, decoder))
    weights = encoder.trainable_variables + decoder.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
""",
    "the optimizer knows its weights": """
def vae_step(x, encoder, decoder, optimizer):
    weights = encoder.trainable_variables + decoder.trainable_variables
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([w.value for w in weights])
        mu, log_var = encoder(x, training=True)
        z = mu + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mu))
        logits = decoder(z, training=True)
        bce = keras.losses.BinaryCrossentropy(from_logits=True, reduction="sum")
        flat = [tf.reshape(v, [-1, 1]) for v in (x, logits)]
        kl = -0.5 * tf.reduce_sum(1 + log_var - tf.square(mu) - tf.exp(log_var))
        loss = (bce(*flat) + kl) / len(x)
    optimizer.apply(tape.gradient(loss, weights))
    return loss
""",
}

DISCRIMINATOR_STEP = {
    "cross-entropies": """
bce = keras.losses.BinaryCrossentropy(from_logits=True)

def discriminator_step(real, z, generator, discriminator, optimizer):
    fake = generator(z, training=True)
    with tf.GradientTape() as tape:
        a, b = discriminator(real, training=True), discriminator(fake, training=True)
        loss = bce(tf.ones_like(a), a) + bce(tf.zeros_like(b), b)
    gradients = tape.gradient(loss, discriminator.trainable_variables)
    optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables))
    return loss
""",
    "everything on the tape": """
def discriminator_step(real, z, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        fake = generator(z, training=True)
        on_real = tf.math.log_sigmoid(discriminator(real, training=True))
        on_fake = tf.math.log_sigmoid(-discriminator(fake, training=True))
        loss = -tf.reduce_mean(on_real) - tf.reduce_mean(on_fake)
    weights = discriminator.trainable_weights
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
""",
    "keras.ops and two tapes": """
def discriminator_step(real, z, generator, discriminator, optimizer):
    ops = keras.ops
    weights = discriminator.trainable_variables
    fake = tf.stop_gradient(generator(z, training=True))
    with tf.GradientTape() as first, tf.GradientTape() as second:
        on_real = ops.mean(ops.softplus(-discriminator(real, training=True)))
        on_fake = ops.mean(ops.softplus(discriminator(fake, training=True)))
    pairs = zip(first.gradient(on_real, weights), second.gradient(on_fake, weights))
    optimizer.apply([a + b for a, b in pairs], weights)
    return on_real + on_fake
""",
    "frozen and set back": """
def discriminator_step(real, z, generator, discriminator, optimizer):
    fake = generator(z, training=True)
    generator.trainable = False
    with tf.GradientTape() as tape:
        entropy = tf.nn.sigmoid_cross_entropy_with_logits
        a, b = discriminator(real, training=True), discriminator(fake, training=True)
        loss = tf.reduce_mean(entropy(tf.ones_like(a), a))
        loss = loss + tf.reduce_mean(entropy(tf.zeros_like(b), b))
    optimizer.apply(tape.gradient(loss, discriminator.trainable_variables))
    generator.trainable = True
    return loss
""",
    "decorated": """
@tf.function
def discriminator_step(real, z, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        a = discriminator(real, training=True)
        b = discriminator(generator(z, training=True), training=True)
        loss = tf.math.reduce_mean(tf.math.softplus(-a)) + tf.math.reduce_mean(tf.math.softplus(b))
    weights = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
""",
}

GENERATOR_STEP = {
    "cross-entropy": """
def generator_step(z, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        logits = discriminator(generator(z, training=True), training=True)
        loss = tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(logits), logits))
    gradients = tape.gradient(loss, generator.trainable_variables)
    optimizer.apply_gradients(zip(gradients, generator.trainable_variables))
    return loss
""",
    "keras.ops": """
def generator_step(z, generator, discriminator, optimizer):
    weights = generator.trainable_weights
    with tf.GradientTape() as tape:
        fake = generator(z, training=True)
        loss = -keras.ops.mean(keras.ops.log_sigmoid(discriminator(fake, training=True)))
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
""",
    "Keras's loss": """
real = keras.losses.BinaryCrossentropy(from_logits=True)

def generator_step(z, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        logits = discriminator(generator(z, training=True), training=True)
        loss = real(tf.ones_like(logits), logits)
    optimizer.apply(tape.gradient(loss, generator.trainable_variables))
    return loss
""",
    "through the fakes by hand": """
def generator_step(z, generator, discriminator, optimizer):
    weights = generator.trainable_variables
    with tf.GradientTape() as outer:
        fake = generator(z, training=True)
    with tf.GradientTape() as inner:
        inner.watch(fake)
        loss = tf.reduce_mean(tf.nn.softplus(-discriminator(fake, training=True)))
    slope = inner.gradient(loss, fake)
    optimizer.apply(outer.gradient(fake, weights, output_gradients=slope), weights)
    return loss
""",
    "decorated": """
@tf.function
def generator_step(z, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            tf.nn.softplus(-discriminator(generator(z, training=True), training=True)))
    weights = generator.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
""",
}

AVERAGE_WEIGHTS = {
    "pair by pair": """
def average_weights(average, network, decay):
    for a, w in zip(average.weights, network.weights):
        a.assign(decay * a + (1 - decay) * w)
""",
    "by the difference": """
def average_weights(average, network, decay):
    for old, new in zip(average.weights, network.weights):
        old.assign_add((1 - decay) * (new - old))
""",
    "trainable and others": """
def average_weights(average, network, decay):
    def move(olds, news):
        for old, new in zip(olds, news, strict=True):
            old.assign(old * decay + new * (1.0 - decay))
    move(average.trainable_weights, network.trainable_weights)
    move(average.non_trainable_weights, network.non_trainable_weights)
""",
    "assign_sub": """
def average_weights(average, network, decay):
    for index, old in enumerate(average.weights):
        old.assign_sub((1 - decay) * (old - network.weights[index]))
    return average
""",
    "layer by layer": """
def average_weights(average, network, decay):
    for ours, theirs in zip(average.layers, network.layers):
        for old, new in zip(ours.weights, theirs.weights):
            old.assign(keras.ops.add(decay * old, (1 - decay) * new))
""",
}

RIGHT = {
    "vae_step": VAE_STEP,
    "discriminator_step": DISCRIMINATOR_STEP,
    "generator_step": GENERATOR_STEP,
    "average_weights": AVERAGE_WEIGHTS,
}
