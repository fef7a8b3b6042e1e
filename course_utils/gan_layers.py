"""The layers of the larger adversarial networks, each with the paper that introduced it.

A layer that transforms its kernel before it uses it (equalized, spectrally normalised) overrides
the property `kernel`. A layer that depends on a vector as well as on an image (modulation,
conditional batch normalisation) takes a list of both, the image first.
"""

import course_utils.quiet

import math

import keras
from keras import layers, ops

EPSILON = 1e-8  # added to sums and means of squares, so that no root or norm is 0

_register = keras.saving.register_keras_serializable("course_utils")


def _unit_normal():
    return keras.initializers.RandomNormal(stddev=1.0)


class _ChangedKernel:
    """A dense layer or convolution that uses a function of its learnt weights as its `kernel`."""

    # Without these two, Keras would save the transformed `kernel` and load it as the weights.

    def save_own_variables(self, store):
        layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        layers.Layer.load_own_variables(self, store)


# ------------------------------------------------------------------------ progressive growing


def _equalized(kernel):
    """W √(2 / fan_in), where fan_in is the number of inputs of one output."""
    return kernel * math.sqrt(2 / math.prod(kernel.shape[:-1]))


class _Equalized(_ChangedKernel):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"kernel_initializer": _unit_normal(), **kwargs})

    @property
    def kernel(self):
        return _equalized(super().kernel)


@_register
class EqualizedDense(_Equalized, layers.Dense):
    """A dense layer with an equalized learning rate: weights from N(0, 1), scaled as they are used.

    He's scale √(2 / fan_in) is a factor in the network and not in the initial weights. Adam moves
    every weight by about the learning rate, whatever its size; if all weights have the same scale,
    they all learn at the same relative speed.

    Args:
        rate: multiplies the learning rate of the kernel: its weights start from N(0, 1/rate²) and
            are multiplied by the rate when they are used. The bias is left as it is.

    Source: Karras et al., Progressive Growing of GANs, 2018, section 4.1; the rate: Karras et al.,
    A Style-Based Generator Architecture for GANs, 2019, appendix C.
    """

    def __init__(self, *args, rate=1.0, **kwargs):
        initial = keras.initializers.RandomNormal(stddev=1 / rate)
        super().__init__(*args, **{"kernel_initializer": initial, **kwargs})
        self.rate = rate

    @property
    def kernel(self):
        return self.rate * super().kernel

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


@_register
class EqualizedConv2D(_Equalized, layers.Conv2D):
    """A convolution with an equalized learning rate; see `EqualizedDense`."""


@_register
class PixelNorm(layers.Layer):
    """Each pixel's feature vector scaled to length √C: x / √(mean over channels of x² + ε).

    It has no weights, and keeps the activations from growing without bound while the two players
    compete. (B, …, C) → the same shape.

    Source: Karras et al., Progressive Growing of GANs, 2018, section 4.2.
    """

    def call(self, x):
        return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + EPSILON)


@_register
class MinibatchStandardDeviation(layers.Layer):
    """One more channel, the same number everywhere: how much the images of this batch differ.

    It is the standard deviation over the batch of each feature at each pixel, averaged over all
    features and pixels. A discriminator that has it notices when all fakes look alike.

    Returns:
        (B, H, W, C) → (B, H, W, C + 1).

    Source: Karras et al., Progressive Growing of GANs, 2018, section 3.
    """

    def call(self, x):
        # The root's gradient is infinite at 0, which is where a collapsed generator leads.
        deviation = ops.mean(ops.sqrt(ops.var(x, axis=0) + EPSILON))
        return ops.concatenate([x, ops.zeros_like(x[..., :1]) + deviation], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)


@_register
class Fade(layers.Layer):
    """(1 − α) old + α new. α is a weight that is not trained; it starts at 0.

    [old, new], both (B, H, W, C) → the same shape.

    Source: Karras et al., Progressive Growing of GANs, 2018, figure 2.
    """

    def build(self, input_shape):
        self.alpha = self.add_weight(shape=(), initializer="zeros", trainable=False, name="alpha")

    def call(self, inputs):
        old, new = inputs
        return old + self.alpha * (new - old)

    def compute_output_shape(self, input_shape):
        return input_shape[1]


# ------------------------------------------------------------------------------------- styles


