"""Each layer against its formula, computed in another way."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from course_utils.gan_layers import (
    ConditionalBatchNormalization,
    Constant,
    EqualizedConv2D,
    EqualizedDense,
    Fade,
    LayerNoise,
    MinibatchStandardDeviation,
    ModulatedConv2D,
    ModulatedConv2DTranspose,
    PixelNorm,
    SelfAttention,
    SpectralConv2D,
    SpectralDense,
)


@pytest.fixture
def normal():
    generator = np.random.default_rng(0)
    return lambda *shape: generator.normal(size=shape).astype("float32")


def randomize(layer, normal):
    for weight in layer.weights:
        if not weight.path.endswith(("variance", "seed_generator_state")):
            weight.assign(normal(*weight.shape))


FEATURES, VECTOR = (3, 6, 6, 8), (3, 5)
LAYERS = {
    "EqualizedDense": (lambda: EqualizedDense(4), [VECTOR]),
    "EqualizedConv2D": (lambda: EqualizedConv2D(4, 3, strides=2, padding="same"), [FEATURES]),
    "PixelNorm": (PixelNorm, [FEATURES]),
    "MinibatchStandardDeviation": (MinibatchStandardDeviation, [FEATURES]),
    "Fade": (Fade, [FEATURES, FEATURES]),
    "ModulatedConv2D": (lambda: ModulatedConv2D(4, 3), [FEATURES, VECTOR]),
    "ModulatedConv2D without demodulation": (
        lambda: ModulatedConv2D(4, 1, demodulate=False),
        [FEATURES, VECTOR],
    ),
    "ModulatedConv2DTranspose": (lambda: ModulatedConv2DTranspose(4, 4), [FEATURES, VECTOR]),
    "LayerNoise": (LayerNoise, [FEATURES]),
    "Constant": (lambda: Constant((4, 4, 2)), [VECTOR]),
    "ConditionalBatchNormalization": (ConditionalBatchNormalization, [FEATURES, VECTOR]),
    "SpectralDense": (lambda: SpectralDense(4), [VECTOR]),
    "SpectralConv2D": (lambda: SpectralConv2D(4, 3, padding="same"), [FEATURES]),
    "SelfAttention": (SelfAttention, [FEATURES]),
}


@pytest.mark.parametrize("name", LAYERS)
def test_shapes_configuration_and_saved_weights(name, normal, tmp_path):
    """What every layer owes to Keras: a symbolic shape, a copy, weights that come back."""
    build, shapes = LAYERS[name]
    inputs = [keras.Input(shape[1:]) for shape in shapes]
    layer = build()
    model = keras.Model(inputs, layer(inputs if len(inputs) > 1 else inputs[0]))
    randomize(layer, normal)
    values = [normal(*shape) for shape in shapes]
    output = model(values)
    assert output.shape[1:] == model.output_shape[1:]
    copy = keras.models.clone_model(model)
    model.save_weights(tmp_path / "layer.weights.h5")
    copy.load_weights(tmp_path / "layer.weights.h5")
    np.testing.assert_allclose(copy(values), output, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in LAYERS if "Spectral" not in name])
def test_gradients_reach_every_weight_that_is_trained(name, normal):
    build, shapes = LAYERS[name]
    layer, values = build(), [normal(*shape) for shape in shapes]
    values = values if len(values) > 1 else values[0]
    layer(values)
    randomize(layer, normal)
    with tf.GradientTape() as tape:
        loss = ops.sum(ops.square(layer(values, training=True) - 0.3))
    for gradient in tape.gradient(loss, layer.trainable_weights):
        assert np.abs(gradient).max() > 1e-4


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_computes_in_the_precision_that_is_set(name, policy, normal):
    build, shapes = LAYERS[name]
    values = [normal(*shape) for shape in shapes]
    keras.config.set_dtype_policy(policy)
    try:
        layer = build()
        output = layer(values if len(values) > 1 else values[0])
    finally:
        keras.config.set_dtype_policy("float32")
    assert output.dtype.name == layer.compute_dtype == policy.removeprefix("mixed_")
    assert np.isfinite(ops.cast(output, "float64")).all()


# ------------------------------------------------------------------------ progressive growing


@pytest.mark.parametrize(
    ("layer", "plain", "shape", "fan_in"),
    [
        (EqualizedDense(50), layers.Dense(50), (200, 40), 40),
        (EqualizedConv2D(30, 3), layers.Conv2D(30, 3), (4, 9, 9, 20), 180),
    ],
)
def test_equalized_layers_scale_weights_of_size_1(layer, plain, shape, fan_in, normal):
    x = normal(*shape)
    y = layer(x)
    raw, bias = layer.get_weights()
    assert abs(raw.std() - 1) < 0.05
    plain(x)
    plain.set_weights([raw * np.sqrt(2 / fan_in), bias])
    np.testing.assert_allclose(y, plain(x), atol=1e-4)


def test_adam_moves_equalized_weights_of_wide_and_narrow_layers_by_one_share(normal):
    """The share of its size by which one step changes the kernel that is used."""

    def share(layer, width):
        layer.build((None, width))
        optimizer = keras.optimizers.Adam(0.1)
        before = np.asarray(layer.kernel)
        with tf.GradientTape() as tape:
            loss = ops.sum(layer(normal(8, width)))
        optimizer.apply(tape.gradient(loss, layer.trainable_weights), layer.trainable_weights)
        return np.linalg.norm(layer.kernel - before) / np.linalg.norm(before)

    equalized = [share(EqualizedDense(300), width) for width in (4, 400)]
    ordinary = [share(layers.Dense(300, kernel_initializer="he_normal"), w) for w in (4, 400)]
    assert 0.9 < equalized[1] / equalized[0] < 1.1
    assert ordinary[1] / ordinary[0] > 5


def test_pixel_norm_gives_every_pixel_one_length(normal):
    x = 7 * normal(2, 3, 3, 16)
    y = np.asarray(PixelNorm()(x))
    np.testing.assert_allclose(np.linalg.norm(y, axis=-1), np.full((2, 3, 3), 4.0), rtol=1e-4)
    np.testing.assert_allclose(x / y, (x / y)[..., :1].repeat(16, -1), rtol=1e-3)


def test_minibatch_standard_deviation_tells_how_much_a_batch_differs(normal):
    x = normal(6, 4, 4, 3)
    y = np.asarray(MinibatchStandardDeviation()(x))
    np.testing.assert_array_equal(y[..., :3], x)
    np.testing.assert_allclose(y[..., 3], np.full((6, 4, 4), x.std(axis=0).mean()), rtol=1e-5)
    same = np.repeat(x[:1], 6, axis=0)
    assert np.asarray(MinibatchStandardDeviation()(same))[..., 3].max() < 1e-3
    with tf.GradientTape() as tape:
        same = tf.constant(same)
        tape.watch(same)
        y = MinibatchStandardDeviation()(same)
    assert np.isfinite(tape.gradient(y, same)).all()


@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_fade_mixes_old_and_new(alpha, normal):
    fade, old, new = Fade(), normal(2, 4), normal(2, 4)
    fade([old, new])
    assert float(fade.alpha.value) == 0
    fade.alpha.assign(alpha)
    np.testing.assert_allclose(fade([old, new]), (1 - alpha) * old + alpha * new, atol=1e-6)
    assert not fade.trainable_weights


def test_a_rate_changes_the_speed_and_not_the_start():
    x = tf.ones((1, 400))
    moved = {}
    for rate in (1.0, 0.1):
        layer = EqualizedDense(300, rate=rate, use_bias=False)
        start = np.asarray(layer(x))
        assert abs(np.std(layer.kernel) / np.sqrt(2 / 400) - 1) < 0.02  # 120,000 draws
        optimizer = keras.optimizers.Adam(0.01)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x))
        optimizer.apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
        moved[rate] = np.mean(start - layer(x))
    assert moved[0.1] == pytest.approx(moved[1.0] / 10, rel=1e-3)


# ------------------------------------------------------------------------------------- styles


@pytest.mark.parametrize("demodulate", [True, False])
def test_modulation_is_a_convolution_with_a_kernel_of_each_examples_own(demodulate, normal):
    """The paper's form: scale the kernel by the style, then each output channel to length 1."""
    layer = ModulatedConv2D(6, 3, demodulate)
    x, w = normal(3, 5, 5, 8), normal(3, 4)
    y = layer([x, w])
    randomize(layer, normal)
    y = layer([x, w])
    for i in range(3):
        kernel = np.asarray(layer.kernel) * np.asarray(layer.style(w))[i][:, None]
        if demodulate:
            kernel /= np.sqrt((kernel**2).sum(axis=(0, 1, 2)))
        expected = tf.nn.conv2d(x[i : i + 1], kernel, 1, "SAME")
        np.testing.assert_allclose(y[i], (expected + layer.bias)[0], atol=1e-4)


