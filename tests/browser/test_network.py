"""Networks computed in the page agree with Keras's."""

import course_utils.quiet

import itertools

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.data import load
from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import label_maps
from course_utils.explorers import Network, export_network, network
from course_utils.explorers.explorer import script
from course_utils.gan_layers import (
    Constant,
    EqualizedConv2D,
    EqualizedDense,
    LayerNoise,
    ModulatedConv2D,
    ModulatedConv2DTranspose,
    PixelNorm,
)
from course_utils.models.stylegan import style_gan
from course_utils.pretrained import load_pretrained

pytestmark = pytest.mark.browser

LATENT = 6


@pytest.fixture(scope="module")
def run_in_page(browser):
    """Runs a `Network` in the browser: one or more inputs (B, …) → outputs (B, …)."""
    page = browser.new_page()
    page.set_content(
        f'<script type="module">{script("latent.js")}window.Network = Network;</script>'
    )
    page.wait_for_function("() => window.Network !== undefined")

    def run(exported: Network, *inputs: np.ndarray) -> np.ndarray:
        count = len(inputs[0])
        examples = [[x[i].ravel().tolist() for x in inputs] for i in range(count)]
        y = page.evaluate(
            """([exported, examples]) => {
                const network = new Network(exported);
                return examples.map((inputs) => Array.from(network.run(...inputs)));
            }""",
            [exported.to_json(), examples],
        )
        return np.reshape(np.array(y, "float32"), (count, *exported.output_shape))

    yield run
    page.close()


def randomized(model: keras.Model) -> keras.Model:
    """The model with every weight drawn anew, so that no default hides a mistake.

    All are positive where they must be (variances), and exact in float16.
    """
    generator = np.random.default_rng(0)
    for weight in model.weights:
        fan_in = max(int(np.prod(weight.shape[:-1])), 1)
        values = generator.normal(0, 1.5 / np.sqrt(fan_in), weight.shape)
        if weight.name.endswith("variance"):
            values = generator.uniform(0.5, 2, weight.shape)
        weight.assign(values.astype("float16").astype("float32"))
    return model


def image_model(*stack, shape=(5, 7, 4)) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *stack])


def branches() -> keras.Model:
    z = keras.Input((LATENT,))
    trunk = layers.Dense(8, "relu")
    a, b = trunk(z), trunk(layers.Rescaling(-1.0, 0.5)(layers.Dropout(0.5)(z)))
    style = keras.Sequential([keras.Input((8,)), layers.Dense(8, "tanh")], name="style")
    mixed = layers.Multiply()([layers.Add()([a, b]), style(a)])
    return keras.Model(z, layers.Concatenate()([mixed, layers.GaussianNoise(1.0)(b)]))


def rows() -> keras.Model:
    z = keras.Input((LATENT,))
    w = layers.RepeatVector(3)(z)
    mixed = layers.Multiply()([w[:, 0], layers.Dense(LATENT, "tanh")(w)[:, 2]])
    return keras.Model(z, mixed)


def modulated(layer) -> keras.Model:
    """A learnt image, modulated by the input."""
    z = keras.Input((LATENT,))
    return keras.Model(z, layer([Constant((5, 7, 4))(z), layers.Dense(6)(z)]))


CONVOLUTIONS = {
    f"{kind.__name__} {settings}": lambda kind=kind, settings=settings: image_model(
        kind(3, *settings)
    )
    for kind in (layers.Conv2D, layers.Conv2DTranspose)
    for settings in itertools.product([1, 2, 3, 4, 5, (3, 2)], [1, 2, 3], ["valid", "same"])
}

ACTIVATIONS = {
    f"activation {name}": lambda name=name: keras.Sequential(
        [keras.Input((LATENT,)), layers.Dense(9, name)]
    )
    for name in sorted(network.ACTIVATIONS)
}

LAYERS = {
    "Dense on images": lambda: image_model(layers.Dense(3, use_bias=False)),
    "Flatten and Reshape": lambda: image_model(
        layers.Flatten(), layers.Dense(12), layers.Reshape((2, 3, 2))
    ),
    "UpSampling2D nearest": lambda: image_model(layers.UpSampling2D((2, 3))),
    "UpSampling2D bilinear": lambda: image_model(layers.UpSampling2D(2, interpolation="bilinear")),
    "UpSampling2D bilinear by 3": lambda: image_model(
        layers.UpSampling2D((3, 2), interpolation="bilinear")
    ),
    "AveragePooling2D": lambda: image_model(layers.AveragePooling2D((2, 3))),
    "AveragePooling2D overlapping": lambda: image_model(layers.AveragePooling2D(3, strides=1)),
    "MaxPooling2D": lambda: image_model(layers.MaxPooling2D((2, 3))),
    "MaxPooling2D overlapping": lambda: image_model(layers.MaxPooling2D(3, strides=1)),
    "BatchNormalization": lambda: image_model(layers.BatchNormalization()),
    "LayerNormalization": lambda: image_model(layers.LayerNormalization()),
    "GroupNormalization": lambda: image_model(layers.GroupNormalization(2)),
    "instance normalization": lambda: image_model(layers.GroupNormalization(-1)),
    "LeakyReLU": lambda: image_model(layers.LeakyReLU(0.1), layers.Conv2D(2, 1), layers.ReLU()),
    "branches": branches,
    "RepeatVector and rows": rows,
    "EqualizedDense and PixelNorm": lambda: keras.Sequential(
        [keras.Input((LATENT,)), PixelNorm(), EqualizedDense(9), layers.LeakyReLU(0.2)]
    ),
    "EqualizedConv2D": lambda: image_model(EqualizedConv2D(3, 4, strides=2, padding="same")),
    "ModulatedConv2D": lambda: modulated(ModulatedConv2D(5, 3)),
    "ModulatedConv2DTranspose": lambda: modulated(ModulatedConv2DTranspose(5, 4)),
    "ModulatedConv2D without demodulation": lambda: modulated(ModulatedConv2D(3, 1, False)),
    "LayerNoise": lambda: image_model(LayerNoise()),
}