@_register
class Constant(layers.Layer):
    """A learnt image, the same for every example; only the batch size of the input matters.

    Args:
        shape: of the image, (H, W, C).

    Returns:
        (B, …) → (B, H, W, C).
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape):
        self.value = self.add_weight(shape=self.shape, initializer=_unit_normal(), name="value")

    def call(self, inputs):
        return ops.broadcast_to(self.value, (ops.shape(inputs)[0], *self.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}


@_register
class ModulatedConv2D(layers.Layer):
    """A convolution whose input channels are scaled by a style, and whose output is renormalised.

        s = A w + b                       the style: one factor per input channel, b starts at 1
        y_j = d_j Σ_i W_ij ∗ (s_i x_i) + bias_j
        d_j = 1 / √(Σ_i Σ_k s_i² W_ijk² + ε)

    The last line, demodulation, gives each output channel variance 1 if the inputs are independent
    with variance 1. So the style of one layer does not change the scale of the next one's input.

    Args:
        filters: output channels.
        kernel_size: width of the square kernel.
        demodulate: whether d_j is as above; otherwise it is 1, as in the layer that makes colours.

    Returns:
        [x (B, H, W, C), w (B, D)] → (B, H, W, filters).

    Source: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, 2020, eqs. 1 to 3.
    """

    strides = 1

    def __init__(self, filters, kernel_size, demodulate=True, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.demodulate = demodulate

    def build(self, input_shape):
        (*_, channels), w_shape = input_shape
        self.style = EqualizedDense(channels, bias_initializer="ones", name="style")
        self.style.build(w_shape)
        self.raw_kernel = self.add_weight(
            shape=(self.kernel_size, self.kernel_size, channels, self.filters),
            initializer=_unit_normal(),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    @property
    def kernel(self):
        """The kernel as it is used, (k, k, C, filters)."""
        return _equalized(self.raw_kernel)

    @property
    def power(self):
        """Σ_k W_ijk² over the kernel's pixels k that contribute to one output, (C, filters)."""
        return ops.sum(ops.square(self.kernel), axis=(0, 1))

    def convolve(self, x):
        """W ∗ x."""
        return ops.conv(x, self.kernel, padding="same")

    def call(self, inputs):
        x, w = inputs
        style = self.style(w)
        y = self.convolve(x * style[:, None, None, :])
        if self.demodulate:
            power = ops.matmul(ops.square(style), self.power)
            y = y * ops.rsqrt(power + EPSILON)[:, None, None, :]
        return y + self.bias

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape[0]
        return (batch, self.strides * height, self.strides * width, self.filters)

    def get_config(self):
        names = ("filters", "kernel_size", "demodulate")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@_register
class ModulatedConv2DTranspose(ModulatedConv2D):
    """A `ModulatedConv2D` that doubles height and width: a transposed convolution of stride 2.

    Each input pixel becomes 2×2 output pixels with different weights, so the layer can draw sharp
    edges, which upsampling followed by a convolution blurs. The stride must divide the kernel size;
    otherwise some pixels get more terms than their neighbours, which shows as a checkerboard.

    Returns:
        [x (B, H, W, C), w (B, D)] → (B, 2H, 2W, filters).

    Raises:
        ValueError: for a kernel of odd size.

    Source: as for `ModulatedConv2D`, figure 2; there the output is also blurred.
    """

    strides = 2

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        if kernel_size % self.strides:
            raise ValueError(f"kernel_size: expected an even number, got {kernel_size!r}")

    # Only one in strides² of the kernel's pixels contributes to an output.

    @property
    def kernel(self):
        return self.strides * super().kernel

    @property
    def power(self):
        return super().power / self.strides**2

    def convolve(self, x):
        kernel = ops.transpose(self.kernel, (0, 1, 3, 2))
        return ops.conv_transpose(x, kernel, self.strides, padding="same")


