"""The exercises of the lecture on translation without pairs."""

import numpy as np

from course_utils.exercises.exercise import exercise

_PICTURES = np.arange(12.0).reshape(3, 2, 2, 1) / 12


def _lighter(x):
    return x * 0.5 + 0.5


def _squared(x):
    return x**2


@exercise(
    {
        "three pictures": (_PICTURES, _lighter, _squared),
        "a way back that undoes the way there": (_PICTURES, _squared, np.sqrt),
        "two strips, an array of (2, 6, 1)": (_PICTURES.reshape(2, 6, 1), _squared, _squared),
    }
)
def lost_on_the_way(x, there, back):
    """Mean absolute difference of x (B, …) and x translated there and back, per picture: (B,)."""
    difference = np.abs(back(there(x)) - x)
    return difference.reshape(len(x), -1).mean(axis=1)


@exercise(
    {
        "three pictures of person a": (_PICTURES, _lighter, {"a": _squared, "b": np.sqrt}, "b"),
        "drawn as a": (_PICTURES, np.sqrt, {"a": _lighter, "b": _squared}, "a"),
    }
)
def swap(x, encoder, decoders, person):
    """Pictures (B, …), drawn as this person: decoders holds one for each name."""
    return decoders[person](encoder(x))