def test_a_transposed_modulation_scales_each_output_by_the_quarter_of_weights_it_meets(normal):
    layer = ModulatedConv2DTranspose(6, 4)
    x, w = normal(3, 5, 5, 8), normal(3, 4)
    layer([x, w])
    randomize(layer, normal)
    y = layer([x, w])
    for i in range(3):
        kernel = np.asarray(layer.raw_kernel) * np.asarray(layer.style(w))[i][:, None]
        kernel /= np.sqrt((kernel**2).sum(axis=(0, 1, 2)) / 4)
        expected = tf.nn.conv2d_transpose(
            x[i : i + 1], kernel.transpose(0, 1, 3, 2), (1, 10, 10, 6), 2, "SAME"
        )
        np.testing.assert_allclose(y[i], (expected + layer.bias)[0], atol=1e-4)


def test_a_kernel_that_would_leave_a_checkerboard_is_refused():
    with pytest.raises(ValueError, match="kernel_size: expected an even number, got 3"):
        ModulatedConv2DTranspose(6, 3)


@pytest.mark.parametrize("layer", [ModulatedConv2D(64, 3), ModulatedConv2DTranspose(64, 4)])
def test_a_new_modulated_convolution_keeps_the_variance_whatever_the_style(layer, normal):
    x = normal(4, 12, 12, 64)
    for size in (0.1, 1.0, 10.0):
        y = np.asarray(layer([x, size * normal(4, 16)]))[:, 1:-1, 1:-1]
        assert abs(y.std() - 1) < 0.1


