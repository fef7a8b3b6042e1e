"""SPADE: the modulation, which player moves in each step, and that the map controls the image."""

import course_utils.quiet

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_utils.data import load
from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import label_maps
from course_utils.models.spade import (
    Spade,
    conv_spade,
    map_discriminator,
    modulate,
    spade_generator,
    style_encoder,
)
from course_utils.pretrained import load_pretrained

SHAPE, KINDS, LATENT = (8, 8, 3), 3, 4


def small_spade(seed=0, **options) -> Spade:
    """Few channels and plain gradient steps, whose size is known by hand."""
    keras.utils.set_random_seed(seed)
    model = Spade(
        spade_generator(LATENT, (*SHAPE[:2], KINDS), filters=(6, 5)),
        map_discriminator(SHAPE, KINDS, filters=(4,)),
        style_encoder(SHAPE, LATENT),
        **options,
    )
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return model


@pytest.fixture
def examples():
    generator = np.random.default_rng(0)
    maps = generator.integers(0, KINDS, (6, *SHAPE[:2]))
    return generator.uniform(size=(6, *SHAPE)).astype("float32"), maps


def weights(network):
    return [w.numpy() for w in network.trainable_variables]


# --------------------------------------------------------------------------- the parts


def modulation(kinds=KINDS):
    """`modulate` as a model of its own, its four convolutions by their order."""
    h, label_map = keras.Input((4, 4, 2)), keras.Input((4, 4, kinds))
    model = keras.Model([h, label_map], modulate(h, label_map))
    return model, [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


def test_modulation_is_the_normalised_input_scaled_and_shifted_by_the_map():
    keras.utils.set_random_seed(0)
    model, (seen, gamma, beta) = modulation()
    generator = np.random.default_rng(0)
    h = generator.normal(3, 2, (5, 4, 4, 2)).astype("float32")
    maps = np.eye(KINDS, dtype="float32")[generator.integers(0, KINDS, (5, 4, 4))]
    normalised = (h - h.mean((0, 1, 2))) / np.sqrt(h.var((0, 1, 2)) + 1e-3)
    shared = seen(maps)
    expected = normalised * (1 + gamma(shared)) + beta(shared)
    np.testing.assert_allclose(model([h, maps], training=True), expected, atol=1e-4)


def test_modulation_tells_uniform_maps_apart_where_normalisation_cannot():
    keras.utils.set_random_seed(0)
    model, _ = modulation()
    constant = np.ones((1, 4, 4, 2), "float32")
    answers = [
        model([constant, np.tile(one_hot, (1, 4, 4, 1))], training=True).numpy()
        for one_hot in np.eye(KINDS, dtype="float32")
    ]
    assert np.abs(answers[0] - answers[1]).max() > 0.01
    assert np.abs(answers[1] - answers[2]).max() > 0.01


def test_every_scale_of_the_generator_sees_the_map():
    generator = spade_generator(LATENT, (16, 16, KINDS), filters=(6, 5, 4))
    sizes = {
        layer.output.shape[1]
        for layer in generator.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    }
    assert sizes == {4, 8, 16}
    # The shares of the classes in a pixel of the smaller maps still sum to one.
    one_hot = np.eye(KINDS, dtype="float32")[np.arange(256).reshape(1, 16, 16) % KINDS]
    poolings = [
        layer.output
        for layer in generator.layers
        if isinstance(layer, keras.layers.AveragePooling2D)
    ]
    for small in keras.Model(generator.inputs[1], poolings)(one_hot):
        np.testing.assert_allclose(keras.ops.sum(small, -1), 1, atol=1e-6)


def test_the_discriminator_sees_the_map_and_judges_patches(examples):
    x, maps = examples
    discriminator = map_discriminator(SHAPE, KINDS, filters=(4,))
    one_hot = np.eye(KINDS, dtype="float32")
    logits = discriminator([x, one_hot[maps]])
    assert logits.shape == (6, 4, 4, 1)
    assert np.abs(logits - discriminator([x, one_hot[(maps + 1) % KINDS]])).max() > 1e-3


# --------------------------------------------------------------------------- the game


def test_a_step_follows_the_gradients_of_the_stated_objectives(examples):
    x, maps = examples
    model = small_spade(error_weight=3.0, kl_weight=0.5)
    x, one_hot = tf.constant(x), tf.one_hot(maps, KINDS)
    model.noise = keras.random.SeedGenerator(5)
    epsilon = keras.random.normal((6, LATENT), seed=keras.random.SeedGenerator(5))

    with tf.GradientTape() as tape:
        mu, log_var = model.encoder(x)
        fake = model.generator([mu + tf.exp(log_var / 2) * epsilon, one_hot], training=True)
        kl = tf.reduce_mean(tf.reduce_sum((mu**2 + tf.exp(log_var) - log_var - 1) / 2, 1))
        loss = -tf.reduce_mean(model.discriminator([fake, one_hot]))
        loss += 3.0 * tf.reduce_mean(tf.abs(x - fake)) + 0.5 * kl
    variables = model.generator.trainable_variables + model.encoder.trainable_variables
    gradients = tape.gradient(loss, variables)
    expected = [w - 0.1 * g for w, g in zip(variables, gradients, strict=True)]

    with tf.GradientTape() as tape:
        real = model.discriminator([x, one_hot])
        forged = model.discriminator([tf.stop_gradient(fake), one_hot])
        loss = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + forged))
    judging = model.discriminator.trainable_variables
    gradients = tape.gradient(loss, judging)
    expected += [w - 0.1 * g for w, g in zip(judging, gradients, strict=True)]

    model.train_step((x, maps))
    for ours, theirs in zip(variables + judging, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)
    np.testing.assert_allclose(model.trackers["kl"].result(), kl, rtol=1e-4)


