"""The misconceptions about `training`, and what students who have them read."""

from course_utils.grading.assignments.specification import Misconception

NOTHING_BACK = "Nothing comes back. Return the loss before the step, one number."
UPHILL = (
    "The weights move up the slope, so that the loss grows. The optimizer moves against the "
    "gradient by itself."
)
TWICE = "Two steps are made. Each call is one step."
NOT_TRAINING = (
    "The networks are not called as in training. Batch normalization then uses its moving averages "
    "and not this batch."
)
REGULARISED = (
    "The regularisation losses of the layers are added. Here the loss is the one of the formula "
    "alone."
)
LATE = "The loss comes from after the step. Return the one that the step was made with."


def vae(
    *,
    before: str = "",
    z: str = "z = mu + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mu))",
    entropies: str = "tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)",
    rebuilt: str = "tf.reduce_sum({entropies}, axis=list(range(1, x.shape.rank)))",
    kl: str = "0.5 * tf.reduce_sum(mu**2 + tf.exp(log_var) - 1 - log_var, axis=1)",
    loss: str = "tf.reduce_mean(rebuilt + kl)",
    weights: str = "encoder.trainable_variables + decoder.trainable_variables",
    mode: str = "training=True",
    apply: str = "optimizer.apply(tape.gradient(loss, weights), weights)",
    result: str = "return loss",
) -> str:
    """The lines of a correct step, except for the parts that are passed."""
    return f"""\
{before}
weights = {weights}
with tf.GradientTape(persistent=True) as tape:
    mu, log_var = encoder(x, {mode})
    {z}
    logits = decoder(z, {mode})
    rebuilt = {rebuilt.format(entropies=entropies)}
    kl = {kl}
    loss = {loss}
{apply}
{result}
"""


def other_seed(seed: str) -> str:
    """The line that draws z, with the noise from another expression."""
    return f"z = mu + tf.exp(0.5 * log_var) * {seed}"


