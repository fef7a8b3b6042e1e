"""The misconceptions about the assignment `vae`: what students write, and what they then read.

The list has three uses: the tests prove that grading catches each misconception, the self-checks
answer with its sentence, and `course misconceptions vae` prints it.
"""

from course_utils.grading.assignments import cross_entropy
from course_utils.grading.assignments.specification import Misconception

REPARAMETERIZE = (
    Misconception(
        "sigma taken for the variance",
        "The noise is scaled by the square root of sigma. Here sigma is the standard deviation "
        "already, not the variance.",
        "mu + tf.sqrt(sigma) * tf.random.normal(tf.shape(mu))",
    ),
    Misconception(
        "scaled by the variance",
        "The noise is scaled by the square of sigma. Noise of variance 1 gets the standard "
        "deviation sigma when it is scaled by sigma itself.",
        "mu + tf.square(sigma) * tf.random.normal(tf.shape(mu))",
    ),
    Misconception(
        "sigma taken for the log-variance",
        "sigma is treated as a log-variance. Many programs let the encoder give log-variances; "
        "here sigma is the standard deviation itself.",
        "mu + tf.exp(0.5 * sigma) * tf.random.normal(tf.shape(mu))",
    ),
    Misconception(
        "sigma taken for its logarithm",
        "sigma is treated as the logarithm of a standard deviation; here it is the standard "
        "deviation itself.",
        "mu + tf.exp(sigma) * tf.random.normal(tf.shape(mu))",
    ),
    Misconception(
        "noise not scaled",
        "The noise always has standard deviation 1: sigma does not scale it.",
        "mu + tf.random.normal(tf.shape(mu))",
        "mu + sigma + tf.random.normal(tf.shape(mu))",
    ),
    Misconception(
        "mu forgotten",
        "The samples are centred at 0 whatever mu is: mu is missing.",
        "sigma * tf.random.normal(tf.shape(mu))",
    ),
    Misconception(
        "mean scaled as well",
        "mu is scaled by sigma too. Scale the noise first, then shift it by mu.",
        "sigma * (mu + tf.random.normal(tf.shape(mu)))",
    ),
    Misconception(
        "no noise",
        "There is no noise: for one mu and sigma every sample is the same.",
        "mu + sigma",
        "mu",
    ),
    Misconception(
        "uniform noise",
        "The noise is uniform between 0 and 1; it should be standard normal.",
        "mu + sigma * tf.random.uniform(tf.shape(mu))",
    ),
    Misconception(
        "truncated noise",
        "The tails of the noise are cut off. A standard normal has them.",
        "mu + sigma * tf.random.truncated_normal(tf.shape(mu))",
    ),
    Misconception(
        "the same noise at each call",
        "A second call gives the same sample: the noise comes from a fixed seed or was drawn "
        "once. Draw it anew at each call.",
        "mu + sigma * tf.random.stateless_normal(tf.shape(mu), seed=(1, 2))",
        'mu + sigma * np.random.default_rng(0).normal(size=mu.shape).astype("float32")',
    ),
    Misconception(
        "one noise vector for the batch",
        "All examples of a batch get the same noise. Each example needs its own: look at the "
        "shape in which the noise is drawn.",
        "mu + sigma * tf.random.normal(tf.shape(mu)[1:])",
    ),
    Misconception(
        "one noise number an example",
        "All latent dimensions of an example get the same noise. Each entry needs its own: look"
        " at the shape in which the noise is drawn.",
        "mu + sigma * tf.random.normal([tf.shape(mu)[0], 1])",
    ),
    Misconception(
        "one noise number for all",
        "One random number serves the whole batch. Each entry needs its own: look at the shape "
        "in which the noise is drawn.",
        "mu + sigma * tf.random.normal([])",
    ),
    Misconception(
        "NumPy noise, drawn only once inside tf.function",
        "Inside tf.function the noise is the same at each call. NumPy (or Python) draws while "
        "the function is traced and never again; draw with TensorFlow or Keras.",
        'mu + sigma * np.random.normal(size=mu.shape).astype("float32")',
    ),
    Misconception(
        "gradient stopped",
        "The gradient stops before it reaches mu and sigma: the sample is made by something "
        "TensorFlow cannot differentiate, or the gradient is stopped on purpose. The point of "
        "the reparameterization is that mu and sigma enter by arithmetic.",
        "tf.stop_gradient(mu + sigma * tf.random.normal(tf.shape(mu)))",
        'np.random.normal(mu, sigma).astype("float32")',
    ),
    Misconception(
        "mu and sigma exchanged",
        "mu and sigma are swapped: the noise is multiplied by mu and shifted by sigma.",
        "sigma + mu * tf.random.normal(tf.shape(mu))",
    ),
    Misconception(
        "noise without a sign",
        "The noise is never negative, so every sample lies on the same side of mu. A standard "
        "normal variable is as often below 0 as above.",
        "mu + sigma * tf.abs(tf.random.normal(tf.shape(mu)))",
    ),
    Misconception(
        "sample and noise",
        "A tuple comes back. Return the sample alone.",
        "epsilon = tf.random.normal(tf.shape(mu))\nreturn mu + sigma * epsilon, epsilon",
    ),
)

