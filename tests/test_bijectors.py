"""Properties of every bijector, and tests of what is particular to one."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils import bijectors as bj

VECTOR, IMAGE = (5,), (4, 4, 2)


def network(shape):
    """A small network with weights that matter, from an example to shift and log-scale."""
    x = keras.Input(shape)
    h = keras.layers.Dense(8, activation="tanh")(keras.layers.Flatten()(x))
    h = keras.layers.Dense(2 * int(np.prod(shape)))(h)
    return keras.Model(x, keras.layers.Reshape((*shape[:-1], 2 * shape[-1]))(h))


def coupling(mask, **options):
    return bj.AffineCoupling(network(mask.shape), mask, **options)


def glow_step(shape):
    return [bj.ActNorm(), bj.InvertibleConvolution(), coupling(bj.half_mask(shape))]


BIJECTORS = {
    "logit": (lambda: bj.Logit(), IMAGE),
    "reshape": (lambda: bj.Reshape((32,)), IMAGE),
    "squeeze": (lambda: bj.Squeeze(), IMAGE),
    "reverse": (lambda: bj.Permutation(), VECTOR),
    "permutation": (lambda: bj.Permutation([1, 0]), IMAGE),
    "actnorm": (lambda: bj.ActNorm(), VECTOR),
    "actnorm on images": (lambda: bj.ActNorm(), IMAGE),
    "linear": (lambda: bj.InvertibleConvolution(), VECTOR),
    "invertible convolution": (lambda: bj.InvertibleConvolution(), IMAGE),
    "coupling of odd size": (lambda: coupling(bj.half_mask(VECTOR)), VECTOR),
    "coupling by channels": (lambda: coupling(~bj.half_mask(IMAGE)), IMAGE),
    "coupling by checkerboard": (lambda: coupling(bj.checkerboard_mask(IMAGE)), IMAGE),
    "coupling by rows": (lambda: coupling(bj.row_mask(IMAGE)), IMAGE),
    "chain": (lambda: bj.Chain([bj.Logit(), *glow_step(VECTOR), bj.Permutation()]), VECTOR),
    "split": (lambda: bj.Split(bj.ActNorm()), IMAGE),
    "multiscale": (
        lambda: bj.Chain(
            [
                *glow_step(IMAGE),
                bj.Squeeze(),
                bj.Split(bj.Chain([*glow_step((2, 2, 4)), bj.Split(bj.ActNorm())])),
            ]
        ),
        IMAGE,
    ),
}


@pytest.fixture(params=BIJECTORS)
def case(request):
    """A bijector away from its start, and examples for it, all in (0, 1)."""
    keras.utils.set_random_seed(0)
    make, shape = BIJECTORS[request.param]
    bijector, x = make(), keras.random.uniform((3, *shape), 0.1, 0.9)
    bijector(x)
    for weight in bijector.trainable_weights:
        weight.assign(weight + 0.3 * keras.random.normal(weight.shape))
    return bijector, x


def jacobian_log_det(function, x):
    """log |det ∂y/∂x| of each example by automatic differentiation."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    jacobians = tape.batch_jacobian(y, x)
    size = int(np.prod(x.shape[1:]))
    return np.linalg.slogdet(tf.reshape(jacobians, (-1, size, size)).numpy())[1]


def test_inverse_undoes_forward(case):
    bijector, x = case
    y, _ = bijector(x)
    np.testing.assert_allclose(bijector.inverse(y), x, atol=2e-5)


def test_forward_undoes_inverse(case):
    bijector, x = case
    y, _ = bijector(x)
    np.testing.assert_allclose(bijector(bijector.inverse(y))[0], y, atol=1e-4)


def test_log_det_is_that_of_the_jacobian(case):
    bijector, x = case
    _, log_det = bijector(x)
    assert log_det.shape == (3,)
    np.testing.assert_allclose(
        log_det, jacobian_log_det(lambda x: bijector(x)[0], x), rtol=1e-4, atol=1e-4
    )


def test_log_det_cancels_that_of_the_inverse(case):
    bijector, x = case
    y, log_det = bijector(x)
    np.testing.assert_allclose(
        log_det + jacobian_log_det(bijector.inverse, y), np.zeros(3), atol=1e-3
    )


def test_output_shape_is_as_announced(case):
    bijector, x = case
    assert bijector.compute_output_shape(x.shape) == tuple(bijector(x)[0].shape)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_it_gives_the_same(case, jit_compile):
    bijector, x = case
    y, log_det = bijector(x)
    compiled = tf.function(bijector, jit_compile=jit_compile)(x)
    np.testing.assert_allclose(compiled[0], y, atol=1e-5)
    np.testing.assert_allclose(compiled[1], log_det, atol=1e-4)
    back = tf.function(bijector.inverse, jit_compile=jit_compile)(y)
    np.testing.assert_allclose(back, x, atol=2e-5)


