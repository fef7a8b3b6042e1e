"""StyleGAN: mapping, style mixing, noise and truncation, each against what is documented."""

import course_utils.quiet

import keras
import numpy as np
import pytest
from keras.layers import LeakyReLU

from course_utils.data import load
from course_utils.models.stylegan import StyleGAN, mapping_network, style_gan

LATENT, STYLE, CHANNELS = 5, 6, (8, 8, 4)


def small(**options) -> StyleGAN:
    keras.utils.set_random_seed(0)
    gan = style_gan(LATENT, STYLE, CHANNELS, **options)
    gan.compile()
    return gan


@pytest.fixture(scope="module")
def faces():
    return load("faces", size=16, count=60).train.x


@pytest.fixture(scope="module")
def gan(faces):
    """A few steps from the start, so that noise has a strength and the styles have a mean."""
    gan = small(ema_decay=0.5)
    gan.fit(faces, batch_size=8, epochs=2, verbose=0)
    return gan


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(size=(4, LATENT)).astype("float32")


def test_shapes_and_range(gan, z):
    assert (gan.latent, gan.style_size, gan.style_layers) == (LATENT, STYLE, 3)
    assert gan.map(z).shape == (4, STYLE)
    images = np.asarray(gan.generate(z))
    assert images.shape == (4, 16, 16, 3)
    assert images.min() >= 0 and images.max() <= 1
    assert gan.sample(3, truncation=0.5).shape == (3, 16, 16, 3)
    np.testing.assert_allclose(gan(z), images, atol=1e-6)


def test_the_mapping_sees_the_direction_of_z_alone(z):
    mapping = mapping_network(LATENT, STYLE)
    np.testing.assert_allclose(mapping(10 * z), mapping(z), atol=1e-4)
    assert np.abs(mapping(-z) - mapping(z)).max() > 0.1


def test_every_size_of_a_new_generator_hears_the_styles():
    """Features that fade from layer to layer leave all to the biases: one picture for all z."""
    keras.utils.set_random_seed(0)
    synthesis = style_gan().generator.get_layer("synthesis")
    styles = np.random.default_rng(0).normal(size=(32, *synthesis.input_shape[1:]))
    features = [layer.output for layer in synthesis.layers if isinstance(layer, LeakyReLU)]
    for h in keras.Model(synthesis.input, features)(styles.astype("float32")):
        assert 0.2 < np.std(h, axis=0).mean() < 2
    assert 0.1 < np.std(synthesis(styles), axis=0).mean() < 0.4


def test_each_style_changes_the_picture(gan, z):
    styles = np.repeat(np.asarray(gan.map(z[:1]))[:, None], 3, axis=1)
    other = np.asarray(gan.map(z[1:2]))
    before = np.asarray(gan.synthesize(styles))
    for layer in range(3):
        changed = styles.copy()
        changed[:, layer] = other
        assert np.abs(gan.synthesize(changed) - before).max() > 1e-3


