import course_utils.quiet

import keras
import numpy as np
import pytest

from course_utils.explorers import Interpolation, LatentMap, LatentSliders, export_network


def draw(z):
    return np.full((len(z), 8, 8, 1), 0.5)


@pytest.fixture(scope="module")
def network():
    return export_network(
        keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(16), keras.layers.Reshape((4, 4, 1))]
        )
    )


def test_a_page_holds_everything_it_needs(network):
    html = LatentSliders(network, kl=[1.0, 0.5, 0.0]).to_html()
    assert html.count("<script") == html.count("</script>") == 1
    assert "import " not in html and "src=" not in html and "http" not in html
    assert len(html) < 60_000


def test_a_page_is_the_same_each_time_it_is_built(network):
    assert LatentSliders(network).to_html() == LatentSliders(network).to_html()


def test_a_callable_becomes_a_widget_with_a_sentence_for_readers_without_a_kernel():
    data, _ = LatentSliders(draw, latent_size=2)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "kernel" in data["text/html"]
    with pytest.raises(ValueError, match="export_network"):
        LatentSliders(draw, latent_size=2).to_html()


def test_sliders_reach_every_code():
    assert LatentSliders(draw, latent_size=2).options["range"] == 3
    codes = np.array([[0.0, -4.2], [1.0, 2.0]])
    assert LatentSliders(draw, codes=codes).options["range"] == 5


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda network: LatentSliders(draw), "latent_size"),
        (
            lambda network: LatentSliders(network, kl=[1.0, 2.0]),
            "input says 3, kl says 2",
        ),
        (lambda network: LatentMap(network), "latent size"),
        (lambda network: LatentMap(draw, codes=np.zeros((4, 3))), "codes says 3"),
        (lambda network: LatentMap(draw, codes=np.zeros(4)), r"\(N, D\)"),
        (lambda network: LatentSliders(draw, codes=np.full((1, 2), np.nan)), "finite"),
        (lambda network: LatentMap(draw, codes=np.zeros((4, 2)), labels=[1]), "1 labels"),
        (lambda network: Interpolation(draw, np.zeros((2, 4)), ends=(0, 2)), "from 0 to 1"),
    ],
)
def test_arguments_that_disagree_are_named(network, build, words):
    with pytest.raises(ValueError, match=words):
        build(network)


@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 8, 8, 1), (2, 8, 8, 3)])
def test_images_are_drawn_as_bytes(shape):
    images = np.linspace(0, 1, np.prod(shape)).reshape(shape)
    drawn = LatentSliders(lambda z: images, latent_size=2).draw(np.zeros((2, 2), "float32"))
    assert drawn.dtype == np.uint8
    assert drawn.shape == (shape if shape[-1] == 3 else shape[:3])
    np.testing.assert_allclose(drawn.ravel() / 255, images.ravel(), atol=0.5 / 255 + 1e-9)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.full((2, 8, 8, 1), -7.0), "from -7 to -7.*sigmoid"),
        (np.full((2, 8, 8, 1), np.nan), "nan"),
        (np.zeros((3, 8, 8, 1)), "given 2 codes"),
        (np.zeros((2, 64)), "expected an image"),
        (np.zeros((2, 8, 8, 2)), "1 or 3 channels"),
    ],
)
def test_what_is_no_image_is_refused_in_words(images, words):
    with pytest.raises(ValueError, match=words):
        LatentSliders(lambda z: images, latent_size=2).draw(np.zeros((2, 2), "float32"))


def test_a_network_that_gives_no_image_is_refused():
    flat = keras.Sequential([keras.Input((2,)), keras.layers.Dense(64)])
    with pytest.raises(ValueError, match="expected an image"):
        LatentSliders(export_network(flat))


def test_the_kernel_answers_with_a_picture_or_with_the_mistake(monkeypatch):
    sent = []

    def mistaken(z):
        raise RuntimeError("no picture today")

    for decode in (draw, mistaken):
        widget = LatentSliders(decode, latent_size=2).widget
        monkeypatch.setattr(widget, "send", lambda *message: sent.append([*message, []][:2]))
        widget._answer(widget, {"id": "a-0", "codes": [[0.0, 1.0], [1.0, 0.0]]}, [])
    (picture, (png,)), (problem, _) = sent
    assert picture == {"id": "a-0", "count": 2} and png.startswith(b"\x89PNG")
    assert problem["error"] == "RuntimeError: no picture today"
    assert "in mistaken" in problem["traceback"]