KL_DIVERGENCE = (
    Misconception(
        "½ missing",
        "The result is twice what it should be: the factor ½ in front of the sum is missing.",
        "tf.reduce_sum(mu**2 + sigma**2 - 1 - tf.math.log(sigma**2), axis=1)",
    ),
    Misconception(
        "sign flipped",
        "The sign is reversed. A KL divergence is never negative.",
        "0.5 * tf.reduce_sum(1 + tf.math.log(sigma**2) - mu**2 - sigma**2, axis=1)",
    ),
    Misconception(
        "mean over the latent dimensions",
        "The latent dimensions are averaged; they should be summed. Dividing by D weakens the "
        "KL term against the reconstruction without saying so, as β = 1/D would.",
        "0.5 * tf.reduce_mean(mu**2 + sigma**2 - 1 - tf.math.log(sigma**2), axis=1)",
    ),
    Misconception(
        "summed over the batch too",
        "The examples are summed into one number. Sum over the latent dimensions only and "
        "return one number for each example.",
        "0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - tf.math.log(sigma**2))",
    ),
    Misconception(
        "scalar instead of per example",
        "The examples are averaged into one number. Return one number for each example; the "
        "average over the batch comes later, in the loss.",
        "tf.reduce_mean(0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - tf.math.log(sigma**2), axis=1))",
    ),
    Misconception(
        "mean over everything",
        "Everything is averaged into one number. Sum over the latent dimensions and return one "
        "number for each example.",
        "0.5 * tf.reduce_mean(mu**2 + sigma**2 - 1 - tf.math.log(sigma**2))",
        "-0.5 * tf.reduce_sum(tf.reduce_mean(1 + tf.math.log(sigma**2) - mu**2 - sigma**2, "
        "axis=1) / len(mu))",
    ),
    Misconception(
        "not summed",
        "There is one number for each entry. Sum over the latent dimensions: one number for "
        "each example.",
        "0.5 * (mu**2 + sigma**2 - 1 - tf.math.log(sigma**2))",
    ),
    Misconception(
        "summed over the wrong axis",
        "The sum runs over the examples and leaves the latent dimensions. It should run over "
        "the latent dimensions and leave the examples.",
        "0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - tf.math.log(sigma**2), axis=0)",
    ),
    Misconception(
        "sigma taken for the variance",
        "sigma is treated as the variance. Here it is the standard deviation; the formula "
        "speaks of its square.",
        "0.5 * tf.reduce_sum(mu**2 + sigma - 1 - tf.math.log(sigma), axis=1)",
    ),
    Misconception(
        "sigma not squared",
        "The sum has sigma where it should have its square; the logarithm is right.",
        "0.5 * tf.reduce_sum(mu**2 + sigma - 1 - tf.math.log(sigma**2), axis=1)",
    ),
    Misconception(
        "log σ instead of log σ²",
        "The logarithm is of sigma; the formula has the logarithm of its square, twice as much.",
        "0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 - tf.math.log(sigma), axis=1)",
    ),
    Misconception(
        "sigma taken for the log-variance",
        "sigma is treated as a log-variance. Many programs let the encoder give log-variances; "
        "here sigma is the standard deviation itself.",
        "0.5 * tf.reduce_sum(mu**2 + tf.exp(sigma) - 1 - sigma, axis=1)",
    ),
    Misconception(
        "constant dropped",
        "Every latent dimension gives ½ too much: the constant is dropped, as on the slides. "
        "The gradient is the same without it, but the value is not a KL divergence: it must be "
        "0 when mu is 0 and sigma is 1.",
        "-0.5 * tf.reduce_sum(tf.math.log(sigma**2) - mu**2 - sigma**2, axis=1)",
    ),
    Misconception(
        "divergence the other way round",
        "The two distributions have changed places: the prior comes first here. The encoder's "
        "distribution should come first.",
        "0.5 * tf.reduce_sum((1 + mu**2) / sigma**2 - 1 + tf.math.log(sigma**2), axis=1)",
    ),
    Misconception(
        "mu not squared",
        "mu enters as it is; it should enter squared, so that its sign does not matter.",
        "0.5 * tf.reduce_sum(mu + sigma**2 - 1 - tf.math.log(sigma**2), axis=1)",
    ),
    Misconception(
        "sign of mu² wrong",
        "The square of mu enters with the wrong sign: the further mu is from 0, the larger the "
        "divergence should be.",
        "-0.5 * tf.reduce_sum(1 + tf.math.log(sigma**2) + mu**2 - sigma**2, axis=1)",
    ),
    Misconception(
        "sign of the logarithm wrong",
        "The logarithm enters with the wrong sign: the divergence should grow without bound as "
        "sigma goes to 0.",
        "0.5 * tf.reduce_sum(mu**2 + sigma**2 - 1 + tf.math.log(sigma**2), axis=1)",
    ),
    Misconception(
        "constant once instead of for each dimension",
        "The constant 1 enters once. It stands inside the sum: every latent dimension has one.",
        "0.5 * (tf.reduce_sum(mu**2 + sigma**2 - tf.math.log(sigma**2), axis=1) - 1)",
    ),
    Misconception(
        "sigma taken for its logarithm",
        "sigma is treated as the logarithm of a standard deviation. Here it is the standard "
        "deviation itself.",
        "tf.reduce_sum(0.5 * (mu**2 + tf.exp(2 * sigma) - 1) - sigma, axis=1)",
    ),
)