def test_mixing_takes_the_first_layers_from_one_and_the_rest_from_the_other(gan, z):
    coarse, fine = gan.map(z[:2]), gan.map(z[2:])
    np.testing.assert_allclose(gan.mix(coarse, fine, 3), gan.generate(z[:2]), atol=1e-6)
    np.testing.assert_allclose(gan.mix(coarse, fine, 0), gan.generate(z[2:]), atol=1e-6)
    styles = np.stack([coarse, coarse, fine], axis=1)
    np.testing.assert_allclose(gan.mix(coarse, fine, 2), gan.synthesize(styles), atol=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_training_draws_mixed_styles_as_often_as_asked(share, monkeypatch):
    gan, seen = small(mixing=share), []
    monkeypatch.setattr(
        gan.generator.get_layer("synthesis"), "call", lambda w, **_: seen.append(w) or w
    )
    gan.draw(gan.latent_noise(2000), None)
    styles = np.asarray(seen[0])
    mixed = (styles != styles[:, :1]).any(axis=(1, 2))
    early = (styles[:, 0] != styles[:, 1]).any(axis=1)
    # 2,000 draws: within 0.05 but for fewer than one run in 100,000. Half cross over early.
    assert abs(mixed.mean() - share) < 0.05
    assert abs(early.mean() - share / 2) < 0.05
    np.testing.assert_array_equal(styles[early, 1], styles[early, 2])


def test_truncation_goes_to_the_running_mean_of_the_styles(gan, z):
    w, mean = np.asarray(gan.map(z)), np.asarray(gan.mean_style)
    np.testing.assert_allclose(gan.map(z, 0.3), mean + 0.3 * (w - mean), atol=1e-6)
    images = np.asarray(gan.generate(z, truncation=0.0))
    np.testing.assert_allclose(images, images[:1].repeat(4, axis=0), atol=1e-6)


def test_the_running_mean_approaches_the_mean_of_w():
    gan = small(mean_decay=0.9)
    for _ in range(100):
        gan.draw(gan.latent_noise(64), None)
    expected = np.mean(gan.map(gan.latent_noise(5000)), axis=0)
    np.testing.assert_allclose(gan.mean_style, expected, atol=0.1)
    assert np.abs(expected).max() > 0.3


def test_noise_is_fixed_unless_asked_for_anew(gan, z):
    styles = gan.map(z)
    np.testing.assert_array_equal(gan.synthesize(styles), gan.synthesize(styles))
    first, second = (np.asarray(gan.synthesize(styles, fresh_noise=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-6


def test_training_moves_every_weight_of_both_players(faces):
    gan = small(r1_weight=0.1)
    players = gan.generator, gan.discriminator
    before = [network.get_weights() for network in players]
    gan.fit(faces, batch_size=8, epochs=1, verbose=0)
    for network, old in zip(players, before, strict=True):
        moved = {
            variable.path: (variable.numpy() != value).any()
            for variable, value in zip(network.weights, old, strict=True)
            if variable.trainable
        }
        assert all(moved.values()), moved


def test_saved_weights_give_back_the_same_pictures(gan, z, tmp_path):
    gan.save_weights(tmp_path / "gan.weights.h5")
    keras.utils.set_random_seed(1)
    other = style_gan(LATENT, STYLE, CHANNELS, ema_decay=0.5)
    other.load_weights(tmp_path / "gan.weights.h5")
    np.testing.assert_array_equal(other.generate(z, 0.5), gan.generate(z, 0.5))


def test_a_short_training_finds_the_mean_and_the_spread_of_three_characters():
    faces = load("faces", size=16, count=1500, only={"identity": [0, 4, 7]}).train.x
    keras.utils.set_random_seed(0)
    gan = style_gan(16, 16, (32, 32, 16), r1_weight=0.2, ema_decay=0.98)
    gan.compile(*(keras.optimizers.Adam(0.01, beta_1=0.0, beta_2=0.99) for _ in range(2)))

    def distance():
        return np.abs(np.mean(gan.sample(300), axis=0) - faces.mean(axis=0)).mean()

    before = distance()
    gan.fit(faces, batch_size=16, epochs=4, verbose=0)
    assert distance() < before / 1.5
    spread = np.std(gan.sample(300), axis=0).mean() / faces.std(axis=0).mean()
    assert 0.5 < spread < 1.5


def test_bad_input_is_refused_in_words(gan):
    for options, message in [
        ({"mixing": 1.5}, r"mixing: expected a number in \[0, 1\], got 1.5"),
        ({"mean_decay": float("nan")}, "mean_decay: expected a number"),
        ({"ema_decay": 1.0}, "ema_decay"),
    ]:
        with pytest.raises(ValueError, match=message):
            small(**options)
    w = np.zeros((2, STYLE), "float32")
    with pytest.raises(ValueError, match=r"z: expected shape \(B, 5\), got \(2, 6\)"):
        gan.map(w)
    with pytest.raises(ValueError, match="truncation: expected a finite number, got nan"):
        gan.map(np.zeros((2, LATENT), "float32"), float("nan"))
    with pytest.raises(ValueError, match=r"styles: expected shape \(B, 3, 6\)"):
        gan.synthesize(np.zeros((2, 4, STYLE), "float32"))
    with pytest.raises(ValueError, match="styles: expected finite"):
        gan.synthesize(w + np.nan)
    with pytest.raises(ValueError, match=r"fine: expected shape \(B=2, 6\)"):
        gan.mix(w, w[:1], 1)
    with pytest.raises(ValueError, match="crossover: expected a whole number from 0 to 3, got 4"):
        gan.mix(w, w, 4)
