"""SPADE on the faces: is the label map still in the picture?

A segmenter is trained on real training faces. It recovers the maps from pictures that the model
drew for the test maps, each in its own style from N(0, I). For comparison, the same segmenter is
applied to the real test faces; no model can be expected to do better.
"""

import course_utils.quiet

import functools

import keras
import numpy as np
from keras import layers

from course_utils.data.face_drawing import CLASSES
from course_utils.data.faces import label_maps
from course_utils.metrics.segmentation import intersection_over_union
from course_utils.pretrained import faces_spade
from entries import Entry, Measurement, Stopwatch

MEAN_IOU, REAL_IOU = "mean IoU, drawn", "mean IoU, real"


def measure(seed) -> Measurement:
    """Mean IoU of the given label maps and those that the segmenter finds in the pictures."""
    with Stopwatch() as watch:
        model = faces_spade.train(seed)
    test = faces_spade.faces().test
    asked = label_maps(test.factors, faces_spade.SIZE)
    drawn = np.concatenate([model.sample(part) for part in np.array_split(asked, 10)])
    players = model.generator.count_params() + model.discriminator.count_params()
    return Measurement(
        {MEAN_IOU: mean_iou(asked, drawn), REAL_IOU: mean_iou(asked, test.x)},
        watch.seconds,
        watch.cpu_seconds,
        players + model.encoder.count_params(),
    )


def mean_iou(asked, images) -> float:
    """Mean IoU of label maps and those that the segmenter finds in images."""
    found = segmenter().predict(images, batch_size=100, verbose=0).argmax(axis=-1)
    return float(np.mean(intersection_over_union(asked, found, len(CLASSES))))


@functools.cache
def segmenter() -> keras.Model:
    """From faces to logits of the classes, trained on real training faces.

    After Ronneberger, Fischer and Brox, *U-Net: Convolutional Networks for Biomedical Image
    Segmentation*, 2015.
    """
    train = faces_spade.faces().train
    batch, epochs = 16, 3
    keras.utils.set_random_seed(0)
    model = _u_net(train.x.shape[1:])
    steps = epochs * -(-len(train) // batch)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    maps = label_maps(train.factors, faces_spade.SIZE)
    model.fit(train.x, maps, batch_size=batch, epochs=epochs, verbose=0)
    return model


def _u_net(shape) -> keras.Model:
    def block(h, width):
        for _ in range(2):
            h = layers.Conv2D(width, 3, padding="same", use_bias=False)(h)
            h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
        return h

    def join(low, high, width):
        low = layers.UpSampling2D(2)(layers.Conv2D(width, 1)(low))
        return block(layers.Concatenate()([low, high]), width)

    x = keras.Input(shape)
    large = block(x, 16)
    middle = block(layers.MaxPooling2D(2)(large), 32)
    small = block(layers.MaxPooling2D(2)(middle), 64)
    logits = layers.Conv2D(len(CLASSES), 1)(join(join(small, middle, 32), large, 16))
    return keras.Model(x, logits)


ENTRIES = [Entry("spade", "faces, label maps", measure, {MEAN_IOU: "≥ 0.8"})]
