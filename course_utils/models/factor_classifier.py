"""A classifier that reads every factor of a picture: the judge of models that draw such pictures.

One convolutional trunk, one softmax a factor. The layer before the softmaxes gives features in
which two sets of pictures can be compared. **They are not Inception's.**
"""

import course_utils.quiet

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import layers, ops

from course_utils.training import InMemoryModel
from course_utils.validation import check_array, check_shape


class FactorClassifier(InMemoryModel):
    """Trained by `fit(images, codes)`, where column i of codes (B, factors) has factor i's level.

    Args:
        shape: of one image.
        levels: how many levels each factor has, by its name.
        channels: of each convolution; each halves the image.
        features: size of the feature vector.
        trunk: instead of such convolutions, any network (B, *shape) → features (B, D).

    Raises:
        ValueError: for a trunk that does not take such images.
    """

    pixel_range = (0, 1)

    def __init__(
        self,
        shape: Sequence[int],
        levels: Mapping[str, int],
        channels: Sequence[int] = (16, 32, 48),
        features: int = 64,
        *,
        trunk: keras.Model | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.shape, self.levels = tuple(shape), dict(levels)
        self.trunk = trunk or _strided_trunk(self.shape, channels, features)
        check_shape("trunk's input", self.trunk.input_shape, (None, *self.shape))
        self.heads = [
            layers.Dense(count, name=name, dtype=keras.config.floatx())
            for name, count in self.levels.items()
        ]
        for head in self.heads:
            head.build(self.trunk.output_shape)

    def call(self, x, training=None):
        """Logits of every factor, a list of (B, levels)."""
        h = self.trunk(x, training=training)
        return [head(h) for head in self.heads]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Cross-entropy summed over the factors, in nats."""
        return sum(
            ops.mean(
                keras.losses.sparse_categorical_crossentropy(y[:, i], logits, from_logits=True)
            )
            for i, logits in enumerate(y_pred)
        )

    def features(self, images) -> np.ndarray:
        """The feature vectors of images (N, …) in [0, 1], (N, features)."""
        return self._in_parts(self.trunk, images)

    def classify(self, images) -> dict[str, np.ndarray]:
        """The likeliest level of every factor in images (N, …) in [0, 1]: name → (N,), int64.

        Raises:
            ValueError: for another shape, NaN or values outside [0, 1].
        """
        h = self.features(images)
        return {head.name: np.argmax(head(h), axis=-1) for head in self.heads}

    def accuracy(self, images, factors: Mapping[str, np.ndarray]) -> dict[str, float]:
        """The share of images (N, …) in which each factor is read right."""
        read = self.classify(images)
        return {name: float(np.mean(read[name] == factors[name])) for name in self.levels}

    def _in_parts(self, network, images, size: int = 1000) -> np.ndarray:
        images = check_array("images", images, ("N", *self.shape), low=0, high=1)
        parts = (images[start : start + size] for start in range(0, len(images), size))
        return np.concatenate([np.asarray(network(part, training=False)) for part in parts])


def _strided_trunk(shape: Sequence[int], channels: Sequence[int], features: int) -> keras.Model:
    """Convolutions that each halve the image, and a dense layer: (B, *shape) → (B, features)."""
    x = keras.Input(shape)
    h = x
    for width in channels:
        h = layers.Conv2D(width, 4, 2, padding="same", activation="relu")(h)
    h = layers.Flatten()(h)
    h = layers.Dense(features, activation="relu", dtype=keras.config.floatx())(h)
    return keras.Model(x, h, name="trunk")


def codes(factors: Mapping[str, np.ndarray]) -> np.ndarray:
    """The level indices of named factors as the columns of one array, (N, factors)."""
    return np.stack(list(factors.values()), axis=1)
