"""The deepfake: one encoder for two people, and a decoder for each.

The face swap of the first public deepfakes (2017), as in Perov et al., *DeepFaceLab: Integrated,
Flexible and Extensible Face-Swapping Framework*, 2020, section 3.2.

    training    a ≈ D_A(E(a)),  b ≈ D_B(E(b))      reconstruct the faces of each person
    swap        D_B(E(a))                          A's expression, drawn by the decoder for B

Each decoder learns how its person looks, so the code only needs to have what differs between
pictures of one person: expression, pose, light. The swap works only if the codes of both people
have the same meaning. So the codes of each person are normalised separately to mean 0 and variance
1 (with statistics of each domain, as in Li et al., *Revisiting Batch Normalization for Practical
Domain Adaptation*, 2017); then mean and variance of a code no longer reveal the person. Noise on
the codes makes similar codes decode to similar faces.
"""

import course_utils.quiet

from collections.abc import Sequence
from typing import NamedTuple

import keras
from keras import ops

from course_utils import losses
from course_utils.networks import conv_encoder, conv_generator
from course_utils.training import InMemoryModel
from course_utils.validation import check_array, check_number, check_shape


class Faces(NamedTuple):
    """Faces of the two people, each (B, H, W, C)."""

    a: keras.KerasTensor
    b: keras.KerasTensor


class Deepfake(InMemoryModel):
    """Two autoencoders that share their encoder.

        loss = mean over examples of Σ_pixels (a − D_A(E(a)))² + Σ_pixels (b − D_B(E(b)))²

    It is trained by `fit(Faces(a, b))` with equally many faces of both people, in any order: no
    loss compares an a with a b.

    Args:
        encoder: faces (B, H, W, C) → codes (B, D), before they are normalised.
        decoder_a, decoder_b: codes (B, D) → faces (B, H, W, C) in [0, 1].
        noise: standard deviation of the noise on the normalised codes in training.

    Raises:
        ValueError: for negative noise, or networks that do not fit together.
    """

    pixel_range = (0, 1)

    def __init__(
        self,
        encoder: keras.Model,
        decoder_a: keras.Model,
        decoder_b: keras.Model,
        *,
        noise: float = 0.1,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, decoder in (("decoder_a", decoder_a), ("decoder_b", decoder_b)):
            check_shape(f"{name}'s input", decoder.input_shape, encoder.output_shape)
            check_shape(f"{name}'s output", decoder.output_shape, encoder.input_shape)
        self.encoder = encoder
        self.decoder_a = decoder_a
        self.decoder_b = decoder_b
        self.noise = check_number("noise", noise, low=0)
        self.seed = keras.random.SeedGenerator()
        self.normalize_a, self.normalize_b = (
            keras.layers.BatchNormalization(
                momentum=0.95, center=False, scale=False, dtype=keras.config.floatx()
            )
            for _ in range(2)
        )
        for layer in (self.normalize_a, self.normalize_b):
            layer.build(encoder.output_shape)

    @property
    def latent(self) -> int:
        """The size D of the code."""
        return self.encoder.output_shape[-1]

    def call(self, faces, training=None):
        drawn = []
        for x, normalize, decoder in zip(
            faces,
            (self.normalize_a, self.normalize_b),
            (self.decoder_a, self.decoder_b),
            strict=True,
        ):
            code = normalize(self.encoder(x, training=training), training=training)
            if training:
                code += self.noise * keras.random.normal(ops.shape(code), seed=self.seed)
            drawn.append(decoder(code, training=training))
        return Faces(*drawn)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(losses.squared_error(x[0], y_pred.a) + losses.squared_error(x[1], y_pred.b))

    # ----------------------------------------------------------------------- the swap

    def encode(self, faces, who: str):
        """Codes (B, D) of faces (B, H, W, C) in [0, 1] that show person `who`, "a" or "b".

        Raises:
            ValueError: for faces of another shape or range, or another `who`.
        """
        normalize = _choose(who, self.normalize_a, self.normalize_b)
        shape = ("B", *self.encoder.input_shape[1:])
        faces = check_array("faces", faces, shape, low=0, high=1)
        return normalize(self.encoder(faces, training=False), training=False)

    def decode(self, codes, who: str):
        """The faces (B, H, W, C) that belong to codes (B, D), drawn as person `who`, "a" or "b".

        Raises:
            ValueError: for codes of another shape, or another `who`.
        """
        decoder = _choose(who, self.decoder_a, self.decoder_b)
        codes = check_array("codes", codes, ("B", self.latent))
        return decoder(codes, training=False)

    def swap(self, faces, who: str):
        """Faces of one person, (B, H, W, C) in [0, 1], drawn as the other, `who`, "a" or "b".

        Returns:
            (B, H, W, C) in [0, 1].

        Raises:
            ValueError: for faces of another shape or range, or another `who`.
        """
        return self.decode(self.encode(faces, _choose(who, "b", "a")), who)


def _choose(who: str, a, b):
    """a or b, whichever belongs to that person."""
    if who not in ("a", "b"):
        raise ValueError(f"who: expected 'a' or 'b', got {who!r}")
    return a if who == "a" else b


def conv_deepfake(
    shape: Sequence[int], latent: int, *, filters: int = 8, noise: float = 0.1
) -> Deepfake:
    """A deepfake of convolutional networks.

    Args:
        shape: shape of one face with values in [0, 1], such as (32, 32, 3).
        latent: size D of the code.
        filters: channels next to the image; twice as many at each halving.
        noise: as for `Deepfake`.
    """
    return Deepfake(
        conv_encoder(shape, latent, filters=filters),
        *(conv_generator(latent, shape, filters=filters) for _ in range(2)),
        noise=noise,
    )
