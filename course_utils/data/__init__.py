"""Data that needs no download, and two classics that do.

`load(name)` returns a `Dataset`: three splits with their shape, range, factors and source.
"""

from course_utils.data.dataset import Dataset, Split
from course_utils.data.digits import load_digits

__all__ = ["Dataset", "Split", "load"]

LOADERS = {
    "digits": load_digits,
}


def load(name: str) -> Dataset:
    """Load a dataset by name.

    Args:
        name: one of the keys of `LOADERS`.

    Returns:
        The `Dataset`; printing it tells shape, range, split, factors and source.

    Raises:
        ValueError: for a name that is not known.
    """
    if name not in LOADERS:
        raise ValueError(f"no dataset is called {name!r}; there are: {', '.join(LOADERS)}")
    return LOADERS[name]()