def test_noise_is_drawn_anew_in_training_only_and_is_one_image_for_all_channels(normal):
    layer, x = LayerNoise(), normal(400, 4, 4, 3)
    np.testing.assert_array_equal(layer(x, training=True), x)
    layer.hundredths.assign(50)
    np.testing.assert_array_equal(layer(x), layer(x))
    fixed, fresh = np.asarray(layer(x)) - x, np.asarray(layer(x, training=True)) - x
    np.testing.assert_allclose(fixed, fixed[:1, ..., :1] + np.zeros_like(x), atol=1e-6)
    np.testing.assert_allclose(fresh, fresh[..., :1] + np.zeros_like(x), atol=1e-6)
    # 6,400 draws: the standard deviation lies within 4% of 0.5 but for one run in 100,000.
    assert abs(fresh[..., 0].std() - 0.5) < 0.02
    assert np.abs(fresh[0] - fresh[1]).max() > 0.1


# ------------------------------------------------------------------------------ large classes


def test_conditional_batch_normalization_scales_and_shifts_what_keras_normalises(normal):
    layer, plain = ConditionalBatchNormalization(), layers.BatchNormalization(momentum=0.9)
    x, c = 3 + 2 * normal(6, 4, 4, 5), normal(6, 7)
    layer([x, c])
    a, b = normal(7, 5), normal(7, 5)
    layer.scale.set_weights([a])
    layer.offset.set_weights([b])
    for training in (True, False):
        expected = (1 + (c @ a)[:, None, None]) * plain(x, training=training)
        expected += (c @ b)[:, None, None]
        np.testing.assert_allclose(layer([x, c], training=training), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("layer", "shape"), [(SpectralDense(20), (2, 30)), (SpectralConv2D(12, 3), (2, 8, 8, 5))]
)
def test_spectral_layers_have_largest_singular_value_1_and_leave_their_weights(
    layer, shape, normal
):
    x = normal(*shape)
    layer(x)
    raw = layer.get_weights()[0]
    for _ in range(100):
        layer(x, training=True)
    np.testing.assert_array_equal(layer.get_weights()[0], raw)
    matrix = np.asarray(layer.kernel).reshape(-1, raw.shape[-1])
    np.testing.assert_allclose(np.linalg.svd(matrix)[1][0], 1, rtol=1e-3)
    expected = raw.reshape(matrix.shape) / np.linalg.svd(raw.reshape(matrix.shape))[1][0]
    np.testing.assert_allclose(matrix, expected, atol=1e-3)


def test_the_gradient_passes_through_the_spectral_norm(normal):
    """∂ ‖W x / σ(W)‖² / ∂W against the same with σ from TensorFlow's singular values."""
    layer, x = SpectralDense(6, use_bias=False), normal(4, 5)
    layer(x)
    for _ in range(300):
        layer(x, training=True)
    with tf.GradientTape() as ours:
        loss = ops.sum(ops.square(layer(x)))
    weight = tf.Variable(layer.get_weights()[0])
    with tf.GradientTape() as theirs:
        expected = tf.reduce_sum(tf.square(x @ weight / tf.linalg.svd(weight)[0][0]))
    np.testing.assert_allclose(
        ours.gradient(loss, layer.trainable_weights)[0],
        theirs.gradient(expected, weight),
        atol=2e-3,
    )


def test_attention_starts_as_the_identity_and_then_mixes_all_pixels(normal):
    layer, x = SelfAttention(), normal(2, 3, 4, 16)
    np.testing.assert_array_equal(layer(x), x)
    layer.gamma.assign(0.7)
    pixels = x.reshape(2, 12, 16)
    query, key, value, out = (
        np.asarray(part.kernel) for part in (layer.query, layer.key, layer.value, layer.output_map)
    )
    scores = (pixels @ query) @ (pixels @ key).transpose(0, 2, 1)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    expected = pixels + 0.7 * (weights @ (pixels @ value)) @ out
    np.testing.assert_allclose(layer(x), expected.reshape(x.shape), atol=1e-4)
    changed = x.copy()
    changed[0, 2, 3] += 1.0
    moved = np.abs(np.asarray(layer(changed)) - layer(x)).max(axis=-1)
    assert moved[0].min() > 1e-6 and moved[1].max() == 0
