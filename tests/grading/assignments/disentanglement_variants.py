"""Correct answers to the assignment `disentanglement`, in many styles, as students write them."""

BETA_VAE_LOSS = {
    "as printed": """
def beta_vae_loss(x, logits, mu, sigma, beta):
    rebuilt = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, logits), axis=1)
    kl = -0.5 * tf.reduce_sum(1 + tf.math.log(sigma**2) - mu**2 - sigma**2, axis=1)
    return tf.reduce_mean(rebuilt + beta * kl)
""",
    "keras.ops": """
def beta_vae_loss(x, logits, mu, sigma, beta):
    ops = keras.ops
    rebuilt = ops.sum(ops.softplus(logits) - x * logits, axis=-1)
    kl = ops.sum(0.5 * (ops.square(mu) + ops.square(sigma) - 1) - ops.log(sigma), axis=-1)
    return ops.mean(rebuilt) + beta * ops.mean(kl)
""",
    "Keras's loss function": """
def beta_vae_loss(x, logits, mu, sigma, beta):
    pixels = tf.cast(tf.shape(x)[1], tf.float32)
    rebuilt = pixels * keras.losses.binary_crossentropy(x, logits, from_logits=True)
    log_var = 2 * tf.math.log(sigma)
    kl = tf.reduce_sum(mu**2 + tf.exp(log_var) - 1 - log_var, axis=1) / 2
    return tf.reduce_mean(rebuilt + beta * kl)
""",
    "helpers": """
def cross_entropy(x, logits):
    return -(x * tf.math.log_sigmoid(logits) + (1 - x) * tf.math.log_sigmoid(-logits))

def divergence(mu, sigma):
    return (mu**2 + sigma**2 - 1) / 2 - tf.math.log(sigma)

def beta_vae_loss(x, logits, mu, sigma, beta):
    examples = tf.cast(len(x), tf.float32)
    rebuilt = tf.reduce_sum(cross_entropy(x, logits))
    return (rebuilt + beta * tf.reduce_sum(divergence(mu, sigma))) / examples
""",
    "a loop over the batch": """
def beta_vae_loss(x, logits, mu, sigma, beta):
    losses = []
    for row, l, m, s in zip(*(tf.unstack(t) for t in (x, logits, mu, sigma))):
        rebuilt = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(row, l))
        losses.append(rebuilt + beta * tf.reduce_sum(0.5 * (m**2 + s**2 - 1) - tf.math.log(s)))
    return tf.add_n(losses) / len(losses)
""",
    "decorated": """
@tf.function
def beta_vae_loss(x, logits, mu, sigma, beta):
    rebuilt = keras.ops.binary_crossentropy(x, logits, from_logits=True)
    kl = tf.square(mu) + tf.square(sigma) - 1.0 - tf.math.log(tf.square(sigma))
    return tf.reduce_mean(tf.reduce_sum(rebuilt, -1) + 0.5 * beta * tf.reduce_sum(kl, -1))
""",
}

CODE_LOSS = {
    "tf.nn": """
def code_loss(code, code_logits):
    return tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=code, logits=code_logits))
""",
    "log_softmax": """
def code_loss(code, code_logits):
    return -tf.reduce_mean(tf.reduce_sum(code * tf.nn.log_softmax(code_logits), axis=1))
""",
    "Keras's loss object": """
loss = keras.losses.CategoricalCrossentropy(from_logits=True)

def code_loss(code, code_logits):
    return loss(code, code_logits)
""",
    "sparse labels": """
def code_loss(code, code_logits):
    labels = tf.argmax(code, axis=1)
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=code_logits))
""",
    "log-sum-exp": """
def code_loss(code, code_logits):
    right = tf.reduce_sum(code * code_logits, axis=1)
    return tf.reduce_mean(tf.reduce_logsumexp(code_logits, axis=1) - right)
""",
    "by hand, the largest logit taken out": """
def code_loss(code, code_logits):
    shifted = code_logits - tf.reduce_max(code_logits, axis=1, keepdims=True)
    log_sum = tf.math.log(tf.reduce_sum(tf.exp(shifted), axis=1))
    return tf.reduce_mean(log_sum - tf.reduce_sum(code * shifted, axis=1))
""",
    "keras.ops": """
def code_loss(code, code_logits):
    ops = keras.ops
    return ops.mean(ops.categorical_crossentropy(code, code_logits, from_logits=True))
""",
    "the rows that count": """
def code_loss(code, code_logits):
    return -tf.reduce_mean(tf.boolean_mask(tf.nn.log_softmax(code_logits, axis=-1), code > 0.5))
""",
}

