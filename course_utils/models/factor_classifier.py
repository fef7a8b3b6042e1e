"""A classifier that reads every factor of a picture, to evaluate models that draw such pictures.

It has one convolutional trunk and one softmax per factor. The layer before the softmaxes gives
features in which two sets of pictures can be compared. **They are not Inception's.**
"""

import course_utils.quiet

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import layers, ops

from course_utils.training import InMemoryModel
from course_utils.validation import check_array, check_shape


class FactorClassifier(InMemoryModel):
    """A classifier of several factors at once, trained by `fit(images, codes)`.

    Column i of the codes (B, factors) has the level of factor i; see `codes`.

    Args:
        shape: of one image.
        levels: {name of a factor: number of its levels}.
        channels: of each convolution; each halves height and width.
        features: size of the feature vector.
        trunk: any network (B, *shape) → features (B, D), instead of these convolutions.

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
        """Logits of every factor, a list of tensors (B, levels)."""
        h = self.trunk(x, training=training)
        return [head(h) for head in self.heads]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Cross-entropy, summed over the factors and averaged over the batch, in nats."""
        return sum(
            ops.mean(
                keras.losses.sparse_categorical_crossentropy(y[:, i], logits, from_logits=True)
            )
            for i, logits in enumerate(y_pred)
        )

    def features(self, images) -> np.ndarray:
        """The feature vectors of images (N, …) in [0, 1], (N, features).

        Raises:
            ValueError: for another shape, NaN or values outside [0, 1].
        """
        return self._in_parts(self.trunk, images)

    def classify(self, images) -> dict[str, np.ndarray]:
        """The most probable level of every factor in images (N, …) in [0, 1].

        Returns:
            {name of a factor: levels (N,) int64}.

        Raises:
            ValueError: for another shape, NaN or values outside [0, 1].
        """
        h = self.features(images)
        return {head.name: np.argmax(head(h), axis=-1) for head in self.heads}

    def accuracy(self, images, factors: Mapping[str, np.ndarray]) -> dict[str, float]:
        """The fraction of images (N, …) in [0, 1] in which each factor is recognised.

        Args:
            images: (N, …).
            factors: {name of a factor: true levels (N,)}.

        Returns:
            {name of a factor: accuracy in [0, 1]}.

        Raises:
            ValueError: as for `classify`.
        """
        read = self.classify(images)
        return {name: float(np.mean(read[name] == factors[name])) for name in self.levels}

    def _in_parts(self, network, images, size: int = 1000) -> np.ndarray:
        images = check_array("images", images, ("N", *self.shape), low=0, high=1)
        parts = (images[start : start + size] for start in range(0, len(images), size))
        return np.concatenate([np.asarray(network(part, training=False)) for part in parts])


def _strided_trunk(shape: Sequence[int], channels: Sequence[int], features: int) -> keras.Model:
    """Strided convolutions and a dense layer: (B, *shape) → (B, features)."""
    x = keras.Input(shape)
    h = x
    for width in channels:
        h = layers.Conv2D(width, 4, 2, padding="same", activation="relu")(h)
    h = layers.Flatten()(h)
    h = layers.Dense(features, activation="relu", dtype=keras.config.floatx())(h)
    return keras.Model(x, h, name="trunk")


def codes(factors: Mapping[str, np.ndarray]) -> np.ndarray:
    """Levels {name: (N,)} as the columns of one array, (N, factors), in the same order."""
    return np.stack(list(factors.values()), axis=1)
