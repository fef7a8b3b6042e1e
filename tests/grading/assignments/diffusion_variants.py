"""Correct answers to the assignment `diffusion`, in many styles: cells as students write them."""

ADD_NOISE = {
    "expand_dims in a loop": """
def add_noise(x, epsilon, alpha_bar):
    while alpha_bar.shape.rank < x.shape.rank:
        alpha_bar = tf.expand_dims(alpha_bar, -1)
    return tf.sqrt(alpha_bar) * x + tf.sqrt(1 - alpha_bar) * epsilon
""",
    "keras.ops": """
def add_noise(x, epsilon, alpha_bar):
    ops = keras.ops
    a = ops.reshape(alpha_bar, (-1,) + (1,) * (len(x.shape) - 1))
    return ops.sqrt(a) * x + ops.sqrt(1.0 - a) * epsilon
""",
    "indexing": """
def add_noise(x, epsilon, alpha_bar):
    a = alpha_bar[(...,) + (None,) * (len(x.shape) - 1)]
    return a**0.5 * x + (1 - a)**0.5 * epsilon
""",
    "the batch last": """
def add_noise(x, epsilon, alpha_bar):
    axes = list(range(1, len(x.shape))) + [0]
    back = [len(x.shape) - 1] + list(range(len(x.shape) - 1))
    x, epsilon = tf.transpose(x, axes), tf.transpose(epsilon, axes)
    noisy = tf.math.sqrt(alpha_bar) * x + tf.math.sqrt(1 - alpha_bar) * epsilon
    return tf.transpose(noisy, back)
""",
    "einsum": """
def add_noise(x, epsilon, alpha_bar):
    signal = tf.einsum("b,b...->b...", tf.sqrt(alpha_bar), x)
    return signal + tf.einsum("b,b...->b...", tf.sqrt(1 - alpha_bar), epsilon)
""",
    "flat": """
def add_noise(x, epsilon, alpha_bar):
    shape = tf.shape(x)
    flat = [tf.reshape(v, [shape[0], -1]) for v in (x, epsilon)]
    a = alpha_bar[:, tf.newaxis]
    return tf.reshape(tf.sqrt(a) * flat[0] + tf.sqrt(1 - a) * flat[1], shape)
""",
    "map_fn": """
def add_noise(x, epsilon, alpha_bar):
    def one(three):
        image, noise, a = three
        return tf.sqrt(a) * image + tf.sqrt(1 - a) * noise
    return tf.map_fn(one, (x, epsilon, alpha_bar), fn_output_signature=tf.float32)
""",
    "decorated": """
@tf.function
def add_noise(x, epsilon, alpha_bar):
    a = tf.reshape(alpha_bar, [-1] + [1] * (x.shape.rank - 1))
    return tf.add(tf.multiply(tf.sqrt(a), x), tf.multiply(tf.sqrt(1.0 - a), epsilon))
""",
}

PREDICT_CLEAN = {
    "as printed": """
def predict_clean(x_noisy, epsilon, alpha_bar):
    a = tf.reshape(alpha_bar, [-1] + [1] * (len(x_noisy.shape) - 1))
    return (x_noisy - tf.sqrt(1 - a) * epsilon) / tf.sqrt(a)
""",
    "rsqrt": """
def predict_clean(x_noisy, epsilon, alpha_bar):
    a = keras.ops.reshape(alpha_bar, [-1] + [1] * (len(x_noisy.shape) - 1))
    return keras.ops.rsqrt(a) * (x_noisy - keras.ops.sqrt(1 - a) * epsilon)
""",
    "term by term": """
def predict_clean(x_noisy, epsilon, alpha_bar):
    a = tf.reshape(alpha_bar, [-1, *(1 for _ in x_noisy.shape[1:])])
    return x_noisy / tf.sqrt(a) - tf.sqrt((1 - a) / a) * epsilon
""",
    "float64 inside": """
def predict_clean(x_noisy, epsilon, alpha_bar):
    x, e, a = (tf.cast(v, tf.float64) for v in (x_noisy, epsilon, alpha_bar))
    a = tf.reshape(a, [-1] + [1] * (len(x.shape) - 1))
    return tf.cast((x - tf.sqrt(1 - a) * e) / tf.sqrt(a), tf.float32)
""",
    "weights first": """
def weights(a, like):
    a = tf.reshape(a, tf.concat([tf.shape(a), tf.ones(tf.rank(like) - 1, tf.int32)], 0))
    return tf.sqrt(a), tf.sqrt(1 - a)

def predict_clean(x_noisy, epsilon, alpha_bar):
    signal, noise = weights(alpha_bar, x_noisy)
    return tf.divide(tf.subtract(x_noisy, noise * epsilon), signal)
""",
}

NOISE_LOSS = {
    "axes from the rank": """
def noise_loss(epsilon, predicted):
    return tf.reduce_mean((epsilon - predicted)**2, axis=list(range(1, len(epsilon.shape))))
""",
    "flat": """
def noise_loss(epsilon, predicted):
    d = tf.reshape(epsilon - predicted, [tf.shape(epsilon)[0], -1])
    return tf.reduce_mean(tf.square(d), axis=-1)
""",
    "Keras's loss function on rows": """
def noise_loss(epsilon, predicted):
    rows = [keras.ops.reshape(v, (keras.ops.shape(v)[0], -1)) for v in (epsilon, predicted)]
    return keras.losses.mean_squared_error(*rows)
""",
    "last axis again and again": """
def noise_loss(epsilon, predicted):
    loss = tf.math.squared_difference(epsilon, predicted)
    while loss.shape.rank > 1:
        loss = tf.reduce_mean(loss, axis=-1)
    return loss
""",
    "Flatten": """
flatten = keras.layers.Flatten()

def noise_loss(epsilon, predicted):
    return keras.ops.mean(keras.ops.square(flatten(epsilon) - flatten(predicted)), axis=1)
""",
    "sum over number": """
def noise_loss(epsilon, predicted):
    n = tf.cast(tf.size(epsilon) / tf.shape(epsilon)[0], tf.float32)
    axes = tf.range(1, tf.rank(epsilon))
    return tf.reduce_sum(tf.square(predicted - epsilon), axis=axes) / n
""",
}