def test_gradients_reach_every_weight(case):
    bijector, x = case
    with tf.GradientTape() as tape:
        y, log_det = bijector(x)
        # The fourth power, because the mean square does not feel a rotation.
        loss = tf.reduce_sum(y**4) + tf.reduce_sum(log_det)
    for gradient in tape.gradient(loss, bijector.trainable_variables):
        assert gradient is not None
        assert np.abs(gradient).max() > 0


def test_actnorm_starts_from_mean_0_and_variance_1_once():
    x = keras.random.normal((200, 2, 2, 3), seed=0) * [0.1, 5.0, 1.0] + [3.0, -2.0, 0.0]
    layer = bj.ActNorm()
    np.testing.assert_array_equal(layer(x)[0], x)
    y = layer.initialize(x).numpy()
    np.testing.assert_allclose(y.mean((0, 1, 2)), np.zeros(3), atol=1e-4)
    np.testing.assert_allclose(y.std((0, 1, 2)), np.ones(3), rtol=1e-3)
    np.testing.assert_array_equal(layer.initialize(x + 1), layer(x + 1)[0])


def test_every_actnorm_of_a_multiscale_chain_is_initialised_on_what_it_sees():
    keras.utils.set_random_seed(0)
    inner, outer = bj.ActNorm(), bj.ActNorm()
    chain = bj.Chain([bj.InvertibleConvolution(), outer, bj.Split(inner)])
    chain.build((None, 4, 4, 4))
    x = 3 + 2 * keras.random.normal((100, 4, 4, 4))
    y = chain.initialize(x).numpy().reshape(100, 2, 4, 4, 2)
    np.testing.assert_allclose(y.mean((0, 2, 3)), np.zeros((2, 2)), atol=1e-4)
    np.testing.assert_allclose(y.std((0, 2, 3)), np.ones((2, 2)), rtol=1e-3)


def test_invertible_convolution_starts_as_a_rotation():
    layer = bj.InvertibleConvolution(seed=0)
    weights = layer(np.eye(6, dtype="float32"))[0].numpy()
    np.testing.assert_allclose(weights @ weights.T, np.eye(6), atol=1e-5)
    assert np.abs(weights - np.eye(6)).max() > 0.1


def test_invertible_convolution_is_keras_1x1_convolution():
    keras.utils.set_random_seed(0)
    x = keras.random.normal((2, 3, 3, 4))
    layer = bj.InvertibleConvolution()
    y, _ = layer(x)
    lower, upper = layer.factors()
    kernel = (layer.permutation @ lower @ upper).numpy().T[None, None]
    np.testing.assert_allclose(y, keras.ops.conv(x, kernel), atol=1e-5)


def test_squeeze_gathers_blocks_of_2x2():
    image = np.arange(16.0, dtype="float32").reshape(1, 4, 4, 1)
    y, _ = bj.Squeeze()(image)
    np.testing.assert_array_equal(y, tf.nn.space_to_depth(image, 2))
    np.testing.assert_array_equal(y[0, 0, 0], [0, 1, 4, 5])


def test_coupling_passes_what_the_mask_says_and_moves_the_rest():
    keras.utils.set_random_seed(0)
    mask = bj.checkerboard_mask(IMAGE)
    x = keras.random.normal((3, *IMAGE))
    y = coupling(mask)(x)[0]
    moved = np.asarray(y) != np.asarray(x)
    np.testing.assert_array_equal(moved, np.broadcast_to(~mask, moved.shape))


def test_coupling_never_scales_by_more_than_its_limit():
    x = 1e4 * keras.random.normal((50, *VECTOR), seed=0)
    layer = coupling(bj.half_mask(VECTOR), limit=1.5)
    _, log_scale = layer.shift_and_log_scale(x)
    assert 1.4 < np.abs(log_scale).max() <= 1.5


def test_logit_undoes_the_sigmoid():
    x = np.float32([[0.0, 0.25, 1.0]])
    y = bj.Logit(margin=0.1)(x)[0]
    np.testing.assert_allclose(keras.ops.sigmoid(y), [[0.1, 0.3, 0.9]], rtol=1e-6)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: bj.half_mask((8, 8, 1)), r"shape: .* at least 2 .* got 1 in \(8, 8, 1\)"),
        (lambda: bj.Squeeze().build((None, 7, 8, 1)), r"even height and width.*7, 8, 1"),
        (lambda: bj.Squeeze().build((None, 8)), r"images \(B, height, width, channels\)"),
        (lambda: bj.Split(bj.ActNorm()).build((None, 4, 4, 3)), "cannot halve 3 channels"),
        (lambda: bj.Permutation([0, 0, 2]).build((None, 3)), r"each index .* got \[0, 0, 2\]"),
        (lambda: bj.Reshape((5, 5)).build((None, 4, 6)), r"\(5, 5\) does not hold .* \(4, 6\)"),
        (lambda: bj.Logit(0.5), "margin: expected a number between 0 and 0.5, got 0.5"),
        (lambda: bj.AffineCoupling(None, np.ones(3)), "some True and some False"),
        (
            lambda: coupling(bj.half_mask(VECTOR)).build((None, 6)),
            r"mask: its shape \(5,\) .* \(6,\)",
        ),
    ],
)
def test_mistakes_are_named(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()