VAE_STEP = (
    Misconception(
        "mean over the pixels",
        "The cross-entropy is averaged over the pixels; it should be summed.",
        vae(rebuilt="tf.reduce_mean({entropies}, axis=list(range(1, x.shape.rank)))"),
    ),
    Misconception(
        "KL forgotten",
        "The divergence is not in the loss: this trains a plain autoencoder.",
        vae(loss="tf.reduce_mean(rebuilt)"),
    ),
    Misconception(
        "reconstruction forgotten",
        "The cross-entropy is not in the loss: only the divergence is left.",
        vae(loss="tf.reduce_mean(kl)"),
    ),
    Misconception(
        "KL averaged over the latent dimensions",
        "The divergence is averaged over the latent dimensions; it should be summed.",
        vae(kl="0.5 * tf.reduce_mean(mu**2 + tf.exp(log_var) - 1 - log_var, axis=1)"),
    ),
    Misconception(
        "½ missing",
        "The divergence is twice what it should be: the factor ½ is missing.",
        vae(kl="tf.reduce_sum(mu**2 + tf.exp(log_var) - 1 - log_var, axis=1)"),
    ),
    Misconception(
        "constant dropped",
        "The divergence is too large by ½ for each latent dimension: the constant is dropped.",
        vae(kl="0.5 * tf.reduce_sum(mu**2 + tf.exp(log_var) - log_var, axis=1)"),
    ),
    Misconception(
        "sign of the KL flipped",
        "The divergence is subtracted; straying from the prior should cost something.",
        vae(loss="tf.reduce_mean(rebuilt - kl)"),
    ),
    Misconception(
        "log_var taken for the standard deviation",
        "In the divergence log_var is used as if it were the standard deviation. It is the "
        "logarithm of the variance.",
        vae(kl="0.5 * tf.reduce_sum(mu**2 + log_var**2 - 1 - tf.math.log(log_var**2), axis=1)"),
    ),
    Misconception(
        "summed over the batch",
        "The examples are summed; they should be averaged.",
        vae(loss="tf.reduce_sum(rebuilt + kl)"),
    ),
    Misconception(
        "one number an example",
        "There is one loss for each example. Return their mean.",
        vae(result="return rebuilt + kl"),
    ),
    Misconception(
        "squared error",
        "The reconstruction is a squared error; here it is the cross-entropy from logits.",
        vae(entropies="tf.square(x - logits)"),
        vae(entropies="tf.square(x - tf.sigmoid(logits))"),
    ),
    Misconception(
        "sigmoid applied twice",
        "The sigmoid is applied twice: the cross-entropy used here wants logits.",
        vae(
            entropies="tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=tf.sigmoid(logits))"
        ),
    ),
    Misconception(
        "regularisation added",
        REGULARISED,
        vae(loss="tf.reduce_mean(rebuilt + kl) + sum(encoder.losses + decoder.losses)"),
    ),
    Misconception(
        "not called as in training",
        NOT_TRAINING,
        vae(mode="training=False"),
    ),
    Misconception(
        "loss after the step",
        LATE,
        vae(
            result="mu, log_var = encoder(x, training=True)\n"
            "logits = decoder(mu, training=True)\n"
            "entropies = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)\n"
            "kl = 0.5 * tf.reduce_sum(mu**2 + tf.exp(log_var) - 1 - log_var, axis=1)\n"
            "axes = list(range(1, x.shape.rank))\n"
            "return tf.reduce_mean(tf.reduce_sum(entropies, axis=axes) + kl)"
        ),
    ),
    Misconception("nothing returned", NOTHING_BACK, vae(result="")),
    Misconception(
        "three numbers returned",
        "A tuple comes back. Return the loss alone.",
        vae(result="return loss, tf.reduce_mean(rebuilt), tf.reduce_mean(kl)"),
    ),
    Misconception(
        "no step",
        "The decoder does not move. Let the optimizer apply the gradients, to both networks.",
        vae(apply=""),
        vae(weights="encoder.trainable_variables"),
    ),
    Misconception(
        "only the decoder moves",
        "The encoder does not move. One step of the optimizer moves both networks.",
        vae(weights="decoder.trainable_variables"),
    ),
    Misconception(
        "gradient stopped at the sample",
        "The reconstruction does not reach the encoder: the gradient is stopped at the sample.",
        vae(z="z = tf.stop_gradient(mu + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mu)))"),
        vae(z="z = tf.constant(0.0) + tf.stop_gradient(mu)"),
    ),
    Misconception(
        "uphill",
        UPHILL,
        vae(apply="optimizer.apply([-g for g in tape.gradient(loss, weights)], weights)"),
    ),
    Misconception(
        "two steps",
        TWICE,
        vae(
            apply="optimizer.apply(tape.gradient(loss, weights), weights)\n"
            "optimizer.apply(tape.gradient(loss, weights), weights)"
        ),
    ),
    Misconception(
        "NumPy inside a graph",
        "It works when called as it is but not inside a graph: there a tensor has no values that "
        "NumPy or Python could use. Stay with TensorFlow and Keras.",
        vae(result="return tf.constant(loss.numpy())"),
        vae(
            apply="for w, g in zip(weights, tape.gradient(loss, weights)):\n"
            "    w.assign(w - optimizer.learning_rate * g.numpy())"
        ),
    ),
    Misconception(
        "last axis only",
        "It is right for rows and wrong for images: the cross-entropy must be summed over every "
        "axis but the first.",
        vae(rebuilt="tf.reduce_sum({entropies}, axis=-1)"),
        vae(rebuilt="tf.reduce_sum({entropies}, axis=1)"),
    ),
    Misconception(
        "no noise",
        "There is no noise: the decoder gets the mean. A VAE's decoder gets a sample.",
        vae(z="z = mu"),
        vae(z=other_seed("tf.random.stateless_normal(tf.shape(mu), seed=(1, 2))")),
    ),
    Misconception(
        "one noise vector for the batch",
        "All examples of a batch get the same noise. Each needs its own.",
        vae(z=other_seed("tf.random.normal(tf.shape(mu)[1:])")),
    ),
    Misconception(
        "one noise number an example",
        "All latent dimensions of an example get the same noise. Each needs its own.",
        vae(z=other_seed("tf.random.normal([tf.shape(mu)[0], 1])")),
    ),
    Misconception(
        "scaled by the variance",
        "The noise is scaled by the variance. Its standard deviation is the root of that: half of "
        "log_var in the exponent.",
        vae(z="z = mu + tf.exp(log_var) * tf.random.normal(tf.shape(mu))"),
    ),
    Misconception(
        "uniform noise",
        "The noise is uniform; it should be standard normal.",
        vae(z=other_seed("tf.random.uniform(tf.shape(mu))")),
    ),
    Misconception(
        "NumPy noise, drawn only once in a graph",
        "Inside a graph the noise is the same at each call: NumPy draws while the graph is made, "
        "and never again.",
        vae(z=other_seed('np.random.normal(size=mu.shape).astype("float32")')),
    ),
)


