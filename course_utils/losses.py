"""Every objective of the course, as a pure function: tensors in, one value per example out.

Images may have any shape (B, …). Unless its docstring says otherwise, a function sums over every
axis but the first and leaves the mean over the batch to the caller. Gaussians are given by their
mean `mu` and the logarithm of their variance, `log_var` = log σ², which a network can output
without a constraint.

Arguments that belong together must agree in shape; otherwise there is a ValueError. Values are not
checked, since a compiled step cannot raise an error that depends on them.
"""

import course_utils.quiet

import math

import keras
import tensorflow as tf
from keras import ops

from course_utils.validation import check_same_shape


def sum_per_example(values):
    """Sum over every axis but the first: (B, …) → (B,)."""
    return ops.sum(ops.reshape(values, (ops.shape(values)[0], -1)), axis=-1)


def bernoulli_cross_entropy(x, logits):
    """Cross-entropy −log p(x | logits) of independent Bernoulli pixels.

    −Σ [x log σ(l) + (1 − x) log(1 − σ(l))] = Σ [max(l, 0) − l x + log(1 + e^−|l|)]

    The right-hand side neither overflows nor loses precision, however large the logits.

    Args:
        x: pixels in [0, 1], (B, …).
        logits: the decoder's output before the sigmoid, same shape.

    Returns:
        (B,), in nats.
    """
    check_same_shape(x=x, logits=logits)
    # maximum and absolute are not differentiable at 0, but the loss is: its slope is σ(0) − x.
    positive = logits > 0
    larger, distance = ops.where(positive, logits, 0.0), ops.where(positive, logits, -logits)
    return sum_per_example(larger - logits * x + ops.log1p(ops.exp(-distance)))


def squared_error(x, y):
    """Squared error Σ (x − y)², for x and y of shape (B, …). Returns (B,)."""
    check_same_shape(x=x, y=y)
    return sum_per_example(ops.square(x - y))


def kl_per_dimension(mu, log_var):
    """KL(N(μ, σ²) ‖ N(0, 1)) of each latent dimension separately.

    ½ (μ² + σ² − log σ² − 1) (Kingma and Welling 2014, appendix B)

    Args:
        mu: means, (B, D).
        log_var: log σ², (B, D).

    Returns:
        (B, D), in nats.
    """
    check_same_shape(mu=mu, log_var=log_var)
    # expm1 keeps precision when the variance is close to 1, where the terms nearly cancel.
    return 0.5 * (ops.square(mu) + ops.expm1(log_var) - log_var)


def kl_to_standard_normal(mu, log_var):
    """KL(N(μ, σ²) ‖ N(0, I)), summed over the latent dimensions.

    The evidence lower bound has the sum. A mean over dimensions would silently weaken the prior by
    a factor of D.

    Args:
        mu: means, (B, D).
        log_var: log σ², (B, D).

    Returns:
        (B,), in nats.
    """
    return ops.sum(kl_per_dimension(mu, log_var), axis=-1)


def normal_log_prob(x, mu=0.0, log_var=0.0):
    """log N(x; μ, σ²) of independent normals, summed over the last axis.

    −½ Σ [log 2π + log σ² + (x − μ)² / σ²]

    Args:
        x: points, (…, D).
        mu: means, broadcast to x.
        log_var: log σ², broadcast to x.

    Returns:
        (…), in nats.
    """
    squared_distance = ops.square(x - mu) * ops.exp(-ops.cast(log_var, x.dtype))
    return -0.5 * ops.sum(math.log(2 * math.pi) + log_var + squared_distance, axis=-1)


def absolute_error(x, y):
    """Absolute error Σ |x − y|, for x and y of shape (B, …). Returns (B,).

    CycleGAN uses it as the cycle-consistency loss and as the identity loss (Zhu et al. 2017, eq. 2
    and section 5.2).
    """
    check_same_shape(x=x, y=y)
    return sum_per_example(ops.abs(x - y))