DISCRETE_MUTUAL_INFORMATION = {
    "scikit-learn": """
from sklearn.metrics import mutual_info_score

def discrete_mutual_information(a, b):
    return mutual_info_score(a, b)
""",
    "a table counted by hand": """
def discrete_mutual_information(a, b):
    joint = np.zeros((a.max() + 1, b.max() + 1))
    for i, j in zip(a, b):
        joint[i, j] += 1
    joint /= len(a)
    pa, pb = joint.sum(axis=1), joint.sum(axis=0)
    total = 0.0
    for i, j in np.argwhere(joint > 0):
        total += joint[i, j] * np.log(joint[i, j] / (pa[i] * pb[j]))
    return total
""",
    "a dictionary": """
import math
from collections import Counter

def discrete_mutual_information(a, b):
    n = len(a)
    in_a, in_b, in_both = Counter(a), Counter(b), Counter(zip(a, b))
    return sum(c / n * math.log(c * n / (in_a[i] * in_b[j])) for (i, j), c in in_both.items())
""",
    "three entropies": """
def entropy(*variables):
    _, counts = np.unique(np.stack(variables), axis=1, return_counts=True)
    p = counts / counts.sum()
    return -np.sum(p * np.log(p))

def discrete_mutual_information(a, b):
    return entropy(a) + entropy(b) - entropy(a, b)
""",
    "one-hot and a cushion": """
def discrete_mutual_information(a, b):
    A = (a[:, None] == np.unique(a)).astype(float)
    B = (b[:, None] == np.unique(b)).astype(float)
    joint = A.T @ B / len(a)
    independent = np.outer(A.mean(axis=0), B.mean(axis=0))
    return np.sum(joint * (np.log(joint + 1e-12) - np.log(independent)))
""",
    "SciPy": """
from scipy.special import rel_entr
from scipy.stats.contingency import crosstab

def discrete_mutual_information(a, b):
    joint = crosstab(a, b).count / len(a)
    return rel_entr(joint, np.outer(joint.sum(axis=1), joint.sum(axis=0))).sum()
""",
    "TensorFlow": """
def discrete_mutual_information(a, b):
    _, i = tf.unique(tf.constant(a))
    _, j = tf.unique(tf.constant(b))
    joint = tf.math.confusion_matrix(i, j, dtype=tf.float32) / len(a)
    both = tf.reduce_sum(joint, 1, keepdims=True) * tf.reduce_sum(joint, 0, keepdims=True)
    return tf.reduce_sum(tf.math.xlogy(joint, tf.math.divide_no_nan(joint, both)))
""",
    "conditional entropy": """
def discrete_mutual_information(a, b):
    def entropy(labels):
        p = np.unique(labels, return_counts=True)[1] / len(labels)
        return -(p * np.log(p)).sum()
    rest = sum(np.mean(b == level) * entropy(a[b == level]) for level in set(b))
    return entropy(a) - rest
""",
}

MUTUAL_INFORMATION_GAP = {
    "sorted": """
def mutual_information_gap(mutual_information, entropies):
    ordered = np.sort(mutual_information, axis=0)
    return np.mean((ordered[-1] - ordered[-2]) / entropies)
""",
    "partition": """
def mutual_information_gap(mutual_information, entropies):
    second, best = np.partition(mutual_information / entropies, [-2, -1], axis=0)[-2:]
    return (best - second).mean()
""",
    "top_k of TensorFlow": """
def mutual_information_gap(mutual_information, entropies):
    best = tf.math.top_k(tf.transpose(mutual_information), k=2).values
    return tf.reduce_mean((best[:, 0] - best[:, 1]) / entropies)
""",
    "keras.ops": """
def mutual_information_gap(mutual_information, entropies):
    ordered = keras.ops.sort(mutual_information, axis=0)
    return keras.ops.mean((ordered[-1] - ordered[-2]) / entropies)
""",
    "a loop and a plain number": """
def mutual_information_gap(mutual_information, entropies):
    total = 0.0
    for f in range(len(entropies)):
        column = sorted((float(v) for v in mutual_information[:, f]), reverse=True)
        total += (column[0] - column[1]) / float(entropies[f])
    return total / len(entropies)
""",
    "the best one struck out": """
def mutual_information_gap(mutual_information, entropies):
    rest = mutual_information.copy()
    columns = np.arange(rest.shape[1])
    rest[rest.argmax(axis=0), columns] = -1
    return np.mean((mutual_information.max(axis=0) - rest.max(axis=0)) / entropies)
""",
}

RIGHT = {
    "beta_vae_loss": BETA_VAE_LOSS,
    "code_loss": CODE_LOSS,
    "discrete_mutual_information": DISCRETE_MUTUAL_INFORMATION,
    "mutual_information_gap": MUTUAL_INFORMATION_GAP,
}
