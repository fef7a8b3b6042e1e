"""The page's networks against Keras's."""

import course_utils.quiet

import itertools

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.explorers import Network, export_network, network
from course_utils.explorers.explorer import script

pytestmark = pytest.mark.browser

LATENT = 6


@pytest.fixture(scope="module")
def run_in_page(browser):
    """Runs a `Network` in the browser: inputs (B, …) → outputs (B, …)."""
    page = browser.new_page()
    page.set_content(
        f'<script type="module">{script("latent.js")}window.Network = Network;</script>'
    )
    page.wait_for_function("() => window.Network !== undefined")

    def run(exported: Network, x: np.ndarray) -> np.ndarray:
        y = page.evaluate(
            """([exported, inputs]) => {
                const network = new Network(exported);
                return inputs.map((x) => Array.from(network.run(x)));
            }""",
            [exported.to_json(), x.reshape(len(x), -1).tolist()],
        )
        return np.reshape(np.array(y, "float32"), (len(x), *exported.output_shape))

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
    "BatchNormalization": lambda: image_model(layers.BatchNormalization()),
    "LayerNormalization": lambda: image_model(layers.LayerNormalization()),
    "GroupNormalization": lambda: image_model(layers.GroupNormalization(2)),
    "instance normalization": lambda: image_model(layers.GroupNormalization(-1)),
    "LeakyReLU": lambda: image_model(layers.LeakyReLU(0.1), layers.Conv2D(2, 1), layers.ReLU()),
    "branches": branches,
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