def sparsity_per_unit(code, target):
    """KL(Bernoulli(ρ) ‖ Bernoulli(ρ̂_d)) of each unit, ρ̂_d its mean activation over the batch.

    ρ log(ρ / ρ̂) + (1 − ρ) log((1 − ρ) / (1 − ρ̂)) (Ng 2011, *Sparse autoencoder*, §3)

    Args:
        code: activations in (0, 1), (B, D).
        target: ρ, the mean activation aimed for, in (0, 1).

    Returns:
        (D,), in nats: one value per unit instead of one per example, since ρ̂ is a batch mean.
    """
    # Clipping keeps the penalty finite for a unit that is off for the whole batch.
    activation = ops.clip(ops.mean(code, axis=0), 1e-7, 1 - 1e-7)
    return target * ops.log(target / activation) + (1 - target) * ops.log(
        (1 - target) / (1 - activation)
    )


def jacobian_norm(x, encode):
    """Squared Frobenius norm ‖∂ encode(x) / ∂x‖²_F, exactly.

    Σ_d Σ_i (∂h_d / ∂x_i)² (Rifai et al. 2011, eq. 5), by one backward pass for each of the D
    entries of the code, so that the whole Jacobian is never stored.

    Args:
        x: examples, (B, …).
        encode: (B, …) → codes (B, D). The code of one example must not depend on the others.

    Returns:
        (B,); its gradient reaches x and the weights of `encode`.
    """
    x = ops.convert_to_tensor(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        units = tf.unstack(encode(x), axis=-1)
    return sum(sum_per_example(ops.square(tape.gradient(unit, x))) for unit in units)


# ------------------------------------------------------------------------- two players
#
# A discriminator outputs a logit per example, (B, 1), positive for "real"; a critic outputs a score
# that no sigmoid follows. There are as many real examples as fakes, and one value for each pair.
# With D = σ(logit), −log D = softplus(−logit) and −log(1 − D) = softplus(logit). Both stay exact
# for large logits, where a sigmoid followed by a logarithm would be infinite.


def logistic_discriminator_loss(real_logits, fake_logits):
    """Cross-entropy of telling real from fake: −log D(x) − log(1 − D(G(z))).

    Args:
        real_logits, fake_logits: (B, 1).

    Returns:
        (B,), in nats; 2 log 2 if D = ½ for both.

    Source: Goodfellow et al., Generative Adversarial Nets, 2014, eq. 1.
    """
    check_same_shape(real_logits=real_logits, fake_logits=fake_logits)
    return sum_per_example(ops.softplus(-real_logits)) + sum_per_example(ops.softplus(fake_logits))


def saturating_generator_loss(fake_logits):
    """log(1 − D(G(z))), the generator's side of the minimax game.

    Its gradient with respect to the logit is −D. It vanishes when the discriminator is sure of a
    fake, just when the generator needs it most.

    Args:
        fake_logits: (B, 1).

    Returns:
        (B,), in nats, 0 or less.

    Source: Goodfellow et al., Generative Adversarial Nets, 2014, eq. 1.
    """
    return sum_per_example(-ops.softplus(fake_logits))


def non_saturating_generator_loss(fake_logits):
    """−log D(G(z)): the same fixed point as the saturating loss, without its vanishing gradient.

    Its gradient with respect to the logit is −(1 − D), which is close to −1 when the discriminator
    is sure of a fake.

    Args:
        fake_logits: (B, 1).

    Returns:
        (B,), in nats, 0 or more.

    Source: Goodfellow et al., Generative Adversarial Nets, 2014, section 3.
    """
    return sum_per_example(ops.softplus(-fake_logits))


def hinge_discriminator_loss(real_logits, fake_logits):
    """max(0, 1 − D(x)) + max(0, 1 + D(G(z))), where D is the logit itself.

    Args:
        real_logits, fake_logits: (B, 1).

    Returns:
        (B,), 0 or more; 0 once D(x) ≥ 1 and D(G(z)) ≤ −1.

    Source: Lim and Ye, Geometric GAN, 2017; Miyato et al., Spectral Normalization for Generative
    Adversarial Networks, 2018, eq. 16.
    """
    check_same_shape(real_logits=real_logits, fake_logits=fake_logits)
    return sum_per_example(ops.relu(1 - real_logits)) + sum_per_example(ops.relu(1 + fake_logits))


def least_squares_discriminator_loss(real_scores, fake_scores):
    """½ Σ [(D(x) − 1)² + D(G(z))²], where D is the score itself: 1 for real and 0 for fake.

    Args:
        real_scores, fake_scores: (B, …), of one shape: (B, 1), or one score per patch.

    Returns:
        (B,), 0 or more; ¼ per pair of scores if D = ½ for both.

    Source: Mao et al., Least Squares Generative Adversarial Networks, 2017, eq. 9.
    """
    check_same_shape(real_scores=real_scores, fake_scores=fake_scores)
    return 0.5 * sum_per_example(ops.square(real_scores - 1) + ops.square(fake_scores))


def least_squares_generator_loss(fake_scores):
    """Σ (D(G(z)) − 1)², where D is the score itself.

    Args:
        fake_scores: (B, …): (B, 1), or one score per patch.

    Returns:
        (B,), 0 or more.

    The gradient grows with the distance from 1, so it does not vanish for fakes that are easily
    recognised.

    Source: Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
    Networks, 2017, section 4. Mao et al. 2017 (eq. 9) have a factor of ½.
    """
    return sum_per_example(ops.square(fake_scores - 1))


def wasserstein_critic_loss(real_scores, fake_scores):
    """f(G(z)) − f(x). If f is 1-Lipschitz, minus its mean is at most the Wasserstein-1 distance.

    Args:
        real_scores, fake_scores: (B, 1).

    Returns:
        (B,), of any sign.

    Source: Arjovsky, Chintala and Bottou, Wasserstein GAN, 2017, eq. 2.
    """
    check_same_shape(real_scores=real_scores, fake_scores=fake_scores)
    return sum_per_example(fake_scores) - sum_per_example(real_scores)


def wasserstein_generator_loss(fake_scores):
    """−f(G(z)), the generator's loss for a critic and for a discriminator with the hinge loss.

    Args:
        fake_scores: (B, 1).

    Returns:
        (B,), of any sign.

    Source: Arjovsky, Chintala and Bottou, Wasserstein GAN, 2017, eq. 2.
    """
    return sum_per_example(-fake_scores)


def r1_penalty(discriminator, real):
    """‖∇ₓ D(x)‖² at real examples, D being the logit. Use it with a weight of γ/2.

    It penalises a steep discriminator at the data, which makes training converge locally instead
    of oscillating.

    Args:
        discriminator: a callable (B, …) → logits (B, 1). The logit of one example must not depend
            on the others, which rules out batch normalisation.
        real: (B, …).

    Returns:
        (B,).

    Source: Mescheder, Geiger and Nowozin, Which Training Methods for GANs do actually Converge?,
    2018, eq. 9.
    """
    return jacobian_norm(real, discriminator)


def gradient_penalty(critic, real, fake, seed=None):
    """(‖∇ f(x̂)‖₂ − 1)² at x̂ = ε x + (1 − ε) G(z), with one ε ~ U[0, 1] for each example.

    It pushes the norm of the critic's gradient to 1 on the lines between real and fake. The optimal
    1-Lipschitz critic has norm 1 on the lines between points coupled by an optimal transport.

    Args:
        critic: a callable (B, …) → scores (B, 1). The score of one example must not depend on the
            others.
        real, fake: (B, …), of the same shape.
        seed: an integer or a `keras.random.SeedGenerator`.

    Returns:
        (B,).

    Source: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, eq. 3 and algorithm 1.
    """
    check_same_shape(real=real, fake=fake)
    shape = ops.shape(real)
    weight = keras.random.uniform((shape[0],) + (1,) * (len(shape) - 1), seed=seed)
    squared_norm = jacobian_norm(weight * real + (1 - weight) * fake, critic)
    # The root is not differentiable at 0; below the bound the maximum's gradient is 0, not NaN.
    return ops.square(ops.sqrt(ops.maximum(squared_norm, 1e-12)) - 1)


# ------------------------------------------------------------------------- disentangled codes
#
# The KL term of a VAE, averaged over the data, is a sum of three terms: the mutual information of
# code and example, the total correlation of the code's dimensions, and the KL divergence of each
# dimension from the prior (Chen et al. 2018, eq. 2).


def log_aggregate_posterior(z, mu, log_var, examples):
    """log q(z) of the mixture over all examples, and log q(z_d), estimated from one batch.

    q(z) = 1/N Σₙ q(z | xₙ) ≈ 1/N q(z | x) + (N − 1)/(N (B − 1)) Σ_others q(z | x')

    The example x that z was drawn from has weight 1/N, and the rest of the batch stands for the
    other N − 1. So the estimate of q is unbiased; that of log q is too small on average (Jensen).

    Args:
        z: a draw of q(z | x) for each example, (B, D), B of 2 or more.
        mu, log_var: means and log-variances of q(z | x), (B, D).
        examples: N, the number of examples that the batch was drawn from, at least B.

    Returns:
        log q(z) (B,) and log q(z_d) (B, D), in nats.

    Source: Chen, Li, Grosse and Duvenaud, Isolating Sources of Disentanglement in VAEs, 2018,
    appendix C.2, "minibatch stratified sampling"; here the other examples have equal weights.
    """
    check_same_shape(z=z, mu=mu, log_var=log_var)
    batch = ops.shape(z)[0]
    # (B, B, D): the density of draw i, in row i, under the posterior of example j, in column j.
    squared_distance = ops.square(z[:, None] - mu[None]) * ops.exp(-log_var)[None]
    log_prob = -0.5 * (math.log(2 * math.pi) + log_var[None] + squared_distance)
    others = (examples - 1) / (examples * ops.cast(batch - 1, z.dtype))
    log_weight = ops.log(ops.where(ops.eye(batch) > 0, 1 / examples, others))
    joint = ops.logsumexp(ops.sum(log_prob, axis=-1) + log_weight, axis=1)
    return joint, ops.logsumexp(log_prob + log_weight[..., None], axis=1)


def total_correlation(z, mu, log_var, examples):
    """log q(z) − Σ_d log q(z_d): how strongly the dimensions of a code depend on each other.

    Its mean estimates KL(q(z) ‖ Π_d q(z_d)), which is 0 exactly for independent dimensions.

    Args:
        z, mu, log_var, examples: as for `log_aggregate_posterior`.

    Returns:
        (B,), in nats, of any sign.

    Source: Chen et al., Isolating Sources of Disentanglement in VAEs, 2018, eq. 2.
    """
    joint, marginals = log_aggregate_posterior(z, mu, log_var, examples)
    return joint - ops.sum(marginals, axis=-1)


def permute_dimensions(z, seed=None):
    """Shuffle each column of codes (B, D) separately: same marginals, independent dimensions.

    Args:
        z: codes, (B, D).
        seed: an integer or a `keras.random.SeedGenerator`.

    Returns:
        (B, D).

    Source: Kim and Mnih, Disentangling by Factorising, 2018, algorithm 1.
    """
    order = ops.argsort(keras.random.uniform(ops.shape(z), seed=seed), axis=0)
    return ops.take_along_axis(z, order, axis=0)


def code_cross_entropy(code, code_logits):
    """−log Q(c | x) of a categorical code: InfoGAN's bound on its mutual information with x.

    I(c; x) ≥ H(c) − E[−log Q(c | x)], with equality if Q is the true posterior.

    Args:
        code: one-hot, (B, K), floats.
        code_logits: of Q, (B, K).

    Returns:
        (B,), in nats; log K if Q is uniform.

    Source: Chen et al., InfoGAN: Interpretable Representation Learning by Information Maximizing
    Generative Adversarial Nets, 2016, eq. 5.
    """
    check_same_shape(code=code, code_logits=code_logits)
    return ops.logsumexp(code_logits, axis=-1) - ops.sum(code * code_logits, axis=-1)