def game(
    *,
    before: str = "",
    fake: str = "generator(z, training=True)",
    real_logits: str = "discriminator(real, training=True)",
    fake_logits: str = "discriminator(fake, training=True)",
    loss: str = "tf.reduce_mean(tf.nn.softplus(-real_logits)) + "
    "tf.reduce_mean(tf.nn.softplus(fake_logits))",
    weights: str = "discriminator.trainable_variables",
    apply: str = "optimizer.apply(tape.gradient(loss, weights), weights)",
    result: str = "return loss",
) -> str:
    """The lines of a correct discriminator step, except for the parts that are passed."""
    return f"""\
{before}
weights = {weights}
with tf.GradientTape(persistent=True) as tape:
    fake = {fake}
    real_logits = {real_logits}
    fake_logits = {fake_logits}
    loss = {loss}
{apply}
{result}
"""


BY_HAND = """\
for w, g in zip({network}.trainable_variables, tape.gradient(loss, {network}.trainable_variables)):
    w.assign_sub(optimizer.learning_rate * g)
"""
JOINED = "tf.concat([real, fake], axis=0)"

DISCRIMINATOR_STEP = (
    Misconception(
        "labels exchanged",
        "Real and fake have changed places: real examples should get 1, fakes 0.",
        game(
            loss="tf.reduce_mean(tf.nn.softplus(real_logits)) + "
            "tf.reduce_mean(tf.nn.softplus(-fake_logits))"
        ),
    ),
    Misconception(
        "half",
        "The loss is the mean of the two halves; it should be their sum.",
        game(
            loss="0.5 * (tf.reduce_mean(tf.nn.softplus(-real_logits)) + "
            "tf.reduce_mean(tf.nn.softplus(fake_logits)))"
        ),
    ),
    Misconception(
        "fakes forgotten",
        "Only the real examples are in the loss.",
        game(loss="tf.reduce_mean(tf.nn.softplus(-real_logits))"),
    ),
    Misconception(
        "reals forgotten",
        "Only the fakes are in the loss.",
        game(loss="tf.reduce_mean(tf.nn.softplus(fake_logits))"),
    ),
    Misconception(
        "one mean over both",
        "Reals and fakes are averaged together. Each half has a mean of its own, so that it counts "
        "the same whatever the sizes.",
        game(
            loss="tf.reduce_mean(tf.concat([tf.nn.softplus(-real_logits), "
            "tf.nn.softplus(fake_logits)], axis=0))"
        ),
    ),
    Misconception(
        "one call for both",
        "Reals and fakes go through the discriminator together. Batch normalization then mixes "
        "their statistics; let each batch be a call of its own.",
        game(
            real_logits=f"discriminator({JOINED}, training=True)[:tf.shape(real)[0]]",
            fake_logits=f"discriminator({JOINED}, training=True)[tf.shape(real)[0]:]",
        ),
    ),
    Misconception(
        "summed",
        "The losses are summed over the examples; they should be averaged.",
        game(
            loss="tf.reduce_sum(tf.nn.softplus(-real_logits)) + "
            "tf.reduce_sum(tf.nn.softplus(fake_logits))"
        ),
    ),
    Misconception(
        "a critic's loss",
        "This is the loss of a Wasserstein critic. Here it is the cross-entropy from logits.",
        game(loss="tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)"),
    ),
    Misconception(
        "logits taken for probabilities",
        "The logits are used as if they were probabilities.",
        game(
            loss="keras.losses.BinaryCrossentropy()(tf.ones_like(real_logits), real_logits) + "
            "keras.losses.BinaryCrossentropy()(tf.zeros_like(fake_logits), fake_logits)"
        ),
    ),
    Misconception(
        "sigmoid applied twice",
        "The sigmoid is applied twice: the loss used here wants logits.",
        game(
            loss="tf.reduce_mean(tf.nn.softplus(-tf.sigmoid(real_logits))) + "
            "tf.reduce_mean(tf.nn.softplus(tf.sigmoid(fake_logits)))"
        ),
    ),
    Misconception(
        "regularisation added",
        REGULARISED,
        game(
            loss="tf.reduce_mean(tf.nn.softplus(-real_logits)) + "
            "tf.reduce_mean(tf.nn.softplus(fake_logits)) + sum(discriminator.losses)"
        ),
    ),
    Misconception(
        "generator not called as in training",
        "The generator is not called as in training, or is frozen meanwhile: its batch "
        "normalization then uses moving averages.",
        game(fake="generator(z, training=False)"),
        game(before="generator.trainable = False"),
    ),
    Misconception(
        "discriminator not called as in training",
        "The discriminator is not called as in training: its batch normalization uses moving "
        "averages.",
        game(
            real_logits="discriminator(real, training=False)",
            fake_logits="discriminator(fake, training=False)",
        ),
    ),
    Misconception(
        "loss after the step",
        LATE,
        game(
            result="real_logits = discriminator(real, training=True)\n"
            "fake_logits = discriminator(fake, training=True)\n"
            "return (tf.reduce_mean(tf.nn.softplus(-real_logits))\n"
            "        + tf.reduce_mean(tf.nn.softplus(fake_logits)))"
        ),
    ),
    Misconception("nothing returned", NOTHING_BACK, game(result="")),
    Misconception(
        "two numbers returned",
        "A tuple comes back. Return the loss alone, the sum of its two halves.",
        game(result="return loss, fake_logits"),
    ),
    Misconception(
        "no step",
        "The discriminator does not move. Let the optimizer apply the gradients.",
        game(apply=""),
        game(apply=BY_HAND.format(network="generator")),
    ),
    Misconception(
        "uphill",
        UPHILL,
        game(apply="optimizer.apply([-g for g in tape.gradient(loss, weights)], weights)"),
    ),
    Misconception(
        "two steps",
        TWICE,
        game(apply="optimizer.apply(tape.gradient(loss, weights), weights)\n" * 2),
    ),
    Misconception(
        "discriminator left frozen",
        "The discriminator is frozen afterwards: whoever sets it so must set it back.",
        game(result="discriminator.trainable = False\nreturn loss"),
    ),
    Misconception(
        "generator moves, too",
        "The generator moves, too. This step is the discriminator's.",
        game(
            apply="optimizer.apply(tape.gradient(loss, weights), weights)\n"
            + BY_HAND.format(network="generator")
        ),
    ),
    Misconception(
        "generator left frozen",
        "The generator is frozen afterwards: whoever sets it so must set it back.",
        game(result="generator.trainable = False\nreturn loss"),
    ),
    Misconception(
        "NumPy inside a graph",
        "It works when called as it is but not inside a graph: there a tensor has no values that "
        "NumPy or Python could use. Stay with TensorFlow and Keras.",
        game(result="return tf.constant(float(loss))"),
    ),
)