GUIDE = {
    "as printed": """
def guide(with_label, without_label, scale):
    return without_label + scale * (with_label - without_label)
""",
    "two weights": """
def guide(with_label, without_label, scale):
    return scale * with_label + (1 - scale) * without_label
""",
    "the paper's form": """
def guide(with_label, without_label, scale):
    w = scale - 1
    return (1 + w) * with_label - w * without_label
""",
    "keras.ops": """
def guide(with_label, without_label, scale):
    difference = keras.ops.subtract(with_label, without_label)
    return keras.ops.add(without_label, keras.ops.multiply(scale, difference))
""",
    "a cast scale": """
def guide(with_label, without_label, scale):
    scale = tf.cast(scale, tf.float32)
    return tf.math.multiply_no_nan(with_label - without_label, scale) + without_label
""",
    "stacked": """
def guide(with_label, without_label, scale):
    both = tf.stack([with_label, without_label])
    return tf.tensordot(tf.stack([scale * 1.0, 1.0 - scale]), both, axes=1)
""",
}

DDIM_STEP = {
    "through the two functions": """
def ddim_step(x_noisy, epsilon, alpha_bar, alpha_bar_next):
    return add_noise(predict_clean(x_noisy, epsilon, alpha_bar), epsilon, alpha_bar_next)
""",
    "by name": """
def ddim_step(x_noisy, epsilon, alpha_bar, alpha_bar_next):
    x = predict_clean(x_noisy=x_noisy, alpha_bar=alpha_bar, epsilon=epsilon)
    return add_noise(x, alpha_bar=alpha_bar_next, epsilon=epsilon)
""",
    "all written out": """
def ddim_step(x_noisy, epsilon, alpha_bar, alpha_bar_next):
    shape = [-1] + [1] * (x_noisy.shape.rank - 1)
    a, b = tf.reshape(alpha_bar, shape), tf.reshape(alpha_bar_next, shape)
    clean = (x_noisy - tf.sqrt(1 - a) * epsilon) / tf.sqrt(a)
    return tf.sqrt(b) * clean + tf.sqrt(1 - b) * epsilon
""",
    "one formula": """
def ddim_step(x_noisy, epsilon, alpha_bar, alpha_bar_next):
    def wide(v):
        return keras.ops.reshape(v, [-1] + [1] * (len(x_noisy.shape) - 1))
    a, b = wide(alpha_bar), wide(alpha_bar_next)
    ratio = keras.ops.sqrt(b / a)
    return ratio * x_noisy + (keras.ops.sqrt(1 - b) - ratio * keras.ops.sqrt(1 - a)) * epsilon
""",
    "a helper for the level": """
def level(a, x):
    for _ in x.shape[1:]:
        a = a[..., None]
    return a

def ddim_step(x_noisy, epsilon, alpha_bar, alpha_bar_next):
    now, then = level(alpha_bar, x_noisy), level(alpha_bar_next, x_noisy)
    signal = (x_noisy - (1 - now)**0.5 * epsilon) * (then / now)**0.5
    return signal + (1 - then)**0.5 * epsilon
""",
}

FLOW_POINT = {
    "as printed": """
def flow_point(noise, data, t):
    t = tf.reshape(t, [-1] + [1] * (data.shape.rank - 1))
    return (1 - t) * noise + t * data
""",
    "start and way": """
def flow_point(noise, data, t):
    t = keras.ops.reshape(t, (-1,) + (1,) * (len(noise.shape) - 1))
    return noise + t * (data - noise)
""",
    "from the other end": """
def flow_point(noise, data, t):
    left = (1 - t)[(slice(None),) + (None,) * (len(data.shape) - 1)]
    return data - left * (data - noise)
""",
    "the batch last": """
def flow_point(noise, data, t):
    n = len(data.shape)
    last = lambda v: tf.transpose(v, [*range(1, n), 0])
    point = last(noise) * (1 - t) + last(data) * t
    return tf.transpose(point, [n - 1, *range(n - 1)])
""",
    "einsum": """
def flow_point(noise, data, t):
    mixed = tf.stack([noise, data], axis=1)
    weights = tf.stack([1 - t, t], axis=1)
    return tf.einsum("bk,bk...->b...", weights, mixed)
""",
    "way as a variable": """
def flow_point(noise, data, t):
    t = tf.reshape(t, [-1] + [1] * (data.shape.rank - 1))
    way = tf.subtract(data, noise)
    return tf.math.add(noise, way * t)
""",
}

FLOW_TARGET = {
    "difference": """
def flow_target(noise, data):
    return tf.subtract(data, noise)
""",
    "keras.ops": """
def flow_target(noise, data):
    return keras.ops.add(keras.ops.negative(noise), data)
""",
    "a lambda": """
flow_target = lambda noise, data: -(noise - data)
""",
    "diff": """
def flow_target(noise, data):
    return tf.squeeze(keras.ops.diff(tf.stack([noise, data]), axis=0), 0)
""",
}

RIGHT = {
    "add_noise": ADD_NOISE,
    "predict_clean": PREDICT_CLEAN,
    "noise_loss": NOISE_LOSS,
    "guide": GUIDE,
    "ddim_step": DDIM_STEP,
    "flow_point": FLOW_POINT,
    "flow_target": FLOW_TARGET,
}