@pytest.mark.parametrize("name", CONVOLUTIONS | ACTIVATIONS | LAYERS)
def test_every_layer_agrees_with_keras(run_in_page, name):
    model = randomized((CONVOLUTIONS | ACTIVATIONS | LAYERS)[name]())
    x = np.random.default_rng(1).normal(0, 1.5, (4, *model.input_shape[1:])).astype("float32")
    expected = np.asarray(model(x, training=False))
    assert expected.std() > 0.05
    np.testing.assert_allclose(
        run_in_page(export_network(model), x), expected, atol=1e-3 * np.abs(expected).max()
    )


def dense_decoder() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(200, "relu"),
            layers.Dense(64),
            layers.Reshape((8, 8, 1)),
        ]
    )


def convolutional_decoder() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(4 * 4 * 32),
            layers.Reshape((4, 4, 32)),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(16, 4, 2, padding="same", activation="silu"),
            layers.UpSampling2D(2, interpolation="bilinear"),
            layers.Conv2D(3, 3, padding="same"),
        ]
    )


@pytest.mark.parametrize("build", [dense_decoder, convolutional_decoder])
def test_a_decoder_agrees_to_less_than_one_grey_level(run_in_page, build):
    keras.utils.set_random_seed(0)
    model = build()
    z = np.random.default_rng(2).normal(0, 1, (50, LATENT)).astype("float32")
    # Logits as far out as a trained decoder's; float32, so that the rounding to float16 counts.
    last = [layer for layer in model.layers if hasattr(layer, "kernel")][-1]
    last.kernel.assign(last.kernel * 2.5 / np.asarray(model(z, training=False)).std())
    expected = np.asarray(keras.ops.sigmoid(model(z, training=False)))
    assert expected.min() < 0.05 and expected.max() > 0.95
    difference = np.abs(run_in_page(export_network(model, "sigmoid"), z) - expected).max()
    assert difference < 1 / 255


SHIPPED = {
    "digits_vae": lambda model: {"decoder": (model.decoder, "sigmoid")},
    "sprites_tcvae": lambda model: {"decoder": (model.decoder, "sigmoid")},
    "digits_infogan": lambda model: {"generator": (model.averaged_generator, "linear")},
    "close_ups_deepfake": lambda model: {
        "first decoder": (model.decoder_a, "linear"),
        "second decoder": (model.decoder_b, "linear"),
    },
    "portraits_cyclegan": lambda model: {
        "translator": (model.translator, "linear"),
        "back translator": (model.back_translator, "linear"),
    },
}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_networks_agree_to_less_than_one_grey_level(run_in_page, name):
    for part, (model, activation) in SHIPPED[name](load_pretrained(name)).items():
        rng = np.random.default_rng(0)
        shape = (20, *model.input_shape[1:])
        # Codes are drawn from the prior; a translator is given images, here of noise.
        x = rng.normal(size=shape) if len(shape) == 2 else rng.random(shape)
        x = x.astype("float32")
        expected = keras.activations.get(activation)(model(x, training=False))
        expected = np.clip(np.asarray(expected), 0, 1)  # as a picture shows it
        assert expected.std() > 0.05, part
        drawn = np.clip(run_in_page(export_network(model, activation), x), 0, 1)
        assert np.abs(drawn - expected).max() < 1 / 255, part


def test_spade_agrees_to_less_than_one_grey_level(run_in_page):
    model = load_pretrained("faces_spade")
    rng = np.random.default_rng(0)
    z = rng.normal(size=(8, model.latent)).astype("float32")
    faces = load("faces", count=80)
    maps = label_maps(faces.test.factors, 32)
    maps[4:] = rng.integers(0, len(CLASSES), (4, 32, 32))  # what nobody would paint
    expected = np.asarray(model.generate(z, maps))
    assert expected.min() < 0.1 and expected.max() > 0.9
    one_hot = np.eye(len(CLASSES), dtype="float32")[maps]
    drawn = run_in_page(export_network(model.generator), z, one_hot)
    assert np.abs(drawn - expected).max() < 1 / 255


def test_a_style_generator_agrees_to_less_than_one_grey_level(run_in_page):
    """From z, and from the styles of two pictures mixed; with noise, as after training."""
    keras.utils.set_random_seed(0)
    gan = style_gan(LATENT, 16, (32, 32, 16, 8))
    synthesis = gan.generator.get_layer("synthesis")
    for layer in synthesis.layers:
        if isinstance(layer, LayerNoise):
            layer.hundredths.assign(30)
    z = np.random.default_rng(3).normal(size=(12, LATENT)).astype("float32")
    first, second = gan.map(z), gan.map(z[::-1])
    styles = np.stack([first, first, second, second], axis=1)
    for part, x in [(gan.generator, z), (synthesis, styles)]:
        expected = np.asarray(part(x))
        assert expected.min() < 0.1 and expected.max() > 0.9
        assert np.abs(run_in_page(export_network(part), x) - expected).max() < 1 / 255