def turn(
    *,
    before: str = "",
    fake: str = "generator(z, training=True)",
    logits: str = "discriminator(fake, training=True)",
    loss: str = "tf.reduce_mean(tf.nn.softplus(-logits))",
    weights: str = "generator.trainable_variables",
    apply: str = "optimizer.apply(tape.gradient(loss, weights), weights)",
    result: str = "return loss",
) -> str:
    """The lines of a correct generator step, except for the parts that are passed."""
    return f"""\
{before}
weights = {weights}
with tf.GradientTape(persistent=True) as tape:
    fake = {fake}
    logits = {logits}
    loss = {loss}
{apply}
{result}
"""


GENERATOR_STEP = (
    Misconception(
        "saturating",
        "This is the saturating loss, whose gradient vanishes where the discriminator is sure. "
        "The non-saturating one is asked for.",
        turn(loss="-tf.reduce_mean(tf.nn.softplus(logits))"),
    ),
    Misconception(
        "the discriminator's label",
        "The fakes are labelled 0, as in the discriminator's step. The generator wants them to be "
        "taken for real.",
        turn(loss="tf.reduce_mean(tf.nn.softplus(logits))"),
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A cross-entropy is never negative.",
        turn(loss="-tf.reduce_mean(tf.nn.softplus(-logits))"),
    ),
    Misconception(
        "Wasserstein generator",
        "This is the loss of a Wasserstein generator. Here it is the cross-entropy from logits.",
        turn(loss="-tf.reduce_mean(logits)"),
    ),
    Misconception(
        "summed",
        "The losses are summed over the examples; they should be averaged.",
        turn(loss="tf.reduce_sum(tf.nn.softplus(-logits))"),
    ),
    Misconception(
        "least squares",
        "This is the least-squares loss. Here it is the cross-entropy from logits.",
        turn(loss="tf.reduce_mean(tf.square(logits - 1))"),
    ),
    Misconception(
        "sigmoid applied twice",
        "The sigmoid is applied twice: the loss used here wants logits.",
        turn(loss="tf.reduce_mean(tf.nn.softplus(-tf.sigmoid(logits)))"),
    ),
    Misconception(
        "logits taken for probabilities",
        "The logits are used as if they were probabilities.",
        turn(loss="keras.losses.BinaryCrossentropy()(tf.ones_like(logits), logits)"),
    ),
    Misconception(
        "regularisation added",
        REGULARISED,
        turn(loss="tf.reduce_mean(tf.nn.softplus(-logits)) + sum(discriminator.losses)"),
    ),
    Misconception(
        "generator not called as in training",
        "The generator is not called as in training: its batch normalization uses moving averages.",
        turn(fake="generator(z, training=False)"),
    ),
    Misconception(
        "discriminator not called as in training",
        "The discriminator is not called as in training, or is frozen meanwhile: its batch "
        "normalization then uses moving averages.",
        turn(logits="discriminator(fake, training=False)"),
        turn(before="discriminator.trainable = False"),
    ),
    Misconception(
        "loss after the step",
        LATE,
        turn(
            result="logits = discriminator(generator(z, training=True), training=True)\n"
            "return tf.reduce_mean(tf.nn.softplus(-logits))"
        ),
    ),
    Misconception("nothing returned", NOTHING_BACK, turn(result="")),
    Misconception(
        "images returned",
        "A tuple comes back. Return the loss alone.",
        turn(result="return loss, fake"),
    ),
    Misconception(
        "no step",
        "The generator does not move. Let the optimizer apply the gradients.",
        turn(apply=""),
        turn(apply=BY_HAND.format(network="discriminator")),
    ),
    Misconception(
        "uphill",
        UPHILL,
        turn(apply="optimizer.apply([-g for g in tape.gradient(loss, weights)], weights)"),
    ),
    Misconception(
        "two steps",
        TWICE,
        turn(apply="optimizer.apply(tape.gradient(loss, weights), weights)\n" * 2),
    ),
    Misconception(
        "gradient cut off",
        "No gradient comes from the discriminator to the generator: the fakes are cut off on the "
        "way, or made before the tape records.",
        turn(fake="tf.stop_gradient(generator(z, training=True))"),
    ),
    Misconception(
        "generator left frozen",
        "The generator is frozen afterwards: whoever sets it so must set it back.",
        turn(result="generator.trainable = False\nreturn loss"),
    ),
    Misconception(
        "discriminator moves, too",
        "The discriminator moves, too. This step is the generator's.",
        turn(
            apply="optimizer.apply(tape.gradient(loss, weights), weights)\n"
            + BY_HAND.format(network="discriminator")
        ),
    ),
    Misconception(
        "discriminator left frozen",
        "The discriminator is frozen afterwards. Its own step would move nothing any more: whoever "
        "freezes it must set it back.",
        turn(result="discriminator.trainable = False\nreturn loss"),
    ),
    Misconception(
        "NumPy inside a graph",
        "It works when called as it is but not inside a graph: there a tensor has no values that "
        "NumPy or Python could use. Stay with TensorFlow and Keras.",
        turn(result="return tf.constant(float(loss))"),
    ),
)