@_register
class LayerNoise(layers.Layer):
    """x + strength · noise: one draw of N(0, 1) per pixel, the same for all channels.

    The noise is for details such as freckles and strands of hair, which differ between two pictures
    of one person. In training it is drawn anew at each call. Otherwise it is one fixed image, drawn
    when the layer is built, so that the same latent vector gives the same picture.

    The weight is a hundred times the strength. Adam moves it like any other weight, so the strength
    rises slowly; if it rose fast, noise would take the place of details that are not learnt yet.

    Returns:
        (B, H, W, C) → the same shape.

    Source: Karras et al., A Style-Based Generator Architecture for GANs, 2019, section 2; Karras et
    al. 2020, section 2.1, for one strength per layer.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator()

    def build(self, input_shape):
        self.hundredths = self.add_weight(shape=(), initializer="zeros", name="hundredths")
        self.noise = self.add_weight(
            shape=(*input_shape[1:3], 1),
            initializer=_unit_normal(),
            trainable=False,
            name="noise",
        )

    @property
    def strength(self):
        """The standard deviation of what is added."""
        return self.hundredths / 100

    def call(self, x, training=False):
        noise = self.noise
        if training:
            noise = keras.random.normal((*ops.shape(x)[:3], 1), dtype=x.dtype, seed=self.seed)
        return x + self.strength * noise


# ------------------------------------------------------------------------------ large classes


@_register
class ConditionalBatchNormalization(layers.Layer):
    """Batch normalisation whose scale and offset depend on a vector, such as a class embedding.

    y = (1 + A c) · (x − mean) / √variance + B c

    Returns:
        [x (B, …, C), c (B, D)] → (B, …, C).

    Source: Dumoulin et al., A Learned Representation for Artistic Style, 2017, eq. 5; with a shared
    embedding and part of z in c: Brock et al., Large Scale GAN Training for High Fidelity Natural
    Image Synthesis, 2019, section 3.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.normalize = layers.BatchNormalization(center=False, scale=False, momentum=0.9)

    def build(self, input_shape):
        x_shape, c_shape = input_shape
        self.scale = layers.Dense(x_shape[-1], use_bias=False, name="scale")
        self.offset = layers.Dense(x_shape[-1], use_bias=False, name="offset")
        self.normalize.build(x_shape)
        self.scale.build(c_shape)
        self.offset.build(c_shape)

    def call(self, inputs, training=False):
        x, c = inputs
        shape = (-1, *(1,) * (len(x.shape) - 2), x.shape[-1])
        scale, offset = (ops.reshape(layer(c), shape) for layer in (self.scale, self.offset))
        return (1 + scale) * self.normalize(x, training=training) + offset

    def compute_output_shape(self, input_shape):
        return input_shape[0]


class _Spectral(_ChangedKernel):
    """The part that `SpectralDense` and `SpectralConv2D` share.

    Keras's own wrapper overwrites W by W / σ at each call, a projection. Here W is kept, and the
    gradient passes through the division, as in the paper.
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.u = self.add_weight(
            shape=(self._matrix().shape[-1],),
            initializer=_unit_normal(),
            trainable=False,
            name="u",
        )

    def _matrix(self):
        kernel = super().kernel
        return ops.reshape(kernel, (-1, kernel.shape[-1]))

    def call(self, x, training=False):
        if training:
            self.u.assign(self._power_iteration()[1])
        return super().call(x)

    def _power_iteration(self):
        matrix = ops.stop_gradient(self._matrix())
        v = ops.normalize(ops.matmul(matrix, self.u), epsilon=EPSILON)
        return v, ops.normalize(ops.matmul(v, matrix), epsilon=EPSILON)

    @property
    def kernel(self):
        v, u = self._power_iteration()
        sigma = ops.matmul(v, ops.matmul(self._matrix(), u))
        return super().kernel / sigma


@_register
class SpectralDense(_Spectral, layers.Dense):
    """A dense layer with the kernel W / σ(W), where σ is the largest singular value.

    Without its bias, the layer makes no vector longer. One step of power iteration at each training
    call keeps the estimate of the first singular vectors up to date.

    Source: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018, eq. 8
    and algorithm 1.
    """


@_register
class SpectralConv2D(_Spectral, layers.Conv2D):
    """A convolution whose kernel, as a matrix from patches to channels, has spectral norm 1.

    See `SpectralDense`.
    """


@_register
class SelfAttention(layers.Layer):
    """Self-attention over the pixels of an image: each adds a weighted mean over all of them.

        y = x + γ · W_o softmax(q kᵀ) v,   q, k, v = W_q x, W_k x, W_v x at each pixel

    γ starts at 0, so that the network first learns from neighbouring pixels. Queries and keys have
    C/8 channels, values C/2. The four matrices are spectrally normalised.

    Returns:
        (B, H, W, C) → the same shape.

    Source: Zhang et al., Self-Attention Generative Adversarial Networks, 2019, eqs. 1 to 3.
    """

    def build(self, input_shape):
        channels = input_shape[-1]
        narrow, half = max(channels // 8, 1), max(channels // 2, 1)
        self.query, self.key, self.value, self.output_map = (
            SpectralDense(width, use_bias=False, name=name)
            for name, width in (
                ("query", narrow),
                ("key", narrow),
                ("value", half),
                ("out", channels),
            )
        )
        for layer in (self.query, self.key, self.value):
            layer.build(input_shape)
        self.output_map.build((*input_shape[:-1], half))
        self.gamma = self.add_weight(shape=(), initializer="zeros", name="gamma")

    def call(self, x, training=False):
        shape = ops.shape(x)
        pixels = ops.reshape(x, (shape[0], shape[1] * shape[2], shape[3]))
        query, key, value = (
            layer(pixels, training=training) for layer in (self.query, self.key, self.value)
        )
        weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))), axis=-1)
        seen = self.output_map(ops.matmul(weights, value), training=training)
        return x + self.gamma * ops.reshape(seen, shape)