RECONSTRUCTION_LOSS = cross_entropy.MISCONCEPTIONS

VAE_LOSS = (
    Misconception(
        "batch summed",
        "The batch is summed; it should be averaged, so that the loss does not depend on the "
        "size of the batch.",
        "tf.reduce_sum(reconstruction_loss(x, logits) + kl_divergence(mu, sigma))",
    ),
    Misconception(
        "per example instead of scalar",
        "There is one number for each example. Average them over the batch: a loss is one number.",
        "reconstruction_loss(x, logits) + kl_divergence(mu, sigma)",
    ),
    Misconception(
        "KL forgotten",
        "Only the reconstruction is there: the KL term is missing.",
        "tf.reduce_mean(reconstruction_loss(x, logits))",
    ),
    Misconception(
        "reconstruction forgotten",
        "Only the KL term is there: the reconstruction is missing.",
        "tf.reduce_mean(kl_divergence(mu, sigma))",
    ),
    Misconception(
        "KL subtracted",
        "The KL term is subtracted. It keeps the encoder near the prior by making it costly to "
        "stray, so it is added.",
        "tf.reduce_mean(reconstruction_loss(x, logits) - kl_divergence(mu, sigma))",
    ),
    Misconception(
        "sign flipped",
        "This is the evidence lower bound, to be made large. The loss, to be made small, is its"
        " negative.",
        "-tf.reduce_mean(reconstruction_loss(x, logits) + kl_divergence(mu, sigma))",
    ),
    Misconception(
        "reconstruction subtracted",
        "The reconstruction is subtracted. It is a cost already (a negative log-likelihood), so"
        " it is added.",
        "tf.reduce_mean(kl_divergence(mu, sigma) - reconstruction_loss(x, logits))",
    ),
    Misconception(
        "reconstruction averaged over the pixels",
        "The reconstruction is divided by the number of pixels here. Then the KL term weighs P "
        "times as much as it should.",
        "tf.reduce_mean(reconstruction_loss(x, logits) / x.shape[1] + kl_divergence(mu, sigma))",
    ),
    Misconception(
        "KL averaged over the latent dimensions",
        "The KL term is divided by the number of latent dimensions here. It should enter in full.",
        "tf.reduce_mean(reconstruction_loss(x, logits) + kl_divergence(mu, sigma) / mu.shape[1])",
    ),
    Misconception(
        "half the KL",
        "The KL term enters with weight ½. The ½ is inside kl_divergence already.",
        "tf.reduce_mean(reconstruction_loss(x, logits) + 0.5 * kl_divergence(mu, sigma))",
    ),
    Misconception(
        "arguments of the reconstruction exchanged",
        "reconstruction_loss got its arguments in the wrong order: the image comes first, the "
        "logits second.",
        "tf.reduce_mean(reconstruction_loss(logits, x) + kl_divergence(mu, sigma))",
    ),
    Misconception(
        "only one term averaged",
        "Only one of the two terms is averaged over the batch; the other is summed. Treat them "
        "alike.",
        "tf.reduce_mean(reconstruction_loss(x, logits)) + tf.reduce_sum(kl_divergence(mu, sigma))",
        "tf.reduce_sum(reconstruction_loss(x, logits)) + tf.reduce_mean(kl_divergence(mu, sigma))",
    ),
)