def averaged(new: str, weights: str = "weights") -> str:
    """The lines that assign a new value to each weight."""
    return f"for old, new in zip(average.{weights}, network.{weights}):\n    old.assign({new})\n"


MEAN = "decay * old + (1 - decay) * new"
AVERAGE_WEIGHTS = (
    Misconception(
        "shares exchanged",
        "The shares have changed places: a decay near 1 should let the average hardly move.",
        averaged("(1 - decay) * old + decay * new"),
    ),
    Misconception(
        "trainable weights only",
        "Only the trainable weights are averaged. The others, such as the moving averages of "
        "batch normalization, belong to the average, too.",
        averaged(MEAN, "trainable_weights"),
    ),
    Misconception(
        "copied",
        "The weights are copied, whatever decay is.",
        averaged("new"),
    ),
    Misconception(
        "plain mean",
        "This is the plain mean of both, whatever decay is.",
        averaged("(old + new) / 2"),
    ),
    Misconception(
        "old part not reduced",
        "The new part is added, but the old one keeps its full weight: the sum grows.",
        averaged("old + (1 - decay) * new"),
    ),
    Misconception(
        "new part not reduced",
        "The old part is reduced, but the new one comes in with its full weight.",
        averaged("decay * old + new"),
    ),
    Misconception(
        "new part missing",
        "The old weights shrink, and nothing of the network comes in.",
        averaged("decay * old"),
    ),
    Misconception(
        "not assigned",
        "The average does not change: what is computed must be assigned to its weights.",
        "new = [decay * a + (1 - decay) * b for a, b in zip(average.weights, network.weights)]",
        "for old, new in zip(average.weights, network.weights):\n    old = " + MEAN,
    ),
    Misconception(
        "the network averaged",
        "The network changes, and the average does not. It should be the other way round.",
        "for old, new in zip(average.weights, network.weights):\n    new.assign(" + MEAN + ")",
    ),
    Misconception(
        "twice",
        "The average moves twice as often as it should: each weight is averaged two times.",
        averaged(MEAN) * 2,
    ),
    Misconception(
        "network changed, too",
        "The average is right, but the network changes on the way. It is still being trained.",
        "for old, new in zip(average.weights, network.weights):\n"
        "    new.assign((1 - decay) * new)\n    old.assign(decay * old + new)",
    ),
    Misconception(
        "not inside a graph",
        "It works when called as it is but not inside a graph, where weights have no values that "
        "could be got and set. Assign to each of them.",
        "pairs = zip(average.get_weights(), network.get_weights())\n"
        "average.set_weights([decay * a + (1 - decay) * b for a, b in pairs])",
        "for old, new in zip(average.weights, network.weights):\n"
        "    old.assign(decay * old.numpy() + (1 - decay) * new.numpy())",
    ),
)
