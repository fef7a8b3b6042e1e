"""Trained models that come with the course, so that an explorer opens at once.

Each model has one module here, its recipe:

    build()        returns the untrained model, a `keras.Model`
    train(seed)    builds and trains it; the result depends on the seed only
    quality(model) one number, on validation data unless its docstring says otherwise
    TOLERANCE      how far two trainings of the recipe may differ in it
    LEFT_OUT       (optional) attributes of the model that only training needs, such as
                   ("discriminator",): their weights are not kept

Its weights are beside it, in `NAME.npz`: float16 in the order of `model.weights`, with the quality
that was measured when they were made. `make weights` trains all models again.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from course_utils.metrics.sample_quality import digit_classes, digit_features, frechet_distance

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The names of all trained models, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def recipe(name: str) -> ModuleType:
    """The module that builds and trains the model `name`.

    Raises:
        ValueError: if there is no such model.
    """
    if name not in names():
        raise ValueError(f"name: expected one of {', '.join(names())}; got {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


def load_pretrained(name: str):
    """The trained model `name`.

    Args:
        name: one of `names()`.

    Returns:
        The `keras.Model` of its recipe. Parts that only training needs have random weights.

    Raises:
        ValueError: if there is no such model, or its weights do not fit its recipe.
    """
    module = recipe(name)
    model = module.build()
    variables = _kept_variables(model, module)
    with np.load(_path(name)) as file:
        arrays = [file[key] for key in _keys(len(file.files) - 1)]
    if [tuple(v.shape) for v in variables] != [a.shape for a in arrays]:
        raise ValueError(
            f"{_path(name).name} does not fit the model that its recipe builds: "
            "the recipe has changed; run `make weights`"
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array.astype("float32"))
    return model


def save_pretrained(name: str, model) -> None:
    """Save the weights of a model trained by the recipe `name`, with its quality.

    Raises:
        ValueError: if there is no such recipe.
    """
    module = recipe(name)
    arrays = [np.asarray(v, "float16") for v in _kept_variables(model, module)]
    np.savez_compressed(
        _path(name),
        quality=np.float64(module.quality(model)),
        **dict(zip(_keys(len(arrays)), arrays, strict=True)),
    )


def recorded_quality(name: str) -> float:
    """The quality of the model `name` that was measured when its weights were made."""
    with np.load(_path(name)) as file:
        return float(file["quality"])


@dataclass(frozen=True)
class Judge:
    """A classifier whose features are used to compare images. **It is not Inception.**

    Attributes:
        features: images (N, H, W, C) in [0, 1] → (N, D).
        classes: the same images → the most probable class of each, (N,), int64.
    """

    features: Callable[[np.ndarray], np.ndarray]
    classes: Callable[[np.ndarray], np.ndarray]

    def distance(self, real, fake) -> float:
        """Fréchet distance between the features of two sets of images, 0 or more."""
        return frechet_distance(self.features(real), self.features(fake))


@functools.cache
def judge(data: str) -> Judge:
    """The classifier of a data set of ten classes, whose features take the place of Inception's.

    Args:
        data: "digits", whose judge has 32 features, or "fashion", whose judge has 64.

    Returns:
        The `Judge`. Its methods raise ValueError for images of another shape or outside [0, 1].

    Raises:
        ValueError: for a data set without a judge.
    """
    if data == "digits":
        return Judge(digit_features, digit_classes)
    if data == "fashion":
        classifier = load_pretrained("fashion_classifier")
        return Judge(classifier.features, lambda images: classifier.classify(images)["article"])
    raise ValueError(f"data: expected digits or fashion, got {data!r}")


def _path(name: str) -> Path:
    return FOLDER / f"{name}.npz"


def _keys(count: int) -> list[str]:
    return [f"{index:03d}" for index in range(count)]


def _kept_variables(model, module: ModuleType) -> list:
    """The weights that belong in the file, in the order of `model.weights`."""
    left_out = {
        id(variable)
        for attribute in getattr(module, "LEFT_OUT", ())
        for variable in getattr(model, attribute).weights
    }
    return [variable for variable in model.weights if id(variable) not in left_out]