def test_fit_moves_all_three_networks_and_reports_every_part(examples):
    model = small_spade()
    before = [weights(n) for n in (model.generator, model.discriminator, model.encoder)]
    history = model.fit(*examples, batch_size=3, epochs=1, verbose=0).history
    assert history.keys() == {"discriminator_loss", "adversarial", "error", "kl"}
    after = [weights(n) for n in (model.generator, model.discriminator, model.encoder)]
    for old, new in zip(before, after, strict=True):
        assert any((a != b).any() for a, b in zip(old, new, strict=True))


def test_shapes_and_range(examples):
    x, maps = examples
    model = conv_spade(SHAPE, KINDS, LATENT)
    z = np.zeros((6, LATENT), "float32")
    samples = np.asarray(model.sample(maps))
    assert samples.shape == x.shape and samples.min() >= 0 and samples.max() <= 1
    assert model.encode(x).shape == (6, LATENT)
    np.testing.assert_array_equal(model.generate(z, maps), model.generate(z, maps))
    assert np.abs(model.sample(maps) - samples).max() > 0  # each time in another style


def test_saved_weights_give_back_the_same_pictures(examples, tmp_path):
    x, maps = examples
    model, other = small_spade(0), small_spade(1)
    model.fit(x, maps, batch_size=3, epochs=1, verbose=0)
    model.save_weights(tmp_path / "spade.weights.h5")
    other.load_weights(tmp_path / "spade.weights.h5")
    z = model.encode(x)
    np.testing.assert_allclose(other.encode(x), z)
    np.testing.assert_allclose(other.generate(z, maps), model.generate(z, maps))


# --------------------------------------------------------------------------- the shipped model


def test_in_the_shipped_model_a_painted_patch_changes_the_picture_there_most():
    model = load_pretrained("faces_spade")
    maps = label_maps(load("faces", count=80).test.factors, 32)
    painted = maps.copy()
    painted[:, 2:8, 2:8] = CLASSES.index("hair")  # over the background, at the upper left
    z = np.random.default_rng(0).normal(size=(len(maps), model.latent)).astype("float32")
    change = np.abs(model.generate(z, painted) - model.generate(z, maps)).mean((0, -1))
    assert change[2:8, 2:8].mean() > 0.15
    assert change[16:, 16:].mean() < 0.02


def test_in_the_shipped_model_a_style_carries_its_colours_to_another_map():
    model = load_pretrained("faces_spade")
    faces = load("faces", count=400).test
    maps = label_maps(faces.factors, 32)
    moved = np.asarray(model.generate(model.encode(faces.x), np.roll(maps, 1, axis=0)))
    corner = np.s_[:, :4, :4]  # background in every face
    given, found = faces.x[corner].mean((1, 2)), moved[corner].mean((1, 2))
    assert np.abs(given - found).mean() < 0.5 * np.abs(given - np.roll(given, 1, 0)).mean()


# --------------------------------------------------------------------------- bad input


def test_bad_input_is_refused_in_words(examples):
    x, maps = examples
    model = small_spade()
    z = np.zeros((6, LATENT), "float32")
    for call, message in [
        (lambda: model.generate(z[:, 1:], maps), r"z: expected shape \(B, 4\)"),
        (lambda: model.generate(z, maps[:5]), "label_maps: expected shape"),
        (lambda: model.sample(maps + 1), r"label_maps: expected values in \[0, 2\]"),
        (lambda: model.sample(maps.astype("float32")), "label_maps: expected integers"),
        (lambda: model.encode(x + 1), "images: expected values in"),
        (lambda: model.encode(np.full_like(x, np.nan)), "images: expected finite"),
        (lambda: model.fit(x, verbose=0), "y: label maps are needed"),
        (lambda: model.fit(x, maps, validation_data=(x, maps), verbose=0), "validation_data"),
        (lambda: small_spade(kl_weight=-1), "kl_weight: expected a number of at least 0"),
        (lambda: spade_generator(4, (9, 8, 3), filters=(4, 4)), "divisible by 2, got 9 by 8"),
        (
            lambda: Spade(model.generator, map_discriminator((4, 4, 3), KINDS), model.encoder),
            "generator's output: expected shape",
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
